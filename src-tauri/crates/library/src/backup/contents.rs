//! What is in a backup, beside what is in the library now.

use std::collections::BTreeMap;

use inkstone_manuscript::{DocumentKind, Language};

use crate::library::Result;
use crate::{DocumentSummary, DraftSummary, Library, Project};

/// How something in a backup stands to the library of today.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Standing {
    /// It is there as it was.
    Same,
    /// It was worked on since.
    WorkedOnSince,
    /// The backup has a later state of it.
    NewerInBackup,
    /// It lies in the bin today.
    InBin,
    /// It is not there today.
    Missing,
}

/// A draft in a backup.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DraftThere {
    /// The draft.
    pub draft: DraftSummary,
    /// How it stands to the library of today.
    pub standing: Standing,
}

/// A document in a backup.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DocumentThere {
    /// Its id.
    pub id: String,
    /// Its title.
    pub title: String,
    /// Its kind.
    pub kind: DocumentKind,
    /// Its language.
    pub language: Language,
    /// When it was changed last, in ms since 1970.
    pub updated_at: i64,
    /// How it stands to the library of today.
    pub standing: Standing,
    /// Its drafts.
    pub drafts: Vec<DraftThere>,
}

/// A project in a backup.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProjectThere {
    /// The project.
    pub project: Project,
    /// How it stands to the library of today: there, in the bin, or missing.
    pub standing: Standing,
    /// Its documents, newest first.
    pub documents: Vec<DocumentThere>,
}

impl Library {
    /// What is in this library, each project and document beside what `now` has of it. What lay in
    /// the bin when the backup was made is left out.
    pub fn contents(&self, now: Option<&Library>) -> Result<Vec<ProjectThere>> {
        let today = now.map(Today::of).transpose()?;
        let mut projects = Vec::new();
        for project in self.projects()? {
            let mut documents = Vec::new();
            for document in self.documents(&project.id)? {
                let drafts = self.drafts(&document.id)?;
                documents.push(document_there(document, drafts, today.as_ref()));
            }
            let standing = match &today {
                Some(today) => today.project(&project.id),
                None => Standing::Missing,
            };
            projects.push(ProjectThere {
                project,
                standing,
                documents,
            });
        }
        Ok(projects)
    }
}

/// What the library of today has, by id.
struct Today {
    /// Whether it lies in the bin.
    projects: BTreeMap<String, bool>,
    documents: BTreeMap<String, bool>,
    drafts: BTreeMap<String, (bool, DraftSummary)>,
}

impl Today {
    fn of(library: &Library) -> Result<Today> {
        let mut today = Today {
            projects: BTreeMap::new(),
            documents: BTreeMap::new(),
            drafts: BTreeMap::new(),
        };
        let mut documents = library.deleted_documents()?;
        for document in &documents {
            today.documents.insert(document.id.clone(), true);
        }
        for (deleted, projects) in [
            (false, library.projects()?),
            (true, library.deleted_projects()?),
        ] {
            for project in projects {
                for document in library.documents(&project.id)? {
                    today.documents.insert(document.id.clone(), deleted);
                    documents.push(document);
                }
                today.projects.insert(project.id, deleted);
            }
        }
        for document in documents {
            let lists = [
                (false, library.drafts(&document.id)?),
                (true, library.deleted_drafts(&document.id)?),
            ];
            for (deleted, drafts) in lists {
                for draft in drafts {
                    today.drafts.insert(draft.id.clone(), (deleted, draft));
                }
            }
        }
        Ok(today)
    }

    fn project(&self, id: &str) -> Standing {
        match self.projects.get(id) {
            None => Standing::Missing,
            Some(true) => Standing::InBin,
            Some(false) => Standing::Same,
        }
    }

    fn draft(&self, there: &DraftSummary) -> Standing {
        match self.drafts.get(&there.id) {
            None => Standing::Missing,
            Some((true, _)) => Standing::InBin,
            Some((false, now)) => {
                let state = |draft: &DraftSummary| (draft.revision, draft.updated_at);
                match state(now).cmp(&state(there)) {
                    std::cmp::Ordering::Equal => Standing::Same,
                    std::cmp::Ordering::Greater => Standing::WorkedOnSince,
                    std::cmp::Ordering::Less => Standing::NewerInBackup,
                }
            }
        }
    }
}

fn document_there(
    document: DocumentSummary,
    drafts: Vec<DraftSummary>,
    today: Option<&Today>,
) -> DocumentThere {
    let drafts: Vec<DraftThere> = drafts
        .into_iter()
        .map(|draft| DraftThere {
            standing: today.map_or(Standing::Missing, |today| today.draft(&draft)),
            draft,
        })
        .collect();
    let own = today.and_then(|today| today.documents.get(&document.id));
    let standing = match own {
        None => Standing::Missing,
        Some(true) => Standing::InBin,
        // A document stands as the draft of it that is worst off.
        Some(false) => {
            let worst = drafts.iter().map(|draft| draft.standing).max();
            worst.unwrap_or(Standing::Same)
        }
    };
    DocumentThere {
        id: document.id,
        title: document.title,
        kind: document.kind,
        language: document.language,
        updated_at: document.updated_at,
        standing,
        drafts,
    }
}
