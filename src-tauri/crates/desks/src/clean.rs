//! What chat models put around an answer, taken off: reasoning, greetings, code fences, remarks.
//!
//! All of it works on a text that is still growing, and rather leaves a remark in than takes a
//! sentence of the text out.

/// The answer itself.
pub(crate) fn clean(raw: &str) -> String {
    let text = raw.replace("\r\n", "\n").replace('\r', "\n");
    let text = without_thoughts(&text);
    let text = before_any(text.as_str(), SPECIAL);
    let mut text = without_tags(text);
    text = without_preamble(&text).to_owned();
    text = fenced(&text);
    text = without_preamble(&text).to_owned();
    without_remarks(&text).to_owned()
}

/// What was said, without what a model thought before it said it.
pub(crate) fn said(raw: &str) -> String {
    let text = raw.replace("\r\n", "\n").replace('\r', "\n");
    let text = without_thoughts(&text);
    before_any(&text, SPECIAL).to_owned()
}

/// Tokens that end a turn, where a server lets them through.
const SPECIAL: &[&str] = &[
    "<|im_end|>",
    "<|endoftext|>",
    "<|eot_id|>",
    "<|end|>",
    "</s>",
    "<end_of_turn>",
    "[INST]",
];

fn before_any<'a>(text: &'a str, marks: &[&str]) -> &'a str {
    let end = marks.iter().filter_map(|mark| text.find(mark)).min();
    &text[..end.unwrap_or(text.len())]
}

fn without_thoughts(text: &str) -> String {
    const OPEN: &str = "<think>";
    const CLOSE: &str = "</think>";
    // Some chat templates open the thought themselves, so that only its end is in the answer.
    let mut rest = match (text.find(OPEN), text.find(CLOSE)) {
        (open, Some(close)) if open.is_none_or(|open| close < open) => &text[close + CLOSE.len()..],
        _ => text,
    };
    let mut out = String::with_capacity(rest.len());
    while let Some(open) = rest.find(OPEN) {
        out.push_str(&rest[..open]);
        match rest[open..].find(CLOSE) {
            Some(close) => rest = &rest[open + close + CLOSE.len()..],
            None => rest = "",
        }
    }
    if out.trim().is_empty() && !rest.trim().is_empty() && OPEN.starts_with(rest.trim()) {
        return String::new();
    }
    out.push_str(rest);
    out
}

/// Our own tags, which some models repeat around their answer.
fn without_tags(text: &str) -> String {
    const TAGS: &[&str] = &[
        "selection",
        "before",
        "after",
        "scene",
        "brief",
        "text",
        "answer",
    ];
    let is_tag = |line: &str| {
        let inner = line
            .trim()
            .strip_prefix('<')
            .and_then(|l| l.strip_suffix('>'));
        inner.is_some_and(|l| TAGS.contains(&l.trim_start_matches('/')))
    };
    let mut out: String = text
        .split_inclusive('\n')
        .filter(|line| !is_tag(line))
        .collect::<Vec<_>>()
        .concat();
    for tag in TAGS {
        if let Some(rest) = out.trim_start().strip_prefix(&format!("<{tag}>")) {
            out = rest.to_owned();
        }
        if let Some(rest) = out.trim_end().strip_suffix(&format!("</{tag}>")) {
            out = rest.to_owned();
        }
    }
    out
}

/// Words by which an answer speaks of itself.
const ABOUT: &[&str] = &[
    "rewritten",
    "rewrite",
    "rewording",
    "shortened",
    "shorter",
    "condensed",
    "expanded",
    "revised",
    "version",
    "continuation",
    "continued",
    "article",
    "draft",
    "headline",
    "the ad",
    "ad copy",
    "your ad",
    "an ad",
    "advert",
    "scene",
    "outline",
    "beats",
    "screenplay",
    "script",
    "text",
    "paragraph",
    "passage",
    "selection",
    "tone",
    "report",
    "story",
    "copy",
    "改写",
    "缩写",
    "压缩",
    "扩写",
    "续写",
    "版本",
    "文案",
    "广告",
    "报道",
    "新闻",
    "文章",
    "稿",
    "场景",
    "这场戏",
    "剧本",
    "大纲",
    "分场",
    "情节点",
    "文字",
    "内容",
    "段落",
    "语气",
    "如下",
    "结果",
];

const GREETINGS: &[&str] = &[
    "sure",
    "certainly",
    "of course",
    "absolutely",
    "okay",
    "ok,",
    "ok!",
    "great",
    "no problem",
    "happy to",
    "i'd be happy",
    "here is",
    "here's",
    "here’s",
    "here are",
    "below is",
    "as requested",
    "好的",
    "好，",
    "当然",
    "没问题",
    "可以",
    "以下是",
    "以下为",
    "下面是",
    "这是",
    "根据您",
    "根据你",
    "明白",
    "收到",
];

/// From where the answer begins, past greetings and announcements.
fn without_preamble(text: &str) -> &str {
    let mut rest = text.trim_start_matches(['\n', ' ', '\u{feff}']);
    for _ in 0..3 {
        let line = rest.lines().next().unwrap_or_default();
        let Some(length) = preamble(line, &rest[line.len()..]) else {
            break;
        };
        rest = rest[length..].trim_start_matches(['\n', ' ']);
        if let Some(after) = rest.strip_prefix("---\n") {
            rest = after.trim_start_matches('\n');
        }
    }
    rest
}

/// How much of the line is preamble, if any of it is.
fn preamble(line: &str, after: &str) -> Option<usize> {
    let bare = line.trim_matches(|c: char| c.is_whitespace() || c == '*' || c == '#');
    let lower = bare.to_lowercase();
    let greets = GREETINGS.iter().any(|g| lower.starts_with(g));
    let about = |part: &str| ABOUT.iter().any(|word| part.contains(word));
    if bare.chars().count() > 160 || !greets {
        return None;
    }
    if lower.ends_with([':', '：']) {
        return (about(&lower) || !after.trim().is_empty()).then_some(line.len());
    }
    // A greeting that is a paragraph of its own: "Sure!", "好的。"
    let short = bare.chars().count() <= 60 && lower.ends_with(['!', '.', '！', '。', '~', '～']);
    if short && !after.trim().is_empty() && (about(&lower) || bare.chars().count() <= 16) {
        return Some(line.len());
    }
    // "Here is the shorter version: The ferry ..."
    let at = line.find([':', '：'])?;
    let colon = line[at..].chars().next().map_or(1, char::len_utf8);
    let front = line[..at].to_lowercase();
    (front.chars().count() <= 90 && about(&front)).then_some(at + colon)
}

/// What stands in the code fence, if the answer is one; else the text without fence lines.
fn fenced(text: &str) -> String {
    let is_fence = |line: &str| line.trim_start().starts_with("```");
    if !text.lines().any(is_fence) {
        return text.to_owned();
    }
    let lines: Vec<&str> = text.lines().collect();
    let fences: Vec<usize> = (0..lines.len()).filter(|i| is_fence(lines[*i])).collect();
    let front = lines[..fences[0]].join("\n");
    let inside = &lines[fences[0] + 1..fences.get(1).copied().unwrap_or(lines.len())];
    // One fenced block after a remark is the answer, however the remark is worded.
    let remark = front.trim().is_empty() || (fences.len() <= 2 && front.trim().len() < 240);
    if remark && (fences.len() == 1 || inside.iter().any(|l| !l.trim().is_empty())) {
        return inside.join("\n");
    }
    lines
        .into_iter()
        .filter(|line| !is_fence(line))
        .collect::<Vec<_>>()
        .join("\n")
}

const REMARKS: &[&str] = &[
    "let me know",
    "please let me know",
    "feel free",
    "would you like",
    "do you want me",
    "i hope",
    "hope this",
    "is there anything",
    "if you'd like",
    "if you would like",
    "if you need",
    "word count",
    "(word count",
    "total words",
    "(total",
    "this version ",
    "this rewrite ",
    "希望对",
    "希望这",
    "希望能",
    "如果您",
    "如果你需要",
    "如需",
    "如有",
    "需要我",
    "请告诉我",
    "您看",
    "您觉得",
    "以上是",
    "以上就是",
    "字数：",
    "字数统计",
    "（字数",
    "(字数",
    "（全文",
    "（约",
    "（共",
    "全文约",
    "全文共",
    "（注：",
    "注：以上",
    "注：本",
];

/// Up to where the answer goes, before remarks at its end.
fn without_remarks(text: &str) -> &str {
    let mut text = text.trim_end();
    loop {
        let start = text.rfind("\n\n").map_or(0, |at| at + 2);
        let last = text[start..].trim_matches(['*', '_', ' ', '\n', '-']);
        let lower = last.to_lowercase();
        let note = lower.starts_with("note:") || lower.starts_with("note that i");
        let remark = REMARKS.iter().any(|r| lower.starts_with(r))
            || (note && ABOUT.iter().any(|word| lower.contains(word)));
        let rule = !text[start..].trim().is_empty()
            && text[start..].trim().chars().all(|c| c == '-' || c == '*')
            && text[start..].trim().len() >= 3;
        let front = text[..start].trim_end();
        if front.is_empty() || !(remark || rule) {
            return text;
        }
        text = front;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasoning_never_reaches_the_text() {
        for (raw, text) in [
            (
                "<think>Hm. A ferry.</think>\n\nThe ferry runs.",
                "The ferry runs.",
            ),
            ("Hm, a ferry.\n</think>\nThe ferry runs.", "The ferry runs."),
            ("<think>Still thinking", ""),
            ("<thi", ""),
            ("A <b> c", "A <b> c"),
            ("渡轮开了。<think>再想想</think>", "渡轮开了。"),
        ] {
            assert_eq!(clean(raw).trim(), text, "{raw}");
        }
    }

    #[test]
    fn greetings_and_announcements_go() {
        for (raw, text) in [
            (
                "Sure, here is the article:\n\n# Ferry\n\nText.",
                "# Ferry\n\nText.",
            ),
            (
                "Sure!\n\nHere's your ad:\n\nHeadline: Boil",
                "Headline: Boil",
            ),
            (
                "**Here is the rewritten passage:**\n\nThe ferry runs.",
                "The ferry runs.",
            ),
            (
                "Here's a shorter version: The ferry runs.",
                "The ferry runs.",
            ),
            ("好的，以下是改写后的文字：\n\n渡轮开了。", "渡轮开了。"),
            ("好的！\n以下是为您撰写的报道：\n# 渡轮", "# 渡轮"),
            ("以下是续写内容：渡轮开了。", "渡轮开了。"),
            ("当然可以！\n\n渡轮开了。", "渡轮开了。"),
        ] {
            assert_eq!(clean(raw), text, "{raw}");
        }
    }

    #[test]
    fn prose_that_sounds_alike_stays() {
        for text in [
            "Here is where the ferry lands.",
            "Sure of her footing, she climbed on.",
            "Okay was all he said. The ferry left.",
            "可以确定的是，渡轮三月开通。",
            "这是渡口第一次通宵亮灯。",
            "Note: the ferry is small.\n\nIt runs at night.",
            "希望小学的孩子们上了船。\n\n希望小学建于1998年。",
            "Great Yarmouth waits.\n\nThe ferry is late.",
        ] {
            assert_eq!(clean(text), text);
        }
    }

    #[test]
    fn fences_and_tags_go_and_their_inside_stays() {
        for (raw, text) in [
            ("```markdown\n# Ferry\n\nText.\n```", "# Ferry\n\nText."),
            ("```\n# Ferry\n\nText", "# Ferry\n\nText"),
            (
                "I wrote this for you.\n```fountain\nINT. HUT - DAY\n```\nEnjoy!",
                "INT. HUT - DAY",
            ),
            (
                "<selection>\nThe ferry runs.\n</selection>",
                "The ferry runs.",
            ),
            ("<selection>The ferry runs.</selection>", "The ferry runs."),
        ] {
            assert_eq!(clean(raw), text, "{raw}");
        }
    }

    #[test]
    fn remarks_at_the_end_go() {
        for raw in [
            "The ferry runs.\n\nLet me know if you'd like another version!",
            "The ferry runs.\n\n---\n\n*Word count: 3*",
            "The ferry runs.\n\nNote: this version keeps the facts of the article.",
            "The ferry runs.<|im_end|>\n<|im_start|>user",
        ] {
            assert_eq!(clean(raw), "The ferry runs.", "{raw}");
        }
        assert_eq!(clean("渡轮开了。\n\n（全文约400字）"), "渡轮开了。");
        assert_eq!(
            clean("渡轮开了。\n\n希望对您有帮助！如需修改请告诉我。"),
            "渡轮开了。"
        );
    }
}
