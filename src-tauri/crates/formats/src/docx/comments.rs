//! Comments on places of a text, on their way into DOCX. While the text is read, private letters
//! stand for the borders of their places, so that they come out where the words do, whatever marks
//! stand between; a border that would make the text another one is left out, and its comment stands
//! at the end.

use std::fmt::Write as _;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::mem::discriminant;
use std::ops::Range;

use pulldown_cmark::Event;

use super::parts;
use crate::paper::{Article, PaperText, escaped};
use crate::script;

/// A comment on a place of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaperComment<'a> {
    /// Where it stands, in bytes of the text.
    pub range: Range<usize>,
    /// What it says.
    pub note: &'a str,
    /// Who says so; empty if that is not known.
    pub author: &'a str,
}

/// The first of the letters that stand for borders; they are private use, and stand in no text.
const FIRST: u32 = 0xF_0000;
/// The most comments that are written: two letters each, and each is tried on its own.
pub(super) const MOST: usize = 500;

/// Which comment a letter is the border of, and whether it ends it.
pub(super) fn border(letter: char) -> Option<(usize, bool)> {
    let at = u32::from(letter).checked_sub(FIRST)? as usize;
    (at < 2 * MOST).then_some((at / 2, at % 2 == 1))
}

fn letter(comment: usize, end: bool) -> char {
    let at = u32::try_from(2 * comment + usize::from(end)).unwrap_or(0);
    char::from_u32(FIRST + at).unwrap_or(' ')
}

/// Without the letters that stand for borders.
pub(super) fn bare(text: &str) -> String {
    text.chars().filter(|c| border(*c).is_none()).collect()
}

/// What a text is made of, without its letters: its blocks and marks in their order.
fn shape(text: &str, is_script: bool) -> Vec<u64> {
    fn number<T>(of: &T) -> u64 {
        let mut hasher = DefaultHasher::new();
        discriminant(of).hash(&mut hasher);
        hasher.finish()
    }
    if is_script {
        return script::read(text).iter().map(|b| number(&b.kind)).collect();
    }
    let article = Article::read(text);
    let notes = article.notes.into_iter().flat_map(|(_, events)| events);
    // A text may come in several pieces.
    let is_text = |event: &Event<'_>| matches!(event, Event::Text(_));
    let all = article.events.into_iter().chain(notes);
    all.filter(|e| !is_text(e)).map(|e| number(&e)).collect()
}

/// Where a border may stand: not before the marks that a line begins with.
fn inner(text: &str, range: &Range<usize>) -> Option<Range<usize>> {
    let words = text.get(range.clone())?;
    let line = text[..range.start].rfind('\n').map_or(0, |at| at + 1);
    let mut from = range.start;
    if text[line..from].trim().is_empty() {
        let marks = words.trim_start_matches(|c: char| {
            c.is_whitespace() || c.is_ascii_digit() || "#>*-+|.)=!~".contains(c)
        });
        // A line of digits is no mark.
        if words[..words.len() - marks.len()].ends_with(char::is_whitespace) {
            from += words.len() - marks.len();
        }
    }
    let to = range.start + words.trim_end().len();
    (from < to).then_some(from..to)
}

/// The text with the borders of comments in it.
pub(super) fn marked(text: &str, comments: &[PaperComment<'_>], is_script: bool) -> String {
    if text.chars().any(|c| border(c).is_some()) {
        return text.to_owned();
    }
    let mut borders: Vec<(usize, char)> = Vec::new();
    let with = |borders: &[(usize, char)]| {
        let mut out = String::with_capacity(text.len() + 4 * borders.len());
        let mut at = 0;
        for (place, letter) in borders {
            out.push_str(&text[at..*place]);
            out.push(*letter);
            at = *place;
        }
        out.push_str(&text[at..]);
        out
    };
    let of_text = shape(text, is_script);
    let mut all = text.to_owned();
    for (number, comment) in comments.iter().enumerate().take(MOST) {
        let Some(Range { start, end }) = inner(text, &comment.range) else {
            continue;
        };
        let mut tried = borders.clone();
        tried.push((start, letter(number, false)));
        tried.push((end, letter(number, true)));
        // What ends at a place ends before another begins there.
        tried.sort_by_key(|(at, letter)| (*at, u32::from(*letter) % 2 == 0));
        let text = with(&tried);
        if shape(&text, is_script) == of_text {
            borders = tried;
            all = text;
        }
    }
    all
}

/// The part with what the comments say.
pub(super) fn part(comments: &[PaperComment<'_>]) -> String {
    let mut out = format!("<w:comments {}>", parts::MAIN);
    for (id, comment) in comments.iter().enumerate().take(MOST) {
        let author = match comment.author {
            "" => "Author",
            author => author,
        };
        let initial: String = author.chars().take(1).collect();
        let _ = write!(
            out,
            "<w:comment w:id=\"{id}\" w:author=\"{}\" w:initials=\"{}\">",
            escaped(author),
            escaped(&initial)
        );
        for line in comment.note.lines() {
            let _ = write!(
                out,
                "<w:p><w:r><w:t xml:space=\"preserve\">{}</w:t></w:r></w:p>",
                escaped(line)
            );
        }
        out.push_str("</w:comment>");
    }
    out.push_str("</w:comments>");
    parts::part(&out)
}

/// Whether a text can have comments: the cells of an ad have none.
pub(super) fn can(text: &PaperText<'_>) -> bool {
    !matches!(text, PaperText::Ads(_))
}
