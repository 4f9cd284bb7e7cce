//! Which library was open last, and which before. Kept outside of any library.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

/// So many libraries are remembered.
const MOST: usize = 8;

/// The libraries that a person works with.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Libraries {
    /// The chosen one; none is the person's own, where it always lies.
    #[serde(default)]
    pub chosen: Option<PathBuf>,
    /// Those that were open, the last one first.
    #[serde(default)]
    pub recent: Vec<PathBuf>,
}

impl Libraries {
    /// What is kept in `file`. One that is not there, or is no such file, remembers nothing.
    pub fn recall(file: &Path) -> Self {
        let kept = fs::read_to_string(file).ok();
        kept.and_then(|text| serde_json::from_str(&text).ok())
            .unwrap_or_default()
    }

    /// Remembers that `library` is the one to open from now on.
    pub(super) fn choose(&mut self, library: &Path) {
        self.chosen = Some(library.to_owned());
        self.recent.retain(|known| known != library);
        self.recent.insert(0, library.to_owned());
        self.recent.truncate(MOST);
    }

    /// Writes it down, whole or not at all.
    pub(super) fn keep(&self, file: &Path) -> std::io::Result<()> {
        if let Some(folder) = file.parent() {
            fs::create_dir_all(folder)?;
        }
        let part = file.with_extension("part");
        let mut written = fs::File::create(&part)?;
        written.write_all(serde_json::to_string_pretty(self)?.as_bytes())?;
        written.sync_all()?;
        fs::rename(part, file)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_libraries_are_remembered_once_each() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("deep").join("libraries.json");
        assert_eq!(Libraries::recall(&file), Libraries::default());
        let mut known = Libraries::default();
        for name in ["a", "b", "a", "c", "d", "e", "f", "g", "h", "i"] {
            known.choose(Path::new(name));
        }
        known.keep(&file).expect("written");
        let read = Libraries::recall(&file);
        assert_eq!(read.chosen, Some(PathBuf::from("i")));
        let names: Vec<_> = read.recent.iter().map(|p| p.to_string_lossy()).collect();
        assert_eq!(names.join(""), "ihgfedca");
        fs::write(&file, "{ no").expect("written");
        assert_eq!(Libraries::recall(&file), Libraries::default());
    }
}
