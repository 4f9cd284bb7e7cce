//! What crosses for the story of a script.

use inkstone_desks::{Coverage, PageOf, Stage, Task};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::dto::{ErrorDto, TakeStatus};

/// The story of a script in its stages, as far as they stand in the text; the rest is the brief.
#[derive(Debug, Clone, Serialize, TS)]
pub struct StoryDto {
    /// Revision of the draft that the places belong to.
    pub revision: u32,
    /// The beats, in order.
    pub beats: Vec<BeatDto>,
    /// The scenes, in order.
    pub scenes: Vec<SceneDto>,
    /// What was made from something that reads otherwise now.
    pub stale: Vec<StaleDto>,
}

/// A turn of the story.
#[derive(Debug, Clone, Serialize, TS)]
pub struct BeatDto {
    /// What happens.
    pub text: String,
    /// The act it stands in.
    pub act: Option<String>,
    /// Start of its line in the text (UTF-16).
    pub from: u32,
    /// End of its line.
    pub to: u32,
}

/// A scene: an entry of the outline and what is written out of it.
#[derive(Debug, Clone, Serialize, TS)]
pub struct SceneDto {
    /// Its place in the script, from 1.
    pub number: u32,
    /// The heading without marks.
    pub heading: String,
    /// Start of the heading's line (UTF-16).
    pub heading_from: u32,
    /// End of the heading's line.
    pub heading_to: u32,
    /// The synopsis; lines are those of the text.
    pub synopsis: String,
    /// Start of the synopsis; where one would stand, if there is none.
    pub from: u32,
    /// End of the synopsis.
    pub to: u32,
    /// Words of what is written out; 0 if nothing is.
    pub words: u32,
    /// The beats it carries, by number from 1.
    pub beats: Vec<u32>,
}

/// A part that is stale.
#[derive(Debug, Clone, Serialize, TS)]
pub struct StaleDto {
    /// The stage.
    pub stage: Stage,
    /// The scene's number, for entries and scenes; else 0.
    pub number: u32,
    /// What has changed.
    pub because: Vec<BecauseDto>,
}

/// What has changed under a part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct BecauseDto {
    /// The part that changed.
    #[ts(type = "\"logline\" | \"premise\" | \"characters\" | \"beat\" | \"synopsis\"")]
    pub what: String,
    /// The beat's number, where one stands in its place.
    pub number: Option<u32>,
}

/// A page of a person or a place that a prompt asks for.
#[derive(Debug, Clone, Serialize, TS)]
pub struct PromptPageDto {
    /// Whose page.
    pub of: PageOf,
    /// The name.
    pub name: String,
    /// What it costs in tokens, about.
    pub tokens: u32,
    /// Whether it is pinned; else the passage mentions it.
    pub pinned: bool,
    /// Whether there is room for it.
    pub fits: bool,
}

/// A reader's report.
#[derive(Debug, Clone, Serialize, TS)]
pub struct ReportDto {
    /// Id.
    pub id: String,
    /// When it was written.
    pub created_at: f64,
    /// The model that wrote it.
    pub model_name: String,
    /// Id of the take that it was read from.
    pub take_id: Option<String>,
    /// How much of the script the reader was shown, in percent.
    pub share: u32,
    /// The report.
    pub coverage: Coverage,
}

/// A report as the library keeps it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct KeptReport {
    pub model_name: String,
    pub share: u32,
    pub coverage: Coverage,
}

/// A conversation with one of the people of a script.
#[derive(Debug, Clone, Serialize, TS)]
pub struct InterviewDto {
    /// Id.
    pub id: String,
    /// The draft.
    pub draft_id: String,
    /// The name as it stands in cues.
    pub character: String,
    /// What was asked and answered, oldest first.
    pub turns: Vec<InterviewTurnDto>,
    /// When something was asked last.
    pub updated_at: f64,
}

/// A question and its answer.
#[derive(Debug, Clone, Serialize, TS)]
pub struct InterviewTurnDto {
    /// Id.
    pub id: String,
    /// What was asked.
    pub question: String,
    /// Id of the take that answers; it arrives as an event too.
    pub take_id: String,
    /// The answer so far.
    pub answer: String,
    /// How far it is.
    pub status: TakeStatus,
    /// What failed.
    pub error: Option<ErrorDto>,
    /// Whether the answer was kept as a note.
    pub kept: bool,
    /// How many earlier exchanges had no room in the prompt.
    pub left_out: u32,
    /// How many scenes the character had been in.
    pub scenes: u32,
    /// How many of them had room in the prompt.
    pub scenes_told: u32,
}

macro_rules! inputs {
    ($($(#[$meta:meta])* $name:ident { $($(#[$fmeta:meta])* $field:ident : $ty:ty),* $(,)? })*) => {$(
        $(#[$meta])*
        #[derive(Debug, Clone, Deserialize, TS)]
        #[serde(deny_unknown_fields)]
        #[allow(missing_docs)]
        pub struct $name { $($(#[$fmeta])* pub $field: $ty),* }
    )*};
}

inputs! {
    /// A part of a story; the number counts for entries and scenes.
    KeepPart { draft_id: String, stage: Stage, number: u32 }
    /// A premise or pages that a model wrote, taken into the brief. `text` is the premise as the
    /// person left it; pages are read from the take.
    AcceptPart { take_id: String, draft_id: String, text: String }
    /// What would go along with a task.
    PromptPages { draft_id: String, task: Task, from: u32, to: u32, note: String }
    /// Where to write a report, as Markdown.
    ExportReport { id: String, path: String }
    /// Someone of a script to talk to.
    StartInterview { draft_id: String, character: String }
    /// A question. `until` is how far the character has lived, in UTF-16 units of the text;
    /// `again` asks the last question anew.
    AskCharacter {
        id: String,
        question: String,
        until: u32,
        again: bool,
        /// The person has said yes to more than the budget.
        #[ts(optional)]
        over_budget: Option<bool>,
    }
    /// Whether an answer stands among the notes of a page.
    KeepAnswer { interview_id: String, turn_id: String, kept: bool }
}
