//! What crosses for conversations with the assistant.

use inkstone_desks::{DialoguePart, DialogueRules, PartKind};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::dto::{ErrorDto, TakeStatus};

/// A conversation beside a text: a tree of turns.
#[derive(Debug, Clone, Serialize, TS)]
pub struct ConversationDto {
    /// Id.
    pub id: String,
    /// The draft beside which it was begun.
    pub draft_id: String,
    /// What the person calls it; empty if nothing.
    pub name: String,
    /// What goes along with a question.
    pub rules: DialogueRules,
    /// The turn that the way which is shown ends with.
    pub head_id: Option<String>,
    /// All turns of all branches, in the order of asking.
    pub turns: Vec<AssistantTurnDto>,
    /// When something was asked last.
    pub updated_at: f64,
}

/// A question and its answer.
#[derive(Debug, Clone, Serialize, TS)]
pub struct AssistantTurnDto {
    /// Id.
    pub id: String,
    /// The turn it follows; `null` at the beginning.
    pub parent_id: Option<String>,
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
    /// The model that was asked.
    pub model_name: String,
    /// Host it was sent to; `null` for a local model.
    pub host: Option<String>,
    /// What it was asked with.
    pub sent: Sent,
    /// What was said up to here and with this turn, in short.
    pub summary: Option<SummaryDto>,
}

/// What a question was asked with, by size.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(default)]
pub struct Sent {
    /// The parts of the prompt.
    pub parts: Vec<DialoguePart>,
    /// The model's context in tokens, or what was taken for it.
    pub context: u32,
    /// Whether that is a guess.
    pub assumed: bool,
    /// How many of the first turns a summary stood for.
    pub covered: u32,
    /// How many turns had no room.
    pub left_out: u32,
}

/// Minutes of what was said.
#[derive(Debug, Clone, Serialize, TS)]
pub struct SummaryDto {
    /// The text.
    pub text: String,
    /// Whether the person changed it.
    pub edited: bool,
    /// Whether it was put away: the turns it holds are sent themselves again.
    pub deleted: bool,
}

/// What a question would be sent with, before it is.
#[derive(Debug, Clone, Serialize, TS)]
pub struct PlannedDto {
    /// The parts by size.
    pub sent: Sent,
    /// Every piece, exactly as it would be sent, in order: masked where the project wants that.
    pub segments: Vec<SegmentDto>,
    /// Whether names and numbers give way to placeholders.
    pub masked: bool,
    /// Tokens in all, with room for the answer.
    pub used: u32,
    /// Turns without room are put into a summary first, by the same model.
    pub summarises: bool,
    /// The model that would be asked.
    pub model_name: String,
    /// Its host; `null` for a local model.
    pub host: Option<String>,
}

/// A piece of a prompt.
#[derive(Debug, Clone, Serialize, TS)]
pub struct SegmentDto {
    /// The part it belongs to.
    pub kind: PartKind,
    /// Number of the message it is in.
    pub message: u32,
    /// Who speaks: `system`, `user`, `assistant`.
    #[ts(type = "\"system\" | \"user\" | \"assistant\"")]
    pub role: String,
    /// The text.
    pub text: String,
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
    /// A question. `after` is the turn it follows, `null` for the first; another question after the
    /// same turn is a branch. `from`/`to` are the selection in the draft, in UTF-16 units.
    AskAssistant {
        conversation_id: String,
        draft_id: String,
        after: Option<String>,
        question: String,
        from: u32,
        to: u32,
        /// The person has said yes to more than the budget.
        #[ts(optional)]
        over_budget: Option<bool>,
    }
    /// Shows the branch that a turn is on, down to what was asked last on it; `null` shows none.
    ShowTurn { conversation_id: String, turn_id: Option<String> }
    /// What goes along with a conversation's questions.
    RuleConversation { id: String, rules: DialogueRules }
    /// Changes a summary; one that is put away is kept and not used.
    EditSummary { conversation_id: String, turn_id: String, text: String, deleted: bool }
    /// Hands an answer or a part of it over as a suggestion. `from`/`to` say what it would replace.
    HandOver { take_id: String, draft_id: String, from: u32, to: u32, text: String }
}
