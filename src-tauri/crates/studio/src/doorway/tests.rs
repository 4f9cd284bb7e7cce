use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use inkstone_manuscript::Language;
use serde_json::json;

use super::*;
use crate::inputs::*;
use crate::tests::world::{Script, all_of, parts, script};

fn scripted() -> Script {
    script(|_| all_of("The ferry sails."))
}

/// A door to the library in `folder`, that counts whom it welcomes.
fn door_in(folder: &Path, welcomes: &Arc<AtomicUsize>) -> Arc<Doorway> {
    let counted = welcomes.clone();
    let models = folder.to_owned();
    Doorway::new(
        folder.join("library.ink"),
        Some(folder.join("libraries.json")),
        move |library| Parts {
            library_path: library.to_owned(),
            ..parts(&models, &scripted())
        },
        move |_| {
            counted.fetch_add(1, Ordering::SeqCst);
        },
    )
}

pub(super) fn door(folder: &Path) -> Arc<Doorway> {
    door_in(folder, &Arc::default())
}

/// Writes a text into a new document; gives the ids of document and draft.
pub(super) async fn write(door: &Arc<Doorway>, text: &str) -> (String, String) {
    let studio = door.studio().await.unwrap();
    let project = match studio.projects().unwrap().first() {
        Some(project) => project.id.clone(),
        None => {
            let name = "Harbour".to_owned();
            let language = Language::English;
            let made = studio
                .create_project(CreateProject { name, language })
                .await;
            made.unwrap().id
        }
    };
    let made = studio
        .create_document(CreateDocument {
            project_id: project,
            kind: inkstone_manuscript::DocumentKind::News,
            title: "Tide".to_owned(),
            language: Language::English,
        })
        .await
        .unwrap();
    rewrite(door, &made.draft_id, text).await;
    (made.document.id, made.draft_id)
}

async fn rewrite(door: &Arc<Doorway>, draft_id: &str, text: &str) {
    let edit = json!({ "draft_id": draft_id, "text": text, "cause": "typing" });
    door.call("replace_text", edit).await.unwrap();
}

async fn read(door: &Arc<Doorway>, draft_id: &str) -> String {
    let view = door.call("open_draft", json!({ "id": draft_id })).await;
    view.unwrap()["body"].as_str().unwrap().to_owned()
}

fn path(path: impl AsRef<Path>) -> PathInput {
    PathInput {
        path: path.as_ref().to_str().unwrap().to_owned(),
    }
}

fn code<T>(result: Result<T, StudioError>) -> String {
    result.err().unwrap().to_dto().code
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shut_library_is_tried_again_and_opened_once() {
    let folder = tempfile::tempdir().unwrap();
    let first = Studio::open(parts(folder.path(), &scripted())).unwrap();
    let welcomes = Arc::new(AtomicUsize::new(0));
    let door = door_in(folder.path(), &welcomes);
    assert_eq!(door.studio().await.err().unwrap().code, "in_use");
    let status = door.library_status(Nothing {}).await.unwrap();
    assert_eq!(status.state, LibraryState::Shut);
    assert_eq!(status.error.unwrap().code, "in_use");
    assert_eq!(welcomes.load(Ordering::SeqCst), 0);

    // It can be looked at beside the one who writes.
    door.open_for_reading(Nothing {}).await.unwrap();
    let status = door.library_status(Nothing {}).await.unwrap();
    assert_eq!(status.state, LibraryState::Reading);
    assert_eq!(status.error.unwrap().code, "in_use", "and still says why");
    let made = door.call("create_project", json!({ "name": "x", "language": "en" }));
    assert_eq!(made.await.unwrap_err().code, "reading_only");
    assert_eq!(code(door.open_for_writing(Nothing {}).await), "in_use");

    drop(first);
    door.open_for_writing(Nothing {}).await.unwrap();
    let (a, b) = tokio::join!(door.studio(), door.studio());
    assert!(Arc::ptr_eq(&a.unwrap(), &b.unwrap()));
    let status = door.library_status(Nothing {}).await.unwrap();
    assert_eq!(status.state, LibraryState::Open);
    assert!(status.error.is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fault_while_opening_is_an_answer() {
    let build = |_: &Path| -> Parts { panic!("a fault of ours") };
    let door = Doorway::new("nowhere".into(), None, build, |_| {});
    for _ in 0..2 {
        let asked = door.clone();
        let answer = tokio::spawn(async move { asked.studio().await.is_ok() }).await;
        assert!(answer.is_err(), "the shell makes it an answer");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_library_is_left_for_another_and_found_again() {
    let folder = tempfile::tempdir().unwrap();
    let door = door(folder.path());
    let (_, draft) = write(&door, "The first library.").await;
    let first = folder.path().join("library.ink");
    let second = folder.path().join("second.inkstone");
    assert_eq!(
        code(door.choose_library(path(&second)).await),
        "file_unreadable"
    );
    assert_eq!(code(door.new_library(path(&first)).await), "file_exists");
    door.new_library(path(&second)).await.unwrap();
    assert!(door.studio().await.unwrap().projects().unwrap().is_empty());
    // A letter is no library, and the present one stays.
    let letter = folder.path().join("letter.txt");
    std::fs::write(&letter, "Dear library, ".repeat(300)).unwrap();
    assert_eq!(
        code(door.choose_library(path(&letter)).await),
        "damaged_library"
    );
    let status = door.library_status(Nothing {}).await.unwrap();
    assert_eq!(status.path, second.to_str().unwrap());
    assert_eq!(status.state, LibraryState::Open);
    assert_eq!(status.recent, [first.to_str().unwrap()]);

    door.choose_library(path(&first)).await.unwrap();
    assert_eq!(read(&door, &draft).await, "The first library.");
    let moved = folder.path().join("carried").join("novel.inkstone");
    assert_eq!(code(door.move_library(path(&second)).await), "file_exists");
    std::fs::create_dir(moved.parent().unwrap()).unwrap();
    door.move_library(path(&moved)).await.unwrap();
    assert_eq!(read(&door, &draft).await, "The first library.");
    rewrite(&door, &draft, "Carried on.").await;
    let chosen = Libraries::recall(&folder.path().join("libraries.json")).chosen;
    assert_eq!(chosen.as_deref(), Some(moved.as_path()));
    door.choose_library(path(&first)).await.unwrap();
    assert_eq!(
        read(&door, &draft).await,
        "The first library.",
        "the old one stays"
    );
    let checked = door.check_library(Nothing {}).await.unwrap();
    assert_eq!(checked.problems, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_is_made_looked_into_and_put_back() {
    let folder = tempfile::tempdir().unwrap();
    let door = door(folder.path());
    let (_, draft) = write(&door, "Old text.").await;
    let elsewhere = folder.path().join("elsewhere");
    let chosen = BackupFolder {
        folder: Some(elsewhere.to_str().unwrap().to_owned()),
    };
    door.set_backup_folder(chosen).await.unwrap();
    let backup = door.make_backup(Nothing {}).await.unwrap();
    assert!(backup.sound && Path::new(&backup.path).starts_with(&elsewhere));
    rewrite(&door, &draft, "New text.").await;
    write(&door, "Another document.").await;

    let there = door.backup_contents(path(&backup.path)).await.unwrap();
    assert_eq!(there[0].name, "Harbour");
    assert_eq!(there[0].documents.len(), 1);
    assert_eq!(there[0].documents[0].standing, Standing::WorkedOnSince);
    let text = DraftThereInput {
        path: backup.path.clone(),
        draft_id: draft.clone(),
    };
    assert_eq!(door.backup_text(text).await.unwrap(), "Old text.");

    let restored = door.restore_backup(path(&backup.path)).await.unwrap();
    assert_eq!(read(&door, &draft).await, "Old text.");
    let aside = restored.aside.unwrap();
    let listed = door.list_backups(Nothing {}).await.unwrap();
    assert_eq!(listed.len(), 2);
    assert!(
        listed
            .iter()
            .any(|b| b.path == aside && b.reason == BackupReason::BeforeRestore)
    );
    // And back again.
    door.restore_backup(path(aside)).await.unwrap();
    assert_eq!(read(&door, &draft).await, "New text.");
}

#[tokio::test(flavor = "multi_thread")]
async fn single_documents_come_out_of_a_backup_beside_what_is_there() {
    let folder = tempfile::tempdir().unwrap();
    let door = door(folder.path());
    let (document, draft) = write(&door, "Old text.").await;
    let backup = door.make_backup(Nothing {}).await.unwrap();
    rewrite(&door, &draft, "New text.").await;
    let bring = |as_drafts| {
        door.take_from_backup(BringInput {
            path: backup.path.clone(),
            document_ids: vec![document.clone()],
            as_drafts,
        })
    };
    let brought = bring(true).await.unwrap();
    assert_eq!((brought[0].came, brought[0].drafts), (Came::AsDrafts, 1));
    let studio = door.studio().await.unwrap();
    let project = studio.projects().unwrap()[0].id.clone();
    let listed = studio.documents(&project).unwrap();
    assert_eq!(listed[0].drafts.len(), 2);
    assert!(
        listed[0].drafts[1].name.starts_with("main · 19"),
        "{listed:?}"
    );
    assert_eq!(read(&door, &listed[0].drafts[1].id).await, "Old text.");
    let brought = bring(false).await.unwrap();
    assert_eq!(brought[0].came, Came::AsCopy);
    assert_eq!(studio.documents(&project).unwrap().len(), 2);
    assert_eq!(read(&door, &draft).await, "New text.");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_can_be_read_of_a_damaged_library_is_saved() {
    let folder = tempfile::tempdir().unwrap();
    let library = folder.path().join("library.ink");
    let draft = {
        let door = door(folder.path());
        let (_, draft) = write(&door, "Kept through all of it.").await;
        draft
    };
    let mut bytes = std::fs::read(&library).unwrap();
    // The file's head says nothing any more.
    bytes[..16].fill(0);
    std::fs::write(&library, &bytes).unwrap();
    let door = door(folder.path());
    let status = door.library_status(Nothing {}).await.unwrap();
    assert_eq!(status.error.unwrap().code, "damaged_library");
    let saved = door.rescue_library(Nothing {}).await.unwrap();
    assert_eq!(saved.documents, 1);
    assert!(
        saved.doubtful.is_empty() && saved.problems.is_empty(),
        "{saved:?}"
    );
    door.choose_library(path(&saved.path)).await.unwrap();
    assert_eq!(read(&door, &draft).await, "Kept through all of it.");
    assert_eq!(
        std::fs::read(&library).unwrap(),
        bytes,
        "the damaged one stays"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_library_gives_way_to_a_backup() {
    let folder = tempfile::tempdir().unwrap();
    let library = folder.path().join("library.ink");
    let (backup, draft) = {
        let door = door(folder.path());
        let (_, draft) = write(&door, "Kept.").await;
        (door.make_backup(Nothing {}).await.unwrap(), draft)
    };
    std::fs::write(&library, vec![0x55; 20_000]).unwrap();
    let door = door(folder.path());
    let status = door.library_status(Nothing {}).await.unwrap();
    assert_eq!(status.state, LibraryState::Shut);
    assert_eq!(status.error.unwrap().code, "damaged_library");
    assert_eq!(
        code(door.open_for_reading(Nothing {}).await),
        "damaged_library"
    );
    let listed = door.list_backups(Nothing {}).await.unwrap();
    assert_eq!(listed[0].path, backup.path);
    assert_eq!(
        door.backup_contents(path(&backup.path))
            .await
            .unwrap()
            .len(),
        1
    );
    door.restore_backup(path(&backup.path)).await.unwrap();
    assert_eq!(read(&door, &draft).await, "Kept.");
    assert_eq!(std::fs::read(&library).unwrap()[..15], *b"SQLite format 3");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_a_day_is_enough() {
    let folder = tempfile::tempdir().unwrap();
    let door = door(folder.path());
    let library = door.studio().await.unwrap().library.clone();
    assert!(!tending::if_due(&library).unwrap(), "nothing to keep");
    write(&door, "Kept.").await;
    assert!(tending::if_due(&library).unwrap());
    assert!(!tending::if_due(&library).unwrap());
    let listed = door.list_backups(Nothing {}).await.unwrap();
    assert_eq!(listed[0].reason, BackupReason::Daily);
}
