//! Generations: the whole record of each call of a model.

use std::ops::Range;

use rusqlite::{Connection, OptionalExtension, Row, params};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::Library;
use crate::library::{Result, many, new_id, one};
use crate::row::{Json, Name, Offset};

/// What became of a suggestion.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    /// Nothing yet.
    #[default]
    Pending,
    /// It went into the text.
    Accepted,
    /// It was thrown away.
    Discarded,
}

/// What is known when a model is called. Together with the model's file it replays the call.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct GenerationStart {
    /// The draft it writes for. With one, the generation is a suggestion.
    pub draft_id: Option<String>,
    /// The task's name: `draft`, `rewrite` and so on.
    pub task: String,
    /// What its siblings share.
    pub batch_id: String,
    /// Which of the siblings it is, from 0.
    pub variant: u32,
    /// The model's name.
    pub model_name: String,
    /// The model's id on the shelf.
    pub model_id: String,
    /// `local`, or the host that was asked.
    pub locality: String,
    /// The hash of the model's file.
    pub model_sha256: Option<String>,
    /// What ran it, with its version.
    pub engine: String,
    /// The prompt template's name.
    pub template: String,
    /// The prompt template's hash.
    pub template_sha256: String,
    /// Messages, sampling, stop strings and length, as JSON.
    pub request_json: String,
    /// What placeholders stand for, as JSON.
    pub references_json: String,
    /// The seed.
    pub seed: i64,
    /// What the suggestion would replace, in bytes of the draft as it was.
    pub target: Option<Range<usize>>,
    /// What a million tokens cost then, as JSON; see [`crate::Price`].
    pub price_json: Option<String>,
    /// Tokens of the prompt, guessed before it was sent.
    pub prompt_estimate: Option<u32>,
    /// What its owner knows beside it, as a JSON object; empty for nothing.
    pub facts_json: String,
}

/// What is known when the model has stopped.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct GenerationEnd {
    /// Why it stopped: `stop`, `length`, `cancelled`, `error`, `interrupted` and what servers say.
    pub finish_reason: String,
    /// Tokens read.
    pub prompt_tokens: Option<u32>,
    /// Tokens written.
    pub completion_tokens: Option<u32>,
    /// Until the first token, in ms.
    pub first_token_ms: Option<u32>,
    /// Until the end, in ms; 0 if nobody knows, after an interruption.
    pub total_ms: u32,
    /// What went wrong.
    pub error: Option<String>,
}

/// One call of a model.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Generation {
    /// Its id.
    pub id: String,
    /// The draft it writes for. With one, the generation is a suggestion.
    pub draft_id: Option<String>,
    /// The task's name.
    pub task: String,
    /// What its siblings share.
    pub batch_id: String,
    /// Which of the siblings it is, from 0.
    pub variant: u32,
    /// The model's name.
    pub model_name: String,
    /// The model's id on the shelf.
    pub model_id: String,
    /// `local`, or the host that was asked.
    pub locality: String,
    /// The hash of the model's file.
    pub model_sha256: Option<String>,
    /// What ran it, with its version.
    pub engine: String,
    /// The prompt template's name.
    pub template: String,
    /// The prompt template's hash.
    pub template_sha256: String,
    /// Messages, sampling, stop strings and length, as JSON.
    pub request_json: String,
    /// What placeholders stand for, as JSON.
    pub references_json: String,
    /// The seed.
    pub seed: i64,
    /// What the suggestion would replace, in bytes of the draft as it was.
    pub target: Option<Range<usize>>,
    /// What was written so far.
    pub output: String,
    /// Tokens written so far.
    pub tokens: u32,
    /// How it ended; none while it runs.
    pub end: Option<GenerationEnd>,
    /// What became of the suggestion.
    pub decision: Decision,
    /// How the text was judged, as the studio keeps it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub evaluation: Option<Value>,
    /// Parts of the output that were handed over as suggestions of their own, in order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub handed: Vec<Handed>,
    /// When it began, in ms since 1970.
    pub created_at: i64,
    /// What a million tokens cost then, as JSON; see [`crate::Price`].
    pub price_json: Option<String>,
    /// Tokens of the prompt, guessed before it was sent.
    pub prompt_estimate: Option<u32>,
    /// What its owner knows beside it, as a JSON object.
    pub facts_json: String,
}

/// A part of an output that was handed over as a suggestion.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Handed {
    /// The draft it is for.
    pub draft_id: String,
    /// The text, in the notation of the draft.
    pub text: String,
    /// What it would replace, in bytes of the draft as it was.
    pub target: Range<usize>,
    /// What became of it.
    pub decision: Decision,
    /// When it was handed over, in ms since 1970.
    pub created_at: i64,
}

fn read(row: &Row<'_>) -> rusqlite::Result<Generation> {
    let Name(decision) = row.get("decision")?;
    let target = match (row.get("target_from")?, row.get("target_to")?) {
        (Some(Offset(from)), Some(Offset(to))) => Some(from..to),
        _ => None,
    };
    let end = match row.get("finish_reason")? {
        Some(finish_reason) => Some(GenerationEnd {
            finish_reason,
            prompt_tokens: row.get("prompt_tokens")?,
            completion_tokens: row.get("completion_tokens")?,
            first_token_ms: row.get("first_token_ms")?,
            total_ms: row.get::<_, Option<u32>>("total_ms")?.unwrap_or(0),
            error: row.get("error")?,
        }),
        None => None,
    };
    Ok(Generation {
        id: row.get("id")?,
        draft_id: row.get("draft_id")?,
        task: row.get("task")?,
        batch_id: row.get("batch_id")?,
        variant: row.get("variant")?,
        model_name: row.get("model_name")?,
        model_id: row.get("model_id")?,
        locality: row.get("locality")?,
        model_sha256: row.get("model_sha256")?,
        engine: row.get("engine")?,
        template: row.get("template")?,
        template_sha256: row.get("template_sha256")?,
        request_json: row.get("request_json")?,
        references_json: row.get("references_json")?,
        seed: row.get("seed")?,
        target,
        output: row.get("output")?,
        tokens: row.get("tokens")?,
        end,
        decision,
        // What another program wrote otherwise counts as nothing.
        evaluation: json(row.get("evaluation")?),
        handed: json(row.get("handed")?).unwrap_or_default(),
        created_at: row.get("created_at")?,
        price_json: row.get("price")?,
        prompt_estimate: row.get("prompt_estimate")?,
        facts_json: row.get("facts")?,
    })
}

fn json<T: serde::de::DeserializeOwned>(text: Option<String>) -> Option<T> {
    text.and_then(|text| serde_json::from_str(&text).ok())
}

/// A generation by its id.
pub(crate) fn find(connection: &Connection, id: &str) -> Result<Generation> {
    one(
        connection,
        "generation",
        id,
        "SELECT * FROM generations WHERE id = ?1",
        read,
    )
}

fn put_handed(connection: &Connection, id: &str, handed: &[Handed]) -> Result<()> {
    let handed = serde_json::to_value(handed).unwrap_or_default();
    let sql = "UPDATE generations SET handed = ?1 WHERE id = ?2";
    connection.execute(sql, params![Json(&handed), id])?;
    Ok(())
}

/// Ends what was running when the last program died. How long it ran is not known.
pub(crate) fn close_interrupted(connection: &Connection) -> Result<()> {
    connection.execute(
        "UPDATE generations SET finish_reason = 'interrupted' WHERE finish_reason IS NULL",
        [],
    )?;
    Ok(())
}

impl Library {
    /// Writes down that a model is called, before it is. Returns the generation's id.
    pub fn begin_generation(&self, start: &GenerationStart) -> Result<String> {
        let (id, now) = (new_id()?, self.now());
        self.write(|tx| {
            if let Some(draft) = &start.draft_id {
                one(
                    tx,
                    "draft",
                    draft,
                    "SELECT 1 FROM drafts WHERE id = ?1",
                    |_| Ok(()),
                )?;
            }
            tx.execute(
                "INSERT INTO generations (id, draft_id, task, batch_id, variant, model_name,
                    model_id, locality, model_sha256, engine, template, template_sha256,
                    request_json, references_json, seed, target_from, target_to, decision,
                    created_at, tokens, output, price, prompt_estimate, facts)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16,
                    ?17, ?18, ?19, 0, '', ?20, ?21, iif(?22 = '', '{}', ?22))",
                params![
                    id,
                    start.draft_id,
                    start.task,
                    start.batch_id,
                    start.variant,
                    start.model_name,
                    start.model_id,
                    start.locality,
                    start.model_sha256,
                    start.engine,
                    start.template,
                    start.template_sha256,
                    start.request_json,
                    start.references_json,
                    start.seed,
                    start.target.as_ref().map(|target| Offset(target.start)),
                    start.target.as_ref().map(|target| Offset(target.end)),
                    Name(Decision::Pending),
                    now,
                    start.price_json,
                    start.prompt_estimate,
                    start.facts_json
                ],
            )?;
            Ok(())
        })?;
        Ok(id)
    }

    /// Adds what a model wrote, and how many tokens that was. Also after the end: what arrives
    /// late is kept.
    pub fn append_output(&self, generation_id: &str, text: &str, tokens: u32) -> Result<()> {
        let sql = "UPDATE generations
                   SET output = output || ?1, tokens = min(tokens + ?2, 4294967295)
                   WHERE id = ?3";
        self.write_one(
            "generation",
            generation_id,
            sql,
            params![text, tokens, generation_id],
        )
    }

    /// Writes down how a call ended. The first end stands: one that comes after it changes nothing.
    pub fn finish_generation(&self, generation_id: &str, end: &GenerationEnd) -> Result<()> {
        self.write(|tx| {
            let sql = "SELECT 1 FROM generations WHERE id = ?1";
            one(tx, "generation", generation_id, sql, |_| Ok(()))?;
            tx.execute(
                "UPDATE generations
                 SET finish_reason = ?1, prompt_tokens = ?2, completion_tokens = ?3,
                    first_token_ms = ?4, total_ms = ?5, error = ?6
                 WHERE id = ?7 AND finish_reason IS NULL",
                params![
                    end.finish_reason,
                    end.prompt_tokens,
                    end.completion_tokens,
                    end.first_token_ms,
                    end.total_ms,
                    end.error,
                    generation_id
                ],
            )?;
            Ok(())
        })
    }

    /// One call of a model.
    pub fn generation(&self, id: &str) -> Result<Generation> {
        self.read(|c| find(c, id))
    }

    /// Keeps how a text was judged; a later judgement takes an earlier one's place.
    pub fn evaluate(&self, generation_id: &str, evaluation: &Value) -> Result<()> {
        let sql = "UPDATE generations SET evaluation = ?1 WHERE id = ?2";
        self.write_one(
            "generation",
            generation_id,
            sql,
            params![Json(evaluation), generation_id],
        )
    }

    /// Hands a part of an output over as a suggestion. Returns its place among those handed over.
    pub fn hand_over(
        &self,
        generation_id: &str,
        draft_id: &str,
        text: &str,
        target: Range<usize>,
    ) -> Result<usize> {
        let now = self.now();
        self.write(|tx| {
            one(
                tx,
                "draft",
                draft_id,
                "SELECT 1 FROM drafts WHERE id = ?1",
                |_| Ok(()),
            )?;
            let mut handed = find(tx, generation_id)?.handed;
            handed.push(Handed {
                draft_id: draft_id.to_owned(),
                text: text.to_owned(),
                target,
                decision: Decision::Pending,
                created_at: now,
            });
            put_handed(tx, generation_id, &handed)?;
            Ok(handed.len() - 1)
        })
    }

    /// Says what became of a part that was handed over.
    pub fn decide_handed(&self, generation_id: &str, at: usize, decision: Decision) -> Result<()> {
        self.write(|tx| {
            let mut handed = find(tx, generation_id)?.handed;
            let Some(one) = handed.get_mut(at) else {
                return Err(crate::library::not_found("suggestion", generation_id));
            };
            one.decision = decision;
            put_handed(tx, generation_id, &handed)
        })
    }

    /// The name of the model that answered a call; none if the call is not there.
    pub fn model_of(&self, generation_id: &str) -> Result<Option<String>> {
        self.read(|c| {
            let sql = "SELECT model_name FROM generations WHERE id = ?1";
            let mut statement = c.prepare_cached(sql)?;
            Ok(statement
                .query_row([generation_id], |row| row.get(0))
                .optional()?)
        })
    }

    /// The calls of models that wrote for a draft, newest first.
    pub fn generations(&self, draft_id: &str) -> Result<Vec<Generation>> {
        self.read(|c| {
            let sql = "SELECT * FROM generations WHERE draft_id = ?1 ORDER BY key DESC";
            many(c, sql, [draft_id], read)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::LibraryError;
    use crate::testing::{Desk, open};

    fn whole(draft: &str) -> GenerationStart {
        GenerationStart {
            draft_id: Some(draft.to_owned()),
            task: "rewrite".to_owned(),
            batch_id: "b1".to_owned(),
            variant: 2,
            model_name: "小墨".to_owned(),
            model_id: "starter".to_owned(),
            locality: "local".to_owned(),
            model_sha256: Some("aa".to_owned()),
            engine: "candle 0.11.1".to_owned(),
            template: "news/draft.zh-CN".to_owned(),
            template_sha256: "bb".to_owned(),
            request_json: r#"{"messages":[]}"#.to_owned(),
            references_json: "{}".to_owned(),
            seed: i64::MIN,
            target: Some(3..9),
            price_json: Some(r#"{"input":1.5,"output":2.0,"currency":"元"}"#.to_owned()),
            prompt_estimate: Some(77),
            facts_json: r#"{"skipped":[]}"#.to_owned(),
        }
    }

    fn end(reason: &str) -> GenerationEnd {
        GenerationEnd {
            finish_reason: reason.to_owned(),
            prompt_tokens: Some(120),
            completion_tokens: None,
            first_token_ms: Some(u32::MAX),
            total_ms: 900,
            error: Some("cut off".to_owned()),
        }
    }

    #[test]
    fn the_record_of_a_call_is_whole() {
        let desk = Desk::new();
        let start = whole(&desk.draft);
        let id = desk.library.begin_generation(&start).unwrap();
        let running = desk.library.generation(&id).unwrap();
        assert_eq!(
            (
                running.end.as_ref(),
                running.output.as_str(),
                running.tokens
            ),
            (None, "", 0)
        );
        desk.library.append_output(&id, "潮水\0", 2).unwrap();
        desk.library.append_output(&id, "很高。", 3).unwrap();
        desk.library.finish_generation(&id, &end("length")).unwrap();
        let evaluation = serde_json::json!({ "total": 71 });
        desk.library.evaluate(&id, &evaluation).unwrap();
        let at = desk
            .library
            .hand_over(&id, &desk.draft, "很高。", 0..0)
            .unwrap();
        desk.library
            .decide_handed(&id, at, Decision::Discarded)
            .unwrap();
        assert!(
            desk.library
                .decide_handed(&id, 1, Decision::Accepted)
                .is_err()
        );
        let handed_at = desk.library.generation(&id).unwrap().handed[0].created_at;
        let expected = Generation {
            id,
            draft_id: start.draft_id,
            task: start.task,
            batch_id: start.batch_id,
            variant: start.variant,
            model_name: start.model_name,
            model_id: start.model_id,
            locality: start.locality,
            model_sha256: start.model_sha256,
            engine: start.engine,
            template: start.template,
            template_sha256: start.template_sha256,
            request_json: start.request_json,
            references_json: start.references_json,
            seed: start.seed,
            target: start.target,
            output: "潮水\0很高。".to_owned(),
            tokens: 5,
            end: Some(end("length")),
            decision: Decision::Pending,
            evaluation: Some(serde_json::json!({ "total": 71 })),
            handed: vec![Handed {
                draft_id: desk.draft.clone(),
                text: "很高。".to_owned(),
                target: 0..0,
                decision: Decision::Discarded,
                created_at: handed_at,
            }],
            created_at: running.created_at,
            price_json: start.price_json,
            prompt_estimate: start.prompt_estimate,
            facts_json: start.facts_json,
        };
        let path = desk.library.path().to_owned();
        drop(desk.library);
        assert_eq!(open(&path).generations(&desk.draft).unwrap(), [expected]);
    }

    #[test]
    fn the_first_end_stands_and_late_text_is_kept() {
        let desk = Desk::new();
        let id = desk.library.begin_generation(&whole(&desk.draft)).unwrap();
        desk.library.append_output(&id, "Low", u32::MAX).unwrap();
        desk.library
            .finish_generation(&id, &end("cancelled"))
            .unwrap();
        desk.library.finish_generation(&id, &end("stop")).unwrap();
        desk.library.append_output(&id, " tide", 1).unwrap();
        let read = desk.library.generation(&id).unwrap();
        assert_eq!(read.end.unwrap(), end("cancelled"));
        assert_eq!((read.output.as_str(), read.tokens), ("Low tide", u32::MAX));
    }

    #[test]
    fn what_ran_when_the_program_died_is_interrupted_and_nothing_else() {
        let desk = Desk::new();
        let ended = desk.generation("Whole.");
        let running = desk
            .library
            .begin_generation(&GenerationStart::default())
            .unwrap();
        desk.library.append_output(&running, "Half a", 2).unwrap();
        let path = desk.library.path().to_owned();
        drop(desk.library);
        let library = open(&path);
        let read = library.generation(&running).unwrap();
        assert_eq!((read.output.as_str(), read.tokens), ("Half a", 2));
        let interrupted = GenerationEnd {
            finish_reason: "interrupted".to_owned(),
            ..GenerationEnd::default()
        };
        assert_eq!(read.end, Some(interrupted));
        assert_eq!(
            library
                .generation(&ended)
                .unwrap()
                .end
                .unwrap()
                .finish_reason,
            "stop"
        );
    }

    #[test]
    fn a_draft_has_its_own_newest_first() {
        let desk = Desk::new();
        let branch = desk.library.branch(&desk.draft, "b").unwrap();
        let first = desk.generation("one");
        desk.library.begin_generation(&whole(&branch.id)).unwrap();
        let last = desk.generation("two");
        let ids: Vec<_> = desk
            .library
            .generations(&desk.draft)
            .unwrap()
            .into_iter()
            .map(|g| g.id)
            .collect();
        assert_eq!(ids, [last, first]);
    }

    #[test]
    fn what_is_not_there_is_named() {
        let desk = Desk::new();
        let missing = |what| LibraryError::NotFound {
            what,
            id: "x".to_owned(),
        };
        let library = &desk.library;
        assert_eq!(
            library.begin_generation(&whole("x")).unwrap_err(),
            missing("draft")
        );
        assert_eq!(library.generation("x").unwrap_err(), missing("generation"));
        assert_eq!(
            library.append_output("x", "t", 1).unwrap_err(),
            missing("generation")
        );
        let finish = library.finish_generation("x", &end("stop"));
        assert_eq!(finish.unwrap_err(), missing("generation"));
    }
}
