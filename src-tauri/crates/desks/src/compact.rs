//! The compact form of a prompt: the brief as `Key: value` lines in its own language.
//!
//! Every value of the brief is named by a reference (`⟦fact1⟧`), beside which stand only the things
//! that the choice of words may depend on: how long the value is, what sort of thing it is, how the
//! text shall sound. A small network then has nothing to copy but single tokens, and what it has
//! never seen cannot confuse it. The trainer of the starter model calls [`lines`] too, so training
//! and use cannot drift apart.
//!
//! `⟦n1⟧ ⟦n2⟧ ...` are slots: one for each paragraph, beat or scene that is wanted. The network
//! writes each slot before the thing itself; they stand for nothing, and vanish. So lengths are
//! obeyed by look-up instead of by counting.

use std::sync::LazyLock;

use inkstone_generation::references::References;
use inkstone_manuscript::{DocumentKind, Language};
use minijinja::Environment;
use serde::Serialize;

mod compose;
pub mod features;
mod owed;

pub(crate) use compose::{compose, knows, sha256, stand_in};
pub(crate) use owed::owed;

use features::{
    bound, brief, gather, head, inside, named, opening, sentences, size, source, value, words,
};

/// Most values of each sort that a prompt names; see also [`placeholders`].
pub mod most {
    /// Facts of an article.
    pub const FACTS: usize = 12;
    /// Sources of an article.
    pub const SOURCES: usize = 6;
    /// Selling points of a product.
    pub const POINTS: usize = 8;
    /// Characters of a screenplay.
    pub const CHARACTERS: usize = 8;
    /// Sentences or blocks of a selection.
    pub const SENTENCES: usize = 12;
    /// Paragraphs, beats or scenes.
    pub const SLOTS: usize = 24;
}

/// The plain values that a compact prompt is made of; what a task does not need stays empty.
#[derive(Debug, Clone, Default)]
pub struct Fields {
    /// News: what it is about.
    pub topic: String,
    /// News: from which side.
    pub angle: String,
    /// News: what is known.
    pub facts: Vec<String>,
    /// News: who says so.
    pub sources: Vec<String>,
    /// News, ads: for whom.
    pub audience: String,
    /// News: length asked for.
    pub words: usize,
    /// How it shall sound.
    pub tone: String,
    /// Ads: what is sold.
    pub product: String,
    /// Ads: why one would buy it.
    pub points: Vec<String>,
    /// Ads: what the reader shall do.
    pub call_to_action: String,
    /// Ads: the channel's name, as `google_rsa`.
    pub channel: String,
    /// Screenplay: the story in a sentence.
    pub logline: String,
    /// Screenplay: genre.
    pub genre: String,
    /// Screenplay: names and descriptions.
    pub characters: Vec<(String, String)>,
    /// Screenplay: how many scenes.
    pub scenes: usize,
    /// Screenplay: heading of the scene to write; empty where there is none yet.
    pub heading: String,
    /// Screenplay: synopsis of the scene to write.
    pub synopsis: String,
    /// What stands before the caret.
    pub before: String,
    /// What is selected.
    pub selection: String,
    /// Which of several variants this is, from 0: each leads with another selling point.
    pub variant: usize,
}

/// A value with its size class.
#[derive(Debug, Serialize)]
struct Sized {
    r#ref: String,
    size: &'static str,
}

/// A sentence of a selection.
#[derive(Debug, Serialize)]
struct Part {
    r#ref: String,
    sort: &'static str,
    head: Option<String>,
}

/// A character: the name's reference and the description's.
#[derive(Debug, Serialize)]
struct Person {
    name: String,
    about: Option<String>,
}

/// What the templates see.
#[derive(Debug, Default, Serialize)]
struct View {
    field: &'static str,
    tone: &'static str,
    genre: &'static str,
    channel: String,
    topic: Option<String>,
    angle: Option<String>,
    facts: Vec<String>,
    sources: Vec<String>,
    audience: Option<Sized>,
    product: Option<Sized>,
    points: Vec<Sized>,
    cta: Option<Sized>,
    logline: Option<String>,
    characters: Vec<Person>,
    heading: Option<String>,
    synopsis: Option<String>,
    setting: Option<String>,
    length: &'static str,
    slots: Vec<String>,
    parts: Vec<Part>,
    labels: Vec<&'static str>,
    open: bool,
    after: &'static str,
    last: Option<String>,
}

/// Every placeholder that a compact prompt or its answer can hold, capitals of names included.
pub fn placeholders() -> Vec<String> {
    let single = [
        "topic", "angle", "audience", "product", "cta", "logline", "heading", "synopsis",
    ];
    let mut keys: Vec<String> = single.iter().map(ToString::to_string).collect();
    for (key, most) in [
        ("fact", most::FACTS),
        ("source", most::SOURCES),
        ("point", most::POINTS),
        ("char", most::CHARACTERS),
        ("CHAR", most::CHARACTERS),
        ("desc", most::CHARACTERS),
        ("s", most::SENTENCES),
        ("h", most::SENTENCES),
        ("n", most::SLOTS),
    ] {
        keys.extend((1..=most).map(|i| format!("{key}{i}")));
    }
    keys.into_iter().map(|k| format!("⟦{k}⟧")).collect()
}

/// Writes the compact prompt of a task, and what its references stand for.
///
/// # Errors
/// There is no compact template for this task, or it does not render; both are slips in `assets/`.
pub fn lines(
    kind: DocumentKind,
    task: &str,
    language: Language,
    fields: &Fields,
) -> Result<(String, References), minijinja::Error> {
    let tag = if language == Language::English {
        "en"
    } else {
        "zh-CN"
    };
    let template = TEMPLATES.get_template(&format!("{}/{task}.{tag}", kind.name()))?;
    let mut references = References::new();
    let view = View::new(kind, task, language, fields, &mut references);
    let text = template.render(view)?;
    Ok((text.trim_end().to_owned(), references))
}

impl View {
    fn new(
        kind: DocumentKind,
        task: &str,
        language: Language,
        f: &Fields,
        r: &mut References,
    ) -> Self {
        let mut view = Self {
            tone: features::tone(&f.tone, language),
            ..Self::default()
        };
        match kind {
            DocumentKind::News => view.news(task, language, f, r),
            DocumentKind::Ads => view.ads(task, language, f, r),
            DocumentKind::Screenplay => view.screenplay(task, language, f, r),
        }
        if task == "continue" {
            let last = f.before.trim_end().chars().last();
            view.open = last.is_some_and(|c| !".!?。！？…”’\"」』）)*:：".contains(c));
        }
        let selected = matches!(task, "rewrite" | "shorten" | "expand" | "tone");
        if selected {
            view.select(kind, language, &f.selection, r);
        }
        view
    }

    fn news(&mut self, task: &str, language: Language, f: &Fields, r: &mut References) {
        let about = format!("{} {} {}", f.topic, f.angle, f.facts.join(" "));
        self.field = features::beat(&about, language);
        self.topic = one(r, "topic", opening(&f.topic));
        self.angle = one(r, "angle", opening(&f.angle));
        let mut facts: Vec<String> = f.facts.iter().map(|v| opening(v)).collect();
        facts.retain(|v| !v.is_empty() && (task != "continue" || !f.before.contains(&value(v))));
        let sources: Vec<String> = f
            .sources
            .iter()
            .map(|v| source(v, language))
            .filter(|v| !v.is_empty())
            .collect();
        let facts = gather(facts, most::FACTS, language);
        let sources = gather(sources, most::SOURCES, language);
        let fixed =
            facts.iter().map(|v| words(v)).sum::<usize>() + words(&f.topic) + words(&f.angle);
        let audience = inside(&f.audience, language);
        let rest = f.words.saturating_sub(fixed);
        self.facts = many(r, "fact", facts);
        self.sources = many(r, "source", sources);
        self.audience = sized(r, "audience", audience, language);
        if task == "draft" {
            let (length, slots) = paragraphs(rest, language);
            self.length = length;
            self.slots = self::slots(r, slots);
        }
    }

    fn ads(&mut self, task: &str, language: Language, f: &Fields, r: &mut References) {
        let about = format!("{} {}", f.product, f.points.join(" "));
        self.field = features::trade(&about, language);
        self.channel.clone_from(&f.channel);
        let (product, about) = named(&f.product);
        self.product = sized(r, "product", product, language);
        self.audience = sized(r, "audience", inside(&f.audience, language), language);
        // What is said of the product beside its name is one more point.
        let points = f.points.iter().map(|v| opening(v));
        let mut points: Vec<String> = points.chain([about]).collect();
        points.retain(|v| !v.is_empty() && (task != "continue" || !f.before.contains(&value(v))));
        if !points.is_empty() {
            let by = f.variant % points.len();
            points.rotate_left(by);
        }
        points.truncate(most::POINTS);
        self.points = points
            .into_iter()
            .enumerate()
            .filter_map(|(i, v)| sized(r, &format!("point{}", i + 1), v, language))
            .collect();
        self.cta = sized(r, "cta", opening(&f.call_to_action), language);
    }

    fn screenplay(&mut self, task: &str, language: Language, f: &Fields, r: &mut References) {
        self.genre = features::genre(
            &format!(
                "{} {}",
                f.genre,
                if f.genre.is_empty() { &f.logline } else { "" }
            ),
            language,
        );
        self.logline = one(r, "logline", opening(&f.logline));
        for (i, (name, about)) in f.characters.iter().take(most::CHARACTERS).enumerate() {
            let Some(name) = one(r, &format!("char{}", i + 1), value(name)) else {
                continue;
            };
            let about = one(r, &format!("desc{}", i + 1), brief(about, language));
            self.characters.push(Person { name, about });
        }
        match task {
            "beats" => self.slots = slots(r, f.scenes.clamp(4, 8)),
            "outline" => self.slots = slots(r, f.scenes.max(1)),
            "scene" | "draft" => {
                self.heading = one(r, "heading", value(&f.heading));
                self.setting = setting(&f.heading, language);
                self.synopsis = one(r, "synopsis", opening(&f.synopsis));
            }
            "continue" => self.standing(language, f),
            _ => {}
        }
    }

    /// Where a script stands: after what, and who spoke last.
    fn standing(&mut self, language: Language, f: &Fields) {
        let blocks: Vec<&str> = f
            .before
            .split("\n\n")
            .map(str::trim)
            .filter(|b| !b.is_empty())
            .collect();
        let sorts: Vec<Sort> = blocks.iter().map(|b| Sort::of(b)).collect();
        self.after = sorts
            .last()
            .copied()
            .unwrap_or(Sort::Heading)
            .name(language);
        let spoken = sorts.iter().rposition(|s| *s == Sort::Dialogue);
        let cue = spoken
            .and_then(|i| blocks[i].lines().next())
            .unwrap_or_default();
        let cue = cue
            .trim_start_matches('@')
            .split('(')
            .next()
            .unwrap_or_default()
            .trim()
            .to_lowercase();
        let speaker = f
            .characters
            .iter()
            .take(most::CHARACTERS)
            .position(|(n, _)| value(n).to_lowercase() == cue);
        self.last = speaker.map(|i| format!("⟦char{}⟧", i + 1));
    }

    fn select(
        &mut self,
        kind: DocumentKind,
        language: Language,
        selection: &str,
        r: &mut References,
    ) {
        let (parts, sorts): (Vec<String>, Vec<&str>) = match kind {
            DocumentKind::Screenplay => selection
                .split("\n\n")
                .map(|b| b.trim_matches('\n'))
                .filter(|b| !b.trim().is_empty())
                .map(|b| (b.to_owned(), Sort::of(b.trim()).name(language)))
                .unzip(),
            DocumentKind::Ads => {
                self.labels = labels(selection, language);
                self.length = size(selection.trim(), language);
                return;
            }
            DocumentKind::News => sentences(selection)
                .into_iter()
                .map(|s| {
                    let c = size(&s, language);
                    (s, c)
                })
                .unzip(),
        };
        let over = parts.len() > most::SENTENCES;
        let parts = match kind {
            DocumentKind::Screenplay if over => {
                let (front, rest) = parts.split_at(most::SENTENCES - 1);
                [front, &[rest.join("\n\n")]].concat()
            }
            _ if over => gather_sentences(&parts, language),
            _ => parts,
        };
        for (i, (part, sort)) in parts.into_iter().zip(sorts).enumerate() {
            let head = if kind == DocumentKind::News {
                head(&part)
            } else {
                None
            };
            let head = head.map(|h| r.add(&format!("h{}", i + 1), h));
            self.parts.push(Part {
                r#ref: r.add(&format!("s{}", i + 1), part),
                sort,
                head,
            });
        }
    }
}

fn one(r: &mut References, key: &str, value: String) -> Option<String> {
    (!value.is_empty()).then(|| r.add(key, value))
}

fn many(r: &mut References, key: &str, values: Vec<String>) -> Vec<String> {
    values
        .into_iter()
        .enumerate()
        .map(|(i, v)| r.add(&format!("{key}{}", i + 1), v))
        .collect()
}

fn sized(r: &mut References, key: &str, value: String, language: Language) -> Option<Sized> {
    let size = size(&value, language);
    one(r, key, value).map(|r#ref| Sized { r#ref, size })
}

fn slots(r: &mut References, count: usize) -> Vec<String> {
    (1..=count.min(most::SLOTS))
        .map(|i| r.add(&format!("n{i}"), ""))
        .collect()
}

/// Neighbouring sentences of a long selection share a reference.
fn gather_sentences(parts: &[String], language: Language) -> Vec<String> {
    let space = if language == Language::English {
        " "
    } else {
        ""
    };
    let share = parts.len().div_ceil(most::SENTENCES);
    parts.chunks(share).map(|c| c.join(space)).collect()
}

/// How full paragraphs are and how many of them make up `rest` words beside the brief's own.
fn paragraphs(rest: usize, language: Language) -> (&'static str, usize) {
    let (short, full) = if language == Language::English {
        (16, 38)
    } else {
        (26, 62)
    };
    let by = |size: usize, least: usize| ((rest + size / 2) / size).clamp(least, 10);
    match (rest < full * 3, language) {
        (true, Language::English) => ("short", by(short, 2)),
        (true, Language::Chinese) => ("短", by(short, 2)),
        (false, Language::English) => ("full", by(full, 3)),
        (false, Language::Chinese) => ("长", by(full, 3)),
    }
}

/// Inside or outside, by day or by night, as the heading says.
fn setting(heading: &str, language: Language) -> Option<String> {
    if heading.trim().is_empty() {
        return None;
    }
    let low = heading.to_lowercase();
    let has = |cues: &[&str]| cues.iter().any(|c| low.contains(c));
    let outside = has(&["ext", "外"]) && !has(&["int.", "内"]);
    let dark = has(&[
        "night", "evening", "dusk", "midnight", "夜", "晚", "黄昏", "傍晚",
    ]);
    Some(match language {
        Language::English => {
            format!(
                "{}, {}",
                if outside { "outside" } else { "inside" },
                if dark { "night" } else { "day" }
            )
        }
        Language::Chinese => {
            format!(
                "{}，{}",
                if outside { "外" } else { "内" },
                if dark { "夜" } else { "日" }
            )
        }
    })
}

/// What a block of a script is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sort {
    Heading,
    Dialogue,
    Action,
}

impl Sort {
    fn of(block: &str) -> Self {
        let mut lines = block.lines();
        let first = lines.next().unwrap_or_default().trim();
        let spoken = lines.next().is_some_and(|l| !l.trim().is_empty());
        let upper = first.to_uppercase();
        let heading = ["INT", "EXT", "EST", "I/E", "#", "="]
            .iter()
            .any(|h| upper.starts_with(h))
            || (first.starts_with('.') && !first.starts_with(".."));
        let name = first.split('(').next().unwrap_or_default();
        let cue = first.starts_with('@')
            || (name.chars().any(|c| c.is_ascii_uppercase())
                && !name.chars().any(char::is_lowercase));
        match (heading, cue && spoken) {
            (true, _) => Self::Heading,
            (false, true) => Self::Dialogue,
            (false, false) => Self::Action,
        }
    }

    fn name(self, language: Language) -> &'static str {
        match (self, language) {
            (Self::Heading, Language::English) => "heading",
            (Self::Heading, Language::Chinese) => "场景",
            (Self::Dialogue, Language::English) => "dialogue",
            (Self::Dialogue, Language::Chinese) => "对白",
            (Self::Action, Language::English) => "action",
            (Self::Action, Language::Chinese) => "动作",
        }
    }
}

/// The labels of the fields that a selection of an ad holds, in the brief's language.
pub(crate) fn labels(selection: &str, language: Language) -> Vec<&'static str> {
    const LABELS: [(&str, &str, &str); 4] = [
        ("headline", "Headline", "标题"),
        ("description", "Description", "描述"),
        ("primary text", "Primary text", "正文"),
        ("call to action", "Call to action", "行动号召"),
    ];
    let of = |line: &str| {
        let (label, _) = line.split_once([':', '：'])?;
        let label = label
            .trim_matches(|c: char| !c.is_alphanumeric())
            .to_lowercase();
        let (_, en, zh) = LABELS
            .iter()
            .find(|(low, _, zh)| label == *low || label == *zh)?;
        Some(if language == Language::English {
            *en
        } else {
            *zh
        })
    };
    selection.lines().filter_map(of).take(8).collect()
}

static TEMPLATES: LazyLock<Environment<'static>> = LazyLock::new(|| {
    let mut env = Environment::new();
    env.set_trim_blocks(true);
    env.set_lstrip_blocks(true);
    env.set_auto_escape_callback(|_| minijinja::AutoEscape::None);
    for (name, source) in SOURCES {
        // A template that does not parse is then missing, which `lines` reports; the test below holds them all.
        let _ = env.add_template(name, source);
    }
    env
});

macro_rules! templates {
    ($($kind:literal: [$($task:literal),*]),*) => {
        /// Compact templates by `<kind>/<task>.<lang>`.
        const SOURCES: &[(&str, &str)] = &[$($(
            (concat!($kind, "/", $task, ".en"),
             include_str!(concat!("../../../../assets/prompts/", $kind, "/", $task, ".en.compact.jinja"))),
            (concat!($kind, "/", $task, ".zh-CN"),
             include_str!(concat!("../../../../assets/prompts/", $kind, "/", $task, ".zh-CN.compact.jinja"))),
        )*)*];
    };
}

templates! {
    "news": ["draft", "continue", "rewrite", "shorten", "expand", "tone"],
    "ads": ["draft", "continue", "rewrite", "shorten", "expand", "tone"],
    "screenplay": ["draft", "beats", "outline", "scene", "continue", "rewrite", "shorten", "expand", "tone"]
}

/// The size class's bound in display columns, for the trainer's own budget of an ad.
pub fn widest(class: &str) -> Option<usize> {
    bound(class)
}

#[cfg(test)]
mod tests;
