//! Looking things up for a command line, without a window's state.

use std::{path::PathBuf, sync::Arc};

use inkstone_desks::Brief;
use inkstone_library as lib;
use serde::Serialize;

use crate::{
    Studio, StudioError,
    checks::findings,
    drafts::diff_dtos,
    dto::{DiffPieceDto, DocumentDto, FindingDto, ModelFileDto, ProjectDto},
    shelf::file_dto,
};

/// A project with its documents, for a listing.
#[derive(Debug, Clone, Serialize)]
pub struct ProjectListing {
    /// The project.
    pub project: ProjectDto,
    /// Its documents, newest first, each with its drafts.
    pub documents: Vec<DocumentDto>,
}

/// What a check of the whole library found.
#[derive(Debug, Clone, Serialize)]
pub struct Verified {
    /// How many kept texts were compared with their hashes.
    pub nodes_checked: u32,
    /// What is wrong, in technical English; empty if all is well.
    pub problems: Vec<String>,
}

/// What a repair of the library did, in technical English.
#[derive(Debug, Clone, Serialize)]
pub struct Repaired {
    /// What is as it was again.
    pub mended: Vec<String>,
    /// What could not be verified and was kept aside, with the reason.
    pub aside: Vec<String>,
    /// What is wrong all the same.
    pub left: Vec<String>,
}

/// What a model file says of itself.
#[derive(Debug, Clone, Serialize)]
pub struct Inspected {
    /// The model's name.
    pub name: String,
    /// Facts read from the file.
    pub file: ModelFileDto,
}

impl Studio {
    /// Checks a text against its brief and the house rules (one phrase a line; may be empty).
    pub fn check_text(brief: &Brief, house_rules: &str, text: &str) -> Vec<FindingDto> {
        findings(brief, house_rules, text)
    }

    /// Id of the model that a person means by an id, a name, or the path of a file on the shelf.
    ///
    /// # Errors
    /// The shelf has no such model.
    pub async fn find_model(self: &Arc<Self>, wanted: String) -> Result<String, StudioError> {
        self.blocking(move |s| s.shelf.find(&wanted)).await
    }

    /// Reads what a model file says of itself, without putting it on the shelf.
    ///
    /// # Errors
    /// The file is missing, broken, or of a kind that is not supported.
    pub async fn inspect_model(self: &Arc<Self>, path: PathBuf) -> Result<Inspected, StudioError> {
        self.blocking(move |s| {
            let file = s.shelf.local().inspect(&path)?;
            Ok(Inspected {
                name: file.name.clone(),
                file: file_dto(&file),
            })
        })
        .await
    }

    /// All projects that are not in the bin, with their documents.
    ///
    /// # Errors
    /// What the library says.
    pub async fn list_library(self: &Arc<Self>) -> Result<Vec<ProjectListing>, StudioError> {
        self.blocking(|s| {
            s.projects()?
                .into_iter()
                .map(|project| {
                    let documents = s.documents(&project.id)?;
                    Ok(ProjectListing { project, documents })
                })
                .collect()
        })
        .await
    }

    /// Id of the draft that a person means by the id of a draft or of a document (its first draft),
    /// or by the start of one.
    ///
    /// # Errors
    /// `not_found`, or `ambiguous_id` when several drafts or documents start so.
    pub async fn find_draft(self: &Arc<Self>, wanted: String) -> Result<String, StudioError> {
        self.blocking(move |s| {
            let mut found = Vec::new();
            for project in s.projects()? {
                for document in s.documents(&project.id)? {
                    let first = document.drafts.first().map(|d| d.id.clone());
                    found.extend(first.map(|draft| (document.id.clone(), draft)));
                    found.extend(document.drafts.into_iter().map(|d| (d.id.clone(), d.id)));
                }
            }
            one_of(found, &wanted, "draft")
        })
        .await
    }

    /// Id of the node of a draft's history that a person means by its id or the start of it.
    ///
    /// # Errors
    /// `not_found`, or `ambiguous_id`.
    pub async fn find_node(
        self: &Arc<Self>,
        draft_id: String,
        wanted: String,
    ) -> Result<String, StudioError> {
        self.blocking(move |s| {
            let nodes = s.library.history(&draft_id)?;
            let ids = nodes.into_iter().map(|n| (n.id.clone(), n.id)).collect();
            one_of(ids, &wanted, "node")
        })
        .await
    }

    /// Compares the texts of two nodes.
    ///
    /// # Errors
    /// What the library says.
    pub async fn compare_nodes(
        self: &Arc<Self>,
        old: String,
        new: String,
    ) -> Result<Vec<DiffPieceDto>, StudioError> {
        self.blocking(move |s| {
            Ok(diff_dtos(
                &s.library.node_text(&old)?,
                &s.library.node_text(&new)?,
            ))
        })
        .await
    }

    /// Looks for damage in the whole library.
    ///
    /// # Errors
    /// What the library says.
    pub async fn verify_library(self: &Arc<Self>) -> Result<Verified, StudioError> {
        self.blocking(|s| {
            let lib::VerifyReport {
                nodes_checked,
                problems,
            } = s.library.verify()?;
            Ok(Verified {
                nodes_checked,
                problems,
            })
        })
        .await
    }

    /// Mends what can be mended, after a backup, and keeps aside what can't be verified.
    ///
    /// # Errors
    /// What the library says. Without a backup nothing is touched.
    pub async fn repair_library(self: &Arc<Self>) -> Result<Repaired, StudioError> {
        self.blocking(|s| {
            let folder = s.library.backup_folder();
            s.library
                .back_up(&folder, lib::BackupReason::ByHand, &mut |_| {})?;
            let lib::RepairReport {
                mended,
                aside,
                left,
            } = s.library.repair()?;
            Ok(Repaired {
                mended,
                aside,
                left,
            })
        })
        .await
    }
}

/// What `wanted` is the id of, or the start of the id of.
fn one_of(
    ids: Vec<(String, String)>,
    wanted: &str,
    what: &'static str,
) -> Result<String, StudioError> {
    let missing = || lib::LibraryError::NotFound {
        what,
        id: wanted.to_owned(),
    };
    if wanted.is_empty() {
        return Err(missing().into());
    }
    if let Some((_, id)) = ids.iter().find(|(key, _)| key == wanted) {
        return Ok(id.clone());
    }
    let mut found: Vec<String> = ids
        .into_iter()
        .filter(|(key, _)| key.starts_with(wanted))
        .map(|(_, id)| id)
        .collect();
    found.sort_unstable();
    found.dedup();
    match found.len() {
        0 => Err(missing().into()),
        1 => Ok(found.remove(0)),
        _ => Err(StudioError::Ambiguous(wanted.to_owned())),
    }
}
