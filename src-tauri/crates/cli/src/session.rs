//! The studio, opened for one command.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use inkstone_generation::CancellationToken;
use inkstone_machine::{InstalledFonts, Places, SystemClock, ThisMachine, seeds};
use inkstone_studio::{Doorway, Parts, Program, Studio, StudioError};

use crate::{failure::Failure, keys::Keys};

/// What a command needs to open the studio, if it wants to.
pub struct Session {
    /// The library that was named; see [`Places`].
    pub library: Option<PathBuf>,
}

impl Session {
    /// Opens the studio. Commands that can do without do not call this: it would be refused while
    /// the window has the library open.
    pub async fn open(&self, keys: Arc<Keys>) -> Result<Arc<Studio>, Failure> {
        let parts = parts(&self.places()?.library, keys);
        let opened = tokio::task::spawn_blocking(move || Studio::open(parts)).await;
        let studio = opened.map_err(|fault| StudioError::Internal(fault.to_string()))??;
        studio.use_fonts(Arc::new(InstalledFonts::default()));
        studio.use_machine(Arc::new(ThisMachine::default()));
        Ok(studio)
    }

    /// Opens the studio to look around in it, also beside the window that writes.
    pub async fn open_reading(&self) -> Result<Arc<Studio>, Failure> {
        let parts = parts(&self.places()?.library, Keys::none());
        let opened = tokio::task::spawn_blocking(move || Studio::open_reading(parts)).await;
        Ok(opened.map_err(|fault| StudioError::Internal(fault.to_string()))??)
    }

    /// The door to the library as a file.
    pub fn door(&self) -> Result<Arc<Doorway>, Failure> {
        let Places {
            library, memory, ..
        } = self.places()?;
        let build = |library: &Path| parts(library, Keys::none());
        Ok(Doorway::new(library, memory, build, |_| {}))
    }

    /// Where the library lies, or would.
    pub fn library_path(&self) -> Result<PathBuf, Failure> {
        Ok(self.places()?.library)
    }

    fn places(&self) -> Result<Places, Failure> {
        let found = Places::find(self.library.as_deref());
        Ok(found.map_err(|error| StudioError::Internal(error.to_string()))?)
    }
}

fn parts(library: &Path, keys: Arc<Keys>) -> Parts {
    Parts {
        library_path: library.to_owned(),
        program: Program::CommandLine,
        models_dir: Places::models_beside(library),
        clock: Arc::new(SystemClock),
        local: Arc::new(inkstone_candle::Candle::new()),
        remote: Arc::new(inkstone_openai::OpenAi::new()),
        secrets: keys,
        entropy: seeds(),
    }
}

/// A token that Ctrl-C, or a polite order to end, fires. The second one ends the process.
pub fn stop_token() -> CancellationToken {
    let token = CancellationToken::new();
    let fired = token.clone();
    tokio::spawn(async move {
        asked_to_end().await;
        fired.cancel();
        asked_to_end().await;
        std::process::exit(130);
    });
    token
}

#[cfg(unix)]
async fn asked_to_end() {
    use tokio::signal::unix::{SignalKind, signal};
    let Ok(mut terminate) = signal(SignalKind::terminate()) else {
        return ctrl_c().await;
    };
    tokio::select! {
        () = ctrl_c() => {}
        _ = terminate.recv() => {}
    }
}

#[cfg(not(unix))]
async fn asked_to_end() {
    ctrl_c().await;
}

async fn ctrl_c() {
    if tokio::signal::ctrl_c().await.is_err() {
        // Nobody can ask us then.
        std::future::pending::<()>().await;
    }
}
