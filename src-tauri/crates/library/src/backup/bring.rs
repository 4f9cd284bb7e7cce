//! Single documents out of a backup, with their history and where each word came from.

use std::collections::HashMap;

use rusqlite::types::Value;
use rusqlite::{Connection, OptionalExtension, params, params_from_iter};

use crate::library::{Result, many, new_id, not_found, one};
use crate::{Library, document, ledger, texts};

/// What becomes of a document that is there today as well.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bring {
    /// It comes as a document of its own.
    AsCopy,
    /// Its drafts come as new drafts of the document that is there.
    AsDrafts,
}

/// How a document came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Came {
    /// To its old place, where nothing was.
    PutBack,
    /// As a document of its own.
    AsCopy,
    /// As new drafts of the document that is there.
    AsDrafts,
    /// All of it is there as it was.
    WasThere,
    /// It is there, and what was changed of it outside came into it.
    Edited,
}

/// A document that was brought.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Brought {
    /// The document it is now.
    pub document_id: String,
    /// How it came.
    pub came: Came,
    /// How many drafts came.
    pub drafts: u32,
}

impl Library {
    /// Brings documents out of `from`, all or none. One that is missing here comes back to its old
    /// place, its project with it; of one that is here nothing is changed: its state in the backup
    /// comes beside it, its name followed by `mark`. What lies in the bin is taken out of it.
    ///
    /// # Errors
    /// `NotFound` if the backup has no such document, `Damaged` if a text in it is not what was
    /// kept.
    pub fn bring(
        &self,
        from: &Library,
        document_ids: &[String],
        bring: Bring,
        mark: &str,
    ) -> Result<Vec<Brought>> {
        let now = self.now();
        let there = from.connection();
        // One state of the backup for all of it.
        let there = there.unchecked_transaction()?;
        self.write(|here| {
            let move_ = Move {
                there: &there,
                here,
                mark,
                now,
            };
            document_ids
                .iter()
                .map(|id| move_.document(id, bring))
                .collect()
        })
    }
}

struct Move<'a> {
    there: &'a Connection,
    here: &'a Connection,
    mark: &'a str,
    now: i64,
}

/// Columns that a row gets other values in.
type Instead<'a> = &'a [(&'a str, Value)];

impl Move<'_> {
    fn document(&self, id: &str, bring: Bring) -> Result<Brought> {
        let sql = "SELECT project_id FROM documents WHERE id = ?1";
        let project = one(self.there, "document", id, sql, |row| row.get(0))?;
        self.project(project)?;
        let here: Option<i64> = self.lookup("SELECT key FROM documents WHERE id = ?1", id)?;
        let drafts = self.drafts(id)?;
        let (target, came) = match (here, bring) {
            (None, _) => (id.to_owned(), Came::PutBack),
            (Some(_), Bring::AsDrafts) => (id.to_owned(), Came::AsDrafts),
            (Some(_), Bring::AsCopy) => (new_id()?, Came::AsCopy),
        };
        let mut brought = Brought {
            document_id: target.clone(),
            came,
            drafts: 0,
        };
        if came == Came::AsDrafts {
            let sql = "UPDATE documents SET deleted_at = NULL WHERE id = ?1";
            self.here.execute(sql, [id])?;
        } else {
            let instead = [
                ("id", Value::Text(target.clone())),
                ("shown_key", Value::Null),
                ("deleted_at", Value::Null),
            ];
            self.row("documents", "id", text(id), &instead)?;
        }
        let shown: Option<i64> = {
            let sql = "SELECT shown_key FROM documents WHERE id = ?1";
            one(self.there, "document", id, sql, |row| row.get(0))?
        };
        let mut show = None;
        for (key, draft) in drafts {
            if came == Came::AsDrafts && self.is_there(&draft)? {
                continue;
            }
            let new = self.draft(key, &draft, &target, came)?;
            if show.is_none() || shown == Some(key) {
                show = Some(new);
            }
            brought.drafts += 1;
        }
        match show {
            Some(key) if came != Came::AsDrafts => {
                let sql = "UPDATE documents SET shown_key = ?1 WHERE id = ?2";
                self.here.execute(sql, params![key, target])?;
            }
            Some(_) => document::touch(self.here, &target, self.now)?,
            None if came == Came::AsDrafts => brought.came = Came::WasThere,
            None => {}
        }
        Ok(brought)
    }

    /// The document's project, with its assets; out of the bin if it lies there.
    fn project(&self, id: String) -> Result<()> {
        let here: Option<i64> = self.lookup("SELECT key FROM projects WHERE id = ?1", &id)?;
        if here.is_some() {
            let sql = "UPDATE projects SET deleted_at = NULL WHERE id = ?1";
            self.here.execute(sql, [&id])?;
        } else {
            self.row("projects", "id", text(&id), &[("deleted_at", Value::Null)])?;
        }
        let sql = "SELECT project_assets.key, asset_key, sha256 FROM project_assets
                   JOIN assets ON assets.key = asset_key WHERE project_id = ?1";
        let mut statement = self.there.prepare(sql)?;
        let mut rows = statement.query([&id])?;
        while let Some(row) = rows.next()? {
            let (key, asset, sha): (i64, i64, Vec<u8>) = (row.get(0)?, row.get(1)?, row.get(2)?);
            let kept = "SELECT key FROM assets WHERE sha256 = ?1";
            let kept = self
                .here
                .query_row(kept, [sha], |row| row.get(0))
                .optional()?;
            let asset = match kept {
                Some(key) => key,
                None => self.row("assets", "key", asset, &[])?,
            };
            let known = "SELECT 1 FROM project_assets WHERE project_id = ?1 AND asset_key = ?2";
            let known: Option<i64> = self
                .here
                .query_row(known, params![id, asset], |row| row.get(0))
                .optional()?;
            if known.is_none() {
                let instead = [("asset_key", Value::Integer(asset))];
                self.row("project_assets", "key", key, &instead)?;
            }
        }
        Ok(())
    }

    fn drafts(&self, document_id: &str) -> Result<Vec<(i64, String)>> {
        let sql = "SELECT key, id FROM drafts WHERE document_id = ?1 AND deleted_at IS NULL
                   ORDER BY key";
        let mut statement = self.there.prepare(sql)?;
        let rows = statement.query_map([document_id], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// Whether the draft is here as it is there.
    fn is_there(&self, id: &str) -> Result<bool> {
        let sql = "SELECT sha256, sheet FROM drafts WHERE id = ?1 AND deleted_at IS NULL";
        let state = |connection: &Connection| -> Result<Option<(String, String)>> {
            let read = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?));
            Ok(connection.query_row(sql, [id], read).optional()?)
        };
        Ok(state(self.here)? == state(self.there)?)
    }

    /// A draft with its journal, history, generations and what stands beside it. Returns its key.
    fn draft(&self, key: i64, id: &str, document_id: &str, came: Came) -> Result<i64> {
        let taken: Option<i64> = self.lookup("SELECT key FROM drafts WHERE id = ?1", id)?;
        let new = if taken.is_some() {
            new_id()?
        } else {
            id.to_owned()
        };
        let name: String = one(
            self.there,
            "draft",
            id,
            "SELECT name FROM drafts WHERE id = ?1",
            |row| row.get(0),
        )?;
        let name = match came {
            Came::PutBack => name,
            _ => format!("{name} · {}", self.mark),
        };
        let instead = [
            ("id", Value::Text(new.clone())),
            ("document_id", Value::Text(document_id.to_owned())),
            ("name", Value::Text(name)),
            ("head_key", Value::Null),
            ("deleted_at", Value::Null),
        ];
        let new_key = self.row("drafts", "key", key, &instead)?;
        let owner = Value::Integer(new_key);
        let nodes = self.nodes(key, &owner)?;
        let head: Option<i64> = one(
            self.there,
            "draft",
            id,
            "SELECT head_key FROM drafts WHERE id = ?1",
            |row| row.get(0),
        )?;
        if let Some(head) = head.and_then(|head| nodes.get(&head)) {
            let sql = "UPDATE drafts SET head_key = ?1 WHERE key = ?2";
            self.here.execute(sql, params![head, new_key])?;
        }
        let mut journal = self
            .there
            .prepare("SELECT revision FROM journal WHERE draft_key = ?1 ORDER BY revision")?;
        let mut rows = journal.query([key])?;
        while let Some(row) = rows.next()? {
            let last: i64 = row.get(0)?;
            let sql = "SELECT * FROM journal WHERE draft_key = ?1 AND revision = ?2";
            let instead = [("draft_key", owner.clone())];
            self.copy("journal", sql, &[key.into(), last.into()], &instead)?;
        }
        self.generations(id, &new)?;
        self.beside(id, &new)?;
        document::to_search(self.here, new_key)?;
        Ok(new_key)
    }

    /// The kept texts of a draft; their keys there and here. A text that is kept here already is
    /// not kept twice.
    fn nodes(&self, draft_key: i64, owner: &Value) -> Result<HashMap<i64, i64>> {
        let sql = "SELECT key, id, parent_key, merged_key, text_key FROM nodes
                   WHERE draft_key = ?1 ORDER BY key";
        let mut statement = self.there.prepare(sql)?;
        let mut rows = statement.query([draft_key])?;
        let (mut nodes, mut kept) = (HashMap::new(), HashMap::new());
        while let Some(row) = rows.next()? {
            let (key, id): (i64, Value) = (row.get(0)?, row.get(1)?);
            let (parent, merged): (Option<i64>, Option<i64>) = (row.get(2)?, row.get(3)?);
            let content = texts::read(self.there, row.get(4)?)?;
            let near = parent.and_then(|parent| kept.get(&parent).copied());
            let text = texts::put(self.here, &content, near)?;
            kept.insert(key, text);
            let known = "SELECT key FROM nodes WHERE id = ?1";
            let known: Option<i64> = self
                .here
                .query_row(known, [&id], |row| row.get(0))
                .optional()?;
            // An id means nothing, so another one is as good.
            let id = match (known, &id) {
                (None, _) => id,
                (Some(_), Value::Blob(_)) => Value::Blob(random()?),
                (Some(_), _) => Value::Text(new_id()?),
            };
            let moved = |key: Option<i64>| match key.and_then(|key| nodes.get(&key)) {
                Some(key) => Value::Integer(*key),
                None => Value::Null,
            };
            let instead = [
                ("id", id),
                ("draft_key", owner.clone()),
                ("parent_key", moved(parent)),
                ("merged_key", moved(merged)),
                ("text_key", Value::Integer(text)),
            ];
            nodes.insert(key, self.row("nodes", "key", key, &instead)?);
        }
        Ok(nodes)
    }

    /// What models wrote for a draft, and what left the machine for it.
    fn generations(&self, draft_id: &str, new: &str) -> Result<()> {
        let mut statement = self
            .there
            .prepare("SELECT id FROM generations WHERE draft_id = ?1 ORDER BY key")?;
        let mut rows = statement.query([draft_id])?;
        while let Some(row) = rows.next()? {
            self.generation(&row.get::<_, String>(0)?, new)?;
        }
        Ok(())
    }

    /// One call of a model. A record that is here stays as it is: the words that came from it name
    /// it.
    fn generation(&self, id: &str, draft: &str) -> Result<()> {
        let known: Option<i64> = self.lookup("SELECT key FROM generations WHERE id = ?1", id)?;
        if known.is_some() {
            return Ok(());
        }
        let instead = [("draft_id", Value::Text(draft.to_owned()))];
        self.row("generations", "id", text(id), &instead)?;
        let mut left = self
            .there
            .prepare("SELECT id FROM departures WHERE generation_id = ?1 ORDER BY key")?;
        let mut departures = left.query([id])?;
        while let Some(row) = departures.next()? {
            let id: String = row.get(0)?;
            if self
                .lookup::<i64>("SELECT key FROM departures WHERE id = ?1", &id)?
                .is_none()
            {
                self.row("departures", "id", text(&id), &[])?;
                self.sent(&id)?;
            }
        }
        Ok(())
    }

    /// The text that an entry of the ledger names, if it is kept there.
    fn sent(&self, departure: &str) -> Result<()> {
        let known = "SELECT count(*) FROM pragma_table_info('departures') WHERE name = 'sha256'";
        let older = self
            .there
            .query_row(known, [], |row| row.get::<_, u32>(0))?
            == 0;
        if older {
            return Ok(());
        }
        let mut named = self
            .there
            .prepare("SELECT sha256 FROM departures WHERE id = ?1 AND sha256 IS NOT NULL")?;
        let mut rows = named.query([departure])?;
        while let Some(row) = rows.next()? {
            let sha256: String = row.get(0)?;
            if let Some(body) = ledger::body(self.there, &sha256)? {
                ledger::keep(self.here, &body)?;
            }
        }
        Ok(())
    }

    /// What stands beside a draft: what is known of its story, reports and conversations, with the
    /// calls that they were made by, which need not be calls for this draft.
    fn beside(&self, draft_id: &str, new: &str) -> Result<()> {
        let owner = Value::Text(new.to_owned());
        let rows = |sql: &str, of: &str| -> Result<Vec<(i64, String, Option<String>)>> {
            many(self.there, sql, [of], |row| {
                Ok((row.get(0)?, row.get(1)?, row.get(2)?))
            })
        };
        // A story has no key: its draft is what names it.
        for _ in rows(
            "SELECT 0, draft_id, NULL FROM stories WHERE draft_id = ?1",
            draft_id,
        )? {
            let instead = [("draft_id", owner.clone())];
            self.row("stories", "draft_id", text(draft_id), &instead)?;
        }
        let sql = "SELECT key, id, generation_id FROM reports WHERE draft_id = ?1 ORDER BY key";
        for (key, id, generation) in rows(sql, draft_id)? {
            if let Some(generation) = generation {
                self.generation(&generation, new)?;
            }
            let id = Value::Text(self.free_id("reports", id)?);
            self.row(
                "reports",
                "key",
                key,
                &[("id", id), ("draft_id", owner.clone())],
            )?;
        }
        // Older backups have none.
        let known = "SELECT count(*) FROM sqlite_schema WHERE name = 'comments'";
        if self
            .there
            .query_row(known, [], |row| row.get::<_, u32>(0))?
            > 0
        {
            let sql = "SELECT key, id, NULL FROM comments WHERE draft_id = ?1 ORDER BY key";
            for (key, id, _) in rows(sql, draft_id)? {
                let id = Value::Text(self.free_id("comments", id)?);
                let instead = [("id", id), ("draft_id", owner.clone())];
                self.row("comments", "key", key, &instead)?;
            }
        }
        let sql = "SELECT key, id, head_id FROM conversations WHERE draft_id = ?1 ORDER BY key";
        for (key, old, head) in rows(sql, draft_id)? {
            self.conversation(key, &old, head, new)?;
        }
        Ok(())
    }

    /// A conversation with its turns, which keep their order when they have to get new ids.
    fn conversation(&self, key: i64, old: &str, head: Option<String>, draft: &str) -> Result<()> {
        type Turn = (i64, String, Option<String>, Option<String>);
        let sql = "SELECT key, id, generation_id, parent_id FROM turns WHERE conversation_id = ?1
                   ORDER BY key";
        let turns: Vec<Turn> = many(self.there, sql, [old], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))
        })?;
        let mut ids = HashMap::new();
        for (_, id, _, _) in &turns {
            ids.insert(id.clone(), self.free_id("turns", id.clone())?);
        }
        let moved = |id: Option<&String>| match id.and_then(|id| ids.get(id)) {
            Some(id) => Value::Text(id.clone()),
            None => Value::Null,
        };
        let own = Value::Text(self.free_id("conversations", old.to_owned())?);
        let instead = [
            ("id", own.clone()),
            ("draft_id", Value::Text(draft.to_owned())),
            ("head_id", moved(head.as_ref())),
        ];
        self.row("conversations", "key", key, &instead)?;
        for (key, id, generation, parent) in &turns {
            if let Some(generation) = generation {
                self.generation(generation, draft)?;
            }
            let instead = [
                ("id", moved(Some(id))),
                ("conversation_id", own.clone()),
                ("parent_id", moved(parent.as_ref())),
            ];
            self.row("turns", "key", *key, &instead)?;
        }
        Ok(())
    }

    /// The id, or a new one where it is taken.
    fn free_id(&self, table: &str, id: String) -> Result<String> {
        let sql = format!("SELECT key FROM {table} WHERE id = ?1");
        match self.lookup::<i64>(&sql, &id)? {
            Some(_) => new_id(),
            None => Ok(id),
        }
    }

    fn lookup<T: rusqlite::types::FromSql>(&self, sql: &str, id: &str) -> Result<Option<T>> {
        let found = self.here.query_row(sql, [id], |row| row.get(0));
        Ok(found.optional()?)
    }

    /// Copies the row whose `column` is `value`, with a new key. Returns the key.
    fn row(
        &self,
        table: &str,
        column: &str,
        value: impl Into<Value>,
        instead: Instead<'_>,
    ) -> Result<i64> {
        let sql = format!("SELECT * FROM {table} WHERE {column} = ?1");
        self.copy(table, &sql, &[value.into()], instead)
    }

    /// Copies a row, whatever columns it has. All but its key, which the table gives anew.
    fn copy(&self, table: &str, sql: &str, which: &[Value], instead: Instead<'_>) -> Result<i64> {
        let mut statement = self.there.prepare(sql)?;
        let names: Vec<String> = statement.column_names().map(str::to_owned).collect();
        let mut rows = statement.query(params_from_iter(which))?;
        let Some(row) = rows.next()? else {
            return Err(not_found("row", table));
        };
        let mut columns = Vec::new();
        let mut values = Vec::new();
        for (at, name) in names.iter().enumerate().filter(|(_, name)| *name != "key") {
            let other = instead.iter().find(|(column, _)| column == name);
            columns.push(name.as_str());
            values.push(match other {
                Some((_, value)) => value.clone(),
                None => row.get(at)?,
            });
        }
        let holes = vec!["?"; columns.len()].join(", ");
        let sql = format!(
            "INSERT INTO {table} ({}) VALUES ({holes})",
            columns.join(", ")
        );
        self.here
            .prepare_cached(&sql)?
            .execute(params_from_iter(values))?;
        Ok(self.here.last_insert_rowid())
    }
}

/// An id as nodes have it.
fn random() -> Result<Vec<u8>> {
    let mut bytes = vec![0; 16];
    getrandom::fill(&mut bytes).map_err(|error| crate::LibraryError::Io(error.to_string()))?;
    Ok(bytes)
}

fn text(id: &str) -> Value {
    Value::Text(id.to_owned())
}
