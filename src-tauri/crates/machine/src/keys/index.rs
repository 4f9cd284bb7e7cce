//! `keys.json`: where the key of a model is. It holds no key.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use inkstone_studio::{KeyError, KeyPlace};
use serde::{Deserialize, Serialize};

use super::put;

const FILE: &str = "keys.json";

/// Where the keys are.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Index {
    places: BTreeMap<String, KeyPlace>,
    /// What is still in the file and should not be.
    forget: BTreeSet<String>,
}

impl Index {
    /// One that can't be read counts as empty: the person types a key again then.
    pub fn read(folder: &Path) -> Self {
        let text = fs::read(folder.join(FILE)).unwrap_or_default();
        serde_json::from_slice(&text).unwrap_or_default()
    }

    pub fn write(&self, folder: &Path) -> Result<(), KeyError> {
        let text = serde_json::to_vec_pretty(self)
            .map_err(|_| KeyError::FileDamaged("the places of keys can't be written"))?;
        put(&folder.join(FILE), &text)
    }

    pub fn place(&self, id: &str) -> Option<KeyPlace> {
        self.places.get(id).copied()
    }

    /// A key is now here, or nowhere; `forget` says that the locked file still has one.
    pub fn put(&mut self, id: &str, place: Option<KeyPlace>, forget: bool) {
        match place.filter(|place| *place != KeyPlace::Session) {
            Some(place) => drop(self.places.insert(id.to_owned(), place)),
            None => drop(self.places.remove(id)),
        }
        if forget {
            self.forget.insert(id.to_owned());
        } else if place == Some(KeyPlace::File) {
            self.forget.remove(id);
        }
    }

    pub fn forgotten(&self) -> impl Iterator<Item = &str> {
        self.forget.iter().map(String::as_str)
    }

    /// The file was opened and holds the keys of these models.
    pub fn opened(&mut self, there: &[&str]) {
        self.forget.clear();
        self.places
            .retain(|id, place| *place != KeyPlace::File || there.contains(&id.as_str()));
        for id in there {
            self.places
                .entry((*id).to_owned())
                .or_insert(KeyPlace::File);
        }
    }

    /// The file is there no more.
    pub fn file_gone(&mut self) {
        self.forget.clear();
        self.places.retain(|_, place| *place != KeyPlace::File);
    }
}
