//! New cards, scenes cut in two, other headings, synopses, colours, sections.

use std::ops::Range;

use super::arrange::{Piece, Rearranged, gap, line_end};
use super::{Board, BoardError, Card, CardColor, CardKind, Place, color, head_synopses, within};
use crate::fountain::{self, Element, ElementKind, RunKind};

/// A card to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NewCard {
    /// A scene.
    Scene {
        /// Its heading.
        heading: String,
        /// What happens; may be empty.
        synopsis: String,
    },
    /// A beat.
    Beat {
        /// What it says.
        text: String,
    },
}

/// A line of text: without line ends, and without white space at its ends.
fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What was typed as a heading: forced where it is none by itself.
fn heading_line(typed: &str) -> Result<String, BoardError> {
    let line = one_line(typed);
    for line in [line.clone(), format!(".{line}")] {
        let elements = fountain::parse(&line);
        if matches!(elements.as_slice(), [only] if only.kind == ElementKind::SceneHeading) {
            return Ok(line);
        }
    }
    Err(BoardError::NoHeading)
}

fn synopsis_lines(text: &str) -> Vec<String> {
    text.lines()
        .map(one_line)
        .filter(|line| !line.is_empty())
        .map(|line| format!("= {line}"))
        .collect()
}

/// Where a scene can be cut in two: the paragraphs behind its head that a heading could stand
/// before, with their first line.
pub fn paragraphs(text: &str, board: &Board, card: usize) -> Vec<(Range<usize>, String)> {
    let Some(card) = board.cards.get(card).filter(|c| c.kind == CardKind::Scene) else {
        return Vec::new();
    };
    let own = within(&board.elements, &card.range);
    let behind = own.iter().filter(|e| e.range.start >= card.head.end);
    behind
        .filter(|e| {
            matches!(
                e.kind,
                ElementKind::Action
                    | ElementKind::Character
                    | ElementKind::Transition
                    | ElementKind::Centered
                    | ElementKind::Lyric
            )
        })
        .map(|e| (e.range.clone(), fountain::content(text, e)))
        .collect()
}

impl Board {
    fn card(&self, card: usize) -> Result<&Card, BoardError> {
        self.cards.get(card).ok_or(BoardError::NoCard)
    }

    /// Puts a new card in.
    ///
    /// # Errors
    /// [`BoardError`]; nothing is changed then.
    pub fn add(&self, text: &str, place: Place, card: &NewCard) -> Result<Rearranged, BoardError> {
        let end = line_end(text);
        let (lines, beat) = match card {
            NewCard::Scene { heading, synopsis } => {
                let mut lines = vec![heading_line(heading)?];
                lines.extend(synopsis_lines(synopsis));
                (lines, false)
            }
            NewCard::Beat { text } => (
                vec![format!("= {}", one_line(text)).trim_end().to_owned()],
                true,
            ),
        };
        let mut kinds = vec![ElementKind::Synopsis; lines.len()];
        if !beat {
            kinds[0] = ElementKind::SceneHeading;
        }
        let at = self.position(place, beat)?;
        let lead = gap(&text[..at], end);
        let tail = format!("{end}{end}");
        let put = format!("{lead}{}{tail}", lines.join(end));
        self.local(text, &[(at..at, vec![Piece::Added(put)], kinds)])
    }

    /// Puts text in at several places, in order, each set off by blank lines. What it is read as by
    /// itself is what it is read as there.
    ///
    /// # Errors
    /// [`BoardError`]; nothing is changed then.
    pub fn insert(
        &self,
        text: &str,
        inserts: &[(usize, String)],
    ) -> Result<Rearranged, BoardError> {
        let end = line_end(text);
        let mut changes: Vec<super::omit::Local> = Vec::new();
        for (at, said) in inserts {
            let kinds = fountain::parse(said)
                .into_iter()
                .map(|e| e.kind)
                .filter(|kind| *kind != ElementKind::Blank);
            let said = said.trim().lines().collect::<Vec<_>>().join(end);
            match changes.last_mut() {
                Some((range, put, known)) if range.start == *at => {
                    put.push(Piece::Added(format!("{said}{end}{end}")));
                    known.extend(kinds);
                }
                _ => {
                    let before = text.get(..*at).ok_or(BoardError::NoPlace)?;
                    let put = format!("{}{said}{end}{end}", gap(before, end));
                    changes.push((*at..*at, vec![Piece::Added(put)], kinds.collect()));
                }
            }
        }
        self.local(text, &changes)
    }

    /// Where another beat of a column goes, in bytes: behind the ones it has.
    pub fn beat_place(&self, column: usize) -> Option<usize> {
        self.position(Place::Last(column), true).ok()
    }

    /// Cuts a scene in two: what stands from `at` on gets a heading of its own.
    ///
    /// # Errors
    /// [`BoardError`]; `NoPlace` where no paragraph begins.
    pub fn split(
        &self,
        text: &str,
        card: usize,
        at: usize,
        heading: &str,
    ) -> Result<Rearranged, BoardError> {
        let begins = |(range, _): &(Range<usize>, String)| range.start == at;
        if !paragraphs(text, self, card).iter().any(begins) {
            return Err(BoardError::NoPlace);
        }
        let end = line_end(text);
        let put = format!(
            "{}{}{end}{end}",
            gap(&text[..at], end),
            heading_line(heading)?
        );
        let kinds = vec![ElementKind::SceneHeading];
        self.local(text, &[(at..at, vec![Piece::Added(put)], kinds)])
    }

    /// Gives a scene another heading. Its number and its notes stay.
    ///
    /// # Errors
    /// [`BoardError`]; nothing is changed then.
    pub fn rename(&self, text: &str, card: usize, heading: &str) -> Result<Rearranged, BoardError> {
        let card = self.card(card)?;
        if card.kind != CardKind::Scene {
            return Err(BoardError::NoCard);
        }
        let own = within(&self.elements, &card.head);
        let element = own.first().ok_or(BoardError::NoCard)?;
        let line = text[element.range.clone()].trim_end();
        let line = element.range.start..element.range.start + line.len();
        let mut put = vec![Piece::Added(heading_line(heading)?)];
        let hashed = fountain::heading(text, element)
            .and_then(|heading| heading.number)
            .map(|number| number.range.start.saturating_sub(1)..number.range.end + 1)
            .filter(|n| {
                text.get(n.clone())
                    .is_some_and(|n| n.len() > 2 && n.starts_with('#') && n.ends_with('#'))
            });
        for range in notes(text, element).into_iter().chain(hashed) {
            put.push(Piece::Added(" ".to_owned()));
            put.push(Piece::Kept(range));
        }
        self.local(text, &[(line, put, vec![ElementKind::SceneHeading])])
    }

    /// Gives a scene another synopsis, or a beat another text; lines are kept as lines. An empty
    /// one takes a scene's synopsis away; a beat keeps its line.
    ///
    /// # Errors
    /// [`BoardError`]; nothing is changed then.
    pub fn describe(
        &self,
        text: &str,
        card: usize,
        synopsis: &str,
    ) -> Result<Rearranged, BoardError> {
        let card = self.card(card)?;
        let end = line_end(text);
        if card.kind == CardKind::Beat {
            let own = within(&self.elements, &card.head);
            let element = own.first().ok_or(BoardError::NoCard)?;
            let line = text[element.range.clone()].trim_end();
            let line = element.range.start..element.range.start + line.len();
            let said = format!("= {}", one_line(synopsis));
            let mut put = vec![Piece::Added(said.trim_end().to_owned())];
            for range in notes(text, element) {
                put.push(Piece::Added(" ".to_owned()));
                put.push(Piece::Kept(range));
            }
            return self.local(text, &[(line, put, vec![ElementKind::Synopsis])]);
        }
        if card.kind != CardKind::Scene {
            return Err(BoardError::NoCard);
        }
        let own = within(&self.elements, &card.range);
        let old: Vec<&Element> = head_synopses(own).collect();
        let lines = synopsis_lines(synopsis);
        let mut changes = Vec::new();
        // Line for line; what is left over on either side is taken out or put behind.
        for (n, element) in old.iter().enumerate() {
            let whole = element.range.clone();
            let length = text[whole.clone()].trim_end().len();
            let line = whole.start..whole.start + length;
            match lines.get(n) {
                Some(_) if n + 1 == old.len() => {
                    let new = lines[n..].join(end);
                    let kinds = vec![ElementKind::Synopsis; lines.len() - n];
                    changes.push((line, vec![Piece::Added(new)], kinds));
                }
                Some(new) => {
                    changes.push((
                        line,
                        vec![Piece::Added(new.clone())],
                        vec![ElementKind::Synopsis],
                    ));
                }
                None => changes.push((whole, Vec::new(), Vec::new())),
            }
        }
        if old.is_empty() {
            let at = self.behind_head(card, own);
            let lead = if text[..at].ends_with(['\n', '\r']) {
                ""
            } else {
                end
            };
            let put = format!("{lead}{}{end}", lines.join(end));
            let kinds = vec![ElementKind::Synopsis; lines.len()];
            if !lines.is_empty() {
                changes.push((at..at, vec![Piece::Added(put)], kinds));
            }
        }
        self.local(text, &changes)
    }

    /// Behind the heading and the notes right under it.
    fn behind_head(&self, card: &Card, own: &[Element]) -> usize {
        own.iter()
            .skip_while(|e| e.range.start < card.head.end)
            .take_while(|e| e.kind == ElementKind::Note)
            .last()
            .map_or(card.head.end, |e| e.range.end)
    }

    /// Gives cards a colour, or takes it away.
    ///
    /// # Errors
    /// [`BoardError`]; nothing is changed then.
    pub fn paint(
        &self,
        text: &str,
        cards: &[usize],
        color: Option<CardColor>,
    ) -> Result<Rearranged, BoardError> {
        let mut chosen = cards.to_vec();
        chosen.sort_unstable();
        chosen.dedup();
        let mut changes = Vec::new();
        for card in chosen {
            let card = self.card(card)?;
            if card.kind != CardKind::Omitted && card.color != color {
                changes.extend(self.painted(text, card, color));
            }
        }
        self.local(text, &changes)
    }

    fn painted(
        &self,
        text: &str,
        card: &Card,
        color: Option<CardColor>,
    ) -> Option<super::omit::Local> {
        let own = within(&self.elements, &card.range);
        let end = line_end(text);
        if let Some((_, note)) = color::note_of(text, own) {
            let of = own.iter().find(|e| e.range.contains(&note.start))?;
            if let Some(color) = color {
                let put = vec![Piece::Added(color.note())];
                return Some((note, put, vec![of.kind]));
            }
            // A line of nothing but the note goes with it.
            if text[of.range.clone()].trim() == &text[note.clone()] {
                return Some((of.range.clone(), Vec::new(), Vec::new()));
            }
            let space = text[..note.start].ends_with(' ');
            let start = note.start - usize::from(space && note.start > of.range.start);
            return Some((start..note.end, Vec::new(), vec![of.kind]));
        }
        let note = color?.note();
        if card.kind == CardKind::Beat {
            let line = text[card.head.clone()].trim_end();
            let at = card.head.start + line.len();
            let put = vec![Piece::Added(format!(" {note}"))];
            let kinds = if at < card.head.end {
                vec![ElementKind::Synopsis]
            } else {
                Vec::new()
            };
            // At the very end of a text no element reaches behind the place.
            return if kinds.is_empty() {
                let last = line.char_indices().next_back().map_or(0, |(n, _)| n);
                let from = card.head.start + last;
                let put = vec![Piece::Kept(from..at), Piece::Added(format!(" {note}"))];
                Some((from..at, put, vec![ElementKind::Synopsis]))
            } else {
                Some((at..at, put, kinds))
            };
        }
        let at = card.head.end;
        let lead = if text[..at].ends_with(['\n', '\r']) {
            ""
        } else {
            end
        };
        let put = vec![Piece::Added(format!("{lead}{note}{end}"))];
        Some((at..at, put, vec![ElementKind::Note]))
    }

    /// Gives a column another title.
    ///
    /// # Errors
    /// `NoPlace` for the column that has none, [`BoardError`].
    pub fn retitle(
        &self,
        text: &str,
        column: usize,
        title: &str,
    ) -> Result<Rearranged, BoardError> {
        let column = self.columns.get(column).filter(|c| c.depth > 0);
        let column = column.ok_or(BoardError::NoPlace)?;
        let own = within(&self.elements, &column.section);
        let element = own.first().ok_or(BoardError::NoPlace)?;
        let line = text[element.range.clone()].trim_end();
        let line = element.range.start..element.range.start + line.len();
        let said = format!("{} {}", "#".repeat(column.depth.into()), one_line(title));
        let mut put = vec![Piece::Added(said.trim_end().to_owned())];
        for range in notes(text, element) {
            put.push(Piece::Added(" ".to_owned()));
            put.push(Piece::Kept(range));
        }
        self.local(text, &[(line, put, vec![element.kind])])
    }

    /// Adds a column behind another: a section, which takes nothing from the others.
    ///
    /// # Errors
    /// [`BoardError`]; nothing is changed then.
    pub fn add_column(
        &self,
        text: &str,
        after: usize,
        title: &str,
    ) -> Result<Rearranged, BoardError> {
        let end = line_end(text);
        let before = self.columns.get(after).ok_or(BoardError::NoPlace)?;
        let depth = before.depth.max(1);
        let at = before.range.end;
        let said = format!("{} {}", "#".repeat(depth.into()), one_line(title));
        let put = format!("{}{}{end}{end}", gap(&text[..at], end), said.trim_end());
        let kinds = vec![ElementKind::Section { depth }];
        self.local(text, &[(at..at, vec![Piece::Added(put)], kinds)])
    }

    /// Takes a column away that has no cards: its section. What else stands there stays.
    ///
    /// # Errors
    /// `NoPlace` for one that has cards, [`BoardError`].
    pub fn drop_column(&self, text: &str, column: usize) -> Result<Rearranged, BoardError> {
        let column = self.columns.get(column);
        let column = column
            .filter(|c| c.depth > 0 && c.cards.is_empty())
            .ok_or(BoardError::NoPlace)?;
        let own = within(&self.elements, &column.section);
        let element = own.first().ok_or(BoardError::NoPlace)?;
        let after = self
            .elements
            .iter()
            .find(|e| e.range.start >= element.range.end);
        let end = after
            .filter(|e| e.kind == ElementKind::Blank)
            .map_or(element.range.end, |e| e.range.end);
        self.local(text, &[(element.range.start..end, Vec::new(), Vec::new())])
    }
}

/// The notes and boneyard in an element, with their marks.
fn notes(text: &str, element: &Element) -> Vec<Range<usize>> {
    fountain::lines(text, element)
        .iter()
        .flat_map(|line| &line.runs)
        .filter(|run| run.kind != RunKind::Text)
        .map(|run| run.range.clone())
        .collect()
}
