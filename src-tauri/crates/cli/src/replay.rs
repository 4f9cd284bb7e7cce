//! Running a recorded generation again.

use inkstone_studio::{
    inputs::Id,
    replay::{ReplayDto, ReplayOutcome},
};
use serde_json::json;

use crate::{
    arguments::Replay,
    failure::Failure,
    keys::Keys,
    output::Output,
    session::{Session, stop_token},
};

/// `ink replay`
pub async fn run(wanted: Replay, session: &Session, output: &Output) -> Result<(), Failure> {
    let studio = session.open(Keys::none()).await?;
    let id = || Id {
        id: wanted.generation.clone(),
    };
    // Named before it is run, which may take a while.
    let changes = studio.replay_changes(id()).await?;
    for change in &changes {
        output.note(
            &output
                .words
                .replay_change(change.subject, &change.was, &change.now),
        );
    }
    let replayed = studio.replay_until(id(), stop_token()).await?;
    if output.json {
        output.value(&json!({
            "generation_id": wanted.generation,
            "replay": replayed,
        }))?;
    } else {
        output.text(&told(&replayed, output))?;
    }
    match replayed.outcome {
        ReplayOutcome::Identical | ReplayOutcome::IdenticalSoFar => Ok(()),
        ReplayOutcome::Different | ReplayOutcome::Stopped => Err(Failure::Told),
    }
}

fn told(replayed: &ReplayDto, output: &Output) -> String {
    let mut text = output.words.replayed(replayed.outcome, replayed.characters);
    if let Some(difference) = &replayed.difference {
        let line = |text: &str| text.replace('\n', "⏎");
        text.push_str(&format!(
            "\n  {}\n- {}\n+ {}",
            line(&difference.before),
            line(&difference.was),
            line(&difference.now),
        ));
    }
    text
}
