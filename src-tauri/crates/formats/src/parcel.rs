//! Many files in one zip file, written so that the same files give the same bytes, and read from
//! strangers.
//!
//! Who calls opens the file. Times are left at the format's first (1 January 1980), files follow in
//! the order in which they are put, and names are UTF-8 (APPNOTE 6.3.3, appendix D).

use std::collections::HashMap;
use std::io::{self, Read, Seek, Write};

use zip::{CompressionMethod, DateTime, ZipArchive, ZipWriter, write::SimpleFileOptions};

use crate::FormatError;

/// The most files that are looked at.
const MOST_FILES: usize = 2_000_000;

/// How many times larger than its packed form a file may be, beyond the first megabyte. What the
/// library writes packs about twentyfold; a bomb packs a thousandfold.
const MOST_RATIO: u64 = 400;

/// Writes a parcel.
pub struct Packing<W: Write + Seek> {
    zip: ZipWriter<W>,
}

fn failed(error: zip::result::ZipError) -> io::Error {
    match error {
        zip::result::ZipError::Io(error) => error,
        other => io::Error::other(other),
    }
}

impl<W: Write + Seek> Packing<W> {
    /// Begins a parcel.
    pub fn new(to: W) -> Self {
        Self {
            zip: ZipWriter::new(to),
        }
    }

    /// Puts a file in, by its path with `/` between names.
    ///
    /// # Errors
    /// What the writer says.
    pub fn put(&mut self, path: &str, bytes: &[u8]) -> io::Result<()> {
        // What is packed already only costs time.
        let packed = [
            ".png", ".jpg", ".jpeg", ".gif", ".webp", ".zip", ".docx", ".pdf",
        ];
        let lower = path.to_lowercase();
        let method = if packed.iter().any(|ending| lower.ends_with(ending)) {
            CompressionMethod::Stored
        } else {
            CompressionMethod::Deflated
        };
        let options = SimpleFileOptions::default()
            .compression_method(method)
            .last_modified_time(DateTime::default())
            .unix_permissions(0o644)
            .large_file(bytes.len() >= u32::MAX as usize);
        self.zip.start_file(path, options).map_err(failed)?;
        self.zip.write_all(bytes)
    }

    /// Ends the parcel.
    ///
    /// # Errors
    /// What the writer says.
    pub fn finish(self) -> io::Result<W> {
        self.zip.finish().map_err(failed)
    }
}

/// Files of a few names as the bytes of a parcel.
pub(crate) fn packed(files: &[(&str, &[u8])]) -> io::Result<Vec<u8>> {
    let mut packing = Packing::new(io::Cursor::new(Vec::new()));
    for (path, bytes) in files {
        packing.put(path, bytes)?;
    }
    Ok(packing.finish()?.into_inner())
}

/// Reads a parcel. One folder around all of it, which programs like to add, is passed over.
pub struct Unpacking<R: Read + Seek> {
    zip: ZipArchive<R>,
    /// Where each file lies, by its path.
    files: HashMap<String, usize>,
}

impl<R: Read + Seek> Unpacking<R> {
    /// Opens a parcel that has a file called `first` at its top.
    ///
    /// # Errors
    /// [`FormatError::NotThis`] if it is no zip file, or it has no such file, or two files have one
    /// name; [`FormatError::TooLarge`] with more files than are looked at.
    pub fn open(from: R, first: &str) -> Result<Self, FormatError> {
        let wrong = |detail: String| FormatError::NotThis {
            format: "zip",
            detail,
        };
        let zip = ZipArchive::new(from).map_err(|error| wrong(error.to_string()))?;
        if zip.len() > MOST_FILES {
            return Err(FormatError::TooLarge {
                bytes: zip.len(),
                limit: MOST_FILES,
            });
        }
        let mut files = HashMap::new();
        let mut top: Option<String> = None;
        for (at, name) in zip.file_names().enumerate() {
            let name = name.map_err(|error| wrong(error.to_string()))?.into_owned();
            if name.ends_with('/') || name.starts_with("__MACOSX/") {
                continue;
            }
            if let Some(folder) = name.strip_suffix(first)
                && (folder.is_empty() || folder.ends_with('/'))
                && top.as_ref().is_none_or(|known| folder.len() < known.len())
            {
                top = Some(folder.to_owned());
            }
            if files.insert(name.clone(), at).is_some() {
                return Err(wrong(format!("two files are called {name}")));
            }
        }
        let top = top.ok_or_else(|| wrong(format!("no {first}")))?;
        let files = files
            .into_iter()
            .filter_map(|(name, at)| Some((name.strip_prefix(&top)?.to_owned(), at)))
            .collect();
        Ok(Self { zip, files })
    }

    /// The paths of all files.
    pub fn names(&self) -> Vec<String> {
        self.files.keys().cloned().collect()
    }

    /// The bytes of a file, at most `most`: of a longer one the beginning, and one byte more.
    ///
    /// # Errors
    /// `NotFound` if it is not there; `InvalidData` if it is damaged or a bomb.
    pub fn read(&mut self, path: &str, most: u64) -> io::Result<Vec<u8>> {
        let at = *self.files.get(path).ok_or(io::ErrorKind::NotFound)?;
        let entry = self.zip.by_index(at).map_err(failed)?;
        if entry.is_symlink() {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "a link"));
        }
        // The size in the directory is the file's own claim; the packed size is what lies there.
        let ratio = entry.compressed_size().saturating_mul(MOST_RATIO);
        let limit = most.min(ratio.saturating_add(1 << 20));
        let mut bytes = Vec::new();
        entry
            .take(limit.saturating_add(1))
            .read_to_end(&mut bytes)?;
        if bytes.len() as u64 > limit && limit < most {
            let sentence = "it unpacks to far more than it holds";
            return Err(io::Error::new(io::ErrorKind::InvalidData, sentence));
        }
        Ok(bytes)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use proptest::prelude::*;

    use super::*;

    fn parcel(files: &[(&str, &[u8])]) -> Vec<u8> {
        packed(files).unwrap()
    }

    fn open(bytes: &[u8]) -> Result<Unpacking<Cursor<&[u8]>>, FormatError> {
        Unpacking::open(Cursor::new(bytes), "list.json")
    }

    #[test]
    fn files_come_out_as_they_went_in_and_the_same_files_are_the_same_bytes() {
        let files: [(&str, &[u8]); 3] = [
            ("list.json", b"{}"),
            ("海岸/潮.md", "夜里潮水很高。".as_bytes()),
            ("a/b.png", &[0, 1, 2]),
        ];
        let bytes = parcel(&files);
        assert_eq!(bytes, parcel(&files));
        let mut read = open(&bytes).unwrap();
        for (path, content) in files {
            assert_eq!(read.read(path, 1 << 20).unwrap(), content);
        }
        assert_eq!(read.names().len(), 3);
        assert_eq!(read.read("海岸/潮.md", 2).unwrap().len(), 3);
        let missing = read.read("x", 9).unwrap_err();
        assert_eq!(missing.kind(), io::ErrorKind::NotFound);
    }

    #[test]
    fn a_folder_around_all_of_it_is_passed_over() {
        let bytes = parcel(&[
            ("__MACOSX/Export/._list.json", b"x"),
            ("Export/list.json", b"{}"),
            ("Export/deeper/list.json", b"no"),
        ]);
        let mut read = open(&bytes).unwrap();
        assert_eq!(read.read("list.json", 9).unwrap(), b"{}");
        assert_eq!(read.read("deeper/list.json", 9).unwrap(), b"no");
    }

    #[test]
    fn what_is_no_parcel_is_refused_and_a_bomb_is_not_unpacked() {
        assert!(open(b"PK\x03\x04 nothing").is_err());
        assert!(open(&parcel(&[("other.json", b"{}")])).is_err());
        let bomb = parcel(&[("list.json", &vec![b'a'; 40 << 20])]);
        assert!(bomb.len() < 200_000);
        let error = open(&bomb)
            .unwrap()
            .read("list.json", 512 << 20)
            .unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::InvalidData);
    }

    proptest! {
        #[test]
        fn a_damaged_parcel_is_an_error_and_no_panic(at in any::<prop::sample::Index>(), byte in any::<u8>()) {
            let mut bytes = parcel(&[("list.json", &b"{\"a\": 1}".repeat(40)), ("b", b"c")]);
            let at = at.index(bytes.len());
            bytes[at] = byte;
            if let Ok(mut read) = open(&bytes) {
                for name in read.names() {
                    let _ = read.read(&name, 1 << 20);
                }
            }
        }
    }
}
