//! Reports over a script: tables as CSV for spreadsheets and as PDF for people.
//!
//! In a CSV lengths are whole eighths of a page, for spreadsheets take `3/8` for the third of
//! August, and cells with a script's own text are guarded against formulas. A PDF writes lengths as
//! the trade does, and prints of the scenes' columns those that fit a sheet. Amounts are words, or
//! characters for a script in Chinese; the column says which.
//!
//! Left out, as a table has no place for it: where in the file a scene stands.

mod print;
mod table;
#[cfg(test)]
mod tests;
mod words;

use inkstone_manuscript::{Language, tally::Tally};

pub use print::{PrintedReport, pages, print};

use self::words::Words;
use crate::FormatError;

/// What a report is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Report {
    /// Each scene.
    Scenes,
    /// Who speaks.
    Characters,
    /// Where it plays.
    Locations,
    /// Dialogue against action and the rest.
    Dialogue,
    /// Day and night.
    DayNight,
    /// Inside and outside.
    IntExt,
}

impl Report {
    /// All, in the order they are offered.
    pub const ALL: [Self; 6] = [
        Self::Scenes,
        Self::Characters,
        Self::Locations,
        Self::Dialogue,
        Self::DayNight,
        Self::IntExt,
    ];

    /// Its name in commands and on the wire.
    pub fn name(self) -> &'static str {
        match self {
            Self::Scenes => "scenes",
            Self::Characters => "characters",
            Self::Locations => "locations",
            Self::Dialogue => "dialogue",
            Self::DayNight => "day-night",
            Self::IntExt => "int-ext",
        }
    }

    /// The report of a name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|report| report.name() == name)
    }
}

/// A report as CSV with headings in a language; with `mark` it begins with the byte order mark that
/// Excel wants.
///
/// # Errors
/// [`FormatError::Table`] if the table could not be written.
pub fn csv(
    tally: &Tally,
    report: Report,
    language: Language,
    mark: bool,
) -> Result<String, FormatError> {
    let words = Words {
        language,
        script: tally.language,
    };
    let table = table::of(tally, report, words);
    let header = table.columns.iter().map(|column| column.label.clone());
    let rows = table.rows.iter().map(|row| {
        let cells = row.iter().map(table::Cell::in_csv);
        cells.collect()
    });
    crate::table::table(header.collect(), rows, mark)
}
