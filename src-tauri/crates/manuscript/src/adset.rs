//! The ad set: variants of ad copy as readable `Label: value` lines.
//!
//! ```text
//! Channel: google_rsa            渠道：google_rsa
//!
//! ## Ad 1                        ## 广告 1
//! Headline: Bread at seven       标题：七点的面包
//! Description: Baked daily.      描述：每天新鲜出炉。
//! Primary text: First line       正文：第一行
//!   second line                    第二行
//! Call to action: Order now      行动号召：立即下单
//! ```
//!
//! - Both languages, both colons and any case are read everywhere, and so is what chat models
//!   make of the form: `**Headline:**`, `- Headline:`, `1. Headline 2:`, a `Headlines:` line with
//!   a list under it, `**Ad 1**`, ads told apart by blank lines only.
//! - An indented line goes on with the value above it, also over blank lines; in a description or
//!   primary text any line does that has no meaning of its own (in a primary text over blank
//!   lines too). A `\` before such a line takes its meaning away.

mod line;
#[cfg(test)]
mod tests;

use std::ops::Range;

use serde::{Deserialize, Serialize};

use crate::{
    Language,
    lines::{is_blank, lines},
};
use line::{Meaning, is_rule, list_item, meaning};

/// A field of an ad.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AdField {
    /// A headline.
    Headline,
    /// A description.
    Description,
    /// The main text.
    PrimaryText,
    /// What the reader is asked to do.
    CallToAction,
}

impl AdField {
    /// All fields, in the order they are offered.
    pub const ALL: [Self; 4] = [
        Self::Headline,
        Self::Description,
        Self::PrimaryText,
        Self::CallToAction,
    ];

    /// The label in the notation.
    pub fn label(self, language: Language) -> &'static str {
        match (self, language) {
            (Self::Headline, Language::English) => "Headline",
            (Self::Description, Language::English) => "Description",
            (Self::PrimaryText, Language::English) => "Primary text",
            (Self::CallToAction, Language::English) => "Call to action",
            (Self::Headline, Language::Chinese) => "标题",
            (Self::Description, Language::Chinese) => "描述",
            (Self::PrimaryText, Language::Chinese) => "正文",
            (Self::CallToAction, Language::Chinese) => "行动号召",
        }
    }
}

/// One variant.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Ad {
    /// The fields that have a value, in the order they stand.
    pub fields: Vec<(AdField, String)>,
    /// Where the ad stands in the text it was parsed from, with its heading.
    pub range: Range<usize>,
}

/// Variants for one channel.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct AdSet {
    /// The channel's name, if the text says it.
    pub channel: Option<String>,
    /// The variants.
    pub ads: Vec<Ad>,
}

impl AdSet {
    /// Reads any text; lines without a meaning are passed over.
    pub fn parse(text: &str) -> AdSet {
        let headed = lines(text).any(|line| matches!(meaning(line.text(text)), Some(Meaning::Ad)));
        let mut reader = Reader {
            headed,
            ..Reader::default()
        };
        for line in lines(text) {
            let shown = line.text(text);
            let shown = if line.start == 0 {
                shown.trim_start_matches('\u{feff}')
            } else {
                shown
            };
            reader.line(shown, line.range());
        }
        reader.close();
        reader.set
    }

    /// Writes the set in its notation. What [`AdSet::parse`] gave comes back unchanged, but for
    /// the ranges.
    pub fn print(&self, language: Language) -> String {
        let colon = match language {
            Language::English => ": ",
            Language::Chinese => "：",
        };
        let mut text = String::new();
        if let Some(channel) = self
            .channel
            .as_deref()
            .map(one_line)
            .filter(|c| !c.is_empty())
        {
            let label = match language {
                Language::English => "Channel",
                Language::Chinese => "渠道",
            };
            text.push_str(&format!("{label}{colon}{channel}\n"));
        }
        for (ad, number) in self.ads.iter().zip(1..) {
            if !text.is_empty() {
                text.push('\n');
            }
            let word = match language {
                Language::English => "Ad",
                Language::Chinese => "广告",
            };
            text.push_str(&format!("## {word} {number}\n"));
            for (field, value) in &ad.fields {
                let value = tidy(value);
                if value.is_empty() {
                    continue;
                }
                text.push_str(field.label(language));
                text.push_str(colon);
                for (index, line) in value.split('\n').enumerate() {
                    if index > 0 && !line.is_empty() {
                        text.push_str("  ");
                        if meaning(line).is_some() || line.starts_with('\\') || is_blank(line) {
                            text.push('\\');
                        }
                    }
                    text.push_str(line);
                    text.push('\n');
                }
            }
        }
        text
    }
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A value as the notation can hold it: `\n` between lines, no white space at line ends, none
/// around it.
fn tidy(value: &str) -> String {
    let rows: Vec<&str> = lines(value)
        .map(|line| line.text(value).trim_end())
        .collect();
    rows.join("\n").trim().to_owned()
}

/// What the lines read so far have made.
#[derive(Default)]
struct Reader {
    set: AdSet,
    /// Whether the text names its ads, so that nothing else begins one.
    headed: bool,
    /// The field that lines still go on with.
    open: Option<Open>,
    /// Blank lines since the last line that meant something.
    gap: usize,
}

struct Open {
    field: AdField,
    value: String,
    /// `Headlines:` with nothing behind it: each item of the list below is a value of its own.
    list: bool,
}

impl Reader {
    fn line(&mut self, line: &str, range: Range<usize>) {
        if is_blank(line) {
            self.gap += 1;
            return;
        }
        match meaning(line) {
            Some(Meaning::Channel(name)) => {
                self.close();
                if self.set.channel.is_none() && !name.is_empty() {
                    self.set.channel = Some(one_line(name));
                }
            }
            Some(Meaning::Ad) => {
                self.close();
                self.set.ads.push(Ad {
                    fields: Vec::new(),
                    range: range.clone(),
                });
            }
            Some(Meaning::Heading) => self.close(),
            Some(Meaning::Field(field, value)) => self.field(field, value, range.start),
            None => self.more(line),
        }
        self.gap = 0;
        if let Some(ad) = self.set.ads.last_mut()
            && (self.open.is_some() || ad.range.end == range.start)
        {
            ad.range.end = range.end;
        }
    }

    fn field(&mut self, field: AdField, value: &str, start: usize) {
        self.close();
        let ads = &mut self.set.ads;
        let begins = match ads.last().and_then(|ad| ad.fields.last()) {
            // Without ad headings, a headline after a gap and something else begins the next.
            Some((last, _)) => {
                !self.headed
                    && self.gap > 0
                    && field == AdField::Headline
                    && *last != AdField::Headline
            }
            None => ads.is_empty(),
        };
        if begins {
            ads.push(Ad {
                fields: Vec::new(),
                range: start..start,
            });
        }
        let list = value.is_empty() && matches!(field, AdField::Headline | AdField::Description);
        self.open = Some(Open {
            field,
            value: value.to_owned(),
            list,
        });
    }

    /// A line without a meaning of its own.
    fn more(&mut self, line: &str) {
        let Some(open) = &mut self.open else { return };
        let (field, gap) = (open.field, self.gap);
        if open.list
            && gap == 0
            && let Some(item) = list_item(line)
        {
            if !open.value.is_empty() {
                self.close();
            }
            self.open = Some(Open {
                field,
                value: item.to_owned(),
                list: true,
            });
            return;
        }
        let indented = line.strip_prefix("  ").or_else(|| line.strip_prefix('\t'));
        let goes_on = indented.is_some()
            || match field {
                AdField::PrimaryText => !is_rule(line),
                AdField::Description => gap == 0 && !is_rule(line),
                AdField::Headline | AdField::CallToAction => open.value.is_empty() && gap == 0,
            };
        if !goes_on {
            self.close();
            return;
        }
        let line = indented.unwrap_or(line).trim_end();
        if !open.value.is_empty() {
            open.value.push_str(&"\n".repeat(gap + 1));
        }
        open.value.push_str(line.strip_prefix('\\').unwrap_or(line));
    }

    /// Ends the open field.
    fn close(&mut self) {
        let Some(open) = self.open.take() else { return };
        let value = tidy(&open.value);
        if let Some(ad) = self.set.ads.last_mut().filter(|_| !value.is_empty()) {
            ad.fields.push((open.field, value));
        }
    }
}
