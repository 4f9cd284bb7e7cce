//! Two scripts in files, by scene and element.

use std::fmt::Write as _;

use inkstone_studio::{
    Studio,
    script_compare::{ElementComparisonDto, SceneComparisonDto, ScriptDifference},
};
use serde_json::json;

use crate::{arguments::Compare, failure::Failure, output::Output, words::Words};

/// `ink compare`
pub fn compare(wanted: &Compare, output: &Output) -> Result<(), Failure> {
    let mut found = Studio::compare_script_files(&wanted.old, &wanted.new)?;
    if wanted.scenes {
        found
            .scenes
            .iter_mut()
            .for_each(|scene| scene.elements.clear());
    }
    if output.json {
        return output.value(&found);
    }
    output.text(&told(&found, output.words))
}

/// Scenes that differ, each with what differs in it: `+` came, `-` went, `>` stands elsewhere, `~`
/// was changed.
fn told(found: &ScriptDifference, words: Words) -> String {
    let mut out = words.scenes_differ(found.added, found.removed, found.moved, found.changed);
    out.push('\n');
    for scene in &found.scenes {
        let mark = match json!(scene.change).as_str() {
            Some("added") => '+',
            Some("removed") => '-',
            Some("moved") => '>',
            Some("changed") => '~',
            _ => continue,
        };
        let _ = writeln!(out, "\n{mark} {}{}", heading(scene, words), places(scene));
        // What a scene holds that only came or went is said by its heading.
        if matches!(mark, '+' | '-') {
            continue;
        }
        for element in &scene.elements {
            write_element(&mut out, element);
        }
    }
    out
}

fn heading(scene: &SceneComparisonDto, words: Words) -> String {
    if scene.heading.is_empty() {
        words.before_scenes()
    } else {
        scene.heading.clone()
    }
}

/// ` (3 → 1)`: the scene's places in the old and the new script.
fn places(scene: &SceneComparisonDto) -> String {
    match (scene.old_number, scene.new_number) {
        (Some(0), _) | (_, Some(0)) | (None, None) => String::new(),
        (Some(old), Some(new)) if old == new => format!(" ({new})"),
        (Some(old), Some(new)) => format!(" ({old} → {new})"),
        (Some(one), None) | (None, Some(one)) => format!(" ({one})"),
    }
}

fn write_element(out: &mut String, element: &ElementComparisonDto) {
    let side = |wanted: &str| -> String {
        let pieces = element.pieces.iter();
        pieces
            .filter(|piece| piece.change == "equal" || piece.change == wanted)
            .map(|piece| piece.text.as_str())
            .collect()
    };
    let mut lines = |mark: char, text: &str| {
        for line in text.lines() {
            let _ = writeln!(out, "    {mark} {line}");
        }
    };
    if matches!(element.change, "removed" | "changed") {
        lines('-', &side("delete"));
    }
    if matches!(element.change, "added" | "changed") {
        lines('+', &side("insert"));
    }
}
