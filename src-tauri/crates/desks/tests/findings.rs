//! Findings and their sentences.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a helper of a test ends the test"
)]

use std::collections::{BTreeMap, BTreeSet};

use inkstone_desks::{Brief, RULES, Severity, check};
use inkstone_manuscript::{DocumentKind, Language};
use proptest::prelude::*;

const SENTENCES: [&str; 2] = [
    include_str!("../../../../assets/locales/en/checks.json"),
    include_str!("../../../../assets/locales/zh-CN/checks.json"),
];

fn brief(kind: DocumentKind, toml: &str) -> Brief {
    Brief::from_toml(kind, toml).unwrap()
}

/// A text for each rule that breaks it.
fn broken() -> Vec<(Brief, &'static str)> {
    use DocumentKind::{Ads, News, Screenplay};
    vec![
        (
            brief(News, "topic = 'x'"),
            "It costs 5, said Peter Norton, who would utilize it.",
        ),
        (brief(Ads, "product = 'x'"), "Notes."),
        (
            brief(Ads, "product = 'x'"),
            "Headline: A miracle of a headline that is far too long!\nHeadline: a\nHeadline: A.\nCall to action: b",
        ),
        (brief(Screenplay, "logline = 'x'"), "Rain."),
        (
            brief(
                Screenplay,
                "logline = 'x'\ncharacters = [{ name = 'Mara' }]",
            ),
            "INT. HUT - DAY\n\nRUTH\nHi.",
        ),
        (
            brief(
                Screenplay,
                "logline = 'x'\ncharacters = [{ name = 'Mara' }]\nprops = ['key', 'gun', 'cup']",
            ),
            "INT. HUT - CONTINUOUS\n\nMara drops a cup.\n\nMARRA\nThe key.\n\nEXT. HUT - NIGHT\n\nSunlight \
             on the key.\n\nEXT. QUAY - DAY - CONTINUOUS\n\nA.\n\nINT. BOAT\n\nB.",
        ),
    ]
}

#[test]
fn every_rule_has_a_sentence_in_both_languages_that_fits_its_values() {
    let mut seen = BTreeSet::new();
    for source in SENTENCES {
        let sentences: BTreeMap<String, String> = serde_json::from_str(source).unwrap();
        let rules: BTreeSet<&str> = RULES.iter().copied().collect();
        assert_eq!(
            sentences
                .keys()
                .map(String::as_str)
                .collect::<BTreeSet<_>>(),
            rules
        );
        for (brief, text) in broken() {
            for finding in check(&brief, "utilize", text) {
                let holes: BTreeSet<&str> = sentences[finding.rule]
                    .split('{')
                    .skip(1)
                    .map(|rest| rest.split_once('}').unwrap().0)
                    .collect();
                let values: BTreeSet<&str> = finding.values.keys().map(String::as_str).collect();
                assert!(
                    holes.is_subset(&values),
                    "{}: {holes:?} {values:?}",
                    finding.rule
                );
                seen.insert(finding.rule);
            }
        }
        // A model's own findings are read, not checked for.
        let raw = r#"{"findings": [{"who": "MARA", "problem": "p", "quote": "on the pier"}]}"#;
        for finding in inkstone_desks::knowledge(raw, "INT. A - DAY\n\nRain on the pier.") {
            assert!(sentences[finding.rule].contains("{problem}"));
            seen.insert(finding.rule);
        }
    }
    assert_eq!(
        seen,
        RULES.iter().copied().collect(),
        "each rule is broken by one of the texts"
    );
}

#[test]
fn house_rules_hold_for_every_kind_by_word_and_case() {
    let rules = "- utilize\n\n* Game changer\n赋能\n";
    for kind in DocumentKind::ALL {
        let text = "Headline: UTILIZE a game\nchanger. Utilized, 为商家赋能。";
        let found: Vec<String> = check(&Brief::empty(kind, Language::English), rules, text)
            .into_iter()
            .filter(|f| f.rule == "common.house_rule")
            .map(|f| {
                assert_eq!(f.severity, Severity::Warning);
                format!("{}={:?}", f.values["phrase"], &text[f.range.unwrap()])
            })
            .collect();
        assert_eq!(
            found,
            [
                "utilize=\"UTILIZE\"",
                "Game changer=\"game\\nchanger\"",
                "赋能=\"赋能\""
            ]
        );
    }
}

#[test]
fn an_empty_text_has_no_findings() {
    for kind in DocumentKind::ALL {
        assert!(check(&Brief::empty(kind, Language::English), "x", " \n\t").is_empty());
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn places_are_in_the_text_and_on_character_borders(
        pieces in prop::collection::vec(prop::sample::select(vec![
            "# ", "\n", "\n\n", " ", "1,200", "三千五", "百分之", "3万", "half a million", "Peter Norton", "王建国说", "《", "》", "海洋大学",
            "Headline: ", "标题：", "## Ad 1\n", "  ", "!!", "最低价", "miracle cure", "555 123 4567", "İ", "e\u{301}", "👩‍🚀", "INT. HUT - DAY",
            "RUTH\nHi.", "“", "'s", "[TK", "]", ". ", "，", "。", "utilize",
        ]), 0..30),
    ) {
        let text = pieces.concat();
        for kind in DocumentKind::ALL {
            for language in Language::ALL {
                for finding in check(&Brief::empty(kind, language), "utilize\nİ", &text) {
                    prop_assert!(RULES.contains(&finding.rule));
                    if let Some(range) = finding.range {
                        prop_assert!(text.get(range).is_some());
                    }
                }
            }
        }
    }
}
