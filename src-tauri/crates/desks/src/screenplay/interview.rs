//! An interview with one of the script's people.
//!
//! They know their page, and what happened while they were there, up to where the person stands in
//! the script. Scenes they are not in, later scenes, synopses and notes never reach the prompt.
//! What has no room is left out by fixed rules, and counted: of the script the oldest scenes, of
//! the conversation the oldest exchanges.

use inkstone_generation::{Message, PromptForm, Role};
use inkstone_manuscript::{
    Language,
    fountain::{self, ElementKind},
};
use minijinja::context;

use super::pages::{self, Cast, Page};
use crate::{
    Brief, Composed, DeskError, Task,
    budget::{self, tail},
    clean::clean,
    templates::{self, plain},
};

/// Room for an answer, in tokens.
const ANSWER: usize = 320;
/// Of what is left beside page and answer: the part for what has happened, in percent.
const PAST: usize = 55;

/// A question and its answer.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Exchange {
    /// What was asked.
    pub question: String,
    /// What was answered.
    pub answer: String,
}

/// What an answer is made from.
#[derive(Debug, Clone)]
pub struct Interview<'a> {
    /// The brief, with the page.
    pub brief: &'a Brief,
    /// The script.
    pub document: &'a str,
    /// How far the character has lived, in bytes of the script.
    pub until: usize,
    /// The name as it stands in cues.
    pub character: &'a str,
    /// What was said before, oldest first.
    pub before: &'a [Exchange],
    /// What is asked now.
    pub question: &'a str,
    /// Words and phrases never to use, one a line.
    pub house_rules: &'a str,
    /// The model's context in tokens, where known.
    pub context_tokens: Option<u32>,
}

/// A prompt, and what had no room in it.
#[derive(Debug, Clone, PartialEq)]
pub struct Asked {
    /// The prompt.
    pub composed: Composed,
    /// How many of the earlier exchanges are in it: the last ones.
    pub exchanges: usize,
    /// How many scenes the character was in so far.
    pub scenes: usize,
    /// How many of them are in the prompt: the last ones.
    pub scenes_told: usize,
}

/// Makes the prompt for the next answer.
///
/// # Errors
/// The brief is none of a screenplay, the question is empty, or the model is too small.
pub fn interview(input: &Interview, form: PromptForm) -> Result<Asked, DeskError> {
    let Brief::Screenplay(brief) = input.brief else {
        return Err(DeskError::TaskNotForKind {
            task: Task::Interview.name().to_owned(),
            kind: input.brief.kind().to_string(),
        });
    };
    if form == PromptForm::Compact {
        return Err(DeskError::NeedsLargerModel {
            task: Task::Interview.name().to_owned(),
        });
    }
    let language = brief.language;
    let name = format!("screenplay/interview.{}", language.tag());
    let clean_brief = crate::view::cleaned(input.brief);
    let page = match &clean_brief {
        Brief::Screenplay(b) => b
            .characters
            .iter()
            .find(|c| pages::is_called(c, input.character))
            .map(Page::of_person),
        _ => None,
    };
    let page = page.unwrap_or_else(|| Page {
        person: true,
        name: plain(input.character),
        ..Page::default()
    });
    let lived = lived(brief, input.document, input.until, input.character);
    let rules: Vec<String> = crate::check::house_rules(input.house_rules)
        .map(plain)
        .collect();
    let render = |past: &str, left_out: usize| {
        let view = context! {
            page => page, past => past, left_out => left_out, house_rules => rules,
            genre => plain(&brief.genre), tone => plain(&brief.tone),
            question => plain(input.question),
        };
        templates::render(&name, minijinja::Value::from_serialize(view))
    };
    let bare: usize = render("", 0)?
        .iter()
        .map(|m| budget::tokens(&m.content))
        .sum();
    let context = input
        .context_tokens
        .map_or(budget::UNKNOWN_CONTEXT, |t| t as usize);
    let answer = ANSWER.min((context / 4).max(64));
    let room = context.saturating_sub(bare + answer + 32);
    let (past, told) = recent(&lived, room * PAST / 100);
    let mut left = room.saturating_sub(budget::tokens(&past));
    let mut exchanges = 0;
    for exchange in input.before.iter().rev() {
        let cost = budget::tokens(&exchange.question) + budget::tokens(&exchange.answer) + 12;
        if cost > left {
            break;
        }
        left -= cost;
        exchanges += 1;
    }
    let mut messages = render(&past, lived.len() - told)?;
    let last = messages.pop();
    for exchange in &input.before[input.before.len() - exchanges..] {
        messages.push(Message {
            role: Role::User,
            content: plain(&exchange.question),
        });
        messages.push(Message {
            role: Role::Assistant,
            content: exchange.answer.trim().to_owned(),
        });
    }
    messages.extend(last);
    let end = input.document.len();
    Ok(Asked {
        composed: Composed {
            template_sha256: templates::sha256(brief_kind(), &name, language),
            template: name,
            messages,
            max_tokens: u32::try_from(answer).unwrap_or(u32::MAX),
            temperature: 0.8,
            repeat_penalty: 1.0,
            target: end..end,
            ..Composed::default()
        },
        exchanges,
        scenes: lived.len(),
        scenes_told: told,
    })
}

fn brief_kind() -> inkstone_manuscript::DocumentKind {
    inkstone_manuscript::DocumentKind::Screenplay
}

/// What a character has seen: the scenes they are in, up to a place, as they would print.
fn lived(
    brief: &crate::ScreenplayBrief,
    document: &str,
    until: usize,
    character: &str,
) -> Vec<String> {
    let until = document.floor_char_boundary(until.min(document.len()));
    let cast = Cast::new(brief);
    let me = cast.of_cue(character);
    let mut scenes: Vec<(bool, String)> = Vec::new();
    for element in fountain::parse(document) {
        if element.range.start >= until {
            break;
        }
        let content = fountain::content(document, &element);
        match element.kind {
            ElementKind::SceneHeading => scenes.push((false, content)),
            ElementKind::Action
            | ElementKind::Character
            | ElementKind::Parenthetical
            | ElementKind::Dialogue
            | ElementKind::Lyric
            | ElementKind::Centered => {
                if scenes.is_empty() {
                    scenes.push((false, String::new()));
                }
                let Some((there, text)) = scenes.last_mut() else {
                    continue;
                };
                *there |= match (element.kind, me) {
                    (ElementKind::Character, Some(i)) => {
                        cast.of_cue(&pages::cue_name(&content)) == Some(i)
                    }
                    (ElementKind::Character, None) => {
                        pages::cue_name(&content).to_lowercase() == character.trim().to_lowercase()
                    }
                    // Spoken of is not being there.
                    (ElementKind::Action, Some(i)) => cast.names(i, &content),
                    (ElementKind::Action, None) => crate::find::Folded::new(&content)
                        .find(character)
                        .next()
                        .is_some(),
                    _ => false,
                };
                let gap = match element.kind {
                    ElementKind::Parenthetical | ElementKind::Dialogue | ElementKind::Lyric => "\n",
                    _ => "\n\n",
                };
                // What is being written may be cut in the middle.
                let end = element.range.end.min(until);
                let content = if end < element.range.end {
                    document[element.range.start..end].trim().to_owned()
                } else {
                    content
                };
                text.push_str(gap);
                text.push_str(content.trim());
            }
            _ => {}
        }
    }
    let there = scenes.into_iter().filter(|(there, _)| *there);
    there.map(|(_, text)| text.trim().to_owned()).collect()
}

/// The last scenes that have room; the oldest of them may be cut at its beginning.
fn recent(scenes: &[String], room: usize) -> (String, usize) {
    let mut kept: Vec<String> = Vec::new();
    let mut left = room;
    for scene in scenes.iter().rev() {
        let cost = budget::tokens(scene) + 4;
        if cost > left {
            if kept.is_empty() && left > 40 {
                kept.push(tail(scene, left).trim_start().to_owned());
            }
            break;
        }
        left -= cost;
        kept.push(scene.clone());
    }
    kept.reverse();
    let told = kept.len();
    let texts: Vec<String> = kept.iter().map(|s| plain(s)).collect();
    (texts.join("\n\n"), told)
}

/// An answer without the speaker's name in front and without quotation marks around it.
pub(super) fn answer(raw: &str, language: Language) -> String {
    let text = clean(raw);
    let mut text = text.trim();
    // `MARA: ...`, `**Mara**: ...`, `@林晓`: a short first piece before a colon or a line end.
    let marks: &[char] = match language {
        Language::English => &[':', '\n'],
        Language::Chinese => &['：', ':', '\n'],
    };
    if let Some(at) = text.find(marks) {
        let name = text[..at].trim_matches(['*', '_', '@', ' ']);
        let upper = !name.chars().any(char::is_lowercase);
        let marked = text.starts_with(['*', '@']);
        let colon = !text[at..].starts_with('\n');
        let short = !name.is_empty()
            && name.chars().count() <= 24
            && !name.contains(['.', '?', '!', '，', '。']);
        let named = name.split_whitespace().count() <= 3 && (upper || marked);
        if short && named && (colon || marked || (upper && name.is_ascii())) {
            let mark = text[at..].chars().next().map_or(0, char::len_utf8);
            text = text[at + mark..].trim_start_matches(['*', ' ', '\n']);
        }
    }
    for (open, close) in [('"', '"'), ('“', '”'), ('「', '」')] {
        let inner = text.strip_prefix(open).and_then(|t| t.strip_suffix(close));
        if let Some(inner) = inner.filter(|i| !i.contains([open, close])) {
            text = inner;
        }
    }
    text.trim().to_owned()
}
