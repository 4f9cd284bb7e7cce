//! The bin: what was deleted, and the one way in which anything is really deleted.

use inkstone_manuscript::DocumentKind;
use rusqlite::{Connection, Row};
use serde::Serialize;

use crate::library::{Result, many};
use crate::row::Name;
use crate::{Library, LibraryError, meaning, search};

/// What kind of thing lies in the bin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum BinKind {
    /// A project, with all that is in it.
    Project,
    /// A document, with its drafts.
    Document,
    /// A draft.
    Draft,
}

/// One thing in the bin. What lies in it because it is part of another is not listed by itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BinItem {
    /// What it is.
    pub kind: BinKind,
    /// Its id.
    pub id: String,
    /// A project's name, a document's title, or a draft's name.
    pub name: String,
    /// The title of the document that a draft belongs to.
    pub of: Option<String>,
    /// The project it belongs to, or is.
    pub project_id: String,
    /// That project's name.
    pub project: String,
    /// Which desk it lies on; none for a project.
    pub document_kind: Option<DocumentKind>,
    /// How many documents a project has, or drafts a document.
    pub holds: u32,
    /// When it was deleted, in ms since 1970.
    pub deleted_at: i64,
}

/// What emptying the bin deleted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Emptied {
    /// Projects.
    pub projects: u32,
    /// Documents, those of the projects included.
    pub documents: u32,
    /// Drafts, those of the documents included.
    pub drafts: u32,
}

const ITEMS: &str = "
    SELECT 'project' AS what, projects.id, name, NULL, projects.id, name, NULL,
        (SELECT count(*) FROM documents WHERE project_id = projects.id), deleted_at AS at,
        projects.key AS key
        FROM projects WHERE deleted_at IS NOT NULL
    UNION ALL
    SELECT 'document', documents.id, title, NULL, projects.id, projects.name, kind,
        (SELECT count(*) FROM drafts WHERE document_id = documents.id), documents.deleted_at,
        documents.key
        FROM documents JOIN projects ON projects.id = project_id
        WHERE documents.deleted_at IS NOT NULL
    UNION ALL
    SELECT 'draft', drafts.id, drafts.name, title, projects.id, projects.name, kind, 0,
        drafts.deleted_at, drafts.key
        FROM drafts JOIN documents ON documents.id = document_id
        JOIN projects ON projects.id = project_id
        WHERE drafts.deleted_at IS NOT NULL AND documents.deleted_at IS NULL
            AND projects.deleted_at IS NULL
    ORDER BY at DESC, key DESC";

fn read(row: &Row<'_>) -> rusqlite::Result<BinItem> {
    let kind = match row.get::<_, String>(0)?.as_str() {
        "project" => BinKind::Project,
        "document" => BinKind::Document,
        _ => BinKind::Draft,
    };
    let document_kind: Option<Name<DocumentKind>> = row.get(6)?;
    Ok(BinItem {
        kind,
        id: row.get(1)?,
        name: row.get(2)?,
        of: row.get(3)?,
        project_id: row.get(4)?,
        project: row.get(5)?,
        document_kind: document_kind.map(|Name(kind)| kind),
        holds: row.get(7)?,
        deleted_at: row.get(8)?,
    })
}

/// Deletes all that is deleted, and what nothing else needs.
fn empty(connection: &Connection) -> Result<Emptied> {
    connection.execute_batch(
        "CREATE TEMP TABLE doomed_projects AS
            SELECT id FROM projects WHERE deleted_at IS NOT NULL;
         CREATE TEMP TABLE doomed_documents AS
            SELECT id FROM documents WHERE deleted_at IS NOT NULL
                OR project_id IN (SELECT id FROM doomed_projects);
         CREATE TEMP TABLE doomed_drafts AS
            SELECT key, id FROM drafts WHERE deleted_at IS NOT NULL
                OR document_id IN (SELECT id FROM doomed_documents);",
    )?;
    let count = |table: &str| -> Result<u32> {
        let sql = format!("SELECT count(*) FROM {table}");
        Ok(connection.query_row(&sql, [], |row| row.get(0))?)
    };
    let emptied = Emptied {
        projects: count("doomed_projects")?,
        documents: count("doomed_documents")?,
        drafts: count("doomed_drafts")?,
    };
    let keys: Vec<i64> = many(connection, "SELECT key FROM doomed_drafts", [], |row| {
        row.get(0)
    })?;
    for key in keys {
        search::forget(connection, key)?;
        meaning::forget(connection, key)?;
    }
    meaning::forget_unused(connection)?;
    connection.execute_batch(
        "DELETE FROM comments WHERE draft_id IN (SELECT id FROM doomed_drafts);
         DELETE FROM stories WHERE draft_id IN (SELECT id FROM doomed_drafts);
         DELETE FROM reports WHERE draft_id IN (SELECT id FROM doomed_drafts);
         DELETE FROM turns WHERE conversation_id IN
            (SELECT id FROM conversations WHERE draft_id IN (SELECT id FROM doomed_drafts));
         DELETE FROM conversations WHERE draft_id IN (SELECT id FROM doomed_drafts);",
    )?;
    connection.execute_batch(
        // A report or a conversation that stays needs what a model wrote for it.
        "UPDATE generations SET draft_id = NULL WHERE draft_id IN (SELECT id FROM doomed_drafts)
            AND (id IN (SELECT generation_id FROM reports)
                OR id IN (SELECT generation_id FROM turns));",
    )?;
    connection.execute_batch(
        // A generation of a draft whose document stays may stand in another draft of it.
        "UPDATE generations SET draft_id = NULL WHERE draft_id IN
            (SELECT doomed_drafts.id FROM doomed_drafts JOIN drafts USING (key)
             WHERE document_id NOT IN (SELECT id FROM doomed_documents));
         -- What was sent for it goes too; that it was sent, and its hash, stay.
         DELETE FROM sent WHERE sha256 IN (SELECT departures.sha256 FROM departures
            JOIN generations ON generations.id = generation_id
            WHERE draft_id IN (SELECT id FROM doomed_drafts));
         DELETE FROM sent WHERE sha256 IN (SELECT sha256 FROM departures
            WHERE project_id IN (SELECT id FROM doomed_projects));
         UPDATE departures SET generation_id = NULL WHERE generation_id IN
            (SELECT id FROM generations WHERE draft_id IN (SELECT id FROM doomed_drafts));
         DELETE FROM generations WHERE draft_id IN (SELECT id FROM doomed_drafts);
         CREATE TEMP TABLE doomed_nodes AS
            SELECT key FROM nodes WHERE draft_key IN (SELECT key FROM doomed_drafts);
         CREATE UNIQUE INDEX temp.doomed_nodes_by_key ON doomed_nodes (key);
         UPDATE nodes SET parent_key = NULL WHERE parent_key IN doomed_nodes;
         UPDATE nodes SET merged_key = NULL WHERE merged_key IN doomed_nodes;
         UPDATE drafts SET head_key = NULL WHERE head_key IN doomed_nodes;
         DELETE FROM nodes WHERE key IN doomed_nodes;
         DELETE FROM journal WHERE draft_key IN (SELECT key FROM doomed_drafts);
         UPDATE documents SET shown_key = NULL
            WHERE shown_key IN (SELECT key FROM doomed_drafts);
         DELETE FROM drafts WHERE key IN (SELECT key FROM doomed_drafts);
         DELETE FROM documents WHERE id IN doomed_documents;
         DELETE FROM project_assets WHERE project_id IN doomed_projects;
         DELETE FROM projects WHERE id IN doomed_projects;
         DELETE FROM assets WHERE key NOT IN (SELECT asset_key FROM project_assets);
         WITH RECURSIVE live (key) AS (
            SELECT text_key FROM nodes
            UNION
            SELECT base_key FROM texts JOIN live USING (key) WHERE base_key IS NOT NULL
         )
         DELETE FROM texts WHERE key NOT IN live;
         DROP TABLE doomed_nodes;
         DROP TABLE doomed_drafts;
         DROP TABLE doomed_documents;
         DROP TABLE doomed_projects;",
    )?;
    search::leave_no_trace(connection)?;
    Ok(emptied)
}

impl Library {
    /// What lies in the bin, last deleted first.
    pub fn bin(&self) -> Result<Vec<BinItem>> {
        self.read(|c| many(c, ITEMS, [], read))
    }

    /// Deletes for good what lies in the bin: texts, history, journal and what models wrote for
    /// it, and what of it was sent. The ledger keeps that something left the machine, how long it was
    /// and its hash. The bytes are overwritten and the
    /// pages given back to the disk. Nothing else in this room deletes.
    ///
    /// # Errors
    /// What the file says; nothing was deleted then.
    pub fn empty_bin(&self) -> Result<Emptied> {
        if self.source.reading {
            return Err(LibraryError::Reading);
        }
        self.read(|c| Ok(c.pragma_update_and_check(None, "secure_delete", true, |_| Ok(()))?))?;
        let emptied = self.write(|tx| empty(tx));
        let shrunk = match &emptied {
            Ok(_) => self.shrink(u32::MAX >> 1).map(drop),
            Err(_) => Ok(()),
        };
        self.read(|c| Ok(c.pragma_update_and_check(None, "secure_delete", false, |_| Ok(()))?))?;
        let emptied = emptied?;
        shrunk?;
        self.fold()?;
        Ok(emptied)
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use inkstone_manuscript::Language;

    use super::*;
    use crate::testing::Desk;

    fn listed(desk: &Desk) -> Vec<(BinKind, String)> {
        let items = desk.library.bin().unwrap().into_iter();
        items.map(|item| (item.kind, item.name)).collect()
    }

    /// A story, a report and a conversation.
    fn beside(desk: &Desk, draft: &str, generation: &str, words: &str) {
        let (library, body) = (&desk.library, serde_json::json!({ "words": words }));
        library.note_story(draft, &body).unwrap();
        library
            .keep_report(draft, Some(generation), "coverage", &body)
            .unwrap();
        let interview = library.begin_conversation(draft, words).unwrap();
        library
            .ask(&interview, None, words, generation, &body)
            .unwrap();
    }

    #[test]
    fn the_bin_lists_what_was_deleted_and_not_what_is_part_of_it() {
        let desk = Desk::new();
        desk.write("Kept.");
        let branch = desk.library.branch(&desk.draft, "darker").unwrap();
        let note = desk
            .library
            .create_document(&desk.project, DocumentKind::Ads, "Note", Language::English)
            .unwrap();
        let other = desk
            .library
            .create_project("Sea", Language::Chinese)
            .unwrap();
        desk.library.delete_draft(&branch.id).unwrap();
        desk.library.delete_document(&note.id).unwrap();
        desk.library.delete_project(&other.id).unwrap();
        assert_eq!(
            listed(&desk),
            [
                (BinKind::Project, "Sea".to_owned()),
                (BinKind::Document, "Note".to_owned()),
                (BinKind::Draft, "darker".to_owned())
            ]
        );
        let draft = desk.library.bin().unwrap().pop().unwrap();
        assert_eq!(draft.of.as_deref(), Some("Tide"));
        assert_eq!(draft.document_kind, Some(DocumentKind::News));
        desk.library.restore_draft(&branch.id).unwrap();
        desk.library.restore_document(&note.id).unwrap();
        desk.library.restore_project(&other.id).unwrap();
        assert_eq!(listed(&desk), []);
    }

    #[test]
    fn emptying_it_leaves_nothing_of_what_was_in_it_and_all_of_the_rest() {
        let desk = Desk::new();
        desk.write("What stays. ");
        let generation = desk.generation("GENERATED-STAYS");
        desk.library.save_version(&desk.draft, "v1").unwrap();
        let gone = desk.library.branch(&desk.draft, "gone").unwrap();
        let secret = "UNIQUE-SECRET-WORDS";
        let write = |draft: &str, text: &str| {
            let now = desk.library.draft(draft).unwrap();
            let edit = crate::Edit {
                from: 0,
                to: 0,
                insert: text.to_owned(),
            };
            let typing = crate::testing::typing();
            desk.library
                .apply(draft, now.revision, &[edit], &typing)
                .unwrap();
        };
        write(&gone.id, secret);
        beside(&desk, &gone.id, &generation, "STORY-SECRET");
        desk.library.snapshot(&gone.id).unwrap();
        // A draft that grew out of the one that goes.
        let child = desk.library.branch(&gone.id, "child").unwrap();
        let end = desk.library.draft(&child.id).unwrap().body.len();
        let cut = crate::Edit {
            from: 0,
            to: end,
            insert: "Child.".to_owned(),
        };
        desk.library
            .apply(&child.id, 0, &[cut], &crate::testing::typing())
            .unwrap();
        desk.library.delete_draft(&gone.id).unwrap();
        let project = desk
            .library
            .create_project("Gone", Language::English)
            .unwrap();
        let document = desk
            .library
            .create_document(
                &project.id,
                DocumentKind::News,
                "SECRET-TITLE",
                Language::English,
            )
            .unwrap();
        let draft = desk.library.shown_draft(&document.id).unwrap();
        write(&draft, "OTHER-SECRET");
        let call = desk
            .library
            .begin_generation(&crate::GenerationStart {
                draft_id: Some(draft.clone()),
                ..Default::default()
            })
            .unwrap();
        let sent = desk
            .library
            .depart(&crate::Departure {
                host: "h",
                generation_id: Some(&call),
                body: b"SENT-SECRET in what was sent",
                ..Default::default()
            })
            .unwrap();
        // What a model wrote for the draft that goes stands in a report that stays.
        let shared = desk.library.begin_generation(&crate::GenerationStart {
            draft_id: Some(draft.clone()),
            ..crate::GenerationStart::default()
        });
        let shared = shared.unwrap();
        beside(&desk, &draft, &shared, "STORY-SECRET");
        beside(&desk, &desk.draft, &shared, "stays");
        desk.library.search_texts("secret", 9).unwrap();
        desk.library.save_version(&draft, "v").unwrap();
        desk.library
            .add_asset(&project.id, "a.png", "image/png", b"ASSET-SECRET")
            .unwrap();
        desk.library.delete_project(&project.id).unwrap();

        let emptied = desk.library.empty_bin().unwrap();
        assert_eq!(
            emptied,
            Emptied {
                projects: 1,
                documents: 1,
                drafts: 2
            }
        );
        assert_eq!(desk.library.bin().unwrap(), []);
        // What was sent went with its document; that it was sent, and its hash, stay.
        let entry = desk.library.ledger_entry(&sent).unwrap();
        assert!(!entry.kept && entry.sha256.is_some() && entry.bytes_out == 28);
        assert_eq!(
            desk.library.verify().unwrap().problems,
            Vec::<String>::new()
        );
        assert_eq!(desk.body(), "What stays. ");
        assert_eq!(desk.library.draft(&child.id).unwrap().body, "Child.");
        assert_eq!(
            desk.library.generation(&generation).unwrap().output,
            "GENERATED-STAYS"
        );
        assert_eq!(desk.library.reports(&desk.draft).unwrap().len(), 1);
        let answer = &desk.library.interviews(&desk.draft).unwrap()[0].turns[0].generation_id;
        assert_eq!(desk.library.generation(answer).unwrap().id, shared);
        // What a living draft began with is its own, so it can still be undone.
        assert!(desk.library.undo(&child.id, 1).unwrap().is_some());
        desk.library.delete_draft(&child.id).unwrap();
        desk.library.empty_bin().unwrap();
        let bytes = fs::read(desk.library.path()).unwrap();
        for word in [
            secret,
            "OTHER-SECRET",
            "SECRET-TITLE",
            "ASSET-SECRET",
            "STORY-SECRET",
            "SENT-SECRET",
        ] {
            let there = bytes
                .windows(word.len())
                .any(|w| w.eq_ignore_ascii_case(word.as_bytes()));
            assert!(!there, "{word} is still on the disk");
        }
        assert_eq!(desk.library.empty_bin().unwrap(), Emptied::default());
    }
}
