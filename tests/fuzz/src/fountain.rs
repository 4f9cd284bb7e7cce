//! Fountain: elements tile the text, an edit leaves what a whole reading gives, what is read stands
//! where it says, blocks come back from what is written of them, a comparison loses no element.

use inkstone_manuscript::fountain::{
    self, Element, ElementKind, RunKind, Script, blocks, compare, write,
};

/// The first bytes are edits, four each, up to a zero; the rest is the script.
pub fn check(data: &[u8]) {
    let end = data.iter().position(|&b| b == 0).unwrap_or(0);
    let (edits, text) = data.split_at(end);
    let text = String::from_utf8_lossy(text.strip_prefix(b"\0").unwrap_or(text));
    read(&text);

    let mut script = Script::new(text.as_ref());
    for edit in edits.chunks_exact(4).take(32) {
        let [place, more, length, with] = [0, 1, 2, 3].map(|at| usize::from(edit[at]));
        let at = (place << 8 | more) % (script.text().len() + 1);
        script.edit(at..at + length % 24, TYPED[with % TYPED.len()]);
        assert_eq!(script.elements(), fountain::parse(script.text()));
    }

    let found = blocks(&text);
    let written = write(&found);
    assert_eq!(blocks(&written), found, "{written:?}");

    let compared = compare(&text, script.text());
    let count = |elements: &[Element]| {
        let shown = elements.iter().filter(|e| e.kind != ElementKind::Blank);
        shown.count()
    };
    let elements = || compared.iter().flat_map(|scene| &scene.elements);
    assert_eq!(
        elements().filter(|e| e.new.is_some()).count(),
        count(script.elements())
    );
    assert_eq!(
        elements().filter(|e| e.old.is_some()).count(),
        count(&fountain::parse(&text))
    );
}

/// What gives a line its meaning.
pub const TYPED: &[&str] = &[
    "", "\n", "\n\n", "\r", "\r\n", "/*", "*/", "*", "/", "[[", "]]", "[", "]", " ", "  ", "@",
    ".", "!", "~", ">", "<", "#", "=", "===", "(", ")", "^", "_", "\\", ":", "TO:", "INT. ", "BO",
    "汉", "é", "\u{feff}", "\u{3000}", "Title: ", "a", "😆",
];

/// Scripts to begin with; a zero parts edits from text.
pub const SEEDS: &[&str] = &[
    "\0Title: A\n    B\nAuthor: C\n\nINT. HUT - DAY #1A#\n\nRain *on* [[the]] _roof_.\n\nBO (V.O.)\n(low)\nYes.\n  \nNo.\n\nANA ^\nYes.\n\nCUT TO:\n\n> THE END <\n\n===\n",
    "\0.内景 咖啡馆 日 #2#\n\n= 雨。\n\n@林晓（画外）\n（低声）\n走。\n[[笔记\n跨行]]\n快。\n\n>切至：\n\n/*\n剪掉\n\n的\n*/\n~歌\n",
    "\x01\x02\x03\x05\x00\0# A\r\n\r\n!ACTION\r\nmore\r\n\r\n@McX\r\n~la\r\n",
];

fn read(text: &str) {
    let elements = fountain::parse(text);
    let mut at = 0;
    for element in &elements {
        assert_eq!(element.range.start, at);
        assert!(element.range.end > at);
        at = element.range.end;
        let inside = |range: &std::ops::Range<usize>| {
            assert!(element.range.start <= range.start && range.end <= element.range.end);
            assert!(text.get(range.clone()).is_some());
        };
        for line in fountain::lines(text, element) {
            for run in &line.runs {
                inside(&run.range);
                assert!(run.kind != RunKind::Text || text[run.range.clone()] == *run.text);
            }
        }
        if let Some(heading) = fountain::heading(text, element) {
            let parts = [
                heading.opening,
                heading.location,
                heading.time,
                heading.number,
            ];
            parts.iter().flatten().for_each(|part| inside(&part.range));
        }
        if let Some(cue) = fountain::cue(text, element) {
            cue.extensions.iter().for_each(|part| inside(&part.range));
        }
        for entry in fountain::title_entries(text, element) {
            inside(&entry.key.range);
        }
        let _ = fountain::content(text, element);
        let _ = fountain::plain_marks(text, element);
    }
    assert_eq!(at, text.len());
    let _ = fountain::scenes_of(text, &elements);
    let _ = fountain::speeches(text, &elements);
    let _ = fountain::characters_of(text, &elements);
}
