use std::{
    collections::HashMap,
    path::PathBuf,
    sync::{Arc, Mutex, OnceLock},
};

use inkstone_generation::{LocalModels, RemoteModels};
use inkstone_grammar::Apart;
use inkstone_library::{Clock, Library, Program};
use tokio::sync::{Semaphore, broadcast};

use crate::{
    StudioError,
    dto::{AppState, LastOpen, StudioEvent, Theme},
    history::Upkeep,
    inputs::{Nothing, SetLanguage, SetLastOpen, SetTheme},
    meaning::Attending,
    pages::SystemFonts,
    replay::Replays,
    secrets::Secrets,
    shelf::{Chosen, Shelf},
    takes::Live,
};

/// Events that a slow listener may fall behind by before it misses some.
const EVENT_BACKLOG: usize = 4096;
/// Calls of servers at once; the rest wait for their turn.
const REMOTE_AT_ONCE: usize = 4;

/// What a composition root puts in.
pub struct Parts {
    /// The library file.
    pub library_path: PathBuf,
    /// What others hear who come for the same library.
    pub program: Program,
    /// Where our own model files lie.
    pub models_dir: PathBuf,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Local models.
    pub local: Arc<dyn LocalModels>,
    /// Remote models: the one door to the network.
    pub remote: Arc<dyn RemoteModels>,
    /// API keys.
    pub secrets: Arc<dyn Secrets>,
    /// Random numbers, for seeds.
    pub entropy: Arc<dyn Fn() -> u64 + Send + Sync>,
}

/// The studio: open it once, share it.
pub struct Studio {
    pub(crate) library: Arc<Library>,
    pub(crate) shelf: Arc<Shelf>,
    pub(crate) entropy: Arc<dyn Fn() -> u64 + Send + Sync>,
    pub(crate) live: Mutex<HashMap<String, Live>>,
    pub(crate) fonts: OnceLock<Arc<dyn SystemFonts>>,
    pub(crate) grammar: OnceLock<Apart>,
    pub(crate) replays: Replays,
    pub(crate) archiving: crate::archive::Archiving,
    pub(crate) upkeep: Upkeep,
    pub(crate) attending: Attending,
    pub(crate) downloads: crate::depot::download::Downloads,
    pub(crate) download_turns: Arc<Semaphore>,
    pub(crate) ahead: crate::ahead::Guesses,
    /// Held from the question what is spent until a call is written down.
    pub(crate) spending: Mutex<()>,
    events: broadcast::Sender<StudioEvent>,
    /// A local model has all cores to itself.
    local_turns: Arc<Semaphore>,
    remote_turns: Arc<Semaphore>,
}

impl Studio {
    /// Opens the library and the shelf. Blocks; call it before or off the async threads.
    ///
    /// # Errors
    /// What the library says. A model that can't be read keeps nothing from opening.
    pub fn open(parts: Parts) -> Result<Arc<Self>, StudioError> {
        let clock = parts.clock.clone();
        let library = Library::open_as(&parts.library_path, clock, parts.program)?;
        crate::own_files::keep_own_files(&library);
        Self::with(library, parts)
    }

    /// Opens the library for reading: everything can be looked at, and nothing is written.
    ///
    /// # Errors
    /// What the library says.
    pub fn open_reading(parts: Parts) -> Result<Arc<Self>, StudioError> {
        let library = Library::open_reading(&parts.library_path, parts.clock.clone())?;
        Self::with(library, parts)
    }

    fn with(library: Library, parts: Parts) -> Result<Arc<Self>, StudioError> {
        let library = Arc::new(library);
        let events = broadcast::channel(EVENT_BACKLOG).0;
        let teller = events.clone();
        let shelf = Arc::new(Shelf::open(
            &library,
            &parts.models_dir,
            parts.local,
            parts.remote,
            parts.secrets,
            Arc::new(move |id, state| {
                let _ = teller.send(StudioEvent::Model {
                    model_id: id.to_owned(),
                    state,
                });
            }),
        )?);
        Ok(Arc::new(Self {
            library,
            shelf,
            entropy: parts.entropy,
            live: Mutex::default(),
            fonts: OnceLock::new(),
            grammar: OnceLock::new(),
            replays: Replays::default(),
            archiving: crate::archive::Archiving::default(),
            upkeep: Upkeep::default(),
            attending: Attending::default(),
            downloads: crate::depot::download::Downloads::default(),
            download_turns: crate::depot::download::turns(),
            ahead: crate::ahead::Guesses::default(),
            spending: Mutex::default(),
            events,
            local_turns: Arc::new(Semaphore::new(1)),
            remote_turns: Arc::new(Semaphore::new(REMOTE_AT_ONCE)),
        }))
    }

    /// Leaves the library as one file that can be copied. For a program that ends without closing
    /// the studio; all that was acknowledged is on the disk without it.
    ///
    /// # Errors
    /// What the library says.
    pub fn rest(&self) -> Result<(), StudioError> {
        Ok(self.library.fold()?)
    }

    /// Listens to the studio's events.
    pub fn subscribe(&self) -> broadcast::Receiver<StudioEvent> {
        self.events.subscribe()
    }

    pub(crate) fn tell(&self, event: StudioEvent) {
        // Without a listener there is nobody to tell.
        let _ = self.events.send(event);
    }

    pub(crate) fn changed(&self, kinds: &[&str]) {
        self.tell(StudioEvent::Changed {
            kinds: kinds.iter().map(|k| (*k).to_owned()).collect(),
        });
    }

    /// Who wants to call the model waits here first.
    pub(crate) fn turns(&self, chosen: &Chosen) -> Arc<Semaphore> {
        if chosen.host.is_some() {
            self.remote_turns.clone()
        } else {
            self.local_turns()
        }
    }

    /// Whose turn it is to use the cores.
    pub(crate) fn local_turns(&self) -> Arc<Semaphore> {
        self.local_turns.clone()
    }

    /// Runs blocking work (the library, files) off the async threads.
    pub(crate) async fn blocking<T: Send + 'static>(
        self: &Arc<Self>,
        work: impl FnOnce(&Self) -> Result<T, StudioError> + Send + 'static,
    ) -> Result<T, StudioError> {
        let studio = self.clone();
        tokio::task::spawn_blocking(move || work(&studio))
            .await
            .map_err(|e| StudioError::Internal(e.to_string()))?
    }

    pub(crate) fn setting<T: serde::de::DeserializeOwned>(
        &self,
        key: &str,
    ) -> Result<Option<T>, StudioError> {
        // A setting that an older or newer program wrote differently counts as not set.
        Ok(self
            .library
            .setting(key)?
            .and_then(|v| serde_json::from_value(v).ok()))
    }

    pub(crate) async fn keep<T: serde::Serialize>(
        self: &Arc<Self>,
        key: &'static str,
        value: T,
    ) -> Result<(), StudioError> {
        let value =
            serde_json::to_value(value).map_err(|e| StudioError::Internal(e.to_string()))?;
        self.blocking(move |s| Ok(s.library.set_setting(key, &value)?))
            .await?;
        self.changed(&["settings"]);
        Ok(())
    }

    /// See [`crate::commands`].
    pub async fn app_state(self: &Arc<Self>, _: Nothing) -> Result<AppState, StudioError> {
        self.attend_to_meaning();
        self.attend_to_folders();
        self.blocking(|s| {
            Ok(AppState {
                version: env!("CARGO_PKG_VERSION").into(),
                language: s.setting("language")?,
                theme: s.setting::<Theme>("theme")?.unwrap_or_default(),
                library_path: s.library.path().to_string_lossy().into_owned(),
                projects: s.projects()?,
                models: s.shelf.list(),
                last_open: s.setting::<LastOpen>("last_open")?,
            })
        })
        .await
    }

    /// See [`crate::commands`].
    pub async fn set_language(self: &Arc<Self>, input: SetLanguage) -> Result<(), StudioError> {
        self.keep("language", input.language).await
    }

    /// See [`crate::commands`].
    pub async fn set_theme(self: &Arc<Self>, input: SetTheme) -> Result<(), StudioError> {
        self.keep("theme", input.theme).await
    }

    /// See [`crate::commands`].
    pub async fn set_last_open(self: &Arc<Self>, input: SetLastOpen) -> Result<(), StudioError> {
        let value = serde_json::to_value(input.last_open)
            .map_err(|e| StudioError::Internal(e.to_string()))?;
        // No event: nothing that is shown depends on it.
        self.blocking(move |s| Ok(s.library.set_setting("last_open", &value)?))
            .await
    }
}
