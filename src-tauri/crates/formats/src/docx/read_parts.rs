//! The parts of a DOCX beside its text: styles, lists, links, comments.

use std::collections::HashMap;
use std::io::{Cursor, Read};

use roxmltree::Node;
use zip::ZipArchive;

use crate::{FormatError, fdx::xml};

/// The most that is read out of a file.
const MOST_BYTES: u64 = 200 << 20;
/// How many times larger than the file its content may be.
const MOST_RATIO: u64 = 100;
/// Elements inside of one another that are followed.
/// One more than a document may have, so that nothing is left out.
pub(super) const DEEPEST: usize = 129;

pub(super) const WORD: &str = "http://schemas.openxmlformats.org/wordprocessingml/2006/main";
pub(super) const STRICT: &str = "http://purl.oclc.org/ooxml/wordprocessingml/main";

/// Whether bytes are a document of Word.
pub(crate) fn recognises(bytes: &[u8]) -> bool {
    bytes.starts_with(b"PK\x03\x04")
        && ZipArchive::new(Cursor::new(bytes)).is_ok_and(|archive| {
            archive.index_for_name("[Content_Types].xml").is_some()
                && archive.index_for_name("word/document.xml").is_some()
        })
}

pub(super) fn wrong(detail: impl std::fmt::Display) -> FormatError {
    FormatError::NotThis {
        format: "DOCX",
        detail: detail.to_string(),
    }
}

/// The parts of the file, unpacked within limits.
pub(super) struct Parts<'a> {
    archive: ZipArchive<Cursor<&'a [u8]>>,
    left: u64,
}

impl<'a> Parts<'a> {
    pub fn open(bytes: &'a [u8]) -> Result<Self, FormatError> {
        Ok(Self {
            archive: ZipArchive::new(Cursor::new(bytes)).map_err(wrong)?,
            left: MOST_BYTES.min(MOST_RATIO.saturating_mul(bytes.len() as u64)),
        })
    }

    pub fn read(&mut self, name: &str) -> Result<Option<String>, FormatError> {
        let Some(at) = self.archive.index_for_name(name) else {
            return Ok(None);
        };
        let entry = self.archive.by_index(at).map_err(wrong)?;
        let mut bytes = Vec::new();
        // The size in the directory is the file's own claim.
        entry
            .take(self.left + 1)
            .read_to_end(&mut bytes)
            .map_err(wrong)?;
        let size = bytes.len() as u64;
        if size > self.left {
            return Err(FormatError::TooLarge {
                bytes: bytes.len(),
                limit: usize::try_from(self.left).unwrap_or(usize::MAX),
            });
        }
        self.left -= size;
        Ok(Some(xml::decode(&bytes)?))
    }
}

/// The local name of an element of Word's own, else of any.
pub(super) fn is(node: Node<'_, '_>, name: &str) -> bool {
    node.is_element() && node.tag_name().name() == name
}

pub(super) fn of_word(node: Node<'_, '_>) -> bool {
    matches!(node.tag_name().namespace(), Some(WORD | STRICT))
}

/// An attribute by its local name, whatever its prefix.
pub(super) fn attribute<'a>(node: Node<'a, '_>, name: &str) -> Option<&'a str> {
    let mut all = node.attributes();
    all.find(|one| one.name() == name).map(|one| one.value())
}

pub(super) fn child<'a, 'i>(node: Node<'a, 'i>, name: &str) -> Option<Node<'a, 'i>> {
    node.children().find(|child| is(*child, name))
}

pub(super) fn value<'a>(node: Node<'a, '_>, name: &str) -> Option<&'a str> {
    child(node, name).and_then(|child| attribute(child, "val"))
}

/// A switch such as `w:b`: on where it stands, unless it says no.
pub(super) fn switch(node: Node<'_, '_>, name: &str) -> Option<bool> {
    child(node, name).map(|child| {
        !matches!(
            attribute(child, "val"),
            Some("0" | "false" | "off" | "none")
        )
    })
}

/// What a paragraph style says.
#[derive(Debug, Clone, Default)]
pub(super) struct ParagraphStyle {
    pub based_on: Option<String>,
    pub heading: Option<usize>,
    pub title: bool,
    pub quote: bool,
    pub code: bool,
    /// A line of a table of contents, which is made of the headings.
    pub contents: bool,
    pub list: Option<(String, usize)>,
    /// How text in it is set, where the style says so (bold, italic).
    pub set: (Option<bool>, Option<bool>),
    pub monospaced: bool,
    /// Twentieths of a point from the left, and above.
    pub indent: Option<i64>,
    pub above: Option<i64>,
}

pub(super) fn styles(xml: &str) -> Result<HashMap<String, ParagraphStyle>, FormatError> {
    let document = xml::parse(xml)?;
    let mut found = HashMap::new();
    for node in document
        .root_element()
        .children()
        .filter(|n| is(*n, "style"))
    {
        let Some(id) = attribute(node, "styleId") else {
            continue;
        };
        // Names of built-in styles are English in every language; ids are translated.
        let name = value(node, "name").unwrap_or(id).to_lowercase();
        let properties = child(node, "pPr");
        let outline = properties
            .and_then(|p| value(p, "outlineLvl"))
            .and_then(|level| level.parse::<usize>().ok())
            .filter(|level| *level < 9);
        let named = name
            .strip_prefix("heading ")
            .or_else(|| name.strip_prefix("标题 "))
            .or_else(|| name.strip_prefix("標題 "))
            .and_then(|level| level.parse::<usize>().ok());
        let style = ParagraphStyle {
            based_on: value(node, "basedOn").map(str::to_owned),
            heading: named.or(outline.map(|level| level + 1)),
            title: name == "title",
            quote: matches!(name.as_str(), "quote" | "intense quote" | "block text"),
            code: name.contains("preformatted") || name.contains("source code") || name == "macro",
            contents: name.starts_with("toc ") || name == "table of contents",
            list: properties.and_then(list_of),
            set: child(node, "rPr")
                .map_or((None, None), |set| (switch(set, "b"), switch(set, "i"))),
            monospaced: matches!(name.as_str(), "html code" | "verbatim char" | "source text"),
            indent: properties.and_then(indent_of),
            above: properties.and_then(above_of),
        };
        found.insert(id.to_owned(), style);
    }
    Ok(found)
}

/// The list that properties name: its id and the depth.
pub(super) fn list_of(properties: Node<'_, '_>) -> Option<(String, usize)> {
    let list = child(properties, "numPr")?;
    let depth = value(list, "ilvl").and_then(|depth| depth.parse().ok());
    Some((value(list, "numId")?.to_owned(), depth.unwrap_or(0)))
}

/// How far from the left a paragraph begins.
pub(super) fn indent_of(properties: Node<'_, '_>) -> Option<i64> {
    let indent = child(properties, "ind")?;
    let left = attribute(indent, "left").or_else(|| attribute(indent, "start"))?;
    left.parse().ok()
}

/// How much room is above a paragraph.
pub(super) fn above_of(properties: Node<'_, '_>) -> Option<i64> {
    attribute(child(properties, "spacing")?, "before")?
        .parse()
        .ok()
}

/// For every list and depth whether items are numbered, and from where.
pub(super) fn numbering(xml: &str) -> Result<HashMap<(String, usize), Option<u32>>, FormatError> {
    let document = xml::parse(xml)?;
    let mut kinds: HashMap<(String, usize), Option<u32>> = HashMap::new();
    let root = document.root_element();
    for node in root.children().filter(|n| is(*n, "abstractNum")) {
        let id = attribute(node, "abstractNumId").unwrap_or_default();
        for level in node.children().filter(|n| is(*n, "lvl")) {
            let depth = attribute(level, "ilvl").and_then(|depth| depth.parse().ok());
            let start = value(level, "start").and_then(|start| start.parse().ok());
            let bullet = matches!(value(level, "numFmt"), Some("bullet" | "none"));
            kinds.insert(
                (id.to_owned(), depth.unwrap_or(0)),
                (!bullet).then(|| start.unwrap_or(1)),
            );
        }
    }
    let mut found = HashMap::new();
    for node in root.children().filter(|n| is(*n, "num")) {
        let (Some(id), Some(kind)) = (attribute(node, "numId"), value(node, "abstractNumId"))
        else {
            continue;
        };
        for depth in 0..9 {
            if let Some(start) = kinds.get(&(kind.to_owned(), depth)) {
                found.insert((id.to_owned(), depth), *start);
            }
        }
        for over in node.children().filter(|n| is(*n, "lvlOverride")) {
            let depth = attribute(over, "ilvl").and_then(|depth| depth.parse().ok());
            let start = value(over, "startOverride").and_then(|start| start.parse().ok());
            if let (Some(depth), Some(start)) = (depth, start)
                && let Some(Some(number)) = found.get_mut(&(id.to_owned(), depth))
            {
                *number = start;
            }
        }
    }
    Ok(found)
}

/// Whether a link leads to another place that a person may open.
pub(super) fn leads(link: &str) -> bool {
    let lower = link.to_ascii_lowercase();
    ["http://", "https://", "mailto:"]
        .iter()
        .any(|start| lower.starts_with(start))
}

/// Where links lead, by their id.
pub(super) fn links(xml: &str) -> Result<HashMap<String, String>, FormatError> {
    let document = xml::parse(xml)?;
    let relations = document.root_element().children();
    Ok(relations
        .filter(|node| attribute(*node, "TargetMode") == Some("External"))
        .filter_map(|node| {
            let target = attribute(node, "Target")?;
            leads(target).then(|| {
                (
                    attribute(node, "Id").unwrap_or_default().to_owned(),
                    target.to_owned(),
                )
            })
        })
        .collect())
}

/// Who commented, and what, by the comment's id.
pub(super) fn comments(xml: &str) -> Result<HashMap<String, (String, String)>, FormatError> {
    let document = xml::parse(xml)?;
    let mut found = HashMap::new();
    for node in document
        .root_element()
        .children()
        .filter(|n| is(*n, "comment"))
    {
        let id = attribute(node, "id").unwrap_or_default().to_owned();
        let who = attribute(node, "author").unwrap_or_default().to_owned();
        let words = node.descendants().filter(|n| is(*n, "t") || is(*n, "p"));
        let text: String = words
            .map(|n| {
                if is(n, "p") {
                    " "
                } else {
                    n.text().unwrap_or_default()
                }
            })
            .collect();
        found.insert(id, (who, text.trim().to_owned()));
    }
    Ok(found)
}
