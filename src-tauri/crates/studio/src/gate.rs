//! The studio's gate: every request to a server passes it, and none that a project does not allow.
//!
//! It knows what the adapter does not: whose request it is and what for. It asks the project's lock
//! and writes the ledger, in this order, before anything is sent; a retry is a departure of its own
//! and has an entry of its own, for its text leaves once more.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures::future::BoxFuture;
use inkstone_generation::{Gate, GenerationError, GenerationErrorKind, Outgoing, Ticket};
use inkstone_library::{Departure, Outcome, Privacy};
use tokio::sync::OnceCell;

use crate::{Studio, StudioError};

/// Whose requests they are, and what for.
#[derive(Debug, Clone)]
pub(crate) struct Errand {
    /// A task's name, `list_models` and the like.
    pub purpose: String,
    /// The project whose lock is asked; none for what a person asked for by hand.
    pub project_id: Option<String>,
    /// The call of a model it belongs to.
    pub generation_id: Option<String>,
    /// Whether names and numbers in it gave way to placeholders.
    pub masked: bool,
    /// All requests are one entry of the ledger, and have the same words: a search at several ports.
    pub folded: bool,
}

impl Errand {
    /// Asked for by hand, for no project.
    pub fn by_hand(purpose: &str) -> Self {
        Self {
            purpose: purpose.to_owned(),
            project_id: None,
            generation_id: None,
            masked: false,
            folded: false,
        }
    }

    /// A search on this machine: one entry for all ports.
    pub fn search(purpose: &str) -> Self {
        Self {
            folded: true,
            ..Self::by_hand(purpose)
        }
    }
}

/// What came back for one entry of the ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Arrival {
    /// The entry.
    pub entry: String,
    /// Bytes of the answer's body.
    pub bytes: u64,
    /// How it ended.
    pub outcome: Outcome,
}

/// The gate of one errand.
pub(crate) struct StudioGate {
    studio: Arc<Studio>,
    errand: Errand,
    arrivals: Arc<Mutex<Vec<Arrival>>>,
    /// The entry of all requests, where they are folded into one.
    folded: OnceCell<String>,
    /// Why the last request was not let out.
    refusal: Mutex<Option<StudioError>>,
}

/// What stands in the ledger for a request whose answer nobody waited for to its end.
pub(crate) const STOPPED: &str = "stopped";

/// A host without its port. Addresses with colons stand in brackets.
fn without_port(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port)) if !port.contains(']') => name,
        _ => host,
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl StudioGate {
    /// The gate of an errand.
    pub fn new(studio: &Arc<Studio>, errand: Errand) -> Arc<Self> {
        Arc::new(Self {
            studio: studio.clone(),
            errand,
            arrivals: Arc::default(),
            folded: OnceCell::new(),
            refusal: Mutex::default(),
        })
    }

    /// What has come back and was not asked for here before.
    pub fn arrivals(&self) -> Vec<Arrival> {
        std::mem::take(&mut lock(&self.arrivals))
    }

    /// Brings to the ledger what has come back. For errands that have no saver.
    pub async fn settle(&self) {
        let mut arrivals = self.arrivals();
        let answered = |one: &Arrival| one.outcome.status.is_some();
        if self.errand.folded && arrivals.iter().any(answered) {
            // That nobody is at the other ports is no failure of the search.
            arrivals.retain(answered);
        }
        if arrivals.is_empty() {
            return;
        }
        let kept = self.studio.blocking(move |s| {
            for arrival in arrivals {
                let Arrival {
                    entry,
                    bytes,
                    outcome,
                } = arrival;
                s.library.arrive(&entry, bytes, &outcome)?;
            }
            Ok(())
        });
        if let Err(error) = kept.await {
            tracing::error!(%error, "what came back is not in the ledger");
        }
        self.studio.changed(&["ledger"]);
    }

    /// Lets a request out and writes it down, or not.
    async fn enter(&self, outgoing: Outgoing) -> Result<String, StudioError> {
        let errand = self.errand.clone();
        self.studio
            .blocking(move |s| s.let_out(&errand, &outgoing))
            .await
    }

    /// An error as a person is to hear it: where the gate refused, its own reason.
    pub fn explain(&self, error: GenerationError) -> StudioError {
        let refusal = match error.kind {
            GenerationErrorKind::NotAllowed => lock(&self.refusal).take(),
            _ => None,
        };
        refusal.unwrap_or_else(|| error.into())
    }
}

impl Studio {
    /// Lets one request out, or not: asks the project's lock, and writes the ledger. Returns the
    /// entry's id. Blocks.
    fn let_out(&self, errand: &Errand, outgoing: &Outgoing) -> Result<String, StudioError> {
        if let Some(project) = &errand.project_id
            && self.library.project(project)?.privacy == Privacy::LocalOnly
        {
            return Err(StudioError::RemoteNotAllowed {
                host: outgoing.host.clone(),
            });
        }
        Ok(self.library.depart(&Departure {
            host: &outgoing.host,
            method: outgoing.method.as_str(),
            path: &outgoing.path,
            purpose: &errand.purpose,
            project_id: errand.project_id.as_deref(),
            generation_id: errand.generation_id.as_deref(),
            masked: errand.masked,
            body: &outgoing.body,
        })?)
    }
}

impl Gate for StudioGate {
    fn admit<'a>(
        &'a self,
        outgoing: &'a Outgoing,
    ) -> BoxFuture<'a, Result<Box<dyn Ticket>, GenerationError>> {
        Box::pin(async move {
            let entry = if self.errand.folded {
                let one = Outgoing {
                    host: without_port(&outgoing.host).to_owned(),
                    ..outgoing.clone()
                };
                let entry = self.folded.get_or_try_init(|| self.enter(one)).await;
                entry.cloned()
            } else {
                self.enter(outgoing.clone()).await
            };
            match entry {
                Ok(entry) => {
                    self.studio.changed(&["ledger"]);
                    let ticket = StudioTicket {
                        arrival: Arrival {
                            entry,
                            bytes: 0,
                            outcome: Outcome::default(),
                        },
                        finished: false,
                        arrivals: self.arrivals.clone(),
                    };
                    Ok(Box::new(ticket) as Box<dyn Ticket>)
                }
                Err(error) => {
                    let said = error.to_string();
                    *lock(&self.refusal) = Some(error);
                    Err(GenerationError::new(GenerationErrorKind::NotAllowed, said))
                }
            }
        })
    }
}

/// Counts what comes back for one entry.
struct StudioTicket {
    arrival: Arrival,
    finished: bool,
    arrivals: Arc<Mutex<Vec<Arrival>>>,
}

impl Ticket for StudioTicket {
    fn answered(&mut self, status: u16) {
        self.arrival.outcome.status = Some(status);
    }

    fn received(&mut self, bytes: usize) {
        self.arrival.bytes = self.arrival.bytes.saturating_add(bytes as u64);
    }

    fn finished(&mut self) {
        self.finished = true;
    }

    fn failed(&mut self, kind: GenerationErrorKind) {
        let name = serde_json::to_value(kind).ok();
        self.arrival.outcome.failure = name.and_then(|name| name.as_str().map(str::to_owned));
    }
}

impl Drop for StudioTicket {
    fn drop(&mut self) {
        let Outcome { status, failure } = &mut self.arrival.outcome;
        if !self.finished && failure.is_none() && status.is_none_or(|s| (200..300).contains(&s)) {
            *failure = Some(STOPPED.to_owned());
        }
        if self.arrival.bytes > 0 || self.arrival.outcome != Outcome::default() {
            lock(&self.arrivals).push(self.arrival.clone());
        }
    }
}

/// Lets nothing out: for a server's model that is only to be described.
pub(crate) struct Shut;

impl Gate for Shut {
    fn admit<'a>(
        &'a self,
        outgoing: &'a Outgoing,
    ) -> BoxFuture<'a, Result<Box<dyn Ticket>, GenerationError>> {
        let detail = format!("nothing was to be sent to {}", outgoing.host);
        let refused = GenerationError::new(GenerationErrorKind::NotAllowed, detail);
        Box::pin(std::future::ready(Err(refused)))
    }
}
