use proptest::prelude::*;

use super::*;

fn shown(text: &str) -> Vec<String> {
    read(text)
        .iter()
        .map(|block| {
            let mut line = format!("{:?}", block.kind);
            if let Some(label) = &block.label {
                line.push_str(&format!(" [{label}]"));
            }
            if block.dual {
                line.push_str(" ^");
            }
            if block.tight {
                line.push_str(" +");
            }
            let raw: String = block.content.iter().map(|p| p.text.as_str()).collect();
            format!("{line}: {}", raw.replace('\n', "/"))
        })
        .collect()
}

const SCRIPT: &str = "Title: The _Ferry_\nAuthor:\n    A. Tide\n    B. Tide\n\n.内景 渡口 夜 #12A#\n\n= They wait.\n\n  Rain. *Hard* rain.\nStill.\n\nMARA (V.O.)\n(low)\nYou're late.\n  \nAgain.\n\n@老秦 ^\n没有船了。\n~la la\n\n[[Too soon?]]\n\nCUT TO:\n\n> FADE OUT.\n\n> THE END <\n\n===\n\n!INT. NOT A HEADING\n\n## Act *two*\n";

#[test]
fn a_script_comes_apart_into_blocks() {
    let expected = [
        "Title [Title]: The Ferry",
        "Title [Author]: A. Tide",
        "Title [Author]: B. Tide",
        "Heading [12A]: 内景 渡口 夜",
        "Synopsis: They wait.",
        "Action:   Rain. Hard rain./Still.",
        "Character: MARA (V.O.)",
        "Parenthetical +: (low)",
        "Dialogue +: You're late.",
        "Dialogue +: ",
        "Dialogue +: Again.",
        "Character ^: 老秦",
        "Dialogue +: 没有船了。",
        "Lyric +: la la",
        "Hidden: [[Too soon?]]",
        "Transition: CUT TO:",
        "Transition: FADE OUT.",
        "Centered: THE END",
        "PageBreak: ",
        "Action: INT. NOT A HEADING",
        "Section(2): Act two",
    ];
    assert_eq!(shown(SCRIPT), expected);
}

#[test]
fn a_key_that_comes_again_without_a_value_changes_nothing() {
    for text in [
        "Title: A\nTitle:\n",
        "Title: A\nTitle:\nTitle: B\n",
        "Title:\nTitle: A\n",
    ] {
        let once = write(&read(text)).text;
        assert_eq!(write(&read(&once)).text, once, "{text:?}");
        assert!(once.contains('A') && once.contains('B') == text.contains('B'));
    }
}

#[test]
fn lines_of_nothing_but_a_mark_part_paragraphs() {
    let texts = [
        "\t!\nRain.\n",
        "!\n!#Rain.\n",
        "!\n  !\n\t!Rain.\n",
        "Fog.\n!\n\t!\nRain.\n",
        " :Fog\n!\n!!Rain.\n",
        "Fog. [[a\n  \n  \nb]]\n!\n**Rain.**\n",
    ];
    for text in texts {
        let once = write(&read(text)).text;
        assert_eq!(write(&read(&once)).text, once, "{text:?}");
        let notes = |text: &str| text.matches("\n  \n  \n").count();
        assert_eq!(notes(&once), notes(text), "{once:?}");
        assert!(once.contains("Rain."), "{once:?}");
    }
}

#[test]
fn a_cue_over_a_pause_stays_one() {
    for text in ["@JO\n  \n", "@JO\n  \nNo.\n"] {
        let blocks = read(text);
        assert_eq!(keys(&read(&write(&blocks).text)), keys(&blocks), "{text:?}");
    }
}

#[test]
fn notes_and_marks_in_odd_places_come_back_as_they_are_read() {
    let texts = [
        "W[[@:]@:]]>[W[[@:]@:>[W[[@:A\n",
        "Title: [[only a note]]\nAuthor: B\n",
        "*0@!*/\\*&(\n/]*0@!*/@/\n",
        "/\\*T/J\n!*/~\n",
        "!T/\\*/a1[[@J\n!*/T#~J*\n",
        "!\t[[\n]]<\n",
    ];
    for text in texts {
        let blocks = read(text);
        let once = write(&blocks).text;
        assert_eq!(keys(&read(&once)), keys(&blocks), "{text:?}: {once:?}");
        assert_eq!(write(&read(&once)).text, once, "{text:?}");
    }
    // Before the words of a further value a note would end the title page.
    let moved = write(&read("[[@]]Key: A /T/*\n B *C* D\n")).text;
    assert_eq!(moved, "Key:\n    A /T/\\*[[@]]\n    B *C* D\n");
    assert_eq!(write(&read(&moved)).text, moved);
}

#[test]
fn lines_inside_of_a_note_are_nothing_else() {
    let texts = [
        "[[\n!]\n]]\n",
        "Fog [[a\n!b\n# c\n]] and rain.\n",
        "MARA\nI see [[no\n(more)\n]] you.\n",
        "~la [[\n~\n]]\n",
        "> [[a\n> b <]] THE END <\n",
        "Title: A [[b\nAuthor: c]]\n",
    ];
    for text in texts {
        let once = write(&read(text)).text;
        assert_eq!(once, text);
        assert_eq!(
            read(text).len(),
            if text.starts_with("MARA") { 2 } else { 1 }
        );
    }
}

#[test]
fn a_heading_behind_a_note_stays_one() {
    let blocks = read("[[n]] .Hut #3#\n");
    assert_eq!(blocks[0].kind, Kind::Heading);
    assert_eq!(blocks[0].label.as_deref(), Some("3"));
    assert_eq!(write(&blocks).text, "[[n]] .Hut #3#\n");
}

#[test]
fn indentation_stays_behind_a_mark() {
    let blocks = [Block::new(
        Kind::Action,
        vec![Piece::plain("  INT. NO HEADING")],
    )];
    let written = write(&blocks).text;
    assert_eq!(keys(&read(&written)), keys(&blocks), "{written}");
}

#[test]
fn the_normal_form_is_written_back_as_it_was() {
    assert_eq!(write(&read(SCRIPT)).text, SCRIPT);
}

#[test]
fn what_would_be_read_as_something_else_is_forced() {
    for (kind, text, expected) in [
        (Kind::Action, "INT. A HOUSE", "!INT. A HOUSE\n"),
        (Kind::Action, "Title: no", "!Title: no\n"),
        (Kind::Action, "~ no song", "!~ no song\n"),
        (
            Kind::Action,
            "one\n# two\n\nTHREE\nfour",
            "!one\n!# two\n\n!THREE\nfour\n",
        ),
        (Kind::Action, "FADE IN:", "FADE IN:\n"),
        (Kind::Heading, "A HOUSE", ".A HOUSE\n"),
        (Kind::Heading, "int. a house", "int. a house\n"),
        (Kind::Heading, "(A HOUSE)", "(A HOUSE)\n"),
        (Kind::Character, "Mara", "@Mara\n"),
        (Kind::Character, "MARA", "@MARA\n"),
        (Kind::Transition, "CUT TO:", "CUT TO:\n"),
        (Kind::Transition, "淡出", "> 淡出\n"),
    ] {
        let block = Block::new(kind, vec![Piece::plain(text)]);
        assert_eq!(write(&[block]).text, expected);
    }
    let speech = [
        Block::new(Kind::Character, vec![Piece::plain("MARA")]),
        Block::new(Kind::Dialogue, vec![Piece::plain("No.")]),
    ];
    assert_eq!(write(&speech).text, "MARA\nNo.\n");
}

#[test]
fn two_parentheticals_in_a_row_stay_two() {
    let said = |kind, text| Block::new(kind, vec![Piece::plain(text)]);
    let blocks = [
        said(Kind::Character, "MARA"),
        said(Kind::Parenthetical, "(low)"),
        said(Kind::Parenthetical, "(to Jon)"),
        said(Kind::Dialogue, "No."),
    ];
    let written = write(&blocks).text;
    assert_eq!(written, "MARA\n(low)\n  \n(to Jon)\nNo.\n");
    assert_eq!(keys(&read(&written)), keys(&blocks));
    // Without the line between, the second is said, as Fountain has it.
    assert_eq!(read("MARA\n(low)\n(to Jon)\n")[2].kind, Kind::Dialogue);
}

/// Scripts of every construct, as people and programs write them.
pub(crate) fn scripts() -> impl Strategy<Value = String> {
    let line = prop::sample::select(vec![
        "INT. HOUSE - DAY",
        "int. house #3#",
        ".内景 渡口 夜 #2-A.#",
        "EXT. YARD [[which?]] - NIGHT",
        "= They meet.",
        "# Act One",
        "### Deep",
        "Rain falls on the *old* harbour.",
        "    Indented _and_ marked.",
        "!FORCED ACTION",
        "MARA",
        "MARA (V.O.)",
        "@老秦",
        "JON ^",
        "(beat)",
        "（低声）",
        "You are late.",
        "没有船了。",
        "**Never** say ***that***.",
        "~ la la",
        "CUT TO:",
        "> 淡出",
        "> THE END <",
        "===",
        "[[A note.]]",
        "[[color: blue]]",
        "INT. A - DAY\n[[color: red]]\n= One.",
        "/* cut */",
        "\n.OMITTED #7#\n\n/* omitted\nINT. CABIN - DAY #7#\n\nMARA\n(low)\nGone.\n\n*/\n",
        "\n.删去 #8A#\n\n/* omitted\n[[color: red]]\n.外景 渡口 夜 #8A#\n= b\n雨。 /* x *\\/ [[n]]\n*/\n",
        "\n/* omitted\nINT. ATTIC\n\n===\n\n~la\n\n*/\n",
        "She [[why?]] waits /* not */ here.",
        "  ",
        "FADE IN:",
        "5 * 3 _ 2",
        "fish & <chips> \"x\"",
        "Title: One",
        "...and then",
        "emoji 😀 عربي",
    ]);
    let title = prop::sample::select(vec![
        "",
        "Title: Ferry\n\n",
        "Title:\n    Ferry\n    Night\nCredit: written by\nAuthor: A. Tide\nContact:\n    1 Quay\n    Port\nDraft date: 1/2\nTone: dark\n\n",
    ]);
    let gap = prop::sample::select(vec!["\n", "\n", "\n\n", "\n\n\n"]);
    (title, prop::collection::vec((line, gap), 0..24)).prop_map(|(title, lines)| {
        let body: String = lines.iter().flat_map(|(line, gap)| [*line, *gap]).collect();
        format!("{title}{body}")
    })
}

fn keys(blocks: &[Block]) -> Vec<String> {
    blocks.iter().map(Block::key).collect()
}

proptest! {
    #[test]
    fn the_normal_form_has_the_same_blocks(text in scripts()) {
        let blocks = read(&text);
        let written = write(&blocks);
        let again = read(&written.text);
        prop_assert_eq!(keys(&again), keys(&blocks), "{}", written.text);
        prop_assert_eq!(write(&again).text, written.text);
    }

    #[test]
    fn any_text_settles(text in "([a-cA-C汉.!@>~#=:()<\\[\\]/*_ \\\\]|\\n){0,60}") {
        let once = write(&read(&text)).text;
        let twice = write(&read(&once)).text;
        let thrice = write(&read(&twice)).text;
        prop_assert_eq!(twice, thrice);
    }
}
