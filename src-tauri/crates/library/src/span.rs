//! Spans: where each word came from.

use std::ops::Range;

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::Library;
use crate::draft::Line;
use crate::library::Result;

/// Where text came from.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "origin", rename_all = "snake_case")]
pub enum Origin {
    /// A person typed it.
    Typed,
    /// It was pasted or dropped.
    Pasted,
    /// It came from a file.
    Imported,
    /// A model wrote it.
    Generated {
        /// The call that wrote it.
        generation_id: String,
    },
}

/// A run of a draft's text with one origin. A draft's spans tile its text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Span {
    /// Where, in bytes.
    pub range: Range<usize>,
    /// Where it came from.
    pub origin: Origin,
    /// A person's wording inside of a suggestion, put there before it was accepted.
    pub edited: bool,
}

/// A run without its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Run {
    pub(crate) bytes: usize,
    pub(crate) origin: Origin,
    pub(crate) edited: bool,
}

/// The runs of a text, in order. None is empty, and neighbours differ.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Runs(Vec<Run>);

impl Runs {
    /// One run.
    pub(crate) fn of(bytes: usize, origin: Origin) -> Runs {
        let mut runs = Runs::default();
        runs.push(Run {
            bytes,
            origin,
            edited: false,
        });
        runs
    }

    /// Adds a run at the end.
    pub(crate) fn push(&mut self, run: Run) {
        match self.0.last_mut() {
            _ if run.bytes == 0 => {}
            Some(last) if last.origin == run.origin && last.edited == run.edited => {
                last.bytes += run.bytes;
            }
            _ => self.0.push(run),
        }
    }

    /// Adds the runs that lie in `range` of `other`.
    pub(crate) fn extend(&mut self, other: &Runs, range: Range<usize>) {
        let mut start = 0_usize;
        for run in &other.0 {
            let end = start.saturating_add(run.bytes);
            let bytes = end.min(range.end).saturating_sub(start.max(range.start));
            self.push(Run {
                bytes,
                ..run.clone()
            });
            start = end;
            if start >= range.end {
                break;
            }
        }
    }

    /// The runs that lie in `range`.
    pub(crate) fn part(&self, range: Range<usize>) -> Runs {
        let mut runs = Runs::default();
        runs.extend(self, range);
        runs
    }

    /// How many bytes they cover.
    pub(crate) fn bytes(&self) -> usize {
        self.0
            .iter()
            .fold(0, |sum, run| sum.saturating_add(run.bytes))
    }

    fn spans(self) -> Vec<Span> {
        let mut start = 0_usize;
        let place = |Run {
                         bytes,
                         origin,
                         edited,
                     }| {
            let range = start..start.saturating_add(bytes);
            start = range.end;
            Span {
                range,
                origin,
                edited,
            }
        };
        self.0.into_iter().map(place).collect()
    }
}

const TYPED: &str = "typed";
const PASTED: &str = "pasted";
const IMPORTED: &str = "imported";
const GENERATED: &str = "generated:";

// Short, because a draft writes its runs with every edit: `[[12,"typed",false],...]`.
impl Serialize for Run {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        let origin = match &self.origin {
            Origin::Typed => TYPED.to_owned(),
            Origin::Pasted => PASTED.to_owned(),
            Origin::Imported => IMPORTED.to_owned(),
            Origin::Generated { generation_id } => format!("{GENERATED}{generation_id}"),
        };
        (self.bytes, origin, self.edited).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Run {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        let (bytes, origin, edited) = <(usize, String, bool)>::deserialize(deserializer)?;
        let origin = match origin.as_str() {
            TYPED => Origin::Typed,
            PASTED => Origin::Pasted,
            IMPORTED => Origin::Imported,
            other => match other.strip_prefix(GENERATED) {
                Some(id) => Origin::Generated {
                    generation_id: id.to_owned(),
                },
                None => return Err(D::Error::custom("unknown origin")),
            },
        };
        Ok(Run {
            bytes,
            origin,
            edited,
        })
    }
}

impl Serialize for Runs {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Runs {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        Vec::deserialize(deserializer).map(Runs)
    }
}

impl Library {
    /// Where each part of a draft's text came from. The spans tile the text.
    pub fn spans(&self, draft_id: &str) -> Result<Vec<Span>> {
        self.read(|c| Ok(Line::load(c, draft_id)?.runs.spans()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> Runs {
        let mut runs = Runs::of(3, Origin::Typed);
        let generation_id = "g1".to_owned();
        runs.push(Run {
            bytes: 4,
            origin: Origin::Generated { generation_id },
            edited: true,
        });
        runs.push(Run {
            bytes: 2,
            origin: Origin::Pasted,
            edited: false,
        });
        runs.push(Run {
            bytes: 1,
            origin: Origin::Imported,
            edited: false,
        });
        runs
    }

    #[test]
    fn runs_are_kept_short_and_come_back() {
        let json = serde_json::to_string(&sample()).unwrap();
        let kept = r#"[[3,"typed",false],[4,"generated:g1",true],[2,"pasted",false],[1,"imported",false]]"#;
        assert_eq!(json, kept);
        assert_eq!(serde_json::from_str::<Runs>(&json).unwrap(), sample());
        assert!(serde_json::from_str::<Runs>(r#"[[1,"dreamt",false]]"#).is_err());
    }

    #[test]
    fn parts_cut_runs_and_neighbours_of_one_origin_join() {
        let part = sample().part(2..8);
        let bytes: Vec<_> = part.0.iter().map(|run| run.bytes).collect();
        assert_eq!((bytes, part.bytes()), (vec![1, 4, 1], 6));
        let mut joined = sample().part(0..3);
        joined.extend(&sample(), 1..3);
        assert_eq!(joined, Runs::of(5, Origin::Typed));
        assert_eq!(sample().part(3..3), Runs::default());
        assert_eq!(sample().part(9..40).bytes(), 1);
    }
}
