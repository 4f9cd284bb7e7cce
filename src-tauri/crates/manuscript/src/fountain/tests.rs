mod compare;
mod read;
mod script;
mod write;

use proptest::prelude::*;

use super::*;

/// The elements that are not blank, one a line, as `kind: content`.
fn shown(text: &str) -> Vec<String> {
    parse(text)
        .iter()
        .filter(|element| element.kind != ElementKind::Blank)
        .map(|element| {
            let name = match element.kind {
                ElementKind::TitlePage => "title".to_owned(),
                ElementKind::SceneHeading => "scene".to_owned(),
                ElementKind::Action => "action".to_owned(),
                ElementKind::Character => "cue".to_owned(),
                ElementKind::Parenthetical => "paren".to_owned(),
                ElementKind::Dialogue => "says".to_owned(),
                ElementKind::Transition => "transition".to_owned(),
                ElementKind::Centered => "centered".to_owned(),
                ElementKind::Lyric => "lyric".to_owned(),
                ElementKind::Section { depth } => format!("section {depth}"),
                ElementKind::Synopsis => "synopsis".to_owned(),
                ElementKind::Note => "note".to_owned(),
                ElementKind::Boneyard => "boneyard".to_owned(),
                ElementKind::PageBreak => "page".to_owned(),
                ElementKind::Blank => String::new(),
            };
            format!("{name}: {}", content(text, element).replace('\n', "|"))
        })
        .collect()
}

/// Each text stands alone; `expected` has ` / ` between elements.
fn all(cases: &[(&str, &str)]) {
    for (text, expected) in cases {
        assert_eq!(shown(text).join(" / "), *expected, "{text:?}");
    }
}

#[test]
fn headings_by_their_opening() {
    for opening in [
        "INT.",
        "INT",
        "int.",
        "Ext",
        "EST.",
        "est",
        "INT./EXT.",
        "INT/EXT",
        "INT./EXT",
        "i/e",
        "I/E.",
        "EXT./INT.",
    ] {
        let text = format!("A.\n\n{opening} YARD - DAY\n\nB.");
        assert_eq!(
            shown(&text),
            [
                "action: A.".to_owned(),
                format!("scene: {opening} YARD - DAY"),
                "action: B.".to_owned()
            ]
        );
    }
    all(&[
        (
            "INTERNAL AFFAIRS COMES.\n\nx",
            "action: INTERNAL AFFAIRS COMES. / action: x",
        ),
        ("INTO THE YARD\n\nx", "action: INTO THE YARD / action: x"),
        (
            "EXT. YARD - DAY\nNo blank line.\n",
            "action: EXT. YARD - DAY|No blank line.",
        ),
        (
            "Ah.\nEXT. YARD - DAY\n\nB.",
            "action: Ah.|EXT. YARD - DAY / action: B.",
        ),
        ("EXT. YARD - DAY", "scene: EXT. YARD - DAY"),
        (
            "EXT. YARD - DAY\n= Dusk.\n\nB.",
            "scene: EXT. YARD - DAY / synopsis: Dusk. / action: B.",
        ),
        (
            "## Two\nEXT. YARD - DAY\n\nB.",
            "section 2: Two / scene: EXT. YARD - DAY / action: B.",
        ),
    ]);
}

#[test]
fn forced_headings_and_scene_numbers() {
    all(&[
        (".SCOPE VIEW\n\nx", "scene: SCOPE VIEW / action: x"),
        (
            ".内景 咖啡馆 日\n\n雨。",
            "scene: 内景 咖啡馆 日 / action: 雨。",
        ),
        (
            ".内景 咖啡馆 日\n雨。",
            "scene: 内景 咖啡馆 日 / action: 雨。",
        ),
        ("...where it stands.", "action: ...where it stands."),
        (". NOT ONE", "action: . NOT ONE"),
        ("He shot\n.45 rounds.", "action: He shot|.45 rounds."),
        ("INT. A - DAY #1#\n\n", "scene: INT. A - DAY"),
        ("INT. A - DAY #1A-2.#\n\n", "scene: INT. A - DAY"),
        ("INT. A - DAY #第1场#\n\n", "scene: INT. A - DAY"),
        ("INT. A - DAY #😆#\n\n", "scene: INT. A - DAY #😆#"),
        ("INT. A - DAY ##\n\n", "scene: INT. A - DAY ##"),
    ]);
}

#[test]
fn cues_are_capitals_with_a_letter() {
    all(&[
        ("R2D2\nBeep.", "cue: R2D2 / says: Beep."),
        ("2ND GUARD\nHalt.", "cue: 2ND GUARD / says: Halt."),
        ("23\nBlop!", "action: 23|Blop!"),
        (
            "ÉMILE O'BRIEN-SMITH\nBonjour.",
            "cue: ÉMILE O'BRIEN-SMITH / says: Bonjour.",
        ),
        (
            "HANS (on the radio)\nWhat?",
            "cue: HANS (on the radio) / says: What?",
        ),
        (
            "HANS (V.O.) (CONT'D)\nWhat?",
            "cue: HANS (V.O.) (CONT'D) / says: What?",
        ),
        ("HANS（画外音）\nWhat?", "cue: HANS（画外音） / says: What?"),
        ("(Jack)\nKnife.", "action: (Jack)|Knife."),
        ("Hans\nWhat?", "action: Hans|What?"),
        ("HANS\n\nWhat?", "action: HANS / action: What?"),
        ("HANS\n  \nWhat?", "action: HANS / action: What?"),
        ("HANS", "action: HANS"),
        ("Ah.\nHANS\nWhat?", "action: Ah.|HANS|What?"),
        ("@McCLANE\nYippie!", "cue: McCLANE / says: Yippie!"),
        ("@黑泽（画外）\n你好。", "cue: 黑泽（画外） / says: 你好。"),
        ("@黑泽", "cue: 黑泽"),
        ("@", "action: @"),
        ("GUY^\nHi.", "cue: GUY / says: Hi."),
        ("GUY ^ (dual)\nHi.", "action: GUY ^ (dual)|Hi."),
        ("            GUY\n    Hi.", "cue: GUY / says: Hi."),
        ("CUT TO:\nEXT. YARD", "action: CUT TO:|EXT. YARD"),
    ]);
}

#[test]
fn chinese_with_an_acronym_is_no_cue() {
    all(&[
        (
            "KTV包厢里，灯光昏暗。\n李明坐着。",
            "action: KTV包厢里，灯光昏暗。|李明坐着。",
        ),
        (
            "内景 咖啡馆 日\n\n李明坐着。",
            "action: 内景 咖啡馆 日 / action: 李明坐着。",
        ),
    ]);
}

#[test]
fn a_speech_goes_on_until_a_line_is_empty() {
    all(&[
        (
            "BO\nI SAID NO\nINT. IT - DAY",
            "cue: BO / says: I SAID NO|INT. IT - DAY",
        ),
        (
            "BO\nTen.\n  \nHit?\n\nx",
            "cue: BO / says: Ten.||Hit? / action: x",
        ),
        ("BO\nTen.\n \nHit?", "cue: BO / says: Ten. / action: Hit?"),
        (
            "BO\n(low)\nA.\n(loud)\n(long)\nB.",
            "cue: BO / paren: (low) / says: A. / paren: (loud) / says: (long)|B.",
        ),
        (
            "@李明\n（低声）\n走。",
            "cue: 李明 / paren: （低声） / says: 走。",
        ),
        ("BO\n~La la\nOh.", "cue: BO / lyric: La la / says: Oh."),
        (
            "BO\nA.\n[[a note]]\nB.",
            "cue: BO / says: A. / note: a note / says: B.",
        ),
        (
            "BO\nA.\n/* cut */\nB.",
            "cue: BO / says: A. / boneyard: cut / says: B.",
        ),
        (
            "BO\nA.\n/*\n\ncut\n*/\nEXT. YARD\n\nB.",
            "cue: BO / says: A. / boneyard: cut / scene: EXT. YARD / action: B.",
        ),
        (
            "BO\nA.\n===\nB.",
            "cue: BO / says: A. / page:  / action: B.",
        ),
        (
            "BO\n# no section\n> no transition",
            "cue: BO / says: # no section|> no transition",
        ),
    ]);
}

#[test]
fn transitions_and_centered_text() {
    all(&[
        (
            "A.\n\nCUT TO:\n\nB.",
            "action: A. / transition: CUT TO: / action: B.",
        ),
        (
            "A.\n\nCUT TO: \n\nB.",
            "action: A. / action: CUT TO: / action: B.",
        ),
        (
            "A.\n\nCut to:\n\nB.",
            "action: A. / action: Cut to: / action: B.",
        ),
        (
            "A.\n\nDISSOLVE TO:",
            "action: A. / transition: DISSOLVE TO:",
        ),
        (
            "> Burn to White.\n\nB.",
            "transition: Burn to White. / action: B.",
        ),
        (">切至：\n\nB.", "transition: 切至： / action: B."),
        ("> THE END <", "centered: THE END"),
        (
            "Ah.\n>one<\n>two<",
            "action: Ah. / centered: one / centered: two",
        ),
        (">", "transition: "),
        ("><", "centered: "),
    ]);
}

#[test]
fn marks_at_the_start_of_a_line() {
    all(&[
        ("!SCANNING\nWhere?", "action: SCANNING|Where?"),
        ("Ah.\n~la\nB.", "action: Ah. / lyric: la / action: B."),
        ("~one\n~two", "lyric: one / lyric: two"),
        ("# A\n###### F", "section 1: A / section 6: F"),
        ("= One.\n= Two.", "synopsis: One. / synopsis: Two."),
        ("===", "page: "),
        ("A.\n\n   =====\n\nB.", "action: A. / page:  / action: B."),
        ("=== no", "synopsis: no"),
        ("One.\nTwo.\n\nThree.", "action: One.|Two. / action: Three."),
        (
            "A.\n\n     Indented\n\tmore",
            "action: A. / action:      Indented|\tmore",
        ),
    ]);
    let deep = "#".repeat(300);
    assert_eq!(parse(&deep)[0].kind, ElementKind::Section { depth: 255 });
}

#[test]
fn notes_and_boneyard() {
    all(&[
        ("Hello /* hidden */world.", "action: Hello world."),
        ("/* cut this */ keep this", "action: keep this"),
        (
            "A.\n\n/*\nINT. B - DAY\n\nC.\n*/\n\nD.",
            "action: A. / boneyard: INT. B - DAY||C. / action: D.",
        ),
        (
            "One /* a\n\nb */ two.\n\nThree.",
            "action: One  two. / action: Three.",
        ),
        (
            "A.\n\nCUT TO:\n/*\ncut\n*/\nEXT. B - DAY\n\nC.",
            "action: A. / transition: CUT TO: / boneyard: cut / scene: EXT. B - DAY / action: C.",
        ),
        ("A /* open\n\nB.", "action: A /* open / action: B."),
        ("/*/\nA.", "action: /*/|A."),
        ("A [[note\nover lines]] b.", "action: A  b."),
        ("A [[note\n  \nheld]] b.", "action: A  b."),
        ("A [[no\n\nnote]] b.", "action: A [[no / action: note]] b."),
        ("[[one]] [[two]]", "note: one|two"),
        ("[[a /* b ]] c */ d", "action: c */ d"),
        ("/* a [[ b */ c ]] d", "action: c ]] d"),
        ("BO [[who?]]\nHi.", "cue: BO / says: Hi."),
        (
            "INT. A - DAY [[where?]]\n\nB.",
            "scene: INT. A - DAY / action: B.",
        ),
        (
            "INT. A - DAY\n[[where?]]\nB.",
            "scene: INT. A - DAY / note: where? / action: B.",
        ),
    ]);
}

#[test]
fn the_title_page_is_at_the_top() {
    all(&[
        (
            "Title:\n    _**A**_\n\tB\nAuthor: C\n\nx",
            "title: Title:|    _**A**_|\tB|Author: C / action: x",
        ),
        (
            "Title: A\nNo entry.\nStill: none.",
            "title: Title: A / action: No entry.|Still: none.",
        ),
        ("\u{feff}Title: A\n\nx", "title: Title: A / action: x"),
        ("title:", "title: title:"),
        (
            "Translated by: D\n\nx",
            "title: Translated by: D / action: x",
        ),
        ("FADE IN:\n\nx", "action: FADE IN: / action: x"),
        ("CUT TO:\n\nx", "transition: CUT TO: / action: x"),
        (
            "FADE IN: a room.\n\nx",
            "action: FADE IN: a room. / action: x",
        ),
        (
            "As the girl runs: a truck.",
            "action: As the girl runs: a truck.",
        ),
        ("旁白：从前……\n\nx", "action: 旁白：从前…… / action: x"),
        ("INT. A: DAY\n\nx", "scene: INT. A: DAY / action: x"),
        ("= Scene: one\n\nx", "synopsis: Scene: one / action: x"),
        ("\nTitle: A\n\nx", "action: Title: A / action: x"),
    ]);
}

#[test]
fn scenes_carry_synopsis_range_and_whether_they_are_written() {
    let text = "Title: T\n\n# Act\n\n= Of the act.\n\nINT. A - DAY #7#\n\n= One.\n= Two.\n\n[[todo]]\n\n\
                INT. B - DAY\n\nSomething.\n\n# Act two\n\nLoose.\n\n.内景 丙 夜\n\n@李明\n走。\n";
    let found = scenes(text);
    let seen: Vec<_> = found
        .iter()
        .map(|s| {
            (
                s.number,
                s.heading.as_str(),
                s.synopsis.as_deref(),
                s.has_text,
            )
        })
        .collect();
    assert_eq!(
        seen,
        [
            (1, "INT. A - DAY", Some("One.\nTwo."), false),
            (2, "INT. B - DAY", None, true),
            (3, "内景 丙 夜", None, true),
        ]
    );
    assert!(text[found[0].range.clone()].ends_with("[[todo]]\n\n"));
    assert_eq!(
        &text[found[1].range.clone()],
        "INT. B - DAY\n\nSomething.\n\n"
    );
    assert_eq!(found[2].range.end, text.len());
}

#[test]
fn characters_are_named_once() {
    let text =
        "BO (V.O.)\nHi.\n\n@李明（画外）\n你好。\n\nBO ^\nHi.\n\n@Bo\nHi.\n\n**ANA** (O.S.)\nHi.\n";
    assert_eq!(characters(text), ["BO", "李明", "ANA"]);
}

/// Text made of what the format gives a meaning to.
fn script() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => Just("\n".to_owned()),
        2 => Just("\n\n".to_owned()),
        1 => prop::sample::select(vec![
            "/*", "*/", "[[", "]]", "INT. A - DAY", "ext b", ".内景 甲 日", "BO", "@李明", "(low)",
            "（低）", "CUT TO:", "> x", "> x <", "~la", "# s", "= y", "===", "!A", "Title: T", "#1#",
            "  ", " ", "\t", "\u{feff}", "KTV包", "Hi.", "^", "\u{3000}", "é", "😆",
        ]).prop_map(str::to_owned),
        1 => "\\PC{0,4}",
    ];
    prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

fn holds(text: &str) -> Result<(), TestCaseError> {
    let elements = parse(text);
    let mut at = 0;
    for element in &elements {
        prop_assert_eq!(element.range.start, at);
        prop_assert!(element.range.end > at && text.is_char_boundary(element.range.end));
        at = element.range.end;
        let _ = content(text, element);
    }
    prop_assert_eq!(at, text.len());
    let mut end = 0;
    for (index, scene) in scenes(text).iter().enumerate() {
        prop_assert_eq!(scene.number, index + 1);
        prop_assert!(scene.range.start >= end && text.get(scene.range.clone()).is_some());
        end = scene.range.end;
    }
    for name in characters(text) {
        prop_assert!(!name.is_empty());
    }
    Ok(())
}

proptest! {
    #[test]
    fn elements_tile_any_text(text in any::<String>()) {
        holds(&text)?;
    }

    #[test]
    fn elements_tile_any_bytes(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        holds(&String::from_utf8_lossy(&bytes))?;
    }

    #[test]
    fn elements_tile_any_script_and_every_start_of_it(text in script()) {
        holds(&text)?;
        for (at, _) in text.char_indices() {
            holds(&text[..at])?;
        }
    }

    #[test]
    fn line_ends_make_no_difference(text in script()) {
        let other = text.replace('\n', "\r\n");
        let kinds = |text: &str| -> Vec<_> {
            parse(text).iter().map(|element| element.kind).collect()
        };
        prop_assert_eq!(kinds(&text), kinds(&other));
        prop_assert_eq!(characters(&text), characters(&other));
        prop_assert_eq!(
            scenes(&text).iter().map(|s| s.heading.clone()).collect::<Vec<_>>(),
            scenes(&other).iter().map(|s| s.heading.clone()).collect::<Vec<_>>()
        );
    }

    #[test]
    fn text_behind_a_blank_line_leaves_closed_marks_before_it_alone(
        before in script(), after in "[a-z .\\n]{0,40}"
    ) {
        // Words of small letters open nothing and close nothing.
        let whole = format!("{before}\n\n{after}");
        let alone = parse(&format!("{before}\n\n"));
        let known = alone.len().saturating_sub(1);
        prop_assert_eq!(&parse(&whole)[..known], &alone[..known]);
    }
}

#[test]
fn unclosed_marks_take_no_longer_than_closed_ones() {
    // Quadratic reading of this takes minutes.
    for mark in [
        "[[", "/*", "[[ ", "/* ", "[[\n\n", "(", "#", "> ", "a]]\n[[",
    ] {
        let text = mark.repeat(200_000);
        assert_eq!(
            parse(&text).last().map(|last| last.range.end),
            Some(text.len())
        );
    }
}
