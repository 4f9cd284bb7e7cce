//! One call of a model: it is sent, its stream is read, and both reach the library on the way.

use std::{sync::Arc, time::Duration};

use futures::StreamExt as _;
use inkstone_desks::{Output, Task, parse, whole};
use inkstone_generation::{
    CancellationToken, FinishReason, Gate, GenerationError, GenerationErrorKind, Odds, TextEvent,
    TextModel, TextRequest, TextStream, Usage,
    references::{References, Resolver},
};
use inkstone_library::GenerationEnd;
use inkstone_manuscript::{DocumentKind, Language};
use tokio::{
    sync::mpsc,
    time::{Instant, MissedTickBehavior, interval, sleep_until},
};

use crate::{
    Studio, StudioError,
    dto::{ErrorDto, TakeStatus},
    gate::{Errand, StudioGate},
    saving::{Saving, Unsaved, saver},
    switch::resume::joint,
    waiting::WaitingDto,
};

/// Listeners hear of new text at most this often.
const TELL_EVERY: Duration = Duration::from_millis(50);
/// Streamed text waits for the library no longer than this.
const SAVE_EVERY: Duration = Duration::from_millis(250);
/// How long a stopped model may take to end by itself; then its stream is dropped.
const GRACE: Duration = Duration::from_millis(50);
/// A model that writes more than this has lost its way, whatever its limit said.
const LONGEST_OUTPUT: usize = 2 << 20;

/// How an output is read.
#[derive(Debug, Clone)]
pub(crate) enum Reading {
    /// As it stands.
    Raw,
    /// As a desk does.
    Desk {
        kind: DocumentKind,
        task: Task,
        language: Language,
    },
}

impl Reading {
    /// The reading that belongs to a template's name, as `news/draft.en.compact`; for one that all
    /// kinds share, as `shared/rewrite.en`, that of the document's kind.
    pub fn of(template: &str, document: Option<DocumentKind>) -> Self {
        let parts = || {
            let (kind, rest) = template.split_once('/')?;
            let (task, rest) = rest.split_once('.')?;
            let language = rest.split('.').next()?;
            if kind == "own" {
                // A file's name may have a point in it.
                let (_, language) = template.rsplit_once('.')?;
                return Some(Self::Desk {
                    kind: document?,
                    task: Task::named("own")?,
                    language: language.parse().ok()?,
                });
            }
            Some(Self::Desk {
                kind: match kind {
                    "shared" | "beside" => document?,
                    kind => kind.parse().ok()?,
                },
                task: Task::named(task)?,
                language: language.parse().ok()?,
            })
        };
        parts().unwrap_or(Self::Raw)
    }

    /// The text in an output, whole or as far as it has come.
    pub fn read(&self, output: &str) -> Output {
        match self {
            Self::Raw => Output {
                title: None,
                text: output.to_owned(),
            },
            Self::Desk {
                kind,
                task,
                language,
            } => parse(*kind, task, *language, output),
        }
    }

    /// The text in an output that has ended, or not yet: one that was cut off ends with a whole
    /// element of a script.
    pub fn ended(&self, output: &str, end: Option<&GenerationEnd>) -> Output {
        let mut read = self.read(output);
        let cut = end.is_some_and(|end| status(end) != TakeStatus::Done);
        if let Self::Desk { kind, task, .. } = self
            && cut
        {
            read.text = whole(*kind, task, &read.text).to_owned();
        }
        read
    }
}

/// Where a request goes when it leaves the machine.
#[derive(Debug, Clone)]
pub(crate) struct Departure {
    pub purpose: String,
    /// The project whose lock is asked once more; none for what a person asked for by hand.
    pub project_id: Option<String>,
}

/// A call that is written down and not made yet.
#[derive(Debug)]
pub(crate) struct Call {
    /// Id of its generation.
    pub id: String,
    pub variant: u32,
    pub request: TextRequest,
    pub references: References,
    /// The text that it goes on from; mostly empty.
    pub before: String,
    pub reading: Reading,
    pub departure: Option<Departure>,
    pub cancel: CancellationToken,
}

/// How far a call is.
#[derive(Debug, Clone, Default)]
pub(crate) struct State {
    pub title: Option<String>,
    pub text: String,
    pub tokens: u32,
    /// Something came of this call itself, and not of what it goes on from.
    pub begun: bool,
    pub tokens_per_second: Option<f64>,
    /// What a server is waited for.
    pub waiting: Option<WaitingDto>,
}

/// A model that one call can use.
pub(crate) struct Reached {
    pub model: Arc<dyn TextModel>,
    /// What its requests pass; none for a local model.
    pub gate: Option<Arc<StudioGate>>,
    /// Names and numbers give way to placeholders.
    pub masked: bool,
}

impl Studio {
    /// The model of a call, loaded if need be; a server's with the gate of this call.
    pub(crate) async fn reach(
        self: &Arc<Self>,
        model_id: &str,
        call: &Call,
    ) -> Result<Reached, StudioError> {
        let Some(departure) = &call.departure else {
            let model = self.model(model_id).await?;
            return Ok(Reached {
                model,
                gate: None,
                masked: false,
            });
        };
        let masking = match departure.project_id.clone() {
            Some(project) => {
                let id = call.id.clone();
                self.blocking(move |s| {
                    let masking = s.mask_of(&project)?;
                    if masking.is_some() {
                        s.library.note_masked(&id)?;
                    }
                    Ok(masking)
                })
                .await?
            }
            None => None,
        };
        let errand = Errand {
            purpose: departure.purpose.clone(),
            project_id: departure.project_id.clone(),
            generation_id: Some(call.id.clone()),
            masked: masking.is_some(),
            folded: false,
        };
        let gate = StudioGate::new(self, errand);
        let passed: Arc<dyn Gate> = gate.clone();
        let mut model = self.shelf.model(model_id, Some(passed)).await?;
        let masked = masking.is_some();
        if let Some(masking) = masking {
            model = masking.over(model);
        }
        Ok(Reached {
            model,
            gate: Some(gate),
            masked,
        })
    }
}

/// How a call ended.
#[derive(Debug, Clone)]
pub(crate) struct Ended {
    pub state: State,
    pub end: GenerationEnd,
    pub error: Option<ErrorDto>,
    /// How likely its tokens were, where that was asked for.
    pub odds: Vec<Odds>,
}

impl Ended {
    /// An end before a word was written.
    pub fn without_text(reason: &str, error: Option<ErrorDto>) -> Self {
        let end = GenerationEnd {
            finish_reason: reason.to_owned(),
            error: error.as_ref().and_then(|e| serde_json::to_string(e).ok()),
            ..GenerationEnd::default()
        };
        Self {
            state: State::default(),
            end,
            error,
            odds: Vec::new(),
        }
    }

    /// Stopped before a word was written.
    pub fn stopped() -> Self {
        Self::without_text(FinishReason::Cancelled.as_str(), None)
    }

    /// Failed before a word was written.
    pub fn failed(error: &StudioError) -> Self {
        Self::without_text(FAILED, Some(error.to_dto()))
    }

    pub fn status(&self) -> TakeStatus {
        status(&self.end)
    }
}

/// The finish reason of a call that failed.
pub(crate) const FAILED: &str = "error";

/// What a person is told of an end.
pub(crate) fn status(end: &GenerationEnd) -> TakeStatus {
    match end.finish_reason.as_str() {
        FAILED => TakeStatus::Failed,
        "cancelled" => TakeStatus::Stopped,
        "length" | "incomplete" | "content_filter" => TakeStatus::Incomplete,
        "interrupted" => TakeStatus::Interrupted,
        _ => TakeStatus::Done,
    }
}

/// Makes the call. Returns as soon as it has ended, which is within a tenth of a second of a stop;
/// the library gets the rest meanwhile.
pub(crate) async fn run(
    studio: &Arc<Studio>,
    reached: &Reached,
    call: Call,
    told: impl FnMut(&State) + Send,
) -> (Ended, Saving) {
    let (sender, saving) = saver(studio, call.id.clone());
    let begun = Instant::now();
    let (ended, arrivals) = if call.cancel.is_cancelled() {
        (Ended::stopped(), Vec::new())
    } else {
        let model = &reached.model;
        let stream = model.generate(call.request.clone(), call.cancel.clone());
        let mut reader = Reader::new(&call, begun, sender.clone(), told);
        let outcome = reader.read(stream, &call.cancel).await;
        let gate = reached.gate.as_deref();
        let ended = reader.end(outcome, gate);
        (ended, gate.map(StudioGate::arrivals).unwrap_or_default())
    };
    let rest = Unsaved {
        arrivals,
        end: Some(ended.end.clone()),
        ..Unsaved::default()
    };
    // The receiver lives as long as this sender.
    let _ = sender.send(rest);
    (ended, saving)
}

/// Why reading stopped.
enum Outcome {
    Finished(FinishReason, Usage),
    Failed(GenerationError),
}

/// Reads a stream.
struct Reader<'a, T> {
    reading: &'a Reading,
    before: &'a str,
    resolver: Resolver<'a>,
    begun: Instant,
    first: Option<Instant>,
    /// The output with its references resolved.
    resolved: String,
    /// Bytes of output.
    bytes: usize,
    tokens: u32,
    prompt_tokens: Option<u32>,
    odds: Vec<Odds>,
    waiting: Option<WaitingDto>,
    sender: mpsc::UnboundedSender<Unsaved>,
    unsent: Unsaved,
    saved_at: Instant,
    told: T,
    untold: bool,
    tell_at: Instant,
}

impl<'a, T: FnMut(&State) + Send> Reader<'a, T> {
    fn new(
        call: &'a Call,
        begun: Instant,
        sender: mpsc::UnboundedSender<Unsaved>,
        told: T,
    ) -> Self {
        Self {
            reading: &call.reading,
            before: &call.before,
            resolver: call.references.resolver(),
            begun,
            first: None,
            resolved: String::new(),
            bytes: 0,
            tokens: 0,
            prompt_tokens: None,
            odds: Vec::new(),
            waiting: None,
            sender,
            unsent: Unsaved::default(),
            saved_at: begun,
            told,
            untold: false,
            tell_at: begun,
        }
    }

    async fn read(&mut self, mut stream: TextStream, cancel: &CancellationToken) -> Outcome {
        let mut ticks = interval(TELL_EVERY);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut deadline: Option<Instant> = None;
        loop {
            // A stream that never pauses must neither starve the ticks nor hide a stop.
            let over = deadline.unwrap_or_else(|| Instant::now() + GRACE);
            tokio::select! {
                biased;
                () = sleep_until(over), if deadline.is_some() => {
                    return Outcome::Finished(FinishReason::Cancelled, Usage::default());
                }
                () = cancel.cancelled(), if deadline.is_none() => {
                    deadline = Some(Instant::now() + GRACE);
                }
                _ = ticks.tick() => {}
                event = stream.next() => match event {
                    None => return Outcome::Finished(FinishReason::Incomplete, Usage::default()),
                    Some(Err(e)) => return Outcome::Failed(e),
                    Some(Ok(TextEvent::Waiting { why, seconds, attempt })) => {
                        self.waiting = Some(WaitingDto {
                            why: why.into(),
                            seconds,
                            attempt,
                        });
                        self.tell();
                    }
                    Some(Ok(TextEvent::Started { prompt_tokens })) => {
                        self.prompt_tokens = prompt_tokens;
                        self.tell();
                    }
                    Some(Ok(TextEvent::Delta { text, tokens })) => {
                        self.take(&text, tokens);
                        if self.bytes > LONGEST_OUTPUT {
                            return Outcome::Finished(FinishReason::Length, Usage::default());
                        }
                    }
                    Some(Ok(TextEvent::Odds(odds))) => self.odds.extend(odds),
                    Some(Ok(TextEvent::Finished { reason, usage })) => {
                        return Outcome::Finished(reason, usage);
                    }
                },
            }
            self.pass_on(Instant::now());
        }
    }

    fn take(&mut self, text: &str, tokens: u32) {
        self.waiting = None;
        self.first.get_or_insert_with(Instant::now);
        self.bytes += text.len();
        self.tokens = self.tokens.saturating_add(tokens);
        self.resolved.push_str(&self.resolver.push(text));
        self.unsent.text.push_str(text);
        self.unsent.tokens = self.unsent.tokens.saturating_add(tokens);
        self.untold = true;
    }

    fn pass_on(&mut self, now: Instant) {
        if !self.unsent.text.is_empty() && now.duration_since(self.saved_at) >= SAVE_EVERY {
            let _ = self.sender.send(std::mem::take(&mut self.unsent));
            self.saved_at = now;
        }
        if self.untold && now >= self.tell_at {
            self.tell();
        }
    }

    fn tell(&mut self) {
        self.untold = false;
        let before = Instant::now();
        let state = self.state(&self.resolved, None);
        (self.told)(&state);
        // Reading a very long text takes its time; most of it must stay with the stream.
        self.tell_at = before + TELL_EVERY.max(before.elapsed() * 10);
    }

    fn state(&self, resolved: &str, end: Option<&GenerationEnd>) -> State {
        let Output { title, text } = if self.before.is_empty() {
            self.reading.ended(resolved, end)
        } else {
            let joint = joint(self.before, resolved);
            let whole = format!("{}{joint}", self.before);
            self.reading.ended(&whole, end)
        };
        let seconds = self.first.map_or(0.0, |at| at.elapsed().as_secs_f64());
        let tokens_per_second =
            (self.tokens > 1 && seconds > 0.05).then(|| f64::from(self.tokens - 1) / seconds);
        State {
            title,
            text,
            tokens: self.tokens,
            begun: self.bytes > 0,
            tokens_per_second,
            waiting: self.waiting,
        }
    }

    fn end(mut self, outcome: Outcome, gate: Option<&StudioGate>) -> Ended {
        self.waiting = None;
        let rest = self.resolver.finish();
        self.resolved.push_str(&rest);
        let _ = self.sender.send(std::mem::take(&mut self.unsent));
        let (finish_reason, usage, error) = match outcome {
            Outcome::Finished(reason, usage) => (reason.as_str().to_owned(), usage, None),
            Outcome::Failed(e) => {
                let e = match gate {
                    Some(gate) => gate.explain(e),
                    None => e.into(),
                };
                (FAILED.to_owned(), Usage::default(), Some(e.to_dto()))
            }
        };
        // A local model's deltas are counted exactly, a server's are not.
        let counted = gate.is_none().then_some(self.tokens);
        let end = GenerationEnd {
            finish_reason,
            prompt_tokens: usage.prompt_tokens.or(self.prompt_tokens),
            completion_tokens: usage.completion_tokens.or(counted),
            first_token_ms: self.first.map(|at| millis(at.duration_since(self.begun))),
            total_ms: millis(self.begun.elapsed()),
            error: error.as_ref().and_then(|e| serde_json::to_string(e).ok()),
        };
        let resolved = std::mem::take(&mut self.resolved);
        Ended {
            state: self.state(&resolved, Some(&end)),
            end,
            error,
            odds: self.odds,
        }
    }
}

fn millis(time: Duration) -> u32 {
    u32::try_from(time.as_millis()).unwrap_or(u32::MAX)
}

/// An error for a call whose task came down.
pub(crate) fn fell(detail: &tokio::task::JoinError) -> StudioError {
    let what = if detail.is_panic() {
        "a model's adapter panicked"
    } else {
        "the task ended"
    };
    GenerationError::new(GenerationErrorKind::Internal, what).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_template_says_how_its_answer_is_read() {
        for (template, task) in [
            ("news/draft.en", Task::Draft),
            ("screenplay/scene.zh-CN.compact", Task::Scene { number: 0 }),
        ] {
            let Reading::Desk { task: found, .. } = Reading::of(template, None) else {
                panic!("{template}");
            };
            assert_eq!(found, task);
        }
        for raw in [
            "raw",
            "",
            "news/draft",
            "news/sing.en",
            "own/list",
            "opera/draft.en",
            "news/draft.fr",
        ] {
            assert!(
                matches!(Reading::of(raw, Some(DocumentKind::Ads)), Reading::Raw),
                "{raw}"
            );
        }
        for kind in DocumentKind::ALL {
            let shared = Reading::of("shared/rewrite.zh-CN", Some(kind));
            assert!(
                matches!(shared, Reading::Desk { kind: found, task: Task::Rewrite, .. } if found == kind)
            );
            let chatty =
                Reading::of("shared/shorten.en", Some(kind)).read("<think>hm</think>Rain fell.");
            assert_eq!(chatty.text, "Rain fell.");
            let own = Reading::of("own/v1.2 list.en", Some(kind));
            assert!(matches!(
                own,
                Reading::Desk {
                    task: Task::Own { .. },
                    ..
                }
            ));
            for task in inkstone_desks::tasks(kind) {
                assert!(Task::named(task).is_some(), "{task}");
            }
        }
    }
}
