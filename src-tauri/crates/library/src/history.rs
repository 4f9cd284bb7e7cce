//! History: kept texts with parents.

use rusqlite::types::{FromSql, FromSqlResult, ToSqlOutput, Value as SqlValue, ValueRef};
use rusqlite::{Connection, Row, ToSql, params};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::bytes::short_id;
use crate::draft::Line;
use crate::edit::{self, Change, transition};
use crate::library::{Result, hex, many, new_id, not_found};
use crate::row::limit;
use crate::state::{self, State};
use crate::written::Written;
use crate::{Library, LibraryError, Operation, OperationKind, Origin, Span, texts};

/// Whether a node was wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NodeKind {
    /// Made by itself.
    Snapshot,
    /// Made because a person saved or accepted something.
    Version,
}

/// A kept text, without the text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct HistoryNode {
    /// Its id.
    pub id: String,
    /// The draft it was kept for.
    pub draft_id: String,
    /// The node this text came out of.
    pub parent_id: Option<String>,
    /// The other node that went into it, after a merge.
    pub merged_from: Option<String>,
    /// Whether it was wanted.
    pub kind: NodeKind,
    /// What the person called it.
    pub name: Option<String>,
    /// Why it was kept: `autosave`, `named`, `accepted`, `before_restore`, `restored`, `branch`,
    /// `before_merge`, `merged`, `before_import`, `imported`.
    pub label: String,
    /// The SHA-256 of what was kept (title, fields, text and origins), in hexadecimal.
    pub sha256: String,
    /// The text's length in characters, line breaks not counted.
    pub characters: u32,
    /// The draft's revision when it was kept.
    pub revision: u32,
    /// Who wrote what came since the parent.
    pub written: Written,
    /// When it was kept, in ms since 1970.
    pub created_at: i64,
    /// When a person hid it, in ms since 1970.
    pub hidden_at: Option<i64>,
}

/// What a node keeps: a whole document as it was.
#[derive(Debug, Clone, PartialEq)]
pub struct NodeState {
    /// The title.
    pub title: String,
    /// What the desk kept with it.
    pub fields: Value,
    /// The text.
    pub body: String,
    /// Where each part of the text came from. They tile the text.
    pub spans: Vec<Span>,
}

/// Which nodes of a document's history are wanted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct HistoryFilter {
    /// Only named and other wanted ones.
    pub versions_only: bool,
    /// Also those that were hidden.
    pub hidden: bool,
}

/// The hash of a text, in hexadecimal.
pub(crate) fn sha256(text: &str) -> String {
    hex(&Sha256::digest(text.as_bytes()))
}

/// A node's id as its column has it: 16 bytes where that will do.
pub(crate) struct NodeId<T>(pub(crate) T);

impl<T: AsRef<str>> ToSql for NodeId<T> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        let id = self.0.as_ref();
        Ok(ToSqlOutput::Owned(match short_id(id) {
            Some(bytes) => SqlValue::Blob(bytes.to_vec()),
            None => SqlValue::Text(id.to_owned()),
        }))
    }
}

impl FromSql for NodeId<String> {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        match value {
            ValueRef::Blob(bytes) => Ok(NodeId(hex(bytes))),
            other => Ok(NodeId(other.as_str()?.to_owned())),
        }
    }
}

const COLUMNS: &str = "nodes.id, drafts.id, parent.id, merged.id, nodes.kind, nodes.name,
    nodes.label, texts.sha256, nodes.characters, nodes.revision, nodes.written,
    nodes.created_at, nodes.hidden_at";

/// A node is listed even where what it keeps, or its parent, is missing.
const TABLES: &str = "nodes
    JOIN drafts ON drafts.key = nodes.draft_key
    LEFT JOIN nodes AS parent ON parent.key = nodes.parent_key
    LEFT JOIN nodes AS merged ON merged.key = nodes.merged_key
    LEFT JOIN texts ON texts.key = nodes.text_key";

fn read(row: &Row<'_>) -> rusqlite::Result<HistoryNode> {
    let NodeId(id) = row.get(0)?;
    let id_of = |id: Option<NodeId<String>>| id.map(|NodeId(id)| id);
    let written = Written::read(&row.get::<_, Vec<u8>>(10)?).map_err(|error| {
        rusqlite::Error::FromSqlConversionFailure(10, rusqlite::types::Type::Blob, error.into())
    })?;
    Ok(HistoryNode {
        id,
        draft_id: row.get(1)?,
        parent_id: id_of(row.get(2)?),
        merged_from: id_of(row.get(3)?),
        kind: if row.get::<_, i64>(4)? == 0 {
            NodeKind::Snapshot
        } else {
            NodeKind::Version
        },
        name: row.get(5)?,
        label: row.get(6)?,
        sha256: hex(&row.get::<_, Option<Vec<u8>>>(7)?.unwrap_or_default()),
        characters: row.get(8)?,
        revision: row.get(9)?,
        written,
        created_at: row.get(11)?,
        hidden_at: row.get(12)?,
    })
}

/// How a text is kept.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Keep<'a> {
    pub(crate) kind: NodeKind,
    pub(crate) name: Option<&'a str>,
    pub(crate) label: &'a str,
    /// The key of the other node that went in.
    pub(crate) merged: Option<i64>,
}

impl<'a> Keep<'a> {
    pub(crate) fn snapshot(label: &'a str) -> Keep<'a> {
        Keep {
            kind: NodeKind::Snapshot,
            name: None,
            label,
            merged: None,
        }
    }

    pub(crate) fn version(label: &'a str, name: Option<&'a str>) -> Keep<'a> {
        Keep {
            kind: NodeKind::Version,
            name,
            ..Keep::snapshot(label)
        }
    }
}

pub(crate) fn characters(body: &str) -> u32 {
    let characters = body.chars().filter(|c| !matches!(c, '\n' | '\r'));
    u32::try_from(characters.count()).unwrap_or(u32::MAX)
}

/// Keeps a draft as it is, as a child of the node it came out of.
pub(crate) fn keep(
    connection: &Connection,
    line: &mut Line,
    how: Keep<'_>,
    now: i64,
) -> Result<HistoryNode> {
    let near = match line.head_key {
        Some(head) => Some(text_key(connection, head)?),
        None => None,
    };
    let content = state::content(&line.sheet, &line.runs, &line.body);
    let key = texts::put(connection, &content, near)?;
    // A parent that can't be read any more is no reason not to keep this one.
    let parent = near
        .and_then(|near| texts::read(connection, near).ok())
        .and_then(|content| State::read(&content).ok());
    let new = (line.body.as_str(), &line.runs);
    let written = match &parent {
        Some(parent) => Written::between((&parent.body, &parent.runs), new),
        None => Written::between(("", &Default::default()), new),
    };
    let id = new_id()?;
    let node_key = insert(
        connection,
        "nodes",
        &Node {
            key: None,
            id: &id,
            draft_key: line.key,
            parent_key: line.head_key,
            how,
            text_key: key,
            characters: characters(&line.body),
            revision: line.revision,
            written: &written,
            created_at: now,
        },
    )?;
    connection
        .prepare_cached("UPDATE drafts SET head_key = ?1 WHERE key = ?2")?
        .execute(params![node_key, line.key])?;
    line.head_key = Some(node_key);
    find(connection, &id)
}

/// A row of the history.
pub(crate) struct Node<'a> {
    /// None takes the next one.
    pub(crate) key: Option<i64>,
    pub(crate) id: &'a str,
    pub(crate) draft_key: i64,
    pub(crate) parent_key: Option<i64>,
    pub(crate) how: Keep<'a>,
    pub(crate) text_key: i64,
    pub(crate) characters: u32,
    pub(crate) revision: u32,
    pub(crate) written: &'a Written,
    pub(crate) created_at: i64,
}

/// Writes a row into `nodes`, or into what will be `nodes`; returns its key.
pub(crate) fn insert(connection: &Connection, table: &'static str, node: &Node<'_>) -> Result<i64> {
    connection
        .prepare_cached(&format!(
            "INSERT INTO {table} (id, draft_key, parent_key, merged_key, kind, name, label,
                text_key, characters, revision, written, created_at, key)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)"
        ))?
        .execute(params![
            NodeId(node.id),
            node.draft_key,
            node.parent_key,
            node.how.merged,
            i64::from(node.how.kind == NodeKind::Version),
            node.how.name,
            node.how.label,
            node.text_key,
            node.characters,
            node.revision,
            node.written.bytes_kept(),
            node.created_at,
            node.key
        ])?;
    Ok(connection.last_insert_rowid())
}

fn find(connection: &Connection, id: &str) -> Result<HistoryNode> {
    let sql = format!("SELECT {COLUMNS} FROM {TABLES} WHERE nodes.id = ?1");
    connection
        .prepare_cached(&sql)?
        .query_row([NodeId(id)], read)
        .map_err(|error| unknown(error, id))
}

/// The node that has this key.
pub(crate) fn by_key(connection: &Connection, key: i64) -> Result<HistoryNode> {
    let sql = format!("SELECT {COLUMNS} FROM {TABLES} WHERE nodes.key = ?1");
    connection
        .prepare_cached(&sql)?
        .query_row([key], read)
        .map_err(|error| unknown(error, &key.to_string()))
}

fn unknown(error: rusqlite::Error, id: &str) -> LibraryError {
    match error {
        rusqlite::Error::QueryReturnedNoRows => not_found("node", id),
        other => other.into(),
    }
}

/// Keeps a draft as a snapshot, unless it is nothing or kept already.
pub(crate) fn keep_if_new(
    connection: &Connection,
    line: &mut Line,
    label: &str,
    now: i64,
) -> Result<Option<HistoryNode>> {
    if line.body.is_empty() {
        return Ok(None);
    }
    if let Some(head) = line.head_key {
        let content = state::content(&line.sheet, &line.runs, &line.body);
        let kept = text_key(connection, head).and_then(|key| texts::sha_of(connection, key));
        if kept.is_ok_and(|kept| kept == texts::sha256(&content)) {
            return Ok(None);
        }
    }
    keep(connection, line, Keep::snapshot(label), now).map(Some)
}

fn text_key(connection: &Connection, node_key: i64) -> Result<i64> {
    let sql = "SELECT text_key FROM nodes WHERE key = ?1";
    connection
        .prepare_cached(sql)?
        .query_row([node_key], |row| row.get(0))
        .map_err(|error| unknown(error, &node_key.to_string()))
}

/// What a node keeps, compared with its hash.
pub(crate) fn state(connection: &Connection, id: &str) -> Result<State> {
    let key: i64 = connection
        .prepare_cached("SELECT text_key FROM nodes WHERE id = ?1")?
        .query_row([NodeId(id)], |row| row.get(0))
        .map_err(|error| unknown(error, id))?;
    let named = |error| match error {
        LibraryError::Damaged(why) => LibraryError::Damaged(format!("node {id}: {why}")),
        other => other,
    };
    texts::read(connection, key)
        .and_then(|content| State::read(&content))
        .map_err(named)
}

/// The id of the document that a node belongs to, and the node's key.
pub(crate) fn of_document(connection: &Connection, id: &str) -> Result<(String, i64)> {
    let sql = "SELECT document_id, nodes.key FROM nodes JOIN drafts ON drafts.key = draft_key
               WHERE nodes.id = ?1";
    connection
        .prepare_cached(sql)?
        .query_row([NodeId(id)], |row| Ok((row.get(0)?, row.get(1)?)))
        .map_err(|error| unknown(error, id))
}

impl Library {
    /// Keeps a draft by itself, after a pause for instance. None if there is nothing to keep: the
    /// text is empty, or all is the same as what was kept last.
    pub fn snapshot(&self, draft_id: &str) -> Result<Option<HistoryNode>> {
        let now = self.now();
        self.write(|tx| keep_if_new(tx, &mut Line::load(tx, draft_id)?, "autosave", now))
    }

    /// Keeps a draft under a name.
    pub fn save_version(&self, draft_id: &str, name: &str) -> Result<HistoryNode> {
        let now = self.now();
        self.write(|tx| {
            let mut line = Line::load(tx, draft_id)?;
            keep(tx, &mut line, Keep::version("named", Some(name)), now)
        })
    }

    /// A draft's kept texts, newest first.
    pub fn history(&self, draft_id: &str) -> Result<Vec<HistoryNode>> {
        self.read(|c| {
            let sql = format!(
                "SELECT {COLUMNS} FROM {TABLES} WHERE nodes.draft_key =
                    (SELECT key FROM drafts WHERE id = ?1)
                 ORDER BY nodes.key DESC"
            );
            many(c, &sql, [draft_id], read)
        })
    }

    /// A page of the kept texts of all drafts of a document, newest first: at most `most`, from
    /// the one before `before` on if that is given. Drafts in the bin are left out, but for what
    /// another draft grew out of.
    pub fn document_history(
        &self,
        document_id: &str,
        filter: HistoryFilter,
        before: Option<&str>,
        most: usize,
    ) -> Result<Vec<HistoryNode>> {
        self.read(|c| {
            let end = match before {
                Some(id) => of_document(c, id)?.1,
                None => i64::MAX,
            };
            let sql = format!(
                "SELECT {COLUMNS} FROM {TABLES} WHERE nodes.draft_key IN
                    (SELECT key FROM drafts WHERE document_id = ?1 AND deleted_at IS NULL)
                    AND nodes.key < ?2 AND (?3 OR nodes.hidden_at IS NULL)
                    AND (NOT ?4 OR nodes.kind = 1 OR nodes.label = 'branch')
                 ORDER BY nodes.key DESC LIMIT ?5"
            );
            let values = params![
                document_id,
                end,
                filter.hidden,
                filter.versions_only,
                limit(most)
            ];
            many(c, &sql, values, read)
        })
    }

    /// One node, without what it keeps.
    pub fn node(&self, node_id: &str) -> Result<HistoryNode> {
        self.read(|c| find(c, node_id))
    }

    /// What a node keeps.
    ///
    /// # Errors
    /// `Damaged` if it is not what was kept.
    pub fn node_state(&self, node_id: &str) -> Result<NodeState> {
        self.read(|c| {
            let state = state(c, node_id)?;
            let (title, fields) = state.sheet.read()?;
            Ok(NodeState {
                title,
                fields,
                body: state.body,
                spans: state.runs.spans(),
            })
        })
    }

    /// The text of a node.
    ///
    /// # Errors
    /// `Damaged` if it is not the text that was kept.
    pub fn node_text(&self, node_id: &str) -> Result<String> {
        self.read(|c| Ok(state(c, node_id)?.body))
    }

    /// Gives a node a name, which makes it a version. An empty one takes the name away and
    /// leaves it what it was.
    pub fn name_node(&self, node_id: &str, name: &str) -> Result<()> {
        let name = Some(name.trim()).filter(|name| !name.is_empty());
        self.write(|tx| {
            let sql = "UPDATE nodes SET name = ?1, kind = iif(?1 IS NULL, kind, 1) WHERE id = ?2";
            match tx.execute(sql, params![name, NodeId(node_id)])? {
                0 => Err(not_found("node", node_id)),
                _ => Ok(()),
            }
        })
    }

    /// Hides a node in lists, or shows it again. What it keeps stays.
    pub fn hide_node(&self, node_id: &str, hidden: bool) -> Result<()> {
        let at = hidden.then(|| self.now());
        self.write(|tx| {
            let sql = "UPDATE nodes SET hidden_at = ?1 WHERE id = ?2";
            match tx.execute(sql, params![at, NodeId(node_id)])? {
                0 => Err(not_found("node", node_id)),
                _ => Ok(()),
            }
        })
    }

    /// Goes back to a kept state of the same document, title, fields and origins included, in one
    /// operation that can be undone, and returns the new revision. The present one is kept first.
    pub fn restore(&self, draft_id: &str, node_id: &str) -> Result<u32> {
        let now = self.now();
        self.write(|tx| {
            let mut line = Line::load(tx, draft_id)?;
            let (document, node_key) = of_document(tx, node_id)?;
            if document != line.document_id {
                return Err(not_found("node", node_id));
            }
            let state = state(tx, node_id)?;
            let piece = transition((&line.body, &line.runs), (&state.body, &state.runs));
            if piece.is_none() && state.sheet == line.sheet {
                return Ok(line.revision);
            }
            keep_if_new(tx, &mut line, "before_restore", now)?;
            let operation = Operation {
                kind: OperationKind::Restore {
                    node_id: node_id.to_owned(),
                },
                origin: Origin::Typed,
            };
            let change = Change {
                pieces: piece.into_iter().collect(),
                sheet: Some(state.sheet),
                to: None,
            };
            let revision = edit::perform(tx, &mut line, change, &operation, now)?;
            line.head_key = Some(node_key);
            keep(tx, &mut line, Keep::snapshot("restored"), now)?;
            Ok(revision)
        })
    }
}

#[cfg(test)]
mod tests {
    use inkstone_manuscript::{DocumentKind, Language};

    use super::*;
    use crate::Edit;
    use crate::testing::{Desk, typing};

    fn labels(desk: &Desk) -> Vec<String> {
        desk.library
            .history(&desk.draft)
            .unwrap()
            .into_iter()
            .map(|node| node.label)
            .collect()
    }

    #[test]
    fn a_snapshot_is_made_only_of_something_new() {
        let desk = Desk::new();
        assert_eq!(desk.library.snapshot(&desk.draft).unwrap(), None, "empty");
        desk.write("潮水\n很高。");
        let first = desk.library.snapshot(&desk.draft).unwrap().unwrap();
        assert_eq!(
            (first.kind, first.label.as_str(), first.characters),
            (NodeKind::Snapshot, "autosave", 5)
        );
        assert_eq!((&first.parent_id, &first.name), (&None, &None));
        assert_eq!(
            desk.library.snapshot(&desk.draft).unwrap(),
            None,
            "unchanged"
        );
        desk.write("Changed.");
        let second = desk.library.snapshot(&desk.draft).unwrap().unwrap();
        assert_eq!(second.parent_id, Some(first.id.clone()));
        desk.write("");
        assert_eq!(desk.library.snapshot(&desk.draft).unwrap(), None, "emptied");
        assert_eq!(desk.library.node_text(&first.id).unwrap(), "潮水\n很高。");
        assert_eq!(desk.library.history(&desk.draft).unwrap(), [second, first]);
    }

    #[test]
    fn a_version_is_made_whenever_it_is_wanted() {
        let desk = Desk::new();
        desk.write("As sent.");
        desk.library.snapshot(&desk.draft).unwrap();
        let version = desk
            .library
            .save_version(&desk.draft, "To the editor")
            .unwrap();
        assert_eq!(
            (version.kind, version.label.as_str()),
            (NodeKind::Version, "named")
        );
        assert_eq!(version.name.as_deref(), Some("To the editor"));
        assert_eq!(
            desk.library.snapshot(&desk.draft).unwrap(),
            None,
            "a version is kept already"
        );
        desk.library.save_version(&desk.draft, "Again").unwrap();
        assert_eq!(labels(&desk), ["named", "named", "autosave"]);
    }

    #[test]
    fn restoring_keeps_the_present_and_can_be_undone() {
        let desk = Desk::new();
        let paste = Operation {
            kind: OperationKind::Paste,
            origin: Origin::Pasted,
        };
        let edit = Edit {
            from: 0,
            to: 0,
            insert: "Pasted tide.".to_owned(),
        };
        desk.library.apply(&desk.draft, 0, &[edit], &paste).unwrap();
        let node = desk.library.save_version(&desk.draft, "v1").unwrap();
        desk.write("Typed at length.");
        let typed = desk.library.spans(&desk.draft).unwrap();
        let revision = desk.library.restore(&desk.draft, &node.id).unwrap();
        assert_eq!(
            (desk.body().as_str(), revision),
            ("Pasted tide.", desk.revision())
        );
        let origins: Vec<_> = desk.library.spans(&desk.draft).unwrap();
        assert!(
            origins.iter().any(|span| span.origin == Origin::Pasted),
            "{origins:?}"
        );
        assert_eq!(labels(&desk), ["restored", "before_restore", "named"]);
        let nodes = desk.library.history(&desk.draft).unwrap();
        assert_eq!(nodes[0].parent_id.as_ref(), Some(&node.id));
        assert_eq!(
            desk.library.node_text(&nodes[1].id).unwrap(),
            "Typed at length."
        );

        let journal = desk.library.operations(&desk.draft, 1).unwrap();
        assert_eq!(
            journal[0].operation.kind,
            OperationKind::Restore {
                node_id: node.id.clone()
            }
        );
        let undo = Operation {
            kind: OperationKind::Undo,
            origin: Origin::Imported {
                file: "tides.md".to_owned(),
            },
        };
        desk.library
            .apply(&desk.draft, revision, &journal[0].inverse, &undo)
            .unwrap();
        assert_eq!(desk.body(), "Typed at length.");
        assert_eq!(desk.library.spans(&desk.draft).unwrap(), typed);
        // Again, from the same text to itself: nothing to do.
        desk.library.restore(&desk.draft, &node.id).unwrap();
        let now = desk.revision();
        assert_eq!(desk.library.restore(&desk.draft, &node.id).unwrap(), now);
    }

    #[test]
    fn restoring_an_emptier_text_loses_nothing() {
        let desk = Desk::new();
        let empty = desk
            .library
            .save_version(&desk.draft, "blank page")
            .unwrap();
        desk.write("A week's work.");
        desk.library.restore(&desk.draft, &empty.id).unwrap();
        assert_eq!(desk.body(), "");
        let kept = &desk.library.history(&desk.draft).unwrap()[1];
        assert_eq!(kept.label, "before_restore");
        assert_eq!(desk.library.node_text(&kept.id).unwrap(), "A week's work.");
    }

    #[test]
    fn a_node_of_another_draft_will_do_but_not_of_another_document() {
        let desk = Desk::new();
        desk.write("Shared.");
        let branch = desk.library.branch(&desk.draft, "b").unwrap();
        let node = desk.library.history(&branch.id).unwrap()[0].id.clone();
        desk.write("Changed.");
        desk.library.restore(&desk.draft, &node).unwrap();
        assert_eq!(desk.body(), "Shared.");

        let other = desk
            .library
            .create_document(&desk.project, DocumentKind::Ads, "Other", Language::English)
            .unwrap();
        let stranger = desk.library.drafts(&other.id).unwrap()[0].id.clone();
        let refused = desk.library.restore(&stranger, &node).unwrap_err();
        assert_eq!(refused, not_found("node", &node));
        assert_eq!(
            desk.library.restore(&desk.draft, "x").unwrap_err(),
            not_found("node", "x")
        );
        assert_eq!(
            desk.library.node_text("x").unwrap_err(),
            not_found("node", "x")
        );
        assert_eq!(
            desk.library.snapshot("x").unwrap_err(),
            not_found("draft", "x")
        );
    }

    #[test]
    fn a_node_that_changed_on_the_disk_is_not_given_out() {
        let desk = Desk::new();
        desk.write("Ten boats.");
        let node = desk.library.save_version(&desk.draft, "v").unwrap();
        desk.write("Nine boats.");
        let change = "UPDATE texts SET sha256 = zeroblob(32)";
        desk.library.connection().execute(change, []).unwrap();
        let error = desk.library.node_text(&node.id).unwrap_err();
        assert!(matches!(error, LibraryError::Damaged(_)), "{error}");
        let error = desk.library.restore(&desk.draft, &node.id).unwrap_err();
        assert!(matches!(error, LibraryError::Damaged(_)), "{error}");
        assert_eq!(desk.body(), "Nine boats.");
        let edit = Edit {
            from: 0,
            to: 0,
            insert: "!".to_owned(),
        };
        desk.library
            .apply(&desk.draft, desk.revision(), &[edit], &typing())
            .unwrap();
    }
}
