//! The screenplay: Fountain, line by line.

use std::ops::Range;

use serde::Serialize;

/// What an element is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ElementKind {
    /// `Key: value` lines at the top.
    TitlePage,
    /// `INT. HOUSE - DAY`.
    SceneHeading,
    /// What is seen and heard.
    Action,
    /// The cue: who speaks.
    Character,
    /// `(beat)`.
    Parenthetical,
    /// What is said.
    Dialogue,
    /// `CUT TO:`.
    Transition,
    /// `> text <`.
    Centered,
    /// `~ text`.
    Lyric,
    /// `# Act`, `## Sequence` ...
    Section {
        /// How many `#`.
        depth: u8,
    },
    /// `= what happens`.
    Synopsis,
    /// `[[a note]]` on lines of its own.
    Note,
    /// `/* cut */` on lines of its own.
    Boneyard,
    /// `===`.
    PageBreak,
    /// Blank lines.
    Blank,
}

/// A run of lines with one meaning.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Element {
    /// What it is.
    pub kind: ElementKind,
    /// Where it stands, in bytes, line ends included.
    pub range: Range<usize>,
}

/// A heading and what follows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Scene {
    /// The place in the script, from 1.
    pub number: usize,
    /// The heading without marks and scene number.
    pub heading: String,
    /// The synopses of the scene, if any.
    pub synopsis: Option<String>,
    /// From the heading to before the next heading or section.
    pub range: Range<usize>,
    /// Whether anything is written but heading, synopsis, blanks and notes.
    pub has_text: bool,
}

/// Parses any text. The elements' ranges tile it.
pub fn parse(text: &str) -> Vec<Element> {
    if text.is_empty() {
        return Vec::new();
    }
    vec![Element {
        kind: ElementKind::Action,
        range: 0..text.len(),
    }]
}

/// The scenes, in order.
pub fn scenes(_text: &str) -> Vec<Scene> {
    Vec::new()
}

/// The names in cues, in order of first appearance, without extensions.
pub fn characters(_text: &str) -> Vec<String> {
    Vec::new()
}
