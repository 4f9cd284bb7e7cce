//! Search by meaning: which passages say what was asked, in whatever words.
//!
//! It works while a model for search is on the shelf. What was written is cut into passages and
//! embedded in the background, a few passages at a time; a model that writes goes first.

use std::sync::{
    Arc, Mutex, PoisonError,
    atomic::{AtomicBool, Ordering},
};
use std::time::Duration;

use inkstone_generation::{EmbedAs, Embedder};
use inkstone_library::{MeaningFilter, MeaningHit, MeaningModel};
use inkstone_manuscript::{DocumentKind, utf16};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{Studio, StudioError, drafts::to_u32};

/// Tokens of a passage: what a person takes in at a glance. A longer one says too many things for
/// one vector.
const PASSAGE: u32 = 160;

/// Letters to a token, on the safe side.
const LETTERS: u32 = 3;

/// Passages embedded at a time.
const AT_ONCE: usize = 4;

/// Bytes of text cut into passages at a time.
const CUT: usize = 256 << 10;

/// Between two steps anyone may write.
const REST: Duration = Duration::from_millis(25);

/// The longest question, in characters.
const LONGEST: usize = 400;

/// The most passages that are shown.
const MOST_HITS: usize = 20;

/// What a passage has to stand out by, in standard deviations of all passages, to be shown.
const STANDS_OUT: f32 = 1.8;

/// With fewer passages than this no deviation says anything: the best few are shown.
const FEW: u32 = 24;

/// How many are shown of few.
const BEST_OF_FEW: usize = 3;

/// The most of a passage that is shown, in characters.
const SHOWN: usize = 320;

/// What to look for by its meaning.
#[derive(Debug, Clone, Default, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct SearchMeaning {
    /// What is looked for, in the person's words.
    pub query: String,
    /// Only in this project.
    pub project_id: Option<String>,
    /// Only documents of this kind.
    #[ts(type = "DocumentKind | null")]
    pub kind: Option<DocumentKind>,
}

/// What was found by meaning.
#[derive(Debug, Clone, Default, PartialEq, Serialize, TS)]
pub struct MeaningPage {
    /// The model that compares; none if there is none on the shelf.
    pub model: Option<String>,
    /// Passages that were compared.
    pub compared: u32,
    /// Passages that there are; more than `compared` while the model still reads.
    pub passages: u32,
    /// The passages, the nearest first.
    pub hits: Vec<MeaningHitDto>,
}

/// A passage that says what was asked.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
pub struct MeaningHitDto {
    /// Project.
    pub project_id: String,
    /// Document.
    pub document_id: String,
    /// Draft.
    pub draft_id: String,
    /// Title of the document.
    pub title: String,
    /// Kind.
    #[ts(type = "DocumentKind")]
    pub kind: DocumentKind,
    /// The passage, or how it begins.
    pub text: String,
    /// Where the passage stands, in UTF-16 units of the text.
    pub from: u32,
    /// Where it ends.
    pub to: u32,
    /// The cosine of the angle between question and passage; 1 is the same.
    pub cosine: f32,
}

/// The work behind, one at a time.
#[derive(Debug, Default)]
pub(crate) struct Attending {
    running: AtomicBool,
    /// Something was written while it ran.
    again: AtomicBool,
    /// A model that could not be loaded or run is not tried again until the shelf changes.
    failed: Mutex<Option<String>>,
}

fn of(embedder: &dyn Embedder) -> MeaningModel {
    let known = embedder.describe();
    let tokens = known.max_tokens.saturating_sub(8).clamp(8, PASSAGE);
    MeaningModel {
        sha256: known.sha256,
        room: (tokens * LETTERS) as usize,
    }
}

/// What a passage looks like in a list.
fn shown(text: &str) -> String {
    let mut line = String::new();
    for (count, c) in text.chars().enumerate() {
        if count == SHOWN {
            line.push('…');
            break;
        }
        line.push(c);
    }
    line
}

/// The hits that stand out.
fn outstanding(hits: Vec<MeaningHit>, compared: u32) -> Vec<MeaningHit> {
    if compared < FEW {
        let few = hits.into_iter().take(BEST_OF_FEW);
        return few.filter(|hit| hit.cosine > 0.0).collect();
    }
    hits.into_iter()
        .filter(|hit| hit.standing >= STANDS_OUT)
        .collect()
}

impl Studio {
    /// Has what was written since read by the model for search, if there is one, in the background.
    pub(crate) fn attend_to_meaning(self: &Arc<Self>) {
        let Some(id) = self.shelf.search_model() else {
            return;
        };
        let failed = self.attending.failed.lock();
        if failed.unwrap_or_else(PoisonError::into_inner).as_ref() == Some(&id) {
            return;
        }
        self.attending.again.store(true, Ordering::Release);
        if self.attending.running.swap(true, Ordering::AcqRel) {
            return;
        }
        let studio = self.clone();
        tokio::spawn(async move {
            loop {
                studio.attending.again.store(false, Ordering::Release);
                if let Err(error) = studio.read_for_meaning().await {
                    tracing::warn!(%error, "search by meaning stopped");
                    let mut failed = studio.attending.failed.lock();
                    *failed.as_deref_mut().unwrap_or(&mut None) = studio.shelf.search_model();
                    break;
                }
                if !studio.attending.again.load(Ordering::Acquire) {
                    break;
                }
            }
            studio.attending.running.store(false, Ordering::Release);
        });
    }

    /// The shelf has changed: what failed is tried again.
    pub(crate) fn attend_to_new_models(self: &Arc<Self>) {
        let failed = self.attending.failed.lock();
        *failed.unwrap_or_else(PoisonError::into_inner) = None;
        self.attend_to_meaning();
    }

    /// Reads until nothing waits or the model has gone.
    async fn read_for_meaning(self: &Arc<Self>) -> Result<(), StudioError> {
        let mut read = false;
        while let Some(id) = self.shelf.search_model() {
            let embedder = self.shelf.embedder(&id).await?;
            let model = of(embedder.as_ref());
            let (model, some) = self
                .blocking(move |s| {
                    let more = s.library.cut_some(&model, CUT)?;
                    let some = match more {
                        true => Vec::new(),
                        false => s.library.without_vector(AT_ONCE)?,
                    };
                    Ok((model, (more, some)))
                })
                .await?;
            match some {
                (true, _) => {}
                (false, some) if some.is_empty() => {
                    self.blocking(|s| Ok(s.library.forget_unused_vectors()?))
                        .await?;
                    break;
                }
                (false, some) => {
                    read = true;
                    // A model that writes has all cores to itself.
                    let turn = self.local_turns().acquire_owned().await;
                    self.blocking(move |s| {
                        let texts: Vec<&str> = some.iter().map(|p| p.text.as_str()).collect();
                        let vectors = embedder.embed(&texts, EmbedAs::Passage)?;
                        drop(turn);
                        let hashes = some.into_iter().map(|p| p.hash);
                        let vectors: Vec<_> = hashes.zip(vectors).collect();
                        Ok(s.library.keep_vectors(&model, &vectors)?)
                    })
                    .await?;
                }
            }
            tokio::time::sleep(REST).await;
        }
        if read {
            self.changed(&["meaning"]);
        }
        Ok(())
    }

    /// See [`crate::commands`].
    pub async fn search_meaning(
        self: &Arc<Self>,
        i: SearchMeaning,
    ) -> Result<MeaningPage, StudioError> {
        let Some(id) = self.shelf.search_model() else {
            return Ok(MeaningPage::default());
        };
        let query: String = i.query.trim().chars().take(LONGEST).collect();
        let embedder = self.shelf.embedder(&id).await?;
        self.attend_to_meaning();
        let filter = MeaningFilter {
            project_id: i.project_id,
            kind: i.kind,
        };
        self.blocking(move |s| {
            let model = of(embedder.as_ref());
            let (passages, compared) = s.library.meaning_known(&model)?;
            let mut page = MeaningPage {
                model: Some(embedder.describe().name),
                compared,
                passages,
                hits: Vec::new(),
            };
            if query.is_empty() || compared == 0 {
                return Ok(page);
            }
            // A question is short: nobody has to wait for a model that writes.
            let vector = embedder.embed(&[query.as_str()], EmbedAs::Query)?;
            let vector = vector.into_iter().next().unwrap_or_default();
            let hits = s.library.by_meaning(&model, &vector, &filter, MOST_HITS)?;
            for hit in outstanding(hits, compared) {
                let body = s.library.draft(&hit.draft_id)?.body;
                let from = utf16::from_byte(&body, hit.at);
                let length = hit.text.encode_utf16().count();
                page.hits.push(MeaningHitDto {
                    project_id: hit.project_id,
                    document_id: hit.document_id,
                    draft_id: hit.draft_id,
                    title: hit.title,
                    kind: hit.kind,
                    text: shown(&hit.text),
                    from: to_u32(from),
                    to: to_u32(from + length),
                    cosine: hit.cosine,
                });
            }
            Ok(page)
        })
        .await
    }

    /// Has all that waits read by the model for search, and waits for it. For a command line.
    ///
    /// # Errors
    /// What the model and the library say.
    pub async fn read_all_for_meaning(self: &Arc<Self>) -> Result<(), StudioError> {
        self.read_for_meaning().await
    }
}
