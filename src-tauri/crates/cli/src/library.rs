//! The library, read from the command line.

use std::{fmt::Write as _, sync::Arc};

use inkstone_studio::{
    Moment, Studio,
    dto::{DiffPieceDto, DocumentDto, HistoryNodeDto, Privacy},
    headless::ProjectListing,
    inputs::{DraftNode, Id},
};
use serde_json::json;

use crate::{
    archive, arguments::LibraryCommand, failure::Failure, keys::Keys, output::Output, place,
    search::search, session::Session, words::Words,
};

/// `ink library`
pub async fn run(
    command: Option<LibraryCommand>,
    session: &Session,
    output: &Output,
) -> Result<(), Failure> {
    let command = match place::run(command.unwrap_or(LibraryCommand::List), session, output).await {
        Ok(done) => return done,
        Err(other) => other,
    };
    let studio = open(&command, session, output).await?;
    match command {
        LibraryCommand::List => list(&studio, output).await,
        LibraryCommand::Show { draft, node } => show(&studio, draft, node, output).await,
        LibraryCommand::History { draft } => history(&studio, draft, output).await,
        LibraryCommand::Diff { draft, old, new } => diff(&studio, draft, old, new, output).await,
        LibraryCommand::Restore { draft, node, .. } => {
            let (draft, node) = (draft.unwrap_or_default(), node.unwrap_or_default());
            restore(&studio, draft, node, output).await
        }
        LibraryCommand::Search(wanted) => search(&studio, wanted, output).await,
        LibraryCommand::Bring { path } => archive::bring(&studio, &path, output).await,
        LibraryCommand::Verify => verify(&studio, output).await,
        LibraryCommand::Repair => repair(&studio, output).await,
        // What is done about the library as a file was done above.
        LibraryCommand::Backup
        | LibraryCommand::Backups { .. }
        | LibraryCommand::Rescue { .. }
        | LibraryCommand::Move { .. } => Ok(()),
    }
}

/// Opens the studio; a command that only looks does so beside the window that writes.
async fn open(
    command: &LibraryCommand,
    session: &Session,
    output: &Output,
) -> Result<Arc<Studio>, Failure> {
    let looks = matches!(
        command,
        LibraryCommand::List
            | LibraryCommand::Show { .. }
            | LibraryCommand::History { .. }
            | LibraryCommand::Diff { .. }
            | LibraryCommand::Search(_)
            | LibraryCommand::Verify
    );
    match session.open(Keys::none()).await {
        Err(failure) if looks && failure.is_in_use() => {
            output.note(output.words.read_beside());
            session.open_reading().await
        }
        opened => opened,
    }
}

async fn list(studio: &Arc<Studio>, output: &Output) -> Result<(), Failure> {
    let projects = studio.list_library().await?;
    if output.json {
        return output.value(&projects);
    }
    if projects.is_empty() {
        output.note(output.words.empty_library());
        return Ok(());
    }
    let mut out = String::new();
    for project in &projects {
        listing(&mut out, project, output.words);
    }
    output.text(&out)
}

fn listing(out: &mut String, listing: &ProjectListing, words: Words) {
    let ProjectListing { project, documents } = listing;
    let privacy = words.privacy(project.privacy == Privacy::LocalOnly);
    let _ = writeln!(
        out,
        "{}\t{} ({}, {privacy})",
        project.id,
        one_line(&project.name),
        project.language
    );
    for document in documents {
        let title = title(document, words);
        let _ = writeln!(out, "  {}\t{}\t{title}", document.id, document.kind);
        for draft in &document.drafts {
            let name = match draft.name.as_str() {
                "main" => words.main_draft().to_owned(),
                name => one_line(name),
            };
            let _ = writeln!(out, "    {}\t{name}\t{}", draft.id, date(draft.updated_at));
        }
    }
}

fn title(document: &DocumentDto, words: Words) -> String {
    match one_line(&document.title) {
        title if title.is_empty() => words.untitled().to_owned(),
        title => title,
    }
}

async fn show(
    studio: &Arc<Studio>,
    wanted: String,
    node: Option<String>,
    output: &Output,
) -> Result<(), Failure> {
    let draft_id = match studio.find_draft(wanted.clone()).await {
        Ok(id) => id,
        Err(error) => {
            // A run without a document leaves a generation and no draft.
            let record = studio.generation_record(Id { id: wanted }).await;
            let Ok(record) = record else {
                return Err(error.into());
            };
            return if output.json {
                output.value(&record)
            } else {
                output.text(&record.take.text)
            };
        }
    };
    if let Some(node) = node {
        let id = studio.find_node(draft_id.clone(), node).await?;
        let text = studio.node_text(Id { id: id.clone() }).await?;
        return if output.json {
            output.value(&json!({ "draft_id": draft_id, "node_id": id, "text": text }))
        } else {
            output.text(&text)
        };
    }
    let view = studio.open_draft(Id { id: draft_id }).await?;
    if !output.json {
        return output.text(&view.body);
    }
    output.value(&json!({
        "draft_id": view.draft_id,
        "document": view.document,
        "brief": view.brief,
        "revision": view.revision,
        "counts": view.counts,
        "text": view.body,
    }))
}

async fn history(studio: &Arc<Studio>, wanted: String, output: &Output) -> Result<(), Failure> {
    let id = studio.find_draft(wanted).await?;
    let nodes = studio.history(Id { id }).await?;
    if output.json {
        return output.value(&nodes);
    }
    if nodes.is_empty() {
        output.note(output.words.nothing_found());
        return Ok(());
    }
    output.text(
        &nodes
            .iter()
            .map(|node| node_line(node, output.words))
            .collect::<String>(),
    )
}

fn node_line(node: &HistoryNodeDto, words: Words) -> String {
    let label = words.node_label(&node.label);
    let name = match &node.name {
        Some(name) => format!("{label}: {}", one_line(name)),
        None => label.to_owned(),
    };
    let length = words.characters(node.characters);
    format!("{}\t{}\t{length}\t{name}\n", node.id, date(node.created_at))
}

async fn diff(
    studio: &Arc<Studio>,
    draft: String,
    old: String,
    new: Option<String>,
    output: &Output,
) -> Result<(), Failure> {
    let draft_id = studio.find_draft(draft).await?;
    let old = studio.find_node(draft_id.clone(), old).await?;
    let pieces = match new {
        Some(new) => {
            let new = studio.find_node(draft_id, new).await?;
            studio.compare_nodes(old, new).await?
        }
        None => {
            studio
                .compare(DraftNode {
                    draft_id,
                    node_id: old,
                })
                .await?
        }
    };
    if output.json {
        output.value(&pieces)
    } else {
        output.text(&marked(&pieces, output.coloured()))
    }
}

/// The text with what went and what came in brackets, as `git diff --word-diff` shows it.
fn marked(pieces: &[DiffPieceDto], coloured: bool) -> String {
    let mut out = String::new();
    for DiffPieceDto { change, text } in pieces {
        let (colour, open, close) = match change.as_str() {
            "delete" => ("\x1b[31m", "[-", "-]"),
            "insert" => ("\x1b[32m", "{+", "+}"),
            _ => {
                out.push_str(text);
                continue;
            }
        };
        if coloured {
            let _ = write!(out, "{colour}{open}{text}{close}\x1b[0m");
        } else {
            let _ = write!(out, "{open}{text}{close}");
        }
    }
    out
}

async fn restore(
    studio: &Arc<Studio>,
    draft: String,
    node: String,
    output: &Output,
) -> Result<(), Failure> {
    let draft_id = studio.find_draft(draft).await?;
    let node_id = studio.find_node(draft_id.clone(), node).await?;
    let view = studio
        .restore_node(DraftNode {
            draft_id,
            node_id: node_id.clone(),
        })
        .await?;
    if output.json {
        return output.value(&json!({
            "draft_id": view.draft_id,
            "node_id": node_id,
            "revision": view.revision,
            "text": view.body,
        }));
    }
    output.note(&output.words.restored(&view.draft_id));
    output.text(&view.body)
}

async fn verify(studio: &Arc<Studio>, output: &Output) -> Result<(), Failure> {
    let verified = studio.verify_library().await?;
    let problems = &verified.problems;
    if output.json {
        output.value(&verified)?;
    } else if problems.is_empty() {
        output.text(&output.words.verified(verified.nodes_checked))?;
    } else {
        let count = output
            .words
            .verified_badly(verified.nodes_checked, problems.len());
        output.text(&format!("{count}\n{}\n", problems.join("\n")))?;
    }
    if problems.is_empty() {
        Ok(())
    } else {
        Err(Failure::Told)
    }
}

/// What is mended is mended; what had to be kept aside or is still wrong is a failure.
async fn repair(studio: &Arc<Studio>, output: &Output) -> Result<(), Failure> {
    let repaired = studio.repair_library().await?;
    if output.json {
        output.value(&repaired)?;
    } else {
        let mut text = output
            .words
            .repaired(repaired.aside.len(), repaired.left.len());
        for line in [&repaired.mended, &repaired.aside, &repaired.left]
            .into_iter()
            .flatten()
        {
            let _ = writeln!(text, "{line}");
        }
        output.text(&text)?;
    }
    if repaired.aside.is_empty() && repaired.left.is_empty() {
        Ok(())
    } else {
        Err(Failure::Told)
    }
}

pub(crate) fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A time as `2026-11-25 12:49 UTC`. The time zone of the machine is not ours to guess.
pub(crate) fn date(ms: f64) -> String {
    // Times of the library are whole and far from the edge.
    #[allow(
        clippy::cast_possible_truncation,
        reason = "saturates, and a date beyond is nonsense"
    )]
    Moment::of(ms.floor() as i64).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_stand_in_brackets() {
        let piece = |change: &str, text: &str| DiffPieceDto {
            change: change.to_owned(),
            text: text.to_owned(),
        };
        let pieces = [
            piece("equal", "The "),
            piece("delete", "old"),
            piece("insert", "new"),
        ];
        assert_eq!(marked(&pieces, false), "The [-old-]{+new+}");
        assert_eq!(
            marked(&pieces, true),
            "The \x1b[31m[-old-]\x1b[0m\x1b[32m{+new+}\x1b[0m"
        );
    }
}
