//! Continuity: names, times of day and props, looked at by rules alone.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use inkstone_manuscript::{
    count::is_han,
    fountain::{self, ElementKind, Scene},
};

use super::pages::cue_name;
use crate::{Finding, ScreenplayBrief, Severity, find::Folded};

/// All findings on a script, in the order of their kinds.
pub(super) fn check(brief: &ScreenplayBrief, text: &str) -> Vec<Finding> {
    let mut findings = names(brief, text);
    findings.extend(times(text));
    findings.extend(props(brief, text));
    findings
}

/// The same thing is said of one name at its first places only.
const MOST_PLACES: usize = 5;

/// Cues that are like another one which is spoken more often: slips, most likely. A person has an
/// entrance; a name that no line of action ever has is no person's.
fn names(brief: &ScreenplayBrief, text: &str) -> Vec<Finding> {
    let mut cues: BTreeMap<String, (String, Vec<Range<usize>>)> = BTreeMap::new();
    let mut action = String::new();
    for element in fountain::parse(text) {
        match element.kind {
            ElementKind::Character => {
                let name = cue_name(&fountain::content(text, &element));
                let line = &text[element.range.clone()];
                let at = element.range.start + line.find(&name).unwrap_or(0);
                let known = cues
                    .entry(name.to_lowercase())
                    .or_insert_with(|| (name.clone(), Vec::new()));
                known.1.push(at..at + name.len());
            }
            ElementKind::Action => {
                action.push_str(&text[element.range]);
                action.push('\n');
            }
            _ => {}
        }
    }
    let action = Folded::new(&action);
    let listed: BTreeSet<String> = brief
        .characters
        .iter()
        .flat_map(|c| std::iter::once(&c.name).chain(&c.aliases))
        .map(|n| n.trim().to_lowercase())
        .collect();
    let mut findings = Vec::new();
    for (low, (name, places)) in &cues {
        if listed.contains(low) || places.len() > 2 || action.find(name).next().is_some() {
            continue;
        }
        let like = cues
            .iter()
            .filter(|(other, (_, theirs))| {
                *other != low
                    && (listed.contains(*other) || theirs.len() > places.len())
                    && alike(low, other)
            })
            .max_by_key(|(_, (_, theirs))| theirs.len())
            .map(|(_, (other, _))| other.clone())
            .or_else(|| {
                let people = brief.characters.iter().map(|c| c.name.trim());
                people
                    .filter(|p| !p.is_empty())
                    .find(|p| alike(low, &p.to_lowercase()))
                    .map(str::to_owned)
            });
        let Some(like) = like else {
            continue;
        };
        for place in places.iter().take(MOST_PLACES) {
            let finding = Finding::new("screenplay.like_name", Severity::Warning);
            findings.push(
                finding
                    .at(place.clone())
                    .with("name", name)
                    .with("like", &like),
            );
        }
    }
    findings
}

/// Whether one name looks like a slip of the other: a letter more, less or other (two in long
/// names), two letters swapped; of Chinese names one character of the same length.
fn alike(a: &str, b: &str) -> bool {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let short = a.len().min(b.len());
    // MAN 1 and MAN 2 differ in what tells them apart.
    let digits = |n: &[char]| {
        n.iter()
            .filter(|c| c.is_ascii_digit())
            .copied()
            .collect::<String>()
    };
    if digits(&a) != digits(&b) {
        return false;
    }
    if a.iter().chain(&b).any(|c| is_han(*c)) {
        return a.len() == b.len()
            && short >= 2
            && a.iter().zip(&b).filter(|(x, y)| x != y).count() == 1;
    }
    let most = match short {
        0..=3 => return false,
        4..=7 => 1,
        _ => 2,
    };
    distance(&a, &b) <= most
}

/// Edits from one to the other: insert, delete, replace, swap of neighbours (optimal string
/// alignment).
fn distance(a: &[char], b: &[char]) -> usize {
    let mut rows: Vec<Vec<usize>> = vec![(0..=b.len()).collect()];
    for i in 1..=a.len() {
        let mut row = vec![i];
        for j in 1..=b.len() {
            let change = usize::from(a[i - 1] != b[j - 1]);
            let mut best = (rows[i - 1][j] + 1)
                .min(row[j - 1] + 1)
                .min(rows[i - 1][j - 1] + change);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                best = best.min(rows[i - 2][j - 2] + 1);
            }
            row.push(best);
        }
        rows.push(row);
    }
    rows[a.len()][b.len()]
}

/// A time of day as headings name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Time {
    Dawn,
    Day,
    Dusk,
    Night,
    /// Right after the scene before, or at the same time.
    Continuous,
    /// Some time after the scene before.
    Later,
}

const TIMES: &[(&str, Time)] = &[
    ("CONTINUOUS", Time::Continuous),
    ("SAME TIME", Time::Continuous),
    ("SAME", Time::Continuous),
    ("MOMENTS LATER", Time::Continuous),
    ("LATER", Time::Later),
    ("MIDNIGHT", Time::Night),
    ("NIGHT", Time::Night),
    ("DAWN", Time::Dawn),
    ("SUNRISE", Time::Dawn),
    ("EARLY MORNING", Time::Dawn),
    ("DUSK", Time::Dusk),
    ("SUNSET", Time::Dusk),
    ("EVENING", Time::Dusk),
    ("MAGIC HOUR", Time::Dusk),
    ("MORNING", Time::Day),
    ("AFTERNOON", Time::Day),
    ("NOON", Time::Day),
    ("DAY", Time::Day),
    ("同时", Time::Continuous),
    ("连续", Time::Continuous),
    ("紧接", Time::Continuous),
    ("接上场", Time::Continuous),
    ("稍后", Time::Later),
    ("片刻后", Time::Continuous),
    ("黎明", Time::Dawn),
    ("清晨", Time::Dawn),
    ("拂晓", Time::Dawn),
    ("黄昏", Time::Dusk),
    ("傍晚", Time::Dusk),
    ("深夜", Time::Night),
    ("午夜", Time::Night),
    ("夜", Time::Night),
    ("晚", Time::Night),
    ("上午", Time::Day),
    ("下午", Time::Day),
    ("中午", Time::Day),
    ("早", Time::Day),
    ("晨", Time::Dawn),
    ("日", Time::Day),
    ("白天", Time::Day),
    ("昼", Time::Day),
];

/// The times that a heading names, after its place.
fn times_of(heading: &str) -> Vec<Time> {
    let upper = heading.to_uppercase();
    let end = upper
        .find(" - ")
        .or_else(|| upper.find(" – "))
        .or_else(|| upper.find(" — "));
    // Chinese headings also end in the time after a space: `内景 厨房 夜`.
    let tail = match end {
        Some(at) => upper[at..].to_owned(),
        None => {
            let mut words: Vec<&str> = upper.split_whitespace().skip(2).collect();
            let is_time =
                |w: &&str| w.chars().count() <= 4 && TIMES.iter().any(|(word, _)| w.contains(word));
            let from = words
                .iter()
                .rposition(|w| !is_time(w))
                .map_or(0, |at| at + 1);
            words.drain(..from);
            words.retain(|w| w.chars().any(is_han));
            words.join(" ")
        }
    };
    let mut found: Vec<(usize, Time)> = Vec::new();
    let mut rest = tail;
    for (word, time) in TIMES {
        let at = if word.starts_with(is_han) {
            rest.find(word)
        } else {
            Folded::new(&rest).find(word).next().map(|r| r.start)
        };
        if let Some(at) = at {
            found.push((at, *time));
            rest.replace_range(at..at + word.len(), &"·".repeat(word.len() / 2));
        }
    }
    found.sort_by_key(|(at, _)| *at);
    found.into_iter().map(|(_, time)| time).collect()
}

fn times(text: &str) -> Vec<Finding> {
    let scenes = fountain::scenes(text);
    let line = |scene: &Scene| {
        let first = text[scene.range.clone()].lines().next().unwrap_or_default();
        scene.range.start..scene.range.start + first.trim_end().len()
    };
    let mut findings = Vec::new();
    let named: Vec<Vec<Time>> = scenes.iter().map(|s| times_of(&s.heading)).collect();
    // A script whose headings never name a time has a style of its own.
    let timed = named.iter().filter(|times| !times.is_empty()).count();
    let tells = timed * 2 > scenes.len();
    let mut last: Option<Time> = None;
    for (at, (scene, times)) in scenes.iter().zip(&named).enumerate() {
        let clock = times
            .iter()
            .copied()
            .find(|t| !matches!(t, Time::Continuous | Time::Later));
        let continuous = times.contains(&Time::Continuous);
        if times.is_empty() && tells {
            let finding = Finding::new("screenplay.no_time", Severity::Info).at(line(scene));
            findings.push(finding.with("scene", scene.number));
        }
        if at == 0 && (continuous || times.contains(&Time::Later)) {
            let finding = Finding::new("screenplay.continuous_first", Severity::Warning);
            findings.push(finding.at(line(scene)));
        } else if continuous
            && let (Some(before), Some(now)) = (last, clock)
            && far(before, now)
        {
            let finding = Finding::new("screenplay.continuous_jump", Severity::Warning);
            findings.push(
                finding
                    .at(line(scene))
                    .with("scene", scene.number)
                    .with("before", scene.number - 1),
            );
        }
        last = clock.or(last.filter(|_| continuous));
        if let Some(finding) = clock.and_then(|clock| light(text, scene, clock)) {
            findings.push(finding);
        }
    }
    findings
}

/// Whether no scene that goes straight on can get from one time to the other.
fn far(a: Time, b: Time) -> bool {
    let place = |t: Time| match t {
        Time::Dawn => 0i32,
        Time::Day => 1,
        Time::Dusk => 2,
        _ => 3,
    };
    // In a circle: night is followed by dawn. Time stands still or goes one step on.
    !matches!((place(b) - place(a)).rem_euclid(4), 0 | 1)
}

/// Light that the time of day does not have: the sun by night, the moon at noon.
fn light(text: &str, scene: &Scene, clock: Time) -> Option<Finding> {
    const SUN: &[&str] = &[
        "sunlight",
        "sunshine",
        "midday sun",
        "阳光",
        "烈日",
        "日头正",
        "骄阳",
    ];
    const MOON: &[&str] = &[
        "moonlight",
        "starlight",
        "moonlit",
        "月光",
        "星光",
        "繁星",
        "月色",
    ];
    let wrong = match clock {
        Time::Night => SUN,
        Time::Day => MOON,
        _ => return None,
    };
    for element in fountain::parse(&text[scene.range.clone()]) {
        if element.kind != ElementKind::Action {
            continue;
        }
        let start = scene.range.start + element.range.start;
        let action = &text[start..scene.range.start + element.range.end];
        let folded = Folded::new(action);
        for word in wrong {
            if let Some(at) = folded.find(word).next() {
                let finding = Finding::new("screenplay.light", Severity::Warning);
                return Some(
                    finding
                        .at(start + at.start..start + at.end)
                        .with("word", *word)
                        .with("scene", scene.number),
                );
            }
        }
    }
    None
}

/// The things that the brief watches over: whether they are seen, used again, and seen before
/// someone speaks of them.
fn props(brief: &ScreenplayBrief, text: &str) -> Vec<Finding> {
    let mut findings = Vec::new();
    let folded = Folded::new(text);
    let elements = fountain::parse(text);
    let kind_at = |at: usize| {
        elements
            .iter()
            .find(|e| e.range.contains(&at))
            .map(|e| e.kind)
    };
    let shows = |kind: Option<ElementKind>| kind == Some(ElementKind::Action);
    let speaks = |kind: Option<ElementKind>| kind == Some(ElementKind::Dialogue);
    for prop in brief
        .props
        .iter()
        .map(|p| p.trim())
        .filter(|p| !p.is_empty())
    {
        let places: Vec<Range<usize>> = folded
            .find(prop)
            .filter(|r| shows(kind_at(r.start)) || speaks(kind_at(r.start)))
            .collect();
        let Some(first) = places.first() else {
            let finding = Finding::new("screenplay.prop_never", Severity::Info);
            findings.push(finding.with("prop", prop));
            continue;
        };
        if places.len() == 1 {
            let finding = Finding::new("screenplay.prop_once", Severity::Info);
            findings.push(finding.at(first.clone()).with("prop", prop));
        } else if speaks(kind_at(first.start)) && places.iter().any(|r| shows(kind_at(r.start))) {
            let finding = Finding::new("screenplay.prop_early", Severity::Info);
            findings.push(finding.at(first.clone()).with("prop", prop));
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use inkstone_manuscript::Language;

    use super::*;

    fn rules(props: &[&str], text: &str) -> Vec<String> {
        let brief = ScreenplayBrief {
            language: Language::English,
            props: props.iter().map(|p| (*p).to_owned()).collect(),
            ..ScreenplayBrief::default()
        };
        let say = |f: Finding| {
            let at = f.range.map(|r| text[r].to_owned()).unwrap_or_default();
            format!("{} {at}", f.rule).trim().to_owned()
        };
        check(&brief, text).into_iter().map(say).collect()
    }

    #[test]
    fn slips_of_a_name_are_found_and_people_are_not() {
        let text = "INT. HUT - DAY\n\nMARA and MARK and a second MAN come in.\n\nMARA\nHi.\n\nMARRA\nHi.\n\n\
                    MARA\nHi.\n\nMARA\nHi.\n\nMARK\nHi.\n\nMAN 1\nHi.\n\nMAN 2\nHi.\n\nMAN 2\nHi.\n";
        assert_eq!(rules(&[], text), ["screenplay.like_name MARRA"]);
        let text = ".内景 屋 - 日\n\n林晓和林峰进门。\n\n@林晓\n嗯。\n\n@林晓\n嗯。\n\n@林小\n嗯。\n\n@林峰\n嗯。\n";
        assert_eq!(rules(&[], text), ["screenplay.like_name 林小"]);
    }

    #[test]
    fn times_that_cannot_follow_each_other_are_found() {
        let text = "INT. HUT - CONTINUOUS\n\nA.\n\nEXT. HUT - NIGHT\n\nB.\n\nINT. HUT - CONTINUOUS\n\nC.\n\n\
                    EXT. BOAT - DAY - CONTINUOUS\n\nD.\n\nINT. BOAT - LATER\n\nE.\n\nINT. QUAY\n\nF.\n";
        assert_eq!(
            rules(&[], text),
            [
                "screenplay.continuous_first INT. HUT - CONTINUOUS",
                "screenplay.continuous_jump EXT. BOAT - DAY - CONTINUOUS",
                "screenplay.no_time INT. QUAY",
            ]
        );
        let text =
            ".内景 屋 - 夜\n\n甲。\n\n.外景 渡口 日 紧接\n\n乙。\n\n.外景 山 - 清晨\n\n丙。\n";
        assert_eq!(
            rules(&[], text),
            ["screenplay.continuous_jump .外景 渡口 日 紧接"]
        );
        // Dusk goes over into night, night into dawn.
        let text = "INT. HUT - DUSK\n\nA.\n\nEXT. HUT - NIGHT - CONTINUOUS\n\nB.\n\nEXT. QUAY - DAWN - CONTINUOUS\n\nC.\n";
        assert!(rules(&[], text).is_empty());
    }

    #[test]
    fn light_that_cannot_be_is_found() {
        let text = "INT. HUT - NIGHT\n\nSunlight on the floor.\n\nMARA\nWhat sunlight?\n\nEXT. QUAY - DAY\n\nSunlight. He swims.\n";
        assert_eq!(rules(&[], text), ["screenplay.light Sunlight"]);
        assert_eq!(
            rules(&[], ".外景 渡口 - 日\n\n月光照着水面。\n"),
            ["screenplay.light 月光"]
        );
    }

    #[test]
    fn props_are_introduced_and_used() {
        let text =
            "INT. HUT - DAY\n\nMARA\nWhere is the key?\n\nTom holds up the key. A letter burns.\n";
        assert_eq!(
            rules(&["key", "letter", "gun", " "], text),
            [
                "screenplay.prop_early key",
                "screenplay.prop_once letter",
                "screenplay.prop_never",
            ]
        );
    }

    #[test]
    fn edits_are_counted() {
        let d = |a: &str, b: &str| {
            let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
            distance(&a, &b)
        };
        assert_eq!(
            [d("mara", "mara"), d("mara", "marra"), d("mara", "mraa")],
            [0, 1, 1]
        );
        assert_eq!(d("", "abc"), 3);
    }
}
