//! The screenplay desk: from a logline over premise, people, beats and outline to scenes as
//! Fountain; what its people say; what a reader says of it.

mod check;
mod continuity;
mod cut;
mod grammar;
pub(crate) mod interview;
pub(crate) mod material;
pub(crate) mod pages;
mod parse;
mod people;
pub(crate) mod report;
pub(crate) mod sheet;
pub(crate) mod story;
mod tidy;

use serde_json::Value;

use crate::{Task, json, registry::Desk};

pub(crate) use cut::whole;
pub(crate) use grammar::grammar;
pub use people::put_people;

pub(crate) const DESK: Desk = Desk {
    tasks: &[
        "beats",
        "outline",
        "scene",
        "draft",
        "continue",
        "rewrite",
        "shorten",
        "expand",
        "tone",
        "simplify",
        "correct",
        "translate",
        "describe",
        "premise",
        "characters",
        "revise_beats",
        "revise_entry",
        "revise_scene",
        "dialogue",
        "alternatives",
        "turns",
        "punch_up",
        "coverage",
        "knowledge",
    ],
    parse: parse::parse,
    check: check::check,
};

/// The JSON Schema of an answer, for the tasks that are answered in JSON.
pub(crate) fn schema(task: &Task) -> Option<Value> {
    match task {
        Task::Characters => Some(report::strict(
            schemars::schema_for!(people::People).to_value(),
        )),
        Task::Coverage => Some(report::coverage_schema()),
        Task::Knowledge => Some(report::knowledge_schema()),
        _ => None,
    }
}

/// Whether an answer is in the form that the task asks for. Tasks in free form always are.
///
/// # Errors
/// What is wrong, in words for the model that is asked once more.
pub fn validate(task: &Task, raw: &str) -> Result<(), String> {
    match task {
        Task::Characters => people::validate(raw),
        Task::Coverage => report::validate_coverage(raw),
        Task::Knowledge => report::validate_knowledge(raw),
        _ => Ok(()),
    }
}
