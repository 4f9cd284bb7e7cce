use super::AdField;

/// What a line of an ad set says.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Meaning<'a> {
    Channel(&'a str),
    /// The heading of an ad.
    Ad,
    /// Another heading.
    Heading,
    Field(AdField, &'a str),
}

const CHANNELS: [&str; 2] = ["channel", "渠道"];

const ADS: [&str; 10] = [
    "advertisement",
    "variant",
    "variation",
    "version",
    "ad",
    "广告",
    "变体",
    "方案",
    "版本",
    "文案",
];

const FIELDS: [(&str, AdField); 25] = [
    ("headlines", AdField::Headline),
    ("headline", AdField::Headline),
    ("title", AdField::Headline),
    ("广告标题", AdField::Headline),
    ("主标题", AdField::Headline),
    ("标题", AdField::Headline),
    ("descriptions", AdField::Description),
    ("description", AdField::Description),
    ("广告描述", AdField::Description),
    ("描述", AdField::Description),
    ("说明", AdField::Description),
    ("primary text", AdField::PrimaryText),
    ("body text", AdField::PrimaryText),
    ("ad copy", AdField::PrimaryText),
    ("body", AdField::PrimaryText),
    ("text", AdField::PrimaryText),
    ("正文", AdField::PrimaryText),
    ("主文案", AdField::PrimaryText),
    ("文案", AdField::PrimaryText),
    ("call to action", AdField::CallToAction),
    ("call-to-action", AdField::CallToAction),
    ("cta", AdField::CallToAction),
    ("行动号召语", AdField::CallToAction),
    ("行动号召", AdField::CallToAction),
    ("行动按钮", AdField::CallToAction),
];

/// Reads a line on its own. Decorations of lists and emphasis don't matter.
pub(super) fn meaning(line: &str) -> Option<Meaning<'_>> {
    let line = line.trim();
    let bare = line.trim_start_matches('#');
    let hashes = line.len() - bare.len();
    let heading = (1..=6).contains(&hashes) && (bare.is_empty() || bare.starts_with([' ', '\t']));
    let text = if heading { bare.trim() } else { line };
    let text = list_item(text).unwrap_or(text);
    let (bold, text) = match strip_bold(text) {
        Some(text) => (true, text),
        None => (false, text),
    };
    if is_ad(text, heading, bold) {
        return Some(Meaning::Ad);
    }
    if let Some(value) = labelled(text, bold, |label| CHANNELS.iter().find(|c| is(label, c))) {
        return Some(Meaning::Channel(value.1));
    }
    let found = labelled(text, bold, |label| {
        FIELDS.iter().find(|(name, _)| is(label, name))
    });
    if let Some(((_, field), value)) = found {
        return Some(Meaning::Field(*field, value));
    }
    heading.then_some(Meaning::Heading)
}

fn is(label: &str, name: &str) -> bool {
    label.eq_ignore_ascii_case(name)
}

fn strip_bold(text: &str) -> Option<&str> {
    text.strip_prefix("**")
        .or_else(|| text.strip_prefix("__"))
        .map(str::trim_start)
}

/// `Label: value`, `Label 2: value`, `Label: **` when the label is bold.
fn labelled<T>(text: &str, bold: bool, find: impl Fn(&str) -> Option<T>) -> Option<(T, &str)> {
    let (label, value) = text.split_once([':', '：'])?;
    // `**Label**: value` and `**Label:** value`.
    let label = label.trim();
    let closed = ["**", "__"]
        .iter()
        .find_map(|mark| label.strip_suffix(mark))
        .filter(|_| bold);
    let label = closed.unwrap_or(label);
    let label = label
        .trim_end_matches(|c: char| c.is_ascii_digit() || c == '#')
        .trim_end();
    let found = find(label)?;
    let mut value = value.trim();
    if bold && closed.is_none() {
        let ends = ["**", "__"];
        let opened = ends.iter().find_map(|mark| value.strip_prefix(mark));
        // `**Label: value**`: the mark behind the value belongs to the one before the label.
        let around = || ends.iter().find_map(|mark| value.strip_suffix(mark));
        value = opened.or_else(around).unwrap_or(value).trim();
    }
    Some((found, value))
}

/// `Ad 1`, `广告1`, perhaps with a colon or a dash and a title of its own; without a `#` or bold
/// nothing may stand behind the number.
fn is_ad(text: &str, heading: bool, bold: bool) -> bool {
    let word = ADS.iter().find_map(|word| {
        let (start, rest) = text.split_at_checked(word.len())?;
        is(start, word).then_some(rest)
    });
    let Some(rest) = word else { return false };
    let rest = rest.trim_start_matches([' ', '\t', '#', '\u{3000}']);
    let after =
        rest.trim_start_matches(|c: char| c.is_ascii_digit() || "一二三四五六七八九十".contains(c));
    if after.len() == rest.len() || rest.len() - after.len() > 9 {
        return false;
    }
    let after = after.trim_start();
    let ended = after
        .trim_start_matches(['*', '_', ':', '：'])
        .trim()
        .is_empty();
    ended
        || ((heading || bold)
            && after.starts_with([':', '：', '-', '–', '—', '(', '（', '*', '_', '.']))
}

/// What stands behind `- `, `* `, `• `, `1. `, `1) ` or `1、`.
pub(super) fn list_item(line: &str) -> Option<&str> {
    let line = line.trim();
    if let Some(rest) = line.strip_prefix(['-', '*', '+', '•']) {
        return rest.starts_with([' ', '\t']).then(|| rest.trim_start());
    }
    let rest = line.trim_start_matches(|c: char| c.is_ascii_digit());
    if !(1..=3).contains(&(line.len() - rest.len())) {
        return None;
    }
    rest.strip_prefix('、')
        .or_else(|| {
            rest.strip_prefix(['.', ')'])
                .filter(|rest| rest.starts_with([' ', '\t']))
        })
        .map(str::trim_start)
}

/// A line that only separates: `---`, `***`, a code fence.
pub(super) fn is_rule(line: &str) -> bool {
    let line = line.trim();
    line.starts_with("```")
        || (line.len() >= 3
            && ['-', '*', '_', '=']
                .iter()
                .any(|&mark| line.chars().all(|c| c == mark)))
}
