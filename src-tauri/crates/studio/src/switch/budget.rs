//! Prices, and budgets that are asked before they are passed.

use std::sync::{Arc, MutexGuard, PoisonError};

use inkstone_desks::Composed;
use inkstone_library as lib;
use serde_json::Value;

use super::dto::{BudgetDto, BudgetStateDto, CostDto, PriceDto, SetBudget, SetPrice};
use crate::{
    Studio, StudioError,
    dto::{ModelDto, ProjectDto},
    projects::bounded,
    shelf::Chosen,
};

/// The setting that holds what all projects together may spend.
const SETTING: &str = "budget";
/// A price or a budget above this is a slip of the finger.
const MOST: f64 = 1e9;
/// The longest name of a currency, in characters.
const LONGEST_CURRENCY: usize = 12;
/// The clocks of the world lie within this of UTC, in minutes.
const FARTHEST: i32 = 14 * 60;

/// Tokens of a composed prompt, guessed on the safe side.
pub(crate) fn prompt_tokens(composed: &Composed) -> u32 {
    let texts = composed.messages.iter();
    // Each message costs some tokens of its own.
    let tokens: usize = texts.map(|m| inkstone_desks::tokens(&m.content) + 4).sum();
    u32::try_from(tokens).unwrap_or(u32::MAX)
}

/// What a request of a model may come to.
pub(crate) fn most(chosen: &Chosen, composed: &Composed) -> Option<CostDto> {
    cost(chosen, prompt_tokens(composed), composed.max_tokens)
}

pub(crate) fn cost(chosen: &Chosen, prompt: u32, completion: u32) -> Option<CostDto> {
    let price = chosen.price.as_ref()?;
    Some(CostDto {
        amount: price.of(prompt.into(), completion.into()),
        currency: price.currency.clone(),
    })
}

impl BudgetDto {
    fn read(value: &Value) -> Option<Self> {
        // What a newer program wrote differently binds nobody.
        serde_json::from_value(value.clone()).ok()
    }
}

impl Studio {
    /// One at a time from the question what is spent until the call is written down.
    pub(crate) fn spending(&self) -> MutexGuard<'_, ()> {
        self.spending.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether requests that may come to so much stay within the budgets. Blocks.
    ///
    /// # Errors
    /// `BudgetPassed`.
    pub(crate) fn within_budget(
        &self,
        project: &lib::Project,
        requests: &[Option<CostDto>],
    ) -> Result<(), StudioError> {
        let own = project.budget.as_ref().and_then(BudgetDto::read);
        self.within(own.as_ref(), Some(&project.id), requests)?;
        self.within_all(requests)
    }

    /// The same for what belongs to no project. Blocks.
    pub(crate) fn within_all(&self, requests: &[Option<CostDto>]) -> Result<(), StudioError> {
        self.within(self.budget_of_all()?.as_ref(), None, requests)
    }

    fn within(
        &self,
        budget: Option<&BudgetDto>,
        project_id: Option<&str>,
        requests: &[Option<CostDto>],
    ) -> Result<(), StudioError> {
        let Some(budget) = budget else {
            return Ok(());
        };
        let counts = requests.iter().flatten();
        let estimate: f64 = counts
            .filter(|cost| cost.currency == budget.currency)
            .map(|cost| cost.amount)
            .sum();
        if estimate <= 0.0 {
            return Ok(());
        }
        let spent = self.spent_of(budget, project_id)?;
        if spent + estimate <= budget.amount {
            return Ok(());
        }
        Err(StudioError::BudgetPassed {
            project: project_id.is_some(),
            budget: budget.amount,
            spent,
            estimate,
            currency: budget.currency.clone(),
        })
    }

    /// What was spent of a budget this month. Blocks.
    fn spent_of(&self, budget: &BudgetDto, project_id: Option<&str>) -> Result<f64, StudioError> {
        let sums = self.library.spent(&lib::UsageOf {
            project_id: project_id.map(str::to_owned),
            since: Some(self.library.month_began(budget.offset_minutes)),
            offset_minutes: budget.offset_minutes,
        })?;
        let own = sums.into_iter().find(|sum| sum.currency == budget.currency);
        Ok(own.map_or(0.0, |sum| sum.amount))
    }

    fn budget_of_all(&self) -> Result<Option<BudgetDto>, StudioError> {
        Ok(self
            .library
            .setting(SETTING)?
            .as_ref()
            .and_then(BudgetDto::read))
    }

    /// The budget of a project, or that of all. Blocks.
    pub(crate) fn budget_state(
        &self,
        project_id: Option<&str>,
    ) -> Result<Option<BudgetStateDto>, StudioError> {
        let budget = match project_id {
            Some(id) => self
                .library
                .project(id)?
                .budget
                .as_ref()
                .and_then(BudgetDto::read),
            None => self.budget_of_all()?,
        };
        budget
            .map(|budget| {
                let spent = self.spent_of(&budget, project_id)?;
                Ok(BudgetStateDto { budget, spent })
            })
            .transpose()
    }

    /// See [`crate::commands`].
    pub async fn set_budget(self: &Arc<Self>, i: SetBudget) -> Result<(), StudioError> {
        let budget = i
            .budget
            .map(|budget| {
                Ok::<_, StudioError>(BudgetDto {
                    amount: sum("amount", budget.amount)?,
                    currency: currency(&budget.currency)?,
                    offset_minutes: budget.offset_minutes.clamp(-FARTHEST, FARTHEST),
                })
            })
            .transpose()?;
        let kept = budget
            .map(serde_json::to_value)
            .transpose()
            .map_err(|e| StudioError::Internal(e.to_string()))?;
        self.blocking(move |s| {
            match i.project_id {
                Some(id) => s.library.set_project_budget(&id, kept.as_ref())?,
                None => s
                    .library
                    .set_setting(SETTING, &kept.unwrap_or(Value::Null))?,
            }
            Ok(())
        })
        .await?;
        self.changed(&["usage"]);
        Ok(())
    }

    /// See [`crate::commands`].
    pub async fn set_price(self: &Arc<Self>, i: SetPrice) -> Result<ModelDto, StudioError> {
        let price = i.price.map(checked).transpose()?;
        let model = self
            .blocking(move |s| s.shelf.set_price(&s.library, &i.model_id, price))
            .await?;
        self.changed(&["models"]);
        Ok(model)
    }

    /// A project for a window. Blocks.
    pub(crate) fn project_by_id(&self, id: &str) -> Result<ProjectDto, StudioError> {
        Ok(self.project_dto(self.library.project(id)?))
    }
}

fn checked(price: PriceDto) -> Result<lib::Price, StudioError> {
    Ok(lib::Price {
        input: sum("input", price.input)?,
        output: sum("output", price.output)?,
        currency: currency(&price.currency)?,
    })
}

fn sum(field: &str, amount: f64) -> Result<f64, StudioError> {
    if amount.is_finite() && (0.0..=MOST).contains(&amount) {
        Ok(amount)
    } else {
        Err(StudioError::BadRequest(format!("{field} {amount}")))
    }
}

fn currency(name: &str) -> Result<String, StudioError> {
    let name = bounded("currency", name, LONGEST_CURRENCY)?;
    if name.is_empty() {
        return Err(inkstone_desks::BriefError::Missing {
            field: "currency".into(),
        }
        .into());
    }
    Ok(name)
}
