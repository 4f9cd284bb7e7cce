//! What can be checked in a set of ads.

use std::{collections::BTreeMap, ops::Range};

use inkstone_manuscript::{
    Language,
    adset::{Ad, AdField, AdSet},
    count::is_han,
};

use super::{forbidden::forbidden, law::BANNED};
use crate::{Brief, ChannelSpec, FieldSpec, Finding, Severity, find::Folded};

pub(super) fn check(brief: &Brief, text: &str) -> Vec<Finding> {
    let Brief::Ads(brief) = brief else {
        return Vec::new();
    };
    let set = AdSet::parse(text);
    if set.ads.iter().all(|ad| ad.fields.is_empty()) {
        return vec![Finding::new("ads.no_ads", Severity::Warning)];
    }
    let spec = brief.channel.limits(brief.language);
    let ads = set
        .ads
        .iter()
        .zip(1..)
        .map(|(ad, number)| Placed::new(text, ad, number));
    let ads: Vec<Placed> = ads.collect();
    let mut findings = Vec::new();
    for ad in &ads {
        findings.extend(counts(&spec, ad, brief.language));
        for value in &ad.values {
            if findings.len() > MOST {
                return findings;
            }
            findings.extend(limit(&spec, value, brief.language));
            findings.extend(banned(value));
        }
        findings.extend(forbidden(brief.channel, ad));
    }
    findings.extend(duplicates(&ads));
    findings
}

/// More findings than this help nobody.
const MOST: usize = 500;

/// An ad with the places of its values.
pub(super) struct Placed<'a> {
    number: usize,
    /// The heading, or the first line.
    head: Range<usize>,
    pub(super) values: Vec<Value<'a>>,
}

/// A value and where it stands.
pub(super) struct Value<'a> {
    pub(super) field: AdField,
    /// As the channel gets it.
    pub(super) value: &'a str,
    /// Its bytes in the text.
    range: Range<usize>,
    /// Those bytes: with the indents of further lines, which `value` has not.
    raw: &'a str,
}

impl Value<'_> {
    /// A finding about a part of it, given in bytes of `raw`.
    pub(super) fn about(
        &self,
        rule: &'static str,
        severity: Severity,
        part: Range<usize>,
    ) -> Finding {
        let start = self.range.start;
        Finding::new(rule, severity).at(start + part.start..start + part.end)
    }

    pub(super) fn raw(&self) -> &str {
        self.raw
    }
}

impl<'a> Placed<'a> {
    fn new(text: &'a str, ad: &'a Ad, number: usize) -> Self {
        let whole = &text[ad.range.clone()];
        let first = whole.lines().next().unwrap_or_default();
        let mut from = ad.range.start;
        let values = ad.fields.iter().map(|(field, value)| {
            let range = place(text, from..ad.range.end, value);
            from = range.end;
            let raw = &text[range.clone()];
            Value {
                field: *field,
                value,
                range,
                raw,
            }
        });
        Self {
            values: values.collect(),
            number,
            head: ad.range.start..ad.range.start + first.trim_end().len(),
        }
    }
}

/// Where a value stands: from its first line to its last.
fn place(text: &str, within: Range<usize>, value: &str) -> Range<usize> {
    let mut place: Option<Range<usize>> = None;
    let mut from = within.start;
    for line in value.lines().filter(|line| !line.is_empty()) {
        let Some(at) = text[from..within.end].find(line) else {
            break;
        };
        from += at;
        let start = place.map_or(from, |p| p.start);
        from += line.len();
        place = Some(start..from);
    }
    place.unwrap_or(within.start..within.start)
}

fn limit(spec: &ChannelSpec, value: &Value, language: Language) -> Option<Finding> {
    let spec = spec.field(value.field)?;
    let have = spec.unit.measure(value.value);
    if have <= spec.limit {
        return None;
    }
    let refused = spec.hard || spec.ceiling.is_some_and(|ceiling| have > ceiling);
    let severity = if refused {
        Severity::Error
    } else {
        Severity::Warning
    };
    let finding = value.about("ads.over_limit", severity, 0..value.raw.len());
    let limit = if refused {
        spec.ceiling.unwrap_or(spec.limit)
    } else {
        spec.limit
    };
    let finding = finding.with("field", value.field.label(language));
    Some(finding.with("have", have).with("limit", limit))
}

/// Fields that an ad lacks, and those that the channel has no place for.
fn counts(spec: &ChannelSpec, ad: &Placed, language: Language) -> Vec<Finding> {
    let have = |field| ad.values.iter().filter(|v| v.field == field).count();
    let missing = |f: &FieldSpec| {
        let have = have(f.field);
        let finding = Finding::new("ads.missing_field", Severity::Warning).at(ad.head.clone());
        (have < f.count).then(|| {
            finding
                .with("ad", ad.number)
                .with("field", f.field.label(language))
                .with("have", have)
                .with("want", f.count)
        })
    };
    let extra = |field: AdField| {
        let most = spec.field(field).map_or(0, |f| f.most);
        let first = ad.values.iter().filter(|v| v.field == field).nth(most)?;
        let finding = first.about("ads.extra_field", Severity::Warning, 0..first.raw.len());
        let finding = finding.with("field", field.label(language));
        Some(finding.with("have", have(field)).with("most", most))
    };
    let missing = spec.fields.iter().filter_map(missing);
    missing
        .chain(AdField::ALL.into_iter().filter_map(extra))
        .collect()
}

fn banned(value: &Value) -> Vec<Finding> {
    let folded = Folded::new(value.raw);
    let mut findings: Vec<(Range<usize>, Severity)> = Vec::new();
    for (phrase, severity) in BANNED {
        for range in folded.find(phrase) {
            // "miracle" and "miracle cure" are one finding, the worse of the two.
            let apart = |r: &Range<usize>| r.end <= range.start || range.end <= r.start;
            match findings.iter_mut().find(|(r, _)| !apart(r)) {
                Some((r, worst)) => {
                    *r = r.start.min(range.start)..r.end.max(range.end);
                    *worst = (*severity).min(*worst);
                }
                None => findings.push((range, *severity)),
            }
        }
    }
    let say = |(range, severity): (Range<usize>, Severity)| {
        let word = value.raw[range.clone()].to_owned();
        value
            .about("ads.banned_word", severity, range)
            .with("word", word)
    };
    findings.into_iter().map(say).collect()
}

/// Lines that say the same, case, spaces and punctuation aside. Buttons repeat by right.
fn duplicates(ads: &[Placed]) -> Vec<Finding> {
    let mut first: BTreeMap<String, usize> = BTreeMap::new();
    let mut findings = Vec::new();
    for ad in ads {
        for value in ad
            .values
            .iter()
            .filter(|v| v.field != AdField::CallToAction)
        {
            let letters = value
                .value
                .chars()
                .filter(|c| c.is_alphanumeric() || is_han(*c));
            let key: String = letters.flat_map(char::to_lowercase).collect();
            if key.is_empty() {
                continue;
            }
            match first.get(&key) {
                Some(number) => {
                    let all = 0..value.raw.len();
                    let finding = value.about("ads.duplicate", Severity::Warning, all);
                    findings.push(finding.with("ad", number));
                }
                None => {
                    first.insert(key, ad.number);
                }
            }
        }
    }
    findings
}

#[cfg(test)]
mod tests;
