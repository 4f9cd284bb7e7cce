//! What can be checked in an article.

use inkstone_manuscript::{article::Article, count};

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
    findings
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
