//! Two states of a script, or two scripts in files, by scene and element.

use std::{ops::Range, path::Path, sync::Arc};

use inkstone_manuscript::{
    DocumentKind,
    diff::{Change, Piece},
    fountain::{self, Element, ElementChange, ElementComparison, ElementKind, SceneChange},
};
use serde::Serialize;
use ts_rs::TS;

use crate::{
    Studio, StudioError,
    compare::{CompareStates, SideDto},
    drafts::{Units, to_u32},
    dto::DiffPieceDto,
    tally::script_in,
};

/// Two states of a script side by side.
#[derive(Debug, Clone, Serialize, TS)]
pub struct ScriptComparisonDto {
    /// The old side.
    pub old: SideDto,
    /// The new side.
    pub new: SideDto,
    /// What differs.
    #[serde(flatten)]
    #[ts(flatten)]
    pub scenes: ScriptDifference,
}

/// What differs between two scripts.
#[derive(Debug, Clone, Serialize, TS)]
pub struct ScriptDifference {
    /// The scenes of the new script in order, removed ones where they stood.
    pub scenes: Vec<SceneComparisonDto>,
    /// How many scenes came.
    pub added: u32,
    /// How many went.
    pub removed: u32,
    /// How many stand elsewhere.
    pub moved: u32,
    /// How many stand where they stood, with changes inside.
    pub changed: u32,
}

/// A scene of either script or of both. What stands before the first heading counts as one.
#[derive(Debug, Clone, Serialize, TS)]
pub struct SceneComparisonDto {
    /// What became of it.
    #[ts(type = "\"same\" | \"changed\" | \"moved\" | \"added\" | \"removed\"")]
    pub change: SceneChange,
    /// Its heading: of the new script, or of the old one where it is not in the new; empty for
    /// what stands before the first one.
    pub heading: String,
    /// Its place among the scenes of the old script, from 1; 0 for what stands before them.
    pub old_number: Option<u32>,
    /// Its place among the scenes of the new script.
    pub new_number: Option<u32>,
    /// Where it stands in the new script, or would stand, in UTF-16 units.
    pub at: u32,
    /// Its elements, in reading order, each of either script once. Of a scene that is the same,
    /// none.
    pub elements: Vec<ElementComparisonDto>,
}

/// An element of either script or of both.
#[derive(Debug, Clone, Serialize, TS)]
pub struct ElementComparisonDto {
    /// What it is.
    #[ts(type = "ScriptElement")]
    pub kind: &'static str,
    /// What became of it.
    #[ts(type = "\"same\" | \"changed\" | \"added\" | \"removed\"")]
    pub change: &'static str,
    /// What it says: in pieces where it was rewritten, else in one.
    pub pieces: Vec<DiffPieceDto>,
    /// Where it stands in the new script, or would stand, in UTF-16 units.
    pub at: u32,
}

impl Studio {
    /// See [`crate::commands`].
    pub async fn compare_scripts(
        self: &Arc<Self>,
        i: CompareStates,
    ) -> Result<ScriptComparisonDto, StudioError> {
        self.blocking(move |s| {
            let (old, new) = (s.state(&i.old)?, s.state(&i.new)?);
            if old.document_id != new.document_id {
                return Err(StudioError::OtherDocument);
            }
            if s.library.document(&new.document_id)?.kind != DocumentKind::Screenplay {
                return Err(StudioError::BadRequest("not a screenplay".into()));
            }
            Ok(ScriptComparisonDto {
                scenes: difference(&old.body, &new.body),
                old: old.side,
                new: new.side,
            })
        })
        .await
    }

    /// Compares the scripts in two files of any kind that can be imported. Nothing is kept of them.
    ///
    /// # Errors
    /// `file_unreadable`, and what a file's format says.
    pub fn compare_script_files(old: &Path, new: &Path) -> Result<ScriptDifference, StudioError> {
        Ok(difference(&script_in(old)?, &script_in(new)?))
    }
}

/// What differs between two scripts.
pub fn difference(old: &str, new: &str) -> ScriptDifference {
    let found = fountain::compare(old, new);
    let count = |change: SceneChange| {
        let of = found.iter().filter(|scene| scene.change == change);
        to_u32(of.count())
    };
    let mut writer = Writer {
        old,
        new,
        units: Units::of(new),
        last: 0,
    };
    let (before_old, before_new) = (before_scenes(old), before_scenes(new));
    let mut numbers = Numbers::new(&found, before_old);
    let mut new_number = u32::from(!before_new);
    let scenes = found
        .iter()
        .enumerate()
        .map(|(index, scene)| {
            let (text, range) = match (&scene.new, &scene.old) {
                (Some(range), _) => (new, range.clone()),
                (None, Some(range)) => (old, range.clone()),
                (None, None) => (new, 0..0),
            };
            let number = scene.new.as_ref().map(|_| {
                new_number += 1;
                new_number - 1
            });
            SceneComparisonDto {
                change: scene.change,
                heading: heading(text, scene, &range),
                old_number: numbers.old(index),
                new_number: number,
                at: writer.at(scene.new.as_ref().map(|range| range.start)),
                elements: match scene.change {
                    SceneChange::Same => {
                        // What comes next stands behind it.
                        writer.last = scene.new.as_ref().map_or(writer.last, |range| range.end);
                        Vec::new()
                    }
                    _ => scene.elements.iter().map(|e| writer.element(e)).collect(),
                },
            }
        })
        .collect();
    ScriptDifference {
        added: count(SceneChange::Added),
        removed: count(SceneChange::Removed),
        moved: count(SceneChange::Moved),
        changed: count(SceneChange::Changed),
        scenes,
    }
}

/// Whether anything stands before the first heading.
fn before_scenes(text: &str) -> bool {
    let first = fountain::parse(text)
        .into_iter()
        .find(|element| element.kind != ElementKind::Blank);
    first.is_some_and(|element| element.kind != ElementKind::SceneHeading)
}

/// The places of scenes in the old script.
struct Numbers(Vec<Option<u32>>);

impl Numbers {
    fn new(found: &[fountain::SceneComparison], before: bool) -> Self {
        let mut starts: Vec<(usize, usize)> = found
            .iter()
            .enumerate()
            .filter_map(|(index, scene)| Some((scene.old.as_ref()?.start, index)))
            .collect();
        starts.sort_unstable();
        let mut numbers = vec![None; found.len()];
        for (number, (_, index)) in (u32::from(!before)..).zip(starts) {
            numbers[index] = Some(number);
        }
        Self(numbers)
    }

    fn old(&mut self, index: usize) -> Option<u32> {
        self.0[index]
    }
}

struct Writer<'a> {
    old: &'a str,
    new: &'a str,
    units: Units<'a>,
    /// The end of what was written last, in the new script.
    last: usize,
}

impl Writer<'_> {
    /// A place in the new script; what is not in it would stand behind what was written last.
    fn at(&mut self, place: Option<usize>) -> u32 {
        self.units.at(place.unwrap_or(self.last))
    }

    fn element(&mut self, found: &ElementComparison) -> ElementComparisonDto {
        let at = self.at(found.new.as_ref().map(|range| range.start));
        if let Some(range) = &found.new {
            self.last = range.end;
        }
        let (text, range) = match (&found.new, &found.old) {
            (Some(range), _) => (self.new, range.clone()),
            (None, Some(range)) => (self.old, range.clone()),
            (None, None) => (self.new, 0..0),
        };
        let said = |change: &str| {
            let element = Element {
                kind: found.kind,
                range: range.clone(),
            };
            vec![DiffPieceDto {
                change: change.to_owned(),
                text: fountain::content(text, &element),
            }]
        };
        let (change, pieces) = match &found.change {
            ElementChange::Same => ("same", said("equal")),
            ElementChange::Added => ("added", said("insert")),
            ElementChange::Removed => ("removed", said("delete")),
            ElementChange::Changed(pieces) => ("changed", pieces.iter().map(piece).collect()),
        };
        ElementComparisonDto {
            kind: kind_name(found.kind),
            change,
            pieces,
            at,
        }
    }
}

fn piece(piece: &Piece) -> DiffPieceDto {
    let change = match piece.change {
        Change::Equal => "equal",
        Change::Insert => "insert",
        Change::Delete => "delete",
    };
    DiffPieceDto {
        change: change.to_owned(),
        text: piece.text.clone(),
    }
}

/// The heading of a scene; empty for what stands before the first one.
fn heading(text: &str, scene: &fountain::SceneComparison, range: &Range<usize>) -> String {
    let first = scene.elements.iter().find(|element| {
        [&element.new, &element.old]
            .into_iter()
            .flatten()
            .any(|place| place.start == range.start)
    });
    match first {
        Some(element) if element.kind == ElementKind::SceneHeading => {
            let range = range.start
                ..element
                    .new
                    .as_ref()
                    .or(element.old.as_ref())
                    .map_or(range.end, |r| r.end);
            let element = Element {
                kind: element.kind,
                range,
            };
            fountain::content(text, &element)
        }
        _ => String::new(),
    }
}

fn kind_name(kind: ElementKind) -> &'static str {
    match kind {
        ElementKind::TitlePage => "title_page",
        ElementKind::SceneHeading => "scene_heading",
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
        ElementKind::PageBreak => "page_break",
        ElementKind::Blank => "blank",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OLD: &str = "Title: The Ferry\n\nINT. BOOTH - DAY\n\nRain falls on the glass.\n\nMARA\nIt sticks.\n\n\
        EXT. QUAY - NIGHT\n\nA dog waits by the rope and does not look up.\n\nINT. CAR - DAY\n\nIt starts. It stops. It starts.\n";

    fn told(found: &ScriptDifference) -> Vec<String> {
        let scenes = found.scenes.iter().map(|scene| {
            let number = |n: Option<u32>| n.map_or("-".to_owned(), |n| n.to_string());
            format!(
                "{:?} {} {} {}",
                scene.change,
                number(scene.old_number),
                number(scene.new_number),
                scene.heading
            )
        });
        scenes.collect()
    }

    #[test]
    fn scenes_are_told_apart_with_their_places() {
        let new = "Title: The Ferry\n\nINT. CAR - DAY\n\nIt starts. It stops. It starts.\n\nINT. BOOTH - DAY\n\n\
            Rain falls on the glass.\n\nMARA\nIt always sticks.\n\nEXT. BRIDGE - DAWN\n\nFog, and nobody.\n";
        let found = difference(OLD, new);
        assert_eq!(
            told(&found),
            [
                "Same 0 0 ",
                "Moved 3 1 INT. CAR - DAY",
                "Changed 1 2 INT. BOOTH - DAY",
                "Added - 3 EXT. BRIDGE - DAWN",
                "Removed 2 - EXT. QUAY - NIGHT",
            ]
        );
        assert_eq!(
            (found.added, found.removed, found.moved, found.changed),
            (1, 1, 1, 1)
        );
        let booth = &found.scenes[2];
        let line = booth.elements.last().expect("elements");
        assert_eq!((line.kind, line.change), ("dialogue", "changed"));
        let said: Vec<(&str, &str)> = line
            .pieces
            .iter()
            .map(|p| (p.change.as_str(), p.text.as_str()))
            .collect();
        assert_eq!(
            said,
            [
                ("equal", "It "),
                ("insert", "always "),
                ("equal", "sticks.")
            ]
        );
        assert!(new[line.at as usize..].starts_with("It always"));
        // What went would stand behind what is there.
        assert_eq!(found.scenes[4].at as usize, new.len());
    }

    #[test]
    fn the_same_is_the_same_and_nothing_is_nothing() {
        let same = difference(OLD, OLD);
        assert!(same.scenes.iter().all(|s| s.change == SceneChange::Same));
        assert!(difference("", "").scenes.is_empty());
        assert_eq!(difference("", OLD).added, 4);
        assert_eq!(difference(OLD, "").removed, 4);
    }

    #[test]
    fn places_are_units_of_the_editor() {
        let old = "😀 雨\n\nINT. A - DAY\n\nSun.\n";
        let new = "😀 雨\n\nINT. A - DAY\n\nSun, and wind.\n";
        let found = difference(old, new);
        let at = found.scenes[1].at as usize;
        let units: Vec<u16> = new.encode_utf16().collect();
        assert_eq!(String::from_utf16_lossy(&units[at..at + 6]), "INT. A");
    }
}
