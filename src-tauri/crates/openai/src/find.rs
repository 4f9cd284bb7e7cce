//! Servers on this machine.

use std::{sync::Arc, time::Duration};

use futures::future::join_all;
use inkstone_generation::{Endpoint, Gate, LocalServer};

use crate::{
    address::Address,
    door::{Door, Times},
    list,
};

/// What usually listens where, by the programs' own manuals.
const USUAL: &[(u16, &str)] = &[
    (11434, "Ollama"),
    (1234, "LM Studio"),
    (8080, "llama-server"),
    (8000, "vLLM"),
    (1337, "Jan"),
    (4891, "GPT4All"),
    (5000, "text-generation-webui"),
    (5001, "KoboldCpp"),
    (30000, "SGLang"),
];

/// A server on this machine answers such a question at once, or is none.
const TIMES: Times = Times {
    connect: Duration::from_millis(300),
    answer: Duration::from_millis(1_000),
};

/// Asks all usual ports at once.
pub async fn local(gate: Arc<dyn Gate>) -> Vec<LocalServer> {
    at(&gate, USUAL).await
}

async fn at(gate: &Arc<dyn Gate>, ports: &[(u16, &str)]) -> Vec<LocalServer> {
    let door = Door::default();
    let asked = ports.iter().map(|(port, product)| {
        let (door, gate) = (&door, gate.as_ref());
        async move {
            let base_url = format!("http://127.0.0.1:{port}/v1");
            let address = Address::parse(&base_url).ok()?;
            let endpoint = Endpoint::new(base_url, "");
            let models = list::once(door, TIMES, &address, &endpoint, gate)
                .await
                .ok()?;
            Some(LocalServer {
                product: (*product).to_owned(),
                base_url: endpoint.base_url,
                models,
            })
        }
    });
    join_all(asked).await.into_iter().flatten().collect()
}
