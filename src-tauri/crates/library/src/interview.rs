//! Interviews: conversations with the people of a script.

use rusqlite::{Connection, Row, params};
use serde_json::Value;

use crate::Library;
use crate::library::{Result, many, new_id, one};
use crate::row::Json;

/// A conversation with one of the people of a draft.
#[derive(Debug, Clone, PartialEq)]
pub struct Interview {
    /// Its id.
    pub id: String,
    /// The draft whose person it is.
    pub draft_id: String,
    /// The name as it stands in cues.
    pub character: String,
    /// What was asked and answered, oldest first.
    pub turns: Vec<InterviewTurn>,
    /// When it was begun, in ms since 1970.
    pub created_at: i64,
    /// When something was asked last, in ms since 1970.
    pub updated_at: i64,
}

/// A question and the call of a model that answers it.
#[derive(Debug, Clone, PartialEq)]
pub struct InterviewTurn {
    /// Its id.
    pub id: String,
    /// What was asked.
    pub question: String,
    /// The answer is this generation's output.
    pub generation_id: String,
    /// What is known of the asking: what had room in the prompt.
    pub facts: Value,
    /// Whether the answer was kept as a note.
    pub kept: bool,
    /// When it was asked, in ms since 1970.
    pub created_at: i64,
}

fn read(row: &Row<'_>) -> rusqlite::Result<Interview> {
    Ok(Interview {
        id: row.get(0)?,
        draft_id: row.get(1)?,
        character: row.get(2)?,
        turns: Vec::new(),
        created_at: row.get(3)?,
        updated_at: row.get(4)?,
    })
}

fn read_turn(row: &Row<'_>) -> rusqlite::Result<InterviewTurn> {
    let Json(facts) = row.get(3)?;
    Ok(InterviewTurn {
        id: row.get(0)?,
        question: row.get(1)?,
        generation_id: row.get(2)?,
        facts,
        kept: row.get(4)?,
        created_at: row.get(5)?,
    })
}

const COLUMNS: &str = "id, draft_id, character, created_at, updated_at";

fn turns(connection: &Connection, mut interview: Interview) -> Result<Interview> {
    let sql = "SELECT id, question, generation_id, facts, kept, created_at FROM interview_turns
               WHERE interview_id = ?1 ORDER BY key";
    interview.turns = many(connection, sql, [&interview.id], read_turn)?;
    Ok(interview)
}

impl Library {
    /// Begins an interview with someone. Returns its id.
    pub fn begin_interview(&self, draft_id: &str, character: &str) -> Result<String> {
        let (id, now) = (new_id()?, self.now());
        self.write(|tx| {
            let sql = "SELECT 1 FROM drafts WHERE id = ?1";
            one(tx, "draft", draft_id, sql, |_| Ok(()))?;
            tx.execute(
                "INSERT INTO interviews (id, draft_id, character, created_at, updated_at)
                 VALUES (?1, ?2, ?3, ?4, ?4)",
                params![id, draft_id, character, now],
            )?;
            Ok(())
        })?;
        Ok(id)
    }

    /// One interview, deleted or not.
    pub fn interview(&self, id: &str) -> Result<Interview> {
        self.read(|c| {
            let sql = format!("SELECT {COLUMNS} FROM interviews WHERE id = ?1");
            turns(c, one(c, "interview", id, &sql, read)?)
        })
    }

    /// The interviews of a draft, the one asked last first.
    pub fn interviews(&self, draft_id: &str) -> Result<Vec<Interview>> {
        self.read(|c| {
            let sql = format!(
                "SELECT {COLUMNS} FROM interviews WHERE draft_id = ?1 AND deleted_at IS NULL
                 ORDER BY updated_at DESC, key DESC"
            );
            let found = many(c, &sql, [draft_id], read)?;
            found.into_iter().map(|one| turns(c, one)).collect()
        })
    }

    /// Adds a question, and the call that answers it. Returns the turn's id.
    pub fn ask(
        &self,
        interview_id: &str,
        question: &str,
        generation_id: &str,
        facts: &Value,
    ) -> Result<String> {
        let (id, now) = (new_id()?, self.now());
        self.write(|tx| {
            let touched = tx.execute(
                "UPDATE interviews SET updated_at = ?1 WHERE id = ?2",
                params![now, interview_id],
            )?;
            if touched == 0 {
                return Err(crate::library::not_found("interview", interview_id));
            }
            tx.execute(
                "INSERT INTO interview_turns
                    (id, interview_id, question, generation_id, facts, kept, created_at)
                 VALUES (?1, ?2, ?3, ?4, ?5, 0, ?6)",
                params![id, interview_id, question, generation_id, Json(facts), now],
            )?;
            Ok(())
        })?;
        Ok(id)
    }

    /// The question of a turn is answered anew; the earlier call stays in the record.
    pub fn answer_anew(&self, turn_id: &str, generation_id: &str, facts: &Value) -> Result<()> {
        let sql = "UPDATE interview_turns SET generation_id = ?1, facts = ?2, kept = 0
                   WHERE id = ?3";
        let values = params![generation_id, Json(facts), turn_id];
        self.write_one("turn", turn_id, sql, values)
    }

    /// Says whether an answer was kept as a note.
    pub fn keep_answer(&self, turn_id: &str, kept: bool) -> Result<()> {
        let sql = "UPDATE interview_turns SET kept = ?1 WHERE id = ?2";
        self.write_one("turn", turn_id, sql, params![kept, turn_id])
    }

    /// Puts an interview away.
    pub fn delete_interview(&self, id: &str) -> Result<()> {
        let sql = "UPDATE interviews SET deleted_at = ifnull(deleted_at, ?1) WHERE id = ?2";
        self.write_one("interview", id, sql, params![self.now(), id])
    }

    /// Brings an interview back.
    pub fn restore_interview(&self, id: &str) -> Result<()> {
        let sql = "UPDATE interviews SET deleted_at = NULL WHERE id = ?1";
        self.write_one("interview", id, sql, [id])
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::LibraryError;
    use crate::testing::{Desk, open};

    #[test]
    fn a_conversation_is_there_the_next_day_and_after_it_was_put_away() {
        let desk = Desk::new();
        let (one, two) = (desk.generation("No."), desk.generation("Never."));
        let library = &desk.library;
        let mara = library.begin_interview(&desk.draft, "Mara").unwrap();
        let tom = library.begin_interview(&desk.draft, "老唐").unwrap();
        let facts = json!({ "scenes": 2 });
        let first = library.ask(&mara, "为什么？", &one, &facts).unwrap();
        library.ask(&mara, "Again?", &two, &json!({})).unwrap();
        library.keep_answer(&first, true).unwrap();
        let path = library.path().to_owned();
        drop(desk.library);
        let library = open(&path);
        let all = library.interviews(&desk.draft).unwrap();
        assert_eq!(all[0].character, "Mara", "asked last");
        let turns = &all[0].turns;
        assert_eq!(
            (turns.len(), turns[0].kept, turns[1].kept),
            (2, true, false)
        );
        assert_eq!(
            (turns[0].question.as_str(), &turns[0].facts),
            ("为什么？", &facts)
        );
        library.answer_anew(&first, &two, &json!({})).unwrap();
        let turn = &library.interview(&mara).unwrap().turns[0];
        assert_eq!((&turn.generation_id, turn.kept), (&two, false));
        library.delete_interview(&tom).unwrap();
        assert_eq!(library.interviews(&desk.draft).unwrap().len(), 1);
        library.restore_interview(&tom).unwrap();
        assert_eq!(library.interviews(&desk.draft).unwrap().len(), 2);
    }

    #[test]
    fn what_is_not_there_is_named() {
        let desk = Desk::new();
        let generation = desk.generation("No.");
        let missing = |what| LibraryError::NotFound {
            what,
            id: "x".to_owned(),
        };
        let library = &desk.library;
        assert_eq!(
            library.begin_interview("x", "Mara").unwrap_err(),
            missing("draft")
        );
        assert_eq!(library.interview("x").unwrap_err(), missing("interview"));
        let ask = library.ask("x", "?", &generation, &json!({}));
        assert_eq!(ask.unwrap_err(), missing("interview"));
        assert_eq!(library.keep_answer("x", true).unwrap_err(), missing("turn"));
        assert_eq!(
            library.delete_interview("x").unwrap_err(),
            missing("interview")
        );
    }
}
