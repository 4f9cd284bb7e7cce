//! The corpus: briefs, and the drafts that answer them, made from hand-written fragments.
//!
//! A brief's prompt is written by `inkstone_desks::compact`, the very function that the studio
//! uses; what the prompt shows is all that the answer may depend on, so the answer is made by
//! reading the prompt back. Values of briefs are dummies: the network never sees them.

mod ads;
pub mod bank;
mod news;
mod plain;
mod screenplay;

use std::sync::LazyLock;

use inkstone_desks::compact;
use inkstone_generation::references::References;
use inkstone_manuscript::{DocumentKind, Language};

use crate::{Failure, math::Random};
use bank::Bank;

/// Raised whenever the corpus changes.
pub const VERSION: u32 = 2;

/// Indices from here on are never trained on.
pub const HELD_OUT: u64 = 1 << 40;

/// A prompt and an answer to it.
#[derive(Debug, Clone)]
pub struct Example {
    /// What kind of document, or none for a plain question.
    pub kind: Option<DocumentKind>,
    /// The task.
    pub task: &'static str,
    /// The language of both.
    pub language: Language,
    /// The user's message.
    pub prompt: String,
    /// What answers it, with placeholders.
    pub answer: String,
    /// What the placeholders stand for.
    pub references: References,
}

/// How much of the material a corpus is made of: the older files, or all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// The files that were there first.
    First,
    /// Those with `more` in their names, too.
    All,
}

/// The material of a kind and a language.
pub fn material(kind: DocumentKind, language: Language) -> &'static Bank {
    material_of(kind, language, Stage::All)
}

fn material_of(kind: DocumentKind, language: Language, stage: Stage) -> &'static Bank {
    macro_rules! bank {
        ($($file:literal),*) => {{
            static BANK: LazyLock<Bank> =
                LazyLock::new(|| Bank::read(&[$(include_str!(concat!("../../material/", $file))),*]));
            &BANK
        }};
    }
    let first = stage == Stage::First;
    match (kind, language) {
        (DocumentKind::News, Language::English) if first => bank!("news.en.txt"),
        (DocumentKind::News, Language::Chinese) if first => bank!("news.zh.txt"),
        (DocumentKind::Ads, Language::English) if first => bank!("ads.en.txt"),
        (DocumentKind::Ads, Language::Chinese) if first => bank!("ads.zh.txt"),
        (DocumentKind::Screenplay, Language::English) if first => bank!("screenplay.en.txt"),
        (DocumentKind::Screenplay, Language::Chinese) if first => bank!("screenplay.zh.txt"),
        (DocumentKind::News, Language::English) => bank!("news.en.txt", "news.en.more.txt"),
        (DocumentKind::News, Language::Chinese) => bank!("news.zh.txt", "news.zh.more.txt"),
        (DocumentKind::Ads, Language::English) => bank!("ads.en.txt", "ads.en.more.txt"),
        (DocumentKind::Ads, Language::Chinese) => bank!("ads.zh.txt", "ads.zh.more.txt"),
        (DocumentKind::Screenplay, Language::English) => {
            bank!("screenplay.en.txt", "screenplay.en.more.txt")
        }
        (DocumentKind::Screenplay, Language::Chinese) => {
            bank!("screenplay.zh.txt", "screenplay.zh.more.txt")
        }
    }
}

/// What answers questions that are no brief.
pub fn plain_answers(language: Language) -> &'static [&'static str] {
    plain::answers(language)
}

/// Tasks and how often each comes, in parts of a thousand.
pub const TASKS: &[(Option<DocumentKind>, &str, usize)] = &[
    (Some(DocumentKind::News), "draft", 270),
    (Some(DocumentKind::News), "continue", 30),
    (Some(DocumentKind::News), "rewrite", 18),
    (Some(DocumentKind::News), "shorten", 14),
    (Some(DocumentKind::News), "expand", 16),
    (Some(DocumentKind::News), "tone", 16),
    (Some(DocumentKind::Ads), "draft", 230),
    (Some(DocumentKind::Ads), "continue", 20),
    (Some(DocumentKind::Ads), "rewrite", 18),
    (Some(DocumentKind::Ads), "shorten", 12),
    (Some(DocumentKind::Ads), "expand", 14),
    (Some(DocumentKind::Ads), "tone", 14),
    (Some(DocumentKind::Screenplay), "beats", 50),
    (Some(DocumentKind::Screenplay), "outline", 60),
    (Some(DocumentKind::Screenplay), "scene", 80),
    (Some(DocumentKind::Screenplay), "draft", 35),
    (Some(DocumentKind::Screenplay), "continue", 30),
    (Some(DocumentKind::Screenplay), "rewrite", 16),
    (Some(DocumentKind::Screenplay), "shorten", 14),
    (Some(DocumentKind::Screenplay), "expand", 16),
    (Some(DocumentKind::Screenplay), "tone", 14),
    (None, "plain", 13),
];

/// The example of this number; the same seed and number give the same example.
///
/// # Errors
/// A prompt template does not render.
pub fn example(seed: u64, index: u64) -> Result<Example, Failure> {
    example_of(seed, index, Stage::All)
}

/// As [`example`], of a part of the material.
///
/// # Errors
/// A prompt template does not render.
pub fn example_of(seed: u64, index: u64, stage: Stage) -> Result<Example, Failure> {
    let mut random = Random::new(seed, index);
    let language = if random.chance(0.5) {
        Language::English
    } else {
        Language::Chinese
    };
    let total = TASKS.iter().map(|t| t.2).sum();
    let mut at = random.below(total);
    let mut chosen = TASKS[0];
    for task in TASKS {
        if at < task.2 {
            chosen = *task;
            break;
        }
        at -= task.2;
    }
    of_stage(chosen.0, chosen.1, language, &mut random, stage)
}

/// An example of one task.
///
/// # Errors
/// A prompt template does not render.
pub fn of(
    kind: Option<DocumentKind>,
    task: &'static str,
    language: Language,
    random: &mut Random,
) -> Result<Example, Failure> {
    of_stage(kind, task, language, random, Stage::All)
}

fn of_stage(
    kind: Option<DocumentKind>,
    task: &'static str,
    language: Language,
    random: &mut Random,
    stage: Stage,
) -> Result<Example, Failure> {
    let Some(kind) = kind else {
        let (prompt, answer) = plain::exchange(language, random);
        return Ok(Example {
            kind,
            task,
            language,
            prompt,
            answer,
            references: References::new(),
        });
    };
    let fields = match kind {
        DocumentKind::News => news::fields(task, language, random),
        DocumentKind::Ads => ads::fields(task, language, random),
        DocumentKind::Screenplay => screenplay::fields(task, language, random),
    };
    let (prompt, references) = compact::lines(kind, task, language, &fields)?;
    let bank = material_of(kind, language, stage);
    let seen = Seen::read(&prompt, language);
    let answer = match kind {
        DocumentKind::News => news::answer(task, &seen, bank, random),
        DocumentKind::Ads => ads::answer(task, &seen, bank, random),
        DocumentKind::Screenplay => screenplay::answer(task, &seen, bank, random),
    };
    Ok(Example {
        kind: Some(kind),
        task,
        language,
        prompt,
        answer,
        references,
    })
}

/// A prompt, read back: what the network sees.
pub struct Seen {
    /// Its language.
    pub language: Language,
    lines: Vec<(String, String)>,
}

impl Seen {
    /// Reads a prompt back.
    pub fn read(prompt: &str, language: Language) -> Self {
        let colon = if language == Language::English {
            ':'
        } else {
            '：'
        };
        let lines = prompt
            .lines()
            .filter_map(|l| l.split_once(colon))
            .map(|(k, v)| (k.trim().to_owned(), v.trim().to_owned()))
            .collect();
        Self { language, lines }
    }

    /// Values of all lines with this key; a key is given in both languages.
    pub fn all(&self, key: (&str, &str)) -> Vec<&str> {
        let key = self.say(key.0, key.1);
        self.lines
            .iter()
            .filter(|(k, _)| k == key)
            .map(|(_, v)| v.as_str())
            .collect()
    }

    /// The value of the first line with this key, or nothing.
    pub fn get(&self, key: (&str, &str)) -> &str {
        self.all(key).first().copied().unwrap_or_default()
    }

    /// Whether such a line is there.
    pub fn has(&self, key: (&str, &str)) -> bool {
        !self.all(key).is_empty()
    }

    /// One of two words, by language.
    pub fn say<'b>(&self, english: &'b str, chinese: &'b str) -> &'b str {
        if self.language == Language::English {
            english
        } else {
            chinese
        }
    }

    /// Joins sentences as the language does.
    pub fn join(&self, sentences: &[String]) -> String {
        let kept: Vec<&str> = sentences
            .iter()
            .map(String::as_str)
            .filter(|s| !s.is_empty())
            .collect();
        kept.join(self.say(" ", ""))
    }

    /// Joins names as the language lists them.
    pub fn list(&self, names: &[String]) -> String {
        match (names, self.language) {
            ([], _) => String::new(),
            ([one], _) => one.clone(),
            ([one, two], Language::English) => format!("{one} and {two}"),
            // Sources have commas of their own.
            ([front @ .., last], Language::English) => {
                format!("{}; and {last}", front.join("; "))
            }
            (names, Language::Chinese) => names.join("、"),
        }
    }
}

/// A dummy value of about `width` columns; its words say nothing to any class.
fn dummy(width: usize, language: Language, random: &mut Random) -> String {
    let mut out = String::new();
    match language {
        Language::English => {
            while out.len() < width {
                if !out.is_empty() {
                    out.push(' ');
                }
                let n = random
                    .between(2, 7)
                    .min(width.saturating_sub(out.len()).max(1));
                out.extend(std::iter::repeat_n('z', n));
            }
        }
        Language::Chinese => out.extend(std::iter::repeat_n('某', (width / 2).max(1))),
    }
    out
}

/// One cue of a random class of a table, so that the prompt shows that class.
fn cue(classes: &[(&str, &str, &str)], language: Language, random: &mut Random) -> String {
    let class = &classes[random.below(classes.len())];
    match language {
        Language::English => class
            .2
            .split('|')
            .find(|c| c.is_ascii() && !c.is_empty())
            .unwrap_or_default()
            .to_owned(),
        Language::Chinese => class
            .2
            .split('|')
            .find(|c| !c.is_ascii() && c.chars().count() > 1)
            .unwrap_or_default()
            .to_owned(),
    }
}

/// Some fields are left empty now and then.
fn maybe(value: String, chance: f32, random: &mut Random) -> String {
    if random.chance(chance) {
        value
    } else {
        String::new()
    }
}

/// Fields with what every task shares.
fn tone_of(language: Language, random: &mut Random) -> String {
    cue(compact::features::TONES, language, random)
}

#[allow(clippy::unwrap_used)]
#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_number_gives_the_same_example() {
        for i in 0..50 {
            let (a, b) = (example(1, i).unwrap(), example(1, i).unwrap());
            assert_eq!((a.prompt, a.answer), (b.prompt, b.answer));
        }
    }

    #[test]
    fn answers_name_only_what_the_prompt_names() {
        for i in 0..6000 {
            let e = example(2, i).unwrap();
            assert!(!e.answer.trim().is_empty(), "{e:?}");
            assert!(!e.answer.contains(['{', '}', '|']), "{}", e.answer);
            for part in e.answer.split('⟦').skip(1) {
                let key = part.split('⟧').next().unwrap();
                let known = e.references.iter().any(|(k, _)| k == key.to_lowercase());
                assert!(known, "{key} in {}\n--\n{}", e.prompt, e.answer);
            }
        }
    }

    #[test]
    fn every_fact_comes_once_and_in_order() {
        let mut random = Random::new(4, 4);
        for language in Language::ALL {
            for _ in 0..300 {
                let e = of(Some(DocumentKind::News), "draft", language, &mut random).unwrap();
                let keys: Vec<&str> = e
                    .answer
                    .split("⟦fact")
                    .skip(1)
                    .map(|p| p.split('⟧').next().unwrap())
                    .collect();
                let wanted: Vec<String> = (1..=keys.len()).map(|i| i.to_string()).collect();
                assert_eq!(keys, wanted, "{}", e.answer);
                assert_eq!(
                    keys.len(),
                    e.references
                        .iter()
                        .filter(|(k, _)| k.starts_with("fact"))
                        .count()
                );
            }
        }
    }

    #[test]
    fn material_holds_no_digits_and_stays_in_its_language() {
        for kind in DocumentKind::ALL {
            for language in Language::ALL {
                let bank = material(kind, language);
                assert!(bank.len() > 150, "{kind} {language}");
                for fragment in bank.keys().flat_map(|k| bank.get(k)) {
                    let bare: String = fragment
                        .split('⟦')
                        .map(|p| p.rsplit('⟧').next().unwrap_or(p))
                        .collect();
                    assert!(!bare.chars().any(|c| c.is_ascii_digit()), "{fragment}");
                    let han = bare
                        .chars()
                        .filter(|c| ('\u{4e00}'..='\u{9fff}').contains(c))
                        .count();
                    assert!(
                        (han > 0) == (language == Language::Chinese) || bare.len() < 9,
                        "{fragment}"
                    );
                }
            }
        }
    }
}
