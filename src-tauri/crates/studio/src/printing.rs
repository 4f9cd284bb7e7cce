//! A document as a page that a window prints.

use std::sync::Arc;

use crate::{Studio, StudioError, inputs::Id, papers::PaperForm, provenance::labels::LabelsInFile};

impl Studio {
    /// See [`crate::commands`].
    pub async fn printable(self: &Arc<Self>, i: Id) -> Result<String, StudioError> {
        self.blocking(move |s| {
            let draft = s.library.draft(&i.id)?;
            let page = s.paper(&draft, PaperForm::Html, &LabelsInFile::default())?;
            String::from_utf8(page.bytes).map_err(|error| StudioError::Internal(error.to_string()))
        })
        .await
    }
}
