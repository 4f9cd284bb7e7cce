//! Bringing a text in from a file.

use crate::document::{self, NewDocument};
use crate::edit::{self, Change, Piece};
use crate::history;
use crate::library::Result;
use crate::{Edit, Library, Operation, OperationKind, Origin};

impl Library {
    /// Makes a document of a text that came from the file `file`, and a snapshot of it, all in one
    /// transaction: a document is here as it came, or not at all. Returns the id of its draft.
    ///
    /// # Errors
    /// `NotFound` for a project that is not there.
    pub fn import_document(&self, new: &NewDocument<'_>, text: &str, file: &str) -> Result<String> {
        let now = self.now();
        let operation = Operation {
            kind: OperationKind::Import,
            origin: Origin::Imported {
                file: file.to_owned(),
            },
        };
        let edit = Edit {
            from: 0,
            to: 0,
            insert: text.to_owned(),
        };
        self.write(|tx| {
            let (_, mut line) = document::create(tx, new, now)?;
            if !text.is_empty() {
                let change = Change::body(vec![Piece::of(&edit, &operation.origin)]);
                edit::perform(tx, &mut line, change, &operation, now)?;
            }
            history::keep_if_new(tx, &mut line, "autosave", now)?;
            Ok(line.id)
        })
    }
}

#[cfg(test)]
mod tests {
    use inkstone_manuscript::{DocumentKind, Language};
    use serde_json::json;

    use super::*;
    use crate::testing::Desk;

    #[test]
    fn a_text_comes_in_with_its_file_and_a_snapshot_or_not_at_all() {
        let desk = Desk::new();
        let fields = json!({ "original": { "format": "markdown" } });
        let new = NewDocument {
            project_id: &desk.project,
            kind: DocumentKind::News,
            title: "Ferry",
            language: Language::English,
            fields: &fields,
        };
        let id = desk
            .library
            .import_document(&new, "It runs.", "a/ferry.md")
            .unwrap();
        let draft = desk.library.draft(&id).unwrap();
        assert_eq!(
            (draft.body.as_str(), draft.title.as_str()),
            ("It runs.", "Ferry")
        );
        assert_eq!(draft.fields, fields);
        let origin = Origin::Imported {
            file: "a/ferry.md".to_owned(),
        };
        assert_eq!(desk.library.spans(&id).unwrap()[0].origin, origin);
        assert_eq!(desk.library.history(&id).unwrap().len(), 1);

        let before = desk.library.documents(&desk.project).unwrap().len();
        let nowhere = NewDocument {
            project_id: "none",
            ..new
        };
        assert!(desk.library.import_document(&nowhere, "x", "x").is_err());
        assert_eq!(desk.library.documents(&desk.project).unwrap().len(), before);
    }
}
