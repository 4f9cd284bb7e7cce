//! Where API keys are kept: never in the library, never in a log.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use inkstone_generation::Secret;

/// Keeps a key per model id. Calls may block for a moment.
pub trait Secrets: Send + Sync {
    /// The key of a model, if there is one.
    fn get(&self, model_id: &str) -> Option<Secret>;
    /// Keeps a key; an empty one clears it.
    fn set(&self, model_id: &str, key: &str);
}

/// Keeps keys until the program ends.
#[derive(Debug, Default)]
pub struct SessionSecrets(Mutex<HashMap<String, Secret>>);

impl Secrets for SessionSecrets {
    fn get(&self, model_id: &str) -> Option<Secret> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get(model_id)
            .cloned()
    }

    fn set(&self, model_id: &str, key: &str) {
        let mut keys = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if key.trim().is_empty() {
            keys.remove(model_id);
        } else {
            keys.insert(model_id.to_owned(), Secret::new(key.trim()));
        }
    }
}
