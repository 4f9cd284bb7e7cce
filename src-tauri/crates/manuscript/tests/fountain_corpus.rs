//! Scripts of other programs, which are not ours to keep: a folder is named by the environment.
//!
//! `INKSTONE_FOUNTAIN_CORPUS=FOLDER cargo test -p inkstone-manuscript --test fountain_corpus -- --ignored --nocapture`
//!
//! In the folder and those below it: `cases.json` (a list of `name`, `src` and `exp`, pairs of kind
//! and text) and `NAME.fountain` with the elements that another program found in `NAME.txt`
//! (`KIND:"text"`). What differs is printed; only broken promises fail.

#![allow(clippy::expect_used, reason = "a helper of a test ends the test")]

use std::{collections::BTreeMap, env, fs, path::Path};

use inkstone_manuscript::fountain::{
    ElementKind, blocks, content, cue, heading, parse, title_entries, write,
};

/// Kinds and texts, action in one paragraph a piece, notes and boneyard left out.
fn elements(text: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for element in parse(text) {
        let mut said = content(text, &element);
        let kind = match element.kind {
            ElementKind::Blank | ElementKind::Note | ElementKind::Boneyard => continue,
            ElementKind::TitlePage => {
                let entries = title_entries(text, &element).into_iter();
                found.extend(
                    entries.map(|e| ("title".to_owned(), format!("{}: {}", e.key, e.value()))),
                );
                continue;
            }
            ElementKind::SceneHeading => {
                if let Some(number) = heading(text, &element).and_then(|h| h.number) {
                    said = format!("{said} ({number})");
                }
                "scene"
            }
            ElementKind::Character => {
                if cue(text, &element).is_some_and(|cue| cue.dual) {
                    said.push_str(" (dual)");
                }
                "character"
            }
            ElementKind::Action => "action",
            ElementKind::Parenthetical => "paren",
            ElementKind::Dialogue => "dialogue",
            ElementKind::Transition => "transition",
            ElementKind::Centered => "centered",
            ElementKind::Lyric => "lyric",
            ElementKind::Section { .. } => "section",
            ElementKind::Synopsis => "synopsis",
            ElementKind::PageBreak => "pagebreak",
        };
        found.push((kind.to_owned(), said));
    }
    found
}

fn promises(name: &str, text: &str) {
    let joined: String = parse(text).into_iter().map(|e| &text[e.range]).collect();
    assert_eq!(joined, text, "{name}");
    let found = blocks(text);
    assert_eq!(blocks(&write(&found)), found, "{name}");
}

fn cases(path: &Path, tally: &mut BTreeMap<String, (usize, usize)>) {
    let table = fs::read_to_string(path).expect("the cases");
    let table: serde_json::Value = serde_json::from_str(&table).expect("JSON");
    let plain = |pairs: Vec<(String, String)>| -> Vec<(String, String)> {
        // These cases leave out scene numbers, `^` and title pages.
        let bare = |kind: &str, said: String| match kind {
            "scene" => said.split(" (").next().unwrap_or_default().to_owned(),
            "character" => said.trim_end_matches(" (dual)").to_owned(),
            _ => said,
        };
        let pairs = pairs.into_iter().filter(|(kind, _)| kind != "title");
        pairs
            .map(|(kind, said)| (kind.clone(), bare(&kind, said)))
            .collect()
    };
    for case in table.as_array().expect("cases") {
        let name = case["name"].as_str().expect("a name");
        let text = case["src"].as_str().expect("a script");
        promises(name, text);
        let expected: Vec<(String, String)> =
            serde_json::from_value(case["exp"].clone()).expect("pairs");
        let count = tally.entry("cases.json".to_owned()).or_default();
        count.1 += 1;
        let found = plain(elements(text));
        if found == expected {
            count.0 += 1;
        } else {
            println!("{name}: {found:?} instead of {expected:?}");
        }
    }
}

/// `KIND:"text"` entries as kinds and texts, as far as both programs have the same notions.
fn dumped(dump: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut rest = dump;
    while let Some((head, behind)) = rest.split_once(":\"") {
        let kind = head.lines().last().unwrap_or_default().trim();
        // A text ends at a quote before the end of a line, but for what describes it.
        let mut end = behind.len();
        for (at, _) in behind.match_indices('"') {
            let after = behind[at + 1..].lines().next().unwrap_or_default().trim();
            if after.is_empty() || after.starts_with(['(', '"']) || after.starts_with("tags:") {
                end = at;
                break;
            }
        }
        let said = &behind[..end];
        let tail = behind[end.min(behind.len())..]
            .lines()
            .next()
            .unwrap_or_default();
        let tail = tail.trim_matches('"').trim();
        found.push((format!("{kind} {tail}").trim().to_owned(), said.to_owned()));
        rest = &behind[end..];
        rest = rest.split_once('\n').map_or("", |(_, rest)| rest);
    }
    found
}

#[test]
#[ignore = "needs INKSTONE_FOUNTAIN_CORPUS"]
fn scripts_of_others_are_read() {
    let folder = env::var("INKSTONE_FOUNTAIN_CORPUS").expect("INKSTONE_FOUNTAIN_CORPUS");
    let mut tally = BTreeMap::new();
    let mut open = vec![Path::new(&folder).to_owned()];
    while let Some(folder) = open.pop() {
        let mut paths: Vec<_> = fs::read_dir(&folder)
            .expect("the folder")
            .flatten()
            .map(|entry| entry.path())
            .collect();
        paths.sort();
        for path in paths {
            let name = path
                .file_name()
                .unwrap_or_default()
                .to_string_lossy()
                .into_owned();
            if path.is_dir() {
                open.push(path);
            } else if name == "cases.json" {
                cases(&path, &mut tally);
            } else if name.ends_with(".fountain") {
                let text = fs::read_to_string(&path).expect("a script");
                promises(&name, &text);
                let Ok(dump) = fs::read_to_string(path.with_extension("txt")) else {
                    println!("## {name}: kept, {} elements", elements(&text).len());
                    for (kind, said) in elements(&text) {
                        println!("   {kind}: {said:?}");
                    }
                    continue;
                };
                println!("## {name}\n-- ours");
                for (kind, said) in elements(&text) {
                    println!("   {kind}: {said:?}");
                }
                println!("-- theirs");
                for (kind, said) in dumped(&dump) {
                    println!("   {kind}: {said:?}");
                }
            }
        }
    }
    println!("{tally:?}");
    assert!(tally.values().all(|(right, all)| right == all), "{tally:?}");
}
