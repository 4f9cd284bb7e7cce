//! Text to tokens, by the model's own `tokenizer.json` or by a list of word pieces.

use tokenizers::{
    Tokenizer,
    models::{bpe::Vocab, wordpiece::WordPiece},
    normalizers::BertNormalizer,
    pre_tokenizers::bert::BertPreTokenizer,
    processors::bert::BertProcessing,
};

use super::files::About;
use crate::failure::{Result, broken, internal, unsupported};

/// A text this much longer than what counts is cut before it is looked at.
const LETTERS_A_TOKEN: usize = 16;

/// A vocabulary and how text becomes its tokens.
pub(super) struct Words {
    tokenizer: Tokenizer,
}

impl Words {
    pub(super) fn read(about: &About) -> Result<Self> {
        let mut tokenizer = match (about.text("tokenizer.json")?, about.text("vocab.txt")?) {
            (Some(json), _) => json
                .parse::<Tokenizer>()
                .map_err(|e| broken(format!("tokenizer.json: {e}")))?,
            (None, Some(list)) => pieces(&list, about.lowercase)?,
            (None, None) => return Err(unsupported("neither tokenizer.json nor vocab.txt")),
        };
        // The files may say to fill every text up; and what counts is cut here.
        tokenizer.with_padding(None);
        tokenizer
            .with_truncation(None)
            .map_err(|e| broken(format!("tokenizer.json: {e}")))?;
        // What a person wrote is never read as a mark.
        tokenizer.set_encode_special_tokens(true);
        Ok(Self { tokenizer })
    }

    /// Entries of the vocabulary, up to the highest number.
    pub(super) fn len(&self) -> usize {
        let vocabulary = self.tokenizer.get_vocab(true);
        vocabulary.values().max().map_or(0, |id| *id as usize + 1)
    }

    /// A text's tokens with the marks at both ends, at most `most` of them.
    pub(super) fn encode(&self, prefix: &str, text: &str, most: usize) -> Result<Vec<u32>> {
        let end = text.floor_char_boundary(text.len().min(most * LETTERS_A_TOKEN));
        let text = format!("{prefix}{}", &text[..end]);
        let coded = self
            .tokenizer
            .encode(text, true)
            .map_err(|e| internal(format!("tokenizer: {e}")))?;
        let mut tokens = coded.get_ids().to_vec();
        if tokens.len() > most {
            // The mark at the end stays.
            let marked = coded.get_special_tokens_mask().last() == Some(&1);
            let last = tokens.last().copied();
            tokens.truncate(most);
            if let (true, Some(last), Some(place)) = (marked, last, tokens.last_mut()) {
                *place = last;
            }
        }
        if tokens.is_empty() {
            return Err(internal("a text without tokens"));
        }
        Ok(tokens)
    }
}

/// WordPiece from its list, as BERT cuts it.
fn pieces(list: &str, lowercase: bool) -> Result<Tokenizer> {
    let vocabulary: Vocab = list
        .lines()
        .map(|line| line.trim_end().to_owned())
        .zip(0..)
        .collect();
    let mark = |text: &str| {
        let id = vocabulary.get(text).copied();
        id.map(|id| (text.to_owned(), id))
            .ok_or_else(|| broken(format!("vocab.txt has no {text}")))
    };
    let (end, begin) = (mark("[SEP]")?, mark("[CLS]")?);
    mark("[UNK]")?;
    let model = WordPiece::builder()
        .vocab(vocabulary)
        .unk_token("[UNK]".to_owned())
        .build()
        .map_err(|e| broken(format!("vocab.txt: {e}")))?;
    let mut tokenizer = Tokenizer::new(model);
    tokenizer
        .with_normalizer(Some(BertNormalizer::new(true, true, None, lowercase)))
        .map_err(|e| broken(format!("vocab.txt: {e}")))?;
    tokenizer.with_pre_tokenizer(Some(BertPreTokenizer));
    tokenizer.with_post_processor(Some(BertProcessing::new(end, begin)));
    Ok(tokenizer)
}
