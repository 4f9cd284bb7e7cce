//! Searching as a person does.

use inkstone_manuscript::{DocumentKind, Language};

use super::*;
use crate::testing::Desk;

fn at(desk: &Desk, query: &str) -> Option<usize> {
    let hits = desk.library.search_texts(query, 9).unwrap();
    assert!(hits.len() <= 1, "{query}: {hits:?}");
    hits.first().map(|hit| hit.at)
}

#[test]
fn two_characters_of_chinese_are_enough() {
    let desk = Desk::new();
    desk.write("夜里潮水很高，渔船没有出海。");
    for (query, place) in [
        ("潮水", Some(6)),
        ("海", Some(36)),
        ("潮水很高", Some(6)),
        ("渔船 潮水", Some(21)),
        ("潮船", None),
        ("潮水 汽车", None),
    ] {
        assert_eq!(at(&desk, query), place, "{query}");
    }
}

#[test]
fn english_is_found_in_any_case_by_all_words_and_inside_words() {
    let desk = Desk::new();
    desk.write("The Harbour master closed the gates at nine.");
    for (query, place) in [
        ("harbour", Some(4)),
        ("HARBOUR MASTER", Some(4)),
        ("gates harbour", Some(30)),
        ("arbo", Some(4 + 1)),
        ("at", Some(36)),
        ("harbour storm", None),
        ("harbour xq", None),
    ] {
        assert_eq!(at(&desk, query), place, "{query}");
    }
}

#[test]
fn signs_that_mean_something_to_the_index_are_text() {
    let desk = Desk::new();
    desk.write("He said \"100% (AND more)\" to C:\\new_dir* -- twice.");
    for query in [
        "\"100%", "0%", "(and", "c:\\new", "_d", "\\n", "dir*", "--", "AND", "\"", "*",
    ] {
        assert!(at(&desk, query).is_some(), "{query}");
    }
    for query in ["__", "%_", "NEAR", "title:", "%\\"] {
        assert_eq!(at(&desk, query), None, "{query}");
    }
    for query in ["", "  \n", "\0"] {
        assert!(desk.library.search_texts(query, 9).unwrap().is_empty());
    }
    let enormous = "(\" ".repeat(100_000) + &"x".repeat(1_000_000);
    assert!(desk.library.search_texts(&enormous, 9).unwrap().is_empty());
}

#[test]
fn the_present_text_and_title_are_what_is_searched() {
    let desk = Desk::new();
    desk.write("First words.");
    assert!(at(&desk, "first").is_some());
    desk.write("Second words.");
    assert_eq!((at(&desk, "first"), at(&desk, "second")), (None, Some(0)));
    assert!(at(&desk, "tide").is_some(), "the title");
    desk.library
        .rename_document(&desk.document, "海岸来信")
        .unwrap();
    assert_eq!(at(&desk, "tide"), None);
    assert!(at(&desk, "海岸来信").is_some() && at(&desk, "来信").is_some());
    let both = desk.library.search_texts("海岸来 second", 9).unwrap();
    assert_eq!((both.len(), both[0].snippet.as_str()), (1, "Second words."));
}

#[test]
fn a_deleted_draft_is_not_found_and_a_limit_holds() {
    let desk = Desk::new();
    desk.write("Words to find.");
    let branch = desk.library.branch(&desk.draft, "b").unwrap();
    assert_eq!(desk.library.search_texts("find", 9).unwrap().len(), 2);
    assert_eq!(desk.library.search_texts("find", 1).unwrap().len(), 1);
    assert_eq!(desk.library.search_texts("to", 1).unwrap().len(), 1);
    desk.library.delete_draft(&branch.id).unwrap();
    let hits = desk.library.search_texts("find", 9).unwrap();
    assert_eq!((hits.len(), &hits[0].draft_id), (1, &desk.draft));
    assert_eq!(
        (&hits[0].document_id, &hits[0].project_id),
        (&desk.document, &desk.project)
    );
    assert_eq!(
        (hits[0].title.as_str(), hits[0].kind),
        ("Tide", DocumentKind::News)
    );
}

#[test]
fn a_title_weighs_more_than_a_text() {
    let desk = Desk::new();
    desk.write("A storm, and the storm after the storm.");
    let other = desk
        .library
        .create_document(
            &desk.project,
            DocumentKind::News,
            "Storm",
            Language::English,
        )
        .unwrap();
    let hits = desk.library.search_texts("storm", 9).unwrap();
    let order: Vec<_> = hits.into_iter().map(|hit| hit.document_id).collect();
    assert_eq!(order, [other.id, desk.document]);
}

#[test]
fn english_is_found_in_every_form_and_as_it_is_typed() {
    let desk = Desk::new();
    desk.write("The ferries were running; nobody hoped. A ferryman's children waited.");
    for (query, place) in [
        ("ferry", Some((4, 7))),
        ("runs ", Some((17, 7))),
        ("hoping", Some((33, 5))),
        ("runnin", Some((17, 7))),
        ("ferries r", Some((4, 7))),
        ("\"were running\"", Some((12, 12))),
        ("\"were runn", Some((12, 12))),
        ("\"were run\"", None),
        ("\"ferry\" boats", None),
        ("ferry -children", None),
        ("ferry -waiting", None),
        ("ferry -lorries", Some((4, 7))),
        ("ferry -\"children were\"", Some((4, 7))),
        ("ｆｅｒｒｙ", Some((4, 7))),
    ] {
        let hits = desk.library.search_texts(query, 9).unwrap();
        let found = hits.first().map(|hit| (hit.at, hit.length));
        assert_eq!(found, place, "{query}");
    }
}

#[test]
fn what_waits_is_found_before_it_is_indexed() {
    let desk = Desk::new();
    desk.write(&"夜里潮水很高。".repeat(20_000));
    let mut drafts = vec![desk.draft.clone()];
    for number in 0..3 {
        let draft = desk
            .library
            .branch(&desk.draft, &number.to_string())
            .unwrap();
        drafts.push(draft.id);
    }
    let hits = desk.library.search_texts("潮水", 9).unwrap();
    assert_eq!(hits.len(), 4);
    assert!(desk.library.read(waits).unwrap(), "not all at once");
    while desk.library.index_some(1).unwrap() {}
    assert_eq!(desk.library.search_texts("潮水", 9).unwrap().len(), 4);
    desk.library
        .read(|c| {
            assert_eq!(problems(c)?, Vec::<String>::new());
            Ok(())
        })
        .unwrap();
}

fn ask(desk: &Desk, query: SearchQuery) -> SearchPage {
    while desk.library.index_some(1 << 20).unwrap() {}
    desk.library.search(&query).unwrap()
}

fn history(text: &str) -> SearchQuery {
    let places = Places {
        texts: false,
        fields: false,
        history: true,
    };
    SearchQuery {
        places,
        ..SearchQuery::of(text)
    }
}

/// Name of the node, and whether the text still has it.
fn kept(page: &SearchPage) -> Vec<(Option<&str>, Still)> {
    let hits = page.groups.iter().flat_map(|group| &group.hits);
    hits.filter_map(|hit| match &hit.found_in {
        FoundIn::History { name, still, .. } => Some((name.as_deref(), *still)),
        _ => None,
    })
    .collect()
}

#[test]
fn what_was_kept_is_found_and_whether_it_still_stands() {
    let desk = Desk::new();
    desk.write("夜里潮水很高。\n\nThe gates stay shut.");
    desk.library.save_version(&desk.draft, "first").unwrap();
    desk.write("夜里潮水很低。\n\nThe gates stay shut.");
    desk.library.save_version(&desk.draft, "second").unwrap();
    for (query, expected) in [
        ("潮水很高", vec![(Some("first"), Still::Gone)]),
        ("shut", vec![(Some("second"), Still::Passage)]),
        (
            "夜里",
            vec![
                (Some("first"), Still::Words),
                (Some("second"), Still::Passage),
            ],
        ),
        ("夜里 gates", vec![]),
        ("夜里 -很高", vec![(Some("second"), Still::Passage)]),
    ] {
        assert_eq!(kept(&ask(&desk, history(query))), expected, "{query}");
    }
    // With the texts, what still stands is shown where it stands.
    let page = ask(&desk, SearchQuery::of("夜里"));
    assert_eq!(kept(&page), [(Some("first"), Still::Words)]);
    assert_eq!(page.groups[0].in_history.count, 1);
    assert_eq!(page.groups[0].hits[0].found_in, FoundIn::Text);
    let page = ask(&desk, SearchQuery::of("潮水很高"));
    assert_eq!((page.documents.count, page.unread), (1, 0));
    assert_eq!(page.groups[0].hits[0].at, Some(6..18));
    assert_eq!(page.groups[0].hits[0].line, "夜里潮水很高。");
}

#[test]
fn the_named_version_that_has_it_is_shown_and_hidden_ones_are_not() {
    let desk = Desk::new();
    let library = &desk.library;
    desk.write("A storm came.");
    let first = library.save_version(&desk.draft, "storm").unwrap();
    for word in ["One", "Two", "Three"] {
        desk.write(&format!("A storm came.\n\n{word}."));
        library.snapshot(&desk.draft).unwrap();
    }
    desk.write("Calm.");
    library.snapshot(&desk.draft).unwrap();
    let page = ask(&desk, history("storm"));
    assert_eq!(kept(&page), [(Some("storm"), Still::Gone)]);
    library.hide_node(&first.id, true).unwrap();
    let page = ask(&desk, history("storm"));
    assert_eq!(kept(&page), [(None, Still::Gone)]);
    let until = |until| SearchQuery {
        until: Some(until),
        ..history("storm")
    };
    assert_eq!(ask(&desk, until(first.created_at)).groups, []);
    assert_eq!(ask(&desk, until(first.created_at + 1)).groups, [], "hidden");
    library.hide_node(&first.id, false).unwrap();
    assert_eq!(ask(&desk, until(first.created_at + 1)).groups.len(), 1);
}

#[test]
fn a_history_goes_with_its_draft_and_a_new_node_with_an_old_key_is_read() {
    let desk = Desk::new();
    let library = &desk.library;
    desk.write("Common words.");
    let branch = library.branch(&desk.draft, "b").unwrap();
    let revision = library.draft(&branch.id).unwrap().revision;
    let edit = crate::Edit {
        from: 0,
        to: 0,
        insert: "Secret words. ".to_owned(),
    };
    library
        .apply(&branch.id, revision, &[edit], &crate::testing::typing())
        .unwrap();
    library.save_version(&branch.id, "v").unwrap();
    assert_eq!(ask(&desk, history("secret")).groups.len(), 1);
    library.delete_draft(&branch.id).unwrap();
    assert_eq!(ask(&desk, history("secret")).groups, []);
    library.empty_bin().unwrap();
    let count = |sql: &str| -> u32 {
        let connection = library.connection();
        connection.query_row(sql, [], |row| row.get(0)).unwrap()
    };
    assert_eq!(
        count("SELECT count(*) FROM search_forms WHERE word = 'secret'"),
        0
    );
    desk.write("Later words.");
    library.save_version(&desk.draft, "later").unwrap();
    desk.write("Other.");
    let page = ask(&desk, history("later"));
    assert_eq!(kept(&page), [(Some("later"), Still::Gone)]);
    assert_eq!(library.verify().unwrap().problems, Vec::<String>::new());
}

#[test]
fn kept_texts_that_wait_are_counted_and_steps_come_to_an_end() {
    let desk = Desk::new();
    for number in 0..6 {
        desk.write(&format!("潮水{number}。\n").repeat(9_000));
        desk.library.save_version(&desk.draft, "v").unwrap();
    }
    let page = desk.library.search(&SearchQuery::of("潮水0")).unwrap();
    assert!(page.unread > 0);
    assert_eq!(ask(&desk, SearchQuery::of("潮水0")).unread, 0);
    assert_eq!(ask(&desk, history("潮水0")).groups.len(), 1);
}

#[test]
fn a_damaged_text_stops_no_search() {
    let desk = Desk::new();
    desk.write("A storm came.");
    desk.library.save_version(&desk.draft, "v").unwrap();
    desk.write("Calm.");
    assert_eq!(ask(&desk, history("storm")).groups.len(), 1);
    desk.library
        .connection()
        .execute("UPDATE texts SET data = x'00'", [])
        .unwrap();
    let page = ask(&desk, history("storm"));
    assert!(page.groups.iter().all(|group| group.hits.is_empty()));
    desk.library
        .write(|tx| super::rebuild(tx).map(drop))
        .unwrap();
    assert_eq!(ask(&desk, history("storm")).groups, []);
}

#[test]
fn fields_and_notes_are_found() {
    let desk = Desk::new();
    let library = &desk.library;
    let fields = serde_json::json!({ "brief": { "angle": "渔民的声音", "facts": ["Nine boats"] } });
    library.set_fields(&desk.draft, &fields).unwrap();
    let report = serde_json::json!({ "strengths": ["A vivid harbour"] });
    let report = library
        .keep_report(&desk.draft, None, "coverage", &report)
        .unwrap();
    let answer = desk.generation("I hid the letter.");
    let interview = library.begin_conversation(&desk.draft, "ANNA").unwrap();
    library
        .ask(&interview, None, "Where is it?", &answer, &fields)
        .unwrap();
    let found = |query: &str| -> Vec<FoundIn> {
        let page = ask(&desk, SearchQuery::of(query));
        let hits = page.groups.into_iter().flat_map(|group| group.hits);
        hits.map(|hit| hit.found_in).collect()
    };
    let field = |name: &str| FoundIn::Field {
        name: name.to_owned(),
    };
    let said = |answer| FoundIn::Interview {
        id: interview.clone(),
        character: "ANNA".to_owned(),
        answer,
    };
    assert_eq!(found("渔民"), [field("brief.angle")]);
    assert_eq!(found("boat"), [field("brief.facts.0")]);
    assert_eq!(found("vivid"), [FoundIn::Report { id: report.clone() }]);
    assert_eq!(found("letter"), [said(true)]);
    assert_eq!(found("where is"), [said(false)]);
    assert_eq!(found("\"声音 nine\""), [], "fields are apart");
    library.delete_report(&report).unwrap();
    assert_eq!(found("vivid"), []);
    library.delete_conversation(&interview).unwrap();
    assert_eq!(found("letter"), []);
    library
        .set_fields(&desk.draft, &serde_json::json!({}))
        .unwrap();
    assert_eq!(found("渔民"), []);
    assert_eq!(library.verify().unwrap().problems, Vec::<String>::new());
}

#[test]
fn an_answer_is_found_once_it_is_whole() {
    let desk = Desk::new();
    let library = &desk.library;
    let start = crate::GenerationStart {
        task: "interview".to_owned(),
        ..crate::GenerationStart::default()
    };
    let answer = library.begin_generation(&start).unwrap();
    let interview = library.begin_conversation(&desk.draft, "ANNA").unwrap();
    library
        .ask(&interview, None, "Where?", &answer, &serde_json::json!({}))
        .unwrap();
    assert_eq!(ask(&desk, SearchQuery::of("lighthouse")).groups, []);
    library
        .append_output(&answer, "In the lighthouse.", 4)
        .unwrap();
    let end = crate::GenerationEnd {
        finish_reason: "stop".to_owned(),
        ..crate::GenerationEnd::default()
    };
    library.finish_generation(&answer, &end).unwrap();
    assert_eq!(ask(&desk, SearchQuery::of("lighthouse")).groups.len(), 1);
    assert_eq!(library.verify().unwrap().problems, Vec::<String>::new());
}

#[test]
fn a_search_is_narrowed_by_project_kind_time_and_origin() {
    let desk = Desk::new();
    let library = &desk.library;
    desk.write("A storm typed.");
    let paste = crate::Operation {
        kind: crate::OperationKind::Paste,
        origin: crate::Origin::Pasted,
    };
    let edit = crate::Edit {
        from: 14,
        to: 14,
        insert: " A gale pasted.".to_owned(),
    };
    library
        .apply(&desk.draft, desk.revision(), &[edit], &paste)
        .unwrap();
    library.save_version(&desk.draft, "v").unwrap();
    let script = library
        .create_document(
            &desk.project,
            DocumentKind::Screenplay,
            "Storm",
            Language::English,
        )
        .unwrap();
    let other = library.create_project("Other", Language::English).unwrap();
    let count = |query: SearchQuery| ask(&desk, query).documents.count;
    let of = SearchQuery::of;
    assert_eq!(count(of("storm")), 2);
    let project = |id: &str| SearchQuery {
        project_id: Some(id.to_owned()),
        ..of("storm")
    };
    assert_eq!(
        (count(project(&desk.project)), count(project(&other.id))),
        (2, 0)
    );
    let page = ask(
        &desk,
        SearchQuery {
            kind: Some(DocumentKind::Screenplay),
            ..of("storm")
        },
    );
    assert_eq!(page.groups[0].document_id, script.id);
    assert_eq!(page.groups[0].title_marks, vec![0..5; 1]);
    let from = |origin, text: &str| SearchQuery {
        origin: Some(origin),
        ..of(text)
    };
    assert_eq!(count(from(FoundOrigin::Pasted, "gale")), 1);
    assert_eq!(count(from(FoundOrigin::Typed, "gale")), 0);
    assert_eq!(count(from(FoundOrigin::Typed, "storm")), 1);
    assert_eq!(count(from(FoundOrigin::Generated, "storm")), 0);
    let since = library.drafts(&script.id).unwrap()[0].updated_at;
    let late = SearchQuery {
        since: Some(since),
        ..of("storm")
    };
    assert_eq!(count(late.clone()), 1);
    let never = SearchQuery {
        until: Some(0),
        ..late
    };
    assert_eq!(count(never), 0);
}

#[test]
fn pages_follow_one_another_and_counts_stay() {
    let desk = Desk::new();
    for number in 0..5 {
        let title = format!("Storm {number}");
        desk.library
            .create_document(&desk.project, DocumentKind::News, &title, Language::English)
            .unwrap();
    }
    let mut seen = Vec::new();
    for skip in [0, 2, 4, 6] {
        let page = ask(
            &desk,
            SearchQuery {
                skip,
                most: 2,
                ..SearchQuery::of("storm")
            },
        );
        assert_eq!(
            page.documents,
            Count {
                count: 5,
                more: false
            }
        );
        seen.extend(page.groups.into_iter().map(|group| group.title));
    }
    let expected: Vec<_> = (0..5).rev().map(|n| format!("Storm {n}")).collect();
    assert_eq!(seen, expected);
}

#[test]
fn a_letter_alone_is_known_of_every_text() {
    let desk = Desk::new();
    desk.write("夜里 zebra 7up");
    while desk.library.index_some(1 << 20).unwrap() {}
    for (query, there) in [
        ("z", true),
        ("7", true),
        ("夜里 z", true),
        ("q", false),
        ("t", true),
    ] {
        assert_eq!(at(&desk, query).is_some(), there, "{query}");
    }
}
