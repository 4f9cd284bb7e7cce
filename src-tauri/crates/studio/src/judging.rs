//! The best of several takes: the desk's checks and a judge's grades, put together and kept with each
//! take. How it is judged: [`inkstone_desks::judge`].

use std::{ops::Range, sync::Arc};

use inkstone_desks::{
    Brief, Composed, Finding, Goes, Judged, Judging, Mark, Severity, Standing, Task, agreed,
    checks_score, judge, new_findings, rank, read_judgement,
};
use inkstone_library as lib;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{
    Studio, StudioError,
    call::{self, Reading},
    checks::dtos,
    dto::{Batch, ErrorDto, FindingDto, StudioEvent, TakeStatus},
    inputs::{Generate, Id},
    shelf::Chosen,
    switch::{
        beside::Facts,
        budget,
        chain::Plan,
        dto::{EstimateInput, SkippedDto},
        relay::{Asked, Last, Recipe, is_models_own},
        resume::whole_output,
    },
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
    /// Models that were to judge before it and could not, in order.
    #[serde(default)]
    pub skipped: Vec<SkippedDto>,
}

/// Asks for takes and has them judged when they are written.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct GenerateBest {
    pub of: Generate,
    /// Id of the model that judges; `null` for the checks alone.
    pub judge: Option<String>,
    /// Instead of `judge`: the models that the project has in a row for judging.
    #[ts(optional)]
    pub by_chain: Option<bool>,
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
    /// Instead of `judge`: the models that the project has in a row for judging.
    #[ts(optional)]
    pub by_chain: Option<bool>,
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

/// What every reading of a judging has before it.
struct Case {
    brief: Brief,
    document: String,
    note: String,
}

/// A text that is judged, and what it was asked for.
pub(crate) struct Seat {
    pub task: String,
    pub target: Range<usize>,
    pub candidate: Candidate,
}

/// What a judging is about.
pub(crate) struct Court {
    case: Arc<Case>,
    /// Who judges; none for the checks alone.
    bench: Option<Result<Plan, ErrorDto>>,
    seats: Vec<Seat>,
    /// For whom the readings are made; their numbers and seeds are given later.
    asked: Asked,
}

/// One reading of one text.
#[derive(Clone)]
struct Sitting {
    case: Arc<Case>,
    task: String,
    target: Range<usize>,
    text: String,
    reversed: bool,
}

impl Recipe for Sitting {
    fn compose(&self, chosen: &Chosen) -> Result<Vec<Composed>, StudioError> {
        let input = Judging {
            brief: &self.case.brief,
            task: &self.task,
            note: &self.case.note,
            document: &self.case.document,
            target: self.target.clone(),
            text: &self.text,
            context_tokens: chosen.context_tokens,
            reversed: self.reversed,
        };
        Ok(vec![judge(&input, chosen.prompt_form)?])
    }
}

impl Court {
    pub(crate) fn new(
        brief: Brief,
        document: String,
        note: String,
        bench: Option<Result<Plan, ErrorDto>>,
        seats: Vec<Seat>,
        asked: Asked,
    ) -> Self {
        let case = Case {
            brief,
            document,
            note,
        };
        Self {
            case: Arc::new(case),
            bench,
            seats,
            asked,
        }
    }

    fn sitting(&self, at: usize, reversed: bool) -> Sitting {
        let seat = &self.seats[at];
        Sitting {
            case: self.case.clone(),
            task: seat.task.clone(),
            target: seat.target.clone(),
            text: seat.candidate.text.clone(),
            reversed,
        }
    }

    /// What was cut off or is empty comes last anyway, and is not read.
    fn heard(&self) -> Vec<usize> {
        let whole = |at: &usize| self.seats[*at].candidate.whole;
        (0..self.seats.len()).filter(whole).collect()
    }
}

/// What became of the readings of one text.
enum Heard {
    Graded(JudgeDto, Plan),
    Failed(ErrorDto),
    /// Another judge has taken over, and what was read before counts no more.
    Anew(Plan),
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
            by_chain: i.by_chain,
            over_budget: i.of.over_budget,
        };
        let (of, judging) = (i.of.clone(), input.clone());
        self.blocking(move |s| s.best_within_budget(&of, judging))
            .await?;
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
            let judged = async {
                let court = studio.blocking(move |s| s.convene(input)).await?;
                studio.judge_batch(court, false).await
            };
            if let Err(error) = judged.await {
                tracing::error!(%error, "takes could not be judged");
            }
        });
        Ok(batch)
    }

    /// Whether takes that are still to be written, and a judge's readings of them, stay within the
    /// budgets. Blocks.
    fn best_within_budget(&self, of: &Generate, judging: JudgeTakes) -> Result<(), StudioError> {
        if of.over_budget.unwrap_or_default() {
            return Ok(());
        }
        let mut court = self.convene(judging)?;
        let Some(Ok(plan)) = court.bench.take() else {
            return Ok(());
        };
        let takes = self.estimated(&EstimateInput {
            draft_id: of.draft_id.clone(),
            task: of.task.clone(),
            from: of.from,
            to: of.to,
            note: of.note.clone(),
            variants: of.variants,
            models: of.models.clone().unwrap_or_default(),
        })?;
        let end = court.case.document.len();
        let empty = Sitting {
            case: court.case.clone(),
            task: of.task.name().to_owned(),
            target: end..end,
            text: "-".to_owned(),
            reversed: false,
        };
        let group = Self::composed(&empty, plan)?;
        let calls = takes.calls.max(1);
        let mut requests = vec![takes.cost];
        for one in &group.composed {
            // A text may be as long as its model may write.
            let prompt = budget::prompt_tokens(one).saturating_add(takes.most_tokens / calls);
            let reading = budget::cost(&group.chosen, prompt, one.max_tokens);
            requests.extend((0..calls * 2).map(|_| reading.clone()));
        }
        self.allowed(&court.asked, &requests)
    }

    /// See [`crate::commands`].
    pub async fn judge_takes(self: &Arc<Self>, i: JudgeTakes) -> Result<(), StudioError> {
        if self.is_live(&i.batch_id) {
            return Err(StudioError::StillWriting);
        }
        let court = self.blocking(move |s| s.convene(i)).await?;
        self.judge_batch(court, true).await?;
        Ok(())
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

    /// Judges texts and keeps what comes of it. `asks`: whether somebody is there to be asked when the
    /// budget would be passed; else the checks alone rank, and the reason is kept.
    ///
    /// # Errors
    /// `BudgetPassed`, before anything is asked.
    pub(crate) async fn judge_batch(
        self: &Arc<Self>,
        court: Court,
        asks: bool,
    ) -> Result<Vec<EvaluationDto>, StudioError> {
        let mut court = self
            .blocking(move |s| {
                let mut court = court;
                let most = s.most_of(&court);
                match s.allowed(&court.asked, &most) {
                    Err(error) if asks => return Err(error),
                    Err(error) => court.bench = Some(Err(error.to_dto())),
                    Ok(()) => {}
                }
                Ok(court)
            })
            .await?;
        match court.bench.take() {
            None => {}
            Some(Ok(plan)) => self.hear(&mut court, plan).await,
            Some(Err(error)) => {
                for seat in &mut court.seats {
                    seat.candidate.judged = Some(Err(error.clone()));
                }
            }
        }
        let candidates = court.seats.into_iter().map(|seat| seat.candidate).collect();
        let all = evaluations(&court.asked.batch_id, candidates);
        let kept = all.clone();
        self.blocking(move |s| {
            for one in kept {
                let value =
                    serde_json::to_value(&one).map_err(|e| StudioError::Internal(e.to_string()))?;
                s.library.evaluate(&one.take_id, &value)?;
            }
            Ok(())
        })
        .await?;
        self.changed(&["evaluations"]);
        Ok(all)
    }

    /// What all readings may come to with the first judge. Blocks.
    fn most_of(&self, court: &Court) -> Vec<Option<crate::switch::dto::CostDto>> {
        let Some(Ok(plan)) = &court.bench else {
            return Vec::new();
        };
        let Some(chosen) = plan.members.front() else {
            return Vec::new();
        };
        let readings = court.heard().into_iter();
        let readings = readings.flat_map(|at| [court.sitting(at, false), court.sitting(at, true)]);
        readings
            .filter_map(|reading| reading.compose(chosen).ok())
            .flat_map(|composed| composed.into_iter())
            .map(|composed| budget::most(chosen, &composed))
            .collect()
    }

    /// Has every text read by one judge. Where it can't go on, the next one begins anew: the grades of
    /// two judges are no common measure.
    async fn hear(self: &Arc<Self>, court: &mut Court, mut plan: Plan) {
        'anew: loop {
            for (nth, at) in court.heard().into_iter().enumerate() {
                match self.readings(court, at, plan.clone(), nth == 0).await {
                    Heard::Graded(judge, next) => {
                        court.seats[at].candidate.judged = Some(Ok(judge));
                        plan = next;
                    }
                    Heard::Anew(next) => {
                        plan = next;
                        continue 'anew;
                    }
                    Heard::Failed(error) if !is_models_own(&error.code) => {
                        court.seats[at].candidate.judged = Some(Err(error));
                    }
                    Heard::Failed(error) => {
                        // Nobody is left who could judge the others.
                        for seat in &mut court.seats {
                            let judged = &mut seat.candidate.judged;
                            if !matches!(judged, Some(Ok(_))) {
                                *judged = Some(Err(error.clone()));
                            }
                        }
                        return;
                    }
                }
            }
            return;
        }
    }

    /// Gathers what is judged, and by whom. Blocks.
    fn convene(&self, i: JudgeTakes) -> Result<Court, StudioError> {
        let (draft, document) = self.not_deleted(&i.draft_id)?;
        let project = self.library.project(&document.project_id)?;
        let brief = Self::brief(document.kind, document.language, &draft.fields)?;
        let (kind, task) = (Some(document.kind), Task::Judge.name());
        let bench = match i.judge {
            _ if i.by_chain.unwrap_or_default() => Some(self.plan(&project, kind, task)),
            Some(id) => {
                let named = self.shelf.choose(&id);
                Some(named.and_then(|_| self.plan_of(Some(&project), kind, task, &[id])))
            }
            None => None,
        };
        let bench = bench.map(|plan| plan.map_err(|e| e.to_dto()));
        let mut seats = Vec::new();
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
            let seat = Seat {
                task: g.task,
                target,
                candidate,
            };
            seats.push((g.variant, seat));
        }
        seats.sort_by_key(|(variant, _)| *variant);
        let asked = Asked {
            project_id: Some(project.id),
            task: task.to_owned(),
            batch_id: i.batch_id,
            language: brief.language(),
            share: 100,
            first: 0,
            number: 1,
            over_budget: i.over_budget.unwrap_or_default(),
            seed: self.seed(),
            facts: Facts::default(),
            draft: Some(draft.clone()),
        };
        let seats = seats.into_iter().map(|(_, seat)| seat).collect();
        Ok(Court::new(brief, draft.body, i.note, bench, seats, asked))
    }

    /// Has a text read twice.
    async fn readings(
        self: &Arc<Self>,
        court: &Court,
        at: usize,
        mut plan: Plan,
        first: bool,
    ) -> Heard {
        let (mut marks, mut ids) = (Vec::new(), Vec::new());
        for reversed in [false, true] {
            let judge = plan.members.front().map(|chosen| chosen.id.clone());
            let sitting = court.sitting(at, reversed);
            let (id, given, next) = match self.reading(court, sitting, plan).await {
                Ok(read) => read,
                Err(error) => return Heard::Failed(error),
            };
            let same = next.members.front().map(|chosen| chosen.id.clone()) == judge;
            // Nothing was read before the very first reading.
            if !same && (!first || reversed) {
                return Heard::Anew(next);
            }
            plan = next;
            ids.push(id);
            marks.push(given);
        }
        let Some(judge) = plan.members.front() else {
            return Heard::Failed(StudioError::JudgeUnreadable.to_dto());
        };
        let judge = JudgeDto {
            model_name: judge.name.clone(),
            host: judge.host.clone(),
            given: agreed(&marks),
            readings: ids,
            skipped: plan.skipped.clone(),
        };
        Heard::Graded(judge, plan)
    }

    /// One reading; an answer that is none is asked for once more. Gives the generation, its grades, and
    /// who judges from here on.
    async fn reading(
        self: &Arc<Self>,
        court: &Court,
        sitting: Sitting,
        plan: Plan,
    ) -> Result<(String, Vec<Mark>, Plan), ErrorDto> {
        let dto = |e: StudioError| e.to_dto();
        let mut asked = court.asked.clone();
        asked.seed = self.seed();
        let made = self.blocking(move |s| s.line_up_one(&asked, Arc::new(sitting), plan));
        let (mut lined, mut take) = made.await.map_err(dto)?;
        for again in [false, true] {
            self.tell(StudioEvent::Take {
                take: Box::new(take),
            });
            let Last { id, chosen, relay } = self.write_chain(lined).await;
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
            let answer = Reading::of(&generation.template, Some(court.case.brief.kind()))
                .read(&whole_output(&generation))
                .text;
            match read_judgement(&answer) {
                Ok(marks) => {
                    let mut plan = Plan {
                        members: relay.rest,
                        skipped: relay.skipped,
                    };
                    plan.members.push_front(chosen);
                    return Ok((id, marks, plan));
                }
                Err(_) if again => break,
                Err(why) => {
                    let made =
                        self.blocking(move |s| s.line_up_again(relay, chosen, answer, why, 0));
                    (lined, take) = made.await.map_err(dto)?;
                }
            }
        }
        Err(StudioError::JudgeUnreadable.to_dto())
    }
}
