//! One generation: attempts, and the stream of the one that succeeds.

use std::{sync::Arc, time::Duration};

use inkstone_generation::{
    CancellationToken, Endpoint, FinishReason, GenerationError, GenerationErrorKind as Kind,
    TextRequest,
};
use reqwest::{
    Client, Response, Url,
    header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderValue},
};
use tokio::time::{Instant, timeout_at};

use crate::{
    RETRIES, Shared,
    address::Address,
    answer::{Answer, Sender},
    body::{Body, Flow},
    client, exchange,
    failure::{Failure, Sent},
    profile::Profile,
    request, retry,
};

/// How long the use may come after the text is complete.
const TAIL: Duration = Duration::from_secs(5);

/// A request on its way.
pub struct Call {
    /// Clients, times, profiles.
    pub shared: Arc<Shared>,
    /// The server.
    pub address: Address,
    /// The key and the model.
    pub endpoint: Endpoint,
    /// What is asked.
    pub request: TextRequest,
}

/// What stays the same over all attempts.
struct Prepared {
    client: Client,
    url: Url,
    authorization: Option<HeaderValue>,
    texts: Vec<String>,
}

impl Call {
    /// Runs to the end, or until the person cancels.
    pub async fn run(self, out: Sender, cancel: CancellationToken) {
        let mut answer = Answer::new(out, &self.request.stop);
        let end = tokio::select! {
            biased;
            () = cancel.cancelled() => Ok(FinishReason::Cancelled),
            end = self.work(&mut answer) => end,
        };
        answer.end(end);
    }

    async fn work(&self, answer: &mut Answer) -> Result<FinishReason, GenerationError> {
        request::check(&self.request)?;
        let prepared = self.prepare()?;
        let (url, model) = (prepared.url.as_str(), self.endpoint.model.as_str());
        let mut profile = self.shared.profiles.get(url, model);
        let mut failed = 0;
        let mut swapped = false;
        loop {
            let failure = match self.attempt(&prepared, &profile, answer).await {
                Ok(reason) => return Ok(reason),
                Err(failure) => failure,
            };
            if answer.has_begun() {
                return Err(failure.error);
            }
            let yielding = failure.refusal.as_deref();
            if let Some(next) = yielding.and_then(|said| profile.yielding(said, !swapped)) {
                swapped |= next.cap != profile.cap;
                profile = next;
                continue;
            }
            if !failure.again || failed == RETRIES {
                return Err(failure.error);
            }
            let seed = self.request.sampling.seed;
            let pause = retry::pause(failed, failure.retry_after, seed, &self.shared.timeouts);
            tracing::debug!(host = self.address.host(), kind = ?failure.error.kind, ?pause, "again");
            tokio::time::sleep(pause).await;
            failed += 1;
        }
    }

    fn prepare(&self) -> Result<Prepared, GenerationError> {
        Ok(Prepared {
            client: self
                .shared
                .clients
                .get(&self.address, self.shared.timeouts.connect)?,
            url: self.address.with_path(request::path(&self.request.prompt)),
            authorization: client::authorization(self.endpoint.api_key.as_ref())?,
            texts: request::texts(&self.request),
        })
    }

    async fn attempt(
        &self,
        prepared: &Prepared,
        profile: &Profile,
        answer: &mut Answer,
    ) -> Result<FinishReason, Failure> {
        let body = request::body(&self.endpoint.model, &self.request, profile)
            .map_err(|error| Failure::new(error.kind, error.detail))?;
        let mut request = prepared
            .client
            .post(prepared.url.clone())
            .header(CONTENT_TYPE, "application/json")
            .header(ACCEPT, "text/event-stream")
            .body(body);
        if let Some(authorization) = &prepared.authorization {
            request = request.header(AUTHORIZATION, authorization.clone());
        }
        let sent = Sent {
            key: self
                .endpoint
                .api_key
                .as_ref()
                .map(|key| key.expose().trim()),
            texts: &prepared.texts,
        };
        let deadline = Instant::now() + self.shared.timeouts.first_token;
        let response = exchange::send(request, deadline, &sent).await?;
        self.shared
            .profiles
            .learn(prepared.url.as_str(), &self.endpoint.model, profile);
        self.read(response, deadline, &sent, answer).await
    }

    /// Reads the body of a success.
    async fn read(
        &self,
        mut response: Response,
        first_token: Instant,
        sent: &Sent<'_>,
        answer: &mut Answer,
    ) -> Result<FinishReason, Failure> {
        let idle = self.shared.timeouts.idle;
        let mut body = Body::new(sent);
        let mut deadline = first_token;
        loop {
            match timeout_at(deadline, response.chunk()).await {
                Ok(Ok(Some(bytes))) => {
                    let was_finished = answer.is_finished();
                    match body.push(&bytes, answer) {
                        Ok(Flow::More) => {}
                        Ok(Flow::Done) => return Ok(answer.reason()),
                        Err(_) if answer.is_finished() => return Ok(answer.reason()),
                        Err(failure) => return Err(failure),
                    }
                    if answer.is_finished() && !was_finished {
                        deadline = Instant::now() + idle.min(TAIL);
                    } else if answer.has_begun() && !was_finished {
                        deadline = Instant::now() + idle;
                    }
                }
                Ok(Ok(None)) => {
                    body.finish(answer)?;
                    return Ok(answer.reason());
                }
                // All that could still have come is the use.
                _ if answer.is_finished() => return Ok(answer.reason()),
                Ok(Err(error)) => {
                    return Err(Failure::passing(Kind::Interrupted, client::in_words(error)));
                }
                Err(_) => {
                    let detail = if answer.has_begun() {
                        "the answer stalled"
                    } else {
                        "no token"
                    };
                    return Err(Failure::new(Kind::Timeout, format!("{detail} in time")));
                }
            }
        }
    }
}
