//! One generation: attempts, and the stream of the one that succeeds.

use std::{sync::Arc, time::Duration};

use inkstone_generation::{
    Api, CancellationToken, Endpoint, FinishReason, Gate, GenerationError,
    GenerationErrorKind as Kind, TextRequest,
};
use tokio::time::Instant;

use crate::{
    Shared,
    address::Address,
    answer::{Answer, Sender},
    body::{Body, Flow},
    door::{Incoming, Question},
    failure::{Failure, Sent},
    profile::{Field, Profile},
    request,
    retry::Attempts,
    watch::Watch,
};

/// How long the use may come after the text is complete.
const TAIL: Duration = Duration::from_secs(5);
/// Text past this is no answer to anything; who sends more has lost his way, or means harm.
const LONGEST_TEXT: usize = 4 << 20;
/// So is a body past this, most of which may be reasoning, names and notices.
const LARGEST_BODY: usize = 64 << 20;

/// A request on its way.
pub struct Call {
    /// The door, times, profiles.
    pub shared: Arc<Shared>,
    /// The server.
    pub address: Address,
    /// The key and the model.
    pub endpoint: Endpoint,
    /// What each attempt asks first.
    pub gate: Arc<dyn Gate>,
    /// What is asked.
    pub request: TextRequest,
}

impl Call {
    /// Runs to the end, or until the person cancels.
    pub async fn run(self, out: Sender, cancel: CancellationToken) {
        let mut watch = Watch::new(out.clone(), self.shared.timeouts.quiet);
        let mut answer = Answer::new(out, &self.request.stop);
        let end = tokio::select! {
            biased;
            () = cancel.cancelled() => Ok(FinishReason::Cancelled),
            end = self.work(&mut answer, &mut watch) => end,
        };
        answer.end(end);
    }

    async fn work(
        &self,
        answer: &mut Answer,
        watch: &mut Watch,
    ) -> Result<FinishReason, GenerationError> {
        request::check(&self.request)?;
        let way = request::way(self.endpoint.api, &self.request.prompt);
        let texts = request::texts(&self.request);
        let key = self.endpoint.api_key.as_ref();
        let sent = Sent {
            key: key.map(|key| key.expose().trim()),
            texts: &texts,
        };
        let seed = self.request.sampling.seed;
        let mut attempts = Attempts::new(&self.shared.timeouts, seed);
        let mut profile = self.shared.profiles.get(&self.endpoint);
        // Only a chat has two names for the cap, and only once is the other one tried.
        let mut may_swap = way == Api::Chat;
        loop {
            watch.begin();
            let failure = match self.attempt(way, &profile, &sent, answer, watch).await {
                Ok(reason) => return Ok(reason),
                Err(failure) => failure,
            };
            if answer.has_begun() {
                return Err(failure.error);
            }
            let refusal = failure.refusal.as_deref();
            if let Some(next) = refusal.and_then(|said| profile.yielding(said, may_swap)) {
                may_swap &= next.cap() == profile.cap();
                profile = next;
                continue;
            }
            attempts.wait(failure, watch).await?;
        }
    }

    async fn attempt(
        &self,
        way: Api,
        profile: &Profile,
        sent: &Sent<'_>,
        answer: &mut Answer,
        watch: &mut Watch,
    ) -> Result<FinishReason, Failure> {
        let body = request::body(&self.endpoint.model, way, &self.request, profile)?;
        let question = Question {
            address: &self.address,
            path: request::path(way),
            body: Some(body),
            accept: if profile.sends(Field::Stream) {
                "text/event-stream"
            } else {
                "application/json"
            },
            key: self.endpoint.api_key.as_ref(),
        };
        let (door, times) = (&self.shared.door, self.shared.patient());
        let mut incoming = door.send(&*self.gate, question, sent, times, watch).await?;
        self.shared.profiles.learn(&self.endpoint, profile);
        let read = self.read(&mut incoming, sent, answer, watch).await;
        match &read {
            Ok(_) => incoming.finished(),
            Err(failure) => incoming.failed(failure.error.kind),
        }
        if read.is_ok() || answer.has_begun() {
            let learnt = profile.updated(&answer.shown());
            self.shared.profiles.learn(&self.endpoint, &learnt);
        }
        read
    }

    /// Reads the body of a success.
    async fn read(
        &self,
        incoming: &mut Incoming,
        sent: &Sent<'_>,
        answer: &mut Answer,
        watch: &mut Watch,
    ) -> Result<FinishReason, Failure> {
        let idle = self.shared.timeouts.idle;
        let mut body = Body::new(sent);
        let mut deadline = incoming.deadline;
        let mut read = 0;
        loop {
            match watch.until(deadline, incoming.chunk()).await {
                Some(Ok(Some(bytes))) => {
                    let was_finished = answer.is_finished();
                    read += bytes.len();
                    if answer.bytes() > LONGEST_TEXT || read > LARGEST_BODY {
                        return Ok(FinishReason::Length);
                    }
                    match body.push(&bytes, answer) {
                        Ok(Flow::More) => {}
                        Ok(Flow::Done) => return Ok(answer.reason()),
                        Err(_) if answer.is_finished() => return Ok(answer.reason()),
                        Err(failure) => return Err(in_the_middle(failure, answer)),
                    }
                    if answer.has_begun() {
                        watch.end();
                    }
                    // Whoever reads the stream takes what there is before more is read.
                    tokio::task::yield_now().await;
                    if answer.is_finished() && !was_finished {
                        deadline = Instant::now() + idle.min(TAIL);
                    } else if answer.has_begun() && !was_finished {
                        deadline = Instant::now() + idle;
                    }
                }
                Some(Ok(None)) => {
                    body.finish(answer)
                        .map_err(|failure| in_the_middle(failure, answer))?;
                    return Ok(answer.reason());
                }
                // All that could still have come is the use.
                _ if answer.is_finished() => return Ok(answer.reason()),
                Some(Err(failure)) => return Err(failure),
                None if answer.has_begun() => {
                    return Err(Failure::new(Kind::Stalled, "nothing more came in time"));
                }
                None => return Err(Failure::new(Kind::Timeout, "no token in time")),
            }
        }
    }
}

/// What can't be read says something else of a server whose answer had begun well.
fn in_the_middle(mut failure: Failure, answer: &Answer) -> Failure {
    if answer.has_begun() && failure.error.kind == Kind::NotAnApi {
        failure.error.kind = Kind::Garbled;
    }
    failure
}
