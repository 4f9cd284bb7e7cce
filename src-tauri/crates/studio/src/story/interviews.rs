//! Interviews with the people of a script.

use std::sync::Arc;

use inkstone_desks::{Brief, Composed, Exchange, Interview, Task, interview};
use inkstone_library as lib;
use serde_json::Value;

use super::{
    answers::facts,
    dto::{AskCharacter, InterviewDto, InterviewTurnDto, KeepAnswer, StartInterview},
};
use crate::{
    Studio, StudioError,
    drafts::bytes,
    inputs::Id,
    order::LONGEST_NOTE,
    projects::{bounded, time},
    shelf::Chosen,
    switch::{
        beside::Facts,
        relay::{Asked, Lined, Recipe},
    },
};

/// What a question to one of the people is made of.
struct Inquiry {
    brief: Brief,
    document: String,
    until: usize,
    character: String,
    before: Vec<Exchange>,
    question: String,
    house_rules: String,
}

impl Inquiry {
    /// The prompt for a model, and what had room in it.
    fn put(&self, chosen: &Chosen) -> Result<(Composed, Value), StudioError> {
        let input = Interview {
            brief: &self.brief,
            document: &self.document,
            until: self.until,
            character: &self.character,
            before: &self.before,
            question: &self.question,
            house_rules: &self.house_rules,
            context_tokens: chosen.context_tokens,
        };
        let asked = interview(&input, chosen.prompt_form)?;
        let facts = facts(
            self.before.len() - asked.exchanges,
            asked.scenes,
            asked.scenes_told,
        );
        Ok((asked.composed, facts))
    }
}

impl Recipe for Inquiry {
    fn compose(&self, chosen: &Chosen) -> Result<Vec<Composed>, StudioError> {
        Ok(vec![self.put(chosen)?.0])
    }

    fn handed_on(
        &self,
        studio: &Studio,
        failed: &str,
        next: &str,
        chosen: &Chosen,
    ) -> Result<(), StudioError> {
        let (_, facts) = self.put(chosen)?;
        Ok(studio.library.answer_by(failed, next, &facts)?)
    }

    fn changes(&self) -> &'static [&'static str] {
        &["interviews"]
    }
}

impl Studio {
    /// An interview with the answers as they stand. Blocks.
    fn interview_dto(&self, kept: lib::Conversation) -> Result<InterviewDto, StudioError> {
        let turns = kept
            .path(None)
            .into_iter()
            .map(|turn| {
                let take = self.take(&turn.generation_id)?;
                let number = |name: &str| {
                    let found = turn.facts.get(name).and_then(serde_json::Value::as_u64);
                    found.and_then(|n| u32::try_from(n).ok()).unwrap_or(0)
                };
                Ok(InterviewTurnDto {
                    left_out: number("left_out"),
                    scenes: number("scenes"),
                    scenes_told: number("scenes_told"),
                    id: turn.id.clone(),
                    question: turn.question.clone(),
                    take_id: take.id,
                    answer: take.text,
                    status: take.status,
                    error: take.error,
                    kept: turn.kept,
                })
            })
            .collect::<Result<_, StudioError>>()?;
        Ok(InterviewDto {
            id: kept.id,
            draft_id: kept.draft_id,
            character: kept.character,
            turns,
            updated_at: time(kept.updated_at),
        })
    }

    /// See [`crate::commands`].
    pub async fn interviews(self: &Arc<Self>, i: Id) -> Result<Vec<InterviewDto>, StudioError> {
        self.blocking(move |s| {
            let all = s.library.interviews(&i.id)?;
            all.into_iter().map(|one| s.interview_dto(one)).collect()
        })
        .await
    }

    /// See [`crate::commands`].
    pub async fn start_interview(
        self: &Arc<Self>,
        i: StartInterview,
    ) -> Result<InterviewDto, StudioError> {
        let character = bounded("character", &i.character, 300)?;
        if character.is_empty() {
            return Err(StudioError::BadRequest("nobody is named".into()));
        }
        self.blocking(move |s| {
            s.story_desk(&i.draft_id)?;
            let id = s.library.begin_conversation(&i.draft_id, &character)?;
            s.interview_dto(s.library.conversation(&id)?)
        })
        .await
    }

    /// See [`crate::commands`].
    pub async fn ask_character(
        self: &Arc<Self>,
        i: AskCharacter,
    ) -> Result<InterviewDto, StudioError> {
        let question = bounded("question", &i.question, LONGEST_NOTE)?;
        let seed = self.seed();
        let batch_id = self.batch_id();
        let (lined, dto) = self
            .blocking(move |s| s.question(&i, question, seed, batch_id))
            .await?;
        let studio = self.clone();
        tokio::spawn(async move {
            studio.write_chain(lined).await;
            studio.changed(&["interviews"]);
        });
        Ok(dto)
    }

    /// Composes a question and writes it down. Blocks.
    fn question(
        &self,
        i: &AskCharacter,
        question: String,
        seed: u64,
        batch_id: String,
    ) -> Result<(Lined, InterviewDto), StudioError> {
        let kept = self.library.conversation(&i.id)?;
        let (draft, document) = self.not_deleted(&kept.draft_id)?;
        let project = self.library.project(&document.project_id)?;
        let brief = Self::brief(document.kind, document.language, &draft.fields)?;
        let mut turns = kept.path(None);
        let last = if i.again { turns.pop() } else { None };
        let question = last.map_or(question, |turn| turn.question.clone());
        if question.is_empty() {
            return Err(StudioError::BadRequest("nothing is asked".into()));
        }
        let before: Vec<Exchange> = self.said(&turns)?.into_iter().map(|one| one.1).collect();
        let plan = self.plan(&project, Some(document.kind), Task::Interview.name())?;
        let asked = Asked {
            project_id: Some(project.id),
            task: Task::Interview.name().to_owned(),
            batch_id,
            language: brief.language(),
            share: 100,
            first: 0,
            number: 1,
            over_budget: i.over_budget.unwrap_or_default(),
            seed,
            facts: Facts::default(),
            draft: Some(draft.clone()),
        };
        let inquiry = Arc::new(Inquiry {
            until: bytes(&draft.body, 0, i.until)?.end,
            document: draft.body,
            character: kept.character.clone(),
            before,
            question: question.clone(),
            house_rules: project.house_rules,
            brief,
        });
        let (lined, _) = self.line_up_one(&asked, inquiry.clone(), plan)?;
        let (_, facts) = inquiry.put(&lined.chosen)?;
        // Asked anew, it stands beside the first.
        let after = turns.last().map(|turn| turn.id.as_str());
        self.library
            .ask(&i.id, after, &question, &lined.call.id, &facts)?;
        let dto = self.interview_dto(self.library.conversation(&i.id)?)?;
        Ok((lined, dto))
    }

    /// See [`crate::commands`].
    pub async fn keep_answer(self: &Arc<Self>, i: KeepAnswer) -> Result<InterviewDto, StudioError> {
        self.blocking(move |s| {
            s.library.keep_answer(&i.turn_id, i.kept)?;
            s.interview_dto(s.library.conversation(&i.interview_id)?)
        })
        .await
    }

    /// See [`crate::commands`].
    pub async fn delete_interview(self: &Arc<Self>, i: Id) -> Result<(), StudioError> {
        self.blocking(move |s| Ok(s.library.delete_conversation(&i.id)?))
            .await?;
        self.changed(&["interviews"]);
        Ok(())
    }

    /// See [`crate::commands`].
    pub async fn restore_interview(self: &Arc<Self>, i: Id) -> Result<(), StudioError> {
        self.blocking(move |s| Ok(s.library.restore_conversation(&i.id)?))
            .await?;
        self.changed(&["interviews"]);
        Ok(())
    }
}
