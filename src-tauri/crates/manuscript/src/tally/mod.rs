//! What a script holds, in numbers: scenes, characters, locations, dialogue against action, light,
//! inside and outside.
//!
//! - An amount is counted in words or in characters: Chinese is measured in the latter.
//! - A character's *speech* is what one cue is over: what the trade calls a line of dialogue. One
//!   that goes on behind action (`CONT'D`) is another. Parentheticals are not counted as said.
//! - A character is in a scene where they speak. Who speaks elsewhere and is only named in a scene's
//!   action is listed apart ([`SceneTally::named`]); who never speaks has no cue to be known by.
//! - A scene's length is in eighths of a page ([`crate::pages`]). A scene that is `OMITTED` is
//!   listed, but is in no sum of scenes.
//! - What stands behind a section and before the next heading belongs to no scene.

mod count;
mod group;
mod named;

use std::{collections::HashMap, ops::AddAssign};

use serde::Serialize;
use unicode_segmentation::UnicodeSegmentation as _;

use crate::{
    Language,
    fountain::{self, Element, Light, Setting},
    pages::{self, Eighths, PageOptions, Pages, RevisionLayer},
};

/// How much text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Amount {
    /// Words; each Han character counts as one.
    pub words: usize,
    /// Characters as a person sees them, without white space; punctuation is counted.
    pub characters: usize,
}

impl Amount {
    /// Of a text.
    pub fn of(text: &str) -> Self {
        Self {
            words: crate::count::words(text),
            characters: text
                .graphemes(true)
                .filter(|g| !g.chars().all(char::is_whitespace))
                .count(),
        }
    }

    /// Words, or characters for Chinese.
    pub fn counted(self, language: Language) -> usize {
        match language {
            Language::English => self.words,
            Language::Chinese => self.characters,
        }
    }
}

impl AddAssign for Amount {
    fn add_assign(&mut self, other: Self) {
        self.words += other.words;
        self.characters += other.characters;
    }
}

/// A scene in numbers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SceneTally {
    /// Its place in the script, from 1.
    pub ordinal: usize,
    /// Its number: the one that the script gives, or one counted on from those.
    pub number: String,
    /// Its heading, without marks and number.
    pub heading: String,
    /// Inside or outside.
    pub setting: Option<Setting>,
    /// Where.
    pub location: Option<String>,
    /// The time as it is written.
    pub time: Option<String>,
    /// What the time says of the light.
    pub light: Option<Light>,
    /// Whether only the number is left of it.
    pub omitted: bool,
    /// What happens in it, if the script says so.
    pub synopsis: Option<String>,
    /// How long it is.
    pub length: Eighths,
    /// The number of the page it begins on.
    pub page: String,
    /// Who speaks, in order.
    pub characters: Vec<String>,
    /// Who is named in its action and does not speak in it, in order.
    pub named: Vec<String>,
    /// How often somebody speaks.
    pub speeches: usize,
    /// What is said.
    pub dialogue: Amount,
    /// What is seen and heard.
    pub action: Amount,
    /// The line of its heading, from 1.
    pub line: usize,
    /// Where its heading stands in the script, in bytes.
    pub at: usize,
}

/// Who speaks, in numbers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CharacterTally {
    /// The name as first written in a cue.
    pub name: String,
    /// How often they speak.
    pub speeches: usize,
    /// What they say.
    pub dialogue: Amount,
    /// The scenes in which they speak, by [`SceneTally::ordinal`], in order.
    pub scenes: Vec<usize>,
}

/// A place in numbers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LocationTally {
    /// The name as first written; the whole heading where it names no place.
    pub name: String,
    /// Its settings, in order of appearance.
    pub settings: Vec<Setting>,
    /// The scenes that play there, by [`SceneTally::ordinal`], in order.
    pub scenes: Vec<usize>,
    /// How many of them are by day.
    pub by_day: usize,
    /// How many of them are by night.
    pub by_night: usize,
    /// How long they are.
    pub length: Eighths,
}

/// Scenes that have something in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Group<T> {
    /// What; `None` where the headings do not say.
    pub value: Option<T>,
    /// How many.
    pub scenes: usize,
    /// How long they are.
    pub length: Eighths,
}

/// What a text is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Matter {
    /// What is said or sung by somebody.
    Dialogue,
    /// What is seen and heard, centred text and sung lines without a cue included.
    Action,
    /// How something is said.
    Parenthetical,
    /// Headings.
    Heading,
    /// `CUT TO:`.
    Transition,
}

impl Matter {
    /// All, in the order they are listed.
    pub const ALL: [Self; 5] = [
        Self::Dialogue,
        Self::Action,
        Self::Parenthetical,
        Self::Heading,
        Self::Transition,
    ];
}

/// How much of a text is of one matter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Share {
    /// Which.
    pub matter: Matter,
    /// How many: speeches of dialogue, paragraphs of action, single ones of the others.
    pub count: usize,
    /// How much text.
    pub amount: Amount,
}

/// A script in numbers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Tally {
    /// The language whose measure counts.
    pub language: Language,
    /// How long the script is.
    pub length: Eighths,
    /// How many pages it has, the title page not counted.
    pub pages: usize,
    /// Its scenes, in order, the omitted ones too.
    pub scenes: Vec<SceneTally>,
    /// Who speaks; who speaks most often first.
    pub characters: Vec<CharacterTally>,
    /// Where it plays; the place with most scenes first.
    pub locations: Vec<LocationTally>,
    /// Day, night, dawn, dusk; last the scenes that do not say, if there are any.
    pub lights: Vec<Group<Light>>,
    /// Inside, outside, both, establishing; last the scenes that do not say, if there are any.
    pub settings: Vec<Group<Setting>>,
    /// Dialogue against action and the rest, all of [`Matter::ALL`].
    pub shares: Vec<Share>,
}

/// Counts a script. Lengths are those of its pages with these options.
pub fn tally(text: &str, options: &PageOptions) -> Tally {
    tally_revised(text, options, &RevisionLayer::default())
}

/// Counts a script whose pages may be locked.
pub fn tally_revised(text: &str, options: &PageOptions, revision: &RevisionLayer) -> Tally {
    let elements = fountain::parse(text);
    let laid = pages::lay_out_elements(text, &elements, options, revision);
    let scenes = scenes(text, &elements, &laid);
    let (scenes, characters, shares) = count::count(text, &elements, scenes);
    let played: Vec<&SceneTally> = scenes.iter().filter(|s| !s.omitted).collect();
    let lights = [Light::Day, Light::Night, Light::Dawn, Light::Dusk];
    let settings = [
        Setting::Interior,
        Setting::Exterior,
        Setting::Both,
        Setting::Establishing,
    ];
    Tally {
        language: options.language,
        length: laid.length,
        pages: laid.pages.len(),
        characters,
        locations: group::locations(&played),
        lights: group::groups(&played, &lights, |s| s.light),
        settings: group::groups(&played, &settings, |s| s.setting),
        shares,
        scenes,
    }
}

/// The scenes as their headings say.
fn scenes(text: &str, elements: &[Element], laid: &Pages) -> Vec<SceneTally> {
    let placed: HashMap<usize, (Eighths, &str)> = laid
        .scenes
        .iter()
        .map(|scene| {
            let page = laid.pages.get(scene.page);
            let label = page.map_or("", |page| page.label.as_str());
            (scene.at, (scene.length, label))
        })
        .collect();
    let headings: Vec<(&Element, fountain::Heading)> = elements
        .iter()
        .filter_map(|e| Some((e, fountain::heading(text, e)?)))
        .collect();
    let given: Vec<Option<String>> = headings
        .iter()
        .map(|(_, heading)| Some(heading.number.as_ref()?.text.to_string()))
        .collect();
    let numbers = pages::scene_numbers(&given);
    let synopses = fountain::scenes_of(text, elements);
    let mut counted = 0..0;
    let mut line = 1;
    headings
        .into_iter()
        .zip(numbers)
        .zip(synopses)
        .zip(1..)
        .map(|((((element, heading), number), scene), ordinal)| {
            counted = counted.end..element.range.start;
            line += text[counted.clone()].matches('\n').count();
            let at = element.range.start;
            let (length, page) = placed.get(&at).copied().unwrap_or_default();
            SceneTally {
                ordinal,
                number,
                heading: plain(text, element),
                setting: heading.setting,
                location: heading.location.map(|l| unmarked(&l.text)),
                time: heading.time.map(|t| unmarked(&t.text)),
                light: heading.light,
                omitted: heading.omitted,
                synopsis: scene.synopsis,
                length,
                page: page.to_owned(),
                characters: Vec::new(),
                named: Vec::new(),
                speeches: 0,
                dialogue: Amount::default(),
                action: Amount::default(),
                line,
                at,
            }
        })
        .collect()
}

fn unmarked(text: &str) -> String {
    let words = text.replace(['*', '_'], "");
    words.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn plain(text: &str, element: &Element) -> String {
    let lines: Vec<String> = fountain::lines(text, element)
        .iter()
        .map(fountain::Line::plain)
        .collect();
    lines.join("\n").trim().to_owned()
}

#[cfg(test)]
mod tests;
