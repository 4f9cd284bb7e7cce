use proptest::prelude::*;

use super::{super::*, script};

fn only(text: &str, kind: ElementKind) -> Element {
    let found = parse(text).into_iter().find(|e| e.kind == kind);
    found.unwrap_or_else(|| panic!("no {kind:?} in {text:?}"))
}

/// The parts of a heading: setting, place, time, light, number.
fn parts(line: &str) -> String {
    let text = format!("{line}\n\nx");
    let Some(h) = heading(&text, &only(&text, ElementKind::SceneHeading)) else {
        return String::new();
    };
    let say = |part: Option<Part>| part.map(|p| p.text.into_owned()).unwrap_or_default();
    let setting = h.setting.map(|s| format!("{s:?}")).unwrap_or_default();
    let light = h.light.map(|l| format!("{l:?}")).unwrap_or_default();
    let omitted = if h.omitted { " omitted" } else { "" };
    format!(
        "{setting}|{}|{}|{light}|{}{omitted}",
        say(h.location),
        say(h.time),
        say(h.number)
    )
}

#[test]
fn headings_have_parts() {
    for (line, expected) in [
        ("INT. HOUSE - DAY", "Interior|HOUSE|DAY|Day|"),
        (
            "INT HOUSE - KITCHEN - NIGHT #12A#",
            "Interior|HOUSE - KITCHEN|NIGHT|Night|12A",
        ),
        ("ext. yard – later", "Exterior|yard|later||"),
        ("INT./EXT. CAR - MOMENTS LATER", "Both|CAR|MOMENTS LATER||"),
        ("INT/EXT CAR", "Both|CAR|||"),
        ("INT. HUT - ATTIC — DAY", "Interior|HUT - ATTIC|DAY|Day|"),
        (
            "EXT. QUAY, LATER THAT NIGHT",
            "Exterior|QUAY|LATER THAT NIGHT|Night|",
        ),
        ("I/E. CAR - DUSK", "Both|CAR|DUSK|Dusk|"),
        ("EST. CITY -- DAWN", "Establishing|CITY|DAWN|Dawn|"),
        (
            "EXT. JEAN-LUC'S - BACK ROOM",
            "Exterior|JEAN-LUC'S - BACK ROOM|||",
        ),
        (
            "INT. NIGHT CLUB - DAY (1985)",
            "Interior|NIGHT CLUB|DAY (1985)|Day|",
        ),
        (
            "INT. A /* cut */HUT [[which?]] - DAY",
            "Interior|A HUT|DAY|Day|",
        ),
        (".THE ROAD", "|THE ROAD|||"),
        (".OMITTED #7#", "|OMITTED|||7 omitted"),
        (".删去 #7#", "|删去|||7 omitted"),
        (".内景 咖啡馆 日", "Interior|咖啡馆|日|Day|"),
        (".外景 码头·栈桥 - 深夜", "Exterior|码头·栈桥|深夜|Night|"),
        (".内/外 车上 黄昏", "Both|车上|黄昏|Dusk|"),
        (".第3场 咖啡馆 日 内", "Interior|咖啡馆|日|Day|3"),
        (".12. 老宅 客厅 夜内", "Interior|老宅 客厅|夜|Night|12"),
        (".日内 医院走廊", "Interior|医院走廊|日|Day|"),
        (".内景、咖啡馆、清晨 #2-B#", "Interior|咖啡馆|清晨|Dawn|2-B"),
        ("INT. 咖啡馆 - 日", "Interior|咖啡馆|日|Day|"),
        (".梦境", "|梦境|||"),
    ] {
        assert_eq!(parts(line), expected, "{line}");
    }
}

#[test]
fn parts_say_where_they_stand() {
    let text = "x\n\n  .内景 咖[[哪家？]]啡馆 日 #3#\n\n@林晓（画外） ^\n走。\n";
    let h = heading(text, &only(text, ElementKind::SceneHeading)).expect("a heading");
    let place = h.location.expect("a place");
    assert_eq!(place.text, "咖啡馆");
    assert_eq!(&text[place.range], "咖[[哪家？]]啡馆");
    assert!(h.forced);
    let c = cue(text, &only(text, ElementKind::Character)).expect("a cue");
    assert_eq!(&text[c.name.range], "林晓");
    assert_eq!(&text[c.extensions[0].range.clone()], "画外");
    assert!(c.dual && c.forced && !c.continued);
}

#[test]
fn cues_have_parts() {
    for (line, name, extensions, continued) in [
        ("BO", "BO", "", false),
        ("BO (V.O.) (CONT’D)", "BO", "V.O.|CONT’D", true),
        ("BO(on the (old) radio)", "BO", "on the (old) radio", false),
        ("**BO** (O.S.) ^", "BO", "O.S.", false),
        ("@林晓（画外）（续）", "林晓", "画外|续", true),
        ("BO [[who?]] (cont'd)", "BO", "cont'd", true),
    ] {
        let text = format!("x\n\n{line}\nHi.");
        let cue = cue(&text, &only(&text, ElementKind::Character)).expect("a cue");
        assert_eq!(cue.name.text, name, "{line}");
        let found: Vec<_> = cue.extensions.iter().map(|e| &*e.text).collect();
        assert_eq!(found.join("|"), extensions, "{line}");
        assert_eq!(cue.continued, continued, "{line}");
    }
}

#[test]
fn speeches_stand_beside_each_other() {
    let text = "A\nHi.\n\nB ^\n(low)\nHi.\n[[note]]\n\nC ^\nHi.\n\nRain.\n\nD ^\nHi.\n\nE\n~la\n\n[[n]]\n\nF^\nHi.";
    let elements = parse(text);
    let sides: Vec<_> = speeches(text, &elements)
        .iter()
        .map(|s| {
            (
                content(text, &elements[s.elements.start]),
                s.elements.len(),
                s.side,
            )
        })
        .collect();
    let expected = [
        ("A", 2, Some(Side::Left)),
        ("B", 3, Some(Side::Right)),
        ("C", 2, None),
        ("D", 2, None),
        ("E", 2, Some(Side::Left)),
        ("F", 2, Some(Side::Right)),
    ];
    let expected: Vec<_> = expected.map(|(n, l, s)| (n.to_owned(), l, s)).into();
    assert_eq!(sides, expected);
}

/// A line with `b`, `i`, `u` before what is bold, italic, underlined.
fn styled(line: &str) -> String {
    let text = format!("!{line}");
    let lines = lines(&text, &parse(&text)[0]);
    let mut out = String::new();
    let mut last = Style::default();
    for run in lines.iter().flat_map(|line| line.runs.iter()) {
        if run.kind != RunKind::Text {
            out.push_str(&format!("<{:?} {}>", run.kind, run.text));
            continue;
        }
        if run.style != last {
            let names = [
                (run.style.bold, "b"),
                (run.style.italic, "i"),
                (run.style.underline, "u"),
            ];
            let names: String = names
                .iter()
                .filter(|(on, _)| *on)
                .map(|(_, n)| *n)
                .collect();
            out.push_str(&format!("{{{names}}}"));
            last = run.style;
        }
        out.push_str(run.text);
    }
    out
}

#[test]
fn emphasis_minds_spaces_and_escapes() {
    for (line, expected) in [
        ("*a*", "{i}a"),
        ("**a**", "{b}a"),
        ("***a***", "{bi}a"),
        ("_a_ b", "{u}a{} b"),
        ("_See the *red* door_.", "{u}See the {iu}red{u} door{}."),
        ("Code: **\\*97\\***", "Code: {b}*97*"),
        ("dial *6 and *2, go", "dial *6 and *2, go"),
        ("dial *6 and 2*, go", "dial {i}6 and 2{}, go"),
        ("dial *6 and 2\\*, go", "dial *6 and 2*, go"),
        ("dial _6 and 2 _, go", "dial _6 and 2 _, go"),
        ("2 * 3 * 4", "2 * 3 * 4"),
        ("***a* b**", "{bi}a{b} b"),
        ("***a** b*", "{bi}a{i} b"),
        ("**a *b***", "{b}a {bi}b"),
        ("*a***", "{i}a{}**"),
        ("*a***b**", "{i}a{b}b"),
        ("**a***b*", "{b}a{i}b"),
        ("***a*", "**{i}a"),
        ("**a*", "**a*"),
        ("*a _b* c_", "{i}a {iu}b{u} c"),
        ("****a****", "****a****"),
        ("Name: ____", "Name: ____"),
        ("__init__", "__init__"),
        ("a*b*c", "a{i}b{}c"),
        ("*a [[n*]] b*", "{i}a <Note n*>{i} b"),
        ("*a /* c */b*", "{i}a <Boneyard c>b"),
        ("C:\\\\x \\\\*a* \\\\\\*", "C:\\\\x \\{i}a{} \\*"),
        ("*他*说**“好”**", "{i}他{}说{b}“好”"),
        ("\\", "\\"),
        ("\\*", "*"),
    ] {
        // A note has no style; the text behind it says its own again.
        let found = styled(line).replace("<Note n*>{i}", "<Note n*>");
        let expected = expected.replace("<Note n*>{i}", "<Note n*>");
        assert_eq!(found, expected, "{line}");
    }
}

#[test]
fn emphasis_ends_with_the_line() {
    let text = "Bo *looks\nup* and _goes_.";
    let lines = lines(text, &parse(text)[0]);
    assert_eq!(lines[0].plain(), "Bo *looks");
    assert_eq!(lines[1].plain(), "up* and goes.");
    assert!(lines[1].runs[1].style.underline);
}

#[test]
fn lines_are_what_is_meant() {
    for (text, kind, expected) in [
        (
            "   Indented\n\t*more*\n!  x",
            ElementKind::Action,
            "   Indented|\tmore|  x",
        ),
        ("> *THE END* <", ElementKind::Centered, "THE END"),
        (">切至：", ElementKind::Transition, "切至："),
        ("BO\n ~ la", ElementKind::Lyric, "la"),
        ("BO\n  Ten.\n  \n Hit?", ElementKind::Dialogue, "Ten.||Hit?"),
        ("BO\n(low)\nx", ElementKind::Parenthetical, "(low)"),
        ("## *Two*", ElementKind::Section { depth: 2 }, "Two"),
        ("= What", ElementKind::Synopsis, "What"),
        (
            "INT. *A* - DAY #3#",
            ElementKind::SceneHeading,
            "INT. A - DAY",
        ),
        ("[[a\nb]]", ElementKind::Note, ""),
        ("===", ElementKind::PageBreak, ""),
    ] {
        let lines = lines(text, &only(text, kind));
        let found: Vec<_> = lines.iter().map(Line::plain).collect();
        assert_eq!(found.join("|"), expected, "{text}");
    }
}

#[test]
fn a_title_page_has_entries() {
    let text =
        "\u{feff}Title:\r\n    _**灯塔**_\r\n\tTwo\r\nDraft date: 1/2/2026\r\nContact:\r\n\r\nx";
    let elements = parse(text);
    let entries = title_entries(text, &elements[0]);
    let found: Vec<_> = entries.iter().map(|e| (&*e.key.text, e.value())).collect();
    assert_eq!(
        found,
        [
            ("Title", "灯塔\nTwo".to_owned()),
            ("Draft date", "1/2/2026".to_owned()),
            ("Contact", String::new()),
        ]
    );
    assert!(entries[0].values[0].runs[0].style.bold);
    assert_eq!(&text[entries[0].values[1].range.clone()], "\tTwo");
    assert_eq!(
        title_value(text, &elements, &["date", "draft date"]).as_deref(),
        Some("1/2/2026")
    );
}

/// Everything that can be read stands where it says.
fn holds(text: &str) -> Result<(), TestCaseError> {
    let elements = parse(text);
    for element in &elements {
        let inside = |range: &std::ops::Range<usize>| {
            range.start >= element.range.start
                && range.end <= element.range.end
                && text.get(range.clone()).is_some()
        };
        for line in lines(text, element) {
            prop_assert!(inside(&line.range));
            let mut at = line.range.start;
            for run in &line.runs {
                prop_assert!(inside(&run.range) && run.range.start >= at);
                at = run.range.end;
                if run.kind == RunKind::Text {
                    prop_assert_eq!(&text[run.range.clone()], run.text);
                }
            }
        }
        let mut parts = Vec::new();
        if let Some(h) = heading(text, element) {
            parts.push(h.text);
            parts.extend(
                [h.opening, h.location, h.time, h.number]
                    .into_iter()
                    .flatten(),
            );
        }
        if let Some(c) = cue(text, element) {
            prop_assert!(c.extensions.len() < 100);
            parts.push(c.name);
            parts.extend(c.extensions);
        }
        for entry in title_entries(text, element) {
            parts.push(entry.key);
        }
        for part in parts {
            prop_assert!(inside(&part.range), "{:?} {:?}", part, element);
        }
    }
    for speech in speeches(text, &elements) {
        prop_assert_eq!(elements[speech.elements.start].kind, ElementKind::Character);
    }
    Ok(())
}

proptest! {
    #[test]
    fn whatever_is_read_stands_where_it_says(text in script()) {
        holds(&text)?;
    }

    #[test]
    fn whatever_is_read_of_any_text_stands_where_it_says(text in any::<String>()) {
        holds(&text)?;
    }

    #[test]
    fn marks_of_emphasis_are_all_that_is_taken(line in "[*_\\\\a 汉]{0,24}") {
        let text = format!("!x{line}");
        let plain: String = lines(&text, &parse(&text)[0]).iter().map(Line::plain).collect();
        let bare = |text: &str| text.replace(['*', '_', '\\'], "");
        prop_assert_eq!(bare(&plain), bare(text[1..].trim_end()));
    }
}

#[test]
fn stars_without_end_are_read_in_one_go() {
    for mark in ["*", "**a ", "_a ", "*a*", "\\*", "***a", "(", "BO ("] {
        let text = format!("A\n\nBO ({}\nHi.", mark.repeat(100_000));
        for element in parse(&text) {
            let _ = (lines(&text, &element), cue(&text, &element));
        }
    }
}
