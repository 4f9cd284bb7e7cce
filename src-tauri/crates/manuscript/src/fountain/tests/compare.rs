use proptest::prelude::*;

use super::{super::*, script};
use crate::diff::Change;

const OLD: &str = "\
Title: T

INT. HUT - DAY

Rain on the roof of the hut.

BO
(low)
Where did you leave the red boat?

ANA
At the pier.

EXT. PIER - NIGHT

A boat, red and old, at the pier.

BO
There.

.内景 咖啡馆 日

林晓推门进来，雨水滴在地上。

@林晓
一杯热的。
";

/// Changes, a scene a line.
fn shown(old: &str, new: &str) -> Vec<String> {
    compare(old, new)
        .iter()
        .map(|scene| {
            let elements: Vec<String> = scene
                .elements
                .iter()
                .filter(|e| e.change != ElementChange::Same)
                .map(|e| match &e.change {
                    ElementChange::Same => String::new(),
                    ElementChange::Added => {
                        format!("+{}", new[e.new.clone().unwrap_or(0..0)].trim())
                    }
                    ElementChange::Removed => {
                        format!("-{}", old[e.old.clone().unwrap_or(0..0)].trim())
                    }
                    ElementChange::Changed(pieces) => pieces
                        .iter()
                        .map(|piece| match piece.change {
                            Change::Equal => piece.text.clone(),
                            Change::Insert => format!("[+{}]", piece.text),
                            Change::Delete => format!("[-{}]", piece.text),
                        })
                        .collect(),
                })
                .collect();
            format!("{:?} {}", scene.change, elements.join(" / "))
                .trim()
                .to_owned()
        })
        .collect()
}

#[test]
fn the_same_is_the_same_however_it_is_written() {
    let forced = OLD.replace("\nBO\n", "\n@BO\n").replace('\n', "\r\n");
    assert!(
        compare(OLD, &forced)
            .iter()
            .all(|s| s.change == SceneChange::Same)
    );
    assert_eq!(compare("", ""), []);
}

#[test]
fn words_elements_and_scenes_change() {
    let new = OLD
        .replace("the red boat", "the blue boat")
        .replace("ANA\nAt the pier.\n\n", "")
        .replace("雨水滴在地上", "雪水滴在地上")
        .replace("BO\nThere.\n", "BO\nThere.\n\nA gull.\n");
    assert_eq!(
        shown(OLD, &new),
        [
            "Same",
            "Changed Where did you leave the [-red][+blue] boat? / -ANA / -At the pier.",
            "Changed +A gull.",
            "Changed 林晓推门进来，[-雨][+雪]水滴在地上。",
        ]
    );
}

#[test]
fn a_scene_is_moved_added_removed() {
    let pier = OLD.find("EXT. PIER").unwrap_or(0);
    let cafe = OLD.find(".内景").unwrap_or(0);
    let (hut, pier, cafe) = (&OLD[..pier], &OLD[pier..cafe], &OLD[cafe..]);
    let moved = format!("{hut}{cafe}\n{pier}");
    assert_eq!(shown(OLD, &moved), ["Same", "Same", "Same", "Moved"]);
    let moved = moved.replace("There.", "There!");
    assert_eq!(
        shown(OLD, &moved),
        ["Same", "Same", "Same", "Moved There[-.][+!]"]
    );
    let without = format!("{hut}{cafe}");
    assert_eq!(
        shown(OLD, &without),
        [
            "Same",
            "Same",
            "Removed -EXT. PIER - NIGHT / -A boat, red and old, at the pier. / -BO / -There.",
            "Same",
        ]
    );
    assert_eq!(
        shown(&without, OLD)[2],
        "Added +EXT. PIER - NIGHT / +A boat, red and old, at the pier. / +BO / +There."
    );
}

#[test]
fn a_heading_that_was_changed_keeps_its_scene() {
    let new = OLD.replace("EXT. PIER - NIGHT", "EXT. HARBOUR - NIGHT #4#");
    assert_eq!(
        shown(OLD, &new)[2],
        "Changed EXT. [-PIER][+HARBOUR] - NIGHT"
    );
}

fn holds(old: &str, new: &str) -> Result<(), TestCaseError> {
    let found = compare(old, new);
    let ranges = |text: &str| -> Vec<_> {
        let elements = parse(text).into_iter();
        elements
            .filter(|e| e.kind != ElementKind::Blank)
            .map(|e| e.range)
            .collect()
    };
    let elements = || found.iter().flat_map(|scene| &scene.elements);
    let mut seen: Vec<_> = elements().filter_map(|e| e.old.clone()).collect();
    seen.sort_by_key(|range| range.start);
    prop_assert_eq!(seen, ranges(old));
    let seen: Vec<_> = elements().filter_map(|e| e.new.clone()).collect();
    prop_assert_eq!(seen, ranges(new));
    for element in elements() {
        let said = |text: &str, range: &Option<std::ops::Range<usize>>| {
            let range = range.clone().unwrap_or(0..0);
            content(
                text,
                &Element {
                    kind: element.kind,
                    range,
                },
            )
        };
        match &element.change {
            ElementChange::Same => {
                prop_assert_eq!(said(old, &element.old), said(new, &element.new));
            }
            ElementChange::Changed(pieces) => {
                let side = |left: Change| -> String {
                    let pieces = pieces.iter().filter(|piece| piece.change != left);
                    pieces.map(|piece| piece.text.as_str()).collect()
                };
                prop_assert_eq!(side(Change::Insert), said(old, &element.old));
                prop_assert_eq!(side(Change::Delete), said(new, &element.new));
            }
            ElementChange::Added => prop_assert!(element.old.is_none() && element.new.is_some()),
            ElementChange::Removed => prop_assert!(element.new.is_none() && element.old.is_some()),
        }
    }
    Ok(())
}

proptest! {
    #[test]
    fn each_element_is_found_once(a in script(), b in script(), c in script(), d in script()) {
        holds(&a, &b)?;
        let old = format!("INT. A - DAY\n\n{a}\n\nINT. B - DAY\n\n{b}\n\nINT. C\n\n{c}");
        let new = format!("INT. C\n\n{c}\n\nINT. A - DAY\n\n{d}\n\nINT. B - DAY\n\n{b}");
        holds(&old, &new)?;
        prop_assert!(compare(&old, &old).iter().all(|s| s.change == SceneChange::Same));
    }
}

#[test]
fn long_scripts_without_anything_in_common_are_compared_in_bounded_time() {
    let made = |word: &str| {
        let lines: Vec<String> = (0..4_000)
            .map(|n| format!("{word}{} x.\n\n", n % 1_500))
            .collect();
        lines.concat()
    };
    let (old, new) = (made("a"), made("b"));
    assert_eq!(compare(&old, &new).len(), 1);
    let scenes = "INT. A - DAY\n\nx\n\n".repeat(1_000);
    let others = "INT. A - DAY\n\ny\n\n".repeat(1_000);
    assert_eq!(compare(&scenes, &others).len(), 1_000);
}
