//! One file from its host to the disk: asked for, sent on, cut off, asked for again.

use std::{sync::Arc, time::Duration};

use inkstone_generation::{
    CancellationToken, FileAnswer, FileAsk, FileBody, FileFacts, GenerationError,
    GenerationErrorKind as Kind, Secret,
};
use inkstone_library::LibraryError;
use tokio::time::Instant;

use super::{
    Pace,
    part::{Kept, NoPart, Part},
};
use crate::{
    Studio, StudioError,
    depot::{DepotError, LEFT_FREE, shown},
    gate::{Errand, StudioGate},
};

/// What the ledger calls it.
pub(super) const PURPOSE: &str = "download_model";
/// A host that sends on more often leads nowhere.
const MOST_HOPS: usize = 6;
/// Failures in a row, without a byte between them.
const MOST_FAILURES: u32 = 6;
/// So much is written at once.
const PIECE: usize = 1 << 20;
/// What a GGUF file begins with.
const MAGIC: &[u8] = b"GGUF";
/// No file is longer.
const LONGEST: u64 = 1 << 42;

/// Why a transfer ended before the file was whole.
#[derive(Debug)]
pub(super) enum End {
    /// The person stopped it.
    Stopped,
    /// Asking again does not help.
    Failed(StudioError),
}

/// Why one attempt ended.
enum Trouble {
    End(End),
    /// Asking again may help.
    Again(StudioError, Option<Duration>),
}

impl From<End> for Trouble {
    fn from(end: End) -> Self {
        Self::End(end)
    }
}

impl From<StudioError> for Trouble {
    fn from(error: StudioError) -> Self {
        Self::End(End::Failed(error))
    }
}

/// What is told of a transfer.
pub(super) trait Listener: Send + Sync {
    /// So many bytes are there.
    fn bytes(&self, there: u64);
    /// What is known of the file has changed.
    fn known(&self, kept: &Kept);
    /// The host sent on to another one.
    fn sent_on(&self, host: &str);
    /// It comes in.
    fn running(&self);
    /// It is asked for again in so many seconds.
    fn waits(&self, pause: Duration, error: &StudioError);
}

/// A transfer.
pub(super) struct Transfer {
    pub studio: Arc<Studio>,
    pub kept: Kept,
    pub key: Option<Secret>,
    pub stop: CancellationToken,
    pub pace: Pace,
    pub listener: Arc<dyn Listener>,
}

/// How an attempt to have a part of the file ended.
type Attempt = Result<(), Trouble>;

impl Transfer {
    /// Brings the whole file to the disk, as a part. Returns it with what is known of it.
    pub async fn run(mut self) -> Result<(Part, Kept), End> {
        let mut part = self.open().await?;
        let mut failures = 0;
        loop {
            let before = part.len();
            self.listener.running();
            self.listener.bytes(before);
            let (again, ended) = self.attempt(part).await;
            part = match again {
                Some(part) => part,
                None => self.open().await?,
            };
            let (error, asked) = match ended {
                Ok(()) => return Ok((part, self.kept)),
                Err(Trouble::End(end)) => {
                    // What is there is worth keeping for the next time.
                    let _ = self.settle(part).await;
                    return Err(end);
                }
                Err(Trouble::Again(error, asked)) => (error, asked),
            };
            if part.len() > before {
                failures = 0;
            }
            failures += 1;
            if failures > MOST_FAILURES {
                let _ = self.settle(part).await;
                return Err(End::Failed(error));
            }
            let pause = asked.unwrap_or_else(|| self.pace.after(failures));
            self.listener.waits(pause, &error);
            tokio::select! {
                () = tokio::time::sleep(pause) => {}
                () = self.stop.cancelled() => {
                    let _ = self.settle(part).await;
                    return Err(End::Stopped);
                }
            }
        }
    }

    /// Opens what is there already. Without a sum to check the whole by, only what is sure to be on
    /// the disk counts.
    async fn open(&mut self) -> Result<Part, End> {
        let folder = self.studio.shelf.own_folder().to_owned();
        let path = self.kept.part(&folder);
        let resumable = self.kept.mark.is_some() || self.kept.sum().is_some();
        let most = match self.kept.sum() {
            _ if !resumable => 0,
            Some(_) => u64::MAX,
            None => self.kept.safe,
        };
        let (stop, opened) = (self.stop.clone(), path.clone());
        let part = tokio::task::spawn_blocking(move || Part::open(&opened, most, &stop)).await;
        let part = part.map_err(|e| End::Failed(StudioError::Internal(e.to_string())))?;
        part.map_err(|error| match error {
            NoPart::Busy => End::Failed(DepotError::Busy { path: shown(&path) }.into()),
            NoPart::Stopped => End::Stopped,
            NoPart::Io(error) => End::Failed(unwritable(&shown(&path), error)),
        })
    }

    /// The part is left so that it can be gone on from.
    async fn settle(&mut self, mut part: Part) -> Result<(), StudioError> {
        let folder = self.studio.shelf.own_folder().to_owned();
        let mut kept = self.kept.clone();
        let kept = tokio::task::spawn_blocking(move || {
            if part.sync().is_ok() {
                kept.safe = part.len();
            }
            let _ = kept.save(&folder);
            kept
        });
        self.kept = kept
            .await
            .map_err(|e| StudioError::Internal(e.to_string()))?;
        self.listener.known(&self.kept);
        Ok(())
    }

    async fn keep(&mut self) -> Result<(), StudioError> {
        self.listener.known(&self.kept);
        let folder = self.studio.shelf.own_folder().to_owned();
        let kept = self.kept.clone();
        let path = shown(&folder);
        let saved = tokio::task::spawn_blocking(move || kept.save(&folder)).await;
        saved
            .map_err(|e| StudioError::Internal(e.to_string()))?
            .map_err(|error| unwritable(&path, error))
    }

    /// Begins the part anew, for the file that the host has now.
    async fn anew(&mut self, part: &mut Part) -> Result<(), StudioError> {
        let path = shown(part.path());
        part.clear().map_err(|error| unwritable(&path, error))?;
        (
            self.kept.mark,
            self.kept.total,
            self.kept.said,
            self.kept.safe,
        ) = (None, None, None, 0);
        self.listener.bytes(0);
        self.keep().await
    }

    /// Asks once, and follows to where it is sent on. The part is given back, unless a fault lost it.
    async fn attempt(&mut self, part: Part) -> (Option<Part>, Attempt) {
        let gate = StudioGate::new(&self.studio, Errand::by_hand(PURPOSE));
        let mut part = Some(part);
        let ended = self.follow(&mut part, &gate).await;
        gate.settle().await;
        (part, ended)
    }

    async fn follow(&mut self, slot: &mut Option<Part>, gate: &Arc<StudioGate>) -> Attempt {
        let mut url = self.kept.url.clone();
        let mut linked = FileFacts::default();
        let first = self.host(&url)?;
        // Where nothing would tell one file from another, none is put together of two.
        if let Some(part) = slot.as_mut()
            && part.len() > 0
            && self.kept.mark.is_none()
            && self.kept.sum().is_none()
        {
            self.anew(part).await?;
        }
        for hop in 0..MOST_HOPS {
            let Some(part) = slot.as_mut() else {
                return Err(StudioError::Internal("no part".into()).into());
            };
            let host = self.host(&url)?;
            let ask = FileAsk {
                url: url.clone(),
                from: part.len(),
                same: self.kept.mark.clone(),
                // A key goes to the host it was given for.
                key: self.key.clone().filter(|_| host == first),
            };
            let fetched = self.studio.shelf.remote().fetch(ask, gate.clone());
            let answer = tokio::select! {
                answer = fetched => answer,
                () = self.stop.cancelled() => return Err(End::Stopped.into()),
            };
            let answer = answer.map_err(|error| self.trouble(error, &host, gate))?;
            match answer {
                FileAnswer::SentOn { url: to, facts } => {
                    let next = self.host(&to)?;
                    if url.starts_with("https:") && !to.starts_with("https:") {
                        return Err(
                            StudioError::from(DepotError::Insecure { host, to: next }).into()
                        );
                    }
                    if next != host {
                        self.listener.sent_on(&next);
                    }
                    // Who is asked first knows the file; who stores it knows bytes.
                    if hop == 0 {
                        linked = facts;
                    }
                    url = to;
                }
                FileAnswer::NothingThere { facts } => {
                    let all = facts.bytes.or(self.kept.total);
                    if part.len() > 0 && all == Some(part.len()) {
                        return Ok(());
                    }
                    self.anew(part).await?;
                    return Err(unsteady(host, "there is nothing from where it was cut off"));
                }
                FileAnswer::File { from, facts, body } => {
                    self.begins(part, from, &facts, &linked, &host).await?;
                    return self.take(slot, body, &host).await;
                }
            }
        }
        Err(StudioError::from(DepotError::Round { host: first }).into())
    }

    fn host(&self, url: &str) -> Result<String, StudioError> {
        self.studio.shelf.host(url)
    }

    /// What a failed question comes to.
    fn trouble(&self, error: GenerationError, host: &str, gate: &StudioGate) -> Trouble {
        let host = host.to_owned();
        let detail = error.detail.clone();
        match error.kind {
            Kind::Unauthorized | Kind::Forbidden => {
                StudioError::from(DepotError::Gated { host, detail }).into()
            }
            Kind::RemoteNotFound => StudioError::from(DepotError::NotThere { host, detail }).into(),
            Kind::NotAnApi => unsteady(host, &detail),
            Kind::Unreachable
            | Kind::Timeout
            | Kind::Stalled
            | Kind::Interrupted
            | Kind::ServerTrouble
            | Kind::RateLimited
            | Kind::Loading => match error.wait {
                Some(wait) if wait > self.pace.longest_asked => {
                    let mut error = error;
                    error.kind = Kind::LongWait;
                    StudioError::from(error).into()
                }
                wait => Trouble::Again(error.into(), wait),
            },
            _ => gate.explain(error).into(),
        }
    }

    /// What the head of an answer says, against what is there.
    async fn begins(
        &mut self,
        part: &mut Part,
        from: u64,
        facts: &FileFacts,
        linked: &FileFacts,
        host: &str,
    ) -> Attempt {
        let host = host.to_owned();
        if let Some(what) = facts.content.as_deref().filter(|kind| is_text(kind)) {
            let what = what.to_owned();
            return Err(StudioError::from(DepotError::NoModel { host, what }).into());
        }
        let total = facts.bytes.or(linked.bytes);
        if let (Some(a), Some(b)) = (facts.bytes, linked.bytes)
            && a != b
        {
            self.anew(part).await?;
            return Err(unsteady(host, &format!("{a} bytes or {b} bytes")));
        }
        if total.is_some_and(|total| total > LONGEST) {
            let detail = format!("{} bytes", total.unwrap_or_default());
            return Err(StudioError::from(DepotError::Unsteady { host, detail }).into());
        }
        let sum = facts.sha256.clone().or(linked.sha256.clone());
        if from != 0 || part.len() != 0 {
            let differs = |a: &Option<String>, b: &Option<String>| {
                a.as_ref().zip(b.as_ref()).is_some_and(|(a, b)| a != b)
            };
            let other = self.kept.total.zip(total).is_some_and(|(a, b)| a != b)
                || differs(&self.kept.mark, &facts.mark)
                || differs(&self.kept.said, &sum);
            if from == 0 {
                // All of it comes: the host has another file by now, or gives no parts.
                self.anew(part).await?;
            } else if from != part.len() || other {
                self.anew(part).await?;
                return Err(unsteady(
                    host,
                    "another file than before, or another part of it",
                ));
            }
        }
        if let Some(total) = total {
            let folder = self.studio.shelf.own_folder().to_owned();
            let more = total.saturating_sub(part.len());
            let studio = self.studio.clone();
            studio
                .blocking(move |s| s.model_room(&folder, more))
                .await?;
        }
        (self.kept.mark, self.kept.total) = (facts.mark.clone(), total);
        self.kept.said = sum.or(self.kept.said.take());
        self.keep().await?;
        Ok(())
    }

    /// Takes the bytes in until the host has no more.
    async fn take(
        &mut self,
        slot: &mut Option<Part>,
        mut body: Box<dyn FileBody>,
        host: &str,
    ) -> Attempt {
        let mut piece: Vec<u8> = Vec::new();
        let mut checked = Instant::now();
        loop {
            let next = tokio::select! {
                next = body.next() => next,
                () = self.stop.cancelled() => {
                    self.write(slot, std::mem::take(&mut piece), host).await?;
                    return Err(End::Stopped.into());
                }
            };
            let (bytes, ended) = match next {
                Ok(Some(bytes)) => (bytes, None),
                Ok(None) => (Vec::new(), Some(Ok(()))),
                Err(error) => (Vec::new(), Some(Err(error))),
            };
            piece.extend_from_slice(&bytes);
            if ended.is_some() || piece.len() >= PIECE {
                self.write(slot, std::mem::take(&mut piece), host).await?;
            }
            match ended {
                None => {}
                Some(Err(error)) => return Err(Trouble::Again(error.into(), None)),
                Some(Ok(())) => {
                    let there = slot.as_ref().map_or(0, Part::len);
                    return match self.kept.total {
                        Some(total) if there < total => {
                            let detail = format!("{there} of {total} bytes came");
                            let short = GenerationError::new(Kind::Interrupted, detail);
                            Err(Trouble::Again(short.into(), None))
                        }
                        _ => Ok(()),
                    };
                }
            }
            if checked.elapsed() > self.pace.room_each {
                checked = Instant::now();
                let folder = self.studio.shelf.own_folder().to_owned();
                let studio = self.studio.clone();
                studio.blocking(move |s| s.model_room(&folder, 0)).await?;
            }
        }
    }

    async fn write(&mut self, slot: &mut Option<Part>, bytes: Vec<u8>, host: &str) -> Attempt {
        let Some(mut part) = slot.take() else {
            return Err(StudioError::Internal("no part".into()).into());
        };
        if bytes.is_empty() {
            *slot = Some(part);
            return Ok(());
        }
        if part.len() == 0 && !bytes.starts_with(MAGIC) {
            *slot = Some(part);
            let (host, what) = (host.to_owned(), "something else".to_owned());
            return Err(StudioError::from(DepotError::NoModel { host, what }).into());
        }
        let after = part.len() + bytes.len() as u64;
        if after > self.kept.total.unwrap_or(LONGEST) {
            let cleared = self.anew(&mut part).await;
            *slot = Some(part);
            cleared?;
            return Err(unsteady(host.to_owned(), "more bytes than it said"));
        }
        let path = shown(part.path());
        let written = tokio::task::spawn_blocking(move || {
            let written = part.write(&bytes);
            (part, written)
        });
        let (part, written) = written
            .await
            .map_err(|e| StudioError::Internal(e.to_string()))?;
        let there = part.len();
        *slot = Some(part);
        let synced = written.map_err(|error| unwritable(&path, error))?;
        self.listener.bytes(there);
        if synced {
            self.kept.safe = there;
            self.keep().await?;
        }
        Ok(())
    }
}

/// A page, an error message: no model file is sent as such.
fn is_text(kind: &str) -> bool {
    kind == "text/html" || kind == "application/xhtml+xml" || kind == "application/json"
}

fn unsteady(host: String, detail: &str) -> Trouble {
    let detail = detail.to_owned();
    Trouble::Again(DepotError::Unsteady { host, detail }.into(), None)
}

pub(super) fn unwritable(path: &str, error: std::io::Error) -> StudioError {
    match error.kind() {
        std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => {
            LibraryError::DiskFull.into()
        }
        _ => StudioError::Unwritable {
            path: path.to_owned(),
            detail: error.to_string(),
        },
    }
}

impl Studio {
    /// Whether so many bytes more have room where our model files lie. Blocks.
    pub(crate) fn model_room(
        &self,
        folder: &std::path::Path,
        more: u64,
    ) -> Result<(), StudioError> {
        let free = self.shelf.machine().and_then(|m| m.free_space(folder));
        // What is asked for beforehand leaves something over; what comes in may use it up to a half.
        let needed = match more {
            0 => LEFT_FREE / 2,
            more => more.saturating_add(LEFT_FREE),
        };
        match free {
            Some(free) if free < needed => Err(DepotError::NoRoom { needed, free }.into()),
            _ => Ok(()),
        }
    }
}
