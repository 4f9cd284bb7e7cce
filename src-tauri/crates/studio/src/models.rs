//! The model shelf as commands.

use std::{path::Path, sync::Arc};

use inkstone_generation::{Embedder, Endpoint, TextModel};

use crate::{
    Studio, StudioError,
    dto::*,
    gate::{Errand, StudioGate},
    inputs::*,
    projects::bounded,
    switch::servers::{api_named, capabilities_of},
};

/// The longest path, address or name of a model, in characters.
pub(crate) const LONGEST_ADDRESS: usize = 4096;

impl Studio {
    /// A model, loaded if need be; a server's can only be described.
    pub(crate) async fn model(
        self: &Arc<Self>,
        id: &str,
    ) -> Result<Arc<dyn TextModel>, StudioError> {
        self.shelf.model(id, None).await
    }

    /// Id of the model that searches by meaning, if one is on the shelf.
    pub fn search_model(&self) -> Option<String> {
        self.shelf.search_model()
    }

    /// A model that searches by meaning (its id), loaded if need be.
    ///
    /// # Errors
    /// For a model that writes, one that is gone, and files that cannot be read.
    pub async fn embedder(&self, id: &str) -> Result<Arc<dyn Embedder>, StudioError> {
        self.shelf.embedder(id).await
    }

    /// See [`crate::commands`].
    pub async fn models(self: &Arc<Self>, _: Nothing) -> Result<Vec<ModelDto>, StudioError> {
        self.blocking(|s| Ok(s.shelf.list())).await
    }

    /// See [`crate::commands`].
    pub async fn add_file(self: &Arc<Self>, i: AddFile) -> Result<ModelDto, StudioError> {
        let path = bounded("path", &i.path, LONGEST_ADDRESS)?;
        let model = self
            .blocking(move |s| s.shelf.add_file(&s.library, Path::new(&path)))
            .await?;
        self.attend_to_new_models();
        self.changed(&["models"]);
        Ok(model)
    }

    /// See [`crate::commands`].
    pub async fn add_server(self: &Arc<Self>, i: AddServer) -> Result<ModelDto, StudioError> {
        let name = bounded("name", &i.name, 300)?;
        let base_url = bounded("base_url", &i.base_url, LONGEST_ADDRESS)?;
        let model = bounded("model", &i.model, LONGEST_ADDRESS)?;
        let key = bounded("api_key", &i.api_key, LONGEST_ADDRESS)?;
        let way = (api_named(i.api.as_deref()), capabilities_of(i.capabilities));
        let added = self
            .blocking(move |s| {
                s.shelf
                    .add_server(&s.library, &name, &base_url, &model, way, &key)
            })
            .await?;
        self.changed(&["models"]);
        Ok(added)
    }

    /// See [`crate::commands`].
    pub async fn remove_model(self: &Arc<Self>, i: Id) -> Result<(), StudioError> {
        self.blocking(move |s| s.shelf.remove(&s.library, &i.id))
            .await?;
        // Projects that had it write with the starter from now on.
        self.changed(&["models", "projects"]);
        Ok(())
    }

    /// See [`crate::commands`].
    pub async fn load_model(self: &Arc<Self>, i: Id) -> Result<(), StudioError> {
        self.model(&i.id).await.map(drop)
    }

    /// See [`crate::commands`].
    pub async fn list_server_models(
        self: &Arc<Self>,
        i: ListServerModels,
    ) -> Result<Vec<String>, StudioError> {
        let base_url = bounded("base_url", &i.base_url, LONGEST_ADDRESS)?;
        let base_url = base_url.trim_end_matches('/').to_owned();
        let key = bounded("api_key", &i.api_key, LONGEST_ADDRESS)?;
        let gate = StudioGate::new(self, Errand::by_hand("list_models"));
        let endpoint = Endpoint::new(base_url, "").with_key(&key);
        let listed = self.shelf.remote().list(endpoint, gate.clone()).await;
        gate.settle().await;
        listed.map_err(|error| gate.explain(error))
    }
}
