//! How long a feature-length script takes to read.
//!
//! `cargo run --release -p inkstone-manuscript --example parse_time [FILE]`
//!
//! Without a file: a script of about 115 pages made here, the same at every run. Times are the
//! median and the slowest of the 95 % fastest of 400 runs in one process. An edit is one keystroke
//! in a script, and the same taken back.

use std::time::{Duration, Instant};

use inkstone_manuscript::{count, diff, fountain, segment};

/// Lines of a page at twelve points, as the trade counts them.
const PAGE: usize = 55;

fn main() -> std::io::Result<()> {
    let text = match std::env::args().nth(1) {
        Some(path) => std::fs::read_to_string(path)?,
        None => made(115),
    };
    let elements = fountain::parse(&text);
    println!(
        "{} bytes, about {} pages, {} elements, {} scenes",
        text.len(),
        pages(&text),
        elements.len(),
        fountain::scenes(&text).len()
    );
    let middle = elements[elements.len() / 2].range.start;
    let edited = format!("{}typed {}", &text[..middle], &text[middle..]);
    time("parse", || fountain::parse(&text).len());
    let mut script = fountain::Script::new(text.as_str());
    let late = elements[elements.len() * 9 / 10].range.start;
    let word = text[middle..].find(' ').map_or(middle, |at| middle + at);
    let heading = text[middle..].find("INT.").map_or(middle, |at| middle + at);
    for (what, at, typed) in [
        ("a letter at the top", 8, "x"),
        ("a letter in the middle", word, "x"),
        ("a letter near the end", late + 2, "x"),
        ("a new line in a paragraph", word, "\n"),
        ("a letter before a heading", heading, "x"),
        ("`[[` in the middle", word, "[["),
        ("`/*` in the middle, never closed", word, "/*"),
        ("`/*` at the top, never closed", 0, "/*\n"),
    ] {
        time_edit(what, &mut script, at, typed);
    }
    // A boneyard near the end: `/*` at the top cuts all up to it.
    script.edit(late..late, "/* cut */\n\n");
    time_edit(
        "`/*` at the top, closed near the end",
        &mut script,
        0,
        "/*\n",
    );
    time("scenes", || fountain::scenes(&text).len());
    time("characters", || fountain::characters(&text).len());
    time("count", || count::count(&text).words);
    time("sentences", || segment::sentences(&text).len());
    time("prose_diff, one word", || {
        diff::prose_diff(&text, &edited).len()
    });
    Ok(())
}

fn time_edit(what: &str, script: &mut fountain::Script, at: usize, typed: &str) {
    let mut inserted = Vec::new();
    let mut deleted = Vec::new();
    for _ in 0..400 {
        let start = Instant::now();
        std::hint::black_box(script.edit(at..at, typed));
        inserted.push(start.elapsed());
        let start = Instant::now();
        std::hint::black_box(script.edit(at..at + typed.len(), ""));
        deleted.push(start.elapsed());
    }
    report(&format!("edit: {what}"), inserted);
    report("      and taken back", deleted);
}

fn time(what: &str, mut run: impl FnMut() -> usize) {
    let times: Vec<Duration> = (0..400)
        .map(|_| {
            let start = Instant::now();
            std::hint::black_box(run());
            start.elapsed()
        })
        .collect();
    report(what, times);
}

fn report(what: &str, mut times: Vec<Duration>) {
    times.sort_unstable();
    let at = |share: usize| times[times.len() * share / 100].as_secs_f64() * 1e3;
    println!("{what}: {:.3} ms ({:.3} ms)", at(50), at(95));
}

/// Printed lines, wrapped at 61 characters (35 in speeches), as pages.
fn pages(text: &str) -> usize {
    let mut printed = 0;
    for element in fountain::parse(text) {
        let width = match element.kind {
            fountain::ElementKind::Dialogue => 35,
            _ => 61,
        };
        let lines = text[element.range].lines();
        printed += lines
            .map(|line| line.chars().count().div_ceil(width).max(1))
            .sum::<usize>();
    }
    printed.div_ceil(PAGE)
}

/// A script with every element in about the proportions of a real one.
fn made(wanted: usize) -> String {
    const WORDS: [&str; 16] = [
        "door", "rain", "the", "waits", "slowly", "a", "harbour", "looks", "at", "her", "and",
        "letter", "turns", "away", "café", "light",
    ];
    let mut state = 7_u64;
    let mut next = move |below: usize| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % below
    };
    let mut text = String::from("Title: Made\nAuthor: Nobody\n\n");
    let mut scene = 0;
    while pages(&text) < wanted {
        scene += 1;
        let place = ["HOUSE", "HARBOUR", "OFFICE", "FERRY"][next(4)];
        text.push_str(&format!(
            "INT. {place} {scene} - DAY #{scene}#\n\n= What happens.\n\n"
        ));
        for _ in 0..6 + next(10) {
            let mut words = |count: usize| -> String {
                let words: Vec<&str> = (0..count).map(|_| WORDS[next(16)]).collect();
                format!("{}.", words.join(" "))
            };
            let (action, speech) = (words(22), words(14));
            text.push_str(&format!("{action}\n\n"));
            match next(8) {
                0 => text.push_str("CUT TO:\n\n"),
                1 => text.push_str("[[a note over\ntwo lines]]\n\n"),
                2 => text.push_str(&format!("@李明\n（低声）\n{speech}\n\n")),
                _ => {
                    let name = ["MARA", "OLLE (O.S.)", "2ND GUARD", "@McKay"][next(4)];
                    text.push_str(&format!("{name}\n(low)\n{speech}\n\n"));
                }
            }
        }
    }
    text
}
