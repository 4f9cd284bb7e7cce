//! Script notes: which stay, where they are, which are new.

use std::{fmt::Write as _, ops::Range};

use super::{
    emit,
    merge::{Merge, NoteFate},
    xml,
};

impl Merge<'_, '_> {
    /// Edits of the script notes.
    pub(super) fn notes(&mut self, edits: &mut Vec<(Range<usize>, String)>) {
        self.moves.sort_by_key(|moved| moved.old);
        for (index, note) in self.source.notes.iter().enumerate() {
            let range = note.node.range();
            match &self.fates[index] {
                NoteFate::Gone => {
                    let before = self.xml[..range.start].trim_end().len();
                    edits.push((before..range.end, String::new()));
                    continue;
                }
                NoteFate::Kept => {}
                NoteFate::Changed(text) => {
                    let paragraphs: Vec<_> = note
                        .node
                        .children()
                        .filter(|child| child.has_tag_name("Paragraph"))
                        .collect();
                    let span = match (paragraphs.first(), paragraphs.last()) {
                        (Some(first), Some(last)) => first.range().start..last.range().end,
                        _ => continue,
                    };
                    edits.push((span, note_paragraphs(text)));
                }
            }
            let (Some((from, to)), Some(attribute)) =
                (note.range, note.node.attribute_node("Range"))
            else {
                continue;
            };
            let (new_from, new_to) = (self.moved(from), self.moved(to));
            if (new_from, new_to) != (from, to) {
                edits.push((
                    attribute.range_value(),
                    format!("{new_from},{}", new_to.max(new_from)),
                ));
            }
        }
        if self.new_notes.is_empty() {
            return;
        }
        let mut inside = String::new();
        for note in &self.new_notes {
            let _ = write!(
                inside,
                "\n    <ScriptNote ID=\"{}\" Range=\"{},{}\">{}</ScriptNote>",
                note.id,
                note.at,
                note.at,
                note_paragraphs(&note.text)
            );
        }
        match self.source.notes_node {
            Some(node) => {
                let end = emit::start_tag_end(self.xml, node);
                if self.xml[..end].ends_with("/>") {
                    let open = emit::start_tag(self.xml, node, &[]);
                    edits.push((node.range(), format!("{open}{inside}\n  </ScriptNotes>")));
                } else {
                    let at = node
                        .children()
                        .rfind(|child| child.is_element())
                        .map_or(end, |last| last.range().end);
                    edits.push((at..at, inside));
                }
            }
            None => {
                let range = self.source.root.range();
                let at = self.xml[..range.end].rfind("</").unwrap_or(range.end);
                let at = self.xml[..at].trim_end().len();
                edits.push((
                    at..at,
                    format!("\n  <ScriptNotes>{inside}\n  </ScriptNotes>"),
                ));
            }
        }
    }

    /// Where a place in the file's text lies now.
    fn moved(&self, at: usize) -> usize {
        let index = self.moves.partition_point(|moved| moved.old <= at);
        let Some(place) = index.checked_sub(1).map(|index| &self.moves[index]) else {
            return 0;
        };
        let offset = (at - place.old).min(place.old_length);
        place.new + emit::moved(&place.kept, offset)
    }
}

fn note_paragraphs(text: &str) -> String {
    let mut out = String::new();
    for line in text.split('\n') {
        out.push_str("<Paragraph><Text>");
        xml::text(&mut out, line);
        out.push_str("</Text></Paragraph>");
    }
    out
}

/// What stands in `[[...]]`, if that is all there is.
pub(super) fn note_text(raw: &str) -> Option<&str> {
    let inside = raw.strip_prefix("[[")?.strip_suffix("]]")?;
    (!inside.contains("]]")).then_some(inside)
}
