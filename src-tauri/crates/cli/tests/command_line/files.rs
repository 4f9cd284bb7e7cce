//! Files of other programs, in and out.

use std::fs;

use crate::home::Home;

const FDX: &str = include_str!("../../../formats/tests/fixtures/quay.fdx");

#[test]
fn a_script_comes_in_and_goes_out_as_it_was() {
    let home = Home::new();
    let file = home.file("quay.fdx", FDX);
    let imported = home.ink(&["import", &file, "--json"]).with(0).json();
    let draft = imported["draft_id"].as_str().unwrap();
    assert_eq!(imported["report"]["format"], "fdx");
    home.ink(&["export", draft, "out.fdx"]).with(0);
    assert_eq!(
        fs::read_to_string(home.path().join("out.fdx")).unwrap(),
        FDX
    );
    home.ink(&["export", draft, "out.fountain"]).with(0);
    let text = fs::read_to_string(home.path().join("out.fountain")).unwrap();
    assert!(text.starts_with("Title: _THE FERRY_\n"), "{text}");
    // A second script goes into the project of the first.
    let file = home.file("夜渡.txt", "第1场 渡口 夜 外\n老秦：船呢？\n");
    let second = home.ink(&["import", &file]).with(0);
    assert!(second.err.contains("夜渡"), "{}", second.err);
    let library = home.ink(&["library", "list", "--json"]).with(0).json();
    assert_eq!(library.as_array().unwrap().len(), 1);
    assert_eq!(library[0]["documents"].as_array().unwrap().len(), 2);
}

#[test]
fn a_file_that_can_not_be_read_says_where_it_is_broken() {
    let home = Home::new();
    let file = home.file("cut.fdx", &FDX.as_bytes()[..900]);
    let run = home.ink(&["import", &file, "--json"]).with(1);
    assert_eq!(run.error_code(), "file_broken");
    let run = home.ink(&["import", "nowhere.fdx", "--json"]).with(1);
    assert_eq!(run.error_code(), "file_unreadable");
}

#[test]
fn a_folder_comes_in_file_by_file_with_a_report() {
    let home = Home::new();
    fs::create_dir_all(home.path().join("Novel/Part 2")).unwrap();
    home.file("Novel/one.md", "# One\n\nIt runs.\n");
    home.file(
        "Novel/Part 2/two.html",
        "<html><p>Two <b>boats</b>.</p></html>",
    );
    home.file("Novel/Part 2/broken.docx", "no Word");
    home.file("Novel/notes.xyz", "x");
    let folder = home.path().join("Novel");
    let folder = folder.to_str().unwrap();
    let run = home.ink(&["import", folder, "--json"]).with(1);
    let report = run.json();
    let made = report["imported"].as_array().unwrap();
    let titles: Vec<&str> = made
        .iter()
        .map(|made| made["document"]["title"].as_str().unwrap())
        .collect();
    assert_eq!(titles, ["One", "Part 2 / two"]);
    assert_eq!(report["failed"][0]["name"], "Part 2/broken.docx");
    assert_eq!(report["failed"][0]["error"]["code"], "file_not_this");
    assert_eq!(report["skipped"][0]["why"], "unknown");
    let library = home.ink(&["library", "list", "--json"]).with(0).json();
    assert_eq!(library[0]["project"]["name"], "Novel");
}

#[test]
fn a_guessed_encoding_is_said_and_can_be_chosen() {
    let home = Home::new();
    let file = home.file("old.md", b"\xa9\x5d\xb8\xcc");
    let guessed = home.ink(&["import", &file]).with(0);
    assert!(guessed.err.contains("Big5: 夜裡"), "{}", guessed.err);
    let chosen = home.ink(&[
        "import",
        &file,
        "--encoding",
        "big5",
        "--kind",
        "news",
        "--json",
    ]);
    let chosen = chosen.with(0).json();
    assert_eq!(chosen["document"]["language"], "zh-CN");
    let run = home
        .ink(&["import", &file, "--encoding", "none", "--json"])
        .with(1);
    assert_eq!(run.error_code(), "file_not_this");
}
