//! Everything as plain files, in a folder or a zip file, and back.

mod folder;
mod index;
#[cfg(test)]
mod tests;

use std::fs;
use std::io;
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use inkstone_formats::parcel::{Packing, Unpacking};
use inkstone_generation::CancellationToken;
use inkstone_library::{self as lib, ArchiveError, Files, Filing, Moment, Scope};
use inkstone_manuscript::Language;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{
    Doorway, Studio, StudioError,
    doorway::dto::{Came, PathInput},
    dto::StudioEvent,
    inputs::Nothing,
};
use folder::{Folder, FromFolder, LIST};

/// Names of files that a report lists; the rest is counted.
const MOST_LISTED: usize = 200;

/// How often it is told how far it is, from beginning to end.
const TELLINGS: u64 = 200;

/// What to write as plain files, and where.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct ExportEverything {
    /// A folder, new, empty or with an older export; or a file that ends in `.zip`.
    pub path: String,
    /// Only this project.
    #[serde(default)]
    pub project_id: Option<String>,
    /// Only this document.
    #[serde(default)]
    pub document_id: Option<String>,
    /// The language of the page that leads through it.
    #[ts(type = "Language")]
    pub language: Language,
}

/// What was written.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
pub struct ExportedDto {
    /// Where.
    pub path: String,
    /// Projects.
    pub projects: u32,
    /// Documents.
    pub documents: u32,
    /// Drafts.
    pub drafts: u32,
    /// Kept texts.
    pub versions: u32,
    /// Files.
    pub files: u32,
    /// Their length together, in bytes.
    pub bytes: f64,
    /// What could not be read any more and was left out.
    pub unreadable: Vec<String>,
}

/// A document that came back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct CameBack {
    /// The document it is now.
    pub document_id: String,
    /// Its title.
    pub title: String,
    /// How it came.
    pub came: Came,
}

/// What came back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct BroughtBack {
    /// The documents.
    pub documents: Vec<CameBack>,
    /// Projects that were not there.
    pub projects: u32,
    /// Files that were worked on outside, whose changes came in.
    pub edited: Vec<String>,
    /// Texts that were emptied outside; what the library had stays.
    pub emptied: Vec<String>,
    /// Files for readers that were changed; they are not read back.
    pub views: Vec<String>,
    /// Files that don't belong to the export; they were not read.
    pub unknown: Vec<String>,
}

/// The work that can be stopped.
#[derive(Debug, Default)]
pub(crate) struct Archiving(Mutex<CancellationToken>);

impl Archiving {
    fn begin(&self) -> CancellationToken {
        let token = CancellationToken::new();
        let mut current = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *current = token.clone();
        token
    }

    fn stop(&self) {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .cancel();
    }
}

/// A zip file that is being written beside its place.
struct ZipOut {
    packing: Packing<io::BufWriter<fs::File>>,
}

impl Filing for ZipOut {
    fn put(&mut self, path: &str, bytes: &[u8]) -> io::Result<()> {
        self.packing.put(path, bytes)
    }
}

struct ZipIn(Unpacking<io::BufReader<fs::File>>);

impl Files for ZipIn {
    fn names(&mut self) -> io::Result<Vec<String>> {
        Ok(self.0.names())
    }

    fn read(&mut self, path: &str, most: u64) -> io::Result<Vec<u8>> {
        self.0.read(path, most)
    }
}

fn is_zip(path: &Path) -> bool {
    path.extension()
        .is_some_and(|ending| ending.eq_ignore_ascii_case("zip"))
}

impl Studio {
    /// See [`crate::commands`].
    pub async fn export_everything(
        self: &Arc<Self>,
        i: ExportEverything,
    ) -> Result<ExportedDto, StudioError> {
        let stop = self.archiving.begin();
        self.export_until(i, stop).await
    }

    /// As [`Self::export_everything`], until `stop` fires.
    ///
    /// # Errors
    /// What the library and the system say; [`StudioError::NotEmpty`] for a folder with other
    /// things in it, [`StudioError::WorkedOn`] for an older export that was worked on since.
    pub async fn export_until(
        self: &Arc<Self>,
        i: ExportEverything,
        stop: CancellationToken,
    ) -> Result<ExportedDto, StudioError> {
        let studio = self.clone();
        self.blocking(move |s| {
            let scope = match (i.document_id, i.project_id) {
                (Some(id), _) => Scope::Documents(vec![id]),
                (None, Some(id)) => Scope::Projects(vec![id]),
                (None, None) => Scope::Library,
            };
            let path = crate::doorway::absolute(&i.path)?;
            let mut watch = watcher(&studio, stop);
            crate::own_files::keep_own_files(&s.library);
            let done = write(&s.library, &scope, &path, i.language, &mut watch)?;
            Ok(exported(&path, done))
        })
        .await
    }

    /// See [`crate::commands`].
    pub async fn bring_back(self: &Arc<Self>, i: PathInput) -> Result<BroughtBack, StudioError> {
        let stop = self.archiving.begin();
        self.bring_back_until(i, stop).await
    }

    /// As [`Self::bring_back`], until `stop` fires.
    ///
    /// # Errors
    /// What is wrong with the files, each by its name; nothing came in then.
    pub async fn bring_back_until(
        self: &Arc<Self>,
        i: PathInput,
        stop: CancellationToken,
    ) -> Result<BroughtBack, StudioError> {
        let studio = self.clone();
        let done = self
            .blocking(move |s| {
                let path = crate::doorway::absolute(&i.path)?;
                let mut files = open(&path)?;
                let Moment {
                    year, month, day, ..
                } = Moment::of(s.library.now_ms());
                let mark = format!("{year:04}-{month:02}-{day:02}");
                let mut watch = watcher(&studio, stop);
                let came = s.library.bring_archive(&mut *files, &mark, &mut watch)?;
                crate::own_files::keep_own_files(&s.library);
                Ok(brought(came))
            })
            .await?;
        self.changed(&["projects", "documents", "history", "takes", "ledger"]);
        Ok(done)
    }

    /// See [`crate::commands`].
    pub async fn stop_archive(self: &Arc<Self>, _: Nothing) -> Result<(), StudioError> {
        self.archiving.stop();
        Ok(())
    }
}

/// Where the plain files of a rescue go.
#[derive(Debug, Clone)]
pub struct RescueFiles {
    /// A folder, new or empty, or a file that ends in `.zip`.
    pub path: String,
    /// The language of the page that leads through it.
    pub language: Language,
}

impl Doorway {
    /// Saves what can be read of the library, damaged or not, as plain files. The library stays as
    /// it is.
    ///
    /// # Errors
    /// If nothing can be read of it, or what [`Studio::export_until`] says.
    pub async fn rescue_files(&self, i: RescueFiles) -> Result<ExportedDto, StudioError> {
        let (library, clock) = self.around_shut().await;
        crate::doorway::off_thread(move || {
            let path = crate::doorway::absolute(&i.path)?;
            // A whole library first: what names something that is gone is mended on the way.
            let mut saved = path.as_os_str().to_owned();
            saved.push(".rescued.part");
            let saved = Path::new(&saved);
            lib::remove_library(saved)?;
            let rescued = lib::rescue(&library, saved, clock.clone())?;
            let done = lib::Library::open_reading(saved, clock)
                .map_err(StudioError::from)
                .and_then(|library| {
                    let on = &mut |_| ControlFlow::Continue(());
                    write(&library, &Scope::Library, &path, i.language, on)
                });
            // It lies beside the files; the error that led here is the one to tell.
            let _ = lib::remove_library(saved);
            let mut done = exported(&path, done?);
            if rescued.lost_versions > 0 {
                done.unreadable
                    .push(format!("{} kept texts", rescued.lost_versions));
            }
            done.unreadable.extend(rescued.doubtful);
            done.unreadable.extend(rescued.without_journal);
            Ok(done)
        })
        .await
    }
}

/// Writes what a library holds to a folder or a zip file.
pub(crate) fn write(
    library: &lib::Library,
    scope: &Scope,
    path: &Path,
    language: Language,
    watch: lib::Watch<'_>,
) -> Result<lib::Archived, StudioError> {
    let pages = index::Pages(language);
    if !is_zip(path) {
        let mut folder = Folder::begin(path)?;
        return match library.archive(scope, &mut folder, &pages, watch) {
            Ok(done) => folder.finish().map(|()| done),
            Err(error) => {
                folder.drop_it();
                Err(error.into())
            }
        };
    }
    let failed = |error: io::Error| StudioError::Unwritable {
        path: path.to_string_lossy().into_owned(),
        detail: error.to_string(),
    };
    if path.is_dir() {
        return Err(failed(io::ErrorKind::IsADirectory.into()));
    }
    let mut part = path.as_os_str().to_owned();
    part.push(".part");
    let file = fs::File::create(&part).map_err(failed)?;
    let mut out = ZipOut {
        packing: Packing::new(io::BufWriter::new(file)),
    };
    let done = library
        .archive(scope, &mut out, &pages, watch)
        .map_err(StudioError::from)
        .and_then(|done| {
            let file = out.packing.finish().map_err(failed)?;
            let file = file
                .into_inner()
                .map_err(|error| failed(error.into_error()))?;
            file.sync_all().map_err(failed)?;
            drop(file);
            fs::rename(&part, path).map_err(failed)?;
            Ok(done)
        });
    if done.is_err() {
        // The error that led here is the one to tell.
        let _ = fs::remove_file(&part);
    }
    done
}

fn open(path: &Path) -> Result<Box<dyn Files>, StudioError> {
    let unreadable = |error: io::Error| StudioError::File {
        path: path.to_string_lossy().into_owned(),
        detail: error.to_string(),
    };
    if path.is_dir() {
        return Ok(Box::new(FromFolder(path.to_owned())));
    }
    // The list itself, which is the file of a folder that a person can choose, means the folder.
    if path.file_name().is_some_and(|name| name == LIST)
        && let Some(folder) = path.parent()
    {
        return Ok(Box::new(FromFolder(folder.to_owned())));
    }
    let file = fs::File::open(path).map_err(unreadable)?;
    let zip = Unpacking::open(io::BufReader::new(file), LIST);
    let zip = zip.map_err(|error| match error {
        inkstone_formats::FormatError::NotThis { .. } => ArchiveError::NoArchive.into(),
        other => StudioError::from(other),
    })?;
    Ok(Box::new(ZipIn(zip)))
}

/// Tells how far it is, and stops when it is told to.
fn watcher(
    studio: &Arc<Studio>,
    stop: CancellationToken,
) -> impl FnMut(lib::ArchiveProgress) -> ControlFlow<()> {
    let studio = studio.clone();
    let mut told = None;
    move |progress| {
        if stop.is_cancelled() {
            return ControlFlow::Break(());
        }
        let mark = progress.done.saturating_mul(TELLINGS) / progress.total.max(1);
        if told != Some(mark) {
            told = Some(mark);
            let small = |count: u64| u32::try_from(count).unwrap_or(u32::MAX);
            studio.tell(StudioEvent::Archive {
                done: small(progress.done),
                total: small(progress.total),
            });
        }
        ControlFlow::Continue(())
    }
}

fn exported(path: &Path, done: lib::Archived) -> ExportedDto {
    ExportedDto {
        path: path.to_string_lossy().into_owned(),
        projects: done.projects,
        documents: done.documents,
        drafts: done.drafts,
        versions: done.nodes,
        files: done.files,
        bytes: crate::projects::time(i64::try_from(done.bytes).unwrap_or(i64::MAX)),
        unreadable: done.unreadable,
    }
}

fn brought(came: lib::ArchiveReturn) -> BroughtBack {
    let mut unknown = came.unknown;
    unknown.truncate(MOST_LISTED);
    BroughtBack {
        documents: came
            .documents
            .into_iter()
            .map(|document| CameBack {
                document_id: document.document_id,
                title: document.title,
                came: document.came.into(),
            })
            .collect(),
        projects: came.projects,
        edited: came.edited,
        emptied: came.emptied,
        views: came.views,
        unknown,
    }
}
