//! `ink ledger`: what left the machine, word for word.

use std::{path::PathBuf, sync::Arc};

use inkstone_studio::{
    Moment, Studio, StudioError,
    dto::LedgerEntryDto,
    inputs::Id,
    ledger::{ClearSent, ExportLedger, LedgerAsk, LedgerForm},
};

use crate::{
    arguments::{LedgerCommand, LedgerFilter, LedgerFormName},
    failure::Failure,
    keys::Keys,
    output::Output,
    session::Session,
};

/// Days end when the next one begins.
const DAY: i64 = 24 * 60 * 60 * 1000;

/// `ink ledger`
pub async fn run(
    command: Option<LedgerCommand>,
    session: &Session,
    output: &Output,
) -> Result<(), Failure> {
    match command {
        None => list(LedgerFilter::default(), session, output).await,
        Some(LedgerCommand::List(filter)) => list(filter, session, output).await,
        Some(LedgerCommand::Show { entry }) => {
            let studio = session.open_reading().await?;
            let sent = studio.sent_text(Id { id: entry }).await?;
            if output.json {
                return output.value(&sent);
            }
            output.text(&format!("{}\n", sent.raw.unwrap_or_default()))
        }
        Some(LedgerCommand::Export { file, form, filter }) => {
            let studio = session.open_reading().await?;
            let export = ExportLedger {
                path: whole(file),
                form: match form {
                    LedgerFormName::Csv => LedgerForm::Csv,
                    LedgerFormName::Jsonl => LedgerForm::Jsonl,
                },
                ask: ask(&studio, filter).await?,
            };
            Ok(studio.export_ledger(export).await?)
        }
        Some(LedgerCommand::Clear { entries, all }) => {
            let studio = session.open(Keys::none()).await?;
            let ids = (!all).then_some(entries);
            let cleared = studio.clear_sent(ClearSent { ids }).await?;
            if output.json {
                return output.value(&serde_json::json!({ "cleared": cleared }));
            }
            output.note(&output.words.cleared(cleared));
            Ok(())
        }
    }
}

async fn list(filter: LedgerFilter, session: &Session, output: &Output) -> Result<(), Failure> {
    let studio = session.open_reading().await?;
    let mut ask = ask(&studio, filter).await?;
    let mut entries = Vec::new();
    loop {
        let page = studio.ledger_page(ask.clone()).await?;
        entries.extend(page.entries);
        match page.next {
            Some(next) => ask.after = Some(next),
            None => break,
        }
    }
    if output.json {
        return output.value(&entries);
    }
    output.text(&entries.iter().map(line).collect::<String>())
}

fn line(entry: &LedgerEntryDto) -> String {
    #[allow(clippy::cast_possible_truncation)] // Whole milliseconds since 1970.
    let m = Moment::of(entry.at as i64);
    let ended = match (entry.status, &entry.failure) {
        (_, Some(failure)) => failure.clone(),
        (Some(status), None) => status.to_string(),
        (None, None) => "-".to_owned(),
    };
    format!(
        "{}\t{:04}-{:02}-{:02} {:02}:{:02}:{:02}Z\t{} {}{}\t{}\t{} / {}\t{ended}\n",
        entry.id,
        m.year,
        m.month,
        m.day,
        m.hour,
        m.minute,
        m.second,
        entry.method,
        entry.host,
        entry.path,
        entry.purpose,
        entry.bytes_out,
        entry.bytes_in
    )
}

async fn ask(studio: &Arc<Studio>, filter: LedgerFilter) -> Result<LedgerAsk, Failure> {
    let project_id = match filter.project {
        None => None,
        Some(wanted) => {
            let projects = studio
                .app_state(inkstone_studio::inputs::Nothing {})
                .await?;
            let found = projects
                .projects
                .into_iter()
                .find(|project| project.id == wanted || project.name == wanted);
            let found = found.ok_or_else(|| StudioError::not_found("project", &wanted))?;
            Some(found.id)
        }
    };
    #[allow(clippy::cast_precision_loss)] // Days fit.
    let ms = |at: i64| at as f64;
    Ok(LedgerAsk {
        project_id,
        host: filter.host,
        since: filter.since.map(ms),
        until: filter.until.map(|at| ms(at + DAY)),
        words: filter.words.join(" "),
        after: None,
    })
}

fn whole(path: PathBuf) -> String {
    std::path::absolute(&path)
        .unwrap_or(path)
        .to_string_lossy()
        .into_owned()
}
