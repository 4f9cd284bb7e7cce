//! What a desk can be asked to do, and what comes back.

use std::sync::Arc;

use inkstone_manuscript::{DocumentKind, Language};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{
    clean,
    own::{Needs, OwnAction},
    registry, screenplay,
};

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
    /// Say the selection more plainly.
    Simplify,
    /// Mend slips of grammar, spelling and punctuation in the selection, and nothing else.
    Correct,
    /// Say the selection in another language.
    Translate {
        /// The language.
        #[ts(type = "Language")]
        into: Language,
    },
    /// News, ads: a headline for what is written; each take is another.
    Headline,
    /// News: the sentence under the headline. Ads: the description.
    Dek,
    /// What is selected, as it is seen, heard and felt; it goes behind the selection.
    Describe,
    /// An action that a person wrote.
    Own {
        /// The name of its file, without the ending.
        id: String,
        /// What the file says; whoever composes looks it up first.
        #[serde(skip)]
        #[ts(skip)]
        action: Option<Arc<OwnAction>>,
    },
    /// Screenplay: the premise, from the logline.
    Premise,
    /// Screenplay: the pages of the people, from logline and premise.
    Characters,
    /// Screenplay: the beats again, after what they were made from has changed.
    ReviseBeats,
    /// Screenplay: the synopsis of a scene again, from the beats it carries.
    ReviseEntry {
        /// The scene's place in the script, from 1.
        number: u32,
    },
    /// Screenplay: the text of a scene again, from its synopsis.
    ReviseScene {
        /// The scene's place in the script, from 1.
        number: u32,
    },
    /// Screenplay: what one person says next, in their own voice, at the caret.
    Dialogue {
        /// The name as it stands in cues.
        character: String,
    },
    /// Screenplay: other ways to say the selected line.
    Alternatives,
    /// Screenplay: what could happen next; each take is another turn.
    Turns {
        /// The turns that are on the table already.
        #[serde(default)]
        written: Vec<String>,
    },
    /// Screenplay: a scene sharper than it is, after the person's notes.
    PunchUp {
        /// The scene's place in the script, from 1.
        number: u32,
    },
    /// Screenplay: a reader's report on the script.
    Coverage,
    /// Screenplay: who knows what they cannot know.
    Knowledge,
    /// Screenplay: an answer of one of the people. Part of an interview, never asked for alone.
    Interview,
    /// An answer of the assistant beside the text. Part of a conversation, never asked for alone.
    Assistant,
    /// Minutes of the beginning of a conversation.
    Summary,
    /// Grades for a text that a model wrote.
    Judge,
}

/// Where the answer to a task belongs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Goes {
    /// Into the text of the document.
    Text,
    /// Into a part of the brief.
    Brief,
    /// Into a report that stands beside the document.
    Report,
    /// Into a conversation.
    Conversation,
    /// To the studio, which makes something of it.
    Studio,
}

impl Task {
    /// The name used in templates, records and commands: the variant in snake case.
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
            Self::Simplify => "simplify",
            Self::Correct => "correct",
            Self::Translate { .. } => "translate",
            Self::Headline => "headline",
            Self::Dek => "dek",
            Self::Describe => "describe",
            Self::Own { .. } => "own",
            Self::Premise => "premise",
            Self::Characters => "characters",
            Self::ReviseBeats => "revise_beats",
            Self::ReviseEntry { .. } => "revise_entry",
            Self::ReviseScene { .. } => "revise_scene",
            Self::Dialogue { .. } => "dialogue",
            Self::Alternatives => "alternatives",
            Self::Turns { .. } => "turns",
            Self::PunchUp { .. } => "punch_up",
            Self::Coverage => "coverage",
            Self::Knowledge => "knowledge",
            Self::Interview => "interview",
            Self::Assistant => "assistant",
            Self::Summary => "summary",
            Self::Judge => "judge",
        }
    }

    /// The task of a name, with nothing in its fields: enough to read an answer by.
    pub fn named(name: &str) -> Option<Self> {
        let number = 0;
        let all = [
            Self::Draft,
            Self::Beats,
            Self::Outline,
            Self::Scene { number },
            Self::Continue,
            Self::Rewrite,
            Self::Shorten,
            Self::Expand,
            Self::Tone {
                tone: String::new(),
            },
            Self::Simplify,
            Self::Correct,
            Self::Translate {
                into: Language::English,
            },
            Self::Headline,
            Self::Dek,
            Self::Describe,
            Self::Own {
                id: String::new(),
                action: None,
            },
            Self::Premise,
            Self::Characters,
            Self::ReviseBeats,
            Self::ReviseEntry { number },
            Self::ReviseScene { number },
            Self::Dialogue {
                character: String::new(),
            },
            Self::Alternatives,
            Self::Turns {
                written: Vec::new(),
            },
            Self::PunchUp { number },
            Self::Coverage,
            Self::Knowledge,
            Self::Interview,
            Self::Assistant,
            Self::Summary,
            Self::Judge,
        ];
        all.into_iter().find(|task| task.name() == name)
    }

    /// The action of a person's own, where it is one and was looked up.
    pub fn own(&self) -> Option<&OwnAction> {
        match self {
            Self::Own { action, .. } => action.as_deref(),
            _ => None,
        }
    }

    /// Whether the task works on a text that is there, so that a brief without a subject does.
    pub fn works_on_text(&self) -> bool {
        self.needs_selection()
            || matches!(
                self,
                Self::Continue
                    | Self::Headline
                    | Self::Dek
                    | Self::Dialogue { .. }
                    | Self::Own { .. }
            )
    }

    /// Whether the task works on a selection.
    pub fn needs_selection(&self) -> bool {
        if let Some(own) = self.own() {
            return own.needs == Needs::Selection;
        }
        matches!(
            self,
            Self::Rewrite
                | Self::Shorten
                | Self::Expand
                | Self::Tone { .. }
                | Self::Simplify
                | Self::Correct
                | Self::Translate { .. }
                | Self::Alternatives
                | Self::Describe
        )
    }

    /// Where its answer belongs.
    pub fn goes(&self) -> Goes {
        match self {
            Self::Premise | Self::Characters => Goes::Brief,
            Self::Coverage | Self::Knowledge => Goes::Report,
            Self::Interview | Self::Assistant => Goes::Conversation,
            Self::Summary | Self::Judge => Goes::Studio,
            _ => Goes::Text,
        }
    }

    /// The scene it is about, if it names one.
    pub fn scene(&self) -> Option<u32> {
        match self {
            Self::Scene { number }
            | Self::ReviseEntry { number }
            | Self::ReviseScene { number }
            | Self::PunchUp { number } => Some(*number),
            _ => None,
        }
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
    match task {
        // What is said about a text is no text of the desk.
        Task::Assistant | Task::Summary | Task::Judge => Output {
            title: None,
            text: clean::said(raw).trim().to_owned(),
        },
        _ => (registry::desk(kind).parse)(task, language, raw),
    }
}

/// What [`parse`] has read of an answer that was cut off, without what is no whole element of a
/// script at its end.
pub fn whole<'t>(kind: DocumentKind, task: &Task, text: &'t str) -> &'t str {
    match kind {
        DocumentKind::Screenplay => screenplay::whole(task, text),
        DocumentKind::News | DocumentKind::Ads => text,
    }
}

/// A part of what an assistant said, as text of a document of this kind.
pub fn handed(kind: DocumentKind, language: Language, part: &str) -> String {
    (registry::desk(kind).parse)(&Task::Rewrite, language, part).text
}
