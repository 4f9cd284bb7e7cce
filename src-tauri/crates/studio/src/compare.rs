//! Two states of a document side by side, and passages that are taken from one into the other.

use std::{collections::BTreeSet, sync::Arc};

use inkstone_library as lib;
use inkstone_manuscript::{
    count,
    diff::{self, Comparison, PartKind},
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use ts_rs::TS;

use crate::{
    Studio, StudioError,
    drafts::{Units, bytes, diff_dtos, to_u32},
    dto::{DiffPieceDto, DraftView},
    projects::time,
};

/// A state of a document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "of", rename_all = "snake_case")]
pub enum StateRef {
    /// A draft as it is now.
    Draft {
        /// Its id.
        id: String,
    },
    /// A point of the history.
    Node {
        /// Its id.
        id: String,
    },
}

/// Two states to compare.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct CompareStates {
    /// The older, or the one that is taken from.
    pub old: StateRef,
    /// The newer.
    pub new: StateRef,
}

/// What is known of one side.
#[derive(Debug, Clone, Serialize, TS)]
pub struct SideDto {
    /// What it is.
    pub state: StateRef,
    /// The draft that it belongs to.
    pub draft_id: String,
    /// That draft's name.
    pub draft_name: String,
    /// A node's name, if a person gave one.
    pub name: Option<String>,
    /// Why a node was made; `null` for a draft.
    pub label: Option<String>,
    /// When: the node's time, or when the draft was changed last.
    pub at: f64,
    /// The draft's revision, for a draft.
    pub revision: Option<u32>,
    /// Words in it.
    pub words: u32,
}

/// A run of text of a comparison. Places are UTF-16 units in their text; where the run is not in a
/// text they are empty and say where it would stand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct ComparedPart {
    /// `equal`, `insert`, `delete`, or `away` and `here` for what stands elsewhere.
    #[ts(type = "\"equal\" | \"insert\" | \"delete\" | \"away\" | \"here\"")]
    pub kind: &'static str,
    /// The text: of the new side, or of the old one where it is not in the new.
    pub text: String,
    /// Start in the old text.
    pub old_from: u32,
    /// End in the old text.
    pub old_to: u32,
    /// Start in the new text.
    pub new_from: u32,
    /// End in the new text.
    pub new_to: u32,
    /// The number of the move, for `away` and `here`.
    pub moved: Option<u32>,
}

/// What stands elsewhere.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct ComparedMove {
    /// What was changed in it: `equal`, `insert` and `delete`.
    pub parts: Vec<ComparedPart>,
    /// Start in the old text.
    pub old_from: u32,
    /// End in the old text.
    pub old_to: u32,
    /// Where it would stand in the new text.
    pub back_to: u32,
    /// Start in the new text.
    pub new_from: u32,
    /// End in the new text.
    pub new_to: u32,
}

/// Title or a field of the brief that differs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct FieldChange {
    /// `title`, or the field's name in the brief.
    pub field: String,
    /// As it was; lists have an entry a line.
    pub old: String,
    /// As it is.
    pub new: String,
    /// The difference.
    pub pieces: Vec<DiffPieceDto>,
}

/// Two states side by side.
#[derive(Debug, Clone, Serialize, TS)]
pub struct ComparisonDto {
    /// The old side.
    pub old: SideDto,
    /// The new side.
    pub new: SideDto,
    /// All of both texts, in reading order.
    pub parts: Vec<ComparedPart>,
    /// What stands elsewhere, by number.
    pub moves: Vec<ComparedMove>,
    /// Title and fields that differ.
    pub fields: Vec<FieldChange>,
    /// Words only in the new text, moves left out.
    pub words_in: u32,
    /// Words only in the old text.
    pub words_out: u32,
}

/// A passage to take.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct Passage {
    /// Start in the draft, in UTF-16 units.
    pub from: u32,
    /// End in the draft.
    pub to: u32,
    /// Start in the source.
    pub source_from: u32,
    /// End in the source.
    pub source_to: u32,
}

/// Passages and fields to take from a state into a draft.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct TakePassages {
    /// The draft that gets them.
    pub draft_id: String,
    /// The revision that the places were made for.
    pub base_revision: u32,
    /// Where they come from.
    pub source: StateRef,
    /// The revision of the source, if it is a draft.
    pub source_revision: Option<u32>,
    /// The passages, in order.
    pub passages: Vec<Passage>,
    /// Fields to take: `title`, or names of the brief's fields.
    pub fields: Vec<String>,
}

/// A state with all that is compared.
pub(crate) struct State {
    pub side: SideDto,
    pub document_id: String,
    pub title: String,
    pub fields: Value,
    pub body: String,
}

impl Studio {
    /// Blocks.
    pub(crate) fn state(&self, state: &StateRef) -> Result<State, StudioError> {
        match state {
            StateRef::Draft { id } => {
                let draft = self.library.draft(id)?;
                Ok(State {
                    side: SideDto {
                        state: state.clone(),
                        draft_id: draft.id,
                        draft_name: draft.name,
                        name: None,
                        label: None,
                        at: time(draft.updated_at),
                        revision: Some(draft.revision),
                        words: to_u32(count::count(&draft.body).words),
                    },
                    document_id: draft.document_id,
                    title: draft.title,
                    fields: draft.fields,
                    body: draft.body,
                })
            }
            StateRef::Node { id } => {
                let node = self.library.node(id)?;
                let draft = self.library.draft(&node.draft_id)?;
                let kept = self.library.node_state(id)?;
                Ok(State {
                    side: SideDto {
                        state: state.clone(),
                        draft_id: draft.id,
                        draft_name: draft.name,
                        name: node.name,
                        label: Some(node.label),
                        at: time(node.created_at),
                        revision: None,
                        words: to_u32(count::count(&kept.body).words),
                    },
                    document_id: draft.document_id,
                    title: kept.title,
                    fields: kept.fields,
                    body: kept.body,
                })
            }
        }
    }

    /// See [`crate::commands`].
    pub async fn compare_states(
        self: &Arc<Self>,
        i: CompareStates,
    ) -> Result<ComparisonDto, StudioError> {
        self.blocking(move |s| {
            let (old, new) = (s.state(&i.old)?, s.state(&i.new)?);
            if old.document_id != new.document_id {
                return Err(StudioError::OtherDocument);
            }
            let found = diff::compare(&old.body, &new.body);
            Ok(dto(old, new, &found))
        })
        .await
    }

    /// See [`crate::commands`].
    pub async fn take_passages(
        self: &Arc<Self>,
        i: TakePassages,
    ) -> Result<DraftView, StudioError> {
        let view = self
            .blocking(move |s| {
                let source = s.state(&i.source)?;
                let draft = s.library.draft(&i.draft_id)?;
                // Title and fields may have changed since; the places are the text's.
                if !(draft.body_revision..=draft.revision).contains(&i.base_revision) {
                    return Err(lib::LibraryError::Conflict {
                        current: draft.revision,
                    }
                    .into());
                }
                let patches = i
                    .passages
                    .iter()
                    .map(|passage| {
                        let range = bytes(&draft.body, passage.from, passage.to)?;
                        let of = bytes(&source.body, passage.source_from, passage.source_to)?;
                        Ok(lib::Patch {
                            from: range.start,
                            to: range.end,
                            strands: vec![lib::Strand::From(0, of)],
                        })
                    })
                    .collect::<Result<Vec<_>, StudioError>>()?;
                let description = (!i.fields.is_empty()).then(|| {
                    let (mut title, mut fields) = (draft.title.clone(), draft.fields.clone());
                    for field in &i.fields {
                        take_field(field, &source, &mut title, &mut fields);
                    }
                    (title, fields)
                });
                let from = match i.source {
                    StateRef::Node { id } => lib::Source::Node { id },
                    StateRef::Draft { id } => lib::Source::Draft {
                        id,
                        revision: i.source_revision.unwrap_or_default(),
                    },
                };
                s.library.take_passages(
                    &i.draft_id,
                    i.base_revision,
                    &from,
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

/// The object that holds a brief within a document's fields.
const BRIEF: &str = "brief";
/// The name of the title among the fields.
pub(crate) const TITLE: &str = "title";

fn take_field(field: &str, source: &State, title: &mut String, fields: &mut Value) {
    if field == TITLE {
        title.clone_from(&source.title);
    } else {
        put_field(fields, field, source.fields[BRIEF].get(field).cloned());
    }
}

/// Sets a field of the brief, or takes it out.
pub(crate) fn put_field(fields: &mut Value, field: &str, value: Option<Value>) {
    if !fields[BRIEF].is_object() {
        fields[BRIEF] = Value::Object(serde_json::Map::new());
    }
    if let Some(brief) = fields[BRIEF].as_object_mut() {
        match value {
            Some(value) => drop(brief.insert(field.to_owned(), value)),
            None => drop(brief.remove(field)),
        }
    }
}

/// A field as a person reads it: an entry of a list a line.
pub(crate) fn spoken(value: Option<&Value>) -> String {
    match value {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(Value::Array(list)) => {
            let lines: Vec<String> = list.iter().map(|one| spoken(Some(one))).collect();
            lines.join("\n")
        }
        Some(Value::Object(parts)) => {
            let parts: Vec<String> = parts
                .values()
                .map(|one| spoken(Some(one)))
                .filter(|text| !text.is_empty())
                .collect();
            parts.join(": ")
        }
        Some(other) => other.to_string(),
    }
}

/// Names of the brief's fields in any of these.
pub(crate) fn field_names<'a>(all: impl IntoIterator<Item = &'a Value>) -> BTreeSet<String> {
    all.into_iter()
        .filter_map(|fields| fields[BRIEF].as_object())
        .flat_map(|brief| brief.keys().cloned())
        .collect()
}

/// A field's value in a state: the title's text or the brief's entry.
pub(crate) fn field_text(state: &State, field: &str) -> String {
    if field == TITLE {
        state.title.clone()
    } else {
        spoken(state.fields[BRIEF].get(field))
    }
}

fn fields(old: &State, new: &State) -> Vec<FieldChange> {
    let names = field_names([&old.fields, &new.fields]);
    std::iter::once(TITLE.to_owned())
        .chain(names)
        .filter_map(|field| {
            let (was, is) = (field_text(old, &field), field_text(new, &field));
            (was != is).then(|| FieldChange {
                pieces: diff_dtos(&was, &is),
                field,
                old: was,
                new: is,
            })
        })
        .collect()
}

fn dto(old: State, new: State, found: &Comparison) -> ComparisonDto {
    let parts = parts(&found.parts, &old.body, &new.body);
    let moves = found
        .moves
        .iter()
        .enumerate()
        .map(|(number, one)| {
            let number = to_u32(number);
            let back_to = parts
                .iter()
                .find(|part| part.kind == "away" && part.moved == Some(number))
                .map_or(0, |part| part.new_from);
            let [old_from, old_to] = [one.old.start, one.old.end].map(|at| unit(&old.body, at));
            let [new_from, new_to] = [one.new.start, one.new.end].map(|at| unit(&new.body, at));
            ComparedMove {
                parts: self::parts(&one.parts, &old.body, &new.body),
                old_from,
                old_to,
                back_to,
                new_from,
                new_to,
            }
        })
        .collect::<Vec<_>>();
    let all = || {
        parts
            .iter()
            .chain(moves.iter().flat_map(|one: &ComparedMove| &one.parts))
    };
    let words = |kind: &str| {
        let texts = all().filter(|part| part.kind == kind);
        to_u32(texts.map(|part| count::count(&part.text).words).sum())
    };
    let (words_in, words_out) = (words("insert"), words("delete"));
    ComparisonDto {
        fields: fields(&old, &new),
        words_in,
        words_out,
        moves,
        parts,
        old: old.side,
        new: new.side,
    }
}

fn unit(text: &str, byte: usize) -> u32 {
    Units::of(text).at(byte)
}

fn parts(found: &[diff::Part], old: &str, new: &str) -> Vec<ComparedPart> {
    let (mut in_old, mut in_new) = (Units::of(old), Units::of(new));
    let part = |part: &diff::Part| {
        let (kind, moved) = match part.kind {
            PartKind::Equal => ("equal", None),
            PartKind::Insert => ("insert", None),
            PartKind::Delete => ("delete", None),
            PartKind::Away(number) => ("away", Some(to_u32(number))),
            PartKind::Here(number) => ("here", Some(to_u32(number))),
        };
        let text = if part.new.is_empty() {
            &old[part.old.clone()]
        } else {
            &new[part.new.clone()]
        };
        ComparedPart {
            kind,
            text: text.to_owned(),
            old_from: in_old.at(part.old.start),
            old_to: in_old.at(part.old.end),
            new_from: in_new.at(part.new.start),
            new_to: in_new.at(part.new.end),
            moved,
        }
    };
    found.iter().map(part).collect()
}
