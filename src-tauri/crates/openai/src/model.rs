use std::sync::Arc;

use futures::{StreamExt as _, channel::mpsc, future, stream};
use inkstone_generation::{
    CancellationToken, Endpoint, Enforcement, Locality, ModelDescription, PromptForm, TextModel,
    TextRequest, TextStream,
};

use crate::{Shared, address::Address, call::Call};

/// A model on a server. Connects when it is asked for something.
pub struct RemoteModel {
    shared: Arc<Shared>,
    address: Address,
    endpoint: Endpoint,
}

impl RemoteModel {
    /// A model at an address that was found good.
    pub fn new(shared: Arc<Shared>, address: Address, endpoint: Endpoint) -> Self {
        Self {
            shared,
            address,
            endpoint,
        }
    }
}

impl TextModel for RemoteModel {
    fn describe(&self) -> ModelDescription {
        ModelDescription {
            name: self.endpoint.model.clone(),
            locality: Locality::Remote {
                host: self.address.host(),
            },
            sha256: None,
            architecture: None,
            parameters: None,
            context_length: None,
            engine: "openai-compatible".to_owned(),
            prompt_form: PromptForm::Chat,
            enforces: Enforcement::JsonSchema,
        }
    }

    fn generate(&self, request: TextRequest, cancel: CancellationToken) -> TextStream {
        let call = Call {
            shared: Arc::clone(&self.shared),
            address: self.address.clone(),
            endpoint: self.endpoint.clone(),
            request,
        };
        let (out, events) = mpsc::unbounded();
        // The call runs only as the stream is polled, and ends when it is dropped.
        let work = stream::once(call.run(out, cancel)).filter_map(|()| future::ready(None));
        Box::pin(stream::select(events, work))
    }
}
