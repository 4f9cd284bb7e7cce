//! The developer commands of Inkstone: `cargo xtask run`, `test`, `bench`, `codegen`, `screenshots`.
//!
//! What it is: the one place that knows how the parts are fetched, built, checked and started.
//! It needs Rust and Node.js and installs or names everything else.
//!
//! Rules:
//! - The standard library only, so that the first command on a fresh clone starts in seconds.
//! - No step asks a question. What needs a password is either asked by `sudo` itself on a
//!   terminal, or printed as the exact command to run.
//! - Every build of the workspace uses one set of features, so that nothing is compiled twice.
//! - What can be decided without the machine (parsing, planning, reporting) is a pure function
//!   with a test.
//!
//! Glossary:
//! - *Need*: something outside the workspace that a command cannot do without, and its reason.
//! - *Probe*: how a need is seen to be there already, whoever installed it.
//! - *Step*: one line of the report of `cargo xtask test`.

mod arguments;
mod cargo;
mod context;
mod fingerprint;
mod needs;
mod report;
mod run;
mod suite;
mod system;
mod ui;

use std::process::ExitCode;

use arguments::Command;
use context::Context;

fn main() -> ExitCode {
    let command = match arguments::parse(std::env::args().skip(1)) {
        Ok(command) => command,
        Err(message) => {
            eprintln!("{message}\n\n{}", arguments::USAGE);
            return ExitCode::from(2);
        }
    };
    let outcome = Context::find().and_then(|context| match command {
        Command::Help => {
            println!("{}", arguments::USAGE);
            Ok(ExitCode::SUCCESS)
        }
        Command::Run { debug, rest } => run::run(&context, debug, &rest),
        Command::Test { end_to_end, only } => Ok(suite::run(&context, end_to_end, &only)),
        Command::Bench => suite::bench(&context).map(|()| ExitCode::SUCCESS),
        Command::Codegen => cargo::codegen(&context).map(|()| ExitCode::SUCCESS),
        Command::Screenshots => suite::screenshots(&context).map(|()| ExitCode::SUCCESS),
    });
    outcome.unwrap_or_else(|failure| {
        eprintln!("{failure}");
        ExitCode::FAILURE
    })
}
