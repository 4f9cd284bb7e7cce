//! What an answer has to keep to, so that a model which can be held to it is, while it writes.

use std::ops::Range;

use inkstone_generation::{Constraint, Limit, Measure, Scope, references::References};
use inkstone_manuscript::{Language, adset::AdField};

use crate::{Brief, FieldSpec, Input, Unit, check};

/// Longer lines of the house rules are sentences about style, which nobody would write by chance.
const LONGEST_PHRASE: usize = 200;
const MOST_PHRASES: usize = 1000;

/// The constraint of a task: the words of the house rules never, and an ad's values within what
/// their channel takes. `values` are what the answer's references stand for.
pub(crate) fn of(input: &Input, target: &Range<usize>, values: &References) -> Constraint {
    let phrases = check::house_rules(input.house_rules).filter(|p| p.len() <= LONGEST_PHRASE);
    Constraint {
        banned: phrases.take(MOST_PHRASES).map(str::to_owned).collect(),
        limits: limits(input, target),
        values: values.clone(),
        ..Constraint::default()
    }
}

fn limits(input: &Input, target: &Range<usize>) -> Vec<Limit> {
    let Brief::Ads(brief) = input.brief else {
        return Vec::new();
    };
    let spec = brief.channel.limits(brief.language);
    // A button's words are the person's own; there is a finding where they are too many.
    let bound = spec
        .fields
        .iter()
        .filter(|field| field.field != AdField::CallToAction);
    let mut limits: Vec<Limit> = bound
        .clone()
        .map(|field| limit(field, 0, value(field.field, brief.language)))
        .collect();
    if !target.is_empty()
        && let Some((field, rest)) = selected(input.document, target)
        && let Some(spec) = bound.clone().find(|spec| spec.field == field)
    {
        limits.push(limit(spec, spec.unit.measure(&rest), Scope::Text));
    }
    limits
}

fn value(field: AdField, language: Language) -> Scope {
    Scope::Value {
        label: field.label(language).to_owned(),
    }
}

fn limit(spec: &FieldSpec, taken: usize, scope: Scope) -> Limit {
    Limit {
        most: u32::try_from(spec.limit.saturating_sub(taken)).unwrap_or(u32::MAX),
        measure: match spec.unit {
            Unit::Width => Measure::Columns,
            Unit::Characters => Measure::Characters,
            Unit::XWeight => Measure::XWeight,
        },
        scope,
    }
}

/// The field whose one line a selection lies in, and what else stands there.
fn selected(document: &str, target: &Range<usize>) -> Option<(AdField, String)> {
    let start = document[..target.start].rfind('\n').map_or(0, |at| at + 1);
    let end = document[target.end..]
        .find('\n')
        .map_or(document.len(), |at| target.end + at);
    let before = &document[start..target.start];
    let at = before.find([':', '：'])?;
    let name = before[..at].trim_start_matches(['-', '*', ' ']).trim();
    let field = AdField::ALL.into_iter().find(|field| {
        let labels = Language::ALL.map(|language| field.label(language));
        labels.iter().any(|label| label.eq_ignore_ascii_case(name))
    })?;
    if document[target.clone()].contains('\n') {
        return None;
    }
    let colon = before[at..].chars().next().map_or(1, char::len_utf8);
    let rest = format!(
        "{}{}",
        before[at + colon..].trim_start(),
        &document[target.end..end]
    );
    Some((field, rest.trim_end().to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Task;

    fn brief() -> Brief {
        let toml = "product = \"Tea\"\nselling_points = [\"hot\"]\nchannel = \"google_rsa\"";
        Brief::from_toml(inkstone_manuscript::DocumentKind::Ads, toml).unwrap()
    }

    fn constraint(document: &str, selection: Range<usize>, task: &Task) -> Constraint {
        let brief = brief();
        let input = Input {
            brief: &brief,
            task,
            document,
            selection: selection.clone(),
            note: None,
            house_rules: "- cheap\n\n* risk free\n",
            voice: "",
            variant: 0,
            variants: 1,
            context_tokens: None,
        };
        of(&input, &selection, &References::new())
    }

    #[test]
    fn house_rules_are_banned_and_fields_bounded() {
        let found = constraint("", 0..0, &Task::Draft);
        assert_eq!(found.banned, ["cheap", "risk free"]);
        let most = |label: &str| {
            let own = |l: &&Limit| matches!(&l.scope, Scope::Value { label: l } if l == label);
            found.limits.iter().find(own).map(|l| l.most)
        };
        assert_eq!(
            (most("Headline"), most("Description")),
            (Some(30), Some(90))
        );
        assert_eq!(most("Call to action"), None);
        assert!(
            found
                .over("Headline: Boil water on any train at all, now")
                .is_some()
        );
    }

    #[test]
    fn a_selection_in_a_value_has_what_the_rest_leaves() {
        let document = "## Ad 1\nHeadline: Boil water on any train\nDescription: x";
        let at = document.find("water").unwrap();
        let found = constraint(document, at..at + 5, &Task::Rewrite);
        let whole = found
            .limits
            .iter()
            .find(|l| l.scope == Scope::Text)
            .unwrap();
        assert_eq!(whole.most, 30 - "Boil  on any train".len() as u32);
        let across = constraint(document, 0..document.len(), &Task::Rewrite);
        assert!(across.limits.iter().all(|l| l.scope != Scope::Text));
    }
}
