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
pub fn studio(home: &Home) -> Arc<Studio> {
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
pub async fn draft(studio: &Arc<Studio>) -> String {
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
    assert_eq!(nothing.json()["groups"], serde_json::json!([]));
    let kept = ["library", "search", "sails", "--in", "history", "--json"];
    let kept = home.ink(&kept).with(0).json();
    assert_eq!(kept["groups"][0]["hits"][0]["found_in"]["in"], "history");
    let narrow = ["library", "search", "ferry", "--kind", "ads"];
    assert_eq!(home.ink(&narrow).with(0).out, "");
    let late = ["library", "search", "ferry", "--until", "1999-12-31"];
    assert_eq!(home.ink(&late).with(0).out, "");
    let pasted = [
        "library", "search", "ferry", "--in", "texts", "--origin", "imported",
    ];
    assert_eq!(home.ink(&pasted).with(0).out, "");

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
    let repaired = home.ink(&["library", "repair", "--json"]).with(0).json();
    assert_eq!(repaired["aside"], serde_json::json!([]));
    assert_eq!(repaired["left"], serde_json::json!([]));
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
    // It is looked at beside the window; what would write is refused.
    let id = draft(&window).await;
    let run = home.ink(&["library", "show", &id]).with(0);
    assert_eq!(run.out, "The ferry sails.\n");
    assert!(!run.err.is_empty());
    let run = home
        .ink(&["library", "restore", &id, &id, "--json"])
        .with(1);
    assert_eq!(run.error_code(), "in_use_window");
    assert!(run.err.contains("--library"), "{}", run.err);
    let pid = std::process::id().to_string();
    assert!(run.err.contains(&pid), "{}", run.err);
    let run = home
        .ink(&["library", "restore", &id, &id, "--language", "zh-CN"])
        .with(1);
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

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_is_made_looked_into_and_brought_back() {
    let home = Home::new();
    let opened = studio(&home);
    let id = draft(&opened).await;
    drop(opened);
    assert!(home.ink(&["library", "backups"]).with(0).out.is_empty());
    let made = home.ink(&["library", "backup", "--json"]).with(0).json();
    let name = made["name"].as_str().unwrap();
    let listed = home.ink(&["library", "backups"]).with(0);
    assert!(listed.out.starts_with(name), "{}", listed.out);

    let opened = studio(&home);
    let edit = ReplaceText {
        draft_id: id.clone(),
        text: "Something else.\n".to_owned(),
        cause: EditCause::Typing,
    };
    opened.replace_text(edit).await.unwrap();
    drop(opened);
    let inside = home.ink(&["library", "backups", name]).with(0);
    assert!(
        inside.out.contains("Night ferry") && inside.out.contains("worked on since"),
        "{}",
        inside.out
    );
    let text = home
        .ink(&["library", "backups", name, "--text", &id])
        .with(0);
    assert_eq!(text.out, "The ferry sails.\n");
    let inside = home
        .ink(&["library", "backups", name, "--json"])
        .with(0)
        .json();
    let document = inside[0]["documents"][0]["id"].as_str().unwrap();

    let beginning = &document[..8];
    let only = [
        "library",
        "restore",
        "--backup",
        name,
        "--document",
        beginning,
    ];
    let brought = home.ink(&[&only[..], &["--json"]].concat()).with(0).json();
    assert_eq!(brought[0]["came"], "as_drafts");
    let list = home.ink(&["library", "list", "--json"]).with(0).json();
    let drafts = list[0]["documents"][0]["drafts"].as_array().unwrap();
    assert_eq!(drafts.len(), 2);
    assert_eq!(
        home.ink(&["library", "show", &id]).with(0).out,
        "Something else.\n"
    );

    home.ink(&["library", "restore", "--backup", name]).with(0);
    assert_eq!(
        home.ink(&["library", "show", &id]).with(0).out,
        "The ferry sails.\n"
    );
    let none = home.ink(&["library", "restore", "--backup", "nothing", "--json"]);
    assert!(!none.with(1).error_code().is_empty());
    home.ink(&["library", "restore"]).with(2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_library_is_saved_and_a_library_is_carried_elsewhere() {
    let home = Home::new();
    let opened = studio(&home);
    let id = draft(&opened).await;
    drop(opened);
    let moved = home.path().join("carried.inkstone");
    let moved = moved.to_str().unwrap();
    home.ink(&["library", "move", moved]).with(0);
    let there = ["library", "show", &id, "--library", moved];
    assert_eq!(home.ink(&there).with(0).out, "The ferry sails.\n");
    home.ink(&["library", "move", moved]).with(1);

    let mut bytes = fs::read(moved).unwrap();
    bytes[..16].fill(0);
    fs::write(moved, &bytes).unwrap();
    assert_eq!(
        home.ink(&[&there[..], &["--json"]].concat())
            .with(1)
            .error_code(),
        "damaged_library"
    );
    let saved = home.ink(&["library", "rescue", "--library", moved, "--json"]);
    let saved = saved.with(0).json();
    assert_eq!(saved["lost_versions"], 0);
    let path = saved["path"].as_str().unwrap();
    let found = home
        .ink(&["library", "show", &id, "--library", path])
        .with(0);
    assert_eq!(found.out, "The ferry sails.\n");
    assert_eq!(fs::read(moved).unwrap(), bytes);
}
