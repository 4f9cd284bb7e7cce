//! Files through the door: the same gate, another kind of question.

use inkstone_generation::{Gate, GenerationErrorKind as Kind, Method, Outgoing, Secret};
use reqwest::{
    Response,
    header::{ACCEPT, ACCEPT_ENCODING, AUTHORIZATION, IF_RANGE, RANGE},
};
use tokio::time::Instant;

use super::{Door, ERROR_BODY, Incoming, LARGEST_ERROR, Times, client, sent_off};
use crate::{
    address::Address,
    failure::{Failure, Sent},
    retry,
    watch::Watch,
};

/// A file, or what is left of it.
pub struct Wanted<'a> {
    /// Where it is.
    pub address: &'a Address,
    /// The first byte that is wanted.
    pub from: u64,
    /// The mark of the file that the first bytes are of.
    pub same: Option<&'a str>,
    /// The key.
    pub key: Option<&'a Secret>,
}

impl Door {
    /// Asks for a file and gives the answer, if it is one: a success, a redirect, or a 416.
    pub async fn fetch(
        &self,
        gate: &dyn Gate,
        wanted: Wanted<'_>,
        times: Times,
    ) -> Result<Incoming, Failure> {
        let client = self.clients.get(wanted.address, times.connect)?;
        let authorization = client::authorization(wanted.key)?;
        let url = wanted.address.whole();
        let outgoing = Outgoing {
            host: wanted.address.host(),
            method: Method::Get,
            path: url.path().to_owned(),
            body: Vec::new(),
        };
        let mut ticket = gate.admit(&outgoing).await?;
        // The bytes as they are: a sum and a place in the file count nothing else.
        let mut request = client
            .get(url)
            .header(ACCEPT, "*/*")
            .header(ACCEPT_ENCODING, "identity");
        if wanted.from > 0 {
            request = request.header(RANGE, format!("bytes={}-", wanted.from));
            if let Some(same) = wanted.same {
                request = request.header(IF_RANGE, same);
            }
        }
        if let Some(authorization) = authorization {
            request = request.header(AUTHORIZATION, authorization);
        }
        let deadline = Instant::now() + times.answer;
        let watch = Watch::default();
        // What was begun goes on where it stopped: a wait in vain may pass.
        let response = sent_off(request, &watch, deadline, times, ticket.as_mut())
            .await
            .map_err(|failure| match failure.error.kind {
                Kind::Timeout => Failure::passing(Kind::Timeout, failure.error.detail),
                _ => failure,
            })?;
        let status = response.status();
        ticket.answered(status.as_u16());
        let mut incoming = Incoming {
            response,
            ticket,
            deadline,
        };
        if status.is_success() || status.is_redirection() || status.as_u16() == 416 {
            return Ok(incoming);
        }
        let asked = retry::asked(incoming.response.headers());
        incoming.deadline = Instant::now() + ERROR_BODY.min(times.answer);
        let (body, _) = incoming.whole(LARGEST_ERROR).await;
        let sent = Sent {
            key: wanted.key.map(|key| key.expose().trim()),
            texts: &[],
        };
        Err(Failure::of_status(status.as_u16(), &body, &sent).asked(asked))
    }
}

impl Incoming {
    /// The answer's head.
    pub fn head(&self) -> &Response {
        &self.response
    }
}
