//! How long two versions of a long text take to compare.
//!
//! `cargo run --release -p inkstone-manuscript --example compare_time`
//!
//! Texts of 100,000 words (English) and 100,000 characters (Chinese) made here, the same at every
//! run, with 500 edits: words replaced, put in and left out, and paragraphs moved. Times are the
//! median of 15 runs in one process, beside `similar`'s word diff of the same texts.

use std::time::{Duration, Instant};

use inkstone_manuscript::{diff, merge};
use similar::{Algorithm, TextDiff};

const SIZE: usize = 100_000;
const EDITS: usize = 500;

fn main() {
    for (name, words, joint) in [
        ("English", &ENGLISH[..], " "),
        ("Chinese", &CHINESE[..], ""),
    ] {
        let mut chance = Chance(7);
        let old = made(words, joint, &mut chance);
        let new = edited(&old, words, joint, &mut chance);
        let other = edited(&old, words, joint, &mut chance);
        let (old, new, other) = (text(&old, joint), text(&new, joint), text(&other, joint));
        println!(
            "{name}: {} and {} bytes, {} paragraphs",
            old.len(),
            new.len(),
            old.lines().filter(|line| !line.is_empty()).count()
        );
        let found = diff::compare(&old, &new);
        println!("  {} parts, {} moves", found.parts.len(), found.moves.len());
        let ours = time("compare, with moves", || {
            diff::compare(&old, &new).parts.len()
        });
        let plain = time("similar, words, Myers", || {
            let mut texts = TextDiff::configure();
            texts.algorithm(Algorithm::Myers);
            texts.diff_unicode_words(&old, &new).ops().len()
        });
        println!("  ratio to similar: {:.2}", ours / plain);
        time("merge of two such", || {
            merge::merge(&old, &new, &other).parts.len()
        });
    }
}

fn time(what: &str, mut run: impl FnMut() -> usize) -> f64 {
    let mut times: Vec<Duration> = (0..15)
        .map(|_| {
            let start = Instant::now();
            std::hint::black_box(run());
            start.elapsed()
        })
        .collect();
    times.sort_unstable();
    let median = times[times.len() / 2].as_secs_f64() * 1e3;
    println!("  {what}: {median:.1} ms");
    median
}

struct Chance(u64);

impl Chance {
    fn below(&mut self, most: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % most
    }
}

type Paragraphs = Vec<Vec<String>>;

fn made(words: &[&str], joint: &str, chance: &mut Chance) -> Paragraphs {
    let mut paragraphs = Vec::new();
    let mut size = 0;
    while size < SIZE {
        let mut paragraph = Vec::new();
        for _ in 0..60 + chance.below(80) {
            let word = words[chance.below(words.len())];
            size += if joint.is_empty() {
                word.chars().count()
            } else {
                1
            };
            let sign = match chance.below(14) {
                0 if joint.is_empty() => "。",
                0 => ".",
                1 if joint.is_empty() => "，",
                1 => ",",
                _ => "",
            };
            paragraph.push(format!("{word}{sign}"));
        }
        paragraphs.push(paragraph);
    }
    paragraphs
}

fn edited(old: &Paragraphs, words: &[&str], _joint: &str, chance: &mut Chance) -> Paragraphs {
    let mut new = old.clone();
    for edit in 0..EDITS {
        if edit % 25 == 0 {
            let from = chance.below(new.len());
            let paragraph = new.remove(from);
            let to = chance.below(new.len());
            new.insert(to, paragraph);
            continue;
        }
        let at = chance.below(new.len());
        let paragraph = &mut new[at];
        let word = chance.below(paragraph.len());
        let other = words[chance.below(words.len())].to_owned();
        match chance.below(3) {
            0 => paragraph[word] = other,
            1 => paragraph.insert(word, other),
            _ if paragraph.len() > 1 => drop(paragraph.remove(word)),
            _ => paragraph[0] = other,
        }
    }
    new
}

fn text(paragraphs: &Paragraphs, joint: &str) -> String {
    let lines: Vec<String> = paragraphs.iter().map(|words| words.join(joint)).collect();
    lines.join("\n\n") + "\n"
}

const ENGLISH: [&str; 40] = [
    "the", "harbour", "ferry", "a", "captain", "waited", "for", "letters", "from", "her", "sister",
    "and", "nobody", "on", "quay", "could", "say", "when", "boats", "would", "come", "home",
    "rain", "fell", "in", "long", "grey", "lines", "over", "roofs", "of", "town", "while", "men",
    "spoke", "low", "about", "price", "coal", "again",
];

const CHINESE: [&str; 30] = [
    "港口",
    "渡轮",
    "船长",
    "等待",
    "来信",
    "妹妹",
    "码头",
    "没有人",
    "知道",
    "什么时候",
    "回家",
    "雨水",
    "落在",
    "灰色",
    "屋顶",
    "城镇",
    "男人们",
    "低声",
    "谈论",
    "煤价",
    "再次",
    "夜里",
    "潮水",
    "很高",
    "的",
    "了",
    "在",
    "她",
    "他们",
    "从前",
];
