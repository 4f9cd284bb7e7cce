//! (charter)

pub mod compact;
