//! What the grammar allows reads as it was meant, and the desks leave it as it is.

use inkstone_manuscript::{
    Language,
    fountain::{self, ElementKind},
};
use proptest::prelude::*;

use super::{Rule::Chars, place::Kinds, *};
use crate::{CharacterBrief, compact};

impl Rule {
    /// One text of the grammar, and the named parts it is made of, as `dice` chooses.
    fn sample(&self, dice: &mut dyn FnMut(usize) -> usize, out: &mut String) {
        match self {
            Text(text) => out.push_str(text),
            Chars(ranges, least, most) => {
                let count = least + dice((most - least).min(12) + 1);
                for _ in 0..count {
                    let (from, to) = ranges[dice(ranges.len())];
                    let width = u32::from(to) - u32::from(from) + 1;
                    let at = u32::from(from) + dice(width as usize) as u32;
                    out.push(char::from_u32(at).unwrap());
                }
            }
            Seq(parts) => parts.iter().for_each(|p| p.sample(dice, out)),
            Any(parts) => parts[dice(parts.len())].sample(dice, out),
            Times(inner, least, most) => {
                let count = least + dice((most - least).min(5) + 1);
                (0..count).for_each(|_| inner.sample(dice, out));
            }
            Named(_, inner) => inner.sample(dice, out),
        }
    }
}

fn brief(language: Language, names: &[&str]) -> ScreenplayBrief {
    ScreenplayBrief {
        language,
        characters: names
            .iter()
            .map(|name| CharacterBrief {
                name: (*name).to_owned(),
                ..CharacterBrief::default()
            })
            .collect(),
        scenes: 3,
        ..ScreenplayBrief::default()
    }
}

fn sample(rule: &Rule, mut seed: u64) -> String {
    let mut dice = |n: usize| {
        // SplitMix64.
        seed = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = seed;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % n.max(1) as u64) as usize
    };
    let mut out = String::new();
    rule.sample(&mut dice, &mut out);
    out
}

/// The kinds that a block should have, read off its marks as the grammar writes them.
fn meant(block: &str, brief: &ScreenplayBrief) -> Vec<ElementKind> {
    let english = brief.language == Language::English;
    let first = block.lines().next().unwrap_or_default();
    if first.starts_with("# ") {
        return vec![ElementKind::Section { depth: 1 }];
    }
    if first.starts_with("= ") {
        return vec![ElementKind::Synopsis];
    }
    if first.starts_with(['.', '>']) || ["INT.", "EXT."].iter().any(|m| first.starts_with(m)) {
        let heading = !first.starts_with('>');
        return vec![if heading {
            ElementKind::SceneHeading
        } else {
            ElementKind::Transition
        }];
    }
    if first.ends_with("TO:") {
        return vec![ElementKind::Transition];
    }
    let name = first.split(" (").next().unwrap_or_default();
    let upper = !name.chars().any(char::is_lowercase) && !name.contains(['.', '?', '!', '…']);
    if first.starts_with('@') || (english && upper) {
        let mut kinds = vec![ElementKind::Character];
        if block.lines().nth(1).unwrap().starts_with('(') {
            kinds.push(ElementKind::Parenthetical);
        }
        kinds.push(ElementKind::Dialogue);
        return kinds;
    }
    vec![ElementKind::Action]
}

proptest! {
    #[test]
    fn what_the_grammar_allows_reads_as_it_was_meant(seed in any::<u64>(), which in 0usize..7) {
        for (language, names) in [
            (Language::English, &["Mara Lindqvist", "Old Tom", "O'Brien"][..]),
            (Language::English, &[]),
            (Language::Chinese, &["林晓", "老唐"]),
            (Language::Chinese, &[]),
        ] {
            let brief = brief(language, names);
            let task = [
                Task::Scene { number: 1 },
                Task::Draft,
                Task::Turns { written: vec![] },
                Task::ReviseEntry { number: 1 },
                Task::Outline,
                Task::Beats,
                Task::Dialogue { character: "Old Tom".to_owned() },
            ][which].clone();
            let rule = of(&brief, &task, &Place::Blocks(Kinds::default())).unwrap();
            let text = sample(&rule, seed);
            // A scene stands behind its heading; so does a line of dialogue.
            let script = match task {
                Task::Scene { .. } | Task::Dialogue { .. } => {
                    format!("INT. HUT - DAY\n\n{text}")
                }
                _ => text.clone(),
            };
            let found: Vec<ElementKind> = fountain::parse(&script)
                .into_iter()
                .map(|e| e.kind)
                .filter(|k| *k != ElementKind::Blank)
                .collect();
            let wanted: Vec<ElementKind> = script
                .split("\n\n")
                .flat_map(|block| meant(block, &brief))
                .collect();
            prop_assert_eq!(found, wanted, "{}", script);
            // Reading such an answer changes nothing.
            let read = crate::parse(
                inkstone_manuscript::DocumentKind::Screenplay, &task, language, &text,
            );
            prop_assert_eq!(read.text, text.trim());
        }
    }
}

#[test]
fn the_notation_is_larks() {
    let brief = brief(Language::Chinese, &["林晓"]);
    let place = Place::Blocks(Kinds::default());
    let task = Task::Dialogue {
        character: "林晓".to_owned(),
    };
    let lark = of(&brief, &task, &place).unwrap().to_lark();
    assert!(
        lark.starts_with("start: speech\nspeech: cue (/\\n/ parenthetical){0,1} "),
        "{lark}"
    );
    assert!(lark.contains("\ncue: /\\@林晓/\n"), "{lark}");
    assert!(of(&brief, &Task::Premise, &place).is_none());
    let task = Task::Dialogue {
        character: "a\nb".to_owned(),
    };
    assert!(of(&brief, &task, &place).is_none());
}

/// A script of whose parts the tests select some, and carets at which they go on.
const SCRIPT: &str = "INT. HUT - DAY\n\nRain ticks. It is late.\n\nMARA\n(low)\nIt sticks.\nAgain.\n\nTOM\nNo.\n\n> THE END <\n";
const SCRIPT_ZH: &str = ".渡口 夜\n\n= 林晓来了。\n\n雨点敲着玻璃。没有人。\n\n@林晓\n(低声)\n船呢？\n没有。\n\n@老唐\n走了。\n";

fn input<'a>(
    brief: &'a Brief,
    task: &'a Task,
    document: &'a str,
    selection: Range<usize>,
) -> Input<'a> {
    Input {
        brief,
        task,
        document,
        selection,
        note: None,
        house_rules: "",
        voice: "",
        variant: 0,
        variants: 1,
        context_tokens: None,
    }
}

/// The elements of a text but blank lines.
fn kinds(text: &str) -> Vec<ElementKind> {
    let found = fountain::parse(text).into_iter().map(|e| e.kind);
    found.filter(|k| *k != ElementKind::Blank).collect()
}

/// The kinds of a block of an answer to a compact prompt: an action is one line there.
fn meant_compact(block: &str) -> Option<Vec<ElementKind>> {
    let slot = block.find('⟧').filter(|_| block.starts_with("⟦n"));
    let block = slot.map_or(block, |at| &block[at + '⟧'.len_utf8()..]);
    let mut lines = block.lines();
    let first = lines.next().unwrap_or_default();
    if first.starts_with("⟦s") && first["⟦s".len()..].starts_with(|c: char| c.is_ascii_digit())
    {
        return None;
    }
    let opens = |marks: &[&str]| marks.iter().any(|mark| first.starts_with(mark));
    Some(if opens(&["# "]) {
        vec![ElementKind::Section { depth: 1 }]
    } else if opens(&["= "]) {
        vec![ElementKind::Synopsis]
    } else if opens(&["⟦heading⟧", ".内", ".外", "INT.", "EXT."]) {
        vec![ElementKind::SceneHeading]
    } else if opens(&["> "]) || first.ends_with("TO:") {
        vec![ElementKind::Transition]
    } else if let Some(second) = lines.next() {
        let aside = second.starts_with('(');
        let mut kinds = vec![ElementKind::Character];
        kinds.extend(aside.then_some(ElementKind::Parenthetical));
        kinds.push(ElementKind::Dialogue);
        kinds
    } else {
        vec![ElementKind::Action]
    })
}

proptest! {
    #[test]
    fn what_a_small_network_may_write_reads_as_it_was_meant(
        seed in any::<u64>(),
        which in 0usize..6,
        hostile in 0usize..9,
    ) {
        let odd = [
            "A ferry pilot hides a letter", "INT. HOUSE", "[[ never closed", "/* neither",
            "MARA", "> leaves <", "老秦：船呢", "FADE TO:", "~ la la",
        ][hostile];
        for (language, names, document) in [
            (Language::English, &["Mara Lindqvist", "Int. Revenue", "林晓", "3cpo"][..], SCRIPT),
            (Language::English, &[], SCRIPT),
            (Language::Chinese, &["林晓", "老唐", "Tom (old)"], SCRIPT_ZH),
            (Language::Chinese, &[], SCRIPT_ZH),
        ] {
            let mut brief = brief(language, names);
            odd.clone_into(&mut brief.logline);
            for person in &mut brief.characters {
                odd.clone_into(&mut person.description);
            }
            let brief = Brief::Screenplay(brief);
            let (task, selection) = [
                (Task::Draft, 0..0),
                (Task::Scene { number: 1 }, 0..0),
                (Task::Outline, 0..0),
                (Task::Beats, 0..0),
                (Task::Continue, document.len()..document.len()),
                (Task::Rewrite, 0..document.len()),
            ][which].clone();
            let input = input(&brief, &task, document, selection);
            let target = crate::target::of(&input).unwrap();
            let (_, values) = compact::compose(&input, &target).unwrap();
            let raw = sample(&grammar(&input, &target, Some(&values)).unwrap(), seed);
            let answer = values.resolve(&raw);
            let read = crate::parse(
                inkstone_manuscript::DocumentKind::Screenplay, &task, language, &answer,
            ).text;
            let wanted: Vec<Vec<ElementKind>> =
                raw.split("\n\n").filter_map(meant_compact).collect();
            let mut wanted = wanted.concat();
            let mut script = read.clone();
            if let Task::Scene { .. } = task {
                // The heading and what is under it stand in the script already.
                let start = wanted.iter().position(|k| {
                    !matches!(k, ElementKind::SceneHeading | ElementKind::Synopsis)
                });
                wanted.drain(..start.unwrap_or(0));
                script = format!("INT. HUT - DAY\n\n{read}");
                wanted.insert(0, ElementKind::SceneHeading);
            }
            if task == Task::Continue {
                script = format!("INT. HUT - DAY\n\n{read}");
                wanted.insert(0, ElementKind::SceneHeading);
            }
            if task == Task::Rewrite {
                // What was selected is the person's; the rest is what it was meant to be.
                for block in raw.split("\n\n").filter(|b| meant_compact(b).is_some()) {
                    let block = values.resolve(block);
                    prop_assert!(read.contains(&block), "{}\n--\n{}", read, block);
                }
                continue;
            }
            prop_assert_eq!(kinds(&script), wanted, "{}\n--\n{}", raw, script);
        }
    }

    #[test]
    fn what_stands_for_a_selection_leaves_the_script_around_it(seed in any::<u64>(), which in 0usize..8) {
        let parts = [
            ("Rain ticks. It is late.", "雨点敲着玻璃。没有人。"),
            ("MARA\n(low)\nIt sticks.\nAgain.", "@林晓\n(低声)\n船呢？\n没有。"),
            ("It sticks.", "船呢？"),
            ("(low)", "(低声)"),
            ("MARA", "@林晓"),
            ("It is late.", "没有人。"),
            ("Rain", "雨点"),
            ("sticks", "船"),
        ][which];
        for (language, document, part) in [
            (Language::English, SCRIPT, parts.0),
            (Language::Chinese, SCRIPT_ZH, parts.1),
        ] {
            let brief = Brief::Screenplay(brief(language, &["Mara", "林晓"]));
            let at = document.find(part).unwrap();
            let task = Task::Rewrite;
            let input = input(&brief, &task, document, at..at + part.len());
            let target = crate::target::of(&input).unwrap();
            let (_, values) = compact::compose(&input, &target).unwrap();
            for values in [None, Some(&values)] {
                let raw = sample(&grammar(&input, &target, values).unwrap(), seed);
                let answer = values.map_or(raw.clone(), |v| v.resolve(&raw));
                let read = crate::parse(
                    inkstone_manuscript::DocumentKind::Screenplay, &task, language, &answer,
                ).text;
                let new = crate::join(document, &target, &read);
                let script = format!("{}{new}{}", &document[..at], &document[at + part.len()..]);
                let (before, after) = (kinds(document), kinds(&script));
                if which > 1 {
                    // Within an element all stay what they are.
                    let mut merged = after.clone();
                    merged.dedup();
                    let mut was = before.clone();
                    was.dedup();
                    if which == 2 {
                        // A parenthetical may come before what is said.
                        merged.retain(|k| *k != ElementKind::Parenthetical);
                        merged.dedup();
                        was.retain(|k| *k != ElementKind::Parenthetical);
                        was.dedup();
                    }
                    prop_assert_eq!(merged, was, "{}\n--\n{}", raw, script);
                } else {
                    let own = [ElementKind::Action, ElementKind::Character, ElementKind::Dialogue,
                        ElementKind::Parenthetical];
                    let rest = |kinds: &[ElementKind]| -> Vec<ElementKind> {
                        kinds.iter().filter(|k| !own.contains(k)).copied().collect()
                    };
                    prop_assert_eq!(rest(&after), rest(&before), "{}", script);
                    let cues = |kinds: &[ElementKind]| {
                        kinds.iter().filter(|k| **k == ElementKind::Character).count()
                    };
                    let said = after.windows(2).filter(|w| {
                        w[0] == ElementKind::Character
                            && matches!(w[1], ElementKind::Dialogue | ElementKind::Parenthetical)
                    });
                    prop_assert_eq!(said.count(), cues(&after), "{}", script);
                }
            }
        }
    }
}
