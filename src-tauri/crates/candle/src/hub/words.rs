//! The vocabulary that lies beside the weights, under the keys that a GGUF file has for it.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use serde_json::Value as Json;

use crate::{
    failure::{Result, broken, unsupported},
    folder::{self, LARGEST_CONFIG, LARGEST_TEXT},
    preflight::{Depth, TensorInfo, Value},
    tokenizer::{self, CONTROL, NORMAL, OWN, UNUSED, added::flags},
};

const MOST_TOKENS: usize = 1 << 21;

/// Reads it into `out`; of a description only which kind it is.
pub(super) fn read(
    home: &Path,
    config: &Json,
    depth: Depth,
    tensors: &BTreeMap<String, TensorInfo>,
    out: &mut BTreeMap<String, Value>,
) -> Result<()> {
    let said: Json =
        folder::json(&home.join("tokenizer_config.json"), LARGEST_CONFIG)?.unwrap_or_default();
    if let Some(template) = template(home, &said)? {
        out.insert("tokenizer.chat_template".to_owned(), Value::Text(template));
    }
    let whole = home.join("tokenizer.json");
    let parts = [home.join("vocab.json"), home.join("merges.txt")];
    let kind = if whole.is_file() {
        tokenizer::OF_THE_HUB
    } else if parts.iter().all(|part| part.is_file()) {
        "gpt2"
    } else {
        return Err(unsupported(
            "neither tokenizer.json nor vocab.json with merges.txt",
        ));
    };
    let key = |name: &str| format!("tokenizer.ggml.{name}");
    let text = |text: &str| Value::Text(text.to_owned());
    out.insert(key("model"), text(kind));
    if kind == "gpt2" {
        out.insert(key("pre"), text("gpt-2"));
    }
    if depth == Depth::Description {
        return Ok(());
    }
    let (mut list, begins) = if kind == "gpt2" {
        let list = listed(home, &parts[0])?;
        let merges = folder::text(&parts[1], LARGEST_TEXT)?.unwrap_or_default();
        let merges = merges
            .lines()
            .filter(|line| !line.is_empty() && !line.starts_with("#version") && line.contains(' '));
        let merges = merges.map(str::to_owned).collect();
        out.insert(key("merges"), Value::Texts(merges));
        (list, None)
    } else {
        let json = folder::text(&whole, LARGEST_TEXT)?.unwrap_or_default();
        let parsed: Json =
            serde_json::from_str(&json).map_err(|e| broken(format!("tokenizer.json: {e}")))?;
        let mut list = List::default();
        list.model(&parsed["model"])?;
        for added in parsed["added_tokens"].as_array().into_iter().flatten() {
            list.added(added["id"].as_u64(), added)?;
        }
        out.insert("tokenizer.huggingface.json".to_owned(), Value::Text(json));
        (list, begins_with(&parsed["post_processor"]))
    };
    for (id, added) in said["added_tokens_decoder"]
        .as_object()
        .into_iter()
        .flatten()
    {
        list.added(id.parse().ok(), added)?;
    }
    let named = |name: &str| {
        let value = &said[name];
        value.as_str().or_else(|| value["content"].as_str())
    };
    for name in ["bos_token", "eos_token", "pad_token", "unk_token"] {
        list.steers(named(name));
    }
    let bos = begins
        .clone()
        .or_else(|| named("bos_token").map(str::to_owned));
    let bos = bos.and_then(|text| list.id(&text)).or_else(|| {
        let id = config["bos_token_id"].as_u64();
        id.and_then(|id| u32::try_from(id).ok())
    });
    let generation: Json =
        folder::json(&home.join("generation_config.json"), LARGEST_CONFIG)?.unwrap_or_default();
    let mut ends: BTreeSet<u64> = BTreeSet::new();
    let first = named("eos_token").and_then(|text| list.id(text));
    for ids in [&config["eos_token_id"], &generation["eos_token_id"]] {
        let more = ids.as_array().into_iter().flatten().chain([ids]);
        ends.extend(more.filter_map(Json::as_u64));
    }
    let number = |id: u64| Value::Whole(i128::from(id));
    if let Some(id) = bos {
        out.insert(key("bos_token_id"), number(id.into()));
    }
    let first = first.map(u64::from);
    let others = ends.iter().copied().filter(|id| Some(*id) != first);
    let names = ["eos_token_id", "eot_token_id", "eom_token_id"];
    for (name, id) in names.iter().zip(first.into_iter().chain(others)) {
        out.insert(key(name), number(id));
    }
    let adds = begins.is_some() || kind == "gpt2" && said["add_bos_token"] == Json::Bool(true);
    out.insert(key("add_bos_token"), Value::Flag(adds));
    // Rows of the network that no token has, up to the round number that they were filled to.
    let rows = tensors.get("token_embd.weight").map(|info| info.dims[0]);
    let around = std::mem::take(&mut list.around);
    let (tokens, types) = list.whole(rows.unwrap_or(0))?;
    let around = (0..tokens.len() as u32).map(|id| around.get(&id).copied().unwrap_or(0));
    out.insert(
        tokenizer::AROUND.to_owned(),
        Value::Wholes(around.collect()),
    );
    out.insert(key("tokens"), Value::Texts(tokens));
    out.insert(key("token_type"), Value::Wholes(types));
    Ok(())
}

/// The text with which the file begins every text, if it does.
fn begins_with(processor: &Json) -> Option<String> {
    match processor["type"].as_str()? {
        "Sequence" => {
            let all = processor["processors"].as_array()?;
            all.iter().find_map(begins_with)
        }
        "TemplateProcessing" => {
            let first = processor["single"].as_array()?.first()?;
            first["SpecialToken"]["id"].as_str().map(str::to_owned)
        }
        _ => None,
    }
}

fn template(home: &Path, said: &Json) -> Result<Option<String>> {
    if let Some(own) = folder::text(&home.join("chat_template.jinja"), LARGEST_CONFIG)? {
        return Ok(Some(own));
    }
    let template = &said["chat_template"];
    // Some have one for each use, by name.
    let mut named = template.as_array().into_iter().flatten();
    let usual = named.find(|one| one["name"] == "default");
    let usual = usual.map_or(template, |one| &one["template"]);
    Ok(usual.as_str().map(str::to_owned))
}

/// `vocab.json`, and what was added to it.
fn listed(home: &Path, vocabulary: &Path) -> Result<List> {
    let mut list = List::default();
    let all: Json = folder::json(vocabulary, LARGEST_TEXT)?.unwrap_or_default();
    list.vocabulary(&all)?;
    let added: Json =
        folder::json(&home.join("added_tokens.json"), LARGEST_CONFIG)?.unwrap_or_default();
    for (text, id) in added.as_object().into_iter().flatten() {
        list.put(id.as_u64(), text, OWN)?;
    }
    Ok(list)
}

/// Tokens with their kinds, by number.
#[derive(Default)]
struct List {
    by_id: BTreeMap<u32, (String, i64)>,
    by_text: BTreeMap<String, u32>,
    /// What those that were added want around them.
    around: BTreeMap<u32, i64>,
}

impl List {
    fn put(&mut self, id: Option<u64>, text: &str, sort: i64) -> Result<()> {
        let id = id
            .filter(|id| *id < MOST_TOKENS as u64)
            .ok_or_else(|| broken("a token without a number that one can have"))?
            as u32;
        self.by_text.insert(text.to_owned(), id);
        self.by_id.insert(id, (text.to_owned(), sort));
        Ok(())
    }

    fn vocabulary(&mut self, all: &Json) -> Result<()> {
        let all = all
            .as_object()
            .ok_or_else(|| broken("a vocabulary that is no table"))?;
        for (text, id) in all {
            self.put(id.as_u64(), text, NORMAL)?;
        }
        Ok(())
    }

    /// The tokens of `tokenizer.json`'s model: a table, or pieces in their order.
    fn model(&mut self, model: &Json) -> Result<()> {
        match model["vocab"].as_array() {
            Some(pieces) => {
                for (id, piece) in pieces.iter().enumerate() {
                    let text = piece[0].as_str().unwrap_or_default();
                    self.put(Some(id as u64), text, NORMAL)?;
                }
                Ok(())
            }
            None => self.vocabulary(&model["vocab"]),
        }
    }

    fn added(&mut self, id: Option<u64>, added: &Json) -> Result<()> {
        let text = added["content"].as_str().unwrap_or_default();
        let special = added["special"] == Json::Bool(true);
        let all = [
            ("lstrip", flags::LEFT),
            ("rstrip", flags::RIGHT),
            ("single_word", flags::WORD),
            ("normalized", flags::NORMAL),
        ];
        let wanted = all
            .iter()
            .filter(|(key, _)| added[*key] == Json::Bool(true));
        if let Some(id) = id.and_then(|id| u32::try_from(id).ok()) {
            self.around.insert(id, wanted.map(|(_, flag)| flag).sum());
        }
        self.put(id, text, if special { CONTROL } else { OWN })
    }

    fn steers(&mut self, text: Option<&str>) {
        if let Some(id) = text.and_then(|text| self.id(text))
            && let Some((_, sort)) = self.by_id.get_mut(&id)
        {
            *sort = CONTROL;
        }
    }

    fn id(&self, text: &str) -> Option<u32> {
        self.by_text.get(text).copied()
    }

    /// All of them, holes and the rest up to `rows` filled with names that stand for nothing.
    fn whole(mut self, rows: usize) -> Result<(Vec<String>, Vec<i64>)> {
        let last = self
            .by_id
            .last_key_value()
            .map_or(0, |(id, _)| *id as usize + 1);
        let count = last.max(rows);
        if last == 0 || count > MOST_TOKENS {
            return Err(broken(format!("a vocabulary of {count} tokens")));
        }
        let all = (0..count as u32).map(|id| {
            let known = self.by_id.remove(&id);
            known.unwrap_or_else(|| (format!("[PAD{id}]"), UNUSED))
        });
        Ok(all.unzip())
    }
}
