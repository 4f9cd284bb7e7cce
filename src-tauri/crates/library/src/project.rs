//! Projects: bodies of work.

use inkstone_manuscript::Language;
use rusqlite::{Connection, Row, params};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::Library;
use crate::library::{Result, many, new_id, one};
use crate::row::{Json, Name};

/// Whether a project's text may leave the machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Privacy {
    /// Models on this machine only.
    #[default]
    LocalOnly,
    /// Remote models may be asked too.
    RemoteAllowed,
}

/// A body of work.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Project {
    /// Its id.
    pub id: String,
    /// What the person calls it.
    pub name: String,
    /// The language new documents start in.
    pub language: Language,
    /// Whether its text may leave the machine.
    pub privacy: Privacy,
    /// The model chosen for it.
    pub model_id: Option<String>,
    /// Banned words, one a line.
    pub house_rules: String,
    /// What follows the model, and the models of single tasks; its form is its owner's.
    pub chains: Value,
    /// What it may spend; its form is its owner's.
    pub budget: Option<Value>,
    /// When it was made, in ms since 1970.
    pub created_at: i64,
    /// When it was changed last, in ms since 1970.
    pub updated_at: i64,
}

const COLUMNS: &str = "id, name, language, privacy, model_id, house_rules, created_at, updated_at,
    chains, budget";

fn read(row: &Row<'_>) -> rusqlite::Result<Project> {
    let Name(language) = row.get(2)?;
    let Name(privacy) = row.get(3)?;
    let Json(chains) = row.get(8)?;
    Ok(Project {
        id: row.get(0)?,
        name: row.get(1)?,
        language,
        privacy,
        model_id: row.get(4)?,
        house_rules: row.get(5)?,
        created_at: row.get(6)?,
        updated_at: row.get(7)?,
        chains,
        budget: row
            .get::<_, Option<Json<Value>>>(9)?
            .map(|Json(budget)| budget),
    })
}

pub(crate) fn find(connection: &Connection, id: &str) -> Result<Project> {
    one(
        connection,
        "project",
        id,
        &format!("SELECT {COLUMNS} FROM projects WHERE id = ?1"),
        read,
    )
}

impl Library {
    /// Makes a project: local only, no rules, no model chosen.
    pub fn create_project(&self, name: &str, language: Language) -> Result<Project> {
        let (id, now) = (new_id()?, self.now());
        self.write(|tx| {
            tx.execute(
                "INSERT INTO projects
                    (id, name, language, privacy, house_rules, created_at, updated_at)
                 VALUES (?1, ?2, ?3, ?4, '', ?5, ?5)",
                params![id, name, Name(language), Name(Privacy::default()), now],
            )?;
            find(tx, &id)
        })
    }

    /// All projects, oldest first.
    pub fn projects(&self) -> Result<Vec<Project>> {
        self.read(|c| {
            let sql =
                format!("SELECT {COLUMNS} FROM projects WHERE deleted_at IS NULL ORDER BY key");
            many(c, &sql, [], read)
        })
    }

    /// The projects in the bin, last deleted first.
    pub fn deleted_projects(&self) -> Result<Vec<Project>> {
        self.read(|c| {
            let sql = format!(
                "SELECT {COLUMNS} FROM projects WHERE deleted_at IS NOT NULL
                 ORDER BY deleted_at DESC, key DESC"
            );
            many(c, &sql, [], read)
        })
    }

    /// One project, deleted or not.
    pub fn project(&self, id: &str) -> Result<Project> {
        self.read(|c| find(c, id))
    }

    /// Gives a project another name. An empty one changes nothing.
    pub fn rename_project(&self, id: &str, name: &str) -> Result<()> {
        let sql = "UPDATE projects SET name = iif(trim(?1) = '', name, ?1), updated_at = ?2
                   WHERE id = ?3";
        self.write_one("project", id, sql, params![name, self.now(), id])
    }

    /// Says whether a project's text may leave the machine.
    pub fn set_project_privacy(&self, id: &str, privacy: Privacy) -> Result<()> {
        let sql = "UPDATE projects SET privacy = ?1, updated_at = ?2 WHERE id = ?3";
        self.write_one("project", id, sql, params![Name(privacy), self.now(), id])
    }

    /// Remembers the model chosen for a project.
    pub fn set_project_model(&self, id: &str, model_id: Option<&str>) -> Result<()> {
        let sql = "UPDATE projects SET model_id = ?1, updated_at = ?2 WHERE id = ?3";
        self.write_one("project", id, sql, params![model_id, self.now(), id])
    }

    /// Remembers what follows a project's model, and the models of single tasks.
    pub fn set_project_chains(&self, id: &str, chains: &Value) -> Result<()> {
        let sql = "UPDATE projects SET chains = ?1, updated_at = ?2 WHERE id = ?3";
        self.write_one("project", id, sql, params![Json(chains), self.now(), id])
    }

    /// Says what a project may spend; none takes the limit away.
    pub fn set_project_budget(&self, id: &str, budget: Option<&Value>) -> Result<()> {
        let sql = "UPDATE projects SET budget = ?1, updated_at = ?2 WHERE id = ?3";
        let budget = budget.map(Json);
        self.write_one("project", id, sql, params![budget, self.now(), id])
    }

    /// Sets a project's banned words, one a line.
    pub fn set_house_rules(&self, id: &str, rules: &str) -> Result<()> {
        let sql = "UPDATE projects SET house_rules = ?1, updated_at = ?2 WHERE id = ?3";
        self.write_one("project", id, sql, params![rules, self.now(), id])
    }

    /// Puts a project into the bin, with all that is in it.
    pub fn delete_project(&self, id: &str) -> Result<()> {
        let sql = "UPDATE projects SET deleted_at = ifnull(deleted_at, ?1) WHERE id = ?2";
        self.write_one("project", id, sql, params![self.now(), id])
    }

    /// Takes a project out of the bin.
    pub fn restore_project(&self, id: &str) -> Result<()> {
        self.write_one(
            "project",
            id,
            "UPDATE projects SET deleted_at = NULL WHERE id = ?1",
            [id],
        )
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::LibraryError;
    use crate::testing::Desk;

    #[test]
    fn what_is_set_stands_after_reopening() {
        let desk = Desk::new();
        let made = desk.library.project(&desk.project).unwrap();
        assert_eq!(
            (made.privacy, made.model_id, made.house_rules.as_str()),
            (Privacy::LocalOnly, None, "")
        );
        desk.library.rename_project(&desk.project, "海岸").unwrap();
        desk.library
            .set_project_privacy(&desk.project, Privacy::RemoteAllowed)
            .unwrap();
        desk.library
            .set_project_model(&desk.project, Some("m1"))
            .unwrap();
        desk.library
            .set_house_rules(&desk.project, "delve\n赋能")
            .unwrap();
        let chains = json!({ "then": ["m2"], "tasks": { "draft": ["m3"] } });
        let budget = json!({ "amount": 5 });
        desk.library
            .set_project_chains(&desk.project, &chains)
            .unwrap();
        desk.library
            .set_project_budget(&desk.project, Some(&budget))
            .unwrap();
        desk.library
            .create_project("二", Language::Chinese)
            .unwrap();
        let path = desk.library.path().to_owned();
        drop(desk.library);
        let library = crate::testing::open(&path);
        let projects = library.projects().unwrap();
        let names: Vec<_> = projects
            .iter()
            .map(|project| project.name.as_str())
            .collect();
        assert_eq!(names, ["海岸", "二"]);
        assert_eq!(projects[1].language, Language::Chinese);
        let first = &projects[0];
        assert_eq!(first.privacy, Privacy::RemoteAllowed);
        assert_eq!(first.model_id.as_deref(), Some("m1"));
        assert_eq!(first.house_rules, "delve\n赋能");
        assert_eq!((&first.chains, &first.budget), (&chains, &Some(budget)));
        assert_eq!(
            (&projects[1].chains, &projects[1].budget),
            (&json!({}), &None)
        );
        library.set_project_budget(&first.id, None).unwrap();
        assert_eq!(library.project(&first.id).unwrap().budget, None);
        assert!(first.updated_at > first.created_at);
    }

    #[test]
    fn a_name_is_not_replaced_by_nothing() {
        let desk = Desk::new();
        desk.library.rename_project(&desk.project, "  ").unwrap();
        assert_eq!(desk.library.project(&desk.project).unwrap().name, "Coast");
    }

    #[test]
    fn a_deleted_project_comes_back_with_its_documents() {
        let desk = Desk::new();
        desk.write("High water at noon.");
        desk.library.delete_project(&desk.project).unwrap();
        assert!(desk.library.projects().unwrap().is_empty());
        assert_eq!(desk.library.deleted_projects().unwrap().len(), 1);
        assert!(desk.library.search_texts("water", 9).unwrap().is_empty());
        desk.library.restore_project(&desk.project).unwrap();
        assert_eq!(desk.library.projects().unwrap().len(), 1);
        assert_eq!(desk.library.documents(&desk.project).unwrap().len(), 1);
        assert_eq!(desk.library.search_texts("water", 9).unwrap().len(), 1);
    }

    #[test]
    fn a_project_that_is_not_there_is_named() {
        let desk = Desk::new();
        let missing = LibraryError::NotFound {
            what: "project",
            id: "x".to_owned(),
        };
        assert_eq!(desk.library.project("x").unwrap_err(), missing);
        assert_eq!(desk.library.rename_project("x", "y").unwrap_err(), missing);
        assert_eq!(desk.library.delete_project("x").unwrap_err(), missing);
        assert_eq!(desk.library.restore_project("x").unwrap_err(), missing);
    }
}
