//! How the next token is chosen, as it can be typed.

use clap::Args;
use inkstone_generation::{Dry, Likely, Odds, Sampling};

/// Of `ink generate`.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Sampling")]
pub struct Chances {
    /// Only the N likeliest tokens, 0 for all; otherwise 40
    #[arg(long, value_name = "N")]
    pub top_k: Option<u32>,
    /// Only the likeliest tokens that make up this share together, 1 for all; otherwise 0.95
    #[arg(long, value_name = "P", value_parser = share)]
    pub top_p: Option<f32>,
    /// Only tokens that are at least this likely, measured by the likeliest; otherwise off
    #[arg(long, value_name = "P", value_parser = share_below_one)]
    pub min_p: Option<f32>,
    /// Only tokens that are about as surprising as is to be expected, up to this share; otherwise off
    #[arg(long, value_name = "P", value_parser = share)]
    pub typical: Option<f32>,
    /// Divides the logits of tokens seen lately; otherwise 1, which is off
    #[arg(long, value_name = "N", value_parser = above_zero)]
    pub repeat_penalty: Option<f32>,
    /// Taken from a token's logit each time that it was written, -2 to 2; otherwise 0
    #[arg(long, value_name = "N", value_parser = penalty, allow_hyphen_values = true)]
    pub frequency_penalty: Option<f32>,
    /// Taken once from the logits of tokens that were written, -2 to 2; otherwise 0
    #[arg(long, value_name = "N", value_parser = penalty, allow_hyphen_values = true)]
    pub presence_penalty: Option<f32>,
    /// DRY: holds back what repeats a longer run of tokens, this strongly; 0.8 is usual, otherwise off
    #[arg(long, value_name = "N", value_parser = at_least_zero)]
    pub dry: Option<f32>,
    /// How fast DRY grows with each token of the run; otherwise 1.75
    #[arg(long, value_name = "N", requires = "dry", value_parser = at_least_one)]
    pub dry_base: Option<f32>,
    /// The longest run that DRY lets come again; otherwise 2
    #[arg(long, value_name = "N", requires = "dry")]
    pub dry_allowed_length: Option<u32>,
    /// Tokens that DRY looks back; otherwise all
    #[arg(long, value_name = "N", requires = "dry")]
    pub dry_look_back: Option<u32>,
    /// Added to the logit of a token, by its id in `ink tokenize`; may be given more than once
    #[arg(long, value_name = "ID=N", value_parser = bias)]
    pub logit_bias: Vec<(u32, f32)>,
}

impl From<Chances> for Sampling {
    fn from(wanted: Chances) -> Self {
        let usual = Self::default();
        let dry = Dry::default();
        Self {
            logit_bias: wanted.logit_bias.into_iter().collect(),
            repeat_penalty: wanted.repeat_penalty.unwrap_or(usual.repeat_penalty),
            frequency_penalty: wanted.frequency_penalty.unwrap_or_default(),
            presence_penalty: wanted.presence_penalty.unwrap_or_default(),
            dry: wanted.dry.filter(|by| *by > 0.0).map(|multiplier| Dry {
                multiplier,
                base: wanted.dry_base.unwrap_or(dry.base),
                allowed_length: wanted.dry_allowed_length.unwrap_or(dry.allowed_length),
                look_back: wanted.dry_look_back,
                ..dry
            }),
            top_k: wanted.top_k.or(usual.top_k),
            typical_p: wanted.typical,
            top_p: wanted.top_p.or(usual.top_p),
            min_p: wanted.min_p,
            ..usual
        }
    }
}

/// The help in Chinese.
pub const CHINESE: &[(&str, &str)] = &[
    (
        "Tells on stderr how likely each token was, and N others of its place (0 to 20); with --json in `variants[0].odds`",
        "在标准错误输出每个词元的概率，并列出该处的 N 个其他候选（0 到 20）；用 --json 时在 `variants[0].odds` 中",
    ),
    (
        "Only the N likeliest tokens, 0 for all; otherwise 40",
        "只从最可能的 N 个词元中选，0 为全部；不写为 40",
    ),
    (
        "Only the likeliest tokens that make up this share together, 1 for all; otherwise 0.95",
        "只从概率合计达到这个比例的最可能词元中选，1 为全部；不写为 0.95",
    ),
    (
        "Only tokens that are at least this likely, measured by the likeliest; otherwise off",
        "只选概率不低于最可能词元这个比例的词元；不写则不限",
    ),
    (
        "Only tokens that are about as surprising as is to be expected, up to this share; otherwise off",
        "只选信息量接近期望的词元，概率合计到这个比例为止；不写则不限",
    ),
    (
        "Divides the logits of tokens seen lately; otherwise 1, which is off",
        "近处出现过的词元，其分值除以这个数；不写为 1，即不惩罚",
    ),
    (
        "Taken from a token's logit each time that it was written, -2 to 2; otherwise 0",
        "词元每写过一次，分值就减去这个数，-2 到 2；不写为 0",
    ),
    (
        "Taken once from the logits of tokens that were written, -2 to 2; otherwise 0",
        "写过的词元，分值一次性减去这个数，-2 到 2；不写为 0",
    ),
    (
        "DRY: holds back what repeats a longer run of tokens, this strongly; 0.8 is usual, otherwise off",
        "DRY：抑制成串的重复，数值为强度，常用 0.8；不写则不用",
    ),
    (
        "How fast DRY grows with each token of the run; otherwise 1.75",
        "重复每长一个词元，DRY 增强的倍数；不写为 1.75",
    ),
    (
        "The longest run that DRY lets come again; otherwise 2",
        "DRY 容许重复的最长词元串；不写为 2",
    ),
    (
        "Tokens that DRY looks back; otherwise all",
        "DRY 往回看多少词元；不写则看全部",
    ),
    (
        "Added to the logit of a token, by its id in `ink tokenize`; may be given more than once",
        "给某个词元的分值加上一个数，编号见 `ink tokenize`；可多次给出",
    ),
];

/// A line for each token: how likely it was, itself, and what could have stood there.
pub fn table(odds: &[Odds]) -> String {
    let share = |l: &Likely| format!("{:.1}%", f64::from(l.logprob).exp() * 100.0);
    let mut out = String::new();
    for one in odds {
        out.push_str(&format!("{:>6} {:?}", share(&one.token), one.token.text));
        let others = one
            .others
            .iter()
            .filter(|other| other.text != one.token.text);
        for (at, other) in others.enumerate() {
            let mark = if at == 0 { "\t" } else { ", " };
            out.push_str(&format!("{mark}{} {:?}", share(other), other.text));
        }
        out.push('\n');
    }
    out
}

fn number(text: &str, range: &str, fits: impl Fn(f32) -> bool) -> Result<f32, String> {
    match text.parse::<f32>() {
        Ok(number) if number.is_finite() && fits(number) => Ok(number),
        _ => Err(range.to_owned()),
    }
}

fn share(text: &str) -> Result<f32, String> {
    number(text, "> 0, <= 1", |n| n > 0.0 && n <= 1.0)
}

fn share_below_one(text: &str) -> Result<f32, String> {
    number(text, ">= 0, < 1", |n| (0.0..1.0).contains(&n))
}

fn above_zero(text: &str) -> Result<f32, String> {
    number(text, "> 0", |n| n > 0.0)
}

fn at_least_zero(text: &str) -> Result<f32, String> {
    number(text, ">= 0", |n| n >= 0.0)
}

fn at_least_one(text: &str) -> Result<f32, String> {
    number(text, ">= 1", |n| n >= 1.0)
}

fn penalty(text: &str) -> Result<f32, String> {
    number(text, "-2 to 2", |n| (-2.0..=2.0).contains(&n))
}

fn bias(text: &str) -> Result<(u32, f32), String> {
    let (id, by) = text.split_once('=').ok_or("ID=N")?;
    let id = id.parse().map_err(|_| "ID=N".to_owned())?;
    Ok((id, number(by, "ID=N", |_| true)?))
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::*;
    use crate::arguments::{Arguments, Command};

    fn parsed(line: &str) -> Option<Sampling> {
        let line = format!("ink generate --prompt-file p {line}");
        match Arguments::try_parse_from(line.split_whitespace())
            .ok()?
            .command
        {
            Command::Generate(wanted) => Some(wanted.chances.into()),
            _ => None,
        }
    }

    #[test]
    fn what_is_typed_is_what_is_asked_for() {
        assert_eq!(parsed("").unwrap(), Sampling::default());
        let all = parsed(
            "--top-k 5 --typical 0.9 --frequency-penalty -0.5 --dry 0.8 --dry-allowed-length 3 \
             --logit-bias 7=-100 --logit-bias 8=2.5",
        )
        .unwrap();
        assert_eq!((all.top_k, all.typical_p), (Some(5), Some(0.9)));
        assert_eq!(all.frequency_penalty, -0.5);
        assert_eq!(all.dry.unwrap().allowed_length, 3);
        assert_eq!(all.logit_bias, [(7, -100.0), (8, 2.5)].into());
    }

    #[test]
    fn a_line_tells_of_a_token_and_what_else_was_likely() {
        let likely = |text: &str, share: f32| Likely::new(text.as_bytes(), share.ln());
        let all = [Odds {
            token: likely(" rain", 0.5),
            others: vec![likely(" rain", 0.5), likely("\n", 0.25), likely("雨", 0.05)],
        }];
        assert_eq!(
            table(&all),
            " 50.0% \" rain\"\t25.0% \"\\n\", 5.0% \"雨\"\n"
        );
    }

    #[test]
    fn what_means_nothing_is_wrong_usage() {
        for line in [
            "--top-p 0",
            "--min-p 1",
            "--typical 1.5",
            "--repeat-penalty 0",
            "--presence-penalty 3",
            "--dry-base 2",
            "--dry 0.8 --dry-base 0.5",
            "--logit-bias 7",
            "--logit-bias x=1",
            "--logit-bias 7=inf",
        ] {
            assert!(parsed(line).is_none(), "{line}");
        }
    }
}
