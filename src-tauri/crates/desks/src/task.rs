//! What a desk can be asked to do, and what comes back.

use inkstone_manuscript::{DocumentKind, Language};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::registry;

/// What a desk is asked to do. Not every kind has every task; see [`crate::tasks`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "task", rename_all = "snake_case")]
pub enum Task {
    /// A whole article, one ad, or a single scene from the brief.
    Draft,
    /// Screenplay: the turns of the story.
    Beats,
    /// Screenplay: the scenes, each a heading and a synopsis.
    Outline,
    /// Screenplay: a scene of the outline, written out.
    Scene {
        /// The scene's place in the script, from 1.
        number: u32,
    },
    /// Go on at the caret.
    Continue,
    /// Say the selection in other words.
    Rewrite,
    /// Say the selection in fewer words.
    Shorten,
    /// Say more of what the selection says.
    Expand,
    /// Say the selection in another tone.
    Tone {
        /// The tone, in the person's words.
        tone: String,
    },
}

impl Task {
    /// The name used in templates, records and commands: `draft`, `beats`, `outline`, `scene`,
    /// `continue`, `rewrite`, `shorten`, `expand`, `tone`.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Beats => "beats",
            Self::Outline => "outline",
            Self::Scene { .. } => "scene",
            Self::Continue => "continue",
            Self::Rewrite => "rewrite",
            Self::Shorten => "shorten",
            Self::Expand => "expand",
            Self::Tone { .. } => "tone",
        }
    }

    /// Whether the task replaces a selection.
    pub fn needs_selection(&self) -> bool {
        matches!(
            self,
            Self::Rewrite | Self::Shorten | Self::Expand | Self::Tone { .. }
        )
    }
}

/// A model's answer as text of the document.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Output {
    /// A title found in it: the headline of an article.
    pub title: Option<String>,
    /// The text in the document's notation, ready to stand at the target.
    pub text: String,
}

/// Reads a model's answer, whole or as far as it has come. Nothing is refused.
pub fn parse(kind: DocumentKind, task: &Task, language: Language, raw: &str) -> Output {
    (registry::desk(kind).parse)(task, language, raw)
}
