//! What the tests of this room share.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use inkstone_manuscript::{DocumentKind, Language};

use crate::{
    Clock, Edit, GenerationEnd, GenerationStart, Library, Operation, OperationKind, Origin, Places,
    SearchQuery,
};

/// A clock that goes on by one whenever it is read.
#[derive(Default)]
pub(crate) struct Ticks(AtomicI64);

impl Clock for Ticks {
    fn now_ms(&self) -> i64 {
        self.0.fetch_add(1, Ordering::Relaxed)
    }
}

/// A library in a folder of its own, with a project, a document and its draft.
pub(crate) struct Desk {
    pub(crate) folder: tempfile::TempDir,
    pub(crate) library: Library,
    pub(crate) project: String,
    pub(crate) document: String,
    pub(crate) draft: String,
}

impl Desk {
    pub(crate) fn new() -> Desk {
        let folder = tempfile::tempdir().unwrap();
        let library = open(&folder.path().join("library.ink"));
        let project = library
            .create_project("Coast", Language::English)
            .unwrap()
            .id;
        let document = library
            .create_document(&project, DocumentKind::News, "Tide", Language::English)
            .unwrap()
            .id;
        let draft = library.drafts(&document).unwrap()[0].id.clone();
        Desk {
            folder,
            library,
            project,
            document,
            draft,
        }
    }

    pub(crate) fn body(&self) -> String {
        self.library.draft(&self.draft).unwrap().body
    }

    pub(crate) fn revision(&self) -> u32 {
        self.library.draft(&self.draft).unwrap().revision
    }

    /// Replaces the whole text.
    pub(crate) fn write(&self, text: &str) -> u32 {
        let edit = Edit {
            from: 0,
            to: self.body().len(),
            insert: text.to_owned(),
        };
        self.library
            .apply(&self.draft, self.revision(), &[edit], &typing())
            .unwrap()
    }

    /// A finished call of a model that wrote `output`.
    pub(crate) fn generation(&self, output: &str) -> String {
        let start = GenerationStart {
            draft_id: Some(self.draft.clone()),
            task: "draft".to_owned(),
            ..GenerationStart::default()
        };
        let id = self.library.begin_generation(&start).unwrap();
        self.library.append_output(&id, output, 3).unwrap();
        let end = GenerationEnd {
            finish_reason: "stop".to_owned(),
            ..GenerationEnd::default()
        };
        self.library.finish_generation(&id, &end).unwrap();
        id
    }
}

/// A present text that has what was looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TextHit {
    pub(crate) document_id: String,
    pub(crate) draft_id: String,
    pub(crate) project_id: String,
    pub(crate) title: String,
    pub(crate) kind: DocumentKind,
    pub(crate) snippet: String,
    pub(crate) at: usize,
    pub(crate) length: usize,
}

impl Library {
    /// The drafts whose title or text has it, as a flat list.
    pub(crate) fn search_texts(
        &self,
        text: &str,
        most: usize,
    ) -> crate::library::Result<Vec<TextHit>> {
        let places = Places {
            texts: true,
            fields: false,
            history: false,
        };
        let query = SearchQuery {
            places,
            most: usize::MAX,
            each: 1,
            ..SearchQuery::of(text)
        };
        let page = self.search(&query)?;
        assert_eq!(page.groups.len(), page.documents.count);
        let mut hits = Vec::new();
        for group in page.groups {
            let drafts = self.found_drafts(&query, &group.document_id)?;
            for draft_id in drafts {
                let hit = group.hits.iter().find(|hit| hit.draft_id == draft_id);
                let hit = hit.or(group.hits.first());
                let at = hit.and_then(|hit| hit.at.clone()).unwrap_or_default();
                hits.push(TextHit {
                    document_id: group.document_id.clone(),
                    draft_id,
                    project_id: group.project_id.clone(),
                    title: group.title.clone(),
                    kind: group.kind,
                    snippet: hit.map(|hit| hit.line.clone()).unwrap_or_default(),
                    at: at.start,
                    length: at.len(),
                });
            }
        }
        hits.truncate(most);
        Ok(hits)
    }
}

pub(crate) fn open(path: &Path) -> Library {
    Library::open(path, Arc::new(Ticks::default())).unwrap()
}

pub(crate) fn typing() -> Operation {
    Operation {
        kind: OperationKind::Typing,
        origin: Origin::Typed,
    }
}
