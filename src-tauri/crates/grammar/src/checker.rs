use std::sync::Arc;

use harper_core::{
    Dialect, Document,
    linting::{Lint, LintGroup, LintKind, Linter, Suggestion},
    spell::FstDictionary,
};

use crate::{English, Question, Slip};

/// The longest paragraph that is looked at, in bytes; what is longer is data.
const LONGEST: usize = 20_000;
/// The most that is offered for a place.
const MOST_OFFERED: usize = 4;

/// Matters of taste, and spelling, which another room knows better.
const NOT_OURS: &[LintKind] = &[
    LintKind::Capitalization,
    LintKind::Enhancement,
    LintKind::Formatting,
    LintKind::Readability,
    LintKind::Regionalism,
    LintKind::Spelling,
    LintKind::Style,
];

/// Rules that were wrong more often than right in texts that are fine, or are taste by another name.
const OFF: &[&str] = &[
    // Names and words that the dictionary lacks are taken apart or put together.
    "CompoundNouns",
    "MergeWords",
    "SplitWords",
    "TransposedSpace",
    "WrongNegative",
    // Units are written out.
    "ExpandMemoryShorthands",
    "ExpandTimeShorthands",
    // Whoever speaks may speak like that.
    "Gonna",
    "Gotta",
    "Wanna",
    // Matters of style.
    "AvoidAndAlso",
    "CondenseAllThe",
    "DiscourseMarkers",
    "QuantifierNumeralConflict",
    // The grammar of the sentence is guessed wrong.
    "AWhile",
    "MassNouns",
    "MissingDeterminer",
    "MissingPreposition",
    "NominalWants",
    "PhrasalVerbAsCompoundNoun",
    "TheyToThem",
];

/// Harper, as it is wanted here. Each English is made ready when it is first asked for, and stays.
#[derive(Default)]
pub struct Checker {
    american: Option<LintGroup>,
    british: Option<LintGroup>,
}

impl std::fmt::Debug for Checker {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Checker").finish_non_exhaustive()
    }
}

impl Checker {
    /// The slips of a paragraph, in order, none over another.
    pub fn check(&mut self, question: &Question) -> Vec<Slip> {
        if question.text.len() > LONGEST {
            return Vec::new();
        }
        let dictionary = FstDictionary::curated();
        let (rules, dialect) = match question.english {
            English::American => (&mut self.american, Dialect::American),
            English::British => (&mut self.british, Dialect::British),
        };
        let rules = rules.get_or_insert_with(|| rules_of(&dictionary, dialect));
        let document = if question.markdown {
            Document::new_markdown_default(&question.text, &dictionary)
        } else {
            Document::new_plain_english(&question.text, &dictionary)
        };
        let letters: Vec<char> = question.text.chars().collect();
        let mut lints = rules.lint(&document);
        lints.retain(|lint| {
            !NOT_OURS.contains(&lint.lint_kind)
                && lint.span.start < lint.span.end
                && lint.span.end <= letters.len()
        });
        // The more important of two over the same place.
        lints.sort_by_key(|lint| (lint.span.start, lint.priority));
        let mut slips: Vec<Slip> = Vec::new();
        let mut end = 0;
        for lint in lints {
            if lint.span.start < end {
                continue;
            }
            let fixes = fixes_of(&lint, &letters);
            if fixes.is_empty() {
                continue;
            }
            end = lint.span.end;
            slips.push(Slip {
                from: utf16(&letters[..lint.span.start]),
                to: utf16(&letters[..lint.span.end]),
                message: quoted(&lint.message),
                fixes,
            });
        }
        slips
    }
}

fn rules_of(dictionary: &Arc<FstDictionary>, dialect: Dialect) -> LintGroup {
    let mut rules = LintGroup::new_curated(Arc::clone(dictionary), dialect);
    for rule in OFF {
        rules.config.set_rule_enabled(rule, false);
    }
    rules
}

fn utf16(letters: &[char]) -> usize {
    letters.iter().map(|letter| letter.len_utf16()).sum()
}

/// A message without the marks of code around what it quotes.
fn quoted(message: &str) -> String {
    let mut quoted = String::with_capacity(message.len() + 8);
    for (n, part) in message.split('`').enumerate() {
        match n {
            0 => {}
            n if n % 2 == 1 => quoted.push('\u{201c}'),
            _ => quoted.push('\u{201d}'),
        }
        quoted.push_str(part);
    }
    quoted
}

/// What could stand in the place of the whole slip. Two that differ in space are one.
fn fixes_of(lint: &Lint, letters: &[char]) -> Vec<String> {
    let wrong = &letters[lint.span.start..lint.span.end];
    let mut fixes: Vec<String> = Vec::new();
    for suggestion in &lint.suggestions {
        let fix: String = match suggestion {
            Suggestion::ReplaceWith(right) => right.iter().collect(),
            Suggestion::InsertAfter(more) => wrong.iter().chain(more).collect(),
            Suggestion::Remove => String::new(),
        };
        let known = fixes.iter().any(|one| one.trim() == fix.trim());
        if !known && fixes.len() < MOST_OFFERED {
            fixes.push(fix);
        }
    }
    fixes
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is wrong, and the first that could stand there.
    fn found(checker: &mut Checker, text: &str, markdown: bool) -> Vec<(String, String)> {
        let slips = checker.check(&Question {
            text: text.to_owned(),
            markdown,
            english: English::American,
        });
        let letters: Vec<u16> = text.encode_utf16().collect();
        let mut at = 0;
        for slip in &slips {
            assert!(at <= slip.from && slip.from < slip.to && slip.to <= letters.len());
            assert!(!slip.message.is_empty() && !slip.message.contains('`'));
            at = slip.to;
        }
        let words = |slip: &Slip| String::from_utf16(&letters[slip.from..slip.to]).unwrap();
        slips
            .iter()
            .map(|slip| (words(slip), slip.fixes[0].clone()))
            .collect()
    }

    #[test]
    fn slips_are_found_and_taste_is_left_alone() {
        let checker = &mut Checker::default();
        let cases: &[(&str, &[(&str, &str)])] = &[
            ("The crew has went home already.", &[("went", "gone")]),
            ("He don't know what to do.", &[("don't", "doesn't")]),
            (
                "You would of liked it, for all intensive purposes.",
                &[
                    ("would of", "would have"),
                    ("for all intensive purposes", "for all intents and purposes"),
                ],
            ),
            // Places behind signs of two units.
            ("\u{1f6a2} 渡 — He go to school.", &[("go", "goes")]),
            // Long, without a series comma, a heading in small letters, a unit, a word nobody knows.
            ("## The night of the storm", &[]),
            (
                "It was dark, cold and wet, and 50 MB in 30 ms were gone.",
                &[],
            ),
            ("The harbour, the colour, a zzyzx and its anstyle.", &[]),
            ("I'm gonna wait here.", &[]),
            ("", &[]),
            ("渡轮今晚停航。", &[]),
        ];
        for (text, slips) in cases {
            let slips: Vec<(String, String)> = slips
                .iter()
                .map(|(wrong, right)| ((*wrong).to_owned(), (*right).to_owned()))
                .collect();
            assert_eq!(found(checker, text, true), slips, "{text}");
        }
        let long = "He go home. ".repeat(LONGEST / 12 + 1);
        assert_eq!(found(checker, &long, true), []);
    }

    #[test]
    fn code_of_markdown_is_no_sentence() {
        let checker = &mut Checker::default();
        assert_eq!(found(checker, "Type `he don't know` here.", true), []);
        let link = "He [don't](https://example.org/he-go) know.";
        let slips = found(checker, link, true);
        assert_eq!(slips, [("don't".to_owned(), "doesn't".to_owned())]);
    }

    /// A rule that has another name in a newer Harper would be on again without a word.
    #[test]
    fn every_rule_that_is_off_is_one() {
        let rules = LintGroup::new_curated(FstDictionary::curated(), Dialect::American);
        let unknown: Vec<_> = OFF
            .iter()
            .filter(|rule| !rules.contains_key(rule))
            .collect();
        assert!(unknown.is_empty(), "{unknown:?}");
    }
}
