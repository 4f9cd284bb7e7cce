//! Backups: made, listed, looked into, put back.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use inkstone_library as lib;

use super::{Doorway, Place, absolute, bytes, dto::*, off_thread, shown, tending};
use crate::{Studio, StudioError, inputs::Nothing, projects::time};

impl Doorway {
    /// The library's path and folder of backups, and its studio if it opens.
    async fn around(&self, place: &mut Place) -> (PathBuf, PathBuf, Option<Arc<Studio>>) {
        let studio = self.enter(place).await.ok();
        let folder = studio.as_ref().map_or_else(
            || lib::backup_folder_of(&place.path),
            |studio| studio.library.backup_folder(),
        );
        (place.path.clone(), folder, studio)
    }

    /// See [`crate::commands::door`].
    pub async fn list_backups(&self, _: Nothing) -> Result<Vec<BackupDto>, StudioError> {
        let (path, folder, _) = self.around(&mut *self.place.lock().await).await;
        off_thread(move || {
            let found = lib::backups(&path, &folder)?;
            Ok(found.iter().map(backup_dto).collect())
        })
        .await
    }

    /// See [`crate::commands::door`].
    pub async fn make_backup(&self, _: Nothing) -> Result<BackupDto, StudioError> {
        let studio = self.enter(&mut *self.place.lock().await).await?;
        let made = {
            let studio = studio.clone();
            off_thread(move || {
                crate::own_files::keep_own_files(&studio.library);
                let folder = studio.library.backup_folder();
                let pause = &mut |_| std::thread::sleep(tending::PAUSE);
                let reason = lib::BackupReason::ByHand;
                Ok(backup_dto(&studio.library.back_up(&folder, reason, pause)?))
            })
            .await?
        };
        studio.changed(&["library"]);
        Ok(made)
    }

    /// See [`crate::commands::door`].
    pub async fn set_backup_folder(&self, input: BackupFolder) -> Result<(), StudioError> {
        let studio = self.enter(&mut *self.place.lock().await).await?;
        let folder = input.folder.as_deref().map(absolute).transpose()?;
        off_thread(move || {
            if let Some(folder) = &folder {
                std::fs::create_dir_all(folder).map_err(|error| StudioError::Unwritable {
                    path: shown(folder),
                    detail: error.to_string(),
                })?;
            }
            Ok(studio.library.set_backup_folder(folder.as_deref())?)
        })
        .await
    }

    /// See [`crate::commands::door`].
    pub async fn backup_contents(
        &self,
        input: PathInput,
    ) -> Result<Vec<ProjectThereDto>, StudioError> {
        let mut place = self.place.lock().await;
        let (_, _, studio) = self.around(&mut place).await;
        let clock = (self.build)(&place.path).clock;
        drop(place);
        off_thread(move || {
            let there = lib::Library::open_reading(&absolute(&input.path)?, clock)?;
            let now = studio.as_ref().map(|studio| &*studio.library);
            let projects = there.contents(now)?;
            Ok(projects.into_iter().map(project_dto).collect())
        })
        .await
    }

    /// See [`crate::commands::door`].
    pub async fn backup_text(&self, input: DraftThereInput) -> Result<String, StudioError> {
        let clock = (self.build)(&self.place.lock().await.path).clock;
        off_thread(move || {
            let there = lib::Library::open_reading(&absolute(&input.path)?, clock)?;
            Ok(there.draft(&input.draft_id)?.body)
        })
        .await
    }

    /// See [`crate::commands::door`].
    pub async fn take_from_backup(
        &self,
        input: BringInput,
    ) -> Result<Vec<BroughtDto>, StudioError> {
        let mut place = self.place.lock().await;
        let studio = self.enter(&mut place).await?;
        let clock = (self.build)(&place.path).clock;
        drop(place);
        let changed = studio.clone();
        let brought = off_thread(move || {
            let path = absolute(&input.path)?;
            let there = lib::Library::open_reading(&path, clock)?;
            let bring = if input.as_drafts {
                lib::Bring::AsDrafts
            } else {
                lib::Bring::AsCopy
            };
            let mark = mark_of(&path);
            let brought = studio
                .library
                .bring(&there, &input.document_ids, bring, &mark)?;
            Ok(brought.into_iter().map(brought_dto).collect())
        })
        .await?;
        changed.changed(&["projects", "documents", "history", "takes"]);
        Ok(brought)
    }

    /// See [`crate::commands::door`].
    pub async fn rescue_library(&self, _: Nothing) -> Result<RescuedDto, StudioError> {
        let place = self.place.lock().await;
        let clock = (self.build)(&place.path).clock;
        let path = place.path.clone();
        drop(place);
        off_thread(move || {
            let target = free_beside(&path);
            let saved = lib::rescue(&path, &target, clock)?;
            Ok(RescuedDto {
                path: shown(&target),
                projects: saved.projects,
                documents: saved.documents,
                drafts: saved.drafts,
                versions: saved.versions,
                lost_versions: saved.lost_versions,
                doubtful: saved.doubtful,
                without_journal: saved.without_journal,
                broken: saved.broken,
                problems: saved.problems,
            })
        })
        .await
    }

    /// See [`crate::commands::door`].
    pub async fn restore_backup(&self, input: PathInput) -> Result<RestoredDto, StudioError> {
        let backup = absolute(&input.path)?;
        let mut place = self.place.lock().await;
        let (path, folder, studio) = self.around(&mut place).await;
        // Nothing may hold the library while another takes its place.
        drop(studio);
        self.leave(&mut place).await?;
        let parts = (self.build)(&path);
        let target = path.clone();
        let put = off_thread(move || {
            let (clock, program) = (parts.clock, parts.program);
            let put = lib::put_back(&target, &backup, &folder, clock, program, &mut |_| {})?;
            Ok(RestoredDto {
                aside: put.aside.as_deref().map(shown),
            })
        })
        .await;
        place.reading = false;
        place.error = None;
        // Whatever happened, the library that lies there now is opened; if it does not open, the
        // next call says why.
        let opened = self.enter(&mut place).await;
        let put = put?;
        opened.map(|_| put)
    }
}

pub(super) fn backup_dto(backup: &lib::Backup) -> BackupDto {
    let name = backup.path.file_name().unwrap_or_default();
    BackupDto {
        path: shown(&backup.path),
        name: shown(Path::new(name)),
        made_at: time(backup.made_at),
        reason: match backup.reason {
            lib::BackupReason::Daily => BackupReason::Daily,
            lib::BackupReason::ByHand => BackupReason::ByHand,
            lib::BackupReason::BeforeUpdate => BackupReason::BeforeUpdate,
            lib::BackupReason::BeforeRestore => BackupReason::BeforeRestore,
        },
        sound: backup.sound,
        bytes: bytes(backup.bytes),
    }
}

/// What distinguishes a name that came out of a backup: the day it is of, as both languages write
/// it.
fn mark_of(backup: &Path) -> String {
    let folder = backup.parent().unwrap_or(backup);
    let found = lib::backups(backup, folder).unwrap_or_default();
    let backup = found.into_iter().find(|known| known.path == backup);
    match backup.map(|backup| lib::Moment::of(backup.made_at)) {
        Some(lib::Moment {
            year, month, day, ..
        }) => format!("{year:04}-{month:02}-{day:02}"),
        None => "↩".to_owned(),
    }
}

/// A name for a library beside `path` that no file has.
fn free_beside(path: &Path) -> PathBuf {
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    let name = |number: u32| match number {
        1 => format!("{stem}-rescued.inkstone"),
        number => format!("{stem}-rescued-{number}.inkstone"),
    };
    (1..)
        .map(|number| path.with_file_name(name(number)))
        .find(|path| !path.exists())
        .unwrap_or_else(|| path.with_file_name(name(0)))
}

fn brought_dto(brought: lib::Brought) -> BroughtDto {
    BroughtDto {
        document_id: brought.document_id,
        came: brought.came.into(),
        drafts: brought.drafts,
    }
}

impl From<lib::Came> for Came {
    fn from(came: lib::Came) -> Self {
        match came {
            lib::Came::PutBack => Came::PutBack,
            lib::Came::AsCopy => Came::AsCopy,
            lib::Came::AsDrafts => Came::AsDrafts,
            lib::Came::WasThere => Came::WasThere,
            lib::Came::Edited => Came::Edited,
        }
    }
}

fn standing(of: lib::Standing) -> Standing {
    match of {
        lib::Standing::Same => Standing::Same,
        lib::Standing::WorkedOnSince => Standing::WorkedOnSince,
        lib::Standing::NewerInBackup => Standing::NewerInBackup,
        lib::Standing::InBin => Standing::InBin,
        lib::Standing::Missing => Standing::Missing,
    }
}

fn project_dto(there: lib::ProjectThere) -> ProjectThereDto {
    let draft = |d: lib::DraftThere| DraftThereDto {
        id: d.draft.id,
        name: d.draft.name,
        updated_at: time(d.draft.updated_at),
        standing: standing(d.standing),
    };
    let document = |d: lib::DocumentThere| DocumentThereDto {
        id: d.id,
        title: d.title,
        kind: d.kind,
        updated_at: time(d.updated_at),
        standing: standing(d.standing),
        drafts: d.drafts.into_iter().map(draft).collect(),
    };
    ProjectThereDto {
        id: there.project.id,
        name: there.project.name,
        standing: standing(there.standing),
        documents: there.documents.into_iter().map(document).collect(),
    }
}
