use proptest::prelude::*;

use super::*;
use crate::script::tests::scripts;

const QUAY: &str = include_str!("../../tests/fixtures/quay.fdx");

/// The file with a text in it, without the short way for a text that was not changed.
fn merged(text: &str, file: &str) -> String {
    let document = xml::parse(file).unwrap();
    let source = source::Source::of(&document).unwrap();
    let base = base::Base::of(&source);
    merge::merge(file, &source, &base, &script::read(text), &Marks::default())
}

fn normal(text: &str) -> String {
    script::write(&script::read(text)).text
}

#[test]
fn a_key_of_the_title_page_keeps_its_signs() {
    let text = "Title: A\nHow hard? \\ b: C\n";
    let once = read(write(text, None, &Marks::default()).unwrap().as_bytes()).unwrap();
    assert!(once.text.contains("How hard? \\ b: C"), "{}", once.text);
    let file = write(&once.text, None, &Marks::default()).unwrap();
    assert_eq!(read(file.as_bytes()).unwrap().text, once.text);
}

#[test]
fn a_production_file_becomes_fountain() {
    let read = read(QUAY.as_bytes()).unwrap();
    let expected = "Title: _THE FERRY_
Credit: written by
Author: A. Tide
Contact:
    1 Quay Street
    Port

> ACT ONE <

EXT. QUAY - NIGHT #1#

[[color: teal]]

= Mara waits for the ferry.

Rain. **Hard** rain, and a lamp.

[[How hard?]]

MARA
(to nobody)
You're late & <wet>.

CLOSE ON THE LAMP

MARA
Now?

@Jon ^
Now.

.Omitted #2#

/* omitted
INT. CABIN - NIGHT #2#

Nobody is here.

*/

===

.内景 船舱 夜 #3A#

MARA, JON

~La la
~la lee

Text of a style of their own.

CUT TO:

> END OF ACT ONE <
";
    assert_eq!(read.text, expected);
    assert_eq!(read.file, QUAY);
}

#[test]
fn two_parentheticals_in_a_row_stay_two_both_ways() {
    let file = |second: &str| {
        format!(
            "<FinalDraft DocumentType=\"Script\"><Content>\
             <Paragraph Type=\"Character\"><Text>MARA</Text></Paragraph>\
             <Paragraph Type=\"Parenthetical\"><Text>(low)</Text></Paragraph>\
             <Paragraph Type=\"Parenthetical\"><Text>{second}</Text></Paragraph>\
             <Paragraph Type=\"Dialogue\"><Text>No.</Text></Paragraph></Content></FinalDraft>"
        )
    };
    let old = file("(to Jon)");
    let text = read(old.as_bytes()).unwrap().text;
    assert_eq!(text, "MARA\n(low)\n  \n(to Jon)\nNo.\n");
    assert_eq!(merged(&text, &old), old);
    let new = merged(&text.replace("Jon", "Tom"), &old);
    assert_eq!(new, file("(to Tom)"));
    let fresh = write(&text, None, &Marks::default()).unwrap();
    assert_eq!(
        fresh.matches("Type=\"Parenthetical\"").count(),
        2,
        "{fresh}"
    );
    assert_eq!(read(fresh.as_bytes()).unwrap().text, text);
}

const COLORED: &str = "<FinalDraft DocumentType=\"Script\"><Content>\
    <Paragraph Type=\"Scene Heading\"><SceneProperties Color=\"#3C3C7070C9C9\" Length=\"1/8\" \
    Title=\"\"><Summary><Paragraph><Text>They wait.</Text></Paragraph></Summary>\
    </SceneProperties><Text>INT. A - DAY</Text></Paragraph>\
    <Paragraph Type=\"Action\"><Text>Rain.</Text></Paragraph>\
    <Paragraph Type=\"Scene Heading\"><SceneProperties Color=\"#FFFFFFFFFFFF\" Title=\"\"/>\
    <Text>INT. B - DAY</Text></Paragraph></Content></FinalDraft>";

#[test]
fn the_colour_of_a_scene_goes_both_ways() {
    let text = read(COLORED.as_bytes()).unwrap().text;
    assert_eq!(
        text,
        "INT. A - DAY\n\n[[color: blue]]\n\n= They wait.\n\nRain.\n\nINT. B - DAY\n"
    );
    assert_eq!(merged(&text, COLORED), COLORED);
    for (from, to, old, new) in [
        // The shade of the file stays where something else is changed.
        ("INT. A", "INT. C", "INT. A", "INT. C"),
        (
            "color: blue",
            "color: green",
            "#3C3C7070C9C9",
            "#5050A0A05050",
        ),
        ("[[color: blue]]\n\n", "", " Color=\"#3C3C7070C9C9\"", ""),
        (
            "INT. B - DAY\n",
            "INT. B - DAY\n\n[[color: red]]\n",
            "<SceneProperties Color=\"#FFFFFFFFFFFF\" Title=\"\"/>",
            "<SceneProperties Title=\"\" Color=\"#D0D040403838\"/>",
        ),
    ] {
        let edited = text.replace(from, to);
        let file = merged(&edited, COLORED);
        assert_eq!(read(file.as_bytes()).unwrap().text, edited, "{file}");
        if new == "#5050A0A05050" {
            assert!(file.contains(new) && !file.contains(old), "{file}");
        } else {
            assert_eq!(file, COLORED.replace(old, new));
        }
    }
    // A note that says something else is a note again.
    let edited = text.replace("color: blue", "call Jon");
    let file = merged(&edited, COLORED);
    assert!(
        file.contains("<ScriptNote") && !file.contains("#3C3C"),
        "{file}"
    );
    assert_eq!(read(file.as_bytes()).unwrap().text, edited);
}

#[test]
fn a_colour_that_is_said_elsewhere_stays_there() {
    for text in [
        "INT. A - DAY\n\n= They wait.\n\n[[colour: Blue]]\n\nRain.\n",
        "INT. A - DAY [[color: red]]\n\nRain.\n",
        "INT. A - DAY\n\n[[color: red]]\n\n[[color: blue]]\n\nRain.\n",
        ".内景 甲 日\n\n[[颜色：蓝]]\n\n雨。\n",
    ] {
        let file = write(text, None, &Marks::default()).unwrap();
        assert_eq!(file.matches("Color=").count(), 1, "{file}");
        assert_eq!(read(file.as_bytes()).unwrap().text, text, "{file}");
        assert_eq!(merged(text, &file), file);
        let changed = text
            .replace("lue", "rown")
            .replace("蓝", "棕")
            .replace("red", "pink");
        let file = merged(&changed, &file);
        assert_eq!(read(file.as_bytes()).unwrap().text, changed, "{file}");
        // Another program gives the scene another colour: both are there, and this one counts.
        let start = file.find("Color=\"").unwrap() + 7;
        let other = format!("{}#5050A0A05050{}", &file[..start], &file[start + 13..]);
        let text = read(other.as_bytes()).unwrap().text;
        assert!(text.contains("\n\n[[color: green]]\n\n"), "{text}");
    }
}

#[test]
fn a_tab_in_what_final_draft_has_no_word_for_comes_back() {
    for text in [
        "[[\tA@: x\n\nRain.\n",
        "INT. HUT - DAY\n\n/* a\tb */\n\n[[c\td]]\n\nRain.\n",
    ] {
        let file = write(text, None, &Marks::default()).unwrap();
        let once = read(file.as_bytes()).unwrap().text;
        assert!(once.contains('\t'), "{once}");
        assert_eq!(read(merged(&once, &file).as_bytes()).unwrap().text, once);
    }
}

#[test]
fn a_text_that_was_not_changed_gives_the_file_back() {
    let read = read(QUAY.as_bytes()).unwrap();
    assert_eq!(
        write(&read.text, Some(&read.file), &Marks::default()).unwrap(),
        QUAY
    );
    assert_eq!(merged(&read.text, QUAY), QUAY);
}

/// Changes one thing in the text and tells which lines of the file went and came.
fn edited(from: &str, to: &str) -> (Vec<String>, Vec<String>) {
    let text = read(QUAY.as_bytes()).unwrap().text;
    assert!(text.contains(from), "{from}");
    let text = text.replacen(from, to, 1);
    let file = write(&text, Some(QUAY), &Marks::default()).unwrap();
    assert_eq!(read_text(&file), normal(&text));
    let old: Vec<&str> = QUAY.lines().collect();
    let new: Vec<&str> = file.lines().collect();
    let went = old.iter().filter(|line| !new.contains(line));
    let came = new.iter().filter(|line| !old.contains(line));
    let own = |lines: Vec<&&str>| lines.iter().map(|line| line.trim().to_owned()).collect();
    (own(went.collect()), own(came.collect()))
}

fn read_text(file: &str) -> String {
    read(file.as_bytes()).unwrap().text
}

#[test]
fn a_changed_word_changes_its_run_alone() {
    let (went, came) = edited("and a lamp.", "and a green lamp.");
    assert_eq!(
        went,
        [
            "<Text Font=\"Courier Final Draft\" Size=\"12\" TagNumber=\"7\">, and a lamp.</Text>",
            "<ScriptNote Color=\"#000000000000\" ID=\"107\" Name=\"\" Range=\"44,48\" WriterName=\"B\"><Paragraph><Text>How hard?</Text></Paragraph></ScriptNote>"
        ][..1]
    );
    assert_eq!(
        came,
        [
            "<Text Font=\"Courier Final Draft\" Size=\"12\" TagNumber=\"7\">, and a </Text>",
            "<Text Font=\"Courier Final Draft\" Size=\"12\">green </Text>",
            "<Text Font=\"Courier Final Draft\" Size=\"12\" TagNumber=\"7\">lamp.</Text>",
        ]
    );
}

#[test]
fn emphasis_numbers_summaries_and_notes_are_changed_where_they_stand() {
    let (went, came) = edited("**Hard** rain", "Hard *rain*");
    assert_eq!(went.len(), 2);
    assert_eq!(
        came,
        [
            "<Text Font=\"Courier Final Draft\" RevisionID=\"2\" Size=\"12\" Style=\"AllCaps\">Hard</Text>",
            "<Text Font=\"Courier Final Draft\" Size=\"12\" Style=\"Strikeout\"> </Text>",
            "<Text Font=\"Courier Final Draft\" Size=\"12\" Style=\"Italic+Strikeout\">rain</Text>",
        ]
    );
    let (_, came) = edited("#3A#", "#3B#");
    assert_eq!(
        came,
        [
            "<Paragraph StartsNewPage=\"Yes\" Type=\"Scene Heading\" Number=\"3B\"><Text>内景 船舱 夜</Text></Paragraph>"
        ]
    );
    let (went, came) = edited("= Mara waits for the ferry.", "= Mara waits.");
    assert_eq!(went.len(), 3);
    assert!(
        came[0].contains("<Summary><Paragraph><Text>Mara waits.</Text></Paragraph></Summary>"),
        "{came:?}"
    );
    let (_, came) = edited("[[How hard?]]", "[[How very hard?]]");
    assert!(came[0].contains("ID=\"107\"") && came[0].contains("WriterName=\"B\""));
    assert!(came[0].contains("<Text>How very hard?</Text>"));
}

#[test]
fn a_note_keeps_its_words_when_text_before_it_grows() {
    let (_, came) = edited("ACT ONE <", "ACT NUMBER ONE <");
    assert!(
        came.iter().any(|line| line.contains("Range=\"51,55\"")),
        "{came:?}"
    );
}

#[test]
fn what_is_not_known_outlives_the_paragraphs_around_it() {
    let text = "INT. SOMEWHERE ELSE - DAY\n\nAll is new.\n";
    let file = write(text, Some(QUAY), &Marks::default()).unwrap();
    for kept in [
        "<Future kind=\"board\"><Card x=\"1\">A &lt; B</Card></Future>",
        "<!-- a comment of another program -->",
        "<TagDefinition Id=\"t7\" Label=\"lamp\"/>",
        "<LockedPage Number=\"1\"/>",
        "<HeaderAndFooter FooterVisible=\"No\"/>",
    ] {
        assert!(file.contains(kept), "{kept}");
    }
    assert_eq!(read_text(&file), normal(text));
}

#[test]
fn a_moved_scene_takes_its_properties_along() {
    let text = read_text(QUAY);
    let at = text.find("EXT. QUAY").unwrap();
    let end = text.find(".Omitted").unwrap();
    let scene = &text[at..end];
    let text = format!("{}{}\n{scene}", &text[..at], &text[end..]);
    let file = write(&text, Some(QUAY), &Marks::default()).unwrap();
    assert_eq!(read_text(&file), normal(&text));
    let paragraph = &QUAY[QUAY.find("<Paragraph Number=\"1\"").unwrap()
        ..QUAY.find("<Paragraph Type=\"Action\" id=\"p2\">").unwrap()];
    assert!(file.contains(paragraph.trim_end()));
    assert!(file.contains("<OmittedScene>"));
}

#[test]
fn an_omitted_scene_goes_both_ways() {
    let text = read_text(QUAY);
    let inside = "<Paragraph Type=\"Action\"><Text>Nobody is here.</Text></Paragraph>";
    assert!(QUAY.contains(inside));
    // What is out is edited in its place.
    let (went, came) = edited("Nobody is here.", "Nobody was here.");
    assert_eq!(went.len(), 2, "{went:?}");
    assert!(came.concat().contains("Nobody was here."), "{came:?}");
    // Brought back, it is a scene and stands in no heading.
    let start = text.find(".Omitted").unwrap();
    let end = text.find("*/").unwrap() + 4;
    let scene = &text[text.find("INT. CABIN").unwrap()..end - 4];
    let back = format!("{}{scene}{}", &text[..start], &text[end..]);
    let file = write(&back, Some(QUAY), &Marks::default()).unwrap();
    assert_eq!(read_text(&file), normal(&back));
    assert!(!file.contains("OmittedScene"), "{file}");
    // The heading alone stays, and what it held is gone.
    let alone = format!(
        "{}{}",
        &text[..text.find("/* omitted").unwrap()],
        &text[end..]
    );
    let file = write(&alone, Some(QUAY), &Marks::default()).unwrap();
    assert_eq!(read_text(&file), normal(&alone));
    assert!(!file.contains(inside), "{file}");
    // A scene of ours is omitted as Final Draft does it, with what it can't hold beside it.
    let ours = "INT. A - DAY\n\nRain.\n\n.OMITTED #4#\n\n/* omitted\n[[color: red]]\nEXT. B - \
        NIGHT #4#\n= b\n\nMARA ^\n(low)\nNo.\n\n/* not *\\/\n\n*/\n\nINT. C - DAY\n";
    let file = write(ours, None, &Marks::default()).unwrap();
    assert!(file.contains("<OmittedScene>"), "{file}");
    assert!(file.contains("<?inkstone omitted "), "{file}");
    assert_eq!(read_text(&file), ours);
    assert_eq!(merged(ours, &file), file);
    // Another program changes what is out: what it says counts.
    let other = file.replace("<Text>No.</Text>", "<Text>Yes.</Text>");
    let text = read_text(&other);
    assert!(
        text.contains("(low)\nYes.\n") && text.contains("EXT. B - NIGHT #4#"),
        "{text}"
    );
    // One in boneyard alone, which prints nothing, is no heading in the file either.
    let silent = "INT. A - DAY\n\n/* omitted\nINT. B - DAY\n\n*/\n";
    let file = write(silent, None, &Marks::default()).unwrap();
    assert!(
        !file.contains("OMITTED") && !file.contains("OmittedScene"),
        "{file}"
    );
    assert_eq!(read_text(&file), silent);
}

#[test]
fn dual_dialogue_stays_in_its_place() {
    let (went, came) = edited("Now?", "Right now?");
    assert_eq!(
        went,
        ["<Paragraph Type=\"Dialogue\"><Text>Now?</Text></Paragraph>"]
    );
    assert_eq!(
        came,
        ["<Paragraph Type=\"Dialogue\"><Text>Right now?</Text></Paragraph>"]
    );
    let (_, came) = edited("@Jon ^", "@Jon");
    assert!(
        !came.iter().any(|line| line.contains("DualDialogue")),
        "{came:?}"
    );
}

#[test]
fn a_note_on_the_title_page_stays_there_alone() {
    let text = "Title: Ferry [[or Quay?]]\n\nRain.\n";
    let file = write(text, None, &Marks::default()).unwrap();
    assert_eq!(read_text(&file), text);
    assert_eq!(write(text, Some(&file), &Marks::default()).unwrap(), file);
}

#[test]
fn marks_in_a_synopsis_are_the_same_after_a_way_there_and_back() {
    let text = "INT. HOUSE - DAY\n\n= They *meet*, \\*so\\*. [[when?]]\n";
    let file = write(text, None, &Marks::default()).unwrap();
    assert_eq!(read_text(&file), text);
    assert_eq!(write(text, Some(&file), &Marks::default()).unwrap(), file);
}

#[test]
fn a_new_file_has_what_final_draft_expects() {
    let text = "Title: Ferry\nAuthor: A\n\nINT. HOUSE - DAY #1#\n\n= They meet.\n\nMARA\nHi *you*.\n\nJON ^\nHi.\n\nRain. [[why?]]\n";
    let file = write(text, None, &Marks::default()).unwrap();
    for part in [
        "<Paragraph Type=\"Scene Heading\" Number=\"1\">",
        "<Summary><Paragraph><Text>They meet.</Text></Paragraph></Summary>",
        "<DualDialogue>",
        "<Text Style=\"Italic\">you</Text>",
        "<?inkstone title Title?>",
        "<ScriptNote ID=\"1\"",
    ] {
        assert!(file.contains(part), "{part}\n{file}");
    }
}

#[test]
fn revisions_mark_the_letters_that_are_new() {
    let text = read_text(QUAY).replacen("a lamp", "a green lamp", 1);
    let at = text.find("Rain.").unwrap();
    let marks = Marks {
        sets: vec![RevisionSet {
            id: 3,
            name: "Yellow (1/2/2026)".to_owned(),
            color: "#FFD700".to_owned(),
            mark: "*".to_owned(),
        }],
        changed: vec![(at..at + 5, 3)],
    };
    let file = write(&text, Some(QUAY), &marks).unwrap();
    assert!(
        file.contains("Size=\"12\" RevisionID=\"3\">green </Text>"),
        "{file}"
    );
    assert!(file.contains("RevisionID=\"2\" Size=\"12\" Style=\"Bold+AllCaps\">Hard<"));
    assert!(file.contains("<Revision Color=\"#FFFFD7D70000\" FullRevision=\"No\" ID=\"3\" Mark=\"*\" Name=\"Yellow (1/2/2026)\" Style=\"\"/>"));
    assert!(file.contains("Name=\"Pink\""));
}

#[test]
fn other_encodings_become_utf_8() {
    let text = QUAY.replace("UTF-8", "UTF-16");
    let bytes: Vec<u8> = [0xff, 0xfe]
        .into_iter()
        .chain(text.encode_utf16().flat_map(u16::to_le_bytes))
        .collect();
    assert_eq!(read(&bytes).unwrap().file, QUAY);
}

#[test]
fn what_is_no_script_is_said_so() {
    for (file, error) in [
        (
            "<html><body/></html>",
            "not a Final Draft file: no <FinalDraft>",
        ),
        ("<FinalDraft/>", "not a Final Draft file: no <Content>"),
    ] {
        assert_eq!(read(file.as_bytes()).unwrap_err().to_string(), error);
    }
    let cut = &QUAY[..QUAY.len() / 2];
    assert!(matches!(read(cut.as_bytes()), Err(FormatError::Xml { line, .. }) if line > 20));
    assert_eq!(read_text("<FinalDraft><Content/></FinalDraft>"), "");
    let file = write(
        "Rain.\n",
        Some("<FinalDraft><Content/></FinalDraft>"),
        &Marks::default(),
    );
    assert_eq!(read_text(&file.unwrap()), "Rain.\n");
}

#[test]
fn more_text_than_a_script_ever_has_is_refused() {
    let text = "x".repeat(MOST_TEXT + 1);
    let file = format!(
        "<FinalDraft><Content><Paragraph><Text>{text}</Text></Paragraph></Content></FinalDraft>"
    );
    assert!(matches!(
        read(file.as_bytes()),
        Err(FormatError::TooLarge { .. })
    ));
}

/// Looks and elements of other programs, put into a file of ours.
fn decorated(file: &str, every: usize) -> String {
    let mut out = String::new();
    let mut omitted = false;
    for (index, line) in file.lines().enumerate() {
        // What stands inside of a scene that is out goes with it.
        omitted = (omitted || line.contains("<OmittedScene>")) && !line.contains("</OmittedScene>");
        let line = if index % every == 0 {
            line.replace(
                "<Text>",
                "<Text Font=\"Arial\" RevisionID=\"1\" Style=\"AllCaps\">",
            )
        } else {
            line.to_owned()
        };
        out.push_str(&line);
        out.push('\n');
        if index % every == 1 && line.trim() == "</Paragraph>" && !omitted {
            out.push_str("    <Unknown of=\"them\"/>\n");
        }
    }
    out
}

/// One letter of the file is another: what reads as something else is kept none the less.
#[test]
fn odd_letters_leave_all_as_it_was() {
    for (place, odd) in [
        ("<Text>EXT. QUAY", "<Text>-XT. QUAY"),
        ("<Text>EXT. QUAY", "<Text>!XT. QUAY"),
        ("<Text>Omitted", "<Text>[mitted"),
        ("Rain. </Text>", "Rain./</Text>"),
        (">Hard</Text>", ">Har/</Text>"),
        ("<Text>MARA</Text>", "<Text>MAR^</Text>"),
        ("How hard?", "How hard]"),
    ] {
        let file = QUAY.replacen(place, odd, 1);
        assert_ne!(file, QUAY);
        let fdx = read(file.as_bytes()).unwrap();
        assert!(fdx.text.contains("CLOSE ON THE LAMP"), "{}", fdx.text);
        assert!(!fdx.text.contains("/**"), "{}", fdx.text);
        assert_eq!(merged(&fdx.text, &fdx.file), fdx.file, "{odd}");
        let marks = Marks::default();
        assert_eq!(write(&fdx.text, Some(&fdx.file), &marks).unwrap(), fdx.file);
    }
}

proptest! {
    #[test]
    fn fountain_comes_back(text in scripts()) {
        let file = write(&text, None, &Marks::default()).unwrap();
        prop_assert_eq!(read_text(&file), normal(&text), "{}", file);
    }

    #[test]
    fn a_file_comes_back(text in scripts(), every in 2_usize..5) {
        let file = decorated(&write(&text, None, &Marks::default()).unwrap(), every);
        let read = read(file.as_bytes()).unwrap();
        prop_assert_eq!(merged(&read.text, &file), file);
    }

    #[test]
    fn any_text_can_be_put_into_any_file(old in scripts(), new in scripts(), every in 2_usize..5) {
        let file = decorated(&write(&old, None, &Marks::default()).unwrap(), every);
        let unknown = file.matches("<Unknown").count();
        let written = write(&new, Some(&file), &Marks::default()).unwrap();
        prop_assert_eq!(read_text(&written), normal(&new), "{}\n{}", file, written);
        prop_assert_eq!(written.matches("<Unknown").count(), unknown, "{}\n{}", file, written);
    }

    #[test]
    fn a_broken_file_is_an_error_or_a_script(at in any::<prop::sample::Index>(), byte in any::<u8>()) {
        let mut bytes = QUAY.as_bytes().to_vec();
        let at = at.index(bytes.len());
        bytes[at] = byte;
        if let Ok(fdx) = read(&bytes) {
            let again = write(&fdx.text, Some(&fdx.file), &Marks::default()).unwrap();
            prop_assert_eq!(again, fdx.file.clone());
            prop_assert_eq!(merged(&fdx.text, &fdx.file), fdx.file);
        }
        let _ = read(&QUAY.as_bytes()[..at]);
    }
}
