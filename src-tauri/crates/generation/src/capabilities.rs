use serde::{Deserialize, Deserializer, Serialize, de::DeserializeOwned};

/// Which of the API's ways a server is asked in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Api {
    /// `/chat/completions`, which all servers have.
    #[default]
    Chat,
    /// `/completions`, the older way: text that is continued, for base models.
    Completions,
    /// `/responses`, OpenAI's newer way.
    Responses,
}

/// The name under which a server takes the bound on new tokens.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CapName {
    /// The older name, which most servers know.
    #[default]
    MaxTokens,
    /// The newer name, which OpenAI's reasoning models insist on.
    MaxCompletionTokens,
}

/// Where a model's reasoning comes. Wherever it does, it never becomes text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reasoning {
    /// The model shows none.
    Absent,
    /// In a field `reasoning_content`.
    ReasoningContent,
    /// In a field `reasoning`.
    Reasoning,
    /// Among the parts or items of an answer, as a kind of its own.
    Parts,
    /// In the text, between `<think>` and `</think>`.
    Inline,
}

/// What a server and its model were found to do; `None` is unknown. Requests follow it: what is
/// known to be refused is not sent, and made up for on our side.
///
/// Stored as JSON by whoever keeps models. What an older or a newer program wrote is read as far as
/// it is understood; the rest counts as unknown.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Capabilities {
    /// An answer comes in pieces.
    #[serde(deserialize_with = "lenient")]
    pub streaming: Option<bool>,
    /// `n` gives so many answers. (Several answers are asked for one by one all the same, each with
    /// a seed of its own.)
    #[serde(deserialize_with = "lenient")]
    pub n: Option<bool>,
    /// `seed` is taken.
    #[serde(deserialize_with = "lenient")]
    pub seed: Option<bool>,
    /// `stop` is taken, and kept.
    #[serde(deserialize_with = "lenient")]
    pub stop: Option<bool>,
    /// `temperature` is taken.
    #[serde(deserialize_with = "lenient")]
    pub temperature: Option<bool>,
    /// `top_p` is taken.
    #[serde(deserialize_with = "lenient")]
    pub top_p: Option<bool>,
    /// `frequency_penalty`, `presence_penalty` and `logit_bias` are taken.
    #[serde(deserialize_with = "lenient")]
    pub penalties: Option<bool>,
    /// `logprobs` is taken.
    #[serde(deserialize_with = "lenient")]
    pub logprobs: Option<bool>,
    /// A JSON Schema for the answer is taken, and kept.
    #[serde(deserialize_with = "lenient")]
    pub json_schema: Option<bool>,
    /// A schema beside the wish for JSON of any shape is taken, and kept: llama-cpp-python and others
    /// know no other way.
    #[serde(deserialize_with = "lenient")]
    pub object_schema: Option<bool>,
    /// JSON of any shape can be asked for.
    #[serde(deserialize_with = "lenient")]
    pub json_object: Option<bool>,
    /// A stream says at its end what it used.
    #[serde(deserialize_with = "lenient")]
    pub stream_usage: Option<bool>,
    /// The name of the bound on new tokens.
    #[serde(deserialize_with = "lenient")]
    pub cap: Option<CapName>,
    /// Where reasoning comes.
    #[serde(deserialize_with = "lenient")]
    pub reasoning: Option<Reasoning>,
}

/// A value that is not understood counts as unknown.
fn lenient<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: DeserializeOwned,
{
    let value = serde_json::Value::deserialize(deserializer)?;
    Ok(serde_json::from_value(value).ok())
}

impl Capabilities {
    /// These, where `newer` knows nothing; what it knows, elsewhere.
    #[must_use]
    pub fn updated(&self, newer: &Self) -> Self {
        Self {
            streaming: newer.streaming.or(self.streaming),
            n: newer.n.or(self.n),
            seed: newer.seed.or(self.seed),
            stop: newer.stop.or(self.stop),
            temperature: newer.temperature.or(self.temperature),
            top_p: newer.top_p.or(self.top_p),
            penalties: newer.penalties.or(self.penalties),
            logprobs: newer.logprobs.or(self.logprobs),
            json_schema: newer.json_schema.or(self.json_schema),
            object_schema: newer.object_schema.or(self.object_schema),
            json_object: newer.json_object.or(self.json_object),
            stream_usage: newer.stream_usage.or(self.stream_usage),
            cap: newer.cap.or(self.cap),
            reasoning: newer.reasoning.or(self.reasoning),
        }
    }

    /// Whether an answer is known to be held to a schema, in either of the two ways of asking.
    pub fn keeps_schema(&self) -> bool {
        self.json_schema == Some(true) || self.object_schema == Some(true)
    }

    /// Whether nothing is known.
    pub fn is_unknown(&self) -> bool {
        *self == Self::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_is_not_understood_is_unknown() {
        let read = |value| serde_json::from_value::<Capabilities>(value).unwrap();
        assert!(read(json!({})).is_unknown());
        let known = read(json!({
            "streaming": true, "n": "perhaps", "cap": "max_everything", "reasoning": "inline",
            "telepathy": true, "seed": null,
        }));
        let want = Capabilities {
            streaming: Some(true),
            reasoning: Some(Reasoning::Inline),
            ..Capabilities::default()
        };
        assert_eq!(known, want);
        let written = serde_json::to_value(&known).unwrap();
        assert_eq!(read(written), known);
    }

    #[test]
    fn the_newer_knowledge_wins_where_there_is_any() {
        let old = Capabilities {
            n: Some(true),
            seed: Some(true),
            ..Capabilities::default()
        };
        let new = Capabilities {
            seed: Some(false),
            cap: Some(CapName::MaxCompletionTokens),
            ..Capabilities::default()
        };
        let now = old.updated(&new);
        assert_eq!((now.n, now.seed), (Some(true), Some(false)));
        assert_eq!(now.cap, Some(CapName::MaxCompletionTokens));
    }
}
