//! A take that was cut off goes on in another one, with whatever model is chosen now.

use std::sync::Arc;

use inkstone_desks::{Composed, Task};
use inkstone_generation::{
    Form, GenerationError, GenerationErrorKind, Message, Prompt, Role, TextRequest,
    references::References,
};
use inkstone_library as lib;
use inkstone_manuscript::Language;
use serde::{Deserialize, Serialize};

use super::{
    beside::{Facts, facts_of},
    dto::ResumeTake,
    relay::{Asked, Lined, Recipe},
};
use crate::{
    Studio, StudioError,
    call::FAILED,
    dto::{StudioEvent, TakeDto},
    order::request_of,
    provenance::hands,
    shelf::Chosen,
    takes::resolved,
};

/// What the shelf says a small model can't do.
pub(crate) const RESUME: &str = "resume";
/// A last word that may be cut in half is written anew; one longer than this is none.
const LONGEST_WORD: usize = 40;
/// Models say the end of what they go on from once more; so much of it is looked for.
const LONGEST_ECHO: usize = 400;

/// A part of a text and the call that wrote it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Part {
    pub generation: String,
    pub text: String,
}

/// The text that parts are.
pub(crate) fn before(parts: &[Part]) -> String {
    parts.iter().map(|part| part.text.as_str()).collect()
}

fn is_wide(c: char) -> bool {
    c >= '\u{2e80}'
}

/// As much of a text that was cut off as ends with a whole word.
fn whole_words(text: &str) -> &str {
    let cut = text
        .chars()
        .next_back()
        .is_some_and(|c| c.is_alphanumeric() && !is_wide(c));
    if !cut {
        return text;
    }
    let mut word = 0;
    for (at, c) in text.char_indices().rev() {
        if !c.is_alphanumeric() || is_wide(c) {
            return &text[..at + c.len_utf8()];
        }
        word += 1;
        if word > LONGEST_WORD {
            break;
        }
    }
    text
}

/// What is put behind a text, of what a model wrote to go on from it: without the end of the text
/// said once more, and with a space where words would run together.
pub(crate) fn joint(before: &str, fresh: &str) -> String {
    let fresh = fresh.strip_prefix(echo(before, fresh)).unwrap_or(fresh);
    let Some(last) = before.chars().next_back() else {
        return fresh.to_owned();
    };
    if before.ends_with("\n\n") {
        return fresh.trim_start().to_owned();
    }
    if last.is_whitespace() {
        return fresh.trim_start_matches([' ', '\t', '\u{3000}']).to_owned();
    }
    let apart = fresh
        .chars()
        .next()
        .is_some_and(|c| c.is_alphanumeric() && !is_wide(c));
    let closes = matches!(
        last,
        '.' | ',' | ';' | ':' | '!' | '?' | ')' | '"' | '”' | '’' | '…'
    );
    if apart && closes {
        format!(" {fresh}")
    } else {
        fresh.to_owned()
    }
}

/// The beginning of `fresh` that says the end of `before` once more.
fn echo<'f>(before: &str, fresh: &'f str) -> &'f str {
    let text = before.trim_end();
    let mut longest = "";
    let ends = fresh.char_indices().map(|(at, c)| at + c.len_utf8());
    for (count, end) in ends.enumerate().take(LONGEST_ECHO) {
        let said = fresh[..end].trim();
        let long = said
            .chars()
            .map(|c| 1 + usize::from(is_wide(c)))
            .sum::<usize>()
            >= 12;
        // A whole word has to end here, in both.
        let next = fresh[end..].chars().next();
        let inside = next.is_some_and(|c| c.is_alphanumeric() && !is_wide(c))
            && said.ends_with(|c: char| c.is_alphanumeric() && !is_wide(c));
        let at_end = !fresh[..end].ends_with(char::is_whitespace);
        if count + 1 >= 6 && long && at_end && !inside && text.ends_with(said) {
            longest = &fresh[..end];
        }
    }
    longest
}

/// All that a generation's take says, with what it goes on from.
pub(crate) fn whole_output(g: &lib::Generation) -> String {
    let fresh = resolved(g);
    let parts = facts_of(g).resumes;
    if parts.is_empty() {
        return fresh;
    }
    let mut text = before(&parts);
    let joint = joint(&text, &fresh);
    text.push_str(&joint);
    text
}

fn instruction(language: Language) -> &'static str {
    match language {
        Language::English => {
            "Your text above was cut off. Go on exactly where it stops, in the same form and voice. Repeat nothing of it, explain nothing, and write only what comes next."
        }
        Language::Chinese => {
            "上面的文字中途断了。请从断开的地方接着写，体裁和语气不变。不要重复已有的内容，不要解释，只写接下来的文字。"
        }
    }
}

/// The request that goes on from a text.
fn going_on(
    mut request: TextRequest,
    resumed: bool,
    text: &str,
    language: Language,
) -> TextRequest {
    match &mut request.prompt {
        Prompt::Chat(messages) => {
            if resumed {
                // What that one went on from is part of the text.
                messages.truncate(messages.len().saturating_sub(2));
            }
            let say = |role, content: &str| Message {
                role,
                content: content.to_owned(),
            };
            messages.push(say(Role::Assistant, text));
            messages.push(say(Role::User, instruction(language)));
        }
        Prompt::Raw(prompt) => prompt.push_str(text),
    }
    // What the whole has to be, its continuation alone is not. A grammar goes on where the text
    // stopped.
    request.constraint = request.constraint.map(|mut constraint| {
        constraint.form = constraint
            .form
            .filter(|form| matches!(form, Form::Grammar(_)));
        text.clone_into(&mut constraint.begun);
        constraint.limits.clear();
        constraint.required.clear();
        constraint
    });
    request.constraint = request.constraint.filter(|c| !c.is_empty());
    request
}

/// The prompt of a take that was cut off, with its text so far: the same for whoever is asked.
struct Onward {
    request: TextRequest,
    composed: Composed,
}

impl Recipe for Onward {
    fn compose(&self, chosen: &Chosen) -> Result<Vec<Composed>, StudioError> {
        let used = super::budget::prompt_tokens(&self.composed);
        if chosen.context_tokens.is_some_and(|most| used >= most) {
            let kind = GenerationErrorKind::ContextOverflow;
            let detail = format!("{used} tokens, and room for fewer");
            return Err(GenerationError::new(kind, detail).into());
        }
        Ok(vec![self.composed.clone()])
    }

    fn request(&self, _: &Composed, seed: u64) -> TextRequest {
        let mut request = self.request.clone();
        request.sampling.seed = seed;
        request
    }
}

impl Studio {
    /// See [`crate::commands`].
    pub async fn resume_take(self: &Arc<Self>, i: ResumeTake) -> Result<TakeDto, StudioError> {
        self.settle(&i.take_id).await?;
        let seed = self.seed();
        let earlier = i.take_id.clone();
        let (lined, take) = self.blocking(move |s| s.go_on_with(&i, seed)).await?;
        let (studio, id) = (self.clone(), take.id.clone());
        self.tell(StudioEvent::Take {
            take: Box::new(take.clone()),
        });
        tokio::spawn(async move {
            let last = studio.write_chain(lined).await;
            if let Err(error) = studio.after_resuming(&earlier, &last.id).await {
                tracing::error!(%error, %id, "what was gone on with was not put away");
            }
            studio.changed(&["takes"]);
        });
        Ok(take)
    }

    /// Of two takes that hold the same text the longer one waits for the person.
    async fn after_resuming(
        self: &Arc<Self>,
        earlier: &str,
        later: &str,
    ) -> Result<(), StudioError> {
        self.settle(later).await?;
        let (first, second) = (earlier.to_owned(), later.to_owned());
        self.blocking(move |s| {
            let wrote = !s.library.generation(&second)?.output.trim().is_empty();
            let gone = if wrote { &first } else { &second };
            if s.library.generation(gone)?.decision == lib::Decision::Pending {
                s.library
                    .decide_suggestion(gone, lib::Decision::Discarded)?;
            }
            Ok(())
        })
        .await?;
        self.tell_take(earlier).await;
        self.tell_take(later).await;
        Ok(())
    }

    /// Composes the call that goes on, and writes it down. Blocks.
    fn go_on_with(&self, i: &ResumeTake, seed: u64) -> Result<(Lined, TakeDto), StudioError> {
        let cut = self.library.generation(&i.take_id)?;
        let (Some(draft_id), Some(end)) = (&cut.draft_id, &cut.end) else {
            return Err(StudioError::NothingToResume);
        };
        let task = Task::named(&cut.task).ok_or(StudioError::NothingToResume)?;
        let partial = matches!(
            end.finish_reason.as_str(),
            "length" | "incomplete" | "content_filter" | "interrupted" | "cancelled"
        ) || end.finish_reason == FAILED;
        let is_text = !matches!(
            task,
            Task::Characters | Task::Coverage | Task::Knowledge | Task::Interview
        );
        let text = whole_output(&cut);
        if !partial || !is_text || text.trim().is_empty() {
            return Err(StudioError::NothingToResume);
        }
        let facts = facts_of(&cut);
        let resumed = !facts.resumes.is_empty();
        let mut parts = facts.resumes;
        let start = before(&parts).len();
        let kept = whole_words(&text);
        if kept.len() > start {
            parts.push(Part {
                generation: cut.id.clone(),
                text: kept[start..].to_owned(),
            });
        }
        let (draft, document) = self.not_deleted(draft_id)?;
        let project = self.library.project(&document.project_id)?;
        let ids = self.chain_ids(&project, &cut.task);
        let plan = self.plan_of(Some(&project), Some(document.kind), RESUME, &ids)?;
        let brief = Self::brief(document.kind, document.language, &draft.fields)?;
        let language = brief.language();
        let asked_then = request_of(&cut)?;
        let request = going_on(asked_then, resumed, kept, language);
        let Prompt::Chat(messages) = &request.prompt else {
            return Err(StudioError::NothingToResume);
        };
        let references: References = serde_json::from_str(&cut.references_json).unwrap_or_default();
        let target = cut.target.clone().unwrap_or(0..0);
        let end = target.end.min(draft.body.len());
        let composed = Composed {
            template: cut.template.clone(),
            template_sha256: cut.template_sha256.clone(),
            messages: messages.clone(),
            references,
            max_tokens: request.max_tokens.unwrap_or_default(),
            target: target.start.min(end)..end,
            ..Composed::default()
        };
        let siblings = self.library.generations(&draft.id)?;
        let of_batch = siblings.iter().filter(|g| g.batch_id == cut.batch_id);
        let next = of_batch.map(|g| g.variant + 1).max().unwrap_or(0);
        let asked = Asked {
            project_id: Some(project.id),
            task: cut.task.clone(),
            batch_id: cut.batch_id.clone(),
            language,
            share: 100,
            draft: Some(draft),
            first: next,
            number: 1,
            over_budget: i.over_budget,
            seed,
            facts: Facts {
                resumes: parts,
                ..Facts::default()
            },
        };
        self.line_up_one(&asked, Arc::new(Onward { request, composed }), plan)
    }

    /// Whose words an accepted take is made of: by hand, and by the calls before it. Blocks.
    pub(crate) fn authorship(
        &self,
        generation: &lib::Generation,
        shown: &str,
        left: &str,
        joined: &str,
    ) -> Result<(hands::Hands, Vec<(usize, String)>), StudioError> {
        let references = |g: &lib::Generation| -> References {
            serde_json::from_str(&g.references_json).unwrap_or_default()
        };
        let parts = facts_of(generation).resumes;
        if parts.is_empty() {
            let written = hands::Written {
                output: &generation.output,
                references: &references(generation),
                text: None,
            };
            return Ok((hands::of(&[written], shown, left, joined), Vec::new()));
        }
        let mut calls = Vec::new();
        for part in &parts {
            calls.push(self.library.generation(&part.generation)?);
        }
        let start = before(&parts).len();
        let whole = whole_output(generation);
        let mut texts: Vec<&str> = parts.iter().map(|part| part.text.as_str()).collect();
        calls.push(generation.clone());
        texts.push(&whole[start..]);
        let all_references: Vec<References> = calls.iter().map(references).collect();
        let written: Vec<hands::Written> = calls
            .iter()
            .zip(&all_references)
            .zip(&texts)
            .map(|((call, references), text)| hands::Written {
                output: &call.output,
                references,
                text: Some(text),
            })
            .collect();
        let by = hands::authors(&texts, shown, left, joined);
        let earlier = by
            .into_iter()
            .map(|(bytes, nth)| (bytes, calls[nth].id.clone()))
            .collect();
        Ok((hands::of(&written, shown, left, joined), earlier))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_that_is_cut_in_half_is_written_anew() {
        for (text, kept) in [
            ("The ferry sai", "The ferry "),
            ("The ferry sails.", "The ferry sails."),
            ("The ferry ", "The ferry "),
            ("潮水很高，船不", "潮水很高，船不"),
            ("潮水 Ferry", "潮水 "),
            ("word", "word"),
            ("", ""),
        ] {
            assert_eq!(whole_words(text), kept);
        }
        let long = format!("see {}", "x".repeat(80));
        assert_eq!(whole_words(&long), long);
    }

    #[test]
    fn a_grammar_goes_on_where_the_text_stopped() {
        let request = |form| TextRequest {
            prompt: Prompt::Chat(vec![]),
            sampling: inkstone_generation::Sampling::default(),
            max_tokens: None,
            stop: vec![],
            constraint: Some(inkstone_generation::Constraint {
                form: Some(form),
                required: vec!["x".to_owned()],
                ..Default::default()
            }),
            odds: None,
        };
        let grammar = Form::Grammar("start: /a+/".to_owned());
        let on = going_on(request(grammar.clone()), false, "aa", Language::English);
        let constraint = on.constraint.unwrap();
        assert_eq!(constraint.form, Some(grammar.clone()));
        assert_eq!(constraint.begun, "aa");
        assert!(constraint.required.is_empty());
        let again = TextRequest {
            constraint: Some(constraint),
            ..request(grammar)
        };
        let on = going_on(again, false, "aaaa", Language::English);
        assert_eq!(on.constraint.unwrap().begun, "aaaa");
        let schema = Form::JsonSchema(serde_json::json!({}));
        let on = going_on(request(schema), false, "{", Language::English);
        assert_eq!(on.constraint, None);
    }

    #[test]
    fn a_continuation_is_joined_and_repeats_nothing() {
        for (before, fresh, joined) in [
            ("The ferry ", "sails at nine.", "The ferry sails at nine."),
            ("The ferry ", " sails at nine.", "The ferry sails at nine."),
            (
                "It is late.",
                "The ferry sails.",
                "It is late. The ferry sails.",
            ),
            (
                "It is late.",
                "\n\nThe ferry sails.",
                "It is late.\n\nThe ferry sails.",
            ),
            ("Late.\n\n", "\n\nThe ferry.", "Late.\n\nThe ferry."),
            ("潮水很高，", "船不开了。", "潮水很高，船不开了。"),
            ("潮水很高。", "船不开了。", "潮水很高。船不开了。"),
            (
                "The night ferry sails ",
                "The night ferry sails at nine.",
                "The night ferry sails at nine.",
            ),
            (
                "夜里的轮渡又恢复了，",
                "夜里的轮渡又恢复了，每小时一班。",
                "夜里的轮渡又恢复了，每小时一班。",
            ),
            // Too short to be an echo.
            ("So it is, ", "it is, he said.", "So it is, it is, he said."),
            ("", "All of it.", "All of it."),
        ] {
            assert_eq!(format!("{before}{}", joint(before, fresh)), joined);
        }
    }

    #[test]
    fn an_echo_ends_where_a_word_ends() {
        let before = "and then the night ferry sail";
        assert_eq!(echo(before, "the night ferry sails"), "");
        assert_eq!(
            echo(before, "the night ferry sail again"),
            "the night ferry sail"
        );
    }
}
