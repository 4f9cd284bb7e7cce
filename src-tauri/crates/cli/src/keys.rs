//! Keys of servers: for a run they come from the environment.

use std::sync::Arc;

use inkstone_generation::Secret;
use inkstone_studio::{Secrets, SessionSecrets};

use crate::{arguments::KeyChoice, failure::Failure, words::Words};

/// The variable that is looked at when none is named.
pub const VARIABLE: &str = "INKSTONE_API_KEY";

/// A key from the environment, before what else is known.
pub struct Keys {
    given: Option<Secret>,
    kept: SessionSecrets,
}

impl Keys {
    /// No key is needed.
    pub fn none() -> Arc<Self> {
        Arc::new(Self {
            given: None,
            kept: SessionSecrets::default(),
        })
    }

    /// Takes the key that the named variable holds, or else INKSTONE_API_KEY, if that is set.
    pub fn find(choice: &KeyChoice, words: Words) -> Result<Arc<Self>, Failure> {
        let named = choice.key_env.as_deref();
        let given = std::env::var(named.unwrap_or(VARIABLE)).ok();
        let given = given
            .map(|key| key.trim().to_owned())
            .filter(|key| !key.is_empty());
        if let (Some(name), None) = (named, &given) {
            return Err(words.no_key_in(name));
        }
        let given = given.map(Secret::new);
        Ok(Arc::new(Self {
            given,
            kept: SessionSecrets::default(),
        }))
    }

    /// The key that was given, if one was.
    pub fn given(&self) -> Option<&Secret> {
        self.given.as_ref()
    }
}

impl Secrets for Keys {
    fn get(&self, model_id: &str) -> Option<Secret> {
        self.given.clone().or_else(|| self.kept.get(model_id))
    }

    fn set(&self, model_id: &str, key: &str) {
        self.kept.set(model_id, key);
    }
}
