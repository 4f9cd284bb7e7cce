use serde::{Deserialize, Serialize};

use crate::Constraint;

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

/// How the next token is chosen.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Sampling {
    /// 0 is greedy; usual values lie between 0.2 and 1.2.
    pub temperature: f32,
    /// Keep the k likeliest tokens only.
    pub top_k: Option<u32>,
    /// Keep the likeliest tokens whose probabilities sum to p (0 < p <= 1).
    pub top_p: Option<f32>,
    /// Keep tokens with at least this share of the likeliest token's probability (0 <= p < 1).
    pub min_p: Option<f32>,
    /// Divides the logits of tokens seen lately; 1 is off.
    pub repeat_penalty: f32,
    /// Seed of the random numbers. JSON numbers stay exact up to 2^53, so seeds stay below that.
    pub seed: u64,
}

impl Default for Sampling {
    fn default() -> Self {
        Self {
            temperature: 0.8,
            top_k: Some(40),
            top_p: Some(0.95),
            min_p: None,
            repeat_penalty: 1.0,
            seed: 0,
        }
    }
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
}
