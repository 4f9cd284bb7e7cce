//! The ledger as commands: what left the machine, word for word, to read, to search, to take along
//! and to clear.

use std::{collections::HashMap, fmt::Write as _, path::Path, sync::Arc};

use inkstone_library as lib;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use ts_rs::TS;

use crate::{
    Moment, Studio, StudioError,
    drafts::write_file,
    dto::{LedgerEntryDto, LedgerState},
    gate::STOPPED,
    inputs::Id,
    projects::{bounded, time},
};

/// Entries of a page.
const PAGE: usize = 100;
/// The longest words to search for, in characters.
const LONGEST_WORDS: usize = 500;
/// Characters of a body that are shown; the whole can be saved.
const MOST_SHOWN: usize = 400_000;

/// Which entries are asked for. What is left out counts as any.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, TS)]
#[serde(deny_unknown_fields, default)]
pub struct LedgerAsk {
    /// Only of this project.
    pub project_id: Option<String>,
    /// Only to this host.
    pub host: Option<String>,
    /// Only since then.
    pub since: Option<f64>,
    /// Only before then.
    pub until: Option<f64>,
    /// Only with these words in what was sent.
    pub words: String,
    /// Only behind this place; [`LedgerPageDto::next`].
    pub after: Option<String>,
}

/// Entries, newest first, and what they can be narrowed by.
#[derive(Debug, Clone, Serialize, TS)]
pub struct LedgerPageDto {
    /// The entries.
    pub entries: Vec<LedgerEntryDto>,
    /// Where to go on, if there may be more.
    pub next: Option<String>,
    /// All hosts of the ledger, those asked most first.
    pub hosts: Vec<String>,
}

/// One message as it was sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct SentMessage {
    /// `system`, `user`, `assistant`; `prompt` for one that is no message.
    pub role: String,
    /// Its text.
    pub text: String,
}

/// What was sent, word for word.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct SentDto {
    /// The messages in it, in their order; empty where none can be told apart.
    pub messages: Vec<SentMessage>,
    /// What went along with them: model, temperature and the like, a line each.
    pub settings: Vec<String>,
    /// The body as it left, as text; `null` where none was sent or it was cleared.
    pub raw: Option<String>,
    /// Whether only the beginning of it is here.
    pub cut: bool,
}

/// How the ledger is written to a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum LedgerForm {
    /// A table, without the texts.
    Csv,
    /// An entry a line, as JSON, with the texts.
    Jsonl,
}

/// Writes entries to a file.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct ExportLedger {
    /// The file.
    pub path: String,
    /// Its form.
    pub form: LedgerForm,
    /// Which entries; the place to go on is left aside.
    pub ask: LedgerAsk,
}

/// Writes one body to a file, byte for byte.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct ExportSent {
    /// The entry.
    pub id: String,
    /// The file.
    pub path: String,
}

/// Clears texts that were sent; the entries stay.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct ClearSent {
    /// The entries; `null` for all.
    pub ids: Option<Vec<String>>,
}

impl Studio {
    /// See [`crate::commands`].
    pub async fn ledger_page(self: &Arc<Self>, i: LedgerAsk) -> Result<LedgerPageDto, StudioError> {
        self.blocking(move |s| {
            let page = s.library.ledger_page(&query(&i, PAGE)?)?;
            let projects = s.project_names()?;
            let entries = page.entries.into_iter();
            Ok(LedgerPageDto {
                entries: entries.map(|e| entry_dto(e, &projects)).collect(),
                next: page.next.map(|next| next.to_string()),
                hosts: s
                    .library
                    .ledger_hosts()?
                    .into_iter()
                    .map(|host| host.host)
                    .collect(),
            })
        })
        .await
    }

    /// See [`crate::commands`].
    pub async fn sent_text(self: &Arc<Self>, i: Id) -> Result<SentDto, StudioError> {
        self.blocking(move |s| Ok(sent_dto(s.library.sent(&i.id)?.as_deref())))
            .await
    }

    /// See [`crate::commands`].
    pub async fn export_ledger(self: &Arc<Self>, i: ExportLedger) -> Result<(), StudioError> {
        self.blocking(move |s| {
            let text = s.ledger_as(i.form, &i.ask)?;
            write_file(Path::new(&i.path), text.as_bytes())
        })
        .await
    }

    /// The ledger in a form, as it is written to a file. Blocks.
    ///
    /// # Errors
    /// What the library says.
    pub fn ledger_as(&self, form: LedgerForm, ask: &LedgerAsk) -> Result<String, StudioError> {
        let projects = self.project_names()?;
        let mut out = match form {
            LedgerForm::Csv => HEAD.to_owned(),
            LedgerForm::Jsonl => String::new(),
        };
        let mut query = query(ask, 500)?;
        query.after = None;
        loop {
            let page = self.library.ledger_page(&query)?;
            for entry in page.entries {
                match form {
                    LedgerForm::Csv => csv_row(&mut out, &entry_dto(entry, &projects)),
                    LedgerForm::Jsonl => {
                        let body = self.library.sent(&entry.id)?;
                        let mut row = json!({
                            "id": entry.id, "at": iso(entry.at), "host": entry.host,
                            "method": entry.method, "path": entry.path,
                            "purpose": entry.purpose, "project_id": entry.project_id,
                            "project": name_of(&projects, entry.project_id.as_deref()),
                            "generation_id": entry.generation_id,
                            "bytes_out": entry.bytes_out, "bytes_in": entry.bytes_in,
                            "state": state(&entry), "status": entry.status,
                            "failure": entry.failure,
                            "masked": entry.masked, "sha256": entry.sha256,
                        });
                        row["body"] = body.map_or(Value::Null, |body| {
                            String::from_utf8_lossy(&body).into_owned().into()
                        });
                        let _ = writeln!(out, "{row}");
                    }
                }
            }
            match page.next {
                Some(next) => query.after = Some(next),
                None => return Ok(out),
            }
        }
    }

    /// See [`crate::commands`].
    pub async fn export_sent(self: &Arc<Self>, i: ExportSent) -> Result<(), StudioError> {
        self.blocking(move |s| {
            let body = s.library.sent(&i.id)?;
            let body = body.ok_or_else(|| StudioError::not_found("sent text", &i.id))?;
            write_file(Path::new(&i.path), &body)
        })
        .await
    }

    /// See [`crate::commands`].
    pub async fn clear_sent(self: &Arc<Self>, i: ClearSent) -> Result<u32, StudioError> {
        let cleared = self
            .blocking(move |s| Ok(s.library.clear_sent(i.ids.as_deref())?))
            .await?;
        self.changed(&["ledger"]);
        Ok(cleared)
    }

    fn project_names(&self) -> Result<HashMap<String, String>, StudioError> {
        let projects = self.library.projects()?.into_iter();
        Ok(projects.map(|p| (p.id, p.name)).collect())
    }
}

fn query(ask: &LedgerAsk, most: usize) -> Result<lib::LedgerQuery, StudioError> {
    #[allow(clippy::cast_possible_truncation)] // Milliseconds since 1970 are whole and far from it.
    let ms = |at: f64| at as i64;
    let after = ask.after.as_deref().map(str::parse).transpose();
    Ok(lib::LedgerQuery {
        project_id: ask.project_id.clone(),
        host: ask.host.clone(),
        since: ask.since.map(ms),
        until: ask.until.map(ms),
        words: bounded("words", &ask.words, LONGEST_WORDS)?,
        after: after.map_err(|_| StudioError::BadRequest("after is no place".to_owned()))?,
        most,
    })
}

/// How a request ended.
fn state(entry: &lib::LedgerEntry) -> LedgerState {
    match (entry.status, &entry.failure) {
        (_, Some(failure)) if failure == STOPPED => LedgerState::Stopped,
        (None, None) if entry.bytes_in == 0 => LedgerState::Sent,
        (Some(status), _) if !(200..300).contains(&status) => LedgerState::Refused,
        (_, Some(_)) => LedgerState::Failed,
        (_, None) => LedgerState::Done,
    }
}

fn name_of(projects: &HashMap<String, String>, id: Option<&str>) -> Option<String> {
    id.and_then(|id| projects.get(id).cloned())
}

pub(crate) fn entry_dto(
    entry: lib::LedgerEntry,
    projects: &HashMap<String, String>,
) -> LedgerEntryDto {
    LedgerEntryDto {
        state: state(&entry),
        project: name_of(projects, entry.project_id.as_deref()),
        id: entry.id,
        at: time(entry.at),
        host: entry.host,
        method: entry.method,
        path: entry.path,
        purpose: entry.purpose,
        project_id: entry.project_id,
        bytes_out: entry.bytes_out,
        bytes_in: entry.bytes_in,
        generation_id: entry.generation_id,
        status: entry.status,
        failure: entry.failure,
        masked: entry.masked,
        sha256: entry.sha256,
        kept: entry.kept,
    }
}

/// A body, taken apart as the three APIs lay it out.
fn sent_dto(body: Option<&[u8]>) -> SentDto {
    let Some(body) = body else {
        return SentDto {
            messages: Vec::new(),
            settings: Vec::new(),
            raw: None,
            cut: false,
        };
    };
    let text = String::from_utf8_lossy(body);
    let parsed: Value = serde_json::from_slice(body).unwrap_or(Value::Null);
    let mut messages = Vec::new();
    let mut settings = Vec::new();
    for (name, value) in parsed.as_object().into_iter().flatten() {
        match name.as_str() {
            "messages" => messages.extend(value.as_array().into_iter().flatten().map(message)),
            "input" => match value {
                Value::Array(items) => messages.extend(items.iter().map(message)),
                other => messages.push(plain("user", other)),
            },
            "prompt" => messages.push(plain("prompt", value)),
            "instructions" => messages.insert(0, plain("system", value)),
            _ => settings.push(format!("{name}: {value}")),
        }
    }
    let raw: String = text.chars().take(MOST_SHOWN).collect();
    SentDto {
        messages,
        settings,
        cut: raw.len() < text.len(),
        raw: Some(raw),
    }
}

fn plain(role: &str, value: &Value) -> SentMessage {
    SentMessage {
        role: role.to_owned(),
        text: match value {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        },
    }
}

fn message(value: &Value) -> SentMessage {
    let text = match &value["content"] {
        Value::String(text) => text.clone(),
        Value::Array(parts) => parts
            .iter()
            .map(|part| {
                part["text"]
                    .as_str()
                    .map_or_else(|| part.to_string(), str::to_owned)
            })
            .collect::<Vec<_>>()
            .join("\n"),
        _ => value.to_string(),
    };
    SentMessage {
        role: value["role"].as_str().unwrap_or("user").to_owned(),
        text,
    }
}

/// The mark at the start tells spreadsheets that this is UTF-8.
const HEAD: &str = "\u{feff}time (UTC),host,method,path,purpose,project,generation,bytes sent,\
                    bytes received,state,status,failure,masked,SHA-256\r\n";

fn csv_row(out: &mut String, entry: &LedgerEntryDto) {
    #[allow(clippy::cast_possible_truncation)]
    let at = iso(entry.at as i64);
    let text = |value: &Option<String>| cell(value.as_deref().unwrap_or_default());
    let _ = write!(
        out,
        "{at},{},{},{},{},{},{},{},{},{},{},{},{},{}\r\n",
        cell(&entry.host),
        cell(&entry.method),
        cell(&entry.path),
        cell(&entry.purpose),
        text(&entry.project),
        text(&entry.generation_id),
        entry.bytes_out,
        entry.bytes_in,
        crate::switch::servers::name_of(&entry.state),
        entry
            .status
            .map_or_else(String::new, |status| status.to_string()),
        text(&entry.failure),
        entry.masked,
        text(&entry.sha256),
    );
}

fn iso(ms: i64) -> String {
    let m = Moment::of(ms);
    format!(
        "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z",
        m.year, m.month, m.day, m.hour, m.minute, m.second
    )
}

/// A cell of a table; one that a spreadsheet would compute is set off.
fn cell(text: &str) -> String {
    let text = match text.chars().next() {
        Some('=' | '+' | '-' | '@' | '\t' | '\r') => format!("'{text}"),
        _ => text.to_owned(),
    };
    match text.contains([',', '"', '\n', '\r']) {
        true => format!("\"{}\"", text.replace('"', "\"\"")),
        false => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(body: &Value) -> SentDto {
        sent_dto(Some(body.to_string().as_bytes()))
    }

    fn messages(body: &Value) -> Vec<(String, String)> {
        let messages = sent(body).messages.into_iter();
        messages.map(|m| (m.role, m.text)).collect()
    }

    fn pair(role: &str, text: &str) -> (String, String) {
        (role.to_owned(), text.to_owned())
    }

    #[test]
    fn messages_are_told_apart_in_all_three_apis() {
        let chat = json!({ "model": "m", "temperature": 0.5, "messages": [
            { "role": "system", "content": "Write.\n短句。" },
            { "role": "user", "content": [{ "type": "text", "text": "a" }, { "type": "x" }] },
        ]});
        assert_eq!(
            messages(&chat),
            [
                pair("system", "Write.\n短句。"),
                pair("user", "a\n{\"type\":\"x\"}")
            ]
        );
        let settings = sent(&chat).settings;
        assert_eq!(settings, ["model: \"m\"", "temperature: 0.5"]);
        let plain = json!({ "prompt": "Go on", "max_tokens": 5 });
        assert_eq!(messages(&plain), [pair("prompt", "Go on")]);
        let responses = json!({ "instructions": "Write.", "input": [
            { "role": "user", "content": [{ "type": "input_text", "text": "b" }] },
        ]});
        assert_eq!(
            messages(&responses),
            [pair("system", "Write."), pair("user", "b")]
        );
        assert_eq!(messages(&json!({ "input": "c" })), [pair("user", "c")]);
    }

    #[test]
    fn what_is_no_json_is_shown_as_it_is() {
        let odd = sent_dto(Some(b"not { json \xff"));
        assert!(odd.messages.is_empty() && odd.settings.is_empty());
        assert_eq!(odd.raw.as_deref(), Some("not { json \u{fffd}"));
        assert_eq!(sent_dto(None).raw, None);
        let long = "x".repeat(MOST_SHOWN + 1);
        assert!(sent_dto(Some(long.as_bytes())).cut);
    }

    #[test]
    fn cells_stay_text() {
        assert_eq!(cell("a,\"b\""), "\"a,\"\"b\"\"\"");
        assert_eq!(cell("=1+1"), "'=1+1");
        assert_eq!(iso(0), "1970-01-01T00:00:00Z");
    }
}
