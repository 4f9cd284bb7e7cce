//! Our own pages, read back from their PDF in every layout.

#![allow(clippy::unwrap_used, reason = "a helper of a test ends the test")]

use inkstone_formats::{
    import,
    pdf::{self, PdfInfo},
    script::{self, Kind, plain_text},
};
use inkstone_manuscript::{
    Language,
    pages::{PageOptions, PageStyle, Paper, SceneNumbers, lay_out},
};

/// What prints of a script, a line a block, in the form in which it can come back.
fn printed(text: &str) -> Vec<String> {
    let mut lines = Vec::new();
    for block in script::read(text) {
        let said = plain_text(&block.content);
        let said = said.split_whitespace().collect::<Vec<_>>().join(" ");
        if said.is_empty()
            || matches!(
                block.kind,
                Kind::Hidden | Kind::Section(_) | Kind::Synopsis | Kind::PageBreak | Kind::Title
            )
        {
            continue;
        }
        lines.push(format!("{:?}: {said}", block.kind));
    }
    lines
}

/// How many lines differ, and the first of them.
fn differences(a: &[String], b: &[String]) -> (usize, String) {
    let (mut i, mut j, mut wrong) = (0, 0, 0);
    let mut out = String::new();
    while i < a.len() || j < b.len() {
        if a.get(i) == b.get(j) {
            (i, j) = (i + 1, j + 1);
            continue;
        }
        // The nearest place where both are the same again.
        let (di, dj) = (1..60)
            .flat_map(|sum| (0..=sum).map(move |di| (di, sum - di)))
            .find(|&(di, dj)| a.get(i + di).is_some() && a.get(i + di) == b.get(j + dj))
            .unwrap_or((a.len() - i, b.len() - j));
        if wrong < 12 {
            out.push_str(&format!(
                "   - {:?}\n   + {:?}\n",
                &a[i..i + di],
                &b[j..j + dj]
            ));
        }
        wrong += di.max(dj);
        (i, j) = (i + di, j + dj);
    }
    (wrong, out)
}

#[test]
fn our_own_pages_come_back_from_their_pdf() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../tests/corpus/pages");
    let mut paths: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    paths.sort();
    let mut lines = 0;
    for path in paths {
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        // Lyrics, lines broken by hand, keys of a title page in the text: what pages don't tell.
        if name == "edges" || name == "ferry-zh" {
            continue;
        }
        let mut text = std::fs::read_to_string(&path).unwrap();
        // A part of the longest ones is enough.
        let scenes: Vec<_> = inkstone_manuscript::fountain::scenes(&text);
        if let Some(scene) = scenes.get(12) {
            text.truncate(scene.range.start);
        }
        let language = match name.ends_with("-zh") {
            true => Language::Chinese,
            false => Language::English,
        };
        let hollywood = PageStyle::Hollywood;
        let mut layouts = vec![
            (hollywood, Paper::Letter, false),
            (hollywood, Paper::A4, true),
        ];
        if language == Language::Chinese {
            layouts.push((PageStyle::Chinese, Paper::A4, false));
            layouts.push((PageStyle::Chinese, Paper::Letter, true));
        }
        for (style, paper, all) in layouts {
            let around = |text: &str| if all { text.to_owned() } else { String::new() };
            let options = PageOptions {
                style,
                paper,
                scene_numbers: if all {
                    SceneNumbers::All
                } else {
                    SceneNumbers::Given
                },
                continued_scenes: all,
                watermark: around("DRAFT 草稿"),
                header: around("The header"),
                footer: around("Not for copying"),
                ..PageOptions::of(language)
            };
            let made = pdf::write(&lay_out(&text, &options), &PdfInfo::default(), &[]).unwrap();
            let read = import::import("x.pdf", &made.bytes).unwrap();
            let (a, b) = (printed(&text), printed(&read.text));
            let (wrong, which) = differences(&a, &b);
            println!(
                "{name} {style:?} {paper:?}: {wrong} of {}\n{which}",
                a.len()
            );
            assert!(
                wrong * 100 <= a.len(),
                "{name} {style:?} {paper:?}: {wrong}\n{which}"
            );
            lines += a.len();
        }
    }
    assert!(lines > 2_000, "{lines}");
}
