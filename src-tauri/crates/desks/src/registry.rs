//! One row for each kind of document.

use inkstone_manuscript::{DocumentKind, Language};

use crate::{Brief, Finding, Output, Task, ads, news, screenplay};

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
];
