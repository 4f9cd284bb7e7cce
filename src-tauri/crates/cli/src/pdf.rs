//! Scripts on pages, without a library.

use inkstone_studio::{
    DocumentKind, StudioError,
    pages::{PageSetup, PdfDone, RevisionLayer, pdf_of},
};
use serde_json::json;

use crate::{arguments::Pdf, check::language_of, failure::Failure, input, output::Output};

/// `ink pdf`
pub fn pdf(wanted: &Pdf, output: &Output) -> Result<(), Failure> {
    let text = input::text(&wanted.script)?;
    let language = wanted.script_language.unwrap_or_else(|| language_of(&text));
    let setup = setup(wanted, PageSetup::of(language))?;
    let fonts = inkstone_machine::InstalledFonts::default();
    let title = wanted
        .script
        .file_stem()
        .unwrap_or_default()
        .to_string_lossy();
    let title = if title == "-" { "" } else { &*title };
    // Without a date, so that the same script gives the same file.
    let made = pdf_of(
        &text,
        &setup.options(language),
        &RevisionLayer::default(),
        title,
        None,
        Some(&fonts),
    )?;
    std::fs::write(&wanted.file, &made.bytes).map_err(|error| StudioError::Unwritable {
        path: wanted.file.display().to_string(),
        detail: error.to_string(),
    })?;
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
            "path": wanted.file,
            "pages": done.pages,
            "missing": done.missing,
            "fonts": done.fonts,
            "kind": DocumentKind::Screenplay,
        }));
    }
    output.note(&words.printed(done.pages, &wanted.file.display().to_string()));
    Ok(())
}

/// What was chosen, over the usual setup of the script's language.
fn setup(wanted: &Pdf, mut setup: PageSetup) -> Result<PageSetup, Failure> {
    let named = |name: &str, value: &Option<String>| match value {
        Some(value) => json!({ name: value }),
        None => json!({}),
    };
    for choice in [
        named("paper", &wanted.paper),
        named("style", &wanted.style),
        named("scene_numbers", &wanted.scene_numbers),
    ] {
        let mut all =
            serde_json::to_value(&setup).map_err(|e| StudioError::Internal(e.to_string()))?;
        if let (Some(all), Some(choice)) = (all.as_object_mut(), choice.as_object()) {
            all.extend(choice.clone());
        }
        setup = serde_json::from_value(all).map_err(|e| StudioError::Internal(e.to_string()))?;
    }
    setup.title_page &= !wanted.no_title_page;
    setup.continued_cues &= !wanted.no_continued;
    setup.continued_scenes |= wanted.continued_scenes;
    setup.notes |= wanted.notes;
    setup.sections |= wanted.sections;
    setup.synopses |= wanted.synopses;
    setup.watermark = wanted.watermark.clone().unwrap_or_default();
    setup.header = wanted.header.clone().unwrap_or_default();
    setup.footer = wanted.footer.clone().unwrap_or_default();
    Ok(setup)
}
