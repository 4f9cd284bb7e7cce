//! Files of other programs, into the library and out of it.

use std::path::Path;

use inkstone_studio::{
    StudioError,
    imports::ImportFile,
    inputs::{CreateProject, Export as ExportInput},
};
use serde_json::json;

use crate::{
    arguments::{Export, Import},
    failure::Failure,
    keys::Keys,
    output::Output,
    session::Session,
};

/// `ink import`
pub async fn import(wanted: Import, session: &Session, output: &Output) -> Result<(), Failure> {
    let path = absolute(&wanted.file)?;
    if !Path::new(&path).is_file() {
        return Err(Failure::file(&wanted.file, "not a file"));
    }
    let studio = session.open(Keys::none()).await?;
    let projects = studio.list_library().await?;
    let found = match &wanted.project {
        Some(wanted) => projects
            .iter()
            .map(|listing| &listing.project)
            .find(|project| project.id == *wanted || project.name == *wanted),
        None => match projects.as_slice() {
            [only] => Some(&only.project),
            _ => None,
        },
    };
    let project_id = match (found, wanted.project) {
        (Some(project), _) => project.id.clone(),
        (None, named) => {
            let stem = wanted.file.file_stem().unwrap_or_default();
            let name = named.unwrap_or_else(|| stem.to_string_lossy().into_owned());
            let language = output.language;
            studio
                .create_project(CreateProject { name, language })
                .await?
                .id
        }
    };
    let imported = studio.import_file(ImportFile { project_id, path }).await?;
    if output.json {
        return output.value(&json!({
            "draft_id": imported.view.draft_id,
            "document": imported.view.document,
            "report": imported.report,
        }));
    }
    let words = output.words;
    output.note(&words.imported(&imported.view.title, &imported.view.draft_id));
    let counts: Vec<String> = imported
        .report
        .found
        .iter()
        .map(|found| words.found(&found.what, found.count))
        .collect();
    output.note(&counts.join(", "));
    for unsure in &imported.report.unsure {
        output.note(&words.unsure(unsure.line, &unsure.taken_for, &unsure.text));
    }
    output.text(&format!("{}\n", imported.view.draft_id))
}

/// `ink export`
pub async fn export(wanted: Export, session: &Session, output: &Output) -> Result<(), Failure> {
    let path = absolute(&wanted.file)?;
    let ending = wanted
        .file
        .extension()
        .map(|ending| ending.to_ascii_lowercase());
    let by_ending = match ending.as_deref().and_then(|ending| ending.to_str()) {
        Some("fdx") => "fdx",
        Some("csv") => "csv",
        Some("pdf") => "pdf",
        _ => "text",
    };
    let format = wanted.format.unwrap_or_else(|| by_ending.to_owned());
    let studio = session.open(Keys::none()).await?;
    let draft_id = studio.find_draft(wanted.draft).await?;
    let export = ExportInput {
        draft_id: draft_id.clone(),
        path: path.clone(),
        format: format.clone(),
    };
    studio.export(export).await?;
    if output.json {
        return output.value(&json!({ "draft_id": draft_id, "path": path, "format": format }));
    }
    output.note(&output.words.written_to(&path));
    Ok(())
}

/// The studio is told whole paths.
fn absolute(path: &Path) -> Result<String, Failure> {
    let whole = std::path::absolute(path).map_err(|error| Failure::file(path, error))?;
    match whole.to_str() {
        Some(text) => Ok(text.to_owned()),
        None => Err(StudioError::File {
            path: whole.to_string_lossy().into_owned(),
            detail: "the path is not UTF-8".to_owned(),
        }
        .into()),
    }
}
