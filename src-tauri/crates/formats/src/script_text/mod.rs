//! Scripts as plain text: what other programs print, and what people type.
//!
//! Three ways of writing are told apart: Fountain (no indents to speak of), the layout of the page
//! (cues, dialogue and action each in a column of their own, [`layout`]), and the Chinese way
//! (`第1场 渡口 夜 外`, `角色：台词`, [`chinese`]). What becomes a scene, a speech or action is
//! counted; where it was a guess, the line is named.

mod chinese;
mod layout;

use crate::{
    import::{Found, Imported, Report, Unsure, read_fountain},
    script::{self, Block, Kind, Piece},
};

/// How many lines are named as uncertain; more is no help.
const MOST_UNSURE: usize = 200;

/// Whether a text is a script: in the layout of one, in the Chinese manner, or Fountain with a scene
/// in which somebody speaks.
pub(crate) fn recognises(text: &str) -> bool {
    if chinese::recognises(text) || layout::recognises(text) {
        return true;
    }
    use inkstone_manuscript::fountain::{ElementKind, parse};
    let elements = parse(text);
    let count = |kind: ElementKind| elements.iter().filter(|e| e.kind == kind).count();
    let scenes = count(ElementKind::SceneHeading);
    scenes >= 3 || (scenes >= 1 && count(ElementKind::Dialogue) >= 1)
}

/// Reads a script from plain text. Never fails: at worst all is action.
pub fn read(text: &str) -> Imported {
    let text = text.trim_start_matches('\u{feff}');
    if chinese::recognises(text) {
        return finished(chinese::read(text), "chinese");
    }
    if layout::recognises(text) {
        return finished(layout::read(text), "layout");
    }
    read_fountain(text.to_owned(), "fountain")
}

/// Pages of text taken from their places, as a PDF gives them: lines keep their indent.
pub(crate) fn read_layout(text: &str, format: &'static str) -> Imported {
    if chinese::recognises(text) && !layout::has_columns(text) {
        return finished(chinese::read(&chinese::unwrapped(text)), format);
    }
    finished(layout::read(text), format)
}

/// Whether a line says that a speech goes on overleaf.
pub(crate) fn says_more(line: &str) -> bool {
    let line = line.trim();
    line.eq_ignore_ascii_case("(more)") || line == "（转下页）"
}

/// What was read so far.
#[derive(Default)]
struct Reading {
    blocks: Vec<Block>,
    page_marks: usize,
    continued: usize,
    unsure: Vec<Unsure>,
}

impl Reading {
    fn push(&mut self, kind: Kind, text: &str) {
        self.blocks.push(Block::new(kind, vec![Piece::plain(text)]));
    }

    /// A value of the title page.
    fn title(&mut self, key: &str, text: &str) {
        let mut block = Block::new(Kind::Title, vec![Piece::plain(text)]);
        block.label = Some(key.to_owned());
        self.blocks.push(block);
    }

    fn heading(&mut self, text: &str, number: Option<String>) {
        let mut block = Block::new(Kind::Heading, vec![Piece::plain(text)]);
        block.label = number.filter(|number| script::is_number(number));
        self.blocks.push(block);
    }

    fn guess(&mut self, line: usize, text: &str, taken_for: &'static str) {
        if self.unsure.len() < MOST_UNSURE {
            self.unsure.push(Unsure {
                line,
                text: text.trim().chars().take(60).collect(),
                taken_for,
            });
        }
    }
}

fn finished(reading: Reading, format: &'static str) -> Imported {
    let written = script::write(&reading.blocks).text;
    let mut imported = read_fountain(written, format);
    let report: &mut Report = &mut imported.report;
    for (found, count) in [
        (Found::PageMarks, reading.page_marks),
        (Found::Continued, reading.continued),
    ] {
        report.found.push((found, count));
    }
    report.unsure = reading.unsure;
    imported
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn any_text_becomes_a_script(
            lines in prop::collection::vec(
                (0_usize..45, "[A-Z第场日夜内外：:（）a-z0-9.' ]{0,24}"), 0..40,
            ),
        ) {
            let text: String = lines
                .iter()
                .map(|(indent, line)| format!("{}{line}\n", " ".repeat(*indent)))
                .collect();
            let read = read(&text);
            let again = script::write(&script::read(&read.text)).text;
            if read.report.format != "fountain" {
                prop_assert_eq!(again, read.text);
            }
        }

        #[test]
        fn no_word_of_a_laid_out_script_is_lost(
            speeches in prop::collection::vec(("[A-Z]{3,8}", "[a-z]{2,8}( [a-z]{2,8}){0,9}"), 2..12),
        ) {
            let text: String = speeches
                .iter()
                .map(|(name, said)| format!("{:20}{name}\n{:10}{said}\n\nShe waits.\n\n", "", ""))
                .collect();
            let read = read(&text);
            prop_assert_eq!(read.report.format, "layout");
            for (name, said) in &speeches {
                prop_assert!(read.text.contains(&format!("{name}\n{said}\n")), "{}", read.text);
            }
        }
    }
}
