//! The grammar of answers to compact prompts, as the trainer of the starter writes them: a scene
//! with its heading and the logline first, beats and scenes behind their slots, the blocks of a
//! selection by reference.

use inkstone_generation::references::References;

use super::{
    GAP, Place,
    Rule::{self, Any, Seq},
    elements::Pen,
    row, text, times,
};
use crate::Task;

/// Blocks that a small network puts beside those of a selection, at most.
const MOST: usize = 40;
/// Blocks that it puts in one place, at most.
const BESIDE: usize = 4;

pub(super) fn grammar(pen: &Pen, task: &Task, place: &Place, values: &References) -> Option<Rule> {
    let marks = |sort: &str| -> Vec<Rule> {
        let own = |key: &&str| {
            let number = key.strip_prefix(sort);
            number.is_some_and(|n| n.parse::<usize>().is_ok())
        };
        let keys = values.iter().map(|(key, _)| key);
        keys.filter(own).map(mark).collect()
    };
    let has = |key: &str| values.iter().any(|(known, _)| known == key);
    let slots = |entry: &dyn Fn() -> Vec<Rule>| {
        let mut parts = Vec::new();
        for slot in marks("n") {
            if !parts.is_empty() {
                parts.push(text(GAP));
            }
            parts.push(slot);
            parts.extend(entry());
        }
        (!parts.is_empty()).then_some(Seq(parts))
    };
    Some(match task {
        Task::Draft | Task::Scene { .. } | Task::ReviseScene { .. } => {
            let heading = if has("heading") {
                mark("heading")
            } else {
                pen.heading()
            };
            let mut parts = vec![heading];
            if has("logline") {
                let logline = Seq(vec![text(GAP), text("= "), mark("logline")]);
                parts.push(logline);
            }
            let last = Seq(vec![text(GAP), pen.transition()]);
            parts.extend([
                text(GAP),
                row(pen.block(), pen.block(), 2, MOST),
                times(last, 0, 1),
            ]);
            Seq(parts)
        }
        Task::Beats | Task::ReviseBeats => {
            slots(&|| vec![pen.section(), text(GAP), pen.synopsis()])?
        }
        Task::Outline => slots(&|| vec![pen.heading(), text(GAP), pen.synopsis()])?,
        Task::Continue => match place {
            Place::Speech => row(pen.lines_said(), pen.block(), 0, MOST),
            Place::Middle => pen.action_line(),
            _ => row(pen.block(), pen.block(), 0, MOST),
        },
        task if task.needs_selection() => {
            let mut own = marks("s");
            match place {
                Place::Blocks(_) => {
                    // All of the selection is kept, in its order, unless it is to become shorter.
                    if !matches!(task, Task::Shorten) && !own.is_empty() {
                        return Some(all(pen, own));
                    }
                    own.push(pen.block());
                    row(Any(own.clone()), Any(own), 0, MOST)
                }
                Place::Ragged => {
                    own.push(pen.action_line());
                    row(Any(own.clone()), Any(own), 0, MOST)
                }
                Place::Speech => {
                    own.push(pen.line_said());
                    let more = Seq(vec![text("\n"), Any(own.clone())]);
                    Seq(vec![Any(own), times(more, 0, 3)])
                }
                // Of itself a network that small has nothing better for these.
                Place::Cue | Place::Aside => Any(own),
                Place::Line { .. } | Place::Middle => {
                    let line = pen.action_line();
                    let (before, after) = match pen.gap() {
                        "" => (line.clone(), line),
                        gap => (
                            Seq(vec![line.clone(), text(gap)]),
                            Seq(vec![text(gap), line]),
                        ),
                    };
                    Seq(vec![times(before, 0, 1), Any(own), times(after, 0, 1)])
                }
            }
        }
        _ => return None,
    })
}

/// All of these in their order, other blocks before, between and after them.
fn all(pen: &Pen, own: Vec<Rule>) -> Rule {
    let mut parts = vec![times(Seq(vec![pen.block(), text(GAP)]), 0, BESIDE)];
    for (i, one) in own.into_iter().enumerate() {
        if i > 0 {
            parts.push(text(GAP));
        }
        parts.push(one);
        parts.push(times(Seq(vec![text(GAP), pen.block()]), 0, BESIDE));
    }
    Seq(parts)
}

fn mark(key: &str) -> Rule {
    text(&format!("⟦{key}⟧"))
}
