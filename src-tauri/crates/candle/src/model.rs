//! A loaded model: what a file says of itself, its network, its vocabulary and its template.

use std::{
    ffi::OsStr,
    fs::File,
    io::{self, BufReader},
    path::Path,
    sync::{Arc, OnceLock, atomic::AtomicUsize},
    thread,
};

use inkstone_generation::{
    CancellationToken, Enforcement, GenerationError, GenerationErrorKind as Kind, Locality,
    ModelDescription, ModelFile, PromptForm, TextModel, TextRequest, TextStream,
};
use sha2::{Digest, Sha256};

use crate::{
    constraint::Vocabulary,
    engine,
    failure::{Result, broken, internal},
    hub,
    lookup::Lookup,
    memory,
    network::{Network, Table, config::Config, weights},
    preflight::{Depth, Header},
    remembered::Remembered,
    template::Template,
    tokenizer::{self, Tokenizer},
    work,
};

/// Where a file says which form of prompt its model was trained on.
const PROMPT_FORM: &str = "inkstone.prompt_form";
/// Below this a model without a chat template is given compact prompts.
const SMALL: u64 = 1_000_000_000;
/// Room for a cache that a first document needs.
const USUAL_CONTEXT: u64 = 4096;

/// A model in memory; all its generations share it.
pub(crate) struct Model {
    description: ModelDescription,
    pub(crate) network: Network,
    /// Where its generations meet.
    pub(crate) table: Table,
    pub(crate) remembered: Remembered,
    pub(crate) tokenizer: Tokenizer,
    pub(crate) template: Template,
    pub(crate) parameters: u64,
    vocabulary: OnceLock<Result<Vocabulary>>,
    /// Whether guesses are made; `None`: where they pay.
    guesses: Option<bool>,
    /// Tokens that came as they were guessed, of all answers so far.
    pub(crate) guessed: AtomicUsize,
    /// Last, so that it is dropped when all else is.
    _memory: memory::GivesBack,
}

impl Model {
    /// The vocabulary as forms need it; made when it is asked for first.
    pub(crate) fn vocabulary(&self) -> Result<&Vocabulary> {
        let made = self
            .vocabulary
            .get_or_init(|| Vocabulary::new(&self.tokenizer));
        made.as_ref().map_err(Clone::clone)
    }

    /// What a new answer's next tokens are guessed with.
    pub(crate) fn lookup(&self) -> Lookup {
        match self.guesses {
            None => Lookup::new(self.parameters),
            Some(on) => Lookup::new(if on { u64::MAX } else { 0 }),
        }
    }
}

/// A handle to a loaded model.
pub(crate) struct Handle(Arc<Model>);

impl Handle {
    pub(crate) fn network(&self) -> &Network {
        &self.0.network
    }

    /// Tokens that came as they were guessed, of all answers so far.
    #[cfg(test)]
    pub(crate) fn guessed(&self) -> usize {
        self.0.guessed.load(std::sync::atomic::Ordering::Relaxed)
    }

    /// Tells when nobody holds the model any longer.
    #[cfg(test)]
    pub(crate) fn downgrade(&self) -> std::sync::Weak<Model> {
        Arc::downgrade(&self.0)
    }
}

impl TextModel for Handle {
    fn describe(&self) -> ModelDescription {
        self.0.description.clone()
    }

    fn generate(&self, request: TextRequest, cancel: CancellationToken) -> TextStream {
        work::start(Arc::clone(&self.0), request, cancel)
    }
}

/// A model's head, and the files with its weights.
pub(crate) struct Opened {
    pub(crate) header: Header,
    files: Vec<File>,
    /// Where it is more than one file.
    folder: Option<hub::Folder>,
}

/// Opens a GGUF file, or a model as the hub gives it: its folder, or one of the files in it.
pub(crate) fn open(path: &Path, depth: Depth) -> Result<Opened> {
    if hub::is_one(path) {
        let folder = hub::Folder::open(path)?;
        return Ok(Opened {
            header: folder.header(depth)?,
            files: folder.files()?,
            folder: Some(folder),
        });
    }
    let file = open_file(path)?;
    Ok(Opened {
        header: Header::read(BufReader::new(&file), depth)?,
        files: vec![file],
        folder: None,
    })
}

/// Opens a regular file.
pub(crate) fn open_file(path: &Path) -> Result<File> {
    let not_found = |e: io::Error| GenerationError::new(Kind::ModelNotFound, e.to_string());
    // Asked before opening: opening a pipe would wait for its other end.
    let kind = std::fs::metadata(path).map_err(not_found)?;
    if !kind.is_file() {
        let what = if kind.is_dir() {
            "a folder"
        } else {
            "no regular file"
        };
        return Err(GenerationError::new(Kind::ModelNotAFile, what));
    }
    File::open(path).map_err(not_found)
}

/// What a file says of itself.
pub(crate) fn inspect(path: &Path) -> Result<ModelFile> {
    describe(&open(path, Depth::Description)?.header, path)
}

fn describe(header: &Header, path: &Path) -> Result<ModelFile> {
    let architecture = Config::architecture(header)?.to_owned();
    tokenizer::check(header)?;
    let text = |key: &str| {
        header
            .text(key)
            .map(str::trim)
            .filter(|t| !t.is_empty())
            .map(ToOwned::to_owned)
    };
    let stem = || {
        path.file_stem()
            .map(OsStr::to_string_lossy)
            .unwrap_or_default()
            .into_owned()
    };
    Ok(ModelFile {
        name: text("general.name").unwrap_or_else(stem),
        architecture,
        quantization: header.quantization(),
        parameters: header.parameters(),
        context_length: Config::context(header)?,
        bytes: header.bytes,
        license: text("general.license"),
        description: text("general.description"),
        prompt_form: prompt_form(header),
    })
}

/// The compact form holds a notation (placeholders for the values of a brief) that only models
/// trained on it understand, so a file has to ask for it. A stranger's model gets prose, however
/// small, where it was taught to converse; one below a billion weights that was not would not follow
/// prose either, and `Key: value` lines are the easiest text to go on from.
fn prompt_form(header: &Header) -> PromptForm {
    match header.text(PROMPT_FORM) {
        Some("compact") => PromptForm::Compact,
        Some(_) => PromptForm::Chat,
        None => {
            let taught = header
                .text("tokenizer.chat_template")
                .is_some_and(|t| !t.trim().is_empty());
            if taught || header.parameters() >= SMALL {
                PromptForm::Chat
            } else {
                PromptForm::Compact
            }
        }
    }
}

/// Loads a model; `available` is the memory that may be used.
pub(crate) fn load(path: &Path, available: Option<u64>) -> Result<Handle> {
    load_with(path, available, None)
}

/// The same; `guesses` says whether next tokens are guessed, and `None` that it depends on the size.
pub(crate) fn load_with(
    path: &Path,
    available: Option<u64>,
    guesses: Option<bool>,
) -> Result<Handle> {
    let Opened {
        header,
        files,
        folder,
    } = open(path, Depth::Everything)?;
    let about = describe(&header, path)?;
    let config = Config::read(&header)?;
    memory::fits(needed(&header, &config), available)?;
    let hash = {
        let file = folder.is_none().then(|| open_file(path)).transpose()?;
        thread::Builder::new()
            .name("inkstone-hash".to_owned())
            .spawn(move || match (file, folder) {
                (Some(file), _) => sha256(file),
                (None, Some(folder)) => folder.sha256(),
                (None, None) => Err(io::ErrorKind::NotFound.into()),
            })
            .map_err(|e| internal(format!("no thread: {e}")))?
    };
    let tokenizer = Tokenizer::read(&header)?;
    if tokenizer.len() > config.vocabulary {
        return Err(broken(format!(
            "{} tokens for a network of {}",
            tokenizer.len(),
            config.vocabulary
        )));
    }
    let template = Template::read(
        header.text("tokenizer.chat_template"),
        tokenizer.knows_chatml(),
    )?;
    let network = Network::load(&header, files)?;
    let sha256 = hash
        .join()
        .map_err(|_| internal("hashing the file failed"))?
        .map_err(|e| broken(format!("the file cannot be read: {e}")))?;
    let description = ModelDescription {
        name: about.name,
        locality: Locality::Local,
        sha256: Some(sha256),
        architecture: Some(about.architecture),
        parameters: Some(about.parameters),
        context_length: Some(about.context_length),
        engine: engine::name().to_owned(),
        prompt_form: about.prompt_form,
        enforces: Enforcement::Everything,
    };
    let model = Model {
        description,
        network,
        table: Table::default(),
        remembered: Remembered::default(),
        tokenizer,
        template,
        parameters: about.parameters,
        vocabulary: OnceLock::new(),
        guesses,
        guessed: AtomicUsize::new(0),
        _memory: memory::GivesBack,
    };
    Ok(Handle(Arc::new(model)))
}

/// Bytes that the weights and a usual cache take.
fn needed(header: &Header, config: &Config) -> u64 {
    let weights = header.tensors.values().map(weights::bytes);
    let positions = USUAL_CONTEXT.min(config.context as u64);
    let cache = config.cache_bytes().saturating_mul(positions);
    weights.fold(cache, u64::saturating_add)
}

fn sha256(mut file: File) -> io::Result<String> {
    let mut hasher = Sha256::new();
    io::copy(&mut file, &mut hasher)?;
    Ok(hex(hasher))
}

/// A finished hash, as it is written.
pub(crate) fn hex(hasher: Sha256) -> String {
    let digest = hasher.finalize();
    digest.iter().map(|b| format!("{b:02x}")).collect()
}
