//! The pages of a script as text, and how long it takes to lay them out.
//!
//! `cargo run --release -p inkstone-manuscript --example pages -- [--a4] [--chinese] [--reference]
//! [--lines | --time] FILE...`
//!
//! `--lines` prints `page TAB kind TAB text` for each line of the script's text; `--reference`
//! breaks pages by the rules of afterwriting 1.17 where ours go further (see `tests/ref/pages`).

use std::time::{Duration, Instant};

use inkstone_manuscript::{
    Language,
    pages::{
        BreakRules, LineKind, PageOptions, PageStyle, Paper, SceneNumbers, lay_out, measure::CELL,
    },
};

fn main() -> std::io::Result<()> {
    let (flags, files): (Vec<String>, Vec<String>) = std::env::args()
        .skip(1)
        .partition(|arg| arg.starts_with("--"));
    let has = |flag: &str| flags.iter().any(|found| found == flag);
    let mut options = PageOptions::default();
    if has("--chinese") {
        options = PageOptions::of(Language::Chinese);
    }
    if has("--hollywood") {
        options.style = PageStyle::Hollywood;
    }
    if has("--a4") {
        options.paper = Paper::A4;
    }
    if has("--numbers") {
        options.scene_numbers = SceneNumbers::All;
    }
    if has("--reference") {
        options.continued_cues = false;
        options.breaks = BreakRules {
            sentences: false,
            least_before: 1,
            least_after: 2,
            hyphens: false,
            parentheticals: false,
        };
    }
    for file in &files {
        let text = std::fs::read_to_string(file)?;
        if has("--time") {
            time(file, &text, &options);
            continue;
        }
        let laid = lay_out(&text, &options);
        if has("--lines") {
            for (index, page) in laid.pages.iter().enumerate() {
                for line in &page.lines {
                    if !matches!(
                        line.kind,
                        LineKind::SceneNumber
                            | LineKind::PageNumber
                            | LineKind::Header
                            | LineKind::Footer
                            | LineKind::Continued
                    ) {
                        let kind = format!("{:?}", line.kind).to_lowercase();
                        println!("{}\t{kind}\t{}", index + 1, line.text().trim());
                    }
                }
            }
            continue;
        }
        for page in laid.title.iter().chain(&laid.pages) {
            println!("{:-^86}", format!(" {} ", page.label));
            let mut lines: Vec<_> = page.lines.iter().collect();
            lines.sort_by_key(|line| (line.y, line.x));
            let mut last = 0;
            for line in lines {
                let row = line.y / laid.sheet.pitch;
                let same = row == last;
                if !same && last > 0 {
                    print!("{}", "\n".repeat(usize::try_from(row - last).unwrap_or(1)));
                }
                last = row;
                let column = usize::try_from(line.x / CELL).unwrap_or(0);
                let indent = if same { 2 } else { column };
                print!("{}{}", " ".repeat(indent), line.text());
            }
            println!();
        }
        println!("{}: {} pages", file, laid.length);
        for scene in &laid.scenes {
            println!(
                "{:>6}  {:>6}  p. {}  {}",
                scene.number.as_deref().unwrap_or(""),
                scene.length.to_string(),
                laid.pages[scene.page].label,
                scene.heading
            );
        }
    }
    Ok(())
}

fn time(file: &str, text: &str, options: &PageOptions) {
    let pages = lay_out(text, options).pages.len();
    let mut times: Vec<Duration> = (0..100)
        .map(|_| {
            let start = Instant::now();
            std::hint::black_box(lay_out(text, options));
            start.elapsed()
        })
        .collect();
    times.sort_unstable();
    println!(
        "{file}: {} bytes, {pages} pages, {:.2} ms (median of 100)",
        text.len(),
        times[times.len() / 2].as_secs_f64() * 1e3
    );
}
