//! Files of other programs, into the library and out of it.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use inkstone_studio::{
    DocumentKind, Studio, StudioError, import_list,
    imports::ImportFile,
    inputs::{CreateProject, Export as ExportInput},
};
use serde_json::json;

use crate::{
    archive,
    arguments::{Export, Import},
    failure::Failure,
    keys::Keys,
    output::Output,
    session::Session,
};

/// `ink import`
///
/// One file fails as any command does; of several, those that can't be read are named and the others
/// are imported. Each document is whole or not there, so that stopping between two loses nothing.
pub async fn import(wanted: Import, session: &Session, output: &Output) -> Result<(), Failure> {
    let [first, ..] = wanted.paths.as_slice() else {
        return Ok(());
    };
    let mut paths = Vec::new();
    for path in &wanted.paths {
        paths.push(PathBuf::from(absolute(path)?));
    }
    let single = wanted.paths.len() == 1 && !paths[0].is_dir();
    if single && !paths[0].is_file() {
        return Err(Failure::file(first, "not a file"));
    }
    let list = import_list::list(&paths);
    if let ([], [lost, ..]) = (list.files.as_slice(), list.skipped.as_slice()) {
        return Err(Failure::file(
            first,
            output.words.skipped(&lost.name, lost.why),
        ));
    }
    let studio = session.open(Keys::none()).await?;
    let project_id = project_for(&wanted, first, &studio, output).await?;
    let kind = wanted.kind.as_deref().map(|kind| match kind {
        "ads" => DocumentKind::Ads,
        "screenplay" => DocumentKind::Screenplay,
        _ => DocumentKind::News,
    });
    let words = output.words;
    let (mut made, mut failed) = (Vec::new(), Vec::new());
    let all = list.files.len();
    for (file, number) in list.files.into_iter().zip(1..) {
        let name = if file.folder.is_empty() {
            file.name
        } else {
            format!("{}/{}", file.folder, file.name)
        };
        let input = ImportFile {
            project_id: project_id.clone(),
            path: file.path,
            folder: Some(file.folder),
            kind,
            encoding: wanted.encoding.clone(),
            ..ImportFile::default()
        };
        // A guess is said, with the other ways to read the file.
        let looked = match wanted.encoding {
            None => studio.look_at_file(input.clone()).await.ok(),
            Some(_) => None,
        };
        let imported = match studio.import_file(input).await {
            Ok(imported) => imported,
            Err(error) if single => return Err(error.into()),
            Err(error) => {
                let error = error.to_dto();
                output.note(&words.not_imported(&name, &output.sentence(&error).0));
                failed.push(json!({ "name": name, "error": error }));
                continue;
            }
        };
        if !output.json {
            if all > 1 {
                output.note(&format!("{number}/{all} {name}"));
            }
            output.note(&words.imported(&imported.view.title, &imported.view.draft_id));
            let found = imported.report.found.iter();
            let counts: Vec<String> = found
                .map(|found| words.found(&found.what, found.count))
                .collect();
            if !counts.is_empty() {
                output.note(&counts.join(", "));
            }
            for unsure in &imported.report.unsure {
                output.note(&words.unsure(unsure.line, &unsure.taken_for, &unsure.text));
            }
            if let Some(looked) = looked.as_ref().filter(|looked| !looked.sure) {
                let read = looked.encoding.as_deref().unwrap_or_default();
                output.note(&words.encoding_guessed(read));
                for way in looked.encodings.iter().take(4) {
                    output.note(&format!("  {}: {}", way.name, way.preview));
                }
            }
            output.text(&format!("{}\n", imported.view.draft_id))?;
        }
        let encoding = looked.map(|looked| {
            json!({ "name": looked.encoding, "sure": looked.sure, "others": looked.encodings })
        });
        made.push(json!({
            "draft_id": imported.view.draft_id,
            "document": imported.view.document,
            "report": imported.report,
            "encoding": encoding,
        }));
    }
    let skipped = list.skipped;
    for skipped in &skipped {
        output.note(&words.skipped(&skipped.name, skipped.why));
    }
    if output.json {
        // One file is one value, as it always was.
        let value = match (single, made.pop()) {
            (true, Some(only)) => only,
            (_, last) => {
                made.extend(last);
                json!({ "imported": made, "failed": failed, "skipped": skipped })
            }
        };
        output.value(&value)?;
    }
    if failed.is_empty() {
        Ok(())
    } else {
        Err(Failure::Told)
    }
}

/// The project that was named, the only one, or a new one after the first file.
async fn project_for(
    wanted: &Import,
    first: &Path,
    studio: &Arc<Studio>,
    output: &Output,
) -> Result<String, Failure> {
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
    if let Some(project) = found {
        return Ok(project.id.clone());
    }
    let stem = first.file_stem().unwrap_or_default();
    let name = wanted.project.clone();
    let name = name.unwrap_or_else(|| stem.to_string_lossy().into_owned());
    let language = output.language;
    let made = studio
        .create_project(CreateProject { name, language })
        .await?;
    Ok(made.id)
}

/// `ink export`
pub async fn export(wanted: Export, session: &Session, output: &Output) -> Result<(), Failure> {
    let (draft, file) = match (wanted.all, wanted.draft, wanted.file) {
        (Some(folder), ..) => {
            return archive::export(folder, wanted.project, wanted.zip, session, output).await;
        }
        (None, draft, file) => (draft.unwrap_or_default(), file.unwrap_or_default()),
    };
    let path = absolute(&file)?;
    let ending = file.extension().map(|ending| ending.to_ascii_lowercase());
    let by_ending = match ending.as_deref().and_then(|ending| ending.to_str()) {
        Some("fdx") => "fdx",
        Some("csv") => "csv",
        Some("pdf") => "pdf",
        Some("html" | "htm") => "html",
        Some("docx") => "docx",
        _ => "text",
    };
    let format = wanted.format.unwrap_or_else(|| by_ending.to_owned());
    let studio = session.open(Keys::none()).await?;
    let draft_id = studio.find_draft(draft).await?;
    let export = ExportInput {
        draft_id: draft_id.clone(),
        path: path.clone(),
        format: format.clone(),
    };
    let done = studio.export(export).await?;
    if output.json {
        return output.value(&json!({
            "draft_id": draft_id, "path": path, "format": format,
            "folder": done.folder, "left_out": done.left_out,
        }));
    }
    output.note(&output.words.written_to(&path));
    if !done.left_out.is_empty() {
        output.note(&output.words.pictures_left_out(&done.left_out));
    }
    Ok(())
}

/// The studio is told whole paths.
pub(crate) fn absolute(path: &Path) -> Result<String, Failure> {
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
