use proptest::prelude::*;

use super::*;
use crate::Language;
use crate::fountain::{parse, scenes};

fn scene(board: &Board, n: usize) -> usize {
    board
        .cards
        .iter()
        .position(|card| card.scene == Some(n))
        .expect("a scene")
}

fn moved(text: &str, n: usize, place: impl Fn(&Board) -> Place) -> Option<String> {
    let board = Board::of(text);
    let found = board.move_cards(text, &[scene(&board, n)], place(&board));
    found.expect("a move").map(|found| found.apply(text))
}

/// What the edits of a change make of a text.
fn edited(change: &Rearranged, text: &str) -> String {
    let mut out = String::new();
    let mut at = 0;
    for edit in change.edits() {
        assert!(edit.range.start >= at, "in order and apart");
        out.push_str(&text[at..edit.range.start]);
        for piece in &edit.pieces {
            out.push_str(match piece {
                Piece::Kept(range) => &text[range.clone()],
                Piece::Added(text) => text,
            });
        }
        at = edit.range.end;
    }
    out.push_str(&text[at..]);
    out
}

const ACT: &str = "FADE IN:\n\n# One\n= The first.\n\nINT. A - DAY #1#\n= a\n\nOne. [[why?]]\n\n\
                   [[b comes]]\nEXT. B - NIGHT\n= b\n\nTwo.\n\n# Two\n= The second.\n\n# Three\n\n\
                   .内景 丙 日\n\n@老秦\n走。";

#[test]
fn a_script_is_read_as_columns_of_cards() {
    let board = Board::of(ACT);
    let columns: Vec<(&str, u8, usize)> = board
        .columns
        .iter()
        .map(|c| (c.title.as_str(), c.depth, c.cards.len()))
        .collect();
    assert_eq!(
        columns,
        [("", 0, 0), ("One", 1, 3), ("Two", 1, 1), ("Three", 1, 1)]
    );
    let cards: Vec<(CardKind, &str, &str)> = board
        .cards
        .iter()
        .map(|c| (c.kind, c.heading.as_str(), c.synopsis.as_str()))
        .collect();
    assert_eq!(
        cards,
        [
            (CardKind::Beat, "", "The first."),
            (CardKind::Scene, "INT. A - DAY", "a"),
            (CardKind::Scene, "EXT. B - NIGHT", "b"),
            (CardKind::Beat, "", "The second."),
            (CardKind::Scene, "内景 丙 日", ""),
        ]
    );
    assert_eq!(board.cards[1].number.as_deref(), Some("1"));
}

#[test]
fn a_scene_takes_its_synopsis_and_its_notes_along() {
    let new = moved(ACT, 1, |b| Place::Before(scene(b, 0)));
    assert_eq!(
        new.as_deref(),
        Some(
            "FADE IN:\n\n# One\n= The first.\n\n[[b comes]]\nEXT. B - NIGHT\n= b\n\nTwo.\n\n\
             INT. A - DAY #1#\n= a\n\nOne. [[why?]]\n\n# Two\n= The second.\n\n# Three\n\n\
             .内景 丙 日\n\n@老秦\n走。"
        )
    );
}

#[test]
fn a_scene_goes_into_a_section_that_has_none() {
    let new = moved(ACT, 0, |_| Place::First(2)).expect("moved");
    assert!(
        new.contains("= The second.\n\nINT. A - DAY #1#\n= a\n\nOne. [[why?]]\n\n# Three"),
        "{new}"
    );
    // The text before the first scene stays at the top.
    assert!(new.starts_with("FADE IN:\n\n# One\n= The first.\n\n[[b comes]]\nEXT. B"));
}

#[test]
fn the_last_scene_gets_the_blank_line_that_it_needs() {
    let new = moved(ACT, 2, |b| Place::After(scene(b, 0))).expect("moved");
    assert!(
        new.contains("[[why?]]\n\n.内景 丙 日\n\n@老秦\n走。\n\n[[b comes]]\nEXT. B"),
        "{new}"
    );
    let crlf = "INT. A - DAY\r\n\r\nOne.\r\n\r\nINT. B - DAY\r\n\r\nTwo.";
    assert_eq!(
        moved(crlf, 0, |_| Place::After(1)).as_deref(),
        Some("INT. B - DAY\r\n\r\nTwo.\r\n\r\nINT. A - DAY\r\n\r\nOne.\r\n\r\n")
    );
}

#[test]
fn where_it_stands_already_nothing_is_done() {
    let board = Board::of(ACT);
    for (card, place) in [
        (1, Place::Before(1)),
        (1, Place::After(1)),
        (2, Place::After(1)),
        (1, Place::Before(2)),
        (1, Place::First(1)),
        (2, Place::Last(1)),
        (4, Place::Last(3)),
        (0, Place::First(1)),
        // Beats stand at the head.
        (0, Place::After(2)),
        (1, Place::After(0)),
    ] {
        assert_eq!(
            board.move_cards(ACT, &[card], place),
            Ok(None),
            "{card} {place:?}"
        );
    }
    let no = |card, place| board.move_cards(ACT, &[card], place).err();
    assert_eq!(no(9, Place::Before(0)), Some(BoardError::NoCard));
    assert_eq!(no(0, Place::After(9)), Some(BoardError::NoPlace));
    assert_eq!(no(0, Place::First(4)), Some(BoardError::NoPlace));
    assert_eq!(
        board.move_cards(ACT, &[], Place::First(0)),
        Err(BoardError::NoCard)
    );
}

#[test]
fn a_move_that_would_change_what_is_read_is_refused() {
    // The open mark would hide the scene that closes one.
    let text = "INT. A - DAY\n\n/* One\n\nINT. B - DAY\n\nTwo.\n\nINT. C - DAY\n\nThree. */";
    assert_eq!(carried(text, &parse(text)).len(), 1);
    let text = "INT. A - DAY\n\nx */ y\n\nINT. B - DAY\n\nTwo /* z\n";
    let board = Board::of(text);
    for (card, place) in [(1, Place::Before(0)), (0, Place::After(1))] {
        assert_eq!(
            board.move_cards(text, &[card], place),
            Err(BoardError::ReadsOtherwise)
        );
    }
    // And so is an omission that would close it.
    let text = "INT. A - DAY\n\n/* open\n\nINT. B - DAY\n\nTwo.\n";
    let board = Board::of(text);
    assert_eq!(
        board.omit(text, &[1], Language::English),
        Err(BoardError::ReadsOtherwise)
    );
}

#[test]
fn several_cards_move_together_and_each_kind_to_its_place() {
    let text = "# 1\n\n= x\n\n= y\n\nINT. A - DAY\n\na\n\nINT. B - DAY\n\nb\n\n# 2\n\n= z\n\nINT. C - DAY\n\nc\n";
    let board = Board::of(text);
    let found = board.move_cards(text, &[1, 2, 3], Place::Last(2));
    let found = found.expect("a move").expect("another place");
    assert_eq!(
        found.apply(text),
        "# 1\n\n= x\n\n# 2\n\n= z\n\n= y\n\nINT. C - DAY\n\nc\n\nINT. A - DAY\n\na\n\nINT. B - DAY\n\nb\n\n"
    );
    assert_eq!(edited(&found, text), found.apply(text));
    // What is largest stays, so that a journal holds the smaller part.
    let long = format!(
        "INT. A - DAY\n\na\n\nINT. B - DAY\n\n{}\n\nINT. C - DAY\n\nc\n\n",
        "b ".repeat(900)
    );
    let board = Board::of(&long);
    let found = board
        .move_cards(&long, &[0], Place::Last(0))
        .unwrap()
        .unwrap();
    let replaced: usize = found.edits().iter().map(|edit| edit.range.len()).sum();
    assert!(replaced < 40, "{replaced}");
}

#[test]
fn an_omitted_scene_stays_in_the_text_and_comes_back_whole() {
    let text = "INT. A - DAY\n\nOne.\n\n[[color: red]]\nEXT. B - NIGHT #2#\n= b\n\nTwo. /* cut */ x *\\/ y **/\n\nINT. C - DAY\n\nThree.";
    let board = Board::of(text);
    let out = board.omit(text, &[1], Language::English).expect("omitted");
    let omitted = out.apply(text);
    assert!(
        omitted.contains(
            "One.\n\n.OMITTED #2#\n\n/* omitted\n[[color: red]]\nEXT. B - NIGHT #2#\n= b\n\n\
             Two. /* cut *\\/ x *\\\\/ y **\\/\n\n*/\n\nINT. C - DAY"
        ),
        "{omitted}"
    );
    let board = Board::of(&omitted);
    let card = &board.cards[1];
    assert_eq!(card.kind, CardKind::Omitted);
    assert_eq!(
        (
            card.heading.as_str(),
            card.number.as_deref(),
            card.synopsis.as_str()
        ),
        ("EXT. B - NIGHT", Some("2"), "b")
    );
    assert_eq!(card.color, Some(CardColor::Red));
    // It goes where it is put, and does not go with its neighbour.
    let gone = board
        .move_cards(&omitted, &[0], Place::Last(0))
        .unwrap()
        .unwrap();
    let gone = gone.apply(&omitted);
    assert!(gone.starts_with(".OMITTED #2#\n\n/* omitted"), "{gone}");
    assert!(gone.ends_with("INT. A - DAY\n\nOne.\n\n"), "{gone}");
    let back = board.bring_back(&omitted, &[1]).expect("back");
    assert_eq!(back.apply(&omitted), text);
    // What was written beside the heading that was left stays.
    let with = omitted.replace(".OMITTED #2#\n\n", ".OMITTED #2#\n[[ask Ada]]\n\n");
    let back = Board::of(&with).bring_back(&with, &[1]).expect("back");
    assert!(
        back.apply(&with)
            .contains("[[ask Ada]]\n\n[[color: red]]\nEXT. B")
    );
    // Of a scene that was deleted, nothing can.
    let gone = ".OMITTED #2#\n\nINT. C - DAY\n";
    assert_eq!(
        Board::of(gone).bring_back(gone, &[0]),
        Err(BoardError::NothingLeft)
    );
    // Boneyard of a person's own is none of it.
    let own = "INT. A - DAY\n\n/* omitted\nwords\n*/\n\n/*\nINT. B - DAY\n*/\n";
    assert_eq!(Board::of(own).cards.len(), 1);
}

#[test]
fn an_omitted_scene_without_a_number_leaves_nothing_that_prints() {
    let text =
        "# 第一幕\r\n\r\n.内景 甲 日\r\n\r\n雨。\r\n\r\n.外景 乙 夜\r\n\r\n@老秦\r\n走。\r\n";
    let board = Board::of(text);
    let out = board
        .omit(text, &[0, 1], Language::Chinese)
        .expect("omitted");
    let omitted = out.apply(text);
    assert!(scenes(&omitted).is_empty());
    let board = Board::of(&omitted);
    assert_eq!(board.cards.len(), 2);
    assert!(
        board
            .cards
            .iter()
            .all(|c| c.kind == CardKind::Omitted && c.column == 1)
    );
    let back = board.bring_back(&omitted, &[0, 1]).expect("back");
    assert_eq!(back.apply(&omitted), text);
}

#[test]
fn cards_are_made_cut_renamed_described_and_painted() {
    let text = "INT. A - DAY [[why?]] #7#\n\nOne.\n\nMARA\nYes.\n\nTwo.";
    let board = Board::of(text);
    let renamed = board
        .rename(text, 0, "  ext. the\nquay - night ")
        .unwrap()
        .apply(text);
    assert!(
        renamed.starts_with("ext. the quay - night [[why?]] #7#\n\nOne."),
        "{renamed}"
    );
    let forced = board.rename(text, 0, "外景 码头 夜").unwrap().apply(text);
    assert!(
        forced.starts_with(".外景 码头 夜 [[why?]] #7#\n"),
        "{forced}"
    );
    assert_eq!(board.rename(text, 0, "  "), Err(BoardError::NoHeading));
    assert_eq!(board.rename(text, 0, "(…)"), Err(BoardError::NoHeading));
    let told = board
        .describe(text, 0, "She waits.\n\n He comes. ")
        .unwrap()
        .apply(text);
    assert!(
        told.contains("#7#\n= She waits.\n= He comes.\n\nOne."),
        "{told}"
    );
    let board = Board::of(&told);
    assert_eq!(board.cards[0].synopsis, "She waits.\nHe comes.");
    let other = board.describe(&told, 0, "He comes.").unwrap().apply(&told);
    assert!(other.contains("#7#\n= He comes.\n\nOne."), "{other}");
    let board = Board::of(&other);
    assert_eq!(board.describe(&other, 0, " ").unwrap().apply(&other), text);

    let board = Board::of(text);
    let cuts = paragraphs(text, &board, 0);
    let lines: Vec<&str> = cuts.iter().map(|(_, line)| line.as_str()).collect();
    assert_eq!(lines, ["One.", "MARA", "Two."]);
    let cut = board
        .split(text, 0, cuts[1].0.start, "INT. B - DAY")
        .unwrap()
        .apply(text);
    assert!(cut.contains("One.\n\nINT. B - DAY\n\nMARA\nYes."), "{cut}");
    assert_eq!(
        board.split(text, 0, cuts[1].0.start + 5, "INT. B - DAY"),
        Err(BoardError::NoPlace)
    );

    let blue = board
        .paint(text, &[0], Some(CardColor::Blue))
        .unwrap()
        .apply(text);
    assert!(blue.contains("#7#\n[[color: blue]]\n\nOne."), "{blue}");
    let board = Board::of(&blue);
    assert_eq!(board.cards[0].color, Some(CardColor::Blue));
    let red = board
        .paint(&blue, &[0], Some(CardColor::Red))
        .unwrap()
        .apply(&blue);
    assert_eq!(red, blue.replace("blue", "red"));
    assert_eq!(board.paint(&blue, &[0], None).unwrap().apply(&blue), text);

    let beats = "# Act\n\n= First [[color: red]]\n\n= Second";
    let board = Board::of(beats);
    assert_eq!(board.cards[0].color, Some(CardColor::Red));
    assert_eq!(board.cards[0].synopsis, "First");
    let painted = board
        .paint(beats, &[0, 1], Some(CardColor::Teal))
        .unwrap()
        .apply(beats);
    assert_eq!(
        painted,
        "# Act\n\n= First [[color: teal]]\n\n= Second [[color: teal]]"
    );
    assert_eq!(
        board.paint(beats, &[0], None).unwrap().apply(beats),
        "# Act\n\n= First\n\n= Second"
    );
    let said = board
        .describe(beats, 0, "Other\nwords")
        .unwrap()
        .apply(beats);
    assert!(said.contains("= Other words [[color: red]]\n"), "{said}");
}

#[test]
fn columns_are_named_added_and_taken_away() {
    let board = Board::of(ACT);
    let named = board.retitle(ACT, 1, "Act One").unwrap().apply(ACT);
    assert!(named.contains("# Act One\n= The first."));
    assert_eq!(board.retitle(ACT, 0, "x"), Err(BoardError::NoPlace));
    let added = board.add_column(ACT, 3, "第四").unwrap().apply(ACT);
    assert!(added.ends_with("走。\n\n# 第四\n\n"), "{added}");
    assert_eq!(board.drop_column(ACT, 1), Err(BoardError::NoPlace));
    let five = Board::of(&added);
    assert_eq!(
        five.drop_column(&added, 4).unwrap().apply(&added),
        format!("{ACT}\n\n")
    );
    // A title for a script that has none.
    let bare = "Title: X\n\nINT. A - DAY\n\na\n";
    let put = Board::of(bare)
        .add_column(bare, 0, "End")
        .unwrap()
        .apply(bare);
    assert!(put.ends_with("a\n\n# End\n\n"), "{put}");
    let new = NewCard::Beat {
        text: "So it begins".to_owned(),
    };
    let put = Board::of(bare)
        .add(bare, Place::First(0), &new)
        .unwrap()
        .apply(bare);
    assert_eq!(put, "Title: X\n\n= So it begins\n\nINT. A - DAY\n\na\n");
    let new = NewCard::Scene {
        heading: "码头 夜".to_owned(),
        synopsis: "等。".to_owned(),
    };
    let put = Board::of(bare)
        .add(bare, Place::Last(0), &new)
        .unwrap()
        .apply(bare);
    assert!(put.ends_with("a\n\n.码头 夜\n= 等。\n\n"), "{put}");
}

/// What stands in a text apart from line ends, in no order.
fn letters(text: &str) -> Vec<char> {
    let mut letters: Vec<char> = text.chars().filter(|c| !"\r\n".contains(*c)).collect();
    letters.sort_unstable();
    letters
}

fn piece() -> impl Strategy<Value = String> {
    let line = prop_oneof![
        3 => Just("INT. HOUSE - DAY"),
        2 => Just("EXT. QUAY: THE END - NIGHT #3A#"),
        1 => Just(".内景 码头 夜"),
        1 => Just(".OMITTED #9#"),
        1 => Just("# Act"),
        1 => Just("## 段落"),
        1 => Just("= What happens."),
        1 => Just("= So [[color: red]]"),
        1 => Just("[[note]]"),
        1 => Just("[[color: blue]]"),
        1 => Just("[[a note\nover lines]]"),
        1 => Just("/* cut */"),
        1 => Just("/* omitted\nINT. GONE - DAY #4#\n\nx *\\/ y\n\n*/"),
        1 => Just("/* omitted"),
        1 => Just("/* cut"),
        1 => Just("*/"),
        1 => Just("MARA"),
        1 => Just("@老秦 ^"),
        1 => Just("(beat)"),
        1 => Just("It rains."),
        1 => Just("  "),
        1 => Just("CUT TO:"),
        1 => Just("> 完 <"),
        1 => Just("~ la la"),
        1 => Just("==="),
        1 => Just("Title: X"),
        1 => Just("\u{feff}"),
        1 => Just(""),
    ];
    let end = prop_oneof![
        4 => Just("\n\n"),
        4 => Just("\n"),
        1 => Just("\r\n"),
        1 => Just("\r\n\r\n"),
        1 => Just("\r"),
        1 => Just(""),
    ];
    (line, end).prop_map(|(line, end)| format!("{line}{end}"))
}

fn place() -> impl Strategy<Value = Place> {
    prop_oneof![
        (0..6_usize).prop_map(Place::Before),
        (0..6_usize).prop_map(Place::After),
        (0..4_usize).prop_map(Place::First),
        (0..4_usize).prop_map(Place::Last),
    ]
}

/// What is read of a card wherever it stands.
fn told(text: &str, board: &Board) -> Vec<(CardKind, String, String, String)> {
    board
        .cards
        .iter()
        .map(|c| {
            let own = text[c.range.clone()].trim().to_owned();
            (c.kind, c.heading.clone(), c.synopsis.clone(), own)
        })
        .collect()
}

#[test]
fn a_scene_without_a_number_is_not_omitted_behind_a_number_that_stands_alone() {
    let text = ".OMITTED #9#\n\nINT. HOUSE - DAY\n\nRain.\n\nINT. HUT - DAY #10#\n\nSun.\n";
    let board = Board::of(text);
    let refused = board.omit(text, &[1], Language::English);
    assert_eq!(refused.err(), Some(BoardError::ReadsOtherwise));
    assert!(board.omit(text, &[2], Language::English).is_ok());
}

#[test]
fn a_byte_order_mark_belongs_to_no_card() {
    let text = "\u{feff}INT. HOUSE - DAY\n\nRain.\n\nINT. HUT - DAY\n\nSun.\n";
    let board = Board::of(text);
    assert_eq!(board.cards[0].head.start, 3);
    let omitted = board.omit(text, &[0], Language::English).unwrap();
    let new = omitted.apply(text);
    let there = Board::of(&new);
    assert_eq!(there.cards[0].kind, CardKind::Omitted);
    assert_eq!(there.cards[0].range.start, 3);
    let back = there.bring_back(&new, &[0]).unwrap();
    assert_eq!(back.apply(&new), text);
    let beat = "\u{feff}= It rains.\n\nINT. HUT - DAY\n\nSun.\n";
    assert_eq!(Board::of(beat).cards[0].range.start, 3);
}

#[test]
fn line_ends_of_two_kinds_do_not_become_one() {
    let text = "= What happens.\n[[note]]\r[[color: blue]]\n\nINT. HOUSE - DAY\n\n";
    let board = Board::of(text);
    let made = board.paint(text, &[0], None).expect("painted");
    let new = made.apply(text);
    assert_eq!(new, "= What happens.\n[[note]]\r\n\nINT. HOUSE - DAY\n\n");
    assert_eq!(edited(&made, text), new);
    assert_eq!(Board::of(&new).cards.len(), board.cards.len());
}

proptest! {
    #[test]
    fn any_text_is_a_board_whose_cards_are_in_order(pieces in prop::collection::vec(piece(), 0..40)) {
        let text = pieces.concat();
        let board = Board::of(&text);
        let mut end = 0;
        for card in &board.cards {
            prop_assert!(card.range.start >= end, "{:?}", text);
            prop_assert!(card.range.contains(&card.head.start));
            end = card.range.end;
            let column = &board.columns[card.column];
            prop_assert!(column.range.start <= card.range.start && card.range.end <= column.range.end);
        }
        let listed: usize = board.columns.iter().map(|c| c.cards.len()).sum();
        prop_assert_eq!(listed, board.cards.len());
        let scenes = board.cards.iter().filter(|c| c.scene.is_some()).count();
        prop_assert_eq!(scenes, crate::fountain::scenes(&text).len());
    }

    #[test]
    fn a_move_keeps_every_letter_and_every_card(
        pieces in prop::collection::vec(piece(), 0..40),
        cards in prop::collection::vec(0..6_usize, 1..4),
        place in place(),
    ) {
        let text = pieces.concat();
        let board = Board::of(&text);
        let Ok(Some(moved)) = board.move_cards(&text, &cards, place) else {
            return Ok(());
        };
        let new = moved.apply(&text);
        prop_assert_eq!(letters(&text), letters(&new));
        prop_assert_eq!(edited(&moved, &text), new.clone());
        // Every byte of the text stands there once more, line ends included.
        let mut kept: Vec<(usize, usize)> = moved.pieces().iter().filter_map(|piece| match piece {
            Piece::Kept(range) => Some((range.start, range.end)),
            Piece::Added(_) => None,
        }).collect();
        kept.sort_unstable();
        let mut end = 0;
        for (from, to) in kept {
            prop_assert_eq!(from, end);
            end = to;
        }
        prop_assert_eq!(end, text.len());
        let headings = |text: &str| {
            let mut all: Vec<String> = scenes(text).into_iter().map(|s| s.heading).collect();
            all.sort();
            all
        };
        prop_assert_eq!(headings(&text), headings(&new));
    }

    #[test]
    fn sound_scripts_can_always_be_put_in_another_order(
        bodies in prop::collection::vec("[a-z]{1,6}\\.(\n\n(MARA\n[a-z]{1,5}|@老秦\n[一-十]{1,3}))?", 2..7),
        cards in prop::collection::vec(0..12_usize, 1..4),
        place in (0..4_usize, 0..12_usize),
    ) {
        let scripts: Vec<String> = bodies
            .iter()
            .zip(0..)
            .map(|(body, n): (_, usize)| {
                let act = if n % 2 == 0 { format!("# Act {n}\n\n= Beat {n}\n\n") } else { String::new() };
                format!("{act}INT. ROOM {n} - DAY\n= s{n}\n\n{body}")
            })
            .collect();
        let text = scripts.join("\n\n");
        let board = Board::of(&text);
        let cards: Vec<usize> = cards.iter().map(|c| c % board.cards.len()).collect();
        let place = match place {
            (0, n) => Place::Before(n % board.cards.len()),
            (1, n) => Place::After(n % board.cards.len()),
            (2, n) => Place::First(n % board.columns.len()),
            (_, n) => Place::Last(n % board.columns.len()),
        };
        let result = board.move_cards(&text, &cards, place);
        prop_assert!(result.is_ok(), "{:?} {:?} {:?}", result, cards, place);
        if let Ok(Some(moved)) = result {
            let new = moved.apply(&text);
            let (mut before, mut after) = (told(&text, &board), told(&new, &Board::of(&new)));
            before.sort_by(|a, b| a.3.cmp(&b.3));
            after.sort_by(|a, b| a.3.cmp(&b.3));
            prop_assert_eq!(before, after);
        }
    }

    #[test]
    fn what_is_omitted_comes_back_byte_for_byte(
        pieces in prop::collection::vec(piece(), 0..30),
        card in 0..6_usize,
        chinese in any::<bool>(),
    ) {
        let text = pieces.concat();
        let board = Board::of(&text);
        let language = if chinese { Language::Chinese } else { Language::English };
        let Ok(omitted) = board.omit(&text, &[card], language) else {
            return Ok(());
        };
        let new = omitted.apply(&text);
        prop_assert_eq!(edited(&omitted, &text), new.clone());
        let there = Board::of(&new);
        let hidden = there.cards.iter().enumerate().find(|(_, c)| {
            c.kind == CardKind::Omitted && c.head.start == board.cards[card].range.start
        });
        prop_assert!(hidden.is_some(), "{:?} -> {:?}", text, new);
        let at = hidden.map_or(0, |(at, _)| at);
        prop_assert_eq!(&there.cards[at].heading, &board.cards[card].heading);
        let back = there.bring_back(&new, &[at]);
        prop_assert_eq!(back.map(|back| back.apply(&new)), Ok(text));
    }

    #[test]
    fn a_changed_card_leaves_the_others_alone(
        pieces in prop::collection::vec(piece(), 0..30),
        card in 0..6_usize,
        typed in "[a-zA-Z .#=\\[\\]/*一-十\n]{0,14}",
        color in prop::option::of(prop::sample::select(CardColor::ALL.to_vec())),
    ) {
        let text = pieces.concat();
        let board = Board::of(&text);
        let others = |text: &str, board: &Board| -> Vec<(CardKind, String, String, String)> {
            let mut all = told(text, board);
            if card < all.len() {
                all.remove(card);
            }
            all.into_iter().map(|mut c| { c.3.clear(); c }).collect()
        };
        let before = others(&text, &board);
        for made in [
            board.rename(&text, card, &typed),
            board.describe(&text, card, &typed),
            board.paint(&text, &[card], color),
        ] {
            let Ok(made) = made else { continue };
            let new = made.apply(&text);
            let there = Board::of(&new);
            prop_assert_eq!(there.cards.len(), board.cards.len(), "{:?} -> {:?}", text, new);
            prop_assert_eq!(&others(&new, &there), &before);
            prop_assert_eq!(edited(&made, &text), new);
        }
    }
}
