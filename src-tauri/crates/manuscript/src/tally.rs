//! What a script holds, in numbers: scenes, characters, locations, dialogue against action, light,
//! inside and outside.
//!
//! - An amount is counted in words or in characters: Chinese is measured in the latter.
//! - A character's *speech* is what one cue is over: what the trade calls a line of dialogue. One
//!   that goes on behind action (`CONT'D`) is another. Parentheticals are not counted as said.
//! - A character is in a scene where they speak. Who only stands there has no cue to be known by.
//! - A scene's length is in eighths of a page ([`crate::pages`]). A scene that is `OMITTED` is
//!   listed, but is in no sum of scenes.
//! - What stands behind a section and before the next heading belongs to no scene.

use std::{
    collections::HashMap,
    ops::{AddAssign, Range},
};

use serde::Serialize;
use unicode_segmentation::UnicodeSegmentation as _;

use crate::{
    Language, count,
    fountain::{self, Element, ElementKind, Light, Setting},
    pages::{self, Eighths, PageOptions},
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
            words: count::words(text),
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
    /// Who speaks, in order.
    pub characters: Vec<String>,
    /// How often somebody speaks.
    pub speeches: usize,
    /// What is said.
    pub dialogue: Amount,
    /// What is seen and heard.
    pub action: Amount,
    /// The line of its heading, from 1.
    pub line: usize,
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
    let elements = fountain::parse(text);
    let layer = pages::RevisionLayer::default();
    let laid = pages::lay_out_elements(text, &elements, options, &layer);
    let lengths: HashMap<usize, Eighths> = laid.scenes.iter().map(|s| (s.at, s.length)).collect();
    let mut counter = Counter {
        text,
        elements: &elements,
        scenes: scenes(text, &elements, &lengths),
        characters: Vec::new(),
        by_name: HashMap::new(),
        shares: Matter::ALL.map(|matter| Share {
            matter,
            count: 0,
            amount: Amount::default(),
        }),
    };
    counter.run();
    let Counter {
        scenes,
        mut characters,
        shares,
        ..
    } = counter;
    characters.sort_by_key(|c| std::cmp::Reverse(c.speeches));
    let played: Vec<&SceneTally> = scenes.iter().filter(|s| !s.omitted).collect();
    Tally {
        language: options.language,
        length: laid.length,
        characters,
        locations: locations(&played),
        lights: groups(
            &played,
            &[Light::Day, Light::Night, Light::Dawn, Light::Dusk],
            |s| s.light,
        ),
        settings: groups(
            &played,
            &[
                Setting::Interior,
                Setting::Exterior,
                Setting::Both,
                Setting::Establishing,
            ],
            |s| s.setting,
        ),
        shares: shares.to_vec(),
        scenes,
    }
}

/// The scenes as their headings say.
fn scenes(text: &str, elements: &[Element], lengths: &HashMap<usize, Eighths>) -> Vec<SceneTally> {
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
                length: lengths
                    .get(&element.range.start)
                    .copied()
                    .unwrap_or_default(),
                characters: Vec::new(),
                speeches: 0,
                dialogue: Amount::default(),
                action: Amount::default(),
                line,
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

struct Counter<'a> {
    text: &'a str,
    elements: &'a [Element],
    scenes: Vec<SceneTally>,
    characters: Vec<CharacterTally>,
    by_name: HashMap<String, usize>,
    shares: [Share; 5],
}

impl Counter<'_> {
    fn run(&mut self) {
        let mut speeches = fountain::speeches(self.text, self.elements)
            .into_iter()
            .peekable();
        let mut scene = None;
        let mut next = 0;
        let mut index = 0;
        while let Some(element) = self.elements.get(index) {
            if let Some(speech) = speeches.next_if(|speech| speech.elements.start == index) {
                index = speech.elements.end.max(index + 1);
                self.speech(speech.elements, scene);
                continue;
            }
            index += 1;
            match element.kind {
                ElementKind::SceneHeading => {
                    scene = Some(next);
                    next += 1;
                    self.add(Matter::Heading, element);
                }
                ElementKind::Section { .. } => scene = None,
                ElementKind::Transition => {
                    self.add(Matter::Transition, element);
                }
                // Behind boneyard over lines nobody says what looks like dialogue.
                ElementKind::Action
                | ElementKind::Centered
                | ElementKind::Lyric
                | ElementKind::Parenthetical
                | ElementKind::Dialogue => {
                    let amount = self.add(Matter::Action, element);
                    if let Some(scene) = scene.and_then(|scene| self.scenes.get_mut(scene)) {
                        scene.action += amount;
                    }
                }
                _ => {}
            }
        }
    }

    fn share(&mut self, matter: Matter, count: usize, amount: Amount) {
        for share in self.shares.iter_mut().filter(|s| s.matter == matter) {
            share.count += count;
            share.amount += amount;
        }
    }

    fn add(&mut self, matter: Matter, element: &Element) -> Amount {
        let said = plain(self.text, element);
        let amount = Amount::of(&said);
        if !said.is_empty() {
            self.share(matter, 1, amount);
        }
        amount
    }

    fn speech(&mut self, elements: Range<usize>, scene: Option<usize>) {
        let all = self.elements;
        let mut said = Amount::default();
        for element in &all[elements.clone()] {
            match element.kind {
                ElementKind::Parenthetical => {
                    self.add(Matter::Parenthetical, element);
                }
                ElementKind::Dialogue | ElementKind::Lyric => {
                    said += Amount::of(&plain(self.text, element));
                }
                _ => {}
            }
        }
        self.share(Matter::Dialogue, 1, said);
        let name = fountain::cue(self.text, &all[elements.start])
            .map(|cue| unmarked(&cue.name.text))
            .filter(|name| !name.is_empty());
        let who = name.map(|name| self.character(name));
        let Some(index) = scene else {
            self.said(who, said, None);
            return;
        };
        let ordinal = index + 1;
        let name = self.said(who, said, Some(ordinal));
        if let Some(scene) = self.scenes.get_mut(index) {
            scene.speeches += 1;
            scene.dialogue += said;
            scene.characters.extend(name);
        }
    }

    /// The place of a character in the list.
    fn character(&mut self, name: String) -> usize {
        let characters = &mut self.characters;
        *self.by_name.entry(name.to_lowercase()).or_insert_with(|| {
            characters.push(CharacterTally {
                name,
                speeches: 0,
                dialogue: Amount::default(),
                scenes: Vec::new(),
            });
            characters.len() - 1
        })
    }

    /// Adds a speech to who says it; gives the name where they are new in the scene.
    fn said(&mut self, who: Option<usize>, said: Amount, scene: Option<usize>) -> Option<String> {
        let who = self.characters.get_mut(who?)?;
        who.speeches += 1;
        who.dialogue += said;
        let scene = scene.filter(|scene| who.scenes.last() != Some(scene))?;
        who.scenes.push(scene);
        Some(who.name.clone())
    }
}

fn locations(scenes: &[&SceneTally]) -> Vec<LocationTally> {
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

fn groups<T: Copy + PartialEq>(
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn english(text: &str) -> Tally {
        tally(text, &PageOptions::of(Language::English))
    }

    const FERRY: &str = "Title: The Ferry\n\nFADE IN:\n\n# One\n\nINT. BOOTH - DAY #4#\n= She opens.\n\n\
        Rain falls. [[how much?]]\n\nMARA (V.O.)\n(low)\nIt *always* sticks.\n\nOLLE ^\n~Row, row\n\n\
        MARA (CONT'D)\nDon't.\n\nCUT TO:\n\nEXT. QUAY - NIGHT\n\nFog.\n\nINT. Booth - LATER\n\nmara waits.\n\n\
        # Two\n\nA gull.\n\n.OMITTED #9#\n\n.THE LETTER\n\n> Closed <\n";

    #[test]
    fn a_script_is_counted_scene_by_scene() {
        let found = english(FERRY);
        let rows: Vec<String> = found
            .scenes
            .iter()
            .map(|s| {
                format!(
                    "{} {} {:?} {:?} {:?} {} {} {} {} {}",
                    s.number,
                    s.heading,
                    s.setting,
                    s.location,
                    s.light,
                    s.omitted,
                    s.speeches,
                    s.dialogue.words,
                    s.action.words,
                    s.line
                )
            })
            .collect();
        assert_eq!(
            rows,
            [
                "4 INT. BOOTH - DAY Some(Interior) Some(\"BOOTH\") Some(Day) false 3 6 2 7",
                "5 EXT. QUAY - NIGHT Some(Exterior) Some(\"QUAY\") Some(Night) false 0 0 1 24",
                "6 INT. Booth - LATER Some(Interior) Some(\"Booth\") None false 0 0 2 28",
                "9 OMITTED None Some(\"OMITTED\") None true 0 0 0 36",
                "10 THE LETTER None Some(\"THE LETTER\") None false 0 0 1 38",
            ]
        );
        assert_eq!(found.scenes[0].synopsis.as_deref(), Some("She opens."));
        assert_eq!(found.scenes[0].characters, ["MARA", "OLLE"]);
        assert!(found.scenes.iter().all(|scene| scene.length.0 >= 1));
        assert_eq!(
            found.characters,
            [
                CharacterTally {
                    name: "MARA".into(),
                    speeches: 2,
                    dialogue: Amount::of("It always sticks. Don't."),
                    scenes: vec![1],
                },
                CharacterTally {
                    name: "OLLE".into(),
                    speeches: 1,
                    dialogue: Amount::of("Row, row"),
                    scenes: vec![1],
                },
            ]
        );
    }

    #[test]
    fn places_light_and_shares_leave_out_what_is_omitted() {
        let found = english(FERRY);
        let places: Vec<(&str, &[usize])> = found
            .locations
            .iter()
            .map(|place| (place.name.as_str(), place.scenes.as_slice()))
            .collect();
        assert_eq!(
            places,
            [("BOOTH", &[1, 3][..]), ("QUAY", &[2]), ("THE LETTER", &[5])]
        );
        assert_eq!(
            (found.locations[0].by_day, found.locations[0].by_night),
            (1, 0)
        );
        let lights: Vec<_> = found.lights.iter().map(|g| (g.value, g.scenes)).collect();
        assert_eq!(
            lights,
            [
                (Some(Light::Day), 1),
                (Some(Light::Night), 1),
                (Some(Light::Dawn), 0),
                (Some(Light::Dusk), 0),
                (None, 2)
            ]
        );
        let settings: Vec<usize> = found.settings.iter().map(|g| g.scenes).collect();
        assert_eq!(settings, [2, 1, 0, 0, 1]);
        let shares: Vec<(usize, usize)> = found
            .shares
            .iter()
            .map(|share| (share.count, share.amount.words))
            .collect();
        assert_eq!(shares, [(3, 6), (6, 10), (1, 1), (5, 12), (1, 2)]);
    }

    #[test]
    fn chinese_is_counted_in_characters() {
        let text = ".内景 售票亭 日\n\n雾。\n\n@玛拉\n（低声）\n**别**说话。\n\n@老奥（画外音）\n说什么？\n\n\
                    .外景 码头 夜\n\n@玛拉\n走。\n";
        let found = tally(text, &PageOptions::of(Language::Chinese));
        assert_eq!(found.characters[0].name, "玛拉");
        assert_eq!(found.characters[0].speeches, 2);
        assert_eq!(found.characters[0].scenes, [1, 2]);
        assert_eq!(found.characters[0].dialogue.counted(found.language), 6);
        assert_eq!(found.characters[1].dialogue.characters, 4);
        assert_eq!(found.scenes[1].location.as_deref(), Some("码头"));
        assert_eq!(found.scenes[1].light, Some(Light::Night));
        assert_eq!(found.settings[0].scenes, 1);
        assert_eq!(found.settings[1].scenes, 1);
        assert_eq!(found.scenes[0].action.counted(Language::Chinese), 2);
    }

    #[test]
    fn nothing_is_nothing() {
        let found = english("");
        assert_eq!(found.scenes, []);
        assert_eq!(found.length, Eighths(0));
        assert!(found.shares.iter().all(|share| share.count == 0));
    }

    proptest! {
        #[test]
        fn sums_agree_whatever_the_text(
            lines in prop::collection::vec(prop_oneof![
                Just("INT. A - DAY"), Just("EXT. B - NIGHT"), Just(".丙 夜 外"), Just(".OMITTED"),
                Just("# Act"), Just("MARA"), Just("@老秦"), Just("@"), Just("Words here."),
                Just("(beat)"), Just("/* a\nb */"), Just("[[n]]"), Just("> x <"), Just("~ la"),
                Just(""), Just(""), Just(""),
            ], 0..60),
        ) {
            let found = english(&lines.join("\n"));
            let played = found.scenes.iter().filter(|scene| !scene.omitted).count();
            let count = |all: &[usize]| all.iter().sum::<usize>();
            prop_assert_eq!(count(&found.lights.iter().map(|g| g.scenes).collect::<Vec<_>>()), played);
            prop_assert_eq!(count(&found.settings.iter().map(|g| g.scenes).collect::<Vec<_>>()), played);
            let in_scenes: usize = found.scenes.iter().map(|s| s.dialogue.words).sum();
            prop_assert!(in_scenes <= found.shares[0].amount.words);
            let spoken: usize = found.characters.iter().map(|c| c.speeches).sum();
            prop_assert!(spoken <= found.shares[0].count);
            for who in &found.characters {
                prop_assert!(who.scenes.windows(2).all(|two| two[0] < two[1]));
                for scene in &who.scenes {
                    prop_assert!(found.scenes[scene - 1].characters.contains(&who.name));
                }
            }
        }
    }
}
