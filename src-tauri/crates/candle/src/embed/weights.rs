//! A safetensors file, whose head is held against its size before a number is read.
//!
//! Eight bytes of length, a JSON object of names, types, shapes and places, then the numbers.

use std::{
    collections::BTreeMap,
    fs::File,
    io::{Read, Seek, SeekFrom},
    path::Path,
};

use half::{bf16, f16};
use inkstone_generation::{GenerationError, GenerationErrorKind as Kind};
use serde::Deserialize;
use serde_json::Value;

use crate::failure::{Result, broken, unsupported};

const LARGEST_HEAD: u64 = 16 << 20;
const MOST_TENSORS: usize = 1 << 16;

#[derive(Debug, Deserialize)]
struct Entry {
    dtype: String,
    shape: Vec<u64>,
    data_offsets: [u64; 2],
}

/// Where a tensor lies.
#[derive(Debug, Clone)]
struct Place {
    dtype: String,
    shape: Vec<usize>,
    at: u64,
    bytes: u64,
}

/// An open file.
pub(super) struct Weights {
    file: File,
    size: u64,
    places: BTreeMap<String, Place>,
}

impl Weights {
    pub(super) fn open(path: &Path) -> Result<Self> {
        let not_found =
            |e: std::io::Error| GenerationError::new(Kind::ModelNotFound, e.to_string());
        let unread = |e: std::io::Error| broken(format!("the weights can't be read: {e}"));
        let mut file = File::open(path).map_err(not_found)?;
        let size = file.metadata().map_err(not_found)?.len();
        let mut length = [0; 8];
        file.read_exact(&mut length).map_err(unread)?;
        if length.starts_with(b"PK\x03\x04") || length[0] == 0x80 {
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
            if at.checked_add(bytes).is_none_or(|end| end > size) {
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
            let shape = entry.shape.iter().map(|n| *n as usize).collect();
            let dtype = entry.dtype;
            places.insert(
                name,
                Place {
                    dtype,
                    shape,
                    at,
                    bytes,
                },
            );
        }
        Ok(Self { file, size, places })
    }

    /// Size of the file.
    pub(super) fn bytes(&self) -> u64 {
        self.size
    }

    /// Numbers of all tensors.
    pub(super) fn numbers(&self) -> u64 {
        let each = |p: &Place| p.bytes / width(&p.dtype).unwrap_or(1);
        self.places.values().map(each).sum()
    }

    /// The type of the largest tensor.
    pub(super) fn usual_type(&self) -> String {
        let largest = self.places.values().max_by_key(|p| p.bytes);
        largest.map_or_else(String::new, |p| p.dtype.clone())
    }

    /// What stands before `ending` in the one name that has it.
    pub(super) fn prefix(&self, ending: &str) -> Option<String> {
        let mut names = self.places.keys();
        names
            .find_map(|n| n.strip_suffix(ending))
            .map(str::to_owned)
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.places.contains_key(name)
    }

    /// Holds a tensor's shape against what is expected.
    pub(super) fn expect(&self, name: &str, shape: &[usize]) -> Result<()> {
        let place = self
            .places
            .get(name)
            .ok_or_else(|| broken(format!("{name} is missing")))?;
        if !matches!(place.dtype.as_str(), "F32" | "F16" | "BF16") {
            return Err(unsupported(format!("{name} of type {}", place.dtype)));
        }
        if place.shape != shape {
            return Err(broken(format!(
                "{name} is {:?}, the network wants {shape:?}",
                place.shape
            )));
        }
        Ok(())
    }

    /// Reads a tensor of that shape.
    pub(super) fn read(&mut self, name: &str, shape: &[usize]) -> Result<Vec<f32>> {
        self.expect(name, shape)?;
        let Some(place) = self.places.get(name) else {
            return Err(broken(format!("{name} is missing")));
        };
        let unread = |e: std::io::Error| broken(format!("{name} can't be read: {e}"));
        self.file.seek(SeekFrom::Start(place.at)).map_err(unread)?;
        let mut bytes = Vec::new();
        bytes
            .try_reserve_exact(place.bytes as usize)
            .map_err(|e| GenerationError::new(Kind::ModelTooLarge, e.to_string()))?;
        let mut part = (&mut self.file).take(place.bytes);
        part.read_to_end(&mut bytes).map_err(unread)?;
        if bytes.len() as u64 != place.bytes {
            return Err(broken(format!("{name} is cut off")));
        }
        let pairs = || {
            bytes
                .chunks_exact(2)
                .map(|b| u16::from_le_bytes([b[0], b[1]]))
        };
        Ok(match place.dtype.as_str() {
            "F16" => pairs().map(|b| f16::from_bits(b).to_f32()).collect(),
            "BF16" => pairs().map(|b| bf16::from_bits(b).to_f32()).collect(),
            _ => bytes
                .chunks_exact(4)
                .map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]]))
                .collect(),
        })
    }
}

/// Bytes of a number.
fn width(dtype: &str) -> Option<u64> {
    Some(match dtype {
        "F64" | "I64" | "U64" => 8,
        "F32" | "I32" | "U32" => 4,
        "F16" | "BF16" | "I16" | "U16" => 2,
        "I8" | "U8" | "BOOL" | "F8_E4M3" | "F8_E5M2" => 1,
        _ => return None,
    })
}
