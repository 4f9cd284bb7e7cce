//! Prose on its way into Markdown: what the readers of DOCX and HTML find, and how it is written.

/// How a run of text is set.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Style {
    pub bold: bool,
    pub italic: bool,
    pub strike: bool,
    pub code: bool,
    /// Where it leads.
    pub link: Option<String>,
}

/// A part of a paragraph.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Run {
    /// Text in one style; `\n` breaks the line.
    Text(String, Style),
    /// A picture that is not here, by what is said of it.
    Image(String),
    /// A footnote, by its label.
    Footnote(String),
    /// A comment on the text before it: who wrote it, and what.
    Comment(String, String),
}

/// A block of prose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Block {
    /// A heading of level 1 to 6.
    Heading(usize, Vec<Run>),
    /// A paragraph inside of as many quotes.
    Paragraph(usize, Vec<Run>),
    /// An item of a list: how deep it stands, its number where it has one, its text.
    Item(usize, Option<u32>, Vec<Run>),
    /// Text as it stands.
    Code(String),
    /// Rows of cells, the header first.
    Table(Vec<Vec<Vec<Run>>>),
    /// A line across.
    Rule,
    /// The text of a footnote.
    Footnote(String, Vec<Run>),
}

/// How deep lists and quotes are shown; deeper ones are shown at this depth.
const DEEPEST: usize = 8;

/// What was found in a document, for the report.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    pub headings: usize,
    pub paragraphs: usize,
    pub tables: usize,
    pub footnotes: usize,
    pub images: usize,
    pub comments: usize,
}

impl Tally {
    pub fn of(blocks: &[Block]) -> Self {
        let mut tally = Self::default();
        for block in blocks {
            match block {
                Block::Heading(..) => tally.headings += 1,
                Block::Table(_) => tally.tables += 1,
                Block::Footnote(..) => tally.footnotes += 1,
                Block::Rule => {}
                _ => tally.paragraphs += 1,
            }
            for run in runs_of(block) {
                match run {
                    Run::Image(_) => tally.images += 1,
                    Run::Comment(..) => tally.comments += 1,
                    _ => {}
                }
            }
        }
        tally
    }
}

fn runs_of(block: &Block) -> Box<dyn Iterator<Item = &Run> + '_> {
    match block {
        Block::Heading(_, runs)
        | Block::Paragraph(_, runs)
        | Block::Item(_, _, runs)
        | Block::Footnote(_, runs) => Box::new(runs.iter()),
        Block::Table(rows) => Box::new(rows.iter().flatten().flatten()),
        Block::Code(_) | Block::Rule => Box::new(std::iter::empty()),
    }
}

/// The plain text of a row of runs, on one line.
pub(crate) fn plain(runs: &[Run]) -> String {
    let text: String = runs
        .iter()
        .filter_map(|run| match run {
            Run::Text(text, _) => Some(text.as_str()),
            _ => None,
        })
        .collect();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The blocks as lines without marks, a blank line between them, for what is a script. Lines that
/// a break divides stay lines, and text as it stands keeps its indents.
pub(crate) fn lines_of(blocks: &[Block]) -> String {
    let mut out = String::new();
    for block in blocks {
        let text: String = match block {
            Block::Code(text) => text.clone(),
            _ => runs_of(block)
                .filter_map(|run| match run {
                    Run::Text(text, _) => Some(text.as_str()),
                    _ => None,
                })
                .collect(),
        };
        for line in text.lines() {
            out.push_str(line.trim_end());
            out.push('\n');
        }
        out.push('\n');
    }
    out
}

/// Whether anything of it would be seen.
pub(crate) fn is_empty(runs: &[Run]) -> bool {
    !runs.iter().any(|run| match run {
        Run::Text(text, _) => !text.trim().is_empty(),
        _ => true,
    })
}

/// Writes blocks as Markdown. What has a meaning in Markdown and is text here gets a backslash.
pub(crate) fn markdown(blocks: &[Block]) -> String {
    let mut out = String::new();
    let mut list = false;
    for block in blocks {
        let item = matches!(block, Block::Item(..));
        if !out.is_empty() {
            out.push_str(if item && list { "\n" } else { "\n\n" });
        }
        list = item;
        match block {
            Block::Heading(level, runs) => {
                out.push_str(&"#".repeat((*level).clamp(1, 6)));
                out.push(' ');
                out.push_str(&inline(runs).replace("\\\n", " "));
            }
            Block::Paragraph(quotes, runs) => {
                let mark = "> ".repeat((*quotes).min(DEEPEST));
                out.push_str(&lines(&started(&inline(runs)), &mark, &mark));
            }
            Block::Item(depth, number, runs) => {
                let indent = "   ".repeat((*depth).min(DEEPEST));
                let mark = number.map_or_else(|| "- ".to_owned(), |n| format!("{n}. "));
                let first = format!("{indent}{mark}");
                let rest = format!("{indent}{}", " ".repeat(mark.len()));
                out.push_str(&lines(&started(&inline(runs)), &first, &rest));
            }
            Block::Code(text) => {
                let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
                let fence = "`".repeat(longest.max(2) + 1);
                let text = text.trim_end_matches('\n');
                out.push_str(&format!("{fence}\n{text}\n{fence}"));
            }
            Block::Table(rows) => out.push_str(&table(rows)),
            Block::Rule => out.push_str("---"),
            Block::Footnote(label, runs) => {
                out.push_str(&lines(&inline(runs), &format!("[^{label}]: "), "    "));
            }
        }
    }
    if !out.is_empty() {
        out.push('\n');
    }
    out
}

fn lines(text: &str, first: &str, rest: &str) -> String {
    let mut out = String::new();
    for (n, line) in text.split('\n').enumerate() {
        if n > 0 {
            out.push('\n');
        }
        out.push_str(if n == 0 { first } else { rest });
        out.push_str(line);
    }
    out
}

fn table(rows: &[Vec<Vec<Run>>]) -> String {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let row = |cells: &[Vec<Run>]| {
        let mut line = String::from("|");
        for at in 0..columns {
            let cell = cells.get(at).map(|runs| inline(runs)).unwrap_or_default();
            let cell = cell.replace("\\\n", " ").replace('\n', " ");
            line.push_str(&format!(" {} |", cell.replace('|', "\\|")));
        }
        line
    };
    let mut out = Vec::new();
    for (n, cells) in rows.iter().enumerate() {
        out.push(row(cells));
        if n == 0 {
            out.push(format!("|{}", " --- |".repeat(columns)));
        }
    }
    out.join("\n")
}

/// A paragraph that begins as something else would gets a backslash before it.
fn started(text: &str) -> String {
    let digits = text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let rest = &text[digits..];
    if (1..=9).contains(&digits) && (rest.starts_with(". ") || rest.starts_with(") ")) {
        return format!("{}\\{rest}", &text[..digits]);
    }
    let bullet = text.strip_prefix(['-', '+']);
    let mark = text.starts_with(['#', '>', '|', '=', '~'])
        || bullet.is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '-']));
    if mark {
        format!("\\{text}")
    } else {
        text.to_owned()
    }
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut before = ' ';
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        let next = rest.peek().copied().unwrap_or(' ');
        let escape = match c {
            '\\' | '`' | '*' | '[' | ']' => true,
            // Inside of a word it is a letter.
            '_' => !(before.is_alphanumeric() && next.is_alphanumeric()),
            '<' => next.is_alphabetic() || matches!(next, '/' | '!' | '?'),
            '&' => next == '#' || next.is_alphabetic(),
            '~' => next == '~' || before == '~',
            _ => false,
        };
        if escape {
            out.push('\\');
        }
        if c == '\n' {
            out.push('\\');
        }
        out.push(c);
        before = c;
    }
    out
}

fn address(link: &str) -> String {
    if link.contains(['(', ')', '<', '>']) || link.contains(char::is_whitespace) {
        let safe = link.replace('<', "%3C").replace('>', "%3E");
        let safe: Vec<&str> = safe.split_whitespace().collect();
        format!("<{}>", safe.join("%20"))
    } else {
        link.to_owned()
    }
}

/// Runs as a line of Markdown. Marks stand at letters, white space outside of them.
pub(crate) fn inline(runs: &[Run]) -> String {
    let mut out = String::new();
    let mut at = 0;
    while let Some(run) = runs.get(at) {
        at += 1;
        let (text, style) = match run {
            Run::Text(text, style) => {
                let mut text = text.clone();
                while let Some(Run::Text(more, same)) = runs.get(at)
                    && same == style
                {
                    text.push_str(more);
                    at += 1;
                }
                (text, style)
            }
            Run::Image(about) => {
                let about = about.split_whitespace().collect::<Vec<_>>().join(" ");
                // Without an address: looking at the text must ask nobody for a picture.
                out.push_str(&format!("![{}]()", escaped(&about)));
                continue;
            }
            Run::Footnote(label) => {
                out.push_str(&format!("[^{label}]"));
                continue;
            }
            Run::Comment(who, text) => {
                let text = format!("{who}: {text}").replace("--", "- -");
                let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
                out.push_str(&format!("<!-- {} -->", text.trim_start_matches(": ")));
                continue;
            }
        };
        let body = text.trim();
        if body.is_empty() {
            out.push_str(if text.contains('\n') { "\\\n" } else { &text });
            continue;
        }
        let start = &text[..text.len() - text.trim_start().len()];
        let end = &text[start.len() + body.len()..];
        out.push_str(&start.replace('\n', "\\\n"));
        let mut inner = if style.code {
            let longest = body.split(|c| c != '`').map(str::len).max().unwrap_or(0);
            let fence = "`".repeat(longest + 1);
            let pad = if body.starts_with('`') || body.ends_with('`') {
                " "
            } else {
                ""
            };
            format!("{fence}{pad}{}{pad}{fence}", body.replace('\n', " "))
        } else {
            escaped(body)
        };
        for (on, mark) in [
            (style.strike, "~~"),
            (style.italic, "*"),
            (style.bold, "**"),
        ] {
            if on && !style.code {
                inner = format!("{mark}{inner}{mark}");
            }
        }
        if let Some(link) = &style.link {
            inner = format!("[{inner}]({})", address(link));
        }
        out.push_str(&inner);
        out.push_str(&end.replace('\n', "\\\n"));
    }
    // A line break at the end breaks nothing.
    let mut out = out.trim_end().to_owned();
    while let Some(shorter) = out.strip_suffix('\\').filter(|s| !s.ends_with('\\')) {
        out = shorter.trim_end().to_owned();
    }
    out.trim_start().to_owned()
}

/// Words that white space was folded in, as a page shows them.
pub(crate) fn folded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut gap = false;
    for c in text.chars() {
        if matches!(c, ' ' | '\t' | '\n' | '\r' | '\u{c}') {
            gap = true;
            continue;
        }
        if std::mem::take(&mut gap) {
            out.push(' ');
        }
        out.push(c);
    }
    if gap {
        out.push(' ');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Run {
        Run::Text(text.to_owned(), Style::default())
    }

    fn bold(text: &str) -> Run {
        let style = Style {
            bold: true,
            ..Style::default()
        };
        Run::Text(text.to_owned(), style)
    }

    #[test]
    fn marks_stand_at_letters_and_runs_of_one_style_are_one() {
        let runs = [text("The "), bold("night "), bold("ferry "), text("runs.")];
        assert_eq!(inline(&runs), "The **night ferry** runs.");
        assert_eq!(inline(&[bold(" "), text("a")]), "a");
        let link = Style {
            link: Some("https://example.org/a (b)".to_owned()),
            italic: true,
            ..Style::default()
        };
        assert_eq!(
            inline(&[Run::Text("here".to_owned(), link)]),
            "[*here*](<https://example.org/a%20(b)>)"
        );
    }

    #[test]
    fn what_is_text_stays_text() {
        assert_eq!(
            inline(&[text("2 * 3 [a] snake_case _x_ a<b <b> AT&T &amp;")]),
            r"2 \* 3 \[a\] snake_case \_x\_ a\<b \<b> AT\&T \&amp;"
        );
        for (plain, written) in [
            ("# no heading", "\\# no heading"),
            ("1. no list", "1\\. no list"),
            ("- no list", "\\- no list"),
            ("-5 degrees", "-5 degrees"),
            ("1.5 metres", "1.5 metres"),
        ] {
            let block = Block::Paragraph(0, vec![text(plain)]);
            assert_eq!(markdown(&[block]), format!("{written}\n"));
        }
    }

    #[test]
    fn blocks_are_told_apart_and_items_stay_together() {
        let blocks = [
            Block::Heading(1, vec![text("Ferry")]),
            Block::Paragraph(0, vec![text("One\ntwo")]),
            Block::Item(0, None, vec![text("a")]),
            Block::Item(1, Some(2), vec![text("b\nc")]),
            Block::Paragraph(1, vec![text("said\nso")]),
            Block::Code("x ``` y\n".to_owned()),
            Block::Table(vec![
                vec![vec![text("a|b")], vec![text("c")]],
                vec![vec![bold("1")]],
            ]),
            Block::Footnote("1".to_owned(), vec![text("See.")]),
        ];
        assert_eq!(
            markdown(&blocks),
            "# Ferry\n\nOne\\\ntwo\n\n- a\n   2. b\\\n      c\n\n> said\\\n> so\n\n````\nx ``` y\n````\n\n\
             | a\\|b | c |\n| --- | --- |\n| **1** |  |\n\n[^1]: See.\n"
        );
    }
}
