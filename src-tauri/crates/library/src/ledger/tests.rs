use super::*;
use crate::testing::Desk;

fn departure<'a>(host: &'a str, body: &'a [u8]) -> Departure<'a> {
    Departure {
        host,
        method: "POST",
        path: "/v1/chat/completions",
        purpose: "draft",
        body,
        ..Departure::default()
    }
}

fn all(desk: &Desk) -> Vec<LedgerEntry> {
    ask(desk, LedgerQuery::default()).entries
}

fn ask(desk: &Desk, query: LedgerQuery) -> LedgerPage {
    let query = LedgerQuery { most: 99, ..query };
    desk.library.ledger_page(&query).unwrap()
}

#[test]
fn what_left_is_written_with_what_came_back() {
    let desk = Desk::new();
    let generation = desk.generation("out");
    let library = &desk.library;
    let body = r#"{"messages":[{"role":"user","content":"潮水 tide"}]}"#.as_bytes();
    let sent = Departure {
        project_id: Some("p1"),
        generation_id: Some(&generation),
        masked: true,
        ..departure("本机.example", body)
    };
    let first = library.depart(&sent).unwrap();
    let models = Departure {
        method: "GET",
        path: "/v1/models",
        purpose: "list_models",
        ..departure("api.example", b"")
    };
    let models = library.depart(&models).unwrap();
    let good = Outcome {
        status: Some(200),
        failure: None,
    };
    library.arrive(&first, 700, &good).unwrap();
    let cut = Outcome {
        status: None,
        failure: Some("interrupted".to_owned()),
    };
    library.arrive(&first, 42, &cut).unwrap();
    // A model file, and then more than can be counted.
    library.arrive(&models, 5_000_000_000, &good).unwrap();
    assert_eq!(library.ledger(1).unwrap()[0].bytes_in, 5_000_000_000);
    library
        .arrive(&models, u64::MAX, &Outcome::default())
        .unwrap();
    let entries = all(&desk);
    assert_eq!(entries.len(), 2);
    let expected = LedgerEntry {
        id: first.clone(),
        at: entries[1].at,
        host: "本机.example".to_owned(),
        method: "POST".to_owned(),
        path: "/v1/chat/completions".to_owned(),
        purpose: "draft".to_owned(),
        project_id: Some("p1".to_owned()),
        generation_id: Some(generation),
        bytes_out: u32::try_from(body.len()).unwrap(),
        bytes_in: 742,
        status: Some(200),
        failure: Some("interrupted".to_owned()),
        masked: true,
        sha256: Some(hex(&Sha256::digest(body))),
        kept: true,
    };
    assert_eq!(entries[1], expected);
    assert_eq!(library.ledger_entry(&first).unwrap(), expected);
    assert_eq!(library.sent(&first).unwrap().as_deref(), Some(body));
    assert_eq!(
        (&entries[0].id, entries[0].bytes_in),
        (&models, MOST_COUNTED)
    );
    assert_eq!((entries[0].status, entries[0].kept), (Some(200), false));
    assert_eq!(library.sent(&models).unwrap(), None);
    assert!(entries[0].at > entries[1].at);
}

#[test]
fn nothing_leaves_for_a_call_that_is_not_there() {
    let desk = Desk::new();
    let missing = |what| LibraryError::NotFound {
        what,
        id: "x".to_owned(),
    };
    let none = Departure {
        generation_id: Some("x"),
        ..departure("h", b"text")
    };
    let refused = desk.library.depart(&none).unwrap_err();
    assert_eq!(refused, missing("generation"));
    assert!(all(&desk).is_empty());
    let sent = desk
        .library
        .read(|c| Ok(c.query_row("SELECT count(*) FROM sent", [], |row| row.get::<_, u32>(0))?));
    assert_eq!(sent.unwrap(), 0, "its text is not kept either");
    let arrival = desk.library.arrive("x", 1, &Outcome::default());
    assert_eq!(arrival.unwrap_err(), missing("departure"));
    assert_eq!(desk.library.sent("x").unwrap_err(), missing("departure"));
}

#[test]
fn entries_are_found_by_project_host_time_and_words_and_come_in_pages() {
    let desk = Desk::new();
    let mut ids = Vec::new();
    for number in 0..30 {
        let text = format!("{{\"content\":\"Night ferry {number} \\\"quoted\\\" 渡轮\"}}");
        let host = if number % 3 == 0 {
            "a.example"
        } else {
            "b.example"
        };
        let project = format!("p{}", number % 2);
        let sent = Departure {
            project_id: Some(&project),
            ..departure(host, text.as_bytes())
        };
        ids.push(desk.library.depart(&sent).unwrap());
    }
    let by = |change: &dyn Fn(&mut LedgerQuery)| {
        let mut query = LedgerQuery::default();
        change(&mut query);
        ask(&desk, query).entries.len()
    };
    assert_eq!(by(&|q| q.project_id = Some("p1".to_owned())), 15);
    assert_eq!(by(&|q| q.host = Some("a.example".to_owned())), 10);
    assert_eq!(by(&|q| q.words = "FERRY 7".to_owned()), 1);
    assert_eq!(by(&|q| q.words = "渡轮".to_owned()), 30);
    assert_eq!(by(&|q| q.words = "7 \"quoted\"".to_owned()), 3);
    assert_eq!(by(&|q| q.words = "A.exam".to_owned()), 10);
    assert_eq!(by(&|q| q.words = "nowhere".to_owned()), 0);
    let at = desk.library.ledger_entry(&ids[20]).unwrap().at;
    assert_eq!(by(&|q| q.since = Some(at)), 10);
    assert_eq!(by(&|q| q.until = Some(at)), 20);
    for words in ["", "ferry"] {
        let mut seen = Vec::new();
        let mut after = None;
        loop {
            let query = LedgerQuery {
                words: words.to_owned(),
                after,
                most: 7,
                ..LedgerQuery::default()
            };
            let page = desk.library.ledger_page(&query).unwrap();
            seen.extend(page.entries.into_iter().map(|entry| entry.id));
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        seen.reverse();
        assert_eq!(seen, ids, "{words:?}");
    }
    let hosts = desk.library.ledger_hosts().unwrap();
    assert_eq!(
        (hosts[0].host.as_str(), hosts[0].entries),
        ("b.example", 20)
    );
    assert_eq!(hosts.len(), 2);
}

#[test]
fn a_body_is_kept_once_and_cleared_without_its_entries() {
    let desk = Desk::new();
    let library = &desk.library;
    let marked = b"{\"content\":\"UNIQUE-SENT-WORDS-4711\"}";
    // A retry sends the same once more.
    let first = library.depart(&departure("h", marked)).unwrap();
    let again = library.depart(&departure("h", marked)).unwrap();
    let other = library.depart(&departure("h", b"other")).unwrap();
    let kept: u32 = library
        .read(|c| Ok(c.query_row("SELECT count(*) FROM sent", [], |row| row.get(0))?))
        .unwrap();
    assert_eq!(kept, 2);
    assert!(library.clear_sent(Some(&["x".to_owned()])).is_err());
    assert_eq!(
        library
            .clear_sent(Some(std::slice::from_ref(&first)))
            .unwrap(),
        1
    );
    for id in [&first, &again] {
        let entry = library.ledger_entry(id).unwrap();
        assert!(!entry.kept && entry.bytes_out > 0 && entry.sha256.is_some());
        assert_eq!(library.sent(id).unwrap(), None);
    }
    assert_eq!(
        library.sent(&other).unwrap().as_deref(),
        Some(&b"other"[..])
    );
    assert_eq!(library.clear_sent(None).unwrap(), 1);
    assert_eq!(all(&desk).len(), 3);
    assert_eq!(library.verify().unwrap().problems, Vec::<String>::new());
}

#[test]
fn a_body_that_is_not_what_its_hash_says_is_damage() {
    let desk = Desk::new();
    let id = desk.library.depart(&departure("h", b"as it was")).unwrap();
    let bad = squeezed(&[], b"as it is!").unwrap();
    desk.library
        .write(|tx| Ok(tx.execute("UPDATE sent SET data = ?1", [bad])?))
        .unwrap();
    assert!(matches!(
        desk.library.sent(&id),
        Err(LibraryError::Damaged(_))
    ));
    assert_eq!(desk.library.verify().unwrap().problems.len(), 1);
}
