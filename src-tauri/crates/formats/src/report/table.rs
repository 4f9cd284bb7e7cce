//! A tally as a table, before it is written.

use inkstone_manuscript::{
    pages::Eighths,
    tally::{Amount, Group, SceneTally, Tally},
};

use super::{
    Report,
    words::{Label, Words},
};
use crate::table::guarded;

/// What stands in a cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Cell {
    /// Words of the script.
    Said(String),
    /// Words of ours.
    Ours(String),
    /// A count.
    Count(usize),
    /// Tenths of a percent.
    Tenths(usize),
    /// A length.
    Length(Eighths),
}

impl Cell {
    /// As it stands in a CSV.
    pub fn in_csv(&self) -> String {
        match self {
            Self::Said(text) => guarded(text),
            Self::Length(length) => length.0.to_string(),
            _ => self.printed(),
        }
    }

    /// As it stands on paper.
    pub fn printed(&self) -> String {
        match self {
            Self::Said(text) | Self::Ours(text) => text.clone(),
            Self::Count(count) => count.to_string(),
            Self::Tenths(tenths) => format!("{}.{}", tenths / 10, tenths % 10),
            Self::Length(length) => length.to_string(),
        }
    }

    /// Whether it stands at the right of its column.
    pub fn is_number(&self) -> bool {
        matches!(self, Self::Count(_) | Self::Tenths(_) | Self::Length(_))
    }
}

/// A column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Column {
    pub label: String,
    /// What stands over it on paper; `None` where it is left out there.
    pub printed: Option<String>,
}

/// A report before it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Table {
    pub title: String,
    pub columns: Vec<Column>,
    pub rows: Vec<Vec<Cell>>,
}

pub(super) fn of(tally: &Tally, report: Report, words: Words) -> Table {
    let (labels, rows): (&[Label], _) = match report {
        Report::Scenes => (SCENES, scenes(tally, words)),
        Report::Characters => (CHARACTERS, characters(tally, words)),
        Report::Locations => (LOCATIONS, locations(tally, words)),
        Report::Dialogue => (SHARES, shares(tally, words)),
        Report::DayNight => (
            &[Label::Light, Label::Scenes, Label::Length],
            groups(&tally.lights, |light| words.light(light)),
        ),
        Report::IntExt => (
            &[Label::Setting, Label::Scenes, Label::Length],
            groups(&tally.settings, |setting| words.setting(setting)),
        ),
    };
    let columns = labels.iter().map(|label| Column {
        label: words.label(*label),
        // A heading has place and time in it.
        printed: (!matches!(
            label,
            Label::Setting
                | Label::Location
                | Label::Time
                | Label::Light
                | Label::Omitted
                | Label::Named
        ) || report != Report::Scenes)
            .then(|| words.printed(*label)),
    });
    Table {
        title: words.report(report),
        columns: columns.collect(),
        rows,
    }
}

const SCENES: &[Label] = &[
    Label::Scene,
    Label::Heading,
    Label::Setting,
    Label::Location,
    Label::Time,
    Label::Light,
    Label::Page,
    Label::Length,
    Label::Speeches,
    Label::DialogueAmount,
    Label::ActionAmount,
    Label::Characters,
    Label::Named,
    Label::Synopsis,
    Label::Omitted,
];
const CHARACTERS: &[Label] = &[
    Label::Character,
    Label::Speeches,
    Label::Amount,
    Label::Scenes,
    Label::InScenes,
];
const LOCATIONS: &[Label] = &[
    Label::Location,
    Label::Setting,
    Label::Scenes,
    Label::ByDay,
    Label::ByNight,
    Label::Length,
    Label::InScenes,
];
const SHARES: &[Label] = &[Label::Matter, Label::Count, Label::Amount, Label::Percent];

fn scenes(tally: &Tally, words: Words) -> Vec<Vec<Cell>> {
    let text = |part: &Option<String>| Cell::Said(part.clone().unwrap_or_default());
    let row = |scene: &SceneTally| {
        let setting = scene.setting.map(|s| words.setting(Some(s)));
        let light = scene.light.map(|l| words.light(Some(l)));
        let place = scene.location.clone().filter(|_| !scene.omitted);
        let omitted = if scene.omitted {
            words.yes()
        } else {
            String::new()
        };
        vec![
            Cell::Said(scene.number.clone()),
            Cell::Said(scene.heading.clone()),
            Cell::Ours(setting.unwrap_or_default()),
            Cell::Said(place.unwrap_or_default()),
            text(&scene.time),
            Cell::Ours(light.unwrap_or_default()),
            Cell::Ours(scene.page.clone()),
            Cell::Length(scene.length),
            Cell::Count(scene.speeches),
            words.amount(scene.dialogue),
            words.amount(scene.action),
            Cell::Said(words.list(&scene.characters)),
            Cell::Said(words.list(&scene.named)),
            text(&scene.synopsis),
            Cell::Ours(omitted),
        ]
    };
    tally.scenes.iter().map(row).collect()
}

fn characters(tally: &Tally, words: Words) -> Vec<Vec<Cell>> {
    let rows = tally.characters.iter().map(|who| {
        vec![
            Cell::Said(who.name.clone()),
            Cell::Count(who.speeches),
            words.amount(who.dialogue),
            Cell::Count(who.scenes.len()),
            numbers(tally, words, &who.scenes),
        ]
    });
    rows.collect()
}

fn locations(tally: &Tally, words: Words) -> Vec<Vec<Cell>> {
    let rows = tally.locations.iter().map(|place| {
        let settings: Vec<String> = place
            .settings
            .iter()
            .map(|setting| words.setting(Some(*setting)))
            .collect();
        vec![
            Cell::Said(place.name.clone()),
            Cell::Ours(words.list(&settings)),
            Cell::Count(place.scenes.len()),
            Cell::Count(place.by_day),
            Cell::Count(place.by_night),
            Cell::Length(place.length),
            numbers(tally, words, &place.scenes),
        ]
    });
    rows.collect()
}

fn shares(tally: &Tally, words: Words) -> Vec<Vec<Cell>> {
    let counted = |amount: Amount| amount.counted(tally.language);
    let total: usize = tally.shares.iter().map(|s| counted(s.amount)).sum();
    let rows = tally.shares.iter().map(|share| {
        let part = counted(share.amount);
        vec![
            Cell::Ours(words.matter(share.matter)),
            Cell::Count(share.count),
            Cell::Count(part),
            // Rounded.
            Cell::Tenths((part * 2_000 + total) / (2 * total).max(1)),
        ]
    });
    rows.collect()
}

fn groups<T: Copy>(groups: &[Group<T>], name: impl Fn(Option<T>) -> String) -> Vec<Vec<Cell>> {
    let row = |group: &Group<T>| {
        vec![
            Cell::Ours(name(group.value)),
            Cell::Count(group.scenes),
            Cell::Length(group.length),
        ]
    };
    groups.iter().map(row).collect()
}

/// The numbers of scenes that are known by their ordinals.
fn numbers(tally: &Tally, words: Words, ordinals: &[usize]) -> Cell {
    let numbers: Vec<String> = ordinals
        .iter()
        .filter_map(|ordinal| tally.scenes.get(ordinal.checked_sub(1)?))
        .map(|scene| scene.number.clone())
        .collect();
    Cell::Said(words.list(&numbers))
}
