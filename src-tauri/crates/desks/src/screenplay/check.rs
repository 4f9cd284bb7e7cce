//! What can be checked in a script.

use std::collections::BTreeSet;

use inkstone_manuscript::{
    count::is_han,
    fountain::{self, ElementKind},
};

use crate::{Brief, Finding, ScreenplayBrief, Severity};

pub(super) fn check(brief: &Brief, text: &str) -> Vec<Finding> {
    let Brief::Screenplay(brief) = brief else {
        return Vec::new();
    };
    let scenes = fountain::scenes(text).len();
    let mut findings = Vec::new();
    if scenes == 0 {
        findings.push(Finding::new("screenplay.no_scene", Severity::Warning));
    } else if scenes != brief.scenes as usize {
        let finding = Finding::new("screenplay.scenes", Severity::Info);
        findings.push(finding.with("want", brief.scenes).with("have", scenes));
    }
    findings.extend(strangers(brief, text));
    findings.extend(super::continuity::check(brief, text));
    findings
}

/// Speakers that a script may have without a brief's leave: functions, crowds, voices.
const FUNCTIONS: &[&str] = &[
    "VOICE",
    "VOICES",
    "MAN",
    "WOMAN",
    "BOY",
    "GIRL",
    "CHILD",
    "CHILDREN",
    "CROWD",
    "ALL",
    "BOTH",
    "EVERYONE",
    "NARRATOR",
    "RADIO",
    "TV",
    "PHONE",
    "ANNOUNCER",
    "WAITER",
    "WAITRESS",
    "BARMAN",
    "BARMAID",
    "DRIVER",
    "NURSE",
    "DOCTOR",
    "GUARD",
    "OFFICER",
    "CLERK",
    "PASSENGER",
    "STRANGER",
    "旁白",
    "众人",
    "画外音",
    "广播",
    "电话",
    "男人",
    "女人",
    "男孩",
    "女孩",
    "孩子",
    "服务员",
    "司机",
    "护士",
    "医生",
    "保安",
    "警察",
    "店员",
    "乘客",
    "路人",
    "声音",
    "画外",
    "字幕",
];

/// Cues that name nobody of the brief, each at its first place.
fn strangers(brief: &ScreenplayBrief, text: &str) -> Vec<Finding> {
    let people: Vec<String> = brief
        .characters
        .iter()
        .flat_map(|c| std::iter::once(&c.name).chain(&c.aliases))
        .map(|name| name.trim().to_uppercase())
        .filter(|name| !name.is_empty())
        .collect();
    if people.is_empty() {
        return Vec::new();
    }
    let mut seen = BTreeSet::new();
    let mut findings = Vec::new();
    for element in fountain::parse(text)
        .into_iter()
        .filter(|e| e.kind == ElementKind::Character)
    {
        let line = &text[element.range.clone()];
        let name = line.split(['(', '（']).next().unwrap_or_default();
        let name = name
            .trim()
            .trim_start_matches('@')
            .trim_end_matches('^')
            .trim();
        let upper = name.to_uppercase();
        if name.is_empty() || known(&upper, &people) || !seen.insert(upper) {
            continue;
        }
        let at = element.range.start + line.find(name).unwrap_or(0);
        let finding = Finding::new("screenplay.unknown_character", Severity::Warning);
        findings.push(finding.at(at..at + name.len()).with("name", name));
    }
    findings
}

/// Whether a cue names one of the people (by the whole name or a part of it) or a function.
fn known(cue: &str, people: &[String]) -> bool {
    let words = |text: &str| -> Vec<String> {
        text.split(|c: char| !c.is_alphanumeric())
            .filter(|w| !w.is_empty())
            .map(str::to_owned)
            .collect()
    };
    let function = words(cue).iter().any(|w| FUNCTIONS.contains(&w.as_str()))
        || FUNCTIONS
            .iter()
            .any(|f| f.starts_with(is_han) && cue.contains(f));
    function
        || people.iter().any(|person| {
            let theirs = words(person);
            let han =
                cue.contains(is_han) && (person.contains(cue) || cue.contains(person.as_str()));
            han || words(cue).iter().all(|w| theirs.contains(w))
        })
}

#[cfg(test)]
mod tests {
    use inkstone_manuscript::{DocumentKind, Language};

    use super::*;
    use crate::CharacterBrief;

    fn brief(language: Language, names: &[&str], scenes: u32) -> Brief {
        let characters = names.iter().map(|name| CharacterBrief {
            name: (*name).to_owned(),
            ..CharacterBrief::default()
        });
        match Brief::empty(DocumentKind::Screenplay, language) {
            Brief::Screenplay(b) => Brief::Screenplay(ScreenplayBrief {
                characters: characters.collect(),
                scenes,
                ..b
            }),
            other => other,
        }
    }

    fn rules(brief: &Brief, text: &str) -> Vec<String> {
        let say = |f: Finding| {
            let at = f.range.map(|r| text[r].to_owned()).unwrap_or_default();
            format!("{} {at}", f.rule).trim().to_owned()
        };
        check(brief, text).into_iter().map(say).collect()
    }

    #[test]
    fn scenes_are_counted() {
        let brief = brief(Language::English, &[], 2);
        assert_eq!(rules(&brief, "Rain."), ["screenplay.no_scene"]);
        assert_eq!(
            rules(&brief, "INT. HUT - DAY\n\nRain."),
            ["screenplay.scenes"]
        );
        assert!(rules(&brief, "INT. HUT - DAY\n\nRain.\n\nEXT. HUT - DAY\n\nSun.").is_empty());
    }

    #[test]
    fn only_strangers_are_reported_and_once() {
        let english = brief(Language::English, &["Mara Lindqvist", "Old Tom"], 1);
        let text = "INT. HUT - DAY\n\nMARA\nHi.\n\nOLD TOM (V.O.)\nHi.\n\nBARMAID\nHi.\n\nRUTH\n\
                    Hi.\n\nRUTH (O.S.)\nHi.";
        assert_eq!(rules(&english, text), ["screenplay.unknown_character RUTH"]);
        let chinese = brief(Language::Chinese, &["林晓", "唐建国"], 1);
        let text =
            ".内景 厨房 - 夜\n\n@林晓\n嗯。\n\n@建国 (画外)\n嗯。\n\n@周敏\n嗯。\n\n@旁白\n嗯。";
        assert_eq!(rules(&chinese, text), ["screenplay.unknown_character 周敏"]);
    }
}
