//! Fonts that are installed, for characters that ours lack.

use std::{
    collections::HashSet,
    fs,
    path::{Path, PathBuf},
};

use inkstone_studio::{FontFile, pages::SystemFonts};

/// More files than this are not looked at.
const MOST_FILES: usize = 4_000;
/// A font past this is not opened: the largest of daily use has some 30 MB.
const LARGEST: u64 = 80 << 20;
/// Folders in folders are followed this far.
const DEEPEST: usize = 5;
/// Fonts that are opened for one export, at most.
const MOST_OPENED: usize = 60;
/// Fonts of a collection, at most.
const MOST_IN_ONE: u32 = 40;

/// What is tried first: serif and upright faces that many systems have. The rest follows by name.
const LIKELY: &[&str] = &[
    "NotoSerifCJK-Regular",
    "NotoSerifSC-Regular",
    "SourceHanSerif",
    "SimSun",
    "Songti",
    "simsun",
    "NotoSansCJK-Regular",
    "PingFang",
    "msyh",
    "NotoSerif-Regular",
    "DejaVuSerif.",
    "DejaVuSans.",
    "NotoNaskhArabic-Regular",
    "NotoSansArabic-Regular",
    "NotoSerifHebrew-Regular",
    "NotoSansHebrew-Regular",
    "FreeSerif.",
    "NotoEmoji-Regular",
    "Symbola",
    "NotoSansSymbols",
    "NotoSansSymbols2",
    "times",
    "arial",
    "seguisym",
    "seguiemj",
    "Apple Symbols",
    "Arial Unicode",
];

/// The fonts in the system's folders and the person's own. Looked at only when they are needed.
#[derive(Debug, Clone)]
pub struct InstalledFonts {
    folders: Vec<PathBuf>,
}

impl Default for InstalledFonts {
    fn default() -> Self {
        let mut folders: Vec<PathBuf> = [
            "/usr/share/fonts",
            "/usr/local/share/fonts",
            "/System/Library/Fonts",
            "/Library/Fonts",
            "C:\\Windows\\Fonts",
        ]
        .map(PathBuf::from)
        .into();
        folders.extend(dirs::font_dir());
        Self { folders }
    }
}

impl InstalledFonts {
    /// The fonts in these folders alone.
    pub fn in_folders(folders: Vec<PathBuf>) -> Self {
        Self { folders }
    }

    /// The files, the likely ones first, else by name.
    fn files(&self) -> Vec<PathBuf> {
        let mut found = Vec::new();
        for folder in &self.folders {
            collect(folder, 0, &mut found);
        }
        let rank = |path: &Path| {
            let name = path
                .file_name()
                .unwrap_or_default()
                .to_string_lossy()
                .into_owned();
            let likely = LIKELY.iter().position(|start| name.starts_with(start));
            (likely.unwrap_or(LIKELY.len()), name)
        };
        found.sort_by_cached_key(|path| rank(path));
        found
    }
}

fn collect(folder: &Path, depth: usize, found: &mut Vec<PathBuf>) {
    let Ok(entries) = fs::read_dir(folder) else {
        return;
    };
    for entry in entries.flatten() {
        if found.len() >= MOST_FILES {
            return;
        }
        let path = entry.path();
        let Ok(kind) = entry.file_type() else {
            continue;
        };
        if kind.is_dir() {
            if depth < DEEPEST {
                collect(&path, depth + 1, found);
            }
            continue;
        }
        let ending = path.extension().map(|e| e.to_string_lossy().to_lowercase());
        if matches!(ending.as_deref(), Some("ttf" | "otf" | "ttc" | "otc")) {
            found.push(path);
        }
    }
}

impl SystemFonts for InstalledFonts {
    fn for_characters(&self, characters: &[char]) -> Vec<FontFile> {
        let mut wanted: HashSet<char> = characters.iter().copied().collect();
        let mut chosen = Vec::new();
        let mut opened = 0;
        for path in self.files() {
            if wanted.is_empty() || opened >= MOST_OPENED {
                break;
            }
            let small = fs::metadata(&path).is_ok_and(|about| about.len() <= LARGEST);
            let Some(bytes) = small.then(|| fs::read(&path).ok()).flatten() else {
                continue;
            };
            opened += 1;
            let Some(font) = best_of(bytes, &wanted) else {
                continue;
            };
            let drawn: Vec<char> = wanted.iter().copied().filter(|c| font.draws(*c)).collect();
            for character in drawn {
                wanted.remove(&character);
            }
            chosen.push(font);
        }
        chosen
    }
}

/// The font of a file that draws any of these: the Simplified Chinese one of a collection, where
/// it is told by its name, else the first.
fn best_of(bytes: Vec<u8>, wanted: &HashSet<char>) -> Option<FontFile> {
    let first = FontFile::read(bytes, 0)?;
    if !wanted.iter().any(|c| first.draws(*c)) {
        return None;
    }
    if !first.bytes.starts_with(b"ttcf") {
        return Some(first);
    }
    let simplified = (1..MOST_IN_ONE)
        .map_while(|index| first.other(index))
        .find(|font| font.name.contains(" SC") || font.name.contains("SimSun"));
    Some(simplified.unwrap_or(first))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_font_that_has_the_character_is_found_and_junk_is_passed_over() {
        let song = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../assets/fonts/song");
        let folder = tempfile::tempdir().unwrap();
        let inner = folder.path().join("a/b");
        fs::create_dir_all(&inner).unwrap();
        fs::write(folder.path().join("broken.ttf"), b"OTTO\0\xff nothing").unwrap();
        fs::write(folder.path().join("empty.otf"), b"").unwrap();
        fs::copy(
            song.join("InkstoneSong-Regular.otf"),
            inner.join("Song.otf"),
        )
        .unwrap();
        let fonts = InstalledFonts::in_folders(vec![folder.path().to_owned()]);
        let found = fonts.for_characters(&['墨', '\u{10ffff}']);
        assert_eq!(found.len(), 1);
        assert!(found[0].draws('墨'));
        assert!(fonts.for_characters(&['\u{10ffff}']).is_empty());
        let nowhere = InstalledFonts::in_folders(vec![folder.path().join("none")]);
        assert!(nowhere.for_characters(&['墨']).is_empty());
    }
}
