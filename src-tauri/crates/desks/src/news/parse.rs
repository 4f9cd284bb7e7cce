//! A model's answer as an article.

use inkstone_manuscript::{Language, article::Article};

use crate::{Output, Task, clean::clean};

pub(super) fn parse(task: &Task, _language: Language, raw: &str) -> Output {
    let text = clean(raw);
    match task {
        Task::Draft => {}
        Task::Headline => return one_headline(&text),
        Task::Dek => {
            return Output {
                title: None,
                text: one_dek(&text),
            };
        }
        _ => {
            return Output {
                title: None,
                text: text.trim().to_owned(),
            };
        }
    }
    let article = article(&text);
    Output {
        title: article.headline.clone(),
        text: article.to_markdown().trim().to_owned(),
    }
}

/// The first headline of an answer: models like to give a list when one is asked for.
fn one_headline(text: &str) -> Output {
    let line = unlisted(first_line(text));
    let line = line.trim_start_matches('#').trim();
    let line = labelled(line, HEADLINE).unwrap_or(line);
    let bare = line.trim_matches(['*', '_', ' ']).trim();
    let unended = |text: &str| text.trim_end_matches(['.', '。']).trim_end().len();
    let bare = unquoted(&bare[..unended(bare)]);
    let bare = &bare[..unended(bare)];
    if bare.is_empty() {
        return Output::default();
    }
    Output {
        title: Some(bare.to_owned()),
        text: format!("# {bare}"),
    }
}

/// The dek of an answer, in its notation.
fn one_dek(text: &str) -> String {
    let line = unlisted(first_line(text));
    let line = line.trim_start_matches('#').trim();
    let line = labelled(line, DEK).unwrap_or(line);
    let bare = unquoted(line.trim_matches(['*', '_', ' '])).trim();
    if bare.is_empty() {
        return String::new();
    }
    format!("*{}*", bare.replace('*', "\\*"))
}

/// The first line with something on it, where it is no lead-in to what follows.
fn first_line(text: &str) -> &str {
    let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let first = lines.next().unwrap_or_default();
    if first.ends_with([':', '：']) {
        return lines.next().unwrap_or_default();
    }
    first
}

/// Without the mark or the number of a list.
fn unlisted(line: &str) -> &str {
    let line = line.strip_prefix(['-', '•']).unwrap_or(line).trim_start();
    let digits = line.len() - line.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    match line[digits..].strip_prefix(['.', ')', '、', '．']) {
        // A headline may begin with a figure: "3.5 million ...".
        Some(rest)
            if (1..=2).contains(&digits) && !rest.starts_with(|c: char| c.is_ascii_digit()) =>
        {
            rest.trim_start()
        }
        _ => line,
    }
}

/// Without quotation marks around all of it.
fn unquoted(line: &str) -> &str {
    for (open, close) in [('"', '"'), ('“', '”'), ('「', '」'), ('《', '》')] {
        if let Some(inner) = line.strip_prefix(open).and_then(|l| l.strip_suffix(close))
            && !inner.contains([open, close])
        {
            return inner;
        }
    }
    line
}

const HEADLINE: &[&str] = &["headline", "title", "标题", "主标题"];
const DEK: &[&str] = &[
    "dek",
    "deck",
    "subheadline",
    "subheading",
    "subtitle",
    "standfirst",
    "副题",
    "副标题",
    "提要",
];
const BODY: &[&str] = &[
    "lede",
    "lead",
    "body",
    "article",
    "nut graf",
    "导语",
    "正文",
    "新闻正文",
    "报道正文",
    "主体",
];

/// The parts of an article, however a model marks them.
fn article(text: &str) -> Article {
    let mut blocks = text
        .split("\n\n")
        .map(str::trim)
        .filter(|b| !b.is_empty())
        .peekable();
    let mut article = Article::default();
    let mut body: Vec<String> = Vec::new();
    if let Some(first) = blocks.peek() {
        let (line, rest) = first.split_once('\n').unwrap_or((first, ""));
        if let Some(headline) = headline(line, text) {
            article.headline = Some(headline);
            blocks.next();
            let rest = rest.trim();
            if let Some(dek) = dek(rest) {
                article.dek = Some(dek);
            } else if !rest.is_empty() {
                body.push(labelled(rest, BODY).unwrap_or(rest).to_owned());
            }
        }
    }
    if article.headline.is_some() && article.dek.is_none() && body.is_empty() {
        article.dek = blocks.peek().and_then(|block| dek(block));
        if article.dek.is_some() {
            blocks.next();
        }
    }
    for block in blocks {
        let block = labelled(block, BODY).unwrap_or(block);
        let is_rule = block.len() >= 3 && block.chars().all(|c| c == '-' || c == '*');
        if !block.is_empty() && !is_rule {
            body.push(block.to_owned());
        }
    }
    article.body = body.join("\n\n");
    article
}

/// The headline in the first line, if it is one: marked as one, or short, unfinished and alone.
fn headline(line: &str, text: &str) -> Option<String> {
    let line = line.trim();
    let marked = line.trim_start_matches('#');
    let bold = line.strip_prefix("**").map(|l| l.trim_end_matches('*'));
    let found = if let Some(found) = labelled(line, HEADLINE) {
        found
    } else if marked.len() < line.len() {
        labelled(marked, HEADLINE).unwrap_or(marked)
    } else if let Some(bold) = bold.filter(|b| !b.contains("**")) {
        bold
    } else {
        let alone = text[text.find(line)? + line.len()..].starts_with("\n\n");
        let ended = line.ends_with(['.', '!', '?', '。', '！', '？', ',', '，', ':', '：', '…']);
        (alone && !ended && line.chars().count() <= 110).then_some(line)?
    };
    let found = found
        .trim()
        .trim_matches('*')
        .trim_matches(['"', '“', '”'])
        .trim();
    (!found.is_empty()).then(|| found.to_owned())
}

/// The dek in a block of one line: in italics, as a lower heading, or labelled.
fn dek(block: &str) -> Option<String> {
    let block = block.trim();
    if block.contains('\n') || block.is_empty() {
        return None;
    }
    let heading = block
        .strip_prefix("## ")
        .or_else(|| block.strip_prefix("### "));
    let italics = [("*", "*"), ("_", "_")]
        .into_iter()
        .find_map(|(open, close)| {
            // The closing mark may not have come yet.
            let inner = block.strip_prefix(open)?;
            let inner = inner.strip_suffix(close).unwrap_or(inner);
            (!inner.contains(open) && !inner.starts_with(' ')).then_some(inner)
        });
    let bold = block.strip_prefix("**").and_then(|b| b.strip_suffix("**"));
    let found = labelled(block, DEK)
        .or(heading)
        .or(italics)
        .or(bold.filter(|b| !b.contains("**")))?;
    let found = labelled(found, DEK)
        .unwrap_or(found)
        .trim()
        .trim_matches(['*', '_'])
        .trim();
    (!found.is_empty()).then(|| found.to_owned())
}

/// What follows a label such as `**Headline:**` or `标题：`.
fn labelled<'a>(text: &'a str, labels: &[&str]) -> Option<&'a str> {
    let bare = text.trim_start_matches(['*', '_', '#', ' ', '【', '[']);
    let at = bare.find([':', '：', '】', ']'])?;
    let name = bare[..at].trim_matches(['*', '_', ' ']).to_lowercase();
    if !labels.contains(&name.as_str()) {
        return None;
    }
    let mark = bare[at..].chars().next().map_or(1, char::len_utf8);
    Some(
        bare[at + mark..]
            .trim_start_matches(['*', '_', ':', '：'])
            .trim(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const EXACT: &str = "# Ferry runs all night\n\n*Shift workers get a way home.*\n\nThe harbour \
                         ferry will run all night.\n\nIt starts on Friday.";

    fn draft(raw: &str) -> Output {
        parse(&Task::Draft, Language::English, raw)
    }

    #[test]
    fn the_exact_notation_stays() {
        let output = draft(EXACT);
        assert_eq!(output.title.as_deref(), Some("Ferry runs all night"));
        assert_eq!(output.text, EXACT);
    }

    #[test]
    fn other_notations_become_it() {
        for raw in [
            "**Ferry runs all night**\n\n_Shift workers get a way home._\n\nThe harbour ferry will \
             run all night.\n\nIt starts on Friday.",
            "Headline: Ferry runs all night\nDek: Shift workers get a way home.\n\nLede: The \
             harbour ferry will run all night.\n\nIt starts on Friday.",
            "**Headline:** Ferry runs all night\n\n**Dek:** Shift workers get a way home.\n\n\
             **Body:** The harbour ferry will run all night.\n\nIt starts on Friday.\n\n---",
            "Sure, here is the article:\n\n```markdown\n# Ferry runs all night\n## Shift workers \
             get a way home.\n\nThe harbour ferry will run all night.\n\nIt starts on Friday.\n```\n\n\
             Let me know if you need changes.",
            "Ferry runs all night\n\n*Shift workers get a way home.*\n\nThe harbour ferry will run \
             all night.\n\nIt starts on Friday.\n\n(Word count: 12)",
        ] {
            assert_eq!(draft(raw).text, EXACT, "{raw}");
        }
    }

    #[test]
    fn chinese_labels_are_read() {
        let raw = "好的，以下是为您撰写的报道：\n\n【标题】渡轮通宵运行\n\n副题：夜班工人有了回家的路\n\n正文：\n\n港口轮渡将通宵运行。\n\n（全文约20字）";
        let output = parse(&Task::Draft, Language::Chinese, raw);
        assert_eq!(output.title.as_deref(), Some("渡轮通宵运行"));
        assert_eq!(
            output.text,
            "# 渡轮通宵运行\n\n*夜班工人有了回家的路*\n\n港口轮渡将通宵运行。"
        );
    }

    #[test]
    fn a_text_without_a_headline_keeps_every_word() {
        let raw = "The harbour ferry will run all night.\n\nIt starts on Friday.";
        assert_eq!(
            draft(raw),
            Output {
                title: None,
                text: raw.to_owned()
            }
        );
    }

    #[test]
    fn a_growing_text_only_grows() {
        let mut longest = 0;
        for (end, _) in EXACT.char_indices().skip(3) {
            let output = draft(&EXACT[..end]);
            assert!(output.text.len() + 2 >= longest, "{}", output.text);
            longest = output.text.len();
            if end > 24 {
                assert_eq!(
                    output.title.as_deref(),
                    Some("Ferry runs all night"),
                    "{end}"
                );
            }
        }
    }

    #[test]
    fn a_continuation_is_only_text() {
        let output = parse(
            &Task::Continue,
            Language::English,
            "Here is the continuation:\n\nand left.",
        );
        assert_eq!(
            output,
            Output {
                title: None,
                text: "and left.".to_owned()
            }
        );
    }
}
