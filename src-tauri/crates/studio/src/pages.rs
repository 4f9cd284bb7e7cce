//! A screenplay on pages: where they end, how they look, and the PDF.

use std::{collections::BTreeSet, path::Path, sync::Arc};

use inkstone_formats::{
    FormatError, fdx,
    pdf::{self, FontFile, Pdf, PdfDate, PdfInfo},
};
pub use inkstone_manuscript::pages::RevisionLayer;
use inkstone_manuscript::{
    DocumentKind, Language,
    pages::{
        BreakRules, Line, LineKind, Page, PageOptions, PageStyle, Pages, Paper, SceneNumbers,
        lay_out_revised,
    },
};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{
    Studio, StudioError,
    drafts::{Units, to_u32, write_file},
    inputs::Id,
};

/// Finds fonts of the system for characters that ours lack.
pub trait SystemFonts: Send + Sync {
    /// Fonts that draw as many of these characters as there are fonts for, the best first.
    fn for_characters(&self, characters: &[char]) -> Vec<FontFile>;
}

/// How the pages of a document are set; kept with the document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(default)]
#[allow(missing_docs)]
pub struct PageSetup {
    #[ts(type = "\"letter\" | \"a4\"")]
    pub paper: Paper,
    #[ts(type = "\"hollywood\" | \"chinese\"")]
    pub style: PageStyle,
    #[ts(type = "\"none\" | \"given\" | \"all\"")]
    pub scene_numbers: SceneNumbers,
    pub title_page: bool,
    pub page_numbers: bool,
    /// `(CONT'D)` for who speaks again after action.
    pub continued_cues: bool,
    /// `CONTINUED` where a scene goes over a page.
    pub continued_scenes: bool,
    pub bold_headings: bool,
    /// Two blank lines before a heading.
    pub wide_scenes: bool,
    pub notes: bool,
    pub sections: bool,
    pub synopses: bool,
    pub watermark: String,
    pub header: String,
    pub footer: String,
    /// Whether the editor shows where pages end.
    pub shown: bool,
}

/// The longest watermark, header or footer, in characters.
const LONGEST_WORDS: usize = 120;

impl Default for PageSetup {
    fn default() -> Self {
        Self::of(Language::English)
    }
}

impl PageSetup {
    /// The usual one for a language.
    pub fn of(language: Language) -> Self {
        Self::of_options(PageOptions::of(language))
    }

    /// The setup with these options.
    fn of_options(options: PageOptions) -> Self {
        Self {
            paper: options.paper,
            style: options.style,
            scene_numbers: options.scene_numbers,
            title_page: options.title_page,
            page_numbers: options.page_numbers,
            continued_cues: options.continued_cues,
            continued_scenes: options.continued_scenes,
            bold_headings: options.bold_headings,
            wide_scenes: options.wide_scenes,
            notes: options.notes,
            sections: options.sections,
            synopses: options.synopses,
            watermark: options.watermark,
            header: options.header,
            footer: options.footer,
            shown: true,
        }
    }

    /// This setup for a script whose pages were locked with another one: what decides where pages
    /// end is the lock's, what is printed around the text stays.
    #[must_use]
    pub fn locked_to(self, lock: &Self) -> Self {
        Self {
            scene_numbers: self.scene_numbers,
            title_page: self.title_page,
            page_numbers: self.page_numbers,
            bold_headings: self.bold_headings,
            watermark: self.watermark,
            header: self.header,
            footer: self.footer,
            shown: self.shown,
            ..lock.clone()
        }
    }

    /// What pages are laid out with, for a script in a language.
    pub fn options(&self, language: Language) -> PageOptions {
        let words = |text: &str| -> String {
            let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
            line.chars().take(LONGEST_WORDS).collect()
        };
        PageOptions {
            paper: self.paper,
            style: self.style,
            language,
            scene_numbers: self.scene_numbers,
            title_page: self.title_page,
            page_numbers: self.page_numbers,
            continued_cues: self.continued_cues,
            continued_scenes: self.continued_scenes,
            bold_headings: self.bold_headings,
            wide_scenes: self.wide_scenes,
            notes: self.notes,
            sections: self.sections,
            synopses: self.synopses,
            watermark: words(&self.watermark),
            header: words(&self.header),
            footer: words(&self.footer),
            breaks: BreakRules::default(),
        }
    }
}

/// Keeps the setup of a document.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct SetPageSetup {
    pub document_id: String,
    pub setup: PageSetup,
}

/// Asks for some pages of a draft, as they would be printed. `first` counts from 0, the title page
/// included.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct PreviewPages {
    pub draft_id: String,
    pub setup: PageSetup,
    pub first: u32,
    pub count: u32,
}

/// Writes a draft as PDF. The setup is kept with the document.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct ExportPdf {
    pub draft_id: String,
    pub path: String,
    pub setup: PageSetup,
}

/// Where the pages of a draft end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[allow(missing_docs)]
pub struct PageBreaks {
    /// The revision that was laid out.
    pub revision: u32,
    pub pages: u32,
    /// The length in eighths of a page.
    pub eighths: u32,
    /// The pages but the first, in order.
    pub breaks: Vec<PageBreak>,
    /// The scenes, in order.
    pub scenes: Vec<SceneLength>,
}

/// A page that begins.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[allow(missing_docs)]
pub struct PageBreak {
    /// Where it begins, in UTF-16 units.
    pub at: u32,
    /// Its number.
    pub label: String,
}

/// How long a scene is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[allow(missing_docs)]
pub struct SceneLength {
    /// Where its heading stands, in UTF-16 units.
    pub at: u32,
    pub eighths: u32,
    /// The page it begins on.
    pub page: String,
}

/// Pages to look at. Lengths are points.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[allow(missing_docs)]
pub struct PagePreview {
    pub width: f64,
    pub height: f64,
    /// How many there are, the title page included.
    pub pages: u32,
    pub eighths: u32,
    pub watermark: String,
    pub sheets: Vec<PreviewSheet>,
}

/// A page to look at.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[allow(missing_docs)]
pub struct PreviewSheet {
    /// Its number; empty for the title page.
    pub label: String,
    pub pieces: Vec<PreviewPiece>,
}

/// Letters in a row with one look.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[allow(missing_docs)]
pub struct PreviewPiece {
    pub text: String,
    /// Where letters begin: the first, or each where they are full-width.
    pub x: Vec<f64>,
    pub y: f64,
    /// How far the letters reach.
    pub width: f64,
    pub size: f64,
    pub bold: bool,
    pub italic: bool,
    pub underline: bool,
    /// Full-width letters: the Han font.
    pub wide: bool,
    /// Printed in grey.
    pub quiet: bool,
}

/// How a PDF went.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, TS)]
#[allow(missing_docs)]
pub struct PdfDone {
    pub pages: u32,
    /// Characters that no font has; they are printed as their numbers.
    pub missing: Vec<String>,
    /// The fonts of the system that were used for what ours lack.
    pub fonts: Vec<String>,
}

impl PdfDone {
    /// What is worth knowing of a PDF that was made.
    pub fn of(made: &Pdf) -> Self {
        let fonts: BTreeSet<&String> = made
            .report
            .fallbacks
            .iter()
            .filter_map(|fallback| fallback.font.as_ref())
            .collect();
        Self {
            pages: to_u32(made.report.pages),
            missing: made.report.missing().map(String::from).collect(),
            fonts: fonts.into_iter().cloned().collect(),
        }
    }
}

/// Pages shown at once, at most.
const MOST_SHEETS: u32 = 20;

/// Makes a PDF of a script. `days` counts from 1 January 1970; without it, it has no date.
///
/// # Errors
/// [`StudioError::TooLong`] for a script of thousands of pages.
pub fn pdf_of(
    text: &str,
    options: &PageOptions,
    revision: &RevisionLayer,
    title: &str,
    days: Option<i64>,
    fonts: Option<&dyn SystemFonts>,
) -> Result<Pdf, StudioError> {
    let pages = lay_out_revised(text, options, revision);
    let missing = pdf::missing(&pages);
    let extra = match fonts {
        Some(fonts) if !missing.is_empty() => fonts.for_characters(&missing),
        _ => Vec::new(),
    };
    let info = PdfInfo {
        title: title.to_owned(),
        date: days.map(date),
    };
    pdf::write(&pages, &info, &extra).map_err(pdf_error)
}

/// Why there is no PDF.
pub(crate) fn pdf_error(error: FormatError) -> StudioError {
    match error {
        FormatError::TooLarge { limit, .. } => StudioError::TooLong {
            field: "text".to_owned(),
            limit,
        },
        other => StudioError::Internal(other.to_string()),
    }
}

/// The date of a day counted from 1 January 1970 (H. Hinnant, "chrono-Compatible Low-Level Date
/// Algorithms", `civil_from_days`).
pub(crate) fn date(days: i64) -> PdfDate {
    let z = days + 719_468;
    let era = z.div_euclid(146_097);
    let day_of_era = z.rem_euclid(146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 {
        shifted + 3
    } else {
        shifted - 9
    };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    PdfDate {
        year: u16::try_from(year).unwrap_or(1970),
        month: u8::try_from(month).unwrap_or(1),
        day: u8::try_from(day).unwrap_or(1),
    }
}

/// A draft that is a script.
pub(crate) struct Script {
    pub document_id: String,
    pub title: String,
    pub text: String,
    pub revision: u32,
    pub language: Language,
    /// When it was edited last, in days from 1 January 1970: the same text gives the same file.
    pub days: i64,
    /// Its locked pages and marks.
    pub revision_layer: RevisionLayer,
    /// The setup that its pages were locked with, if they are.
    pub lock: Option<PageSetup>,
}

impl Script {
    /// What its pages are laid out with: where they are locked, as they were then.
    pub fn options(&self, setup: &PageSetup) -> PageOptions {
        let setup = setup.clone();
        let setup = match &self.lock {
            Some(lock) => setup.locked_to(lock),
            None => setup,
        };
        setup.options(self.language)
    }

    pub fn pages(&self, setup: &PageSetup) -> Pages {
        lay_out_revised(&self.text, &self.options(setup), &self.revision_layer)
    }
}

impl Studio {
    /// Fonts of the system for characters that ours lack. Said once, by who opens the studio.
    pub fn use_fonts(&self, fonts: Arc<dyn SystemFonts>) {
        // A second time changes nothing.
        let _ = self.fonts.set(fonts);
    }

    pub(crate) fn script(&self, draft_id: &str) -> Result<Script, StudioError> {
        let draft = self.library.draft(draft_id)?;
        let document = self.library.document(&draft.document_id)?;
        if document.kind != DocumentKind::Screenplay {
            return Err(StudioError::BadRequest("not a screenplay".into()));
        }
        let language = Self::script_language(&document, &draft);
        Ok(Script {
            lock: Self::page_lock(&draft),
            revision_layer: self.revision_layer(&draft, language)?,
            document_id: document.id,
            title: draft.title,
            text: draft.body,
            revision: draft.revision,
            language,
            days: draft.updated_at.div_euclid(86_400_000),
        })
    }

    /// The language that a script is set in: its brief's.
    pub(crate) fn script_language(
        document: &inkstone_library::Document,
        draft: &inkstone_library::Draft,
    ) -> Language {
        Self::brief(document.kind, document.language, &draft.fields)
            .unwrap_or_else(|_| inkstone_desks::Brief::empty(document.kind, document.language))
            .language()
    }

    pub(crate) fn setup_of(
        &self,
        document_id: &str,
        language: Language,
    ) -> Result<PageSetup, StudioError> {
        let kept = self.library.setting(&setup_key(document_id))?;
        // One that another version wrote differently counts as none.
        Ok(kept
            .and_then(|value| serde_json::from_value(value).ok())
            .unwrap_or_else(|| PageSetup::of(language)))
    }

    /// What the pages of a script are laid out with.
    pub(crate) fn page_options(&self, script: &Script) -> Result<PageOptions, StudioError> {
        let setup = self.setup_of(&script.document_id, script.language)?;
        Ok(script.options(&setup))
    }

    /// What the pages of a screenplay's draft are laid out with.
    pub(crate) fn draft_page_options(
        &self,
        draft: &inkstone_library::Draft,
        language: Language,
    ) -> Result<PageOptions, StudioError> {
        let setup = self.setup_of(&draft.document_id, language)?;
        let setup = match Self::page_lock(draft) {
            Some(lock) => setup.locked_to(&lock),
            None => setup,
        };
        Ok(setup.options(language))
    }

    /// Keeps what an FDX file says of its pages, where that is not the usual. Blocks.
    pub(crate) fn take_pages(
        &self,
        document_id: &str,
        language: Language,
        file: &[u8],
    ) -> Result<(), StudioError> {
        let usual = PageOptions::of(language);
        let options = fdx::page_options(&fdx::read(file)?.file, &usual)?;
        if options == usual {
            return Ok(());
        }
        self.keep_setup(document_id, &PageSetup::of_options(options))
    }

    /// The options that an FDX file of a draft is to say: those that were chosen, in a new file the
    /// usual ones too. Blocks.
    pub(crate) fn fdx_pages(
        &self,
        draft: &inkstone_library::Draft,
        new: bool,
    ) -> Result<Option<PageOptions>, StudioError> {
        let document = self.library.document(&draft.document_id)?;
        if !new && self.library.setting(&setup_key(&document.id))?.is_none() {
            return Ok(None);
        }
        let language = Self::script_language(&document, draft);
        Ok(Some(self.draft_page_options(draft, language)?))
    }

    fn keep_setup(&self, document_id: &str, setup: &PageSetup) -> Result<(), StudioError> {
        let value =
            serde_json::to_value(setup).map_err(|e| StudioError::Internal(e.to_string()))?;
        Ok(self.library.set_setting(&setup_key(document_id), &value)?)
    }

    /// See [`crate::commands`].
    pub async fn page_setup(self: &Arc<Self>, i: Id) -> Result<PageSetup, StudioError> {
        self.blocking(move |s| {
            let script = s.script(&i.id)?;
            let setup = s.setup_of(&script.document_id, script.language)?;
            Ok(match &script.lock {
                Some(lock) => setup.locked_to(lock),
                None => setup,
            })
        })
        .await
    }

    /// See [`crate::commands`].
    pub async fn set_page_setup(self: &Arc<Self>, i: SetPageSetup) -> Result<(), StudioError> {
        self.blocking(move |s| {
            let document = s.library.document(&i.document_id)?;
            s.keep_setup(&document.id, &i.setup)
        })
        .await
    }

    /// See [`crate::commands`].
    pub async fn page_breaks(self: &Arc<Self>, i: Id) -> Result<PageBreaks, StudioError> {
        self.blocking(move |s| {
            let script = s.script(&i.id)?;
            let setup = s.setup_of(&script.document_id, script.language)?;
            let pages = script.pages(&setup);
            Ok(breaks(&script, &pages))
        })
        .await
    }

    /// See [`crate::commands`].
    pub async fn preview_pages(
        self: &Arc<Self>,
        i: PreviewPages,
    ) -> Result<PagePreview, StudioError> {
        self.blocking(move |s| {
            let script = s.script(&i.draft_id)?;
            let pages = script.pages(&i.setup);
            Ok(preview(&pages, i.first, i.count.min(MOST_SHEETS)))
        })
        .await
    }

    /// See [`crate::commands`].
    pub async fn export_pdf(self: &Arc<Self>, i: ExportPdf) -> Result<PdfDone, StudioError> {
        self.blocking(move |s| {
            let script = s.script(&i.draft_id)?;
            let made = s.pdf(&script, &i.setup)?;
            write_file(Path::new(&i.path), &made.bytes)?;
            s.keep_setup(&script.document_id, &i.setup)?;
            Ok(PdfDone::of(&made))
        })
        .await
    }

    fn pdf(&self, script: &Script, setup: &PageSetup) -> Result<Pdf, StudioError> {
        let options = script.options(setup);
        let fonts = self.fonts.get().map(AsRef::as_ref);
        pdf_of(
            &script.text,
            &options,
            &script.revision_layer,
            &script.title,
            Some(script.days),
            fonts,
        )
    }

    /// The PDF of a draft with the setup that its document has.
    pub(crate) fn draft_pdf(&self, draft_id: &str) -> Result<Vec<u8>, StudioError> {
        let script = self.script(draft_id)?;
        let setup = self.setup_of(&script.document_id, script.language)?;
        Ok(self.pdf(&script, &setup)?.bytes)
    }
}

fn setup_key(document_id: &str) -> String {
    format!("pages:{document_id}")
}

fn breaks(script: &Script, pages: &Pages) -> PageBreaks {
    let mut at = Units::of(&script.text);
    let found = pages.pages.iter().skip(1).map(|page| PageBreak {
        at: at.at(page.start),
        label: page.label.clone(),
    });
    let breaks = found.collect();
    let mut at = Units::of(&script.text);
    let scenes = pages.scenes.iter().map(|scene| SceneLength {
        at: at.at(scene.at),
        eighths: scene.length.0,
        page: pages
            .pages
            .get(scene.page)
            .map_or_else(String::new, |page| page.label.clone()),
    });
    PageBreaks {
        revision: script.revision,
        pages: to_u32(pages.pages.len()),
        eighths: pages.length.0,
        scenes: scenes.collect(),
        breaks,
    }
}

fn preview(pages: &Pages, first: u32, count: u32) -> PagePreview {
    let all: Vec<&Page> = pages.title.iter().chain(&pages.pages).collect();
    let sheets = all.iter().skip(first as usize).take(count as usize);
    PagePreview {
        width: points(pages.sheet.width),
        height: points(pages.sheet.height),
        pages: to_u32(all.len()),
        eighths: pages.length.0,
        watermark: pages.watermark.clone(),
        sheets: sheets
            .map(|page| PreviewSheet {
                label: page.label.clone(),
                pieces: page
                    .lines
                    .iter()
                    .flat_map(|line| pieces(line, pages))
                    .collect(),
            })
            .collect(),
    }
}

fn points(tenths: i32) -> f64 {
    f64::from(tenths) / 10.0
}

fn pieces(line: &Line, pages: &Pages) -> Vec<PreviewPiece> {
    let small = pages.sheet.han_size(line.size);
    let mut found: Vec<PreviewPiece> = Vec::new();
    let mut open = None;
    let quiet = matches!(
        line.kind,
        LineKind::Header
            | LineKind::Footer
            | LineKind::Note
            | LineKind::Synopsis
            | LineKind::Section
    );
    for letter in line.letters(pages.language) {
        let inset = if letter.wide {
            (line.size - small) / 2
        } else {
            0
        };
        let x = points(letter.x + inset);
        let end = points(letter.x + letter.advance);
        let look = (letter.wide, letter.face);
        match found.last_mut().filter(|_| open == Some(look)) {
            Some(piece) => {
                piece.text.push(letter.character);
                if letter.wide {
                    piece.x.push(x);
                }
                piece.width = end - piece.x[0];
            }
            None => found.push(PreviewPiece {
                text: letter.character.to_string(),
                x: vec![x],
                y: points(line.y),
                width: end - x,
                size: points(if letter.wide { small } else { line.size }),
                bold: letter.face.bold,
                italic: letter.face.italic,
                underline: letter.face.underline,
                wide: letter.wide,
                quiet,
            }),
        }
        open = Some(look);
    }
    found.retain(|piece| piece.underline || !piece.text.trim().is_empty());
    found
}

#[cfg(test)]
mod tests {
    use inkstone_manuscript::pages::lay_out;

    use super::*;

    #[test]
    fn days_are_dates() {
        let of = |days| {
            let date = date(days);
            (date.year, date.month, date.day)
        };
        assert_eq!(of(0), (1970, 1, 1));
        assert_eq!(of(59), (1970, 3, 1));
        assert_eq!(of(19_782), (2024, 2, 29));
        assert_eq!(of(20_514), (2026, 3, 2));
    }

    #[test]
    fn breaks_are_told_in_units_of_the_editor() {
        let text = format!("😀 雨\n\n{}INT. B - DAY\n\nSun.\n", "Rain.\n\n".repeat(40));
        let script = Script {
            document_id: String::new(),
            title: String::new(),
            revision: 3,
            language: Language::English,
            days: 0,
            revision_layer: RevisionLayer::default(),
            lock: None,
            text,
        };
        let pages = script.pages(&PageSetup::of(Language::English));
        let told = breaks(&script, &pages);
        assert_eq!((told.revision, told.pages, told.breaks.len()), (3, 2, 1));
        // A blank line and four rows less than 55, two a paragraph.
        let before: String = script.text.chars().take_while(|c| *c != 'I').collect();
        assert!(told.breaks[0].at < to_u32(before.encode_utf16().count()));
        let units: Vec<u16> = script.text.encode_utf16().collect();
        let from = told.breaks[0].at as usize;
        assert_eq!(String::from_utf16_lossy(&units[from..from + 5]), "Rain.");
        assert_eq!(told.scenes.len(), 1);
    }

    #[test]
    fn a_preview_has_pieces_where_the_pages_have_letters() {
        let options = PageSetup::of(Language::Chinese).options(Language::Chinese);
        let pages = lay_out(".内景 灯塔 夜\n\n雨 *rain* 停了。\n", &options);
        let shown = preview(&pages, 0, 5);
        assert_eq!((shown.pages, shown.sheets.len()), (1, 1));
        let pieces = &shown.sheets[0].pieces;
        let han = pieces.iter().find(|piece| piece.text == "停了。").unwrap();
        assert!(han.wide && han.x.len() == 3);
        assert!((han.x[1] - han.x[0] - 12.0).abs() < 1e-9);
        let latin = pieces.iter().find(|piece| piece.text == "rain").unwrap();
        assert!(latin.italic && latin.x.len() == 1);
        assert!(preview(&pages, 1, 5).sheets.is_empty());
    }
}
