//! An FDX file as it lies there: paragraphs, what stands between them, and the blocks they become.

use std::ops::Range;

use roxmltree::{Document, Node};

use super::{
    color::{color, said_color},
    omitted, title,
};
use crate::{
    FormatError,
    script::{Block, Kind, Piece, Style, inline, is_number, plain_text},
};

/// A child of `<Content>`, of `<DualDialogue>` or of the title page.
pub(super) struct Item {
    /// Where it stands in the file.
    pub range: Range<usize>,
    /// What stands before it: white space, and inside of dual dialogue anything that is no
    /// paragraph.
    pub before: Range<usize>,
    pub what: What,
}

pub(super) enum What {
    /// A paragraph, by its place in [`Source::paragraphs`].
    Paragraph(usize),
    /// A paragraph that holds speeches side by side.
    Dual {
        /// From the end of the opening to before the first speech ... given by the inner items.
        inner: Vec<Item>,
        /// Everything before the first inner item.
        opening: Range<usize>,
        /// Everything behind the last one.
        closing: Range<usize>,
        page_break: bool,
    },
    /// `<?inkstone note ID?>`: the place of a script note.
    Note { id: String, tight: bool },
    /// `<?inkstone cut "..."?>`: what Fountain hides and FDX has no place for.
    Cut { raw: String, tight: bool },
    /// `<?inkstone page-break?>`: one that no paragraph follows.
    Break,
    /// Anything else.
    Opaque,
}

/// A run of text with the attributes it has in the file.
pub(super) struct Run {
    pub text: String,
    /// Names and values, entities resolved.
    pub attributes: Vec<(String, String)>,
}

pub(super) struct Paragraph<'a> {
    pub node: Node<'a, 'a>,
    pub runs: Vec<Run>,
    pub page_break: bool,
    /// Whether it says nothing.
    pub empty: bool,
}

impl Paragraph<'_> {
    pub fn text(&self) -> String {
        self.runs.iter().map(|run| run.text.as_str()).collect()
    }
}

/// A `<ScriptNote>`.
pub(super) struct ScriptNote<'a> {
    pub node: Node<'a, 'a>,
    pub id: Option<String>,
    pub text: String,
    pub range: Option<(usize, usize)>,
}

/// Where a block comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Owner {
    Paragraph(usize),
    /// A note, by its place in [`Source::notes`], and whether an instruction says where it stands.
    Note(usize),
    /// A child of `<Content>` by its place.
    Item(usize),
}

/// The parts of a file that text comes from.
pub(super) struct Source<'a> {
    pub root: Node<'a, 'a>,
    pub content: Node<'a, 'a>,
    pub title_content: Option<Node<'a, 'a>>,
    pub notes_node: Option<Node<'a, 'a>>,
    pub items: Vec<Item>,
    pub title_items: Vec<Item>,
    pub paragraphs: Vec<Paragraph<'a>>,
    pub notes: Vec<ScriptNote<'a>>,
    /// All blocks in the order of the text, and where each comes from.
    pub blocks: Vec<(Block, Owner)>,
}

/// An element's child by name.
pub(super) fn child<'a>(node: Node<'a, 'a>, name: &str) -> Option<Node<'a, 'a>> {
    node.children().find(|child| child.has_tag_name(name))
}

impl<'a> Source<'a> {
    pub fn of(document: &'a Document<'a>) -> Result<Self, FormatError> {
        let missing = |detail: &str| FormatError::NotThis {
            format: "Final Draft",
            detail: detail.to_owned(),
        };
        let root = document.root_element();
        if !root.has_tag_name("FinalDraft") {
            return Err(missing("no <FinalDraft>"));
        }
        let content = child(root, "Content").ok_or_else(|| missing("no <Content>"))?;
        let title_content = child(root, "TitlePage").and_then(|page| child(page, "Content"));
        let notes_node = child(root, "ScriptNotes");
        let mut source = Self {
            root,
            content,
            title_content,
            notes_node,
            items: vec![],
            title_items: vec![],
            paragraphs: vec![],
            notes: notes_node.map(notes).unwrap_or_default(),
            blocks: vec![],
        };
        if let Some(title_content) = title_content {
            source.title_items = source.read_items(title_content);
            source.title_blocks();
        }
        source.items = source.read_items(content);
        source.body_blocks();
        Ok(source)
    }

    /// The paragraphs inside of an element, as if they were a script.
    pub fn inside(node: Node<'a, 'a>) -> Self {
        let mut source = Self {
            root: node,
            content: node,
            title_content: None,
            notes_node: None,
            items: vec![],
            title_items: vec![],
            paragraphs: vec![],
            notes: vec![],
            blocks: vec![],
        };
        source.items = source.read_items(node);
        source.body_blocks();
        source
    }

    fn read_items(&mut self, container: Node<'a, 'a>) -> Vec<Item> {
        let mut items = Vec::new();
        let mut start = None;
        for node in container.children() {
            let range = node.range();
            let from = *start.get_or_insert(range.start);
            if node.is_text() && node.text().is_none_or(|text| text.trim().is_empty()) {
                continue;
            }
            let what = if node.has_tag_name("Paragraph") {
                match child(node, "DualDialogue") {
                    Some(dual) => self.dual(node, dual),
                    None => What::Paragraph(self.paragraph(node)),
                }
            } else {
                instruction(node).unwrap_or(What::Opaque)
            };
            items.push(Item {
                before: from..range.start,
                range: range.clone(),
                what,
            });
            start = Some(range.end);
        }
        items
    }

    fn dual(&mut self, node: Node<'a, 'a>, dual: Node<'a, 'a>) -> What {
        let inner = self.read_items(dual);
        let (Some(first), Some(last)) = (inner.first(), inner.last()) else {
            return What::Opaque;
        };
        What::Dual {
            opening: node.range().start..first.range.start,
            closing: last.range.end..node.range().end,
            page_break: node.attribute("StartsNewPage") == Some("Yes"),
            inner,
        }
    }

    fn paragraph(&mut self, node: Node<'a, 'a>) -> usize {
        let mut runs = Vec::new();
        for text in node.children().filter(|child| child.has_tag_name("Text")) {
            runs.push(Run {
                text: text_of(text),
                attributes: text
                    .attributes()
                    .map(|a| (a.name().to_owned(), a.value().to_owned()))
                    .collect(),
            });
        }
        let others = node.children().any(|child| {
            (child.is_element() && !child.has_tag_name("Text")) || instruction(child).is_some()
        });
        self.paragraphs.push(Paragraph {
            node,
            empty: !others && runs.iter().all(|run| run.text.trim().is_empty()),
            runs,
            page_break: node.attribute("StartsNewPage") == Some("Yes"),
        });
        self.paragraphs.len() - 1
    }

    fn title_blocks(&mut self) {
        let rows: Vec<(usize, Node<'a, 'a>)> = self
            .title_items
            .iter()
            .filter_map(|item| match item.what {
                What::Paragraph(at) => Some((at, self.paragraphs[at].node)),
                _ => None,
            })
            .collect();
        let values: Vec<title::Line> = rows
            .iter()
            .map(|&(at, node)| title::Line {
                text: self.paragraphs[at].text(),
                alignment: node.attribute("Alignment").unwrap_or("").to_owned(),
                key: own(node, "title").map(unescaped),
            })
            .collect();
        for (&(at, _), key) in rows.iter().zip(title::keys(&values)) {
            let Some(key) = key else { continue };
            let mut block = Block::new(Kind::Title, self.pieces(at));
            block.label = Some(key);
            self.blocks.push((block, Owner::Paragraph(at)));
        }
    }

    /// The text of a paragraph with its emphasis, notes and cuts.
    fn pieces(&self, at: usize) -> Vec<Piece> {
        let mut pieces = Vec::new();
        let mut runs = self.paragraphs[at].runs.iter();
        for node in self.paragraphs[at].node.children() {
            if node.has_tag_name("Text") {
                let Some(run) = runs.next() else { break };
                let style = run
                    .attributes
                    .iter()
                    .find(|(name, _)| name == "Style")
                    .map_or("", |(_, value)| value);
                let has = |name: &str| style.split('+').any(|part| part.trim() == name);
                pieces.push(Piece {
                    text: run.text.clone(),
                    style: Style {
                        bold: has("Bold"),
                        italic: has("Italic"),
                        underline: has("Underline"),
                    },
                    hidden: false,
                });
            } else if let Some(what) = instruction(node) {
                let text = match what {
                    What::Note { id, .. } => match self.note_with(&id) {
                        Some(note) => format!("[[{}]]", self.notes[note].text),
                        None => continue,
                    },
                    What::Cut { raw, .. } => raw,
                    _ => continue,
                };
                pieces.push(Piece {
                    hidden: true,
                    ..Piece::plain(text)
                });
            }
        }
        pieces
    }

    /// The notes that stand inside of a paragraph's lines.
    pub fn notes_inside(&self, paragraph: &Paragraph) -> Vec<usize> {
        paragraph
            .node
            .children()
            .filter_map(|child| match instruction(child)? {
                What::Note { id, .. } => self.note_with(&id),
                _ => None,
            })
            .collect()
    }

    pub fn note_with(&self, id: &str) -> Option<usize> {
        self.notes
            .iter()
            .position(|note| note.id.as_deref() == Some(id))
    }

    fn body_blocks(&mut self) {
        let items = std::mem::take(&mut self.items);
        let mut placed = vec![false; self.notes.len()];
        // The title page has some too.
        for node in self.root.descendants().filter(|node| node.is_pi()) {
            if let Some(What::Note { id, .. }) = instruction(node)
                && let Some(note) = self.note_with(&id)
            {
                placed[note] = true;
            }
        }
        let mut waiting = self.unplaced(&items, &placed);
        let mut speaking = false;
        for (index, item) in items.iter().enumerate() {
            let opens = match &item.what {
                What::Paragraph(at) => !matches!(
                    kind(self.paragraphs[*at].node).0,
                    Kind::Dialogue | Kind::Parenthetical | Kind::Lyric
                ),
                What::Opaque => false,
                What::Note { tight, .. } | What::Cut { tight, .. } => !tight,
                _ => true,
            };
            // Notes of a speech stand behind it.
            if opens || !speaking {
                self.notes_until(&mut waiting, index);
            }
            self.item(index, item, &items[index + 1..], &mut speaking);
        }
        self.notes_until(&mut waiting, usize::MAX);
        self.items = items;
    }

    /// Notes without an instruction, last first, with the item that each follows.
    fn unplaced(&self, items: &[Item], placed: &[bool]) -> Vec<(usize, usize)> {
        let starts = self.offsets(items);
        let mut waiting: Vec<(usize, usize)> = (0..self.notes.len())
            .filter(|&note| !placed[note])
            .map(|note| {
                let at = self.notes[note].range.map_or(usize::MAX, |range| range.0);
                let item = starts
                    .partition_point(|&start| start <= at)
                    .saturating_sub(1);
                (item, note)
            })
            .collect();
        waiting.sort_by_key(|&place| std::cmp::Reverse(place));
        waiting
    }

    fn notes_until(&mut self, waiting: &mut Vec<(usize, usize)>, item: usize) {
        while let Some((_, note)) = waiting.pop_if(|&mut (at, _)| at < item) {
            let text = self.notes[note].text.clone();
            let block = note_block(&text, false);
            self.blocks.push((block, Owner::Note(note)));
        }
    }

    fn item(&mut self, index: usize, item: &Item, rest: &[Item], speaking: &mut bool) {
        match &item.what {
            What::Paragraph(at) => {
                let goes_on = rest.iter().find_map(|item| match item.what {
                    What::Paragraph(at) if !self.paragraphs[at].empty => Some(matches!(
                        kind(self.paragraphs[at].node).0,
                        Kind::Dialogue | Kind::Parenthetical
                    )),
                    What::Paragraph(_) | What::Opaque => None,
                    _ => Some(false),
                });
                if self.paragraphs[*at].page_break {
                    self.page_break(Owner::Paragraph(*at), speaking);
                }
                self.paragraph_blocks(*at, goes_on == Some(true), speaking, false);
            }
            What::Dual {
                inner, page_break, ..
            } => {
                if *page_break {
                    self.page_break(Owner::Item(index), speaking);
                }
                *speaking = false;
                let mut cues = 0;
                for (at, item) in inner.iter().enumerate() {
                    match &item.what {
                        What::Paragraph(paragraph) => {
                            let cue = kind(self.paragraphs[*paragraph].node).0 == Kind::Character;
                            cues += usize::from(cue);
                            let goes_on = inner[at + 1..].iter().any(|next| {
                                matches!(next.what, What::Paragraph(next)
                                    if !self.paragraphs[next].empty)
                            });
                            self.paragraph_blocks(*paragraph, goes_on, speaking, cues > 1);
                        }
                        _ => self.hidden(Owner::Item(index), item),
                    }
                }
                *speaking = false;
            }
            What::Break => self.page_break(Owner::Item(index), speaking),
            What::Note { tight, .. } | What::Cut { tight, .. } => {
                *speaking &= *tight;
                self.hidden(Owner::Item(index), item);
            }
            What::Opaque => {}
        }
    }

    fn page_break(&mut self, owner: Owner, speaking: &mut bool) {
        *speaking = false;
        self.blocks
            .push((Block::new(Kind::PageBreak, vec![]), owner));
    }

    fn hidden(&mut self, owner: Owner, item: &Item) {
        match &item.what {
            What::Note { id, tight } => {
                if let Some(note) = self.note_with(id) {
                    let block = note_block(&self.notes[note].text.clone(), *tight);
                    self.blocks.push((block, Owner::Note(note)));
                }
            }
            What::Cut { raw, tight } => {
                let mut block = note_block("", *tight);
                block.content[0].text = raw.clone();
                self.blocks.push((block, owner));
            }
            _ => {}
        }
    }

    fn paragraph_blocks(&mut self, at: usize, goes_on: bool, speaking: &mut bool, dual: bool) {
        let node = self.paragraphs[at].node;
        let (kind, depth) = kind(node);
        let pieces = self.pieces(at);
        let says = !plain_text(&pieces).trim().is_empty() || pieces.iter().any(|p| p.hidden);
        let owner = Owner::Paragraph(at);
        let pause =
            kind == Kind::Dialogue && *speaking && (goes_on || own(node, "pause").is_some());
        if !says && !pause {
            if kind != Kind::Dialogue && kind != Kind::Parenthetical && !self.paragraphs[at].empty {
                *speaking = false;
            }
            return;
        }
        let apart = own(node, "apart").is_some();
        let spoken = matches!(kind, Kind::Dialogue | Kind::Parenthetical);
        let kind = if spoken && !*speaking {
            Kind::Action
        } else {
            kind
        };
        *speaking = match kind {
            Kind::Character => true,
            Kind::Dialogue | Kind::Parenthetical => true,
            Kind::Lyric => *speaking && !apart,
            _ => false,
        };
        let lines = match kind {
            Kind::Dialogue | Kind::Lyric | Kind::Centered => inline::lines(&pieces),
            _ => vec![pieces],
        };
        let last = lines.len() - 1;
        for (index, content) in lines.into_iter().enumerate() {
            let silent =
                plain_text(&content).trim().is_empty() && !content.iter().any(|p| p.hidden);
            // A line that ends in a line feed, as some programs write it.
            if silent && index == last && index > 0 {
                continue;
            }
            let mut block = Block::new(kind, content);
            match kind {
                Kind::Heading => {
                    block.label = node
                        .attribute("Number")
                        .filter(|number| is_number(number))
                        .map(str::to_owned);
                }
                Kind::Character => block.dual = dual || own(node, "dual").is_some(),
                Kind::Section(_) => block.kind = Kind::Section(depth),
                Kind::Lyric => {
                    let follows = self
                        .blocks
                        .last()
                        .is_some_and(|(before, _)| before.kind == Kind::Lyric);
                    block.tight = (*speaking || follows) && !(apart && index == 0);
                }
                _ => {}
            }
            self.blocks.push((block, owner));
        }
        if kind == Kind::Heading {
            // A note of the text may say it already.
            if let Some(color) = color(node).filter(|&color| said_color(node) != Some(color)) {
                let raw = Piece {
                    hidden: true,
                    ..Piece::plain(color.note())
                };
                self.blocks
                    .push((Block::new(Kind::Hidden, vec![raw]), owner));
            }
            for line in summary(node) {
                self.blocks
                    .push((Block::new(Kind::Synopsis, inline::read(&line)), owner));
            }
            if let Some(raw) = child_of(node, "OmittedScene").and_then(omitted::boneyard) {
                self.blocks.push((omitted::block(raw), owner));
            }
        }
    }

    /// Where each item begins as `Range` of a script note counts: UTF-16 units of text, one for
    /// the end of each paragraph, two for whatever is embedded in one.
    pub fn offsets(&self, items: &[Item]) -> Vec<usize> {
        let mut at = 0;
        items
            .iter()
            .map(|item| {
                let start = at;
                at += self.length(item);
                start
            })
            .collect()
    }

    /// How far an item moves the count.
    pub fn length(&self, item: &Item) -> usize {
        match &item.what {
            What::Paragraph(at) => {
                let embedded = self.paragraphs[*at]
                    .node
                    .children()
                    .filter(|child| child.has_tag_name("OmittedScene"))
                    .count();
                self.paragraphs[*at].text().encode_utf16().count() + 2 * embedded + 1
            }
            What::Dual { .. } => 3,
            _ => 0,
        }
    }
}

/// The text of a note without what would end it early.
fn note_inside(text: &str) -> String {
    let text = text.replace("]]", "] ]");
    if text.ends_with(']') {
        return text + " ";
    }
    text
}

fn note_block(text: &str, tight: bool) -> Block {
    // A line without anything in it would end the note.
    let lines: Vec<&str> = text
        .split('\n')
        .map(|line| if line.trim().is_empty() { "  " } else { line })
        .collect();
    let raw = Piece {
        hidden: true,
        ..Piece::plain(format!("[[{}]]", lines.join("\n").trim_end_matches("\n  ")))
    };
    let mut block = Block::new(Kind::Hidden, vec![raw]);
    block.tight = tight;
    block
}

/// The data of one of our processing instructions of this name.
pub(super) fn own<'a>(node: Node<'a, 'a>, name: &str) -> Option<&'a str> {
    node.children()
        .filter_map(|child| child.pi())
        .find_map(|pi| {
            let (first, rest) = split_instruction(pi.target, pi.value)?;
            (first == name).then_some(rest)
        })
}

pub(super) fn split_instruction<'a>(
    target: &str,
    value: Option<&'a str>,
) -> Option<(&'a str, &'a str)> {
    if target != "inkstone" {
        return None;
    }
    let value = value.unwrap_or("").trim();
    Some(value.split_once(' ').unwrap_or((value, "")))
}

fn instruction(node: Node) -> Option<What> {
    let pi = node.pi()?;
    let (name, data) = split_instruction(pi.target, pi.value)?;
    let (data, tight) = match data.strip_prefix("tight ") {
        Some(data) => (data, true),
        None => (data, false),
    };
    match name {
        "note" => Some(What::Note {
            id: data.to_owned(),
            tight,
        }),
        "cut" => Some(What::Cut {
            raw: unescaped(data),
            tight,
        }),
        "page-break" => Some(What::Break),
        _ => None,
    }
}

/// Undoes [`super::emit::data`].
pub(super) fn unescaped(data: &str) -> String {
    let mut out = String::with_capacity(data.len());
    let mut chars = data.chars();
    while let Some(c) = chars.next() {
        match (c, c == '\\') {
            (_, true) => match chars.next() {
                Some('n') => out.push('\n'),
                Some('q') => out.push('?'),
                Some(other) => out.push(other),
                None => {}
            },
            (c, _) => out.push(c),
        }
    }
    out
}

fn text_of(node: Node) -> String {
    node.children()
        .filter(|child| child.is_text())
        .filter_map(|child| child.text())
        .collect::<String>()
        .replace("\r\n", "\n")
        .replace('\r', "\n")
}

/// The paragraphs of a note or summary, one a line.
pub(super) fn paragraphs_of(node: Node) -> Vec<String> {
    node.children()
        .filter(|child| child.has_tag_name("Paragraph"))
        .map(|paragraph| {
            paragraph
                .children()
                .filter(|child| child.has_tag_name("Text"))
                .map(text_of)
                .collect()
        })
        .collect()
}

pub(super) fn child_of<'a, 'b>(node: Node<'a, 'b>, name: &str) -> Option<Node<'a, 'b>> {
    node.children().find(|child| child.has_tag_name(name))
}

/// The lines of a scene's summary that say something, with the marks of a synopsis.
pub(super) fn summary(heading: Node) -> Vec<String> {
    let properties = child_of(heading, "SceneProperties");
    let Some(summary) = properties.and_then(|properties| child_of(properties, "Summary")) else {
        return vec![];
    };
    paragraphs_of(summary)
        .iter()
        .flat_map(|text| text.split('\n'))
        .map(|line| inline::write(&inline::read(line.trim())))
        .filter(|line| !line.is_empty())
        .collect()
}

fn notes<'a>(node: Node<'a, 'a>) -> Vec<ScriptNote<'a>> {
    node.children()
        .filter(|child| child.has_tag_name("ScriptNote"))
        .map(|note| ScriptNote {
            node: note,
            id: note.attribute("ID").map(str::to_owned),
            text: note_inside(&paragraphs_of(note).join("\n")),
            range: note.attribute("Range").and_then(|range| {
                let (from, to) = range.split_once(',')?;
                let (from, to) = (from.trim().parse().ok()?, to.trim().parse().ok()?);
                Some((from, to))
            }),
        })
        .collect()
}

/// What a paragraph is, by its `Type`, and the depth of a section.
pub(super) fn kind(node: Node) -> (Kind, u8) {
    let name = node.attribute("Type").unwrap_or("").trim().to_lowercase();
    let centered = node.attribute("Alignment") == Some("Center");
    let kind = match name.as_str() {
        "scene heading" => Kind::Heading,
        "character" => Kind::Character,
        "parenthetical" => Kind::Parenthetical,
        "dialogue" => Kind::Dialogue,
        "transition" => Kind::Transition,
        "new act" | "end of act" => Kind::Centered,
        "lyrics" | "lyric" | "singing" => Kind::Lyric,
        "outline body" | "synopsis" => Kind::Synopsis,
        outline if outline.starts_with("outline ") => {
            let depth = own(node, "depth")
                .or_else(|| outline.strip_prefix("outline "))
                .and_then(|depth| depth.parse().ok())
                .unwrap_or(1);
            return (Kind::Section(depth), depth);
        }
        _ if centered => Kind::Centered,
        _ => Kind::Action,
    };
    (kind, 0)
}
