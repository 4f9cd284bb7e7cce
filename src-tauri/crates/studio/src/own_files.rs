//! Files of a person's own beside a library, which the library keeps too: so that they are in its
//! backups, move with it and go out with everything.
//!
//! They are edited as files. What stands in the folder is kept in the library; what the library has
//! and this folder never had (after a move, a restore, or when another library was brought in) is
//! written there. A file that is taken away is taken out of the library too.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    io::{self, Read as _},
    path::{Path, PathBuf},
};

use inkstone_desks::{LARGEST_ACTION, LARGEST_SHEET};
use inkstone_library::Library;
use serde_json::Value;

use crate::StudioError;

/// The most files of a folder that are looked at.
const MOST_FILES: usize = 200;
/// The file that names, one a line, the files that were in the folder when it was last looked at. It
/// lies in the folder, so that a library put back from a backup does not bring an old one.
const SEEN: &str = ".seen";

/// One sort of such files.
pub(crate) struct OwnFiles {
    /// What stands behind the library's name in that of the folder.
    suffix: &'static str,
    /// The settings that hold them, by the names of the files.
    setting: &'static str,
    /// The ending of the files, with the dot.
    pub ending: &'static str,
    /// The largest, in bytes.
    largest: usize,
}

/// Beat sheets.
pub(crate) const BEATS: OwnFiles = OwnFiles {
    suffix: "-beats",
    setting: "beat_sheet/",
    ending: ".toml",
    largest: LARGEST_SHEET,
};

/// Actions.
pub(crate) const ACTIONS: OwnFiles = OwnFiles {
    suffix: "-actions",
    setting: "action/",
    ending: ".jinja",
    largest: LARGEST_ACTION,
};

/// Makes the folders beside a library and the library have the same files. What stands in the way of
/// it keeps nobody from working: it is said in the log.
pub(crate) fn keep_own_files(library: &Library) {
    for files in [&BEATS, &ACTIONS] {
        if let Err(error) = files.together(library) {
            tracing::warn!(%error, folder = files.suffix, "files of a person's own were not kept");
        }
    }
}

impl OwnFiles {
    /// Where those of a library lie.
    pub fn folder_of(&self, library: &Path) -> PathBuf {
        let mut folder = library.as_os_str().to_owned();
        folder.push(self.suffix);
        PathBuf::from(folder)
    }

    /// The files of a folder, by name; none of one that is not there.
    pub fn files(&self, folder: &Path) -> Vec<PathBuf> {
        let Ok(entries) = fs::read_dir(folder) else {
            return Vec::new();
        };
        let ending = &self.ending[1..];
        let mut files: Vec<PathBuf> = entries
            .take(MOST_FILES)
            .filter_map(|entry| Some(entry.ok()?.path()))
            .filter(|path| {
                path.extension()
                    .is_some_and(|found| found.eq_ignore_ascii_case(ending))
            })
            .collect();
        files.sort();
        files
    }

    /// The text of a file, at most so much of it that it is seen to be too large.
    pub fn text_of(&self, path: &Path) -> Result<String, String> {
        let file = fs::File::open(path).map_err(|error| error.to_string())?;
        let mut bytes = Vec::new();
        let limit = self.largest as u64 + 1;
        file.take(limit)
            .read_to_end(&mut bytes)
            .map_err(|error| error.to_string())?;
        String::from_utf8(bytes).map_err(|error| error.utf8_error().to_string())
    }

    /// Writes a file in the place of what is there, all of it or nothing.
    pub fn write(&self, folder: &Path, stem: &str, text: &str) -> io::Result<()> {
        fs::create_dir_all(folder)?;
        let new = folder.join(format!(".{stem}.new"));
        let mut file = fs::File::create(&new)?;
        io::Write::write_all(&mut file, text.as_bytes())?;
        file.sync_all()?;
        fs::rename(new, folder.join(format!("{stem}{}", self.ending)))
    }

    /// The library and the folder have the same files.
    pub fn together(&self, library: &Library) -> Result<(), StudioError> {
        let folder = self.folder_of(library.path());
        let wrong = |error: io::Error| StudioError::Unwritable {
            path: folder.to_string_lossy().into_owned(),
            detail: error.to_string(),
        };
        let kept: BTreeMap<String, String> = library
            .settings_under(self.setting)?
            .into_iter()
            .filter_map(|(name, text)| Some((name, text.as_str()?.to_owned())))
            .collect();
        let before: BTreeSet<String> = self
            .text_of(&folder.join(SEEN))
            .unwrap_or_default()
            .lines()
            .map(str::to_owned)
            .collect();
        let mut seen = BTreeSet::new();
        for path in self.files(&folder) {
            let name = path.file_name().and_then(|name| name.to_str());
            let (Some(name), Ok(text)) = (name, self.text_of(&path)) else {
                continue;
            };
            if text.len() > self.largest {
                continue;
            }
            if kept.get(name) != Some(&text) {
                let setting = format!("{}{name}", self.setting);
                library.set_setting(&setting, &Value::String(text))?;
            }
            seen.insert(name.to_owned());
        }
        for (name, text) in &kept {
            if folder.join(name).exists() {
                continue;
            }
            if before.contains(name) {
                library.remove_setting(&format!("{}{name}", self.setting))?;
            } else if self.is_plain(name) {
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

    /// Whether a name can only be that of such a file in the folder itself: a library may be a
    /// stranger's.
    fn is_plain(&self, name: &str) -> bool {
        name.strip_suffix(self.ending).is_some_and(is_stem)
    }
}

/// Whether a name without its ending can only be that of a file in the folder itself.
pub(crate) fn is_stem(stem: &str) -> bool {
    !stem.is_empty()
        && stem.len() <= 190
        && !stem.starts_with('.')
        && !stem.contains(['/', '\\', ':', '<', '>', '"', '|', '?', '*'])
        && !stem.contains(char::is_control)
}

/// Writes a file where none of its name is.
fn put(folder: &Path, name: &str, text: &str) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    let mut file = fs::File::create_new(folder.join(name))?;
    io::Write::write_all(&mut file, text.as_bytes())
}
