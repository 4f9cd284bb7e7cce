use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// How the next token is chosen.
///
/// What the network says of each token is changed, and tokens are left out, in the order of the fields
/// behind the first; last, one of those that are left is drawn at [`Self::temperature`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Sampling {
    /// 0 is greedy; usual values lie between 0.2 and 1.2.
    pub temperature: f32,
    /// Added to the logits of single tokens, by the numbers of the model's own vocabulary; -100 as
    /// good as forbids one, 100 as good as forces it. OpenAI's `logit_bias`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub logit_bias: BTreeMap<u32, f32>,
    /// Divides the logits of tokens seen lately, in the prompt or the answer (multiplies those below
    /// zero); 1 is off. Keskar et al. 2019, *CTRL*.
    pub repeat_penalty: f32,
    /// Taken from a token's logit for each time that the answer has it; 0 is off, below 0 it is
    /// made likelier. OpenAI's `frequency_penalty`, -2 to 2.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub frequency_penalty: f32,
    /// Taken once from the logits of all tokens that the answer has; 0 is off. OpenAI's
    /// `presence_penalty`, -2 to 2.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub presence_penalty: f32,
    /// Makes it unlikely that a longer run of tokens comes once more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dry: Option<Dry>,
    /// Keep the k likeliest tokens only; 0 is off.
    pub top_k: Option<u32>,
    /// Keep the tokens that say about as much as is to be expected, until their probabilities sum to
    /// p (0 < p <= 1). Meister et al. 2023, *Locally Typical Sampling*.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub typical_p: Option<f32>,
    /// Keep the likeliest tokens whose probabilities sum to p (0 < p <= 1). Holtzman et al. 2020.
    pub top_p: Option<f32>,
    /// Keep tokens with at least this share of the likeliest token's probability (0 <= p < 1).
    /// Nguyen et al. 2024.
    pub min_p: Option<f32>,
    /// Seed of the random numbers. JSON numbers stay exact up to 2^53, so seeds stay below that.
    pub seed: u64,
    /// Which of several texts for one wish this is; `None` draws it by `seed` alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub apart: Option<Apart>,
}

/// One of several texts that are to differ. Each is drawn as a text alone would be, but together they
/// spread over what the model holds for possible, sentence by sentence: what is half as likely begins
/// about half of them. Vilnis et al. 2023, *Arithmetic Sampling: Parallel Diverse Decoding for Large
/// Language Models*, with a new code point for each sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Apart {
    /// Which one, from 0.
    pub nth: u32,
    /// How many, above `nth`.
    pub of: u32,
    /// Seed of the random numbers that all of them share.
    pub seed: u64,
}

/// *Don't Repeat Yourself*: a token that would go on with a run that has come before loses
/// `multiplier * base ^ (length of the run - allowed_length)` of its logit. The method of
/// text-generation-webui (p-e-w, 2024), KoboldCpp and llama.cpp, where the fields have these names.
/// The prompt counts as text that has come before.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Dry {
    /// How strong it is; 0 is off, 0.8 is usual.
    pub multiplier: f32,
    /// How fast it grows with the run, at least 1; 1.75 is usual.
    pub base: f32,
    /// The longest run, in tokens, that may come again freely; 2 is usual.
    pub allowed_length: u32,
    /// Tokens that are looked back; `None` for all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub look_back: Option<u32>,
    /// No run goes on over one of these, and a token that holds one is never held back: names that
    /// begin lines, quotes.
    #[serde(default = "breakers")]
    pub breakers: Vec<String>,
}

impl Default for Dry {
    fn default() -> Self {
        Self {
            multiplier: 0.8,
            base: 1.75,
            allowed_length: 2,
            look_back: None,
            breakers: breakers(),
        }
    }
}

/// The usual ones of other programs, and what stands for them in Chinese and in set type.
fn breakers() -> Vec<String> {
    ["\n", ":", "\"", "*", "：", "“", "”", "「", "」"]
        .map(str::to_owned)
        .to_vec()
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde asks with a reference"
)]
fn is_zero(n: &f32) -> bool {
    *n == 0.0
}

impl Default for Sampling {
    fn default() -> Self {
        Self {
            temperature: 0.8,
            logit_bias: BTreeMap::new(),
            repeat_penalty: 1.0,
            frequency_penalty: 0.0,
            presence_penalty: 0.0,
            dry: None,
            top_k: Some(40),
            typical_p: None,
            top_p: Some(0.95),
            min_p: None,
            seed: 0,
            apart: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn older_records_are_read_and_what_is_off_is_not_written() {
        let old = r#"{"temperature":0.7,"top_k":40,"top_p":0.95,"min_p":null,"repeat_penalty":1.1,"seed":5}"#;
        let read: Sampling = serde_json::from_str(old).unwrap();
        let want = Sampling {
            temperature: 0.7,
            repeat_penalty: 1.1,
            seed: 5,
            ..Sampling::default()
        };
        assert_eq!(read, want);
        let written = serde_json::to_value(&read).unwrap();
        assert_eq!(written.as_object().unwrap().len(), 6, "{written}");
        let all = Sampling {
            logit_bias: BTreeMap::from([(7, -1.5)]),
            dry: Some(Dry::default()),
            typical_p: Some(0.9),
            presence_penalty: 0.5,
            apart: Some(Apart {
                nth: 1,
                of: 4,
                seed: 3,
            }),
            ..want
        };
        let written = serde_json::to_string(&all).unwrap();
        assert_eq!(serde_json::from_str::<Sampling>(&written).unwrap(), all);
    }
}
