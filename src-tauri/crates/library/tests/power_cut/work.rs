//! A day's work, with a note of what the library had acknowledged at each point of the tape.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use inkstone_library::{
    BackupReason, Clock, Edit, GenerationEnd, GenerationStart, Library, Operation, OperationKind,
    Origin,
};
use inkstone_manuscript::{DocumentKind, Language};
use rusqlite::Connection;

use crate::tape;

/// A clock that goes on by one whenever it is read.
#[derive(Default)]
struct Ticks(AtomicI64);

impl Clock for Ticks {
    fn now_ms(&self) -> i64 {
        self.0.fetch_add(1, Ordering::Relaxed)
    }
}

pub fn clock() -> Arc<dyn Clock> {
    Arc::new(Ticks::default())
}

pub fn typing() -> Operation {
    Operation {
        kind: OperationKind::Typing,
        origin: Origin::Typed,
    }
}

/// What had been acknowledged when the tape was so long.
#[derive(Debug, Clone, Default)]
pub struct Known {
    pub length: usize,
    /// The text of the draft; none before there was one.
    pub body: Option<String>,
    /// What the model had written.
    pub output: String,
    /// Kept texts.
    pub nodes: Vec<(String, String)>,
    /// Backups, where they were written.
    pub backups: Vec<(PathBuf, String)>,
}

/// What was done, for comparing.
pub struct Day {
    pub known: Vec<Known>,
    pub draft: String,
    pub generation: String,
}

/// The first formats, as they were released.
pub const SHIPPED: [&str; 5] = [
    include_str!("../../migrations/0001_projects.sql"),
    include_str!("../../migrations/0002_history.sql"),
    include_str!("../../migrations/0003_generations.sql"),
    include_str!("../../migrations/0004_ledger.sql"),
    include_str!("../../migrations/0005_search.sql"),
];

/// A library of a format that was released, with the text `潮水很高。Tide.` in the draft `r`.
pub fn older(path: &Path, format: usize) {
    let connection = Connection::open(path).unwrap();
    let wal = |c: &Connection| c.query_row("PRAGMA journal_mode = wal", [], |_| Ok(()));
    wal(&connection).unwrap();
    for migration in &SHIPPED[..format] {
        connection.execute_batch(migration).unwrap();
    }
    let rows = format!(
        "PRAGMA application_id = 1229867859; PRAGMA user_version = {format};
         INSERT INTO projects VALUES
            (1, 'p', 'Coast', 'en', 'remote_allowed', 'm', 'very', 5, 6, NULL);
         INSERT INTO documents VALUES
            (1, 'd', 'p', 'news', 'zh-CN', 'Tide', '{{\"brief\":{{}}}}', 5, 6, NULL);
         INSERT INTO drafts
            (key, id, document_id, name, revision, created_at, updated_at, sha256, spans, body)
            VALUES (7, 'r', 'd', 'main', 1, 5, 6, '{OLD_SHA}', '[[20,\"typed\",false]]',
            '潮水很高。Tide.');
         INSERT INTO operations VALUES
            (1, 'o', 'r', 1, 6, '{{\"kind\":{{\"kind\":\"typing\"}},\"origin\":{{\"origin\":\"typed\"}}}}',
            '[{{\"from\":0,\"to\":0,\"insert\":\"潮水很高。Tide.\",\"runs\":[[20,\"typed\",false]]}}]',
            '[{{\"from\":0,\"to\":20,\"insert\":\"\",\"runs\":[]}}]');"
    );
    connection.execute_batch(&rows).unwrap();
    connection.close().unwrap();
}

/// The format that a day begins with that begins with an older library.
pub const OLD_FORMAT: usize = 4;

pub const OLD_TEXT: &str = "潮水很高。Tide.";
/// Its SHA-256.
const OLD_SHA: &str = "cf26f936219b5afbc5f9afa64c799475c18ea4cf5a34aae60d604734ac54b117";

/// A day's work in `folder`: a library is made (or brought up to date), typed into by batches
/// while a model streams; a suggestion is accepted, versions are kept, the library is folded and
/// backed up.
pub fn day(folder: &Path, begins_old: bool) -> Day {
    let path = folder.join("library.ink");
    if begins_old {
        older(&path, OLD_FORMAT);
    }
    tape::watch(folder);
    let mut known = vec![Known::default()];
    if begins_old {
        // What lay there before the tape began is on the disk.
        known[0].body = Some(OLD_TEXT.to_owned());
    }
    let library = Library::open(&path, clock()).unwrap();
    let draft = match library.projects().unwrap().first() {
        Some(project) => {
            let document = &library.documents(&project.id).unwrap()[0].id;
            library.drafts(document).unwrap()[0].id.clone()
        }
        None => {
            let project = library.create_project("Coast", Language::English).unwrap();
            let (kind, language) = (DocumentKind::News, Language::Chinese);
            let document = library
                .create_document(&project.id, kind, "潮", language)
                .unwrap();
            library.drafts(&document.id).unwrap()[0].id.clone()
        }
    };
    let mut now = Known {
        body: Some(library.draft(&draft).unwrap().body),
        ..known[0].clone()
    };
    let mut acknowledge = |now: &Known| {
        known.push(Known {
            length: tape::length(),
            ..now.clone()
        });
    };
    acknowledge(&now);

    let start = GenerationStart {
        draft_id: Some(draft.clone()),
        task: "continue".to_owned(),
        ..GenerationStart::default()
    };
    let generation = library.begin_generation(&start).unwrap();
    let write = |from: usize, to: usize, insert: &str| {
        let revision = library.draft(&draft).unwrap().revision;
        let edit = Edit {
            from,
            to,
            insert: insert.to_owned(),
        };
        library.apply(&draft, revision, &[edit], &typing()).unwrap();
    };
    for step in 0..36_usize {
        let body = now.body.clone().unwrap_or_default();
        // Mostly a word at the end; now and then a page, or a piece taken out of the middle.
        let (from, to, insert) = match step % 12 {
            5 => (
                0,
                0,
                format!("第{step}段。{}\n", "夜里潮水很高。".repeat(300)),
            ),
            9 if body.len() > 900 => {
                let cut = (600..).find(|at| body.is_char_boundary(*at)).unwrap();
                (0, cut, String::new())
            }
            _ => (body.len(), body.len(), format!("word{step} ")),
        };
        write(from, to, &insert);
        let mut body = body;
        body.replace_range(from..to, &insert);
        now.body = Some(body.clone());
        acknowledge(&now);

        let token = format!("token{step} ");
        library.append_output(&generation, &token, 1).unwrap();
        now.output.push_str(&token);
        acknowledge(&now);

        match step % 9 {
            2 => {
                if let Some(node) = library.snapshot(&draft).unwrap() {
                    now.nodes.push((node.id, body));
                }
            }
            4 => {
                let node = library.save_version(&draft, &format!("v{step}")).unwrap();
                now.nodes.push((node.id, body));
            }
            7 => library.fold().unwrap(),
            _ => {}
        }
        if step == 20 {
            let backups = folder.join("backups");
            fs::create_dir_all(&backups).unwrap();
            library
                .back_up(&backups, BackupReason::ByHand, &mut |_| {})
                .unwrap();
            // SQLite wrote it under the name that it had until it was whole.
            let part = tape::last_written(&backups);
            now.backups.push((part, now.body.clone().unwrap()));
        }
        acknowledge(&now);
    }
    let end = GenerationEnd {
        finish_reason: "stop".to_owned(),
        ..GenerationEnd::default()
    };
    library.finish_generation(&generation, &end).unwrap();
    let body = now.body.clone().unwrap();
    let edit = Edit {
        from: body.len(),
        to: body.len(),
        insert: now.output.clone(),
    };
    let revision = library.draft(&draft).unwrap().revision;
    library
        .accept(&generation, &draft, revision, &[edit], &[], Some("Tide"))
        .unwrap();
    now.body = Some(format!("{body}{}", now.output));
    acknowledge(&now);
    drop(library);
    acknowledge(&now);
    Day {
        known,
        draft,
        generation,
    }
}
