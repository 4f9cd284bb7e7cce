//! Every line of `tests/corpus/fountain/lines.json` is what stands before it. The editor's own
//! reader, which lays a script out while it is typed, is held to the same table
//! (`ui/src/editor/fountain.test.ts`).

use std::{fs, path::Path};

use inkstone_manuscript::fountain::{ElementKind, Script, parse};

fn name(kind: ElementKind) -> &'static str {
    match kind {
        ElementKind::TitlePage => "title",
        ElementKind::SceneHeading => "heading",
        ElementKind::Action => "action",
        ElementKind::Character => "character",
        ElementKind::Parenthetical => "parenthetical",
        ElementKind::Dialogue => "dialogue",
        ElementKind::Transition => "transition",
        ElementKind::Centered => "centered",
        ElementKind::Lyric => "lyric",
        ElementKind::Section { .. } => "section",
        ElementKind::Synopsis => "synopsis",
        ElementKind::Note => "note",
        ElementKind::Boneyard => "boneyard",
        ElementKind::PageBreak => "page",
        ElementKind::Blank => "blank",
    }
}

/// Each line with the kind of the element that it stands in; an empty last line is blank.
fn kinds(text: &str) -> Vec<(String, String)> {
    let elements = parse(text);
    let mut at = 0;
    text.split('\n')
        .map(|line| {
            let element = elements.iter().find(|e| e.range.contains(&at));
            at += line.len() + 1;
            let kind = element.map_or("blank", |e| name(e.kind));
            (kind.to_owned(), line.to_owned())
        })
        .collect()
}

#[test]
fn each_line_is_what_the_table_says() {
    let path =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../tests/corpus/fountain/lines.json");
    let table = fs::read_to_string(path).expect("the table");
    let table: serde_json::Value = serde_json::from_str(&table).expect("JSON");
    let mut lines = 0;
    for script in table.as_array().expect("scripts") {
        let expected: Vec<(String, String)> =
            serde_json::from_value(script["lines"].clone()).expect("pairs of kind and line");
        let text: Vec<&str> = expected.iter().map(|(_, line)| line.as_str()).collect();
        let text = text.join("\n");
        assert_eq!(kinds(&text), expected, "{}", script["name"]);
        // Typed letter by letter it is the same.
        let mut typed = Script::default();
        for letter in text.chars() {
            let end = typed.text().len();
            typed.edit(end..end, letter.encode_utf8(&mut [0; 4]));
        }
        assert_eq!(typed.elements(), parse(&text), "{}", script["name"]);
        lines += expected.len();
    }
    assert!(lines > 500, "only {lines} lines");
}
