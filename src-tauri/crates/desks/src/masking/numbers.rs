//! Values that have a form: addresses, telephone numbers, numbers with check digits.
//!
//! Check digits: GB 11643-1999 (ISO 7064, MOD 11-2) for Chinese resident identity numbers, Luhn
//! (ISO/IEC 7812-1) for bank cards, MOD 97-10 (ISO 13616) for IBANs. Social security numbers of the
//! USA have none; their groups have ranges. Chinese telephone numbers as the numbering plan of the
//! Ministry of Industry and Information Technology has them, others as E.164 bounds them.

use super::{Found, MaskKind, find::is_han};

/// A text by characters, with full-width forms read as the narrow ones.
struct Chars {
    chars: Vec<char>,
    /// The byte at which each character begins, and the end.
    at: Vec<usize>,
}

impl Chars {
    fn of(text: &str) -> Self {
        let mut chars = Vec::with_capacity(text.len());
        let mut at = Vec::with_capacity(text.len() + 1);
        for (byte, c) in text.char_indices() {
            at.push(byte);
            chars.push(match c {
                '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
                '\u{2010}'..='\u{2015}' | '\u{2212}' => '-',
                '\u{a0}' | '\u{3000}' | '\u{2007}' | '\u{202f}' => ' ',
                c => c,
            });
        }
        at.push(text.len());
        Self { chars, at }
    }

    fn get(&self, at: usize) -> Option<char> {
        self.chars.get(at).copied()
    }

    fn before(&self, at: usize) -> Option<char> {
        at.checked_sub(1).and_then(|at| self.get(at))
    }

    fn digit(&self, at: usize) -> bool {
        self.get(at).is_some_and(|c| c.is_ascii_digit())
    }
}

/// The values of a text, which may overlap.
pub(super) fn find(text: &str) -> Vec<Found> {
    // Most texts have none, and the forms below are looked for at every character.
    if !text
        .chars()
        .any(|c| c.is_numeric() || c == '@' || c == '＠')
    {
        return Vec::new();
    }
    let chars = Chars::of(text);
    let mut found = Vec::new();
    let mut put = |kind, from: usize, to: usize| {
        found.push(Found {
            kind,
            range: chars.at[from]..chars.at[to],
            name: None,
        });
    };
    for at in 0..chars.chars.len() {
        let Some(c) = chars.get(at) else { break };
        if c == '@' {
            if let Some((from, to)) = email(&chars, at) {
                put(MaskKind::Email, from, to);
            }
            continue;
        }
        if !starts(&chars, at) {
            continue;
        }
        if let Some(to) = iban(&chars, at) {
            put(MaskKind::Account, at, to);
        }
        if let Some(to) = resident(&chars, at)
            .or_else(|| social_security(&chars, at))
            .or_else(|| passport(&chars, at))
        {
            put(MaskKind::Id, at, to);
        }
        if let Some(to) = card(&chars, at) {
            put(MaskKind::Card, at, to);
        }
        if let Some(to) = phone(&chars, at) {
            put(MaskKind::Phone, at, to);
        }
    }
    found
}

/// Whether a number can begin here: at no letter's and no digit's heels.
fn starts(chars: &Chars, at: usize) -> bool {
    let begins = |c: char| c.is_ascii_alphanumeric() || c == '+' || c == '(';
    let joins = |c: char| (c.is_alphanumeric() && !is_han(c)) || c == '_';
    // A sign sets a number off from a word, and not from another number.
    let sign = chars.get(at).is_some_and(|c| !c.is_ascii_alphanumeric());
    let joined = match sign {
        true => at.checked_sub(1).is_some_and(|at| chars.digit(at)),
        false => chars.before(at).is_some_and(joins),
    };
    chars.get(at).is_some_and(begins) && !joined
}

/// Whether a number can end here.
fn ends(chars: &Chars, at: usize) -> bool {
    let joins = |c: char| (c.is_alphanumeric() && !is_han(c)) || c == '_';
    !chars.get(at).is_some_and(joins)
}

fn email(chars: &Chars, sign: usize) -> Option<(usize, usize)> {
    let local = |c: char| c.is_ascii_alphanumeric() || ".!#$%&'*+/=?^_`{|}~-".contains(c);
    let mut from = sign;
    while chars.before(from).is_some_and(local) && sign - from < 64 {
        from -= 1;
    }
    // Quotes, dots and slashes before an address are the sentence's.
    while from < sign && !chars.get(from)?.is_ascii_alphanumeric() && chars.get(from) != Some('_') {
        from += 1;
    }
    let mut to = sign + 1;
    if !chars.get(to)?.is_ascii_alphanumeric() {
        return None;
    }
    let mut dot = None;
    while let Some(c) = chars.get(to).filter(|_| to - sign < 255) {
        match c {
            c if c.is_ascii_alphanumeric() || c == '-' => {}
            '.' if to > sign + 1 && chars.get(to - 1) != Some('.') => dot = Some(to),
            _ => break,
        }
        to += 1;
    }
    while to > sign + 1 && matches!(chars.get(to - 1), Some('.' | '-')) {
        to -= 1;
    }
    let dot = dot.filter(|dot| *dot + 2 < to).or_else(|| {
        // The sentence ends with a dot behind the address.
        (sign + 1..to).rev().find(|at| chars.get(*at) == Some('.'))
    })?;
    let ending = to - dot - 1;
    let letters = (dot + 1..to).all(|at| {
        chars
            .get(at)
            .is_some_and(|c| c.is_ascii_alphabetic() || c == '-')
    });
    (from < sign && ending >= 2 && letters).then_some((from, to))
}

/// Digits from here on, with single spaces or hyphens between them; where each ends.
fn spaced_digits(chars: &Chars, at: usize, most: usize) -> Vec<(u32, usize)> {
    let mut digits = Vec::new();
    let mut to = at;
    while let Some(c) = chars.get(to).filter(|_| digits.len() <= most) {
        match c.to_digit(10).filter(|_| c.is_ascii()) {
            Some(digit) => digits.push((digit, to + 1)),
            None if matches!(c, ' ' | '-') && !digits.is_empty() && chars.digit(to + 1) => {}
            None => break,
        }
        to += 1;
    }
    digits
}

/// A Chinese resident identity number of 18 places.
fn resident(chars: &Chars, at: usize) -> Option<usize> {
    const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    const CHECKS: &[u8; 11] = b"10X98765432";
    let digit = |place: usize| chars.get(at + place)?.to_digit(10);
    let mut sum = 0;
    for (place, weight) in WEIGHTS.iter().enumerate() {
        sum += digit(place)? * weight;
    }
    let number = |from: usize, to: usize| {
        (from..to).try_fold(0, |number, place| Some(number * 10 + digit(place)?))
    };
    let (year, month, day) = (number(6, 10)?, number(10, 12)?, number(12, 14)?);
    let born =
        (1850..=2100).contains(&year) && (1..=12).contains(&month) && (1..=31).contains(&day);
    let check = chars.get(at + 17)?.to_ascii_uppercase();
    let fits = check == char::from(CHECKS[(sum % 11) as usize]);
    (born && fits && digit(0)? > 0 && ends(chars, at + 18)).then_some(at + 18)
}

/// A social security number of the USA, `219-09-9999`.
fn social_security(chars: &Chars, at: usize) -> Option<usize> {
    let mut parts = [0u32; 3];
    let mut to = at;
    for (part, length) in parts.iter_mut().zip([3, 2, 4]) {
        if to > at {
            if !matches!(chars.get(to)?, '-' | ' ') {
                return None;
            }
            to += 1;
        }
        for _ in 0..length {
            *part = *part * 10 + chars.get(to)?.to_digit(10)?;
            to += 1;
        }
    }
    let [area, group, serial] = parts;
    let given = area != 0 && area != 666 && area < 900 && group != 0 && serial != 0;
    (given && ends(chars, to) && !chars.digit(to + 1)).then_some(to)
}

/// A passport: a Chinese one by its form, another one behind the word that says so.
fn passport(chars: &Chars, at: usize) -> Option<usize> {
    let mut to = at;
    let (mut letters, mut digits) = (0, 0);
    while let Some(c) = chars.get(to).filter(|c| c.is_ascii_alphanumeric()) {
        match c.is_ascii_digit() {
            true => digits += 1,
            false => letters += 1,
        }
        to += 1;
        if to - at > 9 {
            return None;
        }
    }
    if !ends(chars, to) || digits < 5 {
        return None;
    }
    let first = chars.get(at)?;
    let chinese = to - at == 9
        && match (letters, first) {
            (1, 'E' | 'G' | 'D' | 'S' | 'P' | 'K') => true,
            (2, 'E') => chars.get(at + 1)?.is_ascii_uppercase(),
            _ => false,
        };
    let said = || {
        let from = at.saturating_sub(24);
        let before: String = chars.chars[from..at].iter().collect();
        let before = before.to_lowercase();
        ["passport", "护照", "護照"]
            .iter()
            .any(|word| before.contains(word))
    };
    (chinese || ((6..=9).contains(&(to - at)) && said())).then_some(to)
}

/// A bank card: 13 to 19 digits that Luhn's sum allows.
fn card(chars: &Chars, at: usize) -> Option<usize> {
    let digits = spaced_digits(chars, at, 19);
    if !(13..=19).contains(&digits.len()) || !(2..=6).contains(&digits[0].0) {
        return None;
    }
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(place, (digit, _))| match place % 2 {
            0 => *digit,
            _ => (digit * 2) / 10 + (digit * 2) % 10,
        })
        .sum();
    let to = digits.last()?.1;
    // Twenty times the same digit is a line of dashes.
    let varied = digits.iter().any(|(digit, _)| *digit != digits[0].0);
    (sum.is_multiple_of(10) && varied && ends(chars, to)).then_some(to)
}

/// An international bank account number, with or without its gaps.
fn iban(chars: &Chars, at: usize) -> Option<usize> {
    let upper = |at: usize| chars.get(at).is_some_and(|c| c.is_ascii_uppercase());
    if !(upper(at) && upper(at + 1) && chars.digit(at + 2) && chars.digit(at + 3)) {
        return None;
    }
    let mut signs = Vec::with_capacity(34);
    // Where it may end: gaps and words of capitals behind it look like more of it.
    let mut found = None;
    let mut to = at;
    while let Some(c) = chars.get(to) {
        match c {
            c if c.is_ascii_digit() || c.is_ascii_uppercase() => signs.push(c),
            ' ' if signs.len() % 4 == 0 => {}
            _ => break,
        }
        to += 1;
        if signs.len() > 34 {
            break;
        }
        if c != ' ' && signs.len() >= 15 && ends(chars, to) && remainder(&signs) == 1 {
            found = Some(to);
        }
    }
    found
}

/// What 97 leaves of an IBAN as a number.
fn remainder(signs: &[char]) -> u32 {
    let turned = signs[4..].iter().chain(&signs[..4]);
    turned.fold(0, |rest, c| match c.to_digit(36) {
        Some(value) if value > 9 => (rest * 100 + value) % 97,
        Some(value) => (rest * 10 + value) % 97,
        None => rest,
    })
}

/// A telephone number.
fn phone(chars: &Chars, at: usize) -> Option<usize> {
    international(chars, at)
        .or_else(|| mobile(chars, at))
        .or_else(|| landline(chars, at))
        .or_else(|| american(chars, at))
}

/// `+44 20 7946 0018`: 7 to 15 digits behind a plus sign.
fn international(chars: &Chars, at: usize) -> Option<usize> {
    if chars.get(at)? != '+' || !chars.digit(at + 1) {
        return None;
    }
    let (mut digits, mut to, mut end) = (0, at + 1, at);
    let mut gap = 0;
    while let Some(c) = chars.get(to) {
        match c {
            c if c.is_ascii_digit() => {
                digits += 1;
                gap = 0;
                end = to + 1;
            }
            ' ' | '-' | '.' | '(' | ')' | '/' if gap < 2 => gap += 1,
            _ => break,
        }
        if digits > 15 {
            return None;
        }
        to += 1;
    }
    ((7..=15).contains(&digits) && ends(chars, end)).then_some(end)
}

/// A Chinese mobile number, `138 0013 8000`, with or without 86 before it.
fn mobile(chars: &Chars, at: usize) -> Option<usize> {
    let digits = spaced_digits(chars, at, 15);
    let from = match digits.as_slice() {
        [(8, _), (6, _), ..] if digits.len() == 13 => 2,
        [(0, _), (0, _), (8, _), (6, _), ..] if digits.len() == 15 => 4,
        _ if digits.len() == 11 => 0,
        _ => return None,
    };
    let to = digits.last()?.1;
    (digits[from].0 == 1 && digits[from + 1].0 >= 3 && ends(chars, to)).then_some(to)
}

/// A Chinese landline, `010-62345678`, `(0755) 8345 6789`, `021-61234567-802`.
fn landline(chars: &Chars, at: usize) -> Option<usize> {
    let open = chars.get(at)? == '(';
    let mut to = at + usize::from(open);
    let area = (to..to + 4).take_while(|at| chars.digit(*at)).count();
    if !(3..=4).contains(&area) || chars.get(to)? != '0' || chars.get(to + 1)? == '0' {
        return None;
    }
    to += area;
    match (open, chars.get(to)?) {
        (true, ')') => to += 1 + usize::from(chars.get(to + 1) == Some(' ')),
        (false, '-' | ' ') => to += 1,
        _ => return None,
    }
    let digits = spaced_digits(chars, to, 8);
    let digits: Vec<_> = digits.into_iter().take(8).collect();
    if !(7..=8).contains(&digits.len()) || digits[0].0 < 2 {
        return None;
    }
    let end = digits.last()?.1;
    let extension = chars.get(end) == Some('-');
    let places = (end + 1..end + 6).take_while(|at| chars.digit(*at)).count();
    if extension && (1..=5).contains(&places) && ends(chars, end + 1 + places) {
        return Some(end + 1 + places);
    }
    ends(chars, end).then_some(end)
}

/// `(212) 555-0188`, `212-555-0188`, `400-820-8820`.
fn american(chars: &Chars, at: usize) -> Option<usize> {
    let open = chars.get(at)? == '(';
    let mut to = at + usize::from(open);
    for (place, length) in [3, 3, 4].into_iter().enumerate() {
        if place > 0 {
            let closed = place == 1 && open;
            match chars.get(to)? {
                ')' if closed => to += 1 + usize::from(chars.get(to + 1) == Some(' ')),
                '-' | '.' | ' ' if !closed => to += 1,
                _ => return None,
            }
        }
        if !(to..to + length).all(|at| chars.digit(at)) {
            return None;
        }
        if place < 2 && chars.get(to)? < '2' && place == 0 {
            return None;
        }
        to += length;
    }
    ends(chars, to).then_some(to)
}
