//! What lies in the folder of an embedding model.

use std::{
    fs::File,
    io::Read,
    path::{Path, PathBuf},
};

use inkstone_generation::{GenerationError, GenerationErrorKind as Kind};
use serde::Deserialize;
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::{
    failure::{Result, broken, unsupported},
    folder::{LARGEST_CONFIG, LARGEST_TEXT, json, license, name, text},
};

/// Longer ones are cut into passages anyhow.
const MOST_TOKENS: usize = 8192;

/// The network's shape, as its `config.json` has it.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub(super) struct Config {
    #[serde(default)]
    pub(super) model_type: String,
    pub(super) vocab_size: usize,
    pub(super) hidden_size: usize,
    pub(super) num_hidden_layers: usize,
    pub(super) num_attention_heads: usize,
    pub(super) intermediate_size: usize,
    #[serde(default = "gelu")]
    pub(super) hidden_act: String,
    pub(super) max_position_embeddings: usize,
    #[serde(default)]
    pub(super) type_vocab_size: usize,
    #[serde(default = "tiny")]
    pub(super) layer_norm_eps: f64,
    #[serde(default)]
    pub(super) pad_token_id: Option<usize>,
    #[serde(default)]
    position_embedding_type: Option<String>,
    #[serde(default, rename = "_name_or_path")]
    called: Option<String>,
}

fn gelu() -> String {
    "gelu".to_owned()
}

fn tiny() -> f64 {
    1e-12
}

impl Config {
    /// Positions that come before the first of a text.
    pub(super) fn first_position(&self) -> usize {
        match self.model_type.as_str() {
            "bert" => 0,
            _ => self.pad_token_id.unwrap_or(1) + 1,
        }
    }

    fn check(&self) -> Result<()> {
        if !matches!(self.model_type.as_str(), "bert" | "roberta" | "xlm-roberta") {
            return Err(unsupported(format!("embedding model {}", self.model_type)));
        }
        if let Some(kind) = self
            .position_embedding_type
            .as_deref()
            .filter(|k| *k != "absolute")
        {
            return Err(unsupported(format!("position embeddings {kind}")));
        }
        if !matches!(
            self.hidden_act.as_str(),
            "gelu" | "gelu_new" | "gelu_pytorch_tanh" | "relu"
        ) {
            return Err(unsupported(format!("activation {}", self.hidden_act)));
        }
        let within = |n: usize, most: usize| (1..=most).contains(&n);
        let sound = within(self.vocab_size, 1 << 22)
            && within(self.hidden_size, 1 << 14)
            && within(self.num_hidden_layers, 256)
            && within(self.num_attention_heads, 256)
            && self.hidden_size.is_multiple_of(self.num_attention_heads)
            && within(self.intermediate_size, 1 << 17)
            && within(self.max_position_embeddings, 1 << 20)
            && self.type_vocab_size <= 64
            && (0.0..1.0).contains(&self.layer_norm_eps)
            && self.max_position_embeddings > self.first_position() + 8;
        if sound {
            Ok(())
        } else {
            Err(broken("config.json: sizes that no network has"))
        }
    }
}

/// How a vector is made of the rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pooling {
    /// The first row.
    First,
    /// The mean of all.
    Mean,
}

/// What the folder says, weights aside.
#[derive(Debug, Clone)]
pub(super) struct About {
    folder: PathBuf,
    pub(super) name: String,
    pub(super) config: Config,
    pub(super) weights: PathBuf,
    pub(super) pooling: Pooling,
    pub(super) max_tokens: usize,
    pub(super) query: String,
    pub(super) passage: String,
    pub(super) lowercase: bool,
    pub(super) license: Option<String>,
}

impl About {
    /// Reads the small files. `path` is the folder or one of its files.
    pub(super) fn read(path: &Path) -> Result<Self> {
        let not_found =
            |e: std::io::Error| GenerationError::new(Kind::ModelNotFound, e.to_string());
        let kind = std::fs::metadata(path).map_err(not_found)?;
        let folder = if kind.is_dir() {
            path.to_owned()
        } else {
            path.parent().unwrap_or(Path::new(".")).to_owned()
        };
        if !folder.join("config.json").is_file() {
            return Err(GenerationError::new(
                Kind::ModelNotAFile,
                "a folder without config.json",
            ));
        }
        let config: Config = json(&folder.join("config.json"), LARGEST_CONFIG)?
            .ok_or_else(|| broken("config.json is missing"))?;
        config.check()?;
        let weights = folder.join("model.safetensors");
        if !weights.is_file() {
            let pickled = folder.join("pytorch_model.bin").exists();
            let sharded = folder.join("model.safetensors.index.json").exists();
            return Err(unsupported(match (pickled, sharded) {
                (_, true) => "weights in several files",
                (true, _) => "pytorch_model.bin can run code: model.safetensors is needed",
                _ => "model.safetensors is missing",
            }));
        }
        steps(&folder)?;
        let name = name(&folder, config.called.as_deref());
        let words: Value =
            json(&folder.join("tokenizer_config.json"), LARGEST_CONFIG)?.unwrap_or_default();
        let sentences: Value =
            json(&folder.join("sentence_bert_config.json"), LARGEST_CONFIG)?.unwrap_or_default();
        let positions = config.max_position_embeddings - config.first_position();
        let said = [&sentences["max_seq_length"], &words["model_max_length"]];
        let said = said.into_iter().find_map(Value::as_u64).unwrap_or(u64::MAX);
        let said = usize::try_from(said).unwrap_or(usize::MAX);
        let max_tokens = said.min(positions).min(MOST_TOKENS);
        if max_tokens < 8 {
            return Err(broken(format!("texts of at most {max_tokens} tokens")));
        }
        let (query, passage) = prefixes(&folder, &name)?;
        Ok(Self {
            pooling: pooling(&folder)?,
            license: license(&folder),
            lowercase: words["do_lower_case"].as_bool().unwrap_or(true),
            name,
            config,
            weights,
            max_tokens,
            query,
            passage,
            folder,
        })
    }

    /// A file of the folder, if it is there.
    pub(super) fn text(&self, name: &str) -> Result<Option<String>> {
        text(&self.folder.join(name), LARGEST_TEXT)
    }

    /// The hash of all that decides a vector.
    pub(super) fn sha256(&self) -> Result<String> {
        let mut hasher = Sha256::new();
        for name in [
            "config.json",
            "1_Pooling/config.json",
            "config_sentence_transformers.json",
            "sentence_bert_config.json",
            "tokenizer_config.json",
            "tokenizer.json",
            "vocab.txt",
            "model.safetensors",
        ] {
            let Ok(mut file) = File::open(self.folder.join(name)) else {
                continue;
            };
            hasher.update(name);
            let mut buffer = vec![0; 1 << 20];
            loop {
                match file.read(&mut buffer) {
                    Ok(0) => break,
                    Ok(n) => hasher.update(&buffer[..n]),
                    Err(e) if e.kind() == std::io::ErrorKind::Interrupted => {}
                    Err(e) => return Err(broken(format!("{name} can't be read: {e}"))),
                }
            }
        }
        // The words before a text come from the name where no file has them.
        for part in [&self.query, &self.passage] {
            hasher.update([0]);
            hasher.update(part);
        }
        let digest = hasher.finalize();
        Ok(digest.iter().map(|b| format!("{b:02x}")).collect())
    }
}

/// Refuses what is done to a vector after the pooling, but for making it one long.
fn steps(folder: &Path) -> Result<()> {
    let steps: Value = json(&folder.join("modules.json"), LARGEST_CONFIG)?.unwrap_or_default();
    for step in steps.as_array().into_iter().flatten() {
        let sort = step["type"].as_str().unwrap_or_default();
        let sort = sort.rsplit('.').next().unwrap_or_default();
        if !matches!(sort, "Transformer" | "Pooling" | "Normalize" | "") {
            return Err(unsupported(format!("a step {sort} after the network")));
        }
    }
    Ok(())
}

fn pooling(folder: &Path) -> Result<Pooling> {
    let Some(config) = json::<Value>(&folder.join("1_Pooling/config.json"), LARGEST_CONFIG)? else {
        return Ok(Pooling::Mean);
    };
    let modes: Vec<&str> = config
        .as_object()
        .into_iter()
        .flatten()
        .filter(|(_, on)| **on == Value::Bool(true))
        .filter_map(|(key, _)| key.strip_prefix("pooling_mode_"))
        .collect();
    match modes.as_slice() {
        ["cls_token"] => Ok(Pooling::First),
        [] | ["mean_tokens"] => Ok(Pooling::Mean),
        other => Err(unsupported(format!("pooling {}", other.join(" and ")))),
    }
}

/// The words that go before a query and before a passage.
fn prefixes(folder: &Path, name: &str) -> Result<(String, String)> {
    let path = folder.join("config_sentence_transformers.json");
    let config: Value = json(&path, LARGEST_CONFIG)?.unwrap_or_default();
    let prompts = &config["prompts"];
    let said = |keys: &[&str]| {
        keys.iter()
            .find_map(|k| prompts[*k].as_str())
            .map(str::to_owned)
    };
    let (query, passage) = (said(&["query"]), said(&["passage", "document"]));
    if query.is_some() || passage.is_some() {
        return Ok((query.unwrap_or_default(), passage.unwrap_or_default()));
    }
    // These were trained on words that their files do not name.
    let name = name.to_lowercase();
    let has = |word: &str| name.split(['-', '_', ' ', '.']).any(|part| part == word);
    let own = |query: &str, passage: &str| Ok((query.to_owned(), passage.to_owned()));
    if has("e5") && !has("instruct") {
        return own("query: ", "passage: ");
    }
    if has("bge") && has("zh") {
        return own("为这个句子生成表示以用于检索相关文章：", "");
    }
    if has("bge") && has("en") {
        return own(
            "Represent this sentence for searching relevant passages: ",
            "",
        );
    }
    own("", "")
}
