//! Ads: one at a time, within the channel's limits whatever the values turn out to be.

use inkstone_desks::compact::{Fields, features, widest};
use inkstone_manuscript::Language;

use crate::math::Random;

use super::{
    Seen,
    bank::{Bank, Writer},
    cue, dummy, maybe, tone_of,
};

/// Channels, and what an ad there is made of: field, how many, and how wide (display columns, so
/// that a limit in characters counts double for Chinese).
type Layout = (&'static str, &'static [(Field, usize, usize, usize)]);

#[derive(Clone, Copy, PartialEq, Eq)]
enum Field {
    Headline,
    Description,
    Primary,
}

const LAYOUTS: &[Layout] = &[
    (
        "google_rsa",
        &[
            (Field::Headline, 3, 30, 30),
            (Field::Description, 2, 90, 90),
        ],
    ),
    (
        "meta_feed",
        &[
            (Field::Primary, 1, 125, 250),
            (Field::Headline, 1, 27, 54),
            (Field::Description, 1, 30, 60),
        ],
    ),
    (
        "linkedin",
        &[
            (Field::Primary, 1, 150, 300),
            (Field::Headline, 1, 70, 140),
            (Field::Description, 1, 100, 200),
        ],
    ),
    (
        "x",
        &[(Field::Primary, 1, 260, 260), (Field::Headline, 1, 70, 140)],
    ),
    ("tiktok", &[(Field::Primary, 1, 100, 100)]),
    ("wechat_moments", &[(Field::Primary, 1, 40, 80)]),
    (
        "xiaohongshu",
        &[(Field::Headline, 1, 20, 40), (Field::Primary, 1, 900, 1200)],
    ),
];

/// Channels whose ads end with a button.
const BUTTONS: &[&str] = &["meta_feed", "linkedin", "tiktok"];

pub fn fields(_task: &str, language: Language, random: &mut Random) -> Fields {
    let width = |random: &mut Random| match random.below(15) {
        0 => random.between(2, 8),
        1 => random.between(9, 14),
        2..=3 => random.between(15, 20),
        4..=6 => random.between(21, 30),
        7..=9 => random.between(31, 45),
        10..=11 => random.between(46, 60),
        12..=13 => random.between(61, 90),
        _ => random.between(92, 120),
    };
    let field = cue(features::TRADES, language, random);
    let count = [0, 1, 2, 2, 3, 3, 3, 4, 4, 5, 6, 8][random.below(12)];
    let points: Vec<String> = (0..count)
        .map(|i| {
            let w = width(random);
            let mut text = dummy(w.saturating_sub(2), language, random);
            text.push_str(["a", "b", "c", "d", "e", "f", "g", "h"][i]);
            text
        })
        .collect();
    let mut w = width(random);
    // A product's name is seldom very long; the field's cue stands in it.
    if w > 34 && random.chance(0.7) {
        w = random.between(6, 24);
    }
    let name = dummy(
        w.saturating_sub(features::width(&field) + 1).max(1),
        language,
        random,
    );
    let product = if language == Language::English {
        format!("{name} {field}")
    } else {
        format!("{name}{field}")
    };
    let labels: &[&str] = match (language, random.below(4)) {
        (Language::English, 0) => &["Headline"],
        (Language::English, 1) => &["Headline", "Description"],
        (Language::English, 2) => &["Primary text"],
        (Language::Chinese, 0) => &["标题"],
        (Language::Chinese, 1) => &["标题", "描述"],
        (Language::Chinese, 2) => &["正文"],
        _ => &[],
    };
    let size = width(random);
    let text = dummy(size, language, random);
    let selection = if labels.is_empty() {
        text
    } else {
        let colon = if language == Language::English {
            ": "
        } else {
            "："
        };
        labels
            .iter()
            .map(|l| format!("{l}{colon}{text}"))
            .collect::<Vec<_>>()
            .join("\n")
    };
    Fields {
        product: maybe(product, 0.97, random),
        points,
        audience: maybe(dummy(random.between(8, 60), language, random), 0.7, random),
        call_to_action: maybe(dummy(random.between(6, 44), language, random), 0.8, random),
        channel: LAYOUTS[random.below(LAYOUTS.len())].0.to_owned(),
        tone: tone_of(language, random),
        before: if random.chance(0.25) {
            "zz zz".into()
        } else {
            "zz.".into()
        },
        selection,
        ..Fields::default()
    }
}

/// What the values of a brief may take up at most.
struct Room {
    /// Widths of single values by placeholder; nothing where a value has no bound.
    widths: Vec<(String, Option<usize>)>,
}

/// From this limit on there is room for values of any length.
const WIDE: usize = 900;

impl Room {
    fn known(&self, text: &str) -> bool {
        text.split('⟦').skip(1).all(|p| {
            let key = format!("⟦{}⟧", p.split('⟧').next().unwrap_or_default());
            self.widths.iter().any(|(k, _)| *k == key)
        })
    }

    /// The widest that a text can become, or nothing where that has no bound.
    fn width(&self, text: &str) -> Option<usize> {
        let mut bare = text.to_owned();
        let mut sum = 0;
        for (key, width) in &self.widths {
            let n = bare.matches(key.as_str()).count();
            if n > 0 {
                sum += n * (*width)?;
                bare = bare.replace(key.as_str(), "");
            }
        }
        Some(sum + features::width(&bare))
    }

    fn fits(&self, text: &str, room: usize) -> bool {
        self.known(text) && self.width(text).map_or(room >= WIDE, |w| w <= room)
    }
}

struct Copy<'a, 'b> {
    seen: &'a Seen,
    room: Room,
    writer: Writer<'b>,
    channel: String,
    field: String,
    tone: String,
    points: Vec<String>,
    /// Points not told yet.
    left: Vec<String>,
}

impl Copy<'_, '_> {
    /// A fragment that fits, with the next selling point where it asks for one.
    fn say(&mut self, role: &str, room: usize, wants: impl Fn(&str) -> bool) -> Option<String> {
        let keys = [
            role.to_owned(),
            format!("{role}.{}", self.channel),
            format!("{role}.{}", self.field),
            format!("{role}.{}", self.tone),
        ];
        let refs: Vec<&str> = keys.iter().map(String::as_str).collect();
        // A point too long for this room waits for a wider one.
        let point = self.left.iter().find(|p| self.room.fits(p, room)).cloned();
        let measure = &self.room;
        let drawn = self.writer.draw_if(&refs, |f| {
            let text = f.replace("⟦point⟧", point.as_deref().unwrap_or("⟦point⟧"));
            wants(f) && measure.fits(&text, room)
        })?;
        Some(match point {
            Some(p) if drawn.contains("⟦point⟧") => {
                self.left.retain(|l| *l != p);
                drawn.replace("⟦point⟧", &p)
            }
            _ => drawn,
        })
    }

    fn headline(&mut self, room: usize, first: bool, named: bool) -> String {
        // The first headline names the product where it can and nothing else does, the others do not repeat it.
        let product = first && (!named || self.writer.random.chance(0.6));
        let tag = !product && self.writer.random.chance(0.35);
        let own = |f: &str| f.contains("⟦product⟧") == product;
        let drawn = if tag {
            None
        } else {
            self.say("head", room, own)
        };
        let drawn = drawn.or_else(|| self.say("tag", room, |_| true));
        drawn
            .or_else(|| self.say("head", room, |_| true))
            .unwrap_or_default()
    }

    /// A description or a short text: one thing, and what to do.
    fn description(&mut self, room: usize, last: bool) -> String {
        let mut parts = Vec::new();
        let mut left = room;
        let mut add = |this: &mut Self, role: &str| {
            if let Some(text) = this.say(role, left, |_| true) {
                left = left.saturating_sub(this.room.width(&text).unwrap_or(left) + 1);
                parts.push(text);
            }
        };
        let lead = if self.left.is_empty() {
            ["hook", "gain", "for"][self.writer.random.below(3)]
        } else {
            "point"
        };
        add(self, lead);
        let second = if self.writer.random.chance(0.4) {
            "for"
        } else {
            "gain"
        };
        if last {
            add(self, "close");
        } else if self.writer.random.chance(0.5) {
            add(self, second);
        }
        if parts.is_empty() {
            return self.headline(room, false, true);
        }
        self.seen.join(&parts)
    }

    /// A text for the feed: what opens it, what speaks for the product, what to do.
    fn primary(&mut self, room: usize, named: bool) -> String {
        let wide = room >= WIDE;
        let mut parts: Vec<(usize, String)> = Vec::new();
        let mut left = room;
        let cta = self.room.known("⟦cta⟧");
        let mut plan: Vec<(usize, &str)> = Vec::new();
        if !named {
            plan.push((2, "intro"));
        }
        plan.push((3, "point"));
        plan.push((9, if cta { "close" } else { "close.none" }));
        if self.writer.random.chance(0.8) {
            plan.push((0, "hook"));
        }
        plan.push((4, "point.more"));
        if self.writer.random.chance(0.6) {
            plan.push((7, "for"));
        }
        if self.writer.random.chance(0.6) {
            plan.push((8, "gain"));
        }
        for _ in 0..self.points.len().min(if wide { 8 } else { 3 }) {
            plan.push((5, "point.more"));
        }
        if wide {
            plan.extend([(1, "story"), (6, "story"), (8, "gain")]);
        }
        for (place, role) in plan {
            if role.starts_with("point") && self.left.is_empty() {
                continue;
            }
            if let Some(text) = self.say(role, if wide { WIDE } else { left }, |_| true) {
                left = left.saturating_sub(self.room.width(&text).unwrap_or(100) + 1);
                parts.push((place, text));
            }
        }
        if parts.is_empty() {
            return self.headline(room, true, false);
        }
        parts.sort_by_key(|(place, _)| *place);
        let parts: Vec<String> = parts.into_iter().map(|(_, t)| t).collect();
        self.seen.join(&parts)
    }

    fn line(&self, field: Field, text: &str) -> String {
        let label = match field {
            Field::Headline => self.seen.say("Headline: ", "标题："),
            Field::Description => self.seen.say("Description: ", "描述："),
            Field::Primary => self.seen.say("Primary text: ", "正文："),
        };
        // A stop at the end of a headline is one too many.
        let text = if field == Field::Headline {
            text.trim_end_matches(['.', '。'])
        } else {
            text
        };
        format!("{label}{text}")
    }

    fn limit(&self, limits: (usize, usize)) -> usize {
        let limit = if self.seen.language == Language::English {
            limits.0
        } else {
            limits.1
        };
        // Google's, X's and TikTok's limits count columns in both languages; long texts stay shorter still.
        if limit > 140 && limit < WIDE {
            limit * 9 / 10
        } else {
            limit
        }
    }
}

pub fn answer(task: &str, seen: &Seen, bank: &Bank, random: &mut Random) -> String {
    let pair = |v: &str| -> (String, Option<usize>) {
        let (key, size) = v.split_once(' ').unwrap_or((v, ""));
        (key.to_owned(), widest(size))
    };
    let points: Vec<(String, Option<usize>)> =
        seen.all(("Point", "卖点")).into_iter().map(pair).collect();
    let single = [
        ("Product", "产品"),
        ("Audience", "受众"),
        ("Call to action", "行动号召"),
    ];
    let mut widths: Vec<(String, Option<usize>)> = single
        .into_iter()
        .filter(|k| seen.has(*k))
        .map(|k| pair(seen.get(k)))
        .collect();
    widths.extend(points.iter().cloned());
    let names: Vec<String> = points.into_iter().map(|(k, _)| k).collect();
    let mut copy = Copy {
        seen,
        room: Room { widths },
        writer: Writer::new(bank, random),
        channel: seen.get(("Channel", "渠道")).to_owned(),
        field: seen.get(("Field", "领域")).to_owned(),
        tone: seen.get(("Tone", "语气")).to_owned(),
        left: names.clone(),
        points: names,
    };
    let channel = seen.get(("Channel", "渠道"));
    let layout = LAYOUTS
        .iter()
        .find(|(name, _)| *name == channel)
        .map_or(LAYOUTS[0].1, |(_, l)| *l);
    match task {
        "draft" => draft(&mut copy, channel, layout),
        "continue" => {
            let tail = seen
                .has(("Open", "未完句"))
                .then(|| copy.writer.text(&["open.tail"]));
            let more = copy.description(110, true);
            seen.join(&tail.into_iter().chain([more]).collect::<Vec<_>>())
        }
        _ => edit(task, &mut copy, layout),
    }
}

fn draft(copy: &mut Copy, channel: &str, layout: &[(Field, usize, usize, usize)]) -> String {
    let mut out = Vec::new();
    let told = layout.iter().any(|(f, ..)| *f == Field::Primary);
    let headed = layout.iter().any(|(f, ..)| *f == Field::Headline);
    for (field, count, english, chinese) in layout {
        let room = copy.limit((*english, *chinese));
        for i in 0..*count {
            let text = match field {
                Field::Headline => copy.headline(room, i == 0, told),
                Field::Description => copy.description(room, i + 1 == *count),
                Field::Primary => {
                    copy.primary(room, headed && copy.writer.random.clone().chance(0.3))
                }
            };
            out.push(copy.line(*field, &text));
        }
    }
    if BUTTONS.contains(&channel) {
        // A button holds twenty characters; a longer wish stands in the text alone.
        let room = if copy.seen.language == Language::English {
            20
        } else {
            40
        };
        let words = if copy.room.fits("⟦cta⟧", room) {
            "⟦cta⟧"
        } else {
            copy.seen.say("Learn more", "了解更多")
        };
        out.push(format!(
            "{}{words}",
            copy.seen.say("Call to action: ", "行动号召：")
        ));
    }
    out.join("\n")
}

fn edit(task: &str, copy: &mut Copy, layout: &[(Field, usize, usize, usize)]) -> String {
    let seen = copy.seen;
    let labels = seen.get(("Lines", "栏目"));
    let size = widest(seen.get(("Size", "长短"))).unwrap_or(200);
    let room = match task {
        "shorten" => (size * 2 / 3).max(14),
        "expand" => size * 5 / 2 + 20,
        _ => size.max(20),
    };
    if labels.is_empty() {
        return copy.primary(room, true);
    }
    let mut out = Vec::new();
    for (i, label) in labels.split([',', '、']).map(str::trim).enumerate() {
        let field = match label {
            "Headline" | "标题" => Field::Headline,
            "Description" | "描述" => Field::Description,
            _ => Field::Primary,
        };
        let spec = layout.iter().find(|(f, ..)| *f == field);
        let most = spec.map_or(room, |(_, _, e, c)| copy.limit((*e, *c)));
        let room = if task == "shorten" {
            most * 2 / 3
        } else {
            most
        };
        let text = match field {
            Field::Headline => copy.headline(room, i == 0, false),
            Field::Description => copy.description(room, true),
            Field::Primary => copy.primary(room, false),
        };
        out.push(copy.line(field, &text));
    }
    out.join("\n")
}
