//! The story of a script in its stages: logline, premise, people, beats, outline, scenes.
//!
//! Where each stage lives
//! - Logline, premise and the pages of people and places are fields of the brief: they never print.
//! - Beats, outline and scenes are the Fountain text, and nothing else. A beat is a synopsis (`= `)
//!   outside of any scene, an act a section (`# `); an entry of the outline is a scene heading with
//!   the synopses right beneath it; a scene is what follows them.
//!
//! What was made from what is kept as hashes of contents ([`Sources`]), never as times: a part is
//! stale when what it was made from reads otherwise now. A hash leaves out case, white space and
//! punctuation, so that a comma makes nothing stale. A part that nobody has a record of (a script
//! typed by hand, an imported one) is recorded as it is first seen ([`Story::settle`]).
//!
//! Which beats a scene carries is not written in the text. It is read off it ([`carry`]): scenes
//! and beats are laid side by side in their order, each scene to the beat whose words it shares.

mod carry;
mod sources;
#[cfg(test)]
mod tests;

use std::ops::Range;

use inkstone_manuscript::fountain::{self, ElementKind};
use serde::Serialize;
use sha2::{Digest, Sha256};
use ts_rs::TS;

use crate::ScreenplayBrief;

pub use sources::{Because, Part, Sources, Stale};

/// A turn of the story: a synopsis outside of any scene.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Beat {
    /// What happens.
    pub text: String,
    /// The act it stands in: the last section before it.
    pub act: Option<String>,
    /// Its line in bytes, without the line end.
    pub range: Range<usize>,
}

/// A scene: an entry of the outline, and the scene written out from it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its place in the script, from 1.
    pub number: u32,
    /// The heading without marks.
    pub heading: String,
    /// The line of the heading in bytes, without the line end.
    pub heading_range: Range<usize>,
    /// The synopses beneath the heading, one a line; empty if there are none.
    pub synopsis: String,
    /// Their lines in bytes; empty where the first would stand.
    pub synopsis_range: Range<usize>,
    /// What is written out, in bytes, up to the next heading; empty if nothing is.
    pub text_range: Range<usize>,
    /// The beats it carries, as places in [`Story::beats`].
    pub carries: Vec<usize>,
}

impl Entry {
    /// Whether anything of the scene is written out.
    pub fn written(&self) -> bool {
        !self.text_range.is_empty()
    }
}

/// A script's story in its stages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Story {
    /// The beats, in order.
    pub beats: Vec<Beat>,
    /// The scenes, in order.
    pub entries: Vec<Entry>,
    hashes: Hashes,
    premise: bool,
    people: bool,
}

/// What stands in each part, as hashes of contents.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, serde::Deserialize)]
#[serde(default)]
pub struct Hashes {
    logline: String,
    premise: String,
    characters: String,
    beats: Vec<String>,
}

/// A stage of the story as it is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, serde::Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// The premise.
    Premise,
    /// The pages of the people.
    Characters,
    /// The beats.
    Beats,
    /// An entry of the outline.
    Entry,
    /// A scene written out.
    Scene,
}

/// The hash of a content: sixteen hex digits over its letters and digits in lower case; empty for
/// a text without any.
pub fn hash(text: &str) -> String {
    let bare: String = text
        .chars()
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect();
    if bare.is_empty() {
        return String::new();
    }
    let digest = Sha256::digest(bare);
    digest
        .iter()
        .take(8)
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

impl Story {
    /// Reads the stages of a script.
    pub fn read(brief: &ScreenplayBrief, text: &str) -> Self {
        let (beats, mut entries) = parts(text);
        let carried = carry::carried(text, &beats, &entries);
        for (entry, carried) in entries.iter_mut().zip(carried) {
            entry.carries = carried;
        }
        let people: String = brief
            .characters
            .iter()
            .map(|c| {
                [&c.name, &c.description, &c.role, &c.want, &c.need, &c.flaw]
                    .map(String::as_str)
                    .join(" ")
            })
            .collect::<Vec<_>>()
            .join("\n");
        let hashes = Hashes {
            logline: hash(&format!("{} {} {}", brief.logline, brief.genre, brief.tone)),
            premise: hash(&brief.premise),
            characters: hash(&people),
            beats: beats.iter().map(|b| hash(&b.text)).collect(),
        };
        Self {
            premise: !hashes.premise.is_empty(),
            people: !hashes.characters.is_empty(),
            beats,
            entries,
            hashes,
        }
    }

    /// What stands in each part now; to be kept with what is asked of a model.
    pub fn hashes(&self) -> Hashes {
        self.hashes.clone()
    }

    /// The bytes from the first act or beat to the last, if there are any before a scene or
    /// without scenes: what a new set of beats replaces.
    pub fn beats_range(&self, text: &str) -> Option<Range<usize>> {
        let end = self
            .entries
            .first()
            .map_or(text.len(), |e| e.heading_range.start);
        let mut found: Option<Range<usize>> = None;
        for element in fountain::parse(text) {
            let counts = matches!(
                element.kind,
                ElementKind::Synopsis | ElementKind::Section { .. }
            );
            if counts && element.range.start < end {
                let line = line(text, &element.range);
                let start = found.as_ref().map_or(line.start, |f| f.start);
                found = Some(start..line.end);
            }
        }
        found.filter(|_| self.beats.iter().any(|b| b.range.start < end))
    }
}

/// A range without white space at its end.
fn line(text: &str, range: &Range<usize>) -> Range<usize> {
    range.start..range.start + text[range.clone()].trim_end().len()
}

fn parts(text: &str) -> (Vec<Beat>, Vec<Entry>) {
    let mut beats = Vec::new();
    let mut entries: Vec<Entry> = Vec::new();
    let mut act: Option<String> = None;
    // The scene that is open, and whether its synopses may still come.
    let (mut open, mut head) = (false, false);
    for element in fountain::parse(text) {
        let range = line(text, &element.range);
        match element.kind {
            ElementKind::SceneHeading => {
                entries.push(Entry {
                    number: u32::try_from(entries.len() + 1).unwrap_or(u32::MAX),
                    heading: fountain::content(text, &element),
                    synopsis: String::new(),
                    synopsis_range: element.range.end..element.range.end,
                    text_range: element.range.end..element.range.end,
                    heading_range: range,
                    carries: Vec::new(),
                });
                (open, head) = (true, true);
            }
            ElementKind::Section { .. } => {
                act = Some(fountain::content(text, &element)).filter(|name| !name.is_empty());
                open = false;
            }
            ElementKind::Synopsis => {
                let content = fountain::content(text, &element);
                match entries.last_mut().filter(|_| open) {
                    Some(entry) if head => {
                        if entry.synopsis.is_empty() {
                            entry.synopsis_range = range;
                            entry.synopsis = content;
                        } else {
                            entry.synopsis_range.end = range.end;
                            entry.synopsis.push('\n');
                            entry.synopsis.push_str(&content);
                        }
                    }
                    // A synopsis in the middle of a scene says what follows it; it is the scene's.
                    Some(_) => {}
                    None if content.is_empty() => {}
                    None => beats.push(Beat {
                        text: content,
                        act: act.clone(),
                        range,
                    }),
                }
            }
            ElementKind::Blank
            | ElementKind::Note
            | ElementKind::Boneyard
            | ElementKind::TitlePage
            | ElementKind::PageBreak => {}
            _ => {
                if let Some(entry) = entries.last_mut().filter(|_| open) {
                    if entry.text_range.is_empty() {
                        entry.text_range = range.clone();
                    }
                    entry.text_range.end = range.end;
                    head = false;
                }
            }
        }
    }
    (beats, entries)
}
