//! The numbers of an embedding model's safetensors file.

use std::{
    collections::BTreeMap,
    fs::File,
    io::{Read, Seek, SeekFrom},
    path::Path,
};

use half::{bf16, f16};
use inkstone_generation::{GenerationError, GenerationErrorKind as Kind};

use crate::{
    failure::{Result, broken, unsupported},
    safetensors::{self, Place, width},
};

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
        let file = File::open(path).map_err(not_found)?;
        let (places, size) = safetensors::head(&file)?;
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
