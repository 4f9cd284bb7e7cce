//! Whose names a document knows.

use inkstone_manuscript::fountain;

use crate::{Brief, news};

/// The people that a document's brief and text name, as far as their form tells: the pages of
/// people and the cues of a screenplay; in an article's sources, what looks like a whole name.
/// Others are not found.
pub fn people(brief: &Brief, text: &str) -> Vec<String> {
    let mut found = Vec::new();
    match brief {
        Brief::Screenplay(brief) => {
            found.extend(brief.characters.iter().map(|person| person.name.clone()));
            for cue in fountain::characters(text) {
                // A cue is in capitals; in the action the same name is not.
                let small = title(&cue);
                if !found
                    .iter()
                    .any(|known| known.to_uppercase() == cue.to_uppercase())
                {
                    found.push(if small == cue { cue } else { small });
                }
            }
        }
        Brief::News(brief) => {
            let said = news::named(&brief.sources.join("\n"), brief.language);
            // A single word with a capital is more often no name than one.
            found.extend(
                said.into_iter()
                    .filter(|name| !name.is_ascii() || name.contains(' ')),
            );
        }
        Brief::Ads(_) => {}
    }
    found.retain(|name| !name.trim().is_empty());
    found
}

/// `MARA LIND` as `Mara Lind`.
fn title(cue: &str) -> String {
    let mut out = String::with_capacity(cue.len());
    let mut inside = false;
    for c in cue.chars() {
        match inside {
            true => out.extend(c.to_lowercase()),
            false => out.push(c),
        }
        inside = c.is_alphabetic() || c == '\'' || c == '’';
    }
    out
}

#[cfg(test)]
mod tests {
    use inkstone_manuscript::{DocumentKind, Language};

    use super::*;

    #[test]
    fn people_of_pages_cues_and_sources_are_named() {
        let mut brief = Brief::empty(DocumentKind::Screenplay, Language::English);
        if let Brief::Screenplay(brief) = &mut brief {
            brief.characters.push(crate::CharacterBrief {
                name: "Mara Lind".to_owned(),
                ..crate::CharacterBrief::default()
            });
        }
        let text = "INT. KITCHEN - NIGHT\n\nRain.\n\nMARA LIND\nHi.\n\nOLD TOM\nHello.\n";
        assert_eq!(people(&brief, text), ["Mara Lind", "Old Tom"]);
        let news = Brief::from_value(
            DocumentKind::News,
            serde_json::json!({ "topic": "x", "sources": ["Harbour master Ines Vega said so"] }),
        );
        let found = people(&news.unwrap(), "");
        assert!(found.iter().any(|name| name.contains("Vega")), "{found:?}");
    }
}
