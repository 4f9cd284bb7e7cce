use std::collections::BTreeMap;
use std::path::PathBuf;

use inkstone_manuscript::DocumentKind;
use serde_json::json;

use super::*;
use crate::tests::world::{Open, World};

fn all(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut files = FromFolder(folder.to_owned());
    files
        .names()
        .unwrap()
        .into_iter()
        .map(|path| {
            let bytes = files.read(&path, 1 << 20).unwrap();
            (path, bytes)
        })
        .collect()
}

fn everything(path: &Path) -> ExportEverything {
    ExportEverything {
        path: path.to_string_lossy().into_owned(),
        project_id: None,
        document_id: None,
        language: Language::Chinese,
    }
}

fn at(path: &Path) -> PathInput {
    PathInput {
        path: path.to_string_lossy().into_owned(),
    }
}

async fn rename(world: &World, open: &Open, title: &str) {
    let input = json!({ "id": open.document, "name": title });
    world.call("rename_document", input).await.unwrap();
}

/// A world with an article and a set of ads, and a folder for exports.
async fn written() -> (World, Open, tempfile::TempDir, PathBuf) {
    let world = World::writing("");
    let news = world.document(DocumentKind::News, Language::Chinese).await;
    rename(&world, &news, "夜班渡轮").await;
    world.type_in(&news, "The ferry runs at noon.").await;
    let ads = world.document(DocumentKind::Ads, Language::English).await;
    rename(&world, &ads, "Ferry").await;
    world.type_in(&ads, "# Ad 1\n\nHeadline: =SUM(1)\n").await;
    let folder = tempfile::tempdir().unwrap();
    let target = folder.path().join("out");
    (world, news, folder, target)
}

#[tokio::test]
async fn a_folder_is_brought_up_to_date_and_what_was_changed_in_it_is_not_written_over() {
    let (world, news, _folder, target) = written().await;
    let done = world
        .studio
        .export_everything(everything(&target))
        .await
        .unwrap();
    assert_eq!((done.documents, done.drafts), (2, 2));
    let first = all(&target);
    assert_eq!(first.len(), done.files as usize);
    let csv = first.keys().find(|path| path.ends_with(".csv")).unwrap();
    assert!(String::from_utf8_lossy(&first[csv]).contains("SUM(1)"));
    assert!(String::from_utf8_lossy(&first["index.html"]).contains("夜班渡轮"));

    // Again: the same bytes; a stranger's file stays; what is there no more goes.
    fs::write(target.join("notes.txt"), "mine").unwrap();
    world
        .studio
        .export_everything(everything(&target))
        .await
        .unwrap();
    let mut again = all(&target);
    again.remove("notes.txt");
    assert_eq!(again, first);
    let text = first
        .keys()
        .find(|path| path.ends_with("夜班渡轮/main.md"))
        .unwrap()
        .clone();
    rename(&world, &news, "Day ferry").await;
    world
        .studio
        .export_everything(everything(&target))
        .await
        .unwrap();
    let renamed = all(&target);
    assert!(
        !renamed.contains_key(&text)
            && renamed.contains_key(&text.replace("夜班渡轮", "Day ferry"))
    );
    assert!(
        !target
            .join("projects")
            .read_dir()
            .unwrap()
            .any(|folder| { folder.unwrap().path().join("夜班渡轮").exists() })
    );

    // Worked on: refused, brought back, and then taken.
    let text = text.replace("夜班渡轮", "Day ferry");
    fs::write(target.join(&text), "The ferry runs at midnight.\n").unwrap();
    let refused = world
        .studio
        .export_everything(everything(&target))
        .await
        .unwrap_err();
    assert_eq!(refused.to_dto().code, "folder_worked_on");
    assert_eq!(refused.to_dto().values["file"], text);
    let came = world.studio.bring_back(at(&target)).await.unwrap();
    assert_eq!(came.edited, [text]);
    assert_eq!(came.unknown, ["notes.txt"]);
    assert_eq!(
        world.view(&news.draft).await.body,
        "The ferry runs at midnight."
    );
    assert!(!target.with_file_name("out.part").exists());
}

#[tokio::test]
async fn a_zip_file_comes_back_into_another_library() {
    let (world, _, folder, _) = written().await;
    let zip = folder.path().join("all.zip");
    world
        .studio
        .export_everything(everything(&zip))
        .await
        .unwrap();
    let bytes = fs::read(&zip).unwrap();
    world
        .studio
        .export_everything(everything(&zip))
        .await
        .unwrap();
    assert_eq!(fs::read(&zip).unwrap(), bytes);
    let other = World::writing("");
    let came = other.studio.bring_back(at(&zip)).await.unwrap();
    assert_eq!(came.documents.len(), 2);
    assert!(
        came.documents
            .iter()
            .all(|document| document.came == Came::PutBack)
    );
    let again = folder.path().join("again.zip");
    let only = ExportEverything {
        document_id: Some(came.documents[0].document_id.clone()),
        ..everything(&again)
    };
    let done = other.studio.export_everything(only).await.unwrap();
    assert_eq!((done.projects, done.documents), (1, 1));
}

#[tokio::test]
async fn what_is_no_export_is_refused_and_a_stop_leaves_nothing() {
    let (world, _, folder, target) = written().await;
    let code = |error: StudioError| error.to_dto().code;
    fs::create_dir(&target).unwrap();
    fs::write(target.join("letter.txt"), "mine").unwrap();
    let full = world
        .studio
        .export_everything(everything(&target))
        .await
        .unwrap_err();
    assert_eq!(code(full), "folder_not_empty");
    let none = world.studio.bring_back(at(&target)).await.unwrap_err();
    assert_eq!(code(none), "archive_none");
    let none = world
        .studio
        .bring_back(at(&target.join("letter.txt")))
        .await
        .unwrap_err();
    assert_eq!(code(none), "archive_none");
    let gone = world
        .studio
        .bring_back(at(&target.join("x.zip")))
        .await
        .unwrap_err();
    assert_eq!(code(gone), "file_unreadable");
    for name in ["stopped", "stopped.zip"] {
        let path = folder.path().join(name);
        let stop = CancellationToken::new();
        stop.cancel();
        let stopped = world
            .studio
            .export_until(everything(&path), stop)
            .await
            .unwrap_err();
        assert_eq!(code(stopped), "stopped");
    }
    let left: Vec<_> = fs::read_dir(folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    assert_eq!(left, ["out"]);
}

#[cfg(unix)]
#[tokio::test]
async fn a_link_in_a_folder_is_not_followed() {
    let (world, _, _folder, target) = written().await;
    world
        .studio
        .export_everything(everything(&target))
        .await
        .unwrap();
    let secret = target.with_file_name("secret");
    fs::write(&secret, "The ferry runs at noon. And more.").unwrap();
    let text = all(&target)
        .keys()
        .find(|path| path.ends_with("main.md"))
        .unwrap()
        .clone();
    fs::remove_file(target.join(&text)).unwrap();
    std::os::unix::fs::symlink(&secret, target.join(&text)).unwrap();
    let error = world.studio.bring_back(at(&target)).await.unwrap_err();
    assert_eq!(error.to_dto().code, "file_unreadable");
}
