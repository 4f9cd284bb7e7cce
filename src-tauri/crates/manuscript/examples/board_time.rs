//! How long the board of a feature-length script takes to read and to change.
//!
//! `cargo run --release -p inkstone-manuscript --example board_time`
//!
//! A script of some 120 pages in eight sections, made here. Times are the median and the slowest of
//! 200 runs in one process. A change is read again before it is handed out, and that is counted.

use std::time::{Duration, Instant};

use inkstone_manuscript::{
    Language,
    board::{Board, CardColor, Place},
    fountain,
    pages::PageOptions,
    tally::tally,
};

fn main() {
    let mut text = String::new();
    for scene in 0..180 {
        if scene % 22 == 0 {
            text.push_str(&format!(
                "# Sequence {}\n\n= What is at stake in it.\n\n",
                scene / 22 + 1
            ));
        }
        text.push_str(&format!(
            "INT. ROOM {scene} - DAY\n= They talk, and it turns.\n\n"
        ));
        for line in 0..5 {
            text.push_str("Rain on the windows. Somebody moves a chair, and nobody looks up.\n\n");
            text.push_str(&format!(
                "{}\nI don't know what you want me to say to that.\n\n",
                ["MARA", "TOM"][line % 2]
            ));
        }
    }
    let board = Board::of(&text);
    let options = PageOptions::of(Language::English);
    let counted = tally(&text, &options);
    println!(
        "{} bytes, {} pages, {} cards",
        text.len(),
        counted.pages,
        board.cards.len()
    );
    let last = board.columns.len() - 1;
    time("parse", || fountain::parse(&text).len());
    time("pages and lengths", || tally(&text, &options).pages);
    time("board", || Board::of(&text).cards.len());
    let first = board
        .cards
        .iter()
        .position(|card| card.scene == Some(0))
        .unwrap_or(0);
    let edits = |found: Option<inkstone_manuscript::board::Rearranged>| {
        found.map_or(0, |f| f.edits().len())
    };
    time("move the first scene to the end", || {
        edits(
            board
                .move_cards(&text, &[first], Place::Last(last))
                .ok()
                .flatten(),
        )
    });
    let many: Vec<usize> = (0..board.cards.len()).step_by(3).collect();
    time("move a third of the cards", || {
        edits(
            board
                .move_cards(&text, &many, Place::Last(last))
                .ok()
                .flatten(),
        )
    });
    time("colour a third of the cards", || {
        edits(board.paint(&text, &many, Some(CardColor::Blue)).ok())
    });
    time("omit a scene", || {
        edits(board.omit(&text, &[first], Language::English).ok())
    });
}

fn time(what: &str, work: impl Fn() -> usize) {
    let mut times: Vec<Duration> = (0..200)
        .map(|_| {
            let start = Instant::now();
            std::hint::black_box(work());
            start.elapsed()
        })
        .collect();
    let edits = work();
    times.sort_unstable();
    let ms = |time: Duration| time.as_secs_f64() * 1e3;
    println!(
        "{what} ({edits}): {:.2} ms, at most {:.2} ms",
        ms(times[100]),
        ms(times[199])
    );
}
