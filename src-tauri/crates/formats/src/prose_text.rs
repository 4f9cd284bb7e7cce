//! Text files that are no script: articles in Markdown or plain paragraphs.

use inkstone_manuscript::DocumentKind;

use crate::{
    import::{Found, Imported, Report},
    script_text,
};

/// The longest title taken from a text, in characters.
const LONGEST_TITLE: usize = 200;

/// Reads a text: a script if it is one, else prose.
pub(crate) fn read(text: &str, format: &'static str) -> Imported {
    if script_text::recognises(text) {
        return script_text::read(text);
    }
    prose(text, format)
}

/// A text as it stands.
pub(crate) fn plain(text: &str, kind: DocumentKind, format: &'static str) -> Imported {
    Imported {
        kind,
        text: text.to_owned(),
        title: None,
        keeps_file: false,
        report: Report {
            format,
            ..Report::default()
        },
    }
}

/// An article. Its title is that of the front matter, else its first heading. Front matter that
/// says no more than what is known otherwise (title, language, and the label of generated text) is
/// left out; any other stays in the text.
pub(crate) fn prose(text: &str, format: &'static str) -> Imported {
    let matter = front_matter(text);
    let body = match &matter {
        Some(matter) if matter.plain => matter.rest,
        _ => text,
    };
    let lines = || body.lines().map(str::trim).filter(|line| !line.is_empty());
    let heading = lines().find_map(|line| {
        let title = line.strip_prefix("# ")?.trim_end_matches('#').trim();
        (!title.is_empty()).then(|| title.to_owned())
    });
    let title = matter.as_ref().and_then(|matter| matter.title.clone());
    let headings = lines().filter(|line| line.starts_with('#')).count();
    let paragraphs = inkstone_manuscript::segment::paragraphs(body).len();
    let mut imported = plain(body, DocumentKind::News, format);
    imported.title = title
        .or(heading)
        .map(|title| title.chars().take(LONGEST_TITLE).collect());
    imported.report.found = vec![
        (Found::Headings, headings),
        (Found::Paragraphs, paragraphs.saturating_sub(headings)),
    ];
    imported
}

/// What stands before a text between two lines of `---`.
struct Matter<'a> {
    title: Option<String>,
    /// It says nothing but what is known otherwise.
    plain: bool,
    rest: &'a str,
}

fn front_matter(text: &str) -> Option<Matter<'_>> {
    let after = text.strip_prefix("---")?;
    let after = after
        .strip_prefix("\r\n")
        .or_else(|| after.strip_prefix('\n'))?;
    let mut at = 0;
    let mut title = None;
    let mut plain = true;
    for line in after.split_inclusive('\n') {
        at += line.len();
        let line = line.trim_end();
        if line == "---" || line == "..." {
            let rest = after[at..].trim_start_matches(['\r', '\n']);
            return Some(Matter { title, plain, rest });
        }
        // What is indented belongs to the key above.
        if line.starts_with([' ', '\t']) || line.is_empty() {
            continue;
        }
        // A text that begins with a rule has no keys.
        let (key, value) = line.split_once(':')?;
        match key.trim().to_lowercase().as_str() {
            "title" | "标题" => {
                let value = value.trim().trim_matches(['"', '\'']).trim();
                title = Some(value.to_owned()).filter(|title| !title.is_empty());
            }
            "aigc" | "lang" | "language" => {}
            _ => plain = false,
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn an_article_stays_as_it_stands_and_gives_its_title() {
        let text = "Intro.\n\n# Night ferry #\n\nIt runs *again*.\n";
        let imported = read(text, "markdown");
        assert_eq!(
            (imported.kind, imported.text.as_str()),
            (DocumentKind::News, text)
        );
        assert_eq!(imported.title.as_deref(), Some("Night ferry"));
        assert_eq!(
            imported.report.found,
            [(Found::Headings, 1), (Found::Paragraphs, 2)]
        );
    }

    #[test]
    fn front_matter_that_is_known_is_left_out_and_any_other_stays() {
        let ours = "---\ntitle: \"夜航\"\nAIGC:\n  Label: \"1\"\n---\n\n渡轮复航。\n";
        let imported = prose(ours, "markdown");
        assert_eq!(imported.text, "渡轮复航。\n");
        assert_eq!(imported.title.as_deref(), Some("夜航"));
        let theirs = "---\ntitle: Ferry\r\ntags: [a]\n---\nText.\n";
        let imported = prose(theirs, "markdown");
        assert_eq!(
            (imported.text.as_str(), imported.title.as_deref()),
            (theirs, Some("Ferry"))
        );
        for text in ["---\n\nA rule first.\n", "---\ntitle: open\n", "--- no\n"] {
            assert_eq!(prose(text, "markdown").text, text);
        }
    }

    #[test]
    fn a_script_in_a_text_file_is_a_script() {
        let script = "INT. PIER - NIGHT\n\nRain.\n\nMARA\nNot yet.\n";
        assert_eq!(read(script, "text").kind, DocumentKind::Screenplay);
        assert_eq!(
            read("A letter.\n\nINT. is a word here.\n", "text").kind,
            DocumentKind::News
        );
    }

    proptest! {
        #[test]
        fn any_text_reads(text in "(---\n|title: a\n|AIGC:\n|  x\n|# |[a-z渡\r\n: ]{0,8}){0,12}") {
            let imported = prose(&text, "text");
            prop_assert!(text.ends_with(&imported.text));
        }
    }
}
