//! A folder that stands for a person's home.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tempfile::TempDir;

use super::E2eError;

/// A home folder that is removed with its last clone. Give a clone to each [`super::App`] that is
/// to find what the one before has left.
#[derive(Clone, Debug)]
pub struct Home {
    folder: Arc<TempDir>,
}

impl Home {
    /// An empty home.
    pub fn new() -> Result<Home, E2eError> {
        // A short name: paths of sockets in it may have 107 bytes.
        let folder = tempfile::Builder::new().prefix("ink-").tempdir()?;
        let home = Home {
            folder: Arc::new(folder),
        };
        for (_, path) in home.variables() {
            fs::create_dir_all(path)?;
        }
        // Programs refuse a runtime folder that others can read.
        fs::set_permissions(home.path().join("run"), fs::Permissions::from_mode(0o700))?;
        Ok(home)
    }

    /// The home folder itself.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// `$XDG_DATA_HOME`.
    pub fn data(&self) -> PathBuf {
        self.path().join("data")
    }

    /// `$XDG_CONFIG_HOME`.
    pub fn config(&self) -> PathBuf {
        self.path().join("config")
    }

    /// The variables that make a program live here, for starting `ink` beside the window.
    pub fn variables(&self) -> Vec<(&'static str, PathBuf)> {
        vec![
            ("HOME", self.path().to_path_buf()),
            ("XDG_DATA_HOME", self.data()),
            ("XDG_CONFIG_HOME", self.config()),
            ("XDG_CACHE_HOME", self.path().join("cache")),
            ("XDG_STATE_HOME", self.path().join("state")),
            ("XDG_RUNTIME_DIR", self.path().join("run")),
        ]
    }
}
