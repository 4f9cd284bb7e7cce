//! Servers on the shelf: found on this machine, tested, changed, and what is known of them.

use std::sync::Arc;

use inkstone_generation::{Api, Capabilities, Endpoint, Found, GenerationError, TextModel};

use super::dto::{
    EditServer, FoundServerDto, ServerFindingDto, ServerOutcome as Outcome, ServerTestDto,
    TestServer,
};
use crate::{
    Studio, StudioError,
    dto::ModelDto,
    gate::{Errand, StudioGate},
    inputs::Nothing,
    models::LONGEST_ADDRESS,
    projects::bounded,
};

/// The way in which a server is asked, by its name; the usual one for an unknown or none.
pub(crate) fn api_named(name: Option<&str>) -> Api {
    let named = name.and_then(|name| serde_json::from_value(name.into()).ok());
    named.unwrap_or_default()
}

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
        let way = (
            api_named(i.api.as_deref()),
            i.capabilities.map(|known| capabilities_of(Some(known))),
        );
        let changed = self
            .blocking(move |s| {
                let new = (name.as_str(), base_url.as_str(), model.as_str());
                s.shelf
                    .edit_server(&s.library, &i.model_id, new, way, key.as_deref())
            })
            .await?;
        self.changed(&["models"]);
        Ok(changed)
    }

    /// See [`crate::commands`].
    pub async fn test_server(
        self: &Arc<Self>,
        i: TestServer,
    ) -> Result<ServerTestDto, StudioError> {
        let base_url = bounded("base_url", &i.base_url, LONGEST_ADDRESS)?;
        let base_url = base_url.trim_end_matches('/').to_owned();
        let model = bounded("model", &i.model, LONGEST_ADDRESS)?;
        let key = bounded("api_key", &i.api_key.unwrap_or_default(), LONGEST_ADDRESS)?;
        let mut endpoint = Endpoint::new(base_url.clone(), model.clone()).with_key(&key);
        endpoint.api = api_named(i.api.as_deref());
        if let (Some(id), true) = (i.model_id.clone(), key.is_empty()) {
            // The key that is kept goes to the host it was given for, and to no other.
            endpoint.api_key = self
                .blocking(move |s| s.shelf.key_for(&id, &base_url))
                .await?;
        }
        let gate = StudioGate::new(self, Errand::by_hand("test_connection"));
        let probed = self.shelf.remote().probe(endpoint, gate.clone()).await;
        gate.settle().await;
        let probed = probed.map_err(|error| gate.explain(error))?;
        Ok(ServerTestDto {
            models: probed.models,
            findings: probed
                .findings
                .into_iter()
                .map(|finding| {
                    let (outcome, error) = match finding.outcome {
                        Found::Yes => (Outcome::Yes, None),
                        Found::No => (Outcome::No, None),
                        Found::Unclear => (Outcome::Unclear, None),
                        Found::Failed(kind) => {
                            let error = GenerationError::new(kind, "the question failed");
                            (Outcome::Failed, Some(StudioError::from(error).to_dto()))
                        }
                    };
                    ServerFindingDto {
                        of: name_of(&finding.of),
                        outcome,
                        error,
                    }
                })
                .collect(),
            capabilities: serde_json::to_value(probed.capabilities)
                .map_err(|e| StudioError::Internal(e.to_string()))?,
        })
    }

    /// See [`crate::commands`].
    pub async fn local_servers(
        self: &Arc<Self>,
        _: Nothing,
    ) -> Result<Vec<FoundServerDto>, StudioError> {
        let gate = StudioGate::new(self, Errand::search("find_local"));
        let found = self.shelf.remote().find_local(gate.clone()).await;
        gate.settle().await;
        Ok(found
            .into_iter()
            .map(|server| FoundServerDto {
                product: server.product,
                base_url: server.base_url,
                models: server.models,
            })
            .collect())
    }

    /// Keeps what was learnt of a server while it wrote, for the next time.
    pub(crate) async fn keep_learned(self: &Arc<Self>, model_id: &str, model: &dyn TextModel) {
        let Some(learned) = model.learned() else {
            return;
        };
        let id = model_id.to_owned();
        let kept = self.blocking(move |s| s.shelf.keep_learned(&s.library, &id, &learned));
        if let Err(error) = kept.await {
            tracing::warn!(%error, "what was learnt of a server is not kept");
        }
    }
}

/// A name as JSON has it.
pub(crate) fn name_of(of: &impl serde::Serialize) -> String {
    let name = serde_json::to_value(of).ok();
    name.and_then(|name| name.as_str().map(str::to_owned))
        .unwrap_or_default()
}

/// What a window gave back of a test; what can't be read is unknown.
pub(crate) fn capabilities_of(value: Option<serde_json::Value>) -> Capabilities {
    value
        .and_then(|value| serde_json::from_value(value).ok())
        .unwrap_or_default()
}
