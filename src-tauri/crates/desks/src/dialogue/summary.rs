//! Minutes of what was said, for a conversation whose beginning has no more room.

use inkstone_generation::PromptForm;
use inkstone_manuscript::{DocumentKind, Language};
use minijinja::context;

use super::{AROUND_MESSAGE, small};
use crate::{
    Composed, DeskError, Exchange, Task,
    budget::{self, head, tokens},
    templates::{self, plain},
};

/// What minutes are made from.
#[derive(Debug, Clone)]
pub struct Summarising<'a> {
    /// The kind of document that is spoken of.
    pub kind: DocumentKind,
    /// The language of the minutes.
    pub language: Language,
    /// The minutes of what came before.
    pub earlier: Option<&'a str>,
    /// What was said then, oldest first.
    pub turns: &'a [Exchange],
    /// The model's context in tokens, where known.
    pub context_tokens: Option<u32>,
}

/// The prompt for minutes.
#[derive(Debug, Clone, PartialEq)]
pub struct Summed {
    /// The prompt.
    pub composed: Composed,
    /// How many of the turns it holds: the first ones, at least one.
    pub turns: usize,
    /// Whether something of that one had to be cut, because nothing more would fit.
    pub cut: bool,
}

/// Makes the prompt for minutes of as many turns as the model can read at once.
///
/// # Errors
/// The model follows no free instructions, or there is nothing to write minutes of.
pub fn summary(input: &Summarising, form: PromptForm) -> Result<Summed, DeskError> {
    if form == PromptForm::Compact || input.turns.is_empty() {
        return Err(DeskError::NeedsLargerModel {
            task: Task::Summary.name().to_owned(),
        });
    }
    let name = format!("beside/summary.{}", input.language.tag());
    let context = input
        .context_tokens
        .map_or(budget::UNKNOWN_CONTEXT, |t| t as usize);
    let answer = (context / 6).clamp(64, 500);
    // Minutes that have filled up are written shorter than they may be.
    let words = answer * 6 / 10;
    let render = |turns: &[Exchange]| {
        let turns: Vec<Exchange> = turns
            .iter()
            .map(|turn| Exchange {
                question: plain(&turn.question),
                answer: plain(&turn.answer),
            })
            .collect();
        let earlier = input.earlier.map(plain).unwrap_or_default();
        let view = context! { turns => turns, earlier => earlier, words => words };
        templates::render(&name, view)
    };
    let size = |turns: &[Exchange]| -> Result<usize, DeskError> {
        let messages = render(turns)?;
        let all = messages.iter().map(|m| tokens(&m.content) + AROUND_MESSAGE);
        Ok(all.sum::<usize>() + answer)
    };
    let mut number = input.turns.len();
    while number > 1 && size(&input.turns[..number])? > context {
        number -= 1;
    }
    let mut turns = input.turns[..number].to_vec();
    let mut cut = false;
    let mut room = context;
    while size(&turns)? > context && room > 32 {
        cut = true;
        room = room * 3 / 4;
        for turn in &mut turns {
            turn.question = head(&turn.question, room / 4).to_owned();
            turn.answer = format!("{} […]", head(&turn.answer, room / 2));
        }
    }
    Ok(Summed {
        composed: Composed {
            template_sha256: templates::sha256(input.kind, &name, input.language),
            messages: render(&turns)?,
            template: name,
            max_tokens: small(answer),
            temperature: 0.3,
            repeat_penalty: 1.0,
            share: 100,
            ..Composed::default()
        },
        turns: number,
        cut,
    })
}
