//! Cards in another order: the text told in pieces of what it was, so that each piece keeps where it
//! came from.

use std::ops::Range;

use super::omit::Local;
use super::{Board, BoardError, CardKind, Place};
use crate::fountain::{self, Element, ElementKind};

/// A piece of a new text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// These bytes of the text as it was.
    Kept(Range<usize>),
    /// New text.
    Added(String),
}

/// A replacement of bytes of the text as it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replacement {
    /// What is replaced; empty for an insertion.
    pub range: Range<usize>,
    /// What stands there afterwards.
    pub pieces: Vec<Piece>,
}

/// A text, told whole in pieces of an older one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rearranged {
    pieces: Vec<Piece>,
    /// The length of the older text.
    old: usize,
}

impl Rearranged {
    /// The pieces, which make the whole new text.
    pub fn pieces(&self) -> &[Piece] {
        &self.pieces
    }

    /// The new text. `text` is the one that this was made for.
    pub fn apply(&self, text: &str) -> String {
        let mut out = String::with_capacity(text.len() + 64);
        for piece in &self.pieces {
            out.push_str(match piece {
                Piece::Kept(range) => text.get(range.clone()).unwrap_or_default(),
                Piece::Added(text) => text,
            });
        }
        out
    }

    /// Where a byte of the older text stands now, if it is still there.
    pub fn now_at(&self, old: usize) -> Option<usize> {
        let mut at = 0;
        for piece in &self.pieces {
            match piece {
                Piece::Kept(range) if range.contains(&old) => return Some(at + old - range.start),
                Piece::Kept(range) => at += range.len(),
                Piece::Added(text) => at += text.len(),
            }
        }
        None
    }

    /// Where the first new text begins, in the new text.
    pub fn first_added(&self) -> Option<usize> {
        let mut at = 0;
        for piece in &self.pieces {
            match piece {
                Piece::Kept(range) => at += range.len(),
                Piece::Added(_) => return Some(at),
            }
        }
        None
    }

    /// The same as replacements, in order and apart: the largest part of what is kept in order
    /// stays where it is.
    pub fn edits(&self) -> Vec<Replacement> {
        let stay = self.staying();
        let mut edits = Vec::new();
        let mut put = Vec::new();
        let mut at = 0;
        let mut close = |at: usize, to: usize, put: &mut Vec<Piece>| {
            if at < to || !put.is_empty() {
                edits.push(Replacement {
                    range: at..to,
                    pieces: std::mem::take(put),
                });
            }
        };
        for (index, piece) in self.pieces.iter().enumerate() {
            match piece {
                Piece::Kept(range) if stay.contains(&index) => {
                    close(at, range.start, &mut put);
                    at = range.end;
                }
                other => put.push(other.clone()),
            }
        }
        close(at, self.old, &mut put);
        edits
    }

    /// The kept pieces that stay: of all sequences in order, the one with most bytes.
    fn staying(&self) -> Vec<usize> {
        let kept: Vec<(usize, &Range<usize>)> = self
            .pieces
            .iter()
            .enumerate()
            .filter_map(|(index, piece)| match piece {
                Piece::Kept(range) => Some((index, range)),
                Piece::Added(_) => None,
            })
            .collect();
        // The best sequence that ends with each piece, and the piece before it there.
        let mut best: Vec<(usize, Option<usize>)> = Vec::with_capacity(kept.len());
        for (n, (_, range)) in kept.iter().enumerate() {
            let before = (0..n)
                .filter(|m| kept[*m].1.end <= range.start)
                .max_by_key(|m| best[*m].0);
            let bytes = before.map_or(0, |m| best[m].0) + range.len();
            best.push((bytes, before));
        }
        let mut stay = Vec::new();
        let mut next = (0..kept.len()).max_by_key(|n| best[*n].0);
        while let Some(n) = next {
            stay.push(kept[n].0);
            next = best[n].1;
        }
        stay
    }
}

/// A text that is put together, and what should be read in it.
struct Builder<'a> {
    text: &'a str,
    pieces: Vec<Piece>,
    out: String,
}

impl Builder<'_> {
    fn keep(&mut self, range: Range<usize>) {
        if range.is_empty() {
            return;
        }
        let goes_on =
            matches!(self.pieces.last(), Some(Piece::Kept(last)) if last.end == range.start);
        if !goes_on {
            self.part_line_ends(&self.text[range.start..]);
        }
        self.out.push_str(&self.text[range.clone()]);
        match self.pieces.last_mut() {
            Some(Piece::Kept(last)) if last.end == range.start => last.end = range.end,
            _ => self.pieces.push(Piece::Kept(range)),
        }
    }

    fn add(&mut self, text: &str) {
        if text.is_empty() {
            return;
        }
        self.part_line_ends(text);
        self.out.push_str(text);
        match self.pieces.last_mut() {
            Some(Piece::Added(last)) => last.push_str(text),
            _ => self.pieces.push(Piece::Added(text.to_owned())),
        }
    }

    /// A lone `\r` before a `\n` that was elsewhere would be one line end with it.
    fn part_line_ends(&mut self, next: &str) {
        if self.out.ends_with('\r') && next.starts_with('\n') {
            self.out.push('\n');
            match self.pieces.last_mut() {
                Some(Piece::Added(last)) => last.push('\n'),
                _ => self.pieces.push(Piece::Added("\n".to_owned())),
            }
        }
    }

    fn put(&mut self, piece: &Piece) {
        match piece {
            Piece::Kept(range) => self.keep(range.clone()),
            Piece::Added(text) => self.add(text),
        }
    }
}

/// What is to be read at a place of a new text.
enum Wanted {
    /// This element, word for word.
    Same(ElementKind, String),
    /// One of this kind.
    Kind(ElementKind),
}

impl Wanted {
    fn is(&self, kind: ElementKind, source: &str) -> bool {
        match self {
            Self::Same(wanted, text) => *wanted == kind && text == source,
            Self::Kind(wanted) => *wanted == kind,
        }
    }
}

fn source(text: &str, element: &Element) -> String {
    let source = text.get(element.range.clone()).unwrap_or_default();
    source
        .trim_start_matches(BYTE_ORDER_MARK)
        .trim_end()
        .to_owned()
}

fn reads(new: &str, wanted: &[Wanted]) -> bool {
    let found = fountain::parse(new);
    let mut found = found.iter().filter(|e| e.kind != ElementKind::Blank);
    wanted.iter().all(|wanted| {
        found
            .next()
            .is_some_and(|e| wanted.is(e.kind, &source(new, e)))
    }) && found.next().is_none()
}

impl Board {
    /// Moves cards, each with its synopsis and notes, to one place, in the order they have. `None`:
    /// they stand there already.
    ///
    /// Beats stand at the head of a column, so that is where they go; scenes stand behind them. The
    /// cards' bytes stay what they are, and so do all others. Line ends are added where a blank
    /// line is needed that was not there: behind the last scene of a text, say. Each element of the
    /// new text is what it was.
    ///
    /// # Errors
    /// [`BoardError`]; nothing is changed then.
    pub fn move_cards(
        &self,
        text: &str,
        cards: &[usize],
        place: Place,
    ) -> Result<Option<Rearranged>, BoardError> {
        let mut chosen = cards.to_vec();
        chosen.sort_unstable();
        chosen.dedup();
        let mut groups: Vec<(usize, Vec<Range<usize>>)> = Vec::new();
        for beats in [true, false] {
            let mut ranges = Vec::new();
            for card in &chosen {
                let card = self.cards.get(*card).ok_or(BoardError::NoCard)?;
                if (card.kind == CardKind::Beat) == beats {
                    ranges.push(card.range.clone());
                }
            }
            if !ranges.is_empty() {
                groups.push((self.position(place, beats)?, ranges));
            }
        }
        if groups.is_empty() {
            return Err(BoardError::NoCard);
        }
        if groups.iter().all(|(at, ranges)| stands(*at, ranges)) {
            return Ok(None);
        }
        // A move of both kinds may leave one where it is.
        groups.sort_by_key(|(at, _)| *at);
        for hole in [false, true] {
            let (made, wanted) = self.moved(text, &groups, hole);
            let new = made.apply(text);
            if reads(&new, &wanted) {
                return Ok(Some(made));
            }
        }
        Err(BoardError::ReadsOtherwise)
    }

    /// Where a card goes, in bytes.
    pub(super) fn position(&self, place: Place, beat: bool) -> Result<usize, BoardError> {
        let card = |card: usize| self.cards.get(card).ok_or(BoardError::NoPlace);
        let same = |card: usize| {
            Ok((self.cards.get(card)).is_some_and(|c| (c.kind == CardKind::Beat) == beat))
        };
        let column = match place {
            Place::Before(n) => {
                if same(n)? {
                    return Ok(card(n)?.range.start);
                }
                card(n)?.column
            }
            Place::After(n) => {
                if same(n)? {
                    return Ok(card(n)?.range.end);
                }
                card(n)?.column
            }
            Place::First(n) | Place::Last(n) => n,
        };
        let of = self.columns.get(column).ok_or(BoardError::NoPlace)?;
        let cards = &self.cards[of.cards.clone()];
        let mut own = cards.iter().filter(|c| (c.kind == CardKind::Beat) == beat);
        let first = own.next();
        let last = own.next_back().or(first);
        let lead = match place {
            // Beside a card of the other kind: as near as may be.
            Place::Before(_) | Place::After(_) if beat => false,
            Place::Before(_) | Place::After(_) | Place::First(_) => true,
            Place::Last(_) => false,
        };
        Ok(match (first, last, lead) {
            (Some(first), _, true) => first.range.start,
            (_, Some(last), false) => last.range.end,
            _ if beat => of.head,
            _ => of.range.end,
        })
    }

    fn moved(
        &self,
        text: &str,
        groups: &[(usize, Vec<Range<usize>>)],
        hole: bool,
    ) -> (Rearranged, Vec<Wanted>) {
        let end = line_end(text);
        let mut gone: Vec<Range<usize>> = groups.iter().flat_map(|(_, r)| r.clone()).collect();
        gone.sort_by_key(|range| range.start);
        let mut order: Vec<Range<usize>> = Vec::new();
        let mut build = Builder {
            text,
            pieces: Vec::new(),
            out: String::new(),
        };
        let mut at = 0;
        let mut skip = gone.iter().peekable();
        // Keeps what stays, up to a place.
        let mut go = |build: &mut Builder, order: &mut Vec<Range<usize>>, to: usize| {
            while let Some(range) = skip.next_if(|range| range.start < to) {
                build.keep(at..range.start);
                order.push(at..range.start);
                at = range.end;
                if hole && at < text.len() && !build.out.is_empty() {
                    build.add(end);
                }
            }
            build.keep(at.min(to)..to);
            order.push(at.min(to)..to);
            at = at.max(to);
        };
        for (place, ranges) in groups {
            go(&mut build, &mut order, *place);
            for range in ranges {
                let lead = gap(&build.out, end);
                build.add(&lead);
                build.keep(range.clone());
                order.push(range.clone());
            }
            let rest = text.len() > *place
                && !gone
                    .iter()
                    .any(|r| r.start <= *place && r.end == text.len());
            if rest {
                let tail = gap(&build.out, end);
                build.add(&tail);
            }
        }
        go(&mut build, &mut order, text.len());
        let wanted = order
            .iter()
            .flat_map(|range| {
                let from = self
                    .elements
                    .partition_point(|e| e.range.end <= range.start);
                self.elements[from..]
                    .iter()
                    .take_while(|e| e.range.start < range.end)
            })
            .filter(|e| e.kind != ElementKind::Blank)
            .map(|e| Wanted::Same(e.kind, source(text, e)))
            .collect();
        let made = Rearranged {
            pieces: build.pieces,
            old: text.len(),
        };
        (made, wanted)
    }

    /// Changes single places, in order and apart. All that stands elsewhere is read as it was.
    pub(super) fn local(&self, text: &str, changes: &[Local]) -> Result<Rearranged, BoardError> {
        let mut build = Builder {
            text,
            pieces: Vec::new(),
            out: String::new(),
        };
        let mut wanted = Vec::new();
        let mut rest = self
            .elements
            .iter()
            .filter(|e| e.kind != ElementKind::Blank)
            .peekable();
        let mut at = 0;
        for (range, put, kinds) in changes {
            if range.start < at || range.end > text.len() {
                return Err(BoardError::NoPlace);
            }
            build.keep(at..range.start);
            for piece in put {
                build.put(piece);
            }
            at = range.end;
            while let Some(e) = rest.next_if(|e| e.range.end <= range.start) {
                wanted.push(Wanted::Same(e.kind, source(text, e)));
            }
            while rest.next_if(|e| e.range.start < range.end).is_some() {}
            wanted.extend(kinds.iter().map(|kind| Wanted::Kind(*kind)));
        }
        build.keep(at..text.len());
        wanted.extend(rest.map(|e| Wanted::Same(e.kind, source(text, e))));
        if !reads(&build.out, &wanted) {
            return Err(BoardError::ReadsOtherwise);
        }
        Ok(Rearranged {
            pieces: build.pieces,
            old: text.len(),
        })
    }
}

/// Whether ranges stand one behind the other, and the place is at or in them.
fn stands(at: usize, ranges: &[Range<usize>]) -> bool {
    let (Some(first), Some(last)) = (ranges.first(), ranges.last()) else {
        return true;
    };
    let joined = ranges.windows(2).all(|two| two[0].end == two[1].start);
    joined && (first.start..=last.end).contains(&at)
}

/// The line ends that are missing for a blank line behind a text.
pub(super) fn gap(before: &str, end: &str) -> String {
    let without = |text: &str| -> Option<usize> {
        ["\r\n", "\n", "\r"]
            .iter()
            .find_map(|end| text.strip_suffix(end))
            .map(str::len)
    };
    let before = before.trim_start_matches(BYTE_ORDER_MARK);
    if before.is_empty() {
        return String::new();
    }
    match without(before) {
        None => end.repeat(2),
        Some(0) => String::new(),
        Some(line) => match without(&before[..line]) {
            None => end.to_owned(),
            Some(_) => String::new(),
        },
    }
}

/// The line ends of a text.
pub(super) fn line_end(text: &str) -> &'static str {
    match text.find(['\r', '\n']) {
        Some(at) if text[at..].starts_with("\r\n") => "\r\n",
        _ => "\n",
    }
}

pub(super) const BYTE_ORDER_MARK: char = '\u{feff}';
