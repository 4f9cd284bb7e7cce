//! How long a PDF takes.
//!
//! `cargo run --release -p inkstone-formats --example pdf_time [-- [--chinese] [--hollywood] [--a4]
//! [--fallback FONT] SCRIPT OUT.pdf]`
//!
//! Without a script: 115 pages in English and 120 in Chinese, made of those in
//! `tests/corpus/pages`. Times are the median of 20 runs in one process, from text to bytes.

use std::time::{Duration, Instant};

use inkstone_formats::pdf::{self, FontFile, PdfDate, PdfInfo};
use inkstone_manuscript::{
    Language,
    pages::{PageOptions, PageStyle, Paper, SceneNumbers, lay_out},
};

const ENGLISH: &str = include_str!("../../../../tests/corpus/pages/night-ferry.fountain");
const CHINESE: &str = include_str!("../../../../tests/corpus/pages/last-ferry-zh.fountain");

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (flags, rest): (Vec<String>, Vec<String>) = std::env::args()
        .skip(1)
        .partition(|arg| arg.starts_with("--"));
    let has = |flag: &str| flags.iter().any(|found| found == flag);
    let mut options = PageOptions::of(if has("--chinese") {
        Language::Chinese
    } else {
        Language::English
    });
    if has("--hollywood") {
        options.style = PageStyle::Hollywood;
    }
    if has("--a4") {
        options.paper = Paper::A4;
    }
    if has("--all") {
        options.scene_numbers = SceneNumbers::All;
        options.continued_scenes = true;
        options.watermark = "DRAFT".into();
        options.header = "The Lamp Room".into();
        options.footer = "Not for copying".into();
    }
    let info = PdfInfo {
        title: String::new(),
        date: Some(PdfDate {
            year: 2026,
            month: 3,
            day: 1,
        }),
    };
    let mut rest = rest.into_iter();
    if let (Some(script), Some(out)) = (rest.next(), rest.next()) {
        let text = std::fs::read_to_string(script)?;
        let mut fonts = Vec::new();
        for path in rest {
            fonts.extend(FontFile::read(std::fs::read(path)?, 0));
        }
        let pages = lay_out(&text, &options);
        let made = pdf::write(&pages, &info, &fonts)?;
        std::fs::write(out, &made.bytes)?;
        println!("{} bytes, {:?}", made.bytes.len(), made.report);
        return Ok(());
    }
    for (name, script, wanted, language) in [
        ("English", ENGLISH, 115, Language::English),
        ("Chinese", CHINESE, 120, Language::Chinese),
    ] {
        let options = PageOptions::of(language);
        let mut text = String::new();
        while lay_out(&text, &options).pages.len() < wanted {
            let scenes = script.split_once("\n\n").map_or(script, |(_, rest)| rest);
            text.push_str(scenes);
            text.push('\n');
        }
        let pages = lay_out(&text, &options);
        let cut = pages
            .pages
            .get(wanted)
            .map_or(text.len(), |page| page.start);
        text.truncate(cut);
        let mut size = 0;
        let mut times: Vec<Duration> = Vec::new();
        let mut layout: Vec<Duration> = Vec::new();
        for _ in 0..20 {
            let start = Instant::now();
            let pages = lay_out(&text, &options);
            layout.push(start.elapsed());
            size = pdf::write(&pages, &info, &[])?.bytes.len();
            times.push(start.elapsed());
        }
        times.sort_unstable();
        layout.sort_unstable();
        println!(
            "{name}: {} pages, {} bytes of text, {size} bytes of PDF: {:.1} ms, of which layout {:.1} ms",
            lay_out(&text, &options).pages.len(),
            text.len(),
            times[10].as_secs_f64() * 1e3,
            layout[10].as_secs_f64() * 1e3,
        );
    }
    Ok(())
}
