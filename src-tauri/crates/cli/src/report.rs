//! Reports over a script in a file.

use std::path::Path;

use inkstone_studio::Studio;

use crate::{arguments::Report, failure::Failure, input, output::Output};

/// `ink report`
pub fn report(wanted: &Report, output: &Output) -> Result<(), Failure> {
    let tally = if wanted.file == Path::new("-") {
        Studio::tally_text(&input::text(&wanted.file)?)
    } else {
        Studio::tally_file(&wanted.file)?
    };
    // `--json` holds whatever the format.
    if output.json || wanted.format == "json" {
        return output.value(&tally.json(wanted.kind));
    }
    output.text(&tally.csv(wanted.kind, output.language, wanted.bom)?)
}
