//! The head of a safetensors file, which a stranger may have made, held against the file's size before
//! a number is read.
//!
//! Eight bytes of length, a JSON object of names, types, shapes and places, then the numbers (as the
//! format's own documentation has it).

use std::{
    collections::BTreeMap,
    io::{Read, Seek, SeekFrom},
};

use serde::Deserialize;
use serde_json::Value;

use crate::failure::{Result, broken, unsupported};

const LARGEST_HEAD: u64 = 16 << 20;
const MOST_TENSORS: usize = 1 << 16;
const MOST_DIMENSIONS: usize = 8;

#[derive(Debug, Deserialize)]
struct Entry {
    dtype: String,
    shape: Vec<u64>,
    data_offsets: [u64; 2],
}

/// Where a tensor lies; wholly inside the file, and of the size that its shape says.
#[derive(Debug, Clone)]
pub(crate) struct Place {
    /// As the file names it, `F32` or `BF16` say; others than those of [`width`] are kept, unread.
    pub(crate) dtype: String,
    pub(crate) shape: Vec<usize>,
    /// From the start of the file.
    pub(crate) at: u64,
    pub(crate) bytes: u64,
}

/// Reads the head; says the file's size too.
pub(crate) fn head<R: Read + Seek>(mut file: R) -> Result<(BTreeMap<String, Place>, u64)> {
    let unread = |e: std::io::Error| broken(format!("the weights can't be read: {e}"));
    let size = file.seek(SeekFrom::End(0)).map_err(unread)?;
    file.seek(SeekFrom::Start(0)).map_err(unread)?;
    let mut length = [0; 8];
    file.read_exact(&mut length).map_err(unread)?;
    if length.starts_with(b"PK\x03\x04") || matches!(length, [0x80, 2..=5, ..]) {
        return Err(unsupported(
            "a pickle, which can run code: safetensors are needed",
        ));
    }
    let length = u64::from_le_bytes(length);
    let start = length
        .checked_add(8)
        .filter(|start| *start <= size && length <= LARGEST_HEAD)
        .ok_or_else(|| broken(format!("a head of {length} bytes in a file of {size}")))?;
    let mut head = vec![0; length as usize];
    file.read_exact(&mut head).map_err(unread)?;
    let head: BTreeMap<String, Value> =
        serde_json::from_slice(&head).map_err(|e| broken(format!("head: {e}")))?;
    if head.len() > MOST_TENSORS {
        return Err(broken(format!("{} tensors", head.len())));
    }
    let mut places = BTreeMap::new();
    for (name, value) in head {
        if name == "__metadata__" {
            continue;
        }
        let entry: Entry =
            serde_json::from_value(value).map_err(|e| broken(format!("{name}: {e}")))?;
        let wrong = || {
            broken(format!(
                "{name} lies outside of the file or is not its size"
            ))
        };
        let [from, to] = entry.data_offsets;
        let bytes = to.checked_sub(from).ok_or_else(wrong)?;
        let at = start.checked_add(from).ok_or_else(wrong)?;
        if at.checked_add(bytes).is_none_or(|end| end > size) || entry.shape.len() > MOST_DIMENSIONS
        {
            return Err(wrong());
        }
        let numbers = entry
            .shape
            .iter()
            .try_fold(1u64, |all, n| all.checked_mul(*n))
            .ok_or_else(wrong)?;
        if let Some(each) = width(&entry.dtype)
            && numbers.checked_mul(each) != Some(bytes)
        {
            return Err(wrong());
        }
        let place = Place {
            dtype: entry.dtype,
            shape: entry.shape.iter().map(|n| *n as usize).collect(),
            at,
            bytes,
        };
        places.insert(name, place);
    }
    Ok((places, size))
}

/// Bytes of a number.
pub(crate) fn width(dtype: &str) -> Option<u64> {
    Some(match dtype {
        "F64" | "I64" | "U64" => 8,
        "F32" | "I32" | "U32" => 4,
        "F16" | "BF16" | "I16" | "U16" => 2,
        "I8" | "U8" | "BOOL" | "F8_E4M3" | "F8_E5M2" => 1,
        _ => return None,
    })
}
