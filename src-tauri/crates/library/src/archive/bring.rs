//! Back: files as a library, or beside what is in one.

mod outside;

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::io;
use std::ops::ControlFlow;

use inkstone_manuscript::DocumentKind;
use inkstone_manuscript::diff::{Change as Difference, prose_diff};
use inkstone_manuscript::merge;
use rusqlite::types::Value as Sql;
use rusqlite::{OptionalExtension, Transaction, params, params_from_iter};
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::gather::{ended, ending, node_key, title_of};
use super::record::*;
use super::{
    ArchiveError, ArchiveProgress, ArchiveReturn, FORMAT, FORMER_TABLES, Files, LARGEST_ASSET,
    LARGEST_RECORD, LARGEST_TEXT, MANIFEST, MOST_FILES, OF_DRAFTS, OF_THE_MACHINE, Result,
    Returned, VERSION, Watch, names,
};
use crate::draft::Line;
use crate::edit::{Change, Piece};
use crate::history::{self, Keep, sha256};
use crate::journal::{Entry, packed};
use crate::ledger::MOST_COUNTED;
use crate::library::{hex, new_id};
use crate::row::Json;
use crate::span::Runs;
use crate::state::{Sheet, State};
use crate::{
    Came, Library, LibraryError, Operation, OperationKind, Origin, document, draft, edit,
    generation, ledger, project, texts, verify,
};

/// Operations in one row of the journal.
const PACK: usize = 256;

/// The longest text that is compared word by word with what it was, in bytes; of a longer one all
/// between the first and the last change counts as new.
const COMPARED: usize = 4 << 20;

impl Library {
    /// Brings an archive in, all of it or nothing. What is not here comes under its own ids; a
    /// document that is here stays as it is, and if the archive's is another one, that comes beside
    /// it, the names of its drafts followed by `mark`. A text, title or fields that were worked on
    /// outside come as one operation after what the library had.
    ///
    /// # Errors
    /// Whatever is wrong with the files ([`ArchiveError`]); `Stopped`.
    pub fn bring_archive(
        &self,
        from: &mut dyn Files,
        mark: &str,
        watch: Watch<'_>,
    ) -> Result<ArchiveReturn> {
        let checked = Checked::of(from, watch)?;
        let now = self.now();
        let mut outcome = None;
        let done = self.write(|tx| {
            let mut bringing = Bringing {
                here: tx,
                from,
                mark,
                now,
                checked: &checked,
                done: ArchiveReturn::default(),
                watch,
                progress: checked.progress,
                drafts: HashMap::new(),
                nodes: HashMap::new(),
            };
            match bringing.all() {
                Ok(()) => Ok(bringing.done),
                Err(error) => {
                    outcome = Some(error);
                    // Any error rolls back; the one above is told.
                    Err(LibraryError::Reading)
                }
            }
        });
        match (outcome, done) {
            (Some(error), _) => Err(error),
            (None, Ok(mut done)) => {
                done.views = checked.views;
                done.unknown = checked.unknown;
                Ok(done)
            }
            (None, Err(error)) => Err(error.into()),
        }
    }
}

fn broken(path: &str, why: impl ToString) -> ArchiveError {
    ArchiveError::Broken {
        path: path.to_owned(),
        why: why.to_string(),
    }
}

fn limit(kind: FileKind) -> u64 {
    match kind {
        FileKind::Text => LARGEST_TEXT,
        FileKind::Asset => LARGEST_ASSET,
        FileKind::Sheet | FileKind::Record | FileKind::View => LARGEST_RECORD,
    }
}

fn read(from: &mut dyn Files, path: &str, most: u64) -> Result<Vec<u8>> {
    match from.read(path, most) {
        Ok(bytes) if bytes.len() as u64 > most => Err(ArchiveError::TooLarge {
            path: path.to_owned(),
            bytes: bytes.len() as u64,
            limit: most,
        }),
        Ok(bytes) => Ok(bytes),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Err(ArchiveError::Missing {
            path: path.to_owned(),
        }),
        Err(error) => Err(ArchiveError::File {
            path: path.to_owned(),
            why: error.to_string(),
        }),
    }
}

/// An archive whose files are all there and what its list says, but for those that may differ.
struct Checked {
    manifest: Manifest,
    files: HashMap<String, FileEntry>,
    /// Texts and sheets that were worked on.
    edited: HashSet<String>,
    views: Vec<String>,
    unknown: Vec<String>,
    progress: ArchiveProgress,
}

impl Checked {
    fn of(from: &mut dyn Files, watch: Watch<'_>) -> Result<Checked> {
        let bytes = read(from, MANIFEST, LARGEST_RECORD).map_err(|error| match error {
            ArchiveError::Missing { .. } => ArchiveError::NoArchive,
            other => other,
        })?;
        let mut manifest = manifest(&bytes)?;
        let files = std::mem::take(&mut manifest.files);
        let mut checked = Checked {
            progress: ArchiveProgress {
                done: 0,
                total: (files.len() + documents(&manifest)) as u64,
            },
            manifest,
            files: HashMap::new(),
            edited: HashSet::new(),
            views: Vec::new(),
            unknown: Vec::new(),
        };
        // Before anything is read: no path leads elsewhere, no two are one file somewhere, no size
        // is beyond what is taken.
        let mut folded = HashSet::from([names::folded(MANIFEST)]);
        for file in &files {
            if !names::is_inside(&file.path) || !folded.insert(names::folded(&file.path)) {
                return Err(ArchiveError::BadPath {
                    path: file.path.clone(),
                });
            }
            if file.bytes > limit(file.kind) {
                return Err(ArchiveError::TooLarge {
                    path: file.path.clone(),
                    bytes: file.bytes,
                    limit: limit(file.kind),
                });
            }
        }
        for file in files {
            let found = read(from, &file.path, limit(file.kind));
            let same = match &found {
                Ok(bytes) => hex(&texts::sha256(bytes)) == file.sha256,
                Err(ArchiveError::Missing { .. }) if file.kind == FileKind::View => false,
                Err(_) => {
                    found?;
                    false
                }
            };
            match file.kind {
                _ if same => {}
                FileKind::View => checked.views.push(file.path.clone()),
                FileKind::Text | FileKind::Sheet => {
                    checked.edited.insert(file.path.clone());
                }
                FileKind::Record | FileKind::Asset => {
                    return Err(ArchiveError::Changed { path: file.path });
                }
            }
            checked.files.insert(file.path.clone(), file);
            checked.progress.done += 1;
            if watch(checked.progress).is_break() {
                return Err(ArchiveError::Stopped);
            }
        }
        let mut there = from.names().map_err(|error| ArchiveError::File {
            path: MANIFEST.to_owned(),
            why: error.to_string(),
        })?;
        there.retain(|path| path != MANIFEST && !checked.files.contains_key(path));
        there.sort();
        checked.unknown = there;
        Ok(checked)
    }
}

fn documents(manifest: &Manifest) -> usize {
    manifest.projects.iter().map(|p| p.documents.len()).sum()
}

fn manifest(bytes: &[u8]) -> Result<Manifest> {
    // What it is comes first: a newer form may have other fields.
    let value: Value = parsed(bytes).map_err(|why| broken(MANIFEST, why))?;
    if value["format"] != FORMAT {
        return Err(ArchiveError::NoArchive);
    }
    match value["version"].as_u64().map(u32::try_from) {
        Some(Ok(VERSION)) => {}
        Some(Ok(found)) if found > VERSION => {
            return Err(ArchiveError::Newer {
                found,
                known: VERSION,
            });
        }
        _ => return Err(broken(MANIFEST, "no form that there ever was")),
    }
    let manifest: Manifest = serde_json::from_value(value).map_err(|e| broken(MANIFEST, e))?;
    if manifest.files.len() > MOST_FILES {
        return Err(ArchiveError::TooLarge {
            path: MANIFEST.to_owned(),
            bytes: manifest.files.len() as u64,
            limit: MOST_FILES as u64,
        });
    }
    Ok(manifest)
}

struct Bringing<'a, 'w> {
    here: &'a Transaction<'a>,
    from: &'a mut dyn Files,
    mark: &'a str,
    now: i64,
    checked: &'a Checked,
    done: ArchiveReturn,
    watch: &'a mut (dyn FnMut(ArchiveProgress) -> ControlFlow<()> + 'w),
    progress: ArchiveProgress,
    /// Drafts and nodes of the archive that came, by what they are called here.
    drafts: HashMap<String, String>,
    nodes: HashMap<String, String>,
}

/// A document on its way in.
struct Incoming<'a> {
    folder: &'a str,
    /// Its id here.
    id: String,
    kind: DocumentKind,
    came: Came,
}

impl Incoming<'_> {
    fn path(&self, file: &str) -> String {
        format!("{}/{file}", self.folder)
    }
}

impl Bringing<'_, '_> {
    fn all(&mut self) -> Result<()> {
        let checked = self.checked;
        let mut came = Vec::new();
        for project in &checked.manifest.projects {
            self.project(project)?;
            for entry in &project.documents {
                if self.document(project, entry)? {
                    came.push(entry.folder.as_str());
                }
                self.progress.done += 1;
                if (self.watch)(self.progress).is_break() {
                    return Err(ArchiveError::Stopped);
                }
            }
        }
        // Calls may be for a draft of any document, and what stands beside drafts names calls.
        for folder in &came {
            let path = format!("{folder}/record/generations.json");
            self.generations(&path)?;
        }
        self.if_there("library/generations.json", Self::generations)?;
        for folder in came {
            self.if_there(&format!("{folder}/record/beside.json"), Self::beside)?;
        }
        self.if_there("library/ledger.json", Self::ledger)?;
        self.if_there("library/sent.json", Self::sent)?;
        self.if_there("library/settings.json", Self::settings)?;
        self.if_there("library/set-aside.json", Self::set_aside)
    }

    fn if_there(&mut self, path: &str, work: fn(&mut Self, &str) -> Result<()>) -> Result<()> {
        match self.checked.files.contains_key(path) {
            true => work(self, path),
            false => Ok(()),
        }
    }

    /// A file as the list has it.
    fn bytes(&mut self, path: &str) -> Result<Vec<u8>> {
        let entry = self.checked.files.get(path);
        let entry = entry.ok_or_else(|| ArchiveError::Missing {
            path: path.to_owned(),
        })?;
        let bytes = read(self.from, path, limit(entry.kind))?;
        // It was compared before; whoever changes it meanwhile is noticed.
        if hex(&texts::sha256(&bytes)) != entry.sha256 && !self.checked.edited.contains(path) {
            return Err(ArchiveError::Changed {
                path: path.to_owned(),
            });
        }
        Ok(bytes)
    }

    fn record<T: DeserializeOwned>(&mut self, path: &str) -> Result<T> {
        let bytes = self.bytes(path)?;
        parsed(&bytes).map_err(|why| broken(path, why))
    }

    /// The error of a statement that a record made fail: it is the record that is at fault.
    fn fits<T>(path: &str, done: std::result::Result<T, LibraryError>) -> Result<T> {
        done.map_err(|error| match error {
            LibraryError::Damaged(why) | LibraryError::Sql(why) => broken(path, why),
            LibraryError::NotFound { .. } => broken(path, error),
            other => other.into(),
        })
    }

    fn is_here(&self, table: &str, id: &str) -> Result<bool> {
        let sql = format!("SELECT 1 FROM {table} WHERE id = ?1");
        let found: Option<i64> = self
            .here
            .query_row(&sql, [id], |row| row.get(0))
            .optional()?;
        Ok(found.is_some())
    }

    /// The id, or a new one where it is taken.
    fn free_id(&self, table: &str, id: &str) -> Result<String> {
        Ok(match self.is_here(table, id)? {
            true => new_id()?,
            false => id.to_owned(),
        })
    }

    /// Writes a row whose columns are named by a record.
    fn insert(&self, path: &str, table: &str, row: &Row) -> Result<i64> {
        let sql = "SELECT name FROM pragma_table_info(?1) WHERE name <> 'key'";
        let known: Vec<String> = crate::library::many(self.here, sql, [table], |row| row.get(0))?;
        let mut columns = Vec::new();
        let mut values = Vec::new();
        for (name, value) in row {
            if !known.contains(name) {
                return Err(broken(path, format!("`{name}` is not known")));
            }
            columns.push(name.as_str());
            values.push(
                sql_value(value)
                    .ok_or_else(|| broken(path, format!("`{name}` has a value that is none")))?,
            );
        }
        let holes = vec!["?"; columns.len()].join(", ");
        let columns = columns.join(", ");
        let sql = format!("INSERT INTO {table} ({columns}) VALUES ({holes})");
        let done = self.here.execute(&sql, params_from_iter(values));
        Self::fits(path, done.map_err(LibraryError::from))?;
        Ok(self.here.last_insert_rowid())
    }

    fn project(&mut self, entry: &ProjectEntry) -> Result<()> {
        let path = format!("{}/project.json", entry.folder);
        let record: ProjectRecord = self.record(&path)?;
        if text_of(&record.project, "id") != Some(entry.id.as_str()) {
            return Err(broken(&path, "another project's id"));
        }
        if self.is_here("projects", &entry.id)? {
            if record.project.get("deleted_at").is_none_or(Value::is_null) {
                let sql = "UPDATE projects SET deleted_at = NULL WHERE id = ?1";
                self.here.execute(sql, [&entry.id])?;
            }
        } else {
            self.insert(&path, "projects", &record.project)?;
            self.done.projects += 1;
        }
        Self::fits(&path, project::find(self.here, &entry.id))?;
        for (key, value) in &record.settings {
            self.setting(&format!("{key}{}", entry.id), value)?;
        }
        for asset in &record.assets {
            self.asset(&path, &entry.id, &entry.folder, asset)?;
        }
        Ok(())
    }

    fn asset(
        &mut self,
        path: &str,
        project: &str,
        folder: &str,
        asset: &AssetRecord,
    ) -> Result<()> {
        let file = format!("{folder}/{}", asset.file);
        let data = self.bytes(&file)?;
        let sha = texts::sha256(&data);
        if hex(&sha) != asset.sha256 {
            return Err(broken(path, format!("{} has another hash", asset.file)));
        }
        self.here.execute(
            "INSERT INTO assets (sha256, media_type, bytes, created_at, data)
             VALUES (?1, ?2, ?3, ?4, ?5)
             ON CONFLICT (sha256) DO UPDATE SET data = excluded.data WHERE data <> excluded.data",
            params![
                sha,
                asset.media_type,
                data.len() as i64,
                asset.created_at,
                data
            ],
        )?;
        self.here.execute(
            "INSERT INTO project_assets (project_id, asset_key, name, created_at)
             VALUES (?1, (SELECT key FROM assets WHERE sha256 = ?2), ?3, ?4)
             ON CONFLICT DO NOTHING",
            params![project, sha, asset.name, asset.added_at],
        )?;
        Ok(())
    }

    /// Brings a document; false if it is here and nothing of it came.
    fn document(&mut self, project: &ProjectEntry, entry: &DocumentEntry) -> Result<bool> {
        let path = format!("{}/record/document.json", entry.folder);
        let mut record: DocumentRecord = self.record(&path)?;
        if text_of(&record.document, "id") != Some(entry.id.as_str())
            || text_of(&record.document, "project_id") != Some(project.id.as_str())
        {
            return Err(broken(&path, "another document's id"));
        }
        if record.drafts.is_empty() {
            return Err(broken(&path, "a document without a draft"));
        }
        let came = match self.is_here("documents", &entry.id)? {
            false => Came::PutBack,
            true if self.is_known(entry, &record)? => {
                self.worked_on(entry, &record)?;
                return Ok(false);
            }
            true => Came::AsCopy,
        };
        let id = self.free_id("documents", &entry.id)?;
        record.document.insert("id".to_owned(), id.clone().into());
        self.insert(&path, "documents", &record.document)?;
        let document = Self::fits(&path, document::find(self.here, &id))?;
        let incoming = Incoming {
            folder: &entry.folder,
            id: id.clone(),
            kind: document.kind,
            came,
        };
        let mut keys = HashMap::new();
        for draft in &record.drafts {
            if keys.contains_key(&draft.id) {
                return Err(broken(&path, "a draft that is there twice"));
            }
            let key = self.draft_row(&path, &incoming, draft)?;
            keys.insert(draft.id.clone(), key);
        }
        let nodes = self.history(&incoming, &keys)?;
        for draft in &record.drafts {
            self.journal(&incoming, draft, keys[&draft.id])?;
            self.settle(&path, &incoming, draft, keys[&draft.id], &nodes)?;
        }
        if let Some(key) = record.shown.as_ref().and_then(|shown| keys.get(shown)) {
            let sql = "UPDATE documents SET shown_key = ?1 WHERE id = ?2";
            self.here.execute(sql, params![key, id])?;
        }
        for (key, value) in &record.settings {
            self.setting(&format!("{key}{id}"), value)?;
        }
        for draft in &record.drafts {
            self.outside(&incoming, draft)?;
        }
        self.done.documents.push(Returned {
            title: title_of(self.here, &id)?,
            document_id: id,
            came,
        });
        Ok(true)
    }

    /// A draft without its text, which is settled once its history is there.
    fn draft_row(&mut self, path: &str, to: &Incoming<'_>, draft: &DraftRecord) -> Result<i64> {
        let id = self.free_id("drafts", &draft.id)?;
        if !names::is_inside(&draft.file) || draft.file.contains('/') {
            return Err(broken(path, "a draft's text that is no file of its own"));
        }
        let name = match to.came {
            Came::PutBack => draft.name.clone(),
            _ => format!("{} · {}", draft.name, self.mark),
        };
        let sheet = Sheet(draft.sheet.clone());
        Self::fits(path, sheet.read())?;
        let done = self.here.execute(
            "INSERT INTO drafts (id, document_id, name, revision, body_revision, created_at,
                updated_at, deleted_at, sha256, sheet, spans, body)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, '')",
            params![
                id,
                to.id,
                name,
                draft.revision,
                draft.body_revision,
                draft.created_at,
                draft.updated_at,
                draft.deleted_at,
                sha256(""),
                sheet.0,
                Runs::default().bytes_kept()
            ],
        );
        Self::fits(path, done.map_err(LibraryError::from))?;
        let key = self.here.last_insert_rowid();
        self.drafts.insert(draft.id.clone(), id);
        Ok(key)
    }

    /// The kept texts; their keys by the archive's ids.
    fn history(
        &mut self,
        to: &Incoming<'_>,
        drafts: &HashMap<String, i64>,
    ) -> Result<HashMap<String, i64>> {
        let path = to.path("record/history.json");
        let records: Vec<NodeRecord> = self.record(&path)?;
        let mut keys: HashMap<String, i64> = HashMap::new();
        let mut kept: HashMap<String, i64> = HashMap::new();
        let mut last: Option<(String, State)> = None;
        for record in records {
            let off = |why: &str| broken(&path, format!("node {}: {why}", record.id));
            let draft_key = drafts.get(&record.draft);
            let draft_key = *draft_key.ok_or_else(|| off("its draft is not there"))?;
            // What a node names stands before it, so nothing can go round in a circle.
            let before = |id: &Option<String>| match id {
                None => Ok(None),
                Some(id) => match keys.get(id) {
                    Some(key) => Ok(Some(*key)),
                    None => Err(off("it names one that does not stand before it")),
                },
            };
            let (parent, merged) = (before(&record.parent)?, before(&record.merged)?);
            if keys.contains_key(&record.id) {
                return Err(off("it is there twice"));
            }
            let base = match record.kept.base() {
                None => None,
                Some(id) => match last.take() {
                    Some((known, state)) if known == id => Some(state),
                    _ => {
                        let text = kept.get(id);
                        let text =
                            *text.ok_or_else(|| off("it begins with one that is not there"))?;
                        Some(State::read(&texts::read(self.here, text)?)?)
                    }
                },
            };
            let near = record.kept.base().and_then(|id| kept.get(id).copied());
            let state = record
                .kept
                .state(base)
                .map_err(|why| broken(&path, format!("node {}: {why}", record.id)))?;
            let off = |why: &str| broken(&path, format!("node {}: {why}", record.id));
            if state.runs.bytes() != state.body.len() {
                return Err(off("its spans do not cover its text"));
            }
            let content = state.content();
            if hex(&texts::sha256(&content)) != record.sha256 {
                return Err(off("it is not what was kept (its hash differs)"));
            }
            Self::fits(&path, state.sheet.read())?;
            let text_key = texts::put(self.here, &content, near)?;
            let id = match node_key(self.here, &record.id)? {
                None => record.id.clone(),
                Some(_) => new_id()?,
            };
            let key = history::insert(
                self.here,
                "nodes",
                &history::Node {
                    key: None,
                    id: &id,
                    draft_key,
                    parent_key: parent,
                    how: Keep {
                        kind: record.kind,
                        name: record.name.as_deref(),
                        label: &record.label,
                        merged,
                    },
                    text_key,
                    characters: record.characters,
                    revision: record.revision,
                    written: &record.written,
                    created_at: record.created_at,
                },
            )?;
            if let Some(hidden) = record.hidden_at {
                let sql = "UPDATE nodes SET hidden_at = ?1 WHERE key = ?2";
                self.here.execute(sql, params![hidden, key])?;
            }
            keys.insert(record.id.clone(), key);
            kept.insert(record.id.clone(), text_key);
            self.nodes.insert(record.id.clone(), id);
            last = Some((record.id, state));
        }
        Ok(keys)
    }

    fn journal(&mut self, to: &Incoming<'_>, draft: &DraftRecord, key: i64) -> Result<()> {
        let path = to.path(&draft.journal_file);
        let entries = self.entries(&path, draft.revision)?;
        for pack in entries.chunks(PACK) {
            let (Some(first), Some(last)) = (pack.first(), pack.last()) else {
                continue;
            };
            self.here.execute(
                "INSERT INTO journal (draft_key, revision, first, data) VALUES (?1, ?2, ?3, ?4)",
                params![key, last.revision, first.revision, packed(pack)?],
            )?;
        }
        Ok(())
    }

    /// A journal's entries, whole, with the ids that nodes have here.
    fn entries(&mut self, path: &str, revision: u32) -> Result<Vec<Entry>> {
        let records: Vec<EntryRecord> = self.record(path)?;
        let mut entries = Vec::with_capacity(records.len());
        for (record, expected) in records.into_iter().zip(1_u32..) {
            let mut entry = record.entry().map_err(|why| broken(path, why))?;
            if entry.revision != expected {
                return Err(broken(path, format!("operation {expected} is not there")));
            }
            if let OperationKind::Restore { node_id } | OperationKind::Merge { node_id } =
                &mut entry.operation.kind
                && let Some(moved) = self.nodes.get(node_id)
            {
                node_id.clone_from(moved);
            }
            entries.push(entry);
        }
        if u32::try_from(entries.len()) != Ok(revision) {
            return Err(broken(
                path,
                "it does not end with the draft's last operation",
            ));
        }
        Ok(entries)
    }

    /// Gives a draft its text: the file's if that is what was written, else what the journal makes.
    fn settle(
        &mut self,
        record_path: &str,
        to: &Incoming<'_>,
        draft: &DraftRecord,
        key: i64,
        nodes: &HashMap<String, i64>,
    ) -> Result<()> {
        let path = to.path(&draft.file);
        if !draft.file.ends_with(ending(to.kind)) {
            return Err(broken(record_path, "a text of another kind"));
        }
        let id = self.drafts[&draft.id].clone();
        let mut line = Line::load(self.here, &id)?;
        if self.checked.edited.contains(&path) {
            if draft.unsound {
                return Err(ArchiveError::Changed { path });
            }
            let journal = to.path(&draft.journal_file);
            let state = Self::fits(&journal, verify::replayed(self.here, &line))?;
            (line.body, line.runs) = (state.body, state.runs);
        } else {
            line.body = String::from_utf8(self.bytes(&path)?).map_err(|e| broken(&path, e))?;
            line.runs = spans(&draft.spans);
        }
        if sha256(&line.body) != draft.sha256 {
            return Err(broken(
                record_path,
                "a draft that its journal does not lead to",
            ));
        }
        let head = match &draft.head {
            None => None,
            Some(head) => Some(*nodes.get(head).ok_or_else(|| {
                broken(
                    record_path,
                    "a draft that came out of a node that is not there",
                )
            })?),
        };
        self.here.execute(
            "UPDATE drafts SET body = ?1, spans = ?2, sha256 = ?3, head_key = ?4 WHERE key = ?5",
            params![line.body, line.runs.bytes_kept(), draft.sha256, head, key],
        )?;
        document::to_search(self.here, key)?;
        if draft.unsound {
            // What it was is not known any more: it begins with what it is.
            let sql =
                "UPDATE nodes SET label = 'autosave' WHERE draft_key = ?1 AND label = 'branch'";
            self.here.execute(sql, [key])?;
            line.head_key = head;
            history::keep(self.here, &mut line, Keep::snapshot("branch"), self.now)?;
        }
        let journal = to.path(&draft.journal_file);
        Self::fits(&journal, verify::draft(self.here, &id))
    }

    /// Calls of models. A record that is here stays as it is: the words that came from it name it.
    fn generations(&mut self, path: &str) -> Result<()> {
        let records: Vec<Row> = self.record(path)?;
        for mut row in records {
            let id = own_id(path, &row)?;
            if self.is_here("generations", &id)? {
                continue;
            }
            self.own_draft(&mut row)?;
            ended(&mut row);
            self.insert(path, "generations", &row)?;
            Self::fits(path, generation::find(self.here, &id))?;
        }
        Ok(())
    }

    /// Names a row's draft as it is called here; none if it did not come.
    fn own_draft(&self, row: &mut Row) -> Result<()> {
        let Some(draft) = text_of(row, "draft_id").map(str::to_owned) else {
            return Ok(());
        };
        let draft = match self.drafts.get(&draft) {
            Some(moved) => Value::from(moved.clone()),
            None if self.is_here("drafts", &draft)? => draft.into(),
            None => Value::Null,
        };
        row.insert("draft_id".to_owned(), draft);
        Ok(())
    }

    /// What stands beside drafts.
    fn beside(&mut self, path: &str) -> Result<()> {
        let mut beside: Beside = self.record(path)?;
        for (old, new) in FORMER_TABLES {
            if let Some(rows) = beside.remove(old) {
                beside.entry(new.to_owned()).or_default().extend(rows);
            }
        }
        let turns = beside.remove("turns").unwrap_or_default();
        let mut turn_ids: HashMap<String, String> = HashMap::new();
        for row in &turns {
            let id = own_id(path, row)?;
            let new = self.free_id("turns", &id)?;
            turn_ids.insert(id, new);
        }
        let mut conversations: HashMap<String, String> = HashMap::new();
        for (table, _) in OF_DRAFTS {
            for mut row in beside.remove(table).unwrap_or_default() {
                self.own_draft(&mut row)?;
                if let Some(id) = text_of(&row, "id").map(str::to_owned) {
                    let new = self.free_id(table, &id)?;
                    row.insert("id".to_owned(), new.clone().into());
                    if table == "conversations" {
                        moved(&mut row, "head_id", &turn_ids);
                        conversations.insert(id, new);
                    }
                }
                is_json(path, &row, "body")?;
                is_json(path, &row, "rules")?;
                self.insert(path, table, &row)?;
            }
        }
        if let Some(table) = beside.keys().next() {
            return Err(broken(path, format!("`{table}` is not known")));
        }
        // Before there were branches, each turn followed the one before it.
        let mut last: HashMap<String, String> = HashMap::new();
        for mut row in turns {
            let former = row.remove("interview_id");
            let linear = former.is_some();
            if let Some(of) = former {
                row.insert("conversation_id".to_owned(), of);
            }
            moved(&mut row, "id", &turn_ids);
            moved(&mut row, "parent_id", &turn_ids);
            let of = text_of(&row, "conversation_id").unwrap_or_default();
            let of = conversations.get(of);
            let of = of.ok_or_else(|| broken(path, "a turn of no conversation"))?;
            row.insert("conversation_id".to_owned(), of.clone().into());
            if linear {
                let id = text_of(&row, "id").unwrap_or_default().to_owned();
                if let Some(before) = last.insert(of.clone(), id) {
                    row.insert("parent_id".to_owned(), before.into());
                }
            }
            is_json(path, &row, "facts")?;
            is_json(path, &row, "summary")?;
            self.insert(path, "turns", &row)?;
        }
        for (conversation, head) in last {
            let sql = "UPDATE conversations SET head_id = ?1 WHERE id = ?2";
            self.here.execute(sql, [head, conversation])?;
        }
        Ok(())
    }

    fn ledger(&mut self, path: &str) -> Result<()> {
        let records: Vec<Row> = self.record(path)?;
        for mut row in records {
            let id = own_id(path, &row)?;
            if self.is_here("departures", &id)? {
                continue;
            }
            for (bytes, most) in [("bytes_out", u32::MAX.into()), ("bytes_in", MOST_COUNTED)] {
                let count = row.get(bytes).and_then(Value::as_u64);
                if count.is_none_or(|count| count > most) {
                    return Err(broken(path, format!("`{bytes}` is no length")));
                }
            }
            if let Some(call) = text_of(&row, "generation_id").map(str::to_owned)
                && !self.is_here("generations", &call)?
            {
                row.insert("generation_id".to_owned(), Value::Null);
            }
            self.insert(path, "departures", &row)?;
        }
        Ok(())
    }

    /// What was sent. It is kept where an entry names it, and has to fit its hash.
    fn sent(&mut self, path: &str) -> Result<()> {
        let records: Vec<Row> = self.record(path)?;
        for row in records {
            let body = match row.get("text").and_then(sql_value) {
                Some(Sql::Text(text)) => text.into_bytes(),
                Some(Sql::Blob(bytes)) => bytes,
                _ => return Err(broken(path, "`text` is none")),
            };
            let kept = Self::fits(path, ledger::keep(self.here, &body))?;
            if text_of(&row, "sha256") != Some(kept.as_str()) {
                return Err(broken(path, "a text that does not fit its hash"));
            }
        }
        Self::fits(path, ledger::drop_unnamed(self.here))
    }

    fn settings(&mut self, path: &str) -> Result<()> {
        let settings: BTreeMap<String, Value> = self.record(path)?;
        for (key, value) in &settings {
            if !OF_THE_MACHINE.contains(&key.as_str()) {
                self.setting(key, value)?;
            }
        }
        Ok(())
    }

    /// What is set here stays.
    fn setting(&self, key: &str, value: &Value) -> Result<()> {
        self.here.execute(
            "INSERT OR IGNORE INTO settings (key, value) VALUES (?1, ?2)",
            params![key, Json(value)],
        )?;
        Ok(())
    }

    fn set_aside(&mut self, path: &str) -> Result<()> {
        let records: Vec<Row> = self.record(path)?;
        let sql = "SELECT at, what FROM set_aside";
        let known: BTreeSet<(i64, String)> =
            crate::library::many(self.here, sql, [], |row| Ok((row.get(0)?, row.get(1)?)))?
                .into_iter()
                .collect();
        for row in &records {
            let at = row.get("at").and_then(Value::as_i64).unwrap_or_default();
            let what = text_of(row, "what").unwrap_or_default().to_owned();
            if !known.contains(&(at, what)) {
                self.insert(path, "set_aside", row)?;
            }
        }
        Ok(())
    }
}

fn spans(records: &[RunRecord]) -> Runs {
    let mut runs = Runs::default();
    for run in records {
        runs.push(crate::span::Run {
            bytes: run.bytes,
            origin: run.origin.clone(),
            edited: run.edited,
        });
    }
    runs
}

fn text_of<'a>(row: &'a Row, column: &str) -> Option<&'a str> {
    row.get(column)?.as_str()
}

fn own_id(path: &str, row: &Row) -> Result<String> {
    let id = text_of(row, "id").filter(|id| !id.is_empty());
    id.map(str::to_owned)
        .ok_or_else(|| broken(path, "a record without an id"))
}

/// Names in a column what is called otherwise here.
fn moved(row: &mut Row, column: &str, ids: &HashMap<String, String>) {
    if let Some(new) = text_of(row, column).and_then(|id| ids.get(id)) {
        row.insert(column.to_owned(), new.clone().into());
    }
}

/// A column that holds JSON.
fn is_json(path: &str, row: &Row, column: &str) -> Result<()> {
    match text_of(row, column).map(serde_json::from_str::<Value>) {
        Some(Err(error)) => Err(broken(path, error)),
        _ => Ok(()),
    }
}

/// A value as a column takes it.
fn sql_value(value: &Value) -> Option<Sql> {
    Some(match value {
        Value::Null => Sql::Null,
        Value::String(text) => Sql::Text(text.clone()),
        Value::Number(number) => match number.as_i64() {
            Some(number) => Sql::Integer(number),
            None => Sql::Real(number.as_f64()?),
        },
        Value::Object(object) => {
            let digits = object.get("hex")?.as_str()?;
            let digit = |c: u8| char::from(c).to_digit(16);
            let pairs = digits.as_bytes().chunks_exact(2);
            if !pairs.remainder().is_empty() {
                return None;
            }
            let byte = |pair: &[u8]| u8::try_from(digit(pair[0])? << 4 | digit(pair[1])?).ok();
            Sql::Blob(pairs.map(byte).collect::<Option<_>>()?)
        }
        Value::Bool(_) | Value::Array(_) => return None,
    })
}
