//! What was used and what it cost; and what a request would cost before it is sent.

use std::{fmt::Write as _, path::Path, sync::Arc};

use inkstone_library as lib;
use inkstone_manuscript::Language;

use super::{
    budget,
    chain::Plan,
    dto::{CostDto, EstimateDto, EstimateInput, ExportUsage, UsageDto, UsageInput, UsedDto},
};
use crate::{
    Studio, StudioError,
    actions::resolved_task,
    drafts::{bytes, write_file},
    order::{LOCAL, MOST_VARIANTS, Order, checked_note, own_number},
};

impl Studio {
    fn used(&self, project_id: Option<&str>, offset: i32) -> Result<Vec<UsedDto>, StudioError> {
        let all = self.library.usage(&lib::UsageOf {
            project_id: project_id.map(str::to_owned),
            since: None,
            offset_minutes: offset,
        })?;
        Ok(all.into_iter().map(used_dto).collect())
    }

    /// See [`crate::commands`].
    pub async fn usage(self: &Arc<Self>, i: UsageInput) -> Result<UsageDto, StudioError> {
        self.blocking(move |s| {
            let project = i.project_id.as_deref();
            Ok(UsageDto {
                used: s.used(project, i.offset_minutes)?,
                project_budget: match project {
                    Some(id) => s.budget_state(Some(id))?,
                    None => None,
                },
                budget: s.budget_state(None)?,
            })
        })
        .await
    }

    /// See [`crate::commands`].
    pub async fn export_usage(self: &Arc<Self>, i: ExportUsage) -> Result<(), StudioError> {
        self.blocking(move |s| {
            let used = s.used(i.project_id.as_deref(), i.offset_minutes)?;
            write_file(Path::new(&i.path), usage_csv(&used, i.language).as_bytes())
        })
        .await
    }

    /// See [`crate::commands`].
    pub async fn estimate(self: &Arc<Self>, i: EstimateInput) -> Result<EstimateDto, StudioError> {
        self.blocking(move |s| s.estimated(&i)).await
    }

    pub(crate) fn estimated(&self, i: &EstimateInput) -> Result<EstimateDto, StudioError> {
        let (draft, document) = self.not_deleted(&i.draft_id)?;
        let project = self.library.project(&document.project_id)?;
        let brief = Self::brief(document.kind, document.language, &draft.fields)?;
        let task = resolved_task(self.library.path(), &i.task)?;
        let order = Order {
            brief: &brief,
            task: &task,
            document: &draft.body,
            selection: bytes(&draft.body, i.from, i.to)?,
            note: &checked_note(&i.note)?,
            house_rules: &project.house_rules,
            voice: &self.voice_of(&project.id)?,
            variants: match i.variants {
                0 => own_number(&brief, &task),
                some => some.min(MOST_VARIANTS),
            },
        };
        let groups = if i.models.is_empty() {
            vec![self.plan(&project, Some(document.kind), i.task.name())?]
        } else {
            let one = |id: &String| {
                let ids = std::slice::from_ref(id);
                self.plan_of(Some(&project), Some(document.kind), i.task.name(), ids)
            };
            i.models.iter().map(one).collect::<Result<_, _>>()?
        };
        let mut estimate: Option<EstimateDto> = None;
        // What stays on the machine is not counted beside what leaves it.
        let leaves = |plan: &Plan| plan.members.front().is_some_and(|one| one.host.is_some());
        let any = groups.iter().any(leaves);
        for mut plan in groups.into_iter().filter(|plan| !any || leaves(plan)) {
            let Some(chosen) = plan.members.pop_front() else {
                continue;
            };
            let composed = order.compose(&chosen)?;
            let prompt = composed.iter().map(budget::prompt_tokens).sum();
            let most = composed.iter().map(|c| c.max_tokens).sum();
            let cost = budget::cost(&chosen, prompt, most);
            let calls = u32::try_from(composed.len()).unwrap_or(u32::MAX);
            match &mut estimate {
                None => {
                    estimate = Some(EstimateDto {
                        model_id: chosen.id,
                        host: chosen.host,
                        calls,
                        prompt_tokens: prompt,
                        most_tokens: most,
                        cost,
                        skipped: plan.skipped,
                    });
                }
                Some(sum) => {
                    sum.host = sum.host.take().or(chosen.host);
                    sum.calls += calls;
                    sum.prompt_tokens = sum.prompt_tokens.saturating_add(prompt);
                    sum.most_tokens = sum.most_tokens.saturating_add(most);
                    sum.cost = match (sum.cost.take(), cost) {
                        (Some(a), Some(b)) if a.currency == b.currency => Some(CostDto {
                            amount: a.amount + b.amount,
                            currency: a.currency,
                        }),
                        // Two currencies have no sum.
                        (Some(_), Some(_)) => None,
                        (a, b) => a.or(b),
                    };
                }
            }
        }
        estimate.ok_or_else(|| StudioError::Internal("nobody is asked".into()))
    }
}

#[allow(clippy::cast_precision_loss, reason = "tokens are far below 2^53")]
fn used_dto(used: lib::Used) -> UsedDto {
    let cost = used.cost();
    UsedDto {
        month: used.month,
        project_id: used.project_id,
        project: used.project,
        model: used.model,
        host: Some(used.locality).filter(|l| l != LOCAL),
        calls: used.calls,
        guessed: used.guessed,
        prompt_tokens: used.prompt_tokens as f64,
        completion_tokens: used.completion_tokens as f64,
        cost: cost.zip(used.price).map(|(amount, price)| CostDto {
            amount,
            currency: price.currency,
        }),
    }
}

/// What was used as a table, a line for each month, project, model and price.
pub fn usage_csv(used: &[UsedDto], language: Language) -> String {
    let head = match language {
        Language::English => {
            "month,project,model,host,calls,calls with guessed tokens,prompt tokens,answer tokens,cost,currency"
        }
        Language::Chinese => {
            "月份,项目,模型,主机,请求数,含估算的请求数,提示词词元数,回答词元数,费用,货币"
        }
    };
    // The mark at the start tells spreadsheets that this is UTF-8.
    let mut out = format!("\u{feff}{head}\r\n");
    for row in used {
        let (amount, currency) = row.cost.as_ref().map_or_else(
            || (String::new(), ""),
            |cost| (format!("{:.6}", cost.amount), cost.currency.as_str()),
        );
        let _ = write!(
            out,
            "{},{},{},{},{},{},{},{},{amount},{}\r\n",
            row.month,
            cell(row.project.as_deref().unwrap_or_default()),
            cell(&row.model),
            cell(row.host.as_deref().unwrap_or_default()),
            row.calls,
            row.guessed,
            row.prompt_tokens,
            row.completion_tokens,
            cell(currency),
        );
    }
    out
}

/// A cell that no spreadsheet takes for a formula.
fn cell(text: &str) -> String {
    let text = if text.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        format!("'{text}")
    } else {
        text.to_owned()
    };
    if text.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text
    }
}
