//! How long a feature-length script takes to read.
//!
//! `cargo run --release -p inkstone-manuscript --example parse_time [FILE]`
//!
//! Without a file: a script of about 120 pages made here, the same at every run. Times are the
//! median of 200 runs in one process.

use std::time::{Duration, Instant};

use inkstone_manuscript::{count, diff, fountain, segment};

/// Lines of a page at twelve points, as the trade counts them.
const PAGE: usize = 55;

fn main() -> std::io::Result<()> {
    let text = match std::env::args().nth(1) {
        Some(path) => std::fs::read_to_string(path)?,
        None => made(120),
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
    time("scenes", || fountain::scenes(&text).len());
    time("characters", || fountain::characters(&text).len());
    time("count", || count::count(&text).words);
    time("sentences", || segment::sentences(&text).len());
    time("prose_diff, one word", || {
        diff::prose_diff(&text, &edited).len()
    });
    Ok(())
}

fn time(what: &str, mut run: impl FnMut() -> usize) {
    let mut times: Vec<Duration> = (0..200)
        .map(|_| {
            let start = Instant::now();
            std::hint::black_box(run());
            start.elapsed()
        })
        .collect();
    times.sort_unstable();
    println!(
        "{what}: {:.3} ms",
        times[times.len() / 2].as_secs_f64() * 1e3
    );
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
