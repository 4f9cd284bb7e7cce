//! Two versions of a text that grew from a third, brought together.
//!
//! What only one of them changed is taken over; that both changed the same is taken once. Where
//! both changed the same sentence in different ways, a person decides: a machine that mixes words
//! of two sentences writes nonsense. The comparison is by word (Latin) or character (Han), the
//! decision by sentence, as in "diff3" (Khanna, Kunal and Pierce, "A Formal Investigation of
//! Diff3", 2007), with sentences as the chunks that are stable or not.

use std::ops::Range;

use crate::{
    diff::{common, token_starts},
    segment,
};

/// One of the two versions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Side {
    /// The one that is merged into.
    Mine,
    /// The one that is merged.
    Theirs,
}

/// A piece of one of the versions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// Which version.
    pub side: Side,
    /// Where in it, in bytes.
    pub range: Range<usize>,
}

/// Where both changed the same sentences.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conflict {
    /// The sentences before.
    pub base: Range<usize>,
    /// In my version.
    pub mine: Range<usize>,
    /// In theirs.
    pub theirs: Range<usize>,
    /// The sentence with the changes of both in it, where they are of different words.
    pub woven: Option<Vec<Source>>,
}

/// A part of a merged text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    /// The same in both versions, given as it stands in mine.
    Same(Source),
    /// Changed by one side only.
    Changed(Source),
    /// For a person to decide.
    Conflict(Conflict),
}

/// What a person takes at a conflict.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Choice {
    /// My version.
    Mine,
    /// Theirs.
    Theirs,
    /// The changes of both in one sentence, if they fit, else mine and then theirs.
    Both,
    /// Neither, but this.
    Edited(String),
}

/// A piece of what a merge gives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Given {
    /// As it stands in a version.
    From(Source),
    /// As a person wrote it, in the place of a conflict (by number).
    Written(usize, String),
    /// A blank between two pieces that were put side by side.
    Blank(&'static str),
}

/// A merge: mine and theirs in one text, with what is to be decided.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Merged {
    /// The whole text in order.
    pub parts: Vec<Part>,
}

impl Merged {
    /// The conflicts, in order.
    pub fn conflicts(&self) -> impl Iterator<Item = &Conflict> {
        self.parts.iter().filter_map(|part| match part {
            Part::Conflict(conflict) => Some(conflict),
            _ => None,
        })
    }

    /// The text that a choice for each conflict gives. A conflict without a choice is taken both
    /// ways, so that nothing is lost.
    pub fn resolve(&self, mine: &str, theirs: &str, choices: &[Choice]) -> Vec<Given> {
        let mut given = Vec::new();
        let mut number = 0;
        for part in &self.parts {
            match part {
                Part::Same(source) | Part::Changed(source) => {
                    given.push(Given::From(source.clone()));
                }
                Part::Conflict(conflict) => {
                    let choice = choices.get(number).unwrap_or(&Choice::Both);
                    match choice {
                        Choice::Mine => given.push(Given::From(of(Side::Mine, &conflict.mine))),
                        Choice::Theirs => {
                            given.push(Given::From(of(Side::Theirs, &conflict.theirs)));
                        }
                        Choice::Both => both(conflict, mine, theirs, &mut given),
                        Choice::Edited(text) => given.push(Given::Written(number, text.clone())),
                    }
                    number += 1;
                }
            }
        }
        given.retain(|piece| match piece {
            Given::From(source) => !source.range.is_empty(),
            Given::Written(_, text) => !text.is_empty(),
            Given::Blank(_) => true,
        });
        given
    }
}

/// The text of pieces.
pub fn text_of(given: &[Given], mine: &str, theirs: &str) -> String {
    let piece = |piece: &Given| match piece {
        Given::From(Source {
            side: Side::Mine,
            range,
        }) => mine[range.clone()].to_owned(),
        Given::From(Source {
            side: Side::Theirs,
            range,
        }) => theirs[range.clone()].to_owned(),
        Given::Written(_, text) => text.clone(),
        Given::Blank(text) => (*text).to_owned(),
    };
    given.iter().map(piece).collect()
}

fn of(side: Side, range: &Range<usize>) -> Source {
    Source {
        side,
        range: range.clone(),
    }
}

fn both(conflict: &Conflict, mine: &str, theirs: &str, given: &mut Vec<Given>) {
    if let Some(woven) = &conflict.woven {
        given.extend(woven.iter().cloned().map(Given::From));
        return;
    }
    let (first, second) = (
        &mine[conflict.mine.clone()],
        &theirs[conflict.theirs.clone()],
    );
    given.push(Given::From(of(Side::Mine, &conflict.mine)));
    // The end of a text has no blank behind it.
    let apart = first.is_empty()
        || second.is_empty()
        || first.ends_with(char::is_whitespace)
        || second.starts_with(char::is_whitespace);
    if !apart {
        let paragraphs = first.contains('\n') || second.contains('\n');
        let latin = first.chars().next_back().is_some_and(|c| c.is_ascii());
        if paragraphs {
            given.push(Given::Blank("\n\n"));
        } else if latin {
            given.push(Given::Blank(" "));
        }
    }
    given.push(Given::From(of(Side::Theirs, &conflict.theirs)));
}

/// Brings two versions of `base` together. All of both versions is in the parts; text that one
/// side left out and the other did not touch is left out.
pub fn merge(base: &str, mine: &str, theirs: &str) -> Merged {
    let mut starts: Vec<usize> = segment::sentences(base)
        .into_iter()
        .map(|s| s.start)
        .collect();
    starts.extend(segment::paragraphs(base).into_iter().map(|p| p.start));
    starts.sort_unstable();
    starts.dedup();
    let mut parts = Vec::new();
    for region in regions(base, mine, theirs, &starts) {
        let Region {
            base: b,
            mine: m,
            theirs: t,
        } = &region;
        let (old, left, right) = (&base[b.clone()], &mine[m.clone()], &theirs[t.clone()]);
        let part = if left == right {
            Part::Same(of(Side::Mine, m))
        } else if left == old {
            Part::Changed(of(Side::Theirs, t))
        } else if right == old {
            Part::Changed(of(Side::Mine, m))
        } else {
            Part::Conflict(Conflict {
                base: b.clone(),
                mine: m.clone(),
                theirs: t.clone(),
                woven: woven(old, left, right, &region),
            })
        };
        join(&mut parts, part);
    }
    Merged { parts }
}

/// Adds a part, to the one before where both are of one kind and meet.
fn join(parts: &mut Vec<Part>, part: Part) {
    let empty = |source: &Source| source.range.is_empty();
    match (parts.last_mut(), &part) {
        (_, Part::Same(source)) if empty(source) => {}
        (Some(Part::Same(last)), Part::Same(next)) if last.range.end == next.range.start => {
            last.range.end = next.range.end;
        }
        _ => parts.push(part),
    }
}

/// The changes of both sides in one sentence, unless they touch.
fn woven(base: &str, mine: &str, theirs: &str, at: &Region) -> Option<Vec<Source>> {
    if base.trim().is_empty() || mine.trim().is_empty() || theirs.trim().is_empty() {
        return None;
    }
    let mut found: Vec<Source> = Vec::new();
    for Region {
        base: b,
        mine: m,
        theirs: t,
    } in regions(base, mine, theirs, &token_starts(base))
    {
        let (old, left, right) = (&base[b], &mine[m.clone()], &theirs[t.clone()]);
        let source = if left == right || right == old {
            of(
                Side::Mine,
                &(at.mine.start + m.start..at.mine.start + m.end),
            )
        } else if left == old {
            of(
                Side::Theirs,
                &(at.theirs.start + t.start..at.theirs.start + t.end),
            )
        } else {
            return None;
        };
        match found.last_mut() {
            Some(last) if last.side == source.side && last.range.end == source.range.start => {
                last.range.end = source.range.end;
            }
            _ if source.range.is_empty() => {}
            _ => found.push(source),
        }
    }
    Some(found)
}

/// Ranges that belong together in the three texts.
#[derive(Debug)]
struct Region {
    base: Range<usize>,
    mine: Range<usize>,
    theirs: Range<usize>,
}

/// Cuts the three texts at those of `starts` (places in the base) where both sides still have what
/// stands before or behind. What a side put in at such a place is a region with an empty base.
fn regions(base: &str, mine: &str, theirs: &str, starts: &[usize]) -> Vec<Region> {
    let mut left = Places::new(common(base, mine), mine.len());
    let mut right = Places::new(common(base, theirs), theirs.len());
    let mut found = Vec::new();
    let (mut b, mut m, mut t) = (0, 0, 0);
    let mut cut = |base_end: usize, mine_end: usize, theirs_end: usize| {
        if b < base_end || m < mine_end || t < theirs_end {
            found.push(Region {
                base: b..base_end,
                mine: m..mine_end,
                theirs: t..theirs_end,
            });
        }
        (b, m, t) = (base_end, mine_end, theirs_end);
    };
    for at in starts.iter().copied().chain([base.len()]) {
        if let (Some(in_mine), Some(in_theirs)) =
            (left.of(at, base.len()), right.of(at, base.len()))
        {
            cut(at, in_mine.start, in_theirs.start);
            cut(at, in_mine.end, in_theirs.end);
        }
    }
    cut(base.len(), mine.len(), theirs.len());
    found
}

/// Where places of the base are in a version.
struct Places {
    common: Vec<(Range<usize>, Range<usize>)>,
    next: usize,
    length: usize,
}

impl Places {
    fn new(common: Vec<(Range<usize>, Range<usize>)>, length: usize) -> Self {
        Self {
            common,
            next: 0,
            length,
        }
    }

    /// What stands in the version at a place of the base: nothing where it only cuts, else what was
    /// put in there. None where the surroundings have changed. To be asked in rising order.
    fn of(&mut self, at: usize, base: usize) -> Option<Range<usize>> {
        while self.common.get(self.next).is_some_and(|(b, _)| b.end < at) {
            self.next += 1;
        }
        let (mut before, mut after) = (None, None);
        for (b, v) in self.common[self.next..].iter().take(2) {
            if b.start < at && at <= b.end {
                before = Some(v.start + (at - b.start));
            }
            if b.start <= at && at < b.end {
                after = Some(v.start + (at - b.start));
            }
        }
        if at == 0 {
            before = Some(0);
        }
        if at == base {
            after = Some(self.length);
        }
        match (before, after) {
            (Some(from), Some(to)) => Some(from..to.max(from)),
            (Some(at), None) | (None, Some(at)) => Some(at..at),
            (None, None) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::{collection::vec, prelude::*};

    use super::*;

    /// A merge as it reads: conflicts as `<mine|theirs>`, with `+` where both can be had.
    fn seen(base: &str, mine: &str, theirs: &str) -> String {
        let part = |part: &Part| match part {
            Part::Same(s) | Part::Changed(s) => match s.side {
                Side::Mine => mine[s.range.clone()].to_owned(),
                Side::Theirs => theirs[s.range.clone()].to_owned(),
            },
            Part::Conflict(c) => format!(
                "<{}{}{}>",
                &mine[c.mine.clone()],
                if c.woven.is_some() { '+' } else { '|' },
                &theirs[c.theirs.clone()]
            ),
        };
        merge(base, mine, theirs).parts.iter().map(part).collect()
    }

    #[test]
    fn changes_of_different_sentences_go_together() {
        for (base, mine, theirs, expected) in [
            (
                "The tide rose. The gates held. Nobody slept.",
                "The tide rose fast. The gates held. Nobody slept.",
                "The tide rose. The gates held. Everybody slept.",
                "The tide rose fast. The gates held. Everybody slept.",
            ),
            (
                "夜里潮水很高。没有人出海。",
                "夜里潮水不高。没有人出海。",
                "夜里潮水很高。船长出海了。",
                "夜里潮水不高。船长出海了。",
            ),
            (
                "One.\n\nTwo.\n",
                "Zero.\n\nOne.\n\nTwo.\n",
                "One.\n\nTwo.\n\nThree.\n",
                "Zero.\n\nOne.\n\nTwo.\n\nThree.\n",
            ),
            (
                "One.\n\nTwo.\n",
                "One.\n\nNew.\n\nTwo.\n",
                "One.\n\nTwo, later.\n",
                "One.\n\nNew.\n\nTwo, later.\n",
            ),
            (
                "One. Two. Three.",
                "One. Three.",
                "One. Two. Four.",
                "One. Four.",
            ),
            ("Same.", "Changed.", "Changed.", "Changed."),
            ("", "", "New.", "New."),
        ] {
            assert_eq!(seen(base, mine, theirs), expected);
        }
    }

    #[test]
    fn changes_of_one_sentence_are_asked_about() {
        for (base, mine, theirs, expected) in [
            (
                "Before. The red boat left at noon. After.",
                "Before. The blue boat left at noon. After.",
                "Before. The red boat left at dusk. After.",
                "Before. <The blue boat left at noon. +The red boat left at dusk. >After.",
            ),
            (
                "The red boat left.",
                "The blue boat left.",
                "The green boat left.",
                "<The blue boat left.|The green boat left.>",
            ),
            (
                "今天下雨。",
                "今天下雪。",
                "今天刮风。",
                "<今天下雪。|今天刮风。>",
            ),
            (
                "One. Two.",
                "One.",
                "One. Two and a half.",
                "<One.|One. Two and a half.>",
            ),
            (
                "One.\n",
                "One.\n\nMine.\n",
                "One.\n\nTheirs.\n",
                "One.\n<\nMine.\n|\nTheirs.\n>",
            ),
            ("", "Mine.", "Theirs.", "<Mine.|Theirs.>"),
        ] {
            assert_eq!(seen(base, mine, theirs), expected);
        }
    }

    fn resolved(base: &str, mine: &str, theirs: &str, choices: &[Choice]) -> String {
        let given = merge(base, mine, theirs).resolve(mine, theirs, choices);
        text_of(&given, mine, theirs)
    }

    #[test]
    fn each_choice_gives_what_it_says() {
        let base = "The red boat left at noon.";
        let (mine, theirs) = ("The blue boat left at noon.", "The red boat left at dusk.");
        for (choice, expected) in [
            (Choice::Mine, mine),
            (Choice::Theirs, theirs),
            (Choice::Both, "The blue boat left at dusk."),
            (Choice::Edited("No boat left.".into()), "No boat left."),
        ] {
            assert_eq!(resolved(base, mine, theirs, &[choice]), expected);
        }
        assert_eq!(resolved("", "Mine.", "Theirs.", &[]), "Mine. Theirs.");
        assert_eq!(resolved("", "我的。", "你的。", &[]), "我的。你的。");
        assert_eq!(resolved("", "A.\n\nB.", "C.", &[]), "A.\n\nB.\n\nC.");
    }

    fn text() -> impl Strategy<Value = String> {
        let piece = prop_oneof![
            4 => "(One|Two|Red|boat|left) (noon|dusk|rain)\\. ",
            3 => "(夜里|潮水|很高|船长){1,3}。",
            2 => Just("\n\n".to_owned()),
            1 => any::<char>().prop_map(String::from),
        ];
        vec(piece, 0..8).prop_map(|pieces| pieces.concat())
    }

    /// A version of a text: some of its sentences changed.
    fn version() -> impl Strategy<Value = Vec<(prop::sample::Index, String)>> {
        vec((any::<prop::sample::Index>(), text()), 0..3)
    }

    fn changed(base: &str, edits: &[(prop::sample::Index, String)]) -> String {
        let mut text = base.to_owned();
        for (at, insert) in edits {
            let places: Vec<usize> = (0..=text.len())
                .filter(|at| text.is_char_boundary(*at))
                .collect();
            let from = *at.get(&places);
            let to = places
                .iter()
                .copied()
                .find(|p| *p >= from + 4)
                .unwrap_or(text.len());
            text.replace_range(from..to, insert);
        }
        text
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(96))]

        #[test]
        fn one_side_that_changed_nothing_decides_nothing(base in text(), edits in version()) {
            let new = changed(&base, &edits);
            for (mine, theirs) in [(&base, &new), (&new, &base), (&new, &new)] {
                let merged = merge(&base, mine, theirs);
                prop_assert_eq!(merged.conflicts().count(), 0);
                prop_assert_eq!(text_of(&merged.resolve(mine, theirs, &[]), mine, theirs), new.clone());
            }
        }

        #[test]
        fn nothing_that_was_written_is_lost(base in text(), left in version(), right in version()) {
            let (mine, theirs) = (changed(&base, &left), changed(&base, &right));
            let merged = merge(&base, &mine, &theirs);
            // The parts hold each version in its order; what is not shown is as it was in the base,
            // or was left out by the other side.
            let mut at = (0, 0);
            for part in &merged.parts {
                let (m, t) = match part {
                    Part::Same(s) => { prop_assert_eq!(s.side, Side::Mine); (Some(&s.range), None) }
                    Part::Changed(s) if s.side == Side::Mine => (Some(&s.range), None),
                    Part::Changed(s) => (None, Some(&s.range)),
                    Part::Conflict(c) => (Some(&c.mine), Some(&c.theirs)),
                };
                if let Some(m) = m { prop_assert!(m.start >= at.0); at.0 = m.end; }
                if let Some(t) = t { prop_assert!(t.start >= at.1); at.1 = t.end; }
            }
            // Mine everywhere is my version with what only they changed, and the other way round.
            for (choice, own) in [(Choice::Mine, &mine), (Choice::Theirs, &theirs)] {
                let choices = vec![choice; merged.conflicts().count()];
                let given = merged.resolve(&mine, &theirs, &choices);
                if merged.parts.iter().all(|p| !matches!(p, Part::Changed(_))) {
                    prop_assert_eq!(&text_of(&given, &mine, &theirs), own);
                }
            }
            let whole = text_of(&merged.resolve(&mine, &theirs, &[]), &mine, &theirs);
            for conflict in merged.conflicts().filter(|c| c.woven.is_none()) {
                prop_assert!(whole.contains(&mine[conflict.mine.clone()]));
                prop_assert!(whole.contains(&theirs[conflict.theirs.clone()]));
            }
        }

        #[test]
        fn the_sides_are_treated_alike(base in text(), left in version(), right in version()) {
            let (mine, theirs) = (changed(&base, &left), changed(&base, &right));
            let one = merge(&base, &mine, &theirs);
            let other = merge(&base, &theirs, &mine);
            let conflicts = |merged: &Merged| merged.conflicts().count();
            prop_assert_eq!(conflicts(&one), conflicts(&other));
        }
    }
}
