//! Drafting and raw completions.

use inkstone_studio::{
    DocumentKind, StudioError, Task,
    actions::own_task,
    dto::{ErrorDto, TakeStatus},
    headless::{Best, DraftRun, RawRun, Written},
    sentences::sentences,
};
use serde_json::Value;

use crate::{
    arguments::{Draft, Generate},
    failure::Failure,
    input,
    keys::Keys,
    models,
    output::Output,
    progress::Bar,
    sampling,
    session::{Session, stop_token},
};

/// `ink draft`
pub async fn draft(wanted: Draft, session: &Session, output: &Output) -> Result<(), Failure> {
    // Wrong input is said before anything is opened.
    let brief = input::brief(wanted.kind, &wanted.brief)?;
    let document = match &wanted.text {
        Some(path) => input::text(path)?,
        None => String::new(),
    };
    let task = match &wanted.action {
        Some(name) => own_task(&session.library_path()?, name)?,
        None => Task::Draft,
    };
    let keys = Keys::find(&wanted.model.key, output.words)?;
    let studio = session.open(keys).await?;
    let models = models::choose_all(&studio, wanted.model.model, output).await?;
    let best = match (wanted.best_of, wanted.judge) {
        (None, _) => None,
        (Some(_), None) => Some(Best { judges: None }),
        (Some(_), Some(judge)) => {
            let named = judge.into_iter().collect();
            let judges = models::choose_all(&studio, named, output).await?;
            Some(Best {
                judges: Some(judges),
            })
        }
    };
    let run = DraftRun {
        models,
        over_budget: wanted.model.over_budget,
        best,
        variants: wanted.best_of.or(wanted.variants),
        seed: wanted.seed,
        task,
        document,
        ..DraftRun::new(brief)
    };
    let bar = Bar::new(output.words);
    let hears = bar.clone();
    let written = studio
        .draft_brief(run, stop_token(), move |progress| hears.hear(&progress))
        .await;
    bar.clear();
    let joined =
        (wanted.kind == DocumentKind::Ads && wanted.action.is_none()) || wanted.best_of.is_some();
    finish(written, joined, output)
}

/// `ink generate`
pub async fn generate(wanted: Generate, session: &Session, output: &Output) -> Result<(), Failure> {
    let prompt = input::text(&wanted.prompt_file)?;
    let keys = Keys::find(&wanted.model.key, output.words)?;
    let studio = session.open(keys).await?;
    let models = models::choose_all(&studio, wanted.model.model, output).await?;
    let run = RawRun {
        prompt,
        models,
        over_budget: wanted.model.over_budget,
        max_tokens: wanted.max_tokens,
        temperature: wanted.temperature,
        seed: wanted.seed,
        stop: wanted.stop,
        chances: wanted.chances.into(),
        odds: wanted.logprobs,
    };
    let bar = Bar::new(output.words);
    let hears = bar.clone();
    let written = studio
        .complete_raw(run, stop_token(), move |progress| hears.hear(&progress))
        .await;
    bar.clear();
    finish(written, true, output)
}

/// Prints what was written, and says what is not well with it. `joined`: whether `text` holds all
/// variants already.
fn finish(
    written: Result<Written, StudioError>,
    joined: bool,
    output: &Output,
) -> Result<(), Failure> {
    let written = written?;
    if output.json {
        output.value(&value(&written, output)?)?;
    } else if joined || written.variants.len() < 2 {
        output.text(&written.text)?;
    } else {
        output.text(&apart(
            written.variants.iter().map(|variant| variant.text.as_str()),
        ))?;
    }
    for variant in written.variants.iter().filter(|v| !v.odds.is_empty()) {
        if !output.json {
            output.note(sampling::table(&variant.odds).trim_end());
        }
    }
    ranking(&written, output);
    for variant in &written.variants {
        if variant.status == TakeStatus::Incomplete {
            output.note(&output.words.cut_off(&variant.generation.finish_reason));
        }
    }
    let stopped = written
        .variants
        .iter()
        .find(|variant| variant.status == TakeStatus::Stopped);
    if let Some(variant) = stopped {
        output.note(&output.words.stopped(&variant.generation.id));
    }
    if let Some(error) = written.error() {
        output.explain(error);
    }
    if stopped.is_some() || written.error().is_some() {
        Err(Failure::Told)
    } else {
        Ok(())
    }
}

/// Says which text was chosen, and why.
fn ranking(written: &Written, output: &Output) {
    let all = &written.evaluations;
    let mut order: Vec<usize> = (0..all.len()).collect();
    order.sort_by_key(|at| all[*at].place);
    let sentence = |error: &ErrorDto| output.sentence(error).0;
    let spoken = sentences(output.language);
    for at in order {
        let one = &all[at];
        output.note(&output.words.ranked(one, at));
        for finding in &one.findings {
            output.note(&format!("   {}", spoken.finding(finding)));
        }
        if let Some(judge) = &one.judge {
            for passed in &judge.skipped {
                let why = sentence(&passed.error);
                output.note(&output.words.handed_on(&passed.model_name, &why));
            }
            for point in &judge.given.points {
                let name = output.words.criterion(point.criterion.name());
                let grades: Vec<String> = point.grades.iter().map(u8::to_string).collect();
                output.note(&format!("   {name} {}: {}", grades.join("/"), point.reason));
            }
        }
        if let Some(error) = &one.judge_error {
            output.note(&output.words.judge_failed(at, &sentence(error)));
        }
    }
}

/// The result as JSON. Errors carry their sentences, and the first one stands at the top as well.
fn value(written: &Written, output: &Output) -> Result<Value, Failure> {
    let mut value =
        serde_json::to_value(written).map_err(|error| StudioError::Internal(error.to_string()))?;
    let spoken =
        |error: Option<&ErrorDto>| error.map_or(Value::Null, |error| output.error_value(error));
    for (at, variant) in written.variants.iter().enumerate() {
        value["variants"][at]["error"] = spoken(variant.error.as_ref());
    }
    if written.error().is_some() {
        value["error"] = spoken(written.error());
    }
    Ok(value)
}

/// Texts one after another, each under its number.
fn apart<'a>(texts: impl ExactSizeIterator<Item = &'a str>) -> String {
    let count = texts.len();
    let mut out = String::new();
    for (at, text) in texts.enumerate() {
        if at > 0 {
            out.push('\n');
        }
        out.push_str(&format!(
            "=== {}/{count} ===\n\n{}\n",
            at + 1,
            text.trim_end()
        ));
    }
    out
}

#[cfg(test)]
mod tests {
    #[test]
    fn variants_stand_apart() {
        let all = super::apart(["one\n", "two"].into_iter());
        assert_eq!(all, "=== 1/2 ===\n\none\n\n=== 2/2 ===\n\ntwo\n");
    }
}
