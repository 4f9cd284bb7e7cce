//! What a model file is worth at the desks, on briefs that no run trains on: composed by the desks,
//! written by the engine of the studio, read by the desks again.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};

use futures::{StreamExt, executor::block_on};
use inkstone_candle::Candle;
use inkstone_desks::{Brief, Composed, Input, Task, compose, parse};
use inkstone_generation::{
    Apart, CancellationToken, FinishReason, LocalModels, Prompt, PromptForm, Sampling, TextEvent,
    TextModel, TextRequest,
};
use inkstone_manuscript::{
    Language,
    adset::{AdField, AdSet},
    article::Article,
    fountain::{self, ElementKind},
};

use crate::{Failure, held, held::Held};

/// Variants of a brief that are held against one another, and the share of words that two of them
/// may have in common.
const VARIANTS: u32 = 8;
const ALIKE: f64 = 0.6;

/// How many of how many.
#[derive(Debug, Clone, Copy, Default)]
pub struct Share {
    /// Those that are as they should be.
    pub good: u32,
    /// All.
    pub all: u32,
}

impl Share {
    fn add(&mut self, good: bool) {
        self.good += u32::from(good);
        self.all += 1;
    }
}

/// The rows of the table, each for English and Chinese.
pub const ROWS: [&str; 10] = [
    "parses as its kind",
    "the brief's values appear, none is mutated",
    "stays in the language",
    "ads within the limit, unconstrained",
    "ads within the limit, constrained",
    "no 6-gram three times, ends by itself",
    "8 variants are distinct, all of them",
    "the distinct among 8 articles",
    "the distinct among 8 ads",
    "the distinct among 8 texts of a script",
];

/// What was measured.
#[derive(Debug, Default)]
pub struct Table {
    /// By row and language (English, Chinese).
    pub shares: [[Share; 2]; ROWS.len()],
    /// Time to the first token of each text.
    pub first: Vec<Duration>,
    /// Tokens written, and the time it took after the first of them.
    pub written: (u64, Duration),
    /// What was wrong, to read.
    pub faults: Vec<String>,
    /// All texts, to read.
    pub texts: Vec<String>,
    /// Instead of the desks' own.
    pub temperature: Option<f32>,
}

struct Answer {
    raw: String,
    text: String,
    ended: bool,
}

/// Measures a model on `count` briefs; every `every`th of them in variants. `temperature` goes before
/// the desks' own.
///
/// # Errors
/// The file cannot be loaded, a brief does not compose, or the engine fails.
pub fn table(
    path: &Path,
    count: u64,
    every: u64,
    temperature: Option<f32>,
) -> Result<Table, Failure> {
    let model = Candle::new().load(path)?;
    let mut table = Table {
        temperature,
        ..Table::default()
    };
    for (i, held) in held::briefs(count).iter().enumerate() {
        table.one(&model, held, (i as u64).is_multiple_of(every))?;
    }
    Ok(table)
}

impl Table {
    fn one(&mut self, model: &Arc<dyn TextModel>, held: &Held, vary: bool) -> Result<(), Failure> {
        let language = held.brief.language();
        let tongue = usize::from(language == Language::Chinese);
        let answer = self.answer(model, held, 0, true)?;
        let found = [
            (0, parses(held, &answer.text)),
            (1, faithful(held, &answer.text)),
            (2, in_language(&answer.raw, language)),
            (5, !loops(&answer.raw, language) && answer.ended),
        ];
        for (row, good) in found {
            self.shares[row][tongue].add(good);
            if !good {
                self.faults.push(format!("{}:\n{}", ROWS[row], answer.text));
            }
        }
        if let Brief::Ads(_) = held.brief {
            let fits = within(&held.brief, &answer.text);
            self.shares[4][tongue].add(fits);
            if !fits {
                self.faults.push(format!("{}:\n{}", ROWS[4], answer.text));
            }
            let free = self.answer(model, held, 0, false)?;
            self.shares[3][tongue].add(within(&held.brief, &free.text));
        }
        self.texts.push(answer.text.clone());
        if vary {
            let mut all = vec![answer.raw];
            for variant in 1..VARIANTS {
                all.push(self.answer(model, held, variant, true)?.raw);
            }
            let distinct = distinct(&all, language);
            if distinct < VARIANTS {
                let all = all.join("\n--\n");
                self.faults.push(format!("{distinct} distinct:\n{all}"));
            }
            self.shares[6][tongue].add(distinct == VARIANTS);
            let row = match held.brief {
                Brief::News(_) => 7,
                Brief::Ads(_) => 8,
                Brief::Screenplay(_) => 9,
            };
            self.shares[row][tongue].good += distinct;
            self.shares[row][tongue].all += VARIANTS;
        }
        Ok(())
    }

    fn answer(
        &mut self,
        model: &Arc<dyn TextModel>,
        held: &Held,
        variant: u32,
        kept: bool,
    ) -> Result<Answer, Failure> {
        let input = Input {
            brief: &held.brief,
            task: &held.task,
            document: "",
            selection: 0..0,
            note: None,
            house_rules: "",
            voice: "",
            variant,
            variants: VARIANTS,
            context_tokens: None,
        };
        let composed = compose(&input, PromptForm::Compact)?;
        let begin = Instant::now();
        let (mut first, mut tokens) = (None, 0);
        let (mut raw, mut ended) = (String::new(), false);
        let mut stream = {
            let mut request = request(&composed, variant, kept);
            if let Some(temperature) = self.temperature {
                request.sampling.temperature = temperature;
            }
            model.generate(request, CancellationToken::new())
        };
        while let Some(event) = block_on(stream.next()) {
            let event = match event {
                Ok(event) => event,
                Err(error) => {
                    // A text that cannot be written is a faulty one.
                    self.faults.push(format!("{error}:\n{:?} {raw}", held.task));
                    break;
                }
            };
            match event {
                TextEvent::Delta { text, tokens: more } => {
                    first.get_or_insert_with(Instant::now);
                    raw.push_str(&text);
                    tokens += u64::from(more);
                }
                TextEvent::Finished { reason, .. } => ended = reason == FinishReason::Stop,
                _ => {}
            }
        }
        if let Some(first) = first {
            self.first.push(first - begin);
            self.written.0 += tokens;
            self.written.1 += first.elapsed();
        }
        let resolved = composed.references.resolve(&raw);
        let (kind, language) = (held.brief.kind(), held.brief.language());
        let text = parse(kind, &held.task, language, &resolved).text;
        Ok(Answer { raw, text, ended })
    }
}

/// The studio's request; without what is kept, only the references are.
fn request(composed: &Composed, variant: u32, kept: bool) -> TextRequest {
    TextRequest {
        prompt: Prompt::Chat(composed.messages.clone()),
        sampling: Sampling {
            temperature: composed.temperature,
            repeat_penalty: composed.repeat_penalty,
            min_p: Some(composed.min_p).filter(|p| *p > 0.0),
            seed: 1_000 + u64::from(variant),
            apart: Some(Apart {
                nth: variant,
                of: VARIANTS,
                seed: 1_000,
            }),
            ..Sampling::default()
        },
        max_tokens: Some(composed.max_tokens),
        stop: composed.stop.clone(),
        constraint: kept.then(|| composed.constraint.clone()),
        odds: None,
    }
}

fn parses(held: &Held, text: &str) -> bool {
    match (&held.brief, &held.task) {
        (Brief::News(_), _) => {
            let article = Article::parse(text);
            article.headline.is_some() && !article.body.trim().is_empty()
        }
        (Brief::Ads(brief), _) => {
            let set = AdSet::parse(text);
            let spec = brief.channel.limits(brief.language);
            let [ad] = set.ads.as_slice() else {
                return false;
            };
            spec.fields.iter().all(|f| {
                let own = ad.fields.iter().filter(|(field, _)| *field == f.field);
                own.count() == f.count
            })
        }
        (Brief::Screenplay(brief), task) => {
            let elements = fountain::parse(text);
            let has = |wanted: fn(&ElementKind) -> bool| elements.iter().any(|e| wanted(&e.kind));
            let synopses = elements
                .iter()
                .filter(|e| matches!(e.kind, ElementKind::Synopsis));
            match task {
                Task::Beats => synopses.count() >= 4,
                Task::Outline => fountain::scenes(text).len() == brief.scenes as usize,
                _ => {
                    fountain::scenes(text).len() == 1
                        && has(|k| matches!(k, ElementKind::Action))
                        && has(|k| matches!(k, ElementKind::Character))
                        && has(|k| matches!(k, ElementKind::Dialogue))
                }
            }
        }
    }
}

/// Digits that stand together; commas and points between them belong to the number.
fn numbers(text: &str) -> BTreeSet<String> {
    let part = |c: char| c.is_ascii_digit() || c == ',' || c == '.';
    let runs = text.split(|c: char| !part(c));
    let trimmed = runs.map(|r| r.trim_matches([',', '.']));
    trimmed
        .filter(|r| r.contains(|c: char| c.is_ascii_digit()))
        .map(str::to_owned)
        .collect()
}

/// What has to appear does, and no number does that the brief does not have.
fn faithful(held: &Held, text: &str) -> bool {
    let low = text.to_lowercase();
    let has = |value: &str| low.contains(&value.trim_end_matches(['.', '。']).to_lowercase());
    let (there, given) = match &held.brief {
        Brief::News(b) => {
            let all = b.facts.iter().chain(&b.sources).chain([&b.topic, &b.angle]);
            (all.clone().all(|v| has(v)), format!("{b:?}"))
        }
        Brief::Ads(b) => {
            let name = b.product.split([',', '，']).next().unwrap_or_default();
            (has(name), format!("{b:?}"))
        }
        Brief::Screenplay(b) => {
            // Two people make a scene; in a summary at least one of them is named.
            let named = b.characters.iter().filter(|c| has(&c.name)).count();
            let wanted = if held.task == Task::Draft { 2 } else { 1 };
            (named >= wanted.min(b.characters.len()), format!("{b:?}"))
        }
    };
    there && numbers(text).is_subset(&numbers(&given))
}

/// What the network wrote itself: references taken out.
fn own(raw: &str) -> String {
    let mut parts = raw.split('⟦');
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        out.push_str(part.split_once('⟧').map_or(part, |(_, rest)| rest));
    }
    out
}

fn is_han(c: char) -> bool {
    ('\u{3400}'..='\u{9fff}').contains(&c)
}

fn in_language(raw: &str, language: Language) -> bool {
    let own = own(raw);
    match language {
        Language::English => !own.contains(is_han) && own.contains(|c: char| c.is_alphabetic()),
        Language::Chinese => !own.contains(|c: char| c.is_ascii_alphabetic()),
    }
}

/// Words of a text; each Chinese character is one, and each reference.
fn words(raw: &str, language: Language) -> Vec<String> {
    match language {
        Language::English => raw
            .split(|c: char| !(c.is_alphanumeric() || "⟦⟧'’".contains(c)))
            .filter(|w| !w.is_empty())
            .map(str::to_lowercase)
            .collect(),
        Language::Chinese => {
            let mut out = Vec::new();
            let mut chars = raw.chars();
            while let Some(c) = chars.next() {
                if c == '⟦' {
                    out.push(chars.by_ref().take_while(|c| *c != '⟧').collect());
                } else if c.is_alphanumeric() {
                    out.push(c.to_string());
                }
            }
            out
        }
    }
}

/// Whether six words in a row come three times.
fn loops(raw: &str, language: Language) -> bool {
    let words = words(raw, language);
    let mut seen: BTreeMap<&[String], u32> = BTreeMap::new();
    words.windows(6).any(|six| {
        let count = seen.entry(six).or_default();
        *count += 1;
        *count == 3
    })
}

/// The share of two texts' own words that both have (Sørensen and Dice, each word as often as it
/// comes); the brief's values, which all variants have to name, are no words of them.
fn alike(a: &str, b: &str, language: Language) -> f64 {
    // Nor are the labels of an ad's fields.
    let labels = AdField::ALL.map(|field| field.label(language));
    let text = |raw: &str| -> String {
        let lines = own(raw).lines().map(str::to_owned).collect::<Vec<_>>();
        let bare = lines.iter().map(|line| {
            let label = labels.iter().find(|label| line.starts_with(**label));
            label.map_or(line.as_str(), |label| &line[label.len()..])
        });
        bare.collect::<Vec<_>>().join("\n")
    };
    let [a, b] = [text(a), text(b)].map(|t| words(&t, language));
    let all = (a.len() + b.len()).max(1);
    let mut counts: BTreeMap<&str, i64> = BTreeMap::new();
    a.iter().for_each(|w| *counts.entry(w).or_default() += 1);
    let both = b.iter().filter(|w| {
        let left = counts.entry(w.as_str()).or_default();
        *left -= 1;
        *left >= 0
    });
    2.0 * both.count() as f64 / all as f64
}

/// How many of some texts can be chosen so that no two are alike.
fn distinct(texts: &[String], language: Language) -> u32 {
    let alike: Vec<u32> = (0..texts.len())
        .map(|i| {
            let others = (0..texts.len()).filter(|j| i != *j);
            let alike = others.filter(|j| alike(&texts[i], &texts[*j], language) > ALIKE);
            alike.fold(0, |set, j| set | 1 << j)
        })
        .collect();
    let fits = |set: &u32| (0..texts.len()).all(|i| set & 1 << i == 0 || set & alike[i] == 0);
    let sets = (0..1 << texts.len()).filter(fits);
    sets.map(u32::count_ones).max().unwrap_or(0)
}

fn within(brief: &Brief, text: &str) -> bool {
    let Brief::Ads(brief) = brief else {
        return true;
    };
    let spec = brief.channel.limits(brief.language);
    let ads = AdSet::parse(text).ads;
    // A button says what the brief does.
    let mut written = ads.iter().flat_map(|ad| &ad.fields);
    written.all(|(field, value)| {
        if *field == AdField::CallToAction && *value == brief.call_to_action {
            return true;
        }
        let spec = spec.fields.iter().find(|s| s.field == *field);
        spec.is_none_or(|s| s.unit.measure(value) <= s.limit)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_loop_is_six_words_three_times() {
        let line = "one two three four five six. ";
        assert!(!loops(&line.repeat(2), Language::English));
        assert!(loops(&line.repeat(3), Language::English));
        assert!(loops(&"春天来得很早，".repeat(3), Language::Chinese));
        // References count as words: the same frame around other values is no loop.
        let frames = "据⟦source1⟧，⟦fact1⟧。据⟦source1⟧，⟦fact2⟧。据⟦source1⟧，⟦fact3⟧。";
        assert!(!loops(frames, Language::Chinese));
    }

    #[test]
    fn likeness_counts_own_words_only() {
        let (a, b) = ("⟦fact1⟧. Good news today.", "⟦fact1⟧. Bad weather today.");
        let share = alike(a, b, Language::English);
        assert!((share - 1.0 / 3.0).abs() < 1e-9, "{share}");
        assert!(alike("好消息来了", "好消息来了", Language::Chinese) > 0.99);
    }

    #[test]
    fn the_distinct_are_the_most_that_differ() {
        let texts = [
            "One by one.",
            "One by one!",
            "Two at once.",
            "Two at last.",
            "All.",
        ];
        let texts = texts.map(str::to_owned);
        // The first two are the same; the next two share two words of three.
        assert_eq!(distinct(&texts, Language::English), 3);
        assert_eq!(distinct(&[], Language::English), 0);
    }

    #[test]
    fn a_changed_number_is_seen() {
        let held = &held::briefs(2)[0];
        let Brief::News(brief) = &held.brief else {
            unreachable!()
        };
        let all = brief.facts.iter().chain(&brief.sources);
        let mut text: String = all.map(|v| format!("{v}. ")).collect();
        text.push_str(&format!("{} {}", brief.topic, brief.angle));
        assert!(faithful(held, &text));
        assert!(!faithful(held, &format!("{text} 12345 of them.")));
        assert!(!faithful(held, &text.replace(&brief.facts[0], "")));
    }

    #[test]
    fn other_letters_are_another_language() {
        assert!(in_language("A ⟦fact1⟧ line", Language::English));
        assert!(!in_language("A 行", Language::English));
        assert!(in_language("一行⟦CHAR1⟧", Language::Chinese));
        assert!(!in_language("一行 ok", Language::Chinese));
    }
}
