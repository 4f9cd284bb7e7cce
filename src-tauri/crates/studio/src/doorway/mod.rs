//! The door between a window and the studio, and what can be done about a library before it opens
//! and around it: reading it where it can't be written, its backups, another one in its place.

mod backups;
pub mod dto;
mod first;
mod memory;
mod tending;

#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex as Plain, PoisonError};
use std::time::Duration;

use inkstone_library as lib;
use serde_json::Value;
use tokio::sync::Mutex;

use crate::{Parts, Studio, StudioError, commands, dto::ErrorDto, inputs::Nothing, projects::time};
use dto::*;

pub use first::FirstAnswer;
pub use memory::Libraries;

/// Makes the parts of a studio on a library.
type Build = dyn Fn(&Path) -> Parts + Send + Sync;

/// Greets a studio that has just been opened.
type Welcome = dyn Fn(&Arc<Studio>) + Send + Sync;

/// How long a studio may take to let go of its library.
const FAREWELL: Duration = Duration::from_secs(10);

/// A door to one library at a time. The library opens with the first call, and is tried again with
/// each call as long as it stays shut.
pub struct Doorway {
    build: Box<Build>,
    welcome: Box<Welcome>,
    /// Where the choice of a library is remembered, if it is.
    memory: Option<PathBuf>,
    /// Held while opening and changing, so that no second opening runs into the first one's lock.
    place: Mutex<Place>,
    /// Why the last daily backup could not be made.
    backup_error: Arc<Plain<Option<ErrorDto>>>,
}

struct Place {
    path: PathBuf,
    studio: Option<Arc<Studio>>,
    /// Asked for by a person who could not open it otherwise.
    reading: bool,
    /// Why it is shut, or only read.
    error: Option<ErrorDto>,
}

impl Doorway {
    /// A shut door. `welcome` is called for each studio that opens, before the first caller gets it.
    pub fn new(
        library: PathBuf,
        memory: Option<PathBuf>,
        build: impl Fn(&Path) -> Parts + Send + Sync + 'static,
        welcome: impl Fn(&Arc<Studio>) + Send + Sync + 'static,
    ) -> Arc<Self> {
        Arc::new(Self {
            build: Box::new(build),
            welcome: Box::new(welcome),
            memory,
            place: Mutex::new(Place {
                path: library,
                studio: None,
                reading: false,
                error: None,
            }),
            backup_error: Arc::default(),
        })
    }

    /// Runs a command of the door or of the studio by its name; see [`commands`].
    ///
    /// # Errors
    /// Why the library stays shut, or what the command says.
    pub async fn call(self: &Arc<Self>, name: &str, input: Value) -> Result<Value, ErrorDto> {
        if commands::door::NAMES.contains(&name) {
            return commands::door::call(self, name, input).await;
        }
        let studio = self.studio().await?;
        commands::call(&studio, name, input).await
    }

    /// The studio; opens it if it is not open yet.
    ///
    /// # Errors
    /// Why it cannot be opened. The next call tries again.
    pub async fn studio(&self) -> Result<Arc<Studio>, ErrorDto> {
        let mut place = self.place.lock().await;
        self.enter(&mut place).await.map_err(|e| e.to_dto())
    }

    async fn enter(&self, place: &mut Place) -> Result<Arc<Studio>, StudioError> {
        if let Some(studio) = &place.studio {
            return Ok(studio.clone());
        }
        let parts = (self.build)(&place.path);
        let reading = place.reading;
        let opened = off_thread(move || {
            if reading {
                Studio::open_reading(parts)
            } else {
                Studio::open(parts)
            }
        });
        match opened.await {
            Ok(studio) => {
                if !reading {
                    place.error = None;
                    tending::begin(&studio, &self.backup_error);
                }
                (self.welcome)(&studio);
                place.studio = Some(studio.clone());
                Ok(studio)
            }
            Err(error) => {
                tracing::warn!(%error, "the library stays shut");
                // Why it could not be written is worth more than why it can't be read either.
                if !reading || place.error.is_none() {
                    place.error = Some(error.to_dto());
                }
                Err(error)
            }
        }
    }

    /// Where the library lies, and the time, without opening it.
    pub(crate) async fn around_shut(&self) -> (PathBuf, Arc<dyn crate::Clock>) {
        let path = self.place.lock().await.path.clone();
        let clock = (self.build)(&path).clock;
        (path, clock)
    }

    /// Closes the studio, so that others can have its file.
    async fn leave(&self, place: &mut Place) -> Result<(), StudioError> {
        let Some(studio) = place.studio.take() else {
            return Ok(());
        };
        studio.rest_downloads();
        if studio.is_writing() {
            place.studio = Some(studio);
            return Err(StudioError::StillWriting);
        }
        let rested = studio.clone();
        // What can't be folded stays in two files, and is as safe there.
        if let Err(error) = off_thread(move || rested.rest()).await {
            tracing::warn!(%error, "the library stays in two files");
        }
        let held = studio.library.held();
        let again = Arc::downgrade(&studio);
        drop(studio);
        let gone = async {
            while held.strong_count() > 0 {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        if tokio::time::timeout(FAREWELL, gone).await.is_err() {
            place.studio = again.upgrade();
            return Err(StudioError::StillWriting);
        }
        Ok(())
    }

    /// Opens the library at `path` in place of the present one; if it stays shut, the present one
    /// is opened again.
    async fn change(&self, place: &mut Place, path: PathBuf) -> Result<(), StudioError> {
        self.leave(place).await?;
        let before = std::mem::replace(&mut place.path, path);
        let (reading, error) = (place.reading, place.error.take());
        place.reading = false;
        if let Err(reason) = self.enter(place).await {
            place.path = before;
            place.reading = reading;
            place.error = error;
            // What opened before opens again; if not, the next call says why.
            let _ = self.enter(place).await;
            return Err(reason);
        }
        self.remember(&place.path, &before);
        Ok(())
    }

    fn remember(&self, now: &Path, before: &Path) {
        let Some(file) = &self.memory else { return };
        let mut known = Libraries::recall(file);
        known.choose(before);
        known.choose(now);
        if let Err(error) = known.keep(file) {
            tracing::warn!(%error, "the choice of a library is not remembered");
        }
    }

    /// The program ends: the library is left as one whole file.
    pub fn close(&self) {
        // Not free while it opens, and then there is nothing to fold.
        if let Ok(place) = self.place.try_lock()
            && let Some(studio) = &place.studio
            && let Err(error) = studio.rest()
        {
            tracing::warn!(%error, "the library stays in two files");
        }
    }

    /// See [`commands::door`].
    pub async fn library_status(&self, _: Nothing) -> Result<LibraryStatus, StudioError> {
        let mut place = self.place.lock().await;
        let opened = self.enter(&mut place).await.ok();
        let (path, reading, error) = (place.path.clone(), place.reading, place.error.clone());
        drop(place);
        let state = match (&opened, reading) {
            (None, _) => LibraryState::Shut,
            (Some(_), true) => LibraryState::Reading,
            (Some(_), false) => LibraryState::Open,
        };
        let memory = self.memory.clone();
        let backup_error = self.backup_error.clone();
        off_thread(move || {
            let default = lib::backup_folder_of(&path);
            let folder = opened
                .as_ref()
                .map_or_else(|| default.clone(), |studio| studio.library.backup_folder());
            let size = |path: &Path| std::fs::metadata(path).ok().map(|file| file.len());
            let beside = path.parent().unwrap_or(&path);
            let backups = lib::backups(&path, &folder).unwrap_or_default();
            let recent = memory.map(|file| Libraries::recall(&file).recent);
            Ok(LibraryStatus {
                state,
                error,
                bytes: size(&path).map(bytes),
                free: lib::free_space(beside).ok().flatten().map(bytes),
                backup_folder: shown(&folder),
                backup_folder_chosen: folder != default,
                last_backup: backups.first().map(backups::backup_dto),
                backup_error: backup_error
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .clone(),
                recent: recent
                    .unwrap_or_default()
                    .iter()
                    .filter(|known| **known != path)
                    .map(|known| shown(known))
                    .collect(),
                path: shown(&path),
            })
        })
        .await
    }

    /// See [`commands::door`].
    pub async fn open_for_reading(&self, _: Nothing) -> Result<(), StudioError> {
        let mut place = self.place.lock().await;
        self.leave(&mut place).await?;
        place.reading = true;
        let opened = self.enter(&mut place).await;
        if opened.is_err() {
            place.reading = false;
        }
        opened.map(drop)
    }

    /// See [`commands::door`].
    pub async fn open_for_writing(&self, _: Nothing) -> Result<(), StudioError> {
        let mut place = self.place.lock().await;
        let path = place.path.clone();
        self.change(&mut place, path).await
    }

    /// See [`commands::door`].
    pub async fn choose_library(&self, input: PathInput) -> Result<(), StudioError> {
        let path = absolute(&input.path)?;
        if !path.is_file() {
            return Err(StudioError::File {
                path: input.path,
                detail: "no such file".to_owned(),
            });
        }
        let mut place = self.place.lock().await;
        self.change(&mut place, path).await
    }

    /// See [`commands::door`].
    pub async fn new_library(&self, input: PathInput) -> Result<(), StudioError> {
        let path = absolute(&input.path)?;
        not_taken(&path)?;
        let mut place = self.place.lock().await;
        self.change(&mut place, path).await
    }

    /// See [`commands::door`].
    pub async fn move_library(&self, input: PathInput) -> Result<(), StudioError> {
        let path = absolute(&input.path)?;
        not_taken(&path)?;
        let mut place = self.place.lock().await;
        let studio = self.enter(&mut place).await?;
        if studio.is_writing() {
            return Err(StudioError::StillWriting);
        }
        // Nothing is written meanwhile: whoever calls waits at this door.
        let target = path.clone();
        off_thread(move || Ok(studio.library.copy_to(&target, &mut |_| {})?)).await?;
        self.change(&mut place, path).await
    }

    /// See [`commands::door`].
    pub async fn check_library(&self, _: Nothing) -> Result<CheckedDto, StudioError> {
        let mut place = self.place.lock().await;
        let studio = self.enter(&mut place).await?;
        drop(place);
        off_thread(move || {
            let report = studio.library.verify()?;
            Ok(CheckedDto {
                texts: report.nodes_checked,
                problems: report.problems,
            })
        })
        .await
    }
}

/// Runs blocking work off the async threads.
pub(crate) async fn off_thread<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, StudioError> + Send + 'static,
) -> Result<T, StudioError> {
    tokio::task::spawn_blocking(work)
        .await
        .unwrap_or_else(|fault| Err(StudioError::Internal(fault.to_string())))
}

fn shown(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

fn bytes(count: u64) -> f64 {
    time(i64::try_from(count).unwrap_or(i64::MAX))
}

pub(crate) fn absolute(path: &str) -> Result<PathBuf, StudioError> {
    let unusable = |detail: &str| StudioError::Unwritable {
        path: path.to_owned(),
        detail: detail.to_owned(),
    };
    if path.trim().is_empty() {
        return Err(unusable("no path"));
    }
    std::path::absolute(path).map_err(|error| unusable(&error.to_string()))
}

/// Nothing is written over.
fn not_taken(path: &Path) -> Result<(), StudioError> {
    if path.exists() {
        return Err(StudioError::Taken { path: shown(path) });
    }
    Ok(())
}
