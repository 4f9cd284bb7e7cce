use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::ops::ControlFlow;

use inkstone_manuscript::{DocumentKind, Language};
use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::library::{hex, many};
use crate::properties::history::{Act, World, act};
use crate::testing::{Desk, open, typing};
use crate::{
    Edit, GenerationEnd, GenerationStart, Library, Operation, OperationKind, Origin, texts,
};

/// An archive in memory.
#[derive(Debug, Clone, Default, PartialEq)]
struct Box(BTreeMap<String, Vec<u8>>);

impl Filing for Box {
    fn put(&mut self, path: &str, bytes: &[u8]) -> io::Result<()> {
        assert!(names::is_inside(path), "{path}");
        let folded = |path: &str| names::folded(path);
        assert!(
            !self.0.keys().any(|known| folded(known) == folded(path)),
            "two files of one name: {path}"
        );
        self.0.insert(path.to_owned(), bytes.to_vec());
        Ok(())
    }
}

impl Files for Box {
    fn names(&mut self) -> io::Result<Vec<String>> {
        Ok(self.0.keys().cloned().collect())
    }

    fn read(&mut self, path: &str, most: u64) -> io::Result<Vec<u8>> {
        let bytes = self.0.get(path).ok_or(io::ErrorKind::NotFound)?;
        let most = usize::try_from(most).unwrap().saturating_add(1);
        Ok(bytes[..bytes.len().min(most)].to_vec())
    }
}

impl Box {
    fn of(library: &Library) -> Box {
        Box::scope(library, &Scope::Library)
    }

    fn scope(library: &Library, scope: &Scope) -> Box {
        let mut files = Box::default();
        let done = library
            .archive(scope, &mut files, &(), &mut |_| ControlFlow::Continue(()))
            .unwrap();
        assert_eq!(done.unreadable, Vec::<String>::new());
        assert_eq!(done.files as usize, files.0.len());
        files
    }

    fn bring(&self, library: &Library) -> Result<ArchiveReturn> {
        library.bring_archive(&mut self.clone(), "2026-11-27", &mut |_| {
            ControlFlow::Continue(())
        })
    }

    /// The one path that ends so.
    fn path(&self, end: &str) -> String {
        let mut found = self.0.keys().filter(|path| path.ends_with(end));
        let path = found
            .next()
            .unwrap_or_else(|| panic!("{end} in {:?}", self.0.keys()));
        assert_eq!(found.next(), None, "{end}");
        path.clone()
    }

    fn text(&self, end: &str) -> String {
        String::from_utf8(self.0[&self.path(end)].clone()).unwrap()
    }

    fn put_text(&mut self, end: &str, text: &str) {
        self.0.insert(self.path(end), text.as_bytes().to_vec());
    }

    /// Changes a record and its hash in the list, as someone would who means harm.
    fn forge(&mut self, end: &str, change: impl FnOnce(&mut Value)) {
        let path = self.path(end);
        let mut value: Value = serde_json::from_slice(&self.0[&path]).unwrap();
        change(&mut value);
        self.forge_bytes(&path, serde_json::to_vec(&value).unwrap());
    }

    fn forge_bytes(&mut self, path: &str, bytes: Vec<u8>) {
        let mut list: Value = serde_json::from_slice(&self.0[MANIFEST]).unwrap();
        for file in list["files"].as_array_mut().unwrap() {
            if file["path"] == path {
                file["bytes"] = bytes.len().into();
                file["sha256"] = hex(&texts::sha256(&bytes)).into();
            }
        }
        self.0.insert(path.to_owned(), bytes);
        let list = serde_json::to_vec(&list).unwrap();
        self.0.insert(MANIFEST.to_owned(), list);
    }
}

fn empty() -> (tempfile::TempDir, Library) {
    let folder = tempfile::tempdir().unwrap();
    let library = open(&folder.path().join("other.ink"));
    (folder, library)
}

/// All that a library holds, told without the keys that mean nothing.
fn dump(library: &Library) -> BTreeMap<String, Vec<String>> {
    let connection = library.connection();
    let list = |sql: &str| -> Vec<String> {
        let mut statement = connection.prepare(sql).unwrap();
        let columns = statement.column_count();
        let rows = statement.query_map([], |row| {
            (0..columns)
                .map(|at| Ok(format!("{:?}", row.get::<_, rusqlite::types::Value>(at)?)))
                .collect::<rusqlite::Result<Vec<_>>>()
        });
        rows.unwrap().map(|row| row.unwrap().join("|")).collect()
    };
    let mut all = BTreeMap::new();
    for (name, sql) in [
        (
            "projects",
            "SELECT id, name, language, privacy, model_id, house_rules, created_at,
            updated_at, deleted_at FROM projects ORDER BY id",
        ),
        (
            "documents",
            "SELECT documents.id, project_id, kind, language, title,
            documents.created_at, documents.updated_at, documents.deleted_at, drafts.id
            FROM documents LEFT JOIN drafts ON drafts.key = shown_key ORDER BY documents.id",
        ),
        (
            "drafts",
            "SELECT drafts.id, document_id, drafts.name, drafts.revision, body_revision,
            drafts.created_at, updated_at, deleted_at, sha256, sheet, spans, body, nodes.id
            FROM drafts LEFT JOIN nodes ON nodes.key = head_key ORDER BY drafts.id",
        ),
        (
            "nodes",
            "SELECT n.id, drafts.id, parent.id, merged.id, n.kind, n.name, n.label,
            texts.sha256, n.characters, n.revision, n.written, n.created_at, n.hidden_at
            FROM nodes AS n JOIN drafts ON drafts.key = n.draft_key
            JOIN texts ON texts.key = n.text_key
            LEFT JOIN nodes AS parent ON parent.key = n.parent_key
            LEFT JOIN nodes AS merged ON merged.key = n.merged_key ORDER BY n.id",
        ),
        (
            "generations",
            "SELECT id, draft_id, task, batch_id, variant, model_name, model_id,
            locality, model_sha256, engine, template, template_sha256, request_json,
            references_json, seed, target_from, target_to, decision, created_at, tokens,
            finish_reason, prompt_tokens, completion_tokens, first_token_ms, total_ms, error, output
            FROM generations ORDER BY id",
        ),
        (
            "departures",
            "SELECT id, at, host, method, path, purpose, project_id, bytes_out, bytes_in,
            generation_id, masked, status, failure, sha256 FROM departures ORDER BY id",
        ),
        (
            "sent",
            "SELECT sha256, bytes, hex(data) FROM sent ORDER BY sha256",
        ),
        (
            "assets",
            "SELECT project_id, hex(sha256), name, media_type, assets.created_at,
            project_assets.created_at, hex(data) FROM project_assets
            JOIN assets ON assets.key = asset_key ORDER BY project_id, project_assets.key",
        ),
        ("stories", "SELECT * FROM stories ORDER BY draft_id"),
        (
            "comments",
            "SELECT id, draft_id, starts, ends, quote, note, author, resolved_at, created_at,
                updated_at, deleted_at
            FROM comments ORDER BY id",
        ),
        (
            "reports",
            "SELECT id, draft_id, generation_id, kind, body, created_at, deleted_at
            FROM reports ORDER BY id",
        ),
        (
            "conversations",
            "SELECT id, draft_id, character, name, head_id, rules, created_at, updated_at, deleted_at
            FROM conversations ORDER BY id",
        ),
        (
            "turns",
            "SELECT id, conversation_id, parent_id, question, generation_id, facts, kept, summary,
            created_at
            FROM turns ORDER BY id",
        ),
        (
            "settings",
            "SELECT * FROM settings WHERE key NOT IN ('backup_mark') ORDER BY key",
        ),
    ] {
        all.insert(name.to_owned(), list(sql));
    }
    drop(connection);
    let drafts: Vec<String> = library
        .read(|c| many(c, "SELECT id FROM drafts ORDER BY id", [], |row| row.get(0)))
        .unwrap();
    for draft in drafts {
        let journal = library.operations(&draft, usize::MAX).unwrap();
        all.insert(format!("journal {draft}"), vec![format!("{journal:?}")]);
        for node in library.history(&draft).unwrap() {
            let state = library.node_state(&node.id).unwrap();
            all.insert(format!("node {}", node.id), vec![format!("{state:?}")]);
        }
    }
    all
}

/// More of what a library holds than edits bring.
fn furnish(library: &Library, which: u8) {
    let project = library
        .create_project("Coast / 海岸", Language::English)
        .unwrap();
    library.set_house_rules(&project.id, "delve\n赋能").unwrap();
    library
        .add_asset(&project.id, "tide.png", "image/png", &[1, 2, which])
        .unwrap();
    library
        .add_asset(&project.id, "Tide.PNG", "image/png", &[3])
        .unwrap();
    let script = library
        .create_document(
            &project.id,
            DocumentKind::Screenplay,
            "渡口",
            Language::Chinese,
        )
        .unwrap();
    let draft = library.shown_draft(&script.id).unwrap();
    let edit = Edit {
        from: 0,
        to: 0,
        insert: "INT. 渡口 - 夜\r\n\r\n雨。".to_owned(),
    };
    library.apply(&draft, 0, &[edit], &typing()).unwrap();
    let fields = json!({ "brief": { "logline": "A ferry \"late\"", "n": 1.5 }, "none": null });
    library.set_fields(&draft, &fields).unwrap();
    let start = GenerationStart {
        draft_id: Some(draft.clone()),
        task: "interview".to_owned(),
        request_json: "{\"a\": 1}".to_owned(),
        seed: i64::MIN,
        target: Some(0..3),
        ..GenerationStart::default()
    };
    let call = library.begin_generation(&start).unwrap();
    library.append_output(&call, "“潮水”\u{0}", 3).unwrap();
    let end = GenerationEnd {
        finish_reason: "stop".to_owned(),
        ..GenerationEnd::default()
    };
    library.finish_generation(&call, &end).unwrap();
    library
        .note_story(&draft, &json!({ "beats": [1, 2] }))
        .unwrap();
    library
        .keep_report(&draft, Some(&call), "coverage", &json!({ "pass": true }))
        .unwrap();
    let text = library.draft(&draft).unwrap();
    let word = 0..text.body.ceil_char_boundary(1);
    library
        .add_comment(&draft, text.revision, word, "为什么？", "")
        .unwrap();
    let interview = library.begin_conversation(&draft, "老秦").unwrap();
    library
        .ask(&interview, None, "船呢？", &call, &json!({}))
        .unwrap();
    library
        .depart(&crate::Departure {
            host: "api.example",
            method: "POST",
            path: "/v1/chat/completions",
            purpose: "draft",
            generation_id: Some(&call),
            body: "{\"content\":\"潮水\\n很高\"}".as_bytes(),
            ..crate::Departure::default()
        })
        .unwrap();
    let loose = library
        .begin_generation(&GenerationStart::default())
        .unwrap();
    library.finish_generation(&loose, &end).unwrap();
    library
        .set_setting(&format!("pages:{}", script.id), &json!({ "paper": "a4" }))
        .unwrap();
    library.set_setting("own", &json!([which])).unwrap();
    let other = library.branch(&draft, "b").unwrap();
    let edit = Edit {
        from: 3,
        to: 4,
        insert: "EXT".to_owned(),
    };
    library
        .apply(&other.id, other.revision, &[edit], &typing())
        .unwrap();
    let (mine, theirs) = (
        library.draft(&draft).unwrap(),
        library.draft(&other.id).unwrap(),
    );
    library
        .merge(&draft, mine.revision, &other.id, theirs.revision, &[], None)
        .unwrap();
    let version = library.save_version(&draft, "定稿").unwrap();
    library
        .hide_node(&version.id, which.is_multiple_of(2))
        .unwrap();
    for title in ["CON", "con", "bin", "assets", ""] {
        let made = library
            .create_document(&project.id, DocumentKind::Ads, title, Language::English)
            .unwrap();
        if title == "con" {
            library.delete_document(&made.id).unwrap();
        }
    }
    if which.is_multiple_of(3) {
        library.delete_draft(&other.id).unwrap();
    }
    if which.is_multiple_of(5) {
        library.delete_project(&project.id).unwrap();
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn a_library_goes_out_and_comes_back_the_same(acts in vec(act(), 1..20), which in any::<u8>()) {
        let mut world = World::new();
        for act in &acts {
            world.act(act);
        }
        furnish(&world.library, which);
        // Calls that still run are closed.
        world.act(&Act::Reopen);
        let files = Box::of(&world.library);
        let (_folder, other) = empty();
        let came = files.bring(&other).unwrap();
        prop_assert!(came.documents.iter().all(|document| document.came == Came::PutBack));
        prop_assert_eq!((came.edited, came.views, came.unknown), (vec![], vec![], vec![]));
        prop_assert_eq!(dump(&other), dump(&world.library));
        prop_assert_eq!(other.verify().unwrap().problems, Vec::<String>::new());
        prop_assert_eq!(Box::of(&other), files.clone());
        // Once more, where all of it is.
        let again = files.bring(&other).unwrap();
        prop_assert!(again.documents.iter().all(|document| document.came == Came::WasThere));
        prop_assert_eq!(Box::of(&other), files);
    }

    #[test]
    fn a_broken_archive_brings_nothing_and_never_a_panic(
        which in any::<prop::sample::Index>(),
        at in any::<prop::sample::Index>(),
        bytes in vec(any::<u8>(), 0..4),
        forged in any::<bool>(),
    ) {
        let desk = Desk::new();
        desk.write("Low tide. 潮水");
        desk.library.save_version(&desk.draft, "v").unwrap();
        furnish(&desk.library, 1);
        let mut files = Box::of(&desk.library);
        let paths: Vec<String> = files.0.keys().cloned().collect();
        let path = which.get(&paths).clone();
        let mut content = files.0[&path].clone();
        let at = at.index(content.len() + 1);
        content.splice(at..(at + 2).min(content.len()), bytes);
        if forged && path != MANIFEST {
            files.forge_bytes(&path, content);
        } else {
            files.0.insert(path, content);
        }
        let (_folder, other) = empty();
        let before = Box::of(&other);
        match files.bring(&other) {
            Err(_) => prop_assert_eq!(Box::of(&other), before),
            Ok(_) => prop_assert_eq!(other.verify().unwrap().problems, Vec::<String>::new()),
        }
    }
}

/// Tables and columns that an archive carries, or that are made anew from what it carries.
#[test]
fn every_table_and_column_is_carried_or_made_anew() {
    let (_folder, library) = empty();
    let found: BTreeSet<String> = library
        .read(|c| {
            let sql = "SELECT m.name || '.' || p.name FROM sqlite_schema AS m
                       JOIN pragma_table_info(m.name) AS p
                       WHERE m.type = 'table' AND m.name NOT LIKE 'search%'
                          AND m.name NOT LIKE 'sqlite%' AND m.name NOT LIKE 'meaning%'";
            many(c, sql, [], |row| row.get(0))
        })
        .unwrap()
        .into_iter()
        .collect();
    // Rows that go whole.
    let whole = [
        "projects",
        "documents",
        "generations",
        "departures",
        "stories",
        "comments",
        "reports",
        "conversations",
        "turns",
        "set_aside",
        "settings",
    ];
    let parts = [
        (
            "drafts",
            "key id document_id name revision body_revision created_at updated_at deleted_at
            head_key sha256 sheet spans body",
        ),
        (
            "nodes",
            "key id draft_key parent_key merged_key kind name label text_key characters
            revision written created_at hidden_at",
        ),
        ("journal", "draft_key revision first data"),
        ("texts", "key sha256 bytes base_key run turns data"),
        ("assets", "key sha256 media_type bytes created_at data"),
        ("sent", "key sha256 bytes data"),
        ("project_assets", "key project_id asset_key name created_at"),
    ];
    let known: BTreeSet<String> = parts
        .iter()
        .flat_map(|(table, columns)| {
            columns
                .split_whitespace()
                .map(move |column| format!("{table}.{column}"))
        })
        .collect();
    for column in &found {
        let table = column.split('.').next().unwrap_or_default();
        assert!(
            whole.contains(&table) || known.contains(column),
            "{column}: say how an archive carries it"
        );
    }
}

#[test]
fn a_text_that_was_worked_on_outside_comes_as_an_edit() {
    let desk = Desk::new();
    desk.write("The ferry runs at noon. 潮水很高。");
    let generation = desk.generation("Gulls.");
    let edit = Edit {
        from: 0,
        to: 0,
        insert: "Gulls. ".to_owned(),
    };
    desk.library
        .accept(
            &generation,
            &desk.draft,
            desk.revision(),
            &[edit],
            &[],
            None,
        )
        .unwrap();
    let mut files = Box::of(&desk.library);
    let text = files.text("/main.md").replace("noon", "midnight");
    files.put_text(
        "/main.md",
        &format!("\u{feff}{}\n", text.replace('\n', "\r\n")),
    );
    let sheet = files.text("Tide/main.json").replace("\"Tide\"", "\"Ebb\"");
    files.put_text("Tide/main.json", &sheet);
    // Into another library ...
    let (_folder, other) = empty();
    let came = files.bring(&other).unwrap();
    assert_eq!(
        came.edited,
        [
            "projects/Coast/Tide/main.md",
            "projects/Coast/Tide/main.json"
        ]
    );
    let check = |library: &Library| {
        let draft = library.draft(&desk.draft).unwrap();
        assert_eq!(draft.body, "Gulls. The ferry runs at midnight. 潮水很高。");
        assert_eq!(draft.title, "Ebb");
        let imported: Vec<String> = library
            .spans(&desk.draft)
            .unwrap()
            .into_iter()
            .filter(|span| matches!(span.origin, Origin::Imported { .. }))
            .map(|span| draft.body[span.range].to_owned())
            .collect();
        assert_eq!(imported, ["midnight"]);
        assert!(
            library
                .spans(&desk.draft)
                .unwrap()
                .iter()
                .any(|span| span.origin
                    == Origin::Generated {
                        generation_id: generation.clone()
                    })
        );
        let last = &library.operations(&desk.draft, 1).unwrap()[0];
        assert_eq!(last.operation.kind, OperationKind::Import);
        assert_eq!(library.verify().unwrap().problems, Vec::<String>::new());
    };
    check(&other);
    other
        .undo(&desk.draft, other.draft(&desk.draft).unwrap().revision)
        .unwrap();
    assert_eq!(other.draft(&desk.draft).unwrap().body, desk.body());
    assert_eq!(other.draft(&desk.draft).unwrap().title, "Tide");
    // ... and into the one it came from.
    let came = files.bring(&desk.library).unwrap();
    assert_eq!(came.documents[0].came, Came::Edited);
    check(&desk.library);
}

#[test]
fn what_was_worked_on_both_here_and_outside_goes_together_or_stands_beside() {
    let desk = Desk::new();
    desk.write("The ferry runs at noon. It rains.\n");
    let mut files = Box::of(&desk.library);
    files.put_text("/main.md", "The ferry runs at midnight. It rains.\n");
    // Here another sentence was changed.
    desk.write("The ferry runs at noon. It snows.\n");
    let came = files.bring(&desk.library).unwrap();
    assert_eq!(came.documents[0].came, Came::Edited);
    assert_eq!(desk.body(), "The ferry runs at midnight. It snows.\n");
    // Once more, and after more work, it does not come again.
    assert_eq!(
        files.bring(&desk.library).unwrap().documents[0].came,
        Came::WasThere
    );
    let text = desk.body();
    let edit = Edit {
        from: text.len(),
        to: text.len(),
        insert: "More.\n".to_owned(),
    };
    desk.library
        .apply(&desk.draft, desk.revision(), &[edit], &typing())
        .unwrap();
    let again = files.bring(&desk.library).unwrap();
    assert_eq!(
        desk.body(),
        "The ferry runs at midnight. It snows.\nMore.\n"
    );
    assert_eq!(
        desk.library.drafts(&desk.document).unwrap().len(),
        1,
        "{again:?}"
    );
    // The same sentence: both stay, and can be merged by hand.
    files.put_text("/main.md", "The ferry runs at dawn. It rains.\n");
    let came = files.bring(&desk.library).unwrap();
    assert_eq!(came.documents[0].came, Came::AsDrafts);
    let drafts = desk.library.drafts(&desk.document).unwrap();
    assert_eq!(drafts[1].name, "main · 2026-11-27");
    assert_eq!(
        desk.library.draft(&drafts[1].id).unwrap().body,
        "The ferry runs at dawn. It rains.\n"
    );
    assert_eq!(
        desk.body(),
        "The ferry runs at midnight. It snows.\nMore.\n"
    );
    assert_eq!(
        desk.library.verify().unwrap().problems,
        Vec::<String>::new()
    );
}

#[test]
fn what_was_emptied_outside_stays_and_views_and_strangers_are_named() {
    struct Counted;
    impl Views for Counted {
        fn of_draft(&self, draft: &ArchivedText<'_>) -> Vec<(&'static str, Vec<u8>)> {
            vec![("count", draft.body.len().to_string().into_bytes())]
        }
        fn index(&self, projects: &[ArchivedProject]) -> Vec<(&'static str, Vec<u8>)> {
            vec![("index.html", format!("{projects:?}").into_bytes())]
        }
    }
    let desk = Desk::new();
    desk.write("Low tide.");
    let mut files = Box::default();
    desk.library
        .archive(&Scope::Library, &mut files, &Counted, &mut |_| {
            ControlFlow::Continue(())
        })
        .unwrap();
    assert_eq!(files.text("main.count"), "9");
    files.put_text("main.count", "10");
    files.put_text("main.md", "\n");
    files.0.remove("index.html");
    files.0.insert("notes.txt".to_owned(), vec![1]);
    let (_folder, other) = empty();
    let came = files.bring(&other).unwrap();
    assert_eq!(came.emptied, ["projects/Coast/Tide/main.md"]);
    assert_eq!(came.views, ["index.html", "projects/Coast/Tide/main.count"]);
    assert_eq!(came.unknown, ["notes.txt"]);
    assert_eq!(other.draft(&desk.draft).unwrap().body, "Low tide.");
    assert_eq!(came.edited, Vec::<String>::new());
}

#[test]
fn one_document_and_one_project_go_alone() {
    let desk = Desk::new();
    desk.write("Low tide.");
    furnish(&desk.library, 1);
    let files = Box::scope(
        &desk.library,
        &Scope::Documents(vec![desk.document.clone()]),
    );
    assert!(
        !files
            .0
            .keys()
            .any(|path| path.contains("海岸") || path.contains("settings"))
    );
    let (_folder, other) = empty();
    files.bring(&other).unwrap();
    assert_eq!(other.draft(&desk.draft).unwrap().body, "Low tide.");
    assert_eq!(other.projects().unwrap().len(), 1);
    let project = desk.library.projects().unwrap()[1].id.clone();
    // What is set for a project goes with it, and what is set there already stays.
    let masked = format!("masking:{project}");
    desk.library
        .set_setting(&masked, &json!({ "on": true }))
        .unwrap();
    let files = Box::scope(&desk.library, &Scope::Projects(vec![project.clone()]));
    files.bring(&other).unwrap();
    assert_eq!(other.assets(&project).unwrap().len(), 2);
    assert_eq!(other.setting(&masked).unwrap(), Some(json!({ "on": true })));
    let again = Box::scope(&other, &Scope::Projects(vec![project]));
    assert_eq!(again, files);
    other.set_setting(&masked, &json!({ "on": false })).unwrap();
    files.bring(&other).unwrap();
    assert_eq!(
        other.setting(&masked).unwrap(),
        Some(json!({ "on": false }))
    );
    for scope in [
        Scope::Documents(vec!["x".to_owned()]),
        Scope::Projects(vec!["x".to_owned()]),
    ] {
        let error = desk
            .library
            .archive(&scope, &mut Box::default(), &(), &mut |_| {
                ControlFlow::Continue(())
            });
        assert!(matches!(
            error.unwrap_err(),
            ArchiveError::Library(LibraryError::NotFound { .. })
        ));
    }
}

#[test]
fn what_went_another_way_comes_beside_and_what_is_older_does_not() {
    let desk = Desk::new();
    desk.write("One.");
    let (_folder, other) = empty();
    Box::of(&desk.library).bring(&other).unwrap();
    let old = Box::of(&desk.library);
    desk.write("Two.");
    // What the archive has is a step of the way here.
    let came = old.bring(&desk.library).unwrap();
    assert_eq!(came.documents[0].came, Came::WasThere);
    assert_eq!(desk.body(), "Two.");
    // There it went another way.
    let edit = Edit {
        from: 0,
        to: 4,
        insert: "Three.".to_owned(),
    };
    let paste = Operation {
        kind: OperationKind::Paste,
        origin: Origin::Pasted,
    };
    other.apply(&desk.draft, 1, &[edit], &paste).unwrap();
    other.save_version(&desk.draft, "v").unwrap();
    let came = Box::of(&other).bring(&desk.library).unwrap();
    assert_eq!(came.documents[0].came, Came::AsCopy);
    assert_ne!(came.documents[0].document_id, desk.document);
    let copy = &desk.library.drafts(&came.documents[0].document_id).unwrap()[0];
    assert_eq!(copy.name, "main · 2026-11-27");
    assert_eq!(desk.library.draft(&copy.id).unwrap().body, "Three.");
    assert_eq!(
        desk.library.history(&copy.id).unwrap().len(),
        other.history(&desk.draft).unwrap().len()
    );
    assert_eq!(desk.body(), "Two.");
    assert_eq!(
        desk.library.verify().unwrap().problems,
        Vec::<String>::new()
    );
}

/// What the archive is refused with, after a change, and nothing came.
fn refused(change: impl FnOnce(&mut Box)) -> ArchiveError {
    let desk = Desk::new();
    desk.write("Low tide.");
    desk.library.save_version(&desk.draft, "v").unwrap();
    desk.write("High tide.");
    desk.library.save_version(&desk.draft, "w").unwrap();
    let mut files = Box::of(&desk.library);
    change(&mut files);
    let (_folder, other) = empty();
    let error = files.bring(&other).unwrap_err();
    assert!(other.projects().unwrap().is_empty(), "{error}");
    error
}

fn list(files: &mut Box, change: impl FnOnce(&mut Value)) {
    let mut list: Value = serde_json::from_slice(&files.0[MANIFEST]).unwrap();
    change(&mut list);
    files
        .0
        .insert(MANIFEST.to_owned(), serde_json::to_vec(&list).unwrap());
}

#[test]
fn hostile_and_damaged_archives_are_refused_by_name() {
    use ArchiveError::*;
    assert_eq!(refused(|files| drop(files.0.remove(MANIFEST))), NoArchive);
    assert_eq!(
        refused(|f| list(f, |list| list["format"] = "zip".into())),
        NoArchive
    );
    assert_eq!(
        refused(|f| list(f, |list| list["version"] = 9.into())),
        Newer { found: 9, known: 1 }
    );
    let path = "projects/Coast/Tide/record/history.json".to_owned();
    assert_eq!(
        refused(|f| drop(f.0.remove(&path))),
        Missing { path: path.clone() }
    );
    let text = "projects/Coast/Tide/main.md".to_owned();
    assert_eq!(
        refused(|f| drop(f.0.remove(&text))),
        Missing { path: text.clone() }
    );
    let changed = refused(|f| f.put_text("history.json", "[]"));
    assert_eq!(changed, Changed { path: path.clone() });
    for bad in [
        "../x",
        "/etc/passwd",
        "C:/x",
        "a\\b",
        "a/../../b",
        "con/x",
        "MANIFEST.JSON",
    ] {
        let error = refused(|f| list(f, |list| list["files"][0]["path"] = bad.into()));
        assert_eq!(
            error,
            BadPath {
                path: bad.to_owned()
            }
        );
    }
    let twice = refused(|f| {
        list(f, |list| {
            list["files"][1]["path"] = list["files"][0]["path"].clone()
        });
    });
    assert!(matches!(twice, BadPath { .. }), "{twice}");
    let huge = refused(|f| list(f, |list| list["files"][0]["bytes"] = (1_u64 << 40).into()));
    assert!(matches!(huge, TooLarge { .. }), "{huge}");
    let bytes = refused(|f| {
        f.0.insert(text.clone(), vec![0xff, 0xfe, 0x41])
            .map_or((), drop)
    });
    assert!(matches!(bytes, Broken { .. }), "{bytes}");

    // With hashes that fit.
    let forged = |end: &'static str, change: fn(&mut Value)| {
        let error = refused(move |files| files.forge(end, change));
        assert!(
            matches!(error, Broken { .. } | Missing { .. }),
            "{end}: {error}"
        );
    };
    let history = "history.json";
    forged(history, |nodes| nodes[0]["parent"] = nodes[0]["id"].clone());
    forged(history, |nodes| nodes[0]["parent"] = nodes[1]["id"].clone());
    forged(history, |nodes| nodes[1]["since"] = nodes[1]["id"].clone());
    forged(history, |nodes| nodes[0]["sha256"] = "00".into());
    forged(history, |nodes| nodes[0]["draft"] = "x".into());
    forged(history, |nodes| nodes[1]["id"] = nodes[0]["id"].clone());
    forged(history, |nodes| nodes[0]["spans"] = json!([]));
    forged(history, |nodes| *nodes = json!([]));
    let journal = "journal.json";
    forged(journal, |entries| entries[0]["revision"] = 2.into());
    forged(journal, |entries| entries[1]["stands"] = json!([7, 0, 7]));
    forged(journal, |entries| entries[1]["before"] = json!([2, 0]));
    forged(journal, |entries| {
        entries[1]["edits"][0]["at"] = u64::MAX.into()
    });
    forged(journal, |entries| {
        entries[1]["edits"][0]["insert"] = "Other".into()
    });
    forged(journal, |entries| {
        drop(entries.as_array_mut().unwrap().pop())
    });
    let record = "document.json";
    forged(record, |record| record["drafts"] = json!([]));
    forged(record, |record| record["drafts"][0]["sha256"] = "00".into());
    forged(record, |record| record["drafts"][0]["head"] = "x".into());
    forged(record, |record| {
        record["drafts"][0]["file"] = "../../main.md".into()
    });
    forged(record, |record| record["drafts"][0]["sheet"] = "{".into());
    forged(record, |record| {
        record["drafts"][0]["spans"][0]["bytes"] = 3.into()
    });
    forged(record, |record| record["document"]["kind"] = "poem".into());
    forged(record, |record| record["document"]["extra"] = 1.into());
    forged(record, |record| record["document"]["id"] = "x".into());
    forged("project.json", |record| {
        record["project"]["privacy"] = "none".into()
    });
    forged("project.json", |record| {
        record["project"]["name"] = json!(null)
    });
}

#[test]
fn stopping_brings_nothing() {
    let desk = Desk::new();
    desk.write("Low tide.");
    let stop = &mut |_: ArchiveProgress| ControlFlow::Break(());
    let out = desk
        .library
        .archive(&Scope::Library, &mut Box::default(), &(), stop);
    assert_eq!(out.unwrap_err(), ArchiveError::Stopped);
    let mut files = Box::of(&desk.library);
    let mut steps = 0;
    let (_folder, other) = empty();
    let steps_in_all = files.0.len() as u64;
    for stop_at in 1..=steps_in_all {
        steps = 0;
        let stopped = other.bring_archive(&mut files, "", &mut |progress| {
            assert!(progress.done <= progress.total);
            steps += 1;
            match steps == stop_at {
                true => ControlFlow::Break(()),
                false => ControlFlow::Continue(()),
            }
        });
        assert_eq!(stopped.unwrap_err(), ArchiveError::Stopped);
        assert!(other.projects().unwrap().is_empty());
    }
    assert!(steps > 0);
}

#[test]
fn a_damaged_text_is_left_out_and_named() {
    let desk = Desk::new();
    desk.write("Low tide.");
    let bad = desk.library.save_version(&desk.draft, "v").unwrap();
    desk.write("High tide.");
    desk.library.save_version(&desk.draft, "w").unwrap();
    desk.library
        .connection()
        .execute(
            "UPDATE texts SET sha256 = zeroblob(32) WHERE key = (SELECT min(key) FROM texts)",
            [],
        )
        .unwrap();
    let mut files = Box::default();
    let done = desk
        .library
        .archive(&Scope::Library, &mut files, &(), &mut |_| {
            ControlFlow::Continue(())
        })
        .unwrap();
    assert_eq!(done.unreadable.len(), 1, "{:?}", done.unreadable);
    assert!(done.unreadable[0].contains(&bad.id));
    let (_folder, other) = empty();
    files.bring(&other).unwrap();
    assert_eq!(other.draft(&desk.draft).unwrap().body, "High tide.");
    assert_eq!(other.history(&desk.draft).unwrap().len(), 1);
    assert_eq!(other.verify().unwrap().problems, Vec::<String>::new());
}
