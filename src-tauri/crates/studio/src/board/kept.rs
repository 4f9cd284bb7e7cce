//! A person's own beat sheets in the library: so that they are in its backups, move with it and go
//! out with everything.
//!
//! They are edited as files beside the library. What stands there is kept in the library; what the
//! library has and this folder never had (after a move, a restore, or when another library was
//! brought in) is written there. A file that is taken away is taken out of the library too.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs, io,
    path::Path,
};

use inkstone_desks::LARGEST_SHEET;
use inkstone_library::Library;
use serde_json::Value;

use super::sheets::{files, folder_of, text_of};
use crate::StudioError;

/// The settings that hold the sheets, by the names of their files.
const SHEET: &str = "beat_sheet/";
/// The file that names, one a line, the sheets that were in the folder when it was last looked at.
/// It lies in the folder, so that a library put back from a backup does not bring an old one.
const SEEN: &str = ".seen";

/// Makes the folder beside a library and the library have the same sheets. What stands in the way of
/// it keeps nobody from working: it is said in the log.
pub(crate) fn keep_sheets(library: &Library) {
    if let Err(error) = together(library) {
        tracing::warn!(%error, "beat sheets were not kept");
    }
}

fn together(library: &Library) -> Result<(), StudioError> {
    let folder = folder_of(library.path());
    let wrong = |error: io::Error| StudioError::Unwritable {
        path: folder.to_string_lossy().into_owned(),
        detail: error.to_string(),
    };
    let kept: BTreeMap<String, String> = library
        .settings_under(SHEET)?
        .into_iter()
        .filter_map(|(name, text)| Some((name, text.as_str()?.to_owned())))
        .collect();
    let before: BTreeSet<String> = text_of(&folder.join(SEEN))
        .unwrap_or_default()
        .lines()
        .map(str::to_owned)
        .collect();
    let mut seen = BTreeSet::new();
    for path in files(&folder) {
        let name = path.file_name().and_then(|name| name.to_str());
        let (Some(name), Ok(text)) = (name, text_of(&path)) else {
            continue;
        };
        if text.len() > LARGEST_SHEET {
            continue;
        }
        if kept.get(name) != Some(&text) {
            library.set_setting(&format!("{SHEET}{name}"), &Value::String(text))?;
        }
        seen.insert(name.to_owned());
    }
    for (name, text) in &kept {
        if folder.join(name).exists() {
            continue;
        }
        if before.contains(name) {
            library.remove_setting(&format!("{SHEET}{name}"))?;
        } else if is_plain(name) {
            put(&folder, name, text).map_err(wrong)?;
            seen.insert(name.clone());
        }
    }
    if seen != before {
        let names: Vec<&str> = seen.iter().map(String::as_str).collect();
        fs::write(folder.join(SEEN), names.join("\n") + "\n").map_err(wrong)?;
    }
    Ok(())
}

/// Writes a sheet where no file of its name is.
fn put(folder: &Path, name: &str, text: &str) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    let mut file = fs::File::create_new(folder.join(name))?;
    io::Write::write_all(&mut file, text.as_bytes())
}

/// Whether a name can only be that of a sheet in the folder itself: a library may be a stranger's.
fn is_plain(name: &str) -> bool {
    let stem = name.strip_suffix(".toml").unwrap_or_default();
    !stem.is_empty()
        && name.len() <= 200
        && !stem.starts_with('.')
        && !name.contains(['/', '\\', ':', '<', '>', '"', '|', '?', '*'])
        && !name.contains(char::is_control)
}
