//! Names the code that computes: a record of a generation says which build made it.

use std::{
    env, fs, io,
    path::{Path, PathBuf},
};

/// Packages whose arithmetic and masks the decoder stands on.
const BENEATH: &[&str] = &[
    "candle-core",
    "derivre",
    "gemm",
    "gemm-common",
    "gemm-f16",
    "gemm-f32",
    "half",
    "llguidance",
    "tokenizers",
    "toktrie",
];

fn main() -> io::Result<()> {
    let room = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default());
    let mut hash = Fnv::default();
    for folder in [room.join("src"), room.join("../generation/src")] {
        println!("cargo::rerun-if-changed={}", folder.display());
        let mut files = Vec::new();
        sources(&folder, &mut files)?;
        files.sort();
        for file in files {
            hash.add(
                file.strip_prefix(&folder)
                    .unwrap_or(&file)
                    .to_string_lossy()
                    .as_bytes(),
            );
            hash.add(&fs::read(&file)?);
        }
    }
    let lock = room.join("../../../Cargo.lock");
    println!("cargo::rerun-if-changed={}", lock.display());
    // A crate that was taken out of the house has no lock file; then its own sources name it.
    let lock = fs::read_to_string(lock).unwrap_or_default();
    for package in lock.split("[[package]]") {
        if BENEATH
            .iter()
            .any(|name| package.contains(&format!("name = \"{name}\"\n")))
        {
            hash.add(package.as_bytes());
        }
    }
    println!("cargo::rustc-env=INKSTONE_DECODER={:016x}", hash.0);
    Ok(())
}

/// The sources of a folder, tests left out.
fn sources(folder: &Path, found: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path
            .file_name()
            .map(|name| name.to_string_lossy().into_owned());
        match name.as_deref() {
            Some("tests" | "tests.rs" | "testing.rs") => {}
            _ if path.is_dir() => sources(&path, found)?,
            _ => found.push(path),
        }
    }
    Ok(())
}

/// FNV-1a in 64 bits: tells builds apart, and is no protection against anyone.
struct Fnv(u64);

impl Default for Fnv {
    fn default() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }
}

impl Fnv {
    fn add(&mut self, bytes: &[u8]) {
        for byte in bytes.iter().chain(&(bytes.len() as u64).to_le_bytes()) {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
}
