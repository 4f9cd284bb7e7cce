//! Fountain from elements: text that our own editing and imports make.

use std::ops::Range;

use super::{
    Element, ElementKind, RunKind, Style,
    cue::ends_speech,
    heading::is_number,
    inline::lines,
    parse::{key, opens_title_page, parse},
    read::{meant, scene_number, within},
    source::{SourceLine, SourceLines, holds_on},
};

/// An element with its text, apart from any document.
///
/// Texts are Fountain inside their line: emphasis by its marks (see [`marked`]), notes and boneyard
/// in place, lines parted by `\n`. What makes the element one (`.`, `@`, `>`, blank lines) is not in
/// them: [`write`] puts it there where it is needed.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Block {
    /// Keys with the lines of their values; at the top only.
    TitlePage(Vec<(String, Vec<String>)>),
    /// A heading. One that does not begin like `INT.` must begin with a letter or digit; another
    /// becomes action.
    Heading {
        /// Without scene number.
        text: String,
        /// Letters, digits, `-` and `.`.
        number: Option<String>,
    },
    /// A paragraph.
    Action(String),
    /// Who speaks; what is said follows.
    Cue {
        /// With extensions: `MARA (V.O.)`.
        text: String,
        /// Beside the speech before it.
        dual: bool,
    },
    /// With its parentheses. Between two in a row an empty line keeps the second from being said.
    Parenthetical(String),
    /// What is said; an empty line in it is kept.
    Dialogue(String),
    /// A sung line.
    Lyric {
        /// What is sung.
        text: String,
        /// Whether it belongs to the speech before it.
        spoken: bool,
    },
    /// `CUT TO:`
    Transition(String),
    /// A centred line.
    Centered(String),
    /// `# Act`
    Section {
        /// From 1.
        depth: u8,
        /// Its name.
        text: String,
    },
    /// What happens.
    Synopsis(String),
    /// A note of its own.
    Note(String),
    /// A part that is cut.
    Boneyard(String),
    /// A forced page break.
    PageBreak,
}

impl Block {
    fn is_spoken(&self) -> bool {
        matches!(
            self,
            Self::Parenthetical(_) | Self::Dialogue(_) | Self::Lyric { spoken: true, .. }
        )
    }

    fn is_hidden(&self) -> bool {
        matches!(self, Self::Note(_) | Self::Boneyard(_))
    }
}

/// The blocks of a text; blank lines are left out. [`write`] makes the same blocks of them again.
pub fn blocks(text: &str) -> Vec<Block> {
    let elements = parse(text);
    let mut spoken = false;
    elements
        .iter()
        .flat_map(|element| {
            spoken = match element.kind {
                ElementKind::Character => true,
                ElementKind::Parenthetical
                | ElementKind::Dialogue
                | ElementKind::Lyric
                | ElementKind::Note => spoken,
                ElementKind::Boneyard => spoken && !ends_speech(text, element),
                _ => false,
            };
            let made = block(text, element, spoken);
            made.into_iter().flat_map(paragraphs)
        })
        .collect()
}

/// A `!` alone in a paragraph is an empty line.
fn paragraphs(block: Block) -> Vec<Block> {
    let Block::Action(text) = &block else {
        return vec![block];
    };
    let lines = lines_of(text);
    let parts = lines.chunk_by(|a, b| !a.trim().is_empty() && !b.trim().is_empty());
    parts.map(|lines| Block::Action(lines.join("\n"))).collect()
}

fn block(text: &str, element: &Element, spoken: bool) -> Option<Block> {
    let said = || written(text, element);
    Some(match element.kind {
        ElementKind::Blank => return None,
        ElementKind::TitlePage => Block::TitlePage(title_page_of(text, element)),
        ElementKind::SceneHeading => Block::Heading {
            text: said(),
            // One in the words of a Chinese heading is part of them.
            number: scene_number(text, element),
        },
        ElementKind::Action => Block::Action(said()),
        ElementKind::Character => Block::Cue {
            text: said(),
            dual: super::cue(text, element).is_some_and(|cue| cue.dual),
        },
        ElementKind::Parenthetical => Block::Parenthetical(said()),
        ElementKind::Dialogue => {
            let said = said();
            if said.trim().is_empty() {
                return None;
            }
            Block::Dialogue(said)
        }
        ElementKind::Lyric => Block::Lyric {
            text: said(),
            spoken,
        },
        ElementKind::Transition => Block::Transition(said()),
        ElementKind::Centered => Block::Centered(said()),
        ElementKind::Section { depth } => Block::Section {
            depth,
            text: said(),
        },
        ElementKind::Synopsis => Block::Synopsis(said()),
        // One that is empty, between two others, would be an empty line in one of them.
        ElementKind::Note => Block::Note(held_together(&hidden(text, element))),
        ElementKind::Boneyard => Block::Boneyard(hidden(text, element)),
        ElementKind::PageBreak => Block::PageBreak,
    })
}

/// What an element says, for comparing; only of one that is not blank.
pub(super) fn block_of(text: &str, element: &Element) -> Block {
    let empty = || Block::Action(String::new());
    block(text, element, false).unwrap_or_else(empty)
}

/// A key of a title page in which nothing opens a note or a boneyard, as it would where what stood
/// between was cut out of it: a word joiner (U+2060) parts the signs, for which keys have no escape.
pub fn parted(key: &str) -> String {
    let mut out = String::with_capacity(key.len());
    let mut before = ' ';
    for c in key.chars() {
        if matches!((before, c), ('/', '*') | ('[', '[')) {
            out.push('\u{2060}');
        }
        out.push(c);
        before = c;
    }
    out
}

fn title_page_of(text: &str, element: &Element) -> Vec<(String, Vec<String>)> {
    let mut entries: Vec<(String, Vec<String>)> = Vec::new();
    for line in SourceLines::new(text, element.range.clone()) {
        let whole: &str = &line.visible;
        let value = match key(&line) {
            Some((key, value)) => {
                entries.push((parted(key), Vec::new()));
                value.trim()
            }
            None => whole.trim(),
        };
        if let (Some((_, values)), false) = (entries.last_mut(), value.is_empty()) {
            values.push(with_cuts(text, &line, within(whole, value), false));
        }
    }
    entries
}

/// The lines of an element as they are meant, with notes and boneyard in place.
fn written(text: &str, element: &Element) -> String {
    let mut out = String::new();
    for (index, line) in SourceLines::new(text, element.range.clone()).enumerate() {
        if index > 0 {
            out.push('\n');
        }
        out.push_str(&with_cuts(text, &line, meant(&line, element.kind), true));
    }
    out.trim_end().to_owned()
}

/// A part of a line with the notes and boneyard in it, those before it too or not.
fn with_cuts(text: &str, line: &SourceLine, visible: Range<usize>, before: bool) -> String {
    let mut pieces = line.shown.runs(visible);
    let start = pieces.first().map_or(0, |piece| piece.start);
    let cuts = line.cuts.iter().map(|(range, _)| range.clone());
    pieces.extend(cuts.filter(|cut| before || cut.start >= start));
    pieces.sort_by_key(|range| range.start);
    let mut out = String::new();
    let mut end = None;
    for piece in pieces.into_iter().filter(|piece| !piece.is_empty()) {
        if let Some(end) = end
            && text[end..piece.start]
                .contains(|c: char| c.is_whitespace() && !matches!(c, '\n' | '\r'))
        {
            out.push(' ');
        }
        out.push_str(&text[piece.clone()]);
        end = Some(piece.end);
    }
    unified(&out)
}

/// What stands in a note or boneyard; one that is empty beside others says nothing.
fn hidden(text: &str, element: &Element) -> String {
    unified(super::content(text, element).trim())
}

/// With `\n` for every line end.
fn unified(text: &str) -> String {
    text.replace("\r\n", "\n").replace('\r', "\n")
}

/// What is visible of a text.
fn visible(text: &str) -> String {
    let lines = SourceLines::new(text, 0..text.len());
    let lines: Vec<_> = lines.map(|line| line.visible.into_owned()).collect();
    lines.join("\n")
}

/// Fountain that parses to these blocks: each is forced where its text alone would be read as
/// something else, and nothing else is added but blank lines. What stands where it cannot (speech
/// without a cue, a heading that begins with a sign) becomes action: no text is lost.
pub fn write(blocks: &[Block]) -> String {
    let mut out = String::new();
    let mut in_speech = false;
    for (index, block) in blocks.iter().enumerate() {
        let before = index.checked_sub(1).and_then(|before| blocks.get(before));
        let behind = blocks[index + 1..].iter().find(|block| !block.is_hidden());
        let goes_on = in_speech
            && (block.is_spoken() || (block.is_hidden() && behind.is_some_and(Block::is_spoken)));
        let joins = match (before, block) {
            // A note goes over lines until a blank one: brackets without an end would find it below.
            (
                Some(Block::Lyric {
                    spoken: false,
                    text,
                }),
                Block::Lyric { spoken: false, .. },
            )
            | (Some(Block::Centered(text)), Block::Centered(_)) => {
                text.rfind("[[") <= text.rfind("]]")
            }
            _ => goes_on,
        };
        if !out.is_empty() && !joins {
            out.push('\n');
        }
        let top = out.is_empty();
        in_speech = goes_on || matches!(block, Block::Cue { .. });
        match block {
            Block::TitlePage(entries) if top => title_page(&mut out, entries),
            Block::TitlePage(entries) => {
                let mut page = String::new();
                title_page(&mut page, entries);
                action(&mut out, page.trim_end(), false);
            }
            Block::Heading { text, number } => heading(&mut out, text, number.as_deref(), top),
            Block::Action(text) => action(&mut out, text, top),
            Block::Cue { text, dual } => {
                let speaks = blocks.get(index + 1).is_some_and(|next| match next {
                    Block::Dialogue(text) => {
                        !text.trim_start_matches([' ', '\t']).starts_with('\n')
                    }
                    next => {
                        next.is_spoken()
                            || (next.is_hidden() && behind.is_some_and(Block::is_spoken))
                    }
                });
                let text = one_line(text);
                let mark = match dual {
                    true => " ^",
                    // A caret of the name's own: there is no escape for it.
                    false if text.trim_end().ends_with('^') => "\u{2060}",
                    false => "",
                };
                let line = format!("{text}{mark}");
                let cue = Block::Cue { text, dual: *dual };
                let plain = speaks && reads_as(&line, &cue, top, true);
                push_line(&mut out, &format!("{}{line}", if plain { "" } else { "@" }));
            }
            Block::Parenthetical(text) if goes_on => {
                let mut visible = blocks[..index]
                    .iter()
                    .rev()
                    .filter(|block| !block.is_hidden());
                if matches!(visible.next(), Some(Block::Parenthetical(_))) {
                    push_line(&mut out, BETWEEN_PARENTHETICALS);
                }
                push_line(&mut out, &parenthesised(&one_line(text)));
            }
            Block::Dialogue(text) if goes_on => {
                for line in lines_of(text) {
                    // Two spaces keep the speech going.
                    let line = if line.trim().is_empty() {
                        "  "
                    } else {
                        line.trim()
                    };
                    push_line(&mut out, line);
                }
            }
            Block::Parenthetical(text) | Block::Dialogue(text) => action(&mut out, text, top),
            Block::Lyric { text, .. } => {
                for line in lines_of(text) {
                    let sung = visible(line).trim_start().starts_with('~');
                    let mark = if sung { "~ " } else { "~" };
                    push_line(&mut out, &format!("{mark}{}", line.trim()));
                }
            }
            Block::Transition(text) => {
                let text = one_line(text);
                if reads_as(&text, &Block::Transition(text.clone()), top, false) {
                    push_line(&mut out, &text);
                } else {
                    push_line(&mut out, format!("> {text}").trim_end());
                }
            }
            Block::Centered(text) => {
                for line in lines_of(text) {
                    push_line(&mut out, &format!("> {} <", line.trim()));
                }
            }
            Block::Section { depth, text } => {
                let marks = "#".repeat(usize::from((*depth).max(1)));
                push_line(&mut out, format!("{marks} {}", one_line(text)).trim_end());
            }
            Block::Synopsis(text) => {
                for line in lines_of(text) {
                    push_line(&mut out, format!("= {}", line.trim()).trim_end());
                }
            }
            Block::Note(text) => note(&mut out, text),
            Block::Boneyard(text) => {
                let text = unified(text).replace("*/", "* /");
                if goes_on || !text.contains('\n') {
                    push_line(&mut out, &format!("/* {} */", text.replace('\n', " ")));
                } else {
                    push_line(&mut out, &format!("/*\n{text}\n*/"));
                }
            }
            Block::PageBreak => push_line(&mut out, "==="),
        }
    }
    out
}

/// Whether these lines alone, at the top of a text or behind a blank line, are that block.
fn reads_as(lines: &str, block: &Block, top: bool, followed: bool) -> bool {
    let before = if top { "" } else { "\n" };
    let behind = if followed { "x\n" } else { "" };
    let text = [before, lines, "\n", behind].concat();
    blocks(&text).first() == Some(block)
}

/// The line of two spaces between a parenthetical and another, which is dialogue without it.
const BETWEEN_PARENTHETICALS: &str = "  ";

fn push_line(out: &mut String, line: &str) {
    out.push_str(line);
    out.push('\n');
}

/// The lines of a text; line ends inside notes and boneyard end none.
fn lines_of(text: &str) -> Vec<&str> {
    let lines = SourceLines::new(text, 0..text.len());
    let found: Vec<&str> = lines
        .map(|line| text[line.range].trim_end_matches(['\n', '\r']))
        .collect();
    if found.is_empty() { vec![""] } else { found }
}

fn one_line(text: &str) -> String {
    let lines: Vec<&str> = lines_of(text).into_iter().map(str::trim).collect();
    lines.join(" ").trim().to_owned()
}

fn title_page(out: &mut String, entries: &[(String, Vec<String>)]) {
    for (index, (key, values)) in entries.iter().enumerate() {
        let key = parted(&one_line(key)).replace(':', "：");
        let key = if key.is_empty() { "Notes" } else { &key };
        let values: Vec<&str> = values
            .iter()
            .flat_map(|value| lines_of(value))
            .map(str::trim)
            .filter(|value| !value.is_empty())
            .collect();
        let page = match values.as_slice() {
            [] => format!("{key}:\n"),
            [one] => format!("{key}: {one}\n"),
            several => {
                let several: String = several.iter().map(|v| format!("    {v}\n")).collect();
                format!("{key}:\n{several}")
            }
        };
        let mut opening = SourceLines::new(&page, 0..page.len());
        if index == 0
            && !opening
                .next()
                .is_some_and(|first| opens_title_page(&first, opening.next().as_ref()))
        {
            push_line(out, "Title:");
        }
        out.push_str(&page);
    }
}

fn heading(out: &mut String, text: &str, number: Option<&str>, top: bool) {
    let text = one_line(text);
    let number = number.map(|number| {
        let fits = |c: &char| is_number(c.encode_utf8(&mut [0; 4]));
        number.chars().filter(fits).collect::<String>()
    });
    let number = number.filter(|number| !number.is_empty());
    let line = match &number {
        Some(number) => format!("{text} #{number}#"),
        None => text.clone(),
    };
    let block = Block::Heading { text, number };
    let forced = format!(".{line}");
    // The mark has to touch the first letter, so it stands behind notes that come before that.
    let (notes, letters) = line.split_at(first_letter(&line));
    let behind_notes = format!("{notes}.{letters}");
    for line in [&line, &forced, &behind_notes] {
        if reads_as(line, &block, top, false) {
            return push_line(out, line);
        }
    }
    action(out, &line, top);
}

/// Where the first visible letter of a line stands.
fn first_letter(text: &str) -> usize {
    let Some(line) = SourceLines::new(text, 0..text.len()).next() else {
        return 0;
    };
    let from = line.visible.len() - line.visible.trim_start().len();
    let runs = line.shown.runs(from..line.visible.len());
    let found = runs.iter().find(|run| !run.is_empty());
    found.map_or(0, |run| run.start)
}

fn action(out: &mut String, text: &str, top: bool) {
    let text = text.trim_end();
    let whole = Block::Action(text.to_owned());
    if reads_as(text, &whole, top, false) {
        return push_line(out, text);
    }
    if text.is_empty() {
        return push_line(out, "!");
    }
    let lines = lines_of(text);
    let paragraphs = lines.chunk_by(|a, b| a.trim().is_empty() == b.trim().is_empty());
    for (index, paragraph) in paragraphs.enumerate() {
        if paragraph.iter().all(|line| line.trim().is_empty()) {
            push_line(out, "");
            continue;
        }
        let block = Block::Action(paragraph.join("\n"));
        let top = top && index == 0;
        // A mark in front of the first line, of those that have one of their own, of all.
        let tries = [
            |_: usize, _: &str| false,
            |index: usize, _: &str| index == 0,
            |_: usize, line: &str| visible(line).trim_start().starts_with(MARKS),
            |_: usize, line: &str| !line.trim().is_empty(),
        ];
        let written = tries.map(|marked| {
            let lines = paragraph.iter().enumerate().map(|(index, line)| {
                let mark = if marked(index, line) { "!" } else { "" };
                format!("{mark}{}", line.trim_end())
            });
            lines.collect::<Vec<_>>().join("\n")
        });
        let fits = written
            .iter()
            .find(|lines| reads_as(lines, &block, top, false));
        push_line(out, fits.unwrap_or(&written[3]));
    }
}

/// What makes a line of a paragraph something else, wherever it stands.
const MARKS: [char; 5] = ['!', '~', '>', '#', '='];

fn parenthesised(text: &str) -> String {
    let seen = visible(text);
    let seen = seen.trim();
    let round = seen.starts_with('(') && seen.ends_with(')');
    if round || (seen.starts_with('（') && seen.ends_with('）')) {
        text.to_owned()
    } else {
        format!("({text})")
    }
}

/// A note's text in which no line is empty, which would end it: such lines get two spaces.
fn held_together(text: &str) -> String {
    if text.is_empty() {
        return String::new();
    }
    let lines = text.split('\n').map(|line| {
        let empty = line.trim().is_empty() && !holds_on(line);
        if empty { "  " } else { line }
    });
    lines.collect::<Vec<_>>().join("\n")
}

fn note(out: &mut String, text: &str) {
    let mut inner = held_together(&unified(text.trim()));
    while inner.contains("]]") {
        inner = inner.replace("]]", "] ]");
    }
    if inner.ends_with(']') {
        inner.push(' ');
    }
    push_line(out, &format!("[[{inner}]]"));
}

/// Runs of text as one line with marks: what is in them prints as it is, `*` and `_` included.
/// Marks never stand inside white space, where they would be none, nor across line ends. For `[[`,
/// `]]` and a `/` right before a mark there is no escape: a word joiner (U+2060) parts them.
pub fn marked<'a>(runs: impl IntoIterator<Item = (Style, &'a str)>) -> String {
    let mut letters: Vec<(char, Style)> = Vec::new();
    for (style, text) in runs {
        letters.extend(unified(text).chars().map(|c| (c, style)));
    }
    // White space has what both sides of it have.
    let mut next = Style::default();
    let behind: Vec<Style> = letters
        .iter()
        .rev()
        .map(|&(c, style)| {
            next = match c {
                '\n' => Style::default(),
                c if c.is_whitespace() => next,
                _ => style,
            };
            next
        })
        .collect();
    let mut out = String::new();
    let mut last = Style::default();
    for (&(c, style), behind) in letters.iter().zip(behind.into_iter().rev()) {
        let style = match c {
            '\n' => Style::default(),
            c if c.is_whitespace() => last.and(behind),
            _ => style,
        };
        let mut marks = String::new();
        if last.bold && !style.bold {
            marks.push_str("**");
        }
        if last.italic && !style.italic {
            marks.push('*');
        }
        if last.underline != style.underline {
            marks.push('_');
        }
        if !last.bold && style.bold {
            marks.push_str("**");
        }
        if !last.italic && style.italic {
            marks.push('*');
        }
        if matches!(c, '*' | '_') {
            marks.push('\\');
        }
        if !marks.is_empty() {
            // Backslashes right before a mark count double.
            let slashes = out.len() - out.trim_end_matches('\\').len();
            out.push_str(&"\\".repeat(slashes));
        }
        if out.ends_with('/') && marks.starts_with('*') {
            out.push('\u{2060}');
        }
        out.push_str(&marks);
        if matches!(c, '[' | ']') && out.ends_with(c) {
            out.push('\u{2060}');
        }
        out.push(c);
        last = style;
    }
    let slashes = out.len() - out.trim_end_matches('\\').len();
    let closing = [(last.bold, "**"), (last.italic, "*"), (last.underline, "_")];
    if closing.iter().any(|(on, _)| *on) {
        out.push_str(&"\\".repeat(slashes));
        if out.ends_with('/') {
            out.push('\u{2060}');
        }
    }
    for (_, mark) in closing.iter().filter(|(on, _)| *on) {
        out.push_str(mark);
    }
    out
}

/// The lines of an element as [`marked`] writes them: emphasis in its plainest form, notes and
/// boneyard left out.
pub fn plain_marks(text: &str, element: &Element) -> String {
    let lines: Vec<String> = lines(text, element)
        .iter()
        .map(|line| {
            let printed = line.runs.iter().filter(|run| run.kind == RunKind::Text);
            marked(printed.map(|run| (run.style, run.text)))
        })
        .collect();
    lines.join("\n")
}
