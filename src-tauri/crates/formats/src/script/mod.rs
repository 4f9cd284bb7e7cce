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
            ElementKind::TitlePage => title_page(text, &element, &mut blocks),
            ElementKind::Dialogue => {
                let lines = fountain::lines(text, &element);
                for (index, line) in lines.iter().enumerate() {
                    let mut block =
                        Block::new(Kind::Dialogue, trimmed(inline::of_line(text, line)));
                    let end = lines.get(index + 1).map(|next| next.range.start);
                    block.range = line.range.start..end.unwrap_or(element.range.end);
                    blocks.push(block);
                }
            }
            _ => blocks.push(single(text, &element)),
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

fn title_page(text: &str, element: &Element, blocks: &mut Vec<Block>) {
    for entry in fountain::title_entries(text, element) {
        let value = |content, range| {
            let mut block = Block::new(Kind::Title, content);
            block.label = Some(fountain::parted(&entry.key.text));
            block.range = range;
            block
        };
        if entry.values.is_empty() {
            blocks.push(value(vec![], entry.key.range.clone()));
        }
        for line in &entry.values {
            let content = trimmed(inline::of_line(text, line));
            blocks.push(value(content, line.range.clone()));
        }
    }
}

fn single(text: &str, element: &Element) -> Block {
    let content = |trim: fn(Vec<Piece>) -> Vec<Piece>| {
        let lines = fountain::lines(text, element);
        trim(inline::joined(
            lines.iter().map(|line| inline::of_line(text, line)),
        ))
    };
    let (kind, content) = match element.kind {
        ElementKind::Note | ElementKind::Boneyard => {
            let source = text.get(element.range.clone()).unwrap_or_default();
            let raw = Piece {
                hidden: true,
                ..Piece::plain(source.trim())
            };
            (Kind::Hidden, vec![raw])
        }
        ElementKind::PageBreak => (Kind::PageBreak, vec![]),
        ElementKind::SceneHeading => (Kind::Heading, content(trimmed)),
        ElementKind::Character => (Kind::Character, content(trimmed)),
        ElementKind::Parenthetical => (Kind::Parenthetical, content(trimmed)),
        ElementKind::Transition => (Kind::Transition, content(trimmed)),
        ElementKind::Centered => (Kind::Centered, content(trimmed)),
        ElementKind::Lyric => (Kind::Lyric, content(trimmed)),
        ElementKind::Section { depth } => (Kind::Section(depth), content(trimmed)),
        ElementKind::Synopsis => (Kind::Synopsis, content(trimmed)),
        _ => (Kind::Action, content(trimmed_end)),
    };
    let mut block = Block::new(kind, content);
    block.label = fountain::scene_number(text, element);
    block.dual = fountain::cue(text, element).is_some_and(|cue| cue.dual);
    block.range = element.range.clone();
    block
}

/// Whether a scene can have this number.
pub(crate) fn is_number(number: &str) -> bool {
    !number.is_empty()
        && number
            .chars()
            .all(|c| c.is_alphanumeric() || matches!(c, '-' | '.'))
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
    trimmed_end(content)
}

/// Without white space at the end.
fn trimmed_end(mut content: Vec<Piece>) -> Vec<Piece> {
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
    content
}

/// With a mark before the first letter that shows; notes may stand before it.
fn with_mark(content: &[Piece], mark: &str) -> String {
    let mut content = one_line(content);
    let first = content
        .iter_mut()
        .find(|piece| !piece.hidden && !piece.text.trim().is_empty());
    if let Some(first) = first {
        let indent = first.text.len() - first.text.trim_start().len();
        first.text.insert_str(indent, mark);
    }
    inline::write(&content).trim().to_owned()
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
        // A pause alone makes no cue of the line above it.
        let pause = |next: &Block| next.kind == Kind::Dialogue && next.content.is_empty();
        let opens = block.kind == Kind::Character;
        let followed = next.is_some_and(|next| next.tight && !(opens && pause(next)));
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
    let content = one_line(&block.content);
    let value = inline::write(&content);
    let indented = || inline::write(&behind_words(content.clone()));
    // A line of notes alone would end the title page.
    let hidden = content.iter().all(|piece| piece.hidden) && !content.is_empty();
    let same = |other: Option<&Block>| {
        other.is_some_and(|other| other.kind == Kind::Title && other.label == block.label)
    };
    match (same(before), same(next)) {
        _ if hidden => format!("{key}: {value}"),
        (true, _) | (_, true) if value.trim().is_empty() => String::new(),
        (true, _) => format!("    {}", indented()),
        (false, true) => format!("{key}:\n    {}", indented()),
        (false, false) => format!("{key}: {value}").trim_end().to_owned(),
    }
}

/// With what is hidden at the beginning behind the first words: an indentation counts only before words.
fn behind_words(mut content: Vec<Piece>) -> Vec<Piece> {
    let first = content.iter().position(|piece| !piece.hidden);
    if let Some(first) = first.filter(|first| *first > 0) {
        let words = content.remove(first);
        content.insert(0, words);
    }
    trimmed(content)
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
    let mut content = block.content.clone();
    if block.kind == Kind::Action {
        match paragraphs(&content).as_slice() {
            [] => return String::new(),
            [one] => content = one.clone(),
            several => {
                let last = several.len() - 1;
                let spelled = several.iter().enumerate().map(|(index, paragraph)| {
                    let block = Block::new(Kind::Action, paragraph.clone());
                    spell(&block, first && index == 0, followed && index == last)
                });
                return spelled.collect::<Vec<_>>().join("\n\n");
            }
        }
    }
    let text = match block.kind {
        Kind::Action => inline::write(&content).trim_end().to_owned(),
        _ => inline::write(&one_line(&content)).trim().to_owned(),
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
            vec![
                format!("{text}{number}"),
                format!(".{text}{number}"),
                format!("{}{number}", with_mark(&content, ".")),
            ]
        }
        Kind::Character => {
            let dual = match block.dual {
                true => " ^",
                // A caret of the name's own: there is no escape for it.
                false if text.trim_end().ends_with('^') => "\u{2060}",
                false => "",
            };
            vec![format!("{text}{dual}"), format!("@{text}{dual}")]
        }
        Kind::Transition => vec![text.clone(), format!("> {text}")],
        Kind::Centered => return format!("> {text} <"),
        // Of two marks in a row neither is sung.
        Kind::Lyric if text.starts_with('~') => return format!("~ {text}"),
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
    let plain = Block::new(Kind::Action, content.clone());
    let lines = inline::lines(&content);
    let forced = |all: bool| -> String {
        let lines: Vec<String> = lines
            .iter()
            .enumerate()
            .map(|(index, line)| {
                let line = inline::write(line);
                let marked = (all || index == 0) && !line.trim().is_empty();
                format!("{}{line}", if marked { "!" } else { "" })
            })
            .collect();
        lines.join("\n").trim_end().to_owned()
    };
    let candidates = [text.clone(), forced(false), forced(true)];
    let fits = |candidate: &&String| reads_as(candidate, &plain, first, followed);
    // Rather with its indentation.
    let exact = |candidate: &&String| {
        let blocks = read(&format!("{}{candidate}\n\n", if first { "" } else { "\n" }));
        let [found] = blocks.as_slice() else {
            return false;
        };
        unjoined(&plain_raw(&found.content)) == unjoined(plain_raw(&content).trim_end())
    };
    let found = candidates
        .iter()
        .find(|candidate| fits(candidate) && exact(candidate))
        .or_else(|| candidates.iter().find(fits));
    found.unwrap_or(&candidates[2]).clone()
}

/// What stands between lines of nothing but white space: in Fountain any of them parts paragraphs,
/// once they are read again.
fn paragraphs(content: &[Piece]) -> Vec<Vec<Piece>> {
    let idle = |line: &[Piece]| {
        line.iter()
            .all(|piece| !piece.hidden && piece.text.trim().is_empty())
    };
    inline::lines(content)
        .chunk_by(|a, b| idle(a) == idle(b))
        .filter(|lines| !idle(&lines[0]))
        .map(|lines| lines.join(&Piece::plain("\n")))
        .collect()
}

/// Without the word joiners that part what there is no escape for.
fn unjoined(text: &str) -> String {
    text.replace('\u{2060}', "")
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
    let words = |text: &str| {
        unjoined(text)
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" ")
    };
    let joined: Vec<String> = found.iter().map(|b| plain_raw(&b.content)).collect();
    !found.is_empty()
        && (found.len() == 1 || block.kind == Kind::Action)
        && found.iter().all(|found| {
            found.kind == block.kind && found.label == block.label && found.dual == block.dual
        })
        && words(&joined.join(" ")) == words(&plain_raw(&block.content))
}
