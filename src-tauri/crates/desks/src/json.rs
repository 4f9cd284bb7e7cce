//! JSON in a model's answer: whole, wrapped in talk, or cut off.

use serde::de::DeserializeOwned;

use crate::clean::clean;

/// The answer as JSON of this shape, exactly.
///
/// # Errors
/// What is wrong with it, in words that a model can act on.
pub(crate) fn exact<T: DeserializeOwned>(raw: &str) -> Result<T, String> {
    let text = clean(raw);
    let body = object(&text).ok_or_else(|| "there is no JSON object".to_owned())?;
    serde_json::from_str(body).map_err(|e| e.to_string())
}

/// As much of the answer as can be read; what is cut off is closed.
pub(crate) fn lenient<T: DeserializeOwned + Default>(raw: &str) -> T {
    if let Ok(found) = exact(raw) {
        return found;
    }
    let text = clean(raw);
    let Some(start) = text.find('{') else {
        return T::default();
    };
    // Back from the end, until what is left can be closed.
    let mut body = &text[start..];
    for _ in 0..64 {
        if let Ok(found) = serde_json::from_str(&closed(body)) {
            return found;
        }
        let Some(cut) = body.rfind([',', '{', '[', '"']) else {
            break;
        };
        body = &body[..cut];
    }
    T::default()
}

/// From the first brace to its partner.
fn object(text: &str) -> Option<&str> {
    let start = text.find('{')?;
    let (mut depth, mut quoted, mut escaped) = (0usize, false, false);
    for (at, c) in text[start..].char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            '{' | '[' if !quoted => depth += 1,
            '}' | ']' if !quoted => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return Some(&text[start..=start + at]);
                }
            }
            _ => {}
        }
    }
    None
}

/// The text with its open strings and brackets closed.
fn closed(text: &str) -> String {
    let mut open = Vec::new();
    let (mut quoted, mut escaped) = (false, false);
    for c in text.chars() {
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            '{' if !quoted => open.push('}'),
            '[' if !quoted => open.push(']'),
            '}' | ']' if !quoted => {
                open.pop();
            }
            _ => {}
        }
    }
    let mut out = text.to_owned();
    if escaped {
        out.pop();
    }
    if quoted {
        out.push('"');
    }
    let end = out.trim_end().trim_end_matches(',').len();
    out.truncate(end);
    out.extend(open.into_iter().rev());
    out
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    #[test]
    fn talk_and_fences_around_it_do_not_matter() {
        for raw in [
            r#"{"a": "x {y}", "b": [1]}"#,
            "Here it is:\n```json\n{\"a\": \"x {y}\", \"b\": [1]}\n```\nHope that helps!",
            "<think>{}</think>{\"a\": \"x {y}\", \"b\": [1]} done",
        ] {
            let found: Value = exact(raw).expect(raw);
            assert_eq!(found["a"], "x {y}", "{raw}");
        }
        assert!(exact::<Value>("no").is_err());
        assert!(exact::<Value>("{\"a\": ").is_err());
    }

    #[test]
    fn every_prefix_gives_what_has_come() {
        let whole = r#"{"a": "one \"two\"", "b": [{"c": "three"}, {"c": "four"}]}"#;
        let mut most = 0;
        for (end, _) in whole.char_indices() {
            let found: Value = lenient(&whole[..end]);
            let size = found.to_string().len();
            assert!(size + 12 >= most, "{}: {found}", &whole[..end]);
            most = most.max(size);
        }
        let found: Value = lenient(&whole[..whole.len() - 6]);
        assert_eq!(found["b"][1]["c"], "fo");
    }
}
