//! One generation, from request to the last event, on a thread of its own.

use std::{
    collections::VecDeque,
    sync::{Arc, atomic::Ordering},
    thread,
};

use futures::channel::mpsc::{UnboundedSender, unbounded};
use inkstone_generation::{
    CancellationToken, FinishReason, GenerationError, GenerationErrorKind as Kind, MOST_OTHERS,
    Prompt, TextEvent, TextRequest, TextStream, Usage,
};

use crate::{
    constraint::Kept,
    decode::{Decode, Listener},
    failure::{Result, guarded, internal, invalid},
    guided::Guided,
    model::Model,
    network::{Session, Want, threads::stand_back},
    sampler::Sampler,
    text::Text,
    tokenizer::Writer,
};

/// Tokens of a prompt that are read at once: the larger the network, the fewer, so that a stop is
/// soon heard.
const CHUNKS: [(u64, usize); 3] = [(500_000_000, 256), (2_000_000_000, 128), (u64::MAX, 64)];

/// A grammar from a stranger may nest as deep as is allowed.
const STACK: usize = 16 << 20;

type Events = UnboundedSender<std::result::Result<TextEvent, GenerationError>>;

/// Starts the thread and returns what it will say.
pub(crate) fn start(
    model: Arc<Model>,
    request: TextRequest,
    cancel: CancellationToken,
) -> TextStream {
    let (events, stream) = unbounded();
    let to_worker = events.clone();
    let spawned = thread::Builder::new()
        .name("inkstone-generation".to_owned())
        .stack_size(STACK)
        .spawn(move || {
            stand_back();
            let work = Work {
                model: &model,
                events: &to_worker,
                cancel: &cancel,
            };
            if let Err(error) = guarded(Kind::Internal, || work.run(request)) {
                // The stream may be gone already; then nobody wants to know.
                let _ = work.events.unbounded_send(Err(error));
            }
        });
    if let Err(error) = spawned {
        // The stream may be gone already; then nobody wants to know.
        let _ = events.unbounded_send(Err(internal(format!("no thread: {error}"))));
    }
    Box::pin(stream)
}

struct Work<'a> {
    model: &'a Model,
    events: &'a Events,
    cancel: &'a CancellationToken,
}

impl Listener for Work<'_> {
    fn send(&self, event: TextEvent) -> bool {
        self.events.unbounded_send(Ok(event)).is_ok()
    }

    fn stopped(&self) -> bool {
        self.cancel.is_cancelled() || self.events.is_closed()
    }
}

impl Work<'_> {
    fn run(&self, request: TextRequest) -> Result<()> {
        let tokens = self.model.tokenizer.len();
        let mut biased = request.sampling.logit_bias.keys();
        if let Some(token) = biased.find(|token| **token as usize >= tokens) {
            return Err(invalid(format!("logit_bias of token {token}, of {tokens}")));
        }
        let sampler = Sampler::new(request.sampling)?;
        if let Some(others) = request.odds.filter(|n| *n > MOST_OTHERS) {
            return Err(invalid(format!("odds of {others} others")));
        }
        let prompt = self.prompt(&request.prompt)?;
        let context = self.model.network.config.context;
        let read = prompt.tokens.len();
        if read >= context {
            return Err(overflow(read, context));
        }
        let room = context - read;
        let most = request.max_tokens.map_or(room, |m| room.min(m as usize));
        let tokenizer = &self.model.tokenizer;
        let vocabulary = || self.model.vocabulary();
        let guided = Guided::new(tokenizer, &prompt.tokens, request.constraint.as_ref())?;
        let constraint = request.constraint.filter(|c| !c.is_empty());
        let kept = constraint
            .map(|c| Kept::new(c, &request.stop, tokenizer, &vocabulary))
            .transpose()?;
        let long = self.model.network.is_long(read + most);
        let remembered = &self.model.remembered;
        let Some(turn) = remembered.turn(&|| self.stopped()) else {
            self.send(TextEvent::Finished {
                reason: FinishReason::Cancelled,
                usage: Usage {
                    prompt_tokens: Some(read as u32),
                    completion_tokens: Some(0),
                },
            });
            return Ok(());
        };
        let known = remembered.find(&prompt.tokens, long);
        let cache = known.unwrap_or_else(|| self.model.network.cache());
        let mut decode = Decode {
            tokenizer,
            session: Session::new(&self.model.network, &self.model.table, cache, long),
            sampler,
            guided,
            kept,
            text: Text::new(request.stop, prompt.chat, prompt.thinking),
            so_far: prompt.tokens,
            read,
            most,
            from: read,
            released: read,
            unsent: 0,
            ended: false,
            lookup: self.model.lookup(),
            ahead: VecDeque::new(),
            others: request.odds.map(usize::from),
            odds: Vec::new(),
        };
        let chunk = chunk(self.model.parameters);
        let mut logits = Some(Vec::new());
        let session = &mut decode.session;
        while logits.is_some() && session.len() < read {
            let part = &decode.so_far[session.len()..read.min(session.len() + chunk)];
            let want = if session.len() + part.len() == read {
                Want::Last
            } else {
                Want::Nothing
            };
            logits = session.forward(part, want, &|| self.stopped())?;
        }
        remembered.keep(&decode.so_far, session.cache(), long);
        drop(turn);
        let Some(logits) = logits else {
            decode.finish(FinishReason::Cancelled, self);
            return Ok(());
        };
        if !self.send(TextEvent::Started {
            prompt_tokens: Some(read as u32),
        }) {
            return Ok(());
        }
        let outcome = decode.run(logits, self);
        let saved = decode.lookup.saved;
        self.model.guessed.fetch_add(saved, Ordering::Relaxed);
        remembered.keep(&decode.so_far, decode.session.cache(), long);
        outcome
    }

    fn prompt(&self, prompt: &Prompt) -> Result<Read> {
        let tokenizer = &self.model.tokenizer;
        let context = self.model.network.config.context;
        let bytes = match prompt {
            Prompt::Raw(text) => text.len(),
            Prompt::Chat(messages) => messages.iter().map(|m| m.content.len()).sum(),
        };
        if bytes == 0 {
            return Err(invalid("an empty prompt"));
        }
        // So long that it cannot fit: not worth cutting into tokens.
        let fewest = tokenizer.fewest(bytes);
        if fewest > context {
            return Err(overflow(fewest, context));
        }
        let (tokens, chat, thinking) = match prompt {
            Prompt::Raw(text) => (tokenizer.encode(text, Writer::Person)?, false, false),
            Prompt::Chat(messages) => {
                let rendered = self.model.template.render(messages, tokenizer)?;
                let thinking = rendered.text.trim_end().ends_with("<think>");
                let tokens = tokenizer.encode(&rendered.text, Writer::Template(rendered.guard))?;
                (tokens, true, thinking)
            }
        };
        if tokens.is_empty() {
            return Err(invalid("a prompt without tokens"));
        }
        Ok(Read {
            tokens,
            chat,
            thinking,
        })
    }
}

/// A prompt in tokens.
struct Read {
    tokens: Vec<u32>,
    /// Whether a template made it; thoughts are then left out of the answer.
    chat: bool,
    /// Whether it ends inside a thought.
    thinking: bool,
}

fn overflow(tokens: usize, context: usize) -> GenerationError {
    GenerationError::new(
        Kind::ContextOverflow,
        format!("a prompt of {tokens} tokens or more, a context of {context}"),
    )
}

fn chunk(parameters: u64) -> usize {
    CHUNKS
        .iter()
        .find(|(up_to, _)| parameters <= *up_to)
        .map_or(1, |(_, tokens)| *tokens)
}
