//! Scenes that are out, and stay in the text.
//!
//! An omitted scene stands in boneyard that begins with the word `omitted`, where it stood, byte for
//! byte:
//!
//! ```text
//! .OMITTED #12#
//!
//! /* omitted
//! INT. HOUSE - DAY #12#
//!
//! Rain.
//!
//! */
//! ```
//!
//! A scene that has a number leaves a heading with it, which prints, as the trade wants it of a
//! locked script; one without leaves nothing that prints. A `*/` in the scene is written `*\/`,
//! and `*\/` as `*\\/`, and so on, so that it comes back as it was. The word is read as `omit`
//! and `删去`, too.

use std::ops::Range;

use super::arrange::{Piece, Rearranged, line_end};
use super::{Board, BoardError, Card, CardKind};
use crate::{
    Language,
    fountain::{self, Element, ElementKind},
};

const WORDS: [&str; 4] = ["omitted", "OMITTED", "omit", "删去"];

/// The boneyard that a scene is omitted in. The scene ends with a line end.
pub fn omission(scene: &str) -> String {
    let hidden: String = pieces(scene, 0, true)
        .into_iter()
        .map(|piece| match piece {
            Piece::Kept(range) => scene[range].to_owned(),
            Piece::Added(text) => text,
        })
        .collect();
    format!("/* omitted\n{hidden}\n*/")
}

/// The scene that a boneyard omits, if one is in it.
pub fn omitted_scene(boneyard: &str) -> Option<String> {
    let scene = restored(&boneyard[within(boneyard)?]);
    holds_scene(&scene).then_some(scene)
}

/// Whether a scene is in a text.
pub(super) fn holds_scene(text: &str) -> bool {
    fountain::parse(text)
        .iter()
        .any(|element| element.kind == ElementKind::SceneHeading)
}

/// What stands inside of boneyard that holds an omitted scene.
pub(super) fn inside(text: &str, element: &Element) -> Option<Range<usize>> {
    if element.kind != ElementKind::Boneyard {
        return None;
    }
    let inside = within(&text[element.range.clone()])?;
    Some(element.range.start + inside.start..element.range.start + inside.end)
}

fn within(source: &str) -> Option<Range<usize>> {
    let open = source.find("/*")?;
    let head = &source[open + 2..];
    let line = head.find('\n')?;
    if !WORDS.contains(&head[..line].trim()) {
        return None;
    }
    let start = open + 2 + line + 1;
    let end = source.trim_end().len().checked_sub(2)?;
    (start <= end && source[end..].starts_with("*/")).then_some(start..end)
}

/// The text of an omitted scene as it was.
pub(super) fn restored(hidden: &str) -> String {
    pieces(hidden, 0, false)
        .into_iter()
        .map(|piece| match piece {
            Piece::Kept(range) => hidden[range].to_owned(),
            Piece::Added(text) => text,
        })
        .collect()
}

/// The pieces of a text that stands at `at`, with a stroke more, or one less, in each `*\…/`.
fn pieces(text: &str, at: usize, hide: bool) -> Vec<Piece> {
    let bytes = text.as_bytes();
    let mut found = Vec::new();
    let mut from = 0;
    let mut star = 0;
    while let Some(next) = text[star..].find('*') {
        let first = star + next + 1;
        let strokes = bytes[first..].iter().take_while(|b| **b == b'\\').count();
        let end = first + strokes;
        star = first;
        if bytes.get(end) != Some(&b'/') || (!hide && strokes == 0) {
            continue;
        }
        found.push(Piece::Kept(at + from..at + first));
        from = first;
        if hide {
            found.push(Piece::Added("\\".to_owned()));
        } else {
            from += 1;
        }
    }
    found.push(Piece::Kept(at + from..at + text.len()));
    found.retain(|piece| !matches!(piece, Piece::Kept(range) if range.is_empty()));
    found
}

impl Board {
    /// Takes scenes out: they stay in the text as boneyard. Omitted ones stay as they are.
    ///
    /// # Errors
    /// [`BoardError`]; nothing is changed then.
    pub fn omit(
        &self,
        text: &str,
        cards: &[usize],
        language: Language,
    ) -> Result<Rearranged, BoardError> {
        let end = line_end(text);
        self.each(text, cards, CardKind::Scene, |card| {
            // It would be taken for the scene of a number that stands alone right before it.
            let before = self
                .cards
                .iter()
                .rev()
                .find(|c| c.head.start < card.head.start);
            if card.number.is_none()
                && before.is_some_and(|c| c.kind == CardKind::Omitted && c.block.is_none())
            {
                return Err(BoardError::ReadsOtherwise);
            }
            let chunk = &text[card.range.clone()];
            let mut put = Vec::new();
            let mut kinds = Vec::new();
            if let Some(number) = &card.number {
                let word = match language {
                    Language::English => "OMITTED",
                    Language::Chinese => "删去",
                };
                put.push(Piece::Added(format!(".{word} #{number}#{end}{end}")));
                kinds.push(ElementKind::SceneHeading);
            }
            put.push(Piece::Added(format!("/* omitted{end}")));
            put.extend(pieces(chunk, card.range.start, true));
            let behind = if card.range.end < text.len() {
                format!("*/{end}{end}")
            } else {
                "*/".to_owned()
            };
            put.push(Piece::Added(behind));
            kinds.push(ElementKind::Boneyard);
            Ok((card.range.clone(), put, kinds))
        })
    }

    /// Brings omitted scenes back, as they were.
    ///
    /// # Errors
    /// [`BoardError`]; nothing is changed then.
    pub fn bring_back(&self, text: &str, cards: &[usize]) -> Result<Rearranged, BoardError> {
        self.each(text, cards, CardKind::Omitted, |card| {
            let hidden = card.hidden.clone().ok_or(BoardError::NothingLeft)?;
            let start = card.head.start;
            let block = card.block.clone().ok_or(BoardError::NothingLeft)?;
            // What was written between the heading that is left and the scene stays.
            let between = card.head.end.min(block.start)..block.start;
            let mut put = Vec::new();
            let mut kinds = Vec::new();
            if !text[between.clone()].trim().is_empty() {
                kinds.extend(kinds_of(&text[between.clone()]));
                put.push(Piece::Kept(between));
            }
            put.extend(pieces(&text[hidden.clone()], hidden.start, false));
            kinds.extend(kinds_of(&restored(&text[hidden.clone()])));
            // The line ends behind the mark came with it.
            let mut end = hidden.end + 2;
            for _ in 0..2 {
                let rest = &text[end..];
                let one = ["\r\n", "\n", "\r"].iter().find(|e| rest.starts_with(**e));
                end += one.map_or(0, |one| one.len());
            }
            Ok((start..end, put, kinds))
        })
    }

    /// Changes cards of one kind, each by itself, in one go.
    fn each(
        &self,
        text: &str,
        cards: &[usize],
        kind: CardKind,
        change: impl Fn(&Card) -> Result<Local, BoardError>,
    ) -> Result<Rearranged, BoardError> {
        let mut chosen: Vec<&Card> = Vec::new();
        for card in cards {
            let card = self.cards.get(*card).ok_or(BoardError::NoCard)?;
            if card.kind == kind && !chosen.iter().any(|c| c.range == card.range) {
                chosen.push(card);
            }
        }
        if chosen.is_empty() {
            return Err(BoardError::NoCard);
        }
        chosen.sort_by_key(|card| card.range.start);
        let locals = chosen.into_iter().map(change);
        self.local(text, &locals.collect::<Result<Vec<_>, _>>()?)
    }
}

fn kinds_of(text: &str) -> impl Iterator<Item = ElementKind> {
    let elements = fountain::parse(text).into_iter().map(|e| e.kind);
    elements.filter(|kind| *kind != ElementKind::Blank)
}

/// A change of one place: what is replaced, by what, and what is read there afterwards.
pub(super) type Local = (Range<usize>, Vec<Piece>, Vec<ElementKind>);
