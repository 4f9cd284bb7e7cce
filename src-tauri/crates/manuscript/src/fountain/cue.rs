//! Cues and speeches: who speaks, how, beside whom.

use std::{borrow::Cow, collections::HashSet, ops::Range};

use super::{
    Element, ElementKind,
    parse::without_extensions,
    read::{Part, first_line, part, within},
};

/// A cue in its parts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cue<'a> {
    /// Who speaks, without extensions, marks and emphasis.
    pub name: Part<'a>,
    /// `V.O.`, `on the radio`, `画外`: what stands in each pair of parentheses.
    pub extensions: Vec<Part<'a>>,
    /// Whether a `^` puts this speech beside the one before it.
    pub dual: bool,
    /// Whether an `@` makes it one.
    pub forced: bool,
    /// Whether an extension says that a speech goes on: `CONT'D`, `续`.
    pub continued: bool,
}

/// A cue's parts; `None` for another element.
pub fn cue<'a>(text: &'a str, element: &Element) -> Option<Cue<'a>> {
    if element.kind != ElementKind::Character {
        return None;
    }
    let line = first_line(text, element)?;
    let whole: &str = &line.visible;
    let trimmed = whole.trim();
    let (forced, rest) = match trimmed.strip_prefix('@') {
        Some(rest) => (true, rest),
        None => (false, trimmed),
    };
    let (dual, rest) = match rest.strip_suffix('^') {
        Some(rest) => (true, rest.trim_end()),
        None => (false, rest),
    };
    let cut = |piece: &str| part(text, &line, within(whole, piece));
    let bare = without_extensions(rest);
    let mut extensions = Vec::new();
    let mut behind = rest[bare.len()..].trim();
    while let Some(inside) = behind.strip_prefix(['(', '（']) {
        let mut depth = 1_usize;
        let close = inside.char_indices().find(|&(_, c)| {
            match c {
                '(' | '（' => depth += 1,
                ')' | '）' => depth -= 1,
                _ => {}
            }
            depth == 0
        });
        let (extension, rest) = inside.split_at(close.map_or(inside.len(), |(at, _)| at));
        extensions.push(cut(extension.trim()));
        let mut rest = rest.chars();
        rest.next();
        behind = rest.as_str().trim_start();
    }
    let mut name = cut(bare.trim());
    if name.text.contains(['*', '_']) {
        let plain = name.text.replace(['*', '_'], "");
        name.text = Cow::Owned(plain.trim().to_owned());
    }
    let continued = extensions.iter().any(|e| is_continued(&e.text));
    Some(Cue {
        name,
        extensions,
        dual,
        forced,
        continued,
    })
}

/// Whether an extension says that the speech goes on.
fn is_continued(extension: &str) -> bool {
    let plain = extension.trim().replace('’', "'");
    [
        "CONT'D",
        "CONT'D.",
        "CONT.",
        "CONTD",
        "CONTINUED",
        "CONTINUING",
    ]
    .iter()
    .any(|word| plain.eq_ignore_ascii_case(word))
        || matches!(plain.as_str(), "续" | "接上" | "继续")
}

/// The side of a speech that stands beside another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Side {
    /// The first of the two.
    Left,
    /// The one with `^`.
    Right,
}

/// A cue and what follows it up to the end of the speech.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Speech {
    /// The places of its elements in the list, the cue first.
    pub elements: Range<usize>,
    /// Its side, if it is one of two that stand beside each other. A `^` without a speech right
    /// before it, or behind a second one, puts nothing beside anything.
    pub side: Option<Side>,
}

/// Whether an element is boneyard over several lines: what stands behind it is said by nobody.
pub(super) fn ends_speech(text: &str, element: &Element) -> bool {
    let source = text.get(element.range.clone()).unwrap_or_default();
    element.kind == ElementKind::Boneyard && crate::lines::lines(source).count() > 1
}

/// The speeches among a text's elements.
pub fn speeches(text: &str, elements: &[Element]) -> Vec<Speech> {
    let mut found: Vec<Speech> = Vec::new();
    let mut at = 0;
    while at < elements.len() {
        if elements[at].kind != ElementKind::Character {
            at += 1;
            continue;
        }
        let spoken = elements[at + 1..].iter().take_while(|e| {
            matches!(
                e.kind,
                ElementKind::Parenthetical
                    | ElementKind::Dialogue
                    | ElementKind::Lyric
                    | ElementKind::Note
                    | ElementKind::Boneyard
            ) && !ends_speech(text, e)
        });
        let mut end = at + 1 + spoken.count();
        // Notes behind the last words belong to nobody.
        while matches!(
            elements[end - 1].kind,
            ElementKind::Note | ElementKind::Boneyard
        ) {
            end -= 1;
        }
        let mut side = None;
        if cue(text, &elements[at]).is_some_and(|cue| cue.dual)
            && let Some(before) = found.last_mut().filter(|s| s.side.is_none())
            && elements[before.elements.end..at].iter().all(|e| {
                matches!(
                    e.kind,
                    ElementKind::Blank | ElementKind::Note | ElementKind::Boneyard
                )
            })
        {
            before.side = Some(Side::Left);
            side = Some(Side::Right);
        }
        found.push(Speech {
            elements: at..end,
            side,
        });
        at = end;
    }
    found
}

/// The names in cues, in order of first appearance, without extensions and emphasis. Names that
/// differ in case only are one, as first written.
pub fn characters(text: &str) -> Vec<String> {
    characters_of(text, &super::parse(text))
}

/// The same for a text whose elements are known.
pub fn characters_of(text: &str, elements: &[Element]) -> Vec<String> {
    let mut seen = HashSet::new();
    elements
        .iter()
        .filter_map(|element| cue(text, element))
        .map(|cue| cue.name.text.into_owned())
        .filter(|name| !name.is_empty() && seen.insert(name.to_lowercase()))
        .collect()
}
