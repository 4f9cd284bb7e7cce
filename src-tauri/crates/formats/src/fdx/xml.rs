//! XML from strangers: encodings, limits, escapes.

use std::fmt::Write as _;

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE};
use roxmltree::{Document, ParsingOptions};

use crate::FormatError;

/// The largest file that is read: 200 MiB.
pub const MOST_BYTES: usize = 200 << 20;
/// How deep elements may lie in each other. Final Draft's own files reach some ten.
const MOST_DEPTH: usize = 128;
/// How many attributes an element may have.
const MOST_ATTRIBUTES: usize = 256;
/// How many elements, texts and comments a file may have: twenty times a 400-page script.
const MOST_NODES: u32 = 4_000_000;

/// The text of an XML file in the encoding that its first bytes or its declaration name.
pub fn decode(bytes: &[u8]) -> Result<String, FormatError> {
    if bytes.len() > MOST_BYTES {
        return Err(FormatError::TooLarge {
            bytes: bytes.len(),
            limit: MOST_BYTES,
        });
    }
    let (encoding, mark) = match Encoding::for_bom(bytes) {
        Some(found) => found,
        None => match bytes {
            [b'<', 0, ..] => (UTF_16LE, 0),
            [0, b'<', ..] => (UTF_16BE, 0),
            _ => (declared(bytes).unwrap_or(UTF_8), 0),
        },
    };
    let text = encoding
        .decode_without_bom_handling_and_without_replacement(&bytes[mark..])
        .ok_or(FormatError::Encoding {
            encoding: encoding.name(),
        })?;
    Ok(text.into_owned())
}

/// The encoding that `<?xml encoding="..."?>` names.
fn declared(bytes: &[u8]) -> Option<&'static Encoding> {
    let head = &bytes[..bytes.len().min(200)];
    let head = String::from_utf8_lossy(head);
    let declaration = head
        .trim_start()
        .strip_prefix("<?xml")?
        .split("?>")
        .next()?;
    let (_, value) = declaration.split_once("encoding")?;
    let value = value.trim_start().strip_prefix('=')?.trim_start();
    let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    let label = value[1..].split(quote).next()?;
    // A file that can be read as ASCII up to here is not UTF-16, whatever it says.
    Encoding::for_label(label.as_bytes()).filter(|e| *e != UTF_16LE && *e != UTF_16BE)
}

/// Reads a document within the limits. Document type definitions, and with them entities of a
/// file's own, are refused.
pub fn parse(text: &str) -> Result<Document<'_>, FormatError> {
    check(text)?;
    let options = ParsingOptions {
        allow_dtd: false,
        nodes_limit: MOST_NODES,
        ..ParsingOptions::default()
    };
    Document::parse_with_options(text, options).map_err(|error| {
        let at = error.pos();
        FormatError::Xml {
            line: at.row,
            column: at.col,
            detail: error.to_string(),
        }
    })
}

/// Depth and attributes, counted before anything is built from them.
fn check(text: &str) -> Result<(), FormatError> {
    let bytes = text.as_bytes();
    let mut depth = 0_usize;
    let mut at = 0;
    let fault = |at: usize, detail: String| {
        let before = &bytes[..at];
        let line = 1 + before.iter().filter(|&&b| b == b'\n').count();
        let column = 1 + text[..at].chars().rev().take_while(|&c| c != '\n').count();
        Err(FormatError::Xml {
            line: u32::try_from(line).unwrap_or(u32::MAX),
            column: u32::try_from(column).unwrap_or(u32::MAX),
            detail,
        })
    };
    while let Some(open) = bytes[at..].iter().position(|&b| b == b'<').map(|o| at + o) {
        let rest = &text[open..];
        let skip = |end: &str| rest.find(end).map_or(bytes.len(), |o| open + o + end.len());
        at = if rest.starts_with("<!--") {
            skip("-->")
        } else if rest.starts_with("<![CDATA[") {
            skip("]]>")
        } else if rest.starts_with("<?") {
            skip("?>")
        } else {
            let mut attributes = 0;
            let mut quote = None;
            let mut end = open + 1;
            while let Some(&b) = bytes.get(end) {
                match (quote, b) {
                    (Some(q), b) if b == q => quote = None,
                    (Some(_), _) => {}
                    (None, b'"' | b'\'') => quote = Some(b),
                    (None, b'=') => attributes += 1,
                    (None, b'>') => break,
                    (None, _) => {}
                }
                end += 1;
            }
            if attributes > MOST_ATTRIBUTES {
                return fault(open, format!("more than {MOST_ATTRIBUTES} attributes"));
            }
            if rest.starts_with("</") {
                depth = depth.saturating_sub(1);
            } else if bytes.get(end.saturating_sub(1)) != Some(&b'/') {
                depth += 1;
                if depth > MOST_DEPTH {
                    return fault(open, format!("elements lie more than {MOST_DEPTH} deep"));
                }
            }
            (end + 1).min(bytes.len())
        };
    }
    Ok(())
}

/// Text as XML has it between tags. Characters that XML can't hold (controls but tab and line
/// feed, U+FFFE, U+FFFF) are left out.
pub fn text(out: &mut String, text: &str) {
    escape(out, text, false);
}

/// Text as XML has it between double quotes.
pub fn attribute(out: &mut String, text: &str) {
    escape(out, text, true);
}

fn escape(out: &mut String, text: &str, quoted: bool) {
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' if quoted => out.push_str("&quot;"),
            '\t' | '\n' if quoted => {
                let _ = write!(out, "&#{};", u32::from(c));
            }
            '\r' => out.push_str("&#13;"),
            '\t' | '\n' => out.push(c),
            '\0'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => {}
            c => out.push(c),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(text: &str) -> (u32, u32, String) {
        match parse(text) {
            Err(FormatError::Xml {
                line,
                column,
                detail,
            }) => (line, column, detail),
            Err(other) => (0, 0, other.to_string()),
            Ok(_) => (0, 0, String::from("read")),
        }
    }

    #[test]
    fn files_say_what_they_are_encoded_in() {
        let text = "<?xml version=\"1.0\" encoding=\"GB18030\"?><a>墨</a>";
        let (gbk, _, _) = encoding_rs::GB18030.encode(text);
        assert_eq!(decode(&gbk).as_deref(), Ok(text));
        let wide: Vec<u8> = "<a>墨</a>"
            .encode_utf16()
            .flat_map(u16::to_le_bytes)
            .collect();
        assert_eq!(decode(&wide).as_deref(), Ok("<a>墨</a>"));
        let marked = [&[0xff, 0xfe][..], &wide].concat();
        assert_eq!(decode(&marked).as_deref(), Ok("<a>墨</a>"));
        assert_eq!(
            decode(b"<a>\xff</a>"),
            Err(FormatError::Encoding { encoding: "UTF-8" })
        );
        let latin = b"<?xml version='1.0' encoding='windows-1252'?><a>\xe9</a>";
        assert!(decode(latin).is_ok_and(|text| text.contains('é')));
    }

    #[test]
    fn what_is_hostile_is_refused_where_it_stands() {
        let laughs = "<?xml version=\"1.0\"?>\n<!DOCTYPE a [<!ENTITY b \"ha\"><!ENTITY c \"&b;&b;\">]>\n<a>&c;</a>";
        assert!(fault(laughs).2.contains("DTD"), "{:?}", fault(laughs));
        let deep = "<a>".repeat(1_000_000);
        assert_eq!(fault(&deep).2, "elements lie more than 128 deep");
        let wide = format!(
            "<a\n{}/>",
            (0..300_000)
                .map(|n| format!("b{n}='' "))
                .collect::<String>()
        );
        assert_eq!((1, 1), (fault(&wide).0, fault(&wide).1));
        let (line, column, _) = fault("<a>\n  <b>x</c>\n</a>");
        assert_eq!((line, column), (2, 7));
        assert_ne!(fault("<a><b>"), (0, 0, String::from("read")));
        assert_ne!(fault(""), (0, 0, String::from("read")));
        assert_eq!(fault("<a>&nbsp;</a>").0, 1);
    }
}
