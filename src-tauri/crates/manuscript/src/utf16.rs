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

/// The UTF-16 offset of a byte offset. A byte inside a character counts as the character's start,
/// one past the end as the end.
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn han_is_one_unit_and_emoji_two() {
        let text = "a汉😀b";
        assert_eq!(to_byte(text, 1), Some(1));
        assert_eq!(to_byte(text, 2), Some(4));
        assert_eq!(to_byte(text, 3), None, "inside the surrogate pair");
        assert_eq!(to_byte(text, 4), Some(8));
        assert_eq!(to_byte(text, 5), Some(9));
        assert_eq!(to_byte(text, 6), None);
        assert_eq!(from_byte(text, 8), 4);
        assert_eq!(from_byte(text, 6), 2, "inside the emoji");
        assert_eq!(from_byte(text, 99), 5);
    }

    proptest! {
        #[test]
        fn borders_round_trip_and_agree_with_std(text in any::<String>()) {
            for (at, _) in text.char_indices().chain([(text.len(), ' ')]) {
                let units = from_byte(&text, at);
                prop_assert_eq!(units, text[..at].encode_utf16().count());
                prop_assert_eq!(to_byte(&text, units), Some(at));
            }
        }

        #[test]
        fn any_offset_is_on_a_border_or_none(text in any::<String>(), offset in 0usize..400) {
            match to_byte(&text, offset) {
                Some(at) => prop_assert_eq!(from_byte(&text, at), offset),
                None => {
                    let total = text.encode_utf16().count();
                    let inside = String::from_utf16(
                        &text.encode_utf16().take(offset).collect::<Vec<_>>(),
                    ).is_err();
                    prop_assert!(offset > total || inside);
                }
            }
        }
    }
}
