//! The journal: every change of a draft, in the order they were made, with what undoes it.
//!
//! An entry says besides where the draft stands after it. Body and sheet (title and fields) each
//! have a *position*: the revision of the operation that made what is there now. An ordinary
//! operation makes a new position, whose predecessor is the one before; an undo or redo goes to a
//! position that was there already. So an undo is a step back on the chain of positions, a redo a
//! step forward towards the *tip*, the last ordinary operation, and both work after any number of
//! restarts. Where body or sheet stand at position `p`, they are what they were after operation `p`.

use rusqlite::{Connection, OptionalExtension, params};

use crate::bytes::{Bytes, put_bytes, put_id, put_number, put_size};
use crate::edit::Piece;
use crate::library::Result;
use crate::span::{Run, Runs};
use crate::state::Sheet;
use crate::texts::{squeezed, unsqueezed};
use crate::{LibraryError, Operation, OperationKind, Origin};

/// One entry in a row.
const SINGLE: u8 = 0;
/// Many entries in a zstd frame.
const PACK: u8 = 1;

/// The largest pack that is read.
const LARGEST_PACK: usize = 256 << 20;

/// Where a draft stands after an operation.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Place {
    /// The operation that made the body what it is; 0 for the text the draft began with.
    pub(crate) body: u32,
    /// The same of title and fields.
    pub(crate) sheet: u32,
    /// The last operation that was no undo or redo.
    pub(crate) tip: u32,
}

/// A splice of the sheet: what stood at `from` and what stands there now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SheetSplice {
    pub(crate) from: usize,
    pub(crate) removed: String,
    pub(crate) insert: String,
}

impl SheetSplice {
    /// None if the two are equal.
    pub(crate) fn between(old: &Sheet, new: &Sheet) -> Option<SheetSplice> {
        if old == new {
            return None;
        }
        let edit = crate::edit::replacement(&old.0, &new.0);
        Some(SheetSplice {
            from: edit.from,
            removed: old.0[edit.from..edit.to].to_owned(),
            insert: edit.insert,
        })
    }

    fn put_in(&self, sheet: &Sheet, old: &str, new: &str) -> Result<Sheet> {
        let end = self.from.saturating_add(old.len());
        if sheet.0.get(self.from..end) != Some(old) {
            return Err(LibraryError::Damaged(
                "a change of title and fields does not fit".to_owned(),
            ));
        }
        let mut text = sheet.0.clone();
        text.replace_range(self.from..end, new);
        Ok(Sheet(text))
    }

    /// The sheet after the change.
    pub(crate) fn applied(&self, sheet: &Sheet) -> Result<Sheet> {
        self.put_in(sheet, &self.removed, &self.insert)
    }

    /// The sheet before it.
    pub(crate) fn taken_back(&self, sheet: &Sheet) -> Result<Sheet> {
        self.put_in(sheet, &self.insert, &self.removed)
    }
}

/// One operation as the journal keeps it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) revision: u32,
    pub(crate) operation: Operation,
    pub(crate) created_at: i64,
    /// What was put into the body, in the body before.
    pub(crate) pieces: Vec<Piece>,
    /// What takes that back, in the body after.
    pub(crate) inverse: Vec<Piece>,
    pub(crate) sheet: Option<SheetSplice>,
    /// Where the draft stands after it.
    pub(crate) place: Place,
    /// The body's position before it, and the sheet's.
    pub(crate) before: (u32, u32),
}

impl Entry {
    fn put(&self, out: &mut Vec<u8>, since: i64) {
        put_kind(out, &self.operation.kind);
        self.operation.origin.put(out);
        put_number(out, zigzag(self.created_at.wrapping_sub(since)));
        let back = |position: u32| u64::from(self.revision.wrapping_sub(position));
        let Place { body, sheet, tip } = self.place;
        for position in [body, sheet, tip, self.before.0, self.before.1] {
            put_number(out, back(position));
        }
        let shift = if self.sheet.is_some() { 1 } else { 0 };
        put_number(out, (self.pieces.len() as u64) << 1 | shift);
        let mut last = 0;
        for (piece, old) in self.pieces.iter().zip(&self.inverse) {
            put_size(out, piece.from - last);
            put_bytes(out, old.insert.as_bytes());
            self.put_runs(out, &old.runs);
            put_bytes(out, piece.insert.as_bytes());
            self.put_runs(out, &piece.runs);
            last = piece.to;
        }
        if let Some(splice) = &self.sheet {
            put_size(out, splice.from);
            put_bytes(out, splice.removed.as_bytes());
            put_bytes(out, splice.insert.as_bytes());
        }
    }

    /// Mostly all of it is of the operation's origin; then one byte says so.
    fn put_runs(&self, out: &mut Vec<u8>, runs: &Runs) {
        let plain = |run: &Run| run.origin == self.operation.origin && !run.edited;
        if runs.iter().all(plain) {
            out.push(0);
            return;
        }
        put_size(out, runs.iter().len());
        for run in runs.iter() {
            put_number(out, (run.bytes as u64) << 1 | u64::from(run.edited));
            run.origin.put(out);
        }
    }

    fn read(bytes: &mut Bytes<'_>, revision: u32, since: i64) -> Result<Entry> {
        let operation = Operation {
            kind: read_kind(bytes)?,
            origin: Origin::read(bytes)?,
        };
        let created_at = since.wrapping_add(unzigzag(bytes.number()?));
        let mut position = || -> Result<u32> {
            let back = bytes.small()?;
            revision
                .checked_sub(back)
                .ok_or_else(|| LibraryError::Damaged("a position before the first".to_owned()))
        };
        let place = Place {
            body: position()?,
            sheet: position()?,
            tip: position()?,
        };
        let before = (position()?, position()?);
        let number = bytes.number()?;
        let mut entry = Entry {
            revision,
            operation,
            created_at,
            pieces: Vec::new(),
            inverse: Vec::new(),
            sheet: None,
            place,
            before,
        };
        let (mut last, mut grown, mut shrunk) = (0_usize, 0_usize, 0_usize);
        let far = || LibraryError::Damaged("a place beyond any text".to_owned());
        for _ in 0..number >> 1 {
            let from = last.checked_add(bytes.size()?).ok_or_else(far)?;
            let removed = bytes.text()?.to_owned();
            let removed_runs = entry.read_runs(bytes, removed.len())?;
            let insert = bytes.text()?.to_owned();
            let runs = entry.read_runs(bytes, insert.len())?;
            let to = from.checked_add(removed.len()).ok_or_else(far)?;
            let from_after = from
                .checked_add(grown)
                .and_then(|at| at.checked_sub(shrunk));
            let from_after = from_after.ok_or_else(far)?;
            grown += insert.len();
            shrunk += removed.len();
            entry.inverse.push(Piece {
                from: from_after,
                to: from_after.checked_add(insert.len()).ok_or_else(far)?,
                insert: removed,
                runs: removed_runs,
            });
            entry.pieces.push(Piece {
                from,
                to,
                insert,
                runs,
            });
            last = to;
        }
        if number & 1 == 1 {
            entry.sheet = Some(SheetSplice {
                from: bytes.size()?,
                removed: bytes.text()?.to_owned(),
                insert: bytes.text()?.to_owned(),
            });
        }
        Ok(entry)
    }

    fn read_runs(&self, bytes: &mut Bytes<'_>, length: usize) -> Result<Runs> {
        let count = bytes.size()?;
        if count == 0 {
            return Ok(Runs::of(length, self.operation.origin.clone()));
        }
        let mut runs = Runs::default();
        for _ in 0..count {
            let number = bytes.number()?;
            runs.push(Run {
                bytes: usize::try_from(number >> 1).unwrap_or(usize::MAX),
                edited: number & 1 == 1,
                origin: Origin::read(bytes)?,
            });
        }
        if runs.bytes() != length {
            return Err(LibraryError::Damaged(
                "origins that do not cover a change".to_owned(),
            ));
        }
        Ok(runs)
    }
}

fn put_kind(out: &mut Vec<u8>, kind: &OperationKind) {
    match kind {
        OperationKind::Typing => out.push(0),
        OperationKind::Paste => out.push(1),
        OperationKind::AcceptSuggestion { suggestion_id } => {
            out.push(2);
            put_id(out, suggestion_id);
        }
        OperationKind::Restore { node_id } => {
            out.push(3);
            put_id(out, node_id);
        }
        OperationKind::Import => out.push(4),
        OperationKind::Undo => out.push(5),
        OperationKind::Redo => out.push(6),
        OperationKind::Describe => out.push(7),
        OperationKind::Merge { node_id } => {
            out.push(8);
            put_id(out, node_id);
        }
    }
}

fn read_kind(bytes: &mut Bytes<'_>) -> Result<OperationKind> {
    Ok(match bytes.byte()? {
        0 => OperationKind::Typing,
        1 => OperationKind::Paste,
        2 => OperationKind::AcceptSuggestion {
            suggestion_id: bytes.id()?,
        },
        3 => OperationKind::Restore {
            node_id: bytes.id()?,
        },
        4 => OperationKind::Import,
        5 => OperationKind::Undo,
        6 => OperationKind::Redo,
        7 => OperationKind::Describe,
        8 => OperationKind::Merge {
            node_id: bytes.id()?,
        },
        other => return Err(LibraryError::Damaged(format!("operation {other}"))),
    })
}

/// A signed number as an unsigned one that is small if it is near zero.
fn zigzag(number: i64) -> u64 {
    ((number << 1) ^ (number >> 63)).cast_unsigned()
}

fn unzigzag(number: u64) -> i64 {
    (number >> 1).cast_signed() ^ -((number & 1).cast_signed())
}

/// Writes an entry.
pub(crate) fn append(connection: &Connection, draft_key: i64, entry: &Entry) -> Result<()> {
    let mut data = vec![SINGLE];
    entry.put(&mut data, 0);
    connection
        .prepare_cached(
            "INSERT INTO journal (draft_key, revision, first, data) VALUES (?1, ?2, ?2, ?3)",
        )?
        .execute(params![draft_key, entry.revision, data])?;
    Ok(())
}

/// Many entries as the data of one row.
pub(crate) fn packed(entries: &[Entry]) -> Result<Vec<u8>> {
    let mut plain = Vec::new();
    let mut since = 0;
    for entry in entries {
        entry.put(&mut plain, since);
        since = entry.created_at;
    }
    let mut data = vec![PACK];
    put_size(&mut data, plain.len());
    data.extend(squeezed(&[], &plain)?);
    Ok(data)
}

/// The entries of a row, oldest first.
pub(crate) fn unpacked(data: &[u8], first: u32, last: u32) -> Result<Vec<Entry>> {
    let mut bytes = Bytes(data);
    let form = bytes.byte()?;
    let plain;
    let mut bytes = match form {
        SINGLE => bytes,
        PACK => {
            let size = bytes.size()?;
            if size > LARGEST_PACK {
                return Err(LibraryError::Damaged(format!("a pack of {size} bytes")));
            }
            plain = unsqueezed(&[], bytes.0, size)?;
            Bytes(&plain)
        }
        other => {
            return Err(LibraryError::Damaged(format!(
                "a journal row of form {other}"
            )));
        }
    };
    let mut entries = Vec::new();
    let mut since = 0;
    for revision in first..=last {
        let entry = Entry::read(&mut bytes, revision, since)?;
        since = entry.created_at;
        entries.push(entry);
    }
    bytes.end()?;
    Ok(entries)
}

/// Reads a draft's journal; the row read last stays at hand.
pub(crate) struct Journal<'a> {
    connection: &'a Connection,
    draft_key: i64,
    row: Vec<Entry>,
}

impl<'a> Journal<'a> {
    pub(crate) fn of(connection: &'a Connection, draft_key: i64) -> Journal<'a> {
        Journal {
            connection,
            draft_key,
            row: Vec::new(),
        }
    }

    fn cached(&self, revision: u32) -> Option<usize> {
        let first = self.row.first()?.revision;
        let at = usize::try_from(revision.checked_sub(first)?).ok()?;
        (at < self.row.len()).then_some(at)
    }

    /// One entry.
    ///
    /// # Errors
    /// `Damaged` if it is not there or can't be read.
    pub(crate) fn entry(&mut self, revision: u32) -> Result<&Entry> {
        let missing = || LibraryError::Damaged(format!("operation {revision} is not there"));
        if self.cached(revision).is_none() {
            let sql = "SELECT first, revision, data FROM journal
                       WHERE draft_key = ?1 AND revision >= ?2 ORDER BY revision LIMIT 1";
            let row: Option<(u32, u32, Vec<u8>)> = self
                .connection
                .prepare_cached(sql)?
                .query_row(params![self.draft_key, revision], |row| {
                    Ok((row.get(0)?, row.get(1)?, row.get(2)?))
                })
                .optional()?;
            let (first, last, data) = row.ok_or_else(missing)?;
            if revision < first || first > last {
                return Err(missing());
            }
            self.row = unpacked(&data, first, last)?;
        }
        let at = self.cached(revision).ok_or_else(missing)?;
        Ok(&self.row[at])
    }

    /// Where the draft stands at a revision.
    pub(crate) fn place(&mut self, revision: u32) -> Result<Place> {
        match revision {
            0 => Ok(Place::default()),
            _ => Ok(self.entry(revision)?.place),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn piece(from: usize, to: usize, insert: &str, runs: Runs) -> Piece {
        Piece {
            from,
            to,
            insert: insert.to_owned(),
            runs,
        }
    }

    fn entries() -> Vec<Entry> {
        let plain = Entry {
            revision: 4,
            operation: Operation {
                kind: OperationKind::Typing,
                origin: Origin::Typed,
            },
            created_at: 1_795_610_340_999,
            pieces: vec![
                piece(2, 5, "雨天", Runs::of(6, Origin::Typed)),
                piece(9, 9, "!", Runs::of(1, Origin::Typed)),
            ],
            inverse: vec![
                piece(2, 8, "old", Runs::of(3, Origin::Pasted)),
                piece(12, 13, "", Runs::default()),
            ],
            sheet: None,
            place: Place {
                body: 4,
                sheet: 1,
                tip: 4,
            },
            before: (3, 1),
        };
        let accepted = Entry {
            revision: 5,
            operation: Operation {
                kind: OperationKind::AcceptSuggestion {
                    suggestion_id: "g".to_owned(),
                },
                origin: Origin::Generated {
                    generation_id: "ab".repeat(16),
                },
            },
            created_at: 1_795_610_340_000,
            pieces: Vec::new(),
            inverse: Vec::new(),
            sheet: Some(SheetSplice {
                from: 2,
                removed: "Tide".to_owned(),
                insert: "潮".to_owned(),
            }),
            place: Place {
                body: 2,
                sheet: 0,
                tip: 5,
            },
            before: (4, 1),
        };
        vec![plain, accepted]
    }

    #[test]
    fn entries_come_back_from_a_row_and_from_a_pack() {
        let entries = entries();
        let mut single = vec![SINGLE];
        entries[0].put(&mut single, 0);
        assert_eq!(unpacked(&single, 4, 4).unwrap(), entries[..1]);
        let pack = packed(&entries).unwrap();
        assert_eq!(unpacked(&pack, 4, 5).unwrap(), entries);
        assert!(unpacked(&pack, 4, 6).is_err());
        assert!(unpacked(&pack, 4, 4).is_err());
        for end in 0..single.len() {
            assert!(unpacked(&single[..end], 4, 4).is_err(), "cut at {end}");
        }
    }

    #[test]
    fn any_byte_may_be_wrong_without_harm() {
        let entries = entries();
        let mut single = vec![SINGLE];
        entries[0].put(&mut single, 0);
        for at in 0..single.len() {
            for wrong in [0, 1, 0x7f, 0x80, 0xff] {
                let mut bytes = single.clone();
                bytes[at] = wrong;
                let _ = unpacked(&bytes, 4, 4);
            }
        }
    }
}
