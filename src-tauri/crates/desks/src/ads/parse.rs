//! A model's answer as an ad.

use inkstone_manuscript::{
    Language,
    adset::{Ad, AdField, AdSet},
    count::is_han,
};

use crate::{Channel, Output, Task, clean::clean};

pub(super) fn parse(task: &Task, language: Language, raw: &str) -> Output {
    let text = clean(raw);
    let text = match task {
        Task::Draft => draft(&text, language),
        Task::Headline => one_line(&text, AdField::Headline, language),
        Task::Dek => one_line(&text, AdField::Description, language),
        _ => plain_lines(&text),
    };
    Output { title: None, text }
}

/// The first line of an answer with its label; where it has none, with `usual`'s.
fn one_line(text: &str, usual: AdField, language: Language) -> String {
    let mut lines = text.lines();
    let found = lines.find_map(|line| match read(line) {
        Line::Field(field, value) if !value.is_empty() => Some((field, value)),
        Line::Text(value) if !value.is_empty() && !value.ends_with([':', '：']) => {
            Some((usual, value))
        }
        _ => None,
    });
    found.map_or_else(String::new, |(field, value)| {
        let colon = match language {
            Language::English => ": ",
            Language::Chinese => "：",
        };
        format!(
            "{}{colon}{}",
            field.label(language),
            value.replace("**", "")
        )
    })
}

/// One line of an answer.
enum Line<'a> {
    Channel(&'a str),
    Heading,
    Field(AdField, &'a str),
    Text(&'a str),
    Blank,
}

/// The first ad of an answer; a request for an ad asks for one.
fn draft(text: &str, language: Language) -> String {
    let mut channel = None;
    let mut fields: Vec<(AdField, String)> = Vec::new();
    let mut loose: Vec<&str> = Vec::new();
    // A label alone on its line, whose values follow as a list.
    let mut under = None;
    let mut lines = text.lines().peekable();
    while let Some(line) = lines.next() {
        // The last line of a growing answer may be the beginning of a label.
        if lines.peek().is_none() && !text.ends_with('\n') && begins_label(line) {
            break;
        }
        match read(line) {
            Line::Channel(name) => channel = Channel::from_name(&name.to_lowercase()),
            Line::Heading if fields.is_empty() => {}
            Line::Heading => break,
            Line::Field(field, "") => under = Some(field),
            Line::Field(field, value) => {
                under = None;
                fields.push((field, value.to_owned()));
            }
            Line::Text(value) => match (under, fields.last_mut()) {
                (Some(field), _) => fields.push((field, value.to_owned())),
                // A value that goes on in the next line.
                (None, Some((_, last))) => {
                    let wide = last.ends_with(is_wide) || value.starts_with(is_wide);
                    if !last.is_empty() && !wide {
                        last.push(' ');
                    }
                    last.push_str(value);
                }
                (None, None) => loose.push(value),
            },
            Line::Blank => {}
        }
    }
    if fields.is_empty() && !loose.is_empty() {
        // An answer without labels: the copy as it came, for the person to place.
        let space = if language == Language::English {
            " "
        } else {
            ""
        };
        fields.push((AdField::PrimaryText, loose.join(space)));
    }
    if let Some(channel) = channel {
        let spec = channel.limits(language);
        let mut seen = [0usize; AdField::ALL.len()];
        fields.retain(|(field, _)| {
            let place = AdField::ALL.iter().position(|f| f == field).unwrap_or(0);
            seen[place] += 1;
            spec.field(*field)
                .is_some_and(|spec| seen[place] <= spec.most)
        });
        // Stable: values of one field keep their order.
        fields.sort_by_key(|(field, _)| spec.fields.iter().position(|f| f.field == *field));
    }
    if fields.is_empty() {
        return String::new();
    }
    let fields = fields
        .into_iter()
        .map(|(field, value)| (field, value_of(&value)))
        .collect();
    let channel = channel.map(|c| c.name().to_owned());
    let set = AdSet {
        channel,
        ads: vec![Ad {
            fields,
            range: 0..0,
        }],
    };
    set.print(language).trim().to_owned()
}

/// For text that goes into an ad: its lines without a chat model's decorations.
fn plain_lines(text: &str) -> String {
    let bare = |line: &str| match read(line) {
        Line::Field(..) => undecorated(line).replace("**", ""),
        _ => line.trim_end().to_owned(),
    };
    text.trim().lines().map(bare).collect::<Vec<_>>().join("\n")
}

fn is_wide(c: char) -> bool {
    is_han(c) || "，。！？；：、“”（）《》".contains(c)
}

/// Without list marks, bold and quotes in front.
fn undecorated(line: &str) -> &str {
    let line = line.trim();
    let line = line.trim_start_matches(['-', '*', '•', '>', '_', ' ']);
    let digits = line.len() - line.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    match line[digits..].strip_prefix(['.', ')', '、']) {
        Some(rest)
            if (1..=2).contains(&digits) && !rest.starts_with(|c: char| c.is_ascii_digit()) =>
        {
            rest.trim_start_matches(['*', '_', ' '])
        }
        _ => line,
    }
}

const LABELS: &[(AdField, &[&str])] = &[
    (
        AdField::Headline,
        &["headline", "title", "标题", "主标题", "大标题"],
    ),
    (
        AdField::Description,
        &[
            "description",
            "desc",
            "link description",
            "描述",
            "广告描述",
            "说明",
        ],
    ),
    (
        AdField::PrimaryText,
        &[
            "primary text",
            "body",
            "copy",
            "ad copy",
            "text",
            "post",
            "tweet",
            "caption",
            "intro",
            "introductory text",
            "main text",
            "正文",
            "文案",
            "主文案",
            "广告语",
            "外层文案",
            "内容",
        ],
    ),
    (
        AdField::CallToAction,
        &[
            "call to action",
            "call-to-action",
            "cta",
            "button",
            "行动号召",
            "号召",
            "按钮",
            "行动按钮",
        ],
    ),
];

fn read(line: &str) -> Line<'_> {
    let trimmed = line.trim();
    if trimmed.is_empty() || (trimmed.len() >= 3 && trimmed.chars().all(|c| "-*_=".contains(c))) {
        return Line::Blank;
    }
    let bare = undecorated(trimmed.trim_start_matches('#').trim_start());
    if let Some((name, value)) = bare
        .strip_prefix('【')
        .and_then(|rest| rest.split_once('】'))
    {
        let name = name_of(name);
        if let Some((field, _)) = LABELS
            .iter()
            .find(|(_, names)| names.contains(&name.as_str()))
        {
            return Line::Field(*field, value.trim_start_matches([':', '：', ' ']).trim());
        }
    }
    if let Some(at) = bare.find([':', '：']) {
        let colon = bare[at..].chars().next().map_or(1, char::len_utf8);
        let value = bare[at + colon..]
            .trim_start_matches(['*', '_', ' '])
            .trim();
        let name = name_of(&bare[..at]);
        if matches!(name.as_str(), "channel" | "渠道") {
            return Line::Channel(value.trim_matches(['*', '`', ' ']));
        }
        if let Some((field, _)) = LABELS
            .iter()
            .find(|(_, names)| names.contains(&name.as_str()))
        {
            return Line::Field(*field, value);
        }
    }
    let name = name_of(bare);
    if let Some((field, _)) = LABELS
        .iter()
        .find(|(_, names)| names.contains(&name.as_str()))
    {
        // "**Headlines**" above a list.
        return Line::Field(*field, "");
    }
    let heading = matches!(
        name.as_str(),
        "ad" | "variant" | "version" | "option" | "广告" | "方案" | "版本"
    );
    if heading {
        Line::Heading
    } else {
        Line::Text(bare)
    }
}

/// A label without decorations, number and plural: `**Headline 2**` is `headline`.
fn name_of(label: &str) -> String {
    let label = label.to_lowercase();
    let label = label.split(['(', '（']).next().unwrap_or_default();
    let label = label.trim_matches(|c: char| "*_`#【】[]:： ".contains(c));
    let label = label
        .trim_end_matches(|c: char| c.is_ascii_digit() || "一二三四五六七八九十# ".contains(c));
    let plural = label
        .strip_suffix('s')
        .filter(|l| LABELS.iter().any(|(_, names)| names.contains(l)));
    plural.unwrap_or(label).trim().to_owned()
}

/// Whether a line without an end may yet become a label or a heading.
fn begins_label(line: &str) -> bool {
    let line = undecorated(line)
        .trim_start_matches('#')
        .trim_start()
        .to_lowercase();
    let names = LABELS.iter().flat_map(|(_, names)| names.iter().copied());
    line.is_empty()
        || names
            .chain(["channel", "渠道", "ad 1", "广告 1"])
            .any(|name| name.starts_with(&line) || name_of(&line) == name)
}

/// A value without what models put around it: quotes, bold, its own length.
fn value_of(value: &str) -> String {
    let mut value = value.trim().trim_matches('*').trim();
    for (open, close) in [('(', ')'), ('（', '）'), ('[', ']')] {
        let Some(at) = value
            .rfind(open)
            .filter(|at| *at > 0 && value.ends_with(close))
        else {
            continue;
        };
        let inner = value[at + open.len_utf8()..value.len() - close.len_utf8()].to_lowercase();
        let counts = ["char", "字", "width"]
            .iter()
            .any(|word| inner.contains(word));
        if counts && inner.contains(|c: char| c.is_ascii_digit()) {
            value = value[..at].trim_end();
        }
    }
    for (open, close) in [('"', '"'), ('“', '”'), ('「', '」')] {
        let inner = value.strip_prefix(open).and_then(|v| v.strip_suffix(close));
        if let Some(inner) = inner.filter(|inner| !inner.contains([open, close])) {
            value = inner;
        }
    }
    value.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    const EXACT: &str = "Channel: google_rsa\n\n## Ad 1\nHeadline: Boil water on any train\n\
                         Headline: Fits a coat pocket\nHeadline: Ready in 90 seconds\n\
                         Description: A travel kettle that folds flat.\n\
                         Description: Order today and pack it tonight.";

    fn draft(raw: &str) -> String {
        parse(&Task::Draft, Language::English, raw).text
    }

    #[test]
    fn the_exact_notation_stays() {
        assert_eq!(draft(EXACT), EXACT);
    }

    #[test]
    fn other_notations_become_it() {
        for raw in [
            "Sure! Here's your ad:\n\nChannel: google_rsa\n## Ad 1\n**Headline 1:** \"Boil water on \
             any train\" (25 characters)\n**Headline 2:** Fits a coat pocket\n**Headline 3:** Ready \
             in 90 seconds\n**Description 1:** A travel kettle that folds flat.\n**Description 2:** \
             Order today and pack it tonight.\n\nLet me know what you think!",
            "Channel: google_rsa\n\n### Headlines\n1. Boil water on any train\n2. Fits a coat \
             pocket\n3. Ready in 90 seconds\n\n### Descriptions\n- A travel kettle that folds flat.\n\
             - Order today and pack it tonight.\n\nCTA: Order now",
            "Channel: google_rsa\nDescription: A travel kettle that folds flat.\nHeadline: Boil \
             water on any train\nHeadline: Fits a coat pocket\nDescription: Order today\nand pack it \
             tonight.\nHeadline: Ready in 90 seconds\n\n## Ad 2\nHeadline: Another",
        ] {
            assert_eq!(draft(raw), EXACT, "{raw}");
        }
    }

    #[test]
    fn chinese_labels_become_the_briefs_language() {
        let raw = "好的，以下是广告文案：\n\n**标题1**：火车上也能烧开水\n标题二：放进大衣口袋\nDescription: 折起来只有一本书厚。（10字）";
        assert_eq!(
            parse(&Task::Draft, Language::Chinese, raw).text,
            "## 广告 1\n标题：火车上也能烧开水\n标题：放进大衣口袋\n描述：折起来只有一本书厚。"
        );
    }

    #[test]
    fn copy_without_labels_is_kept() {
        assert_eq!(
            draft("Boil water.\nOn any train."),
            "## Ad 1\nPrimary text: Boil water. On any train."
        );
    }

    #[test]
    fn a_growing_answer_shows_no_half_label() {
        for (end, _) in EXACT.char_indices() {
            let text = draft(&EXACT[..end]);
            assert!(!text.contains("Primary text"), "{end}: {text}");
        }
        assert_eq!(
            draft("Channel: x\n## Ad 1\nPrimary text: Boil\nHeadl"),
            "Channel: x\n\n## Ad 1\nPrimary text: Boil"
        );
    }

    #[test]
    fn edits_keep_their_shape() {
        let raw = "- **Headline:** Boil water anywhere\n- **Description:** Folds flat.";
        let edit = |raw| parse(&Task::Rewrite, Language::English, raw).text;
        assert_eq!(
            edit(raw),
            "Headline: Boil water anywhere\nDescription: Folds flat."
        );
        assert_eq!(edit("Boil water anywhere"), "Boil water anywhere");
    }
}
