//! The text of a file and what each of its blocks was there.

use super::source::{Owner, Source};
use crate::script::{self, Block};

/// The text, its blocks and where each of them comes from. A paragraph that left no block of its
/// own lies in the one before it.
pub(super) struct Base {
    pub text: String,
    pub blocks: Vec<Block>,
    pub owners: Vec<Owner>,
    /// Paragraphs whose text became part of another's block, with that other.
    pub absorbed: Vec<(usize, usize)>,
}

impl Base {
    pub fn of(source: &Source) -> Self {
        let blocks: Vec<Block> = source
            .blocks
            .iter()
            .map(|(block, _)| block.clone())
            .collect();
        let written = script::write(&blocks);
        let read = script::read(&written.text);
        let mut owners = Vec::with_capacity(read.len());
        let mut seen = vec![false; source.blocks.len()];
        for block in &read {
            let at = written
                .places
                .partition_point(|place| place.start <= block.range.start)
                .saturating_sub(1);
            let at = (0..=at)
                .rev()
                .find(|&at| !written.places[at].is_empty())
                .unwrap_or(at);
            seen[at] = true;
            owners.push(source.blocks[at].1);
        }
        let mut has_block = vec![false; source.paragraphs.len()];
        for owner in &owners {
            if let Owner::Paragraph(paragraph) = *owner {
                has_block[paragraph] = true;
            }
        }
        let mut absorbed = Vec::new();
        let mut last = None;
        for (at, (_, owner)) in source.blocks.iter().enumerate() {
            let Owner::Paragraph(paragraph) = *owner else {
                continue;
            };
            if seen[at] {
                last = Some(paragraph);
            } else if let (Some(last), false) = (last, written.places[at].is_empty())
                && !has_block[paragraph]
            {
                absorbed.push((paragraph, last));
            }
        }
        Self {
            text: written.text,
            blocks: read,
            owners,
            absorbed,
        }
    }
}
