//! How fast models write on this machine, as it was measured.

use std::collections::BTreeMap;

use inkstone_library::{Library, LibraryError};
use serde::{Deserialize, Serialize};

use super::{Shelf, lock};
use crate::StudioError;

const SETTING: &str = "shelf_speeds";

/// What was measured, by the model's id.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct Speeds(BTreeMap<String, Speed>);

/// One measured run.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(crate) struct Speed {
    /// Tokens a second while it writes.
    pub tokens_per_second: f64,
    /// Bytes of the file, so that a file that was replaced is not taken for the same.
    pub bytes: u64,
}

impl Speeds {
    pub(super) fn recall(library: &Library) -> Result<Self, LibraryError> {
        let kept = library.setting(SETTING)?;
        Ok(kept
            .and_then(|kept| serde_json::from_value(kept).ok())
            .unwrap_or_default())
    }
}

impl Shelf {
    /// Keeps what was measured.
    pub(crate) fn keep_speed(
        &self,
        library: &Library,
        id: &str,
        speed: Speed,
    ) -> Result<(), StudioError> {
        let kept = {
            let mut speeds = lock(&self.speeds);
            speeds.0.insert(id.to_owned(), speed);
            serde_json::to_value(&*speeds).map_err(|e| StudioError::Internal(e.to_string()))?
        };
        Ok(library.set_setting(SETTING, &kept)?)
    }

    /// What was measured of a file.
    pub(crate) fn speed(&self, id: &str, bytes: u64) -> Option<f64> {
        let speeds = lock(&self.speeds);
        let speed = speeds.0.get(id).filter(|speed| speed.bytes == bytes)?;
        Some(speed.tokens_per_second)
    }

    /// The largest file that was measured, and how fast it wrote: its name, bytes, and tokens a
    /// second.
    pub(crate) fn best_known(&self) -> Option<(String, u64, f64)> {
        let speeds = lock(&self.speeds).clone();
        let entries = lock(&self.entries).clone();
        let measured = entries.iter().filter_map(|e| {
            let speed = speeds.0.get(&e.id)?;
            Some((e.name.clone(), speed.bytes, speed.tokens_per_second))
        });
        measured.max_by_key(|(_, bytes, _)| *bytes)
    }
}
