//! A single document for readers: HTML and DOCX, with labels by choice.

use std::path::Path;

use inkstone_formats::{
    docx::{self, comments::PaperComment},
    html,
    paper::{Paper, PaperLabels, PaperText},
};
use inkstone_library as lib;
use inkstone_manuscript::{DocumentKind, adset::AdSet};

use crate::{
    Studio, StudioError,
    pictures::Along,
    provenance::labels::{Label, LabelsInFile},
};

/// A form for readers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PaperForm {
    Html,
    Docx,
}

impl PaperForm {
    /// By the name of a format.
    pub(crate) fn named(name: &str) -> Option<Self> {
        match name {
            "html" => Some(Self::Html),
            "docx" => Some(Self::Docx),
            _ => None,
        }
    }

    /// By the ending of a file's name.
    pub(crate) fn of(path: &Path) -> Option<Self> {
        let ending = path.extension()?.to_str()?.to_ascii_lowercase();
        match ending.as_str() {
            "html" | "htm" => Some(Self::Html),
            other => Self::named(other),
        }
    }
}

/// A form for readers, written.
pub(crate) struct Written {
    pub bytes: Vec<u8>,
    /// Pictures that it has not.
    pub left_out: Vec<String>,
}

impl Studio {
    /// A draft's bytes in a form for readers.
    pub(crate) fn paper(
        &self,
        draft: &lib::Draft,
        form: PaperForm,
        labels: &LabelsInFile,
    ) -> Result<Written, StudioError> {
        self.paper_with(draft, form, labels, &[])
    }

    /// A draft's bytes as DOCX, with its open comments on their words. Blocks.
    pub(crate) fn commented_docx(&self, draft: &lib::Draft) -> Result<Written, StudioError> {
        let comments = self.library.comments(&draft.id)?;
        let said: Vec<PaperComment<'_>> = comments
            .iter()
            .filter(|comment| comment.resolved_at.is_none())
            .map(|comment| PaperComment {
                range: comment.range.clone(),
                note: &comment.note,
                author: &comment.author,
            })
            .collect();
        self.paper_with(draft, PaperForm::Docx, &LabelsInFile::default(), &said)
    }

    fn paper_with(
        &self,
        draft: &lib::Draft,
        form: PaperForm,
        labels: &LabelsInFile,
        said: &[PaperComment<'_>],
    ) -> Result<Written, StudioError> {
        let document = self.library.document(&draft.document_id)?;
        let Along { pictures, left_out } = self.along(document.kind, &draft.body)?;
        let set;
        let text = match document.kind {
            DocumentKind::News => PaperText::Article(&draft.body),
            DocumentKind::Screenplay => PaperText::Script(&draft.body),
            DocumentKind::Ads => {
                set = AdSet::parse(&draft.body);
                PaperText::Ads(&set)
            }
        };
        let paper = Paper {
            title: &draft.title,
            language: document.language,
            text,
            labels: PaperLabels {
                aigc: labels.aigc.as_deref(),
                before: labels.before.as_deref(),
                after: labels.after.as_deref(),
            },
            pictures: &pictures,
        };
        let bytes = match form {
            PaperForm::Html => html::write::page(&paper).into_bytes(),
            PaperForm::Docx => docx::write::file_with(&paper, said)?,
        };
        Ok(Written { bytes, left_out })
    }

    /// A draft's bytes in a form for readers, with labels in the file.
    pub(crate) fn labelled_paper(
        &self,
        draft_id: &str,
        form: PaperForm,
        labels: &[Label],
        producer: &str,
    ) -> Result<Vec<u8>, StudioError> {
        let draft = self.library.draft(draft_id)?;
        let labels = self.labels_in_file(draft_id, labels, producer)?;
        Ok(self.paper(&draft, form, &labels)?.bytes)
    }
}
