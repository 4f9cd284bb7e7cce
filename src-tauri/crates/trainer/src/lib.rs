//! # The trainer
//!
//! Makes the starter model that ships in `assets/models`: a corpus generator, a vocabulary, a small
//! Llama-style network with its own backward pass, a training loop and a GGUF writer. A developer's
//! tool; nothing here ships.
//!
//! Rules
//! - Only text that the project wrote goes in: `material/`, put together by [`corpus`].
//! - Prompts come from `inkstone_desks::compact`, as in use.
//! - A seed gives the same file on the same kind of processor.
//!
//! Glossary
//! - *Material*: hand-written fragments. *Corpus*: the prompts and answers made of them.
//! - *Placeholder*: `⟦fact1⟧`, one token; the studio puts the value in.

pub mod corpus;
pub mod decode;
pub mod evaluate;
pub mod gguf;
pub mod held;
pub mod judge;
pub mod math;
pub mod network;
pub mod table;
pub mod train;
pub mod vocabulary;

/// Whatever stops a run; a developer's tool says it and ends.
pub type Failure = Box<dyn std::error::Error + Send + Sync>;
