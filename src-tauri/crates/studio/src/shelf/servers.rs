//! Servers' models on the shelf, their keys and what is known of them.

use std::sync::Arc;

use inkstone_generation::{Api, Capabilities, RemoteModels, Secret};
use inkstone_library::{Library, Price};

use super::{Entry, Shelf, Source, lock, short_hash};
use crate::{
    StudioError,
    dto::ModelDto,
    secrets::{KeyPlace, Secrets},
    switch::providers,
};

impl Shelf {
    /// Puts a server's model on the shelf.
    pub fn add_server(
        &self,
        library: &Library,
        name: &str,
        base_url: &str,
        model: &str,
        (api, capabilities): (Api, Capabilities),
        key: &str,
    ) -> Result<ModelDto, StudioError> {
        let base_url = base_url.trim().trim_end_matches('/');
        let model = model.trim();
        if model.is_empty() {
            return Err(StudioError::Brief(inkstone_desks::BriefError::Missing {
                field: "model".into(),
            }));
        }
        let host = self.host(base_url)?;
        let id = format!(
            "server-{}",
            short_hash(format!("{base_url}\n{model}").as_bytes())
        );
        let name = if name.trim().is_empty() {
            model
        } else {
            name.trim()
        };
        if !key.is_empty() {
            self.secrets
                .set(&id, &Secret::new(key), KeyPlace::Session)?;
        }
        // Added once more, it costs what it cost.
        let price = self.entry(&id).ok().and_then(|entry| entry.price);
        let source = Source::Server {
            base_url: base_url.to_owned(),
            host,
            model: model.to_owned(),
            api,
        };
        let entry = Entry {
            price,
            capabilities,
            ..Entry::new(&id, name.to_owned(), source)
        };
        self.put(library, entry)
    }

    /// Gives a server's model another name, address or model; it stays the same for the projects that
    /// chose it. A key goes to no other host than the one it was given for.
    pub fn edit_server(
        &self,
        library: &Library,
        id: &str,
        (name, base_url, model): (&str, &str, &str),
        (api, capabilities): (Api, Option<Capabilities>),
        key: Option<&str>,
    ) -> Result<ModelDto, StudioError> {
        let mut entry = self.entry(id)?;
        let Source::Server { host: before, .. } = &entry.source else {
            return Err(StudioError::ModelNotChosen { id: id.to_owned() });
        };
        let (base_url, model) = (base_url.trim().trim_end_matches('/'), model.trim());
        if model.is_empty() {
            return Err(StudioError::Brief(inkstone_desks::BriefError::Missing {
                field: "model".into(),
            }));
        }
        let host = self.host(base_url)?;
        match key {
            Some("") => self.secrets.remove(id)?,
            Some(key) => {
                let place = self.secrets.place(id).unwrap_or(KeyPlace::Session);
                self.secrets.set(id, &Secret::new(key), place)?;
            }
            None if host != *before => self.secrets.remove(id)?,
            None => {}
        }
        entry.name = if name.trim().is_empty() {
            model
        } else {
            name.trim()
        }
        .to_owned();
        let source = Source::Server {
            base_url: base_url.to_owned(),
            host,
            model: model.to_owned(),
            api,
        };
        match capabilities {
            Some(found) => entry.capabilities = found,
            // What was known of another server is not known of this one.
            None if entry.source != source => entry.capabilities = Capabilities::default(),
            None => {}
        }
        entry.source = source;
        self.replace(library, entry)
    }

    /// The key of a server's model, for a host that it was given for.
    pub fn key_for(&self, id: &str, base_url: &str) -> Result<Option<Secret>, StudioError> {
        let Source::Server { host, .. } = self.entry(id)?.source else {
            return Ok(None);
        };
        let same = self.host(base_url)? == host;
        Ok(if same { self.secrets.get(id)? } else { None })
    }

    /// Keeps what was learnt of a server while it wrote.
    pub fn keep_learned(
        &self,
        library: &Library,
        id: &str,
        learned: &Capabilities,
    ) -> Result<(), StudioError> {
        let mut entry = self.entry(id)?;
        let known = entry.capabilities.updated(learned);
        if known != entry.capabilities {
            entry.capabilities = known;
            self.replace(library, entry)?;
        }
        Ok(())
    }

    /// Says what a million tokens of a model cost.
    pub fn set_price(
        &self,
        library: &Library,
        id: &str,
        price: Option<Price>,
    ) -> Result<ModelDto, StudioError> {
        let mut entry = self.entry(id)?;
        if !matches!(entry.source, Source::Server { .. }) {
            return Err(StudioError::ModelNotChosen { id: id.to_owned() });
        }
        entry.price = price;
        self.replace(library, entry)
    }

    /// The host of an address, to show and for the ledger. Nothing is contacted.
    pub fn host(&self, base_url: &str) -> Result<String, StudioError> {
        Ok(self.remote.host(base_url)?)
    }

    /// Sets a server's key, or forgets it (empty).
    pub fn set_key(&self, id: &str, key: &str, place: KeyPlace) -> Result<ModelDto, StudioError> {
        let entry = self.server(id)?;
        if key.is_empty() {
            self.secrets.remove(id)?;
        } else {
            self.secrets.set(id, &Secret::new(key), place)?;
        }
        lock(&self.loaded).remove(id);
        lock(&self.states).remove(id);
        Ok(self.to_dto(&entry))
    }

    /// Moves a server's key.
    pub fn move_key(&self, id: &str, place: KeyPlace) -> Result<ModelDto, StudioError> {
        let entry = self.server(id)?;
        if let Some(key) = self.secrets.get(id)? {
            self.secrets.set(id, &key, place)?;
        }
        Ok(self.to_dto(&entry))
    }

    pub(super) fn server(&self, id: &str) -> Result<Entry, StudioError> {
        let entry = self.entry(id)?;
        match entry.source {
            Source::Server { .. } => Ok(entry),
            _ => Err(StudioError::BadRequest("only a server has a key".into())),
        }
    }

    /// Where keys are.
    pub fn secrets(&self) -> &Arc<dyn Secrets> {
        &self.secrets
    }

    /// The next call of a server's model asks for its key anew.
    pub fn forget_servers(&self) {
        let entries = lock(&self.entries).clone();
        for entry in entries {
            if matches!(entry.source, Source::Server { .. }) {
                lock(&self.loaded).remove(&entry.id);
                lock(&self.states).remove(&entry.id);
            }
        }
    }

    /// What reaches servers, for questions that are not generations.
    pub fn remote(&self) -> &Arc<dyn RemoteModels> {
        &self.remote
    }
}

/// Whether the provider at an address answers nobody without a key.
pub(super) fn needs_key(base_url: &str) -> bool {
    providers::of(base_url).is_some_and(|provider| provider.needs_key)
}
