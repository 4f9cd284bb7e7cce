//! What is done for a library that is open, by itself: a backup a day.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use inkstone_library::{BackupReason, Library, backups};

use crate::{Studio, StudioError, dto::ErrorDto};

/// Opening comes first.
const FIRST_LOOK: Duration = Duration::from_secs(30);
const NEXT_LOOK: Duration = Duration::from_secs(30 * 60);

/// A backup is due when the last one is older, in ms: once a working day, whenever that begins.
const DUE: i64 = 20 * 3_600_000;

/// The pause after each step of a backup, so that a slow disk has time for what is typed.
pub(super) const PAUSE: Duration = Duration::from_millis(2);

/// Looks after a studio's library for as long as there is one.
pub(super) fn begin(studio: &Arc<Studio>, trouble: &Arc<Mutex<Option<ErrorDto>>>) {
    let (studio, trouble) = (Arc::downgrade(studio), trouble.clone());
    tokio::spawn(async move {
        let mut pause = FIRST_LOOK;
        loop {
            tokio::time::sleep(pause).await;
            pause = NEXT_LOOK;
            if !look(&studio, &trouble).await {
                return;
            }
        }
    });
}

/// False when the studio has gone.
async fn look(studio: &Weak<Studio>, trouble: &Arc<Mutex<Option<ErrorDto>>>) -> bool {
    let Some(studio) = studio.upgrade() else {
        return false;
    };
    let library = studio.library.clone();
    let made = super::off_thread(move || if_due(&library)).await;
    let mut trouble = trouble.lock().unwrap_or_else(PoisonError::into_inner);
    match made {
        Ok(false) => return true,
        Ok(true) => *trouble = None,
        Err(error) => {
            tracing::warn!(%error, "no backup was made");
            *trouble = Some(error.to_dto());
        }
    }
    drop(trouble);
    studio.changed(&["library"]);
    true
}

/// Makes a backup if the last one is too old. Says whether it did. Blocks.
pub(super) fn if_due(library: &Library) -> Result<bool, StudioError> {
    let folder = library.backup_folder();
    if !is_due(library, &folder)? {
        return Ok(false);
    }
    crate::own_files::keep_own_files(library);
    library.back_up(&folder, BackupReason::Daily, &mut |_| {
        std::thread::sleep(PAUSE);
    })?;
    Ok(true)
}

fn is_due(library: &Library, folder: &Path) -> Result<bool, StudioError> {
    // Nothing written yet is nothing to keep.
    if library.projects()?.is_empty() && library.deleted_projects()?.is_empty() {
        return Ok(false);
    }
    let now = library.now_ms();
    let fresh = backups(library.path(), folder)?.into_iter().any(|backup| {
        let whole_day = [BackupReason::Daily, BackupReason::ByHand].contains(&backup.reason);
        // One from the future is of a wrong clock, and no reason to make none.
        whole_day && backup.sound && (0..DUE).contains(&(now - backup.made_at))
    });
    Ok(!fresh)
}
