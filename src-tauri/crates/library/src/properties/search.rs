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
    let hits = library.search_texts(query, 99).unwrap();
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
fn index(library: &Library) -> Vec<(String, i64, String, Option<i64>)> {
    let connection = library.connection();
    connection
        .execute_batch(
            "CREATE VIRTUAL TABLE IF NOT EXISTS temp.every_place
                USING fts5vocab(main, search, instance);
             CREATE VIRTUAL TABLE IF NOT EXISTS temp.every_place_beside
                USING fts5vocab(main, search_beside, instance);
             CREATE VIRTUAL TABLE IF NOT EXISTS temp.every_place_kept
                USING fts5vocab(main, search_history, instance);",
        )
        .unwrap();
    // A passage may have another key when it is read again, so it goes by its hash.
    let sql = "SELECT term, doc, col, offset FROM temp.every_place
         UNION ALL SELECT term, doc, col, offset FROM temp.every_place_beside
         UNION ALL SELECT term, hash, col, offset FROM temp.every_place_kept
            JOIN search_passages ON search_passages.key = doc
         UNION ALL SELECT CAST(draft_key AS TEXT), hash, CAST(first_node AS TEXT), last_node
            FROM search_runs JOIN search_passages ON search_passages.key = passage_key
         ORDER BY 2, 3, 4, 1";
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
        desk.library.search_texts("潮水 run", 9).unwrap();
        for (number, text) in texts.iter().enumerate() {
            rewrite(&desk.library, &desk.draft, text);
            if number % 2 == 0 {
                desk.library.search_texts("潮水 run", 9).unwrap();
            }
            desk.library.save_version(&desk.draft, &number.to_string()).unwrap();
            let branch = desk.library.branch(&desk.draft, &number.to_string()).unwrap();
            if number % 2 == 1 {
                rewrite(&desk.library, &branch.id, "雨。\n\n潮水");
                desk.library.save_version(&branch.id, "b").unwrap();
            }
            desk.library.search_texts("潮", 9).unwrap();
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

    #[test]
    fn every_word_that_was_kept_is_found_and_nothing_else(
        texts in vec(vec(passage(), 0..4).prop_map(|parts| parts.join("\n\n")), 1..6),
    ) {
        let desk = Desk::new();
        for text in &texts {
            rewrite(&desk.library, &desk.draft, text);
            desk.library.save_version(&desk.draft, "v").unwrap();
        }
        rewrite(&desk.library, &desk.draft, "Nothing of it");
        catch_up(&desk.library);
        prop_assert_eq!(desk.library.verify().unwrap().problems, Vec::<String>::new());
        let passages: Vec<Vec<String>> = texts.iter().flat_map(|text| paragraphs(text)).collect();
        let has = |words: &[String]| passages.iter().any(|p| p.windows(words.len()).any(|w| w == words));
        for text in &texts {
            let words = runs(text);
            for pair in words.windows(2).map(<[_]>::to_vec).chain(words.iter().map(|w| vec![w.clone()])) {
                let query = crate::SearchQuery {
                    places: crate::Places { texts: false, fields: false, history: true },
                    ..crate::SearchQuery::of(&format!("\"{}\"", pair.join(" ")))
                };
                let page = desk.library.search(&query).unwrap();
                if has(&pair) || pair == ["tide"] {
                    prop_assert_eq!(page.groups.len(), 1, "{:?} in {:?}", pair, texts);
                    prop_assert!(!page.groups[0].hits.is_empty());
                } else {
                    prop_assert_eq!(page.groups.len(), 0, "{:?} in {:?}", pair, texts);
                }
                for hit in page.groups.iter().flat_map(|group| &group.hits) {
                    for mark in &hit.marks {
                        prop_assert_eq!(runs(&hit.line[mark.clone()]), pair.clone());
                    }
                }
            }
        }
    }
}

/// The words of each paragraph, in the plainest way.
fn paragraphs(text: &str) -> Vec<Vec<String>> {
    let lines: Vec<&str> = text.split('\n').collect();
    let parts = lines.split(|line| line.trim().is_empty());
    parts.map(|lines| runs(&lines.join("\n"))).collect()
}
