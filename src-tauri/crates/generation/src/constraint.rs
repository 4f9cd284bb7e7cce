//! What an answer has to be, kept while it is decoded and not corrected afterwards.
//!
//! A [`Constraint`] is part of the request, and so of the record from which a generation is run
//! again. Whether a model keeps one is said by [`crate::Enforcement`] in its description; who asks a
//! model that doesn't has to check the answer.
//!
//! - The *form* is kept token by token: what can't become a text of that form can't be chosen.
//! - A *limit* ends a text (or the value on a labelled line) where the model itself would most
//!   likely have ended it, before the word that would not fit. A word is never cut.
//!   Values of one label do not repeat one another: what would is put in other words, or left out.
//! - A *banned* phrase is not written, wherever the tokens' borders fall.
//! - A *required* phrase is in the text before it may end.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use crate::{guide::Owed, measure::Measure, references::References};

/// What an answer has to be. The parts hold together; an empty one asks for nothing.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Constraint {
    /// The form of the whole answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub form: Option<Form>,
    /// What stands before the answer: the form is that of both together. One that this is no
    /// beginning of binds nothing.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub begun: String,
    /// How long it may be, or lines of it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub limits: Vec<Limit>,
    /// Phrases that it must not hold. Case and the kind of white space and apostrophes do not
    /// matter. Where a phrase begins or ends with a letter of a script that has spaces between its
    /// words it is meant as a word: `ad` does not forbid `add`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub banned: Vec<String>,
    /// Phrases that it must hold, found as banned ones are.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub required: Vec<String>,
    /// References that it has to name, for a model that is kept to references ([`crate::guide`]).
    /// Alone they are no constraint: a model that knows no references writes none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub owed: Vec<Owed>,
    /// What placeholders in the answer stand for: limits count the value, not the placeholder.
    /// Values are the person's own words, so `banned` does not touch them.
    #[serde(default, skip_serializing_if = "References::is_empty")]
    pub values: References,
}

/// The form of an answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Form {
    /// A context-free grammar in the Lark notation, as llguidance reads it; the rule `start` is the
    /// whole answer.
    Grammar(String),
    /// A regular expression that the whole answer matches; no look-around.
    Regex(String),
    /// JSON that a JSON Schema (draft 2020-12) allows, properties in the order of the schema.
    JsonSchema(serde_json::Value),
    /// One of these texts, exactly.
    Choice(Vec<String>),
}

/// A bound on length.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limit {
    /// At most this much; 0 leaves it empty.
    pub most: u32,
    /// What is counted.
    #[serde(default)]
    pub measure: Measure,
    /// What is bounded.
    #[serde(default)]
    pub scope: Scope,
}

/// What a limit bounds.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// The whole answer.
    #[default]
    Text,
    /// What stands behind `label` and a colon (`:` or `：`) on a line, with the indented lines after
    /// it; each time. Case, list marks and emphasis before or around the label do not matter, nor
    /// does a number after it.
    Value {
        /// The label, as `Headline`.
        label: String,
    },
}

impl Constraint {
    /// Whether nothing is asked for.
    pub fn is_empty(&self) -> bool {
        self.form.is_none()
            && self.limits.is_empty()
            && self.banned.is_empty()
            && self.required.is_empty()
    }

    /// The form alone.
    pub fn form(form: Form) -> Self {
        Self {
            form: Some(form),
            ..Self::default()
        }
    }

    /// A limit on the whole answer.
    pub fn at_most(most: u32, measure: Measure) -> Self {
        Self {
            limits: vec![Limit {
                most,
                measure,
                scope: Scope::Text,
            }],
            ..Self::default()
        }
    }

    /// The first limit that `text` (an answer, whole or as far as it has come) is over.
    pub fn over<'a>(&'a self, text: &str) -> Option<Measured<'a>> {
        let mut all = self.measured(text).into_iter();
        all.find(|m| m.have > m.limit.most as usize)
    }

    /// All that limits bound in `text`, in the order of the limits.
    pub fn measured<'a>(&'a self, text: &str) -> Vec<Measured<'a>> {
        let mut all = Vec::new();
        if self.limits.is_empty() {
            return all;
        }
        let shown = self.resolved(text);
        for limit in &self.limits {
            let mut add = |value: &str, open| {
                let have = limit.measure.of(value.trim());
                all.push(Measured { limit, have, open });
            };
            match &limit.scope {
                Scope::Text => add(&shown, true),
                Scope::Value { label } => {
                    for (value, open) in values(&shown, label) {
                        add(&value, open);
                    }
                }
            }
        }
        all
    }

    /// An answer with its placeholders resolved.
    pub fn resolved<'t>(&self, text: &'t str) -> Cow<'t, str> {
        if self.values.is_empty() {
            Cow::Borrowed(text)
        } else {
            Cow::Owned(self.values.resolve(text))
        }
    }
}

/// The size of something that a limit bounds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Measured<'a> {
    /// The limit.
    pub limit: &'a Limit,
    /// What was counted, white space at both ends aside.
    pub have: usize,
    /// Whether the text ends within it, so that more text would belong to it.
    pub open: bool,
}

/// The values of a label in a text, and whether the text ends in them.
fn values<'t>(text: &'t str, label: &str) -> Vec<(Cow<'t, str>, bool)> {
    let mut found: Vec<(Cow<str>, bool)> = Vec::new();
    let mut open = false;
    for line in text.split('\n') {
        if let Some(value) = value_after(line, label) {
            found.push((Cow::Borrowed(value), false));
            open = true;
        } else if open
            && line.starts_with([' ', '\t', '\u{3000}'])
            && let Some((last, _)) = found.last_mut()
        {
            let last = last.to_mut();
            last.push('\n');
            last.push_str(line.trim());
        } else {
            open = false;
        }
    }
    if let Some((_, last)) = found.last_mut() {
        *last = open;
    }
    found
}

/// What stands behind a label on a line.
fn value_after<'l>(line: &'l str, label: &str) -> Option<&'l str> {
    let marks = |c: char| c.is_whitespace() || matches!(c, '-' | '*' | '•' | '_' | '>');
    let line = line.trim_start_matches(marks);
    let line = match line.trim_start_matches(|c: char| c.is_ascii_digit()) {
        rest if rest.len() < line.len() && rest.starts_with(['.', ')', '、']) => rest
            .trim_start_matches(['.', ')', '、'])
            .trim_start_matches(marks),
        _ => line,
    };
    let mut rest = line;
    for expected in label.chars().flat_map(char::to_lowercase) {
        let c = rest.chars().next()?;
        if !c.to_lowercase().eq([expected]) {
            return None;
        }
        rest = &rest[c.len_utf8()..];
    }
    let rest = rest.trim_start_matches(|c: char| marks(c) || c.is_ascii_digit());
    let rest = rest.strip_prefix([':', '：'])?;
    Some(rest.trim_start_matches(['*', '_']).trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ads() -> Constraint {
        let limit = |label: &str, most| Limit {
            most,
            measure: Measure::Columns,
            scope: Scope::Value {
                label: label.to_owned(),
            },
        };
        Constraint {
            limits: vec![limit("Headline", 10), limit("正文", 8)],
            ..Constraint::default()
        }
    }

    #[test]
    fn values_are_found_behind_their_labels() {
        let text = "## Ad 1\nHeadline: one\n- **headline 2:** two\n1. HEADLINE：three\nHeadlines: no\n正文：四\n  五\n\n 六\n七";
        let found = |text, label| -> Vec<(String, bool)> {
            let all = values(text, label).into_iter();
            all.map(|(value, open)| (value.into_owned(), open))
                .collect()
        };
        let own = |value: &str, open| (value.to_owned(), open);
        assert_eq!(
            found(text, "Headline"),
            [own("one", false), own("two", false), own("three", false)]
        );
        assert_eq!(found(text, "正文"), [own("四\n五", false)]);
        assert_eq!(found("正文：四\n  五", "正文"), [own("四\n五", true)]);
        assert_eq!(found("Headline: x", "headline"), [own("x", true)]);
        assert_eq!(found("Headline: x\n", "headline"), [own("x", false)]);
    }

    #[test]
    fn what_is_over_is_named() {
        let constraint = ads();
        assert!(
            constraint
                .over("Headline: ten chars.\n正文：四个汉字")
                .is_none()
        );
        let over = constraint.over("Headline: 0123456789a").unwrap();
        assert_eq!((over.limit.most, over.have), (10, 11));
        assert!(constraint.over("正文：四个汉字\n 五").is_some());
        let whole = Constraint::at_most(3, Measure::Characters);
        assert!(whole.over("  abc ").is_none() && whole.over("abcd").is_some());
    }

    #[test]
    fn a_placeholder_counts_as_what_it_stands_for() {
        let mut constraint = Constraint::at_most(12, Measure::Characters);
        constraint.values.add("product", "Nine Bread");
        assert!(constraint.over("⟦product⟧ x").is_none());
        assert!(constraint.over("⟦product⟧ xyz").is_some());
    }

    #[test]
    fn old_records_have_none_and_new_ones_come_back() {
        let constraint = Constraint {
            form: Some(Form::Choice(vec!["a".into()])),
            banned: vec!["b".into()],
            ..ads()
        };
        let json = serde_json::to_string(&constraint).unwrap();
        assert_eq!(
            serde_json::from_str::<Constraint>(&json).unwrap(),
            constraint
        );
        assert_eq!(
            serde_json::from_str::<Constraint>("{}").unwrap(),
            Constraint::default()
        );
    }
}
