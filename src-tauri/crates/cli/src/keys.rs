//! Keys of servers: for a run they come from the environment, else from where the person keeps
//! them.

use std::sync::Arc;

use inkstone_generation::Secret;
use inkstone_machine::KeptKeys;
use inkstone_studio::{KeyError, KeyFileState, KeyPlace, KeychainState, Secrets};

use crate::{arguments::KeyChoice, failure::Failure, words::Words};

/// The variable that is looked at when none is named.
pub const VARIABLE: &str = "INKSTONE_API_KEY";
/// The variable that holds the passphrase of the file of keys.
pub const PASSPHRASE: &str = "INKSTONE_PASSPHRASE";
/// The variable that holds a new one.
pub const NEW_PASSPHRASE: &str = "INKSTONE_NEW_PASSPHRASE";

/// The keys of a run.
pub struct Keys {
    given: Option<Secret>,
    kept: KeptKeys,
}

impl Keys {
    /// None is given.
    pub fn none() -> Arc<Self> {
        Arc::new(Self {
            given: None,
            kept: KeptKeys::of_person(),
        })
    }

    /// Takes the key that the named variable holds, or else INKSTONE_API_KEY, if that is set.
    pub fn find(choice: &KeyChoice, words: Words) -> Result<Arc<Self>, Failure> {
        let named = choice.key_env.as_deref();
        let given = variable(named.unwrap_or(VARIABLE));
        if let (Some(name), None) = (named, &given) {
            return Err(words.no_key_in(name));
        }
        Ok(Arc::new(Self {
            given,
            kept: KeptKeys::of_person(),
        }))
    }

    /// The key that was given, if one was.
    pub fn given(&self) -> Option<&Secret> {
        self.given.as_ref()
    }

    /// Does what needs the file of keys, and opens that with INKSTONE_PASSPHRASE if need be.
    fn opened<T>(&self, work: impl Fn(&KeptKeys) -> Result<T, KeyError>) -> Result<T, KeyError> {
        match (work(&self.kept), passphrase(PASSPHRASE)) {
            (Err(KeyError::FileLocked), Some(passphrase)) => {
                self.kept.unlock(&passphrase)?;
                work(&self.kept)
            }
            (done, _) => done,
        }
    }
}

/// What a variable holds, without the line end that `export X=$(cat file)` leaves.
pub fn variable(name: &str) -> Option<Secret> {
    let value = std::env::var(name).ok()?;
    Some(value.trim())
        .filter(|value| !value.is_empty())
        .map(Secret::new)
}

/// A passphrase as it stands: spaces at its ends belong to it.
pub fn passphrase(name: &str) -> Option<Secret> {
    let value = std::env::var(name).ok()?;
    Some(value)
        .filter(|value| !value.is_empty())
        .map(Secret::new)
}

impl Secrets for Keys {
    fn place(&self, model_id: &str) -> Option<KeyPlace> {
        match &self.given {
            Some(_) => Some(KeyPlace::Session),
            None => self.kept.place(model_id),
        }
    }

    fn get(&self, model_id: &str) -> Result<Option<Secret>, KeyError> {
        match &self.given {
            Some(given) => Ok(Some(given.clone())),
            None => self.opened(|kept| kept.get(model_id)),
        }
    }

    fn set(&self, model_id: &str, key: &Secret, place: KeyPlace) -> Result<(), KeyError> {
        self.opened(|kept| kept.set(model_id, key, place))
    }

    fn remove(&self, model_id: &str) -> Result<(), KeyError> {
        self.kept.remove(model_id)
    }

    fn keychain(&self) -> KeychainState {
        self.kept.keychain()
    }

    fn file(&self) -> KeyFileState {
        self.kept.file()
    }

    fn unlock(&self, passphrase: &Secret) -> Result<(), KeyError> {
        self.kept.unlock(passphrase)
    }

    fn lock(&self) {
        self.kept.lock();
    }

    fn seal(&self, passphrase: &Secret) -> Result<(), KeyError> {
        self.opened(|kept| kept.seal(passphrase))
    }

    fn discard_file(&self) -> Result<(), KeyError> {
        self.kept.discard_file()
    }
}
