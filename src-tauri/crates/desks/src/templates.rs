//! The chat templates under `assets/prompts/`, compiled in.
//!
//! A template has two blocks, `system` and `user`, one for each message. What a person wrote is put
//! between tags; see [`plain`].

use std::sync::LazyLock;

use inkstone_generation::{Message, Role};
use inkstone_manuscript::{DocumentKind, Language};
use minijinja::{AutoEscape, Environment, UndefinedBehavior, Value};
use sha2::{Digest, Sha256};

use crate::DeskError;

macro_rules! templates {
    ($($folder:literal: [$($name:literal),* $(,)?]),* $(,)?) => {
        /// Sources by name: folder, file and language, as `news/draft.en`.
        const SOURCES: &[(&str, &str)] = &[$($(
            (concat!($folder, "/", $name, ".en"),
             include_str!(concat!("../../../../assets/prompts/", $folder, "/", $name, ".en.jinja"))),
            (concat!($folder, "/", $name, ".zh-CN"),
             include_str!(concat!("../../../../assets/prompts/", $folder, "/", $name, ".zh-CN.jinja"))),
        )*)*];
    };
}

templates! {
    "shared": [
        "material", "wish", "around", "edit", "continue", "rewrite", "shorten", "expand", "tone",
        "simplify", "correct", "translate", "describe", "voice"
    ],
    "beside": ["assistant", "summary", "judge"],
    "news": ["desk", "brief", "draft", "headline", "dek"],
    "ads": ["desk", "brief", "draft", "headline", "dek"],
    "screenplay": [
        "desk", "brief", "pages", "fountain", "draft", "beats", "outline", "scene", "premise",
        "characters", "revise_beats", "revise_entry", "revise_scene", "dialogue", "alternatives",
        "turns", "punch_up", "coverage", "knowledge", "interview"
    ]
}

pub(crate) static ENVIRONMENT: LazyLock<Environment<'static>> = LazyLock::new(|| {
    let mut env = Environment::new();
    env.set_undefined_behavior(UndefinedBehavior::Strict);
    env.set_auto_escape_callback(|_| AutoEscape::None);
    for (name, source) in SOURCES {
        // A template that does not parse is then missing, which `render` reports; a test holds all.
        let _ = env.add_template(name, source);
    }
    env
});

/// The template of a task: the kind's own, or the one that all kinds share.
pub(crate) fn name(kind: DocumentKind, task: &str, language: Language) -> String {
    let own = format!("{}/{task}.{}", kind.name(), language.tag());
    if source(&own).is_some() {
        own
    } else {
        format!("shared/{task}.{}", language.tag())
    }
}

pub(crate) fn source(name: &str) -> Option<&'static str> {
    SOURCES
        .iter()
        .find(|(n, _)| *n == name)
        .map(|(_, source)| *source)
}

/// SHA-256 over the template's source and the sources it can draw in: those of its kind and the
/// shared ones, in its language.
pub(crate) fn sha256(kind: DocumentKind, name: &str, language: Language) -> String {
    let (kind, tag) = (format!("{}/", kind.name()), format!(".{}", language.tag()));
    let drawn = SOURCES
        .iter()
        .filter(|(n, _)| (n.starts_with(&kind) || n.starts_with("shared/")) && n.ends_with(&tag));
    let mut hash = Sha256::new();
    for source in source(name)
        .into_iter()
        .chain(drawn.map(|(_, source)| *source))
    {
        hash.update(source);
        hash.update([0]);
    }
    hash.finalize()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

/// The hash that a prompt made now from a template would be recorded with; none if there is no such
/// template any more. `kind` is the document's: a shared template draws in the sources of its kind.
pub fn template_sha256(template: &str, kind: DocumentKind) -> Option<String> {
    let (folder, rest) = template.split_once('/')?;
    let (task, rest) = rest.split_once('.')?;
    let kind = folder.parse().unwrap_or(kind);
    match rest.split_once('.') {
        Some((tag, "compact")) => Some(crate::compact::sha256(kind, task, tag.parse().ok()?)),
        Some(_) => None,
        None => {
            source(template)?;
            Some(sha256(kind, template, rest.parse().ok()?))
        }
    }
}

/// Renders the two messages of a template.
pub(crate) fn render(name: &str, view: Value) -> Result<Vec<Message>, DeskError> {
    let slip = |e: minijinja::Error| DeskError::Template(format!("{name}: {e}"));
    let template = ENVIRONMENT.get_template(name).map_err(slip)?;
    messages(&template, view).map_err(slip)
}

/// The two messages of a template.
pub(crate) fn messages(
    template: &minijinja::Template<'_, '_>,
    view: Value,
) -> Result<Vec<Message>, minijinja::Error> {
    let mut captured = template.render_captured(view)?;
    captured.with_state_mut(|state| {
        let mut message = |role, block| {
            let content = state.render_block(block)?.trim().to_owned();
            Ok::<_, minijinja::Error>(Message { role, content })
        };
        Ok(vec![
            message(Role::System, "system")?,
            message(Role::User, "user")?,
        ])
    })
}

/// Renders one block of a template. The others are rendered too, so the view has to have what they see.
pub(crate) fn block(name: &str, block: &str, view: Value) -> Result<String, DeskError> {
    let slip = |e: minijinja::Error| DeskError::Template(format!("{name}: {e}"));
    let template = ENVIRONMENT.get_template(name).map_err(slip)?;
    let mut captured = template.render_captured(view).map_err(slip)?;
    let text = captured.with_state_mut(|state| state.render_block(block));
    Ok(text.map_err(slip)?.trim().to_owned())
}

/// The tags that templates put around what a person wrote.
pub(crate) const TAGS: &[&str] = &[
    "brief",
    "house_rules",
    "wish",
    "before",
    "selection",
    "after",
    "ads",
    "beats",
    "outline",
    "scene",
    "pages",
    "lines",
    "turns",
    "script",
    "past",
    "document",
    "summary",
    "text",
    "voice",
];

/// A person's text for a prompt: trimmed, and with our own tags defused, so that nothing pasted
/// into a field can close it.
pub(crate) fn plain(text: &str) -> String {
    let text = text.trim();
    if !text.contains('<') {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('<') {
        let (front, tail) = rest.split_at(at);
        out.push_str(front);
        let name = tail[1..].trim_start_matches('/');
        let ours = TAGS.iter().any(|tag| {
            name.get(..tag.len())
                .is_some_and(|n| n.eq_ignore_ascii_case(tag))
                && name[tag.len()..].starts_with('>')
        });
        out.push(if ours { '‹' } else { '<' });
        rest = &tail[1..];
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn our_tags_are_defused_and_others_stay() {
        assert_eq!(
            plain(" a < b </brief> <wish>x</WISH> <b>y</b> </"),
            "a < b ‹/brief> ‹wish>x‹/WISH> <b>y</b> </"
        );
    }

    #[test]
    fn every_source_parses() {
        for (name, _) in SOURCES {
            assert!(ENVIRONMENT.get_template(name).is_ok(), "{name}");
        }
    }

    #[test]
    fn a_template_is_the_kinds_own_or_shared() {
        let name = |task| name(DocumentKind::News, task, Language::English);
        assert_eq!(
            [name("draft"), name("tone")],
            ["news/draft.en", "shared/tone.en"]
        );
    }

    #[test]
    fn the_hash_of_a_recorded_template_is_found_again() {
        let news = DocumentKind::News;
        assert_eq!(
            template_sha256("shared/tone.en", news),
            Some(sha256(news, "shared/tone.en", Language::English))
        );
        assert_eq!(
            template_sha256("ads/draft.zh-CN.compact", news),
            Some(crate::compact::sha256(
                DocumentKind::Ads,
                "draft",
                Language::Chinese
            ))
        );
        for gone in [
            "",
            "raw",
            "news/draft",
            "news/sing.en",
            "news/draft.fr",
            "news/draft.en.other",
        ] {
            assert_eq!(template_sha256(gone, news), None, "{gone}");
        }
    }

    #[test]
    fn the_hash_tells_kinds_and_languages_apart() {
        let hash = |kind, language| sha256(kind, "shared/tone.en", language);
        let one = hash(DocumentKind::News, Language::English);
        assert_eq!(one.len(), 64);
        assert_ne!(one, hash(DocumentKind::Ads, Language::English));
        assert_ne!(one, hash(DocumentKind::News, Language::Chinese));
    }
}
