//! Comparing by examples and properties.

use proptest::prelude::*;

use super::*;

fn shown(old: &str, new: &str) -> String {
    prose_diff(old, new)
        .into_iter()
        .map(|piece| match piece.change {
            Change::Equal => piece.text,
            Change::Insert => format!("[+{}]", piece.text),
            Change::Delete => format!("[-{}]", piece.text),
        })
        .collect()
}

#[test]
fn words_and_characters_change_one_by_one() {
    for (old, new, expected) in [
        ("the red fox", "the brown fox", "the [-red][+brown] fox"),
        ("the red fox", "the red fox", "the red fox"),
        ("a b", "a new b", "a [+new ]b"),
        ("gone soon", "soon", "[-gone ]soon"),
        (
            "today we rest",
            "tonight they rest",
            "[-today we][+tonight they] rest",
        ),
        ("今天下雨了", "今天下雪了", "今天下[-雨][+雪]了"),
        ("don't go", "do go", "[-don't][+do] go"),
        (
            "one\ntwo\nthree\n",
            "one\n2\nthree\n",
            "one\n[-two][+2]\nthree\n",
        ),
        ("", "new", "[+new]"),
        ("old", "", "[-old]"),
        ("", "", ""),
        ("e\u{301}tude", "etude", "[-e\u{301}tude][+etude]"),
    ] {
        assert_eq!(shown(old, new), expected);
    }
}

#[test]
fn a_moved_paragraph_leaves_its_neighbours_alone() {
    let old = "First one.\n\nSecond one here.\n\nThird.\n";
    let new = "Second one here.\n\nThird.\n\nFirst one.\n";
    let pieces = prose_diff(old, new);
    let equal: String = equal_text(&pieces);
    assert!(equal.contains("Second one here.\n\nThird.\n"), "{equal:?}");
}

#[test]
fn long_lines_without_anything_in_common_are_replaced_whole() {
    let old = "a b ".repeat(40_000);
    let new = "c d ".repeat(40_000);
    // All but the last space.
    assert_eq!(prose_diff(&old, &new).len(), 3);
}

#[test]
fn a_word_in_a_long_line_is_found() {
    let words: Vec<String> = (0..20_000).map(|n| format!("w{n}")).collect();
    let old = words.join(" ");
    let mut changed = words;
    changed[9_000] = "other".to_owned();
    changed[15_000] = "another".to_owned();
    let pieces = prose_diff(&old, &changed.join(" "));
    let inserted: Vec<_> = pieces
        .iter()
        .filter(|p| p.change == Change::Insert)
        .map(|p| p.text.as_str())
        .collect();
    assert_eq!(inserted, ["other", "another"]);
}

/// A comparison as it reads: `[-gone]`, `[+come]`, `[1>]` where a move went from and
/// `[>1 text]` where it stands.
fn seen(old: &str, new: &str) -> String {
    let found = compare(old, new);
    let part = |part: &Part| match part.kind {
        PartKind::Equal => new[part.new.clone()].to_owned(),
        PartKind::Insert => format!("[+{}]", &new[part.new.clone()]),
        PartKind::Delete => format!("[-{}]", &old[part.old.clone()]),
        PartKind::Away(n) => format!("[{n}>]"),
        PartKind::Here(n) => format!("[>{n}"),
    };
    let mut text = String::new();
    for one in &found.parts {
        text.push_str(&part(one));
        if let PartKind::Here(n) = one.kind {
            text.push(' ');
            text.extend(found.moves[n].parts.iter().map(part));
            text.push(']');
        }
    }
    text
}

#[test]
fn moved_paragraphs_are_shown_as_moved_with_what_changed_in_them() {
    let (a, b, c) = (
        "The ferry left at nine in the morning.",
        "Nobody on the pier had seen the captain since.",
        "Rain came in from the west that night.",
    );
    assert_eq!(
        seen(
            &format!("{a}\n\n{b}\n\n{c}\n"),
            &format!("{b}\n\n{c}\n\n{a}\n")
        ),
        format!("[0>]{b}\n\n{c}\n[+\n][>0 {a}\n[-\n]]")
    );
    let edited = "The ferry left at ten in the morning.";
    assert_eq!(
        seen(
            &format!("{a}\n\n{b}\n\n{c}\n"),
            &format!("{b}\n\n{c}\n\n{edited}\n")
        ),
        format!("[0>]{b}\n\n{c}\n[+\n][>0 The ferry left at [-nine][+ten] in the morning.[-\n]\n]")
    );
    let (x, y) = ("夜里潮水很高，没有人出海。", "第二天早上，船长不见了。");
    let moved = seen(&format!("{x}\n{y}\n"), &format!("{y}\n{x}\n"));
    assert!(moved.contains("[0>]") || moved.contains("[>0"), "{moved}");
    // Neighbours move as one.
    let old = format!("{a}\n\n{b}\n\n{c}\n\n{x}\n\n{y}\n\n");
    let new = format!("{c}\n\n{x}\n\n{y}\n\n{a}\n\n{b}\n\n");
    assert_eq!(compare(&old, &new).moves.len(), 1);
}

#[test]
fn short_lines_and_edited_neighbours_do_not_move() {
    assert_eq!(
        seen("Yes.\n\nNo.\n\n", "No.\n\nYes.\n\n")
            .matches('>')
            .count(),
        0
    );
    let old = "One boat came in at noon today.\n\nTwo more were seen off the cape.\n";
    let new = "One boat came in at dusk today.\n\nTwo more were heard off the cape.\n";
    assert_eq!(
        seen(old, new),
        "One boat came in at [-noon][+dusk] today.\n\nTwo more were [-seen][+heard] off the cape.\n"
    );
}

#[test]
fn a_paragraph_that_is_split_or_joined_shows_nothing_but_that() {
    let old = "First sentence here. Second sentence there.\n";
    let new = "First sentence here.\n\nSecond sentence there.\n";
    assert_eq!(
        seen(old, new),
        "First sentence here.[- ][+\n\n]Second sentence there.\n"
    );
    assert_eq!(
        seen(new, old),
        "First sentence here.[-\n\n][+ ]Second sentence there.\n"
    );
}

#[test]
fn what_is_equal_by_chance_is_not_held_apart() {
    for (old, new, expected) in [
        (
            "They walked to the harbour slowly",
            "Somebody drove to the airport quickly",
            "[-They walked][+Somebody drove] to the [-harbour slowly][+airport quickly]",
        ),
        (
            "Waves broke on stones loudly",
            "Sunlight fell on gardens softly",
            "[-Waves broke on stones loudly][+Sunlight fell on gardens softly]",
        ),
        (
            "他高兴地走了",
            "她高兴地来了",
            "[-他][+她]高兴地[-走][+来]了",
        ),
    ] {
        assert_eq!(seen(old, new), expected);
    }
}

/// Both texts, the moves and the order, from a comparison alone.
fn consistent(old: &str, new: &str) -> Result<(), TestCaseError> {
    let found = compare(old, new);
    let (mut a, mut b) = (String::new(), String::new());
    let (mut left, mut came) = (vec![0; found.moves.len()], vec![0; found.moves.len()]);
    let (mut at_old, mut at_new) = (0, 0);
    for part in &found.parts {
        prop_assert_eq!((part.old.start, part.new.start), (at_old, at_new));
        (at_old, at_new) = (part.old.end, part.new.end);
        match part.kind {
            PartKind::Equal => {
                prop_assert_eq!(&old[part.old.clone()], &new[part.new.clone()]);
            }
            PartKind::Insert => prop_assert!(part.old.is_empty() && !part.new.is_empty()),
            PartKind::Delete => prop_assert!(part.new.is_empty() && !part.old.is_empty()),
            PartKind::Away(n) => {
                left[n] += 1;
                prop_assert_eq!(&part.old, &found.moves[n].old);
            }
            PartKind::Here(n) => {
                came[n] += 1;
                prop_assert_eq!(&part.new, &found.moves[n].new);
            }
        }
        a.push_str(&old[part.old.clone()]);
        b.push_str(&new[part.new.clone()]);
    }
    prop_assert_eq!((a.as_str(), b.as_str()), (old, new));
    prop_assert!(left.iter().chain(&came).all(|times| *times == 1));
    for one in &found.moves {
        let (mut at_old, mut at_new) = (one.old.start, one.new.start);
        for part in &one.parts {
            prop_assert_eq!((part.old.start, part.new.start), (at_old, at_new));
            (at_old, at_new) = (part.old.end, part.new.end);
            if part.kind == PartKind::Equal {
                prop_assert_eq!(&old[part.old.clone()], &new[part.new.clone()]);
            }
        }
        prop_assert_eq!((at_old, at_new), (one.old.end, one.new.end));
    }
    prop_assert_eq!(found.is_same(), old == new);
    let mut kept = (0, 0);
    for (a, b) in common(old, new) {
        prop_assert!(a.start >= kept.0 && b.start >= kept.1);
        prop_assert_eq!(&old[a.clone()], &new[b.clone()]);
        kept = (a.end, b.end);
    }
    Ok(())
}

fn equal_text(pieces: &[Piece]) -> String {
    pieces
        .iter()
        .filter(|p| p.change == Change::Equal)
        .map(|p| p.text.as_str())
        .collect()
}

fn side(pieces: &[Piece], left_out: Change) -> String {
    pieces
        .iter()
        .filter(|p| p.change != left_out)
        .map(|p| p.text.as_str())
        .collect()
}

fn holds(old: &str, new: &str) -> Result<(), TestCaseError> {
    let pieces = prose_diff(old, new);
    prop_assert_eq!(side(&pieces, Change::Insert), old);
    prop_assert_eq!(side(&pieces, Change::Delete), new);
    for pair in pieces.windows(2) {
        prop_assert!(pair[0].change != pair[1].change);
        prop_assert!((pair[0].change, pair[1].change) != (Change::Insert, Change::Delete));
    }
    prop_assert!(pieces.iter().all(|piece| !piece.text.is_empty()));
    Ok(())
}

fn paragraphs() -> impl Strategy<Value = Vec<String>> {
    let sentence = "(the|a|ferry|captain|night|rain|left|夜里|潮水|很高|船长){3,9}";
    let sentence = sentence.prop_map(|words| format!("{words} and more words of it. "));
    prop::collection::vec(
        prop::collection::vec(sentence, 1..3).prop_map(|s| s.concat()),
        1..9,
    )
}

proptest! {
    #[test]
    fn comparisons_hold_both_texts(old in any::<String>(), new in any::<String>()) {
        consistent(&old, &new)?;
    }

    #[test]
    fn comparisons_of_shuffled_paragraphs_hold_both_texts(
        paragraphs in paragraphs(),
        order in prop::collection::vec(any::<prop::sample::Index>(), 0..9),
        edits in prop::collection::vec((any::<prop::sample::Index>(), "[a-z ]{0,4}"), 0..4),
        end in "\n{0,3}",
    ) {
        let old = paragraphs.join("\n\n") + &end;
        let mut changed = paragraphs.clone();
        for at in &order {
            let one = changed.remove(at.index(changed.len()));
            changed.push(one);
        }
        for (at, text) in edits {
            let one = at.index(changed.len());
            changed[one].insert_str(0, &text);
        }
        let new = changed.join("\n\n");
        consistent(&old, &new)?;
        holds(&old, &new)?;
    }

    #[test]
    fn pieces_rebuild_both_texts(old in any::<String>(), new in any::<String>()) {
        holds(&old, &new)?;
    }

    #[test]
    fn pieces_rebuild_texts_that_are_alike(
        old in "([ab] |\\n|汉|字|\\r\\n|e\u{301}){0,60}",
        new in "([ab] |\\n|汉|字|\\r\\n|e\u{301}){0,60}",
    ) {
        holds(&old, &new)?;
    }

    #[test]
    fn an_edit_in_a_text_keeps_its_surroundings(
        words in prop::collection::vec("[a-z]{1,5}", 3..80), at in any::<prop::sample::Index>()
    ) {
        let at = at.index(words.len());
        let mut changed = words.clone();
        changed[at] = "CHANGED".to_owned();
        let (old, new) = (words.join(" "), changed.join(" "));
        holds(&old, &new)?;
        let pieces = prose_diff(&old, &new);
        prop_assert_eq!(equal_text(&pieces).len(), old.len() - words[at].len());
    }
}
