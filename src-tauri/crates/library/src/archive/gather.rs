//! Out: what the library holds, as files.

use std::collections::{BTreeMap, BTreeSet};

use inkstone_manuscript::{DocumentKind, Language};
use rusqlite::types::ValueRef;
use rusqlite::{Connection, Params, params};
use serde_json::Value;

use super::record::*;
use super::{
    ArchiveError, ArchiveProgress, Archived, ArchivedDocument, ArchivedDraft, ArchivedProject,
    ArchivedText, FORMAT, Filing, MANIFEST, OF_DRAFTS, OF_THE_MACHINE, Result, Scope, VERSION,
    Views, Watch, names,
};
use crate::draft::Line;
use crate::history::{self, NodeId, sha256};
use crate::journal::Journal;
use crate::library::{hex, many, not_found, one};
use crate::row::{Json, Name};
use crate::state::State;
use crate::written::Written;
use crate::{Library, LibraryError, NodeKind, Origin, assets, ledger, texts, verify};

impl Library {
    /// Writes what `scope` names as plain files. It reads one moment of the library beside the
    /// writer, so nobody waits. What can't be read any more is left out and named.
    ///
    /// # Errors
    /// `NotFound` for a project or document that is not there; `File` if a file could not be
    /// written; `Stopped`.
    pub fn archive(
        &self,
        scope: &Scope,
        to: &mut dyn Filing,
        views: &dyn Views,
        watch: Watch<'_>,
    ) -> Result<Archived> {
        let mut connection = self.source.reader()?;
        let connection = connection.transaction()?;
        let mut gathering = Gathering {
            from: &connection,
            to,
            views,
            watch,
            manifest: Manifest {
                format: FORMAT.to_owned(),
                version: VERSION,
                scope: match scope {
                    Scope::Library => "library",
                    Scope::Projects(_) => "projects",
                    Scope::Documents(_) => "documents",
                }
                .to_owned(),
                projects: Vec::new(),
                files: Vec::new(),
            },
            done: Archived::default(),
            progress: ArchiveProgress { done: 0, total: 0 },
            named: BTreeSet::new(),
            written: BTreeSet::new(),
        };
        gathering.all(scope)?;
        Ok(gathering.done)
    }
}

struct Gathering<'a> {
    from: &'a Connection,
    to: &'a mut dyn Filing,
    views: &'a dyn Views,
    watch: Watch<'a>,
    manifest: Manifest,
    done: Archived,
    progress: ArchiveProgress,
    /// Calls of models that texts and records name ...
    named: BTreeSet<String>,
    /// ... and those that were written with their documents.
    written: BTreeSet<String>,
}

struct ProjectHere {
    id: String,
    name: String,
    language: Language,
    deleted_at: Option<i64>,
    documents: Vec<DocumentHere>,
}

struct DocumentHere {
    id: String,
    title: String,
    kind: DocumentKind,
    language: Language,
    deleted_at: Option<i64>,
    shown: Option<i64>,
}

struct DraftHere {
    key: i64,
    id: String,
    name: String,
    created_at: i64,
    updated_at: i64,
    deleted_at: Option<i64>,
    sha256: String,
    head: Option<String>,
}

/// What lies in a folder beside what a person named.
const IN_PROJECT: [&str; 3] = ["assets", "bin", "project.json"];

fn fault(path: &str, why: &impl ToString) -> ArchiveError {
    ArchiveError::Broken {
        path: path.to_owned(),
        why: why.to_string(),
    }
}

impl Gathering<'_> {
    fn all(&mut self, scope: &Scope) -> Result<()> {
        let projects = self.projects(scope)?;
        let documents: u64 = projects.iter().map(|p| p.documents.len() as u64).sum();
        self.progress.total = documents + 2;
        let folders = folders(&projects);
        let mut listing = Vec::new();
        for (project, folder) in projects.iter().zip(folders) {
            listing.push(self.project(project, &folder, scope)?);
        }
        self.step()?;
        self.library(scope)?;
        for (name, bytes) in self.views.index(&listing) {
            self.put(name, FileKind::View, &bytes)?;
        }
        self.manifest.files.sort_by(|a, b| a.path.cmp(&b.path));
        let bytes = self.list()?;
        self.done.files = u32::try_from(self.manifest.files.len() + 1).unwrap_or(u32::MAX);
        self.done.bytes += bytes.len() as u64;
        self.file(MANIFEST, &bytes)?;
        self.step()
    }

    /// The list of files, with each of them on a line.
    fn list(&self) -> Result<Vec<u8>> {
        let failed = |error| fault(MANIFEST, &error);
        let head = serde_json::json!({
            "format": self.manifest.format,
            "version": self.manifest.version,
            "scope": self.manifest.scope,
        });
        let mut bytes = b"{\n".to_vec();
        for key in ["format", "version", "scope"] {
            bytes.extend(format!("\"{key}\": {},\n", head[key]).bytes());
        }
        bytes.extend_from_slice(b"\"projects\": ");
        let projects = lines(self.manifest.projects.iter()).map_err(failed)?;
        bytes.extend_from_slice(projects.trim_ascii_end());
        bytes.extend_from_slice(b",\n\"files\": ");
        let files = lines(self.manifest.files.iter()).map_err(failed)?;
        bytes.extend_from_slice(files.trim_ascii_end());
        bytes.extend_from_slice(b"\n}\n");
        Ok(bytes)
    }

    fn step(&mut self) -> Result<()> {
        self.progress.done += 1;
        match (self.watch)(self.progress) {
            std::ops::ControlFlow::Continue(()) => Ok(()),
            std::ops::ControlFlow::Break(()) => Err(ArchiveError::Stopped),
        }
    }

    fn file(&mut self, path: &str, bytes: &[u8]) -> Result<()> {
        self.to
            .put(path, bytes)
            .map_err(|error| match LibraryError::from(error) {
                LibraryError::Io(why) => ArchiveError::File {
                    path: path.to_owned(),
                    why,
                },
                other => other.into(),
            })
    }

    fn put(&mut self, path: &str, kind: FileKind, bytes: &[u8]) -> Result<()> {
        self.file(path, bytes)?;
        self.done.bytes += bytes.len() as u64;
        self.manifest.files.push(FileEntry {
            path: path.to_owned(),
            kind,
            bytes: bytes.len() as u64,
            sha256: hex(&texts::sha256(bytes)),
        });
        Ok(())
    }

    fn put_lines<T: serde::Serialize>(&mut self, path: &str, records: &[T]) -> Result<()> {
        let bytes = lines(records.iter()).map_err(|error| fault(path, &error))?;
        self.put(path, FileKind::Record, &bytes)
    }

    fn put_pretty<T: serde::Serialize>(
        &mut self,
        path: &str,
        kind: FileKind,
        record: &T,
    ) -> Result<()> {
        let bytes = pretty(record).map_err(|error| fault(path, &error))?;
        self.put(path, kind, &bytes)
    }

    fn projects(&self, scope: &Scope) -> Result<Vec<ProjectHere>> {
        let sql = "SELECT id, name, language, deleted_at FROM projects ORDER BY key";
        let mut all: Vec<ProjectHere> = many(self.from, sql, [], |row| {
            let Name(language) = row.get(2)?;
            Ok(ProjectHere {
                id: row.get(0)?,
                name: row.get(1)?,
                language,
                deleted_at: row.get(3)?,
                documents: Vec::new(),
            })
        })?;
        if let Scope::Projects(wanted) = scope {
            for id in wanted {
                if !all.iter().any(|project| project.id == *id) {
                    return Err(not_found("project", id).into());
                }
            }
            all.retain(|project| wanted.contains(&project.id));
        }
        let sql = "SELECT id, title, kind, language, deleted_at, shown_key FROM documents
                   WHERE project_id = ?1 ORDER BY key";
        for project in &mut all {
            project.documents = many(self.from, sql, [&project.id], |row| {
                let (Name(kind), Name(language)) = (row.get(2)?, row.get(3)?);
                Ok(DocumentHere {
                    id: row.get(0)?,
                    title: row.get(1)?,
                    kind,
                    language,
                    deleted_at: row.get(4)?,
                    shown: row.get(5)?,
                })
            })?;
        }
        if let Scope::Documents(wanted) = scope {
            let there = |id: &String| all.iter().flat_map(|p| &p.documents).any(|d| d.id == *id);
            if let Some(id) = wanted.iter().find(|id| !there(id)) {
                return Err(not_found("document", id).into());
            }
            for project in &mut all {
                project
                    .documents
                    .retain(|document| wanted.contains(&document.id));
            }
            all.retain(|project| !project.documents.is_empty());
        }
        Ok(all)
    }

    fn project(
        &mut self,
        project: &ProjectHere,
        folder: &str,
        scope: &Scope,
    ) -> Result<ArchivedProject> {
        let mut listed = ArchivedProject {
            name: project.name.clone(),
            language: project.language,
            deleted_at: project.deleted_at,
            documents: Vec::new(),
            assets: Vec::new(),
        };
        let mut entry = ProjectEntry {
            id: project.id.clone(),
            folder: folder.to_owned(),
            documents: Vec::new(),
        };
        let titles = |deleted: bool| -> Vec<(&str, &str)> {
            let of = project.documents.iter();
            of.filter(|document| document.deleted_at.is_some() == deleted)
                .map(|document| (document.title.as_str(), document.id.as_str()))
                .collect()
        };
        let mut here = names::distinct(&titles(false), &IN_PROJECT, "untitled").into_iter();
        let mut in_bin = names::distinct(&titles(true), &[], "untitled").into_iter();
        let mut said = String::new();
        for document in &project.documents {
            let folder = match document.deleted_at {
                None => format!("{folder}/{}", here.next().unwrap_or_default()),
                Some(_) => format!("{folder}/bin/{}", in_bin.next().unwrap_or_default()),
            };
            let listed_document = self.document(document, &folder, &mut said)?;
            listed.documents.push(listed_document);
            entry.documents.push(DocumentEntry {
                id: document.id.clone(),
                folder,
            });
            self.step()?;
        }
        let wanted = |sha: &str| match scope {
            Scope::Documents(_) => said.contains(sha),
            _ => true,
        };
        let assets = self.assets(&project.id, folder, wanted, &mut listed)?;
        let path = format!("{folder}/project.json");
        let mut row = rows(
            self.from,
            "SELECT * FROM projects WHERE id = ?1",
            [&project.id],
        )?;
        let record = ProjectRecord {
            project: row.pop().unwrap_or_default(),
            assets,
            settings: self.settings_of(&project.id)?,
        };
        self.put_pretty(&path, FileKind::Record, &record)?;
        self.manifest.projects.push(entry);
        self.done.projects += 1;
        Ok(listed)
    }

    fn assets(
        &mut self,
        project_id: &str,
        folder: &str,
        wanted: impl Fn(&str) -> bool,
        listed: &mut ArchivedProject,
    ) -> Result<Vec<AssetRecord>> {
        let sql = "SELECT asset_key, sha256, name, media_type, assets.created_at,
                    project_assets.created_at
                   FROM project_assets JOIN assets ON assets.key = asset_key
                   WHERE project_id = ?1 ORDER BY project_assets.key";
        let mut found: Vec<(i64, AssetRecord)> = many(self.from, sql, [project_id], |row| {
            Ok((
                row.get(0)?,
                AssetRecord {
                    file: String::new(),
                    sha256: hex(&row.get::<_, Vec<u8>>(1)?),
                    name: row.get(2)?,
                    media_type: row.get(3)?,
                    created_at: row.get(4)?,
                    added_at: row.get(5)?,
                },
            ))
        })?;
        found.retain(|(_, asset)| wanted(&asset.sha256));
        let titles: Vec<(&str, &str)> = found
            .iter()
            .map(|(_, asset)| (asset.name.as_str(), asset.sha256.as_str()))
            .collect();
        let files = names::distinct(&titles, &[], "asset");
        let mut records = Vec::new();
        for ((key, mut asset), file) in found.into_iter().zip(files) {
            match assets::read(self.from, key) {
                Ok(data) => {
                    asset.file = format!("assets/{file}");
                    let path = format!("{folder}/{}", asset.file);
                    self.put(&path, FileKind::Asset, &data)?;
                    listed.assets.push((path, asset.name.clone()));
                    records.push(asset);
                }
                Err(LibraryError::Damaged(why)) => self.done.unreadable.push(why),
                Err(other) => return Err(other.into()),
            }
        }
        Ok(records)
    }

    /// A document with all its drafts, deleted ones too. `said` gets all of its fields and texts.
    fn document(
        &mut self,
        document: &DocumentHere,
        folder: &str,
        said: &mut String,
    ) -> Result<ArchivedDocument> {
        let drafts = self.drafts(&document.id)?;
        let mut listed = ArchivedDocument {
            title: document.title.clone(),
            kind: document.kind,
            language: document.language,
            deleted_at: document.deleted_at,
            drafts: Vec::new(),
            nodes: 0,
            generations: 0,
        };
        let titles: Vec<(&str, &str)> = drafts
            .iter()
            .map(|draft| (draft.name.as_str(), draft.id.as_str()))
            .collect();
        let stems = names::distinct(&titles, &["bin", "record"], "draft");
        let mut records = Vec::new();
        for (draft, stem) in drafts.iter().zip(stems) {
            let (record, line) = self.draft(document, draft, folder, &stem, &mut listed)?;
            said.push_str(&line.sheet.0);
            said.push_str(&line.body);
            records.push(record);
        }
        listed.nodes = self.nodes(&document.id, folder)?;
        listed.generations = self.generations(&document.id, folder)?;
        self.beside(&drafts, folder)?;
        let mut row = rows(
            self.from,
            "SELECT * FROM documents WHERE id = ?1",
            [&document.id],
        )?;
        let mut row = row.pop().unwrap_or_default();
        row.remove("shown_key");
        let shown = drafts
            .iter()
            .find(|draft| Some(draft.key) == document.shown);
        let record = DocumentRecord {
            document: row,
            shown: shown.map(|draft| draft.id.clone()),
            drafts: records,
            settings: self.settings_of(&document.id)?,
        };
        let path = format!("{folder}/record/document.json");
        self.put_pretty(&path, FileKind::Record, &record)?;
        self.done.documents += 1;
        Ok(listed)
    }

    fn drafts(&self, document_id: &str) -> Result<Vec<DraftHere>> {
        let sql = "SELECT drafts.key, drafts.id, drafts.name, drafts.created_at, updated_at,
                    deleted_at, sha256, nodes.id
                   FROM drafts LEFT JOIN nodes ON nodes.key = head_key
                   WHERE document_id = ?1 ORDER BY drafts.key";
        Ok(many(self.from, sql, [document_id], |row| {
            let head: Option<NodeId<String>> = row.get(7)?;
            Ok(DraftHere {
                key: row.get(0)?,
                id: row.get(1)?,
                name: row.get(2)?,
                created_at: row.get(3)?,
                updated_at: row.get(4)?,
                deleted_at: row.get(5)?,
                sha256: row.get(6)?,
                head: head.map(|NodeId(id)| id),
            })
        })?)
    }

    fn draft(
        &mut self,
        document: &DocumentHere,
        draft: &DraftHere,
        folder: &str,
        stem: &str,
        listed: &mut ArchivedDocument,
    ) -> Result<(DraftRecord, Line)> {
        let line = Line::load(self.from, &draft.id)?;
        let mut record = DraftRecord {
            id: draft.id.clone(),
            name: draft.name.clone(),
            file: format!("{stem}.{}", ending(document.kind)),
            sheet_file: format!("{stem}.json"),
            journal_file: format!("record/{stem}.journal.json"),
            revision: line.revision,
            body_revision: line.body_revision,
            created_at: draft.created_at,
            updated_at: draft.updated_at,
            deleted_at: draft.deleted_at,
            head: draft.head.clone(),
            sha256: draft.sha256.clone(),
            sheet: line.sheet.0.clone(),
            spans: put_runs(&line.runs),
            unsound: false,
        };
        let mut entries = Vec::new();
        if let Err(error) = verify::draft(self.from, &draft.id) {
            self.done
                .unreadable
                .push(format!("{}: {error}", document.title));
            record.unsound = true;
            record.sha256 = sha256(&line.body);
            record.revision = 0;
            record.body_revision = 0;
        } else {
            let mut journal = Journal::of(self.from, line.key);
            for revision in 1..=line.revision {
                entries.push(EntryRecord::of(journal.entry(revision)?));
            }
        }
        let (title, fields) = line.sheet.read()?;
        let path = |file: &str| format!("{folder}/{file}");
        self.put(&path(&record.file), FileKind::Text, line.body.as_bytes())?;
        let sheet = SheetFile { title, fields };
        self.put_pretty(&path(&record.sheet_file), FileKind::Sheet, &sheet)?;
        self.put_lines(&path(&record.journal_file), &entries)?;
        let mut views = Vec::new();
        let text = ArchivedText {
            kind: document.kind,
            language: document.language,
            title: &sheet.title,
            fields: &sheet.fields,
            body: &line.body,
        };
        for (ending, bytes) in self.views.of_draft(&text) {
            let path = path(&format!("{stem}.{ending}"));
            self.put(&path, FileKind::View, &bytes)?;
            views.push(path);
        }
        let origins = line.runs.iter().map(|run| &run.origin);
        self.named.extend(origins.filter_map(generation_of));
        listed.drafts.push(ArchivedDraft {
            name: draft.name.clone(),
            title: sheet.title,
            updated_at: draft.updated_at,
            deleted_at: draft.deleted_at,
            path: path(&record.file),
            views,
            characters: history::characters(&line.body),
        });
        self.done.drafts += 1;
        Ok((record, line))
    }

    /// The kept texts of a document. Each is written as what changed since its parent, so that a
    /// long history stays short.
    fn nodes(&mut self, document_id: &str, folder: &str) -> Result<u32> {
        let sql = "SELECT nodes.key, nodes.id, drafts.id, nodes.parent_key, nodes.merged_key,
                    nodes.kind, nodes.name, label, text_key, characters, nodes.revision, written,
                    nodes.created_at, hidden_at
                   FROM nodes JOIN drafts ON drafts.key = nodes.draft_key
                   WHERE document_id = ?1 ORDER BY nodes.key";
        let from = self.from;
        let mut statement = from.prepare(sql)?;
        let mut rows = statement.query([document_id])?;
        // The nodes that were written, with the keys of their texts.
        let mut known: BTreeMap<i64, (String, i64)> = BTreeMap::new();
        // Those that could not be, with the parent that takes their place.
        let mut lost: BTreeMap<i64, Option<i64>> = BTreeMap::new();
        let mut last: Option<(i64, State)> = None;
        let mut records = Vec::new();
        while let Some(row) = rows.next()? {
            let (key, NodeId(id)): (i64, NodeId<String>) = (row.get(0)?, row.get(1)?);
            let text_key: i64 = row.get(8)?;
            let mut parent: Option<i64> = row.get(3)?;
            while let Some(instead) = parent.and_then(|parent| lost.get(&parent)) {
                parent = *instead;
            }
            let state = texts::read(from, text_key).and_then(|content| State::read(&content));
            let (state, written) = match (state, Written::read(&row.get::<_, Vec<u8>>(11)?)) {
                (Ok(state), Ok(written)) => (state, written),
                (Err(LibraryError::Damaged(why)), _) | (_, Err(LibraryError::Damaged(why))) => {
                    self.done.unreadable.push(format!("node {id}: {why}"));
                    lost.insert(key, parent);
                    continue;
                }
                (Err(other), _) | (_, Err(other)) => return Err(other.into()),
            };
            let base = parent.and_then(|parent| Some((parent, known.get(&parent)?)));
            let kept = match base {
                None => None,
                Some((parent, (parent_id, parent_text))) => {
                    let was = match last.take() {
                        Some((key, state)) if key == parent => state,
                        _ => State::read(&texts::read(from, *parent_text)?)?,
                    };
                    Kept::since(parent_id, &was, &state)
                }
            };
            let named = |key: Option<i64>| Some(known.get(&key?)?.0.clone());
            let origins = state.runs.iter().map(|run| &run.origin);
            self.named.extend(origins.filter_map(generation_of));
            records.push(NodeRecord {
                draft: row.get(2)?,
                parent: named(parent),
                merged: named(row.get(4)?),
                kind: match row.get::<_, i64>(5)? {
                    0 => NodeKind::Snapshot,
                    _ => NodeKind::Version,
                },
                name: row.get(6)?,
                label: row.get(7)?,
                characters: row.get(9)?,
                revision: row.get(10)?,
                created_at: row.get(12)?,
                hidden_at: row.get(13)?,
                written,
                sha256: hex(&texts::sha256(&state.content())),
                kept: kept.unwrap_or_else(|| Kept::whole(&state)),
                id: id.clone(),
            });
            known.insert(key, (id, text_key));
            last = Some((key, state));
        }
        let count = u32::try_from(records.len()).unwrap_or(u32::MAX);
        self.done.nodes = self.done.nodes.saturating_add(count);
        self.put_lines(&format!("{folder}/record/history.json"), &records)?;
        Ok(count)
    }

    fn generations(&mut self, document_id: &str, folder: &str) -> Result<u32> {
        let sql = "SELECT * FROM generations WHERE draft_id IN
                    (SELECT id FROM drafts WHERE document_id = ?1) ORDER BY key";
        let mut found = rows(self.from, sql, [document_id])?;
        found.iter_mut().for_each(ended);
        self.written.extend(found.iter().filter_map(id_of));
        self.put_lines(&format!("{folder}/record/generations.json"), &found)?;
        Ok(u32::try_from(found.len()).unwrap_or(u32::MAX))
    }

    fn beside(&mut self, drafts: &[DraftHere], folder: &str) -> Result<()> {
        let mut beside = Beside::new();
        for draft in drafts {
            for (table, owner) in OF_DRAFTS {
                let order = if table == "stories" { owner } else { "key" };
                let sql = format!("SELECT * FROM {table} WHERE {owner} = ?1 ORDER BY {order}");
                let found = rows(self.from, &sql, [&draft.id])?;
                if table == "conversations" {
                    let sql = "SELECT * FROM turns WHERE conversation_id = ?1 ORDER BY key";
                    for id in found.iter().filter_map(id_of) {
                        let turns = rows(self.from, sql, [id])?;
                        beside.entry("turns".to_owned()).or_default().extend(turns);
                    }
                }
                beside.entry(table.to_owned()).or_default().extend(found);
            }
        }
        beside.retain(|_, rows| !rows.is_empty());
        for row in beside.values().flatten() {
            let named = row.get("generation_id").and_then(Value::as_str);
            self.named.extend(named.map(str::to_owned));
        }
        if beside.is_empty() {
            return Ok(());
        }
        self.put_pretty(
            &format!("{folder}/record/beside.json"),
            FileKind::Record,
            &beside,
        )
    }

    /// Settings whose key ends with the id of a project or a document.
    fn settings_of(&self, id: &str) -> Result<BTreeMap<String, Value>> {
        let settings: Vec<(String, Json<Value>)> = many(
            self.from,
            "SELECT key, value FROM settings ORDER BY key",
            [],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )?;
        let own = |(key, Json(value)): (String, Json<Value>)| {
            let key = key.strip_suffix(id)?;
            key.ends_with(':').then(|| (key.to_owned(), value))
        };
        Ok(settings.into_iter().filter_map(own).collect())
    }

    /// What was sent, as text, each once.
    fn sent(&mut self, left: &[Row]) -> Result<()> {
        let mut seen = BTreeSet::new();
        let mut bodies = Vec::new();
        for row in left {
            let Some(sha256) = row.get("sha256").and_then(Value::as_str) else {
                continue;
            };
            if !seen.insert(sha256) {
                continue;
            }
            if let Some(body) = ledger::body(self.from, sha256)? {
                let text = String::from_utf8(body).map_or_else(
                    |odd| serde_json::json!({ "hex": hex(odd.as_bytes()) }),
                    Value::from,
                );
                bodies.push(serde_json::json!({ "sha256": sha256, "text": text }));
            }
        }
        match bodies.is_empty() {
            true => Ok(()),
            false => self.put_lines("library/sent.json", &bodies),
        }
    }

    /// What belongs to no document: calls without one, the ledger, settings.
    fn library(&mut self, scope: &Scope) -> Result<()> {
        let whole = *scope == Scope::Library;
        let mut calls = Vec::new();
        if whole {
            let sql = "SELECT * FROM generations WHERE draft_id IS NULL ORDER BY key";
            calls = rows(self.from, sql, [])?;
        } else {
            let missing: Vec<String> = self.named.difference(&self.written).cloned().collect();
            for id in &missing {
                calls.extend(rows(
                    self.from,
                    "SELECT * FROM generations WHERE id = ?1",
                    [id],
                )?);
            }
        }
        calls.iter_mut().for_each(ended);
        self.written.extend(calls.iter().filter_map(id_of));
        if !calls.is_empty() || whole {
            self.put_lines("library/generations.json", &calls)?;
        }
        let sql = "SELECT * FROM departures ORDER BY key";
        let mut left = rows(self.from, sql, [])?;
        if !whole {
            left.retain(|row| {
                let of = row.get("generation_id").and_then(Value::as_str);
                of.is_some_and(|id| self.written.contains(id))
            });
        }
        if !left.is_empty() || whole {
            self.put_lines("library/ledger.json", &left)?;
        }
        self.sent(&left)?;
        if !whole {
            return Ok(());
        }
        let documents: BTreeSet<String> =
            many(self.from, "SELECT id FROM documents", [], |row| row.get(0))?
                .into_iter()
                .collect();
        let sql = "SELECT key, value FROM settings ORDER BY key";
        let settings: Vec<(String, Json<Value>)> =
            many(self.from, sql, [], |row| Ok((row.get(0)?, row.get(1)?)))?;
        let settings: BTreeMap<String, Value> = settings
            .into_iter()
            .filter(|(key, _)| {
                let owner = key.rsplit_once(':').map(|(_, id)| id);
                !OF_THE_MACHINE.contains(&key.as_str())
                    && owner.is_none_or(|id| !documents.contains(id))
            })
            .map(|(key, Json(value))| (key, value))
            .collect();
        self.put_pretty("library/settings.json", FileKind::Record, &settings)?;
        let aside = rows(self.from, "SELECT * FROM set_aside ORDER BY key", [])?;
        if !aside.is_empty() {
            self.put_lines("library/set-aside.json", &aside)?;
        }
        Ok(())
    }
}

/// The call of a model that an origin names.
fn generation_of(origin: &Origin) -> Option<String> {
    match origin {
        Origin::Generated { generation_id } | Origin::Filled { generation_id } => {
            Some(generation_id.clone())
        }
        _ => None,
    }
}

fn id_of(row: &Row) -> Option<String> {
    Some(row.get("id")?.as_str()?.to_owned())
}

/// A call that runs while it is written down runs nowhere else: there it was interrupted.
pub(super) fn ended(row: &mut Row) {
    if row.get("finish_reason").is_some_and(Value::is_null) {
        row.insert("finish_reason".to_owned(), "interrupted".into());
    }
}

/// The ending of texts of a kind.
pub(super) fn ending(kind: DocumentKind) -> &'static str {
    match kind {
        DocumentKind::Screenplay => "fountain",
        DocumentKind::News | DocumentKind::Ads => "md",
    }
}

/// The folders of projects, those in the bin apart.
fn folders(projects: &[ProjectHere]) -> Vec<String> {
    let titles = |deleted: bool| -> Vec<(&str, &str)> {
        projects
            .iter()
            .filter(|project| project.deleted_at.is_some() == deleted)
            .map(|project| (project.name.as_str(), project.id.as_str()))
            .collect()
    };
    let mut here = names::distinct(&titles(false), &[], "project").into_iter();
    let mut in_bin = names::distinct(&titles(true), &[], "project").into_iter();
    projects
        .iter()
        .map(|project| match project.deleted_at {
            None => format!("projects/{}", here.next().unwrap_or_default()),
            Some(_) => format!("bin/{}", in_bin.next().unwrap_or_default()),
        })
        .collect()
}

/// Rows by their columns, all but `key`. A number stays a number; bytes become `{"hex": ...}`.
fn rows(connection: &Connection, sql: &str, values: impl Params) -> Result<Vec<Row>> {
    let mut statement = connection.prepare_cached(sql)?;
    let names: Vec<String> = statement.column_names().map(str::to_owned).collect();
    let mut rows = statement.query(values)?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let mut record = Row::new();
        for (at, name) in names.iter().enumerate().filter(|(_, name)| *name != "key") {
            let value = match row.get_ref(at)? {
                ValueRef::Null => Value::Null,
                ValueRef::Integer(number) => number.into(),
                ValueRef::Real(number) => number.into(),
                ValueRef::Text(text) => {
                    let text = std::str::from_utf8(text)
                        .map_err(|error| LibraryError::Damaged(error.to_string()))?;
                    text.into()
                }
                ValueRef::Blob(bytes) => serde_json::json!({ "hex": hex(bytes) }),
            };
            record.insert(name.clone(), value);
        }
        found.push(record);
    }
    Ok(found)
}

/// The key of the node that has this id, if there is one.
pub(super) fn node_key(connection: &Connection, id: &str) -> Result<Option<i64>> {
    use rusqlite::OptionalExtension as _;
    let sql = "SELECT key FROM nodes WHERE id = ?1";
    let found = connection.query_row(sql, params![NodeId(id)], |row| row.get(0));
    Ok(found.optional()?)
}

/// The id of a draft's document.
pub(super) fn title_of(connection: &Connection, document_id: &str) -> Result<String> {
    let sql = "SELECT title FROM documents WHERE id = ?1";
    Ok(one(connection, "document", document_id, sql, |row| {
        row.get(0)
    })?)
}
