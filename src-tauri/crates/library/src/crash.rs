//! Programs that die, and programs that start at once. Both are this test binary, started again.

use std::cell::RefCell;
use std::collections::HashSet;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::Arc;
use std::thread;
use std::time::Duration;
use std::{env, io};

use inkstone_manuscript::{DocumentKind, Language};
use rusqlite::Connection;
use rusqlite::trace::{TraceEvent, TraceEventCodes};

use crate::schema::tests::{LAST_BY_HAND, backups, older};
use crate::testing::{Ticks, open, typing};
use crate::{Edit, GenerationStart, Library, LibraryError};

/// Names the library to a child.
const LIBRARY: &str = "INKSTONE_TEST_LIBRARY";

/// What a child says is told apart from what the test harness says.
const SAYS: &str = "child says ";

/// `INKSTONE_KILLS` says how often the writer is killed; `INKSTONE_KILLS=100` is the long run.
fn kills() -> usize {
    let wanted = env::var("INKSTONE_KILLS").ok();
    wanted.and_then(|n| n.parse().ok()).unwrap_or(20)
}

/// Starts one of the two children below.
fn start(child: &str, library: &Path) -> (Child, BufReader<ChildStdout>) {
    let mut process = Command::new(env::current_exe().unwrap())
        .args([child, "--exact", "--ignored", "--nocapture"])
        .env(LIBRARY, library)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let said = BufReader::new(process.stdout.take().unwrap());
    (process, said)
}

/// The next whole line that the child wrote; none when it is gone.
fn hear(said: &mut impl BufRead) -> Option<String> {
    loop {
        let mut line = String::new();
        said.read_line(&mut line).unwrap();
        if !line.ends_with('\n') {
            return None;
        }
        // The harness writes the test's name without ending the line.
        if let Some((_, said)) = line.trim_end().split_once(SAYS) {
            return Some(said.to_owned());
        }
    }
}

fn say(what: &str) {
    let mut out = io::stdout().lock();
    writeln!(out, "{SAYS}{what}").unwrap();
    out.flush().unwrap();
}

/// The draft that the writer writes.
fn the_draft(library: &Library) -> String {
    let project = match library.projects().unwrap().first() {
        Some(project) => project.id.clone(),
        None => {
            library
                .create_project("Coast", Language::English)
                .unwrap()
                .id
        }
    };
    let document = match library.documents(&project).unwrap().first() {
        Some(document) => document.id.clone(),
        None => {
            let (kind, language) = (DocumentKind::News, Language::Chinese);
            library
                .create_document(&project, kind, "潮", language)
                .unwrap()
                .id
        }
    };
    library.drafts(&document).unwrap()[0].id.clone()
}

#[test]
#[ignore = "started and killed by the tests below"]
fn writer() {
    let path = env::var_os(LIBRARY).unwrap();
    let library = open(Path::new(&path));
    let draft = the_draft(&library);
    let start = GenerationStart {
        draft_id: Some(draft.clone()),
        ..GenerationStart::default()
    };
    let generation = library.begin_generation(&start).unwrap();
    say(&format!("generation {generation}"));
    for step in 0_u32.. {
        let now = library.draft(&draft).unwrap();
        let at = now.body.len();
        let word = format!("潮{}.{step} ", &generation[..8]);
        let edit = Edit {
            from: at,
            to: at,
            insert: word.clone(),
        };
        library
            .apply(&draft, now.revision, &[edit], &typing())
            .unwrap();
        say(&format!("word {word}"));
        let token = format!("词{step} ");
        library.append_output(&generation, &token, 1).unwrap();
        say(&format!("token {token}"));
        match step % 8 {
            3 => drop(library.snapshot(&draft).unwrap()),
            5 => drop(library.search_texts("潮", 3).unwrap()),
            7 => library.set_setting("step", &step.into()).unwrap(),
            _ => {}
        }
    }
}

/// Numbers without a pattern, the same in every run.
fn scatter(n: u64) -> u64 {
    let mixed = n.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    (mixed ^ (mixed >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9) >> 33
}

#[test]
fn killed_at_any_moment_it_keeps_every_acknowledged_step() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("library.ink");
    let mut words = String::new();
    let (mut runs, mut acknowledged) = (0, 0);
    let kills = kills();
    for kill in 0..kills as u64 {
        let (mut child, mut said) = start("crash::writer", &path);
        let mut heard = Vec::new();
        // Now and then it dies while it opens.
        for _ in 0..scatter(kill) % 40 {
            heard.push(hear(&mut said).unwrap());
        }
        thread::sleep(Duration::from_micros(scatter(kill + 1_000) % 20_000));
        child.kill().unwrap();
        child.wait().unwrap();
        heard.extend(std::iter::from_fn(|| hear(&mut said)));

        let library = open(&path);
        let draft = the_draft(&library);
        let mut tokens = String::new();
        let mut generation = None;
        for line in &heard {
            match line.split_once(' ').unwrap() {
                ("generation", id) => generation = Some(id.to_owned()),
                // The harness of the lines trimmed the blank.
                ("word", word) => words.push_str(&format!("{word} ")),
                ("token", token) => tokens.push_str(&format!("{token} ")),
                other => panic!("{other:?}"),
            }
        }
        let body = library.draft(&draft).unwrap().body;
        assert!(
            body.starts_with(&words),
            "kill {kill}: acknowledged {words:?}, found {body:?}"
        );
        let unheard = body[words.len()..].split_whitespace().count();
        assert!(
            unheard <= 1,
            "kill {kill}: only the step on its way was not heard of"
        );
        words = body;
        if let Some(id) = generation {
            let read = library.generation(&id).unwrap();
            assert!(
                read.output.starts_with(&tokens),
                "kill {kill}: {tokens:?}, {:?}",
                read.output
            );
            assert_eq!(read.tokens as usize, read.output.split_whitespace().count());
            assert_eq!(read.end.unwrap().finish_reason, "interrupted");
            runs += 1;
            acknowledged += heard.len();
        }
        let report = library.verify().unwrap();
        assert_eq!(report.problems, Vec::<String>::new(), "kill {kill}");
    }
    assert!(
        runs > kills / 2,
        "most of them wrote before they died: {runs}"
    );
    assert!(
        acknowledged > 5 * kills,
        "and wrote a good deal: {acknowledged}"
    );
}

#[test]
fn killed_while_it_is_made_or_brought_up_to_date_it_opens() {
    for kill in 0..24 {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("library.ink");
        // Every third library is a new one, the others are of the first two formats.
        let age = (kill % 3) as usize;
        if age > 0 {
            older(&path, age);
        }
        let (mut child, mut said) = start("crash::writer", &path);
        let alive = Duration::from_micros(scatter(kill) % 30_000);
        thread::sleep(alive);
        child.kill().unwrap();
        child.wait().unwrap();
        let heard = std::iter::from_fn(|| hear(&mut said)).count();

        let library = open(&path);
        if age > 0 || heard > 0 {
            let draft = the_draft(&library);
            let body = library.draft(&draft).unwrap().body;
            assert!(
                age == 0 || body.starts_with("潮水很高。Tide."),
                "kill {kill}: {body:?}"
            );
        }
        for copy in backups(folder.path()) {
            // A copy without the ending `.part` is whole.
            if copy.extension().is_some_and(|ending| ending == "backup") {
                let copy = open(&copy);
                assert!(copy.draft("r").unwrap().body.starts_with("潮水很高。Tide."));
            }
        }
        assert_eq!(
            library.verify().unwrap().problems,
            Vec::<String>::new(),
            "kill {kill}"
        );
    }
}

#[test]
#[ignore = "started fifty times by the test below"]
fn opener() {
    let path = env::var_os(LIBRARY).unwrap();
    let opened = Library::open(Path::new(&path), Arc::new(Ticks::default()));
    match &opened {
        Ok(_) => say("open"),
        Err(LibraryError::InUse(_)) => say("in use"),
        Err(error) => say(&error.to_string()),
    }
    // Whoever has it holds it until all have tried.
    io::stdin().read_to_end(&mut Vec::new()).unwrap();
}

#[test]
fn of_fifty_starts_at_once_one_writes() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("library.ink");
    let mut children: Vec<_> = (0..50).map(|_| start("crash::opener", &path)).collect();
    let said: Vec<_> = children
        .iter_mut()
        .map(|(_, said)| hear(said).unwrap())
        .collect();
    let of = |what| said.iter().filter(|said| *said == what).count();
    assert_eq!((of("open"), of("in use")), (1, 49), "{said:?}");
    for (mut child, said) in children {
        drop(child.stdin.take());
        drop(said);
        child.wait().unwrap();
    }
    let library = open(&path);
    assert_eq!(library.verify().unwrap().problems, Vec::<String>::new());
}

/// Where the files of a library are copied to before each of its statements.
struct Watch {
    library: PathBuf,
    into: PathBuf,
    statements: usize,
    every: usize,
    seen: HashSet<Vec<u8>>,
}

thread_local! {
    static WATCH: RefCell<Option<Watch>> = const { RefCell::new(None) };
}

/// What a killed program leaves is what its files are at that moment: a copy of them stands for it.
fn leave(_: TraceEvent<'_>) {
    WATCH.with_borrow_mut(|watch| {
        let Some(watch) = watch else { return };
        watch.statements += 1;
        if watch.statements % watch.every != 0 {
            return;
        }
        let files: Vec<(&str, Vec<u8>)> = ["", "-wal"]
            .into_iter()
            .filter_map(|ending| {
                let path = crate::lock::beside(&watch.library, ending);
                Some((ending, fs::read(path).ok()?))
            })
            .collect();
        let mark = files
            .iter()
            .flat_map(|(_, bytes)| crate::texts::sha256(bytes));
        if !watch.seen.insert(mark.collect()) {
            return;
        }
        let folder = watch.into.join(watch.statements.to_string());
        fs::create_dir(&folder).unwrap();
        for (ending, bytes) in files {
            fs::write(folder.join(format!("library.ink{ending}")), bytes).unwrap();
        }
    });
}

/// Called for each library that is opened for writing.
pub(crate) fn watch(connection: &mut Connection) {
    if WATCH.with_borrow(Option::is_some) {
        connection
            .trace_v2(TraceEventCodes::SQLITE_TRACE_STMT, Some(leave))
            .unwrap();
    }
}

/// Opens a library and copies its files before each statement that this takes; gives the copies.
fn killed_at_each_statement(library: &Path, into: &Path, every: usize) -> Vec<PathBuf> {
    fs::create_dir(into).unwrap();
    WATCH.set(Some(Watch {
        library: library.to_owned(),
        into: into.to_owned(),
        statements: 0,
        every,
        seen: HashSet::new(),
    }));
    let opened = open(library);
    let watch = WATCH.take().unwrap();
    drop(opened);
    assert!(watch.statements > 20, "{}", watch.statements);
    let copies = fs::read_dir(into).unwrap();
    copies
        .map(|entry| entry.unwrap().path().join("library.ink"))
        .collect()
}

#[test]
fn killed_at_any_statement_of_a_migration_it_opens_with_all_that_was_in_it() {
    for age in 0..=LAST_BY_HAND {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("library.ink");
        if age > 0 {
            older(&path, age);
        }
        let copies = killed_at_each_statement(&path, &folder.path().join("copies"), 1);
        assert!(copies.len() >= 2, "format {age}: {}", copies.len());
        for copy in copies {
            let library = open(&copy);
            if age > 0 {
                assert_eq!(library.draft("r").unwrap().body, "潮水很高。Tide.");
                assert_eq!(library.history("r").unwrap().len(), usize::from(age >= 2));
            }
            assert_eq!(library.verify().unwrap().problems, Vec::<String>::new());
        }
    }
}

#[test]
fn killed_while_a_lived_in_library_is_brought_up_to_date_it_opens() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("library.ink");
    let fixture = "tests/fixtures/format-5.inkstone";
    fs::copy(Path::new(env!("CARGO_MANIFEST_DIR")).join(fixture), &path).unwrap();
    let copies = killed_at_each_statement(&path, &folder.path().join("copies"), 5);
    for copy in copies {
        let library = open(&copy);
        assert_eq!(library.deleted_documents().unwrap().len(), 1);
        assert_eq!(library.verify().unwrap().problems, Vec::<String>::new());
    }
}
