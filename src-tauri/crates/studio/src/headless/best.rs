//! The best of several texts that belong to no document.

use std::sync::Arc;

use inkstone_desks::{Task, new_findings};

use super::{DraftRun, Written};
use crate::{
    Studio, StudioError,
    dto::TakeStatus,
    judging::{Candidate, Court, Seat},
    switch::relay::Asked,
};

/// Who chooses the best of several texts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Best {
    /// Ids of the models that judge, in a row; those that write where the list is empty. `None`: the
    /// checks alone rank.
    pub judges: Option<Vec<String>>,
}

impl Studio {
    /// Has the variants judged, and puts the best one first in what was written. How each was judged
    /// is kept with it.
    pub(super) async fn choose_best(
        self: &Arc<Self>,
        run: &DraftRun,
        best: &Best,
        written: &mut Written,
    ) -> Result<(), StudioError> {
        let task = Task::Judge.name();
        let asked = self.asked_for_nothing(task, run.brief.language(), self.seed());
        let asked = Asked {
            over_budget: run.over_budget,
            ..asked
        };
        let judges = best.judges.as_ref().map(|judges| {
            let row = if judges.is_empty() {
                &run.models
            } else {
                judges
            };
            self.row(row, Some(run.brief.kind()), task)
                .map_err(|e| e.to_dto())
        });
        let seats = written.variants.iter().map(|variant| Seat {
            task: run.task.name().to_owned(),
            target: 0..0,
            candidate: Candidate {
                id: variant.generation.id.clone(),
                whole: variant.status == TakeStatus::Done && !variant.text.trim().is_empty(),
                findings: new_findings(&run.brief, &run.house_rules, "", &(0..0), &variant.text),
                text: variant.text.clone(),
                judged: None,
            },
        });
        let court = Court::new(
            run.brief.clone(),
            String::new(),
            run.note.clone(),
            judges,
            seats.collect(),
            asked,
        );
        written.evaluations = self.judge_batch(court, false).await?;
        let first = written.evaluations.iter().position(|one| one.place == 1);
        if let Some(first) = first {
            written.best = Some(first);
            let variant = &written.variants[first];
            written.text = variant.text.clone();
            written.title = variant.title.clone();
            written.generation = variant.generation.clone();
        }
        Ok(())
    }
}
