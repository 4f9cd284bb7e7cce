//! Byte-level BPE, the `gpt2` kind: text is cut by patterns, its bytes are written as letters, and
//! letters are merged in the order of the file.

use std::collections::HashMap;

use tokenizers::{
    Model, OffsetReferential, OffsetType, PreTokenizedString, PreTokenizer,
    models::bpe::{BPE, Vocab},
    pre_tokenizers::split::{Split, SplitPattern},
    tokenizer::SplitDelimiterBehavior,
};

use crate::failure::{Result, broken, internal, invalid, unsupported};

const GPT2: &str = r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+";
const LLAMA3: &str = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";
const QWEN2: &str = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";
const TEKKEN: &str = r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+";
const GPT4O: &str = r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+";
const DIGIT: &str = r"\p{N}";
const CJK: &str = r"[\x{4e00}-\x{9fa5}\x{800}-\x{4e00}\x{ac00}-\x{d7ff}]+";
const DEEPSEEK_LLM: &[&str] = &[
    r"[\r\n]",
    // Letters of mathematics are none here.
    r"\s?[\p{Lu}\p{Ll}\p{Lt}&&[^\x{1d400}-\x{1d7ff}]]+",
    r"\s?[!-/:-~\x{ff01}-\x{ff0f}\x{ff1a}-\x{ff5e}\x{2018}-\x{201f}\x{3000}-\x{3002}]+",
    r"\s+$",
    CJK,
    r"\p{N}+",
];
const FALCON: &[&str] = &[r"[\p{P}\$\+<=>\^~\|`]+", GPT2, "[0-9][0-9][0-9]"];
const DEEPSEEK_CODER: &[&str] = &[r"[\r\n]", r"\s?\p{L}+", r"\s?\p{P}+", CJK, r"\p{N}"];
const DEEPSEEK3: &[&str] = &[
    r"\p{N}{1,3}",
    r"[\x{4e00}-\x{9fa5}\x{3040}-\x{309f}\x{30a0}-\x{30ff}]+",
    r##"[!"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+| ?[\p{P}\p{S}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"##,
];

/// The patterns that text is cut by, one after another, for a file's `pre`. Other patterns would
/// give other tokens than the model was trained on, so an unknown name is refused.
pub(super) fn patterns(pre: Option<&str>) -> Result<&'static [&'static str]> {
    Ok(match pre {
        // Files from before `pre` existed.
        None | Some("default" | "") => &[GPT2],
        Some(
            "gpt-2" | "gpt2" | "phi-2" | "olmo" | "mpt" | "jina-es" | "jina-de" | "jina-v2-es"
            | "jina-v2-de" | "gigachat" | "roberta-bpe" | "exaone4" | "mellum" | "a.x-4.0",
        ) => &[GPT2],
        Some(
            "llama-bpe" | "llama3" | "llama-v3" | "smaug-bpe" | "falcon3" | "falcon-h1" | "lfm2"
            | "dbrx" | "glm4" | "chatglm-bpe" | "midm-2.0" | "pixtral-bpe",
        ) => &[LLAMA3],
        Some("qwen2" | "deepseek-r1-qwen" | "megrez" | "stablelm2" | "hunyuan") => &[QWEN2],
        Some(
            "smollm" | "starcoder" | "refact" | "command-r" | "codeshell" | "exaone" | "minerva-7b",
        ) => &[DIGIT, GPT2],
        Some("tekken") => &[TEKKEN],
        Some("falcon") => FALCON,
        Some("gpt-4o" | "llama4" | "kanana2") => &[GPT4O],
        Some("deepseek-llm") => DEEPSEEK_LLM,
        Some("deepseek-coder") => DEEPSEEK_CODER,
        Some("deepseek-v3" | "hunyuan-dense") => DEEPSEEK3,
        Some(other) => return Err(unsupported(format!("pre-tokenizer {other}"))),
    })
}

/// Whether a text begins with the bos token where the file does not say.
pub(super) fn begins_with_bos(pre: Option<&str>) -> bool {
    matches!(
        pre,
        Some("llama-bpe" | "llama3" | "llama-v3" | "falcon3" | "falcon-h1" | "lfm2" | "tekken")
    )
}

/// Whether a run that is itself a token needs no merges.
fn ignores_merges(pre: Option<&str>) -> bool {
    matches!(
        pre,
        Some("llama-bpe" | "llama3" | "llama-v3" | "falcon3" | "falcon-h1" | "lfm2" | "tekken")
    )
}

/// A byte-level vocabulary.
pub(super) struct Bytes {
    bpe: BPE,
    cuts: Vec<Split>,
    letters: Vec<char>,
}

impl Bytes {
    pub(super) fn new(tokens: &[String], merges: &[String], pre: Option<&str>) -> Result<Self> {
        let cuts = patterns(pre)?
            .iter()
            .map(|pattern| {
                let pattern = SplitPattern::Regex((*pattern).to_owned());
                Split::new(pattern, SplitDelimiterBehavior::Isolated, false)
                    .map_err(|e| internal(format!("pattern: {e}")))
            })
            .collect::<Result<_>>()?;
        let vocabulary: Vocab = tokens.iter().cloned().zip(0..).collect();
        let pairs = merges
            .iter()
            .map(|m| {
                // A part may be a space only in old files, and never the first letter.
                let at = m
                    .char_indices()
                    .skip(1)
                    .find(|(_, c)| *c == ' ')
                    .map(|(i, _)| i);
                at.map(|i| (m[..i].to_owned(), m[i + 1..].to_owned()))
                    .ok_or_else(|| broken("a merge without two parts"))
            })
            .collect::<Result<_>>()?;
        let letters = alphabet();
        if let Some(letter) = letters
            .iter()
            .find(|l| !vocabulary.contains_key(&l.to_string()))
        {
            tracing::debug!(%letter, "the vocabulary lacks a byte");
        }
        let bpe = BPE::builder()
            .vocab_and_merges(vocabulary, pairs)
            .ignore_merges(ignores_merges(pre))
            .build()
            .map_err(|e| broken(format!("the vocabulary does not fit together: {e}")))?;
        Ok(Self { bpe, cuts, letters })
    }

    pub(super) fn encode(&self, text: &str, out: &mut Vec<u32>) -> Result<()> {
        let mut pieces = PreTokenizedString::from(text);
        for cut in &self.cuts {
            cut.pre_tokenize(&mut pieces)
                .map_err(|e| invalid(format!("the text cannot be cut: {e}")))?;
        }
        let mut letters = String::new();
        for (piece, ..) in pieces.get_splits(OffsetReferential::Original, OffsetType::Byte) {
            letters.clear();
            letters.extend(piece.bytes().map(|b| self.letters[b as usize]));
            let tokens = self
                .bpe
                .tokenize(&letters)
                .map_err(|e| invalid(format!("the text has no tokens: {e}")))?;
            out.extend(tokens.iter().map(|t| t.id));
        }
        Ok(())
    }
}

/// GPT-2's letters for the 256 bytes.
pub(super) fn alphabet() -> Vec<char> {
    let mut next = 256;
    (0..=255u32)
        .map(|byte| {
            let code = if matches!(byte, 33..=126 | 161..=172 | 174..=255) {
                byte
            } else {
                next += 1;
                next - 1
            };
            char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER)
        })
        .collect()
}

/// Letters and the bytes they stand for.
pub(super) fn alphabet_back() -> HashMap<char, u8> {
    alphabet().into_iter().zip(0..=255).collect()
}

/// What a token stands for.
pub(super) fn spell(token: &str, own: bool, back: &HashMap<char, u8>) -> Vec<u8> {
    if own {
        return token.as_bytes().to_vec();
    }
    let bytes: Option<Vec<u8>> = token.chars().map(|c| back.get(&c).copied()).collect();
    // Letters outside the alphabet come from tokens that were added as plain text.
    bytes.unwrap_or_else(|| token.as_bytes().to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(pre: &str, text: &str) -> Vec<String> {
        let bytes = Bytes::new(&["a".to_owned()], &[], Some(pre)).unwrap();
        let mut pieces = PreTokenizedString::from(text);
        for cut in &bytes.cuts {
            cut.pre_tokenize(&mut pieces).unwrap();
        }
        pieces
            .get_splits(OffsetReferential::Original, OffsetType::Byte)
            .into_iter()
            .map(|(piece, ..)| piece.to_owned())
            .collect()
    }

    #[test]
    fn each_rule_cuts_in_its_own_way() {
        let text = "Hello'Ve world 1234\n\n  foo";
        let expected: [(&str, &[&str]); 5] = [
            (
                "gpt-2",
                &["Hello", "'", "Ve", " world", " 1234", "\n\n ", " foo"],
            ),
            (
                "llama-bpe",
                &[
                    "Hello", "'Ve", " world", " ", "123", "4", "\n\n", " ", " foo",
                ],
            ),
            (
                "qwen2",
                &[
                    "Hello", "'Ve", " world", " ", "1", "2", "3", "4", "\n\n", " ", " foo",
                ],
            ),
            (
                "smollm",
                &[
                    "Hello", "'", "Ve", " world", " ", "1", "2", "3", "4", "\n\n ", " foo",
                ],
            ),
            (
                "tekken",
                &[
                    "Hello", "'Ve", " world", " ", "1", "2", "3", "4", "\n\n", " ", " foo",
                ],
            ),
        ];
        for (pre, pieces) in expected {
            assert_eq!(cut(pre, text), pieces, "{pre}");
        }
        assert_eq!(cut("tekken", "helloWorld"), ["hello", "World"]);
        assert_eq!(
            cut("deepseek-v3", "价格1234元 ok"),
            ["价格", "123", "4", "元", " ok"]
        );
        assert_eq!(cut("deepseek-llm", "x  𝔘"), ["x", "  𝔘"]);
        assert_eq!(
            cut("falcon", "it's 12345!"),
            ["it", "'", "s", " ", "123", "45", "!"]
        );
        assert_eq!(
            cut("deepseek-llm", "价格12 ok."),
            ["价格", "12", " ok", "."]
        );
    }

    #[test]
    fn every_pattern_loses_nothing() {
        let text = "Mixed 文字, 12½ emoji 🦀\t\r\n «quotes» e\u{301} \u{a0} end ";
        for pre in [
            "gpt-2",
            "llama-bpe",
            "qwen2",
            "smollm",
            "tekken",
            "gpt-4o",
            "deepseek-llm",
            "deepseek-coder",
            "deepseek-v3",
            "falcon",
        ] {
            assert_eq!(cut(pre, text).concat(), text, "{pre}");
        }
    }
}
