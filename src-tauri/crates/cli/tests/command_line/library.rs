//! The library: read, compared, brought back; and a library that cannot be opened.

use std::{fs, sync::Arc};

use inkstone_machine::{SystemClock, chance};
use inkstone_studio::{
    DocumentKind, Language, Parts, Program, SessionSecrets, Studio,
    dto::EditCause,
    inputs::{CreateDocument, CreateProject, IdName, ReplaceText},
};

use crate::home::Home;

/// The studio as the window opens it.
fn studio(home: &Home) -> Arc<Studio> {
    let library = home.library();
    Studio::open(Parts {
        models_dir: library.with_file_name("models"),
        library_path: library,
        program: Program::Window,
        clock: Arc::new(SystemClock),
        local: Arc::new(inkstone_candle::Candle::new()),
        remote: Arc::new(inkstone_openai::OpenAi::new()),
        secrets: Arc::new(SessionSecrets::default()),
        entropy: Arc::new(chance),
    })
    .unwrap()
}

/// A draft with two versions, written through the window's own calls.
async fn draft(studio: &Arc<Studio>) -> String {
    let project = CreateProject {
        name: "Harbour".to_owned(),
        language: Language::English,
    };
    let project = studio.create_project(project).await.unwrap();
    let document = CreateDocument {
        project_id: project.id,
        kind: DocumentKind::News,
        title: "Night ferry".to_owned(),
        language: Language::English,
    };
    let id = studio.create_document(document).await.unwrap().draft_id;
    for (text, name) in [
        ("The ferry stays.\n", "first"),
        ("The ferry sails.\n", "second"),
    ] {
        let text = text.to_owned();
        let edit = ReplaceText {
            draft_id: id.clone(),
            text,
            cause: EditCause::Typing,
        };
        studio.replace_text(edit).await.unwrap();
        let version = IdName {
            id: id.clone(),
            name: name.to_owned(),
        };
        studio.save_version(version).await.unwrap();
    }
    id
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_window_wrote_is_found_compared_and_brought_back() {
    let home = Home::new();
    let opened = studio(&home);
    let id = draft(&opened).await;
    drop(opened);

    let list = home.ink(&["library"]).with(0);
    assert!(
        list.out.contains("Harbour") && list.out.contains("Night ferry"),
        "{}",
        list.out
    );
    assert!(list.out.contains(&id));
    let list = home.ink(&["library", "list", "--json"]).with(0).json();
    assert_eq!(list[0]["documents"][0]["drafts"][0]["id"], id.as_str());
    let document = list[0]["documents"][0]["id"].as_str().unwrap();

    assert_eq!(
        home.ink(&["library", "show", &id]).with(0).out,
        "The ferry sails.\n"
    );
    assert_eq!(
        home.ink(&["library", "show", document]).with(0).out,
        "The ferry sails.\n"
    );

    let history = home
        .ink(&["library", "history", &id, "--json"])
        .with(0)
        .json();
    let named = |name: &str| {
        let nodes = history.as_array().unwrap();
        let node = nodes
            .iter()
            .find(|node| node["name"] == name)
            .expect("a version");
        node["id"].as_str().unwrap().to_owned()
    };
    let (first, second) = (named("first"), named("second"));
    assert!(
        home.ink(&["library", "history", &id])
            .with(0)
            .out
            .contains("version: first")
    );
    let old = home
        .ink(&["library", "show", &id, "--node", &first])
        .with(0);
    assert_eq!(old.out, "The ferry stays.\n");

    for newer in [&[] as &[&str], &[&second]] {
        let diff = home
            .ink(&[&["library", "diff", &id, &first], newer].concat())
            .with(0);
        let [deleted, inserted] = ["[-", "{+"].map(|mark| diff.out.matches(mark).count());
        assert!(
            deleted > 0 && inserted > 0 && diff.out.starts_with("The ferry "),
            "{}",
            diff.out
        );
    }

    let search = home.ink(&["library", "search", "ferry", "sails"]).with(0);
    assert!(search.out.starts_with(&id), "{}", search.out);
    let nothing = home
        .ink(&["library", "search", "zeppelin", "--json"])
        .with(0);
    assert_eq!(nothing.json(), serde_json::json!([]));

    assert_eq!(
        home.ink(&["library", "restore", &id, &first]).with(0).out,
        "The ferry stays.\n"
    );
    assert_eq!(
        home.ink(&["library", "show", &id]).with(0).out,
        "The ferry stays.\n"
    );
    let diff = home
        .ink(&["library", "diff", &id, &second, "--json"])
        .with(0)
        .json();
    assert!(
        diff.as_array().unwrap().len() > 1,
        "what was there is in the history"
    );

    let verified = home.ink(&["library", "verify", "--json"]).with(0).json();
    assert!(verified["nodes_checked"].as_u64().unwrap() >= 2);
    assert_eq!(verified["problems"], serde_json::json!([]));
    home.ink(&["library", "verify"]).with(0);
}

#[test]
fn an_empty_library_says_so_and_is_well() {
    let home = Home::new();
    let run = home.ink(&["library"]).with(0);
    assert!(run.out.is_empty() && !run.err.is_empty());
    assert_eq!(
        home.ink(&["library", "--json"]).with(0).json(),
        serde_json::json!([])
    );
    home.ink(&["library", "verify"]).with(0);
    for command in ["show", "history"] {
        let run = home.ink(&["library", command, "nothing", "--json"]).with(1);
        assert_eq!(run.error_code(), "not_found", "{command}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_library_that_the_window_holds_is_left_to_it() {
    let home = Home::new();
    let window = studio(&home);
    let run = home.ink(&["library", "--json"]).with(1);
    assert_eq!(run.error_code(), "in_use_window");
    assert!(run.err.contains("--library"), "{}", run.err);
    let run = home.ink(&["library", "--language", "zh-CN"]).with(1);
    assert!(
        run.err.contains("--library") && run.err.contains('。'),
        "{}",
        run.err
    );
    let other = home.path().join("other.inkstone");
    home.ink(&["library", "--library", other.to_str().unwrap()])
        .with(0);
    assert!(other.is_file());
    drop(window);
    home.ink(&["library"]).with(0);
}

#[test]
fn what_is_no_library_stays_as_it_is() {
    let home = Home::new();
    let letter = home.file(
        "letter.txt",
        "Dear library, I am a letter and want to stay one.",
    );
    let run = home
        .ink(&["library", "--library", &letter, "--json"])
        .with(1);
    assert_eq!(run.error_code(), "damaged_library");
    assert!(
        fs::read_to_string(&letter)
            .unwrap()
            .starts_with("Dear library")
    );
    let folder = home.path().to_str().unwrap();
    home.ink(&["library", "--library", folder, "--json"])
        .with(1);
    let under_a_file = format!("{letter}/library.inkstone");
    let run = home
        .ink(&["library", "--library", &under_a_file, "--json"])
        .with(1);
    assert!(!run.json()["error"]["message"].as_str().unwrap().is_empty());
}
