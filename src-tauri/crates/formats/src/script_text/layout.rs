//! Scripts laid out in columns: action at the margin, dialogue indented, cues further in.

use std::collections::HashMap;

use super::Reading;
use crate::script::Kind;

/// How far dialogue is indented at least, in columns from the action.
const DIALOGUE: usize = 5;
/// How far a cue is indented at least.
const CUE: usize = 12;
/// How far a transition is indented at least.
const TRANSITION: usize = 24;
/// A longer name is none.
const LONGEST_CUE: usize = 44;

struct Row<'a> {
    number: usize,
    indent: usize,
    text: &'a str,
    /// Whether it is the first line of a page.
    tops: bool,
    page: usize,
}

/// How far a line is indented, in columns.
pub(super) fn indent(line: &str) -> usize {
    let spaces = line.chars().take_while(|c| c.is_whitespace());
    spaces.fold(0, |indent, c| match c {
        '\t' => (indent / 8 + 1) * 8,
        '\u{3000}' => indent + 2,
        _ => indent + 1,
    })
}

fn rows(text: &str) -> Vec<Row<'_>> {
    let mut rows = Vec::new();
    let mut tops = true;
    let mut page = 0;
    for (index, (_, line)) in crate::script::lines(text).enumerate() {
        for (part, line) in line.split('\u{c}').enumerate() {
            tops |= part > 0;
            page += usize::from(part > 0);
            let trimmed = line.trim();
            rows.push(Row {
                number: index + 1,
                indent: indent(line),
                text: trimmed,
                tops,
                page,
            });
            tops &= trimmed.is_empty();
        }
    }
    rows
}

/// Whether lines stand in columns: at least some names that are followed by indented lines.
pub(super) fn recognises(text: &str) -> bool {
    let rows = rows(text);
    let margin = margin(&rows);
    let mut cues = 0;
    for pair in rows.windows(2) {
        let [name, next] = pair else { continue };
        if is_cue(name, margin) && !next.text.is_empty() && next.indent >= margin + DIALOGUE {
            cues += 1;
        }
    }
    let printed = text.contains('\u{c}') && rows.iter().any(|row| is_page_mark(row, margin));
    cues >= 2 || (cues >= 1 && rows.len() < 60) || (cues >= 1 && printed)
}

/// Whether names stand in a column of their own and what is said in another, in any script.
pub(super) fn has_columns(text: &str) -> bool {
    let rows = rows(text);
    let margin = margin(&rows);
    let speaks = |pair: &&[Row]| {
        is_cue(&pair[0], margin)
            && !pair[1].text.is_empty()
            && (margin + DIALOGUE..=pair[0].indent).contains(&pair[1].indent)
    };
    rows.windows(2).filter(speaks).take(2).count() == 2
}

/// The indent of action: that of headings, or the smallest of those that are common.
fn margin(rows: &[Row]) -> usize {
    let mut headings: HashMap<usize, usize> = HashMap::new();
    let mut all: HashMap<usize, usize> = HashMap::new();
    for row in rows.iter().filter(|row| !row.text.is_empty()) {
        *all.entry(row.indent).or_default() += 1;
        // A number in the left margin stands before its heading.
        if let Some((text, _)) = heading(row.text)
            && let Some(opens) = text.split(' ').next().and_then(|word| row.text.find(word))
        {
            let column = row.indent + row.text[..opens].chars().count();
            *headings.entry(column).or_default() += 1;
        }
    }
    if let Some((indent, _)) = headings
        .iter()
        .max_by_key(|&(indent, count)| (*count, usize::MAX - indent))
    {
        return *indent;
    }
    let lines: usize = all.values().sum();
    all.iter()
        .filter(|&(_, count)| count * 12 >= lines)
        .map(|(indent, _)| *indent)
        .min()
        .unwrap_or(0)
}

fn is_upper(text: &str) -> bool {
    text.chars().any(char::is_uppercase) && !text.chars().any(char::is_lowercase)
}

fn without_extension(text: &str) -> &str {
    match text.find(['(', '（']) {
        Some(at) => text[..at].trim_end(),
        None => text,
    }
}

/// A name without capitals: Han, and not so long that it could be a sentence.
fn is_han_name(name: &str) -> bool {
    let han = |c: char| ('\u{3400}'..='\u{9fff}').contains(&c);
    name.chars().any(han)
        && name.chars().count() <= 12
        && name
            .chars()
            .all(|c| c.is_alphanumeric() || matches!(c, '·' | ' ' | '、'))
}

fn is_name(text: &str) -> bool {
    let name = without_extension(text);
    is_upper(name) || is_han_name(name)
}

fn is_cue(row: &Row, margin: usize) -> bool {
    row.indent >= margin + CUE
        && row.text.chars().count() <= LONGEST_CUE
        && is_name(row.text)
        && !row.text.ends_with("TO:")
        && !is_page_number(row.text)
}

fn is_page_number(text: &str) -> bool {
    let text = text.trim_end_matches('.').trim_matches('-').trim();
    let digits = text.trim_end_matches(|c: char| c.is_ascii_uppercase());
    !digits.is_empty()
        && digits.len() <= 4
        && text.len() - digits.len() <= 2
        && digits.bytes().all(|b| b.is_ascii_digit())
}

/// Page numbers, `CONTINUED:` and `(CONTINUED)`.
fn is_page_mark(row: &Row, margin: usize) -> bool {
    let text = row.text.trim_end_matches('*').trim_end();
    let mut words: Vec<&str> = text.split_whitespace().collect();
    let number = |word: &&str| is_page_number(word) || is_scene_number(word);
    while words.len() > 1 && words.first().is_some_and(number) {
        words.remove(0);
    }
    while words.len() > 1 && words.last().is_some_and(number) {
        words.pop();
    }
    let bare = words.join(" ");
    let continued = [
        "(CONTINUED)",
        "(continued)",
        "CONTINUED:",
        "CONTINUED",
        "（续）",
        "（未完）",
        "（接上页）",
    ]
    .contains(&bare.as_str())
        || (bare.starts_with("CONTINUED: (") && bare.ends_with(')'));
    continued || (is_page_number(text) && (row.tops || row.indent >= margin + TRANSITION))
}

/// A heading without numbers in the margins, and its number.
fn heading(text: &str) -> Option<(String, Option<String>)> {
    let text = text.trim_end_matches('*').trim_end();
    let opens = |text: &str| {
        let upper = text.to_uppercase();
        [
            "INT.", "EXT.", "INT ", "EXT ", "EST.", "EST ", "INT/EXT", "INT./EXT", "I/E",
        ]
        .iter()
        .any(|start| upper.starts_with(start))
            || (["内景", "外景", "内外景"]
                .iter()
                .any(|start| text.starts_with(start))
                && text.chars().filter(|c| !c.is_whitespace()).count() <= 40
                && !text.ends_with(['。', '，', '！', '？', '…']))
    };
    if opens(text) && is_mostly_upper(text) {
        let (text, number) = without_margin_number(text);
        return Some((text.to_owned(), number));
    }
    let (first, rest) = text.split_once(char::is_whitespace)?;
    let rest = rest.trim();
    if is_scene_number(first) && opens(rest) && is_mostly_upper(rest) {
        let (mut rest, last) = without_margin_number(rest);
        let number = first.trim_end_matches('.').to_owned();
        // A long heading leaves no gap before the number in the other margin.
        if last.is_none()
            && let Some(before) = rest.strip_suffix(first)
            && before.ends_with(' ')
        {
            rest = before.trim_end();
        }
        return Some((
            rest.to_owned(),
            Some(last.filter(|last| *last == number).unwrap_or(number)),
        ));
    }
    None
}

/// Headings are capitals, but for what stands in parentheses.
fn is_mostly_upper(text: &str) -> bool {
    let (upper, lower) = text.chars().fold((0, 0), |(upper, lower), c| {
        (
            upper + usize::from(c.is_uppercase()),
            lower + usize::from(c.is_lowercase()),
        )
    });
    upper >= lower
}

fn is_scene_number(word: &str) -> bool {
    let word = word.trim_end_matches('.');
    word.len() <= 6
        && word.bytes().any(|b| b.is_ascii_digit())
        && word
            .bytes()
            .all(|b| b.is_ascii_digit() || b.is_ascii_uppercase())
}

/// A number behind a gap at the end.
fn without_margin_number(text: &str) -> (&str, Option<String>) {
    if let Some(at) = text.rfind("  ").or_else(|| text.rfind('\t')) {
        let last = text[at..].trim();
        if is_scene_number(last) {
            return (
                text[..at].trim_end(),
                Some(last.trim_end_matches('.').to_owned()),
            );
        }
    }
    (text, None)
}

/// Lines of one paragraph become one, Han without a space between.
pub(super) fn joined(lines: &[&str]) -> String {
    let mut out = String::new();
    for line in lines {
        let wide = |c: char| ('\u{2e80}'..'\u{ffef}').contains(&c);
        // What both scripts have goes by what is beside it.
        let either = |c: char| wide(c) || matches!(c, '“' | '”' | '‘' | '’' | '—' | '…');
        let close = match (out.chars().next_back(), line.chars().next()) {
            (Some(before), Some(behind)) => {
                (wide(before) && either(behind)) || (either(before) && wide(behind))
            }
            _ => false,
        };
        // A word divided at its hyphen; not a dash.
        let mut end = out.chars().rev();
        let hyphen = end.next() == Some('-') && end.next().is_some_and(char::is_alphanumeric);
        if !out.is_empty() && !close && !hyphen {
            out.push(' ');
        }
        out.push_str(line);
    }
    out
}

pub(super) fn read(text: &str) -> Reading {
    let rows = rows(text);
    let margin = margin(&rows);
    let mut reading = Reading::default();
    let mut kept: Vec<Row> = Vec::new();
    for mut row in rows {
        if is_page_mark(&row, margin) {
            reading.page_marks += 1;
            continue;
        }
        // Revision marks in the right margin.
        row.text = row.text.trim_end_matches('*').trim_end();
        kept.push(row);
    }
    let start = title_page(&kept, margin, &mut reading);
    let mut body = Body {
        rows: &kept[start..],
        margin,
        reading,
        more: false,
        ended: 0,
    };
    body.read();
    body.reading
}

/// The lines before the first heading, if they stand in the middle of a page of their own.
fn title_page(rows: &[Row], margin: usize, reading: &mut Reading) -> usize {
    let first = rows.iter().position(|row| {
        heading(row.text).is_some() || matches!(row.text, "FADE IN:" | "FADE IN" | "FADE IN.")
    });
    let Some(first) = first else { return 0 };
    let lines: Vec<&Row> = rows[..first]
        .iter()
        .filter(|row| !row.text.is_empty())
        .collect();
    let middle = lines
        .iter()
        .filter(|row| row.indent >= margin + CUE)
        .count();
    let wraps = rows[..first].windows(2).any(|pair| {
        is_cue(&pair[0], margin)
            && pair[1].indent >= margin + DIALOGUE
            && pair[1].indent < pair[0].indent
            && !pair[1].text.is_empty()
    });
    if lines.is_empty() || middle == 0 || (wraps && middle < 2) || lines.len() > 40 {
        return 0;
    }
    let mut key = "Title";
    for row in lines {
        let lower = row.text.to_lowercase();
        let credit = lower == "by" || lower.ends_with(" by") || lower == "编剧";
        let based = lower.starts_with("based on") || lower.starts_with("from the");
        let placed = row.indent >= margin + CUE;
        let name = if credit {
            key = "Author";
            "Credit"
        } else if based {
            "Source"
        } else if placed {
            key
        } else {
            "Contact"
        };
        reading.title(name, row.text);
    }
    // Values of one key stand together.
    let order = ["Title", "Credit", "Author", "Source", "Contact"];
    reading.blocks.sort_by_key(|block| {
        order
            .iter()
            .position(|key| block.label.as_deref() == Some(*key))
    });
    first
}

struct Body<'a> {
    rows: &'a [Row<'a>],
    margin: usize,
    reading: Reading,
    /// Whether the speech before ended with `(MORE)`.
    more: bool,
    /// The page on which the last action ended.
    ended: usize,
}

impl Body<'_> {
    /// The text of the action right before, where no sentence ends with it.
    fn unfinished(&mut self) -> Option<&mut String> {
        let last = self.reading.blocks.last_mut();
        let piece = last
            .filter(|last| last.kind == Kind::Action)?
            .content
            .last_mut()?;
        let ends = [
            '.', '!', '?', ':', '…', '"', '”', '—', ')', '。', '！', '？', '：', '）',
        ];
        (!piece.text.ends_with(ends)).then_some(&mut piece.text)
    }

    /// The columns of two names that stand beside each other.
    fn side_by_side(&self, at: usize, end: usize) -> Option<(usize, usize)> {
        let row = &self.rows[at];
        let found = pieces(row);
        let [(left, first), (right, second)] = found.as_slice() else {
            return None;
        };
        let indented = *left >= self.margin + DIALOGUE && at + 1 < end;
        (indented && is_name(first) && is_name(second)).then_some((*left, *right))
    }

    /// Two speeches beside each other.
    fn both(&mut self, at: usize, end: usize, (_, right): (usize, usize)) -> usize {
        // What is said begins a little before its name.
        let border = right.saturating_sub(8);
        for second in [false, true] {
            let lines: Vec<&str> = self.rows[at..end]
                .iter()
                .flat_map(pieces)
                .filter(|(column, _)| (*column >= border) == second)
                .map(|(_, text)| text)
                .collect();
            let Some((name, said)) = lines.split_first() else {
                continue;
            };
            let (name, continued) = without_continued(name);
            self.reading.continued += usize::from(continued);
            self.reading.push(Kind::Character, name);
            if let Some(cue) = self.reading.blocks.last_mut() {
                cue.dual = second;
            }
            self.spoken(said);
        }
        end
    }

    /// What is said, with asides in it.
    fn spoken(&mut self, rows: &[&str]) {
        let mut lines: Vec<&str> = Vec::new();
        let mut aside: Vec<&str> = Vec::new();
        for row in rows {
            if super::says_more(row) {
                self.more = true;
                self.reading.continued += 1;
                continue;
            }
            // An aside ends with its line; `(beat) Come on.` is a line that is said.
            let opens = row.starts_with(['(', '（'])
                && row
                    .find([')', '）'])
                    .is_none_or(|close| row[close..].chars().count() == 1);
            if !aside.is_empty() || opens {
                self.said(&mut lines);
                aside.push(row);
                if row.ends_with([')', '）']) || aside.len() > 6 {
                    let text = joined(&aside);
                    self.reading.push(Kind::Parenthetical, &text);
                    aside.clear();
                }
                continue;
            }
            lines.push(row);
        }
        if !aside.is_empty() {
            let text = joined(&aside);
            self.reading.push(Kind::Dialogue, &text);
        }
        self.said(&mut lines);
    }

    fn read(&mut self) {
        let mut at = 0;
        while at < self.rows.len() {
            if self.rows[at].text.is_empty() {
                at += 1;
                continue;
            }
            // What goes over the page says so.
            let page = self.rows[at].page;
            let end = (at..self.rows.len())
                .find(|&end| self.rows[end].text.is_empty() || self.rows[end].page != page)
                .unwrap_or(self.rows.len());
            at = self.paragraph(at, end);
        }
    }

    /// Reads from `at` what belongs together, at most to `end`; says where it ends.
    fn paragraph(&mut self, at: usize, end: usize) -> usize {
        let row = &self.rows[at];
        if let Some((text, number)) = heading(row.text)
            && row.indent <= self.margin + 8
        {
            // One that was too long for its line.
            let rest = (at + 1 < end).then(|| &self.rows[at + 1]).filter(|rest| {
                rest.indent.abs_diff(self.margin) <= 1
                    && is_upper(rest.text)
                    && heading(rest.text).is_none()
            });
            match rest {
                Some(rest) => self.reading.heading(&joined(&[&text, rest.text]), number),
                None => self.reading.heading(&text, number),
            }
            return at + 1 + usize::from(rest.is_some());
        }
        if let Some(names) = self.side_by_side(at, end) {
            return self.both(at, end, names);
        }
        let next = (at + 1 < end).then(|| &self.rows[at + 1]);
        let speaks = next.is_some_and(|next| next.indent >= self.margin + DIALOGUE);
        if is_cue(row, self.margin) && speaks {
            return self.speech(at, end);
        }
        if row.indent >= self.margin + TRANSITION
            && is_upper(row.text)
            && row.text.ends_with([':', '.'])
            || (is_upper(row.text) && row.text.ends_with(" TO:"))
            || matches!(row.text, "FADE OUT." | "FADE OUT" | "FADE TO BLACK.")
            || (row.indent >= self.margin + CUE && super::chinese::is_transition(row.text))
        {
            self.reading.push(Kind::Transition, row.text);
            return at + 1;
        }
        if super::says_more(row.text) {
            self.more = true;
            self.reading.continued += 1;
            return at + 1;
        }
        self.action(at, end)
    }

    fn action(&mut self, at: usize, end: usize) -> usize {
        let indent = self.rows[at].indent;
        let last = (at + 1..end)
            .find(|&next| {
                let row = &self.rows[next];
                row.indent.abs_diff(indent) > 3
                    || (is_cue(row, self.margin) && indent < self.margin + CUE)
                    || heading(row.text).is_some()
            })
            .unwrap_or(end);
        let lines: Vec<&str> = self.rows[at..last].iter().map(|row| row.text).collect();
        let text = joined(&lines);
        if indent >= self.margin + CUE && lines.len() == 1 {
            self.reading.push(Kind::Centered, &text);
            self.reading.guess(self.rows[at].number, &text, "centered");
        } else {
            if indent > self.margin + 3 {
                self.reading.guess(self.rows[at].number, &text, "action");
            }
            let page = self.rows[at].page;
            if std::mem::replace(&mut self.ended, self.rows[last - 1].page) < page
                && let Some(before) = self.unfinished()
            {
                *before = joined(&[before.as_str(), &text]);
            } else {
                self.reading.push(Kind::Action, &text);
            }
        }
        last
    }

    fn speech(&mut self, at: usize, end: usize) -> usize {
        let name = self.rows[at].text;
        let (name, continued) = without_continued(name);
        if continued {
            self.reading.continued += 1;
        }
        let goes_on = continued && std::mem::take(&mut self.more);
        if !goes_on {
            self.reading.push(
                Kind::Character,
                &name.split_whitespace().collect::<Vec<_>>().join(" "),
            );
        }
        self.more = false;
        let last = (at + 1..end)
            .find(|&last| self.rows[last].indent < self.margin + DIALOGUE)
            .unwrap_or(end);
        let said: Vec<&str> = self.rows[at + 1..last].iter().map(|row| row.text).collect();
        self.spoken(&said);
        last
    }

    fn said(&mut self, lines: &mut Vec<&str>) {
        if lines.is_empty() {
            return;
        }
        let text = joined(lines);
        lines.clear();
        // A speech that went over the page.
        if let Some(last) = self.reading.blocks.last_mut()
            && last.kind == Kind::Dialogue
            && let Some(piece) = last.content.last_mut()
        {
            piece.text = joined(&[piece.text.as_str(), &text]);
            return;
        }
        self.reading.push(Kind::Dialogue, &text);
    }
}

/// The parts of a row that stand apart, with their columns.
fn pieces<'a>(row: &Row<'a>) -> Vec<(usize, &'a str)> {
    let mut found = Vec::new();
    let mut rest = row.text;
    let mut column = row.indent;
    while let Some(gap) = rest.find("   ") {
        let (part, behind) = rest.split_at(gap);
        let trimmed = behind.trim_start();
        found.push((column, part));
        column += part.chars().count() + (behind.len() - trimmed.len());
        rest = trimmed;
    }
    found.push((column, rest));
    found
}

/// A cue without `(CONT'D)`, and whether it had one.
fn without_continued(name: &str) -> (&str, bool) {
    for mark in [
        "(CONT'D)",
        "(CONT’D)",
        "(cont'd)",
        "(cont’d)",
        "(CONTINUED)",
        "(CONT.)",
        "（续）",
    ] {
        if let Some(rest) = name.strip_suffix(mark) {
            return (rest.trim_end(), true);
        }
    }
    (name, false)
}

#[cfg(test)]
mod tests {
    use crate::script_text::read;

    const PRINTED: &str = "\n\n\n                         THE FERRY\n\n                         written by\n\n                           A. Tide\n\n\n     1 Quay Street\n\u{c}\n                                                             1.\n\n     FADE IN:\n\n 1   EXT. QUAY - NIGHT                                        1\n\n     Rain on the planks. MARA, 40, counts the\n     lamps across the water.\n\n                         MARA (V.O.)\n                    (to nobody, as if the boat\n                    could hear)\n               You are late again and you\n               know it.\n                         (MORE)\n\n                                                 (CONTINUED)\n\u{c}\n 1   CONTINUED:                                               2.\n\n                         MARA (V.O.) (CONT'D)\n               Come on.\n\n                                             CUT TO:\n\n 2A  INT. CABIN - LATER                                       2A\n\n     Dark.                                                       *\n";

    #[test]
    fn a_printed_script_becomes_fountain() {
        let read = read(PRINTED);
        assert_eq!(
            read.text,
            "Title: THE FERRY\nCredit: written by\nAuthor: A. Tide\nContact: 1 Quay Street\n\nFADE IN:\n\nEXT. QUAY - NIGHT #1#\n\nRain on the planks. MARA, 40, counts the lamps across the water.\n\nMARA (V.O.)\n(to nobody, as if the boat could hear)\nYou are late again and you know it. Come on.\n\nCUT TO:\n\nINT. CABIN - LATER #2A#\n\nDark.\n"
        );
        assert_eq!(read.title.as_deref(), Some("THE FERRY"));
        let found = |name: &str| {
            read.report
                .found
                .iter()
                .find(|(found, _)| found.name() == name)
                .map(|(_, count)| *count)
        };
        assert_eq!(found("scenes"), Some(2));
        assert_eq!(found("speeches"), Some(1));
        assert_eq!(found("page_marks"), Some(3));
        assert_eq!(found("continued"), Some(2));
    }

    #[test]
    fn fountain_is_left_as_it_is() {
        let text = "INT. HOUSE - DAY\n\n  MARA\n  Hello.\n\nRain.   \n";
        assert_eq!(read(text).text, text);
    }

    #[test]
    fn what_stands_in_no_column_is_named() {
        let text = "INT. HOUSE - DAY\n\nShe waits.\n\n               MARA\n          Hello.\n\n               JON\n          Hi.\n\n       SUPER: TEN YEARS LATER\n       in white\n";
        let read = read(text);
        assert!(
            read.text.ends_with("SUPER: TEN YEARS LATER in white\n"),
            "{}",
            read.text
        );
        assert_eq!(read.report.unsure.len(), 1);
        assert_eq!(read.report.unsure[0].line, 11);
    }
}
