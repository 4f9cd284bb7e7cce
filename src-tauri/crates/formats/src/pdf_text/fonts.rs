//! What the codes of a PDF font stand for, and how wide they are.

use std::collections::HashMap;

use encoding_rs::WINDOWS_1252;

use super::objects::{Dictionary, File, Object, Reader};

/// How many codes a font may map.
const MOST_CODES: usize = 200_000;

/// A font as far as reading goes.
pub(super) struct Font {
    /// Two bytes a code, as fonts for Chinese have it.
    wide: bool,
    unicode: HashMap<u32, String>,
    widths: HashMap<u32, f64>,
    default_width: f64,
    /// Whether codes without an entry are letters of Windows-1252.
    latin: bool,
}

/// A letter, its width in thousandths of its size, and whether it is a space of one byte.
pub(super) struct Glyph {
    pub text: String,
    pub width: f64,
    pub space: bool,
}

impl Font {
    pub fn of(file: &File, dictionary: &Dictionary) -> Self {
        let wide = file.name(dictionary.get("Subtype")) == Some("Type0");
        let mut font = Self {
            wide,
            unicode: HashMap::new(),
            widths: HashMap::new(),
            default_width: if wide { 1000.0 } else { 600.0 },
            latin: !wide,
        };
        if let Some(map) = dictionary
            .get("ToUnicode")
            .and_then(|map| file.stream_of(map))
        {
            font.read_map(&map);
        }
        if wide {
            let descendant = file.array(dictionary.get("DescendantFonts")).first();
            if let Some(descendant) = file.dictionary(descendant) {
                if let Some(width) = file.number(descendant.get("DW")) {
                    font.default_width = width;
                }
                font.wide_widths(file, file.array(descendant.get("W")));
            }
        } else {
            let first = file.number(dictionary.get("FirstChar")).unwrap_or(0.0);
            for (index, width) in file.array(dictionary.get("Widths")).iter().enumerate() {
                if let (Some(width), Some(code)) = (file.number(Some(width)), code(first, index)) {
                    font.widths.insert(code, width);
                }
            }
            if let Some(encoding) = file.dictionary(dictionary.get("Encoding")) {
                font.differences(file, file.array(encoding.get("Differences")));
            }
        }
        font
    }

    fn wide_widths(&mut self, file: &File, items: &[Object]) {
        let mut at = 0;
        while at + 1 < items.len() && self.widths.len() < MOST_CODES {
            let Some(first) = file.number(items.get(at)) else {
                break;
            };
            match file.resolve(&items[at + 1]) {
                Object::Array(widths) => {
                    for (index, width) in widths.iter().enumerate() {
                        if let (Some(width), Some(code)) =
                            (file.number(Some(width)), code(first, index))
                        {
                            self.widths.insert(code, width);
                        }
                    }
                    at += 2;
                }
                Object::Number(last) => {
                    let width = file.number(items.get(at + 2)).unwrap_or(1000.0);
                    let count = (*last - first).clamp(0.0, 65_535.0);
                    let mut index = 0;
                    while f64::from(index) <= count {
                        if let Some(code) = code(first, index as usize) {
                            self.widths.insert(code, width);
                        }
                        index += 1;
                    }
                    at += 3;
                }
                _ => break,
            }
        }
    }

    fn differences(&mut self, file: &File, items: &[Object]) {
        let mut at = 0.0;
        for item in items {
            match file.resolve(item) {
                Object::Number(number) => at = *number,
                Object::Name(name) => {
                    if let (Some(code), Some(text)) = (code(at, 0), glyph_name(name)) {
                        self.unicode.entry(code).or_insert(text);
                    }
                    at += 1.0;
                }
                _ => {}
            }
        }
    }

    /// `beginbfchar` and `beginbfrange` of a ToUnicode map.
    fn read_map(&mut self, map: &[u8]) {
        let mut reader = Reader::new(map);
        let mut row: Vec<Object> = Vec::new();
        while let Some(object) = reader.next() {
            let Object::Word(word) = &object else {
                row.push(object);
                if row.len() > 4 * MOST_CODES {
                    break;
                }
                continue;
            };
            match word.as_str() {
                "endbfchar" => {
                    for pair in row.chunks(2) {
                        if let [Object::Text(from), Object::Text(to)] = pair {
                            self.map(big_endian(from), utf16(to));
                        }
                    }
                }
                "endbfrange" => {
                    for triple in row.chunks(3) {
                        let [Object::Text(first), Object::Text(last), to] = triple else {
                            continue;
                        };
                        let (first, last) = (big_endian(first), big_endian(last));
                        let count = last.saturating_sub(first).min(0xffff);
                        match to {
                            Object::Text(to) => {
                                for step in 0..=count {
                                    self.map(first + step, utf16(&counted(to, step)));
                                }
                            }
                            Object::Array(items) => {
                                for (step, item) in (0..=count).zip(items) {
                                    if let Object::Text(to) = item {
                                        self.map(first + step, utf16(to));
                                    }
                                }
                            }
                            _ => {}
                        }
                    }
                }
                _ => {}
            }
            row.clear();
        }
    }

    fn map(&mut self, code: u32, text: String) {
        if self.unicode.len() < MOST_CODES {
            self.unicode.insert(code, text);
        }
    }

    /// The letters of a string.
    pub fn glyphs(&self, bytes: &[u8]) -> Vec<Glyph> {
        let size = if self.wide { 2 } else { 1 };
        bytes
            .chunks(size)
            .map(|chunk| {
                let code = big_endian(chunk);
                let text = match self.unicode.get(&code) {
                    Some(text) => text.clone(),
                    None if self.latin => WINDOWS_1252
                        .decode_without_bom_handling(chunk)
                        .0
                        .into_owned(),
                    None => "\u{fffd}".to_owned(),
                };
                Glyph {
                    text,
                    width: self
                        .widths
                        .get(&code)
                        .copied()
                        .unwrap_or(self.default_width),
                    space: !self.wide && code == 32,
                }
            })
            .collect()
    }
}

#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "checked"
)]
fn code(first: f64, index: usize) -> Option<u32> {
    let first = (0.0..=65_535.0).contains(&first).then_some(first as u32)?;
    first.checked_add(u32::try_from(index).ok()?)
}

fn big_endian(bytes: &[u8]) -> u32 {
    bytes
        .iter()
        .take(4)
        .fold(0, |value, b| value << 8 | u32::from(*b))
}

/// The last unit counted on.
fn counted(to: &[u8], step: u32) -> Vec<u8> {
    let mut to = to.to_vec();
    let from = to.len().saturating_sub(2);
    let value = big_endian(&to[from..]).wrapping_add(step);
    let bytes = value.to_be_bytes();
    let tail = &bytes[4 - (to.len() - from)..];
    to.truncate(from);
    to.extend(tail);
    to
}

fn utf16(bytes: &[u8]) -> String {
    if bytes.len() == 1 {
        return char::from(bytes[0]).to_string();
    }
    let units = bytes
        .chunks_exact(2)
        .map(|pair| u16::from_be_bytes([pair[0], pair[1]]));
    char::decode_utf16(units)
        .map(|c| c.unwrap_or('\u{fffd}'))
        .collect()
}

/// The names of glyphs that scripts use beyond letters and digits.
fn glyph_name(name: &str) -> Option<String> {
    const NAMES: &[(&str, &str)] = &[
        ("space", " "),
        ("exclam", "!"),
        ("quotedbl", "\""),
        ("numbersign", "#"),
        ("dollar", "$"),
        ("percent", "%"),
        ("ampersand", "&"),
        ("quotesingle", "'"),
        ("parenleft", "("),
        ("parenright", ")"),
        ("asterisk", "*"),
        ("plus", "+"),
        ("comma", ","),
        ("hyphen", "-"),
        ("period", "."),
        ("slash", "/"),
        ("zero", "0"),
        ("one", "1"),
        ("two", "2"),
        ("three", "3"),
        ("four", "4"),
        ("five", "5"),
        ("six", "6"),
        ("seven", "7"),
        ("eight", "8"),
        ("nine", "9"),
        ("colon", ":"),
        ("semicolon", ";"),
        ("less", "<"),
        ("equal", "="),
        ("greater", ">"),
        ("question", "?"),
        ("at", "@"),
        ("bracketleft", "["),
        ("backslash", "\\"),
        ("bracketright", "]"),
        ("underscore", "_"),
        ("quoteleft", "‘"),
        ("quoteright", "’"),
        ("quotedblleft", "“"),
        ("quotedblright", "”"),
        ("endash", "–"),
        ("emdash", "—"),
        ("ellipsis", "…"),
        ("bullet", "•"),
        ("eacute", "é"),
        ("egrave", "è"),
        ("agrave", "à"),
        ("aacute", "á"),
        ("ccedilla", "ç"),
        ("ntilde", "ñ"),
        ("odieresis", "ö"),
        ("udieresis", "ü"),
        ("adieresis", "ä"),
        ("fi", "fi"),
        ("fl", "fl"),
        ("nbspace", " "),
    ];
    if let Some((_, text)) = NAMES.iter().find(|(known, _)| *known == name) {
        return Some((*text).to_owned());
    }
    if name.len() == 1 {
        return Some(name.to_owned());
    }
    let hex = name
        .strip_prefix("uni")
        .or_else(|| name.strip_prefix('u'))?;
    let value = u32::from_str_radix(hex.get(..4.max(hex.len().min(6)))?, 16).ok()?;
    char::from_u32(value).map(String::from)
}
