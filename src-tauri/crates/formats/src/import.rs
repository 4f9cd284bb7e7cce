//! Files of other programs, by their name and by what is in them.
//!
//! [`IMPORTERS`] is the one list. An importer says which endings it takes and whether bytes look
//! like its format; [`import`] asks by content first, then by name, and reads the rest as text.

use inkstone_manuscript::DocumentKind;

use crate::{
    FormatError, ads_csv, bundle, docx, fdx, html, pdf_text, plain, prose_text, script, script_text,
};

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
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// The format that was read.
    pub format: &'static str,
    /// What was found, and how often.
    pub found: Vec<(Found, usize)>,
    /// Lines that may have been taken for something that they are not.
    pub unsure: Vec<Unsure>,
    /// The encoding of a text.
    pub encoding: Option<&'static str>,
    /// Whether there is no doubt about the encoding. True where there is none.
    pub sure: bool,
}

impl Default for Report {
    fn default() -> Self {
        Self {
            format: "",
            found: Vec::new(),
            unsure: Vec::new(),
            encoding: None,
            sure: true,
        }
    }
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
    /// Headings.
    Headings,
    /// Paragraphs and items of lists.
    Paragraphs,
    /// Tables.
    Tables,
    /// Footnotes and endnotes.
    Footnotes,
    /// Pictures, which are named and not taken in.
    Images,
    /// Comments, kept where they stand.
    Comments,
    /// Tracked changes, taken as accepted.
    Changes,
    /// Ads.
    Ads,
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
            Self::Headings => "headings",
            Self::Paragraphs => "paragraphs",
            Self::Tables => "tables",
            Self::Footnotes => "footnotes",
            Self::Images => "images",
            Self::Comments => "comments",
            Self::Changes => "changes",
            Self::Ads => "ads",
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
    /// Whether it is text in an encoding of its own: then [`read`](Self::read) gets UTF-8.
    pub text: bool,
    /// Reads them.
    pub read: fn(&[u8], Known<'_>) -> Result<Imported, FormatError>,
}

/// All that can be imported.
pub const IMPORTERS: &[Importer] = &[
    Importer {
        format: "fdx",
        endings: &["fdx", "fdxt"],
        recognises: looks_like_fdx,
        text: false,
        read: |bytes, _| read_fdx(bytes),
    },
    Importer {
        format: "fountain",
        endings: &["fountain", "spmd"],
        recognises: |_| false,
        text: true,
        read: |bytes, _| Ok(read_fountain(plain::decode(bytes)?, "fountain")),
    },
    Importer {
        format: "docx",
        endings: &["docx"],
        recognises: docx::read::recognises,
        text: false,
        read: docx::read::read,
    },
    Importer {
        format: "bundle",
        endings: &["highland", "textbundle", "textpack"],
        recognises: bundle::recognises,
        text: false,
        read: |bytes, _| bundle::read(bytes),
    },
    Importer {
        format: "pdf",
        endings: &["pdf"],
        recognises: pdf_text::recognises,
        text: false,
        read: |bytes, _| pdf_text::read(bytes),
    },
    Importer {
        format: "html",
        endings: &["html", "htm", "xhtml"],
        recognises: html::read::recognises,
        text: false,
        read: html::read::read,
    },
    Importer {
        format: "csv",
        endings: &["csv"],
        recognises: |_| false,
        text: true,
        read: |bytes, _| ads_csv::read(&plain::decode(bytes)?),
    },
    Importer {
        format: "markdown",
        endings: &["md", "markdown", "mdown", "mkd"],
        recognises: |_| false,
        text: true,
        read: |bytes, _| Ok(prose_text::read(&plain::decode(bytes)?, "markdown")),
    },
    Importer {
        format: "text",
        endings: &["txt", "text"],
        recognises: |_| false,
        text: true,
        read: |bytes, _| Ok(prose_text::read(&plain::decode(bytes)?, "text")),
    },
];

/// What a person knows better about a file.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Known<'a> {
    /// What it is.
    pub kind: Option<DocumentKind>,
    /// Its encoding, by any of its labels.
    pub encoding: Option<&'a str>,
}

impl Known<'_> {
    /// Whether it is to be read as a script: as it was said, else as it looks.
    pub(crate) fn is_script(self, looks: impl FnOnce() -> bool) -> bool {
        match self.kind {
            Some(kind) => kind == DocumentKind::Screenplay,
            None => looks(),
        }
    }
}

/// Reads a file.
///
/// # Errors
/// What its importer says; for a file of no known kind what [`plain::detect`] says.
pub fn import(name: &str, bytes: &[u8]) -> Result<Imported, FormatError> {
    import_as(name, bytes, Known::default())
}

/// Reads a file about which something is known.
///
/// # Errors
/// As [`import`]; [`FormatError::Encoding`] if the bytes are no text in the encoding that was named,
/// or it is not one.
pub fn import_as(name: &str, bytes: &[u8], known: Known<'_>) -> Result<Imported, FormatError> {
    let ending = name
        .rsplit_once('.')
        .map(|(_, ending)| ending.to_lowercase())
        .unwrap_or_default();
    let named = IMPORTERS
        .iter()
        .find(|importer| importer.endings.contains(&ending.as_str()));
    let importer = IMPORTERS
        .iter()
        // A page that was saved in the place of another file is not what was wanted.
        .filter(|importer| importer.format != "html" || named.is_none_or(|named| named.text))
        .find(|importer| (importer.recognises)(bytes))
        .or(named);
    if let Some(importer) = importer.filter(|importer| !importer.text) {
        return (importer.read)(bytes, known);
    }
    let decoded = match known.encoding {
        Some(label) => plain::decode_in(bytes, plain::chosen(label)?)?,
        None => plain::detect(bytes)?,
    };
    let format = importer.map_or("text", |importer| importer.format);
    let mut imported = match known.kind {
        Some(DocumentKind::Screenplay) => script_text::read(&decoded.text),
        Some(DocumentKind::Ads) if format != "csv" => {
            prose_text::plain(&decoded.text, DocumentKind::Ads, format)
        }
        Some(DocumentKind::News) => prose_text::prose(&decoded.text, format),
        _ => match importer {
            Some(importer) => (importer.read)(decoded.text.as_bytes(), known)?,
            None => prose_text::read(&decoded.text, "text"),
        },
    };
    imported.report.encoding = Some(decoded.encoding);
    imported.report.sure = decoded.sure;
    Ok(imported)
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
            ..Report::default()
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
                (Found::Notes, 2),
                (Found::Kept, 24),
            ]
        );
    }

    #[test]
    fn each_file_is_read_as_what_it_is_or_refused() {
        let script = "INT. PIER - NIGHT\n\nRain.\n\nMARA\nNot yet.\n";
        for (name, bytes, format, kind) in [
            ("a.md", "# A\n\nText.\n", "markdown", DocumentKind::News),
            ("a.txt", "A letter.\n", "text", DocumentKind::News),
            ("a.txt", script, "fountain", DocumentKind::Screenplay),
            ("notes", "A letter.\n", "text", DocumentKind::News),
            ("a.htm", "<p>Text", "html", DocumentKind::News),
            (
                "a.txt",
                "<!DOCTYPE html><p>Text",
                "html",
                DocumentKind::News,
            ),
            ("a.csv", "Headline 1\r\nWarm\r\n", "csv", DocumentKind::Ads),
        ] {
            let imported = import(name, bytes.as_bytes()).unwrap();
            assert_eq!(
                (imported.report.format, imported.kind),
                (format, kind),
                "{name}"
            );
        }
        for (name, bytes) in [
            ("a.docx", &b"\xd0\xcf\x11\xe0 an older Word"[..]),
            ("a.docx", b"PK\x03\x04 cut"),
            ("a.txt", b"PK\x03\x04\0\0"),
            ("a.md", b"\x89PNG\r\n\x1a\n\0"),
            ("a.fdx", b"<html><p>Sign in</p></html>"),
            ("a.html", b"<html><script>x</script></html>"),
            ("a.csv", b"name,age\r\nAnn,4\r\n"),
            ("a.pdf", b"not one"),
        ] {
            assert!(import(name, bytes).is_err(), "{name}");
        }
    }

    #[test]
    fn what_a_person_knows_better_counts() {
        let (big5, _, _) = encoding_rs::BIG5.encode("夜裡");
        let known = Known {
            kind: Some(DocumentKind::Screenplay),
            encoding: Some("big5"),
        };
        let imported = import_as("a.md", &big5, known).unwrap();
        assert_eq!(
            (imported.kind, imported.text.as_str()),
            (DocumentKind::Screenplay, "夜裡")
        );
        assert_eq!(imported.report.encoding, Some("Big5"));
        let unknown = Known {
            encoding: Some("no such"),
            ..known
        };
        assert!(import_as("a.md", &big5, unknown).is_err());
    }

    proptest::proptest! {
        #[test]
        fn no_bytes_of_any_name_panic(
            bytes in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..300),
            text in "(---\n|<p>|<b>|# |INT. A\n|,|\"|Headline 1\r\n|title: |[a-z夜\n ]{0,6}){0,20}",
        ) {
            for importer in IMPORTERS {
                for ending in importer.endings {
                    let _ = import(&format!("a.{ending}"), &bytes);
                    let _ = import(&format!("a.{ending}"), text.as_bytes());
                }
            }
        }
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
