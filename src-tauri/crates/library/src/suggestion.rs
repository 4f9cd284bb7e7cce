//! Suggestions: what becomes of generated text.

use inkstone_manuscript::diff::{Change, prose_diff};
use rusqlite::{Connection, params};

use crate::edit::{self, Piece};
use crate::library::{Result, not_found};
use crate::row::Name;
use crate::span::{Run, Runs};
use crate::{
    Decision, Edit, Library, NodeKind, Operation, OperationKind, Origin, document, generation,
    history,
};

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
            Change::Delete => continue,
            Change::Equal => false,
            Change::Insert => piece.text.chars().any(char::is_alphanumeric),
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
    /// becomes the document's. One suggestion may be accepted in several parts.
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
            let revision = edit::perform(tx, &mut line, &pieces, &operation, now)?;
            if revision != base_revision {
                history::keep(tx, &mut line, NodeKind::Version, None, "accepted", now)?;
            }
            if let Some(title) = title {
                document::rename(tx, &line.document_id, title, now)?;
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
