//! Paragraphs, new ones and old ones with new words.

use std::fmt::Write as _;

use inkstone_manuscript::{
    board::CardColor,
    diff::{Change, prose_diff},
};
use roxmltree::Node;

use super::{
    color::color,
    omitted::Omitted,
    source::{Paragraph, Run, child, own, summary},
    xml,
};
use crate::script::{Block, Kind, Piece, Style};

/// Data of a processing instruction: no `?>` and no line end in it.
pub(super) fn data(raw: &str) -> String {
    raw.replace('\\', "\\\\")
        .replace('\n', "\\n")
        .replace('?', "\\q")
        .chars()
        .filter(|&c| (c >= ' ' || c == '\t') && c != '\u{fffe}' && c != '\u{ffff}')
        .collect()
}

/// A paragraph ready to be written.
pub(super) struct Made {
    pub xml: String,
    /// What it adds to the count of script notes, without its end.
    pub length: usize,
    /// Stretches that stayed: from, to, length in UTF-16 units.
    pub kept: Vec<(usize, usize, usize)>,
    /// Notes inside of lines: where, and what they say.
    pub notes: Vec<(usize, String)>,
}

/// What is to be written as one paragraph.
pub(super) struct Wanted<'b> {
    pub blocks: Vec<&'b Block>,
    pub page_break: bool,
    /// The set of revisions it belongs to.
    pub revision: Option<u32>,
    /// For a lyric: whether it stands apart from the speech or verse before it.
    pub apart: bool,
    /// For a cue: whether it is dual without a partner.
    pub dual: bool,
    /// For a heading: the colour of its card, and whether a note beside it says so.
    pub color: Option<(CardColor, bool)>,
    /// For a heading: the scene that it omits.
    pub omitted: Omitted,
    /// The white space before children.
    pub indent: String,
}

/// The attributes of a start tag as they stand in the file, with some set or taken out.
pub(super) fn start_tag(xml_text: &str, node: Node, set: &[(&str, Option<String>)]) -> String {
    let mut out = format!("<{}", node.tag_name().name());
    for attribute in node.attributes() {
        if !set.iter().any(|(name, _)| *name == attribute.name()) {
            let _ = write!(out, " {}", &xml_text[attribute.range()]);
        }
    }
    for (name, value) in set {
        if let Some(value) = value {
            let _ = write!(out, " {name}=\"");
            xml::attribute(&mut out, value);
            out.push('"');
        }
    }
    out.push('>');
    out
}

/// Where a start tag ends.
pub(super) fn start_tag_end(xml_text: &str, node: Node) -> usize {
    let start = node.range().start;
    let mut quote = None;
    for (at, b) in xml_text.as_bytes()[start..].iter().enumerate() {
        match (quote, b) {
            (Some(q), b) if q == b => quote = None,
            (Some(_), _) => {}
            (None, b'"' | b'\'') => quote = Some(b),
            (None, b'>') => return start + at + 1,
            _ => {}
        }
    }
    node.range().end
}

/// A `<Text>` element.
fn text_element(out: &mut String, attributes: &[(String, String)], style: Style, text: &str) {
    let old = attributes
        .iter()
        .find(|(name, _)| name == "Style")
        .map_or("", |(_, value)| value);
    let value = styled(old, style);
    out.push_str("<Text");
    let mut written = false;
    for (name, old) in attributes {
        let value = if name == "Style" {
            written = true;
            &value
        } else {
            old
        };
        let _ = write!(out, " {name}=\"");
        xml::attribute(out, value);
        out.push('"');
    }
    if !written && !value.is_empty() {
        let _ = write!(out, " Style=\"{value}\"");
    }
    out.push('>');
    xml::text(out, text);
    out.push_str("</Text>");
}

/// `Bold+Underline` with the parts that Fountain can say set anew.
fn styled(old: &str, style: Style) -> String {
    let had = |name: &str| old.split('+').any(|part| part.trim() == name);
    if [
        ("Bold", style.bold),
        ("Italic", style.italic),
        ("Underline", style.underline),
    ]
    .iter()
    .all(|(name, on)| had(name) == *on)
    {
        return old.to_owned();
    }
    let mut parts: Vec<&str> = Vec::new();
    for (name, on) in [
        ("Bold", style.bold),
        ("Italic", style.italic),
        ("Underline", style.underline),
    ] {
        if on {
            parts.push(name);
        }
    }
    parts.extend(
        old.split('+')
            .map(str::trim)
            .filter(|part| !matches!(*part, "" | "Bold" | "Italic" | "Underline")),
    );
    parts.join("+")
}

/// All that the blocks print, with `\n` between lines of one speech and an empty line between
/// paragraphs that were one.
fn joined(blocks: &[&Block]) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let own = blocks
        .iter()
        .filter(|block| block.kind == Kind::Heading || blocks[0].kind != Kind::Heading);
    for (index, block) in own.enumerate() {
        if index > 0 {
            let gap = if block.kind == Kind::Action {
                "\n\n"
            } else {
                "\n"
            };
            pieces.push(Piece::plain(gap));
        }
        pieces.extend(block.content.iter().cloned());
    }
    pieces
}

/// A character or hidden piece on its way out.
struct Cell {
    text: String,
    style: Style,
    hidden: bool,
    /// The run whose attributes it has.
    run: Option<usize>,
    new: bool,
}

fn cells(pieces: &[Piece]) -> Vec<Cell> {
    let mut cells = Vec::new();
    for piece in pieces {
        let cell = |text: String| Cell {
            text,
            style: piece.style,
            hidden: piece.hidden,
            run: None,
            new: true,
        };
        if piece.hidden {
            cells.push(cell(piece.text.clone()));
        } else {
            cells.extend(piece.text.chars().map(|c| cell(c.to_string())));
        }
    }
    cells
}

fn units(text: &str) -> usize {
    text.encode_utf16().count()
}

/// Gives each cell the run that its letter had, new letters that of their neighbour. Returns what
/// stayed where.
fn inherit(cells: &mut [Cell], runs: &[Run]) -> Vec<(usize, usize, usize)> {
    let old: String = runs.iter().map(|run| run.text.as_str()).collect();
    let mut of_char = Vec::with_capacity(old.len());
    for (index, run) in runs.iter().enumerate() {
        of_char.extend(run.text.chars().map(|_| index));
    }
    let new: String = cells
        .iter()
        .filter(|cell| !cell.hidden)
        .map(|cell| cell.text.as_str())
        .collect();
    let mut printed = cells.iter_mut().filter(|cell| !cell.hidden);
    let (mut at, mut old_units, mut new_units) = (0, 0, 0);
    let mut kept = Vec::new();
    let mut last = None;
    let mut orphans = Vec::new();
    for piece in prose_diff(&old, &new) {
        let count = piece.text.chars().count();
        let length = units(&piece.text);
        match piece.change {
            Change::Equal => {
                kept.push((old_units, new_units, length));
                for cell in printed.by_ref().take(count) {
                    cell.run = of_char.get(at).copied();
                    cell.new = false;
                    last = cell.run;
                    at += 1;
                }
                old_units += length;
                new_units += length;
            }
            Change::Delete => {
                last = of_char.get(at).copied().or(last);
                at += count;
                old_units += length;
            }
            Change::Insert => {
                for cell in printed.by_ref().take(count) {
                    match last {
                        Some(run) => cell.run = Some(run),
                        None => orphans.push(cell),
                    }
                }
                new_units += length;
            }
        }
    }
    for cell in orphans {
        cell.run = (!runs.is_empty()).then_some(0);
    }
    kept
}

/// Attributes that belong to the words and not to their look.
fn is_mark(name: &str) -> bool {
    matches!(name, "RevisionID" | "TagNumber")
}

/// Writes the children that carry the words.
fn words(cells: &[Cell], runs: &[Run], wanted: &Wanted, made: &mut Made) -> Vec<(usize, String)> {
    let mut elements: Vec<(usize, String)> = Vec::new();
    // A new letter differs from its neighbour where that has a mark which it must not have.
    let differs = |cell: &Cell| {
        cell.new
            && (wanted.revision.is_some()
                || cell
                    .run
                    .is_some_and(|run| runs[run].attributes.iter().any(|(name, _)| is_mark(name))))
    };
    let mut at = 0;
    let mut start = 0;
    while start < cells.len() {
        let first = &cells[start];
        if first.hidden {
            made.notes.push((at, first.text.clone()));
            // The caller puts the instruction here once the note has an id.
            elements.push((at, String::new()));
            start += 1;
            continue;
        }
        let end = (start..cells.len())
            .find(|&end| {
                let cell = &cells[end];
                cell.hidden
                    || cell.style != first.style
                    || cell.run != first.run
                    || differs(cell) != differs(first)
            })
            .unwrap_or(cells.len());
        let text: String = cells[start..end]
            .iter()
            .map(|cell| cell.text.as_str())
            .collect();
        let mut attributes = first
            .run
            .map(|run| runs[run].attributes.clone())
            .unwrap_or_default();
        if first.new {
            attributes.retain(|(name, _)| !is_mark(name));
        }
        if let Some(revision) = wanted.revision.filter(|_| first.new || runs.is_empty()) {
            attributes.retain(|(name, _)| name != "RevisionID");
            attributes.push(("RevisionID".to_owned(), revision.to_string()));
        }
        let mut element = String::new();
        text_element(&mut element, &attributes, first.style, &text);
        elements.push((at, element));
        at += units(&text);
        start = end;
    }
    made.length = at;
    elements
}

/// The instructions that say what Final Draft has no word for.
fn instructions(wanted: &Wanted) -> String {
    let mut out = String::new();
    let Some(first) = wanted.blocks.first() else {
        return out;
    };
    match first.kind {
        Kind::Title => {
            let key = first.label.as_deref().unwrap_or("Notes");
            let _ = write!(out, "<?inkstone title {}?>", data(key));
        }
        Kind::Section(depth) if depth > 4 => {
            let _ = write!(out, "<?inkstone depth {depth}?>");
        }
        Kind::Character if wanted.dual => out.push_str("<?inkstone dual?>"),
        Kind::Dialogue if first.content.is_empty() => out.push_str("<?inkstone pause?>"),
        Kind::Lyric if wanted.apart => out.push_str("<?inkstone apart?>"),
        Kind::Heading => {
            if let Some((color, true)) = wanted.color {
                let _ = write!(out, "<?inkstone color {}?>", color.name());
            }
        }
        _ => {}
    }
    out
}

/// Whether a block is a lyric that follows a speech or a verse after a blank line.
pub(super) fn stands_apart(block: &Block, before: Option<&Block>) -> bool {
    block.kind == Kind::Lyric
        && !block.tight
        && before.is_some_and(|before| {
            before.tight || matches!(before.kind, Kind::Lyric | Kind::Character)
        })
}

/// The placeholder for an instruction inside of a line.
pub(super) const NOTE: &str = "\u{fdd0}";

/// A paragraph that was not in the file.
pub(super) fn fresh(wanted: &Wanted) -> Made {
    let block = wanted.blocks[0];
    let mut attributes: Vec<(&str, String)> = Vec::new();
    let name = match block.kind {
        Kind::Title => None,
        Kind::Heading => Some("Scene Heading".to_owned()),
        Kind::Character => Some("Character".to_owned()),
        Kind::Parenthetical => Some("Parenthetical".to_owned()),
        Kind::Dialogue => Some("Dialogue".to_owned()),
        Kind::Transition => Some("Transition".to_owned()),
        Kind::Lyric => Some("Lyrics".to_owned()),
        Kind::Section(depth) => Some(format!("Outline {}", depth.clamp(1, 4))),
        Kind::Synopsis => Some("Outline Body".to_owned()),
        Kind::Action | Kind::Centered | Kind::Hidden | Kind::PageBreak => Some("Action".to_owned()),
    };
    if let Some(name) = name {
        attributes.push(("Type", name));
    }
    if block.kind == Kind::Centered {
        attributes.push(("Alignment", "Center".to_owned()));
    }
    if block.kind == Kind::Title {
        let alignment = match block.label.as_deref().map(str::to_lowercase).as_deref() {
            Some("title" | "credit" | "author" | "authors" | "source") => "Center",
            Some("draft date" | "date" | "revision") => "Right",
            _ => "Left",
        };
        attributes.push(("Alignment", alignment.to_owned()));
    }
    if let (Kind::Heading, Some(number)) = (block.kind, &block.label) {
        attributes.push(("Number", number.clone()));
    }
    if wanted.page_break {
        attributes.push(("StartsNewPage", "Yes".to_owned()));
    }
    let mut out = String::from("<Paragraph");
    for (name, value) in &attributes {
        let _ = write!(out, " {name}=\"");
        xml::attribute(&mut out, value);
        out.push('"');
    }
    out.push('>');
    let mut made = Made {
        xml: out,
        length: 0,
        kept: vec![],
        notes: vec![],
    };
    let lines = synopses(&wanted.blocks);
    if let Some(properties) = new_properties(&lines, wanted) {
        let _ = write!(made.xml, "{}{properties}", wanted.indent);
    }
    let extra = instructions(wanted);
    if !extra.is_empty() {
        let _ = write!(made.xml, "{}{extra}", wanted.indent);
    }
    let cells = cells(&joined(&wanted.blocks));
    let elements = words(&cells, &[], wanted, &mut made);
    let empty = elements.is_empty();
    for (_, element) in elements {
        let element = if element.is_empty() { NOTE } else { &element };
        let _ = write!(made.xml, "{}{element}", wanted.indent);
    }
    if empty {
        let _ = write!(made.xml, "{}<Text></Text>", wanted.indent);
    }
    if let Omitted::New(element) = &wanted.omitted {
        let _ = write!(made.xml, "{}{element}", wanted.indent);
        made.length += 2;
    }
    let outer = wanted.indent.strip_suffix("  ").unwrap_or(&wanted.indent);
    let _ = write!(made.xml, "{outer}</Paragraph>");
    made
}

fn synopses(blocks: &[&Block]) -> Vec<String> {
    if blocks
        .first()
        .is_none_or(|block| block.kind != Kind::Heading)
    {
        return vec![];
    }
    blocks[1..]
        .iter()
        .filter(|block| block.kind == Kind::Synopsis)
        .map(|block| crate::script::inline::write(&block.content))
        .collect()
}

fn summary_element(lines: &[String]) -> String {
    let mut out = String::from("<Summary>");
    for line in lines {
        out.push_str("<Paragraph><Text>");
        xml::text(&mut out, line);
        out.push_str("</Text></Paragraph>");
    }
    out.push_str("</Summary>");
    out
}

/// A paragraph of the file with other words in it. Attributes and children that we don't know stay.
pub(super) fn rebuilt(xml_text: &str, old: &Paragraph, wanted: &Wanted) -> Made {
    let node = old.node;
    let block = wanted.blocks[0];
    let mut set: Vec<(&str, Option<String>)> = Vec::new();
    if block.kind == Kind::Heading
        && node.attribute("Number").map(str::to_owned) != block.label
        && (block.label.is_some()
            || node
                .attribute("Number")
                .is_some_and(crate::script::is_number))
    {
        set.push(("Number", block.label.clone()));
    }
    if wanted.page_break != old.page_break {
        let value = if wanted.page_break { "Yes" } else { "No" };
        set.push(("StartsNewPage", Some(value.to_owned())));
    }
    let mut made = Made {
        xml: start_tag(xml_text, node, &set),
        length: 0,
        kept: vec![],
        notes: vec![],
    };
    let mut cells = cells(&joined(&wanted.blocks));
    made.kept = inherit(&mut cells, &old.runs);
    let elements = words(&cells, &old.runs, wanted, &mut made);

    let lines = synopses(&wanted.blocks);
    let is_heading = block.kind == Kind::Heading;
    let new_summary = (is_heading && lines != summary(node)).then_some(lines.as_slice());
    let new_color = (is_heading && wanted.color.map(|(color, _)| color) != color(node))
        .then(|| wanted.color.map(|(color, _)| digits(color)));
    // What is neither text nor ours, with the place of the text it stands before.
    let mut others: Vec<(usize, String)> = Vec::new();
    let mut at = 0;
    let (mut has_properties, mut has_omitted) = (false, false);
    for other in node.children() {
        if other.has_tag_name("Text") {
            at += other
                .children()
                .filter_map(|text| text.text())
                .map(units)
                .sum::<usize>();
        } else if other.is_element() || other.is_comment() || other.is_pi() {
            if other.pi().is_some_and(|pi| pi.target == "inkstone") {
                continue;
            }
            let mut slice = xml_text[other.range()].to_owned();
            if other.has_tag_name("SceneProperties") {
                has_properties = true;
                slice = with_properties(xml_text, other, new_summary, new_color.as_ref());
            }
            if other.has_tag_name("OmittedScene") {
                match &wanted.omitted {
                    Omitted::Gone => continue,
                    Omitted::Kept => {}
                    Omitted::New(element) => slice.clone_from(element),
                }
                has_omitted = true;
                made.length += 2;
            }
            others.push((moved(&made.kept, at), slice));
        }
    }
    if !has_properties && let Some(properties) = new_properties(&lines, wanted) {
        others.insert(0, (0, properties));
    }
    let extra = match block.kind {
        // The key of a title page is known by where its value stands, unless we said so.
        Kind::Title if own(node, "title").is_none() => String::new(),
        _ => instructions(wanted),
    };
    if !extra.is_empty() {
        others.push((0, extra));
        others.sort_by_key(|&(at, _)| at);
    }
    if let (Omitted::New(element), false) = (&wanted.omitted, has_omitted) {
        others.push((usize::MAX, element.clone()));
        made.length += 2;
    }
    let mut others = others.into_iter().peekable();
    let mut wrote = false;
    for (at, element) in elements {
        while let Some((_, other)) = others.next_if(|&(place, _)| place <= at) {
            let _ = write!(made.xml, "{}{other}", wanted.indent);
        }
        let element = if element.is_empty() { NOTE } else { &element };
        let _ = write!(made.xml, "{}{element}", wanted.indent);
        wrote = true;
    }
    if !wrote {
        let _ = write!(made.xml, "{}<Text></Text>", wanted.indent);
    }
    for (_, other) in others {
        let _ = write!(made.xml, "{}{other}", wanted.indent);
    }
    let close = node
        .last_child()
        .filter(|last| last.is_text())
        .map(|last| xml_text[last.range()].to_owned())
        .filter(|space| space.trim().is_empty());
    let _ = write!(made.xml, "{}</Paragraph>", close.unwrap_or_default());
    made
}

/// A colour as Final Draft writes it: `#RRRRGGGGBBBB`.
fn digits(color: CardColor) -> String {
    let parts = color.rgb().map(|part| format!("{part:02X}{part:02X}"));
    format!("#{}", parts.concat())
}

/// The properties of a scene that had none.
fn new_properties(lines: &[String], wanted: &Wanted) -> Option<String> {
    if lines.is_empty() && wanted.color.is_none() {
        return None;
    }
    let mut out = String::from("<SceneProperties");
    if let Some((color, _)) = wanted.color {
        let _ = write!(out, " Color=\"{}\"", digits(color));
    }
    out.push_str(" Title=\"\"");
    if lines.is_empty() {
        out.push_str("/>");
    } else {
        let _ = write!(out, ">{}</SceneProperties>", summary_element(lines));
    }
    Some(out)
}

/// The properties of a scene with what is new in them.
fn with_properties(
    xml_text: &str,
    properties: Node,
    lines: Option<&[String]>,
    color: Option<&Option<String>>,
) -> String {
    let whole = properties.range();
    let open = start_tag_end(xml_text, properties);
    let closed = xml_text[..open].ends_with("/>");
    let start = match color {
        Some(color) => start_tag(xml_text, properties, &[("Color", color.clone())]),
        None if closed => start_tag(xml_text, properties, &[]),
        None => xml_text[whole.start..open].to_owned(),
    };
    let new = lines.filter(|lines| !lines.is_empty()).map(summary_element);
    if closed {
        return match (new, color) {
            (Some(new), _) => format!("{start}{new}</SceneProperties>"),
            (None, Some(_)) => format!("{}/>", start.trim_end_matches('>')),
            (None, None) => xml_text[whole].to_owned(),
        };
    }
    let old = child(properties, "Summary").map_or(open..open, |old| old.range());
    let cut = if lines.is_some() { old } else { open..open };
    format!(
        "{start}{}{}{}",
        &xml_text[open..cut.start],
        new.unwrap_or_default(),
        &xml_text[cut.end..whole.end]
    )
}

/// Where a place of the old text lies in the new one.
pub(super) fn moved(kept: &[(usize, usize, usize)], at: usize) -> usize {
    let mut last = 0;
    for &(old, new, length) in kept {
        if at < old {
            return last;
        }
        if at <= old + length {
            return new + (at - old);
        }
        last = new + length;
    }
    last
}
