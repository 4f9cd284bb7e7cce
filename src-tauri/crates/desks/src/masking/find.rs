//! Where the values stand.

use std::ops::Range;

use super::{MaskKind, numbers};

/// A value in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// What it is.
    pub kind: MaskKind,
    /// Its bytes.
    pub range: Range<usize>,
    /// Which of the names it is.
    pub name: Option<usize>,
}

/// The values of a text, in its order, none over another. Of two that overlap, the one that begins
/// first counts, of these the longer one.
pub fn find(text: &str, names: &[String]) -> Vec<Found> {
    let mut all = Vec::new();
    for (at, name) in names.iter().enumerate() {
        named(text, name, at, &mut all);
        let capitals = name.to_uppercase();
        if capitals != *name {
            named(text, &capitals, at, &mut all);
        }
    }
    all.extend(numbers::find(text));
    all.sort_by(|a, b| {
        (a.range.start, std::cmp::Reverse(a.range.end), a.name).cmp(&(
            b.range.start,
            std::cmp::Reverse(b.range.end),
            b.name,
        ))
    });
    let mut end = 0;
    all.retain(|found| {
        let free = found.range.start >= end;
        if free {
            end = found.range.end;
        }
        free
    });
    all
}

/// Adds each place of a name. A name of letters with capitals stands between what is no letter; in
/// Chinese nothing shows where a name ends.
fn named(text: &str, name: &str, at: usize, found: &mut Vec<Found>) {
    let bounded = |c: Option<char>, edge: Option<char>| {
        let joins = |c: char| c.is_alphanumeric() && !is_han(c);
        !(c.is_some_and(joins) && edge.is_some_and(joins))
    };
    for (start, _) in text.match_indices(name) {
        let end = start + name.len();
        let before = text[..start].chars().next_back();
        let after = text[end..].chars().next();
        if bounded(before, name.chars().next()) && bounded(after, name.chars().next_back()) {
            found.push(Found {
                kind: MaskKind::Name,
                range: start..end,
                name: Some(at),
            });
        }
    }
}

/// Letters that are written without gaps between words.
pub(super) fn is_han(c: char) -> bool {
    matches!(c, '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
}
