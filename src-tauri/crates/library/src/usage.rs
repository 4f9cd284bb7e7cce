//! What calls of models used, and what that cost at the prices a person gave.

use rusqlite::{Connection, Row, params};
use serde::{Deserialize, Serialize};

use crate::library::{Result, many};
use crate::row::Json;
use crate::{Library, Moment};

/// What a million tokens cost. A call keeps the price as it was when it was made.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Price {
    /// A million tokens of prompts.
    pub input: f64,
    /// A million tokens of answers.
    pub output: f64,
    /// The currency, in the person's own words.
    pub currency: String,
}

impl Price {
    /// What so many tokens cost.
    pub fn of(&self, prompt: u64, completion: u64) -> f64 {
        #[allow(clippy::cast_precision_loss, reason = "tokens are far below 2^53")]
        let (prompt, completion) = (prompt as f64, completion as f64);
        (prompt * self.input + completion * self.output) / 1e6
    }
}

/// Calls to sum up.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct UsageOf {
    /// Of this project only; none for all that is there.
    pub project_id: Option<String>,
    /// Only since then, in ms since 1970.
    pub since: Option<i64>,
    /// How far the person's clock is before UTC, in minutes: where their months begin.
    pub offset_minutes: i32,
}

/// Calls of one month, project, model and price, summed up.
///
/// Where a server did not say how many tokens it read or wrote, they are guessed: from the prompt's
/// length, and from the pieces that came. A call that is still being made counts with what it may
/// come to; one that failed before anything came counts with nothing.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Used {
    /// The month on the person's clock, as `2026-11`.
    pub month: String,
    /// The project; none for calls without a document.
    pub project_id: Option<String>,
    /// That project's name.
    pub project: Option<String>,
    /// The model's name.
    pub model: String,
    /// `local`, or the host that was asked.
    pub locality: String,
    /// The price of then.
    pub price: Option<Price>,
    /// Calls.
    pub calls: u32,
    /// Calls whose tokens are guessed in part.
    pub guessed: u32,
    /// Tokens of the prompts.
    pub prompt_tokens: u64,
    /// Tokens of the answers.
    pub completion_tokens: u64,
}

impl Used {
    /// What it cost, where there is a price.
    pub fn cost(&self) -> Option<f64> {
        let price = self.price.as_ref()?;
        Some(price.of(self.prompt_tokens, self.completion_tokens))
    }
}

/// A sum in a currency.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Spent {
    /// The currency.
    pub currency: String,
    /// The sum.
    pub amount: f64,
}

fn read(row: &Row<'_>) -> rusqlite::Result<Used> {
    let price: Option<Json<Price>> = row.get(5)?;
    Ok(Used {
        month: row.get(0)?,
        project_id: row.get(1)?,
        project: row.get(2)?,
        model: row.get(3)?,
        locality: row.get(4)?,
        price: price.map(|Json(price)| price),
        calls: row.get(6)?,
        guessed: row.get(7)?,
        prompt_tokens: row.get::<_, i64>(8)?.unsigned_abs(),
        completion_tokens: row.get::<_, i64>(9)?.unsigned_abs(),
    })
}

/// Tokens of each call, with what is guessed where nothing was said.
const SQL: &str = "
    WITH calls AS (
        SELECT
            strftime('%Y-%m', (generations.created_at + ?3 * 60000) / 1000, 'unixepoch') AS month,
            projects.id AS project_id, projects.name AS project, model_name, locality, price,
            finish_reason IS NULL AS running,
            finish_reason = 'error' AND tokens = 0 AND prompt_tokens IS NULL AS none_came,
            prompt_tokens, prompt_estimate, completion_tokens, tokens,
            ifnull(json_extract(request_json, '$.max_tokens'), 0) AS most
        FROM generations
        LEFT JOIN drafts ON drafts.id = generations.draft_id
        LEFT JOIN documents ON documents.id = drafts.document_id
        LEFT JOIN projects ON projects.id = documents.project_id
        WHERE (?1 IS NULL OR projects.id = ?1) AND (?2 IS NULL OR generations.created_at >= ?2)
    )
    SELECT month, project_id, project, model_name, locality, price, count(*),
        sum(NOT ifnull(none_came, 0) AND (prompt_tokens IS NULL OR completion_tokens IS NULL)),
        sum(iif(none_came, 0, ifnull(prompt_tokens, ifnull(prompt_estimate, 0)))),
        sum(iif(running, most, iif(none_came, 0, ifnull(completion_tokens, tokens))))
    FROM calls GROUP BY month, project_id, model_name, locality, price
    ORDER BY month DESC, project, locality = 'local', model_name, price";

pub(crate) fn used(connection: &Connection, of: &UsageOf) -> Result<Vec<Used>> {
    many(
        connection,
        SQL,
        params![of.project_id, of.since, of.offset_minutes],
        read,
    )
}

impl Library {
    /// When the present month began on a clock so many minutes before UTC, in ms since 1970.
    pub fn month_began(&self, offset_minutes: i32) -> i64 {
        let offset = i64::from(offset_minutes) * 60_000;
        let first = Moment {
            day: 1,
            hour: 0,
            minute: 0,
            second: 0,
            ..Moment::of(self.now() + offset)
        };
        first.ms() - offset
    }

    /// What calls used, newest month first.
    pub fn usage(&self, of: &UsageOf) -> Result<Vec<Used>> {
        self.read(|c| used(c, of))
    }

    /// What calls cost, by currency.
    pub fn spent(&self, of: &UsageOf) -> Result<Vec<Spent>> {
        let mut sums: Vec<Spent> = Vec::new();
        for used in self.usage(of)? {
            let (Some(cost), Some(price)) = (used.cost(), used.price) else {
                continue;
            };
            match sums.iter_mut().find(|sum| sum.currency == price.currency) {
                Some(sum) => sum.amount += cost,
                None => sums.push(Spent {
                    currency: price.currency,
                    amount: cost,
                }),
            }
        }
        Ok(sums)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Desk;
    use crate::{GenerationEnd, GenerationStart};

    fn price(input: f64, currency: &str) -> Option<String> {
        let price = Price {
            input,
            output: 2.0 * input,
            currency: currency.to_owned(),
        };
        Some(serde_json::to_string(&price).unwrap())
    }

    fn start(desk: &Desk, price_json: Option<String>) -> GenerationStart {
        GenerationStart {
            draft_id: Some(desk.draft.clone()),
            model_name: "large".to_owned(),
            locality: "models.example".to_owned(),
            request_json: r#"{"max_tokens":400}"#.to_owned(),
            price_json,
            prompt_estimate: Some(1_000),
            ..GenerationStart::default()
        }
    }

    fn end(reason: &str, prompt: Option<u32>, completion: Option<u32>) -> GenerationEnd {
        GenerationEnd {
            finish_reason: reason.to_owned(),
            prompt_tokens: prompt,
            completion_tokens: completion,
            ..GenerationEnd::default()
        }
    }

    #[test]
    fn tokens_that_nobody_counted_are_guessed_and_said() {
        let desk = Desk::new();
        let library = &desk.library;
        let call = |end: Option<GenerationEnd>, tokens: u32| {
            let id = library
                .begin_generation(&start(&desk, price(10.0, "USD")))
                .unwrap();
            library.append_output(&id, "x", tokens).unwrap();
            if let Some(end) = end {
                library.finish_generation(&id, &end).unwrap();
            }
        };
        let one = || library.usage(&UsageOf::default()).unwrap().remove(0);
        call(Some(end("stop", Some(900), Some(50))), 60);
        assert_eq!(
            (one().prompt_tokens, one().completion_tokens, one().guessed),
            (900, 50, 0)
        );
        // A server that says nothing of its use.
        call(Some(end("stop", None, None)), 30);
        assert_eq!(
            (one().prompt_tokens, one().completion_tokens, one().guessed),
            (1_900, 80, 1)
        );
        // Not reached: nothing was used.
        call(Some(end("error", None, None)), 0);
        assert_eq!(
            (one().prompt_tokens, one().completion_tokens, one().guessed),
            (1_900, 80, 1)
        );
        // Broken off in the middle: what came was paid for.
        call(Some(end("error", None, None)), 20);
        assert_eq!((one().prompt_tokens, one().completion_tokens), (2_900, 100));
        // Being written: with all that it may come to.
        call(None, 5);
        assert_eq!((one().prompt_tokens, one().completion_tokens), (3_900, 500));
        assert_eq!((one().calls, one().guessed), (5, 3));
        let spent = library.spent(&UsageOf::default()).unwrap();
        assert_eq!(spent.len(), 1);
        assert!((spent[0].amount - (3_900.0 * 10.0 + 500.0 * 20.0) / 1e6).abs() < 1e-12);
    }

    #[test]
    fn months_begin_on_the_persons_clock_and_prices_stay_apart() {
        let desk = Desk::new();
        let library = &desk.library;
        for (price, at) in [
            (price(1.0, "USD"), "2026-10-31T20:00:00"),
            (price(2.0, "USD"), "2026-11-05T00:00:00"),
            (price(1.0, "元"), "2026-11-06T00:00:00"),
            (None, "2026-11-07T00:00:00"),
        ] {
            let id = library.begin_generation(&start(&desk, price)).unwrap();
            library
                .finish_generation(&id, &end("stop", Some(1_000_000), Some(0)))
                .unwrap();
            library
                .write(|tx| {
                    tx.execute(
                        "UPDATE generations SET created_at = unixepoch(?1) * 1000 WHERE id = ?2",
                        params![at, id],
                    )?;
                    Ok(())
                })
                .unwrap();
        }
        let months = |offset_minutes| {
            let of = UsageOf {
                offset_minutes,
                ..UsageOf::default()
            };
            let all = library.usage(&of).unwrap().into_iter();
            all.map(|used| used.month).collect::<Vec<_>>()
        };
        assert_eq!(months(0), ["2026-11", "2026-11", "2026-11", "2026-10"]);
        assert_eq!(months(480), ["2026-11"; 4]);
        let spent = library.spent(&UsageOf::default()).unwrap();
        let sum = |currency: &str| {
            spent
                .iter()
                .find(|s| s.currency == currency)
                .unwrap()
                .amount
        };
        assert!((sum("USD") - 3.0).abs() < 1e-9 && (sum("元") - 1.0).abs() < 1e-9);
        let other = UsageOf {
            project_id: Some("other".to_owned()),
            ..UsageOf::default()
        };
        assert!(library.usage(&other).unwrap().is_empty());
    }
}
