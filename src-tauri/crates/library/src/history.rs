//! History: kept texts with parents.

use rusqlite::{Connection, Row, params};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::draft::Line;
use crate::edit::{self, Piece};
use crate::library::{Result, hex, many, new_id, not_found, one};
use crate::row::{Json, Name};
use crate::span::Runs;
use crate::{Library, LibraryError, Operation, OperationKind, Origin};

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
    /// Whether it was wanted.
    pub kind: NodeKind,
    /// What the person called it.
    pub name: Option<String>,
    /// Why it was kept: `autosave`, `named`, `accepted`, `before_restore`, `restored`, `branch`.
    pub label: String,
    /// The SHA-256 of the text, in hexadecimal.
    pub sha256: String,
    /// The text's length in characters, line breaks not counted.
    pub characters: u32,
    /// When it was kept, in ms since 1970.
    pub created_at: i64,
}

/// The hash of a text, in hexadecimal.
pub(crate) fn sha256(text: &str) -> String {
    hex(&Sha256::digest(text.as_bytes()))
}

const COLUMNS: &str = "id, draft_id, parent_id, kind, name, label, sha256, characters, created_at";

fn read(row: &Row<'_>) -> rusqlite::Result<HistoryNode> {
    let Name(kind) = row.get(3)?;
    Ok(HistoryNode {
        id: row.get(0)?,
        draft_id: row.get(1)?,
        parent_id: row.get(2)?,
        kind,
        name: row.get(4)?,
        label: row.get(5)?,
        sha256: row.get(6)?,
        characters: row.get(7)?,
        created_at: row.get(8)?,
    })
}

/// Keeps a draft's text, as a child of the text it came out of.
pub(crate) fn keep(
    connection: &Connection,
    line: &mut Line,
    kind: NodeKind,
    name: Option<&str>,
    label: &str,
    now: i64,
) -> Result<HistoryNode> {
    let characters = line
        .body
        .chars()
        .filter(|c| !matches!(c, '\n' | '\r'))
        .count();
    let node = HistoryNode {
        id: new_id()?,
        draft_id: line.id.clone(),
        parent_id: line.head_id.clone(),
        kind,
        name: name.map(str::to_owned),
        label: label.to_owned(),
        sha256: sha256(&line.body),
        characters: u32::try_from(characters).unwrap_or(u32::MAX),
        created_at: now,
    };
    connection.execute(
        "INSERT INTO nodes (id, draft_id, parent_id, kind, name, label, sha256, characters,
            created_at, spans, body)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
        params![
            node.id,
            node.draft_id,
            node.parent_id,
            Name(node.kind),
            node.name,
            node.label,
            node.sha256,
            node.characters,
            node.created_at,
            Json(&line.runs),
            line.body
        ],
    )?;
    connection.execute(
        "UPDATE drafts SET head_id = ?1 WHERE key = ?2",
        params![node.id, line.key],
    )?;
    line.head_id = Some(node.id.clone());
    Ok(node)
}

/// Keeps a draft's text as a snapshot, unless it is nothing or kept already.
pub(crate) fn keep_if_new(
    connection: &Connection,
    line: &mut Line,
    label: &str,
    now: i64,
) -> Result<Option<HistoryNode>> {
    if line.body.is_empty() {
        return Ok(None);
    }
    if let Some(head) = &line.head_id {
        let sql = "SELECT sha256 FROM nodes WHERE id = ?1";
        let kept: String = one(connection, "node", head, sql, |row| row.get(0))?;
        if kept == sha256(&line.body) {
            return Ok(None);
        }
    }
    keep(connection, line, NodeKind::Snapshot, None, label, now).map(Some)
}

/// A kept text with its origins, compared with its hash.
fn text(connection: &Connection, id: &str) -> Result<(String, Runs)> {
    let sql = "SELECT body, spans, sha256 FROM nodes WHERE id = ?1";
    let (body, runs, sha) = one(connection, "node", id, sql, |row| {
        let Json(runs) = row.get(1)?;
        Ok((row.get::<_, String>(0)?, runs, row.get::<_, String>(2)?))
    })?;
    if sha256(&body) != sha {
        return Err(LibraryError::Damaged(format!(
            "node {id} is not the text that was kept"
        )));
    }
    Ok((body, runs))
}

impl Library {
    /// Keeps a draft's text by itself, after a pause for instance. None if there is nothing to
    /// keep: the text is empty, or the same as what was kept last.
    pub fn snapshot(&self, draft_id: &str) -> Result<Option<HistoryNode>> {
        let now = self.now();
        self.write(|tx| keep_if_new(tx, &mut Line::load(tx, draft_id)?, "autosave", now))
    }

    /// Keeps a draft's text under a name.
    pub fn save_version(&self, draft_id: &str, name: &str) -> Result<HistoryNode> {
        let now = self.now();
        self.write(|tx| {
            let mut line = Line::load(tx, draft_id)?;
            keep(tx, &mut line, NodeKind::Version, Some(name), "named", now)
        })
    }

    /// A draft's kept texts, newest first.
    pub fn history(&self, draft_id: &str) -> Result<Vec<HistoryNode>> {
        self.read(|c| {
            let sql = format!("SELECT {COLUMNS} FROM nodes WHERE draft_id = ?1 ORDER BY key DESC");
            many(c, &sql, [draft_id], read)
        })
    }

    /// The text of a node.
    ///
    /// # Errors
    /// `Damaged` if it is not the text that was kept.
    pub fn node_text(&self, node_id: &str) -> Result<String> {
        self.read(|c| Ok(text(c, node_id)?.0))
    }

    /// Goes back to a kept text of the same document, in one operation that can be undone, and
    /// returns the new revision. The present text is kept first.
    pub fn restore(&self, draft_id: &str, node_id: &str) -> Result<u32> {
        let now = self.now();
        self.write(|tx| {
            let mut line = Line::load(tx, draft_id)?;
            let sql = "SELECT document_id FROM nodes JOIN drafts ON drafts.id = draft_id
                       WHERE nodes.id = ?1";
            let document: String = one(tx, "node", node_id, sql, |row| row.get(0))?;
            if document != line.document_id {
                return Err(not_found("node", node_id));
            }
            let (body, runs) = text(tx, node_id)?;
            if body == line.body {
                return Ok(line.revision);
            }
            keep_if_new(tx, &mut line, "before_restore", now)?;
            let edit = edit::replacement(&line.body, &body);
            let kept = edit.from..edit.from + edit.insert.len();
            let mut piece = Piece::of(&edit, &Origin::Typed);
            piece.runs = runs.part(kept);
            let operation = Operation {
                kind: OperationKind::Restore {
                    node_id: node_id.to_owned(),
                },
                origin: Origin::Typed,
            };
            let revision = edit::perform(tx, &mut line, &[piece], &operation, now)?;
            line.head_id = Some(node_id.to_owned());
            keep(tx, &mut line, NodeKind::Snapshot, None, "restored", now)?;
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
            origin: Origin::Imported,
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
        let change = "UPDATE nodes SET body = 'Two boats.'";
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
