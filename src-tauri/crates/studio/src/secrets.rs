//! Where API keys are kept: never in the library, never in a log, never in the page.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use inkstone_generation::Secret;
use serde::{Deserialize, Serialize};
use thiserror::Error;
use ts_rs::TS;

/// A place where a key can be kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum KeyPlace {
    /// In memory, until the program ends.
    Session,
    /// In the system's keychain.
    Keychain,
    /// In a file that a passphrase opens.
    File,
}

/// How the system's keychain is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum KeychainState {
    /// It answers.
    Ready,
    /// The system has none that could be reached.
    Absent,
    /// The person does not want it to be asked.
    Off,
}

/// How the file of keys is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum KeyFileState {
    /// Nowhere to put one.
    Nowhere,
    /// There is none yet.
    None,
    /// It is there, and its passphrase is not known yet.
    Locked,
    /// It is open.
    Open,
}

/// Why a key could not be kept, found or given up. No key and no passphrase is ever part of it.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum KeyError {
    /// The system has no keychain.
    #[error("no keychain: {0}")]
    NoKeychain(String),
    /// The keychain did not take a key, or did not give it back; most often it is locked.
    #[error("the keychain refused: {0}")]
    KeychainRefused(String),
    /// The keychain has been waiting for the person for too long.
    #[error("the keychain does not answer")]
    KeychainSilent,
    /// A key that was in the keychain is there no more, or the keychain is locked.
    #[error("the keychain has no key of this model")]
    GoneFromKeychain,
    /// The file wants its passphrase first.
    #[error("the file of keys is locked")]
    FileLocked,
    /// There is no file of keys yet, so it needs a passphrase.
    #[error("there is no file of keys")]
    NoFile,
    /// The passphrase opens nothing.
    #[error("the passphrase does not open the file of keys")]
    WrongPassphrase,
    /// A passphrase has to have some length.
    #[error("a passphrase of fewer than {least} characters")]
    ShortPassphrase {
        /// The fewest characters.
        least: usize,
    },
    /// The file is not as it was written.
    #[error("the file of keys is damaged: {0}")]
    FileDamaged(&'static str),
    /// A newer program wrote the file.
    #[error("the file of keys has form {0}, which this program does not know")]
    FileNewer(u8),
    /// The file can't be read or written.
    #[error("{path}: {detail}")]
    File {
        /// The path.
        path: String,
        /// What the system said.
        detail: String,
    },
}

/// Keeps a key per model id. Calls may block, some of them until a person has answered their
/// system; only [`Secrets::place`] and [`Secrets::file`] answer at once.
pub trait Secrets: Send + Sync {
    /// Where the key of a model is, if it has one. Asks nobody.
    fn place(&self, model_id: &str) -> Option<KeyPlace>;

    /// The key of a model, if it has one.
    ///
    /// # Errors
    /// Where it is known to be somewhere and can't be had.
    fn get(&self, model_id: &str) -> Result<Option<Secret>, KeyError>;

    /// Keeps a key in one place and takes it away from the others.
    ///
    /// # Errors
    /// What the place says. An older key of the model is then where it was.
    fn set(&self, model_id: &str, key: &Secret, place: KeyPlace) -> Result<(), KeyError>;

    /// Forgets the key of a model, wherever it is.
    ///
    /// # Errors
    /// What the place says.
    fn remove(&self, model_id: &str) -> Result<(), KeyError>;

    /// How the system's keychain is.
    fn keychain(&self) -> KeychainState {
        KeychainState::Absent
    }

    /// How the file of keys is.
    fn file(&self) -> KeyFileState {
        KeyFileState::Nowhere
    }

    /// Opens the file of keys.
    ///
    /// # Errors
    /// For a wrong passphrase, and for a file that is damaged, newer or not to be read.
    fn unlock(&self, _passphrase: &Secret) -> Result<(), KeyError> {
        Err(KeyError::NoFile)
    }

    /// Forgets the passphrase and what the file holds.
    fn lock(&self) {}

    /// Gives the open file a new passphrase, or makes an empty one that has it.
    ///
    /// # Errors
    /// While there is a file that is locked, and what the system says.
    fn seal(&self, _passphrase: &Secret) -> Result<(), KeyError> {
        Err(KeyError::NoFile)
    }

    /// Deletes the file with all keys in it, for who has lost its passphrase.
    ///
    /// # Errors
    /// What the system says.
    fn discard_file(&self) -> Result<(), KeyError> {
        Ok(())
    }
}

/// Keeps keys until the program ends.
#[derive(Debug, Default)]
pub struct SessionSecrets(Mutex<HashMap<String, Secret>>);

impl SessionSecrets {
    fn keys(&self) -> std::sync::MutexGuard<'_, HashMap<String, Secret>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Secrets for SessionSecrets {
    fn place(&self, model_id: &str) -> Option<KeyPlace> {
        let known = self.keys().contains_key(model_id);
        known.then_some(KeyPlace::Session)
    }

    fn get(&self, model_id: &str) -> Result<Option<Secret>, KeyError> {
        Ok(self.keys().get(model_id).cloned())
    }

    fn set(&self, model_id: &str, key: &Secret, place: KeyPlace) -> Result<(), KeyError> {
        match place {
            KeyPlace::Session => {
                self.keys().insert(model_id.to_owned(), key.clone());
                Ok(())
            }
            KeyPlace::Keychain => Err(KeyError::NoKeychain("none was given".to_owned())),
            KeyPlace::File => Err(KeyError::NoFile),
        }
    }

    fn remove(&self, model_id: &str) -> Result<(), KeyError> {
        self.keys().remove(model_id);
        Ok(())
    }
}
