//! What the studio asks of the machine it runs on, and what a model needs of it.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// The machine, as far as models are concerned. All calls return at once.
pub trait Machine: Send + Sync {
    /// Its memory, where the system tells.
    fn memory(&self) -> Option<Memory>;
    /// Cores that can compute.
    fn cores(&self) -> u32;
    /// Bytes that are free where a folder lies, where the system tells.
    fn free_space(&self, folder: &Path) -> Option<u64>;
    /// Folders in which other programs keep models, there or not. Nothing is looked at.
    fn programs(&self) -> Vec<ProgramFolder>;
}

/// Memory in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Memory {
    /// All there is.
    pub total: u64,
    /// What could be used now.
    pub free: u64,
}

/// A program that keeps models on this machine, and how it keeps them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum OtherProgram {
    /// Manifests that name blobs.
    Ollama,
    /// Folders `PUBLISHER/REPOSITORY` with files.
    LmStudio,
    /// A folder for each model, with a `model.yml` that names a file.
    Jan,
    /// Files in one folder.
    #[serde(rename = "gpt4all")]
    Gpt4All,
    /// Snapshots whose files are links to blobs.
    HuggingFace,
}

impl OtherProgram {
    /// The name that people know it by; the same in all languages.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ollama => "Ollama",
            Self::LmStudio => "LM Studio",
            Self::Jan => "Jan",
            Self::Gpt4All => "GPT4All",
            Self::HuggingFace => "Hugging Face",
        }
    }
}

/// A folder in which a program keeps models.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProgramFolder {
    /// The program.
    pub program: OtherProgram,
    /// The folder.
    pub path: PathBuf,
}

/// How a model goes with the machine's memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Fit {
    /// There is room for it beside what runs now.
    Fits,
    /// There is room if other programs are closed, or little is left over.
    Tight,
    /// The machine has not so much memory.
    TooBig,
    /// The system does not tell.
    Unknown,
}

/// For the program itself and whatever else runs.
const LEFT_ALONE: u64 = 128 << 20;
/// With so much left over nobody notices.
const ROOMY: u64 = 1 << 30;
/// The tokens of a usual draft and what it is written from.
pub(crate) const USUAL_CONTEXT: u32 = 4096;

/// About the memory in bytes that a model of so many weights takes while it writes: its file and
/// the notes it keeps on the text. The notes are guessed from the number of weights: for 4,096
/// tokens the usual models between 0.5 and 14 billion weights take less than an eighth of a byte
/// for each weight.
pub(crate) fn needed(bytes: u64, parameters: u64) -> u64 {
    let notes = (parameters / 8).saturating_add(64 << 20);
    bytes.saturating_add(notes)
}

/// How a need goes with a memory.
pub(crate) fn fit(needed: u64, memory: Option<Memory>) -> Fit {
    let Some(Memory { total, free }) = memory else {
        return Fit::Unknown;
    };
    // What the system itself and one window take, at the least.
    let most = total - (total / 8).max(LEFT_ALONE).min(total);
    if needed.saturating_add(ROOMY) <= free {
        Fit::Fits
    } else if needed <= most.max(free) {
        Fit::Tight
    } else {
        Fit::TooBig
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GIB: u64 = 1 << 30;

    #[test]
    fn what_fits_now_what_fits_alone_and_what_never_does() {
        let memory = Some(Memory {
            total: 16 * GIB,
            free: 9 * GIB,
        });
        assert_eq!(fit(5 * GIB, memory), Fit::Fits);
        assert_eq!(fit(8 * GIB, memory), Fit::Fits);
        assert_eq!(fit(8 * GIB + 1, memory), Fit::Tight);
        assert_eq!(fit(14 * GIB, memory), Fit::Tight);
        assert_eq!(fit(14 * GIB + 1, memory), Fit::TooBig);
        assert_eq!(fit(u64::MAX, memory), Fit::TooBig);
        assert_eq!(fit(1, None), Fit::Unknown);
        let tiny = Some(Memory { total: 1, free: 0 });
        assert_eq!(fit(2, tiny), Fit::TooBig);
    }

    #[test]
    fn a_need_is_a_little_more_than_the_file() {
        // A 3 B model in Q4 of 1.9 GB.
        let need = needed(1_930_000_000, 3_090_000_000);
        assert!((2_200_000_000..2_500_000_000).contains(&need), "{need}");
        // The starter.
        assert!(needed(7 << 20, 6_000_000) < 100 << 20);
        assert_eq!(needed(u64::MAX, u64::MAX), u64::MAX);
    }
}
