//! What a window asks for when it comes up, answered before there is a window that could ask.

use std::sync::Arc;

use serde_json::{Value, json};

use super::Doorway;

/// Longer answers are worth a question of their own: an early one is carried about as text.
const LONGEST: usize = 512 * 1024;

/// The answer to a command.
#[derive(Debug, Clone, PartialEq)]
pub struct FirstAnswer {
    /// The command's name.
    pub command: &'static str,
    /// What it was given.
    pub input: Value,
    /// What it said.
    pub output: Value,
}

impl Doorway {
    /// Opens the library and answers what each window asks first: how things are, and the documents
    /// and the text that were open last. What fails or is long is left out: the window asks for it
    /// itself, and hears why.
    pub async fn first_answers(self: &Arc<Self>) -> Vec<FirstAnswer> {
        let mut answers = Vec::new();
        for command in ["app_state", "preferences", "actions", "library_status"] {
            self.answer(&mut answers, command, json!({})).await;
        }
        let Some(state) = answers.iter().find(|one| one.command == "app_state") else {
            return answers;
        };
        let last = &state.output["last_open"];
        let project = &last["project_id"];
        let projects = state.output["projects"].as_array();
        if project.is_null() || !projects.is_some_and(|all| all.iter().any(|p| p["id"] == *project))
        {
            return answers;
        }
        let (project, draft) = (project.clone(), last["draft_id"].clone());
        let documents = json!({ "id": project });
        self.answer(&mut answers, "list_documents", documents).await;
        if !draft.is_null() {
            let draft = json!({ "id": draft });
            self.answer(&mut answers, "open_draft", draft).await;
        }
        answers
    }

    async fn answer(
        self: &Arc<Self>,
        answers: &mut Vec<FirstAnswer>,
        command: &'static str,
        input: Value,
    ) {
        let Ok(output) = self.call(command, input.clone()).await else {
            return;
        };
        if serde_json::to_string(&output).is_ok_and(|text| text.len() <= LONGEST) {
            answers.push(FirstAnswer {
                command,
                input,
                output,
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{door, write};
    use super::*;
    use crate::dto::LastOpen;
    use crate::inputs::SetLastOpen;

    /// Remembers a text, and the first project or another one, as what was open last.
    async fn leave(door: &Arc<Doorway>, project: Option<&str>, draft: &str) {
        let studio = door.studio().await.unwrap();
        let first = studio.projects().unwrap()[0].id.clone();
        let last_open = LastOpen {
            project_id: project.map_or(first, str::to_owned),
            draft_id: Some(draft.to_owned()),
        };
        studio
            .set_last_open(SetLastOpen { last_open })
            .await
            .unwrap();
    }

    fn commands(answers: &[FirstAnswer]) -> Vec<&'static str> {
        answers.iter().map(|one| one.command).collect()
    }

    #[tokio::test]
    async fn what_was_open_last_is_answered_as_a_window_would_ask() {
        let folder = tempfile::tempdir().unwrap();
        let door = door(folder.path());
        let at_first = ["app_state", "preferences", "actions", "library_status"];
        assert_eq!(commands(&door.first_answers().await), at_first);

        let (_, draft) = write(&door, "The tide.").await;
        leave(&door, None, &draft).await;
        let answers = door.first_answers().await;
        let all = commands(&answers);
        assert_eq!(all[..4], at_first);
        assert_eq!(all[4..], ["list_documents", "open_draft"]);
        assert_eq!(answers[5].output["body"], "The tide.");
        for one in &answers {
            let again = door.call(one.command, one.input.clone()).await.unwrap();
            assert_eq!(one.output, again, "{}", one.command);
        }

        // A text that is gone, and a project that is.
        leave(&door, None, "gone").await;
        assert_eq!(
            commands(&door.first_answers().await)[4..],
            ["list_documents"]
        );
        leave(&door, Some("gone"), "gone").await;
        assert_eq!(commands(&door.first_answers().await), at_first);
    }

    #[tokio::test]
    async fn a_long_text_is_left_to_the_window() {
        let folder = tempfile::tempdir().unwrap();
        let door = door(folder.path());
        let (_, draft) = write(&door, &"The tide comes in. ".repeat(30_000)).await;
        leave(&door, None, &draft).await;
        assert_eq!(
            commands(&door.first_answers().await)[4..],
            ["list_documents"]
        );
    }

    #[tokio::test]
    async fn a_library_that_stays_shut_has_no_answers() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("library.ink"), "no library").unwrap();
        let door = door(folder.path());
        // How the file is can be said all the same.
        assert_eq!(commands(&door.first_answers().await), ["library_status"]);
    }
}
