//! Tests that see more than one room, and what they are written with.
//!
//! What it is: the harness that drives the real window ([`e2e`]), a server that speaks the OpenAI
//! API on this machine ([`loopback`]), and under `tests/` the checks of the house itself
//! (`boundary`), of the remote adapter (`openai_*`) and of the whole program (`e2e`).
//!
//! Rules:
//! - Every test has a home folder, a display and a message bus of its own, and leaves no process.
//! - Nothing waits for a fixed time: a test waits for what a person would see.
//! - An element of the window is named by its `data-testid`, never by its look or its words.
//!
//! Glossary:
//! - *Home*: the folder that stands for a person's home, with the XDG folders in it.
//! - *Patience*: how long a test waits for something before it says what it waited for.

#[cfg(target_os = "linux")]
pub mod e2e;
pub mod hub;
pub mod loopback;
