use super::*;

const KNOWN: &[&str] = &[
    "Night ferry to Port Alder",
    "The city transport office starts it on 3 March",
    "Mara Lindqvist, harbour master",
    "O’Brien & Sons, shipbuilders",
];

const KNOWN_ZH: &[&str] = &[
    "港城夜间轮渡",
    "港城市交通运输局局长王建国",
    "《夜航时刻表》",
    "港城理工大学教授林晓",
];

fn english(text: &str) -> Vec<&str> {
    strangers(text, KNOWN, Language::English)
        .into_iter()
        .map(|r| &text[r])
        .collect()
}

fn chinese(text: &str) -> Vec<&str> {
    strangers(text, KNOWN_ZH, Language::Chinese)
        .into_iter()
        .map(|r| &text[r])
        .collect()
}

#[test]
fn english_names_of_the_brief_and_common_capitals_pass() {
    for text in [
        "The ferry left Port Alder on Monday. Mara Lindqvist said so.",
        "Yesterday Lindqvist's crew sailed. “We sail at night,” she said.",
        "Harbour Master Mara Lindqvist and Mr O'Brien spoke to the City Transport Office (CTO).",
        "Nobody knew. Shipbuilders O’Brien & Sons did: Nothing was said. I'm sure, said Lindqvist.",
        "## Questions And Answers\n\nThe British and the French came in June.",
        "They sailed. Rain fell. Gulls cried.\n\nQuiet followed.\n\n- Coffee\n- Tea",
    ] {
        assert_eq!(english(text), Vec::<&str>::new(), "{text}");
    }
}

#[test]
fn english_names_from_nowhere_are_found_once() {
    for (text, want) in [
        (
            "It was built by Peter Norton of Bergen.",
            "Peter Norton of Bergen",
        ),
        (
            "Mara Lindberg said so. So did Mara Lindberg.",
            "Mara Lindberg",
        ),
        (
            "They asked the University of Oslo's Dr. Anna Berg.",
            "University of Oslo|Anna Berg",
        ),
        ("Peter Norton said so.", "Peter Norton"),
        (
            "The ferry was late, said Mayor Ruth Okafor, who waited.",
            "Ruth Okafor",
        ),
        ("Yesterday the NATO fleet came.", "NATO"),
    ] {
        assert_eq!(english(text).join("|"), want, "{text}");
    }
}

#[test]
fn chinese_names_of_the_brief_and_other_words_pass() {
    for text in [
        "王建国说，轮渡三月开通。港城理工大学教授林晓表示支持。",
        "市交通局表示，时刻表见《夜航时刻表》。该局负责人还介绍了情况。",
        "方面表示满意，高管们说，顾客说，何时开通说不好。",
        "一家物流公司和附近的大学都在等结局，当地医院也在布局。",
        "多所高校、国有银行、行业协会参加，马上说好，于是说定。",
    ] {
        assert_eq!(chinese(text), Vec::<&str>::new(), "{text}");
    }
}

#[test]
fn chinese_names_from_nowhere_are_found() {
    for (text, want) in [
        ("张志远说，班次太少。", "张志远"),
        ("居民陈芳还表示，夜里安静。", "陈芳"),
        ("据港城市气象局通报，当晚有雾。", "港城市气象局"),
        (
            "项目由东海海洋大学设计，见《渡口白皮书》。",
            "东海海洋大学|渡口白皮书",
        ),
        ("参加的有船长李大海、乘客周敏。", "周敏"),
        ("远洋轮船有限公司承建。", "远洋轮船有限公司"),
    ] {
        assert_eq!(chinese(text).join("|"), want, "{text}");
    }
}
