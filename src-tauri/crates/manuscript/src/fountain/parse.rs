use std::ops::Range;

use super::{
    Element, ElementKind,
    source::{Hidden, SourceLine, holds_on, source_lines},
};

/// Parses any text. The elements' ranges tile it: joined they give the text back.
pub fn parse(text: &str) -> Vec<Element> {
    let lines = source_lines(text);
    let mut elements = Elements::default();
    let title_page = title_page(&lines);
    if let (true, Some(last)) = (title_page > 0, lines.get(title_page.saturating_sub(1))) {
        elements.found.push(Element {
            kind: ElementKind::TitlePage,
            range: 0..last.range.end,
        });
    }
    // The last element of a speech that is still open.
    let mut speech = None;
    // Whether a blank line, or what counts as one, is just behind.
    let mut free = true;
    for (index, line) in lines.iter().enumerate().skip(title_page) {
        let next = lines.get(index + 1);
        let kind = match speech {
            Some(last) => spoken(line, last),
            None => unspoken(line, next, free),
        };
        speech = match kind {
            ElementKind::Blank | ElementKind::PageBreak => None,
            ElementKind::Boneyard if line.joined => None,
            ElementKind::Note | ElementKind::Boneyard => speech,
            ElementKind::Character => Some(kind),
            _ => speech.map(|_| kind),
        };
        free = matches!(
            kind,
            ElementKind::Blank
                | ElementKind::SceneHeading
                | ElementKind::Section { .. }
                | ElementKind::Synopsis
                | ElementKind::Note
                | ElementKind::Boneyard
                | ElementKind::PageBreak
        );
        elements.push(kind, &line.range);
    }
    elements.found
}

#[derive(Default)]
struct Elements {
    found: Vec<Element>,
}

impl Elements {
    /// Adds a line: lines of one paragraph, one speech or one gap are one element.
    fn push(&mut self, kind: ElementKind, range: &Range<usize>) {
        let joins = matches!(
            kind,
            ElementKind::Action | ElementKind::Dialogue | ElementKind::Blank
        );
        match self.found.last_mut() {
            Some(last) if joins && last.kind == kind => last.range.end = range.end,
            _ => self.found.push(Element {
                kind,
                range: range.clone(),
            }),
        }
    }
}

/// A line inside a speech, after an element of kind `last`.
fn spoken(line: &SourceLine, last: ElementKind) -> ElementKind {
    if let Some(hidden) = hidden_kind(line) {
        return hidden;
    }
    let text = line.visible.trim();
    if text.is_empty() {
        return if holds_on(&line.visible) {
            ElementKind::Dialogue
        } else {
            ElementKind::Blank
        };
    }
    if is_page_break(text) {
        ElementKind::PageBreak
    } else if text.starts_with('~') {
        ElementKind::Lyric
    } else if last != ElementKind::Parenthetical
        && ((text.starts_with('(') && text.ends_with(')'))
            || (text.starts_with('（') && text.ends_with('）')))
    {
        ElementKind::Parenthetical
    } else {
        ElementKind::Dialogue
    }
}

/// A line outside of any speech.
fn unspoken(line: &SourceLine, next: Option<&SourceLine>, free: bool) -> ElementKind {
    if let Some(hidden) = hidden_kind(line) {
        return hidden;
    }
    let text = line.visible.trim();
    let Some(first) = text.chars().next() else {
        return ElementKind::Blank;
    };
    match first {
        '!' => return ElementKind::Action,
        '~' => return ElementKind::Lyric,
        '>' if text.len() > 1 && text.ends_with('<') => return ElementKind::Centered,
        '>' => return ElementKind::Transition,
        '#' => {
            let depth = text.bytes().take_while(|&b| b == b'#').count();
            return ElementKind::Section {
                depth: u8::try_from(depth).unwrap_or(u8::MAX),
            };
        }
        '=' if is_page_break(text) => return ElementKind::PageBreak,
        '=' => return ElementKind::Synopsis,
        _ => {}
    }
    if !free {
        return ElementKind::Action;
    }
    let closed = next.is_none_or(counts_as_blank);
    if is_forced_heading(text) || (closed && is_heading(text)) {
        ElementKind::SceneHeading
    } else if closed && is_transition(&line.visible) {
        ElementKind::Transition
    } else if (first == '@' && text.len() > 1)
        || (next.is_some_and(|next| !separates(next)) && is_cue(text))
    {
        ElementKind::Character
    } else {
        ElementKind::Action
    }
}

fn hidden_kind(line: &SourceLine) -> Option<ElementKind> {
    line.is_hidden().then_some(match line.hidden {
        Hidden::Note => ElementKind::Note,
        Hidden::Nothing | Hidden::Boneyard => ElementKind::Boneyard,
    })
}

/// Whether a line is blank for the line before it: empty, or nothing of it prints.
fn counts_as_blank(line: &SourceLine) -> bool {
    line.is_empty() || line.visible.trim_start().starts_with(['#', '='])
}

/// Whether a line ends the speech before it.
fn separates(line: &SourceLine) -> bool {
    line.is_blank() || (line.is_hidden() && line.hidden == Hidden::Boneyard && line.joined)
}

fn is_page_break(text: &str) -> bool {
    text.len() >= 3 && text.bytes().all(|b| b == b'=')
}

/// `.` before a letter or digit: `...where` and `. NOT A HEADING` are action.
fn is_forced_heading(text: &str) -> bool {
    text.strip_prefix('.')
        .is_some_and(|rest| rest.starts_with(char::is_alphanumeric))
}

/// `INT`, `EXT`, `EST`, `INT./EXT`, `INT/EXT` or `I/E` in any case, then a dot or a space.
fn is_heading(text: &str) -> bool {
    ["INT/EXT", "I/E", "INT", "EXT", "EST"]
        .into_iter()
        .any(|opening| {
            let (start, rest) = text.split_at_checked(opening.len()).unwrap_or_default();
            start.eq_ignore_ascii_case(opening) && rest.starts_with(['.', ' '])
        })
}

/// Capitals that end in `TO:` with nothing behind, not even a space.
fn is_transition(visible: &str) -> bool {
    visible.ends_with("TO:") && is_upper(visible)
}

/// A name in capitals, perhaps with extensions (in any case) and `^`.
fn is_cue(text: &str) -> bool {
    let name = without_extensions(text.strip_suffix('^').unwrap_or(text).trim_end());
    is_upper(name) && !name.contains('^') && !is_heading(text) && !text.ends_with("TO:")
}

/// A cue's name without what stands in parentheses behind it.
pub(super) fn without_extensions(mut name: &str) -> &str {
    while name.ends_with([')', '）']) {
        let Some(open) = name.rfind(['(', '（']) else {
            break;
        };
        name = name[..open].trim_end();
    }
    name
}

/// Whether the letters are capitals, with at least one among them. Letters of scripts without
/// capitals (Han, kana, Arabic ...) are none, modifier letters such as an apostrophe don't count.
fn is_upper(text: &str) -> bool {
    let mut any = false;
    for c in text.chars() {
        if c.is_uppercase() {
            any = true;
        } else if c.is_lowercase()
            || (c.is_alphabetic() && !matches!(c, '\u{2b0}'..='\u{2ff}' | '\u{345}'))
        {
            return false;
        }
    }
    any
}

/// Keys that open a title page even before they have a value.
const TITLE_KEYS: [&str; 14] = [
    "title",
    "credit",
    "author",
    "authors",
    "source",
    "draft",
    "draft date",
    "date",
    "contact",
    "copyright",
    "notes",
    "revision",
    "format",
    "episode",
];

/// How many lines at the top are the title page.
fn title_page(lines: &[SourceLine]) -> usize {
    if !lines
        .first()
        .is_some_and(|first| opens_title_page(first, lines.get(1)))
    {
        return 0;
    }
    let rest = &lines[1..];
    1 + rest
        .iter()
        .take_while(|line| {
            !line.is_empty() && (line.visible.starts_with([' ', '\t']) || key(line).is_some())
        })
        .count()
}

fn opens_title_page(line: &SourceLine, next: Option<&SourceLine>) -> bool {
    let Some((key, value)) = key(line) else {
        return false;
    };
    if TITLE_KEYS
        .iter()
        .any(|known| key.eq_ignore_ascii_case(known))
    {
        return true;
    }
    let has_value = !value.trim().is_empty()
        || next.is_some_and(|next| !next.is_empty() && next.visible.starts_with([' ', '\t']));
    let phrase = key.split_whitespace().count() > 3
        || key.contains(['.', ',', '!', '?', ';', '"', '“', '(', '。', '，'])
        || key.starts_with(['@', '>', '~', '#', '='])
        || is_heading(key);
    let camera = is_upper(key) && [" IN", " OUT", " TO"].iter().any(|end| key.ends_with(end));
    has_value && !phrase && !camera
}

/// `Key: value` from the margin.
fn key<'a>(line: &'a SourceLine) -> Option<(&'a str, &'a str)> {
    let (key, value) = line.visible.split_once(':')?;
    (!key.is_empty() && !key.starts_with(char::is_whitespace)).then_some((key.trim_end(), value))
}
