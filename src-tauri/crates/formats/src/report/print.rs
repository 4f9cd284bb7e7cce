//! Reports on paper.
//!
//! A sheet stands upright where the columns fit, else it lies. Numbers have the room they need,
//! texts share what is left and go on over lines; a row is divided only where it is higher than a
//! sheet. The heads of the columns stand again on each sheet; short tables stand beneath one
//! another.

use inkstone_manuscript::{
    Language,
    pages::{
        Eighths, Face, Line, LineKind, OutlineEntry, Page, PageOptions, PageStyle, Pages, Paper,
        Run, Sheet, TitleFields,
        measure::{EM, glyphs},
    },
    tally::Tally,
};

use super::{
    Report,
    table::{self, Table},
    words::Words,
};
use crate::{
    FormatError,
    pdf::{self, FontFile, Pdf, PdfInfo, Role, Rule, Setting},
};

/// Around the text.
const MARGIN: i32 = 540;
/// Letters of a table.
const SIZE: i32 = 90;
/// From line to line.
const PITCH: i32 = 112;
/// Above and below the lines of a row.
const PAD: i32 = 28;
/// Between columns.
const GAP: i32 = 110;
const TITLE: i32 = 150;
/// The longest a text column wants to be, where others want room as well.
const NATURAL: i32 = 2_400;
/// The longest title of a script that is printed, in characters.
const LONGEST_TITLE: usize = 120;
/// Room of a text column that it never has less of.
const NARROWEST: i32 = 420;

/// Reports that are laid out.
#[derive(Debug, Clone)]
pub struct PrintedReport {
    pages: Pages,
    setting: Setting,
}

impl PrintedReport {
    /// The characters in it that the fonts we ship do not have.
    pub fn missing(&self) -> Vec<char> {
        pdf::missing(&self.pages)
    }

    #[cfg(test)]
    pub(super) fn parts(&self) -> (&Pages, &Setting) {
        (&self.pages, &self.setting)
    }
}

/// Lays reports out, each from a new sheet on. `script` is the title of the script.
pub fn pages(
    tally: &Tally,
    reports: &[Report],
    script: &str,
    paper: Paper,
    language: Language,
) -> PrintedReport {
    let words = Words {
        language,
        script: tally.language,
    };
    let script: String = script.trim().chars().take(LONGEST_TITLE).collect();
    let script = script.as_str();
    let tables: Vec<Table> = reports
        .iter()
        .map(|report| table::of(tally, *report, words))
        .collect();
    let options = PageOptions {
        paper,
        style: PageStyle::Hollywood,
        ..PageOptions::of(language)
    };
    let upright = Sheet::of(&options);
    let mut printer = Printer {
        chinese: language == Language::Chinese,
        sheet: upright,
        pages: Vec::new(),
        setting: Setting::default(),
        outline: Vec::new(),
        y: 0,
        row: 0,
    };
    if tables.iter().any(|table| lies(table, &printer)) {
        (printer.sheet.width, printer.sheet.height) = (upright.height, upright.width);
    }
    for table in &tables {
        printer.table(table, script, &words.summary(tally), &words.nothing());
    }
    printer.feet(script);
    let title = match (script.trim(), reports) {
        ("", _) => tables.first().map(|table| table.title.clone()),
        (script, [_]) => tables
            .first()
            .map(|table| format!("{script}: {}", table.title)),
        (script, _) => Some(script.to_owned()),
    };
    PrintedReport {
        setting: printer.setting,
        pages: Pages {
            sheet: printer.sheet,
            title: None,
            pages: printer.pages,
            scenes: Vec::new(),
            outline: printer.outline,
            length: Eighths::default(),
            watermark: String::new(),
            about: TitleFields {
                title: title.unwrap_or_default(),
                ..TitleFields::default()
            },
            language,
        },
    }
}

/// Writes what was laid out. `extra` are fonts for what is [`PrintedReport::missing`].
///
/// # Errors
/// As [`pdf::write`].
pub fn print(
    report: &PrintedReport,
    info: &PdfInfo,
    extra: &[FontFile],
) -> Result<Pdf, FormatError> {
    pdf::write_set(&report.pages, info, extra, &report.setting)
}

/// A column on paper.
struct Column<'a> {
    /// Its place in the rows of the table.
    index: usize,
    head: &'a str,
    number: bool,
    x: i32,
    width: i32,
}

struct Printer {
    chinese: bool,
    sheet: Sheet,
    pages: Vec<Page>,
    setting: Setting,
    outline: Vec<OutlineEntry>,
    /// Where the next line begins, from the top.
    y: i32,
    /// The row that is printed, for those who read without seeing.
    row: u32,
}

fn bold() -> Face {
    Face {
        bold: true,
        ..Face::default()
    }
}

/// Whether a table wants a lying sheet: one of its numbers would have no room on an upright one.
fn lies(table: &Table, printer: &Printer) -> bool {
    let room = printer.sheet.width - 2 * MARGIN;
    natural(table, printer)
        .iter()
        .map(|column| column.width + GAP)
        .sum::<i32>()
        - GAP
        > room
}

/// The columns that are printed, each as wide as it would like to be.
fn natural<'a>(table: &'a Table, printer: &Printer) -> Vec<Column<'a>> {
    let columns = table.columns.iter().enumerate();
    let printed = columns.filter_map(|(index, column)| Some((index, column.printed.as_deref()?)));
    let mut found = Vec::new();
    for (index, head) in printed {
        let cells = table.rows.iter().filter_map(|row| row.get(index));
        let number = table.rows.first().is_some_and(|row| row[index].is_number());
        let widest = cells
            .map(|cell| printer.width(&cell.printed()))
            .max()
            .unwrap_or(0);
        // The head of a number goes over two lines at its spaces.
        let head_room = if number {
            head.split(' ')
                .map(|word| printer.width(word))
                .max()
                .unwrap_or(0)
        } else {
            printer.width(head)
        };
        found.push(Column {
            index,
            head,
            number,
            x: 0,
            width: if number {
                widest.max(head_room)
            } else {
                widest.max(head_room).min(NATURAL)
            },
        });
    }
    found
}

impl Printer {
    fn width(&self, text: &str) -> i32 {
        glyphs(text, self.chinese).fold(0, |sum: i32, glyph| sum.saturating_add(glyph.advance))
            * SIZE
            / EM
    }

    /// The columns with their room on the sheet.
    fn columns<'a>(&self, table: &'a Table) -> Vec<Column<'a>> {
        let mut columns = natural(table, self);
        let gaps = GAP * i32::try_from(columns.len().saturating_sub(1)).unwrap_or(0);
        let room = self.sheet.width - 2 * MARGIN - gaps;
        let numbers: i32 = columns.iter().filter(|c| c.number).map(|c| c.width).sum();
        let mut left = (room - numbers).max(0);
        // Those that want little get it; the others share what is left alike.
        let mut texts: Vec<usize> = (0..columns.len()).filter(|i| !columns[*i].number).collect();
        texts.sort_by_key(|i| columns[*i].width);
        let mut waiting = i32::try_from(texts.len()).unwrap_or(1);
        for index in texts {
            let fair = (left / waiting.max(1)).max(NARROWEST);
            let column = &mut columns[index];
            column.width = column.width.min(fair);
            left -= column.width;
            waiting -= 1;
        }
        // The last one may go on to the edge: what it does not fill, nobody else wants.
        if let Some(last) = columns.last_mut().filter(|last| !last.number) {
            last.width += left.max(0);
        }
        let mut x = MARGIN;
        for column in &mut columns {
            column.x = x;
            x += column.width + GAP;
        }
        columns
    }

    fn new_page(&mut self) {
        self.pages.push(Page {
            label: (self.pages.len() + 1).to_string(),
            start: 0,
            locked: false,
            used: 0,
            lines: Vec::new(),
        });
        self.setting.rules.push(Vec::new());
        self.setting.roles.push(Vec::new());
        self.y = MARGIN;
    }

    /// Puts a line on the page that is printed; `y` is where its letters stand.
    fn put(&mut self, text: &str, x: i32, y: i32, size: i32, face: Face, role: Role) {
        if text.is_empty() {
            return;
        }
        let (Some(page), Some(roles)) = (self.pages.last_mut(), self.setting.roles.last_mut())
        else {
            return;
        };
        page.lines.push(Line {
            kind: if role == Role::Aside {
                LineKind::Footer
            } else {
                LineKind::Action
            },
            runs: vec![Run {
                text: text.to_owned(),
                face,
            }],
            x,
            y,
            size,
            stretch: 0,
            source: None,
        });
        roles.push(role);
    }

    fn rule(&mut self, y: i32, weight: i32, grey: u8) {
        if let Some(rules) = self.setting.rules.last_mut() {
            rules.push(Rule {
                x: MARGIN,
                y,
                width: self.sheet.width - 2 * MARGIN,
                weight,
                grey,
            });
        }
    }

    fn bottom(&self) -> i32 {
        self.sheet.height - MARGIN - 2 * PITCH
    }

    fn table(&mut self, table: &Table, script: &str, summary: &str, nothing: &str) {
        let rows = i32::try_from(table.rows.len()).unwrap_or(i32::MAX / PITCH / 4);
        let high = TITLE + 5 * PITCH + rows.saturating_mul(PITCH + 2 * PAD);
        // A short table stands beneath the one before it.
        if self.pages.is_empty() || self.y + 3 * PITCH + high > self.bottom() {
            self.new_page();
        } else {
            self.y += 3 * PITCH;
        }
        let top = self.y;
        self.outline.push(OutlineEntry {
            depth: 1,
            title: table.title.clone(),
            page: self.pages.len() - 1,
            y: top,
        });
        self.y += TITLE;
        self.put(&table.title, MARGIN, self.y, TITLE, bold(), Role::Heading);
        self.y += PITCH / 2;
        // The first of a sheet says what the reports are over.
        if top == MARGIN {
            self.y += PITCH;
            let about = match script {
                "" => summary.to_owned(),
                script => format!("{script}   {summary}"),
            };
            let room = self.sheet.width - 2 * MARGIN;
            for line in self.wrapped(&about, room) {
                let text = &about[line];
                self.put(text, MARGIN, self.y, SIZE, Face::default(), Role::Text);
                self.y += PITCH;
            }
            self.y += PITCH / 2;
        }
        if table.rows.is_empty() {
            self.y += PITCH;
            self.put(nothing, MARGIN, self.y, SIZE, Face::default(), Role::Text);
            return;
        }
        let columns = self.columns(table);
        self.head(&columns, false);
        for row in &table.rows {
            self.row(&columns, row);
        }
    }

    /// The heads of the columns, on a first sheet or again.
    fn head(&mut self, columns: &[Column], again: bool) {
        let wrapped: Vec<Vec<std::ops::Range<usize>>> = columns
            .iter()
            .map(|column| self.wrapped(column.head, column.width))
            .collect();
        let height = wrapped.iter().map(Vec::len).max().unwrap_or(1);
        self.row += 1;
        for (column, lines) in columns.iter().zip(&wrapped) {
            // They stand on one foot.
            let above = i32::try_from(height - lines.len()).unwrap_or(0);
            for (nth, line) in (0..).zip(lines) {
                let text = &column.head[line.clone()];
                let x = self.x(column, text, column.number);
                let y = self.y + (above + nth + 1) * PITCH;
                let role = if again {
                    Role::Again
                } else {
                    Role::Cell {
                        row: self.row,
                        column: column.index,
                        head: true,
                    }
                };
                self.put(text, x, y, SIZE, bold(), role);
            }
        }
        self.y += i32::try_from(height).unwrap_or(1) * PITCH + PAD;
        self.rule(self.y, 8, 60);
        self.y += PAD / 2;
    }

    fn row(&mut self, columns: &[Column], row: &[table::Cell]) {
        let cells: Vec<(String, Vec<std::ops::Range<usize>>)> = columns
            .iter()
            .map(|column| {
                let text = row
                    .get(column.index)
                    .map(table::Cell::printed)
                    .unwrap_or_default();
                let lines = self.wrapped(&text, column.width);
                (text, lines)
            })
            .collect();
        let height = cells
            .iter()
            .map(|(_, lines)| lines.len())
            .max()
            .unwrap_or(1)
            .max(1);
        let whole = i32::try_from(height).unwrap_or(i32::MAX / PITCH / 2) * PITCH + 2 * PAD;
        let sheet = self.bottom() - MARGIN - 6 * PITCH;
        if self.y + whole > self.bottom() && (whole <= sheet || self.y + 4 * PITCH > self.bottom())
        {
            self.new_page();
            self.head(columns, true);
        }
        self.row += 1;
        self.y += PAD;
        for nth in 0..height {
            if self.y + PITCH > self.bottom() {
                self.new_page();
                self.head(columns, true);
                self.y += PAD;
            }
            for (column, (text, lines)) in columns.iter().zip(&cells) {
                let Some(line) = lines.get(nth) else { continue };
                let number = row.get(column.index).is_some_and(table::Cell::is_number);
                let text = &text[line.clone()];
                let role = Role::Cell {
                    row: self.row,
                    column: column.index,
                    head: false,
                };
                let x = self.x(column, text, number);
                self.put(text, x, self.y + 80, SIZE, Face::default(), role);
            }
            self.y += PITCH;
        }
        self.y += PAD;
        self.rule(self.y, 3, 205);
    }

    fn x(&self, column: &Column, text: &str, right: bool) -> i32 {
        if right {
            column.x + (column.width - self.width(text)).max(0)
        } else {
            column.x
        }
    }

    /// The script's title and the numbers of the pages, once it is known how many there are.
    fn feet(&mut self, script: &str) {
        let count = self.pages.len();
        let y = self.sheet.height - MARGIN;
        let room = self.sheet.width - 2 * MARGIN - self.width(&format!("{count} / {count}")) - GAP;
        let title = match self.wrapped(script, room).first() {
            Some(line) => &script[line.clone()],
            None => "",
        };
        for index in 0..count {
            let number = format!("{} / {count}", index + 1);
            let x = self.sheet.width - MARGIN - self.width(&number);
            let page = &mut self.pages[index];
            let roles = &mut self.setting.roles[index];
            for (text, x) in [(title, MARGIN), (&number, x)] {
                if text.is_empty() {
                    continue;
                }
                page.lines.push(Line {
                    kind: LineKind::Footer,
                    runs: vec![Run {
                        text: text.to_owned(),
                        face: Face::default(),
                    }],
                    x,
                    y,
                    size: SIZE,
                    stretch: 0,
                    source: None,
                });
                roles.push(Role::Aside);
            }
        }
    }

    /// A text in lines of a width: at its spaces and between Han characters, and in the middle of
    /// a word that is longer than a line.
    fn wrapped(&self, text: &str, width: i32) -> Vec<std::ops::Range<usize>> {
        let mut lines = Vec::new();
        let (mut start, mut x) = (0, 0);
        // Where the line could end, and where the next one would begin.
        let mut chance: Option<(usize, usize, i32)> = None;
        let mut before_wide = false;
        for glyph in glyphs(text, self.chinese) {
            let c = glyph.character;
            let at = glyph.at;
            let advance = glyph.advance * SIZE / EM;
            let end = at + c.len_utf8();
            if c == '\n' {
                lines.push(start..at);
                (start, x, chance) = (end, 0, None);
                continue;
            }
            if c == ' ' {
                x += advance;
                if at == start {
                    (start, x) = (end, 0);
                } else {
                    let begin = chance
                        .filter(|(_, next, _)| *next == at)
                        .map_or(at, |(end, _, _)| end);
                    chance = Some((begin, end, x));
                }
                before_wide = false;
                continue;
            }
            let together = "，。、；：？！）》」』】”’…".contains(c);
            if at > start && (glyph.wide || before_wide) && !together {
                let fresh = chance.is_none_or(|(_, next, _)| next != at);
                if fresh {
                    chance = Some((at, at, x));
                }
            }
            if x + advance > width && at > start {
                let (until, next, passed) = chance.unwrap_or((at, at, x));
                lines.push(start..until);
                (start, x, chance) = (next, x - passed, None);
            }
            x += advance;
            before_wide = glyph.wide && !"（《「『【“‘".contains(c);
        }
        let rest = text[start..].trim_end();
        if !rest.is_empty() {
            lines.push(start..start + rest.len());
        }
        lines
    }
}
