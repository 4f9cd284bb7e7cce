//! What is asked of a model: prompts, requests, seeds, and the record that goes before the call.

use std::ops::Range;

use inkstone_desks::{Brief, Composed, Input, Task, compose};
use inkstone_generation::{Prompt, Sampling, TextRequest, references::References};
use inkstone_library as lib;

use crate::{Studio, StudioError, projects::bounded, shelf::Chosen, switch::beside::Facts};

/// The most takes of one batch.
pub(crate) const MOST_VARIANTS: u32 = 20;
/// The longest note or tone, in characters.
pub(crate) const LONGEST_NOTE: usize = 2000;
/// Seeds stay below this, so that they are exact in JSON.
const SEEDS: u64 = 1 << 53;
/// What stands for a host in the record of a local call.
pub(crate) const LOCAL: &str = "local";

/// What is asked of a desk, with all that the prompt is made of.
pub(crate) struct Order<'a> {
    pub brief: &'a Brief,
    pub task: &'a Task,
    pub document: &'a str,
    pub selection: Range<usize>,
    pub note: &'a str,
    pub house_rules: &'a str,
    pub voice: &'a str,
    pub variants: u32,
}

impl Order<'_> {
    /// The prompt of each variant.
    pub fn compose(&self, chosen: &Chosen) -> Result<Vec<Composed>, StudioError> {
        let note = Some(self.note).filter(|n| !n.is_empty());
        (0..self.variants)
            .map(|variant| {
                let input = Input {
                    brief: self.brief,
                    task: self.task,
                    document: self.document,
                    selection: self.selection.clone(),
                    note,
                    house_rules: self.house_rules,
                    voice: self.voice,
                    variant,
                    variants: self.variants,
                    context_tokens: chosen.context_tokens,
                };
                Ok(compose(&input, chosen.prompt_form)?)
            })
            .collect()
    }
}

/// How many takes a desk makes by itself: an ad each, turns and ways to say a line to choose from, else
/// one.
pub(crate) fn own_number(brief: &Brief, task: &Task) -> u32 {
    match (brief, task) {
        (Brief::Ads(b), Task::Draft) => b.variants,
        (_, Task::Turns { .. }) => 5,
        (_, Task::Headline) => 5,
        (_, Task::Alternatives) => 4,
        (_, Task::Dek | Task::Describe) => 3,
        (_, task) => task.own().map_or(1, |own| own.takes),
    }
}

/// The request that a composed prompt becomes.
pub(crate) fn request(composed: &Composed, seed: u64) -> TextRequest {
    TextRequest {
        prompt: Prompt::Chat(composed.messages.clone()),
        sampling: Sampling {
            temperature: composed.temperature,
            repeat_penalty: composed.repeat_penalty,
            min_p: Some(composed.min_p).filter(|p| *p > 0.0),
            seed,
            ..Sampling::default()
        },
        max_tokens: Some(composed.max_tokens),
        stop: composed.stop.clone(),
        constraint: Some(composed.constraint.clone())
            .filter(|c| !c.is_empty() || !c.owed.is_empty()),
        odds: None,
    }
}

/// The record of a call, as far as it is known before the model is loaded.
pub(crate) struct Record<'a> {
    pub draft_id: Option<&'a str>,
    pub task: &'a str,
    pub batch_id: &'a str,
    pub variant: u32,
    pub chosen: &'a Chosen,
    pub template: &'a str,
    pub template_sha256: &'a str,
    pub request: &'a TextRequest,
    pub references: &'a References,
    pub target: Option<Range<usize>>,
    /// Tokens of the prompt, guessed.
    pub prompt_estimate: Option<u32>,
    pub facts: &'a Facts,
}

/// The request of a call that was written down.
pub(crate) fn request_of(g: &lib::Generation) -> Result<TextRequest, StudioError> {
    serde_json::from_str(&g.request_json).map_err(|e| StudioError::ReplayUnreadable(e.to_string()))
}

impl Studio {
    /// Writes a call down and returns its id. Blocks.
    pub(crate) fn begin(&self, record: Record<'_>) -> Result<String, StudioError> {
        let json = |e: serde_json::Error| StudioError::Internal(e.to_string());
        let seed = record.request.sampling.seed;
        Ok(self.library.begin_generation(&lib::GenerationStart {
            draft_id: record.draft_id.map(str::to_owned),
            task: record.task.to_owned(),
            batch_id: record.batch_id.to_owned(),
            variant: record.variant,
            model_name: record.chosen.name.clone(),
            model_id: record.chosen.id.clone(),
            locality: record
                .chosen
                .host
                .clone()
                .unwrap_or_else(|| LOCAL.to_owned()),
            model_sha256: None,
            engine: String::new(),
            template: record.template.to_owned(),
            template_sha256: record.template_sha256.to_owned(),
            request_json: serde_json::to_string(record.request).map_err(json)?,
            references_json: serde_json::to_string(record.references).map_err(json)?,
            seed: i64::try_from(seed).map_err(|e| StudioError::Internal(e.to_string()))?,
            target: record.target,
            price_json: record
                .chosen
                .price
                .as_ref()
                .map(serde_json::to_string)
                .transpose()
                .map_err(json)?,
            prompt_estimate: record.prompt_estimate,
            facts_json: serde_json::to_string(record.facts).map_err(json)?,
        })?)
    }

    /// A seed that JSON can hold.
    pub(crate) fn seed(&self) -> u64 {
        (self.entropy)() % SEEDS
    }

    /// An id that nothing else has.
    pub(crate) fn batch_id(&self) -> String {
        format!("{:016x}{:016x}", (self.entropy)(), (self.entropy)())
    }
}

/// A seed from JSON.
pub(crate) fn seed_of(given: f64) -> Result<u64, StudioError> {
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "the range is checked first"
    )]
    if given.fract() == 0.0 && (0.0..SEEDS as f64).contains(&given) {
        Ok(given as u64)
    } else {
        Err(StudioError::BadRequest(format!("seed {given}")))
    }
}

/// A wish of a bearable length.
pub(crate) fn checked_note(note: &str) -> Result<String, StudioError> {
    bounded("note", note, LONGEST_NOTE)
}

/// Whether a seed can be kept exactly.
pub(crate) fn checked_seed(seed: u64) -> Result<u64, StudioError> {
    if seed < SEEDS {
        Ok(seed)
    } else {
        Err(StudioError::BadRequest(format!("seed {seed}")))
    }
}

/// The seed of a variant.
pub(crate) fn seed_for(seed: u64, variant: u32) -> u64 {
    (seed + u64::from(variant)) % SEEDS
}
