use proptest::prelude::*;

use super::*;
use AdField::{CallToAction, Description, Headline, PrimaryText};

fn fields(text: &str) -> Vec<Vec<(AdField, String)>> {
    AdSet::parse(text)
        .ads
        .into_iter()
        .map(|ad| ad.fields)
        .collect()
}

fn ad(fields: &[(AdField, &str)]) -> Vec<(AdField, String)> {
    fields
        .iter()
        .map(|&(field, value)| (field, value.to_owned()))
        .collect()
}

const ENGLISH: &str = "\
Channel: google_rsa

## Ad 1
Headline: Bread at seven
Headline: Still warm
Description: Baked daily.

## Ad 2
Primary text: First line
  second line

  last line
Call to action: Order now
";

const CHINESE: &str = "\
渠道：wechat_moments

## 广告 1
标题：七点的面包
描述：每天新鲜出炉。
正文：第一行
  第二行
行动号召：立即下单
";

#[test]
fn both_languages_read_and_print() {
    let english = AdSet::parse(ENGLISH);
    assert_eq!(english.channel.as_deref(), Some("google_rsa"));
    assert_eq!(
        fields(ENGLISH),
        [
            ad(&[
                (Headline, "Bread at seven"),
                (Headline, "Still warm"),
                (Description, "Baked daily."),
            ]),
            ad(&[
                (PrimaryText, "First line\nsecond line\n\nlast line"),
                (CallToAction, "Order now"),
            ]),
        ]
    );
    assert_eq!(english.print(Language::English), ENGLISH);
    let chinese = AdSet::parse(CHINESE);
    assert_eq!(chinese.channel.as_deref(), Some("wechat_moments"));
    assert_eq!(
        fields(CHINESE),
        [ad(&[
            (Headline, "七点的面包"),
            (Description, "每天新鲜出炉。"),
            (PrimaryText, "第一行\n第二行"),
            (CallToAction, "立即下单"),
        ])]
    );
    assert_eq!(chinese.print(Language::Chinese), CHINESE);
}

#[test]
fn ranges_cover_an_ad_with_its_heading() {
    let ads = AdSet::parse(ENGLISH).ads;
    assert_eq!(
        &ENGLISH[ads[0].range.clone()],
        "## Ad 1\nHeadline: Bread at seven\nHeadline: Still warm\nDescription: Baked daily.\n"
    );
    assert!(ENGLISH[ads[1].range.clone()].starts_with("## Ad 2\n"));
    assert!(ENGLISH[ads[1].range.clone()].ends_with("Order now\n"));
}

#[test]
fn what_chat_models_write_is_read() {
    let one = [ad(&[(Headline, "A"), (Description, "B")])];
    for text in [
        "**Headline:** A\n**Description:** B",
        "**Headline**: A\n**Description**: B",
        "**Headline: A**\n**Description: B**",
        "- Headline: A\n- Description: B",
        "* **Headline:** A\n* **Description:** B",
        "1. Headline: A\n2. Description: B",
        "HEADLINE: A\ndescription：B",
        "Headline 1: A\nDescription 1: B",
        "标题1：A\n描述 1: B",
        "**Headlines:**\n1. A\n\n**Descriptions:**\n- B",
        "Sure! Here are your ads:\n\n### Ad 1: Bold\nHeadline: A\nDescription: B\n\nLet me know!",
        "**Ad 1**\nHeadline: A\nDescription: B",
        "**Ad 1: Warm**\n\nHeadline: A\n\nDescription: B\n\n---\n\nHope this helps.",
        "Ad 1:\nHeadline: A\nDescription: B",
        "```\n## Ad 1\nHeadline: A\nDescription: B\n```",
        "\u{feff}Headline: A\r\nDescription: B\r\n",
        "1. **Ad 1**\n   - Headline: A\n   - Description: B",
        "Headline:\nA\nDescription:\n  B",
        "主标题：A\n广告描述：B",
    ] {
        assert_eq!(fields(text), one, "{text:?}");
    }
}

#[test]
fn a_list_under_a_plural_label_is_many_values() {
    let text = "Headlines:\n1. One\n2. Two\n3. Three\n\nDescriptions:\n- Four\n- Five\n";
    assert_eq!(
        fields(text),
        [ad(&[
            (Headline, "One"),
            (Headline, "Two"),
            (Headline, "Three"),
            (Description, "Four"),
            (Description, "Five"),
        ])]
    );
}

#[test]
fn ads_without_headings_are_told_apart_by_gaps() {
    let text = "Headline: A\nDescription: B\n\nHeadline: C\nHeadline: D\nDescription: E\n";
    assert_eq!(
        fields(text),
        [
            ad(&[(Headline, "A"), (Description, "B")]),
            ad(&[(Headline, "C"), (Headline, "D"), (Description, "E")]),
        ]
    );
    let headed = format!("## Ad 1\n{text}");
    assert_eq!(fields(&headed).len(), 1);
}

#[test]
fn a_primary_text_has_paragraphs_and_lists() {
    let text = "## Ad 1\nPrimary text: One\n\nTwo\n- three\n- four\n\nCall to action: Go\n";
    assert_eq!(
        fields(text),
        [ad(&[
            (PrimaryText, "One\n\nTwo\n- three\n- four"),
            (CallToAction, "Go"),
        ])]
    );
}

#[test]
fn half_an_ad_is_what_is_there() {
    assert_eq!(fields("## Ad 1\nHead"), [ad(&[])]);
    assert_eq!(fields("## Ad 1\nHeadline:"), [ad(&[])]);
    assert_eq!(fields("## Ad 1\nHeadline: Br"), [ad(&[(Headline, "Br")])]);
    assert_eq!(fields("no ads here: none"), [] as [Vec<_>; 0]);
    assert_eq!(AdSet::parse(""), AdSet::default());
}

#[test]
fn prose_that_begins_like_an_ad_is_none() {
    for text in [
        "Ad 1 is better than ad 2.",
        "Adults: 2",
        "ad hoc",
        "广告很多",
        "Version 2.0 is out",
    ] {
        assert_eq!(fields(text), [] as [Vec<_>; 0], "{text:?}");
    }
}

/// Lines as a value may have them, among them such as mean something elsewhere.
fn value() -> impl Strategy<Value = String> {
    let line = prop_oneof![
        "[a-z汉字：:#*\\\\ -]{0,12}",
        prop::sample::select(vec![
            "Headline: x",
            "标题：x",
            "## Ad 2",
            "广告 3",
            "- Description: y",
            "Channel: z",
            "---",
            "```",
            "\\Headline: x",
            "1. one",
            "**Ad 1**",
            "# h",
            "",
            "  indented",
            "Headlines:",
        ])
        .prop_map(str::to_owned),
    ];
    prop::collection::vec(line, 1..6).prop_map(|lines| tidy(&lines.join("\n")))
}

fn ad_set() -> impl Strategy<Value = AdSet> {
    let field = (0usize..4).prop_map(|n| AdField::ALL[n]);
    let fields = prop::collection::vec((field, value()), 0..6);
    let ads = prop::collection::vec(fields, 0..5);
    (prop::option::of("[a-z_]{1,10}"), ads).prop_map(|(channel, ads)| AdSet {
        channel,
        ads: ads
            .into_iter()
            .map(|mut fields| {
                fields.retain(|(_, value)| !value.is_empty());
                Ad {
                    fields,
                    range: 0..0,
                }
            })
            .collect(),
    })
}

fn without_ranges(mut set: AdSet) -> AdSet {
    for ad in &mut set.ads {
        ad.range = 0..0;
    }
    set
}

fn holds(text: &str) -> Result<(), TestCaseError> {
    let set = AdSet::parse(text);
    let mut end = 0;
    for ad in &set.ads {
        prop_assert!(ad.range.start >= end && text.get(ad.range.clone()).is_some());
        end = ad.range.end;
    }
    for language in Language::ALL {
        let again = AdSet::parse(&set.print(language));
        prop_assert_eq!(without_ranges(again), without_ranges(set.clone()));
    }
    Ok(())
}

#[test]
fn a_line_of_nothing_but_a_byte_order_mark_is_kept() {
    holds("Description: ##\n\\\u{feff}\n").unwrap();
}

proptest! {
    #[test]
    fn what_is_printed_is_read_back(set in ad_set()) {
        for language in Language::ALL {
            let text = set.print(language);
            prop_assert_eq!(without_ranges(AdSet::parse(&text)), set.clone(), "{}", text);
        }
    }

    #[test]
    fn every_start_of_a_stream_can_be_read(set in ad_set()) {
        let text = set.print(Language::English);
        for (at, _) in text.char_indices() {
            holds(&text[..at])?;
        }
    }

    #[test]
    fn any_text_can_be_read(text in any::<String>()) {
        holds(&text)?;
    }

    #[test]
    fn any_bytes_can_be_read(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        holds(&String::from_utf8_lossy(&bytes))?;
    }

    #[test]
    fn anything_made_of_the_notation_can_be_read(
        pieces in prop::collection::vec(prop::sample::select(vec![
            "\n", "\n", "\n\n", "\r\n", "## ", "Ad 1", "广告 2", "Headline", "Headlines", "标题",
            ":", "：", " ", "  ", "**", "- ", "1. ", "Primary text: ", "x", "汉", "---", "```", "\\",
            "Channel: ", "Description: ", "\u{feff}", "__", "\t",
        ]), 0..40)
    ) {
        holds(&pieces.concat())?;
    }
}
