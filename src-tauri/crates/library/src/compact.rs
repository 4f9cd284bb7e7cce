//! Making the file smaller, a little at a time.
//!
//! Kept texts are differences to one another from the moment they are kept. What is left to do
//! afterwards is to put old operations together, many in a row, and to give free pages back. Each
//! step is one short transaction, so whoever wants to write waits for one step at most.

use rusqlite::{Connection, params};

use crate::journal::{packed, unpacked};
use crate::library::{Result, many};
use crate::row::limit;
use crate::{Library, LibraryError};

/// Operations in one row, at most ...
const PACK: usize = 256;
/// ... and at least.
const FEWEST: usize = 32;
/// The newest operations of a draft stay one a row: they are the ones that undo wants.
const LEFT: u32 = 16;
/// Bytes of operations that are put together in one step.
const STEP_BYTES: usize = 1 << 20;
/// Pages given back in one step.
const STEP_PAGES: u32 = 256;

/// How far a compaction is. A new one begins at the beginning.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Compaction {
    /// The draft that was looked at last.
    draft_key: i64,
    journal_done: bool,
    /// Operations that were put together.
    pub packed: usize,
    /// Pages that were given back to the disk.
    pub pages: u32,
}

/// What is packed in a step: the rows and their entries.
fn pack(connection: &Connection, draft_key: i64) -> Result<usize> {
    let sql = "SELECT journal.revision, data FROM journal
               JOIN drafts ON drafts.key = draft_key
               WHERE draft_key = ?1 AND first = journal.revision
                  AND journal.revision <= drafts.revision - ?2
               ORDER BY journal.revision LIMIT ?3";
    let rows: Vec<(u32, Vec<u8>)> = many(
        connection,
        sql,
        params![draft_key, LEFT, limit(PACK)],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )?;
    let mut entries = Vec::new();
    let mut bytes = 0;
    for (revision, data) in &rows {
        let next = entries.last().is_none_or(|last: &crate::journal::Entry| {
            last.revision.checked_add(1) == Some(*revision)
        });
        if !next || (bytes > STEP_BYTES && entries.len() >= FEWEST) {
            break;
        }
        bytes += data.len();
        entries.extend(unpacked(data, *revision, *revision)?);
    }
    let (Some(first), Some(last)) = (entries.first(), entries.last()) else {
        return Ok(0);
    };
    if entries.len() < FEWEST {
        return Ok(0);
    }
    let (first, last) = (first.revision, last.revision);
    let data = packed(&entries)?;
    // What can't be read back as it was stays as it is.
    if unpacked(&data, first, last)? != entries {
        return Err(LibraryError::Damaged(
            "operations that don't pack".to_owned(),
        ));
    }
    connection.execute(
        "DELETE FROM journal WHERE draft_key = ?1 AND revision BETWEEN ?2 AND ?3",
        params![draft_key, first, last],
    )?;
    connection.execute(
        "INSERT INTO journal (draft_key, revision, first, data) VALUES (?1, ?2, ?3, ?4)",
        params![draft_key, last, first, data],
    )?;
    Ok(entries.len())
}

fn next_draft(connection: &Connection, after: i64) -> Result<Option<i64>> {
    let sql = "SELECT min(key) FROM drafts WHERE key > ?1";
    Ok(connection
        .prepare_cached(sql)?
        .query_row([after], |row| row.get(0))?)
}

impl Library {
    /// Does one short step of compaction. False when there is nothing left to do.
    ///
    /// # Errors
    /// What the file says. A draft whose journal is damaged is left as it is.
    pub fn compact_step(&self, state: &mut Compaction) -> Result<bool> {
        if !state.journal_done {
            return self.pack_step(state);
        }
        let given = self.shrink(STEP_PAGES)?;
        state.pages += given;
        Ok(given > 0)
    }

    /// Looks for a draft with something to pack, at a few dozen drafts a step.
    fn pack_step(&self, state: &mut Compaction) -> Result<bool> {
        const DRAFTS: usize = 64;
        self.write(|tx| {
            for _ in 0..DRAFTS {
                if state.draft_key > 0 {
                    match pack(tx, state.draft_key) {
                        Ok(0) | Err(LibraryError::Damaged(_)) => {}
                        Ok(packed) => {
                            state.packed += packed;
                            return Ok(true);
                        }
                        Err(error) => return Err(error),
                    }
                }
                match next_draft(tx, state.draft_key)? {
                    Some(key) => state.draft_key = key,
                    None => {
                        state.journal_done = true;
                        break;
                    }
                }
            }
            Ok(true)
        })
    }

    /// Compacts to the end.
    ///
    /// # Errors
    /// What the file says.
    pub fn compact(&self) -> Result<Compaction> {
        let mut state = Compaction::default();
        while self.compact_step(&mut state)? {}
        Ok(state)
    }

    /// Gives at most `most` free pages back to the disk; says how many there were.
    pub(crate) fn shrink(&self, most: u32) -> Result<u32> {
        if self.source.reading {
            return Err(LibraryError::Reading);
        }
        self.read(|c| {
            let free = |c: &Connection| -> Result<u32> {
                Ok(c.pragma_query_value(None, "freelist_count", |row| row.get(0))?)
            };
            let before = free(c)?;
            if before == 0 {
                return Ok(0);
            }
            // Each row that comes back stands for a page.
            let mut statement = c.prepare(&format!("PRAGMA incremental_vacuum({most})"))?;
            let mut rows = statement.query([])?;
            while rows.next()?.is_some() {}
            Ok(before.saturating_sub(free(c)?))
        })
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use crate::Edit;
    use crate::testing::{Desk, typing};

    fn many_words(desk: &Desk, count: usize) {
        for n in 0..count {
            let at = desk.body().len();
            let edit = Edit {
                from: at,
                to: at,
                insert: format!("潮{n} "),
            };
            desk.library
                .apply(&desk.draft, desk.revision(), &[edit], &typing())
                .unwrap();
        }
    }

    #[test]
    fn a_packed_journal_is_the_same_journal() {
        let desk = Desk::new();
        many_words(&desk, 700);
        let before = desk.library.operations(&desk.draft, 9_999).unwrap();
        let done = desk.library.compact().unwrap();
        assert!(done.packed > 600, "{done:?}");
        assert_eq!(desk.library.operations(&desk.draft, 9_999).unwrap(), before);
        assert_eq!(
            desk.library.verify().unwrap().problems,
            Vec::<String>::new()
        );
        let rows: u32 = desk
            .library
            .connection()
            .query_row("SELECT count(*) FROM journal", [], |row| row.get(0))
            .unwrap();
        assert!(rows < 60, "{rows}");
        // It goes on where it was, and packs again later.
        many_words(&desk, 60);
        let again = desk.library.compact().unwrap();
        assert!(again.packed > 30, "{again:?}");
        let edits = desk.library.operations(&desk.draft, 9_999).unwrap();
        assert_eq!(edits[60..], before[..]);
        while desk
            .library
            .undo(&desk.draft, desk.revision())
            .unwrap()
            .is_some()
        {}
        assert_eq!(desk.body(), "");
    }

    #[test]
    fn free_pages_go_back_to_the_disk() {
        let desk = Desk::new();
        desk.write(&"tide ".repeat(150_000));
        desk.library.fold().unwrap();
        let full = fs::metadata(desk.library.path()).unwrap().len();
        let spoil = "UPDATE journal SET data = x'00'; UPDATE drafts SET body = ''";
        desk.library.connection().execute_batch(spoil).unwrap();
        let done = desk.library.compact().unwrap();
        assert!(done.pages > 100, "{done:?}");
        desk.library.fold().unwrap();
        let small = fs::metadata(desk.library.path()).unwrap().len();
        assert!(small * 4 < full, "{small} of {full}");
    }
}
