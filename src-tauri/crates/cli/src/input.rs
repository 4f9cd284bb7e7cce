//! Files that a person names.

use std::{
    fs::File,
    io::{self, Read},
    path::Path,
};

use inkstone_studio::{Brief, DocumentKind, StudioError};

use crate::failure::Failure;

/// The longest brief, in bytes. Its fields have limits of their own, far below.
const LONGEST_BRIEF: u64 = 4 << 20;
/// The longest text or prompt, in bytes, as in the studio.
const LONGEST_TEXT: u64 = 16 << 20;

/// Reads a brief: JSON by its ending or its first sign, else TOML.
pub fn brief(kind: DocumentKind, path: &Path) -> Result<Brief, Failure> {
    let text = read(path, "brief", LONGEST_BRIEF)?;
    let ending = path.extension().map(|ending| ending.to_ascii_lowercase());
    let json = match ending.as_deref().and_then(|ending| ending.to_str()) {
        Some("json") => true,
        Some("toml") => false,
        _ => text
            .trim_start_matches('\u{feff}')
            .trim_start()
            .starts_with('{'),
    };
    Ok(if json {
        Brief::from_json(kind, &text)?
    } else {
        Brief::from_toml(kind, &text)?
    })
}

/// Reads a text.
pub fn text(path: &Path) -> Result<String, Failure> {
    let text = read(path, "text", LONGEST_TEXT)?;
    Ok(text
        .strip_prefix('\u{feff}')
        .map(str::to_owned)
        .unwrap_or(text))
}

/// Reads a text to its last byte, a mark of its order at the beginning included.
pub fn plain_text(path: &Path) -> Result<String, Failure> {
    read(path, "text", LONGEST_TEXT)
}

/// Reads a whole file, or stdin for `-`, but no more than is sensible: `/dev/zero` ends, too.
fn read(path: &Path, field: &str, limit: u64) -> Result<String, Failure> {
    let mut bytes = Vec::new();
    let result = if path == Path::new("-") {
        io::stdin().take(limit + 1).read_to_end(&mut bytes)
    } else {
        File::open(path).and_then(|file| file.take(limit + 1).read_to_end(&mut bytes))
    };
    result.map_err(|error| Failure::file(path, error))?;
    if bytes.len() as u64 > limit {
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        return Err(StudioError::TooLong {
            field: field.to_owned(),
            limit,
        }
        .into());
    }
    String::from_utf8(bytes).map_err(|error| Failure::file(path, error.utf8_error()))
}
