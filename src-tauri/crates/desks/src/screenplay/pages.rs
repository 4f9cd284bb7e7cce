//! Pages of people and places, and which of them go into a prompt.
//!
//! A page goes along when the passage mentions who or what it is of: by a cue, by name, by an
//! alias, by one part of a name that nobody else has. A pinned page always does, one that was taken
//! out never. What has no room is left out, the pages mentioned last first, and said.

use std::ops::Range;

use inkstone_manuscript::{
    count::is_han,
    fountain::{self, ElementKind},
};
use serde::Serialize;
use ts_rs::TS;

use crate::{CharacterBrief, InPrompt, PlaceBrief, ScreenplayBrief, budget, find::Folded};

/// Most of a prompt's room that pages take, in percent, and in tokens.
const SHARE: usize = 30;
const MOST_TOKENS: usize = 1500;

/// Whose page it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum PageOf {
    /// One of the people.
    Person,
    /// A place.
    Place,
}

/// A page that a prompt asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageInPrompt {
    /// Whose page.
    pub of: PageOf,
    /// The name.
    pub name: String,
    /// What it costs, in tokens, guessed on the safe side.
    pub tokens: u32,
    /// Whether it is pinned; else the passage mentions it.
    pub pinned: bool,
    /// Whether there is room for it.
    pub fits: bool,
}

/// A page as the templates see it; what is empty is left out there.
#[derive(Debug, Clone, Default, Serialize)]
pub(crate) struct Page {
    pub person: bool,
    pub name: String,
    pub aliases: Vec<String>,
    pub description: String,
    pub role: String,
    pub want: String,
    pub need: String,
    pub flaw: String,
    pub voice: String,
    pub facts: Vec<String>,
    pub notes: Vec<String>,
    #[serde(skip)]
    pub pinned: bool,
}

impl Page {
    pub fn of_person(c: &CharacterBrief) -> Self {
        let c = c.clone();
        Self {
            person: true,
            name: c.name,
            aliases: c.aliases,
            description: c.description,
            role: c.role,
            want: c.want,
            need: c.need,
            flaw: c.flaw,
            voice: c.voice,
            facts: c.facts,
            notes: c.notes,
            pinned: c.prompt == InPrompt::Always,
        }
    }

    fn of_place(p: &PlaceBrief) -> Self {
        let p = p.clone();
        Self {
            name: p.name,
            aliases: p.aliases,
            description: p.description,
            facts: p.facts,
            notes: p.notes,
            pinned: p.prompt == InPrompt::Always,
            ..Self::default()
        }
    }

    fn texts(&self) -> impl Iterator<Item = &str> {
        [&self.role, &self.want, &self.need, &self.flaw, &self.voice]
            .into_iter()
            .chain(&self.facts)
            .chain(&self.notes)
            .map(String::as_str)
    }

    /// Whether it says more than the brief does anyway: people are listed there with a line each.
    fn says_more(&self) -> bool {
        self.texts().any(|text| !text.is_empty()) || (!self.person && !self.description.is_empty())
    }

    fn tokens(&self) -> usize {
        let labels = 5;
        let of = |text: &str| match text.is_empty() {
            true => 0,
            false => budget::tokens(text) + labels,
        };
        of(&self.name) + of(&self.description) + self.texts().map(of).sum::<usize>()
    }
}

/// The pages that a passage asks for: the pinned ones first, then in the order of mention.
/// `brief` is one whose texts are fit for a prompt.
pub(crate) fn wanted(brief: &ScreenplayBrief, passage: &str, first: Option<&str>) -> Vec<Page> {
    let cast = Cast::new(brief);
    let folded = Folded::new(passage);
    let mut found: Vec<(usize, Page)> = Vec::new();
    let people = brief.characters.iter().enumerate().map(|(i, c)| {
        let at = match first {
            Some(name) if is_called(c, name) => Some(0),
            _ => cast.person(i, &folded).map(|range| range.start + 1),
        };
        (c.prompt, at, Page::of_person(c))
    });
    let places = brief.places.iter().map(|p| {
        let names = std::iter::once(&p.name).chain(&p.aliases);
        let at = names
            .filter_map(|name| folded.find(name).next())
            .map(|r| r.start + 1);
        (p.prompt, at.min(), Page::of_place(p))
    });
    for (prompt, at, page) in people.chain(places) {
        let at = match prompt {
            InPrompt::Never => None,
            InPrompt::Always => Some(0),
            InPrompt::Auto => at,
        };
        if let Some(at) = at.filter(|_| page.says_more()) {
            found.push((at, page));
        }
    }
    found.sort_by_key(|(at, page)| (!page.pinned, *at));
    found.into_iter().map(|(_, page)| page).collect()
}

/// Which of the pages fit into their share of `room` tokens, and what they cost in all.
pub(crate) fn fit(pages: &[Page], room: usize) -> (Vec<Page>, Vec<PageInPrompt>, usize) {
    let most = (room * SHARE / 100).min(MOST_TOKENS);
    let (mut taken, mut told, mut used) = (Vec::new(), Vec::new(), 0);
    for page in pages {
        let tokens = page.tokens();
        let fits = used + tokens <= most;
        if fits {
            used += tokens;
            taken.push(page.clone());
        }
        told.push(PageInPrompt {
            of: if page.person {
                PageOf::Person
            } else {
                PageOf::Place
            },
            name: page.name.clone(),
            tokens: u32::try_from(tokens).unwrap_or(u32::MAX),
            pinned: page.pinned,
            fits,
        });
    }
    (taken, told, used)
}

/// Whether a name in a cue means this person.
pub(crate) fn is_called(person: &CharacterBrief, cue: &str) -> bool {
    let cue = cue.trim().to_lowercase();
    !cue.is_empty()
        && std::iter::once(&person.name)
            .chain(&person.aliases)
            .any(|name| name.trim().to_lowercase() == cue)
}

/// The people of a brief and every form of name that means one of them alone.
pub(crate) struct Cast {
    forms: Vec<Vec<String>>,
}

impl Cast {
    pub fn new(brief: &ScreenplayBrief) -> Self {
        let all: Vec<Vec<String>> = brief
            .characters
            .iter()
            .map(|c| {
                let names = std::iter::once(&c.name).chain(&c.aliases);
                names
                    .map(|n| n.trim().to_owned())
                    .filter(|n| !n.is_empty())
                    .collect()
            })
            .collect();
        let parts: Vec<Vec<String>> = all
            .iter()
            .map(|names| names.iter().flat_map(|n| parts(n)).collect())
            .collect();
        let own = |i: usize, part: &String| {
            let low = part.to_lowercase();
            let same = |other: &String| other.to_lowercase() == low;
            !(0..all.len())
                .any(|j| j != i && (all[j].iter().any(same) || parts[j].iter().any(same)))
        };
        let forms = (0..all.len())
            .map(|i| {
                let mut forms = all[i].clone();
                forms.extend(parts[i].iter().filter(|p| own(i, p)).cloned());
                forms
            })
            .collect();
        Self { forms }
    }

    /// The first place where the text names a person.
    fn person(&self, i: usize, text: &Folded) -> Option<Range<usize>> {
        let found = self.forms[i]
            .iter()
            .filter_map(|form| text.find(form).next());
        found.min_by_key(|range| range.start)
    }

    /// Which of the people a name in a cue means.
    pub fn of_cue(&self, cue: &str) -> Option<usize> {
        let low = cue.trim().to_lowercase();
        self.forms
            .iter()
            .position(|forms| forms.iter().any(|f| f.to_lowercase() == low))
    }

    /// Whether the text names a person.
    pub fn names(&self, i: usize, text: &str) -> bool {
        self.person(i, &Folded::new(text)).is_some()
    }
}

/// Parts of a name that may stand for it: its words, a given name without the surname.
fn parts(name: &str) -> Vec<String> {
    if name.chars().all(is_han) {
        let given: String = name.chars().skip(1).collect();
        return match name.chars().count() {
            3 => vec![given],
            4 => vec![name.chars().skip(2).collect(), given],
            _ => Vec::new(),
        };
    }
    const TITLES: [&str; 12] = [
        "the", "old", "young", "mr", "mrs", "ms", "miss", "dr", "captain", "aunt", "uncle", "sir",
    ];
    let words = name.split(|c: char| c.is_whitespace() || c == '.' || c == '·');
    words
        .filter(|w| w.chars().count() > 2 && !TITLES.contains(&w.to_lowercase().as_str()))
        .filter(|w| w.len() < name.len())
        .map(str::to_owned)
        .collect()
}

/// A name as a cue has it: without marks, extensions and emphasis.
pub(crate) fn cue_name(content: &str) -> String {
    let name = content.split(['(', '（']).next().unwrap_or_default();
    let name = name.trim().trim_start_matches('@').trim_end_matches('^');
    name.replace(['*', '_'], "").trim().to_owned()
}

/// What each person said, in order: the place of the cue and the words, up to `end`.
pub(crate) fn lines_of(
    brief: &ScreenplayBrief,
    document: &str,
    end: usize,
    name: &str,
) -> Vec<String> {
    let cast = Cast::new(brief);
    let wanted = cast.of_cue(name);
    let mut speaks = false;
    let mut lines: Vec<String> = Vec::new();
    for element in fountain::parse(document) {
        if element.range.start >= end {
            break;
        }
        match element.kind {
            ElementKind::Character => {
                let cue = cue_name(&fountain::content(document, &element));
                speaks = match wanted {
                    Some(i) => cast.of_cue(&cue) == Some(i),
                    None => cue.to_lowercase() == name.trim().to_lowercase(),
                };
                if speaks {
                    lines.push(String::new());
                }
            }
            ElementKind::Dialogue if speaks => {
                if let Some(last) = lines.last_mut() {
                    let said = fountain::content(document, &element).replace('\n', " ");
                    if !last.is_empty() {
                        last.push(' ');
                    }
                    last.push_str(said.trim());
                }
            }
            ElementKind::Parenthetical => {}
            ElementKind::Blank | ElementKind::Note | ElementKind::Boneyard => {}
            ElementKind::Dialogue => {}
            _ => speaks = false,
        }
    }
    lines.retain(|line| !line.is_empty());
    lines
}
