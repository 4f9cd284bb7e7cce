//! A report of where a text came from: for readers as Markdown or a page, for machines as JSON.

use std::fmt::Write as _;

use inkstone_formats::table::{guarded, table};
use inkstone_manuscript::Language;
use serde::Serialize;
use serde_json::Value;

use super::{
    SourceDto,
    share::{ShareDto, SourceKind},
};
use crate::{StudioError, sentences::sentences};

/// All that is known of where a text came from.
#[derive(Debug, Clone, Serialize)]
pub struct Report {
    /// The form of this report; counts up when a field changes its meaning.
    pub version: u32,
    /// The document's title.
    pub title: String,
    /// The document's id.
    pub document_id: String,
    /// The draft's id.
    pub draft_id: String,
    /// The draft's name.
    pub draft: String,
    /// How many changes made the text.
    pub revision: u32,
    /// When its text was changed last, in ms since 1970.
    pub updated_at: f64,
    /// SHA-256 of the text, in hexadecimal.
    pub text_sha256: String,
    /// Words by where they came from.
    pub share: ShareDto,
    /// The text in runs of one source, in order; together they are the text.
    pub passages: Vec<Passage>,
    /// What models wrote of it, in the order of the text.
    pub generations: Vec<ReportedGeneration>,
    /// Files that text was imported from.
    pub files: Vec<String>,
}

/// A run of text with one source.
#[derive(Debug, Clone, Serialize)]
pub struct Passage {
    /// Where it came from.
    pub kind: SourceKind,
    /// The generation, if a model had a hand in it.
    pub generation_id: Option<String>,
    /// The file it was imported from.
    pub file: Option<String>,
    /// The text.
    pub text: String,
}

/// A generation with all that replays it.
#[derive(Debug, Clone, Serialize)]
pub struct ReportedGeneration {
    /// What a card shows of it.
    #[serde(flatten)]
    pub source: SourceDto,
    /// SHA-256 of the model's file.
    pub model_sha256: Option<String>,
    /// What computed.
    pub engine: String,
    /// SHA-256 of the prompt template.
    pub template_sha256: String,
    /// Messages, sampling and limits, as they were sent.
    pub request: Value,
    /// What placeholders in the answer stood for.
    pub references: Value,
}

impl ReportedGeneration {
    /// Who spoke and what was said.
    fn messages(&self) -> Vec<(String, String)> {
        let prompt = &self.request["prompt"];
        if let Some(text) = prompt["raw"].as_str() {
            return vec![("user".to_owned(), text.to_owned())];
        }
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        prompt["chat"]
            .as_array()
            .into_iter()
            .flatten()
            .map(|message| (text(&message["role"]), text(&message["content"])))
            .collect()
    }
}

/// A time in UTC; the machine's time zone is not ours to guess.
fn time(ms: f64) -> String {
    #[allow(clippy::cast_possible_truncation, reason = "far from the edge")]
    let minutes = (ms / 60_000.0).floor() as i64;
    let (days, minute) = (minutes.div_euclid(1440), minutes.rem_euclid(1440));
    // Howard Hinnant, "chrono-compatible low-level date algorithms": years begin in March.
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let march_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * march_month + 2) / 5 + 1;
    let month = if march_month < 10 {
        march_month + 3
    } else {
        march_month - 9
    };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    format!(
        "{year:04}-{month:02}-{day:02} {:02}:{:02} UTC",
        minute / 60,
        minute % 60
    )
}

/// The kinds in the order of reports, with their share.
pub(crate) fn rows(share: &ShareDto) -> [(&'static str, u32); 6] {
    [
        ("typed", share.typed),
        ("pasted", share.pasted),
        ("imported", share.imported),
        ("generated", share.generated),
        ("filled", share.filled),
        ("edited", share.edited),
    ]
}

fn key(kind: SourceKind) -> &'static str {
    match kind {
        SourceKind::Typed => "typed",
        SourceKind::Pasted => "pasted",
        SourceKind::Imported => "imported",
        SourceKind::Generated => "generated",
        SourceKind::Filled => "filled",
        SourceKind::Edited => "edited",
    }
}

fn percent(part: u32, all: u32) -> String {
    if all == 0 {
        return "0 %".to_owned();
    }
    format!("{:.1} %", f64::from(part) * 100.0 / f64::from(all))
}

/// A generation: its name, facts about it, and the messages of its prompt by role.
type ToldGeneration = (String, Vec<(String, String)>, Vec<(String, String)>);

/// What both forms for readers say.
struct Told {
    title: String,
    facts: Vec<(String, String)>,
    shares: Vec<[String; 3]>,
    generations: Vec<ToldGeneration>,
    files: Vec<String>,
}

fn told(report: &Report, language: Language) -> Told {
    let say = |key: &str| sentences(language).provenance(key, &[]);
    let named = |title: &str| {
        if title.trim().is_empty() {
            say("untitled")
        } else {
            title.trim().to_owned()
        }
    };
    let fact = |key: &str, value: String| (say(key), value);
    let mut shares: Vec<[String; 3]> = rows(&report.share)
        .into_iter()
        .filter(|(_, words)| *words > 0)
        .map(|(key, words)| {
            [
                say(key),
                words.to_string(),
                percent(words, report.share.words),
            ]
        })
        .collect();
    shares.push([say("all"), report.share.words.to_string(), percent(1, 1)]);
    let generation = |g: &ReportedGeneration| {
        let mut facts = vec![
            fact("model", g.source.model_name.clone()),
            fact(
                "place",
                g.source.host.clone().unwrap_or_else(|| say("this_machine")),
            ),
            fact("engine", g.engine.clone()),
            fact("task", g.source.task.clone()),
            fact(
                "template",
                format!("{} {}", g.source.template, g.template_sha256),
            ),
            fact("seed", g.source.seed.to_string()),
            fact("time", time(g.source.created_at)),
            fact(
                "decision",
                say(&format!("decision_{}", g.source.decision_name())),
            ),
        ];
        if let Some(hash) = &g.model_sha256 {
            facts.insert(1, fact("file_sha256", hash.clone()));
        }
        (g.source.generation_id.clone(), facts, g.messages())
    };
    let file = |name: &String| {
        if name.is_empty() {
            say("unknown_file")
        } else {
            name.clone()
        }
    };
    Told {
        title: sentences(language).provenance("title", &[("title", &named(&report.title))]),
        facts: vec![
            fact("draft", format!("{} ({})", report.draft, report.draft_id)),
            (
                sentences(language).provenance(
                    "revision",
                    &[
                        ("revision", &report.revision.to_string()),
                        ("time", &time(report.updated_at)),
                    ],
                ),
                String::new(),
            ),
            fact("text_sha256", report.text_sha256.clone()),
        ],
        shares,
        generations: report.generations.iter().map(generation).collect(),
        files: report.files.iter().map(file).collect(),
    }
}

impl Report {
    /// For machines.
    pub fn to_json(&self) -> String {
        serde_json::to_string_pretty(self).unwrap_or_default() + "\n"
    }

    /// For spreadsheets: a line for each passage, with its origin and who wrote it.
    ///
    /// # Errors
    /// If the table could not be written.
    pub fn to_csv(&self) -> Result<String, StudioError> {
        let header = [
            "from",
            "to",
            "origin",
            "model",
            "seed",
            "time",
            "generation",
            "file",
            "text",
        ];
        let mut at = 0;
        let rows = self.passages.iter().map(|passage| {
            let from = at;
            at += passage.text.chars().count();
            let id = passage.generation_id.as_deref();
            let of = self
                .generations
                .iter()
                .find(|generation| Some(generation.source.generation_id.as_str()) == id);
            let from_model = |value: fn(&SourceDto) -> String| {
                of.map(|generation| value(&generation.source))
                    .unwrap_or_default()
            };
            vec![
                from.to_string(),
                at.to_string(),
                key(passage.kind).to_owned(),
                guarded(&from_model(|source| source.model_name.clone())),
                from_model(|source| source.seed.to_string()),
                from_model(|source| time(source.created_at)),
                id.unwrap_or_default().to_owned(),
                guarded(passage.file.as_deref().unwrap_or_default()),
                guarded(&passage.text),
            ]
        });
        Ok(table(header.map(str::to_owned).to_vec(), rows, true)?)
    }

    /// For readers and for version control. Prompts stand in fences that they cannot close.
    pub fn to_markdown(&self, language: Language) -> String {
        let say = |key: &str| sentences(language).provenance(key, &[]);
        let told = told(self, language);
        let cell = |text: &str| text.replace('|', "\\|").replace('\n', " ");
        let mut out = format!("# {}\n\n{}\n\n", told.title, say("about"));
        for (name, value) in &told.facts {
            let colon = if value.is_empty() { "" } else { ": " };
            let _ = writeln!(out, "- {name}{colon}{value}");
        }
        let _ = write!(
            out,
            "\n## {}\n\n| {} | {} | {} |\n|---|---:|---:|\n",
            say("shares"),
            say("source"),
            say("words"),
            say("share")
        );
        for [name, words, share] in &told.shares {
            let _ = writeln!(out, "| {} | {words} | {share} |", cell(name));
        }
        if !told.files.is_empty() {
            let _ = write!(out, "\n## {}\n\n", say("files"));
            for file in &told.files {
                let _ = writeln!(out, "- {}", file.replace('\n', " "));
            }
        }
        if !told.generations.is_empty() {
            let _ = writeln!(out, "\n## {}", say("models"));
            for (id, facts, messages) in &told.generations {
                let _ = write!(out, "\n### {id}\n\n| | |\n|---|---|\n");
                for (name, value) in facts {
                    let _ = writeln!(out, "| {} | {} |", cell(name), cell(value));
                }
                for (role, content) in messages {
                    let fence = "`".repeat(longest_run(content, '`').max(2) + 1);
                    let _ = write!(
                        out,
                        "\n{} ({role})\n\n{fence}\n{content}\n{fence}\n",
                        say("prompt")
                    );
                }
            }
        }
        out
    }

    /// A page that stands alone: the same, and the text with each passage in the colour of its
    /// source.
    pub fn to_html(&self, language: Language) -> String {
        let say = |key: &str| escaped(&sentences(language).provenance(key, &[]));
        let told = told(self, language);
        let mut out = format!(
            "<!doctype html>\n<html lang=\"{}\">\n<head>\n<meta charset=\"utf-8\">\n<title>{}</title>\n\
             <style>{STYLE}</style>\n</head>\n<body>\n<h1>{}</h1>\n<p>{}</p>\n<ul>\n",
            language.tag(),
            escaped(&told.title),
            escaped(&told.title),
            say("about"),
        );
        for (name, value) in &told.facts {
            let _ = writeln!(
                out,
                "<li>{} <code>{}</code></li>",
                escaped(name),
                escaped(value)
            );
        }
        let _ = write!(
            out,
            "</ul>\n<h2>{}</h2>\n<table>\n<tr><th>{}</th><th>{}</th><th>{}</th></tr>\n",
            say("shares"),
            say("source"),
            say("words"),
            say("share")
        );
        for [name, words, share] in &told.shares {
            let _ = writeln!(
                out,
                "<tr><td>{}</td><td>{words}</td><td>{share}</td></tr>",
                escaped(name)
            );
        }
        let _ = write!(
            out,
            "</table>\n<h2>{}</h2>\n<pre class=\"text\">",
            say("text")
        );
        for passage in &self.passages {
            let text = escaped(&passage.text);
            if passage.kind == SourceKind::Typed {
                out.push_str(&text);
                continue;
            }
            let key = key(passage.kind);
            let mut title = say(key);
            for more in [&passage.generation_id, &passage.file]
                .into_iter()
                .flatten()
            {
                let _ = write!(title, ": {}", escaped(more));
            }
            let _ = write!(out, "<mark class=\"{key}\" title=\"{title}\">{text}</mark>");
        }
        out.push_str("</pre>\n");
        if !told.files.is_empty() {
            let _ = write!(out, "<h2>{}</h2>\n<ul>\n", say("files"));
            for file in &told.files {
                let _ = writeln!(out, "<li>{}</li>", escaped(file));
            }
            out.push_str("</ul>\n");
        }
        if !told.generations.is_empty() {
            let _ = writeln!(out, "<h2>{}</h2>", say("models"));
            for (id, facts, messages) in &told.generations {
                let _ = write!(out, "<h3><code>{}</code></h3>\n<table>\n", escaped(id));
                for (name, value) in facts {
                    let _ = writeln!(
                        out,
                        "<tr><th>{}</th><td>{}</td></tr>",
                        escaped(name),
                        escaped(value)
                    );
                }
                out.push_str("</table>\n");
                for (role, content) in messages {
                    let _ = writeln!(
                        out,
                        "<details><summary>{} ({})</summary><pre>{}</pre></details>",
                        say("prompt"),
                        escaped(role),
                        escaped(content)
                    );
                }
            }
        }
        out.push_str("</body>\n</html>\n");
        out
    }
}

const STYLE: &str = "body{max-width:46rem;margin:3rem auto;padding:0 1rem;font:16px/1.6 serif;\
    color:#27221c;background:#fbf8f2}h1,h2,h3,table,ul{font-family:sans-serif}table{border-collapse:\
    collapse}th,td{padding:.2rem .8rem .2rem 0;text-align:left;vertical-align:top;\
    overflow-wrap:anywhere}pre{white-space:pre-wrap;overflow-wrap:anywhere}.text{font:inherit}\
    mark{color:inherit}.generated{background:#dfeae3}.filled{background:#eef0d8}\
    .edited{background:#f3e7cf}.pasted{background:#e3e6ef}.imported{background:#ece3ee}";

fn longest_run(text: &str, sign: char) -> usize {
    text.split(|c| c != sign).map(str::len).max().unwrap_or(0)
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_those_of_the_calendar() {
        assert_eq!(time(0.0), "1970-01-01 00:00 UTC");
        assert_eq!(time(951_827_640_000.0), "2000-02-29 12:34 UTC");
    }

    #[test]
    fn nothing_in_a_text_becomes_markup() {
        assert_eq!(escaped("<b a=\"1\">&"), "&lt;b a=&quot;1&quot;&gt;&amp;");
        assert_eq!(longest_run("a ``` b `", '`'), 3);
    }
}
