//! Reports of a reader, and what a model found about who knows what.

use std::{path::Path, sync::Arc};

use inkstone_desks::{Finding, knowledge};
use inkstone_library as lib;

use super::dto::{ExportReport, KeptReport, ReportDto};
use crate::{Studio, StudioError, drafts::write_file, inputs::Id, projects::time, takes::resolved};

fn report_dto(report: lib::Report) -> Option<ReportDto> {
    // What another program wrote otherwise is not shown, and stays.
    let kept: KeptReport = serde_json::from_value(report.body).ok()?;
    Some(ReportDto {
        id: report.id,
        created_at: time(report.created_at),
        model_name: kept.model_name,
        take_id: report.generation_id,
        share: kept.share,
        coverage: kept.coverage,
    })
}

impl Studio {
    /// See [`crate::commands`].
    pub async fn reports(self: &Arc<Self>, i: Id) -> Result<Vec<ReportDto>, StudioError> {
        self.blocking(move |s| {
            let all = s.library.reports(&i.id)?;
            Ok(all.into_iter().filter_map(report_dto).collect())
        })
        .await
    }

    /// See [`crate::commands`].
    pub async fn delete_report(self: &Arc<Self>, i: Id) -> Result<(), StudioError> {
        self.blocking(move |s| Ok(s.library.delete_report(&i.id)?))
            .await?;
        self.changed(&["reports"]);
        Ok(())
    }

    /// See [`crate::commands`].
    pub async fn restore_report(self: &Arc<Self>, i: Id) -> Result<(), StudioError> {
        self.blocking(move |s| Ok(s.library.restore_report(&i.id)?))
            .await?;
        self.changed(&["reports"]);
        Ok(())
    }

    /// See [`crate::commands`].
    pub async fn export_report(self: &Arc<Self>, i: ExportReport) -> Result<(), StudioError> {
        self.blocking(move |s| {
            let report = s.library.report(&i.id)?;
            let view = s.draft_view(&report.draft_id)?;
            let language = view.document.language;
            let kept: KeptReport = serde_json::from_value(report.body)
                .map_err(|e| StudioError::Internal(e.to_string()))?;
            let text = kept.coverage.to_markdown(&view.title, language);
            write_file(Path::new(&i.path), text.as_bytes())
        })
        .await
    }

    /// What a model found last about who knows what, as far as the script still has its quotes.
    /// Blocks.
    pub(crate) fn knowledge(&self, draft: &lib::Draft) -> Result<Vec<Finding>, StudioError> {
        let found = self.library.generations(&draft.id)?.into_iter().find(|g| {
            g.task == "knowledge" && g.end.is_some() && g.decision != lib::Decision::Discarded
        });
        Ok(found.map_or_else(Vec::new, |g| knowledge(&resolved(&g), &draft.body)))
    }
}
