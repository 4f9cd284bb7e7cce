//! Whole articles against the sample briefs: one that is true to its brief, one that is not.

#![allow(clippy::unwrap_used, reason = "a helper of a test ends the test")]

use inkstone_desks::{Brief, check};
use inkstone_manuscript::DocumentKind;

const BRIEF: &str = include_str!("../../../../assets/samples/news.en.toml");
const BRIEF_ZH: &str = include_str!("../../../../assets/samples/news.zh-CN.toml");

/// Places of what was found, the length aside.
fn found<'a>(brief: &str, text: &'a str) -> Vec<(&'static str, &'a str)> {
    let brief = Brief::from_toml(DocumentKind::News, brief).unwrap();
    let findings = check(&brief, "", text);
    let placed = findings.into_iter().filter(|f| f.rule != "news.words");
    placed
        .map(|f| (f.rule, f.range.map_or("", |r| &text[r])))
        .collect()
}

#[test]
fn a_true_article_raises_no_alarm() {
    assert_eq!(found(BRIEF, include_str!("articles/true.en.md")), []);
    assert_eq!(found(BRIEF_ZH, include_str!("articles/true.zh-CN.md")), []);
}

#[test]
fn what_a_false_article_made_up_is_found() {
    let (number, name) = ("news.unsourced_number", "news.unsourced_name");
    assert_eq!(
        found(BRIEF, include_str!("articles/false.en.md")),
        [
            (number, "thirty"),
            (number, "16"),
            (number, "million"),
            (name, "Helen Brandt"),
            (name, "Wexford Foundation"),
            (name, "Ines Marks"),
        ]
    );
    assert_eq!(
        found(BRIEF_ZH, include_str!("articles/false.zh-CN.md")),
        [
            (number, "五"),
            (number, "五百"),
            (number, "两万"),
            (number, "百分之九十"),
            (name, "赵立新"),
            (name, "临江师范大学"),
            (name, "平凡的世界"),
            (name, "市文旅局"),
        ]
    );
}
