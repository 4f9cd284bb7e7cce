//! Names of files that every system takes.
//!
//! What they may not have is what Windows forbids (Microsoft, "Naming Files, Paths, and
//! Namespaces"), for it forbids most; and what would mislead a reader of a listing.

use std::collections::HashMap;

/// The longest name, in characters and in bytes: three of them in a row stay below the 260
/// characters that Windows takes for a whole path.
const MOST_CHARACTERS: usize = 48;
const MOST_BYTES: usize = 120;

/// Names that mean a device on Windows, whatever ending they have.
const DEVICES: [&str; 6] = ["con", "prn", "aux", "nul", "conin$", "conout$"];

/// A title as the name of a file or folder, without an ending; `otherwise` if nothing is left.
pub(super) fn safe(title: &str, otherwise: &str) -> String {
    let mut name = String::new();
    let mut count = 0;
    for c in title.chars() {
        let c = match c {
            '/' | '\\' | ':' | '|' => '-',
            '*' | '?' | '"' | '<' | '>' | '%' => '_',
            c if c.is_whitespace() => ' ',
            c if c.is_control() || is_invisible(c) => continue,
            c => c,
        };
        if c == ' ' && (name.is_empty() || name.ends_with(' ')) {
            continue;
        }
        if count == MOST_CHARACTERS || name.len() + c.len_utf8() > MOST_BYTES {
            break;
        }
        name.push(c);
        count += 1;
    }
    // Windows drops dots and spaces at the end; a dot at the beginning hides a file elsewhere.
    let name = name.trim_matches([' ', '.', '~']);
    let name = if name.is_empty() { otherwise } else { name };
    if is_device(name) {
        format!("{name}_")
    } else {
        name.to_owned()
    }
}

/// Characters that are not seen but change how a name reads or compares.
fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}'
        | '\u{e0000}'..='\u{e0fff}' | '\u{e000}'..='\u{f8ff}' | '\u{fffe}'..='\u{ffff}')
}

fn is_device(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or(name).trim_end();
    let stem = stem.to_lowercase();
    let numbered = ["com", "lpt"].iter().any(|port| {
        stem.strip_prefix(port).is_some_and(|rest| {
            let mut rest = rest.chars();
            let digit = rest
                .next()
                .is_some_and(|c| c.is_ascii_digit() || "¹²³".contains(c));
            digit && rest.next().is_none()
        })
    });
    numbered || DEVICES.contains(&stem.as_str())
}

/// How a name compares where capitals don't count.
pub(super) fn folded(name: &str) -> String {
    name.to_uppercase().to_lowercase()
}

/// Whether a name may be another one on a system that composes letters and marks.
fn may_compose(name: &str) -> bool {
    let is_mark = |c: char| {
        matches!(u32::from(c),
            0x300..=0x36f | 0x483..=0x487 | 0x591..=0x5c7 | 0x610..=0x61a | 0x64b..=0x65f
            | 0x900..=0xdff | 0x1100..=0x11ff | 0x1ab0..=0x1aff | 0x1dc0..=0x1dff
            | 0x20d0..=0x20ff | 0x3099..=0x309a | 0xf900..=0xfaff | 0xfe20..=0xfe2f
            | 0x2f800..=0x2fa1f)
    };
    name.chars().any(is_mark)
}

/// A name for each of the titles in one folder, none like another nor like one of `reserved`.
/// Those that would be alike all get the beginning of their id, so that none changes its name when
/// another one goes.
pub(super) fn distinct(titles: &[(&str, &str)], reserved: &[&str], otherwise: &str) -> Vec<String> {
    let names: Vec<String> = titles
        .iter()
        .map(|(title, _)| safe(title, otherwise))
        .collect();
    let mut uses: HashMap<String, u32> = HashMap::new();
    for name in names
        .iter()
        .map(String::as_str)
        .chain(reserved.iter().copied())
    {
        *uses.entry(folded(name)).or_default() += 1;
    }
    let marked = |name: &str, id: &str, digits: usize| {
        let mark: String = id
            .chars()
            .filter(char::is_ascii_alphanumeric)
            .take(digits)
            .collect();
        format!("{name} ({})", mark.to_lowercase())
    };
    let mut taken: Vec<String> = reserved.iter().map(|name| folded(name)).collect();
    names
        .iter()
        .zip(titles)
        .map(|(name, (_, id))| {
            let alone = uses.get(&folded(name)) == Some(&1) && !may_compose(name);
            let mut found = name.clone();
            let mut digits = 8;
            let mut count = 2_u32;
            if !alone {
                found = marked(name, id, digits);
            }
            while taken.contains(&folded(&found)) {
                if digits < 32 {
                    digits = 32;
                    found = marked(name, id, digits);
                } else {
                    found = format!("{} {count}", marked(name, id, digits));
                    count += 1;
                }
            }
            taken.push(folded(&found));
            found
        })
        .collect()
}

/// Whether a path of an archive stays inside of it on every system: relative, with plain parts.
pub(super) fn is_inside(path: &str) -> bool {
    path.len() <= 1_024
        && !path.is_empty()
        && path.split('/').all(|part| {
            !part.is_empty()
                && part.len() <= 255
                && !part.starts_with(' ')
                && !part.ends_with([' ', '.'])
                && !is_device(part)
                && !part.chars().any(|c| {
                    c.is_control() || matches!(c, '\\' | ':' | '*' | '?' | '"' | '<' | '>' | '|')
                })
        })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn names_are_what_every_system_takes() {
        for (title, name) in [
            ("Low tide", "Low tide"),
            ("夜班渡轮：复航？", "夜班渡轮：复航？"),
            ("a/b\\c: \"d\" <e> | f*?", "a-b-c- _d_ _e_ - f__"),
            ("../../etc/passwd", "-..-etc-passwd"),
            ("...", "news"),
            ("  \t ", "news"),
            ("CON", "CON_"),
            ("com1.txt", "com1.txt_"),
            ("LPT²", "LPT²_"),
            ("console", "console"),
            (".hidden. ", "hidden"),
            ("gpj\u{202e}.exe", "gpj.exe"),
            ("two\nlines", "two lines"),
        ] {
            assert_eq!(safe(title, "news"), name, "{title:?}");
        }
        let long = safe(&"潮".repeat(500), "news");
        assert!(
            long.len() <= MOST_BYTES && long.chars().count() >= 40,
            "{long}"
        );
    }

    #[test]
    fn what_would_be_alike_is_told_apart_by_its_id() {
        let names = distinct(
            &[
                ("Tide", "aaaaaaaa11"),
                ("TIDE", "bbbbbbbb22"),
                ("bin", "cccccccc33"),
                ("One", "d"),
            ],
            &["bin"],
            "news",
        );
        assert_eq!(
            names,
            [
                "Tide (aaaaaaaa)",
                "TIDE (bbbbbbbb)",
                "bin (cccccccc)",
                "One"
            ]
        );
        // Composed and decomposed are one name on some systems.
        let names = distinct(&[("caf\u{e9}", "1"), ("cafe\u{301}", "2")], &[], "news");
        assert_eq!(names, ["caf\u{e9}", "cafe\u{301} (2)"]);
        let names = distinct(&[("a", "x"), ("a", "x"), ("a (x)", "y")], &[], "news");
        let folds: std::collections::BTreeSet<_> = names.iter().map(|name| folded(name)).collect();
        assert_eq!(folds.len(), 3, "{names:?}");
    }

    proptest! {
        #[test]
        fn any_title_gives_a_name_that_stays_inside(title in any::<String>(), id in "[0-9a-f]{32}") {
            let name = safe(&title, "news");
            prop_assert!(is_inside(&name), "{name:?}");
            let names = distinct(&[(&title, &id), (&title, &id)], &["news"], "news");
            prop_assert_ne!(folded(&names[0]), folded(&names[1]));
            for name in names {
                prop_assert!(is_inside(&format!("projects/{name}/main.md")), "{name:?}");
            }
        }
    }

    #[test]
    fn a_path_that_leads_elsewhere_is_seen() {
        for path in [
            "",
            "/etc/passwd",
            "../x",
            "a/../b",
            "a//b",
            "a/",
            "C:/x",
            "c:x",
            "a\\b",
            "a/./b",
            "a/con",
            "aux.md",
            "a/b ",
            "a\0b",
            "//server/share",
            "a/x:stream",
        ] {
            assert!(!is_inside(path), "{path:?}");
        }
        for path in [
            "manifest.json",
            "projects/海岸/潮 (ab12)/main.md",
            "a/.b",
            "a/..b",
        ] {
            assert!(is_inside(path), "{path:?}");
        }
    }
}
