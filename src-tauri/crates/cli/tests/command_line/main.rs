//! The real program, run as a script runs it: arguments in, exit code, stdout and stderr out.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a helper of a test ends the test"
)]

mod actions;
mod archive;
mod briefs;
mod files;
mod home;
mod keys;
mod library;
mod models;
mod replay;
mod reports;
mod scenes;
mod server;
mod usage;
