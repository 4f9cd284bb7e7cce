use proptest::prelude::*;

use super::*;

fn names(list: &[&str]) -> Vec<String> {
    list.iter().map(|&name| name.to_owned()).collect()
}

fn found(text: &str, list: &[&str]) -> Vec<(MaskKind, String)> {
    find(text, &names(list))
        .into_iter()
        .map(|found| (found.kind, text[found.range].to_owned()))
        .collect()
}

fn only(text: &str) -> Vec<(MaskKind, String)> {
    found(text, &[])
}

fn one(kind: MaskKind, value: &str) -> Vec<(MaskKind, String)> {
    vec![(kind, value.to_owned())]
}

fn masked(text: &str, list: &[&str]) -> String {
    let rules = MaskRules {
        on: true,
        names: names(list),
        ..MaskRules::default()
    };
    let mut mask = Mask::of(&rules, &[], std::iter::once(text));
    mask.mask(text).unwrap()
}

#[test]
fn addresses_are_found_without_what_surrounds_them() {
    for (text, value) in [
        (
            "Write to ines.vega+news@harbour.example.",
            "ines.vega+news@harbour.example",
        ),
        ("(a@b.co)", "a@b.co"),
        ("请联系：zhang_san@qq.com。", "zhang_san@qq.com"),
        ("邮箱ｚｈａｎｇ＠１６３.com", "ｚｈａｎｇ＠１６３.com"),
        ("<mailto:o'neil@ex-ample.co.uk>", "o'neil@ex-ample.co.uk"),
    ] {
        assert_eq!(only(text), one(MaskKind::Email, value), "{text}");
    }
    for none in [
        "@home",
        "me@",
        "a@b",
        "at 5 @ night",
        "user@host.1",
        "x@-.com 1",
    ] {
        assert_eq!(only(none), [], "{none}");
    }
}

#[test]
fn telephone_numbers_of_both_worlds_are_found() {
    for value in [
        "+44 20 7946 0018",
        "+1 (212) 555-0188",
        "+86 138-0013-8000",
        "13800138000",
        "138 0013 8000",
        "86 13800138000",
        "0086 138 0013 8000",
        "010-62345678",
        "0755 83456789",
        "(021) 6123 4567",
        "021-61234567-802",
        "(212) 555-0188",
        "212-555-0188",
        "400-820-8820",
        "１３８００１３８０００",
    ] {
        let text = format!("call {value}, now");
        assert_eq!(only(&text), one(MaskKind::Phone, value), "{value}");
        let chinese = format!("电话{value}。");
        assert_eq!(only(&chinese), one(MaskKind::Phone, value), "{value}");
    }
    for none in [
        "In 2026 there were 1,300,000 ferries",
        "2026-11-27 15:30",
        "12800138000",
        "version 1.2.3",
        "138001380001",
        "第 13 场 第 8 页",
        "$1,234,567.89",
        "10-20-30",
    ] {
        assert_eq!(only(none), [], "{none}");
    }
}

#[test]
fn numbers_with_check_digits_are_found_only_when_these_are_right() {
    for (kind, value) in [
        (MaskKind::Id, "11010519491231002X"),
        (MaskKind::Id, "11010519491231002x"),
        (MaskKind::Id, "440524188001010014"),
        (MaskKind::Id, "219-09-9999"),
        (MaskKind::Id, "E12345678"),
        (MaskKind::Id, "EA1234567"),
        (MaskKind::Card, "4111 1111 1111 1111"),
        (MaskKind::Card, "6222600260001072444"),
        (MaskKind::Card, "378282246310005"),
        (MaskKind::Account, "GB82 WEST 1234 5698 7654 32"),
        (MaskKind::Account, "DE89370400440532013000"),
    ] {
        let text = format!("her number is {value}.");
        assert_eq!(only(&text), one(kind, value), "{value}");
        let chinese = format!("号码为{value}，请核对");
        assert_eq!(only(&chinese), one(kind, value), "{value}");
    }
    for none in [
        "110105194912310021",
        "4111 1111 1111 1112",
        "GB82 WEST 1234 5698 7654 33",
        "666-09-9999",
        "000-12-3456",
        "0000 0000 0000 0000",
    ] {
        assert_eq!(only(none), [], "{none}");
    }
    let said = "Passport no. X1234567 was lost, parcel X1234567Z was not";
    assert_eq!(only(said), one(MaskKind::Id, "X1234567"));
}

#[test]
fn names_are_whole_words_where_there_are_words() {
    let list = ["Ines Vega", "Ann", "王芳"];
    assert_eq!(
        masked(
            "Ann met INES VEGA, Annual report; 王芳的信。Ines Vega's.",
            &list
        ),
        "[Name_1] met [NAME_2], Annual report; [Name_3]的信。[Name_2]'s."
    );
    // The parts of a name are names too, as a sentence may have one alone; a kept one is not.
    let rules = MaskRules {
        on: true,
        keep_names: names(&["Ines"]),
        ..MaskRules::default()
    };
    let people = names(&["Ines Vega", "x", "12", "Mo de Li"]);
    assert_eq!(rules.all_names(&people), ["Ines Vega", "Mo de Li", "Vega"]);
    let none = MaskRules {
        leave: vec![MaskKind::Name],
        ..rules
    };
    assert!(none.all_names(&people).is_empty());
}

#[test]
fn a_value_has_one_placeholder_in_all_texts_and_none_that_is_there() {
    let texts = ["Ann, see [Name_1] and Name_3.", "Ann or Bo? a@b.co, a@b.co"];
    let rules = MaskRules {
        names: names(&["Ann", "Bo"]),
        ..MaskRules::default()
    };
    let mut mask = Mask::of(&rules, &[], texts.into_iter());
    assert_eq!(
        mask.mask(texts[0]).unwrap(),
        "[Name_2], see [Name_1] and Name_3."
    );
    assert_eq!(
        mask.mask(texts[1]).unwrap(),
        "[Name_2] or [Name_4]? [Email_1], [Email_1]"
    );
    let shown = mask.masked();
    assert_eq!(shown.len(), 3);
    assert_eq!(shown[2].value, "a@b.co");
    assert_eq!(mask.unmask("[Name_4] & [Name_1]"), "Bo & [Name_1]");
}

#[test]
fn placeholders_that_a_model_changed_a_little_are_undone() {
    let rules = MaskRules {
        names: names(&["Mara Lind", "王芳"]),
        ..MaskRules::default()
    };
    let mut mask = Mask::of(&rules, &[], std::iter::empty());
    mask.mask("Mara Lind 13800138000 王芳").unwrap();
    for (written, meant) in [
        ("[Name_1]", "Mara Lind"),
        ("[NAME_1]\nHi.", "MARA LIND\nHi."),
        ("[name 1]'s", "Mara Lind's"),
        ("[Name-1]", "Mara Lind"),
        ("[Name1]", "Mara Lind"),
        ("[ Name_1 ]", "Mara Lind"),
        ("【Name_2】说", "王芳说"),
        ("[姓名_2]说", "王芳说"),
        ("［姓名２］", "王芳"),
        (r"[Name\_1],", "Mara Lind,"),
        ("Name_1 and **Name_2**.", "Mara Lind and **王芳**."),
        ("说Name_2的", "说王芳的"),
        ("[[Phone_1]]", "[13800138000]"),
        ("{Phone_1}", "13800138000"),
        // What is none of ours stays.
        (
            "[Name_9] name 1 Card_1 [Name_] [Nam",
            "[Name_9] name 1 Card_1 [Name_] [Nam",
        ),
        ("Name_1x Rename_1 Name_12", "Name_1x Rename_1 Name_12"),
        ("name", "name"),
        ("[", "["),
    ] {
        assert_eq!(mask.unmask(written), meant, "{written}");
    }
}

#[test]
fn what_is_certain_is_given_out_at_once() {
    let rules = MaskRules {
        names: names(&["Mara"]),
        ..MaskRules::default()
    };
    let mut mask = Mask::of(&rules, &[], std::iter::empty());
    mask.mask("Mara").unwrap();
    let mut unmasker = mask.unmasker();
    assert_eq!(unmasker.push("So "), "So ");
    assert_eq!(unmasker.push("[Na"), "");
    assert_eq!(unmasker.push("me_"), "");
    assert_eq!(unmasker.push("1"), "");
    assert_eq!(unmasker.push("] says n"), "Mara says ");
    assert_eq!(unmasker.push("o [x"), "no [x");
    assert_eq!(unmasker.push("[Name_1"), "");
    assert_eq!(unmasker.finish(), "[Mara");
}

fn values() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-z]{1,8}@[a-z]{2,8}\\.(com|cn|org)",
        "1[3-9][0-9]{9}",
        "\\+[1-9][0-9]{8,12}",
        Just("11010519491231002X".to_owned()),
        Just("4111111111111111".to_owned()),
        Just("DE89370400440532013000".to_owned()),
        Just("Mara Lind".to_owned()),
        Just("MARA LIND".to_owned()),
        Just("王芳".to_owned()),
    ]
}

/// Text that is out for trouble: brackets, words of placeholders, digits, both writings.
fn trouble() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        3 => values(),
        2 => "[\\[\\]【】{}<>_ \\\\-]{0,3}",
        2 => "(Name|NAME|name|Email|Phone|Id|Card|姓名)[_ -]?[0-9]{0,2}",
        2 => "[ -~]{0,12}",
        2 => "[王芳的说，。一-龥]{0,6}",
        1 => "\\PC{0,8}",
    ];
    proptest::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn what_is_masked_comes_back(text in trouble(), other in trouble()) {
        let rules = MaskRules { names: names(&["Mara Lind", "王芳"]), ..MaskRules::default() };
        let mut mask = Mask::of(&rules, &[], [text.as_str(), other.as_str()].into_iter());
        for text in [&text, &other] {
            let masked = mask.mask(text);
            prop_assert!(masked.is_some(), "{text:?}");
            prop_assert_eq!(&mask.unmask(&masked.unwrap()), text);
        }
    }

    #[test]
    fn nothing_that_can_be_found_leaves(text in trouble()) {
        let list = ["Mara Lind", "王芳"];
        let rules = MaskRules { names: names(&list), ..MaskRules::default() };
        let mut mask = Mask::of(&rules, &[], std::iter::once(text.as_str()));
        let masked = mask.mask(&text).unwrap();
        for Masked { placeholder, .. } in mask.masked() {
            prop_assert!(masked.to_lowercase().contains(&placeholder.to_lowercase()));
        }
        prop_assert_eq!(found(&masked, &list), []);
    }

    #[test]
    fn a_planted_value_is_nowhere_in_what_leaves(
        before in "[a-z ，。]{0,10}", value in values(), after in "[ ，。][a-z ]{0,10}",
    ) {
        let text = format!("{before} {value}{after}");
        let out = masked(&text, &["Mara Lind", "王芳"]);
        prop_assert!(!out.contains(&value), "{out}");
    }

    #[test]
    fn pieces_give_the_same_as_the_whole(text in trouble(), cuts in proptest::collection::vec(1usize..5, 1..40)) {
        let rules = MaskRules { names: names(&["Mara Lind", "王芳"]), ..MaskRules::default() };
        let mut mask = Mask::of(&rules, &[], std::iter::once(text.as_str()));
        let masked = mask.mask(&text).unwrap();
        let chars: Vec<char> = masked.chars().collect();
        let mut unmasker = mask.unmasker();
        let (mut out, mut from, mut cuts) = (String::new(), 0, cuts.into_iter().cycle());
        while from < chars.len() {
            let to = (from + cuts.next().unwrap()).min(chars.len());
            out.push_str(&unmasker.push(&chars[from..to].iter().collect::<String>()));
            from = to;
        }
        out.push_str(&unmasker.finish());
        prop_assert_eq!(out, text);
    }
}
