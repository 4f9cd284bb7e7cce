//! Speeches side by side, which are one paragraph of the file.

use std::{fmt::Write as _, ops::Range};

use super::{
    merge::{Merge, Move, NoteFate},
    plan::Plan,
    source::{Item, Owner, What},
};
use crate::script::Kind;

impl<'s> Merge<'s, '_> {
    /// The end of two speeches side by side that begin at `at`.
    pub(super) fn dual_end(&self, at: usize, end: usize) -> Option<usize> {
        let cue = |at: usize, dual: bool| {
            self.now[at].block.kind == Kind::Character && self.now[at].block.dual == dual
        };
        let speech = |from: usize| {
            (from + 1..end)
                .find(|&at| !self.now[at].block.tight)
                .unwrap_or(end)
        };
        if !cue(at, false) {
            return None;
        }
        let second = speech(at);
        (second < end && cue(second, true)).then(|| speech(second))
    }

    /// Writes two speeches side by side, into their paragraph where they had one.
    pub(super) fn dual(
        &mut self,
        at: Range<usize>,
        page_break: bool,
        items: &'s [Item],
        starts: &[usize],
        plan: &Plan,
        indent: &str,
    ) {
        let home = at.clone().find_map(|at| {
            let Some(Owner::Paragraph(paragraph)) = self.owner(at) else {
                return None;
            };
            let item = plan.item_of(Owner::Paragraph(paragraph))?;
            (!self.written[paragraph] && matches!(items[item].what, What::Dual { .. }))
                .then_some(item)
        });
        let new = Move {
            old: 0,
            old_length: 3,
            new: self.at,
            kept: vec![(0, 0, 3)],
        };
        let Some(home) = home else {
            let broken = if page_break {
                " StartsNewPage=\"Yes\""
            } else {
                ""
            };
            let inner = format!("{indent}    ");
            let _ = write!(
                self.out,
                "{indent}<Paragraph{broken}>{indent}  <DualDialogue>"
            );
            self.speeches(at, &[], &inner);
            let _ = write!(self.out, "{indent}  </DualDialogue>{indent}</Paragraph>");
            self.at += 3;
            return;
        };
        let item = &items[home];
        let What::Dual {
            inner,
            opening,
            closing,
            page_break: broken,
        } = &item.what
        else {
            return;
        };
        self.duals.insert(home);
        self.moves.push(Move {
            old: starts[home],
            ..new
        });
        self.gap(Some(item), indent);
        let open = if *broken == page_break {
            self.xml[opening.clone()].to_owned()
        } else {
            let end = opening.start + self.xml[opening.clone()].find('>').map_or(0, |at| at + 1);
            let value = if page_break { "Yes" } else { "No" };
            let tag = self.xml[opening.start..end].to_owned();
            let tag = match tag.find("StartsNewPage") {
                Some(_) => tag
                    .replace("StartsNewPage=\"Yes\"", "")
                    .replace("StartsNewPage=\"No\"", ""),
                None => tag,
            };
            let tag = tag.trim_end_matches('>').trim_end().to_owned();
            format!(
                "{tag} StartsNewPage=\"{value}\">{}",
                &self.xml[end..opening.end]
            )
        };
        self.out.push_str(&open);
        let space = inner
            .iter()
            .skip(1)
            .map(|item| &self.xml[item.before.clone()])
            .find(|space| space.trim().is_empty() && space.contains('\n'))
            .map_or_else(|| format!("{indent}    "), str::to_owned);
        let before = self.out.len();
        self.speeches(at, inner, &space);
        // The opening ends where the first paragraph begins.
        if let Some(written) = self.out.get(before..) {
            let trimmed = written.trim_start().to_owned();
            self.out.truncate(before);
            self.out.push_str(&trimmed);
        }

        for item in inner
            .iter()
            .filter(|item| matches!(item.what, What::Opaque))
        {
            let _ = write!(self.out, "{indent}    {}", &self.xml[item.range.clone()]);
        }
        self.out.push_str(&self.xml[closing.clone()]);
        self.at += 3;
    }

    /// Where speeches side by side end that are as they were in the file, and their item.
    pub(super) fn whole_dual(
        &mut self,
        at: usize,
        end: usize,
        page_break: bool,
        items: &[Item],
        plan: &Plan,
    ) -> Option<(usize, usize)> {
        let home = plan.item_of(self.owner(at)?)?;
        let What::Dual {
            inner,
            page_break: broken,
            ..
        } = &items[home].what
        else {
            return None;
        };
        let own: Vec<usize> = (0..self.base.owners.len())
            .filter(|&old| {
                self.base.blocks[old].kind != Kind::PageBreak
                    && plan.item_of(self.base.owners[old]) == Some(home)
            })
            .collect();
        let last = at + own.len();
        let now = self.now.get(at..last.min(end))?;
        let untouched = *broken == page_break
            && now.len() == own.len()
            && now
                .iter()
                .zip(&own)
                .all(|(now, &own)| now.old == Some((own, true)) && now.revision.is_none());
        if !untouched {
            return None;
        }
        for item in inner {
            match &item.what {
                What::Paragraph(paragraph) => {
                    self.written[*paragraph] = true;
                    for note in self
                        .source
                        .notes_inside(&self.source.paragraphs[*paragraph])
                    {
                        self.fates[note] = NoteFate::Kept;
                    }
                }
                What::Note { id, .. } => {
                    if let Some(note) = self.source.note_with(id) {
                        self.fates[note] = NoteFate::Kept;
                    }
                }
                _ => {}
            }
        }
        for at in at..last {
            if let Some(Owner::Note(note)) = self.owner(at) {
                self.fates[note] = NoteFate::Kept;
            }
        }
        self.duals.insert(home);
        Some((last, home))
    }

    fn speeches(&mut self, at: Range<usize>, inner: &[Item], indent: &str) {
        self.embedded = true;
        let mut cues = 0;
        let mut next = at.start;
        while next < at.end {
            let block = self.now[next].block;
            if block.kind == Kind::Hidden {
                let own = inner.iter().find(|item| match &item.what {
                    What::Note { id, .. } => match self.owner(next) {
                        Some(Owner::Note(note)) => {
                            self.source.notes[note].id.as_deref() == Some(id.as_str())
                        }
                        _ => false,
                    },
                    _ => false,
                });
                self.hidden(next, own, indent);
                next += 1;
                continue;
            }
            if block.kind == Kind::Character {
                cues += 1;
            }
            let end = self.group_end(next, at.end);
            self.out.push_str(indent);
            let place = self.at;
            let lonely = block.dual && cues > 2;
            let made = self.paragraph(next..end, false, lonely, &format!("{indent}  "));
            self.out.push_str(&made.xml);
            self.at = place;
            next = end;
        }
        self.embedded = false;
    }
}
