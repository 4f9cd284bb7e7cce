//! What can stand at a place of a script.

use std::ops::Range;

use inkstone_manuscript::fountain::{self, ElementKind};

use crate::{
    Task,
    target::{ends_sentence, is_cue, is_heading, is_parenthetical},
};

/// What an answer stands in, or replaces.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Place {
    /// Lines of its own, with blank ones around.
    Blocks(Kinds),
    /// Lines of what somebody says, under their cue.
    Speech,
    /// A cue.
    Cue,
    /// A parenthetical.
    Aside,
    /// Within one line, or the whole of one that cannot stand alone.
    Line {
        /// Whether a line of action begins with it.
        opens: bool,
    },
    /// Between the words of one line: what is written there ends none.
    Middle,
    /// From within a line to within another one.
    Ragged,
}

/// The kinds of blocks that stand at a place now.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Kinds {
    /// Action, or somebody speaks.
    pub scene: bool,
    pub heading: bool,
    pub synopsis: bool,
    pub section: bool,
    pub transition: bool,
}

impl Kinds {
    /// None that a model can be asked for.
    pub fn is_empty(self) -> bool {
        self == Self::default()
    }

    fn of(elements: &[fountain::Element]) -> Self {
        let mut kinds = Self::default();
        for element in elements {
            match element.kind {
                ElementKind::SceneHeading => kinds.heading = true,
                ElementKind::Synopsis => kinds.synopsis = true,
                ElementKind::Section { .. } => kinds.section = true,
                ElementKind::Transition => kinds.transition = true,
                ElementKind::Action
                | ElementKind::Character
                | ElementKind::Parenthetical
                | ElementKind::Dialogue => kinds.scene = true,
                _ => {}
            }
        }
        kinds
    }
}

impl Place {
    /// The place of a task's answer.
    pub fn of(task: &Task, document: &str, target: &Range<usize>) -> Self {
        if *task == Task::Continue {
            Self::after(document, target.end)
        } else if task.needs_selection() {
            Self::selected(document, target)
        } else {
            Self::Blocks(Kinds::default())
        }
    }

    /// Behind what is written; how the answer is joined to it is said by [`crate::join`].
    fn after(document: &str, caret: usize) -> Self {
        let (before, after) = document.split_at(caret);
        let line = before.rsplit('\n').next().unwrap_or_default();
        let last = before.trim_end().rsplit('\n').next().unwrap_or_default();
        let gap = before.chars().rev().take_while(|c| c.is_whitespace());
        let breaks = gap.filter(|c| *c == '\n').count();
        let speaks = |line: &str| is_cue(line) || is_parenthetical(line);
        let at_end = after.is_empty() || after.starts_with(['\n', '\r']);
        let stands = line.starts_with(['#', '=']) || is_heading(line);
        if before.trim().is_empty() {
            Self::Blocks(Kinds::default())
        } else if breaks < 2 && speaks(last) {
            Self::Speech
        } else if line.trim().is_empty() || stands || (at_end && ends_sentence(line)) {
            Self::Blocks(Kinds::default())
        } else if at_end {
            Self::Line { opens: false }
        } else {
            Self::Middle
        }
    }

    fn selected(document: &str, target: &Range<usize>) -> Self {
        let (before, selected) = (&document[..target.start], &document[target.clone()]);
        let after = &document[target.end..];
        let blank = |line: Option<&str>| line.is_none_or(|line| line.trim().is_empty());
        let begins = blank(before.rsplit('\n').next());
        let ends = blank(after.split('\n').next());
        let apart = blank(before.rsplit('\n').nth(1)) && blank(after.split('\n').nth(1));
        let elements = fountain::parse(document);
        let first = elements.partition_point(|e| e.range.end <= target.start);
        let last = elements.partition_point(|e| e.range.start < target.end);
        let inside = &elements[first..last.max(first)];
        let kind = inside.first().map(|e| e.kind);
        let all = |wanted: &[ElementKind]| inside.iter().all(|e| wanted.contains(&e.kind));
        let spoken = all(&[ElementKind::Dialogue, ElementKind::Parenthetical]);
        match (begins && ends, kind) {
            (true, _) if apart => Self::Blocks(Kinds::of(inside)),
            (true, Some(ElementKind::Dialogue)) if spoken => Self::Speech,
            (true, Some(ElementKind::Parenthetical)) if inside.len() == 1 => Self::Aside,
            (true, Some(ElementKind::Character)) if inside.len() == 1 => Self::Cue,
            // A heading right under a section stands apart as well.
            (true, Some(ElementKind::SceneHeading | ElementKind::Synopsis))
                if inside.len() == 1 =>
            {
                Self::Blocks(Kinds::of(inside))
            }
            _ if selected.contains('\n') => Self::Ragged,
            _ => Self::Line {
                opens: begins && kind == Some(ElementKind::Action),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SCRIPT: &str = "# Act One\n\nINT. HUT - DAY\n\n= Mara waits.\n\nRain ticks. It is late.\n\nMARA\n(low)\nIt sticks.\nAgain.\n\nTOM\nNo.\n\nCUT TO:\n";

    fn selected(text: &str) -> Place {
        let at = SCRIPT.find(text).unwrap();
        Place::of(&Task::Rewrite, SCRIPT, &(at..at + text.len()))
    }

    #[test]
    fn a_selection_is_what_it_covers() {
        let scene = Kinds {
            scene: true,
            ..Kinds::default()
        };
        assert_eq!(selected("Rain ticks. It is late."), Place::Blocks(scene));
        assert_eq!(
            selected("MARA\n(low)\nIt sticks.\nAgain."),
            Place::Blocks(scene)
        );
        assert_eq!(selected("It sticks."), Place::Speech);
        assert_eq!(selected("It sticks.\nAgain."), Place::Speech);
        assert_eq!(selected("(low)"), Place::Aside);
        assert_eq!(selected("MARA"), Place::Cue);
        assert_eq!(selected("Rain"), Place::Line { opens: true });
        assert_eq!(selected("It is late."), Place::Line { opens: false });
        assert_eq!(selected("sticks"), Place::Line { opens: false });
        assert_eq!(selected("late.\n\nMARA\n(low)\nIt"), Place::Ragged);
        let kinds = Kinds {
            heading: true,
            synopsis: true,
            ..Kinds::default()
        };
        assert_eq!(
            selected("INT. HUT - DAY\n\n= Mara waits."),
            Place::Blocks(kinds)
        );
        let Place::Blocks(kinds) = selected("# Act One") else {
            panic!("a block")
        };
        assert!(kinds.section && !kinds.scene);
        let Place::Blocks(kinds) = selected("CUT TO:") else {
            panic!("a block")
        };
        assert!(kinds.transition);
    }

    #[test]
    fn a_caret_is_after_what_stands_before_it() {
        let after = |text: &str| Place::of(&Task::Continue, text, &(text.len()..text.len()));
        let blocks = Place::Blocks(Kinds::default());
        for text in [
            "",
            "INT. HUT - DAY",
            "Rain.\n\n",
            "Rain ticks.",
            "MARA\nNo.\n",
            "@林晓\n好。",
        ] {
            assert_eq!(after(text), blocks, "{text}");
        }
        let middle = Place::of(&Task::Continue, "Rain ticks and stops.", &(10..10));
        assert_eq!(middle, Place::Middle);
        for text in ["MARA", "MARA\n", "MARA\n(low)\n", "@林晓\n"] {
            assert_eq!(after(text), Place::Speech, "{text}");
        }
        for text in ["Rain ticks and", "MARA\nIt never", "雨点敲着"] {
            assert_eq!(after(text), Place::Line { opens: false }, "{text}");
        }
    }
}
