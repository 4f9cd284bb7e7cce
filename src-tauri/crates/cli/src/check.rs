//! Checks and schemas: what needs neither a library nor a model.

use inkstone_studio::{
    Brief, DocumentKind, Language, Studio,
    dto::{FindingDto, FindingSeverity},
    sentences::sentences,
};
use serde_json::json;

use crate::{arguments::Check, failure::Failure, input, output::Output};

/// `ink check`
pub fn check(wanted: &Check, output: &Output) -> Result<(), Failure> {
    let text = input::text(&wanted.file)?;
    let brief = match &wanted.brief {
        Some(path) => input::brief(wanted.kind, path)?,
        None => Brief::empty(wanted.kind, language_of(&text)),
    };
    let findings = Studio::check_text(&brief, "", &text);
    let sentence = |finding: &FindingDto| sentences(output.language).finding(finding);
    if output.json {
        let spoken = |finding: &FindingDto| {
            let FindingDto {
                rule,
                severity,
                from,
                to,
                values,
            } = finding;
            json!({
                "rule": rule,
                "severity": severity,
                "from": from,
                "to": to,
                "values": values,
                "message": sentence(finding),
            })
        };
        output.value(&json!({ "findings": findings.iter().map(spoken).collect::<Vec<_>>() }))?;
    } else if findings.is_empty() {
        output.note(output.words.no_findings());
    } else {
        let name = wanted.file.display();
        let line = |finding: &FindingDto| {
            let place = match finding.from {
                Some(from) => {
                    let (line, column) = line_and_column(&text, from);
                    format!("{name}:{line}:{column}")
                }
                None => name.to_string(),
            };
            let severity = output.words.severity(finding.severity);
            format!(
                "{place}: {severity}: {} [{}]\n",
                sentence(finding),
                finding.rule
            )
        };
        output.text(&findings.iter().map(line).collect::<String>())?;
    }
    let broken = findings
        .iter()
        .any(|finding| finding.severity == FindingSeverity::Error);
    if broken { Err(Failure::Told) } else { Ok(()) }
}

/// `ink brief schema`
pub fn schema(kind: DocumentKind, output: &Output) -> Result<(), Failure> {
    output.value(&Brief::schema(kind))
}

/// The language a text is most likely written in, where no brief says so.
pub fn language_of(text: &str) -> Language {
    let chinese = text
        .chars()
        .filter(|c| ('\u{4e00}'..='\u{9fff}').contains(c))
        .count();
    let latin = text.chars().filter(char::is_ascii_alphabetic).count();
    // A Chinese character says as much as several letters.
    if chinese * 4 > latin {
        Language::Chinese
    } else {
        Language::English
    }
}

/// Line and column, from 1, of a position in UTF-16 units; columns count characters.
fn line_and_column(text: &str, position: u32) -> (usize, usize) {
    let (mut line, mut column, mut at) = (1, 1, 0);
    for c in text.chars() {
        if at >= position as usize {
            break;
        }
        at += c.len_utf16();
        if c == '\n' {
            (line, column) = (line + 1, 1);
        } else {
            column += 1;
        }
    }
    (line, column)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_counted_as_editors_count() {
        assert_eq!(line_and_column("", 0), (1, 1));
        assert_eq!(line_and_column("ab\ncd", 4), (2, 2));
        assert_eq!(line_and_column("😀x\n渡", 2), (1, 2));
        assert_eq!(line_and_column("😀x\n渡", 4), (2, 1));
        assert_eq!(line_and_column("ab", 99), (1, 3));
    }

    #[test]
    fn a_text_says_its_language_by_its_letters() {
        assert_eq!(language_of("The ferry runs again."), Language::English);
        assert_eq!(language_of("渡轮恢复夜航。"), Language::Chinese);
        assert_eq!(
            language_of("华为 Mate 70 发布，首批已售罄"),
            Language::Chinese
        );
        assert_eq!(
            language_of("Welcome to the 渡口 café in the old town"),
            Language::English
        );
        assert_eq!(language_of(""), Language::English);
    }
}
