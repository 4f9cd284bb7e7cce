//! Reports of a reader: coverage, and who knows what they cannot know. Quotes are held against the
//! script, since a model makes them up as easily as it copies them.

use std::{fmt::Write as _, ops::Range};

use inkstone_manuscript::{Language, count::is_han, fountain};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::json;
use crate::{Finding, Severity, find::Folded};

/// How good one side of a script is, as readers of the trade rate it.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema, TS,
)]
#[serde(rename_all = "snake_case")]
pub enum Grade {
    /// Does not work.
    Poor,
    /// Works in part.
    #[default]
    Fair,
    /// Works.
    Good,
    /// Could not be better.
    Excellent,
}

/// What a reader advises.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema, TS,
)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Not to be made.
    Pass,
    /// To be looked at again.
    #[default]
    Consider,
    /// To be made.
    Recommend,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
struct Answer {
    logline: String,
    synopsis: String,
    premise: Rated,
    characters: Rated,
    dialogue: Rated,
    structure: Rated,
    strengths: Vec<Remark>,
    weaknesses: Vec<Remark>,
    verdict: Verdict,
    reason: String,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
struct Rated {
    grade: Grade,
    reason: String,
    quotes: Vec<String>,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
struct Remark {
    text: String,
    quote: String,
}

/// The schema that a coverage is written in.
pub(super) fn coverage_schema() -> serde_json::Value {
    strict(schemars::schema_for!(Answer).to_value())
}

/// The schema that findings on knowledge are written in.
pub(super) fn knowledge_schema() -> serde_json::Value {
    strict(schemars::schema_for!(Slips).to_value())
}

/// All fields are wanted and none but them: what constrained decoding and servers ask for.
pub(super) fn strict(mut schema: serde_json::Value) -> serde_json::Value {
    fn walk(value: &mut serde_json::Value) {
        match value {
            serde_json::Value::Object(map) => {
                map.remove("default");
                let names: Option<Vec<serde_json::Value>> = map
                    .get("properties")
                    .and_then(serde_json::Value::as_object)
                    .map(|p| p.keys().map(|k| k.as_str().into()).collect());
                if let Some(names) = names {
                    map.insert("required".to_owned(), names.into());
                    map.insert("additionalProperties".to_owned(), false.into());
                }
                map.values_mut().for_each(walk);
            }
            serde_json::Value::Array(list) => list.iter_mut().for_each(walk),
            _ => {}
        }
    }
    walk(&mut schema);
    if let Some(map) = schema.as_object_mut() {
        map.remove("$schema");
        map.remove("title");
    }
    schema
}

/// A quotation, and where the script has it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Quote {
    /// The words.
    pub text: String,
    /// Whether the script has them.
    pub found: bool,
}

/// One side of a script, rated.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Rating {
    /// How good.
    pub grade: Grade,
    /// Why.
    pub reason: String,
    /// What shows it.
    pub quotes: Vec<Quote>,
}

/// A strength or a weakness.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Point {
    /// What it is.
    pub text: String,
    /// What shows it.
    pub quote: Option<Quote>,
}

/// A reader's report whose quotes were held against the script.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Coverage {
    /// The story in a sentence.
    pub logline: String,
    /// The story in a paragraph or two.
    pub synopsis: String,
    /// The idea.
    pub premise: Rating,
    /// The people.
    pub characters: Rating,
    /// What they say.
    pub dialogue: Rating,
    /// How it is built.
    pub structure: Rating,
    /// What works.
    pub strengths: Vec<Point>,
    /// What does not.
    pub weaknesses: Vec<Point>,
    /// The advice.
    pub verdict: Verdict,
    /// Why.
    pub reason: String,
}

/// Whether an answer is a coverage.
///
/// # Errors
/// What is wrong with it.
pub(super) fn validate_coverage(raw: &str) -> Result<(), String> {
    let answer: Answer = json::exact(raw)?;
    match answer.synopsis.trim().is_empty() || answer.reason.trim().is_empty() {
        true => Err("`synopsis` and `reason` must not be empty".to_owned()),
        false => Ok(()),
    }
}

/// Whether an answer is findings on knowledge.
///
/// # Errors
/// What is wrong with it.
pub(super) fn validate_knowledge(raw: &str) -> Result<(), String> {
    json::exact::<Slips>(raw).map(drop)
}

impl Coverage {
    /// Reads an answer, whole or as far as it has come, and looks its quotes up in the script.
    pub fn read(raw: &str, script: &str) -> Self {
        let answer: Answer = json::lenient(raw);
        let folded = Folded::new(script);
        let quote = |text: &str| {
            let text = unquoted(text);
            (!text.is_empty()).then(|| Quote {
                found: place(&folded, text).is_some(),
                text: text.to_owned(),
            })
        };
        let rating = |r: Rated| Rating {
            grade: r.grade,
            reason: r.reason.trim().to_owned(),
            quotes: r.quotes.iter().filter_map(|q| quote(q)).collect(),
        };
        let points = |remarks: Vec<Remark>| {
            let all = remarks.into_iter().map(|r| Point {
                text: r.text.trim().to_owned(),
                quote: quote(&r.quote),
            });
            all.filter(|p| !p.text.is_empty()).collect()
        };
        Self {
            logline: answer.logline.trim().to_owned(),
            synopsis: answer.synopsis.trim().to_owned(),
            premise: rating(answer.premise),
            characters: rating(answer.characters),
            dialogue: rating(answer.dialogue),
            structure: rating(answer.structure),
            strengths: points(answer.strengths),
            weaknesses: points(answer.weaknesses),
            verdict: answer.verdict,
            reason: answer.reason.trim().to_owned(),
        }
    }

    /// The report as Markdown, for a file. Quotes that the script does not have are struck out.
    pub fn to_markdown(&self, title: &str, language: Language) -> String {
        let english = language == Language::English;
        let is = |en: &'static str, zh: &'static str| if english { en } else { zh };
        let mut out = String::new();
        let title = if title.trim().is_empty() {
            is("Untitled", "未命名")
        } else {
            title.trim()
        };
        let verdict = match self.verdict {
            Verdict::Pass => is("Pass", "不推荐"),
            Verdict::Consider => is("Consider", "可考虑"),
            Verdict::Recommend => is("Recommend", "推荐"),
        };
        let _ = writeln!(
            out,
            "# {}{title}\n\n**{verdict}**{} {}\n\n## {}\n\n{}\n\n## {}\n\n{}\n",
            is("Coverage: ", "审读报告："),
            is(".", "。"),
            self.reason,
            is("Logline", "一句话故事"),
            self.logline,
            is("Synopsis", "故事梗概"),
            self.synopsis
        );
        for (name, rating) in [
            (is("Premise", "创意"), &self.premise),
            (is("Characters", "人物"), &self.characters),
            (is("Dialogue", "对白"), &self.dialogue),
            (is("Structure", "结构"), &self.structure),
        ] {
            let grade = match rating.grade {
                Grade::Poor => is("poor", "差"),
                Grade::Fair => is("fair", "一般"),
                Grade::Good => is("good", "好"),
                Grade::Excellent => is("excellent", "优秀"),
            };
            let colon = is(": ", "：");
            let _ = writeln!(out, "## {name}{colon}{grade}\n\n{}\n", rating.reason);
            for quote in &rating.quotes {
                let _ = writeln!(out, "> {}\n", marked(quote, english));
            }
        }
        for (name, points) in [
            (is("Strengths", "长处"), &self.strengths),
            (is("Weaknesses", "不足"), &self.weaknesses),
        ] {
            if points.is_empty() {
                continue;
            }
            let _ = writeln!(out, "## {name}\n");
            for point in points {
                let _ = writeln!(out, "- {}", point.text.replace('\n', " "));
                if let Some(quote) = &point.quote {
                    let _ = writeln!(out, "  > {}", marked(quote, english));
                }
            }
            out.push('\n');
        }
        out.truncate(out.trim_end().len());
        out.push('\n');
        out
    }

    /// The report as it is read in the window while it is written.
    pub(super) fn text(raw: &str, language: Language) -> String {
        let report = Self::read(raw, "");
        let mut out: Vec<String> = Vec::new();
        for text in [&report.logline, &report.synopsis] {
            if !text.is_empty() {
                out.push(text.clone());
            }
        }
        for rating in [
            &report.premise,
            &report.characters,
            &report.dialogue,
            &report.structure,
        ] {
            if !rating.reason.is_empty() {
                out.push(rating.reason.clone());
            }
        }
        let dash = match language {
            Language::English => "- ",
            Language::Chinese => "· ",
        };
        for point in report.strengths.iter().chain(&report.weaknesses) {
            out.push(format!("{dash}{}", point.text));
        }
        if !report.reason.is_empty() {
            out.push(report.reason);
        }
        out.join("\n\n")
    }
}

fn marked(quote: &Quote, english: bool) -> String {
    let text = quote.text.replace('\n', " ");
    match (quote.found, english) {
        (true, _) => text,
        (false, true) => format!("~~{text}~~ (not in the script)"),
        (false, false) => format!("~~{text}~~（剧本中没有）"),
    }
}

fn unquoted(text: &str) -> &str {
    text.trim()
        .trim_matches(['"', '“', '”', '「', '」', '『', '』', '\'', '‘', '’', '…'])
        .trim()
}

/// Whether a quotation is long enough: four letters, or three characters of Chinese. A word alone is
/// no proof of anything.
fn proves(quote: &str) -> bool {
    let letters = quote.chars().filter(|c| c.is_alphanumeric());
    let weight: usize = letters.map(|c| if is_han(c) { 4 } else { 3 }).sum();
    weight >= 12
}

/// Where a script has a quotation. A quote over a cue and what is said is looked up as it stands;
/// a colon between the two, or several dots, don't count.
fn place(script: &Folded, quote: &str) -> Option<Range<usize>> {
    let quote = unquoted(quote);
    if !proves(quote) {
        return None;
    }
    let end = quote.trim_end_matches(['.', '。', '，', ',']);
    script.find(quote).next().or_else(|| {
        let said = quote
            .split_once([':', '：'])
            .map(|(_, said)| unquoted(said));
        let said = said.filter(|said| proves(said));
        script
            .find(end)
            .next()
            .filter(|_| end.len() < quote.len())
            .or_else(|| script.find(said?).next())
    })
}

#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
struct Slips {
    findings: Vec<Slip>,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
struct Slip {
    /// Who.
    who: String,
    /// What is wrong, in a sentence.
    problem: String,
    /// Where it shows, word for word.
    quote: String,
}

/// What a model found about who knows what, with places in the script as it is now. A finding whose
/// quote the script does not have is dropped.
pub fn knowledge(raw: &str, script: &str) -> Vec<Finding> {
    let slips: Slips = json::lenient(raw);
    let folded = Folded::new(script);
    slips
        .findings
        .into_iter()
        .filter(|slip| !slip.problem.trim().is_empty())
        .filter_map(|slip| {
            let at = place(&folded, &slip.quote)?;
            let scene = fountain::scenes(script)
                .into_iter()
                .find(|s| s.range.contains(&at.start))
                .map_or(0, |s| s.number);
            let finding = Finding::new("screenplay.knowledge", Severity::Warning);
            Some(
                finding
                    .at(at)
                    .with("who", slip.who.trim())
                    .with("problem", slip.problem.trim())
                    .with("scene", scene),
            )
        })
        .collect()
}

/// The findings as a person reads them in the list of takes.
pub(super) fn knowledge_text(raw: &str) -> String {
    let slips: Slips = json::lenient(raw);
    let lines = slips.findings.iter().map(|s| s.problem.trim());
    let lines = lines.filter(|p| !p.is_empty()).map(|p| format!("- {p}"));
    lines.collect::<Vec<_>>().join("\n")
}
