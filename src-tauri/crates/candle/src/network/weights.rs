//! Tensors out of the file.
//!
//! A matrix is read once, some rows at a time, straight into the form it is kept in: what a model
//! takes while it is loaded is what it takes afterwards. It is not mapped, because a file that is cut
//! short while it is mapped ends the program.

use std::{
    collections::BTreeSet,
    fs::File,
    io::{Read, Seek, SeekFrom},
    sync::Arc,
};

use candle_core::{Device, quantized::ggml_file::qtensor_from_ggml};

use crate::{
    failure::{Result, broken, tensor, unsupported},
    network::products::{self, Linear, Matrix},
    preflight::{Header, Stored, TensorInfo},
};

/// Tensors that say nothing the metadata does not say.
const IGNORED: [&str; 2] = [".attn_rot_embd", "token_types.weight"];

/// Bytes of a matrix that are read at once.
const STEP: usize = 4 << 20;

/// Bytes that a tensor takes in memory.
pub(crate) fn bytes(info: &TensorInfo) -> u64 {
    match info.dims[..] {
        [rows, columns] => products::bytes(info.dtype, rows as u64, columns as u64),
        [matrices, rows, columns] => {
            products::bytes(info.dtype, rows as u64, columns as u64).saturating_mul(matrices as u64)
        }
        _ => info.weights.saturating_mul(4),
    }
}

/// Reads tensors by name and remembers which were asked for.
pub(crate) struct Weights<'a> {
    header: &'a Header,
    files: Vec<File>,
    used: BTreeSet<String>,
}

impl<'a> Weights<'a> {
    pub(crate) fn new(header: &'a Header, files: Vec<File>) -> Self {
        Self {
            header,
            files,
            used: BTreeSet::new(),
        }
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.header.tensors.contains_key(name)
    }

    /// Rows of a matrix, where only the tensor itself says how many.
    pub(crate) fn rows(&self, name: &str) -> Result<usize> {
        let rows = self.header.tensors.get(name).and_then(|t| t.dims.first());
        rows.copied()
            .filter(|rows| *rows > 0)
            .ok_or_else(|| broken(format!("tensor {name} is missing")))
    }

    /// A tensor's place, for whoever reads it.
    fn find(&mut self, name: &str, dims: &[usize]) -> Result<TensorInfo> {
        let info = self
            .header
            .tensors
            .get(name)
            .ok_or_else(|| broken(format!("tensor {name} is missing")))?;
        if info.dims != dims {
            return Err(broken(format!(
                "tensor {name} has the shape {:?}, not {dims:?}",
                info.dims
            )));
        }
        self.used.insert(name.to_owned());
        self.files
            .get_mut(info.file)
            .ok_or_else(|| broken(format!("tensor {name} lies in no file")))?
            .seek(SeekFrom::Start(info.at))
            .map_err(|e| broken(format!("tensor {name} cannot be read: {e}")))?;
        Ok(info.clone())
    }

    fn fill(&mut self, name: &str, file: usize, buffer: &mut [u8]) -> Result<()> {
        self.files
            .get_mut(file)
            .ok_or_else(|| broken(format!("tensor {name} lies in no file")))?
            .read_exact(buffer)
            .map_err(|e| broken(format!("tensor {name} cannot be read: {e}")))
    }

    /// A row of numbers, whatever type it is stored in.
    pub(crate) fn vector(&mut self, name: &str, len: usize) -> Result<Vec<f32>> {
        self.numbers(name, &[len])
    }

    /// A few rows of them, one behind the other.
    pub(crate) fn numbers(&mut self, name: &str, dims: &[usize]) -> Result<Vec<f32>> {
        let info = self.find(name, dims)?;
        let len = dims.iter().product();
        let mut bytes = vec![0; info.bytes];
        self.fill(name, info.file, &mut bytes)?;
        let quantized =
            qtensor_from_ggml(info.dtype, &bytes, vec![len], &Device::Cpu).map_err(tensor)?;
        let full = quantized.dequantize(&Device::Cpu).map_err(tensor)?;
        let mut numbers = full.to_vec1::<f32>().map_err(tensor)?;
        if info.stored == Stored::LessOne {
            numbers.iter_mut().for_each(|n| *n += 1.0);
        }
        if numbers.iter().any(|n| !n.is_finite()) {
            return Err(broken(format!("tensor {name} holds what is no number")));
        }
        Ok(numbers)
    }

    pub(crate) fn vector_if_any(&mut self, name: &str, len: usize) -> Result<Option<Vec<f32>>> {
        self.has(name).then(|| self.vector(name, len)).transpose()
    }

    /// A matrix.
    pub(crate) fn matrix(
        &mut self,
        name: &str,
        rows: usize,
        columns: usize,
    ) -> Result<Arc<Matrix>> {
        let info = self.find(name, &[rows, columns])?;
        self.next_matrix(name, &info, rows, columns)
    }

    /// Matrices that lie one behind the other in one tensor.
    pub(crate) fn matrices(
        &mut self,
        name: &str,
        count: usize,
        rows: usize,
        columns: usize,
    ) -> Result<Vec<Arc<Matrix>>> {
        let info = self.find(name, &[count, rows, columns])?;
        (0..count)
            .map(|_| self.next_matrix(name, &info, rows, columns))
            .collect()
    }

    /// From where the file is read now.
    fn next_matrix(
        &mut self,
        name: &str,
        info: &TensorInfo,
        rows: usize,
        columns: usize,
    ) -> Result<Arc<Matrix>> {
        let mut matrix = Matrix::new(info.dtype, rows, columns)?;
        let all: usize = info.dims[..info.dims.len() - 1].iter().product();
        let row_bytes = info.bytes / all.max(1);
        let step = (STEP / row_bytes)
            .next_multiple_of(16)
            .clamp(16, rows.next_multiple_of(16));
        if info.stored == Stored::Turned {
            let turned = self.turned(name, info, rows, columns)?;
            for part in turned.chunks(step * row_bytes) {
                matrix.push(info.dtype, part, row_bytes);
            }
            return Ok(Arc::new(matrix));
        }
        let mut buffer = vec![0; step * row_bytes];
        let mut left = rows;
        while left > 0 {
            let part = &mut buffer[..step.min(left) * row_bytes];
            self.fill(name, info.file, part)?;
            matrix.push(info.dtype, part, row_bytes);
            left -= step.min(left);
        }
        if !matrix.is_whole() {
            return Err(broken(format!("tensor {name} is cut off")));
        }
        Ok(Arc::new(matrix))
    }

    /// A matrix that lies column by column, row by row.
    fn turned(
        &mut self,
        name: &str,
        info: &TensorInfo,
        rows: usize,
        columns: usize,
    ) -> Result<Vec<u8>> {
        let each = info.dtype.type_size();
        let (mut lying, mut out) = (Vec::new(), Vec::new());
        for buffer in [&mut lying, &mut out] {
            buffer
                .try_reserve_exact(info.bytes)
                .map_err(|_| too_large(info.bytes as u64))?;
            buffer.resize(info.bytes, 0);
        }
        self.fill(name, info.file, &mut lying)?;
        for (row, to) in out.chunks_exact_mut(columns * each).enumerate() {
            for (column, to) in to.chunks_exact_mut(each).enumerate() {
                to.copy_from_slice(&lying[(column * rows + row) * each..][..each]);
            }
        }
        Ok(out)
    }

    /// Matrices with the same input, one below the other.
    pub(crate) fn linear(&mut self, parts: &[(String, usize)], columns: usize) -> Result<Linear> {
        let matrices = parts
            .iter()
            .map(|(name, rows)| self.matrix(name, *rows, columns))
            .collect::<Result<_>>()?;
        Ok(Linear::new(matrices, columns))
    }

    /// Fails when the file holds tensors that nobody asked for: the network then has parts that
    /// the decoder would leave out.
    pub(crate) fn finish(self, architecture: &str) -> Result<()> {
        let rest = self.header.tensors.keys().find(|name| {
            !self.used.contains(*name) && !IGNORED.iter().any(|part| name.contains(part))
        });
        match rest {
            Some(name) => Err(unsupported(format!(
                "architecture {architecture} with tensor {name}"
            ))),
            None => Ok(()),
        }
    }
}

pub(crate) fn too_large(bytes: u64) -> inkstone_generation::GenerationError {
    inkstone_generation::GenerationError::new(
        inkstone_generation::GenerationErrorKind::ModelTooLarge,
        format!("no {} MiB of memory", bytes >> 20),
    )
}
