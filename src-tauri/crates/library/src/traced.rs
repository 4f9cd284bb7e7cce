//! Every character has exactly the origin it came with, whatever is done to the texts it stands in.
//!
//! The reference is as plain as can be: each character that enters a library is one that was never
//! used before, and a table says how it came. So wherever it turns up, in a draft or in the history,
//! the table says what its origin has to be.

use std::collections::HashMap;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;

use crate::testing::Desk;
use crate::{Edit, Hand, Operation, OperationKind, Origin, Patch, Source, Span, Strand};

/// How new text comes in.
#[derive(Debug, Clone)]
enum Way {
    By(Origin),
    Accepted(Vec<(usize, Hand)>),
}

/// A place or a range, chosen once the text is known.
type Places = (Index, Index);

#[derive(Debug, Clone)]
enum Step {
    Put(Way, Places, usize),
    Cut(Places),
    /// In one batch.
    Move(Places, Index),
    /// Out of the text, and later in again.
    Carry(Places, Index),
    /// The text cut at these places and put together in another order, with new text in front.
    Rearrange(Vec<Index>, u64, usize),
    Undo,
    Keep,
    Branch,
    Turn(Index),
    Restore(Index),
    Take(Index, Places, Places),
    Merge(Index, Vec<(Places, Places)>),
}

fn places() -> impl Strategy<Value = Places> {
    any::<(Index, Index)>()
}

fn step() -> impl Strategy<Value = Step> {
    let origin = prop_oneof![
        Just(Origin::Typed),
        Just(Origin::Pasted),
        Just(Origin::Imported {
            file: "tides.md".to_owned()
        }),
        Just(Origin::Imported {
            file: String::new()
        }),
    ];
    let hand = prop_oneof![Just(Hand::Model), Just(Hand::Brief), Just(Hand::Person)];
    let way = prop_oneof![
        3 => origin.prop_map(Way::By),
        2 => vec((1..4_usize, hand), 0..4).prop_map(Way::Accepted),
    ];
    prop_oneof![
        6 => (way, places(), 1..9_usize).prop_map(|(way, at, most)| Step::Put(way, at, most)),
        2 => places().prop_map(Step::Cut),
        2 => (places(), any::<Index>()).prop_map(|(from, to)| Step::Move(from, to)),
        2 => (places(), any::<Index>()).prop_map(|(from, to)| Step::Carry(from, to)),
        2 => (vec(any::<Index>(), 1..4), any::<u64>(), 0..3_usize)
            .prop_map(|(cuts, order, fresh)| Step::Rearrange(cuts, order, fresh)),
        3 => Just(Step::Undo),
        1 => Just(Step::Keep),
        1 => Just(Step::Branch),
        1 => any::<Index>().prop_map(Step::Turn),
        1 => any::<Index>().prop_map(Step::Restore),
        2 => (any::<Index>(), places(), places()).prop_map(|(n, a, b)| Step::Take(n, a, b)),
        1 => (any::<Index>(), vec((places(), places()), 0..3)).prop_map(|(n, p)| Step::Merge(n, p)),
    ]
}

/// Origin, and whether a person changed it in a suggestion.
type Mark = (Origin, bool);

struct World {
    desk: Desk,
    drafts: Vec<String>,
    at: usize,
    marks: HashMap<char, Mark>,
    next: u32,
}

impl World {
    fn new() -> World {
        let desk = Desk::new();
        World {
            drafts: vec![desk.draft.clone()],
            desk,
            at: 0,
            marks: HashMap::new(),
            next: 0x4e00,
        }
    }

    fn draft(&self) -> &str {
        &self.drafts[self.at]
    }

    fn body(&self) -> String {
        self.desk.library.draft(self.draft()).unwrap().body
    }

    fn revision(&self) -> u32 {
        self.desk.library.draft(self.draft()).unwrap().revision
    }

    fn nodes(&self) -> Vec<String> {
        let all = self.drafts.iter();
        all.flat_map(|draft| self.desk.library.history(draft).unwrap())
            .map(|node| node.id)
            .collect()
    }

    /// Characters that were never used.
    fn fresh(&mut self, count: usize, mark: impl Fn(usize) -> Mark) -> String {
        (0..count)
            .map(|at| {
                let c = char::from_u32(self.next).unwrap();
                self.next += 1;
                self.marks.insert(c, mark(at));
                c
            })
            .collect()
    }

    fn apply(&self, edits: &[Edit], kind: OperationKind, origin: Origin) {
        let operation = Operation { kind, origin };
        let library = &self.desk.library;
        library
            .apply(self.draft(), self.revision(), edits, &operation)
            .unwrap();
    }

    fn run(&mut self, step: &Step) {
        let body = self.body();
        let mut expected = Some(body.clone());
        let library = &self.desk.library;
        match step {
            Step::Put(Way::By(origin), at, count) => {
                let (from, to) = range(&body, *at);
                let origin = origin.clone();
                let insert = self.fresh(*count, |_| (origin.clone(), false));
                let kind = match origin {
                    Origin::Pasted => OperationKind::Paste,
                    Origin::Imported { .. } => OperationKind::Import,
                    _ => OperationKind::Typing,
                };
                expected = Some(spliced(&body, from, to, &insert));
                self.apply(&[Edit { from, to, insert }], kind, origin);
            }
            Step::Put(Way::Accepted(hands), at, count) => {
                let (from, to) = range(&body, *at);
                let id = self.desk.generation("");
                let of: Vec<Hand> = hands
                    .iter()
                    .flat_map(|(count, hand)| std::iter::repeat_n(*hand, *count))
                    .collect();
                let insert = self.fresh(*count, |at| {
                    let generation_id = id.clone();
                    match of.get(at).copied().unwrap_or(Hand::Model) {
                        Hand::Model => (Origin::Generated { generation_id }, false),
                        Hand::Brief => (Origin::Filled { generation_id }, false),
                        Hand::Person => (Origin::Generated { generation_id }, true),
                    }
                });
                // Each of the characters has three bytes.
                let hands: Vec<_> = hands
                    .iter()
                    .map(|(count, hand)| (count * 3, *hand))
                    .collect();
                expected = Some(spliced(&body, from, to, &insert));
                let edit = Edit { from, to, insert };
                let (draft, revision) = (self.draft(), self.revision());
                self.desk
                    .library
                    .accept(&id, draft, revision, &[edit], &hands, None)
                    .unwrap();
            }
            Step::Cut(at) => {
                let (from, to) = range(&body, *at);
                expected = Some(spliced(&body, from, to, ""));
                let insert = String::new();
                self.apply(
                    &[Edit { from, to, insert }],
                    OperationKind::Typing,
                    Origin::Typed,
                );
            }
            Step::Move(at, goal) => {
                let (from, to) = range(&body, *at);
                let insert = body[from..to].to_owned();
                let rest = spliced(&body, from, to, "");
                let goal = place(&rest, *goal);
                expected = Some(spliced(&rest, goal, goal, &insert));
                let cut = Edit {
                    from,
                    to,
                    insert: String::new(),
                };
                let goal = if goal <= from {
                    goal
                } else {
                    goal + (to - from)
                };
                let put = Edit {
                    from: goal,
                    to: goal,
                    insert,
                };
                let edits = if goal <= from { [put, cut] } else { [cut, put] };
                self.apply(&edits, OperationKind::Paste, Origin::Pasted);
            }
            Step::Carry(at, goal) => {
                let (from, to) = range(&body, *at);
                // Fewer than four characters are not known again: they count as pasted.
                if to - from < 12 {
                    return;
                }
                let insert = body[from..to].to_owned();
                let rest = spliced(&body, from, to, "");
                let goal = place(&rest, *goal);
                expected = Some(spliced(&rest, goal, goal, &insert));
                let edit = |from, to, insert| Edit { from, to, insert };
                let cut = edit(from, to, String::new());
                self.apply(&[cut], OperationKind::Typing, Origin::Typed);
                let put = edit(goal, goal, insert);
                self.apply(&[put], OperationKind::Paste, Origin::Pasted);
            }
            Step::Rearrange(cuts, order, fresh) => {
                let mut ends: Vec<usize> = cuts.iter().map(|cut| place(&body, *cut)).collect();
                ends.extend([0, body.len()]);
                ends.sort_unstable();
                let mut parts: Vec<_> = ends.windows(2).map(|two| two[0]..two[1]).collect();
                let turns = usize::try_from(order % 6).unwrap() % parts.len().max(1);
                parts.rotate_left(turns);
                if order % 2 == 1 {
                    parts.reverse();
                }
                let file = "sheet".to_owned();
                let origin = Origin::Imported { file };
                let added = self.fresh(*fresh, |_| (origin.clone(), false));
                let mut text = added.clone();
                let mut strands = vec![Strand::Written(added)];
                for part in parts {
                    text.push_str(&body[part.clone()]);
                    strands.push(Strand::From(0, part));
                }
                expected = Some(text);
                let patch = Patch {
                    from: 0,
                    to: body.len(),
                    strands,
                };
                let operation = Operation {
                    kind: OperationKind::Import,
                    origin,
                };
                let (draft, revision) = (self.draft(), self.revision());
                self.desk
                    .library
                    .rearrange(draft, revision, &[patch], &operation)
                    .unwrap();
            }
            Step::Undo => {
                let Some(last) = library.operations(self.draft(), 1).unwrap().pop() else {
                    return;
                };
                let mut text = body;
                for Edit { from, to, insert } in last.inverse.iter().rev() {
                    text = spliced(&text, *from, *to, insert);
                }
                expected = Some(text);
                self.apply(&last.inverse, OperationKind::Undo, Origin::Typed);
            }
            Step::Keep => drop(library.save_version(self.draft(), "kept").unwrap()),
            Step::Branch if self.drafts.len() < 3 => {
                let branch = library.branch(self.draft(), "branch").unwrap().id;
                self.drafts.push(branch);
                self.at = self.drafts.len() - 1;
            }
            Step::Branch => {}
            Step::Turn(which) => {
                self.at = which.index(self.drafts.len());
                expected = None;
            }
            Step::Restore(which) => {
                let nodes = self.nodes();
                if nodes.is_empty() {
                    return;
                }
                let node = which.get(&nodes);
                expected = Some(library.node_text(node).unwrap());
                library.restore(self.draft(), node).unwrap();
            }
            Step::Take(which, at, of) => {
                let nodes = self.nodes();
                if nodes.is_empty() {
                    return;
                }
                let id = which.get(&nodes).clone();
                let text = library.node_text(&id).unwrap();
                let (from, to) = range(&body, *at);
                let (start, end) = range(&text, *of);
                expected = Some(spliced(&body, from, to, &text[start..end]));
                let strands = vec![Strand::From(0, start..end)];
                let patch = Patch { from, to, strands };
                let source = Source::Node { id };
                library
                    .take_passages(self.draft(), self.revision(), &source, &[patch], None)
                    .unwrap();
            }
            Step::Merge(which, patches) => {
                let other = which.get(&self.drafts).clone();
                if other == self.draft() {
                    return;
                }
                let theirs = library.draft(&other).unwrap();
                let mut ends: Vec<usize> = patches
                    .iter()
                    .flat_map(|((from, to), _)| [place(&body, *from), place(&body, *to)])
                    .collect();
                ends.sort_unstable();
                let mut text = body.clone();
                let mut made = Vec::new();
                for (pair, (_, of)) in ends.chunks_exact(2).zip(patches) {
                    let (start, end) = range(&theirs.body, *of);
                    made.push(Patch {
                        from: pair[0],
                        to: pair[1],
                        strands: vec![Strand::From(0, start..end)],
                    });
                }
                for patch in made.iter().rev() {
                    let Strand::From(_, of) = &patch.strands[0] else {
                        continue;
                    };
                    text = spliced(&text, patch.from, patch.to, &theirs.body[of.clone()]);
                }
                expected = Some(text);
                let (draft, revision) = (self.draft(), self.revision());
                library
                    .merge(draft, revision, &other, theirs.revision, &made, None)
                    .unwrap();
            }
        }
        if let Some(expected) = expected {
            assert_eq!(self.body(), expected, "{step:?}");
        }
    }

    /// Compares all that the library holds with the table.
    fn check(&self) {
        for draft in &self.drafts {
            let body = self.desk.library.draft(draft).unwrap().body;
            self.compare(&body, &self.desk.library.spans(draft).unwrap());
        }
        for node in self.nodes() {
            let state = self.desk.library.node_state(&node).unwrap();
            self.compare(&state.body, &state.spans);
        }
    }

    fn compare(&self, body: &str, spans: &[Span]) {
        let mut end = 0;
        for span in spans {
            assert_eq!(span.range.start, end, "spans tile the text");
            end = span.range.end;
            for c in body[span.range.clone()].chars() {
                let found = (span.origin.clone(), span.edited);
                assert_eq!(self.marks.get(&c), Some(&found), "{c} in {body}");
            }
        }
        assert_eq!(end, body.len(), "spans cover the text");
    }
}

fn place(text: &str, at: Index) -> usize {
    let places: Vec<usize> = (0..=text.len())
        .filter(|at| text.is_char_boundary(*at))
        .collect();
    *at.get(&places)
}

fn range(text: &str, (one, other): Places) -> (usize, usize) {
    let (one, other) = (place(text, one), place(text, other));
    (one.min(other), one.max(other))
}

fn spliced(text: &str, from: usize, to: usize, insert: &str) -> String {
    format!("{}{insert}{}", &text[..from], &text[to..])
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, ..ProptestConfig::default() })]

    #[test]
    fn every_character_keeps_the_origin_it_came_with(steps in vec(step(), 1..28)) {
        let mut world = World::new();
        for step in &steps {
            world.run(step);
        }
        world.check();
        prop_assert_eq!(world.desk.library.verify().unwrap().problems, Vec::<String>::new());
    }
}
