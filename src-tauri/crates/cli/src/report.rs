//! Reports over a script in a file.

use std::path::Path;

use inkstone_studio::{Studio, StudioError, pages::PdfDone, tally::ScriptTally};
use serde_json::json;

use crate::{arguments::Report, failure::Failure, input, output::Output};

/// `ink report`
pub fn report(wanted: &Report, output: &Output) -> Result<(), Failure> {
    let (format, kinds) = (wanted.format.as_str(), wanted.kind.0.as_slice());
    let words = output.words;
    let tally = if wanted.file == Path::new("-") {
        Studio::tally_text(&input::text(&wanted.file)?)
    } else {
        Studio::tally_file(&wanted.file)?
    };
    if format == "pdf" {
        let Some(out) = &wanted.out else {
            return Err(words.needs_a_place());
        };
        return print(wanted, &tally, out, output);
    }
    let [kind] = kinds else {
        return Err(words.one_report());
    };
    // `--json` holds whatever the format.
    if output.json || format == "json" {
        let value = tally.json(*kind);
        return match &wanted.out {
            Some(out) => save(out, format!("{value:#}\n").as_bytes()),
            None => output.value(&value),
        };
    }
    let csv = tally.csv(*kind, output.language, wanted.bom)?;
    match &wanted.out {
        Some(out) => save(out, csv.as_bytes()),
        None => output.text(&csv),
    }
}

fn save(path: &Path, content: &[u8]) -> Result<(), Failure> {
    let written = std::fs::write(path, content);
    Ok(written.map_err(|error| StudioError::Unwritable {
        path: path.display().to_string(),
        detail: error.to_string(),
    })?)
}

fn print(wanted: &Report, tally: &ScriptTally, out: &Path, output: &Output) -> Result<(), Failure> {
    let title = wanted.file.file_stem().unwrap_or_default();
    let title = title.to_string_lossy();
    let title = if title == "-" { "" } else { &*title };
    let fonts = inkstone_machine::InstalledFonts::default();
    // Without a date, so that the same script gives the same file.
    let made = tally.pdf(&wanted.kind.0, title, output.language, None, Some(&fonts))?;
    save(out, &made.bytes)?;
    let done = PdfDone::of(&made);
    let words = output.words;
    if !done.missing.is_empty() {
        output.note(&words.no_font_has(&done.missing.join(" ")));
    }
    if !done.fonts.is_empty() {
        output.note(&words.fonts_used(&done.fonts.join(", ")));
    }
    if output.json {
        return output.value(&json!({
            "path": out,
            "pages": done.pages,
            "missing": done.missing,
            "fonts": done.fonts,
        }));
    }
    output.note(&words.printed(done.pages, &out.display().to_string()));
    Ok(())
}
