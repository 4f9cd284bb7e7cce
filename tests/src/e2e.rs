//! Drives the real window: its own display, its own home, WebKitWebDriver in between.
//!
//! ```no_run
//! use inkstone_tests::e2e::{App, E2eError, Home, Options, PATIENCE};
//!
//! #[tokio::test]
//! async fn a_brief_becomes_a_text() -> Result<(), E2eError> {
//!     let home = Home::new()?;
//!     let app = App::launch(Options { home: Some(home.clone()), ..Options::default() }).await?;
//!     app.click("new-news").await?;
//!     app.fill("brief-topic", "The ferry").await?;
//!     app.press("Control+Enter").await?;
//!     app.wait_text("take-1", PATIENCE, |text| text.contains("ferry")).await?;
//!     app.keep("news-writing").await?;
//!     app.kill_app().await?; // SIGKILL; or app.quit().await? for a polite close
//!
//!     let app = App::launch(Options { home: Some(home), ..Options::default() }).await?;
//!     app.wait_for("take-1", PATIENCE).await?;
//!     Ok(())
//! }
//! ```
//!
//! An [`App`] owns an `Xvfb`, a message bus, a driver and the program's processes. All of them
//! carry a mark in their environment, by which they are ended when the `App` is dropped, also
//! after a panic. `App::client` is fantoccini's client, for what has no helper here.
//!
//! Environment:
//! - `INKSTONE_E2E_PATIENCE`: a factor on every wait, for slow machines (`3`).
//! - `INKSTONE_SCREENSHOTS`: a folder in which [`App::keep`] saves pictures. Without it, `keep`
//!   does nothing. `cargo xtask screenshots` sets it and runs the tests of `tests/tests/e2e`
//!   that have `screenshot` in their name.
//!
//! A wait that ends in vain saves a picture of the display in `<target>/e2e-failures/` and says
//! what the page showed and what the program printed.

mod app;
mod display;
mod giving;
mod home;
mod keys;
mod launch;
mod look;
mod manager;
mod processes;
mod typist;

use std::path::PathBuf;
use std::time::Duration;

pub use app::App;
pub use display::{Display, Picture};
pub use fantoccini::elements::Element;
pub use giving::{Drag, Formats, files};
pub use home::Home;
pub use launch::{Options, built, minibrowser};
pub use look::{Look, Measure, Unlike};
pub use typist::Area;

/// How long a helper without a time of its own waits.
pub const PATIENCE: Duration = Duration::from_secs(20);

/// Why a test in the window could not go on.
#[derive(thiserror::Error)]
pub enum E2eError {
    /// A program outside the workspace is missing.
    #[error("{program} is not installed; `cargo xtask test` installs it")]
    MissingProgram {
        /// The program's name.
        program: &'static str,
    },
    /// A program of the workspace was not built before the tests.
    #[error("{0} is not built; `cargo xtask test` builds it before it runs the tests")]
    NotBuilt(PathBuf),
    /// The display, the driver or the program did not come up.
    #[error("{what} did not start: {detail}\n--- output\n{output}")]
    Start {
        /// What was being started.
        what: &'static str,
        /// What is known of the reason.
        detail: String,
        /// The last lines that driver and program printed.
        output: String,
    },
    /// What was waited for never came.
    #[error("waited {seconds} s for {what}\n--- page\n{page}\n--- output\n{output}")]
    TimedOut {
        /// What was waited for.
        what: String,
        /// For how long.
        seconds: u64,
        /// The visible text of the page.
        page: String,
        /// The last lines that driver and program printed.
        output: String,
    },
    /// The driver refused a command.
    #[error("the driver refused: {0} ({0:?})")]
    Driver(Box<fantoccini::error::CmdError>),
    /// The X server refused a request.
    #[error("the display refused: {0}")]
    Display(String),
    /// A chord that names no key.
    #[error("`{0}` names no key")]
    UnknownKey(String),
    /// A file or a process of the test itself.
    #[error("{0}")]
    Io(#[from] std::io::Error),
}

impl From<fantoccini::error::CmdError> for E2eError {
    fn from(error: fantoccini::error::CmdError) -> Self {
        Self::Driver(Box::new(error))
    }
}

impl std::fmt::Debug for E2eError {
    /// A test that returns an error prints it with `Debug`; the lines are meant to be read.
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{self}")
    }
}

/// The time to wait, with the machine's own factor.
fn patience(time: Duration) -> Duration {
    let factor = std::env::var("INKSTONE_E2E_PATIENCE")
        .ok()
        .and_then(|text| text.parse().ok());
    time.mul_f64(
        factor
            .filter(|factor: &f64| (0.1..=100.0).contains(factor))
            .unwrap_or(1.0),
    )
}
