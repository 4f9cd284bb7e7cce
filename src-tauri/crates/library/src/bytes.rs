//! Values as bytes, for what is kept in great numbers. Numbers are LEB128: seven bits a byte, the
//! lowest first.

use crate::LibraryError;
use crate::library::Result;

/// Appends a number.
pub(crate) fn put_number(out: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        // Cut to seven bits first, so nothing is lost.
        out.push((number & 0x7f) as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

/// Appends a length or a place.
pub(crate) fn put_size(out: &mut Vec<u8>, size: usize) {
    put_number(out, size as u64);
}

/// Appends bytes with their length before them.
pub(crate) fn put_bytes(out: &mut Vec<u8>, bytes: &[u8]) {
    put_size(out, bytes.len());
    out.extend_from_slice(bytes);
}

/// Appends an id: its 16 bytes if it is one of ours, else as it is.
pub(crate) fn put_id(out: &mut Vec<u8>, id: &str) {
    match short_id(id) {
        Some(bytes) => {
            out.push(0);
            out.extend_from_slice(&bytes);
        }
        None => {
            out.push(1);
            put_bytes(out, id.as_bytes());
        }
    }
}

/// The bytes of an id as this room makes them: 32 lower-case hexadecimal digits.
pub(crate) fn short_id(id: &str) -> Option<[u8; 16]> {
    let digits = id.as_bytes();
    if digits.len() != 32 {
        return None;
    }
    let value = |digit: u8| match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        _ => None,
    };
    let mut bytes = [0; 16];
    for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
        *byte = value(pair[0])? << 4 | value(pair[1])?;
    }
    Some(bytes)
}

/// Reads what the functions above wrote. Whatever stands there, it ends with a value or an error.
pub(crate) struct Bytes<'a>(pub(crate) &'a [u8]);

fn short() -> LibraryError {
    LibraryError::Damaged("bytes that end too early".to_owned())
}

impl<'a> Bytes<'a> {
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn byte(&mut self) -> Result<u8> {
        let (first, rest) = self.0.split_first().ok_or_else(short)?;
        self.0 = rest;
        Ok(*first)
    }

    pub(crate) fn number(&mut self) -> Result<u64> {
        let mut number = 0_u64;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            let bits = u64::from(byte & 0x7f);
            if shift == 63 && bits > 1 {
                break;
            }
            number |= bits << shift;
            if byte < 0x80 {
                return Ok(number);
            }
        }
        Err(LibraryError::Damaged(
            "a number that is too long".to_owned(),
        ))
    }

    pub(crate) fn size(&mut self) -> Result<usize> {
        usize::try_from(self.number()?).map_err(|_| short())
    }

    /// A number that fits a revision.
    pub(crate) fn small(&mut self) -> Result<u32> {
        u32::try_from(self.number()?)
            .map_err(|_| LibraryError::Damaged("a number that is too large".to_owned()))
    }

    pub(crate) fn take(&mut self, size: usize) -> Result<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(size).ok_or_else(short)?;
        self.0 = rest;
        Ok(taken)
    }

    pub(crate) fn bytes(&mut self) -> Result<&'a [u8]> {
        let size = self.size()?;
        self.take(size)
    }

    pub(crate) fn text(&mut self) -> Result<&'a str> {
        utf8(self.bytes()?)
    }

    pub(crate) fn id(&mut self) -> Result<String> {
        match self.byte()? {
            0 => Ok(crate::library::hex(self.take(16)?)),
            1 => Ok(self.text()?.to_owned()),
            other => Err(LibraryError::Damaged(format!("an id of kind {other}"))),
        }
    }

    /// Nothing may be left.
    pub(crate) fn end(self) -> Result<()> {
        match self.0.len() {
            0 => Ok(()),
            left => Err(LibraryError::Damaged(format!("{left} bytes too many"))),
        }
    }
}

pub(crate) fn utf8(bytes: &[u8]) -> Result<&str> {
    std::str::from_utf8(bytes).map_err(|error| LibraryError::Damaged(error.to_string()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_was_put_is_read(number in any::<u64>(), blob in any::<Vec<u8>>(), id in "[0-9a-f]{32}|.{0,40}") {
            let mut out = Vec::new();
            put_number(&mut out, number);
            put_bytes(&mut out, &blob);
            put_id(&mut out, &id);
            let mut bytes = Bytes(&out);
            prop_assert_eq!(bytes.number().unwrap(), number);
            prop_assert_eq!(bytes.bytes().unwrap(), &blob[..]);
            prop_assert_eq!(bytes.id().unwrap(), id);
            bytes.end().unwrap();
        }

        #[test]
        fn anything_can_be_read_without_harm(blob in any::<Vec<u8>>()) {
            let mut bytes = Bytes(&blob);
            while !bytes.is_empty() {
                let _ = bytes.number();
                let _ = bytes.id();
                let _ = bytes.bytes();
                let _ = bytes.byte();
            }
        }
    }

    #[test]
    fn an_id_of_ours_takes_half_its_digits() {
        let mut out = Vec::new();
        put_id(&mut out, "00ff00ff00ff00ff00ff00ff00ff00ff");
        assert_eq!(out.len(), 17);
        assert_eq!(short_id("00FF00ff00ff00ff00ff00ff00ff00ff"), None);
        assert_eq!(short_id("g0ff00ff00ff00ff00ff00ff00ff00ff"), None);
    }
}
