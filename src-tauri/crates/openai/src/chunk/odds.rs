//! How likely tokens were, in the two forms that servers give it in.

use inkstone_generation::{Likely, Odds};
use serde_json::Value;

/// Those of one choice: as the chat has them (`content`, a list of tokens), or as the older way does
/// (`tokens`, `token_logprobs` and `top_logprobs` side by side). llama.cpp gives the first in both.
pub fn read(choice: &Value) -> Vec<Odds> {
    let said = &choice["logprobs"];
    if let Some(tokens) = said["content"].as_array() {
        return tokens.iter().filter_map(one).collect();
    }
    let tokens = said["tokens"].as_array().into_iter().flatten();
    tokens
        .enumerate()
        .filter_map(|(at, token)| {
            let logprob = number(&said["token_logprobs"][at])?;
            let others = said["top_logprobs"][at].as_object();
            let others = others
                .into_iter()
                .flatten()
                .filter_map(|(text, logprob)| Some(Likely::new(text.as_bytes(), number(logprob)?)));
            Some(Odds {
                token: Likely::new(token.as_str()?.as_bytes(), logprob),
                others: sorted(others.collect()),
            })
        })
        .collect()
}

fn one(value: &Value) -> Option<Odds> {
    let others = value["top_logprobs"].as_array().into_iter().flatten();
    Some(Odds {
        token: likely(value)?,
        others: sorted(others.filter_map(likely).collect()),
    })
}

fn likely(value: &Value) -> Option<Likely> {
    let logprob = number(&value["logprob"])?;
    // A token that is part of a character says so by its bytes alone.
    let bytes = value["bytes"].as_array().and_then(|bytes| {
        let byte = |b: &Value| u8::try_from(b.as_u64()?).ok();
        bytes.iter().map(byte).collect::<Option<Vec<u8>>>()
    });
    let bytes = bytes.or_else(|| Some(value["token"].as_str()?.as_bytes().to_vec()))?;
    Some(Likely::new(&bytes, logprob))
}

fn number(value: &Value) -> Option<f32> {
    let number = value.as_f64()? as f32;
    number.is_finite().then_some(number)
}

fn sorted(mut all: Vec<Likely>) -> Vec<Likely> {
    all.sort_by(|a, b| b.logprob.total_cmp(&a.logprob));
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn both_forms_say_the_same() {
        let likely = |text: &str, logprob| Likely::new(text.as_bytes(), logprob);
        let want = vec![
            Odds {
                token: likely("Hi", -0.5),
                others: vec![likely("Hi", -0.5), likely("Yo", -2.0)],
            },
            Odds {
                token: Likely::new(&[0xE5, 0xA2], -1.0),
                others: vec![],
            },
        ];
        assert_eq!(want[1].token.bytes, Some(vec![0xE5, 0xA2]));
        let chat = json!({ "logprobs": { "content": [
            { "token": "Hi", "logprob": -0.5, "bytes": null, "top_logprobs": [
                { "token": "Yo", "logprob": -2.0, "bytes": [89, 111] },
                { "token": "Hi", "logprob": -0.5 },
            ] },
            { "token": "\\xe5", "logprob": -1.0, "bytes": [0xE5, 0xA2], "top_logprobs": [] },
        ] } });
        assert_eq!(read(&chat), want);
        let older = json!({ "logprobs": {
            "tokens": ["Hi"], "token_logprobs": [-0.5], "top_logprobs": [{ "Yo": -2.0, "Hi": -0.5 }],
        } });
        assert_eq!(read(&older), want[..1]);
        for nothing in [
            json!({}),
            json!({ "logprobs": null }),
            json!({ "logprobs": { "content": null } }),
            json!({ "logprobs": { "content": [7, { "token": "x" }] } }),
            json!({ "logprobs": { "tokens": ["x"], "token_logprobs": [null] } }),
        ] {
            assert_eq!(read(&nothing), [], "{nothing}");
        }
    }
}
