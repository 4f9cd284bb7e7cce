use std::sync::Arc;

use futures::{
    StreamExt as _,
    channel::mpsc,
    future,
    stream::{self, PollNext},
};
use inkstone_generation::{
    CancellationToken, Capabilities, Endpoint, Enforcement, Gate, Locality, ModelDescription,
    PromptForm, TextModel, TextRequest, TextStream,
};

use crate::{Shared, address::Address, call::Call};

/// A model on a server. Connects when it is asked for something.
pub struct RemoteModel {
    /// What all models share.
    pub shared: Arc<Shared>,
    /// The server's address, which was found good.
    pub address: Address,
    /// The server as it was given.
    pub endpoint: Endpoint,
    /// What each request asks first.
    pub gate: Arc<dyn Gate>,
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
            gate: Arc::clone(&self.gate),
            request,
        };
        let (out, events) = mpsc::unbounded();
        // The call runs only as the stream is polled, and ends when it is dropped.
        let work = stream::once(call.run(out, cancel)).filter_map(|()| future::ready(None));
        // What has come goes out before more is read, so that no more waits here than one read gave.
        let first = |(): &mut ()| PollNext::Left;
        Box::pin(stream::select_with_strategy(events, work, first))
    }

    fn learned(&self) -> Option<Capabilities> {
        Some(self.shared.profiles.get(&self.endpoint).capabilities())
    }
}
