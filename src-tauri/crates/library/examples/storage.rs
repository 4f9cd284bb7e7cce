//! Measures what the library takes on the disk and how long it takes, with sizes named and ratios
//! of one run.
//!
//! `cargo run --release -p inkstone-library --example storage [FOLDER]`; the files lie in a folder
//! of their own below FOLDER (the system's for passing things if none is given) and are removed.
//! Where there is `/dev/shm`, the large library is built there and then copied.

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant};

use inkstone_library::{Clock, Edit, Library, Operation, OperationKind, Origin};
use inkstone_manuscript::{DocumentKind, Language};

type Done<T = ()> = Result<T, Box<dyn Error>>;

const TEXT_BYTES: usize = 100_000;
const EDITS: usize = 1_000;
const DOCUMENTS: usize = 10_000;
const VERSIONS: usize = 10;
const COMMITS: usize = 400;

/// Half a second passes whenever it is read.
struct Steps(AtomicI64);

impl Clock for Steps {
    fn now_ms(&self) -> i64 {
        self.0.fetch_add(500, Ordering::Relaxed)
    }
}

fn open(path: &Path) -> Done<Library> {
    let clock = Steps(AtomicI64::new(1_795_000_000_000));
    Ok(Library::open(path, Arc::new(clock))?)
}

/// Numbers without a pattern, the same in every run.
struct Chance(u64);

impl Chance {
    fn below(&mut self, most: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed >> 33) as usize % most.max(1)
    }
}

const ENGLISH: &str = "the harbour office said on Monday that night ferry will run again from next \
    week after forty metres of hull plate were replaced and crew had waited six weeks for a part \
    which came by road from another yard where engineers tested it twice before anyone would sign \
    teachers on far shore who had crossed by bus before dawn every morning were first to hear";
const CHINESE: &str = "港口办公室周一表示夜间渡轮下周恢复运行此前更换了四十米船板船员等待零件六周对岸\
    教师每天天亮前绕行公交她们最先得到消息潮水很高风很小";

fn words(chance: &mut Chance, count: usize, chinese: bool) -> String {
    let mut out = String::new();
    if chinese {
        let characters: Vec<char> = CHINESE.chars().filter(|c| !c.is_whitespace()).collect();
        for _ in 0..count * 2 {
            out.push(characters[chance.below(characters.len())]);
        }
        return out;
    }
    let known: Vec<&str> = ENGLISH.split_whitespace().collect();
    for _ in 0..count {
        out.push_str(known[chance.below(known.len())]);
        out.push(' ');
    }
    out
}

/// Paragraphs, every third in Chinese.
fn text(chance: &mut Chance, bytes: usize) -> String {
    let mut out = String::new();
    for paragraph in 0.. {
        for _ in 0..3 + chance.below(4) {
            let count = 6 + chance.below(16);
            let sentence = words(chance, count, paragraph % 3 == 2);
            out.push_str(sentence.trim_end());
            out.push_str(if paragraph % 3 == 2 { "。" } else { ". " });
        }
        out.push_str("\n\n");
        if out.len() >= bytes {
            break;
        }
    }
    let end = out.floor_char_boundary(bytes);
    out.truncate(end);
    out
}

/// What a person does in a pause's time: some words more, a word for another, a few words less.
fn edit(chance: &mut Chance, body: &str) -> Edit {
    let from = body.floor_char_boundary(chance.below(body.len()));
    let chinese = body[from..].chars().next().is_some_and(|c| c > '\u{2e80}');
    let count = 1 + chance.below(8);
    match chance.below(10) {
        0..6 => Edit {
            from,
            to: from,
            insert: words(chance, count, chinese),
        },
        6..8 => Edit {
            from,
            to: body.ceil_char_boundary((from + 7).min(body.len())),
            insert: words(chance, 1, chinese),
        },
        _ => Edit {
            from,
            to: body.ceil_char_boundary((from + 24).min(body.len())),
            insert: String::new(),
        },
    }
}

fn typing() -> Operation {
    Operation {
        kind: OperationKind::Typing,
        origin: Origin::Typed,
    }
}

fn draft(library: &Library, project: &str, title: &str) -> Done<String> {
    let made = library.create_document(project, DocumentKind::News, title, Language::English)?;
    Ok(library.shown_draft(&made.id)?)
}

/// Applies one edit and gives back the body after it.
fn apply(
    library: &Library,
    draft: &str,
    revision: u32,
    mut body: String,
    edit: Edit,
) -> Done<(u32, String)> {
    let revision = library.apply(draft, revision, std::slice::from_ref(&edit), &typing())?;
    body.replace_range(edit.from..edit.to, &edit.insert);
    Ok((revision, body))
}

fn whole(library: &Library, draft: &str, text: &str) -> Done<u32> {
    let edit = Edit {
        from: 0,
        to: 0,
        insert: text.to_owned(),
    };
    Ok(library.apply(draft, 0, &[edit], &typing())?)
}

fn size(library: &Library) -> Done<u64> {
    library.fold()?;
    Ok(fs::metadata(library.path())?.len())
}

fn at(times: &mut [Duration], part: f64) -> f64 {
    times.sort_unstable();
    let index = ((times.len() - 1) as f64 * part).round() as usize;
    times[index].as_secs_f64() * 1_000.0
}

fn versions(folder: &Path) -> Done {
    let mut chance = Chance(7);
    let library = open(&folder.join("versions.inkstone"))?;
    let project = library.create_project("Harbour", Language::English)?.id;
    let empty = size(&library)?;
    let draft = draft(&library, &project, "Night ferry")?;
    let mut body = text(&mut chance, TEXT_BYTES);
    let mut revision = whole(&library, &draft, &body)?;
    library.save_version(&draft, "0")?;
    library.compact()?;
    let one = size(&library)?;
    let mut copies = body.len();
    let mut kept = vec![body.clone()];
    let mut inserted = 0;
    let mut keeping = Vec::new();
    for n in 1..=EDITS {
        let edit = edit(&mut chance, &body);
        inserted += edit.insert.len();
        (revision, body) = apply(&library, &draft, revision, body, edit)?;
        let start = Instant::now();
        library.save_version(&draft, &n.to_string())?;
        keeping.push(start.elapsed());
        copies += body.len();
        kept.push(body.clone());
    }
    let before = size(&library)?;
    let start = Instant::now();
    let mut state = inkstone_library::Compaction::default();
    let mut steps = Vec::new();
    loop {
        let step = Instant::now();
        let more = library.compact_step(&mut state)?;
        steps.push(step.elapsed());
        if !more {
            break;
        }
    }
    let compacting = start.elapsed();
    let after = size(&library)?;
    let mut reading = Vec::new();
    let mut nodes = library.history(&draft)?;
    nodes.reverse();
    for (node, body) in nodes.iter().zip(&kept) {
        let start = Instant::now();
        let read = library.node_text(&node.id)?;
        reading.push(start.elapsed());
        assert_eq!(read, *body, "{:?}", node.name);
    }
    assert_eq!(nodes.len(), EDITS + 1);
    assert!(library.verify()?.problems.is_empty());
    println!(
        "{EDITS} edits of a text of {TEXT_BYTES} bytes, each kept as a version ({inserted} bytes were typed)"
    );
    println!(
        "  the file grew by       {:>9} bytes for the edits: versions, journal, hashes, indexes",
        after - one
    );
    println!("  before compaction by   {:>9} bytes", before - one);
    println!(
        "  the file is            {after:>9} bytes, an empty library {empty}, with the text as it is and kept once {one}"
    );
    println!(
        "  full copies would be   {copies:>9} bytes, {:.0} times the growth",
        copies as f64 / (after - one) as f64
    );
    println!(
        "  reading any version    p50 {:.2} ms, longest {:.2} ms",
        at(&mut reading, 0.5),
        at(&mut reading, 1.0)
    );
    println!(
        "  keeping a version      p50 {:.2} ms, p95 {:.2} ms",
        at(&mut keeping, 0.5),
        at(&mut keeping, 0.95)
    );
    println!(
        "  compaction             {:.0} ms in {} steps, the longest {:.1} ms",
        compacting.as_secs_f64() * 1e3,
        steps.len(),
        at(&mut steps, 1.0)
    );
    let start = Instant::now();
    let mut undone = 0;
    while library
        .undo(&draft, library.draft(&draft)?.revision)?
        .is_some()
    {
        undone += 1;
    }
    println!(
        "  undone to the start    {undone} steps, {:.2} ms each",
        start.elapsed().as_secs_f64() * 1e3 / f64::from(undone)
    );
    Ok(())
}

fn large(folder: &Path) -> Done<PathBuf> {
    let mut chance = Chance(11);
    let path = folder.join("large.inkstone");
    let library = open(&path)?;
    let project = library.create_project("Harbour", Language::English)?.id;
    for n in 0..DOCUMENTS {
        let draft = draft(&library, &project, &format!("Story {n}"))?;
        let mut body = text(&mut chance, 1_500);
        let mut revision = whole(&library, &draft, &body)?;
        library.snapshot(&draft)?;
        for _ in 1..VERSIONS {
            let edit = edit(&mut chance, &body);
            (revision, body) = apply(&library, &draft, revision, body, edit)?;
            library.snapshot(&draft)?;
        }
    }
    library.compact()?;
    library.fold()?;
    Ok(path)
}

/// A draft of 20,000 bytes to type into, and a place in it.
fn desk(library: &Library) -> Done<(String, u32, usize)> {
    let project = library.create_project("Here", Language::English)?.id;
    let draft = draft(library, &project, "Now")?;
    let body = text(&mut Chance(3), 20_000);
    let revision = whole(library, &draft, &body)?;
    Ok((draft, revision, body.floor_char_boundary(9_000)))
}

fn commit(library: &Library, draft: &str, revision: u32, at: usize) -> Done<(u32, Duration)> {
    let edit = Edit {
        from: at,
        to: at,
        insert: "tide ".to_owned(),
    };
    let start = Instant::now();
    let revision = library.apply(draft, revision, &[edit], &typing())?;
    Ok((revision, start.elapsed()))
}

fn typing_beside(folder: &Path, large: &Path) -> Done {
    let full = open(large)?;
    let empty = open(&folder.join("empty.inkstone"))?;
    let (full_draft, mut full_revision, place) = desk(&full)?;
    let (empty_draft, mut empty_revision, _) = desk(&empty)?;
    let (mut in_full, mut in_empty) = (Vec::new(), Vec::new());
    // In turns, so that both meet the same disk.
    for n in 0..COMMITS {
        // As if typed in a row: five letters at a time.
        let at = place + n * 5;
        let (revision, time) = commit(&full, &full_draft, full_revision, at)?;
        full_revision = revision;
        in_full.push(time);
        let (revision, time) = commit(&empty, &empty_draft, empty_revision, at)?;
        empty_revision = revision;
        in_empty.push(time);
    }
    let (p50, p95) = (at(&mut in_full, 0.5), at(&mut in_full, 0.95));
    let (e50, e95) = (at(&mut in_empty, 0.5), at(&mut in_empty, 0.95));
    println!("commit of a keystroke batch into a text of 20,000 bytes, {COMMITS} in turns");
    println!(
        "  {DOCUMENTS} documents, {} versions ({} MB): p50 {p50:.2} ms, p95 {p95:.2} ms",
        DOCUMENTS * VERSIONS,
        fs::metadata(large)?.len() / 1_000_000
    );
    println!(
        "  empty library: p50 {e50:.2} ms, p95 {e95:.2} ms; ratio p50 {:.2}, p95 {:.2}",
        p50 / e50,
        p95 / e95
    );

    let project = full.projects()?[0].id.clone();
    let mut listing = Vec::new();
    for _ in 0..5 {
        let start = Instant::now();
        let documents = full.documents(&project)?;
        let drafts = full.drafts_of(&project)?;
        listing.push(start.elapsed());
        assert_eq!((documents.len(), drafts.len()), (DOCUMENTS, DOCUMENTS));
    }
    println!(
        "list of {DOCUMENTS} documents with their drafts: first {:.1} ms",
        listing[0].as_secs_f64() * 1e3
    );
    println!("  again {:.1} ms", at(&mut listing, 0.5));
    let book = draft(&full, &project, "Book")?;
    whole(&full, &book, &text(&mut Chance(5), 1 << 20))?;
    full.snapshot(&book)?;
    let path = full.path().to_owned();
    drop(full);
    let start = Instant::now();
    let full = open(&path)?;
    let opening = start.elapsed();
    let start = Instant::now();
    let draft = full.draft(&book)?;
    full.spans(&book)?;
    let reading = start.elapsed();
    println!(
        "open that library {:.1} ms, then a document of {} bytes {:.1} ms",
        opening.as_secs_f64() * 1e3,
        draft.body.len(),
        reading.as_secs_f64() * 1e3
    );
    Ok(())
}

fn main() -> Done {
    let below = std::env::args_os()
        .nth(1)
        .map_or_else(std::env::temp_dir, PathBuf::from);
    let folder = tempfile::tempdir_in(&below)?;
    versions(folder.path())?;
    let memory = Path::new("/dev/shm");
    let built = if memory.is_dir() {
        let quick = tempfile::tempdir_in(memory)?;
        let to = folder.path().join("large.inkstone");
        fs::copy(large(quick.path())?, &to)?;
        to
    } else {
        large(folder.path())?
    };
    typing_beside(folder.path(), &built)
}
