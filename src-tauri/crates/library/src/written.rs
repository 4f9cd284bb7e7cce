//! Who wrote what: the characters that came between two states, by their origins.

use inkstone_manuscript::diff::{Change, prose_diff};
use serde::{Deserialize, Serialize};

use crate::Origin;
use crate::bytes::{Bytes, put_number};
use crate::edit::transition;
use crate::library::Result;
use crate::span::Runs;

/// What changed between two states is compared word by word up to this many bytes; of more, all of
/// it counts as new.
const COMPARED: usize = 8 << 10;

/// Characters that one origin brought.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Share {
    /// Who wrote them. What a person changed inside of a suggestion counts as typed.
    pub origin: Origin,
    /// How many, line breaks included.
    pub characters: u32,
}

/// What came and went between a kept text and its parent.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Written {
    /// How many characters went.
    pub removed: u32,
    /// What came, by origin, in the order of its first occurrence.
    pub added: Vec<Share>,
}

fn count(text: &str) -> u32 {
    u32::try_from(text.chars().count()).unwrap_or(u32::MAX)
}

impl Written {
    /// What makes one text with its origins another.
    pub(crate) fn between(old: (&str, &Runs), new: (&str, &Runs)) -> Written {
        let mut written = Written::default();
        let Some(piece) = transition(old, new) else {
            return written;
        };
        let was = &old.0[piece.from..piece.to];
        if was.len() + piece.insert.len() > COMPARED {
            written.removed = count(was);
            written.add(&piece.insert, &piece.runs);
            return written;
        }
        let mut at = 0;
        for part in prose_diff(was, &piece.insert) {
            let end = at + part.text.len();
            match part.change {
                Change::Equal => at = end,
                Change::Delete => {
                    written.removed = written.removed.saturating_add(count(&part.text))
                }
                Change::Insert => {
                    written.add(&part.text, &piece.runs.part(at..end));
                    at = end;
                }
            }
        }
        written
    }

    fn add(&mut self, text: &str, runs: &Runs) {
        let mut at = 0;
        for run in runs.iter() {
            let part = text.get(at..at + run.bytes).unwrap_or_default();
            at += run.bytes;
            let origin = if run.edited {
                Origin::Typed
            } else {
                run.origin.clone()
            };
            let known = self.added.iter_mut().find(|share| share.origin == origin);
            match known {
                Some(share) => share.characters = share.characters.saturating_add(count(part)),
                None => self.added.push(Share {
                    origin,
                    characters: count(part),
                }),
            }
        }
    }

    pub(crate) fn bytes_kept(&self) -> Vec<u8> {
        let mut out = Vec::new();
        put_number(&mut out, u64::from(self.removed));
        for share in &self.added {
            share.origin.put(&mut out);
            put_number(&mut out, u64::from(share.characters));
        }
        out
    }

    pub(crate) fn read(kept: &[u8]) -> Result<Written> {
        let mut bytes = Bytes(kept);
        let mut written = Written {
            removed: bytes.small()?,
            added: Vec::new(),
        };
        while !bytes.is_empty() {
            written.added.push(Share {
                origin: Origin::read(&mut bytes)?,
                characters: bytes.small()?,
            });
        }
        Ok(written)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::span::Run;

    fn runs(of: &[(usize, Origin, bool)]) -> Runs {
        let mut runs = Runs::default();
        for (bytes, origin, edited) in of {
            runs.push(Run {
                bytes: *bytes,
                origin: origin.clone(),
                edited: *edited,
            });
        }
        runs
    }

    #[test]
    fn what_came_is_counted_by_who_brought_it() {
        let generated = Origin::Generated {
            generation_id: "g".to_owned(),
        };
        let old = runs(&[(17, Origin::Typed, false)]);
        let new = runs(&[
            (4, Origin::Typed, false),
            (6, generated.clone(), false),
            (6, Origin::Pasted, false),
            (5, generated.clone(), true),
        ]);
        let written = Written::between(("Low tide at noon.", &old), ("Low water 潮水late.", &new));
        let of = |origin: &Origin| {
            let share = written.added.iter().find(|share| share.origin == *origin);
            share.map_or(0, |share| share.characters)
        };
        assert_eq!(of(&generated), 6, "{written:?}");
        assert_eq!(of(&Origin::Pasted), 2, "{written:?}");
        assert_eq!(of(&Origin::Typed), 4, "{written:?}");
        assert!(written.removed > 0);
        assert_eq!(Written::read(&written.bytes_kept()).unwrap(), written);
        let same = Written::between(("a", &old), ("a", &old));
        assert_eq!(same, Written::default());
    }
}
