//! Suggestions: what becomes of generated text.

use inkstone_manuscript::diff::{self, prose_diff};
use rusqlite::{Connection, params};

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

/// The runs of an accepted text: what does not stand in the model's output is a person's wording.
/// Signs alone are not: a desk puts the notation around what a model wrote.
fn runs(output: &str, accepted: &str, generation_id: &str) -> Runs {
    let origin = Origin::Generated {
        generation_id: generation_id.to_owned(),
    };
    if output.contains(accepted) {
        return Runs::of(accepted.len(), origin);
    }
    let mut runs = Runs::default();
    for piece in prose_diff(output, accepted) {
        let edited = match piece.change {
            diff::Change::Delete => continue,
            diff::Change::Equal => false,
            diff::Change::Insert => piece.text.chars().any(char::is_alphanumeric),
        };
        runs.push(Run {
            bytes: piece.text.len(),
            origin: origin.clone(),
            edited,
        });
    }
    runs
}

impl Library {
    /// Takes a suggestion into a draft, in one operation that can be undone, and returns the new
    /// revision. `edits` were made for `base_revision` and insert the suggestion as the person
    /// left it. The text before is kept as a snapshot and the text after as a version; `title`
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
        title: Option<&str>,
    ) -> Result<u32> {
        let now = self.now();
        self.write(|tx| {
            let output = generation::find(tx, generation_id)?.output;
            let mut line = edit::load_at(tx, draft_id, base_revision)?;
            history::keep_if_new(tx, &mut line, "autosave", now)?;
            let origin = Origin::Generated {
                generation_id: generation_id.to_owned(),
            };
            let pieces: Vec<Piece> = edits
                .iter()
                .map(|edit| Piece {
                    runs: runs(&output, &edit.insert, generation_id),
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
            if revision != before {
                history::keep(tx, &mut line, Keep::version("accepted", None), now)?;
            }
            decide(tx, generation_id, Decision::Accepted)?;
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
                .accept(generation, &self.draft, self.revision(), edits, None)
                .unwrap()
        }

        /// The text by origin: `.` typed, `g` generated, `e` edited in a suggestion.
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
        assert_eq!(desk.library.search("gates shut", 9).unwrap().len(), 1);
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
    fn a_persons_wording_in_a_suggestion_is_marked() {
        let desk = Desk::new();
        let generation = desk.generation("The harbour closed at nine o'clock.");
        desk.accept(
            &generation,
            &[insert(0, "The harbour shut early at nine o'clock.")],
        );
        let marked = desk.marks();
        let edited: String = marked
            .iter()
            .filter(|(m, _)| *m == 'e')
            .map(|(_, text)| text.as_str())
            .collect();
        assert!(edited.contains("shut early"), "{marked:?}");
        assert_eq!(marked[0], ('g', "The harbour ".to_owned()));
        assert_eq!(
            marked.last().unwrap(),
            &('g', " at nine o'clock.".to_owned())
        );
        // Chinese goes by the character.
        let desk = Desk::new();
        let generation = desk.generation("夜里潮水很高。");
        desk.accept(&generation, &[insert(0, "夜里潮水不高。")]);
        assert_eq!(
            desk.marks(),
            marks(&[('g', "夜里潮水"), ('e', "不"), ('g', "高。")])
        );
    }

    #[test]
    fn notation_around_a_suggestion_is_nobodys_wording() {
        let desk = Desk::new();
        let generation = desk.generation("Gates shut\nThe harbour closed.");
        desk.accept(
            &generation,
            &[insert(0, "# Gates shut\n\nThe harbour closed.\n")],
        );
        assert_eq!(
            desk.marks(),
            marks(&[('g', "# Gates shut\n\nThe harbour closed.\n")])
        );
    }

    #[test]
    fn accepting_for_an_older_text_changes_nothing_at_all() {
        let desk = Desk::new();
        desk.write("one");
        let generation = desk.generation("two");
        let late = desk
            .library
            .accept(&generation, &desk.draft, 0, &[insert(0, "two")], Some("t"));
        assert_eq!(late.unwrap_err(), LibraryError::Conflict { current: 1 });
        let wrong =
            desk.library
                .accept(&generation, &desk.draft, 1, &[insert(9, "two")], Some("t"));
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
        let accepted = desk.library.accept("x", &desk.draft, 0, &[], None);
        assert_eq!(accepted.unwrap_err(), missing);
        let accepted = desk.library.accept(&generation, "x", 0, &[], None);
        assert_eq!(accepted.unwrap_err(), not_found("draft", "x"));
        // Nothing taken is no version.
        desk.library
            .accept(&generation, &desk.draft, 0, &[], None)
            .unwrap();
        assert!(desk.library.history(&desk.draft).unwrap().is_empty());
        // An edit after it is the person's own.
        desk.library
            .apply(&desk.draft, 0, &[insert(0, "mine")], &typing())
            .unwrap();
        assert_eq!(desk.marks(), marks(&[('.', "mine")]));
    }
}
