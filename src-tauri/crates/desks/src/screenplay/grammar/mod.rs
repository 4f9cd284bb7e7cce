//! The grammar of what a model may write into a script: Fountain elements and nothing else.
//!
//! One description gives both the grammar in the notation of Lark, for constrained decoding, and
//! samples of it, by which a test holds it against our own parser: whatever the grammar allows
//! reads as the elements that were meant. Its shape:
//! - a scene is blocks with one blank line between: action of one to four lines, a speech, now and
//!   then a transition at the end;
//! - a speech is a cue, perhaps a parenthetical, and lines of dialogue. Where the brief has people,
//!   cues are their names and words for functions: a small model cannot misspell a name;
//! - a heading opens with `INT.`, `EXT.` or `INT./EXT.` (`.内景`, `.外景`), has a place and one of
//!   the known times of day;
//! - a line of action cannot look like anything else: an English one begins with a word in mixed
//!   case that is no `Int.`, a Chinese one with a Han character;
//! - what stands in the place of a selection, or goes on at the caret, is what can stand there: see
//!   [`Place`].
//!
//! An answer to a compact prompt names values by references. They belong to the grammar like
//! letters do: one may open a line if its value reads as action there, and stand in one if it is
//! a line itself ([`elements::Pen`]).

mod compact;
mod elements;
mod lark;
mod place;
#[cfg(test)]
mod tests;

use std::ops::Range;

use inkstone_generation::references::References;

use crate::{Brief, Input, ScreenplayBrief, Task};

use elements::{Pen, cue_of};
pub(crate) use place::Place;

/// A piece of the grammar.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Rule {
    /// These characters.
    Text(String),
    /// So many characters of these ranges, each a first and a last.
    Chars(&'static [(char, char)], usize, usize),
    /// One after the other.
    Seq(Vec<Rule>),
    /// One of them.
    Any(Vec<Rule>),
    /// So often, at least and at most.
    Times(Box<Rule>, usize, usize),
    /// A part with a name of its own in the grammar; two of one name are the same.
    Named(&'static str, Box<Rule>),
}

use Rule::{Any, Named, Seq, Text, Times};

/// A gap between two blocks.
const GAP: &str = "\n\n";
/// Blocks of a long scene.
const MOST_BLOCKS: usize = 60;

fn text(text: &str) -> Rule {
    Text(text.to_owned())
}

fn times(rule: Rule, least: usize, most: usize) -> Rule {
    Times(Box::new(rule), least, most)
}

fn named(name: &'static str, rule: Rule) -> Rule {
    Named(name, Box::new(rule))
}

/// One, and more of another after a gap each.
fn row(first: Rule, more: Rule, least: usize, most: usize) -> Rule {
    Seq(vec![first, times(Seq(vec![text(GAP), more]), least, most)])
}

/// The grammar of an answer at `target`, for tasks that write elements. `values` are what the
/// answer's references stand for, in the compact form.
pub(crate) fn grammar(
    input: &Input,
    target: &Range<usize>,
    values: Option<&References>,
) -> Option<Rule> {
    let Brief::Screenplay(brief) = input.brief else {
        return None;
    };
    let place = Place::of(input.task, input.document, target);
    match values {
        Some(values) => compact::grammar(&Pen::compact(brief, values), input.task, &place, values),
        None => of(brief, input.task, &place),
    }
}

/// The grammar in the chat form.
fn of(brief: &ScreenplayBrief, task: &Task, place: &Place) -> Option<Rule> {
    let pen = Pen::new(brief);
    Some(match task {
        Task::Scene { .. } | Task::ReviseScene { .. } | Task::PunchUp { .. } => scene(&pen),
        Task::Draft => Seq(vec![pen.heading(), text(GAP), scene(&pen)]),
        Task::Dialogue { character } => {
            let cue = named("cue", Text(cue_of(character, brief.language)?));
            named("speech", pen.said(cue))
        }
        Task::Turns { .. } => Seq(vec![pen.heading(), text(GAP), pen.synopsis()]),
        Task::ReviseEntry { .. } => pen.synopsis(),
        Task::Outline => {
            let entry = Seq(vec![pen.heading(), text(GAP), pen.synopsis()]);
            let more = (brief.scenes as usize).max(1) - 1;
            row(entry.clone(), entry, more, more)
        }
        Task::Beats | Task::ReviseBeats => {
            let beats = crate::view::beats(&Brief::Screenplay(brief.clone())) as usize;
            let act = Seq(vec![text("# "), pen.act(), text(GAP)]);
            let beat = Seq(vec![times(act, 0, 1), pen.synopsis()]);
            row(
                beat.clone(),
                beat,
                beats.saturating_sub(3).max(2),
                beats + 3,
            )
        }
        Task::Continue => {
            let next = Seq(vec![pen.heading(), text(GAP), pen.block()]);
            let next = Any(vec![pen.block(), next]);
            match place {
                Place::Blocks(_) => row(next.clone(), next, 0, MOST_BLOCKS),
                Place::Speech => row(pen.lines_said(), next, 0, MOST_BLOCKS),
                Place::Middle => pen.words(),
                _ => row(pen.rest(), next, 0, MOST_BLOCKS),
            }
        }
        Task::Describe => row(pen.action(), pen.action(), 0, 1),
        // Its form is what the person says it is.
        Task::Own { .. } => return None,
        task if task.needs_selection() => match place {
            Place::Blocks(kinds) => {
                let mut all = Vec::new();
                if kinds.scene || kinds.is_empty() {
                    all.push(pen.block());
                }
                if kinds.heading {
                    all.push(pen.heading());
                }
                if kinds.synopsis {
                    all.push(pen.synopsis());
                }
                if kinds.section {
                    all.push(pen.section());
                }
                if kinds.transition {
                    all.push(pen.transition());
                }
                let all = Any(all);
                row(all.clone(), all, 0, MOST_BLOCKS)
            }
            Place::Speech => pen.lines_said(),
            Place::Cue => pen.cue(),
            Place::Aside => pen.aside(),
            Place::Line { opens: true } => pen.action_line(),
            Place::Line { opens: false } | Place::Middle => pen.words(),
            Place::Ragged => row(pen.words(), pen.block(), 0, MOST_BLOCKS),
        },
        _ => return None,
    })
}

/// Blocks, and perhaps a transition behind them.
fn scene(pen: &Pen) -> Rule {
    let last = Seq(vec![text(GAP), pen.transition()]);
    Seq(vec![
        row(pen.block(), pen.block(), 2, MOST_BLOCKS),
        times(last, 0, 1),
    ])
}
