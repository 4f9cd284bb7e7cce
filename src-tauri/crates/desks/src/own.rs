//! Actions that people write themselves: a task as a file, with the same parts as ours.
//!
//! A file is a template with the blocks `system` and `user`, and before them a comment that says
//! what it is:
//!
//! ```text
//! {#
//! name: As a list
//! name.zh-CN: 改成清单
//! desks: news ads
//! needs: selection
//! answer: replace
//! #}
//! {% block system %}{% include "news/desk." ~ lang %} ...{% endblock %}
//! {% block user %}{% include "shared/around." ~ lang %} ...{% endblock %}
//! ```
//!
//! It may draw in and extend the templates that ship. Everything that can be wrong with it has a
//! line, where it has one; [`check_action`] finds it without a model.

use minijinja::{Environment, ErrorKind, Value};
use sha2::{Digest, Sha256};
use thiserror::Error;

use inkstone_generation::{Message, PromptForm};
use inkstone_manuscript::{DocumentKind, Language};

use crate::{
    Brief, DeskError, Input, Task, compose,
    templates::{self, ENVIRONMENT},
};

/// The largest file of an action, in bytes.
pub const LARGEST_ACTION: usize = 64 << 10;
/// The longest name, in characters.
const LONGEST_NAME: usize = 60;
/// The most takes of one request.
const MOST_TAKES: u32 = 6;
/// Steps of a template; one that needs more runs in circles.
const STEPS: u64 = 500_000;
/// The name that a file has among the templates.
const FILE: &str = "action";

/// What an action works on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Needs {
    /// What is selected.
    Selection,
    /// The whole text.
    Document,
    /// The place of the caret.
    Caret,
}

/// Where its answer goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// In the place of what it works on.
    Replace,
    /// Behind it.
    After,
    /// Among the takes; it stands nowhere in the text.
    Take,
    /// Into a note behind it, in the document's notation.
    Note,
}

impl Needs {
    /// All, in order.
    pub const ALL: [Self; 3] = [Self::Selection, Self::Document, Self::Caret];

    /// Its word in a file.
    pub fn word(self) -> &'static str {
        match self {
            Self::Selection => "selection",
            Self::Document => "document",
            Self::Caret => "caret",
        }
    }
}

impl Answer {
    /// All, in order.
    pub const ALL: [Self; 4] = [Self::Replace, Self::After, Self::Take, Self::Note];

    /// Its word in a file.
    pub fn word(self) -> &'static str {
        match self {
            Self::Replace => "replace",
            Self::After => "after",
            Self::Take => "take",
            Self::Note => "note",
        }
    }
}

/// A name in one language or in both.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OwnName {
    plain: String,
    english: Option<String>,
    chinese: Option<String>,
}

impl OwnName {
    /// The name for a person who reads this language.
    pub fn of(&self, language: Language) -> &str {
        let own = match language {
            Language::English => self.english.as_deref(),
            Language::Chinese => self.chinese.as_deref(),
        };
        own.unwrap_or(match self.plain.as_str() {
            "" => self
                .english
                .as_deref()
                .or(self.chinese.as_deref())
                .unwrap_or_default(),
            plain => plain,
        })
    }

    fn is_empty(&self) -> bool {
        self.of(Language::English).is_empty()
    }
}

/// What is wrong with the file of an action.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ActionFault {
    /// It does not begin with a comment that says what it is.
    NoHeader,
    /// It has no name.
    NoName,
    /// A line of the comment is no `word: value`, or nobody knows the word.
    UnknownWord(String),
    /// A word of the comment has a value that it can't have.
    BadValue {
        /// The word.
        word: String,
        /// The value.
        value: String,
        /// What it may be.
        may: String,
    },
    /// It has no block of this name.
    NoBlock(String),
    /// The template does not read; what was expected, in English.
    Syntax(String),
    /// The template uses a value that there is not, or something that can't be done; in English.
    Unknown(String),
    /// It runs in circles.
    Endless,
    /// It is larger than [`LARGEST_ACTION`].
    TooLarge,
}

/// Why an action can't be used.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("line {}: {fault:?}", line.map_or_else(|| "?".to_owned(), |l| l.to_string()))]
pub struct ActionError {
    /// The line of the file, from 1, where it has one.
    pub line: Option<u32>,
    /// What is wrong.
    pub fault: ActionFault,
}

impl ActionError {
    fn at(line: usize, fault: ActionFault) -> Self {
        Self {
            line: u32::try_from(line).ok(),
            fault,
        }
    }

    fn whole(fault: ActionFault) -> Self {
        Self { line: None, fault }
    }

    fn of(error: &minijinja::Error) -> Self {
        let mut at = error;
        // What an included template stumbled over is said with its cause.
        while let Some(source) = std::error::Error::source(at)
            .and_then(|source| source.downcast_ref::<minijinja::Error>())
        {
            at = source;
        }
        let own = [error, at]
            .into_iter()
            .rev()
            .find(|e| e.name().is_none_or(|name| name == FILE));
        let line = own
            .and_then(minijinja::Error::line)
            .and_then(|line| u32::try_from(line).ok());
        let said = at
            .detail()
            .map_or_else(|| at.kind().to_string(), str::to_owned);
        let fault = match at.kind() {
            ErrorKind::OutOfFuel => ActionFault::Endless,
            ErrorKind::SyntaxError => ActionFault::Syntax(said),
            ErrorKind::UnknownBlock => ActionFault::NoBlock(
                ["system", "user"]
                    .into_iter()
                    .find(|block| said.contains(block))
                    .unwrap_or_default()
                    .to_owned(),
            ),
            _ => ActionFault::Unknown(said),
        };
        Self { line, fault }
    }
}

/// An action that a person wrote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnAction {
    /// The name of its file, without the ending.
    pub id: String,
    /// What it is called.
    pub name: OwnName,
    /// The kinds of document that it is for.
    pub desks: Vec<DocumentKind>,
    /// The language of the documents that it is for; none is all.
    pub language: Option<Language>,
    /// What it works on.
    pub needs: Needs,
    /// Where its answer goes.
    pub answer: Answer,
    /// How many takes it asks for.
    pub takes: u32,
    /// The whole file.
    pub source: String,
}

impl OwnAction {
    /// Reads a file: its comment, and whether the template reads.
    ///
    /// # Errors
    /// What is wrong with it, with the line.
    pub fn read(id: &str, source: &str) -> Result<Self, ActionError> {
        if source.len() > LARGEST_ACTION {
            return Err(ActionError::whole(ActionFault::TooLarge));
        }
        let mut action = header(id, source)?;
        source.clone_into(&mut action.source);
        // Both blocks are there and every line can be read, whatever the values.
        let mut env = Environment::new();
        env.add_template(FILE, source)
            .map_err(|error| ActionError::of(&error))?;
        Ok(action)
    }

    /// Whether it is for documents of this kind and language.
    pub fn is_for(&self, kind: DocumentKind, language: Language) -> bool {
        self.desks.contains(&kind) && self.language.is_none_or(|own| own == language)
    }

    /// SHA-256 of its file, in lower-case hex.
    pub fn sha256(&self) -> String {
        let hash = Sha256::digest(&self.source);
        hash.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// Renders its two messages.
    pub(crate) fn render(&self, view: Value) -> Result<Vec<Message>, ActionError> {
        let mut env = ENVIRONMENT.clone();
        env.set_fuel(Some(STEPS));
        let wrong = |error: minijinja::Error| ActionError::of(&error);
        env.add_template_owned(FILE, self.source.clone())
            .map_err(wrong)?;
        let template = env.get_template(FILE).map_err(wrong)?;
        templates::messages(&template, view).map_err(wrong)
    }
}

/// The comment at the beginning.
fn header(id: &str, source: &str) -> Result<OwnAction, ActionError> {
    let none = || ActionError::at(1, ActionFault::NoHeader);
    let text = source.trim_start_matches('\u{feff}');
    let begun = text.trim_start();
    let first = text[..text.len() - begun.len()].matches('\n').count() + 1;
    let inside = begun
        .strip_prefix("{#-")
        .or_else(|| begun.strip_prefix("{#"))
        .ok_or_else(none)?;
    let inside = &inside[..inside.find("#}").ok_or_else(none)?];
    let inside = inside.strip_suffix('-').unwrap_or(inside);
    let mut action = OwnAction {
        id: id.to_owned(),
        name: OwnName::default(),
        desks: DocumentKind::ALL.to_vec(),
        language: None,
        needs: Needs::Selection,
        answer: Answer::Replace,
        takes: 1,
        source: String::new(),
    };
    let mut answer = None;
    for (line, said) in (first..).zip(inside.lines()) {
        let said = said.trim();
        if said.is_empty() {
            continue;
        }
        let (word, value) = said
            .split_once([':', '：'])
            .map(|(word, value)| (word.trim(), value.trim()))
            .ok_or_else(|| ActionError::at(line, ActionFault::UnknownWord(short(said))))?;
        let bad = |may: String| {
            ActionError::at(
                line,
                ActionFault::BadValue {
                    word: short(word),
                    value: short(value),
                    may,
                },
            )
        };
        match word {
            "name" | "name.en" | "name.zh-CN" => {
                if value.chars().count() > LONGEST_NAME {
                    return Err(bad(format!("1–{LONGEST_NAME}")));
                }
                let name = Some(value.to_owned()).filter(|name| !name.is_empty());
                match word {
                    "name" => action.name.plain = name.unwrap_or_default(),
                    "name.en" => action.name.english = name,
                    _ => action.name.chinese = name,
                }
            }
            "desks" | "desk" => {
                let names = value
                    .split([' ', ',', '，', '、'])
                    .filter(|n| !n.is_empty());
                let may = || DocumentKind::ALL.map(DocumentKind::name).join(", ");
                let desks: Result<Vec<DocumentKind>, _> = names
                    .map(|name| name.parse().map_err(|_| bad(may())))
                    .collect();
                let desks = desks?;
                if !desks.is_empty() {
                    action.desks = desks;
                }
            }
            "language" => {
                action.language = match value {
                    "" | "any" => None,
                    tag => Some(tag.parse().map_err(|_| bad("any, en, zh-CN".to_owned()))?),
                };
            }
            "needs" => {
                let found = Needs::ALL.into_iter().find(|one| one.word() == value);
                action.needs = found.ok_or_else(|| bad(Needs::ALL.map(Needs::word).join(", ")))?;
            }
            "answer" => {
                let found = Answer::ALL.into_iter().find(|one| one.word() == value);
                answer = Some(found.ok_or_else(|| bad(Answer::ALL.map(Answer::word).join(", ")))?);
            }
            "takes" => {
                let number = value.parse().ok().filter(|n| (1..=MOST_TAKES).contains(n));
                action.takes = number.ok_or_else(|| bad(format!("1–{MOST_TAKES}")))?;
            }
            _ => return Err(ActionError::at(line, ActionFault::UnknownWord(short(word)))),
        }
    }
    if action.name.is_empty() {
        return Err(ActionError::at(first, ActionFault::NoName));
    }
    action.answer = answer.unwrap_or(match action.needs {
        Needs::Selection => Answer::Replace,
        Needs::Document | Needs::Caret => Answer::After,
    });
    Ok(action)
}

fn short(text: &str) -> String {
    text.chars().take(60).collect()
}

/// Looks at a file as it would be used: on each of its desks and in each of its languages, with
/// something in every place.
///
/// # Errors
/// The first thing that is wrong.
pub fn check_action(id: &str, source: &str) -> Result<OwnAction, ActionError> {
    let action = OwnAction::read(id, source)?;
    for kind in action.desks.clone() {
        for language in Language::ALL {
            if !action.is_for(kind, language) {
                continue;
            }
            // Of these words a script is one, too.
            let document = "INT. HARBOUR - NIGHT\n\nThe ferry lies at the quay. Nobody is on it.\n";
            let from = document.find("Nobody").unwrap_or_default();
            let task = Task::Own {
                id: action.id.clone(),
                action: Some(std::sync::Arc::new(action.clone())),
            };
            let input = Input {
                brief: &Brief::empty(kind, language),
                task: &task,
                document,
                selection: from..from + "Nobody is on it.".len(),
                note: Some("shorter"),
                house_rules: "cheap",
                voice: "It rained.",
                variant: 0,
                variants: action.takes,
                context_tokens: None,
            };
            // All other errors lie with the text that it was tried on.
            if let Err(DeskError::Action(error)) = compose(&input, PromptForm::Chat) {
                return Err(error);
            }
        }
    }
    Ok(action)
}

/// A file to begin with: a copy of the template of one of our tasks, or, without one, the least that
/// an action is. `None` where there is no such template.
pub fn copy_of(
    task: Option<&str>,
    kind: DocumentKind,
    language: Language,
    name: &str,
) -> Option<String> {
    let name = name.lines().next().unwrap_or_default().trim();
    let name: String = name.chars().take(LONGEST_NAME).collect();
    let (needs, answer, body) = match task {
        Some(task) => {
            let known = Task::named(task).filter(can_be_copied)?;
            let source = templates::source(&templates::name(kind, task, language))?;
            let (needs, answer) = match known {
                Task::Describe => (Needs::Selection, Answer::After),
                ref known if known.needs_selection() => (Needs::Selection, Answer::Replace),
                _ => (Needs::Caret, Answer::After),
            };
            (needs, answer, source.to_owned())
        }
        None => (Needs::Selection, Answer::Replace, blank(kind, language)),
    };
    Some(format!(
        "{{#\nname: {name}\ndesks: {}\nlanguage: {}\nneeds: {}\nanswer: {}\ntakes: 1\n#}}\n{}\n",
        kind.name(),
        language.tag(),
        needs.word(),
        answer.word(),
        body.trim_end(),
    ))
}

/// Whether an action can do what our task does: those that are asked for a place in the text, and
/// whose answers are text as it comes.
fn can_be_copied(task: &Task) -> bool {
    *task == Task::Draft
        || task.works_on_text()
            && !matches!(task, Task::Headline | Task::Dek | Task::Dialogue { .. })
}

fn blank(kind: DocumentKind, language: Language) -> String {
    let (kind, tag) = (kind.name(), language.tag());
    let (job, answer) = match language {
        Language::English => (
            "Your job now: say what is to be done with the selection.",
            "Answer with the new text only.",
        ),
        Language::Chinese => ("现在的任务：写明要对选中的文字做什么。", "只给新文字。"),
    };
    format!(
        "{{% block system -%}}\n{{% include \"{kind}/desk.{tag}\" %}}\n\n{job}\n\n\
         {{% include \"shared/material.{tag}\" %}}\n{{%- endblock %}}\n\n\
         {{% block user -%}}\n{{% include \"{kind}/brief.{tag}\" %}}\n\
         {{% include \"shared/around.{tag}\" %}}\n{{%- include \"shared/wish.{tag}\" %}}\n\n\
         {answer}\n{{%- endblock %}}"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIST: &str = "{#\nname: As a list\nname.zh-CN: 改成清单\ndesks: news, ads\nneeds: selection\n#}\n{% block system %}Make a list, in {{ lang }}.{% include \"shared/material.\" ~ lang %}{% endblock %}\n{% block user %}{{ selection }}{% endblock %}\n";

    fn fault(source: &str) -> (Option<u32>, ActionFault) {
        let error = check_action("x", source).unwrap_err();
        (error.line, error.fault)
    }

    #[test]
    fn a_file_says_what_it_is() {
        let action = check_action("list", LIST).unwrap();
        assert_eq!(
            [Language::English, Language::Chinese].map(|l| action.name.of(l)),
            ["As a list", "改成清单"]
        );
        assert_eq!(action.desks, [DocumentKind::News, DocumentKind::Ads]);
        assert_eq!(
            (action.needs, action.answer, action.takes),
            (Needs::Selection, Answer::Replace, 1)
        );
        assert!(!action.is_for(DocumentKind::Screenplay, Language::English));
    }

    #[test]
    fn what_is_wrong_has_its_line() {
        assert_eq!(fault("hello"), (Some(1), ActionFault::NoHeader));
        assert_eq!(
            fault("{#\ndesks: news\n#}x"),
            (Some(1), ActionFault::NoName)
        );
        assert_eq!(
            fault("\n{#\nname: x\ncolour: red\n#}"),
            (Some(4), ActionFault::UnknownWord("colour".into()))
        );
        let (line, bad) = fault("{#\nname: x\nneeds: coffee\n#}");
        assert_eq!(line, Some(3));
        assert!(matches!(bad, ActionFault::BadValue { may, .. } if may.contains("selection")));
        let (line, bad) = fault(&LIST.replace("{{ selection }}", "\n{{ selection"));
        assert!(matches!(bad, ActionFault::Syntax(_)), "{bad:?}");
        assert!(line.is_some_and(|line| line >= 9), "{line:?}");
        let (line, bad) = fault(&LIST.replace("{{ selection }}", "\n{{ sellection }}"));
        assert!(matches!(bad, ActionFault::Unknown(_)), "{bad:?}");
        assert_eq!(line, Some(9));
        let (_, bad) = fault(&LIST.replace("block user", "block usher"));
        assert_eq!(bad, ActionFault::NoBlock("user".into()));
        let (_, bad) = fault(&LIST.replace("Make a list", "{% include 'no/such' %}"));
        assert!(matches!(bad, ActionFault::Unknown(_)), "{bad:?}");
        let huge = format!("{LIST}{}", " ".repeat(LARGEST_ACTION));
        assert_eq!(fault(&huge), (None, ActionFault::TooLarge));
    }

    #[test]
    fn what_runs_in_circles_ends() {
        let circles =
            "{% for a in range(9999) %}{% for b in range(9999) %}x{% endfor %}{% endfor %}";
        let (_, bad) = fault(&LIST.replace("Make a list", circles));
        assert_eq!(bad, ActionFault::Endless);
    }

    #[test]
    fn copies_of_ours_and_the_least_are_right() {
        for kind in DocumentKind::ALL {
            for language in Language::ALL {
                let least = copy_of(None, kind, language, "New").unwrap();
                check_action("new", &least).unwrap();
                for task in crate::tasks(kind) {
                    let Some(copy) = copy_of(Some(task), kind, language, "Mine") else {
                        continue;
                    };
                    let action = check_action("mine", &copy)
                        .unwrap_or_else(|error| panic!("{kind} {task} {language:?}: {error}"));
                    assert_eq!(action.name.of(language), "Mine");
                }
            }
        }
    }

    #[test]
    fn a_selection_is_worked_on_and_its_answer_goes_where_it_is_said() {
        let text = "# Head\n\nOne line. Two.\n\nMore.";
        let from = text.find("Two.").unwrap();
        let target = |answer: &str, needs: &str| {
            let source = LIST.replace(
                "needs: selection",
                &format!("needs: {needs}\nanswer: {answer}"),
            );
            let task = Task::Own {
                id: "list".into(),
                action: Some(std::sync::Arc::new(
                    OwnAction::read("list", &source).unwrap(),
                )),
            };
            let input = Input {
                brief: &Brief::empty(DocumentKind::News, Language::English),
                task: &task,
                document: text,
                selection: from..from + 4,
                note: None,
                house_rules: "",
                voice: "",
                variant: 0,
                variants: 1,
                context_tokens: None,
            };
            let composed = compose(&input, PromptForm::Chat).unwrap();
            assert_eq!(composed.template, "own/list.en");
            let asked = composed.messages[1].content.clone();
            (composed.target, asked)
        };
        assert_eq!(
            target("replace", "selection"),
            (from..from + 4, "Two.".into())
        );
        assert_eq!(target("note", "selection").0, from + 4..from + 4);
        assert_eq!(target("replace", "document").0, 0..text.len());
        assert_eq!(target("after", "caret").0, from + 4..from + 4);
        let (_, asked) = target("after", "selection");
        assert_eq!(asked, "Two.");
    }
}
