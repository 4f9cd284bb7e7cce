//! Which model answers, what it costs, and what is done when it can't.
//!
//! - *Chain*: models that are asked one after the other. The project has one, and a task can have its
//!   own. A model that can't answer hands the take on to the next; one that has begun to write, or
//!   was stopped by the person, never does. The take says who was passed over, and why.
//! - *Price*: what a million tokens of a model cost, in the person's own currency. Each call keeps
//!   the price of then.
//! - *Budget*: what may be spent in a month, by a project or by all. It is asked before it is passed.
//! - *Resuming*: a take that was cut off goes on in another take, which holds both texts; each keeps
//!   the model that wrote it.

pub(crate) mod beside;
pub(crate) mod budget;
pub(crate) mod chain;
pub mod dto;
pub mod providers;
pub(crate) mod relay;
pub(crate) mod resume;
pub(crate) mod servers;
pub(crate) mod usage;

pub use usage::usage_csv;

#[cfg(test)]
mod tests;
