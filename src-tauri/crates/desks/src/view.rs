//! What the chat templates see.

use std::ops::Range;

use inkstone_manuscript::{
    DocumentKind, Language,
    adset::{AdField, AdSet},
    count,
    fountain::{self, ElementKind, Scene},
};
use minijinja::Value;
use serde::Serialize;

use crate::{
    AdsBrief, Brief, CharacterBrief, DeskError, Input, NewsBrief, PlaceBrief, ScreenplayBrief,
    Task, Unit,
    budget::{head, tail, tokens},
    check::house_rules,
    screenplay::material::Material,
    screenplay::pages::PageInPrompt,
    target::{self, ends_sentence, is_cue, is_heading},
    templates::plain,
};

/// Of the room that a prompt has: the part that a voice sample may take, in percent and in tokens.
const VOICE_SHARE: usize = 20;
/// Of a voice sample, a prompt shows no more tokens than this.
pub const MOST_VOICE: usize = 700;
/// What is said about a voice sample, in tokens.
const AROUND_VOICE: usize = 110;
/// Of a whole document, in tokens.
const MOST_DOCUMENT: usize = 24_000;

/// Values for a template; what a task does not need stays empty.
#[derive(Debug, Clone, Default, Serialize)]
pub(crate) struct View {
    kind: &'static str,
    brief: Option<Brief>,
    note: String,
    house_rules: Vec<String>,
    /// A passage of the person's own writing.
    voice: String,
    /// The language of the document, as `en`.
    lang: &'static str,
    /// The whole text, for actions of a person's own that read it, and for headlines.
    document: String,
    variant: u32,
    variants: u32,
    before: String,
    selection: String,
    after: String,
    open: bool,
    size: usize,
    want: usize,
    tone: String,
    /// The language of a translation.
    into: &'static str,
    least: u32,
    most: u32,
    paragraphs: u32,
    channel: Option<ChannelView>,
    /// The label of the line that is asked for.
    label: &'static str,
    lead: String,
    hook: usize,
    existing: String,
    beats: u32,
    beats_text: String,
    outline: String,
    previous: String,
    scene: Option<SceneView>,
    #[serde(flatten)]
    material: Material,
}

#[derive(Debug, Clone, Serialize)]
struct ChannelView {
    name: &'static str,
    no_emoji: bool,
    several: bool,
    has_button: bool,
    fields: Vec<FieldView>,
}

#[derive(Debug, Clone, Serialize)]
struct FieldView {
    label: &'static str,
    count: usize,
    limit: usize,
    unit: Unit,
    hard: bool,
    words: usize,
}

#[derive(Debug, Clone, Serialize)]
struct SceneView {
    number: u32,
    heading: String,
    synopsis: String,
    text: String,
}

/// About how many beats carry a script.
pub(crate) fn beats(brief: &Brief) -> u32 {
    match brief {
        Brief::Screenplay(b) => b.scenes.clamp(5, 12),
        _ => 8,
    }
}

impl View {
    pub(crate) fn new(input: &Input, target: &Range<usize>) -> Result<Self, DeskError> {
        let (brief, document) = (input.brief, input.document);
        let mut view = Self {
            kind: brief.kind().name(),
            brief: Some(cleaned(brief)),
            note: input.note.map(plain).unwrap_or_default(),
            house_rules: house_rules(input.house_rules).map(plain).collect(),
            voice: input.voice.trim().to_owned(),
            lang: brief.language().tag(),
            variant: input.variant,
            variants: input.variants,
            beats: beats(brief),
            ..Self::default()
        };
        let around = matches!(
            input.task,
            Task::Continue | Task::Dialogue { .. } | Task::Turns { .. } | Task::Own { .. }
        );
        if matches!(input.task, Task::Headline | Task::Dek | Task::Own { .. }) {
            document.clone_into(&mut view.document);
        }
        if input.task.needs_selection() || around {
            document[..target.start].clone_into(&mut view.before);
            document[target.end..].clone_into(&mut view.after);
            view.open = open(&view.before, brief.kind());
        }
        let whole = matches!(
            input.task,
            Task::ReviseBeats
                | Task::ReviseEntry { .. }
                | Task::ReviseScene { .. }
                | Task::PunchUp { .. }
                | Task::Own { .. }
        );
        if input.task.needs_selection() || whole {
            view.select(input.task, &document[target.clone()]);
        }
        view.material = Material::new(input, target);
        match brief {
            Brief::News(b) => view.news(b),
            Brief::Ads(b) => view.ads(b, input),
            Brief::Screenplay(_) => view.screenplay(input)?,
        }
        Ok(view)
    }

    fn select(&mut self, task: &Task, selection: &str) {
        self.selection = plain(selection);
        self.size = count::count(selection).words;
        self.want = match task {
            Task::Shorten => (self.size * 6 / 10).max(1),
            Task::Expand => self.size * 16 / 10 + 1,
            _ => self.size,
        };
        if let Task::Tone { tone } = task {
            self.tone = plain(tone);
        }
        if let Task::Translate { into } = task {
            self.into = into.tag();
        }
    }

    fn news(&mut self, brief: &NewsBrief) {
        self.least = brief.words * 9 / 10;
        self.most = brief.words * 11 / 10;
        let paragraph = if brief.language == Language::English {
            45
        } else {
            75
        };
        self.paragraphs = (brief.words / paragraph).max(2);
    }

    fn ads(&mut self, brief: &AdsBrief, input: &Input) {
        let spec = brief.channel.limits(brief.language);
        let words = |limit: usize, unit: Unit| match (brief.language, unit) {
            (Language::English, _) => limit.div_ceil(7),
            (Language::Chinese, Unit::Characters) => limit,
            (Language::Chinese, _) => limit / 2,
        };
        let fields = spec.fields.iter().map(|f| FieldView {
            label: f.field.label(brief.language),
            count: f.count,
            limit: f.limit,
            unit: f.unit,
            hard: f.hard,
            words: words(f.limit, f.unit),
        });
        self.channel = Some(ChannelView {
            name: brief.channel.name(),
            no_emoji: !brief.channel.takes_emoji(),
            several: spec.fields.iter().any(|f| f.count > 1),
            has_button: spec.field(AdField::CallToAction).is_some(),
            fields: fields.collect(),
        });
        self.label = match input.task {
            Task::Headline => target::headline_field(brief.channel, brief.language),
            Task::Dek => target::dek_field(brief.channel, brief.language),
            _ => AdField::Headline,
        }
        .label(brief.language);
        if *input.task != Task::Draft {
            return;
        }
        // Each ad of the document and of this batch leads with another point and opens in another
        // way; the second round of points meets other openings than the first.
        let set = AdSet::parse(input.document);
        let points: Vec<String> = brief
            .selling_points
            .iter()
            .map(|p| plain(p))
            .filter(|p| !p.is_empty())
            .collect();
        let place = set.ads.len() + input.variant as usize;
        self.lead = points
            .get(place % points.len().max(1))
            .cloned()
            .unwrap_or_default();
        self.hook = place + place / points.len().max(1);
        let ads = set.ads.iter().map(|ad| {
            let said = ad
                .fields
                .iter()
                .filter(|(field, _)| *field != AdField::CallToAction);
            format!(
                "- {}",
                said.map(|(_, text)| text.as_str())
                    .collect::<Vec<_>>()
                    .join(" / ")
            )
        });
        self.existing = ads.collect::<Vec<_>>().join("\n");
    }

    fn screenplay(&mut self, input: &Input) -> Result<(), DeskError> {
        let document = input.document;
        let task = input.task;
        let number = task.scene();
        let listed = matches!(task, Task::Draft | Task::Outline | Task::Turns { .. });
        let beats = matches!(
            task,
            Task::Outline | Task::ReviseBeats | Task::Turns { .. } | Task::ReviseEntry { .. }
        );
        if !listed && !beats && number.is_none() {
            return Ok(());
        }
        let scenes = fountain::scenes(document);
        let line = |s: &Scene| match &s.synopsis {
            Some(synopsis) => format!("{}. {}: {}", s.number, s.heading, synopsis),
            None => format!("{}. {}", s.number, s.heading),
        };
        if listed || number.is_some() {
            self.outline = scenes.iter().map(line).collect::<Vec<_>>().join("\n");
        }
        if beats {
            let end = scenes.first().map_or(document.len(), |s| s.range.start);
            self.beats_text = beat_lines(document, end);
        }
        let Some(number) = number else {
            return Ok(());
        };
        let scene = target::scene(document, number)?;
        let written = |s: &Scene| document[written(document, &s.range)].trim().to_owned();
        self.previous = scenes
            .iter()
            .take_while(|s| s.number < scene.number)
            .last()
            .filter(|s| s.has_text)
            .map(written)
            .unwrap_or_default();
        let begun = matches!(task, Task::Scene { .. } | Task::ReviseEntry { .. });
        self.scene = Some(SceneView {
            number,
            heading: plain(&scene.heading),
            synopsis: scene.synopsis.as_deref().map(plain).unwrap_or_default(),
            text: if scene.has_text && begun {
                written(&scene)
            } else {
                String::new()
            },
        });
        Ok(())
    }

    /// Without anything of the document that may be left out.
    pub(crate) fn bare(&self) -> Value {
        self.within(0)
    }

    /// With as much of the document as fits into `room` tokens.
    pub(crate) fn within(&self, room: usize) -> Value {
        self.told(room).0
    }

    /// The same, with the pages that it asked for, and how much of the script it shows in percent.
    pub(crate) fn told(&self, room: usize) -> (Value, Vec<PageInPrompt>, u32) {
        let mut view = self.clone();
        view.voice = plain(head(
            &self.voice,
            (room * VOICE_SHARE / 100).min(MOST_VOICE),
        ));
        let spent = match view.voice.as_str() {
            "" => 0,
            voice => tokens(voice) + AROUND_VOICE,
        };
        let room = room.saturating_sub(spent);
        let room = room.saturating_sub(view.material.within(room));
        let front = |text: &str, share: usize, most: usize| {
            plain(head(text, (room * share / 100).min(most)))
        };
        let back = |text: &str, share: usize, most: usize| {
            plain(tail(text, (room * share / 100).min(most)))
        };
        view.before = back(
            &self.before,
            if self.selection.is_empty() { 60 } else { 40 },
            1600,
        );
        view.after = front(&self.after, 20, 400);
        view.document = front(
            &self.document,
            if self.before.is_empty() { 80 } else { 30 },
            MOST_DOCUMENT,
        );
        view.existing = back(&self.existing, 60, 1200);
        view.beats_text = front(&self.beats_text, 45, 1600);
        view.outline = front(&self.outline, 35, 1600);
        view.previous = back(&self.previous, 15, 300);
        if let Some(scene) = &mut view.scene {
            scene.text = back(&scene.text, 40, 1200);
        }
        let (pages, share) = (view.material.told(), view.material.share());
        (Value::from_serialize(view), pages, share)
    }
}

/// Where the text of a scene begins, after its heading and synopsis.
fn written(document: &str, scene: &Range<usize>) -> Range<usize> {
    let start = fountain::parse(document)
        .into_iter()
        .filter(|e| scene.contains(&e.range.start))
        .find(|e| {
            !matches!(
                e.kind,
                ElementKind::SceneHeading
                    | ElementKind::Synopsis
                    | ElementKind::Note
                    | ElementKind::Blank
            )
        })
        .map_or(scene.end, |e| e.range.start);
    start..scene.end
}

/// The sections and synopses before the first scene.
fn beat_lines(document: &str, end: usize) -> String {
    fountain::parse(document)
        .into_iter()
        .filter(|e| e.range.start < end)
        .filter(|e| matches!(e.kind, ElementKind::Synopsis | ElementKind::Section { .. }))
        .map(|e| document[e.range].trim())
        .collect::<Vec<_>>()
        .join("\n")
}

/// Whether the text breaks off in the middle of a sentence.
fn open(before: &str, kind: DocumentKind) -> bool {
    let line = before
        .rsplit('\n')
        .next()
        .unwrap_or_default()
        .trim_end_matches(' ');
    let prose = match kind {
        DocumentKind::News => !line.starts_with('#'),
        DocumentKind::Ads => false,
        DocumentKind::Screenplay => {
            !is_heading(line) && !is_cue(line) && !line.starts_with(['#', '=', '(', '>', '['])
        }
    };
    prose && !line.trim().is_empty() && !ends_sentence(line) && !line.ends_with([':', '：'])
}

/// The brief as it goes into a prompt: no blank entries, nothing that could close our tags.
pub(crate) fn cleaned(brief: &Brief) -> Brief {
    let list = |values: &[String]| -> Vec<String> {
        values
            .iter()
            .map(|v| plain(v))
            .filter(|v| !v.is_empty())
            .collect()
    };
    match brief {
        Brief::News(b) => Brief::News(NewsBrief {
            topic: plain(&b.topic),
            angle: plain(&b.angle),
            facts: list(&b.facts),
            sources: list(&b.sources),
            audience: plain(&b.audience),
            tone: plain(&b.tone),
            ..b.clone()
        }),
        Brief::Ads(b) => Brief::Ads(AdsBrief {
            product: plain(&b.product),
            audience: plain(&b.audience),
            selling_points: list(&b.selling_points),
            tone: plain(&b.tone),
            call_to_action: plain(&b.call_to_action),
            ..b.clone()
        }),
        Brief::Screenplay(b) => Brief::Screenplay(ScreenplayBrief {
            logline: plain(&b.logline),
            genre: plain(&b.genre),
            premise: plain(&b.premise),
            characters: b
                .characters
                .iter()
                .map(|c| CharacterBrief {
                    name: plain(&c.name),
                    description: plain(&c.description),
                    aliases: list(&c.aliases),
                    role: plain(&c.role),
                    want: plain(&c.want),
                    need: plain(&c.need),
                    flaw: plain(&c.flaw),
                    voice: plain(&c.voice),
                    facts: list(&c.facts),
                    notes: list(&c.notes),
                    prompt: c.prompt,
                })
                .filter(|c| !c.name.is_empty())
                .collect(),
            places: b
                .places
                .iter()
                .map(|p| PlaceBrief {
                    name: plain(&p.name),
                    description: plain(&p.description),
                    aliases: list(&p.aliases),
                    facts: list(&p.facts),
                    notes: list(&p.notes),
                    prompt: p.prompt,
                })
                .filter(|p| !p.name.is_empty())
                .collect(),
            props: list(&b.props),
            tone: plain(&b.tone),
            ..b.clone()
        }),
    }
}
