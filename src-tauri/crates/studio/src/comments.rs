//! Comments on places of a text. They stand beside it: what is exported has none unless it is asked
//! for, and no model is sent any.

use std::sync::Arc;

use inkstone_library as lib;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{
    Studio, StudioError,
    drafts::{Units, bytes},
    inputs::Id,
    projects::time,
};

/// A comment on a place of a draft's text.
#[derive(Debug, Clone, Serialize, TS)]
pub struct CommentDto {
    /// Its id.
    pub id: String,
    /// Where it stands; the same as `to` where its words are gone.
    pub from: u32,
    /// Where it ends.
    pub to: u32,
    /// The words it stands on, or stood on last.
    pub quote: String,
    /// What it says.
    pub note: String,
    /// Who says so; empty for the person at the desk.
    pub author: String,
    /// Whether it is resolved.
    pub resolved: bool,
    /// When it was written, in ms since 1970.
    pub created_at: f64,
}

/// A comment on a place.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct AddComment {
    /// The draft.
    pub draft_id: String,
    /// The revision that the place belongs to.
    pub revision: u32,
    /// Where it begins.
    pub from: u32,
    /// Where it ends.
    pub to: u32,
    /// What it says.
    pub note: String,
}

/// Another wording of a comment.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct EditComment {
    /// The comment.
    pub id: String,
    /// What it says from now on.
    pub note: String,
}

/// Whether a comment is resolved.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct ResolveComment {
    /// The comment.
    pub id: String,
    /// Whether it is.
    pub resolved: bool,
}

fn dto(at: &mut Units<'_>, comment: lib::Comment) -> CommentDto {
    CommentDto {
        from: at.at(comment.range.start),
        to: at.at(comment.range.end),
        id: comment.id,
        quote: comment.quote,
        note: comment.note,
        author: comment.author,
        resolved: comment.resolved_at.is_some(),
        created_at: time(comment.created_at),
    }
}

impl Studio {
    /// See [`crate::commands`].
    pub async fn comments(self: &Arc<Self>, i: Id) -> Result<Vec<CommentDto>, StudioError> {
        self.blocking(move |s| {
            let comments = s.library.comments(&i.id)?;
            if comments.is_empty() {
                return Ok(Vec::new());
            }
            let body = s.library.draft(&i.id)?.body;
            let mut at = Units::of(&body);
            Ok(comments.into_iter().map(|one| dto(&mut at, one)).collect())
        })
        .await
    }

    /// See [`crate::commands`].
    pub async fn add_comment(self: &Arc<Self>, i: AddComment) -> Result<CommentDto, StudioError> {
        self.blocking(move |s| {
            let body = s.library.draft(&i.draft_id)?.body;
            let range = bytes(&body, i.from, i.to)?;
            let comment =
                s.library
                    .add_comment(&i.draft_id, i.revision, range, i.note.trim(), "")?;
            Ok(dto(&mut Units::of(&body), comment))
        })
        .await
    }

    /// See [`crate::commands`].
    pub async fn edit_comment(self: &Arc<Self>, i: EditComment) -> Result<(), StudioError> {
        self.blocking(move |s| Ok(s.library.edit_comment(&i.id, i.note.trim())?))
            .await
    }

    /// See [`crate::commands`].
    pub async fn resolve_comment(self: &Arc<Self>, i: ResolveComment) -> Result<(), StudioError> {
        self.blocking(move |s| Ok(s.library.resolve_comment(&i.id, i.resolved)?))
            .await
    }

    /// See [`crate::commands`].
    pub async fn delete_comment(self: &Arc<Self>, i: Id) -> Result<(), StudioError> {
        self.blocking(move |s| Ok(s.library.delete_comment(&i.id)?))
            .await
    }

    /// See [`crate::commands`].
    pub async fn restore_comment(self: &Arc<Self>, i: Id) -> Result<(), StudioError> {
        self.blocking(move |s| Ok(s.library.restore_comment(&i.id)?))
            .await
    }

    /// A draft's text with its open comments in CriticMarkup, which other programs read and a person
    /// can: `{==words==}{>>what is said<<}`. Blocks.
    pub(crate) fn commented(&self, draft: &lib::Draft) -> Result<String, StudioError> {
        Ok(commented(&draft.body, &self.library.comments(&draft.id)?))
    }
}

fn commented(body: &str, comments: &[lib::Comment]) -> String {
    let mut out = String::with_capacity(body.len());
    let mut at = 0;
    for comment in comments.iter().filter(|one| one.resolved_at.is_none()) {
        let note = comment.note.replace("<<}", "<< }").replace('\n', " ");
        let note = match comment.author.as_str() {
            "" => note,
            author => format!("{author}: {note}"),
        };
        let (from, to) = (comment.range.start, comment.range.end);
        // Where two lie over another, the second stands behind the first.
        match body.get(from..to) {
            Some(words) if from >= at && from < to && !words.contains("\n\n") => {
                out.push_str(&body[at..from]);
                out.push_str("{==");
                out.push_str(words);
                out.push_str("==}");
                at = to;
            }
            _ => {
                let end = body.floor_char_boundary(to.max(at).min(body.len()));
                out.push_str(&body[at..end]);
                at = end;
            }
        }
        out.push_str("{>>");
        out.push_str(&note);
        out.push_str("<<}");
    }
    out.push_str(&body[at..]);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn comment(range: std::ops::Range<usize>, note: &str, resolved: bool) -> lib::Comment {
        lib::Comment {
            id: String::new(),
            draft_id: String::new(),
            range,
            quote: String::new(),
            note: note.to_owned(),
            author: String::new(),
            resolved_at: resolved.then_some(1),
            created_at: 0,
            updated_at: 0,
        }
    }

    #[test]
    fn a_text_with_comments_can_be_read() {
        let body = "雨停了。 The gates close.\n\nAll of it.";
        let at = |words: &str| {
            let from = body.find(words).unwrap();
            from..from + words.len()
        };
        let all = [
            comment(at("雨停了"), "何时？", false),
            comment(at("gates"), "which\nones? <<}", false),
            comment(at("ates close"), "over", false),
            comment(at("close"), "done", true),
            comment(body.len()..body.len(), "gone", false),
        ];
        assert_eq!(
            commented(body, &all),
            "{==雨停了==}{>>何时？<<}。 The {==gates==}{>>which ones? << }<<} close{>>over<<}.\n\nAll of it.{>>gone<<}"
        );
        assert_eq!(commented(body, &[]), body);
    }
}
