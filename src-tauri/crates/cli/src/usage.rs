//! What models used, and what it cost.

use std::fmt::Write as _;

use inkstone_studio::switch::{
    dto::{UsageDto, UsageInput},
    usage_csv,
};

use crate::{arguments::Usage, failure::Failure, output::Output, search, session::Session};

/// `ink usage`
pub async fn usage(wanted: Usage, session: &Session, output: &Output) -> Result<(), Failure> {
    let studio = session.open_reading().await?;
    let project_id = search::project(&studio, wanted.project).await?;
    // The months of the world's clock: a command line has no place of its own.
    let input = UsageInput {
        project_id,
        offset_minutes: 0,
    };
    let found = studio.usage(input).await?;
    if output.json {
        return output.value(&found);
    }
    if wanted.csv {
        return output.text(&usage_csv(&found.used, output.language));
    }
    output.text(&listed(&found, output))
}

/// A line for each month, project, model and price; then the budgets.
fn listed(found: &UsageDto, output: &Output) -> String {
    let mut out = String::new();
    for row in &found.used {
        let cost = row.cost.as_ref().map_or_else(String::new, |cost| {
            let about = if row.guessed > 0 { "~" } else { "" };
            format!("{about}{:.4} {}", cost.amount, cost.currency)
        });
        // A string takes whatever is written to it.
        let _ = writeln!(
            out,
            "{}\t{}\t{}\t{}\t{}\t{}\t{}\t{cost}",
            row.month,
            row.project.as_deref().unwrap_or("-"),
            row.model,
            row.host.as_deref().unwrap_or("-"),
            row.calls,
            row.prompt_tokens,
            row.completion_tokens,
        );
    }
    for state in [&found.project_budget, &found.budget].into_iter().flatten() {
        let budget = &state.budget;
        let _ = writeln!(
            out,
            "{}",
            output
                .words
                .of_budget(state.spent, budget.amount, &budget.currency)
        );
    }
    out
}
