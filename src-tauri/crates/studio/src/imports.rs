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
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct ImportFile {
    /// The project it goes into.
    pub project_id: String,
    /// Where it lies.
    pub path: String,
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
    /// What it was read as: `fdx`, `fountain`, `bundle`, `layout`, `chinese`.
    pub format: String,
    /// What was found.
    pub found: Vec<FoundDto>,
    /// Lines whose meaning was guessed.
    pub unsure: Vec<UnsureDto>,
}

/// Something found in a file.
#[derive(Debug, Clone, Serialize, TS)]
pub struct FoundDto {
    /// `scenes`, `speeches`, `action`, `notes`, `page_marks`, `continued`, `kept`.
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

fn report_dto(file: String, report: import::Report) -> ImportReportDto {
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
    let error = |detail: std::io::Error| StudioError::File {
        path: path.to_string_lossy().into_owned(),
        detail: detail.to_string(),
    };
    let file = std::fs::File::open(path).map_err(error)?;
    let mut bytes = Vec::new();
    let limit = fdx::MOST_BYTES as u64 + 1;
    file.take(limit).read_to_end(&mut bytes).map_err(error)?;
    if bytes.len() > fdx::MOST_BYTES {
        return Err(FormatError::TooLarge {
            bytes: bytes.len(),
            limit: fdx::MOST_BYTES,
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
        let path = Path::new(&i.path);
        let name = path
            .file_name()
            .map(|name| name.to_string_lossy().into_owned())
            .unwrap_or_default();
        let bytes = read_file(path)?;
        let read = import::import(&name, &bytes)?;
        if read.text.len() > LONGEST_TEXT {
            return Err(StudioError::TooLong {
                field: "text".into(),
                limit: LONGEST_TEXT,
            });
        }
        let stem = path
            .file_stem()
            .map(|stem| stem.to_string_lossy().into_owned())
            .unwrap_or_default();
        let title: String = read
            .title
            .unwrap_or(stem)
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" ")
            .chars()
            .take(LONGEST_TITLE)
            .collect();
        let title = bounded("title", &title, LONGEST_TITLE)?;
        let asset = if read.keeps_file {
            let kind = "application/xml";
            let asset = self.library.add_asset(&i.project_id, &name, kind, &bytes)?;
            Some(asset.id)
        } else {
            None
        };
        let document = self.library.create_document(
            &i.project_id,
            read.kind,
            &title,
            language_of(&read.text),
        )?;
        let drafts = self.library.drafts(&document.id)?;
        let draft = drafts
            .first()
            .ok_or_else(|| StudioError::Internal("a new document has no draft".into()))?;
        let original = Original {
            format: read.report.format.to_owned(),
            name: name.clone(),
            asset,
        };
        let fields = json!({ "original": original });
        self.library.set_fields(&draft.id, &fields)?;
        let revision = self.library.draft(&draft.id)?.revision;
        let edit = lib::Edit {
            from: 0,
            to: 0,
            insert: read.text,
        };
        let operation = lib::Operation {
            kind: lib::OperationKind::Import,
            origin: lib::Origin::Imported { file: name.clone() },
        };
        self.library
            .apply(&draft.id, revision, &[edit], &operation)?;
        self.library.snapshot(&draft.id)?;
        Ok(ImportedDto {
            view: self.draft_view(&draft.id)?,
            report: report_dto(name, read.report),
        })
    }

    /// A screenplay as FDX, in the file it came from if it came from one. Blocks.
    pub(crate) fn fdx(&self, draft: &lib::Draft) -> Result<String, StudioError> {
        let file = self.original_fdx(draft)?;
        let marks = self.fdx_marks(draft, file.as_deref())?;
        Ok(fdx::write(&draft.body, file.as_deref(), &marks)?)
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
