//! A vocabulary with its own description of how text is cut, the hub's `tokenizer.json`.
//!
//! Its steps are done by the library that defines them, but for control tokens: those are found by
//! ourselves, in what a template wrote alone.

use serde_json::Value as Json;
use tokenizers::{
    Model, NormalizedString, Normalizer, OffsetReferential, OffsetType, PreTokenizedString,
    PreTokenizer, Token, Tokenizer, normalizer::Range,
};

use crate::{
    failure::{Result, broken, invalid, unsupported},
    tokenizer::added::{Added, Count},
};

/// Steps that make a text longer by a few times at most.
const NORMALIZERS: [&str; 10] = [
    "Sequence",
    "NFC",
    "NFD",
    "NFKC",
    "NFKD",
    "Nmt",
    "Lowercase",
    "Strip",
    "Prepend",
    "Replace",
];
const CUTTERS: [&str; 8] = [
    "Sequence",
    "ByteLevel",
    "Split",
    "Metaspace",
    "Digits",
    "Whitespace",
    "WhitespaceSplit",
    "Punctuation",
];
/// The longest text that a `Replace` or `Prepend` puts in, in bytes, and how many of them may be.
const LONGEST_REPLACEMENT: usize = 8;
const MOST_REPLACEMENTS: usize = 2;
const MOST_STEPS: usize = 16;

/// The steps of a file.
pub(super) struct Hub {
    steps: Tokenizer,
    /// Whether tokens are bytes written as letters; otherwise pieces with a mark for spaces.
    pub(super) bytes: bool,
}

impl Hub {
    pub(super) fn new(json: &str) -> Result<Self> {
        let wrong = |e: &dyn std::fmt::Display| broken(format!("tokenizer.json: {e}"));
        let mut all: Json = serde_json::from_str(json).map_err(|e| wrong(&e))?;
        let mut replaced = 0;
        named(
            &all["normalizer"],
            "normalizers",
            &NORMALIZERS,
            &mut |step| {
                let put = [&step["content"], &step["prepend"]];
                let put = put.iter().find_map(|text| text.as_str());
                replaced += usize::from(put.is_some());
                if put.is_some_and(|put| put.len() > LONGEST_REPLACEMENT)
                    || replaced > MOST_REPLACEMENTS
                {
                    return Err(unsupported("a tokenizer that writes texts anew"));
                }
                Ok(())
            },
        )?;
        named(
            &all["pre_tokenizer"],
            "pretokenizers",
            &CUTTERS,
            &mut |_| Ok(()),
        )?;
        let kind = all["model"]["type"].as_str();
        // Old files do not say; a BPE has merges.
        let merges = all["model"]["merges"].is_array();
        if !matches!((kind, merges), (Some("BPE" | "Unigram"), _) | (None, true)) {
            let kind = kind.unwrap_or("without a type");
            return Err(unsupported(format!("tokenizer {kind}")));
        }
        let said = format!(
            "{}{}{}",
            all["normalizer"], all["pre_tokenizer"], all["decoder"]
        );
        let bytes = said.contains("\"ByteLevel\"");
        if !bytes && !said.contains('▁') {
            return Err(unsupported(
                "a tokenizer with neither bytes nor marked spaces",
            ));
        }
        let Some(table) = all.as_object_mut() else {
            return Err(broken("tokenizer.json is no table"));
        };
        for name in ["truncation", "padding", "post_processor"] {
            table.insert(name.to_owned(), Json::Null);
        }
        table.insert("added_tokens".to_owned(), Json::Array(Vec::new()));
        if let Some(model) = all["model"].as_object_mut() {
            // For training alone: it would cut the same text otherwise each time.
            model.insert("dropout".to_owned(), Json::Null);
        }
        let steps = all.to_string().parse::<Tokenizer>();
        Ok(Self {
            steps: steps.map_err(|e| wrong(&e))?,
            bytes,
        })
    }

    /// A token's text as it stands in a text of normal form.
    pub(super) fn normal(&self, token: &str) -> Result<String> {
        let mut normal = NormalizedString::from(token);
        if let Some(normalizer) = self.steps.get_normalizer() {
            normalizer.normalize(&mut normal).map_err(fault)?;
        }
        Ok(normal.get().to_owned())
    }

    /// Cuts a text at the tokens `before` it is brought to its normal form, and at those `after`; then,
    /// without the letter that guards a person's words, by its own steps.
    pub(super) fn encode(
        &self,
        text: &str,
        (before, after): (&Added, &Added),
        count: Count,
        guard: Option<char>,
        out: &mut Vec<u32>,
    ) -> Result<()> {
        let mut pieces = PreTokenizedString::from(text);
        let cut = |pieces: &mut PreTokenizedString, normal: bool| {
            pieces.split(|_, mut piece| {
                if let Some(normalizer) = self.steps.get_normalizer().filter(|_| normal) {
                    normalizer.normalize(&mut piece)?;
                }
                let by = if normal { after } else { before };
                let mut parts = Vec::new();
                for (at, token) in by.cut(piece.get(), count) {
                    let Some(mut part) = piece.slice(Range::Normalized(at)) else {
                        continue;
                    };
                    if let Some(guard) = guard.filter(|_| normal && token.is_none()) {
                        part.replace(guard, "")?;
                    }
                    let token = token.map(|id| vec![Token::new(id, String::new(), (0, 0))]);
                    parts.push((part, token));
                }
                Ok(parts)
            })
        };
        cut(&mut pieces, false).map_err(fault)?;
        cut(&mut pieces, true).map_err(fault)?;
        if let Some(cutter) = self.steps.get_pre_tokenizer() {
            cutter.pre_tokenize(&mut pieces).map_err(fault)?;
        }
        let splits = pieces.get_splits(OffsetReferential::Normalized, OffsetType::Byte);
        for (piece, _, known) in splits {
            let made;
            let tokens = match known {
                Some(tokens) => tokens,
                None => {
                    made = self.steps.get_model().tokenize(piece).map_err(fault)?;
                    &made
                }
            };
            out.extend(tokens.iter().map(|token| token.id));
        }
        Ok(())
    }
}

fn fault(error: tokenizers::Error) -> inkstone_generation::GenerationError {
    invalid(format!("the text cannot be cut: {error}"))
}

/// Holds a step, and those within it, against the known ones.
fn named(
    step: &Json,
    within: &str,
    known: &[&str],
    see: &mut dyn FnMut(&Json) -> Result<()>,
) -> Result<()> {
    let mut left = vec![step];
    let mut seen = 0;
    while let Some(step) = left.pop() {
        if step.is_null() {
            continue;
        }
        seen += 1;
        let kind = step["type"].as_str().unwrap_or("without a type");
        if !known.contains(&kind) || seen > MOST_STEPS {
            return Err(unsupported(format!("a tokenizer with the step {kind}")));
        }
        see(step)?;
        left.extend(step[within].as_array().into_iter().flatten());
    }
    Ok(())
}
