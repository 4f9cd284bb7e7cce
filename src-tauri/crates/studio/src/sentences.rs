//! The sentences for errors, findings and reports, from the files that the window reads too.

use std::{collections::BTreeMap, sync::LazyLock};

use inkstone_library::Moment;
use inkstone_manuscript::Language;
use serde::Deserialize;

use crate::dto::{ErrorDto, FindingDto};

/// The hole for a time, whose value is ms since 1970; everybody shows it in his own way.
pub const SINCE: &str = "since";

/// Sums of money, which name their currency where there is one.
const SUMS: [&str; 3] = ["budget", "spent", "estimate"];

/// Currencies that have a sign: their code, and the sign in English and in Chinese.
const SIGNS: [(&str, &str, &str); 8] = [
    ("CNY", "CN¥", "¥"),
    ("EUR", "€", "€"),
    ("GBP", "£", "£"),
    ("HKD", "HK$", "HK$"),
    ("INR", "₹", "₹"),
    ("JPY", "¥", "JP¥"),
    ("TWD", "NT$", "NT$"),
    ("USD", "$", "US$"),
];

/// What an error says to a person.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Sentence {
    /// What went wrong.
    pub message: String,
    /// What to do about it.
    pub hint: String,
}

/// The sentences of one language.
#[derive(Debug)]
pub struct Sentences {
    language: Language,
    errors: BTreeMap<String, Sentence>,
    checks: BTreeMap<String, String>,
    provenance: BTreeMap<String, String>,
}

macro_rules! files {
    ($tag:literal) => {
        (
            include_str!(concat!("../../../../assets/locales/", $tag, "/errors.json")),
            include_str!(concat!("../../../../assets/locales/", $tag, "/checks.json")),
            include_str!(concat!(
                "../../../../assets/locales/",
                $tag,
                "/provenance.json"
            )),
        )
    };
}

const ENGLISH: (&str, &str, &str) = files!("en");
const CHINESE: (&str, &str, &str) = files!("zh-CN");

fn read(language: Language, (errors, checks, provenance): (&str, &str, &str)) -> Sentences {
    // The files are compiled in, and a test reads them.
    Sentences {
        language,
        errors: serde_json::from_str(errors).unwrap_or_default(),
        checks: serde_json::from_str(checks).unwrap_or_default(),
        provenance: serde_json::from_str(provenance).unwrap_or_default(),
    }
}

/// The sentences of a language.
pub fn sentences(language: Language) -> &'static Sentences {
    static OF_ENGLISH: LazyLock<Sentences> = LazyLock::new(|| read(Language::English, ENGLISH));
    static OF_CHINESE: LazyLock<Sentences> = LazyLock::new(|| read(Language::Chinese, CHINESE));
    match language {
        Language::English => &OF_ENGLISH,
        Language::Chinese => &OF_CHINESE,
    }
}

impl Sentences {
    /// What an error says. A code without a sentence gets that of `internal`.
    pub fn error(&self, error: &ErrorDto) -> Sentence {
        let found = self
            .errors
            .get(&error.code)
            .or_else(|| self.errors.get("internal"));
        found.map_or_else(
            || Sentence {
                message: error.code.clone(),
                hint: String::new(),
            },
            |s| {
                let values = told(&error.values, self.language);
                Sentence {
                    message: fill(&s.message, &values),
                    hint: fill(&s.hint, &values),
                }
            },
        )
    }

    /// What a finding says.
    pub fn finding(&self, finding: &FindingDto) -> String {
        match self.checks.get(&finding.rule) {
            Some(sentence) => fill(sentence, &finding.values),
            None => finding.rule.clone(),
        }
    }

    /// A word or sentence of a report of where a text came from.
    pub(crate) fn provenance(&self, key: &str, values: &[(&str, &str)]) -> String {
        let values = values
            .iter()
            .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()));
        let sentence = self.provenance.get(key).map_or(key, String::as_str);
        fill(sentence, &values.collect())
    }
}

/// The values as they are read out: a time becomes a date. The machine's time zone is not ours to
/// guess.
fn told(values: &BTreeMap<String, String>, language: Language) -> BTreeMap<String, String> {
    let mut values = values.clone();
    if let Some(currency) = values.get("currency").cloned() {
        for sum in SUMS {
            if let Some(value) = values.get_mut(sum) {
                *value = with_currency(value, &currency, language);
            }
        }
    }
    if let Some(since) = values.get_mut(SINCE)
        && let Ok(ms) = since.parse()
    {
        *since = Moment::of(ms).to_string();
    }
    values
}

/// A sum with its currency: a sign before it, a word after it.
pub fn with_currency(sum: &str, currency: &str, language: Language) -> String {
    let known = SIGNS.iter().find(|(code, ..)| *code == currency);
    let sign = known.map_or(currency, |(_, english, chinese)| match language {
        Language::English => english,
        Language::Chinese => chinese,
    });
    if sign.contains(['$', '£', '¤', '¥', '＄', '￡', '￥'])
        || sign.contains(|c| ('\u{20a0}'..='\u{20cf}').contains(&c))
    {
        format!("{sign}{sum}")
    } else {
        format!("{sum} {sign}")
    }
}

/// Fills the `{holes}` of a sentence. A hole without a value stays empty.
fn fill(sentence: &str, values: &BTreeMap<String, String>) -> String {
    let mut out = String::with_capacity(sentence.len());
    let mut rest = sentence;
    while let Some(open) = rest.find('{') {
        out.push_str(&rest[..open]);
        let inside = &rest[open + 1..];
        match inside.find('}').filter(|end| is_hole(&inside[..*end])) {
            Some(end) => {
                out.push_str(values.get(&inside[..end]).map_or("", String::as_str));
                rest = &inside[end + 1..];
            }
            None => {
                out.push('{');
                rest = inside;
            }
        }
    }
    out.push_str(rest);
    out
}

fn is_hole(name: &str) -> bool {
    !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::error::samples;

    fn holes(sentence: &str) -> BTreeSet<&str> {
        sentence
            .split('{')
            .skip(1)
            .filter_map(|s| s.split_once('}'))
            .map(|(name, _)| name)
            .filter(|name| is_hole(name))
            .collect()
    }

    fn errors(language: Language) -> &'static BTreeMap<String, Sentence> {
        &sentences(language).errors
    }

    #[test]
    fn every_error_has_its_sentence_in_both_languages_and_no_sentence_is_idle() {
        let codes: BTreeSet<String> = samples().iter().map(|e| e.to_dto().code).collect();
        for language in Language::ALL {
            let known: BTreeSet<String> = errors(language).keys().cloned().collect();
            assert_eq!(known, codes, "{language:?}");
        }
    }

    #[test]
    fn sentences_are_whole_and_have_no_holes_that_stay_empty() {
        for error in samples().iter().map(crate::StudioError::to_dto) {
            let given: BTreeSet<&str> = error.values.keys().map(String::as_str).collect();
            let mut asked = Vec::new();
            for language in Language::ALL {
                let s = &errors(language)[&error.code];
                let in_it: BTreeSet<&str> =
                    holes(&s.message).union(&holes(&s.hint)).copied().collect();
                assert!(
                    in_it.is_subset(&given),
                    "{}: {in_it:?} of {given:?}",
                    error.code
                );
                let filled = sentences(language).error(&error);
                assert!(filled.message.ends_with(['.', '。']), "{}", filled.message);
                assert!(filled.hint.ends_with(['.', '。']), "{}", filled.hint);
                asked.push(in_it);
            }
            assert_eq!(
                asked[0], asked[1],
                "{}: the same holes in both languages",
                error.code
            );
        }
    }

    #[test]
    fn every_rule_has_its_sentence_in_both_languages() {
        let rules: BTreeSet<&str> = inkstone_desks::RULES.iter().copied().collect();
        for language in Language::ALL {
            let known: BTreeSet<&str> = sentences(language)
                .checks
                .keys()
                .map(String::as_str)
                .collect();
            assert_eq!(known, rules, "{language:?}");
        }
        for rule in rules {
            let [english, chinese] = Language::ALL.map(|l| &sentences(l).checks[rule]);
            assert_eq!(holes(english), holes(chinese), "{rule}");
        }
    }

    #[test]
    fn reports_say_the_same_in_both_languages() {
        let [english, chinese] = Language::ALL.map(|l| &sentences(l).provenance);
        assert!(english.len() > 30);
        assert!(english.keys().eq(chinese.keys()));
        for (key, sentence) in english {
            assert!(!sentence.is_empty() && !chinese[key].is_empty(), "{key}");
            assert_eq!(holes(sentence), holes(&chinese[key]), "{key}");
        }
    }

    #[test]
    fn sums_name_their_currency_as_the_language_writes_it() {
        let both = |currency| Language::ALL.map(|l| with_currency("0.04", currency, l));
        assert_eq!(both("USD"), ["$0.04", "US$0.04"]);
        assert_eq!(both("$"), ["$0.04", "$0.04"]);
        assert_eq!(both("元"), ["0.04 元", "0.04 元"]);
        assert_eq!(both("CHF"), ["0.04 CHF", "0.04 CHF"]);
        let values = [("spent", "0.99"), ("budget", "1.00"), ("estimate", "0.04")];
        let mut error = ErrorDto {
            code: "budget_passed".to_owned(),
            values: values
                .map(|(k, v)| (k.to_owned(), v.to_owned()))
                .into_iter()
                .collect(),
            detail: None,
        };
        error.values.insert("currency".into(), "USD".into());
        let said = Language::ALL.map(|l| sentences(l).error(&error).message);
        assert!(said[0].contains("$0.99 of $1.00"), "{}", said[0]);
        assert!(said[1].contains("US$0.04"), "{}", said[1]);
    }

    #[test]
    fn holes_are_filled_and_other_braces_stay() {
        let values = BTreeMap::from([("a".to_owned(), "雨".to_owned())]);
        assert_eq!(fill("{a} {b}| {c d} {", &values), "雨 | {c d} {");
    }
}
