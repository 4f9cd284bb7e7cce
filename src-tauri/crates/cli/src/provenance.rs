//! Where words came from, and labels that say so.

use inkstone_studio::provenance::labels::Label as Form;

use crate::{
    arguments::{Label, Provenance},
    failure::Failure,
    keys::Keys,
    output::Output,
    session::Session,
};

/// `ink provenance`
pub async fn report(wanted: Provenance, session: &Session, output: &Output) -> Result<(), Failure> {
    let studio = looking(session, output).await?;
    let draft = studio.find_draft(wanted.document).await?;
    let report = studio.provenance_report(draft).await?;
    if output.json {
        return output.text(&report.to_json());
    }
    match wanted.csv {
        true => output.text(&report.to_csv()?),
        false => output.text(&report.to_markdown(output.language)),
    }
}

/// `ink label`
pub async fn label(wanted: Label, session: &Session, output: &Output) -> Result<(), Failure> {
    let studio = looking(session, output).await?;
    let draft = studio.find_draft(wanted.document).await?;
    let mut in_text: Vec<Form> = wanted.labels.iter().filter_map(|name| form(name)).collect();
    let all = in_text.len();
    in_text.retain(|form| *form != Form::Json);
    let beside = in_text.len() < all;
    let producer = wanted.producer.unwrap_or_default();
    if in_text.is_empty() {
        let report = studio.provenance_report(draft).await?;
        return output.text(&report.to_json());
    }
    let text = studio
        .labelled_text(draft.clone(), in_text, producer)
        .await?;
    if !output.json && !beside {
        return output.text(&text);
    }
    let report = studio.provenance_report(draft).await?;
    output.value(&serde_json::json!({ "text": text, "provenance": report }))
}

fn form(name: &str) -> Option<Form> {
    match name {
        "aigc" => Some(Form::Aigc),
        "mark" => Some(Form::Mark),
        "sentence" => Some(Form::Sentence),
        "json" => Some(Form::Json),
        _ => None,
    }
}

/// The studio, also beside the window that writes: nothing is changed.
async fn looking(
    session: &Session,
    output: &Output,
) -> Result<std::sync::Arc<inkstone_studio::Studio>, Failure> {
    match session.open(Keys::none()).await {
        Err(failure) if failure.is_in_use() => {
            output.note(output.words.read_beside());
            session.open_reading().await
        }
        opened => opened,
    }
}
