//! Comments on places of a text. They stand beside it and follow each edit; where their words are
//! deleted they wait there, and go back to them when an undo or a restore brings the words back.

use std::ops::Range;

use inkstone_manuscript::count::is_han;
use rusqlite::{Connection, Row, params};

use crate::draft::Line;
use crate::edit::{self, Piece};
use crate::library::{Result, many, new_id, one};
use crate::{Library, LibraryError};

/// The longest comment, in bytes.
const LONGEST: usize = 20_000;
/// The most comments of a draft.
const MOST: u32 = 5_000;
/// Words that are known again wherever they come back: shorter ones stand everywhere. In bytes.
const KNOWN_AGAIN: usize = 12;

/// A comment on a place of a draft's text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comment {
    /// Its id.
    pub id: String,
    /// The draft.
    pub draft_id: String,
    /// Where it stands, in bytes of the text as it is; empty where its words are gone.
    pub range: Range<usize>,
    /// The words it stands on, or stood on last.
    pub quote: String,
    /// What it says.
    pub note: String,
    /// Who says so; empty for the person at the desk.
    pub author: String,
    /// When it was resolved, in ms since 1970.
    pub resolved_at: Option<i64>,
    /// When it was written, in ms since 1970.
    pub created_at: i64,
    /// When what it says was changed last, in ms since 1970.
    pub updated_at: i64,
}

const COLUMNS: &str = "id, draft_id, starts, ends, quote, note, author, resolved_at, created_at,
    updated_at";

fn read(row: &Row<'_>) -> rusqlite::Result<Comment> {
    let at = |n: usize| -> rusqlite::Result<usize> {
        Ok(usize::try_from(row.get::<_, i64>(n)?).unwrap_or(0))
    };
    let (from, to) = (at(2)?, at(3)?);
    Ok(Comment {
        id: row.get(0)?,
        draft_id: row.get(1)?,
        range: from..to.max(from),
        quote: row.get(4)?,
        note: row.get(5)?,
        author: row.get(6)?,
        resolved_at: row.get(7)?,
        created_at: row.get(8)?,
        updated_at: row.get(9)?,
    })
}

/// Where a place stands after the pieces. `after`: what is inserted right there stands before it.
fn moved(place: usize, pieces: &[Piece], after: bool) -> usize {
    let mut shift: isize = 0;
    for piece in pieces {
        let grown = piece.insert.len().cast_signed() - (piece.to - piece.from).cast_signed();
        if piece.to < place || (piece.to == place && (piece.from < piece.to || after)) {
            shift += grown;
        } else if piece.from < place {
            // Within what was replaced: its words are gone.
            let to = if after { piece.insert.len() } else { 0 };
            return piece.from.saturating_add_signed(shift) + to;
        } else {
            break;
        }
    }
    place.saturating_add_signed(shift)
}

/// Where words stand in a text, as near to a place as they do.
fn nearest(text: &str, words: &str, near: usize) -> Option<usize> {
    // Not within another word: *it* is none of *quite*.
    let one_word = |a: Option<char>, b: Option<char>| {
        let letter = |c: char| c.is_alphanumeric() && !is_han(c);
        a.is_some_and(letter) && b.is_some_and(letter)
    };
    let whole = |at: usize| {
        !one_word(text[..at].chars().next_back(), words.chars().next())
            && !one_word(
                words.chars().next_back(),
                text[at + words.len()..].chars().next(),
            )
    };
    let found = text.match_indices(words).map(|(at, _)| at);
    found
        .filter(|at| whole(*at))
        .min_by_key(|at| at.abs_diff(near))
}

/// Where a comment stands after an edit: along with its words, or where they came back.
fn follow(range: &Range<usize>, quote: &str, pieces: &[Piece], after: &str) -> Range<usize> {
    let from = moved(range.start, pieces, true);
    let to = moved(range.end, pieces, false);
    if range.start < range.end && from < to && after.is_char_boundary(from) {
        return from..to;
    }
    // Its words are gone, with this edit or before it. One that takes a large part of the text and
    // gives it back, as a restore does, has them in what it gives.
    let mut shift: isize = 0;
    for piece in pieces {
        let start = piece.from.saturating_add_signed(shift);
        shift += piece.insert.len().cast_signed() - (piece.to - piece.from).cast_signed();
        let touches = piece.from <= range.end && range.start <= piece.to;
        if quote.is_empty() || !(touches || quote.len() >= KNOWN_AGAIN) {
            continue;
        }
        // As far from the nearer end as it was.
        let near = if range.start.saturating_sub(piece.from) <= piece.to.saturating_sub(range.end) {
            range.start.saturating_sub(piece.from)
        } else {
            let behind = piece.to.saturating_sub(range.start);
            piece.insert.len().saturating_sub(behind)
        };
        if let Some(at) = nearest(&piece.insert, quote, near) {
            return start + at..start + at + quote.len();
        }
    }
    let at = after.floor_char_boundary(from.min(to).min(after.len()));
    at..at
}

/// Moves the comments of a draft along with an edit, in its transaction.
pub(crate) fn follow_all(
    connection: &Connection,
    draft_id: &str,
    pieces: &[Piece],
    after: &str,
) -> Result<()> {
    let sql = format!("SELECT {COLUMNS} FROM comments WHERE draft_id = ?1");
    for comment in many(connection, &sql, [draft_id], read)? {
        let now = follow(&comment.range, &comment.quote, pieces, after);
        let quote = match after.get(now.clone()) {
            Some(words) if !words.is_empty() => words,
            _ => &comment.quote,
        };
        if now != comment.range || quote != comment.quote {
            place(connection, &comment.id, &now, quote)?;
        }
    }
    Ok(())
}

fn place(connection: &Connection, id: &str, range: &Range<usize>, quote: &str) -> Result<()> {
    let sql = "UPDATE comments SET starts = ?1, ends = ?2, quote = ?3 WHERE id = ?4";
    connection.prepare_cached(sql)?.execute(params![
        range.start as i64,
        range.end as i64,
        quote,
        id
    ])?;
    Ok(())
}

/// Gives a new draft the comments of another, each at its words.
pub(crate) fn branch(connection: &Connection, from: &str, to: &str, body: &str) -> Result<()> {
    let sql = format!(
        "SELECT {COLUMNS} FROM comments WHERE draft_id = ?1 AND deleted_at IS NULL ORDER BY key"
    );
    for comment in many(connection, &sql, [from], read)? {
        let range = match body.get(comment.range.clone()) {
            Some(words) if words == comment.quote => comment.range,
            _ => match nearest(body, &comment.quote, comment.range.start) {
                Some(at) if !comment.quote.is_empty() => at..at + comment.quote.len(),
                _ => {
                    let at = body.floor_char_boundary(comment.range.start.min(body.len()));
                    at..at
                }
            },
        };
        connection
            .prepare_cached(
                "INSERT INTO comments (id, draft_id, starts, ends, quote, note, author,
                    resolved_at, created_at, updated_at)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
            )?
            .execute(params![
                new_id()?,
                to,
                range.start as i64,
                range.end as i64,
                comment.quote,
                comment.note,
                comment.author,
                comment.resolved_at,
                comment.created_at,
                comment.updated_at
            ])?;
    }
    Ok(())
}

fn bounded(note: &str) -> Result<()> {
    if note.trim().is_empty() {
        return Err(LibraryError::BadEdit("an empty comment".to_owned()));
    }
    match note.len() > LONGEST {
        true => Err(LibraryError::TooLarge { limit: LONGEST }),
        false => Ok(()),
    }
}

impl Library {
    /// The comments on a draft, as they stand in its text.
    pub fn comments(&self, draft_id: &str) -> Result<Vec<Comment>> {
        self.read(|c| {
            let sql = format!(
                "SELECT {COLUMNS} FROM comments WHERE draft_id = ?1 AND deleted_at IS NULL
                 ORDER BY starts, ends, key"
            );
            many(c, &sql, [draft_id], read)
        })
    }

    /// Writes a comment on a place (bytes) of the text at `base_revision`.
    ///
    /// # Errors
    /// `Conflict` if the text has changed since, `BadEdit` for a place that is empty or no place
    /// of it, `TooLarge` for more than 20,000 bytes or 5,000 comments.
    pub fn add_comment(
        &self,
        draft_id: &str,
        base_revision: u32,
        range: Range<usize>,
        note: &str,
        author: &str,
    ) -> Result<Comment> {
        bounded(note)?;
        let (id, now) = (new_id()?, self.now());
        self.write(|tx| {
            let line: Line = edit::load_at(tx, draft_id, base_revision)?;
            let quote = line
                .body
                .get(range.clone())
                .filter(|words| !words.is_empty());
            let quote =
                quote.ok_or_else(|| LibraryError::BadEdit(format!("a comment on {range:?}")))?;
            let sql = "SELECT count(*) FROM comments WHERE draft_id = ?1 AND deleted_at IS NULL";
            let count: u32 = tx.query_row(sql, [draft_id], |row| row.get(0))?;
            if count >= MOST {
                return Err(LibraryError::TooLarge {
                    limit: MOST as usize,
                });
            }
            tx.execute(
                "INSERT INTO comments (id, draft_id, starts, ends, quote, note, author,
                    created_at, updated_at)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?8)",
                params![
                    id,
                    draft_id,
                    range.start as i64,
                    range.end as i64,
                    quote,
                    note,
                    author,
                    now
                ],
            )?;
            let sql = format!("SELECT {COLUMNS} FROM comments WHERE id = ?1");
            one(tx, "comment", &id, &sql, read)
        })
    }

    /// Changes what a comment says.
    ///
    /// # Errors
    /// As [`Self::add_comment`].
    pub fn edit_comment(&self, id: &str, note: &str) -> Result<()> {
        bounded(note)?;
        let sql = "UPDATE comments SET note = ?1, updated_at = ?2 WHERE id = ?3";
        self.write_one("comment", id, sql, params![note, self.now(), id])
    }

    /// Says that a comment is resolved, or open again.
    pub fn resolve_comment(&self, id: &str, resolved: bool) -> Result<()> {
        let sql = "UPDATE comments SET resolved_at = ?1 WHERE id = ?2";
        let at = resolved.then(|| self.now());
        self.write_one("comment", id, sql, params![at, id])
    }

    /// Puts a comment away.
    pub fn delete_comment(&self, id: &str) -> Result<()> {
        let sql = "UPDATE comments SET deleted_at = ifnull(deleted_at, ?1) WHERE id = ?2";
        self.write_one("comment", id, sql, params![self.now(), id])
    }

    /// Brings a comment back.
    pub fn restore_comment(&self, id: &str) -> Result<()> {
        let sql = "UPDATE comments SET deleted_at = NULL WHERE id = ?1";
        self.write_one("comment", id, sql, [id])
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::testing::{Desk, open, typing};
    use crate::{Edit, Operation, OperationKind, Origin};

    fn edit(from: usize, to: usize, insert: &str) -> Edit {
        Edit {
            from,
            to,
            insert: insert.to_owned(),
        }
    }

    fn comment(desk: &Desk, words: &str, note: &str) -> Comment {
        let at = desk.body().find(words).unwrap();
        desk.library
            .add_comment(&desk.draft, desk.revision(), at..at + words.len(), note, "")
            .unwrap()
    }

    /// The words that each comment stands on.
    fn stands(desk: &Desk) -> Vec<String> {
        let body = desk.body();
        let all = desk.library.comments(&desk.draft).unwrap();
        all.into_iter().map(|c| body[c.range].to_owned()).collect()
    }

    #[test]
    fn it_follows_its_words_and_waits_where_they_are_gone() {
        let desk = Desk::new();
        desk.write("The gates 关闭 at nine. Nobody saw it.");
        comment(&desk, "关闭 at nine", "When?");
        desk.edit(&[edit(0, 3, "All the")], &typing()).unwrap();
        desk.edit(&[edit(14, 14, "old ")], &typing()).unwrap();
        assert_eq!(stands(&desk), ["关闭 at nine"]);
        // At its edges what is typed stays outside, within it comes along.
        let at = desk.body().find("关闭").unwrap();
        let end = desk.body().find(". Nobody").unwrap();
        desk.edit(
            &[
                edit(at, at, "X"),
                edit(at + 7, at + 9, "before"),
                edit(end, end, "!"),
            ],
            &typing(),
        )
        .unwrap();
        assert_eq!(stands(&desk), ["关闭 before nine"]);
        let body = desk.body();
        let sentence = body.find("X关闭").unwrap()..body.find(" Nobody").unwrap();
        desk.edit(&[edit(sentence.start, sentence.end, "")], &typing())
            .unwrap();
        assert_eq!(stands(&desk), [""]);
        let kept = desk.library.comments(&desk.draft).unwrap().remove(0);
        assert_eq!(
            (kept.quote.as_str(), kept.note.as_str()),
            ("关闭 before nine", "When?")
        );
        let undo = Operation {
            kind: OperationKind::Undo,
            origin: Origin::Typed,
        };
        let back = edit(sentence.start, sentence.start, &body[sentence.clone()]);
        desk.edit(&[back], &undo).unwrap();
        assert_eq!(stands(&desk), ["关闭 before nine"]);
    }

    #[test]
    fn it_survives_a_restart_a_version_a_branch_and_a_move() {
        let mut desk = Desk::new();
        desk.write("First the gates close.\n\nThen the harbour sleeps. So it goes.");
        let version = desk.library.save_version(&desk.draft, "one").unwrap();
        comment(&desk, "the harbour sleeps", "Whose?");
        comment(&desk, "it", "What?");
        desk.write("Something quite else.");
        let path = desk.library.path().to_owned();
        desk.library = {
            drop(std::mem::replace(&mut desk.library, Desk::new().library));
            open(&path)
        };
        assert_eq!(stands(&desk), ["", ""]);
        desk.library.restore(&desk.draft, &version.id).unwrap();
        assert_eq!(stands(&desk), ["the harbour sleeps", "it"]);
        let branch = desk.library.branch(&desk.draft, "b").unwrap();
        let there = desk.library.comments(&branch.id).unwrap();
        let here = desk.library.comments(&desk.draft).unwrap();
        assert_eq!(there.len(), 2);
        assert_eq!(
            (&there[0].range, &there[0].note),
            (&here[0].range, &here[0].note)
        );
        // The paragraph is cut and pasted to the front.
        let body = desk.body();
        let from = body.find("Then").unwrap();
        desk.edit(&[edit(from, body.len(), "")], &typing()).unwrap();
        let paste = Operation {
            kind: OperationKind::Paste,
            origin: Origin::Pasted,
        };
        desk.edit(&[edit(0, 0, &body[from..])], &paste).unwrap();
        assert_eq!(desk.library.comments(&desk.draft).unwrap()[0].range, 5..23);
    }

    #[test]
    fn it_is_edited_resolved_put_away_and_bounded() {
        let desk = Desk::new();
        desk.write("The gates.");
        let one = comment(&desk, "gates", "Which?");
        let library = &desk.library;
        library.edit_comment(&one.id, "Which gates?").unwrap();
        library.resolve_comment(&one.id, true).unwrap();
        let now = library.comments(&desk.draft).unwrap().remove(0);
        assert!(now.resolved_at.is_some() && now.updated_at > one.updated_at);
        assert_eq!(now.note, "Which gates?");
        library.resolve_comment(&one.id, false).unwrap();
        library.delete_comment(&one.id).unwrap();
        assert_eq!(library.comments(&desk.draft).unwrap(), []);
        // It follows while it is away.
        desk.edit(&[edit(0, 0, "Oh! ")], &typing()).unwrap();
        library.restore_comment(&one.id).unwrap();
        assert_eq!(stands(&desk), ["gates"]);
        assert_eq!(library.comments(&desk.draft).unwrap()[0].resolved_at, None);
        let add =
            |range, note: &str| library.add_comment(&desk.draft, desk.revision(), range, note, "");
        assert!(matches!(add(4..4, "x"), Err(LibraryError::BadEdit(_))));
        assert!(matches!(add(4..99, "x"), Err(LibraryError::BadEdit(_))));
        assert!(matches!(add(0..2, " \n"), Err(LibraryError::BadEdit(_))));
        assert!(matches!(
            add(0..2, &"x".repeat(LONGEST + 1)),
            Err(LibraryError::TooLarge { .. })
        ));
        let late = library.add_comment(&desk.draft, 0, 0..2, "x", "");
        assert!(matches!(late, Err(LibraryError::Conflict { .. })));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(256))]
        /// Whatever is edited, a comment stands at a place of the text, and what was not touched is
        /// what it stands on.
        #[test]
        fn places_stay_places(
            text in "[a雨 ]{1,30}",
            picks in (0usize..40, 0usize..40, 0usize..40, 0usize..40),
            insert in "[b潮]{0,6}",
        ) {
            let at = |n: usize| text.floor_char_boundary(n.min(text.len()));
            let (a, b) = (at(picks.0), at(picks.1));
            let range = a.min(b)..a.max(b);
            let (a, b) = (at(picks.2), at(picks.3));
            let (from, to) = (a.min(b), a.max(b));
            let piece = Piece::of(&edit(from, to, &insert), &Origin::Typed);
            let after = format!("{}{insert}{}", &text[..from], &text[to..]);
            let quote = &text[range.clone()];
            let now = follow(&range, quote, &[piece], &after);
            prop_assert!(after.get(now.clone()).is_some(), "{now:?} in {after:?}");
            if !range.is_empty() && (to <= range.start || from >= range.end) {
                prop_assert_eq!(&after[now], quote);
            }
        }
    }
}
