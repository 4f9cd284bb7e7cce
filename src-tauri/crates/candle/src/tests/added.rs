//! Tokens that want something around them, against `tokenizers` (`added.json`, which `added.py` has
//! written).

use std::{collections::BTreeMap, fs};

use serde::Deserialize;
use serde_json::{Value, json};

use super::hub::{folder, of};
use crate::bench::Words;

const STORED: &str = include_str!("added.json");

#[derive(Deserialize)]
struct Reference {
    vocabulary: Value,
    texts: Vec<(String, Vec<u32>)>,
}

fn references() -> BTreeMap<String, Reference> {
    serde_json::from_str(STORED).unwrap()
}

fn words(vocabulary: &Value) -> Words {
    let home = folder(&of("gpt2"));
    fs::write(home.path().join("tokenizer.json"), vocabulary.to_string()).unwrap();
    Words::open(home.path()).unwrap()
}

#[test]
fn all_texts_have_the_tokens_of_the_library() {
    let mut wrong = Vec::new();
    let mut count = 0;
    for (name, reference) in references() {
        let words = words(&reference.vocabulary);
        for (text, ids) in reference.texts {
            count += 1;
            let ours = words.ids(&text, true).unwrap();
            if ours != ids {
                wrong.push(format!("{name} {text:?}: {ours:?}, not {ids:?}"));
            }
        }
    }
    assert!(count >= 480, "{count}");
    assert!(wrong.is_empty(), "{}:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn a_persons_words_are_no_token_that_steers_whatever_it_wants_around_it() {
    for (name, reference) in references() {
        let words = words(&reference.vocabulary);
        for (text, _) in reference.texts {
            let ids = words.ids(&text, false).unwrap();
            for token in reference.vocabulary["added_tokens"].as_array().unwrap() {
                let steers = token["special"] == json!(true);
                let id = token["id"].as_u64().unwrap() as u32;
                // A vocabulary's own way to say that it does not know something.
                let known = token["content"] != json!("<unk>");
                assert!(
                    !(steers && known && ids.contains(&id)),
                    "{name} {text:?}: {ids:?}"
                );
            }
        }
    }
}

#[test]
fn the_config_of_a_tokenizer_has_the_last_word() {
    let mut vocabulary = references().remove("phi-3").unwrap().vocabulary;
    let end = vocabulary["added_tokens"]
        .as_array_mut()
        .unwrap()
        .iter_mut()
        .find(|token| token["content"] == json!("<|end|>"))
        .unwrap();
    let (id, mut said) = (end["id"].clone(), end.clone());
    said["rstrip"] = json!(false);
    let home = folder(&of("gpt2"));
    fs::write(home.path().join("tokenizer.json"), vocabulary.to_string()).unwrap();
    let tokens = |text| Words::open(home.path()).unwrap().ids(text, true).unwrap();
    assert_eq!(tokens("<|end|> \n"), tokens("<|end|>"));
    let config = json!({"added_tokens_decoder": {id.to_string(): said}});
    fs::write(
        home.path().join("tokenizer_config.json"),
        config.to_string(),
    )
    .unwrap();
    assert!(tokens("<|end|> \n").len() > tokens("<|end|>").len());
}
