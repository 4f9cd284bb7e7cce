//! Pages as PDF: what is in the file, and what readers get out of it.

#![allow(clippy::unwrap_used, reason = "a helper of a test ends the test")]

use std::{
    io::Write as _,
    process::{Command, Stdio},
    sync::Arc,
};

use inkstone_formats::pdf::{self, FontFile, Pdf, PdfDate, PdfInfo};
use inkstone_manuscript::{
    Language,
    pages::{PageOptions, PageStyle, SceneNumbers, lay_out},
};

const ENGLISH: &str = include_str!("../../../../tests/corpus/pages/edges.fountain");
const CHINESE: &str = include_str!("../../../../tests/corpus/pages/ferry-zh.fountain");

fn info() -> PdfInfo {
    PdfInfo {
        title: "A script".into(),
        date: Some(PdfDate {
            year: 2026,
            month: 3,
            day: 1,
        }),
    }
}

fn made(text: &str, options: &PageOptions) -> Pdf {
    pdf::write(&lay_out(text, options), &info(), &[]).unwrap()
}

fn has(bytes: &[u8], wanted: &[u8]) -> bool {
    bytes.windows(wanted.len()).any(|found| found == wanted)
}

/// The text that a reader copies out of a file; `None` where no such reader is installed.
fn copied(bytes: &[u8]) -> Option<String> {
    let mut reader = Command::new("pdftotext")
        .args(["-", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .ok()?;
    let mut input = reader.stdin.take().unwrap();
    let bytes = bytes.to_vec();
    let writer = std::thread::spawn(move || input.write_all(&bytes));
    let output = reader.wait_with_output().unwrap();
    writer.join().unwrap().unwrap();
    assert!(output.status.success());
    // No reader has anything to complain of.
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    Some(String::from_utf8(output.stdout).unwrap())
}

#[test]
fn the_same_pages_give_the_same_bytes() {
    for (text, language) in [(ENGLISH, Language::English), (CHINESE, Language::Chinese)] {
        let options = PageOptions {
            watermark: "草稿 DRAFT".into(),
            ..PageOptions::of(language)
        };
        let first = made(text, &options);
        assert_eq!(first.bytes, made(text, &options).bytes);
        assert!(first.bytes.starts_with(b"%PDF-1."));
        assert_eq!(first.report.missing().count(), 0);
    }
}

#[test]
fn a_file_says_what_it_is_and_brings_its_fonts() {
    let made = made(ENGLISH, &PageOptions::default());
    // The title page and three pages.
    assert_eq!(made.report.pages, 4);
    for wanted in [&b"/FontFile3"[..], b"/Outlines", b"/PageLabels", b"en"] {
        assert!(
            has(&made.bytes, wanted),
            "{}",
            String::from_utf8_lossy(wanted)
        );
    }
    // Only what is used of the fonts.
    assert!(made.bytes.len() < 60_000, "{}", made.bytes.len());
    assert!(!has(&made.bytes, b"InkstoneSong"));
    let chinese = self::made(CHINESE, &PageOptions::of(Language::Chinese));
    assert!(has(&chinese.bytes, b"InkstoneSong") && chinese.bytes.len() < 120_000);
}

#[test]
fn readers_copy_the_text_that_was_written() {
    let options = PageOptions {
        scene_numbers: SceneNumbers::All,
        ..PageOptions::default()
    };
    let Some(text) = copied(&made(ENGLISH, &options).bytes) else {
        return;
    };
    for wanted in [
        "INT. LAMP ROOM - NIGHT",
        "She sets a tin box on the sill. Opens it. Inside: letters,",
        "The Lamp Room",
    ] {
        assert!(text.contains(wanted), "{wanted} in {text}");
    }
    let mut options = PageOptions::of(Language::Chinese);
    for style in [PageStyle::Chinese, PageStyle::Hollywood] {
        options.style = style;
        let Some(text) = copied(&made(CHINESE, &options).bytes) else {
            return;
        };
        let text: String = text.split_whitespace().collect();
        for wanted in [
            "雨打在玻璃上。一盏铜灯缓缓转动，光束掠过港口",
            "汽笛“呜——”地响了一声……",
            "把“不该来的人”挡在外面",
            "FerryNo.7",
        ] {
            assert!(text.contains(wanted), "{wanted} in {text}");
        }
    }
}

#[test]
fn what_no_font_has_is_named_and_printed_as_its_number() {
    let text = "MARA\nHello 😀 and \u{20000}, שלום.\n";
    let pages = lay_out(text, &PageOptions::default());
    let missing = pdf::missing(&pages);
    assert!(missing.contains(&'😀') && missing.contains(&'\u{20000}') && missing.contains(&'ש'));
    let made = pdf::write(&pages, &info(), &[]).unwrap();
    let named: Vec<char> = made.report.missing().collect();
    assert_eq!(named, missing);
    if let Some(text) = copied(&made.bytes) {
        let text: String = text.split_whitespace().collect();
        // Drawn as a number, and copied as what it is.
        assert!(text.contains("😀and\u{20000},"), "{text}");
    }
}

#[test]
fn fonts_from_outside_are_used_for_what_ours_lack_and_named() {
    // Our own Chinese font as one from outside: it has what Courier lacks in a font list of its
    // own, and is asked only for what is missing.
    let bytes = include_bytes!("../../../../assets/fonts/song/InkstoneSong-Regular.otf");
    let font = FontFile::read(bytes.to_vec(), 0).unwrap();
    let pages = lay_out("Hello 😀, 墨.\n", &PageOptions::default());
    let made = pdf::write(&pages, &info(), &[font]).unwrap();
    let named: Vec<char> = made.report.missing().collect();
    assert_eq!(named, ['😀']);
    // A broken font is passed over.
    let broken = FontFile {
        name: "Broken".into(),
        bytes: Arc::new(b"OTTO\0\x01 no".to_vec()),
        index: 0,
    };
    let made = pdf::write(&pages, &info(), &[broken]).unwrap();
    assert_eq!(made.report.missing().count(), 1);
}

#[test]
fn hostile_scripts_end() {
    for text in [
        String::new(),
        "\u{0}\u{7f}\u{200d}\u{fe0f}\t".repeat(50),
        "e\u{301}\u{302}\u{303}".repeat(400),
        "مرحبا بالعالم 123 שלום\n\n".repeat(40),
        "*_**bold _under_ *italic***_ 斜体*斜体*\n\n".repeat(40),
        format!("# {}\n\n", "#".repeat(300)),
        "# A\n\n###### B\n\n## C\n\n".repeat(30),
        format!("Title: {}\n\nINT. A - DAY\n", "long ".repeat(500)),
    ] {
        for options in [PageOptions::default(), PageOptions::of(Language::Chinese)] {
            let options = PageOptions {
                watermark: "🔒".repeat(40),
                ..options
            };
            assert!(made(&text, &options).bytes.len() > 400);
        }
    }
}

#[test]
fn lines_that_run_both_ways_end_with_and_without_a_font() {
    let text = "INT. ROOM - DAY\n\nMARA reads שלום (לך) aloud, then مرحبا 123.\n\nMARA\nשלום, Mara said (twice).\n\n\
        *שלום **Mara** _مرحبا_*\n\n👩‍👩‍👧 and \u{202e}abc\u{202c}.\n";
    for options in [PageOptions::default(), PageOptions::of(Language::Chinese)] {
        let pages = lay_out(text, &options);
        let made = pdf::write(&pages, &info(), &[]).unwrap();
        assert!(made.bytes.starts_with(b"%PDF"));
        if let Some(copied) = copied(&made.bytes) {
            assert!(copied.contains("MARA reads"), "{copied}");
        }
    }
}
