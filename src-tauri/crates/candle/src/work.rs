//! One generation, from request to the last event, on a thread of its own.

use std::{sync::Arc, thread};

use futures::channel::mpsc::{UnboundedSender, unbounded};
use inkstone_generation::{
    CancellationToken, FinishReason, GenerationError, GenerationErrorKind as Kind, Prompt,
    TextEvent, TextRequest, TextStream, Usage,
};

use crate::{
    failure::{Result, guarded, internal, invalid},
    guided::Guided,
    model::Model,
    network::Want,
    sampler::Sampler,
    text::Text,
    tokenizer::Writer,
};

/// Tokens of a prompt that are read at once: the larger the network, the fewer. A fixed number for
/// each network, because other numbers could round otherwise and so change the text.
const CHUNKS: [(u64, usize); 3] = [(500_000_000, 256), (2_000_000_000, 64), (u64::MAX, 32)];

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
        .spawn(move || {
            let work = Work {
                model: &model,
                events: &to_worker,
                cancel: &cancel,
            };
            if let Err(error) = guarded(Kind::Internal, || work.run(request)) {
                work.send(Err(error));
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

impl Work<'_> {
    /// Says something; whether anybody still listens.
    fn send(&self, event: std::result::Result<TextEvent, GenerationError>) -> bool {
        self.events.unbounded_send(event).is_ok()
    }

    fn stopped(&self) -> bool {
        self.cancel.is_cancelled() || self.events.is_closed()
    }

    fn run(&self, request: TextRequest) -> Result<()> {
        let mut sampler = Sampler::new(request.sampling)?;
        let prompt = self.prompt(&request.prompt)?;
        let context = self.model.network.config.context;
        let read = prompt.tokens.len();
        if read >= context {
            return Err(overflow(read, context));
        }
        let room = context - read;
        let most = request.max_tokens.map_or(room, |m| room.min(m as usize));
        let mut text = Text::new(request.stop, prompt.chat, prompt.thinking);
        let mut guided = Guided::new(&self.model.tokenizer, &prompt.tokens);
        let mut so_far = prompt.tokens;
        let finish = |text: &mut Text, written: u32, unsent: u32, reason| {
            let rest = text.finish();
            if !rest.is_empty() {
                self.send(Ok(TextEvent::Delta {
                    text: rest,
                    tokens: unsent,
                }));
            }
            let usage = Usage {
                prompt_tokens: Some(read as u32),
                completion_tokens: Some(written),
            };
            self.send(Ok(TextEvent::Finished { reason, usage }));
        };
        let mut session = self.model.network.session(read + most)?;
        let mut logits = Some(Vec::new());
        let chunk = chunk(self.model.parameters);
        while let Some(_) = &logits
            && session.len() < read
        {
            let part = &so_far[session.len()..read.min(session.len() + chunk)];
            let want = if session.len() + part.len() == read {
                Want::Last
            } else {
                Want::Nothing
            };
            logits = session.forward(part, want, &|| self.stopped())?;
        }
        let Some(mut logits) = logits else {
            finish(&mut text, 0, 0, FinishReason::Cancelled);
            return Ok(());
        };
        if !self.send(Ok(TextEvent::Started {
            prompt_tokens: Some(read as u32),
        })) {
            return Ok(());
        }
        let (mut written, mut unsent) = (0, 0);
        loop {
            if self.stopped() {
                finish(&mut text, written, unsent, FinishReason::Cancelled);
                return Ok(());
            }
            if written as usize >= most {
                finish(&mut text, written, unsent, FinishReason::Length);
                return Ok(());
            }
            guided.mask(&mut logits);
            let token = sampler.choose(&mut logits, &so_far)?;
            guided.wrote(token);
            written += 1;
            unsent += 1;
            if self.model.tokenizer.is_end(token) {
                finish(&mut text, written, unsent, FinishReason::Stop);
                return Ok(());
            }
            so_far.push(token);
            let (piece, stop) = text.push(self.model.tokenizer.spell(token));
            if !piece.is_empty() {
                let tokens = std::mem::take(&mut unsent);
                if !self.send(Ok(TextEvent::Delta {
                    text: piece,
                    tokens,
                })) {
                    return Ok(());
                }
            }
            if stop {
                // What follows the stop string is not part of the text.
                finish(
                    &mut Text::new(Vec::new(), false, false),
                    written,
                    0,
                    FinishReason::Stop,
                );
                return Ok(());
            }
            if (written as usize) < most {
                match session.forward(&[token], Want::Last, &|| self.stopped())? {
                    Some(next) => logits = next,
                    None => {
                        finish(&mut text, written, unsent, FinishReason::Cancelled);
                        return Ok(());
                    }
                }
            }
        }
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
