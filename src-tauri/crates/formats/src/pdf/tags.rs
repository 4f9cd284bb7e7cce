//! What a page is to who does not see it: a tree of headings, paragraphs and tables (tagged PDF,
//! ISO 32000-1, 14.8).

use std::num::NonZeroU16;

use inkstone_manuscript::pages::{Line, LineKind};
use krilla::{
    surface::Surface,
    tagging::{
        Artifact, ArtifactType, ContentTag, Node, SpanTag, TableHeaderScope, Tag, TagGroup, TagTree,
    },
};

use super::draw::follows;

/// What a line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    /// Stands around the text: read past.
    Aside,
    /// Heads of columns that stand on a further page: read past.
    Again,
    /// A heading.
    Heading,
    /// Text.
    Text,
    /// Of a cell of a table.
    Cell {
        /// The row; numbers go on from table to table.
        row: u32,
        /// The column.
        column: usize,
        /// Whether it is the head of its column.
        head: bool,
    },
}

impl Role {
    /// The role of a line of a script.
    pub fn of(line: &Line) -> Self {
        match line.kind {
            LineKind::More
            | LineKind::Continued
            | LineKind::SceneNumber
            | LineKind::PageNumber
            | LineKind::Header
            | LineKind::Footer
            | LineKind::Mark => Self::Aside,
            LineKind::Heading | LineKind::Section => Self::Heading,
            _ => Self::Text,
        }
    }
}

/// Makes the tree while lines are drawn.
#[derive(Default)]
pub(super) struct Tagger {
    done: Vec<Node>,
    /// The paragraph or heading that is open: its lines' kind, its role, and where its last line
    /// stands.
    block: Option<(LineKind, Role, i32, TagGroup)>,
    table: Option<TagGroup>,
    row: Option<(u32, TagGroup)>,
    cell: Option<(usize, bool, TagGroup)>,
}

impl Tagger {
    /// Begins what the next line is drawn in. `said` is its text where the drawing does not tell
    /// it. Ended by [`Surface::end_tagged`].
    pub fn begin(&mut self, surface: &mut Surface, line: &Line, role: Role, said: Option<&str>) {
        if matches!(role, Role::Aside | Role::Again) {
            let artifact = Artifact::with_kind(ArtifactType::PaginationOther);
            surface.start_tagged(ContentTag::Artifact(artifact));
            return;
        }
        let span = SpanTag::empty().with_actual_text(said);
        let leaf = surface.start_tagged(ContentTag::Span(span));
        if let Role::Cell { row, column, head } = role {
            self.close_block();
            self.open_cell(row, column, head);
            if let Some((_, _, cell)) = &mut self.cell {
                cell.push(leaf);
            }
            return;
        }
        self.close_table();
        // Lines right beneath one another are one paragraph.
        let goes_on = self.block.as_ref().is_some_and(|(kind, before, y, _)| {
            *kind == line.kind && *before == role && follows(*y, line)
        });
        if !goes_on {
            self.close_block();
            let group = match role {
                Role::Heading => TagGroup::new(Tag::Hn(NonZeroU16::MIN, Some(line.text()))),
                _ => TagGroup::new(Tag::P),
            };
            self.block = Some((line.kind, role, line.y, group));
        }
        if let Some((_, _, y, group)) = &mut self.block {
            *y = line.y;
            group.push(leaf);
        }
    }

    fn open_cell(&mut self, row: u32, column: usize, head: bool) {
        if self.row.as_ref().is_none_or(|(open, _)| *open != row) {
            self.close_row();
            self.row = Some((row, TagGroup::new(Tag::TR)));
        }
        let same = self
            .cell
            .as_ref()
            .is_some_and(|(open, _, _)| *open == column);
        if !same {
            self.close_cell();
            let group = if head {
                TagGroup::new(Tag::TH(TableHeaderScope::Column))
            } else {
                TagGroup::new(Tag::TD)
            };
            self.cell = Some((column, head, group));
        }
        self.table.get_or_insert_with(|| TagGroup::new(Tag::Table));
    }

    fn close_cell(&mut self) {
        if let (Some((_, _, cell)), Some((_, row))) = (self.cell.take(), &mut self.row) {
            row.push(cell);
        }
    }

    fn close_row(&mut self) {
        self.close_cell();
        if let (Some((_, row)), Some(table)) = (self.row.take(), &mut self.table) {
            table.push(row);
        }
    }

    fn close_table(&mut self) {
        self.close_row();
        if let Some(table) = self.table.take() {
            self.done.push(table.into());
        }
    }

    fn close_block(&mut self) {
        if let Some((_, _, _, group)) = self.block.take() {
            self.done.push(group.into());
        }
    }

    /// A page ends: what stands on the next is not beneath what stands on this one.
    pub fn turn(&mut self) {
        self.close_block();
    }

    /// The tree of all that was drawn.
    pub fn tree(mut self, language: &str) -> TagTree {
        self.close_block();
        self.close_table();
        let mut tree = TagTree::new().with_lang(Some(language.to_owned()));
        for node in self.done {
            tree.push(node);
        }
        tree
    }
}
