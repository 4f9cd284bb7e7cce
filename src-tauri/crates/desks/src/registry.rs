//! One row for each kind of document.

use std::ops::Range;

use inkstone_generation::{Form, references::References};
use inkstone_manuscript::{DocumentKind, Language};

use crate::{Brief, Finding, Input, Output, Task, ads, news, screenplay};

/// What the rest of this room asks of a desk.
pub(crate) struct Desk {
    /// Names of its tasks, in the order they are offered.
    pub tasks: &'static [&'static str],
    /// Reads a model's answer.
    pub parse: fn(&Task, Language, &str) -> Output,
    /// Checks a text against its brief.
    pub check: fn(&Brief, &str) -> Vec<Finding>,
}

pub(crate) fn desk(kind: DocumentKind) -> Desk {
    match kind {
        DocumentKind::News => news::DESK,
        DocumentKind::Ads => ads::DESK,
        DocumentKind::Screenplay => screenplay::DESK,
    }
}

/// The names of the tasks that a kind of document has, in the order they are offered.
pub fn tasks(kind: DocumentKind) -> &'static [&'static str] {
    desk(kind).tasks
}

/// The form that an answer at `target` must have, if it must have one. `values` are what the
/// references of a compact prompt stand for.
pub(crate) fn form(
    input: &Input,
    target: &Range<usize>,
    values: Option<&References>,
) -> Option<Form> {
    match input.brief {
        Brief::News(_) => return None,
        Brief::Ads(brief) => {
            return ads::form(brief, input.task, &input.document[target.clone()], values?);
        }
        Brief::Screenplay(_) => {}
    }
    screenplay::schema(input.task)
        .map(Form::JsonSchema)
        .or_else(|| {
            let grammar = screenplay::grammar(input, target, values)?;
            Some(Form::Grammar(grammar.to_lark()))
        })
}

/// Every rule that a finding can name. Each has its sentence in the locale files `checks`.
pub const RULES: &[&str] = &[
    "common.house_rule",
    "news.words",
    "news.no_headline",
    "news.unsourced_number",
    "news.unsourced_name",
    "ads.no_ads",
    "ads.over_limit",
    "ads.missing_field",
    "ads.extra_field",
    "ads.duplicate",
    "ads.banned_word",
    "ads.forbidden",
    "screenplay.no_scene",
    "screenplay.scenes",
    "screenplay.unknown_character",
    "screenplay.like_name",
    "screenplay.no_time",
    "screenplay.continuous_first",
    "screenplay.continuous_jump",
    "screenplay.light",
    "screenplay.prop_never",
    "screenplay.prop_once",
    "screenplay.prop_early",
    "screenplay.knowledge",
];
