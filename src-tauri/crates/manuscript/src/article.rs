//! The article: headline, dek and body in Markdown.
//!
//! The notation is `# Headline`, an italic paragraph (`*Dek*`) and the body, with blank lines
//! between them. Everything is optional.

use serde::Serialize;

use crate::lines::{is_blank, lines};

/// An article.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Article {
    /// The `# ` heading at the top.
    pub headline: Option<String>,
    /// The italic paragraph right under the headline, or at the top.
    pub dek: Option<String>,
    /// The rest, as it stands.
    pub body: String,
}

impl Article {
    /// Reads any Markdown.
    pub fn parse(markdown: &str) -> Article {
        let mut rest = skip_blank(markdown);
        let mut article = Article::default();
        if let Some(first) = lines(rest).next()
            && let Some(headline) = headline(first.text(rest))
        {
            article.headline = Some(headline);
            rest = skip_blank(&rest[first.end..]);
        }
        let mut end = 0;
        let mut paragraph = String::new();
        for line in lines(rest).take_while(|line| !is_blank(line.text(rest))) {
            if !paragraph.is_empty() {
                paragraph.push(' ');
            }
            paragraph.push_str(line.text(rest).trim());
            end = line.end;
        }
        if let Some(dek) = dek(&paragraph) {
            article.dek = Some(dek);
            rest = skip_blank(&rest[end..]);
        }
        article.body = rest.to_owned();
        article
    }

    /// Writes the article in its notation. What [`Article::parse`] gave comes back unchanged.
    pub fn to_markdown(&self) -> String {
        let mut parts = Vec::new();
        if let Some(headline) = self
            .headline
            .as_deref()
            .map(one_line)
            .filter(|h| !h.is_empty())
        {
            parts.push(format!("# {headline}"));
        }
        if let Some(dek) = self.dek.as_deref().map(one_line).filter(|d| !d.is_empty()) {
            parts.push(format!(
                "*{}*",
                dek.replace('\\', "\\\\").replace('*', "\\*")
            ));
        }
        if self.body.is_empty() {
            let mut text = parts.join("\n\n");
            if !text.is_empty() {
                text.push('\n');
            }
            return text;
        }
        parts.push(self.body.clone());
        parts.join("\n\n")
    }
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn skip_blank(text: &str) -> &str {
    let end = lines(text)
        .take_while(|line| is_blank(line.text(text)))
        .last()
        .map_or(0, |line| line.end);
    text[end..].trim_start_matches('\u{feff}')
}

/// The text of a first-level heading, without a closing `#` and without bold around all of it,
/// both of which chat models like to write.
fn headline(line: &str) -> Option<String> {
    let text = line.strip_prefix('#')?;
    if !text.starts_with([' ', '\t']) {
        return None;
    }
    let text = one_line(text);
    let mut shown = text.as_str();
    loop {
        let open = shown.trim_end_matches('#');
        let shorter = if open.is_empty() || (open.len() < shown.len() && open.ends_with(' ')) {
            open.trim_end()
        } else {
            shown
                .strip_prefix("**")
                .and_then(|inner| inner.strip_suffix("**"))
                .map(str::trim)
                .filter(|inner| !inner.is_empty() && !inner.contains("**"))
                .unwrap_or(shown)
        };
        if shorter.len() == shown.len() {
            break;
        }
        shown = shorter;
    }
    (!shown.is_empty()).then(|| shown.to_owned())
}

/// The text of a paragraph that is italic as a whole.
fn dek(paragraph: &str) -> Option<String> {
    let mark = paragraph
        .chars()
        .next()
        .filter(|c| matches!(c, '*' | '_'))?;
    let inner = paragraph.strip_prefix(mark)?.strip_suffix(mark)?;
    // `* item` and `**bold**` are no italics.
    if inner.starts_with(char::is_whitespace) || inner.ends_with(char::is_whitespace) {
        return None;
    }
    let mut text = String::with_capacity(inner.len());
    let mut chars = inner.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => match chars.next() {
                Some(escaped @ ('\\' | '*' | '_')) => text.push(escaped),
                // The closing mark was escaped.
                None => return None,
                Some(other) => text.extend(['\\', other]),
            },
            c if c == mark => return None,
            c => text.push(c),
        }
    }
    let text = one_line(&text);
    (!text.is_empty()).then_some(text)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn article(headline: Option<&str>, dek: Option<&str>, body: &str) -> Article {
        Article {
            headline: headline.map(str::to_owned),
            dek: dek.map(str::to_owned),
            body: body.to_owned(),
        }
    }

    #[test]
    fn every_part_is_optional() {
        for (text, expected) in [
            (
                "# H\n\n*D*\n\nBody.\n",
                article(Some("H"), Some("D"), "Body.\n"),
            ),
            ("# H\n\nBody.", article(Some("H"), None, "Body.")),
            ("*D*\n\nBody.", article(None, Some("D"), "Body.")),
            (
                "Body *with* italics.",
                article(None, None, "Body *with* italics."),
            ),
            ("", article(None, None, "")),
            // A dek needs no blank line before it.
            (
                "\u{feff}\n# 渡轮\n_周五起。_\n\n正文",
                article(Some("渡轮"), Some("周五起。"), "正文"),
            ),
            (
                "# H\r\n\r\n*Two\r\nlines*\r\n\r\nB",
                article(Some("H"), Some("Two lines"), "B"),
            ),
            ("# **H** #\n\n## Sub", article(Some("H"), None, "## Sub")),
            ("# C#\n", article(Some("C#"), None, "")),
            ("#tag\n\nx", article(None, None, "#tag\n\nx")),
            ("#\n\nx", article(None, None, "#\n\nx")),
            (
                "# H\n\n**Bold.**\n\nx",
                article(Some("H"), None, "**Bold.**\n\nx"),
            ),
            (
                "# H\n\n*a* and *b*\n\nx",
                article(Some("H"), None, "*a* and *b*\n\nx"),
            ),
            ("# H\n\n* item*\n", article(Some("H"), None, "* item*\n")),
            (
                "# H\n\n*5\\* hotel*\n",
                article(Some("H"), Some("5* hotel"), ""),
            ),
        ] {
            assert_eq!(Article::parse(text), expected, "{text:?}");
        }
    }

    #[test]
    fn half_a_dek_is_body_until_it_is_closed() {
        assert_eq!(
            Article::parse("# H\n\n*Half a"),
            article(Some("H"), None, "*Half a")
        );
    }

    #[test]
    fn line_breaks_cannot_leave_their_part() {
        let text = article(Some("Two\nlines"), Some("x\n\n# y"), "Body").to_markdown();
        assert_eq!(text, "# Two lines\n\n*x # y*\n\nBody");
    }

    proptest! {
        #[test]
        fn parsed_articles_round_trip(text in "([#*_\\\\ a汉\\n]|\\r\\n|# |\\*\\*|\\n\\n|\\PC){0,60}") {
            let first = Article::parse(&text);
            let printed = first.to_markdown();
            prop_assert_eq!(&Article::parse(&printed), &first, "{:?}", printed);
        }

        #[test]
        fn headline_and_dek_round_trip(
            headline in "[a-z汉]([a-z汉*_\\\\ ]{0,20}[a-z汉])?", dek in "[a-z汉]([a-z汉*_\\\\ #]{0,20}[a-z汉])?"
        ) {
            let first = article(Some(&one_line(&headline)), Some(&one_line(&dek)), "Body.\n");
            prop_assert_eq!(Article::parse(&first.to_markdown()), first);
        }

        #[test]
        fn no_text_fails(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let text = String::from_utf8_lossy(&bytes);
            let parsed = Article::parse(&text);
            prop_assert!(parsed.body.is_empty() || text.ends_with(&parsed.body));
        }
    }
}
