//! Scenes that play in one place or have something else in common.

use std::collections::HashMap;

use super::{Group, LocationTally, SceneTally};
use crate::{fountain::Light, pages::Eighths};

pub(super) fn locations(scenes: &[&SceneTally]) -> Vec<LocationTally> {
    let mut found: Vec<LocationTally> = Vec::new();
    let mut by_name: HashMap<String, usize> = HashMap::new();
    for scene in scenes {
        let name = scene.location.as_ref().unwrap_or(&scene.heading);
        if name.is_empty() {
            continue;
        }
        let index = *by_name.entry(name.to_lowercase()).or_insert_with(|| {
            found.push(LocationTally {
                name: name.clone(),
                settings: Vec::new(),
                scenes: Vec::new(),
                by_day: 0,
                by_night: 0,
                length: Eighths::default(),
            });
            found.len() - 1
        });
        let place = &mut found[index];
        if let Some(setting) = scene.setting.filter(|s| !place.settings.contains(s)) {
            place.settings.push(setting);
        }
        place.scenes.push(scene.ordinal);
        place.by_day += usize::from(scene.light == Some(Light::Day));
        place.by_night += usize::from(scene.light == Some(Light::Night));
        place.length.0 += scene.length.0;
    }
    found.sort_by_key(|place| std::cmp::Reverse(place.scenes.len()));
    found
}

pub(super) fn groups<T: Copy + PartialEq>(
    scenes: &[&SceneTally],
    values: &[T],
    value: impl Fn(&SceneTally) -> Option<T>,
) -> Vec<Group<T>> {
    let of = |wanted: Option<T>| {
        let mut group = Group {
            value: wanted,
            scenes: 0,
            length: Eighths::default(),
        };
        for scene in scenes.iter().filter(|scene| value(scene) == wanted) {
            group.scenes += 1;
            group.length.0 += scene.length.0;
        }
        group
    };
    let unsaid = Some(of(None)).filter(|group| group.scenes > 0);
    values
        .iter()
        .map(|value| of(Some(*value)))
        .chain(unsaid)
        .collect()
}
