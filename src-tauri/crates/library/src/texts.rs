//! The store of contents: each lies there once, by its SHA-256, whole or as a difference to another.
//!
//! A content that a draft grew out of is nearly the next one, so what is kept is what changed: a
//! few splices, or a zstd frame that has the base as its prefix. Chains are bounded: after a number
//! of steps, fewer for longer texts, a chain turns (its next link is a difference to the content at
//! which it turned last), and after a number of turns a whole content is kept. So reading takes
//! bounded work, and what changes little takes few bytes.

use rusqlite::{Connection, OptionalExtension, params};
use sha2::{Digest, Sha256};
use zstd_safe::{CCtx, CParameter, DCtx, compress_bound};

use crate::LibraryError;
use crate::bytes::{Bytes, put_size};
use crate::library::Result;
use crate::state::cuts;

/// A whole content in a zstd frame.
const WHOLE: u8 = 0;
/// Splices in the base.
const SPLICES: u8 = 1;
/// A zstd frame whose prefix is the base.
const PREFIXED: u8 = 2;

/// Splices in fewer bytes than this are taken without trying anything else.
const SHORT: usize = 160;

/// What one content may measure: far above the longest text that the program takes, far below what
/// would fill a machine's memory.
const LARGEST: usize = 256 << 20;

/// Bytes walked over between two turns of a chain ...
const RUN_BYTES: usize = 10 << 20;
/// ... and what that is in steps, at least and at most.
const FEWEST_STEPS: u32 = 8;
const MOST_STEPS: u32 = 120;

/// More links than any chain that was written here.
const LONGEST_CHAIN: u32 = 2 * MOST_STEPS + 2;

const LEVEL: i32 = 9;

fn steps(bytes: usize) -> u32 {
    u32::try_from(RUN_BYTES / bytes.max(1))
        .unwrap_or(u32::MAX)
        .clamp(FEWEST_STEPS, MOST_STEPS)
}

/// One link of a chain, without what it holds.
#[derive(Debug, Clone, Copy)]
struct Link {
    key: i64,
    base: Option<i64>,
    run: u32,
    turns: u32,
}

pub(crate) fn sha256(content: &[u8]) -> [u8; 32] {
    Sha256::digest(content).into()
}

/// Keeps a content and returns its key. One that is there already is not kept twice. `near` is a
/// content that it may have grown out of.
pub(crate) fn put(connection: &Connection, content: &[u8], near: Option<i64>) -> Result<i64> {
    let sha = sha256(content);
    if let Some(key) = find(connection, &sha, content)? {
        return Ok(key);
    }
    insert(connection, None, content, &sha, near)
}

/// The key of a content that is kept already and can be read.
fn find(connection: &Connection, sha: &[u8; 32], content: &[u8]) -> Result<Option<i64>> {
    let sql = "SELECT key FROM texts WHERE substr(sha256, 1, 8) = ?1 AND sha256 = ?2";
    let found: Vec<i64> = connection
        .prepare_cached(sql)?
        .query_map(params![&sha[..8], sha], |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    // What was kept and is damaged by now is kept once more.
    Ok(found
        .into_iter()
        .find(|key| read(connection, *key).is_ok_and(|kept| kept == content)))
}

/// Writes a row, under `key` if one is given.
fn insert(
    connection: &Connection,
    key: Option<i64>,
    content: &[u8],
    sha: &[u8; 32],
    near: Option<i64>,
) -> Result<i64> {
    if content.len() > LARGEST {
        return Err(LibraryError::Io("a text that is too long".to_owned()));
    }
    let (base, run, turns, data) = encoded(connection, content, near)?;
    connection
        .prepare_cached(
            "INSERT OR REPLACE INTO texts (key, sha256, bytes, base_key, run, turns, data)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        )?
        .execute(params![
            key,
            sha,
            content.len() as i64,
            base,
            run,
            turns,
            data
        ])?;
    Ok(key.unwrap_or_else(|| connection.last_insert_rowid()))
}

/// Keeps what was damaged before it came here, so that reading it says so.
pub(crate) fn put_damaged(connection: &Connection, content: &[u8]) -> Result<i64> {
    insert(connection, None, content, &[0; 32], None)
}

type Encoded = (Option<i64>, u32, u32, Vec<u8>);

fn encoded(connection: &Connection, content: &[u8], near: Option<i64>) -> Result<Encoded> {
    let based = match near {
        None => None,
        // A base that can't be read is no base, and no reason not to keep the next text.
        Some(near) => place(connection, near, content.len())
            .and_then(|link| Ok((link, read(connection, link.key)?)))
            .map(Some)
            .or_else(|error| match error {
                LibraryError::Damaged(_) => Ok(None),
                other => Err(other),
            })?,
    };
    if let Some((link, base)) = based
        && link.turns <= steps(content.len()) / 2
        && let Some(data) = difference(&base, content)?
    {
        return Ok((Some(link.key), link.run, link.turns, data));
    }
    Ok((None, 0, 0, whole(content)?))
}

/// The base for a content that grew out of `near`, with the place in the chain that it takes.
fn place(connection: &Connection, near: i64, bytes: usize) -> Result<Link> {
    let mut link = self::link(connection, near)?;
    if link.run < steps(bytes) {
        link.run += 1;
        return Ok(link);
    }
    for _ in 0..LONGEST_CHAIN {
        let Some(base) = link.base.filter(|_| link.run > 0) else {
            break;
        };
        link = self::link(connection, base)?;
    }
    link.run = 0;
    link.turns += 1;
    Ok(link)
}

fn link(connection: &Connection, key: i64) -> Result<Link> {
    connection
        .prepare_cached("SELECT key, base_key, run, turns FROM texts WHERE key = ?1")?
        .query_row([key], |row| {
            Ok(Link {
                key: row.get(0)?,
                base: row.get(1)?,
                run: row.get(2)?,
                turns: row.get(3)?,
            })
        })
        .optional()?
        .ok_or_else(|| missing(key))
}

fn missing(key: i64) -> LibraryError {
    LibraryError::Damaged(format!("content {key} is not there"))
}

/// A content, compared with its hash.
///
/// # Errors
/// `Damaged` if a link of its chain is missing or it is not what was kept.
pub(crate) fn read(connection: &Connection, key: i64) -> Result<Vec<u8>> {
    let mut sha = None;
    let mut links: Vec<(usize, Vec<u8>)> = Vec::new();
    let mut next = Some(key);
    let mut statement = connection
        .prepare_cached("SELECT base_key, bytes, data, sha256 FROM texts WHERE key = ?1")?;
    while let Some(at) = next {
        if links.len() > LONGEST_CHAIN as usize {
            return Err(LibraryError::Damaged(format!(
                "content {key}: its chain is too long"
            )));
        }
        let mut rows = statement.query([at])?;
        let row = rows.next()?.ok_or_else(|| missing(at))?;
        next = row.get(0)?;
        let size = usize::try_from(row.get::<_, i64>(1)?).unwrap_or(usize::MAX);
        if size > LARGEST {
            return Err(LibraryError::Damaged(format!("content {at}: {size} bytes")));
        }
        links.push((size, row.get(2)?));
        if sha.is_none() {
            sha = Some(row.get::<_, Vec<u8>>(3)?);
        }
    }
    let mut content = Vec::new();
    for (size, data) in links.iter().rev() {
        content = decoded(&content, data, *size)?;
    }
    if sha.as_deref() != Some(&sha256(&content)[..]) {
        return Err(LibraryError::Damaged(format!(
            "content {key} is not what was kept (its hash differs)"
        )));
    }
    Ok(content)
}

/// The first eight bytes of a content's hash, and the whole of it, without the content.
pub(crate) fn sha_of(connection: &Connection, key: i64) -> Result<Vec<u8>> {
    connection
        .prepare_cached("SELECT sha256 FROM texts WHERE key = ?1")?
        .query_row([key], |row| row.get(0))
        .optional()?
        .ok_or_else(|| missing(key))
}

/// The rows of a chain as they lie there, the first the one asked for; as far as they go.
pub(crate) fn raw(connection: &Connection, key: i64) -> Result<Vec<(i64, String)>> {
    let mut rows = Vec::new();
    let mut next = Some(key);
    while let Some(at) = next {
        let row: Option<(Option<i64>, Vec<u8>)> = connection
            .prepare_cached("SELECT base_key, data FROM texts WHERE key = ?1")?
            .query_row([at], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?;
        let Some((base, data)) = row.filter(|_| rows.len() < LONGEST_CHAIN as usize) else {
            break;
        };
        rows.push((at, crate::library::hex(&data)));
        next = base;
    }
    Ok(rows)
}

fn zstd(code: usize) -> LibraryError {
    LibraryError::Damaged(format!("zstd: {}", zstd_safe::get_error_name(code)))
}

fn no_memory() -> LibraryError {
    LibraryError::Io("no memory for zstd".to_owned())
}

/// A zstd frame of `content`, with `prefix` before it if there is one.
pub(crate) fn squeezed(prefix: &[u8], content: &[u8]) -> Result<Vec<u8>> {
    let mut context = CCtx::try_create().ok_or_else(no_memory)?;
    context
        .set_parameter(CParameter::CompressionLevel(LEVEL))
        .map_err(zstd)?;
    if !prefix.is_empty() {
        // The window has to reach back over the whole prefix.
        let reach = (prefix.len() + content.len() + 1).next_power_of_two();
        let window = reach.trailing_zeros().clamp(17, 27);
        context
            .set_parameter(CParameter::WindowLog(window))
            .map_err(zstd)?;
        if window > 21 {
            context
                .set_parameter(CParameter::EnableLongDistanceMatching(true))
                .map_err(zstd)?;
        }
        context.ref_prefix(prefix).map_err(zstd)?;
    }
    let mut out = Vec::with_capacity(compress_bound(content.len()));
    context.compress2(&mut out, content).map_err(zstd)?;
    out.shrink_to_fit();
    Ok(out)
}

/// What [`squeezed`] made, as long as it has `size` bytes.
pub(crate) fn unsqueezed(prefix: &[u8], frame: &[u8], size: usize) -> Result<Vec<u8>> {
    let mut context = DCtx::try_create().ok_or_else(no_memory)?;
    if !prefix.is_empty() {
        context.ref_prefix(prefix).map_err(zstd)?;
    }
    let mut out = Vec::with_capacity(size);
    context.decompress(&mut out, frame).map_err(zstd)?;
    if out.len() != size {
        return Err(LibraryError::Damaged(format!(
            "{} bytes where {size} were kept",
            out.len()
        )));
    }
    Ok(out)
}

fn whole(content: &[u8]) -> Result<Vec<u8>> {
    let mut data = vec![WHOLE];
    data.extend(squeezed(&[], content)?);
    Ok(data)
}

/// What makes `content` of `base`; none if keeping it whole is hardly more.
fn difference(base: &[u8], content: &[u8]) -> Result<Option<Vec<u8>>> {
    let splices = splices(base, content);
    if splices.len() < SHORT {
        return Ok(Some(splices));
    }
    let mut prefixed = vec![PREFIXED];
    prefixed.extend(squeezed(base, content)?);
    let best = if splices.len() < prefixed.len() {
        splices
    } else {
        prefixed
    };
    if best.len() > content.len() / 8 && best.len() > whole(content)?.len() * 3 / 4 {
        return Ok(None);
    }
    Ok(Some(best))
}

/// One splice for each part of the content that changed: what is copied from the base before it,
/// what is passed over, and what comes instead. The rest is copied.
fn splices(base: &[u8], content: &[u8]) -> Vec<u8> {
    let parts = match (cuts(base), cuts(content)) {
        (Ok(old), Ok(new)) => old.into_iter().zip(new).collect(),
        _ => vec![(0..base.len(), 0..content.len())],
    };
    let mut data = vec![SPLICES];
    let mut copied = 0;
    for (old, new) in parts {
        let (was, is) = (&base[old.clone()], &content[new.clone()]);
        let head = was.iter().zip(is).take_while(|(a, b)| a == b).count();
        let ends = was[head..].iter().rev().zip(is[head..].iter().rev());
        let tail = ends.take_while(|(a, b)| a == b).count();
        if head + tail == was.len() && head + tail == is.len() {
            continue;
        }
        let insert = &is[head..is.len() - tail];
        put_size(&mut data, old.start + head - copied);
        put_size(&mut data, was.len() - head - tail);
        put_size(&mut data, insert.len());
        data.extend_from_slice(insert);
        copied = old.end - tail;
    }
    data
}

fn spliced(base: &[u8], splices: &[u8], size: usize) -> Result<Vec<u8>> {
    let mut out = Vec::with_capacity(size);
    let (mut splices, mut rest) = (Bytes(splices), Bytes(base));
    while !splices.is_empty() {
        let (copy, skip) = (splices.size()?, splices.size()?);
        out.extend_from_slice(rest.take(copy)?);
        rest.take(skip)?;
        out.extend_from_slice(splices.bytes()?);
        if out.len() > size {
            break;
        }
    }
    out.extend_from_slice(rest.0);
    if out.len() != size {
        return Err(LibraryError::Damaged(format!(
            "{} bytes where {size} were kept",
            out.len()
        )));
    }
    Ok(out)
}

fn decoded(base: &[u8], data: &[u8], size: usize) -> Result<Vec<u8>> {
    match data.split_first() {
        Some((&WHOLE, frame)) => unsqueezed(&[], frame, size),
        Some((&SPLICES, splices)) => spliced(base, splices, size),
        Some((&PREFIXED, frame)) => unsqueezed(base, frame, size),
        Some((other, _)) => Err(LibraryError::Damaged(format!("a content of form {other}"))),
        None => Err(LibraryError::Damaged("a content without form".to_owned())),
    }
}
