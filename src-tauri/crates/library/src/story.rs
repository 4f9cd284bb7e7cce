//! What the parts of a draft's story were made from. A record of the program's own: it can be made
//! anew from the text, so it is no part of the journal.

use rusqlite::{OptionalExtension as _, params};
use serde_json::Value;

use crate::Library;
use crate::library::{Result, one};
use crate::row::Json;

impl Library {
    /// What is known of a draft's story. A draft that has nothing of its own yet starts from what
    /// is known of its document's other drafts, the last noted first.
    pub fn story(&self, draft_id: &str) -> Result<Option<Value>> {
        self.read(|c| {
            let sql = "SELECT stories.body FROM stories JOIN drafts ON drafts.id = stories.draft_id
                       WHERE document_id = (SELECT document_id FROM drafts WHERE id = ?1)
                       ORDER BY stories.draft_id = ?1 DESC, stories.updated_at DESC LIMIT 1";
            let found = c.query_row(sql, [draft_id], |row| {
                let Json(body) = row.get(0)?;
                Ok(body)
            });
            Ok(found.optional()?)
        })
    }

    /// Notes what is known of a draft's story.
    pub fn note_story(&self, draft_id: &str, body: &Value) -> Result<()> {
        let now = self.now();
        self.write(|tx| {
            let sql = "SELECT 1 FROM drafts WHERE id = ?1";
            one(tx, "draft", draft_id, sql, |_| Ok(()))?;
            tx.execute(
                "INSERT INTO stories (draft_id, body, updated_at) VALUES (?1, ?2, ?3)
                 ON CONFLICT (draft_id) DO UPDATE SET body = ?2, updated_at = ?3",
                params![draft_id, Json(body), now],
            )?;
            Ok(())
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::testing::Desk;

    #[test]
    fn a_branch_starts_from_what_is_known_and_goes_its_own_way() {
        let desk = Desk::new();
        let library = &desk.library;
        assert_eq!(library.story(&desk.draft).unwrap(), None);
        library.note_story(&desk.draft, &json!({ "n": 1 })).unwrap();
        let branch = library.branch(&desk.draft, "b").unwrap();
        assert_eq!(library.story(&branch.id).unwrap(), Some(json!({ "n": 1 })));
        library.note_story(&branch.id, &json!({ "n": 2 })).unwrap();
        library.note_story(&branch.id, &json!({ "n": 3 })).unwrap();
        assert_eq!(library.story(&branch.id).unwrap(), Some(json!({ "n": 3 })));
        assert_eq!(library.story(&desk.draft).unwrap(), Some(json!({ "n": 1 })));
        assert!(library.note_story("x", &json!({})).is_err());
    }
}
