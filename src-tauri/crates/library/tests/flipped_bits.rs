//! A bit flips on the disk: whatever is read afterwards is what was written, or an error.
//!
//! `INKSTONE_FLIPS` says how often (100 times without it).

#![allow(clippy::unwrap_used, reason = "a helper of a test ends the test")]

use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use inkstone_library::{Clock, Edit, Library, Operation, OperationKind, Origin};
use inkstone_manuscript::{DocumentKind, Language};

/// A clock that goes on by one whenever it is read.
#[derive(Default)]
struct Ticks(AtomicI64);

impl Clock for Ticks {
    fn now_ms(&self) -> i64 {
        self.0.fetch_add(1, Ordering::Relaxed)
    }
}

fn clock() -> Arc<dyn Clock> {
    Arc::new(Ticks::default())
}

/// Drafts with their texts, and kept texts.
type Written = (Vec<(String, String)>, Vec<(String, String)>);

fn written(library: &Library) -> Written {
    let project = library.create_project("Coast", Language::English).unwrap();
    let (mut drafts, mut nodes) = (Vec::new(), Vec::new());
    for number in 0..12 {
        let kind = DocumentKind::News;
        let document = library
            .create_document(&project.id, kind, "Tide", Language::English)
            .unwrap();
        let draft = library.drafts(&document.id).unwrap()[0].id.clone();
        let mut text = String::new();
        for step in 0..6 {
            let insert = format!(
                "{number}.{step} {}\n",
                "夜里潮水很高。High water. ".repeat(30)
            );
            let edit = Edit {
                from: text.len(),
                to: text.len(),
                insert: insert.clone(),
            };
            let typing = Operation {
                kind: OperationKind::Typing,
                origin: Origin::Typed,
            };
            let revision = library.draft(&draft).unwrap().revision;
            library.apply(&draft, revision, &[edit], &typing).unwrap();
            text.push_str(&insert);
            let node = library.save_version(&draft, "v").unwrap();
            nodes.push((node.id, text.clone()));
        }
        drafts.push((draft, text));
    }
    (drafts, nodes)
}

#[test]
fn a_flipped_bit_never_passes_for_a_text() {
    let flips = std::env::var("INKSTONE_FLIPS").ok();
    let flips: u64 = flips.and_then(|n| n.parse().ok()).unwrap_or(100);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("library.ink");
    let library = Library::open(&path, clock()).unwrap();
    let (drafts, nodes) = written(&library);
    drop(library);
    let sound = fs::read(&path).unwrap();
    let (mut opened, mut changed, mut noticed, mut by_check) = (0, 0, 0, 0);
    for flip in 0..flips {
        // Numbers without a pattern, the same in every run (splitmix64, Steele 2014).
        let mut mixed = (flip + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        let bit = usize::try_from(mixed >> 8).unwrap() % (sound.len() * 8);
        let mut bytes = sound.clone();
        bytes[bit / 8] ^= 1 << (bit % 8);
        fs::write(&path, &bytes).unwrap();
        // For reading, so that nothing is written and the next flip meets the same file.
        let Ok(library) = Library::open_reading(&path, clock()) else {
            noticed += 1;
            continue;
        };
        opened += 1;
        let mut refused = 0;
        let mut wrong = 0;
        for (node, text) in &nodes {
            match library.node_text(node) {
                Ok(found) => assert_eq!(found, *text, "flip {flip}: a kept text is another"),
                Err(_) => refused += 1,
            }
        }
        for (draft, text) in &drafts {
            match library.draft(draft) {
                Ok(found) => wrong += usize::from(found.body != *text),
                Err(_) => refused += 1,
            }
        }
        let sound = library
            .verify()
            .is_ok_and(|report| report.problems.is_empty());
        by_check += usize::from(!sound);
        assert!(
            wrong == 0 || !sound,
            "flip {flip}: a draft's text is another, and no check says so"
        );
        changed += usize::from(wrong + refused > 0);
        noticed += usize::from(wrong + refused > 0 || !sound);
    }
    eprintln!(
        "{flips} flips in {} bytes: {opened} opened, {changed} touched a text, {by_check} found by the check, {noticed} noticed in all",
        sound.len()
    );
    assert!(noticed > 0 && changed > 0, "some of them hit something");
}
