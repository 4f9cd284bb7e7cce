use super::*;
use crate::{AdsBrief, Channel};

/// Findings as `rule place {values}`.
fn findings(channel: Channel, language: Language, text: &str) -> Vec<String> {
    let brief = Brief::Ads(AdsBrief {
        channel,
        language,
        ..AdsBrief::default()
    });
    let say = |f: Finding| {
        let at = f.range.map(|r| text[r].to_owned()).unwrap_or_default();
        let values: Vec<String> = f
            .values
            .into_iter()
            .map(|(k, v)| format!("{k}={v}"))
            .collect();
        format!("{:?} {} [{at}] {}", f.severity, f.rule, values.join(" "))
            .trim_end()
            .to_owned()
    };
    check(&brief, text).into_iter().map(say).collect()
}

fn rsa(text: &str) -> Vec<String> {
    findings(Channel::GoogleRsa, Language::English, text)
}

const GOOD: &str = "Channel: google_rsa\n\n## Ad 1\nHeadline: Boil water on any train\nHeadline: Fits a \
                    coat pocket\nHeadline: Ready in 90 seconds\nDescription: A kettle that folds flat.\n\
                    Description: Order today!\n";

#[test]
fn a_good_ad_has_no_findings_and_no_ad_is_said() {
    assert_eq!(rsa(GOOD), Vec::<String>::new());
    assert_eq!(rsa("Some notes."), ["Warning ads.no_ads []"]);
}

#[test]
fn limits_are_counted_as_the_channel_counts() {
    let long = GOOD.replace("Fits a coat pocket", "Fits in every single coat pocket");
    assert_eq!(
        rsa(&long),
        ["Error ads.over_limit [Fits in every single coat pocket] field=Headline have=32 limit=30"]
    );
    // Full-width characters count two in Google Ads and one in WeChat.
    let sixteen = "火车上也能烧开水的折叠旅行水壶呀";
    let text = format!("## 广告 1\n标题：{sixteen}\n标题：轻\n标题：快\n描述：好用\n描述：方便\n");
    assert_eq!(
        findings(Channel::GoogleRsa, Language::Chinese, &text),
        [format!(
            "Error ads.over_limit [{sixteen}] field=标题 have=32 limit=30"
        )]
    );
    let wechat = |size: usize| {
        findings(
            Channel::WechatMoments,
            Language::Chinese,
            &format!("正文：{}", "茶".repeat(size)),
        )
    };
    assert_eq!((wechat(40).len(), wechat(41).len()), (0, 1));
}

#[test]
fn a_recommendation_is_a_warning_until_the_ceiling() {
    let meta = |size: usize| {
        let ad = format!(
            "## Ad 1\nPrimary text: {}\nHeadline: B\nDescription: C\nCall to action: D",
            "a".repeat(size)
        );
        findings(Channel::MetaFeed, Language::English, &ad)
            .into_iter()
            .map(|f| f[..5].to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(
        (meta(125), meta(126), meta(2201)),
        (vec![], vec!["Warni".into()], vec!["Error".into()])
    );
}

#[test]
fn missing_and_superfluous_fields_are_named() {
    let text = GOOD.replace("Headline: Ready in 90 seconds\n", "Call to action: Buy\n");
    assert_eq!(
        rsa(&text),
        [
            "Warning ads.missing_field [## Ad 1] ad=1 field=Headline have=2 want=3",
            "Warning ads.extra_field [Buy] field=Call to action have=1 most=0",
        ]
    );
}

#[test]
fn duplicates_are_found_across_ads_whatever_their_case() {
    let second = GOOD
        .split_once("## Ad 1")
        .unwrap()
        .1
        .replace("Fits a coat", "Folds into a coat");
    let second = second.replace("Boil water on any train", "BOIL WATER, on any  train.");
    let second = second
        .replace("90", "80")
        .replace("folds flat", "packs flat")
        .replace("today", "now");
    assert_eq!(
        rsa(&format!("{GOOD}\n## Ad 2{second}")),
        ["Warning ads.duplicate [BOIL WATER, on any  train.] ad=1"]
    );
}

#[test]
fn banned_words_of_both_languages_are_found() {
    let text = GOOD.replace("folds flat", "is a Miracle Cure, risk-free");
    assert_eq!(
        rsa(&text),
        [
            "Error ads.banned_word [Miracle Cure] word=Miracle Cure",
            "Warning ads.banned_word [risk-free] word=risk-free",
        ]
    );
    let chinese = findings(
        Channel::WechatMoments,
        Language::Chinese,
        "正文：国家级工艺，全网最低价",
    );
    assert_eq!(
        chinese,
        [
            "Error ads.banned_word [国家级] word=国家级",
            "Error ads.banned_word [全网最低价] word=全网最低价",
        ]
    );
}

#[test]
fn signs_that_a_channel_refuses_are_found() {
    let text = GOOD
        .replace("any train", "any train!")
        .replace("flat.", "flat!! Ring 555 123 4567 ☕");
    assert_eq!(
        rsa(&text),
        [
            "Error ads.forbidden [!] sign=!",
            "Error ads.forbidden [!!] sign=!!",
            "Error ads.forbidden [555 123 4567] sign=555 123 4567",
            "Error ads.forbidden [☕] sign=☕",
            "Error ads.forbidden [!] sign=!",
        ]
    );
    let tiktok = "Primary text: Tea #now\nCall to action: Buy";
    assert_eq!(
        findings(Channel::Tiktok, Language::English, tiktok),
        ["Error ads.forbidden [#] sign=#"]
    );
    let wechat = findings(
        Channel::WechatMoments,
        Language::Chinese,
        "正文：点击领红包",
    );
    assert_eq!(
        wechat,
        [
            "Error ads.forbidden [点击] sign=点击",
            "Error ads.forbidden [红包] sign=红包"
        ]
    );
}

#[test]
fn places_are_right_in_values_of_several_lines_and_alike() {
    let text = "## Ad 1\nHeadline: Tea\nHeadline: Tea tea\nHeadline: Tea\nDescription: one\n  two risk-free\nDescription: three\n";
    assert_eq!(
        rsa(text),
        [
            "Warning ads.banned_word [risk-free] word=risk-free",
            "Warning ads.duplicate [Tea] ad=1",
        ]
    );
    let brief = Brief::Ads(AdsBrief::default());
    let duplicate = check(&brief, text).pop().and_then(|f| f.range);
    assert_eq!(duplicate.map(|r| r.start), text.rfind("Tea\nDesc"));
}
