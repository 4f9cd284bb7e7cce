//! Articles.

use inkstone_desks::compact::{Fields, features};
use inkstone_manuscript::Language;

use crate::math::Random;

use super::{
    Seen,
    bank::{Bank, Writer},
    cue, dummy, maybe, tone_of,
};

const FIELD: (&str, &str) = ("Field", "领域");
const TONE: (&str, &str) = ("Tone", "语气");

pub fn fields(task: &str, language: Language, random: &mut Random) -> Fields {
    let field = cue(features::BEATS, language, random);
    let facts = match random.below(20) {
        0 => 0,
        1..=3 => 1,
        4..=14 => random.between(2, 5),
        _ => random.between(6, 12),
    };
    let facts = if task == "continue" {
        random.below(4)
    } else {
        facts
    };
    let sources = [0, 1, 1, 1, 2, 2, 2, 3, 3, 4, 6][random.below(11)];
    let stop = if language == Language::English {
        "."
    } else {
        "。"
    };
    let sentences = [1, 1, 1, 2, 2, 3, 3, 4, 5, 7, 9, 12][random.below(12)];
    let selection: Vec<String> = (0..sentences)
        .map(|_| {
            let width = random.between(4, 90);
            let text = dummy(width, language, random);
            let comma = if language == Language::English {
                ", "
            } else {
                "，"
            };
            let tail = if random.chance(0.4) {
                dummy(width, language, random)
            } else {
                String::new()
            };
            if tail.is_empty() {
                format!("{text}{stop}")
            } else {
                format!("{text}{comma}{tail}{stop}")
            }
        })
        .collect();
    let mut list = |n: usize| -> Vec<String> {
        (0..n)
            .map(|i| {
                let width = random.between(8, 90);
                let mut text = dummy(width, language, random);
                text.push_str(
                    &["a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l"][i].repeat(2),
                );
                text
            })
            .collect()
    };
    let (facts, sources) = (list(facts), list(sources));
    let topic = format!("{} {field}", dummy(20, language, random));
    Fields {
        topic: maybe(topic, 0.97, random),
        angle: maybe(dummy(40, language, random), 0.75, random),
        facts,
        sources,
        audience: maybe(dummy(16, language, random), 0.6, random),
        words: match random.below(3) {
            0 => random.between(30, 150),
            1 => random.between(150, 350),
            _ => random.between(250, 900),
        },
        tone: tone_of(language, random),
        before: if random.chance(0.25) {
            "zz zz".into()
        } else {
            "zz.".into()
        },
        selection: selection.join(if language == Language::English {
            " "
        } else {
            ""
        }),
        ..Fields::default()
    }
}

/// Keys of a role: general, then by field, then by tone.
fn keys(role: &str, of: &[&str]) -> Vec<String> {
    std::iter::once(role.to_owned())
        .chain(of.iter().map(|o| format!("{role}.{o}")))
        .collect()
}

struct Desk<'a, 'b> {
    seen: &'a Seen,
    writer: Writer<'b>,
    field: String,
    tone: String,
    sources: Vec<String>,
    cited: bool,
}

impl Desk<'_, '_> {
    fn say(&mut self, role: &str) -> String {
        let all = keys(role, &[self.field.as_str(), self.tone.as_str()]);
        let refs: Vec<&str> = all.iter().map(String::as_str).collect();
        self.writer.text(&refs)
    }

    /// A fact in a frame. Whose a fact is, a brief says only where it has a single source: of several,
    /// none is put beside a fact, and the last paragraph names them all.
    fn fact(&mut self, role: &str, fact: &str) -> String {
        let only = self.sources.len() == 1;
        let all = keys(role, &[self.tone.as_str()]);
        let refs: Vec<&str> = all.iter().map(String::as_str).collect();
        let frame = self
            .writer
            .draw_if(&refs, |f| only || !f.contains("⟦source⟧"));
        let mut text = frame
            .unwrap_or_else(|| self.seen.say("⟦fact⟧.", "⟦fact⟧。").to_owned())
            .replace("⟦fact⟧", fact);
        if text.contains("⟦source⟧") {
            self.cited = true;
            text = text.replace("⟦source⟧", &self.sources[0]);
        }
        text
    }
}

fn owned(of: Vec<&str>) -> Vec<String> {
    of.into_iter().map(str::to_owned).collect()
}

pub fn answer(task: &str, seen: &Seen, bank: &Bank, random: &mut Random) -> String {
    let sources = owned(seen.all(("Source", "来源")));
    let mut desk = Desk {
        seen,
        writer: Writer::new(bank, random),
        field: seen.get(FIELD).to_owned(),
        tone: seen.get(TONE).to_owned(),
        cited: false,
        sources,
    };
    match task {
        "draft" => article(&mut desk),
        "continue" => carry_on(&mut desk),
        _ => edit(task, &mut desk),
    }
}

fn article(desk: &mut Desk) -> String {
    let seen = desk.seen;
    let facts = owned(seen.all(("Fact", "事实")));
    let slots: Vec<&str> = seen.get(("Paragraphs", "段落")).split(' ').collect();
    let full = seen.get(("Length", "篇幅")) == seen.say("full", "长");
    let (angle, audience) = (seen.has(("Angle", "角度")), seen.has(("Audience", "读者")));
    let headline = if seen.has(("Topic", "主题")) {
        desk.say("headline")
    } else {
        desk.writer.text(&["headline.none"])
    };
    let tone = desk.tone.clone();
    let dek = match (angle, audience) {
        (true, _) => desk.writer.text(&["dek.angle"]),
        (_, true) if desk.writer.random.chance(0.6) => desk.writer.text(&["dek.audience"]),
        _ => desk.writer.text(&["dek"]),
    };
    let angled = dek.contains("⟦angle⟧");
    let last = slots.len() - 1;
    // Facts fill the lede and the paragraphs up to the middle; the rest is for context and outlook.
    let bearing = if slots.len() <= 2 {
        slots.len()
    } else {
        (slots.len() - 1).min(facts.len().max(1))
    };
    let mut share = vec![Vec::new(); slots.len()];
    for (i, fact) in facts.iter().enumerate() {
        share[i * bearing / facts.len().max(1)].push(fact.clone());
    }
    let roles = ["open", "context", "next"];
    // Readers whom the line below the headline does not name are named in the text.
    let mut unnamed = audience && !dek.contains("⟦audience⟧");
    let mut out = vec![format!("# {headline}"), format!("*{dek}*")];
    let mut told = false;
    for (i, slot) in slots.iter().enumerate() {
        let mut text = Vec::new();
        for (j, fact) in share[i].iter().enumerate() {
            let lede = i == 0 && j == 0;
            text.push(desk.fact(if lede { "fact.lede" } else { "fact" }, fact));
            let comment = if full { 0.45 } else { 0.1 };
            if desk.writer.random.chance(comment) {
                text.push(desk.say("after"));
            }
        }
        if i == 0 && facts.is_empty() {
            let key = if seen.has(("Topic", "主题")) {
                "lede.none"
            } else {
                "lede.bare"
            };
            text.push(desk.writer.text(&[key]));
        }
        if i == 0
            && angle
            && !told
            && (full || desk.writer.random.chance(0.3))
            && (!angled || desk.writer.random.chance(0.3))
        {
            text.push(desk.writer.text(&["nut"]));
            told = true;
        }
        let wanted = match (full, text.len()) {
            (true, n) => 3usize.saturating_sub(n),
            (false, n) => 1usize.saturating_sub(n),
        };
        let wanted = if i == last && i > 0 {
            wanted.saturating_sub(1)
        } else {
            wanted
        };
        // A few sentences that were written to follow one another.
        let whole = wanted >= 2 && i > 0 && i < last && desk.writer.random.chance(0.6);
        let wanted = if whole { wanted - 2 } else { wanted };
        if whole {
            text.push(desk.say("para"));
        }
        for _ in 0..wanted {
            let named = unnamed && i > 0 && (i + 1 >= last || desk.writer.random.chance(0.5));
            let role = match i {
                _ if named => "audience",
                0 => ["context", "after"][desk.writer.random.below(2)],
                _ if i == last => "next",
                _ => roles[desk.writer.random.below(roles.len())],
            };
            unnamed &= !named;
            text.push(desk.say(role));
        }
        if i == last && unnamed {
            text.push(desk.say("audience"));
            unnamed = false;
        }
        if i == last {
            if !desk.cited && !desk.sources.is_empty() {
                let all = seen.list(&desk.sources);
                text.push(desk.writer.text(&["sources"]).replace("⟦list⟧", &all));
            }
            if full || text.is_empty() || desk.writer.random.chance(0.3) {
                text.push(desk.writer.text(&["close", &format!("close.{tone}")]));
            }
        }
        let text = seen.join(&text);
        out.push(format!("{slot}{text}"));
    }
    out.join("\n\n")
}

fn carry_on(desk: &mut Desk) -> String {
    let seen = desk.seen;
    let facts = owned(seen.all(("Fact", "事实")));
    let mut text = Vec::new();
    if seen.has(("Open", "未完句")) {
        text.push(desk.writer.text(&["open.tail"]));
    }
    for fact in facts.iter().take(2) {
        text.push(desk.fact("fact", fact));
        if desk.writer.random.chance(0.4) {
            text.push(desk.say("after"));
        }
    }
    let more = if facts.is_empty() {
        desk.writer.random.between(2, 3)
    } else {
        1
    };
    for role in ["context", "open", "next"].iter().skip(3 - more) {
        text.push(desk.say(role));
    }
    seen.join(&text)
}

fn edit(task: &str, desk: &mut Desk) -> String {
    let seen = desk.seen;
    let lines = owned(seen.all(("Sentence", "句子")));
    let tone = desk.tone.clone();
    let parts: Vec<(String, String, Option<String>)> = lines
        .iter()
        .map(|l| {
            let mut words = l.split(' ');
            let mut next = || words.next().map(str::to_owned);
            (
                next().unwrap_or_default(),
                next().unwrap_or_default(),
                next(),
            )
        })
        .collect();
    let toned = |role: &str| [role.to_owned(), format!("{role}.{tone}")];
    let mut out = Vec::new();
    match task {
        "shorten" => {
            // The first sentence stays, then about every second; heads stand for whole sentences.
            for (i, (whole, size, head)) in parts.iter().enumerate() {
                let small = matches!(size.as_str(), "tiny" | "short" | "极短" | "短");
                if i == 0
                    || (parts.len() > 1 && i % 2 == 0 && !small)
                    || (parts.len() == 3 && i == 2)
                {
                    out.push(head.clone().unwrap_or_else(|| whole.clone()));
                }
            }
        }
        _ => {
            for (i, (whole, ..)) in parts.iter().enumerate() {
                let first = i == 0
                    && (task == "tone" || parts.len() == 1 || desk.writer.random.chance(0.4));
                if first && task != "expand" {
                    let [general, toned] = toned("opener");
                    let all: &[&str] = if task == "tone" {
                        &[&toned]
                    } else {
                        &[&general, &toned]
                    };
                    let opener = desk
                        .writer
                        .draw(all)
                        .or_else(|| desk.writer.draw(&["opener"]));
                    out.push(opener.unwrap_or_default().replace("⟦first⟧", whole));
                    continue;
                }
                if i > 0
                    && task != "expand"
                    && desk
                        .writer
                        .random
                        .chance(if task == "tone" { 0.4 } else { 0.3 })
                {
                    let [general, toned] = toned("link");
                    out.push(desk.writer.text(&[&general, &toned]));
                }
                out.push(whole.clone());
                if task == "expand" && (parts.len() < 3 || desk.writer.random.chance(0.6)) {
                    let role = ["after", "context"][desk.writer.random.below(2)];
                    out.push(desk.say(role));
                }
            }
            // Two neighbours at the end may change places.
            if task == "rewrite" && parts.len() > 2 && out.len() == parts.len() {
                let n = out.len();
                out.swap(n - 1, n - 2);
            }
            if task == "tone" && desk.writer.random.chance(0.6) {
                out.push(desk.writer.text(&["close", &format!("close.{tone}")]));
            }
            if task == "expand" {
                let role = ["open", "next"][desk.writer.random.below(2)];
                out.push(desk.say(role));
            }
        }
    }
    seen.join(&out)
}
