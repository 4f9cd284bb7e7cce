//! Reports that stand beside a draft: what a reader said of it.

use rusqlite::{Row, params};
use serde_json::Value;

use crate::Library;
use crate::library::{Result, many, new_id, one};
use crate::row::Json;

/// A report on a draft as it was.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    /// Its id.
    pub id: String,
    /// The draft it is on.
    pub draft_id: String,
    /// The call of a model that wrote it, if one did.
    pub generation_id: Option<String>,
    /// What kind of report, as `coverage`.
    pub kind: String,
    /// The report itself.
    pub body: Value,
    /// When it was made, in ms since 1970.
    pub created_at: i64,
}

const COLUMNS: &str = "id, draft_id, generation_id, kind, body, created_at";

fn read(row: &Row<'_>) -> rusqlite::Result<Report> {
    let Json(body) = row.get(4)?;
    Ok(Report {
        id: row.get(0)?,
        draft_id: row.get(1)?,
        generation_id: row.get(2)?,
        kind: row.get(3)?,
        body,
        created_at: row.get(5)?,
    })
}

impl Library {
    /// Keeps a report. Returns its id.
    pub fn keep_report(
        &self,
        draft_id: &str,
        generation_id: Option<&str>,
        kind: &str,
        body: &Value,
    ) -> Result<String> {
        let (id, now) = (new_id()?, self.now());
        self.write(|tx| {
            let sql = "SELECT 1 FROM drafts WHERE id = ?1";
            one(tx, "draft", draft_id, sql, |_| Ok(()))?;
            tx.execute(
                "INSERT INTO reports (id, draft_id, generation_id, kind, body, created_at)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                params![id, draft_id, generation_id, kind, Json(body), now],
            )?;
            Ok(())
        })?;
        Ok(id)
    }

    /// The reports on a draft, newest first.
    pub fn reports(&self, draft_id: &str) -> Result<Vec<Report>> {
        self.read(|c| {
            let sql = format!(
                "SELECT {COLUMNS} FROM reports WHERE draft_id = ?1 AND deleted_at IS NULL
                 ORDER BY key DESC"
            );
            many(c, &sql, [draft_id], read)
        })
    }

    /// One report, deleted or not.
    pub fn report(&self, id: &str) -> Result<Report> {
        self.read(|c| {
            let sql = format!("SELECT {COLUMNS} FROM reports WHERE id = ?1");
            one(c, "report", id, &sql, read)
        })
    }

    /// Puts a report away.
    pub fn delete_report(&self, id: &str) -> Result<()> {
        let sql = "UPDATE reports SET deleted_at = ifnull(deleted_at, ?1) WHERE id = ?2";
        self.write_one("report", id, sql, params![self.now(), id])
    }

    /// Brings a report back.
    pub fn restore_report(&self, id: &str) -> Result<()> {
        let sql = "UPDATE reports SET deleted_at = NULL WHERE id = ?1";
        self.write_one("report", id, sql, [id])
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::LibraryError;
    use crate::testing::{Desk, open};

    #[test]
    fn a_report_is_kept_put_away_and_brought_back() {
        let desk = Desk::new();
        let generation = desk.generation("{}");
        let body = json!({ "verdict": "pass", "reason": "雨" });
        let first = desk
            .library
            .keep_report(&desk.draft, Some(&generation), "coverage", &body)
            .unwrap();
        let second = desk
            .library
            .keep_report(&desk.draft, None, "coverage", &json!({}))
            .unwrap();
        let path = desk.library.path().to_owned();
        drop(desk.library);
        let library = open(&path);
        let ids = |library: &crate::Library| -> Vec<String> {
            let all = library.reports(&desk.draft).unwrap();
            all.into_iter().map(|r| r.id).collect()
        };
        assert_eq!(ids(&library), [second.clone(), first.clone()]);
        assert_eq!(library.report(&first).unwrap().body, body);
        library.delete_report(&second).unwrap();
        assert_eq!(ids(&library), std::slice::from_ref(&first));
        library.restore_report(&second).unwrap();
        assert_eq!(ids(&library), [second, first]);
        let missing = LibraryError::NotFound {
            what: "report",
            id: "x".to_owned(),
        };
        assert_eq!(library.report("x").unwrap_err(), missing);
        assert_eq!(library.delete_report("x").unwrap_err(), missing);
        assert!(library.keep_report("x", None, "coverage", &body).is_err());
    }
}
