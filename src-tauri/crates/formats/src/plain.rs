//! Text files of any age and system.

use encoding_rs::{Encoding, GB18030, UTF_16BE, UTF_16LE, WINDOWS_1252};

use crate::FormatError;

/// The largest text file that is read: 20 MB.
pub const MOST_BYTES: usize = 20_000_000;

/// Reads a text file: UTF-8 or UTF-16 with a byte order mark, UTF-8 without one, and else
/// GB18030 (which includes GBK and GB 2312) or Windows-1252, whichever the bytes look like.
/// The mark is left out; line ends stay as they are. Bytes that are sound UTF-8 are read as that,
/// even where they would be Chinese in GB18030 too: a file of such characters alone is very short.
///
/// # Errors
/// [`FormatError::TooLarge`], [`FormatError::Binary`] for control characters (NUL above all),
/// [`FormatError::Encoding`] for broken text behind a byte order mark.
pub fn decode(bytes: &[u8]) -> Result<String, FormatError> {
    if bytes.len() > MOST_BYTES {
        return Err(FormatError::TooLarge {
            bytes: bytes.len(),
            limit: MOST_BYTES,
        });
    }
    let text = match Encoding::for_bom(bytes) {
        Some((encoding, mark)) => encoding
            .decode_without_bom_handling_and_without_replacement(&bytes[mark..])
            .ok_or(FormatError::Encoding {
                encoding: name(encoding),
            })?
            .into_owned(),
        None => {
            refuse_binary(bytes)?;
            match std::str::from_utf8(bytes) {
                Ok(text) => text.to_owned(),
                Err(_) => legacy(bytes),
            }
        }
    };
    refuse_binary(text.as_bytes())?;
    Ok(text)
}

fn name(encoding: &'static Encoding) -> &'static str {
    if encoding == UTF_16LE || encoding == UTF_16BE {
        "UTF-16"
    } else {
        "UTF-8"
    }
}

fn refuse_binary(bytes: &[u8]) -> Result<(), FormatError> {
    // Form feeds separate pages in old text exports.
    let is_text = |b: &u8| *b >= b' ' || matches!(b, b'\t' | b'\n' | b'\r' | 0x0c);
    match bytes.iter().position(|b| !is_text(b)) {
        Some(at) => Err(FormatError::Binary { at }),
        None => Ok(()),
    }
}

/// GB18030 or Windows-1252. Nearly any Western text is valid GB18030 as well, so validity alone
/// would turn "Nestlé's" into "Nestl閟": what decides is whether most bytes above ASCII come in
/// pairs, as they do in Chinese and seldom in Western text.
fn legacy(bytes: &[u8]) -> String {
    let (mut paired, mut alone) = (0_usize, 0_usize);
    let mut rest = bytes;
    while let Some((&lead, tail)) = rest.split_first() {
        rest = tail;
        if lead < 0x80 {
            continue;
        }
        if tail.first().is_some_and(|&trail| trail >= 0x80) {
            paired += 1;
            rest = &tail[1..];
        } else {
            alone += 1;
        }
    }
    if paired > alone
        && let Some(text) = GB18030.decode_without_bom_handling_and_without_replacement(bytes)
    {
        return text.into_owned();
    }
    WINDOWS_1252
        .decode_without_bom_handling(bytes)
        .0
        .into_owned()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn every_usual_encoding_reads() {
        let text = "Nestlé\r\n墨石，今天。";
        let mut le = vec![0xff, 0xfe];
        le.extend(text.encode_utf16().flat_map(u16::to_le_bytes));
        let mut be = vec![0xfe, 0xff];
        be.extend(text.encode_utf16().flat_map(u16::to_be_bytes));
        let marked = [b"\xef\xbb\xbf", text.as_bytes()].concat();
        for bytes in [text.as_bytes(), &le, &be, &marked] {
            assert_eq!(decode(bytes).as_deref(), Ok(text));
        }
        assert_eq!(decode(b"").as_deref(), Ok(""));
    }

    #[test]
    fn chinese_and_western_files_of_old_are_told_apart() {
        // "墨石 Inkstone 今天下雨。" in GBK.
        let gbk = b"\xc4\xab\xca\xaf Inkstone \xbd\xf1\xcc\xec\xcf\xc2\xd3\xea\xa1\xa3";
        assert_eq!(decode(gbk).as_deref(), Ok("墨石 Inkstone 今天下雨。"));
        // Four-byte GB18030: 㐀 (U+3400) and an ideograph beside it.
        let long = b"\xc4\xab\x81\x39\xee\x39\xca\xaf\xbd\xf1";
        assert_eq!(decode(long).as_deref(), Ok("墨㐀石今"));
        let western = b"Nestl\xe9's \x93caf\xe9\x94, na\xefve";
        assert_eq!(decode(western).as_deref(), Ok("Nestlé's “café”, naïve"));
    }

    #[test]
    fn what_is_no_text_is_refused() {
        assert_eq!(
            decode(b"GGUF\x03\0\0\0"),
            Err(FormatError::Binary { at: 4 })
        );
        assert_eq!(decode(b"abc\0"), Err(FormatError::Binary { at: 3 }));
        assert_eq!(
            decode(b"\xff\xfea\0\0\0"),
            Err(FormatError::Binary { at: 1 })
        );
        assert_eq!(
            decode(b"\xff\xfea"),
            Err(FormatError::Encoding { encoding: "UTF-16" })
        );
        assert_eq!(
            decode(b"\xff\xfe\x00\xd8a\0"),
            Err(FormatError::Encoding { encoding: "UTF-16" })
        );
        assert_eq!(
            decode(b"\xef\xbb\xbf\xff"),
            Err(FormatError::Encoding { encoding: "UTF-8" })
        );
    }

    #[test]
    fn what_is_utf_8_and_gb18030_as_well_is_read_as_utf_8() {
        let both = b"\xc2\xa1\xc2\xa1";
        assert_eq!(GB18030.decode(both).0, "隆隆");
        assert_eq!(decode(both), Ok("¡¡".to_owned()));
    }

    #[test]
    fn the_limit_is_the_last_size_that_reads() {
        let mut bytes = vec![b'a'; MOST_BYTES];
        assert_eq!(decode(&bytes).map(|text| text.len()), Ok(MOST_BYTES));
        bytes.push(b'a');
        let error = FormatError::TooLarge {
            bytes: MOST_BYTES + 1,
            limit: MOST_BYTES,
        };
        assert_eq!(decode(&bytes), Err(error));
    }

    proptest! {
        #[test]
        fn any_bytes_give_text_or_an_error(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            if let Ok(text) = decode(&bytes) {
                prop_assert!(!text.contains('\0'));
            }
        }

        #[test]
        fn chinese_text_survives_gb18030(
            pairs in prop::collection::vec((0xb0u8..0xd7, 0xa1u8..=0xfe), 2..60),
            rare in "[\u{4e00}-\u{9fa5}]?",
            latin in "[a-zA-Z .,]{0,30}",
        ) {
            // Characters of daily use (GB 2312), at most one that is not among them.
            let bytes: Vec<u8> = pairs.into_iter().flat_map(|(a, b)| [a, b]).collect();
            let (common, _, _) = GB18030.decode(&bytes);
            let text = format!("{latin}{rare}{common}");
            let (bytes, _, _) = GB18030.encode(&text);
            // Some few pairs are UTF-8 as well; see the test of what is both.
            prop_assume!(std::str::from_utf8(&bytes).is_err());
            prop_assert_eq!(decode(&bytes), Ok(text));
        }

        #[test]
        fn utf_8_comes_back(text in "[^\0-\u{8}\u{b}\u{e}-\u{1f}\u{feff}][^\0-\u{8}\u{b}\u{e}-\u{1f}]{0,60}") {
            prop_assert_eq!(decode(text.as_bytes()), Ok(text));
        }
    }
}
