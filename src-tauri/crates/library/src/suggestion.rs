//! Suggestions: what becomes of generated text.

use rusqlite::{Connection, params};
use serde::Serialize;

use crate::edit::{self, Change, Piece};
use crate::history::Keep;
use crate::library::{Result, not_found};
use crate::row::Name;
use crate::span::{Run, Runs};
use crate::state::Sheet;
use crate::{Decision, Edit, Library, Operation, OperationKind, Origin, generation, history};

fn decide(connection: &Connection, id: &str, decision: Decision) -> Result<()> {
    let sql = "UPDATE generations SET decision = ?1 WHERE id = ?2";
    match connection.execute(sql, params![Name(decision), id])? {
        0 => Err(not_found("generation", id)),
        _ => Ok(()),
    }
}

/// Whose words a part of a suggestion is, when it is accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Hand {
    /// The model's, and the notation that a desk puts around them.
    Model,
    /// The brief's, put in by the model.
    Brief,
    /// The person's, put there before it was accepted.
    Person,
}

/// The runs of accepted text: as the hands say, and the model's where they end.
struct Accepted<'a> {
    generation_id: &'a str,
    hands: std::slice::Iter<'a, (usize, Hand)>,
    open: (usize, Hand),
    /// The calls that wrote the beginning; what they leave out is of the one that is accepted.
    authors: std::slice::Iter<'a, (usize, String)>,
    author: (usize, &'a str),
}

impl<'a> Accepted<'a> {
    fn new(
        generation_id: &'a str,
        hands: &'a [(usize, Hand)],
        authors: &'a [(usize, String)],
    ) -> Self {
        Self {
            generation_id,
            hands: hands.iter(),
            open: (0, Hand::Model),
            authors: authors.iter(),
            author: (0, generation_id),
        }
    }

    fn runs(&mut self, mut bytes: usize) -> Runs {
        let mut runs = Runs::default();
        while bytes > 0 {
            if self.open.0 == 0 {
                self.open = self.hands.next().copied().unwrap_or((bytes, Hand::Model));
                continue;
            }
            if self.author.0 == 0 {
                self.author = match self.authors.next() {
                    Some((bytes, id)) => (*bytes, id),
                    None => (usize::MAX, self.generation_id),
                };
                continue;
            }
            let part = bytes.min(self.open.0).min(self.author.0);
            let generation_id = self.author.1.to_owned();
            runs.push(Run {
                bytes: part,
                origin: match self.open.1 {
                    Hand::Brief => Origin::Filled { generation_id },
                    Hand::Model | Hand::Person => Origin::Generated { generation_id },
                },
                edited: self.open.1 == Hand::Person,
            });
            self.open.0 -= part;
            self.author.0 -= part;
            bytes -= part;
        }
        runs
    }
}

/// Whose words an accepted text is made of, in bytes of all that is inserted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Authorship<'a> {
    /// By hand; what it leaves out is the model's.
    pub hands: &'a [(usize, Hand)],
    /// Calls that wrote the beginning, where a suggestion goes on from others; what it leaves out is
    /// of the one that is accepted.
    pub earlier: &'a [(usize, String)],
}

impl Library {
    /// Takes a suggestion into a draft, in one operation that can be undone, and returns the new
    /// revision. `edits` were made for `base_revision` and insert the suggestion as the person
    /// left it; `hands` say in bytes of all that is inserted whose words it is, what they leave out is the
    /// model's. The text before is kept as a snapshot and the text after as a version; `title`
    /// becomes the draft's. One suggestion may be accepted in several parts.
    ///
    /// # Errors
    /// `Conflict` if the draft has moved on, `BadEdit` if a range does not fit the text.
    pub fn accept(
        &self,
        generation_id: &str,
        draft_id: &str,
        base_revision: u32,
        edits: &[Edit],
        hands: &[(usize, Hand)],
        title: Option<&str>,
    ) -> Result<u32> {
        let by = Authorship {
            hands,
            earlier: &[],
        };
        self.accept_joined(generation_id, draft_id, base_revision, edits, by, title)
    }

    /// [`Self::accept`] of a suggestion that goes on from others: each part keeps the call that
    /// wrote it, and all of them count as accepted.
    ///
    /// # Errors
    /// As [`Self::accept`]; `NotFound` for an earlier call that is not there.
    pub fn accept_joined(
        &self,
        generation_id: &str,
        draft_id: &str,
        base_revision: u32,
        edits: &[Edit],
        by: Authorship<'_>,
        title: Option<&str>,
    ) -> Result<u32> {
        self.take_in(
            generation_id,
            draft_id,
            base_revision,
            edits,
            by,
            title,
            true,
        )
    }

    /// Takes some changes of a suggestion into a draft, in one operation that can be undone, and
    /// leaves the suggestion as undecided as it was. The journal has the step; a node of the history
    /// is kept when the last of them is decided, by [`Self::accept_joined`].
    ///
    /// # Errors
    /// As [`Self::accept`].
    pub fn accept_some(
        &self,
        generation_id: &str,
        draft_id: &str,
        base_revision: u32,
        edits: &[Edit],
        by: Authorship<'_>,
    ) -> Result<u32> {
        self.take_in(
            generation_id,
            draft_id,
            base_revision,
            edits,
            by,
            None,
            false,
        )
    }

    #[allow(clippy::too_many_arguments, reason = "the two ways in name them")]
    fn take_in(
        &self,
        generation_id: &str,
        draft_id: &str,
        base_revision: u32,
        edits: &[Edit],
        by: Authorship<'_>,
        title: Option<&str>,
        decided: bool,
    ) -> Result<u32> {
        let now = self.now();
        self.write(|tx| {
            generation::find(tx, generation_id)?;
            let mut line = edit::load_at(tx, draft_id, base_revision)?;
            if decided {
                history::keep_if_new(tx, &mut line, "autosave", now)?;
            }
            let origin = Origin::Generated {
                generation_id: generation_id.to_owned(),
            };
            let mut accepted = Accepted::new(generation_id, by.hands, by.earlier);
            let pieces: Vec<Piece> = edits
                .iter()
                .map(|edit| Piece {
                    runs: accepted.runs(edit.insert.len()),
                    ..Piece::of(edit, &origin)
                })
                .collect();
            let suggestion_id = generation_id.to_owned();
            let operation = Operation {
                kind: OperationKind::AcceptSuggestion { suggestion_id },
                origin,
            };
            let sheet = match title {
                Some(title) if !title.trim().is_empty() => {
                    let (_, fields) = line.sheet.read()?;
                    Some(Sheet::of(title, &fields)?)
                }
                _ => None,
            };
            let change = Change {
                pieces,
                sheet,
                to: None,
            };
            let before = line.revision;
            let revision = edit::perform(tx, &mut line, change, &operation, now)?;
            if !decided {
                return Ok(revision);
            }
            if revision != before {
                history::keep(tx, &mut line, Keep::version("accepted", None), now)?;
            }
            decide(tx, generation_id, Decision::Accepted)?;
            for (_, earlier) in by.earlier {
                decide(tx, earlier, Decision::Accepted)?;
            }
            Ok(revision)
        })
    }

    /// Says what became of a suggestion. A discarded one is still there, and can be accepted.
    pub fn decide_suggestion(&self, generation_id: &str, decision: Decision) -> Result<()> {
        self.write(|tx| decide(tx, generation_id, decision))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::NodeKind;
    use crate::testing::{Desk, typing};
    use crate::{LibraryError, Span};

    fn insert(at: usize, text: &str) -> Edit {
        Edit {
            from: at,
            to: at,
            insert: text.to_owned(),
        }
    }

    impl Desk {
        fn accept(&self, generation: &str, edits: &[Edit]) -> u32 {
            self.library
                .accept(generation, &self.draft, self.revision(), edits, &[], None)
                .unwrap()
        }

        /// The text by origin: `.` typed, `g` generated, `b` filled in, `e` edited in a suggestion.
        fn marks(&self) -> Vec<(char, String)> {
            let body = self.body();
            let mark = |Span {
                            range,
                            origin,
                            edited,
                        }| {
                let mark = match (origin, edited) {
                    (Origin::Generated { .. }, false) => 'g',
                    (Origin::Generated { .. }, true) => 'e',
                    (Origin::Filled { .. }, _) => 'b',
                    _ => '.',
                };
                (mark, body[range].to_owned())
            };
            self.library
                .spans(&self.draft)
                .unwrap()
                .into_iter()
                .map(mark)
                .collect()
        }
    }

    fn marks(of: &[(char, &str)]) -> Vec<(char, String)> {
        of.iter()
            .map(|(mark, text)| (*mark, (*text).to_owned()))
            .collect()
    }

    #[test]
    fn an_accepted_suggestion_is_in_the_text_the_journal_the_history_and_the_title() {
        let desk = Desk::new();
        desk.write("Before. After.");
        let generation = desk.generation("The gates closed at nine.");
        let edit = insert(8, "The gates closed at nine. ");
        let revision = desk
            .library
            .accept(
                &generation,
                &desk.draft,
                1,
                std::slice::from_ref(&edit),
                &[],
                Some("Gates shut"),
            )
            .unwrap();
        assert_eq!((revision, desk.revision()), (2, 2));
        let sentence = "The gates closed at nine. ";
        assert_eq!(desk.body(), format!("Before. {sentence}After."));
        assert_eq!(
            desk.marks(),
            marks(&[('.', "Before. "), ('g', sentence), ('.', "After.")])
        );
        let origin = Origin::Generated {
            generation_id: generation.clone(),
        };
        assert_eq!(desk.library.spans(&desk.draft).unwrap()[1].origin, origin);

        let journal = desk.library.operations(&desk.draft, 9).unwrap();
        assert_eq!((journal.len(), &journal[0].edits), (2, &vec![edit]));
        let kind = OperationKind::AcceptSuggestion {
            suggestion_id: generation.clone(),
        };
        assert_eq!(journal[0].operation, Operation { kind, origin });

        let nodes = desk.library.history(&desk.draft).unwrap();
        let of: Vec<_> = nodes
            .iter()
            .map(|node| (node.kind, node.label.as_str()))
            .collect();
        assert_eq!(
            of,
            [
                (NodeKind::Version, "accepted"),
                (NodeKind::Snapshot, "autosave")
            ]
        );
        assert_eq!(
            desk.library.node_text(&nodes[1].id).unwrap(),
            "Before. After."
        );
        assert_eq!(desk.library.node_text(&nodes[0].id).unwrap(), desk.body());
        assert_eq!(
            desk.library.generation(&generation).unwrap().decision,
            Decision::Accepted
        );
        assert_eq!(
            desk.library.document(&desk.document).unwrap().title,
            "Gates shut"
        );
        assert_eq!(desk.library.search_texts("gates shut", 9).unwrap().len(), 1);
    }

    #[test]
    fn a_suggestion_that_goes_on_from_another_keeps_who_wrote_what() {
        let desk = Desk::new();
        desk.write("Before. ");
        let first = desk.generation("The tide 潮");
        let second = desk.generation("水 rose.");
        let edit = insert(8, "The tide 潮水 rose.");
        let by = Authorship {
            hands: &[(4, Hand::Model), (4, Hand::Brief), (8, Hand::Model)],
            earlier: &[("The tide 潮".len(), first.clone())],
        };
        desk.library
            .accept_joined(&second, &desk.draft, 1, &[edit], by, None)
            .unwrap();
        let body = desk.body();
        let spans = desk.library.spans(&desk.draft).unwrap();
        let of = |span: &Span| match &span.origin {
            Origin::Generated { generation_id } => ("model", generation_id.clone()),
            Origin::Filled { generation_id } => ("brief", generation_id.clone()),
            _ => ("person", String::new()),
        };
        let seen: Vec<_> = spans
            .iter()
            .map(|span| (body[span.range.clone()].to_owned(), of(span)))
            .collect();
        let part = |text: &str, hand, id: &str| (text.to_owned(), (hand, id.to_owned()));
        assert_eq!(
            seen,
            [
                part("Before. ", "person", ""),
                part("The ", "model", &first),
                part("tide", "brief", &first),
                part(" 潮", "model", &first),
                part("水 rose.", "model", &second),
            ]
        );
        for id in [&first, &second] {
            let decision = desk.library.generation(id).unwrap().decision;
            assert_eq!(decision, Decision::Accepted);
        }
        let gone = Authorship {
            earlier: &[(1, "gone".to_owned())],
            ..Authorship::default()
        };
        let error = desk
            .library
            .accept_joined(&second, &desk.draft, 2, &[], gone, None);
        assert!(matches!(error, Err(LibraryError::NotFound { .. })));
    }

    #[test]
    fn accepting_is_undone_in_one_and_redone_with_its_origins() {
        let desk = Desk::new();
        desk.write("Low tide at noon.");
        let generation = desk.generation("High water at one.");
        let edits = [
            Edit {
                from: 0,
                to: 8,
                insert: "High water".to_owned(),
            },
            Edit {
                from: 12,
                to: 16,
                insert: "one".to_owned(),
            },
        ];
        desk.accept(&generation, &edits);
        let accepted = (desk.body(), desk.marks());
        assert_eq!(accepted.0, "High water at one.");
        let inverse = desk.library.operations(&desk.draft, 1).unwrap()[0]
            .inverse
            .clone();
        let undo = Operation {
            kind: OperationKind::Undo,
            origin: Origin::Typed,
        };
        desk.library.apply(&desk.draft, 2, &inverse, &undo).unwrap();
        assert_eq!(desk.marks(), marks(&[('.', "Low tide at noon.")]));
        let redo = Operation {
            kind: OperationKind::Redo,
            origin: Origin::Typed,
        };
        desk.library.apply(&desk.draft, 3, &edits, &redo).unwrap();
        assert_eq!((desk.body(), desk.marks()), accepted);
    }

    #[test]
    fn whose_words_an_accepted_text_is_stays_with_it() {
        let desk = Desk::new();
        let generation = desk.generation("⟦topic⟧ closed at nine.");
        let text = "The harbour shut at nine. 潮";
        let edits = [insert(0, "The harbour shut"), insert(0, " at nine. 潮")];
        let hands = [
            (11, Hand::Brief),
            (6, Hand::Person),
            (4, Hand::Model),
            (2, Hand::Person),
        ];
        desk.library
            .accept(&generation, &desk.draft, 0, &edits, &hands, None)
            .unwrap();
        assert_eq!(desk.body(), text);
        assert_eq!(
            desk.marks(),
            marks(&[
                ('b', "The harbour"),
                ('e', " shut "),
                ('g', "at n"),
                ('e', "in"),
                ('g', "e. 潮")
            ])
        );
        // A part that was moved by undo and redo keeps it.
        let inverse = desk.library.operations(&desk.draft, 1).unwrap()[0]
            .inverse
            .clone();
        let before = desk.marks();
        let step = |kind| Operation {
            kind,
            origin: Origin::Typed,
        };
        desk.library
            .apply(&desk.draft, 1, &inverse, &step(OperationKind::Undo))
            .unwrap();
        let again = [insert(0, text)];
        desk.library
            .apply(&desk.draft, 2, &again, &step(OperationKind::Redo))
            .unwrap();
        assert_eq!(desk.marks(), before);
    }

    #[test]
    fn some_changes_are_taken_and_the_suggestion_stays_open() {
        let desk = Desk::new();
        desk.write("Low tide at noon.");
        let generation = desk.generation("High water at one.");
        let edit = Edit {
            from: 12,
            to: 16,
            insert: "one".to_owned(),
        };
        let revision = desk
            .library
            .accept_some(&generation, &desk.draft, 1, &[edit], Authorship::default())
            .unwrap();
        assert_eq!((revision, desk.body().as_str()), (2, "Low tide at one."));
        assert_eq!(
            desk.marks(),
            marks(&[('.', "Low tide at "), ('g', "one"), ('.', ".")])
        );
        let kept = desk.library.generation(&generation).unwrap();
        assert_eq!(kept.decision, Decision::Pending);
        assert!(desk.library.history(&desk.draft).unwrap().is_empty());
    }

    #[test]
    fn accepting_for_an_older_text_changes_nothing_at_all() {
        let desk = Desk::new();
        desk.write("one");
        let generation = desk.generation("two");
        let late = desk.library.accept(
            &generation,
            &desk.draft,
            0,
            &[insert(0, "two")],
            &[],
            Some("t"),
        );
        assert_eq!(late.unwrap_err(), LibraryError::Conflict { current: 1 });
        let wrong = desk.library.accept(
            &generation,
            &desk.draft,
            1,
            &[insert(9, "two")],
            &[],
            Some("t"),
        );
        assert!(matches!(wrong.unwrap_err(), LibraryError::BadEdit(_)));
        assert_eq!((desk.body().as_str(), desk.revision()), ("one", 1));
        assert!(desk.library.history(&desk.draft).unwrap().is_empty());
        assert_eq!(
            desk.library.generation(&generation).unwrap().decision,
            Decision::Pending
        );
        assert_eq!(desk.library.document(&desk.document).unwrap().title, "Tide");
    }

    #[test]
    fn parts_of_several_suggestions_can_be_taken_one_after_the_other() {
        let desk = Desk::new();
        let (first, second) = (desk.generation("Low. Mean."), desk.generation("High."));
        desk.library
            .decide_suggestion(&second, Decision::Discarded)
            .unwrap();
        desk.accept(&first, &[insert(0, "Low.")]);
        desk.accept(&second, &[insert(4, " High.")]);
        desk.accept(&first, &[insert(10, " Mean.")]);
        assert_eq!(desk.body(), "Low. High. Mean.");
        let spans = desk.library.spans(&desk.draft).unwrap();
        let by = |id: &str| Origin::Generated {
            generation_id: id.to_owned(),
        };
        let origins: Vec<_> = spans.into_iter().map(|span| span.origin).collect();
        assert_eq!(origins, [by(&first), by(&second), by(&first)]);
        let decision = |id| desk.library.generation(id).unwrap().decision;
        assert_eq!(
            (decision(&first), decision(&second)),
            (Decision::Accepted, Decision::Accepted)
        );
        // Nothing between the versions, since each accepted text was kept already.
        let labels: Vec<_> = desk
            .library
            .history(&desk.draft)
            .unwrap()
            .into_iter()
            .map(|node| node.label)
            .collect();
        assert_eq!(labels, ["accepted"; 3]);
    }

    #[test]
    fn what_replaces_a_whole_text_leaves_it_in_the_history() {
        let desk = Desk::new();
        desk.write("A week's work.");
        let generation = desk.generation("");
        desk.accept(
            &generation,
            &[Edit {
                from: 0,
                to: 14,
                insert: String::new(),
            }],
        );
        assert_eq!(desk.body(), "");
        let nodes = desk.library.history(&desk.draft).unwrap();
        assert_eq!(
            desk.library.node_text(&nodes[1].id).unwrap(),
            "A week's work."
        );
    }

    #[test]
    fn a_decision_can_change_and_what_is_not_there_is_named() {
        let desk = Desk::new();
        let generation = desk.generation("text");
        for decision in [Decision::Discarded, Decision::Pending, Decision::Accepted] {
            desk.library
                .decide_suggestion(&generation, decision)
                .unwrap();
            assert_eq!(
                desk.library.generation(&generation).unwrap().decision,
                decision
            );
        }
        let missing = not_found("generation", "x");
        let decided = desk.library.decide_suggestion("x", Decision::Accepted);
        assert_eq!(decided.unwrap_err(), missing);
        let accepted = desk.library.accept("x", &desk.draft, 0, &[], &[], None);
        assert_eq!(accepted.unwrap_err(), missing);
        let accepted = desk.library.accept(&generation, "x", 0, &[], &[], None);
        assert_eq!(accepted.unwrap_err(), not_found("draft", "x"));
        // Nothing taken is no version.
        desk.library
            .accept(&generation, &desk.draft, 0, &[], &[], None)
            .unwrap();
        assert!(desk.library.history(&desk.draft).unwrap().is_empty());
        // An edit after it is the person's own.
        desk.library
            .apply(&desk.draft, 0, &[insert(0, "mine")], &typing())
            .unwrap();
        assert_eq!(desk.marks(), marks(&[('.', "mine")]));
    }
}
