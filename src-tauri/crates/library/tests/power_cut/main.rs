//! The power is cut at any moment of a day's work, and the disk breaks or fills up at any write:
//! nothing that was acknowledged is lost.
//!
//! `INKSTONE_CUTS` says after how many cuts the library is opened (120 in each kind of day without
//! it): `INKSTONE_CUTS=2000 cargo test -p inkstone-library --test power_cut`.

#![allow(clippy::unwrap_used, reason = "a helper of a test ends the test")]

mod disk;
mod faults;
mod tape;
mod work;

use std::collections::BTreeMap;
use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use inkstone_library::Library;

use crate::disk::{Chance, Trust, after_a_kill, after_the_cut};
use crate::tape::Deed;
use crate::work::{Day, Known, OLD_FORMAT, OLD_TEXT, SHIPPED, clock, day, older};

/// One tape at a time.
static TAPE: Mutex<()> = Mutex::new(());

fn cuts() -> usize {
    let wanted = std::env::var("INKSTONE_CUTS").ok();
    wanted.and_then(|n| n.parse().ok()).unwrap_or(120)
}

/// Where the states are laid out: in memory, if there is such a folder.
fn bench() -> tempfile::TempDir {
    let memory = Path::new("/dev/shm");
    tempfile::tempdir_in(memory).unwrap_or_else(|_| tempfile::tempdir().unwrap())
}

/// Looks at what was found after a cut: sound, and nothing less than was acknowledged.
fn check(library: &Library, day: &Day, known: &[Known]) {
    let sure = &known[0];
    let report = library.verify().unwrap();
    assert_eq!(report.problems, Vec::<String>::new());
    if let Some(body) = &sure.body {
        let found = library.draft(&day.draft).unwrap().body;
        let next = known.get(1).and_then(|known| known.body.as_ref());
        assert!(
            found == *body || next == Some(&found),
            "{} bytes acknowledged, {} found",
            body.len(),
            found.len()
        );
        if !sure.output.is_empty() {
            let output = library.generation(&day.generation).unwrap().output;
            assert!(output.starts_with(&sure.output), "the streamed text");
        }
    }
    for (node, text) in &sure.nodes {
        assert_eq!(library.node_text(node).unwrap(), *text);
    }
}

/// Lays files out as they lay in `from`, below `to`.
fn lay_out(files: &BTreeMap<PathBuf, Vec<u8>>, from: &Path, to: &Path) {
    for (path, bytes) in files {
        let to = to.join(path.strip_prefix(from).unwrap());
        fs::create_dir_all(to.parent().unwrap()).unwrap();
        fs::write(to, bytes).unwrap();
    }
}

/// How many of so many cuts lost something.
fn losses(begins_old: bool, cuts: usize, trust: Trust, seed: u64) -> usize {
    let folder = tempfile::tempdir().unwrap();
    let before = begins_old.then(|| {
        let path = folder.path().join("before.ink");
        older(&path, OLD_FORMAT);
        fs::read(path).unwrap()
    });
    let day = day(folder.path(), begins_old);
    let mut deeds = tape::taken();
    assert!(deeds.len() > 500, "a day's work: {}", deeds.len());
    let root = folder.path().canonicalize().unwrap();
    if let Some(bytes) = before {
        let path = root.join("library.ink");
        let lay = [
            Deed::Write {
                path: path.clone(),
                at: 0,
                bytes,
            },
            Deed::Sync { path, folder: true },
        ];
        deeds.splice(0..0, lay);
    }
    let shift = if begins_old { 2 } else { 0 };
    let mut chance = Chance::new(seed);
    let mut lost = 0;
    for cut in 0..cuts {
        let at = shift + chance.below(deeds.len() - shift) + 1;
        let files = after_the_cut(&deeds[..at.min(deeds.len())], &mut chance, trust);
        let bench = bench();
        lay_out(&files, &root, bench.path());
        let last = day
            .known
            .iter()
            .rposition(|known| known.length + shift <= at)
            .unwrap();
        let known = &day.known[last..];
        let looked = catch_unwind(AssertUnwindSafe(|| {
            let library = Library::open(&bench.path().join("library.ink"), clock()).unwrap();
            check(&library, &day, known);
            for (path, body) in &known[0].backups {
                let copy = bench.path().join(path.strip_prefix(&root).unwrap());
                let copy = Library::open_reading(&copy, clock()).unwrap();
                assert_eq!(copy.draft(&day.draft).unwrap().body, *body, "a backup");
                assert!(copy.verify().unwrap().problems.is_empty());
            }
        }));
        if let Err(panic) = looked {
            lost += 1;
            if trust == Trust::Honest {
                eprintln!("cut {cut} after {at} of {} deeds, seed {seed}", deeds.len());
                std::panic::resume_unwind(panic);
            }
        }
    }
    lost
}

fn alone<T>(work: impl FnOnce() -> T) -> T {
    let _turn = TAPE.lock().unwrap_or_else(|e| e.into_inner());
    work()
}

#[test]
fn the_power_is_cut_while_a_new_library_is_written() {
    assert_eq!(alone(|| losses(false, cuts(), Trust::Honest, 1)), 0);
}

#[test]
fn the_power_is_cut_while_an_old_library_is_brought_up_to_date_and_written() {
    assert_eq!(alone(|| losses(true, cuts(), Trust::Honest, 2)), 0);
}

/// A program that is killed leaves behind all that it has written so far. Between two writes there
/// is nothing new on the disk, so this is a kill at every statement, and more.
#[test]
fn killed_at_every_write_of_every_migration_it_opens_with_all_that_was_in_it() {
    let whole = std::env::var_os("INKSTONE_CUTS").is_some();
    alone(|| {
        for format in 1..=SHIPPED.len() {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("library.ink");
            older(&path, format);
            let before = fs::read(&path).unwrap();
            tape::watch(folder.path());
            drop(Library::open(&path, clock()).unwrap());
            let deeds = tape::taken();
            let root = folder.path().canonicalize().unwrap();
            assert!(deeds.len() > 40, "format {format}: {}", deeds.len());
            // One in five in a quick run, and other ones for each format.
            let step = if whole { 1 } else { 5 };
            for at in (format % step..=deeds.len()).step_by(step) {
                let begun = BTreeMap::from([(root.join("library.ink"), before.clone())]);
                let files = after_a_kill(begun, &deeds[..at]);
                let bench = bench();
                lay_out(&files, &root, bench.path());
                let library = Library::open(&bench.path().join("library.ink"), clock());
                let library = library.unwrap_or_else(|e| panic!("format {format}, {at}: {e}"));
                assert_eq!(library.draft("r").unwrap().body, OLD_TEXT);
                let report = library.verify().unwrap();
                assert_eq!(
                    report.problems,
                    Vec::<String>::new(),
                    "format {format}, {at}"
                );
            }
        }
    });
}

/// A test that could not fail would prove nothing.
#[test]
fn a_disk_that_lies_is_noticed() {
    let hook = std::panic::take_hook();
    std::panic::set_hook(Box::new(|_| {}));
    let lost = alone(|| losses(false, 40, Trust::Lying, 3));
    std::panic::set_hook(hook);
    assert!(lost > 20, "{lost} of 40");
}
