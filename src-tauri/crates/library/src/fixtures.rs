//! Libraries as released programs left them, with what was in them written down by those programs.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use crate::testing::open;
use crate::{HistoryNode, Library, Origin, Span};

fn expected(format: u32) -> Value {
    let path = format!("tests/fixtures/format-{format}.json");
    let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap();
    serde_json::from_str(&text).unwrap()
}

/// A copy of the fixture, opened by this program.
pub(crate) fn opened(format: u32, folder: &Path) -> Library {
    let name = format!("format-{format}.inkstone");
    let from = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/fixtures")
        .join(&name);
    fs::copy(from, folder.join(&name)).unwrap();
    open(&folder.join(&name))
}

/// The spans as format 5 kept them with a node.
fn runs(spans: &[Span]) -> Value {
    let run = |span: &Span| {
        let origin = match &span.origin {
            Origin::Typed => "typed".to_owned(),
            Origin::Pasted => "pasted".to_owned(),
            Origin::Imported { .. } => "imported".to_owned(),
            Origin::Filled { generation_id } => format!("filled:{generation_id}"),
            Origin::Generated { generation_id } => format!("generated:{generation_id}"),
        };
        json!([span.range.len(), origin, span.edited])
    };
    spans.iter().map(run).collect()
}

fn of<'a>(value: &'a Value, names: &[&str]) -> Vec<&'a Value> {
    names.iter().map(|name| &value[*name]).collect()
}

fn value(of: &impl serde::Serialize) -> Value {
    serde_json::to_value(of).unwrap()
}

/// A list as format 5 had it: what came since has to be empty.
fn as_then(mut all: Value, since: &[(&str, Value)]) -> Value {
    for one in all.as_array_mut().into_iter().flatten() {
        for (name, empty) in since {
            assert_eq!(&one[*name], empty, "{name}");
            one.as_object_mut().unwrap().remove(*name);
        }
    }
    all
}

#[test]
fn format_5_comes_over_with_nothing_lost() {
    let folder = tempfile::tempdir().unwrap();
    let library = opened(5, folder.path());
    let expected = expected(5);
    let project = [("chains", json!({})), ("budget", Value::Null)];
    let departure = [
        ("method", json!("")),
        ("path", json!("")),
        ("status", Value::Null),
        ("failure", Value::Null),
        ("masked", json!(false)),
        ("sha256", Value::Null),
        ("kept", json!(false)),
    ];
    let mut ledger = value(&library.ledger(9).unwrap());
    for entry in ledger.as_array_mut().unwrap() {
        // The project is found by the generation when the format changes.
        let project = entry.as_object_mut().unwrap().remove("project_id");
        assert!(project.unwrap().is_string());
    }
    for (name, found) in [
        (
            "projects",
            as_then(value(&library.projects().unwrap()), &project),
        ),
        (
            "deleted_projects",
            as_then(value(&library.deleted_projects().unwrap()), &project),
        ),
        (
            "deleted_documents",
            value(&library.deleted_documents().unwrap()),
        ),
        ("ledger", as_then(ledger, &departure)),
    ] {
        assert_eq!(found, expected[name], "{name}");
    }
    let mut kept = 0;
    for was in expected["drafts"].as_array().unwrap() {
        let id = was["draft"]["id"].as_str().unwrap();
        let draft = library.draft(id).unwrap();
        // Title and fields lay with the document.
        assert_eq!(value(&draft.title), was["title"]);
        assert_eq!(draft.fields, was["fields"]);
        let names = [
            "id",
            "document_id",
            "name",
            "body",
            "revision",
            "created_at",
            "updated_at",
        ];
        assert_eq!(of(&value(&draft), &names), of(&was["draft"], &names));
        assert_eq!(value(&library.spans(id).unwrap()), was["spans"]);
        let document = library.document(was["document"].as_str().unwrap()).unwrap();
        assert_eq!(value(&document.title), was["title"]);

        let operations = value(&library.operations(id, 9_999).unwrap());
        let operations = operations.as_array().unwrap();
        let old = was["operations"].as_array().unwrap();
        assert_eq!(operations.len(), old.len());
        let names = [
            "draft_id",
            "revision",
            "operation",
            "edits",
            "inverse",
            "created_at",
        ];
        for (operation, old) in operations.iter().zip(old) {
            assert_eq!(of(operation, &names), of(old, &names));
        }

        let nodes: Vec<HistoryNode> = library.history(id).unwrap();
        let old = was["history"].as_array().unwrap();
        assert_eq!(nodes.len(), old.len());
        for (node, old) in nodes.iter().zip(old) {
            let names = [
                "id",
                "draft_id",
                "parent_id",
                "kind",
                "name",
                "label",
                "characters",
                "created_at",
            ];
            assert_eq!(of(&value(node), &names), of(&old["node"], &names));
            let state = library.node_state(&node.id).unwrap();
            assert_eq!(value(&state.body), old["text"]);
            assert_eq!(runs(&state.spans), old["runs"]);
            assert_eq!(value(&state.title), was["title"]);
            assert_eq!(state.fields, was["fields"]);
            kept += 1;
        }

        let call = [
            ("price_json", Value::Null),
            ("prompt_estimate", Value::Null),
            ("facts_json", json!("{}")),
        ];
        let generations = as_then(value(&library.generations(id).unwrap()), &call);
        let mut old = was["generations"].clone();
        // What was running then was cut off by opening it.
        for generation in old.as_array_mut().unwrap() {
            if generation["end"].is_null() {
                generation["end"] = generations
                    .as_array()
                    .unwrap()
                    .iter()
                    .find(|new| new["id"] == generation["id"])
                    .unwrap()["end"]
                    .clone();
                assert_eq!(generation["end"]["finish_reason"], "interrupted");
            }
        }
        assert_eq!(generations, old);
    }
    assert!(kept > 40, "{kept}");
    assert_eq!(library.search_texts("Pending", 9).unwrap().len(), 1);
    assert_eq!(library.verify().unwrap().problems, Vec::<String>::new());
}

#[test]
fn what_was_done_under_format_5_can_be_undone_to_the_first_word() {
    let folder = tempfile::tempdir().unwrap();
    let library = opened(5, folder.path());
    for was in expected(5)["drafts"].as_array().unwrap() {
        let id = was["draft"]["id"].as_str().unwrap();
        let before = library.draft(id).unwrap();
        let spans = library.spans(id).unwrap();
        let mut steps = 0;
        while library
            .undo(id, library.draft(id).unwrap().revision)
            .unwrap()
            .is_some()
        {
            steps += 1;
        }
        let branched = was["history"]
            .as_array()
            .unwrap()
            .iter()
            .find(|node| node["node"]["label"] == "branch");
        let first = branched.map_or("", |node| node["text"].as_str().unwrap());
        assert_eq!(library.draft(id).unwrap().body, first);
        for _ in 0..steps {
            library
                .redo(id, library.draft(id).unwrap().revision)
                .unwrap()
                .unwrap();
        }
        assert_eq!(library.draft(id).unwrap().body, before.body);
        assert_eq!(library.spans(id).unwrap(), spans);
    }
    assert_eq!(library.verify().unwrap().problems, Vec::<String>::new());
}
