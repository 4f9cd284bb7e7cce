//! How long a checker takes, what it keeps in memory, and what it finds in texts of one's own:
//! `cargo run --release -p inkstone-grammar --example grammar_time -- FILE...`.

use std::time::Instant;

use inkstone_grammar::{Checker, English, Question};

/// Resident memory in KiB, where the system says.
fn resident() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmRSS:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}

fn main() -> std::io::Result<()> {
    let question = |text: &str| Question {
        text: text.to_owned(),
        markdown: true,
        english: English::American,
    };
    let start = Instant::now();
    let mut checker = Checker::default();
    let found = checker.check(&question("He go home."));
    assert_eq!(found.len(), 1);
    println!("ready after {:?}, {:?} KiB", start.elapsed(), resident());
    let (mut bytes, mut slips, mut longest) = (0, 0, 0.0_f64);
    let start = Instant::now();
    for path in std::env::args().skip(1) {
        let text = std::fs::read_to_string(path)?;
        for paragraph in text.split("\n\n") {
            let start = Instant::now();
            let found = checker.check(&question(paragraph));
            longest = longest.max(start.elapsed().as_secs_f64());
            bytes += paragraph.len();
            slips += found.len();
            let letters: Vec<u16> = paragraph.encode_utf16().collect();
            for slip in found {
                let words = String::from_utf16_lossy(&letters[slip.from..slip.to]);
                println!("{words}: {} {:?}", slip.message, slip.fixes);
            }
        }
    }
    println!(
        "{bytes} bytes in {:?}, the longest paragraph {:.0} ms; {slips} slips; {:?} KiB",
        start.elapsed(),
        longest * 1000.0,
        resident()
    );
    Ok(())
}
