//! Drafts: opening, editing, history, export, search.

use std::{path::Path, sync::Arc};

use inkstone_formats::ads_csv;
use inkstone_library as lib;
use inkstone_manuscript::{DocumentKind, adset::AdSet, diff, utf16};

use crate::{
    Studio, StudioError,
    dto::*,
    inputs::*,
    papers::PaperForm,
    pictures::ExportDone,
    projects::{bounded, counts, time},
    provenance::labels::LabelsInFile,
};

/// The longest text a draft may hold, in bytes: some 4,000 pages.
pub(crate) const LONGEST_TEXT: usize = 16 << 20;

pub(crate) fn to_u32(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

fn operation(cause: EditCause) -> lib::Operation {
    let (kind, origin) = match cause {
        EditCause::Typing => (lib::OperationKind::Typing, lib::Origin::Typed),
        EditCause::Paste => (lib::OperationKind::Paste, lib::Origin::Pasted),
        EditCause::Undo => (lib::OperationKind::Undo, lib::Origin::Typed),
        EditCause::Redo => (lib::OperationKind::Redo, lib::Origin::Typed),
    };
    lib::Operation { kind, origin }
}

/// A UTF-16 range of `text` in bytes.
pub(crate) fn bytes(text: &str, from: u32, to: u32) -> Result<std::ops::Range<usize>, StudioError> {
    let at = |offset: u32| {
        utf16::to_byte(text, offset as usize)
            .ok_or_else(|| StudioError::BadRequest(format!("position {offset} is not in the text")))
    };
    if from > to {
        return Err(StudioError::BadRequest(format!("range {from}..{to}")));
    }
    Ok(at(from)?..at(to)?)
}

/// A byte range in UTF-16 units; positions past the end or inside a character move back.
pub(crate) fn units(text: &str, range: &std::ops::Range<usize>) -> (u32, u32) {
    let at = |byte: usize| to_u32(utf16::from_byte(text, text.floor_char_boundary(byte)));
    (at(range.start), at(range.end))
}

/// Byte positions in UTF-16 units, one after another: quick as long as they go forward.
pub(crate) struct Units<'a> {
    text: &'a str,
    byte: usize,
    unit: usize,
}

impl<'a> Units<'a> {
    pub fn of(text: &'a str) -> Self {
        Self {
            text,
            byte: 0,
            unit: 0,
        }
    }

    pub fn at(&mut self, byte: usize) -> u32 {
        let byte = self.text.floor_char_boundary(byte);
        if byte < self.byte {
            (self.byte, self.unit) = (0, 0);
        }
        self.unit += self.text[self.byte..byte].encode_utf16().count();
        self.byte = byte;
        to_u32(self.unit)
    }
}

impl Studio {
    pub(crate) fn draft_view(&self, draft_id: &str) -> Result<DraftView, StudioError> {
        let draft = self.library.draft(draft_id)?;
        let document = self.library.document(&draft.document_id)?;
        let takes = self.takes(&draft)?;
        Ok(DraftView {
            document: self.document_dto(&draft.document_id)?,
            brief: Self::shown_brief(&document, &draft.fields),
            counts: counts(&draft.body),
            draft_id: draft.id,
            title: draft.title,
            body: draft.body,
            revision: draft.revision,
            takes,
        })
    }

    /// See [`crate::commands`].
    pub async fn open_draft(self: &Arc<Self>, i: Id) -> Result<DraftView, StudioError> {
        self.blocking(move |s| {
            match s.library.show_draft(&i.id) {
                // A library that is only read can be looked at all the same.
                Ok(()) | Err(lib::LibraryError::Reading) => s.draft_view(&i.id),
                Err(error) => Err(error.into()),
            }
        })
        .await
    }

    /// See [`crate::commands`].
    pub async fn branch_draft(self: &Arc<Self>, i: IdName) -> Result<DraftView, StudioError> {
        let name = bounded("name", &i.name, 300)?;
        let view = self
            .blocking(move |s| {
                let draft = s.library.branch(&i.id, &name)?;
                s.library.show_draft(&draft.id)?;
                s.draft_view(&draft.id)
            })
            .await?;
        self.changed(&["documents"]);
        Ok(view)
    }

    /// See [`crate::commands`].
    pub async fn rename_draft(self: &Arc<Self>, i: IdName) -> Result<(), StudioError> {
        let name = bounded("name", &i.name, 300)?;
        self.blocking(move |s| Ok(s.library.rename_draft(&i.id, &name)?))
            .await?;
        self.changed(&["documents"]);
        Ok(())
    }

    /// See [`crate::commands`].
    pub async fn delete_draft(self: &Arc<Self>, i: Id) -> Result<(), StudioError> {
        self.blocking(move |s| Ok(s.library.delete_draft(&i.id)?))
            .await?;
        self.changed(&["documents"]);
        Ok(())
    }

    /// See [`crate::commands`].
    pub async fn apply_edits(self: &Arc<Self>, i: ApplyEdits) -> Result<Saved, StudioError> {
        self.blocking(move |s| {
            let body = s.library.draft(&i.draft_id)?.body;
            let edits = i
                .edits
                .into_iter()
                .map(|e| {
                    let range = bytes(&body, e.from, e.to)?;
                    Ok(lib::Edit {
                        from: range.start,
                        to: range.end,
                        insert: e.insert,
                    })
                })
                .collect::<Result<Vec<_>, StudioError>>()?;
            s.apply(&i.draft_id, i.base_revision, &body, &edits, i.cause)
        })
        .await
    }

    /// See [`crate::commands`].
    pub async fn replace_text(self: &Arc<Self>, i: ReplaceText) -> Result<Saved, StudioError> {
        self.blocking(move |s| {
            let draft = s.library.draft(&i.draft_id)?;
            // Word by word, so that what is as it was keeps the origins it has.
            let edits = edits_between(&draft.body, &i.text);
            s.apply(&i.draft_id, draft.revision, &draft.body, &edits, i.cause)
        })
        .await
    }

    fn apply(
        &self,
        draft_id: &str,
        base: u32,
        body: &str,
        edits: &[lib::Edit],
        cause: EditCause,
    ) -> Result<Saved, StudioError> {
        let grown: usize = edits.iter().map(|e| e.insert.len()).sum();
        if body.len() + grown > LONGEST_TEXT {
            return Err(StudioError::TooLong {
                field: "text".into(),
                limit: LONGEST_TEXT,
            });
        }
        let revision = self
            .library
            .apply(draft_id, base, edits, &operation(cause))?;
        self.tell(StudioEvent::Text {
            draft_id: draft_id.to_owned(),
            revision,
        });
        let counts = counts(&self.library.draft(draft_id)?.body);
        Ok(Saved { revision, counts })
    }

    /// See [`crate::commands`].
    pub async fn snapshot(self: &Arc<Self>, i: Id) -> Result<(), StudioError> {
        let made = self
            .blocking(move |s| Ok(s.library.snapshot(&i.id)?))
            .await?;
        if made.is_some() {
            self.changed(&["history"]);
            self.keep_small();
            self.attend_to_meaning();
        }
        Ok(())
    }

    /// See [`crate::commands`].
    pub async fn save_version(self: &Arc<Self>, i: IdName) -> Result<HistoryNodeDto, StudioError> {
        let name = bounded("name", &i.name, 300)?;
        let node = self
            .blocking(move |s| Ok(node_dto(s.library.save_version(&i.id, &name)?)))
            .await?;
        self.changed(&["history"]);
        Ok(node)
    }

    /// See [`crate::commands`].
    pub async fn history(self: &Arc<Self>, i: Id) -> Result<Vec<HistoryNodeDto>, StudioError> {
        self.blocking(move |s| {
            Ok(s.library
                .history(&i.id)?
                .into_iter()
                .map(node_dto)
                .collect())
        })
        .await
    }

    /// See [`crate::commands`].
    pub async fn node_text(self: &Arc<Self>, i: Id) -> Result<String, StudioError> {
        self.blocking(move |s| Ok(s.library.node_text(&i.id)?))
            .await
    }

    /// See [`crate::commands`].
    pub async fn compare(self: &Arc<Self>, i: DraftNode) -> Result<Vec<DiffPieceDto>, StudioError> {
        self.blocking(move |s| {
            let old = s.library.node_text(&i.node_id)?;
            let new = s.library.draft(&i.draft_id)?.body;
            Ok(diff_dtos(&old, &new))
        })
        .await
    }

    /// See [`crate::commands`].
    pub async fn restore_node(self: &Arc<Self>, i: DraftNode) -> Result<DraftView, StudioError> {
        let view = self
            .blocking(move |s| {
                s.library.restore(&i.draft_id, &i.node_id)?;
                s.draft_view(&i.draft_id)
            })
            .await?;
        self.changed(&["history", "documents"]);
        Ok(view)
    }

    /// See [`crate::commands`].
    pub async fn export(self: &Arc<Self>, i: Export) -> Result<ExportDone, StudioError> {
        self.blocking(move |s| {
            let path = Path::new(&i.path);
            if i.format == "pdf" {
                write_file(path, &s.draft_pdf(&i.draft_id)?)?;
                return Ok(ExportDone::default());
            }
            let draft = s.library.draft(&i.draft_id)?;
            let written = match PaperForm::named(&i.format) {
                Some(form) => Some(s.paper(&draft, form, &LabelsInFile::default())?),
                None if i.format == "docx-comments" => Some(s.commented_docx(&draft)?),
                None => None,
            };
            if let Some(written) = written {
                write_file(path, &written.bytes)?;
                return Ok(ExportDone {
                    folder: None,
                    left_out: written.left_out,
                });
            }
            let document = s.library.document(&draft.document_id)?;
            let content = match i.format.as_str() {
                "text" => return s.write_article(path, &draft, &draft.body),
                "text-comments" => return s.write_article(path, &draft, &s.commented(&draft)?),
                "csv" if document.kind == DocumentKind::Ads => {
                    let brief = Self::brief(document.kind, document.language, &draft.fields)?;
                    csv(&draft.body, &brief, &draft.title)?
                }
                other => s
                    .script_export(&draft, document.kind, other)?
                    .ok_or_else(|| StudioError::BadRequest(format!("format `{other}`")))?,
            };
            write_file(path, content.as_bytes())?;
            Ok(ExportDone::default())
        })
        .await
    }
}

/// The ads of a text as CSV for its channel.
pub(crate) fn csv(
    text: &str,
    brief: &inkstone_desks::Brief,
    title: &str,
) -> Result<String, StudioError> {
    let set = AdSet::parse(text);
    let channel = match brief {
        inkstone_desks::Brief::Ads(b) => b.channel,
        _ => return Err(StudioError::BadRequest("not an ad set".into())),
    };
    let out = match channel {
        inkstone_desks::Channel::GoogleRsa => ads_csv::google_editor(&set, title, title),
        other => ads_csv::generic(&set, other.name()),
    };
    out.map_err(|e| StudioError::Internal(e.to_string()))
}

pub(crate) fn write_file(path: &Path, content: &[u8]) -> Result<(), StudioError> {
    let error = |e: std::io::Error| match e.kind() {
        std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => {
            StudioError::Library(lib::LibraryError::DiskFull)
        }
        _ => StudioError::Unwritable {
            path: path.to_string_lossy().into_owned(),
            detail: e.to_string(),
        },
    };
    if path.is_dir() {
        return Err(error(std::io::ErrorKind::IsADirectory.into()));
    }
    // Written beside and renamed: a full disk leaves an older export whole.
    let mut part = path.as_os_str().to_owned();
    part.push(".part");
    let part = std::path::PathBuf::from(part);
    let written = std::fs::write(&part, content).and_then(|()| std::fs::rename(&part, path));
    if written.is_err() {
        let _ = std::fs::remove_file(&part);
    }
    written.map_err(error)
}

pub(crate) fn diff_dtos(old: &str, new: &str) -> Vec<DiffPieceDto> {
    diff::prose_diff(old, new)
        .into_iter()
        .map(|p| DiffPieceDto {
            change: match p.change {
                diff::Change::Equal => "equal",
                diff::Change::Insert => "insert",
                diff::Change::Delete => "delete",
            }
            .to_owned(),
            text: p.text,
        })
        .collect()
}

pub(crate) fn node_dto(n: lib::HistoryNode) -> HistoryNodeDto {
    HistoryNodeDto {
        id: n.id,
        parent_id: n.parent_id,
        version: n.kind == lib::NodeKind::Version,
        name: n.name,
        label: n.label,
        characters: n.characters,
        created_at: time(n.created_at),
    }
}

/// The replacements that turn `old` into `new`.
fn edits_between(old: &str, new: &str) -> Vec<lib::Edit> {
    let mut edits: Vec<lib::Edit> = Vec::new();
    let mut at = 0;
    for piece in diff::prose_diff(old, new) {
        let end = at + piece.text.len();
        match piece.change {
            diff::Change::Equal => at = end,
            diff::Change::Delete => {
                edits.push(lib::Edit {
                    from: at,
                    to: end,
                    insert: String::new(),
                });
                at = end;
            }
            diff::Change::Insert => match edits.last_mut() {
                Some(last) if last.to == at && last.insert.is_empty() => last.insert = piece.text,
                _ => edits.push(lib::Edit {
                    from: at,
                    to: at,
                    insert: piece.text,
                }),
            },
        }
    }
    edits
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_whole_text_changes_only_where_it_differs() {
        let cases = [
            ("", "a"),
            ("a", ""),
            ("abc", "abXc"),
            ("one two\r\nthree\r\n", "one 2\nthree\n"),
            ("雨天", "雨大天"),
            ("x", "x"),
        ];
        for (old, new) in cases {
            let edits = edits_between(old, new);
            let mut text = old.to_owned();
            for e in edits.iter().rev() {
                text.replace_range(e.from..e.to, &e.insert);
            }
            assert_eq!(text, new);
        }
        assert_eq!(edits_between("雨天", "雨大天")[0].insert, "大");
        assert_eq!(edits_between("one\r\ntwo\r\n", "one\ntwo\n").len(), 2);
    }

    #[test]
    fn ranges_count_as_editors_do() {
        let text = "a😀雨";
        assert_eq!(bytes(text, 1, 3).expect("in the text"), 1..5);
        assert_eq!(units(text, &(1..5)), (1, 3));
        assert!(bytes(text, 2, 3).is_err(), "the middle of a surrogate pair");
        assert!(bytes(text, 3, 9).is_err());
        let mut at = Units::of(text);
        assert_eq!([1, 5, 8, 5, 3, 99].map(|b| at.at(b)), [1, 3, 4, 3, 1, 4]);
    }
}
