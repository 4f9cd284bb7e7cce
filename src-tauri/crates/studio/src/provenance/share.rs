//! How much of a text came from where.

use inkstone_library::{Origin, Span};
use inkstone_manuscript::count::word_ranges;
use serde::Serialize;
use ts_rs::TS;

/// Where a run of text came from, as a person tells it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum SourceKind {
    /// A person typed it.
    Typed,
    /// From the clipboard.
    Pasted,
    /// From a file.
    Imported,
    /// A model wrote it.
    Generated,
    /// A model put it there, from what the person had written into the brief.
    Filled,
    /// A model wrote it, and a person changed it.
    Edited,
}

impl SourceKind {
    /// The kind of a span.
    pub(crate) fn of(span: &Span) -> Self {
        match &span.origin {
            Origin::Typed => Self::Typed,
            Origin::Pasted => Self::Pasted,
            Origin::Imported { .. } => Self::Imported,
            Origin::Generated { .. } if span.edited => Self::Edited,
            Origin::Generated { .. } => Self::Generated,
            Origin::Filled { .. } => Self::Filled,
        }
    }
}

/// Words by where they came from; each Chinese character is one.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, TS)]
pub struct ShareDto {
    /// All words.
    pub words: u32,
    /// Typed.
    pub typed: u32,
    /// From the clipboard.
    pub pasted: u32,
    /// From files.
    pub imported: u32,
    /// As a model wrote them.
    pub generated: u32,
    /// Put in by a model from the brief.
    pub filled: u32,
    /// A model's, changed by a person: before it was accepted, or within a word after.
    pub edited: u32,
}

impl ShareDto {
    fn count(&mut self, kind: SourceKind) {
        self.words += 1;
        *match kind {
            SourceKind::Typed => &mut self.typed,
            SourceKind::Pasted => &mut self.pasted,
            SourceKind::Imported => &mut self.imported,
            SourceKind::Generated => &mut self.generated,
            SourceKind::Filled => &mut self.filled,
            SourceKind::Edited => &mut self.edited,
        } += 1;
    }

    /// Words that a model had a hand in.
    pub fn by_models(&self) -> u32 {
        self.generated + self.filled + self.edited
    }
}

/// Counts a text whose spans tile it.
pub fn share(text: &str, spans: &[Span]) -> ShareDto {
    let mut share = ShareDto::default();
    let mut next = 0;
    for word in word_ranges(text) {
        while spans
            .get(next)
            .is_some_and(|span| span.range.end <= word.start)
        {
            next += 1;
        }
        let within = spans[next.min(spans.len())..]
            .iter()
            .take_while(|span| span.range.start < word.end)
            .map(SourceKind::of);
        if let Some(kind) = within.reduce(together) {
            share.count(kind);
        }
    }
    share
}

/// The kind of a word whose parts came from two places.
fn together(one: SourceKind, other: SourceKind) -> SourceKind {
    use SourceKind::{Edited, Filled, Generated, Imported, Typed};
    let model = |kind| matches!(kind, Generated | Filled | Edited);
    match (one, other) {
        (a, b) if a == b => a,
        (Edited, _) | (_, Edited) => Edited,
        (a, b) if model(a) && model(b) => Generated,
        (a, b) if model(a) || model(b) => Edited,
        // What a person changed in a word of another source is the person's.
        (Typed, _) | (_, Typed) => Typed,
        (Imported, _) | (_, Imported) => Imported,
        (a, _) => a,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spans(parts: &[(&str, Origin, bool)]) -> (String, Vec<Span>) {
        let mut text = String::new();
        let mut spans = Vec::new();
        for (part, origin, edited) in parts {
            let start = text.len();
            text.push_str(part);
            spans.push(Span {
                range: start..text.len(),
                origin: origin.clone(),
                edited: *edited,
            });
        }
        (text, spans)
    }

    fn model() -> Origin {
        Origin::Generated {
            generation_id: "g".into(),
        }
    }

    fn filled() -> Origin {
        Origin::Filled {
            generation_id: "g".into(),
        }
    }

    #[test]
    fn every_word_counts_once_and_changed_ones_as_edited() {
        let (text, spans) = spans(&[
            ("I typed ", Origin::Typed, false),
            ("two pasted, ", Origin::Pasted, false),
            ("the ferry generat", model(), false),
            ("ing", Origin::Typed, false),
            (" at ", model(), false),
            ("21:30", filled(), false),
            (" sharply", model(), true),
            (
                "。潮水",
                Origin::Imported {
                    file: "a.md".into(),
                },
                false,
            ),
        ]);
        let counted = share(&text, &spans);
        assert_eq!(
            counted,
            ShareDto {
                words: 12,
                typed: 2,
                pasted: 2,
                imported: 2,
                generated: 3,
                filled: 1,
                edited: 2,
            }
        );
        assert_eq!(
            counted.words as usize,
            inkstone_manuscript::count::count(&text).words
        );
        assert_eq!(counted.by_models(), 6);
    }

    #[test]
    fn a_text_of_nothing_counts_nothing() {
        assert_eq!(share("", &[]), ShareDto::default());
        assert_eq!(
            share("— …", &spans(&[("— …", Origin::Typed, false)]).1).words,
            0
        );
    }
}
