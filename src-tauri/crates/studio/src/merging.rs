//! Merging one draft into another: what both changed is asked about, the rest goes together.

use std::{collections::BTreeMap, sync::Arc};

use inkstone_library as lib;
use inkstone_manuscript::merge::{self, Choice, Given, Merged, Part, Side, Source};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use ts_rs::TS;

use crate::{
    Studio, StudioError,
    compare::{SideDto, State, StateRef, TITLE, field_names, field_text, put_field},
    drafts::diff_dtos,
    dto::{DiffPieceDto, DraftView},
};

/// Two drafts of a document.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct DraftPair {
    /// The draft that is merged into.
    pub draft_id: String,
    /// The draft that is merged.
    pub other_id: String,
}

/// A part of a merged text.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
pub struct MergePart {
    /// `same`; `mine` or `theirs` where only that side changed it; `conflict` where both did.
    #[ts(type = "\"same\" | \"mine\" | \"theirs\" | \"conflict\"")]
    pub kind: &'static str,
    /// The text; empty for a conflict.
    pub text: String,
    /// What is to be decided.
    pub conflict: Option<ConflictDto>,
}

/// Sentences that both sides changed.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
pub struct ConflictDto {
    /// As they were.
    pub base: String,
    /// In the draft that is merged into.
    pub mine: String,
    /// In the draft that is merged.
    pub theirs: String,
    /// What mine changed.
    pub mine_pieces: Vec<DiffPieceDto>,
    /// What theirs changed.
    pub theirs_pieces: Vec<DiffPieceDto>,
    /// What taking both gives.
    pub both: String,
    /// Whether both are woven into one sentence; otherwise theirs stands behind mine.
    pub woven: bool,
}

/// Title or a field of the brief in which the drafts differ.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct FieldMerge {
    /// `title`, or the field's name in the brief.
    pub field: String,
    /// As it was.
    pub base: String,
    /// In the draft that is merged into.
    pub mine: String,
    /// In the draft that is merged.
    pub theirs: String,
    /// `mine` or `theirs` where only that side changed it, `conflict` where both did.
    #[ts(type = "\"mine\" | \"theirs\" | \"conflict\"")]
    pub kind: &'static str,
}

/// What a merge would do.
#[derive(Debug, Clone, Serialize, TS)]
pub struct MergePlan {
    /// The draft that is merged into.
    pub mine: SideDto,
    /// The draft that is merged.
    pub theirs: SideDto,
    /// What both grew out of; `null` if that is nothing.
    pub base: Option<SideDto>,
    /// The whole text in order.
    pub parts: Vec<MergePart>,
    /// Title and fields that differ.
    pub fields: Vec<FieldMerge>,
    /// How many conflicts the text has.
    pub conflicts: u32,
}

/// What a person takes at a conflict.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "take", rename_all = "snake_case")]
pub enum ChoiceDto {
    /// The text of the draft that is merged into.
    Mine,
    /// The other draft's.
    Theirs,
    /// Both.
    Both,
    /// Neither, but this.
    Edited {
        /// The text.
        text: String,
    },
}

/// Which side a field is taken from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum FieldSide {
    /// The draft that is merged into.
    Mine,
    /// The draft that is merged.
    Theirs,
}

/// A merge that was decided.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct MergeDrafts {
    /// The draft that is merged into.
    pub draft_id: String,
    /// Its revision in the plan.
    pub base_revision: u32,
    /// The draft that is merged.
    pub other_id: String,
    /// Its revision in the plan.
    pub other_revision: u32,
    /// A choice for each conflict, in order.
    pub choices: Vec<ChoiceDto>,
    /// Fields by name, where the plan's suggestion is not wanted or there was a conflict.
    pub fields: BTreeMap<String, FieldSide>,
}

/// Both drafts, what they grew out of, and how they go together.
struct Planned {
    mine: State,
    theirs: State,
    base: Option<State>,
    merged: Merged,
}

impl Studio {
    fn planned(&self, draft_id: &str, other_id: &str) -> Result<Planned, StudioError> {
        let draft = |id: &str| StateRef::Draft { id: id.to_owned() };
        let mine = self.state(&draft(draft_id))?;
        let theirs = self.state(&draft(other_id))?;
        if mine.document_id != theirs.document_id {
            return Err(StudioError::OtherDocument);
        }
        if draft_id == other_id {
            return Err(StudioError::BadRequest(
                "a draft is not merged into itself".into(),
            ));
        }
        let base = self
            .library
            .common_ancestor(draft_id, other_id)?
            .map(|node| self.state(&StateRef::Node { id: node.id }))
            .transpose()?;
        let text = base.as_ref().map_or("", |base| base.body.as_str());
        let merged = merge::merge(text, &mine.body, &theirs.body);
        Ok(Planned {
            mine,
            theirs,
            base,
            merged,
        })
    }

    /// See [`crate::commands`].
    pub async fn plan_merge(self: &Arc<Self>, i: DraftPair) -> Result<MergePlan, StudioError> {
        self.blocking(move |s| Ok(plan(s.planned(&i.draft_id, &i.other_id)?)))
            .await
    }

    /// See [`crate::commands`].
    pub async fn merge_drafts(self: &Arc<Self>, i: MergeDrafts) -> Result<DraftView, StudioError> {
        let view = self
            .blocking(move |s| {
                let planned = s.planned(&i.draft_id, &i.other_id)?;
                for (state, revision) in [
                    (&planned.mine, i.base_revision),
                    (&planned.theirs, i.other_revision),
                ] {
                    let current = state.side.revision.unwrap_or_default();
                    if current != revision {
                        return Err(lib::LibraryError::Conflict { current }.into());
                    }
                }
                let choices: Vec<Choice> = i.choices.iter().map(choice).collect();
                let (mine, theirs) = (&planned.mine.body, &planned.theirs.body);
                let given = planned.merged.resolve(mine, theirs, &choices);
                let conflicts: Vec<_> = planned.merged.conflicts().collect();
                let patches = patches(&given, mine, |number, text| {
                    let at = conflicts.get(number);
                    at.map_or_else(Vec::new, |at| {
                        woven(
                            text,
                            mine,
                            at.mine.start..at.mine.end,
                            theirs,
                            at.theirs.start..at.theirs.end,
                        )
                    })
                });
                let description = description(&planned, &i.fields);
                s.library.merge(
                    &i.draft_id,
                    i.base_revision,
                    &i.other_id,
                    i.other_revision,
                    &patches,
                    description.as_ref(),
                )?;
                s.draft_view(&i.draft_id)
            })
            .await?;
        self.changed(&["history", "documents"]);
        Ok(view)
    }
}

fn choice(choice: &ChoiceDto) -> Choice {
    match choice {
        ChoiceDto::Mine => Choice::Mine,
        ChoiceDto::Theirs => Choice::Theirs,
        ChoiceDto::Both => Choice::Both,
        ChoiceDto::Edited { text } => Choice::Edited(text.clone()),
    }
}

fn plan(planned: Planned) -> MergePlan {
    let Planned {
        mine,
        theirs,
        base,
        merged,
    } = &planned;
    let base_text = base.as_ref().map_or("", |base| base.body.as_str());
    let text = |source: &Source| match source.side {
        Side::Mine => mine.body[source.range.clone()].to_owned(),
        Side::Theirs => theirs.body[source.range.clone()].to_owned(),
    };
    let part = |part: &Part| match part {
        Part::Same(source) => MergePart {
            kind: "same",
            text: text(source),
            conflict: None,
        },
        Part::Changed(source) => MergePart {
            kind: if source.side == Side::Mine {
                "mine"
            } else {
                "theirs"
            },
            text: text(source),
            conflict: None,
        },
        Part::Conflict(conflict) => {
            let was = &base_text[conflict.base.clone()];
            let (left, right) = (
                &mine.body[conflict.mine.clone()],
                &theirs.body[conflict.theirs.clone()],
            );
            let alone = Merged {
                parts: vec![part.clone()],
            };
            let both = alone.resolve(&mine.body, &theirs.body, &[Choice::Both]);
            MergePart {
                kind: "conflict",
                text: String::new(),
                conflict: Some(ConflictDto {
                    base: was.to_owned(),
                    mine: left.to_owned(),
                    theirs: right.to_owned(),
                    mine_pieces: diff_dtos(was, left),
                    theirs_pieces: diff_dtos(was, right),
                    both: merge::text_of(&both, &mine.body, &theirs.body),
                    woven: conflict.woven.is_some(),
                }),
            }
        }
    };
    let parts: Vec<MergePart> = merged.parts.iter().map(part).collect();
    MergePlan {
        conflicts: u32::try_from(merged.conflicts().count()).unwrap_or(u32::MAX),
        parts,
        fields: fields(&planned),
        base: planned.base.map(|base| base.side),
        mine: planned.mine.side,
        theirs: planned.theirs.side,
    }
}

fn fields(planned: &Planned) -> Vec<FieldMerge> {
    let Planned {
        mine, theirs, base, ..
    } = planned;
    let names = field_names(
        [&mine.fields, &theirs.fields]
            .into_iter()
            .chain(base.as_ref().map(|base| &base.fields)),
    );
    std::iter::once(TITLE.to_owned())
        .chain(names)
        .filter_map(|field| {
            let (left, right) = (field_text(mine, &field), field_text(theirs, &field));
            if left == right {
                return None;
            }
            let was = base
                .as_ref()
                .map(|base| field_text(base, &field))
                .unwrap_or_default();
            let kind = if left == was {
                "theirs"
            } else if right == was {
                "mine"
            } else {
                "conflict"
            };
            Some(FieldMerge {
                field,
                base: was,
                mine: left,
                theirs: right,
                kind,
            })
        })
        .collect()
}

/// Title and fields after the merge; a conflict that nobody decided stays mine.
fn description(
    planned: &Planned,
    wanted: &BTreeMap<String, FieldSide>,
) -> Option<lib::Description> {
    let (mut title, mut values) = (planned.mine.title.clone(), planned.mine.fields.clone());
    let mut taken = false;
    for FieldMerge { field, kind, .. } in fields(planned) {
        let side = wanted.get(&field).copied().unwrap_or(if kind == "theirs" {
            FieldSide::Theirs
        } else {
            FieldSide::Mine
        });
        if side == FieldSide::Theirs {
            taken = true;
            if field == TITLE {
                title.clone_from(&planned.theirs.title);
            } else {
                let value: Option<Value> = planned.theirs.fields["brief"].get(&field).cloned();
                put_field(&mut values, &field, value);
            }
        }
    }
    taken.then_some((title, values))
}

/// What makes `mine` the merged text. Source 0 is the other draft, source 1 this one.
fn patches(
    given: &[Given],
    mine: &str,
    written: impl Fn(usize, &str) -> Vec<lib::Strand>,
) -> Vec<lib::Patch> {
    let mut patches = Vec::new();
    let mut at = 0;
    let mut strands = Vec::new();
    let mut until = |to: usize, strands: &mut Vec<lib::Strand>, next: usize| {
        if at < to || !strands.is_empty() {
            patches.push(lib::Patch {
                from: at,
                to,
                strands: std::mem::take(strands),
            });
        }
        at = next;
    };
    for piece in given {
        match piece {
            Given::From(Source {
                side: Side::Mine,
                range,
            }) => {
                until(range.start, &mut strands, range.end);
            }
            Given::From(Source {
                side: Side::Theirs,
                range,
            }) => {
                strands.push(lib::Strand::From(0, range.clone()));
            }
            Given::Written(number, text) => strands.extend(written(*number, text)),
            Given::Blank(text) => strands.push(lib::Strand::Written((*text).to_owned())),
        }
    }
    until(mine.len(), &mut strands, mine.len());
    patches
}

/// A person's text in the place of a conflict: what they kept of a side has the origins it had
/// there.
fn woven(
    text: &str,
    mine: &str,
    in_mine: std::ops::Range<usize>,
    theirs: &str,
    in_theirs: std::ops::Range<usize>,
) -> Vec<lib::Strand> {
    let mut strands = Vec::new();
    for (number, piece) in kept(&mine[in_mine.clone()], text) {
        match number {
            Some(at) => {
                let from = in_mine.start + at;
                strands.push(lib::Strand::From(1, from..from + piece.len()));
            }
            None => {
                for (number, piece) in kept(&theirs[in_theirs.clone()], piece) {
                    strands.push(match number {
                        Some(at) => {
                            let from = in_theirs.start + at;
                            lib::Strand::From(0, from..from + piece.len())
                        }
                        None => lib::Strand::Written(piece.to_owned()),
                    });
                }
            }
        }
    }
    strands
}

/// A text in pieces: where each stands in `old`, if a word or more of it does.
fn kept<'t>(old: &str, text: &'t str) -> Vec<(Option<usize>, &'t str)> {
    let mut pieces = Vec::new();
    let (mut in_old, mut in_text) = (0, 0);
    for piece in inkstone_manuscript::diff::prose_diff(old, text) {
        use inkstone_manuscript::diff::Change;
        let length = piece.text.len();
        match piece.change {
            Change::Delete => in_old += length,
            Change::Insert => {
                pieces.push((None, &text[in_text..in_text + length]));
                in_text += length;
            }
            Change::Equal => {
                pieces.push((Some(in_old), &text[in_text..in_text + length]));
                in_old += length;
                in_text += length;
            }
        }
    }
    pieces
}
