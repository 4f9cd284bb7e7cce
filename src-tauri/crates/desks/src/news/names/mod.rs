//! Names in an article that stand nowhere in its brief.
//!
//! A name is found by its form alone, so only forms that are rarely anything else count: a false
//! alarm teaches a person to look away.

mod english;
mod han;

use std::ops::Range;

use inkstone_manuscript::Language;

/// The places of names of `text` that none of the brief's texts holds, each name once
pub(super) fn strangers(text: &str, known: &[&str], language: Language) -> Vec<Range<usize>> {
    let mut found = match language {
        Language::English => english::strangers(text, known),
        Language::Chinese => han::strangers(text, known),
    };
    found.sort_by_key(|range| (range.start, range.end));
    let mut seen: Vec<&str> = Vec::new();
    let mut first = Vec::new();
    for range in found {
        let name = &text[range.clone()];
        // After `Mara Lindberg`, `Lindberg` is said already.
        if seen.iter().any(|earlier| earlier.contains(name)) {
            continue;
        }
        seen.push(name);
        first.push(range);
        if first.len() == MOST {
            break;
        }
    }
    first
}

/// More names than this help nobody.
const MOST: usize = 100;

#[cfg(test)]
mod tests;
