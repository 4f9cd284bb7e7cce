//! HTML: a page for readers.

pub mod read;
pub mod write;
