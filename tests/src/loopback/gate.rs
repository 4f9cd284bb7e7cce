use std::sync::{Arc, Mutex};

use futures::future::BoxFuture;
use inkstone_generation::{Gate, GenerationError, GenerationErrorKind, Outgoing, Ticket};

use super::locked;

/// A gate that lets everything out, or nothing, and remembers what it was shown.
#[derive(Debug, Default)]
pub struct Witness {
    shut: bool,
    passed: Arc<Mutex<Vec<Passed>>>,
}

/// A request that a [`Witness`] let out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Passed {
    /// As it was shown.
    pub outgoing: Outgoing,
    /// The status of the answer.
    pub status: Option<u16>,
    /// Bytes of the answer's body.
    pub bytes_in: usize,
    /// How it failed.
    pub failed: Option<GenerationErrorKind>,
    /// The answer has come as far as it is wanted.
    pub finished: bool,
    /// Nothing more will come.
    pub is_over: bool,
}

impl Witness {
    /// Lets everything out.
    pub fn open() -> Arc<Witness> {
        Arc::default()
    }

    /// Lets nothing out.
    pub fn shut() -> Arc<Witness> {
        Arc::new(Witness {
            shut: true,
            ..Witness::default()
        })
    }

    /// What it let out, in this order.
    pub fn passed(&self) -> Vec<Passed> {
        locked(&self.passed).clone()
    }
}

impl Gate for Witness {
    fn admit<'a>(
        &'a self,
        outgoing: &'a Outgoing,
    ) -> BoxFuture<'a, Result<Box<dyn Ticket>, GenerationError>> {
        let let_out = || -> Result<Box<dyn Ticket>, GenerationError> {
            if self.shut {
                let kind = GenerationErrorKind::NotAllowed;
                return Err(GenerationError::new(kind, "the witness is shut"));
            }
            let mut passed = locked(&self.passed);
            passed.push(Passed {
                outgoing: outgoing.clone(),
                status: None,
                bytes_in: 0,
                failed: None,
                finished: false,
                is_over: false,
            });
            Ok(Box::new(Stub {
                passed: Arc::clone(&self.passed),
                at: passed.len() - 1,
            }))
        };
        Box::pin(std::future::ready(let_out()))
    }
}

struct Stub {
    passed: Arc<Mutex<Vec<Passed>>>,
    at: usize,
}

impl Stub {
    fn note(&self, change: impl FnOnce(&mut Passed)) {
        if let Some(passed) = locked(&self.passed).get_mut(self.at) {
            change(passed);
        }
    }
}

impl Ticket for Stub {
    fn answered(&mut self, status: u16) {
        self.note(|passed| passed.status = Some(status));
    }

    fn received(&mut self, bytes: usize) {
        self.note(|passed| passed.bytes_in += bytes);
    }

    fn finished(&mut self) {
        self.note(|passed| passed.finished = true);
    }

    fn failed(&mut self, kind: GenerationErrorKind) {
        self.note(|passed| passed.failed = Some(kind));
    }
}

impl Drop for Stub {
    fn drop(&mut self) {
        self.note(|passed| passed.is_over = true);
    }
}
