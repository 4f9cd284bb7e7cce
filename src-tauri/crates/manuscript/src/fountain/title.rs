//! The title page as keys and values.

use super::{
    Element, ElementKind,
    inline::{Line, inline},
    parse::key,
    read::{Part, part, within},
    source::SourceLines,
};

/// An entry of the title page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TitleEntry<'a> {
    /// `Draft date`, as written.
    pub key: Part<'a>,
    /// The lines of its value, without indentation; their emphasis is read. One may hold notes alone.
    pub values: Vec<Line<'a>>,
}

impl TitleEntry<'_> {
    /// The value without marks, with `\n` between lines.
    pub fn value(&self) -> String {
        let shown = self.values.iter().filter(|line| !line.is_empty());
        let lines: Vec<String> = shown.map(Line::plain).collect();
        lines.join("\n")
    }
}

/// The entries of a title page, in order; none for another element.
pub fn title_entries<'a>(text: &'a str, element: &Element) -> Vec<TitleEntry<'a>> {
    let mut entries: Vec<TitleEntry> = Vec::new();
    if element.kind != ElementKind::TitlePage {
        return entries;
    }
    for line in SourceLines::new(text, element.range.clone()) {
        let whole: &str = &line.visible;
        let value = match key(&line) {
            Some((key, value)) => {
                entries.push(TitleEntry {
                    key: part(text, &line, within(whole, key)),
                    values: Vec::new(),
                });
                value.trim()
            }
            None => whole.trim(),
        };
        let says = !value.is_empty() || !line.cuts.is_empty();
        if let (Some(entry), true) = (entries.last_mut(), says) {
            let value = inline(text, &line, within(whole, value));
            entry.values.push(value);
        }
    }
    entries
}

/// The value of the first entry with one of these keys, in any case.
pub fn title_value(text: &str, elements: &[Element], keys: &[&str]) -> Option<String> {
    let page = elements.first()?;
    title_entries(text, page)
        .iter()
        .find(|entry| {
            keys.iter()
                .any(|key| entry.key.text.eq_ignore_ascii_case(key))
        })
        .map(TitleEntry::value)
}
