//! From a brief, a task and a document to the messages a model is given.

use std::ops::Range;

use inkstone_generation::{Message, PromptForm, references::References};
use thiserror::Error;

use crate::{Brief, BriefError, Task};

/// What a prompt is made of.
#[derive(Debug, Clone)]
pub struct Input<'a> {
    /// The brief of the document.
    pub brief: &'a Brief,
    /// What is asked for.
    pub task: &'a Task,
    /// The whole text of the document.
    pub document: &'a str,
    /// The selection in bytes; a caret is an empty range.
    pub selection: Range<usize>,
    /// A wish in the person's own words.
    pub note: Option<&'a str>,
    /// Words and phrases never to use, one a line.
    pub house_rules: &'a str,
    /// Which of its siblings this is, from 0.
    pub variant: u32,
    /// How many siblings there are.
    pub variants: u32,
    /// The model's context in tokens, where known: bounds how much of the document goes along.
    pub context_tokens: Option<u32>,
}

/// A prompt, and how to run it.
#[derive(Debug, Clone, PartialEq)]
pub struct Composed {
    /// Kind, task and language of the template, as `news/draft.en`.
    pub template: String,
    /// SHA-256 of the template's source, in lower-case hex.
    pub template_sha256: String,
    /// The messages, in order.
    pub messages: Vec<Message>,
    /// What placeholders in the answer stand for; empty in the chat form.
    pub references: References,
    /// At most this many new tokens.
    pub max_tokens: u32,
    /// The answer ends before the first of these.
    pub stop: Vec<String>,
    /// Temperature that suits the task.
    pub temperature: f32,
    /// Repeat penalty that suits the task.
    pub repeat_penalty: f32,
    /// The bytes of the document that the suggestion would replace.
    pub target: Range<usize>,
}

/// Why nothing could be composed.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum DeskError {
    /// The brief is not fit to write from.
    #[error(transparent)]
    Brief(#[from] BriefError),
    /// The task replaces a selection, and nothing is selected.
    #[error("nothing is selected")]
    EmptySelection,
    /// The script has no scene of that number.
    #[error("there is no scene {number}")]
    NoSuchScene {
        /// The number asked for.
        number: u32,
    },
    /// Another kind of document has this task.
    #[error("`{kind}` has no task `{task}`")]
    TaskNotForKind {
        /// The task's name.
        task: String,
        /// The kind's name.
        kind: String,
    },
    /// A slip in `assets/prompts/`.
    #[error("template: {0}")]
    Template(String),
}

/// Makes the prompt for a task.
///
/// # Errors
/// The brief is not valid, nothing is selected where a selection is needed, or the script has no
/// such scene.
pub fn compose(input: &Input, form: PromptForm) -> Result<Composed, DeskError> {
    let _ = form;
    Err(DeskError::Template(input.task.name().to_owned()))
}

/// The text to put at `target`: what was suggested, and the blank lines it needs around it.
pub fn join(document: &str, target: &Range<usize>, text: &str) -> String {
    let _ = (document, target);
    text.to_owned()
}
