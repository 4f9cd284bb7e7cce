//! Spans: where each word came from.

use std::ops::Range;

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize};

use crate::bytes::{Bytes, put_bytes, put_id, put_number, put_size};
use crate::draft::Line;
use crate::library::Result;
use crate::{Library, LibraryError};

/// Where text came from.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "origin", rename_all = "snake_case")]
pub enum Origin {
    /// A person typed it.
    Typed,
    /// It was pasted or dropped.
    Pasted,
    /// It came from a file.
    Imported {
        /// The file's name, without its folders; empty where it was not kept.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        file: String,
    },
    /// A model wrote it.
    Generated {
        /// The call that wrote it.
        generation_id: String,
    },
    /// A model put it there, as it stood in the brief: the person's words, placed by a model.
    Filled {
        /// The call that put it there.
        generation_id: String,
    },
}

impl Origin {
    /// Appends it as a kind, and an id where there is one.
    pub(crate) fn put(&self, out: &mut Vec<u8>) {
        match self {
            Origin::Typed => out.push(0),
            Origin::Pasted => out.push(1),
            Origin::Imported { file } if file.is_empty() => out.push(2),
            Origin::Imported { file } => {
                out.push(5);
                put_bytes(out, file.as_bytes());
            }
            Origin::Filled { generation_id } => {
                out.push(4);
                put_id(out, generation_id);
            }
            Origin::Generated { generation_id } => {
                out.push(3);
                put_id(out, generation_id);
            }
        }
    }

    pub(crate) fn read(bytes: &mut Bytes<'_>) -> Result<Origin> {
        match bytes.byte()? {
            0 => Ok(Origin::Typed),
            1 => Ok(Origin::Pasted),
            2 => Ok(Origin::Imported {
                file: String::new(),
            }),
            4 => Ok(Origin::Filled {
                generation_id: bytes.id()?,
            }),
            5 => Ok(Origin::Imported {
                file: bytes.text()?.to_owned(),
            }),
            3 => Ok(Origin::Generated {
                generation_id: bytes.id()?,
            }),
            other => Err(LibraryError::Damaged(format!("origin {other}"))),
        }
    }
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
                last.bytes = last.bytes.saturating_add(run.bytes);
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

    /// As they are kept: the origins that occur, and a length and an origin for each run.
    pub(crate) fn bytes_kept(&self) -> Vec<u8> {
        let mut origins: Vec<&Origin> = Vec::new();
        let mut runs = Vec::with_capacity(self.0.len() * 3);
        for run in &self.0 {
            let known = origins.iter().position(|origin| **origin == run.origin);
            let origin = known.unwrap_or_else(|| {
                origins.push(&run.origin);
                origins.len() - 1
            });
            put_size(&mut runs, run.bytes);
            put_number(&mut runs, (origin as u64) << 1 | u64::from(run.edited));
        }
        let mut out = Vec::with_capacity(runs.len() + 2 + origins.len() * 18);
        put_size(&mut out, origins.len());
        for origin in origins {
            origin.put(&mut out);
        }
        out.extend(runs);
        out
    }

    /// Reads what [`Runs::bytes_kept`] made, up to the end.
    pub(crate) fn read(bytes: &mut Bytes<'_>) -> Result<Runs> {
        let mut origins = Vec::new();
        for _ in 0..bytes.size()? {
            origins.push(Origin::read(bytes)?);
        }
        let mut runs = Runs::default();
        while !bytes.is_empty() {
            let (length, which) = (bytes.size()?, bytes.number()?);
            let origin = usize::try_from(which >> 1)
                .ok()
                .and_then(|at| origins.get(at))
                .ok_or_else(|| LibraryError::Damaged("a span without origin".to_owned()))?;
            runs.push(Run {
                bytes: length,
                origin: origin.clone(),
                edited: which & 1 == 1,
            });
        }
        Ok(runs)
    }

    /// How many bytes at the start have the same origins in both.
    pub(crate) fn common_head(&self, other: &Runs) -> usize {
        common(self.0.iter(), other.0.iter())
    }

    /// The same at the end.
    pub(crate) fn common_tail(&self, other: &Runs) -> usize {
        common(self.0.iter().rev(), other.0.iter().rev())
    }

    /// The runs, in order.
    pub(crate) fn iter(&self) -> std::slice::Iter<'_, Run> {
        self.0.iter()
    }

    pub(crate) fn spans(self) -> Vec<Span> {
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

fn common<'a>(
    mut old: impl Iterator<Item = &'a Run>,
    mut new: impl Iterator<Item = &'a Run>,
) -> usize {
    let mut common = 0_usize;
    loop {
        let (Some(a), Some(b)) = (old.next(), new.next()) else {
            return common;
        };
        if a.origin != b.origin || a.edited != b.edited {
            return common;
        }
        common = common.saturating_add(a.bytes.min(b.bytes));
        if a.bytes != b.bytes {
            // The next run of one starts where the other goes on, so they differ there.
            return common;
        }
    }
}

const TYPED: &str = "typed";
const PASTED: &str = "pasted";
const IMPORTED: &str = "imported";
const GENERATED: &str = "generated:";

// As libraries before format 6 keep them: `[[12,"typed",false],...]`.
impl<'de> Deserialize<'de> for Run {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        let (bytes, origin, edited) = <(usize, String, bool)>::deserialize(deserializer)?;
        let origin = match origin.as_str() {
            TYPED => Origin::Typed,
            PASTED => Origin::Pasted,
            IMPORTED => Origin::Imported {
                file: String::new(),
            },
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
            origin: Origin::Imported {
                file: String::new(),
            },
            edited: false,
        });
        runs
    }

    #[test]
    fn runs_are_kept_short_and_come_back() {
        let kept = sample().bytes_kept();
        assert_eq!(
            kept.len(),
            1 + 1 + 5 + 1 + 1 + 8,
            "origins, then two bytes a run"
        );
        let mut bytes = Bytes(&kept);
        assert_eq!(Runs::read(&mut bytes).unwrap(), sample());
        bytes.end().unwrap();
        for end in 0..kept.len() {
            let cut = Runs::read(&mut Bytes(&kept[..end]));
            assert_ne!(cut.ok(), Some(sample()), "cut at {end}");
        }
        let json = r#"[[3,"typed",false],[4,"generated:g1",true],[2,"pasted",false],[1,"imported",false]]"#;
        assert_eq!(serde_json::from_str::<Runs>(json).unwrap(), sample());
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
