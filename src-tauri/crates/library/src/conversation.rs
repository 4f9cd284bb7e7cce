//! Conversations: with the people of a script, and with an assistant beside a text.

use std::collections::HashMap;

use rusqlite::{Connection, Row, params};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::Library;
use crate::library::{Result, many, new_id, not_found, one};
use crate::row::Json;

/// A conversation that stands beside a draft.
#[derive(Debug, Clone, PartialEq)]
pub struct Conversation {
    /// Its id.
    pub id: String,
    /// The draft beside which it was begun.
    pub draft_id: String,
    /// Who of the draft's people is talked to, as the name stands in cues; empty for the assistant.
    pub character: String,
    /// What the person calls it; empty if nothing.
    pub name: String,
    /// The turn that the way which is shown ends with.
    pub head_id: Option<String>,
    /// What goes along with a question, as the studio keeps it.
    pub rules: Value,
    /// All that was asked and answered, on all branches, in the order of asking.
    pub turns: Vec<Turn>,
    /// When it was begun, in ms since 1970.
    pub created_at: i64,
    /// When something was asked last, in ms since 1970.
    pub updated_at: i64,
}

/// A question and the call of a model that answers it.
#[derive(Debug, Clone, PartialEq)]
pub struct Turn {
    /// Its id.
    pub id: String,
    /// The turn it follows; none at the beginning.
    pub parent_id: Option<String>,
    /// What was asked.
    pub question: String,
    /// The answer is this generation's output.
    pub generation_id: String,
    /// What is known of the asking: what had room in the prompt.
    pub facts: Value,
    /// Whether the answer was kept as a note.
    pub kept: bool,
    /// What was said up to here and with this turn, in short.
    pub summary: Option<Summary>,
    /// When it was asked, in ms since 1970.
    pub created_at: i64,
}

/// What was said in a conversation, in short. The turns themselves stay.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Summary {
    /// The summary.
    pub text: String,
    /// The call that wrote it.
    pub generation_id: Option<String>,
    /// Whether the person changed it.
    pub edited: bool,
    /// Put away: it is kept and not used.
    #[serde(default)]
    pub deleted: bool,
}

impl Conversation {
    /// The turns that lead to one, oldest first; all to the head for `None`.
    pub fn path(&self, to: Option<&str>) -> Vec<&Turn> {
        let by_id: HashMap<&str, &Turn> = self.turns.iter().map(|t| (t.id.as_str(), t)).collect();
        let mut path = Vec::new();
        let mut next = to.or(self.head_id.as_deref());
        while let Some(turn) = next.and_then(|id| by_id.get(id)) {
            // A circle, which only damage can make, ends the way.
            if path.len() > self.turns.len() {
                break;
            }
            path.push(*turn);
            next = turn.parent_id.as_deref();
        }
        path.reverse();
        path
    }

    /// Where a branch leads: from a turn on to the one asked last below it.
    pub fn tip(&self, of: &str) -> Option<&Turn> {
        let mut tip = self.turns.iter().find(|turn| turn.id == of)?;
        for _ in &self.turns {
            let mut newest = self.turns.iter().rev();
            match newest.find(|turn| turn.parent_id.as_deref() == Some(&tip.id)) {
                Some(child) => tip = child,
                None => break,
            }
        }
        Some(tip)
    }
}

fn read(row: &Row<'_>) -> rusqlite::Result<Conversation> {
    let Json(rules) = row.get(5)?;
    Ok(Conversation {
        id: row.get(0)?,
        draft_id: row.get(1)?,
        character: row.get(2)?,
        name: row.get(3)?,
        head_id: row.get(4)?,
        rules,
        turns: Vec::new(),
        created_at: row.get(6)?,
        updated_at: row.get(7)?,
    })
}

fn read_turn(row: &Row<'_>) -> rusqlite::Result<Turn> {
    let Json(facts) = row.get(4)?;
    let summary: Option<String> = row.get(6)?;
    Ok(Turn {
        id: row.get(0)?,
        parent_id: row.get(1)?,
        question: row.get(2)?,
        generation_id: row.get(3)?,
        facts,
        kept: row.get(5)?,
        // One that another program wrote otherwise counts as none.
        summary: summary.and_then(|s| serde_json::from_str(&s).ok()),
        created_at: row.get(7)?,
    })
}

const COLUMNS: &str = "id, draft_id, character, name, head_id, rules, created_at, updated_at";

fn turns(connection: &Connection, mut conversation: Conversation) -> Result<Conversation> {
    let sql = "SELECT id, parent_id, question, generation_id, facts, kept, summary, created_at
               FROM turns WHERE conversation_id = ?1 ORDER BY key";
    conversation.turns = many(connection, sql, [&conversation.id], read_turn)?;
    Ok(conversation)
}

fn belongs(connection: &Connection, conversation_id: &str, turn_id: &str) -> Result<()> {
    let sql = "SELECT count(*) FROM turns WHERE id = ?1 AND conversation_id = ?2";
    let found: u32 = connection.query_row(sql, [turn_id, conversation_id], |row| row.get(0))?;
    match found {
        0 => Err(not_found("turn", turn_id)),
        _ => Ok(()),
    }
}

impl Library {
    /// Begins a conversation beside a draft, with one of its people or (`character` is empty) with
    /// the assistant. Returns its id.
    pub fn begin_conversation(&self, draft_id: &str, character: &str) -> Result<String> {
        let (id, now) = (new_id()?, self.now());
        self.write(|tx| {
            let sql = "SELECT 1 FROM drafts WHERE id = ?1";
            one(tx, "draft", draft_id, sql, |_| Ok(()))?;
            tx.execute(
                "INSERT INTO conversations (id, draft_id, character, created_at, updated_at)
                 VALUES (?1, ?2, ?3, ?4, ?4)",
                params![id, draft_id, character, now],
            )?;
            Ok(())
        })?;
        Ok(id)
    }

    /// One conversation, deleted or not.
    pub fn conversation(&self, id: &str) -> Result<Conversation> {
        self.read(|c| {
            let sql = format!("SELECT {COLUMNS} FROM conversations WHERE id = ?1");
            turns(c, one(c, "conversation", id, &sql, read)?)
        })
    }

    /// The conversations with a draft's people, the one asked last first.
    pub fn interviews(&self, draft_id: &str) -> Result<Vec<Conversation>> {
        self.conversations_where("draft_id = ?1 AND character <> ''", draft_id)
    }

    /// The conversations with the assistant beside all drafts of a document, the one asked last
    /// first.
    pub fn conversations(&self, document_id: &str) -> Result<Vec<Conversation>> {
        self.conversations_where(
            "draft_id IN (SELECT id FROM drafts WHERE document_id = ?1) AND character = ''",
            document_id,
        )
    }

    fn conversations_where(&self, which: &str, of: &str) -> Result<Vec<Conversation>> {
        self.read(|c| {
            let sql = format!(
                "SELECT {COLUMNS} FROM conversations WHERE {which} AND deleted_at IS NULL
                 ORDER BY updated_at DESC, key DESC"
            );
            let found = many(c, &sql, [of], read)?;
            found.into_iter().map(|one| turns(c, one)).collect()
        })
    }

    /// Adds a question after a turn (`None`: at the beginning), and the call that answers it. It is
    /// shown from now on. Returns the turn's id.
    pub fn ask(
        &self,
        conversation_id: &str,
        after: Option<&str>,
        question: &str,
        generation_id: &str,
        facts: &Value,
    ) -> Result<String> {
        let (id, now) = (new_id()?, self.now());
        self.write(|tx| {
            if let Some(after) = after {
                belongs(tx, conversation_id, after)?;
            }
            let touched = tx.execute(
                "UPDATE conversations SET updated_at = ?1, head_id = ?2 WHERE id = ?3",
                params![now, id, conversation_id],
            )?;
            if touched == 0 {
                return Err(not_found("conversation", conversation_id));
            }
            tx.execute(
                "INSERT INTO turns (id, conversation_id, parent_id, question, generation_id, facts,
                    kept, created_at)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, 0, ?7)",
                params![
                    id,
                    conversation_id,
                    after,
                    question,
                    generation_id,
                    Json(facts),
                    now
                ],
            )?;
            Ok(())
        })?;
        Ok(id)
    }

    /// The call of another model answers in place of one that failed.
    pub fn answer_by(&self, failed: &str, generation_id: &str, facts: &Value) -> Result<()> {
        let sql = "UPDATE turns SET generation_id = ?2, facts = ?3 WHERE generation_id = ?1";
        self.write_one(
            "turn",
            failed,
            sql,
            params![failed, generation_id, Json(facts)],
        )
    }

    /// Shows the way that ends with a turn (`None`: before the first).
    pub fn show_turn(&self, conversation_id: &str, turn_id: Option<&str>) -> Result<()> {
        self.write(|tx| {
            if let Some(turn) = turn_id {
                belongs(tx, conversation_id, turn)?;
            }
            let sql = "UPDATE conversations SET head_id = ?1 WHERE id = ?2";
            match tx.execute(sql, params![turn_id, conversation_id])? {
                0 => Err(not_found("conversation", conversation_id)),
                _ => Ok(()),
            }
        })
    }

    /// Says whether an answer was kept as a note.
    pub fn keep_answer(&self, turn_id: &str, kept: bool) -> Result<()> {
        let sql = "UPDATE turns SET kept = ?1 WHERE id = ?2";
        self.write_one("turn", turn_id, sql, params![kept, turn_id])
    }

    /// Keeps what was said up to a turn in short.
    pub fn summarise(&self, turn_id: &str, summary: &Summary) -> Result<()> {
        let sql = "UPDATE turns SET summary = ?1 WHERE id = ?2";
        let json = serde_json::to_value(summary).unwrap_or_default();
        self.write_one("turn", turn_id, sql, params![Json(&json), turn_id])
    }

    /// Gives a conversation a name.
    pub fn rename_conversation(&self, id: &str, name: &str) -> Result<()> {
        let sql = "UPDATE conversations SET name = ?1 WHERE id = ?2";
        self.write_one("conversation", id, sql, params![name, id])
    }

    /// Keeps what goes along with a conversation's questions.
    pub fn rule_conversation(&self, id: &str, rules: &Value) -> Result<()> {
        let sql = "UPDATE conversations SET rules = ?1 WHERE id = ?2";
        self.write_one("conversation", id, sql, params![Json(rules), id])
    }

    /// Puts a conversation away.
    pub fn delete_conversation(&self, id: &str) -> Result<()> {
        let sql = "UPDATE conversations SET deleted_at = ifnull(deleted_at, ?1) WHERE id = ?2";
        self.write_one("conversation", id, sql, params![self.now(), id])
    }

    /// Brings a conversation back.
    pub fn restore_conversation(&self, id: &str) -> Result<()> {
        let sql = "UPDATE conversations SET deleted_at = NULL WHERE id = ?1";
        self.write_one("conversation", id, sql, [id])
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::LibraryError;
    use crate::testing::{Desk, open};

    #[test]
    fn a_conversation_is_there_the_next_day_and_after_it_was_put_away() {
        let desk = Desk::new();
        let (one, two) = (desk.generation("No."), desk.generation("Never."));
        let library = &desk.library;
        let mara = library.begin_conversation(&desk.draft, "Mara").unwrap();
        let tom = library.begin_conversation(&desk.draft, "老唐").unwrap();
        let facts = json!({ "scenes": 2 });
        let (failed, other) = (desk.generation(""), desk.generation("Well."));
        let third = library.ask(&tom, None, "How?", &failed, &json!({}));
        library.answer_by(&failed, &other, &facts).unwrap();
        let turn = library.conversation(&tom).unwrap().turns.remove(0);
        assert_eq!(
            (turn.id, turn.generation_id, &turn.facts),
            (third.unwrap(), other, &facts)
        );
        let first = library.ask(&mara, None, "为什么？", &one, &facts).unwrap();
        let second = library.ask(&mara, Some(&first), "Again?", &two, &json!({}));
        let second = second.unwrap();
        library.keep_answer(&first, true).unwrap();
        let path = library.path().to_owned();
        drop(desk.library);
        let library = open(&path);
        let all = library.interviews(&desk.draft).unwrap();
        assert_eq!(all[0].character, "Mara", "asked last");
        let turns = all[0].path(None);
        assert_eq!(
            (turns.len(), turns[0].kept, turns[1].kept),
            (2, true, false)
        );
        assert_eq!(
            (turns[0].question.as_str(), &turns[0].facts),
            ("为什么？", &facts)
        );
        assert_eq!(all[0].head_id, Some(second));
        library.delete_conversation(&tom).unwrap();
        assert_eq!(library.interviews(&desk.draft).unwrap().len(), 1);
        library.restore_conversation(&tom).unwrap();
        assert_eq!(library.interviews(&desk.draft).unwrap().len(), 2);
        let document = library.draft(&desk.draft).unwrap().document_id;
        assert_eq!(library.conversations(&document).unwrap(), []);
        for lost in [
            library.conversation("?").map(drop),
            library.delete_conversation("?"),
            library.keep_answer("?", true),
            library.answer_by(&failed, &one, &facts),
            library.ask("?", None, "", &one, &json!({})).map(drop),
            library
                .ask(&tom, Some(&first), "", &one, &json!({}))
                .map(drop),
            library.show_turn(&tom, Some(&first)),
        ] {
            assert!(
                matches!(lost, Err(LibraryError::NotFound { .. })),
                "{lost:?}"
            );
        }
    }

    #[test]
    fn what_is_asked_otherwise_is_a_branch_and_both_stay() {
        let desk = Desk::new();
        let answer = desk.generation("One.");
        let library = &desk.library;
        let talk = library.begin_conversation(&desk.draft, "").unwrap();
        let ask = |after: Option<&str>, question: &str| {
            library
                .ask(&talk, after, question, &answer, &json!({}))
                .unwrap()
        };
        let a = ask(None, "a");
        let b = ask(Some(&a), "b");
        let c = ask(Some(&b), "c");
        let other = ask(Some(&a), "b, said otherwise");
        let asked = |to: Option<&str>| -> Vec<String> {
            let all = library.conversation(&talk).unwrap();
            all.path(to)
                .into_iter()
                .map(|t| t.question.clone())
                .collect()
        };
        assert_eq!(asked(None), ["a", "b, said otherwise"]);
        assert_eq!(asked(Some(&c)), ["a", "b", "c"]);
        let all = library.conversation(&talk).unwrap();
        assert_eq!(all.tip(&b).unwrap().id, c);
        assert_eq!(all.tip(&a).unwrap().id, other, "asked last");
        library.show_turn(&talk, Some(&c)).unwrap();
        assert_eq!(asked(None), ["a", "b", "c"]);
        library.show_turn(&talk, None).unwrap();
        assert_eq!(asked(None), [""; 0]);

        let summary = Summary {
            text: "They spoke of a.".to_owned(),
            generation_id: Some(answer.clone()),
            edited: true,
            deleted: false,
        };
        library.summarise(&a, &summary).unwrap();
        library.rename_conversation(&talk, "开头").unwrap();
        library
            .rule_conversation(&talk, &json!({ "brief": false }))
            .unwrap();
        let document = library.draft(&desk.draft).unwrap().document_id;
        let all = library.conversations(&document).unwrap();
        assert_eq!(all[0].turns[0].summary, Some(summary));
        assert_eq!(
            (all[0].name.as_str(), &all[0].rules["brief"]),
            ("开头", &json!(false))
        );
        assert_eq!(library.interviews(&desk.draft).unwrap(), []);
    }
}
