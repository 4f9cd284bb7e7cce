//! Documents as DOCX: headings, emphasis, lists, links, footnotes and tables of an article; ads as
//! a table; a script in the columns of the trade.
//!
//! The same document gives the same bytes. HTML in an article is text. A picture that the paper has
//! stands in the text (WebP, which older programs don't know, as PNG); another becomes a link, and a
//! link that would do more than lead somewhere becomes plain. Chinese that is stressed gets
//! dots (`w:em`) instead of slanted letters. Of a script, notes, cuts, sections and synopses are
//! left out, as on paper; speeches at the same time stand one after the other.

use std::collections::HashMap;
use std::fmt::Write as _;

use inkstone_manuscript::{Language, count::is_han};
use pulldown_cmark::{Alignment, CodeBlockKind, Event, HeadingLevel, Tag, TagEnd};

use super::comments::{self, PaperComment};
use super::parts;
use crate::paper::{Article, Paper, PaperPicture, PaperText, ad_table, escaped, is_safe_link};
use crate::script::{self, Kind, Piece};
use crate::{FormatError, parcel};

#[path = "write_pictures.rs"]
mod pictures;

use pictures::Drawing;

/// The deepest list that Word numbers.
const DEEPEST: usize = 8;

/// The most columns of a table that Word opens.
const MOST_COLUMNS: usize = 63;

/// A4 and US Letter in twentieths of a point.
const A4: (u32, u32) = (11_906, 16_838);
const LETTER: (u32, u32) = (12_240, 15_840);

/// The margin of a page, of the same measure.
const MARGIN: u32 = 1_440;

/// A document as the bytes of a DOCX file.
///
/// # Errors
/// [`FormatError::TooLarge`] for more than a zip file holds.
pub fn file(paper: &Paper<'_>) -> Result<Vec<u8>, FormatError> {
    file_with(paper, &[])
}

/// A document as the bytes of a DOCX file, with comments on an article or a script.
///
/// # Errors
/// As [`file`].
pub fn file_with(paper: &Paper<'_>, said: &[PaperComment<'_>]) -> Result<Vec<u8>, FormatError> {
    let said = match comments::can(&paper.text) {
        true => &said[..said.len().min(comments::MOST)],
        false => &[],
    };
    let marked;
    let mut paper = *paper;
    if !said.is_empty() {
        match paper.text {
            PaperText::Article(text) => {
                marked = comments::marked(text, said, false);
                paper.text = PaperText::Article(&marked);
            }
            PaperText::Script(text) => {
                marked = comments::marked(text, said, true);
                paper.text = PaperText::Script(&marked);
            }
            PaperText::Ads(_) => {}
        }
    }
    let paper = &paper;
    let mut writing = Writing::new(paper.language);
    writing.pictures = paper.pictures;
    writing.comments = vec![(false, false); said.len()];
    if let Some(sentence) = paper.labels.before {
        writing.plain("Label", sentence);
    }
    let title = paper.title.trim();
    match paper.text {
        PaperText::Article(text) => {
            let article = Article::read(text);
            if !article.has_heading() && !title.is_empty() {
                writing.plain("Title", title);
            }
            writing.article(article);
        }
        PaperText::Ads(set) => {
            if !title.is_empty() {
                writing.plain("Title", title);
            }
            let (header, rows) = ad_table(set, paper.language);
            writing.grid(&header, &rows);
        }
        PaperText::Script(text) => writing.script(text, title),
    }
    if let Some(sentence) = paper.labels.after {
        writing.plain("Label", sentence);
    }
    writing.last_comments();
    let wide = matches!(paper.text, PaperText::Ads(_));
    package(paper, writing, wide, said)
}

fn package(
    paper: &Paper<'_>,
    writing: Writing<'_>,
    wide: bool,
    said: &[PaperComment<'_>],
) -> Result<Vec<u8>, FormatError> {
    let Writing {
        main,
        notes,
        starts,
        language,
        media,
        ..
    } = writing;
    let has_notes = !notes.out.is_empty();
    let custom = paper.labels.aigc.map(|aigc| parts::custom("AIGC", aigc));
    let (width, height) = match language {
        Language::English => LETTER,
        Language::Chinese => A4,
    };
    let size = match wide {
        false => format!("<w:pgSz w:w=\"{width}\" w:h=\"{height}\"/>"),
        true => format!("<w:pgSz w:w=\"{height}\" w:h=\"{width}\" w:orient=\"landscape\"/>"),
    };
    let document = parts::part(&format!(
        "<w:document {}><w:body>{}<w:sectPr>{size}<w:pgMar w:top=\"{MARGIN}\" w:right=\"{MARGIN}\" \
         w:bottom=\"{MARGIN}\" w:left=\"{MARGIN}\" w:header=\"720\" w:footer=\"720\" w:gutter=\"0\"/>\
         </w:sectPr></w:body></w:document>",
        parts::MAIN,
        main.out
    ));
    let separator = |id: i32, kind: &str| {
        format!(
            "<w:footnote w:type=\"{kind}\" w:id=\"{id}\"><w:p><w:r><w:{kind}/></w:r></w:p></w:footnote>"
        )
    };
    let footnotes = parts::part(&format!(
        "<w:footnotes {}>{}{}{}</w:footnotes>",
        parts::MAIN,
        separator(-1, "separator"),
        separator(0, "continuationSeparator"),
        notes.out
    ));
    let mut leads = vec![
        ("styles", "styles.xml"),
        ("settings", "settings.xml"),
        ("numbering", "numbering.xml"),
    ];
    if has_notes {
        leads.push(("footnotes", "footnotes.xml"));
    }
    if !said.is_empty() {
        leads.push(("comments", "comments.xml"));
    }
    let mut files = vec![
        (
            "[Content_Types].xml",
            parts::content_types(has_notes, !said.is_empty(), custom.is_some(), &media),
        ),
        ("_rels/.rels", parts::package_rels(custom.is_some())),
        (
            "docProps/core.xml",
            parts::core(paper.title.trim(), language),
        ),
        ("word/document.xml", document),
        (
            "word/_rels/document.xml.rels",
            parts::rels(&leads, &main.links, &main.pictures),
        ),
        ("word/styles.xml", parts::styles(language)),
        ("word/settings.xml", parts::settings(has_notes)),
        ("word/numbering.xml", parts::numbering(&starts)),
    ];
    if has_notes {
        files.push(("word/footnotes.xml", footnotes));
        files.push((
            "word/_rels/footnotes.xml.rels",
            parts::rels(&[], &notes.links, &notes.pictures),
        ));
    }
    if !said.is_empty() {
        files.push(("word/comments.xml", comments::part(said)));
    }
    if let Some(custom) = custom {
        files.push(("docProps/custom.xml", custom));
    }
    let bytes: Vec<(&str, &[u8])> = files
        .iter()
        .map(|(path, content)| (*path, content.as_bytes()))
        .chain(
            media
                .iter()
                .map(|(path, bytes)| (path.as_str(), bytes.as_slice())),
        )
        .collect();
    // Memory takes all that is written; only the format's own bounds are left to fail.
    parcel::packed(&bytes).map_err(|_| FormatError::TooLarge {
        bytes: bytes.iter().map(|(_, content)| content.len()).sum(),
        limit: u32::MAX as usize,
    })
}

/// A part that is being written, with the links and the pictures in it.
#[derive(Default)]
struct Part {
    out: String,
    links: Vec<String>,
    /// Numbers and files of pictures.
    pictures: Vec<(usize, String)>,
}

impl Part {
    /// The id of a link.
    fn link(&mut self, url: &str) -> String {
        let known = self.links.iter().position(|known| known == url);
        let at = known.unwrap_or_else(|| {
            self.links.push(url.to_owned());
            self.links.len() - 1
        });
        format!("link{}", at + 1)
    }
}

/// A list that is open.
struct List {
    number: usize,
    /// The next paragraph begins an item.
    fresh: bool,
}

/// How letters are set.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Letters {
    bold: u32,
    italic: u32,
    strike: u32,
    code: bool,
    underline: bool,
    link: bool,
}

struct Writing<'a> {
    language: Language,
    main: Part,
    notes: Part,
    /// The notes are written, not the text.
    in_note: bool,
    /// First numbers of the numbered lists.
    starts: Vec<u64>,
    /// Footnotes by their name, until they are written, and their numbers afterwards.
    waiting: HashMap<String, Vec<Event<'a>>>,
    numbers: HashMap<String, usize>,
    letters: Letters,
    lists: Vec<List>,
    quotes: usize,
    /// A paragraph is open.
    open: bool,
    heading: Option<usize>,
    code: bool,
    cell: bool,
    /// Links and pictures that are open, and whether each is written as a link.
    linked: Vec<bool>,
    alignments: Vec<Alignment>,
    column: usize,
    in_head: bool,
    /// The note's own number stands before its first words.
    note_mark: bool,
    /// The pictures that the text may name.
    pictures: &'a [PaperPicture],
    /// Files of pictures that were named, and the pictures they hold.
    media: Vec<(String, Vec<u8>)>,
    held: HashMap<String, usize>,
    /// How many drawings there are.
    drawings: usize,
    /// The picture whose words are read.
    drawing: Option<Drawing<'a>>,
    /// Of each comment, whether its beginning and its end are written.
    comments: Vec<(bool, bool)>,
}

impl<'a> Writing<'a> {
    fn new(language: Language) -> Self {
        Self {
            language,
            main: Part::default(),
            notes: Part::default(),
            in_note: false,
            starts: Vec::new(),
            waiting: HashMap::new(),
            numbers: HashMap::new(),
            letters: Letters::default(),
            lists: Vec::new(),
            quotes: 0,
            open: false,
            heading: None,
            code: false,
            cell: false,
            linked: Vec::new(),
            alignments: Vec::new(),
            column: 0,
            in_head: false,
            note_mark: false,
            pictures: &[],
            media: Vec::new(),
            held: HashMap::new(),
            drawings: 0,
            drawing: None,
            comments: Vec::new(),
        }
    }

    fn part(&mut self) -> &mut Part {
        match self.in_note {
            true => &mut self.notes,
            false => &mut self.main,
        }
    }

    fn put(&mut self, xml: &str) {
        self.part().out.push_str(xml);
    }

    /// A paragraph of plain text.
    fn plain(&mut self, style: &str, text: &str) {
        self.begin(&format!("<w:pStyle w:val=\"{style}\"/>"));
        self.run(text);
        self.end();
    }

    fn begin(&mut self, properties: &str) {
        self.end();
        self.put("<w:p>");
        if !properties.is_empty() {
            self.put(&format!("<w:pPr>{properties}</w:pPr>"));
        }
        self.open = true;
        if std::mem::take(&mut self.note_mark) {
            self.put(
                "<w:r><w:rPr><w:rStyle w:val=\"FootnoteReference\"/></w:rPr><w:footnoteRef/></w:r>\
                 <w:r><w:t xml:space=\"preserve\"> </w:t></w:r>",
            );
        }
    }

    fn end(&mut self) {
        if self.open {
            self.put("</w:p>");
            self.open = false;
        }
    }

    /// Opens the paragraph that a text in this place belongs to, if none is open.
    fn paragraph(&mut self) {
        if self.open {
            return;
        }
        let depth = self.lists.len();
        let mut properties = String::new();
        let style = match self.heading {
            Some(level) => format!("Heading{level}"),
            None if self.code => "Code".to_owned(),
            None if self.quotes > 0 => "Quote".to_owned(),
            None if self.in_note => "FootnoteText".to_owned(),
            None if depth > 0 => "ListParagraph".to_owned(),
            None => String::new(),
        };
        if !style.is_empty() {
            let _ = write!(properties, "<w:pStyle w:val=\"{style}\"/>");
        }
        let level = depth.saturating_sub(1).min(DEEPEST);
        if let Some(list) = self.lists.last_mut() {
            if std::mem::take(&mut list.fresh) {
                let number = list.number;
                let _ = write!(
                    properties,
                    "<w:numPr><w:ilvl w:val=\"{level}\"/><w:numId w:val=\"{number}\"/></w:numPr>"
                );
            } else {
                let _ = write!(properties, "<w:ind w:left=\"{}\"/>", 720 * (level + 1));
            }
        }
        if self.cell {
            let align = match self.alignments.get(self.column) {
                Some(Alignment::Center) => Some("center"),
                Some(Alignment::Right) => Some("right"),
                _ => None,
            };
            if let Some(align) = align {
                let _ = write!(properties, "<w:jc w:val=\"{align}\"/>");
            }
        }
        self.begin(&properties);
    }

    /// Letters, set as is said, in the paragraph that is open. Stressed Chinese is told apart.
    fn run(&mut self, text: &str) {
        if self.comments.is_empty() {
            return self.set_letters(text);
        }
        let mut rest = text;
        while let Some(at) = rest.find(|c| comments::border(c).is_some()) {
            let (before, after) = rest.split_at(at);
            self.set_letters(before);
            let mut letters = after.chars();
            if let Some((comment, end)) = letters.next().and_then(comments::border) {
                self.border(comment, end);
            }
            rest = letters.as_str();
        }
        self.set_letters(rest);
    }

    /// The border of a comment. A note has none: Word takes none there.
    fn border(&mut self, comment: usize, end: bool) {
        let Some(known) = self.comments.get_mut(comment).filter(|_| !self.in_note) else {
            return;
        };
        match (end, *known) {
            (false, (false, _)) => {
                known.0 = true;
                self.put(&format!("<w:commentRangeStart w:id=\"{comment}\"/>"));
            }
            (true, (true, false)) => {
                known.1 = true;
                self.put(&format!(
                    "<w:commentRangeEnd w:id=\"{comment}\"/><w:r><w:commentReference w:id=\"{comment}\"/></w:r>"
                ));
            }
            _ => {}
        }
    }

    /// Comments whose words are gone, or stand where none can be, stand at the end.
    fn last_comments(&mut self) {
        if self.comments.iter().all(|(_, end)| *end) {
            return;
        }
        self.begin("");
        for comment in 0..self.comments.len() {
            self.border(comment, false);
            self.border(comment, true);
        }
        self.end();
    }

    fn set_letters(&mut self, text: &str) {
        if text.is_empty() && !self.comments.is_empty() {
            return;
        }
        if self.letters.italic == 0 {
            self.uniform(text, false);
            return;
        }
        let mut rest = text;
        while let Some(first) = rest.chars().next() {
            let han = is_han(first);
            let end = rest
                .char_indices()
                .find(|(_, c)| is_han(*c) != han)
                .map_or(rest.len(), |(at, _)| at);
            let (part, after) = rest.split_at(end);
            self.uniform(part, han);
            rest = after;
        }
    }

    fn uniform(&mut self, text: &str, han: bool) {
        let Letters {
            bold,
            italic,
            strike,
            code,
            underline,
            link,
        } = self.letters;
        let mut properties = String::new();
        if link {
            properties.push_str("<w:rStyle w:val=\"Hyperlink\"/>");
        }
        if code {
            properties.push_str(
                "<w:rFonts w:ascii=\"Courier New\" w:hAnsi=\"Courier New\" w:cs=\"Courier New\"/>",
            );
        }
        if bold > 0 || self.in_head {
            properties.push_str("<w:b/><w:bCs/>");
        }
        if italic > 0 && !han {
            properties.push_str("<w:i/><w:iCs/>");
        }
        if strike > 0 {
            properties.push_str("<w:strike/>");
        }
        if underline {
            properties.push_str("<w:u w:val=\"single\"/>");
        }
        if italic > 0 && han {
            properties.push_str("<w:em w:val=\"dot\"/>");
        }
        let mut run = "<w:r>".to_owned();
        if !properties.is_empty() {
            let _ = write!(run, "<w:rPr>{properties}</w:rPr>");
        }
        for (number, line) in text.replace("\r\n", "\n").split(['\n', '\r']).enumerate() {
            if number > 0 {
                run.push_str("<w:br/>");
            }
            for (number, piece) in line.split('\t').enumerate() {
                if number > 0 {
                    run.push_str("<w:tab/>");
                }
                if !piece.is_empty() {
                    let _ = write!(run, "<w:t xml:space=\"preserve\">{}</w:t>", escaped(piece));
                }
            }
        }
        run.push_str("</w:r>");
        self.put(&run);
    }

    fn article(&mut self, article: Article<'a>) {
        // A name that is defined twice means its first note.
        for (name, events) in article.notes {
            self.waiting.entry(name).or_insert(events);
        }
        for event in article.events {
            self.event(event);
        }
        self.end();
    }

    fn event(&mut self, event: Event<'a>) {
        if let Some(drawing) = &mut self.drawing {
            match event {
                Event::Text(text) | Event::Code(text) => {
                    drawing.alt.push_str(&comments::bare(&text));
                }
                Event::SoftBreak | Event::HardBreak => drawing.alt.push(' '),
                Event::Start(Tag::Link { .. } | Tag::Image { .. }) => drawing.within += 1,
                Event::End(TagEnd::Link | TagEnd::Image) if drawing.within > 0 => {
                    drawing.within -= 1;
                }
                Event::End(TagEnd::Image) => self.drawn(),
                // Words are all that a picture has in it.
                _ => {}
            }
            return;
        }
        match event {
            Event::Start(tag) => self.start(tag),
            Event::End(tag) => self.close(tag),
            Event::Text(text) => {
                self.paragraph();
                let text = match self.code {
                    // The last line of a block ends with it.
                    true => text.strip_suffix('\n').unwrap_or(&text),
                    false => &text,
                };
                self.run(text);
            }
            Event::Code(text) => {
                self.paragraph();
                let before = std::mem::replace(&mut self.letters.code, true);
                self.run(&text);
                self.letters.code = before;
            }
            Event::SoftBreak => {
                self.paragraph();
                // Chinese lines go together without a space.
                let space = match self.language {
                    Language::English => " ",
                    Language::Chinese => "",
                };
                if !space.is_empty() {
                    self.run(space);
                }
            }
            Event::HardBreak => {
                self.paragraph();
                self.put("<w:r><w:br/></w:r>");
            }
            Event::Rule => {
                self.begin(
                    "<w:pBdr><w:bottom w:val=\"single\" w:sz=\"6\" w:space=\"1\" w:color=\"BBBBBB\"/></w:pBdr>",
                );
                self.end();
            }
            Event::FootnoteReference(name) => self.reference(&name),
            Event::TaskListMarker(done) => {
                self.paragraph();
                self.run(if done { "\u{2611} " } else { "\u{2610} " });
            }
            Event::Html(text)
            | Event::InlineHtml(text)
            | Event::InlineMath(text)
            | Event::DisplayMath(text) => {
                self.paragraph();
                self.run(&text);
            }
        }
    }

    fn start(&mut self, tag: Tag<'a>) {
        match tag {
            Tag::Paragraph => self.end(),
            Tag::Heading { level, .. } => {
                self.end();
                self.heading = Some(match level {
                    HeadingLevel::H1 => 1,
                    HeadingLevel::H2 => 2,
                    HeadingLevel::H3 => 3,
                    HeadingLevel::H4 => 4,
                    HeadingLevel::H5 => 5,
                    HeadingLevel::H6 => 6,
                });
                self.paragraph();
            }
            Tag::BlockQuote(_) => {
                self.end();
                self.quotes += 1;
            }
            Tag::CodeBlock(CodeBlockKind::Indented | CodeBlockKind::Fenced(_)) => {
                self.end();
                self.code = true;
            }
            Tag::List(start) => {
                self.end();
                let number = match start {
                    None => 1,
                    Some(start) => {
                        // Word counts in 32 bits.
                        self.starts.push(start.min(i32::MAX as u64));
                        self.starts.len() + 1
                    }
                };
                self.lists.push(List {
                    number,
                    fresh: false,
                });
            }
            Tag::Item => {
                self.end();
                if let Some(list) = self.lists.last_mut() {
                    list.fresh = true;
                }
            }
            Tag::Table(alignments) => {
                self.end();
                let columns = alignments.len().clamp(1, MOST_COLUMNS);
                self.alignments = alignments;
                self.table(columns);
            }
            Tag::TableHead => {
                self.in_head = true;
                self.column = 0;
                self.put("<w:tr><w:trPr><w:tblHeader/></w:trPr>");
            }
            Tag::TableRow => {
                self.column = 0;
                self.put("<w:tr>");
            }
            Tag::TableCell => {
                if self.column < MOST_COLUMNS {
                    self.put("<w:tc><w:tcPr><w:tcW w:w=\"0\" w:type=\"auto\"/></w:tcPr>");
                    self.cell = true;
                    self.paragraph();
                } else {
                    // What has no column of its own stands in the last one.
                    self.paragraph();
                    self.run(" ");
                }
            }
            Tag::Emphasis => self.letters.italic += 1,
            Tag::Strong => self.letters.bold += 1,
            Tag::Strikethrough => self.letters.strike += 1,
            Tag::Image { dest_url, .. } if self.draw(&comments::bare(&dest_url)) => {}
            Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. } => {
                // A link in a link can't be, and one inside of the file leads nowhere here.
                let dest_url = comments::bare(&dest_url);
                let link = is_safe_link(&dest_url)
                    && !dest_url.is_empty()
                    && !dest_url.starts_with('#')
                    && !self.linked.contains(&true);
                self.linked.push(link);
                if link {
                    self.paragraph();
                    let id = self.part().link(&dest_url);
                    self.put(&format!("<w:hyperlink r:id=\"{id}\">"));
                    self.letters.link = true;
                }
            }
            _ => {}
        }
    }

    fn close(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Paragraph => self.end(),
            TagEnd::Heading(_) => {
                self.end();
                self.heading = None;
            }
            TagEnd::BlockQuote(_) => {
                self.end();
                self.quotes = self.quotes.saturating_sub(1);
            }
            TagEnd::CodeBlock => {
                self.end();
                self.code = false;
            }
            TagEnd::List(_) => {
                self.end();
                self.lists.pop();
            }
            TagEnd::Item => {
                // An item with nothing in it is an item too.
                if self.lists.last().is_some_and(|list| list.fresh) {
                    self.paragraph();
                }
                self.end();
            }
            TagEnd::TableHead | TagEnd::TableRow => {
                if self.cell {
                    self.end_cell();
                }
                self.in_head = false;
                self.put("</w:tr>");
            }
            TagEnd::TableCell => {
                self.column += 1;
                if self.column < MOST_COLUMNS {
                    self.end_cell();
                }
            }
            TagEnd::Table => {
                self.put("</w:tbl>");
                // Two tables without a paragraph between them would be one.
                self.begin("");
                self.end();
            }
            TagEnd::Emphasis => self.letters.italic = self.letters.italic.saturating_sub(1),
            TagEnd::Strong => self.letters.bold = self.letters.bold.saturating_sub(1),
            TagEnd::Strikethrough => self.letters.strike = self.letters.strike.saturating_sub(1),
            TagEnd::Link | TagEnd::Image => {
                let leads = self.linked.pop();
                if leads == Some(true) {
                    self.put("</w:hyperlink>");
                    self.letters.link = false;
                }
            }
            _ => {}
        }
    }

    fn end_cell(&mut self) {
        self.end();
        self.cell = false;
        self.put("</w:tc>");
    }

    fn table(&mut self, columns: usize) {
        self.put(
            "<w:tbl><w:tblPr><w:tblStyle w:val=\"TableGrid\"/><w:tblW w:w=\"5000\" w:type=\"pct\"/>\
             </w:tblPr><w:tblGrid>",
        );
        let width = 9_000 / columns;
        for _ in 0..columns {
            self.put(&format!("<w:gridCol w:w=\"{width}\"/>"));
        }
        self.put("</w:tblGrid>");
    }

    /// A table of plain text.
    fn grid(&mut self, header: &[String], rows: &[Vec<String>]) {
        let columns = header.len().min(MOST_COLUMNS);
        self.table(columns);
        for (number, row) in std::iter::once(header)
            .chain(rows.iter().map(Vec::as_slice))
            .enumerate()
        {
            self.in_head = number == 0;
            self.put(match self.in_head {
                true => "<w:tr><w:trPr><w:tblHeader/></w:trPr>",
                false => "<w:tr>",
            });
            for at in 0..columns {
                self.put("<w:tc><w:tcPr><w:tcW w:w=\"0\" w:type=\"auto\"/></w:tcPr>");
                self.begin("");
                let last = at + 1 == columns;
                let cells = if last { &row[at..] } else { &row[at..=at] };
                self.run(&cells.join("\n"));
                self.end_cell();
            }
            self.put("</w:tr>");
        }
        self.in_head = false;
        self.put("</w:tbl>");
        self.begin("");
        self.end();
    }

    /// A footnote, written where it is named first; later it is named by its number. A note in a
    /// note is only named.
    fn reference(&mut self, name: &str) {
        self.paragraph();
        let note = match self.in_note {
            true => None,
            false => self.waiting.remove(name),
        };
        let Some(events) = note else {
            let number = self.numbers.get(name);
            let shown = number.map_or_else(|| format!("[{name}]"), ToString::to_string);
            self.put(&format!(
                "<w:r><w:rPr><w:vertAlign w:val=\"superscript\"/></w:rPr><w:t>{}</w:t></w:r>",
                escaped(&shown)
            ));
            return;
        };
        let id = self.numbers.len() + 1;
        self.numbers.insert(name.to_owned(), id);
        self.put(&format!(
            "<w:r><w:rPr><w:rStyle w:val=\"FootnoteReference\"/></w:rPr><w:footnoteReference w:id=\"{id}\"/></w:r>"
        ));
        // What stands around the reference goes on afterwards.
        let mut note = Writing::new(self.language);
        note.in_note = true;
        note.note_mark = true;
        note.notes = std::mem::take(&mut self.notes);
        note.starts = std::mem::take(&mut self.starts);
        note.numbers = std::mem::take(&mut self.numbers);
        note.comments = std::mem::take(&mut self.comments);
        note.pictures = self.pictures;
        note.media = std::mem::take(&mut self.media);
        note.held = std::mem::take(&mut self.held);
        note.drawings = self.drawings;
        note.put(&format!("<w:footnote w:id=\"{id}\">"));
        for event in events {
            note.event(event);
        }
        if note.note_mark {
            note.paragraph();
        }
        note.end();
        note.put("</w:footnote>");
        self.notes = note.notes;
        self.starts = note.starts;
        self.numbers = note.numbers;
        self.comments = note.comments;
        self.media = note.media;
        self.held = note.held;
        self.drawings = note.drawings;
    }

    fn script(&mut self, text: &str, title: &str) {
        let blocks = script::read(text);
        let first = blocks.iter().filter(|block| block.kind == Kind::Title);
        let mut page = false;
        for block in first {
            page = true;
            self.set("TitlePage", &block.content);
        }
        if page {
            self.put("<w:p><w:r><w:br w:type=\"page\"/></w:r></w:p>");
        } else if !title.is_empty() {
            self.plain("TitlePage", title);
        }
        let mut speaking = false;
        for block in &blocks {
            let style = match block.kind {
                Kind::Heading => "SceneHeading",
                Kind::Action => "Action",
                Kind::Character => "Character",
                Kind::Parenthetical => "Parenthetical",
                Kind::Dialogue => "Dialogue",
                Kind::Transition => "Transition",
                Kind::Centered => "Centered",
                Kind::Lyric => "Lyric",
                Kind::PageBreak => {
                    self.put("<w:p><w:r><w:br w:type=\"page\"/></w:r></w:p>");
                    speaking = false;
                    continue;
                }
                Kind::Title | Kind::Section(_) | Kind::Synopsis | Kind::Hidden => continue,
            };
            // A speech has no room after each of its lines; what follows it stands apart.
            if speaking && !block.tight {
                self.put("<w:p><w:pPr><w:pStyle w:val=\"Dialogue\"/></w:pPr></w:p>");
            }
            speaking = matches!(
                block.kind,
                Kind::Character | Kind::Parenthetical | Kind::Dialogue | Kind::Lyric
            );
            if let Some(number) = block.label.as_ref().filter(|_| block.kind == Kind::Heading) {
                let mut content = vec![Piece::plain(format!("{number} "))];
                content.extend(block.content.iter().cloned());
                self.set(style, &content);
            } else {
                self.set(style, &block.content);
            }
        }
    }

    fn set(&mut self, style: &str, pieces: &[Piece]) {
        self.begin(&format!("<w:pStyle w:val=\"{style}\"/>"));
        for piece in pieces.iter().filter(|piece| !piece.hidden) {
            self.letters = Letters {
                bold: u32::from(piece.style.bold),
                italic: u32::from(piece.style.italic),
                underline: piece.style.underline,
                ..Letters::default()
            };
            self.run(&piece.text);
        }
        self.letters = Letters::default();
        self.end();
    }
}

#[cfg(test)]
#[path = "write_tests.rs"]
mod tests;
