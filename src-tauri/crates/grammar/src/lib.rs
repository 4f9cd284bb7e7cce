//! # English grammar
//!
//! What is wrong in an English paragraph beyond the spelling of its words, by Harper's rules, with a
//! sentence that says why and what could stand there instead.
//!
//! Rules
//! - A [`Checker`] keeps some 160 MB in memory and never gives them back. A program that stays open
//!   has it [apart](Apart): in a process of its own, its own program started once more ([`serve`]),
//!   that ends when it was not asked for a while.
//! - What is a paragraph, and which of them are looked at, is decided where the text is shown.
//! - Slips only, no taste: long sentences, series commas and abbreviations are the writer's.
//!
//! ```
//! use inkstone_grammar::{Checker, English, Question};
//! let slips = Checker::default().check(&Question {
//!     text: "The crew has went home.".into(),
//!     markdown: true,
//!     english: English::British,
//! });
//! assert_eq!((slips[0].from, slips[0].to), (13, 17));
//! assert_eq!(slips[0].fixes, ["gone"]);
//! ```

mod apart;
mod checker;

pub use apart::{APART, Apart, GrammarError, serve};
pub use checker::Checker;

use serde::{Deserialize, Serialize};

/// Whose English is right.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum English {
    /// *in the hospital*
    American,
    /// *in hospital*
    British,
}

/// A paragraph to be looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Question {
    /// The paragraph, line ends within it included.
    pub text: String,
    /// Whether it is Markdown.
    pub markdown: bool,
    /// Whose English is right.
    pub english: English,
}

/// A place that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Slip {
    /// Where it begins, in UTF-16 code units.
    pub from: usize,
    /// Where it ends.
    pub to: usize,
    /// Why, in English.
    pub message: String,
    /// What could stand there, the likeliest first; at least one.
    pub fixes: Vec<String>,
}
