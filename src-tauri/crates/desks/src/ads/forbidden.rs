//! Signs and phrases that a channel refuses.

use std::ops::Range;

use inkstone_manuscript::adset::AdField;

use super::check::{Placed, Value};
use crate::{Channel, Finding, Severity, find::Folded};

pub(super) fn forbidden(channel: Channel, ad: &Placed) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut exclamations = 0;
    for value in &ad.values {
        let mut found: Vec<Range<usize>> = Vec::new();
        if !channel.takes_emoji() {
            found.extend(signs(value.raw(), is_emoji));
        }
        match channel {
            Channel::GoogleRsa => {
                found.extend(repeated(value.raw()));
                found.extend(phone(value.raw()));
                found.extend(phrases(value.raw(), &["click here", "点击这里", "点此"]));
                // None in headlines, one in all the rest of the ad.
                for mark in signs(value.raw(), |c| matches!(c, '!' | '！')) {
                    exclamations += usize::from(value.field != AdField::Headline);
                    if value.field == AdField::Headline || exclamations > 1 {
                        found.push(mark);
                    }
                }
            }
            Channel::Tiktok => {
                found.extend(signs(value.raw(), |c| matches!(c, '#' | '＃' | '{' | '}')));
            }
            Channel::WechatMoments => {
                found.extend(phone(value.raw()));
                found.extend(phrases(
                    value.raw(),
                    &[
                        "http://",
                        "https://",
                        "www.",
                        "微信",
                        "朋友圈",
                        "红包",
                        "点击",
                        "wechat",
                    ],
                ));
            }
            Channel::MetaFeed | Channel::Linkedin | Channel::X | Channel::Xiaohongshu => {}
        }
        findings.extend(distinct(found).into_iter().map(|range| say(value, range)));
    }
    findings
}

fn say(value: &Value, range: Range<usize>) -> Finding {
    let sign = value.raw()[range.clone()].to_owned();
    value
        .about("ads.forbidden", Severity::Error, range)
        .with("sign", sign)
}

/// In order, without those that overlap an earlier one.
fn distinct(mut found: Vec<Range<usize>>) -> Vec<Range<usize>> {
    found.sort_by_key(|r| (r.start, std::cmp::Reverse(r.end)));
    let mut end = 0;
    found.retain(|r| {
        let keep = r.start >= end;
        end = end.max(r.end);
        keep
    });
    found
}

fn signs(text: &str, refused: impl Fn(char) -> bool) -> Vec<Range<usize>> {
    let hits = text.char_indices().filter(|(_, c)| refused(*c));
    hits.map(|(at, c)| at..at + c.len_utf8()).collect()
}

fn phrases(text: &str, phrases: &[&str]) -> Vec<Range<usize>> {
    let folded = Folded::new(text);
    phrases
        .iter()
        .flat_map(|phrase| folded.find(phrase).collect::<Vec<_>>())
        .collect()
}

/// `!!`, `??`, `!?`, `，，`: an ellipsis may be written out.
fn repeated(text: &str) -> Vec<Range<usize>> {
    const MARKS: &str = "!！?？,，;；:：*~^";
    let mut found = Vec::new();
    let mut start = None;
    for (at, c) in text.char_indices().chain([(text.len(), ' ')]) {
        match (MARKS.contains(c), start) {
            (true, None) => start = Some(at),
            (false, Some(from)) => {
                if text[from..at].chars().count() > 1 {
                    found.push(from..at);
                }
                start = None;
            }
            _ => {}
        }
    }
    found
}

/// A telephone number: seven digits or more, with what people write between them.
fn phone(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut run: Option<(usize, usize, usize)> = None;
    for (at, c) in text.char_indices().chain([(text.len(), '.')]) {
        run = match (c, run) {
            ('0'..='9', None) => Some((at, at + 1, 1)),
            ('0'..='9', Some((start, _, digits))) => Some((start, at + 1, digits + 1)),
            (' ' | '-' | '(' | ')', Some(open)) => Some(open),
            (_, Some((start, end, digits))) => {
                if (7..=15).contains(&digits) {
                    found.push(start..end);
                }
                None
            }
            (_, None) => None,
        };
    }
    found
}

fn is_emoji(c: char) -> bool {
    matches!(c, '\u{1f000}'..='\u{1faff}' | '\u{2600}'..='\u{27bf}' | '\u{2b50}' | '\u{2b55}')
}
