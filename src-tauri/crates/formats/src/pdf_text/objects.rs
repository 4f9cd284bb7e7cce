//! The objects of a PDF file, found by looking through all of it: no table of contents is believed.

use std::{
    collections::{BTreeMap, HashMap},
    io::Read as _,
};

use flate2::read::ZlibDecoder;

/// How deep arrays and dictionaries may lie in each other.
const MOST_DEPTH: usize = 40;
/// The most that one stream may hold.
const MOST_STREAM: usize = 32 << 20;
/// The most that all streams together may hold.
const MOST_ALL: usize = 200 << 20;

/// A value.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Object {
    Null,
    Number(f64),
    Name(String),
    Text(Vec<u8>),
    Array(Vec<Object>),
    Dictionary(Dictionary),
    Reference(u32),
    /// An operator, `true` or `false`.
    Word(String),
}

pub(super) type Dictionary = BTreeMap<String, Object>;

/// Reads values one after another.
pub(super) struct Reader<'a> {
    pub bytes: &'a [u8],
    pub at: usize,
}

fn is_space(b: u8) -> bool {
    matches!(b, 0 | 9 | 10 | 12 | 13 | 32)
}

fn is_delimiter(b: u8) -> bool {
    matches!(
        b,
        b'(' | b')' | b'<' | b'>' | b'[' | b']' | b'{' | b'}' | b'/' | b'%'
    )
}

impl<'a> Reader<'a> {
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    pub fn space(&mut self) {
        while let Some(b) = self.peek() {
            if b == b'%' {
                while self.peek().is_some_and(|b| b != b'\n' && b != b'\r') {
                    self.at += 1;
                }
            } else if is_space(b) {
                self.at += 1;
            } else {
                break;
            }
        }
    }

    /// The next value; none at the end. What can't be read is passed over.
    pub fn next(&mut self) -> Option<Object> {
        self.value(0)
    }

    fn value(&mut self, depth: usize) -> Option<Object> {
        self.space();
        let b = self.peek()?;
        if depth > MOST_DEPTH {
            self.at = self.bytes.len();
            return None;
        }
        match b {
            b'/' => {
                self.at += 1;
                Some(Object::Name(self.name()))
            }
            b'(' => Some(Object::Text(self.literal())),
            b'<' if self.bytes.get(self.at + 1) == Some(&b'<') => {
                self.at += 2;
                Some(Object::Dictionary(self.dictionary(depth)))
            }
            b'<' => Some(Object::Text(self.hex())),
            b'[' => {
                self.at += 1;
                let mut items = Vec::new();
                loop {
                    self.space();
                    match self.peek() {
                        None => break,
                        Some(b']') => {
                            self.at += 1;
                            break;
                        }
                        Some(_) => items.extend(self.value(depth + 1)),
                    }
                }
                Some(Object::Array(items))
            }
            b')' | b'>' | b']' | b'{' | b'}' => {
                self.at += 1;
                Some(Object::Null)
            }
            b'0'..=b'9' | b'+' | b'-' | b'.' => Some(self.number()),
            _ => {
                let start = self.at;
                while self
                    .peek()
                    .is_some_and(|b| !is_space(b) && !is_delimiter(b))
                {
                    self.at += 1;
                }
                let word = String::from_utf8_lossy(&self.bytes[start..self.at]).into_owned();
                Some(if word == "null" {
                    Object::Null
                } else {
                    Object::Word(word)
                })
            }
        }
    }

    fn dictionary(&mut self, depth: usize) -> Dictionary {
        let mut found = Dictionary::new();
        loop {
            self.space();
            match self.peek() {
                None => break,
                Some(b'>') => {
                    self.at += 1;
                    if self.peek() == Some(b'>') {
                        self.at += 1;
                    }
                    break;
                }
                Some(b'/') => {
                    self.at += 1;
                    let key = self.name();
                    if let Some(value) = self.value(depth + 1) {
                        found.insert(key, value);
                    }
                }
                Some(_) => {
                    self.value(depth + 1);
                }
            }
        }
        found
    }

    fn name(&mut self) -> String {
        let mut name = Vec::new();
        while let Some(b) = self.peek() {
            if is_space(b) || is_delimiter(b) {
                break;
            }
            self.at += 1;
            let hex = |at: usize| {
                self.bytes
                    .get(at)
                    .and_then(|b| char::from(*b).to_digit(16))
                    .and_then(|d| u8::try_from(d).ok())
            };
            if b == b'#'
                && let (Some(high), Some(low)) = (hex(self.at), hex(self.at + 1))
            {
                name.push(high << 4 | low);
                self.at += 2;
            } else {
                name.push(b);
            }
        }
        String::from_utf8_lossy(&name).into_owned()
    }

    fn number(&mut self) -> Object {
        let start = self.at;
        while self
            .peek()
            .is_some_and(|b| b.is_ascii_digit() || matches!(b, b'+' | b'-' | b'.'))
        {
            self.at += 1;
        }
        let text = String::from_utf8_lossy(&self.bytes[start..self.at]).into_owned();
        // `12 0 R`
        if let Ok(id) = text.parse::<u32>() {
            let back = self.at;
            self.space();
            let digits = self.at;
            while self.peek().is_some_and(|b| b.is_ascii_digit()) {
                self.at += 1;
            }
            if self.at > digits && self.at - digits <= 5 {
                self.space();
                let ends = self
                    .bytes
                    .get(self.at + 1)
                    .is_none_or(|&b| is_space(b) || is_delimiter(b));
                if self.peek() == Some(b'R') && ends {
                    self.at += 1;
                    return Object::Reference(id);
                }
            }
            self.at = back;
        }
        Object::Number(text.parse().unwrap_or(0.0))
    }

    fn literal(&mut self) -> Vec<u8> {
        self.at += 1;
        let mut out = Vec::new();
        let mut open = 1;
        while let Some(b) = self.peek() {
            self.at += 1;
            match b {
                b'(' => {
                    open += 1;
                    out.push(b);
                }
                b')' => {
                    open -= 1;
                    if open == 0 {
                        break;
                    }
                    out.push(b);
                }
                b'\\' => {
                    let Some(next) = self.peek() else { break };
                    self.at += 1;
                    match next {
                        b'n' => out.push(b'\n'),
                        b'r' => out.push(b'\r'),
                        b't' => out.push(b'\t'),
                        b'b' => out.push(8),
                        b'f' => out.push(12),
                        b'\r' => {
                            if self.peek() == Some(b'\n') {
                                self.at += 1;
                            }
                        }
                        b'\n' => {}
                        b'0'..=b'7' => {
                            let mut value = u32::from(next - b'0');
                            for _ in 0..2 {
                                match self.peek() {
                                    Some(digit @ b'0'..=b'7') => {
                                        value = value * 8 + u32::from(digit - b'0');
                                        self.at += 1;
                                    }
                                    _ => break,
                                }
                            }
                            out.push(u8::try_from(value & 0xff).unwrap_or(0));
                        }
                        other => out.push(other),
                    }
                }
                b => out.push(b),
            }
        }
        out
    }

    fn hex(&mut self) -> Vec<u8> {
        self.at += 1;
        let mut digits = Vec::new();
        while let Some(b) = self.peek() {
            self.at += 1;
            if b == b'>' {
                break;
            }
            digits.extend(
                char::from(b)
                    .to_digit(16)
                    .and_then(|d| u8::try_from(d).ok()),
            );
        }
        digits
            .chunks(2)
            .map(|pair| pair[0] << 4 | pair.get(1).copied().unwrap_or(0))
            .collect()
    }
}

/// A stream as it lies in the file.
struct Stream {
    dictionary: Dictionary,
    start: usize,
    end: usize,
}

/// A whole file.
pub(super) struct File<'a> {
    bytes: &'a [u8],
    objects: HashMap<u32, Object>,
    streams: HashMap<u32, Stream>,
    /// How much was unpacked so far.
    unpacked: std::cell::Cell<usize>,
    /// Whether the file wants a password.
    pub encrypted: bool,
}

impl<'a> File<'a> {
    pub fn of(bytes: &'a [u8]) -> Self {
        let mut file = Self {
            bytes,
            objects: HashMap::new(),
            streams: HashMap::new(),
            unpacked: std::cell::Cell::new(0),
            encrypted: false,
        };
        file.scan();
        file.packed_objects();
        file
    }

    /// Looks for `12 0 obj`. A later object takes the place of an earlier one, as updates have it.
    fn scan(&mut self) {
        let mut at = 0;
        while let Some(found) = find(&self.bytes[at..], b"obj").map(|o| at + o) {
            at = found + 3;
            if self.bytes[..found].ends_with(b"end") {
                continue;
            }
            let Some(id) = id_before(&self.bytes[..found]) else {
                continue;
            };
            let mut reader = Reader {
                bytes: self.bytes,
                at,
            };
            let Some(object) = reader.next() else { break };
            reader.space();
            if let Object::Dictionary(dictionary) = &object
                && self.bytes[reader.at..].starts_with(b"stream")
            {
                let mut start = reader.at + 6;
                if self.bytes.get(start) == Some(&b'\r') {
                    start += 1;
                }
                if self.bytes.get(start) == Some(&b'\n') {
                    start += 1;
                }
                let end = self.stream_end(dictionary, start);
                self.encrypted |= dictionary.contains_key("Encrypt");
                self.streams.insert(
                    id,
                    Stream {
                        dictionary: dictionary.clone(),
                        start,
                        end,
                    },
                );
                at = end;
            } else {
                at = reader.at.max(at);
            }
            self.objects.insert(id, object);
        }
        let mut at = 0;
        while let Some(found) = find(&self.bytes[at..], b"trailer").map(|o| at + o) {
            at = found + 7;
            let mut reader = Reader {
                bytes: self.bytes,
                at,
            };
            if let Some(Object::Dictionary(trailer)) = reader.next() {
                self.encrypted |= trailer.contains_key("Encrypt");
            }
        }
    }

    fn stream_end(&self, dictionary: &Dictionary, start: usize) -> usize {
        if let Some(Object::Number(length)) = dictionary.get("Length")
            && *length >= 0.0
            && *length < 1e12
        {
            #[allow(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "bounded above"
            )]
            let end = start.saturating_add(*length as usize);
            if let Some(tail) = self.bytes.get(end..(end + 16).min(self.bytes.len()))
                && end < self.bytes.len()
                && tail.trim_ascii_start().starts_with(b"endstream")
            {
                return end;
            }
        }
        find(&self.bytes[start.min(self.bytes.len())..], b"endstream")
            .map_or(self.bytes.len(), |o| start + o)
    }

    /// Objects that are packed into streams.
    fn packed_objects(&mut self) {
        let packed: Vec<u32> = self
            .streams
            .iter()
            .filter(|(_, s)| s.dictionary.get("Type") == Some(&Object::Name("ObjStm".into())))
            .map(|(id, _)| *id)
            .collect();
        for id in packed {
            let Some(stream) = self.streams.get(&id) else {
                continue;
            };
            let first = number(stream.dictionary.get("First"));
            let Some(content) = self.stream(id) else {
                continue;
            };
            let mut reader = Reader::new(&content);
            let mut heads = Vec::new();
            while reader.at < first.min(content.len()) {
                let (Some(Object::Number(id)), Some(Object::Number(offset))) =
                    (reader.next(), reader.next())
                else {
                    break;
                };
                heads.push((id, offset));
            }
            for (id, offset) in heads {
                let (Some(id), Some(offset)) = (whole(id), whole(offset)) else {
                    continue;
                };
                let mut reader = Reader {
                    bytes: &content,
                    at: (first + offset).min(content.len()),
                };
                if let (Some(object), Ok(id)) = (reader.next(), u32::try_from(id)) {
                    self.objects.entry(id).or_insert(object);
                }
            }
        }
    }

    /// What a value stands for.
    pub fn resolve<'b>(&'b self, object: &'b Object) -> &'b Object {
        let mut object = object;
        for _ in 0..16 {
            match object {
                Object::Reference(id) => match self.objects.get(id) {
                    Some(next) => object = next,
                    None => return &Object::Null,
                },
                object => return object,
            }
        }
        &Object::Null
    }

    pub fn dictionary<'b>(&'b self, object: Option<&'b Object>) -> Option<&'b Dictionary> {
        match self.resolve(object?) {
            Object::Dictionary(dictionary) => Some(dictionary),
            _ => None,
        }
    }

    pub fn array<'b>(&'b self, object: Option<&'b Object>) -> &'b [Object] {
        match object.map(|object| self.resolve(object)) {
            Some(Object::Array(items)) => items,
            _ => &[],
        }
    }

    pub fn number(&self, object: Option<&Object>) -> Option<f64> {
        match self.resolve(object?) {
            Object::Number(number) => Some(*number),
            _ => None,
        }
    }

    pub fn name<'b>(&'b self, object: Option<&'b Object>) -> Option<&'b str> {
        match self.resolve(object?) {
            Object::Name(name) => Some(name),
            _ => None,
        }
    }

    /// Dictionaries of a type, by id.
    pub fn of_type(&self, name: &str) -> Vec<(u32, &Dictionary)> {
        let mut found: Vec<(u32, &Dictionary)> = self
            .objects
            .iter()
            .filter_map(|(id, object)| match object {
                Object::Dictionary(dictionary)
                    if self.name(dictionary.get("Type")) == Some(name) =>
                {
                    Some((*id, dictionary))
                }
                _ => None,
            })
            .collect();
        found.sort_by_key(|(id, _)| *id);
        found
    }

    /// What a stream holds, unpacked. None where it is packed in a way that text never is, or is
    /// too large.
    pub fn stream(&self, id: u32) -> Option<Vec<u8>> {
        let stream = self.streams.get(&id)?;
        let mut content = self.bytes.get(stream.start..stream.end)?.to_vec();
        let filters = match stream.dictionary.get("Filter").map(|f| self.resolve(f)) {
            Some(Object::Name(name)) => vec![name.clone()],
            Some(Object::Array(items)) => items
                .iter()
                .filter_map(|item| self.name(Some(item)).map(str::to_owned))
                .collect(),
            _ => vec![],
        };
        for filter in filters {
            content = match filter.as_str() {
                "FlateDecode" | "Fl" => self.inflate(&content)?,
                "ASCIIHexDecode" | "AHx" => {
                    let hex = [b"<", content.as_slice()].concat();
                    Reader::new(&hex).hex()
                }
                "ASCII85Decode" | "A85" => ascii85(&content),
                _ => return None,
            };
        }
        Some(content)
    }

    pub fn stream_of(&self, object: &Object) -> Option<Vec<u8>> {
        match object {
            Object::Reference(id) if self.streams.contains_key(id) => self.stream(*id),
            Object::Reference(id) => match self.objects.get(id) {
                Some(next @ Object::Reference(_)) => self.stream_of(next),
                _ => None,
            },
            _ => None,
        }
    }

    fn inflate(&self, content: &[u8]) -> Option<Vec<u8>> {
        let left = MOST_ALL
            .saturating_sub(self.unpacked.get())
            .min(MOST_STREAM);
        let mut out = Vec::new();
        // A stream that is cut off gives what there is of it.
        let _ = ZlibDecoder::new(content)
            .take(left as u64 + 1)
            .read_to_end(&mut out);
        if out.len() > left {
            return None;
        }
        self.unpacked.set(self.unpacked.get() + out.len());
        Some(out)
    }
}

fn whole(number: f64) -> Option<usize> {
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "checked"
    )]
    (number.is_finite() && (0.0..1e12).contains(&number)).then_some(number as usize)
}

fn number(object: Option<&Object>) -> usize {
    match object {
        Some(Object::Number(number)) => whole(*number).unwrap_or(0),
        _ => 0,
    }
}

pub(super) fn find(bytes: &[u8], word: &[u8]) -> Option<usize> {
    let first = *word.first()?;
    let mut at = 0;
    while let Some(found) = bytes[at..].iter().position(|&b| b == first).map(|o| at + o) {
        if bytes[found..].starts_with(word) {
            return Some(found);
        }
        at = found + 1;
    }
    None
}

/// The number in `12 0 ` at the end of what stands before `obj`.
fn id_before(bytes: &[u8]) -> Option<u32> {
    let bytes = bytes.trim_ascii_end();
    let digits = |bytes: &[u8]| {
        bytes
            .iter()
            .rev()
            .take_while(|b| b.is_ascii_digit())
            .count()
    };
    let generation = digits(bytes);
    let rest = &bytes[..bytes.len() - generation];
    let trimmed = rest.trim_ascii_end();
    if generation == 0 || trimmed.len() == rest.len() {
        return None;
    }
    let id = digits(trimmed);
    std::str::from_utf8(&trimmed[trimmed.len() - id..])
        .ok()?
        .parse()
        .ok()
}

fn ascii85(content: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut group: Vec<u32> = Vec::new();
    for &b in content {
        match b {
            b'~' => break,
            b'z' if group.is_empty() => out.extend([0; 4]),
            b'!'..=b'u' => {
                group.push(u32::from(b - b'!'));
                if group.len() == 5 {
                    let value = group
                        .iter()
                        .fold(0_u32, |v, d| v.wrapping_mul(85).wrapping_add(*d));
                    out.extend(value.to_be_bytes());
                    group.clear();
                }
            }
            _ => {}
        }
    }
    if group.len() > 1 {
        let count = group.len() - 1;
        group.resize(5, 84);
        let value = group
            .iter()
            .fold(0_u32, |v, d| v.wrapping_mul(85).wrapping_add(*d));
        out.extend(&value.to_be_bytes()[..count]);
    }
    out
}
