//! What checks find, and the checks that all kinds share.

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Range,
};

use serde::Serialize;
use ts_rs::TS;

use crate::{Brief, find::Folded, registry};

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Breaks a hard rule.
    Error,
    /// Should be looked at.
    Warning,
    /// Good to know.
    Info,
}

/// What a check found. Its sentence stands in the locale files under `rule`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// The rule, as `news.words`; one of [`crate::RULES`].
    pub rule: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// Where in the text, in bytes, if it has a place.
    pub range: Option<Range<usize>>,
    /// Values for the holes of the sentence.
    pub values: BTreeMap<String, String>,
}

impl Finding {
    pub(crate) fn new(rule: &'static str, severity: Severity) -> Self {
        Self {
            rule,
            severity,
            range: None,
            values: BTreeMap::new(),
        }
    }

    pub(crate) fn at(mut self, range: Range<usize>) -> Self {
        self.range = Some(range);
        self
    }

    pub(crate) fn with(mut self, name: &str, value: impl ToString) -> Self {
        self.values.insert(name.to_owned(), value.to_string());
        self
    }
}

/// Checks a text against its brief and the house rules. An empty text has no findings.
pub fn check(brief: &Brief, house_rules: &str, text: &str) -> Vec<Finding> {
    if text.trim().is_empty() {
        return Vec::new();
    }
    let mut findings = (registry::desk(brief.kind()).check)(brief, text);
    findings.extend(forbidden(house_rules, text));
    findings
}

/// The words and phrases of the house rules: one a line, without list marks.
pub(crate) fn house_rules(rules: &str) -> impl Iterator<Item = &str> {
    rules
        .lines()
        .map(|line| line.trim().trim_start_matches(['-', '*', '•']).trim())
        .filter(|line| !line.is_empty())
}

/// A word may be written many times; the first places are enough to see it.
const MOST_PLACES: usize = 20;

fn forbidden(rules: &str, text: &str) -> Vec<Finding> {
    let folded = Folded::new(text);
    let mut seen = BTreeSet::new();
    let mut findings = Vec::new();
    for phrase in house_rules(rules) {
        if !seen.insert(phrase.to_lowercase()) {
            continue;
        }
        for range in folded.find(phrase).take(MOST_PLACES) {
            let finding = Finding::new("common.house_rule", Severity::Warning);
            findings.push(finding.at(range).with("phrase", phrase));
        }
    }
    findings
}
