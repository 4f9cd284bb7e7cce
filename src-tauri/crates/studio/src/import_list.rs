//! What of files and folders can be imported, before anything is.
//!
//! Folders are walked to a bound. Hidden files and links are passed over: what a folder holds is
//! what lies in it. Nothing is read but names; [`Studio::look_at_file`] reads one file and says what
//! it would become, so that a window can show a row after another and stop between two.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use inkstone_formats::{import, plain};
use inkstone_manuscript::{DocumentKind, Language};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{
    Studio, StudioError,
    drafts::to_u32,
    imports::{ImportFile, ImportReportDto, Read, read_file, report_dto},
};

/// How many files are listed.
const MOST_FILES: usize = 2_000;
/// How many names are looked at.
const MOST_NAMES: usize = 50_000;
/// How many skipped names are told; more are counted.
const MOST_SKIPPED: usize = 500;
/// How deep folders are followed.
const DEEPEST: usize = 12;
/// Characters of a preview.
const PREVIEW: usize = 400;

/// Files and folders that a person chose.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct ListImport {
    /// Where they lie.
    pub paths: Vec<String>,
}

/// What of them can be imported.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, TS)]
pub struct ImportList {
    /// The files, by folder and name.
    pub files: Vec<ListedFile>,
    /// What is passed over, the first of it.
    pub skipped: Vec<SkippedFile>,
    /// How much more is passed over.
    pub skipped_more: u32,
    /// The name of the folder, if it was one.
    pub folder: Option<String>,
}

/// A file that can be imported.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct ListedFile {
    /// Where it lies.
    pub path: String,
    /// Its name.
    pub name: String,
    /// The folders between the one that was chosen and it, with `/` between them.
    pub folder: String,
}

/// Something that is passed over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct SkippedFile {
    /// Its name, with folders.
    pub name: String,
    /// Why.
    pub why: SkipReason,
}

/// Why something is passed over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum SkipReason {
    /// Its name begins with a dot.
    Hidden,
    /// It is a link to another place.
    Link,
    /// Nothing here reads files of its kind.
    Unknown,
    /// It is neither a file nor a folder, or it is gone or can't be read.
    Unreadable,
    /// It lies too deep in folders.
    TooDeep,
    /// There are more files than are taken at once.
    TooMany,
}

/// What a file would become.
#[derive(Debug, Clone, Serialize, TS)]
pub struct LookedAt {
    /// The desk it would lie on.
    #[ts(type = "DocumentKind")]
    pub kind: DocumentKind,
    /// Its title.
    pub title: String,
    /// Its language.
    #[ts(type = "Language")]
    pub language: Language,
    /// How the text begins.
    pub preview: String,
    /// The encoding it was read in, if it is a text.
    pub encoding: Option<String>,
    /// False where the encoding is a guess.
    pub sure: bool,
    /// Other ways to read it, if there are any.
    pub encodings: Vec<EncodingDto>,
    /// What is found in it.
    pub report: ImportReportDto,
}

/// A way to read the bytes of a text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct EncodingDto {
    /// The encoding's name.
    pub name: String,
    /// What would be seen.
    pub preview: String,
}

impl Studio {
    /// See [`crate::commands`].
    pub async fn list_import(self: &Arc<Self>, i: ListImport) -> Result<ImportList, StudioError> {
        self.blocking(move |_| {
            let paths: Vec<PathBuf> = i.paths.iter().map(PathBuf::from).collect();
            Ok(list(&paths))
        })
        .await
    }

    /// See [`crate::commands`].
    pub async fn look_at_file(self: &Arc<Self>, i: ImportFile) -> Result<LookedAt, StudioError> {
        self.blocking(move |_| look(&i)).await
    }
}

/// Lists files, and those in folders.
pub fn list(paths: &[PathBuf]) -> ImportList {
    let mut found = Listing::default();
    for path in paths {
        let name = name_of(path);
        // A link that was chosen itself was meant.
        match std::fs::metadata(path) {
            Ok(about) if about.is_dir() => {
                if paths.len() == 1 {
                    found.list.folder = Some(name.clone());
                }
                // Of several folders each is told apart by its name.
                let below = if paths.len() == 1 { "" } else { &name };
                found.walk(path, below, 0);
            }
            Ok(about) if about.is_file() => found.file(path, name, ""),
            _ => found.skip(name, SkipReason::Unreadable),
        }
    }
    found.list
}

fn name_of(path: &Path) -> String {
    path.file_name()
        .map(|name| name.to_string_lossy().into_owned())
        .unwrap_or_default()
}

fn below(folder: &str, name: &str) -> String {
    if folder.is_empty() {
        name.to_owned()
    } else {
        format!("{folder}/{name}")
    }
}

#[derive(Default)]
struct Listing {
    list: ImportList,
    names: usize,
}

impl Listing {
    fn skip(&mut self, name: String, why: SkipReason) {
        if self.list.skipped.len() < MOST_SKIPPED {
            self.list.skipped.push(SkippedFile { name, why });
        } else {
            self.list.skipped_more += 1;
        }
    }

    fn file(&mut self, path: &Path, name: String, folder: &str) {
        if self.list.files.len() >= MOST_FILES {
            return self.skip(below(folder, &name), SkipReason::TooMany);
        }
        // The window gets paths as text and gives them back.
        let Some(path) = path.to_str() else {
            return self.skip(below(folder, &name), SkipReason::Unreadable);
        };
        self.list.files.push(ListedFile {
            path: path.to_owned(),
            name,
            folder: folder.to_owned(),
        });
    }

    fn walk(&mut self, path: &Path, folder: &str, depth: usize) {
        if depth > DEEPEST {
            return self.skip(folder.to_owned(), SkipReason::TooDeep);
        }
        let Ok(entries) = std::fs::read_dir(path) else {
            return self.skip(below(folder, ""), SkipReason::Unreadable);
        };
        let mut entries: Vec<_> = entries
            .filter_map(Result::ok)
            .take(MOST_NAMES.saturating_sub(self.names) + 1)
            .map(|entry| (entry.file_name().to_string_lossy().into_owned(), entry))
            .collect();
        entries.sort_by(|(a, _), (b, _)| a.cmp(b));
        let mut folders = Vec::new();
        for (name, entry) in entries {
            self.names += 1;
            if self.names > MOST_NAMES {
                return self.skip(below(folder, &name), SkipReason::TooMany);
            }
            let whole = below(folder, &name);
            if name.starts_with('.') {
                self.skip(whole, SkipReason::Hidden);
                continue;
            }
            match entry.file_type() {
                Ok(kind) if kind.is_symlink() => self.skip(whole, SkipReason::Link),
                Ok(kind) if kind.is_dir() => folders.push((whole, entry.path())),
                Ok(kind) if kind.is_file() => {
                    if is_known(&name) {
                        self.file(&entry.path(), name, folder);
                    } else {
                        self.skip(whole, SkipReason::Unknown);
                    }
                }
                _ => self.skip(whole, SkipReason::Unreadable),
            }
        }
        for (folder, path) in folders {
            self.walk(&path, &folder, depth + 1);
        }
    }
}

/// Whether an importer takes files with such a name.
fn is_known(name: &str) -> bool {
    let ending = name
        .rsplit_once('.')
        .map(|(_, ending)| ending.to_lowercase());
    ending.is_some_and(|ending| {
        import::IMPORTERS
            .iter()
            .any(|importer| importer.endings.contains(&ending.as_str()))
    })
}

fn look(i: &ImportFile) -> Result<LookedAt, StudioError> {
    let bytes = read_file(Path::new(&i.path))?;
    let Read {
        name,
        title,
        language,
        imported,
    } = Read::of(i, &bytes)?;
    let encoding = imported.report.encoding;
    let sure = imported.report.sure;
    let mut encodings = Vec::new();
    // There is nothing to choose where a text is sound UTF-8.
    if encoding.is_some() && std::str::from_utf8(&bytes).is_err() {
        encodings = plain::candidates(&bytes)
            .into_iter()
            .map(|candidate| EncodingDto {
                name: candidate.encoding.to_owned(),
                preview: candidate.preview,
            })
            .collect();
    }
    Ok(LookedAt {
        kind: imported.kind,
        title,
        language,
        preview: imported.text.trim_start().chars().take(PREVIEW).collect(),
        encoding: encoding.map(str::to_owned),
        sure,
        encodings,
        report: report_dto(name, imported.report),
    })
}

/// How much was listed, for a sentence.
impl ImportList {
    /// How many things are passed over.
    pub fn passed_over(&self) -> u32 {
        to_u32(self.skipped.len()).saturating_add(self.skipped_more)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_walked_without_what_is_hidden_linked_or_unknown() {
        let folder = tempfile::tempdir().unwrap();
        let top = folder.path().join("Novel");
        for name in [
            "b.md",
            "a.txt",
            "Part 1/one.docx",
            "Part 1/x.exe",
            ".git/c.md",
            ".d.md",
        ] {
            let path = top.join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, "x").unwrap();
        }
        #[cfg(unix)]
        {
            std::os::unix::fs::symlink("/", top.join("root")).unwrap();
            std::os::unix::fs::symlink(top.join("a.txt"), top.join("twice.txt")).unwrap();
        }
        let listed = list(std::slice::from_ref(&top));
        let names: Vec<(&str, &str)> = listed
            .files
            .iter()
            .map(|file| (file.folder.as_str(), file.name.as_str()))
            .collect();
        assert_eq!(names, [("", "a.txt"), ("", "b.md"), ("Part 1", "one.docx")]);
        assert_eq!(listed.folder.as_deref(), Some("Novel"));
        let why = |name: &str| {
            let of = |skipped: &&SkippedFile| skipped.name == name;
            listed.skipped.iter().find(of).map(|skipped| skipped.why)
        };
        assert_eq!(why(".git"), Some(SkipReason::Hidden));
        assert_eq!(why("Part 1/x.exe"), Some(SkipReason::Unknown));
        #[cfg(unix)]
        assert_eq!(
            (why("root"), why("twice.txt")),
            (Some(SkipReason::Link), Some(SkipReason::Link))
        );

        let gone = list(&[top.join("none"), top.clone(), top.join("x.bin")]);
        assert_eq!(gone.skipped[0].why, SkipReason::Unreadable);
        assert_eq!(gone.files[0].folder, "Novel");
    }

    #[test]
    fn folders_are_followed_to_a_bound() {
        let folder = tempfile::tempdir().unwrap();
        let mut path = folder.path().to_owned();
        for _ in 0..20 {
            path = path.join("d");
        }
        std::fs::create_dir_all(&path).unwrap();
        std::fs::write(path.join("a.md"), "x").unwrap();
        let listed = list(&[folder.path().to_owned()]);
        assert!(listed.files.is_empty());
        assert_eq!(listed.skipped[0].why, SkipReason::TooDeep);
        assert_eq!(listed.passed_over(), 1);
    }
}
