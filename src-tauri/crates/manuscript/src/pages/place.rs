//! Rows of pages to lines where they stand, with all that is printed around them.

use std::ops::Range;

use super::{
    Eighths, Line, LineKind, OutlineEntry, Page, PageScene, PageStyle, RevisionLayer,
    block::{Block, Body, Row, RowKind},
    compose::{SceneAt, SectionAt},
    measure::{CELL, EM, is_wide, width},
    number::next_label,
    paginate::Leaf,
    sheet::{Align, INCH},
    title::own,
};

pub(super) struct Placed {
    pub pages: Vec<Page>,
    pub scenes: Vec<PageScene>,
    pub outline: Vec<OutlineEntry>,
    pub length: Eighths,
}

struct Placer<'a, 'b> {
    text: &'a str,
    body: &'a Body<'b>,
    revision: &'a RevisionLayer,
    scenes: &'a [SceneAt],
    found: Vec<PageScene>,
    /// The pages of a scene that were continued so far.
    continued: usize,
}

pub(super) fn place(
    text: &str,
    body: &Body,
    leaves: &[Leaf],
    scenes: &[SceneAt],
    sections: &[SectionAt],
    revision: &RevisionLayer,
) -> Placed {
    let mut placer = Placer {
        text,
        body,
        revision,
        scenes,
        found: Vec::with_capacity(scenes.len()),
        continued: 0,
    };
    let labels = labels(leaves, revision);
    let mut pages: Vec<Page> = Vec::with_capacity(leaves.len());
    for (index, leaf) in leaves.iter().enumerate() {
        let next = leaves.get(index + 1);
        pages.push(placer.page(index, leaf, next, labels[index].clone()));
    }
    let mut found = placer.found;
    let rows = body.sheet.rows;
    let used = leaves.last().map_or(0, |leaf| leaf.rows.len());
    let end = leaves.len().saturating_sub(1) * rows + used;
    let mut next = end;
    for scene in found.iter_mut().rev() {
        let start = scene.page * rows + scene.row;
        scene.length = eighths(next.saturating_sub(start), rows, false);
        next = start;
    }
    let outline = outline(body, leaves, &found, sections);
    Placed {
        pages,
        outline,
        scenes: found,
        length: eighths(end, rows, true),
    }
}

fn eighths(rows: usize, of: usize, up: bool) -> Eighths {
    let eighths = if up {
        (rows * 8).div_ceil(of)
    } else {
        (rows * 16 + of) / (2 * of)
    };
    let least = usize::from(rows > 0);
    Eighths(u32::try_from(eighths.max(least)).unwrap_or(u32::MAX))
}

fn labels(leaves: &[Leaf], revision: &RevisionLayer) -> Vec<String> {
    let locked = &revision.locked;
    let last_lock = leaves.iter().map(|leaf| leaf.lock).max().unwrap_or(0);
    let mut labels: Vec<String> = Vec::with_capacity(leaves.len());
    for leaf in leaves {
        let lock = (leaf.lock as usize)
            .checked_sub(1)
            .and_then(|index| locked.get(index));
        let label = match (lock, labels.last()) {
            (Some(lock), _) => lock.label.clone(),
            (None, None) => "1".to_owned(),
            // Behind the last locked page the count goes on.
            (None, Some(last)) => match last.parse::<u32>() {
                Ok(number) if locked.is_empty() || labels_done(&labels, leaves, last_lock) => {
                    (number + 1).to_string()
                }
                _ => next_label(last),
            },
        };
        labels.push(label);
    }
    labels
}

/// Whether no locked page is still to come.
fn labels_done(labels: &[String], leaves: &[Leaf], last_lock: u32) -> bool {
    leaves[..labels.len()]
        .iter()
        .any(|leaf| leaf.lock == last_lock)
}

impl Placer<'_, '_> {
    fn page(&mut self, index: usize, leaf: &Leaf, next: Option<&Leaf>, label: String) -> Page {
        let sheet = self.body.sheet;
        let options = self.body.options;
        let mut lines = Vec::with_capacity(leaf.rows.len() + 4);
        let opening = self.found.last().map(|scene| scene.at);
        let first = leaf.rows.first().and_then(|row| self.body.of(*row));
        let goes_on = opening.is_some() && first.is_some_and(|b| b.kind != LineKind::Heading);
        if goes_on {
            self.continued += 1;
        }
        if options.continued_scenes && goes_on && options.style != PageStyle::Chinese {
            let word = options.words().scene_continued;
            let number = self.found.last().and_then(|s| s.number.clone());
            let count = if self.continued > 1 {
                format!("{word} ({})", self.continued)
            } else {
                word.to_owned()
            };
            let y = sheet.baseline(-2);
            lines.push(own(LineKind::Continued, &count, sheet.left, y));
            if let Some(number) = number {
                self.numbers(&mut lines, &number, y, LineKind::Continued);
            }
        }
        for (row, at) in (0_i32..).zip(&leaf.rows) {
            self.row(&mut lines, *at, row, index);
        }
        let heading_next = next
            .and_then(|leaf| leaf.rows.first())
            .and_then(|row| self.body.of(*row))
            .is_none_or(|block| block.kind == LineKind::Heading);
        if options.continued_scenes
            && !self.found.is_empty()
            && !heading_next
            && options.style != PageStyle::Chinese
        {
            let word = options.words().scene_goes_on;
            let row = i32::try_from(leaf.rows.len()).unwrap_or(0) + 1;
            let x = sheet.left + sheet.measure - width(word, self.body.is_chinese());
            lines.push(own(LineKind::Continued, word, x, sheet.baseline(row)));
        }
        let changed = self.mark(&mut lines);
        self.around(&mut lines, index, &label, changed);
        let start = leaf
            .rows
            .iter()
            .find(|row| self.body.of(**row).is_some_and(|block| !block.ours))
            .and_then(|row| self.body.place(*row))
            .unwrap_or(0);
        Page {
            label,
            start,
            locked: leaf.lock > 0,
            used: leaf.rows.len(),
            lines,
        }
    }

    fn row(&mut self, lines: &mut Vec<Line>, at: Row, row: i32, page: usize) {
        match at.what {
            RowKind::Blank | RowKind::Break => {}
            RowKind::Text => {
                let Some(block) = self.body.blocks.get(at.block as usize) else {
                    return;
                };
                let y = self.body.sheet.baseline(row);
                lines.push(self.line(block, at.index.into(), y));
                if let (Some(scene), 0) = (block.scene, at.index)
                    && let Some(scene) = self.scenes.get(scene as usize)
                {
                    self.continued = 0;
                    if let (Some(number), true) = (
                        &scene.number,
                        self.body.options.style != PageStyle::Chinese && !scene.inside,
                    ) {
                        self.numbers(lines, number, y, LineKind::SceneNumber);
                    }
                    self.found.push(PageScene {
                        number: scene.number.clone(),
                        heading: scene.heading.clone(),
                        at: scene.at,
                        page,
                        row: usize::try_from(row).unwrap_or(0),
                        length: Eighths(0),
                    });
                }
            }
            RowKind::Dual => {
                let Some(dual) = self.body.duals.get(at.block as usize) else {
                    return;
                };
                for side in [&dual.left, &dual.right] {
                    if let Some((block, line)) = side.get(usize::from(at.index))
                        && let Some(block) = self.body.blocks.get(*block as usize)
                    {
                        let y = self.body.sheet.baseline(row);
                        lines.push(self.line(block, (*line).into(), y));
                    }
                }
            }
        }
    }

    fn line(&self, block: &Block, index: usize, y: i32) -> Line {
        let range = block.lines.get(index).cloned().unwrap_or(0..0);
        let column = block.column;
        let indent = if index == 0 {
            column.first
        } else {
            column.rest
        };
        let chinese = self.body.is_chinese();
        let letters = &block.text.text[range.clone()];
        let x = match column.align {
            Align::Left => column.x + indent,
            Align::Right => column.x + column.width - width(letters, chinese),
            Align::Center => column.x + (column.width - width(letters, chinese)) / 2,
        };
        let mut line = Line::of_part(block.kind, &block.text, range, x, y);
        let is_last = index + 1 >= block.lines.len();
        if self.body.options.style == PageStyle::Chinese && !is_last && column.align == Align::Left
        {
            let used = trimmed_width(letters, chinese);
            let slack = column.width - indent - used;
            let wide = letters.chars().filter(|&c| is_wide(c)).count();
            // A line with room for more than two characters has a long word behind it.
            if (-EM / 2..=2 * EM).contains(&slack) && wide > 8 {
                line.stretch = slack;
            }
        }
        line.source = match (&block.whole_source, block.ours) {
            (_, true) => None,
            (Some(whole), _) => Some(whole.clone()),
            (None, _) => line.source.map(|range| self.sound(range)),
        };
        line
    }

    /// On borders of characters: capitals may be longer than what they were made from.
    fn sound(&self, range: Range<usize>) -> Range<usize> {
        let start = self.text.floor_char_boundary(range.start);
        let mut end = range.end.min(self.text.len());
        while !self.text.is_char_boundary(end) {
            end += 1;
        }
        start..end.max(start)
    }

    fn numbers(&self, lines: &mut Vec<Line>, number: &str, y: i32, kind: LineKind) {
        let sheet = self.body.sheet;
        let wide = width(number, self.body.is_chinese());
        let left = (sheet.left - 4 * CELL - wide).max(CELL);
        let right = sheet.left + sheet.measure + CELL;
        lines.push(own(kind, number, left, y));
        lines.push(own(kind, number, right.min(sheet.width - wide - CELL), y));
    }

    /// Marks changed lines; whether there were any.
    fn mark(&self, lines: &mut Vec<Line>) -> bool {
        let changed = &self.revision.changed;
        if changed.is_empty() {
            return false;
        }
        let sheet = self.body.sheet;
        let mark = if self.revision.mark.is_empty() {
            "*"
        } else {
            &self.revision.mark
        };
        let x = (sheet.left + sheet.measure + 5 * CELL).min(sheet.width - 2 * CELL);
        let mut rows: Vec<i32> = lines
            .iter()
            .filter(|line| {
                line.source.as_ref().is_some_and(|source| {
                    let first = changed.partition_point(|c| c.end < source.start);
                    changed[first..]
                        .iter()
                        .take_while(|c| c.start <= source.end)
                        .any(|c| {
                            if c.is_empty() {
                                source.contains(&c.start) || c.start == source.end
                            } else {
                                c.start < source.end && source.start < c.end
                            }
                        })
                })
            })
            .map(|line| line.y)
            .collect();
        rows.sort_unstable();
        rows.dedup();
        lines.extend(rows.iter().map(|y| own(LineKind::Mark, mark, x, *y)));
        !rows.is_empty()
    }

    /// What stands at the head and the foot.
    fn around(&self, lines: &mut Vec<Line>, index: usize, label: &str, changed: bool) {
        let sheet = self.body.sheet;
        let options = self.body.options;
        let chinese = self.body.is_chinese();
        let head = INCH / 2 + 94;
        let foot = sheet.height - INCH / 2;
        if options.page_numbers && index > 0 {
            if options.style == PageStyle::Chinese {
                let x = (sheet.width - width(label, chinese)) / 2;
                lines.push(own(LineKind::PageNumber, label, x, foot));
            } else {
                let number = format!("{label}.");
                let x = sheet.left + sheet.measure - width(&number, chinese);
                lines.push(own(LineKind::PageNumber, &number, x, head));
            }
        }
        if !options.header.trim().is_empty() {
            let text = options.header.trim();
            lines.push(own(LineKind::Header, text, sheet.left, head));
        }
        let revised = self.revision.header.trim();
        if !revised.is_empty() && (changed || self.revision.everywhere) {
            let x = if options.header.trim().is_empty() {
                sheet.left
            } else {
                (sheet.width - width(revised, chinese)) / 2
            };
            lines.push(own(LineKind::Header, revised, x, head));
        }
        if !options.footer.trim().is_empty() {
            let text = options.footer.trim();
            lines.push(own(LineKind::Footer, text, sheet.left, foot));
        }
    }
}

/// The width without the blank half of a closing mark at the end.
fn trimmed_width(letters: &str, chinese: bool) -> i32 {
    let used = width(letters, chinese);
    match letters.chars().next_back() {
        Some(last) if is_wide(last) && super::measure::is_closing(last) => used - EM / 2,
        _ => used,
    }
}

fn outline(
    body: &Body,
    leaves: &[Leaf],
    scenes: &[PageScene],
    sections: &[SectionAt],
) -> Vec<OutlineEntry> {
    let mut entries = Vec::with_capacity(scenes.len() + sections.len());
    let mut sections = sections.iter().peekable();
    let mut depth = 0;
    let mut add = |entries: &mut Vec<OutlineEntry>, section: &SectionAt, at: (usize, i32)| {
        depth = section.depth;
        entries.push(OutlineEntry {
            depth: section.depth.max(1),
            title: section.title.clone(),
            page: at.0,
            y: at.1,
        });
        depth
    };
    let mut inside = 0;
    for (index, scene) in scenes.iter().enumerate() {
        let place = (scene.page, top_of(body, scene.row));
        while let Some(section) = sections.next_if(|section| section.scenes <= index) {
            inside = add(&mut entries, section, place);
        }
        let number = scene.number.as_ref();
        entries.push(OutlineEntry {
            depth: inside.saturating_add(1),
            title: match number {
                Some(number) => format!("{number} {}", scene.heading),
                None => scene.heading.clone(),
            },
            page: place.0,
            y: place.1,
        });
    }
    let last = leaves.len().saturating_sub(1);
    let end = leaves.last().map_or(0, |leaf| leaf.rows.len());
    for section in sections {
        add(&mut entries, section, (last, top_of(body, end)));
    }
    entries
}

fn top_of(body: &Body, row: usize) -> i32 {
    let row = i32::try_from(row).unwrap_or(0);
    body.sheet.top + row * body.sheet.pitch
}
