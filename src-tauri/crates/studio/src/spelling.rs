//! Spelling and grammar: which words of a text are none, what could be meant, what a project calls its
//! own, and what is wrong in an English paragraph.

use std::{
    collections::BTreeSet,
    sync::{Arc, LazyLock},
};

use inkstone_grammar::{Apart, GrammarError, Question, Slip};
use inkstone_spelling::Speller;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use ts_rs::TS;

use crate::{Studio, StudioError, inputs::Id};

/// Read once for all libraries.
static SPELLER: LazyLock<Speller> = LazyLock::new(Speller::default);

/// The most words of one question.
const MOST_WORDS: usize = 2_000;
/// The longest of them, in bytes; what is longer is no word.
const LONGEST_WORD: usize = 200;
/// The most paragraphs of one question.
const MOST_PARAGRAPHS: usize = 500;
/// The most names that a project has.
const MOST_NAMES: usize = 5_000;

/// Whose English is right.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum English {
    /// What is right in either.
    #[default]
    Either,
    /// American.
    American,
    /// British.
    British,
}

impl From<English> for inkstone_spelling::English {
    fn from(english: English) -> Self {
        match english {
            English::Either => Self::Either,
            English::American => Self::American,
            English::British => Self::British,
        }
    }
}

impl From<English> for inkstone_grammar::English {
    fn from(english: English) -> Self {
        match english {
            English::Either | English::American => Self::American,
            English::British => Self::British,
        }
    }
}

/// English paragraphs to be looked at.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct CheckGrammar {
    /// The paragraphs, at most 500.
    pub paragraphs: Vec<String>,
    /// Whether they are Markdown.
    pub markdown: bool,
    /// Whose English is right.
    pub english: English,
}

/// A place of a paragraph that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct GrammarSlip {
    /// Where it begins, in UTF-16 code units.
    pub from: usize,
    /// Where it ends.
    pub to: usize,
    /// Why, in English.
    pub message: String,
    /// What could stand there, the likeliest first.
    pub fixes: Vec<String>,
}

impl From<Slip> for GrammarSlip {
    fn from(slip: Slip) -> Self {
        Self {
            from: slip.from,
            to: slip.to,
            message: slip.message,
            fixes: slip.fixes,
        }
    }
}

/// Words to be looked up.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct CheckWords {
    /// The words, each once, at most 2,000.
    pub words: Vec<String>,
    /// Whose English is right.
    pub english: English,
}

/// A word that is none.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct SuggestWords {
    /// The word.
    pub word: String,
    /// Whose English is right.
    pub english: English,
}

/// Whether a word is one, in either English.
pub(crate) fn is_word(word: &str) -> bool {
    word.len() <= LONGEST_WORD && SPELLER.knows(word, inkstone_spelling::English::Either)
}

impl Studio {
    /// What checks grammar. Said once, by who opens the studio; where nobody does, all is right.
    pub fn use_grammar(&self, grammar: Apart) {
        // A second time changes nothing.
        let _ = self.grammar.set(grammar);
    }

    /// See [`crate::commands`].
    pub async fn check_grammar(
        self: &Arc<Self>,
        i: CheckGrammar,
    ) -> Result<Vec<Vec<GrammarSlip>>, StudioError> {
        if i.paragraphs.len() > MOST_PARAGRAPHS {
            return Err(StudioError::BadRequest("too many paragraphs".into()));
        }
        let (markdown, english) = (i.markdown, i.english.into());
        self.blocking(move |s| {
            let mut all = Vec::with_capacity(i.paragraphs.len());
            for text in i.paragraphs {
                let question = Question {
                    text,
                    markdown,
                    english,
                };
                let slips = match s.grammar.get().map(|grammar| grammar.check(&question)) {
                    Some(Ok(slips)) => slips,
                    None => Vec::new(),
                    Some(Err(error)) => {
                        tracing::warn!(%error);
                        if matches!(error, GrammarError::Start(_)) {
                            break;
                        }
                        // It is this paragraph's; to ask again would end the same way.
                        Vec::new()
                    }
                };
                all.push(slips.into_iter().map(GrammarSlip::from).collect());
            }
            Ok(all)
        })
        .await
    }

    /// See [`crate::commands`].
    pub async fn check_words(self: &Arc<Self>, i: CheckWords) -> Result<Vec<String>, StudioError> {
        if i.words.len() > MOST_WORDS {
            return Err(StudioError::BadRequest("too many words".into()));
        }
        self.blocking(move |_| {
            let english = i.english.into();
            let mut wrong = i.words;
            wrong.retain(|word| word.len() <= LONGEST_WORD && !SPELLER.knows(word, english));
            Ok(wrong)
        })
        .await
    }

    /// See [`crate::commands`].
    pub async fn suggest_words(
        self: &Arc<Self>,
        i: SuggestWords,
    ) -> Result<Vec<String>, StudioError> {
        self.blocking(move |_| Ok(SPELLER.suggest(&i.word, i.english.into())))
            .await
    }

    /// See [`crate::commands`].
    pub async fn known_names(self: &Arc<Self>, i: Id) -> Result<Vec<String>, StudioError> {
        self.blocking(move |s| {
            let (draft, document) = s.not_deleted(&i.id)?;
            let mut names = BTreeSet::new();
            let project = s.library.project(&document.project_id)?;
            capitals(&project.name, &mut names);
            for name in s.names_of(&document.project_id)? {
                words(&name, &mut names);
            }
            // What a brief says of this text: people, places, products, sources.
            if let Some(brief) = draft.fields.get("brief") {
                in_values(brief, &mut names);
            }
            for summary in s.library.documents(&document.project_id)? {
                capitals(&summary.title, &mut names);
            }
            Ok(names.into_iter().take(MOST_NAMES).collect())
        })
        .await
    }
}

fn in_values(value: &Value, names: &mut BTreeSet<String>) {
    match value {
        Value::String(text) => capitals(text, names),
        Value::Array(list) => list.iter().for_each(|one| in_values(one, names)),
        Value::Object(fields) => fields.values().for_each(|one| in_values(one, names)),
        _ => {}
    }
}

/// The words of a name. A cue is all capitals, and in a text only the first letter is.
fn words(name: &str, names: &mut BTreeSet<String>) {
    for word in split(name) {
        if word.chars().any(char::is_lowercase) {
            names.insert(word.to_owned());
        } else {
            let mut letters = word.chars();
            let first: String = letters.next().into_iter().collect();
            names.insert(first + &letters.as_str().to_lowercase());
        }
    }
}

/// The words of a text that begin with a capital letter.
fn capitals(text: &str, names: &mut BTreeSet<String>) {
    for word in split(text) {
        if word.chars().next().is_some_and(char::is_uppercase) {
            words(word, names);
        }
    }
}

fn split(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !(c.is_alphabetic() || matches!(c, '\'' | '\u{2019}' | '-')))
        .map(|word| word.trim_matches(['\'', '\u{2019}', '-']))
        .filter(|word| word.len() > 1 && word.len() <= LONGEST_WORD && word.is_char_boundary(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_known_as_they_stand_in_a_text() {
        let mut names = BTreeSet::new();
        words("MARA VOSS", &mut names);
        words("Jean-Luc O'Brien", &mut names);
        capitals("the ferry Kestrel leaves Port Ellery", &mut names);
        let found: Vec<&str> = names.iter().map(String::as_str).collect();
        assert_eq!(
            found,
            [
                "Ellery", "Jean-Luc", "Kestrel", "Mara", "O'Brien", "Port", "Voss"
            ]
        );
    }
}
