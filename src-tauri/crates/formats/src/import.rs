//! Files of other programs, by their name and by what is in them.
//!
//! [`IMPORTERS`] is the one list. An importer says which endings it takes and whether bytes look
//! like its format; [`import`] asks by content first, then by name, and reads the rest as text.

use inkstone_manuscript::DocumentKind;

use crate::{FormatError, bundle, fdx, pdf_text, plain, script, script_text};

/// What was read from a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Imported {
    /// What it is.
    pub kind: DocumentKind,
    /// Its text in the notation of its kind.
    pub text: String,
    /// The title it gives itself.
    pub title: Option<String>,
    /// Whether the text can't hold all of the file and an export wants it back.
    pub keeps_file: bool,
    /// What was recognised and what is uncertain.
    pub report: Report,
}

/// What an importer has to say about a file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// The format that was read.
    pub format: &'static str,
    /// What was found, and how often.
    pub found: Vec<(Found, usize)>,
    /// Lines that may have been taken for something that they are not.
    pub unsure: Vec<Unsure>,
}

/// Something that was found in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Found {
    /// Scenes.
    Scenes,
    /// Speeches.
    Speeches,
    /// Paragraphs of action.
    Action,
    /// Notes.
    Notes,
    /// Page numbers and other marks of pages, left out.
    PageMarks,
    /// `(MORE)` and `(CONT'D)`, left out.
    Continued,
    /// Elements that stay in the file beside the text.
    Kept,
}

impl Found {
    /// Its name on the wire.
    pub fn name(self) -> &'static str {
        match self {
            Self::Scenes => "scenes",
            Self::Speeches => "speeches",
            Self::Action => "action",
            Self::Notes => "notes",
            Self::PageMarks => "page_marks",
            Self::Continued => "continued",
            Self::Kept => "kept",
        }
    }
}

/// A line whose meaning was guessed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unsure {
    /// The line in the file, from 1.
    pub line: usize,
    /// The first words of it.
    pub text: String,
    /// What it was taken for: `action`, `heading`, `speech`.
    pub taken_for: &'static str,
}

/// Reads one kind of file.
pub struct Importer {
    /// Its name.
    pub format: &'static str,
    /// The endings of its files, in lower case, without the dot.
    pub endings: &'static [&'static str],
    /// Whether bytes look like it, whatever their name.
    pub recognises: fn(&[u8]) -> bool,
    /// Reads them.
    pub read: fn(&[u8]) -> Result<Imported, FormatError>,
}

/// All that can be imported.
pub const IMPORTERS: &[Importer] = &[
    Importer {
        format: "fdx",
        endings: &["fdx", "fdxt"],
        recognises: looks_like_fdx,
        read: read_fdx,
    },
    Importer {
        format: "fountain",
        endings: &["fountain", "spmd"],
        recognises: |_| false,
        read: |bytes| Ok(read_fountain(plain::decode(bytes)?, "fountain")),
    },
    Importer {
        format: "bundle",
        endings: &["highland", "textbundle", "textpack"],
        recognises: bundle::recognises,
        read: bundle::read,
    },
    Importer {
        format: "pdf",
        endings: &["pdf"],
        recognises: pdf_text::recognises,
        read: pdf_text::read,
    },
    Importer {
        format: "text",
        endings: &["txt", "text"],
        recognises: |_| false,
        read: |bytes| Ok(script_text::read(&plain::decode(bytes)?)),
    },
];

/// Reads a file.
///
/// # Errors
/// What its importer says; for a file of no known kind what [`plain::decode`] says.
pub fn import(name: &str, bytes: &[u8]) -> Result<Imported, FormatError> {
    let ending = name
        .rsplit_once('.')
        .map(|(_, ending)| ending.to_lowercase())
        .unwrap_or_default();
    let importer = IMPORTERS
        .iter()
        .find(|importer| (importer.recognises)(bytes))
        .or_else(|| {
            IMPORTERS
                .iter()
                .find(|importer| importer.endings.contains(&ending.as_str()))
        });
    match importer {
        Some(importer) => (importer.read)(bytes),
        None => Ok(script_text::read(&plain::decode(bytes)?)),
    }
}

fn looks_like_fdx(bytes: &[u8]) -> bool {
    // In UTF-16 every other byte is zero.
    let head: Vec<u8> = bytes
        .iter()
        .take(4_000)
        .copied()
        .filter(|&b| b != 0)
        .collect();
    head.windows(11).any(|part| part == b"<FinalDraft")
}

fn read_fdx(bytes: &[u8]) -> Result<Imported, FormatError> {
    let fdx = fdx::read(bytes)?;
    let mut imported = read_fountain(fdx.text, "fdx");
    imported.report.found.push((Found::Kept, fdx.kept));
    imported.keeps_file = true;
    Ok(imported)
}

/// A text that is Fountain already.
pub(crate) fn read_fountain(text: String, format: &'static str) -> Imported {
    let text = text.trim_start_matches('\u{feff}').to_owned();
    let blocks = script::read(&text);
    let count = |kind: script::Kind| blocks.iter().filter(|block| block.kind == kind).count();
    let title = blocks
        .iter()
        .filter(|block| block.kind == script::Kind::Title)
        .find(|block| {
            block
                .label
                .as_deref()
                .is_some_and(|key| key.eq_ignore_ascii_case("title"))
        })
        .map(|block| script::plain_text(&block.content).trim().to_owned())
        .filter(|title| !title.is_empty());
    let notes = blocks
        .iter()
        .flat_map(|block| &block.content)
        .filter(|piece| piece.hidden && piece.text.starts_with("[["))
        .count();
    Imported {
        kind: DocumentKind::Screenplay,
        title,
        keeps_file: false,
        report: Report {
            format,
            found: vec![
                (Found::Scenes, count(script::Kind::Heading)),
                (Found::Speeches, count(script::Kind::Character)),
                (Found::Action, count(script::Kind::Action)),
                (Found::Notes, notes),
            ],
            unsure: vec![],
        },
        text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FDX: &str = include_str!("../tests/fixtures/quay.fdx");

    #[test]
    fn a_file_is_known_by_what_is_in_it_and_then_by_its_name() {
        let fdx = import("script.txt", FDX.as_bytes()).unwrap();
        assert_eq!(fdx.report.format, "fdx");
        assert_eq!(fdx.title.as_deref(), Some("THE FERRY"));
        assert!(fdx.keeps_file);
        let fountain = import("a.FOUNTAIN", b"INT. A - DAY\n\nRain.\n").unwrap();
        assert_eq!(fountain.report.format, "fountain");
        assert_eq!(fountain.text, "INT. A - DAY\n\nRain.\n");
        assert!(import("noise.fountain", b"\0\x01").is_err());
        assert!(import("broken.fdx", b"<FinalDraft><Content>").is_err());
    }

    #[test]
    fn the_report_counts_what_was_found() {
        let report = import("quay.fdx", FDX.as_bytes()).unwrap().report;
        assert_eq!(
            report.found,
            [
                (Found::Scenes, 3),
                (Found::Speeches, 3),
                (Found::Action, 4),
                (Found::Notes, 1),
                (Found::Kept, 25),
            ]
        );
    }

    #[test]
    fn no_ending_belongs_to_two_importers() {
        let mut endings: Vec<&str> = IMPORTERS.iter().flat_map(|i| i.endings).copied().collect();
        let all = endings.len();
        endings.sort_unstable();
        endings.dedup();
        assert_eq!(endings.len(), all);
    }
}
