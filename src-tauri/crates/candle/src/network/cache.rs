//! Keys and values of what was read so far, in half precision, in pages that several texts with the
//! same beginning share.

use std::sync::Arc;

use half::{f16, slice::HalfFloatSliceExt};

use crate::{
    failure::Result,
    network::{config::Config, passing::Passing, weights::too_large},
};

/// Positions of a page.
pub(crate) const PAGE: usize = 64;

/// Keys and values of a page's positions, in all layers.
#[derive(Clone)]
struct Page(Vec<f16>);

/// Where numbers lie in a page.
#[derive(Debug, Clone, Copy)]
struct Layout {
    heads: usize,
    dim: usize,
    numbers: usize,
}

impl Layout {
    /// A head's keys (0) or values (1), position after position.
    fn at(self, layer: usize, head: usize, kind: usize) -> usize {
        ((layer * self.heads + head) * 2 + kind) * PAGE * self.dim
    }
}

/// The memory of one text.
#[derive(Clone)]
pub(crate) struct Cache {
    layout: Layout,
    pages: Vec<Arc<Page>>,
    /// Of the layers that convolve.
    passing: Passing,
    /// Positions that all layers hold.
    pub(crate) len: usize,
}

impl Cache {
    /// An empty memory.
    pub(crate) fn new(config: &Config) -> Self {
        Self {
            layout: Layout {
                heads: config.kv_heads,
                dim: config.head_dim,
                numbers: config.attending() * config.kv_heads * 2 * PAGE * config.head_dim,
            },
            pages: Vec::new(),
            passing: Passing::new(
                config.layers - config.attending(),
                config.width,
                config.taps.saturating_sub(1),
            ),
            len: 0,
        }
    }

    /// Forgets what came after so many positions, and a few more where it can't go on from there.
    pub(crate) fn rewind(&mut self, positions: usize) {
        self.len = match positions < self.len {
            true => self.passing.resumes(positions),
            false => self.len,
        };
        self.pages.truncate(self.len.div_ceil(PAGE));
        self.passing.rewind(self.len);
    }

    /// The first positions, or a few less; their pages are shared until one of the two writes on.
    pub(crate) fn beginning(&self, positions: usize) -> Self {
        let mut copy = self.clone();
        copy.rewind(positions);
        copy
    }

    /// Bytes of all pages, shared or not.
    pub(crate) fn bytes(&self) -> usize {
        self.pages.len() * self.layout.numbers * size_of::<f16>() + self.passing.bytes()
    }

    /// Positions whose pages take at most so many bytes.
    pub(crate) fn fitting(&self, bytes: usize) -> usize {
        let (whole, end) = self.passing.page_bytes();
        let page = self.layout.numbers * size_of::<f16>() + end;
        bytes.saturating_sub(2 * whole) / page.max(1) * PAGE
    }

    /// Makes room for more positions, and pages that are shared its own where they are written to.
    pub(crate) fn reserve(&mut self, more: usize) -> Result<()> {
        let numbers = self.layout.numbers;
        let room = || -> Result<Vec<f16>> {
            let mut page = Vec::new();
            page.try_reserve_exact(numbers)
                .map_err(|_| too_large((numbers * size_of::<f16>()) as u64))?;
            Ok(page)
        };
        let first = self.len / PAGE;
        if let Some(page) = self.pages.get_mut(first)
            && Arc::get_mut(page).is_none()
        {
            let mut own = room()?;
            own.extend_from_slice(&page.0);
            *page = Arc::new(Page(own));
        }
        while self.pages.len() * PAGE < self.len + more {
            let mut page = room()?;
            page.resize(numbers, f16::ZERO);
            self.pages.push(Arc::new(Page(page)));
        }
        self.passing.reserve(self.len, more)
    }

    /// Keeps what goes through a convolution at a position; there is room for it.
    pub(crate) fn pass(&mut self, convolution: usize, position: usize, numbers: &[f32]) {
        self.passing.put(convolution, position, numbers);
    }

    /// What went through a convolution at one of the last positions.
    pub(crate) fn passed(&self, convolution: usize, position: usize) -> Option<&[f32]> {
        self.passing.get(convolution, position)
    }

    /// Keeps a position's key and value of one head; there is room for it.
    pub(crate) fn put(
        &mut self,
        layer: usize,
        head: usize,
        position: usize,
        key: &[f32],
        value: &[f32],
    ) {
        let Some(Page(page)) = self.pages.get_mut(position / PAGE).and_then(Arc::get_mut) else {
            // `reserve` has made it this memory's own.
            debug_assert!(false, "a page that is shared is written to");
            return;
        };
        for (kind, new) in [key, value].into_iter().enumerate() {
            let at = self.layout.at(layer, head, kind) + position % PAGE * self.layout.dim;
            page[at..at + new.len()].convert_from_f32_slice(new);
        }
    }

    /// Keys (0) or values (1) of one head in a page.
    pub(crate) fn page(&self, layer: usize, head: usize, kind: usize, page: usize) -> &[f16] {
        let at = self.layout.at(layer, head, kind);
        &self.pages[page].0[at..at + PAGE * self.layout.dim]
    }
}
