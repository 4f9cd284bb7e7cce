use serde::{Deserialize, Serialize};

/// The most other tokens that a request may ask about.
pub const MOST_OTHERS: u8 = 20;

/// A token, and how likely the model held it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Likely {
    /// What it stands for. A token that is part of a character is shown with U+FFFD.
    pub text: String,
    /// Its bytes, where they are no whole characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bytes: Option<Vec<u8>>,
    /// Natural logarithm of its probability, before anything of [`crate::Sampling`] or of a
    /// constraint: what the model itself says.
    pub logprob: f32,
}

impl Likely {
    /// A token's bytes and its likelihood.
    pub fn new(bytes: &[u8], logprob: f32) -> Self {
        let text = String::from_utf8_lossy(bytes).into_owned();
        Self {
            bytes: (text.as_bytes() != bytes).then(|| bytes.to_vec()),
            text,
            logprob,
        }
    }
}

/// How likely a token of the answer was, and what could have stood in its place.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Odds {
    /// The token that was written.
    pub token: Likely,
    /// The likeliest tokens of this place, the likeliest first; the one that was written may be among
    /// them.
    #[serde(default)]
    pub others: Vec<Likely>,
}
