//! The door: the one place where something is sent.
//!
//! The HTTP clients are private to it. A [`Question`] becomes a request only behind a gate's
//! ticket, with exactly the body that the gate was shown, and what comes back reports to that
//! ticket as it is read.

mod client;
mod file;

use std::time::Duration;

use inkstone_generation::{Gate, GenerationErrorKind as Kind, Method, Outgoing, Secret, Ticket};
use reqwest::{
    RequestBuilder, Response, Url,
    header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, LOCATION},
};
use tokio::time::{Instant, timeout_at};

pub use file::Wanted;

use crate::{
    address::Address,
    failure::{Failure, Sent},
    retry,
    watch::Watch,
};

/// The most that is read of the body of an error.
const LARGEST_ERROR: usize = 64 << 10;
/// How long the body of an error may take; the status is known already.
const ERROR_BODY: Duration = Duration::from_secs(5);

/// What is asked of a server.
pub struct Question<'a> {
    /// The server.
    pub address: &'a Address,
    /// Under its base.
    pub path: &'a [&'a str],
    /// The body to post; without one the question is a `GET`.
    pub body: Option<Vec<u8>>,
    /// What the answer should be.
    pub accept: &'static str,
    /// The key.
    pub key: Option<&'a Secret>,
}

/// The way out.
#[derive(Debug, Default)]
pub struct Door {
    clients: client::Clients,
}

impl Door {
    /// Sends a question and gives the answer, if its status is a success. `patience` is counted
    /// from the moment at which the gate has opened.
    pub async fn send(
        &self,
        gate: &dyn Gate,
        question: Question<'_>,
        sent: &Sent<'_>,
        times: Times,
        watch: &Watch,
    ) -> Result<Incoming, Failure> {
        let client = self.clients.get(question.address, times.connect)?;
        let authorization = client::authorization(question.key)?;
        let url = question.address.with_path(question.path);
        let method = match question.body {
            Some(_) => Method::Post,
            None => Method::Get,
        };
        let outgoing = Outgoing {
            host: question.address.host(),
            method,
            path: url.path().to_owned(),
            body: question.body.unwrap_or_default(),
        };
        let mut ticket = gate.admit(&outgoing).await?;
        let mut request = match method {
            Method::Get => client.get(url),
            Method::Post => client
                .post(url)
                .header(CONTENT_TYPE, "application/json")
                .body(outgoing.body),
        };
        request = request.header(ACCEPT, question.accept);
        if let Some(authorization) = authorization {
            request = request.header(AUTHORIZATION, authorization);
        }
        let deadline = Instant::now() + times.answer;
        let response = sent_off(request, watch, deadline, times, ticket.as_mut()).await?;
        let status = response.status();
        ticket.answered(status.as_u16());
        let mut incoming = Incoming {
            response,
            ticket,
            deadline,
        };
        if status.is_success() {
            return Ok(incoming);
        }
        if status.is_redirection() {
            return Err(sent_on(&incoming.response));
        }
        let asked = retry::asked(incoming.response.headers());
        incoming.deadline = Instant::now() + ERROR_BODY.min(times.answer);
        let (body, _) = incoming.whole(LARGEST_ERROR).await;
        Err(Failure::of_status(status.as_u16(), &body, sent).asked(asked))
    }
}

/// Sends a request that the gate admitted, and tells its ticket how that ended where it did badly.
async fn sent_off(
    request: RequestBuilder,
    watch: &Watch,
    deadline: Instant,
    times: Times,
    ticket: &mut dyn Ticket,
) -> Result<Response, Failure> {
    match watch.until(deadline, request.send()).await {
        Some(Ok(response)) => Ok(response),
        Some(Err(error)) => {
            let failure = not_sent(error, times.connect);
            ticket.failed(failure.error.kind);
            Err(failure)
        }
        None => {
            ticket.failed(Kind::Timeout);
            Err(Failure::new(Kind::Timeout, "no answer in time"))
        }
    }
}

/// How long sending may take.
#[derive(Debug, Clone, Copy)]
pub struct Times {
    /// For a connection.
    pub connect: Duration,
    /// From sending to the answer.
    pub answer: Duration,
}

/// An answer that comes in.
pub struct Incoming {
    response: Response,
    ticket: Box<dyn Ticket>,
    /// By when it must have begun.
    pub deadline: Instant,
}

impl Incoming {
    /// The next bytes of the body; `None` at its end.
    pub async fn chunk(&mut self) -> Result<Option<Vec<u8>>, Failure> {
        match self.response.chunk().await {
            Ok(Some(bytes)) => {
                self.ticket.received(bytes.len());
                Ok(Some(bytes.into()))
            }
            Ok(None) => {
                self.ticket.finished();
                Ok(None)
            }
            Err(error) => {
                self.ticket.failed(Kind::Interrupted);
                Err(Failure::passing(Kind::Interrupted, client::in_words(error)))
            }
        }
    }

    /// The whole body, up to `limit` and the deadline; says too whether that was all of it.
    pub async fn whole(&mut self, limit: usize) -> (Vec<u8>, bool) {
        let mut body = Vec::new();
        loop {
            match timeout_at(self.deadline, self.chunk()).await {
                Ok(Ok(Some(bytes))) if body.len() + bytes.len() <= limit => {
                    body.extend_from_slice(&bytes);
                }
                Ok(Ok(None)) => return (body, true),
                _ => return (body, false),
            }
        }
    }

    /// All of it that is wanted is there.
    pub fn finished(&mut self) {
        self.ticket.finished();
    }

    /// It ends in a way that the ticket has to hear of.
    pub fn failed(&mut self, kind: Kind) {
        self.ticket.failed(kind);
    }
}

/// A redirect would carry the key and the text to an address nobody agreed to.
fn sent_on(response: &Response) -> Failure {
    let to = response.headers().get(LOCATION);
    let to = to.and_then(|to| response.url().join(to.to_str().ok()?).ok());
    // The path of a redirect may hold anything; where it leads to is enough.
    let to = to.filter(Url::has_host);
    let to = to.map_or_else(
        || "another address".to_owned(),
        |to| to.origin().ascii_serialization(),
    );
    let status = response.status().as_u16();
    let detail = format!("HTTP {status}: the server sends on to {to}");
    Failure::new(Kind::Redirected, detail)
}

fn not_sent(error: reqwest::Error, connect: Duration) -> Failure {
    if error.is_builder() {
        return Failure::new(Kind::BadAddress, client::in_words(error));
    }
    let connecting = error.is_connect();
    let timed_out = error.is_timeout();
    let words = client::in_words(error);
    if words.contains("certificate") {
        return Failure::new(Kind::Certificate, words);
    }
    if words.contains("tunnel") || words.contains("proxy") || words.contains("socks") {
        return Failure::new(Kind::Proxy, words);
    }
    // A program that listens there and speaks something else.
    if !connecting && words.contains("invalid HTTP") {
        return Failure::new(Kind::NotAnApi, words);
    }
    if connecting && timed_out {
        let detail = format!("no connection within {} s", connect.as_secs_f32());
        return Failure::passing(Kind::Unreachable, detail);
    }
    Failure::passing(Kind::Unreachable, words)
}
