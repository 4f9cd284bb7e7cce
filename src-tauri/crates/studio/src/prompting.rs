//! The exact prompt of a task, seen before it is sent, and sent as the person left it.

use std::sync::Arc;

use inkstone_desks::{Composed, prompt_parts, tokens};
use inkstone_generation::{GenerationError, GenerationErrorKind, Message, PromptForm, Role};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{
    Studio, StudioError,
    drafts::{to_u32, units},
    inputs::Generate,
    shelf::Chosen,
};

/// The most messages of a prompt, and the longest of them together, in bytes.
const MOST_MESSAGES: usize = 40;
const LONGEST_PROMPT: usize = 2 << 20;

/// Who says a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum PromptRole {
    /// The instructions.
    System,
    /// The person.
    User,
    /// The model.
    Assistant,
}

/// One message of a prompt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct PromptMessage {
    /// Who says it.
    pub role: PromptRole,
    /// What.
    pub content: String,
}

/// A prompt as a person left it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct EditedPrompt {
    /// Its messages.
    pub messages: Vec<PromptMessage>,
    /// It is in the compact form, which only a small model reads.
    pub compact: bool,
    /// A wish that has come since, to be put behind it; may be empty.
    pub wish: String,
}

/// A part of a prompt, and where it came from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct PromptPartDto {
    /// The message, from 0.
    pub message: u32,
    /// Its start in the message, in UTF-16 units.
    pub from: u32,
    /// Its end.
    pub to: u32,
    /// `instructions`, `request`, or the tag around it: `brief`, `house_rules`, `voice`, `pages` ...
    pub of: String,
    /// Tokens, guessed.
    pub tokens: u32,
}

/// Messages, counted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct PromptReading {
    /// What they are made of.
    pub parts: Vec<PromptPartDto>,
    /// All of them in tokens, guessed on the safe side.
    pub tokens: u32,
}

/// A prompt before it is sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct PromptDto {
    /// The messages.
    pub messages: Vec<PromptMessage>,
    /// What they are made of.
    pub reading: PromptReading,
    /// It is in the compact form.
    pub compact: bool,
    /// What references in a compact prompt stand for: name and value.
    pub references: Vec<(String, String)>,
    /// The model that is asked first.
    pub model_name: String,
    /// Its host; `null` for a local model.
    pub host: Option<String>,
    /// What it reads at once, in tokens, where that is known.
    pub context: Option<u32>,
    /// The most tokens of the answer.
    pub most: u32,
    /// How many takes are asked for; each has a prompt of its own, and this is the first.
    pub takes: u32,
    /// The template that it was made from.
    pub template: String,
}

/// Messages to be counted.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct ReadPrompt {
    /// The messages.
    pub messages: Vec<PromptMessage>,
}

fn role_of(role: Role) -> PromptRole {
    match role {
        Role::System => PromptRole::System,
        Role::User => PromptRole::User,
        Role::Assistant => PromptRole::Assistant,
    }
}

fn dto(message: &Message) -> PromptMessage {
    PromptMessage {
        role: role_of(message.role),
        content: message.content.clone(),
    }
}

fn message(of: &PromptMessage) -> Message {
    Message {
        role: match of.role {
            PromptRole::System => Role::System,
            PromptRole::User => Role::User,
            PromptRole::Assistant => Role::Assistant,
        },
        content: of.content.clone(),
    }
}

fn read(messages: &[Message]) -> PromptReading {
    let parts = prompt_parts(messages);
    PromptReading {
        tokens: to_u32(messages.iter().map(|m| tokens(&m.content) + 4).sum()),
        parts: parts
            .into_iter()
            .map(|part| {
                let (from, to) = units(&messages[part.message].content, &part.range);
                PromptPartDto {
                    message: to_u32(part.message),
                    from,
                    to,
                    of: part.of.to_owned(),
                    tokens: to_u32(part.tokens),
                }
            })
            .collect(),
    }
}

impl EditedPrompt {
    /// A prompt of a bearable size with something in it.
    pub(crate) fn checked(&self) -> Result<(), StudioError> {
        let size: usize = self.messages.iter().map(|m| m.content.len()).sum();
        if size > LONGEST_PROMPT || self.messages.len() > MOST_MESSAGES {
            return Err(StudioError::TooLong {
                field: "prompt".to_owned(),
                limit: LONGEST_PROMPT,
            });
        }
        if self.messages.iter().all(|m| m.content.trim().is_empty()) {
            return Err(StudioError::EmptyPrompt);
        }
        Ok(())
    }

    /// Puts itself in the place of what was composed for a model.
    ///
    /// # Errors
    /// The model reads the other form, or less at once.
    pub(crate) fn put(&self, composed: &mut Composed, chosen: &Chosen) -> Result<(), StudioError> {
        if (chosen.prompt_form == PromptForm::Compact) != self.compact {
            return Err(StudioError::PromptForOther);
        }
        let written = self
            .messages
            .iter()
            .filter(|m| !m.content.trim().is_empty());
        composed.messages = written.map(message).collect();
        if !self.wish.trim().is_empty()
            && let Some(last) = composed
                .messages
                .iter_mut()
                .rev()
                .find(|m| m.role == Role::User)
        {
            last.content.push_str("\n\n<wish>\n");
            last.content.push_str(self.wish.trim());
            last.content.push_str("\n</wish>");
        }
        let used = read(&composed.messages).tokens;
        if let Some(context) = chosen.context_tokens {
            let left = context.saturating_sub(used);
            if left < 16 {
                let detail = format!("{used} tokens, and room for {context}");
                return Err(
                    GenerationError::new(GenerationErrorKind::ContextOverflow, detail).into(),
                );
            }
            composed.max_tokens = composed.max_tokens.min(left);
        }
        Ok(())
    }
}

impl Studio {
    /// See [`crate::commands`].
    pub async fn preview_prompt(self: &Arc<Self>, i: Generate) -> Result<PromptDto, StudioError> {
        self.blocking(move |s| {
            let ordered = s.ordered(&i)?;
            let plan = ordered
                .plans
                .into_iter()
                .next()
                .ok_or_else(|| StudioError::Internal("nobody is asked".into()))?;
            let group = Self::composed(&ordered.of, plan)?;
            let takes = to_u32(group.composed.len());
            let composed = group
                .composed
                .into_iter()
                .next()
                .ok_or_else(|| StudioError::Internal("nothing was composed".into()))?;
            let chosen = group.chosen;
            let references = composed.references.iter();
            Ok(PromptDto {
                messages: composed.messages.iter().map(dto).collect(),
                reading: read(&composed.messages),
                compact: chosen.prompt_form == PromptForm::Compact,
                references: references
                    .map(|(key, value)| (key.to_owned(), value.to_owned()))
                    .collect(),
                model_name: chosen.name,
                host: chosen.host,
                context: chosen.context_tokens,
                most: composed.max_tokens,
                takes,
                template: composed.template,
            })
        })
        .await
    }

    /// See [`crate::commands`].
    pub async fn read_prompt(
        self: &Arc<Self>,
        i: ReadPrompt,
    ) -> Result<PromptReading, StudioError> {
        self.blocking(move |_| {
            let prompt = EditedPrompt {
                messages: i.messages,
                compact: false,
                wish: String::new(),
            };
            let size: usize = prompt.messages.iter().map(|m| m.content.len()).sum();
            if size > LONGEST_PROMPT {
                prompt.checked()?;
            }
            let messages: Vec<Message> = prompt.messages.iter().map(message).collect();
            Ok(read(&messages))
        })
        .await
    }
}
