//! Neither a key nor a word of a draft gets into a log, however talkative it is set.

#![allow(clippy::expect_used, reason = "a helper of a test ends the test")]

use std::{
    io,
    sync::{Arc, Mutex},
    time::Duration,
};

use futures::StreamExt as _;
use inkstone_generation::{
    CancellationToken, Endpoint, Message, Prompt, RemoteModels as _, Role, Sampling, TextRequest,
};
use inkstone_openai::{OpenAi, Timeouts};
use inkstone_tests::loopback::{Answer, Loopback, Script, Step, Witness};
use tracing_subscriber::{filter::LevelFilter, fmt::MakeWriter};

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().expect("the log").extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Log {
    type Writer = Log;

    fn make_writer(&self) -> Log {
        self.clone()
    }
}

#[tokio::test]
async fn nothing_of_the_person_is_logged() {
    let log = Log::default();
    tracing_subscriber::fmt()
        .with_max_level(LevelFilter::TRACE)
        .with_writer(log.clone())
        .init();

    let echo = Answer::error(500, "sk-private-17 and LIGHTHOUSE");
    let broken = Answer::Stream(vec![
        Step::text("ANSWERED"),
        Step::bytes("data: {BROKEN\n\n"),
    ]);
    let refused = Answer::json(400, &serde_json::json!("sk-private-17 LIGHTHOUSE"));
    for answers in [
        vec![echo, broken],
        vec![refused],
        vec![Answer::text("ANSWERED")],
    ] {
        let server = Loopback::start(Script::sequence(answers)).expect("a free port");
        let backoff = Duration::from_millis(1);
        let door = OpenAi::with_timeouts(Timeouts {
            backoff,
            ..Timeouts::default()
        });
        let endpoint = Endpoint::new(server.base_url(), "loopback-1").with_key("sk-private-17");
        assert!(door.list(endpoint.clone(), Witness::open()).await.is_ok());
        let content = "A scene in the LIGHTHOUSE.".to_owned();
        let request = TextRequest {
            prompt: Prompt::Chat(vec![Message {
                role: Role::User,
                content,
            }]),
            sampling: Sampling::default(),
            max_tokens: None,
            stop: Vec::new(),
            constraint: None,
            odds: None,
        };
        let model = door
            .connect(endpoint, Witness::open())
            .expect("a good address");
        let events: Vec<_> = model
            .generate(request, CancellationToken::new())
            .collect()
            .await;
        assert!(!events.is_empty());
    }

    let bytes = log.0.lock().expect("the log").clone();
    let text = String::from_utf8_lossy(&bytes);
    assert!(
        text.contains("ServerTrouble"),
        "the log heard nothing:\n{text}"
    );
    for private in ["sk-private", "LIGHTHOUSE", "ANSWERED", "BROKEN"] {
        assert!(!text.contains(private), "{private} in\n{text}");
    }
}
