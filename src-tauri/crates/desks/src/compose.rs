//! From a brief, a task and a document to the messages a model is given.

use std::ops::Range;

use inkstone_generation::{Constraint, Message, PromptForm, references::References};
use inkstone_manuscript::{DocumentKind, Language};
use thiserror::Error;

use crate::{
    ActionError, Brief, BriefError, FieldSpec, PageInPrompt, Task, bounds, budget, compact,
    own::OwnAction,
    registry, target, tasks, templates,
    view::{self, View},
};

/// What a prompt is made of.
#[derive(Debug, Clone)]
pub struct Input<'a> {
    /// The brief of the document.
    pub brief: &'a Brief,
    /// What is asked for.
    pub task: &'a Task,
    /// The whole text of the document.
    pub document: &'a str,
    /// The selection in bytes; a caret is an empty range.
    pub selection: Range<usize>,
    /// A wish in the person's own words.
    pub note: Option<&'a str>,
    /// Words and phrases never to use, one a line.
    pub house_rules: &'a str,
    /// A passage of the person's own writing, for its voice; may be empty.
    pub voice: &'a str,
    /// Which of its siblings this is, from 0.
    pub variant: u32,
    /// How many siblings there are.
    pub variants: u32,
    /// The model's context in tokens, where known: bounds how much of the document goes along.
    pub context_tokens: Option<u32>,
}

/// A prompt, and how to run it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Composed {
    /// Kind, task and language of the template, as `news/draft.en`.
    pub template: String,
    /// SHA-256 of the template's source, in lower-case hex.
    pub template_sha256: String,
    /// The messages, in order.
    pub messages: Vec<Message>,
    /// What placeholders in the answer stand for; empty in the chat form.
    pub references: References,
    /// At most this many new tokens.
    pub max_tokens: u32,
    /// The answer ends before the first of these.
    pub stop: Vec<String>,
    /// Temperature that suits the task.
    pub temperature: f32,
    /// Repeat penalty that suits the task.
    pub repeat_penalty: f32,
    /// The least share of the likeliest token's probability that suits the task; 0 for any.
    pub min_p: f32,
    /// The bytes of the document that the suggestion would replace.
    pub target: Range<usize>,
    /// What the answer has to keep to; who can't be held to it has to be checked.
    pub constraint: Constraint,
    /// The pages of people and places that the prompt asked for.
    pub pages: Vec<PageInPrompt>,
    /// How much of the document the prompt shows, in percent, for tasks that read all of it; else
    /// 100.
    pub share: u32,
}

/// Why nothing could be composed.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum DeskError {
    /// The brief is not fit to write from.
    #[error(transparent)]
    Brief(#[from] BriefError),
    /// The task replaces a selection, and nothing is selected.
    #[error("nothing is selected")]
    EmptySelection,
    /// The script has no scene of that number.
    #[error("there is no scene {number}")]
    NoSuchScene {
        /// The number asked for.
        number: u32,
    },
    /// The scene of that number has no text yet.
    #[error("scene {number} is not written yet")]
    SceneNotWritten {
        /// The number asked for.
        number: u32,
    },
    /// The task wants a model that follows free instructions.
    #[error("`{task}` needs a larger model")]
    NeedsLargerModel {
        /// The task's name.
        task: String,
    },
    /// Another kind of document has this task.
    #[error("`{kind}` has no task `{task}`")]
    TaskNotForKind {
        /// The task's name.
        task: String,
        /// The kind's name.
        kind: String,
    },
    /// What is asked has no room in what the model reads at once.
    #[error("{tokens} tokens are asked, and there is room for {room}")]
    QuestionTooLong {
        /// What it needs, in tokens.
        tokens: u32,
        /// What there is.
        room: u32,
    },
    /// An action that a person wrote can't be used as it stands.
    #[error(transparent)]
    Action(#[from] ActionError),
    /// There is no action of that name.
    #[error("there is no action `{id}`")]
    NoAction {
        /// The name.
        id: String,
    },
    /// A slip in `assets/prompts/`.
    #[error("template: {0}")]
    Template(String),
}

/// Makes the prompt for a task.
///
/// # Errors
/// The brief is not valid, nothing is selected where a selection is needed, or the script has no
/// such scene.
pub fn compose(input: &Input, form: PromptForm) -> Result<Composed, DeskError> {
    let (kind, language) = (input.brief.kind(), input.brief.language());
    let task = input.task.name();
    let own = match input.task {
        Task::Own { id, action } => Some(
            action
                .as_deref()
                .ok_or_else(|| DeskError::NoAction { id: id.clone() })?,
        ),
        _ => None,
    };
    if !own.map_or_else(
        || tasks(kind).contains(&task),
        |own| own.is_for(kind, language),
    ) {
        return Err(DeskError::TaskNotForKind {
            task: task.to_owned(),
            kind: kind.to_string(),
        });
    }
    if beyond(kind, form).any(|name| name == task) || (own.is_some() && form == PromptForm::Compact)
    {
        return Err(DeskError::NeedsLargerModel {
            task: task.to_owned(),
        });
    }
    match input.brief.validate() {
        // A text that is there says what it is about.
        Err(BriefError::Missing { .. })
            if input.task.works_on_text() && !input.document.trim().is_empty() => {}
        valid => valid?,
    }
    let target = target::of(input)?;
    let shown = target::shown(input, &target);
    let selection = &input.document[shown.clone()];
    let mut max_tokens = most_tokens(input, selection);
    let (mut pages, mut share) = (Vec::new(), 100);
    let (template, template_sha256, messages, references) = match form {
        PromptForm::Chat => {
            let template = Template::of(own, kind, task, language);
            let view = View::new(input, &shown)?;
            let bare = template.render(view.bare())?;
            let size: usize = bare.iter().map(|m| budget::tokens(&m.content)).sum();
            let context = input.context_tokens.map(|t| t as usize);
            let room = context
                .unwrap_or(budget::UNKNOWN_CONTEXT)
                .saturating_sub(size);
            if let Some(context) = context {
                // Better a shorter answer than none: a quarter of the context is always left to it.
                let most = room.max(context / 4).max(64);
                max_tokens = max_tokens.min(u32::try_from(most).unwrap_or(u32::MAX));
            }
            let room = room.saturating_sub(max_tokens as usize);
            let (view, told, shown) = view.told(room);
            (pages, share) = (told, shown);
            let messages = template.render(view)?;
            let (name, hash) = template.named(kind, language);
            (name, hash, messages, References::new())
        }
        PromptForm::Compact => {
            let (messages, references) = compact::compose(input, &target)?;
            let task = compact::stand_in(task);
            let name = format!("{}/{task}.{}.compact", kind.name(), language.tag());
            let hash = compact::sha256(kind, task, language);
            (name, hash, messages, references)
        }
    };
    let mut constraint = bounds::of(input, &target, &references);
    constraint.form = registry::form(
        input,
        &target,
        (form == PromptForm::Compact).then_some(&references),
    );
    if form == PromptForm::Compact {
        let task = compact::stand_in(task);
        constraint.owed = compact::owed(kind, task, language, &references, &constraint.banned);
    }
    Ok(Composed {
        constraint,
        template,
        template_sha256,
        messages,
        references,
        max_tokens,
        stop: stop(input, form),
        temperature: temperature(kind, input.task, form),
        // Labels, cues and references repeat by right: a penalty would bend them.
        repeat_penalty: if kind == DocumentKind::News && form == PromptForm::Chat {
            1.05
        } else {
            1.0
        },
        // A small network's unlikely tokens are broken words.
        min_p: if form == PromptForm::Compact {
            0.1
        } else {
            0.0
        },
        target,
        pages,
        share,
    })
}

/// What a prompt is rendered from.
enum Template<'a> {
    Ours(String),
    Own(&'a OwnAction),
}

impl<'a> Template<'a> {
    fn of(own: Option<&'a OwnAction>, kind: DocumentKind, task: &str, language: Language) -> Self {
        own.map_or_else(
            || Self::Ours(templates::name(kind, task, language)),
            Self::Own,
        )
    }

    fn render(&self, view: minijinja::Value) -> Result<Vec<Message>, DeskError> {
        match self {
            Self::Ours(name) => templates::render(name, view),
            Self::Own(own) => Ok(own.render(view)?),
        }
    }

    /// Its name in the record, and the hash of its source.
    fn named(self, kind: DocumentKind, language: Language) -> (String, String) {
        match self {
            Self::Ours(name) => {
                let hash = templates::sha256(kind, &name, language);
                (name, hash)
            }
            Self::Own(own) => (format!("own/{}.{}", own.id, language.tag()), own.sha256()),
        }
    }
}

/// The tasks of a kind that a model with this form of prompt cannot do.
pub fn beyond(kind: DocumentKind, form: PromptForm) -> impl Iterator<Item = &'static str> {
    tasks(kind)
        .iter()
        .copied()
        .filter(move |task| form == PromptForm::Compact && !compact::knows(kind, task))
}

fn temperature(kind: DocumentKind, task: &Task, form: PromptForm) -> f32 {
    match (kind, task, form) {
        // A small network has its variety from its sentences; a higher temperature breaks them, and
        // makes ads longer.
        (DocumentKind::Ads, Task::Draft, PromptForm::Compact) => 0.7,
        (_, task, PromptForm::Compact) if !task.needs_selection() => 0.9,
        (DocumentKind::Ads, Task::Draft, _)
        | (
            _,
            Task::Turns { .. } | Task::Alternatives | Task::Headline | Task::Dek | Task::Describe,
            _,
        ) => 0.9,
        (_, Task::Coverage | Task::Knowledge | Task::Correct | Task::Translate { .. }, _) => 0.3,
        (DocumentKind::News, Task::Draft | Task::Continue, PromptForm::Chat) => 0.7,
        (_, task, PromptForm::Chat) if task.needs_selection() => 0.7,
        _ => 0.8,
    }
}

fn stop(input: &Input, form: PromptForm) -> Vec<String> {
    match (input.brief, input.task, form) {
        (Brief::Ads(_), Task::Draft, PromptForm::Chat) => {
            vec!["## Ad 2".to_owned(), "## 广告 2".to_owned()]
        }
        _ => Vec::new(),
    }
}

/// Room for the answer, with some to spare: a limit that bites cuts a text off.
fn most_tokens(input: &Input, selection: &str) -> u32 {
    let selected = budget::tokens(selection);
    let most = match (input.task, input.brief) {
        (Task::Draft, Brief::News(b)) => b.words as usize * 22 / 10 + 120,
        (Task::Draft, Brief::Ads(b)) => {
            let fields = b.channel.limits(b.language).fields;
            let one = |f: &FieldSpec| match b.language {
                Language::English => f.count * (f.limit * 4 / 10 + 12),
                Language::Chinese => f.count * (f.limit * 11 / 10 + 12),
            };
            fields.iter().map(one).sum::<usize>() + 48
        }
        (Task::Draft | Task::Scene { .. }, _) => 900,
        (Task::Premise, _) => 420,
        (Task::Characters, Brief::Screenplay(b)) => {
            (b.characters.len().clamp(3, 8) * 260 + 200).min(2400)
        }
        (Task::Characters | Task::Knowledge, _) => 1200,
        (Task::Coverage, _) => 1800,
        (Task::ReviseEntry { .. } | Task::Turns { .. } | Task::Interview, _) => 260,
        (Task::Assistant | Task::Summary | Task::Judge, _) => 1024,
        (Task::Dialogue { .. } | Task::Describe, _) => 220,
        (Task::Headline, _) => 80,
        (Task::Dek, _) => 160,
        (Task::Own { .. }, _) => (selected * 25 / 10 + 400).min(4000),
        (Task::Alternatives, _) => selected * 25 / 10 + 64,
        (Task::ReviseScene { .. } | Task::PunchUp { .. }, _) => (selected * 16 / 10 + 200).max(900),
        (Task::Beats | Task::ReviseBeats, _) => view::beats(input.brief) as usize * 80 + 120,
        (Task::Outline, Brief::Screenplay(b)) => (b.scenes as usize * 100 + 120).min(6000),
        (Task::Outline, _) => 900,
        (Task::Continue, _) => 200,
        (Task::Rewrite | Task::Tone { .. } | Task::Simplify | Task::Correct, _) => {
            selected * 16 / 10 + 64
        }
        (Task::Shorten, _) => selected * 11 / 10 + 48,
        (Task::Expand | Task::Translate { .. }, _) => selected * 25 / 10 + 96,
    };
    u32::try_from(most).unwrap_or(u32::MAX)
}
