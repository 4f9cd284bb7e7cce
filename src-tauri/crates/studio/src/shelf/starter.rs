//! The model that ships: where it lies and how it gets there.

use std::path::{Path, PathBuf};

use inkstone_generation::{ModelFile, PromptForm};

use crate::StudioError;

const STARTER_BYTES: &[u8] = include_bytes!("../../../../../assets/models/inkstone-starter.gguf");

/// Stands for the starter model's file while it can't be read.
pub(super) fn unread_starter() -> ModelFile {
    ModelFile {
        name: "Inkstone Starter".into(),
        architecture: String::new(),
        quantization: String::new(),
        parameters: 0,
        context_length: 0,
        bytes: STARTER_BYTES.len() as u64,
        license: None,
        description: None,
        prompt_form: PromptForm::Compact,
    }
}

/// The name holds the hash, so that a newer program brings a newer file.
pub(super) fn starter_path(dir: &Path) -> PathBuf {
    dir.join(concat!(
        "inkstone-starter-",
        env!("INKSTONE_STARTER"),
        ".gguf"
    ))
}

/// Writes the starter model beside the library, unless it lies there already. It is written under
/// another name first, so that a half-written one is never read.
pub(super) fn lay_out_starter(dir: &Path) -> Result<PathBuf, StudioError> {
    let file = |p: &Path, e: std::io::Error| StudioError::Unwritable {
        path: p.to_string_lossy().into_owned(),
        detail: e.to_string(),
    };
    let path = starter_path(dir);
    let there = std::fs::metadata(&path).is_ok_and(|m| m.len() == STARTER_BYTES.len() as u64);
    if !there {
        std::fs::create_dir_all(dir).map_err(|e| file(dir, e))?;
        let part = path.with_extension(format!("part{}", std::process::id()));
        std::fs::write(&part, STARTER_BYTES).map_err(|e| file(&part, e))?;
        std::fs::rename(&part, &path).map_err(|e| file(&path, e))?;
    }
    Ok(path)
}
