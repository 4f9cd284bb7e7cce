//! Edits and the journal: every change of a text is one row that knows how to undo itself.

use std::ops::Range;

use inkstone_manuscript::count::is_han;
use rusqlite::Connection;
use serde::{Deserialize, Serialize};

use crate::draft::{self, Line};
use crate::journal::{self, Entry, Journal, SheetSplice};
use crate::library::Result;
use crate::span::Runs;
use crate::state::Sheet;
use crate::{Library, LibraryError, Origin, comment, history, undo};

/// How far back an undo looks for the origins of what it brings back, in operations.
const RECALLED_OPERATIONS: u32 = 500;

/// How far back a paste looks for what was cut, in operations.
const RECALLED_CUTS: u32 = 50;

/// The shortest text, in letters, that a paste knows again as what was cut whole.
const SHORTEST_CUT: usize = 8;

/// The shortest text, in letters, that a paste knows again wherever it stands or stood.
const SHORTEST_OWN: usize = 24;

/// A replacement of `from..to` (bytes of the text before the whole batch) by `insert`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Edit {
    /// Where the replaced text starts.
    pub from: usize,
    /// Where it ends; the same as `from` to insert.
    pub to: usize,
    /// What stands there afterwards.
    pub insert: String,
}

/// What a batch of edits is, and where the text it inserts comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Operation {
    /// What the person did.
    pub kind: OperationKind,
    /// Where inserted text comes from. Undo and redo bring text back with the origin it had; this
    /// one counts where none is known.
    pub origin: Origin,
}

/// What the person did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum OperationKind {
    /// A run of typing, deleting included.
    Typing,
    /// Text from the clipboard, or dropped.
    Paste,
    /// Took a suggestion into the text.
    AcceptSuggestion {
        /// The generation it came from.
        suggestion_id: String,
    },
    /// Went back to a kept text.
    Restore {
        /// The node that holds it.
        node_id: String,
    },
    /// Text from a file.
    Import,
    /// Took an operation back.
    Undo,
    /// Took an undo back.
    Redo,
    /// Changed the title or the fields.
    Describe,
    /// Took in what another draft has.
    Merge {
        /// The node of the other draft that was merged.
        node_id: String,
    },
}

/// An operation as the journal keeps it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OperationRecord {
    /// Its id: the draft's and the revision.
    pub id: String,
    /// The draft it changed.
    pub draft_id: String,
    /// The draft's revision after it.
    pub revision: u32,
    /// What the person did, and where inserted text came from.
    pub operation: Operation,
    /// The edits, in the text before.
    pub edits: Vec<Edit>,
    /// What undoes them, in the text after.
    pub inverse: Vec<Edit>,
    /// Whether it changed title or fields.
    pub described: bool,
    /// When, in ms since 1970.
    pub created_at: i64,
}

/// An edit with the origins of what it inserts, as the journal keeps it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct Piece {
    pub(crate) from: usize,
    pub(crate) to: usize,
    pub(crate) insert: String,
    pub(crate) runs: Runs,
}

impl Piece {
    /// All of the inserted text has one origin.
    pub(crate) fn of(edit: &Edit, origin: &Origin) -> Piece {
        let Edit { from, to, insert } = edit.clone();
        let runs = Runs::of(insert.len(), origin.clone());
        Piece {
            from,
            to,
            insert,
            runs,
        }
    }

    /// Whether it changes nothing.
    fn is_nothing(&self) -> bool {
        self.from == self.to && self.insert.is_empty()
    }

    /// Without the origins.
    pub(crate) fn as_edit(&self) -> Edit {
        self.clone().edit()
    }

    fn edit(self) -> Edit {
        Edit {
            from: self.from,
            to: self.to,
            insert: self.insert,
        }
    }
}

/// A text with the pieces put in, its runs, and the pieces that undo it.
pub(crate) struct Spliced {
    pub(crate) body: String,
    pub(crate) runs: Runs,
    pub(crate) inverse: Vec<Piece>,
}

pub(crate) fn splice(body: &str, runs: &Runs, pieces: &[Piece]) -> Result<Spliced> {
    check(body, pieces)?;
    let grown: usize = pieces.iter().map(|piece| piece.insert.len()).sum();
    let mut after = Spliced {
        body: String::with_capacity(body.len() + grown),
        runs: Runs::default(),
        inverse: Vec::with_capacity(pieces.len()),
    };
    let mut at = 0;
    for piece in pieces {
        after.body.push_str(&body[at..piece.from]);
        after.runs.extend(runs, at..piece.from);
        let from = after.body.len();
        after.body.push_str(&piece.insert);
        after.runs.extend(&piece.runs, 0..piece.insert.len());
        after.inverse.push(Piece {
            from,
            to: after.body.len(),
            insert: body[piece.from..piece.to].to_owned(),
            runs: runs.part(piece.from..piece.to),
        });
        at = piece.to;
    }
    after.body.push_str(&body[at..]);
    after.runs.extend(runs, at..body.len());
    Ok(after)
}

fn check(body: &str, pieces: &[Piece]) -> Result<()> {
    let bad = |why: String| Err(LibraryError::BadEdit(why));
    let mut earliest = 0;
    for Piece { from, to, .. } in pieces {
        if from > to || *to > body.len() {
            return bad(format!("{from}..{to} in {} bytes", body.len()));
        }
        if *from < earliest {
            return bad(format!("{from}..{to} after one that ends at {earliest}"));
        }
        if !body.is_char_boundary(*from) || !body.is_char_boundary(*to) {
            return bad(format!("{from}..{to} cuts a character"));
        }
        earliest = *to;
    }
    Ok(())
}

/// What an operation does.
#[derive(Debug, Default)]
pub(crate) struct Change {
    /// To the body, in the body before.
    pub(crate) pieces: Vec<Piece>,
    /// Title and fields afterwards; none leaves them.
    pub(crate) sheet: Option<Sheet>,
    /// For an undo or redo: the earlier positions that it leads to.
    pub(crate) to: Option<To>,
}

/// Positions that an undo or redo leads to; none where body or sheet stay.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct To {
    pub(crate) body: Option<u32>,
    pub(crate) sheet: Option<u32>,
}

impl Change {
    /// A change of the body only.
    pub(crate) fn body(pieces: Vec<Piece>) -> Change {
        Change {
            pieces,
            ..Change::default()
        }
    }
}

/// Changes a draft: text, spans, title, fields, revision and journal. Returns the new revision, or
/// the present one if there is nothing to change.
pub(crate) fn perform(
    connection: &Connection,
    line: &mut Line,
    change: Change,
    operation: &Operation,
    now: i64,
) -> Result<u32> {
    let Change { pieces, sheet, to } = change;
    let mut after = splice(&line.body, &line.runs, &pieces)?;
    let mut pieces = pieces;
    if pieces.iter().all(Piece::is_nothing) {
        pieces.clear();
        after.inverse.clear();
    }
    let sheet = sheet.filter(|sheet| *sheet != line.sheet);
    if pieces.is_empty() && sheet.is_none() && to.is_none() {
        return Ok(line.revision);
    }
    // Nothing replaces something only if that something can be found again in the history.
    if after.body.trim().is_empty() && !line.body.trim().is_empty() {
        history::keep_if_new(connection, line, "autosave", now)?;
    }
    let stood = Journal::of(connection, line.key).place(line.revision)?;
    let revision = line
        .revision
        .checked_add(1)
        .ok_or_else(|| LibraryError::Sql("no revision is left".to_owned()))?;
    let mut place = stood;
    match to {
        Some(to) => {
            place.body = to.body.unwrap_or(stood.body);
            place.sheet = to.sheet.unwrap_or(stood.sheet);
        }
        None => {
            place.tip = revision;
            if !pieces.is_empty() {
                place.body = revision;
            }
            if sheet.is_some() {
                place.sheet = revision;
            }
        }
    }
    let entry = Entry {
        revision,
        operation: operation.clone(),
        created_at: now,
        inverse: after.inverse,
        sheet: sheet
            .as_ref()
            .and_then(|sheet| SheetSplice::between(&line.sheet, sheet)),
        place,
        before: (stood.body, stood.sheet),
        pieces,
    };
    journal::append(connection, line.key, &entry)?;
    line.revision = revision;
    if !entry.pieces.is_empty() {
        line.body_revision = revision;
        line.body = after.body;
        line.runs = after.runs;
        comment::follow_all(connection, &line.id, &entry.pieces, &line.body)?;
    }
    if let Some(sheet) = sheet {
        line.sheet = sheet;
        line.retitled = true;
    }
    line.store(connection, now)?;
    Ok(line.revision)
}

/// Loads a draft for edits that were made at `base_revision`. Title and fields may have changed
/// since.
pub(crate) fn load_at(connection: &Connection, id: &str, base_revision: u32) -> Result<Line> {
    let line = Line::load(connection, id)?;
    if base_revision < line.body_revision || base_revision > line.revision {
        return Err(LibraryError::Conflict {
            current: line.revision,
        });
    }
    Ok(line)
}

/// The one piece that makes one text with its origins another; none if they are the same.
pub(crate) fn transition(old: (&str, &Runs), new: (&str, &Runs)) -> Option<Piece> {
    let same = old.0.bytes().zip(new.0.bytes());
    let head = same.take_while(|(a, b)| a == b).count();
    let head = head.min(old.1.common_head(new.1));
    let (head_old, head_new) = (
        old.0.floor_char_boundary(head),
        new.0.floor_char_boundary(head),
    );
    let head = head_old.min(head_new);
    if head == old.0.len() && head == new.0.len() {
        return None;
    }
    let ends = old.0[head..].bytes().rev().zip(new.0[head..].bytes().rev());
    let tail = ends.take_while(|(a, b)| a == b).count();
    let most = old.0.len().min(new.0.len()) - head;
    let tail = tail.min(old.1.common_tail(new.1)).min(most);
    let to = old.0.ceil_char_boundary(old.0.len() - tail);
    let to_new = new.0.len() - (old.0.len() - to);
    Some(Piece {
        from: head,
        to,
        insert: new.0[head..to_new].to_owned(),
        runs: new.1.part(head..to_new),
    })
}

/// Gives what an undo or redo of the editor brings back the origins it had, and says which
/// position it leads to: the editor returns to a text that stood on the chain of positions, so the
/// chain is walked to that text. An editor that groups typing differently returns to a text between
/// two operations; then the origins are those of the latest removed text that has the inserted one
/// in it, and the way back is an operation of its own.
fn recall(
    connection: &Connection,
    line: &Line,
    pieces: &mut Vec<Piece>,
    kind: &OperationKind,
) -> Result<Option<To>> {
    let target = splice(&line.body, &line.runs, pieces)?.body;
    let found = match kind {
        OperationKind::Undo => undo::back_to(connection, line, &target)?,
        _ => undo::forward_to(connection, line, &target)?,
    };
    if let Some((position, body, runs)) = found {
        *pieces = transition((&line.body, &line.runs), (&body, &runs))
            .into_iter()
            .collect();
        return Ok(Some(To {
            body: Some(position),
            sheet: None,
        }));
    }
    let mut removed: Vec<Option<Runs>> = vec![None; pieces.len()];
    let mut journal = Journal::of(connection, line.key);
    let oldest = line.revision.saturating_sub(RECALLED_OPERATIONS);
    for revision in (oldest + 1..=line.revision).rev() {
        let inverse = &journal.entry(revision)?.inverse;
        for (piece, found) in pieces.iter().zip(&mut removed) {
            if found.is_none() && !piece.insert.is_empty() {
                *found = inverse.iter().find_map(|old| {
                    let at = old.insert.find(&piece.insert)?;
                    Some(old.runs.part(at..at + piece.insert.len()))
                });
            }
        }
        if pieces
            .iter()
            .zip(&removed)
            .all(|(piece, found)| piece.insert.is_empty() || found.is_some())
        {
            break;
        }
    }
    for (piece, runs) in pieces.iter_mut().zip(removed) {
        piece.runs = runs.unwrap_or_else(|| piece.runs.clone());
    }
    Ok(None)
}

/// How much a text says of where it comes from, in letters. A Chinese character says as much as
/// two; spaces, marks and emoji say nothing.
fn weight(text: &str) -> usize {
    let letters = text.chars().filter(|c| c.is_alphanumeric());
    letters.map(|c| if is_han(c) { 2 } else { 1 }).sum()
}

/// Gives text of the draft's own that is put elsewhere the origins it has: a paragraph that was cut
/// and pasted, or dragged, is no other paragraph for it. Known again is what the same batch takes
/// away, what was cut whole lately, and what is too long to be the same by chance. A word or two
/// stand everywhere and say nothing, so they come from where the paste says.
fn recall_own(connection: &Connection, line: &Line, pieces: &mut [Piece]) -> Result<()> {
    let cuts: Vec<Range<usize>> = pieces
        .iter()
        .filter(|piece| piece.insert.is_empty())
        .map(|piece| piece.from..piece.to)
        .collect();
    let mut open = Vec::new();
    for piece in pieces {
        let dragged = |cut: &&Range<usize>| line.body[(*cut).clone()] == piece.insert;
        let cut = match piece.from == piece.to && !piece.insert.is_empty() {
            true => cuts.iter().find(dragged),
            false => None,
        };
        match cut {
            Some(cut) => piece.runs = line.runs.part(cut.clone()),
            None if weight(&piece.insert) >= SHORTEST_CUT => open.push(piece),
            None => {}
        }
    }
    if open.is_empty() {
        return Ok(());
    }
    let take = |open: &mut Vec<&mut Piece>, text: &str, runs: &Runs| {
        open.retain_mut(|piece| match text.find(&piece.insert) {
            Some(at) => {
                piece.runs = runs.part(at..at + piece.insert.len());
                false
            }
            None => true,
        });
    };
    let mut removed = Vec::new();
    let mut journal = Journal::of(connection, line.key);
    let oldest = line.revision.saturating_sub(RECALLED_CUTS);
    for revision in (oldest + 1..=line.revision).rev() {
        removed.extend(journal.entry(revision)?.inverse.iter().cloned());
    }
    for cut in removed.iter().filter(|old| old.from == old.to) {
        let whole = |piece: &&mut Piece| piece.insert.trim() == cut.insert.trim();
        let (mut same, other): (Vec<_>, Vec<_>) = open.into_iter().partition(whole);
        take(&mut same, &cut.insert, &cut.runs);
        open = other;
        open.extend(same);
    }
    open.retain(|piece| weight(&piece.insert) >= SHORTEST_OWN);
    take(&mut open, &line.body, &line.runs);
    for old in &removed {
        take(&mut open, &old.insert, &old.runs);
    }
    Ok(())
}

/// The one replacement that turns `old` into `new`, without their common ends.
pub(crate) fn replacement(old: &str, new: &str) -> Edit {
    let same = |(a, b): &(char, char)| a == b;
    let length = |(c, _): (char, char)| c.len_utf8();
    let head: usize = old
        .chars()
        .zip(new.chars())
        .take_while(same)
        .map(length)
        .sum();
    let ends = old[head..].chars().rev().zip(new[head..].chars().rev());
    let tail: usize = ends.take_while(same).map(length).sum();
    Edit {
        from: head,
        to: old.len() - tail,
        insert: new[head..new.len() - tail].to_owned(),
    }
}

fn record(draft_id: &str, entry: Entry) -> OperationRecord {
    let plain = |pieces: Vec<Piece>| pieces.into_iter().map(Piece::edit).collect();
    OperationRecord {
        id: format!("{draft_id}.{}", entry.revision),
        draft_id: draft_id.to_owned(),
        revision: entry.revision,
        created_at: entry.created_at,
        operation: entry.operation,
        described: entry.sheet.is_some(),
        edits: plain(entry.pieces),
        inverse: plain(entry.inverse),
    }
}

impl Library {
    /// Applies a batch of edits that were made for `base_revision`, sorted and without overlap,
    /// and returns the new revision. A batch that changes nothing leaves the revision as it is.
    /// A text that is emptied is snapshot first.
    ///
    /// # Errors
    /// `Conflict` if the draft has moved on, `BadEdit` if a range does not fit the text.
    pub fn apply(
        &self,
        draft_id: &str,
        base_revision: u32,
        edits: &[Edit],
        operation: &Operation,
    ) -> Result<u32> {
        let now = self.now();
        self.write(|tx| {
            let mut line = load_at(tx, draft_id, base_revision)?;
            let mut change = Change::body(
                edits
                    .iter()
                    .map(|edit| Piece::of(edit, &operation.origin))
                    .collect(),
            );
            check(&line.body, &change.pieces)?;
            if change.pieces.iter().all(Piece::is_nothing) {
                return Ok(line.revision);
            }
            if operation.kind == OperationKind::Paste {
                recall_own(tx, &line, &mut change.pieces)?;
            }
            if matches!(operation.kind, OperationKind::Undo | OperationKind::Redo) {
                change.to = recall(tx, &line, &mut change.pieces, &operation.kind)?;
            }
            perform(tx, &mut line, change, operation, now)
        })
    }

    /// A draft's latest operations, newest first.
    pub fn operations(&self, draft_id: &str, most: usize) -> Result<Vec<OperationRecord>> {
        self.read(|c| {
            let line = draft::summary(c, draft_id)?;
            let mut journal = Journal::of(c, line.key);
            (1..=line.revision)
                .rev()
                .take(most)
                .map(|revision| Ok(record(draft_id, journal.entry(revision)?.clone())))
                .collect()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{Desk, typing};

    fn edit(from: usize, to: usize, insert: &str) -> Edit {
        Edit {
            from,
            to,
            insert: insert.to_owned(),
        }
    }

    fn operation(kind: OperationKind, origin: Origin) -> Operation {
        Operation { kind, origin }
    }

    impl Desk {
        pub(crate) fn edit(&self, edits: &[Edit], operation: &Operation) -> Result<u32> {
            self.library
                .apply(&self.draft, self.revision(), edits, operation)
        }

        fn origins(&self) -> Vec<(String, Origin)> {
            let body = self.body();
            let spans = self.library.spans(&self.draft).unwrap();
            spans
                .into_iter()
                .map(|span| (body[span.range].to_owned(), span.origin))
                .collect()
        }
    }

    #[test]
    fn a_batch_counts_in_the_text_before_it() {
        let desk = Desk::new();
        desk.write("low tide at noon");
        let edits = [
            edit(0, 3, "High"),
            edit(4, 4, "spring "),
            edit(12, 16, "1 pm"),
            edit(16, 16, "."),
        ];
        assert_eq!(desk.edit(&edits, &typing()).unwrap(), 2);
        assert_eq!(desk.body(), "High spring tide at 1 pm.");
    }

    #[test]
    fn the_journal_holds_what_undoes_each_batch() {
        let desk = Desk::new();
        desk.write("潮水 low");
        desk.edit(&[edit(0, 6, "Tide"), edit(7, 10, "")], &typing())
            .unwrap();
        assert_eq!(desk.body(), "Tide ");
        let journal = desk.library.operations(&desk.draft, 1).unwrap();
        assert_eq!(journal.len(), 1);
        assert_eq!((journal[0].revision, &journal[0].operation), (2, &typing()));
        assert_eq!(journal[0].edits, [edit(0, 6, "Tide"), edit(7, 10, "")]);
        assert_eq!(journal[0].inverse, [edit(0, 4, "潮水"), edit(5, 5, "low")]);
        desk.edit(&journal[0].inverse, &typing()).unwrap();
        assert_eq!(desk.body(), "潮水 low");
    }

    #[test]
    fn edits_for_an_older_text_are_refused() {
        let desk = Desk::new();
        desk.write("one");
        let late = desk
            .library
            .apply(&desk.draft, 0, &[edit(0, 0, "x")], &typing());
        assert_eq!(late.unwrap_err(), LibraryError::Conflict { current: 1 });
        assert_eq!((desk.body().as_str(), desk.revision()), ("one", 1));
    }

    #[test]
    fn edits_that_do_not_fit_are_refused_and_change_nothing() {
        let desk = Desk::new();
        desk.write("雨天 rain");
        for edits in [
            vec![edit(0, 99, "")],
            vec![edit(5, 3, "")],
            vec![edit(usize::MAX, usize::MAX, "")],
            vec![edit(1, 3, "")],
            vec![edit(0, 4, "")],
            vec![edit(3, 6, ""), edit(0, 3, "")],
            vec![edit(0, 6, ""), edit(3, 7, "")],
        ] {
            let error = desk.edit(&edits, &typing()).unwrap_err();
            assert!(
                matches!(error, LibraryError::BadEdit(_)),
                "{edits:?}: {error}"
            );
        }
        assert_eq!((desk.body().as_str(), desk.revision()), ("雨天 rain", 1));
        assert_eq!(desk.library.operations(&desk.draft, 9).unwrap().len(), 1);
    }

    #[test]
    fn a_batch_that_changes_nothing_leaves_no_trace() {
        let desk = Desk::new();
        desk.write("same");
        assert_eq!(desk.edit(&[], &typing()).unwrap(), 1);
        assert_eq!(desk.edit(&[edit(2, 2, "")], &typing()).unwrap(), 1);
        assert_eq!(desk.library.operations(&desk.draft, 9).unwrap().len(), 1);
    }

    #[test]
    fn a_text_that_is_emptied_is_in_the_history() {
        let desk = Desk::new();
        desk.write("A week's work.");
        desk.edit(&[edit(0, 14, " \n")], &typing()).unwrap();
        let nodes = desk.library.history(&desk.draft).unwrap();
        assert_eq!(
            desk.library.node_text(&nodes[0].id).unwrap(),
            "A week's work."
        );
        // White space is nothing already, and what is kept is not kept twice.
        desk.edit(&[edit(0, 2, "")], &typing()).unwrap();
        let node = nodes[0].id.clone();
        desk.library.restore(&desk.draft, &node).unwrap();
        let before = desk.library.history(&desk.draft).unwrap().len();
        desk.edit(&[edit(0, 14, "")], &typing()).unwrap();
        assert_eq!(desk.library.history(&desk.draft).unwrap().len(), before);
    }

    #[test]
    fn undo_and_redo_bring_back_origins() {
        let desk = Desk::new();
        desk.write("Typed. ");
        desk.edit(
            &[edit(7, 7, "Pasted.")],
            &operation(OperationKind::Paste, Origin::Pasted),
        )
        .unwrap();
        let full = desk.origins();
        desk.edit(&[edit(3, 10, "")], &typing()).unwrap();
        let undo = operation(OperationKind::Undo, Origin::Typed);
        desk.edit(&[edit(3, 3, "ed. Pas")], &undo).unwrap();
        assert_eq!(desk.origins(), full);
        desk.edit(&[edit(7, 14, "")], &undo).unwrap();
        let redo = operation(OperationKind::Redo, Origin::Typed);
        desk.edit(&[edit(7, 7, "Pasted.")], &redo).unwrap();
        assert_eq!(desk.origins(), full);
    }

    #[test]
    fn an_undo_that_stops_between_two_operations_still_knows_the_origin() {
        let desk = Desk::new();
        desk.edit(
            &[edit(0, 0, "Pasted words")],
            &operation(OperationKind::Paste, Origin::Pasted),
        )
        .unwrap();
        desk.edit(&[edit(0, 12, "New")], &typing()).unwrap();
        let undo = operation(OperationKind::Undo, Origin::Typed);
        desk.edit(&[edit(3, 3, " words")], &undo).unwrap();
        let expected = [
            ("New".to_owned(), Origin::Typed),
            (" words".to_owned(), Origin::Pasted),
        ];
        assert_eq!(desk.origins(), expected);
        // What was never there is as the caller says.
        desk.edit(&[edit(0, 0, "Never ")], &undo).unwrap();
        assert_eq!(desk.origins()[0], ("Never New".to_owned(), Origin::Typed));
    }

    #[test]
    fn a_passage_that_is_moved_keeps_its_origins() {
        let desk = Desk::new();
        let generation = desk.generation("The gates closed at nine.");
        desk.write("Typed first. ");
        let accepted = edit(13, 13, "The gates closed at nine. ");
        desk.library
            .accept(&generation, &desk.draft, 1, &[accepted], &[], None)
            .unwrap();
        let sentence = (
            "The gates closed at nine. ".to_owned(),
            Origin::Generated {
                generation_id: generation,
            },
        );
        let paste = operation(OperationKind::Paste, Origin::Pasted);
        // Cut, and pasted a while later.
        desk.edit(&[edit(13, 39, "")], &typing()).unwrap();
        desk.edit(&[edit(13, 13, "And on.")], &typing()).unwrap();
        desk.edit(&[edit(0, 0, &sentence.0)], &paste).unwrap();
        assert_eq!(desk.origins()[0], sentence);
        // Dragged, in one batch.
        let moved = [edit(0, 26, ""), edit(46, 46, &sentence.0)];
        desk.edit(&moved, &paste).unwrap();
        assert_eq!(
            desk.body(),
            "Typed first. And on.The gates closed at nine. "
        );
        assert_eq!(desk.origins()[1], sentence);
        // What comes from elsewhere, or is too short to be known again, is pasted.
        desk.edit(
            &[edit(0, 0, "Something quite else. "), edit(0, 0, "The ")],
            &paste,
        )
        .unwrap();
        assert_eq!(desk.origins()[0].1, Origin::Pasted);
    }

    #[test]
    fn a_short_line_that_was_cut_or_dragged_keeps_its_origins() {
        let desk = Desk::new();
        let generation_id = desk.generation("你怎么才来？");
        desk.write("夜里。潮水。");
        let accepted = edit(9, 9, "你怎么才来？");
        desk.library
            .accept(&generation_id, &desk.draft, 1, &[accepted], &[], None)
            .unwrap();
        let line = (
            "你怎么才来？".to_owned(),
            Origin::Generated { generation_id },
        );
        let paste = operation(OperationKind::Paste, Origin::Pasted);
        desk.edit(&[edit(9, 27, "")], &typing()).unwrap();
        desk.edit(&[edit(0, 0, &line.0)], &paste).unwrap();
        assert_eq!(desk.origins()[0], line);
        // Dragged, a single character is enough. The second 潮 is the one that is dragged.
        desk.edit(&[edit(0, 0, "潮")], &paste).unwrap();
        desk.edit(&[edit(3, 6, ""), edit(39, 39, "你")], &paste)
            .unwrap();
        assert_eq!(desk.body(), "潮怎么才来？夜里。潮水。你");
        assert_eq!(desk.origins().pop().unwrap(), ("你".to_owned(), line.1));
        desk.edit(&[edit(0, 0, "潮"), edit(27, 30, "")], &paste)
            .unwrap();
        assert_eq!(desk.body(), "潮潮怎么才来？夜里。水。你");
        assert_eq!(desk.origins()[0], ("潮".to_owned(), Origin::Typed));
    }

    #[test]
    fn a_paste_that_happens_to_be_like_the_text_is_pasted() {
        let family = "\u{1f469}\u{200d}\u{1f469}\u{200d}\u{1f467}";
        for (own, words) in [
            (format!("{family}{family} low"), family.repeat(2)),
            (
                "And then, nevertheless, it rained.".to_owned(),
                "nevertheless".to_owned(),
            ),
            ("夜里风平浪静。".to_owned(), "风平浪静".to_owned()),
            (
                "\n\n* * * * * * * * * * * * *\n".to_owned(),
                "* * * * * * * * * * * *".to_owned(),
            ),
        ] {
            let desk = Desk::new();
            desk.write(&own);
            let end = own.len();
            let paste = operation(OperationKind::Paste, Origin::Pasted);
            // In the text, in what the same batch replaces, and in what was replaced before.
            let batch = [edit(0, end, &words), edit(end, end, "\r\n")];
            for edits in [&[edit(end, end, &words)][..], &batch, &[edit(0, 0, &words)]] {
                desk.edit(edits, &paste).unwrap();
                let pasted = |o: &(String, Origin)| o.0.contains(&words) && o.1 == Origin::Pasted;
                assert!(desk.origins().iter().any(pasted), "{own:?} {edits:?}");
            }
        }
    }

    #[test]
    fn any_character_is_kept() {
        let desk = Desk::new();
        let text = "\0 \u{feff}\u{202e} 👩‍👩‍👧 \r\n\u{10ffff} '\"%_";
        desk.write(text);
        assert_eq!(desk.body(), text);
        assert_eq!(
            desk.library.operations(&desk.draft, 1).unwrap()[0].edits[0].insert,
            text
        );
    }

    #[test]
    fn a_replacement_keeps_common_ends() {
        for (old, new) in [
            ("", "a"),
            ("a", ""),
            ("abc", "abXc"),
            ("aaa", "aa"),
            ("雨天", "雨大天"),
            ("x", "x"),
        ] {
            let Edit { from, to, insert } = replacement(old, new);
            let mut text = old.to_owned();
            text.replace_range(from..to, &insert);
            assert_eq!(text, new);
        }
        assert_eq!(replacement("雨天", "雨大天").insert, "大");
    }
}
