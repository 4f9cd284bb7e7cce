//! The ads desk: variants of ad copy for one channel, as readable `Label: value` lines.

mod check;
mod forbidden;
mod form;
mod law;
mod parse;

use crate::registry::Desk;

pub(crate) use form::form;

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
    ],
    parse: parse::parse,
    check: check::check,
};
