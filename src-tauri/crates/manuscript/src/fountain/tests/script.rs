use proptest::prelude::*;

use super::{super::*, script};

/// A script after an edit, against one that was read anew.
fn edited(script: &mut Script, range: std::ops::Range<usize>, with: &str) -> Edited {
    let before = script.elements().to_vec();
    let edited = script.edit(range, with);
    assert_eq!(
        script.elements(),
        parse(script.text()),
        "{:?}",
        script.text()
    );
    // What was not read again is what it was.
    let kinds = |elements: &[Element]| elements.iter().map(|e| e.kind).collect::<Vec<_>>();
    let now = script.elements();
    assert_eq!(
        now[..edited.elements.start],
        before[..edited.elements.start]
    );
    assert_eq!(
        kinds(&now[edited.elements.end..]),
        kinds(&before[edited.elements.start + edited.replaced..])
    );
    edited
}

#[test]
fn a_keystroke_reads_its_surroundings_only() {
    let scene = "INT. HUT - DAY\n\nRain.\n\nBO\n(low)\nYes.\n\nSun.\n\n";
    let mut script = Script::new(scene.repeat(500));
    let middle = scene.len() * 250 + scene.find("Yes").unwrap_or(0);
    for (range, with) in [
        (middle..middle, "N"),
        (middle..middle + 1, ""),
        (middle..middle, "\n"),
        (middle..middle, "[["),
        (middle..middle, "/*"),
    ] {
        let edited = edited(&mut script, range, with);
        assert!(edited.read.len() < 120, "{with:?}: {edited:?}");
    }
    // That `/*` is open, and so is this one, until it is closed.
    let edited_end = edited(&mut script, 0..0, "\n/*");
    assert!(edited_end.read.len() < 120);
    let end = script.text().len() - 5;
    let closed = edited(&mut script, end..end, "*/");
    assert!(closed.read.len() > end / 2);
    assert_eq!(script.elements().len(), 3, "{:?}", &script.elements()[..3]);
    let opened = edited(&mut script, 1..2, "");
    assert!(opened.read.len() > end / 2);
}

#[test]
fn edits_out_of_place_go_to_the_nearest_border() {
    let mut script = Script::new("é汉");
    script.edit(1..3, "x");
    assert_eq!(script.text(), "x汉");
    script.edit(7..9, "y");
    assert_eq!(script.text(), "x汉y");
    assert_eq!(script.at(0), Some(0));
    assert_eq!(script.at(99), Some(0));
    assert_eq!(Script::new("").at(0), None);
}

#[test]
fn line_ends_that_an_edit_joins_are_one() {
    for (text, range, with) in [
        ("A\r\r\nB\r\n\r\nC", 3..4, ""),
        ("A\r\rB", 3..3, "\n"),
        ("A\r\n\r\nB", 3..4, ""),
        ("A\n\r\nBO\nHi.", 2..3, ""),
        ("BO\nHi.\n  \r\nHo.", 9..9, "x"),
        ("A [[b\n  \r\nc", 11..11, "]]"),
    ] {
        edited(&mut Script::new(text), range, with);
    }
}

/// Edits with what the format gives a meaning to.
fn edits() -> impl Strategy<Value = Vec<(prop::sample::Index, usize, String)>> {
    let with = prop_oneof![
        3 => Just(String::new()),
        2 => prop::sample::select(vec![
            "\n", "\n\n", "\r", "\r\n", "/*", "*/", "*", "/", "[", "]", "[[", "]]", " ", "  ", "@",
            "Title: ", "a", "汉", ".", "=", "#", "(", ")", "TO:", "\u{feff}",
        ]).prop_map(str::to_owned),
        1 => script(),
    ];
    prop::collection::vec((any::<prop::sample::Index>(), 0usize..6, with), 1..12)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn edits_leave_what_a_whole_reading_gives(
        text in script(), more in script(), returns in any::<bool>(), edits in edits()
    ) {
        let text = format!("{text}\n\n{more}");
        let text = if returns { text.replace('\n', "\r\n") } else { text };
        let mut script = Script::new(text);
        for (at, length, with) in edits {
            let at = at.index(script.text().len() + 1);
            edited(&mut script, at..at + length, &with);
        }
    }

    #[test]
    fn edits_of_any_text_leave_what_a_whole_reading_gives(
        bytes in prop::collection::vec(any::<u8>(), 0..200), edits in edits()
    ) {
        let mut script = Script::new(String::from_utf8_lossy(&bytes));
        for (at, length, with) in edits {
            let at = at.index(script.text().len() + 1);
            edited(&mut script, at..at + length, &with);
        }
    }
}
