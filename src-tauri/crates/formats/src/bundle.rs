//! Scripts in a box: Highland's `.highland`, `.textpack` and a zipped `.textbundle`.
//!
//! Each is a zip file with a text in it (`text.md`, `text.fountain`, sometimes a folder deeper) and
//! things beside it that are left out here. At most 200 MiB are read out, at most a hundred times
//! the size of the file (<https://textbundle.org/spec/>).

use std::io::{Cursor, Read};

use zip::ZipArchive;

use crate::{
    FormatError,
    import::{Imported, read_fountain},
    plain,
};

/// The most that is read out of a file.
const MOST_BYTES: u64 = 200 << 20;
/// How many times larger than the file its content may be.
const MOST_RATIO: u64 = 100;
/// How many entries are looked at.
const MOST_ENTRIES: usize = 10_000;

/// Whether bytes are a zip file with a text in it.
pub(crate) fn recognises(bytes: &[u8]) -> bool {
    bytes.starts_with(b"PK\x03\x04")
        && ZipArchive::new(Cursor::new(bytes)).is_ok_and(|archive| text_name(&archive).is_some())
}

/// Reads the text of a bundle.
///
/// # Errors
/// [`FormatError::NotThis`] for a file that is no such bundle or that is damaged,
/// [`FormatError::TooLarge`] beyond the limits, and what [`plain::decode`] says of the text.
pub fn read(bytes: &[u8]) -> Result<Imported, FormatError> {
    let wrong = |detail: String| FormatError::NotThis {
        format: "text bundle",
        detail,
    };
    let mut archive =
        ZipArchive::new(Cursor::new(bytes)).map_err(|error| wrong(error.to_string()))?;
    let name =
        text_name(&archive).ok_or_else(|| wrong("no text.md or text.fountain".to_owned()))?;
    let entry = archive
        .by_name(&name)
        .map_err(|error| wrong(error.to_string()))?;
    let limit = MOST_BYTES.min(MOST_RATIO.saturating_mul(bytes.len() as u64));
    let mut text = Vec::new();
    // The size in the directory is the file's own claim.
    entry
        .take(limit + 1)
        .read_to_end(&mut text)
        .map_err(|error| wrong(error.to_string()))?;
    if text.len() as u64 > limit {
        return Err(FormatError::TooLarge {
            bytes: text.len(),
            limit: usize::try_from(limit).unwrap_or(usize::MAX),
        });
    }
    Ok(read_fountain(plain::decode(&text)?, "bundle"))
}

/// The entry that holds the text, the one nearest to the top.
fn text_name<R: Read + std::io::Seek>(archive: &ZipArchive<R>) -> Option<String> {
    let is_text = |name: &str| {
        let file = name.rsplit('/').next().unwrap_or(name).to_lowercase();
        let (stem, ending) = file.rsplit_once('.').unwrap_or((&file, ""));
        ending == "fountain" || (stem == "text" && matches!(ending, "md" | "txt" | "markdown"))
    };
    archive
        .file_names()
        .take(MOST_ENTRIES)
        .filter_map(|name| Some(name.ok()?.into_owned()))
        .filter(|name| is_text(name) && !name.starts_with("__MACOSX"))
        .min_by_key(|name| {
            (
                name.matches('/').count(),
                !name.ends_with("fountain"),
                name.len(),
            )
        })
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use zip::{ZipWriter, write::SimpleFileOptions};

    use super::*;

    fn packed(entries: &[(&str, &[u8])]) -> Vec<u8> {
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        for (name, content) in entries {
            let options = SimpleFileOptions::default();
            writer.start_file(*name, options).unwrap();
            writer.write_all(content).unwrap();
        }
        writer.finish().unwrap().into_inner()
    }

    #[test]
    fn the_text_of_a_bundle_is_found() {
        let script = "INT. 渡口 - NIGHT\n\nRain.\n";
        for entries in [
            &[
                ("info.json", &b"{}"[..]),
                ("text.fountain", script.as_bytes()),
            ][..],
            &[
                ("Night.textbundle/info.json", b"{}"),
                ("Night.textbundle/text.md", script.as_bytes()),
            ],
            &[
                ("assets/old.fountain", b"no"),
                ("text.md", script.as_bytes()),
            ],
        ] {
            let bytes = packed(entries);
            assert!(recognises(&bytes));
            assert_eq!(read(&bytes).unwrap().text, script);
        }
    }

    #[test]
    fn what_is_no_bundle_is_refused() {
        assert!(!recognises(b"PK\x03\x04 nothing"));
        assert!(read(b"PK\x03\x04 nothing").is_err());
        let other = packed(&[("word/document.xml", b"<a/>")]);
        assert!(!recognises(&other));
        assert!(read(&other).is_err());
        let mut cut = packed(&[("text.md", "long text ".repeat(500).as_bytes())]);
        cut.truncate(cut.len() / 2);
        assert!(read(&cut).is_err());
    }

    #[test]
    fn a_bomb_is_not_unpacked() {
        let bomb = packed(&[("text.md", &vec![b'a'; 30 << 20])]);
        assert!(bomb.len() < 300_000);
        assert!(matches!(read(&bomb), Err(FormatError::TooLarge { .. })));
    }
}
