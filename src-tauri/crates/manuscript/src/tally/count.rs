//! Elements to numbers.

use std::{collections::HashMap, ops::Range};

use super::{Amount, CharacterTally, Matter, SceneTally, Share, named::Names, plain, unmarked};
use crate::fountain::{self, Element, ElementKind};

/// Counts what is in the scenes; gives them with who speaks, and what the text is made of.
pub(super) fn count(
    text: &str,
    elements: &[Element],
    scenes: Vec<SceneTally>,
) -> (Vec<SceneTally>, Vec<CharacterTally>, Vec<Share>) {
    let mut counter = Counter {
        text,
        elements,
        scenes,
        seen: Vec::new(),
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
        mut scenes,
        seen,
        mut characters,
        shares,
        ..
    } = counter;
    characters.sort_by_key(|c| std::cmp::Reverse(c.speeches));
    name(&mut scenes, &seen, &characters);
    (scenes, characters, shares.to_vec())
}

/// Puts down who is named in the action of a scene without speaking in it.
fn name(scenes: &mut [SceneTally], seen: &[(usize, String)], characters: &[CharacterTally]) {
    let names = Names::new(characters.iter().map(|c| c.name.as_str()).enumerate());
    let mut found = Vec::new();
    for (index, text) in seen {
        found.clear();
        names.find(text, &mut found);
        let Some(scene) = scenes.get_mut(*index) else {
            continue;
        };
        for who in found.iter().filter_map(|place| characters.get(*place)) {
            let speaks = who.scenes.binary_search(&scene.ordinal).is_ok();
            if !speaks && !scene.named.contains(&who.name) {
                scene.named.push(who.name.clone());
            }
        }
    }
}

struct Counter<'a> {
    text: &'a str,
    elements: &'a [Element],
    scenes: Vec<SceneTally>,
    /// What is seen and heard, with the scene it is in, by its place.
    seen: Vec<(usize, String)>,
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
                    if let Some(index) = scene
                        && let Some(scene) = self.scenes.get_mut(index)
                    {
                        scene.action += amount;
                        self.seen.push((index, plain(self.text, element)));
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
