//! The model shelf: which models a person can choose from, and which of them are loaded.

use std::{
    collections::HashMap,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

use inkstone_generation::{
    Api, Capabilities, Embedder, EmbedderFile, Endpoint, Gate, GenerationError,
    GenerationErrorKind, LocalModels, ModelFile, PromptForm, RemoteModels, Secret, TextModel,
    may_be_embedder,
};
use inkstone_library::{Library, Price};
use inkstone_manuscript::DocumentKind;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::{
    StudioError,
    dto::{ModelDto, ModelFileDto, ModelSourceDto, ModelState},
    gate::Shut,
    secrets::{KeyPlace, Secrets},
    switch::{dto::PriceDto, providers, resume::RESUME, servers::name_of},
};

/// Id of the model that ships with Inkstone.
pub const STARTER: &str = "starter";
const SETTING: &str = "shelf";
const STARTER_BYTES: &[u8] = include_bytes!("../../../../assets/models/inkstone-starter.gguf");

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
        let mut entries = vec![Entry {
            id: STARTER.into(),
            name: file.name.clone(),
            source: Source::Starter { path, file },
            price: None,
            capabilities: Capabilities::default(),
        }];
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

    /// Puts a model file, or the folder of an embedding model, on the shelf. Blocks (reads the
    /// metadata).
    pub fn add_file(&self, library: &Library, path: &Path) -> Result<ModelDto, StudioError> {
        let path = &std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        let id = |path: &Path| short_hash(path.to_string_lossy().as_bytes());
        if may_be_embedder(path) {
            let file = self.local.inspect_embedder(path)?;
            let folder = if path.is_dir() {
                path
            } else {
                path.parent().unwrap_or(path)
            };
            let entry = Entry {
                id: format!("search-{}", id(folder)),
                name: file.name.clone(),
                source: Source::Search {
                    path: folder.to_owned(),
                    file,
                },
                price: None,
                capabilities: Capabilities::default(),
            };
            return self.put(library, entry);
        }
        let file = self.local.inspect(path)?;
        let (path, id) = (path.clone(), format!("file-{}", id(path)));
        let name = file.name.clone();
        self.put(
            library,
            Entry {
                id,
                name,
                source: Source::File { path, file },
                price: None,
                capabilities: Capabilities::default(),
            },
        )
    }

    /// Puts a server's model on the shelf.
    pub fn add_server(
        &self,
        library: &Library,
        name: &str,
        base_url: &str,
        model: &str,
        (api, capabilities): (Api, Capabilities),
        key: &str,
    ) -> Result<ModelDto, StudioError> {
        let base_url = base_url.trim().trim_end_matches('/');
        let model = model.trim();
        if model.is_empty() {
            return Err(StudioError::Brief(inkstone_desks::BriefError::Missing {
                field: "model".into(),
            }));
        }
        let host = self.host(base_url)?;
        let id = format!(
            "server-{}",
            short_hash(format!("{base_url}\n{model}").as_bytes())
        );
        let name = if name.trim().is_empty() {
            model
        } else {
            name.trim()
        };
        if !key.is_empty() {
            self.secrets
                .set(&id, &Secret::new(key), KeyPlace::Session)?;
        }
        // Added once more, it costs what it cost.
        let price = self.entry(&id).ok().and_then(|entry| entry.price);
        self.put(
            library,
            Entry {
                id,
                name: name.to_owned(),
                source: Source::Server {
                    base_url: base_url.to_owned(),
                    host,
                    model: model.to_owned(),
                    api,
                },
                price,
                capabilities,
            },
        )
    }

    /// Gives a server's model another name, address or model; it stays the same for the projects that
    /// chose it. A key goes to no other host than the one it was given for.
    pub fn edit_server(
        &self,
        library: &Library,
        id: &str,
        (name, base_url, model): (&str, &str, &str),
        (api, capabilities): (Api, Option<Capabilities>),
        key: Option<&str>,
    ) -> Result<ModelDto, StudioError> {
        let mut entry = self.entry(id)?;
        let Source::Server { host: before, .. } = &entry.source else {
            return Err(StudioError::ModelNotChosen { id: id.to_owned() });
        };
        let (base_url, model) = (base_url.trim().trim_end_matches('/'), model.trim());
        if model.is_empty() {
            return Err(StudioError::Brief(inkstone_desks::BriefError::Missing {
                field: "model".into(),
            }));
        }
        let host = self.host(base_url)?;
        match key {
            Some("") => self.secrets.remove(id)?,
            Some(key) => {
                let place = self.secrets.place(id).unwrap_or(KeyPlace::Session);
                self.secrets.set(id, &Secret::new(key), place)?;
            }
            None if host != *before => self.secrets.remove(id)?,
            None => {}
        }
        entry.name = if name.trim().is_empty() {
            model
        } else {
            name.trim()
        }
        .to_owned();
        let source = Source::Server {
            base_url: base_url.to_owned(),
            host,
            model: model.to_owned(),
            api,
        };
        match capabilities {
            Some(found) => entry.capabilities = found,
            // What was known of another server is not known of this one.
            None if entry.source != source => entry.capabilities = Capabilities::default(),
            None => {}
        }
        entry.source = source;
        self.replace(library, entry)
    }

    /// The key of a server's model, for a host that it was given for.
    pub fn key_for(&self, id: &str, base_url: &str) -> Result<Option<Secret>, StudioError> {
        let Source::Server { host, .. } = self.entry(id)?.source else {
            return Ok(None);
        };
        let same = self.host(base_url)? == host;
        Ok(if same { self.secrets.get(id)? } else { None })
    }

    /// Keeps what was learnt of a server while it wrote.
    pub fn keep_learned(
        &self,
        library: &Library,
        id: &str,
        learned: &Capabilities,
    ) -> Result<(), StudioError> {
        let mut entry = self.entry(id)?;
        let known = entry.capabilities.updated(learned);
        if known != entry.capabilities {
            entry.capabilities = known;
            self.replace(library, entry)?;
        }
        Ok(())
    }

    /// Says what a million tokens of a model cost.
    pub fn set_price(
        &self,
        library: &Library,
        id: &str,
        price: Option<Price>,
    ) -> Result<ModelDto, StudioError> {
        let mut entry = self.entry(id)?;
        if !matches!(entry.source, Source::Server { .. }) {
            return Err(StudioError::ModelNotChosen { id: id.to_owned() });
        }
        entry.price = price;
        self.replace(library, entry)
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

    /// The host of an address, to show and for the ledger. Nothing is contacted.
    pub fn host(&self, base_url: &str) -> Result<String, StudioError> {
        Ok(self.remote.host(base_url)?)
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
        self.entry(id)?;
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

    fn keep(&self, library: &Library) -> Result<(), StudioError> {
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

    /// Sets a server's key, or forgets it (empty).
    pub fn set_key(&self, id: &str, key: &str, place: KeyPlace) -> Result<ModelDto, StudioError> {
        let entry = self.server(id)?;
        if key.is_empty() {
            self.secrets.remove(id)?;
        } else {
            self.secrets.set(id, &Secret::new(key), place)?;
        }
        lock(&self.loaded).remove(id);
        lock(&self.states).remove(id);
        Ok(self.to_dto(&entry))
    }

    /// Moves a server's key.
    pub fn move_key(&self, id: &str, place: KeyPlace) -> Result<ModelDto, StudioError> {
        let entry = self.server(id)?;
        if let Some(key) = self.secrets.get(id)? {
            self.secrets.set(id, &key, place)?;
        }
        Ok(self.to_dto(&entry))
    }

    fn server(&self, id: &str) -> Result<Entry, StudioError> {
        let entry = self.entry(id)?;
        match entry.source {
            Source::Server { .. } => Ok(entry),
            _ => Err(StudioError::BadRequest("only a server has a key".into())),
        }
    }

    /// Where keys are.
    pub fn secrets(&self) -> &Arc<dyn Secrets> {
        &self.secrets
    }

    /// The next call of a server's model asks for its key anew.
    pub fn forget_servers(&self) {
        let entries = lock(&self.entries).clone();
        for entry in entries {
            if matches!(entry.source, Source::Server { .. }) {
                lock(&self.loaded).remove(&entry.id);
                lock(&self.states).remove(&entry.id);
            }
        }
    }

    /// What reaches servers, for questions that are not generations.
    pub fn remote(&self) -> &Arc<dyn RemoteModels> {
        &self.remote
    }

    /// What reads model files.
    pub fn local(&self) -> &Arc<dyn LocalModels> {
        &self.local
    }

    /// The model, loaded if need be; a server's is made anew, and its requests pass `gate`, or none
    /// at all. A load that nobody waits for any more goes on to its end.
    pub async fn model(
        self: &Arc<Self>,
        id: &str,
        gate: Option<Arc<dyn Gate>>,
    ) -> Result<Arc<dyn TextModel>, StudioError> {
        let entry = self.entry(id)?;
        if matches!(entry.source, Source::Server { .. }) {
            return self
                .connect(entry, gate.unwrap_or_else(|| Arc::new(Shut)))
                .await;
        }
        if let Some(model) = self.loaded(id) {
            return Ok(model);
        }
        let (shelf, id) = (self.clone(), id.to_owned());
        tokio::spawn(async move { shelf.load(&id).await })
            .await
            .map_err(|e| StudioError::Internal(e.to_string()))?
    }

    /// A server's model. Takes no memory, and does not wait for a file that does.
    async fn connect(
        self: &Arc<Self>,
        entry: Entry,
        gate: Arc<dyn Gate>,
    ) -> Result<Arc<dyn TextModel>, StudioError> {
        let (shelf, id) = (self.clone(), entry.id.clone());
        let connected = tokio::task::spawn_blocking(move || match &entry.source {
            Source::Server {
                base_url,
                model,
                api,
                ..
            } => {
                let endpoint = Endpoint {
                    api_key: shelf.secrets.get(&entry.id)?,
                    api: *api,
                    capabilities: entry.capabilities.clone(),
                    ..Endpoint::new(base_url, model)
                };
                Ok(shelf.remote.connect(endpoint, gate)?)
            }
            _ => Err(StudioError::ModelNotChosen {
                id: entry.id.clone(),
            }),
        });
        let connected = connected
            .await
            .map_err(|e| StudioError::Internal(e.to_string()))?;
        let state = match &connected {
            Ok(_) => ModelState::Ready,
            Err(e) => ModelState::Failed { error: e.to_dto() },
        };
        if self.state(&id).as_ref() != Some(&state) {
            self.set_state(&id, state);
        }
        connected
    }

    fn state(&self, id: &str) -> Option<ModelState> {
        lock(&self.states).get(id).cloned()
    }

    fn loaded(&self, id: &str) -> Option<Arc<dyn TextModel>> {
        lock(&self.loaded).get(id).cloned()
    }

    fn set_state(&self, id: &str, state: ModelState) {
        lock(&self.states).insert(id.to_owned(), state.clone());
        (self.told)(id, state);
    }

    async fn load(self: Arc<Self>, id: &str) -> Result<Arc<dyn TextModel>, StudioError> {
        let entry = self.entry(id)?;
        let _one = match entry.source {
            Source::Server { .. } => return self.connect(entry, Arc::new(Shut)).await,
            Source::Search { .. } => return Err(for_search(&entry)),
            Source::Starter { .. } | Source::File { .. } => self.loading.lock().await,
        };
        if let Some(model) = self.loaded(id) {
            return Ok(model);
        }
        self.set_state(id, ModelState::Loading);
        let (shelf, wanted) = (self.clone(), entry.clone());
        let read = tokio::task::spawn_blocking(move || shelf.read(&wanted)).await;
        let result = read.unwrap_or_else(|e| {
            let what = if e.is_panic() {
                "the loader panicked"
            } else {
                "the loader ended"
            };
            Err(GenerationError::new(GenerationErrorKind::ModelBroken, what).into())
        });
        match result {
            Ok(model) => {
                // Its key or place may have changed meanwhile; then the next call loads it anew.
                if self.entry(id).is_ok_and(|e| e.source == entry.source) {
                    lock(&self.loaded).insert(id.to_owned(), model.clone());
                    self.set_state(id, ModelState::Ready);
                }
                Ok(model)
            }
            Err(e) => {
                self.set_state(id, ModelState::Failed { error: e.to_dto() });
                Err(e)
            }
        }
    }

    /// Blocks, for as long as a big file takes.
    fn read(&self, entry: &Entry) -> Result<Arc<dyn TextModel>, StudioError> {
        Ok(match &entry.source {
            // It may have been removed since, or could not be laid out before.
            Source::Starter { .. } => self.local.load(&lay_out_starter(&self.models_dir)?)?,
            Source::File { path, .. } => {
                self.unload_files();
                self.local.load(path)?
            }
            Source::Search { .. } => return Err(for_search(entry)),
            Source::Server { .. } => {
                return Err(StudioError::ModelNotChosen {
                    id: entry.id.clone(),
                });
            }
        })
    }

    /// Id of the model that searches: of several the one that was added last.
    pub fn search_model(&self) -> Option<String> {
        let entries = lock(&self.entries);
        let mut search = entries.iter().rev();
        let found = search.find(|e| matches!(e.source, Source::Search { .. }));
        found.map(|e| e.id.clone())
    }

    /// An embedding model, loaded if need be. It stays loaded beside the model that writes.
    pub async fn embedder(self: &Arc<Self>, id: &str) -> Result<Arc<dyn Embedder>, StudioError> {
        let entry = self.entry(id)?;
        let Source::Search { path, .. } = entry.source.clone() else {
            return Err(StudioError::ModelNotChosen { id: id.to_owned() });
        };
        let _one = self.loading.lock().await;
        if let Some(model) = lock(&self.embedders).get(id).cloned() {
            return Ok(model);
        }
        self.set_state(id, ModelState::Loading);
        let local = self.local.clone();
        let read = tokio::task::spawn_blocking(move || local.load_embedder(&path)).await;
        let result = read.unwrap_or_else(|_| {
            let what = "the loader ended";
            Err(GenerationError::new(GenerationErrorKind::ModelBroken, what))
        });
        match result {
            Ok(model) => {
                if self.entry(id).is_ok_and(|e| e.source == entry.source) {
                    lock(&self.embedders).insert(id.to_owned(), model.clone());
                    self.set_state(id, ModelState::Ready);
                }
                Ok(model)
            }
            Err(e) => {
                let error = StudioError::from(e);
                let told = error.to_dto();
                self.set_state(id, ModelState::Failed { error: told });
                Err(error)
            }
        }
    }

    /// Frees the other loaded files: one big model in memory at a time.
    fn unload_files(&self) {
        let files: Vec<String> = lock(&self.entries)
            .iter()
            .filter(|e| matches!(e.source, Source::File { .. }))
            .map(|e| e.id.clone())
            .collect();
        for id in files {
            let unloaded = lock(&self.loaded).remove(&id).is_some();
            if unloaded {
                self.set_state(&id, ModelState::Idle);
            }
        }
    }

    fn to_dto(&self, entry: &Entry) -> ModelDto {
        let source = match &entry.source {
            Source::Starter { file, .. } => ModelSourceDto::Starter {
                file: file_dto(file),
            },
            Source::File { path, file } => ModelSourceDto::File {
                path: path.to_string_lossy().into_owned(),
                file: file_dto(file),
            },
            Source::Server {
                base_url,
                host,
                model,
                api,
            } => ModelSourceDto::Server {
                api: name_of(api),
                base_url: base_url.clone(),
                host: host.clone(),
                model: model.clone(),
                key: self.secrets.place(&entry.id),
                needs_key: needs_key(base_url),
            },
            Source::Search { path, file } => ModelSourceDto::Search {
                path: path.to_string_lossy().into_owned(),
                file: search_dto(file),
            },
        };
        let state = lock(&self.states)
            .get(&entry.id)
            .cloned()
            .unwrap_or(ModelState::Idle);
        ModelDto {
            id: entry.id.clone(),
            name: entry.name.clone(),
            source,
            state,
            beyond: beyond_form(match &entry.source {
                Source::Starter { file, .. } | Source::File { file, .. } => file.prompt_form,
                Source::Server { .. } | Source::Search { .. } => PromptForm::Chat,
            }),
            price: entry.price.as_ref().map(|price| PriceDto {
                input: price.input,
                output: price.output,
                currency: price.currency.clone(),
            }),
        }
    }
}

/// Whether the provider at an address answers nobody without a key.
fn needs_key(base_url: &str) -> bool {
    providers::of(base_url).is_some_and(|provider| provider.needs_key)
}

/// The tasks that a model with this form of prompt cannot do, on any desk.
fn beyond_form(form: PromptForm) -> Vec<String> {
    let all = DocumentKind::ALL
        .into_iter()
        .flat_map(|kind| inkstone_desks::beyond(kind, form));
    let talking: &[&str] = match form {
        PromptForm::Compact => &["interview", "assistant", "judge", "own", RESUME],
        PromptForm::Chat => &[],
    };
    all.chain(talking.iter().copied())
        .map(str::to_owned)
        .collect()
}

/// Facts of a model file, for showing.
pub(crate) fn file_dto(file: &ModelFile) -> ModelFileDto {
    ModelFileDto {
        architecture: file.architecture.clone(),
        quantization: file.quantization.clone(),
        parameters_millions: clamp(file.parameters.div_ceil(1_000_000)),
        context_length: file.context_length,
        mebibytes: clamp(file.bytes.div_ceil(1 << 20)),
        license: file.license.clone(),
        description: file.description.clone(),
    }
}

/// Facts of an embedding model, for showing.
fn search_dto(file: &EmbedderFile) -> ModelFileDto {
    ModelFileDto {
        architecture: file.architecture.clone(),
        quantization: file.quantization.clone(),
        parameters_millions: clamp(file.parameters.div_ceil(1_000_000)),
        context_length: file.max_tokens,
        mebibytes: clamp(file.bytes.div_ceil(1 << 20)),
        license: file.license.clone(),
        description: None,
    }
}

fn for_search(entry: &Entry) -> StudioError {
    StudioError::ModelForSearch {
        name: entry.name.clone(),
    }
}

fn clamp(n: u64) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

/// Stands for the starter model's file while it can't be read.
fn unread_starter() -> ModelFile {
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
fn starter_path(dir: &Path) -> PathBuf {
    dir.join(format!(
        "inkstone-starter-{}.gguf",
        short_hash(STARTER_BYTES)
    ))
}

/// Writes the starter model beside the library, unless it lies there already. It is written under
/// another name first, so that a half-written one is never read.
fn lay_out_starter(dir: &Path) -> Result<PathBuf, StudioError> {
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

fn short_hash(bytes: &[u8]) -> String {
    Sha256::digest(bytes)
        .iter()
        .take(6)
        .map(|b| format!("{b:02x}"))
        .collect()
}
