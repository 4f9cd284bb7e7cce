//! Whether an answer is what was asked for: its form, its lengths, its references, its sentences.

use std::{
    collections::{BTreeSet, HashMap},
    sync::{LazyLock, Mutex},
};

use inkstone_desks::{Channel, Task, parse};
use inkstone_manuscript::{
    DocumentKind, Language,
    adset::AdSet,
    article::Article,
    fountain::{self, ElementKind},
};

use crate::corpus::{self, Example, Seen, bank};

/// What is true of an answer. What does not apply is true.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verdict {
    /// The desk reads it as what was asked for.
    pub parses: bool,
    /// Paragraphs, beats, scenes, fields and their limits are as asked for.
    pub obeys: bool,
    /// It names what it has to name, and nothing that the prompt does not.
    pub uses: bool,
    /// Every sentence of it is one of the material's.
    pub clean: bool,
}

/// The desk's task of this name.
pub fn task(name: &str) -> Task {
    match name {
        "beats" => Task::Beats,
        "outline" => Task::Outline,
        "scene" => Task::Scene { number: 1 },
        "continue" => Task::Continue,
        "rewrite" => Task::Rewrite,
        "shorten" => Task::Shorten,
        "expand" => Task::Expand,
        "tone" => Task::Tone {
            tone: String::new(),
        },
        _ => Task::Draft,
    }
}

/// Judges an answer to an example's prompt.
pub fn judge(example: &Example, answer: &str) -> Verdict {
    let clean = clean(example, answer);
    let Some(kind) = example.kind else {
        return Verdict {
            parses: !answer.trim().is_empty(),
            obeys: true,
            uses: !answer.contains('⟦'),
            clean,
        };
    };
    let resolved = example.references.resolve(answer);
    let text = parse(kind, &task(example.task), example.language, &resolved).text;
    let seen = Seen::read(&example.prompt, example.language);
    let (form, lengths) = match (kind, example.task) {
        (DocumentKind::News, "draft") => article(&text, &seen),
        (DocumentKind::Ads, "draft") => ad(&text, &seen),
        (DocumentKind::Ads, "rewrite" | "shorten" | "expand" | "tone") => lines(&text, &seen),
        (DocumentKind::Screenplay, "beats" | "outline" | "scene" | "draft" | "continue") => {
            script(example.task, &text, &seen)
        }
        _ => (true, true),
    };
    let slots = keys(answer, "n");
    let wanted = keys(&example.prompt, "n");
    Verdict {
        parses: form && !text.trim().is_empty(),
        obeys: lengths && slots == wanted && in_order(&keys(answer, "s")),
        uses: uses(kind, example, answer),
        clean,
    }
}

/// The references of an answer, brackets left out.
fn all(text: &str) -> Vec<&str> {
    text.split('⟦')
        .skip(1)
        .filter_map(|p| p.split_once('⟧').map(|(key, _)| key))
        .collect()
}

/// Numbers of the references of one sort, in the order they stand.
fn keys(text: &str, sort: &str) -> Vec<usize> {
    all(text)
        .into_iter()
        .filter_map(|key| key.strip_prefix(sort)?.parse().ok())
        .collect()
}

/// Each once; only the last two may change places.
fn in_order(numbers: &[usize]) -> bool {
    let mut sorted = numbers.to_vec();
    sorted.sort_unstable();
    sorted.dedup();
    let front = numbers.len().saturating_sub(2);
    sorted.len() == numbers.len() && sorted[..front] == numbers[..front]
}

fn article(text: &str, seen: &Seen) -> (bool, bool) {
    let article = Article::parse(text);
    let paragraphs = article.body.split("\n\n").filter(|p| !p.trim().is_empty());
    let slots = seen.get(("Paragraphs", "段落")).split(' ').count();
    let whole = article.headline.is_some() && article.dek.is_some() && !article.body.is_empty();
    (whole, paragraphs.count() == slots)
}

fn ad(text: &str, seen: &Seen) -> (bool, bool) {
    let set = AdSet::parse(text);
    let Some(channel) = Channel::from_name(seen.get(("Channel", "渠道"))) else {
        return (false, false);
    };
    let spec = channel.limits(seen.language);
    let [ad] = set.ads.as_slice() else {
        return (false, false);
    };
    let known = ad
        .fields
        .iter()
        .all(|(f, v)| spec.field(*f).is_some() && !v.trim().is_empty());
    let obeys = spec.fields.iter().all(|spec| {
        let values = ad.fields.iter().filter(|(f, _)| *f == spec.field);
        let fits = values
            .clone()
            .all(|(_, value)| spec.unit.measure(value) <= spec.limit);
        fits && values.count() == spec.count
    });
    (known && !ad.fields.is_empty(), obeys)
}

/// The fields of a selection come back, each once.
fn lines(text: &str, seen: &Seen) -> (bool, bool) {
    let labels = seen.get(("Lines", "栏目"));
    if labels.is_empty() {
        return (true, !text.trim().contains('\n'));
    }
    let wanted: Vec<&str> = labels.split([',', '、']).map(str::trim).collect();
    let found = text.lines().filter_map(|l| l.split_once([':', '：']));
    let have: Vec<&str> = found.map(|(label, _)| label.trim()).collect();
    (!have.is_empty(), have == wanted)
}

fn script(task: &str, text: &str, seen: &Seen) -> (bool, bool) {
    let elements = fountain::parse(text);
    let count =
        |wanted: fn(&ElementKind) -> bool| elements.iter().filter(|e| wanted(&e.kind)).count();
    let spoken = count(|k| matches!(k, ElementKind::Dialogue)) > 0;
    let synopses = count(|k| matches!(k, ElementKind::Synopsis));
    let scenes = fountain::scenes(text);
    let slots = |key| seen.get(key).split(' ').count();
    match task {
        "beats" => {
            let sections = count(|k| matches!(k, ElementKind::Section { .. }));
            let beats = slots(("Beats", "段落"));
            (
                synopses > 0 && scenes.is_empty(),
                sections == beats && synopses == beats,
            )
        }
        "outline" => {
            let bare = scenes.iter().all(|s| s.synopsis.is_some() && !s.has_text);
            (
                bare && !scenes.is_empty(),
                scenes.len() == slots(("Scenes", "场次")),
            )
        }
        "draft" => (scenes.len() == 1 && spoken, true),
        // The heading of a scene stands in the script already.
        _ => (scenes.is_empty() && spoken, true),
    }
}

fn uses(kind: DocumentKind, example: &Example, answer: &str) -> bool {
    let have: Vec<String> = all(answer).into_iter().map(str::to_lowercase).collect();
    let prompt = all(&example.prompt);
    if have.iter().any(|k| !prompt.contains(&k.as_str())) {
        return false;
    }
    let of = |sort: &str| -> Vec<&str> {
        let numbered = |k: &&str| {
            k.strip_prefix(sort)
                .is_some_and(|rest| rest.chars().all(|c| c.is_ascii_digit()))
        };
        prompt.iter().copied().filter(numbered).collect()
    };
    let names = |key: &str| have.iter().any(|h| h == key);
    let every = |sort: &str, most: usize| of(sort).into_iter().take(most).all(names);
    let some = |sort: &str| of(sort).is_empty() || of(sort).into_iter().any(names);
    match (kind, example.task) {
        (DocumentKind::News, "draft") => ["topic", "angle", "fact", "source", "audience"]
            .into_iter()
            .all(|s| every(s, usize::MAX)),
        (DocumentKind::News, "continue") => every("fact", 2),
        // What has to be named depends on what fits: the corpus's own answer knows.
        (DocumentKind::Ads, _) => {
            let own = all(&example.answer);
            let product = !own.contains(&"product") || names("product");
            product && (!own.iter().any(|k| k.starts_with("point")) || some("point"))
        }
        (DocumentKind::Screenplay, "beats" | "outline" | "continue") => some("char"),
        (DocumentKind::Screenplay, "draft" | "scene") => {
            ["heading", "synopsis", "logline"]
                .into_iter()
                .all(|s| every(s, 1))
                && some("char")
        }
        (_, "shorten") => some("s") || some("h"),
        _ => every("s", usize::MAX),
    }
}

type Sentences = BTreeSet<String>;
/// Kind and language.
type Key = (Option<&'static str>, &'static str);

/// Whether every sentence is one of the material's, whatever its values.
fn clean(example: &Example, answer: &str) -> bool {
    static KNOWN: LazyLock<Mutex<HashMap<Key, &'static Sentences>>> = LazyLock::new(Mutex::default);
    let key = (example.kind.map(DocumentKind::name), example.language.tag());
    let Ok(mut known) = KNOWN.lock() else {
        return false;
    };
    let known = known
        .entry(key)
        .or_insert_with(|| Box::leak(Box::new(sentences(example.kind, example.language))));
    pieces(answer).iter().all(|p| known.contains(p))
}

fn sentences(kind: Option<DocumentKind>, language: Language) -> Sentences {
    let Some(kind) = kind else {
        return corpus::plain_answers(language)
            .iter()
            .flat_map(|a| pieces(a))
            .collect();
    };
    let bank = corpus::material(kind, language);
    let mut known: Sentences = bank
        .keys()
        .flat_map(|k| bank.get(k))
        .flat_map(|fragment| bank::every(fragment))
        .flat_map(|text| pieces(&text.replace(") ", ")\n")))
        .collect();
    let labels = "headline|description|primary text|call to action|learn more|int|ext|same place later|and|meet again|meets again\
        |标题|描述|正文|行动号召|了解更多|内景同一地点稍后|和又见面了";
    known.extend(pieces(labels));
    let places = bank.keys().filter(|k| k.starts_with("place."));
    for place in places.flat_map(|k| bank.get(k)) {
        for time in ["DUSK", "NIGHT", "MORNING", "DAY"] {
            known.extend(pieces(&format!("{place} - {time}")));
        }
        for time in ["黄昏", "夜", "清晨", "日"] {
            known.extend(pieces(&format!("内景 {place} {time}|外景 {place} {time}")));
        }
    }
    known
}

/// The letters of each sentence, without references and stand-ins for people.
fn pieces(text: &str) -> Vec<String> {
    let mut parts = text.split('⟦');
    let mut bare = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (key, rest) = part.split_once('⟧').unwrap_or(("", part));
        // Whole sentences, and slots, end what stands before them.
        let sort = key.trim_end_matches(|c: char| c.is_ascii_digit());
        if ["s", "h", "n", "first"].contains(&sort) {
            bare.push('\n');
        }
        bare.push_str(rest);
    }
    let mut bare = bare.to_lowercase();
    for extra in ["stranger", "passenger", "clerk", "driver"] {
        for form in [
            format!("the {extra}"),
            format!("a {extra}"),
            extra.to_owned(),
        ] {
            bare = bare.replace(&form, "");
        }
    }
    for extra in ["路人", "乘客", "店员", "司机"] {
        bare = bare.replace(extra, "");
    }
    bare.split(['.', '!', '?', '。', '！', '？', ':', '：', '|', '\n'])
        .map(|p| p.chars().filter(|c| c.is_alphabetic()).collect::<String>())
        .map(|p| p.strip_suffix("and").map_or(p.clone(), str::to_owned))
        .filter(|p| !p.is_empty())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::Random;

    #[test]
    fn the_corpus_passes_its_own_judge() {
        let mut random = Random::new(9, 9);
        let mut failed = Vec::new();
        for (kind, name, _) in corpus::TASKS {
            for language in Language::ALL {
                for _ in 0..60 {
                    let e = corpus::of(*kind, name, language, &mut random).unwrap();
                    let verdict = judge(&e, &e.answer);
                    let good = Verdict {
                        parses: true,
                        obeys: true,
                        uses: true,
                        clean: true,
                    };
                    if verdict != good {
                        failed.push(format!("{verdict:?}\n{}\n--\n{}\n", e.prompt, e.answer));
                    }
                }
            }
        }
        let some = &failed[..failed.len().min(10)];
        assert!(
            failed.is_empty(),
            "{} faults:\n{}",
            failed.len(),
            some.join("\n")
        );
    }

    #[test]
    fn faults_are_seen() {
        let mut random = Random::new(3, 3);
        let news = Some(DocumentKind::News);
        let e = corpus::of(news, "draft", Language::English, &mut random).unwrap();
        let broken = e.answer.replacen("⟦n2⟧", "", 1);
        assert!(!judge(&e, &broken).obeys);
        let fewer = e.answer.replace("⟦topic⟧", "");
        assert!(!judge(&e, &fewer).uses);
        let more = format!("{} ⟦fact12⟧⟦point3⟧.", e.answer);
        assert!(!judge(&e, &more).uses);
        let odd = format!("{} What follows the of.", e.answer);
        assert!(!judge(&e, &odd).clean);
        assert!(!judge(&e, "Only a line.").parses);
        let ads = Some(DocumentKind::Ads);
        let e = corpus::of(ads, "draft", Language::Chinese, &mut random).unwrap();
        let long = format!("{}{}", e.answer, "好".repeat(1200));
        assert!(!judge(&e, &long).obeys);
    }
}
