//! The ledger: what left the machine.

use rusqlite::{Row, params};
use serde::Serialize;

use crate::Library;
use crate::library::{Result, many, new_id, one};
use crate::row::limit;

/// One thing that left the machine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LedgerEntry {
    /// Its id.
    pub id: String,
    /// When it left, in ms since 1970.
    pub at: i64,
    /// Where to.
    pub host: String,
    /// What for: a task's name, `list_models`.
    pub purpose: String,
    /// Bytes sent.
    pub bytes_out: u32,
    /// Bytes that came back.
    pub bytes_in: u32,
    /// The call of a model it belongs to.
    pub generation_id: Option<String>,
}

fn read(row: &Row<'_>) -> rusqlite::Result<LedgerEntry> {
    Ok(LedgerEntry {
        id: row.get(0)?,
        at: row.get(1)?,
        host: row.get(2)?,
        purpose: row.get(3)?,
        bytes_out: row.get(4)?,
        bytes_in: row.get(5)?,
        generation_id: row.get(6)?,
    })
}

impl Library {
    /// Writes down that something leaves the machine, before it does. Returns the entry's id.
    pub fn record_departure(
        &self,
        host: &str,
        purpose: &str,
        bytes_out: u32,
        generation_id: Option<&str>,
    ) -> Result<String> {
        let (id, now) = (new_id()?, self.now());
        self.write(|tx| {
            if let Some(generation) = generation_id {
                let sql = "SELECT 1 FROM generations WHERE id = ?1";
                one(tx, "generation", generation, sql, |_| Ok(()))?;
            }
            tx.execute(
                "INSERT INTO departures (id, at, host, purpose, bytes_out, bytes_in, generation_id)
                 VALUES (?1, ?2, ?3, ?4, ?5, 0, ?6)",
                params![id, now, host, purpose, bytes_out, generation_id],
            )?;
            Ok(())
        })?;
        Ok(id)
    }

    /// Adds to the bytes that came back for a departure.
    pub fn record_arrival(&self, ledger_id: &str, bytes_in: u32) -> Result<()> {
        let sql = "UPDATE departures SET bytes_in = min(bytes_in + ?1, 4294967295) WHERE id = ?2";
        self.write_one("departure", ledger_id, sql, params![bytes_in, ledger_id])
    }

    /// What left the machine last, newest first.
    pub fn ledger(&self, most: usize) -> Result<Vec<LedgerEntry>> {
        self.read(|c| {
            let sql = "SELECT id, at, host, purpose, bytes_out, bytes_in, generation_id
                       FROM departures ORDER BY key DESC LIMIT ?1";
            many(c, sql, [limit(most)], read)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::LibraryError;
    use crate::testing::Desk;

    #[test]
    fn what_left_is_written_with_what_came_back() {
        let desk = Desk::new();
        let generation = desk.generation("out");
        let library = &desk.library;
        let models = library
            .record_departure("api.example", "list_models", 0, None)
            .unwrap();
        let draft = library
            .record_departure("本机.example", "draft", u32::MAX, Some(&generation))
            .unwrap();
        library.record_arrival(&draft, 700).unwrap();
        library.record_arrival(&draft, 42).unwrap();
        library.record_arrival(&models, u32::MAX).unwrap();
        library.record_arrival(&models, 1).unwrap();
        let entries = library.ledger(9).unwrap();
        assert_eq!(entries.len(), 2);
        let newest = LedgerEntry {
            id: draft,
            at: entries[0].at,
            host: "本机.example".to_owned(),
            purpose: "draft".to_owned(),
            bytes_out: u32::MAX,
            bytes_in: 742,
            generation_id: Some(generation),
        };
        assert_eq!(entries[0], newest);
        assert_eq!((&entries[1].id, entries[1].bytes_in), (&models, u32::MAX));
        assert!(entries[0].at > entries[1].at);
        assert_eq!(library.ledger(1).unwrap(), [newest]);
    }

    #[test]
    fn nothing_leaves_for_a_call_that_is_not_there() {
        let desk = Desk::new();
        let missing = |what| LibraryError::NotFound {
            what,
            id: "x".to_owned(),
        };
        let departure = desk.library.record_departure("h", "draft", 1, Some("x"));
        assert_eq!(departure.unwrap_err(), missing("generation"));
        assert!(desk.library.ledger(9).unwrap().is_empty());
        assert_eq!(
            desk.library.record_arrival("x", 1).unwrap_err(),
            missing("departure")
        );
    }
}
