//! Numbers in Chinese characters.
//!
//! Many words hold such characters and mean no number (一直, 十分, 万一, 三峡), so what counts as a
//! claim is chosen narrowly: a run with a unit in it (三千, 二十五), or a single digit with a measure
//! word behind it.

pub(super) use inkstone_manuscript::count::is_han;

use super::{Number, Source, digit as arabic, value};

pub(super) fn begins(c: char) -> bool {
    digit(c).is_some() || unit(c).is_some()
}

fn digit(c: char) -> Option<f64> {
    let place = "〇一二三四五六七八九".chars().position(|d| d == c);
    match c {
        '零' => Some(0.0),
        '两' => Some(2.0),
        _ => place.map(|p| p as f64),
    }
}

fn unit(c: char) -> Option<f64> {
    Some(match c {
        '十' => 10.0,
        '百' => 100.0,
        '千' => 1000.0,
        '万' => 1e4,
        '亿' => 1e8,
        _ => return None,
    })
}

/// The units behind digits: `万` of 1.2万, `百万` of 5百万. `千米` and `千克` are measures.
pub(super) fn multiplier(source: &Source, at: usize) -> Option<(f64, usize)> {
    let (mut factor, mut i) = (1.0, at);
    while let Some(more) = source.char(i).and_then(unit) {
        let measure = source.char(i) == Some('千')
            && matches!(
                source.char(i + 1),
                Some('米' | '克' | '瓦' | '伏' | '卡' | '帕')
            );
        if measure {
            break;
        }
        factor *= more;
        i += 1;
    }
    (i > at).then_some((factor, i))
}

/// Reads the number that begins at `start`; returns the character after it.
pub(super) fn read(source: &Source, start: usize, found: &mut Vec<Number>) -> usize {
    const PERCENT: &str = "百分之";
    if source.starts_with(start, PERCENT) {
        let from = start + PERCENT.chars().count();
        let before = found.len();
        let after = match source.char(from) {
            Some(c) if arabic(c).is_some() => super::digits(source, from, found),
            Some(c) if begins(c) => read_run(source, from, found, true),
            _ => return from,
        };
        for number in &mut found[before..] {
            number.range.start = source.byte(start);
            // "百分之百" is a way to say "wholly".
            number.claim = !source.starts_with(from, "百");
        }
        return after;
    }
    read_run(source, start, found, false)
}

fn read_run(source: &Source, start: usize, found: &mut Vec<Number>, certain: bool) -> usize {
    let mut end = start;
    while source.char(end).is_some_and(begins) {
        end += 1;
    }
    let run: Vec<char> = (start..end).filter_map(|i| source.char(i)).collect();
    let units = run.iter().any(|c| unit(*c).is_some());
    let mut values = if units {
        with_units(&run)
    } else {
        spelled(&run)
    };
    let mut claim = certain || is_claim(source, start..end, &run, &values);
    if let Some(fraction) = fraction(source, end) {
        // 三点五
        if let [whole, ..] = values[..] {
            values = vec![whole + fraction.0];
            (end, claim) = (fraction.1, true);
        }
    }
    if source.starts_with(end, "分之") {
        // Parts of a whole: both numbers are known to a brief that has them, neither is a claim.
        claim = false;
    } else if source.before(start) == Some('之') && !certain {
        claim = false;
    }
    if source.char(end) == Some('成') {
        values.extend(values.first().map(|v| v * 10.0));
    }
    if matches!(source.char(end), Some('点' | '时')) {
        let hours = values.first().copied().unwrap_or_default();
        values.extend([hours + 12.0, hours - 12.0]);
    }
    found.push(Number {
        range: source.byte(start)..source.byte(end),
        values: values.into_iter().map(value).collect(),
        claim,
    });
    end
}

/// The decimal part behind `点`; in 三点五十分 and 三点半 it is an hour's.
fn fraction(source: &Source, at: usize) -> Option<(f64, usize)> {
    if source.char(at) != Some('点') {
        return None;
    }
    let (mut number, mut scale, mut i) = (0.0, 0.1, at + 1);
    while let Some(more) = source.char(i).and_then(digit) {
        number += more * scale;
        scale /= 10.0;
        i += 1;
    }
    let hour = source
        .char(i)
        .is_some_and(|c| unit(c).is_some_and(|u| u < 100.0) || "分刻半".contains(c));
    (i > at + 1 && !hour).then_some((number, i))
}

/// 三百二十, 一万二, 一亿两千万; nothing for 十七八, which is about.
fn with_units(run: &[char]) -> Vec<f64> {
    let (mut total, mut section, mut last) = (0.0, 0.0, 0.0);
    let (mut pending, mut zero) = (None::<f64>, false);
    for c in run {
        if let Some(d) = digit(*c) {
            if pending.is_some_and(|p| p > 0.0) {
                return Vec::new();
            }
            zero = zero || d == 0.0;
            pending = Some(d);
        } else if let Some(unit) = unit(*c) {
            let count = pending.take().filter(|p| *p > 0.0);
            zero = false;
            match unit {
                u if u < 1e4 => section += count.unwrap_or(1.0) * u,
                u => {
                    let part = section + count.unwrap_or(0.0);
                    let part = if total + part == 0.0 { 1.0 } else { part };
                    total = if u > 1e4 {
                        (total + part) * u
                    } else {
                        total + part * u
                    };
                    section = 0.0;
                }
            }
            last = unit;
        }
    }
    let whole = total + section;
    match pending {
        // 三千五 is 3,500, 三千零五 is 3,005.
        Some(d) if !zero && last >= 100.0 => vec![whole + d * last / 10.0, whole + d],
        Some(d) => vec![whole + d],
        None => vec![whole],
    }
}

/// 二〇二六 digit by digit; nothing for 三四, which is about.
fn spelled(run: &[char]) -> Vec<f64> {
    if run.len() == 2 && !run.iter().any(|c| matches!(c, '〇' | '零')) {
        return Vec::new();
    }
    vec![
        run.iter()
            .filter_map(|c| digit(*c))
            .fold(0.0, |number, d| number * 10.0 + d),
    ]
}

/// Measure words by one character, and by the beginnings of longer ones.
const MEASURES: &str = "人名位个只台辆条家座间天年月日周岁届次元吨米克度倍场所栋户村镇项艘架班趟层楼点时秒页册部集款种类站期批组支件块棵成";
const LONG_MEASURES: &[&str] = &[
    "小时", "分钟", "公里", "公斤", "公顷", "平方", "立方", "毫米", "厘米", "千米", "千克", "英里",
];

fn is_claim(source: &Source, at: std::ops::Range<usize>, run: &[char], values: &[f64]) -> bool {
    let [first, ..] = run else { return false };
    let (before, after) = (source.before(at.start), source.char(at.end));
    if values.is_empty() {
        return false;
    }
    let measured = after.is_some_and(|c| MEASURES.contains(c))
        || LONG_MEASURES.iter().any(|m| source.starts_with(at.end, m));
    let ordinal = before == Some('第');
    let vague = before.is_some_and(|c| "几数上近成过好双".contains(c)) || after == Some('几');
    let units = run.iter().any(|c| unit(*c).is_some());
    match (units, unit(*first)) {
        // 百姓, 千万, 万一, 亿万
        (true, Some(u)) if u > 10.0 => false,
        // 十分, 十足; 十一 is a holiday.
        (true, Some(_)) if run.len() == 1 => measured && !vague && !ordinal,
        (true, Some(_)) if run == ['十', '一'] => measured && !vague,
        (true, _) => !vague,
        // 二〇二六, but not 三三两两.
        (false, _) if run.len() > 1 => {
            run.len() > 2 && (after == Some('年') || run.iter().any(|c| "〇零".contains(*c)))
        }
        // 一, 二 and 两 count what the text has named already, as often as they claim something.
        (false, _) => {
            let one = digit(*first).is_some_and(|d| d < 3.0);
            let inside = before.is_some_and(|c| "百千万亿之".contains(c));
            measured && !one && !ordinal && !inside
        }
    }
}
