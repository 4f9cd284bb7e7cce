//! The model shelf: which models a person can choose from, and which of them are loaded.

mod facts;
pub(crate) mod folders;
mod loading;
mod servers;
pub(crate) mod speeds;
mod starter;

use std::{
    collections::HashMap,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, OnceLock, PoisonError},
};

use inkstone_generation::{
    Api, Capabilities, Embedder, EmbedderFile, LocalModels, ModelFile, PromptForm, RemoteModels,
    TextModel, may_be_embedder,
};
use inkstone_library::{Library, Price};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};

use self::{
    servers::needs_key,
    starter::{lay_out_starter, starter_path, unread_starter},
};
use crate::{
    StudioError,
    dto::{ModelDto, ModelState},
    machine::Machine,
    secrets::Secrets,
};

pub(crate) use facts::file_dto;

/// Id of the model that ships with Inkstone.
pub const STARTER: &str = "starter";
const SETTING: &str = "shelf";

/// A model that a person put on the shelf, as it is kept in the library.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Entry {
    id: String,
    name: String,
    source: Source,
    /// What a million tokens cost.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    price: Option<Price>,
    /// What is known of a server: from a test, and from what it wrote.
    #[serde(default, skip_serializing_if = "Capabilities::is_unknown")]
    capabilities: Capabilities,
    /// The folder on the shelf in which the file was found.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    folder: Option<PathBuf>,
    /// The program whose file it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    program: Option<String>,
}

impl Entry {
    fn new(id: &str, name: String, source: Source) -> Self {
        Self {
            id: id.to_owned(),
            name,
            source,
            price: None,
            capabilities: Capabilities::default(),
            folder: None,
            program: None,
        }
    }

    /// A model file, whose id is made of its path.
    fn of_file(path: &Path, name: String, file: ModelFile) -> Self {
        let id = format!("file-{}", short_hash(path.to_string_lossy().as_bytes()));
        let path = path.to_owned();
        Self::new(&id, name, Source::File { path, file })
    }

    /// Where its file or folder lies.
    fn path(&self) -> Option<&Path> {
        match &self.source {
            Source::Starter { path, .. }
            | Source::File { path, .. }
            | Source::Search { path, .. } => Some(path),
            Source::Server { .. } => None,
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum Source {
    Starter {
        path: PathBuf,
        file: ModelFile,
    },
    File {
        path: PathBuf,
        file: ModelFile,
    },
    Server {
        base_url: String,
        host: String,
        model: String,
        #[serde(default)]
        api: Api,
    },
    /// An embedding model in a folder: finds, and never writes.
    Search {
        path: PathBuf,
        file: EmbedderFile,
    },
}

/// What a generation needs to know of its model before it is loaded.
#[derive(Debug, Clone)]
pub(crate) struct Chosen {
    pub id: String,
    /// The name as the file or the server has it.
    pub name: String,
    /// `None` for a local model.
    pub host: Option<String>,
    pub prompt_form: PromptForm,
    /// Context length in tokens, where known.
    pub context_tokens: Option<u32>,
    /// What a million tokens cost, where the person said it.
    pub price: Option<Price>,
    /// Its provider answers nobody without a key, and there is none.
    pub lacks_key: bool,
    /// A JSON Schema is kept by the server.
    pub keeps_schema: bool,
}

/// Hears where a model stands: its id and its state.
pub(crate) type Told = Arc<dyn Fn(&str, ModelState) + Send + Sync>;

/// The shelf. Calls may block for a moment (keys, settings, metadata of files); the async ones
/// don't.
pub(crate) struct Shelf {
    local: Arc<dyn LocalModels>,
    remote: Arc<dyn RemoteModels>,
    secrets: Arc<dyn Secrets>,
    models_dir: PathBuf,
    told: Told,
    entries: Mutex<Vec<Entry>>,
    /// What another program put on the shelf and this one can't read; kept as it is.
    strangers: Vec<Value>,
    states: Mutex<HashMap<String, ModelState>>,
    loaded: Mutex<HashMap<String, Arc<dyn TextModel>>>,
    embedders: Mutex<HashMap<String, Arc<dyn Embedder>>>,
    /// One load at a time: two big models at once would not fit.
    loading: tokio::sync::Mutex<()>,
    folders: Mutex<folders::Folders>,
    speeds: Mutex<speeds::Speeds>,
    machine: OnceLock<Arc<dyn Machine>>,
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Shelf {
    /// Lays the starter model into `models_dir` and reads the shelf from the library. A starter
    /// that can't be laid out or read stands on the shelf all the same, with its error. Blocks.
    pub fn open(
        library: &Library,
        models_dir: &Path,
        local: Arc<dyn LocalModels>,
        remote: Arc<dyn RemoteModels>,
        secrets: Arc<dyn Secrets>,
        told: Told,
    ) -> Result<Self, StudioError> {
        let mut states = HashMap::new();
        let path = starter_path(models_dir);
        let read = lay_out_starter(models_dir).and_then(|path| Ok(local.inspect(&path)?));
        let file = read.unwrap_or_else(|e| {
            tracing::error!(error = %e, "the starter model can't be read");
            states.insert(STARTER.to_owned(), ModelState::Failed { error: e.to_dto() });
            unread_starter()
        });
        let name = file.name.clone();
        let mut entries = vec![Entry::new(STARTER, name, Source::Starter { path, file })];
        let mut strangers = Vec::new();
        if let Some(Value::Array(kept)) = library.setting(SETTING)? {
            for value in kept {
                match serde_json::from_value(value.clone()) {
                    Ok(entry) => entries.push(entry),
                    Err(_) => strangers.push(value),
                }
            }
        }
        Ok(Self {
            local,
            remote,
            secrets,
            models_dir: models_dir.to_owned(),
            told,
            entries: Mutex::new(entries),
            strangers,
            states: Mutex::new(states),
            loaded: Mutex::default(),
            embedders: Mutex::default(),
            loading: tokio::sync::Mutex::default(),
            folders: Mutex::new(folders::Folders::recall(library)?),
            speeds: Mutex::new(speeds::Speeds::recall(library)?),
            machine: OnceLock::new(),
        })
    }

    /// All models, the starter first.
    pub fn list(&self) -> Vec<ModelDto> {
        let entries = lock(&self.entries).clone();
        entries.iter().map(|e| self.to_dto(e)).collect()
    }

    fn entry(&self, id: &str) -> Result<Entry, StudioError> {
        lock(&self.entries)
            .iter()
            .find(|e| e.id == id)
            .cloned()
            .ok_or_else(|| StudioError::ModelNotChosen { id: id.to_owned() })
    }

    /// What a generation needs to know beforehand.
    pub fn choose(&self, id: &str) -> Result<Chosen, StudioError> {
        let entry = self.entry(id)?;
        Ok(match entry.source {
            Source::Starter { file, .. } | Source::File { file, .. } => Chosen {
                id: entry.id,
                name: file.name,
                host: None,
                prompt_form: file.prompt_form,
                context_tokens: Some(file.context_length).filter(|tokens| *tokens > 0),
                price: None,
                lacks_key: false,
                keeps_schema: true,
            },
            Source::Server {
                base_url,
                host,
                model,
                ..
            } => Chosen {
                lacks_key: needs_key(&base_url) && self.secrets.place(&entry.id).is_none(),
                id: entry.id,
                name: model,
                host: Some(host),
                prompt_form: PromptForm::Chat,
                context_tokens: None,
                price: entry.price,
                keeps_schema: entry.capabilities.keeps_schema(),
            },
            Source::Search { .. } => return Err(for_search(&entry)),
        })
    }

    /// Puts a model file, or a model's folder, on the shelf. Blocks (reads the metadata).
    pub fn add_file(&self, library: &Library, path: &Path) -> Result<ModelDto, StudioError> {
        let path = &std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        let id = |path: &Path| short_hash(path.to_string_lossy().as_bytes());
        let in_folder = may_be_embedder(path);
        let folder = if path.is_dir() {
            path
        } else {
            path.parent().unwrap_or(path)
        };
        if in_folder && !self.local.writes(path) {
            let file = self.local.inspect_embedder(path)?;
            let name = file.name.clone();
            let source = Source::Search {
                path: folder.to_owned(),
                file,
            };
            let id = format!("search-{}", id(folder));
            return self.put(library, Entry::new(&id, name, source));
        }
        // One of a folder's files stands for the folder.
        let path = if in_folder { folder } else { path };
        let file = self.local.inspect(path)?;
        let name = file.name.clone();
        let mut entry = Entry::of_file(path, name, file);
        let ours = path.starts_with(&self.models_dir);
        entry.folder = ours.then(|| self.models_dir.clone());
        // Asked for by hand, it is no longer passed over in its folder.
        lock(&self.folders).show(path);
        self.put(library, entry)
    }

    /// Puts another program's model file on the shelf, under the name that the program has for it.
    /// Blocks.
    pub fn add_found(
        &self,
        library: &Library,
        path: &Path,
        (name, program): (&str, &str),
    ) -> Result<ModelDto, StudioError> {
        let file = self.local.inspect(path)?;
        let mut entry = Entry::of_file(path, name.to_owned(), file);
        entry.program = Some(program.to_owned());
        self.put(library, entry)
    }

    /// Puts an entry where the one of the same id stands.
    fn replace(&self, library: &Library, entry: Entry) -> Result<ModelDto, StudioError> {
        let changed = {
            let mut entries = lock(&self.entries);
            let place = entries.iter_mut().find(|e| e.id == entry.id);
            let Some(place) = place else {
                return Err(StudioError::ModelNotChosen { id: entry.id });
            };
            let changed = place.source != entry.source;
            *place = entry.clone();
            changed
        };
        if changed {
            lock(&self.loaded).remove(&entry.id);
            lock(&self.states).remove(&entry.id);
        }
        self.keep(library)?;
        Ok(self.to_dto(&entry))
    }

    /// Id of the model that a person means by an id, a name, or the path of its file.
    pub fn find(&self, wanted: &str) -> Result<String, StudioError> {
        let entries = lock(&self.entries).clone();
        let absolute = std::path::absolute(wanted).ok();
        let has_path = |e: &Entry| match &e.source {
            Source::Starter { path, .. }
            | Source::File { path, .. }
            | Source::Search { path, .. } => absolute.as_ref() == Some(path),
            Source::Server { model, .. } => model == wanted,
        };
        let named = |e: &Entry| e.name.to_lowercase() == wanted.to_lowercase();
        let found = entries
            .iter()
            .find(|e| e.id == wanted)
            .or_else(|| entries.iter().find(|e| has_path(e)))
            .or_else(|| entries.iter().find(|e| named(e)));
        found
            .map(|e| e.id.clone())
            .ok_or_else(|| StudioError::ModelNotChosen {
                id: wanted.to_owned(),
            })
    }

    fn put(&self, library: &Library, entry: Entry) -> Result<ModelDto, StudioError> {
        {
            let mut entries = lock(&self.entries);
            entries.retain(|e| e.id != entry.id);
            entries.push(entry.clone());
        }
        lock(&self.loaded).remove(&entry.id);
        lock(&self.embedders).remove(&entry.id);
        lock(&self.states).remove(&entry.id);
        self.keep(library)?;
        Ok(self.to_dto(&entry))
    }

    /// Takes a model off the shelf; the starter stays.
    pub fn remove(&self, library: &Library, id: &str) -> Result<(), StudioError> {
        if id == STARTER {
            return Err(StudioError::BadRequest("the starter model stays".into()));
        }
        let entry = self.entry(id)?;
        if let Some(path) = entry.path() {
            let ours = path.starts_with(&self.models_dir);
            let mut folders = lock(&self.folders);
            // It would come back by itself.
            if ours || folders.hold(path) {
                folders.hide(path);
            }
        }
        lock(&self.entries).retain(|e| e.id != id);
        lock(&self.loaded).remove(id);
        lock(&self.embedders).remove(id);
        lock(&self.states).remove(id);
        self.keep(library)?;
        // A place that does not answer keeps no model on the shelf.
        if let Err(error) = self.secrets.remove(id) {
            tracing::warn!(%error, "a key was left where it was");
        }
        Ok(())
    }

    /// What is known of the machine. Said once, by who opens the studio.
    pub fn use_machine(&self, machine: Arc<dyn Machine>) {
        // A second time changes nothing.
        let _ = self.machine.set(machine);
    }

    /// What is known of the machine, if anything.
    pub fn machine(&self) -> Option<&Arc<dyn Machine>> {
        self.machine.get()
    }

    /// The folder of our own model files.
    pub fn own_folder(&self) -> &Path {
        &self.models_dir
    }

    fn keep(&self, library: &Library) -> Result<(), StudioError> {
        lock(&self.folders).keep(library)?;
        let entries = lock(&self.entries).clone();
        let own = entries
            .iter()
            .filter(|e| e.id != STARTER)
            .map(serde_json::to_value);
        let mut kept = own
            .collect::<Result<Vec<_>, _>>()
            .map_err(|e| StudioError::Internal(e.to_string()))?;
        kept.extend(self.strangers.iter().cloned());
        Ok(library.set_setting(SETTING, &Value::Array(kept))?)
    }

    /// What reads model files.
    pub fn local(&self) -> &Arc<dyn LocalModels> {
        &self.local
    }
}

fn for_search(entry: &Entry) -> StudioError {
    StudioError::ModelForSearch {
        name: entry.name.clone(),
    }
}

fn short_hash(bytes: &[u8]) -> String {
    Sha256::digest(bytes)
        .iter()
        .take(6)
        .map(|b| format!("{b:02x}"))
        .collect()
}
