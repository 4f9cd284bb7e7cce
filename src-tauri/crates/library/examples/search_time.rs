//! Measures searching as one types, with sizes named and ratios of one run.
//!
//! `cargo run --release -p inkstone-library --example search_time [FOLDER]`: 12 MB of English and
//! 12 MB of Chinese in documents of about 12 kB, below FOLDER (the system's for passing things if
//! none is given), removed at the end. The words are drawn as words are in texts: the n-th most
//! frequent one about 1/n as often as the first.

use std::error::Error;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant};

use inkstone_library::{Clock, Edit, Library, Operation, OperationKind, Origin, SearchQuery};
use inkstone_manuscript::{DocumentKind, Language};

type Done<T = ()> = Result<T, Box<dyn Error>>;

const BYTES: usize = 12 << 20;
const DOCUMENT: usize = 12 << 10;
const ENGLISH_WORDS: usize = 30_000;
const HAN: usize = 3_500;
const CHINESE_WORDS: usize = 40_000;
const QUERIES: usize = 60;

struct Steps(AtomicI64);

impl Clock for Steps {
    fn now_ms(&self) -> i64 {
        self.0.fetch_add(500, Ordering::Relaxed)
    }
}

/// Numbers without a pattern, the same in every run.
struct Chance(u64);

impl Chance {
    fn below(&mut self, most: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed >> 33) as usize % most.max(1)
    }

    /// A rank below `most`, each about as often as one by its number.
    fn rank(&mut self, most: usize) -> usize {
        let part = self.below(1 << 30) as f64 / f64::from(1 << 30);
        ((most as f64).powf(part) as usize).saturating_sub(1)
    }
}

fn english_words(chance: &mut Chance) -> Vec<String> {
    const STARTS: [&str; 24] = [
        "th", "s", "c", "b", "m", "h", "w", "f", "l", "p", "d", "t", "r", "st", "n", "g", "tr",
        "pr", "br", "sh", "ch", "cl", "k", "v",
    ];
    const MIDDLES: [&str; 12] = [
        "e", "a", "o", "i", "u", "ea", "ou", "ai", "ee", "oo", "ie", "y",
    ];
    const ENDS: [&str; 16] = [
        "n", "r", "t", "s", "l", "d", "rd", "st", "ck", "m", "ng", "nt", "p", "ll", "sh", "ve",
    ];
    const FORMS: [&str; 8] = ["", "", "", "s", "ed", "ing", "er", "ness"];
    let mut words = Vec::new();
    while words.len() < ENGLISH_WORDS {
        let mut word = String::new();
        for _ in 0..1 + chance.below(1 + words.len().min(3_000) / 1_000) {
            word.push_str(STARTS[chance.below(STARTS.len())]);
            word.push_str(MIDDLES[chance.below(MIDDLES.len())]);
            if chance.below(2) == 0 {
                word.push_str(ENDS[chance.below(ENDS.len())]);
            }
        }
        word.push_str(FORMS[chance.below(FORMS.len())]);
        words.push(word);
    }
    words
}

fn chinese_words(chance: &mut Chance) -> Vec<String> {
    // Frequent characters lie anywhere in the block.
    let han = |rank: usize| {
        let code = 0x4E00 + (rank * 7_919) % 20_900;
        char::from_u32(code as u32).unwrap_or('一')
    };
    (0..CHINESE_WORDS)
        .map(|number| {
            let length = if number < 60 {
                1
            } else {
                2 + chance.below(5) / 4
            };
            (0..length).map(|_| han(chance.rank(HAN))).collect()
        })
        .collect()
}

fn text(chance: &mut Chance, words: &[String], space: &str, stop: &str) -> String {
    let mut text = String::new();
    while text.len() < DOCUMENT {
        for _ in 0..6 + chance.below(14) {
            text.push_str(&words[chance.rank(words.len())]);
            text.push_str(space);
        }
        text.push_str(stop);
    }
    text
}

fn fill(library: &Library, texts: &[String], language: Language) -> Done {
    let project = library.create_project("Bench", language)?;
    for (number, text) in texts.iter().enumerate() {
        let title = format!("Document {number}");
        let kind = DocumentKind::News;
        let document = library.create_document(&project.id, kind, &title, language)?;
        let draft = library.shown_draft(&document.id)?;
        let edit = Edit {
            from: 0,
            to: 0,
            insert: text.clone(),
        };
        let operation = Operation {
            kind: OperationKind::Typing,
            origin: Origin::Typed,
        };
        library.apply(&draft, 0, &[edit], &operation)?;
    }
    Ok(())
}

fn at(times: &mut [Duration], part: f64) -> f64 {
    times.sort_unstable();
    let index = ((times.len() - 1) as f64 * part).round() as usize;
    times[index].as_secs_f64() * 1_000.0
}

/// Times every query as it is typed, and gives the times.
fn typed(library: &Library, what: &str, queries: &[String]) -> Done<Vec<Duration>> {
    let mut times = Vec::new();
    let mut slowest = (Duration::ZERO, String::new());
    for query in queries {
        for (end, c) in query.char_indices() {
            let prefix = &query[..end + c.len_utf8()];
            let start = Instant::now();
            library.search(&SearchQuery::of(prefix))?;
            let took = start.elapsed();
            times.push(took);
            if took > slowest.0 {
                slowest = (took, prefix.to_owned());
            }
        }
    }
    println!(
        "{what}: {} searches, p50 {:.1} ms, p95 {:.1} ms, most {:.1} ms ({})",
        times.len(),
        at(&mut times, 0.5),
        at(&mut times, 0.95),
        at(&mut times, 1.0),
        slowest.1
    );
    Ok(times)
}

fn size(path: &Path) -> Done<u64> {
    Ok(std::fs::metadata(path)?.len())
}

fn main() -> Done {
    let folder = std::env::args_os()
        .nth(1)
        .map_or_else(std::env::temp_dir, Into::into)
        .join(format!("inkstone-search-{}", std::process::id()));
    std::fs::create_dir_all(&folder)?;
    let done = measure(&folder);
    std::fs::remove_dir_all(&folder)?;
    done
}

fn measure(folder: &Path) -> Done {
    let mut chance = Chance(7);
    let english = english_words(&mut chance);
    let chinese = chinese_words(&mut chance);
    let count = BYTES / DOCUMENT;
    let english_texts: Vec<String> = (0..count)
        .map(|_| text(&mut chance, &english, " ", ". "))
        .collect();
    let chinese_texts: Vec<String> = (0..count)
        .map(|_| text(&mut chance, &chinese, "", "。"))
        .collect();
    let path = folder.join("library.inkstone");
    let clock = Arc::new(Steps(AtomicI64::new(1_795_000_000_000)));
    let library = Library::open(&path, clock)?;
    fill(&library, &english_texts, Language::English)?;
    fill(&library, &chinese_texts, Language::Chinese)?;
    library.fold()?;
    let before = size(&path)?;

    let start = Instant::now();
    library.search(&SearchQuery::of(&chinese[500]))?;
    println!(
        "a search while all waits: {:.0} ms",
        start.elapsed().as_secs_f64() * 1_000.0
    );
    let (start, mut longest) = (Instant::now(), Duration::ZERO);
    loop {
        let step = Instant::now();
        let more = library.index_some(64 << 10)?;
        longest = longest.max(step.elapsed());
        if !more {
            break;
        }
    }
    println!(
        "indexing 24 MB: {:.1} s in steps of 64 KiB, the longest {:.0} ms",
        start.elapsed().as_secs_f64(),
        longest.as_secs_f64() * 1_000.0
    );
    library.fold()?;
    let index = size(&path)?.saturating_sub(before);
    println!(
        "the index: {:.1} MB for 24 MB of text, {:.2} MB per MB",
        index as f64 / 1e6,
        index as f64 / (2 * BYTES) as f64
    );

    let mut pick = |words: &[String], count: usize, space: &str| -> Vec<String> {
        (0..QUERIES)
            .map(|_| {
                let words: Vec<&str> = (0..count)
                    .map(|_| words[chance.rank(words.len())].as_str())
                    .collect();
                words.join(space)
            })
            .collect()
    };
    let one = pick(&english, 1, " ");
    let two = pick(&english, 2, " ");
    let han = pick(&chinese, 1, "");
    let han_two = pick(&chinese, 2, " ");
    let mut all = typed(&library, "English, a word", &one)?;
    all.extend(typed(&library, "English, two words", &two)?);
    all.extend(typed(&library, "Chinese, a word", &han)?);
    all.extend(typed(&library, "Chinese, two words", &han_two)?);
    println!(
        "all: p50 {:.1} ms, p95 {:.1} ms",
        at(&mut all, 0.5),
        at(&mut all, 0.95)
    );

    let (mut scanned, mut searched) = (Duration::ZERO, Duration::ZERO);
    let mut missed = 0;
    let pairs: Vec<&String> = chinese
        .iter()
        .filter(|w| w.chars().count() == 2)
        .take(200)
        .collect();
    for pair in &pairs {
        let start = Instant::now();
        let there = chinese_texts
            .iter()
            .filter(|text| text.contains(pair.as_str()))
            .count();
        scanned += start.elapsed();
        let start = Instant::now();
        let found = library.search(&SearchQuery::of(pair))?.documents.count;
        searched += start.elapsed();
        // Sentences are no border to words in a row, so there may be more.
        missed += usize::from(found < there);
    }
    println!(
        "{} words of two characters: {missed} missed; plain looking through the texts in memory \
         takes {:.1} times as long",
        pairs.len(),
        scanned.as_secs_f64() / searched.as_secs_f64()
    );
    Ok(())
}
