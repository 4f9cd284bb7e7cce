//! Tables as CSV: RFC 4180 (CRLF, quotes doubled) in UTF-8.

use csv::{Terminator, WriterBuilder};

use crate::FormatError;

/// A cell that a spreadsheet would run as a formula (`=`, `+`, `-`, `@`, a tab or a line break
/// first) gets a `'` in front, which spreadsheets take for "this is text".
pub fn guarded(cell: &str) -> String {
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']) {
        format!("'{cell}")
    } else {
        cell.to_owned()
    }
}

/// A cell without the guard that [`guarded`] puts before it.
pub(crate) fn unguarded(cell: &str) -> &str {
    match cell.strip_prefix('\'') {
        Some(rest) if guarded(rest) != rest => rest,
        _ => cell,
    }
}

/// A table with its header. With `mark` it begins with a byte order mark: without one Excel takes
/// a CSV for the system's old encoding and shows Chinese as garbage.
///
/// # Errors
/// [`FormatError::Table`] if the table could not be written.
pub fn table(
    header: Vec<String>,
    rows: impl Iterator<Item = Vec<String>>,
    mark: bool,
) -> Result<String, FormatError> {
    let failed = |error: &dyn std::fmt::Display| FormatError::Table(error.to_string());
    let start = if mark { "\u{feff}" } else { "" };
    let mut writer = WriterBuilder::new()
        .terminator(Terminator::CRLF)
        .from_writer(start.as_bytes().to_vec());
    for row in std::iter::once(header).chain(rows) {
        writer.write_record(row).map_err(|error| failed(&error))?;
    }
    let bytes = writer.into_inner().map_err(|error| failed(&error))?;
    String::from_utf8(bytes).map_err(|error| failed(&error))
}
