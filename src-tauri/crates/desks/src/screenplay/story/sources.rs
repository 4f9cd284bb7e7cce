//! What each part was made from, and what is stale for it.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::{Hashes, Stage, Story, hash};
use crate::Task;

/// What each part of a story was made from, as hashes. Kept beside the brief.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Sources {
    premise: Upstream,
    characters: Upstream,
    beats: Upstream,
    scenes: Vec<SceneSources>,
}

/// Hashes by the name of the part they were taken of; empty while nothing is recorded.
type Upstream = BTreeMap<String, String>;

/// What a scene was made from. Scenes have no ids in a text: a record finds its scene by heading
/// and synopsis, in order.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
struct SceneSources {
    heading: String,
    synopsis: String,
    /// The beats that the synopsis carried; none while there is no synopsis.
    entry: Option<Vec<String>>,
    /// What the text was written from; none while nothing is written.
    text: Option<TextSources>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
struct TextSources {
    synopsis: String,
    beats: Vec<String>,
}

/// A part of a story; scenes by their number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Part {
    /// The premise.
    Premise,
    /// The pages of the people.
    Characters,
    /// The beats, all of them.
    Beats,
    /// The synopsis of a scene.
    Entry(u32),
    /// A scene written out.
    Scene(u32),
}

impl Part {
    /// The part of a stage; `number` counts for scenes.
    pub fn of(stage: Stage, number: u32) -> Self {
        match stage {
            Stage::Premise => Self::Premise,
            Stage::Characters => Self::Characters,
            Stage::Beats => Self::Beats,
            Stage::Entry => Self::Entry(number),
            Stage::Scene => Self::Scene(number),
        }
    }
}

/// Why a part is stale.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Because {
    /// The logline, the genre or the tone is another.
    Logline,
    /// The premise is another.
    Premise,
    /// Someone came, went, or wants something else.
    Characters,
    /// A beat reads otherwise or is gone; the number of the one that stands there now, from 1.
    Beat(Option<u32>),
    /// The synopsis is another.
    Synopsis,
}

/// A part that was made from something that reads otherwise now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stale {
    /// The part.
    pub part: Part,
    /// What has changed.
    pub because: Vec<Because>,
}

const LOGLINE: &str = "logline";
const PREMISE: &str = "premise";
const CHARACTERS: &str = "characters";

impl Hashes {
    fn of(&self, name: &str) -> &str {
        match name {
            LOGLINE => &self.logline,
            PREMISE => &self.premise,
            _ => &self.characters,
        }
    }

    fn upstream(&self, names: &[&str]) -> Upstream {
        names
            .iter()
            .map(|name| ((*name).to_owned(), self.of(name).to_owned()))
            .collect()
    }

    fn premise_from(&self) -> Upstream {
        self.upstream(&[LOGLINE])
    }

    fn characters_from(&self) -> Upstream {
        self.upstream(&[LOGLINE, PREMISE])
    }

    fn beats_from(&self) -> Upstream {
        self.upstream(&[LOGLINE, PREMISE, CHARACTERS])
    }

    fn changed(&self, upstream: &Upstream) -> Vec<Because> {
        [
            (LOGLINE, Because::Logline),
            (PREMISE, Because::Premise),
            (CHARACTERS, Because::Characters),
        ]
        .into_iter()
        .filter(|(name, _)| {
            upstream
                .get(*name)
                .is_some_and(|then| !then.is_empty() && then != self.of(name))
        })
        .map(|(_, because)| because)
        .collect()
    }
}

impl Story {
    fn beat_hashes(&self, scene: usize, then: &Hashes) -> Vec<String> {
        let carries = self.entries.get(scene).map(|e| e.carries.as_slice());
        carries
            .unwrap_or_default()
            .iter()
            .filter_map(|beat| then.beats.get(*beat).cloned())
            .collect()
    }

    /// Brings the records in line with the script: each scene finds its own, parts that are gone
    /// are forgotten, and parts without a record are taken to be made from what stands there now.
    /// Says whether anything was changed.
    pub fn settle(&self, sources: &mut Sources) -> bool {
        let before = sources.clone();
        let now = &self.hashes;
        let settled = |there: bool, known: &Upstream, mut fresh: Upstream| {
            if !there {
                return Upstream::new();
            }
            // What was not there yet when the part was made is no change when it comes.
            let made = known.iter().filter(|(_, hash)| !hash.is_empty());
            fresh.extend(made.map(|(name, hash)| (name.clone(), hash.clone())));
            fresh
        };
        sources.premise = settled(self.premise, &sources.premise, now.premise_from());
        sources.characters = settled(self.people, &sources.characters, now.characters_from());
        let beats = !self.beats.is_empty();
        sources.beats = settled(beats, &sources.beats, now.beats_from());
        let mut known: Vec<Option<SceneSources>> = std::mem::take(&mut sources.scenes)
            .into_iter()
            .map(Some)
            .collect();
        let keys: Vec<(String, String)> = self
            .entries
            .iter()
            .map(|e| (hash(&e.heading), hash(&e.synopsis)))
            .collect();
        let mut found: Vec<Option<SceneSources>> = vec![None; keys.len()];
        type Same = fn(&SceneSources, &(String, String)) -> bool;
        let rounds: [Same; 3] = [
            |r, (heading, synopsis)| r.heading == *heading && r.synopsis == *synopsis,
            |r, (_, synopsis)| !synopsis.is_empty() && r.synopsis == *synopsis,
            |r, (heading, _)| r.heading == *heading,
        ];
        for same in rounds {
            for (place, key) in found.iter_mut().zip(&keys).filter(|(p, _)| p.is_none()) {
                let record = known
                    .iter_mut()
                    .find(|r| r.as_ref().is_some_and(|r| same(r, key)));
                *place = record.and_then(Option::take);
            }
        }
        let records = found.into_iter().zip(&keys).enumerate();
        sources.scenes = records
            .map(|(at, (record, (heading, synopsis)))| {
                let entry = &self.entries[at];
                let record = record.unwrap_or_default();
                let beats = self.beat_hashes(at, now);
                SceneSources {
                    heading: heading.clone(),
                    synopsis: synopsis.clone(),
                    entry: (!synopsis.is_empty())
                        .then(|| record.entry.unwrap_or_else(|| beats.clone())),
                    text: entry.written().then(|| {
                        record.text.unwrap_or_else(|| TextSources {
                            synopsis: synopsis.clone(),
                            beats,
                        })
                    }),
                }
            })
            .collect();
        *sources != before
    }

    /// The parts that are stale, in the order of the stages. `sources` must be settled.
    pub fn stale(&self, sources: &Sources) -> Vec<Stale> {
        let now = &self.hashes;
        let mut out: Vec<Stale> = [
            (Part::Premise, now.changed(&sources.premise)),
            (Part::Characters, now.changed(&sources.characters)),
            (Part::Beats, now.changed(&sources.beats)),
        ]
        .into_iter()
        .filter(|(_, because)| !because.is_empty())
        .map(|(part, because)| Stale { part, because })
        .collect();
        let known: BTreeSet<&String> = sources
            .scenes
            .iter()
            .flat_map(|s| {
                let text = s.text.iter().flat_map(|t| &t.beats);
                s.entry.iter().flatten().chain(text)
            })
            .collect();
        let mut scenes = Vec::new();
        for (at, (entry, record)) in self.entries.iter().zip(&sources.scenes).enumerate() {
            let beats = record
                .entry
                .as_ref()
                .map(|beats| self.gone(at, beats, &known));
            let beats_gone = beats.clone().unwrap_or_default();
            if !beats_gone.is_empty() {
                out.push(Stale {
                    part: Part::Entry(entry.number),
                    because: beats_gone,
                });
            }
            let Some(text) = &record.text else {
                continue;
            };
            let mut because = Vec::new();
            if text.synopsis != record.synopsis {
                because.push(Because::Synopsis);
            }
            // A beat reaches the text through the synopsis; without one, directly.
            if beats.is_none_or(|gone| !gone.is_empty()) {
                because.extend(self.gone(at, &text.beats, &known));
            }
            if !because.is_empty() {
                scenes.push(Stale {
                    part: Part::Scene(entry.number),
                    because,
                });
            }
        }
        out.extend(scenes);
        out
    }

    /// The beats that a scene was made from and that read otherwise now: the ones that stand in
    /// their place, as far as one can tell. `known` are all beats that anything was made from.
    fn gone(&self, scene: usize, then: &[String], known: &BTreeSet<&String>) -> Vec<Because> {
        let now = &self.hashes.beats;
        let gone = then.iter().filter(|hash| !now.contains(hash)).count();
        let carries = &self.entries[scene].carries;
        let fresh = carries
            .iter()
            .filter(|beat| now.get(**beat).is_some_and(|hash| !known.contains(hash)))
            .map(|beat| u32::try_from(beat + 1).ok());
        fresh
            .chain(std::iter::repeat(None))
            .take(gone)
            .map(Because::Beat)
            .collect()
    }

    /// A person says that a part is right as it is: it counts as made from what stands there now.
    pub fn keep(&self, sources: &mut Sources, part: Part) {
        self.record(sources, part, &self.hashes);
    }

    /// A part was made by a task from what stood there when it was asked for.
    pub fn made(&self, sources: &mut Sources, task: &Task, then: &Hashes) {
        self.settle(sources);
        match task {
            Task::Premise => self.record(sources, Part::Premise, then),
            Task::Characters => self.record(sources, Part::Characters, then),
            Task::Beats | Task::ReviseBeats => self.record(sources, Part::Beats, then),
            Task::ReviseEntry { number } => self.record(sources, Part::Entry(*number), then),
            Task::Scene { number } | Task::ReviseScene { number } | Task::PunchUp { number } => {
                self.record(sources, Part::Scene(*number), then);
            }
            // New scenes were recorded as they were seen; if a beat was changed while they were
            // being written, they are stale from the start.
            Task::Outline if then.beats.len() == self.beats.len() => {
                for (at, entry) in self.entries.iter().enumerate() {
                    let fresh = self.beat_hashes(at, &self.hashes);
                    let record = sources.scenes.get_mut(at);
                    if let Some(record) = record.filter(|r| r.entry.as_ref() == Some(&fresh))
                        && !entry.written()
                    {
                        record.entry = Some(self.beat_hashes(at, then));
                    }
                }
            }
            _ => {}
        }
    }

    fn record(&self, sources: &mut Sources, part: Part, then: &Hashes) {
        match part {
            Part::Premise => sources.premise = then.premise_from(),
            Part::Characters => sources.characters = then.characters_from(),
            Part::Beats => sources.beats = then.beats_from(),
            Part::Entry(number) | Part::Scene(number) => {
                let at = number.saturating_sub(1) as usize;
                // Where beats were added or taken away meanwhile, places no longer tell them apart.
                let then = if then.beats.len() == self.beats.len() {
                    then
                } else {
                    &self.hashes
                };
                let beats = self.beat_hashes(at, then);
                let Some(record) = sources.scenes.get_mut(at) else {
                    return;
                };
                if matches!(part, Part::Entry(_)) && record.entry.is_some() {
                    record.entry = Some(beats.clone());
                }
                if let Some(text) = &mut record.text {
                    text.beats = beats;
                    if matches!(part, Part::Scene(_)) {
                        text.synopsis.clone_from(&record.synopsis);
                    }
                }
            }
        }
    }
}
