//! The pages of a database file, read without SQLite, which gives up where a page is broken
//! (<https://www.sqlite.org/fileformat2.html>). Nothing is written, and nothing in the file is
//! trusted.

use std::collections::{HashMap, HashSet};
use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom};
use std::path::Path;

use crate::library::Result;
use crate::lock::beside;

const USUAL_PAGE: usize = 4_096;
const WAL_HEADER: usize = 32;
const FRAME_HEADER: usize = 24;

/// What a row may measure.
const LONGEST_ROW: usize = 512 << 20;

/// A value of a row.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Cell {
    Null,
    Integer(i64),
    Real(f64),
    Text(String),
    Blob(Vec<u8>),
}

/// A row with its number; that of an index has none.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Found {
    pub(super) number: Option<i64>,
    pub(super) cells: Vec<Cell>,
}

/// A file, with what its WAL holds over it.
pub(super) struct Pages {
    file: File,
    page: usize,
    /// Bytes at the end of each page that are not SQLite's.
    reserved: usize,
    count: u32,
    /// The newest of each page that was committed to the WAL.
    newer: HashMap<u32, Vec<u8>>,
}

fn number(bytes: &[u8], at: usize, length: usize) -> Option<u64> {
    let bytes = bytes.get(at..at.checked_add(length)?)?;
    Some(
        bytes
            .iter()
            .fold(0, |sum, byte| sum << 8 | u64::from(*byte)),
    )
}

fn short(bytes: &[u8], at: usize) -> Option<usize> {
    number(bytes, at, 2)?.try_into().ok()
}

fn word(bytes: &[u8], at: usize) -> Option<u32> {
    number(bytes, at, 4)?.try_into().ok()
}

/// A number of one to nine bytes, and where it ends.
fn varint(bytes: &[u8], at: usize) -> Option<(u64, usize)> {
    let mut value = 0_u64;
    for step in 0..8 {
        let byte = *bytes.get(at + step)?;
        value = value << 7 | u64::from(byte & 0x7f);
        if byte & 0x80 == 0 {
            return Some((value, at + step + 1));
        }
    }
    Some((value << 8 | u64::from(*bytes.get(at + 8)?), at + 9))
}

impl Pages {
    pub(super) fn open(path: &Path) -> Result<Pages> {
        let mut file = File::open(path)?;
        let length = file.metadata()?.len();
        let mut head = Vec::new();
        (&mut file).take(100).read_to_end(&mut head)?;
        let page = match short(&head, 16) {
            Some(1) => 65_536,
            Some(size) if size >= 512 && size.is_power_of_two() => size,
            _ => USUAL_PAGE,
        };
        let reserved = match head.get(20) {
            Some(&reserved) if usize::from(reserved) <= page - 480 => usize::from(reserved),
            _ => 0,
        };
        let count = length.div_ceil(page as u64);
        let mut pages = Pages {
            file,
            page,
            reserved,
            count: u32::try_from(count).unwrap_or(u32::MAX),
            newer: HashMap::new(),
        };
        if let Ok(wal) = std::fs::read(beside(path, "-wal")) {
            pages.take_in(&wal);
        }
        if let Some(last) = pages.newer.keys().max() {
            pages.count = pages.count.max(*last);
        }
        Ok(pages)
    }

    pub(super) fn count(&self) -> u32 {
        self.count
    }

    /// What was committed to the WAL, up to the first frame that is not whole.
    fn take_in(&mut self, wal: &[u8]) {
        let big = match word(wal, 0) {
            Some(0x377f_0683) => true,
            Some(0x377f_0682) => false,
            _ => return,
        };
        if word(wal, 8) != u32::try_from(self.page).ok() || wal.len() < WAL_HEADER {
            return;
        }
        let mut sum = (0_u32, 0_u32);
        add(&mut sum, &wal[..24], big);
        if Some(sum) != word(wal, 24).zip(word(wal, 28)) {
            return;
        }
        let mut waiting = Vec::new();
        for frame in wal[WAL_HEADER..].chunks_exact(FRAME_HEADER + self.page) {
            add(&mut sum, &frame[..8], big);
            add(&mut sum, &frame[FRAME_HEADER..], big);
            let salted = frame[8..16] == wal[16..24];
            if !salted || Some(sum) != word(frame, 16).zip(word(frame, 20)) {
                break;
            }
            waiting.push((word(frame, 0).unwrap_or(0), &frame[FRAME_HEADER..]));
            // The last frame of a transaction says how many pages there are.
            if word(frame, 4).is_some_and(|pages| pages > 0) {
                for (page, bytes) in waiting.drain(..) {
                    self.newer.insert(page, bytes.to_vec());
                }
            }
        }
    }

    /// A page, counted from 1.
    pub(super) fn read(&mut self, page: u32) -> Option<Vec<u8>> {
        if page == 0 || page > self.count {
            return None;
        }
        if let Some(newer) = self.newer.get(&page) {
            return Some(newer.clone());
        }
        let at = u64::from(page - 1) * self.page as u64;
        let mut bytes = vec![0; self.page];
        self.file.seek(SeekFrom::Start(at)).ok()?;
        self.file.read_exact(&mut bytes).ok()?;
        Some(bytes)
    }

    /// The pages below this one that hold rows, as far as the way to them can be read. `broken`
    /// counts the pages that could not be.
    pub(super) fn leaves(&mut self, root: u32, broken: &mut u32) -> Vec<u32> {
        let (mut leaves, mut open) = (Vec::new(), vec![root]);
        let mut seen = HashSet::new();
        while let Some(page) = open.pop() {
            if !seen.insert(page) {
                continue;
            }
            let bytes = self.read(page);
            let start = if page == 1 { 100 } else { 0 };
            match bytes
                .as_ref()
                .and_then(|bytes| bytes.get(start).map(|kind| (bytes, *kind)))
            {
                Some((_, 0x0d | 0x0a)) => leaves.push(page),
                Some((bytes, kind @ (0x05 | 0x02))) => {
                    // A page of an index's inside holds rows as well.
                    if kind == 0x02 {
                        leaves.push(page);
                    }
                    open.extend(word(bytes, start + 8));
                    for cell in cells(bytes, start, 12) {
                        open.extend(word(bytes, cell));
                    }
                }
                _ => *broken += 1,
            }
        }
        leaves
    }

    /// The rows of a page that can be read; `broken` counts those that can't.
    pub(super) fn rows(&mut self, page: u32, broken: &mut u32) -> Vec<Found> {
        let Some(bytes) = self.read(page) else {
            *broken += 1;
            return Vec::new();
        };
        let start = if page == 1 { 100 } else { 0 };
        let (header, index) = match bytes.get(start) {
            Some(0x0d) => (8, false),
            Some(0x0a) => (8, true),
            Some(0x02) => (12, true),
            _ => return Vec::new(),
        };
        let mut found = Vec::new();
        for cell in cells(&bytes, start, header) {
            let cell = if header == 12 { cell + 4 } else { cell };
            match self.row(&bytes, cell, index) {
                Some(row) => found.push(row),
                None => *broken += 1,
            }
        }
        found
    }

    fn row(&mut self, page: &[u8], at: usize, index: bool) -> Option<Found> {
        let (length, at) = varint(page, at)?;
        let length = usize::try_from(length).ok().filter(|l| *l <= LONGEST_ROW)?;
        let (number, at) = if index {
            (None, at)
        } else {
            let (number, at) = varint(page, at)?;
            (Some(number as i64), at)
        };
        let usable = self.page - self.reserved;
        let most = if index {
            (usable - 12) * 64 / 255 - 23
        } else {
            usable - 35
        };
        let payload = if length <= most {
            page.get(at..at + length)?.to_vec()
        } else {
            let least = (usable - 12) * 32 / 255 - 23;
            let fits = least + (length - least) % (usable - 4);
            let local = if fits <= most { fits } else { least };
            let mut payload = page.get(at..at + local)?.to_vec();
            let mut next = word(page, at + local)?;
            while payload.len() < length {
                let more = self.read(next)?;
                next = word(&more, 0)?;
                let take = (length - payload.len()).min(usable - 4);
                payload.extend_from_slice(more.get(4..4 + take)?);
            }
            payload
        };
        Some(Found {
            number,
            cells: record(&payload)?,
        })
    }
}

/// The checksum of a WAL, over 8 bytes at a time.
fn add(sum: &mut (u32, u32), bytes: &[u8], big: bool) {
    for pair in bytes.chunks_exact(8) {
        let read = |at: usize| {
            let four = [pair[at], pair[at + 1], pair[at + 2], pair[at + 3]];
            if big {
                u32::from_be_bytes(four)
            } else {
                u32::from_le_bytes(four)
            }
        };
        sum.0 = sum.0.wrapping_add(read(0)).wrapping_add(sum.1);
        sum.1 = sum.1.wrapping_add(read(4)).wrapping_add(sum.0);
    }
}

/// Where the cells of a page begin.
fn cells(page: &[u8], start: usize, header: usize) -> Vec<usize> {
    let count = short(page, start + 3).unwrap_or(0);
    (0..count)
        .map_while(|n| short(page, start + header + 2 * n))
        .filter(|at| *at >= start + header)
        .collect()
}

/// The values of a row.
fn record(payload: &[u8]) -> Option<Vec<Cell>> {
    let (header, mut at) = varint(payload, 0)?;
    let header = usize::try_from(header).ok()?;
    if header > payload.len() {
        return None;
    }
    let mut body = header;
    let mut cells = Vec::new();
    while at < header {
        let (kind, next) = varint(payload, at)?;
        at = next;
        let integer = |length: usize| {
            let raw = number(payload, body, length)?;
            let unused = 64 - 8 * u32::try_from(length).ok()?;
            Some(((raw << unused) as i64) >> unused)
        };
        let (cell, length) = match kind {
            0 => (Cell::Null, 0),
            1..=4 => {
                let length = usize::try_from(kind).ok()?;
                (Cell::Integer(integer(length)?), length)
            }
            5 => (Cell::Integer(integer(6)?), 6),
            6 => (Cell::Integer(integer(8)?), 8),
            7 => (Cell::Real(f64::from_bits(number(payload, body, 8)?)), 8),
            8 => (Cell::Integer(0), 0),
            9 => (Cell::Integer(1), 0),
            10 | 11 => return None,
            kind => {
                let length = usize::try_from((kind - 12) / 2).ok()?;
                let bytes = payload.get(body..body.checked_add(length)?)?.to_vec();
                let cell = if kind % 2 == 0 {
                    Cell::Blob(bytes)
                } else {
                    Cell::Text(String::from_utf8(bytes).ok()?)
                };
                (cell, length)
            }
        };
        cells.push(cell);
        body += length;
    }
    (body == payload.len()).then_some(cells)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rusqlite::Connection;

    use super::*;

    #[test]
    fn rows_are_what_sqlite_wrote() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("some.db");
        let connection = Connection::open(&path).unwrap();
        connection
            .execute_batch(
                "PRAGMA journal_mode = wal;
                 CREATE TABLE t (key INTEGER PRIMARY KEY, n INTEGER, r REAL, s TEXT, b BLOB);
                 CREATE TABLE w (a INTEGER, s TEXT, PRIMARY KEY (a)) WITHOUT ROWID;",
            )
            .unwrap();
        let numbers = [
            0,
            1,
            -1,
            127,
            -128,
            40_000,
            -9_000_000,
            1 << 40,
            i64::MIN,
            i64::MAX,
        ];
        let mut expected = Vec::new();
        for (at, n) in numbers.iter().cycle().take(600).enumerate() {
            // Some rows go on over several pages.
            let s = "潮水".repeat(at * at % 3_000);
            let values = rusqlite::params![n, at as f64 / 3.0, s, vec![at as u8; at]];
            connection
                .execute("INSERT INTO t (n, r, s, b) VALUES (?1, ?2, ?3, ?4)", values)
                .unwrap();
            let short = s.chars().take(900).collect::<String>();
            connection
                .execute(
                    "INSERT INTO w VALUES (?1, ?2)",
                    rusqlite::params![at as i64, short],
                )
                .unwrap();
            expected.push(Found {
                number: Some(at as i64 + 1),
                cells: vec![
                    Cell::Null,
                    Cell::Integer(*n),
                    Cell::Real(at as f64 / 3.0),
                    Cell::Text(s),
                    Cell::Blob(vec![at as u8; at]),
                ],
            });
            if at == 300 {
                connection
                    .query_row("PRAGMA wal_checkpoint", [], |_| Ok(()))
                    .unwrap();
            }
        }
        // Half of it still lies in the WAL.
        let mut pages = Pages::open(&path).unwrap();
        let root = |name: &str| -> u32 {
            let sql = "SELECT rootpage FROM sqlite_schema WHERE name = ?1";
            connection.query_row(sql, [name], |row| row.get(0)).unwrap()
        };
        let mut broken = 0;
        let mut found: Vec<Found> = Vec::new();
        for page in pages.leaves(root("t"), &mut broken) {
            found.extend(pages.rows(page, &mut broken));
        }
        found.sort_by_key(|row| row.number);
        // A whole real number is kept as an integer.
        for row in &mut found {
            if let Cell::Integer(n) = row.cells[2] {
                row.cells[2] = Cell::Real(n as f64);
            }
        }
        assert!(found == expected && broken == 0, "{} rows", found.len());
        let mut without = Vec::new();
        for page in pages.leaves(root("w"), &mut broken) {
            without.extend(pages.rows(page, &mut broken));
        }
        assert_eq!((without.len(), broken), (600, 0));
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..Default::default() })]
        #[test]
        fn nothing_in_a_file_is_trusted(
            head in proptest::collection::vec(any::<u8>(), 0..200),
            fill in any::<u8>(),
            holes in proptest::collection::vec((0_usize..16_384, any::<u8>()), 0..80),
            wal in proptest::collection::vec(any::<u8>(), 0..9_000),
        ) {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("some.db");
            let mut bytes = vec![fill; 16_384];
            bytes[..head.len()].copy_from_slice(&head);
            for (at, byte) in holes {
                bytes[at] = byte;
            }
            for start in [0, 100, 4_096, 8_192] {
                bytes[start] = [0x0d, 0x0a, 0x05, 0x02][start % 3];
            }
            std::fs::write(&path, bytes).unwrap();
            std::fs::write(folder.path().join("some.db-wal"), wal).unwrap();
            let mut pages = Pages::open(&path).unwrap();
            let mut broken = 0;
            for page in 1..=pages.count() {
                pages.leaves(page, &mut broken);
                pages.rows(page, &mut broken);
            }
        }
    }
}
