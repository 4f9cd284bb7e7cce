//! Final Draft's FDX, both ways, without loss.
//!
//! [`read`] turns a file into Fountain. What Fountain can't say (fonts, colours, tags, revisions,
//! locked pages, arc beats, elements we have never heard of) stays in the file, which is kept as it
//! is beside the text. [`write`] puts the text back: paragraphs that were not touched are copied
//! byte for byte, changed ones keep their attributes, their children and the looks of the letters
//! that stayed, the rest of the file is left alone. A text that was not changed gives the file back.
//! Paragraphs are found again by comparing the text with what [`read`] makes of the kept file, so
//! nothing has to be remembered while a person edits, and scenes may be moved.
//!
//! What FDX has no place for is written as processing instructions (`<?inkstone ...?>`), which
//! every reader of XML passes over: cuts (`/* */`), the keys of a title page, the exact place of a
//! note, page breaks at the end. So Fountain -> FDX -> Fountain gives the text in its normal form
//! (see [`crate::script`]). Characters that XML can't hold are left out.
//!
//! Paper and page options go both ways by themselves ([`page_options`], [`with_page_options`]).
//!
//! How the notations meet: headings with `Number`; `Alignment="Center"`, new and ended acts are
//! centred text; shots, cast lists, general text and unknown types are action; `Lyrics` are lyrics;
//! `Outline 1` to `4` are sections, `Outline Body` and a scene's `Summary` synopses;
//! an `OmittedScene` is boneyard behind the heading that is left of it;
//! the `Color` of a scene is the note that colours its card (the nearest colour that cards have; the
//! file keeps its own shade until another is chosen); `StartsNewPage` is a page break; script notes are notes behind the paragraph they begin in,
//! and keep their `Range` on the words it was on.

mod base;
mod color;
mod dual;
mod emit;
mod marks;
mod merge;
mod notes;
mod omitted;
mod pages;
mod plan;
mod source;
#[cfg(test)]
mod tests;
mod title;
pub(crate) mod xml;

pub use marks::{Marks, RevisionSet};
pub use pages::{page_options, with_page_options};
pub use xml::MOST_BYTES;

use crate::{FormatError, script};

/// A file that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fdx {
    /// The script as Fountain.
    pub text: String,
    /// The file itself, as UTF-8. [`write`] wants it back.
    pub file: String,
    /// How many elements stand in the file and not in the text: scene properties, revised and
    /// tagged runs, tables at the end, everything we don't know.
    pub kept: usize,
}

/// The most text that is read out of a file: some 8,000 pages.
const MOST_TEXT: usize = 32 << 20;

/// A file without anything in it.
const EMPTY: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"no\" ?>\n\
    <FinalDraft DocumentType=\"Script\" Template=\"No\" Version=\"5\">\n  <Content>\n  </Content>\n\
    </FinalDraft>\n";

/// Reads an FDX file in any encoding it declares.
///
/// # Errors
/// [`FormatError::TooLarge`] beyond 200 MiB or 32 MiB of text, [`FormatError::Encoding`], [`FormatError::Xml`] with
/// line and column where it is broken, cut off or beyond the limits (depth 128, 256 attributes an
/// element, no DTD), [`FormatError::NotThis`] where it is sound XML of another kind.
pub fn read(bytes: &[u8]) -> Result<Fdx, FormatError> {
    let decoded = xml::decode(bytes)?;
    let file = as_utf8(&decoded);
    let document = xml::parse(&file)?;
    let bytes: usize = document
        .descendants()
        .filter(roxmltree::Node::is_text)
        .map(|node| node.text().map_or(0, str::len))
        .sum();
    if bytes > MOST_TEXT {
        return Err(FormatError::TooLarge {
            bytes,
            limit: MOST_TEXT,
        });
    }
    let source = source::Source::of(&document)?;
    let text = base::Base::of(&source).text;
    let kept = kept(&document);
    Ok(Fdx { text, file, kept })
}

/// Writes a script as FDX: into `file`, where it came from one, else into a new one.
///
/// # Errors
/// Those of [`read`] where `file` is not what [`read`] gave.
pub fn write(text: &str, file: Option<&str>, marks: &Marks) -> Result<String, FormatError> {
    let file = file.unwrap_or(EMPTY);
    let document = xml::parse(file)?;
    let source = source::Source::of(&document)?;
    let base = base::Base::of(&source);
    if text == base.text && marks.is_empty() {
        return Ok(file.to_owned());
    }
    let blocks = script::read(text);
    Ok(merge::merge(file, &source, &base, &blocks, marks))
}

/// The highest id of a set of revisions in a file, 0 for none.
///
/// # Errors
/// Those of [`read`] where `file` is not what [`read`] gave.
pub fn last_revision(file: &str) -> Result<u32, FormatError> {
    let document = xml::parse(file)?;
    let sets = document
        .descendants()
        .filter(|node| node.has_tag_name("Revision"));
    let ids = sets.filter_map(|set| set.attribute("ID")?.parse().ok());
    Ok(ids.max().unwrap_or(0))
}

/// Elements that the text says nothing of.
fn kept(document: &roxmltree::Document) -> usize {
    let told = |node: &roxmltree::Node| {
        matches!(
            node.tag_name().name(),
            "FinalDraft"
                | "Content"
                | "Paragraph"
                | "Text"
                | "DualDialogue"
                | "OmittedScene"
                | "TitlePage"
                | "Summary"
                | "ScriptNotes"
                | "ScriptNote"
        )
    };
    document
        .descendants()
        .filter(|node| node.is_element() && !told(node))
        .count()
}

/// The declaration names the encoding that the text has from now on.
fn as_utf8(text: &str) -> String {
    let Some(end) = text
        .trim_start()
        .starts_with("<?xml")
        .then(|| text.find("?>"))
        .flatten()
    else {
        return text.to_owned();
    };
    let head = &text[..end];
    let Some(at) = head.find("encoding") else {
        return text.to_owned();
    };
    let quoted = head[at..].find(['"', '\'']).and_then(|open| {
        let open = at + open;
        let quote = head[open..].chars().next()?;
        let close = open + 1 + head[open + 1..].find(quote)?;
        Some(open + 1..close)
    });
    match quoted {
        Some(label) if !head[label.clone()].eq_ignore_ascii_case("utf-8") => {
            format!("{}UTF-8{}", &text[..label.start], &text[label.end..])
        }
        _ => text.to_owned(),
    }
}
