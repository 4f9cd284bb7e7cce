//! Words that advertising law or the large channels do not let an ad say.

use crate::Severity;

/// Banned phrases and how bad each is.
///
/// The Chinese ones follow article 9, paragraph 3 of the Advertising Law of the PRC ("国家级", "最高级",
/// "最佳" and the like) and, as warnings, its articles 16 to 25 (cures, returns). "最新" and "首款" say an
/// order in time, which the guideline of 2023 on absolute terms lets pass; "最高" and "最低" may name a
/// bound (最高省 50 元), so they are warnings.
pub(super) const BANNED: &[(&str, Severity)] = &[
    ("国家级", Severity::Error),
    ("世界级", Severity::Error),
    ("宇宙级", Severity::Error),
    ("最高级", Severity::Error),
    ("最佳", Severity::Error),
    ("最好", Severity::Error),
    ("最优", Severity::Error),
    ("最强", Severity::Error),
    ("最大", Severity::Warning),
    ("最高", Severity::Warning),
    ("最低", Severity::Warning),
    ("最低价", Severity::Error),
    ("最便宜", Severity::Error),
    ("最先进", Severity::Error),
    ("最权威", Severity::Error),
    ("最专业", Severity::Error),
    ("最安全", Severity::Error),
    ("最受欢迎", Severity::Error),
    ("最划算", Severity::Error),
    ("顶级", Severity::Error),
    ("顶尖", Severity::Error),
    ("极品", Severity::Error),
    ("极致", Severity::Warning),
    ("第一品牌", Severity::Error),
    ("全国第一", Severity::Error),
    ("全网第一", Severity::Error),
    ("世界第一", Severity::Error),
    ("行业第一", Severity::Error),
    ("销量第一", Severity::Error),
    ("全网最", Severity::Error),
    ("史上最", Severity::Error),
    ("独一无二", Severity::Error),
    ("绝无仅有", Severity::Error),
    ("史无前例", Severity::Error),
    ("前无古人", Severity::Error),
    ("万能", Severity::Error),
    ("世界领先", Severity::Error),
    ("国际领先", Severity::Warning),
    ("遥遥领先", Severity::Warning),
    ("首选", Severity::Warning),
    ("唯一", Severity::Warning),
    ("国家领导人", Severity::Error),
    ("国家机关专供", Severity::Error),
    ("特供", Severity::Error),
    ("驰名商标", Severity::Error),
    ("中国驰名", Severity::Error),
    ("根治", Severity::Warning),
    ("包治", Severity::Warning),
    ("药到病除", Severity::Warning),
    ("无副作用", Severity::Warning),
    ("无效退款", Severity::Warning),
    ("百分之百有效", Severity::Warning),
    ("100%有效", Severity::Warning),
    ("保本", Severity::Warning),
    ("零风险", Severity::Warning),
    ("无风险", Severity::Warning),
    ("稳赚", Severity::Warning),
    ("guaranteed cure", Severity::Error),
    ("miracle cure", Severity::Error),
    ("guaranteed results", Severity::Warning),
    ("guaranteed returns", Severity::Warning),
    ("100% guaranteed", Severity::Warning),
    ("100% safe", Severity::Warning),
    ("miracle", Severity::Warning),
    ("risk-free", Severity::Warning),
    ("risk free", Severity::Warning),
    ("no risk", Severity::Warning),
    ("no side effects", Severity::Warning),
    ("clinically proven", Severity::Warning),
    ("scientifically proven", Severity::Warning),
    ("doctor recommended", Severity::Warning),
    ("no. 1", Severity::Warning),
    ("no.1", Severity::Warning),
    ("#1", Severity::Warning),
    ("number one", Severity::Warning),
    ("world's best", Severity::Warning),
    ("best in the world", Severity::Warning),
    ("world's leading", Severity::Warning),
    ("cheapest", Severity::Warning),
    ("lowest price", Severity::Warning),
    ("get rich", Severity::Warning),
    ("double your money", Severity::Warning),
    ("instant weight loss", Severity::Warning),
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn each_phrase_stands_once_and_folded() {
        let phrases: BTreeSet<&str> = BANNED.iter().map(|(phrase, _)| *phrase).collect();
        assert_eq!(phrases.len(), BANNED.len());
        for phrase in phrases {
            assert_eq!(phrase, phrase.to_lowercase().trim());
        }
    }
}
