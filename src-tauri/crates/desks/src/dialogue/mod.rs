//! A conversation with an assistant beside a text: what is sent, part by part.
//!
//! A prompt is made of [`Segment`]s and of nothing else, so that what is said to be sent is what is
//! sent. What goes into it is decided in this order, and each decision is told as a
//! [`DialoguePart`]:
//! 1. The instructions, the last question and room for the answer. Where they do not fit there is an
//!    error; a question is never cut.
//! 2. The selection, up to a third of what is left.
//! 3. The brief, whole or not at all, up to half of what is left then.
//! 4. The summary of earlier turns, likewise.
//! 5. The document and the turns that no summary holds share the rest: each gets at least half of it
//!    if it needs that much. Of the document the part around the cursor goes along, of the turns the
//!    last ones.
//!
//! Turns that have no room are counted; whoever calls has them put into a [`summary`], or says that
//! they are left out.

mod summary;
#[cfg(test)]
mod tests;

use std::ops::Range;

use inkstone_generation::{Message, PromptForm, Role};
use minijinja::{Value, context};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

pub use summary::{Summarising, Summed, summary};

use crate::{
    Brief, Composed, DeskError, Exchange, Input, Task,
    budget::{self, head, tail, tokens},
    target::clamp,
    templates::{self, plain},
    view::View,
};

/// The most room for an answer, in tokens.
const ANSWER: usize = 1024;
/// What chat templates put around a message, in tokens, on the safe side.
pub(crate) const AROUND_MESSAGE: usize = 8;
/// The surroundings of the cursor, in tokens.
const SURROUNDINGS: usize = 1600;
/// Less of a document than this says nothing.
const LEAST: usize = 48;

/// How much of the document goes along.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum DocumentShown {
    /// All of it, if it has room.
    #[default]
    Whole,
    /// What stands around the cursor or the selection.
    Around,
    /// Nothing.
    Nothing,
}

/// What goes along with a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(default)]
pub struct DialogueRules {
    /// The document.
    pub document: DocumentShown,
    /// The brief.
    pub brief: bool,
    /// The selection.
    pub selection: bool,
    /// What was said before.
    pub turns: bool,
    /// Turns that have no room are put into a summary first; else they are left out.
    pub summarise: bool,
}

impl Default for DialogueRules {
    fn default() -> Self {
        Self {
            document: DocumentShown::Whole,
            brief: true,
            selection: true,
            turns: true,
            summarise: true,
        }
    }
}

/// What a question is asked with.
#[derive(Debug, Clone)]
pub struct Dialogue<'a> {
    /// The brief of the document.
    pub brief: &'a Brief,
    /// The document.
    pub document: &'a str,
    /// The selection in bytes; a caret is an empty range.
    pub selection: Range<usize>,
    /// Words and phrases never to use, one a line.
    pub house_rules: &'a str,
    /// What was said before, oldest first.
    pub before: &'a [Exchange],
    /// A summary of the first so many of them.
    pub summary: Option<(&'a str, usize)>,
    /// What is asked.
    pub question: &'a str,
    /// What goes along.
    pub rules: DialogueRules,
    /// The model's context in tokens, where known.
    pub context_tokens: Option<u32>,
}

/// What a part of a prompt is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum PartKind {
    /// What the assistant is told to be, with the house rules.
    Instructions,
    /// The brief.
    Brief,
    /// The document, or a part of it.
    Document,
    /// A summary of earlier turns.
    Summary,
    /// Earlier turns, word for word.
    Turns,
    /// The selection.
    Selection,
    /// The last question.
    Question,
    /// What is put around the messages.
    Format,
    /// Room for the answer.
    Answer,
}

/// How much of a part goes along.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum PartState {
    /// All of it.
    Whole,
    /// A piece of it.
    Cut,
    /// It has no room.
    NoRoom,
    /// The person switched it off.
    Off,
    /// There is none.
    Nothing,
}

/// A part of a prompt, with its size.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct DialoguePart {
    /// What it is.
    pub kind: PartKind,
    /// How much of it goes along.
    pub state: PartState,
    /// What it costs, in tokens, guessed on the safe side.
    pub tokens: u32,
    /// How much is sent: percent of the document, a number of turns.
    pub sent: u32,
    /// Of how much.
    pub of: u32,
}

/// A piece of a prompt. Pieces of one message follow each other and are joined as they stand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Segment {
    /// The part it belongs to.
    pub kind: PartKind,
    /// Number of the message it is in, from 0.
    pub message: usize,
    /// Who speaks.
    pub role: Role,
    /// The text, exactly as it is sent.
    pub text: String,
}

/// A prompt that could be sent, and what it is made of.
#[derive(Debug, Clone, PartialEq)]
pub struct Planned {
    /// The prompt.
    pub composed: Composed,
    /// What it is made of, in order.
    pub segments: Vec<Segment>,
    /// The sizes, in a fixed order.
    pub parts: Vec<DialoguePart>,
    /// The model's context in tokens, or what is taken for it.
    pub context: u32,
    /// Whether that is a guess.
    pub assumed: bool,
    /// How many of the first turns a summary stands for.
    pub covered: usize,
    /// How many turns after those have no room.
    pub left_out: usize,
}

impl Planned {
    /// Tokens of the prompt and of the room for its answer.
    pub fn used(&self) -> u32 {
        self.parts.iter().map(|part| part.tokens).sum()
    }

    /// How many of the first turns a summary had better hold, so that it need not be made again for
    /// each question.
    pub fn to_summarise(&self, all: usize) -> usize {
        let sent = all - self.covered - self.left_out;
        self.covered + self.left_out + sent / 2
    }
}

/// The segments of a prompt while it is made.
#[derive(Default)]
struct Segments {
    all: Vec<Segment>,
    messages: usize,
}

impl Segments {
    fn message(&mut self) {
        self.messages += 1;
    }

    fn push(&mut self, kind: PartKind, role: Role, text: &str) {
        let message = self.messages - 1;
        let follows = self.all.last().is_some_and(|last| last.message == message);
        let gap = if follows { "\n\n" } else { "" };
        self.all.push(Segment {
            kind,
            message,
            role,
            text: format!("{gap}{text}"),
        });
    }

    fn messages(&self) -> Vec<Message> {
        let mut messages: Vec<Message> = Vec::new();
        let mut open = None;
        for segment in &self.all {
            match messages.last_mut() {
                Some(last) if open == Some(segment.message) => last.content.push_str(&segment.text),
                _ => messages.push(Message {
                    role: segment.role,
                    content: segment.text.clone(),
                }),
            }
            open = Some(segment.message);
        }
        messages
    }
}

fn part(kind: PartKind, state: PartState, tokens: usize) -> DialoguePart {
    let there = matches!(state, PartState::Whole | PartState::Cut);
    DialoguePart {
        kind,
        state,
        tokens: small(tokens),
        sent: u32::from(there),
        of: 1,
    }
}

fn small(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

/// A piece with its cost: two line breaks stand before it.
fn cost(text: &str) -> usize {
    tokens(text) + 2
}

/// Makes the prompt for the next answer, and says what it is made of.
///
/// # Errors
/// The question is too long for the model, or the model follows no free instructions.
pub fn dialogue(input: &Dialogue, form: PromptForm) -> Result<Planned, DeskError> {
    if form == PromptForm::Compact {
        return Err(DeskError::NeedsLargerModel {
            task: Task::Assistant.name().to_owned(),
        });
    }
    let language = input.brief.language();
    let name = format!("beside/assistant.{}", language.tag());
    let selection = clamp(input.document, &input.selection);
    let view = base(
        input.brief,
        input.document,
        selection.clone(),
        input.house_rules,
    )?;
    // What the other blocks see.
    let none = context! {
        document => "", share => 100, selection => "", cut => false, summary => "", question => "",
    };
    let block = |block: &str, more: Value| {
        templates::block(
            &name,
            block,
            context! { ..more, ..view.clone(), ..none.clone() },
        )
    };
    let context = input
        .context_tokens
        .map_or(budget::UNKNOWN_CONTEXT, |t| t as usize);
    let answer = ANSWER.min((context / 4).max(64));
    let instructions = block("system", context! {})?;
    let question = block("user", context! { question => plain(input.question) })?;
    // The selection may stand before the question.
    let fixed = cost(&instructions) + cost(&question) + 2 * AROUND_MESSAGE + answer;
    let Some(mut left) = context.checked_sub(fixed) else {
        return Err(DeskError::QuestionTooLong {
            tokens: small(tokens(&question)),
            room: small((context + tokens(&question)).saturating_sub(fixed)),
        });
    };
    let rules = input.rules;

    let marked = &input.document[selection.clone()];
    let (selected, selection_state) = if marked.trim().is_empty() {
        (None, PartState::Nothing)
    } else if !rules.selection {
        (None, PartState::Off)
    } else {
        let make = |room: usize| {
            let piece = head(marked, room);
            let cut = piece.len() < marked.len();
            let text = block(
                "selection",
                context! { selection => plain(piece), cut => cut },
            )?;
            Ok::<_, DeskError>((text, cut))
        };
        match fitted(make, left / 3)? {
            Some((text, true)) => (Some(text), PartState::Cut),
            Some((text, false)) => (Some(text), PartState::Whole),
            None => (None, PartState::NoRoom),
        }
    };
    let selection_cost = selected.as_deref().map_or(0, cost);
    left -= selection_cost;

    let whole = |text: String, left: usize| {
        if cost(&text) <= left / 2 {
            (Some(text), PartState::Whole)
        } else {
            (None, PartState::NoRoom)
        }
    };
    let (brief, brief_state) = if rules.brief {
        whole(block("brief", context! {})?, left)
    } else {
        (None, PartState::Off)
    };
    let brief_cost = brief.as_deref().map_or(0, cost);
    left -= brief_cost;

    let given = input.summary.filter(|(text, turns)| {
        !text.trim().is_empty() && *turns > 0 && *turns <= input.before.len()
    });
    let (summed, summary_state) = match given {
        None => (None, PartState::Nothing),
        Some(_) if !rules.turns => (None, PartState::Off),
        Some((text, _)) => whole(block("summary", context! { summary => plain(text) })?, left),
    };
    let summary_cost = summed.as_deref().map_or(0, cost);
    left -= summary_cost;
    let covered = match (&summed, given) {
        (Some(_), Some((_, turns))) => turns,
        _ => 0,
    };

    let said: Vec<(String, String)> = if rules.turns {
        let said = input.before[covered..].iter();
        said.map(|one| (plain(&one.question), one.answer.trim().to_owned()))
            .collect()
    } else {
        Vec::new()
    };
    let costs: Vec<usize> = said
        .iter()
        .map(|(question, answer)| tokens(question) + tokens(answer) + 2 * AROUND_MESSAGE)
        .collect();
    let wanted: usize = costs.iter().sum();

    let (shown, share, document_state) = if input.document.trim().is_empty() {
        (None, 0, PartState::Nothing)
    } else if rules.document == DocumentShown::Nothing {
        (None, 0, PartState::Off)
    } else {
        let most = match rules.document {
            DocumentShown::Around => SURROUNDINGS.min(left),
            _ => left,
        };
        let room = most.min((left / 2).max(left.saturating_sub(wanted)));
        let make = |room: usize| {
            let (piece, share) = around(input.document, &selection, room);
            let more = context! { document => plain(&piece), share => share };
            Ok::<_, DeskError>((block("document", more)?, share))
        };
        match fitted(make, room)? {
            Some((text, 100)) => (Some(text), 100, PartState::Whole),
            Some((text, share)) => (Some(text), share, PartState::Cut),
            None => (None, 0, PartState::NoRoom),
        }
    };
    let document_cost = shown.as_deref().map_or(0, cost);
    left -= document_cost;

    let mut sent = 0;
    for cost in costs.iter().rev() {
        if *cost > left {
            break;
        }
        left -= cost;
        sent += 1;
    }
    let turns_cost: usize = costs[costs.len() - sent..].iter().sum();
    let left_out = said.len() - sent;

    let mut segments = Segments::default();
    segments.message();
    segments.push(PartKind::Instructions, Role::System, &instructions);
    for (kind, text) in [
        (PartKind::Brief, &brief),
        (PartKind::Document, &shown),
        (PartKind::Summary, &summed),
    ] {
        if let Some(text) = text {
            segments.push(kind, Role::System, text);
        }
    }
    for (question, answer) in &said[left_out..] {
        segments.message();
        segments.push(PartKind::Turns, Role::User, question);
        segments.message();
        segments.push(PartKind::Turns, Role::Assistant, answer);
    }
    segments.message();
    if let Some(text) = &selected {
        segments.push(PartKind::Selection, Role::User, text);
    }
    segments.push(PartKind::Question, Role::User, &question);

    let turns_state = match (input.before.len(), sent) {
        (0, _) => PartState::Nothing,
        _ if !rules.turns => PartState::Off,
        (_, 0) if left_out > 0 => PartState::NoRoom,
        _ if left_out > 0 => PartState::Cut,
        _ => PartState::Whole,
    };
    let parts = vec![
        part(
            PartKind::Instructions,
            PartState::Whole,
            cost(&instructions),
        ),
        part(PartKind::Brief, brief_state, brief_cost),
        DialoguePart {
            sent: share,
            of: 100,
            ..part(PartKind::Document, document_state, document_cost)
        },
        DialoguePart {
            sent: small(covered),
            of: small(input.before.len()),
            ..part(PartKind::Summary, summary_state, summary_cost)
        },
        DialoguePart {
            sent: small(sent),
            of: small(input.before.len()),
            ..part(PartKind::Turns, turns_state, turns_cost)
        },
        part(PartKind::Selection, selection_state, selection_cost),
        part(PartKind::Question, PartState::Whole, cost(&question)),
        part(PartKind::Format, PartState::Whole, 2 * AROUND_MESSAGE),
        part(PartKind::Answer, PartState::Whole, answer),
    ];
    Ok(Planned {
        composed: Composed {
            template_sha256: templates::sha256(input.brief.kind(), &name, language),
            template: name,
            messages: segments.messages(),
            max_tokens: small(answer),
            temperature: 0.7,
            repeat_penalty: 1.0,
            target: selection,
            share,
            ..Composed::default()
        },
        segments: segments.all,
        parts,
        context: small(context),
        assumed: input.context_tokens.is_none(),
        covered,
        left_out,
    })
}

/// What the templates of a conversation see besides what is their own.
pub(crate) fn base(
    brief: &Brief,
    document: &str,
    selection: Range<usize>,
    house_rules: &str,
) -> Result<Value, DeskError> {
    let input = Input {
        brief,
        task: &Task::Assistant,
        document,
        selection: selection.clone(),
        note: None,
        house_rules,
        voice: "",
        variant: 0,
        variants: 1,
        context_tokens: None,
    };
    Ok(View::new(&input, &selection)?.within(0))
}

/// The largest piece whose rendering costs no more than `room`; none if too little is left of it.
fn fitted<T>(
    make: impl Fn(usize) -> Result<(String, T), DeskError>,
    room: usize,
) -> Result<Option<(String, T)>, DeskError> {
    let mut wanted = room;
    while wanted >= LEAST {
        let (text, about) = make(wanted)?;
        let over = cost(&text).saturating_sub(room);
        if over == 0 {
            return Ok(Some((text, about)));
        }
        wanted = wanted.saturating_sub(over.max(wanted / 16));
    }
    // What is short may fit all the same.
    let (text, about) = make(room)?;
    Ok((cost(&text) <= room).then_some((text, about)))
}

/// The part of a text around a place that fits into `room` tokens, and how much of the text that is
/// in percent; 100 is all of it and nothing less.
fn around(text: &str, place: &Range<usize>, room: usize) -> (String, u32) {
    if tokens(text) <= room {
        return (text.to_owned(), 100);
    }
    // What is marked is in the middle; of a long selection its beginning.
    let middle = head(&text[place.clone()], room / 2);
    let left = room.saturating_sub(tokens(middle) + 4);
    let before = tail(&text[..place.start], left * 6 / 10);
    let end = place.start + middle.len();
    let after = head(&text[end..], left.saturating_sub(tokens(before)));
    // And what the end has not used goes to the beginning.
    let before = tail(
        &text[..place.start],
        left.saturating_sub(tokens(after)).max(tokens(before)),
    );
    let (from, to) = (place.start - before.len(), end + after.len());
    let share = small((to - from) * 100 / text.len().max(1)).clamp(1, 99);
    let (open, close) = (
        if from > 0 { "[…]\n" } else { "" },
        if to < text.len() { "\n[…]" } else { "" },
    );
    (format!("{open}{}{close}", &text[from..to]), share)
}
