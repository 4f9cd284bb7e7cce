use super::{
    Element, ElementKind, Scene, parse,
    parse::without_extensions,
    source::{Hidden, SourceLine, hidden_spans, source_lines},
};

/// An element's text as it is meant: without its marks, notes, boneyard and scene number, with
/// `\n` between lines. Action keeps its indentation, a note and boneyard keep what is in them.
pub fn content(text: &str, element: &Element) -> String {
    let source = text.get(element.range.clone()).unwrap_or_default();
    match element.kind {
        ElementKind::PageBreak | ElementKind::Blank => String::new(),
        ElementKind::TitlePage => joined(source, |line| line.visible.trim_end().to_owned()),
        ElementKind::Note => inner(source, Hidden::Note),
        ElementKind::Boneyard => inner(source, Hidden::Boneyard),
        ElementKind::Action => joined(source, |line| {
            let indent = line.visible.len() - line.visible.trim_start().len();
            let (indent, rest) = line.visible.split_at(indent);
            format!("{indent}{}", rest.strip_prefix('!').unwrap_or(rest))
        }),
        ElementKind::SceneHeading => joined(source, |line| {
            let text = line.visible.trim();
            let text = text.strip_prefix('.').unwrap_or(text);
            without_number(text).to_owned()
        }),
        ElementKind::Character => joined(source, |line| {
            let text = line.visible.trim();
            let text = text.strip_prefix('@').unwrap_or(text);
            text.strip_suffix('^').unwrap_or(text).trim().to_owned()
        }),
        ElementKind::Transition | ElementKind::Centered => joined(source, |line| {
            let text = line.visible.trim();
            let text = text.strip_prefix('>').unwrap_or(text);
            let centered = element.kind == ElementKind::Centered;
            let text = text.strip_suffix('<').filter(|_| centered).unwrap_or(text);
            text.trim().to_owned()
        }),
        ElementKind::Lyric => stripped(source, &['~']),
        ElementKind::Section { .. } => stripped(source, &['#']),
        ElementKind::Synopsis => stripped(source, &['=']),
        ElementKind::Parenthetical | ElementKind::Dialogue => stripped(source, &[]),
    }
}

/// Each line of an element, with the white space behind the last taken off.
fn joined(source: &str, line: impl Fn(&SourceLine) -> String) -> String {
    let lines: Vec<String> = source_lines(source).iter().map(line).collect();
    let mut text = lines.join("\n");
    text.truncate(text.trim_end().len());
    text
}

fn stripped(source: &str, marks: &[char]) -> String {
    joined(source, |line| {
        line.visible
            .trim()
            .trim_start_matches(marks)
            .trim()
            .to_owned()
    })
}

/// What stands inside the marks.
fn inner(source: &str, kind: Hidden) -> String {
    let inside: Vec<&str> = hidden_spans(source)
        .filter(|(_, found)| *found == kind)
        .map(|(span, _)| source[span.start + 2..span.end - 2].trim())
        .collect();
    inside.join("\n")
}

/// A heading without `#1A-2.#` at its end.
fn without_number(heading: &str) -> &str {
    let Some(rest) = heading.strip_suffix('#') else {
        return heading;
    };
    let Some((text, number)) = rest.rsplit_once('#') else {
        return heading;
    };
    let valid = !number.is_empty()
        && number
            .chars()
            .all(|c| c.is_alphanumeric() || matches!(c, '-' | '.'));
    if valid { text.trim_end() } else { heading }
}

/// The scenes, in order.
pub fn scenes(text: &str) -> Vec<Scene> {
    let mut scenes: Vec<Scene> = Vec::new();
    let mut open = false;
    for element in parse(text) {
        if element.kind == ElementKind::SceneHeading {
            scenes.push(Scene {
                number: scenes.len() + 1,
                heading: content(text, &element),
                synopsis: None,
                range: element.range,
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
                let line = content(text, &element);
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

/// The names in cues, in order of first appearance, without extensions and emphasis. Names that
/// differ in case only are one, as first written.
pub fn characters(text: &str) -> Vec<String> {
    let mut seen = std::collections::HashSet::new();
    parse(text)
        .iter()
        .filter(|element| element.kind == ElementKind::Character)
        .map(|cue| {
            let cue = content(text, cue);
            without_extensions(&cue)
                .replace(['*', '_'], "")
                .trim()
                .to_owned()
        })
        .filter(|name| !name.is_empty() && seen.insert(name.to_lowercase()))
        .collect()
}
