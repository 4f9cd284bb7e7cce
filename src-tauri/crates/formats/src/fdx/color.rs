//! The colour of a scene: a property in the file, a note in the text.

use std::ops::Range;

use inkstone_manuscript::board::CardColor;
use roxmltree::Node;

use super::{
    merge::Merge,
    notes::note_text,
    source::{Owner, child_of, split_instruction},
};
use crate::script::Kind;

/// The colour of a scene's card, as far as it is one: white and black are none.
pub(super) fn color(heading: Node) -> Option<CardColor> {
    let value = child_of(heading, "SceneProperties")?.attribute("Color")?;
    let digits = value.trim().strip_prefix('#')?;
    let blank = |digit: u8| digits.bytes().all(|b| b.eq_ignore_ascii_case(&digit));
    (!blank(b'f') && !blank(b'0'))
        .then(|| CardColor::named(value))
        .flatten()
}

/// The colour that a note of the text gives a scene whose file has it too.
pub(super) fn said_color(heading: Node) -> Option<CardColor> {
    heading
        .children()
        .filter_map(|child| child.pi())
        .filter_map(|pi| split_instruction(pi.target, pi.value))
        .find_map(|(name, rest)| (name == "color").then(|| CardColor::named(rest))?)
}

impl Merge<'_, '_> {
    /// Whether a block is the colour of the card whose heading stands right before it, in the
    /// spelling that is made of the file's.
    pub(super) fn is_card_color(&self, at: usize, home: Option<usize>) -> bool {
        let block = self.now[at].block;
        let raw: String = block.content.iter().map(|p| p.text.as_str()).collect();
        block.kind == Kind::Hidden
            && color_of(&raw).is_some_and(|color| color.note() == raw)
            && match self.owner(at) {
                Some(Owner::Paragraph(_)) => self.home(at) == home,
                owner => owner.is_none(),
            }
    }

    /// The colour of a heading's card, whether a note beside the heading says it, and which.
    pub(super) fn card_color(&self, at: Range<usize>) -> Option<(CardColor, Option<usize>)> {
        let kind = |at: usize| self.now.get(at).map(|now| now.block.kind);
        if kind(at.start) != Some(Kind::Heading) {
            return None;
        }
        let mut place = at.start;
        while place == at.start || matches!(kind(place), Some(Kind::Synopsis | Kind::Hidden)) {
            let hidden = self.now[place].block.content.iter().filter(|p| p.hidden);
            if let Some(color) = hidden.into_iter().find_map(|piece| color_of(&piece.text)) {
                let own =
                    place > at.start && at.contains(&place) && kind(place) == Some(Kind::Hidden);
                return Some((color, (!own).then_some(place)));
            }
            place += 1;
        }
        None
    }
}

/// The colour that a note gives, with its marks.
fn color_of(raw: &str) -> Option<CardColor> {
    CardColor::of_note(note_text(raw)?)
}
