//! The colour of a card: a note, `[[color: blue]]`, so that it is in the text, goes where the scene
//! goes, and says nothing to a program that does not know it.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use crate::fountain::{self, Element, ElementKind, RunKind};

/// A colour that a card can have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum CardColor {
    Red,
    Orange,
    Yellow,
    Green,
    Teal,
    Blue,
    Purple,
    Pink,
    Brown,
    Gray,
}

/// Names that are read; the first one is written.
const NAMES: [(CardColor, &[&str], [u8; 3]); 10] = [
    (CardColor::Red, &["red", "红", "红色"], [208, 64, 56]),
    (
        CardColor::Orange,
        &["orange", "橙", "橙色", "橘色"],
        [230, 140, 50],
    ),
    (CardColor::Yellow, &["yellow", "黄", "黄色"], [235, 205, 60]),
    (CardColor::Green, &["green", "绿", "绿色"], [80, 160, 80]),
    (
        CardColor::Teal,
        &["teal", "cyan", "青", "青色"],
        [60, 170, 170],
    ),
    (CardColor::Blue, &["blue", "蓝", "蓝色"], [60, 110, 200]),
    (
        CardColor::Purple,
        &["purple", "violet", "magenta", "紫", "紫色"],
        [140, 80, 180],
    ),
    (
        CardColor::Pink,
        &["pink", "粉", "粉色", "粉红"],
        [235, 140, 180],
    ),
    (
        CardColor::Brown,
        &["brown", "棕", "棕色", "褐色"],
        [140, 100, 60],
    ),
    (
        CardColor::Gray,
        &["gray", "grey", "灰", "灰色"],
        [140, 140, 140],
    ),
];

impl CardColor {
    /// All, in the order they are offered.
    pub const ALL: [Self; 10] = [
        Self::Red,
        Self::Orange,
        Self::Yellow,
        Self::Green,
        Self::Teal,
        Self::Blue,
        Self::Purple,
        Self::Pink,
        Self::Brown,
        Self::Gray,
    ];

    /// Its name, as it is written into a note.
    pub fn name(self) -> &'static str {
        NAMES
            .iter()
            .find(|(color, _, _)| *color == self)
            .map_or("gray", |(_, names, _)| names[0])
    }

    /// The colour with a name, in English or Chinese, or the one that is nearest to `#RRGGBB`.
    pub fn named(name: &str) -> Option<Self> {
        let name = name.trim().to_lowercase();
        if let Some(digits) = name.strip_prefix('#') {
            return nearest(digits);
        }
        NAMES
            .iter()
            .find(|(_, names, _)| names.contains(&name.as_str()))
            .map(|(color, _, _)| *color)
    }

    /// As red, green and blue.
    pub fn rgb(self) -> [u8; 3] {
        NAMES
            .iter()
            .find(|(color, _, _)| *color == self)
            .map_or([140, 140, 140], |(_, _, rgb)| *rgb)
    }

    /// The note that gives a card this colour.
    pub fn note(self) -> String {
        format!("[[color: {}]]", self.name())
    }

    /// The colour that a note gives: `color: blue`, `colour blue`, `颜色：蓝`.
    pub fn of_note(note: &str) -> Option<Self> {
        let note = note.trim();
        let lower = note.to_lowercase();
        let rest = ["colour", "color", "颜色"]
            .iter()
            .find_map(|word| lower.strip_prefix(word))?;
        let name = rest.trim_start_matches([':', '：', ' ', '\t']);
        (name.len() < rest.len()).then(|| Self::named(name))?
    }
}

/// `RRGGBB`, or twice as many digits, of which the first half of each colour counts.
fn nearest(digits: &str) -> Option<CardColor> {
    if !digits.bytes().all(|b| b.is_ascii_hexdigit()) {
        return None;
    }
    let step = match digits.len() {
        6 => 2,
        12 => 4,
        _ => return None,
    };
    let part = |n: usize| i32::from_str_radix(&digits[n * step..n * step + 2], 16).ok();
    let found = [part(0)?, part(1)?, part(2)?];
    NAMES
        .iter()
        .min_by_key(|(_, _, rgb)| {
            let apart = rgb.iter().zip(found).map(|(a, b)| i32::from(*a) - b);
            apart.map(|d| d * d).sum::<i32>()
        })
        .map(|(color, _, _)| *color)
}

/// The note that gives a card its colour: the first one in its heading, synopses and notes, with
/// its marks.
pub(super) fn note_of(text: &str, elements: &[Element]) -> Option<(CardColor, Range<usize>)> {
    elements
        .iter()
        .filter(|element| {
            matches!(
                element.kind,
                ElementKind::SceneHeading | ElementKind::Synopsis | ElementKind::Note
            )
        })
        .find_map(|element| {
            fountain::lines(text, element)
                .iter()
                .flat_map(|line| &line.runs)
                .filter(|run| run.kind == RunKind::Note)
                .find_map(|run| Some((CardColor::of_note(run.text)?, run.range.clone())))
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_are_read_in_both_languages_and_written_in_one() {
        for color in CardColor::ALL {
            let note = color.note();
            let inside = note.trim_start_matches('[').trim_end_matches(']');
            assert_eq!(CardColor::of_note(inside), Some(color));
        }
        for (note, color) in [
            ("Colour  BLUE ", Some(CardColor::Blue)),
            ("颜色：蓝", Some(CardColor::Blue)),
            ("color: #ffff00", Some(CardColor::Yellow)),
            ("color: #0000FFFF0000", Some(CardColor::Green)),
            ("color: #12", None),
            ("color: #é12345", None),
            ("colorblue", None),
            ("color: of the sky", None),
            ("the colour blue", None),
            ("", None),
        ] {
            assert_eq!(CardColor::of_note(note), color, "{note}");
        }
    }
}
