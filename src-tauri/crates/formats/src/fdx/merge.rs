//! A text put back into the file it came from: what was not touched stays byte for byte.

use std::{collections::HashSet, fmt::Write as _, ops::Range};

use super::{
    Marks,
    base::Base,
    emit::{self, Made, NOTE, Wanted},
    notes::note_text,
    plan::Plan,
    source::{Item, Owner, Source, What},
};
use crate::script::{
    Block, Kind,
    align::{Match, align},
};

/// A block of the text and what it was in the file.
pub(super) struct Now<'b> {
    pub block: &'b Block,
    /// The block of the file, and whether it is the same.
    pub old: Option<(usize, bool)>,
    pub revision: Option<u32>,
}

/// What becomes of a script note.
pub(super) enum NoteFate {
    Gone,
    Kept,
    Changed(String),
}

/// A script note that was not there.
pub(super) struct NewNote {
    pub id: String,
    pub text: String,
    pub at: usize,
}

pub(super) struct Merge<'s, 'a> {
    pub xml: &'a str,
    pub source: &'s Source<'a>,
    pub base: &'s Base,
    pub now: Vec<Now<'s>>,
    /// The blocks of each paragraph of the file, in order.
    pub of_paragraph: Vec<Vec<usize>>,
    pub written: Vec<bool>,
    pub fates: Vec<NoteFate>,
    pub new_notes: Vec<NewNote>,
    pub next_id: u64,
    /// Where top-level paragraphs went: old start, old length, new start, what stayed.
    pub moves: Vec<Move>,
    pub out: String,
    pub at: usize,
    /// Whether what is written stands inside of another paragraph, where nothing is counted.
    pub embedded: bool,
    /// Items whose speeches were written side by side.
    pub duals: HashSet<usize>,
}

pub(super) struct Move {
    pub old: usize,
    pub old_length: usize,
    pub new: usize,
    pub kept: Vec<(usize, usize, usize)>,
}

/// The file with `blocks` in the place of its own.
pub(super) fn merge(
    xml: &str,
    source: &Source,
    base: &Base,
    blocks: &[Block],
    marks: &Marks,
) -> String {
    let matches = align(&base.blocks, blocks);
    let now = blocks
        .iter()
        .zip(matches)
        .map(|(block, found)| Now {
            block,
            old: match found {
                Match::Same(at) => Some((at, true)),
                Match::Changed(at) => Some((at, false)),
                Match::New => None,
            },
            revision: marks.of(&block.range),
        })
        .collect();
    let mut of_paragraph = vec![Vec::new(); source.paragraphs.len()];
    let mut has_block = vec![false; source.notes.len()];
    for (at, owner) in base.owners.iter().enumerate() {
        match *owner {
            Owner::Paragraph(paragraph) if base.blocks[at].kind != Kind::PageBreak => {
                of_paragraph[paragraph].push(at);
            }
            Owner::Note(note) => has_block[note] = true,
            _ => {}
        }
    }
    // A note inside of a line goes where the line goes.
    for paragraph in &source.paragraphs {
        for note in source.notes_inside(paragraph) {
            has_block[note] = true;
        }
    }
    let fates = has_block
        .iter()
        .map(|has| if *has { NoteFate::Gone } else { NoteFate::Kept })
        .collect();
    let ids = source
        .notes
        .iter()
        .filter_map(|note| note.id.as_deref()?.parse::<u64>().ok());
    let mut merge = Merge {
        xml,
        source,
        base,
        now,
        of_paragraph,
        written: vec![false; source.paragraphs.len()],
        fates,
        new_notes: vec![],
        next_id: ids.max().unwrap_or(0) + 1,
        moves: vec![],
        out: String::new(),
        at: 0,
        embedded: false,
        duals: HashSet::new(),
    };
    merge.whole(marks)
}

impl<'s, 'a> Merge<'s, 'a> {
    fn whole(&mut self, marks: &Marks) -> String {
        let titles = self
            .now
            .iter()
            .take_while(|now| now.block.kind == Kind::Title)
            .count();
        let title = self.container(0..titles, &self.source.title_items, "\n      ");
        self.at = 0;
        self.moves.clear();
        let body = self.container(titles..self.now.len(), &self.source.items, "\n    ");
        let mut edits: Vec<(Range<usize>, String)> = Vec::new();
        edits.push(self.filled(self.source.content, "Content", body, "\n  "));
        match self.source.title_content {
            Some(node) => edits.push(self.filled(node, "Content", title, "\n    ")),
            None if titles > 0 => {
                let end = self.source.content.range().end;
                let page = format!(
                    "\n  <TitlePage>\n    <Content>{title}\n    </Content>\n  </TitlePage>"
                );
                edits.push((end..end, page));
            }
            None => {}
        }
        self.notes(&mut edits);
        if let Some(edit) = marks.table(self.xml, self.source.root) {
            edits.push(edit);
        }
        edits.sort_by_key(|(range, _)| (range.start, range.end));
        let mut out = String::with_capacity(self.xml.len() + 1_024);
        let mut at = 0;
        for (range, new) in edits {
            out.push_str(&self.xml[at..range.start]);
            out.push_str(&new);
            at = range.end;
        }
        out.push_str(&self.xml[at..]);
        out
    }

    /// The edit that puts `inside` into an element.
    fn filled(
        &self,
        node: roxmltree::Node,
        name: &str,
        inside: String,
        close: &str,
    ) -> (Range<usize>, String) {
        let range = node.range();
        let end = emit::start_tag_end(self.xml, node);
        if self.xml[..end].ends_with("/>") {
            if inside.is_empty() {
                return (range.start..range.start, String::new());
            }
            let open = emit::start_tag(self.xml, node, &[]);
            return (range, format!("{open}{inside}{close}</{name}>"));
        }
        let tail = node
            .last_child()
            .filter(|last| last.is_text() && last.text().is_none_or(|t| t.trim().is_empty()))
            .map_or_else(
                || self.xml[..range.end].rfind("</").unwrap_or(range.end),
                |last| last.range().start,
            );
        let inside = if node.has_children() || inside.is_empty() {
            inside
        } else {
            format!("{inside}{close}")
        };
        // White space alone is no item, and there is nothing to replace before it.
        (end..tail.max(end), inside)
    }

    /// Writes blocks as children of an element that has `items`.
    fn container(&mut self, blocks: Range<usize>, items: &'s [Item], indent: &str) -> String {
        self.out = String::new();
        let starts = self.source.offsets(items);
        let plan = Plan::of(self, blocks.clone(), items);
        let indent = items
            .iter()
            .map(|item| &self.xml[item.before.clone()])
            .find(|space| space.contains('\n') && space.trim().is_empty())
            .map_or_else(|| indent.to_owned(), str::to_owned);
        for &item in &plan.head {
            self.silent(&items[item], starts[item]);
        }
        for range in &plan.remains[0] {
            let _ = write!(self.out, "{indent}{}", &self.xml[range.clone()]);
        }
        let mut at = blocks.start;
        let mut page_break: Option<usize> = None;
        while at < blocks.end {
            let block = self.now[at].block;
            let item = self.owner(at).and_then(|owner| plan.item_of(owner));
            let end;
            if block.kind == Kind::PageBreak {
                if page_break.is_some() {
                    self.lone_break(&indent);
                }
                page_break = Some(at);
                end = at + 1;
            } else if block.kind == Kind::Hidden {
                if page_break.take().is_some() {
                    self.lone_break(&indent);
                }
                self.hidden(at, item.map(|item| &items[item]), &indent);
                end = at + 1;
            } else if let Some((last, item)) =
                self.whole_dual(at, blocks.end, page_break.is_some(), items, &plan)
            {
                page_break = None;
                self.gap(Some(&items[item]), &indent);
                self.out.push_str(&self.xml[items[item].range.clone()]);
                self.moves.push(Move {
                    old: starts[item],
                    old_length: 3,
                    new: self.at,
                    kept: vec![(0, 0, 3)],
                });
                self.at += 3;
                end = last;
            } else if let Some(dual) = self.dual_end(at, blocks.end) {
                let broken = page_break.take().is_some();
                self.dual(at..dual, broken, items, &starts, &plan, &indent);
                end = dual;
            } else {
                let broken = page_break.take().is_some();
                end = self.group_end(at, blocks.end);
                let item = item
                    .filter(|&item| matches!(items[item].what, What::Paragraph(_)))
                    .filter(|_| self.lead_home(at).is_some());
                self.gap(item.map(|item| &items[item]), &indent);
                let lonely = block.dual;
                let made = self.paragraph(at..end, broken, lonely, &format!("{indent}  "));
                let old = item.map(|item| (starts[item], self.source.length(&items[item])));
                self.placed(made, old);
            }
            for at in at..end {
                if self.breaks_for_a_paragraph(at) {
                    continue;
                }
                let item = self.owner(at).and_then(|owner| plan.item_of(owner));
                for &follower in item.iter().flat_map(|item| &plan.followers[*item]) {
                    if !plan.done.borrow_mut().insert(follower) {
                        continue;
                    }
                    self.silent(&items[follower], starts[follower]);
                }
                if let Some(item) = item
                    && plan.done.borrow_mut().insert(items.len() + item)
                {
                    for range in &plan.remains[item + 1] {
                        let _ = write!(self.out, "{indent}{}", &self.xml[range.clone()]);
                    }
                }
            }
            at = end;
        }
        if page_break.is_some() {
            self.lone_break(&indent);
        }
        // Speeches that are no longer side by side leave what stood between them.
        let apart = items.iter().enumerate().filter_map(|(index, item)| {
            let What::Dual { inner, .. } = &item.what else {
                return None;
            };
            (plan.alive[index] && !self.duals.contains(&index)).then_some(inner)
        });
        let mut out = std::mem::take(&mut self.out);
        for item in apart
            .flatten()
            .filter(|item| matches!(item.what, What::Opaque))
        {
            let _ = write!(out, "{indent}{}", &self.xml[item.range.clone()]);
        }
        out
    }

    pub fn owner(&self, at: usize) -> Option<Owner> {
        self.now[at].old.map(|(old, _)| self.base.owners[old])
    }

    /// The paragraph of the file that a block goes into, unless it was written already.
    pub(super) fn home(&self, at: usize) -> Option<usize> {
        match self.owner(at) {
            Some(Owner::Paragraph(paragraph)) if !self.written[paragraph] => Some(paragraph),
            _ => None,
        }
    }

    /// A page break that was an attribute, which is no sign of its paragraph.
    pub fn breaks_for_a_paragraph(&self, at: usize) -> bool {
        self.now[at].block.kind == Kind::PageBreak
            && match self.owner(at) {
                Some(Owner::Item(item)) => !matches!(self.source.items[item].what, What::Break),
                owner => owner.is_some(),
            }
    }

    /// The same for a block that begins a paragraph.
    pub(super) fn lead_home(&self, at: usize) -> Option<usize> {
        self.home(at).filter(|&home| {
            let lead = self.of_paragraph[home].first();
            lead.is_some_and(|&lead| self.base.blocks[lead].kind == self.now[at].block.kind)
        })
    }

    pub(super) fn group_end(&self, at: usize, end: usize) -> usize {
        let home = self.lead_home(at);
        let heading = self.now[at].block.kind == Kind::Heading;
        // What was a heading's in the file may be another line's in the text.
        if let (Some(home), false) = (home, heading)
            && let Some(end) = self.whole_end(at, end, home)
        {
            return end;
        }
        let mut last = at + 1;
        while last < end {
            let block = self.now[last].block;
            let next = self.home(last);
            let own = home.is_some()
                && next == home
                && !matches!(block.kind, Kind::PageBreak | Kind::Hidden);
            let summary =
                heading && block.kind == Kind::Synopsis && (next.is_none() || next == home);
            let color = heading && last == at + 1 && self.is_card_color(last, home);
            let omission = heading && self.is_omission(at, last, home);
            if !own && !summary && !color && !omission {
                break;
            }
            last += 1;
            if omission {
                break;
            }
        }
        last
    }

    /// The end of all blocks of a paragraph, where they still stand together as they were.
    fn whole_end(&self, at: usize, end: usize, home: usize) -> Option<usize> {
        let blocks = &self.of_paragraph[home];
        let whole = at + blocks.len();
        let same = whole <= end
            && self.now[at..whole]
                .iter()
                .zip(blocks)
                .all(|(now, &old)| now.old == Some((old, true)));
        same.then_some(whole)
    }

    pub(super) fn gap(&mut self, item: Option<&Item>, indent: &str) {
        let space = item
            .map(|item| &self.xml[item.before.clone()])
            .filter(|space| space.trim().is_empty());
        self.out.push_str(space.unwrap_or(indent));
    }

    fn silent(&mut self, item: &Item, start: usize) {
        self.out
            .push_str(&self.xml[item.before.start..item.range.end]);
        let length = self.source.length(item);
        self.moves.push(Move {
            old: start,
            old_length: length,
            new: self.at,
            kept: vec![(0, 0, length)],
        });
        self.at += length;
    }

    fn lone_break(&mut self, indent: &str) {
        let _ = write!(self.out, "{indent}<?inkstone page-break?>");
    }

    fn placed(&mut self, made: Made, old: Option<(usize, usize)>) {
        let length = made.length + 1;
        if let Some((old, old_length)) = old {
            self.moves.push(Move {
                old,
                old_length,
                new: self.at,
                kept: made.kept,
            });
        }
        self.out.push_str(&made.xml);
        self.at += length;
    }

    /// Writes one paragraph of the blocks.
    pub(super) fn paragraph(
        &mut self,
        at: Range<usize>,
        page_break: bool,
        lonely: bool,
        indent: &str,
    ) -> Made {
        let home = self.lead_home(at.start);
        let color = self.card_color(at.clone());
        let wanted = Wanted {
            blocks: self.now[at.clone()].iter().map(|now| now.block).collect(),
            page_break,
            revision: self.now[at.clone()]
                .iter()
                .filter_map(|now| now.revision)
                .max(),
            apart: emit::stands_apart(
                self.now[at.start].block,
                at.start.checked_sub(1).map(|at| self.now[at].block),
            ),
            dual: lonely,
            color: color.map(|(color, note)| (color, note.is_some())),
            omitted: self.omission(at.clone(), home, indent),
            indent: indent.to_owned(),
        };
        let Some(home) = home else {
            let made = emit::fresh(&wanted);
            return self.with_notes(made);
        };
        self.written[home] = true;
        let paragraph = &self.source.paragraphs[home];
        let olds: Vec<usize> = self.now[at.clone()]
            .iter()
            .filter_map(|now| now.old.filter(|&(_, same)| same).map(|(old, _)| old))
            .collect();
        let known_apart = super::source::own(paragraph.node, "apart").is_some();
        let said = super::color::said_color(paragraph.node);
        let known_color = match color {
            Some((color, Some(note))) => match said {
                Some(said) => said == color,
                None => self.now[note].old.is_some_and(|(_, same)| same),
            },
            _ => said.is_none(),
        };
        let untouched = olds.len() == at.len()
            && olds == self.of_paragraph[home]
            && page_break == paragraph.page_break
            && wanted.revision.is_none()
            && wanted.apart == known_apart
            && known_color
            && lonely == super::source::own(paragraph.node, "dual").is_some();
        if untouched {
            let length = paragraph.text().encode_utf16().count()
                + 2 * paragraph
                    .node
                    .children()
                    .filter(|child| child.has_tag_name("OmittedScene"))
                    .count();
            for note in self.source.notes_inside(paragraph) {
                self.fates[note] = NoteFate::Kept;
            }
            let mut xml = self.xml[paragraph.node.range()].to_owned();
            for &(swallowed, _) in self.base.absorbed.iter().filter(|(_, by)| *by == home) {
                xml.push_str(indent);
                xml.push_str(&self.xml[self.source.paragraphs[swallowed].node.range()]);
            }
            return Made {
                xml,
                length,
                kept: vec![(0, 0, length)],
                notes: vec![],
            };
        }
        let indent = match paragraph.node.first_child() {
            Some(first) if first.is_element() => "",
            _ => first_gap(self.xml, paragraph.node).unwrap_or(indent),
        };
        let wanted = Wanted {
            indent: indent.to_owned(),
            ..wanted
        };
        let made = emit::rebuilt(self.xml, paragraph, &wanted);
        self.with_notes(made)
    }

    /// Puts the instructions of notes inside of lines into their places.
    fn with_notes(&mut self, mut made: Made) -> Made {
        let mut xml = String::with_capacity(made.xml.len());
        let mut rest = made.xml.as_str();
        for (at, raw) in std::mem::take(&mut made.notes) {
            let Some((before, after)) = rest.split_once(NOTE) else {
                break;
            };
            xml.push_str(before);
            let instruction = match note_text(&raw) {
                Some(text) => {
                    let known = self.source.notes.iter().position(|note| note.text == text);
                    let free = known.filter(|&note| matches!(self.fates[note], NoteFate::Gone));
                    let id = match free.and_then(|note| self.source.notes[note].id.clone()) {
                        Some(id) => {
                            if let Some(note) = free {
                                self.fates[note] = NoteFate::Kept;
                            }
                            id
                        }
                        None => {
                            let at = if self.embedded { 0 } else { at };
                            self.new_note(text, self.at + at)
                        }
                    };
                    format!("<?inkstone note {id}?>")
                }
                None => format!("<?inkstone cut {}?>", emit::data(&raw)),
            };
            xml.push_str(&instruction);
            rest = after;
        }
        xml.push_str(rest);
        made.xml = xml;
        made
    }

    fn new_note(&mut self, text: &str, at: usize) -> String {
        let id = self.next_id.to_string();
        self.next_id += 1;
        self.new_notes.push(NewNote {
            id: id.clone(),
            text: text.to_owned(),
            at,
        });
        id
    }

    pub(super) fn hidden(&mut self, at: usize, item: Option<&Item>, indent: &str) {
        let now = &self.now[at];
        let raw: String = now.block.content.iter().map(|p| p.text.as_str()).collect();
        let same = now.old.is_some_and(|(_, same)| same);
        let tight = if now.block.tight { "tight " } else { "" };
        if let Some(Owner::Note(note)) = self.owner(at)
            && matches!(self.fates[note], NoteFate::Gone)
            && (same || note_text(&raw).is_some())
        {
            self.fates[note] = if same {
                NoteFate::Kept
            } else {
                NoteFate::Changed(note_text(&raw).unwrap_or_default().to_owned())
            };
            let tightly = now.block.tight;
            let before = at.checked_sub(1).and_then(|at| self.now[at].old);
            let stayed = match (now.old, before) {
                (Some((old, _)), Some((before, _))) => before + 1 == old,
                (old, _) => at == 0 && old.is_some_and(|(old, _)| old == 0),
            };
            match (item, &self.source.notes[note].id) {
                (Some(item), _) if matches!(item.what, What::Note { tight, .. } if tight == tightly) =>
                {
                    self.gap(Some(item), indent);
                    self.out.push_str(&self.xml[item.range.clone()]);
                }
                (None, _) if stayed && !tightly => {}
                (_, Some(id)) => {
                    let tight = if tightly { "tight " } else { "" };
                    let _ = write!(self.out, "{indent}<?inkstone note {tight}{id}?>");
                }
                _ => {}
            }
            return;
        }
        if let (Some(item), true) = (item, same)
            && matches!(item.what, What::Cut { tight, .. } if tight == now.block.tight)
        {
            self.gap(Some(item), indent);
            self.out.push_str(&self.xml[item.range.clone()]);
            return;
        }
        let instruction = match note_text(&raw) {
            Some(text) => {
                let id = self.new_note(text, self.at.saturating_sub(1));
                format!("<?inkstone note {tight}{id}?>")
            }
            None => format!("<?inkstone cut {tight}{}?>", emit::data(&raw)),
        };
        let _ = write!(self.out, "{indent}{instruction}");
    }
}

/// The white space before a paragraph's first child.
fn first_gap<'a>(xml: &'a str, node: roxmltree::Node) -> Option<&'a str> {
    let first = node.first_child()?;
    let text = &xml[first.range()];
    (first.is_text() && text.trim().is_empty()).then_some(text)
}
