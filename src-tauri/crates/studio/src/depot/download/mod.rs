//! Downloads: one comes in at a time, the others wait their turn; each goes on where it was.

pub(crate) mod address;
mod part;
mod transfer;

use std::{
    collections::VecDeque,
    fs, io,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use inkstone_generation::{CancellationToken, GenerationErrorKind, Secret};
use tokio::{sync::Semaphore, time::Instant};

use self::{
    part::{Kept, Part},
    transfer::{End, Listener, Transfer, unwritable},
};
use super::{
    DepotError, DownloadDto, DownloadState, PlanDownload, PlannedDownload, StartDownload, shown,
};
use crate::{
    Studio, StudioError,
    dto::{ModelDto, StudioEvent},
    inputs::{Id, Nothing},
    models::LONGEST_ADDRESS,
    projects::bounded,
};

/// Between two tellings of how far a download is.
const TELL_EACH: Duration = Duration::from_millis(250);
/// The pace is taken over so long.
const PACE_OVER: Duration = Duration::from_secs(8);

/// How patient downloads are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    /// Before the first retry; doubled before each further one.
    pub first: Duration,
    /// The most that doubling comes to.
    pub longest: Duration,
    /// The longest that a host may ask to wait.
    pub longest_asked: Duration,
    /// Between two looks at how much room there is.
    pub room_each: Duration,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            first: Duration::from_secs(1),
            longest: Duration::from_secs(30),
            longest_asked: Duration::from_secs(120),
            room_each: Duration::from_secs(5),
        }
    }
}

impl Pace {
    fn after(&self, failures: u32) -> Duration {
        let doubled = 2_u32.saturating_pow(failures.saturating_sub(1));
        self.first.saturating_mul(doubled).min(self.longest)
    }
}

/// All downloads.
#[derive(Default)]
pub(crate) struct Downloads {
    list: Mutex<List>,
    pace: Mutex<Pace>,
}

#[derive(Default)]
struct List {
    all: Vec<Download>,
    /// What was left in the folder has been looked for.
    recalled: bool,
}

struct Download {
    id: String,
    kept: Kept,
    /// Kept in memory only.
    key: Option<Secret>,
    state: DownloadState,
    bytes: u64,
    sent_on: Vec<String>,
    /// What was there when, of late.
    pace: VecDeque<(Instant, u64)>,
    told: Option<Instant>,
    stop: CancellationToken,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Files have one name in a folder, so a download has one too.
fn id_of(name: &str) -> String {
    use sha2::{Digest as _, Sha256};
    let sum = Sha256::digest(name.as_bytes());
    let hex: String = sum.iter().take(6).map(|b| format!("{b:02x}")).collect();
    format!("download-{hex}")
}

impl Download {
    fn new(kept: Kept, bytes: u64, state: DownloadState) -> Self {
        Self {
            id: id_of(&kept.name),
            kept,
            key: None,
            state,
            bytes,
            sent_on: Vec::new(),
            pace: VecDeque::new(),
            told: None,
            stop: CancellationToken::new(),
        }
    }

    /// Whether there is work that goes on or waits its turn.
    fn is_busy(&self) -> bool {
        matches!(
            self.state,
            DownloadState::Queued
                | DownloadState::Running
                | DownloadState::Waiting { .. }
                | DownloadState::Checking
        )
    }

    fn per_second(&self) -> Option<f64> {
        if self.state != DownloadState::Running {
            return None;
        }
        let (first, last) = (self.pace.front()?, self.pace.back()?);
        let seconds = last.0.duration_since(first.0).as_secs_f64();
        let bytes = last.1.checked_sub(first.1)?;
        (seconds > 0.2).then(|| bytes as f64 / seconds)
    }

    fn to_dto(&self, host: String) -> DownloadDto {
        let per_second = self.per_second();
        let left = self.kept.total.and_then(|total| {
            let pace = per_second.filter(|pace| *pace >= 1.0)?;
            Some((total.saturating_sub(self.bytes) as f64 / pace).ceil())
        });
        DownloadDto {
            id: self.id.clone(),
            url: self.kept.url.clone(),
            host,
            sent_on: self.sent_on.clone(),
            name: self.kept.name.clone(),
            state: self.state.clone(),
            bytes: self.bytes as f64,
            total: self.kept.total.map(|total| total as f64),
            per_second,
            seconds_left: left,
            sha256: self.kept.sum().cloned(),
        }
    }
}

/// Sees to it that a rename is on the disk. Blocks.
pub(crate) fn sync_folder(folder: &Path) -> io::Result<()> {
    #[cfg(unix)]
    fs::File::open(folder)?.sync_all()?;
    #[cfg(not(unix))]
    let _ = folder;
    Ok(())
}

/// Hears of one transfer, and tells it on.
struct Ear {
    studio: Arc<Studio>,
    id: String,
}

impl Ear {
    fn note(&self, at_once: bool, change: impl FnOnce(&mut Download)) {
        self.studio.note_download(&self.id, at_once, change);
    }
}

impl Listener for Ear {
    fn bytes(&self, there: u64) {
        self.note(false, |download| {
            let now = Instant::now();
            if there < download.bytes {
                download.pace.clear();
            }
            download.bytes = there;
            download.pace.push_back((now, there));
            while download
                .pace
                .front()
                .is_some_and(|(then, _)| now.duration_since(*then) > PACE_OVER)
            {
                download.pace.pop_front();
            }
        });
    }

    fn known(&self, kept: &Kept) {
        self.note(false, |download| download.kept = kept.clone());
    }

    fn sent_on(&self, host: &str) {
        self.note(true, |download| {
            if !download.sent_on.iter().any(|known| known == host) {
                download.sent_on.push(host.to_owned());
            }
        });
    }

    fn running(&self) {
        self.note(true, |download| {
            download.pace.clear();
            download.state = DownloadState::Running;
        });
    }

    fn waits(&self, pause: Duration, error: &StudioError) {
        self.note(true, |download| {
            download.state = DownloadState::Waiting {
                seconds: u32::try_from(pause.as_secs()).unwrap_or(u32::MAX).max(1),
                error: error.to_dto(),
            };
        });
    }
}

impl Studio {
    /// How patient downloads are; for tests, and for hosts that want patience.
    pub fn pace_downloads(&self, pace: Pace) {
        *lock(&self.downloads.pace) = pace;
    }

    fn download_dto(&self, download: &Download) -> DownloadDto {
        let host = self.shelf.host(&download.kept.url);
        download.to_dto(host.unwrap_or_default())
    }

    /// Changes what is known of a download, and tells of it: now, or if it is time.
    fn note_download(&self, id: &str, at_once: bool, change: impl FnOnce(&mut Download)) {
        let told = {
            let mut list = lock(&self.downloads.list);
            let Some(download) = list.all.iter_mut().find(|one| one.id == id) else {
                return;
            };
            change(download);
            let now = Instant::now();
            let due = download
                .told
                .is_none_or(|then| now.duration_since(then) >= TELL_EACH);
            if !at_once && !due {
                return;
            }
            download.told = Some(now);
            self.download_dto(download)
        };
        self.tell(StudioEvent::Download { download: told });
    }

    /// Finds what an earlier run of the program has left. Blocks.
    fn recall_downloads(&self) {
        let folder = self.shelf.own_folder();
        if lock(&self.downloads.list).recalled {
            return;
        }
        let left = Kept::recall(folder);
        let mut list = lock(&self.downloads.list);
        if std::mem::replace(&mut list.recalled, true) {
            return;
        }
        for kept in left {
            let bytes = kept.there(folder);
            let id = id_of(&kept.name);
            if !list.all.iter().any(|known| known.id == id) {
                let download = Download::new(kept, bytes, DownloadState::Paused);
                list.all.push(download);
            }
        }
    }

    /// See [`crate::commands`].
    pub async fn downloads(self: &Arc<Self>, _: Nothing) -> Result<Vec<DownloadDto>, StudioError> {
        self.blocking(|s| {
            s.recall_downloads();
            let list = lock(&s.downloads.list);
            Ok(list.all.iter().map(|one| s.download_dto(one)).collect())
        })
        .await
    }

    /// See [`crate::commands`].
    pub async fn plan_download(
        self: &Arc<Self>,
        i: PlanDownload,
    ) -> Result<PlannedDownload, StudioError> {
        let what = bounded("what", &i.what, LONGEST_ADDRESS)?;
        let hub = i
            .hub
            .map(|hub| bounded("hub", &hub, LONGEST_ADDRESS))
            .transpose()?;
        self.blocking(move |s| {
            let url = address::url_of(&what, hub.as_deref())?;
            let host = s.shelf.host(&url)?;
            let folder = s.shelf.own_folder();
            let name = address::name_of(&url);
            Ok(PlannedDownload {
                taken: folder.join(&name).exists(),
                folder: shown(folder),
                url,
                host,
                name,
            })
        })
        .await
    }

    /// See [`crate::commands`].
    pub async fn start_download(
        self: &Arc<Self>,
        i: StartDownload,
    ) -> Result<DownloadDto, StudioError> {
        let url = bounded("url", &i.url, LONGEST_ADDRESS)?;
        let wanted = address::sum_of(&i.sha256.unwrap_or_default())?;
        let key = bounded("api_key", &i.api_key.unwrap_or_default(), LONGEST_ADDRESS)?;
        let id = self
            .blocking(move |s| {
                s.recall_downloads();
                s.put_download(&url, wanted, &key)
            })
            .await?;
        self.let_run(&id)
    }

    /// Puts a download into the list, or finds it there. Blocks.
    fn put_download(
        &self,
        url: &str,
        wanted: Option<String>,
        key: &str,
    ) -> Result<String, StudioError> {
        if self.library.is_reading() {
            return Err(inkstone_library::LibraryError::Reading.into());
        }
        let url = address::url_of(url, None)?;
        self.shelf.host(&url)?;
        let folder = self.shelf.own_folder();
        let name = address::name_of(&url);
        let id = id_of(&name);
        let taken = StudioError::Taken {
            path: shown(&folder.join(&name)),
        };
        let mut list = lock(&self.downloads.list);
        let key = Some(key.trim())
            .filter(|key| !key.is_empty())
            .map(Secret::new);
        if let Some(known) = list.all.iter_mut().find(|one| one.id == id) {
            if known.is_busy() {
                return match known.kept.url == url {
                    true => Ok(id),
                    false => Err(taken),
                };
            }
            if !matches!(known.state, DownloadState::Done { .. }) && known.kept.url == url {
                known.kept.wanted = wanted.or(known.kept.wanted.take());
                known.key = key.or(known.key.take());
                return Ok(id);
            }
        }
        if folder.join(&name).exists() {
            return Err(taken);
        }
        // Another file of that name that was begun once, and is no longer wanted.
        list.all.retain(|one| one.id != id);
        let kept = Kept {
            url,
            name,
            wanted,
            ..Kept::default()
        };
        kept.remove(folder);
        kept.save(folder)
            .map_err(|error| unwritable(&shown(folder), error))?;
        let mut download = Download::new(kept, 0, DownloadState::Paused);
        download.key = key;
        list.all.push(download);
        Ok(id)
    }

    /// Lets a download run, when its turn comes.
    fn let_run(self: &Arc<Self>, id: &str) -> Result<DownloadDto, StudioError> {
        let dto = {
            let mut list = lock(&self.downloads.list);
            let Some(download) = list.all.iter_mut().find(|one| one.id == id) else {
                return Err(StudioError::not_found("download", id));
            };
            if !download.is_busy() && !matches!(download.state, DownloadState::Done { .. }) {
                download.state = DownloadState::Queued;
                download.stop = CancellationToken::new();
                download.sent_on.clear();
                let (studio, id, stop) = (self.clone(), id.to_owned(), download.stop.clone());
                tokio::spawn(async move { studio.run_download(&id, stop).await });
            }
            self.download_dto(download)
        };
        self.tell(StudioEvent::Download {
            download: dto.clone(),
        });
        Ok(dto)
    }

    async fn run_download(self: &Arc<Self>, id: &str, stop: CancellationToken) {
        let state = match self.bring(id, &stop).await {
            Ok(model) => DownloadState::Done { model_id: model.id },
            Err(End::Stopped) => DownloadState::Paused,
            Err(End::Failed(error)) => {
                tracing::warn!(%error, "a download failed");
                DownloadState::Failed {
                    error: error.to_dto(),
                }
            }
        };
        let done = matches!(state, DownloadState::Done { .. });
        let folder = self.shelf.own_folder().to_owned();
        self.note_download(id, true, |download| {
            if !done {
                download.bytes = download.kept.there(&folder);
            }
            download.state = state;
        });
        if done {
            self.changed(&["models"]);
        }
    }

    /// Brings a file onto the shelf.
    async fn bring(self: &Arc<Self>, id: &str, stop: &CancellationToken) -> Result<ModelDto, End> {
        let turns = self.download_turns.clone();
        let _turn = tokio::select! {
            turn = turns.acquire_owned() => turn,
            () = stop.cancelled() => return Err(End::Stopped),
        };
        let (kept, key) = {
            let list = lock(&self.downloads.list);
            let download = list.all.iter().find(|one| one.id == id);
            let Some(download) = download else {
                return Err(End::Stopped);
            };
            (download.kept.clone(), download.key.clone())
        };
        let transfer = Transfer {
            studio: self.clone(),
            kept,
            key,
            stop: stop.clone(),
            pace: *lock(&self.downloads.pace),
            listener: Arc::new(Ear {
                studio: self.clone(),
                id: id.to_owned(),
            }),
        };
        let (part, kept) = transfer.run().await?;
        self.note_download(id, true, |download| {
            download.state = DownloadState::Checking;
        });
        let checked = self
            .blocking(move |s| {
                let path = s.finish(part, &kept)?;
                s.shelf.add_file(&s.library, &path)
            })
            .await;
        if checked.is_err() {
            // What is gone from the disk is fetched from its beginning the next time.
            let folder = self.shelf.own_folder().to_owned();
            self.note_download(id, false, |download| {
                if download.kept.there(&folder) == 0 {
                    let kept = &mut download.kept;
                    (kept.mark, kept.total, kept.said, kept.safe) = (None, None, None, 0);
                }
            });
        }
        checked.map_err(End::Failed)
    }

    /// Checks a whole part, and gives it its name. One that is not what it should be is not kept.
    /// Blocks.
    fn finish(&self, mut part: Part, kept: &Kept) -> Result<PathBuf, StudioError> {
        let folder = self.shelf.own_folder();
        let path = part.path().to_owned();
        part.sync()
            .map_err(|error| unwritable(&shown(&path), error))?;
        let found = part.sum();
        let sums = [&kept.wanted, &kept.said];
        if let Some(expected) = sums.into_iter().flatten().find(|sum| **sum != found) {
            let expected = expected.clone();
            drop(part);
            kept.remove(folder);
            return Err(DepotError::WrongSum { expected, found }.into());
        }
        if let Err(error) = self.shelf.local().inspect(&path) {
            drop(part);
            // What can't be used today may be some day; what is damaged never is.
            if error.kind == GenerationErrorKind::ModelBroken {
                kept.remove(folder);
            }
            return Err(error.into());
        }
        let to = folder.join(&kept.name);
        if to.exists() {
            return Err(StudioError::Taken { path: shown(&to) });
        }
        drop(part);
        fs::rename(&path, &to)
            .and_then(|()| sync_folder(folder))
            .map_err(|error| unwritable(&shown(&to), error))?;
        // Its part has another name by now.
        kept.remove(folder);
        Ok(to)
    }

    /// See [`crate::commands`].
    pub async fn pause_download(self: &Arc<Self>, i: Id) -> Result<(), StudioError> {
        let list = lock(&self.downloads.list);
        let download = list.all.iter().find(|one| one.id == i.id);
        let download = download.ok_or_else(|| StudioError::not_found("download", &i.id))?;
        download.stop.cancel();
        Ok(())
    }

    /// See [`crate::commands`].
    pub async fn resume_download(self: &Arc<Self>, i: Id) -> Result<DownloadDto, StudioError> {
        self.blocking(|s| {
            s.recall_downloads();
            Ok(())
        })
        .await?;
        self.let_run(&i.id)
    }

    /// See [`crate::commands`].
    pub async fn drop_download(self: &Arc<Self>, i: Id) -> Result<(), StudioError> {
        let stop = {
            let list = lock(&self.downloads.list);
            let download = list.all.iter().find(|one| one.id == i.id);
            let download = download.ok_or_else(|| StudioError::not_found("download", &i.id))?;
            download.stop.clone()
        };
        stop.cancel();
        // It lets go of its file first.
        let id = i.id;
        while lock(&self.downloads.list)
            .all
            .iter()
            .any(|one| one.id == id && one.is_busy())
        {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        self.blocking(move |s| {
            let mut list = lock(&s.downloads.list);
            if let Some(at) = list.all.iter().position(|one| one.id == id) {
                let download = list.all.remove(at);
                if !matches!(download.state, DownloadState::Done { .. }) {
                    download.kept.remove(s.shelf.own_folder());
                }
            }
            Ok(())
        })
        .await?;
        self.changed(&["downloads"]);
        Ok(())
    }

    /// Stops all that comes in, so that the library can be left; it goes on where it was.
    pub(crate) fn rest_downloads(&self) {
        for download in &lock(&self.downloads.list).all {
            download.stop.cancel();
        }
    }
}

/// One file comes in at a time: two would take each other's line.
pub(crate) fn turns() -> Arc<Semaphore> {
    Arc::new(Semaphore::new(1))
}
