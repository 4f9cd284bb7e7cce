//! Pages of people in a model's answer.

use inkstone_manuscript::Language;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{json, pages};
use crate::{CharacterBrief, ScreenplayBrief};

/// Pages as a model writes them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub(crate) struct People {
    /// The people, the most important first.
    characters: Vec<Person>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
struct Person {
    name: String,
    description: String,
    role: String,
    want: String,
    need: String,
    flaw: String,
    voice: String,
    facts: Vec<String>,
}

/// Whether an answer holds pages of people.
///
/// # Errors
/// What is wrong with it.
pub(super) fn validate(raw: &str) -> Result<(), String> {
    let people: People = json::exact(raw)?;
    let named = people.characters.iter().all(|p| !p.name.trim().is_empty());
    match people.characters.is_empty() || !named {
        true => Err("`characters` needs at least one entry, each with a name".to_owned()),
        false => Ok(()),
    }
}

/// The answer as a person reads it.
pub(super) fn text(raw: &str, language: Language) -> String {
    let people: People = json::lenient(raw);
    let labels = match language {
        Language::English => ["Wants", "Needs", "Flaw", "Voice"],
        Language::Chinese => ["想要", "需要", "缺陷", "说话"],
    };
    let (colon, open, close) = match language {
        Language::English => (": ", " (", ")"),
        Language::Chinese => ("：", "（", "）"),
    };
    let one = |p: Person| {
        let mut out = p.name.trim().to_owned();
        if !p.role.trim().is_empty() {
            out += &format!("{open}{}{close}", p.role.trim());
        }
        if !p.description.trim().is_empty() {
            out += &format!("\n{}", p.description.trim());
        }
        let fields = [&p.want, &p.need, &p.flaw, &p.voice];
        for (label, text) in labels.iter().zip(fields) {
            if !text.trim().is_empty() {
                out += &format!("\n{label}{colon}{}", text.trim());
            }
        }
        for fact in p.facts.iter().filter(|f| !f.trim().is_empty()) {
            out += &format!("\n- {}", fact.trim());
        }
        out
    };
    let all = people.characters.into_iter();
    let all = all.filter(|p| !p.name.trim().is_empty()).map(one);
    all.collect::<Vec<_>>().join("\n\n")
}

/// Puts the pages of an answer into a brief: new people are added, of known ones only what is empty
/// is filled in. Says whether anything came of it.
pub fn put_people(brief: &mut ScreenplayBrief, raw: &str) -> bool {
    let before = brief.characters.clone();
    let people: People = json::lenient(raw);
    for person in people.characters {
        let name = person.name.trim().to_owned();
        if name.is_empty() || brief.characters.len() >= crate::MOST_ITEMS {
            continue;
        }
        let known = brief
            .characters
            .iter()
            .position(|c| pages::is_called(c, &name));
        let at = known.unwrap_or_else(|| {
            brief.characters.retain(|c| *c != CharacterBrief::default());
            brief.characters.push(CharacterBrief {
                name,
                ..CharacterBrief::default()
            });
            brief.characters.len() - 1
        });
        let page = &mut brief.characters[at];
        let fields = [
            (&mut page.description, person.description),
            (&mut page.role, person.role),
            (&mut page.want, person.want),
            (&mut page.need, person.need),
            (&mut page.flaw, person.flaw),
            (&mut page.voice, person.voice),
        ];
        for (field, text) in fields {
            if field.trim().is_empty() {
                *field = short(&text);
            }
        }
        if page.facts.iter().all(|f| f.trim().is_empty()) {
            let facts = person.facts.iter().map(|f| short(f));
            page.facts = facts.filter(|f| !f.is_empty()).take(20).collect();
        }
    }
    brief.characters != before
}

fn short(text: &str) -> String {
    text.trim().chars().take(2000).collect()
}
