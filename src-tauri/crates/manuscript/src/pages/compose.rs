//! Elements to blocks.

use super::{
    Face, LineKind, PageOptions, PageStyle, SceneNumbers,
    block::{Block, Body, Dual, Row, RowKind, Speech},
    chinese,
    number::scene_numbers,
    paginate::{continued, is_continued},
    sheet::Side,
    source::printed,
    styled::Styled,
};
use crate::fountain::{self, Element, ElementKind, Heading};

/// A heading and where it stands.
#[derive(Debug, Clone)]
pub(super) struct SceneAt {
    pub number: Option<String>,
    pub heading: String,
    /// Where the heading stands in the source.
    pub at: usize,
    /// Whether the number is a part of the heading's text.
    pub inside: bool,
}

/// A section, printed or not.
#[derive(Debug, Clone)]
pub(super) struct SectionAt {
    pub depth: u8,
    pub title: String,
    /// Scenes before it.
    pub scenes: usize,
}

/// Puts elements into blocks.
pub(super) struct Composer<'a, 'b> {
    text: &'a str,
    options: &'b PageOptions,
    pub body: Body<'b>,
    pub scenes: Vec<SceneAt>,
    pub sections: Vec<SectionAt>,
    /// Whether a blank line was seen since the last thing that printed.
    blank: bool,
    last: Option<LineKind>,
    /// Who spoke last in the scene, in capitals and without extensions.
    speaker: Option<String>,
    /// The speech just above, if nothing stands between.
    neighbour: Option<u32>,
}

impl<'a, 'b> Composer<'a, 'b> {
    pub fn new(text: &'a str, options: &'b PageOptions, body: Body<'b>) -> Self {
        Self {
            text,
            options,
            body,
            scenes: Vec::new(),
            sections: Vec::new(),
            blank: false,
            last: None,
            speaker: None,
            neighbour: None,
        }
    }

    pub fn run(&mut self, elements: &[Element]) {
        self.number(elements);
        let mut scene = 0;
        let mut index = 0;
        while let Some(element) = elements.get(index) {
            index += 1;
            if !matches!(
                element.kind,
                ElementKind::Blank
                    | ElementKind::Character
                    | ElementKind::Note
                    | ElementKind::Boneyard
            ) {
                self.neighbour = None;
            }
            match element.kind {
                ElementKind::TitlePage | ElementKind::Boneyard => {}
                ElementKind::Blank => self.blank = true,
                ElementKind::PageBreak => {
                    self.body.rows.push(Row {
                        what: RowKind::Break,
                        ..Row::BLANK
                    });
                    self.blank = true;
                }
                ElementKind::SceneHeading => {
                    self.heading(element, scene);
                    scene += 1;
                }
                ElementKind::Character => index = self.speech(elements, index - 1),
                ElementKind::Action | ElementKind::Parenthetical | ElementKind::Dialogue => {
                    self.paragraphs(element, LineKind::Action, |_| {});
                }
                ElementKind::Lyric => {
                    self.paragraphs(element, LineKind::Lyric, |face| face.italic = true);
                }
                ElementKind::Centered => self.paragraphs(element, LineKind::Centered, |_| {}),
                ElementKind::Transition => self.transition(element),
                ElementKind::Section { depth } => {
                    let title = self.plain(element);
                    self.sections.push(SectionAt {
                        depth,
                        title,
                        scenes: scene,
                    });
                    if self.options.sections {
                        self.paragraphs(element, LineKind::Section, |_| {});
                    }
                }
                ElementKind::Synopsis => {
                    if self.options.synopses {
                        self.paragraphs(element, LineKind::Synopsis, |face| face.italic = true);
                    }
                }
                ElementKind::Note => {
                    if self.options.notes {
                        self.paragraphs(element, LineKind::Note, |face| face.italic = true);
                    }
                }
            }
        }
    }

    fn number(&mut self, elements: &[Element]) {
        let headings: Vec<(&Element, Heading)> = elements
            .iter()
            .filter_map(|e| Some((e, fountain::heading(self.text, e)?)))
            .collect();
        let given: Vec<Option<String>> = headings
            .iter()
            .map(|(_, heading)| Some(heading.number.as_ref()?.text.to_string()))
            .collect();
        let numbers: Vec<Option<String>> = match self.options.scene_numbers {
            SceneNumbers::None => vec![None; given.len()],
            SceneNumbers::Given => given,
            SceneNumbers::All => scene_numbers(&given).into_iter().map(Some).collect(),
        };
        self.scenes = headings
            .iter()
            .zip(numbers)
            .map(|((element, heading), number)| SceneAt {
                number,
                heading: plain_marks(&heading.text.text),
                at: element.range.start,
                inside: heading
                    .number
                    .as_ref()
                    .is_some_and(|number| number.range.end <= heading.text.range.end),
            })
            .collect();
    }

    fn plain(&self, element: &Element) -> String {
        let lines = printed(self.text, element, false);
        let lines: Vec<String> = lines.into_iter().map(|(_, line)| line.text).collect();
        lines.join(" ").trim().to_owned()
    }

    /// The blank rows before what comes.
    fn gap(&mut self, kind: LineKind) {
        let chinese = self.options.style == PageStyle::Chinese;
        let rows = match (kind, self.last) {
            (_, None) => 0,
            (LineKind::Heading, _) => 1 + usize::from(self.options.wide_scenes),
            (LineKind::Section, _) => 1,
            _ if chinese => 0,
            (LineKind::Transition | LineKind::Cue, _) => 1,
            (_, Some(LineKind::Heading | LineKind::Transition | LineKind::Dialogue)) => 1,
            (kind, Some(last)) => usize::from(self.blank || kind != last),
        };
        self.body.gap(rows);
        self.blank = false;
        self.last = Some(kind);
    }

    fn heading(&mut self, element: &Element, scene: usize) {
        self.speaker = None;
        self.gap(LineKind::Heading);
        let bold = self.options.bold_headings;
        let mut lines = printed(self.text, element, self.options.notes).into_iter();
        let Some((start, line)) = lines.next() else {
            return;
        };
        let mut block = if self.options.style == PageStyle::Chinese {
            let number = self.scenes.get(scene).and_then(|s| s.number.as_deref());
            let mut text = Styled::default();
            if let Some(number) = number {
                text.push(&format!("{number}、"), Face::default(), start);
            }
            match fountain::heading(self.text, element) {
                Some(heading) => chinese::push_heading(&mut text, &heading),
                None => text.join(&line),
            }
            Block {
                whole_source: Some(element.range.start..line_end(self.text, element)),
                ..self.body.block(
                    LineKind::Heading,
                    text.faced(|face| face.bold |= bold),
                    start,
                    Side::Whole,
                )
            }
        } else {
            let text = line.upper().faced(|face| face.bold |= bold);
            self.body.block(LineKind::Heading, text, start, Side::Whole)
        };
        block.scene = u32::try_from(scene).ok();
        self.body.push(block);
    }

    fn transition(&mut self, element: &Element) {
        self.gap(LineKind::Transition);
        for (start, line) in printed(self.text, element, self.options.notes) {
            let block = self
                .body
                .block(LineKind::Transition, line.upper(), start, Side::Whole);
            self.body.push(block);
        }
    }

    /// Lines that are paragraphs of their own.
    fn paragraphs(&mut self, element: &Element, kind: LineKind, change: impl Fn(&mut Face)) {
        let mut first = true;
        for (start, line) in printed(self.text, element, self.options.notes) {
            if std::mem::take(&mut first) {
                self.gap(kind);
            }
            let line = match (kind, self.options.style) {
                // The indent is the style's.
                (LineKind::Action, PageStyle::Chinese) => line.trimmed(),
                _ => line,
            };
            if line.text.trim().is_empty() {
                continue;
            }
            let block = self
                .body
                .block(kind, line.faced(&change), start, Side::Whole);
            self.body.push(block);
        }
    }

    /// A cue and what is said; gives the place behind it.
    fn speech(&mut self, elements: &[Element], at: usize) -> usize {
        let cue = &elements[at];
        let own = elements[at + 1..]
            .iter()
            .take_while(|e| {
                matches!(
                    e.kind,
                    ElementKind::Parenthetical
                        | ElementKind::Dialogue
                        | ElementKind::Lyric
                        | ElementKind::Note
                        | ElementKind::Boneyard
                )
            })
            .count();
        let next = at + 1 + own;
        let said: Vec<&Element> = (at + 1..next)
            .filter(|&said| !fountain::parts_parentheticals(self.text, &elements[..next], said))
            .map(|said| &elements[said])
            .collect();
        let Some((start, name)) = printed(self.text, cue, false).into_iter().next() else {
            return next;
        };
        if self.options.style == PageStyle::Chinese {
            self.chinese_speech(start, name, &said);
            return next;
        }
        let dual = fountain::cue(self.text, cue).is_some_and(|cue| cue.dual);
        if let (true, Some(left)) = (dual, self.neighbour) {
            self.dual(left, start, name, &said);
            self.speaker = None;
            self.neighbour = None;
            return next;
        }
        let speaker = speaker(&name.text);
        let again = self.options.continued_cues && self.speaker.as_ref() == Some(&speaker);
        self.speaker = Some(speaker);
        let shown = if again && !is_continued(&name.text) {
            continued(&name, self.options.words().continued_cue)
        } else {
            name.clone()
        };
        self.gap(LineKind::Cue);
        let id = u32::try_from(self.body.speeches.len()).unwrap_or(u32::MAX);
        let first_row = self.body.rows.len();
        let first_block = u32::try_from(self.body.blocks.len()).unwrap_or(u32::MAX);
        for mut block in self.spoken(start, shown, &said, Side::Whole) {
            block.speech = Some(id);
            self.body.push(block);
        }
        let last_block = u32::try_from(self.body.blocks.len()).unwrap_or(u32::MAX);
        self.body.speeches.push(Speech {
            cue: name,
            blocks: first_block..last_block,
            rows: first_row..self.body.rows.len(),
        });
        self.neighbour = Some(id);
        self.last = Some(LineKind::Dialogue);
        self.blank = false;
        next
    }

    fn spoken(&self, start: usize, name: Styled, said: &[&Element], side: Side) -> Vec<Block> {
        let mut blocks = vec![self.body.block(LineKind::Cue, name, start, side)];
        for element in said {
            let kind = match element.kind {
                ElementKind::Parenthetical => LineKind::Parenthetical,
                ElementKind::Note if self.options.notes => LineKind::Dialogue,
                ElementKind::Note | ElementKind::Boneyard => continue,
                _ => LineKind::Dialogue,
            };
            let italic = matches!(element.kind, ElementKind::Lyric | ElementKind::Note);
            for (start, line) in printed(self.text, element, self.options.notes) {
                // A line of two spaces keeps a blank line in a speech.
                let line = line.trimmed().faced(|face| face.italic |= italic);
                blocks.push(self.body.block(kind, line, start, side));
            }
        }
        blocks
    }

    /// A speech beside the one before it.
    fn dual(&mut self, left: u32, start: usize, name: Styled, said: &[&Element]) {
        let Some(first) = self.body.speeches.get(left as usize) else {
            return;
        };
        let (rows, blocks) = (first.rows.clone(), first.blocks.clone());
        let lock = self.body.rows.get(rows.start).map_or(0, |row| row.lock);
        self.body.rows.truncate(rows.start);
        let mut dual = Dual::default();
        for id in blocks {
            let block = self.body.blocks[id as usize].clone();
            let column = self.body.sheet.column(block.kind, Side::Left);
            let again = self
                .body
                .block_in(block.kind, block.text, block.start, column);
            self.body.blocks[id as usize] = again;
            dual.left
                .extend(self.body.rows_of(id).map(|row| (row.block, row.index)));
        }
        for block in self.spoken(start, name, said, Side::Right) {
            let id = self.body.keep(block);
            dual.right
                .extend(self.body.rows_of(id).map(|row| (row.block, row.index)));
        }
        // A page locked inside begins with both.
        let until = said.last().map_or(start, |element| element.range.start);
        let lock = self.body.lock_until(until).max(lock);
        let count = dual.left.len().max(dual.right.len()).min(u16::MAX.into());
        let id = u32::try_from(self.body.duals.len()).unwrap_or(u32::MAX);
        self.body.duals.push(dual);
        for index in 0..count {
            self.body.rows.push(Row {
                what: RowKind::Dual,
                block: id,
                index: u16::try_from(index).unwrap_or(u16::MAX),
                lock: if index == 0 { lock } else { 0 },
            });
        }
        self.last = Some(LineKind::Dialogue);
        self.blank = false;
    }

    /// `角色：（低声）台词`, with what follows hanging behind the colon.
    fn chinese_speech(&mut self, start: usize, name: Styled, said: &[&Element]) {
        let mut head = name;
        let place = head.place(head.text.len());
        head.push("：", Face::default(), place);
        let column = chinese::speech_column(&self.body, &head.text);
        self.gap(LineKind::Dialogue);
        let mut paragraph = Some((start, head));
        let mut blocks = Vec::new();
        let mut finish = |paragraph: &mut Option<(usize, Styled)>, body: &Body| {
            if let Some((start, text)) = paragraph.take() {
                let mut column = column;
                if !blocks.is_empty() {
                    column.first = column.rest;
                }
                blocks.push(body.block_in(LineKind::Dialogue, text, start, column));
            }
        };
        // Whether something was said in the paragraph: the next line is a new one then.
        let mut spoken = false;
        for element in said {
            let italic = matches!(element.kind, ElementKind::Lyric | ElementKind::Note);
            match element.kind {
                ElementKind::Boneyard => continue,
                ElementKind::Note if !self.options.notes => continue,
                _ => {}
            }
            let aside = element.kind == ElementKind::Parenthetical;
            for (start, line) in printed(self.text, element, self.options.notes) {
                let line = line.trimmed().faced(|face| face.italic |= italic);
                if line.text.is_empty() {
                    continue;
                }
                if spoken && !aside {
                    finish(&mut paragraph, &self.body);
                    spoken = false;
                }
                let (_, text) = paragraph.get_or_insert_with(|| (start, Styled::default()));
                text.join(&line);
                spoken |= !aside;
            }
            if aside {
                // What follows an aside is said in the same breath.
                spoken = false;
            }
        }
        finish(&mut paragraph, &self.body);
        for block in blocks {
            self.body.push(block);
        }
        self.last = Some(LineKind::Dialogue);
        self.blank = false;
    }
}

/// Without marks of emphasis.
fn plain_marks(text: &str) -> String {
    text.replace(['*', '_'], "").trim().to_owned()
}

/// A name as it is compared: in capitals, without extensions.
fn speaker(cue: &str) -> String {
    let end = cue.find(['(', '（']).unwrap_or(cue.len());
    cue[..end].trim().to_uppercase()
}

fn line_end(text: &str, element: &Element) -> usize {
    let source = text.get(element.range.clone()).unwrap_or_default();
    element.range.start + source.trim_end().len()
}
