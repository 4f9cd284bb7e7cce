//! The grammar of what a model may write into a script: Fountain elements and nothing else.
//!
//! One description gives both the grammar in the notation of Lark, for constrained decoding, and
//! samples of it, by which a test holds it against our own parser: whatever the grammar allows
//! reads as the elements that were meant. Its shape:
//! - a scene is blocks with one blank line between: action of one to four lines, a speech, now and
//!   then a transition at the end;
//! - a speech is a cue, perhaps a parenthetical, and lines of dialogue. Where the brief has people,
//!   cues are their names and words for functions: a small model cannot misspell a name;
//! - a heading opens with `INT.`, `EXT.` or `INT./EXT.` (`.内景`, `.外景`), has a place and one of
//!   the known times of day;
//! - a line of action cannot look like anything else: an English one begins with a word in mixed
//!   case that is no `Int.`, a Chinese one with a Han character.

use inkstone_manuscript::{Language, count::is_han};

use crate::{ScreenplayBrief, Task};

/// A piece of the grammar.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Rule {
    /// These characters.
    Text(String),
    /// So many characters of these ranges, each a first and a last.
    Chars(&'static [(char, char)], usize, usize),
    /// One after the other.
    Seq(Vec<Rule>),
    /// One of them.
    Any(Vec<Rule>),
    /// So often, at least and at most.
    Times(Box<Rule>, usize, usize),
    /// A part with a name of its own in the grammar.
    Named(&'static str, Box<Rule>),
}

use Rule::{Any, Chars, Named, Seq, Text, Times};

/// The grammar of an answer, for tasks that write elements.
pub(crate) fn grammar(brief: &ScreenplayBrief, task: &Task) -> Option<Rule> {
    let language = brief.language;
    let scene = || {
        let block = Named(
            "block",
            Box::new(Any(vec![action(language), speech(brief)])),
        );
        let more = Seq(vec![text("\n\n"), block.clone()]);
        let last = Seq(vec![text("\n\n"), transition(language)]);
        vec![
            block,
            Times(Box::new(more), 2, 60),
            Times(Box::new(last), 0, 1),
        ]
    };
    Some(match task {
        Task::Scene { .. } | Task::ReviseScene { .. } | Task::PunchUp { .. } => Seq(scene()),
        Task::Draft => {
            let mut parts = vec![heading(language), text("\n\n")];
            parts.extend(scene());
            Seq(parts)
        }
        Task::Dialogue { character } => {
            let cue = Named("cue", Box::new(Text(cue_of(character, language)?)));
            Named("speech", Box::new(said(cue, language)))
        }
        Task::Turns { .. } => Seq(vec![heading(language), text("\n\n"), synopsis(language)]),
        Task::ReviseEntry { .. } => synopsis(language),
        Task::Outline => {
            let entry = || Seq(vec![heading(language), text("\n\n"), synopsis(language)]);
            let more = Seq(vec![text("\n\n"), entry()]);
            let scenes = (brief.scenes as usize).max(1);
            Seq(vec![entry(), Times(Box::new(more), scenes - 1, scenes - 1)])
        }
        Task::Beats | Task::ReviseBeats => {
            let beats = crate::view::beats(&crate::Brief::Screenplay(brief.clone())) as usize;
            let act = Seq(vec![text("# "), act(language), text("\n\n")]);
            let beat = || Seq(vec![Times(Box::new(act.clone()), 0, 1), synopsis(language)]);
            let more = Seq(vec![text("\n\n"), beat()]);
            Seq(vec![
                beat(),
                Times(Box::new(more), beats.saturating_sub(3).max(2), beats + 3),
            ])
        }
        _ => return None,
    })
}

fn text(text: &str) -> Rule {
    Text(text.to_owned())
}

/// Letters, digits and punctuation that mean nothing to Fountain, in a line of English.
const PROSE: &[(char, char)] = &[
    (' ', ' '),
    ('a', 'z'),
    ('A', 'Z'),
    ('0', '9'),
    (',', '.'),
    ('\'', '\''),
    ('"', '"'),
    ('!', '!'),
    ('?', '?'),
    (';', ';'),
    ('(', ')'),
    ('à', 'ÿ'),
    ('‘', '”'),
    ('–', '—'),
    ('…', '…'),
];
const HAN: &[(char, char)] = &[('\u{4e00}', '\u{9fff}')];
/// The same for Chinese; Latin letters and digits may stand among it.
const PROSE_ZH: &[(char, char)] = &[
    ('\u{4e00}', '\u{9fff}'),
    ('0', '9'),
    ('a', 'z'),
    ('A', 'Z'),
    ('，', '，'),
    ('。', '。'),
    ('、', '、'),
    ('！', '！'),
    ('？', '？'),
    ('；', '；'),
    ('“', '”'),
    ('《', '》'),
    ('…', '…'),
    ('—', '—'),
];
const LOWER: &[(char, char)] = &[('a', 'z')];
const UPPER: &[(char, char)] = &[('A', 'Z')];
const END: &[(char, char)] = &[('.', '.'), ('!', '!'), ('?', '?'), ('…', '…'), ('—', '—')];
const END_ZH: &[(char, char)] = &[
    ('。', '。'),
    ('！', '！'),
    ('？', '？'),
    ('…', '…'),
    ('—', '—'),
    ('”', '”'),
];

/// The first word of a sentence: mixed case, and not `Int`, `Ext`, `Est` with nothing behind.
fn opening() -> Rule {
    const OTHERS: &[(char, char)] = &[('A', 'D'), ('F', 'H'), ('J', 'Z')];
    const NOT_N: &[(char, char)] = &[('a', 'm'), ('o', 'z')];
    const NOT_T: &[(char, char)] = &[('a', 's'), ('u', 'z')];
    const NOT_SX: &[(char, char)] = &[('a', 'r'), ('t', 'w'), ('y', 'z')];
    let word = |parts: Vec<Rule>| Seq(parts);
    Any(vec![
        word(vec![Chars(OTHERS, 1, 1), Chars(LOWER, 1, 14)]),
        word(vec![text("A "), Chars(LOWER, 1, 14)]),
        word(vec![text("I"), Chars(NOT_N, 1, 1), Chars(LOWER, 0, 12)]),
        word(vec![text("In"), Chars(NOT_T, 1, 1), Chars(LOWER, 0, 12)]),
        word(vec![text("In "), Chars(LOWER, 1, 14)]),
        word(vec![text("Int"), Chars(LOWER, 1, 12)]),
        word(vec![text("E"), Chars(NOT_SX, 1, 1), Chars(LOWER, 0, 12)]),
        word(vec![text("Es"), Chars(NOT_T, 1, 1), Chars(LOWER, 0, 12)]),
        word(vec![text("Ex"), Chars(NOT_T, 1, 1), Chars(LOWER, 0, 12)]),
    ])
}

fn action(language: Language) -> Rule {
    let line = match language {
        // A name in capitals may open a line; what follows is in mixed case.
        Language::English => Seq(vec![
            Any(vec![
                opening(),
                Seq(vec![Chars(UPPER, 4, 14), text(" "), Chars(LOWER, 2, 14)]),
            ]),
            Chars(PROSE, 0, 160),
            Chars(END, 1, 1),
        ]),
        Language::Chinese => Seq(vec![
            Chars(HAN, 1, 1),
            Chars(PROSE_ZH, 1, 100),
            Chars(END_ZH, 1, 1),
        ]),
    };
    let line = Named("action_line", Box::new(line));
    let more = Seq(vec![text("\n"), line.clone()]);
    Named(
        "action",
        Box::new(Seq(vec![line, Times(Box::new(more), 0, 3)])),
    )
}

/// Words for people without a name.
const FUNCTIONS: [&str; 10] = [
    "MAN", "WOMAN", "BOY", "GIRL", "VOICE", "DRIVER", "WAITER", "DOCTOR", "OFFICER", "STRANGER",
];
const FUNCTIONS_ZH: [&str; 10] = [
    "男人",
    "女人",
    "男孩",
    "女孩",
    "画外音",
    "司机",
    "服务员",
    "医生",
    "警察",
    "路人",
];

/// The cue of a name, if the name can be one.
fn cue_of(name: &str, language: Language) -> Option<String> {
    let name = name.trim();
    let fit = !name.is_empty()
        && name.chars().count() <= 40
        && !name.contains([
            '\n', '\r', '(', ')', '（', '）', '^', '[', ']', '*', '/', '#',
        ]);
    if !fit {
        return None;
    }
    let upper = name.to_uppercase();
    let plain = language == Language::English
        && !name.chars().any(is_han)
        && upper.chars().any(char::is_alphabetic)
        && !upper.ends_with("TO:")
        && upper.starts_with(char::is_alphanumeric)
        && !["INT ", "INT.", "EXT ", "EXT.", "EST ", "EST.", "I/E"]
            .iter()
            .any(|mark| upper.starts_with(mark));
    Some(if plain { upper } else { format!("@{name}") })
}

fn speech(brief: &ScreenplayBrief) -> Rule {
    let language = brief.language;
    let people: Vec<String> = brief
        .characters
        .iter()
        .filter_map(|c| cue_of(&c.name, language))
        .collect();
    let name = if people.is_empty() {
        match language {
            Language::English => Seq(vec![
                Chars(&[('A', 'D'), ('F', 'H'), ('J', 'Z')], 1, 1),
                Chars(UPPER, 2, 14),
            ]),
            Language::Chinese => Seq(vec![text("@"), Chars(HAN, 1, 4)]),
        }
    } else {
        let functions = match language {
            Language::English => FUNCTIONS.map(str::to_owned),
            Language::Chinese => FUNCTIONS_ZH.map(|f| format!("@{f}")),
        };
        Any(people.into_iter().chain(functions).map(Text).collect())
    };
    let extension = match language {
        Language::English => vec![text(" (V.O.)"), text(" (O.S.)"), text(" (CONT'D)")],
        Language::Chinese => vec![text(" (画外)"), text(" (旁白)")],
    };
    let cue = Seq(vec![name, Times(Box::new(Any(extension)), 0, 1)]);
    Named(
        "speech",
        Box::new(said(Named("cue", Box::new(cue)), language)),
    )
}

/// A cue and what is said under it.
fn said(cue: Rule, language: Language) -> Rule {
    let (aside, line) = match language {
        Language::English => (
            Seq(vec![
                Chars(LOWER, 1, 1),
                Chars(&[('a', 'z'), (' ', ' '), (',', ','), ('\'', '\'')], 1, 38),
                Chars(LOWER, 1, 1),
            ]),
            Seq(vec![
                Times(Box::new(text("“")), 0, 1),
                Any(vec![
                    opening(),
                    Seq(vec![
                        text("I"),
                        Chars(&[(' ', ' '), ('\'', '\'')], 1, 1),
                        Chars(LOWER, 1, 12),
                    ]),
                ]),
                Chars(PROSE, 0, 140),
                Chars(END, 1, 1),
            ]),
        ),
        Language::Chinese => (
            Chars(HAN, 1, 12),
            Seq(vec![
                Times(Box::new(Any(vec![text("“"), text("《")])), 0, 1),
                Chars(HAN, 1, 1),
                Chars(PROSE_ZH, 0, 80),
                Chars(END_ZH, 1, 1),
            ]),
        ),
    };
    let aside = Named(
        "parenthetical",
        Box::new(Seq(vec![text("("), aside, text(")")])),
    );
    let line = Named("dialogue_line", Box::new(line));
    let aside = Seq(vec![text("\n"), aside]);
    let line = Seq(vec![text("\n"), line]);
    Seq(vec![
        cue,
        Times(Box::new(aside), 0, 1),
        line.clone(),
        Times(Box::new(line), 0, 4),
    ])
}

fn transition(language: Language) -> Rule {
    let known = match language {
        Language::English => vec![text("CUT TO:"), text("SMASH CUT TO:"), text("DISSOLVE TO:")],
        Language::Chinese => vec![text("> 切至"), text("> 叠化"), text("> 淡出")],
    };
    Named("transition", Box::new(Any(known)))
}

fn heading(language: Language) -> Rule {
    let (marks, place, times) = match language {
        Language::English => (
            vec![text("INT. "), text("EXT. "), text("INT./EXT. ")],
            Seq(vec![
                Chars(UPPER, 1, 1),
                Chars(&[('A', 'Z'), (' ', ' '), ('\'', '\'')], 1, 28),
                Chars(UPPER, 1, 1),
            ]),
            vec![
                "DAY",
                "NIGHT",
                "DAWN",
                "DUSK",
                "MORNING",
                "AFTERNOON",
                "EVENING",
                "LATER",
                "CONTINUOUS",
            ],
        ),
        Language::Chinese => (
            vec![text(".内景 "), text(".外景 "), text(".内外景 ")],
            Chars(HAN, 2, 12),
            vec!["日", "夜", "清晨", "黄昏", "上午", "下午", "深夜", "稍后"],
        ),
    };
    let times = Any(times.into_iter().map(text).collect());
    Named(
        "heading",
        Box::new(Seq(vec![Any(marks), place, text(" - "), times])),
    )
}

fn synopsis(language: Language) -> Rule {
    let line = match language {
        Language::English => Seq(vec![
            text("= "),
            Chars(UPPER, 1, 1),
            Chars(PROSE, 8, 260),
            Chars(END, 1, 1),
        ]),
        Language::Chinese => Seq(vec![
            text("= "),
            Chars(HAN, 1, 1),
            Chars(PROSE_ZH, 4, 120),
            Chars(END_ZH, 1, 1),
        ]),
    };
    Named("synopsis", Box::new(line))
}

fn act(language: Language) -> Rule {
    let known = match language {
        Language::English => vec![text("Act One"), text("Act Two"), text("Act Three")],
        Language::Chinese => vec![text("第一幕"), text("第二幕"), text("第三幕")],
    };
    Named("act", Box::new(Any(known)))
}

impl Rule {
    /// The grammar in the notation of Lark; it begins at `start`.
    pub fn to_lark(&self) -> String {
        let mut names: Vec<(&'static str, String)> = Vec::new();
        let start = self.lark(&mut names);
        let mut out = format!("start: {start}\n");
        for (name, body) in names {
            out.push_str(&format!("{name}: {body}\n"));
        }
        out
    }

    fn lark(&self, names: &mut Vec<(&'static str, String)>) -> String {
        if !matches!(self, Named(..)) && self.plain() {
            return format!("/{}/", self.regex());
        }
        match self {
            Named(name, inner) => {
                if !names.iter().any(|(known, _)| known == name) {
                    // Its place is taken before what is inside of it gets theirs.
                    names.push((name, String::new()));
                    let body = inner.lark(names);
                    if let Some(slot) = names.iter_mut().find(|(known, _)| known == name) {
                        slot.1 = body;
                    }
                }
                (*name).to_owned()
            }
            Seq(parts) => {
                let parts: Vec<String> = parts.iter().map(|p| p.lark(names)).collect();
                parts.join(" ")
            }
            Any(parts) => {
                let parts: Vec<String> = parts.iter().map(|p| p.lark(names)).collect();
                format!("({})", parts.join(" | "))
            }
            Times(inner, least, most) => {
                let inner = inner.lark(names);
                format!("({inner}){{{least},{most}}}")
            }
            Text(_) | Chars(..) => format!("/{}/", self.regex()),
        }
    }

    /// Whether nothing in it has a name, so that it is one regular expression.
    fn plain(&self) -> bool {
        match self {
            Text(_) | Chars(..) => true,
            Seq(parts) | Any(parts) => parts.iter().all(Self::plain),
            Times(inner, ..) => inner.plain(),
            Named(..) => false,
        }
    }

    fn regex(&self) -> String {
        match self {
            Text(text) => escaped(text),
            Chars(ranges, least, most) => {
                let class: String = ranges
                    .iter()
                    .map(|(from, to)| match from == to {
                        true => escaped(&from.to_string()),
                        false => format!(
                            "{}-{}",
                            escaped(&from.to_string()),
                            escaped(&to.to_string())
                        ),
                    })
                    .collect();
                match (least, most) {
                    (1, 1) => format!("[{class}]"),
                    _ => format!("[{class}]{{{least},{most}}}"),
                }
            }
            Seq(parts) => parts.iter().map(Self::regex).collect(),
            Any(parts) => {
                let parts: Vec<String> = parts.iter().map(Self::regex).collect();
                format!("({})", parts.join("|"))
            }
            Times(inner, least, most) => format!("({}){{{least},{most}}}", inner.regex()),
            Named(_, inner) => inner.regex(),
        }
    }
}

/// A text as a regular expression between slashes reads it.
fn escaped(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        match c {
            '\n' => out.push_str("\\n"),
            c if c.is_ascii_punctuation() => {
                out.push('\\');
                out.push(c);
            }
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use inkstone_manuscript::fountain::{self, ElementKind};
    use proptest::prelude::*;

    use super::*;
    use crate::CharacterBrief;

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
                let rule = grammar(&brief, &task).unwrap();
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
        let task = Task::Dialogue {
            character: "林晓".to_owned(),
        };
        let lark = grammar(&brief, &task).unwrap().to_lark();
        assert!(
            lark.starts_with("start: speech\nspeech: cue (/\\n/ parenthetical){0,1} "),
            "{lark}"
        );
        assert!(lark.contains("\ncue: /\\@林晓/\n"), "{lark}");
        assert!(grammar(&brief, &Task::Rewrite).is_none());
        let task = Task::Dialogue {
            character: "a\nb".to_owned(),
        };
        assert!(grammar(&brief, &task).is_none());
    }
}
