//! A suggestion as changes to what stands in the text, to be taken or refused one by one, by sentence
//! or all at once.
//!
//! Nothing of what is decided is kept here: a change that is taken is in the text, one that is
//! refused is in what is wanted no more, and what is left is the difference between the two.

use std::{ops::Range, sync::Arc};

use inkstone_desks::join;
use inkstone_library as lib;
use inkstone_manuscript::{
    diff::{Change, prose_diff},
    segment::sentences,
};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{
    Studio, StudioError,
    assistant::handing,
    call::Reading,
    drafts::{bytes, to_u32},
    dto::DraftView,
    switch::resume::whole_output,
};

/// Two texts longer than this together, in bytes, are one change.
const LONGEST_COMPARED: usize = 400_000;
/// What ends a sentence or a line: two changes on either side of it stay two.
const PARTS: &[char] = &['.', '!', '?', '…', '。', '！', '？', '\n'];

/// A suggestion beside the text that it would replace.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct SuggestedChanges {
    /// The draft.
    pub draft_id: String,
    /// Where the suggestion stands now.
    pub from: u32,
    /// Its end; the same for an insertion.
    pub to: u32,
    /// The text that is suggested.
    pub text: String,
    /// Whether the text has the blank lines and spaces already that it needs at its place: so it came
    /// back from an earlier call.
    pub joined: bool,
}

/// A part of a suggestion.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct SuggestedPiece {
    /// What goes.
    pub removed: String,
    /// What comes; of a part that stays, the text.
    pub added: String,
    /// Number of the change, from 0; `null` for a part that stays.
    pub change: Option<u32>,
    /// The sentence of the suggestion that it belongs to, from 0.
    pub sentence: u32,
}

/// A suggestion as changes.
#[derive(Debug, Clone, Serialize, TS)]
pub struct SuggestedChangesDto {
    /// The text that stands there.
    pub of: String,
    /// The text that would stand there.
    pub wanted: String,
    /// Both of them, in order.
    pub pieces: Vec<SuggestedPiece>,
}

/// Takes changes into the text.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct AcceptChanges {
    /// The take.
    pub take_id: String,
    /// The draft.
    pub draft_id: String,
    /// The revision that the place is meant for.
    pub base_revision: u32,
    /// Where the suggestion stands.
    pub from: u32,
    /// Its end.
    pub to: u32,
    /// The text that stood there when the changes were made.
    pub of: String,
    /// The text that is wanted, without what was refused.
    pub wanted: String,
    /// Numbers of the changes to take.
    pub changes: Vec<u32>,
    /// Whether nothing is left to decide: the suggestion counts as accepted.
    pub last: bool,
}

/// A stretch of the old text and the one of the new text that stands in its place.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Hunk {
    old: Range<usize>,
    new: Range<usize>,
}

/// The changes from one text to another, by words. What is alike only in a word or two between larger
/// changes is no reason to cut them apart; what only comes in is cut by sentence.
fn hunks(old: &str, new: &str) -> Vec<Hunk> {
    if old == new {
        return Vec::new();
    }
    let mut found: Vec<Hunk> = Vec::new();
    if old.len() + new.len() > LONGEST_COMPARED {
        found.push(Hunk {
            old: 0..old.len(),
            new: 0..new.len(),
        });
        return found;
    }
    let (mut a, mut b) = (0, 0);
    let mut open = false;
    for piece in prose_diff(old, new) {
        let length = piece.text.len();
        if piece.change == Change::Equal {
            (a, b, open) = (a + length, b + length, false);
            continue;
        }
        if !open {
            found.push(Hunk {
                old: a..a,
                new: b..b,
            });
            open = true;
        }
        match piece.change {
            Change::Delete => a += length,
            _ => b += length,
        }
        if let Some(last) = found.last_mut() {
            (last.old.end, last.new.end) = (a, b);
        }
    }
    let mut merged: Vec<Hunk> = Vec::with_capacity(found.len());
    for hunk in found {
        let mut hunk = hunk;
        while let Some(last) = merged.last() {
            if !belong(old, new, last, &hunk) {
                break;
            }
            hunk = Hunk {
                old: last.old.start..hunk.old.end,
                new: last.new.start..hunk.new.end,
            };
            merged.pop();
        }
        merged.push(hunk);
    }
    merged
        .into_iter()
        .flat_map(|hunk| by_sentence(new, hunk))
        .collect()
}

/// Whether what lies between two changes is little beside either of them, and no end of a sentence.
fn belong(old: &str, new: &str, one: &Hunk, other: &Hunk) -> bool {
    let between = &new[one.new.end..other.new.start];
    if between.contains(PARTS) {
        return false;
    }
    let size = |hunk: &Hunk| {
        let removed = old[hunk.old.clone()].chars().count();
        removed.max(new[hunk.new.clone()].chars().count())
    };
    between.trim().chars().count() * 2 <= size(one).min(size(other))
}

fn by_sentence(new: &str, hunk: Hunk) -> Vec<Hunk> {
    if !hunk.old.is_empty() {
        return vec![hunk];
    }
    let inside = &new[hunk.new.clone()];
    let mut borders: Vec<usize> = sentences(inside).iter().skip(1).map(|s| s.start).collect();
    borders.push(inside.len());
    let mut start = hunk.new.start;
    borders
        .into_iter()
        .map(|end| {
            let new = start..hunk.new.start + end;
            start = new.end;
            Hunk {
                old: hunk.old.clone(),
                new,
            }
        })
        .collect()
}

fn pieces(old: &str, new: &str) -> Vec<SuggestedPiece> {
    let ends: Vec<usize> = sentences(new).iter().map(|s| s.end).collect();
    let last = ends.len().saturating_sub(1);
    // What stands behind the end of a sentence belongs to the next one.
    let sentence = |at: usize| to_u32(ends.partition_point(|end| *end <= at).min(last));
    let mut pieces = Vec::new();
    let mut at = 0;
    let stays = |range: Range<usize>| SuggestedPiece {
        removed: String::new(),
        sentence: sentence(range.start),
        added: new[range].to_owned(),
        change: None,
    };
    for (nth, hunk) in hunks(old, new).into_iter().enumerate() {
        if at < hunk.new.start {
            pieces.push(stays(at..hunk.new.start));
        }
        at = hunk.new.end;
        // The space before a sentence is not its beginning.
        let lead = new[hunk.new.clone()].len() - new[hunk.new.clone()].trim_start().len();
        pieces.push(SuggestedPiece {
            removed: old[hunk.old].to_owned(),
            sentence: sentence(hunk.new.start + lead),
            added: new[hunk.new].to_owned(),
            change: Some(to_u32(nth)),
        });
    }
    if at < new.len() {
        pieces.push(stays(at..new.len()));
    }
    pieces
}

/// The part of runs that a range covers.
pub(crate) fn part<T: Clone>(
    runs: &[(usize, T)],
    range: &Range<usize>,
    into: &mut Vec<(usize, T)>,
) {
    let mut start = 0;
    for (bytes, what) in runs {
        let end = start + bytes;
        let (from, to) = (range.start.max(start), range.end.min(end));
        if from < to {
            into.push((to - from, what.clone()));
        }
        start = end;
    }
}

/// White space that a person is said to have put in is the desk's: it stands between texts.
pub(crate) fn without_space(hands: Vec<(usize, lib::Hand)>, text: &str) -> Vec<(usize, lib::Hand)> {
    let mut at = 0;
    hands
        .into_iter()
        .map(|(bytes, hand)| {
            let own = text.get(at..at + bytes).unwrap_or("x");
            at += bytes;
            let blank = own.chars().all(char::is_whitespace);
            (bytes, if blank { lib::Hand::Model } else { hand })
        })
        .collect()
}

impl Studio {
    /// See [`crate::commands`].
    pub async fn suggested_changes(
        self: &Arc<Self>,
        i: SuggestedChanges,
    ) -> Result<SuggestedChangesDto, StudioError> {
        self.blocking(move |s| {
            let draft = s.library.draft(&i.draft_id)?;
            let target = bytes(&draft.body, i.from, i.to)?;
            let wanted = if i.joined {
                i.text
            } else {
                join(&draft.body, &target, &i.text)
            };
            let of = draft.body[target].to_owned();
            Ok(SuggestedChangesDto {
                pieces: pieces(&of, &wanted),
                of,
                wanted,
            })
        })
        .await
    }

    /// See [`crate::commands`].
    pub async fn accept_changes(
        self: &Arc<Self>,
        i: AcceptChanges,
    ) -> Result<DraftView, StudioError> {
        self.settle(&i.take_id).await?;
        let view = self.blocking(move |s| s.take_changes(&i)).await?;
        self.changed(&["documents", "history", "takes"]);
        Ok(view)
    }

    fn take_changes(&self, i: &AcceptChanges) -> Result<DraftView, StudioError> {
        let generation = self
            .library
            .generation(handing::generation_of(&i.take_id))?;
        let handed = handing::place_of(&i.take_id).map(|(_, at)| at);
        let (draft, document) = self.not_deleted(&i.draft_id)?;
        self.belongs(&generation, &document)?;
        let target = bytes(&draft.body, i.from, i.to)?;
        if !(draft.body_revision..=draft.revision).contains(&i.base_revision)
            || draft.body[target.clone()] != i.of
        {
            return Err(lib::LibraryError::Conflict {
                current: draft.revision,
            }
            .into());
        }
        let shown = match handed {
            Some(at) => self.handed_take(&generation.id, at)?.text,
            None => {
                Reading::of(&generation.template, Some(document.kind))
                    .read(&whole_output(&generation))
                    .text
            }
        };
        let (hands, earlier) = self.authorship(&generation, &shown, &i.wanted, &i.wanted)?;
        let hands = without_space(hands, &i.wanted);
        let (mut edits, mut by, mut before) = (Vec::new(), Vec::new(), Vec::new());
        for (nth, hunk) in hunks(&i.of, &i.wanted).into_iter().enumerate() {
            if !i.changes.contains(&to_u32(nth)) {
                continue;
            }
            part(&hands, &hunk.new, &mut by);
            part(&earlier, &hunk.new, &mut before);
            edits.push(lib::Edit {
                from: target.start + hunk.old.start,
                to: target.start + hunk.old.end,
                insert: i.wanted[hunk.new].to_owned(),
            });
        }
        if edits.is_empty() && !i.last {
            return Err(StudioError::BadRequest("no such change".into()));
        }
        let edits = at_one_place(edits);
        let by = lib::Authorship {
            hands: &by,
            earlier: &before,
        };
        let (id, at) = (&generation.id, i.base_revision);
        if i.last {
            let title = crate::takes::title_for(&document, &draft, &generation, &i.wanted, None)
                .filter(|_| i.of.is_empty());
            self.library
                .accept_joined(id, &draft.id, at, &edits, by, title.as_deref())?;
            self.note_decided(&generation, handed, &draft.id, target.start);
        } else {
            self.library.accept_some(id, &draft.id, at, &edits, by)?;
        }
        self.draft_view(&draft.id)
    }

    /// Notes beside a text that is in already what became of its suggestion.
    fn note_decided(
        &self,
        generation: &lib::Generation,
        handed: Option<usize>,
        draft_id: &str,
        at: usize,
    ) {
        let decided = match handed {
            Some(nth) => self
                .library
                .decide_handed(&generation.id, nth, lib::Decision::Accepted),
            None => Ok(()),
        };
        if let Err(error) = decided {
            tracing::warn!(%error, "what became of a suggestion was not noted");
        }
        if let Err(error) = self.note_made(draft_id, generation, at) {
            tracing::warn!(%error, "what a part was made from was not noted");
        }
    }
}

/// Insertions at one place become one edit: the journal knows an order of places only.
fn at_one_place(edits: Vec<lib::Edit>) -> Vec<lib::Edit> {
    let mut joined: Vec<lib::Edit> = Vec::with_capacity(edits.len());
    for edit in edits {
        match joined.last_mut() {
            Some(last) if last.to == edit.from && edit.from == edit.to => {
                last.insert.push_str(&edit.insert);
            }
            _ => joined.push(edit),
        }
    }
    joined
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(old: &str, new: &str) -> Vec<(String, String)> {
        pieces(old, new)
            .into_iter()
            .filter(|piece| piece.change.is_some())
            .map(|piece| (piece.removed, piece.added))
            .collect()
    }

    fn pairs(of: &[(&str, &str)]) -> Vec<(String, String)> {
        of.iter()
            .map(|(a, b)| ((*a).to_owned(), (*b).to_owned()))
            .collect()
    }

    #[test]
    fn changes_are_words_and_small_likenesses_do_not_cut_them() {
        assert_eq!(
            shown(
                "The gates shut at nine. Nobody saw it.",
                "The gates closed at nine. Nobody noticed it."
            ),
            pairs(&[("shut", "closed"), ("saw", "noticed")])
        );
        assert_eq!(
            shown("A big dog barked at it.", "A small cat barked at it."),
            pairs(&[("big dog", "small cat")])
        );
        assert_eq!(shown("same", "same"), pairs(&[]));
    }

    #[test]
    fn what_only_comes_in_is_cut_by_sentence() {
        assert_eq!(
            shown("", "One came. Two went.\n\nThree stayed."),
            pairs(&[
                ("", "One came. "),
                ("", "Two went.\n\n"),
                ("", "Three stayed.")
            ])
        );
        assert_eq!(
            shown("潮来了。", "潮来了。船走了。人还在。"),
            pairs(&[("", "船走了。"), ("", "人还在。")])
        );
    }

    #[test]
    fn a_change_knows_its_sentence() {
        let of = |old, new| -> Vec<u32> {
            pieces(old, new)
                .into_iter()
                .filter(|piece| piece.change.is_some())
                .map(|piece| piece.sentence)
                .collect()
        };
        assert_eq!(
            of(
                "He ran home. She slept late. They ate.",
                "He walked home. She slept well. They drank."
            ),
            [0, 1, 2]
        );
        assert_eq!(of("One.", "One. Two came. Three."), [1, 2]);
    }

    #[test]
    fn taking_all_gives_what_is_wanted_and_refusing_all_what_is_there() {
        const SIGNS: [&str; 8] = ["a", "b c", " ", ". ", "\n", "潮", "水。", "“"];
        let mut state = 7_u64;
        let mut text = |most: u64| {
            let mut next = || {
                state = state
                    .wrapping_mul(6_364_136_223_846_793_005)
                    .wrapping_add(1);
                (state >> 33) as usize
            };
            let length = next() % most as usize;
            (0..length)
                .map(|_| SIGNS[next() % SIGNS.len()])
                .collect::<String>()
        };
        for _ in 0..2_000 {
            let (old, new) = (text(24), text(24));
            let pieces = pieces(&old, &new);
            let taken: String = pieces.iter().map(|piece| piece.added.as_str()).collect();
            let stays = |p: &SuggestedPiece| match p.change {
                Some(_) => p.removed.clone(),
                None => p.added.clone(),
            };
            let refused: String = pieces.iter().map(stays).collect();
            assert_eq!((taken, refused), (new, old));
            let numbers: Vec<u32> = pieces.iter().filter_map(|piece| piece.change).collect();
            assert!(numbers.iter().copied().eq(0..to_u32(numbers.len())));
        }
    }
}
