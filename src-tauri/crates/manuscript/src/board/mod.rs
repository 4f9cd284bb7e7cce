//! The board: a script as cards in columns, and changes of it that are changes of the text.
//!
//! - A *card* is a scene, an omitted scene, or a beat. Cards of a script are counted from 0, in the
//!   order of the text.
//! - A *column* begins with each section (`# Act`, `## Sequence`); what stands before the first one
//!   is column 0, which has no title.
//! - A *scene* is carried with the notes and synopses right above its heading, up to the next scene,
//!   section or omitted scene.
//! - A *beat* is a synopsis outside of a scene: at the head of a column.
//! - The colour of a card is a note ([`CardColor`]), an omitted scene boneyard with a mark (see
//!   `omit.rs`): both are plain Fountain, which other programs keep.
//!
//! Every change is told in pieces of the text as it was ([`Rearranged`]), and read again before it is
//! handed out: where anything that was not meant would be read as something else, the change is
//! refused ([`BoardError::ReadsOtherwise`]).

mod arrange;
mod change;
mod color;
mod omit;
#[cfg(test)]
mod tests;

use std::ops::Range;

use serde::Serialize;

use crate::fountain::{self, Element, ElementKind};

pub use arrange::{Piece, Rearranged, Replacement};
pub use change::{NewCard, paragraphs};
pub use color::CardColor;
pub use omit::{omission, omitted_scene};

/// What a card is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum CardKind {
    /// A heading and what follows it.
    Scene,
    /// A scene that is out: in boneyard, or with nothing but its number left.
    Omitted,
    /// A turn of the story that no scene stands for yet.
    Beat,
}

/// A card.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Card {
    /// What it is.
    pub kind: CardKind,
    /// The column it stands in.
    pub column: usize,
    /// The heading without marks and number; of a beat, nothing.
    pub heading: String,
    /// The scene number that the text gives.
    pub number: Option<String>,
    /// The synopses of a scene's head, one a line; what a beat says.
    pub synopsis: String,
    /// Its colour.
    pub color: Option<CardColor>,
    /// Its place among the headings that print, from 0; none for a beat, and for an omitted scene
    /// that left no heading.
    pub scene: Option<usize>,
    /// What is moved with it, in bytes.
    pub range: Range<usize>,
    /// The element that makes it a card: heading, synopsis, or boneyard.
    pub head: Range<usize>,
    /// Of an omitted scene, the boneyard that holds it.
    pub(crate) block: Option<Range<usize>>,
    /// The same without its marks.
    pub(crate) hidden: Option<Range<usize>>,
}

/// A column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// The section's title; empty for what stands before the first.
    pub title: String,
    /// How many `#` the section has; 0 for what stands before the first.
    pub depth: u8,
    /// The section's line; empty for what stands before the first.
    pub section: Range<usize>,
    /// Where the first beat goes, in bytes.
    pub head: usize,
    /// From the section to the next.
    pub range: Range<usize>,
    /// Its cards.
    pub cards: Range<usize>,
}

/// Where cards are put.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Place {
    /// Before this card.
    Before(usize),
    /// Behind this card.
    After(usize),
    /// As the first of this column.
    First(usize),
    /// As the last of this column.
    Last(usize),
}

/// Why a change is not made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BoardError {
    /// There is no such card, or none of the kind that is meant.
    #[error("there is no such card")]
    NoCard,
    /// There is no such place.
    #[error("there is no such place")]
    NoPlace,
    /// Only the number is left of the scene.
    #[error("nothing is left of the scene")]
    NothingLeft,
    /// What was typed can't be a heading.
    #[error("this can't be a heading")]
    NoHeading,
    /// The text would be read as something else: a `/*` in it that is open would close at another
    /// scene's `*/`, or a heading would be taken for a title page.
    #[error("the text would be read as something else")]
    ReadsOtherwise,
}

/// A script as a board.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Board {
    /// The columns, in order.
    pub columns: Vec<Column>,
    /// The cards, in order.
    pub cards: Vec<Card>,
    elements: Vec<Element>,
}

impl Card {
    /// Whether it is an omitted scene that can be brought back.
    pub fn comes_back(&self) -> bool {
        self.hidden.is_some()
    }
}

impl Board {
    /// Reads a text.
    pub fn of(text: &str) -> Self {
        let elements = fountain::parse(text);
        let carried = carried(text, &elements);
        let mark = mark_of(text);
        let mut board = Self {
            columns: vec![Column {
                title: String::new(),
                depth: 0,
                section: 0..0,
                head: head_of_text(text, &elements),
                range: 0..text.len(),
                cards: 0..0,
            }],
            cards: Vec::new(),
            elements: Vec::new(),
        };
        let mut scenes = carried.into_iter().enumerate().peekable();
        let mut inside: Option<Range<usize>> = None;
        for (index, element) in elements.iter().enumerate() {
            if inside.as_ref().is_some_and(|r| element.range.start < r.end) {
                continue;
            }
            inside = None;
            if let Some((ordinal, range)) =
                scenes.next_if(|(_, range)| element.range.end > range.start)
            {
                board.push(scene_card(text, &elements, ordinal, range.clone()), mark);
                inside = Some(range);
                continue;
            }
            match element.kind {
                ElementKind::Section { depth } => {
                    let title = fountain::content(text, element);
                    board.begin(title, depth, element.range.clone());
                }
                ElementKind::Synopsis => {
                    let end = with_notes_and_blank(&elements, index);
                    board.push(beat_card(text, element, &elements[index..end]), mark);
                }
                ElementKind::Boneyard => {
                    if let Some(hidden) = omitted(text, element) {
                        let end = blank_behind(&elements, index);
                        board.push(omitted_card(text, element, hidden, end), mark);
                    }
                }
                _ => {}
            }
        }
        board.elements = elements;
        board
    }

    /// The elements of the text.
    pub fn elements(&self) -> &[Element] {
        &self.elements
    }

    fn begin(&mut self, title: String, depth: u8, section: Range<usize>) {
        let end = self.columns.last().map_or(0, |column| column.range.end);
        if let Some(before) = self.columns.last_mut() {
            before.range.end = section.start;
            before.head = before.head.min(section.start);
        }
        self.columns.push(Column {
            title,
            depth,
            head: section.end,
            range: section.start..end,
            section,
            cards: self.cards.len()..self.cards.len(),
        });
    }

    fn push(&mut self, mut card: Card, mark: usize) {
        card.column = self.columns.len() - 1;
        for range in [&mut card.range, &mut card.head]
            .into_iter()
            .chain(&mut card.block)
        {
            range.start = range.start.max(mark);
        }
        self.cards.push(card);
        if let Some(column) = self.columns.last_mut() {
            column.cards.end = self.cards.len();
        }
    }
}

/// Where a text begins, behind a byte order mark, which no card takes with it.
fn mark_of(text: &str) -> usize {
    match text.strip_prefix(arrange::BYTE_ORDER_MARK) {
        Some(rest) => text.len() - rest.len(),
        None => 0,
    }
}

/// Behind the title page and its blank lines.
fn head_of_text(text: &str, elements: &[Element]) -> usize {
    let mark = mark_of(text);
    elements
        .iter()
        .take_while(|e| matches!(e.kind, ElementKind::TitlePage | ElementKind::Blank))
        .last()
        .map_or(mark, |e| e.range.end.max(mark))
}

/// The end of the notes right behind an element and of the blank lines behind those, as a place
/// among the elements.
fn with_notes_and_blank(elements: &[Element], index: usize) -> usize {
    let notes = elements[index + 1..]
        .iter()
        .take_while(|e| e.kind == ElementKind::Note)
        .count();
    let end = index + 1 + notes;
    let blank = elements
        .get(end)
        .is_some_and(|e| e.kind == ElementKind::Blank);
    end + usize::from(blank)
}

fn blank_behind(elements: &[Element], index: usize) -> usize {
    match elements.get(index + 1) {
        Some(next) if next.kind == ElementKind::Blank => next.range.end,
        _ => elements[index].range.end,
    }
}

/// What stands inside of boneyard that holds an omitted scene, if a scene is in it.
fn omitted(text: &str, element: &Element) -> Option<Range<usize>> {
    let hidden = omit::inside(text, element)?;
    omit::holds_scene(&omit::restored(&text[hidden.clone()])).then_some(hidden)
}

/// What goes with each scene when it is moved, in order: the scene up to the next one, to the next
/// section or to an omitted scene, and the notes and synopses that stand right above its heading, if
/// a blank line parts them from what is before. A heading that is left of an omitted scene goes with
/// the scene.
pub fn carried(text: &str, elements: &[Element]) -> Vec<Range<usize>> {
    let mark = mark_of(text);
    let mut found: Vec<Range<usize>> = Vec::new();
    let (mut open, mut left) = (false, false);
    for (index, element) in elements.iter().enumerate() {
        match element.kind {
            ElementKind::SceneHeading => {
                let start = elements[above(elements, index)].range.start.max(mark);
                if let Some(before) = found.last_mut().filter(|_| open) {
                    before.end = start;
                }
                found.push(start..element.range.end);
                open = true;
                left = fountain::heading(text, element).is_some_and(|heading| heading.omitted);
            }
            ElementKind::Section { .. } => open = false,
            ElementKind::Boneyard if open && omitted(text, element).is_some() => {
                // The first one belongs to the heading that is left of it.
                match found.last_mut() {
                    Some(scene) if left => scene.end = element.range.end,
                    _ => open = false,
                }
                left = false;
            }
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

/// The elements that lie in a range.
fn within<'e>(elements: &'e [Element], range: &Range<usize>) -> &'e [Element] {
    let from = elements.partition_point(|e| e.range.end <= range.start);
    let to = elements.partition_point(|e| e.range.start < range.end);
    &elements[from.min(to)..to]
}

/// The synopses of a scene: above its heading, and behind it before anything prints.
fn head_synopses(elements: &[Element]) -> impl Iterator<Item = &Element> {
    let mut past = false;
    elements
        .iter()
        .take_while(move |e| match e.kind {
            ElementKind::SceneHeading if past => false,
            ElementKind::SceneHeading => {
                past = true;
                true
            }
            ElementKind::Synopsis | ElementKind::Note | ElementKind::Blank => true,
            ElementKind::Boneyard | ElementKind::PageBreak => true,
            _ => false,
        })
        .filter(|e| e.kind == ElementKind::Synopsis)
}

fn scene_card(text: &str, elements: &[Element], ordinal: usize, range: Range<usize>) -> Card {
    let own = within(elements, &range);
    let head = own.iter().find(|e| e.kind == ElementKind::SceneHeading);
    let mut card = Card {
        kind: CardKind::Scene,
        column: 0,
        heading: String::new(),
        number: None,
        synopsis: synopsis(text, own),
        color: color::note_of(text, own).map(|(color, _)| color),
        scene: Some(ordinal),
        head: head.map_or(range.start..range.start, |e| e.range.clone()),
        range,
        block: None,
        hidden: None,
    };
    let Some(heading) = head.and_then(|e| fountain::heading(text, e)) else {
        return card;
    };
    card.heading = heading.text.to_string();
    card.number = heading.number.map(|n| n.text.into_owned());
    if heading.omitted {
        card.kind = CardKind::Omitted;
        let block = own
            .iter()
            .find_map(|e| Some((e.range.clone(), omitted(text, e)?)));
        if let Some((block, hidden)) = block {
            read_hidden(&mut card, text, block, hidden);
        }
    }
    card
}

/// Fills in what an omitted scene is, from where it is hidden.
fn read_hidden(card: &mut Card, text: &str, block: Range<usize>, hidden: Range<usize>) {
    let inner = omit::restored(&text[hidden.clone()]);
    let elements = fountain::parse(&inner);
    card.synopsis = synopsis(&inner, &elements);
    card.color = color::note_of(&inner, &elements).map(|(color, _)| color);
    let head = elements.iter().find_map(|e| fountain::heading(&inner, e));
    if let Some(heading) = head {
        card.heading = heading.text.to_string();
    }
    card.block = Some(block);
    card.hidden = Some(hidden);
}

fn omitted_card(text: &str, element: &Element, hidden: Range<usize>, end: usize) -> Card {
    let mut card = Card {
        kind: CardKind::Omitted,
        column: 0,
        heading: String::new(),
        number: None,
        synopsis: String::new(),
        color: None,
        scene: None,
        range: element.range.start..end,
        head: element.range.clone(),
        block: None,
        hidden: None,
    };
    read_hidden(&mut card, text, element.range.clone(), hidden);
    card
}

fn beat_card(text: &str, element: &Element, own: &[Element]) -> Card {
    let end = own.last().map_or(element.range.end, |e| e.range.end);
    Card {
        kind: CardKind::Beat,
        column: 0,
        heading: String::new(),
        number: None,
        synopsis: fountain::content(text, element),
        color: color::note_of(text, own).map(|(color, _)| color),
        scene: None,
        range: element.range.start..end,
        head: element.range.clone(),
        block: None,
        hidden: None,
    }
}

fn synopsis(text: &str, own: &[Element]) -> String {
    let lines: Vec<String> = head_synopses(own)
        .map(|e| fountain::content(text, e))
        .collect();
    lines.join("\n")
}
