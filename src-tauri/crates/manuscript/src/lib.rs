//! # The nouns and their native text
//!
//! Articles, ad sets and screenplays as plain text in their native notation, and what can be read
//! from that text: structure, counts, differences.
//!
//! Rules
//! - Any text parses; nothing here fails on odd input, does I/O, reads a clock or is async.
//! - Positions are byte offsets on character borders; `utf16` converts for editors.
//! - Time is linear in the text, or bounded where it cannot be (`diff`).
//!
//! Glossary
//! - *Notation*: the plain text a kind of document is kept in: Markdown for an [`article`],
//!   readable `Label: value` lines for an [`adset`], Fountain for a screenplay ([`fountain`]).
//! - *Element*: a run of a screenplay's lines with one meaning. Elements tile the text.
//! - *Board*: a script as cards (scenes and beats) in columns (sections), in [`board`].
//! - *Cue*: the line that names who speaks next. *Scene*: from a heading to the next.
//! - *Page*: a screenplay as it is printed, in [`pages`]; a scene's length is in eighths of one.
//! - *Revision*: a coloured set of changes to a script whose scenes and pages are locked
//!   ([`revision`]).
//! - *Tally*: who and what a script holds, scene by scene, in numbers ([`tally`]).
//! - *Passage*: a run of a text short enough to be taken in as a whole ([`passages`]).
//! - *Dek*: the line or two under a headline that say what the article is about.

pub mod adset;
pub mod article;
pub mod board;
pub mod count;
pub mod diff;
pub mod fountain;
mod kind;
mod lines;
pub mod merge;
pub mod pages;
mod passages;
pub mod revision;
pub mod segment;
pub mod tally;
pub mod utf16;

pub use kind::{DocumentKind, Language, UnknownName};
pub use passages::passages;
