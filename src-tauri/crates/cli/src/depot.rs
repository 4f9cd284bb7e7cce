//! Where model files come from: folders, other programs, downloads; and what fits.

use std::{io::IsTerminal as _, path::Path, sync::Arc};

use indicatif::{ProgressBar, ProgressStyle};
use inkstone_studio::{
    Studio, StudioError,
    depot::{
        DownloadDto, DownloadState, GuideEntryDto, ModelFolderDto, PlanDownload, StartDownload,
    },
    doorway::dto::PathInput,
    dto::{ErrorDto, ModelDto, ModelSourceDto, StudioEvent},
    inputs::{Id, Nothing},
    sentences::sentences,
};
use tokio::sync::broadcast::error::RecvError;

use crate::{
    arguments::{Download, FolderCommand, ModelsCommand},
    failure::Failure,
    keys::Keys,
    models::{line, one_line, whole},
    output::Output,
    session::{Session, stop_token},
    words::Words,
};

/// What `ink models` does with files.
pub async fn run(
    command: ModelsCommand,
    session: &Session,
    output: &Output,
) -> Result<(), Failure> {
    if let ModelsCommand::Download(wanted) = command {
        return download(wanted, session, output).await;
    }
    let studio = session.open(Keys::none()).await?;
    match command {
        ModelsCommand::Find => find(&studio, output).await,
        ModelsCommand::Folder { command } => {
            folder(command.unwrap_or(FolderCommand::List), &studio, output).await
        }
        ModelsCommand::Remove { model } => {
            let id = studio.find_model(model).await?;
            studio.remove_model(Id { id: id.clone() }).await?;
            output.note(&output.words.taken_off(&id));
            Ok(())
        }
        ModelsCommand::Measure { model } => {
            let id = studio.find_model(model).await?;
            let model = studio.measure_model(Id { id }).await?;
            if output.json {
                return output.value(&model);
            }
            output.text(&long_line(&model, output))
        }
        ModelsCommand::Guide => guide(&studio, output).await,
        ModelsCommand::List { .. }
        | ModelsCommand::Add(_)
        | ModelsCommand::Inspect { .. }
        | ModelsCommand::Download(_) => Ok(()),
    }
}

/// A model with all that is known of its file.
pub fn long_line(model: &ModelDto, output: &Output) -> String {
    let words = output.words;
    let (ModelSourceDto::Starter { file }
    | ModelSourceDto::File { file, .. }
    | ModelSourceDto::Search { file, .. }) = &model.source
    else {
        return line(model, output);
    };
    let Some(disk) = &model.disk else {
        return line(model, output);
    };
    let mut facts = vec![
        file.architecture.clone(),
        file.quantization.clone(),
        format!("{} M", file.parameters_millions),
        words.size(disk.bytes),
        file.context_length.to_string(),
        file.license.clone().unwrap_or_else(|| "-".to_owned()),
        words.fit(disk.fit).to_owned(),
    ];
    facts.extend(disk.tokens_per_second.map(|pace| words.pace(pace)));
    facts.extend(disk.program.clone());
    if disk.missing {
        facts.push(words.missing().to_owned());
    }
    let path = match &model.source {
        ModelSourceDto::File { path, .. } | ModelSourceDto::Search { path, .. } => path,
        _ => "-",
    };
    let name = one_line(&model.name);
    format!("{}\t{name}\t{}\t{path}\n", model.id, facts.join("\t"))
}

async fn find(studio: &Arc<Studio>, output: &Output) -> Result<(), Failure> {
    let words = output.words;
    let found = studio.find_models(Nothing {}).await?;
    if output.json {
        return output.value(&found);
    }
    if found.is_empty() {
        output.note(words.no_files_found());
        return Ok(());
    }
    let mut out = String::new();
    for program in &found {
        out.push_str(&format!("{}\t{}\n", program.name, program.path));
        for model in &program.models {
            let how = match (&model.on_shelf, &model.error) {
                (Some(id), _) => words.already(id),
                (None, Some(error)) => said(error, words),
                (None, None) => words.fit(model.fit).to_owned(),
            };
            let size = model.file.as_ref().map_or("-".to_owned(), |file| {
                format!(
                    "{} {}",
                    file.quantization,
                    words.size(f64::from(file.mebibytes) * 1_048_576.0)
                )
            });
            let name = one_line(&model.name);
            out.push_str(&format!("  {name}\t{size}\t{how}\t{}\n", model.path));
        }
    }
    output.text(&out)?;
    output.note(words.add_found());
    Ok(())
}

async fn folder(
    command: FolderCommand,
    studio: &Arc<Studio>,
    output: &Output,
) -> Result<(), Failure> {
    let path = |folder: &Path| PathInput {
        path: whole(folder),
    };
    let folders = match command {
        FolderCommand::List => studio.model_folders(Nothing {}).await?,
        FolderCommand::Add { folder } => studio.add_model_folder(path(&folder)).await?,
        FolderCommand::Remove { folder } => studio.remove_model_folder(path(&folder)).await?,
    };
    if output.json {
        return output.value(&folders);
    }
    let text: String = folders.iter().map(|one| lines(one, output)).collect();
    output.text(&text)
}

fn lines(folder: &ModelFolderDto, output: &Output) -> String {
    let words = output.words;
    let how = match (folder.own, folder.here) {
        (true, _) => format!(" ({})", words.own_folder()),
        (false, true) => String::new(),
        (false, false) => format!(" ({})", words.not_here()),
    };
    let mut out = format!("{}{how}\t{}\n", folder.path, folder.models.len());
    for file in &folder.unreadable {
        let why = said(&file.error, words);
        out.push_str(&format!("  {}\t{why}\n", file.path));
    }
    for double in &folder.doubles {
        let same = words.same_bytes(&double.same_as);
        out.push_str(&format!("  {}\t{same}\n", double.path));
    }
    out
}

fn said(error: &ErrorDto, words: Words) -> String {
    sentences(words.0).error(error).message
}

async fn guide(studio: &Arc<Studio>, output: &Output) -> Result<(), Failure> {
    let words = output.words;
    let guide = studio.model_guide(Nothing {}).await?;
    if output.json {
        return output.value(&guide);
    }
    let size = |bytes: Option<f64>| bytes.map_or("?".to_owned(), |bytes| words.size(bytes));
    let machine = &guide.machine;
    output.note(&words.machine(&size(machine.memory), &size(machine.free), machine.cores));
    let line = |model: &GuideEntryDto| {
        let expected = model
            .expected
            .map_or("-".to_owned(), |pace| words.expected(pace));
        format!(
            "{}\t{}\t{}\t{}\t{}\t{expected}\t{}\t{}\n",
            words.fit(model.fit),
            model.name,
            model.quantization,
            words.size(model.bytes),
            words.needs(&words.size(model.needed)),
            model.license,
            model.what,
        )
    };
    output.text(&guide.models.iter().map(line).collect::<String>())
}

async fn download(wanted: Download, session: &Session, output: &Output) -> Result<(), Failure> {
    let keys = Keys::find(&wanted.key, output.words)?;
    let studio = session.open(keys.clone()).await?;
    let hub = match wanted.hub {
        Some(hub) => hub,
        None => studio.model_guide(Nothing {}).await?.hub,
    };
    let planned = studio
        .plan_download(PlanDownload {
            what: wanted.what,
            hub: Some(hub),
        })
        .await?;
    output.note(&output.words.asks_for(&planned.url));
    let mut events = studio.subscribe();
    let begun = studio
        .start_download(StartDownload {
            url: planned.url,
            sha256: wanted.sha256,
            api_key: keys.given().map(|key| key.expose().to_owned()),
        })
        .await?;
    let id = begun.id.clone();
    let mut line = Line::new(output.words);
    let mut now = begun;
    let stop = stop_token();
    loop {
        line.show(&now);
        match &now.state {
            DownloadState::Done { model_id } => {
                line.clear();
                let models = studio.models(Nothing {}).await?;
                let model = models.into_iter().find(|model| model.id == *model_id);
                let model = model.ok_or(StudioError::ModelNotChosen {
                    id: model_id.clone(),
                })?;
                return match output.json {
                    true => output.value(&model),
                    false => output.text(&crate::models::line(&model, output)),
                };
            }
            DownloadState::Failed { error } => {
                line.clear();
                return Err(error.clone().into());
            }
            DownloadState::Paused => {
                line.clear();
                output.note(output.words.stopped_download());
                return Err(Failure::Told);
            }
            _ => {}
        }
        now = tokio::select! {
            () = stop.cancelled(), if !matches!(now.state, DownloadState::Paused) => {
                studio.pause_download(Id { id: id.clone() }).await?;
                settled(&studio, &id).await?
            }
            event = events.recv() => match event {
                Ok(StudioEvent::Download { download }) if download.id == id => download,
                Ok(_) => continue,
                // What was missed is asked for.
                Err(RecvError::Lagged(_)) => settled_or_not(&studio, &id).await?,
                Err(RecvError::Closed) => return Err(StudioError::Stopped.into()),
            },
        };
    }
}

async fn settled_or_not(studio: &Arc<Studio>, id: &str) -> Result<DownloadDto, Failure> {
    let all = studio.downloads(Nothing {}).await?;
    let found = all.into_iter().find(|one| one.id == id);
    Ok(found.ok_or(StudioError::Stopped)?)
}

/// The download when it has come to rest.
async fn settled(studio: &Arc<Studio>, id: &str) -> Result<DownloadDto, Failure> {
    loop {
        let now = settled_or_not(studio, id).await?;
        match now.state {
            DownloadState::Queued
            | DownloadState::Running
            | DownloadState::Waiting { .. }
            | DownloadState::Checking => {
                tokio::time::sleep(std::time::Duration::from_millis(50)).await;
            }
            _ => return Ok(now),
        }
    }
}

/// How far a download is: a bar on a terminal, a line for each tenth elsewhere.
struct Line {
    words: Words,
    bar: Option<ProgressBar>,
    tenth: Option<u64>,
    hosts: usize,
    waited: Option<String>,
}

impl Line {
    fn new(words: Words) -> Self {
        let bar = std::io::stderr().is_terminal().then(|| {
            let bar = ProgressBar::no_length();
            let template = "{wide_bar} {bytes}/{total_bytes} {bytes_per_sec} {eta} {msg}";
            if let Ok(style) = ProgressStyle::with_template(template) {
                bar.set_style(style.progress_chars("━━╌"));
            }
            bar
        });
        Self {
            words,
            bar,
            tenth: None,
            hosts: 0,
            waited: None,
        }
    }

    fn say(&self, text: &str) {
        match &self.bar {
            Some(bar) => bar.println(text),
            None => eprintln!("{text}"),
        }
    }

    fn show(&mut self, now: &DownloadDto) {
        for host in now.sent_on.iter().skip(self.hosts) {
            self.say(&self.words.sent_on(host));
        }
        self.hosts = self.hosts.max(now.sent_on.len());
        if let DownloadState::Waiting { seconds, error } = &now.state {
            let text = self
                .words
                .waits_for_host(*seconds, &said(error, self.words));
            if self.waited.as_ref() != Some(&text) {
                self.say(&text);
                self.waited = Some(text);
            }
        } else {
            self.waited = None;
        }
        match &self.bar {
            Some(bar) => {
                if let Some(total) = now.total {
                    bar.set_length(total as u64);
                }
                bar.set_position(now.bytes as u64);
                if now.state == DownloadState::Checking {
                    bar.set_message(self.words.checking());
                }
            }
            None => {
                let tenth = now.total.filter(|total| *total > 0.0);
                let tenth = tenth.map(|total| (now.bytes * 10.0 / total) as u64);
                if tenth.is_some() && tenth != self.tenth {
                    self.tenth = tenth;
                    let total = self.words.size(now.total.unwrap_or_default());
                    eprintln!("{} / {total}", self.words.size(now.bytes));
                }
            }
        }
    }

    fn clear(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
