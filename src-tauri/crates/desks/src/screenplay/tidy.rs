//! From what chat models take for a script to Fountain.

use inkstone_manuscript::{Language, count::is_han};

use crate::target::{is_cue, is_heading, is_parenthetical};

/// Without the marks around a line: bold, italics, underlines.
pub(super) fn unmarked(line: &str) -> &str {
    let line = line.trim();
    let front = line.trim_start_matches(['*', '_']);
    let Some(mark) = line.chars().next().filter(|_| front.len() < line.len()) else {
        return line;
    };
    // Only marks that open here may close here.
    let closed = front.trim_end_matches(['*', '_']);
    if closed.contains(mark) {
        line
    } else {
        closed.trim()
    }
}

/// The scene heading that a line is, in Fountain.
pub(super) fn heading(line: &str, language: Language) -> Option<String> {
    let bare = line.trim().trim_start_matches('#').trim();
    let bare = unmarked(bare);
    let bare = unmarked(unnumbered(bare)).trim_end_matches(['*', '_']);
    if is_heading(bare) {
        let bare = bare
            .replace([' ', '\t'], " ")
            .replace(" – ", " - ")
            .replace(" — ", " - ");
        let (mark, place) = bare.split_once(' ').unwrap_or((&bare, ""));
        let forced = mark.starts_with('.');
        let mark = if forced || mark.ends_with('.') || mark.contains('.') && !place.is_empty() {
            mark.to_owned()
        } else {
            format!("{mark}.")
        };
        let text = if place.is_empty() && !bare.contains(' ') {
            bare.clone()
        } else {
            format!("{mark} {place}")
        };
        return Some(if language == Language::English {
            text.to_uppercase()
        } else {
            text
        });
    }
    let chinese = ["内景", "外景", "内外景", "内/外景"]
        .into_iter()
        .find(|m| bare.starts_with(m))?;
    let rest = bare[chinese.len()..]
        .trim_start_matches([' ', '.', '。', '：', ':', '，', '、', '-', '—', '\u{3000}']);
    let short = rest.chars().count() <= 40 && !rest.contains(['。', '！', '？']);
    let rest = rest
        .replace(" – ", " - ")
        .replace(" — ", " - ")
        .replace("——", " - ");
    (short && !rest.is_empty()).then(|| format!(".{chinese} {rest}"))
}

/// Without `Scene 3:`, `3.` or `第3场` in front.
fn unnumbered(line: &str) -> &str {
    let lower = line.to_lowercase();
    let word = ["scene ", "场景", "第"]
        .into_iter()
        .find(|w| lower.starts_with(w));
    let rest = &line[word.map_or(0, str::len)..];
    let is_number =
        |c: char| c.is_ascii_digit() || (word.is_some() && "一二三四五六七八九十百".contains(c));
    let after = rest.trim_start_matches(is_number);
    let after = after.strip_prefix(['场', '幕']).unwrap_or(after);
    if after.len() == rest.len() && word != Some("场景") {
        return line;
    }
    let bare = after.trim_start_matches(['.', ')', ':', '：', '、', '-', '–', '—', ' ', '*', '，']);
    // ".5 INT." never happens; a forced heading after a number does not either.
    if bare.len() < after.len() || word.is_some() {
        bare
    } else {
        line
    }
}

/// What a line of a script is, read as leniently as chat models write.
#[derive(Debug, PartialEq)]
enum Line {
    Blank,
    Heading(String),
    /// A cue; `sure` if it is marked as one, so that a blank line after it is a slip.
    Cue {
        name: String,
        sure: bool,
    },
    Parenthetical(String),
    /// `NAME: what is said`.
    Speech {
        name: String,
        aside: Option<String>,
        said: String,
    },
    Transition(String),
    Text(String),
}

/// A script as Fountain: plain headings and cues, and blank lines where they belong.
pub(super) fn tidy(text: &str, language: Language) -> String {
    let lines: Vec<&str> = text.lines().collect();
    let mut out = Script::default();
    for (i, line) in lines.iter().enumerate() {
        let blank = |l: Option<&&str>| l.is_none_or(|l| l.trim().is_empty());
        let next_blank = blank(lines.get(i + 1));
        let last = i + 1 == lines.len();
        match read(line, language, out.gap, next_blank) {
            Line::Blank => out.blank(),
            Line::Heading(text) => out.apart(text),
            Line::Transition(text) => out.apart(text),
            Line::Cue { name, sure } if sure || !next_blank || (last && out.gap) => {
                out.cue(name, sure);
            }
            Line::Cue { name, .. } => out.text(name),
            Line::Parenthetical(text) => out.text(text),
            Line::Speech { name, aside, said } => {
                out.cue(name, true);
                aside.into_iter().for_each(|aside| out.text(aside));
                out.text(said);
                out.gap = true;
            }
            Line::Text(text) => out.text(text),
        }
    }
    out.lines.join("\n")
}

#[derive(Default)]
struct Script {
    lines: Vec<String>,
    /// Whether a blank line is due before the next text.
    gap: bool,
    /// Whether the last line was a cue whose speech may follow after a blank line.
    waits: bool,
}

impl Script {
    fn blank(&mut self) {
        self.gap = !self.waits && !self.lines.is_empty();
    }

    fn text(&mut self, text: String) {
        if self.gap && !self.lines.is_empty() {
            self.lines.push(String::new());
        }
        self.gap = false;
        self.waits = self.waits && is_parenthetical(&text);
        self.lines.push(text);
    }

    fn apart(&mut self, text: String) {
        self.gap = true;
        self.text(text);
        self.gap = true;
    }

    fn cue(&mut self, name: String, sure: bool) {
        self.gap = true;
        self.text(name);
        self.waits = sure;
    }
}

fn read(line: &str, language: Language, gap: bool, next_blank: bool) -> Line {
    let line = line.trim();
    if line.is_empty()
        || (line.len() >= 3 && line.chars().all(|c| c == '-' || c == '*' || c == '_'))
    {
        return Line::Blank;
    }
    if let Some(heading) = heading(line, language) {
        return Line::Heading(heading);
    }
    let bare = unmarked(line);
    let marked = bare.len() < line.len();
    if let Some(inner) = aside(bare) {
        return Line::Parenthetical(inner);
    }
    if is_transition(bare) {
        return Line::Transition(bare.to_owned());
    }
    if let Some(speech) = speech(line, language) {
        return speech;
    }
    if is_cue(bare) && !bare.starts_with(['[', '(']) {
        let sure = marked || bare.starts_with('@');
        return Line::Cue {
            name: bare.to_owned(),
            sure,
        };
    }
    let name = bare.split(['（', '(']).next().unwrap_or_default().trim();
    let chinese = language == Language::Chinese && is_name(name) && bare.chars().count() <= 14;
    let plain = bare.len() == name.len() || bare.ends_with(['）', ')']);
    // A Chinese name alone on its line, with a blank one before and what is said after it.
    if chinese && plain && (marked || (gap && !next_blank)) {
        let cue = format!("@{}", bare.replace('（', " (").replace('）', ")"));
        return Line::Cue {
            name: cue,
            sure: marked,
        };
    }
    let text = if marked && !bare.contains('*') {
        bare
    } else {
        line
    };
    Line::Text(text.replace("**", ""))
}

/// A parenthetical with the brackets that Fountain knows.
fn aside(line: &str) -> Option<String> {
    let inner = [('(', ')'), ('（', '）')]
        .into_iter()
        .find_map(|(open, close)| line.strip_prefix(open)?.strip_suffix(close))?;
    (!inner.contains(['(', ')', '（', '）'])).then(|| format!("({})", inner.trim()))
}

fn is_transition(line: &str) -> bool {
    let upper = !line.chars().any(char::is_lowercase);
    upper
        && (line.ends_with(" TO:") || line.starts_with("FADE ") || line.starts_with("> "))
        && line.chars().count() <= 40
}

/// A name as it stands before Chinese speech.
fn is_name(text: &str) -> bool {
    let length = text.chars().count();
    // Labels that open a line of action or of the script's apparatus.
    const NOT_NAMES: &[&str] = &[
        "字幕", "画面", "镜头", "场景", "时间", "地点", "人物", "音效", "音乐", "动作", "梗概",
        "标题", "切至", "淡入", "淡出", "黑场", "注", "提示", "道具", "特写",
    ];
    (1..=8).contains(&length)
        && text
            .chars()
            .all(|c| is_han(c) || c == '·' || c.is_ascii_alphanumeric())
        && text.chars().any(is_han)
        && !NOT_NAMES.contains(&text)
}

/// `NAME: (aside) what is said`, which Fountain does not know.
fn speech(line: &str, language: Language) -> Option<Line> {
    let at = line.find([':', '：'])?;
    let colon = line[at..].chars().next().map_or(1, char::len_utf8);
    let (front, said) = (
        &line[..at],
        line[at + colon..].trim_start_matches(['*', ' ']).trim(),
    );
    let (front, inner) = match front.split_once(['（', '(']) {
        Some((name, inner)) => (name, Some(inner.trim_end_matches(['）', ')', '*', ' ']))),
        None => (front, None),
    };
    let name = front.trim().trim_matches('*').trim();
    const NOT_NAMES: &[&str] = &[
        "TITLE",
        "SUPER",
        "CHYRON",
        "NOTE",
        "INSERT",
        "SCENE",
        "ACT",
        "LATER",
        "FADE",
        "CUT",
        "DISSOLVE",
        "SMASH",
        "MATCH",
        "TITLE CARD",
        "ON SCREEN",
        "TEXT",
        "V.O.",
        "MONTAGE",
    ];
    let first = name.split(' ').next().unwrap_or_default();
    let latin = is_cue(name)
        && !name.starts_with('@')
        && name.chars().count() <= 30
        && !NOT_NAMES.contains(&first)
        && !NOT_NAMES.contains(&name);
    let chinese = language == Language::Chinese && is_name(name);
    if said.is_empty() || !(latin || chinese) {
        return None;
    }
    let name = if chinese {
        format!("@{name}")
    } else {
        name.to_owned()
    };
    let (before, said) = match said
        .strip_prefix(['（', '('])
        .and_then(|s| s.split_once(['）', ')']))
    {
        Some((inner, rest)) if !rest.trim().is_empty() => (Some(inner), rest.trim()),
        _ => (None, said),
    };
    let aside = inner.or(before).map(|inner| format!("({})", inner.trim()));
    let said = said.trim_matches('*').trim().to_owned();
    Some(Line::Speech { name, aside, said })
}
