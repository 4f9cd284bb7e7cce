//! Scenes in another order.

use std::ops::Range;

use super::{Element, ElementKind};

/// Where a scene is put. Scenes and sections are counted from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Place {
    /// Before this scene and what is carried with it.
    Before(usize),
    /// Behind this scene; at the end of its section, if it is the last there.
    After(usize),
    /// As the first scene of this section, behind what is said of the section.
    Under(usize),
}

/// A replacement of bytes of the text as it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replacement {
    /// What is replaced; empty for an insertion.
    pub range: Range<usize>,
    /// What stands there afterwards.
    pub text: String,
}

/// A scene that is moved: one batch of edits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moved {
    /// Two edits, in order and apart: all places are those of the text as it was.
    pub edits: [Replacement; 2],
    /// What is moved, in the text as it was.
    pub from: Range<usize>,
    /// The same bytes in the new text: what was known of their origin holds here.
    pub to: Range<usize>,
}

impl Moved {
    /// The text with the scene at its new place. `text` is the one that the move was made for.
    pub fn apply(&self, text: &str) -> String {
        let mut out = String::with_capacity(text.len() + 8);
        let mut at = 0;
        for edit in &self.edits {
            out.push_str(text.get(at..edit.range.start).unwrap_or_default());
            out.push_str(&edit.text);
            at = edit.range.end;
        }
        out.push_str(text.get(at..).unwrap_or_default());
        out
    }
}

/// Why a scene is not moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MoveError {
    /// There is no such scene.
    #[error("there is no such scene")]
    NoScene,
    /// There is no such scene or section to move to.
    #[error("there is no such place")]
    NoPlace,
    /// At its new place the text would be read as something else: a `/*` in it that is open would
    /// close at another scene's `*/`, or its heading would be taken for a title page.
    #[error("at that place the text would be read as something else")]
    ReadsOtherwise,
}

/// What goes with each scene when it is moved, in order: the scene up to the next one or to the
/// next section, and the notes and synopses that stand right above its heading, if a blank line
/// parts them from what is before.
pub fn carried(text: &str, elements: &[Element]) -> Vec<Range<usize>> {
    let mark = if text.starts_with(BYTE_ORDER_MARK) {
        BYTE_ORDER_MARK.len_utf8()
    } else {
        0
    };
    let mut found: Vec<Range<usize>> = Vec::new();
    let mut open = false;
    for (index, element) in elements.iter().enumerate() {
        match element.kind {
            ElementKind::SceneHeading => {
                let start = elements[above(elements, index)].range.start.max(mark);
                if let Some(before) = found.last_mut().filter(|_| open) {
                    before.end = start;
                }
                found.push(start..element.range.end);
                open = true;
            }
            ElementKind::Section { .. } => open = false,
            _ => {
                if let Some(scene) = found.last_mut().filter(|_| open) {
                    scene.end = element.range.end;
                }
            }
        }
    }
    found
}

/// The first of the elements that belong to a heading.
fn above(elements: &[Element], heading: usize) -> usize {
    let said = elements[..heading]
        .iter()
        .rev()
        .take_while(|e| matches!(e.kind, ElementKind::Note | ElementKind::Synopsis))
        .count();
    let first = heading - said;
    let apart = match first.checked_sub(1) {
        Some(before) => elements[before].kind == ElementKind::Blank,
        None => true,
    };
    if apart { first } else { heading }
}

/// Moves a scene with its synopsis and notes; `elements` are those of `text`. `None`: it stands
/// there already.
///
/// The scene's bytes stay what they are, and so do all others. Line ends are added where a blank
/// line is needed that was not there: behind the last scene of a text, say. Each element of the
/// new text is what it was.
///
/// # Errors
/// [`MoveError`]; nothing is changed then.
pub fn move_scene(
    text: &str,
    elements: &[Element],
    scene: usize,
    place: Place,
) -> Result<Option<Moved>, MoveError> {
    let scenes = carried(text, elements);
    let from = scenes.get(scene).cloned().ok_or(MoveError::NoScene)?;
    let to = position(text, elements, &scenes, place).ok_or(MoveError::NoPlace)?;
    if (from.start..=from.end).contains(&to) {
        return Ok(None);
    }
    let end = line_end(text);
    for hole in ["", end] {
        let moved = moved(text, from.clone(), to, hole, end);
        let new = moved.apply(text);
        if reads_the_same(text, elements, &new, &from, to) {
            return Ok(Some(moved));
        }
    }
    Err(MoveError::ReadsOtherwise)
}

fn position(
    text: &str,
    elements: &[Element],
    scenes: &[Range<usize>],
    place: Place,
) -> Option<usize> {
    match place {
        Place::Before(scene) => Some(scenes.get(scene)?.start),
        Place::After(scene) => Some(scenes.get(scene)?.end),
        Place::Under(section) => {
            let is_section = |e: &&Element| matches!(e.kind, ElementKind::Section { .. });
            let mut sections = elements.iter().filter(is_section).skip(section);
            let behind = sections.next()?.range.end;
            let next = sections.next().map_or(text.len(), |e| e.range.start);
            let scene = scenes.iter().map(|s| s.start).find(|&s| s >= behind);
            Some(scene.map_or(next, |scene| scene.min(next)))
        }
    }
}

fn moved(text: &str, from: Range<usize>, to: usize, hole: &str, end: &str) -> Moved {
    let chunk = &text[from.clone()];
    let lead = gap(&text[..to], end);
    let tail = if to < text.len() {
        gap(chunk, end)
    } else {
        String::new()
    };
    let taken = Replacement {
        range: from.clone(),
        text: hole.to_owned(),
    };
    let put = Replacement {
        range: to..to,
        text: format!("{lead}{chunk}{tail}"),
    };
    let (edits, start) = if to < from.start {
        ([put, taken], to + lead.len())
    } else {
        let start = to - chunk.len() + hole.len() + lead.len();
        ([taken, put], start)
    };
    Moved {
        edits,
        to: start..start + chunk.len(),
        from,
    }
}

/// The line ends that are missing for a blank line behind a text.
fn gap(before: &str, end: &str) -> String {
    let without = |text: &str| -> Option<usize> {
        ["\r\n", "\n", "\r"]
            .iter()
            .find_map(|end| text.strip_suffix(end))
            .map(str::len)
    };
    let before = before.trim_start_matches(BYTE_ORDER_MARK);
    if before.is_empty() {
        return String::new();
    }
    match without(before) {
        None => end.repeat(2),
        Some(0) => String::new(),
        Some(line) => match without(&before[..line]) {
            None => end.to_owned(),
            Some(_) => String::new(),
        },
    }
}

/// The line ends of a text.
fn line_end(text: &str) -> &'static str {
    match text.find(['\r', '\n']) {
        Some(at) if text[at..].starts_with("\r\n") => "\r\n",
        _ => "\n",
    }
}

/// Whether the new text has the elements of the old one, those of the moved scene at their new
/// place.
fn reads_the_same(
    text: &str,
    elements: &[Element],
    new: &str,
    from: &Range<usize>,
    to: usize,
) -> bool {
    let (mut before, mut chunk, mut after) = (Vec::new(), Vec::new(), Vec::new());
    for element in elements {
        if element.range.end > from.start && element.range.start < from.end {
            chunk.push(element);
        } else if element.range.end <= to {
            before.push(element);
        } else {
            after.push(element);
        }
    }
    let said = |element: &Element, text: &str| {
        let source = text.get(element.range.clone()).unwrap_or_default();
        let source = source.trim_start_matches(BYTE_ORDER_MARK).trim_end();
        (element.kind, source.to_owned())
    };
    let wanted = before.into_iter().chain(chunk).chain(after);
    let wanted = wanted.filter(|e| e.kind != ElementKind::Blank);
    let found = super::parse(new);
    let found = found.iter().filter(|e| e.kind != ElementKind::Blank);
    wanted
        .map(|e| said(e, text))
        .eq(found.map(|e| said(e, new)))
}

const BYTE_ORDER_MARK: char = '\u{feff}';
