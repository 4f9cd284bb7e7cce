//! Beats, outlines and scenes.

use inkstone_desks::compact::{Fields, features};
use inkstone_manuscript::Language;

use crate::math::Random;

use super::{
    Seen,
    bank::{Bank, Writer},
    cue, dummy, maybe, tone_of,
};

pub fn fields(task: &str, language: Language, random: &mut Random) -> Fields {
    let count = [0, 1, 1, 2, 2, 2, 2, 3, 3, 4, 5, 8][random.below(12)];
    let about = random.chance(0.7);
    let characters: Vec<(String, String)> = (0..count)
        .map(|i| {
            let letter = ["a", "b", "c", "d", "e", "f", "g", "h"][i];
            (
                format!("Zz{letter}"),
                if about {
                    dummy(30, language, random)
                } else {
                    String::new()
                },
            )
        })
        .collect();
    let names: Vec<String> = characters.iter().map(|(n, _)| n.clone()).collect();
    let inside = random.chance(0.5);
    let dark = random.chance(0.5);
    let heading = match (language, inside, dark) {
        (Language::English, true, true) => "INT. ZZ - NIGHT",
        (Language::English, true, false) => "INT. ZZ - DAY",
        (Language::English, false, true) => "EXT. ZZ - NIGHT",
        (Language::English, false, false) => "EXT. ZZ - DAY",
        (Language::Chinese, true, true) => ".内景 某 夜",
        (Language::Chinese, true, false) => ".内景 某 日",
        (Language::Chinese, false, true) => ".外景 某 夜",
        (Language::Chinese, false, false) => ".外景 某 日",
    };
    let blocks = [1, 1, 2, 2, 3, 4, 5, 6, 8, 12][random.below(10)];
    let block = |i: usize, random: &mut Random| -> String {
        match random.below(5) {
            0 if i == 0 => heading.to_owned(),
            0..=2 if !names.is_empty() => {
                let name = &names[random.below(names.len())];
                let zz = dummy(20, language, random);
                if language == Language::English {
                    format!("{}\n{zz}.", name.to_uppercase())
                } else {
                    format!("@{name}\n{zz}。")
                }
            }
            _ => dummy(30, language, random),
        }
    };
    let selection = (0..blocks)
        .map(|i| block(i, random))
        .collect::<Vec<_>>()
        .join("\n\n");
    let before = (0..random.below(4))
        .map(|i| block(i, random))
        .collect::<Vec<_>>()
        .join("\n\n");
    Fields {
        logline: maybe(dummy(60, language, random), 0.9, random),
        genre: cue(features::GENRES, language, random),
        tone: tone_of(language, random),
        characters,
        scenes: match random.below(8) {
            0..=5 => random.between(1, 10),
            _ => random.between(11, 24),
        },
        heading: if task == "scene" {
            maybe(heading.to_owned(), 0.9, random)
        } else {
            String::new()
        },
        synopsis: if task == "scene" {
            maybe(dummy(50, language, random), 0.85, random)
        } else {
            String::new()
        },
        before,
        selection,
        ..Fields::default()
    }
}

struct Script<'a, 'b> {
    seen: &'a Seen,
    writer: Writer<'b>,
    genre: String,
    tone: String,
    /// Names, and descriptions where there are any.
    people: Vec<(String, Option<String>)>,
    /// Who stands in for people that the brief does not name.
    extras: Vec<String>,
    met: Vec<usize>,
}

impl Script<'_, '_> {
    fn say(&mut self, role: &str) -> String {
        self.say_if(role, |_| true)
    }

    fn say_if(&mut self, role: &str, fits: impl Fn(&str) -> bool) -> String {
        let particular = format!("{role}.{}", self.genre);
        self.writer
            .draw_if(&[role, &particular], fits)
            .unwrap_or_default()
    }

    /// Two different people, by number; numbers beyond the brief's are extras.
    fn pair(&mut self) -> (usize, usize) {
        let n = self.people.len().max(2);
        let a = if self.writer.random.chance(0.5) {
            0
        } else {
            // Whoever acts is someone of the brief's, if it names anybody.
            let named = self.people.len();
            self.writer.random.below(if named == 0 { n } else { named })
        };
        let b = (a + 1 + self.writer.random.below(n - 1)) % n;
        (a, b)
    }

    fn name(&self, i: usize) -> String {
        let extra = |i: usize| {
            let name = &self.extras[i - self.people.len()];
            match self.seen.language {
                Language::English => format!("the {}", name.to_lowercase()),
                Language::Chinese => name.clone(),
            }
        };
        self.people.get(i).map_or_else(|| extra(i), |p| p.0.clone())
    }

    /// A name in capitals, as a cue or a first appearance has it.
    fn caps(&self, i: usize) -> String {
        match self.people.get(i) {
            Some((name, _)) if self.seen.language == Language::English => {
                name.replace("⟦char", "⟦CHAR")
            }
            Some((name, _)) => name.clone(),
            None => self.extras[i - self.people.len()].clone(),
        }
    }

    fn fill(&self, text: &str, a: usize, b: usize) -> String {
        let english = self.seen.language == Language::English;
        let extra = |i: usize| english && self.people.len() <= i;
        let article = |i: usize| {
            if extra(i) {
                format!("A {}", self.caps(i))
            } else {
                self.caps(i)
            }
        };
        let out = text
            .replace("⟦A⟧", &article(a))
            .replace("⟦B⟧", &article(b))
            .replace("⟦a⟧", &self.name(a))
            .replace("⟦b⟧", &self.name(b));
        // "the stranger" opens a sentence with a capital.
        if extra(a) || extra(b) {
            let mut sentence = true;
            return out
                .chars()
                .map(|c| {
                    let up = if sentence && c.is_alphabetic() {
                        c.to_ascii_uppercase()
                    } else {
                        c
                    };
                    if ".?!".contains(c) {
                        sentence = true;
                    } else if !c.is_whitespace() {
                        sentence = false;
                    }
                    up
                })
                .collect();
        }
        out
    }

    fn cue(&self, i: usize) -> String {
        let caps = self.caps(i);
        if self.seen.language == Language::English {
            caps
        } else {
            format!("@{caps}")
        }
    }

    /// Someone's first appearance, by their description where there is one.
    fn meet(&mut self, role: &str, i: usize, other: usize) -> Option<String> {
        if self.met.contains(&i) {
            return None;
        }
        self.met.push(i);
        let desc = self.people.get(i).and_then(|p| p.1.clone());
        let text = match &desc {
            Some(d) => self
                .writer
                .text(&[&format!("{role}.desc")])
                .replace("⟦desc⟧", d),
            None => self.writer.text(&[role]),
        };
        let (a, b) = if role == "enter" {
            (i, other)
        } else {
            (other, i)
        };
        Some(self.fill(&text, a, b))
    }

    fn exchange(&mut self, a: usize, b: usize, out: &mut Vec<String>) {
        let talk = self.say("talk");
        for line in talk.split("|").filter(|l| !l.is_empty()) {
            let (who, words) = line.split_once(": ").unwrap_or(("A", line));
            let who = if who == "A" { a } else { b };
            let aside = if self.writer.random.chance(0.14) {
                self.writer.text(&["aside"])
            } else {
                String::new()
            };
            let gap = if aside.is_empty() {
                String::new()
            } else {
                format!("{aside}\n")
            };
            out.push(format!("{}\n{gap}{words}", self.cue(who)));
        }
    }

    /// A scene's middle that was written as a whole: its lines belong together. `most` bounds its
    /// parts; it then stops after what somebody said.
    fn arc(&mut self, a: usize, b: usize, most: usize, out: &mut Vec<String>) -> bool {
        let particular = format!("arc.{}", self.genre);
        let drawn = self.writer.draw(&[&particular]);
        let Some(arc) = drawn.or_else(|| self.writer.draw(&["arc"])) else {
            return false;
        };
        let parts: Vec<&str> = arc.split('|').collect();
        let spoken = |part: &&str| part.starts_with("A: ") || part.starts_with("B: ");
        let end = parts.len().min(most);
        let end = parts[..end].iter().rposition(spoken).map_or(end, |i| i + 1);
        let end = if parts.len() <= most {
            parts.len()
        } else {
            end
        };
        for part in &parts[..end] {
            let Some((who, words)) = part.split_once(": ").filter(|_| spoken(part)) else {
                out.push(self.fill(part, a, b));
                continue;
            };
            let who = if who == "A" { a } else { b };
            // "(quietly) No." says how before it says what.
            let line = match words.strip_prefix('(').and_then(|w| w.split_once(") ")) {
                Some((how, words)) => format!("({how})\n{words}"),
                None => words.to_owned(),
            };
            out.push(format!("{}\n{line}", self.cue(who)));
        }
        true
    }

    fn beat(&mut self, a: usize, b: usize) -> String {
        let toned = format!("link.{}", self.tone);
        let text = if self.writer.random.chance(0.2) {
            self.writer.text(&["link", &toned])
        } else {
            self.say("beat")
        };
        self.fill(&text, a, b)
    }

    fn heading(&mut self) -> (String, bool, bool) {
        let (inside, dark) = (
            self.writer.random.chance(0.6),
            self.writer.random.chance(0.45),
        );
        let place = self.say(if inside { "place.in" } else { "place.out" });
        let text = match self.seen.language {
            Language::English => {
                let time = match (dark, self.writer.random.below(4)) {
                    (true, 0) => "DUSK",
                    (true, _) => "NIGHT",
                    (false, 0) => "MORNING",
                    (false, _) => "DAY",
                };
                format!("{} {place} - {time}", if inside { "INT." } else { "EXT." })
            }
            Language::Chinese => {
                let time = match (dark, self.writer.random.below(4)) {
                    (true, 0) => "黄昏",
                    (true, _) => "夜",
                    (false, 0) => "清晨",
                    (false, _) => "日",
                };
                format!(".{} {place} {time}", if inside { "内景" } else { "外景" })
            }
        };
        (text, inside, dark)
    }

    fn opening(&mut self, inside: bool, dark: bool) -> String {
        let place = if inside { "in" } else { "out" };
        let time = if dark { "night" } else { "day" };
        let key = format!("open.{place}.{time}");
        let genre = format!("open.{}", self.genre);
        self.writer.text(&[&key, &genre])
    }
}

pub fn answer(task: &str, seen: &Seen, bank: &Bank, random: &mut Random) -> String {
    let people: Vec<(String, Option<String>)> = seen
        .all(("Character", "人物"))
        .into_iter()
        .map(|l| match l.split_once(' ') {
            Some((name, desc)) => (name.to_owned(), Some(desc.to_owned())),
            None => (l.to_owned(), None),
        })
        .collect();
    let mut writer = Writer::new(bank, random);
    let extras = vec![writer.text(&["cue.none"]), writer.text(&["cue.none"])];
    let mut script = Script {
        seen,
        writer,
        genre: seen.get(("Genre", "类型")).to_owned(),
        tone: seen.get(("Tone", "语气")).to_owned(),
        people,
        extras,
        met: Vec::new(),
    };
    match task {
        "beats" => beats(&mut script),
        "outline" => outline(&mut script),
        "scene" | "draft" => scene(&mut script),
        "continue" => carry_on(&mut script),
        _ => edit(task, &mut script),
    }
}

/// Which of the eight stations of a story the i-th of n is.
fn station(i: usize, n: usize) -> usize {
    if n <= 1 { 1 } else { 1 + i * 7 / (n - 1) }
}

/// A story told in eight sentences, or nothing: one for each station.
fn story(script: &mut Script, slots: usize) -> Vec<String> {
    if slots < 2 || script.writer.random.chance(0.25) {
        return Vec::new();
    }
    let key = format!("story.{}", script.genre);
    let told = script.writer.draw(&[&key]).unwrap_or_default();
    let parts: Vec<String> = told.split('|').map(str::to_owned).collect();
    if parts.len() == 8 { parts } else { Vec::new() }
}

fn beats(script: &mut Script) -> String {
    let slots: Vec<&str> = script.seen.get(("Beats", "段落")).split(' ').collect();
    let mut out = Vec::new();
    let story = story(script, slots.len());
    let cast = script.pair();
    for (i, slot) in slots.iter().enumerate() {
        let at = station(i, slots.len());
        let title = script.writer.text(&[&format!("section.{at}")]);
        let mut text = match story.get(at - 1) {
            Some(text) => script.fill(text, cast.0, cast.1),
            None => {
                let (a, b) = script.pair();
                let text = script.writer.text(&[&format!("syn.{at}")]);
                script.fill(&text, a, b)
            }
        };
        if i == 0 && script.seen.has(("Logline", "故事")) && script.writer.random.chance(0.5) {
            text = script.seen.join(&[
                script.seen.say("⟦logline⟧.", "⟦logline⟧。").to_owned(),
                text,
            ]);
        }
        out.push(format!("{slot}# {title}\n\n= {text}"));
    }
    out.join("\n\n")
}

fn outline(script: &mut Script) -> String {
    let slots: Vec<&str> = script.seen.get(("Scenes", "场次")).split(' ').collect();
    let genre = format!("syn.{}", script.genre);
    let mut out = Vec::new();
    let story = story(script, slots.len());
    let cast = script.pair();
    let mut told = 0;
    for (i, slot) in slots.iter().enumerate() {
        let station = station(i, slots.len());
        let at = format!("syn.{station}");
        let (mut heading, ..) = script.heading();
        if heading.contains("  ") || heading.contains(". -") {
            // All places were used: the story returns to one of them.
            heading = script
                .seen
                .say("INT. SAME PLACE - LATER", ".内景 同一地点 稍后")
                .to_owned();
        }
        // Of several scenes at one station the first one carries the story.
        if let Some(text) = story.get(station - 1).filter(|_| station > told) {
            told = station;
            let text = script.fill(text, cast.0, cast.1);
            out.push(format!("{slot}{heading}\n\n= {text}"));
            continue;
        }
        let (a, b) = script.pair();
        let text = script
            .writer
            .draw_if(&[&at, &genre], |f| i > 0 || f.contains("⟦a⟧"))
            .or_else(|| script.writer.draw(&["syn.4", "syn.6", "syn.2"]));
        let text = text.unwrap_or_else(|| {
            script
                .seen
                .say("⟦a⟧ and ⟦b⟧ meet again.", "⟦a⟧和⟦b⟧又见面了。")
                .to_owned()
        });
        let text = script.fill(&text, a, b);
        out.push(format!("{slot}{heading}\n\n= {text}"));
    }
    out.join("\n\n")
}

fn scene(script: &mut Script) -> String {
    let seen = script.seen;
    let mut out = Vec::new();
    let setting = seen.get(("Setting", "环境"));
    let (inside, dark) = if seen.has(("Heading", "场头")) {
        out.push("⟦heading⟧".to_owned());
        (
            setting.starts_with(seen.say("inside", "内")),
            setting.ends_with(seen.say("night", "夜")),
        )
    } else {
        let (heading, inside, dark) = script.heading();
        out.push(heading);
        (inside, dark)
    };
    if seen.has(("Logline", "故事")) {
        out.push("= ⟦logline⟧".to_owned());
    }
    out.push(script.opening(inside, dark));
    let (a, b) = script.pair();
    out.extend(script.meet("enter", a, b));
    if seen.has(("Synopsis", "梗概")) {
        out.push(seen.say("⟦synopsis⟧.", "⟦synopsis⟧。").to_owned());
    }
    out.extend(script.meet("join", b, a));
    if script.writer.random.chance(0.8) && script.arc(a, b, 20, &mut out) {
        let key = format!("end.{}", script.genre);
        if script.writer.random.chance(0.35) {
            let end = script.writer.text(&["end", &key]);
            out.push(script.fill(&end, a, b));
        }
        if script.writer.random.chance(0.3) {
            out.push(script.writer.text(&["trans"]));
        }
        out.retain(|o| !o.is_empty());
        return out.join("\n\n");
    }
    let rounds = script.writer.random.between(2, 4);
    let (mut a, mut b) = (a, b);
    for i in 0..rounds {
        script.exchange(a, b, &mut out);
        if i + 1 < rounds {
            let beat = script.beat(a, b);
            out.push(beat);
            // A third person may join in.
            let n = script.people.len();
            if n > 2 && script.writer.random.chance(0.35) {
                let c = script.writer.random.below(n);
                if c != a && c != b {
                    out.extend(script.meet("join", c, a));
                    b = c;
                }
            } else if script.writer.random.chance(0.4) {
                std::mem::swap(&mut a, &mut b);
            }
        }
    }
    let end = script.say("end");
    out.push(script.fill(&end, a, b));
    if script.writer.random.chance(0.3) {
        out.push(script.writer.text(&["trans"]));
    }
    out.retain(|o| !o.is_empty());
    out.join("\n\n")
}

fn carry_on(script: &mut Script) -> String {
    let seen = script.seen;
    let last = seen.get(("Last speaker", "上一个说话人")).to_owned();
    let after = seen.get(("After", "接在")).to_owned();
    let (mut a, mut b) = script.pair();
    // Whoever spoke last lets the other answer.
    if let Some(l) = script.people.iter().position(|(n, _)| *n == last) {
        let n = script.people.len().max(2);
        b = l;
        a = (l + 1 + script.writer.random.below(n - 1)) % n;
    }
    let mut out = Vec::new();
    if after == seen.say("heading", "场景") {
        let (inside, dark) = (script.writer.random.chance(0.5), false);
        let open = script.opening(inside, dark);
        out.push(open);
        out.extend(script.meet("enter", a, b));
    } else if after == seen.say("dialogue", "对白") && script.writer.random.chance(0.5) {
        let beat = script.beat(a, b);
        out.push(beat);
    }
    let most = script.writer.random.between(4, 8);
    if script.writer.random.chance(0.7) && script.arc(a, b, most, &mut out) {
        out.retain(|o| !o.is_empty());
        return out.join("\n\n");
    }
    script.exchange(a, b, &mut out);
    if script.writer.random.chance(0.6) {
        let beat = script.beat(a, b);
        out.push(beat);
        script.exchange(b, a, &mut out);
    }
    out.retain(|o| !o.is_empty());
    out.join("\n\n")
}

fn edit(task: &str, script: &mut Script) -> String {
    let seen = script.seen;
    let blocks: Vec<(String, String)> = seen
        .all(("Block", "片段"))
        .into_iter()
        .map(|l| {
            l.split_once(' ')
                .map_or((l.to_owned(), String::new()), |(a, b)| {
                    (a.to_owned(), b.to_owned())
                })
        })
        .collect();
    let action = seen.say("action", "动作");
    let spoken = blocks
        .iter()
        .any(|(_, s)| s == seen.say("dialogue", "对白"));
    let (a, b) = script.pair();
    let mut out = Vec::new();
    let toned = format!("link.{}", script.tone);
    for (i, (block, sort)) in blocks.iter().enumerate() {
        match task {
            "shorten" => {
                // Dialogue carries a scene; action goes first, then every second block.
                let keep = if spoken { sort != action } else { i % 2 == 0 };
                if keep || blocks.len() == 1 {
                    out.push(block.clone());
                }
            }
            "expand" => {
                out.push(block.clone());
                if blocks.len() < 3 || script.writer.random.chance(0.5) {
                    let beat = script.beat(a, b);
                    out.push(beat);
                }
            }
            _ => {
                let heading = sort == seen.say("heading", "场景");
                let before = i == 0 && !heading;
                if before && (task == "tone" || script.writer.random.chance(0.6)) {
                    let keys: &[&str] = if task == "tone" {
                        &[&toned]
                    } else {
                        &["link", &toned]
                    };
                    let line = script
                        .writer
                        .draw(keys)
                        .unwrap_or_else(|| script.writer.text(&["link"]));
                    out.push(line);
                }
                out.push(block.clone());
                if !before && script.writer.random.chance(0.3) {
                    out.push(script.writer.text(&["link", &toned]));
                }
            }
        }
    }
    if task == "expand" && script.writer.random.chance(0.6) {
        script.exchange(a, b, &mut out);
    }
    out.retain(|o| !o.is_empty());
    out.join("\n\n")
}
