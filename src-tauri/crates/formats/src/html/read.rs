//! Pages of other programs as Markdown.
//!
//! The text of the page's article, or of all of it: headings, paragraphs, emphasis, links to other
//! places, lists, quotes, code, tables. Scripts, styles, menus and forms are left out. A picture is
//! named by what is said of it and never fetched: that would tell a stranger who reads the page.

use std::collections::HashMap;

use dom_query::{Document, NodeRef};
use encoding_rs::Encoding;
use inkstone_manuscript::DocumentKind;

use crate::{
    FormatError,
    import::{Found, Imported, Known, Report},
    plain,
    prose::{self, Block, Run, Style, Tally},
    prose_text, script_text,
};

/// What is nested deeper is read as plain text.
const DEEPEST: usize = 120;

/// Elements that may be open at one place; a page with more is read without a tree.
const MOST_OPEN: u32 = 500;

/// Nodes that a page may grow to.
const MOST_NODES: u64 = 3_000_000;

/// Bytes at the top in which a page names its encoding (the HTML standard looks at 1,024).
const HEAD: usize = 4_096;

/// Whether bytes look like a page.
pub(crate) fn recognises(bytes: &[u8]) -> bool {
    let head = String::from_utf8_lossy(&bytes[..bytes.len().min(HEAD)]).to_ascii_lowercase();
    let head = head.trim_start_matches(['\u{feff}', ' ', '\n', '\r', '\t']);
    head.starts_with("<!doctype html") || head.starts_with("<html")
}

/// Reads a page.
///
/// # Errors
/// [`FormatError::NotThis`] for a page without text, and What [`plain::detect`] says of its text.
pub fn read(bytes: &[u8], known: Known<'_>) -> Result<Imported, FormatError> {
    let chosen = known.encoding.map(plain::chosen).transpose()?;
    let decoded = match chosen.or_else(|| named(bytes)) {
        Some(encoding) => plain::decode_in(bytes, encoding)?,
        None => plain::detect(bytes)?,
    };
    if !tame(&decoded.text) {
        let mut imported = prose_text::prose(&words_of(&decoded.text), "html");
        imported.kind = known.kind.unwrap_or(DocumentKind::News);
        imported.report.encoding = Some(decoded.encoding);
        imported.report.sure = decoded.sure;
        return Ok(imported);
    }
    let page = Document::from(decoded.text.as_str());
    let title = page
        .select_single("title")
        .nodes()
        .first()
        .map(|node| node.text().split_whitespace().collect::<Vec<_>>().join(" "))
        .filter(|title| !title.is_empty());
    let articles = page.select("article");
    let top = match articles.nodes() {
        [article] => Some(*article),
        _ => page.select_single("main").nodes().first().copied(),
    };
    let mut reader = Reader::default();
    if let Some(top) = top.or_else(|| page.body()) {
        reader.children(&top, &Style::default(), 0);
        reader.close();
    }
    let lines = prose::lines_of(&reader.blocks);
    if known.is_script(|| script_text::recognises(&lines)) {
        let mut script = script_text::read(&lines);
        script.title = script.title.or(title);
        script.report.format = "html";
        script.report.encoding = Some(decoded.encoding);
        script.report.sure = decoded.sure;
        return Ok(script);
    }
    if reader.blocks.is_empty() {
        return Err(FormatError::NotThis {
            format: "HTML",
            detail: "no text in the page".to_owned(),
        });
    }
    let tally = Tally::of(&reader.blocks);
    let heading = reader.blocks.iter().find_map(|block| match block {
        Block::Heading(_, runs) => Some(prose::plain(runs)),
        _ => None,
    });
    if reader.blocks.is_empty() {
        return Err(FormatError::NotThis {
            format: "HTML",
            detail: "no text in it".to_owned(),
        });
    }
    Ok(Imported {
        kind: known.kind.unwrap_or(DocumentKind::News),
        text: prose::markdown(&reader.blocks),
        title: heading.or(title),
        keeps_file: false,
        report: Report {
            format: "html",
            found: found(&tally),
            unsure: Vec::new(),
            encoding: Some(decoded.encoding),
            sure: decoded.sure,
        },
    })
}

/// A piece of a page as Markdown, without a line end behind it; empty where there are no words.
pub fn fragment(html: &str) -> String {
    if !tame(html) {
        return words_of(html).trim_end().to_owned();
    }
    let page = Document::from(html);
    let mut reader = Reader::default();
    if let Some(top) = page.body() {
        reader.children(&top, &Style::default(), 0);
        reader.close();
    }
    prose::markdown(&reader.blocks).trim_end().to_owned()
}

/// What was found, for a report.
pub(crate) fn found(tally: &Tally) -> Vec<(Found, usize)> {
    vec![
        (Found::Headings, tally.headings),
        (Found::Paragraphs, tally.paragraphs),
        (Found::Tables, tally.tables),
        (Found::Footnotes, tally.footnotes),
        (Found::Images, tally.images),
        (Found::Comments, tally.comments),
    ]
}

/// The encoding that a page names.
fn named(bytes: &[u8]) -> Option<&'static Encoding> {
    if Encoding::for_bom(bytes).is_some() {
        return None;
    }
    let head = String::from_utf8_lossy(&bytes[..bytes.len().min(HEAD)]).to_ascii_lowercase();
    let (_, after) = head.split_once("charset=")?;
    let label: String = after
        .trim_start_matches(['"', '\'', ' '])
        .chars()
        .take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | ':'))
        .collect();
    // A page that could be read this far is no UTF-16, whatever it says (HTML standard, 13.2.3.2).
    Encoding::for_label(label.as_bytes()).map(|encoding| {
        if encoding == encoding_rs::UTF_16LE || encoding == encoding_rs::UTF_16BE {
            encoding_rs::UTF_8
        } else {
            encoding
        }
    })
}

/// The tags of a page, one after another: where each begins and ends, its name in lower case, and
/// whether it closes. Comments have no name.
fn tags(page: &str) -> impl Iterator<Item = (usize, usize, String, bool)> {
    let mut at = 0;
    std::iter::from_fn(move || {
        loop {
            let open = at + page[at..].find('<')?;
            let rest = &page[open + 1..];
            if rest.starts_with("!--") {
                let end = rest
                    .find("-->")
                    .map_or(page.len(), |end| open + 1 + end + 3);
                at = end;
                return Some((open, end, String::new(), false));
            }
            let closes = rest.starts_with('/');
            let rest = rest.trim_start_matches('/');
            let letters = |c: &char| c.is_ascii_alphanumeric();
            let name: String = rest.chars().take_while(letters).take(16).collect();
            if name.is_empty() && !rest.starts_with(['!', '?']) {
                at = open + 1;
                continue;
            }
            let end = rest
                .find('>')
                .map_or(page.len(), |end| page.len() - rest.len() + end + 1);
            at = end;
            return Some((open, end, name.to_ascii_lowercase(), closes));
        }
    })
}

/// Whether the tree of a page stays within bounds. The rules by which a browser mends a page can
/// make many elements of one: each paragraph opens again what was open before it.
fn tame(page: &str) -> bool {
    let mut open: HashMap<String, u32> = HashMap::new();
    let (mut deep, mut formats, mut nodes) = (0_u32, 0_u32, 0_u64);
    for (_, _, name, closes) in tags(page) {
        let format = matches!(
            name.as_str(),
            "a" | "b"
                | "big"
                | "code"
                | "em"
                | "font"
                | "i"
                | "nobr"
                | "s"
                | "small"
                | "strike"
                | "strong"
                | "tt"
                | "u"
        );
        let counts = !matches!(
            name.as_str(),
            "" | "p"
                | "li"
                | "td"
                | "th"
                | "tr"
                | "dt"
                | "dd"
                | "option"
                | "tbody"
                | "thead"
                | "br"
                | "tfoot"
                | "img"
                | "hr"
                | "meta"
                | "link"
                | "input"
                | "col"
                | "area"
                | "base"
                | "wbr"
                | "embed"
                | "param"
                | "source"
                | "track"
                | "doctype"
                | "colgroup"
        );
        if counts && closes {
            if let Some(count) = open.get_mut(&name).filter(|count| **count > 0) {
                *count -= 1;
                deep -= 1;
                formats -= u32::from(format);
            }
        } else if counts {
            *open.entry(name).or_default() += 1;
            deep += 1;
            formats += u32::from(format);
        }
        nodes += 2 + u64::from(formats);
        if deep > MOST_OPEN || nodes > MOST_NODES {
            return false;
        }
    }
    true
}

/// Elements whose words stand apart.
const PARTS: [&str; 8] = ["p", "div", "tr", "li", "h1", "h2", "h3", "td"];

/// The words of a page without its tags, scripts and styles.
fn words_of(page: &str) -> String {
    let mut out = String::new();
    let (mut at, mut hidden) = (0, None::<String>);
    let end = (page.len(), page.len(), String::new(), false);
    for (open, close, name, closes) in tags(page).chain([end]) {
        if hidden.is_none() {
            let words = prose::folded(&page[at..open]);
            // What is written after an ampersand is no name of its own, so that goes last.
            let words = words
                .replace("&lt;", "<")
                .replace("&gt;", ">")
                .replace("&nbsp;", " ")
                .replace("&quot;", "\"")
                .replace("&amp;", "&");
            out.push_str(if out.ends_with(['\n', ' ']) {
                words.trim_start()
            } else {
                &words
            });
        }
        at = close;
        match &hidden {
            Some(waits) if closes && *waits == name => hidden = None,
            None if !closes && matches!(name.as_str(), "script" | "style" | "head") => {
                hidden = Some(name);
            }
            None if PARTS.contains(&name.as_str()) && !out.is_empty() && !out.ends_with("\n\n") => {
                out.push_str("\n\n");
            }
            None if name == "br" => out.push('\n'),
            _ => {}
        }
    }
    format!("{}\n", out.trim())
}

#[derive(Default)]
struct Reader {
    blocks: Vec<Block>,
    /// The paragraph that is being read.
    runs: Vec<Run>,
    /// The lists around: the number of the next item where items are numbered.
    lists: Vec<Option<u32>>,
    /// The item that the paragraph belongs to, until its first paragraph is written.
    item: Option<(usize, Option<u32>)>,
    quotes: usize,
    heading: Option<usize>,
}

impl Reader {
    /// Ends the paragraph.
    fn close(&mut self) {
        let runs = std::mem::take(&mut self.runs);
        if prose::is_empty(&runs) {
            return;
        }
        let block = match (self.heading, self.item.take()) {
            (Some(level), _) => Block::Heading(level, runs),
            (None, Some((depth, number))) => Block::Item(depth, number, runs),
            (None, None) => Block::Paragraph(self.quotes, runs),
        };
        self.blocks.push(block);
    }

    fn text(&mut self, text: &str, style: &Style) {
        let mut text = prose::folded(text);
        let open = match self.runs.last() {
            Some(Run::Text(before, _)) => before.ends_with([' ', '\n']),
            Some(_) => false,
            None => true,
        };
        if open {
            text = text.trim_start_matches(' ').to_owned();
        }
        if !text.is_empty() {
            self.runs.push(Run::Text(text, style.clone()));
        }
    }

    fn children(&mut self, node: &NodeRef, style: &Style, depth: usize) {
        if depth > DEEPEST {
            self.text(&node.text(), style);
            return;
        }
        for child in node.children_it(false) {
            if child.is_text() {
                self.text(&child.text(), style);
            } else if child.is_element() {
                self.element(&child, style, depth + 1);
            }
        }
    }

    fn block(&mut self, node: &NodeRef, style: &Style, depth: usize) {
        self.close();
        self.children(node, style, depth);
        self.close();
    }

    fn element(&mut self, node: &NodeRef, style: &Style, depth: usize) {
        let name = node.node_name().unwrap_or_default();
        match name.as_ref() {
            "script" | "style" | "noscript" | "template" | "nav" | "aside" | "form" | "button"
            | "svg" | "math" | "iframe" | "object" | "video" | "audio" | "canvas" | "select"
            | "textarea" | "input" | "dialog" | "head" => {}
            "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => {
                self.close();
                let level = name
                    .as_bytes()
                    .get(1)
                    .map_or(1, |digit| usize::from(digit - b'0'));
                self.heading = Some(level);
                self.children(node, style, depth);
                self.close();
                self.heading = None;
            }
            "br" => self.runs.push(Run::Text("\n".to_owned(), style.clone())),
            "hr" => {
                self.close();
                self.blocks.push(Block::Rule);
            }
            "img" => {
                let about = node.attr("alt").or_else(|| node.attr("title"));
                let about = about.map(|about| about.to_string()).unwrap_or_default();
                if !about.trim().is_empty() {
                    self.runs.push(Run::Image(about));
                }
            }
            "b" | "strong" => self.styled(node, style, depth, |style| {
                style.bold = true;
                as_set(node, style);
            }),
            "i" | "em" | "cite" | "dfn" => self.styled(node, style, depth, |style| {
                style.italic = true;
                as_set(node, style);
            }),
            "span" | "font" => self.styled(node, style, depth, |style| as_set(node, style)),
            "s" | "del" | "strike" => {
                self.styled(node, style, depth, |style| style.strike = true);
            }
            "code" | "kbd" | "samp" | "tt" => {
                self.styled(node, style, depth, |style| style.code = true);
            }
            "a" => {
                let link = node.attr("href").map(|link| link.trim().to_owned());
                let leads = |link: &String| {
                    let link = link.to_ascii_lowercase();
                    ["http://", "https://", "mailto:"]
                        .iter()
                        .any(|s| link.starts_with(s))
                };
                let link = link.filter(leads);
                self.styled(node, style, depth, |style| style.link = link);
            }
            "blockquote" => {
                self.close();
                self.quotes += 1;
                self.block(node, style, depth);
                self.quotes -= 1;
            }
            "pre" => {
                self.close();
                self.blocks.push(Block::Code(node.text().to_string()));
            }
            "ul" | "ol" | "menu" => {
                self.close();
                let start = node.attr("start").and_then(|start| start.parse().ok());
                let numbered = name.as_ref() == "ol";
                self.lists.push(numbered.then(|| start.unwrap_or(1)));
                self.block(node, style, depth);
                self.lists.pop();
            }
            "li" => {
                self.close();
                let depth_of_list = self.lists.len().saturating_sub(1);
                let number = match self.lists.last_mut() {
                    Some(Some(next)) => {
                        let number = *next;
                        *next = next.saturating_add(1);
                        Some(number)
                    }
                    _ => None,
                };
                self.item = Some((depth_of_list, number));
                self.block(node, style, depth);
                self.item = None;
            }
            "table" => {
                self.close();
                self.table(node, style, depth);
            }
            "p" | "div" | "section" | "article" | "main" | "header" | "footer" | "figure"
            | "figcaption" | "dl" | "dt" | "dd" | "address" | "details" | "summary" | "tr"
            | "center" | "fieldset" | "body" | "hgroup" => self.block(node, style, depth),
            _ => self.children(node, style, depth),
        }
    }

    fn styled(
        &mut self,
        node: &NodeRef,
        style: &Style,
        depth: usize,
        set: impl FnOnce(&mut Style),
    ) {
        let mut style = style.clone();
        set(&mut style);
        self.children(node, &style, depth);
    }

    fn table(&mut self, node: &NodeRef, style: &Style, depth: usize) {
        let mut rows = Vec::new();
        rows_of(node, depth, &mut rows);
        let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
        // A table of one column sets a page, it tells nothing.
        if columns <= 1 {
            for cell in rows.into_iter().flatten() {
                self.block(&cell, style, depth + 1);
            }
            return;
        }
        let mut table = Vec::new();
        for row in rows {
            let mut cells = Vec::new();
            for cell in row {
                let mut inner = Reader::default();
                inner.children(&cell, style, depth + 1);
                inner.close();
                cells.push(joined(inner.blocks));
            }
            table.push(cells);
        }
        if table.iter().flatten().any(|cell| !prose::is_empty(cell)) {
            self.blocks.push(Block::Table(table));
        }
    }
}

/// What an element says of itself in CSS: word processors on the web format only so, and one of them
/// wraps all that it copies in a `<b>` that is none.
fn as_set(node: &NodeRef, style: &mut Style) {
    let Some(css) = node.attr("style") else {
        return;
    };
    for (name, value) in css.split(';').filter_map(|part| part.split_once(':')) {
        let value = value.trim().to_ascii_lowercase();
        match name.trim().to_ascii_lowercase().as_str() {
            "font-weight" => {
                let heavy = value.parse().map(|weight: u32| weight >= 600);
                style.bold = heavy.unwrap_or(matches!(value.as_str(), "bold" | "bolder"));
            }
            "font-style" => style.italic = matches!(value.as_str(), "italic" | "oblique"),
            "text-decoration" | "text-decoration-line" => {
                style.strike |= value.contains("line-through");
            }
            _ => {}
        }
    }
}

/// The cells of a table's rows, those of tables inside of it left out.
fn rows_of<'a>(node: &NodeRef<'a>, depth: usize, rows: &mut Vec<Vec<NodeRef<'a>>>) {
    if depth > DEEPEST {
        return;
    }
    for child in node.children_it(false) {
        match child.node_name().unwrap_or_default().as_ref() {
            "tr" => {
                let cells = child.children_it(false);
                let cells = cells.filter(|cell| cell.has_name("td") || cell.has_name("th"));
                rows.push(cells.collect());
            }
            "thead" | "tbody" | "tfoot" => rows_of(&child, depth + 1, rows),
            _ => {}
        }
    }
}

/// Blocks in a cell, which holds a line.
pub(crate) fn joined(blocks: Vec<Block>) -> Vec<Run> {
    let mut runs = Vec::new();
    for block in blocks {
        let more = match block {
            Block::Heading(_, more)
            | Block::Paragraph(_, more)
            | Block::Item(_, _, more)
            | Block::Footnote(_, more) => more,
            Block::Table(rows) => rows.into_iter().flatten().flatten().collect(),
            Block::Code(text) => {
                let style = Style {
                    code: true,
                    ..Style::default()
                };
                vec![Run::Text(text, style)]
            }
            Block::Rule => continue,
        };
        if !runs.is_empty() {
            runs.push(Run::Text(" ".to_owned(), Style::default()));
        }
        runs.extend(more);
    }
    runs
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(html: &str) -> String {
        read(html.as_bytes(), Known::default()).unwrap().text
    }

    #[test]
    fn a_page_becomes_markdown() {
        let page = "<!doctype html><html><head><title>Site</title><style>p{}</style></head><body>\
            <nav><a href='/'>Home</a></nav><article><h1>Night  ferry</h1><p>It <b>runs </b>again\
            <br>from <a href='https://example.org'>Monday</a>, <em>says</em> <a href='/rel'>Vega</a>.</p>\
            <ul><li>One</li><li><p>Two</p><ol start=3><li>Deep</li></ol></li></ul>\
            <blockquote><p>Said so.</p></blockquote><pre>a  b\n c</pre>\
            <img src='https://tracker.example/x.png' alt='The pier'>\
            <table><tr><th>A</th><th>B</th></tr><tr><td>1</td><td><p>2</p></td></tr></table>\
            <script>alert(1)</script></article><footer>Legal</footer></body></html>";
        let imported = read(page.as_bytes(), Known::default()).unwrap();
        assert_eq!(imported.title.as_deref(), Some("Night ferry"));
        assert_eq!(
            imported.text,
            "# Night ferry\n\nIt **runs** again\\\nfrom [Monday](https://example.org), *says* Vega.\n\n\
             - One\n- Two\n   3. Deep\n\n> Said so.\n\n```\na  b\n c\n```\n\n![The pier]()\n\n\
             | A | B |\n| --- | --- |\n| 1 | 2 |\n"
        );
        assert!(!imported.text.contains("tracker"));
    }

    #[test]
    fn what_is_copied_elsewhere_becomes_markdown() {
        // As a browser gives it.
        assert_eq!(
            fragment(
                "<meta charset='utf-8'><p>The <strong>night</strong> ferry, \
                 <a href=\"https://example.org/t\">says</a> <em>Vega</em>.</p><ul><li>One</li></ul>"
            ),
            "The **night** ferry, [says](https://example.org/t) *Vega*.\n\n- One"
        );
        // As a word processor on the web does.
        assert_eq!(
            fragment(
                "<meta charset=\"utf-8\"><b style=\"font-weight:normal;\" id=\"docs-internal-guid-1\">\
                 <h2 dir=\"ltr\"><span style=\"font-weight:400;\">Tides</span></h2><p dir=\"ltr\">\
                 <span style=\"font-weight:400;font-style:normal\">Low at </span>\
                 <span style=\"font-weight:700\">nine</span><span style=\"font-style:italic\"> or so\
                 </span><span style=\"text-decoration:line-through\">ten</span></p></b>"
            ),
            "## Tides\n\nLow at **nine** *or so*~~ten~~"
        );
        // A line of Chinese without a block around it, and nothing at all.
        assert_eq!(fragment("<span>夜航<b>渡轮</b>。</span>"), "夜航**渡轮**。");
        assert_eq!(fragment("<!--StartFragment--><img src=x>"), "");
        let deep = "<div><b>".repeat(50_000) + "x";
        assert!(fragment(&deep).contains('x'));
    }

    #[test]
    fn encodings_that_a_page_names_are_used() {
        let (bytes, _, _) = encoding_rs::BIG5.encode(
            "<html><head><meta charset=\"big5\"></head><body><p>夜裡潮水很高</p></body></html>",
        );
        assert_eq!(
            read(&bytes, Known::default()).unwrap().text,
            "夜裡潮水很高\n"
        );
        let lies = "<html><meta charset=utf-16><p>夜里</p></html>";
        assert_eq!(text(lies), "夜里\n");
    }

    #[test]
    fn layout_tables_and_loose_text_are_paragraphs() {
        assert_eq!(
            text(
                "<html><table><tr><td>One<div>Two</div></td></tr></table>loose <i>text</i></html>"
            ),
            "One\n\nTwo\n\nloose *text*\n"
        );
    }

    #[test]
    fn hostile_pages_are_read_in_bounded_time() {
        let deep = format!("<html>{}x", "<div><b>".repeat(50_000));
        assert!(text(&deep).contains('x'));
        // Each paragraph would open all that is open again.
        let again: String = (0..400).map(|n| format!("<b id={n}>")).collect();
        let again = format!(
            "<html>{again}{}<p>&lt;y&amp;lt;</html>",
            "<p>x".repeat(100_000)
        );
        assert!(text(&again).ends_with("x\n\n<y&lt;\n"));
        let tables = format!("<html>{}x", "<table><tr><td>".repeat(5_000));
        let _ = text(&tables);
        for broken in [
            "<html",
            "<html><a href=",
            "<html>&#xffffff;</p></p><li><td>",
            "<!doctype html>",
        ] {
            let _ = read(broken.as_bytes(), Known::default());
        }
        assert!(read(b"<html>\0\x01\x02", Known::default()).is_err());
    }
}
