//! Which models are asked for a task, one after the other.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use inkstone_library as lib;
use inkstone_manuscript::DocumentKind;
use serde::{Deserialize, Serialize};

use super::dto::{ChainsDto, SetChain, SkippedDto, TaskChainDto};
use crate::{
    Studio, StudioError,
    dto::ProjectDto,
    inputs::Id,
    shelf::{Chosen, STARTER},
};

/// More models than this in a row are a mistake.
const LONGEST: usize = 12;

/// A project's chains, as the library keeps them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Chains {
    /// What follows the project's model.
    then: Vec<String>,
    /// Whole chains of single tasks.
    tasks: BTreeMap<String, Vec<String>>,
}

impl Chains {
    /// What a newer program wrote differently counts as none.
    fn of(project: &lib::Project) -> Self {
        serde_json::from_value(project.chains.clone()).unwrap_or_default()
    }

    fn usual(&self, project: &lib::Project) -> Vec<String> {
        let first = project.model_id.as_deref().unwrap_or(STARTER);
        let rest = self.then.iter().filter(|id| *id != first);
        std::iter::once(first.to_owned())
            .chain(rest.cloned())
            .collect()
    }
}

/// Who is asked, in order, and who was passed over before anybody was.
#[derive(Debug, Clone)]
pub(crate) struct Plan {
    pub members: VecDeque<Chosen>,
    pub skipped: Vec<SkippedDto>,
}

/// A model that is passed over.
pub(crate) fn skipped(chosen: &Chosen, error: &StudioError) -> SkippedDto {
    SkippedDto {
        model_id: chosen.id.clone(),
        model_name: chosen.name.clone(),
        host: chosen.host.clone(),
        error: error.to_dto(),
    }
}

impl Studio {
    /// Who is asked for a task of a project. Blocks.
    ///
    /// # Errors
    /// Nobody is left: what keeps the first one from it.
    pub(crate) fn plan(
        &self,
        project: &lib::Project,
        kind: Option<DocumentKind>,
        task: &str,
    ) -> Result<Plan, StudioError> {
        self.plan_of(Some(project), kind, task, &self.chain_ids(project, task))
    }

    /// Ids of the models that a project asks for a task.
    pub(crate) fn chain_ids(&self, project: &lib::Project, task: &str) -> Vec<String> {
        let chains = Chains::of(project);
        match chains.tasks.get(task) {
            Some(own) if own.iter().any(|id| self.shelf.choose(id).is_ok()) => own.clone(),
            _ => chains.usual(project),
        }
    }

    /// The same with models that are named, for a project or for none. `kind` is that of the document,
    /// where the task is a desk's. Blocks.
    pub(crate) fn plan_of(
        &self,
        project: Option<&lib::Project>,
        kind: Option<DocumentKind>,
        task: &str,
        ids: &[String],
    ) -> Result<Plan, StudioError> {
        let mut plan = Plan {
            members: VecDeque::new(),
            skipped: Vec::new(),
        };
        let mut first = None;
        for id in ids {
            // Models that were taken off the shelf since are as good as not named.
            let Ok(chosen) = self.shelf.choose(id) else {
                continue;
            };
            match fit(&chosen, project, kind, task) {
                Ok(()) => plan.members.push_back(chosen),
                Err(error) => {
                    plan.skipped.push(skipped(&chosen, &error));
                    first.get_or_insert(error);
                }
            }
        }
        match first {
            Some(error) if plan.members.is_empty() => Err(error),
            _ => {
                if plan.members.is_empty() {
                    plan.members.push_back(self.shelf.choose(STARTER)?);
                }
                Ok(plan)
            }
        }
    }

    /// See [`crate::commands`].
    pub async fn chains(self: &Arc<Self>, i: Id) -> Result<ChainsDto, StudioError> {
        self.blocking(move |s| s.chains_of(&s.library.project(&i.id)?))
            .await
    }

    fn chains_of(&self, project: &lib::Project) -> Result<ChainsDto, StudioError> {
        let chains = Chains::of(project);
        let there = |ids: Vec<String>| -> Vec<String> {
            let known = |id: &String| self.shelf.choose(id).is_ok();
            ids.into_iter().filter(known).collect()
        };
        let mut usual = there(chains.usual(project));
        if usual.is_empty() {
            usual.push(STARTER.to_owned());
        }
        let mut known: Vec<String> = Vec::new();
        for task in DocumentKind::ALL
            .into_iter()
            .flat_map(inkstone_desks::tasks)
        {
            if !known.iter().any(|one| one == task) {
                known.push((*task).to_owned());
            }
        }
        Ok(ChainsDto {
            usual,
            tasks: chains
                .tasks
                .into_iter()
                .map(|(task, models)| TaskChainDto {
                    task,
                    models: there(models),
                })
                .filter(|own| !own.models.is_empty())
                .collect(),
            known,
        })
    }

    /// See [`crate::commands`].
    pub async fn set_chain(self: &Arc<Self>, i: SetChain) -> Result<ProjectDto, StudioError> {
        let project = self
            .blocking(move |s| {
                let mut models: Vec<String> = Vec::new();
                for id in i.models {
                    s.shelf.choose(&id)?;
                    if !models.contains(&id) {
                        models.push(id);
                    }
                }
                if models.len() > LONGEST {
                    return Err(StudioError::BadRequest("too many models".into()));
                }
                let project = s.library.project(&i.project_id)?;
                let mut chains = Chains::of(&project);
                match i.task {
                    Some(task) => {
                        if inkstone_desks::Task::named(&task).is_none() {
                            return Err(StudioError::BadRequest(format!("no task `{task}`")));
                        }
                        if models.is_empty() {
                            chains.tasks.remove(&task);
                        } else {
                            chains.tasks.insert(task, models);
                        }
                    }
                    None => {
                        let Some((first, rest)) = models.split_first() else {
                            return Err(StudioError::BadRequest("no model".into()));
                        };
                        // A lock that leaves only servers would fail at every task.
                        if let Some(host) = s.shelf.choose(first)?.host
                            && project.privacy == lib::Privacy::LocalOnly
                            && rest.is_empty()
                        {
                            return Err(StudioError::RemoteNotAllowed { host });
                        }
                        s.library.set_project_model(&project.id, Some(first))?;
                        chains.then = rest.to_vec();
                    }
                }
                let chains = serde_json::to_value(chains)
                    .map_err(|e| StudioError::Internal(e.to_string()))?;
                s.library.set_project_chains(&project.id, &chains)?;
                s.project_by_id(&project.id)
            })
            .await?;
        self.changed(&["projects"]);
        Ok(project)
    }
}

/// Whether a model may be asked at all.
fn fit(
    chosen: &Chosen,
    project: Option<&lib::Project>,
    kind: Option<DocumentKind>,
    task: &str,
) -> Result<(), StudioError> {
    if let Some(host) = &chosen.host
        && let Some(project) = project
        && project.privacy == lib::Privacy::LocalOnly
    {
        return Err(StudioError::RemoteNotAllowed { host: host.clone() });
    }
    if chosen.lacks_key {
        return Err(StudioError::NoKey {
            name: chosen.name.clone(),
        });
    }
    let beyond = kind.is_some_and(|kind| {
        inkstone_desks::beyond(kind, chosen.prompt_form).any(|one| one == task)
    });
    let talks = chosen.prompt_form != inkstone_generation::PromptForm::Compact;
    if beyond
        || (!talks
            && matches!(
                task,
                "interview" | "assistant" | "judge" | super::resume::RESUME
            ))
    {
        return Err(inkstone_desks::DeskError::NeedsLargerModel {
            task: task.to_owned(),
        }
        .into());
    }
    Ok(())
}
