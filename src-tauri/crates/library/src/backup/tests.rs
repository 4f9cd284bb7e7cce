use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use serde_json::json;

use super::*;
use crate::testing::{Desk, Ticks, open};
use crate::{Clock, Edit, Program, Turn};

fn reading(path: &Path) -> Library {
    Library::open_reading(path, Arc::new(Ticks::default())).unwrap()
}

fn no_pause() -> impl FnMut(Progress) {
    |_| {}
}

impl Desk {
    fn back_up(&self, reason: BackupReason) -> Backup {
        self.library
            .back_up(&self.library.backup_folder(), reason, &mut no_pause())
            .unwrap()
    }

    fn kept(&self) -> Vec<Backup> {
        backups(self.library.path(), &self.library.backup_folder()).unwrap()
    }
}

#[test]
fn a_backup_is_the_library_of_one_moment_and_typing_goes_on_meanwhile() {
    let desk = Desk::new();
    desk.write(&"夜里潮水很高。".repeat(40_000));
    let mut typed = String::new();
    let mut steps = 0;
    let folder = desk.library.backup_folder();
    let backup = desk
        .library
        .back_up(&folder, BackupReason::ByHand, &mut |progress: Progress| {
            steps += 1;
            assert!(progress.done <= progress.total);
            let edit = Edit {
                from: 0,
                to: 0,
                insert: format!("{steps} "),
            };
            let operation = crate::testing::typing();
            desk.library
                .apply(&desk.draft, desk.revision(), &[edit], &operation)
                .unwrap();
            typed = format!("{steps} {typed}");
        })
        .unwrap();
    assert!(steps > 3, "in small steps: {steps}");
    assert!(desk.body().starts_with(&typed), "and nothing waited");
    let copy = reading(&backup.path);
    assert_eq!(
        copy.draft(&desk.draft).unwrap().body,
        "夜里潮水很高。".repeat(40_000)
    );
    assert_eq!(copy.verify().unwrap().problems, Vec::<String>::new());
    drop(copy);
    assert_eq!(desk.kept(), std::slice::from_ref(&backup));
    assert!(backup.sound && backup.reason == BackupReason::ByHand);
    let lying: Vec<_> = fs::read_dir(folder).unwrap().collect();
    assert_eq!(lying.len(), 1, "and nothing beside it: {lying:?}");
}

#[test]
fn a_library_without_a_wal_is_backed_up_too() {
    let desk = Desk::new();
    desk.write("High water");
    let mode = |c: &Connection| c.query_row("PRAGMA journal_mode = delete", [], |_| Ok(()));
    mode(&desk.library.connection()).unwrap();
    let backup = desk.back_up(BackupReason::Daily);
    assert_eq!(
        reading(&backup.path).draft(&desk.draft).unwrap().body,
        "High water"
    );
}

#[test]
fn a_damaged_library_gets_no_daily_backup_and_other_copies_are_marked() {
    let desk = Desk::new();
    desk.write("High water");
    desk.library.save_version(&desk.draft, "v").unwrap();
    let sound = desk.back_up(BackupReason::Daily);
    desk.library
        .connection()
        .execute("UPDATE drafts SET revision = 9", [])
        .unwrap();
    let folder = desk.library.backup_folder();
    let refused = desk
        .library
        .back_up(&folder, BackupReason::Daily, &mut no_pause())
        .unwrap_err();
    assert!(matches!(refused, LibraryError::Damaged(_)), "{refused}");
    assert_eq!(desk.kept(), [sound]);
    assert!(!desk.back_up(BackupReason::ByHand).sound);
    assert_eq!(desk.kept().len(), 2);
}

#[test]
fn a_chosen_folder_is_used_and_a_copy_elsewhere_keeps_the_mark() {
    let desk = Desk::new();
    assert!(
        desk.library
            .backup_folder()
            .ends_with("library.ink-backups")
    );
    let chosen = desk.folder.path().join("elsewhere").join("deep");
    desk.library.set_backup_folder(Some(&chosen)).unwrap();
    let backup = desk.back_up(BackupReason::Daily);
    assert!(backup.path.starts_with(&chosen));
    let moved = desk.folder.path().join("novel.ink");
    desk.library.copy_to(&moved, &mut no_pause()).unwrap();
    let taken = desk.library.copy_to(&moved, &mut no_pause()).unwrap_err();
    assert!(matches!(taken, LibraryError::Io(_)));
    let copy = open(&moved);
    assert_eq!(copy.backup_folder(), chosen);
    let mark = |stem: String| stem.rsplit('-').next().unwrap().to_owned();
    assert_eq!(
        mark(copy.backup_stem().unwrap()),
        mark(desk.library.backup_stem().unwrap())
    );
    desk.library.set_backup_folder(None).unwrap();
    assert!(
        desk.library
            .backup_folder()
            .ends_with("library.ink-backups")
    );
}

/// A clock that a test sets.
struct Set(AtomicI64);

impl Clock for Set {
    fn now_ms(&self) -> i64 {
        self.0.load(Ordering::Relaxed)
    }
}

#[test]
fn daily_backups_are_thinned_out_and_no_others() {
    let folder = tempfile::tempdir().unwrap();
    let clock = Arc::new(Set(AtomicI64::new(1_795_610_340_000)));
    let path = folder.path().join("library.ink");
    let library = Library::open(&path, clock.clone()).unwrap();
    let shelf = library.backup_folder();
    let by_hand = library
        .back_up(&shelf, BackupReason::ByHand, &mut no_pause())
        .unwrap();
    // Of another library, in the same folder.
    let stranger = shelf.join("other-00000000_2020-01-01_00-00-00_daily.inkstone");
    fs::write(&stranger, "x").unwrap();
    for _ in 0..40 {
        library
            .back_up(&shelf, BackupReason::Daily, &mut no_pause())
            .unwrap();
        clock.0.fetch_add(86_400_000, Ordering::Relaxed);
    }
    let all = backups(&path, &shelf).unwrap();
    assert!((11..=14).contains(&all.len()), "{}", all.len());
    assert!(all.contains(&by_hand) && stranger.exists());
    // The same second twice is two backups.
    for _ in 0..2 {
        library
            .back_up(&shelf, BackupReason::ByHand, &mut no_pause())
            .unwrap();
    }
    assert_eq!(backups(&path, &shelf).unwrap().len(), all.len() + 2);
}

#[test]
fn a_backup_takes_the_librarys_place_and_what_was_there_is_kept() {
    let desk = Desk::new();
    desk.write("Old text.");
    let backup = desk.back_up(BackupReason::ByHand);
    desk.write("New text.");
    let (path, shelf) = (desk.library.path().to_owned(), desk.library.backup_folder());
    let clock: Arc<dyn Clock> = Arc::new(Ticks::default());
    let back = || {
        let program = Program::Other;
        put_back(
            &path,
            &backup.path,
            &shelf,
            clock.clone(),
            program,
            &mut no_pause(),
        )
    };
    assert!(matches!(back().unwrap_err(), LibraryError::InUse(Some(_))));
    let Desk {
        library,
        folder: _folder,
        draft,
        ..
    } = desk;
    drop(library);
    let aside = back().unwrap().aside.unwrap();
    assert_eq!(open(&path).draft(&draft).unwrap().body, "Old text.");
    assert_eq!(reading(&aside).draft(&draft).unwrap().body, "New text.");
    assert_eq!(backups(&path, &shelf).unwrap().len(), 2);

    // A ruined library is kept byte by byte.
    let ruin = vec![0x55; 9_000];
    fs::write(&path, &ruin).unwrap();
    let aside = back().unwrap().aside.unwrap();
    assert_eq!(fs::read(&aside).unwrap(), ruin);
    assert_eq!(open(&path).draft(&draft).unwrap().body, "Old text.");
    // And where there is none, there is one afterwards.
    fs::remove_file(&path).unwrap();
    assert_eq!(back().unwrap().aside, None);
    assert_eq!(open(&path).draft(&draft).unwrap().body, "Old text.");
}

#[test]
fn what_is_no_backup_takes_nobodys_place() {
    let desk = Desk::new();
    desk.write("Kept.");
    let letter = desk.folder.path().join("letter.txt");
    fs::write(&letter, "Dear library, ".repeat(400)).unwrap();
    let (path, shelf) = (desk.library.path().to_owned(), desk.library.backup_folder());
    let Desk {
        library,
        folder: _folder,
        draft,
        ..
    } = desk;
    drop(library);
    let clock = Arc::new(Ticks::default());
    let error = put_back(
        &path,
        &letter,
        &shelf,
        clock,
        Program::Other,
        &mut no_pause(),
    );
    assert!(matches!(error.unwrap_err(), LibraryError::Damaged(_)));
    assert_eq!(open(&path).draft(&draft).unwrap().body, "Kept.");
}

#[test]
fn what_is_in_a_backup_stands_beside_what_is_there_now() {
    let desk = Desk::new();
    desk.write("First.");
    let make = |title| {
        let kind = inkstone_manuscript::DocumentKind::Ads;
        let language = inkstone_manuscript::Language::Chinese;
        let made = desk
            .library
            .create_document(&desk.project, kind, title, language);
        made.unwrap().id
    };
    let binned = make("Binned");
    make("Same");
    let backup = desk.back_up(BackupReason::ByHand);
    desk.write("Second.");
    desk.library.delete_document(&binned).unwrap();
    make("Later");
    let there = reading(&backup.path);
    let standings = |now: &Library| -> Vec<(String, Standing)> {
        let projects = there.contents(Some(now)).unwrap();
        let documents = projects.into_iter().flat_map(|project| project.documents);
        documents.map(|d| (d.title, d.standing)).collect()
    };
    let known = |title: &str, standing| (title.to_owned(), standing);
    assert_eq!(
        standings(&desk.library),
        [
            known("Same", Standing::Same),
            known("Binned", Standing::InBin),
            known("Tide", Standing::WorkedOnSince),
        ]
    );
    let other = Desk::new();
    let projects = there.contents(Some(&other.library)).unwrap();
    assert_eq!(projects[0].standing, Standing::Missing);
    assert!(
        standings(&other.library)
            .iter()
            .all(|(_, s)| *s == Standing::Missing)
    );
    // And the other way round: what the backup is ahead of.
    let ahead = desk.library.contents(Some(&there)).unwrap();
    let tide = ahead[0]
        .documents
        .iter()
        .find(|d| d.title == "Tide")
        .unwrap();
    assert_eq!(tide.standing, Standing::NewerInBackup);
}

/// Text, spans and history of a draft and what stands beside it, without ids.
fn whole(library: &Library, draft: &str) -> String {
    let spans: Vec<_> = library.spans(draft).unwrap();
    let nodes: Vec<_> = library
        .history(draft)
        .unwrap()
        .into_iter()
        .map(|node| (node.name, node.label, library.node_text(&node.id).unwrap()))
        .collect();
    let operations: Vec<_> = library
        .operations(draft, 99)
        .unwrap()
        .into_iter()
        .map(|record| (record.revision, record.edits, record.inverse))
        .collect();
    let reports: Vec<_> = library
        .reports(draft)
        .unwrap()
        .into_iter()
        .map(|report| (report.kind, report.generation_id, report.body))
        .collect();
    let answer = |turn: Turn| {
        let output = library.generation(&turn.generation_id).unwrap().output;
        (turn.question, output, turn.facts, turn.kept)
    };
    let interviews: Vec<_> = library
        .interviews(draft)
        .unwrap()
        .into_iter()
        .map(|interview| {
            let turns: Vec<_> = interview.turns.into_iter().map(answer).collect();
            (interview.character, turns)
        })
        .collect();
    let story = library.story(draft).unwrap();
    let body = library.draft(draft).unwrap().body;
    format!("{body:?} {spans:?} {nodes:?} {operations:?} {reports:?} {interviews:?} {story:?}")
}

/// A document with a history, a branch, a suggestion that was accepted, and all that can stand
/// beside a draft.
fn worked(desk: &Desk) -> String {
    desk.write("夜里潮水很高。");
    desk.library.save_version(&desk.draft, "v1").unwrap();
    let generation = desk.generation("The gates closed.");
    let edit = Edit {
        from: 0,
        to: 6,
        insert: "The gates closed.".to_owned(),
    };
    desk.library
        .accept(
            &generation,
            &desk.draft,
            desk.revision(),
            &[edit],
            &[],
            Some("Gates"),
        )
        .unwrap();
    desk.library.branch(&desk.draft, "darker").unwrap();
    desk.write("Second thoughts, and longer ones than before.");
    desk.library.save_version(&desk.draft, "v2").unwrap();
    let (library, draft) = (&desk.library, &desk.draft);
    // An answer that was written for no draft, as after its draft was deleted for good.
    let answer = library.begin_generation(&crate::GenerationStart::default());
    let answer = answer.unwrap();
    library.append_output(&answer, "我不记得了。", 4).unwrap();
    library
        .note_story(draft, &json!({ "scenes": [{ "at": 1 }] }))
        .unwrap();
    let report = json!({ "verdict": "pass", "reason": "雨" });
    library
        .keep_report(draft, Some(&generation), "coverage", &report)
        .unwrap();
    library
        .keep_report(draft, None, "continuity", &json!({}))
        .unwrap();
    let text = library.draft(draft).unwrap();
    let word = 0..text.body.ceil_char_boundary(1);
    library
        .add_comment(draft, text.revision, word, "Why so?", "Ines")
        .unwrap();
    let mara = library.begin_conversation(draft, "Mara").unwrap();
    let turn = library
        .ask(&mara, None, "为什么？", &answer, &json!({ "scenes": 2 }))
        .unwrap();
    library.keep_answer(&turn, true).unwrap();
    library
        .ask(&mara, Some(&turn), "Again?", &generation, &json!({}))
        .unwrap();
    generation
}

#[test]
fn a_document_that_is_missing_comes_back_whole() {
    let desk = Desk::new();
    let generation = worked(&desk);
    let backup = desk.back_up(BackupReason::ByHand);
    let there = reading(&backup.path);
    let other = Desk::new();
    let ids = [desk.document.clone()];
    let brought = other
        .library
        .bring(&there, &ids, Bring::AsCopy, "backup")
        .unwrap();
    assert_eq!((brought[0].came, brought[0].drafts), (Came::PutBack, 2));
    assert_eq!(brought[0].document_id, desk.document);
    assert_eq!(
        whole(&other.library, &desk.draft),
        whole(&desk.library, &desk.draft)
    );
    assert_eq!(
        other.library.generation(&generation).unwrap().output,
        "The gates closed."
    );
    assert_eq!(other.library.project(&desk.project).unwrap().name, "Coast");
    let names = |library: &Library| -> Vec<String> {
        let drafts = library.drafts(&desk.document).unwrap();
        drafts.into_iter().map(|draft| draft.name).collect()
    };
    assert_eq!(names(&other.library), ["main", "darker"]);
    assert_eq!(
        other
            .library
            .search_texts("Second thoughts", 9)
            .unwrap()
            .len(),
        1
    );
    // It goes on as if nothing had been.
    assert_eq!(
        other.library.verify().unwrap().problems,
        Vec::<String>::new()
    );
    let revision = other.library.draft(&desk.draft).unwrap().revision;
    let edit = Edit {
        from: 0,
        to: 0,
        insert: "And on. ".to_owned(),
    };
    other
        .library
        .apply(&desk.draft, revision, &[edit], &crate::testing::typing())
        .unwrap();
    assert_eq!(
        other.library.verify().unwrap().problems,
        Vec::<String>::new()
    );
    let again = other
        .library
        .bring(&there, &["x".to_owned()], Bring::AsCopy, "b");
    assert!(matches!(again.unwrap_err(), LibraryError::NotFound { .. }));
}

#[test]
fn a_document_that_is_there_stays_and_its_older_state_comes_beside_it() {
    let desk = Desk::new();
    worked(&desk);
    let backup = desk.back_up(BackupReason::ByHand);
    let there = reading(&backup.path);
    let then = whole(&there, &desk.draft);
    let ids = [desk.document.clone()];
    let bring = |bring| {
        desk.library
            .bring(&there, &ids, bring, "25 November")
            .unwrap()
    };
    let same = bring(Bring::AsDrafts);
    assert_eq!((same[0].came, same[0].drafts), (Came::WasThere, 0));

    desk.write("Worked on since.");
    let now = whole(&desk.library, &desk.draft);
    let beside = bring(Bring::AsDrafts);
    assert_eq!((beside[0].came, beside[0].drafts), (Came::AsDrafts, 1));
    let drafts = desk.library.drafts(&desk.document).unwrap();
    assert_eq!(drafts.len(), 3);
    let new = drafts
        .iter()
        .find(|d| d.name == "main · 25 November")
        .unwrap();
    assert_eq!(whole(&desk.library, &new.id), then);

    desk.library.delete_project(&desk.project).unwrap();
    let copy = bring(Bring::AsCopy);
    assert_eq!((copy[0].came, copy[0].drafts), (Came::AsCopy, 2));
    assert_ne!(copy[0].document_id, desk.document);
    assert_eq!(
        desk.library.documents(&desk.project).unwrap().len(),
        2,
        "out of the bin"
    );
    let copied = &desk.library.drafts(&copy[0].document_id).unwrap()[0];
    assert_eq!(whole(&desk.library, &copied.id), then);
    assert_eq!(
        whole(&desk.library, &desk.draft),
        now,
        "nothing of it was changed"
    );
    // The conversation of the copy is its own.
    let theirs = desk.library.interviews(&copied.id).unwrap().remove(0);
    let ours = desk.library.interviews(&desk.draft).unwrap().remove(0);
    assert_eq!((ours.turns.len(), theirs.turns.len()), (2, 2));
    desk.library
        .keep_answer(&theirs.turns[0].id, false)
        .unwrap();
    assert_eq!(whole(&desk.library, &desk.draft), now);
    assert_eq!(
        desk.library.verify().unwrap().problems,
        Vec::<String>::new()
    );
}

/// A table that comes to the library later is thought of here as well.
#[test]
fn every_table_is_known_to_what_is_brought_out_of_a_backup() {
    const BROUGHT: &[&str] = &[
        "projects",
        "documents",
        "drafts",
        "nodes",
        "texts",
        "journal",
        "generations",
        "departures",
        "sent",
        "assets",
        "project_assets",
        "stories",
        "comments",
        "reports",
        "conversations",
        "turns",
    ];
    // Made anew from the rest, or of one library alone.
    const LEFT: &[&str] = &[
        "settings",
        "search_pending",
        "set_aside",
        "meaning_model",
        "meaning_pending",
        "meaning_wanted",
        "meaning_passages",
        "meaning_vectors",
    ];
    let desk = Desk::new();
    let connection = desk.library.connection();
    let sql = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'search%'
               AND name NOT LIKE 'sqlite%'";
    let names: Vec<String> = crate::library::many(&connection, sql, [], |row| row.get(0)).unwrap();
    for name in names {
        assert!(
            BROUGHT.contains(&name.as_str()) || LEFT.contains(&name.as_str()),
            "{name}: is it brought along, or left?"
        );
    }
}
