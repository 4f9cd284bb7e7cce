//! The disk fails at the n-th write or sync, for many n, and works again later.

use std::sync::Arc;

use inkstone_library::{Edit, GenerationStart, Library, LibraryError};
use inkstone_manuscript::{DocumentKind, Language};

use crate::alone;
use crate::tape::{self, Fault};
use crate::work::{OLD_FORMAT, OLD_TEXT, clock, older, typing};

fn draft_of(library: &Library) -> String {
    let project = library.create_project("Coast", Language::English).unwrap();
    let document = library
        .create_document(&project.id, DocumentKind::News, "Tide", Language::English)
        .unwrap();
    library.drafts(&document.id).unwrap()[0].id.clone()
}

fn fits(fault: Fault, error: &LibraryError) -> bool {
    match fault {
        Fault::Full => *error == LibraryError::DiskFull,
        Fault::Broken | Fault::Unsynced => matches!(error, LibraryError::Io(_)),
    }
}

/// Types a page at a time until the disk fails, then goes on typing when it works again.
fn typed_through(fault: Fault, after: usize) -> bool {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("library.ink");
    tape::watch(folder.path());
    let library = Library::open(&path, clock()).unwrap();
    let draft = draft_of(&library);
    let start = GenerationStart {
        draft_id: Some(draft.clone()),
        ..GenerationStart::default()
    };
    let generation = library.begin_generation(&start).unwrap();
    let mut text = String::new();
    let mut output = String::new();
    let type_on = |text: &str, page: &str| {
        let at = text.len();
        let edit = Edit {
            from: at,
            to: at,
            insert: page.to_owned(),
        };
        let revision = library.draft(&draft)?.revision;
        library.apply(&draft, revision, &[edit], &typing())
    };
    tape::fail(after, fault);
    let mut failed = 0;
    for page in 0..6 {
        let page = format!("{page}: {}\n", "夜里潮水很高。".repeat(80));
        match type_on(&text, &page) {
            Ok(_) => text.push_str(&page),
            Err(error) => {
                failed += 1;
                assert!(fits(fault, &error), "{fault:?} after {after}: {error}");
            }
        }
        match library.append_output(&generation, "token ", 1) {
            Ok(()) => output.push_str("token "),
            Err(error) => assert!(fits(fault, &error), "{fault:?} after {after}: {error}"),
        }
        // What was acknowledged can be read while the disk fails.
        assert_eq!(library.draft(&draft).unwrap().body, text, "after {after}");
        if page.starts_with('2') {
            // Keeping a version may fail too; then it is not kept, and nothing else happens.
            let _ = library.save_version(&draft, "v");
        }
    }
    let happened = tape::mend();
    assert!(happened || failed == 0, "after {after}");
    type_on(&text, "And on.").unwrap();
    text.push_str("And on.");
    library.append_output(&generation, "end", 1).unwrap();
    output.push_str("end");
    drop(library);
    let library = Library::open(&path, clock()).unwrap();
    assert_eq!(library.draft(&draft).unwrap().body, text, "after {after}");
    assert_eq!(library.generation(&generation).unwrap().output, output);
    let report = library.verify().unwrap();
    assert_eq!(report.problems, Vec::<String>::new(), "after {after}");
    tape::taken();
    happened
}

fn many(fault: Fault) {
    alone(|| {
        let mut happened = 0;
        for after in (0..60).step_by(3) {
            happened += usize::from(typed_through(fault, after));
        }
        assert!(happened >= 5, "it failed in {happened} of 20 runs");
    });
}

#[test]
fn a_full_disk_at_any_write_loses_nothing() {
    many(Fault::Full);
}

#[test]
fn a_broken_disk_at_any_write_loses_nothing() {
    many(Fault::Broken);
}

#[test]
fn a_disk_that_cannot_sync_loses_nothing() {
    many(Fault::Unsynced);
}

#[test]
fn a_disk_that_fails_while_a_library_is_brought_up_to_date_leaves_it_as_it_was() {
    alone(|| {
        let mut refused = 0;
        for fault in [Fault::Full, Fault::Broken, Fault::Unsynced] {
            for after in (0..120).step_by(13) {
                let folder = tempfile::tempdir().unwrap();
                let path = folder.path().join("library.ink");
                older(&path, OLD_FORMAT);
                tape::watch(folder.path());
                tape::fail(after, fault);
                let opened = Library::open(&path, clock());
                tape::mend();
                refused += usize::from(opened.is_err());
                drop(opened);
                let library = Arc::new(Library::open(&path, clock()).unwrap());
                assert_eq!(library.draft("r").unwrap().body, OLD_TEXT);
                assert_eq!(library.verify().unwrap().problems, Vec::<String>::new());
            }
        }
        tape::taken();
        assert!(refused > 5, "{refused}");
    });
}

/// A small disk in memory, if we may make one.
#[cfg(target_os = "linux")]
struct SmallDisk(tempfile::TempDir);

#[cfg(target_os = "linux")]
impl SmallDisk {
    fn new(size: &str) -> Option<SmallDisk> {
        let folder = tempfile::tempdir().unwrap();
        let size = format!("size={size}");
        let made = std::process::Command::new("mount")
            .args(["-t", "tmpfs", "-o", &size, "tmpfs"])
            .arg(folder.path())
            .stderr(std::process::Stdio::null())
            .status();
        made.is_ok_and(|status| status.success())
            .then(|| SmallDisk(folder))
    }
}

#[cfg(target_os = "linux")]
impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = std::process::Command::new("umount")
            .arg("-l")
            .arg(self.0.path())
            .status();
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_small_disk_that_fills_up_loses_nothing() {
    let Some(disk) = SmallDisk::new("1m") else {
        eprintln!("no disk could be made here; the faults above stand for it");
        return;
    };
    let path = disk.0.path().join("library.ink");
    let library = Library::open(&path, clock()).unwrap();
    let draft = draft_of(&library);
    let mut text = String::new();
    let error = loop {
        let page = "夜里潮水很高。".repeat(200);
        let edit = Edit {
            from: text.len(),
            to: text.len(),
            insert: page.clone(),
        };
        let revision = library.draft(&draft).unwrap().revision;
        match library.apply(&draft, revision, &[edit], &typing()) {
            Ok(_) => text.push_str(&page),
            Err(error) => break error,
        }
    };
    assert_eq!(error, LibraryError::DiskFull);
    assert!(text.len() > 10_000);
    assert_eq!(library.draft(&draft).unwrap().body, text);
    let folder = library.backup_folder();
    let reason = inkstone_library::BackupReason::ByHand;
    let refused = library.back_up(&folder, reason, &mut |_| {}).unwrap_err();
    assert!(
        matches!(
            refused,
            LibraryError::NoRoom { .. } | LibraryError::DiskFull
        ),
        "{refused}"
    );
    drop(library);
    let carried = tempfile::tempdir().unwrap();
    // Carried to a disk with room, all is there and it goes on.
    for entry in std::fs::read_dir(disk.0.path()).unwrap() {
        let from = entry.unwrap().path();
        if from.is_file() {
            std::fs::copy(&from, carried.path().join(from.file_name().unwrap())).unwrap();
        }
    }
    let library = Library::open(&carried.path().join("library.ink"), clock()).unwrap();
    assert_eq!(library.draft(&draft).unwrap().body, text);
    assert_eq!(library.verify().unwrap().problems, Vec::<String>::new());
}
