//! Undo and redo through the journal, for as long as the journal goes back.
//!
//! A step is what a person would call one: an accepted suggestion, a paste, a restore, a changed
//! title, or a run of typing up to a pause, a line's end or a sentence's. Runs are joined by the two
//! operations at a seam alone, so that undo and redo stop at the same places.

use rusqlite::Connection;

use crate::draft::Line;
use crate::edit::{self, Change, Piece, To, splice, transition};
use crate::journal::{Entry, Journal, Place};
use crate::library::Result;
use crate::span::Runs;
use crate::{Library, LibraryError, Operation, OperationKind, Origin};

/// A pause this long ends a run of typing, in ms between two saves.
const PAUSE: i64 = 1_500;

/// How many steps of the chain an undo of the editor is looked for.
const RECALLED_STEPS: usize = 500;

/// The same in bytes of text walked over, so that an undo in a book stays quick.
const RECALLED_BYTES: usize = 64 << 20;

/// What an undo or redo did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UndoStep {
    /// The draft's revision now.
    pub revision: u32,
    /// What was taken back or done again. Of a run of typing, the first that was looked at.
    pub operation: Operation,
    /// The one replacement in the body, in bytes of the body before; none if only title or fields
    /// changed.
    pub edit: Option<crate::Edit>,
    /// Whether title or fields changed.
    pub described: bool,
}

/// Whether there is something to take back, and something to do again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UndoReach {
    /// An undo would change something.
    pub undo: bool,
    /// A redo would.
    pub redo: bool,
}

/// Whether a person would take two operations, one after the other, for one.
fn joined(first: &Entry, second: &Entry) -> bool {
    let typing = |entry: &Entry| {
        entry.operation.kind == OperationKind::Typing
            && entry.operation.origin == Origin::Typed
            && entry.pieces.len() == 1
            && entry.sheet.is_none()
    };
    if !typing(first) || !typing(second) {
        return false;
    }
    let pause = second.created_at.saturating_sub(first.created_at);
    if !(0..PAUSE).contains(&pause) {
        return false;
    }
    let (a, b) = (&first.pieces[0], &second.pieces[0]);
    let end = a.from + a.insert.len();
    if a.insert.is_empty() {
        // Deleting goes on: backwards, or forwards.
        return b.insert.is_empty() && (b.to == a.from || b.from == a.from);
    }
    let closed = a
        .insert
        .ends_with(['\n', '.', '!', '?', '。', '！', '？', '…', '”', '」']);
    let spoken = a.insert.trim_end().ends_with(['.', '!', '?']) && a.insert.ends_with(' ');
    // What was just typed is corrected at its end, or goes on there.
    !closed && !spoken && b.from >= a.from && b.to == end
}

/// Where body, origins and sheet stand while steps are taken.
struct Walk<'a> {
    journal: Journal<'a>,
    line: &'a Line,
    place: Place,
    body: String,
    runs: Runs,
    sheet: crate::state::Sheet,
}

impl<'a> Walk<'a> {
    fn of(connection: &'a Connection, line: &'a Line) -> Result<Walk<'a>> {
        let mut journal = Journal::of(connection, line.key);
        let place = journal.place(line.revision)?;
        Ok(Walk {
            journal,
            line,
            place,
            body: line.body.clone(),
            runs: line.runs.clone(),
            sheet: line.sheet.clone(),
        })
    }

    fn put(&mut self, pieces: &[Piece]) -> Result<()> {
        let after = splice(&self.body, &self.runs, pieces)
            .map_err(|error| LibraryError::Damaged(error.to_string()))?;
        (self.body, self.runs) = (after.body, after.runs);
        Ok(())
    }

    /// The operation that an undo takes back: the later of those that made body and sheet.
    fn last(&self) -> Option<u32> {
        Some(self.place.body.max(self.place.sheet)).filter(|last| *last > 0)
    }

    fn back(&mut self, revision: u32) -> Result<Entry> {
        let entry = self.journal.entry(revision)?.clone();
        if self.place.body == revision {
            self.put(&entry.inverse)?;
            self.place.body = entry.before.0;
        }
        if self.place.sheet == revision {
            if let Some(splice) = &entry.sheet {
                self.sheet = splice.taken_back(&self.sheet)?;
            }
            self.place.sheet = entry.before.1;
        }
        Ok(entry)
    }

    /// The positions between here and the tip, the next one last.
    fn ahead(&mut self) -> Result<(Vec<u32>, Vec<u32>)> {
        let tip = self.journal.place(self.place.tip)?;
        let mut chain = |from: u32, to: u32, before: fn(&Entry) -> u32| -> Result<Vec<u32>> {
            let mut found = Vec::new();
            let mut at = from;
            while at > to {
                found.push(at);
                at = before(self.journal.entry(at)?);
            }
            // A position that is not on the way to the tip has nothing ahead.
            Ok(if at == to { found } else { Vec::new() })
        };
        let body = chain(tip.body, self.place.body, |entry| entry.before.0)?;
        let sheet = chain(tip.sheet, self.place.sheet, |entry| entry.before.1)?;
        Ok((body, sheet))
    }

    fn forth(&mut self, revision: u32, body: bool, sheet: bool) -> Result<Entry> {
        let entry = self.journal.entry(revision)?.clone();
        if body {
            self.put(&entry.pieces)?;
            self.place.body = revision;
        }
        if sheet {
            if let Some(splice) = &entry.sheet {
                self.sheet = splice.applied(&self.sheet)?;
            }
            self.place.sheet = revision;
        }
        Ok(entry)
    }

    fn change(self) -> (Change, bool) {
        let Walk {
            line,
            place,
            body,
            runs,
            sheet,
            ..
        } = self;
        let piece = transition((&line.body, &line.runs), (&body, &runs));
        let described = sheet != line.sheet;
        let to = To {
            body: Some(place.body),
            sheet: Some(place.sheet),
        };
        let change = Change {
            pieces: piece.into_iter().collect(),
            sheet: described.then_some(sheet),
            to: Some(to),
        };
        (change, described)
    }
}

/// Takes one step back in a chain of positions; none if there is no more.
fn undone(connection: &Connection, line: &Line) -> Result<Option<(Change, bool, Operation)>> {
    let mut walk = Walk::of(connection, line)?;
    let Some(last) = walk.last() else {
        return Ok(None);
    };
    let mut entry = walk.back(last)?;
    let operation = entry.operation.clone();
    while let Some(next) = walk.last() {
        if !joined(walk.journal.entry(next)?, &entry) {
            break;
        }
        entry = walk.back(next)?;
    }
    let (change, described) = walk.change();
    Ok(Some((change, described, operation)))
}

/// Takes one step towards the tip; none at the tip.
fn redone(connection: &Connection, line: &Line) -> Result<Option<(Change, bool, Operation)>> {
    let mut walk = Walk::of(connection, line)?;
    let (mut bodies, mut sheets) = walk.ahead()?;
    let mut last: Option<Entry> = None;
    let mut operation = None;
    loop {
        let (body, sheet) = (bodies.last().copied(), sheets.last().copied());
        let next = match (body, sheet) {
            (Some(body), Some(sheet)) => body.min(sheet),
            (Some(one), None) | (None, Some(one)) => one,
            (None, None) => break,
        };
        if let Some(last) = &last
            && !joined(last, walk.journal.entry(next)?)
        {
            break;
        }
        let entry = walk.forth(next, body == Some(next), sheet == Some(next))?;
        operation.get_or_insert_with(|| entry.operation.clone());
        last = Some(entry);
        if body == Some(next) {
            bodies.pop();
        }
        if sheet == Some(next) {
            sheets.pop();
        }
    }
    let Some(operation) = operation else {
        return Ok(None);
    };
    let (change, described) = walk.change();
    Ok(Some((change, described, operation)))
}

type Found = Option<(u32, String, Runs)>;

/// The nearest earlier position at which the body was `target`, with its origins.
pub(crate) fn back_to(connection: &Connection, line: &Line, target: &str) -> Result<Found> {
    let mut walk = Walk::of(connection, line)?;
    let mut walked = 0;
    for _ in 0..RECALLED_STEPS {
        if walk.place.body == 0 || walked > RECALLED_BYTES {
            break;
        }
        let (inverse, before) = {
            let entry = walk.journal.entry(walk.place.body)?;
            (entry.inverse.clone(), entry.before.0)
        };
        walk.put(&inverse)?;
        walk.place.body = before;
        if walk.body == target {
            return Ok(Some((before, walk.body, walk.runs)));
        }
        walked += walk.body.len();
    }
    Ok(None)
}

/// The nearest position towards the tip at which the body was `target`, with its origins.
pub(crate) fn forward_to(connection: &Connection, line: &Line, target: &str) -> Result<Found> {
    let mut walk = Walk::of(connection, line)?;
    let (bodies, _) = walk.ahead()?;
    let mut walked = 0;
    for position in bodies.into_iter().rev().take(RECALLED_STEPS) {
        let pieces = walk.journal.entry(position)?.pieces.clone();
        walk.put(&pieces)?;
        if walk.body == target {
            return Ok(Some((position, walk.body, walk.runs)));
        }
        walked += walk.body.len();
        if walked > RECALLED_BYTES {
            break;
        }
    }
    Ok(None)
}

type Step = fn(&Connection, &Line) -> Result<Option<(Change, bool, Operation)>>;

impl Library {
    fn step(
        &self,
        draft_id: &str,
        base_revision: u32,
        kind: OperationKind,
        step: Step,
    ) -> Result<Option<UndoStep>> {
        let now = self.now();
        self.write(|tx| {
            let mut line = edit::load_at(tx, draft_id, base_revision)?;
            let Some((change, described, operation)) = step(tx, &line)? else {
                return Ok(None);
            };
            let edit = change.pieces.first().map(Piece::as_edit);
            let own = Operation {
                kind,
                origin: Origin::Typed,
            };
            let revision = edit::perform(tx, &mut line, change, &own, now)?;
            Ok(Some(UndoStep {
                revision,
                operation,
                edit,
                described,
            }))
        })
    }

    /// Takes the last step of a draft back, whenever it was made, origins included. None if
    /// nothing is left to take back.
    ///
    /// # Errors
    /// `Conflict` if the text has moved on since `base_revision`.
    pub fn undo(&self, draft_id: &str, base_revision: u32) -> Result<Option<UndoStep>> {
        self.step(draft_id, base_revision, OperationKind::Undo, undone)
    }

    /// Does again what was undone last, as long as nothing else was done since. None if there is
    /// nothing.
    ///
    /// # Errors
    /// `Conflict` if the text has moved on since `base_revision`.
    pub fn redo(&self, draft_id: &str, base_revision: u32) -> Result<Option<UndoStep>> {
        self.step(draft_id, base_revision, OperationKind::Redo, redone)
    }

    /// Whether undo and redo would do something.
    pub fn undo_reach(&self, draft_id: &str) -> Result<UndoReach> {
        self.read(|c| {
            let line = Line::load(c, draft_id)?;
            let mut walk = Walk::of(c, &line)?;
            let (bodies, sheets) = walk.ahead()?;
            Ok(UndoReach {
                undo: walk.last().is_some(),
                redo: !bodies.is_empty() || !sheets.is_empty(),
            })
        })
    }
}
