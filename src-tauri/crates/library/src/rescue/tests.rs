use std::collections::BTreeSet;
use std::sync::Arc;

use inkstone_manuscript::{DocumentKind, Language};

use super::*;
use crate::testing::{Desk, Ticks, open};

fn saved(path: &Path, target: &Path) -> Result<Rescued> {
    rescue(path, target, Arc::new(Ticks::default()))
}

/// The texts of all drafts and kept texts of a library.
fn all(library: &Library) -> Vec<String> {
    let mut texts = Vec::new();
    for project in library.projects().unwrap() {
        for document in library.documents(&project.id).unwrap() {
            for draft in library.drafts(&document.id).unwrap() {
                texts.push(library.draft(&draft.id).unwrap().body);
                for node in library.history(&draft.id).unwrap() {
                    texts.push(library.node_text(&node.id).unwrap());
                }
            }
        }
    }
    texts
}

/// Many documents, over many pages, each with a history.
fn full() -> (Desk, Vec<String>) {
    let desk = Desk::new();
    let mut last = Vec::new();
    for number in 0..40 {
        let title = format!("Tide {number}");
        let kind = DocumentKind::News;
        let made = desk
            .library
            .create_document(&desk.project, kind, &title, Language::English)
            .unwrap();
        let draft = desk.library.drafts(&made.id).unwrap()[0].id.clone();
        for step in 0..4_usize {
            let now = desk.library.draft(&draft).unwrap();
            let edit = crate::Edit {
                from: now.body.len(),
                to: now.body.len(),
                insert: format!("{number}.{step} {}\n", "夜里潮水很高。".repeat(20 + number)),
            };
            let typing = crate::testing::typing();
            desk.library
                .apply(&draft, now.revision, &[edit], &typing)
                .unwrap();
            if step % 2 == 0 {
                desk.library.save_version(&draft, "v").unwrap();
            }
        }
        last.push(desk.library.draft(&draft).unwrap().body);
    }
    (desk, last)
}

#[test]
fn of_a_sound_library_everything_is_saved() {
    let (desk, last) = full();
    let target = desk.folder.path().join("rescued.ink");
    // Beside a writer, with much of it in the WAL.
    let rescued = saved(desk.library.path(), &target).unwrap();
    let library = open(&target);
    let texts = all(&library);
    assert!(last.iter().all(|text| texts.contains(text)));
    assert_eq!(all(&desk.library).len(), texts.len());
    let expected = Rescued {
        projects: 1,
        documents: 41,
        drafts: 41,
        versions: 80,
        ..Rescued::default()
    };
    assert_eq!(rescued, expected);
    assert_eq!(library.search_texts("潮水很高", 99).unwrap().len(), 40);
    let taken = saved(desk.library.path(), &target).unwrap_err();
    assert!(matches!(taken, LibraryError::Io(_)));
}

#[test]
fn an_older_library_is_saved_too() {
    for age in 3..=5 {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("library.ink");
        schema::tests::older(&path, age);
        let target = folder.path().join("rescued.ink");
        let rescued = saved(&path, &target).unwrap();
        assert_eq!(rescued.problems, Vec::<String>::new(), "age {age}");
        assert!(all(&open(&target)).contains(&"潮水很高。Tide.".to_owned()));
    }
}

/// Each page in turn, or several, are overwritten. What is on other pages is saved, and what is
/// saved is what was written.
#[test]
fn whatever_page_breaks_the_rest_is_saved() {
    let (desk, last) = full();
    let before = all(&desk.library);
    let path = desk.library.path().to_owned();
    let Desk {
        library, folder, ..
    } = desk;
    drop(library);
    let sound = fs::read(&path).unwrap();
    let pages = sound.len() / 4_096;
    assert!(pages > 60, "{pages}");
    let (mut fewest, mut sum) = (usize::MAX, 0);
    let rounds = 24;
    for round in 0..rounds {
        let mut bytes = sound.clone();
        let first = round * pages / rounds;
        for page in (first..first + 1 + round % 4).map(|page| page % pages) {
            bytes[page * 4_096..(page + 1) * 4_096].fill(if round % 2 == 0 { 0 } else { 0xee });
        }
        let broken = folder.path().join(format!("broken-{round}.ink"));
        fs::write(&broken, &bytes).unwrap();
        let target = folder.path().join(format!("rescued-{round}.ink"));
        let rescued = saved(&broken, &target).unwrap();
        assert_eq!(fs::read(&broken).unwrap(), bytes, "it is never changed");
        assert_eq!(rescued.problems, Vec::<String>::new(), "round {round}");
        let texts = all(&open(&target));
        // Nothing that was never written; a doubtful text is said to be one, and its draft begins
        // its journal anew with a version of it.
        let strange: BTreeSet<&String> = texts.iter().filter(|t| !before.contains(t)).collect();
        assert!(
            strange.len() <= rescued.doubtful.len(),
            "round {round}: {rescued:?}"
        );
        let found = last.iter().filter(|text| texts.contains(text)).count();
        fewest = fewest.min(found);
        sum += found;
    }
    eprintln!("of 40 texts at least {fewest}, {} on average", sum / rounds);
    assert!(fewest >= 20 && sum / rounds >= 35, "{fewest}, {sum}");
}

#[test]
fn what_stood_beside_a_draft_that_is_gone_is_kept_aside() {
    let desk = Desk::new();
    let (library, body) = (&desk.library, serde_json::json!({ "reason": "雨" }));
    let answer = desk.generation("我不记得了。");
    let gone = library.branch(&desk.draft, "gone").unwrap().id;
    for draft in [&desk.draft, &gone] {
        library.note_story(draft, &body).unwrap();
        library
            .keep_report(draft, Some(&answer), "coverage", &body)
            .unwrap();
        let mara = library.begin_conversation(draft, "Mara").unwrap();
        library
            .ask(&mara, None, "为什么？", &answer, &body)
            .unwrap();
    }
    let lose = "PRAGMA foreign_keys = 0; DELETE FROM drafts WHERE name = 'gone'";
    library.connection().execute_batch(lose).unwrap();
    let target = desk.folder.path().join("rescued.ink");
    saved(library.path(), &target).unwrap();
    let library = open(&target);
    assert_eq!(library.verify().unwrap().problems, Vec::<String>::new());
    assert_eq!(library.reports(&desk.draft).unwrap().len(), 1);
    assert_eq!(
        library.interviews(&desk.draft).unwrap()[0].turns[0].question,
        "为什么？"
    );
    let aside: Vec<_> = library
        .set_aside()
        .unwrap()
        .into_iter()
        .map(|(_, what, _, data)| {
            let what = what.split(' ').next().unwrap().to_owned();
            (what, String::from_utf8(data).unwrap())
        })
        .collect();
    let expected = [
        ("report", body.to_string()),
        ("conversation", "Mara".to_owned()),
        ("question", "为什么？".to_owned()),
    ];
    assert_eq!(aside, expected.map(|(what, data)| (what.to_owned(), data)));
}

#[test]
fn of_nothing_nothing_is_saved() {
    let folder = tempfile::tempdir().unwrap();
    let target = folder.path().join("rescued.ink");
    for (name, bytes) in [
        ("empty", Vec::new()),
        ("letter", b"Dear library, ".repeat(900)),
        ("zeros", vec![0; 40_000]),
    ] {
        let path = folder.path().join(name);
        fs::write(&path, bytes).unwrap();
        let error = saved(&path, &target).unwrap_err();
        assert!(matches!(error, LibraryError::Damaged(_)), "{name}: {error}");
        assert!(!target.exists());
    }
    let desk = Desk::new();
    let newer = "PRAGMA user_version = 99";
    desk.library.connection().execute_batch(newer).unwrap();
    let error = saved(desk.library.path(), &target).unwrap_err();
    assert!(matches!(error, LibraryError::Newer { found: 99, .. }));
}
