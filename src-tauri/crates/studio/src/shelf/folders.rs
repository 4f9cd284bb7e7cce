//! Folders on the shelf: ours and those that the person named. The model files in them come onto
//! the shelf by themselves.

use std::{
    collections::{BTreeSet, HashMap},
    fs,
    path::{Path, PathBuf},
    time::SystemTime,
};

use inkstone_generation::GenerationError;
use inkstone_library::{Library, LibraryError};
use serde::{Deserialize, Serialize};

use super::{Entry, Shelf, Source, lock};
use crate::StudioError;

const SETTING: &str = "shelf_folders";
/// The most files of one folder that are looked at.
pub(crate) const MOST_FILES: usize = 500;
/// The most names that are walked over in one folder.
const MOST_NAMES: usize = 20_000;
const DEEPEST: usize = 8;

/// The folders, and what is known of the files in them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Folders {
    /// Those that the person named.
    folders: Vec<PathBuf>,
    /// Files that the person took off the shelf, and that are passed over since.
    hidden: BTreeSet<PathBuf>,
    /// What can't be read, by path: with its size and time, so that it is read anew only when it
    /// has changed.
    #[serde(skip)]
    unreadable: HashMap<PathBuf, (Stamp, GenerationError)>,
    /// Other files than those on the shelf with the same bytes, by the one on the shelf.
    #[serde(skip)]
    doubles: HashMap<PathBuf, PathBuf>,
    /// Folders with more files than are looked at.
    #[serde(skip)]
    cut: BTreeSet<PathBuf>,
    #[serde(skip)]
    changed: bool,
}

/// When a file was changed, and how long it is.
type Stamp = (u64, Option<SystemTime>);

fn stamp(path: &Path) -> Option<Stamp> {
    // A folder is as new as what it says of itself.
    let config = path.is_dir().then(|| path.join("config.json"));
    let path = config.as_deref().unwrap_or(path);
    let file = fs::metadata(path).ok().filter(fs::Metadata::is_file)?;
    Some((file.len(), file.modified().ok()))
}

impl Folders {
    pub(super) fn recall(library: &Library) -> Result<Self, LibraryError> {
        let kept = library.setting(SETTING)?;
        Ok(kept
            .and_then(|kept| serde_json::from_value(kept).ok())
            .unwrap_or_default())
    }

    /// Whether a file lies in one of those that the person named.
    pub(super) fn hold(&self, path: &Path) -> bool {
        self.folders.iter().any(|folder| path.starts_with(folder))
    }

    /// Passes a file over from now on.
    pub(super) fn hide(&mut self, path: &Path) {
        self.changed |= self.hidden.insert(path.to_owned());
    }

    /// Passes a file over no longer.
    pub(super) fn show(&mut self, path: &Path) {
        self.changed |= self.hidden.remove(path);
    }

    pub(super) fn keep(&mut self, library: &Library) -> Result<(), StudioError> {
        if self.changed {
            let kept =
                serde_json::to_value(&*self).map_err(|e| StudioError::Internal(e.to_string()))?;
            library.set_setting(SETTING, &kept)?;
            self.changed = false;
        }
        Ok(())
    }
}

/// A folder on the shelf, and how it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FolderState {
    pub path: PathBuf,
    /// Whether it is there and can be read.
    pub here: bool,
    /// Ids of its models on the shelf.
    pub models: Vec<String>,
    /// Files that are no model for this program, and why.
    pub unreadable: Vec<(PathBuf, GenerationError)>,
    /// Files with the same bytes as one that is on the shelf, and that one.
    pub doubles: Vec<(PathBuf, PathBuf)>,
    /// There are more files in it than are looked at.
    pub cut: bool,
}

/// Model files below a folder, in order; says too whether that was all of them. Bounded, and blocks.
pub(crate) fn model_files(folder: &Path) -> (Vec<PathBuf>, bool) {
    walk(folder, false)
}

/// Whether a folder looks as the hub gives models: weights that are safe to read, and what they are.
pub(crate) fn is_model_folder(folder: &Path) -> bool {
    let here = |name: &str| folder.join(name).is_file();
    here("config.json") && (here("model.safetensors") || here("model.safetensors.index.json"))
}

/// The same, with folders of models where they are `wanted`.
fn walk(folder: &Path, wanted: bool) -> (Vec<PathBuf>, bool) {
    let mut found = Vec::new();
    let (mut names, mut whole) = (0, true);
    let mut open = vec![(folder.to_owned(), 0)];
    while let Some((folder, depth)) = open.pop() {
        let Ok(listed) = fs::read_dir(&folder) else {
            continue;
        };
        if wanted && is_model_folder(&folder) {
            found.push(folder.clone());
        }
        for one in listed.flatten() {
            names += 1;
            if names > MOST_NAMES || found.len() >= MOST_FILES {
                return (sorted(found), false);
            }
            let path = one.path();
            // A copy that was broken off.
            let name = path.file_name().and_then(|name| name.to_str());
            if name.is_some_and(|name| name.starts_with('.') && name.ends_with(".copy")) {
                continue;
            }
            // A link to a folder may lead round in a circle; a link to a file is a file.
            match one.file_type() {
                Ok(kind) if kind.is_dir() && depth < DEEPEST => open.push((path, depth + 1)),
                Ok(kind) if kind.is_dir() => whole = false,
                Ok(_) if is_model_file(&path) && path.is_file() => found.push(path),
                _ => {}
            }
        }
    }
    (sorted(found), whole)
}

fn sorted(mut paths: Vec<PathBuf>) -> Vec<PathBuf> {
    paths.sort();
    paths
}

fn is_model_file(path: &Path) -> bool {
    let ending = path.extension().and_then(|ending| ending.to_str());
    let name = path.file_name().and_then(|name| name.to_str());
    ending.is_some_and(|ending| ending.eq_ignore_ascii_case("gguf"))
        && name.is_some_and(|name| !name.starts_with('.') && !name.starts_with("inkstone-starter-"))
}

/// What tells a file from all others without reading it whole: its length and a sum of its first
/// and last bytes. The first hold all that it says of itself, the last are weights.
pub(crate) fn mark_of(path: &Path) -> Option<String> {
    use std::io::{Read as _, Seek as _, SeekFrom};
    const END: u64 = 1 << 20;
    let mut file = fs::File::open(path).ok()?;
    let bytes = file.metadata().ok()?.len();
    let mut ends = Vec::new();
    (&mut file).take(END).read_to_end(&mut ends).ok()?;
    if bytes > END {
        file.seek(SeekFrom::Start((bytes - END).max(END))).ok()?;
        (&mut file).take(END).read_to_end(&mut ends).ok()?;
    }
    Some(format!("{bytes}-{}", super::short_hash(&ends)))
}

impl Shelf {
    /// Puts a folder on the shelf; what lies in it comes with it. Blocks.
    pub fn add_folder(&self, library: &Library, path: &Path) -> Result<(), StudioError> {
        let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        fs::read_dir(&path).map_err(|error| StudioError::File {
            path: path.to_string_lossy().into_owned(),
            detail: error.to_string(),
        })?;
        {
            let mut folders = lock(&self.folders);
            if path != self.models_dir && !folders.folders.contains(&path) {
                folders.folders.push(path.clone());
                folders.changed = true;
            }
            // Named once more, all of it is wanted.
            let before = folders.hidden.len();
            folders.hidden.retain(|hidden| !hidden.starts_with(&path));
            folders.changed |= folders.hidden.len() != before;
        }
        self.look_through(library).map(drop)
    }

    /// Takes a folder off the shelf, with the models that came with it; nothing on the disk is
    /// touched. Blocks.
    pub fn remove_folder(&self, library: &Library, path: &Path) -> Result<(), StudioError> {
        {
            let mut folders = lock(&self.folders);
            let before = folders.folders.len();
            folders.folders.retain(|known| known != path);
            if folders.folders.len() == before {
                return Err(StudioError::not_found("folder", &path.to_string_lossy()));
            }
            folders.hidden.retain(|hidden| !hidden.starts_with(path));
            folders.unreadable.retain(|file, _| !file.starts_with(path));
            folders.changed = true;
        }
        let gone: Vec<String> = lock(&self.entries)
            .iter()
            .filter(|e| e.folder.as_deref() == Some(path))
            .map(|e| e.id.clone())
            .collect();
        lock(&self.entries).retain(|e| !gone.contains(&e.id));
        for id in &gone {
            lock(&self.loaded).remove(id);
            lock(&self.states).remove(id);
        }
        self.keep(library)?;
        // What lies in another folder as well comes back from there.
        self.look_through(library).map(drop)
    }

    /// Looks through all folders, and puts onto the shelf what is new. Says whether anything has
    /// changed. Blocks.
    pub fn look_through(&self, library: &Library) -> Result<bool, StudioError> {
        let known = lock(&self.folders).clone();
        let mut changed = false;
        let mut cut = BTreeSet::new();
        let (mut unreadable, mut doubles) = (HashMap::new(), HashMap::new());
        let ours = [self.models_dir.clone()];
        for folder in ours.iter().chain(&known.folders) {
            let (files, whole) = walk(folder, true);
            if !whole {
                cut.insert(folder.clone());
            }
            for path in files {
                if known.hidden.contains(&path) || self.has(&path) {
                    continue;
                }
                // Models for search come onto the shelf by hand alone.
                if path.is_dir() && !self.local.writes(&path) {
                    continue;
                }
                let Some(now) = stamp(&path) else { continue };
                if let Some((then, error)) = known.unreadable.get(&path)
                    && *then == now
                {
                    unreadable.insert(path, (now, error.clone()));
                    continue;
                }
                match self.local.inspect(&path) {
                    Ok(file) => {
                        if let Some(same) = self.same_as(&path, file.bytes) {
                            doubles.insert(path, same);
                            continue;
                        }
                        let name = file.name.clone();
                        let entry = Entry {
                            folder: Some(folder.clone()),
                            ..Entry::of_file(&path, name, file)
                        };
                        lock(&self.entries).push(entry);
                        changed = true;
                    }
                    Err(error) => {
                        unreadable.insert(path, (now, error));
                    }
                }
            }
        }
        {
            let mut folders = lock(&self.folders);
            folders.unreadable = unreadable;
            folders.doubles = doubles;
            folders.cut = cut;
        }
        if changed {
            self.keep(library)?;
        }
        Ok(changed)
    }

    /// Whether a file stands on the shelf.
    pub(super) fn has(&self, path: &Path) -> bool {
        lock(&self.entries).iter().any(|e| e.path() == Some(path))
    }

    /// A file on the shelf with the same bytes, as far as its ends tell.
    pub(crate) fn same_as(&self, path: &Path, bytes: u64) -> Option<PathBuf> {
        let alike: Vec<PathBuf> = lock(&self.entries)
            .iter()
            .filter_map(|e| match &e.source {
                Source::File { path, file } if file.bytes == bytes => Some(path.clone()),
                _ => None,
            })
            .filter(|other| other != path)
            .collect();
        if alike.is_empty() {
            return None;
        }
        let mark = mark_of(path)?;
        alike
            .into_iter()
            .find(|other| mark_of(other).as_ref() == Some(&mark))
    }

    /// The id of a file on the shelf.
    pub(crate) fn id_of(&self, path: &Path) -> Option<String> {
        let entries = lock(&self.entries);
        let found = entries.iter().find(|e| e.path() == Some(path));
        found.map(|e| e.id.clone())
    }

    /// Our own folder, and those that the person named. Blocks.
    pub(crate) fn folder_states(&self) -> Vec<FolderState> {
        let known = lock(&self.folders).clone();
        let entries = lock(&self.entries).clone();
        let within = |folder: &Path, file: &Path| file.starts_with(folder);
        std::iter::once(&self.models_dir)
            .chain(&known.folders)
            .map(|folder| {
                let mut unreadable: Vec<_> = known
                    .unreadable
                    .iter()
                    .filter(|(file, _)| within(folder, file))
                    .map(|(file, (_, error))| (file.clone(), error.clone()))
                    .collect();
                unreadable.sort_by(|a, b| a.0.cmp(&b.0));
                let mut doubles: Vec<_> = known
                    .doubles
                    .iter()
                    .filter(|(file, _)| within(folder, file))
                    .map(|(file, same)| (file.clone(), same.clone()))
                    .collect();
                doubles.sort();
                FolderState {
                    here: fs::read_dir(folder).is_ok(),
                    models: entries
                        .iter()
                        .filter(|e| e.folder.as_ref() == Some(folder))
                        .map(|e| e.id.clone())
                        .collect(),
                    unreadable,
                    doubles,
                    cut: known.cut.contains(folder),
                    path: folder.clone(),
                }
            })
            .collect()
    }
}
