//! What was asked for on the command line.

use crate::suite::STEP_NAMES;

/// The help text.
pub const USAGE: &str = "\
Usage: cargo xtask <command>

  run [--debug] [-- ARGS]           install what is missing, build Inkstone and open it
  test [--no-e2e] [--only STEP]...  install what is missing and run every check
  bench window                      measure typing, start and memory in the real window
  codegen                           write the TypeScript types that cross to the window
  screenshots                       take the README's screenshots in the real window";

/// One parsed command.
#[derive(Debug, PartialEq, Eq)]
pub enum Command {
    Help,
    Run { debug: bool, rest: Vec<String> },
    Test { end_to_end: bool, only: Vec<String> },
    Bench,
    Codegen,
    Screenshots,
}

/// Parses the words after `cargo xtask`; the error is a sentence for the person.
pub fn parse(words: impl IntoIterator<Item = String>) -> Result<Command, String> {
    let mut words = words.into_iter();
    let command = words.next().unwrap_or_else(|| "help".to_owned());
    match command.as_str() {
        "help" | "-h" | "--help" => nothing_more(words, Command::Help),
        "bench" => match words.next().as_deref() {
            Some("window") => nothing_more(words, Command::Bench),
            Some(other) => Err(unknown(other)),
            None => Err("bench wants to know what is measured: window.".to_owned()),
        },
        "codegen" => nothing_more(words, Command::Codegen),
        "screenshots" => nothing_more(words, Command::Screenshots),
        "run" => {
            let mut debug = false;
            while let Some(word) = words.next() {
                match word.as_str() {
                    "--debug" => debug = true,
                    "--release" => debug = false,
                    "--" => {
                        return Ok(Command::Run {
                            debug,
                            rest: words.collect(),
                        });
                    }
                    other => return Err(unknown(other)),
                }
            }
            Ok(Command::Run {
                debug,
                rest: Vec::new(),
            })
        }
        "test" => {
            let mut end_to_end = true;
            let mut only = Vec::new();
            while let Some(word) = words.next() {
                match word.as_str() {
                    "--no-e2e" => end_to_end = false,
                    "--only" => only.push(step(words.next())?),
                    other => match other.strip_prefix("--only=") {
                        Some(name) => only.push(step(Some(name.to_owned()))?),
                        None => return Err(unknown(other)),
                    },
                }
            }
            Ok(Command::Test { end_to_end, only })
        }
        other => Err(format!("There is no command `{other}`.")),
    }
}

fn nothing_more(
    mut words: impl Iterator<Item = String>,
    command: Command,
) -> Result<Command, String> {
    match words.next() {
        Some(word) => Err(unknown(&word)),
        None => Ok(command),
    }
}

fn unknown(word: &str) -> String {
    format!("`{word}` is not understood here.")
}

fn step(name: Option<String>) -> Result<String, String> {
    let steps = STEP_NAMES.join(", ");
    match name {
        None => Err(format!("--only wants the name of a step: {steps}.")),
        Some(name) if STEP_NAMES.contains(&name.as_str()) => Ok(name),
        Some(name) => Err(format!(
            "There is no step `{name}`. The steps are: {steps}."
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(line: &str) -> Result<Command, String> {
        parse(line.split_whitespace().map(str::to_owned))
    }

    #[test]
    fn run_passes_on_what_follows_the_dashes() {
        assert_eq!(
            parsed("run"),
            Ok(Command::Run {
                debug: false,
                rest: Vec::new()
            })
        );
        assert_eq!(
            parsed("run --debug -- --debug x"),
            Ok(Command::Run {
                debug: true,
                rest: vec!["--debug".to_owned(), "x".to_owned()]
            })
        );
    }

    #[test]
    fn test_takes_steps_by_name() {
        assert_eq!(
            parsed("test --no-e2e --only fmt --only=vitest"),
            Ok(Command::Test {
                end_to_end: false,
                only: vec!["fmt".to_owned(), "vitest".to_owned()]
            })
        );
    }

    #[test]
    fn mistakes_are_named() {
        assert!(parsed("test --only fnt").is_err_and(|message| message.contains("`fnt`")));
        assert!(parsed("test --only").is_err_and(|message| message.contains("clippy")));
        assert!(parsed("run --fast").is_err_and(|message| message.contains("`--fast`")));
        assert!(parsed("codegen now").is_err_and(|message| message.contains("`now`")));
        assert!(parsed("dance").is_err_and(|message| message.contains("`dance`")));
        assert!(parsed("bench").is_err_and(|message| message.contains("window")));
        assert!(parsed("bench kettle").is_err_and(|message| message.contains("`kettle`")));
        assert_eq!(parsed("bench window"), Ok(Command::Bench));
        assert_eq!(parsed(""), Ok(Command::Help));
    }
}
