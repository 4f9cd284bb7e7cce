//! From what a person types to the address of one file, and to a file's name.

use crate::depot::DepotError;

/// The longest name of a file, in bytes: what is put behind it has room.
const LONGEST_NAME: usize = 180;

/// The address of a file: an address as it stands, or `OWNER/REPOSITORY/FILE` at a hub.
pub(crate) fn url_of(what: &str, hub: Option<&str>) -> Result<String, DepotError> {
    let what = what.trim();
    let bad = |why: &str| Err(DepotError::Address(why.to_owned()));
    if what.contains("://") {
        if !(what.starts_with("https://") || what.starts_with("http://")) {
            return bad("it begins with https:// or http://");
        }
        let url = from_page(what);
        let path = url.split(['?', '#']).next().unwrap_or_default();
        if !path.to_ascii_lowercase().ends_with(".gguf") {
            return bad("the address does not end in .gguf");
        }
        return Ok(url);
    }
    let parts: Vec<&str> = what
        .split(|c: char| c == '/' || c.is_whitespace())
        .filter(|part| !part.is_empty())
        .collect();
    let [owner, repository, file @ ..] = &parts[..] else {
        return bad("neither an address nor OWNER/REPOSITORY/FILE");
    };
    if !file
        .last()
        .is_some_and(|file| file.to_ascii_lowercase().ends_with(".gguf"))
    {
        return bad("the name of a file that ends in .gguf is missing");
    }
    if parts.iter().any(|part| matches!(*part, "." | "..")) {
        return bad("a part of it is no name");
    }
    let Some(hub) = hub.map(str::trim).filter(|hub| !hub.is_empty()) else {
        return bad("no hub is chosen");
    };
    let mut url = format!("{}/", hub.trim_end_matches('/'));
    for part in [*owner, *repository, "resolve", "main"].iter().chain(file) {
        encode(part, &mut url);
        url.push('/');
    }
    url.pop();
    Ok(url)
}

/// The file behind the page that shows it: `/blob/` becomes `/resolve/`.
fn from_page(url: &str) -> String {
    let (scheme, rest) = url.split_once("://").unwrap_or(("https", url));
    let mut parts: Vec<&str> = rest.split('/').collect();
    // Host, owner, repository, `blob`.
    if parts.len() > 5 && parts[3] == "blob" {
        parts[3] = "resolve";
    }
    format!("{scheme}://{}", parts.join("/"))
}

fn encode(part: &str, out: &mut String) {
    for byte in part.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' | b'+' => {
                out.push(char::from(byte));
            }
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
}

fn decode(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let hex = (bytes[at] == b'%')
            .then(|| text.get(at + 1..at + 3))
            .flatten()
            .and_then(|hex| u8::from_str_radix(hex, 16).ok());
        out.push(hex.unwrap_or(bytes[at]));
        at += if hex.is_some() { 3 } else { 1 };
    }
    String::from_utf8_lossy(&out).into_owned()
}

/// The name under which the file of an address is kept.
pub(crate) fn name_of(url: &str) -> String {
    let path = url.split(['?', '#']).next().unwrap_or_default();
    file_name(&decode(path.rsplit('/').next().unwrap_or_default()))
}

/// A name that any system takes, and that leads out of no folder.
pub(crate) fn file_name(name: &str) -> String {
    let plain = |c: char| match c {
        '/' | '\\' | ':' | '*' | '?' | '"' | '<' | '>' | '|' => '-',
        c if c.is_control() => '-',
        c => c,
    };
    let name: String = name.chars().map(plain).collect();
    let name = name.trim().trim_start_matches('.');
    let stem = match name.len().checked_sub(5) {
        Some(at) if name.is_char_boundary(at) && name[at..].eq_ignore_ascii_case(".gguf") => {
            &name[..at]
        }
        _ => name,
    };
    let stem = &stem[..stem.floor_char_boundary(LONGEST_NAME)];
    match stem.trim() {
        "" => "model.gguf".to_owned(),
        // Such a file is taken for ours.
        stem if stem.starts_with("inkstone-starter-") => format!("copy-{stem}.gguf"),
        stem => format!("{stem}.gguf"),
    }
}

/// A SHA-256 as a person pastes it, also with a name behind it as `sha256sum` prints.
pub(crate) fn sum_of(text: &str) -> Result<Option<String>, DepotError> {
    let text = text.trim();
    let text = text.strip_prefix("sha256:").unwrap_or(text);
    let Some(first) = text.split_whitespace().next() else {
        return Ok(None);
    };
    if first.len() == 64 && first.bytes().all(|b| b.is_ascii_hexdigit()) {
        Ok(Some(first.to_ascii_lowercase()))
    } else {
        Err(DepotError::NoSum)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HUB: Option<&str> = Some("https://hub.example/");

    #[test]
    fn addresses_and_short_forms() {
        for (what, url) in [
            (
                "acme/Writer-GGUF/writer-q4.gguf",
                "https://hub.example/acme/Writer-GGUF/resolve/main/writer-q4.gguf",
            ),
            (
                " acme/Writer-GGUF  Q4/w 1.GGUF ",
                "https://hub.example/acme/Writer-GGUF/resolve/main/Q4/w/1.GGUF",
            ),
            (
                "acme/Writer-GGUF 写手.gguf",
                "https://hub.example/acme/Writer-GGUF/resolve/main/%E5%86%99%E6%89%8B.gguf",
            ),
            (
                "https://hub.example/acme/W/blob/main/w.gguf",
                "https://hub.example/acme/W/resolve/main/w.gguf",
            ),
            (
                "https://hub.example/acme/W/resolve/v1/a/w.gguf?download=true",
                "https://hub.example/acme/W/resolve/v1/a/w.gguf?download=true",
            ),
            ("http://127.0.0.1:8/x.gguf", "http://127.0.0.1:8/x.gguf"),
        ] {
            assert_eq!(url_of(what, HUB).as_deref(), Ok(url), "{what}");
        }
        for bad in [
            "",
            "acme",
            "acme/W",
            "acme/W/readme.md",
            "acme/../w.gguf",
            "ftp://hub.example/w.gguf",
            "https://hub.example/acme/W",
            "https://hub.example/acme/W/tree/main",
        ] {
            assert!(url_of(bad, HUB).is_err(), "{bad}");
        }
        assert!(url_of("acme/W/w.gguf", None).is_err());
        assert!(url_of("acme/W/w.gguf", Some(" ")).is_err());
    }

    #[test]
    fn names_lead_out_of_no_folder() {
        for (url, name) in [
            ("https://h/a/w-Q4_K_M.gguf?x=/y.gguf", "w-Q4_K_M.gguf"),
            ("https://h/%E5%86%99%E6%89%8B.GGUF", "写手.gguf"),
            (
                "https://h/..%2F..%2Fetc%2Fpasswd.gguf",
                "-..-etc-passwd.gguf",
            ),
            ("https://h/%00a%5Cb.gguf", "-a-b.gguf"),
            ("https://h/.gguf", "gguf.gguf"),
            (
                "https://h/inkstone-starter-1.gguf",
                "copy-inkstone-starter-1.gguf",
            ),
            ("https://h/%zz%.gguf", "%zz%.gguf"),
        ] {
            assert_eq!(name_of(url), name, "{url}");
        }
        let long = file_name(&"写".repeat(500));
        assert!(long.len() <= LONGEST_NAME + 5 && long.ends_with("写.gguf"));
    }

    #[test]
    fn sums_as_they_are_pasted() {
        let sum = "0123456789abcdef".repeat(4);
        for text in [
            sum.clone(),
            format!(" {} ", sum.to_uppercase()),
            format!("{sum}  writer.gguf\n"),
            format!("sha256:{sum}"),
        ] {
            assert_eq!(sum_of(&text), Ok(Some(sum.clone())), "{text}");
        }
        assert_eq!(sum_of("  "), Ok(None));
        for bad in ["abc", &sum[1..], &format!("{sum}0"), &"g".repeat(64)] {
            assert_eq!(sum_of(bad), Err(DepotError::NoSum), "{bad}");
        }
    }
}
