//! Inputs of the commands. Field meanings are those of [`crate::dto`].

use inkstone_desks::Task;
use inkstone_manuscript::{DocumentKind, Language};
use serde::Deserialize;
use ts_rs::TS;

use crate::dto::{EditCause, EditDto, LastOpen, Privacy, Theme};

macro_rules! inputs {
    ($($(#[$meta:meta])* $name:ident { $($(#[$fmeta:meta])* $field:ident : $ty:ty),* $(,)? })*) => {$(
        $(#[$meta])*
        #[derive(Debug, Clone, Deserialize, TS)]
        #[serde(deny_unknown_fields)]
        #[allow(missing_docs)]
        pub struct $name { $($(#[$fmeta])* pub $field: $ty),* }
    )*};
}

inputs! {
    /// Nothing is needed.
    Nothing {}
    /// Names one thing.
    Id { id: String }
    /// Names one thing and gives it a name.
    IdName { id: String, name: String }
    /// The UI language.
    SetLanguage { #[ts(type = "Language")] language: Language }
    /// The colours.
    SetTheme { theme: Theme }
    /// What was open last.
    SetLastOpen { last_open: LastOpen }
    /// A new project.
    CreateProject { name: String, #[ts(type = "Language")] language: Language }
    /// Whether a project's text may leave the machine.
    SetPrivacy { project_id: String, privacy: Privacy }
    /// The model of a project.
    ChooseModel { project_id: String, model_id: String }
    /// House rules of a project, one phrase a line.
    SetHouseRules { project_id: String, house_rules: String }
    /// A new document.
    CreateDocument {
        project_id: String,
        #[ts(type = "DocumentKind")] kind: DocumentKind,
        title: String,
        #[ts(type = "Language")] language: Language,
    }
    /// The brief of a draft.
    SetBrief { draft_id: String, #[ts(type = "Brief")] brief: serde_json::Value }
    /// Edits to a draft.
    ApplyEdits { draft_id: String, base_revision: u32, edits: Vec<EditDto>, cause: EditCause }
    /// The whole text of a draft, when edits could not be matched.
    ReplaceText { draft_id: String, text: String, cause: EditCause }
    /// A draft and a node of its history.
    DraftNode { draft_id: String, node_id: String }
    /// A model file.
    AddFile { path: String }
    /// A model on a server. An empty key means none.
    AddServer {
        name: String,
        base_url: String,
        api_key: String,
        model: String,
        /// `chat` (the usual), `completions` or `responses`.
        #[ts(optional)]
        api: Option<String>,
        /// What a test of this connection found.
        #[ts(optional, type = "Record<string, unknown>")]
        capabilities: Option<serde_json::Value>,
    }
    /// Asks a server which models it has, before it is added.
    ListServerModels { base_url: String, api_key: String }
    /// Asks for takes. `from`/`to` are the selection (equal for a caret), in UTF-16 units.
    Generate {
        draft_id: String,
        task: Task,
        from: u32,
        to: u32,
        /// A wish in the person's words ("shorter"); may be empty.
        note: String,
        /// How many takes; 0 asks for the desk's own number.
        variants: u32,
        /// `null` draws a new seed.
        seed: Option<f64>,
        /// Ids of models that are asked side by side, each for as many; none asks the project's chain.
        #[ts(optional)]
        models: Option<Vec<String>>,
        /// The person has said yes to more than the budget.
        #[ts(optional)]
        over_budget: Option<bool>,
        /// The prompt as the person left it, in the place of what would be composed.
        #[ts(optional)]
        #[serde(default)]
        prompt: Option<crate::prompting::EditedPrompt>,
    }
    /// Takes a suggestion into the text. `from`/`to` say where it belongs now; `text` is what the
    /// person saw, edited or not.
    AcceptTake { take_id: String, draft_id: String, base_revision: u32, from: u32, to: u32, text: String }
    /// Where to write an export. Formats: `text` (the notation as it stands), `csv` (ads),
    /// `pdf` (screenplays, with the setup of the document), `html`, `docx`;
    /// `text-comments` and `docx-comments` have the open comments in them.
    Export { draft_id: String, path: String, format: String }
}
