//! Pictures of articles: kept as assets of the project under their SHA-256, named in the text as
//! `![what it shows](asset:SHA-256)`, and taken along where a text leaves.
//!
//! A picture that only the text of another place names (a page on the web, a file on a disk) is
//! never fetched. One that no text names any more stays in the project.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
    sync::Arc,
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use inkstone_formats::{
    FormatError,
    paper::PaperPicture,
    picture::{self, PictureFacts, PictureKind},
};
use inkstone_library as lib;
use inkstone_manuscript::DocumentKind;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{Studio, StudioError, drafts::write_file, imports::read_at_most};

/// More than this together does not go along with one text.
const MOST_TOGETHER: usize = 256 << 20;

/// The longest name of a picture, in characters.
const LONGEST_NAME: usize = 80;

/// A picture on its way into a project: its bytes, or where they lie.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct AddPicture {
    /// The project.
    pub project_id: String,
    /// What it is called.
    pub name: String,
    /// Its bytes, in base 64.
    #[serde(default)]
    #[ts(optional)]
    pub data: Option<String>,
    /// The file.
    #[serde(default)]
    #[ts(optional)]
    pub path: Option<String>,
}

/// A picture of the library.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct PictureDto {
    /// The SHA-256 of its bytes.
    pub id: String,
    /// What it was called when it came.
    pub name: String,
    /// What it is, as `image/png`.
    pub media_type: String,
    /// Its width in pixels.
    pub width: u32,
    /// Its height in pixels.
    pub height: u32,
}

/// Names a picture, and the project whose text shows it.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct PictureInput {
    /// The SHA-256 of its bytes.
    pub id: String,
    /// The project; the picture belongs to it from now on, too.
    pub project_id: String,
}

/// A picture to be shown.
#[derive(Debug, Clone, Serialize, TS)]
pub struct PictureData {
    /// What it is, by its bytes.
    pub media_type: String,
    /// Its width in pixels.
    pub width: u32,
    /// Its height in pixels.
    pub height: u32,
    /// Its bytes, in base 64.
    pub data: String,
}

/// What an export came to.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, TS)]
pub struct ExportDone {
    /// The folder beside the file that holds its pictures.
    pub folder: Option<String>,
    /// Pictures that were not taken along: their words, or else their addresses.
    pub left_out: Vec<String>,
}

/// Pictures that go along with a text, and what does not.
#[derive(Debug, Default)]
pub(crate) struct Along {
    pub pictures: Vec<PaperPicture>,
    pub left_out: Vec<String>,
}

/// A file's name without what no file system likes.
fn file_name(name: &str) -> String {
    let kept: String = name
        .chars()
        .map(|c| match c {
            '/' | '\\' | ':' | '*' | '?' | '"' | '<' | '>' | '|' => ' ',
            c if c.is_control() => ' ',
            c => c,
        })
        .collect();
    let words: Vec<&str> = kept.split_whitespace().collect();
    let name: String = words.join(" ").chars().take(LONGEST_NAME).collect();
    name.trim_matches(['.', ' ']).to_owned()
}

/// A path as it stands in Markdown.
fn address(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    for c in path.chars() {
        match c {
            ' ' | '(' | ')' | '<' | '>' | '%' | '#' | '?' | '"' | '\\' => {
                out.push_str(&format!("%{:02X}", u32::from(c)));
            }
            c => out.push(c),
        }
    }
    out
}

impl Studio {
    /// Keeps a picture in a project.
    ///
    /// # Errors
    /// `picture_unknown`, `picture_broken`, `picture_too_large`, `file_too_large` for what is
    /// none or can't be read; `file_unreadable`, and what the library says.
    pub async fn add_picture(self: &Arc<Self>, i: AddPicture) -> Result<PictureDto, StudioError> {
        self.blocking(move |s| {
            let bytes = match (&i.data, &i.path) {
                (Some(data), None) => decoded(data)?,
                (None, Some(path)) => read_at_most(Path::new(path), picture::MOST_BYTES)?,
                _ => return Err(StudioError::BadRequest("either `data` or `path`".into())),
            };
            let facts = picture::read(&bytes)?;
            let name = file_name(&i.name);
            let kind = facts.kind.media_type();
            let asset = s.library.add_asset(&i.project_id, &name, kind, &bytes)?;
            Ok(PictureDto {
                id: asset.id,
                name: asset.name,
                media_type: kind.to_owned(),
                width: facts.width,
                height: facts.height,
            })
        })
        .await
    }

    /// See [`crate::commands`].
    pub async fn picture(self: &Arc<Self>, i: PictureInput) -> Result<PictureData, StudioError> {
        self.blocking(move |s| {
            let (facts, bytes) = s
                .picture_bytes(&i.id)?
                .ok_or_else(|| StudioError::not_found("picture", &i.id))?;
            // A library that is only read shows it all the same.
            if let Err(error) = s.library.share_asset(&i.project_id, &i.id) {
                tracing::debug!(%error, "a picture is not shared");
            }
            Ok(PictureData {
                media_type: facts.kind.media_type().to_owned(),
                width: facts.width,
                height: facts.height,
                data: STANDARD.encode(bytes),
            })
        })
        .await
    }

    /// The bytes of a picture; none where the library has none of this name, or another file.
    fn picture_bytes(&self, id: &str) -> Result<Option<(PictureFacts, Vec<u8>)>, StudioError> {
        let kind = match self.library.asset_kind(id) {
            Ok(kind) => kind,
            Err(lib::LibraryError::NotFound { .. }) => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        if PictureKind::of_media_type(&kind).is_none() {
            return Ok(None);
        }
        let bytes = self.library.asset(id)?;
        // What came in with somebody's files is looked at as well.
        Ok(Some((picture::size(&bytes)?, bytes)))
    }

    /// The pictures that go along with a text. Blocks.
    pub(crate) fn along(&self, kind: DocumentKind, text: &str) -> Result<Along, StudioError> {
        let mut along = Along::default();
        if kind != DocumentKind::News {
            return Ok(along);
        }
        let mut together = 0;
        for mention in picture::mentions(text) {
            let id = picture::named(&mention.address);
            if along.pictures.iter().any(|known| Some(&*known.id) == id) {
                continue;
            }
            let found = match id.map(|id| self.picture_bytes(id)).transpose() {
                Ok(found) => found.flatten(),
                // A damaged one keeps no text from leaving.
                Err(
                    StudioError::Format(_) | StudioError::Library(lib::LibraryError::Damaged(_)),
                ) => None,
                Err(error) => return Err(error),
            };
            match found {
                Some((facts, bytes)) if together + bytes.len() <= MOST_TOGETHER => {
                    together += bytes.len();
                    along.pictures.push(PaperPicture {
                        id: id.unwrap_or_default().to_owned(),
                        facts,
                        bytes,
                    });
                }
                _ => along.left_out.push(match mention.alt.trim() {
                    "" => mention.address,
                    alt => alt.to_owned(),
                }),
            }
        }
        Ok(along)
    }

    /// Writes an article as Markdown, and its pictures into a folder beside it. Files that are there
    /// stay as they are. Blocks.
    pub(crate) fn write_article(
        &self,
        path: &Path,
        draft: &lib::Draft,
        text: &str,
    ) -> Result<ExportDone, StudioError> {
        let document = self.library.document(&draft.document_id)?;
        let Along { pictures, left_out } = self.along(document.kind, text)?;
        if pictures.is_empty() {
            write_file(path, text.as_bytes())?;
            return Ok(ExportDone {
                folder: None,
                left_out,
            });
        }
        let stem = path.file_stem().unwrap_or_default().to_string_lossy();
        let folder_name = format!("{stem}-files");
        let folder = path.with_file_name(&folder_name);
        std::fs::create_dir_all(&folder).map_err(|error| StudioError::Unwritable {
            path: folder.to_string_lossy().into_owned(),
            detail: error.to_string(),
        })?;
        let names: BTreeMap<String, String> = self
            .library
            .assets(&document.project_id)?
            .into_iter()
            .map(|asset| (asset.id, asset.name))
            .collect();
        let mut files = BTreeMap::new();
        let mut taken = BTreeSet::new();
        for picture in &pictures {
            let name = names.get(&picture.id).map_or("", String::as_str);
            let file = free_file(&folder, name, picture, &mut taken)?;
            files.insert(
                format!("{}{}", picture::SCHEME, picture.id),
                address(&format!("{folder_name}/{file}")),
            );
        }
        let text = picture::with_files(text, |address| files.get(address).cloned());
        write_file(path, text.as_bytes())?;
        Ok(ExportDone {
            folder: Some(folder.to_string_lossy().into_owned()),
            left_out,
        })
    }
}

/// Writes a picture under a name that is free, or that has just these bytes already.
fn free_file(
    folder: &Path,
    name: &str,
    picture: &PaperPicture,
    taken: &mut BTreeSet<String>,
) -> Result<String, StudioError> {
    let stem = Path::new(name).file_stem().unwrap_or_default();
    let stem = match file_name(&stem.to_string_lossy()) {
        stem if stem.is_empty() => picture.id.chars().take(12).collect(),
        stem => stem,
    };
    let ending = picture.facts.kind.ending();
    for number in 1_u32.. {
        let file = match number {
            1 => format!("{stem}.{ending}"),
            _ => format!("{stem}-{number}.{ending}"),
        };
        let path: PathBuf = folder.join(&file);
        if taken.contains(&file.to_lowercase()) {
            continue;
        }
        if path.exists() {
            if std::fs::read(&path).is_ok_and(|there| there == picture.bytes) {
                taken.insert(file.to_lowercase());
                return Ok(file);
            }
            continue;
        }
        write_file(&path, &picture.bytes)?;
        taken.insert(file.to_lowercase());
        return Ok(file);
    }
    Err(StudioError::Internal("no name is free".to_owned()))
}

fn decoded(data: &str) -> Result<Vec<u8>, StudioError> {
    if data.len() / 4 * 3 > picture::MOST_BYTES + 2 {
        return Err(FormatError::TooLarge {
            bytes: data.len() / 4 * 3,
            limit: picture::MOST_BYTES,
        }
        .into());
    }
    STANDARD
        .decode(data)
        .map_err(|error| StudioError::BadRequest(format!("`data`: {error}")))
}
