use super::*;

/// Claims as `text=value`, the first value each.
fn claims(text: &str) -> Vec<String> {
    let say = |n: Number| {
        format!(
            "{}={}",
            &text[n.range.clone()],
            n.values[0] as f64 / 10_000.0
        )
    };
    numbers(text)
        .into_iter()
        .filter(|n| n.claim)
        .map(say)
        .collect()
}

fn values(text: &str) -> Vec<f64> {
    let known = known(std::iter::once(text));
    known.into_iter().map(|v| v as f64 / 10_000.0).collect()
}

#[test]
fn digits_are_read_as_people_write_them() {
    for (text, want) in [
        ("It cost $1,234.50.", "1,234.50=1234.5"),
        ("A rise of 2.4% is", "2.4=2.4"),
        ("1.2 million riders", "1.2 million=1200000"),
        ("€3bn in all", "3bn=3000000000"),
        ("about 40,000 people", "40,000=40000"),
        ("in 2026, 12 boats", "2026=2026 12=12"),
        ("from 2026-03-05", "2026=2026 03=3 05=5"),
        ("on 3.4.2026", "3=3 4=4 2026=2026"),
        ("the 21st boat", "21=21"),
        ("１２人", "１２=12"),
        ("1. First point of 3", "3=3"),
        ("an A380 and Covid-19", ""),
        ("1.2万人次", "1.2万=12000"),
        ("投资3亿元", "3亿=300000000"),
        ("共 1.2 万人次", "1.2 万=12000"),
        ("5百万元", "5百万=5000000"),
        ("3万5千人", "3万5千=35000"),
        ("20千米", "20=20"),
        ("增长5.5个百分点", "5.5=5.5"),
    ] {
        assert_eq!(claims(text).join(" "), want, "{text}");
    }
}

#[test]
fn english_words_are_numbers() {
    for (text, want) in [
        ("Three boats and twenty-one crew", "Three=3 twenty-one=21"),
        (
            "three hundred and twenty people",
            "three hundred and twenty=320",
        ),
        (
            "a hundred berths, half a million visitors",
            "hundred=100 million=500000",
        ),
        ("two thousand and six tonnes", "two thousand and six=2006"),
        ("in nineteen eighty-four", "nineteen eighty-four=1984"),
        ("six and seven", "six=6 seven=7"),
        ("two dozen gulls", "two dozen=24"),
        ("no one of the two said anything often", ""),
        ("hundreds of people, several thousand more", ""),
        ("two-thirds, three quarters", ""),
        ("the Seven Sisters", ""),
    ] {
        assert_eq!(claims(text).join(" "), want, "{text}");
    }
}

#[test]
fn chinese_numerals_are_numbers() {
    for (text, want) in [
        ("三千人到场", "三千=3000"),
        ("共二十五艘船", "二十五=25"),
        ("增长百分之五", "百分之五=5"),
        ("占百分之三点五", "百分之三点五=3.5"),
        ("一万二千三百元", "一万二千三百=12300"),
        ("三千五百零六元", "三千五百零六=3506"),
        ("两亿三千万元", "两亿三千万=230000000"),
        ("二〇二六年三月", "二〇二六=2026 三=3"),
        ("八个小时", "八=8"),
        ("等了十五分钟", "十五=15"),
        ("十二点半", "十二=12"),
        ("三成居民", "三=3"),
    ] {
        assert_eq!(claims(text).join(" "), want, "{text}");
    }
    for text in [
        "他一直十分高兴，千万不要忘了",
        "万一下雨，百姓一起出门",
        "三峡和四川的五金店",
        "一个人，两座桥",
        "三三两两、三四个人、十几天、数百人、上千户、几十年",
        "第三次，三分之一",
        "百分之百满意",
        "五一、十一假期",
    ] {
        assert_eq!(claims(text), Vec::<String>::new(), "{text}");
    }
}

#[test]
fn the_same_number_is_one_value_in_every_spelling() {
    let same = |texts: &[&str], number: f64| {
        for text in texts {
            assert!(values(text).contains(&number), "{text}: {:?}", values(text));
        }
    };
    same(
        &[
            "12,000",
            "1.2万",
            "一万二",
            "一万二千",
            "twelve thousand",
            "12k",
        ],
        12_000.0,
    );
    same(
        &["5%", "百分之五", "five percent", "5 per cent", "百分之5"],
        5.0,
    );
    same(&["22:00", "10 p.m.", "晚上10点", "晚上十点"], 22.0);
    same(&["3 March", "2026-03-01", "三月", "third"], 3.0);
    same(&["三成", "30%", "thirty"], 30.0);
}

#[test]
fn nothing_panics_wherever_a_text_is_cut() {
    let text = "1,234.5 million 三点五 百分之 twenty-one hundred and 3万5千 10 p.m. 一亿两千万点 9999999999999999999999999999999999999999999999";
    for (start, _) in text.char_indices() {
        for (end, _) in text.char_indices().filter(|(end, _)| *end >= start) {
            numbers(&text[start..end]);
        }
    }
}
