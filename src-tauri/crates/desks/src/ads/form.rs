//! The form of answers to compact prompts: the channel's fields in their order, each on its line.

use inkstone_generation::{Form, references::References};
use inkstone_manuscript::{Language, adset::AdField};

use crate::{AdsBrief, FieldSpec, Task, Unit, compact};

/// What stands behind a label.
const VALUE: &str = r"[^\n ][^\n]*";
/// Letters that may stand before a product's name where it has to come.
const LEAD: usize = 14;

/// The form of an ad for a channel, or of what takes the place of `selection`; none where the task
/// has none. An ad names its product (one of `values`) in its first headline, if not before.
pub(crate) fn form(
    brief: &AdsBrief,
    task: &Task,
    selection: &str,
    values: &References,
) -> Option<Form> {
    let language = brief.language;
    let ways = match task {
        Task::Draft => {
            let fields = brief.channel.limits(language).fields;
            let each = |spec: FieldSpec| std::iter::repeat_n(spec, spec.count);
            let all: Vec<FieldSpec> = fields.into_iter().flat_map(each).collect();
            let plain: Vec<(AdField, String)> =
                all.iter().map(|s| (s.field, VALUE.to_owned())).collect();
            let headline = all.iter().position(|s| s.field == AdField::Headline);
            let place = headline.and_then(|at| Some((at, named(&all[at], language, values)?)));
            let Some((at, named)) = place else {
                return Some(regex(&[lines(&plain, language)]));
            };
            let mut late = plain.clone();
            late[at].1 = named;
            let early = (0..at).map(|i| {
                let mut early = plain.clone();
                early[i].1 = r"[^\n]*⟦product⟧[^\n]*".to_owned();
                lines(&early, language)
            });
            early.chain([lines(&late, language)]).collect()
        }
        task if task.needs_selection() => match compact::labels(selection, language) {
            labels if labels.is_empty() => vec![VALUE.to_owned()],
            labels => {
                let colon = colon(language);
                let all: Vec<String> = labels
                    .iter()
                    .map(|l| format!("{l}{colon}{VALUE}"))
                    .collect();
                vec![all.join(r"\n")]
            }
        },
        _ => return None,
    };
    Some(regex(&ways))
}

/// A limit ends the last value by a line of its own.
fn regex(ways: &[String]) -> Form {
    Form::Regex(format!(r"({})\n?", ways.join("|")))
}

fn colon(language: Language) -> &'static str {
    match language {
        Language::English => ": ",
        Language::Chinese => "：",
    }
}

fn lines(fields: &[(AdField, String)], language: Language) -> String {
    let colon = colon(language);
    let line =
        |(field, value): &(AdField, String)| format!("{}{colon}{value}", field.label(language));
    fields.iter().map(line).collect::<Vec<_>>().join(r"\n")
}

/// A value that names the product, if the field has room for it.
fn named(spec: &FieldSpec, language: Language, values: &References) -> Option<String> {
    let (_, product) = values.iter().find(|(key, _)| *key == "product")?;
    let room = spec.limit.checked_sub(spec.unit.measure(product))?;
    let wide = language == Language::Chinese && spec.unit != Unit::Characters;
    let lead = LEAD.min(if wide { room / 2 } else { room });
    let before = match lead {
        0 => String::new(),
        _ => format!(r"([^\n⟦ ][^\n⟦]{{0,{}}})?", lead - 1),
    };
    Some(format!(r"{before}⟦product⟧[^\n]*"))
}

#[cfg(test)]
mod tests {
    use inkstone_manuscript::DocumentKind;

    use super::*;
    use crate::Brief;

    fn of(channel: &str, task: &Task, selection: &str, product: &str) -> String {
        let toml = format!("product = \"Tea\"\nchannel = \"{channel}\"");
        let brief = Brief::from_toml(DocumentKind::Ads, &toml).unwrap();
        let Brief::Ads(brief) = brief else {
            unreachable!()
        };
        let mut values = References::new();
        values.add("product", product);
        match form(&brief, task, selection, &values) {
            Some(Form::Regex(regex)) => regex,
            _ => String::new(),
        }
    }

    #[test]
    fn a_form_has_each_field_as_often_as_the_channel_wants_it() {
        let form = of("google_rsa", &Task::Draft, "", "Tea");
        assert_eq!(form.matches("Headline: ").count(), 3);
        assert_eq!(form.matches("Description: ").count(), 2);
        let edit = of("x", &Task::Rewrite, "Headline: a\nPrimary text: b", "Tea");
        assert!(edit.starts_with("(Headline: ") && edit.contains(r"\nPrimary text: "));
        let bare = of("x", &Task::Rewrite, "a few words", "Tea");
        assert_eq!(bare, r"([^\n ][^\n]*)\n?");
        assert_eq!(of("x", &Task::Continue, "", "Tea"), "");
    }

    #[test]
    fn the_product_is_named_where_it_has_room() {
        let first = of("google_rsa", &Task::Draft, "", "Tea");
        assert!(
            first.starts_with(r"(Headline: ([^\n⟦ ][^\n⟦]{0,13})?⟦product⟧"),
            "{first}"
        );
        // In the text, or else in the headline.
        let two = of("x", &Task::Draft, "", "Tea");
        assert!(two.starts_with(r"(Primary text: [^\n]*⟦product⟧") && two.contains('|'));
        let long = of("google_rsa", &Task::Draft, "", &"Tea ".repeat(9));
        assert!(!long.contains("product"));
        let full = of("google_rsa", &Task::Draft, "", &"T".repeat(30));
        assert!(full.starts_with("(Headline: ⟦product⟧"), "{full}");
    }
}
