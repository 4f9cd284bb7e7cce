//! Tensors out of the file, and products with them.

use std::{
    collections::BTreeSet,
    fs::File,
    io::{Read, Seek, SeekFrom},
    sync::Arc,
};

use candle_core::{
    Device, Module, Tensor,
    quantized::{GgmlDType, QMatMul, QTensor, ggml_file::qtensor_from_ggml},
};

use crate::{
    failure::{Result, broken, tensor, unsupported},
    preflight::{Header, TensorInfo},
};

/// Tensors that say nothing the metadata does not say.
const IGNORED: [&str; 2] = [".attn_rot_embd", "token_types.weight"];

/// Reads tensors by name and remembers which were asked for.
pub(crate) struct Weights<'a> {
    header: &'a Header,
    file: File,
    used: BTreeSet<String>,
}

impl<'a> Weights<'a> {
    pub(crate) fn new(header: &'a Header, file: File) -> Self {
        Self {
            header,
            file,
            used: BTreeSet::new(),
        }
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.header.tensors.contains_key(name)
    }

    fn read(&mut self, name: &str, dims: &[usize]) -> Result<(TensorInfo, Vec<u8>)> {
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
        let mut bytes = Vec::new();
        bytes
            .try_reserve_exact(info.bytes)
            .map_err(|_| too_large(info.bytes as u64))?;
        self.file
            .seek(SeekFrom::Start(info.at))
            .and_then(|_| {
                (&mut self.file)
                    .take(info.bytes as u64)
                    .read_to_end(&mut bytes)
            })
            .map_err(|e| broken(format!("tensor {name} cannot be read: {e}")))?;
        if bytes.len() != info.bytes {
            return Err(broken(format!("tensor {name} is cut off")));
        }
        Ok((info.clone(), bytes))
    }

    /// A row of numbers, whatever type it is stored in.
    pub(crate) fn vector(&mut self, name: &str, len: usize) -> Result<Vec<f32>> {
        let (info, bytes) = self.read(name, &[len])?;
        let quantized =
            qtensor_from_ggml(info.dtype, &bytes, vec![len], &Device::Cpu).map_err(tensor)?;
        let full = quantized.dequantize(&Device::Cpu).map_err(tensor)?;
        let numbers = full.to_vec1::<f32>().map_err(tensor)?;
        if numbers.iter().any(|n| !n.is_finite()) {
            return Err(broken(format!("tensor {name} holds what is no number")));
        }
        Ok(numbers)
    }

    pub(crate) fn vector_if_any(&mut self, name: &str, len: usize) -> Result<Option<Vec<f32>>> {
        self.has(name).then(|| self.vector(name, len)).transpose()
    }

    /// A matrix as it lies in the file.
    pub(crate) fn matrix(
        &mut self,
        name: &str,
        rows: usize,
        columns: usize,
    ) -> Result<Arc<QTensor>> {
        let (info, bytes) = self.read(name, &[rows, columns])?;
        qtensor_from_ggml(info.dtype, &bytes, vec![rows, columns], &Device::Cpu)
            .map(Arc::new)
            .map_err(tensor)
    }

    /// Matrices with the same input, one below the other; neighbours of one type become one product.
    pub(crate) fn linear(&mut self, parts: &[(String, usize)], columns: usize) -> Result<Linear> {
        let mut runs: Vec<(GgmlDType, usize, Vec<u8>)> = Vec::new();
        for (name, rows) in parts {
            let (info, bytes) = self.read(name, &[*rows, columns])?;
            match runs.last_mut() {
                Some((dtype, all, data)) if *dtype == info.dtype => {
                    *all += rows;
                    data.extend_from_slice(&bytes);
                }
                _ => runs.push((info.dtype, *rows, bytes)),
            }
        }
        let products = runs
            .into_iter()
            .map(|(dtype, rows, bytes)| {
                let matrix = qtensor_from_ggml(dtype, &bytes, vec![rows, columns], &Device::Cpu)
                    .map_err(tensor)?;
                Ok((product(Arc::new(matrix))?, rows))
            })
            .collect::<Result<Vec<_>>>()?;
        Ok(Linear::new(products, columns))
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

/// Quantized weights are multiplied as they lie; halves are widened once, which keeps all their bits
/// and lets activations keep theirs.
fn product(matrix: Arc<QTensor>) -> Result<QMatMul> {
    Ok(match matrix.dtype() {
        GgmlDType::F32 | GgmlDType::F16 | GgmlDType::BF16 => {
            QMatMul::Tensor(matrix.dequantize(&Device::Cpu).map_err(tensor)?)
        }
        _ => QMatMul::QTensor(matrix),
    })
}

/// A product with fixed weights: rows of `columns` numbers become rows of `rows`.
pub(crate) struct Linear {
    products: Vec<(QMatMul, usize)>,
    columns: usize,
    rows: usize,
}

impl Linear {
    fn new(products: Vec<(QMatMul, usize)>, columns: usize) -> Self {
        let rows = products.iter().map(|(_, n)| n).sum();
        Self {
            products,
            columns,
            rows,
        }
    }

    /// From a matrix that serves something else too.
    pub(crate) fn shared(matrix: Arc<QTensor>, rows: usize, columns: usize) -> Result<Self> {
        Ok(Self::new(vec![(product(matrix)?, rows)], columns))
    }

    pub(crate) fn forward(&self, x: &[f32], count: usize) -> Result<Vec<f32>> {
        let x = Tensor::from_slice(x, (count, self.columns), &Device::Cpu).map_err(tensor)?;
        let mut out = Vec::new();
        let mut from = 0;
        for (product, rows) in &self.products {
            let y = product
                .forward(&x)
                .and_then(|y| y.flatten_all())
                .and_then(|y| y.to_vec1::<f32>())
                .map_err(tensor)?;
            if self.products.len() == 1 {
                return Ok(y);
            }
            out.resize(count * self.rows, 0.0);
            for (to, row) in out.chunks_exact_mut(self.rows).zip(y.chunks_exact(*rows)) {
                to[from..from + rows].copy_from_slice(row);
            }
            from += rows;
        }
        Ok(out)
    }
}
