use proptest::prelude::*;

use super::{super::*, script};

fn cue(text: &str) -> Block {
    Block::Cue {
        text: text.to_owned(),
        dual: false,
    }
}

fn heading(text: &str, number: Option<&str>) -> Block {
    Block::Heading {
        text: text.to_owned(),
        number: number.map(str::to_owned),
    }
}

fn says(text: &str) -> Block {
    Block::Dialogue(text.to_owned())
}

fn action(text: &str) -> Block {
    Block::Action(text.to_owned())
}

#[test]
fn marks_stand_only_where_they_are_needed() {
    let written = write(&[
        Block::TitlePage(vec![
            (
                "Title".to_owned(),
                vec!["_灯塔_".to_owned(), "Two".to_owned()],
            ),
            ("Author".to_owned(), vec!["Nobody".to_owned()]),
        ]),
        Block::Section {
            depth: 2,
            text: "Act".to_owned(),
        },
        heading("INT. HUT - DAY", Some("1A")),
        heading("内景 咖啡馆 日", Some("2")),
        Block::Synopsis("They meet.".to_owned()),
        action("Rain.\n.45 rounds."),
        action("BANG"),
        action("BO\nsits."),
        action("CUT TO:"),
        action("EXT. is not how it begins\n> nor so"),
        cue("BO (V.O.)"),
        Block::Parenthetical("(low)".to_owned()),
        says("Yes.\n\nNo."),
        Block::Cue {
            text: "林晓".to_owned(),
            dual: true,
        },
        Block::Parenthetical("（低声）".to_owned()),
        says("走。"),
        Block::Note("who?".to_owned()),
        says("快走。"),
        cue("BO"),
        Block::Lyric {
            text: "la".to_owned(),
            spoken: true,
        },
        Block::Transition("CUT TO:".to_owned()),
        Block::Transition("切至：".to_owned()),
        Block::Centered("THE END".to_owned()),
        Block::Boneyard("cut\n\nthis".to_owned()),
        Block::PageBreak,
    ]);
    assert_eq!(
        written,
        "Title:\n    _灯塔_\n    Two\nAuthor: Nobody\n\n## Act\n\nINT. HUT - DAY #1A#\n\n\
         .内景 咖啡馆 日 #2#\n\n= They meet.\n\nRain.\n.45 rounds.\n\nBANG\n\n!BO\nsits.\n\n!CUT TO:\n\n\
         EXT. is not how it begins\n!> nor so\n\nBO (V.O.)\n(low)\nYes.\n  \nNo.\n\n@林晓 ^\n（低声）\n走。\n\
         [[who?]]\n快走。\n\nBO\n~la\n\nCUT TO:\n\n> 切至：\n\n> THE END <\n\n/*\ncut\n\nthis\n*/\n\n===\n"
    );
}

#[test]
fn a_mark_that_is_sung_is_no_mark() {
    let found = blocks("~ ~la\n\n# #x\n\n= =y\n");
    assert_eq!(write(&found), "~ ~la\n\n# #x\n\n= =y\n");
    assert_eq!(blocks(&write(&found)), found);
}

#[test]
fn an_empty_note_beside_another_says_nothing() {
    for text in [
        "[[]][[a]]",
        "[[a]][[]]",
        "/**//* a */",
        "/* a *//**/",
        "[[]]",
    ] {
        let found = blocks(text);
        assert_eq!(blocks(&write(&found)), found, "{text}");
    }
}

#[test]
fn a_forced_heading_behind_a_note_stays_one() {
    for text in [
        "[[n]] .晚 日\n",
        "[[n]].晚 日\n",
        "[[n\nm]]  .Hut\n",
        "/* cut */ .Hut #3#\n",
        "[[*\n\u{fffd}=     .晚c]]         .晚\u{b}\u{b} v\u{1a}\u{fffd}      \n              .晚c]]",
    ] {
        let found = blocks(text);
        assert!(matches!(found[0], Block::Heading { .. }), "{text}");
        assert_eq!(blocks(&write(&found)), found, "{text}");
    }
}

#[test]
fn a_key_out_of_which_something_was_cut_opens_nothing_when_written() {
    for text in ["a*//*x*/*b*/*: c\n", "a[/*x*/[b]]: c\n"] {
        let found = blocks(text);
        assert!(matches!(found[0], Block::TitlePage(_)), "{text}");
        let written = write(&found);
        assert_eq!(blocks(&written), found, "{written:?}");
        assert!(written.contains('b'));
    }
}

#[test]
fn boneyard_over_lines_ends_a_speech() {
    let text = "BO\nHi.\n/* cut\nthis */\n~la\n";
    let found = blocks(text);
    assert!(
        matches!(&found[3], Block::Lyric { spoken: false, .. }),
        "{found:?}"
    );
    assert_eq!(blocks(&write(&found)), found);
    assert_eq!(speeches(text, &parse(text))[0].elements, 0..2);
}

#[test]
fn what_cannot_stand_so_is_not_lost() {
    for (blocks, expected) in [
        (vec![says("Hello.")], "Hello.\n"),
        (vec![heading("（闪回）", None)], "（闪回）\n"),
        (vec![cue("BO")], "@BO\n"),
        (vec![cue("BO"), says("\nHi.")], "@BO\n  \nHi.\n"),
        (
            vec![
                cue("BO"),
                Block::Parenthetical("low".to_owned()),
                Block::Parenthetical("(then loud)".to_owned()),
            ],
            "BO\n(low)\n  \n(then loud)\n",
        ),
        (vec![action("One.\n\nTwo.")], "One.\n\nTwo.\n"),
        (vec![action("Title: A")], "!Title: A\n"),
        (
            vec![Block::Note("a]] b\n\nc]".to_owned())],
            "[[a] ] b\n  \nc] ]]\n",
        ),
        (
            vec![Block::Boneyard("a */ b".to_owned())],
            "/* a * / b */\n",
        ),
        (
            vec![heading("INT. A", Some("第 1/2 场"))],
            "INT. A #第12场#\n",
        ),
        (
            vec![Block::TitlePage(vec![("Foo".to_owned(), vec![])])],
            "Title:\nFoo:\n",
        ),
    ] {
        assert_eq!(write(&blocks), expected);
    }
}

/// Runs as one letter after the other, without the style of white space, which none can see.
fn letters<'a>(runs: impl IntoIterator<Item = (Style, &'a str)>) -> Vec<(char, Style)> {
    let letters = runs
        .into_iter()
        .flat_map(|(style, text)| text.chars().map(move |c| (c, style)));
    letters
        .map(|(c, style)| {
            (
                c,
                if c.is_whitespace() {
                    Style::default()
                } else {
                    style
                },
            )
        })
        .collect()
}

fn style() -> impl Strategy<Value = Style> {
    any::<(bool, bool, bool)>().prop_map(|(bold, italic, underline)| Style {
        bold,
        italic,
        underline,
    })
}

fn tame() -> impl Strategy<Value = String> {
    // Marks of every element, but nothing that opens a note or boneyard.
    "[A-Ca-c汉字é.!~>#@=^:_*(（\\\\]([A-Ca-c汉字 .!~>#@=:_*\\\\]{0,8}[A-Ca-c汉字.!~>#@=_*])?"
}

fn block() -> impl Strategy<Value = Block> {
    let lines = prop::collection::vec(tame(), 1..3).prop_map(|lines| lines.join("\n"));
    let spoken = "[A-Ca-c汉字][A-Ca-c汉字 ]{0,6}[A-Ca-c汉字.]";
    prop_oneof![
        lines.prop_map(Block::Action),
        (
            "(INT\\. |EXT |)[A-Ca-c汉字][A-Ca-c汉字 -]{0,6}[A-Ca-c汉字]",
            prop::option::of("[0-9A-C]{1,3}")
        )
            .prop_map(|(text, number)| Block::Heading { text, number }),
        ("[A-Ca-c汉字][A-Ca-c汉字]{0,4}( \\(a\\))?", any::<bool>())
            .prop_map(|(text, dual)| Block::Cue { text, dual }),
        spoken.prop_map(|t| Block::Parenthetical(format!("({t})"))),
        spoken.prop_map(Block::Dialogue),
        ("[a-c汉]{1,4}", any::<bool>()).prop_map(|(text, spoken)| Block::Lyric { text, spoken }),
        prop::sample::select(vec!["CUT TO:", "切至：", "Fade out.", "INT. A TO:", ".TO:"])
            .prop_map(|t| Block::Transition(t.to_owned())),
        spoken.prop_map(Block::Centered),
        (1u8..4, spoken).prop_map(|(depth, text)| Block::Section { depth, text }),
        spoken.prop_map(Block::Synopsis),
        spoken.prop_map(Block::Note),
        spoken.prop_map(Block::Boneyard),
        Just(Block::PageBreak),
    ]
}

/// Blocks as they can stand: speech behind a cue.
fn sorted(blocks: Vec<Block>) -> Vec<Block> {
    let mut kept: Vec<Block> = Vec::new();
    let mut speech = false;
    for block in blocks {
        let fits = match &block {
            Block::Parenthetical(_) => speech,
            Block::Dialogue(_) => speech && !matches!(kept.last(), Some(Block::Dialogue(_))),
            Block::Lyric { spoken, .. } => *spoken == speech,
            Block::Note(_) | Block::Boneyard(_) => true,
            Block::Cue { .. } => {
                speech = true;
                true
            }
            _ => {
                speech = false;
                true
            }
        };
        if fits {
            kept.push(block);
        }
    }
    kept
}

#[test]
fn lines_that_a_note_would_join_stay_apart() {
    for text in ["~la [[la\n\n~li]]\n", "> la [[la <\n\n> li]] <\n"] {
        let found = blocks(text);
        assert_eq!(found.len(), 2, "{found:?}");
        assert_eq!(write(&found), text);
    }
    assert_eq!(write(&blocks("~la [[a]]\n\n~li]]\n")), "~la [[a]]\n~li]]\n");
}

#[test]
fn two_cuts_on_one_line_of_a_speech_stay_on_one() {
    let text = "MARA\nYes.\n/*a*//*b*/\nNo.\n";
    let found = blocks(text);
    assert_eq!(blocks(&write(&found)), found);
    assert_eq!(found.len(), 4);
}

#[test]
fn white_space_of_any_kind_parts_a_bracket_from_a_note() {
    let found = blocks("\u{b}[\u{b}[[]]\n");
    assert_eq!(blocks(&write(&found)), found);
}

#[test]
fn notes_in_a_row_with_an_empty_one_between_them_come_back() {
    let found = blocks("[[a]][[\n]][[\nb]]\n");
    assert_eq!(blocks(&write(&found)), found);
    assert_eq!(found.len(), 1, "{found:?}");
}

#[test]
fn a_caret_of_a_name_puts_no_speech_beside_another() {
    let said = |dual| {
        let cue = Block::Cue {
            text: "MAR^".to_owned(),
            dual,
        };
        let text = write(&[cue, Block::Dialogue("Now.".to_owned())]);
        let found = parse(&text);
        crate::fountain::cue(&text, &found[0]).map(|cue| cue.dual)
    };
    assert_eq!(said(false), Some(false));
    assert_eq!(said(true), Some(true));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn blocks_come_back(blocks in prop::collection::vec(block(), 0..8)) {
        let blocks = sorted(blocks);
        let written = write(&blocks);
        prop_assert_eq!(super::super::blocks(&written), blocks, "{}", written);
    }

    #[test]
    fn blocks_of_any_script_come_back(text in script()) {
        let found = blocks(&text);
        let written = write(&found);
        prop_assert_eq!(blocks(&written), found, "{:?}", written);
        prop_assert_eq!(write(&blocks(&written)), written);
    }

    #[test]
    fn blocks_of_any_text_come_back(text in any::<String>()) {
        let found = blocks(&text);
        prop_assert_eq!(blocks(&write(&found)), found);
    }

    #[test]
    fn marked_runs_come_back(
        runs in prop::collection::vec((style(), "[a汉*_ \\\\\\[/.]{0,4}"), 0..8)
    ) {
        let runs: Vec<_> = runs.iter().map(|(style, text)| (*style, text.as_str())).collect();
        let line = marked(runs.iter().copied());
        let text = format!("!x{line}x\n");
        let found = lines(&text, &parse(&text)[0]);
        let said = found[0].runs.iter().map(|run| (run.style, run.text));
        let mut expected = vec![(Style::default(), "x")];
        expected.extend(runs);
        expected.push((Style::default(), "x"));
        let mut said = letters(said);
        said.retain(|&(c, _)| c != '\u{2060}');
        prop_assert_eq!(said, letters(expected), "{}", line);
    }

    #[test]
    fn whatever_blocks_there_are_their_words_are_written(
        blocks in prop::collection::vec(block(), 0..8)
    ) {
        let written = write(&blocks);
        let words = |text: &str| text.matches(|c: char| "汉字é".contains(c)).count();
        let all: usize = blocks.iter().map(|block| words(&format!("{block:?}"))).sum();
        prop_assert_eq!(words(&written), all);
    }
}
