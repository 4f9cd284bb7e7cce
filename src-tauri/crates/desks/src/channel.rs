//! Where ads run, and what fits there.
//!
//! Limits as read in stored copies of the channels' own pages in November 2026. Where a channel
//! publishes a recommendation besides its hard limit, the recommendation is the limit to write to.

use inkstone_manuscript::{Language, adset::AdField, count};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Where an ad runs.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, JsonSchema, TS,
)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    /// Google Ads, responsive search ad.
    #[default]
    GoogleRsa,
    /// Facebook and Instagram feed.
    MetaFeed,
    /// LinkedIn, single image ad.
    Linkedin,
    /// X, post with a website card.
    X,
    /// TikTok, in-feed ad.
    Tiktok,
    /// WeChat Moments (朋友圈).
    WechatMoments,
    /// Xiaohongshu note (小红书).
    Xiaohongshu,
}

/// How a channel counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// Columns: full-width characters count two.
    Width,
    /// Characters as a reader counts them.
    Characters,
    /// X's weights: Chinese, Japanese, Korean and emoji two, any address 23.
    XWeight,
}

impl Unit {
    /// The size of a text in this unit.
    pub fn measure(self, text: &str) -> usize {
        match self {
            Self::Width => count::display_width(text),
            Self::Characters => count::count(text).characters,
            Self::XWeight => count::x_weight(text),
        }
    }
}

/// One field of an ad on a channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
pub struct FieldSpec {
    /// Which field.
    #[ts(type = "\"headline\" | \"description\" | \"primary_text\" | \"call_to_action\"")]
    pub field: AdField,
    /// How many of it an ad is written with; fewer is a finding.
    pub count: usize,
    /// How many of it the channel takes at most.
    pub most: usize,
    /// How long each may be.
    pub limit: usize,
    /// What `limit` counts.
    pub unit: Unit,
    /// Whether the channel refuses what is longer; otherwise it hides the end, or advises against it.
    pub hard: bool,
    /// Where `limit` is a recommendation: what the channel refuses, if that is known.
    pub ceiling: Option<usize>,
}

/// What an ad on a channel consists of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct ChannelSpec {
    /// The fields, in the order they are written.
    pub fields: Vec<FieldSpec>,
}

impl ChannelSpec {
    /// The spec of a field, if the channel has it.
    pub fn field(&self, field: AdField) -> Option<&FieldSpec> {
        self.fields.iter().find(|f| f.field == field)
    }
}

impl Channel {
    /// All channels, in the order they are offered.
    pub const ALL: [Self; 7] = [
        Self::GoogleRsa,
        Self::MetaFeed,
        Self::Linkedin,
        Self::X,
        Self::Tiktok,
        Self::WechatMoments,
        Self::Xiaohongshu,
    ];

    /// The name used in briefs and in the `Channel:` line: `google_rsa` ...
    pub fn name(self) -> &'static str {
        match self {
            Self::GoogleRsa => "google_rsa",
            Self::MetaFeed => "meta_feed",
            Self::Linkedin => "linkedin",
            Self::X => "x",
            Self::Tiktok => "tiktok",
            Self::WechatMoments => "wechat_moments",
            Self::Xiaohongshu => "xiaohongshu",
        }
    }

    /// The channel of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|c| c.name() == name.trim())
    }

    /// Whether the channel takes emoji in the text of an ad.
    pub fn takes_emoji(self) -> bool {
        !matches!(self, Self::GoogleRsa | Self::Tiktok)
    }

    /// The fields of an ad and their limits for a text in `language`.
    pub fn limits(self, language: Language) -> ChannelSpec {
        use AdField::{CallToAction, Description, Headline, PrimaryText};
        let hard = |field, count, most, limit, unit| FieldSpec {
            field,
            count,
            most,
            limit,
            unit,
            hard: true,
            ceiling: None,
        };
        let soft = |field, most, limit, ceiling| FieldSpec {
            field,
            count: 1,
            most,
            limit,
            unit: Unit::Characters,
            hard: false,
            ceiling,
        };
        // A button's words come from the channel's own list; a short phrase finds its match there.
        let button = soft(CallToAction, 1, 20, None);
        let fields = match self {
            Self::GoogleRsa => vec![
                hard(Headline, 3, 15, 30, Unit::Width),
                hard(Description, 2, 4, 90, Unit::Width),
            ],
            Self::MetaFeed => vec![
                soft(PrimaryText, 5, 125, Some(2200)),
                soft(Headline, 5, 27, Some(255)),
                soft(Description, 5, 30, Some(255)),
                button,
            ],
            Self::Linkedin => vec![
                soft(PrimaryText, 1, 150, Some(3000)),
                soft(Headline, 1, 70, Some(200)),
                soft(Description, 1, 100, Some(300)),
                button,
            ],
            Self::X => vec![
                hard(PrimaryText, 1, 1, 280, Unit::XWeight),
                hard(Headline, 1, 1, 70, Unit::Characters),
            ],
            Self::Tiktok => {
                let limit = if language == Language::Chinese {
                    50
                } else {
                    100
                };
                vec![hard(PrimaryText, 1, 1, limit, Unit::Characters), button]
            }
            Self::WechatMoments => vec![hard(PrimaryText, 1, 1, 40, Unit::Characters)],
            Self::Xiaohongshu => vec![
                hard(Headline, 1, 1, 20, Unit::Characters),
                hard(PrimaryText, 1, 1, 1000, Unit::Characters),
            ],
        };
        ChannelSpec { fields }
    }
}
