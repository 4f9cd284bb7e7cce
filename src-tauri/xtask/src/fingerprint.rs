//! A fingerprint of files: whether something must be built again.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::Path;

/// 64-bit FNV-1a: stable across toolchains, and nothing here has to withstand an attacker.
pub struct Fingerprint(u64);

impl Fingerprint {
    /// The fingerprint of nothing.
    pub fn new() -> Fingerprint {
        Fingerprint(0xcbf2_9ce4_8422_2325)
    }

    /// Adds bytes, and their number, so that neighbours cannot run into one another.
    pub fn bytes(&mut self, bytes: &[u8]) {
        for byte in bytes.iter().chain(&(bytes.len() as u64).to_le_bytes()) {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    }

    /// Adds a file, or a folder with all in it (names and contents, in the order of the names)
    /// but the entries with these names at its top.
    pub fn tree(&mut self, path: &Path, without: &[&str]) -> io::Result<()> {
        if path.is_dir() {
            let mut entries: Vec<_> = fs::read_dir(path)?.collect::<Result<_, _>>()?;
            entries.sort_by_key(fs::DirEntry::file_name);
            for entry in entries {
                let name = entry.file_name();
                if !without.iter().any(|left_out| name == *left_out) {
                    self.bytes(name.as_encoded_bytes());
                    self.tree(&entry.path(), &[])?;
                }
            }
        } else if path.is_file() {
            let mut contents = Vec::new();
            File::open(path)?.read_to_end(&mut contents)?;
            self.bytes(&contents);
        }
        Ok(())
    }

    /// The fingerprint as text.
    pub fn text(&self) -> String {
        format!("{:016x}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(path: &Path, without: &[&str]) -> String {
        let mut fingerprint = Fingerprint::new();
        fingerprint.tree(path, without).unwrap();
        fingerprint.text()
    }

    #[test]
    fn changes_with_names_and_contents_and_not_with_what_is_left_out() {
        let folder = std::env::temp_dir().join(format!("xtask-tree-{}", std::process::id()));
        fs::create_dir_all(folder.join("src")).unwrap();
        fs::write(folder.join("src/a.ts"), "one").unwrap();
        let first = of(&folder, &["dist"]);
        assert_eq!(first, of(&folder, &["dist"]));

        fs::create_dir_all(folder.join("dist")).unwrap();
        fs::write(folder.join("dist/a.js"), "built").unwrap();
        assert_eq!(first, of(&folder, &["dist"]));
        assert_ne!(first, of(&folder, &[]));

        fs::write(folder.join("src/a.ts"), "two").unwrap();
        let second = of(&folder, &["dist"]);
        assert_ne!(first, second);

        fs::rename(folder.join("src/a.ts"), folder.join("src/b.ts")).unwrap();
        assert_ne!(second, of(&folder, &["dist"]));
        fs::remove_dir_all(&folder).unwrap();
    }
}
