//! An archive as a folder on a disk.
//!
//! It is written beside its place and put there when it is whole. Into a folder that an older export
//! lies in, only what differs is put, and what the older one had besides goes; files of others (a
//! `.git`, say) stay. What a person changed in it since is not written over.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use inkstone_library::{Files, Filing};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use crate::StudioError;

/// The list of an archive's files.
pub(super) const LIST: &str = "manifest.json";
/// The list of an export that is being put into place.
const NEXT: &str = "manifest.next.json";

/// How deep folders are looked into, and how many files are looked at.
const DEEPEST: usize = 32;
const MOST_FILES: usize = 2_000_000;

/// A folder to write an archive to.
pub(super) struct Folder {
    target: PathBuf,
    staging: PathBuf,
    /// What an older export in the target has, by its hashes.
    older: Option<BTreeMap<String, BTreeSet<String>>>,
}

fn unwritable(path: &Path, error: &io::Error) -> StudioError {
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            inkstone_library::LibraryError::DiskFull.into()
        }
        _ => StudioError::Unwritable {
            path: path.to_string_lossy().into_owned(),
            detail: error.to_string(),
        },
    }
}

impl Folder {
    /// Begins to write.
    pub(super) fn begin(target: &Path) -> Result<Folder, StudioError> {
        let failed = |error: io::Error| unwritable(target, &error);
        let older = match fs::read_dir(target) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(failed(error)),
            Ok(mut entries) => match entries.next() {
                None => None,
                Some(_) => Some(older(target)?),
            },
        };
        let name = target.file_name().ok_or_else(|| {
            failed(io::Error::new(
                io::ErrorKind::InvalidInput,
                "no name for a folder",
            ))
        })?;
        let mut part = name.to_owned();
        part.push(".part");
        let staging = target.with_file_name(part);
        remove(&staging).map_err(failed)?;
        fs::create_dir_all(&staging).map_err(failed)?;
        Ok(Folder {
            target: target.to_owned(),
            staging,
            older,
        })
    }

    /// Puts what was written into its place.
    pub(super) fn finish(self) -> Result<(), StudioError> {
        let done = match &self.older {
            None => self.take_place(),
            Some(older) => self.update(older),
        };
        let cleared = remove(&self.staging);
        done.and(cleared)
            .map_err(|error| unwritable(&self.target, &error))
    }

    fn take_place(&self) -> io::Result<()> {
        match fs::remove_dir(&self.target) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        fs::rename(&self.staging, &self.target)
    }

    fn update(&self, older: &BTreeMap<String, BTreeSet<String>>) -> io::Result<()> {
        // If this is cut short, the next export finds here what the files may be.
        fs::copy(self.staging.join(LIST), self.target.join(NEXT))?;
        let new = files_in(&self.staging)?;
        for path in new.iter().filter(|path| *path != LIST) {
            let (from, to) = (self.staging.join(path), self.target.join(path));
            let known = older.contains_key(path) && same(&from, &to);
            if !known {
                if let Some(folder) = to.parent() {
                    fs::create_dir_all(folder)?;
                }
                fs::rename(&from, &to)?;
            }
        }
        let new: BTreeSet<&String> = new.iter().collect();
        for path in older.keys().filter(|path| !new.contains(path)) {
            let gone = self.target.join(path);
            match fs::remove_file(&gone) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                _ => {}
            }
            // Folders that are empty now go too.
            let mut folder = gone.parent();
            while let Some(empty) = folder.filter(|folder| *folder != self.target) {
                if fs::remove_dir(empty).is_err() {
                    break;
                }
                folder = empty.parent();
            }
        }
        fs::rename(self.target.join(NEXT), self.target.join(LIST))
    }

    /// Throws away what was written.
    pub(super) fn drop_it(self) {
        // It lies beside the target; what can't be removed is removed by the next export.
        let _ = remove(&self.staging);
    }
}

impl Filing for Folder {
    fn put(&mut self, path: &str, bytes: &[u8]) -> io::Result<()> {
        let file = self.staging.join(path);
        if let Some(folder) = file.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::write(file, bytes)
    }
}

fn remove(folder: &Path) -> io::Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

fn same(one: &Path, other: &Path) -> bool {
    let length = |path: &Path| fs::metadata(path).map(|file| file.len()).ok();
    length(one) == length(other)
        && match (fs::read(one), fs::read(other)) {
            (Ok(one), Ok(other)) => one == other,
            _ => false,
        }
}

/// The files of an older export, with the hashes they may have.
fn older(target: &Path) -> Result<BTreeMap<String, BTreeSet<String>>, StudioError> {
    let shown = || target.to_string_lossy().into_owned();
    let mut known: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for list in [LIST, NEXT] {
        let Ok(bytes) = fs::read(target.join(list)) else {
            continue;
        };
        let list: Value = serde_json::from_slice(&bytes).unwrap_or_default();
        if list["format"] != "inkstone-archive" {
            continue;
        }
        for file in list["files"].as_array().into_iter().flatten() {
            if let (Some(path), Some(sha)) = (file["path"].as_str(), file["sha256"].as_str())
                && plain(path)
            {
                known
                    .entry(path.to_owned())
                    .or_default()
                    .insert(sha.to_owned());
            }
        }
    }
    if known.is_empty() {
        return Err(StudioError::NotEmpty { path: shown() });
    }
    let mut worked_on = Vec::new();
    for (path, hashes) in &known {
        if let Ok(bytes) = fs::read(target.join(path)) {
            let hash: String = Sha256::digest(&bytes)
                .iter()
                .map(|byte| format!("{byte:02x}"))
                .collect();
            if !hashes.contains(&hash) {
                worked_on.push(path.clone());
            }
        }
    }
    match worked_on.into_iter().next() {
        Some(file) => Err(StudioError::WorkedOn {
            path: shown(),
            file,
        }),
        None => Ok(known),
    }
}

fn plain(path: &str) -> bool {
    let path = Path::new(path);
    path.components()
        .all(|part| matches!(part, std::path::Component::Normal(_)))
}

/// The paths of the files in a folder, sorted; no links, and nothing hidden.
fn files_in(folder: &Path) -> io::Result<Vec<String>> {
    let mut found = Vec::new();
    let mut open = vec![(folder.to_owned(), String::new(), 0)];
    while let Some((folder, prefix, depth)) = open.pop() {
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            let name = entry.file_name();
            let Some(name) = name.to_str().filter(|name| !name.starts_with('.')) else {
                continue;
            };
            let path = format!("{prefix}{name}");
            let kind = entry.file_type()?;
            if kind.is_dir() && depth < DEEPEST {
                open.push((entry.path(), format!("{path}/"), depth + 1));
            } else if kind.is_file() {
                found.push(path);
            }
            if found.len() > MOST_FILES {
                return Err(io::Error::new(io::ErrorKind::InvalidData, "too many files"));
            }
        }
    }
    found.sort();
    Ok(found)
}

/// A folder to read an archive from.
pub(super) struct FromFolder(pub(super) PathBuf);

impl Files for FromFolder {
    fn names(&mut self) -> io::Result<Vec<String>> {
        files_in(&self.0)
    }

    fn read(&mut self, path: &str, most: u64) -> io::Result<Vec<u8>> {
        // No part of the way may be a link: it could lead anywhere.
        let mut at = self.0.clone();
        for part in path.split('/') {
            at.push(part);
            if fs::symlink_metadata(&at)?.file_type().is_symlink() {
                return Err(io::Error::new(io::ErrorKind::InvalidData, "a link"));
            }
        }
        if !fs::symlink_metadata(&at)?.is_file() {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "no plain file"));
        }
        let mut bytes = Vec::new();
        let file = fs::File::open(at)?;
        file.take(most.saturating_add(1)).read_to_end(&mut bytes)?;
        Ok(bytes)
    }
}
