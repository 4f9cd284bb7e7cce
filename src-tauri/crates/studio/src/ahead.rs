//! A few words ahead of the caret, while a person writes.
//!
//! They are a guess that is mostly not taken, so nothing of it is kept until it is: then the call is
//! written down with its whole record, as any other, and the words enter the text with their origin.
//! Only a model on this machine guesses: no sentence leaves it because somebody paused. One guess at
//! a time; the next one, and everybody else who wants the model, ends it.

use std::{
    ops::Range,
    sync::{Arc, Mutex, PoisonError},
};

use futures::StreamExt as _;
use inkstone_desks::{Brief, Composed, Input, Task, compose, join};
use inkstone_generation::{CancellationToken, FinishReason, TextEvent, TextRequest};
use inkstone_library as lib;
use inkstone_manuscript::{DocumentKind, segment::sentences};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{
    Studio, StudioError,
    call::Reading,
    changes::{part, without_space},
    drafts::bytes,
    dto::DraftView,
    inputs::Nothing,
    order::{Record, request},
    shelf::{Chosen, STARTER},
    switch::beside::Facts,
};

/// The most tokens of a guess.
const MOST_TOKENS: u32 = 48;
/// The longest guess, in characters.
const LONGEST: usize = 160;

/// Asks for words ahead of the caret.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct LookAhead {
    /// The draft.
    pub draft_id: String,
    /// The caret.
    pub at: u32,
}

/// Words that could come next.
#[derive(Debug, Clone, Serialize, TS)]
pub struct AheadDto {
    /// Id of the guess, for taking it.
    pub id: String,
    /// The words, with the space that they need before them.
    pub text: String,
    /// Who guessed.
    pub model_name: String,
}

/// Takes words of a guess into the text.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct TakeAhead {
    /// Id of the guess.
    pub id: String,
    /// The draft.
    pub draft_id: String,
    /// The revision that the place is meant for.
    pub base_revision: u32,
    /// The caret.
    pub at: u32,
    /// The words: where those that were taken before end, from there on.
    pub text: String,
}

/// What a guess is made from.
struct Prepared {
    draft: lib::Draft,
    kind: DocumentKind,
    chosen: Chosen,
    composed: Composed,
    request: TextRequest,
    at: Range<usize>,
}

/// A guess that can be taken.
#[derive(Clone)]
struct Guess {
    id: String,
    chosen: Chosen,
    model: inkstone_generation::ModelDescription,
    composed: Composed,
    request: TextRequest,
    draft_id: String,
    kind: DocumentKind,
    at: Range<usize>,
    output: String,
    tokens: u32,
    prompt_tokens: Option<u32>,
    text: String,
    /// Bytes of the text that were taken.
    taken: usize,
    /// Its call, once some of it was taken.
    generation_id: Option<String>,
}

/// The one guess of a studio.
#[derive(Default)]
pub(crate) struct Ahead {
    cancel: CancellationToken,
    guess: Option<Guess>,
}

/// The first sentence of what came, or as much of it as there is.
fn first_words(text: &str) -> &str {
    let lead = text.len() - text.trim_start().len();
    let line = text[lead..].find('\n').map_or(text.len(), |end| lead + end);
    let end = match sentences(&text[..line]).as_slice() {
        [first, _, ..] => first.end,
        _ => line,
    };
    let words = text[..end].trim_end();
    match words.char_indices().nth(LONGEST) {
        Some((most, _)) => {
            // Not within a word of a script that parts words.
            let cut = &words[..most];
            cut.rfind(char::is_whitespace)
                .filter(|at| *at > most / 2)
                .map_or(cut, |at| &cut[..at])
        }
        None => words,
    }
}

/// Whether more of it would be cut off anyway.
fn is_enough(text: &str) -> bool {
    let shown = text.trim_start();
    shown.contains('\n') || shown.chars().count() > LONGEST || sentences(shown).len() > 1
}

impl Studio {
    fn ahead(&self) -> std::sync::MutexGuard<'_, Ahead> {
        self.ahead.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Ends the guess that is being made, if one is.
    pub(crate) fn end_guess(&self) {
        self.ahead().cancel.cancel();
    }

    /// Blocks.
    fn prepare_guess(&self, i: &LookAhead) -> Result<Option<Prepared>, StudioError> {
        let (draft, document) = self.not_deleted(&i.draft_id)?;
        let project = self.library.project(&document.project_id)?;
        let kind = document.kind;
        let Ok(brief) = Self::brief(kind, document.language, &draft.fields) else {
            return Ok(None);
        };
        let task = Task::Continue;
        let mut here = self.chain_ids(&project, task.name());
        here.push(STARTER.to_owned());
        let here = here.iter().filter_map(|id| self.shelf.choose(id).ok());
        let Some(chosen) = here.into_iter().find(|one| one.host.is_none()) else {
            return Ok(None);
        };
        let at = bytes(&draft.body, i.at, i.at)?;
        let composed = composed(
            &brief,
            &task,
            &draft.body,
            &at,
            (&project.house_rules, &self.voice_of(&project.id)?),
            &chosen,
        )?;
        let mut request = request(&composed, self.seed());
        request.max_tokens = Some(MOST_TOKENS);
        Ok(Some(Prepared {
            draft,
            kind,
            chosen,
            composed,
            request,
            at,
        }))
    }

    /// See [`crate::commands`].
    pub async fn look_ahead(
        self: &Arc<Self>,
        i: LookAhead,
    ) -> Result<Option<AheadDto>, StudioError> {
        let cancel = CancellationToken::new();
        {
            let mut ahead = self.ahead();
            ahead.cancel.cancel();
            *ahead = Ahead {
                cancel: cancel.clone(),
                guess: None,
            };
        }
        let Some(of) = self.blocking(move |s| s.prepare_guess(&i)).await? else {
            return Ok(None);
        };
        // What somebody asked for goes before a guess.
        let Ok(_turn) = self.turns(&of.chosen).try_acquire_owned() else {
            return Ok(None);
        };
        let model = tokio::select! {
            biased;
            () = cancel.cancelled() => return Ok(None),
            model = self.model(&of.chosen.id) => model?,
        };
        let reading = Reading::of(&of.composed.template, Some(of.kind));
        let mut stream = model.generate(of.request.clone(), cancel.clone());
        let (mut output, mut tokens, mut prompt_tokens) = (String::new(), 0, None);
        let read = |output: &str| reading.read(&of.composed.references.resolve(output)).text;
        loop {
            let event = tokio::select! {
                biased;
                () = cancel.cancelled() => return Ok(None),
                event = stream.next() => event,
            };
            match event {
                Some(Ok(TextEvent::Delta { text, tokens: more })) => {
                    output.push_str(&text);
                    tokens += more;
                    if is_enough(&read(&output)) {
                        break;
                    }
                }
                Some(Ok(TextEvent::Started {
                    prompt_tokens: some,
                })) => prompt_tokens = some,
                Some(Ok(TextEvent::Finished { .. })) | None => break,
                Some(Ok(TextEvent::Waiting { .. } | TextEvent::Odds(_))) => {}
                Some(Err(error)) => return Err(error.into()),
            }
        }
        drop(stream);
        let joined = join(&of.draft.body, &of.at, &read(&output));
        let text = first_words(&joined).to_owned();
        if text.trim().is_empty() {
            return Ok(None);
        }
        let guess = Guess {
            id: self.batch_id(),
            model: model.describe(),
            chosen: of.chosen,
            composed: of.composed,
            request: of.request,
            draft_id: of.draft.id,
            kind: of.kind,
            at: of.at,
            output,
            tokens,
            prompt_tokens,
            text,
            taken: 0,
            generation_id: None,
        };
        let dto = AheadDto {
            id: guess.id.clone(),
            text: guess.text.clone(),
            model_name: guess.chosen.name.clone(),
        };
        let mut ahead = self.ahead();
        if cancel.is_cancelled() {
            return Ok(None);
        }
        ahead.guess = Some(guess);
        Ok(Some(dto))
    }

    /// See [`crate::commands`].
    pub async fn drop_ahead(self: &Arc<Self>, _: Nothing) -> Result<(), StudioError> {
        let mut ahead = self.ahead();
        ahead.cancel.cancel();
        ahead.guess = None;
        Ok(())
    }

    /// See [`crate::commands`].
    pub async fn take_ahead(self: &Arc<Self>, i: TakeAhead) -> Result<DraftView, StudioError> {
        let view = self.blocking(move |s| s.take_guess(&i)).await?;
        self.changed(&["documents", "history", "takes"]);
        Ok(view)
    }

    fn take_guess(&self, i: &TakeAhead) -> Result<DraftView, StudioError> {
        let found = self.ahead().guess.clone();
        let gone = || StudioError::JobNotFound(i.id.clone());
        let guess = found
            .filter(|one| one.id == i.id && one.draft_id == i.draft_id)
            .ok_or_else(gone)?;
        let end = guess.taken + i.text.len();
        if i.text.is_empty() || !guess.text[guess.taken..].starts_with(&i.text) {
            return Err(StudioError::BadRequest("other words".into()));
        }
        let (draft, _) = self.not_deleted(&i.draft_id)?;
        let place = bytes(&draft.body, i.at, i.at)?;
        let generation_id = match &guess.generation_id {
            Some(id) => id.clone(),
            None => self.write_guess_down(&guess)?,
        };
        let generation = self.library.generation(&generation_id)?;
        let shown = Reading::of(&generation.template, Some(guess.kind))
            .read(&crate::takes::resolved(&generation))
            .text;
        let (hands, _) = self.authorship(&generation, &shown, &guess.text, &guess.text)?;
        let hands = without_space(hands, &guess.text);
        let mut own = Vec::new();
        part(&hands, &(guess.taken..end), &mut own);
        let edit = lib::Edit {
            from: place.start,
            to: place.end,
            insert: i.text.clone(),
        };
        let by = lib::Authorship {
            hands: &own,
            earlier: &[],
        };
        let taken =
            self.library
                .accept_some(&generation_id, &draft.id, i.base_revision, &[edit], by);
        if let Some(one) = self.ahead().guess.as_mut().filter(|one| one.id == i.id) {
            one.generation_id = Some(generation_id);
            if taken.is_ok() {
                one.taken = end;
            }
        }
        taken?;
        self.draft_view(&draft.id)
    }

    /// The record of a guess of which something is taken. Blocks.
    fn write_guess_down(&self, guess: &Guess) -> Result<String, StudioError> {
        let id = self.begin(Record {
            draft_id: Some(&guess.draft_id),
            task: Task::Continue.name(),
            batch_id: &self.batch_id(),
            variant: 0,
            chosen: &guess.chosen,
            template: &guess.composed.template,
            template_sha256: &guess.composed.template_sha256,
            request: &guess.request,
            references: &guess.composed.references,
            target: Some(guess.at.clone()),
            prompt_estimate: guess.prompt_tokens,
            facts: &Facts::default(),
        })?;
        // Decided from the first: it is no suggestion that waits.
        self.library
            .decide_suggestion(&id, lib::Decision::Accepted)?;
        let said = &guess.model;
        self.library
            .name_model(&id, &said.name, said.sha256.as_deref(), &said.engine)?;
        self.library
            .append_output(&id, &guess.output, guess.tokens)?;
        self.library.finish_generation(
            &id,
            &lib::GenerationEnd {
                finish_reason: FinishReason::Cancelled.as_str().to_owned(),
                prompt_tokens: guess.prompt_tokens,
                completion_tokens: Some(guess.tokens),
                ..lib::GenerationEnd::default()
            },
        )?;
        Ok(id)
    }
}

fn composed(
    brief: &Brief,
    task: &Task,
    document: &str,
    at: &Range<usize>,
    (house_rules, voice): (&str, &str),
    chosen: &Chosen,
) -> Result<Composed, StudioError> {
    let input = Input {
        brief,
        task,
        document,
        selection: at.clone(),
        note: None,
        house_rules,
        voice,
        variant: 0,
        variants: 1,
        context_tokens: chosen.context_tokens,
    };
    Ok(compose(&input, chosen.prompt_form)?)
}

/// For the studio's own state.
pub(crate) type Guesses = Mutex<Ahead>;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_guess_is_a_sentence_at_most() {
        assert_eq!(first_words(" came home. Then he slept."), " came home.");
        assert_eq!(first_words("\n\nShe left.\nMore"), "\n\nShe left.");
        assert_eq!(first_words("船到了。人没来。"), "船到了。");
        assert_eq!(first_words(" and then "), " and then");
        let long = "word ".repeat(60);
        let cut = first_words(&long);
        assert!(cut.chars().count() <= LONGEST && cut.ends_with("word"));
        assert!(is_enough("One. Two") && !is_enough("One. ") && is_enough("\nOne\n"));
    }
}
