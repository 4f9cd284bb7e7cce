//! What was: undo and redo through the journal, the tree of kept texts, and the bin.

use std::collections::HashMap;
use std::sync::Arc;

use inkstone_library as lib;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{
    Studio, StudioError,
    drafts::units,
    dto::{CountsDto, DraftView, EditDto},
    inputs::{Id, IdName, Nothing},
    projects::{bounded, counts, time},
};

/// A draft, and the revision that the window has of it.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct DraftAt {
    /// The draft.
    pub draft_id: String,
    /// The revision.
    pub base_revision: u32,
}

/// What an undo or redo did.
#[derive(Debug, Clone, Serialize, TS)]
pub struct Undone {
    /// False if there was nothing to take back or do again.
    pub done: bool,
    /// The draft's revision now.
    pub revision: u32,
    /// The change of the text, in UTF-16 units of the text before.
    pub edits: Vec<EditDto>,
    /// Whether title or brief changed.
    pub described: bool,
    /// The draft's title now.
    pub title: String,
    /// The draft's brief now.
    #[ts(type = "Brief")]
    pub brief: serde_json::Value,
    /// What stands in the text now.
    pub counts: CountsDto,
}

/// Which part of a document's history is wanted.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct HistoryOf {
    /// The document.
    pub document_id: String,
    /// Only named and other wanted ones, and where drafts branched.
    pub versions_only: bool,
    /// Also those that were hidden.
    pub hidden: bool,
    /// Goes on after this node; `null` begins with the newest.
    pub before: Option<String>,
    /// How many, at most 500.
    pub most: u32,
}

/// Characters that one model wrote.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct ModelShare {
    /// The model's name.
    pub name: String,
    /// How many characters.
    pub characters: u32,
}

/// Who wrote what came between a node and its parent, in characters.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, TS)]
pub struct WrittenDto {
    /// Typed by a person.
    pub typed: u32,
    /// Pasted.
    pub pasted: u32,
    /// Imported.
    pub imported: u32,
    /// Written by models.
    pub models: Vec<ModelShare>,
    /// Taken out.
    pub removed: u32,
}

/// A node of a document's history.
#[derive(Debug, Clone, Serialize, TS)]
pub struct TreeNode {
    /// Id.
    pub id: String,
    /// The draft it was kept for.
    pub draft_id: String,
    /// The node it grew from.
    pub parent_id: Option<String>,
    /// The other node that went in, after a merge.
    pub merged_from: Option<String>,
    /// True for a version (kept, named or accepted), false for an automatic snapshot.
    pub version: bool,
    /// Name that a person gave.
    pub name: Option<String>,
    /// Why it was made: `autosave`, `named`, `accepted`, `before_restore`, `restored`, `branch`,
    /// `before_merge`, `merged`, `before_import`, `imported`.
    pub label: String,
    /// Length in characters.
    pub characters: u32,
    /// Who wrote what came since the parent.
    pub written: WrittenDto,
    /// When.
    pub created_at: f64,
    /// Whether a person hid it.
    pub hidden: bool,
}

/// A part of a document's history.
#[derive(Debug, Clone, Serialize, TS)]
pub struct HistoryPage {
    /// The nodes, newest first.
    pub nodes: Vec<TreeNode>,
    /// Whether there are older ones.
    pub more: bool,
}

/// What a node keeps.
#[derive(Debug, Clone, Serialize, TS)]
pub struct NodeView {
    /// The title it had.
    pub title: String,
    /// The brief it had.
    #[ts(type = "Brief")]
    pub brief: serde_json::Value,
    /// The text it had.
    pub body: String,
    /// What stands in it, counted.
    pub counts: CountsDto,
}

/// Hides a node, or shows it again.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct HideNode {
    /// The node.
    pub id: String,
    /// Whether it is to be hidden.
    pub hidden: bool,
}

/// One thing in the bin.
#[derive(Debug, Clone, Serialize, TS)]
pub struct BinItemDto {
    /// What it is.
    #[ts(type = "\"project\" | \"document\" | \"draft\"")]
    pub what: lib::BinKind,
    /// Its id.
    pub id: String,
    /// A project's name, a document's title (may be empty), or a draft's name.
    pub name: String,
    /// The title of the document that a draft belongs to.
    pub of: Option<String>,
    /// The project it belongs to, or is.
    pub project_id: String,
    /// That project's name.
    pub project: String,
    /// The document's kind.
    #[ts(type = "DocumentKind | null")]
    pub kind: Option<inkstone_manuscript::DocumentKind>,
    /// How many documents a project has, or drafts a document.
    pub holds: u32,
    /// When it was deleted.
    pub deleted_at: f64,
}

/// What emptying the bin deleted.
#[derive(Debug, Clone, Copy, Serialize, TS)]
pub struct EmptiedDto {
    /// Projects.
    pub projects: u32,
    /// Documents.
    pub documents: u32,
    /// Drafts.
    pub drafts: u32,
}

/// Names of models by the calls that they answered.
#[derive(Default)]
struct Models(HashMap<String, String>);

impl Models {
    fn name(&mut self, library: &lib::Library, generation: &str) -> Result<String, StudioError> {
        if let Some(name) = self.0.get(generation) {
            return Ok(name.clone());
        }
        // What was written by a call that is gone was written by a model all the same.
        let name = library.model_of(generation)?.unwrap_or_default();
        self.0.insert(generation.to_owned(), name.clone());
        Ok(name)
    }

    fn written(
        &mut self,
        library: &lib::Library,
        written: lib::Written,
    ) -> Result<WrittenDto, StudioError> {
        let mut dto = WrittenDto {
            removed: written.removed,
            ..WrittenDto::default()
        };
        for lib::Share { origin, characters } in written.added {
            match origin {
                lib::Origin::Typed => dto.typed += characters,
                lib::Origin::Pasted => dto.pasted += characters,
                lib::Origin::Imported { .. } => dto.imported += characters,
                lib::Origin::Generated { generation_id }
                | lib::Origin::Filled { generation_id } => {
                    let name = self.name(library, &generation_id)?;
                    match dto.models.iter_mut().find(|share| share.name == name) {
                        Some(share) => share.characters += characters,
                        None => dto.models.push(ModelShare { name, characters }),
                    }
                }
            }
        }
        Ok(dto)
    }
}

impl Studio {
    fn step(
        &self,
        i: &DraftAt,
        step: fn(&lib::Library, &str, u32) -> Result<Option<lib::UndoStep>, lib::LibraryError>,
    ) -> Result<Undone, StudioError> {
        let before = self.library.draft(&i.draft_id)?;
        if !(before.body_revision..=before.revision).contains(&i.base_revision) {
            return Err(lib::LibraryError::Conflict {
                current: before.revision,
            }
            .into());
        }
        let step = step(&self.library, &i.draft_id, before.revision)?;
        let after = self.library.draft(&i.draft_id)?;
        let document = self.library.document(&after.document_id)?;
        let edit = step.as_ref().and_then(|step| step.edit.clone());
        let edits = edit.map(|edit| {
            let (from, to) = units(&before.body, &(edit.from..edit.to));
            EditDto {
                from,
                to,
                insert: edit.insert,
            }
        });
        Ok(Undone {
            done: step.is_some(),
            revision: after.revision,
            edits: edits.into_iter().collect(),
            described: step.is_some_and(|step| step.described),
            brief: Self::shown_brief(&document, &after.fields),
            title: after.title,
            counts: counts(&after.body),
        })
    }

    async fn stepped(
        self: &Arc<Self>,
        i: DraftAt,
        step: fn(&lib::Library, &str, u32) -> Result<Option<lib::UndoStep>, lib::LibraryError>,
    ) -> Result<Undone, StudioError> {
        let undone = self.blocking(move |s| s.step(&i, step)).await?;
        if undone.described {
            self.changed(&["documents"]);
        }
        Ok(undone)
    }

    /// See [`crate::commands`].
    pub async fn undo(self: &Arc<Self>, i: DraftAt) -> Result<Undone, StudioError> {
        self.stepped(i, lib::Library::undo).await
    }

    /// See [`crate::commands`].
    pub async fn redo(self: &Arc<Self>, i: DraftAt) -> Result<Undone, StudioError> {
        self.stepped(i, lib::Library::redo).await
    }

    /// See [`crate::commands`].
    pub async fn document_history(
        self: &Arc<Self>,
        i: HistoryOf,
    ) -> Result<HistoryPage, StudioError> {
        const MOST: u32 = 500;
        let most = i.most.clamp(1, MOST) as usize;
        self.blocking(move |s| {
            let filter = lib::HistoryFilter {
                versions_only: i.versions_only,
                hidden: i.hidden,
            };
            let before = i.before.as_deref();
            let mut found = s
                .library
                .document_history(&i.document_id, filter, before, most + 1)?;
            let more = found.len() > most;
            found.truncate(most);
            let mut models = Models::default();
            let nodes = found.into_iter().map(|node| {
                Ok(TreeNode {
                    id: node.id,
                    draft_id: node.draft_id,
                    parent_id: node.parent_id,
                    merged_from: node.merged_from,
                    version: node.kind == lib::NodeKind::Version,
                    name: node.name,
                    label: node.label,
                    characters: node.characters,
                    written: models.written(&s.library, node.written)?,
                    created_at: time(node.created_at),
                    hidden: node.hidden_at.is_some(),
                })
            });
            Ok(HistoryPage {
                nodes: nodes.collect::<Result<_, StudioError>>()?,
                more,
            })
        })
        .await
    }

    /// See [`crate::commands`].
    pub async fn node_view(self: &Arc<Self>, i: Id) -> Result<NodeView, StudioError> {
        self.blocking(move |s| {
            let state = s.library.node_state(&i.id)?;
            let draft = s.library.draft(&s.library.node(&i.id)?.draft_id)?;
            let document = s.library.document(&draft.document_id)?;
            Ok(NodeView {
                brief: Self::shown_brief(&document, &state.fields),
                counts: counts(&state.body),
                title: state.title,
                body: state.body,
            })
        })
        .await
    }

    /// See [`crate::commands`].
    pub async fn name_node(self: &Arc<Self>, i: IdName) -> Result<(), StudioError> {
        let name = bounded("name", &i.name, 300)?;
        self.blocking(move |s| Ok(s.library.name_node(&i.id, &name)?))
            .await?;
        self.changed(&["history"]);
        Ok(())
    }

    /// See [`crate::commands`].
    pub async fn hide_node(self: &Arc<Self>, i: HideNode) -> Result<(), StudioError> {
        self.blocking(move |s| Ok(s.library.hide_node(&i.id, i.hidden)?))
            .await?;
        self.changed(&["history"]);
        Ok(())
    }

    /// See [`crate::commands`].
    pub async fn branch_node(self: &Arc<Self>, i: IdName) -> Result<DraftView, StudioError> {
        let name = bounded("name", &i.name, 300)?;
        let view = self
            .blocking(move |s| {
                let draft = s.library.branch_from(&i.id, &name)?;
                s.library.show_draft(&draft.id)?;
                s.draft_view(&draft.id)
            })
            .await?;
        self.changed(&["documents", "history"]);
        Ok(view)
    }

    /// See [`crate::commands`].
    pub async fn bin(self: &Arc<Self>, _: Nothing) -> Result<Vec<BinItemDto>, StudioError> {
        self.blocking(|s| {
            let item = |item: lib::BinItem| BinItemDto {
                what: item.kind,
                id: item.id,
                name: item.name,
                of: item.of,
                project_id: item.project_id,
                project: item.project,
                kind: item.document_kind,
                holds: item.holds,
                deleted_at: time(item.deleted_at),
            };
            Ok(s.library.bin()?.into_iter().map(item).collect())
        })
        .await
    }

    /// See [`crate::commands`].
    pub async fn restore_draft(self: &Arc<Self>, i: Id) -> Result<(), StudioError> {
        self.blocking(move |s| Ok(s.library.restore_draft(&i.id)?))
            .await?;
        self.changed(&["documents", "history"]);
        Ok(())
    }

    /// See [`crate::commands`].
    pub async fn empty_bin(self: &Arc<Self>, _: Nothing) -> Result<EmptiedDto, StudioError> {
        let emptied = self.blocking(|s| Ok(s.library.empty_bin()?)).await?;
        self.changed(&["projects", "documents", "history"]);
        Ok(EmptiedDto {
            projects: emptied.projects,
            documents: emptied.documents,
            drafts: emptied.drafts,
        })
    }

    /// A brief as a window shows it: one that can't be read any more is an empty one, so that it
    /// does not keep the text from opening.
    pub(crate) fn shown_brief(
        document: &lib::Document,
        fields: &serde_json::Value,
    ) -> serde_json::Value {
        let (kind, language) = (document.kind, document.language);
        Self::brief(kind, language, fields)
            .unwrap_or_else(|_| inkstone_desks::Brief::empty(kind, language))
            .to_value()
    }
}

/// Keeps the library small while nobody is kept waiting.
#[derive(Debug, Default)]
pub(crate) struct Upkeep {
    pub(crate) running: std::sync::atomic::AtomicBool,
    snapshots: std::sync::atomic::AtomicU32,
}

impl Studio {
    /// Once in a while, after a pause in the writing, indexes what waits for it and compacts the
    /// library in the background.
    pub(crate) fn keep_small(self: &Arc<Self>) {
        use std::sync::atomic::Ordering;
        /// Kept texts between two compactions.
        const EVERY: u32 = 20;
        /// Between two steps anyone may write.
        const REST: std::time::Duration = std::time::Duration::from_millis(60);
        /// Bytes of text that one step indexes.
        const INDEXED: usize = 64 << 10;
        let count = self.upkeep.snapshots.fetch_add(1, Ordering::Relaxed);
        if !count.is_multiple_of(EVERY) || self.upkeep.running.swap(true, Ordering::AcqRel) {
            return;
        }
        let studio = self.clone();
        tokio::spawn(async move {
            let mut state = lib::Compaction::default();
            loop {
                tokio::time::sleep(REST).await;
                let step = studio
                    .blocking(move |s| {
                        let more =
                            s.library.index_some(INDEXED)? || s.library.compact_step(&mut state)?;
                        Ok((more, state))
                    })
                    .await;
                match step {
                    Ok((true, now)) => state = now,
                    // What could not be done now is done another time.
                    Ok((false, _)) | Err(_) => break,
                }
            }
            studio.upkeep.running.store(false, Ordering::Release);
        });
    }
}
