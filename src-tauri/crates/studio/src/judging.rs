//! The best of several takes: the desk's checks and a judge's grades, put together and kept with each
//! take. How it is judged: [`inkstone_desks::judge`].

use std::sync::Arc;

use inkstone_desks::{
    Finding, Goes, Judged, Judging, Mark, Severity, Standing, Task, agreed, checks_score, judge,
    new_findings, rank, read_judgement,
};
use inkstone_library as lib;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{
    Studio, StudioError,
    assistant::Single,
    call::{self, Reading},
    checks::dtos,
    dto::{Batch, ErrorDto, FindingDto, StudioEvent, TakeStatus},
    inputs::{Generate, Id},
    shelf::Chosen,
    story::answers::put_again,
    switch::{beside::only, dto::SkippedDto, resume::whole_output},
};

/// How a take was judged.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct EvaluationDto {
    /// The take.
    pub take_id: String,
    /// Its batch.
    pub batch_id: String,
    /// From 1, the best, on.
    pub place: u32,
    /// Of how many.
    pub of: u32,
    /// From 0 to 100.
    pub score: u32,
    /// What the checks left of 100.
    pub checks: u32,
    /// What it would bring into the document that the checks find fault with.
    pub findings: Vec<FindingDto>,
    /// Whether it breaks a hard rule: then it comes after all that break none.
    pub breaks: bool,
    /// The grades, if a judge was asked and could be understood.
    pub judge: Option<JudgeDto>,
    /// Why there are no grades, though a judge was asked.
    pub judge_error: Option<ErrorDto>,
    /// Whether the grades count: else the checks alone ranked all of the batch.
    pub judged: bool,
}

/// What a judge gave.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct JudgeDto {
    /// The judge's name.
    pub model_name: String,
    /// Host it was asked at; `null` for a local model.
    pub host: Option<String>,
    /// The points, the score, and whether it contradicts itself.
    pub given: Judged,
    /// Ids of the generations that are its readings.
    pub readings: Vec<String>,
}

/// Asks for takes and has them judged when they are written.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct GenerateBest {
    pub of: Generate,
    /// Id of the model that judges; `null` for the checks alone.
    pub judge: Option<String>,
}

/// Has the takes of a batch judged.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct JudgeTakes {
    pub draft_id: String,
    pub batch_id: String,
    pub note: String,
    /// Id of the model that judges; `null` for the checks alone.
    pub judge: Option<String>,
    /// The person has said yes to more than the budget.
    #[ts(optional)]
    pub over_budget: Option<bool>,
}

/// A text that is judged.
pub(crate) struct Candidate {
    pub id: String,
    pub text: String,
    pub whole: bool,
    pub findings: Vec<Finding>,
    /// What the judge said, if one was asked.
    pub judged: Option<Result<JudgeDto, ErrorDto>>,
}

/// Puts together what is known of the texts of a batch.
pub(crate) fn evaluations(batch_id: &str, all: Vec<Candidate>) -> Vec<EvaluationDto> {
    let standings: Vec<Standing> = all
        .iter()
        .map(|one| Standing {
            whole: one.whole && !one.text.trim().is_empty(),
            breaks: one.findings.iter().any(|f| f.severity == Severity::Error),
            checks: checks_score(&one.findings),
            judge: match &one.judged {
                Some(Ok(judge)) if !judge.given.contradicts => Some(judge.given.score),
                _ => None,
            },
        })
        .collect();
    let (order, scores) = rank(&standings);
    let judged = standings
        .iter()
        .all(|one| !one.whole || one.judge.is_some());
    let of = crate::drafts::to_u32(all.len());
    all.into_iter()
        .enumerate()
        .map(|(at, one)| {
            let place = order.iter().position(|place| *place == at).unwrap_or(at) + 1;
            let (judge, judge_error) = match one.judged {
                None => (None, None),
                Some(Ok(judge)) => (Some(judge), None),
                Some(Err(error)) => (None, Some(error)),
            };
            // The findings' places are in a document that the text stands in, and not in the text.
            let found = one.findings.into_iter();
            let found = found.map(|finding| Finding {
                range: None,
                ..finding
            });
            let findings = dtos("", found.collect());
            EvaluationDto {
                take_id: one.id,
                batch_id: batch_id.to_owned(),
                place: crate::drafts::to_u32(place),
                of,
                score: scores[at],
                checks: standings[at].checks,
                findings,
                breaks: standings[at].breaks,
                judged: judged && judge.is_some(),
                judge,
                judge_error,
            }
        })
        .collect()
}

/// What a judging is about.
struct Court {
    draft: lib::Draft,
    project: lib::Project,
    brief: inkstone_desks::Brief,
    judge: Option<Result<(Chosen, Vec<SkippedDto>), ErrorDto>>,
    takes: Vec<(lib::Generation, Candidate)>,
    note: String,
    batch_id: String,
    over_budget: bool,
}

impl Studio {
    /// See [`crate::commands`].
    pub async fn generate_best(self: &Arc<Self>, i: GenerateBest) -> Result<Batch, StudioError> {
        let mut events = self.subscribe();
        let input = JudgeTakes {
            draft_id: i.of.draft_id.clone(),
            batch_id: String::new(),
            note: i.of.note.clone(),
            judge: i.judge,
            over_budget: i.of.over_budget,
        };
        let batch = self.generate(i.of).await?;
        let (studio, batch_id) = (self.clone(), batch.batch_id.clone());
        tokio::spawn(async move {
            let input = JudgeTakes { batch_id, ..input };
            // All takes of a batch are over when it is told that takes have changed.
            while studio.is_live(&input.batch_id) {
                // One that was missed is as good as one that was heard: it is looked again.
                let heard = events.recv().await;
                if matches!(heard, Err(tokio::sync::broadcast::error::RecvError::Closed)) {
                    return;
                }
            }
            if let Err(error) = studio.judge_batch(input).await {
                tracing::error!(%error, "takes could not be judged");
            }
        });
        Ok(batch)
    }

    /// See [`crate::commands`].
    pub async fn judge_takes(self: &Arc<Self>, i: JudgeTakes) -> Result<(), StudioError> {
        if self.is_live(&i.batch_id) {
            return Err(StudioError::StillWriting);
        }
        self.judge_batch(i).await
    }

    /// See [`crate::commands`].
    pub async fn evaluations(self: &Arc<Self>, i: Id) -> Result<Vec<EvaluationDto>, StudioError> {
        self.blocking(move |s| {
            let all = s.library.generations(&i.id)?.into_iter();
            Ok(all
                .filter_map(|g| serde_json::from_value(g.evaluation?).ok())
                .collect())
        })
        .await
    }

    /// Judges the takes of a batch and keeps what comes of it.
    async fn judge_batch(self: &Arc<Self>, i: JudgeTakes) -> Result<(), StudioError> {
        let mut court = self.blocking(move |s| s.convene(i)).await?;
        if let Some(judge) = court.judge.clone() {
            for at in 0..court.takes.len() {
                let judged = match &judge {
                    Err(error) => Err(error.clone()),
                    // What was cut off or is empty comes last anyway.
                    Ok(_) if !court.takes[at].1.whole => continue,
                    Ok((chosen, skipped)) => self.readings(&court, at, chosen, skipped).await,
                };
                court.takes[at].1.judged = Some(judged);
            }
        }
        let batch_id = court.batch_id;
        let candidates = court.takes.into_iter().map(|(_, one)| one).collect();
        let all = evaluations(&batch_id, candidates);
        self.blocking(move |s| {
            for one in all {
                let value =
                    serde_json::to_value(&one).map_err(|e| StudioError::Internal(e.to_string()))?;
                s.library.evaluate(&one.take_id, &value)?;
            }
            Ok(())
        })
        .await?;
        self.changed(&["evaluations"]);
        Ok(())
    }

    /// Gathers what is judged, and by whom. Blocks.
    fn convene(&self, i: JudgeTakes) -> Result<Court, StudioError> {
        let (draft, document) = self.not_deleted(&i.draft_id)?;
        let project = self.library.project(&document.project_id)?;
        let brief = Self::brief(document.kind, document.language, &draft.fields)?;
        let judge = i.judge.map(|id| {
            self.shelf
                .choose(&id)
                .and_then(|_| {
                    only(self.plan_of(&project, document.kind, Task::Judge.name(), &[id])?)
                })
                .map_err(|e| e.to_dto())
        });
        let mut takes = Vec::new();
        for g in self.library.generations(&draft.id)? {
            let text_task = Task::named(&g.task).is_some_and(|task| task.goes() == Goes::Text);
            if g.batch_id != i.batch_id || !text_task || g.decision == lib::Decision::Discarded {
                continue;
            }
            let reading = Reading::of(&g.template, Some(document.kind));
            let text = reading.ended(&whole_output(&g), g.end.as_ref()).text;
            let end = draft.body.len();
            let target = g.target.clone().unwrap_or(end..end);
            let findings = new_findings(&brief, &project.house_rules, &draft.body, &target, &text);
            let status = g.end.as_ref().map(call::status);
            let candidate = Candidate {
                id: g.id.clone(),
                whole: status == Some(TakeStatus::Done) && !text.trim().is_empty(),
                text,
                findings,
                judged: None,
            };
            takes.push((g, candidate));
        }
        takes.sort_by_key(|(g, _)| g.variant);
        Ok(Court {
            draft,
            project,
            brief,
            judge,
            takes,
            note: i.note,
            batch_id: i.batch_id,
            over_budget: i.over_budget.unwrap_or_default(),
        })
    }

    /// Has a take read twice.
    async fn readings(
        self: &Arc<Self>,
        court: &Court,
        at: usize,
        chosen: &Chosen,
        skipped: &[SkippedDto],
    ) -> Result<JudgeDto, ErrorDto> {
        let (take, candidate) = &court.takes[at];
        let end = court.draft.body.len();
        let (mut marks, mut ids) = (Vec::new(), Vec::new());
        for reversed in [false, true] {
            let input = Judging {
                brief: &court.brief,
                task: &take.task,
                note: &court.note,
                document: &court.draft.body,
                target: take.target.clone().unwrap_or(end..end),
                text: &candidate.text,
                context_tokens: chosen.context_tokens,
                reversed,
            };
            let composed =
                judge(&input, chosen.prompt_form).map_err(|e| StudioError::from(e).to_dto())?;
            let (id, given) = self.reading(court, chosen, skipped, &composed).await?;
            ids.push(id);
            marks.push(given);
        }
        Ok(JudgeDto {
            model_name: chosen.name.clone(),
            host: chosen.host.clone(),
            given: agreed(&marks),
            readings: ids,
        })
    }

    /// One reading; an answer that is none is asked for once more.
    async fn reading(
        self: &Arc<Self>,
        court: &Court,
        chosen: &Chosen,
        skipped: &[SkippedDto],
        composed: &inkstone_desks::Composed,
    ) -> Result<(String, Vec<Mark>), ErrorDto> {
        let dto = |e: StudioError| e.to_dto();
        let mut composed = composed.clone();
        for again in [false, true] {
            let (draft, project) = (court.draft.clone(), court.project.clone());
            let (judge, language) = (chosen.clone(), court.brief.language());
            let (batch_id, over_budget) = (court.batch_id.clone(), court.over_budget);
            let (asked, skipped) = (composed.clone(), skipped.to_vec());
            let (call, take) = self
                .blocking(move |s| {
                    s.enlist_single(Single {
                        draft: &draft,
                        project: &project,
                        task: Task::Judge,
                        batch_id,
                        language,
                        chosen: &judge,
                        skipped,
                        composed: &asked,
                        seed: s.seed(),
                        over_budget,
                    })
                })
                .await
                .map_err(dto)?;
            let id = call.id.clone();
            self.tell(StudioEvent::Take {
                take: Box::new(take),
            });
            self.write_take(chosen, call).await;
            self.settle(&id).await.map_err(dto)?;
            let key = id.clone();
            let generation = self
                .blocking(move |s| Ok(s.library.generation(&key)?))
                .await
                .map_err(dto)?;
            let end = generation.end.clone().unwrap_or_default();
            match call::status(&end) {
                TakeStatus::Done | TakeStatus::Incomplete => {}
                TakeStatus::Stopped => return Err(StudioError::Stopped.to_dto()),
                _ => {
                    let said = end.error.as_deref();
                    let said = said.and_then(|e| serde_json::from_str(e).ok());
                    return Err(said.unwrap_or_else(|| StudioError::JudgeUnreadable.to_dto()));
                }
            }
            let answer = Reading::of(&generation.template, Some(court.brief.kind()))
                .read(&whole_output(&generation))
                .text;
            match read_judgement(&answer) {
                Ok(marks) => return Ok((id, marks)),
                Err(_) if again => break,
                Err(why) => put_again(
                    &mut composed.messages,
                    &answer,
                    &why,
                    court.brief.language(),
                ),
            }
        }
        Err(StudioError::JudgeUnreadable.to_dto())
    }
}
