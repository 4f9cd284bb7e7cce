//! How fast a model writes on this machine: a short real run, when the person asks for it.

use std::{sync::Arc, time::Duration};

use futures::StreamExt as _;
use inkstone_generation::{
    CancellationToken, Message, Prompt, PromptForm, Role, Sampling, TextEvent, TextRequest,
};
use tokio::time::Instant;

use crate::{Studio, StudioError, dto::ModelDto, inputs::Id, shelf::speeds::Speed};

/// Tokens of the run.
const TOKENS: u32 = 64;
/// A slow model need not write all of them.
const LONGEST: Duration = Duration::from_secs(20);
/// Fewer say nothing.
const LEAST: u32 = 4;

impl Studio {
    /// See [`crate::commands`].
    pub async fn measure_model(self: &Arc<Self>, i: Id) -> Result<ModelDto, StudioError> {
        let chosen = self.shelf.choose(&i.id)?;
        if let Some(host) = chosen.host {
            return Err(StudioError::BadRequest(format!("{host} is no model here")));
        }
        let model = self.model(&i.id).await?;
        let prompt = match chosen.prompt_form {
            PromptForm::Compact => Prompt::Raw("The ferry".to_owned()),
            PromptForm::Chat => Prompt::Chat(vec![Message {
                role: Role::User,
                content: "Write a story about a lighthouse keeper.".to_owned(),
            }]),
        };
        let request = TextRequest {
            prompt,
            sampling: Sampling::default(),
            max_tokens: Some(TOKENS),
            stop: Vec::new(),
            constraint: None,
            odds: None,
        };
        // It has all cores to itself, as when it writes.
        let turns = self.local_turns();
        let turn = turns.acquire_owned().await;
        let cancel = CancellationToken::new();
        let mut events = model.generate(request, cancel.clone());
        let mut first: Option<Instant> = None;
        let (mut tokens, mut last) = (0_u32, Instant::now());
        while let Some(event) = events.next().await {
            if let TextEvent::Delta { tokens: more, .. } = event? {
                last = Instant::now();
                match first {
                    // The first token waits for the prompt; the pace is that of the others.
                    None => first = Some(last),
                    Some(_) => tokens += more,
                }
                if first.is_some_and(|first| last.duration_since(first) > LONGEST) {
                    cancel.cancel();
                }
            }
        }
        drop((events, turn));
        let seconds = first.map_or(0.0, |first| last.duration_since(first).as_secs_f64());
        if tokens < LEAST || seconds <= 0.0 {
            return Err(StudioError::NothingWritten);
        }
        let per_second = f64::from(tokens) / seconds;
        let id = i.id.clone();
        let measured = self
            .blocking(move |s| {
                let models = s.shelf.list();
                let Some(model) = models.iter().find(|model| model.id == id) else {
                    return Err(StudioError::ModelNotChosen { id });
                };
                let bytes = model.disk.as_ref().map_or(0.0, |disk| disk.bytes) as u64;
                let speed = Speed {
                    tokens_per_second: per_second,
                    bytes,
                };
                s.shelf.keep_speed(&s.library, &id, speed)?;
                let mut models = s.shelf.list().into_iter();
                Ok(models.rfind(|model| model.id == id))
            })
            .await?;
        self.changed(&["models"]);
        measured.ok_or(StudioError::ModelNotChosen { id: i.id })
    }
}
