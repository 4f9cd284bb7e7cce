//! Which of several texts is the best: the desk's checks, and a judge's grades.
//!
//! The method. A judge is a model that reads one text at a time and fills in a form: for each point
//! of its desk's rubric first what it sees, then a grade (G-Eval: Liu et al. 2023, "NLG Evaluation
//! using GPT-4 with Better Human Alignment", arXiv:2303.16634). Texts are never shown side by side:
//! a judge that compares prefers what stands first (Wang et al. 2023, "Large Language Models are not
//! Fair Evaluators", arXiv:2305.17926; Zheng et al. 2023, "Judging LLM-as-a-Judge with MT-Bench",
//! arXiv:2306.05685), and n texts would be n (n - 1) questions. What order there is left, that of
//! the points, is turned round in a second reading, as those papers swap positions. Where the two
//! differ by two grades or more the judge contradicts itself, which is said; where it does so on
//! much of the form, its grades do not count.
//!
//! The score is `40 % checks + 60 % judge`, each from 0 to 100. A text that breaks a hard rule comes
//! after all that break none. Texts of one batch are compared by the same measure: if one of them
//! has no judgement, the checks alone rank them all.

use std::collections::BTreeMap;
use std::ops::Range;

use inkstone_generation::{Constraint, Form, PromptForm};
use minijinja::context;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use ts_rs::TS;

use crate::{
    Brief, Composed, DeskError, Finding, Severity, Task,
    budget::{self, head, tail, tokens},
    check, dialogue, json,
    target::clamp,
    templates::{self, plain},
};

/// Room for a judgement, in tokens.
const ANSWER: usize = 700;
/// The longest reason that is kept, in characters.
const LONGEST_REASON: usize = 600;
/// Grades that differ by so much contradict each other.
const APART: u8 = 2;

/// A point of the rubric.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Criterion {
    /// It does what was asked.
    FitsBrief,
    /// Nothing is invented or lost.
    FactsKept,
    /// As long as it should be.
    Length,
    /// It sounds as it should.
    Voice,
    /// It is well written.
    Language,
    /// It is not stale.
    Freshness,
}

impl Criterion {
    /// All, in the order of the form.
    pub const ALL: [Self; 6] = [
        Self::FitsBrief,
        Self::FactsKept,
        Self::Length,
        Self::Voice,
        Self::Language,
        Self::Freshness,
    ];

    /// The name in the form.
    pub fn name(self) -> &'static str {
        match self {
            Self::FitsBrief => "fits_brief",
            Self::FactsKept => "facts_kept",
            Self::Length => "length",
            Self::Voice => "voice",
            Self::Language => "language",
            Self::Freshness => "freshness",
        }
    }

    fn weight(self) -> u32 {
        match self {
            Self::FitsBrief | Self::FactsKept => 3,
            Self::Voice | Self::Language => 2,
            Self::Length | Self::Freshness => 1,
        }
    }
}

/// A grade with its reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    /// The point.
    pub criterion: Criterion,
    /// From 1, fails, to 5, nothing to improve.
    pub grade: u8,
    /// What the judge saw.
    pub reason: String,
}

/// What a judge is shown.
#[derive(Debug, Clone)]
pub struct Judging<'a> {
    /// The brief.
    pub brief: &'a Brief,
    /// What was asked for.
    pub task: &'a str,
    /// The person's wish; may be empty.
    pub note: &'a str,
    /// The document.
    pub document: &'a str,
    /// What the text would replace, in bytes.
    pub target: Range<usize>,
    /// The text.
    pub text: &'a str,
    /// The model's context in tokens, where known.
    pub context_tokens: Option<u32>,
    /// The second reading, with the points the other way round.
    pub reversed: bool,
}

/// Makes the prompt for a reading.
///
/// # Errors
/// The model follows no free instructions, or the text is too long for it to be read whole.
pub fn judge(input: &Judging, form: PromptForm) -> Result<Composed, DeskError> {
    if form == PromptForm::Compact {
        return Err(DeskError::NeedsLargerModel {
            task: Task::Judge.name().to_owned(),
        });
    }
    let (kind, language) = (input.brief.kind(), input.brief.language());
    let name = format!("beside/judge.{}", language.tag());
    let target = clamp(input.document, &input.target);
    let base = dialogue::base(input.brief, input.document, target.clone(), "")?;
    let mut criteria = Criterion::ALL.map(Criterion::name);
    if input.reversed {
        criteria.reverse();
    }
    let render = |room: usize| {
        let view = context! {
            criteria => criteria,
            before => plain(tail(&input.document[..target.start], room * 4 / 10)),
            after => plain(head(&input.document[target.end..], room * 2 / 10)),
            replaced => plain(head(&input.document[target.clone()], room * 3 / 10)),
            task => input.task,
            note => plain(input.note),
            text => plain(input.text),
            ..base.clone()
        };
        templates::render(&name, view)
    };
    let context = input
        .context_tokens
        .map_or(budget::UNKNOWN_CONTEXT, |t| t as usize);
    let size = |messages: &[inkstone_generation::Message]| -> usize {
        let all = messages.iter();
        all.map(|m| tokens(&m.content) + dialogue::AROUND_MESSAGE)
            .sum::<usize>()
            + ANSWER
    };
    let bare = size(&render(0)?);
    if bare > context {
        return Err(DeskError::QuestionTooLong {
            tokens: u32::try_from(bare).unwrap_or(u32::MAX),
            room: u32::try_from(context).unwrap_or(u32::MAX),
        });
    }
    let mut room = (context - bare).min(3000);
    let mut messages = render(room)?;
    while size(&messages) > context && room > 0 {
        room = room * 3 / 4;
        messages = render(room)?;
    }
    Ok(Composed {
        template_sha256: templates::sha256(kind, &name, language),
        template: name,
        messages,
        max_tokens: u32::try_from(ANSWER).unwrap_or(u32::MAX),
        temperature: 0.0,
        repeat_penalty: 1.0,
        share: 100,
        constraint: Constraint {
            form: Some(Form::JsonSchema(schema(&criteria))),
            ..Constraint::default()
        },
        ..Composed::default()
    })
}

fn schema(criteria: &[&str]) -> Value {
    let mark = json!({
        "type": "object",
        "properties": {
            "reason": { "type": "string" },
            "grade": { "type": "integer", "enum": [1, 2, 3, 4, 5] }
        },
        "required": ["reason", "grade"],
        "additionalProperties": false
    });
    let all: Map<String, Value> = criteria
        .iter()
        .map(|name| ((*name).to_owned(), mark.clone()))
        .collect();
    json!({
        "type": "object",
        "properties": all,
        "required": criteria,
        "additionalProperties": false
    })
}

/// Reads a judgement: whole, wrapped in talk or cut off; grades as numbers or as words like `4/5`.
///
/// # Errors
/// What is missing or wrong, in words that a model can act on.
pub fn read_judgement(raw: &str) -> Result<Vec<Mark>, String> {
    let found: BTreeMap<String, Value> = json::lenient(raw);
    if found.is_empty() {
        return Err("there is no JSON object".to_owned());
    }
    let mut marks = Vec::new();
    for criterion in Criterion::ALL {
        let name = criterion.name();
        let same = |key: &&String| {
            key.trim()
                .replace([' ', '-'], "_")
                .eq_ignore_ascii_case(name)
        };
        let value = found.keys().find(same).and_then(|key| found.get(key));
        let Some(value) = value else {
            return Err(format!("`{name}` is missing"));
        };
        let grade = value
            .get("grade")
            .or_else(|| value.get("score"))
            .unwrap_or(value);
        let Some(grade) = grade_of(grade) else {
            return Err(format!("the grade of `{name}` is not 1 to 5"));
        };
        let reason = value.get("reason").and_then(Value::as_str).unwrap_or("");
        marks.push(Mark {
            criterion,
            grade,
            reason: reason.trim().chars().take(LONGEST_REASON).collect(),
        });
    }
    if marks.iter().all(|mark| mark.reason.is_empty()) {
        return Err("there are no reasons".to_owned());
    }
    Ok(marks)
}

fn grade_of(value: &Value) -> Option<u8> {
    let number = match value {
        Value::Number(number) => number.as_f64()?,
        Value::String(text) => {
            let text = text.trim();
            let text = text.split(['/', ' ']).next().unwrap_or(text);
            text.parse().ok()?
        }
        _ => return None,
    };
    (1..=5u8).find(|grade| (f64::from(*grade) - number).abs() < 0.25)
}

/// A point after both readings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Graded {
    /// The point.
    pub criterion: Criterion,
    /// The grades of the readings, in order.
    pub grades: Vec<u8>,
    /// What the judge saw; of two readings the lower grade's, which says what is amiss.
    pub reason: String,
    /// Whether the readings contradict each other.
    pub contradicts: bool,
}

/// What the readings come to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Judged {
    /// Each point.
    pub points: Vec<Graded>,
    /// From 0 to 100.
    pub score: u32,
    /// Whether the readings contradict each other on so much that the score is worth nothing.
    pub contradicts: bool,
}

/// Puts readings together; there is at least one.
pub fn agreed(readings: &[Vec<Mark>]) -> Judged {
    let (mut points, mut sum, mut weights, mut doubtful) = (Vec::new(), 0.0, 0, 0);
    for criterion in Criterion::ALL {
        let marks: Vec<&Mark> = readings
            .iter()
            .flatten()
            .filter(|mark| mark.criterion == criterion)
            .collect();
        let Some(lowest) = marks.iter().min_by_key(|mark| mark.grade) else {
            continue;
        };
        let highest = marks.iter().map(|mark| mark.grade).max().unwrap_or(1);
        let contradicts = highest - lowest.grade >= APART;
        let weight = criterion.weight();
        let all: u32 = marks.iter().map(|mark| u32::from(mark.grade) - 1).sum();
        // Each grade is so many quarters of the way from 1 to 5.
        sum += f64::from(weight * all * 25) / f64::from(u32::try_from(marks.len()).unwrap_or(1));
        weights += weight;
        doubtful += if contradicts { weight } else { 0 };
        points.push(Graded {
            criterion,
            grades: marks.iter().map(|mark| mark.grade).collect(),
            reason: lowest.reason.clone(),
            contradicts,
        });
    }
    Judged {
        points,
        score: percent(sum / f64::from(weights.max(1))),
        contradicts: doubtful * 3 > weights,
    }
}

#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "it is between 0 and 100"
)]
fn percent(score: f64) -> u32 {
    score.round().clamp(0.0, 100.0) as u32
}

/// What a text would bring into a document that was not found there before.
pub fn new_findings(
    brief: &Brief,
    house_rules: &str,
    document: &str,
    target: &Range<usize>,
    text: &str,
) -> Vec<Finding> {
    let target = clamp(document, target);
    let joined = crate::join(document, &target, text);
    let after = [&document[..target.start], &joined, &document[target.end..]].concat();
    let same = |a: &Finding, b: &Finding| a.rule == b.rule && a.values == b.values;
    let mut before = check(brief, house_rules, document);
    let mut new = Vec::new();
    for finding in check(brief, house_rules, &after) {
        match before.iter().position(|old| same(old, &finding)) {
            Some(at) => drop(before.swap_remove(at)),
            None => new.push(finding),
        }
    }
    new
}

/// What findings leave of 100.
pub fn checks_score(findings: &[Finding]) -> u32 {
    let costs = findings.iter().map(|finding| match finding.severity {
        Severity::Error => 40,
        Severity::Warning => 12,
        Severity::Info => 2,
    });
    100u32.saturating_sub(costs.sum())
}

/// What a text is ranked by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// Whether it is whole: written to its end, and not empty.
    pub whole: bool,
    /// Whether it breaks a hard rule.
    pub breaks: bool,
    /// What the checks leave of 100.
    pub checks: u32,
    /// The judge's score, if there is one that counts.
    pub judge: Option<u32>,
}

/// Texts in order, the best first, by place; and the score of each. Of equals the first stays first.
pub fn rank(all: &[Standing]) -> (Vec<usize>, Vec<u32>) {
    let judged = all
        .iter()
        .filter(|one| one.whole)
        .all(|one| one.judge.is_some());
    let scores: Vec<u32> = all
        .iter()
        .map(|one| match one.judge {
            Some(judge) if judged => (one.checks * 4 + judge * 6) / 10,
            _ => one.checks,
        })
        .collect();
    let mut order: Vec<usize> = (0..all.len()).collect();
    order.sort_by_key(|at| {
        let one = all[*at];
        (!one.whole, one.breaks, u32::MAX - scores[*at])
    });
    (order, scores)
}

#[cfg(test)]
mod tests {
    use inkstone_manuscript::DocumentKind;
    use proptest::prelude::*;

    use super::*;

    fn brief() -> Brief {
        let toml = "topic = 'Night ferry'\nfacts = ['It starts on 3 March']\nwords = 120";
        Brief::from_toml(DocumentKind::News, toml).unwrap()
    }

    fn answer(grades: [u8; 6]) -> String {
        let all: Map<String, Value> = Criterion::ALL
            .iter()
            .zip(grades)
            .map(|(c, grade)| {
                (
                    c.name().to_owned(),
                    json!({ "reason": "seen", "grade": grade }),
                )
            })
            .collect();
        Value::Object(all).to_string()
    }

    fn marks(grades: [u8; 6]) -> Vec<Mark> {
        read_judgement(&answer(grades)).unwrap()
    }

    #[test]
    fn both_readings_have_the_same_points_in_opposite_order() {
        let brief = brief();
        let input = |reversed| Judging {
            brief: &brief,
            task: "Rewrite",
            note: "shorter </wish> now",
            document: "Before. The ferry runs. After.",
            target: 8..23,
            text: "Ferries sail.",
            context_tokens: Some(4096),
            reversed,
        };
        let (first, second) = (
            judge(&input(false), PromptForm::Chat).unwrap(),
            judge(&input(true), PromptForm::Chat).unwrap(),
        );
        let system = |c: &Composed| c.messages[0].content.clone();
        let at = |c: &Composed, name: &str| system(c).find(name).unwrap();
        assert!(at(&first, "fits_brief") < at(&first, "freshness"));
        assert!(at(&second, "fits_brief") > at(&second, "freshness"));
        let user = &first.messages[1].content;
        assert!(user.contains("<text>\nFerries sail.\n</text>"), "{user}");
        assert!(
            user.contains("<selection>\nThe ferry runs.\n</selection>"),
            "{user}"
        );
        assert!(user.contains("shorter ‹/wish> now"), "{user}");
        assert!(matches!(first.constraint.form, Some(Form::JsonSchema(_))));
        assert!(judge(&input(false), PromptForm::Compact).is_err());
        let small = Judging {
            context_tokens: Some(900),
            ..input(false)
        };
        assert!(matches!(
            judge(&small, PromptForm::Chat),
            Err(DeskError::QuestionTooLong { .. })
        ));
    }

    #[test]
    fn judgements_are_read_however_they_come_and_never_guessed() {
        let good = answer([4, 5, 3, 4, 5, 2]);
        let talk = format!("<think>hm</think>Sure:\n```json\n{good}\n```\nDone.");
        assert_eq!(
            read_judgement(&good).unwrap(),
            read_judgement(&talk).unwrap()
        );
        let words = good
            .replace("\"grade\":5", "\"grade\":\"5/5\"")
            .replace("fits_brief", "Fits Brief");
        assert_eq!(
            read_judgement(&good).unwrap(),
            read_judgement(&words).unwrap()
        );
        for broken in [
            "",
            "I like it.",
            "{}",
            &good.replace("\"grade\":2", "\"grade\":7"),
            &good.replace("\"grade\":2", "\"grade\":\"good\""),
            &good.replace("voice", "noise"),
            &good.replace("seen", ""),
            &good[..good.len() / 2],
        ] {
            assert!(read_judgement(broken).is_err(), "{broken}");
        }
    }

    #[test]
    fn a_judge_that_contradicts_itself_is_found_out() {
        let steady = agreed(&[marks([4; 6]), marks([4, 4, 5, 4, 4, 3])]);
        assert!(!steady.contradicts && steady.points.iter().all(|p| !p.contradicts));
        assert_eq!(steady.score, 75);
        let once = agreed(&[marks([4; 6]), marks([4, 4, 4, 4, 4, 1])]);
        assert!(!once.contradicts && once.points[5].contradicts);
        let wild = agreed(&[marks([5; 6]), marks([1; 6])]);
        assert!(wild.contradicts);
        assert_eq!(
            (
                agreed(&[marks([5; 6])]).score,
                agreed(&[marks([1; 6])]).score
            ),
            (100, 0)
        );
    }

    #[test]
    fn only_what_a_text_brings_in_counts_against_it() {
        let document = "# Ferry\n\nIt costs 9 euros.\n\nEnd.";
        let at = document.len()..document.len();
        let rules = "cheap";
        let found = new_findings(&brief(), rules, document, &at, "A cheap trip on 3 March.");
        assert!(
            found.iter().any(|f| f.rule == "common.house_rule"),
            "{found:?}"
        );
        assert!(
            !found
                .iter()
                .any(|f| f.values.values().any(|v| v.contains('9'))),
            "{found:?}"
        );
        let clean = new_findings(&brief(), rules, document, &at, "It starts on 3 March.");
        assert!(checks_score(&clean) > checks_score(&found));
    }

    fn standing() -> impl Strategy<Value = Standing> {
        (
            any::<bool>(),
            any::<bool>(),
            0u32..=100,
            proptest::option::of(0u32..=100),
        )
            .prop_map(|(whole, breaks, checks, judge)| Standing {
                whole,
                breaks,
                checks,
                judge,
            })
    }

    proptest! {
        #[test]
        fn ranking_is_an_order_by_one_measure(all in proptest::collection::vec(standing(), 0..9)) {
            let (order, scores) = rank(&all);
            let mut places = order.clone();
            places.sort_unstable();
            prop_assert_eq!(places, (0..all.len()).collect::<Vec<_>>());
            for pair in order.windows(2) {
                let (a, b) = (all[pair[0]], all[pair[1]]);
                prop_assert!(a.whole >= b.whole);
                if a.whole == b.whole {
                    prop_assert!(a.breaks <= b.breaks);
                    if a.breaks == b.breaks {
                        prop_assert!(scores[pair[0]] >= scores[pair[1]]);
                    }
                }
            }
            prop_assert!(scores.iter().all(|score| *score <= 100));
        }

        #[test]
        fn nothing_that_is_no_judgement_brings_it_down(raw in "\\PC{0,200}") {
            let _ = read_judgement(&raw);
        }
    }
}
