//! What crosses to a user interface about models in a row, prices, budgets and use.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::dto::{ErrorDto, Language};

/// A model that was passed over, and why.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct SkippedDto {
    /// Its id on the shelf.
    pub model_id: String,
    /// Its name.
    pub model_name: String,
    /// Its host; `null` for a local one.
    pub host: Option<String>,
    /// Why.
    pub error: ErrorDto,
}

/// What a model can't do by itself and what is done for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum MadeUp {
    /// Several takes: each is a request of its own.
    Number,
    /// The form of the answer: asked for in the prompt, checked, and asked for once more.
    Form,
    /// Lengths and words of the house rules: checked when the text is there.
    Limits,
    /// The seed: nobody promises to keep to it, so the take can't be made again.
    Seed,
}

/// A sum of money.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
pub struct CostDto {
    /// How much.
    pub amount: f64,
    /// Of what, in the person's words.
    pub currency: String,
}

/// What is known of a take besides its text.
#[derive(Debug, Clone, Default, PartialEq, Serialize, TS)]
pub struct TakeFacts {
    /// The model's id on the shelf.
    pub model_id: String,
    /// Models that were asked for and did not write it, in order.
    pub skipped: Vec<SkippedDto>,
    /// What was made up for.
    pub made_up: Vec<MadeUp>,
    /// Whether names and numbers gave way to placeholders before it was sent.
    pub masked: bool,
    /// Whether the person changed the prompt before it was sent.
    pub edited: bool,
    /// The person's own action that it was asked by.
    pub own: Option<crate::actions::OwnTakeDto>,
    /// The take that it goes on from.
    pub resumes: Option<String>,
    /// Tokens of the prompt, counted or guessed.
    pub prompt_tokens: Option<u32>,
    /// Tokens of the answer, counted or guessed.
    pub completion_tokens: Option<u32>,
    /// Whether one of them is a guess.
    pub guessed: bool,
    /// What it cost, where the person gave a price.
    pub cost: Option<CostDto>,
}

/// Which models a project asks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct ChainsDto {
    /// For all tasks that have no chain of their own.
    pub usual: Vec<String>,
    /// Of single tasks, by the task's name.
    pub tasks: Vec<TaskChainDto>,
    /// All tasks that can have one, of all kinds of documents.
    pub known: Vec<String>,
}

/// The models of one task.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct TaskChainDto {
    /// The task's name.
    pub task: String,
    /// Ids of models, in order.
    pub models: Vec<String>,
}

/// What a million tokens cost.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct PriceDto {
    /// A million tokens of prompts.
    pub input: f64,
    /// A million tokens of answers.
    pub output: f64,
    /// The currency, in the person's words.
    pub currency: String,
}

/// What may be spent in a month.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct BudgetDto {
    /// How much.
    pub amount: f64,
    /// Of what: the currency of the prices that count against it.
    pub currency: String,
    /// How far the person's clock is before UTC, in minutes: where their months begin.
    pub offset_minutes: i32,
}

/// A budget, and how far it is used.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
pub struct BudgetStateDto {
    /// The budget.
    pub budget: BudgetDto,
    /// Spent this month in its currency.
    pub spent: f64,
}

/// Calls of a month, project, model and price, summed up.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
pub struct UsedDto {
    /// As `2026-11`.
    pub month: String,
    /// The project; `null` for calls without a document.
    pub project_id: Option<String>,
    /// Its name.
    pub project: Option<String>,
    /// The model's name.
    pub model: String,
    /// Its host; `null` for a local one.
    pub host: Option<String>,
    /// Calls.
    pub calls: u32,
    /// Calls whose tokens are guessed in part.
    pub guessed: u32,
    /// Tokens of prompts.
    pub prompt_tokens: f64,
    /// Tokens of answers.
    pub completion_tokens: f64,
    /// What they cost, where there was a price.
    pub cost: Option<CostDto>,
}

/// What was used, and the budgets.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
pub struct UsageDto {
    /// Newest month first.
    pub used: Vec<UsedDto>,
    /// What the project may spend; `null` without a project or a budget.
    pub project_budget: Option<BudgetStateDto>,
    /// What all projects together may spend.
    pub budget: Option<BudgetStateDto>,
}

/// What a request would come to, guessed on the safe side.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
pub struct EstimateDto {
    /// The model that would be asked first.
    pub model_id: String,
    /// Its host; `null` for a local one.
    pub host: Option<String>,
    /// Requests.
    pub calls: u32,
    /// Tokens of all prompts.
    pub prompt_tokens: u32,
    /// Tokens of all answers, at most.
    pub most_tokens: u32,
    /// What it costs at most, where there is a price.
    pub cost: Option<CostDto>,
    /// Models that would be passed over, and why.
    pub skipped: Vec<SkippedDto>,
}

/// A service that speaks the OpenAI protocol, as a form to start from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct ProviderDto {
    /// Its id.
    pub id: String,
    /// What it calls itself.
    pub name: String,
    /// What it calls itself in Chinese, where that differs.
    pub name_zh: Option<String>,
    /// Its base URL.
    pub base_url: String,
    /// Other base URLs of the same service (regions).
    pub also: Vec<String>,
    /// Whether it is a program on the person's own machine.
    pub local: bool,
    /// Whether it answers nobody without a key.
    pub needs_key: bool,
    /// Where a key is got.
    pub keys_at: Option<String>,
    /// Where its protocol is described.
    pub docs_at: String,
    /// The protocols it speaks, the usual one first: `chat`, `completions`, `responses`.
    pub apis: Vec<String>,
    /// What is known to be its own way, to be said where it is set up.
    pub quirks: Vec<Quirk>,
}

/// Something that a service does in its own way. Requests follow what a server is found to do; these
/// are for the person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Quirk {
    /// A model is loaded at its first question.
    LoadsSlowly,
    /// Several answers at once are one.
    OneAnswer,
    /// Models that reason take the bound on new tokens under another name.
    ReasoningCapName,
    /// It takes that bound under the older name alone.
    MaxTokensOnly,
    /// It takes a seed under another name, so none is sent.
    SeedNamedOtherwise,
    /// Some of its models think first, and that counts as written.
    Reasons,
    /// Lines that mean nothing keep a slow answer alive.
    CommentsInStream,
}

/// How a look at a server went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ServerOutcome {
    /// It does.
    Yes,
    /// It does not; it is made up for where it can be.
    No,
    /// It could not be told.
    Unclear,
    /// The question failed.
    Failed,
}

/// What was found out of a server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct ServerFindingDto {
    /// What was looked at: `models`, `answer`, `streaming`, `usage`, `cap`, `seed`, `stop`,
    /// `several_answers`, `json_schema`, `json_object`, `reasoning`.
    pub of: String,
    /// How it went.
    pub outcome: ServerOutcome,
    /// Why a question failed.
    pub error: Option<ErrorDto>,
}

/// What a test of a connection found.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
pub struct ServerTestDto {
    /// The models that it offers.
    pub models: Vec<String>,
    /// What was looked at, in order.
    pub findings: Vec<ServerFindingDto>,
    /// What requests are to follow; given back when the server is added or changed.
    #[ts(type = "Record<string, unknown>")]
    pub capabilities: serde_json::Value,
}

/// A server that was found on this machine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct FoundServerDto {
    /// The program that usually has this port.
    pub product: String,
    /// Its base URL.
    pub base_url: String,
    /// The models that it offers.
    pub models: Vec<String>,
}

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
    /// The models of a project, for all tasks or for one; an empty list of a task's takes it away.
    SetChain { project_id: String, task: Option<String>, models: Vec<String> }
    /// What a model's tokens cost; `null` takes it away.
    SetPrice { model_id: String, price: Option<PriceDto> }
    /// What a project (or, without one, all) may spend in a month; `null` takes it away.
    SetBudget { project_id: Option<String>, budget: Option<BudgetDto> }
    /// What was used, by one project or by all.
    UsageInput { project_id: Option<String>, offset_minutes: i32 }
    /// Writes what was used to a file.
    ExportUsage { project_id: Option<String>, offset_minutes: i32, path: String, #[ts(type = "Language")] language: Language }
    /// What a request would come to. Fields as in `Generate`.
    EstimateInput {
        draft_id: String,
        #[ts(type = "Task")] task: inkstone_desks::Task,
        from: u32,
        to: u32,
        note: String,
        variants: u32,
        models: Vec<String>,
    }
    /// Goes on with a take that was cut off.
    ResumeTake { take_id: String, over_budget: bool }
    /// Another address, model or name for a server on the shelf. `api_key` `null` keeps the key
    /// that is there, as long as the host stays the same.
    EditServer {
        model_id: String,
        name: String,
        base_url: String,
        model: String,
        api_key: Option<String>,
        /// `chat`, `completions` or `responses`.
        #[ts(optional)]
        api: Option<String>,
        /// What a test of this connection found.
        #[ts(optional, type = "Record<string, unknown>")]
        capabilities: Option<serde_json::Value>,
    }
    /// Tests a connection. `api_key` `null` takes the key that is kept for `model_id`, as long as the
    /// host is the one that it was given for.
    TestServer {
        model_id: Option<String>,
        base_url: String,
        model: String,
        api: Option<String>,
        api_key: Option<String>,
    }
}
