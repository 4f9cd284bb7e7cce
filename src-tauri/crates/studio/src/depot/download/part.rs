//! The file that comes in: the part that is there, its sum so far, and what is known of the whole.

use std::{
    fs::{self, File, OpenOptions, TryLockError},
    io::{self, Read as _, Seek as _, SeekFrom, Write as _},
    path::{Path, PathBuf},
};

use inkstone_generation::CancellationToken;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

const ENDING: &str = "part";
const STATE_ENDING: &str = "part.json";
/// So many bytes are written before they are sure to be on the disk.
pub(super) const SYNC_EACH: u64 = 64 << 20;

/// What is known of a download, kept beside its part.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Kept {
    /// Where it comes from.
    pub url: String,
    /// Name of the file.
    pub name: String,
    /// The sum that the person gave.
    #[serde(default)]
    pub wanted: Option<String>,
    /// The sum that the host gave.
    #[serde(default)]
    pub said: Option<String>,
    /// The mark of the file that the part is of.
    #[serde(default)]
    pub mark: Option<String>,
    /// Bytes of the whole.
    #[serde(default)]
    pub total: Option<u64>,
    /// Bytes that are sure to be on the disk.
    #[serde(default)]
    pub safe: u64,
}

impl Kept {
    pub fn part(&self, folder: &Path) -> PathBuf {
        folder.join(format!("{}.{ENDING}", self.name))
    }

    fn state(&self, folder: &Path) -> PathBuf {
        folder.join(format!("{}.{STATE_ENDING}", self.name))
    }

    /// Bytes of the part. Blocks.
    pub fn there(&self, folder: &Path) -> u64 {
        fs::metadata(self.part(folder)).map_or(0, |part| part.len())
    }

    /// The sum that the file must have.
    pub fn sum(&self) -> Option<&String> {
        self.wanted.as_ref().or(self.said.as_ref())
    }

    /// Writes it beside the part; a half-written one is never read. Blocks.
    pub fn save(&self, folder: &Path) -> io::Result<()> {
        let path = self.state(folder);
        let new = path.with_extension("new");
        fs::create_dir_all(folder)?;
        fs::write(&new, serde_json::to_vec_pretty(self)?)?;
        fs::rename(&new, &path)
    }

    /// Takes the part and what is known of it away. Blocks.
    pub fn remove(&self, folder: &Path) {
        for path in [self.part(folder), self.state(folder)] {
            if let Err(error) = fs::remove_file(&path)
                && error.kind() != io::ErrorKind::NotFound
            {
                tracing::warn!(%error, "a part of a download stays");
            }
        }
    }

    /// What was left in a folder, in order of names. Blocks.
    pub fn recall(folder: &Path) -> Vec<Self> {
        let Ok(listed) = fs::read_dir(folder) else {
            return Vec::new();
        };
        let mut found: Vec<Self> = listed
            .flatten()
            .filter(|one| {
                let name = one.file_name();
                name.to_string_lossy()
                    .ends_with(&format!(".{STATE_ENDING}"))
            })
            .filter_map(|one| serde_json::from_slice(&fs::read(one.path()).ok()?).ok())
            // A name in it becomes a path.
            .filter(|kept: &Self| super::address::file_name(&kept.name) == kept.name)
            .collect();
        found.sort_by(|a, b| a.name.cmp(&b.name));
        found
    }
}

/// The part, open for this program alone.
pub(super) struct Part {
    file: File,
    path: PathBuf,
    len: u64,
    sum: Sha256,
    unsynced: u64,
}

/// Why a part can't be had.
#[derive(Debug)]
pub(super) enum NoPart {
    /// Another program has it.
    Busy,
    /// The person stopped it while it was read.
    Stopped,
    Io(io::Error),
}

impl From<io::Error> for NoPart {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

impl Part {
    /// Opens what is there, up to `most` bytes of it, and takes its sum. Blocks, for as long as
    /// reading takes.
    pub fn open(path: &Path, most: u64, stop: &CancellationToken) -> Result<Self, NoPart> {
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        let mut options = OpenOptions::new();
        let file = options.read(true).write(true).create(true).truncate(false);
        let mut file = file.open(path)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(NoPart::Busy),
            // Where files can't be locked, the library keeps others out.
            Err(TryLockError::Error(_)) => {}
        }
        if file.metadata()?.len() > most {
            file.set_len(most)?;
        }
        let mut sum = Sha256::new();
        let mut buffer = vec![0; 1 << 20];
        let mut len = 0;
        loop {
            if stop.is_cancelled() {
                return Err(NoPart::Stopped);
            }
            match file.read(&mut buffer) {
                Ok(0) => break,
                Ok(n) => {
                    sum.update(&buffer[..n]);
                    len += n as u64;
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(Self {
            file,
            path: path.to_owned(),
            len,
            sum,
            unsynced: 0,
        })
    }

    pub fn len(&self) -> u64 {
        self.len
    }

    /// Begins anew.
    pub fn clear(&mut self) -> io::Result<()> {
        self.file.set_len(0)?;
        self.file.seek(SeekFrom::Start(0))?;
        (self.len, self.unsynced, self.sum) = (0, 0, Sha256::new());
        Ok(())
    }

    /// Writes what came. Says whether all of it is sure to be on the disk now. Blocks.
    pub fn write(&mut self, bytes: &[u8]) -> io::Result<bool> {
        if let Err(error) = self.file.write_all(bytes) {
            // A half-written piece counts as not written.
            let _ = self.file.set_len(self.len);
            let _ = self.file.seek(SeekFrom::Start(self.len));
            return Err(error);
        }
        self.sum.update(bytes);
        self.len += bytes.len() as u64;
        self.unsynced += bytes.len() as u64;
        if self.unsynced < SYNC_EACH {
            return Ok(false);
        }
        self.sync()?;
        Ok(true)
    }

    /// Sees to it that all of it is on the disk. Blocks.
    pub fn sync(&mut self) -> io::Result<()> {
        self.file.sync_data()?;
        self.unsynced = 0;
        Ok(())
    }

    /// The sum of all that is there, in lower-case hex.
    pub fn sum(&self) -> String {
        let sum = self.sum.clone().finalize();
        sum.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    pub fn path(&self) -> &Path {
        &self.path
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn open(path: &Path, most: u64) -> Result<Part, NoPart> {
        Part::open(path, most, &CancellationToken::new())
    }

    #[test]
    fn a_part_goes_on_where_it_was_with_the_sum_of_all() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("new/w.gguf.part");
        let mut part = open(&path, u64::MAX).unwrap();
        part.write(b"GGUF and ").unwrap();
        // Two programs don't write one file.
        assert!(matches!(open(&path, u64::MAX), Err(NoPart::Busy)));
        drop(part);
        let mut part = open(&path, u64::MAX).unwrap();
        assert_eq!(part.len(), 9);
        part.write(b"more").unwrap();
        let whole: String = Sha256::digest(b"GGUF and more")
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        assert_eq!(part.sum(), whole);
        drop(part);
        // What is not sure to be on the disk is fetched again.
        let mut part = open(&path, 4).unwrap();
        assert_eq!((part.len(), fs::read(&path).unwrap().len()), (4, 4));
        part.clear().unwrap();
        part.write(b"x").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"x");
        let stop = CancellationToken::new();
        stop.cancel();
        drop(part);
        let stopped = Part::open(&path, u64::MAX, &stop);
        assert!(matches!(stopped, Err(NoPart::Stopped)));
    }

    #[test]
    fn what_is_known_is_found_again_and_a_bad_name_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let kept = Kept {
            url: "https://h/w.gguf".into(),
            name: "w.gguf".into(),
            mark: Some("\"1\"".into()),
            total: Some(10),
            ..Kept::default()
        };
        kept.save(folder.path()).unwrap();
        let evil = r#"{"url": "https://h/x", "name": "../../x.gguf"}"#;
        fs::write(folder.path().join("x.gguf.part.json"), evil).unwrap();
        fs::write(folder.path().join("y.gguf.part.json"), "{").unwrap();
        assert_eq!(Kept::recall(folder.path()), std::slice::from_ref(&kept));
        fs::write(kept.part(folder.path()), "1234").unwrap();
        assert_eq!(kept.there(folder.path()), 4);
        kept.remove(folder.path());
        assert_eq!(
            (Kept::recall(folder.path()).len(), kept.there(folder.path())),
            (0, 0)
        );
    }
}
