//! The news desk: an article as Markdown, a headline, a dek and a body.

mod check;
mod names;
mod number_words;
mod numbers;
mod parse;

use crate::registry::Desk;

pub(crate) const DESK: Desk = Desk {
    tasks: &[
        "draft",
        "continue",
        "rewrite",
        "shorten",
        "expand",
        "tone",
        "simplify",
        "correct",
        "translate",
        "headline",
        "dek",
        "describe",
    ],
    parse: parse::parse,
    check: check::check,
};

/// What looks like a name in a text, each once.
pub(crate) fn named(text: &str, language: inkstone_manuscript::Language) -> Vec<String> {
    let places = names::strangers(text, &[], language);
    places.into_iter().map(|at| text[at].to_owned()).collect()
}
