//! A text put together from passages of several takes. Each passage keeps the model that wrote it;
//! what the person changes in the whole is theirs.

use std::{ops::Range, sync::Arc};

use inkstone_library::{self as lib, Hand};
use inkstone_manuscript::{
    DocumentKind,
    diff::{Change, prose_diff},
    segment::{paragraphs, sentences},
};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{
    Studio, StudioError,
    assistant::handing::{self, generation_of},
    call::Reading,
    drafts::{bytes, units},
    dto::DraftView,
    projects::bounded,
    provenance::hands::carried,
    switch::resume::whole_output,
};

/// The longest mix, in characters.
const LONGEST: usize = 1_000_000;
/// More passages than this are a slip.
const MOST_PIECES: usize = 2_000;

/// What is picked at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum MixUnit {
    /// A sentence.
    Sentence,
    /// A paragraph; of ads, a field.
    Paragraph,
}

/// Two takes that are laid side by side.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct MixSides {
    pub left: String,
    pub right: String,
    pub by: MixUnit,
}

/// Two takes in passages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct MixView {
    /// Of the one.
    pub left: Vec<MixPassage>,
    /// Of the other.
    pub right: Vec<MixPassage>,
}

/// A passage of a take.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct MixPassage {
    /// Where it stands in the take's text, in UTF-16 units.
    pub from: u32,
    /// Its end.
    pub to: u32,
    /// What stands between it and the passage before; empty for the first.
    pub gap: String,
    /// Its text, by what the other take has too.
    pub words: Vec<MixWords>,
}

/// A run of words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct MixWords {
    /// Whether only this take has them.
    pub own: bool,
    /// The words.
    pub text: String,
}

/// A passage that was picked.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct MixPiece {
    pub take_id: String,
    /// Where it stands in the take's text, in UTF-16 units.
    pub from: u32,
    pub to: u32,
    /// White space before it.
    pub gap: String,
}

/// Takes a mix into the text. `from`/`to` say where it belongs now; `text` is what the person saw,
/// edited or not.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct AcceptMix {
    pub draft_id: String,
    pub base_revision: u32,
    pub from: u32,
    pub to: u32,
    pub pieces: Vec<MixPiece>,
    pub text: String,
}

/// The passages of a text, one after the other.
fn passages(text: &str, kind: DocumentKind, by: MixUnit) -> Vec<Range<usize>> {
    match (kind, by) {
        (DocumentKind::Ads, _) => {
            let mut found = Vec::new();
            let mut at = 0;
            for line in text.split_inclusive('\n') {
                let shown = line.trim_end();
                if !shown.trim().is_empty() {
                    found.push(at..at + shown.len());
                }
                at += line.len();
            }
            found
        }
        (_, MixUnit::Paragraph) => paragraphs(text),
        // The lines of a cue belong together.
        (DocumentKind::Screenplay, MixUnit::Sentence) => paragraphs(text),
        (_, MixUnit::Sentence) => sentences(text),
    }
}

/// Runs of bytes that both texts have, or that are one's own.
type Runs = Vec<(Range<usize>, bool)>;

/// What each of two texts has alone.
fn own(left: &str, right: &str) -> (Runs, Runs) {
    let (mut a, mut b) = (Vec::new(), Vec::new());
    let (mut at_a, mut at_b) = (0, 0);
    for piece in prose_diff(left, right) {
        let length = piece.text.len();
        if piece.change != Change::Insert {
            a.push((at_a..at_a + length, piece.change == Change::Delete));
            at_a += length;
        }
        if piece.change != Change::Delete {
            b.push((at_b..at_b + length, piece.change == Change::Insert));
            at_b += length;
        }
    }
    (a, b)
}

fn side(text: &str, kind: DocumentKind, by: MixUnit, runs: &Runs) -> Vec<MixPassage> {
    let mut before = 0;
    let mut found = Vec::new();
    for (n, range) in passages(text, kind, by).into_iter().enumerate() {
        let (from, to) = units(text, &range);
        let within = runs.iter().filter_map(|(run, own)| {
            let part = run.start.max(range.start)..run.end.min(range.end);
            (!part.is_empty()).then(|| MixWords {
                own: *own,
                text: text[part].to_owned(),
            })
        });
        found.push(MixPassage {
            from,
            to,
            gap: match n {
                0 => String::new(),
                _ => text[before..range.start].to_owned(),
            },
            words: within.collect(),
        });
        before = range.end;
    }
    found
}

/// The part of runs that a range covers; what they leave out is `rest`.
fn part<T: Clone>(runs: &[(usize, T)], range: &Range<usize>, rest: &T) -> Vec<(usize, T)> {
    let (mut found, mut at) = (Vec::new(), 0);
    for (bytes, of) in runs {
        let covered = (at + bytes)
            .min(range.end)
            .saturating_sub(at.max(range.start));
        if covered > 0 {
            found.push((covered, of.clone()));
        }
        at += bytes;
    }
    let left = range.end.saturating_sub(at.max(range.start));
    if left > 0 {
        found.push((left, rest.clone()));
    }
    found
}

/// A mix as it was picked, with whose words it is made of.
struct Mixed {
    text: String,
    hands: Vec<(usize, Hand)>,
    /// The generations, and which of them wrote how many bytes.
    calls: Vec<String>,
    authors: Vec<(usize, Option<usize>)>,
}

impl Mixed {
    fn author(&mut self, id: &str) -> usize {
        match self.calls.iter().position(|one| one == id) {
            Some(at) => at,
            None => {
                self.calls.push(id.to_owned());
                self.calls.len() - 1
            }
        }
    }
}

impl Studio {
    /// The text of a take as it is shown, its generation, and the kind of its document. Blocks.
    fn shown(&self, take_id: &str) -> Result<(lib::Generation, String, DocumentKind), StudioError> {
        let generation = self.library.generation(generation_of(take_id))?;
        let draft = generation.draft_id.as_deref().unwrap_or_default();
        let document = self.library.draft(draft)?.document_id;
        let kind = self.library.document(&document)?.kind;
        let text = match handing::place_of(take_id) {
            Some((id, at)) => self.handed_take(id, at)?.text,
            None => {
                let reading = Reading::of(&generation.template, Some(kind));
                reading.read(&whole_output(&generation)).text
            }
        };
        Ok((generation, text, kind))
    }

    /// See [`crate::commands`].
    pub async fn mix_sides(self: &Arc<Self>, i: MixSides) -> Result<MixView, StudioError> {
        self.settle(&i.left).await?;
        self.settle(&i.right).await?;
        self.blocking(move |s| {
            let (_, left, kind) = s.shown(&i.left)?;
            let (_, right, _) = s.shown(&i.right)?;
            let (a, b) = own(&left, &right);
            Ok(MixView {
                left: side(&left, kind, i.by, &a),
                right: side(&right, kind, i.by, &b),
            })
        })
        .await
    }

    /// See [`crate::commands`].
    pub async fn accept_mix(self: &Arc<Self>, i: AcceptMix) -> Result<DraftView, StudioError> {
        if i.pieces.len() > MOST_PIECES {
            return Err(StudioError::BadRequest("too many passages".into()));
        }
        for piece in &i.pieces {
            self.settle(&piece.take_id).await?;
        }
        bounded("text", &i.text, LONGEST)?;
        let view = self.blocking(move |s| s.take_mix(&i)).await?;
        self.changed(&["documents", "history", "takes"]);
        Ok(view)
    }

    /// Puts the passages together. Blocks.
    fn mixed(&self, i: &AcceptMix, document_id: &str) -> Result<Mixed, StudioError> {
        let mut mixed = Mixed {
            text: String::new(),
            hands: Vec::new(),
            calls: Vec::new(),
            authors: Vec::new(),
        };
        for piece in &i.pieces {
            let (generation, shown, _) = self.shown(&piece.take_id)?;
            let from = generation.draft_id.as_deref().unwrap_or_default();
            if self.library.draft(from)?.document_id != document_id {
                return Err(StudioError::OtherDocument);
            }
            if !piece.gap.chars().all(char::is_whitespace) {
                return Err(StudioError::BadRequest("words between passages".into()));
            }
            let range = bytes(&shown, piece.from, piece.to)?;
            let (hands, earlier) = self.authorship(&generation, &shown, &shown, &shown)?;
            let wrote = part(&earlier, &range, &generation.id);
            let gap = piece.gap.len();
            let first = wrote
                .first()
                .map_or(generation.id.clone(), |(_, id)| id.clone());
            mixed.text.push_str(&piece.gap);
            mixed.hands.push((gap, Hand::Model));
            let nth = mixed.author(&first);
            mixed.authors.push((gap, Some(nth)));
            mixed.text.push_str(&shown[range.clone()]);
            mixed.hands.extend(part(&hands, &range, &Hand::Model));
            for (bytes, id) in wrote {
                let nth = mixed.author(&id);
                mixed.authors.push((bytes, Some(nth)));
            }
        }
        Ok(mixed)
    }

    fn take_mix(&self, i: &AcceptMix) -> Result<DraftView, StudioError> {
        let (draft, document) = self.not_deleted(&i.draft_id)?;
        if !(draft.body_revision..=draft.revision).contains(&i.base_revision) {
            return Err(lib::LibraryError::Conflict {
                current: draft.revision,
            }
            .into());
        }
        let mixed = self.mixed(i, &document.id)?;
        if i.text.trim().is_empty() || mixed.text.trim().is_empty() {
            return Err(StudioError::NothingWritten);
        }
        let target = bytes(&draft.body, i.from, i.to)?;
        let insert = if target.is_empty() || i.text == mixed.text {
            inkstone_desks::join(&draft.body, &target, &i.text)
        } else {
            i.text.clone()
        };
        let hands = carried(mixed.hands, &mixed.text, &i.text, Hand::Person);
        let hands = carried(hands, &i.text, &insert, Hand::Model);
        let authors = carried(mixed.authors, &mixed.text, &i.text, None);
        let authors = carried(authors, &i.text, &insert, None);
        let mut last = authors.iter().find_map(|(_, nth)| *nth).unwrap_or_default();
        let wrote: Vec<(usize, String)> = authors
            .into_iter()
            .map(|(bytes, nth)| {
                last = nth.unwrap_or(last);
                (bytes, mixed.calls[last].clone())
            })
            .collect();
        let edit = lib::Edit {
            from: target.start,
            to: target.end,
            insert,
        };
        self.library.accept_joined(
            // The first names the step.
            &mixed.calls[0],
            &draft.id,
            i.base_revision,
            &[edit],
            lib::Authorship {
                hands: &hands,
                earlier: &wrote,
            },
            None,
        )?;
        for piece in &i.pieces {
            if let Some((id, at)) = handing::place_of(&piece.take_id)
                && let Err(error) = self.library.decide_handed(id, at, lib::Decision::Accepted)
            {
                tracing::warn!(%error, "what became of a suggestion was not noted");
            }
        }
        self.draft_view(&draft.id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passages_say_what_only_they_have() {
        let (left, right) = (
            "Rain fell. The ferry left at nine.\n\nNobody saw it.",
            "Rain fell. The ferry left at ten.",
        );
        let (a, b) = own(left, right);
        let a = side(left, DocumentKind::News, MixUnit::Sentence, &a);
        let b = side(right, DocumentKind::News, MixUnit::Sentence, &b);
        let gaps: Vec<&str> = a.iter().map(|one| one.gap.as_str()).collect();
        assert_eq!(gaps, ["", " ", "\n\n"]);
        let own = |of: &MixPassage| -> Vec<String> {
            let own = of.words.iter().filter(|words| words.own);
            own.map(|words| words.text.clone()).collect()
        };
        assert!(own(&a[0]).is_empty());
        // The full stop may be found again at another place.
        let word = |of: &MixPassage| own(of).concat().trim_end_matches('.').to_owned();
        assert_eq!((word(&a[1]), word(&b[1])), ("nine".into(), "ten".into()));
        assert!(own(&a[2]).concat().starts_with("Nobody saw it"));
        for (text, passages) in [(left, &a), (right, &b)] {
            for one in passages {
                let range = bytes(text, one.from, one.to).unwrap();
                let words: String = one.words.iter().map(|words| words.text.as_str()).collect();
                assert_eq!(text[range], words);
            }
        }
    }

    #[test]
    fn an_ad_falls_into_fields_and_a_script_into_blocks() {
        let ad = "## Ad 1\nHeadline: Tea\n\nDescription: Hot\n";
        let lines = passages(ad, DocumentKind::Ads, MixUnit::Sentence);
        assert_eq!(lines.len(), 3);
        let script = "TOM\nYou're up. Again.\n\nHe sits. 他坐下。\n";
        assert_eq!(
            passages(script, DocumentKind::Screenplay, MixUnit::Sentence).len(),
            2
        );
    }

    #[test]
    fn a_part_of_runs_covers_its_range() {
        let runs = [(3, 'a'), (2, 'b')];
        assert_eq!(part(&runs, &(1..7), &'c'), [(2, 'a'), (2, 'b'), (2, 'c')]);
        assert_eq!(part(&runs, &(3..4), &'c'), [(1, 'b')]);
        assert_eq!(part(&runs, &(6..8), &'c'), [(2, 'c')]);
        assert!(part(&runs, &(2..2), &'c').is_empty());
    }
}
