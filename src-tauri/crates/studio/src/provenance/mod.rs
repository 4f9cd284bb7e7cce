//! Where each word came from: for the tint of the editor, for cards, shares, reports and labels.

use std::{collections::BTreeSet, path::Path, sync::Arc};

use inkstone_library as lib;
use inkstone_manuscript::Language;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use ts_rs::TS;

use crate::{
    Studio, StudioError,
    drafts::{Units, write_file},
    dto::TakeDecision,
    inputs::Id,
    order::LOCAL,
    papers::PaperForm,
    projects::time,
};

pub(crate) mod hands;
pub mod labels;
pub mod report;
mod share;

pub use share::{ShareDto, SourceKind, share};

use labels::{Label, Labelling, LabelsInFile, labelled};
use report::{Passage, Report, ReportedGeneration};

/// Where the words of a draft came from.
#[derive(Debug, Clone, Serialize, TS)]
pub struct ProvenanceDto {
    /// The draft.
    pub draft_id: String,
    /// The revision that the places belong to.
    pub revision: u32,
    /// Runs of one source, in order, tiling the text.
    pub spans: Vec<SpanDto>,
    /// What models wrote of it, in the order of the text.
    pub sources: Vec<SourceDto>,
    /// Words by where they came from.
    pub share: ShareDto,
}

/// A run of text with one source.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct SpanDto {
    /// Start, in UTF-16 units.
    pub from: u32,
    /// End.
    pub to: u32,
    /// Where it came from.
    pub kind: SourceKind,
    /// The generation, if a model had a hand in it.
    pub generation_id: Option<String>,
    /// The file it was imported from; empty if its name was not kept.
    pub file: Option<String>,
}

/// A generation as a card shows it.
#[derive(Debug, Clone, Serialize, TS)]
pub struct SourceDto {
    /// Its id; the record has the rest.
    pub generation_id: String,
    /// The model's name.
    pub model_name: String,
    /// The host that was asked; `null` for a local model.
    pub host: Option<String>,
    /// The task's name.
    pub task: String,
    /// Prompt template and language, as `news/draft.en`.
    pub template: String,
    /// Seed (an integer below 2^53).
    pub seed: f64,
    /// What became of the suggestion.
    pub decision: TakeDecision,
    /// When it was asked for.
    pub created_at: f64,
}

impl SourceDto {
    #[allow(clippy::cast_precision_loss, reason = "seeds are below 2^53")]
    fn of(g: &lib::Generation) -> Self {
        Self {
            generation_id: g.id.clone(),
            model_name: g.model_name.clone(),
            host: Some(g.locality.clone()).filter(|l| l != LOCAL),
            task: g.task.clone(),
            template: g.template.clone(),
            seed: g.seed as f64,
            decision: match g.decision {
                lib::Decision::Pending => TakeDecision::Pending,
                lib::Decision::Accepted => TakeDecision::Accepted,
                lib::Decision::Discarded => TakeDecision::Discarded,
            },
            created_at: time(g.created_at),
        }
    }

    pub(crate) fn decision_name(&self) -> &'static str {
        match self.decision {
            TakeDecision::Pending => "pending",
            TakeDecision::Accepted => "accepted",
            TakeDecision::Discarded => "discarded",
        }
    }
}

/// The form of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ReportForm {
    /// For readers.
    Markdown,
    /// For readers, as a page with the text in colours.
    Html,
    /// For machines.
    Json,
}

/// Where to write a report of where a draft's words came from.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct ExportProvenance {
    /// The draft.
    pub draft_id: String,
    /// Where to.
    pub path: String,
    /// In which form.
    pub form: ReportForm,
    /// The language of the report.
    #[ts(type = "Language")]
    pub language: Language,
}

/// Where to write a draft's text with labels.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct ExportLabelled {
    /// The draft.
    pub draft_id: String,
    /// Where to; one that ends in `.html` or `.docx` is written in that form.
    pub path: String,
    /// Which labels.
    pub labels: Vec<Label>,
    /// Name or code of who offers the generating service; empty for the models' names.
    pub producer: String,
}

/// Generations that are still there, by the order in which the text names them. One that is
/// missing, in a library that was mended, has no card.
fn generations(library: &lib::Library, spans: &[lib::Span]) -> Vec<lib::Generation> {
    let mut seen = BTreeSet::new();
    spans
        .iter()
        .filter_map(generation_id)
        .filter(|id| seen.insert(id.clone()))
        .filter_map(|id| library.generation(&id).ok())
        .collect()
}

fn generation_id(span: &lib::Span) -> Option<String> {
    match &span.origin {
        lib::Origin::Generated { generation_id } | lib::Origin::Filled { generation_id } => {
            Some(generation_id.clone())
        }
        _ => None,
    }
}

fn file(span: &lib::Span) -> Option<String> {
    match &span.origin {
        lib::Origin::Imported { file } => Some(file.clone()),
        _ => None,
    }
}

impl Studio {
    /// A draft with its spans, as of one moment. Blocks.
    fn draft_and_spans(&self, id: &str) -> Result<(lib::Draft, Vec<lib::Span>), StudioError> {
        loop {
            let draft = self.library.draft(id)?;
            let spans = self.library.spans(id)?;
            if self.library.draft(id)?.revision == draft.revision {
                return Ok((draft, spans));
            }
        }
    }

    /// See [`crate::commands`].
    pub async fn provenance(self: &Arc<Self>, i: Id) -> Result<ProvenanceDto, StudioError> {
        self.blocking(move |s| {
            let (draft, spans) = s.draft_and_spans(&i.id)?;
            let mut at = Units::of(&draft.body);
            let dto = |span: &lib::Span| SpanDto {
                from: at.at(span.range.start),
                to: at.at(span.range.end),
                kind: SourceKind::of(span),
                generation_id: generation_id(span),
                file: file(span),
            };
            Ok(ProvenanceDto {
                spans: spans.iter().map(dto).collect(),
                sources: generations(&s.library, &spans)
                    .iter()
                    .map(SourceDto::of)
                    .collect(),
                share: share(&draft.body, &spans),
                draft_id: draft.id,
                revision: draft.revision,
            })
        })
        .await
    }

    /// All that is known of where a draft's words came from.
    ///
    /// # Errors
    /// What the library says.
    pub async fn provenance_report(
        self: &Arc<Self>,
        draft_id: String,
    ) -> Result<Report, StudioError> {
        self.blocking(move |s| s.report(&draft_id)).await
    }

    fn report(&self, draft_id: &str) -> Result<Report, StudioError> {
        let (draft, spans) = self.draft_and_spans(draft_id)?;
        let passage = |span: &lib::Span| Passage {
            kind: SourceKind::of(span),
            generation_id: generation_id(span),
            file: file(span),
            text: draft.body[span.range.clone()].to_owned(),
        };
        let json = |text: &str| serde_json::from_str(text).unwrap_or(Value::Null);
        let generation = |g: &lib::Generation| ReportedGeneration {
            source: SourceDto::of(g),
            model_sha256: g.model_sha256.clone(),
            engine: g.engine.clone(),
            template_sha256: g.template_sha256.clone(),
            request: json(&g.request_json),
            references: json(&g.references_json),
        };
        let files: BTreeSet<String> = spans.iter().filter_map(file).collect();
        let hash = Sha256::digest(&draft.body);
        Ok(Report {
            version: 1,
            title: self.document_dto(&draft.document_id)?.title,
            text_sha256: hash.iter().map(|byte| format!("{byte:02x}")).collect(),
            share: share(&draft.body, &spans),
            passages: spans.iter().map(passage).collect(),
            generations: generations(&self.library, &spans)
                .iter()
                .map(generation)
                .collect(),
            files: files.into_iter().collect(),
            document_id: draft.document_id.clone(),
            draft: draft.name.clone(),
            revision: draft.revision,
            updated_at: time(draft.updated_at),
            draft_id: draft.id,
        })
    }

    /// See [`crate::commands`].
    pub async fn export_provenance(
        self: &Arc<Self>,
        i: ExportProvenance,
    ) -> Result<(), StudioError> {
        self.blocking(move |s| {
            let report = s.report(&i.draft_id)?;
            let content = match i.form {
                ReportForm::Markdown => report.to_markdown(i.language),
                ReportForm::Html => report.to_html(i.language),
                ReportForm::Json => report.to_json(),
            };
            write_file(Path::new(&i.path), content.as_bytes())
        })
        .await
    }

    /// A draft's text with labels, in the language of the text.
    ///
    /// # Errors
    /// What the library says.
    pub async fn labelled_text(
        self: &Arc<Self>,
        draft_id: String,
        labels: Vec<Label>,
        producer: String,
    ) -> Result<String, StudioError> {
        self.blocking(move |s| s.with_labels(&draft_id, &labels, &producer))
            .await
    }

    fn with_labels(
        &self,
        draft_id: &str,
        labels: &[Label],
        producer: &str,
    ) -> Result<String, StudioError> {
        self.about_labels(draft_id, producer, |text, about| {
            labelled(text, labels, about)
        })
    }

    /// Labels for a file that has metadata of its own.
    pub(crate) fn labels_in_file(
        &self,
        draft_id: &str,
        labels: &[Label],
        producer: &str,
    ) -> Result<LabelsInFile, StudioError> {
        self.about_labels(draft_id, producer, |text, about| {
            LabelsInFile::of(text, labels, about)
        })
    }

    fn about_labels<T>(
        &self,
        draft_id: &str,
        producer: &str,
        work: impl FnOnce(&str, &Labelling) -> T,
    ) -> Result<T, StudioError> {
        let (draft, spans) = self.draft_and_spans(draft_id)?;
        let document = self.library.document(&draft.document_id)?;
        let mut models: Vec<String> = Vec::new();
        for generation in generations(&self.library, &spans) {
            if !models.contains(&generation.model_name) {
                models.push(generation.model_name);
            }
        }
        let about = Labelling {
            kind: document.kind,
            language: document.language,
            share: share(&draft.body, &spans),
            models: &models,
            producer: Some(producer.trim()).filter(|name| !name.is_empty()),
            produce_id: &format!("{}.{}", draft.id, draft.revision),
        };
        Ok(work(&draft.body, &about))
    }

    /// See [`crate::commands`].
    pub async fn export_labelled(self: &Arc<Self>, i: ExportLabelled) -> Result<(), StudioError> {
        let producer = crate::projects::bounded("producer", &i.producer, 300)?;
        self.blocking(move |s| {
            let path = Path::new(&i.path);
            let content = match PaperForm::of(path) {
                Some(form) => s.labelled_paper(&i.draft_id, form, &i.labels, &producer)?,
                None => s
                    .with_labels(&i.draft_id, &i.labels, &producer)?
                    .into_bytes(),
            };
            if i.labels.contains(&Label::Json) {
                let mut beside = path.as_os_str().to_owned();
                beside.push(".provenance.json");
                write_file(
                    Path::new(&beside),
                    s.report(&i.draft_id)?.to_json().as_bytes(),
                )?;
            }
            write_file(path, &content)
        })
        .await
    }
}
