//! Where model files come from: folders that the person named, other programs on this machine, and
//! downloads; and a guide to what the machine can run.
//!
//! Nothing is looked through that the person did not name or ask for, and nothing outside our own
//! folder is ever changed.

pub(crate) mod download;
mod dto;
mod error;
mod found;
mod guide;
mod measure;
#[cfg(test)]
mod tests;

use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::Arc,
};

use inkstone_generation::may_be_embedder;

use crate::{
    Studio, StudioError,
    doorway::dto::PathInput,
    dto::ModelDto,
    inputs::Nothing,
    machine::{Fit, Machine, fit, needed},
    models::LONGEST_ADDRESS,
    projects::bounded,
    shelf::file_dto,
};

pub use download::Pace;
pub use dto::*;
pub use error::DepotError;
pub use guide::{GuideDto, GuideEntryDto, HubDto, MachineDto, SetHub, SpeedBasisDto};

/// So much stays free on the disk beside a file that comes in, in bytes.
pub(crate) const LEFT_FREE: u64 = 256 << 20;

fn shown(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

impl Studio {
    /// What is known of the machine. Said once, by who opens the studio.
    pub fn use_machine(&self, machine: Arc<dyn Machine>) {
        self.shelf.use_machine(machine);
    }

    /// Looks through the folders on the shelf, behind everything else.
    pub(crate) fn attend_to_folders(self: &Arc<Self>) {
        if self.library.is_reading() {
            return;
        }
        let studio = self.clone();
        tokio::spawn(async move {
            let looked = studio.blocking(|s| s.shelf.look_through(&s.library)).await;
            match looked {
                Ok(true) => studio.changed(&["models"]),
                Ok(false) => {}
                Err(error) => {
                    tracing::warn!(%error, "the folders of models were not looked through")
                }
            }
        });
    }

    /// See [`crate::commands`].
    pub async fn model_folders(
        self: &Arc<Self>,
        _: Nothing,
    ) -> Result<Vec<ModelFolderDto>, StudioError> {
        let (changed, folders) = self
            .blocking(|s| {
                let changed = s.shelf.look_through(&s.library)?;
                Ok((changed, s.folder_dtos()))
            })
            .await?;
        if changed {
            self.changed(&["models"]);
        }
        Ok(folders)
    }

    fn folder_dtos(&self) -> Vec<ModelFolderDto> {
        let states = self.shelf.folder_states().into_iter().enumerate();
        let dto = |(n, state): (usize, crate::shelf::folders::FolderState)| ModelFolderDto {
            path: shown(&state.path),
            own: n == 0,
            // Ours is made when it is first needed.
            here: n == 0 || state.here,
            models: state.models,
            unreadable: state
                .unreadable
                .into_iter()
                .map(|(path, error)| UnreadableDto {
                    path: shown(&path),
                    error: StudioError::from(error).to_dto(),
                })
                .collect(),
            doubles: state
                .doubles
                .into_iter()
                .map(|(path, same)| DoubleDto {
                    path: shown(&path),
                    same_as: shown(&same),
                })
                .collect(),
            cut: state.cut,
        };
        states.map(dto).collect()
    }

    /// See [`crate::commands`].
    pub async fn add_model_folder(
        self: &Arc<Self>,
        i: PathInput,
    ) -> Result<Vec<ModelFolderDto>, StudioError> {
        let path = bounded("path", &i.path, LONGEST_ADDRESS)?;
        let folders = self
            .blocking(move |s| {
                s.shelf.add_folder(&s.library, Path::new(&path))?;
                Ok(s.folder_dtos())
            })
            .await?;
        self.changed(&["models"]);
        Ok(folders)
    }

    /// See [`crate::commands`].
    pub async fn remove_model_folder(
        self: &Arc<Self>,
        i: PathInput,
    ) -> Result<Vec<ModelFolderDto>, StudioError> {
        let folders = self
            .blocking(move |s| {
                s.shelf.remove_folder(&s.library, Path::new(&i.path))?;
                Ok(s.folder_dtos())
            })
            .await?;
        // Projects that had one of its models write with the starter from now on.
        self.changed(&["models", "projects"]);
        Ok(folders)
    }

    /// See [`crate::commands`].
    pub async fn find_models(
        self: &Arc<Self>,
        _: Nothing,
    ) -> Result<Vec<FoundProgramDto>, StudioError> {
        self.blocking(|s| {
            let Some(machine) = s.shelf.machine() else {
                return Ok(Vec::new());
            };
            let memory = machine.memory();
            let mut all: Vec<FoundProgramDto> = Vec::new();
            for folder in machine.programs() {
                let (spotted, whole) = found::look_in(&folder);
                let models: Vec<FoundModelDto> = spotted
                    .into_iter()
                    .map(|one| s.found_dto(one, memory))
                    .collect();
                if models.is_empty() {
                    continue;
                }
                all.push(FoundProgramDto {
                    program: folder.program,
                    name: folder.program.name().to_owned(),
                    path: shown(&folder.path),
                    models,
                    cut: !whole,
                });
            }
            Ok(all)
        })
        .await
    }

    fn found_dto(
        &self,
        found::Spotted { name, path }: found::Spotted,
        memory: Option<crate::machine::Memory>,
    ) -> FoundModelDto {
        let read = self.shelf.local().inspect(&path);
        let needed = read
            .as_ref()
            .map_or(0, |file| needed(file.bytes, file.parameters));
        let same = |bytes| {
            let here = self.shelf.id_of(&path);
            here.or_else(|| self.shelf.id_of(&self.shelf.same_as(&path, bytes)?))
        };
        FoundModelDto {
            on_shelf: read.as_ref().ok().and_then(|file| same(file.bytes)),
            needed: needed as f64,
            fit: match &read {
                Ok(_) => fit(needed, memory),
                Err(_) => Fit::Unknown,
            },
            file: read.as_ref().ok().map(file_dto),
            error: read.err().map(|error| StudioError::from(error).to_dto()),
            path: shown(&path),
            name,
        }
    }

    /// See [`crate::commands`].
    pub async fn add_found(self: &Arc<Self>, i: AddFound) -> Result<ModelDto, StudioError> {
        let path = bounded("path", &i.path, LONGEST_ADDRESS)?;
        let name = bounded("name", &i.name, 300)?;
        let model = self
            .blocking(move |s| {
                let named = (name.as_str(), i.program.name());
                s.shelf.add_found(&s.library, Path::new(&path), named)
            })
            .await?;
        self.changed(&["models"]);
        Ok(model)
    }

    /// See [`crate::commands`].
    pub async fn import_model(self: &Arc<Self>, i: PathInput) -> Result<ModelDto, StudioError> {
        let path = bounded("path", &i.path, LONGEST_ADDRESS)?;
        let model = self
            .blocking(move |s| {
                let copy = s.copy_in(Path::new(&path))?;
                s.shelf.add_file(&s.library, &copy)
            })
            .await?;
        self.changed(&["models"]);
        Ok(model)
    }

    /// Copies a model file into our own folder; it appears there when it is whole. Blocks.
    fn copy_in(&self, from: &Path) -> Result<PathBuf, StudioError> {
        let file = self.shelf.local().inspect(from)?;
        let folder = self.shelf.own_folder();
        let unwritable = |path: &Path, error: io::Error| match error.kind() {
            io::ErrorKind::StorageFull => {
                StudioError::Library(inkstone_library::LibraryError::DiskFull)
            }
            _ => StudioError::Unwritable {
                path: shown(path),
                detail: error.to_string(),
            },
        };
        if may_be_embedder(from) {
            return self.copy_folder_in(from, file.bytes);
        }
        let name = from.file_name().map(|name| name.to_string_lossy());
        let to = folder.join(download::address::file_name(&name.unwrap_or_default()));
        if to.exists() {
            return Err(StudioError::Taken { path: shown(&to) });
        }
        fs::create_dir_all(folder).map_err(|error| unwritable(folder, error))?;
        self.model_room(folder, file.bytes)?;
        let part = to.with_extension("gguf.copy");
        let copied = fs::copy(from, &part)
            .and_then(|_| fs::File::open(&part)?.sync_all())
            .and_then(|()| fs::rename(&part, &to))
            .and_then(|()| download::sync_folder(folder));
        if let Err(error) = copied {
            let _ = fs::remove_file(&part);
            return Err(unwritable(&to, error));
        }
        Ok(to)
    }

    /// The same for a model's folder: what belongs to the model, and nothing that could run. Blocks.
    fn copy_folder_in(&self, from: &Path, bytes: u64) -> Result<PathBuf, StudioError> {
        const MOST: usize = 1000;
        const KINDS: [&str; 6] = ["json", "txt", "jinja", "safetensors", "model", "md"];
        let from = if from.is_dir() {
            from
        } else {
            from.parent().unwrap_or(from)
        };
        let own = self.shelf.own_folder();
        let name = from.file_name().unwrap_or_default().to_string_lossy();
        let name = name.trim_start_matches('.');
        let to = own.join(if name.is_empty() { "model" } else { name });
        if to.exists() {
            return Err(StudioError::Taken { path: shown(&to) });
        }
        let unwritable = |error: io::Error| match error.kind() {
            io::ErrorKind::StorageFull => {
                StudioError::Library(inkstone_library::LibraryError::DiskFull)
            }
            _ => StudioError::Unwritable {
                path: shown(&to),
                detail: error.to_string(),
            },
        };
        fs::create_dir_all(own).map_err(&unwritable)?;
        self.model_room(own, bytes)?;
        let part = own.join(format!(".{name}.copy"));
        let copy = || -> io::Result<()> {
            if part.exists() {
                // One that was broken off.
                fs::remove_dir_all(&part)?;
            }
            fs::create_dir(&part)?;
            for one in fs::read_dir(from)?.flatten().take(MOST) {
                let path = one.path();
                let ending = path.extension().and_then(|ending| ending.to_str());
                if path.is_file() && ending.is_some_and(|ending| KINDS.contains(&ending)) {
                    let copy = part.join(one.file_name());
                    fs::copy(&path, &copy)?;
                    fs::File::open(&copy)?.sync_all()?;
                }
            }
            download::sync_folder(&part)?;
            fs::rename(&part, &to)?;
            download::sync_folder(own)
        };
        if let Err(error) = copy() {
            let _ = fs::remove_dir_all(&part);
            return Err(unwritable(error));
        }
        Ok(to)
    }
}
