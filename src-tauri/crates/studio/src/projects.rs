//! Projects and documents.

use std::collections::HashMap;
use std::sync::Arc;

use inkstone_desks::Brief;
use inkstone_library as lib;
use inkstone_manuscript::{DocumentKind, Language, count};
use serde_json::Value;

use crate::{Studio, StudioError, dto::*, inputs::*, shelf::STARTER};

/// The longest name or title, in characters.
const LONGEST_NAME: usize = 300;
/// The longest list of house rules, in characters.
const LONGEST_RULES: usize = 20_000;

pub(crate) fn bounded(field: &str, text: &str, limit: usize) -> Result<String, StudioError> {
    let text = text.trim();
    if text.chars().count() > limit {
        return Err(StudioError::TooLong {
            field: field.to_owned(),
            limit,
        });
    }
    Ok(text.to_owned())
}

pub(crate) fn name(field: &str, text: &str) -> Result<String, StudioError> {
    // A name is one line.
    bounded(
        field,
        &text.split_whitespace().collect::<Vec<_>>().join(" "),
        LONGEST_NAME,
    )
}

#[allow(
    clippy::cast_precision_loss,
    reason = "milliseconds since 1970 are far below 2^53"
)]
pub(crate) fn time(ms: i64) -> f64 {
    ms as f64
}

pub(crate) fn counts(text: &str) -> CountsDto {
    let c = count::count(text);
    CountsDto {
        words: u32::try_from(c.words).unwrap_or(u32::MAX),
        characters: u32::try_from(c.characters).unwrap_or(u32::MAX),
    }
}

fn draft_dto(d: lib::DraftSummary) -> DraftSummaryDto {
    DraftSummaryDto {
        id: d.id,
        document_id: d.document_id,
        name: d.name,
        updated_at: time(d.updated_at),
    }
}

impl Studio {
    pub(crate) fn projects(&self) -> Result<Vec<ProjectDto>, StudioError> {
        Ok(self
            .library
            .projects()?
            .into_iter()
            .map(|p| self.project_dto(p))
            .collect())
    }

    pub(crate) fn project_dto(&self, p: lib::Project) -> ProjectDto {
        let model_id = p
            .model_id
            .filter(|id| self.shelf.choose(id).is_ok())
            .unwrap_or_else(|| STARTER.to_owned());
        ProjectDto {
            id: p.id,
            name: p.name,
            language: p.language,
            privacy: match p.privacy {
                lib::Privacy::LocalOnly => Privacy::LocalOnly,
                lib::Privacy::RemoteAllowed => Privacy::RemoteAllowed,
            },
            model_id,
            house_rules: p.house_rules,
            updated_at: time(p.updated_at),
        }
    }

    async fn change_project(
        self: &Arc<Self>,
        id: String,
        change: impl FnOnce(&Self, &str) -> Result<(), StudioError> + Send + 'static,
    ) -> Result<ProjectDto, StudioError> {
        let project = self
            .blocking(move |s| {
                change(s, &id)?;
                Ok(s.project_dto(s.library.project(&id)?))
            })
            .await?;
        self.changed(&["projects"]);
        Ok(project)
    }

    /// See [`crate::commands`].
    pub async fn create_project(
        self: &Arc<Self>,
        i: CreateProject,
    ) -> Result<ProjectDto, StudioError> {
        let name = name("name", &i.name)?;
        let project = self
            .blocking(move |s| Ok(s.project_dto(s.library.create_project(&name, i.language)?)))
            .await?;
        self.changed(&["projects"]);
        Ok(project)
    }

    /// See [`crate::commands`].
    pub async fn rename_project(self: &Arc<Self>, i: IdName) -> Result<ProjectDto, StudioError> {
        let name = name("name", &i.name)?;
        self.change_project(i.id, move |s, id| {
            Ok(s.library.rename_project(id, &name)?)
        })
        .await
    }

    /// See [`crate::commands`].
    pub async fn delete_project(self: &Arc<Self>, i: Id) -> Result<(), StudioError> {
        self.blocking(move |s| Ok(s.library.delete_project(&i.id)?))
            .await?;
        self.changed(&["projects", "documents"]);
        Ok(())
    }

    /// See [`crate::commands`].
    pub async fn restore_project(self: &Arc<Self>, i: Id) -> Result<ProjectDto, StudioError> {
        self.change_project(i.id, |s, id| Ok(s.library.restore_project(id)?))
            .await
    }

    /// See [`crate::commands`].
    pub async fn set_privacy(self: &Arc<Self>, i: SetPrivacy) -> Result<ProjectDto, StudioError> {
        self.change_project(i.project_id, move |s, id| {
            let privacy = match i.privacy {
                Privacy::LocalOnly => lib::Privacy::LocalOnly,
                Privacy::RemoteAllowed => lib::Privacy::RemoteAllowed,
            };
            s.library.set_project_privacy(id, privacy)?;
            // A lock that leaves a remote model chosen would only fail later.
            if privacy == lib::Privacy::LocalOnly {
                s.stop_remote(id);
                let chosen = s.library.project(id)?.model_id;
                let remote = chosen
                    .as_deref()
                    .is_some_and(|m| s.shelf.choose(m).is_ok_and(|c| c.host.is_some()));
                if remote {
                    s.library.set_project_model(id, None)?;
                }
            }
            Ok(())
        })
        .await
    }

    /// See [`crate::commands`].
    pub async fn choose_model(self: &Arc<Self>, i: ChooseModel) -> Result<ProjectDto, StudioError> {
        self.change_project(i.project_id, move |s, id| {
            let chosen = s.shelf.choose(&i.model_id)?;
            if let Some(host) = chosen.host
                && s.library.project(id)?.privacy == lib::Privacy::LocalOnly
            {
                return Err(StudioError::RemoteNotAllowed { host });
            }
            Ok(s.library.set_project_model(id, Some(&i.model_id))?)
        })
        .await
    }

    /// See [`crate::commands`].
    pub async fn set_house_rules(
        self: &Arc<Self>,
        i: SetHouseRules,
    ) -> Result<ProjectDto, StudioError> {
        let rules = bounded("house_rules", &i.house_rules, LONGEST_RULES)?;
        self.change_project(i.project_id, move |s, id| {
            Ok(s.library.set_house_rules(id, &rules)?)
        })
        .await
    }

    /// See [`crate::commands`].
    pub async fn list_documents(self: &Arc<Self>, i: Id) -> Result<Vec<DocumentDto>, StudioError> {
        self.blocking(move |s| s.documents(&i.id)).await
    }

    /// The documents of a project, newest first. Blocks.
    pub(crate) fn documents(&self, project_id: &str) -> Result<Vec<DocumentDto>, StudioError> {
        let mut drafts: HashMap<String, Vec<DraftSummaryDto>> = HashMap::new();
        for draft in self.library.drafts_of(project_id)? {
            let of = drafts.entry(draft.document_id.clone()).or_default();
            of.push(draft_dto(draft));
        }
        let dto = |d: lib::DocumentSummary| DocumentDto {
            drafts: drafts.remove(&d.id).unwrap_or_default(),
            id: d.id,
            project_id: d.project_id,
            kind: d.kind,
            language: d.language,
            title: d.title,
            updated_at: time(d.updated_at),
        };
        let documents = self.library.documents(project_id)?;
        Ok(documents.into_iter().map(dto).collect())
    }

    fn draft_dtos(&self, document_id: &str) -> Result<Vec<DraftSummaryDto>, StudioError> {
        Ok(self
            .library
            .drafts(document_id)?
            .into_iter()
            .map(draft_dto)
            .collect())
    }

    pub(crate) fn document_dto(&self, id: &str) -> Result<DocumentDto, StudioError> {
        let d = self.library.document(id)?;
        let drafts = self.draft_dtos(id)?;
        Ok(DocumentDto {
            id: d.id,
            project_id: d.project_id,
            kind: d.kind,
            language: d.language,
            title: d.title,
            drafts,
            updated_at: time(d.updated_at),
        })
    }

    /// See [`crate::commands`].
    pub async fn create_document(
        self: &Arc<Self>,
        i: CreateDocument,
    ) -> Result<DraftView, StudioError> {
        let title = name("title", &i.title)?;
        let view = self
            .blocking(move |s| {
                let document =
                    s.library
                        .create_document(&i.project_id, i.kind, &title, i.language)?;
                let drafts = s.library.drafts(&document.id)?;
                let draft = drafts
                    .first()
                    .ok_or_else(|| StudioError::Internal("a new document has no draft".into()))?;
                s.draft_view(&draft.id)
            })
            .await?;
        self.changed(&["documents"]);
        Ok(view)
    }

    /// See [`crate::commands`].
    pub async fn rename_document(self: &Arc<Self>, i: IdName) -> Result<DocumentDto, StudioError> {
        let title = name("title", &i.name)?;
        let document = self
            .blocking(move |s| {
                s.library.rename_document(&i.id, &title)?;
                s.document_dto(&i.id)
            })
            .await?;
        self.changed(&["documents"]);
        Ok(document)
    }

    /// See [`crate::commands`].
    pub async fn delete_document(self: &Arc<Self>, i: Id) -> Result<(), StudioError> {
        self.blocking(move |s| Ok(s.library.delete_document(&i.id)?))
            .await?;
        self.changed(&["documents"]);
        Ok(())
    }

    /// See [`crate::commands`].
    pub async fn restore_document(self: &Arc<Self>, i: Id) -> Result<DocumentDto, StudioError> {
        let document = self
            .blocking(move |s| {
                s.library.restore_document(&i.id)?;
                s.document_dto(&i.id)
            })
            .await?;
        self.changed(&["documents"]);
        Ok(document)
    }

    /// See [`crate::commands`].
    pub async fn set_brief(self: &Arc<Self>, i: SetBrief) -> Result<(), StudioError> {
        self.blocking(move |s| {
            let draft = s.library.draft(&i.draft_id)?;
            let document = s.library.document(&draft.document_id)?;
            let mut fields = draft.fields;
            // Read it once, so that nothing but a brief of this kind is ever kept.
            Brief::from_value(document.kind, i.brief.clone())?;
            if !fields.is_object() {
                fields = Value::Object(serde_json::Map::new());
            }
            fields["brief"] = i.brief;
            s.library.set_fields(&i.draft_id, &fields)?;
            Ok(())
        })
        .await
    }

    /// The brief in a draft's fields; an empty one if none was saved.
    pub(crate) fn brief(
        kind: DocumentKind,
        language: Language,
        fields: &Value,
    ) -> Result<Brief, StudioError> {
        match fields.get("brief") {
            Some(value) => Ok(Brief::from_value(kind, value.clone())?),
            None => Ok(Brief::empty(kind, language)),
        }
    }
}
