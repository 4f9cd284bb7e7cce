//! # The use-cases
//!
//! Everything a person can do in Inkstone, without a window: projects and drafts, generating takes,
//! accepting them, choosing models, checking, exporting. The window and the command line are two
//! faces of this room.
//!
//! Rules
//! - Neither tauri, candle nor async-openai is named here; models come in as ports.
//! - One table of commands ([`commands`]) is all that a user interface can call. A command line
//!   calls the same methods, and those of [`headless`] for work without a document.
//! - Generated text never reaches a draft by itself; [`Studio::accept_take`] is the one way in.
//! - A window comes in by the [`Doorway`], which also does what is done about the library itself:
//!   it opens without one, and changes it for another.
//! - A call of a model is written down before it is made; text reaches the library while it streams.
//! - What is sent to a server is allowed by the project and in the ledger, or it is not sent.
//! - The sentence a person reads is chosen by an [`dto::ErrorDto`]'s code ([`sentences`]).
//!
//! Glossary
//! - *Board*: a screenplay as cards in columns ([`board`]); *sheet*: a template of beats for it.
//! - *Depot*: where model files come from: folders, other programs, downloads ([`depot`]).
//! - *Key place*: where the key of a server is kept: for the session, in the keychain, in a file.
//! - *Mix*: a text put together from passages of several takes ([`mixing`]).
//! - *Replay*: a recorded generation run again and compared byte for byte.
//! - *Action*: a task that a person wrote, a file beside the library ([`actions`]).
//! - *Voice sample*: a passage that says how a project sounds ([`voice`]).
//! - *Take*: one generation shown as a suggestion. *Batch*: takes that were asked for together.
//! - *Setup*: how the pages of a document are set ([`pages::PageSetup`]).
//! - *Shelf*: the models a person can choose from. *Chain*: those that are asked one after the other
//!   ([`switch`]).
//!
//! ```no_run
//! # use inkstone_studio::{Brief, DocumentKind, Parts, Studio, StudioError, headless::DraftRun};
//! # use inkstone_generation::CancellationToken;
//! # async fn example(parts: Parts) -> Result<(), StudioError> {
//! let studio = Studio::open(parts)?;
//! let brief = Brief::from_toml(DocumentKind::News, "topic = \"The night ferry runs again\"")?;
//! let written = studio
//!     .draft_brief(DraftRun::new(brief), CancellationToken::new(), |progress| {
//!         eprintln!("{progress:?}");
//!     })
//!     .await?;
//! println!("{}", written.text);
//! # Ok(())
//! # }
//! ```

pub mod across;
pub mod actions;
pub mod ahead;
pub mod archive;
pub mod assistant;
pub mod board;
mod call;
pub mod changes;
mod checks;
pub mod commands;
pub mod comments;
pub mod compare;
pub mod depot;
pub mod doorway;
pub mod doubts;
mod drafts;
pub mod dto;
mod error;
mod gate;
pub mod headless;
pub mod history;
pub mod import_list;
pub mod imports;
pub mod inputs;
pub mod judging;
pub mod keys;
pub mod ledger;
pub mod machine;
pub mod markup;
pub mod masking;
pub mod meaning;
pub mod merging;
pub mod mixing;
mod models;
mod order;
mod own_files;
pub mod page_fonts;
pub mod pages;
mod papers;
pub mod pictures;
pub mod preferences;
mod printing;
pub mod production;
mod projects;
pub mod prompting;
pub mod provenance;
pub mod replay;
pub mod sample;
mod saving;
pub mod script_compare;
pub mod searching;
mod secrets;
pub mod sentences;
mod shelf;
pub mod spelling;
pub mod story;
mod studio;
pub mod switch;
mod takes;
pub mod tally;
pub mod voice;
pub mod waiting;

#[cfg(test)]
mod bindings;
#[cfg(test)]
mod tests;

pub use doorway::{Doorway, FirstAnswer, Libraries};
pub use error::StudioError;
pub use inkstone_desks::{BeatSheet, Brief, BriefError, Channel, Task};
pub use inkstone_formats::pdf::FontFile;
pub use inkstone_library::{Clock, Moment, Program};
pub use inkstone_manuscript::{DocumentKind, Language};
pub use secrets::{KeyError, KeyFileState, KeyPlace, KeychainState, Secrets, SessionSecrets};
pub use shelf::STARTER;
pub use studio::{Parts, Studio};
