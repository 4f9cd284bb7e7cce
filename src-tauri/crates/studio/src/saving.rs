//! What a call has written, on its way to the library.

use std::sync::Arc;

use inkstone_library::{GenerationEnd, Library, LibraryError};
use tokio::{sync::mpsc, task::JoinHandle};

use crate::{Studio, gate::Arrival};

/// What of a call has not reached the library yet.
#[derive(Debug, Default)]
pub(crate) struct Unsaved {
    pub text: String,
    pub tokens: u32,
    /// What came back for entries of the ledger.
    pub arrivals: Vec<Arrival>,
    pub end: Option<GenerationEnd>,
}

impl Unsaved {
    /// What is left of a call that wrote nothing.
    pub fn end(end: GenerationEnd) -> Self {
        Self {
            end: Some(end),
            ..Self::default()
        }
    }

    fn join(&mut self, more: Self) {
        self.text.push_str(&more.text);
        self.tokens = self.tokens.saturating_add(more.tokens);
        self.arrivals.extend(more.arrivals);
        self.end = more.end.or(self.end.take());
    }

    /// Brings it to the library; what got there is not brought again. Blocks.
    pub fn save(&mut self, library: &Library, id: &str) -> Result<(), LibraryError> {
        if !self.text.is_empty() {
            library.append_output(id, &self.text, self.tokens)?;
            self.text.clear();
            self.tokens = 0;
        }
        while let Some(Arrival {
            entry,
            bytes,
            outcome,
        }) = self.arrivals.last()
        {
            library.arrive(entry, *bytes, outcome)?;
            self.arrivals.pop();
        }
        if let Some(end) = &self.end {
            library.finish_generation(id, end)?;
            self.end = None;
        }
        Ok(())
    }
}

/// What could not be saved in the end, and why.
pub(crate) struct NotSaved {
    pub rest: Box<Unsaved>,
    pub why: LibraryError,
}

impl NotSaved {
    /// Of a task that came down.
    pub fn fell(rest: Unsaved, why: &impl ToString) -> Self {
        Self {
            rest: Box::new(rest),
            why: LibraryError::Io(why.to_string()),
        }
    }
}

/// The saving of a call, which goes on after its end.
pub(crate) type Saving = JoinHandle<Result<(), NotSaved>>;

/// Brings to the library what comes in, without keeping whoever sends it waiting.
pub(crate) fn saver(studio: &Arc<Studio>, id: String) -> (mpsc::UnboundedSender<Unsaved>, Saving) {
    let (sender, mut receiver) = mpsc::unbounded_channel::<Unsaved>();
    let library = studio.library.clone();
    let saving = tokio::spawn(async move {
        let mut unsaved = Unsaved::default();
        let mut trouble = None;
        while let Some(more) = receiver.recv().await {
            unsaved.join(more);
            while let Ok(more) = receiver.try_recv() {
                unsaved.join(more);
            }
            let (library, id) = (library.clone(), id.clone());
            let saved = tokio::task::spawn_blocking(move || {
                let saved = unsaved.save(&library, &id);
                (unsaved, saved)
            });
            match saved.await {
                Ok((rest, saved)) => {
                    // What could not be saved now goes with the next piece.
                    unsaved = rest;
                    trouble = saved.err();
                }
                Err(e) => return Err(NotSaved::fell(Unsaved::default(), &e)),
            }
        }
        match trouble {
            None => Ok(()),
            Some(why) => Err(NotSaved {
                rest: Box::new(unsaved),
                why,
            }),
        }
    });
    (sender, saving)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_could_not_be_saved_is_not_lost() {
        struct Noon;
        impl inkstone_library::Clock for Noon {
            fn now_ms(&self) -> i64 {
                0
            }
        }
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("library.ink");
        let library = Library::open(&path, Arc::new(Noon)).expect("a library");
        let end = GenerationEnd {
            finish_reason: "stop".into(),
            ..GenerationEnd::default()
        };
        let mut unsaved = Unsaved {
            text: "It ".into(),
            tokens: 1,
            ..Unsaved::default()
        };
        assert!(unsaved.save(&library, "nowhere").is_err());
        unsaved.join(Unsaved {
            text: "sails.".into(),
            tokens: 2,
            ..Unsaved::end(end)
        });
        assert!(unsaved.save(&library, "nowhere").is_err());
        let id = library.begin_generation(&inkstone_library::GenerationStart::default());
        let id = id.expect("a generation");
        // A ledger entry that is not there: what got to the library before is not sent twice.
        unsaved.arrivals = vec![Arrival {
            entry: "nowhere".into(),
            bytes: 5,
            outcome: inkstone_library::Outcome::default(),
        }];
        assert!(unsaved.save(&library, &id).is_err());
        unsaved.arrivals.clear();
        unsaved.save(&library, &id).expect("saved at last");
        let kept = library.generation(&id).expect("kept");
        assert_eq!((kept.output.as_str(), kept.tokens), ("It sails.", 3));
        assert_eq!(kept.end.map(|e| e.finish_reason).as_deref(), Some("stop"));
    }
}
