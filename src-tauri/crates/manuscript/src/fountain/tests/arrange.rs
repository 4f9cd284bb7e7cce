use proptest::prelude::*;

use super::super::*;

fn moved(text: &str, scene: usize, place: Place) -> String {
    let found = move_scene(text, &parse(text), scene, place).expect("a move");
    let found = found.expect("another place");
    let new = found.apply(text);
    assert_eq!(text[found.from.clone()], new[found.to.clone()]);
    new
}

const ACT: &str = "FADE IN:\n\n# One\n= The first.\n\nINT. A - DAY #1#\n= a\n\nOne. [[why?]]\n\n\
                   [[b comes]]\nEXT. B - NIGHT\n= b\n\nTwo.\n\n# Two\n= The second.\n\n# Three\n\n\
                   .内景 丙 日\n\n@老秦\n走。";

#[test]
fn a_scene_takes_its_synopsis_and_its_notes_along() {
    assert_eq!(
        moved(ACT, 1, Place::Before(0)),
        "FADE IN:\n\n# One\n= The first.\n\n[[b comes]]\nEXT. B - NIGHT\n= b\n\nTwo.\n\n\
         INT. A - DAY #1#\n= a\n\nOne. [[why?]]\n\n# Two\n= The second.\n\n# Three\n\n\
         .内景 丙 日\n\n@老秦\n走。"
    );
}

#[test]
fn a_scene_goes_into_a_section_that_has_none() {
    let new = moved(ACT, 0, Place::Under(1));
    assert!(
        new.contains("= The second.\n\nINT. A - DAY #1#\n= a\n\nOne. [[why?]]\n\n# Three"),
        "{new}"
    );
    // The text before the first scene stays at the top.
    assert!(new.starts_with("FADE IN:\n\n# One\n= The first.\n\n[[b comes]]\nEXT. B"));
}

#[test]
fn the_last_scene_gets_the_blank_line_that_it_needs() {
    let new = moved(ACT, 2, Place::After(0));
    assert!(
        new.contains("[[why?]]\n\n.内景 丙 日\n\n@老秦\n走。\n\n[[b comes]]\nEXT. B"),
        "{new}"
    );
    let crlf = "INT. A - DAY\r\n\r\nOne.\r\n\r\nINT. B - DAY\r\n\r\nTwo.";
    assert_eq!(
        moved(crlf, 0, Place::After(1)),
        "INT. B - DAY\r\n\r\nTwo.\r\n\r\nINT. A - DAY\r\n\r\nOne.\r\n\r\n"
    );
}

#[test]
fn where_it_stands_already_nothing_is_done() {
    let elements = parse(ACT);
    for (scene, place) in [
        (0, Place::Before(0)),
        (0, Place::After(0)),
        (1, Place::After(0)),
        (0, Place::Before(1)),
        (0, Place::Under(0)),
        (2, Place::Under(2)),
    ] {
        assert_eq!(move_scene(ACT, &elements, scene, place), Ok(None));
    }
    let no = |scene, place| move_scene(ACT, &elements, scene, place).err();
    assert_eq!(no(3, Place::Before(0)), Some(MoveError::NoScene));
    assert_eq!(no(0, Place::After(3)), Some(MoveError::NoPlace));
    assert_eq!(no(0, Place::Under(3)), Some(MoveError::NoPlace));
}

#[test]
fn a_move_that_would_change_what_is_read_is_refused() {
    // The open mark would hide the scene that closes one.
    let text = "INT. A - DAY\n\n/* One\n\nINT. B - DAY\n\nTwo.\n\nINT. C - DAY\n\nThree. */";
    let elements = parse(text);
    assert_eq!(carried(text, &elements).len(), 1);
    let text = "INT. A - DAY\n\nx */ y\n\nINT. B - DAY\n\nTwo /* z\n";
    let elements = parse(text);
    assert_eq!(
        move_scene(text, &elements, 1, Place::Before(0)),
        Err(MoveError::ReadsOtherwise)
    );
    assert_eq!(
        move_scene(text, &elements, 0, Place::After(1)),
        Err(MoveError::ReadsOtherwise)
    );
}

/// What stands in a text apart from line ends, in no order.
fn letters(text: &str) -> Vec<char> {
    let mut letters: Vec<char> = text.chars().filter(|c| !"\r\n".contains(*c)).collect();
    letters.sort_unstable();
    letters
}

fn piece() -> impl Strategy<Value = String> {
    let line = prop_oneof![
        Just("INT. HOUSE - DAY"),
        Just("EXT. QUAY: THE END - NIGHT #3A#"),
        Just(".内景 码头 夜"),
        Just("# Act"),
        Just("## 段落"),
        Just("= What happens."),
        Just("[[note]]"),
        Just("[[a note\nover lines]]"),
        Just("/* cut */"),
        Just("/* cut"),
        Just("*/"),
        Just("MARA"),
        Just("@老秦 ^"),
        Just("(beat)"),
        Just("It rains."),
        Just("  "),
        Just("CUT TO:"),
        Just("> 完 <"),
        Just("~ la la"),
        Just("==="),
        Just("Title: X"),
        Just("\u{feff}"),
        Just(""),
    ];
    let end = prop_oneof![
        4 => Just("\n\n"),
        4 => Just("\n"),
        1 => Just("\r\n"),
        1 => Just("\r\n\r\n"),
        1 => Just(""),
    ];
    (line, end).prop_map(|(line, end)| format!("{line}{end}"))
}

fn place() -> impl Strategy<Value = Place> {
    prop_oneof![
        (0..6_usize).prop_map(Place::Before),
        (0..6_usize).prop_map(Place::After),
        (0..3_usize).prop_map(Place::Under),
    ]
}

proptest! {
    #[test]
    fn a_move_keeps_every_letter_and_every_meaning(
        pieces in prop::collection::vec(piece(), 0..40),
        scene in 0..6_usize,
        place in place(),
    ) {
        let text = pieces.concat();
        let elements = parse(&text);
        let Ok(Some(moved)) = move_scene(&text, &elements, scene, place) else {
            return Ok(());
        };
        let new = moved.apply(&text);
        prop_assert_eq!(letters(&text), letters(&new));
        prop_assert_eq!(&text[moved.from.clone()], &new[moved.to.clone()]);
        prop_assert!(moved.edits[0].range.end <= moved.edits[1].range.start);

        // The scenes are those that were, the moved one elsewhere.
        let heads = |text: &str| -> Vec<(String, Option<String>)> {
            scenes(text).into_iter().map(|s| (s.heading, s.synopsis)).collect()
        };
        let (mut old, mut now) = (heads(&text), heads(&new));
        prop_assert_eq!(old.len(), now.len());
        let index = carried(&new, &parse(&new))
            .iter()
            .position(|range| range.start == moved.to.start);
        prop_assert!(index.is_some(), "{:?} -> {:?}", text, new);
        prop_assert_eq!(&old.remove(scene).0, &now.remove(index.unwrap_or(0)).0);
        let names = |all: &[(String, Option<String>)]| -> Vec<String> {
            all.iter().map(|(heading, _)| heading.clone()).collect()
        };
        prop_assert_eq!(names(&old), names(&now));
    }

    #[test]
    fn sound_scripts_can_always_be_put_in_another_order(
        bodies in prop::collection::vec("[a-z]{1,6}\\.(\n\n(MARA\n[a-z]{1,5}|@老秦\n[一-十]{1,3}))?", 2..7),
        scene in 0..7_usize,
        place in place(),
    ) {
        let scripts: Vec<String> = bodies
            .iter()
            .zip(0..)
            .map(|(body, n): (_, usize)| format!("INT. ROOM {n} - DAY\n= s{n}\n\n{body}"))
            .collect();
        let text = scripts.join("\n\n");
        let result = move_scene(&text, &parse(&text), scene, place);
        prop_assert_ne!(&result, &Err(MoveError::ReadsOtherwise));
        if let Ok(Some(moved)) = result {
            // Each synopsis is still with its heading.
            for found in scenes(&moved.apply(&text)) {
                let number = found.heading.trim_start_matches("INT. ROOM ").trim_end_matches(" - DAY");
                prop_assert_eq!(found.synopsis, Some(format!("s{number}")));
            }
        }
    }
}
