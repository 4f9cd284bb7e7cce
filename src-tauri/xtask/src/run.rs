//! `cargo xtask run`: from a fresh clone to an open window.

use std::env;
use std::process::{Command, ExitCode};

use crate::cargo;
use crate::context::{Context, Failure};
use crate::{needs, system, ui};

/// Provides, builds and starts the window; its exit status becomes ours.
pub fn run(context: &Context, debug: bool, rest: &[String]) -> Result<ExitCode, Failure> {
    if cfg!(target_os = "linux") {
        // Before anything is fetched: half an hour of building for no window helps nobody.
        display(|name| env::var(name).ok()).map_err(Failure)?;
    }
    system::node()?;
    system::provide(&needs::FOR_RUN.iter().collect::<Vec<_>>())?;
    ui::install(context)?;
    ui::build_if_stale(context)?;
    let profile = cargo::window(context, debug)?;
    let window = context.built(profile, "inkstone");
    println!("Starting {}", window.display());
    let status = Command::new(&window)
        .args(rest)
        .status()
        .map_err(|error| Failure(format!("{} did not start: {error}.", window.display())))?;
    Ok(match status.code() {
        Some(0) => ExitCode::SUCCESS,
        Some(code) => ExitCode::from(u8::try_from(code).unwrap_or(1)),
        None => {
            eprintln!("Inkstone ended by itself ({status}).");
            ExitCode::FAILURE
        }
    })
}

/// Whether there is a display to open a window on; if not, what to do instead.
fn display(variable: impl Fn(&str) -> Option<String>) -> Result<(), String> {
    let set = |name| variable(name).is_some_and(|value| !value.is_empty());
    if set("DISPLAY") || set("WAYLAND_DISPLAY") {
        return Ok(());
    }
    Err("\
There is no display here (neither DISPLAY nor WAYLAND_DISPLAY is set), so the window cannot open.
The same studio works without a window:
  cargo run --release -p ink -- draft news --brief assets/samples/news.en.toml
  cargo run --release -p ink -- --help"
        .to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_a_display_the_command_line_is_named() {
        let message = display(|_| None).unwrap_err();
        assert!(message.contains("no display") && message.contains("-p ink -- draft news"));
        assert!(display(|_| Some(String::new())).is_err());
        let only =
            |wanted: &'static str| move |name: &str| (name == wanted).then(|| ":0".to_owned());
        assert_eq!(display(only("DISPLAY")), Ok(()));
        assert_eq!(display(only("WAYLAND_DISPLAY")), Ok(()));
        assert!(display(only("TERM")).is_err());
    }
}
