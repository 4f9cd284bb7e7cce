//! A server that speaks the OpenAI API on this machine, and says and breaks what a test wants.
//!
//! ```no_run
//! use inkstone_tests::loopback::{Answer, Loopback, Script};
//!
//! let server = Loopback::start(Script::new(|request| match request.model().as_str() {
//!     "broken" => Answer::error(503, "loading"),
//!     _ => Answer::text("The ferry runs again."),
//! }))?;
//! println!("{}", server.base_url()); // http://127.0.0.1:40123/v1
//! assert_eq!(server.requests().len(), 0);
//! # Ok::<(), std::io::Error>(())
//! ```
//!
//! It runs on a thread of its own, whatever the test runs on, and ends when it is dropped.
//! [`Script::desks`] answers each desk in its notation.

mod answer;
mod desks;
mod gate;
mod http;

use std::{
    io,
    net::{Ipv4Addr, SocketAddr},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    thread::JoinHandle,
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use tokio::{net::TcpListener, sync::oneshot};

pub use answer::{Answer, Step};
pub use desks::text as desk_text;
pub use gate::{Passed, Witness};

/// What a server offers and how it answers.
pub struct Script {
    models: Answer,
    key: Option<String>,
    choose: Box<dyn Fn(&Recorded) -> Answer + Send + Sync>,
}

impl Script {
    /// Each request for text is answered as `choose` says.
    pub fn new(choose: impl Fn(&Recorded) -> Answer + Send + Sync + 'static) -> Script {
        Script {
            models: Answer::models(&["loopback-1"]),
            key: None,
            choose: Box::new(choose),
        }
    }

    /// The same answer always.
    pub fn always(answer: Answer) -> Script {
        Script::new(move |_| answer.clone())
    }

    /// One answer after the other; the last one stays.
    pub fn sequence(answers: impl Into<Vec<Answer>>) -> Script {
        let answers: Vec<Answer> = answers.into();
        let next = Mutex::new(0);
        Script::new(move |_| {
            let mut next = locked(&next);
            let answer = answers.get(*next).or(answers.last()).cloned();
            *next += 1;
            answer.unwrap_or(Answer::Close)
        })
    }

    /// Text in the notation of the desk that asks, in its language.
    pub fn desks() -> Script {
        Script::new(desks::answer)
    }

    /// Offers these models.
    pub fn with_models(self, models: &[&str]) -> Script {
        Script {
            models: Answer::models(models),
            ..self
        }
    }

    /// Answers a request for the list of models so.
    pub fn with_model_list(self, models: Answer) -> Script {
        Script { models, ..self }
    }

    /// Refuses whoever has not this key.
    pub fn with_key(self, key: &str) -> Script {
        Script {
            key: Some(key.to_owned()),
            ..self
        }
    }

    fn answer(&self, request: &Recorded) -> Answer {
        if let Some(key) = &self.key
            && request.header("authorization") != Some(&format!("Bearer {key}"))
        {
            return Answer::error(401, "Incorrect API key provided.");
        }
        let path = request.path.split('?').next().unwrap_or_default();
        match (request.method.as_str(), path.rsplit('/').next()) {
            ("GET", Some("models")) => self.models.clone(),
            ("POST", Some("completions" | "responses")) => (self.choose)(request),
            _ => Answer::error(404, "no such path"),
        }
    }
}

/// A request as it arrived.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recorded {
    /// `GET` or `POST`.
    pub method: String,
    /// Path and query.
    pub path: String,
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

impl Recorded {
    /// The value of a header.
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter();
        headers
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    }

    /// The body's JSON; null if it is none.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or(Value::Null)
    }

    /// The model that is asked.
    pub fn model(&self) -> String {
        self.json()["model"].as_str().unwrap_or_default().to_owned()
    }

    /// All texts of the prompt, one after the other.
    pub fn text(&self) -> String {
        let body = self.json();
        let messages = body["messages"].as_array().into_iter().flatten();
        let contents = messages.filter_map(|message| message["content"].as_str());
        let prompt = body["prompt"].as_str();
        contents.chain(prompt).collect::<Vec<_>>().join("\n\n")
    }
}

/// What the server has seen.
#[derive(Debug, Default)]
struct Log {
    requests: Vec<Recorded>,
    closed_early: usize,
}

/// A running server.
#[derive(Debug)]
pub struct Loopback {
    address: SocketAddr,
    log: Arc<Mutex<Log>>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Loopback {
    /// Starts on a free port.
    pub fn start(script: Script) -> io::Result<Loopback> {
        let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        let log = Arc::new(Mutex::new(Log::default()));
        let (stop, stopped) = oneshot::channel();
        let shared = (Arc::new(script), Arc::clone(&log));
        let thread = std::thread::Builder::new()
            .name("loopback".to_owned())
            .spawn(move || {
                runtime.block_on(async move {
                    tokio::select! {
                        _ = stopped => {}
                        () = accept(listener, shared) => {}
                    }
                });
                // Whoever still waits for an answer is cut off.
                runtime.shutdown_background();
            })?;
        Ok(Loopback {
            address,
            log,
            stop: Some(stop),
            thread: Some(thread),
        })
    }

    /// What a person would type as the server's address.
    pub fn base_url(&self) -> String {
        format!("http://{}/v1", self.address)
    }

    /// Host and port.
    pub fn host(&self) -> String {
        self.address.to_string()
    }

    /// All requests so far.
    pub fn requests(&self) -> Vec<Recorded> {
        locked(&self.log).requests.clone()
    }

    /// How many connections were closed by the other side before their answer was complete.
    pub fn closed_early(&self) -> usize {
        locked(&self.log).closed_early
    }

    /// Waits until so many connections were closed early; says whether that came to pass.
    pub fn wait_closed_early(&self, count: usize, patience: Duration) -> bool {
        self.wait(patience, |log| log.closed_early >= count)
    }

    /// Waits until so many requests have arrived; says whether that came to pass.
    pub fn wait_requests(&self, count: usize, patience: Duration) -> bool {
        self.wait(patience, |log| log.requests.len() >= count)
    }

    fn wait(&self, patience: Duration, is_so: impl Fn(&Log) -> bool) -> bool {
        let end = Instant::now() + patience;
        loop {
            if is_so(&locked(&self.log)) {
                return true;
            }
            if Instant::now() >= end {
                return false;
            }
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

impl Drop for Loopback {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

async fn accept(listener: std::net::TcpListener, shared: (Arc<Script>, Arc<Mutex<Log>>)) {
    let Ok(listener) = TcpListener::from_std(listener) else {
        return;
    };
    loop {
        if let Ok((socket, _)) = listener.accept().await {
            tokio::spawn(serve(socket, Arc::clone(&shared.0), Arc::clone(&shared.1)));
        }
    }
}

/// Answers one request after the other on one connection.
async fn serve(socket: tokio::net::TcpStream, script: Arc<Script>, log: Arc<Mutex<Log>>) {
    let mut connection = http::Connection::new(socket);
    while let Some(request) = connection.read().await {
        let answer = script.answer(&request);
        locked(&log).requests.push(request.clone());
        match connection.write(&request, &answer).await {
            http::End::Complete => {}
            http::End::Cut => return,
            http::End::ClosedEarly => {
                locked(&log).closed_early += 1;
                return;
            }
        }
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A chunk of an answer with this text.
fn delta(text: &str) -> Value {
    chunk(json!([{ "index": 0, "delta": { "content": text }, "finish_reason": null }]))
}

fn chunk(choices: Value) -> Value {
    json!({
        "id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": "loopback-1",
        "choices": choices,
    })
}
