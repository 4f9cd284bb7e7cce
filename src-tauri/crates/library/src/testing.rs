//! What the tests of this room share.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use inkstone_manuscript::{DocumentKind, Language};

use crate::{
    Clock, Edit, GenerationEnd, GenerationStart, Library, Operation, OperationKind, Origin,
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

pub(crate) fn open(path: &Path) -> Library {
    Library::open(path, Arc::new(Ticks::default())).unwrap()
}

pub(crate) fn typing() -> Operation {
    Operation {
        kind: OperationKind::Typing,
        origin: Origin::Typed,
    }
}
