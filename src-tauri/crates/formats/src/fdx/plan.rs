//! Which children of an element stay when the text changes, and what stays with them.

use std::{
    cell::RefCell,
    collections::{HashMap, HashSet},
    ops::Range,
};

use super::{
    merge::Merge,
    source::{Item, Owner, What},
};

/// Which items of a container stay, and what stays with them.
pub(super) struct Plan {
    /// The item of each paragraph, note and item with blocks.
    items: HashMap<(u8, usize), usize>,
    /// Whether anything of an item is still there.
    pub alive: Vec<bool>,
    /// Items without blocks that come before all others.
    pub head: Vec<usize>,
    /// Items without blocks behind each item.
    pub followers: Vec<Vec<usize>>,
    /// What we don't know inside of speeches side by side that are gone, behind each item, the
    /// first before all.
    pub remains: Vec<Vec<Range<usize>>>,
    pub done: RefCell<HashSet<usize>>,
}

fn slot(owner: Owner) -> (u8, usize) {
    match owner {
        Owner::Paragraph(at) => (0, at),
        Owner::Note(at) => (1, at),
        Owner::Item(at) => (2, at),
    }
}

impl Plan {
    pub fn of(merge: &Merge, blocks: Range<usize>, items: &[Item]) -> Self {
        let mut of = HashMap::new();
        for (index, item) in items.iter().enumerate() {
            let inner: &[Item] = match &item.what {
                What::Dual { inner, .. } => inner,
                _ => std::slice::from_ref(item),
            };
            for item in inner {
                match &item.what {
                    What::Paragraph(at) => {
                        of.insert(slot(Owner::Paragraph(*at)), index);
                    }
                    What::Note { id, .. } => {
                        if let Some(note) = merge.source.note_with(id) {
                            of.insert(slot(Owner::Note(note)), index);
                        }
                    }
                    _ => {}
                }
            }
            if std::ptr::eq(items, merge.source.items.as_slice()) {
                of.insert(slot(Owner::Item(index)), index);
            }
        }
        let mut speaks = vec![false; items.len()];
        for owner in &merge.base.owners {
            if let Some(&item) = of.get(&slot(*owner)) {
                speaks[item] = true;
            }
        }
        for (swallowed, _) in &merge.base.absorbed {
            if let Some(&item) = of.get(&slot(Owner::Paragraph(*swallowed))) {
                speaks[item] = true;
            }
        }
        let mut alive = vec![false; items.len()];
        for at in blocks {
            if merge.breaks_for_a_paragraph(at) {
                continue;
            }
            if let Some(&item) = merge.owner(at).and_then(|owner| of.get(&slot(owner))) {
                alive[item] = true;
            }
        }
        let mut plan = Self {
            items: of,
            alive: alive.clone(),
            head: vec![],
            followers: vec![Vec::new(); items.len()],
            remains: vec![Vec::new(); items.len() + 1],
            done: RefCell::default(),
        };
        let mut last = None;
        let mut gone = false;
        for (index, item) in items.iter().enumerate() {
            if speaks[index] {
                gone = !alive[index];
                if alive[index] {
                    last = Some(index);
                } else if let What::Dual { inner, .. } = &item.what {
                    let remains = inner
                        .iter()
                        .filter(|item| matches!(item.what, What::Opaque))
                        .map(|item| item.range.clone());
                    plan.remains[last.map_or(0, |last| last + 1)].extend(remains);
                }
                continue;
            }
            let blank =
                matches!(item.what, What::Paragraph(at) if merge.source.paragraphs[at].empty);
            if blank && gone {
                continue;
            }
            match last {
                Some(last) => plan.followers[last].push(index),
                None => plan.head.push(index),
            }
        }
        plan
    }

    pub fn item_of(&self, owner: Owner) -> Option<usize> {
        self.items.get(&slot(owner)).copied()
    }
}
