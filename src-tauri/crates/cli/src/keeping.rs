//! `ink keys`: where the keys of servers are kept. No command prints a key.

use std::{
    io::{IsTerminal as _, Read as _},
    sync::Arc,
};

use inkstone_studio::{
    KeyFileState, KeyPlace, Studio, StudioError,
    dto::{ModelDto, ModelSourceDto},
    inputs::Nothing,
    keys::{MoveKey, Passphrase, SetKey},
};

use crate::{
    arguments::{KeyPlaceName, KeysCommand},
    failure::Failure,
    keys::{self, Keys},
    output::Output,
    session::Session,
};

/// The longest key that is read from stdin.
const LONGEST: u64 = 16 << 10;

/// `ink keys`
pub async fn run(
    command: Option<KeysCommand>,
    session: &Session,
    output: &Output,
) -> Result<(), Failure> {
    let studio = session.open(Keys::none()).await?;
    let model = match command.unwrap_or(KeysCommand::List) {
        KeysCommand::List => return list(&studio, output).await,
        KeysCommand::Set { model, place, key } => {
            let given = match key.key_env.as_deref() {
                Some(name) => keys::variable(name).ok_or_else(|| output.words.no_key_in(name))?,
                None => keys::variable(keys::VARIABLE)
                    .or_else(typed)
                    .ok_or_else(|| output.words.no_key_in(keys::VARIABLE))?,
            };
            let id = studio.find_model(model).await?;
            make_file(&studio, place, output).await?;
            let set = SetKey {
                model_id: id,
                api_key: given.expose().to_owned(),
                place: place.into(),
            };
            studio.set_key(set).await?
        }
        KeysCommand::Move { model, place } => {
            let id = studio.find_model(model).await?;
            make_file(&studio, place, output).await?;
            let to = MoveKey {
                model_id: id,
                place: place.into(),
            };
            studio.move_key(to).await?
        }
        KeysCommand::Remove { model } => {
            let id = studio.find_model(model).await?;
            let none = SetKey {
                model_id: id,
                api_key: String::new(),
                place: KeyPlace::Session,
            };
            studio.set_key(none).await?
        }
        KeysCommand::Passphrase => {
            let new = keys::passphrase(keys::NEW_PASSPHRASE)
                .ok_or_else(|| output.words.no_passphrase_in(keys::NEW_PASSPHRASE))?;
            seal(&studio, new.expose()).await?;
            output.note(output.words.passphrase_is_set());
            return Ok(());
        }
    };
    if output.json {
        output.value(&model)
    } else {
        output.text(&line(&model, output).unwrap_or_default())
    }
}

async fn list(studio: &Arc<Studio>, output: &Output) -> Result<(), Failure> {
    let models = studio.models(Nothing {}).await?;
    if output.json {
        let servers = models.iter().filter_map(|model| match &model.source {
            ModelSourceDto::Server { host, key, .. } => Some(serde_json::json!({
                "id": model.id, "name": model.name, "host": host, "key": key,
            })),
            _ => None,
        });
        let places = studio.key_places(Nothing {}).await?;
        let keys: Vec<_> = servers.collect();
        return output.value(&serde_json::json!({ "places": places, "keys": keys }));
    }
    let lines = models.iter().filter_map(|model| line(model, output));
    output.text(&lines.collect::<String>())
}

/// A server's model, and where its key is.
fn line(model: &ModelDto, output: &Output) -> Option<String> {
    let ModelSourceDto::Server { host, key, .. } = &model.source else {
        return None;
    };
    let place = output.words.key_place(*key);
    Some(format!("{}\t{}\t{host}\t{place}\n", model.id, model.name))
}

/// Without a file, the passphrase of the environment makes one.
async fn make_file(
    studio: &Arc<Studio>,
    place: KeyPlaceName,
    output: &Output,
) -> Result<(), Failure> {
    if !matches!(place, KeyPlaceName::File)
        || studio.key_places(Nothing {}).await?.file != KeyFileState::None
    {
        return Ok(());
    }
    let passphrase = keys::passphrase(keys::PASSPHRASE)
        .ok_or_else(|| output.words.no_passphrase_in(keys::PASSPHRASE))?;
    Ok(seal(studio, passphrase.expose()).await?)
}

async fn seal(studio: &Arc<Studio>, passphrase: &str) -> Result<(), StudioError> {
    let passphrase = passphrase.to_owned();
    studio.seal_keys(Passphrase { passphrase }).await.map(drop)
}

/// A key from stdin, if somebody sends one.
fn typed() -> Option<inkstone_generation::Secret> {
    let stdin = std::io::stdin();
    if stdin.is_terminal() {
        return None;
    }
    let mut text = String::new();
    stdin.lock().take(LONGEST).read_to_string(&mut text).ok()?;
    Some(text.trim())
        .filter(|key| !key.is_empty())
        .map(inkstone_generation::Secret::new)
}
