//! What models answer: anything, whole or cut off anywhere.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a helper of a test ends the test"
)]

use inkstone_desks::{Output, Task, parse};
use inkstone_manuscript::{
    DocumentKind, Language,
    adset::AdSet,
    article::Article,
    fountain::{self, ElementKind},
};
use proptest::prelude::*;

const NEWS: &[&str] = &[
    "<think>SECRET: what do they want?\n</think>\n\nSure, here is the article:\n\n```markdown\n# Ferry runs all night\n\n*A way \
     home.*\n\nThe ferry starts on Friday.\n\nIt costs 2.40 euros.\n```\n\nLet me know if you'd like changes!",
    "**Headline:** Ferry runs all night\n\n**Dek:** A way home.\n\n**Body:**\nThe ferry starts on Friday.\n\n---\n(Word count: 12)",
    "好的，以下是报道：\n\n# 渡轮通宵运行\n\n*夜班工人有了回家的路*\n\n港口轮渡周五开通。\n\n票价三元。\n\n（全文约20字）",
];
const ADS: &[&str] = &[
    "Here's your ad:\n\nChannel: google_rsa\n\n**Ad 1**\n1. **Headline 1:** \"Boil water\" (10 characters)\n2. **Headline 2:** Fits a \
     pocket\nDescription: Folds flat.\n\nI hope this helps!",
    "<think>SECRET</think>```\nChannel: x\nHeadlines:\n- One\n- Two\nPost: Tea on any train.\n```",
    "好的！\n【标题】火车上也能泡茶\n正文：一分钟烧开水。\n（注：以上文案共12字）",
];
const SCREENPLAY: &[&str] = &[
    "<think>SECRET\n\nSECRET</think>Here is the scene:\n\n**INT. KITCHEN – NIGHT**\n\n= Mara hides it.\n\nRain.\n\n**MARA**\n*(low)*\nHi.\n\nTOM: \
     (from the door) You're up.\n\nCUT TO:\n\nEXT. LANDING - DAWN\n\n1. **Act One:**\n- Mara hides the letter.",
    "以下是这场戏：\n\n第1场 内景 厨房 - 夜\n\n梗概：林晓藏信。\n\n林晓：（低声）好。\n\n老唐\n（在门口）\n还没睡。\n\n第二幕\n2、老唐发现了信。",
];

fn raws(kind: DocumentKind) -> &'static [&'static str] {
    match kind {
        DocumentKind::News => NEWS,
        DocumentKind::Ads => ADS,
        DocumentKind::Screenplay => SCREENPLAY,
    }
}

fn tasks() -> Vec<Task> {
    let tone = "dry".to_owned();
    let scene = Task::Scene { number: 1 };
    vec![
        Task::Draft,
        Task::Beats,
        Task::Outline,
        scene,
        Task::Continue,
        Task::Rewrite,
        Task::Tone { tone },
    ]
}

/// What holds for every answer.
fn look(kind: DocumentKind, task: &Task, language: Language, raw: &str) -> Output {
    let output = parse(kind, task, language, raw);
    let text = &output.text;
    // Labels, headings and marks are added line by line and no more.
    let lines = raw.lines().count();
    assert!(
        text.len() <= raw.len() + 24 * (lines + 2),
        "{kind} {task:?} {raw:?} -> {text:?}"
    );
    assert_eq!(text.trim_end(), text, "{kind} {task:?} {raw:?}");
    assert!(!text.contains('\r'));
    output
}

#[test]
fn reasoning_and_fences_never_show_wherever_an_answer_is_cut() {
    for kind in DocumentKind::ALL {
        for raw in raws(kind) {
            for (end, _) in raw.char_indices().chain([(raw.len(), ' ')]) {
                for task in tasks() {
                    for language in Language::ALL {
                        let text = look(kind, &task, language, &raw[..end]).text;
                        assert!(!text.contains("SECRET") && !text.contains("```"), "{text}");
                    }
                }
            }
        }
    }
}

#[test]
fn a_draft_is_in_its_kinds_notation() {
    let draft = |kind, language, raw| look(kind, &Task::Draft, language, raw).text;
    for (raw, language) in
        NEWS.iter()
            .zip([Language::English, Language::English, Language::Chinese])
    {
        let text = draft(DocumentKind::News, language, raw);
        let article = Article::parse(&text);
        assert!(
            article.headline.is_some() && article.dek.is_some(),
            "{text}"
        );
        assert_eq!(
            article.body.split("\n\n").count(),
            if raw.contains("Headline") { 1 } else { 2 },
            "{text}"
        );
    }
    for (raw, language) in ADS
        .iter()
        .zip([Language::English, Language::English, Language::Chinese])
    {
        let set = AdSet::parse(&draft(DocumentKind::Ads, language, raw));
        assert_eq!(set.ads.len(), 1, "{raw}");
        assert!(set.ads[0].fields.len() >= 2, "{raw}: {set:?}");
    }
    for (raw, language) in SCREENPLAY.iter().zip(Language::ALL) {
        let text = draft(DocumentKind::Screenplay, language, raw);
        let kinds: Vec<ElementKind> = fountain::parse(&text).into_iter().map(|e| e.kind).collect();
        for kind in [
            ElementKind::SceneHeading,
            ElementKind::Character,
            ElementKind::Dialogue,
        ] {
            assert!(kinds.contains(&kind), "{kind:?} {text}");
        }
    }
}

#[test]
fn what_was_read_once_is_read_again_unchanged() {
    for kind in DocumentKind::ALL {
        for (raw, language) in raws(kind)
            .iter()
            .flat_map(|raw| Language::ALL.map(|l| (raw, l)))
        {
            for task in [Task::Draft, Task::Rewrite] {
                let once = look(kind, &task, language, raw);
                assert_eq!(
                    look(kind, &task, language, &once.text),
                    once,
                    "{kind} {task:?}"
                );
            }
        }
    }
}

/// Pieces that answers are made of, in any order.
fn answer() -> impl Strategy<Value = String> {
    let pieces = prop::sample::select(vec![
        "<think>",
        "</think>",
        "```",
        "```fountain\n",
        "\n",
        "\n\n",
        "\r\n",
        "# ",
        "## Ad 1\n",
        "**",
        "*",
        "_",
        "\"",
        "“",
        "”",
        "(",
        "（",
        "）",
        ")",
        ":",
        "：",
        "- ",
        "1. ",
        "1、",
        "= ",
        "@",
        ".",
        "Sure, here is the text:",
        "好的，以下是",
        "Headline",
        "标题",
        "Channel: x",
        "渠道：tiktok",
        "INT. HUT - DAY",
        "内景 茶馆 - 夜",
        "第3场",
        "MARA",
        "林晓",
        "CUT TO:",
        "Let me know",
        "（字数",
        "Act One",
        "第一幕",
        "<selection>",
        "</selection>",
        "<|im_end|>",
        "---",
        "The ferry runs. ",
        "渡轮开了。",
        "İ",
        "e\u{301}",
        "👩‍🚀",
        "\u{feff}",
        "【",
        "】",
        "Scene ",
        "场景",
        "\t",
        " ",
        "0",
        "…",
    ]);
    prop::collection::vec(pieces, 0..24).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_answer_is_refused(raw in answer()) {
        for kind in DocumentKind::ALL {
            for task in tasks() {
                for language in Language::ALL {
                    look(kind, &task, language, &raw);
                }
            }
        }
    }

    #[test]
    fn nor_is_noise(raw in "\\PC{0,80}") {
        for kind in DocumentKind::ALL {
            for task in tasks() {
                look(kind, &task, Language::English, &raw);
                look(kind, &task, Language::Chinese, &raw);
            }
        }
    }
}

#[test]
fn a_headline_is_one_whatever_is_put_around_it() {
    let news = |task: &Task, raw: &str| parse(DocumentKind::News, task, Language::English, raw);
    for raw in [
        "Ferry runs all night",
        "# Ferry runs all night.",
        "**Headline:** \"Ferry runs all night\"",
        "Here is a headline:\n\n1. Ferry runs all night\n2. Night boat is back",
        "- Ferry runs all night",
    ] {
        let read = news(&Task::Headline, raw);
        assert_eq!(read.text, "# Ferry runs all night", "{raw}");
        assert_eq!(read.title.as_deref(), Some("Ferry runs all night"), "{raw}");
    }
    let figure = news(&Task::Headline, "3.5 million ride the night ferry");
    assert_eq!(figure.text, "# 3.5 million ride the night ferry");
    for raw in [
        "*Shift workers get home.*",
        "Dek: Shift workers get home.",
        "“Shift workers get home.”",
    ] {
        assert_eq!(
            news(&Task::Dek, raw).text,
            "*Shift workers get home.*",
            "{raw}"
        );
    }
    assert_eq!(news(&Task::Headline, "").text, "");
    assert_eq!(news(&Task::Dek, " \n").text, "");
    let chinese = parse(
        DocumentKind::News,
        &Task::Headline,
        Language::Chinese,
        "标题：《渡轮通宵运行》。",
    );
    assert_eq!(chinese.text, "# 渡轮通宵运行");
}

#[test]
fn a_line_of_an_ad_has_its_label() {
    let ads = |task: &Task, raw: &str| parse(DocumentKind::Ads, task, Language::English, raw).text;
    for raw in [
        "Headline: Boil anywhere",
        "- **Headline:** Boil anywhere",
        "Boil anywhere",
    ] {
        assert_eq!(
            ads(&Task::Headline, raw),
            "Headline: Boil anywhere",
            "{raw}"
        );
    }
    assert_eq!(ads(&Task::Dek, "Folds flat."), "Description: Folds flat.");
}
