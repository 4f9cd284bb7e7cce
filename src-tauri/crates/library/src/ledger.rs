//! The ledger: what left the machine, word for word.
//!
//! An entry is never deleted. The body of a request can be: a person clears it, or deletes the
//! draft that it was written for; its length and its SHA-256 stay, so that who has a text can still
//! prove that it was this one.

use rusqlite::{Connection, OptionalExtension as _, Row, params};
use serde::Serialize;
use sha2::{Digest as _, Sha256};

use crate::library::{Result, hex, many, new_id, not_found, one};
use crate::row::limit;
use crate::texts::{squeezed, unsqueezed};
use crate::{Library, LibraryError};

/// Entries looked through for words in one question; then it says where to go on.
const MOST_READ: usize = 2_000;
/// A longer body than any that is sent.
const LARGEST_BODY: usize = 64 << 20;

/// Something that is about to leave the machine.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Departure<'a> {
    /// Where to.
    pub host: &'a str,
    /// The HTTP method.
    pub method: &'a str,
    /// The path on the host.
    pub path: &'a str,
    /// What for: a task's name, `list_models`.
    pub purpose: &'a str,
    /// The project it is of.
    pub project_id: Option<&'a str>,
    /// The call of a model it belongs to.
    pub generation_id: Option<&'a str>,
    /// Whether names and numbers in it gave way to placeholders.
    pub masked: bool,
    /// What is sent, byte for byte.
    pub body: &'a [u8],
}

/// How a request ended.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Outcome {
    /// HTTP status of the answer.
    pub status: Option<u16>,
    /// The kind of failure.
    pub failure: Option<String>,
}

/// One thing that left the machine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LedgerEntry {
    /// Its id.
    pub id: String,
    /// When it left, in ms since 1970.
    pub at: i64,
    /// Where to.
    pub host: String,
    /// The HTTP method; empty where it was not written down.
    pub method: String,
    /// The path on the host.
    pub path: String,
    /// What for: a task's name, `list_models`.
    pub purpose: String,
    /// The project it was of.
    pub project_id: Option<String>,
    /// The call of a model it belongs to.
    pub generation_id: Option<String>,
    /// Bytes sent.
    pub bytes_out: u32,
    /// Bytes that came back; a model file has billions.
    pub bytes_in: u64,
    /// HTTP status of the answer.
    pub status: Option<u16>,
    /// The kind of failure.
    pub failure: Option<String>,
    /// Whether names and numbers in it gave way to placeholders.
    pub masked: bool,
    /// SHA-256 of the body.
    pub sha256: Option<String>,
    /// Whether the body is still kept.
    pub kept: bool,
}

/// Which entries are asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LedgerQuery {
    /// Only of this project.
    pub project_id: Option<String>,
    /// Only to this host.
    pub host: Option<String>,
    /// Only since then, in ms since 1970.
    pub since: Option<i64>,
    /// Only before then.
    pub until: Option<i64>,
    /// Only with these words in what was sent, or in host, path or purpose, in any case.
    pub words: String,
    /// Only those behind this place; see [`LedgerPage::next`].
    pub after: Option<i64>,
    /// So many at most.
    pub most: usize,
}

/// Entries, newest first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LedgerPage {
    /// The entries.
    pub entries: Vec<LedgerEntry>,
    /// Where to go on, if there may be more.
    pub next: Option<i64>,
}

/// A host, and how often it was asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LedgerHost {
    /// The host.
    pub host: String,
    /// Entries.
    pub entries: u32,
    /// Bytes sent to it.
    pub bytes_out: u64,
}

/// Whole numbers stay exact in JSON up to here.
pub(crate) const MOST_COUNTED: u64 = (1 << 53) - 1;
const COLUMNS: &str = "departures.key, id, at, host, method, path, purpose, project_id,
    generation_id, bytes_out, bytes_in, status, failure, masked, departures.sha256,
    sent.key IS NOT NULL";

fn read(row: &Row<'_>) -> rusqlite::Result<(i64, LedgerEntry)> {
    let entry = LedgerEntry {
        id: row.get(1)?,
        at: row.get(2)?,
        host: row.get(3)?,
        method: row.get(4)?,
        path: row.get(5)?,
        purpose: row.get(6)?,
        project_id: row.get(7)?,
        generation_id: row.get(8)?,
        bytes_out: row.get(9)?,
        bytes_in: u64::try_from(row.get::<_, i64>(10)?).unwrap_or_default(),
        status: row.get(11)?,
        failure: row.get(12)?,
        masked: row.get(13)?,
        sha256: row.get(14)?,
        kept: row.get(15)?,
    };
    Ok((row.get(0)?, entry))
}

/// A body by its hash, if it is kept.
pub(crate) fn body(connection: &Connection, sha256: &str) -> Result<Option<Vec<u8>>> {
    let row: Option<(i64, Vec<u8>)> = connection
        .prepare_cached("SELECT bytes, data FROM sent WHERE sha256 = ?1")?
        .query_row([sha256], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let Some((bytes, data)) = row else {
        return Ok(None);
    };
    let bytes = usize::try_from(bytes)
        .ok()
        .filter(|bytes| *bytes <= LARGEST_BODY)
        .ok_or_else(|| LibraryError::Damaged(format!("a sent text of {bytes} bytes")))?;
    let body = unsqueezed(&[], &data, bytes)?;
    match hex(&Sha256::digest(&body)) == sha256 {
        true => Ok(Some(body)),
        false => Err(LibraryError::Damaged(format!(
            "the sent text {sha256} does not fit its hash"
        ))),
    }
}

/// Keeps a body, if it is not kept already. Returns its hash.
pub(crate) fn keep(connection: &Connection, body: &[u8]) -> Result<String> {
    let sha256 = hex(&Sha256::digest(body));
    connection
        .prepare_cached("INSERT OR IGNORE INTO sent (sha256, bytes, data) VALUES (?1, ?2, ?3)")?
        .execute(params![sha256, limit(body.len()), squeezed(&[], body)?])?;
    Ok(sha256)
}

/// Deletes bodies that no entry names any more.
pub(crate) fn drop_unnamed(connection: &Connection) -> Result<()> {
    connection.execute(
        "DELETE FROM sent WHERE sha256 NOT IN
            (SELECT sha256 FROM departures WHERE sha256 IS NOT NULL)",
        [],
    )?;
    Ok(())
}

/// What is wrong with kept bodies, a sentence each.
pub(crate) fn check(connection: &Connection) -> Result<Vec<String>> {
    let hashes: Vec<String> = many(connection, "SELECT sha256 FROM sent", [], |row| row.get(0))?;
    let wrong = |sha256: &String| {
        body(connection, sha256)
            .err()
            .map(|error| error.to_string())
    };
    Ok(hashes.iter().filter_map(wrong).collect())
}

impl Library {
    /// Writes down that something leaves the machine, before it does. Returns the entry's id.
    ///
    /// # Errors
    /// For a generation that is not there, and what the file says; then it must not leave.
    pub fn depart(&self, departure: &Departure<'_>) -> Result<String> {
        let (id, now) = (new_id()?, self.now());
        let Departure { body, .. } = departure;
        if body.len() > LARGEST_BODY {
            return Err(LibraryError::TooLarge {
                limit: LARGEST_BODY,
            });
        }
        self.write(|tx| {
            if let Some(generation) = departure.generation_id {
                let sql = "SELECT 1 FROM generations WHERE id = ?1";
                one(tx, "generation", generation, sql, |_| Ok(()))?;
            }
            let sha256 = match body.is_empty() {
                true => None,
                false => Some(keep(tx, body)?),
            };
            tx.execute(
                "INSERT INTO departures (id, at, host, method, path, purpose, project_id,
                    generation_id, bytes_out, bytes_in, masked, sha256)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, 0, ?10, ?11)",
                params![
                    id,
                    now,
                    departure.host,
                    departure.method,
                    departure.path,
                    departure.purpose,
                    departure.project_id,
                    departure.generation_id,
                    limit(body.len()),
                    departure.masked,
                    sha256
                ],
            )?;
            Ok(())
        })?;
        Ok(id)
    }

    /// Adds to the bytes that came back for a departure, and says how it ended.
    ///
    /// # Errors
    /// What the file says.
    pub fn arrive(&self, ledger_id: &str, bytes_in: u64, outcome: &Outcome) -> Result<()> {
        let bytes_in = i64::try_from(bytes_in.min(MOST_COUNTED)).unwrap_or_default();
        let sql = "UPDATE departures SET bytes_in = min(bytes_in + ?1, 9007199254740991),
                      status = coalesce(?3, status), failure = coalesce(?4, failure)
                   WHERE id = ?2";
        let values = params![bytes_in, ledger_id, outcome.status, outcome.failure];
        self.write_one("departure", ledger_id, sql, values)
    }

    /// What left the machine last, newest first.
    ///
    /// # Errors
    /// What the file says.
    pub fn ledger(&self, most: usize) -> Result<Vec<LedgerEntry>> {
        let query = LedgerQuery {
            most,
            ..LedgerQuery::default()
        };
        Ok(self.ledger_page(&query)?.entries)
    }

    /// What left the machine and is asked for, newest first.
    ///
    /// # Errors
    /// What the file says.
    pub fn ledger_page(&self, query: &LedgerQuery) -> Result<LedgerPage> {
        let words = query.words.trim().to_lowercase();
        self.read(|c| {
            let sql = format!(
                "SELECT {COLUMNS} FROM departures
                 LEFT JOIN sent ON sent.sha256 = departures.sha256
                 WHERE (?1 IS NULL OR project_id = ?1) AND (?2 IS NULL OR host = ?2)
                    AND (?3 IS NULL OR at >= ?3) AND (?4 IS NULL OR at < ?4)
                    AND (?5 IS NULL OR departures.key < ?5)
                 ORDER BY departures.key DESC LIMIT ?6"
            );
            let most = match words.is_empty() {
                true => query.most,
                false => MOST_READ,
            };
            let values = params![
                query.project_id,
                query.host,
                query.since,
                query.until,
                query.after,
                limit(most.saturating_add(1))
            ];
            let mut rows: Vec<(i64, LedgerEntry)> = many(c, &sql, values, read)?;
            let mut more = rows.len() > most;
            rows.truncate(most);
            let mut page = LedgerPage::default();
            let mut last = None;
            for (key, entry) in rows {
                if page.entries.len() == query.most {
                    more = true;
                    break;
                }
                if words.is_empty() || holds(c, &entry, &words)? {
                    page.entries.push(entry);
                }
                last = Some(key);
            }
            page.next = last.filter(|_| more);
            Ok(page)
        })
    }

    /// The hosts of the ledger, those asked most first.
    ///
    /// # Errors
    /// What the file says.
    pub fn ledger_hosts(&self) -> Result<Vec<LedgerHost>> {
        self.read(|c| {
            let sql = "SELECT host, count(*), sum(bytes_out) FROM departures
                       GROUP BY host ORDER BY count(*) DESC, host";
            many(c, sql, [], |row| {
                Ok(LedgerHost {
                    host: row.get(0)?,
                    entries: row.get(1)?,
                    bytes_out: row.get::<_, i64>(2)?.unsigned_abs(),
                })
            })
        })
    }

    /// One entry.
    ///
    /// # Errors
    /// For an id that is not there.
    pub fn ledger_entry(&self, id: &str) -> Result<LedgerEntry> {
        self.read(|c| {
            let sql = format!(
                "SELECT {COLUMNS} FROM departures
                 LEFT JOIN sent ON sent.sha256 = departures.sha256 WHERE id = ?1"
            );
            one(c, "departure", id, &sql, read).map(|(_, entry)| entry)
        })
    }

    /// What was sent, byte for byte; none where there was no body or it was cleared.
    ///
    /// # Errors
    /// For an id that is not there, and a body that is not what its hash says.
    pub fn sent(&self, id: &str) -> Result<Option<Vec<u8>>> {
        let entry = self.ledger_entry(id)?;
        match entry.sha256 {
            Some(sha256) => self.read(|c| body(c, &sha256)),
            None => Ok(None),
        }
    }

    /// Deletes the bodies of these entries, or of all, and overwrites their bytes. The entries stay,
    /// with lengths and hashes; a body that another entry names too goes with all of them. Returns
    /// how many bodies went.
    ///
    /// # Errors
    /// For an id that is not there; nothing was deleted then.
    pub fn clear_sent(&self, ids: Option<&[String]>) -> Result<u32> {
        if self.source.reading {
            return Err(LibraryError::Reading);
        }
        self.read(|c| Ok(c.pragma_update_and_check(None, "secure_delete", true, |_| Ok(()))?))?;
        let cleared = self.write(|tx| {
            let Some(ids) = ids else {
                return Ok(tx.execute("DELETE FROM sent", [])?);
            };
            let mut cleared = 0;
            for id in ids {
                let sql = "SELECT 1 FROM departures WHERE id = ?1";
                let there: Option<i64> = tx.query_row(sql, [id], |row| row.get(0)).optional()?;
                if there.is_none() {
                    return Err(not_found("departure", id));
                }
                let sql = "DELETE FROM sent WHERE sha256 =
                              (SELECT sha256 FROM departures WHERE id = ?1)";
                cleared += tx.execute(sql, [id])?;
            }
            Ok(cleared)
        })?;
        self.shrink(u32::MAX >> 1).map(drop)?;
        Ok(u32::try_from(cleared).unwrap_or(u32::MAX))
    }
}

/// Whether an entry has these words, which are in small letters.
fn holds(connection: &Connection, entry: &LedgerEntry, words: &str) -> Result<bool> {
    let head = [&entry.host, &entry.path, &entry.purpose];
    if head.iter().any(|text| text.to_lowercase().contains(words)) {
        return Ok(true);
    }
    let Some(sha256) = entry.sha256.as_ref().filter(|_| entry.kept) else {
        return Ok(false);
    };
    // What JSON writes as escapes is looked for as a person types it.
    let Some(body) = body(connection, sha256)? else {
        return Ok(false);
    };
    let text = String::from_utf8_lossy(&body).to_lowercase();
    let escaped = serde_json::to_string(words).unwrap_or_default();
    Ok(text.contains(words) || text.contains(escaped.trim_matches('"')))
}

#[cfg(test)]
mod tests;
