//! Headings: inside or outside, where, when, which number.

use serde::Serialize;

use crate::count::is_han;

use super::{
    Element, ElementKind,
    read::{Part, first_line, part, within},
};

/// Where a scene plays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Setting {
    /// `INT.`, `内景`
    Interior,
    /// `EXT.`, `外景`
    Exterior,
    /// `INT./EXT.`, `I/E`, `内外景`
    Both,
    /// `EST.`
    Establishing,
}

/// The light of a time of day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Light {
    /// `MORNING`, `DAY`, `下午` ...
    Day,
    /// `NIGHT`, `EVENING`, `深夜` ...
    Night,
    /// `DAWN`, `SUNRISE`, `清晨` ...
    Dawn,
    /// `DUSK`, `SUNSET`, `黄昏` ...
    Dusk,
}

/// A heading in its parts. A part that is not there is `None`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heading<'a> {
    /// The whole without mark and scene number.
    pub text: Part<'a>,
    /// Whether a `.` makes it one.
    pub forced: bool,
    /// Inside or outside.
    pub setting: Option<Setting>,
    /// The words that say so: `INT.`, `内景`.
    pub opening: Option<Part<'a>>,
    /// The place: `HOUSE - KITCHEN`.
    pub location: Option<Part<'a>>,
    /// The time: `DAY`, `LATER`, `夜`.
    pub time: Option<Part<'a>>,
    /// What the time says of the light; `LATER` and its like say nothing.
    pub light: Option<Light>,
    /// `1A-2.` of `#1A-2.#`, or the number that a Chinese heading begins with (`第3场`, `12.`).
    pub number: Option<Part<'a>>,
    /// `OMITTED`, `（删去）`: only the number is left of the scene.
    pub omitted: bool,
}

/// A heading's parts; `None` for another element.
pub fn heading<'a>(text: &'a str, element: &Element) -> Option<Heading<'a>> {
    if element.kind != ElementKind::SceneHeading {
        return None;
    }
    let line = first_line(text, element)?;
    let whole: &str = &line.visible;
    let trimmed = whole.trim();
    let (forced, rest) = match trimmed.strip_prefix('.') {
        Some(rest) => (true, rest),
        None => (false, trimmed),
    };
    let (said, number) = number(rest);
    let said = said.trim();
    let cut = |piece: &str| part(text, &line, within(whole, piece));
    let pieces = if opening(said).is_none() && said.contains(is_han) {
        chinese(said)
    } else {
        english(said)
    };
    Some(Heading {
        text: cut(said),
        forced,
        setting: pieces.setting,
        opening: pieces.opening.map(cut),
        location: pieces.location.map(cut),
        time: pieces.time.map(cut),
        light: pieces.time.and_then(light),
        number: number.or(pieces.number).map(cut),
        omitted: is_omitted(said),
    })
}

/// A heading's text, and its number if it ends in one: `#1A-2.#`.
pub(super) fn number(heading: &str) -> (&str, Option<&str>) {
    let split = heading
        .strip_suffix('#')
        .and_then(|rest| rest.rsplit_once('#'));
    match split {
        Some((text, number)) if is_number(number) => (text.trim_end(), Some(number)),
        _ => (heading, None),
    }
}

/// Whether a scene can have this number.
pub(super) fn is_number(number: &str) -> bool {
    !number.is_empty()
        && number
            .chars()
            .all(|c| c.is_alphanumeric() || matches!(c, '-' | '.'))
}

/// Whether a heading, without its number, says that the scene is out.
pub fn is_omitted(said: &str) -> bool {
    let word = said.trim_matches(|c: char| "()（）[]【】.。*_ ".contains(c));
    ["OMITTED", "OMIT", "SCENE OMITTED", "SCENES OMITTED"]
        .iter()
        .any(|omitted| word.eq_ignore_ascii_case(omitted))
        || [
            "删",
            "删去",
            "删除",
            "已删",
            "已删除",
            "本场删去",
            "本场删除",
        ]
        .contains(&word)
}

#[derive(Default)]
struct Pieces<'t> {
    setting: Option<Setting>,
    opening: Option<&'t str>,
    location: Option<&'t str>,
    time: Option<&'t str>,
    number: Option<&'t str>,
}

/// Longer ones first.
const OPENINGS: [(&str, Setting); 14] = [
    ("INT./EXT.", Setting::Both),
    ("EXT./INT.", Setting::Both),
    ("INT./EXT", Setting::Both),
    ("EXT./INT", Setting::Both),
    ("INT/EXT.", Setting::Both),
    ("EXT/INT.", Setting::Both),
    ("INT/EXT", Setting::Both),
    ("EXT/INT", Setting::Both),
    ("I/E.", Setting::Both),
    ("I/E", Setting::Both),
    ("INT", Setting::Interior),
    ("EXT", Setting::Exterior),
    ("EST", Setting::Establishing),
    ("I./E.", Setting::Both),
];

fn english(said: &str) -> Pieces<'_> {
    let mut pieces = Pieces::default();
    let mut rest = said;
    if let Some((length, setting)) = opening(said) {
        let (opening, behind) = said.split_at(length);
        pieces.setting = Some(setting);
        pieces.opening = Some(opening);
        rest = behind.trim_start();
    }
    (pieces.location, pieces.time) = place_and_time(rest);
    pieces
}

/// How long the opening is, its dot included, and what it means.
fn opening(said: &str) -> Option<(usize, Setting)> {
    OPENINGS.iter().find_map(|(opening, setting)| {
        let (start, rest) = said.split_at_checked(opening.len())?;
        let dot = usize::from(rest.starts_with('.'));
        let ends = dot > 0 || opening.ends_with('.') || rest.starts_with(' ');
        (ends && start.eq_ignore_ascii_case(opening)).then_some((opening.len() + dot, *setting))
    })
}

/// `HOUSE - KITCHEN - DAY`: a time is what stands last and has a word for one in it.
fn place_and_time(rest: &str) -> (Option<&str>, Option<&str>) {
    let rest = rest.trim();
    let filled = |text: &'_ str| (!text.is_empty()).then_some(());
    // The last of all dashes, however it is written.
    let splits = [" - ", " – ", " — ", " -- ", " --- ", "—", "–", "--", ", "];
    let last = splits
        .iter()
        .filter_map(|dash| Some((rest.rsplit_once(dash)?, dash.len())))
        .min_by_key(|((_, time), length)| (time.len(), usize::MAX - length));
    if let Some(((place, time), _)) = last
        && is_time(time)
    {
        let place = place.trim_end_matches([' ', '-', '–', '—', ',']);
        return (filled(place).map(|()| place), Some(time.trim()));
    }
    match rest.strip_prefix(['-', '–', '—']) {
        Some(time) if is_time(time) => (None, Some(time.trim())),
        _ if is_time(rest) && rest.split_whitespace().count() == 1 => (None, Some(rest)),
        _ => (filled(rest).map(|()| rest), None),
    }
}

/// Words that make a piece of a heading a time.
const TIMES: [&str; 37] = [
    "DAY",
    "NIGHT",
    "MORNING",
    "EVENING",
    "AFTERNOON",
    "NOON",
    "MIDDAY",
    "MIDNIGHT",
    "DAWN",
    "DUSK",
    "SUNRISE",
    "SUNSET",
    "SUNUP",
    "SUNDOWN",
    "TWILIGHT",
    "DAYBREAK",
    "NIGHTFALL",
    "LATER",
    "CONTINUOUS",
    "CONTINUOUSLY",
    "CONTINUING",
    "CONT'D",
    "SAME",
    "SIMULTANEOUS",
    "MEANWHILE",
    "EARLIER",
    "NOW",
    "PRESENT",
    "FLASHBACK",
    "A.M.",
    "P.M.",
    "AM",
    "PM",
    "DAYTIME",
    "NIGHTTIME",
    "MAGIC",
    "O'CLOCK",
];

fn is_time(piece: &str) -> bool {
    if CHINESE_TIMES.contains(&piece.trim()) {
        return true;
    }
    let words: Vec<&str> = words(piece).collect();
    // `DAY` is a time, `THE NIGHT CLUB OF THE STARS` a place.
    words.len() <= 5
        && words
            .iter()
            .any(|word| TIMES.iter().any(|time| word.eq_ignore_ascii_case(time)))
}

fn words(piece: &str) -> impl Iterator<Item = &str> {
    piece
        .split(|c: char| c.is_whitespace() || "()/,[]*_".contains(c))
        .filter(|word| !word.is_empty())
}

fn light(time: &str) -> Option<Light> {
    const ENGLISH: [(&str, Light); 20] = [
        ("DAWN", Light::Dawn),
        ("SUNRISE", Light::Dawn),
        ("SUNUP", Light::Dawn),
        ("DAYBREAK", Light::Dawn),
        ("DUSK", Light::Dusk),
        ("SUNSET", Light::Dusk),
        ("SUNDOWN", Light::Dusk),
        ("TWILIGHT", Light::Dusk),
        ("MAGIC", Light::Dusk),
        ("NIGHTFALL", Light::Dusk),
        ("NIGHT", Light::Night),
        ("EVENING", Light::Night),
        ("MIDNIGHT", Light::Night),
        ("NIGHTTIME", Light::Night),
        ("DAY", Light::Day),
        ("DAYTIME", Light::Day),
        ("MORNING", Light::Day),
        ("AFTERNOON", Light::Day),
        ("NOON", Light::Day),
        ("MIDDAY", Light::Day),
    ];
    // Longer ones first: 午夜 is night.
    const CHINESE: [(&str, Light); 26] = [
        ("午夜", Light::Night),
        ("深夜", Light::Night),
        ("半夜", Light::Night),
        ("凌晨", Light::Night),
        ("清晨", Light::Dawn),
        ("早晨", Light::Day),
        ("黎明", Light::Dawn),
        ("拂晓", Light::Dawn),
        ("破晓", Light::Dawn),
        ("日出", Light::Dawn),
        ("黄昏", Light::Dusk),
        ("傍晚", Light::Dusk),
        ("日落", Light::Dusk),
        ("次日", Light::Day),
        ("夜", Light::Night),
        ("晚", Light::Night),
        ("晨", Light::Dawn),
        ("昏", Light::Dusk),
        ("早", Light::Day),
        ("上午", Light::Day),
        ("中午", Light::Day),
        ("正午", Light::Day),
        ("下午", Light::Day),
        ("午", Light::Day),
        ("昼", Light::Day),
        ("日", Light::Day),
    ];
    let english = words(time).find_map(|word| {
        let found = ENGLISH
            .iter()
            .find(|(name, _)| word.eq_ignore_ascii_case(name));
        found.map(|(_, light)| *light)
    });
    english.or_else(|| {
        let found = CHINESE.iter().find(|(name, _)| time.contains(name));
        found.map(|(_, light)| *light)
    })
}

/// `内景 咖啡馆 日`, `12. 咖啡馆 日 内`, `第3场 外景 码头 - 夜`, `日/内 咖啡馆`: words for setting
/// and time stand before or behind the place, in any order.
fn chinese(said: &str) -> Pieces<'_> {
    let mut pieces = Pieces::default();
    let found: Vec<&str> = said
        .split(|c: char| c.is_whitespace() || "-–—·、，,：:/／|".contains(c))
        .filter(|token| !token.is_empty())
        .collect();
    let mut tokens = found.as_slice();
    if let [first, rest @ ..] = tokens
        && !rest.is_empty()
        && let Some(number) = label(first)
    {
        pieces.number = Some(number);
        tokens = rest;
    }
    while let [first, rest @ ..] = tokens
        && pieces.claim(first)
    {
        tokens = rest;
    }
    while let [rest @ .., last] = tokens
        && pieces.claim(last)
    {
        tokens = rest;
    }
    if let ([first, ..], [.., last]) = (tokens, tokens) {
        pieces.location = Some(&said[within(said, first).start..within(said, last).end]);
    }
    pieces
}

/// The number of `第3场`, `场3`, `3.`, `3场`, `十二.` ...
fn label(token: &str) -> Option<&str> {
    let bare = token.trim_end_matches(['.', '。', '．']);
    let inner = bare.strip_prefix('第').unwrap_or(bare);
    let inner = inner.strip_prefix(['场', '場']).unwrap_or(inner);
    let inner = inner.strip_suffix(['场', '場']).unwrap_or(inner);
    let labelled = inner.len() < token.len();
    let numeral = |c: char| c.is_ascii_digit() || "零〇一二三四五六七八九十百千".contains(c);
    let digits = inner.starts_with(|c: char| c.is_ascii_digit());
    let number = inner.starts_with(numeral)
        && inner
            .chars()
            .all(|c| numeral(c) || c.is_ascii_alphabetic() || c == '.');
    (number && (labelled || digits)).then_some(inner)
}

const CHINESE_SETTINGS: [(&str, Setting); 8] = [
    ("内外景", Setting::Both),
    ("内外", Setting::Both),
    ("外内", Setting::Both),
    ("室内", Setting::Interior),
    ("内景", Setting::Interior),
    ("外景", Setting::Exterior),
    ("内", Setting::Interior),
    ("外", Setting::Exterior),
];

const CHINESE_TIMES: [&str; 48] = [
    "日",
    "夜",
    "晨",
    "昏",
    "早",
    "晚",
    "午",
    "昼",
    "白天",
    "白日",
    "夜晚",
    "夜里",
    "晚上",
    "早上",
    "早晨",
    "清晨",
    "凌晨",
    "黎明",
    "拂晓",
    "破晓",
    "日出",
    "上午",
    "中午",
    "正午",
    "下午",
    "午后",
    "傍晚",
    "黄昏",
    "日落",
    "深夜",
    "午夜",
    "半夜",
    "稍后",
    "片刻后",
    "同时",
    "连续",
    "接前场",
    "次日",
    "翌日",
    "当晚",
    "当天",
    "同日",
    "回忆",
    "闪回",
    "现在",
    "日景",
    "夜景",
    "次日晨",
];

impl<'t> Pieces<'t> {
    /// Takes a token for setting, time or both (`日内`), if there was none yet.
    fn claim(&mut self, token: &'t str) -> bool {
        let setting = |word: &str| {
            let found = CHINESE_SETTINGS.iter().find(|(name, _)| *name == word);
            found.map(|(_, setting)| *setting)
        };
        let time = |word: &str| CHINESE_TIMES.contains(&word);
        if let Some(found) = setting(token) {
            return self.set(found, token);
        }
        if time(token) {
            let free = self.time.is_none();
            self.time = self.time.or(Some(token));
            return free;
        }
        if self.time.is_some() || self.setting.is_some() || token.chars().count() > 6 {
            return false;
        }
        for (at, _) in token.char_indices().skip(1) {
            let (first, second) = token.split_at(at);
            for (place, moment) in [(first, second), (second, first)] {
                if let (Some(found), true) = (setting(place), time(moment)) {
                    self.time = Some(moment);
                    return self.set(found, place);
                }
            }
        }
        false
    }

    /// `内/外` comes as two tokens.
    fn set(&mut self, setting: Setting, token: &'t str) -> bool {
        self.setting = match (self.setting, setting) {
            (None, found) => Some(found),
            (Some(Setting::Interior), Setting::Exterior)
            | (Some(Setting::Exterior), Setting::Interior) => Some(Setting::Both),
            (Some(_), _) => return false,
        };
        self.opening = self.opening.or(Some(token));
        true
    }
}
