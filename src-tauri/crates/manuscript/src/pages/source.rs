//! What an element prints, with the places it comes from.

use super::styled::{Face, Styled};
use crate::fountain::{self, Element, ElementKind, Line, RunKind, Style};

impl From<Style> for Face {
    fn from(style: Style) -> Self {
        Self {
            bold: style.bold,
            italic: style.italic,
            underline: style.underline,
        }
    }
}

/// The lines of an element as they print, each with its beginning in the source. With `notes`,
/// notes inside of lines print too, slanted and in brackets.
pub(super) fn printed(text: &str, element: &Element, notes: bool) -> Vec<(usize, Styled)> {
    fountain::lines(text, element)
        .iter()
        .map(|line| {
            let alone = element.kind == ElementKind::Note;
            (line.range.start, styled(line, notes || alone))
        })
        .collect()
}

/// A line with its emphasis.
pub(super) fn styled(line: &Line, notes: bool) -> Styled {
    let mut found = Styled::default();
    for run in &line.runs {
        match run.kind {
            RunKind::Text => found.push(run.text, run.style.into(), run.range.start),
            RunKind::Note if notes => {
                let face = Face {
                    italic: true,
                    ..Face::default()
                };
                found.push("[", face, run.range.start);
                let inside = run.range.start + 2;
                found.push(&run.text.replace(['\r', '\n'], " "), face, inside);
                found.push("]", face, run.range.end - 1);
            }
            RunKind::Note | RunKind::Boneyard => {}
        }
    }
    found
}
