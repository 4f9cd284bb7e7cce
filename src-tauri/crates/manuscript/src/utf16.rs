//! Offsets as editors count them (UTF-16 code units) and as Rust does (bytes).

/// The byte offset of a UTF-16 offset, or `None` past the end or inside a surrogate pair.
pub fn to_byte(text: &str, utf16_offset: usize) -> Option<usize> {
    let mut units = 0;
    for (at, c) in text.char_indices() {
        if units == utf16_offset {
            return Some(at);
        }
        if units > utf16_offset {
            return None;
        }
        units += c.len_utf16();
    }
    (units == utf16_offset).then_some(text.len())
}

/// The UTF-16 offset of a byte offset. Inside a character it is the character's start, past the
/// end it is the end.
pub fn from_byte(text: &str, byte: usize) -> usize {
    let mut units = 0;
    for (at, c) in text.char_indices() {
        if at + c.len_utf8() > byte {
            break;
        }
        units += c.len_utf16();
    }
    units
}
