//! The screenplay desk: beats, an outline and scenes as Fountain.

mod check;
mod parse;
mod tidy;

use crate::registry::Desk;

pub(crate) const DESK: Desk = Desk {
    tasks: &[
        "beats", "outline", "scene", "draft", "continue", "rewrite", "shorten", "expand", "tone",
    ],
    parse: parse::parse,
    check: check::check,
};
