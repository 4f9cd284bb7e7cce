//! A studio in a folder of its own, with models that write what they are told to.

use std::{
    collections::HashMap,
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex,
        atomic::{AtomicI64, AtomicU64, Ordering},
        mpsc,
    },
    time::Duration,
};

use futures::{FutureExt as _, future::BoxFuture, stream};
use inkstone_generation::{
    CancellationToken, EmbedAs, Embedder, EmbedderDescription, EmbedderFile, Endpoint, Enforcement,
    FinishReason, Gate, GenerationError, GenerationErrorKind, LocalModels, LocalServer, Locality,
    Method, ModelDescription, ModelFile, Odds, Outgoing, Probed, PromptForm, RemoteModels,
    TextEvent, TextModel, TextRequest, TextStream, Usage,
};
use inkstone_library::Clock;
use inkstone_manuscript::{DocumentKind, Language};
use serde_json::{Value, json};
use tokio::sync::{Notify, broadcast};

use crate::{Parts, Program, SessionSecrets, Studio, StudioError, commands, dto::*, inputs::*};

/// What a scripted model does next.
#[derive(Debug, Clone)]
pub(crate) enum Step {
    Say(String),
    /// Says a token's likelihood, where it is asked for, before its text.
    Odds(Odds),
    /// Waits until it is stopped.
    Wait,
    /// Says that the server lets it wait.
    Pause(inkstone_generation::Wait, u32),
    /// Waits and hears nothing, not even a stop.
    Hang,
    Fail(GenerationErrorKind),
    Finish(FinishReason),
    Panic,
}

pub(crate) fn say(text: &str) -> Step {
    Step::Say(text.to_owned())
}

/// The text in pieces, and a good end.
pub(crate) fn all_of(text: &str) -> Vec<Step> {
    let chars: Vec<char> = text.chars().collect();
    let mut steps: Vec<Step> = chars
        .chunks(5)
        .map(|piece| Step::Say(piece.iter().collect()))
        .collect();
    steps.push(Step::Finish(FinishReason::Stop));
    steps
}

type Answer = Arc<dyn Fn(&TextRequest) -> Vec<Step> + Send + Sync>;

/// What all scripted models of a world share.
#[derive(Clone)]
pub(crate) struct Script {
    pub answer: Arc<Mutex<Answer>>,
    pub requests: Arc<Mutex<Vec<TextRequest>>>,
    /// Endpoints that were connected to.
    pub endpoints: Arc<Mutex<Vec<Endpoint>>>,
    /// What single models answer instead, by their names.
    pub named: Arc<Mutex<HashMap<String, Answer>>>,
    /// Names of the models that were asked, beside `requests`.
    pub asked: Arc<Mutex<Vec<String>>>,
    /// The next load of a file says that it has begun, and waits.
    held: Arc<Mutex<Option<Held>>>,
}

struct Held {
    begun: Arc<Notify>,
    go: mpsc::Receiver<()>,
}

struct Scripted {
    script: Script,
    name: String,
    locality: Locality,
    form: PromptForm,
    /// A server's model asks it first.
    gate: Option<Arc<dyn Gate>>,
}

/// What a scripted server is sent for a request.
pub(crate) fn body_of(request: &TextRequest) -> Vec<u8> {
    serde_json::to_vec(&request.prompt).unwrap()
}

impl TextModel for Scripted {
    fn describe(&self) -> ModelDescription {
        let local = self.locality == Locality::Local;
        ModelDescription {
            name: self.name.clone(),
            locality: self.locality.clone(),
            sha256: local.then(|| "5c".repeat(32)),
            architecture: None,
            parameters: None,
            context_length: None,
            engine: "script 1".into(),
            prompt_form: self.form,
            enforces: Enforcement::Nothing,
        }
    }

    fn generate(&self, request: TextRequest, cancel: CancellationToken) -> TextStream {
        let (Some(gate), Locality::Remote { host }) = (self.gate.clone(), &self.locality) else {
            return self.write(request, cancel);
        };
        let outgoing = Outgoing {
            host: host.clone(),
            method: Method::Post,
            path: "/v1/chat/completions".into(),
            body: body_of(&request),
        };
        let model = Scripted {
            script: self.script.clone(),
            name: self.name.clone(),
            locality: self.locality.clone(),
            form: self.form,
            gate: None,
        };
        let asked = async move {
            let events: TextStream = match gate.admit(&outgoing).await {
                Err(error) => Box::pin(stream::iter([Err(error)])),
                Ok(mut ticket) => {
                    ticket.answered(200);
                    let events = model.write(request, cancel);
                    Box::pin(futures::StreamExt::inspect(
                        events,
                        move |event| match event {
                            Ok(TextEvent::Delta { text, .. }) => ticket.received(text.len()),
                            Ok(TextEvent::Finished { reason, .. })
                                if *reason != FinishReason::Cancelled =>
                            {
                                ticket.finished();
                            }
                            Err(error) => ticket.failed(error.kind),
                            Ok(_) => {}
                        },
                    ))
                }
            };
            events
        };
        Box::pin(futures::StreamExt::flatten(stream::once(asked)))
    }
}

impl Scripted {
    fn write(&self, request: TextRequest, cancel: CancellationToken) -> TextStream {
        let named = self.script.named.lock().unwrap().get(&self.name).cloned();
        let answer = named.unwrap_or_else(|| self.script.answer.lock().unwrap().clone());
        self.script.asked.lock().unwrap().push(self.name.clone());
        let mut steps = answer(&request);
        if request.odds.is_none() {
            steps.retain(|step| !matches!(step, Step::Odds(_)));
        }
        self.script.requests.lock().unwrap().push(request);
        let started = Ok(TextEvent::Started {
            prompt_tokens: Some(7),
        });
        let rest = stream::unfold(Some(steps.into_iter()), move |steps| {
            let cancel = cancel.clone();
            async move {
                let mut steps = steps?;
                let end = |reason| {
                    Ok(TextEvent::Finished {
                        reason,
                        usage: Usage::default(),
                    })
                };
                match steps.next()? {
                    Step::Say(text) => {
                        // Gives others a turn between two pieces, as a real model does.
                        tokio::task::yield_now().await;
                        Some((Ok(TextEvent::Delta { text, tokens: 1 }), Some(steps)))
                    }
                    Step::Odds(odds) => Some((Ok(TextEvent::Odds(vec![odds])), Some(steps))),
                    Step::Pause(why, seconds) => {
                        let pause = TextEvent::Waiting {
                            why,
                            seconds,
                            attempt: 2,
                        };
                        Some((Ok(pause), Some(steps)))
                    }
                    Step::Wait => {
                        cancel.cancelled().await;
                        Some((end(FinishReason::Cancelled), None))
                    }
                    Step::Hang => std::future::pending().await,
                    Step::Fail(kind) => Some((Err(GenerationError::new(kind, "script")), None)),
                    Step::Finish(reason) => Some((end(reason), None)),
                    Step::Panic => panic!("as scripted"),
                }
            }
        });
        Box::pin(futures::StreamExt::chain(stream::iter([started]), rest))
    }
}

impl LocalModels for Script {
    fn inspect(&self, path: &Path) -> Result<ModelFile, GenerationError> {
        let name = path
            .file_stem()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        if name.contains("broken") {
            return Err(GenerationError::new(
                GenerationErrorKind::ModelBroken,
                "script",
            ));
        }
        let compact = name.contains("starter");
        Ok(ModelFile {
            name,
            architecture: "llama".into(),
            quantization: "Q8_0".into(),
            parameters: 6_000_000,
            context_length: 4096,
            bytes: 7 << 20,
            license: None,
            description: None,
            prompt_form: if compact {
                PromptForm::Compact
            } else {
                PromptForm::Chat
            },
        })
    }

    fn load(&self, path: &Path) -> Result<Arc<dyn TextModel>, GenerationError> {
        let file = self.inspect(path)?;
        let held = self.held.lock().unwrap().take();
        if let Some(Held { begun, go }) = held {
            begun.notify_one();
            go.recv().unwrap();
        }
        assert!(!file.name.contains("panics"), "as scripted");
        Ok(Arc::new(Scripted {
            script: self.clone(),
            name: file.name,
            locality: Locality::Local,
            form: file.prompt_form,
            gate: None,
        }))
    }

    fn writes(&self, path: &Path) -> bool {
        let name = path.to_string_lossy();
        !inkstone_generation::may_be_embedder(path) || name.contains("writes")
    }

    fn inspect_embedder(&self, path: &Path) -> Result<EmbedderFile, GenerationError> {
        Ok(EmbedderFile {
            name: path
                .file_stem()
                .unwrap_or_default()
                .to_string_lossy()
                .into_owned(),
            architecture: "bert".into(),
            dimensions: 26,
            max_tokens: 64,
            parameters: 1_000_000,
            bytes: 4 << 20,
            quantization: "F32".into(),
            license: None,
        })
    }

    fn load_embedder(&self, _: &Path) -> Result<Arc<dyn Embedder>, GenerationError> {
        Ok(Arc::new(Letters))
    }
}

/// A model for search with one number for each letter.
struct Letters;

impl Embedder for Letters {
    fn describe(&self) -> EmbedderDescription {
        EmbedderDescription {
            name: "letters".into(),
            sha256: "1e".repeat(32),
            dimensions: 26,
            max_tokens: 64,
            engine: "script 1".into(),
        }
    }

    fn embed(&self, texts: &[&str], _: EmbedAs) -> Result<Vec<Vec<f32>>, GenerationError> {
        let one = |text: &&str| {
            let mut vector = [0.01f32; 26];
            for letter in text.bytes().filter(u8::is_ascii_lowercase) {
                vector[usize::from(letter - b'a')] += 1.0;
            }
            let length = vector.iter().map(|n| n * n).sum::<f32>().sqrt();
            vector.iter().map(|n| n / length).collect()
        };
        Ok(texts.iter().map(one).collect())
    }
}

impl RemoteModels for Script {
    fn host(&self, base_url: &str) -> Result<String, GenerationError> {
        base_url
            .strip_prefix("https://")
            .and_then(|rest| rest.split('/').next())
            .map(str::to_owned)
            .ok_or_else(|| GenerationError::new(GenerationErrorKind::BadAddress, "script"))
    }

    fn connect(
        &self,
        endpoint: Endpoint,
        gate: Arc<dyn Gate>,
    ) -> Result<Arc<dyn TextModel>, GenerationError> {
        let model = Scripted {
            script: self.clone(),
            name: endpoint.model.clone(),
            locality: Locality::Remote {
                host: self.host(&endpoint.base_url)?,
            },
            form: PromptForm::Chat,
            gate: Some(gate),
        };
        self.endpoints.lock().unwrap().push(endpoint);
        Ok(Arc::new(model))
    }

    fn list(
        &self,
        endpoint: Endpoint,
        gate: Arc<dyn Gate>,
    ) -> BoxFuture<'static, Result<Vec<String>, GenerationError>> {
        let host = self.host(&endpoint.base_url);
        async move {
            let outgoing = Outgoing {
                host: host?,
                method: Method::Get,
                path: "/v1/models".into(),
                body: Vec::new(),
            };
            let mut ticket = gate.admit(&outgoing).await?;
            ticket.received(33);
            ticket.finished();
            Ok(vec!["large".to_owned(), "small".to_owned()])
        }
        .boxed()
    }

    fn probe(
        &self,
        endpoint: Endpoint,
        gate: Arc<dyn Gate>,
    ) -> BoxFuture<'static, Result<Probed, GenerationError>> {
        let listed = self.list(endpoint, gate);
        async move {
            Ok(Probed {
                models: listed.await?,
                ..Probed::default()
            })
        }
        .boxed()
    }

    fn find_local(&self, gate: Arc<dyn Gate>) -> BoxFuture<'static, Vec<LocalServer>> {
        async move {
            for port in [11434, 1234, 8080] {
                let outgoing = Outgoing {
                    host: format!("127.0.0.1:{port}"),
                    method: Method::Get,
                    path: "/v1/models".into(),
                    body: Vec::new(),
                };
                let Ok(mut ticket) = gate.admit(&outgoing).await else {
                    continue;
                };
                if port == 1234 {
                    ticket.answered(200);
                    ticket.received(9);
                    ticket.finished();
                } else {
                    ticket.failed(GenerationErrorKind::Unreachable);
                }
            }
            Vec::new()
        }
        .boxed()
    }
}

#[derive(Default)]
struct Ticks(AtomicI64);

impl Clock for Ticks {
    fn now_ms(&self) -> i64 {
        self.0.fetch_add(1, Ordering::Relaxed)
    }
}

pub(crate) struct World {
    pub folder: tempfile::TempDir,
    pub script: Script,
    pub studio: Arc<Studio>,
    events: Mutex<broadcast::Receiver<StudioEvent>>,
}

/// The parts of a studio whose library lies in `folder`.
pub(crate) fn parts(folder: &Path, script: &Script) -> Parts {
    let random = AtomicU64::new(0x9e37_79b9_7f4a_7c15);
    Parts {
        library_path: folder.join("library.ink"),
        program: Program::Other,
        models_dir: folder.join("models"),
        clock: Arc::new(Ticks::default()),
        local: Arc::new(script.clone()),
        remote: Arc::new(script.clone()),
        secrets: Arc::new(SessionSecrets::default()),
        entropy: Arc::new(move || {
            random
                .fetch_add(0x1234_5678_9abc_def1, Ordering::Relaxed)
                .rotate_left(17)
        }),
    }
}

pub(crate) fn script(answer: impl Fn(&TextRequest) -> Vec<Step> + Send + Sync + 'static) -> Script {
    Script {
        answer: Arc::new(Mutex::new(Arc::new(answer))),
        requests: Arc::default(),
        named: Arc::default(),
        asked: Arc::default(),
        endpoints: Arc::default(),
        held: Arc::default(),
    }
}

/// A document that is open, as a window has it.
#[derive(Clone)]
pub(crate) struct Open {
    pub project: String,
    pub document: String,
    pub draft: String,
}

pub(crate) fn brief(kind: DocumentKind, language: Language) -> Value {
    let english = language == Language::English;
    let pick = |a: &'static str, b: &'static str| if english { a } else { b };
    match kind {
        DocumentKind::News => json!({
            "language": language,
            "topic": pick("The night ferry runs again", "夜航轮渡恢复"),
            "facts": [pick("It starts on 5 May", "5 月 5 日开航")],
        }),
        DocumentKind::Ads => json!({
            "language": language,
            "product": pick("Kettle One", "一号水壶"),
            "selling_points": [pick("boils in 90 seconds", "90 秒烧开")],
            "channel": "google_rsa",
            "variants": 2,
        }),
        DocumentKind::Screenplay => json!({
            "language": language,
            "logline": pick("Two keepers share a light", "两个守塔人"),
            "characters": [{ "name": pick("Mara", "马拉"), "description": "" }],
            "scenes": 2,
        }),
    }
}

impl World {
    pub fn new(answer: impl Fn(&TextRequest) -> Vec<Step> + Send + Sync + 'static) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let script = script(answer);
        let studio = Studio::open(parts(folder.path(), &script)).unwrap();
        let events = Mutex::new(studio.subscribe());
        Self {
            folder,
            script,
            studio,
            events,
        }
    }

    /// Another run of the program on the same folder.
    pub fn again(self) -> Self {
        let Self {
            folder,
            script,
            studio,
            ..
        } = self;
        drop(studio);
        let studio = Studio::open(parts(folder.path(), &script)).unwrap();
        let events = Mutex::new(studio.subscribe());
        Self {
            folder,
            script,
            studio,
            events,
        }
    }

    /// A model that always writes this.
    pub fn writing(text: &'static str) -> Self {
        Self::new(move |_| all_of(text))
    }

    pub fn answers(&self, answer: impl Fn(&TextRequest) -> Vec<Step> + Send + Sync + 'static) {
        *self.script.answer.lock().unwrap() = Arc::new(answer);
    }

    /// What one model answers, by the name that its file or its server has for it.
    pub fn answers_as(
        &self,
        model: &str,
        answer: impl Fn(&TextRequest) -> Vec<Step> + Send + Sync + 'static,
    ) {
        let mut named = self.script.named.lock().unwrap();
        named.insert(model.to_owned(), Arc::new(answer));
    }

    /// The entries of the ledger, newest first.
    pub async fn ledger(&self) -> Value {
        let mut page = self.call("ledger_page", json!({})).await.unwrap();
        page["entries"].take()
    }

    /// Names of the models that were asked, in order.
    pub fn asked(&self) -> Vec<String> {
        self.script.asked.lock().unwrap().clone()
    }

    /// Calls a command as a window does: by name, with JSON.
    pub async fn call(&self, name: &str, input: Value) -> Result<Value, ErrorDto> {
        commands::call(&self.studio, name, input).await
    }

    pub async fn document(&self, kind: DocumentKind, language: Language) -> Open {
        let project = self.call(
            "create_project",
            json!({ "name": "Coast", "language": language }),
        );
        let project = project.await.unwrap()["id"].as_str().unwrap().to_owned();
        let input = CreateDocument {
            project_id: project.clone(),
            kind,
            title: String::new(),
            language,
        };
        let view = self.studio.create_document(input).await.unwrap();
        let brief = brief(kind, language);
        let set = SetBrief {
            draft_id: view.draft_id.clone(),
            brief,
        };
        self.studio.set_brief(set).await.unwrap();
        Open {
            project,
            document: view.document.id,
            draft: view.draft_id,
        }
    }

    pub async fn news(&self) -> Open {
        self.document(DocumentKind::News, Language::English).await
    }

    pub async fn generate(&self, open: &Open, task: Value) -> Result<Value, ErrorDto> {
        let view = self.view(&open.draft).await;
        let end = view.body.encode_utf16().count();
        let input = json!({
            "draft_id": open.draft, "task": task, "from": 0, "to": end,
            "note": "", "variants": 0, "seed": 11,
        });
        self.call("generate", input).await
    }

    pub async fn view(&self, draft: &str) -> DraftView {
        self.studio
            .open_draft(Id {
                id: draft.to_owned(),
            })
            .await
            .unwrap()
    }

    /// Waits for a take of which this holds.
    pub async fn until(&self, wanted: impl Fn(&TakeDto) -> bool) -> TakeDto {
        let wait = async {
            loop {
                let next = self.events.lock().unwrap().try_recv();
                match next {
                    Ok(StudioEvent::Take { take }) if wanted(&take) => return *take,
                    Ok(_) => {}
                    Err(broadcast::error::TryRecvError::Empty) => {
                        tokio::time::sleep(Duration::from_millis(2)).await;
                    }
                    Err(e) => panic!("{e}"),
                }
            }
        };
        tokio::time::timeout(Duration::from_secs(30), wait)
            .await
            .expect("the take never came")
    }

    /// Asks for a draft, and gives its first take when it is over.
    pub async fn drafted(&self, open: &Open) -> TakeDto {
        let batch = self
            .generate(open, json!({ "task": "draft" }))
            .await
            .unwrap();
        self.finished(&batch).await.remove(0)
    }

    /// Waits until so many takes are over, and gives them in their order.
    pub async fn finished(&self, batch: &Value) -> Vec<TakeDto> {
        let ids: Vec<&str> = batch["takes"]
            .as_array()
            .unwrap()
            .iter()
            .map(|t| t["id"].as_str().unwrap())
            .collect();
        let mut over: Vec<TakeDto> = Vec::new();
        while over.len() < ids.len() {
            let take = self
                .until(|t| ids.contains(&t.id.as_str()) && is_over(t))
                .await;
            over.retain(|t| t.id != take.id);
            over.push(take);
        }
        over.sort_by_key(|t| t.variant);
        over
    }

    pub async fn accept(&self, open: &Open, take: &TakeDto) -> Result<DraftView, StudioError> {
        let view = self.view(&open.draft).await;
        let end = u32::try_from(view.body.encode_utf16().count()).unwrap();
        let input = AcceptTake {
            take_id: take.id.clone(),
            draft_id: open.draft.clone(),
            base_revision: view.revision,
            from: if take.from == take.to { end } else { take.from },
            to: if take.from == take.to { end } else { take.to },
            text: take.text.clone(),
        };
        self.studio.accept_take(input).await
    }

    pub async fn type_in(&self, open: &Open, text: &str) -> Saved {
        let input = ReplaceText {
            draft_id: open.draft.clone(),
            text: text.to_owned(),
            cause: EditCause::Typing,
        };
        self.studio.replace_text(input).await.unwrap()
    }

    /// Puts a server on the shelf and chooses it for a project.
    pub async fn choose_server(&self, open: &Open) -> String {
        let model = self.add_server().await;
        for (name, input) in [
            (
                "set_privacy",
                json!({ "project_id": open.project, "privacy": "remote_allowed" }),
            ),
            (
                "choose_model",
                json!({ "project_id": open.project, "model_id": model }),
            ),
        ] {
            self.call(name, input).await.unwrap();
        }
        model
    }

    pub async fn add_server(&self) -> String {
        let input = json!({
            "name": "", "base_url": "https://models.example/v1/", "api_key": "sk-1", "model": "large",
        });
        self.call("add_server", input).await.unwrap()["id"]
            .as_str()
            .unwrap()
            .to_owned()
    }

    /// Holds the next load of a file: what tells that it has begun, and what lets it go on.
    pub fn hold_loads(&self) -> (Arc<Notify>, mpsc::Sender<()>) {
        let begun = Arc::new(Notify::new());
        let (sender, go) = mpsc::channel();
        *self.script.held.lock().unwrap() = Some(Held {
            begun: begun.clone(),
            go,
        });
        (begun, sender)
    }

    pub fn requests(&self) -> Vec<TextRequest> {
        self.script.requests.lock().unwrap().clone()
    }

    /// The library as it lies on the disk this moment, opened by a program of its own.
    pub fn after_a_crash(&self) -> World {
        let folder = tempfile::tempdir().unwrap();
        for entry in std::fs::read_dir(self.folder.path()).unwrap().flatten() {
            let path: PathBuf = entry.path();
            let name = entry.file_name();
            if path.is_file() && !name.to_string_lossy().ends_with(".lock") {
                std::fs::copy(&path, folder.path().join(name)).unwrap();
            }
        }
        let script = script(|_| vec![]);
        let studio = Studio::open(parts(folder.path(), &script)).unwrap();
        let events = Mutex::new(studio.subscribe());
        World {
            folder,
            script,
            studio,
            events,
        }
    }
}

/// Waits until this holds; what never comes fails the test instead of hanging it.
pub(crate) async fn eventually(holds: impl Fn() -> bool) {
    let wait = async {
        while !holds() {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), wait)
        .await
        .expect("it never came");
}

/// The same for what has to be asked.
pub(crate) async fn eventually_async(holds: impl AsyncFn() -> bool) {
    let wait = async {
        while !holds().await {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), wait)
        .await
        .expect("it never came");
}

pub(crate) fn is_over(take: &TakeDto) -> bool {
    !matches!(take.status, TakeStatus::Waiting | TakeStatus::Writing)
}
