//! Passages: runs of a text that are short enough to be taken in as a whole, which is what a search
//! by meaning compares with what was asked.

use std::ops::Range;

use crate::{
    DocumentKind,
    fountain::{self, ElementKind},
    segment,
};

/// Room that a letter takes; the unit of `room` in [`passages`].
const LETTER: usize = 1;

/// Room that a character of Chinese, Japanese or Korean takes. Vocabularies of models give most of
/// them a token of their own, and some three letters share one.
const IDEOGRAPH: usize = 5;

/// What is put together or taken apart: a paragraph, or an element of a script.
struct Piece {
    range: Range<usize>,
    /// Nothing before it belongs to it: a heading.
    begins: bool,
}

/// Cuts a text into passages that take at most `room` letters, a character of Chinese counting as
/// five. A scene or a part under a heading begins a passage; what fits is kept together, and what
/// is too long is cut after a sentence, at worst inside of one. White space around a passage is
/// left out, and so are passages without a letter or digit, title pages and what was cut out of a
/// script. Takes time in proportion to the text.
pub fn passages(kind: DocumentKind, text: &str, room: usize) -> Vec<Range<usize>> {
    let room = room.max(IDEOGRAPH);
    let pieces = match kind {
        DocumentKind::Screenplay => of_script(text),
        DocumentKind::News | DocumentKind::Ads => of_prose(text),
    };
    let mut found: Vec<Range<usize>> = Vec::new();
    // The passage that may still grow, and the room it takes.
    let mut open: Option<(Range<usize>, usize)> = None;
    for piece in pieces {
        let size = room_of(&text[piece.range.clone()]);
        let joined = open
            .as_ref()
            .filter(|_| !piece.begins)
            .map(|(range, taken)| taken + room_of(&text[range.end..piece.range.start]) + size);
        match (&mut open, joined) {
            (Some((range, taken)), Some(joined)) if joined <= room => {
                range.end = piece.range.end;
                *taken = joined;
            }
            _ => {
                found.extend(open.take().map(|(range, _)| range));
                if size > room {
                    found.extend(cut(text, piece.range, room));
                } else {
                    open = Some((piece.range, size));
                }
            }
        }
    }
    found.extend(open.map(|(range, _)| range));
    found
        .into_iter()
        .map(|range| trimmed(text, range))
        .filter(|range| text[range.clone()].chars().any(char::is_alphanumeric))
        .collect()
}

fn of_prose(text: &str) -> Vec<Piece> {
    let piece = |range: Range<usize>| Piece {
        begins: text[range.clone()].trim_start().starts_with('#'),
        range,
    };
    segment::paragraphs(text).into_iter().map(piece).collect()
}

fn of_script(text: &str) -> Vec<Piece> {
    use ElementKind::{Blank, Boneyard, PageBreak, SceneHeading, Section, TitlePage};
    fountain::parse(text)
        .into_iter()
        .filter(|element| !matches!(element.kind, Blank | Boneyard | PageBreak | TitlePage))
        .map(|element| Piece {
            begins: matches!(element.kind, SceneHeading | Section { .. }),
            range: element.range,
        })
        .collect()
}

fn room_of(text: &str) -> usize {
    text.chars().map(room_of_one).sum()
}

fn room_of_one(c: char) -> usize {
    if c >= '\u{2e80}' { IDEOGRAPH } else { LETTER }
}

/// Takes a piece apart that has no room as a whole.
fn cut(text: &str, piece: Range<usize>, room: usize) -> Vec<Range<usize>> {
    let mut found: Vec<Range<usize>> = Vec::new();
    let mut taken = room;
    for sentence in segment::sentences(&text[piece.clone()]) {
        let sentence = piece.start + sentence.start..piece.start + sentence.end;
        let size = room_of(&text[sentence.clone()]);
        let end = found.last().map_or(sentence.start, |last| last.end);
        let joined = taken + room_of(&text[end..sentence.start]) + size;
        match found.last_mut() {
            Some(last) if joined <= room => {
                last.end = sentence.end;
                taken = joined;
            }
            _ if size <= room => {
                found.push(sentence);
                taken = size;
            }
            _ => {
                found.extend(cut_anywhere(text, sentence, room));
                taken = room;
            }
        }
    }
    found
}

fn cut_anywhere(text: &str, range: Range<usize>, room: usize) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let (mut start, mut taken) = (range.start, 0);
    // The last gap between words: better than inside of one.
    let mut gap = None;
    for (at, c) in text[range.clone()].char_indices() {
        let at = range.start + at;
        if c.is_whitespace() {
            gap = Some(at).filter(|at| *at > start);
        }
        while taken > 0 && taken + room_of_one(c) > room {
            let end = gap.take().unwrap_or(at);
            found.push(start..end);
            let rest = text[end..at].trim_start();
            taken = room_of(rest);
            start = at - rest.len();
        }
        if c.is_whitespace() && start == at {
            start += c.len_utf8();
            continue;
        }
        taken += room_of_one(c);
    }
    found.push(start..range.end);
    found
}

fn trimmed(text: &str, range: Range<usize>) -> Range<usize> {
    let inside = &text[range.clone()];
    let start = range.start + (inside.len() - inside.trim_start().len());
    let end = range.end - (inside.len() - inside.trim_end().len());
    start.min(end)..end
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn texts(kind: DocumentKind, text: &str, room: usize) -> Vec<&str> {
        let found = passages(kind, text, room);
        found.into_iter().map(|range| &text[range]).collect()
    }

    #[test]
    fn a_scene_begins_a_passage_and_what_does_not_print_is_left_out() {
        let script = "Title: Tide\n\n# Act one\n\nINT. KITCHEN - DAY\n\nShe finds the letter.\n\n\
            /* an older version */\n\nMARA\nNot yet.\n\nEXT. PIER - NIGHT\n\nWaves.\n";
        assert_eq!(
            texts(DocumentKind::Screenplay, script, 300),
            [
                "# Act one",
                "INT. KITCHEN - DAY\n\nShe finds the letter.\n\n/* an older version */\n\nMARA\nNot yet.",
                "EXT. PIER - NIGHT\n\nWaves.",
            ]
        );
    }

    #[test]
    fn paragraphs_share_a_passage_while_there_is_room() {
        let text = "# Ferry\n\nOne two.\n\nThree four.\n\nFive six seven.\n\n## After\n\nEight.";
        assert_eq!(
            texts(DocumentKind::News, text, 32),
            [
                "# Ferry\n\nOne two.\n\nThree four.",
                "Five six seven.",
                "## After\n\nEight."
            ]
        );
    }

    #[test]
    fn chinese_takes_more_room_and_is_cut_after_a_sentence() {
        let text = "夜里潮水很高。渔船没有出海。她在厨房里找到了那封信。";
        assert_eq!(
            texts(DocumentKind::News, text, 80),
            ["夜里潮水很高。渔船没有出海。", "她在厨房里找到了那封信。"]
        );
    }

    #[test]
    fn a_word_is_cut_only_where_it_has_no_room() {
        let text = "alpha beta gamma abcdefghijklmnop";
        assert_eq!(
            texts(DocumentKind::News, text, 10),
            ["alpha beta", "gamma", "abcdefghij", "klmnop"]
        );
    }

    proptest! {
        #[test]
        fn passages_lie_in_a_row_keep_to_their_room_and_lose_no_letter(
            text in "([a-zA-Z潮水夜#.。!\\[\\]/* \n]{0,12}(\n\n)?){0,20}", room in 5_usize..60, kind in 0_usize..2,
        ) {
            let kind = [DocumentKind::News, DocumentKind::Ads][kind];
            let found = passages(kind, &text, room);
            let mut end = 0;
            let mut letters = String::new();
            for range in &found {
                prop_assert!(range.start >= end && range.start < range.end);
                end = range.end;
                let passage = &text[range.clone()];
                prop_assert!(room_of(passage) <= room, "{passage:?}");
                letters.extend(passage.chars().filter(|c| c.is_alphanumeric()));
            }
            let all: String = text.chars().filter(|c| c.is_alphanumeric()).collect();
            prop_assert_eq!(letters, all);
        }

        #[test]
        fn any_script_is_cut(text in "(INT\\. A\n\n|[A-Z]{2}\n|/\\*|\\*/|\\[\\[|\\]\\]|# |= |[a-z潮. ]{0,9}\n{0,2}){0,20}", room in 5_usize..60) {
            let mut end = 0;
            for range in passages(DocumentKind::Screenplay, &text, room) {
                prop_assert!(range.start >= end && range.start < range.end);
                end = range.end;
                prop_assert!(text.get(range).is_some());
            }
        }
    }
}
