//! The title page.

use super::{
    Face, Line, LineKind, Page, PageOptions, PageStyle, Sheet,
    measure::{CELL, EM, width},
    sheet::INCH,
    source::styled,
    styled::Styled,
};
use crate::fountain::{self, Element};

/// What the script says about itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TitleFields {
    /// `Title:`, its lines joined.
    pub title: String,
    /// `Author:` or `Authors:`, one a line.
    pub authors: Vec<String>,
}

pub(super) fn fields(text: &str, elements: &[Element]) -> Vec<(String, Vec<Styled>)> {
    let entries = elements
        .first()
        .map(|first| fountain::title_entries(text, first));
    entries
        .unwrap_or_default()
        .iter()
        .map(|entry| {
            let values = entry
                .values
                .iter()
                .filter(|line| !line.is_empty())
                .map(|line| styled(line, false).trimmed());
            (entry.key.text.trim().to_lowercase(), values.collect())
        })
        .collect()
}

pub(super) fn about(fields: &[(String, Vec<Styled>)]) -> TitleFields {
    let lines = |keys: &[&str]| -> Vec<String> {
        let found = fields.iter().find(|(key, _)| keys.contains(&key.as_str()));
        let values = found
            .map(|(_, values)| values.as_slice())
            .unwrap_or_default();
        values.iter().map(|value| value.text.clone()).collect()
    };
    TitleFields {
        title: lines(TITLE).join(" "),
        authors: lines(AUTHORS),
    }
}

const TITLE: &[&str] = &["title", "标题", "片名", "剧名"];
const CREDIT: &[&str] = &["credit", "署名"];
const AUTHORS: &[&str] = &["author", "authors", "编剧", "作者"];
const SOURCE: &[&str] = &["source", "来源", "原著"];
const LEFT: &[&str] = &[
    "contact",
    "联系方式",
    "联系",
    "copyright",
    "版权",
    "notes",
    "备注",
];

/// The title page: title and names in the middle, how to reach them at the foot on the left, and
/// all else (draft, date, revision) on the right. `None` where the script gives nothing.
pub(super) fn page(
    fields: &[(String, Vec<Styled>)],
    options: &PageOptions,
    sheet: Sheet,
) -> Option<Page> {
    if fields.iter().all(|(_, values)| values.is_empty()) {
        return None;
    }
    let chinese = options.style == PageStyle::Chinese;
    let mut lines = Vec::new();
    let of = |keys: &[&str]| -> Vec<&Styled> {
        let found = fields
            .iter()
            .filter(|(key, _)| keys.contains(&key.as_str()));
        found.flat_map(|(_, values)| values).collect()
    };
    // 3.5 inches down.
    let mut y = 7 * INCH / 2;
    let mut centered = |values: &[&Styled], size: i32, bold: bool, gap: i32| {
        let pitch = size * if chinese { 3 } else { 2 } / 2;
        let pitch = if size == EM && !chinese { EM } else { pitch };
        for value in values {
            let text = (*value).clone().faced(|face| face.bold |= bold);
            let wide = width(&text.text, options.language == crate::Language::Chinese);
            let x = (sheet.width - wide * size / EM) / 2;
            lines.push(Line::of(LineKind::Title, &text, x, y).sized(size));
            y += pitch;
        }
        if !values.is_empty() {
            y += gap;
        }
    };
    if chinese {
        centered(&of(TITLE), 260, true, 2 * 260);
        centered(&of(CREDIT), 140, false, 70);
        centered(&of(AUTHORS), 140, false, 280);
        centered(&of(SOURCE), EM, false, 0);
    } else {
        centered(&of(TITLE), EM, false, 2 * EM);
        centered(&of(CREDIT), EM, false, EM);
        centered(&of(AUTHORS), EM, false, 4 * EM);
        centered(&of(SOURCE), EM, false, 0);
    }
    let middle = [TITLE, CREDIT, AUTHORS, SOURCE].concat();
    let pitch = if chinese { 200 } else { EM };
    let foot = sheet.height - INCH;
    let left = of(LEFT);
    let right: Vec<&Styled> = fields
        .iter()
        .filter(|(key, _)| !middle.contains(&key.as_str()) && !LEFT.contains(&key.as_str()))
        .flat_map(|(_, values)| values)
        .collect();
    for (values, at_right) in [(left, false), (right, true)] {
        let count = i32::try_from(values.len()).unwrap_or(0);
        for (row, value) in (0..).zip(values) {
            let y = foot - (count - row) * pitch;
            let wide = width(&value.text, options.language == crate::Language::Chinese);
            let edge = sheet.width - sheet.left.min(INCH + INCH / 4);
            let x = if at_right { edge - wide } else { sheet.left };
            lines.push(Line::of(LineKind::Title, value, x.max(CELL), y));
        }
    }
    Some(Page {
        label: String::new(),
        start: 0,
        locked: false,
        used: 0,
        lines,
    })
}

/// A text printed by us.
pub(super) fn own(kind: LineKind, text: &str, x: i32, y: i32) -> Line {
    Line {
        source: None,
        ..Line::of(kind, &ours(text), x, y)
    }
}

fn ours(text: &str) -> Styled {
    let mut styled = Styled::default();
    styled.push(text, Face::default(), 0);
    styled
}
