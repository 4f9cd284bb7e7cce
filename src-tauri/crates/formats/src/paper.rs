//! A document on its way to readers: what pages of HTML and DOCX are made of.

use inkstone_manuscript::{Language, adset::AdField, adset::AdSet};
use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

use crate::picture::{self, PictureFacts};

/// A document to be written for readers.
#[derive(Debug, Clone, Copy)]
pub struct Paper<'a> {
    /// Its title. It is set above the text, unless the text begins with a heading of its own.
    pub title: &'a str,
    /// The language it is written in.
    pub language: Language,
    /// The text.
    pub text: PaperText<'a>,
    /// What is said of the text.
    pub labels: PaperLabels<'a>,
    /// The pictures that are taken along; those that the text names and that are not here are not.
    pub pictures: &'a [PaperPicture],
}

/// A picture that goes along with an article.
#[derive(Debug, Clone)]
pub struct PaperPicture {
    /// The SHA-256 that the text names it by.
    pub id: String,
    /// What it is.
    pub facts: PictureFacts,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

impl<'a> Paper<'a> {
    /// The picture at an address.
    pub(crate) fn picture(&self, address: &str) -> Option<&'a PaperPicture> {
        let id = picture::named(address)?;
        self.pictures.iter().find(|picture| picture.id == id)
    }
}

/// A text in its native notation.
#[derive(Debug, Clone, Copy)]
pub enum PaperText<'a> {
    /// Markdown (CommonMark with tables, footnotes, strikethrough and task lists).
    Article(&'a str),
    /// An ad set.
    Ads(&'a AdSet),
    /// Fountain.
    Script(&'a str),
}

/// Labels by choice.
#[derive(Debug, Clone, Copy, Default)]
pub struct PaperLabels<'a> {
    /// A value named `AIGC` for the file's own metadata.
    pub aigc: Option<&'a str>,
    /// A sentence before the text.
    pub before: Option<&'a str>,
    /// A sentence after it.
    pub after: Option<&'a str>,
}

/// Schemes that a link may have; a link without one stays where the file is.
const SCHEMES: [&str; 4] = ["http", "https", "mailto", "tel"];

/// Whether a link does no more than lead somewhere: `javascript:` and its like do.
pub(crate) fn is_safe_link(url: &str) -> bool {
    // Browsers drop these before they look for the scheme.
    let url: String = url
        .chars()
        .filter(|c| !c.is_control() && !c.is_whitespace())
        .collect();
    let Some((scheme, _)) = url.split_once(':') else {
        return true;
    };
    if scheme.contains(['/', '?', '#']) {
        return true;
    }
    SCHEMES.contains(&scheme.to_ascii_lowercase().as_str())
}

/// The parts of an article: its text, and its footnotes by name in the order of their definition.
pub(crate) struct Article<'a> {
    pub(crate) events: Vec<Event<'a>>,
    pub(crate) notes: Vec<(String, Vec<Event<'a>>)>,
}

impl<'a> Article<'a> {
    /// Reads Markdown. Front matter is left out: it is about the text. HTML in it becomes text,
    /// but for line breaks.
    pub(crate) fn read(text: &'a str) -> Article<'a> {
        let options = Options::ENABLE_TABLES
            | Options::ENABLE_FOOTNOTES
            | Options::ENABLE_STRIKETHROUGH
            | Options::ENABLE_TASKLISTS;
        let mut article = Article {
            events: Vec::new(),
            notes: Vec::new(),
        };
        let mut inside = false;
        for event in Parser::new_ext(without_front_matter(text), options) {
            match event {
                Event::Start(Tag::FootnoteDefinition(name)) => {
                    inside = true;
                    article.notes.push((name.into_string(), Vec::new()));
                }
                Event::End(TagEnd::FootnoteDefinition) => inside = false,
                other => {
                    let event = tamed(other);
                    match article.notes.last_mut().filter(|_| inside) {
                        Some((_, events)) => events.push(event),
                        None => article.events.push(event),
                    }
                }
            }
        }
        article
    }

    /// Whether it begins with a heading.
    pub(crate) fn has_heading(&self) -> bool {
        matches!(self.events.first(), Some(Event::Start(Tag::Heading { .. })))
    }
}

/// HTML in Markdown as text.
fn tamed(event: Event<'_>) -> Event<'_> {
    match event {
        Event::Start(Tag::HtmlBlock) => Event::Start(Tag::Paragraph),
        Event::End(TagEnd::HtmlBlock) => Event::End(TagEnd::Paragraph),
        Event::InlineHtml(html)
            if matches!(html.to_lowercase().as_str(), "<br>" | "<br/>" | "<br />") =>
        {
            Event::HardBreak
        }
        Event::Html(html) | Event::InlineHtml(html) => Event::Text(html),
        other => other,
    }
}

fn without_front_matter(text: &str) -> &str {
    let Some(rest) = text.strip_prefix("---\n") else {
        return text;
    };
    let end = if rest.starts_with("---\n") {
        Some(4)
    } else {
        rest.find("\n---\n").map(|at| at + 5)
    };
    end.map_or(text, |end| &rest[end..])
}

/// Ads as a table: the header, and a row for each ad.
pub(crate) fn ad_table(set: &AdSet, language: Language) -> (Vec<String>, Vec<Vec<String>>) {
    let values = |ad: &inkstone_manuscript::adset::Ad, field: AdField| -> Vec<String> {
        let of = ad.fields.iter().filter(|(found, _)| *found == field);
        of.map(|(_, value)| value.clone()).collect()
    };
    let columns: Vec<(AdField, usize)> = AdField::ALL
        .into_iter()
        .map(|field| {
            let most = set.ads.iter().map(|ad| values(ad, field).len()).max();
            (field, most.unwrap_or(0))
        })
        .collect();
    let mut header = vec![match language {
        Language::English => "Ad".to_owned(),
        Language::Chinese => "广告".to_owned(),
    }];
    for (field, count) in &columns {
        for number in 1..=*count {
            let label = field.label(language);
            header.push(match count {
                1 => label.to_owned(),
                _ => format!("{label} {number}"),
            });
        }
    }
    let row = |(number, ad): (usize, &inkstone_manuscript::adset::Ad)| {
        let mut row = vec![number.to_string()];
        for (field, count) in &columns {
            let mut found = values(ad, *field);
            found.resize(*count, String::new());
            row.extend(found);
        }
        row
    };
    (header, (1..).zip(&set.ads).map(row).collect())
}

/// Markup for `&`, `<`, `>` and quotes; characters that XML has no place for go.
pub(crate) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\t' | '\n' | '\r' => out.push(c),
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => {}
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_that_do_something_are_not_safe() {
        for url in [
            "https://example.org/a:b",
            "mailto:ada@example.org",
            "#note",
            "other.html",
            "a/b:c",
            "?q=a:b",
        ] {
            assert!(is_safe_link(url), "{url}");
        }
        for url in [
            "javascript:alert(1)",
            " JavaScript:alert(1)",
            "java\nscript:alert(1)",
            "data:text/html,x",
            "vbscript:x",
            "file:///etc/passwd",
        ] {
            assert!(!is_safe_link(url), "{url}");
        }
    }
}
