//! A model as the hub gives it: a folder with `config.json`, weights in safetensors, and a vocabulary.
//!
//! It becomes the same [`Header`] that a GGUF file has, so that there is one decoder and one loader:
//! tensors under the names of GGUF, the config's numbers under its keys. What the weights need on the
//! way (turned, or a gain of which one was taken) stands beside each tensor. A stranger made these
//! files too: what is not known is refused by name, and nothing is believed about sizes.

mod lfm2;
mod shapes;
mod words;

use std::{
    collections::{BTreeMap, BTreeSet},
    fs::File,
    io,
    path::{Path, PathBuf},
};

use candle_core::quantized::GgmlDType;
use inkstone_generation::{GenerationError, GenerationErrorKind as Kind, may_be_embedder};
use serde_json::Value as Json;
use sha2::{Digest, Sha256};

use crate::{
    failure::{Result, broken, unsupported},
    folder::{self, LARGEST_CONFIG},
    preflight::{Depth, Header, Stored, TensorInfo, Value},
    safetensors,
};

const WHOLE: &str = "model.safetensors";
const LIST: &str = "model.safetensors.index.json";
const MOST_FILES: usize = 512;

/// Files beside the weights that decide what is written.
const BESIDE: [&str; 8] = [
    "config.json",
    "generation_config.json",
    "tokenizer_config.json",
    "tokenizer.json",
    "vocab.json",
    "merges.txt",
    "added_tokens.json",
    "chat_template.jinja",
];

/// A folder whose config was read.
pub(crate) struct Folder {
    path: PathBuf,
    config: Json,
    /// Names of the files with weights.
    weights: Vec<String>,
}

/// Whether a path is a model's folder or one of its files, and no file of its own.
pub(crate) fn is_one(path: &Path) -> bool {
    if path.is_dir() {
        path.join("config.json").is_file()
    } else {
        may_be_embedder(path)
    }
}

/// Whether what lies there writes text, as far as its config tells.
pub(crate) fn writes(path: &Path) -> bool {
    if !may_be_embedder(path) {
        return true;
    }
    let config = folder::json::<Json>(&home(path).join("config.json"), LARGEST_CONFIG);
    let Ok(Some(config)) = config else {
        return false;
    };
    let named = config["architectures"].as_array().into_iter().flatten();
    let mut named = named.filter_map(Json::as_str);
    named.any(|name| name.ends_with("ForCausalLM") || name.ends_with("LMHeadModel"))
        || shapes::of(config["model_type"].as_str().unwrap_or_default()).is_some()
}

fn home(path: &Path) -> PathBuf {
    if path.is_dir() {
        path.to_owned()
    } else {
        path.parent().unwrap_or(Path::new(".")).to_owned()
    }
}

impl Folder {
    /// Reads the config. `path` is the folder or one of its files.
    pub(crate) fn open(path: &Path) -> Result<Self> {
        let missing = |e: io::Error| GenerationError::new(Kind::ModelNotFound, e.to_string());
        std::fs::metadata(path).map_err(missing)?;
        let path = home(path);
        let config: Json = folder::json(&path.join("config.json"), LARGEST_CONFIG)?
            .ok_or_else(|| unsupported("safetensors without config.json beside them"))?;
        let mut folder = Self {
            path,
            config,
            weights: Vec::new(),
        };
        // What kind of model it is comes before what is missing: it makes the better message.
        shapes::known(&folder.config)?;
        folder.weights = folder.weights()?;
        Ok(folder)
    }

    fn weights(&self) -> Result<Vec<String>> {
        if self.path.join(WHOLE).is_file() {
            return Ok(vec![WHOLE.to_owned()]);
        }
        let Some(list): Option<Json> = folder::json(&self.path.join(LIST), folder::LARGEST_TEXT)?
        else {
            let pickled = ["pytorch_model.bin", "pytorch_model.bin.index.json"];
            return Err(unsupported(
                if pickled.iter().any(|name| self.path.join(name).exists()) {
                    "a pickle, which can run code: pytorch_model.bin; model.safetensors is needed"
                } else {
                    "model.safetensors is missing"
                },
            ));
        };
        let names: BTreeSet<&str> = list["weight_map"]
            .as_object()
            .into_iter()
            .flatten()
            .filter_map(|(_, file)| file.as_str())
            .collect();
        let plain = |name: &&str| {
            !name.starts_with('.')
                && name.ends_with(".safetensors")
                && !name.contains(['/', '\\', ':', '\0'])
        };
        if names.is_empty() || names.len() > MOST_FILES || !names.iter().all(plain) {
            return Err(broken(format!("{LIST}: no list of safetensors files")));
        }
        Ok(names.into_iter().map(str::to_owned).collect())
    }

    /// What a file would say of itself that held all of this.
    pub(crate) fn header(&self, depth: Depth) -> Result<Header> {
        let shape = shapes::known(&self.config)?;
        let mut tensors = BTreeMap::new();
        let mut bytes = 0u64;
        for (file, name) in self.weights.iter().enumerate() {
            let (places, size) = safetensors::head(self.file(name)?)?;
            bytes = bytes.saturating_add(size);
            for (theirs, place) in places {
                let Some((ours, stored)) = shape.tensor(&theirs, &self.config) else {
                    continue;
                };
                let mut dims = place.shape;
                // A convolution of each channel by itself: the one in the middle says so.
                if ours.ends_with("shortconv.conv.weight") && dims.len() == 3 && dims[1] == 1 {
                    dims.remove(1);
                }
                if stored == Stored::Turned {
                    dims.reverse();
                }
                let dtype = match place.dtype.as_str() {
                    "F32" => GgmlDType::F32,
                    "F16" => GgmlDType::F16,
                    "BF16" => GgmlDType::BF16,
                    other => {
                        return Err(unsupported(format!("tensor type {other} (in {theirs})")));
                    }
                };
                let weights = place.bytes / dtype.type_size() as u64;
                if weights == 0 || dims.is_empty() {
                    return Err(broken(format!("tensor {theirs} is empty")));
                }
                let info = TensorInfo {
                    dtype,
                    dims,
                    at: place.at,
                    bytes: usize::try_from(place.bytes)
                        .map_err(|_| broken(format!("tensor {theirs} is too large")))?,
                    weights,
                    file,
                    stored,
                };
                if tensors.insert(ours, info).is_some() {
                    return Err(broken(format!("tensor {theirs} appears twice")));
                }
            }
        }
        let mut metadata = shape.metadata(&self.config)?;
        let text = |text: String| Value::Text(text);
        let called = self.config["_name_or_path"].as_str();
        metadata.insert(
            "general.name".to_owned(),
            text(folder::name(&self.path, called)),
        );
        if let Some(license) = folder::license(&self.path) {
            metadata.insert("general.license".to_owned(), text(license));
        }
        words::read(&self.path, &self.config, depth, &tensors, &mut metadata)?;
        Ok(Header::of(metadata, tensors, bytes))
    }

    fn file(&self, name: &str) -> Result<File> {
        crate::model::open_file(&self.path.join(name))
    }

    /// The files with the weights, as the header counts them.
    pub(crate) fn files(&self) -> Result<Vec<File>> {
        self.weights.iter().map(|name| self.file(name)).collect()
    }

    /// The hash of all that decides what is written: each file's name, length and bytes.
    pub(crate) fn sha256(&self) -> io::Result<String> {
        let mut hasher = Sha256::new();
        let weights = self.weights.iter().map(String::as_str);
        for name in BESIDE.into_iter().chain(weights) {
            let path = self.path.join(name);
            if !path.is_file() {
                continue;
            }
            let mut file = File::open(path)?;
            hasher.update(name);
            hasher.update(file.metadata()?.len().to_le_bytes());
            io::copy(&mut file, &mut hasher)?;
        }
        Ok(crate::model::hex(hasher))
    }
}
