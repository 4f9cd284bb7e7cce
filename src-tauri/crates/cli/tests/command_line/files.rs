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
