//! The library as a file: its backups, a rescue, another place.

use std::{fmt::Write as _, sync::Arc};

use inkstone_studio::{
    Doorway, StudioError,
    doorway::dto::{BackupDto, BringInput, DraftThereInput, PathInput, ProjectThereDto},
    inputs::Nothing,
};

use crate::{
    arguments::LibraryCommand,
    failure::Failure,
    library::{date, one_line},
    output::Output,
    session::Session,
    words::Words,
};

/// Does what is done about the library as a file; gives any other command back.
pub async fn run(
    command: LibraryCommand,
    session: &Session,
    output: &Output,
) -> Result<Result<(), Failure>, LibraryCommand> {
    let door = match session.door() {
        Ok(door) => door,
        Err(failure) => return Ok(Err(failure)),
    };
    let done = match command {
        LibraryCommand::Backup => back_up(&door, output).await,
        LibraryCommand::Backups { backup: None, .. } => list(&door, output).await,
        LibraryCommand::Backups {
            backup: Some(backup),
            text,
        } => look(&door, &backup, text, output).await,
        LibraryCommand::Restore {
            backup: Some(backup),
            document,
            copy,
            ..
        } => restore(&door, &backup, document, copy, output).await,
        LibraryCommand::Rescue { files: None } => rescue(&door, output).await,
        LibraryCommand::Rescue {
            files: Some(folder),
        } => crate::archive::rescue(&door, &folder, output).await,
        LibraryCommand::Move { file } => {
            let path = file.to_string_lossy().into_owned();
            carry(&door, path, output).await
        }
        other => return Err(other),
    };
    Ok(done)
}

async fn back_up(door: &Arc<Doorway>, output: &Output) -> Result<(), Failure> {
    let made = door.make_backup(Nothing {}).await?;
    if output.json {
        return output.value(&made);
    }
    output.text(&output.words.backed_up(&made.path))
}

async fn list(door: &Arc<Doorway>, output: &Output) -> Result<(), Failure> {
    let backups = door.list_backups(Nothing {}).await?;
    if output.json {
        return output.value(&backups);
    }
    if backups.is_empty() {
        output.note(output.words.no_backups());
        return Ok(());
    }
    let line = |backup: &BackupDto| {
        let unsound = match backup.sound {
            true => String::new(),
            false => format!(", {}", output.words.unsound()),
        };
        let reason = output.words.reason(backup.reason);
        let megabytes = backup.bytes / 1e6;
        format!(
            "{}\t{}\t{megabytes:.1} MB\t{reason}{unsound}\n",
            backup.name,
            date(backup.made_at)
        )
    };
    output.text(&backups.iter().map(line).collect::<String>())
}

/// The path of a backup that a person means by its path, or by its name in the list.
async fn find(door: &Arc<Doorway>, wanted: &str) -> Result<PathInput, Failure> {
    let listed = door.list_backups(Nothing {}).await?;
    let path = match listed.into_iter().find(|backup| backup.name == wanted) {
        Some(backup) => backup.path,
        None => wanted.to_owned(),
    };
    Ok(PathInput { path })
}

async fn look(
    door: &Arc<Doorway>,
    wanted: &str,
    text: Option<String>,
    output: &Output,
) -> Result<(), Failure> {
    let backup = find(door, wanted).await?;
    if let Some(draft_id) = text {
        let path = backup.path;
        let text = door.backup_text(DraftThereInput { path, draft_id }).await?;
        return match output.json {
            true => output.value(&text),
            false => output.text(&text),
        };
    }
    let projects = door.backup_contents(backup).await?;
    if output.json {
        return output.value(&projects);
    }
    let mut out = String::new();
    for project in &projects {
        listing(&mut out, project, output.words);
    }
    output.text(&out)
}

fn listing(out: &mut String, project: &ProjectThereDto, words: Words) {
    let _ = writeln!(out, "{}\t{}", project.id, one_line(&project.name));
    for document in &project.documents {
        let title = match one_line(&document.title) {
            title if title.is_empty() => words.untitled().to_owned(),
            title => title,
        };
        let standing = words.standing(document.standing);
        let _ = writeln!(
            out,
            "  {}\t{}\t{title}\t{standing}",
            document.id, document.kind
        );
        for draft in &document.drafts {
            let when = date(draft.updated_at);
            let _ = writeln!(out, "    {}\t{}\t{when}", draft.id, one_line(&draft.name));
        }
    }
}

async fn restore(
    door: &Arc<Doorway>,
    wanted: &str,
    documents: Vec<String>,
    copy: bool,
    output: &Output,
) -> Result<(), Failure> {
    let backup = find(door, wanted).await?;
    if documents.is_empty() {
        let put = door.restore_backup(backup).await?;
        return match output.json {
            true => output.value(&put),
            false => output.text(&output.words.put_back(put.aside.as_deref())),
        };
    }
    let there = door.backup_contents(PathInput {
        path: backup.path.clone(),
    });
    let ids: Vec<String> = there
        .await?
        .into_iter()
        .flat_map(|project| project.documents)
        .map(|document| document.id)
        .collect();
    let brought = door
        .take_from_backup(BringInput {
            path: backup.path,
            document_ids: meant(&documents, &ids)?,
            as_drafts: !copy,
        })
        .await?;
    if output.json {
        return output.value(&brought);
    }
    let line = |document: &inkstone_studio::doorway::dto::BroughtDto| {
        let came = output.words.came(document.came);
        format!("{}\t{came}\n", document.document_id)
    };
    output.text(&brought.iter().map(line).collect::<String>())
}

/// The ids that a person means by them or by their beginnings.
fn meant(wanted: &[String], ids: &[String]) -> Result<Vec<String>, Failure> {
    let one = |wanted: &String| {
        let mut found = ids.iter().filter(|id| id.starts_with(wanted.as_str()));
        match (found.next(), found.next()) {
            (Some(id), None) => Ok(id.clone()),
            (Some(_), Some(_)) => Err(StudioError::Ambiguous(wanted.clone()).into()),
            // The studio says that there is no such document.
            (None, _) => Ok(wanted.clone()),
        }
    };
    wanted.iter().map(one).collect()
}

async fn rescue(door: &Arc<Doorway>, output: &Output) -> Result<(), Failure> {
    let saved = door.rescue_library(Nothing {}).await?;
    match output.json {
        true => output.value(&saved),
        false => output.text(&output.words.rescued(&saved)),
    }
}

async fn carry(door: &Arc<Doorway>, path: String, output: &Output) -> Result<(), Failure> {
    door.move_library(PathInput { path: path.clone() }).await?;
    let status = door.library_status(Nothing {}).await?;
    match output.json {
        true => output.value(&status),
        false => output.text(&output.words.moved(&status.path)),
    }
}
