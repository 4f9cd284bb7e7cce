//! What the prompts of a script are made of beside the brief: pages, the beats a scene carries,
//! what someone has said so far, the script itself.

use std::ops::Range;

use inkstone_manuscript::fountain;
use serde::Serialize;

use super::{
    pages::{self, Page, PageInPrompt},
    story::Story,
};
use crate::{
    Brief, Input, ScreenplayBrief, Task,
    budget::{self, head, tail},
    target::clamp,
    templates::plain,
};

/// Lines of someone that a prompt shows, in tokens.
const MOST_LINES: usize = 500;
/// What a passage without scenes is looked through for names, in bytes.
const PASSAGE: usize = 8000;

/// Values for the templates of the screenplay desk; what a task does not need stays empty.
#[derive(Debug, Clone, Default, Serialize)]
pub(crate) struct Material {
    /// Whether the prompt says what the people want, need and lack.
    deep: bool,
    pages: Vec<Page>,
    #[serde(skip)]
    wanted: Vec<Page>,
    #[serde(skip)]
    told: Vec<PageInPrompt>,
    /// The beats that the scene carries.
    carried: Vec<String>,
    /// Who is to speak.
    speaker: String,
    lines: Vec<String>,
    /// Turns that are on the table already.
    written: Vec<String>,
    /// Which function the next turn has in the story.
    function: usize,
    /// The script, and how much of it is here in percent.
    script: String,
    share: u32,
    /// The synopsis as it stands.
    synopsis: String,
}

impl Material {
    pub(crate) fn new(input: &Input, target: &Range<usize>) -> Self {
        let Brief::Screenplay(brief) = input.brief else {
            return Self::default();
        };
        let document = input.document;
        let mut material = Self {
            deep: matches!(
                input.task,
                Task::Premise | Task::Characters | Task::Beats | Task::ReviseBeats | Task::Outline
            ),
            share: 100,
            ..Self::default()
        };
        match input.task {
            Task::Premise
            | Task::Characters
            | Task::Beats
            | Task::ReviseBeats
            | Task::Outline
            | Task::Draft
            | Task::Interview
            | Task::Assistant
            | Task::Summary
            | Task::Judge => {}
            Task::Coverage | Task::Knowledge => document.clone_into(&mut material.script),
            task => {
                let caret = match task {
                    // Its target is the end of the scene, which is the start of the next.
                    Task::Turns { .. } => clamp(document, &input.selection),
                    _ => target.clone(),
                };
                let passage = passage(document, task, &caret);
                let speaker = match task {
                    Task::Dialogue { character } => Some(character.as_str()),
                    _ => None,
                };
                let note = input.note.unwrap_or_default();
                let text = format!("{}\n{note}", &document[passage]);
                material.wanted = pages::wanted(brief, &text, speaker);
                for page in &mut material.wanted {
                    cleaned(page);
                }
            }
        }
        if let Some(number) = input.task.scene() {
            material.scene(brief, document, number);
        }
        if let Task::Dialogue { character } = input.task {
            material.speaker = plain(character);
            material.lines = pages::lines_of(brief, document, target.start, character);
        }
        if let Task::Turns { written } = input.task {
            let short = written.iter().take(20).map(|t| {
                let line = t.split_whitespace().collect::<Vec<_>>().join(" ");
                plain(&line.chars().take(400).collect::<String>())
            });
            material.written = short.filter(|t| !t.is_empty()).collect();
            material.function = material.written.len() + input.variant as usize;
        }
        material
    }

    fn scene(&mut self, brief: &ScreenplayBrief, document: &str, number: u32) {
        let story = Story::read(brief, document);
        let at = number.saturating_sub(1) as usize;
        if let Some(entry) = story.entries.get(at) {
            self.synopsis = plain(&entry.synopsis);
            let beats = entry.carries.iter().filter_map(|b| story.beats.get(*b));
            self.carried = beats.map(|b| plain(&b.text)).collect();
        }
    }

    /// Takes what has room; gives what it cost in tokens.
    pub(crate) fn within(&mut self, room: usize) -> usize {
        let (taken, told, mut used) = pages::fit(&self.wanted, room);
        self.pages = taken;
        self.told = told;
        let mut lines: Vec<String> = Vec::new();
        let mut left = (room * 15 / 100).min(MOST_LINES);
        for line in self.lines.iter().rev() {
            let cost = budget::tokens(line) + 3;
            if cost > left {
                break;
            }
            left -= cost;
            used += cost;
            lines.insert(0, plain(line));
        }
        self.lines = lines;
        if !self.script.is_empty() {
            let (script, share) = digest(&self.script, room.saturating_sub(used) * 95 / 100);
            used += budget::tokens(&script);
            self.script = plain(&script);
            self.share = share;
        }
        used
    }

    /// The pages that the prompt asked for, and which of them have room.
    pub(crate) fn told(&self) -> Vec<PageInPrompt> {
        self.told.clone()
    }

    /// How much of the script the prompt shows, in percent.
    pub(crate) fn share(&self) -> u32 {
        self.share
    }
}

fn cleaned(page: &mut Page) {
    for text in [
        &mut page.name,
        &mut page.description,
        &mut page.role,
        &mut page.want,
        &mut page.need,
        &mut page.flaw,
        &mut page.voice,
    ] {
        *text = plain(text);
    }
    for list in [&mut page.aliases, &mut page.facts, &mut page.notes] {
        *list = list
            .iter()
            .map(|t| plain(t))
            .filter(|t| !t.is_empty())
            .collect();
    }
}

/// What a task is about, to be looked through for names.
fn passage(document: &str, task: &Task, target: &Range<usize>) -> Range<usize> {
    let scenes = fountain::scenes(document);
    let scene = match task.scene() {
        Some(number) => scenes
            .into_iter()
            .find(|s| Some(s.number) == usize::try_from(number).ok()),
        None => scenes
            .into_iter()
            .rev()
            .find(|s| s.range.start <= target.start && target.start <= s.range.end),
    };
    match scene {
        Some(scene) => scene.range,
        None => {
            let start = target.start.saturating_sub(PASSAGE);
            let end = (target.end + PASSAGE).min(document.len());
            clamp(document, &(document.floor_char_boundary(start)..end))
        }
    }
}

/// A script in at most `room` tokens, and how much of it that is in percent. What does not fit is
/// left out of each scene alike, from its middle, so that the whole story stays in sight.
fn digest(script: &str, room: usize) -> (String, u32) {
    let whole = budget::tokens(script);
    if whole <= room {
        return (script.to_owned(), 100);
    }
    let scenes = fountain::scenes(script);
    if scenes.is_empty() {
        let kept = head(script, room);
        return (kept.to_owned(), percent(kept.len(), script.len()));
    }
    let mut out = String::new();
    let mut kept = 0;
    let opening = &script[..scenes[0].range.start];
    let share = |text: &str| room * budget::tokens(text) / whole.max(1);
    for part in std::iter::once(opening).chain(scenes.iter().map(|s| &script[s.range.clone()])) {
        let part = part.trim();
        if part.is_empty() {
            continue;
        }
        let budget = share(part).saturating_sub(4);
        let (front, back) = (head(part, budget * 6 / 10), tail(part, budget * 4 / 10));
        let (front, back) = (front.trim_end(), back.trim_start());
        if front.is_empty() {
            // At least where a scene plays, as long as that has room.
            let heading = part.lines().next().unwrap_or_default();
            if budget::tokens(&out) + budget::tokens(heading) < room {
                out.push_str(heading);
                out.push_str("\n\n");
                kept += heading.len();
            }
            continue;
        }
        kept += front.len() + back.len();
        out.push_str(front);
        out.push_str("\n\n[...]\n\n");
        out.push_str(back);
        out.push_str("\n\n");
    }
    (
        head(&out, room).trim_end().to_owned(),
        percent(kept, script.len()),
    )
}

fn percent(part: usize, whole: usize) -> u32 {
    u32::try_from(part * 100 / whole.max(1))
        .unwrap_or(100)
        .min(99)
}
