//! Measures a search by meaning over many passages, with vectors drawn by chance: how long cutting,
//! keeping and comparing take, and what the vectors take on the disk. The model's own time is left
//! out.
//!
//! `cargo run --release -p inkstone-library --example meaning_time [FOLDER]`

use std::error::Error;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant};

use inkstone_library::{
    Clock, Edit, Library, MeaningFilter, MeaningModel, Operation, OperationKind, Origin,
};
use inkstone_manuscript::{DocumentKind, Language};

type Done<T = ()> = Result<T, Box<dyn Error>>;

const DOCUMENTS: usize = 1_200;
const DOCUMENT: usize = 20_000;
/// Numbers in a vector of MiniLM.
const DIMENSIONS: usize = 384;
const QUERIES: usize = 40;

/// Half a second passes whenever it is read.
struct Steps(AtomicI64);

impl Clock for Steps {
    fn now_ms(&self) -> i64 {
        self.0.fetch_add(500, Ordering::Relaxed)
    }
}

/// Numbers without a pattern, the same in every run.
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn vector(&mut self) -> Vec<f32> {
        let numbers: Vec<f32> = (0..DIMENSIONS)
            .map(|_| (self.next() >> 40) as f32 / (1 << 23) as f32 - 1.0)
            .collect();
        let length = numbers.iter().map(|n| n * n).sum::<f32>().sqrt();
        numbers.into_iter().map(|n| n / length).collect()
    }
}

fn text(chance: &mut Chance) -> String {
    let mut out = String::new();
    while out.len() < DOCUMENT {
        for _ in 0..40 {
            out.push_str(&format!("w{} ", chance.next() % 5_000));
        }
        out.push_str(".\n\n");
    }
    out
}

fn at(times: &mut [Duration], part: f64) -> f64 {
    times.sort_unstable();
    let index = ((times.len() - 1) as f64 * part).round() as usize;
    times[index].as_secs_f64() * 1_000.0
}

fn size(library: &Library) -> Done<u64> {
    library.fold()?;
    Ok(std::fs::metadata(library.path())?.len())
}

fn measure(folder: &Path) -> Done {
    let mut chance = Chance(5);
    let clock = Arc::new(Steps(AtomicI64::new(1_795_000_000_000)));
    let library = Library::open(&folder.join("library.inkstone"), clock)?;
    let project = library.create_project("Coast", Language::English)?.id;
    let operation = Operation {
        kind: OperationKind::Typing,
        origin: Origin::Typed,
    };
    for n in 0..DOCUMENTS {
        let title = format!("Story {n}");
        let made =
            library.create_document(&project, DocumentKind::News, &title, Language::English)?;
        let draft = library.shown_draft(&made.id)?;
        let edit = Edit {
            from: 0,
            to: 0,
            insert: text(&mut chance),
        };
        library.apply(&draft, 0, &[edit], &operation)?;
    }
    let before = size(&library)?;
    let model = MeaningModel {
        sha256: "ab".repeat(32),
        room: 480,
    };
    let start = Instant::now();
    while library.cut_some(&model, 256 << 10)? {}
    let cutting = start.elapsed();
    let start = Instant::now();
    loop {
        let some = library.without_vector(64)?;
        if some.is_empty() {
            break;
        }
        let vectors: Vec<_> = some
            .into_iter()
            .map(|one| (one.hash, chance.vector()))
            .collect();
        library.keep_vectors(&model, &vectors)?;
    }
    let keeping = start.elapsed();
    let (passages, _) = library.meaning_known(&model)?;
    let after = size(&library)?;
    println!(
        "{DOCUMENTS} texts of {DOCUMENT} bytes, {passages} passages, {DIMENSIONS} numbers in a vector"
    );
    println!(
        "  cut in {:.2} s, vectors kept in {:.2} s; {:.1} MB on the disk, {:.0} bytes a passage",
        cutting.as_secs_f64(),
        keeping.as_secs_f64(),
        (after - before) as f64 / 1e6,
        (after - before) as f64 / f64::from(passages)
    );
    let filter = MeaningFilter::default();
    let mut times = Vec::new();
    for _ in 0..QUERIES {
        let query = chance.vector();
        let start = Instant::now();
        let hits = library.by_meaning(&model, &query, &filter, 20)?;
        times.push(start.elapsed());
        assert_eq!(hits.len(), 20);
    }
    println!(
        "  compared with a query: p50 {:.1} ms, p95 {:.1} ms",
        at(&mut times, 0.5),
        at(&mut times, 0.95)
    );
    Ok(())
}

fn main() -> Done {
    let below = std::env::args_os()
        .nth(1)
        .map_or_else(std::env::temp_dir, Into::into);
    let folder = tempfile::tempdir_in(&below)?;
    measure(folder.path())
}
