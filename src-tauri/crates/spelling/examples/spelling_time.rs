//! How long spelling takes, and what it keeps in memory:
//! `cargo run --release -p inkstone-spelling --example spelling_time`.

use std::time::Instant;

use inkstone_spelling::{English, Speller};

/// Resident memory in KiB, where the system says.
fn resident() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmRSS:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}

fn main() {
    let before = resident();
    let start = Instant::now();
    let speller = Speller::default();
    assert!(!speller.knows("lighthuose", English::Either));
    println!("both lists read in {:?}", start.elapsed());
    if let (Some(before), Some(after)) = (before, resident()) {
        println!("they keep {} KiB", after.saturating_sub(before));
    }
    let words = [
        "The",
        "keeper's",
        "lighthuose",
        "walked",
        "seperate",
        "colour",
        "unhappily",
    ];
    let start = Instant::now();
    let mut wrong = 0;
    for n in 0..70_000 {
        wrong += usize::from(!speller.knows(words[n % words.len()], English::Either));
    }
    println!("70,000 words ({wrong} wrong) in {:?}", start.elapsed());
    for word in ["lighthuose", "seperate", "walkd"] {
        let start = Instant::now();
        let offered = speller.suggest(word, English::Either);
        println!("{word}: {offered:?} in {:?}", start.elapsed());
    }
}
