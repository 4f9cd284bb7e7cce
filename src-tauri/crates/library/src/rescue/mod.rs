//! What can be saved of a damaged library, into a new one. The damaged file is never changed.
//!
//! Rows are read page by page without SQLite; each page that cannot be read costs the rows on it
//! and no more. Each text is compared with its hash. What names something that is gone is mended,
//! so that the new library is whole.

mod mend;
mod pages;

use std::collections::{HashMap, HashSet};
use std::fs;
use std::path::Path;
use std::sync::Arc;

use rusqlite::types::Value;
use rusqlite::{Connection, params_from_iter};

use crate::library::Result;
use crate::{Clock, Library, LibraryError, schema};

use pages::{Cell, Found, Pages};

/// What was saved of a damaged library.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rescued {
    /// Projects in the new library.
    pub projects: u32,
    /// Documents in it.
    pub documents: u32,
    /// Drafts in it.
    pub drafts: u32,
    /// Kept texts in it.
    pub versions: u32,
    /// Kept texts that could not be read any more.
    pub lost_versions: u32,
    /// Titles of documents with a draft that is not sure to be the text that was kept last: it was
    /// taken from its history, or its hash differs.
    pub doubtful: Vec<String>,
    /// Titles of documents with a draft whose earlier steps can't be undone any more.
    pub without_journal: Vec<String>,
    /// Pages and rows that could not be read.
    pub broken: u32,
    /// What the check of the new library still finds.
    pub problems: Vec<String>,
}

/// Saves what can be read of the library at `path` into a new library at `target`.
///
/// # Errors
/// `Newer` for a library of a newer program; `Io` if `target` is there; `Damaged` if there is
/// nothing to save.
pub fn rescue(path: &Path, target: &Path, clock: Arc<dyn Clock>) -> Result<Rescued> {
    if target.try_exists()? {
        let sentence = "there is a file of this name already";
        return Err(LibraryError::Io(sentence.to_owned()));
    }
    let part = crate::lock::beside(target, ".part");
    crate::backup::remove(&part)?;
    let done = rebuild(path, &part, clock.clone());
    let rescued = done.and_then(|mut rescued| {
        let made = Library::open_reading(&part, clock)?;
        rescued.problems = made.verify()?.problems;
        drop(made);
        Ok(rescued)
    });
    match rescued {
        Ok(rescued) => {
            fs::File::options().write(true).open(&part)?.sync_all()?;
            fs::rename(&part, target)?;
            Ok(rescued)
        }
        Err(error) => {
            // The error that led here is the one to tell.
            let _ = crate::backup::remove(&part);
            Err(error)
        }
    }
}

fn rebuild(path: &Path, part: &Path, clock: Arc<dyn Clock>) -> Result<Rescued> {
    let mut pages = Pages::open(path)?;
    let known = schema::known();
    let head = pages.read(1).unwrap_or_default();
    let found = head.get(60..64).and_then(|four| four.try_into().ok());
    let found = found.map_or(0, u32::from_be_bytes);
    let found = match found {
        0 => known,
        // A number beyond all reason is a broken one.
        found if found > known && found < 1_000 => {
            return Err(LibraryError::Newer { found, known });
        }
        found => found.min(known),
    };
    let mut new = Connection::open(part)?;
    new.pragma_update_and_check(None, "journal_mode", "delete", |_| Ok(()))?;
    new.pragma_update(None, "synchronous", "off")?;
    schema::make(&mut new, found)?;
    let mut rescued = Rescued::default();
    let rows = gather(&mut pages, &new, &mut rescued.broken)?;
    let written = write(&new, rows)?;
    if written == 0 {
        return Err(LibraryError::Damaged("no row can be read".to_owned()));
    }
    schema::migrate_copy(&mut new, found)?;
    let transaction = new.transaction()?;
    mend::mend(&transaction, clock.now_ms(), &mut rescued)?;
    transaction.commit()?;
    new.pragma_update(None, "foreign_keys", true)?;
    let count = |what: &str| -> Result<u32> {
        let sql = format!("SELECT count(*) FROM {what}");
        Ok(new.query_row(&sql, [], |row| row.get(0))?)
    };
    rescued.projects = count("projects")?;
    rescued.documents = count("documents")?;
    rescued.drafts = count("drafts")?;
    rescued.versions = count("nodes")?;
    new.close().map_err(|(_, error)| error)?;
    Ok(rescued)
}

/// A table to be filled.
struct Table {
    name: String,
    columns: Vec<Column>,
    /// Its rows are numbered by the first column.
    numbered: bool,
}

struct Column {
    name: String,
    kind: String,
    required: bool,
}

impl Table {
    fn of(connection: &Connection, name: &str) -> Result<Table> {
        let sql = "SELECT name, type, \"notnull\", pk FROM pragma_table_info(?1) ORDER BY cid";
        let mut statement = connection.prepare(sql)?;
        let mut numbered = false;
        let mut rows = statement.query([name])?;
        let mut columns = Vec::new();
        while let Some(row) = rows.next()? {
            let column = Column {
                name: row.get(0)?,
                kind: row.get(1)?,
                required: row.get(2)?,
            };
            numbered |= columns.is_empty() && column.name == "key" && column.kind == "INTEGER";
            columns.push(column);
        }
        Ok(Table {
            name: name.to_owned(),
            columns,
            numbered,
        })
    }

    /// The row as this table takes it; none if it is not one of its rows.
    fn fit(&self, found: &Found) -> Option<Vec<Value>> {
        if found.number.is_some() != self.numbered || found.cells.len() > self.columns.len() {
            return None;
        }
        let mut values = Vec::with_capacity(self.columns.len());
        for (at, column) in self.columns.iter().enumerate() {
            if at == 0 && self.numbered {
                if !matches!(found.cells.first()?, Cell::Null) {
                    return None;
                }
                values.push(Value::Integer(found.number?));
                continue;
            }
            // A row that was written before a column was added ends before it.
            let value = match found.cells.get(at) {
                None | Some(Cell::Null) if column.required => return None,
                None | Some(Cell::Null) => Value::Null,
                Some(Cell::Integer(n)) => Value::Integer(*n),
                Some(Cell::Real(n)) => Value::Real(*n),
                Some(Cell::Text(text)) => Value::Text(text.clone()),
                Some(Cell::Blob(bytes)) => Value::Blob(bytes.clone()),
            };
            let fits = matches!(
                (&value, column.kind.as_str()),
                (Value::Null, _)
                    | (_, "ANY")
                    | (Value::Integer(_), "INTEGER")
                    | (Value::Real(_), "REAL")
                    | (Value::Text(_), "TEXT")
                    | (Value::Blob(_), "BLOB")
            );
            if !fits {
                return None;
            }
            values.push(value);
        }
        Some(values)
    }
}

/// All rows that can be read, table by table: first those that the file's own lists lead to, then
/// those of pages that nothing leads to, where a way was broken.
fn gather(
    pages: &mut Pages,
    new: &Connection,
    broken: &mut u32,
) -> Result<Vec<(Table, Vec<Vec<Value>>)>> {
    // What is searched is made anew from the texts.
    let sql = "SELECT name FROM sqlite_schema WHERE type = 'table'
               AND name NOT LIKE 'search%' AND name NOT LIKE 'meaning%' AND name NOT LIKE 'sqlite%'";
    let names: Vec<String> = crate::library::many(new, sql, [], |row| row.get(0))?;
    let mut tables = Vec::new();
    for name in &names {
        tables.push((Table::of(new, name)?, Vec::new()));
    }
    let (roots, mut lost_ways) = roots(pages, broken);
    let mut seen: HashSet<u32> = HashSet::new();
    for (name, root) in &roots {
        let mut missed = 0;
        let leaves = pages.leaves(*root, &mut missed);
        seen.extend(&leaves);
        let Some((table, rows)) = tables.iter_mut().find(|(table, _)| table.name == *name) else {
            continue;
        };
        for page in leaves {
            for found in pages.rows(page, &mut missed) {
                match table.fit(&found) {
                    Some(values) => rows.push(values),
                    None => missed += 1,
                }
            }
        }
        *broken += missed;
        lost_ways |= missed > 0;
    }
    lost_ways |= names.iter().any(|name| !roots.contains_key(name));
    if lost_ways {
        for page in (1..=pages.count()).filter(|page| !seen.contains(page)) {
            for found in pages.rows(page, &mut 0) {
                let mut fitting = tables
                    .iter_mut()
                    .filter_map(|(table, rows)| Some((table.fit(&found)?, rows)));
                // A row that could be of two tables is of neither.
                if let (Some((values, rows)), None) = (fitting.next(), fitting.next()) {
                    rows.push(values);
                }
            }
        }
    }
    Ok(tables)
}

/// Where the tables begin, by the file's own list, and whether part of the list is gone.
fn roots(pages: &mut Pages, broken: &mut u32) -> (HashMap<String, u32>, bool) {
    let mut missed = 0;
    let mut roots = HashMap::new();
    for page in pages.leaves(1, &mut missed) {
        for found in pages.rows(page, &mut missed) {
            if let [
                Cell::Text(kind),
                Cell::Text(name),
                _,
                Cell::Integer(root),
                ..,
            ] = &found.cells[..]
                && kind == "table"
                && let Ok(root) = u32::try_from(*root)
            {
                roots.insert(name.clone(), root);
            }
        }
    }
    *broken += missed;
    (roots, missed > 0)
}

/// Writes the rows. Of two with one key or id the first stays: it is the one that the file's own
/// lists led to.
fn write(new: &Connection, tables: Vec<(Table, Vec<Vec<Value>>)>) -> Result<usize> {
    new.pragma_update(None, "foreign_keys", false)?;
    new.execute_batch("BEGIN")?;
    let mut written = 0;
    for (table, rows) in tables {
        let names: Vec<&str> = table.columns.iter().map(|c| c.name.as_str()).collect();
        let holes = vec!["?"; names.len()].join(", ");
        let sql = format!(
            "INSERT OR IGNORE INTO {} ({}) VALUES ({holes})",
            table.name,
            names.join(", ")
        );
        let mut statement = new.prepare(&sql)?;
        for values in rows {
            written += statement.execute(params_from_iter(values))?;
        }
    }
    new.execute_batch("COMMIT")?;
    Ok(written)
}

#[cfg(test)]
mod tests;
