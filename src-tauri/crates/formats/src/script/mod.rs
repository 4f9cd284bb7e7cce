//! A screenplay as a row of blocks: what formats of other programs have in common.
//!
//! [`read`] takes Fountain apart, [`write`] puts it together again in one spelling, the *normal
//! form*: one blank line between blocks, none within a speech or a verse (but for one of two spaces
//! between two parentheticals), marks only where the text would be read as something else without
//! them, title page values of several lines indented by four spaces. Reading the normal form gives the same blocks.

pub mod align;
pub mod inline;
#[cfg(test)]
pub(crate) mod tests;

use std::ops::Range;

use inkstone_manuscript::fountain::{self, Element, ElementKind};

pub use inline::{Piece, Style, plain_text};

/// What a block is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// A value of the title page.
    Title,
    /// Opens a scene.
    Heading,
    /// What is seen and heard; may have several lines.
    Action,
    /// Who speaks.
    Character,
    /// How it is said.
    Parenthetical,
    /// One line of what is said. Empty for a pause inside of a speech.
    Dialogue,
    /// `CUT TO:`
    Transition,
    /// `> text <`
    Centered,
    /// A line that is sung.
    Lyric,
    /// `# Act`, with its depth.
    Section(u8),
    /// `= what happens`
    Synopsis,
    /// Notes and cuts on lines of their own, marks included.
    Hidden,
    /// `===`
    PageBreak,
}

/// A part of a screenplay: a paragraph, or a line of a speech or title page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Block {
    /// What it is.
    pub kind: Kind,
    /// What stands in it, without the marks of its kind.
    pub content: Vec<Piece>,
    /// The key of a title page value, the number of a scene.
    pub label: Option<String>,
    /// For a cue: whether it is spoken at the same time as the speech before it.
    pub dual: bool,
    /// Whether it follows the block before it without a blank line, as the lines of a speech do.
    pub tight: bool,
    /// Where it stands in the text it was read from.
    pub range: Range<usize>,
}

impl Block {
    /// A block that was not read from a text.
    pub fn new(kind: Kind, content: Vec<Piece>) -> Self {
        Self {
            kind,
            content,
            label: None,
            dual: false,
            tight: matches!(kind, Kind::Parenthetical | Kind::Dialogue),
            range: 0..0,
        }
    }

    /// The same without its place: blocks with equal keys are the same.
    pub fn key(&self) -> String {
        let mut key = format!("{:?}|{:?}|{}|", self.kind, self.label, self.dual);
        for piece in &self.content {
            let Style {
                bold,
                italic,
                underline,
            } = piece.style;
            let style = u8::from(bold) | u8::from(italic) << 1 | u8::from(underline) << 2;
            key.push(char::from(b'0' + style + 8 * u8::from(piece.hidden)));
            key.push_str(&piece.text);
            key.push('\u{1f}');
        }
        key
    }
}

/// Reads a screenplay. Blank lines are left out.
pub fn read(text: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut speaking = false;
    let mut lyric_before = false;
    for element in fountain::parse(text) {
        let source = text.get(element.range.clone()).unwrap_or_default();
        let start = blocks.len();
        match element.kind {
            ElementKind::Blank => {
                speaking = false;
                lyric_before = false;
                continue;
            }
            ElementKind::TitlePage => title_page(source, &element, &mut blocks),
            ElementKind::Dialogue => {
                for (range, line) in lines(source) {
                    let mut block = Block::new(Kind::Dialogue, trimmed(inline::read(line)));
                    block.range =
                        element.range.start + range.start..element.range.start + range.end;
                    blocks.push(block);
                }
            }
            _ => blocks.push(single(source, &element)),
        }
        speaking = match element.kind {
            ElementKind::Character => true,
            ElementKind::PageBreak => false,
            ElementKind::Boneyard => speaking && !source.trim_end().contains(['\n', '\r']),
            _ => speaking,
        };
        let lyric = element.kind == ElementKind::Lyric;
        for block in &mut blocks[start..] {
            block.tight = match block.kind {
                Kind::Character | Kind::Title => false,
                Kind::Lyric => speaking || lyric_before,
                _ => speaking,
            };
        }
        lyric_before = lyric;
    }
    without_parting(blocks)
}

/// Leaves out the empty lines that part parentheticals, see [`parts`].
fn without_parting(mut blocks: Vec<Block>) -> Vec<Block> {
    let empty: Vec<bool> = (0..blocks.len())
        .map(|at| {
            let block = &blocks[at];
            let next = blocks.get(at + 1);
            block.kind == Kind::Dialogue
                && block.content.is_empty()
                && next.is_some_and(|next| parts(&blocks[..at], next))
        })
        .collect();
    let mut empty = empty.into_iter();
    blocks.retain(|_| !empty.next().unwrap_or_default());
    blocks
}

/// Whether an empty line has to stand before a block: a parenthetical right behind another would be
/// dialogue.
fn parts(before: &[Block], block: &Block) -> bool {
    let aside = |block: &Block| {
        let text = plain_text(&block.content);
        let text = text.trim();
        block.kind == Kind::Parenthetical
            && text.starts_with(['(', '（'])
            && text.ends_with([')', '）'])
    };
    let mut before = before.iter().rev();
    block.tight
        && aside(block)
        && before
            .find(|before| before.kind != Kind::Hidden)
            .is_some_and(aside)
}

/// The lines of a text, without their ends, and where they stand with them.
pub(crate) fn lines(text: &str) -> impl Iterator<Item = (Range<usize>, &str)> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let rest = text.get(at..).filter(|rest| !rest.is_empty())?;
        let end = rest.find(['\n', '\r']).unwrap_or(rest.len());
        let with_end = match &rest.as_bytes()[end..] {
            [b'\r', b'\n', ..] => end + 2,
            [_, ..] => end + 1,
            [] => end,
        };
        let range = at..at + with_end;
        at = range.end;
        Some((range, &rest[..end]))
    })
}

fn title_page(source: &str, element: &Element, blocks: &mut Vec<Block>) {
    let mut key = String::new();
    let mut valued = true;
    for (range, line) in lines(source) {
        let line = line.trim_start_matches('\u{feff}');
        let range = element.range.start + range.start..element.range.start + range.end;
        let value = if line.starts_with([' ', '\t']) {
            if !valued {
                blocks.pop();
            }
            line
        } else {
            let (name, value) = line.split_once(':').unwrap_or((line, ""));
            key = name.trim().to_owned();
            value
        };
        valued = !value.trim().is_empty() || line.starts_with([' ', '\t']);
        let mut block = Block::new(Kind::Title, inline::read(value.trim()));
        block.label = Some(key.clone());
        block.range = range;
        blocks.push(block);
    }
}

fn single(source: &str, element: &Element) -> Block {
    let (kind, content, label, dual) = match element.kind {
        ElementKind::SceneHeading => heading(source),
        ElementKind::Character => {
            let mut content = trimmed(inline::read(source));
            strip_start(&mut content, "@");
            let dual = strip_end(&mut content, "^");
            (Kind::Character, trimmed(content), None, dual)
        }
        ElementKind::Action => (Kind::Action, action(source), None, false),
        ElementKind::Note | ElementKind::Boneyard => {
            let raw = Piece {
                hidden: true,
                ..Piece::plain(source.trim())
            };
            (Kind::Hidden, vec![raw], None, false)
        }
        ElementKind::PageBreak => (Kind::PageBreak, vec![], None, false),
        kind => {
            let (kind, opening, closing) = match kind {
                ElementKind::Parenthetical => (Kind::Parenthetical, "", ""),
                ElementKind::Transition => (Kind::Transition, ">", ""),
                ElementKind::Centered => (Kind::Centered, ">", "<"),
                ElementKind::Lyric => (Kind::Lyric, "~", ""),
                ElementKind::Section { depth } => (Kind::Section(depth), "#", ""),
                _ => (Kind::Synopsis, "=", ""),
            };
            let mut content = trimmed(inline::read(source));
            let repeated = matches!(kind, Kind::Section(_) | Kind::Synopsis | Kind::Lyric);
            while !opening.is_empty() && strip_start(&mut content, opening) && repeated {}
            if !closing.is_empty() {
                strip_end(&mut content, closing);
            }
            (kind, trimmed(content), None, false)
        }
    };
    let mut block = Block::new(kind, content);
    block.label = label;
    block.dual = dual;
    block.range = element.range.clone();
    block
}

type Parts = (Kind, Vec<Piece>, Option<String>, bool);

fn heading(source: &str) -> Parts {
    let mut content = trimmed(inline::read(source));
    strip_start(&mut content, ".");
    let mut number = None;
    if let Some(last) = content.iter_mut().rfind(|piece| !piece.hidden)
        && let Some((text, found)) = last
            .text
            .trim_end()
            .strip_suffix('#')
            .and_then(|rest| rest.rsplit_once('#'))
        && is_number(found)
    {
        number = Some(found.to_owned());
        last.text = text.to_owned();
    }
    (Kind::Heading, trimmed(content), number, false)
}

/// Whether a scene can have this number.
pub(crate) fn is_number(number: &str) -> bool {
    !number.is_empty()
        && number
            .chars()
            .all(|c| c.is_alphanumeric() || matches!(c, '-' | '.'))
}

fn action(source: &str) -> Vec<Piece> {
    let mut text = String::with_capacity(source.len());
    for (index, (_, line)) in lines(source).enumerate() {
        if index > 0 {
            text.push('\n');
        }
        let line = line.trim_start_matches('\u{feff}');
        let (indent, rest) = line.split_at(line.len() - line.trim_start().len());
        text.push_str(indent);
        text.push_str(rest.strip_prefix('!').unwrap_or(rest));
    }
    let mut content = inline::read(&text);
    trim_end(&mut content);
    content
}

/// Without white space and byte order mark at both ends.
fn trimmed(mut content: Vec<Piece>) -> Vec<Piece> {
    while let Some(first) = content.first_mut() {
        if first.hidden {
            break;
        }
        first.text = first
            .text
            .trim_start_matches(|c: char| c.is_whitespace() || c == '\u{feff}')
            .to_owned();
        if !first.text.is_empty() {
            break;
        }
        content.remove(0);
    }
    trim_end(&mut content);
    content
}

fn trim_end(content: &mut Vec<Piece>) {
    while let Some(last) = content.last_mut() {
        if last.hidden {
            break;
        }
        last.text.truncate(last.text.trim_end().len());
        if !last.text.is_empty() {
            break;
        }
        content.pop();
    }
}

fn strip_start(content: &mut Vec<Piece>, mark: &str) -> bool {
    let Some(first) = content.iter_mut().find(|piece| !piece.hidden) else {
        return false;
    };
    match first.text.trim_start().strip_prefix(mark) {
        Some(rest) => {
            first.text = rest.trim_start().to_owned();
            content.retain(|piece| !piece.text.is_empty());
            true
        }
        None => false,
    }
}

fn strip_end(content: &mut Vec<Piece>, mark: &str) -> bool {
    let Some(last) = content.iter_mut().rfind(|piece| !piece.hidden) else {
        return false;
    };
    match last.text.trim_end().strip_suffix(mark) {
        Some(rest) => {
            last.text = rest.trim_end().to_owned();
            content.retain(|piece| !piece.text.is_empty());
            true
        }
        None => false,
    }
}

/// Fountain, and where each block stands in it (an empty range for one that leaves no trace).
pub struct Written {
    /// The text.
    pub text: String,
    /// The place of each block.
    pub places: Vec<Range<usize>>,
}

/// Writes blocks as Fountain, in the normal form.
pub fn write(blocks: &[Block]) -> Written {
    let mut text = String::new();
    let mut places = Vec::with_capacity(blocks.len());
    let mut before: Option<&Block> = None;
    for (index, block) in blocks.iter().enumerate() {
        let mut after = blocks[index + 1..].iter();
        let next = match block.kind {
            // A value without words leaves no trace, so it does not count as another one.
            Kind::Title => after.find(|next| {
                next.kind != Kind::Title
                    || next.label != block.label
                    || !inline::write(&next.content).trim().is_empty()
            }),
            _ => after.next(),
        };
        let followed = next.is_some_and(|next| next.tight);
        let spelled = match block.kind {
            Kind::Title => title_value(block, before, next),
            _ => spell(block, text.is_empty(), followed),
        };
        if spelled.is_empty() {
            places.push(text.len()..text.len());
            continue;
        }
        if !text.is_empty() {
            let joined = match (before.map(|b| b.kind), block.kind) {
                (Some(Kind::Title), Kind::Title) => true,
                (Some(Kind::Title), _) => false,
                _ => block.tight,
            };
            text.push_str(match joined {
                true if parts(&blocks[..index], block) => "\n  \n",
                true => "\n",
                false => "\n\n",
            });
        }
        let start = text.len();
        text.push_str(&spelled);
        places.push(start..text.len());
        before = Some(block);
    }
    if !text.is_empty() {
        text.push('\n');
    }
    Written { text, places }
}

fn title_value(block: &Block, before: Option<&Block>, next: Option<&Block>) -> String {
    let key = block.label.as_deref().unwrap_or("Notes");
    let value = inline::write(&one_line(&block.content));
    let same = |other: Option<&Block>| {
        other.is_some_and(|other| other.kind == Kind::Title && other.label == block.label)
    };
    match (same(before), same(next)) {
        (true, _) if value.trim().is_empty() => String::new(),
        (true, _) => format!("    {value}"),
        (false, true) => format!("{key}:\n    {value}"),
        (false, false) => format!("{key}: {value}").trim_end().to_owned(),
    }
}

/// Line ends become spaces.
fn one_line(content: &[Piece]) -> Vec<Piece> {
    content
        .iter()
        .map(|piece| {
            if piece.hidden {
                piece.clone()
            } else {
                Piece {
                    text: piece.text.replace(['\n', '\r'], " "),
                    ..piece.clone()
                }
            }
        })
        .collect()
}

/// A block in the shortest spelling that is read as it is meant.
fn spell(block: &Block, first: bool, followed: bool) -> String {
    if block.kind == Kind::PageBreak {
        return "===".to_owned();
    }
    if block.kind == Kind::Hidden {
        return plain_raw(&block.content).trim().to_owned();
    }
    let text = match block.kind {
        Kind::Action => match paragraphs(&block.content).as_slice() {
            [] => String::new(),
            [one] => inline::write(one),
            several => {
                let last = several.len() - 1;
                let spelled = several.iter().enumerate().map(|(index, paragraph)| {
                    let block = Block::new(Kind::Action, paragraph.clone());
                    spell(&block, first && index == 0, followed && index == last)
                });
                return spelled.collect::<Vec<_>>().join("\n\n");
            }
        },
        _ => inline::write(&one_line(&block.content)),
    };
    let text = match block.kind {
        Kind::Action => text.trim_end().to_owned(),
        _ => text.trim().to_owned(),
    };
    if text.trim().is_empty() {
        let pause = block.kind == Kind::Dialogue && block.tight;
        return if pause {
            "  ".to_owned()
        } else {
            String::new()
        };
    }
    let candidates: Vec<String> = match block.kind {
        Kind::Heading => {
            let number = match block.label.as_deref().filter(|number| is_number(number)) {
                Some(number) => format!(" #{number}#"),
                None => String::new(),
            };
            vec![format!("{text}{number}"), format!(".{text}{number}")]
        }
        Kind::Character => {
            let dual = if block.dual { " ^" } else { "" };
            vec![format!("{text}{dual}"), format!("@{text}{dual}")]
        }
        Kind::Transition => vec![text.clone(), format!("> {text}")],
        Kind::Centered => return format!("> {text} <"),
        Kind::Lyric => return format!("~{text}"),
        Kind::Section(depth) => {
            return format!("{} {text}", "#".repeat(usize::from(depth.max(1))));
        }
        Kind::Synopsis => return format!("= {text}"),
        // Inside of a speech nothing can be forced.
        Kind::Dialogue | Kind::Parenthetical if block.tight => return text,
        _ => vec![],
    };
    for candidate in &candidates {
        if reads_as(candidate, block, first, followed) {
            return candidate.clone();
        }
    }
    // What can't be said is said as action.
    let plain = Block::new(Kind::Action, block.content.clone());
    let forced = |all: bool| -> String {
        let lines: Vec<String> = text
            .split('\n')
            .enumerate()
            .map(|(index, line)| {
                if line.trim().is_empty() || !(all || index == 0) {
                    return line.to_owned();
                }
                let (indent, rest) = line.split_at(line.len() - line.trim_start().len());
                format!("{indent}!{rest}")
            })
            .collect();
        lines.join("\n")
    };
    for candidate in [text.clone(), forced(false)] {
        if reads_as(&candidate, &plain, first, followed) {
            return candidate;
        }
    }
    forced(true)
}

/// What stands between lines of nothing but white space: in Fountain any of them parts paragraphs,
/// once they are read again.
fn paragraphs(content: &[Piece]) -> Vec<Vec<Piece>> {
    let mut lines: Vec<Vec<Piece>> = vec![Vec::new()];
    for piece in content {
        let parts = if piece.hidden {
            vec![piece.text.as_str()]
        } else {
            piece.text.split('\n').collect()
        };
        for (index, text) in parts.into_iter().enumerate() {
            if index > 0 {
                lines.push(Vec::new());
            }
            if let (false, Some(line)) = (text.is_empty(), lines.last_mut()) {
                line.push(Piece {
                    text: text.to_owned(),
                    ..piece.clone()
                });
            }
        }
    }
    let idle = |line: &[Piece]| {
        line.iter()
            .all(|piece| !piece.hidden && piece.text.trim().is_empty())
    };
    lines
        .chunk_by(|a, b| idle(a) == idle(b))
        .filter(|lines| !idle(&lines[0]))
        .map(|lines| lines.join(&Piece::plain("\n")))
        .collect()
}

fn plain_raw(content: &[Piece]) -> String {
    content.iter().map(|piece| piece.text.as_str()).collect()
}

fn reads_as(candidate: &str, block: &Block, first: bool, followed: bool) -> bool {
    let before = if first { "" } else { "\n" };
    let after = if followed { "\nx\n" } else { "\n\n" };
    let found = read(&format!("{before}{candidate}{after}"));
    // The cue's answer.
    let own = if followed { 1 } else { found.len() };
    let found = &found[..own.min(found.len())];
    let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let joined: Vec<String> = found.iter().map(|b| plain_raw(&b.content)).collect();
    !found.is_empty()
        && (found.len() == 1 || block.kind == Kind::Action)
        && found.iter().all(|found| {
            found.kind == block.kind && found.label == block.label && found.dual == block.dual
        })
        && words(&joined.join(" ")) == words(&plain_raw(&block.content))
}
