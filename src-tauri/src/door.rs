//! The door between the window and the studio: opened at the first chance, and tried again with
//! each call as long as it stays shut.

use std::sync::Arc;

use inkstone_studio::{Studio, StudioError, dto::ErrorDto};
use tokio::sync::Mutex;

/// Opens the studio. Blocks.
pub type Open = dyn Fn() -> Result<Arc<Studio>, StudioError> + Send + Sync;

/// Greets a studio that has just been opened.
type Welcome = dyn Fn(&Arc<Studio>) + Send + Sync;

/// The studio, once it is open.
pub struct Door {
    open: Arc<Open>,
    welcome: Box<Welcome>,
    studio: Mutex<Option<Arc<Studio>>>,
}

impl Door {
    /// A shut door. `welcome` is called once, before the first caller gets the studio.
    pub fn new(
        open: impl Fn() -> Result<Arc<Studio>, StudioError> + Send + Sync + 'static,
        welcome: impl Fn(&Arc<Studio>) + Send + Sync + 'static,
    ) -> Self {
        Self {
            open: Arc::new(open),
            welcome: Box::new(welcome),
            studio: Mutex::default(),
        }
    }

    /// The studio; opens it if it is not open yet.
    ///
    /// # Errors
    /// Why it cannot be opened. The next call tries again.
    pub async fn studio(&self) -> Result<Arc<Studio>, ErrorDto> {
        // Held while opening, so that no second opening runs into the first one's lock.
        let mut place = self.studio.lock().await;
        if let Some(studio) = &*place {
            return Ok(studio.clone());
        }
        let open = self.open.clone();
        let studio = tokio::task::spawn_blocking(move || open())
            .await
            .unwrap_or_else(|panic| Err(StudioError::Internal(panic.to_string())))
            .map_err(|error| {
                tracing::warn!(%error, "the library stays shut");
                error.to_dto()
            })?;
        (self.welcome)(&studio);
        *place = Some(studio.clone());
        Ok(studio)
    }

    /// The program ends: the library is left as one whole file.
    pub fn close(&self) {
        // Not free while it opens, and then there is nothing to fold.
        if let Ok(place) = self.studio.try_lock()
            && let Some(studio) = &*place
            && let Err(error) = studio.rest()
        {
            tracing::warn!(%error, "the library stays in two files");
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use inkstone_studio::{Parts, Program, SessionSecrets};

    use super::*;

    fn studio(folder: &std::path::Path) -> Result<Arc<Studio>, StudioError> {
        Studio::open(Parts {
            library_path: folder.join("library.inkstone"),
            program: Program::Window,
            models_dir: folder.join("models"),
            clock: Arc::new(inkstone_machine::SystemClock),
            local: Arc::new(inkstone_candle::Candle::new()),
            remote: Arc::new(inkstone_openai::OpenAi::new()),
            secrets: Arc::new(SessionSecrets::default()),
            entropy: inkstone_machine::seeds(),
        })
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_shut_library_is_tried_again_and_opened_once() {
        let folder = tempfile::tempdir().unwrap();
        let first = studio(folder.path()).unwrap();
        let welcomes = Arc::new(AtomicUsize::new(0));
        let (counted, path) = (welcomes.clone(), folder.path().to_owned());
        let door = Arc::new(Door::new(
            move || studio(&path),
            move |_| {
                counted.fetch_add(1, Ordering::SeqCst);
            },
        ));
        let error = door.studio().await.err().unwrap();
        assert_eq!(error.code, "in_use_window");
        assert_eq!(welcomes.load(Ordering::SeqCst), 0);

        drop(first);
        let (a, b) = tokio::join!(door.studio(), door.studio());
        assert!(Arc::ptr_eq(&a.unwrap(), &b.unwrap()));
        assert_eq!(welcomes.load(Ordering::SeqCst), 1);
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_fault_while_opening_is_an_answer() {
        let door = Door::new(|| panic!("a fault of ours"), |_| {});
        for _ in 0..2 {
            assert_eq!(door.studio().await.err().unwrap().code, "internal");
        }
    }
}
