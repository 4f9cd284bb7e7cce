use serde::{Deserialize, Serialize};

use crate::{Constraint, Sampling};

/// Who speaks in a chat message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Standing instructions.
    System,
    /// The person.
    User,
    /// The model.
    Assistant,
}

/// One message of a chat.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// Who speaks.
    pub role: Role,
    /// What is said: plain text, never parsed for special tokens.
    pub content: String,
}

/// What the model is to go on from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Prompt {
    /// Messages, put through the model's chat template by the adapter.
    Chat(Vec<Message>),
    /// Text that is continued as it stands, without a template.
    Raw(String),
}

/// One call of a text model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TextRequest {
    /// What to go on from.
    pub prompt: Prompt,
    /// How tokens are chosen.
    pub sampling: Sampling,
    /// At most this many new tokens; `None` leaves it to the adapter (the rest of the context).
    pub max_tokens: Option<u32>,
    /// The answer ends before the first of these strings; it is not part of the text.
    pub stop: Vec<String>,
    /// What the answer has to be, kept as far as the model's description says it can.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub constraint: Option<Constraint>,
    /// Tells how likely each token was, beside so many others of its place, with
    /// [`crate::TextEvent::Odds`]; 0 tells of the tokens alone. At most [`crate::MOST_OTHERS`]. A server
    /// may tell of fewer, or of none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub odds: Option<u8>,
}
