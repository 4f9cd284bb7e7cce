//! Where a suggestion belongs in a document, and what it needs around it there.

use std::ops::Range;

use inkstone_manuscript::{
    Language,
    adset::{AdField, AdSet},
    count::is_han,
    fountain::{self, ElementKind},
};

use crate::{
    Answer, Brief, DeskError, Input, Needs, OwnAction, Task, channel::Channel,
    screenplay::story::Story,
};

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
        Task::Headline => match input.brief {
            Brief::Ads(b) => ad_line(input, headline_field(b.channel, b.language)),
            _ => heading_line(document).unwrap_or(0..0),
        },
        Task::Dek => match input.brief {
            Brief::Ads(b) => ad_line(input, dek_field(b.channel, b.language)),
            _ => dek_line(document),
        },
        Task::Describe => {
            let end = line_end(document, selected(input)?.end);
            end..end
        }
        Task::Own { action, .. } => match action {
            Some(action) => own(input, action)?,
            None => end,
        },
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
        | Task::Alternatives => selected(input)?,
    })
}

/// The bytes of the document that a prompt shows as the selection: mostly those that the answer
/// replaces.
pub(crate) fn shown(input: &Input, target: &Range<usize>) -> Range<usize> {
    let works_on = match input.task {
        Task::Describe => Some(Needs::Selection),
        task => task.own().map(|own| own.needs),
    };
    match works_on {
        Some(Needs::Selection) => selected(input).unwrap_or_else(|_| target.clone()),
        Some(Needs::Document) => target.clone(),
        Some(Needs::Caret) | None => target.clone(),
    }
}

/// What is selected, without blanks around it.
fn selected(input: &Input) -> Result<Range<usize>, DeskError> {
    let range = clamp(input.document, &input.selection);
    let selected = &input.document[range.clone()];
    let start = range.end - selected.trim_start().len();
    let trimmed = start..start + selected.trim().len();
    if trimmed.is_empty() {
        return Err(DeskError::EmptySelection);
    }
    Ok(trimmed)
}

/// Where the answer of a person's own action goes.
fn own(input: &Input, action: &OwnAction) -> Result<Range<usize>, DeskError> {
    let document = input.document;
    let range = match action.needs {
        Needs::Selection => selected(input)?,
        Needs::Document => 0..document.trim_end().len(),
        Needs::Caret => {
            let caret = clamp(document, &input.selection).end;
            caret..caret
        }
    };
    Ok(match action.answer {
        Answer::Replace => range,
        Answer::After if action.needs == Needs::Selection => {
            let end = line_end(document, range.end);
            end..end
        }
        Answer::Note if action.needs == Needs::Selection => range.end..range.end,
        Answer::After | Answer::Note | Answer::Take => range.end..range.end,
    })
}

/// The end of the line that a place lies in.
fn line_end(document: &str, at: usize) -> usize {
    document[at..]
        .find('\n')
        .map_or(document.len(), |more| at + more)
}

/// The line of an article's headline, if it has one.
fn heading_line(document: &str) -> Option<Range<usize>> {
    let start = document.len()
        - document
            .trim_start_matches(['\u{feff}', '\n', '\r', ' '])
            .len();
    let range = start..line_end(document, start);
    let line = document[range.clone()].trim_end();
    line.starts_with("# ").then(|| start..start + line.len())
}

/// The line of an article's dek, or the place where it would stand.
fn dek_line(document: &str) -> Range<usize> {
    let after = heading_line(document).map_or(0, |line| line.end);
    let rest = &document[after..];
    let start = after + (rest.len() - rest.trim_start().len());
    let line = document[start..line_end(document, start)].trim_end();
    let italics = [('*', "**"), ('_', "__")].into_iter().any(|(mark, bold)| {
        line.len() > 2 && line.starts_with(mark) && line.ends_with(mark) && !line.starts_with(bold)
    });
    if italics {
        start..start + line.len()
    } else {
        after..after
    }
}

/// The field of a channel that a headline goes into: where it has none, the first one.
pub(crate) fn headline_field(channel: Channel, language: Language) -> AdField {
    field_or_first(channel, language, AdField::Headline)
}

/// The field of a channel that says more than the headline.
pub(crate) fn dek_field(channel: Channel, language: Language) -> AdField {
    let spec = channel.limits(language);
    let found = [AdField::Description, AdField::PrimaryText]
        .into_iter()
        .find(|field| spec.field(*field).is_some());
    found.unwrap_or_else(|| headline_field(channel, language))
}

fn field_or_first(channel: Channel, language: Language, wanted: AdField) -> AdField {
    let spec = channel.limits(language);
    match spec.field(wanted) {
        Some(_) => wanted,
        None => spec.fields.first().map_or(wanted, |first| first.field),
    }
}

/// The line of a field of the ad that the caret is in: the one that it stands on, else the place
/// behind the last of them.
fn ad_line(input: &Input, field: AdField) -> Range<usize> {
    let document = input.document;
    let caret = clamp(document, &input.selection).end;
    let is_ad = |line: &str| {
        ["## Ad ", "## 广告 "]
            .iter()
            .any(|mark| line.starts_with(mark))
    };
    let is_field = |line: &str| {
        label(line).is_some_and(|found| {
            Language::ALL
                .iter()
                .any(|language| same_label(found, field.label(*language)))
        })
    };
    let mut start = 0;
    let mut ad: Option<usize> = None;
    let mut last: Option<usize> = None;
    for line in document.split_inclusive('\n') {
        let bare = line.trim_end();
        let end = start + bare.len();
        if is_ad(bare) {
            // The caret is in the ad before, or this is the first.
            if start > caret && ad.is_some() {
                break;
            }
            (ad, last) = (Some(end), None);
        } else if is_field(bare) {
            if (start..=end).contains(&caret) {
                return start..end;
            }
            last = Some(end);
        }
        start += line.len();
    }
    let at = last.or(ad).unwrap_or_else(|| document.trim_end().len());
    at..at
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
