//! What is shown of a model.

use inkstone_generation::{EmbedderFile, ModelFile, PromptForm};
use inkstone_manuscript::DocumentKind;

use super::{Entry, Shelf, Source, lock, needs_key};
use crate::{
    depot::DiskDto,
    dto::{ModelDto, ModelFileDto, ModelSourceDto, ModelState},
    machine::{fit, needed},
    switch::{dto::PriceDto, resume::RESUME, servers::name_of},
};

impl Shelf {
    pub(super) fn to_dto(&self, entry: &Entry) -> ModelDto {
        let source = match &entry.source {
            Source::Starter { file, .. } => ModelSourceDto::Starter {
                file: file_dto(file),
            },
            Source::File { path, file } => ModelSourceDto::File {
                path: path.to_string_lossy().into_owned(),
                file: file_dto(file),
            },
            Source::Server {
                base_url,
                host,
                model,
                api,
            } => ModelSourceDto::Server {
                api: name_of(api),
                base_url: base_url.clone(),
                host: host.clone(),
                model: model.clone(),
                key: self.secrets.place(&entry.id),
                needs_key: needs_key(base_url),
            },
            Source::Search { path, file } => ModelSourceDto::Search {
                path: path.to_string_lossy().into_owned(),
                file: search_dto(file),
            },
        };
        let state = lock(&self.states)
            .get(&entry.id)
            .cloned()
            .unwrap_or(ModelState::Idle);
        ModelDto {
            id: entry.id.clone(),
            name: entry.name.clone(),
            source,
            state,
            beyond: beyond_form(match &entry.source {
                Source::Starter { file, .. } | Source::File { file, .. } => file.prompt_form,
                Source::Server { .. } | Source::Search { .. } => PromptForm::Chat,
            }),
            disk: self.disk(entry),
            price: entry.price.as_ref().map(|price| PriceDto {
                input: price.input,
                output: price.output,
                currency: price.currency.clone(),
            }),
        }
    }

    /// How a file stands on the disk and goes with the machine. Blocks for a moment.
    fn disk(&self, entry: &Entry) -> Option<DiskDto> {
        let (path, bytes, parameters) = match &entry.source {
            Source::Starter { path, file } | Source::File { path, file } => {
                (path, file.bytes, file.parameters)
            }
            Source::Search { path, file } => (path, file.bytes, file.parameters),
            Source::Server { .. } => return None,
        };
        let memory = self.machine().and_then(|machine| machine.memory());
        let needed = needed(bytes, parameters);
        let starter = matches!(entry.source, Source::Starter { .. });
        Some(DiskDto {
            // The starter is laid out again when it is loaded.
            missing: !starter && !path.exists(),
            bytes: bytes as f64,
            needed: needed as f64,
            fit: fit(needed, memory),
            tokens_per_second: self.speed(&entry.id, bytes),
            folder: entry
                .folder
                .as_ref()
                .map(|folder| folder.to_string_lossy().into_owned()),
            program: entry.program.clone(),
        })
    }
}

/// The tasks that a model with this form of prompt cannot do, on any desk.
fn beyond_form(form: PromptForm) -> Vec<String> {
    let all = DocumentKind::ALL
        .into_iter()
        .flat_map(|kind| inkstone_desks::beyond(kind, form));
    let talking: &[&str] = match form {
        PromptForm::Compact => &["interview", "assistant", "judge", "own", RESUME],
        PromptForm::Chat => &[],
    };
    all.chain(talking.iter().copied())
        .map(str::to_owned)
        .collect()
}

/// Facts of a model file, for showing.
pub(crate) fn file_dto(file: &ModelFile) -> ModelFileDto {
    ModelFileDto {
        architecture: file.architecture.clone(),
        quantization: file.quantization.clone(),
        parameters_millions: clamp(file.parameters.div_ceil(1_000_000)),
        context_length: file.context_length,
        mebibytes: clamp(file.bytes.div_ceil(1 << 20)),
        license: file.license.clone(),
        description: file.description.clone(),
    }
}

/// Facts of an embedding model, for showing.
fn search_dto(file: &EmbedderFile) -> ModelFileDto {
    ModelFileDto {
        architecture: file.architecture.clone(),
        quantization: file.quantization.clone(),
        parameters_millions: clamp(file.parameters.div_ceil(1_000_000)),
        context_length: file.max_tokens,
        mebibytes: clamp(file.bytes.div_ceil(1 << 20)),
        license: file.license.clone(),
        description: None,
    }
}

fn clamp(n: u64) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}
