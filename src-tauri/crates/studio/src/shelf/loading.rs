//! Models into memory, and out of it.

use std::sync::Arc;

use inkstone_generation::{
    Embedder, Endpoint, Gate, GenerationError, GenerationErrorKind, TextModel,
};

use super::{Entry, Shelf, Source, for_search, lock, starter::lay_out_starter};
use crate::{StudioError, dto::ModelState, gate::Shut};

impl Shelf {
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
    pub(super) async fn connect(
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

    pub(super) fn state(&self, id: &str) -> Option<ModelState> {
        lock(&self.states).get(id).cloned()
    }

    pub(super) fn loaded(&self, id: &str) -> Option<Arc<dyn TextModel>> {
        lock(&self.loaded).get(id).cloned()
    }

    pub(super) fn set_state(&self, id: &str, state: ModelState) {
        lock(&self.states).insert(id.to_owned(), state.clone());
        (self.told)(id, state);
    }

    pub(super) async fn load(self: Arc<Self>, id: &str) -> Result<Arc<dyn TextModel>, StudioError> {
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
    pub(super) fn read(&self, entry: &Entry) -> Result<Arc<dyn TextModel>, StudioError> {
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
    pub(super) fn unload_files(&self) {
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
}
