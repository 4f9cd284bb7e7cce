//! # The nouns and their native text
//!
//! Articles, ad sets and screenplays as plain text in their native notation, and what can be read
//! from that text: structure, counts, differences.
//!
//! Rules
//! - Any text parses; nothing here fails on odd input, does I/O, reads a clock or is async.
//! - Positions are byte offsets on character borders; `utf16` converts for editors.

mod kind;

pub use kind::{DocumentKind, Language, UnknownName};
