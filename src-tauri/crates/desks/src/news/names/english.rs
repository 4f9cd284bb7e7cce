//! English names: runs of capitalised words that do not open a sentence.

use std::{collections::BTreeSet, ops::Range};

use inkstone_manuscript::segment;

pub(super) fn strangers(text: &str, known: &[&str]) -> Vec<Range<usize>> {
    let known = Known::new(known);
    let mut found = Vec::new();
    // Where the line of the sentence begins.
    let (mut line, mut seen) = (0, 0);
    for sentence in segment::sentences(text) {
        if let Some(at) = text[seen..sentence.start].rfind('\n') {
            line = seen + at + 1;
        }
        seen = sentence.start;
        // Subheadings may be in title case.
        if text[line..].starts_with('#') {
            continue;
        }
        for run in runs(text, sentence) {
            found.extend(known.stranger(text, &run));
        }
    }
    found
}

struct Word {
    range: Range<usize>,
    /// Whether a sentence or a quotation opens with it.
    opens: bool,
}

/// Runs of capitalised words: `Mara Lindqvist`, `University of Bergen`.
fn runs(text: &str, sentence: Range<usize>) -> Vec<Vec<Word>> {
    const JOINTS: &[&str] = &[
        "of", "de", "del", "der", "den", "van", "von", "la", "le", "du", "da", "al", "bin",
    ];
    let mut runs: Vec<Vec<Word>> = Vec::new();
    let mut open = false;
    // Joints belong to a run only when a capital follows.
    let mut joints = Vec::new();
    let mut last = sentence.start;
    let mut opens = true;
    for range in words(&text[sentence.clone()]) {
        let range = sentence.start + range.start..sentence.start + range.end;
        let gap = &text[last..range.start];
        opens = opens
            || gap.contains([':', '“', '"', '‘', '\n', '•', '|'])
            || gap.ends_with(['(', '—']);
        let apart = !(gap == " " || gap == ". " || gap == "\n" || gap == " & ");
        // `J. Smith` and `St. Mary` go on, `boat. Smith` does not.
        let ended = gap == ". "
            && last
                - runs
                    .last()
                    .and_then(|r| r.last())
                    .map_or(last, |w| w.range.start)
                > 3;
        if apart || ended {
            open = false;
        }
        let shown = &text[range.clone()];
        last = range.end;
        if shown.starts_with(char::is_uppercase) {
            let word = Word { range, opens };
            match runs.last_mut().filter(|_| open) {
                Some(run) => {
                    run.append(&mut joints);
                    run.push(word);
                }
                None => runs.push(vec![word]),
            }
            // `Oslo's Anna Berg` is two names.
            open = bare(shown).len() == shown.len();
        } else if open && JOINTS.contains(&shown) {
            joints.push(Word {
                range,
                opens: false,
            });
        } else {
            open = false;
        }
        if !open {
            joints.clear();
        }
        opens = false;
    }
    runs
}

/// Letters and digits, with apostrophes and hyphens between them.
fn words(text: &str) -> Vec<Range<usize>> {
    let mut words: Vec<Range<usize>> = Vec::new();
    for (at, c) in text.char_indices() {
        let end = at + c.len_utf8();
        if c.is_alphanumeric() {
            match words.last_mut() {
                Some(word) if word.end == at => word.end = end,
                Some(word)
                    if matches!(&text[word.end..at], "'" | "’" | "-" | ".")
                        && is_joined(text, word, at) =>
                {
                    word.end = end;
                }
                _ => words.push(at..end),
            }
        }
    }
    words
}

/// `U.S` is one word, `boat.Then` is two.
fn is_joined(text: &str, word: &Range<usize>, at: usize) -> bool {
    !text[word.end..at].starts_with('.')
        || text[word.clone()]
            .rsplit('.')
            .next()
            .is_some_and(|l| l.len() == 1)
}

/// Without `'s` and the like.
fn bare(word: &str) -> &str {
    for end in [
        "'s", "’s", "'m", "’m", "'ve", "’ve", "'ll", "’ll", "'d", "’d", "'re", "’re",
    ] {
        if let Some(bare) = word.strip_suffix(end) {
            return bare;
        }
    }
    word
}

struct Known {
    words: BTreeSet<String>,
    /// First letters of the words of each text, for acronyms.
    initials: Vec<String>,
}

impl Known {
    fn new(texts: &[&str]) -> Self {
        let mut known = Self {
            words: BTreeSet::new(),
            initials: Vec::new(),
        };
        for text in texts {
            let lower = text.to_lowercase().replace('’', "'");
            let words = words(&lower);
            known.initials.push(
                words
                    .iter()
                    .filter_map(|w| lower[w.clone()].chars().next())
                    .collect(),
            );
            for word in words {
                let word = bare(&lower[word]);
                known.words.extend(word.split('-').map(str::to_owned));
                known.words.insert(word.to_owned());
            }
        }
        known
    }

    fn has(&self, word: &str) -> bool {
        let lower = bare(word).to_lowercase().replace('’', "'");
        let word_known = |word: &str| {
            let singular = word.strip_suffix('s').unwrap_or(word);
            [word, singular]
                .iter()
                .any(|w| self.words.contains(*w) || COMMON.contains(w))
                || self.words.contains(&format!("{word}s"))
        };
        let acronym = word.len() >= 2 && word.len() <= 6 && word.chars().all(char::is_uppercase);
        word_known(&lower)
            || lower.split('-').all(word_known)
            || lower.chars().count() < 2
            || (acronym && self.initials.iter().any(|i| i.contains(&lower)))
    }

    fn stranger(&self, text: &str, run: &[Word]) -> Option<Range<usize>> {
        let word = |w: &Word| &text[w.range.clone()];
        // The capital of a first word says nothing: alone it is never a name, and before a name
        // it may be any word (`Yesterday Mara`).
        let judged: Vec<&Word> = run.iter().filter(|w| !w.opens).collect();
        let strange = |w: &&Word| word(w).starts_with(char::is_uppercase) && !self.has(word(w));
        if !judged.iter().any(strange) {
            return None;
        }
        let common = |w: &&Word| COMMON.contains(&bare(word(w)).to_lowercase().as_str());
        let start = run
            .iter()
            .find(|w| !common(w))
            .map_or(run[0].range.start, |w| w.range.start);
        let last = run.last()?;
        let end = last.range.start + bare(word(last)).len();
        Some(start..end)
    }
}

/// Capitalised words that name nobody: days, months, titles, peoples, and words that open clauses.
const COMMON: &[&str] = &[
    "i",
    "a",
    "an",
    "the",
    "and",
    "but",
    "or",
    "if",
    "in",
    "on",
    "at",
    "by",
    "for",
    "from",
    "with",
    "he",
    "she",
    "it",
    "we",
    "they",
    "you",
    "his",
    "her",
    "its",
    "our",
    "their",
    "your",
    "this",
    "that",
    "these",
    "those",
    "there",
    "here",
    "when",
    "while",
    "after",
    "before",
    "since",
    "until",
    "as",
    "to",
    "of",
    "no",
    "not",
    "so",
    "yes",
    "ok",
    "now",
    "then",
    "what",
    "who",
    "how",
    "why",
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
    "jan",
    "feb",
    "mar",
    "apr",
    "jun",
    "jul",
    "aug",
    "sep",
    "sept",
    "oct",
    "nov",
    "dec",
    "spring",
    "summer",
    "autumn",
    "winter",
    "christmas",
    "easter",
    "ramadan",
    "mr",
    "mrs",
    "ms",
    "mx",
    "dr",
    "prof",
    "professor",
    "sir",
    "dame",
    "lord",
    "lady",
    "st",
    "saint",
    "president",
    "minister",
    "mayor",
    "senator",
    "councillor",
    "council",
    "governor",
    "judge",
    "captain",
    "officer",
    "chief",
    "director",
    "chair",
    "chairman",
    "chairwoman",
    "manager",
    "secretary",
    "spokesman",
    "spokeswoman",
    "spokesperson",
    "reverend",
    "father",
    "sister",
    "uk",
    "us",
    "usa",
    "eu",
    "un",
    "u.s",
    "u.k",
    "tv",
    "am",
    "pm",
    "gmt",
    "utc",
    "ceo",
    "cfo",
    "id",
    "tk",
    "faq",
    "pdf",
    "dna",
    "gps",
    "internet",
    "english",
    "british",
    "american",
    "european",
    "chinese",
    "french",
    "german",
    "spanish",
    "italian",
    "japanese",
    "korean",
    "russian",
    "indian",
    "african",
    "asian",
    "australian",
    "canadian",
    "dutch",
    "irish",
    "scottish",
    "welsh",
    "nordic",
    "north",
    "south",
    "east",
    "west",
    "northern",
    "southern",
    "eastern",
    "western",
    "central",
    "god",
    "earth",
    "city",
    "street",
    "road",
    "avenue",
    "square",
];
