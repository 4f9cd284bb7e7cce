//! Search in all that was written: titles and present texts, fields and notes, and kept texts.
//!
//! The indexes hold words (see `words.rs`); a word of Chinese is characters in a row. What waits to
//! be indexed is looked through as it stands, so a search finds what was written the moment before,
//! and indexing goes on in small steps. Only kept texts are not looked through but counted
//! ([`SearchPage::unread`]) until they were read. Words inside of others are found by the list of
//! words that there are.
//!
//! In present texts, and in what stands beside a text, the words may stand anywhere; in kept ones
//! they have to stand in one passage.

mod found;
mod history;
mod index;
mod page;
mod query;
mod shown;
#[cfg(test)]
mod tests;

use rusqlite::Connection;

pub use page::{Count, FoundIn, SearchGroup, SearchHit, SearchPage, Still};
pub use query::{FoundOrigin, Places, SearchQuery};

use crate::Library;
use crate::library::Result;

/// Bytes that are indexed before a search; the rest of what waits is looked through.
const STEP: usize = 64 << 10;

/// Takes a draft out of the indexes.
pub(crate) fn forget(connection: &Connection, draft_key: i64) -> Result<()> {
    index::forget(connection, draft_key)?;
    history::forget(connection, draft_key)
}

/// Has the words of what was forgotten leave the file too, once it is deleted.
pub(crate) fn leave_no_trace(connection: &Connection) -> Result<()> {
    connection.execute_batch(
        "INSERT INTO search (search) VALUES ('optimize');
         INSERT INTO search_beside (search_beside) VALUES ('optimize');
         INSERT INTO search_history (search_history) VALUES ('optimize');",
    )?;
    index::forget_forms(connection)?;
    history::settle(connection)
}

/// Has everything read again.
pub(crate) fn rebuild(connection: &Connection) -> Result<()> {
    index::rebuild(connection)?;
    history::rebuild(connection)
}

/// A sentence for each thing that is indexed as it is not, or that is not there.
pub(crate) fn problems(connection: &Connection) -> Result<Vec<String>> {
    let mut problems = Vec::new();
    index::problems(connection, &mut problems)?;
    history::problems(connection, &mut problems)?;
    Ok(problems)
}

fn waits(connection: &Connection) -> Result<bool> {
    Ok(index::waits(connection)? || history::waits(connection)?)
}

fn catch_up(connection: &Connection, bytes: usize) -> Result<bool> {
    let done = index::catch_up(connection, bytes)?;
    if done < bytes {
        history::catch_up(connection, bytes - done)?;
    }
    waits(connection)
}

impl Library {
    /// A page of what has what `query` says, by documents, the best first: those that have it in
    /// the title, then by how much a text is about it where few have it, else what was changed
    /// last; then documents that have it in fields, notes and kept texts only. What lies in the bin
    /// and what was hidden from the history is left out.
    ///
    /// # Errors
    /// What the file says.
    pub fn search(&self, query: &SearchQuery) -> Result<SearchPage> {
        let terms = query::terms(&query.text);
        if terms.is_empty() {
            return Ok(SearchPage::default());
        }
        if !self.is_reading() && self.read(waits)? {
            self.write(|tx| catch_up(tx, STEP))?;
        }
        self.read(|c| {
            let found = found::find(c, query, &terms)?;
            if found.groups.is_empty()
                && let Some(inside) = query::inside(&terms)
            {
                let found = found::find(c, query, &inside)?;
                return page::page(c, query, &inside, found);
            }
            page::page(c, query, &terms, found)
        })
    }

    /// The drafts of a document that were found, for tests.
    #[cfg(test)]
    pub(crate) fn found_drafts(
        &self,
        query: &SearchQuery,
        document_id: &str,
    ) -> Result<Vec<String>> {
        let query = SearchQuery {
            document_id: Some(document_id.to_owned()),
            ..query.clone()
        };
        let terms = query::terms(&query.text);
        self.read(|c| {
            let mut found = found::find(c, &query, &terms)?;
            if found.groups.is_empty()
                && let Some(inside) = query::inside(&terms)
            {
                found = found::find(c, &query, &inside)?;
            }
            let keys = found.groups.into_iter().flat_map(|group| group.texts);
            let id = |key: i64| {
                c.query_row("SELECT id FROM drafts WHERE key = ?1", [key], |row| {
                    row.get(0)
                })
            };
            Ok(keys.map(id).collect::<rusqlite::Result<_>>()?)
        })
    }

    /// Indexes about as many bytes of what was written as were asked for, for the times when nobody
    /// waits. True if there is more.
    ///
    /// # Errors
    /// What the file says.
    pub fn index_some(&self, bytes: usize) -> Result<bool> {
        match self.read(waits)? {
            true => self.write(|tx| catch_up(tx, bytes)),
            false => Ok(false),
        }
    }
}
