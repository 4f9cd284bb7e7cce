//! Revisions on their way into FDX.

use std::{fmt::Write as _, ops::Range};

use roxmltree::Node;

use super::{emit, source::child, xml};

/// A set of revisions as FDX lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RevisionSet {
    /// Its id, from 1.
    pub id: u32,
    /// Its name, such as `Blue (1/2/2026)`.
    pub name: String,
    /// The colour of text and mark, `#RRGGBB`.
    pub color: String,
    /// What stands in the margin.
    pub mark: String,
}

/// Which parts of the text belong to which set.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Marks {
    /// All sets, by id.
    pub sets: Vec<RevisionSet>,
    /// Stretches of the text, in bytes, rising, and the set each belongs to.
    pub changed: Vec<(Range<usize>, u32)>,
}

impl Marks {
    pub(super) fn is_empty(&self) -> bool {
        self.sets.is_empty() && self.changed.is_empty()
    }

    /// The latest set of what touches a stretch of text.
    pub(super) fn of(&self, range: &Range<usize>) -> Option<u32> {
        let first = self
            .changed
            .partition_point(|(at, _)| at.end <= range.start);
        self.changed[first..]
            .iter()
            .take_while(|(at, _)| at.start < range.end)
            .map(|&(_, set)| set)
            .max()
    }

    /// The edit that lists sets which the file does not know.
    pub(super) fn table(&self, text: &str, root: Node) -> Option<(Range<usize>, String)> {
        let node = child(root, "Revisions");
        let known = |id: u32| {
            node.is_some_and(|node| {
                node.children()
                    .any(|set| set.attribute("ID").and_then(|known| known.parse().ok()) == Some(id))
            })
        };
        let mut rows = String::new();
        let new = self.sets.iter().filter(|set| !known(set.id));
        for set in new {
            let _ = write!(
                rows,
                "\n    <Revision Color=\"{}\" FullRevision=\"No\" ID=\"{}\" Mark=\"",
                wide(&set.color),
                set.id
            );
            xml::attribute(&mut rows, &set.mark);
            rows.push_str("\" Name=\"");
            xml::attribute(&mut rows, &set.name);
            rows.push_str("\" Style=\"\"/>");
        }
        if rows.is_empty() {
            return None;
        }
        let active = self.sets.iter().map(|set| set.id).max().unwrap_or(1);
        match node {
            Some(node) => {
                let end = emit::start_tag_end(text, node);
                if text[..end].ends_with("/>") {
                    let open = emit::start_tag(text, node, &[]);
                    return Some((node.range(), format!("{open}{rows}\n  </Revisions>")));
                }
                let at = node
                    .children()
                    .rfind(|child| child.is_element())
                    .map_or(end, |last| last.range().end);
                Some((at..at, rows))
            }
            None => {
                let range = root.range();
                let at = text[..range.end].rfind("</").unwrap_or(range.end);
                let at = text[..at].trim_end().len();
                Some((
                    at..at,
                    format!(
                        "\n  <Revisions ActiveSet=\"{active}\" Location=\"7.75\" RevisionMode=\"Yes\" \
                         RevisionsShown=\"All\" ShowAllMarks=\"Yes\" ShowAllSets=\"Yes\">{rows}\n  </Revisions>"
                    ),
                ))
            }
        }
    }
}

/// FDX colours have 16 bits a channel.
fn wide(color: &str) -> String {
    let digits = color.trim_start_matches('#');
    if digits.len() != 6 || !digits.is_ascii() {
        return "#000000000000".to_owned();
    }
    let mut out = String::from("#");
    for at in [0, 2, 4] {
        out.push_str(&digits[at..at + 2]);
        out.push_str(&digits[at..at + 2]);
    }
    out
}
