//! Everything as plain files and back, labels, and merges, on the command line.

use std::fs;

use inkstone_studio::{
    Language,
    dto::EditCause,
    inputs::{Id, IdName, ReplaceText},
};

use crate::{
    home::Home,
    library::{draft, studio},
};

#[tokio::test(flavor = "multi_thread")]
async fn everything_goes_out_and_comes_back() {
    let home = Home::new();
    let opened = studio(&home);
    let id = draft(&opened).await;
    drop(opened);
    let folder = home.path().join("out");
    let out = folder.to_str().unwrap();

    let said = home.ink(&["export", "--all", out, "--json"]).with(0).json();
    assert_eq!(said["documents"], 1);
    let text = folder.join("projects/Harbour/Night ferry/main.md");
    assert_eq!(fs::read_to_string(&text).unwrap(), "The ferry sails.\n");
    assert!(
        fs::read_to_string(folder.join("index.html"))
            .unwrap()
            .contains("Night ferry")
    );
    let chinese = home
        .ink(&["export", "--all", out, "--language", "zh-CN"])
        .with(0);
    assert!(chinese.out.starts_with("已写入"), "{}", chinese.out);
    home.ink(&["export", "--all", out, "--project", "Mountain"])
        .with(1);
    let zip = home.path().join("all");
    home.ink(&[
        "export",
        "--all",
        zip.to_str().unwrap(),
        "--zip",
        "--project",
        "Harbour",
    ])
    .with(0);
    assert!(home.path().join("all.zip").is_file());

    // Into another library, with a change made outside.
    fs::write(&text, "The ferry sails tonight.\n").unwrap();
    let other = home.path().join("other.inkstone");
    let other = other.to_str().unwrap();
    let came = home
        .ink(&["--library", other, "library", "bring", out])
        .with(0);
    assert!(
        came.out.contains("put back") && came.err.contains("main.md"),
        "{} {}",
        came.out,
        came.err
    );
    let shown = home
        .ink(&["--library", other, "library", "show", &id])
        .with(0);
    assert_eq!(shown.out, "The ferry sails tonight.\n");
    let again = home
        .ink(&["--library", other, "library", "bring", out, "--json"])
        .with(0)
        .json();
    assert_eq!(again["documents"][0]["came"], "was_there");
    let refused = home.ink(&["export", "--all", out]).with(1);
    assert!(refused.err.contains("main.md"), "{}", refused.err);

    // What is broken is named, and nothing comes.
    fs::remove_file(folder.join("projects/Harbour/Night ferry/record/history.json")).unwrap();
    let third = home.path().join("third.inkstone");
    let third = third.to_str().unwrap();
    let broken = home
        .ink(&["--library", third, "library", "bring", out, "--json"])
        .with(1)
        .json();
    assert_eq!(broken["error"]["code"], "archive_missing");
    let list = home
        .ink(&["--library", third, "library", "--json"])
        .with(0)
        .json();
    assert_eq!(list.as_array().map(Vec::len), Some(0));

    // And a rescue leaves plain files too.
    let saved = home.path().join("saved");
    let saved_path = saved.to_str().unwrap();
    home.ink(&[
        "--library",
        other,
        "library",
        "rescue",
        "--files",
        saved_path,
    ])
    .with(0);
    let text = saved.join("projects/Harbour/Night ferry/main.md");
    assert_eq!(
        fs::read_to_string(text).unwrap(),
        "The ferry sails tonight.\n"
    );
    let left = fs::read_dir(home.path()).unwrap();
    assert!(
        !left
            .flatten()
            .any(|file| file.file_name().to_string_lossy().contains(".part"))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn words_are_told_by_their_origin_and_labelled() {
    let home = Home::new();
    let opened = studio(&home);
    let id = draft(&opened).await;
    drop(opened);
    let report = home.ink(&["provenance", &id]).with(0);
    assert!(
        report.out.starts_with("# ") && report.out.contains("Night ferry"),
        "{}",
        report.out
    );
    let json = home.ink(&["provenance", &id, "--json"]).with(0).json();
    assert_eq!(json["passages"][0]["kind"], "typed");
    let csv = home.ink(&["provenance", &id, "--csv"]).with(0);
    assert!(
        csv.out.contains("from,to,origin") && csv.out.contains("0,17,typed"),
        "{}",
        csv.out
    );
    let labelled = home
        .ink(&["label", &id, "--as", "sentence", "--as", "aigc"])
        .with(0);
    assert!(labelled.out.starts_with("The ferry sails.") && labelled.out.lines().count() > 1);
    let json = home.ink(&["label", &id, "--as", "json"]).with(0).json();
    assert_eq!(json["title"], "Night ferry");
    for (ending, start) in [("html", &b"<!doctype html>"[..]), ("docx", b"PK\x03\x04")] {
        let path = home.path().join(format!("out.{ending}"));
        home.ink(&["export", &id, path.to_str().unwrap()]).with(0);
        assert!(fs::read(&path).unwrap().starts_with(start), "{ending}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn drafts_are_merged_and_conflicts_are_asked_about() {
    let home = Home::new();
    let opened = studio(&home);
    let id = draft(&opened).await;
    let write = async |draft: &str, text: &str| {
        let edit = ReplaceText {
            draft_id: draft.to_owned(),
            text: text.to_owned(),
            cause: EditCause::Typing,
        };
        opened.replace_text(edit).await.unwrap();
    };
    write(&id, "The ferry sails at noon. It rains.\n").await;
    let branch = IdName {
        id: id.clone(),
        name: "darker".to_owned(),
    };
    let view = opened.branch_draft(branch).await.unwrap();
    let document = view.document.id.clone();
    write(&view.draft_id, "The ferry sails at noon. It storms.\n").await;
    drop(opened);
    let merge = |more: &[&str]| {
        let mut words = vec!["merge", &document, "--from", "darker", "--into", "main"];
        words.extend(more);
        home.ink(&words)
    };
    merge(&[]).with(0);
    let text = |home: &Home| home.ink(&["library", "show", &id]).with(0).out;
    assert_eq!(text(&home), "The ferry sails at noon. It storms.\n");

    // Now both change one sentence.
    let opened = studio(&home);
    for (draft, end) in [(&id, "It snows."), (&view.draft_id, "It hails.")] {
        let edit = ReplaceText {
            draft_id: draft.clone(),
            text: format!("The ferry sails at noon. {end}\n"),
            cause: EditCause::Typing,
        };
        opened.replace_text(edit).await.unwrap();
    }
    assert_eq!(
        opened
            .open_draft(Id { id: id.clone() })
            .await
            .unwrap()
            .document
            .language,
        Language::English
    );
    drop(opened);
    let refused = merge(&[]).with(1);
    assert!(
        refused.out.contains("< It snows.") && refused.out.contains("> It hails."),
        "{}",
        refused.out
    );
    assert!(refused.err.contains("--prefer"), "{}", refused.err);
    assert_eq!(text(&home), "The ferry sails at noon. It snows.\n");
    let json = merge(&["--prefer", "theirs", "--json"]).with(0).json();
    assert_eq!(json["conflicts"], 1);
    assert_eq!(text(&home), "The ferry sails at noon. It hails.\n");
    let unknown = home
        .ink(&["merge", &document, "--from", "lighter", "--into", "main"])
        .with(1);
    assert!(!unknown.err.is_empty());
}
