//! # The machine
//!
//! What the two ways into the studio, the window and the command line, take from the machine they
//! run on: where the library lies, where keys are kept, what memory there is and where other
//! programs keep models, what time it is, chance, the system's
//! language, and where the program's own remarks go. It is one room so that both find the same library and keep the same silence.
//!
//! Rules
//! - Nothing is decided here; a composition root asks and passes the answers in.
//! - The environment is read where a function says so, and nowhere else.
//! - A remark never holds a draft, an answer of a server or a key.

mod chance;
mod clock;
mod cores;
mod fonts;
mod keys;
mod locale;
mod log;
mod models;
mod places;

pub use chance::{SEED_VARIABLE, chance, seeds};
pub use clock::SystemClock;
pub use cores::leave_no_core;
pub use fonts::InstalledFonts;
pub use keys::{Cost, KEYCHAIN_VARIABLE, KeptKeys};
pub use locale::system_language;
pub use log::log_to_stderr;
pub use models::ThisMachine;
pub use places::{LIBRARY_VARIABLE, NoDataFolder, Places};
