//! What an answer to a compact prompt has to name, and what is written for it where the network
//! would end without.

use inkstone_generation::{guide::Owed, references::References};
use inkstone_manuscript::{DocumentKind, Language};

/// Of what follows a caret, only the first facts have to be told at once.
const AT_ONCE: usize = 2;

/// What an answer has to name of these references. Articles only: the fields of an ad have room for
/// some of them, and what a script names is part of its grammar.
pub(crate) fn owed(
    kind: DocumentKind,
    task: &str,
    language: Language,
    references: &References,
    banned: &[String],
) -> Vec<Owed> {
    if kind != DocumentKind::News {
        return Vec::new();
    }
    let all = references.iter().map(|(key, _)| key);
    let wanted = all.filter(|key| match (task, sort(key)) {
        ("draft", sort) => sort != "n",
        ("continue", "fact") => key[4..].parse().is_ok_and(|n: usize| n <= AT_ONCE),
        ("rewrite" | "expand" | "tone", "s") => true,
        _ => false,
    });
    wanted
        .map(|key| {
            let full = sentence(key, language);
            let low = full.to_lowercase();
            let held = banned.iter().any(|b| low.contains(&b.to_lowercase()));
            Owed {
                key: key.to_owned(),
                text: if held { plain(key, language) } else { full },
            }
        })
        .collect()
}

fn sort(key: &str) -> &str {
    key.trim_end_matches(|c: char| c.is_ascii_digit())
}

fn sentence(key: &str, language: Language) -> String {
    let (english, chinese) = match sort(key) {
        "topic" => (" The subject: ⟦_⟧.", "说的是⟦_⟧。"),
        "angle" => (" The question behind it: ⟦_⟧.", "要看的是：⟦_⟧。"),
        "source" => (" Source: ⟦_⟧.", "资料来源：⟦_⟧。"),
        "audience" => (" This concerns ⟦_⟧.", "此事与⟦_⟧有关。"),
        // Sentences of a selection have their own stops.
        "s" => (" ⟦_⟧", "⟦_⟧"),
        _ => return plain(key, language),
    };
    let text = match language {
        Language::English => english,
        Language::Chinese => chinese,
    };
    text.replace('_', key)
}

fn plain(key: &str, language: Language) -> String {
    match language {
        Language::English => format!(" ⟦{key}⟧."),
        Language::Chinese => format!("⟦{key}⟧。"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(task: &str, of: &[&str]) -> Vec<String> {
        let mut references = References::new();
        for key in of {
            references.add(key, "x");
        }
        let owed = owed(
            DocumentKind::News,
            task,
            Language::English,
            &references,
            &[],
        );
        owed.into_iter().map(|o| o.key).collect()
    }

    #[test]
    fn an_article_owes_its_whole_brief_and_a_rewriting_its_sentences() {
        let brief = [
            "topic", "fact1", "fact2", "fact3", "source1", "audience", "n1",
        ];
        assert_eq!(keys("draft", &brief), brief[..6]);
        assert_eq!(keys("continue", &brief), ["fact1", "fact2"]);
        let selection = ["s1", "h1", "s2"];
        assert_eq!(keys("rewrite", &selection), ["s1", "s2"]);
        assert!(keys("shorten", &selection).is_empty());
    }

    #[test]
    fn what_is_put_in_keeps_to_the_house_rules() {
        let mut references = References::new();
        references.add("audience", "x");
        let of = |banned: &[String]| {
            let kind = DocumentKind::News;
            owed(kind, "draft", Language::English, &references, banned)[0]
                .text
                .clone()
        };
        assert_eq!(of(&[]), " This concerns ⟦audience⟧.");
        assert_eq!(of(&["Concerns".to_owned()]), " ⟦audience⟧.");
    }
}
