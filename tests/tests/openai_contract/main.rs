//! What the remote adapter makes of servers, good and bad: each test sends real HTTP to a server
//! on this machine and looks at the events, and at the requests that the server saw.

#![allow(
    clippy::expect_used,
    clippy::panic,
    reason = "a helper of a test ends the test"
)]

mod broken;
mod facts;
mod gate;
mod good;
mod many;
mod peers;
mod probe;
mod refused;
mod stopped;
mod ways;

use std::{sync::Arc, time::Duration};

use futures::StreamExt as _;
use inkstone_generation::{
    CancellationToken, Endpoint, FinishReason, GenerationError, GenerationErrorKind, Message, Odds,
    Prompt, RemoteModels as _, Role, Sampling, Secret, TextEvent, TextModel, TextRequest,
    TextStream, Usage, Wait,
};
use inkstone_openai::{OpenAi, Timeouts};
use inkstone_tests::loopback::{Loopback, Script, Witness};

const KEY: &str = "sk-loopback-17";
const DRAFT: &str = "The ferry to the island runs again after two winters.";
/// Past this a test has failed; it is no measure of anything.
const PATIENCE: Duration = Duration::from_secs(30);

/// Waits that fail no test on a slow machine, and retries at once.
fn patient() -> Timeouts {
    Timeouts {
        backoff: Duration::from_millis(1),
        longest_backoff: Duration::from_millis(2),
        longest_retry_after: Duration::from_millis(5),
        ..Timeouts::default()
    }
}

fn server(script: Script) -> Loopback {
    Loopback::start(script).expect("a free port")
}

fn endpoint(base_url: &str) -> Endpoint {
    Endpoint::new(base_url, "loopback-1").with_key(KEY)
}

fn model(server: &Loopback) -> Arc<dyn TextModel> {
    with(server, patient())
}

fn with(server: &Loopback, timeouts: Timeouts) -> Arc<dyn TextModel> {
    let door = OpenAi::with_timeouts(timeouts);
    door.connect(endpoint(&server.base_url()), Witness::open())
        .expect("a good address")
}

fn chat() -> TextRequest {
    let message = |role, content: &str| Message {
        role,
        content: content.to_owned(),
    };
    TextRequest {
        prompt: Prompt::Chat(vec![
            message(Role::System, "You write news."),
            message(Role::User, DRAFT),
        ]),
        sampling: Sampling {
            temperature: 0.5,
            seed: 4242,
            ..Sampling::default()
        },
        max_tokens: Some(200),
        stop: Vec::new(),
        constraint: None,
        odds: None,
    }
}

/// A stream, read to its end.
#[derive(Debug)]
struct Outcome {
    started: bool,
    text: String,
    tokens: u32,
    /// What was waited for, and for which attempt.
    waits: Vec<(Wait, u32)>,
    odds: Vec<Odds>,
    end: Result<(FinishReason, Usage), GenerationError>,
}

impl Outcome {
    #[track_caller]
    fn reason(&self) -> FinishReason {
        match &self.end {
            Ok((reason, _)) => reason.clone(),
            Err(error) => panic!("{error}"),
        }
    }

    #[track_caller]
    fn kind(&self) -> GenerationErrorKind {
        self.end.as_ref().expect_err("an error").kind
    }
}

/// Reads a stream and holds it to the port's grammar.
async fn read(stream: TextStream) -> Outcome {
    tokio::time::timeout(PATIENCE, read_on(stream))
        .await
        .expect("the stream ends")
}

async fn read_on(mut stream: TextStream) -> Outcome {
    let (mut started, mut text, mut tokens) = (false, String::new(), 0);
    let (mut waits, mut odds) = (Vec::new(), Vec::new());
    while let Some(event) = stream.next().await {
        let end = match event {
            Ok(TextEvent::Waiting { why, attempt, .. }) => {
                assert!(text.is_empty(), "a wait after the first text");
                waits.push((why, attempt));
                continue;
            }
            Ok(TextEvent::Odds(more)) => {
                odds.extend(more);
                continue;
            }
            Ok(TextEvent::Started { .. }) => {
                assert!(!started, "started twice");
                started = true;
                continue;
            }
            Ok(TextEvent::Delta {
                text: delta,
                tokens: count,
            }) => {
                assert!(started, "a delta before the start");
                assert!(!delta.is_empty(), "an empty delta");
                text.push_str(&delta);
                tokens += count;
                continue;
            }
            Ok(TextEvent::Finished { reason, usage }) => Ok((reason, usage)),
            Err(error) => Err(error),
        };
        assert!(stream.next().await.is_none(), "something after the end");
        return Outcome {
            started,
            text,
            tokens,
            waits,
            odds,
            end,
        };
    }
    panic!("a stream without an end, after {text:?}");
}

/// One chat with a server that does as the script says; the server too, to be asked.
async fn ask(script: Script) -> (Outcome, Loopback) {
    let server = server(script);
    let stream = model(&server).generate(chat(), CancellationToken::new());
    (read(stream).await, server)
}
