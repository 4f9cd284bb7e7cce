//! # The command line
//!
//! `ink`: the same studio without a window, for scripts, batches and machines without a screen.
//!
//! Rules
//! - What was asked for goes to stdout, all else to stderr; with `--json` stdout holds one JSON
//!   value, whatever happens.
//! - Exit code 0: done. 1: failed, with the reason and a hint. 2: the command line makes no sense.
//! - A stop (Ctrl-C) ends the model's work, never the process in the middle of its work: what was
//!   written so far is printed and lies in the library.
//! - Before a text leaves the machine, stderr says where it goes.
//! - Errors and findings are the studio's, and so are their sentences.

mod actions;
mod archive;
mod arguments;
mod check;
mod compare;
mod depot;
mod engine;
mod failure;
mod files;
mod help;
mod input;
mod keeping;
mod keys;
mod ledger;
mod library;
mod merge;
mod models;
mod output;
mod pdf;
mod place;
mod progress;
mod provenance;
mod replay;
mod report;
mod sampling;
mod scenes;
mod search;
mod session;
mod usage;
mod words;
mod write;

use std::process::ExitCode;

use clap::FromArgMatches as _;

use crate::{
    arguments::{Arguments, BriefCommand, Command},
    failure::Failure,
    output::Output,
    session::Session,
};

#[tokio::main]
async fn main() -> ExitCode {
    inkstone_machine::log_to_stderr();
    inkstone_machine::leave_no_core();
    let typed = std::env::args_os().map(|word| word.to_string_lossy().into_owned());
    let language = words::language(typed);
    let matches = help::command(language).get_matches();
    let arguments = Arguments::from_arg_matches(&matches).unwrap_or_else(|error| error.exit());
    let output = Output::new(arguments.json, language);
    match run(arguments, &output).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            output.fail(&failure);
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: Arguments, output: &Output) -> Result<(), Failure> {
    let session = &Session {
        library: arguments.library,
    };
    match arguments.command {
        Command::Draft(wanted) => write::draft(wanted, session, output).await,
        Command::Generate(wanted) => write::generate(wanted, session, output).await,
        Command::Models { command } => models::run(command, session, output).await,
        Command::Keys { command } => keeping::run(command, session, output).await,
        Command::Ledger { command } => ledger::run(command, session, output).await,
        Command::Library { command } => library::run(command, session, output).await,
        Command::Replay(wanted) => replay::run(wanted, session, output).await,
        Command::Import(wanted) => files::import(wanted, session, output).await,
        Command::Provenance(wanted) => provenance::report(wanted, session, output).await,
        Command::Label(wanted) => provenance::label(wanted, session, output).await,
        Command::Merge(wanted) => merge::run(wanted, session, output).await,
        Command::Export(wanted) => files::export(wanted, session, output).await,
        Command::Pdf(wanted) => pdf::pdf(&wanted, output),
        Command::Check(wanted) => check::check(&wanted, output),
        Command::Report(wanted) => report::report(&wanted, output),
        Command::Compare(wanted) => compare::compare(&wanted, output),
        Command::Scenes(wanted) => scenes::scenes(wanted, session, output).await,
        Command::Beats(wanted) => scenes::beats(&wanted, session, output),
        Command::Actions { command } => actions::run(command, session, output),
        Command::Bench(wanted) => engine::bench(wanted, output).await,
        Command::Tokenize(wanted) => engine::tokenize(&wanted, output),
        Command::Usage(wanted) => usage::usage(wanted, session, output).await,
        Command::Brief {
            command: BriefCommand::Schema { kind },
        } => check::schema(kind, output),
    }
}
