//! How often answers are what was asked for, by task and language.

use inkstone_generation::guide::Guide;
use inkstone_manuscript::Language;

use crate::{
    Failure,
    corpus::{self, Example},
    decode::{self, Choice},
    judge::{Verdict, judge},
    math::{Random, Rope},
    network::Network,
    train,
    vocabulary::Vocabulary,
};

/// Counts over the answers of a task in a language.
#[derive(Debug, Clone, Default)]
pub struct Row {
    /// Kind and task, as `news/draft`.
    pub task: String,
    /// Language tag.
    pub language: &'static str,
    /// Answers.
    pub answers: u32,
    /// Those that ended by themselves.
    pub ended: u32,
    /// Those that parse.
    pub parse: u32,
    /// Those that keep the lengths asked for.
    pub obey: u32,
    /// Those that use the references they have to, and no others.
    pub use_all: u32,
    /// Those made of the material's sentences only.
    pub clean: u32,
    /// Those with all of the above.
    pub good: u32,
    /// The others, each with what is wrong.
    pub faulty: Vec<String>,
}

/// One answer, kept to the prompt's references as the studio keeps it: its text, and whether it ended
/// by itself.
///
/// # Errors
/// The tokenizer fails.
pub fn answer(
    (net, vocabulary): (&Network, &Vocabulary),
    prompt: &str,
    choice: Choice,
    random: &mut Random,
) -> Result<(String, bool), Failure> {
    let end = vocabulary.id("<|im_end|>").ok_or("no end token")?;
    let prompt = vocabulary.prompt(prompt)?;
    let most = net.config.context;
    let key = |token: &str| Some(token.strip_prefix('⟦')?.strip_suffix('⟧')?.to_owned());
    let texts = vocabulary.tokens.iter();
    let keys: Vec<Option<String>> = texts.map(|t| key(t)).collect();
    let of = |token: u32| keys.get(token as usize)?.as_deref();
    let mut guide = Guide::new(prompt.iter().filter_map(|t| of(*t)));
    let mask = |logits: &mut [f32], last: Option<u32>| {
        if let Some(key) = last.and_then(of) {
            guide.wrote(key);
        }
        if !guide.may_end() {
            logits[end as usize] = f32::NEG_INFINITY;
        }
        for i in 0..logits.len() {
            let Some(key) = of(i as u32).filter(|key| !guide.allows(key)) else {
                continue;
            };
            let was = std::mem::replace(&mut logits[i], f32::NEG_INFINITY);
            let meant = guide.instead(key);
            let at = if guide.means_end(key) {
                Some(end as usize)
            } else {
                meant.and_then(|m| keys.iter().position(|k| k.as_ref() == Some(&m)))
            };
            if let Some(at) = at {
                logits[at] = logits[at].max(was);
            }
        }
    };
    let (tokens, ended) = decode::write(net, &prompt, end, most, choice, random, mask);
    Ok((vocabulary.decode(&tokens)?, ended))
}

/// What the network does by itself: mean loss over the answers of `count` held-out examples, and the
/// share of them that name what they have to where nothing holds them to it.
///
/// # Errors
/// A prompt does not render or the tokenizer fails.
pub fn alone(
    (net, vocabulary): (&Network, &Vocabulary),
    count: u64,
) -> Result<(f64, f64), Failure> {
    let c = net.config;
    let rope = Rope::new(c.context, c.width / c.heads, c.rope_base);
    let end = vocabulary.id("<|im_end|>").ok_or("no end token")?;
    let (mut sum, mut tokens, mut named) = (0.0, 0.0, 0u32);
    for i in 0..count {
        let example = corpus::example(0, corpus::HELD_OUT + i)?;
        let document = train::document(vocabulary, &example.prompt, &example.answer)?;
        if document.tokens.len() <= c.context {
            let (loss, weight) = net.loss(&rope, &[&document], None, 1.0);
            sum += loss;
            tokens += weight;
        }
        let prompt = vocabulary.prompt(&example.prompt)?;
        let mut random = Random::new(corpus::HELD_OUT, i);
        let choice = Choice {
            temperature: 0.5,
            ..Choice::default()
        };
        let free = |_: &mut [f32], _: Option<u32>| {};
        let (written, _) = decode::write(net, &prompt, end, c.context, choice, &mut random, free);
        let text = vocabulary.decode(&written)?;
        named += u32::from(judge(&example, &text).uses);
    }
    Ok((
        sum / f64::max(tokens, 1.0),
        f64::from(named) / count.max(1) as f64,
    ))
}

/// Writes `count` answers for each task and language, to briefs that no run trains on.
///
/// # Errors
/// A prompt does not render or the tokenizer fails.
pub fn evaluate(
    model: (&Network, &Vocabulary),
    count: u32,
    choice: Choice,
    mut each: impl FnMut(&Row),
) -> Result<(), Failure> {
    for (kind, task, _) in corpus::TASKS {
        for language in Language::ALL {
            let mut row = Row {
                task: kind.map_or("plain".to_owned(), |k| format!("{}/{task}", k.name())),
                language: language.tag(),
                ..Row::default()
            };
            for i in 0..count {
                let mut random = Random::new(corpus::HELD_OUT, u64::from(i));
                let example = corpus::of(*kind, task, language, &mut random)?;
                let (text, ended) = answer(model, &example.prompt, choice, &mut random)?;
                row.add(&example, &text, ended);
            }
            each(&row);
        }
    }
    Ok(())
}

impl Row {
    fn add(&mut self, example: &Example, text: &str, ended: bool) {
        let Verdict {
            parses,
            obeys,
            uses,
            clean,
        } = judge(example, text);
        self.answers += 1;
        self.ended += u32::from(ended);
        self.parse += u32::from(parses);
        self.obey += u32::from(obeys);
        self.use_all += u32::from(uses);
        self.clean += u32::from(clean);
        if ended && parses && obeys && uses && clean {
            self.good += 1;
        } else {
            let marks = [
                (ended, "does not end"),
                (parses, "does not parse"),
                (obeys, "lengths"),
                (uses, "references"),
                (clean, "sentences"),
            ];
            let wrong = marks
                .iter()
                .filter(|(good, _)| !good)
                .map(|(_, what)| *what);
            let wrong: Vec<&str> = wrong.collect();
            self.faulty
                .push(format!("{}: {}\n{text}", self.task, wrong.join(", ")));
        }
    }
}
