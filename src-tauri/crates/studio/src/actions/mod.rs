//! Actions that people write themselves: files beside the library, which the library keeps too.

mod dto;

use std::{path::Path, sync::Arc};

use inkstone_desks::{
    ActionError, ActionFault, DeskError, LARGEST_ACTION, OwnAction, Task, check_action, copy_of,
};
use inkstone_manuscript::{DocumentKind, Language};

pub use dto::*;

use crate::{
    Studio, StudioError,
    inputs::{Id, Nothing},
    own_files::{ACTIONS, is_stem, keep_own_files},
};

/// What is put behind the name of a file that was taken away.
const AWAY: &str = ".away";

/// A person's own actions beside a library, whether they can be used or not.
pub fn actions_beside(library: &Path) -> ActionsDto {
    let folder = ACTIONS.folder_of(library);
    let all = ACTIONS.files(&folder).into_iter().filter_map(|path| {
        let id = path.file_stem()?.to_str()?.to_owned();
        let source = match ACTIONS.text_of(&path) {
            Ok(source) => source,
            Err(said) => {
                let problem = ActionProblemDto::unreadable(&said);
                return Some(ActionDto::broken(&id, "", problem));
            }
        };
        Some(looked_at(&id, &source))
    });
    ActionsDto {
        actions: all.collect(),
        folder: folder.to_string_lossy().into_owned(),
    }
}

/// The action of a file, or what is wrong with it.
pub fn looked_at(id: &str, source: &str) -> ActionDto {
    match check_action(id, source) {
        Ok(action) => ActionDto::of(&action),
        Err(error) => {
            let mut problem = ActionDto::broken(id, source, ActionProblemDto::of(&error));
            // What it is called is known where only its template is wrong.
            if let Ok(read) = OwnAction::read(id, source) {
                problem.name = ActionDto::of(&read).name;
            }
            problem
        }
    }
}

/// The action of a name: that of its file, or its own in either language.
///
/// # Errors
/// `no_action`, or what is wrong with its file.
pub fn action_beside(library: &Path, wanted: &str) -> Result<OwnAction, StudioError> {
    let none = || {
        StudioError::from(DeskError::NoAction {
            id: wanted.chars().take(100).collect(),
        })
    };
    let folder = ACTIONS.folder_of(library);
    let id = if is_stem(wanted) && folder.join(format!("{wanted}{}", ACTIONS.ending)).exists() {
        wanted.to_owned()
    } else {
        let named = |action: &ActionDto| {
            [&action.name.en, &action.name.zh]
                .into_iter()
                .any(|name| name.eq_ignore_ascii_case(wanted))
        };
        let found = actions_beside(library).actions.into_iter().find(named);
        found.ok_or_else(none)?.id
    };
    let source = ACTIONS
        .text_of(&folder.join(format!("{id}{}", ACTIONS.ending)))
        .map_err(|_| none())?;
    Ok(check_action(&id, &source).map_err(DeskError::from)?)
}

/// The task of the action of a name beside a library.
///
/// # Errors
/// As [`action_beside`].
pub fn own_task(library: &Path, name: &str) -> Result<Task, StudioError> {
    let action = action_beside(library, name)?;
    Ok(Task::Own {
        id: action.id.clone(),
        action: Some(Arc::new(action)),
    })
}

/// The task with the action that it names, where it names one. Blocks.
pub(crate) fn resolved_task(library: &Path, task: &Task) -> Result<Task, StudioError> {
    match task {
        Task::Own { id, .. } => own_task(library, id),
        task => Ok(task.clone()),
    }
}

/// What is written down of an own action beside a call.
pub(crate) fn own_take(task: &Task, language: Language) -> Option<OwnTakeDto> {
    let own = task.own()?;
    Some(OwnTakeDto {
        id: own.id.clone(),
        name: own.name.of(language).to_owned(),
        answer: own.answer.word().to_owned(),
    })
}

/// A text as a note in the notation of a kind of document.
pub(crate) fn as_note(kind: DocumentKind, text: &str) -> String {
    let text = text.trim();
    match kind {
        // What would end the note early is taken apart.
        DocumentKind::Screenplay => {
            let lines: Vec<&str> = text
                .lines()
                .map(str::trim)
                .filter(|l| !l.is_empty())
                .collect();
            let text = lines.join("\n").replace("[[", "[").replace("]]", "]");
            format!("[[{text}]]")
        }
        DocumentKind::News | DocumentKind::Ads => {
            format!("<!-- {} -->", text.replace("--", "––"))
        }
    }
}

/// A name for a file, of what an action is called.
fn stem_of(name: &str) -> String {
    let mut stem = String::new();
    for c in name.to_lowercase().chars().take(60) {
        if c.is_alphanumeric() {
            stem.push(c);
        } else if !stem.ends_with('-') && !stem.is_empty() {
            stem.push('-');
        }
    }
    let stem = stem.trim_end_matches('-');
    if stem.is_empty() {
        "action".to_owned()
    } else {
        stem.to_owned()
    }
}

impl Studio {
    /// See [`crate::commands`].
    pub async fn actions(self: &Arc<Self>, _: Nothing) -> Result<ActionsDto, StudioError> {
        self.blocking(|s| {
            keep_own_files(&s.library);
            Ok(actions_beside(s.library.path()))
        })
        .await
    }

    /// See [`crate::commands`].
    pub async fn check_action(self: &Arc<Self>, i: ActionText) -> Result<ActionDto, StudioError> {
        self.blocking(move |_| Ok(looked_at(i.id.as_deref().unwrap_or("new"), &i.source)))
            .await
    }

    /// See [`crate::commands`].
    pub async fn new_action(self: &Arc<Self>, i: NewAction) -> Result<String, StudioError> {
        copy_of(i.task.as_deref(), i.kind, i.language, &i.name)
            .ok_or_else(|| StudioError::BadRequest("there is no such template".into()))
    }

    /// See [`crate::commands`].
    pub async fn save_action(self: &Arc<Self>, i: ActionText) -> Result<ActionDto, StudioError> {
        let saved = self
            .blocking(move |s| {
                if i.source.len() > LARGEST_ACTION {
                    let error = ActionError {
                        line: None,
                        fault: ActionFault::TooLarge,
                    };
                    return Err(DeskError::from(error).into());
                }
                if i.source.trim().is_empty() {
                    return Err(StudioError::NothingWritten);
                }
                let folder = ACTIONS.folder_of(s.library.path());
                let id = match i.id {
                    Some(id) if is_stem(&id) => id,
                    Some(id) => return Err(DeskError::NoAction { id }.into()),
                    None => {
                        let name = OwnAction::read("new", &i.source)
                            .map(|action| action.name.of(Language::English).to_owned())
                            .unwrap_or_default();
                        free_stem(&folder, &stem_of(&name))
                    }
                };
                ACTIONS.write(&folder, &id, &i.source).map_err(|error| {
                    StudioError::Unwritable {
                        path: folder.to_string_lossy().into_owned(),
                        detail: error.to_string(),
                    }
                })?;
                keep_own_files(&s.library);
                Ok(looked_at(&id, &i.source))
            })
            .await?;
        self.changed(&["actions"]);
        Ok(saved)
    }

    /// See [`crate::commands`].
    pub async fn remove_action(self: &Arc<Self>, i: Id) -> Result<(), StudioError> {
        self.move_action(i.id, true).await
    }

    /// See [`crate::commands`].
    pub async fn restore_action(self: &Arc<Self>, i: Id) -> Result<(), StudioError> {
        self.move_action(i.id, false).await
    }

    /// Takes a file away, or brings it back to where no other has come meanwhile.
    async fn move_action(self: &Arc<Self>, id: String, away: bool) -> Result<(), StudioError> {
        self.blocking(move |s| {
            if !is_stem(&id) {
                return Err(DeskError::NoAction { id }.into());
            }
            let folder = ACTIONS.folder_of(s.library.path());
            let here = folder.join(format!("{id}{}", ACTIONS.ending));
            let there = folder.join(format!("{id}{}{AWAY}", ACTIONS.ending));
            let (from, to) = if away { (here, there) } else { (there, here) };
            if !from.exists() || (!away && to.exists()) {
                return Err(DeskError::NoAction { id }.into());
            }
            std::fs::rename(&from, &to).map_err(|error| StudioError::Unwritable {
                path: to.to_string_lossy().into_owned(),
                detail: error.to_string(),
            })?;
            keep_own_files(&s.library);
            Ok(())
        })
        .await?;
        self.changed(&["actions"]);
        Ok(())
    }
}

/// A name that no file of the folder has, not even one that was taken away.
fn free_stem(folder: &Path, wanted: &str) -> String {
    let taken = |stem: &str| {
        let file = folder.join(format!("{stem}{}", ACTIONS.ending));
        let away = folder.join(format!("{stem}{}{AWAY}", ACTIONS.ending));
        file.exists() || away.exists()
    };
    let mut number = 1;
    let mut stem = wanted.to_owned();
    while taken(&stem) {
        number += 1;
        stem = format!("{wanted}-{number}");
    }
    stem
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_files_and_notes() {
        assert_eq!(stem_of("As a list!"), "as-a-list");
        assert_eq!(stem_of("改成清单"), "改成清单");
        assert_eq!(stem_of(" ?! "), "action");
        assert_eq!(
            as_note(DocumentKind::Screenplay, "One]] two\n\nthree\n"),
            "[[One] two\nthree]]"
        );
        assert_eq!(as_note(DocumentKind::News, "a --> b"), "<!-- a ––> b -->");
    }
}
