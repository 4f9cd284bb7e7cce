//! Merging one draft into another.

use std::{collections::BTreeMap, fmt::Write as _};

use inkstone_studio::{
    StudioError,
    dto::DocumentDto,
    merging::{ChoiceDto, DraftPair, FieldSide, MergeDrafts, MergePlan},
};
use serde_json::json;

use crate::{
    arguments::Merge, failure::Failure, keys::Keys, library::one_line, output::Output,
    session::Session,
};

/// `ink merge`
pub async fn run(wanted: Merge, session: &Session, output: &Output) -> Result<(), Failure> {
    let studio = session.open(Keys::none()).await?;
    let projects = studio.list_library().await?;
    let documents = projects.iter().flat_map(|listing| &listing.documents);
    let found = documents.filter(|document| {
        !wanted.document.is_empty() && document.id.starts_with(&wanted.document)
    });
    let found: Vec<&DocumentDto> = found.collect();
    let document = match found[..] {
        [document] => document,
        [] => return Err(StudioError::not_found("document", &wanted.document).into()),
        _ => return Err(StudioError::Ambiguous(wanted.document).into()),
    };
    let into = draft_of(document, &wanted.into, output)?;
    let from = draft_of(document, &wanted.from, output)?;
    let plan = studio
        .plan_merge(DraftPair {
            draft_id: into.clone(),
            other_id: from.clone(),
        })
        .await?;
    let fields: Vec<&str> = plan
        .fields
        .iter()
        .filter(|field| field.kind == "conflict")
        .map(|field| field.field.as_str())
        .collect();
    let ours = match wanted.prefer.as_deref() {
        Some("theirs") => false,
        Some(_) => true,
        None if plan.conflicts == 0 && fields.is_empty() => true,
        None => return refused(&plan, &fields, output),
    };
    let choice = || match ours {
        true => ChoiceDto::Mine,
        false => ChoiceDto::Theirs,
    };
    let side = match ours {
        true => FieldSide::Mine,
        false => FieldSide::Theirs,
    };
    let conflicts = plan.conflicts;
    let merged = MergeDrafts {
        draft_id: into,
        base_revision: plan.mine.revision.unwrap_or_default(),
        other_id: from,
        other_revision: plan.theirs.revision.unwrap_or_default(),
        choices: (0..conflicts).map(|_| choice()).collect(),
        fields: fields
            .iter()
            .map(|field| ((*field).to_owned(), side))
            .collect::<BTreeMap<_, _>>(),
    };
    let view = studio.merge_drafts(merged).await?;
    if output.json {
        return output.value(&json!({
            "draft_id": view.draft_id,
            "revision": view.revision,
            "conflicts": conflicts,
            "text": view.body,
        }));
    }
    output.note(&output.words.merged(&view.draft_id));
    output.text(&view.body)
}

/// The draft that a person means by its id, the start of it, or its name.
fn draft_of(document: &DocumentDto, wanted: &str, output: &Output) -> Result<String, Failure> {
    let main = output.words.main_draft();
    let named = |name: &str| name == wanted || (name == "main" && wanted == main);
    let mut found: Vec<&str> = document
        .drafts
        .iter()
        .filter(|draft| draft.id == wanted || named(&draft.name))
        .map(|draft| draft.id.as_str())
        .collect();
    if found.is_empty() && !wanted.is_empty() {
        found = document
            .drafts
            .iter()
            .filter(|draft| draft.id.starts_with(wanted))
            .map(|draft| draft.id.as_str())
            .collect();
    }
    match found[..] {
        [id] => Ok(id.to_owned()),
        [] => Err(StudioError::not_found("draft", wanted).into()),
        _ => Err(StudioError::Ambiguous(wanted.to_owned()).into()),
    }
}

/// Nobody has said what to take where both changed the same: each such place is shown.
fn refused(plan: &MergePlan, fields: &[&str], output: &Output) -> Result<(), Failure> {
    let conflicts: Vec<_> = plan
        .parts
        .iter()
        .filter_map(|part| part.conflict.as_ref())
        .collect();
    if output.json {
        output.value(&json!({
            "conflicts": conflicts,
            "fields": plan.fields.iter().filter(|field| field.kind == "conflict").collect::<Vec<_>>(),
        }))?;
    } else {
        let mut said = String::new();
        for (number, conflict) in (1..).zip(&conflicts) {
            let _ = writeln!(
                said,
                "{number}\n  < {}\n  | {}\n  > {}",
                one_line(&conflict.mine),
                one_line(&conflict.base),
                one_line(&conflict.theirs)
            );
        }
        for field in plan
            .fields
            .iter()
            .filter(|field| fields.contains(&field.field.as_str()))
        {
            let _ = writeln!(
                said,
                "{}\n  < {}\n  | {}\n  > {}",
                field.field,
                one_line(&field.mine),
                one_line(&field.base),
                one_line(&field.theirs)
            );
        }
        output.text(&said)?;
    }
    output.note(&output.words.merge_refused(conflicts.len() + fields.len()));
    Err(Failure::Told)
}
