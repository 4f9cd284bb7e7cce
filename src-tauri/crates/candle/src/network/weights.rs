//! Tensors out of the file, and products with them.

use std::{
    collections::BTreeSet,
    fs::File,
    io::{Read, Seek, SeekFrom},
    sync::{Arc, Mutex, PoisonError},
};

use candle_core::{
    CpuStorage, Device, Storage, Tensor,
    quantized::{GgmlDType, QTensor, ggml_file::qtensor_from_ggml},
    utils::barrier_pool,
};

use crate::{
    failure::{Result, broken, internal, tensor, unsupported},
    network::math::dot,
    preflight::{Header, TensorInfo},
};

/// Tensors that say nothing the metadata does not say.
const IGNORED: [&str; 2] = [".attn_rot_embd", "token_types.weight"];

/// Weights of types that the tensor library multiplies one number at a time are widened in full up
/// to this many bytes, and to eight bits beyond: then reading them costs more than computing.
const FULL_UP_TO: u64 = 512 << 20;

/// In what form matrices are kept in memory.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Keeping {
    full: bool,
}

impl Keeping {
    pub(crate) fn of(header: &Header) -> Self {
        let slow = header.tensors.values().filter(|t| is_slow(t.dtype));
        let weights: u64 = slow.map(|t| t.weights).fold(0, u64::saturating_add);
        Self {
            full: weights.saturating_mul(4) <= FULL_UP_TO,
        }
    }

    fn form(self, dtype: GgmlDType) -> GgmlDType {
        match dtype {
            GgmlDType::F16 | GgmlDType::BF16 => GgmlDType::F32,
            slow if is_slow(slow) && self.full => GgmlDType::F32,
            slow if is_slow(slow) => GgmlDType::Q8_0,
            fast => fast,
        }
    }

    /// Bytes that a tensor takes in memory.
    pub(crate) fn bytes(self, info: &TensorInfo) -> u64 {
        let form = self.form(info.dtype);
        (info.weights / form.block_size() as u64).saturating_mul(form.type_size() as u64)
    }

    fn product(self, matrix: Arc<QTensor>) -> Result<Product> {
        let full = || matrix.dequantize(&Device::Cpu).map_err(tensor);
        Ok(match self.form(matrix.dtype()) {
            GgmlDType::F32 => Product::Dense(full()?),
            form if form == matrix.dtype() => Product::Quantized(matrix),
            form => {
                Product::Quantized(Arc::new(QTensor::quantize(&full()?, form).map_err(tensor)?))
            }
        })
    }
}

/// Types for which the tensor library has no vector instructions on x86.
fn is_slow(dtype: GgmlDType) -> bool {
    matches!(dtype, GgmlDType::Q4_1 | GgmlDType::Q5_0 | GgmlDType::Q5_1)
}

/// Reads tensors by name and remembers which were asked for.
pub(crate) struct Weights<'a> {
    header: &'a Header,
    keeping: Keeping,
    file: File,
    used: BTreeSet<String>,
}

impl<'a> Weights<'a> {
    pub(crate) fn new(header: &'a Header, file: File) -> Self {
        Self {
            header,
            keeping: Keeping::of(header),
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
                Ok((self.keeping.product(Arc::new(matrix))?, rows))
            })
            .collect::<Result<Vec<_>>>()?;
        Ok(Linear::new(products, columns))
    }

    /// A product with a matrix that serves something else too.
    pub(crate) fn shared(
        &self,
        matrix: &Arc<QTensor>,
        rows: usize,
        columns: usize,
    ) -> Result<Linear> {
        let product = self.keeping.product(Arc::clone(matrix))?;
        Ok(Linear::new(vec![(product, rows)], columns))
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

/// Below this many weights, waking other threads costs more than it brings.
const WORTH_SHARING: usize = 1 << 22;
/// Rows that a thread takes at once.
const ROWS: usize = 256;

/// A matrix to multiply with.
enum Product {
    /// Full numbers. Halves are widened once, which keeps all their bits and lets activations keep
    /// theirs.
    Dense(Tensor),
    /// Quantized numbers, multiplied as they lie.
    Quantized(Arc<QTensor>),
}

impl Product {
    fn forward(&self, x: &[f32], count: usize, columns: usize) -> Result<Vec<f32>> {
        if let (Self::Dense(w), 1) = (self, count) {
            return one_row(w, x);
        }
        let x = Tensor::from_slice(x, (count, columns), &Device::Cpu).map_err(tensor)?;
        let y = match self {
            Self::Dense(w) => w.t().and_then(|w| x.matmul(&w)),
            Self::Quantized(w) => x.apply_op1_no_bwd(w.as_ref()),
        };
        y.and_then(|y| y.flatten_all())
            .and_then(|y| y.to_vec1::<f32>())
            .map_err(tensor)
    }
}

/// A matrix times one row: all time goes into reading the matrix, so a plain loop does.
fn one_row(w: &Tensor, x: &[f32]) -> Result<Vec<f32>> {
    let (storage, layout) = w.storage_and_layout();
    let (Storage::Cpu(CpuStorage::F32(all)), Some((from, to))) =
        (&*storage, layout.contiguous_offsets())
    else {
        return Err(internal("weights in an unexpected place"));
    };
    let all = &all[from..to];
    let mut out = vec![0.0; all.len() / x.len()];
    let rows = |out: &mut [f32], w: &[f32]| {
        for (y, row) in out.iter_mut().zip(w.chunks_exact(x.len())) {
            *y = dot(row, x);
        }
    };
    if all.len() < WORTH_SHARING {
        rows(&mut out, all);
    } else {
        let parts: Vec<Mutex<&mut [f32]>> = out.chunks_mut(ROWS).map(Mutex::new).collect();
        barrier_pool().execute_chunked(parts.len(), |range| {
            for i in range {
                let mut part = parts[i].lock().unwrap_or_else(PoisonError::into_inner);
                let from = i * ROWS * x.len();
                let len = part.len() * x.len();
                rows(&mut part, &all[from..from + len]);
            }
        });
    }
    Ok(out)
}

/// A product with fixed weights: rows of `columns` numbers become rows of `rows`.
pub(crate) struct Linear {
    products: Vec<(Product, usize)>,
    columns: usize,
    rows: usize,
}

impl Linear {
    fn new(products: Vec<(Product, usize)>, columns: usize) -> Self {
        let rows = products.iter().map(|(_, n)| n).sum();
        Self {
            products,
            columns,
            rows,
        }
    }

    pub(crate) fn forward(&self, x: &[f32], count: usize) -> Result<Vec<f32>> {
        let mut out = Vec::new();
        let mut from = 0;
        for (product, rows) in &self.products {
            let y = product.forward(x, count, self.columns)?;
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
