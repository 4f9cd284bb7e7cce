//! What is shown of a place: the text around it on one line, with what was looked for marked.

use std::ops::Range;

use super::query::Term;

/// Characters shown on either side of a place.
const CONTEXT: usize = 40;

/// Places of one text that are looked at.
const MOST_PLACES: usize = 1_000;

/// Some text on one line.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Excerpt {
    pub(super) line: String,
    /// What was looked for, in bytes of the line.
    pub(super) marks: Vec<Range<usize>>,
    /// The place that it is shown for, in bytes of the text.
    pub(super) place: Range<usize>,
}

/// Where the terms are: which of them, and where. In order, none inside of another.
pub(super) fn places(text: &str, terms: &[Term]) -> Vec<(usize, Range<usize>)> {
    let mut all: Vec<(usize, Range<usize>)> = Vec::new();
    for (number, term) in terms.iter().enumerate() {
        if term.without {
            continue;
        }
        if term.row.words.is_empty() {
            all.extend(as_typed(text, &term.text).map(|place| (number, place)));
            continue;
        }
        let found = term.row.places(text).take(MOST_PLACES);
        all.extend(found.map(|place| (number, place)));
    }
    all.sort_by_key(|(number, place)| (place.start, usize::MAX - place.end, *number));
    let mut end = 0;
    all.retain(|(_, place)| {
        let free = place.start >= end;
        if free {
            end = place.end;
        }
        free
    });
    all
}

/// The places of signs, in any case, in bytes.
pub(super) fn as_typed<'a>(
    text: &'a str,
    term: &'a str,
) -> impl Iterator<Item = Range<usize>> + 'a {
    let mut from = 0;
    std::iter::from_fn(move || {
        let found = place(text.get(from..)?, term)?;
        let found = from + found.start..from + found.end;
        from = found.end;
        Some(found)
    })
    .take(MOST_PLACES)
}

/// The first place of `term` in `text`, in any case, in bytes.
fn place(text: &str, term: &str) -> Option<Range<usize>> {
    let wanted: Vec<char> = term.chars().flat_map(char::to_lowercase).collect();
    text.char_indices().find_map(|(start, _)| {
        let mut left = wanted.iter();
        for (at, c) in text[start..].char_indices() {
            for lower in c.to_lowercase() {
                match left.next() {
                    Some(next) if *next == lower => {}
                    // The term ended inside of a character that two stand for.
                    None => break,
                    Some(_) => return None,
                }
            }
            if left.len() == 0 {
                return Some(start..start + at + c.len_utf8());
            }
        }
        None
    })
}

/// The excerpts of a text that say most: first those where most of the terms stand together, in
/// the order of the text.
pub(super) fn excerpts(text: &str, places: &[(usize, Range<usize>)], most: usize) -> Vec<Excerpt> {
    let mut clusters: Vec<&[(usize, Range<usize>)]> = Vec::new();
    let mut rest = places;
    while let Some((_, first)) = rest.first() {
        // All that the excerpt of the first place shows.
        let end = after(text, first.end);
        let size = rest
            .iter()
            .take_while(|(_, place)| place.end <= end)
            .count();
        let (cluster, left) = rest.split_at(size.max(1));
        clusters.push(cluster);
        rest = left;
    }
    let various = |cluster: &[(usize, Range<usize>)]| {
        let mut terms: Vec<usize> = cluster.iter().map(|(term, _)| *term).collect();
        terms.sort_unstable();
        terms.dedup();
        terms.len()
    };
    clusters.sort_by_key(|cluster| std::cmp::Reverse(various(cluster)));
    clusters.truncate(most);
    clusters
        .into_iter()
        .filter_map(|cluster| {
            let (_, place) = cluster.iter().min_by_key(|(term, _)| *term)?;
            let marks: Vec<_> = cluster.iter().map(|(_, place)| place.clone()).collect();
            Some(excerpt(text, &marks, place.clone()))
        })
        .collect()
}

fn after(text: &str, at: usize) -> usize {
    let rest = text.get(at..).unwrap_or_default();
    rest.char_indices()
        .nth(CONTEXT)
        .map_or(text.len(), |(n, _)| at + n)
}

/// The text around places that stand near to one another.
pub(super) fn excerpt(text: &str, marks: &[Range<usize>], place: Range<usize>) -> Excerpt {
    let first = marks.first().map_or(place.start, |mark| mark.start);
    let from = text[..first]
        .char_indices()
        .rev()
        .nth(CONTEXT - 1)
        .map_or(0, |(at, _)| at);
    let to = after(text, marks.first().map_or(place.end, |mark| mark.end));
    let last = marks.last().map_or(0, |mark| mark.end);
    let to = to.max(last);
    let mut line = String::from(if from > 0 { "…" } else { "" });
    let mut placed: Vec<Range<usize>> = Vec::with_capacity(marks.len());
    let mut gap = false;
    let mut open = marks.iter().peekable();
    let (mut inside, bare) = (None, line.len());
    for (at, c) in text[from..to].char_indices() {
        let at = from + at;
        if let (Some(start), Some(mark)) = (inside, open.peek())
            && at >= mark.end
        {
            placed.push(start..line.len());
            inside = None;
            open.next();
        }
        if c.is_whitespace() {
            gap = line.len() > bare;
            continue;
        }
        if gap {
            line.push(' ');
            gap = false;
        }
        if inside.is_none() && open.peek().is_some_and(|mark| at >= mark.start) {
            inside = Some(line.len());
        }
        line.push(c);
    }
    if let Some(start) = inside {
        placed.push(start..line.len());
    }
    if to < text.len() {
        line.push('…');
    }
    Excerpt {
        line,
        marks: placed,
        place,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::query::terms;
    use super::*;

    fn shown(text: &str, query: &str) -> Vec<(String, Vec<String>)> {
        let terms = terms(query);
        let excerpts = excerpts(text, &places(text, &terms), 9);
        let marked = |e: &Excerpt| {
            e.marks
                .iter()
                .map(|m| e.line[m.clone()].to_owned())
                .collect()
        };
        excerpts
            .iter()
            .map(|e| (e.line.clone(), marked(e)))
            .collect()
    }

    #[test]
    fn an_excerpt_is_one_line_around_the_place() {
        let body = format!("{}\n\n# 潮水\tHigh\n{}", "雨".repeat(60), "x".repeat(60));
        let found = shown(&body, "high");
        let expected = format!("…{} # 潮水 High {}…", "雨".repeat(33), "x".repeat(39));
        assert_eq!(found, [(expected, vec!["High".to_owned()])]);
        assert_eq!(shown("", "x"), []);
    }

    #[test]
    fn all_that_an_excerpt_shows_is_marked_and_the_fullest_comes_first() {
        let body = format!("潮水。{}夜里潮水很高，高。", "风".repeat(90));
        let found = shown(&body, "潮水 高 ");
        assert_eq!(found.len(), 2);
        assert_eq!(found[0].1, ["潮水", "高", "高"]);
        assert_eq!(found[1].1, ["潮水"]);
        assert_eq!(shown("a\n  ,b \n c", "\"a b c\"")[0].0, "a ,b c");
        assert_eq!(shown("a\n  ,b \n c", "\"a b c\"")[0].1, ["a ,b c"]);
    }

    #[test]
    fn letters_that_grow_in_lower_case_keep_their_places() {
        assert_eq!(place("xİstanbul", "istan"), None);
        assert_eq!(place("xİstanbul", "İstan"), Some(1..7));
        assert_eq!(place("aİb", "b"), Some(3..4));
        assert_eq!(place("ẞtraße", "SSTR"), None);
        assert_eq!(place("", "x"), None);
    }

    proptest! {
        #[test]
        fn marks_lie_in_the_line_in_order(text in "[a-c潮水 \n，é]{0,300}", query in "[a-c潮水 \"-]{1,6}") {
            let terms = terms(&query);
            for excerpt in excerpts(&text, &places(&text, &terms), 9) {
                prop_assert!(!excerpt.marks.is_empty());
                prop_assert!(text.get(excerpt.place.clone()).is_some());
                let mut end = 0;
                for mark in &excerpt.marks {
                    prop_assert!(mark.start >= end && mark.end > mark.start, "{:?}", excerpt);
                    prop_assert!(excerpt.line.get(mark.clone()).is_some());
                    end = mark.end;
                }
            }
        }
    }
}
