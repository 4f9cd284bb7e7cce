//! Reports over a script that lies in a file, in numbers.

use std::path::Path;

use inkstone_formats::{import, tally_csv};
use inkstone_manuscript::{
    Language,
    pages::PageOptions,
    tally::{Tally, tally},
};
use serde_json::{Value, json};

use crate::{
    Studio, StudioError,
    drafts::LONGEST_TEXT,
    imports::{language_of, read_file},
};

pub use inkstone_formats::tally_csv::Report;

/// A script in numbers.
#[derive(Debug, Clone)]
pub struct ScriptTally(Tally);

impl Studio {
    /// Counts a script in a file of any kind that can be imported. Nothing is kept of it.
    ///
    /// # Errors
    /// `file_unreadable`, and what the file's format says.
    pub fn tally_file(path: &Path) -> Result<ScriptTally, StudioError> {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let read = import::import(&name, &read_file(path)?)?;
        if read.text.len() > LONGEST_TEXT {
            return Err(StudioError::TooLong {
                field: "text".into(),
                limit: LONGEST_TEXT,
            });
        }
        Ok(Self::tally_text(&read.text))
    }

    /// Counts a script. Its pages are those that are usual for its language.
    pub fn tally_text(text: &str) -> ScriptTally {
        ScriptTally(tally(text, &PageOptions::of(language_of(text))))
    }
}

impl ScriptTally {
    /// A report: the script's language and length, and the rows.
    pub fn json(&self, report: Report) -> Value {
        let tally = &self.0;
        let rows = match report {
            Report::Scenes => json!(tally.scenes),
            Report::Characters => json!(tally.characters),
            Report::Locations => json!(tally.locations),
            Report::Dialogue => json!(tally.shares),
            Report::DayNight => json!(tally.lights),
            Report::IntExt => json!(tally.settings),
        };
        json!({
            "kind": report.name(),
            "language": tally.language.tag(),
            "eighths": tally.length.0,
            "rows": rows,
        })
    }

    /// A report as CSV with headings in a language; `mark` puts a byte order mark in front.
    ///
    /// # Errors
    /// The table could not be written.
    pub fn csv(
        &self,
        report: Report,
        language: Language,
        mark: bool,
    ) -> Result<String, StudioError> {
        Ok(tally_csv::report(&self.0, report, language, mark)?)
    }
}
