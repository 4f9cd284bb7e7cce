//! What holds for any sequence of edits.

pub(crate) mod history;
mod search;

use std::ops::Range;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;

use crate::testing::{Desk, open};
use crate::{Edit, Library, NodeKind, Operation, OperationKind, Origin};

/// A replacement whose place is chosen once the text is known.
#[derive(Debug, Clone)]
pub(crate) struct Change {
    from: Index,
    to: Index,
    insert: String,
}

/// One thing a person does.
#[derive(Debug, Clone)]
enum Step {
    Edit(Origin, Vec<Change>),
    Accept(String, Change),
    Snapshot,
    Version,
    Restore(Index),
}

fn text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => "[a-z ]{0,8}",
        3 => "[雨潮水高。]{0,5}",
        1 => Just("\r\n".to_owned()),
        1 => Just("👩‍👩‍👧".to_owned()),
        1 => any::<char>().prop_map(String::from),
    ];
    vec(piece, 0..3).prop_map(|pieces| pieces.concat())
}

fn change() -> impl Strategy<Value = Change> {
    (any::<Index>(), any::<Index>(), text()).prop_map(|(from, to, insert)| Change {
        from,
        to,
        insert,
    })
}

fn step() -> impl Strategy<Value = Step> {
    let origin = prop_oneof![
        Just(Origin::Typed),
        Just(Origin::Pasted),
        Just(Origin::Imported {
            file: "tides.md".to_owned()
        })
    ];
    prop_oneof![
        6 => (origin, vec(change(), 0..5)).prop_map(|(origin, changes)| Step::Edit(origin, changes)),
        2 => (text(), change()).prop_map(|(output, change)| Step::Accept(output, change)),
        1 => Just(Step::Snapshot),
        1 => Just(Step::Version),
        1 => any::<Index>().prop_map(Step::Restore),
    ]
}

/// The changes as edits of `body`: in order and without overlap.
fn edits(body: &str, changes: &[Change]) -> Vec<Edit> {
    let places: Vec<usize> = (0..=body.len())
        .filter(|at| body.is_char_boundary(*at))
        .collect();
    let mut ends: Vec<usize> = changes
        .iter()
        .flat_map(|change| [change.from, change.to])
        .map(|i| *i.get(&places))
        .collect();
    ends.sort_unstable();
    let ranges = ends.chunks_exact(2).map(|pair| pair[0]..pair[1]);
    let edit = |(range, change): (Range<usize>, &Change)| Edit {
        from: range.start,
        to: range.end,
        insert: change.insert.clone(),
    };
    ranges.zip(changes).map(edit).collect()
}

/// A text as a byte-by-byte account of where it came from, kept in the plainest way.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Account {
    body: String,
    origins: Vec<Origin>,
}

impl Account {
    fn edit(&mut self, edits: &[Edit], origin: &Origin) {
        for Edit { from, to, insert } in edits.iter().rev() {
            self.body.replace_range(from..to, insert);
            self.origins
                .splice(from..to, vec![origin.clone(); insert.len()]);
        }
    }

    /// What the library holds; fails unless the spans tile the text.
    fn of(library: &Library, draft: &str) -> Account {
        let body = library.draft(draft).unwrap().body;
        let mut origins = Vec::new();
        for span in library.spans(draft).unwrap() {
            assert_eq!(span.range.start, origins.len(), "a gap or an overlap");
            assert!(!span.range.is_empty(), "an empty span");
            assert!(
                body.is_char_boundary(span.range.start),
                "a span cuts a character"
            );
            origins.resize(span.range.end, span.origin);
        }
        assert_eq!(origins.len(), body.len(), "the spans end with the text");
        Account { body, origins }
    }
}

/// Takes the steps, and gives the state after each and the kept texts.
fn take(desk: &Desk, steps: &[Step]) -> (Vec<Account>, Vec<(String, Account)>) {
    let library = &desk.library;
    let mut states = vec![Account::default()];
    let mut kept: Vec<(String, Account)> = Vec::new();
    for step in steps {
        let mut state = states[states.len() - 1].clone();
        match step {
            Step::Edit(origin, changes) => {
                let edits = edits(&state.body, changes);
                let operation = Operation {
                    kind: OperationKind::Typing,
                    origin: origin.clone(),
                };
                library
                    .apply(&desk.draft, desk.revision(), &edits, &operation)
                    .unwrap();
                state.edit(&edits, origin);
            }
            Step::Accept(output, change) => {
                let generation = desk.generation(output);
                let edits = edits(&state.body, std::slice::from_ref(change));
                library
                    .accept(&generation, &desk.draft, desk.revision(), &edits, &[], None)
                    .unwrap();
                state.edit(
                    &edits,
                    &Origin::Generated {
                        generation_id: generation,
                    },
                );
            }
            Step::Snapshot => {
                library.snapshot(&desk.draft).unwrap();
            }
            Step::Version => {
                let node = library.save_version(&desk.draft, "v").unwrap();
                assert_eq!(node.kind, NodeKind::Version);
                kept.push((node.id, state.clone()));
            }
            Step::Restore(which) if !kept.is_empty() => {
                let (node, was) = which.get(&kept);
                library.restore(&desk.draft, node).unwrap();
                let restored = Account::of(library, &desk.draft);
                assert_eq!(restored, *was, "origins too");
                state = restored;
            }
            Step::Restore(_) => {}
        }
        assert_eq!(Account::of(library, &desk.draft), state);
        states.push(state);
    }
    (states, kept)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn spans_tile_the_text_and_undo_leads_back_through_every_state(steps in vec(step(), 1..12)) {
        let desk = Desk::new();
        let (states, _) = take(&desk, &steps);
        let journal = desk.library.operations(&desk.draft, 99).unwrap();
        let mut text = desk.body();
        let undo = Operation { kind: OperationKind::Undo, origin: Origin::Typed };
        for operation in &journal {
            for Edit { from, to, insert } in operation.inverse.iter().rev() {
                text.replace_range(from..to, insert);
            }
            desk.library
                .apply(&desk.draft, desk.revision(), &operation.inverse, &undo)
                .unwrap();
            let undone = Account::of(&desk.library, &desk.draft);
            prop_assert_eq!(&undone.body, &text);
            prop_assert!(states.iter().any(|state| state.body == undone.body));
        }
        prop_assert_eq!(desk.body(), "");
        prop_assert_eq!(desk.library.verify().unwrap().problems, Vec::<String>::new());
    }

    #[test]
    fn one_undo_brings_the_text_and_its_origins_back(steps in vec(step(), 0..8), last in vec(change(), 1..5)) {
        let desk = Desk::new();
        take(&desk, &steps);
        let before = Account::of(&desk.library, &desk.draft);
        let edits = edits(&before.body, &last);
        let base = desk.revision();
        let typing = Operation { kind: OperationKind::Typing, origin: Origin::Typed };
        let revision = desk.library.apply(&desk.draft, base, &edits, &typing).unwrap();
        prop_assume!(revision != base);
        let inverse = desk.library.operations(&desk.draft, 1).unwrap()[0].inverse.clone();
        let undo = Operation { kind: OperationKind::Undo, origin: Origin::Pasted };
        desk.library.apply(&desk.draft, revision, &inverse, &undo).unwrap();
        prop_assert_eq!(Account::of(&desk.library, &desk.draft), before);
    }

    #[test]
    fn any_kept_text_comes_back_exactly(steps in vec(step(), 1..12)) {
        let desk = Desk::new();
        let (states, kept) = take(&desk, &steps);
        for (node, was) in &kept {
            prop_assert_eq!(&desk.library.node_text(node).unwrap(), &was.body);
            desk.library.restore(&desk.draft, node).unwrap();
            prop_assert_eq!(&desk.body(), &was.body);
        }
        // The text before the restoring was kept too, unless there was nothing of it.
        let last = &states[states.len() - 1].body;
        if !kept.is_empty() && !last.is_empty() {
            let nodes = desk.library.history(&desk.draft).unwrap();
            let texts: Vec<_> =
                nodes.iter().map(|node| desk.library.node_text(&node.id).unwrap()).collect();
            prop_assert!(desk.body() == *last || texts.contains(last));
        }
    }

    #[test]
    fn a_reopened_library_holds_everything(steps in vec(step(), 1..12), streamed in vec(text(), 0..6)) {
        let desk = Desk::new();
        let (states, kept) = take(&desk, &steps);
        let generation = desk.generation("");
        for text in &streamed {
            desk.library.append_output(&generation, text, 1).unwrap();
        }
        let journal = desk.library.operations(&desk.draft, 99).unwrap();
        let nodes = desk.library.history(&desk.draft).unwrap();
        let Desk { library, folder: _folder, draft, .. } = desk;
        let path = library.path().to_owned();
        drop(library);
        let library = open(&path);
        prop_assert_eq!(&Account::of(&library, &draft), &states[states.len() - 1]);
        prop_assert_eq!(library.operations(&draft, 99).unwrap(), journal);
        prop_assert_eq!(library.history(&draft).unwrap(), nodes);
        for (node, was) in &kept {
            prop_assert_eq!(&library.node_text(node).unwrap(), &was.body);
        }
        prop_assert_eq!(library.generation(&generation).unwrap().output, streamed.concat());
        prop_assert_eq!(library.verify().unwrap().problems, Vec::<String>::new());
    }
}
