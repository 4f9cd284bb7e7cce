//! The test of a connection: a few cheap questions, from whose answers it is learnt what a server
//! and its model do.
//!
//! The questions are fixed and say nothing of the person. They go one after the other, for a server
//! at home may have one slot.

use std::sync::Arc;

use futures::StreamExt as _;
use inkstone_generation::{
    Api, CancellationToken, Capabilities, Constraint, Endpoint, Finding, Form, Found, Gate,
    GenerationError, GenerationErrorKind as Kind, Message, Probed, Prompt, Reasoning, Role,
    Sampling, ServerTrait, TextEvent, TextModel as _, TextRequest,
};
use serde_json::{Value, json};

use crate::{
    Shared,
    address::Address,
    chunk::{self, Chunk, Reading},
    door::Question,
    failure::{Failure, Sent},
    list,
    model::RemoteModel,
    profile::{Field, Profile},
    request,
    watch::Watch,
};

/// Enough for a word, and for a model that thinks a little first.
const FEW_TOKENS: u32 = 64;
/// JSON takes more; a model held to a grammar may put white space between all its parts.
const TOKENS_FOR_JSON: u32 = 256;
/// Nothing that is asked for has more.
const LARGEST_ANSWER: usize = 1 << 20;

const A_WORD: &str = "Name one thing that floats. Answer with a single word.";
const LETTERS: &str = "Write twelve random letters.";
const NUMBERS: &str = "Count from one to six in words, separated by spaces.";
const FIRST_NUMBER: &str = "two";
const STOP_NUMBER: &str = "four";
const A_FLOATING_THING: &str = "Name one thing that floats.";
const THINGS: [&str; 3] = ["boat", "cork", "ice"];
const A_THING_IN_JSON: &str = "Name one thing that floats, as a JSON object.";

/// Asks all of it.
pub async fn run(
    shared: &Arc<Shared>,
    endpoint: Endpoint,
    gate: Arc<dyn Gate>,
) -> Result<Probed, GenerationError> {
    let address = Address::parse(&endpoint.base_url)?;
    let mut probe = Probe {
        shared,
        address,
        endpoint: Endpoint {
            capabilities: Capabilities::default(),
            ..endpoint
        },
        gate,
        found: Probed::default(),
    };
    probe.list().await?;
    if probe.endpoint.model.trim().is_empty() {
        let Some(first) = probe.found.models.first() else {
            return Ok(probe.found);
        };
        probe.endpoint.model.clone_from(first);
    }
    shared.profiles.forget(&probe.endpoint);
    probe.answer().await?;
    probe.several_answers().await;
    probe.stop().await;
    probe.seed().await;
    probe.json().await;
    Ok(probe.end())
}

struct Probe<'a> {
    shared: &'a Arc<Shared>,
    address: Address,
    endpoint: Endpoint,
    gate: Arc<dyn Gate>,
    found: Probed,
}

impl Probe<'_> {
    fn note(&mut self, of: ServerTrait, outcome: Found) {
        self.found.findings.push(Finding { of, outcome });
    }

    fn known(&mut self) -> &mut Capabilities {
        &mut self.found.capabilities
    }

    async fn list(&mut self) -> Result<(), GenerationError> {
        let listed = list::once(
            &self.shared.door,
            self.shared.quick(),
            &self.address,
            &self.endpoint,
            &*self.gate,
        );
        match listed.await {
            Ok(models) => {
                self.found.models = models;
                self.note(ServerTrait::Models, Found::Yes);
                Ok(())
            }
            // Whoever does not list models may answer all the same.
            Err(failure) => match failure.error.kind {
                Kind::Unreachable
                | Kind::Certificate
                | Kind::Proxy
                | Kind::Redirected
                | Kind::Unauthorized
                | Kind::NotAllowed
                | Kind::BadAddress
                | Kind::Timeout => Err(failure.error),
                kind => {
                    self.note(ServerTrait::Models, Found::Failed(kind));
                    Ok(())
                }
            },
        }
    }

    /// A question as any other, which finds out the cap's name and the fields that are refused.
    async fn answer(&mut self) -> Result<(), GenerationError> {
        let model = RemoteModel {
            shared: Arc::clone(self.shared),
            address: self.address.clone(),
            endpoint: self.endpoint.clone(),
            gate: Arc::clone(&self.gate),
        };
        let mut stream = model.generate(question(A_WORD), CancellationToken::new());
        let (mut text, mut usage) = (String::new(), None);
        while let Some(event) = stream.next().await {
            match event? {
                TextEvent::Delta { text: more, .. } => text.push_str(&more),
                TextEvent::Finished { usage: used, .. } => usage = Some(used),
                TextEvent::Waiting { .. } | TextEvent::Started { .. } | TextEvent::Odds(_) => {}
            }
        }
        let known = self.shared.profiles.get(&self.endpoint).capabilities();
        let way = self.way();
        let yes = |is: Option<bool>| {
            if is == Some(false) {
                Found::No
            } else {
                Found::Yes
            }
        };
        let thought = known.reasoning.is_some();
        self.note(
            ServerTrait::Answer,
            if text.trim().is_empty() && !thought {
                Found::No
            } else {
                Found::Yes
            },
        );
        self.note(ServerTrait::Streaming, yes(known.streaming));
        let used = usage.is_some_and(|used| used.completion_tokens.is_some());
        self.note(
            ServerTrait::Usage,
            if used { Found::Yes } else { Found::No },
        );
        self.note(ServerTrait::Cap, Found::Yes);
        let reasoning = known.reasoning.unwrap_or(Reasoning::Absent);
        self.note(
            ServerTrait::Reasoning,
            if thought { Found::Yes } else { Found::No },
        );
        self.found.capabilities = Capabilities {
            cap: (way == Api::Chat).then_some(known.cap.unwrap_or_default()),
            reasoning: Some(reasoning),
            ..known
        };
        Ok(())
    }

    fn way(&self) -> Api {
        self.endpoint.api
    }

    async fn several_answers(&mut self) {
        if self.way() == Api::Responses {
            self.known().n = Some(false);
            return self.note(ServerTrait::SeveralAnswers, Found::No);
        }
        let said = self
            .ask(&question(A_WORD), |body| body["n"] = json!(2))
            .await
            .map(|value| value["choices"].as_array().map_or(0, Vec::len));
        let outcome = outcome(said, |count| match count {
            0 => Found::Unclear,
            1 => Found::No,
            _ => Found::Yes,
        });
        self.known().n = learnt(&outcome);
        self.note(ServerTrait::SeveralAnswers, outcome);
    }

    async fn stop(&mut self) {
        // The newer way has no such field.
        if self.way() == Api::Responses || self.known().stop == Some(false) {
            self.known().stop = Some(false);
            return self.note(ServerTrait::Stop, Found::No);
        }
        let counting = TextRequest {
            stop: vec![STOP_NUMBER.to_owned()],
            ..question(NUMBERS)
        };
        let said = self.ask(&counting, |_| {}).await;
        let outcome = outcome(said.map(|value| text_of(&value)), |text| {
            let text = text.to_lowercase();
            if text.contains(STOP_NUMBER) {
                Found::No
            } else if text.contains(FIRST_NUMBER) {
                Found::Yes
            } else {
                Found::Unclear
            }
        });
        // A server that lets a stop string through may heed it at another time, and we end there
        // ourselves; so it is sent on unless it is refused.
        if outcome == Found::Yes {
            self.known().stop = Some(true);
        }
        self.note(ServerTrait::Stop, outcome);
    }

    /// The same question twice with one seed.
    async fn seed(&mut self) {
        if self.way() == Api::Responses || self.known().seed == Some(false) {
            self.known().seed = Some(false);
            return self.note(ServerTrait::Seed, Found::No);
        }
        let letters = TextRequest {
            sampling: Sampling {
                temperature: 1.0,
                ..question(LETTERS).sampling
            },
            ..question(LETTERS)
        };
        let first = self
            .ask(&letters, |_| {})
            .await
            .map(|value| text_of(&value));
        let second = match first {
            Ok(_) => self
                .ask(&letters, |_| {})
                .await
                .map(|value| text_of(&value)),
            Err(_) => Ok(String::new()),
        };
        let both = first.and_then(|first| Ok((first, second?)));
        let outcome = outcome(both, |(first, second)| {
            if first.trim().is_empty() {
                Found::Unclear
            } else if first == second {
                Found::Yes
            } else {
                Found::No
            }
        });
        self.known().seed = learnt(&outcome);
        self.note(ServerTrait::Seed, outcome);
    }

    /// JSON by schema; failing that, JSON of any shape.
    async fn json(&mut self) {
        if self.way() == Api::Completions {
            self.known().json_schema = Some(false);
            self.known().json_object = Some(false);
            return self.note(ServerTrait::JsonSchema, Found::No);
        }
        let schema = json!({
            "type": "object",
            // A closed set, so that the smallest model comes to an end.
            "properties": { "thing": { "type": "string", "enum": THINGS } },
            "required": ["thing"],
            "additionalProperties": false,
        });
        let asked = TextRequest {
            constraint: Some(Constraint::form(Form::JsonSchema(schema))),
            max_tokens: Some(TOKENS_FOR_JSON),
            ..question(A_FLOATING_THING)
        };
        let by_schema = |said: Result<Value, Failure>| {
            outcome(said.map(|value| text_of(&value)), |text| {
                match serde_json::from_str::<Value>(&text) {
                    Ok(value) if THINGS.iter().any(|thing| value["thing"] == *thing) => Found::Yes,
                    _ if text.trim().is_empty() => Found::Unclear,
                    // It may have been cut off by the cap.
                    Err(error) if error.is_eof() => Found::Unclear,
                    _ => Found::No,
                }
            })
        };
        let mut found = by_schema(self.ask(&asked, |_| {}).await);
        self.known().json_schema = learnt(&found);
        if found != Found::Yes {
            let profile = self.profile().updated(&Capabilities {
                json_schema: Some(false),
                object_schema: Some(true),
                ..Capabilities::default()
            });
            let beside = by_schema(self.ask_with(&asked, &profile, |_| {}).await);
            self.known().object_schema = learnt(&beside);
            if beside == Found::Yes {
                found = beside;
                // What is not known to be kept is not asked for where the other way is.
                self.known().json_schema = Some(false);
            }
        }
        let kept = found == Found::Yes;
        self.note(ServerTrait::JsonSchema, found);
        if kept {
            self.known().json_object = Some(true);
            return;
        }
        let asked = TextRequest {
            prompt: question(A_THING_IN_JSON).prompt,
            ..asked
        };
        let mut profile = self.profile();
        profile = profile.updated(&Capabilities {
            json_schema: Some(false),
            object_schema: Some(false),
            json_object: Some(true),
            ..Capabilities::default()
        });
        let said = self.ask_with(&asked, &profile, |_| {}).await;
        let of_any_shape =
            outcome(
                said.map(|value| text_of(&value)),
                |text| match serde_json::from_str::<Value>(&text) {
                    Ok(value) if value.is_object() => Found::Yes,
                    _ if text.trim().is_empty() => Found::Unclear,
                    Err(error) if error.is_eof() => Found::Unclear,
                    _ => Found::No,
                },
            );
        self.known().json_object = learnt(&of_any_shape);
        self.note(ServerTrait::JsonObject, of_any_shape);
    }

    fn profile(&self) -> Profile {
        let known = self.shared.profiles.get(&self.endpoint);
        known.updated(&Capabilities {
            streaming: Some(false),
            ..Capabilities::default()
        })
    }

    /// Asks for an answer in one piece.
    async fn ask(
        &self,
        request: &TextRequest,
        change: impl Fn(&mut Value),
    ) -> Result<Value, Failure> {
        self.ask_with(request, &self.profile(), change).await
    }

    async fn ask_with(
        &self,
        request: &TextRequest,
        profile: &Profile,
        change: impl Fn(&mut Value),
    ) -> Result<Value, Failure> {
        match self.once(request, profile, &change).await {
            // Qwen wants its reasoning off where an answer comes in one piece.
            Err(failure) => {
                let refusal = failure.refusal.as_deref();
                let next = refusal.and_then(|said| profile.yielding(said, false));
                match next.filter(|next| next.thinking_off && !profile.thinking_off) {
                    Some(next) => self.once(request, &next, &change).await,
                    // Whatever its status is: a field that was refused is no fault of the server's.
                    None if refusal.is_some_and(|said| profile.yielding(said, true).is_some()) => {
                        let mut failure = failure;
                        failure.error.kind = Kind::Refused;
                        Err(failure)
                    }
                    None => Err(failure),
                }
            }
            said => said,
        }
    }

    async fn once(
        &self,
        request: &TextRequest,
        profile: &Profile,
        change: &impl Fn(&mut Value),
    ) -> Result<Value, Failure> {
        let way = request::way(self.way(), &request.prompt);
        let body = request::body(&self.endpoint.model, way, request, profile)?;
        let mut body: Value = serde_json::from_slice(&body).unwrap_or_default();
        change(&mut body);
        debug_assert!(!profile.sends(Field::Stream));
        let key = self.endpoint.api_key.as_ref();
        let question = Question {
            address: &self.address,
            path: request::path(way),
            body: Some(body.to_string().into_bytes()),
            accept: "application/json",
            key,
        };
        let sent = Sent {
            key: key.map(|key| key.expose().trim()),
            texts: &[],
        };
        let (door, times) = (&self.shared.door, self.shared.patient());
        let watch = Watch::default();
        let mut answer = door
            .send(&*self.gate, question, &sent, times, &watch)
            .await?;
        let (body, whole) = answer.whole(LARGEST_ANSWER).await;
        if !whole {
            answer.failed(Kind::Interrupted);
            return Err(Failure::new(Kind::Interrupted, "the answer was cut off"));
        }
        let value: Value = serde_json::from_slice(&body)
            .map_err(|_| Failure::new(Kind::NotAnApi, "the answer is no JSON"))?;
        match chunk::read(&value) {
            Reading::Error => Err(Failure::in_answer(&value, &sent)),
            Reading::Unknown => Err(Failure::new(Kind::NotAnApi, "JSON that is no answer")),
            Reading::Chunk(_) => Ok(value),
        }
    }

    /// What was found; the next requests follow it at once.
    fn end(self) -> Probed {
        let learnt = self.shared.profiles.get(&self.endpoint);
        let learnt = learnt.updated(&self.found.capabilities);
        self.shared.profiles.learn(&self.endpoint, &learnt);
        self.found
    }
}

fn question(text: &str) -> TextRequest {
    TextRequest {
        prompt: Prompt::Chat(vec![Message {
            role: Role::User,
            content: text.to_owned(),
        }]),
        sampling: Sampling {
            seed: 7,
            ..Sampling::default()
        },
        max_tokens: Some(FEW_TOKENS),
        stop: Vec::new(),
        constraint: None,
        odds: None,
    }
}

fn text_of(value: &Value) -> String {
    match chunk::read(value) {
        Reading::Chunk(Chunk { text, .. }) => {
            let mut reasoning = crate::filter::Reasoning::default();
            let text = reasoning.push(&text);
            text + &reasoning.finish()
        }
        _ => String::new(),
    }
}

fn outcome<T>(said: Result<T, Failure>, read: impl FnOnce(T) -> Found) -> Found {
    match said {
        Ok(said) => read(said),
        // It was asked for in so many words, and refused.
        Err(failure) if failure.error.kind == Kind::Refused => Found::No,
        Err(failure) => Found::Failed(failure.error.kind),
    }
}

fn learnt(outcome: &Found) -> Option<bool> {
    match outcome {
        Found::Yes => Some(true),
        Found::No => Some(false),
        Found::Unclear | Found::Failed(_) => None,
    }
}
