use super::*;
use crate::Language;

const MANY: &str = "One two three four five six seven eight. ";

fn letter() -> PageOptions {
    PageOptions::default()
}

/// The text of a page, one line a line, in reading order, with what is around it.
fn shown(pages: &Pages, index: usize) -> Vec<String> {
    let mut lines: Vec<&Line> = pages.pages[index].lines.iter().collect();
    lines.sort_by_key(|line| (line.y, line.x));
    lines.iter().map(|line| line.text()).collect()
}

fn find(pages: &Pages, text: &str) -> (usize, Line) {
    for (index, page) in pages.pages.iter().enumerate() {
        if let Some(line) = page.lines.iter().find(|line| line.text().contains(text)) {
            return (index, line.clone());
        }
    }
    panic!("{text} is on no page");
}

/// Three rows, the last one blank.
const ODD: &str = "Odd.\nRow.\n\n";

/// Action of this many rows with blank rows between, each a line of its own.
fn rows(count: usize) -> String {
    (0..count / 2)
        .map(|row| format!("Row {row}.\n\n"))
        .collect()
}

#[test]
fn elements_stand_where_the_trade_has_them() {
    let script = "INT. HOUSE - DAY\n\nRain.\n\nMARA\n(low)\nHello.\n\nCUT TO:\n\n> MIDDLE <\n";
    let pages = lay_out(script, &letter());
    for (text, kind, inches) in [
        ("INT. HOUSE - DAY", LineKind::Heading, 1.5),
        ("Rain.", LineKind::Action, 1.5),
        ("MARA", LineKind::Cue, 3.5),
        ("(low)", LineKind::Parenthetical, 3.0),
        ("Hello.", LineKind::Dialogue, 2.5),
        ("CUT TO:", LineKind::Transition, 1.5 + 6.1 - 0.7),
        ("MIDDLE", LineKind::Centered, 4.25 - 0.3),
    ] {
        let (_, line) = find(&pages, text);
        assert_eq!(line.kind, kind);
        assert_eq!(f64::from(line.x), inches * 720.0, "{text}");
    }
    // Heading, blank, action, blank, cue, aside, dialogue, blank, transition, blank, centred.
    assert_eq!(pages.pages[0].used, 11);
    let a4 = PageOptions {
        paper: Paper::A4,
        ..letter()
    };
    let sheet = lay_out(script, &a4).sheet;
    assert_eq!((sheet.rows, sheet.measure / 72), (57, 58));
}

#[test]
fn the_line_that_parts_two_parentheticals_takes_no_row() {
    let rows = |said: &str| {
        let pages = lay_out(&format!("MARA\n{said}"), &letter());
        (pages.pages[0].used, find(&pages, "(to Jon)").1.kind)
    };
    let apart = rows("(low)\n  \n(to Jon)\nNo.\n");
    assert_eq!(apart, (4, LineKind::Parenthetical));
    // A pause that is meant is printed, and without a line between the second is said.
    assert_eq!(rows("(low)\n  \n  \n(to Jon)\nNo.\n").0, 6);
    assert_eq!(rows("(low)\n(to Jon)\nNo.\n"), (4, LineKind::Dialogue));
}

#[test]
fn headings_and_transitions_print_in_capitals_with_their_source() {
    let script = "int. straße - day\n\nRain.\n";
    let pages = lay_out(script, &letter());
    let (_, heading) = find(&pages, "INT. STRASSE - DAY");
    assert_eq!(heading.source, Some(0.."int. straße - day".len()));
}

#[test]
fn emphasis_is_a_face_and_takes_no_room() {
    let pages = lay_out("She *runs* to **the** _door_.\n", &letter());
    let (_, line) = find(&pages, "She runs to the door.");
    let faces: Vec<(&str, Face)> = line
        .runs
        .iter()
        .map(|r| (r.text.as_str(), r.face))
        .collect();
    let plain = Face::default();
    assert_eq!(
        faces[1],
        (
            "runs",
            Face {
                italic: true,
                ..plain
            }
        )
    );
    assert_eq!(
        faces[3],
        (
            "the",
            Face {
                bold: true,
                ..plain
            }
        )
    );
    assert_eq!(
        faces[5],
        (
            "door",
            Face {
                underline: true,
                ..plain
            }
        )
    );
}

#[test]
fn a_heading_is_never_the_last_line() {
    // The heading would stand on row 54 or 55, its text on the next page.
    for before in [format!("{ODD}{}", rows(50)), rows(54)] {
        let script = format!("{before}INT. ATTIC - NIGHT\n\nDust.\n");
        let pages = lay_out(&script, &letter());
        assert_eq!(pages.pages.len(), 2);
        assert_eq!(find(&pages, "INT. ATTIC").0, 1, "{before}");
        assert_eq!(pages.pages[1].start, script.find("INT.").unwrap());
    }
    let script = format!("{}INT. ATTIC - NIGHT\n\nDust.\n", rows(52));
    assert_eq!(lay_out(&script, &letter()).pages.len(), 1);
}

#[test]
fn short_paragraphs_stay_whole_and_long_ones_keep_two_lines() {
    let line = |n: usize| format!("{n} {}", "word ".repeat(11).trim_end()) + &" x".repeat(2) + " ";
    let script = |before: usize, lines: usize| {
        let action: String = (0..lines).map(line).collect();
        lay_out(&format!("{ODD}{}{action}\n", rows(before)), &letter())
    };
    // Three lines, with room for two.
    let pages = script(50, 3);
    assert_eq!(find(&pages, "0 word").0, 1);
    // Five lines, with room for two: both stay.
    let pages = script(50, 5);
    assert_eq!((find(&pages, "1 word").0, find(&pages, "2 word").0), (0, 1));
    // Five lines, with room for four: two go over.
    let pages = script(48, 5);
    assert_eq!((find(&pages, "2 word").0, find(&pages, "3 word").0), (0, 1));
}

#[test]
fn a_speech_goes_over_the_page_where_a_sentence_ends() {
    let script = format!("{}MARA\n{}\n", rows(46), MANY.repeat(12).trim());
    let pages = lay_out(&script, &letter());
    let first = shown(&pages, 0);
    assert_eq!(first.last().map(String::as_str), Some("(MORE)"));
    assert!(first[first.len() - 2].ends_with("eight."), "{first:?}");
    let second = shown(&pages, 1);
    assert_eq!(second[0], "2.");
    assert_eq!(second[1], "MARA (CONT'D)");
    assert!(second[2].starts_with("One two three"));
    // Where it is not said to, any line will do.
    let mut anywhere = letter();
    anywhere.breaks.sentences = false;
    let pages = lay_out(&script, &anywhere);
    assert_eq!(pages.pages[0].used, 55);
}

#[test]
fn a_speech_goes_over_before_an_aside() {
    let long = "and on and on ".repeat(6);
    let script = format!("{ODD}{}MARA\n{long}\n(beat)\n{long}\n", rows(46));
    let pages = lay_out(&script, &letter());
    assert_eq!(shown(&pages, 0).last().map(String::as_str), Some("(MORE)"));
    assert_eq!(shown(&pages, 1)[1..3], ["MARA (CONT'D)", "(beat)"]);
}

#[test]
fn a_speech_that_cannot_be_divided_moves_whole_and_an_endless_one_is_cut() {
    let long = "and on and on ".repeat(20);
    let script = format!("{}MARA\n{long}\n", rows(48));
    let pages = lay_out(&script, &letter());
    assert_eq!(find(&pages, "MARA").0, 1);
    let endless = format!("MARA\n{}\n", "and on and on ".repeat(400));
    let pages = lay_out(&endless, &letter());
    assert!(pages.pages.len() > 2);
    assert!(pages.pages.iter().all(|page| page.used <= 55));
}

#[test]
fn chinese_has_its_own_words() {
    let said = "我说过，我们等到涨潮为止，不多等一刻，也不少等一刻。".repeat(9);
    let script = format!("{}@林晚\n{said}\n", rows(46));
    let mut options = PageOptions::of(Language::Chinese);
    options.style = PageStyle::Hollywood;
    let pages = lay_out(&script, &options);
    assert!(shown(&pages, 0).iter().any(|line| line == "（转下页）"));
    assert!(shown(&pages, 1).iter().any(|line| line == "林晚（续）"));
}

#[test]
fn who_speaks_again_after_action_is_continued_by_choice() {
    let script = "INT. A - DAY\n\nMARA\nOne.\n\nShe sits.\n\nMARA (V.O.)\nTwo.\n\nOLLE\nThree.\n\nMARA\nFour.\n\nINT. B - DAY\n\nMARA\nFive.\n";
    let pages = lay_out(script, &letter());
    let text = shown(&pages, 0).join("\n");
    assert_eq!(text.matches("(CONT'D)").count(), 1, "{text}");
    assert!(text.contains("MARA (V.O.) (CONT'D)"));
    let without = PageOptions {
        continued_cues: false,
        ..letter()
    };
    assert!(
        !shown(&lay_out(script, &without), 0)
            .join("\n")
            .contains("CONT")
    );
    let twice = "MARA\nOne.\n\nShe sits.\n\nMARA (CONT'D)\nTwo.\n";
    let text = shown(&lay_out(twice, &letter()), 0).join("\n");
    assert_eq!(text.matches("CONT'D").count(), 1);
}

#[test]
fn a_scene_over_a_page_is_continued_by_choice() {
    let script = format!("INT. HOUSE - DAY #7#\n\n{}", rows(160));
    let options = PageOptions {
        continued_scenes: true,
        ..letter()
    };
    let pages = lay_out(&script, &options);
    assert!(shown(&pages, 0).contains(&"(CONTINUED)".to_owned()));
    assert!(shown(&pages, 1).contains(&"CONTINUED:".to_owned()));
    assert!(shown(&pages, 2).contains(&"CONTINUED: (2)".to_owned()));
    assert_eq!(
        shown(&pages, 1).iter().filter(|line| *line == "7").count(),
        2
    );
    assert!(!shown(&pages, 2).contains(&"(CONTINUED)".to_owned()));
    // The text itself stands as it did.
    let plain = lay_out(&script, &letter());
    let starts = |pages: &Pages| pages.pages.iter().map(|p| p.start).collect::<Vec<_>>();
    assert_eq!(starts(&pages), starts(&plain));
}

#[test]
fn two_speeches_at_once_stand_side_by_side_and_stay_together() {
    let script = "MARA\nYes, of course, if that is what you want.\n\nOLLE ^\nNo.\n\nSilence.\n";
    let pages = lay_out(script, &letter());
    let (_, left) = find(&pages, "MARA");
    let (_, right) = find(&pages, "OLLE");
    assert_eq!(left.y, right.y);
    assert_eq!((left.x, right.x), (1800, 3960));
    // Cue, two lines on the left, blank, action.
    assert_eq!(pages.pages[0].used, 5);
    let script = format!("{ODD}{}{script}", rows(50));
    let pages = lay_out(&script, &letter());
    assert_eq!((find(&pages, "MARA").0, find(&pages, "OLLE").0), (1, 1));
}

#[test]
fn scene_numbers_stand_in_both_margins() {
    let script = "INT. A - DAY #1A#\n\nRain.\n\nINT. B - DAY\n\nSun.\n";
    let numbers = |options: &PageOptions| -> Vec<String> {
        let pages = lay_out(script, options);
        let lines = pages.pages[0].lines.iter();
        let lines = lines.filter(|line| line.kind == LineKind::SceneNumber);
        lines.map(Line::text).collect()
    };
    let with = |scene_numbers| PageOptions {
        scene_numbers,
        ..letter()
    };
    assert_eq!(numbers(&with(SceneNumbers::None)), [""; 0]);
    assert_eq!(numbers(&with(SceneNumbers::Given)), ["1A", "1A"]);
    assert_eq!(numbers(&with(SceneNumbers::All)), ["1A", "1A", "2", "2"]);
    let pages = lay_out(script, &with(SceneNumbers::All));
    assert!(!shown(&pages, 0).join("").contains('#'));
}

#[test]
fn lengths_are_in_eighths() {
    assert_eq!(Eighths(3).to_string(), "3/8");
    assert_eq!(Eighths(8).to_string(), "1");
    assert_eq!(Eighths(188).to_string(), "23 4/8");
    let script = format!("INT. A - DAY\n\n{}INT. B - DAY\n\nShort.\n", rows(52));
    let pages = lay_out(&script, &letter());
    let lengths: Vec<u32> = pages.scenes.iter().map(|scene| scene.length.0).collect();
    assert_eq!(lengths, [8, 1]);
    assert_eq!(pages.length, Eighths(9));
    assert_eq!(lay_out("", &letter()).length, Eighths(0));
}

#[test]
fn pages_can_be_broken_and_numbered_by_hand() {
    let pages = lay_out("One.\n\n===\n\n===\n\nTwo.\n\n===\n", &letter());
    assert_eq!(pages.pages.len(), 2);
    let numbers = |page: usize| {
        let lines = pages.pages[page].lines.iter();
        lines
            .filter(|line| line.kind == LineKind::PageNumber)
            .count()
    };
    assert_eq!((numbers(0), numbers(1)), (0, 1));
    assert_eq!(find(&pages, "2.").1.y, 360 + 94);
}

#[test]
fn locked_pages_keep_their_beginning_and_grow_by_letters() {
    let script = rows(56 * 4);
    let at = |row: usize| script.find(&format!("Row {row}.")).unwrap();
    let locked = |at: usize, label: &str| LockedStart {
        at,
        label: label.to_owned(),
    };
    // Page 2 has 40 rows of paragraphs (80 lines), page 4 as many, and so has what follows.
    let revision = RevisionLayer {
        locked: vec![locked(0, "1"), locked(at(20), "2"), locked(at(60), "3")],
        ..RevisionLayer::default()
    };
    let pages = lay_out_revised(&script, &letter(), &revision);
    let labels: Vec<&str> = pages.pages.iter().map(|page| page.label.as_str()).collect();
    assert_eq!(labels, ["1", "2", "2A", "3", "4"]);
    assert_eq!(find(&pages, "Row 20.").0, 1);
    assert_eq!(find(&pages, "Row 60.").0, 3);
    assert!(pages.pages[1].locked && !pages.pages[2].locked);
}

#[test]
fn a_page_locked_inside_of_a_speech_or_paragraph_divides_it() {
    let script = format!(
        "MARA\n{}\n\n{}\n",
        MANY.repeat(6).trim(),
        "word ".repeat(60).trim()
    );
    let in_speech = script.find("One two").unwrap() + 2 * MANY.len();
    let in_action = script.find("word").unwrap() + 5 * 30;
    let revision = RevisionLayer {
        locked: vec![
            LockedStart {
                at: in_speech,
                label: "2".into(),
            },
            LockedStart {
                at: in_action,
                label: "3".into(),
            },
        ],
        ..RevisionLayer::default()
    };
    let pages = lay_out_revised(&script, &letter(), &revision);
    assert_eq!(pages.pages.len(), 3);
    assert_eq!(shown(&pages, 0).last().map(String::as_str), Some("(MORE)"));
    assert_eq!(shown(&pages, 1)[1], "MARA (CONT'D)");
    assert!(shown(&pages, 1)[2].starts_with("One two"));
    assert_eq!(pages.pages[1].start, in_speech);
    assert_eq!(pages.pages[2].start, in_action);
}

#[test]
fn changed_lines_are_marked_and_their_pages_say_so() {
    let script = format!("First.\n\nSecond.\n\n{}", rows(60));
    let second = script.find("Second").unwrap();
    let revision = RevisionLayer {
        changed: std::iter::once(second..second + 3).collect(),
        header: "Blue Rev. 3/4/26".into(),
        ..RevisionLayer::default()
    };
    let pages = lay_out_revised(&script, &letter(), &revision);
    let (_, line) = find(&pages, "Second.");
    let marks: Vec<&Line> = pages
        .pages
        .iter()
        .flat_map(|page| &page.lines)
        .filter(|line| line.kind == LineKind::Mark)
        .collect();
    assert_eq!(marks.len(), 1);
    assert_eq!((marks[0].y, marks[0].text().as_str()), (line.y, "*"));
    assert!(shown(&pages, 0).contains(&"Blue Rev. 3/4/26".to_owned()));
    assert!(!shown(&pages, 1).contains(&"Blue Rev. 3/4/26".to_owned()));
}

#[test]
fn notes_sections_and_synopses_print_by_choice() {
    let script =
        "# Act\n\nINT. A - DAY\n\n= What happens.\n\nRain [[really?]] falls.\n\n[[A note.]]\n";
    let pages = lay_out(script, &letter());
    assert_eq!(shown(&pages, 0), ["INT. A - DAY", "Rain  falls."]);
    let all = PageOptions {
        notes: true,
        sections: true,
        synopses: true,
        ..letter()
    };
    let text = shown(&lay_out(script, &all), 0);
    assert_eq!(
        text,
        [
            "Act",
            "INT. A - DAY",
            "What happens.",
            "Rain [really?] falls.",
            "[A note.]"
        ]
    );
}

#[test]
fn the_title_page_has_its_places_and_no_number() {
    let script = "Title: The Lamp\nAuthor: M. Quay\nContact:\n    12 Quay Street\n    The Harbour\nDraft date: 1 March\n\nINT. A - DAY\n\nRain.\n";
    let pages = lay_out(script, &letter());
    let title = pages.title.as_ref().unwrap();
    let line = |text: &str| title.lines.iter().find(|line| line.text() == text).unwrap();
    assert_eq!(line("The Lamp").x, (6120 - 8 * 72) / 2);
    assert_eq!(line("The Harbour").x, 1080);
    assert!(line("1 March").x > 3060 && line("1 March").y > 6000);
    assert_eq!(pages.about.title, "The Lamp");
    assert_eq!(pages.about.authors, ["M. Quay"]);
    assert_eq!(pages.pages[0].label, "1");
    assert!(lay_out("INT. A - DAY\n", &letter()).title.is_none());
}

#[test]
fn the_outline_has_acts_and_scenes() {
    let script =
        "# One\n\nINT. A - DAY\n\nRain.\n\n## Deeper\n\nINT. B - DAY #5#\n\nSun.\n\n# Two\n";
    let outline = lay_out(script, &letter()).outline;
    let entries: Vec<(u8, &str)> = outline
        .iter()
        .map(|e| (e.depth, e.title.as_str()))
        .collect();
    assert_eq!(
        entries,
        [
            (1, "One"),
            (2, "INT. A - DAY"),
            (2, "Deeper"),
            (3, "5 INT. B - DAY"),
            (1, "Two")
        ]
    );
}

#[test]
fn the_chinese_page_says_who_speaks_in_the_line() {
    let script = ".内景 灯塔 夜\n\n雨打在玻璃上。\n\n@林晚\n（回头）\n小心第三级台阶，它早就松了，可是这么多年过去了，谁也没有被它挡住过，今晚也不会。\n\n@老周\n那它挡住过吗？\n\n切至：\n";
    let pages = lay_out(script, &PageOptions::of(Language::Chinese));
    let text = shown(&pages, 0);
    assert_eq!(text[0], "1、灯塔 夜 内");
    assert_eq!(text[1], "雨打在玻璃上。");
    assert!(text[2].starts_with("林晚：（回头）小心第三级台阶"));
    let (_, first) = find(&pages, "林晚：");
    let (_, rest) = find(&pages, "今晚也不会。");
    assert_eq!(rest.x - first.x, 3 * 120);
    assert!(text.contains(&"老周：那它挡住过吗？".to_owned()));
    // A full line reaches the right edge.
    assert!(first.stretch >= 0);
    assert_eq!(pages.sheet.rows, 34);
}

#[test]
fn hostile_texts_end() {
    for text in [
        "\u{200b}".repeat(5000),
        "a".repeat(100_000),
        format!("@{}\n{}", "x".repeat(500), "🏳️‍🌈".repeat(3000)),
        "MARA\n".repeat(4000),
        "A\nB ^\n\n".repeat(3000),
        "===\n".repeat(3000),
        format!("INT. {}\n\n", "very ".repeat(2000)),
        "مرحبا بالعالم ".repeat(2000),
        "A\nB ^\n\nC ^\n\n".repeat(3000),
        "\t\t\t\u{0}\u{7}x\r\n".repeat(500),
    ] {
        for options in [letter(), PageOptions::of(Language::Chinese)] {
            let pages = lay_out(&text, &options);
            assert!(pages.pages.iter().all(|page| page.used <= pages.sheet.rows));
        }
    }
}
