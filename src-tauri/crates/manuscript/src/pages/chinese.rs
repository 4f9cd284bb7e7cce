//! The Chinese page: `1、咖啡馆 日 内`, `角色：台词`.

use super::{
    LineKind,
    block::Body,
    measure::{EM, width},
    sheet::{Column, Side},
    styled::{Face, Styled},
};
use crate::fountain::{Heading, Setting};

/// Times of day, and what the Chinese page says for them.
const TIMES: &[(&str, &str)] = &[
    ("DAY", "日"),
    ("NIGHT", "夜"),
    ("MORNING", "晨"),
    ("AFTERNOON", "下午"),
    ("EVENING", "傍晚"),
    ("DAWN", "黎明"),
    ("DUSK", "黄昏"),
    ("NOON", "正午"),
    ("SUNRISE", "日出"),
    ("SUNSET", "日落"),
    ("LATER", "稍后"),
    ("CONTINUOUS", "紧接上场"),
];

/// Adds a heading as place, time, inside or outside. A heading that has no such parts is added as
/// it is.
pub(super) fn push_heading(text: &mut Styled, heading: &Heading) {
    let mut first = true;
    let mut add = |text: &mut Styled, word: &str, at: usize| {
        if !std::mem::take(&mut first) {
            text.push(" ", Face::default(), at);
        }
        text.push(word, Face::default(), at);
    };
    if let Some(place) = &heading.location {
        add(text, &place.text, place.range.start);
    }
    if let Some(time) = &heading.time {
        add(text, time_of(&time.text), time.range.start);
    }
    if let (Some(setting), Some(opening)) = (heading.setting, &heading.opening) {
        let word = match setting {
            Setting::Interior => "内",
            Setting::Exterior | Setting::Establishing => "外",
            Setting::Both => "内外",
        };
        add(text, word, opening.range.start);
    }
    if first {
        text.push(
            &heading.text.text,
            Face::default(),
            heading.text.range.start,
        );
    }
}

fn time_of(word: &str) -> &str {
    let known = TIMES
        .iter()
        .find(|(time, _)| time.eq_ignore_ascii_case(word));
    match known {
        Some((_, chinese)) => chinese,
        // 日景, 夜景.
        None => word
            .strip_suffix('景')
            .filter(|rest| !rest.is_empty())
            .unwrap_or(word),
    }
}

/// The room of a speech: names two characters in, the rest behind the colon, at most eight
/// characters further.
pub(super) fn speech_column(body: &Body, head: &str) -> Column {
    let whole = body.sheet.column(LineKind::Dialogue, Side::Whole);
    let name = width(head, true).min(8 * EM);
    Column {
        first: 2 * EM,
        rest: 2 * EM + name,
        ..whole
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings_become_place_time_and_setting() {
        for (heading, expected) in [
            (".内景 咖啡馆 日", "咖啡馆 日 内"),
            (".外景 老街 夜景", "老街 夜 外"),
            ("INT. CAFE - DAY", "CAFE 日 内"),
            ("EXT. CAFE-BAR", "CAFE-BAR 外"),
            (".内外景 车上 黄昏", "车上 黄昏 内外"),
            (".海边", "海边"),
        ] {
            let elements = crate::fountain::parse(heading);
            let found = crate::fountain::heading(heading, &elements[0]).unwrap();
            let mut text = Styled::default();
            push_heading(&mut text, &found);
            assert_eq!(text.text, expected, "{heading}");
        }
    }
}
