//! Texts put together from pieces of other texts, each with the origins it had: passages that are
//! taken back, and drafts that are merged.

use std::collections::{HashMap, HashSet, VecDeque};
use std::ops::Range;

use rusqlite::Connection;
use serde_json::Value;

use crate::draft::Line;
use crate::edit::{self, Change, Piece};
use crate::history::{self, Keep};
use crate::library::{Result, not_found};
use crate::span::Runs;
use crate::state::Sheet;
use crate::{HistoryNode, Library, LibraryError, Operation, OperationKind, Origin};

/// Where a piece of text stands that is taken as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// In a node.
    Node {
        /// Its id.
        id: String,
    },
    /// In another draft, or this one.
    Draft {
        /// Its id.
        id: String,
        /// The revision that the ranges were made for.
        revision: u32,
    },
}

/// A piece of what is put in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Strand {
    /// These bytes of a source (by number), with the origins they have there.
    From(usize, Range<usize>),
    /// Written just now: by a person, unless the operation says something else.
    Written(String),
}

/// A replacement of `from..to` (bytes of the text before the whole batch) by strands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Patch {
    /// Where the replaced text starts.
    pub from: usize,
    /// Where it ends.
    pub to: usize,
    /// What stands there afterwards.
    pub strands: Vec<Strand>,
}

/// Title and fields.
pub type Description = (String, Value);

/// A source's text with its origins.
struct Thread {
    body: String,
    runs: Runs,
}

fn threads(connection: &Connection, sources: &[Source], document: &str) -> Result<Vec<Thread>> {
    let thread = |source: &Source| match source {
        Source::Node { id } => {
            if history::of_document(connection, id)?.0 != document {
                return Err(not_found("node", id));
            }
            let state = history::state(connection, id)?;
            Ok(Thread {
                body: state.body,
                runs: state.runs,
            })
        }
        Source::Draft { id, revision } => {
            let line = edit::load_at(connection, id, *revision)?;
            if line.document_id != document {
                return Err(not_found("draft", id));
            }
            Ok(Thread {
                body: line.body,
                runs: line.runs,
            })
        }
    };
    sources.iter().map(thread).collect()
}

fn pieces(patches: &[Patch], threads: &[Thread], written: &Origin) -> Result<Vec<Piece>> {
    let piece = |patch: &Patch| {
        let (mut insert, mut runs) = (String::new(), Runs::default());
        for strand in &patch.strands {
            match strand {
                Strand::From(number, range) => {
                    let thread = threads.get(*number);
                    let text = thread.and_then(|thread| thread.body.get(range.clone()));
                    let (Some(thread), Some(text)) = (thread, text) else {
                        return Err(LibraryError::BadEdit(format!(
                            "{range:?} of source {number}"
                        )));
                    };
                    insert.push_str(text);
                    runs.extend(&thread.runs, range.clone());
                }
                Strand::Written(text) => {
                    insert.push_str(text);
                    runs.extend(&Runs::of(text.len(), written.clone()), 0..text.len());
                }
            }
        }
        Ok(Piece {
            from: patch.from,
            to: patch.to,
            insert,
            runs,
        })
    };
    patches.iter().map(piece).collect()
}

impl Library {
    /// Takes passages of another state of the same document, in one operation that can be undone,
    /// and returns the new revision. `description` becomes title and fields if it is given. What
    /// stands there before is kept as a snapshot.
    ///
    /// # Errors
    /// `Conflict` if the draft or the source has moved on, `BadEdit` if a range does not fit,
    /// `NotFound` if the source is of another document.
    pub fn take_passages(
        &self,
        draft_id: &str,
        base_revision: u32,
        source: &Source,
        patches: &[Patch],
        description: Option<&Description>,
    ) -> Result<u32> {
        let now = self.now();
        self.write(|tx| {
            let mut line = edit::load_at(tx, draft_id, base_revision)?;
            let threads = threads(tx, std::slice::from_ref(source), &line.document_id)?;
            let node_id = match source {
                Source::Node { id } => id.clone(),
                Source::Draft { id, .. } => kept(tx, id, now)?,
            };
            history::keep_if_new(tx, &mut line, "before_restore", now)?;
            let change = Change {
                pieces: pieces(patches, &threads, &Origin::Typed)?,
                sheet: sheet(description)?,
                to: None,
            };
            let operation = Operation {
                kind: OperationKind::Restore { node_id },
                origin: Origin::Typed,
            };
            edit::perform(tx, &mut line, change, &operation, now)
        })
    }

    /// Puts a draft's own text in another order, with new text between, in one operation that can be
    /// undone, and returns the new revision. Source 0 is the draft itself as it was; what is taken
    /// from there keeps its origins, and what is written has the operation's. A batch that changes
    /// nothing leaves the revision as it is.
    ///
    /// # Errors
    /// `Conflict` if the draft has moved on, `BadEdit` if a range does not fit.
    pub fn rearrange(
        &self,
        draft_id: &str,
        base_revision: u32,
        patches: &[Patch],
        operation: &Operation,
    ) -> Result<u32> {
        let now = self.now();
        self.write(|tx| {
            let mut line = edit::load_at(tx, draft_id, base_revision)?;
            let own = [Thread {
                body: line.body.clone(),
                runs: line.runs.clone(),
            }];
            let change = Change::body(pieces(patches, &own, &operation.origin)?);
            edit::perform(tx, &mut line, change, operation, now)
        })
    }

    /// Merges another draft of the same document into one, in one operation that can be undone, and
    /// returns the new revision. `patches` are of the draft's text and take from the other draft,
    /// which is source 0, or from the draft itself as it was, source 1. Both are kept before, and
    /// the result as a node that grew out of both.
    ///
    /// # Errors
    /// As [`Library::take_passages`].
    pub fn merge(
        &self,
        draft_id: &str,
        base_revision: u32,
        other_id: &str,
        other_revision: u32,
        patches: &[Patch],
        description: Option<&Description>,
    ) -> Result<u32> {
        let now = self.now();
        self.write(|tx| {
            let mut line = edit::load_at(tx, draft_id, base_revision)?;
            let source = |id: &str, revision| Source::Draft {
                id: id.to_owned(),
                revision,
            };
            let sources = [
                source(other_id, other_revision),
                source(draft_id, base_revision),
            ];
            let threads = threads(tx, &sources, &line.document_id)?;
            let node_id = kept(tx, other_id, now)?;
            let merged = history::of_document(tx, &node_id)?.1;
            history::keep_if_new(tx, &mut line, "before_merge", now)?;
            let change = Change {
                pieces: pieces(patches, &threads, &Origin::Typed)?,
                sheet: sheet(description)?,
                to: None,
            };
            let operation = Operation {
                kind: OperationKind::Merge { node_id },
                origin: Origin::Typed,
            };
            let revision = edit::perform(tx, &mut line, change, &operation, now)?;
            let how = Keep {
                merged: Some(merged),
                ..Keep::version("merged", None)
            };
            history::keep(tx, &mut line, how, now)?;
            Ok(revision)
        })
    }

    /// The nearest node that both drafts grew out of, over merges too. None if they have nothing in
    /// common.
    pub fn common_ancestor(&self, one: &str, other: &str) -> Result<Option<HistoryNode>> {
        self.read(|c| {
            let heads = [head(c, one)?, head(c, other)?];
            let [Some(one), Some(other)] = heads else {
                return Ok(None);
            };
            let parents = parents(c, one, other)?;
            let of_one = ancestors(one, &parents);
            // A node that no other common ancestor grew out of later; the newest of them.
            let common: HashSet<i64> = ancestors(other, &parents)
                .into_iter()
                .filter(|key| of_one.contains(key))
                .collect();
            let older: HashSet<i64> = common
                .iter()
                .flat_map(|key| parents.get(key).into_iter().flatten().copied())
                .flat_map(|parent| ancestors(parent, &parents))
                .collect();
            let nearest = common.into_iter().filter(|key| !older.contains(key)).max();
            nearest.map(|key| history::by_key(c, key)).transpose()
        })
    }
}

fn sheet(description: Option<&Description>) -> Result<Option<Sheet>> {
    description
        .map(|(title, fields)| Sheet::of(title, fields))
        .transpose()
}

/// A node that holds a draft as it is, and its id.
fn kept(connection: &Connection, draft_id: &str, now: i64) -> Result<String> {
    let mut line = Line::load(connection, draft_id)?;
    if let Some(node) = history::keep_if_new(connection, &mut line, "before_merge", now)? {
        return Ok(node.id);
    }
    match line.head_key {
        Some(key) => Ok(history::by_key(connection, key)?.id),
        None => Ok(history::keep(connection, &mut line, Keep::snapshot("before_merge"), now)?.id),
    }
}

fn head(connection: &Connection, draft_id: &str) -> Result<Option<i64>> {
    Ok(Line::load(connection, draft_id)?.head_key)
}

/// The parents of every node that these two can have grown out of.
fn parents(connection: &Connection, one: i64, other: i64) -> Result<HashMap<i64, Vec<i64>>> {
    let mut parents = HashMap::new();
    let mut statement =
        connection.prepare_cached("SELECT parent_key, merged_key FROM nodes WHERE key = ?1")?;
    let mut open = VecDeque::from([one, other]);
    while let Some(key) = open.pop_front() {
        if parents.contains_key(&key) {
            continue;
        }
        let mut rows = statement.query([key])?;
        let mut found = Vec::new();
        if let Some(row) = rows.next()? {
            for column in [0, 1] {
                found.extend(row.get::<_, Option<i64>>(column)?);
            }
        }
        open.extend(&found);
        parents.insert(key, found);
    }
    Ok(parents)
}

/// A node and all that it grew out of.
fn ancestors(key: i64, parents: &HashMap<i64, Vec<i64>>) -> HashSet<i64> {
    let mut found = HashSet::new();
    let mut open = vec![key];
    while let Some(key) = open.pop() {
        if found.insert(key) {
            open.extend(parents.get(&key).into_iter().flatten());
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::testing::{Desk, typing};
    use crate::{Edit, NodeKind};

    impl Desk {
        fn type_into(&self, draft: &str, from: usize, to: usize, insert: &str, origin: &Origin) {
            let edit = Edit {
                from,
                to,
                insert: insert.to_owned(),
            };
            let operation = Operation {
                origin: origin.clone(),
                ..typing()
            };
            let revision = self.library.draft(draft).unwrap().revision;
            self.library
                .apply(draft, revision, &[edit], &operation)
                .unwrap();
        }

        fn at(&self, draft: &str) -> u32 {
            self.library.draft(draft).unwrap().revision
        }

        fn origins_of(&self, draft: &str) -> Vec<(String, Origin)> {
            let body = self.library.draft(draft).unwrap().body;
            let spans = self.library.spans(draft).unwrap().into_iter();
            spans
                .map(|span| (body[span.range].to_owned(), span.origin))
                .collect()
        }
    }

    fn patch(from: usize, to: usize, strands: Vec<Strand>) -> Patch {
        Patch { from, to, strands }
    }

    #[test]
    fn a_passage_comes_back_with_the_origin_it_had() {
        let desk = Desk::new();
        desk.write("Typed. ");
        desk.type_into(&desk.draft, 7, 7, "Pasted 潮水.", &Origin::Pasted);
        let node = desk.library.save_version(&desk.draft, "v").unwrap().id;
        desk.type_into(&desk.draft, 7, 21, "New.", &Origin::Typed);
        let source = Source::Node { id: node.clone() };
        let take = [patch(7, 11, vec![Strand::From(0, 7..21)])];
        let base = desk.revision();
        let description = (
            "Low water".to_owned(),
            json!({ "brief": { "topic": "tide" } }),
        );
        let revision = desk
            .library
            .take_passages(&desk.draft, base, &source, &take, Some(&description))
            .unwrap();
        assert_eq!(revision, base + 1);
        assert_eq!(
            desk.origins_of(&desk.draft),
            [
                ("Typed. ".to_owned(), Origin::Typed),
                ("Pasted 潮水.".to_owned(), Origin::Pasted)
            ]
        );
        assert_eq!(
            desk.library.document(&desk.document).unwrap().title,
            "Low water"
        );
        let kind = OperationKind::Restore { node_id: node };
        let journal = desk.library.operations(&desk.draft, 9).unwrap();
        assert_eq!((journal.len(), &journal[0].operation.kind), (4, &kind));
        // What stood there is kept.
        let nodes = desk.library.history(&desk.draft).unwrap();
        assert_eq!(nodes[0].label, "before_restore");
        assert_eq!(desk.library.node_text(&nodes[0].id).unwrap(), "Typed. New.");
    }

    #[test]
    fn what_does_not_fit_changes_nothing() {
        let desk = Desk::new();
        desk.write("潮水");
        let node = desk.library.save_version(&desk.draft, "v").unwrap().id;
        let take = |source: &Source, range: Range<usize>, base| {
            let take = [patch(0, 0, vec![Strand::From(0, range)])];
            desk.library
                .take_passages(&desk.draft, base, source, &take, None)
        };
        let source = Source::Node { id: node.clone() };
        for range in [0..2, 0..9, Range { start: 3, end: 0 }] {
            assert!(matches!(
                take(&source, range, 1),
                Err(LibraryError::BadEdit(_))
            ));
        }
        assert!(matches!(
            take(&source, 0..3, 0),
            Err(LibraryError::Conflict { .. })
        ));
        let other = Desk::new();
        other.write("x");
        let late = Source::Draft {
            id: desk.draft.clone(),
            revision: 0,
        };
        assert!(matches!(
            take(&late, 0..3, 1),
            Err(LibraryError::Conflict { .. })
        ));
        let document = desk
            .library
            .create_document(
                &desk.project,
                inkstone_manuscript::DocumentKind::News,
                "Other",
                inkstone_manuscript::Language::English,
            )
            .unwrap()
            .id;
        let stranger = desk.library.drafts(&document).unwrap()[0].id.clone();
        let source = Source::Node { id: node.clone() };
        let into_other = desk.library.take_passages(&stranger, 0, &source, &[], None);
        assert_eq!(into_other.unwrap_err(), not_found("node", &node));
        assert_eq!((desk.body().as_str(), desk.revision()), ("潮水", 1));
    }

    #[test]
    fn a_merge_is_one_operation_and_grows_out_of_both() {
        let desk = Desk::new();
        desk.write("One. Two. Three.");
        let other = desk.library.branch(&desk.draft, "other").unwrap().id;
        desk.type_into(&other, 5, 8, "2", &Origin::Pasted);
        desk.type_into(&desk.draft, 10, 15, "Three more", &Origin::Typed);
        let base = desk
            .library
            .common_ancestor(&desk.draft, &other)
            .unwrap()
            .unwrap();
        assert_eq!(
            desk.library.node_text(&base.id).unwrap(),
            "One. Two. Three."
        );
        let patches = [
            patch(5, 8, vec![Strand::From(0, 5..6)]),
            patch(
                21,
                21,
                vec![Strand::Written("!".to_owned()), Strand::From(1, 0..4)],
            ),
        ];
        let before = desk.body();
        let base = desk.revision();
        let revision = desk
            .library
            .merge(&desk.draft, base, &other, desk.at(&other), &patches, None)
            .unwrap();
        assert_eq!(
            (desk.body().as_str(), revision),
            ("One. 2. Three more.!One.", base + 1)
        );
        assert_eq!(
            desk.origins_of(&desk.draft)[1],
            ("2".to_owned(), Origin::Pasted)
        );
        let nodes = desk.library.history(&desk.draft).unwrap();
        assert_eq!(
            (nodes[0].kind, nodes[0].label.as_str()),
            (NodeKind::Version, "merged")
        );
        let theirs = desk.library.history(&other).unwrap()[0].clone();
        assert_eq!(nodes[0].merged_from.as_ref(), Some(&theirs.id));
        assert_eq!(nodes[0].parent_id.as_ref(), Some(&nodes[1].id));
        assert_eq!(desk.library.node_text(&nodes[1].id).unwrap(), before);
        // One undo takes it back; what is common now is what was merged.
        let inverse = desk.library.operations(&desk.draft, 1).unwrap()[0]
            .inverse
            .clone();
        let undo = Operation {
            kind: OperationKind::Undo,
            origin: Origin::Typed,
        };
        desk.library
            .apply(&desk.draft, revision, &inverse, &undo)
            .unwrap();
        assert_eq!(desk.body(), before);
        let nearest = desk
            .library
            .common_ancestor(&desk.draft, &other)
            .unwrap()
            .unwrap();
        assert_eq!(nearest.id, theirs.id);
        assert_eq!(
            desk.library.verify().unwrap().problems,
            Vec::<String>::new()
        );
    }

    #[test]
    fn drafts_without_a_history_have_no_ancestor() {
        let desk = Desk::new();
        let other = desk.library.branch(&desk.draft, "empty").unwrap().id;
        let found = desk.library.common_ancestor(&desk.draft, &other).unwrap();
        assert!(found.is_none_or(|node| node.characters == 0));
    }
}
