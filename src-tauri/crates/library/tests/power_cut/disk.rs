//! What a disk may hold after its power was cut.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::tape::Deed;

/// A disk writes so many bytes or none.
const SECTOR: usize = 512;

/// Numbers without a pattern, the same for the same seed (xorshift64*, Vigna 2016).
pub struct Chance(u64);

impl Chance {
    pub fn new(seed: u64) -> Chance {
        Chance(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    pub fn below(&mut self, most: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let mixed = self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33;
        usize::try_from(mixed).unwrap() % most.max(1)
    }

    fn one_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }
}

/// How much the disk can be trusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trust {
    /// What was synced is there.
    Honest,
    /// It says that it has written, and has not. No library survives that; it shows that these
    /// tests would notice.
    Lying,
}

pub type Files = BTreeMap<PathBuf, Vec<u8>>;

/// What lies there when a program is killed after `deeds`: all of it.
pub fn after_a_kill(mut files: Files, deeds: &[Deed]) -> Files {
    deeds.iter().for_each(|deed| apply(&mut files, deed));
    files
}

/// What may be on the disk when the power goes after `deeds`: all that was synced, and of the rest
/// any part, in any order, whole or torn.
pub fn after_the_cut(deeds: &[Deed], chance: &mut Chance, trust: Trust) -> Files {
    let mut synced: BTreeMap<&Path, usize> = BTreeMap::new();
    // Names that were taken away before this are gone.
    let mut names = None;
    for (number, deed) in deeds.iter().enumerate() {
        let safe = trust == Trust::Honest;
        match deed {
            Deed::Sync { path, folder } if safe => {
                synced.insert(path, number);
                if *folder {
                    names = Some(number);
                }
            }
            Deed::Delete { path, synced: true } if safe => drop(synced.insert(path, number)),
            _ => {}
        }
    }
    let mut files = Files::new();
    let mut rest = Vec::new();
    for (number, deed) in deeds.iter().enumerate() {
        let own = synced.get(path_of(deed)).copied();
        let until = match deed {
            Deed::Delete { .. } => names.max(own),
            _ => own,
        };
        if until.is_some_and(|last| number <= last) {
            apply(&mut files, deed);
        } else {
            rest.push(deed.clone());
        }
    }
    match chance.below(4) {
        // Nothing more got there.
        0 => {}
        // All but the end.
        1 => {
            let torn = rest.pop();
            rest.iter().for_each(|deed| apply(&mut files, deed));
            torn.iter().for_each(|deed| tear(&mut files, deed, chance));
        }
        // Some of it, and in another order.
        fate => {
            if fate == 3 {
                for at in (1..rest.len()).rev() {
                    rest.swap(at, chance.below(at + 1));
                }
            }
            let share = 1 + chance.below(4);
            for deed in &rest {
                if chance.one_in(5) {
                    tear(&mut files, deed, chance);
                } else if chance.below(5) < share {
                    apply(&mut files, deed);
                }
            }
        }
    }
    files
}

fn path_of(deed: &Deed) -> &Path {
    match deed {
        Deed::Write { path, .. }
        | Deed::Truncate { path, .. }
        | Deed::Sync { path, .. }
        | Deed::Delete { path, .. } => path,
    }
}

fn apply(files: &mut Files, deed: &Deed) {
    match deed {
        Deed::Write { path, at, bytes } => {
            let file = files.entry(path.clone()).or_default();
            let at = usize::try_from(*at).unwrap();
            if file.len() < at + bytes.len() {
                file.resize(at + bytes.len(), 0);
            }
            file[at..at + bytes.len()].copy_from_slice(bytes);
        }
        Deed::Truncate { path, length } => {
            let length = usize::try_from(*length).unwrap();
            files.entry(path.clone()).or_default().resize(length, 0);
        }
        Deed::Sync { .. } => {}
        Deed::Delete { path, .. } => drop(files.remove(path)),
    }
}

/// Some sectors of a write got there, others did not.
fn tear(files: &mut Files, deed: &Deed, chance: &mut Chance) {
    let Deed::Write { path, at, bytes } = deed else {
        return;
    };
    let start = usize::try_from(*at).unwrap();
    let mut from = start;
    while from < start + bytes.len() {
        let to = ((from / SECTOR + 1) * SECTOR).min(start + bytes.len());
        if chance.one_in(2) {
            let piece = Deed::Write {
                path: path.clone(),
                at: from as u64,
                bytes: bytes[from - start..to - start].to_vec(),
            };
            apply(files, &piece);
        }
        from = to;
    }
}
