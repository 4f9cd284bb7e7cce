//! What can be checked in an article.

use std::{collections::BTreeSet, ops::Range};

use inkstone_manuscript::{article::Article, count};

use super::{names, numbers};
use crate::{Brief, Finding, NewsBrief, Severity};

/// Tenths by which the length may be off before it is said, and before it is a fault.
const FINE: u32 = 1;
const FAR: u32 = 3;

pub(super) fn check(brief: &Brief, text: &str) -> Vec<Finding> {
    let Brief::News(brief) = brief else {
        return Vec::new();
    };
    let article = Article::parse(text);
    let mut findings = Vec::new();
    if article.headline.is_none() {
        findings.push(Finding::new("news.no_headline", Severity::Warning));
    }
    findings.extend(length(brief, &article));
    let gaps = gaps(text);
    let stands = |range: &Range<usize>| {
        !gaps
            .iter()
            .any(|g| g.start < range.end && range.start < g.end)
    };
    findings.extend(
        unsourced_numbers(brief, text)
            .into_iter()
            .filter(|f| f.range.as_ref().is_none_or(stands)),
    );
    // A headline may be in title case; what it names, the body names too.
    let start = text.len() - article.body.len();
    let body = start..text.len();
    let names = names::strangers(&text[body], &sources(brief), brief.language);
    let names = names
        .into_iter()
        .map(|r| start + r.start..start + r.end)
        .filter(stands)
        .take(MOST);
    findings.extend(names.map(|range| {
        let name = text[range.clone()].to_owned();
        Finding::new("news.unsourced_name", Severity::Warning)
            .at(range)
            .with("name", name)
    }));
    findings
}

/// More findings of a sort than this help nobody.
const MOST: usize = 50;

/// The texts of a brief that an article may draw from.
fn sources(brief: &NewsBrief) -> Vec<&str> {
    let lists = brief.facts.iter().chain(&brief.sources);
    let single = [&brief.topic, &brief.angle, &brief.audience];
    lists.chain(single).map(String::as_str).collect()
}

fn unsourced_numbers(brief: &NewsBrief, text: &str) -> Vec<Finding> {
    let known = numbers::known(sources(brief).into_iter());
    let mut seen = BTreeSet::new();
    let claims = numbers::numbers(text)
        .into_iter()
        .filter(|n| n.claim && !n.values.is_empty());
    claims
        .filter(|n| !n.values.iter().any(|v| known.contains(v)) && seen.insert(n.values[0]))
        .take(MOST)
        .map(|n| {
            let number = text[n.range.clone()].to_owned();
            Finding::new("news.unsourced_number", Severity::Warning)
                .at(n.range)
                .with("number", number)
        })
        .collect()
}

/// Where a text says itself that something is missing: `[TK: ...]`, `【待核：……】`.
fn gaps(text: &str) -> Vec<Range<usize>> {
    const LONGEST: usize = 400;
    let of = |(open, close): (&'static str, char)| {
        text.match_indices(open).map(move |(at, _)| {
            let end = text.floor_char_boundary(at + LONGEST);
            let length = text[at..end].find([close, '\n']);
            at..length.map_or(end, |length| at + length)
        })
    };
    [("[TK", ']'), ("【待核", '】')]
        .into_iter()
        .flat_map(of)
        .collect()
}

fn length(brief: &NewsBrief, article: &Article) -> Option<Finding> {
    let have = u32::try_from(count::count(&article.body).words).unwrap_or(u32::MAX);
    let off = have.abs_diff(brief.words);
    let severity = match () {
        () if off * 10 <= brief.words * FINE => return None,
        () if off * 10 <= brief.words * FAR => Severity::Info,
        () => Severity::Warning,
    };
    let finding = Finding::new("news.words", severity);
    Some(finding.with("want", brief.words).with("have", have))
}

#[cfg(test)]
mod tests {
    use inkstone_manuscript::Language;

    use super::*;

    fn brief(language: Language, words: u32) -> NewsBrief {
        let (topic, facts, sources): (&str, &[&str], &[&str]) = match language {
            Language::English => (
                "Night ferry to Port Alder",
                &[
                    "The ferry starts on 3 March 2026",
                    "A ticket costs 2.40 euros",
                    "12,000 work at night",
                ],
                &["Mara Lindqvist, harbour master"],
            ),
            Language::Chinese => (
                "港城轮渡通宵运行",
                &["轮渡2026年3月3日起通宵运行", "票价三元", "约1.2万人上夜班"],
                &["港城市交通运输局局长王建国"],
            ),
        };
        let list = |list: &[&str]| list.iter().map(|s| (*s).to_owned()).collect();
        NewsBrief {
            language,
            words,
            topic: topic.to_owned(),
            facts: list(facts),
            sources: list(sources),
            ..NewsBrief::default()
        }
    }

    /// Findings as `rule place {values}`.
    fn findings(brief: &NewsBrief, text: &str) -> Vec<String> {
        let say = |f: Finding| {
            let at = f.range.map(|r| text[r].to_owned()).unwrap_or_default();
            let values: Vec<String> = f
                .values
                .into_iter()
                .map(|(k, v)| format!("{k}={v}"))
                .collect();
            format!("{} {at} {}", f.rule, values.join(" "))
        };
        check(&Brief::News(brief.clone()), text)
            .into_iter()
            .map(say)
            .collect()
    }

    #[test]
    fn an_article_true_to_its_brief_has_no_findings() {
        let english = "# Ferry To Run All Night\n\n*A way home.*\n\nThe ferry to Port Alder starts on \
                       March 3, harbour master Mara Lindqvist said. Twelve thousand people work at \
                       night, [TK: since 1998]. They pay €2.40.";
        assert_eq!(
            findings(&brief(Language::English, 26), english),
            Vec::<String>::new()
        );
        let chinese = "# 轮渡通宵运行\n\n港城市交通局局长王建国表示，轮渡三月三日起通宵运行，票价3元，一万两千名夜班工人将受益。";
        assert_eq!(
            findings(&brief(Language::Chinese, 40), chinese),
            Vec::<String>::new()
        );
    }

    #[test]
    fn what_stands_in_no_source_is_found_where_it_is() {
        let english =
            "# Ferry to run\n\nIt starts on 5 March, said Peter Norton. It starts on 5 March.";
        assert_eq!(
            findings(&brief(Language::English, 13), english),
            [
                "news.unsourced_number 5 number=5",
                "news.unsourced_name Peter Norton name=Peter Norton",
            ]
        );
        let chinese = "# 轮渡通宵运行\n\n张志远说，票价五元，百分之三的乘客受益。";
        assert_eq!(
            findings(&brief(Language::Chinese, 18), chinese),
            [
                "news.unsourced_number 五 number=五",
                "news.unsourced_name 张志远 name=张志远"
            ]
        );
    }

    #[test]
    fn length_is_the_bodys_and_has_tolerance() {
        let text = |words: usize| {
            format!(
                "# Some more words here\n\n*And yet some.*\n\n{}",
                "word ".repeat(words)
            )
        };
        let severity = |words: usize| {
            let brief = Brief::News(brief(Language::English, 100));
            check(&brief, &text(words)).first().map(|f| f.severity)
        };
        assert_eq!([severity(90), severity(110)], [None, None]);
        assert_eq!([severity(89), severity(130)], [Some(Severity::Info); 2]);
        assert_eq!([severity(60), severity(131)], [Some(Severity::Warning); 2]);
        let found = findings(&brief(Language::English, 100), &text(60));
        assert_eq!(found, ["news.words  have=60 want=100"]);
    }

    #[test]
    fn a_headline_is_asked_for() {
        let found = findings(&brief(Language::English, 2), "Rain fell.");
        assert_eq!(found, ["news.no_headline  "]);
    }
}
