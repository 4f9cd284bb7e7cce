//! Everything as plain files, and back.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use inkstone_studio::{
    Doorway, Studio,
    archive::{BroughtBack, CameBack, ExportEverything, ExportedDto, RescueFiles},
    doorway::dto::PathInput,
    headless::ProjectListing,
};

use crate::{
    failure::Failure,
    files::absolute,
    keys::Keys,
    library::one_line,
    output::Output,
    session::{Session, stop_token},
};

/// `ink export --all`
pub async fn export(
    target: PathBuf,
    project: Option<String>,
    zip: bool,
    session: &Session,
    output: &Output,
) -> Result<(), Failure> {
    let is_zip = |path: &Path| {
        path.extension()
            .is_some_and(|ending| ending.eq_ignore_ascii_case("zip"))
    };
    let target = if zip && !is_zip(&target) {
        let mut name = target.into_os_string();
        name.push(".zip");
        PathBuf::from(name)
    } else {
        target
    };
    // It only reads, so the window may go on writing meanwhile.
    let studio = match session.open(Keys::none()).await {
        Err(failure) if failure.is_in_use() => {
            output.note(output.words.read_beside());
            session.open_reading().await?
        }
        opened => opened?,
    };
    let project_id = match project {
        Some(wanted) => Some(project_called(&studio, &wanted).await?),
        None => None,
    };
    let input = ExportEverything {
        path: absolute(&target)?,
        project_id,
        document_id: None,
        language: output.language,
    };
    let done = studio.export_until(input, stop_token()).await?;
    told(&done, output)
}

fn told(done: &ExportedDto, output: &Output) -> Result<(), Failure> {
    if output.json {
        return output.value(done);
    }
    output.text(&output.words.exported(done))?;
    for line in &done.unreadable {
        output.note(line);
    }
    Ok(())
}

/// The id of the project that a person means by its id, the start of it, or its name.
async fn project_called(studio: &Arc<Studio>, wanted: &str) -> Result<String, Failure> {
    let projects = studio.list_library().await?;
    let ids = |holds: &dyn Fn(&ProjectListing) -> bool| -> Vec<String> {
        let found = projects.iter().filter(|project| holds(project));
        found.map(|listing| listing.project.id.clone()).collect()
    };
    let mut found = ids(&|listing| listing.project.id == wanted || listing.project.name == wanted);
    if found.is_empty() && !wanted.is_empty() {
        found = ids(&|listing| listing.project.id.starts_with(wanted));
    }
    match found.len() {
        1 => Ok(found.remove(0)),
        0 => Err(inkstone_studio::StudioError::not_found("project", wanted).into()),
        _ => Err(inkstone_studio::StudioError::Ambiguous(wanted.to_owned()).into()),
    }
}

/// `ink library bring`
pub async fn bring(studio: &Arc<Studio>, path: &Path, output: &Output) -> Result<(), Failure> {
    let path = absolute(path)?;
    let came = studio
        .bring_back_until(PathInput { path }, stop_token())
        .await?;
    if output.json {
        return output.value(&came);
    }
    let BroughtBack {
        documents,
        edited,
        emptied,
        views,
        unknown,
        ..
    } = &came;
    let words = output.words;
    let line = |CameBack {
                    document_id,
                    title,
                    came,
                }: &CameBack| {
        let title = match one_line(title) {
            title if title.is_empty() => words.untitled().to_owned(),
            title => title,
        };
        format!("{document_id}\t{}\t{title}\n", words.came(*came))
    };
    output.text(&documents.iter().map(line).collect::<String>())?;
    for (paths, sentence) in [
        (edited, words.was_edited()),
        (emptied, words.was_emptied()),
        (views, words.not_read_back()),
        (unknown, words.not_known()),
    ] {
        if !paths.is_empty() {
            output.note(&format!("{sentence}\n  {}", paths.join("\n  ")));
        }
    }
    Ok(())
}

/// `ink library rescue --files`
pub async fn rescue(door: &Arc<Doorway>, target: &Path, output: &Output) -> Result<(), Failure> {
    let input = RescueFiles {
        path: absolute(target)?,
        language: output.language,
    };
    let done = door.rescue_files(input).await?;
    told(&done, output)
}
