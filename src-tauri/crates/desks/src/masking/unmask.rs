//! From placeholders back to values, also in pieces, also where a model has changed them a little.

use std::collections::{BTreeMap, BTreeSet};

use super::{MaskKind, find::is_han};

/// How a kind may be called.
const WORDS: &[(MaskKind, &str)] = &[
    (MaskKind::Name, "name"),
    (MaskKind::Email, "email"),
    (MaskKind::Email, "e-mail"),
    (MaskKind::Phone, "phone"),
    (MaskKind::Id, "id"),
    (MaskKind::Card, "card"),
    (MaskKind::Account, "account"),
    (MaskKind::Name, "姓名"),
    (MaskKind::Name, "名字"),
    (MaskKind::Name, "人名"),
    (MaskKind::Email, "邮箱"),
    (MaskKind::Email, "电子邮件"),
    (MaskKind::Phone, "电话"),
    (MaskKind::Phone, "手机"),
    (MaskKind::Id, "证件"),
    (MaskKind::Card, "卡号"),
    (MaskKind::Account, "账号"),
    (MaskKind::Account, "账户"),
];
/// Numbers have fewer places.
const MOST_DIGITS: usize = 6;

/// What stands at a place of a text.
enum Seen {
    /// No placeholder.
    No,
    /// The beginning of what may be one.
    More,
    /// A placeholder of so many bytes.
    Yes {
        kind: MaskKind,
        number: u32,
        capitals: bool,
        length: usize,
    },
}

/// Undoes masking in a text that arrives in pieces; holds back no more than one unfinished
/// placeholder.
#[derive(Debug, Clone)]
pub struct Unmasker {
    values: BTreeMap<(MaskKind, u32), String>,
    pending: String,
    /// The last character that was given out.
    before: Option<char>,
}

impl Unmasker {
    pub(super) fn new(values: BTreeMap<(MaskKind, u32), String>) -> Self {
        Self {
            values,
            pending: String::new(),
            before: None,
        }
    }

    /// Takes the next piece, returns what is certain so far.
    pub fn push(&mut self, piece: &str) -> String {
        if self.values.is_empty() {
            return piece.to_owned();
        }
        self.pending.push_str(piece);
        self.go(false)
    }

    /// Returns what was held back, at the end of the text.
    pub fn finish(&mut self) -> String {
        self.go(true)
    }

    fn go(&mut self, end: bool) -> String {
        let pending = std::mem::take(&mut self.pending);
        let mut out = String::with_capacity(pending.len());
        let mut rest = pending.as_str();
        while let Some(c) = rest.chars().next() {
            let seen = placeholder(rest, self.before, end);
            let value = match seen {
                Seen::More => break,
                Seen::No => None,
                Seen::Yes {
                    kind,
                    number,
                    capitals,
                    length,
                } => self.values.get(&(kind, number)).map(|value| {
                    let value = match capitals && kind == MaskKind::Name {
                        true => value.to_uppercase(),
                        false => value.clone(),
                    };
                    (value, length)
                }),
            };
            match value {
                Some((value, length)) => {
                    out.push_str(&value);
                    self.before = rest[..length].chars().next_back();
                    rest = &rest[length..];
                }
                // No placeholder of ours: it stays as it is.
                None => {
                    out.push(c);
                    self.before = Some(c);
                    rest = &rest[c.len_utf8()..];
                }
            }
        }
        self.pending = rest.to_owned();
        out
    }
}

/// The placeholders that a text has already, however they are written, and also where letters join
/// them that may be masked away.
pub(super) fn mentioned(text: &str) -> BTreeSet<(MaskKind, u32)> {
    let mut found = BTreeSet::new();
    for (at, _) in text.char_indices() {
        let (word, _) = match word(&text[at..]) {
            Word::Found(kind, length, _) => ((kind, length), ()),
            Word::No | Word::More => continue,
        };
        let (kind, length) = word;
        let rest = &text[at + length..];
        let rest = rest.trim_start_matches(|c| is_gap(c) || c == '\\');
        let digits: String = rest
            .chars()
            .map_while(|c| narrow(c).to_digit(10))
            .take(MOST_DIGITS)
            .filter_map(|digit| char::from_digit(digit, 10))
            .collect();
        if let Ok(number) = digits.parse() {
            found.insert((kind, number));
        }
    }
    found
}

fn is_gap(c: char) -> bool {
    matches!(c, '_' | '-' | ' ' | '\u{2011}' | ':' | '：' | '#')
}

fn narrow(c: char) -> char {
    match c {
        '０'..='９' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
        c => c,
    }
}

enum Word {
    No,
    More,
    /// The kind, its bytes, and whether it is in capitals.
    Found(MaskKind, usize, bool),
}

/// The name of a kind at the start of a text.
fn word(text: &str) -> Word {
    let mut more = false;
    let mut best: Option<(MaskKind, usize)> = None;
    for (kind, word) in WORDS {
        let mut letters = word.chars();
        let mut length = 0;
        let mut fits = true;
        for c in text.chars() {
            let Some(letter) = letters.clone().next() else {
                break;
            };
            if c.to_ascii_lowercase() != letter {
                fits = false;
                break;
            }
            letters.next();
            length += c.len_utf8();
        }
        if !fits {
            continue;
        }
        match letters.next() {
            None if best.is_none_or(|(_, longest)| longest < length) => {
                best = Some((*kind, length))
            }
            None => {}
            // The text ended within the word.
            Some(_) => more = true,
        }
    }
    match best {
        Some((kind, length)) => {
            let word = &text[..length];
            let capitals = !word.chars().any(char::is_lowercase) && word.is_ascii();
            Word::Found(kind, length, capitals)
        }
        None if more => Word::More,
        None => Word::No,
    }
}

/// A placeholder at the start of a text, behind a character, with more to come unless it is the
/// `end`.
fn placeholder(text: &str, before: Option<char>, end: bool) -> Seen {
    let unfinished = if end { Seen::No } else { Seen::More };
    let mut chars = text.chars().peekable();
    let mut length = 0;
    let Some(first) = chars.peek().copied() else {
        return unfinished;
    };
    let close = match first {
        '[' => Some([']', '］']),
        '［' => Some(['］', ']']),
        '【' => Some(['】', '】']),
        '⟦' => Some(['⟧', '⟧']),
        '〔' => Some(['〕', '〕']),
        '{' => Some(['}', '}']),
        '<' => Some(['>', '>']),
        _ => None,
    };
    if close.is_some() {
        length += first.len_utf8();
        if text[length..].starts_with(' ') {
            length += 1;
        }
        if text.len() == length {
            return unfinished;
        }
    } else if before.is_some_and(|c| c.is_alphanumeric() && !is_han(c)) {
        return Seen::No;
    }
    let (kind, capitals) = match word(&text[length..]) {
        Word::No => return Seen::No,
        Word::More => return unfinished,
        Word::Found(kind, word, capitals) => {
            length += word;
            (kind, capitals)
        }
    };
    let mut rest = text[length..].chars().peekable();
    let mut underscore = false;
    let mut gaps = 0;
    while let Some(c) = rest.peek().copied().filter(|c| is_gap(*c) || *c == '\\') {
        underscore |= c == '_';
        gaps += 1;
        if gaps > 2 {
            return Seen::No;
        }
        length += c.len_utf8();
        rest.next();
    }
    // `card 1` is what anyone may write; without brackets it takes the underscore.
    if rest.peek().is_some() && close.is_none() && !underscore {
        return Seen::No;
    }
    let mut number = 0u32;
    let mut digits = 0;
    while let Some(digit) = rest.peek().and_then(|c| narrow(*c).to_digit(10)) {
        number = number * 10 + digit;
        digits += 1;
        if digits > MOST_DIGITS {
            return Seen::No;
        }
        length += rest.next().map_or(0, char::len_utf8);
    }
    let yes = |length| Seen::Yes {
        kind,
        number,
        capitals,
        length,
    };
    match (close, rest.next()) {
        (_, None) if !end => Seen::More,
        _ if digits == 0 => Seen::No,
        (Some(close), Some(c)) if close.contains(&c) => yes(length + c.len_utf8()),
        (Some(close), Some(' ')) => match rest.next() {
            Some(c) if close.contains(&c) => yes(length + 1 + c.len_utf8()),
            None => unfinished,
            Some(_) => Seen::No,
        },
        (Some(_), _) => Seen::No,
        (None, Some(c)) if c.is_alphanumeric() && !is_han(c) || c == '_' => Seen::No,
        (None, _) => match underscore {
            true => yes(length),
            false => Seen::No,
        },
    }
}
