//! Lengths, as a limit counts them.

use serde::{Deserialize, Serialize};
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// What a limit counts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Measure {
    /// Characters as a reader sees them (graphemes), without line breaks.
    #[default]
    Characters,
    /// Columns: full-width characters count two. Of an emoji made of several characters, the larger
    /// of its parts' sum and its shown width.
    Columns,
    /// X's weights, of which a post may have 280: Latin and its like one, all others two, an
    /// address 23 (or what its letters weigh, if that is more, so that it is never too little).
    XWeight,
}

impl Measure {
    /// The size of a text.
    pub fn of(self, text: &str) -> usize {
        match self {
            Self::Characters => {
                let shown = |g: &&str| !g.starts_with(['\n', '\r']);
                text.graphemes(true).filter(shown).count()
            }
            Self::Columns => text.graphemes(true).map(columns).sum(),
            Self::XWeight => text.split_inclusive(char::is_whitespace).map(weight).sum(),
        }
    }
}

fn columns(grapheme: &str) -> usize {
    let parts: usize = grapheme.chars().map(|c| c.width().unwrap_or(0)).sum();
    parts.max(grapheme.width())
}

const ADDRESS: usize = 23;

/// The most that a run without white space can weigh.
fn weight(run: &str) -> usize {
    let letters: usize = run
        .chars()
        .map(|c| match c {
            '\0'..='\u{10ff}'
            | '\u{2000}'..='\u{200d}'
            | '\u{2010}'..='\u{201f}'
            | '\u{2032}'..='\u{2037}' => 1,
            _ => 2,
        })
        .sum();
    // A keycap or a heart made an emoji weighs two, whatever its parts do.
    let emoji = run.matches(['\u{fe0f}', '\u{20e3}']).count();
    // Each ending of at least two letters may be an address of its own.
    let dots = run.match_indices('.').filter(|(at, _)| {
        let ending = run[at + 1..].bytes().take_while(u8::is_ascii_alphabetic);
        ending.count() >= 2
    });
    letters + emoji + ADDRESS * dots.count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_counts_in_its_own_way() {
        let text = "Tea 茶 e\u{301}\r\n👩‍👩‍👧";
        assert_eq!(Measure::Characters.of(text), 8);
        assert_eq!(Measure::Columns.of("Tea 茶"), 6);
        assert_eq!(Measure::XWeight.of("Tea 茶"), 6);
        assert!(Measure::XWeight.of("see ink.com") >= 27);
        assert_eq!(Measure::XWeight.of("3.5 e.g. ok"), 11);
    }
}
