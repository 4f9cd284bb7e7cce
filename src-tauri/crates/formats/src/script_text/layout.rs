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
}

fn rows(text: &str) -> Vec<Row<'_>> {
    let mut rows = Vec::new();
    let mut tops = true;
    for (index, (_, line)) in crate::script::lines(text).enumerate() {
        for (part, line) in line.split('\u{c}').enumerate() {
            tops |= part > 0;
            let trimmed = line.trim();
            let mut indent = 0;
            for c in line.chars().take_while(|c| c.is_whitespace()) {
                indent = match c {
                    '\t' => (indent / 8 + 1) * 8,
                    '\u{3000}' => indent + 2,
                    _ => indent + 1,
                };
            }
            rows.push(Row {
                number: index + 1,
                indent,
                text: trimmed,
                tops,
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

/// The indent of action: that of headings, or the smallest of those that are common.
fn margin(rows: &[Row]) -> usize {
    let mut headings: HashMap<usize, usize> = HashMap::new();
    let mut all: HashMap<usize, usize> = HashMap::new();
    for row in rows.iter().filter(|row| !row.text.is_empty()) {
        *all.entry(row.indent).or_default() += 1;
        if heading(row.text).is_some_and(|(_, number)| number.is_none()) {
            *headings.entry(row.indent).or_default() += 1;
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

fn is_cue(row: &Row, margin: usize) -> bool {
    row.indent >= margin + CUE
        && row.text.chars().count() <= LONGEST_CUE
        && is_upper(without_extension(row.text))
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
    };
    if opens(text) && is_mostly_upper(text) {
        let (text, number) = without_margin_number(text);
        return Some((text.to_owned(), number));
    }
    let (first, rest) = text.split_once(char::is_whitespace)?;
    let rest = rest.trim();
    if is_scene_number(first) && opens(rest) && is_mostly_upper(rest) {
        let (rest, last) = without_margin_number(rest);
        let number = first.trim_end_matches('.').to_owned();
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
fn joined(lines: &[&str]) -> String {
    let mut out = String::new();
    for line in lines {
        let wide = |c: char| ('\u{2e80}'..'\u{ffef}').contains(&c);
        let close =
            out.chars().next_back().is_none_or(wide) && line.chars().next().is_some_and(wide);
        if !out.is_empty() && !close && !out.ends_with('-') {
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
}

impl Body<'_> {
    fn read(&mut self) {
        let mut at = 0;
        while at < self.rows.len() {
            if self.rows[at].text.is_empty() {
                at += 1;
                continue;
            }
            let end = (at..self.rows.len())
                .find(|&end| self.rows[end].text.is_empty())
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
            self.reading.heading(&text, number);
            return at + 1;
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
        {
            self.reading.push(Kind::Transition, row.text);
            return at + 1;
        }
        if row.text.eq_ignore_ascii_case("(more)") {
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
            self.reading.push(Kind::Action, &text);
        }
        last
    }

    fn speech(&mut self, at: usize, end: usize) -> usize {
        let name = self.rows[at].text;
        let (name, continued) = without_continued(name);
        if continued {
            self.reading.continued += 1;
        }
        // Two names in one line stand side by side.
        if name.contains("   ") {
            self.reading.guess(self.rows[at].number, name, "speech");
        }
        let goes_on = continued && std::mem::take(&mut self.more);
        if !goes_on {
            self.reading.push(
                Kind::Character,
                &name.split_whitespace().collect::<Vec<_>>().join(" "),
            );
        }
        self.more = false;
        let mut lines: Vec<&str> = Vec::new();
        let mut aside: Vec<&str> = Vec::new();
        let mut last = at + 1;
        while last < end {
            let row = &self.rows[last];
            if row.indent < self.margin + DIALOGUE {
                break;
            }
            last += 1;
            if row.text.eq_ignore_ascii_case("(more)") {
                self.more = true;
                self.reading.continued += 1;
                continue;
            }
            if !aside.is_empty() || row.text.starts_with(['(', '（']) {
                self.said(&mut lines);
                aside.push(row.text);
                if row.text.ends_with([')', '）']) || aside.len() > 6 {
                    let text = joined(&aside);
                    self.reading.push(Kind::Parenthetical, &text);
                    aside.clear();
                }
                continue;
            }
            lines.push(row.text);
        }
        if !aside.is_empty() {
            let text = joined(&aside);
            self.reading.push(Kind::Dialogue, &text);
        }
        self.said(&mut lines);
        last
    }

    fn said(&mut self, lines: &mut Vec<&str>) {
        if lines.is_empty() {
            return;
        }
        let text = joined(lines);
        lines.clear();
        self.reading.push(Kind::Dialogue, &text);
    }
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
            "Title: THE FERRY\nCredit: written by\nAuthor: A. Tide\nContact: 1 Quay Street\n\nFADE IN:\n\nEXT. QUAY - NIGHT #1#\n\nRain on the planks. MARA, 40, counts the lamps across the water.\n\nMARA (V.O.)\n(to nobody, as if the boat could hear)\nYou are late again and you know it.\nCome on.\n\nCUT TO:\n\nINT. CABIN - LATER #2A#\n\nDark.\n"
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
