//! Reads the head of a GGUF file, which a stranger may have made: metadata and the table of
//! tensors, never a weight.
//!
//! Nothing is trusted: every count is held against the bytes that are there, every product is
//! checked, and arrays that nobody here asks for are skipped instead of kept. What passes describes
//! tensors that lie wholly inside the file.

use std::{
    collections::BTreeMap,
    io::{self, BufRead, Seek, SeekFrom},
};

use candle_core::quantized::GgmlDType;

use crate::failure::{Result, broken, unsupported};

/// Metadata beyond this is no model's.
const LARGEST_HEAD: u64 = 256 << 20;
const MOST_TENSORS: u64 = 1 << 18;
const MOST_ENTRIES: u64 = 1 << 16;
const MOST_DIMENSIONS: u32 = 4;
/// A vocabulary or its merges.
const LONGEST_ARRAY: u64 = 1 << 21;
/// One number for each layer, say.
const SHORT_ARRAY: u64 = 4096;
const LARGEST_ALIGNMENT: u64 = 1 << 16;
const DEEPEST_ARRAY: u32 = 4;

/// A value of the metadata.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Value {
    Whole(i128),
    Real(f64),
    Flag(bool),
    Text(String),
    Texts(Vec<String>),
    Wholes(Vec<i64>),
    Reals(Vec<f32>),
    /// An array that was walked over.
    Skipped,
}

/// Whether the long arrays of the tokenizer are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Depth {
    /// Only what describes the model.
    Description,
    /// All that is needed to load it.
    Everything,
}

/// Where a tensor lies; checked against the file's size.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct TensorInfo {
    pub(crate) dtype: GgmlDType,
    /// Outermost first, as candle wants them.
    pub(crate) dims: Vec<usize>,
    /// From the start of the file.
    pub(crate) at: u64,
    pub(crate) bytes: usize,
    pub(crate) weights: u64,
    /// Which of the files it lies in, where there are several.
    pub(crate) file: usize,
    pub(crate) stored: Stored,
}

/// How the numbers of a tensor lie in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stored {
    AsIs,
    /// Columns in the place of rows; of a matrix of plain numbers.
    Turned,
    /// Gains of which one was taken.
    LessOne,
}

/// The head of a file.
#[derive(Debug, Clone, Default)]
pub(crate) struct Header {
    metadata: BTreeMap<String, Value>,
    pub(crate) tensors: BTreeMap<String, TensorInfo>,
    /// Size of the file.
    pub(crate) bytes: u64,
}

impl Header {
    /// Of parts that were read and checked elsewhere.
    pub(crate) fn of(
        metadata: BTreeMap<String, Value>,
        tensors: BTreeMap<String, TensorInfo>,
        bytes: u64,
    ) -> Self {
        Self {
            metadata,
            tensors,
            bytes,
        }
    }

    /// Reads the head of a file.
    pub(crate) fn read<R: BufRead + Seek>(mut reader: R, depth: Depth) -> Result<Self> {
        let size = reader.seek(SeekFrom::End(0)).map_err(unreadable)?;
        reader.seek(SeekFrom::Start(0)).map_err(unreadable)?;
        let mut walk = Walk {
            reader,
            at: 0,
            end: size.min(LARGEST_HEAD),
            whole: size <= LARGEST_HEAD,
            depth,
        };
        let magic = walk.bytes::<4>()?;
        if &magic != b"GGUF" {
            let rest = walk.beginning(magic);
            return Err(another_kind(&rest));
        }
        match walk.u32()? {
            2 | 3 => (),
            1 => return Err(unsupported("GGUF version 1")),
            v if v.swap_bytes() <= 3 => return Err(unsupported("big-endian GGUF")),
            v => return Err(unsupported(format!("GGUF version {v}"))),
        }
        let (tensors, entries) = (walk.u64()?, walk.u64()?);
        if tensors > MOST_TENSORS || entries > MOST_ENTRIES {
            return Err(broken(format!(
                "{tensors} tensors and {entries} metadata entries"
            )));
        }
        let mut header = Self {
            bytes: size,
            ..Self::default()
        };
        for _ in 0..entries {
            let key = walk.text()?;
            let sort = walk.u32()?;
            let value = walk.value(&key, sort)?;
            header.metadata.insert(key, value);
        }
        // What kind of file it is comes before what its tensors are: it makes the better message.
        header.is_a_language_model()?;
        let alignment = header.alignment()?;
        let mut infos = Vec::new();
        for _ in 0..tensors {
            infos.push(walk.tensor()?);
        }
        let start = walk
            .at
            .checked_next_multiple_of(alignment)
            .ok_or_else(|| broken("the head is too long"))?;
        for (name, mut info) in infos {
            let end = start
                .checked_add(info.at)
                .and_then(|at| at.checked_add(info.bytes as u64));
            if !info.at.is_multiple_of(alignment) {
                return Err(broken(format!("tensor {name} is not aligned")));
            }
            if end.is_none_or(|end| end > size) {
                return Err(broken(format!(
                    "tensor {name} reaches past the end of the file: it is cut off"
                )));
            }
            info.at += start;
            if header.tensors.insert(name.clone(), info).is_some() {
                return Err(broken(format!("tensor {name} appears twice")));
            }
        }
        if header.tensors.is_empty() {
            return Err(broken("the file holds no tensors"));
        }
        Ok(header)
    }

    fn is_a_language_model(&self) -> Result<()> {
        match self.text("general.type") {
            None | Some("model") => (),
            Some(other) => return Err(unsupported(format!("a GGUF file of type {other:?}"))),
        }
        match self.whole("split.count") {
            Some(n) if n > 1 => Err(unsupported(format!("a model split into {n} files"))),
            _ => Ok(()),
        }
    }

    fn alignment(&self) -> Result<u64> {
        match self.metadata.get("general.alignment") {
            None => Ok(32),
            Some(Value::Whole(n)) => u64::try_from(*n)
                .ok()
                .filter(|n| n.is_power_of_two() && *n <= LARGEST_ALIGNMENT)
                .ok_or_else(|| broken(format!("general.alignment is {n}"))),
            Some(_) => Err(broken("general.alignment is no number")),
        }
    }

    pub(crate) fn get(&self, key: &str) -> Option<&Value> {
        self.metadata.get(key)
    }

    pub(crate) fn text(&self, key: &str) -> Option<&str> {
        match self.metadata.get(key) {
            Some(Value::Text(t)) => Some(t),
            _ => None,
        }
    }

    pub(crate) fn whole(&self, key: &str) -> Option<u64> {
        match self.metadata.get(key) {
            Some(Value::Whole(n)) => u64::try_from(*n).ok(),
            // Some models write one number for each layer; where all agree it is one number.
            Some(Value::Wholes(all)) => match all.split_first() {
                Some((first, rest)) if rest.iter().all(|n| n == first) => {
                    u64::try_from(*first).ok()
                }
                _ => None,
            },
            _ => None,
        }
    }

    pub(crate) fn real(&self, key: &str) -> Option<f64> {
        match self.metadata.get(key) {
            Some(Value::Real(n)) => Some(*n),
            Some(Value::Whole(n)) => Some(*n as f64),
            _ => None,
        }
    }

    pub(crate) fn flag(&self, key: &str) -> Option<bool> {
        match self.metadata.get(key) {
            Some(Value::Flag(b)) => Some(*b),
            _ => None,
        }
    }

    pub(crate) fn texts(&self, key: &str) -> Option<&[String]> {
        match self.metadata.get(key) {
            Some(Value::Texts(t)) => Some(t),
            _ => None,
        }
    }

    /// A number under `ARCHITECTURE.key`.
    pub(crate) fn of_architecture(&self, key: &str) -> Option<u64> {
        let architecture = self.text("general.architecture")?;
        self.whole(&format!("{architecture}.{key}"))
    }

    /// Weights of all tensors.
    pub(crate) fn parameters(&self) -> u64 {
        self.tensors
            .values()
            .map(|t| t.weights)
            .fold(0, u64::saturating_add)
    }

    /// The type of most weights, as `Q4_K`.
    pub(crate) fn quantization(&self) -> String {
        let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
        for info in self.tensors.values() {
            let name = type_name(info.dtype);
            let n = counts.entry(name).or_default();
            *n = n.saturating_add(info.weights);
        }
        counts
            .into_iter()
            .max_by_key(|(_, n)| *n)
            .map(|(name, _)| name.to_owned())
            .unwrap_or_default()
    }
}

/// A place in a file that never moves past what is there.
struct Walk<R> {
    reader: R,
    at: u64,
    end: u64,
    /// Whether `end` is the end of the file, and not the limit for heads.
    whole: bool,
    depth: Depth,
}

impl<R: BufRead + Seek> Walk<R> {
    fn room(&self, bytes: u64) -> Result<()> {
        if bytes <= self.end - self.at {
            Ok(())
        } else if self.whole {
            Err(broken("the file ends inside its head"))
        } else {
            Err(broken("the metadata is larger than 256 MiB"))
        }
    }

    fn bytes<const N: usize>(&mut self) -> Result<[u8; N]> {
        self.room(N as u64)?;
        let mut bytes = [0; N];
        self.reader.read_exact(&mut bytes).map_err(unreadable)?;
        self.at += N as u64;
        Ok(bytes)
    }

    /// The first bytes of a file that is no GGUF.
    fn beginning(&mut self, magic: [u8; 4]) -> Vec<u8> {
        let mut first = magic.to_vec();
        while first.len() < 128
            && let Ok([byte]) = self.bytes::<1>()
        {
            first.push(byte);
        }
        first
    }

    fn u32(&mut self) -> Result<u32> {
        Ok(u32::from_le_bytes(self.bytes()?))
    }

    fn u64(&mut self) -> Result<u64> {
        Ok(u64::from_le_bytes(self.bytes()?))
    }

    fn skip(&mut self, bytes: u64) -> Result<()> {
        self.room(bytes)?;
        let step = i64::try_from(bytes).map_err(|_| broken("a length beyond all files"))?;
        self.reader.seek_relative(step).map_err(unreadable)?;
        self.at += bytes;
        Ok(())
    }

    fn text(&mut self) -> Result<String> {
        let len = self.u64()?;
        self.room(len)?;
        let mut bytes = vec![0; len as usize];
        self.reader.read_exact(&mut bytes).map_err(unreadable)?;
        self.at += len;
        // Texts are not to end with NUL, but in practice some do.
        while bytes.last() == Some(&0) {
            bytes.pop();
        }
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }

    fn value(&mut self, key: &str, sort: u32) -> Result<Value> {
        Ok(match sort {
            0 | 1 | 2 | 3 | 4 | 5 | 10 | 11 => Value::Whole(self.whole(sort)?),
            6 | 12 => Value::Real(self.real(sort)?),
            7 => match self.bytes::<1>()? {
                [0] => Value::Flag(false),
                [1] => Value::Flag(true),
                [other] => return Err(broken(format!("{key} is a flag of value {other}"))),
            },
            8 => Value::Text(self.text()?),
            9 => self.array(key)?,
            other => return Err(broken(format!("{key} is of the unknown sort {other}"))),
        })
    }

    fn whole(&mut self, sort: u32) -> Result<i128> {
        Ok(match sort {
            0 => i128::from(u8::from_le_bytes(self.bytes()?)),
            1 => i128::from(i8::from_le_bytes(self.bytes()?)),
            2 => i128::from(u16::from_le_bytes(self.bytes()?)),
            3 => i128::from(i16::from_le_bytes(self.bytes()?)),
            4 => i128::from(self.u32()?),
            5 => i128::from(i32::from_le_bytes(self.bytes()?)),
            10 => i128::from(self.u64()?),
            _ => i128::from(i64::from_le_bytes(self.bytes()?)),
        })
    }

    fn real(&mut self, sort: u32) -> Result<f64> {
        Ok(match sort {
            6 => f64::from(f32::from_le_bytes(self.bytes()?)),
            _ => f64::from_le_bytes(self.bytes()?),
        })
    }

    fn array(&mut self, key: &str) -> Result<Value> {
        let (sort, len) = (self.u32()?, self.u64()?);
        let wanted = if key.starts_with("tokenizer.ggml.") {
            self.depth == Depth::Everything && len <= LONGEST_ARRAY
        } else {
            len <= SHORT_ARRAY
        };
        let size = match sort {
            0 | 1 | 7 => 1,
            2 | 3 => 2,
            4..=6 => 4,
            8 => 8,
            9 => 12,
            10..=12 => 8,
            other => {
                return Err(broken(format!(
                    "{key} is an array of the unknown sort {other}"
                )));
            }
        };
        self.room(
            len.checked_mul(size)
                .ok_or_else(|| broken(format!("{key} is an array of {len} values")))?,
        )?;
        match sort {
            0..=5 | 10 | 11 if wanted => {
                let all = (0..len).map(|_| self.whole(sort).map(|n| n as i64));
                Ok(Value::Wholes(all.collect::<Result<_>>()?))
            }
            6 | 12 if wanted => {
                let all = (0..len).map(|_| self.real(sort).map(|n| n as f32));
                Ok(Value::Reals(all.collect::<Result<_>>()?))
            }
            8 if wanted => Ok(Value::Texts(
                (0..len).map(|_| self.text()).collect::<Result<_>>()?,
            )),
            8 | 9 => {
                self.walk_over(sort, len, 0)?;
                Ok(Value::Skipped)
            }
            _ => {
                self.skip(len * size)?;
                Ok(Value::Skipped)
            }
        }
    }

    fn walk_over(&mut self, sort: u32, len: u64, depth: u32) -> Result<()> {
        if depth > DEEPEST_ARRAY {
            return Err(broken("arrays nested too deeply"));
        }
        for _ in 0..len {
            match sort {
                8 => {
                    let n = self.u64()?;
                    self.skip(n)?;
                }
                9 => {
                    let (sort, len) = (self.u32()?, self.u64()?);
                    self.walk_over(sort, len, depth + 1)?;
                }
                0 | 1 | 7 => self.skip(1)?,
                2 | 3 => self.skip(2)?,
                4..=6 => self.skip(4)?,
                10..=12 => self.skip(8)?,
                other => return Err(broken(format!("an array of the unknown sort {other}"))),
            }
        }
        Ok(())
    }

    /// A tensor's entry; its place is still counted from where the data begins.
    fn tensor(&mut self) -> Result<(String, TensorInfo)> {
        let name = self.text()?;
        let count = self.u32()?;
        if count == 0 || count > MOST_DIMENSIONS {
            return Err(broken(format!("tensor {name} has {count} dimensions")));
        }
        let mut dims = Vec::new();
        let mut weights = 1u64;
        for _ in 0..count {
            let n = self.u64()?;
            weights = weights
                .checked_mul(n)
                .filter(|w| *w > 0)
                .ok_or_else(|| broken(format!("tensor {name} has impossible dimensions")))?;
            dims.push(n as usize);
        }
        let dtype = tensor_type(self.u32()?, &name)?;
        let at = self.u64()?;
        let block = dtype.block_size() as u64;
        if !(dims[0] as u64).is_multiple_of(block) {
            return Err(broken(format!(
                "tensor {name} is no whole number of blocks"
            )));
        }
        let bytes = (weights / block)
            .checked_mul(dtype.type_size() as u64)
            .and_then(|b| usize::try_from(b).ok())
            .ok_or_else(|| broken(format!("tensor {name} has impossible dimensions")))?;
        dims.reverse();
        let info = TensorInfo {
            dtype,
            dims,
            at,
            bytes,
            weights,
            file: 0,
            stored: Stored::AsIs,
        };
        Ok((name, info))
    }
}

/// What a file is that does not begin as a GGUF file does. Pickles are told by what is in them, not by
/// their name: a file of PyTorch is a zip with `data.pkl` first, or a pickle of protocol 2 to 5.
fn another_kind(first: &[u8]) -> inkstone_generation::GenerationError {
    let holds = |what: &[u8]| first.windows(what.len()).any(|part| part == what);
    let zip = first.starts_with(b"PK\x03\x04");
    if zip && holds(b"data.pkl") || matches!(first, [0x80, 2..=5, ..]) {
        return unsupported(
            "a pickle, as .bin, .pt, .pth and .ckpt are, can run code when it is read: a GGUF file is needed",
        );
    }
    if first.get(8..10) == Some(b"{\"") {
        return unsupported(
            "a safetensors file by another name: model.safetensors with config.json beside it, or a GGUF file, is needed",
        );
    }
    if [b"ggml", b"lmgg", b"tjgg", b"fmgg"]
        .iter()
        .any(|old| first.starts_with(*old))
    {
        return unsupported("a GGML file, the older form: a GGUF file of the model is needed");
    }
    broken("the file does not begin with GGUF")
}

fn unreadable(error: io::Error) -> inkstone_generation::GenerationError {
    broken(format!("the file cannot be read: {error}"))
}

/// The types that the tensor library computes with.
fn tensor_type(number: u32, tensor: &str) -> Result<GgmlDType> {
    Ok(match number {
        0 => GgmlDType::F32,
        1 => GgmlDType::F16,
        2 => GgmlDType::Q4_0,
        3 => GgmlDType::Q4_1,
        6 => GgmlDType::Q5_0,
        7 => GgmlDType::Q5_1,
        8 => GgmlDType::Q8_0,
        10 => GgmlDType::Q2K,
        11 => GgmlDType::Q3K,
        12 => GgmlDType::Q4K,
        13 => GgmlDType::Q5K,
        14 => GgmlDType::Q6K,
        30 => GgmlDType::BF16,
        other => {
            let name = match other {
                9 => "Q8_1",
                15 => "Q8_K",
                16 => "IQ2_XXS",
                17 => "IQ2_XS",
                18 => "IQ3_XXS",
                19 => "IQ1_S",
                20 => "IQ4_NL",
                21 => "IQ3_S",
                22 => "IQ2_S",
                23 => "IQ4_XS",
                24..=28 => "I8 to F64",
                29 => "IQ1_M",
                34 => "TQ1_0",
                35 => "TQ2_0",
                39 => "MXFP4",
                _ => "",
            };
            let name = if name.is_empty() {
                format!("number {other}")
            } else {
                name.to_owned()
            };
            return Err(unsupported(format!("tensor type {name} (in {tensor})")));
        }
    })
}

/// The name that people know a type by.
fn type_name(dtype: GgmlDType) -> &'static str {
    match dtype {
        GgmlDType::F32 => "F32",
        GgmlDType::F16 => "F16",
        GgmlDType::BF16 => "BF16",
        GgmlDType::Q4_0 => "Q4_0",
        GgmlDType::Q4_1 => "Q4_1",
        GgmlDType::Q5_0 => "Q5_0",
        GgmlDType::Q5_1 => "Q5_1",
        GgmlDType::Q8_0 => "Q8_0",
        GgmlDType::Q8_1 => "Q8_1",
        GgmlDType::Q2K => "Q2_K",
        GgmlDType::Q3K => "Q3_K",
        GgmlDType::Q4K => "Q4_K",
        GgmlDType::Q5K => "Q5_K",
        GgmlDType::Q6K => "Q6_K",
        GgmlDType::Q8K => "Q8_K",
    }
}
