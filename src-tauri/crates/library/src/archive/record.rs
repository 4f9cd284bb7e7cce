//! What the files of an archive hold, as JSON. Records follow the columns of the library; a text,
//! its origins and an operation have forms of their own, since the library keeps them as bytes.

use std::collections::BTreeMap;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::edit::Piece;
use crate::journal::{Entry, Place, SheetSplice};
use crate::span::{Run, Runs};
use crate::state::{Sheet, State};
use crate::written::Written;
use crate::{NodeKind, Operation, OperationKind, Origin};

/// A row of a table by its columns.
pub(super) type Row = Map<String, Value>;

/// What kind of file a path is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum FileKind {
    /// A draft's text, which may be worked on outside.
    Text,
    /// Its title and fields, which may be too.
    Sheet,
    /// What the library knows; it comes back as it is or not at all.
    Record,
    /// A picture or another file.
    Asset,
    /// For readers and other programs only; it is never read back.
    View,
}

/// The list of all files, with their hashes.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Manifest {
    pub(super) format: String,
    pub(super) version: u32,
    /// `library`, `projects` or `documents`.
    pub(super) scope: String,
    pub(super) projects: Vec<ProjectEntry>,
    pub(super) files: Vec<FileEntry>,
}

/// A project of the archive.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ProjectEntry {
    pub(super) id: String,
    pub(super) folder: String,
    pub(super) documents: Vec<DocumentEntry>,
}

/// A document of the archive.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct DocumentEntry {
    pub(super) id: String,
    pub(super) folder: String,
}

/// A file of the archive.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FileEntry {
    pub(super) path: String,
    pub(super) kind: FileKind,
    pub(super) bytes: u64,
    pub(super) sha256: String,
}

/// `project.json`
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ProjectRecord {
    pub(super) project: Row,
    pub(super) assets: Vec<AssetRecord>,
    /// Settings by key, without the project's id at their end.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) settings: BTreeMap<String, Value>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AssetRecord {
    pub(super) file: String,
    pub(super) sha256: String,
    pub(super) name: String,
    pub(super) media_type: String,
    pub(super) created_at: i64,
    /// When it came into this project.
    pub(super) added_at: i64,
}

/// `record/document.json`
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct DocumentRecord {
    pub(super) document: Row,
    /// The draft that stands for it in lists.
    pub(super) shown: Option<String>,
    pub(super) drafts: Vec<DraftRecord>,
    /// Settings by key, without the document's id at their end.
    pub(super) settings: BTreeMap<String, Value>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct DraftRecord {
    pub(super) id: String,
    pub(super) name: String,
    /// Of its text, in the document's folder.
    pub(super) file: String,
    /// Of its title and fields.
    pub(super) sheet_file: String,
    /// Of its journal.
    pub(super) journal_file: String,
    pub(super) revision: u32,
    pub(super) body_revision: u32,
    pub(super) created_at: i64,
    pub(super) updated_at: i64,
    pub(super) deleted_at: Option<i64>,
    /// The node that the text came out of last.
    pub(super) head: Option<String>,
    /// Of the text, in hexadecimal.
    pub(super) sha256: String,
    /// Title and fields to the letter.
    pub(super) sheet: String,
    pub(super) spans: Vec<RunRecord>,
    /// The journal does not lead to the text: the library was damaged.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) unsound: bool,
}

/// A run of text with one origin.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct RunRecord {
    pub(super) bytes: usize,
    #[serde(flatten)]
    pub(super) origin: Origin,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) edited: bool,
}

pub(super) fn put_runs(runs: &Runs) -> Vec<RunRecord> {
    let record = |run: &Run| RunRecord {
        bytes: run.bytes,
        origin: run.origin.clone(),
        edited: run.edited,
    };
    runs.iter().map(record).collect()
}

pub(super) fn read_runs(records: Vec<RunRecord>) -> Runs {
    let mut runs = Runs::default();
    for RunRecord {
        bytes,
        origin,
        edited,
    } in records
    {
        runs.push(Run {
            bytes,
            origin,
            edited,
        });
    }
    runs
}

/// Title and fields, as a person may change them.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SheetFile {
    pub(super) title: String,
    pub(super) fields: Value,
}

/// One of `record/history.json`.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct NodeRecord {
    pub(super) id: String,
    pub(super) draft: String,
    pub(super) parent: Option<String>,
    pub(super) merged: Option<String>,
    pub(super) kind: NodeKind,
    pub(super) name: Option<String>,
    pub(super) label: String,
    pub(super) revision: u32,
    pub(super) characters: u32,
    pub(super) created_at: i64,
    pub(super) hidden_at: Option<i64>,
    pub(super) written: Written,
    /// Of title, fields, origins and text together.
    pub(super) sha256: String,
    #[serde(flatten)]
    pub(super) kept: Kept,
}

/// What a node keeps: whole, or what changed since a node that stands before it.
#[derive(Debug, Serialize, Deserialize)]
#[serde(untagged)]
pub(super) enum Kept {
    Since {
        since: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        sheet: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        change: Option<ChangeRecord>,
    },
    Whole {
        sheet: String,
        text: String,
        spans: Vec<RunRecord>,
    },
}

/// A replacement in a text, with the origins of what stands there afterwards.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ChangeRecord {
    from: usize,
    to: usize,
    insert: String,
    spans: Vec<RunRecord>,
}

impl Kept {
    pub(super) fn whole(state: &State) -> Kept {
        Kept::Whole {
            sheet: state.sheet.0.clone(),
            text: state.body.clone(),
            spans: put_runs(&state.runs),
        }
    }

    /// What changed since a state; none if that is hardly less than all of it.
    pub(super) fn since(id: &str, was: &State, is: &State) -> Option<Kept> {
        let piece = crate::edit::transition((&was.body, &was.runs), (&is.body, &is.runs));
        if let Some(piece) = &piece
            && piece.insert.len() > is.body.len() / 4 * 3
        {
            return None;
        }
        Some(Kept::Since {
            since: id.to_owned(),
            sheet: (was.sheet != is.sheet).then(|| is.sheet.0.clone()),
            change: piece.map(|piece| ChangeRecord {
                from: piece.from,
                to: piece.to,
                spans: put_runs(&piece.runs),
                insert: piece.insert,
            }),
        })
    }

    /// The node that a state is a change of.
    pub(super) fn base(&self) -> Option<&str> {
        match self {
            Kept::Since { since, .. } => Some(since),
            Kept::Whole { .. } => None,
        }
    }

    /// The state; `base` is that of the node it names. What does not fit is said.
    pub(super) fn state(self, base: Option<State>) -> Result<State, String> {
        match (self, base) {
            (Kept::Whole { sheet, text, spans }, _) => Ok(State {
                sheet: Sheet(sheet),
                runs: read_runs(spans),
                body: text,
            }),
            (Kept::Since { .. }, None) => Err("nothing to begin with".to_owned()),
            (Kept::Since { sheet, change, .. }, Some(mut state)) => {
                if let Some(change) = change {
                    let piece = Piece {
                        from: change.from,
                        to: change.to,
                        runs: read_runs(change.spans),
                        insert: change.insert,
                    };
                    covers(&piece.runs, &piece.insert)?;
                    let after = crate::edit::splice(&state.body, &state.runs, &[piece])
                        .map_err(|error| error.to_string())?;
                    (state.body, state.runs) = (after.body, after.runs);
                }
                if let Some(sheet) = sheet {
                    state.sheet = Sheet(sheet);
                }
                Ok(state)
            }
        }
    }
}

fn covers(runs: &Runs, text: &str) -> Result<(), String> {
    if runs.bytes() == text.len() {
        Ok(())
    } else {
        Err("its spans do not cover its text".to_owned())
    }
}

/// One of `record/NAME.journal.json`.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct EntryRecord {
    revision: u32,
    at: i64,
    #[serde(flatten)]
    kind: OperationKind,
    /// Where what it puts in comes from.
    from: Origin,
    /// Revisions that made the text and the title and fields what they are, and the last one that
    /// was no undo.
    stands: [u32; 3],
    /// The first two before it.
    before: [u32; 2],
    edits: Vec<EditRecord>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    sheet: Option<SheetEdit>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct EditRecord {
    at: usize,
    removed: String,
    insert: String,
    /// Left out where all of it has the operation's origin.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    removed_spans: Option<Vec<RunRecord>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    spans: Option<Vec<RunRecord>>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct SheetEdit {
    at: usize,
    removed: String,
    insert: String,
}

impl EntryRecord {
    pub(super) fn of(entry: &Entry) -> EntryRecord {
        let plain = |run: &Run| run.origin == entry.operation.origin && !run.edited;
        let spans = |runs: &Runs| (!runs.iter().all(plain)).then(|| put_runs(runs));
        let edits = entry.pieces.iter().zip(&entry.inverse);
        let edit = |(piece, old): (&Piece, &Piece)| EditRecord {
            at: piece.from,
            removed: old.insert.clone(),
            insert: piece.insert.clone(),
            removed_spans: spans(&old.runs),
            spans: spans(&piece.runs),
        };
        EntryRecord {
            revision: entry.revision,
            at: entry.created_at,
            kind: entry.operation.kind.clone(),
            from: entry.operation.origin.clone(),
            stands: [entry.place.body, entry.place.sheet, entry.place.tip],
            before: [entry.before.0, entry.before.1],
            edits: edits.map(edit).collect(),
            sheet: entry.sheet.as_ref().map(|splice| SheetEdit {
                at: splice.from,
                removed: splice.removed.clone(),
                insert: splice.insert.clone(),
            }),
        }
    }

    /// The entry; what does not fit is said.
    pub(super) fn entry(self) -> Result<Entry, String> {
        let revision = self.revision;
        let [body, sheet, tip] = self.stands;
        let positions = [body, sheet, tip, self.before[0], self.before[1]];
        if positions.iter().any(|position| *position > revision) || self.before.contains(&revision)
        {
            return Err(format!("operation {revision} names a later one"));
        }
        let mut entry = Entry {
            revision,
            created_at: self.at,
            operation: Operation {
                kind: self.kind,
                origin: self.from,
            },
            pieces: Vec::new(),
            inverse: Vec::new(),
            sheet: self.sheet.map(|edit| SheetSplice {
                from: edit.at,
                removed: edit.removed,
                insert: edit.insert,
            }),
            place: Place { body, sheet, tip },
            before: (self.before[0], self.before[1]),
        };
        let origin = entry.operation.origin.clone();
        let runs = |spans: Option<Vec<RunRecord>>, text: &str| -> Result<Runs, String> {
            let runs = match spans {
                Some(spans) => read_runs(spans),
                None => Runs::of(text.len(), origin.clone()),
            };
            covers(&runs, text)?;
            Ok(runs)
        };
        let (mut last, mut grown, mut shrunk) = (0_usize, 0_usize, 0_usize);
        let off = || format!("operation {revision} has edits that overlap");
        for edit in self.edits {
            if edit.at < last {
                return Err(off());
            }
            let to = edit.at.checked_add(edit.removed.len()).ok_or_else(off)?;
            let after = edit.at.checked_add(grown).ok_or_else(off)?;
            let after = after.checked_sub(shrunk).ok_or_else(off)?;
            grown += edit.insert.len();
            shrunk += edit.removed.len();
            entry.inverse.push(Piece {
                from: after,
                to: after.checked_add(edit.insert.len()).ok_or_else(off)?,
                runs: runs(edit.removed_spans, &edit.removed)?,
                insert: edit.removed,
            });
            entry.pieces.push(Piece {
                from: edit.at,
                to,
                runs: runs(edit.spans, &edit.insert)?,
                insert: edit.insert,
            });
            last = to;
        }
        Ok(entry)
    }
}

/// What stands beside the drafts of a document: rows by their table, each list in its order.
pub(super) type Beside = BTreeMap<String, Vec<Row>>;

/// A record on many lines.
pub(super) fn pretty<T: Serialize>(record: &T) -> Result<Vec<u8>, serde_json::Error> {
    let mut bytes = serde_json::to_vec_pretty(record)?;
    bytes.push(b'\n');
    Ok(bytes)
}

/// A list with each of its records on a line of its own, so that what is added later is lines added.
pub(super) fn lines<T: Serialize>(
    records: impl Iterator<Item = T>,
) -> Result<Vec<u8>, serde_json::Error> {
    let mut bytes = b"[".to_vec();
    for (at, record) in records.enumerate() {
        bytes.extend_from_slice(if at == 0 { b"\n" } else { b",\n" });
        serde_json::to_writer(&mut bytes, &record)?;
    }
    bytes.extend_from_slice(b"\n]\n");
    Ok(bytes)
}

/// Reads what the functions above wrote.
pub(super) fn parsed<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, String> {
    serde_json::from_slice(bytes).map_err(|error| error.to_string())
}
