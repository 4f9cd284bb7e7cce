//! The models to choose from.

use std::{
    path::{self, Path, PathBuf},
    sync::Arc,
};

use inkstone_generation::LocalModels as _;
use inkstone_studio::{
    Studio, StudioError,
    doorway::dto::PathInput,
    dto::{ModelDto, ModelFileDto, ModelSourceDto},
    inputs::{AddFile, AddServer, Nothing},
};
use serde_json::json;

use crate::{
    arguments::{AddModel, ModelsCommand},
    failure::Failure,
    keys::Keys,
    output::Output,
    session::Session,
};

/// `ink models`
pub async fn run(
    command: Option<ModelsCommand>,
    session: &Session,
    output: &Output,
) -> Result<(), Failure> {
    match command.unwrap_or(ModelsCommand::List { long: false }) {
        ModelsCommand::List { long } => list(long, session, output).await,
        ModelsCommand::Add(wanted) => add(wanted, session, output).await,
        ModelsCommand::Inspect { model } => inspect(&model, session, output).await,
        other => crate::depot::run(other, session, output).await,
    }
}

async fn list(long: bool, session: &Session, output: &Output) -> Result<(), Failure> {
    let studio = session.open(Keys::none()).await?;
    // What is new in a folder is on the list.
    studio.model_folders(Nothing {}).await?;
    let models = studio.models(Nothing {}).await?;
    if output.json {
        return output.value(&models);
    }
    output.text(
        &models
            .iter()
            .map(|model| match long {
                true => crate::depot::long_line(model, output),
                false => line(model, output),
            })
            .collect::<String>(),
    )
}

async fn add(wanted: AddModel, session: &Session, output: &Output) -> Result<(), Failure> {
    let keys = Keys::find(&wanted.key, output.words)?;
    let studio = session.open(keys.clone()).await?;
    let model = match (wanted.file, wanted.server) {
        (Some(file), _) if wanted.copy => {
            let path = whole(&file);
            studio.import_model(PathInput { path }).await?
        }
        (Some(file), _) => studio.add_file(AddFile { path: whole(&file) }).await?,
        (None, server) => {
            let key = keys.given();
            let model = studio.add_server(AddServer {
                name: wanted.name.unwrap_or_default(),
                base_url: server.unwrap_or_default(),
                api_key: key.map(|key| key.expose().to_owned()).unwrap_or_default(),
                model: wanted.model.unwrap_or_default(),
                api: wanted.api,
                capabilities: None,
            });
            let model = model.await?;
            if key.is_some() {
                output.note(&output.words.key_lasts_for_a_run());
            }
            model
        }
    };
    if output.json {
        output.value(&model)
    } else {
        output.text(&line(&model, output))
    }
}

async fn inspect(model: &str, session: &Session, output: &Output) -> Result<(), Failure> {
    if is_path(model) {
        // A file needs no library, which the window may have open.
        let path = PathBuf::from(model);
        let looked = path.clone();
        let candle = inkstone_candle::Candle::new();
        let file = tokio::task::spawn_blocking(move || candle.inspect(&looked))
            .await
            .map_err(|fault| StudioError::Internal(fault.to_string()))?
            .map_err(StudioError::from)?;
        if output.json {
            return output.value(&json!({ "path": path, "file": file }));
        }
        let text = |value: &Option<String>| value.clone().unwrap_or_else(|| "-".to_owned());
        return output.text(&table(&[
            ("name", file.name.clone()),
            ("architecture", file.architecture.clone()),
            ("quantization", file.quantization.clone()),
            ("parameters", file.parameters.to_string()),
            ("context_length", file.context_length.to_string()),
            ("bytes", file.bytes.to_string()),
            ("license", text(&file.license)),
            ("description", text(&file.description)),
        ]));
    }
    let studio = session.open(Keys::none()).await?;
    let id = studio.find_model(model.to_owned()).await?;
    let found = on_shelf(&studio, &id).await?;
    if output.json {
        return output.value(&found);
    }
    let mut rows = vec![("id", found.id.clone()), ("name", found.name.clone())];
    match &found.source {
        ModelSourceDto::Starter { file } => rows.extend(facts(file)),
        ModelSourceDto::File { path, file } | ModelSourceDto::Search { path, file } => {
            rows.push(("path", path.clone()));
            rows.extend(facts(file));
        }
        ModelSourceDto::Server {
            base_url,
            host,
            model,
            ..
        } => rows.extend([
            ("server", base_url.clone()),
            ("host", host.clone()),
            ("model", model.clone()),
        ]),
    }
    output.text(&table(&rows))
}

fn facts(file: &ModelFileDto) -> Vec<(&'static str, String)> {
    let text = |value: &Option<String>| value.clone().unwrap_or_else(|| "-".to_owned());
    vec![
        ("architecture", file.architecture.clone()),
        ("quantization", file.quantization.clone()),
        ("parameters", format!("{} M", file.parameters_millions)),
        ("context_length", file.context_length.to_string()),
        ("size", format!("{} MiB", file.mebibytes)),
        ("license", text(&file.license)),
        ("description", text(&file.description)),
    ]
}

/// Lines of a field's name and its value. The names are those of the JSON.
fn table(rows: &[(&str, String)]) -> String {
    rows.iter()
        .map(|(name, value)| format!("{name:<16}{}\n", one_line(value)))
        .collect()
}

pub fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

pub fn line(model: &ModelDto, output: &Output) -> String {
    let place = match &model.source {
        ModelSourceDto::Starter { file } => {
            let local = output.words.local();
            format!(
                "{local}, {} M, {} MiB",
                file.parameters_millions, file.mebibytes
            )
        }
        ModelSourceDto::File { path, .. } => path.clone(),
        ModelSourceDto::Search { path, .. } => {
            format!("{path} ({})", output.words.for_search())
        }
        ModelSourceDto::Server {
            base_url, model, ..
        } => format!("{base_url} {model}"),
    };
    format!("{}\t{}\t{place}\n", model.id, one_line(&model.name))
}

/// The ids of the models that a person named, in their order.
pub async fn choose_all(
    studio: &Arc<Studio>,
    wanted: Vec<String>,
    output: &Output,
) -> Result<Vec<String>, Failure> {
    let mut chosen = Vec::new();
    for one in wanted {
        chosen.push(choose(studio, one, output).await?);
    }
    Ok(chosen)
}

/// The id of the model that a person named: by its id, its name or its file. Says where the text
/// will go.
async fn choose(studio: &Arc<Studio>, wanted: String, output: &Output) -> Result<String, Failure> {
    let id = match studio.find_model(wanted.clone()).await {
        Ok(id) => id,
        Err(StudioError::ModelNotChosen { .. }) if is_path(&wanted) => {
            let model = studio
                .add_file(AddFile {
                    path: whole(Path::new(&wanted)),
                })
                .await?;
            output.note(&output.words.on_the_shelf(&model.id));
            model.id
        }
        Err(error) => return Err(error.into()),
    };
    if let ModelSourceDto::Server { host, .. } = &on_shelf(studio, &id).await?.source {
        output.note(&output.words.leaves(host));
    }
    Ok(id)
}

async fn on_shelf(studio: &Arc<Studio>, id: &str) -> Result<ModelDto, Failure> {
    let models = studio.models(Nothing {}).await?;
    let found = models.into_iter().find(|model| model.id == id);
    Ok(found.ok_or_else(|| StudioError::ModelNotChosen { id: id.to_owned() })?)
}

/// Whether a person means a file, there or not. A slash says nothing: names of models have them.
fn is_path(wanted: &str) -> bool {
    let path = Path::new(wanted);
    path.extension()
        .is_some_and(|ending| ending.eq_ignore_ascii_case("gguf"))
        || path.exists()
}

pub fn whole(path: &Path) -> String {
    path::absolute(path)
        .unwrap_or_else(|_| path.to_owned())
        .to_string_lossy()
        .into_owned()
}
