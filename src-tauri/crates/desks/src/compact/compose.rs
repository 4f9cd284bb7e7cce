//! From an input to the one message of a compact prompt.

use std::ops::Range;

use inkstone_generation::{Message, Role, references::References};
use inkstone_manuscript::{DocumentKind, Language, adset::AdSet};
use sha2::{Digest, Sha256};

use super::{Fields, SOURCES, lines};
use crate::{Brief, DeskError, Input, Task, target};

/// The message of a task, and what its references stand for.
pub(crate) fn compose(
    input: &Input,
    target: &Range<usize>,
) -> Result<(Vec<Message>, References), DeskError> {
    let mut fields = of_brief(input.brief);
    if input.task.needs_selection() || *input.task == Task::Continue {
        input.document[..target.start].clone_into(&mut fields.before);
        input.document[target.clone()].clone_into(&mut fields.selection);
    }
    if let Some(number) = input.task.scene() {
        let scene = target::scene(input.document, number)?;
        // What opens like no heading has lost its dot, which the answer needs.
        fields.heading = if target::is_heading(&scene.heading) {
            scene.heading
        } else {
            format!(".{}", scene.heading)
        };
        fields.synopsis = scene.synopsis.unwrap_or_default();
    }
    match input.task {
        Task::Draft => {
            // Each ad of the document and of this batch leads with another point.
            let written = AdSet::parse(input.document).ads.len();
            fields.variant = written + input.variant as usize;
        }
        Task::Tone { tone } => fields.tone.clone_from(tone),
        _ => {}
    }
    let (kind, language) = (input.brief.kind(), input.brief.language());
    let (content, references) = lines(kind, stand_in(input.task.name()), language, &fields)
        .map_err(|e| DeskError::Template(e.to_string()))?;
    let role = Role::User;
    Ok((vec![Message { role, content }], references))
}

/// The task whose compact template does the work of another: one that is the same to a small
/// network, which hears nothing of what stood there before.
pub(crate) fn stand_in(task: &str) -> &str {
    match task {
        "revise_beats" => "beats",
        "revise_scene" => "scene",
        "alternatives" => "rewrite",
        own => own,
    }
}

/// Whether there is a compact template for a task. A small network was trained on these alone; any
/// other task is beyond it.
pub(crate) fn knows(kind: DocumentKind, task: &str) -> bool {
    let name = format!("{}/{}.en", kind.name(), stand_in(task));
    SOURCES.iter().any(|(known, _)| *known == name)
}

fn of_brief(brief: &Brief) -> Fields {
    match brief.clone() {
        Brief::News(b) => Fields {
            topic: b.topic,
            angle: b.angle,
            facts: b.facts,
            sources: b.sources,
            audience: b.audience,
            words: b.words as usize,
            tone: b.tone,
            ..Fields::default()
        },
        Brief::Ads(b) => Fields {
            product: b.product,
            audience: b.audience,
            points: b.selling_points,
            tone: b.tone,
            call_to_action: b.call_to_action,
            channel: b.channel.name().to_owned(),
            ..Fields::default()
        },
        Brief::Screenplay(b) => Fields {
            logline: b.logline,
            genre: b.genre,
            characters: b
                .characters
                .into_iter()
                .map(|c| (c.name, c.description))
                .collect(),
            tone: b.tone,
            scenes: b.scenes as usize,
            ..Fields::default()
        },
    }
}

/// SHA-256 of the source of a compact template.
pub(crate) fn sha256(kind: DocumentKind, task: &str, language: Language) -> String {
    let name = format!("{}/{task}.{}", kind.name(), language.tag());
    let source = SOURCES
        .iter()
        .find(|(n, _)| *n == name)
        .map_or("", |(_, source)| *source);
    Sha256::digest(source)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}
