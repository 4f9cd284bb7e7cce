//! The small files of a model's folder, as the hub gives them.

use std::path::Path;

use serde::de::DeserializeOwned;

use crate::failure::{Result, broken};

/// A vocabulary of a quarter of a million tokens takes 17 to 34 MB.
pub(crate) const LARGEST_TEXT: u64 = 96 << 20;
pub(crate) const LARGEST_CONFIG: u64 = 1 << 20;

/// A file's text; nothing where there is no file.
pub(crate) fn text(path: &Path, most: u64) -> Result<Option<String>> {
    let Ok(kind) = std::fs::metadata(path) else {
        return Ok(None);
    };
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    if !kind.is_file() || kind.len() > most {
        return Err(broken(format!("{name}: {} bytes", kind.len())));
    }
    let read = std::fs::read(path).map_err(|e| broken(format!("{name} can't be read: {e}")))?;
    let text = String::from_utf8(read).map_err(|_| broken(format!("{name} is no text")))?;
    Ok(Some(text))
}

/// What a file of JSON holds; nothing where there is no file.
pub(crate) fn json<T: DeserializeOwned>(path: &Path, most: u64) -> Result<Option<T>> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let Some(text) = text(path, most)? else {
        return Ok(None);
    };
    serde_json::from_str(&text)
        .map(Some)
        .map_err(|e| broken(format!("{name}: {e}")))
}

/// The model's name: as the hub's cache has it, the folder's, or as the config says.
pub(crate) fn name(folder: &Path, called: Option<&str>) -> String {
    let absolute = std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned());
    let parts: Vec<String> = absolute
        .components()
        .rev()
        .take(3)
        .map(|c| c.as_os_str().to_string_lossy().into_owned())
        .collect();
    if let Some(hub) = parts.iter().find_map(|p| p.strip_prefix("models--")) {
        return hub.rsplit("--").next().unwrap_or(hub).to_owned();
    }
    let own = parts.first().cloned().unwrap_or_default();
    let called = called.map(|c| c.trim_end_matches('/'));
    match called
        .and_then(|c| c.rsplit('/').next())
        .filter(|c| !c.is_empty())
    {
        Some(called) if matches!(own.as_str(), "" | "model" | "onnx" | "main") => called.to_owned(),
        _ => own,
    }
}

/// The licence that the model card's front matter names.
pub(crate) fn license(folder: &Path) -> Option<String> {
    let card = text(&folder.join("README.md"), LARGEST_CONFIG).ok()??;
    let head = card.strip_prefix("---")?.split("\n---").next()?;
    let line = head.lines().find_map(|l| l.strip_prefix("license:"))?;
    let license = line.trim().trim_matches(['"', '\'']);
    (!license.is_empty() && license.len() < 100).then(|| license.to_owned())
}
