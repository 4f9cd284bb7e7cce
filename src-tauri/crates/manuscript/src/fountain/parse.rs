use std::ops::Range;

use super::{
    Element, ElementKind,
    source::{Hidden, SourceLine, SourceLines, holds_on},
};

/// Parses any text. The elements' ranges tile it: joined they give the text back.
pub fn parse(text: &str) -> Vec<Element> {
    let mut elements = Vec::with_capacity(text.len() / 32 + 1);
    let mut parser = Parser::new(text, 0);
    while let Some((kind, range)) = parser.next() {
        push(&mut elements, kind, range);
    }
    elements
}

/// Adds a line: lines of one paragraph, one speech or one gap are one element.
pub(super) fn push(elements: &mut Vec<Element>, kind: ElementKind, range: Range<usize>) {
    let joins = matches!(
        kind,
        ElementKind::Action | ElementKind::Dialogue | ElementKind::Blank
    );
    match elements.last_mut() {
        Some(last) if joins && last.kind == kind => last.range.end = range.end,
        _ => elements.push(Element { kind, range }),
    }
}

/// Says line by line what each is.
pub(super) struct Parser<'a> {
    lines: SourceLines<'a>,
    ahead: Option<SourceLine<'a>>,
    /// The last element of a speech that is still open.
    speech: Option<ElementKind>,
    /// Whether a blank line, or what counts as one, is just behind.
    free: bool,
    /// The title page, if it is still to come.
    title: Option<Range<usize>>,
}

impl<'a> Parser<'a> {
    /// Begins at the top, or behind a blank line.
    pub fn new(text: &'a str, at: usize) -> Self {
        let mut lines = SourceLines::new(text, at..text.len());
        let mut ahead = lines.next();
        let mut title = None;
        if let Some(first) = ahead.take_if(|_| at == 0) {
            let second = lines.next();
            if opens_title_page(&first, second.as_ref()) {
                let mut end = first.range.end;
                ahead = second;
                while let Some(entry) = ahead.take_if(|line| continues_title_page(line)) {
                    end = entry.range.end;
                    ahead = lines.next();
                }
                title = Some(0..end);
            } else {
                // Both are needed again, in order.
                lines = SourceLines::new(text, 0..text.len());
                ahead = lines.next();
            }
        }
        Self {
            lines,
            ahead,
            speech: None,
            free: true,
            title,
        }
    }

    /// The first `/*` read so far that nothing closes.
    pub fn unclosed(&self) -> Option<usize> {
        self.lines.unclosed()
    }

    /// The next line, or the whole title page: what it is and where it stands.
    pub fn next(&mut self) -> Option<(ElementKind, Range<usize>)> {
        if let Some(title) = self.title.take() {
            return Some((ElementKind::TitlePage, title));
        }
        let line = self.ahead.take()?;
        self.ahead = self.lines.next();
        let kind = match self.speech {
            Some(last) => spoken(&line, last),
            None => unspoken(&line, self.ahead.as_ref(), self.free),
        };
        self.speech = match kind {
            ElementKind::Blank | ElementKind::PageBreak => None,
            ElementKind::Boneyard if line.joined => None,
            ElementKind::Note | ElementKind::Boneyard => self.speech,
            ElementKind::Character => Some(kind),
            _ => self.speech.map(|_| kind),
        };
        self.free = matches!(
            kind,
            ElementKind::Blank
                | ElementKind::SceneHeading
                | ElementKind::Section { .. }
                | ElementKind::Synopsis
                | ElementKind::Note
                | ElementKind::Boneyard
                | ElementKind::PageBreak
        );
        Some((kind, line.range))
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

pub(super) fn is_page_break(text: &str) -> bool {
    text.len() >= 3 && text.bytes().all(|b| b == b'=')
}

/// `.` before a letter or digit: `...where` and `. NOT A HEADING` are action.
pub(super) fn is_forced_heading(text: &str) -> bool {
    text.strip_prefix('.')
        .is_some_and(|rest| rest.starts_with(char::is_alphanumeric))
}

/// `INT`, `EXT`, `EST`, `INT./EXT`, `INT/EXT` or `I/E` in any case, then a dot or a space.
pub(super) fn is_heading(text: &str) -> bool {
    if !text.starts_with(['I', 'i', 'E', 'e']) {
        return false;
    }
    ["INT/EXT", "I/E", "INT", "EXT", "EST"]
        .into_iter()
        .any(|opening| {
            let (start, rest) = text.split_at_checked(opening.len()).unwrap_or_default();
            start.eq_ignore_ascii_case(opening) && rest.starts_with(['.', ' '])
        })
}

/// Capitals that end in `TO:` with nothing behind, not even a space.
pub(super) fn is_transition(visible: &str) -> bool {
    visible.ends_with("TO:") && is_upper(visible)
}

/// A name in capitals, perhaps with extensions (in any case) and `^`.
pub(super) fn is_cue(text: &str) -> bool {
    let name = without_extensions(text.strip_suffix('^').unwrap_or(text).trim_end());
    is_upper(name) && !name.contains('^') && !is_heading(text) && !text.ends_with("TO:")
}

/// A cue's name without what stands in parentheses behind it.
pub(super) fn without_extensions(mut name: &str) -> &str {
    while name.ends_with([')', '）']) {
        let mut depth = 0_usize;
        let open = name.char_indices().rev().find(|&(_, c)| {
            match c {
                ')' | '）' => depth += 1,
                '(' | '（' => depth -= 1,
                _ => {}
            }
            depth == 0
        });
        let Some((open, _)) = open else {
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

/// Whether a line belongs to the title page that the lines above it make.
fn continues_title_page(line: &SourceLine) -> bool {
    !line.is_empty() && (line.visible.starts_with([' ', '\t']) || key(line).is_some())
}

pub(super) fn opens_title_page(line: &SourceLine, next: Option<&SourceLine>) -> bool {
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
pub(super) fn key<'a>(line: &'a SourceLine) -> Option<(&'a str, &'a str)> {
    let (key, value) = line.visible.split_once(':')?;
    (!key.is_empty() && !key.starts_with(char::is_whitespace)).then_some((key.trim_end(), value))
}
