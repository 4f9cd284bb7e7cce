//! What is written as Word's documents, part by part.

use std::io::{Cursor, Read as _};

use inkstone_manuscript::adset::AdSet;
use proptest::prelude::*;
use roxmltree::Document;

use super::*;
use crate::paper::PaperLabels;
use crate::picture::tests::sample;
use crate::picture::{self, PictureKind};

fn of(text: PaperText<'_>, language: Language) -> Vec<u8> {
    file(&Paper {
        title: "Tide & Time",
        language,
        text,
        labels: PaperLabels::default(),
        pictures: &[],
    })
    .unwrap()
}

/// The parts of a file; each is sound XML, is declared, and leads only to what is there.
fn parts_of(bytes: &[u8]) -> HashMap<String, String> {
    let mut zip = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    let names: Vec<String> = zip
        .file_names()
        .map(|name| name.unwrap().into_owned())
        .collect();
    assert_eq!(names[0], "[Content_Types].xml");
    let mut parts = HashMap::new();
    for name in names {
        if name.starts_with("word/media/") {
            parts.insert(name, String::new());
            continue;
        }
        let mut text = String::new();
        zip.by_name(&name)
            .unwrap()
            .read_to_string(&mut text)
            .unwrap();
        Document::parse(&text).unwrap_or_else(|error| panic!("{name}: {error}\n{text}"));
        parts.insert(name, text);
    }
    let types = Document::parse(&parts["[Content_Types].xml"]).unwrap();
    for part in types
        .descendants()
        .filter_map(|node| node.attribute("PartName"))
    {
        assert!(parts.contains_key(part.trim_start_matches('/')), "{part}");
    }
    for (name, text) in parts.iter().filter(|(name, _)| name.ends_with(".rels")) {
        let rels = Document::parse(text).unwrap();
        for rel in rels
            .descendants()
            .filter(|node| node.has_attribute("Target"))
        {
            if rel.attribute("TargetMode") == Some("External") {
                continue;
            }
            let folder = if name.starts_with("word/") {
                "word/"
            } else {
                ""
            };
            let target = format!("{folder}{}", rel.attribute("Target").unwrap());
            assert!(parts.contains_key(&target), "{name}: {target}");
        }
    }
    for (part, rels) in [("document", "document"), ("footnotes", "footnotes")] {
        let Some(text) = parts.get(&format!("word/{part}.xml")) else {
            continue;
        };
        check(
            text,
            &parts["word/styles.xml"],
            parts.get(&format!("word/_rels/{rels}.xml.rels")),
        );
    }
    parts
}

/// What Word refuses to open, if it is wrong: cells end with a paragraph, paragraphs hold no
/// paragraphs, rows are as wide as their table, styles and links are there.
fn check(text: &str, styles: &str, rels: Option<&String>) {
    let xml = Document::parse(text).unwrap();
    for node in xml.descendants().filter(roxmltree::Node::is_element) {
        let inside = |name: &str| {
            node.ancestors()
                .skip(1)
                .any(|a| a.has_tag_name(name_of(name)))
        };
        match node.tag_name().name() {
            "p" => assert!(!inside("p"), "a paragraph in a paragraph: {text}"),
            "tc" => {
                let last = node.last_element_child().unwrap();
                assert_eq!(last.tag_name().name(), "p", "{text}");
            }
            "tr" => {
                let table = node.parent_element().unwrap();
                let grid = table
                    .descendants()
                    .filter(|n| n.tag_name().name() == "gridCol");
                let cells = node.children().filter(|n| n.tag_name().name() == "tc");
                assert_eq!(cells.count(), grid.count(), "{text}");
            }
            "t" => assert_eq!(node.parent_element().unwrap().tag_name().name(), "r"),
            "r" => assert!(inside("p"), "letters outside of a paragraph: {text}"),
            "hyperlink" => {
                let id = node
                    .attributes()
                    .find(|a| a.name() == "id")
                    .unwrap()
                    .value();
                assert!(rels.unwrap().contains(&format!("\"{id}\"")), "{id}");
            }
            "pStyle" | "rStyle" | "tblStyle" => {
                let id = node.attributes().next().unwrap().value();
                assert!(styles.contains(&format!("w:styleId=\"{id}\"")), "{id}");
            }
            _ => {}
        }
    }
}

fn name_of(name: &str) -> (&'static str, &str) {
    (
        "http://schemas.openxmlformats.org/wordprocessingml/2006/main",
        name,
    )
}

/// The paragraphs of a part: style and text.
fn paragraphs(xml: &str) -> Vec<(String, String)> {
    let document = Document::parse(xml).unwrap();
    document
        .descendants()
        .filter(|node| node.has_tag_name(name_of("p")))
        .map(|p| {
            let style = p.descendants().find(|n| n.has_tag_name(name_of("pStyle")));
            let style = style.and_then(|n| n.attributes().next().map(|a| a.value().to_owned()));
            let text = p
                .descendants()
                .filter_map(|n| match n.tag_name().name() {
                    "t" => n.text().map(str::to_owned),
                    "br" => Some("\n".to_owned()),
                    "tab" => Some("\t".to_owned()),
                    _ => None,
                })
                .collect();
            (style.unwrap_or_default(), text)
        })
        .collect()
}

#[test]
fn an_article_keeps_its_headings_lists_links_notes_and_tables() {
    let text = "The *ferry* **runs**[^a] at [noon](https://example.org/?a=1&b=2).\n\n## 时间\n\n潮水*很高*\n夜里。\n\n1. one\n\n   more\n2. two\n   - deep\n\n> said\n\n```\na\n\tb\n```\n\n| A | B |\n|:--|--:|\n| 1 | 潮 |\n\n---\n\nAgain[^a].\n\n[^a]: Until [June](https://example.org).\n";
    let parts = parts_of(&of(PaperText::Article(text), Language::Chinese));
    let document = &parts["word/document.xml"];
    let found = paragraphs(document);
    let expected = [
        ("Title", "Tide & Time"),
        ("", "The ferry runs at noon."),
        ("Heading2", "时间"),
        ("", "潮水很高夜里。"),
        ("ListParagraph", "one"),
        ("ListParagraph", "more"),
        ("ListParagraph", "two"),
        ("ListParagraph", "deep"),
        ("Quote", "said"),
        ("Code", "a\n\tb"),
        ("", "A"),
        ("", "B"),
        ("", "1"),
        ("", "潮"),
        ("", ""),
        ("", ""),
        ("", "Again1."),
    ];
    let expected: Vec<(String, String)> = expected
        .iter()
        .map(|(style, text)| ((*style).to_owned(), (*text).to_owned()))
        .collect();
    assert_eq!(found, expected);
    assert!(document.contains("<w:i/><w:iCs/></w:rPr><w:t xml:space=\"preserve\">ferry</w:t>"));
    assert!(
        document.contains("<w:em w:val=\"dot\"/></w:rPr><w:t xml:space=\"preserve\">很高</w:t>")
    );
    assert!(document.contains("<w:footnoteReference w:id=\"1\"/>"));
    assert!(document.contains("<w:jc w:val=\"right\"/>"));
    assert!(parts["word/_rels/document.xml.rels"].contains("https://example.org/?a=1&amp;b=2"));
    let notes = paragraphs(&parts["word/footnotes.xml"]);
    assert_eq!(
        notes.last().unwrap(),
        &("FootnoteText".to_owned(), " Until June.".to_owned())
    );
    assert!(parts["word/_rels/footnotes.xml.rels"].contains("https://example.org"));
}

#[test]
fn the_same_document_is_the_same_bytes() {
    let text = "# One\n\ntwo[^1]\n\n[^1]: three\n";
    let one = of(PaperText::Article(text), Language::English);
    assert_eq!(one, of(PaperText::Article(text), Language::English));
}

#[test]
fn ads_are_a_table_on_a_wide_page() {
    let set = AdSet::parse(
        "## Ad 1\nHeadline: =SUM(1)\nHeadline: <Two>\nPrimary text: a\n  b\n\n## Ad 2\nHeadline: Three\n",
    );
    let parts = parts_of(&of(PaperText::Ads(&set), Language::English));
    let document = &parts["word/document.xml"];
    let texts: Vec<String> = paragraphs(document)
        .into_iter()
        .map(|(_, text)| text)
        .collect();
    assert_eq!(
        texts,
        [
            "Tide & Time",
            "Ad",
            "Headline 1",
            "Headline 2",
            "Primary text",
            "1",
            "=SUM(1)",
            "<Two>",
            "a\nb",
            "2",
            "Three",
            "",
            "",
            ""
        ]
    );
    assert!(document.contains("w:orient=\"landscape\""));
}

#[test]
fn a_script_has_its_columns_and_labels_stand_in_the_file() {
    let text = "Title: Night\n\nINT. 渡口 - NIGHT #2A#\n\nRain. [[check]]\n\nQIN\n(low)\nWhere is *it*?\n\nLight.\n\n= what\n";
    let bytes = file(&Paper {
        title: "Night",
        language: Language::English,
        text: PaperText::Script(text),
        labels: PaperLabels {
            aigc: Some("{\"Label\":\"1\"}"),
            before: Some("Made with AI"),
            after: Some("3 of 9 words"),
        },
        pictures: &[],
    })
    .unwrap();
    let parts = parts_of(&bytes);
    let found = paragraphs(&parts["word/document.xml"]);
    let styles: Vec<&str> = found.iter().map(|(style, _)| style.as_str()).collect();
    assert_eq!(
        styles,
        [
            "Label",
            "TitlePage",
            "",
            "SceneHeading",
            "Action",
            "Character",
            "Parenthetical",
            "Dialogue",
            "Dialogue",
            "Action",
            "Label"
        ]
    );
    assert_eq!(found[3].1, "2A INT. 渡口 - NIGHT");
    assert_eq!(found[7].1, "Where is it?");
    assert!(parts["docProps/custom.xml"].contains("name=\"AIGC\""));
    assert!(parts["docProps/custom.xml"].contains("{&quot;Label&quot;:&quot;1&quot;}"));
}

#[test]
fn what_no_reader_takes_is_left_out() {
    let deep = format!("{}x", "> ".repeat(300));
    let lists: String = (0..40)
        .map(|n| format!("{}- x\n", "  ".repeat(n)))
        .collect();
    let wide = format!(
        "|{}\n|{}\n|{}\n",
        " a |".repeat(80),
        "---|".repeat(80),
        " b |".repeat(80)
    );
    let notes = "a[^1][^2]\n\n[^1]: b[^2] c[^1]\n\n[^2]: d[^1]\n";
    let links =
        "[a ![b](c) d](https://e.org) [x](javascript:y) [z](#q) <script> \u{1}\u{fffe}\u{0}";
    for text in [
        &deep,
        &lists,
        &wide,
        notes,
        links,
        "",
        "[^1]: only a note\n",
        "-\n-\n",
    ] {
        parts_of(&of(PaperText::Article(text), Language::English));
    }
    let parts = parts_of(&of(PaperText::Article(links), Language::English));
    assert!(!parts["word/_rels/document.xml.rels"].contains("javascript"));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 192, ..ProptestConfig::default() })]

    #[test]
    fn any_article_is_a_sound_file(text in "([a-z潮 ]{0,6}|[*_`~\\[\\]()!#>|:^<&-]{1,4}|\n{1,2}|1\\. |\\| a \\| b \\|\n\\|---\\|---\\|\n|\\[\\^a\\](: )?|  ){0,40}") {
        parts_of(&of(PaperText::Article(&text), Language::Chinese));
    }

    #[test]
    fn any_script_and_any_ads_are_sound_files(text in "[A-Za-z潮.:()@!>#=\\[\\]*_\t\r\n -]{0,120}") {
        parts_of(&of(PaperText::Script(&text), Language::English));
        parts_of(&of(PaperText::Ads(&AdSet::parse(&text)), Language::English));
    }
}

#[test]
fn comments_stand_on_their_words_and_come_back() {
    let text = "# The *ferry*\n\nIt **runs** at nine[^1]. 潮水很高。\n\n- one [two](https://example.org)\n\n[^1]: Or ten.\n";
    let on = |words: &str| {
        let from = text.find(words).unwrap();
        from..from + words.len()
    };
    let comment = |range, note, author| PaperComment {
        range,
        note,
        author,
    };
    let said = [
        comment(on("# The *ferry*"), "Which <one>?", "Ines"),
        comment(on("It **runs** at"), "When?\nReally?", ""),
        comment(on("runs"), "over another", ""),
        comment(on("很高"), "多高？", "老秦"),
        comment(on("example"), "no place for it", ""),
        comment(on("ten"), "in a note", ""),
        comment(3..3, "its words are gone", ""),
        comment(900..999, "no place at all", ""),
    ];
    let paper = Paper {
        title: "",
        language: Language::English,
        text: PaperText::Article(text),
        labels: PaperLabels::default(),
        pictures: &[],
    };
    let bytes = file_with(&paper, &said).unwrap();
    let parts = parts_of(&bytes);
    let document = &parts["word/document.xml"];
    for id in 0..said.len() {
        for tag in ["commentRangeStart", "commentRangeEnd", "commentReference"] {
            let wanted = format!("<w:{tag} w:id=\"{id}\"/>");
            assert_eq!(
                document.matches(&wanted).count(),
                1,
                "{wanted} in {document}"
            );
        }
    }
    assert!(parts["word/comments.xml"].contains("Which &lt;one&gt;?"));
    let words = |id: usize| {
        let from = document
            .find(&format!("commentRangeStart w:id=\"{id}\""))
            .unwrap();
        let to = document
            .find(&format!("commentRangeEnd w:id=\"{id}\""))
            .unwrap();
        let texts = document[from..to]
            .split("<w:t xml:space=\"preserve\">")
            .skip(1);
        texts
            .map(|t| t.split("</w:t>").next().unwrap())
            .collect::<String>()
    };
    assert_eq!(
        [words(0), words(1), words(2), words(3), words(7)],
        ["The ferry", "It runs at", "runs", "很高", ""]
    );
    let back = crate::import::import("a.docx", &bytes).unwrap();
    let back = format!("{back:?}");
    assert!(back.contains("<!-- Ines: Which"), "{back}");
    assert!(!document.contains(|c: char| comments::border(c).is_some()));
    // Without comments it is the same file as ever.
    assert_eq!(file_with(&paper, &[]).unwrap(), file(&paper).unwrap());
}

#[test]
fn a_script_keeps_its_elements_with_comments_on_them() {
    let text = "INT. HARBOUR - NIGHT\n\nRain falls.\n\nQIN\nWhere is it?\n\n> CUT TO:\n";
    let plain = of(PaperText::Script(text), Language::English);
    let said: Vec<PaperComment<'_>> = [
        "INT. HARBOUR - NIGHT",
        "Rain",
        "QIN",
        "Where is it?",
        "> CUT TO:",
    ]
    .iter()
    .map(|words| {
        let from = text.find(words).unwrap();
        PaperComment {
            range: from..from + words.len(),
            note: "?",
            author: "",
        }
    })
    .collect();
    let paper = Paper {
        title: "Tide & Time",
        language: Language::English,
        text: PaperText::Script(text),
        labels: PaperLabels::default(),
        pictures: &[],
    };
    let bytes = file_with(&paper, &said).unwrap();
    let styles = |bytes: &[u8]| -> Vec<String> {
        let document = parts_of(bytes)["word/document.xml"].clone();
        let styled = document.split("<w:pStyle w:val=\"").skip(1);
        styled
            .map(|s| s.split('"').next().unwrap().to_owned())
            .collect()
    };
    assert_eq!(styles(&plain), styles(&bytes));
}

#[test]
fn pictures_stand_in_the_text_once_in_the_file_and_within_the_page() {
    let of = |number: usize, kind, width| {
        let bytes = sample(kind);
        let mut facts = picture::read(&bytes).unwrap();
        (facts.width, facts.height) = (width, 3000);
        PaperPicture {
            id: format!("{number:064x}"),
            facts,
            bytes,
        }
    };
    let pictures = [of(1, PictureKind::Jpeg, 4000), of(2, PictureKind::WebP, 10)];
    let [one, two, none] = [1, 2, 3].map(|number| format!("asset:{number:064x}"));
    let text = format!(
        "*On ![the *\"quay\"* [x](y)]({one} \"t\") again* ![]({one}) ![none]({none})[^1]\n\n[^1]: [![low]({two})](https://example.org)\n"
    );
    let paper = Paper {
        title: "",
        language: Language::English,
        text: PaperText::Article(&text),
        labels: PaperLabels::default(),
        pictures: &pictures,
    };
    let bytes = file(&paper).unwrap();
    let parts = parts_of(&bytes);
    let document = &parts["word/document.xml"];
    assert_eq!(document.matches("<w:drawing>").count(), 2);
    assert!(
        document.contains("descr=\"the &quot;quay&quot; x\""),
        "{document}"
    );
    // 6.5 inches wide, and the height that goes with it.
    assert!(document.contains("cx=\"5943600\" cy=\"4457700\""));
    assert!(document.contains("<w:i/><w:iCs/></w:rPr><w:t xml:space=\"preserve\"> again</w:t>"));
    assert!(document.contains(">none</w:t>") && !document.contains("asset:"));
    assert_eq!(document.matches("r:embed=\"image1\"").count(), 2);
    let note = &parts["word/footnotes.xml"];
    assert!(
        note.contains("<w:hyperlink r:id=\"link1\"><w:r><w:drawing>"),
        "{note}"
    );
    assert!(parts.contains_key("word/media/image1.jpg"));
    assert!(
        parts.contains_key("word/media/image2.png"),
        "WebP is written as PNG"
    );
    assert!(parts["[Content_Types].xml"].contains("Extension=\"jpg\" ContentType=\"image/jpeg\""));
    assert_eq!(bytes, file(&paper).unwrap(), "the same again");
}
