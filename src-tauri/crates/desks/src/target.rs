//! Where a suggestion belongs in a document, and what it needs around it there.

use std::ops::Range;

use inkstone_manuscript::{
    Language,
    adset::{AdField, AdSet},
    count::is_han,
    fountain::{self, ElementKind},
};

use crate::{Brief, DeskError, Input, Task, screenplay::story::Story};

/// A range on character borders inside the text.
pub(crate) fn clamp(text: &str, range: &Range<usize>) -> Range<usize> {
    let end = text.floor_char_boundary(range.end.min(text.len()));
    text.floor_char_boundary(range.start.min(end))..end
}

/// The bytes of the document that the suggestion would replace.
pub(crate) fn of(input: &Input) -> Result<Range<usize>, DeskError> {
    let document = input.document;
    let end = document.len()..document.len();
    Ok(match input.task {
        Task::Draft
        | Task::Outline
        | Task::Premise
        | Task::Characters
        | Task::Coverage
        | Task::Knowledge
        | Task::Interview
        | Task::Assistant
        | Task::Summary
        | Task::Judge => end,
        Task::ReviseBeats => match story(input).and_then(|s| s.beats_range(document)) {
            Some(range) => range,
            None => beats(document),
        },
        Task::ReviseEntry { number } => {
            scene(document, *number)?;
            match story(input)
                .and_then(|s| Some(s.entries.get(at(*number)?)?.synopsis_range.clone()))
            {
                Some(range) => range,
                None => end,
            }
        }
        Task::ReviseScene { number } | Task::PunchUp { number } => {
            let scene = scene(document, *number)?;
            let text =
                story(input).and_then(|s| Some(s.entries.get(at(*number)?)?.text_range.clone()));
            match text.filter(|range| !range.is_empty()) {
                Some(range) => range,
                None if matches!(input.task, Task::PunchUp { .. }) => {
                    return Err(DeskError::SceneNotWritten { number: *number });
                }
                None => scene.range.end..scene.range.end,
            }
        }
        Task::Turns { .. } => {
            let caret = clamp(document, &input.selection).end;
            let here = fountain::scenes(document)
                .into_iter()
                .rev()
                .find(|s| s.range.start <= caret && caret <= s.range.end);
            here.map_or(end, |s| s.range.end..s.range.end)
        }
        Task::Beats => beats(document),
        Task::Scene { number } => {
            let scene = scene(document, *number)?;
            scene.range.end..scene.range.end
        }
        Task::Continue | Task::Dialogue { .. } => {
            let caret = clamp(document, &input.selection).end;
            caret..caret
        }
        Task::Rewrite
        | Task::Shorten
        | Task::Expand
        | Task::Tone { .. }
        | Task::Simplify
        | Task::Correct
        | Task::Translate { .. }
        | Task::Alternatives => {
            let range = clamp(document, &input.selection);
            let selected = &document[range.clone()];
            let start = range.end - selected.trim_start().len();
            let trimmed = start..start + selected.trim().len();
            if trimmed.is_empty() {
                return Err(DeskError::EmptySelection);
            }
            trimmed
        }
    })
}

/// Where new beats go: before the scenes.
fn beats(document: &str) -> Range<usize> {
    if fountain::scenes(document).is_empty() {
        return document.len()..document.len();
    }
    let title = fountain::parse(document)
        .into_iter()
        .take_while(|e| matches!(e.kind, ElementKind::TitlePage | ElementKind::Blank))
        .last();
    title.map_or(0..0, |e| e.range.end..e.range.end)
}

fn story(input: &Input) -> Option<Story> {
    match input.brief {
        Brief::Screenplay(brief) => Some(Story::read(brief, input.document)),
        _ => None,
    }
}

/// The place of a scene's number in a list.
fn at(number: u32) -> Option<usize> {
    usize::try_from(number).ok()?.checked_sub(1)
}

/// The scene of that number.
pub(crate) fn scene(document: &str, number: u32) -> Result<fountain::Scene, DeskError> {
    let wanted = usize::try_from(number).ok();
    fountain::scenes(document)
        .into_iter()
        .find(|s| Some(s.number) == wanted)
        .ok_or(DeskError::NoSuchScene { number })
}

/// The text to put at `target`: what was suggested, with the blank lines or the space that it needs
/// there, and with ads numbered on from those before it.
pub fn join(document: &str, target: &Range<usize>, text: &str) -> String {
    let target = clamp(document, target);
    let (before, after) = (&document[..target.start], &document[target.end..]);
    let mut text = text.trim_start_matches(['\n', '\r']).trim_end().to_owned();
    if text.is_empty() {
        return text;
    }
    if first_line(&text).starts_with("## ") || is_channel(first_line(&text)) {
        text = renumber(before, &text);
    }
    let line = before.rsplit('\n').next().unwrap_or_default();
    if let Some(label) = label(line).filter(|label| label.len() == line.trim_end().len()) {
        // The label stands there already; a model that repeats it means the same line.
        let again = label_of(&text)
            .filter(|found| same_label(found, label))
            .map(str::len);
        text = again.map_or(text.clone(), |len| text[len..].trim_start().to_owned());
    }
    if !target.is_empty() {
        return unquoted(&document[target], text);
    }
    let lead = leading(before, line, after, &text);
    let trail = trailing(line, &lead, after, &text);
    format!("{lead}{text}{trail}")
}

fn first_line(text: &str) -> &str {
    text.lines().next().unwrap_or_default()
}

fn is_channel(line: &str) -> bool {
    line.starts_with("Channel:") || line.starts_with("渠道：")
}

/// A number for each `## Ad` heading of the text, on from the ads before it; the channel's line
/// only where the document has none.
fn renumber(before: &str, text: &str) -> String {
    let set = AdSet::parse(before);
    let mut number = set.ads.len();
    let known = set.channel.is_some() || number > 0;
    let mut lines = Vec::new();
    for line in text
        .lines()
        .skip_while(|l| known && (is_channel(l) || l.trim().is_empty()))
    {
        let heading = ["## Ad ", "## 广告 "].into_iter().find(|mark| {
            line.strip_prefix(mark)
                .is_some_and(|n| n.trim().parse::<u32>().is_ok())
        });
        match heading {
            Some(mark) => {
                number += 1;
                lines.push(format!("{mark}{number}"));
            }
            None => lines.push(line.to_owned()),
        }
    }
    lines.join("\n")
}

/// The label at the start of a line of an ad, with its colon.
fn label(line: &str) -> Option<&str> {
    let at = line.find([':', '：'])?;
    let colon = line[at..].chars().next().map_or(0, char::len_utf8);
    let name = line[..at].trim();
    let known = Language::ALL.iter().any(|language| {
        AdField::ALL
            .iter()
            .any(|f| f.label(*language).eq_ignore_ascii_case(name))
    });
    known.then(|| &line[..at + colon])
}

fn label_of(text: &str) -> Option<&str> {
    label(first_line(text))
}

fn same_label(a: &str, b: &str) -> bool {
    let name = |s: &str| s.trim().trim_end_matches([':', '：']).trim().to_lowercase();
    name(a) == name(b)
}

/// Small models like to put their answer in quotation marks that the selection did not have.
fn unquoted(selection: &str, text: String) -> String {
    for (open, close) in [('"', '"'), ('“', '”')] {
        let inner = text.strip_prefix(open).and_then(|t| t.strip_suffix(close));
        if let Some(inner) = inner
            && !selection.trim_start().starts_with(open)
            && !inner.contains([open, close])
        {
            return inner.to_owned();
        }
    }
    text
}

fn leading(before: &str, line: &str, after: &str, text: &str) -> String {
    if before.trim().is_empty() {
        return String::new();
    }
    let field = label_of(text).is_some();
    if line.trim().is_empty() {
        let breaks = before.chars().rev().take_while(|c| c.is_whitespace());
        let breaks = breaks.filter(|c| *c == '\n').count();
        let last = before.trim_end().rsplit('\n').next().unwrap_or_default();
        let speech = !block(text) && breaks < 2 && (is_cue(last) || is_parenthetical(last));
        let want = if speech || (field && is_ad_line(last)) {
            1
        } else {
            2
        };
        return "\n".repeat(want - breaks.min(want));
    }
    let at_end = after.is_empty() || after.starts_with(['\n', '\r']);
    let structural = line.starts_with(['#', '=']) || is_heading(line);
    if field && is_ad_line(line) || is_cue(line) || is_parenthetical(line) {
        "\n".to_owned()
    } else if block(text) || structural || (at_end && ends_sentence(line)) {
        "\n\n".to_owned()
    } else {
        space(line, text)
    }
}

fn trailing(line: &str, lead: &str, after: &str, text: &str) -> String {
    if after.trim().is_empty() {
        return String::new();
    }
    let breaks = after
        .chars()
        .take_while(|c| c.is_whitespace())
        .filter(|c| *c == '\n')
        .count();
    let inline = !line.trim().is_empty() && !lead.contains('\n') && !text.contains('\n');
    if inline {
        return if breaks > 0 {
            String::new()
        } else {
            space(text, after)
        };
    }
    let fields = label_of(text).is_some() && label_of(after.trim_start()).is_some();
    let want = if fields { 1 } else { 2 };
    "\n".repeat(want - breaks.min(want))
}

/// A space where two words would touch; Chinese wants none.
fn space(left: &str, right: &str) -> String {
    let (Some(a), Some(b)) = (left.chars().next_back(), right.chars().next()) else {
        return String::new();
    };
    let wide = |c: char| is_han(c) || "，。！？；：、“”‘’（）《》【】「」…—".contains(c);
    let opens = "([{“‘-/".contains(a) || (a == '"' && left.matches('"').count() % 2 == 1);
    let closes = ".,;:!?)]}”’%".contains(b);
    let touching = a.is_whitespace() || b.is_whitespace() || wide(a) || wide(b) || opens || closes;
    if touching {
        String::new()
    } else {
        " ".to_owned()
    }
}

pub(crate) fn ends_sentence(text: &str) -> bool {
    let text = text.trim_end_matches(['"', '”', '’', '\'', ')', '）', '」', '』', '*', '_']);
    text.ends_with(['.', '!', '?', '。', '！', '？', '…'])
}

/// Whether the text opens with something that stands on lines of its own.
fn block(text: &str) -> bool {
    let first = first_line(text);
    let spoken = text.lines().nth(1).is_some_and(|l| !l.trim().is_empty());
    first.starts_with("# ")
        || first.starts_with("## ")
        || first.starts_with("= ")
        || first.starts_with('@')
        || is_channel(first)
        || is_heading(first)
        || (spoken && is_cue(first))
}

fn is_ad_line(line: &str) -> bool {
    line.starts_with("## ") || is_channel(line) || label(line).is_some()
}

pub(crate) fn is_parenthetical(line: &str) -> bool {
    let line = line.trim();
    line.starts_with('(') && line.ends_with(')')
}

/// A scene heading of Fountain.
pub(crate) fn is_heading(line: &str) -> bool {
    let line = line.trim();
    let forced = line.strip_prefix('.').is_some_and(|rest| {
        !rest.starts_with('.') && rest.starts_with(|c: char| c.is_alphanumeric())
    });
    let upper: String = line.chars().take(8).collect::<String>().to_uppercase();
    forced
        || [
            "INT.", "EXT.", "EST.", "INT ", "EXT ", "EST ", "INT/EXT", "EXT/INT", "I/E",
        ]
        .iter()
        .any(|mark| upper.starts_with(mark))
}

/// A line that names who speaks.
pub(crate) fn is_cue(line: &str) -> bool {
    let line = line.trim();
    if line.chars().count() > 40 || is_heading(line) {
        return false;
    }
    if let Some(name) = line.strip_prefix('@') {
        return !name.trim().is_empty();
    }
    let name = line.split('(').next().unwrap_or_default().trim_end();
    let ends = name.ends_with(['.', '!', '?', ':', ',', ';']);
    name.chars().any(|c| c.is_uppercase())
        && !name.chars().any(|c| c.is_lowercase() || is_han(c))
        && !ends
        && !name.starts_with(['#', '=', '>', '~', '!', '*', '-', '['])
}
