//! A script in production: what each coloured revision changed, and what keeps its number.
//!
//! When a script is issued its scenes and pages are locked: their numbers stay, whatever is
//! written afterwards. New scenes get letters (`12A`), a scene that goes leaves `OMITTED` behind,
//! new pages get letters as well (see [`crate::pages::RevisionLayer`]). Each set of revisions has a
//! colour, in the order of the trade, and begins with the text as it stood then; [`marks`] says
//! what came with which set. Places are bytes.

mod numbers;

use std::ops::Range;

use serde::{Deserialize, Serialize};

use crate::{
    Language, diff,
    pages::{LockedStart, RevisionLayer},
};

pub use numbers::{Renumbering, locked_numbers, renumber};

/// The colour of a set, in the order in which they are issued in the United States (Writers Guild
/// of America; goldenrod and buff swap places at some studios).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RevisionColor {
    /// The locked script itself.
    White,
    /// The first revision.
    Blue,
    /// The second.
    Pink,
    /// The third.
    Yellow,
    /// The fourth.
    Green,
    /// The fifth.
    Goldenrod,
    /// The sixth.
    Buff,
    /// The seventh.
    Salmon,
    /// The eighth.
    Cherry,
}

impl RevisionColor {
    /// All, in order.
    pub const ALL: [Self; 9] = [
        Self::White,
        Self::Blue,
        Self::Pink,
        Self::Yellow,
        Self::Green,
        Self::Goldenrod,
        Self::Buff,
        Self::Salmon,
        Self::Cherry,
    ];

    /// Its name in a language.
    pub fn name(self, language: Language) -> &'static str {
        let (english, chinese) = match self {
            Self::White => ("White", "白"),
            Self::Blue => ("Blue", "蓝"),
            Self::Pink => ("Pink", "粉"),
            Self::Yellow => ("Yellow", "黄"),
            Self::Green => ("Green", "绿"),
            Self::Goldenrod => ("Goldenrod", "金"),
            Self::Buff => ("Buff", "米"),
            Self::Salmon => ("Salmon", "橙粉"),
            Self::Cherry => ("Cherry", "樱桃红"),
        };
        match language {
            Language::English => english,
            Language::Chinese => chinese,
        }
    }

    /// A dark shade of it, for marks and letters on white: `#RRGGBB`.
    pub fn ink(self) -> &'static str {
        match self {
            Self::White => "#505050",
            Self::Blue => "#1F5FBF",
            Self::Pink => "#C2348A",
            Self::Yellow => "#9A7B00",
            Self::Green => "#2E7D32",
            Self::Goldenrod => "#A66A00",
            Self::Buff => "#8A6D3B",
            Self::Salmon => "#C4553B",
            Self::Cherry => "#B3123C",
        }
    }
}

/// A set of revisions.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct RevisionSet {
    /// Its colour.
    pub color: RevisionColor,
    /// 2 for the second time round: `2nd Blue`.
    pub round: u32,
    /// The day of issue, as `2026-11-27`.
    pub date: String,
}

impl RevisionSet {
    /// The colour and round of the set after these.
    pub fn after(sets: &[Self]) -> (RevisionColor, u32) {
        let Some(last) = sets.last() else {
            return (RevisionColor::Blue, 1);
        };
        let at = RevisionColor::ALL.iter().position(|c| *c == last.color);
        match at.and_then(|at| RevisionColor::ALL.get(at + 1)) {
            Some(next) => (*next, last.round),
            // The second time round there is white paper too.
            None => (RevisionColor::White, last.round.saturating_add(1)),
        }
    }

    /// What stands at the head of its pages: `2nd Blue Rev. 2026-11-27`, `蓝色修订（第二轮）2026-11-27`.
    pub fn title(&self, language: Language) -> String {
        let name = self.color.name(language);
        match language {
            Language::English => {
                let round = match self.round {
                    0 | 1 => String::new(),
                    2 => "2nd ".to_owned(),
                    3 => "3rd ".to_owned(),
                    n => format!("{n}th "),
                };
                format!("{round}{name} Rev. {}", self.date)
                    .trim_end()
                    .to_owned()
            }
            Language::Chinese => {
                let round = match self.round {
                    0 | 1 => String::new(),
                    n => format!("（第{n}轮）"),
                };
                let color = if self.color == RevisionColor::Cherry {
                    ""
                } else {
                    "色"
                };
                format!("{name}{color}修订{round} {}", self.date)
                    .trim_end()
                    .to_owned()
            }
        }
    }
}

/// A stretch that came with a set. Empty where something was only taken out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RevisionMark {
    /// Where, in the text as it is now.
    pub range: Range<usize>,
    /// The set, by its place.
    pub set: usize,
}

/// What came with which set. `starts` are the texts with which the sets began, oldest first; each
/// word belongs to the set that brought it or changed it last. White space alone does not count.
pub fn marks(starts: &[&str], now: &str) -> Vec<RevisionMark> {
    let mut found: Vec<RevisionMark> = Vec::new();
    for (set, old) in starts.iter().enumerate() {
        let new = starts.get(set + 1).copied().unwrap_or(now);
        let common = diff::common(old, new);
        let mut next: Vec<RevisionMark> = Vec::new();
        for mark in &found {
            carry(mark, &common, &mut next);
        }
        let (mut old_at, mut new_at) = (0, 0);
        let ends = [(old.len()..old.len(), new.len()..new.len())];
        for (old_range, new_range) in common.iter().cloned().chain(ends) {
            let came = new_at..new_range.start;
            let went = old_at..old_range.start;
            if !new[came.clone()].trim().is_empty() || !old[went].trim().is_empty() {
                let range = trimmed(new, came);
                next.push(RevisionMark { range, set });
            }
            (old_at, new_at) = (old_range.end, new_range.end);
        }
        next.sort_by_key(|mark| (mark.range.start, mark.range.end));
        found = merged(next, new);
    }
    found
}

/// Without white space at both ends.
fn trimmed(text: &str, range: Range<usize>) -> Range<usize> {
    let part = &text[range.clone()];
    let start = range.start + part.len() - part.trim_start().len();
    let end = range.start + part.trim_end().len();
    if start < end {
        start..end
    } else {
        range.start..range.start
    }
}

/// Puts a mark where its text went.
fn carry(
    mark: &RevisionMark,
    common: &[(Range<usize>, Range<usize>)],
    found: &mut Vec<RevisionMark>,
) {
    let first = common.partition_point(|(old, _)| old.end < mark.range.start);
    for (old, new) in &common[first..] {
        if old.start > mark.range.end {
            break;
        }
        let start = mark.range.start.max(old.start);
        let end = mark.range.end.min(old.end);
        // An empty mark lives as long as what it stands in or beside.
        if start < end || mark.range.is_empty() {
            found.push(RevisionMark {
                range: new.start + (start - old.start)..new.start + (end - old.start),
                set: mark.set,
            });
            if mark.range.is_empty() {
                break;
            }
        }
    }
}

/// Marks in order and apart; what touches is one.
fn merged(marks: Vec<RevisionMark>, text: &str) -> Vec<RevisionMark> {
    let mut out: Vec<RevisionMark> = Vec::with_capacity(marks.len());
    for mark in marks {
        match out.last_mut() {
            Some(last)
                if last.set == mark.set
                    && mark.range.start >= last.range.end
                    && text[last.range.end..mark.range.start]
                        .chars()
                        .all(|c| c == ' ')
                    && !last.range.is_empty() =>
            {
                last.range.end = mark.range.end;
            }
            Some(last) if last.range.is_empty() && last.range.start == mark.range.start => {
                let set = last.set.max(mark.set);
                *last = RevisionMark { set, ..mark };
            }
            Some(last) if mark.range.is_empty() && last.range.end == mark.range.start => {
                if mark.set > last.set {
                    last.set = mark.set;
                }
            }
            _ => out.push(mark),
        }
    }
    out
}

/// Where places of an old text lie in a new one: with the words behind them, or with the next that
/// are still there. `places` and the answer rise.
pub fn carried(old: &str, new: &str, places: &[usize]) -> Vec<usize> {
    let common = diff::common(old, new);
    let mut last = 0;
    places
        .iter()
        .map(|&place| {
            let at = common.partition_point(|(old, _)| old.end <= place);
            let found = match common.get(at) {
                Some((old, new)) => new.start + place.saturating_sub(old.start),
                None => new.len(),
            };
            last = found.max(last);
            last
        })
        .collect()
}

/// A locked page: where it began when the script was locked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PageLock {
    /// In bytes of the locked text.
    pub at: usize,
    /// Its number.
    pub label: String,
}

/// What a layout needs to know: the marks of the last set, its title, and the locked pages where
/// they begin now. `locked` is the text at the lock.
pub fn layer(
    locked: &str,
    pages: &[PageLock],
    sets: &[RevisionSet],
    marks: &[RevisionMark],
    now: &str,
    language: Language,
) -> RevisionLayer {
    let places: Vec<usize> = pages.iter().map(|page| page.at.min(locked.len())).collect();
    let mut starts: Vec<LockedStart> = Vec::with_capacity(pages.len());
    for (page, at) in pages.iter().zip(carried(locked, now, &places)) {
        // Two pages that now begin at one place are one: what stood on the first is gone.
        if starts.last().is_some_and(|last| last.at == at) {
            starts.pop();
        }
        starts.push(LockedStart {
            at,
            label: page.label.clone(),
        });
    }
    let current = sets.len().checked_sub(1);
    RevisionLayer {
        changed: marks
            .iter()
            .filter(|mark| Some(mark.set) == current)
            .map(|mark| mark.range.clone())
            .collect(),
        mark: String::new(),
        header: sets
            .last()
            .map(|set| set.title(language))
            .unwrap_or_default(),
        everywhere: false,
        locked: starts,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn shown(starts: &[&str], now: &str) -> Vec<(String, usize)> {
        marks(starts, now)
            .into_iter()
            .map(|mark| (now[mark.range].to_owned(), mark.set))
            .collect()
    }

    #[test]
    fn each_word_belongs_to_the_set_that_brought_it() {
        let white = "INT. HOUSE - DAY\n\nRain falls. A dog waits.\n\nMARA\nHello there.\n";
        let blue = white.replace("A dog waits.", "A wet dog waits.");
        let pink = blue
            .replace("Hello there.", "Hello.")
            .replace("Rain falls.", "Snow falls.");
        assert_eq!(shown(&[white], &blue), [("wet".to_owned(), 0)]);
        let found = shown(&[white, &blue], &pink);
        assert_eq!(found[0], ("Snow".to_owned(), 1));
        assert_eq!(found[1], ("wet".to_owned(), 0));
        assert_eq!(found[2].1, 1);
        assert_eq!(found.len(), 3, "{found:?}");
        assert_eq!(shown(&[white], white), []);
        assert_eq!(shown(&[white], &format!("{white}\n\n")), []);
        assert_eq!(shown(&["雨下了。"], "雨停了。"), [("停".to_owned(), 0)]);
    }

    #[test]
    fn colours_go_round() {
        let mut sets = Vec::new();
        let mut names = Vec::new();
        for _ in 0..11 {
            let (color, round) = RevisionSet::after(&sets);
            let set = RevisionSet {
                color,
                round,
                date: "2026-11-27".to_owned(),
            };
            names.push(set.title(Language::English));
            sets.push(set);
        }
        assert_eq!(names[0], "Blue Rev. 2026-11-27");
        assert_eq!(names[7], "Cherry Rev. 2026-11-27");
        assert_eq!(names[8], "2nd White Rev. 2026-11-27");
        assert_eq!(names[9], "2nd Blue Rev. 2026-11-27");
        assert_eq!(sets[0].title(Language::Chinese), "蓝色修订 2026-11-27");
        assert_eq!(
            sets[9].title(Language::Chinese),
            "蓝色修订（第2轮） 2026-11-27"
        );
    }

    #[test]
    fn locked_pages_begin_with_the_words_they_began_with() {
        let locked = "One.\n\nTwo.\n\nThree.\n";
        let now = "One.\n\nNew words.\n\nTwo.\n\nThree.\n";
        let pages = [("1", 0), ("2", 6), ("3", 12)].map(|(label, at)| PageLock {
            at,
            label: label.to_owned(),
        });
        let layer = layer(locked, &pages, &[], &[], now, Language::English);
        let starts: Vec<(&str, &str)> = layer
            .locked
            .iter()
            .map(|start| (start.label.as_str(), &now[start.at..start.at + 3]))
            .collect();
        assert_eq!(starts, [("1", "One"), ("2", "Two"), ("3", "Thr")]);
        // The second page is gone: the third takes its place.
        let gone = carried(locked, "One.\n\nThree.\n", &[0, 6, 12]);
        assert_eq!(gone, [0, 6, 6]);
    }

    proptest! {
        #[test]
        fn marks_are_in_order_apart_and_on_borders(
            texts in prop::collection::vec("([a-c汉]{1,3}[ \n]){0,12}", 1..4),
            now in "([a-c汉]{1,3}[ \n]){0,12}",
        ) {
            let starts: Vec<&str> = texts.iter().map(String::as_str).collect();
            let mut last = 0;
            for mark in marks(&starts, &now) {
                prop_assert!(mark.range.start >= last);
                prop_assert!(mark.set < starts.len());
                prop_assert!(now.get(mark.range.clone()).is_some());
                last = mark.range.end;
            }
            let places: Vec<usize> = (0..=texts[0].len()).filter(|&at| texts[0].is_char_boundary(at)).collect();
            let found = carried(&texts[0], &now, &places);
            prop_assert!(found.is_sorted());
            prop_assert!(found.iter().all(|&at| now.is_char_boundary(at)));
        }

        #[test]
        fn a_text_that_was_not_changed_has_no_marks(text in "([a-c汉]{1,3}[ \n]){0,12}") {
            prop_assert!(marks(&[&text], &text).is_empty());
        }
    }
}
