//! What crosses of actions that people write.

use inkstone_desks::{ActionError, ActionFault, OwnAction};
use inkstone_manuscript::{DocumentKind, Language};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A person's own action, as it lies in its file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct ActionDto {
    /// The name of its file, without the ending.
    pub id: String,
    /// What it is called, in English and in Chinese; the same where it has one name.
    pub name: ActionNameDto,
    /// The kinds of document that it is for; none of one that can't be used.
    #[ts(type = "DocumentKind[]")]
    pub desks: Vec<DocumentKind>,
    /// The language of the documents that it is for; `null` is all.
    #[ts(type = "Language | null")]
    pub language: Option<Language>,
    /// What it works on: `selection`, `document` or `caret`.
    pub needs: String,
    /// Where its answer goes: `replace`, `after`, `take` or `note`.
    pub answer: String,
    /// The whole file.
    pub source: String,
    /// Why it can't be used.
    pub problem: Option<ActionProblemDto>,
}

/// A name for each language of the window.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct ActionNameDto {
    /// In English.
    pub en: String,
    /// In Chinese.
    #[serde(rename = "zh-CN")]
    pub zh: String,
}

/// What is wrong with an action.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct ActionProblemDto {
    /// The line of the file, from 1, where it has one.
    pub line: Option<u32>,
    /// `no_header`, `no_name`, `unknown_word`, `bad_value`, `no_block`, `syntax`, `unknown`, `endless`,
    /// `too_large` or `unreadable`.
    pub what: String,
    /// The word, the block or, in English, what was expected.
    pub word: String,
    /// The value that does not fit.
    pub value: String,
    /// What it may be.
    pub may: String,
}

impl ActionProblemDto {
    pub(crate) fn of(error: &ActionError) -> Self {
        let mut problem = Self {
            line: error.line,
            what: String::new(),
            word: String::new(),
            value: String::new(),
            may: String::new(),
        };
        problem.what = match &error.fault {
            ActionFault::NoHeader => "no_header",
            ActionFault::NoName => "no_name",
            ActionFault::UnknownWord(word) => {
                problem.word.clone_from(word);
                "unknown_word"
            }
            ActionFault::BadValue { word, value, may } => {
                problem.word.clone_from(word);
                problem.value.clone_from(value);
                problem.may.clone_from(may);
                "bad_value"
            }
            ActionFault::NoBlock(name) => {
                problem.word.clone_from(name);
                "no_block"
            }
            ActionFault::Syntax(said) => {
                problem.word.clone_from(said);
                "syntax"
            }
            ActionFault::Unknown(said) => {
                problem.word.clone_from(said);
                "unknown"
            }
            ActionFault::Endless => "endless",
            ActionFault::TooLarge => "too_large",
        }
        .to_owned();
        problem
    }

    pub(crate) fn unreadable(said: &str) -> Self {
        Self {
            line: None,
            what: "unreadable".to_owned(),
            word: said.to_owned(),
            value: String::new(),
            may: String::new(),
        }
    }
}

impl ActionDto {
    pub(crate) fn of(action: &OwnAction) -> Self {
        Self {
            id: action.id.clone(),
            name: ActionNameDto {
                en: action.name.of(Language::English).to_owned(),
                zh: action.name.of(Language::Chinese).to_owned(),
            },
            desks: action.desks.clone(),
            language: action.language,
            needs: action.needs.word().to_owned(),
            answer: action.answer.word().to_owned(),
            source: action.source.clone(),
            problem: None,
        }
    }

    pub(crate) fn broken(id: &str, source: &str, problem: ActionProblemDto) -> Self {
        Self {
            id: id.to_owned(),
            name: ActionNameDto {
                en: id.to_owned(),
                zh: id.to_owned(),
            },
            desks: Vec::new(),
            language: None,
            needs: String::new(),
            answer: String::new(),
            source: source.to_owned(),
            problem: Some(problem),
        }
    }
}

/// A person's own actions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct ActionsDto {
    /// By name of their files; those that can't be used as well.
    pub actions: Vec<ActionDto>,
    /// The folder that they lie in.
    pub folder: String,
}

/// The file of an action, to be looked at or kept.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct ActionText {
    /// The name of its file; `null` for one that is new.
    pub id: Option<String>,
    /// All of it.
    pub source: String,
}

/// What a new action begins with.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct NewAction {
    /// A task of ours to copy the template of; `null` for the least that an action is.
    pub task: Option<String>,
    /// The kind of document.
    #[ts(type = "DocumentKind")]
    pub kind: DocumentKind,
    /// The language of the document.
    #[ts(type = "Language")]
    pub language: Language,
    /// What it shall be called.
    pub name: String,
}

/// Where the answer of an own action goes, as it was when it was asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct OwnTakeDto {
    /// The action.
    pub id: String,
    /// What it was called.
    pub name: String,
    /// `replace`, `after`, `take` or `note`.
    pub answer: String,
}
