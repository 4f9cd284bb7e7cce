//! Where the pages of our corpus end, and what holds for any script.

use std::{fmt::Write as _, fs, ops::Range, path::PathBuf};

use inkstone_manuscript::{
    Language,
    fountain::{self, ElementKind, RunKind},
    pages::{LineKind, PageOptions, PageStyle, Pages, Paper, SceneNumbers, lay_out},
};
use proptest::prelude::*;

fn tests_folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../tests")
}

/// Each page of a script on a line: its number, its rows, and the words it begins and ends with.
fn breaks(text: &str, options: &PageOptions) -> String {
    let laid = lay_out(text, options);
    let mut out = String::new();
    for page in &laid.pages {
        let mut lines: Vec<_> = page
            .lines
            .iter()
            .filter(|line| line.source.is_some() || line.kind == LineKind::More)
            .collect();
        lines.sort_by_key(|line| (line.y, line.x));
        let words = |text: String| text.chars().take(40).collect::<String>();
        let first = lines.first().map(|l| words(l.text())).unwrap_or_default();
        let last = lines.last().map(|l| words(l.text())).unwrap_or_default();
        let _ = writeln!(
            out,
            "{:>4} {:>2}  {first} ... {last}",
            page.label, page.used
        );
    }
    let _ = writeln!(
        out,
        "     {} pages, {} scenes",
        laid.length,
        laid.scenes.len()
    );
    out
}

#[test]
fn the_pages_of_the_corpus_end_where_they_did() {
    let folder = tests_folder().join("corpus/pages");
    let mut files: Vec<PathBuf> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "fountain"))
        .collect();
    files.sort();
    assert!(files.len() >= 12);
    let mut found = String::new();
    for path in files {
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        let text = fs::read_to_string(&path).unwrap();
        let chinese = name.contains("zh");
        let sorts: Vec<(&str, PageOptions)> = if chinese {
            let own = PageOptions::of(Language::Chinese);
            let hollywood = PageOptions {
                style: PageStyle::Hollywood,
                ..own.clone()
            };
            vec![("chinese", own), ("hollywood", hollywood)]
        } else {
            let letter = PageOptions::default();
            let a4 = PageOptions {
                paper: Paper::A4,
                ..letter.clone()
            };
            vec![("letter", letter), ("a4", a4)]
        };
        for (sort, options) in sorts {
            let _ = write!(found, "{name}, {sort}\n{}\n", breaks(&text, &options));
        }
    }
    let reference = tests_folder().join("ref/pages/breaks.txt");
    if std::env::var_os("INKSTONE_WRITE_REFERENCES").is_some() {
        fs::write(&reference, &found).unwrap();
    }
    let expected = fs::read_to_string(&reference)
        .unwrap()
        .replace("\r\n", "\n");
    for (number, (found, expected)) in found.lines().zip(expected.lines()).enumerate() {
        assert_eq!(
            found,
            expected,
            "line {} of tests/ref/pages/breaks.txt; INKSTONE_WRITE_REFERENCES=1 writes it anew",
            number + 1
        );
    }
    assert_eq!(found.lines().count(), expected.lines().count());
}

fn letters(text: &str, upper: bool) -> String {
    let text: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    if upper { text.to_uppercase() } else { text }
}

/// What a script prints, element by element.
fn expected(text: &str) -> String {
    let mut out = String::new();
    for element in fountain::parse(text) {
        let upper = matches!(
            element.kind,
            ElementKind::SceneHeading | ElementKind::Transition
        );
        if matches!(
            element.kind,
            ElementKind::TitlePage
                | ElementKind::Section { .. }
                | ElementKind::Synopsis
                | ElementKind::Note
                | ElementKind::Boneyard
        ) {
            continue;
        }
        for line in fountain::lines(text, &element) {
            for run in line.runs.iter().filter(|run| run.kind == RunKind::Text) {
                out.push_str(&letters(run.text, upper));
            }
        }
    }
    out
}

fn printed(pages: &Pages) -> String {
    let mut out = String::new();
    for page in &pages.pages {
        for line in page.lines.iter().filter(|line| line.source.is_some()) {
            out.push_str(&letters(&line.text(), false));
        }
    }
    out
}

fn sorted(text: &str) -> Vec<char> {
    let mut characters: Vec<char> = text.chars().collect();
    characters.sort_unstable();
    characters
}

fn script() -> impl Strategy<Value = String> {
    let words = |most: usize| {
        prop::collection::vec(
            "[a-z]{1,8}[.,!?-]?|[一-龥]{1,9}[，。！？]|“好。”|“No.”|é—…",
            1..most,
        )
        .prop_map(|words| words.join(" "))
    };
    let element = prop_oneof![
        words(60).prop_map(|w| format!("{w}\n\n")),
        words(8).prop_map(|w| format!("INT. {w} - DAY\n\n")),
        words(3).prop_map(|w| format!(".内景 {w} 夜 #4A#\n\n")),
        (words(70), any::<bool>())
            .prop_map(|(w, dual)| { format!("@Mara{}\n{w}\n\n", if dual { " ^" } else { "" }) }),
        (words(9), words(30), words(30))
            .prop_map(|(a, b, c)| format!("OLLE\n({a})\n{b}\n{c}\n({a})\n{b}\n\n")),
        words(4).prop_map(|w| format!("> {w} <\n\n")),
        words(4).prop_map(|w| format!("> {w}:\n\n")),
        words(9).prop_map(|w| format!("~{w}\n~*{w}*\n\n")),
        words(5).prop_map(|w| format!("# {w}\n\n= {w}\n\n[[{w}]]\n\n")),
        Just("===\n\n".to_owned()),
        "\\PC{0,60}".prop_map(|w| format!("{w}\n")),
    ];
    prop::collection::vec(element, 0..60).prop_map(|elements| elements.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn every_letter_is_printed_once_and_no_page_is_too_long(
        text in script(),
        a4 in any::<bool>(),
        chinese in any::<bool>(),
        sentences in any::<bool>(),
    ) {
        let mut options = PageOptions::of(if chinese { Language::Chinese } else { Language::English });
        options.style = PageStyle::Hollywood;
        options.paper = if a4 { Paper::A4 } else { Paper::Letter };
        options.continued_cues = false;
        options.continued_scenes = true;
        options.scene_numbers = SceneNumbers::All;
        options.breaks.sentences = sentences;
        let pages = lay_out(&text, &options);
        let (found, wanted) = (printed(&pages), expected(&text));
        if text.contains('^') {
            prop_assert_eq!(sorted(&found), sorted(&wanted));
        } else {
            prop_assert_eq!(found, wanted);
        }
        for page in &pages.pages {
            prop_assert!(page.used >= 1 && page.used <= pages.sheet.rows);
            let body: Vec<_> = page.lines.iter().filter(|l| l.source.is_some()).collect();
            // A cue is never last, unless nothing follows at all: neither in the script nor
            // before a page break that the writer set right behind it.
            let last = body.iter().map(|l| l.y).max().unwrap_or(0);
            let is_last_page = std::ptr::eq(page, pages.pages.last().unwrap());
            if !is_last_page && page.used == pages.sheet.rows {
                for line in body.iter().filter(|l| l.y == last) {
                    let broken_off = line
                        .source
                        .clone()
                        .is_some_and(|s| text[s.end..].trim_start().starts_with("==="));
                    prop_assert!(line.kind != LineKind::Cue || broken_off, "{}", line.text());
                }
            }
            for line in &page.lines {
                if let Some(Range { start, end }) = line.source {
                    prop_assert!(text.is_char_boundary(start) && text.is_char_boundary(end));
                }
            }
        }
        let starts: Vec<usize> = pages.pages.iter().map(|page| page.start).collect();
        prop_assert!(starts.windows(2).all(|two| two[0] < two[1]), "{:?}", starts);
        let total: u32 = pages.scenes.iter().map(|scene| scene.length.0).sum();
        prop_assert!(total <= pages.length.0 + u32::try_from(pages.scenes.len()).unwrap());
    }

    #[test]
    fn the_chinese_page_holds_all_that_is_said(text in script()) {
        let pages = lay_out(&text, &PageOptions::of(Language::Chinese));
        for page in &pages.pages {
            prop_assert!(page.used >= 1 && page.used <= pages.sheet.rows);
        }
        let starts: Vec<usize> = pages.pages.iter().map(|page| page.start).collect();
        prop_assert!(starts.windows(2).all(|two| two[0] < two[1]), "{:?}", starts);
    }
}
