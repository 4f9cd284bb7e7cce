//! The screenplay: Fountain 1.1.
//!
//! [`parse`] cuts any text into [`Element`]s that tile it, one after the other; it never fails.
//! [`Script`] keeps them right while the text is edited and reads again only what an edit touched.
//!
//! What an element says is read from the text when it is asked for, borrowed, with byte ranges:
//! [`heading`] (setting, place, time, number), [`cue`] (name, extensions, `^`), [`speeches`] (who
//! speaks beside whom), [`title_entries`], and for all of them [`lines`], whose runs carry emphasis
//! and hold notes and boneyard. [`content`] gives the same as a string with its emphasis as
//! written; [`scenes`] and [`characters`] read the structure.
//!
//! [`write`] makes Fountain of [`Block`]s, and [`blocks`] the blocks of a text; [`marked`] writes
//! emphasis. [`compare`] tells two versions of a script apart by scene and element. Scenes in another
//! order, omitted ones and colours are in [`crate::board`].
//!
//! `cargo run --release -p inkstone-manuscript --example parse_time` measures a script of 116 pages
//! (148 KB): read whole in 0.15 ms; a keystroke in 0.001 to 0.02 ms wherever it falls; taking back a
//! `/*` at the top that had cut all of it, 0.18 ms (two cores of a 2026 server).
//!
//! Where the specification leaves room, and where readers of the format differ:
//! - What does not print (sections, synopses, lines of nothing but notes or boneyard) counts as a
//!   blank line for its neighbours, so a synopsis may stand right under its heading.
//! - A heading needs a blank line before and after it; forced with `.`, only before. A line that
//!   looks like a heading or ends in `TO:` is never a cue.
//! - *Ambiguous*: a heading with text right under it. The specification wants a blank line behind
//!   a heading; some readers do without. Here it is action, as specified: action that begins with
//!   "INT" must not become a scene by surprise, and a `.` in front makes it one.
//! - *Ambiguous*: a name with a digit in front, `3CPO`. The specification asks for at least one
//!   letter, which it has; some readers want the letter first. Here it is a cue, as `2ND GUARD` is.
//! - `CUT TO:` with nothing but boneyard right under it is a transition: what does not print is a
//!   blank line. `#tags` at the ends of lines, an invention of some programs, are text.
//! - The end of the text is a blank line for a heading or transition, so that one being typed is
//!   recognised, and for a cue (nobody has said anything yet). A cue forced with `@` needs none.
//! - Cues in capitals must be written with letters that have capitals: a line of Chinese with an
//!   acronym in it is action. Chinese cues are `@名字`, Chinese headings `.内景 地点 日`.
//! - An unclosed `/*` or `[[` is text. A note over an empty line is no note.
//! - A title page needs a known key, or up to three words, a colon and a value; `FADE IN:` at the
//!   top is action, `CUT TO:` a transition.
//! - A parenthetical right behind another is dialogue; with a line of two spaces between both are
//!   parentheticals, and that line is not printed ([`parts_parentheticals`]). `^` pairs with the speech right before it,
//!   if that has no partner yet.

mod compare;
mod cue;
mod heading;
mod inline;
mod parse;
mod read;
mod script;
mod source;
#[cfg(test)]
mod tests;
mod title;
mod write;

use std::ops::Range;

use serde::Serialize;

pub use compare::{ElementChange, ElementComparison, SceneChange, SceneComparison, compare};
pub use cue::{Cue, Side, Speech, characters, characters_of, cue, speeches};
pub use heading::{Heading, Light, Setting, heading, is_omitted};
pub use inline::{Line, Run, RunKind, Style, lines, lines_inside};
pub use parse::parse;
pub use read::{Part, content, parts_parentheticals, scene_number, scenes, scenes_of};
pub use script::{Edited, Script};
pub use title::{TitleEntry, title_entries, title_value};
pub use write::{Block, blocks, marked, parted, plain_marks, write};

/// What an element is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ElementKind {
    /// `Key: value` lines at the top.
    TitlePage,
    /// `INT. HOUSE - DAY`, or forced: `.内景 咖啡馆 日`.
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
    /// The synopses of the scene, one a line, if it has any.
    pub synopsis: Option<String>,
    /// From the heading to before the next heading or section.
    pub range: Range<usize>,
    /// Whether anything in it would print, apart from the heading.
    pub has_text: bool,
}
