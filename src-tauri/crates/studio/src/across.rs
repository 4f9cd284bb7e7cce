//! Find and replace across a project. What is looked for is said and found where texts are shown;
//! here are the texts to look in, and the one way to change several of them.

use std::sync::Arc;

use inkstone_library as lib;
use inkstone_manuscript::{DocumentKind, Language};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{
    Studio, StudioError,
    drafts::{LONGEST_TEXT, bytes, to_u32},
    dto::{EditDto, TakeDto},
    inputs::Id,
};

/// The most drafts that are changed by one call.
const MOST_DRAFTS: usize = 10_000;
/// The most places of one draft that are changed by one call.
const MOST_PLACES: usize = 200_000;

/// A text that can be looked in: the draft that stands for a document.
#[derive(Debug, Clone, Serialize, TS)]
pub struct TextInProject {
    /// Id of the draft.
    pub draft_id: String,
    /// Id of its document.
    pub document_id: String,
    /// Title; may be empty.
    pub title: String,
    /// Kind of the document.
    #[ts(type = "DocumentKind")]
    pub kind: DocumentKind,
    /// Language of the document.
    #[ts(type = "Language")]
    pub language: Language,
    /// Whether it is a script whose scenes and pages are locked: it is left as it is.
    pub locked: bool,
}

/// The text of a draft.
#[derive(Debug, Clone, Serialize, TS)]
pub struct DraftText {
    /// The text.
    pub body: String,
    /// Its revision; sent back with what is to be changed.
    pub revision: u32,
}

/// What is to be changed in a draft.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct DraftEdits {
    /// The draft.
    pub draft_id: String,
    /// The revision that the edits were made for.
    pub revision: u32,
    /// The edits, from the front to the back, none over another.
    pub edits: Vec<EditDto>,
}

/// Replacements in several drafts.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct ReplaceAcross {
    /// Each draft once.
    pub drafts: Vec<DraftEdits>,
}

/// Why a draft was left as it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum LeftBecause {
    /// Its text has changed since it was looked in.
    Changed,
    /// Its scenes and pages are locked.
    Locked,
    /// It lies in the bin or is gone.
    Gone,
    /// It would be longer than a text may be.
    TooLong,
}

/// What became of a draft.
#[derive(Debug, Clone, Serialize, TS)]
pub struct ReplacedIn {
    /// The draft.
    pub draft_id: String,
    /// How many places were changed.
    pub places: u32,
    /// Its revision now; `null` if it was left as it was.
    pub revision: Option<u32>,
    /// Why it was left as it was.
    pub left: Option<LeftBecause>,
}

impl Studio {
    /// Whether a draft may be changed by a replacement that is made elsewhere. Blocks.
    fn left_alone(&self, draft: &lib::Draft) -> Result<Option<LeftBecause>, StudioError> {
        let document = self.library.document(&draft.document_id)?;
        let living = self
            .library
            .drafts_of(&document.project_id)?
            .iter()
            .any(|other| other.id == draft.id);
        if !living {
            return Ok(Some(LeftBecause::Gone));
        }
        Ok(Self::is_locked(draft).then_some(LeftBecause::Locked))
    }

    /// Replaces in one draft, as one step of undo. Blocks.
    fn replace_in(&self, of: DraftEdits) -> Result<ReplacedIn, StudioError> {
        let left = |because| ReplacedIn {
            draft_id: of.draft_id.clone(),
            places: 0,
            revision: None,
            left: Some(because),
        };
        let draft = match self.library.draft(&of.draft_id) {
            Err(lib::LibraryError::NotFound { .. }) => return Ok(left(LeftBecause::Gone)),
            found => found?,
        };
        if let Some(because) = self.left_alone(&draft)? {
            return Ok(left(because));
        }
        if draft.revision != of.revision {
            return Ok(left(LeftBecause::Changed));
        }
        if of.edits.len() > MOST_PLACES {
            return Err(StudioError::BadRequest("too many places".into()));
        }
        let mut edits = Vec::with_capacity(of.edits.len());
        let mut length = draft.body.len();
        for edit in &of.edits {
            let range = bytes(&draft.body, edit.from, edit.to)?;
            length = (length + edit.insert.len()).saturating_sub(range.len());
            edits.push(lib::Edit {
                from: range.start,
                to: range.end,
                insert: edit.insert.clone(),
            });
        }
        if length > LONGEST_TEXT {
            return Ok(left(LeftBecause::TooLong));
        }
        let operation = lib::Operation {
            kind: lib::OperationKind::Typing,
            origin: lib::Origin::Typed,
        };
        let applied = self
            .library
            .apply(&draft.id, draft.revision, &edits, &operation);
        match applied {
            Ok(revision) => Ok(ReplacedIn {
                places: to_u32(edits.len()),
                revision: Some(revision),
                left: None,
                draft_id: draft.id,
            }),
            Err(lib::LibraryError::Conflict { .. }) => Ok(left(LeftBecause::Changed)),
            Err(error) => Err(error.into()),
        }
    }

    /// See [`crate::commands`].
    pub async fn texts_in_project(
        self: &Arc<Self>,
        i: Id,
    ) -> Result<Vec<TextInProject>, StudioError> {
        self.blocking(move |s| {
            let mut texts = Vec::new();
            for document in s.library.documents(&i.id)? {
                let draft_id = s.library.shown_draft(&document.id)?;
                let locked = document.kind == DocumentKind::Screenplay
                    && Self::is_locked(&s.library.draft(&draft_id)?);
                texts.push(TextInProject {
                    draft_id,
                    document_id: document.id,
                    title: document.title,
                    kind: document.kind,
                    language: document.language,
                    locked,
                });
            }
            Ok(texts)
        })
        .await
    }

    /// See [`crate::commands`].
    pub async fn draft_text(self: &Arc<Self>, i: Id) -> Result<DraftText, StudioError> {
        self.blocking(move |s| {
            let draft = s.library.draft(&i.id)?;
            Ok(DraftText {
                body: draft.body,
                revision: draft.revision,
            })
        })
        .await
    }

    /// See [`crate::commands`].
    pub async fn draft_takes(self: &Arc<Self>, i: Id) -> Result<Vec<TakeDto>, StudioError> {
        self.blocking(move |s| s.takes(&s.library.draft(&i.id)?))
            .await
    }

    /// See [`crate::commands`].
    pub async fn replace_across(
        self: &Arc<Self>,
        i: ReplaceAcross,
    ) -> Result<Vec<ReplacedIn>, StudioError> {
        if i.drafts.len() > MOST_DRAFTS {
            return Err(StudioError::BadRequest("too many drafts".into()));
        }
        let replaced = self
            .blocking(move |s| {
                // What cannot be read as an edit is said before anything is changed.
                for of in &i.drafts {
                    let mut end = 0;
                    for edit in &of.edits {
                        if edit.from > edit.to || edit.from < end {
                            return Err(StudioError::BadRequest("edits out of order".into()));
                        }
                        end = edit.to;
                    }
                }
                i.drafts
                    .into_iter()
                    .filter(|of| !of.edits.is_empty())
                    .map(|of| s.replace_in(of))
                    .collect::<Result<Vec<_>, _>>()
            })
            .await?;
        self.changed(&["documents"]);
        self.attend_to_meaning();
        Ok(replaced)
    }
}
