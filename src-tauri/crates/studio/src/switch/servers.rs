//! Servers on the shelf: changing one, and what is known of it.

use std::sync::Arc;

use super::dto::EditServer;
use crate::{Studio, StudioError, dto::ModelDto, models::LONGEST_ADDRESS, projects::bounded};

impl Studio {
    /// See [`crate::commands`].
    pub async fn edit_server(self: &Arc<Self>, i: EditServer) -> Result<ModelDto, StudioError> {
        let name = bounded("name", &i.name, 300)?;
        let base_url = bounded("base_url", &i.base_url, LONGEST_ADDRESS)?;
        let model = bounded("model", &i.model, LONGEST_ADDRESS)?;
        let key = i
            .api_key
            .map(|key| bounded("api_key", &key, LONGEST_ADDRESS))
            .transpose()?;
        let changed = self
            .blocking(move |s| {
                let new = (name.as_str(), base_url.as_str(), model.as_str());
                s.shelf
                    .edit_server(&s.library, &i.model_id, new, key.as_deref())
            })
            .await?;
        self.changed(&["models"]);
        Ok(changed)
    }
}
