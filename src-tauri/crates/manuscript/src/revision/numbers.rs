//! Scene numbers that stay.

use std::{collections::HashSet, ops::Range};

use crate::{
    Language,
    fountain::{self, ElementKind},
    pages::{next_label, scene_numbers},
};

/// What has to be put into the text, so that every scene has its number: replacements in order and
/// apart, in bytes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Renumbering {
    /// The place and what stands there afterwards.
    pub edits: Vec<(Range<usize>, String)>,
}

impl Renumbering {
    /// The text with the numbers in it.
    pub fn applied(&self, text: &str) -> String {
        let mut out = String::with_capacity(text.len() + 16 * self.edits.len());
        let mut at = 0;
        for (range, insert) in &self.edits {
            out.push_str(&text[at..range.start]);
            out.push_str(insert);
            at = range.end;
        }
        out.push_str(&text[at..]);
        out
    }
}

/// A heading as far as numbers go.
struct Numbered {
    /// The heading's line without its end.
    line: Range<usize>,
    number: Option<String>,
    /// Where `#12A#` stands, marks included.
    marks: Option<Range<usize>>,
    /// Where the scene ends.
    end: usize,
}

fn headings(text: &str) -> Vec<Numbered> {
    let mut found: Vec<Numbered> = Vec::new();
    for element in fountain::parse(text) {
        if element.kind != ElementKind::SceneHeading {
            if let Some(last) = found.last_mut()
                && !matches!(element.kind, ElementKind::Section { .. })
            {
                last.end = element.range.end;
            }
            continue;
        }
        let source = &text[element.range.clone()];
        let line = element.range.start..element.range.start + source.trim_end().len();
        let number = fountain::heading(text, &element).and_then(|heading| heading.number);
        let marks = number.as_ref().and_then(|number| {
            let range = number.range.clone();
            let hashed = text[..range.start].ends_with('#') && text[range.end..].starts_with('#');
            hashed.then(|| range.start - 1..range.end + 1)
        });
        found.push(Numbered {
            line,
            number: number.map(|number| number.text.into_owned()),
            marks,
            end: element.range.end,
        });
    }
    found
}

/// The numbers of a text's scenes, for a lock to remember.
pub fn locked_numbers(text: &str) -> Vec<String> {
    headings(text)
        .into_iter()
        .filter_map(|heading| heading.number)
        .collect()
}

/// Numbers scenes. Without a lock all of them: numbers that are there stay, the others are counted
/// on. With the numbers of a lock, those stay for good: new scenes and second ones with the same
/// number get letters behind the one before, or the next number at the end; one that is gone
/// leaves a heading that says so.
pub fn renumber(text: &str, locked: &[String], language: Language) -> Renumbering {
    let headings = headings(text);
    let mut seen = HashSet::new();
    let given: Vec<Option<String>> = headings
        .iter()
        .map(|heading| {
            heading
                .number
                .clone()
                .filter(|number| seen.insert(number.clone()))
        })
        .collect();
    let gone: Vec<&String> = locked.iter().filter(|n| !seen.contains(*n)).collect();
    // Scenes that are gone count, in the place where they stood.
    let mut rows: Vec<Row> = given
        .iter()
        .enumerate()
        .map(|(at, number)| Row {
            heading: Some(at),
            number: number.clone(),
        })
        .collect();
    for number in gone {
        let at = locked.iter().position(|n| n == number).unwrap_or(0);
        let before = locked[..at]
            .iter()
            .rev()
            .find_map(|n| rows.iter().position(|row| row.number.as_ref() == Some(n)));
        // New scenes behind the one before stay with it.
        let place = before.map_or(0, |before| before + 1);
        let place = rows[place..]
            .iter()
            .position(|row| row.number.is_some())
            .map_or(rows.len(), |more| place + more);
        rows.insert(
            place,
            Row {
                heading: None,
                number: Some(number.clone()),
            },
        );
    }
    let numbers = if locked.is_empty() {
        counted(&rows)
    } else {
        lettered(&rows)
    };
    let mut edits: Vec<(Range<usize>, String)> = Vec::new();
    let mut last_end = headings
        .first()
        .map_or(text.len(), |first| first.line.start);
    for (row, number) in rows.iter().zip(numbers) {
        let Some(at) = row.heading else {
            let omitted = match language {
                Language::English => "OMITTED",
                Language::Chinese => "删去",
            };
            let gap = if text[..last_end].is_empty() || text[..last_end].ends_with("\n\n") {
                ""
            } else if text[..last_end].ends_with('\n') {
                "\n"
            } else {
                "\n\n"
            };
            let insert = format!("{gap}.{omitted} #{number}#\n\n");
            match edits.last_mut() {
                Some((range, before)) if *range == (last_end..last_end) => {
                    before.push_str(insert.trim_start_matches('\n'));
                }
                _ => edits.push((last_end..last_end, insert)),
            }
            continue;
        };
        let heading = &headings[at];
        last_end = heading.end;
        if heading.number.as_ref() == Some(&number) {
            continue;
        }
        match &heading.marks {
            Some(marks) => edits.push((marks.clone(), format!("#{number}#"))),
            None => edits.push((heading.line.end..heading.line.end, format!(" #{number}#"))),
        }
    }
    edits.sort_by_key(|(range, _)| (range.start, range.end));
    Renumbering { edits }
}

struct Row {
    heading: Option<usize>,
    number: Option<String>,
}

fn counted(rows: &[Row]) -> Vec<String> {
    let given: Vec<Option<String>> = rows.iter().map(|row| row.number.clone()).collect();
    distinct(scene_numbers(&given), &given)
}

/// New scenes inside of a locked script never take a number of their own.
fn lettered(rows: &[Row]) -> Vec<String> {
    let given: Vec<Option<String>> = rows.iter().map(|row| row.number.clone()).collect();
    let last = given.iter().rposition(Option::is_some);
    let mut found: Vec<String> = Vec::with_capacity(given.len());
    for (at, number) in given.iter().enumerate() {
        let next = match (number, last) {
            (Some(number), _) => number.clone(),
            (None, Some(last)) if at < last => match found.last() {
                Some(before) => next_label(before),
                None => "A1".to_owned(),
            },
            (None, _) => {
                let tail = scene_numbers(&[found.last().cloned(), None]);
                tail.into_iter().next_back().unwrap_or_default()
            }
        };
        found.push(next);
    }
    distinct(found, &given)
}

/// A made number that is taken goes on until one is free.
fn distinct(mut numbers: Vec<String>, given: &[Option<String>]) -> Vec<String> {
    let mut taken: HashSet<String> = given.iter().flatten().cloned().collect();
    for (number, given) in numbers.iter_mut().zip(given) {
        if given.is_some() {
            continue;
        }
        while !taken.insert(number.clone()) {
            *number = next_label(number);
        }
    }
    numbers
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn numbered(text: &str, locked: &[&str]) -> String {
        let locked: Vec<String> = locked.iter().map(|n| (*n).to_owned()).collect();
        renumber(text, &locked, Language::English).applied(text)
    }

    #[test]
    fn a_lock_numbers_every_scene() {
        assert_eq!(
            numbered(
                "INT. A - DAY\n\nx\n\nINT. B - DAY #5#\n\n.内景 丙 夜\n\ny\n",
                &[]
            ),
            "INT. A - DAY #1#\n\nx\n\nINT. B - DAY #5#\n\n.内景 丙 夜 #6#\n\ny\n"
        );
        let same = "INT. A - DAY #1#\n\nINT. B - DAY #1#\n";
        assert_eq!(
            numbered(same, &[]),
            "INT. A - DAY #1#\n\nINT. B - DAY #2#\n"
        );
    }

    #[test]
    fn new_scenes_get_letters_and_old_ones_leave_a_word() {
        let text = "INT. A - DAY #1#\n\nx\n\nINT. NEW - DAY\n\nINT. NEWER - DAY\n\nINT. C - DAY #3#\n\nINT. END - DAY\n";
        assert_eq!(
            numbered(text, &["1", "2", "3"]),
            "INT. A - DAY #1#\n\nx\n\nINT. NEW - DAY #1A#\n\nINT. NEWER - DAY #1B#\n\n.OMITTED #2#\n\nINT. C - DAY #3#\n\nINT. END - DAY #4#\n"
        );
        assert_eq!(
            numbered("INT. NEW - DAY\n\nINT. B - DAY #2#\n", &["1", "2"]),
            "INT. NEW - DAY #A1#\n\n.OMITTED #1#\n\nINT. B - DAY #2#\n"
        );
        assert_eq!(numbered("Rain.\n", &["1"]), "Rain.\n\n.OMITTED #1#\n\n");
        let done = "INT. A - DAY #1#\n\n.OMITTED #2#\n";
        assert_eq!(numbered(done, &["1", "2"]), done);
    }

    proptest! {
        #[test]
        fn every_scene_has_its_own_number_and_locked_ones_stay(
            scenes in prop::collection::vec(prop::option::of(0_usize..6), 0..8),
            locked in 0_usize..6,
        ) {
            let locked: Vec<String> = (1..=locked).map(|n| n.to_string()).collect();
            let text: String = scenes
                .iter()
                .map(|number| match number {
                    Some(number) => format!("INT. ROOM - DAY #{number}#\n\nx\n\n"),
                    None => "INT. ROOM - DAY\n\nx\n\n".to_owned(),
                })
                .collect();
            let made = renumber(&text, &locked, Language::English).applied(&text);
            let numbers = locked_numbers(&made);
            let distinct: HashSet<&String> = numbers.iter().collect();
            prop_assert_eq!(distinct.len(), numbers.len(), "{}", made);
            prop_assert!(locked.iter().all(|n| distinct.contains(n)), "{}", made);
            let again = renumber(&made, &locked, Language::English);
            prop_assert_eq!(again.edits, vec![], "{}", made);
        }
    }
}
