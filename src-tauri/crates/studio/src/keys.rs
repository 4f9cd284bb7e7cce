//! Keys of servers as commands: where they are kept, and how that is changed. No command gives a
//! key or a passphrase back.

use std::sync::Arc;

use inkstone_generation::Secret;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{
    KeyError, KeyFileState, KeyPlace, KeychainState, Studio, StudioError, dto::*, inputs::Nothing,
    projects::bounded,
};

/// The longest key or passphrase, in characters.
const LONGEST_KEY: usize = 4096;

/// A key for a server on the shelf, and where it is to be kept. An empty key forgets the one that
/// there is.
#[derive(Clone, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct SetKey {
    /// The model.
    pub model_id: String,
    /// Its server's key.
    pub api_key: String,
    /// The place.
    pub place: KeyPlace,
}

/// Moves the key of a model.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct MoveKey {
    /// The model.
    pub model_id: String,
    /// Where to.
    pub place: KeyPlace,
}

/// A passphrase of the file of keys.
#[derive(Clone, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct Passphrase {
    /// As it was typed.
    pub passphrase: String,
}

/// The places where keys can be kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct KeyPlacesDto {
    /// The system's keychain.
    pub keychain: KeychainState,
    /// The file that a passphrase opens.
    pub file: KeyFileState,
}

impl std::fmt::Debug for SetKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self {
            model_id, place, ..
        } = self;
        write!(f, "SetKey({model_id}, {place:?})")
    }
}

impl std::fmt::Debug for Passphrase {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Passphrase(..)")
    }
}

impl Studio {
    /// See [`crate::commands`].
    pub async fn set_key(self: &Arc<Self>, i: SetKey) -> Result<ModelDto, StudioError> {
        let key = bounded("api_key", &i.api_key, LONGEST_KEY)?;
        let model = self
            .blocking(move |s| s.shelf.set_key(&i.model_id, &key, i.place))
            .await?;
        self.changed(&["models"]);
        Ok(model)
    }

    /// See [`crate::commands`].
    pub async fn move_key(self: &Arc<Self>, i: MoveKey) -> Result<ModelDto, StudioError> {
        let model = self
            .blocking(move |s| s.shelf.move_key(&i.model_id, i.place))
            .await?;
        self.changed(&["models"]);
        Ok(model)
    }

    /// See [`crate::commands`].
    pub async fn key_places(self: &Arc<Self>, _: Nothing) -> Result<KeyPlacesDto, StudioError> {
        self.blocking(|s| Ok(s.key_places_now())).await
    }

    fn key_places_now(&self) -> KeyPlacesDto {
        let secrets = self.shelf.secrets();
        KeyPlacesDto {
            keychain: secrets.keychain(),
            file: secrets.file(),
        }
    }

    /// See [`crate::commands`].
    pub async fn unlock_keys(self: &Arc<Self>, i: Passphrase) -> Result<KeyPlacesDto, StudioError> {
        let passphrase = passphrase(&i)?;
        self.with_file(move |s| s.shelf.secrets().unlock(&passphrase))
            .await
    }

    /// See [`crate::commands`].
    pub async fn lock_keys(self: &Arc<Self>, _: Nothing) -> Result<KeyPlacesDto, StudioError> {
        self.with_file(|s| {
            s.shelf.secrets().lock();
            Ok(())
        })
        .await
    }

    /// See [`crate::commands`].
    pub async fn seal_keys(self: &Arc<Self>, i: Passphrase) -> Result<KeyPlacesDto, StudioError> {
        let passphrase = passphrase(&i)?;
        self.with_file(move |s| s.shelf.secrets().seal(&passphrase))
            .await
    }

    /// See [`crate::commands`].
    pub async fn discard_key_file(
        self: &Arc<Self>,
        _: Nothing,
    ) -> Result<KeyPlacesDto, StudioError> {
        self.with_file(|s| s.shelf.secrets().discard_file()).await
    }

    /// Does something with the file of keys. Models that are loaded hold their key, so they are
    /// loaded anew.
    async fn with_file(
        self: &Arc<Self>,
        work: impl FnOnce(&Self) -> Result<(), KeyError> + Send + 'static,
    ) -> Result<KeyPlacesDto, StudioError> {
        let places = self
            .blocking(move |s| {
                let done = work(s);
                s.shelf.forget_servers();
                done?;
                Ok(s.key_places_now())
            })
            .await;
        self.changed(&["models"]);
        places
    }
}

fn passphrase(input: &Passphrase) -> Result<Secret, StudioError> {
    // Spaces at its ends belong to a passphrase.
    if input.passphrase.chars().count() > LONGEST_KEY {
        return Err(StudioError::TooLong {
            field: "passphrase".to_owned(),
            limit: LONGEST_KEY,
        });
    }
    Ok(Secret::new(input.passphrase.as_str()))
}
