//! # The window
//!
//! The studio with a window around it: one command that calls it, one that waits for what it says
//! unasked, dialogs that choose files. What can be done, and what a person reads, is decided
//! elsewhere.
//!
//! Rules
//! - The page can call `call`, ask for what happened and for one more window, and nothing else of
//!   ours; `capabilities/main.json` is the list of its rights.
//! - A library that cannot be opened is no reason to stay away: the window opens, and each call
//!   answers with the reason until the library can be opened.

// A release on Windows opens no console beside the window.
#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

mod early;
mod events;
mod linux;
mod window;

use std::process::ExitCode;

use inkstone_grammar::APART;

fn main() -> ExitCode {
    inkstone_machine::log_to_stderr();
    inkstone_machine::leave_no_core();
    if std::env::args_os()
        .nth(1)
        .is_some_and(|first| first == APART)
    {
        return match inkstone_grammar::serve() {
            Ok(()) => ExitCode::SUCCESS,
            // Whoever asked has gone.
            Err(_) => ExitCode::FAILURE,
        };
    }
    linux::choose_renderer();
    // The library opens and answers while the toolkit of the window wakes up.
    let early = early::begin();
    if let Err(sentence) = linux::find_display() {
        eprintln!("{sentence}");
        return ExitCode::FAILURE;
    }
    match window::run(early) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("Inkstone cannot open its window: {error}");
            ExitCode::FAILURE
        }
    }
}
