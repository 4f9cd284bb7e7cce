//! Undo, redo, branches, restores, titles, compaction and repair against a plain reference.

use inkstone_manuscript::{DocumentKind, Language};
use proptest::prelude::*;

use super::*;
use crate::Library;

/// One thing a person does, or the program by itself.
#[derive(Debug, Clone)]
pub(crate) enum Act {
    Edit(Origin, Vec<Change>),
    Accept(String, Change, Option<String>),
    Title(String),
    Undo,
    Redo,
    /// Undo and redo as an editor does them: with edits of its own.
    EditorUndo,
    EditorRedo,
    Version,
    Restore(Index),
    Branch,
    BranchFrom(Index),
    /// Goes on in another draft.
    Turn(Index),
    Compact,
    Reopen,
    Repair,
}

pub(crate) fn act() -> impl Strategy<Value = Act> {
    let origin = prop_oneof![
        Just(Origin::Typed),
        Just(Origin::Pasted),
        Just(Origin::Imported {
            file: "tides.md".to_owned()
        })
    ];
    let title = || proptest::option::of("[a-z雨 ]{0,6}");
    prop_oneof![
        8 => (origin, vec(change(), 1..4)).prop_map(|(origin, changes)| Act::Edit(origin, changes)),
        2 => (text(), change(), title()).prop_map(|(output, change, title)| Act::Accept(output, change, title)),
        2 => "[a-z雨]{1,6}".prop_map(Act::Title),
        6 => Just(Act::Undo),
        4 => Just(Act::Redo),
        2 => Just(Act::EditorUndo),
        2 => Just(Act::EditorRedo),
        2 => Just(Act::Version),
        2 => any::<Index>().prop_map(Act::Restore),
        1 => Just(Act::Branch),
        1 => any::<Index>().prop_map(Act::BranchFrom),
        1 => any::<Index>().prop_map(Act::Turn),
        1 => Just(Act::Compact),
        1 => Just(Act::Reopen),
        1 => Just(Act::Repair),
    ]
}

/// A whole document as the reference has it.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Whole {
    account: Account,
    title: String,
}

/// A draft as the reference has it: all it was and can be again.
#[derive(Debug, Clone, Default)]
pub(crate) struct Line {
    now: Whole,
    past: Vec<Whole>,
    future: Vec<Whole>,
}

impl Line {
    fn step(&mut self, to: Whole) {
        if to != self.now {
            self.past.push(std::mem::replace(&mut self.now, to));
            self.future.clear();
        }
    }

    fn undo(&mut self) -> bool {
        let Some(before) = self.past.pop() else {
            return false;
        };
        self.future.push(std::mem::replace(&mut self.now, before));
        true
    }

    fn redo(&mut self) -> bool {
        let Some(after) = self.future.pop() else {
            return false;
        };
        self.past.push(std::mem::replace(&mut self.now, after));
        true
    }
}

fn found(library: &Library, draft: &str) -> Whole {
    Whole {
        account: Account::of(library, draft),
        title: library.draft(draft).unwrap().title,
    }
}

pub(crate) struct World {
    pub(crate) library: Library,
    lines: Vec<(String, Line)>,
    at: usize,
    kept: Vec<(String, Whole)>,
    _folder: tempfile::TempDir,
}

impl World {
    pub(crate) fn new() -> World {
        let folder = tempfile::tempdir().unwrap();
        let library = open(&folder.path().join("library.ink"));
        let project = library.create_project("P", Language::Chinese).unwrap().id;
        let document = library
            .create_document(&project, DocumentKind::News, "First", Language::Chinese)
            .unwrap();
        let draft = library.shown_draft(&document.id).unwrap();
        let mut line = Line::default();
        line.now.title = "First".to_owned();
        World {
            library,
            lines: vec![(draft, line)],
            at: 0,
            kept: Vec::new(),
            _folder: folder,
        }
    }

    fn editor(&mut self, kind: OperationKind) {
        let (draft, line) = &mut self.lines[self.at];
        let wanted = match kind {
            OperationKind::Undo => line.past.last(),
            _ => line.future.last(),
        };
        // An editor knows the text only, so it is asked where the text alone differs.
        let Some(wanted) = wanted.filter(|wanted| {
            wanted.title == line.now.title && wanted.account.body != line.now.account.body
        }) else {
            return;
        };
        let edit = crate::edit::replacement(&line.now.account.body, &wanted.account.body);
        let revision = self.library.draft(draft).unwrap().revision;
        let operation = Operation {
            kind: kind.clone(),
            origin: Origin::Typed,
        };
        self.library
            .apply(draft, revision, &[edit], &operation)
            .unwrap();
        let done = match kind {
            OperationKind::Undo => line.undo(),
            _ => line.redo(),
        };
        assert!(done);
    }

    pub(crate) fn act(&mut self, act: &Act) {
        let (draft, line) = &mut self.lines[self.at];
        let draft = draft.clone();
        let mut next = line.now.clone();
        let revision = self.library.draft(&draft).unwrap().revision;
        match act {
            Act::Edit(origin, changes) => {
                let edits = edits(&next.account.body, changes);
                // A step of its own, whatever its origin. Words that a paste knows again keep the
                // origins they had, which is held against characters that say where they came from
                // (see `traced`), not here.
                let operation = Operation {
                    kind: OperationKind::Import,
                    origin: origin.clone(),
                };
                let now = self
                    .library
                    .apply(&draft, revision, &edits, &operation)
                    .unwrap();
                next.account.edit(&edits, origin);
                if now != revision && next == line.now {
                    // Something was replaced by the same: a step that can't be seen.
                    line.past.push(line.now.clone());
                    line.future.clear();
                }
                line.step(next);
            }
            Act::Accept(output, change, title) => {
                let start = crate::GenerationStart {
                    draft_id: Some(draft.clone()),
                    ..crate::GenerationStart::default()
                };
                let generation = self.library.begin_generation(&start).unwrap();
                self.library.append_output(&generation, output, 1).unwrap();
                let edits = edits(&next.account.body, std::slice::from_ref(change));
                self.library
                    .accept(&generation, &draft, revision, &edits, &[], title.as_deref())
                    .unwrap();
                let generation_id = generation;
                next.account
                    .edit(&edits, &Origin::Generated { generation_id });
                if let Some(title) = title.as_ref().filter(|title| !title.trim().is_empty()) {
                    next.title.clone_from(title);
                }
                line.step(next);
            }
            Act::Title(title) => {
                self.library.set_title(&draft, title).unwrap();
                next.title.clone_from(title);
                line.step(next);
            }
            Act::Undo => {
                let done = self.library.undo(&draft, revision).unwrap();
                assert_eq!(done.is_some(), line.undo(), "something to undo");
            }
            Act::Redo => {
                let done = self.library.redo(&draft, revision).unwrap();
                assert_eq!(done.is_some(), line.redo(), "something to redo");
            }
            Act::EditorUndo => self.editor(OperationKind::Undo),
            Act::EditorRedo => self.editor(OperationKind::Redo),
            Act::Version => {
                let node = self.library.save_version(&draft, "v").unwrap();
                self.kept.push((node.id, next));
            }
            Act::Restore(which) if !self.kept.is_empty() => {
                let (node, was) = which.get(&self.kept);
                self.library.restore(&draft, node).unwrap();
                line.step(was.clone());
            }
            Act::Branch => {
                let made = self.library.branch(&draft, "b").unwrap();
                self.lines.push((
                    made.id,
                    Line {
                        now: next,
                        ..Line::default()
                    },
                ));
            }
            Act::BranchFrom(which) if !self.kept.is_empty() => {
                let (node, was) = which.get(&self.kept);
                let made = self.library.branch_from(node, "b").unwrap();
                self.lines.push((
                    made.id,
                    Line {
                        now: was.clone(),
                        ..Line::default()
                    },
                ));
            }
            Act::Turn(which) => self.at = which.index(self.lines.len()),
            Act::Compact => drop(self.library.compact().unwrap()),
            Act::Repair => {
                let report = self.library.repair().unwrap();
                assert_eq!(
                    (report.aside.len(), report.left.len()),
                    (0, 0),
                    "{report:?}"
                );
            }
            Act::Reopen => {
                let path = self.library.path().to_owned();
                let other = open(&path.with_file_name("other.ink"));
                drop(std::mem::replace(&mut self.library, other));
                self.library = open(&path);
            }
            Act::Restore(_) | Act::BranchFrom(_) => {}
        }
    }

    fn check(&self) {
        for (draft, line) in &self.lines {
            assert_eq!(found(&self.library, draft), line.now);
        }
        for (node, was) in &self.kept {
            let state = self.library.node_state(node).unwrap();
            assert_eq!((&state.body, &state.title), (&was.account.body, &was.title));
            let mut origins = Vec::new();
            for span in state.spans {
                origins.resize(span.range.end, span.origin);
            }
            assert_eq!(origins, was.account.origins);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, ..ProptestConfig::default() })]

    #[test]
    fn text_title_and_origins_are_those_of_a_plain_reference(acts in vec(act(), 1..24)) {
        let mut world = World::new();
        for act in &acts {
            world.act(act);
            let (draft, line) = &world.lines[world.at];
            prop_assert_eq!(&found(&world.library, draft), &line.now, "after {:?}", act);
        }
        world.check();
        prop_assert_eq!(world.library.verify().unwrap().problems, Vec::<String>::new());
        // To the first word and back, after everything else.
        world.act(&Act::Compact);
        world.act(&Act::Reopen);
        for at in 0..world.lines.len() {
            world.at = at;
            let whole = world.lines[at].1.now.clone();
            let steps = world.lines[at].1.past.len();
            for _ in 0..=steps {
                world.act(&Act::Undo);
            }
            for _ in 0..steps {
                world.act(&Act::Redo);
            }
            prop_assert_eq!(&world.lines[at].1.now, &whole);
        }
        world.check();
        prop_assert_eq!(world.library.verify().unwrap().problems, Vec::<String>::new());
    }
}

#[test]
fn a_thousand_steps_come_back_after_closing() {
    let mut world = World::new();
    for n in 0..1_100 {
        let (draft, line) = &mut world.lines[0];
        let at = line.now.account.body.len();
        let edits = [Edit {
            from: at,
            to: at,
            insert: format!("潮{n}. "),
        }];
        // A sentence's end ends a step of typing.
        let typing = crate::testing::typing();
        world.library.apply(draft, n, &edits, &typing).unwrap();
        let mut next = line.now.clone();
        next.account.edit(&edits, &Origin::Typed);
        line.step(next);
    }
    world.act(&Act::Reopen);
    world.act(&Act::Compact);
    for _ in 0..1_100 {
        world.act(&Act::Undo);
    }
    assert_eq!(world.library.draft(&world.lines[0].0).unwrap().body, "");
    world.act(&Act::Undo);
    world.act(&Act::Reopen);
    for _ in 0..1_100 {
        world.act(&Act::Redo);
    }
    world.check();
}
