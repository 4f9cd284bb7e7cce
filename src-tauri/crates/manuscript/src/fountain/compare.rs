//! Two versions of a script, compared by scene and by element.
//!
//! Scenes are paired first: those that are the same, then those that share most of what is in
//! them. Pairs that keep their order stand in place, the others were moved. Inside a pair,
//! elements are aligned, and one that was rewritten is compared word by word. Notation does not
//! count: `BO` and `@BO` are the same cue. Time is linear but for stretches of bounded length.

use std::{
    collections::{HashMap, HashSet},
    ops::Range,
};

use serde::Serialize;

use super::{Block, Element, ElementKind, content, parse, write::block_of};
use crate::diff::{
    Piece,
    align::{Patience, align, rising},
    prose_diff,
};

/// How far on a rewritten element is looked for.
const NEARBY: usize = 8;

/// What became of a scene.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SceneChange {
    /// The same, in place.
    Same,
    /// In place, with changes inside.
    Changed,
    /// Elsewhere than it was; its elements say what changed inside.
    Moved,
    /// Only in the new script.
    Added,
    /// Only in the old script.
    Removed,
}

/// What became of an element.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "change", content = "pieces")]
pub enum ElementChange {
    /// The same.
    Same,
    /// Rewritten: the difference of what it says, as in [`content`].
    Changed(Vec<Piece>),
    /// Only in the new script.
    Added,
    /// Only in the old script.
    Removed,
}

/// An element of either script or of both.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ElementComparison {
    /// What it is.
    pub kind: ElementKind,
    /// What became of it.
    #[serde(flatten)]
    pub change: ElementChange,
    /// Where it stands in the old script, in bytes.
    pub old: Option<Range<usize>>,
    /// Where it stands in the new script, in bytes.
    pub new: Option<Range<usize>>,
}

/// A scene of either script or of both; what stands before the first heading counts as one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SceneComparison {
    /// What became of it.
    pub change: SceneChange,
    /// Where it stands in the old script, in bytes.
    pub old: Option<Range<usize>>,
    /// Where it stands in the new script, in bytes.
    pub new: Option<Range<usize>>,
    /// Its elements but blank lines, in reading order, each of either script once.
    pub elements: Vec<ElementComparison>,
}

/// Compares two scripts: the scenes of the new one in order, removed ones where they stood.
pub fn compare(old: &str, new: &str) -> Vec<SceneComparison> {
    let mut names = HashMap::new();
    let old = Side::new(old, &mut names);
    let new = Side::new(new, &mut names);
    let pairs = paired(&old, &new);
    let mut in_order: Vec<(usize, usize)> = pairs
        .iter()
        .enumerate()
        .filter_map(|(new_scene, old_scene)| Some(((*old_scene)?, new_scene)))
        .collect();
    in_order.sort_unstable();
    // The longer scene stays, the shorter one was moved.
    let in_place = rising(&in_order, |(_, scene)| new.scenes[*scene].len());
    let in_place: HashSet<usize> = in_place.into_iter().map(|(_, scene)| scene).collect();
    let mut patience = Patience::default();
    let kept: HashSet<usize> = pairs.iter().flatten().copied().collect();

    let mut found = Vec::new();
    let mut removed = (0..old.scenes.len())
        .filter(|scene| !kept.contains(scene))
        .peekable();
    for (index, scene) in new.scenes.iter().enumerate() {
        let Some(partner) = pairs[index] else {
            found.push(new.alone(scene, SceneChange::Added));
            continue;
        };
        if in_place.contains(&index) {
            while let Some(gone) = removed.next_if(|gone| *gone < partner) {
                found.push(old.alone(&old.scenes[gone], SceneChange::Removed));
            }
        }
        let partner_scene = &old.scenes[partner];
        let elements = inside(&old, partner_scene, &new, scene, &mut patience);
        let same = elements.iter().all(|e| e.change == ElementChange::Same);
        found.push(SceneComparison {
            change: match (in_place.contains(&index), same) {
                (false, _) => SceneChange::Moved,
                (true, true) => SceneChange::Same,
                (true, false) => SceneChange::Changed,
            },
            old: Some(old.bytes(&old.scenes[partner])),
            new: Some(new.bytes(scene)),
            elements,
        });
    }
    found.extend(removed.map(|gone| old.alone(&old.scenes[gone], SceneChange::Removed)));
    found
}

/// One of the two scripts.
struct Side<'a> {
    text: &'a str,
    elements: Vec<Element>,
    /// A number for what each element says; the same in both scripts.
    ids: Vec<u32>,
    /// Elements by their places.
    scenes: Vec<Range<usize>>,
}

impl<'a> Side<'a> {
    fn new(text: &'a str, names: &mut HashMap<Block, u32>) -> Self {
        let mut elements = parse(text);
        elements.retain(|element| element.kind != ElementKind::Blank);
        let ids = elements
            .iter()
            .map(|element| {
                let next = u32::try_from(names.len()).unwrap_or(u32::MAX);
                *names.entry(block_of(text, element)).or_insert(next)
            })
            .collect();
        let mut scenes: Vec<Range<usize>> = Vec::new();
        for (index, element) in elements.iter().enumerate() {
            match scenes.last_mut() {
                Some(scene) if element.kind != ElementKind::SceneHeading => scene.end = index + 1,
                _ => scenes.push(index..index + 1),
            }
        }
        Self {
            text,
            elements,
            ids,
            scenes,
        }
    }

    fn bytes(&self, scene: &Range<usize>) -> Range<usize> {
        let elements = &self.elements[scene.clone()];
        let start = elements.first().map_or(0, |e| e.range.start);
        start..elements.last().map_or(start, |e| e.range.end)
    }

    fn alone(&self, scene: &Range<usize>, change: SceneChange) -> SceneComparison {
        let added = change == SceneChange::Added;
        let bytes = Some(self.bytes(scene));
        let (old, new) = if added { (None, bytes) } else { (bytes, None) };
        SceneComparison {
            change,
            old,
            new,
            elements: scene.clone().map(|e| self.one(e, added)).collect(),
        }
    }

    /// An element of this script only.
    fn one(&self, index: usize, added: bool) -> ElementComparison {
        let element = &self.elements[index];
        let range = Some(element.range.clone());
        let (change, old, new) = if added {
            (ElementChange::Added, None, range)
        } else {
            (ElementChange::Removed, range, None)
        };
        ElementComparison {
            kind: element.kind,
            change,
            old,
            new,
        }
    }
}

/// The old scene that each new one was.
fn paired(old: &Side, new: &Side) -> Vec<Option<usize>> {
    let mut pairs: Vec<Option<usize>> = vec![None; new.scenes.len()];
    let mut taken = vec![false; old.scenes.len()];
    // The same, word for word, in order.
    let mut same: HashMap<&[u32], Vec<usize>> = HashMap::new();
    for (index, scene) in old.scenes.iter().enumerate().rev() {
        same.entry(&old.ids[scene.clone()]).or_default().push(index);
    }
    for (index, scene) in new.scenes.iter().enumerate() {
        if let Some(partner) = same.get_mut(&new.ids[scene.clone()]).and_then(Vec::pop) {
            pairs[index] = Some(partner);
            taken[partner] = true;
        }
    }
    // Those that share most; what stands in many scenes says nothing.
    let mut places: HashMap<u32, Vec<usize>> = HashMap::new();
    for (index, scene) in old.scenes.iter().enumerate() {
        for id in old.ids[scene.clone()].iter().filter(|_| !taken[index]) {
            let scenes = places.entry(*id).or_default();
            if scenes.last() != Some(&index) {
                scenes.push(index);
            }
        }
    }
    let mut likely = Vec::new();
    for (index, scene) in new.scenes.iter().enumerate() {
        if pairs[index].is_some() {
            continue;
        }
        let mut shared: HashMap<usize, usize> = HashMap::new();
        let ids: HashSet<u32> = new.ids[scene.clone()].iter().copied().collect();
        for id in &ids {
            let heading = new.ids[scene.start] == *id;
            let places = places.get(id).map_or(&[][..], Vec::as_slice);
            for place in places
                .iter()
                .filter(|_| places.len() <= NEARBY || heading)
                .take(64)
            {
                *shared.entry(*place).or_default() += if heading { 2 } else { 1 };
            }
        }
        for (partner, count) in shared {
            let smaller = scene.len().min(old.scenes[partner].len());
            // Half of the smaller one, or the heading and a third of it.
            if count * 2 > smaller || (count > 1 && count * 3 >= smaller) {
                likely.push((count, index.abs_diff(partner), index, partner));
            }
        }
    }
    likely.sort_unstable_by_key(|&(count, away, index, partner)| {
        (usize::MAX - count, away, index, partner)
    });
    for (_, _, index, partner) in likely {
        if pairs[index].is_none() && !taken[partner] {
            pairs[index] = Some(partner);
            taken[partner] = true;
        }
    }
    // What stands between the same neighbours and has no partner yet was rewritten.
    for index in 0..pairs.len() {
        let before = match index.checked_sub(1) {
            Some(before) => pairs[before].map(|partner| partner + 1),
            None => Some(0),
        };
        if let (None, Some(partner)) = (pairs[index], before)
            && taken.get(partner) == Some(&false)
            && alike(old, &old.scenes[partner], new, &new.scenes[index])
        {
            pairs[index] = Some(partner);
            taken[partner] = true;
        }
    }
    pairs
}

/// Whether two scenes without a shared element may still be one: their headings are alike.
fn alike(old: &Side, old_scene: &Range<usize>, new: &Side, new_scene: &Range<usize>) -> bool {
    let (a, b) = (
        &old.elements[old_scene.start],
        &new.elements[new_scene.start],
    );
    if a.kind != b.kind {
        return false;
    }
    a.kind != ElementKind::SceneHeading
        || likeness(&content(old.text, a), &content(new.text, b)) >= 0.5
}

/// The elements of a pair of scenes.
fn inside(
    old: &Side,
    old_scene: &Range<usize>,
    new: &Side,
    new_scene: &Range<usize>,
    patience: &mut Patience,
) -> Vec<ElementComparison> {
    let mut found = Vec::new();
    let (mut old_at, mut new_at) = (old_scene.start, new_scene.start);
    let mut gap = |old_gap: Range<usize>, new_gap: Range<usize>| {
        rewritten(old, old_gap, new, new_gap, &mut found);
    };
    let pairs = align(
        &old.ids[old_scene.clone()],
        &new.ids[new_scene.clone()],
        patience,
    );
    for (old_next, new_next) in pairs {
        let (old_next, new_next) = (old_scene.start + old_next, new_scene.start + new_next);
        gap(old_at..old_next, new_at..new_next);
        gap(old_next..old_next + 1, new_next..new_next + 1);
        (old_at, new_at) = (old_next + 1, new_next + 1);
    }
    gap(old_at..old_scene.end, new_at..new_scene.end);
    found
}

/// A stretch that differs: elements that are like one another are one that was rewritten.
fn rewritten(
    old: &Side,
    mut gone: Range<usize>,
    new: &Side,
    come: Range<usize>,
    found: &mut Vec<ElementComparison>,
) {
    for place in come {
        let kind = new.elements[place].kind;
        let said = content(new.text, &new.elements[place]);
        let best = gone
            .clone()
            .take(NEARBY)
            .filter(|&other| old.elements[other].kind == kind)
            .map(|other| {
                let same = old.ids[other] == new.ids[place];
                let before = content(old.text, &old.elements[other]);
                let likeness = if same { 2.0 } else { likeness(&before, &said) };
                (likeness, other)
            })
            .filter(|(likeness, _)| *likeness >= 0.4)
            .reduce(|best, next| if next.0 > best.0 { next } else { best });
        let Some((_, partner)) = best else {
            found.push(new.one(place, true));
            continue;
        };
        found.extend((gone.start..partner).map(|e| old.one(e, false)));
        gone.start = partner + 1;
        let change = if old.ids[partner] == new.ids[place] {
            ElementChange::Same
        } else {
            let before = content(old.text, &old.elements[partner]);
            ElementChange::Changed(prose_diff(&before, &said))
        };
        found.push(ElementComparison {
            kind,
            change,
            old: Some(old.elements[partner].range.clone()),
            new: Some(new.elements[place].range.clone()),
        });
    }
    found.extend(gone.map(|e| old.one(e, false)));
}

/// How much two texts share, from 0 to 1: pairs of neighbouring characters (Dice).
fn likeness(a: &str, b: &str) -> f64 {
    let pairs = |text: &str| {
        let mut found: HashMap<(char, char), usize> = HashMap::new();
        let letters = text.chars().take(2_000);
        for pair in letters.clone().zip(letters.skip(1)) {
            *found.entry(pair).or_default() += 1;
        }
        found
    };
    if a == b {
        return 1.0;
    }
    let (a, b) = (pairs(a), pairs(b));
    let count = |pairs: &HashMap<_, usize>| pairs.values().sum::<usize>();
    let shared: usize = a
        .iter()
        .map(|(pair, count)| (*count).min(b.get(pair).copied().unwrap_or(0)))
        .sum();
    let all = count(&a) + count(&b);
    if all == 0 {
        return 0.0;
    }
    (2 * shared) as f64 / all as f64
}
