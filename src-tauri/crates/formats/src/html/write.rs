//! Documents as a page of HTML that stands by itself: no script, nothing from elsewhere, a style
//! that prints.
//!
//! All that a text says is text: HTML in an article is shown as it is written, and a link that
//! would do more than lead somewhere becomes plain. Of a script, notes, cuts, sections and synopses
//! are left out, as on paper; speeches at the same time stand one after the other.

use std::fmt::Write as _;

use inkstone_manuscript::Language;
use pulldown_cmark::{Event, Tag, TagEnd, html::push_html};

use crate::paper::{Article, Paper, PaperLabels, PaperText, ad_table, escaped, is_safe_link};
use crate::picture::data_url;
use crate::script::{self, Block, Kind, Piece};

/// A document as a page.
pub fn page(paper: &Paper<'_>) -> String {
    let language = paper.language;
    let title = paper.title.trim();
    let untitled = match language {
        Language::English => "Untitled",
        Language::Chinese => "无标题",
    };
    let shown = if title.is_empty() { untitled } else { title };
    let mut out = format!(
        "<!doctype html>\n<html lang=\"{}\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>{}</title>\n",
        language.tag(),
        escaped(shown)
    );
    if let Some(aigc) = paper.labels.aigc {
        let _ = writeln!(out, "<meta name=\"AIGC\" content=\"{}\">", escaped(aigc));
    }
    let _ = write!(out, "<style>\n{STYLE}</style>\n</head>\n<body>\n");
    if let Some(sentence) = paper.labels.before {
        let _ = writeln!(out, "<p class=\"label\">{}</p>", escaped(sentence));
    }
    match paper.text {
        PaperText::Article(text) => article(&mut out, paper, text),
        PaperText::Ads(set) => {
            heading(&mut out, title);
            table(&mut out, ad_table(set, language));
        }
        PaperText::Script(text) => screenplay(&mut out, title, text),
    }
    if let Some(sentence) = paper.labels.after {
        let _ = writeln!(out, "<p class=\"label\">{}</p>", escaped(sentence));
    }
    out.push_str("</body>\n</html>\n");
    out
}

/// Markdown as a piece of a page, for another program to take in. Pictures of a project are told of in
/// words.
pub fn fragment(text: &str, language: Language) -> String {
    let paper = Paper {
        title: "",
        language,
        text: PaperText::Article(text),
        labels: PaperLabels::default(),
        pictures: &[],
    };
    let mut out = String::new();
    article(&mut out, &paper, text);
    out
}

fn heading(out: &mut String, title: &str) {
    if !title.is_empty() {
        let _ = writeln!(out, "<h1>{}</h1>", escaped(title));
    }
}

fn article(out: &mut String, paper: &Paper<'_>, text: &str) {
    let title = paper.title.trim();
    let article = Article::read(text);
    out.push_str("<article>\n");
    if !article.has_heading() {
        heading(out, title);
    }
    push_html(out, plain_links(paper, article.events).into_iter());
    if !article.notes.is_empty() {
        out.push_str("<footer>\n");
        let mut notes = Vec::new();
        for (name, events) in article.notes {
            notes.push(Event::Start(Tag::FootnoteDefinition(name.into())));
            notes.extend(plain_links(paper, events));
            notes.push(Event::End(TagEnd::FootnoteDefinition));
        }
        // References number the notes, so they are told of in the order of the text.
        push_html(out, notes.into_iter());
        out.push_str("</footer>\n");
    }
    out.push_str("</article>\n");
}

/// Links and pictures that only lead somewhere; of the others their text. Pictures that the paper
/// has are held in the page; others become links: a page that fetches something tells someone that
/// it is read.
fn plain_links<'e>(paper: &Paper<'_>, events: Vec<Event<'e>>) -> Vec<Event<'e>> {
    #[derive(PartialEq)]
    enum As {
        Text,
        Link,
        Picture,
    }
    let mut kept = Vec::with_capacity(events.len());
    let mut open = Vec::new();
    for mut event in events {
        if let Event::Start(Tag::Image { dest_url, .. }) = &mut event
            && let Some(picture) = paper.picture(dest_url)
        {
            *dest_url = data_url(picture.facts.kind, &picture.bytes).into();
            open.push(As::Picture);
            kept.push(event);
            continue;
        }
        match event {
            Event::Start(Tag::Link {
                link_type,
                dest_url,
                title,
                id,
            })
            | Event::Start(Tag::Image {
                link_type,
                dest_url,
                title,
                id,
            }) => {
                // A link in a link can't be.
                let safe = is_safe_link(&dest_url) && !open.contains(&As::Link);
                open.push(if safe { As::Link } else { As::Text });
                if safe {
                    kept.push(Event::Start(Tag::Link {
                        link_type,
                        dest_url,
                        title,
                        id,
                    }));
                }
            }
            Event::End(TagEnd::Link | TagEnd::Image) => match open.pop() {
                Some(As::Link) => kept.push(Event::End(TagEnd::Link)),
                Some(As::Picture) => kept.push(Event::End(TagEnd::Image)),
                Some(As::Text) | None => {}
            },
            other => kept.push(other),
        }
    }
    kept
}

fn table(out: &mut String, (header, rows): (Vec<String>, Vec<Vec<String>>)) {
    out.push_str("<table>\n<thead><tr>");
    for cell in &header {
        let _ = write!(out, "<th scope=\"col\">{}</th>", escaped(cell));
    }
    out.push_str("</tr></thead>\n<tbody>\n");
    for row in &rows {
        out.push_str("<tr>");
        for cell in row {
            let lines: Vec<String> = cell.lines().map(escaped).collect();
            let _ = write!(out, "<td>{}</td>", lines.join("<br>"));
        }
        out.push_str("</tr>\n");
    }
    out.push_str("</tbody>\n</table>\n");
}

fn screenplay(out: &mut String, title: &str, text: &str) {
    out.push_str("<article class=\"script\">\n");
    let blocks = script::read(text);
    let pages: Vec<&Block> = blocks.iter().filter(|b| b.kind == Kind::Title).collect();
    if pages.is_empty() {
        heading(out, title);
    } else {
        out.push_str("<header>\n");
        for block in pages {
            let label = block.label.as_deref().unwrap_or_default();
            let of_title = label.eq_ignore_ascii_case("title") || label == "标题";
            let tag = if of_title { "h1" } else { "p" };
            let _ = writeln!(out, "<{tag}>{}</{tag}>", pieces(&block.content));
        }
        out.push_str("</header>\n");
    }
    for block in &blocks {
        let class = match block.kind {
            Kind::Heading => {
                let number = block.label.as_deref().map(escaped);
                let number = number.map_or_else(String::new, |n| format!("<span>{n}</span> "));
                let _ = writeln!(out, "<h2>{number}{}</h2>", pieces(&block.content));
                continue;
            }
            Kind::PageBreak => {
                out.push_str("<hr>\n");
                continue;
            }
            Kind::Action => "action",
            Kind::Character => "character",
            Kind::Parenthetical => "parenthetical",
            Kind::Dialogue => "dialogue",
            Kind::Transition => "transition",
            Kind::Centered => "centered",
            Kind::Lyric => "lyric",
            Kind::Title | Kind::Section(_) | Kind::Synopsis | Kind::Hidden => continue,
        };
        let _ = writeln!(out, "<p class=\"{class}\">{}</p>", pieces(&block.content));
    }
    out.push_str("</article>\n");
}

fn pieces(pieces: &[Piece]) -> String {
    let mut out = String::new();
    for piece in pieces.iter().filter(|piece| !piece.hidden) {
        let text = escaped(&piece.text).replace('\n', "<br>\n");
        let tags: Vec<&str> = [
            (piece.style.bold, "b"),
            (piece.style.italic, "i"),
            (piece.style.underline, "u"),
        ]
        .into_iter()
        .filter_map(|(has, tag)| has.then_some(tag))
        .collect();
        for tag in &tags {
            let _ = write!(out, "<{tag}>");
        }
        out.push_str(&text);
        for tag in tags.iter().rev() {
            let _ = write!(out, "</{tag}>");
        }
    }
    out
}

/// Chinese has no slanted letters: what is stressed gets dots below.
const STYLE: &str = "\
body { max-width: 40rem; margin: 3rem auto; padding: 0 1.25rem; font: 1.0625rem/1.65 Georgia, \"Source Serif 4\", \"Noto Serif CJK SC\", \"Songti SC\", SimSun, serif; color: #1d1d1f; background: #fff; overflow-wrap: break-word; }
h1, h2, h3, h4, h5, h6 { line-height: 1.25; margin: 1.6em 0 .5em; }
h1 { margin-top: 0; font-size: 1.9em; }
a { color: #1a4f8b; }
img { max-width: 100%; height: auto; }
blockquote { margin: 1em 0; padding-inline-start: 1em; border-inline-start: 3px solid #d0d0d4; color: #55555a; }
pre, code { font-family: ui-monospace, \"Courier New\", monospace; font-size: .9em; }
pre { overflow-x: auto; padding: .8em 1em; background: #f5f5f7; }
table { border-collapse: collapse; width: 100%; font-size: .95em; }
th, td { border: 1px solid #d0d0d4; padding: .35em .6em; text-align: start; vertical-align: top; }
hr { border: 0; border-top: 1px solid #d0d0d4; margin: 2em 0; }
footer { margin-top: 2.5em; padding-top: .5em; border-top: 1px solid #d0d0d4; font-size: .9em; }
.footnote-definition { display: flex; gap: .5em; margin: .4em 0; }
.footnote-definition p { margin: 0; }
.label { font-size: .875em; color: #55555a; }
:lang(zh) em, :lang(zh) i { font-style: normal; text-emphasis: filled dot; -webkit-text-emphasis: filled dot; text-emphasis-position: under right; }
.script { font-family: \"Courier Prime\", Courier, \"Courier New\", \"Noto Serif CJK SC\", SimSun, monospace; font-size: 1rem; line-height: 1.35; }
.script header { text-align: center; margin: 4rem 0; }
.script h2 { font-size: 1em; margin: 1.8em 0 .8em; text-transform: uppercase; }
.script p { margin: 0 0 1em; white-space: pre-wrap; }
.script .character { margin: 1em 0 0 35%; text-transform: uppercase; }
.script .parenthetical { margin: 0 25% 0 27%; }
.script .dialogue { margin: 0 17% 0 17%; }
.script .dialogue + .action, .script .lyric + .action { margin-top: 1em; }
.script .lyric { margin: 0 17%; font-style: italic; }
.script .transition { text-align: end; text-transform: uppercase; }
.script .centered { text-align: center; }
@media (prefers-color-scheme: dark) { body { color: #e4e4e7; background: #18181b; } a { color: #8ab4e8; } blockquote, .label { color: #a1a1a6; } pre { background: #232327; } th, td, hr, footer, blockquote { border-color: #3a3a40; } }
@media print { body { max-width: none; margin: 0; padding: 0; font-size: 11pt; color: #000; background: #fff; } a { color: inherit; } h1, h2, h3 { break-after: avoid; } p, li { orphans: 2; widows: 2; } tr, blockquote, img { break-inside: avoid; } img { max-height: 22cm; } .script .character, .script .parenthetical { break-after: avoid; } @page { margin: 2.2cm; } }
";

#[cfg(test)]
mod tests {
    use inkstone_manuscript::adset::AdSet;
    use proptest::prelude::*;

    use super::*;
    use crate::paper::{PaperLabels, PaperPicture};
    use crate::picture::{self, PictureKind, tests::sample};

    #[test]
    fn a_piece_for_other_programs_has_nothing_around_it() {
        let text = "## Tides\n\nLow at **nine**, [says](https://example.org) *Vega*.[^1]\n\n\
                    ![The pier](asset:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef)\n\n\
                    <b>so</b>\n\n[^1]: Or ten.\n";
        let html = fragment(text, Language::English);
        assert!(html.starts_with("<article>\n<h2>Tides</h2>\n<p>Low at <strong>nine</strong>"));
        assert!(html.contains("<a href=\"https://example.org\">says</a> <em>Vega</em>"));
        assert!(html.contains("<p>The pier</p>") && html.contains("&lt;b&gt;so&lt;/b&gt;"));
        assert!(html.contains("Or ten."), "{html}");
        assert!(!html.contains("<img") && !html.contains("<html"));
    }

    fn of(text: PaperText<'_>, language: Language) -> String {
        page(&Paper {
            title: "Tide & Time",
            language,
            text,
            labels: PaperLabels::default(),
            pictures: &[],
        })
    }

    fn body(page: &str) -> &str {
        page.split_once("<body>").unwrap().1
    }

    #[test]
    fn an_article_is_a_page_with_all_that_markdown_has() {
        let text = "---\ntags: x\n---\n## Noon\n\nThe *ferry* **runs**[^1]. [Timetable](https://example.org \"all\")\n\n- one\n- two\n\n| A | B |\n|---|---|\n| 1 | 潮 |\n\n[^1]: Until ~~May~~ June.\n";
        let page = of(PaperText::Article(text), Language::Chinese);
        assert!(page.starts_with("<!doctype html>\n<html lang=\"zh-CN\">"));
        assert!(page.contains("<title>Tide &amp; Time</title>"));
        let body = body(&page);
        assert!(!body.contains("<h1>") && !body.contains("tags"), "{body}");
        for part in [
            "<h2>Noon</h2>",
            "<em>ferry</em> <strong>runs</strong>",
            "<a href=\"https://example.org\" title=\"all\">Timetable</a>",
            "<li>one</li>",
            "<td>潮</td>",
            "<footer>\n<div class=\"footnote-definition\" id=\"1\">",
            "<del>May</del>",
        ] {
            assert!(body.contains(part), "{part} in {body}");
        }
        let page = of(PaperText::Article("Only text."), Language::English);
        assert!(page.contains("<h1>Tide &amp; Time</h1>\n<p>Only text.</p>"));
    }

    #[test]
    fn nothing_runs_and_nothing_is_fetched() {
        let text = "<script>alert(1)</script>\n\nA <b onclick=\"x\">b</b><br>c [d](javascript:alert(1)) ![pic](https://example.org/p.png) <javascript:alert(2)>\n";
        let page = of(PaperText::Article(text), Language::English);
        let body = body(&page);
        for part in ["<script", "<b onclick", "href=\"javascript", "<img", "<b "] {
            assert!(!body.contains(part), "{part} in {body}");
        }
        assert!(body.contains("&lt;script&gt;alert(1)&lt;/script&gt;"));
        assert!(body.contains("<br />\nc d"));
        assert!(body.contains("<a href=\"https://example.org/p.png\">pic</a>"));
    }

    #[test]
    fn a_picture_of_the_paper_is_held_in_the_page() {
        let id = "0a".repeat(32);
        let bytes = sample(PictureKind::Png);
        let pictures = [PaperPicture {
            id: id.clone(),
            facts: picture::read(&bytes).unwrap(),
            bytes,
        }];
        let other = "0b".repeat(32);
        let text = format!(
            "![Tide \"at\" <noon>](asset:{id} \"t\")\n\n[![in](asset:{id})](https://example.org) ![gone](asset:{other})"
        );
        let page = page(&Paper {
            title: "",
            language: Language::English,
            text: PaperText::Article(&text),
            labels: PaperLabels::default(),
            pictures: &pictures,
        });
        let body = body(&page);
        assert!(
            body.contains("<p><img src=\"data:image/png;base64,iVBORw0KGgo"),
            "{body}"
        );
        assert!(body.contains("alt=\"Tide &quot;at&quot; &lt;noon&gt;\" title=\"t\" />"));
        assert!(body.contains("<a href=\"https://example.org\"><img src=\"data:"));
        assert!(
            body.contains(" gone</p>") && !body.contains("asset:"),
            "{body}"
        );
    }

    #[test]
    fn ads_are_a_table_and_labels_stand_where_they_belong() {
        let set = AdSet::parse("## 广告 1\n标题：<b>早\n标题：七点\n正文：一\n  二\n");
        let page = page(&Paper {
            title: "",
            language: Language::Chinese,
            text: PaperText::Ads(&set),
            labels: PaperLabels {
                aigc: Some("{\"Label\":\"1\"}"),
                before: Some("由人工智能生成"),
                after: Some("共 3 字 <"),
            },
            pictures: &[],
        });
        assert!(page.contains("<title>无标题</title>"));
        assert!(
            page.contains("<meta name=\"AIGC\" content=\"{&quot;Label&quot;:&quot;1&quot;}\">")
        );
        assert!(page.contains("<body>\n<p class=\"label\">由人工智能生成</p>"));
        assert!(page.contains("<p class=\"label\">共 3 字 &lt;</p>\n</body>"));
        assert!(page.contains("<th scope=\"col\">标题 2</th>"));
        assert!(page.contains("<td>&lt;b&gt;早</td><td>七点</td>"));
        assert!(page.contains("<td>一<br>二</td>"), "{page}");
    }

    #[test]
    fn a_script_is_set_element_by_element() {
        let text = "Title: Night\nAuthor: Ada\n\nINT. 渡口 - NIGHT #2A#\n\nRain. [[check]]\n\nQIN\n(low)\nWhere is *it*?\n\n> CUT TO:\n\n# Act\n\n= what\n";
        let page = of(PaperText::Script(text), Language::English);
        let body = body(&page);
        for part in [
            "<h1>Night</h1>",
            "<p>Ada</p>",
            "<h2><span>2A</span> INT. 渡口 - NIGHT</h2>",
            "<p class=\"character\">QIN</p>",
            "<p class=\"dialogue\">Where is <i>it</i>?</p>",
            "<p class=\"transition\">CUT TO:</p>",
        ] {
            assert!(body.contains(part), "{part} in {body}");
        }
        assert!(!body.contains("check") && !body.contains("what") && !body.contains("Act"));
    }

    proptest! {
        #[test]
        fn no_text_makes_markup_of_its_own(text in "[a-z<>\"'&\\[\\]()!:/`*_~|#\n -]{0,80}") {
            let page = of(PaperText::Article(&text), Language::English);
            for tag in ["<script", "<img", "<iframe", "<style>\n<", "javascript:\""] {
                prop_assert!(!body(&page).contains(tag), "{}", page);
            }
            prop_assert!(page.ends_with("</body>\n</html>\n"));
        }
    }
}
