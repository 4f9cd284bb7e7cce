//! FDX: a file that is not changed comes back byte for byte; a text goes into any file that can be
//! read. [`twice`], a target of its own, asks more: a text is the same after a second way.

use inkstone_formats::fdx::{self, Marks};

/// Up to a zero, which XML can't hold, stands a file; behind it a text that goes into it.
pub fn check(data: &[u8]) {
    let (file, text) = file_and_text(data);
    let alone = through(&text, None);
    through(&alone, None);
    let Ok(found) = fdx::read(file) else { return };
    let back = fdx::write(&found.text, Some(&found.file), &Marks::default());
    assert_eq!(back.as_deref(), Ok(found.file.as_str()));
    let merged = through(&text, Some(&found.file));
    through(&merged, Some(&found.file));
}

/// A text is after two ways what it is after one, into a new file and into any that can be read.
pub fn twice(data: &[u8]) {
    let (file, text) = file_and_text(data);
    let alone = through(&text, None);
    assert_eq!(through(&alone, None), alone, "{text:?}");
    let Ok(found) = fdx::read(file) else { return };
    let merged = through(&text, Some(&found.file));
    assert_eq!(through(&merged, Some(&found.file)), merged, "{text:?}");
}

/// The two parts of an input.
fn file_and_text(data: &[u8]) -> (&[u8], String) {
    let end = data.iter().position(|&b| b == 0).unwrap_or(data.len());
    let (file, text) = data.split_at(end);
    let text = String::from_utf8_lossy(text.strip_prefix(b"\0").unwrap_or(text));
    // What XML can't hold is left out, and a line may be another without it.
    let held = |c: &char| !c.is_control() || matches!(c, '\n' | '\t');
    let text = text
        .chars()
        .filter(held)
        .filter(|c| !matches!(c, '\u{fffe}' | '\u{ffff}'))
        .collect();
    (file, text)
}

/// A text after a way through FDX.
fn through(text: &str, file: Option<&str>) -> String {
    let written = fdx::write(text, file, &Marks::default()).expect("a file that can be read");
    let read = fdx::read(written.as_bytes());
    read.unwrap_or_else(|error| panic!("{error}: {written}"))
        .text
}

/// What gives a file or a text its meaning.
pub const TYPED: &[&str] = &[
    "<Paragraph Type=\"Action\">",
    "<Paragraph Type=\"Character\">",
    "<Paragraph Type=\"Dialogue\">",
    "<Paragraph Type=\"Scene Heading\" Number=\"1\">",
    "</Paragraph>",
    "<Text>",
    "</Text>",
    "<Text Style=\"Bold+Italic\">",
    "<DualDialogue>",
    "</DualDialogue>",
    "<SceneProperties/>",
    "<ScriptNote ID=\"1\" Range=\"0,3\">",
    "</ScriptNote>",
    "<?inkstone cut?>",
    "<!--",
    "-->",
    "<![CDATA[",
    "]]>",
    "&amp;",
    "&#x41;",
    "&lt;",
    "<TitlePage><Content>",
    "</Content></TitlePage>",
    " StartsNewPage=\"Yes\"",
    " Alignment=\"Center\"",
    "\0",
    "\n",
    "\n\n",
    "INT. ",
    "BO\n",
    "@",
    "*",
    "_",
    "[[",
    "]]",
    "/*",
    "*/",
    "^",
    "汉",
    "é",
    "#",
    "= ",
    "===\n",
    "> ",
    " <",
    "Title: a\n",
];

/// Files to begin with; a zero parts file from text.
pub const SEEDS: &[&str] = &[
    include_str!("../../../src-tauri/crates/formats/tests/fixtures/quay.fdx"),
    "<?xml version=\"1.0\"?><FinalDraft DocumentType=\"Script\"><Content><Paragraph Type=\"Scene Heading\"><Text>INT. HUT - DAY</Text></Paragraph><Paragraph Type=\"Character\"><Text>BO</Text></Paragraph><Paragraph Type=\"Dialogue\"><Text>Yes.</Text></Paragraph></Content></FinalDraft>\0INT. HUT - DAY\n\nBO\nNo.\n",
    "\0Title: A\n\n.内景 咖啡馆 日 #2#\n\n@林晓\n（低声）\n走。\n\nA ^\n/* cut */\n[[note]]\n",
];
