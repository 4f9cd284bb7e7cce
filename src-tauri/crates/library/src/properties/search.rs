//! What is searched, held against plain looking.

use proptest::collection::vec;
use proptest::prelude::*;

use super::{step, take};
use crate::stem::stem;
use crate::testing::Desk;
use crate::words::{alone, folded};
use crate::{Edit, Library};

fn passage() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => "(run|running|runs|harbour|harbours|tide|Tides|hope|HOPING|go|a) ",
        4 => "[潮水高夜渔船雨海]{1,6}",
        1 => "[，。\"'\\-—\n ]{1,2}",
        1 => "[A-Za-zéßİ0-9ＡＢ]{1,5}",
        1 => any::<char>().prop_map(String::from),
    ];
    vec(piece, 0..10).prop_map(|pieces| pieces.concat())
}

/// Runs of letters and digits, in the plainest way.
fn runs(text: &str) -> Vec<String> {
    let mut runs = vec![String::new()];
    for c in text.chars() {
        let last = runs.len() - 1;
        match c.is_alphanumeric() {
            true if alone(c) => runs.extend([c.to_string(), String::new()]),
            true => runs[last].push(c),
            false => runs.push(String::new()),
        }
    }
    runs.retain(|run| !run.is_empty());
    runs.iter().map(|run| folded(run)).collect()
}

/// Texts in documents of their own.
fn shelf(texts: &[String]) -> (Desk, Vec<String>) {
    let desk = Desk::new();
    let mut drafts = vec![desk.draft.clone()];
    for number in 1..texts.len() {
        let branch = desk
            .library
            .branch(&desk.draft, &number.to_string())
            .unwrap();
        drafts.push(branch.id);
    }
    for (draft, text) in drafts.iter().zip(texts) {
        rewrite(&desk.library, draft, text);
    }
    (desk, drafts)
}

fn rewrite(library: &Library, draft: &str, text: &str) {
    let there = library.draft(draft).unwrap();
    let edit = Edit {
        from: 0,
        to: there.body.len(),
        insert: text.to_owned(),
    };
    let typing = crate::testing::typing();
    library
        .apply(draft, there.revision, &[edit], &typing)
        .unwrap();
}

fn found(library: &Library, query: &str) -> Vec<String> {
    let hits = library.search(query, 99).unwrap();
    let mut drafts: Vec<String> = hits.into_iter().map(|hit| hit.draft_id).collect();
    drafts.sort();
    drafts
}

/// The drafts whose text, or title, a plain look finds right.
fn looked_for(texts: &[(String, String)], has: impl Fn(&[String]) -> bool) -> Vec<String> {
    let mut drafts: Vec<String> = texts
        .iter()
        .filter(|(_, text)| has(&runs(text)) || has(&runs("Tide")))
        .map(|(draft, _)| draft.clone())
        .collect();
    drafts.sort();
    drafts
}

/// Every word at every place in the index.
fn index(library: &Library) -> Vec<(String, i64, String, i64)> {
    let connection = library.connection();
    connection
        .execute_batch(
            "CREATE VIRTUAL TABLE IF NOT EXISTS temp.every_place
                USING fts5vocab(main, search, instance)",
        )
        .unwrap();
    let sql = "SELECT term, doc, col, offset FROM temp.every_place ORDER BY 2, 3, 4";
    let read = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?));
    crate::library::many(&connection, sql, [], read).unwrap()
}

fn catch_up(library: &Library) {
    while library.index_some(1 << 20).unwrap() {}
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]

    #[test]
    fn every_word_is_found_where_it_is_and_nowhere_else(
        texts in vec(passage(), 1..4),
        indexed in any::<bool>(),
    ) {
        let (desk, drafts) = shelf(&texts);
        let mut texts: Vec<(String, String)> = drafts.into_iter().zip(texts).collect();
        if indexed {
            catch_up(&desk.library);
        } else {
            // A long text is indexed first and the others wait.
            let long = desk.library.branch(&desk.draft, "long").unwrap().id;
            rewrite(&desk.library, &long, &"。".repeat(99_000));
            texts.push((long, String::new()));
        }
        for (_, text) in &texts {
            let words = runs(text);
            for word in &words {
                let same = |other: &String| other == word || stem(other) == stem(word);
                let expected = looked_for(&texts, |words| words.iter().any(same));
                prop_assert_eq!(found(&desk.library, &format!("{word} ")), expected, "{}", word);
                let begun: String = word.chars().take(2).collect();
                let begins = |other: &String| {
                    other.starts_with(&begun) && !alone(begun.chars().next().unwrap_or(' '))
                        || *other == begun
                        || stem(other) == stem(&begun)
                };
                let expected = looked_for(&texts, |words| words.iter().any(begins));
                prop_assert_eq!(found(&desk.library, &begun), expected, "{}…", begun);
            }
            for pair in words.windows(2) {
                let Some(true) = pair.iter().map(|w| w.chars().all(alone)).reduce(|a, b| a && b) else {
                    continue;
                };
                let expected = looked_for(&texts, |words| words.windows(2).any(|w| w == pair));
                let query = pair.concat();
                prop_assert_eq!(found(&desk.library, &query), expected, "{}", query);
            }
            for pair in words.windows(2) {
                let expected = looked_for(&texts, |words| words.windows(2).any(|w| w == pair));
                let query = format!("\"{} {}\"", pair[0], pair[1]);
                prop_assert_eq!(found(&desk.library, &query), expected, "{}", query);
            }
        }
    }

    #[test]
    fn the_index_is_what_it_would_be_if_it_were_made_anew(steps in vec(step(), 1..8), texts in vec(passage(), 1..5)) {
        let desk = Desk::new();
        take(&desk, &steps);
        desk.library.search("潮水 run", 9).unwrap();
        for (number, text) in texts.iter().enumerate() {
            rewrite(&desk.library, &desk.draft, text);
            if number % 2 == 0 {
                desk.library.search("潮水 run", 9).unwrap();
            }
            let branch = desk.library.branch(&desk.draft, &number.to_string()).unwrap();
            desk.library.search("潮", 9).unwrap();
            desk.library.delete_draft(&branch.id).unwrap();
            if number % 3 == 1 {
                desk.library.empty_bin().unwrap();
            }
        }
        catch_up(&desk.library);
        let grown = index(&desk.library);
        prop_assert_eq!(desk.library.verify().unwrap().problems, Vec::<String>::new());
        desk.library.write(|tx| crate::search::rebuild(tx)).unwrap();
        prop_assert_eq!(index(&desk.library), Vec::new());
        catch_up(&desk.library);
        prop_assert_eq!(index(&desk.library), grown);
    }
}
