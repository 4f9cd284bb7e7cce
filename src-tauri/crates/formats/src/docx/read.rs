//! Documents of Word and its like as Markdown.
//!
//! Headings, paragraphs, bold, italic and struck text, links, lists, tables, footnotes, endnotes,
//! line breaks, quotes and preformatted text by their styles. Tracked changes are read as accepted;
//! comments stay as `<!-- Name: text -->` behind what they are about. Pictures are named by their
//! description. Headers, footers, page layout, fonts and colours are left out.
//! (ECMA-376 part 1, chapter 17.)

use std::collections::HashMap;

use inkstone_manuscript::DocumentKind;
use roxmltree::Node;

pub(crate) use super::read_parts::recognises;
use super::read_parts::{
    DEEPEST, ParagraphStyle, Parts, above_of, attribute, child, comments, indent_of, is, leads,
    links, list_of, numbering, of_word, styles, switch, value, wrong,
};

use crate::{
    FormatError,
    fdx::xml,
    html::read::{found, joined},
    import::{Found, Imported, Known, Report},
    prose::{self, Block, Run, Style, Tally},
    script_text,
};

/// Reads a document.
///
/// # Errors
/// [`FormatError::NotThis`] for a damaged file, [`FormatError::Xml`] for a damaged part of it,
/// [`FormatError::TooLarge`] beyond the limits.
pub fn read(bytes: &[u8], known: Known<'_>) -> Result<Imported, FormatError> {
    let mut parts = Parts::open(bytes)?;
    let body = parts
        .read("word/document.xml")?
        .ok_or_else(|| wrong("no word/document.xml"))?;
    let mut reader = Reader::default();
    if let Some(xml) = parts.read("word/styles.xml")? {
        reader.styles = styles(&xml)?;
    }
    if let Some(xml) = parts.read("word/numbering.xml")? {
        reader.numbering = numbering(&xml)?;
    }
    if let Some(xml) = parts.read("word/_rels/document.xml.rels")? {
        reader.links = links(&xml)?;
    }
    if let Some(xml) = parts.read("word/comments.xml")? {
        reader.comments = comments(&xml)?;
    }
    let document = xml::parse(&body)?;
    let top = document
        .root_element()
        .children()
        .find(|node| is(*node, "body"))
        .ok_or_else(|| wrong("no body"))?;
    reader.blocks(top, 0);
    if known.is_script(|| script_text::recognises(&reader.lines)) {
        let mut script = script_text::read(&reader.lines);
        script.report.format = "docx";
        return Ok(script);
    }
    for (part, kind, prefix) in [
        ("word/footnotes.xml", "footnote", ""),
        ("word/endnotes.xml", "endnote", "e"),
    ] {
        if let Some(xml) = parts.read(part)? {
            reader.notes(&xml, kind, prefix)?;
        }
    }
    let title = match parts.read("docProps/core.xml")? {
        Some(xml) => xml::parse(&xml)?
            .descendants()
            .find(|node| is(*node, "title"))
            .and_then(|node| node.text().map(str::trim).map(str::to_owned))
            .filter(|title| !title.is_empty()),
        None => None,
    };
    let heading = reader.found.iter().find_map(|block| match block {
        Block::Heading(_, runs) => Some(prose::plain(runs)),
        _ => None,
    });
    let mut report = Report {
        format: "docx",
        found: found(&Tally::of(&reader.found)),
        ..Report::default()
    };
    report.found.push((Found::Changes, reader.changes));
    if reader.found.is_empty() {
        return Err(FormatError::NotThis {
            format: "DOCX",
            detail: "no text in it".to_owned(),
        });
    }
    Ok(Imported {
        kind: known.kind.unwrap_or(DocumentKind::News),
        text: prose::markdown(&reader.found),
        title: heading.or(title),
        keeps_file: false,
        report,
    })
}

#[derive(Default)]
struct Reader {
    styles: HashMap<String, ParagraphStyle>,
    numbering: HashMap<(String, usize), Option<u32>>,
    links: HashMap<String, String>,
    comments: HashMap<String, (String, String)>,
    /// The next number of each list and depth.
    next: HashMap<(String, usize), u32>,
    /// Tracked changes that were taken as accepted.
    changes: usize,
    found: Vec<Block>,
    /// The text as lines, for what is a script.
    lines: String,
    /// The fields that are open: the instruction, and the link once the result begins.
    fields: Vec<(String, Option<String>)>,
}

/// A style with all that it is based on.
#[derive(Default)]
struct Set {
    heading: Option<usize>,
    quote: bool,
    code: bool,
    contents: bool,
    list: Option<(String, usize)>,
    indent: Option<i64>,
    above: Option<i64>,
}

impl Reader {
    fn set(&self, properties: Option<Node<'_, '_>>) -> Set {
        let mut set = Set::default();
        let Some(properties) = properties else {
            return set;
        };
        let outline = value(properties, "outlineLvl").and_then(|level| level.parse::<usize>().ok());
        set.heading = outline.filter(|level| *level < 9).map(|level| level + 1);
        set.list = list_of(properties);
        set.indent = indent_of(properties);
        set.above = above_of(properties);
        let mut next = value(properties, "pStyle").map(str::to_owned);
        let mut direct = true;
        // Styles that are based on one another in a circle end here.
        for _ in 0..20 {
            let Some(style) = next.take().and_then(|id| self.styles.get(&id)) else {
                break;
            };
            set.heading = set.heading.or(style.heading);
            if direct && style.title {
                set.heading = Some(1);
            }
            set.quote |= style.quote;
            set.code |= style.code;
            set.contents |= style.contents;
            set.indent = set.indent.or(style.indent);
            set.above = set.above.or(style.above);
            set.list = set.list.take().or_else(|| style.list.clone());
            next = style.based_on.clone();
            direct = false;
        }
        set
    }

    fn blocks(&mut self, node: Node<'_, '_>, depth: usize) {
        if depth > DEEPEST {
            return;
        }
        for child_node in node.children().filter(|n| n.is_element()) {
            match child_node.tag_name().name() {
                "p" if of_word(child_node) => self.paragraph(child_node, depth),
                "tbl" => self.table(child_node, depth),
                "moveFrom" | "del" | "sectPr" => {}
                _ => self.blocks(child_node, depth + 1),
            }
        }
    }

    fn paragraph(&mut self, node: Node<'_, '_>, depth: usize) {
        let properties = child(node, "pPr");
        let set = self.set(properties);
        let mut runs = Vec::new();
        self.runs(node, &Style::default(), &mut runs, depth);
        self.fields.clear();
        self.line(&set, &runs);
        // A break of the page is none in the text.
        while matches!(runs.last(), Some(Run::Text(text, _)) if text.trim().is_empty()) {
            runs.pop();
        }
        if prose::is_empty(&runs) || set.contents {
            return;
        }
        let block = match (set.heading, set.list) {
            (Some(level), _) => Block::Heading(level.min(6), runs),
            (None, Some((id, depth))) if id != "0" => self.item(id, depth, runs),
            _ if set.code => {
                let line = Block::Code(raw(&runs));
                if let (Some(Block::Code(before)), Block::Code(line)) =
                    (self.found.last_mut(), &line)
                {
                    before.push('\n');
                    before.push_str(line);
                    return;
                }
                line
            }
            _ => Block::Paragraph(usize::from(set.quote), runs),
        };
        self.found.push(block);
    }

    /// The paragraph as a line of a script: its indent in characters of ten to the inch, after
    /// an empty line where it stands apart.
    fn line(&mut self, set: &Set, runs: &[Run]) {
        let text = raw(runs);
        if set.above.unwrap_or(0) >= 120 {
            self.lines.push('\n');
        }
        let indent = usize::try_from(set.indent.unwrap_or(0) / 144).unwrap_or(0);
        for line in text.trim_end().lines() {
            self.lines.extend(std::iter::repeat_n(' ', indent.min(60)));
            self.lines.push_str(line);
            self.lines.push('\n');
        }
        if text.trim().is_empty() {
            self.lines.push('\n');
        }
    }

    fn item(&mut self, id: String, depth: usize, runs: Vec<Run>) -> Block {
        let depth = depth.min(8);
        let start = self
            .numbering
            .get(&(id.clone(), depth))
            .copied()
            .unwrap_or(None);
        // A list inside of the next item begins anew.
        self.next
            .retain(|(list, deep), _| *list != id || *deep <= depth);
        let number = start.map(|start| {
            let next = self.next.entry((id, depth)).or_insert(start);
            let number = *next;
            *next = next.saturating_add(1);
            number
        });
        Block::Item(depth, number, runs)
    }

    fn table(&mut self, node: Node<'_, '_>, depth: usize) {
        let mut rows = Vec::new();
        for row in node.descendants().filter(|n| is(*n, "tr")) {
            // Rows of a table inside of a cell are part of that cell.
            let own = row.ancestors().find(|n| is(*n, "tbl")) == Some(node);
            if !own {
                continue;
            }
            let mut cells = Vec::new();
            for cell in row.descendants().filter(|n| is(*n, "tc")) {
                if cell.ancestors().find(|n| is(*n, "tbl")) != Some(node) {
                    continue;
                }
                let before = std::mem::take(&mut self.found);
                self.blocks(cell, depth + 1);
                cells.push(std::mem::replace(&mut self.found, before));
                let span = child(cell, "tcPr").and_then(|p| value(p, "gridSpan"));
                let span = span.and_then(|span| span.parse().ok()).unwrap_or(1_usize);
                cells.resize_with(cells.len() + span.clamp(1, 64) - 1, Vec::new);
            }
            rows.push(cells);
        }
        // A table of one column sets a page, it tells nothing.
        if rows.iter().all(|cells| cells.len() <= 1) {
            self.found.extend(rows.into_iter().flatten().flatten());
            return;
        }
        let cells = |cells: Vec<Vec<Block>>| cells.into_iter().map(joined).collect();
        let table: Vec<Vec<Vec<Run>>> = rows.into_iter().map(cells).collect();
        if table.iter().flatten().any(|cell| !prose::is_empty(cell)) {
            self.found.push(Block::Table(table));
        }
    }

    fn runs(&mut self, node: Node<'_, '_>, style: &Style, out: &mut Vec<Run>, depth: usize) {
        if depth > DEEPEST {
            return;
        }
        for part in node.children().filter(|n| n.is_element()) {
            match part.tag_name().name() {
                "r" => self.run(part, style, out, depth + 1),
                "del" | "moveFrom" => self.changes += 1,
                "ins" | "moveTo" => {
                    self.changes += 1;
                    self.runs(part, style, out, depth + 1);
                }
                "hyperlink" => {
                    let mut style = style.clone();
                    let link = attribute(part, "id").and_then(|id| self.links.get(id));
                    style.link = link.cloned();
                    self.runs(part, &style, out, depth + 1);
                }
                "pPr" | "rPr" | "proofErr" => {}
                "AlternateContent" => {
                    let first = part
                        .children()
                        .find(|n| is(*n, "Choice") || is(*n, "Fallback"));
                    if let Some(first) = first {
                        self.runs(first, style, out, depth + 1);
                    }
                }
                _ => self.runs(part, style, out, depth + 1),
            }
        }
    }

    fn run(&mut self, node: Node<'_, '_>, around: &Style, out: &mut Vec<Run>, depth: usize) {
        let mut style = around.clone();
        if let Some((_, Some(link))) = self.fields.last() {
            style.link = Some(link.clone());
        }
        if let Some(properties) = child(node, "rPr") {
            self.character(value(properties, "rStyle"), &mut style);
            if switch(properties, "vanish") == Some(true) {
                return;
            }
            style.bold = switch(properties, "b").unwrap_or(style.bold);
            style.italic = switch(properties, "i").unwrap_or(style.italic);
            style.strike = switch(properties, "strike").unwrap_or(style.strike);
        }
        let text = |out: &mut Vec<Run>, text: &str| {
            out.push(Run::Text(text.to_owned(), style.clone()));
        };
        for part in node.children().filter(|n| n.is_element()) {
            match part.tag_name().name() {
                "t" => text(out, part.text().unwrap_or_default()),
                "tab" | "ptab" => text(out, " "),
                "fldChar" => match attribute(part, "fldCharType") {
                    Some("begin") if self.fields.len() < DEEPEST => {
                        self.fields.push(Default::default());
                    }
                    Some("separate") => {
                        if let Some((instruction, link)) = self.fields.last_mut() {
                            *link = link_of(instruction);
                        }
                    }
                    Some("end") => drop(self.fields.pop()),
                    _ => {}
                },
                "instrText" => {
                    if let Some((instruction, _)) = self.fields.last_mut() {
                        instruction.push_str(part.text().unwrap_or_default());
                    }
                }
                // How a character is said, in small letters above it.
                "ruby" => {
                    if let Some(base) = child(part, "rubyBase") {
                        self.runs(base, &style, out, depth + 1);
                    }
                    let said = child(part, "rt").map(|rt| {
                        let letters = rt.descendants().filter(|n| is(*n, "t"));
                        letters.filter_map(|n| n.text()).collect::<String>()
                    });
                    if let Some(said) = said.filter(|said| !said.trim().is_empty()) {
                        text(out, &format!("（{}）", said.trim()));
                    }
                }
                "noBreakHyphen" => text(out, "\u{2011}"),
                "br" if attribute(part, "type").is_none_or(|kind| kind == "textWrapping") => {
                    text(out, "\n");
                }
                "cr" => text(out, "\n"),
                "footnoteReference" => {
                    let id = attribute(part, "id").unwrap_or_default();
                    out.push(Run::Footnote(id.to_owned()));
                }
                "endnoteReference" => {
                    let id = attribute(part, "id").unwrap_or_default();
                    out.push(Run::Footnote(format!("e{id}")));
                }
                "commentReference" => {
                    let id = attribute(part, "id").unwrap_or_default();
                    if let Some((who, said)) = self.comments.get(id) {
                        out.push(Run::Comment(who.clone(), said.clone()));
                    }
                }
                "drawing" | "pict" | "object" => {
                    let about = part.descendants().find_map(|n| {
                        let about = attribute(n, "descr").or_else(|| attribute(n, "alt"));
                        about
                            .or_else(|| attribute(n, "title"))
                            .filter(|a| !a.trim().is_empty())
                    });
                    let picture = part
                        .descendants()
                        .any(|n| is(n, "pic") || is(n, "imagedata"));
                    if picture || about.is_some() {
                        let about = about.unwrap_or_default();
                        out.push(Run::Image(about.chars().take(500).collect()));
                    }
                    // Text in a box is text.
                    for inner in part.descendants().filter(|n| is(*n, "txbxContent")) {
                        // A box inside of a box is read with that.
                        let around = inner.ancestors().skip(1);
                        let mut around = around.take_while(|n| *n != part);
                        if around.any(|n| is(n, "txbxContent")) {
                            continue;
                        }
                        let before = std::mem::take(&mut self.found);
                        self.blocks(inner, depth + 1);
                        let blocks = std::mem::replace(&mut self.found, before);
                        out.extend(joined(blocks));
                    }
                }
                "AlternateContent" => {
                    let first = part
                        .children()
                        .find(|n| is(*n, "Choice") || is(*n, "Fallback"));
                    if let Some(first) = first.filter(|_| depth < DEEPEST) {
                        self.run(first, &style, out, depth + 1);
                    }
                }
                _ => {}
            }
        }
    }

    /// Strong and emphasised text by the style of its characters.
    fn character(&self, id: Option<&str>, style: &mut Style) {
        let mut next = id.map(str::to_owned);
        let (mut bold, mut italic) = (None, None);
        for _ in 0..20 {
            let Some(found) = next.take().and_then(|id| self.styles.get(&id)) else {
                break;
            };
            bold = bold.or(found.set.0);
            italic = italic.or(found.set.1);
            style.code |= found.monospaced;
            next = found.based_on.clone();
        }
        style.bold = bold.unwrap_or(style.bold);
        style.italic = italic.unwrap_or(style.italic);
    }

    fn notes(&mut self, xml: &str, kind: &str, prefix: &str) -> Result<(), FormatError> {
        let document = xml::parse(xml)?;
        for node in document.root_element().children().filter(|n| is(*n, kind)) {
            // The lines that stand between text and notes are notes as well.
            if attribute(node, "type").is_some_and(|kind| kind != "normal") {
                continue;
            }
            let before = std::mem::take(&mut self.found);
            self.blocks(node, 0);
            let blocks = std::mem::replace(&mut self.found, before);
            let id = attribute(node, "id").unwrap_or_default();
            let mut runs = joined(blocks);
            // The number of the note itself stands at its beginning in some programs.
            runs.retain(|run| !matches!(run, Run::Footnote(_)));
            self.found
                .push(Block::Footnote(format!("{prefix}{id}"), runs));
        }
        Ok(())
    }
}

/// The address in the instruction of a field, `HYPERLINK "https://…"`.
fn link_of(instruction: &str) -> Option<String> {
    let rest = instruction.trim().strip_prefix("HYPERLINK")?;
    let (_, quoted) = rest.split_once('"')?;
    let (link, _) = quoted.split_once('"')?;
    leads(link).then(|| link.to_owned())
}

fn raw(runs: &[Run]) -> String {
    runs.iter()
        .filter_map(|run| match run {
            Run::Text(text, _) => Some(text.as_str()),
            _ => None,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use std::io::{Cursor, Write as _};

    use proptest::prelude::*;
    use zip::{ZipWriter, write::SimpleFileOptions};

    use super::{super::read_parts::WORD, *};

    fn packed(parts: &[(&str, &str)]) -> Vec<u8> {
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        let types = [("[Content_Types].xml", "<Types/>")];
        for (name, content) in types.iter().chain(parts) {
            writer
                .start_file(*name, SimpleFileOptions::default())
                .unwrap();
            writer.write_all(content.as_bytes()).unwrap();
        }
        writer.finish().unwrap().into_inner()
    }

    fn word(body: &str) -> String {
        format!(
            "<?xml version=\"1.0\"?><w:document xmlns:w=\"{WORD}\" \
             xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\" \
             xmlns:mc=\"urn:mc\" xmlns:wp=\"urn:wp\" xmlns:pic=\"urn:pic\"><w:body>{body}</w:body></w:document>"
        )
    }

    fn p(style: &str, inner: &str) -> String {
        let style = match style {
            "" => String::new(),
            id => format!("<w:pPr><w:pStyle w:val=\"{id}\"/></w:pPr>"),
        };
        format!("<w:p>{style}{inner}</w:p>")
    }

    fn r(text: &str) -> String {
        format!("<w:r><w:t xml:space=\"preserve\">{text}</w:t></w:r>")
    }

    fn whole() -> Vec<u8> {
        let list = |id: u32, depth: u32, text: &str| {
            format!(
                "<w:p><w:pPr><w:numPr><w:ilvl w:val=\"{depth}\"/><w:numId w:val=\"{id}\"/></w:numPr>\
                 </w:pPr>{}</w:p>",
                r(text)
            )
        };
        let body = [
            p("Titel", &r("Night ferry")),
            p(
                "",
                &format!(
                    "{}<w:r><w:rPr><w:b/><w:i w:val=\"0\"/></w:rPr><w:t>again</w:t></w:r>{}\
                     <w:del><w:r><w:delText>never</w:delText></w:r></w:del><w:ins>{}</w:ins>\
                     <w:hyperlink r:id=\"L\">{}</w:hyperlink>\
                     <w:r><w:footnoteReference w:id=\"2\"/></w:r>\
                     <w:r><w:commentReference w:id=\"7\"/></w:r>\
                     <w:r><w:br/><w:t>on Monday</w:t><w:br w:type=\"page\"/></w:r>",
                    r("It runs "),
                    r(", "),
                    r("soon"),
                    r(" here")
                ),
            ),
            p("berschrift2", &r("Why")),
            list(1, 0, "One"),
            list(1, 1, "Deep"),
            list(1, 0, "Two"),
            list(2, 0, "Dot"),
            p("Zitat", &r("Said so.")),
            "<w:tbl><w:tr><w:tc>".to_owned()
                + &p("", &r("A"))
                + "</w:tc><w:tc>"
                + &p("", &r("B"))
                + "</w:tc></w:tr><w:tr><w:tc>"
                + &p("", &r("1"))
                + &p("", &r("2"))
                + "</w:tc></w:tr></w:tbl>",
            p(
                "",
                "<w:r><w:drawing><wp:docPr descr=\"The pier\"/><pic:pic/></w:drawing></w:r>",
            ),
            p("", "<w:r><w:rPr><w:vanish/></w:rPr><w:t>hidden</w:t></w:r>"),
        ]
        .concat();
        let styles = format!(
            "<w:styles xmlns:w=\"{WORD}\">\
             <w:style w:styleId=\"Titel\"><w:name w:val=\"Title\"/></w:style>\
             <w:style w:styleId=\"berschrift2\"><w:name w:val=\"heading 2\"/><w:basedOn w:val=\"berschrift2\"/></w:style>\
             <w:style w:styleId=\"Zitat\"><w:name w:val=\"Quote\"/></w:style></w:styles>"
        );
        let numbering = format!(
            "<w:numbering xmlns:w=\"{WORD}\"><w:abstractNum w:abstractNumId=\"5\">\
             <w:lvl w:ilvl=\"0\"><w:start w:val=\"1\"/><w:numFmt w:val=\"decimal\"/></w:lvl>\
             <w:lvl w:ilvl=\"1\"><w:numFmt w:val=\"lowerLetter\"/></w:lvl></w:abstractNum>\
             <w:abstractNum w:abstractNumId=\"6\"><w:lvl w:ilvl=\"0\"><w:numFmt w:val=\"bullet\"/></w:lvl>\
             </w:abstractNum><w:num w:numId=\"1\"><w:abstractNumId w:val=\"5\"/></w:num>\
             <w:num w:numId=\"2\"><w:abstractNumId w:val=\"6\"/></w:num></w:numbering>"
        );
        let footnotes = format!(
            "<w:footnotes xmlns:w=\"{WORD}\"><w:footnote w:type=\"separator\" w:id=\"0\"><w:p/></w:footnote>\
             <w:footnote w:id=\"2\"><w:p><w:r><w:footnoteRef/></w:r>{}</w:p></w:footnote></w:footnotes>",
            r(" See page 4.")
        );
        let comments = format!(
            "<w:comments xmlns:w=\"{WORD}\"><w:comment w:id=\"7\" w:author=\"Ann\">{}</w:comment></w:comments>",
            p("", &r("Check -- this"))
        );
        packed(&[
            ("word/document.xml", &word(&body)),
            ("word/styles.xml", &styles),
            ("word/numbering.xml", &numbering),
            ("word/footnotes.xml", &footnotes),
            ("word/comments.xml", &comments),
            (
                "word/_rels/document.xml.rels",
                "<R><Relationship Id=\"L\" TargetMode=\"External\" Target=\"https://example.org\"/></R>",
            ),
            (
                "docProps/core.xml",
                "<c xmlns:dc=\"urn:dc\"><dc:title>Untitled 1</dc:title></c>",
            ),
        ])
    }

    #[test]
    fn a_document_becomes_markdown() {
        let bytes = whole();
        assert!(recognises(&bytes));
        let imported = read(&bytes, Known::default()).unwrap();
        assert_eq!(imported.title.as_deref(), Some("Night ferry"));
        assert_eq!(
            imported.text,
            "# Night ferry\n\n\
             It runs **again**, soon [here](https://example.org)[^2]<!-- Ann: Check - - this -->\\\non Monday\n\n\
             ## Why\n\n1. One\n   1. Deep\n2. Two\n- Dot\n\n> Said so.\n\n\
             | A | B |\n| --- | --- |\n| 1 2 |  |\n\n![The pier]()\n\n[^2]: See page 4.\n"
        );
        assert!(imported.report.found.contains(&(Found::Changes, 2)));
        assert!(imported.report.found.contains(&(Found::Comments, 1)));
    }

    #[test]
    fn fields_character_styles_and_readings_are_read() {
        let body = [
            p("TOC1", &r("Why 4")),
            p(
                "",
                "<w:r><w:fldChar w:fldCharType=\"begin\"/></w:r><w:r><w:instrText> HYPERLINK \
                 \"https://example.org/a\" \\o</w:instrText></w:r><w:r><w:fldChar w:fldCharType=\"separate\"/>\
                 </w:r><w:r><w:t>place</w:t></w:r><w:r><w:fldChar w:fldCharType=\"end\"/></w:r>\
                 <w:r><w:rPr><w:rStyle w:val=\"Fett\"/></w:rPr><w:t> loud</w:t></w:r>\
                 <w:r><w:ruby><w:rt><w:r><w:t>dù</w:t></w:r></w:rt><w:rubyBase><w:r><w:t>渡</w:t></w:r>\
                 </w:rubyBase></w:ruby></w:r>",
            ),
        ]
        .concat();
        let styles = format!(
            "<w:styles xmlns:w=\"{WORD}\"><w:style w:styleId=\"TOC1\"><w:name w:val=\"toc 1\"/></w:style>\
             <w:style w:styleId=\"Fett\"><w:name w:val=\"Strong\"/><w:rPr><w:b/></w:rPr></w:style></w:styles>"
        );
        let bytes = packed(&[
            ("word/document.xml", &word(&body)),
            ("word/styles.xml", &styles),
        ]);
        let text = read(&bytes, Known::default()).unwrap().text;
        assert_eq!(text, "[place](https://example.org/a) **loud**渡（dù）\n");
    }

    #[test]
    fn a_script_in_word_is_a_script_unless_said_otherwise() {
        let line = |left: u32, text: &str| {
            format!(
                "<w:p><w:pPr><w:ind w:left=\"{left}\"/></w:pPr>{}</w:p>",
                r(text)
            )
        };
        let body = [
            line(0, "INT. PIER - NIGHT"),
            line(0, ""),
            line(0, "Rain."),
            line(0, ""),
            line(3168, "MARA"),
            line(1440, "Not yet."),
            line(0, ""),
            line(3168, "TOM"),
            line(1440, "When, then?"),
            line(0, ""),
        ]
        .concat();
        let bytes = packed(&[("word/document.xml", &word(&body))]);
        let script = read(&bytes, Known::default()).unwrap();
        assert_eq!(
            (script.kind, script.report.format),
            (DocumentKind::Screenplay, "docx")
        );
        assert!(script.text.contains("MARA\nNot yet.\n"), "{}", script.text);
        let known = Known {
            kind: Some(DocumentKind::News),
            ..Known::default()
        };
        let prose = read(&bytes, known).unwrap();
        assert_eq!(prose.kind, DocumentKind::News);
        assert!(prose.text.starts_with("INT. PIER - NIGHT\n\nRain."));
    }

    #[test]
    fn boxes_in_boxes_are_read_once() {
        let mut inner = r("core");
        for _ in 0..20 {
            inner = format!(
                "<w:r><w:pict><w:txbxContent><w:p>{inner}</w:p></w:txbxContent></w:pict></w:r>"
            );
        }
        let bytes = packed(&[("word/document.xml", &word(&format!("<w:p>{inner}</w:p>")))]);
        assert_eq!(read(&bytes, Known::default()).unwrap().text, "core\n");
    }

    #[test]
    fn hostile_files_are_refused_or_read_in_bounds() {
        let deep = word(&format!(
            "{}{}",
            "<w:tbl><w:tr><w:tc>".repeat(200),
            "</w:tc></w:tr></w:tbl>".repeat(200)
        ));
        let _ = read(&packed(&[("word/document.xml", &deep)]), Known::default());
        let entities = "<!DOCTYPE a [<!ENTITY b \"c\">]><a>&b;</a>";
        assert!(
            read(
                &packed(&[("word/document.xml", entities)]),
                Known::default()
            )
            .is_err()
        );
        // A hundred megabytes of blanks pack to a hundred kilobytes.
        let bomb = word(&" ".repeat(100 << 20));
        let refused = read(&packed(&[("word/document.xml", &bomb)]), Known::default()).unwrap_err();
        assert!(matches!(refused, FormatError::TooLarge { .. }), "{refused}");
        assert!(read(&packed(&[("word/other.xml", "<a/>")]), Known::default()).is_err());
        assert!(read(b"PK\x03\x04rest", Known::default()).is_err());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn a_broken_file_never_panics(at in 0_usize..8_000, byte: u8, cut in 0_usize..8_000) {
            let mut bytes = whole();
            let length = bytes.len();
            bytes[at % length] = byte;
            let _ = read(&bytes, Known::default());
            let _ = read(&bytes[..cut % length], Known::default());
        }

        #[test]
        fn broken_xml_never_panics(at in 0_usize..400, with in "[<>/&wpr\"= ]{0,6}") {
            let mut body = word(&[p("Titel", &r("a")), "<w:tbl><w:tr><w:tc/></w:tr></w:tbl>".to_owned()].concat());
            let at = body.floor_char_boundary(at % body.len());
            body.insert_str(at, &with);
            let _ = read(&packed(&[("word/document.xml", &body)]), Known::default());
        }
    }
}
