//! What is known of a model only when it is loaded.

use rusqlite::params;

use crate::Library;
use crate::library::Result;

impl Library {
    /// Adds to a call that has not begun yet what its model says of itself: name, hash of the
    /// file, and what runs it. A call is written down when it is asked for; its model may have to
    /// be loaded first.
    pub fn name_model(
        &self,
        generation_id: &str,
        model_name: &str,
        model_sha256: Option<&str>,
        engine: &str,
    ) -> Result<()> {
        let sql = "UPDATE generations SET model_name = ?1, model_sha256 = ?2, engine = ?3
                   WHERE id = ?4";
        let values = params![model_name, model_sha256, engine, generation_id];
        self.write_one("generation", generation_id, sql, values)
    }

    /// Notes that names and numbers gave way to placeholders before this call left the machine; the
    /// record keeps the words as they were, the ledger what was sent.
    pub fn note_masked(&self, generation_id: &str) -> Result<()> {
        let sql = "UPDATE generations SET facts = json_set(facts, '$.masked', json('true'))
                   WHERE id = ?1";
        self.write_one("generation", generation_id, sql, params![generation_id])
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::Desk;
    use crate::{GenerationStart, LibraryError};

    #[test]
    fn a_model_is_named_once_it_is_loaded() {
        let desk = Desk::new();
        let start = GenerationStart {
            task: "draft".to_owned(),
            model_name: "starter".to_owned(),
            ..GenerationStart::default()
        };
        let id = desk.library.begin_generation(&start).unwrap();
        desk.library
            .name_model(&id, "Starter 1", Some("ab12"), "candle 1")
            .unwrap();
        let found = desk.library.generation(&id).unwrap();
        assert_eq!(
            (found.model_name.as_str(), found.engine.as_str()),
            ("Starter 1", "candle 1")
        );
        assert_eq!(found.model_sha256.as_deref(), Some("ab12"));
        let missing = LibraryError::NotFound {
            what: "generation",
            id: "x".to_owned(),
        };
        assert_eq!(
            desk.library.name_model("x", "", None, "").unwrap_err(),
            missing
        );
    }
}
