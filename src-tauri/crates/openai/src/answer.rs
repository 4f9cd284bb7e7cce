use futures::channel::mpsc::UnboundedSender;
use inkstone_generation::{
    Capabilities, FinishReason, GenerationError, Reasoning as Place, TextEvent, Usage,
};

use crate::{
    chunk::{self, Chunk},
    filter::{Reasoning, Stops},
};

/// Where events go. Nothing is read from a server unless the stream is polled, so no more waits
/// here than one poll has read.
pub type Sender = UnboundedSender<Result<TextEvent, GenerationError>>;

/// An answer as it comes in; makes events of chunks.
#[derive(Debug)]
pub struct Answer {
    out: Sender,
    reasoning: Reasoning,
    stops: Stops,
    usage: Usage,
    /// What it has shown of the server.
    shown: Capabilities,
    started: bool,
    begun: bool,
    has_text: bool,
    /// Bytes of text that went out.
    bytes: usize,
    /// Chunks whose text has not gone out yet.
    waiting: u32,
    finish: Option<FinishReason>,
    /// A stop string ended it, whatever the server goes on to say.
    stopped: bool,
}

impl Answer {
    /// Nothing yet.
    pub fn new(out: Sender, stop: &[String]) -> Self {
        Self {
            out,
            reasoning: Reasoning::default(),
            stops: Stops::new(stop),
            usage: Usage::default(),
            shown: Capabilities::default(),
            started: false,
            begun: false,
            has_text: false,
            bytes: 0,
            waiting: 0,
            finish: None,
            stopped: false,
        }
    }

    /// Whether a token has come, of text or of reasoning: from here on nothing is sent again.
    pub fn has_begun(&self) -> bool {
        self.begun
    }

    /// Whether it is known why the model stopped.
    pub fn is_finished(&self) -> bool {
        self.finish.is_some()
    }

    /// Whether a stop string has ended it, so that the rest need not be read.
    pub fn is_stopped(&self) -> bool {
        self.stopped
    }

    /// The body came in pieces, or in one.
    pub fn came(&mut self, in_pieces: bool) {
        self.shown.streaming = Some(in_pieces);
    }

    /// What it has shown of the server so far.
    pub fn shown(&self) -> Capabilities {
        let mut shown = self.shown.clone();
        if self.reasoning.has_seen_any() {
            shown.reasoning = shown.reasoning.or(Some(Place::Inline));
        }
        if shown.streaming == Some(true) && self.usage != Usage::default() {
            shown.stream_usage = Some(true);
        }
        shown
    }

    /// Bytes of text so far.
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// Takes the next chunk.
    pub fn take(&mut self, chunk: &Chunk) {
        let Usage {
            prompt_tokens,
            completion_tokens,
        } = chunk.usage;
        self.usage.prompt_tokens = prompt_tokens.or(self.usage.prompt_tokens);
        self.usage.completion_tokens = completion_tokens.or(self.usage.completion_tokens);
        self.start();
        // After the end only the use may still come.
        if self.is_finished() {
            return;
        }
        self.begun |= chunk.reasons.is_some() || !chunk.text.is_empty();
        self.shown.reasoning = self.shown.reasoning.or(chunk.reasons);
        if !chunk.odds.is_empty() {
            self.send(Ok(TextEvent::Odds(chunk.odds.clone())));
        }
        if !chunk.text.is_empty() {
            self.waiting += 1;
            let text = self.reasoning.push(&chunk.text);
            self.write(&text);
        }
        if chunk.refuses {
            self.finish = Some(FinishReason::ContentFilter);
        }
        if let (None, Some(word)) = (&self.finish, &chunk.finish) {
            self.finish = Some(chunk::reason(word));
        }
    }

    /// The server says that nothing follows.
    pub fn done(&mut self) {
        self.start();
        // `[DONE]` alone does not make a whole of nothing.
        let has_text = self.has_text || self.stops.holds() || self.reasoning.holds();
        if self.finish.is_none() && has_text {
            self.finish = Some(FinishReason::Stop);
        }
    }

    /// Why it ended, if it ends now.
    pub fn reason(&self) -> FinishReason {
        self.finish.clone().unwrap_or(FinishReason::Incomplete)
    }

    /// Sends out what was held back, and the end.
    pub fn end(mut self, end: Result<FinishReason, GenerationError>) {
        if !self.stopped {
            let text = self.reasoning.finish();
            self.write(&text);
            let text = self.stops.finish();
            self.delta(text);
        }
        let usage = self.usage;
        self.send(end.map(|reason| TextEvent::Finished { reason, usage }));
    }

    fn start(&mut self) {
        if !std::mem::replace(&mut self.started, true) {
            let prompt_tokens = self.usage.prompt_tokens;
            self.send(Ok(TextEvent::Started { prompt_tokens }));
        }
    }

    fn write(&mut self, text: &str) {
        let (text, stopped) = self.stops.push(text);
        self.delta(text);
        if stopped {
            self.stopped = true;
            self.finish = Some(FinishReason::Stop);
        }
    }

    fn delta(&mut self, text: String) {
        if !text.is_empty() {
            self.has_text = true;
            self.bytes += text.len();
            let tokens = std::mem::take(&mut self.waiting);
            self.send(Ok(TextEvent::Delta { text, tokens }));
        } else if !self.reasoning.holds() && !self.stops.holds() {
            // That was reasoning.
            self.waiting = 0;
        }
    }

    fn send(&self, event: Result<TextEvent, GenerationError>) {
        // Nobody listens any more: then nobody misses it.
        let _ = self.out.unbounded_send(event);
    }
}
