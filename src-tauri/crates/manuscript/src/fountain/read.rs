//! Elements without their marks.

use std::{borrow::Cow, ops::Range};

use super::{
    Element, ElementKind, Scene,
    heading::number,
    source::{SourceLine, SourceLines},
};

/// A piece of an element: what it says and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part<'a> {
    /// The text without notes and boneyard; borrowed unless some stand inside.
    pub text: Cow<'a, str>,
    /// Where it stands, in bytes, with what stands inside.
    pub range: Range<usize>,
}

impl std::fmt::Display for Part<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.text)
    }
}

/// A part of the visible text of a line.
pub(super) fn part<'a>(text: &'a str, line: &SourceLine, visible: Range<usize>) -> Part<'a> {
    match line.shown.runs(visible.clone()).as_slice() {
        [run] => Part {
            text: Cow::Borrowed(&text[run.clone()]),
            range: run.clone(),
        },
        runs => {
            let start = runs.first().map_or(line.range.start, |run| run.start);
            Part {
                text: Cow::Owned(line.visible[visible].to_owned()),
                range: start..runs.last().map_or(start, |run| run.end),
            }
        }
    }
}

/// Whether the element at `index` is the empty line of a speech that parts two parentheticals.
pub fn parts_parentheticals(text: &str, elements: &[Element], index: usize) -> bool {
    let shows =
        |element: &&Element| !matches!(element.kind, ElementKind::Note | ElementKind::Boneyard);
    let aside = |element: Option<&Element>| {
        element.is_some_and(|element| element.kind == ElementKind::Parenthetical)
    };
    let Some((before, [element, behind @ ..])) = elements.split_at_checked(index) else {
        return false;
    };
    element.kind == ElementKind::Dialogue
        && is_one_empty_line(&text[element.range.clone()])
        && aside(before.iter().rev().find(shows))
        && aside(behind.iter().find(shows))
}

fn is_one_empty_line(text: &str) -> bool {
    text.trim().is_empty() && crate::lines::lines(text).count() == 1
}

/// The first line of an element.
pub(super) fn first_line<'a>(text: &'a str, element: &Element) -> Option<SourceLine<'a>> {
    SourceLines::new(text, element.range.clone()).next()
}

/// The range of a part of a string that was cut out of it.
pub(super) fn within(whole: &str, part: &str) -> Range<usize> {
    let start = (part.as_ptr() as usize).saturating_sub(whole.as_ptr() as usize);
    start.min(whole.len())..(start + part.len()).min(whole.len())
}

/// What is meant in a line of an element: without the marks that make it one, scene number
/// included, and without white space at its ends; action keeps its indentation.
pub(super) fn meant(line: &SourceLine, kind: ElementKind) -> Range<usize> {
    let whole: &str = &line.visible;
    let trimmed = whole.trim();
    let inner = match kind {
        ElementKind::PageBreak | ElementKind::Blank => "",
        ElementKind::TitlePage => whole.trim_end(),
        ElementKind::Action => {
            // The indentation before a `!` is taken for none.
            match trimmed.strip_prefix('!') {
                Some(rest) => rest,
                None => whole.trim_end(),
            }
        }
        ElementKind::SceneHeading => {
            let text = trimmed.strip_prefix('.').unwrap_or(trimmed);
            number(text).0.trim_end()
        }
        ElementKind::Character => {
            let text = trimmed.strip_prefix('@').unwrap_or(trimmed);
            text.strip_suffix('^').unwrap_or(text).trim()
        }
        ElementKind::Transition => trimmed.strip_prefix('>').unwrap_or(trimmed).trim(),
        ElementKind::Centered => {
            let text = trimmed.strip_prefix('>').unwrap_or(trimmed);
            text.strip_suffix('<').unwrap_or(text).trim()
        }
        ElementKind::Lyric => trimmed.trim_start_matches('~').trim(),
        ElementKind::Section { .. } => trimmed.trim_start_matches('#').trim(),
        ElementKind::Synopsis => trimmed.trim_start_matches('=').trim(),
        ElementKind::Parenthetical
        | ElementKind::Dialogue
        | ElementKind::Note
        | ElementKind::Boneyard => trimmed,
    };
    if inner.is_empty() {
        return 0..0;
    }
    within(whole, inner)
}

/// The number of a scene that stands between two `#` at the end of its heading.
pub fn scene_number(text: &str, element: &Element) -> Option<String> {
    let line = first_line(text, element)?;
    let found = number(line.visible.trim()).1;
    found
        .filter(|_| element.kind == ElementKind::SceneHeading)
        .map(str::to_owned)
}

/// An element's text as it is meant: without its marks, notes, boneyard and scene number, with
/// `\n` between lines. Action keeps its indentation, emphasis its marks, a note and boneyard what
/// is in them.
pub fn content(text: &str, element: &Element) -> String {
    let hidden = match element.kind {
        ElementKind::Note => super::inline::RunKind::Note,
        ElementKind::Boneyard => super::inline::RunKind::Boneyard,
        kind => {
            let mut found = String::new();
            for (index, line) in SourceLines::new(text, element.range.clone()).enumerate() {
                if index > 0 {
                    found.push('\n');
                }
                found.push_str(&line.visible[meant(&line, kind)]);
            }
            found.truncate(found.trim_end().len());
            return found;
        }
    };
    let lines = super::inline::lines(text, element);
    // Cuts on one line stay on one: a cut over several lines ends a speech.
    let between = match hidden {
        super::inline::RunKind::Boneyard => " ",
        _ => "\n",
    };
    let inside = lines.iter().filter_map(|line| {
        let runs = line.runs.iter().filter(|run| run.kind == hidden);
        let texts: Vec<&str> = runs.map(|run| run.text).collect();
        (!texts.is_empty()).then(|| texts.join(between))
    });
    inside.collect::<Vec<_>>().join("\n")
}

/// The scenes, in order.
pub fn scenes(text: &str) -> Vec<Scene> {
    scenes_of(text, &super::parse(text))
}

/// The scenes of a text whose elements are known.
pub fn scenes_of(text: &str, elements: &[Element]) -> Vec<Scene> {
    let mut scenes: Vec<Scene> = Vec::new();
    let mut open = false;
    for element in elements {
        if element.kind == ElementKind::SceneHeading {
            scenes.push(Scene {
                number: scenes.len() + 1,
                heading: content(text, element),
                synopsis: None,
                range: element.range.clone(),
                has_text: false,
            });
            open = true;
            continue;
        }
        open &= !matches!(element.kind, ElementKind::Section { .. });
        let Some(scene) = scenes.last_mut().filter(|_| open) else {
            continue;
        };
        scene.range.end = element.range.end;
        match element.kind {
            ElementKind::Synopsis => {
                let line = content(text, element);
                match &mut scene.synopsis {
                    Some(synopsis) => {
                        synopsis.push('\n');
                        synopsis.push_str(&line);
                    }
                    None => scene.synopsis = Some(line),
                }
            }
            ElementKind::Note
            | ElementKind::Boneyard
            | ElementKind::PageBreak
            | ElementKind::Blank => {}
            _ => scene.has_text = true,
        }
    }
    scenes
}
