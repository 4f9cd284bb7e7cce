//! The gate: what every request asks before it leaves the machine.
//!
//! An adapter that speaks to a network shows each HTTP request to a [`Gate`] (each retry too, and
//! each question to a server on this machine) and sends exactly what it showed, or nothing. The
//! gate's owner knows whose request it is and what for; the adapter does not.

use futures::future::BoxFuture;

use crate::{GenerationError, GenerationErrorKind};

/// The HTTP methods that are used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// Asks, and sends no body.
    Get,
    /// Sends a body.
    Post,
}

impl Method {
    /// As HTTP writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
        }
    }
}

/// A request that is about to leave. Its headers hold the key and nothing of a text, so they are
/// not shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outgoing {
    /// Host, and port where one was given.
    pub host: String,
    /// The method.
    pub method: Method,
    /// The path on that host, without its query, which may hold a key.
    pub path: String,
    /// The body, byte for byte as it is sent; empty where there is none.
    pub body: Vec<u8>,
}

/// Lets requests out, or does not.
pub trait Gate: Send + Sync {
    /// Decides about one request, and writes it down before it leaves. Nothing is sent without a
    /// ticket, and with one the request is sent once.
    ///
    /// # Errors
    /// `NotAllowed` where it must not leave.
    fn admit<'a>(
        &'a self,
        outgoing: &'a Outgoing,
    ) -> BoxFuture<'a, Result<Box<dyn Ticket>, GenerationError>>;
}

/// One request that was let out. The adapter tells it what comes of it; when it is dropped, nothing
/// more will come. All calls return at once.
pub trait Ticket: Send {
    /// The head of an answer came, with this HTTP status.
    fn answered(&mut self, status: u16);
    /// So many more bytes of the answer's body came in.
    fn received(&mut self, bytes: usize);
    /// All of the answer that is wanted has come.
    fn finished(&mut self);
    /// No answer came, or not all of it.
    fn failed(&mut self, kind: GenerationErrorKind);
}
