//! Files of other programs: into a project as documents, and scripts back out.

use std::{io::Read as _, path::Path, sync::Arc};

use inkstone_formats::{FormatError, fdx, import};
use inkstone_library as lib;
use inkstone_manuscript::{DocumentKind, Language};
use serde::{Deserialize, Serialize};
use serde_json::json;
use ts_rs::TS;

use crate::{
    Studio, StudioError,
    drafts::{LONGEST_TEXT, to_u32},
    dto::DraftView,
    projects::bounded,
};

/// The longest title taken from a file, in characters.
const LONGEST_TITLE: usize = 300;

/// A file to import.
#[derive(Debug, Clone, Default, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct ImportFile {
    /// The project it goes into.
    pub project_id: String,
    /// Where it lies.
    pub path: String,
    /// The folders it lay in below the one that was chosen, with `/` between them. They come before
    /// the title, and before the file's name where the origin of the text is told.
    #[serde(default)]
    #[ts(optional)]
    pub folder: Option<String>,
    /// What it is, where a person knows better.
    #[serde(default)]
    #[ts(optional)]
    #[ts(type = "DocumentKind")]
    pub kind: Option<DocumentKind>,
    /// Its encoding, where a person knows better.
    #[serde(default)]
    #[ts(optional)]
    pub encoding: Option<String>,
    /// Its language, where a person knows better.
    #[serde(default)]
    #[ts(optional)]
    #[ts(type = "Language")]
    pub language: Option<Language>,
    /// Another title than the file gives itself; an empty one is none.
    #[serde(default)]
    #[ts(optional)]
    pub title: Option<String>,
}

/// What an import made.
#[derive(Debug, Clone, Serialize, TS)]
pub struct ImportedDto {
    /// The new document, opened.
    pub view: DraftView,
    /// What was recognised.
    pub report: ImportReportDto,
}

/// What an importer has to say about a file.
#[derive(Debug, Clone, Serialize, TS)]
pub struct ImportReportDto {
    /// The name of the file.
    pub file: String,
    /// What it was read as: `fdx`, `fountain`, `bundle`, `layout`, `chinese`, `pdf`, `docx`, `html`,
    /// `csv`, `markdown`, `text`.
    pub format: String,
    /// What was found.
    pub found: Vec<FoundDto>,
    /// Lines whose meaning was guessed.
    pub unsure: Vec<UnsureDto>,
}

/// Something found in a file.
#[derive(Debug, Clone, Serialize, TS)]
pub struct FoundDto {
    /// `scenes`, `speeches`, `action`, `notes`, `page_marks`, `continued`, `kept`, `headings`,
    /// `paragraphs`, `tables`, `footnotes`, `images`, `comments`, `changes`, `ads`.
    pub what: String,
    /// How often.
    pub count: u32,
}

/// A line whose meaning was guessed.
#[derive(Debug, Clone, Serialize, TS)]
pub struct UnsureDto {
    /// The line in the file, from 1.
    pub line: u32,
    /// Its first words.
    pub text: String,
    /// What it was taken for: `action`, `heading`, `speech`, `centered`.
    pub taken_for: String,
}

/// The file that a draft came from, as it stands in the draft's fields.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Original {
    format: String,
    name: String,
    /// The asset that holds the file, where an export wants it back.
    asset: Option<String>,
}

pub(crate) fn report_dto(file: String, report: import::Report) -> ImportReportDto {
    ImportReportDto {
        file,
        format: report.format.to_owned(),
        found: report
            .found
            .into_iter()
            .filter(|(_, count)| *count > 0)
            .map(|(what, count)| FoundDto {
                what: what.name().to_owned(),
                count: to_u32(count),
            })
            .collect(),
        unsure: report
            .unsure
            .into_iter()
            .map(|unsure| UnsureDto {
                line: to_u32(unsure.line),
                text: unsure.text,
                taken_for: unsure.taken_for.to_owned(),
            })
            .collect(),
    }
}

/// Reads a file, but not one beyond what any importer takes.
pub(crate) fn read_file(path: &Path) -> Result<Vec<u8>, StudioError> {
    read_at_most(path, fdx::MOST_BYTES)
}

/// Reads a file of at most so many bytes.
pub(crate) fn read_at_most(path: &Path, most: usize) -> Result<Vec<u8>, StudioError> {
    let error = |detail: std::io::Error| StudioError::File {
        path: path.to_string_lossy().into_owned(),
        detail: detail.to_string(),
    };
    let about = std::fs::metadata(path).map_err(error)?;
    if !about.is_file() {
        // Opening a pipe would wait for somebody to write to it.
        return Err(error(std::io::Error::other("not a file")));
    }
    if about.len() > most as u64 {
        return Err(FormatError::TooLarge {
            bytes: usize::try_from(about.len()).unwrap_or(usize::MAX),
            limit: most,
        }
        .into());
    }
    let file = std::fs::File::open(path).map_err(error)?;
    let mut bytes = Vec::new();
    let limit = most as u64 + 1;
    file.take(limit).read_to_end(&mut bytes).map_err(error)?;
    if bytes.len() > most {
        return Err(FormatError::TooLarge {
            bytes: bytes.len(),
            limit: most,
        }
        .into());
    }
    Ok(bytes)
}

/// Chinese where a tenth of the letters is.
pub(crate) fn language_of(text: &str) -> Language {
    let (mut han, mut letters) = (0_usize, 0_usize);
    for c in text.chars().filter(|c| c.is_alphabetic()) {
        letters += 1;
        han += usize::from(('\u{3400}'..='\u{9fff}').contains(&c));
    }
    if han * 10 > letters {
        Language::Chinese
    } else {
        Language::English
    }
}

/// A file as it would be imported.
pub(crate) struct Read {
    /// Its name, with the folders below the one that was chosen.
    pub name: String,
    pub title: String,
    pub language: Language,
    pub imported: import::Imported,
}

impl Read {
    pub fn of(i: &ImportFile, bytes: &[u8]) -> Result<Self, StudioError> {
        let path = Path::new(&i.path);
        let part = |part: Option<&std::ffi::OsStr>| {
            part.map(|part| part.to_string_lossy().into_owned())
                .unwrap_or_default()
        };
        let known = import::Known {
            kind: i.kind,
            encoding: i.encoding.as_deref(),
        };
        let imported = import::import_as(&part(path.file_name()), bytes, known)?;
        if imported.text.len() > LONGEST_TEXT {
            return Err(StudioError::TooLong {
                field: "text".into(),
                limit: LONGEST_TEXT,
            });
        }
        let folders = || {
            let folder = i.folder.as_deref().unwrap_or_default();
            folder.split('/').filter(|folder| !folder.trim().is_empty())
        };
        let given = i.title.as_deref().filter(|title| !title.trim().is_empty());
        let title = match given {
            Some(title) => title.to_owned(),
            None => {
                let own = imported.title.clone();
                let own = own.unwrap_or_else(|| part(path.file_stem()));
                let mut parts: Vec<&str> = folders().collect();
                parts.push(&own);
                parts.join(" / ")
            }
        };
        let words: Vec<&str> = title.split_whitespace().collect();
        let name = part(path.file_name());
        Ok(Self {
            name: folders()
                .chain([name.as_str()])
                .collect::<Vec<_>>()
                .join("/"),
            title: words.join(" ").chars().take(LONGEST_TITLE).collect(),
            language: i.language.unwrap_or_else(|| language_of(&imported.text)),
            imported,
        })
    }
}

impl Studio {
    /// Makes a document of a file. The file itself stays where it is; one whose text can't hold
    /// all of it is kept in the library beside the text.
    ///
    /// # Errors
    /// What the file's format says, `file_unreadable`, and what the library says.
    pub async fn import_file(self: &Arc<Self>, i: ImportFile) -> Result<ImportedDto, StudioError> {
        let imported = self.blocking(move |s| s.import(&i)).await?;
        self.changed(&["documents"]);
        Ok(imported)
    }

    fn import(&self, i: &ImportFile) -> Result<ImportedDto, StudioError> {
        let bytes = read_file(Path::new(&i.path))?;
        let read = Read::of(i, &bytes)?;
        let title = bounded("title", &read.title, LONGEST_TITLE)?;
        let Read {
            name,
            imported,
            language,
            ..
        } = read;
        let asset = if imported.keeps_file {
            let kind = "application/xml";
            let asset = self.library.add_asset(&i.project_id, &name, kind, &bytes)?;
            Some(asset.id)
        } else {
            None
        };
        let original = Original {
            format: imported.report.format.to_owned(),
            name: name.clone(),
            asset,
        };
        let new = lib::NewDocument {
            project_id: &i.project_id,
            kind: imported.kind,
            title: &title,
            language,
            fields: &json!({ "original": original }),
        };
        let draft = self.library.import_document(&new, &imported.text, &name)?;
        if original.format == "fdx" && imported.keeps_file {
            let document_id = self.library.draft(&draft)?.document_id;
            self.take_pages(&document_id, language, &bytes)?;
        }
        Ok(ImportedDto {
            view: self.draft_view(&draft)?,
            report: report_dto(name, imported.report),
        })
    }

    /// A screenplay as FDX, in the file it came from if it came from one. Blocks.
    pub(crate) fn fdx(&self, draft: &lib::Draft) -> Result<String, StudioError> {
        let file = self.original_fdx(draft)?;
        let marks = self.fdx_marks(draft, file.as_deref())?;
        let written = fdx::write(&draft.body, file.as_deref(), &marks)?;
        // A file says how its pages are set until somebody sets them otherwise.
        match self.fdx_pages(draft, file.is_none())? {
            Some(options) => Ok(fdx::with_page_options(&written, &options)?),
            None => Ok(written),
        }
    }

    fn original_fdx(&self, draft: &lib::Draft) -> Result<Option<String>, StudioError> {
        let Some(value) = draft.fields.get("original") else {
            return Ok(None);
        };
        // What an older or newer program wrote differently is no original.
        let Ok(original) = serde_json::from_value::<Original>(value.clone()) else {
            return Ok(None);
        };
        match original.asset {
            Some(asset) if original.format == "fdx" => {
                Ok(Some(fdx::read(&self.library.asset(&asset)?)?.file))
            }
            _ => Ok(None),
        }
    }

    /// The bytes of an export of a screenplay. Blocks.
    pub(crate) fn script_export(
        &self,
        draft: &lib::Draft,
        kind: DocumentKind,
        format: &str,
    ) -> Result<Option<String>, StudioError> {
        match format {
            "fountain" if kind == DocumentKind::Screenplay => Ok(Some(draft.body.clone())),
            "fdx" if kind == DocumentKind::Screenplay => Ok(Some(self.fdx(draft)?)),
            _ => Ok(None),
        }
    }
}
