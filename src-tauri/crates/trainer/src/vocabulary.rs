//! The vocabulary: byte-level BPE of our own making, in the form that GGUF calls `gpt2` with the
//! pre-tokenizer `qwen2`. Digits stand alone, a token of Chinese is whole characters, and every
//! placeholder of the compact prompts is one token.

use std::collections::{BTreeMap, HashMap};

use inkstone_desks::compact;
use tokenizers::{
    AddedToken, Tokenizer,
    models::bpe::BPE,
    pre_tokenizers::{
        byte_level::ByteLevel,
        sequence::Sequence,
        split::{Split, SplitPattern},
    },
    tokenizer::SplitDelimiterBehavior,
};

use crate::Failure;

/// How `qwen2` cuts text before merging.
const PATTERN: &str = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";

/// The tokens that steer a chat.
pub const CONTROL: [&str; 3] = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"];

/// How a conversation is laid out.
pub const CHAT_TEMPLATE: &str = "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>' + '\n' }}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}";

/// A vocabulary and the tokenizer made of it.
pub struct Vocabulary {
    /// Tokens by number, in the byte-level alphabet.
    pub tokens: Vec<String>,
    /// Merges in order, `left right`.
    pub merges: Vec<String>,
    tokenizer: Tokenizer,
}

impl Vocabulary {
    /// Learns merges from texts until about `size` tokens exist.
    ///
    /// # Errors
    /// The tokenizer does not build.
    pub fn learn<'a>(texts: impl Iterator<Item = &'a str>, size: usize) -> Result<Self, Failure> {
        let letters: Vec<String> = alphabet().iter().map(ToString::to_string).collect();
        Self::extend(letters, Vec::new(), texts, size)
    }

    /// A vocabulary with everything of this one, and merges that further texts call for.
    ///
    /// # Errors
    /// The tokenizer does not build.
    pub fn grow<'a>(
        &self,
        texts: impl Iterator<Item = &'a str>,
        size: usize,
    ) -> Result<Self, Failure> {
        let last = self.tokens.iter().position(|t| t == CONTROL[0]);
        let plain = self.tokens[..last.unwrap_or(self.tokens.len())].to_vec();
        Self::extend(plain, self.merges.clone(), texts, size)
    }

    fn extend<'a>(
        mut tokens: Vec<String>,
        mut merges: Vec<String>,
        texts: impl Iterator<Item = &'a str>,
        size: usize,
    ) -> Result<Self, Failure> {
        let placeholders = compact::placeholders();
        let pattern = split()?;
        let mut counts: BTreeMap<String, usize> = BTreeMap::new();
        for text in texts {
            let mut text = text.to_owned();
            if text.contains('⟦') {
                for p in &placeholders {
                    text = text.replace(p.as_str(), "\u{1}");
                }
            }
            for chunk in text.split('\u{1}') {
                for piece in cut(&pattern, chunk)? {
                    *counts.entry(piece).or_default() += 1;
                }
            }
        }
        let mut words: Vec<(Vec<usize>, usize)> = counts
            .into_iter()
            .map(|(w, n)| (w.bytes().map(usize::from).collect(), n))
            .collect();
        let back: HashMap<char, u8> = alphabet().into_iter().zip(0..=255).collect();
        // The bytes that each token stands for.
        let mut bytes: Vec<Vec<u8>> = tokens
            .iter()
            .map(|t| t.chars().filter_map(|c| back.get(&c).copied()).collect())
            .collect();
        apply(&tokens, &merges, &mut words);
        let most = size.saturating_sub(CONTROL.len() + placeholders.len());
        while tokens.len() < most {
            let mut pairs: HashMap<(usize, usize), usize> = HashMap::new();
            for (word, n) in &words {
                for pair in word.windows(2) {
                    *pairs.entry((pair[0], pair[1])).or_default() += n;
                }
            }
            pairs.retain(|(a, b), n| *n > 1 && whole(&[&bytes[*a][..], &bytes[*b]].concat()));
            // The most frequent pair; of equals the first in the alphabet, so that a run repeats itself.
            let name = |(a, b): (usize, usize)| (&tokens[a], &tokens[b]);
            let best = pairs
                .into_iter()
                .max_by(|x, y| x.1.cmp(&y.1).then_with(|| name(y.0).cmp(&name(x.0))));
            let Some(((a, b), _)) = best else {
                break;
            };
            let joined = format!("{}{}", tokens[a], tokens[b]);
            merges.push(format!("{} {}", tokens[a], tokens[b]));
            // Two ways may lead to one token.
            let at = tokens.iter().position(|t| *t == joined).unwrap_or_else(|| {
                bytes.push([&bytes[a][..], &bytes[b]].concat());
                tokens.push(joined);
                tokens.len() - 1
            });
            words
                .iter_mut()
                .for_each(|(word, _)| join(word, (a, b), at));
        }
        tokens.extend(CONTROL.iter().map(ToString::to_string));
        tokens.extend(placeholders);
        Self::new(tokens, merges)
    }

    /// A vocabulary from its parts, as a file holds them.
    ///
    /// # Errors
    /// The tokenizer does not build.
    pub fn new(tokens: Vec<String>, merges: Vec<String>) -> Result<Self, Failure> {
        let special = |t: &String| CONTROL.contains(&t.as_str()) || t.starts_with('⟦');
        let vocab: Vec<(String, u32)> = tokens
            .iter()
            .enumerate()
            .map(|(i, t)| (t.clone(), i as u32))
            .collect();
        let pairs = merges
            .iter()
            .map(|m| {
                m.split_once(' ')
                    .map(|(a, b)| (a.to_owned(), b.to_owned()))
                    .ok_or("a merge without two parts")
            })
            .collect::<Result<Vec<_>, _>>()?;
        let bpe = BPE::builder()
            .vocab_and_merges(vocab.into_iter().collect::<ahash_map::Map>(), pairs)
            .build()?;
        let mut tokenizer = Tokenizer::new(bpe);
        tokenizer.with_pre_tokenizer(Some(Sequence::new(vec![
            split()?.into(),
            ByteLevel::new(false, false, false).into(),
        ])));
        tokenizer.with_decoder(Some(ByteLevel::new(false, false, false)));
        tokenizer.add_tokens(
            tokens
                .iter()
                .filter(|t| special(t))
                .map(|t| AddedToken::from(t.clone(), false).normalized(false)),
        )?;
        Ok(Self {
            tokens,
            merges,
            tokenizer,
        })
    }

    /// Text to tokens, placeholders and control tokens included.
    ///
    /// # Errors
    /// The tokenizer fails.
    pub fn encode(&self, text: &str) -> Result<Vec<u32>, Failure> {
        Ok(self.tokenizer.encode(text, false)?.get_ids().to_vec())
    }

    /// Tokens to text.
    ///
    /// # Errors
    /// The tokenizer fails.
    pub fn decode(&self, tokens: &[u32]) -> Result<String, Failure> {
        // Not the tokenizer's own decoder: it would read a placeholder's brackets as bytes.
        let back: HashMap<char, u8> = alphabet().into_iter().zip(0..=255).collect();
        let mut bytes = Vec::new();
        for t in tokens {
            let Some(token) = self.tokens.get(*t as usize) else {
                continue;
            };
            if CONTROL.contains(&token.as_str()) || token.starts_with('⟦') {
                bytes.extend_from_slice(token.as_bytes());
            } else {
                bytes.extend(token.chars().filter_map(|c| back.get(&c)));
            }
        }
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }

    /// The number of a control token or placeholder.
    pub fn id(&self, token: &str) -> Option<u32> {
        self.tokens
            .iter()
            .position(|t| t == token)
            .map(|i| i as u32)
    }

    /// The prompt of one user message, up to where the answer begins.
    ///
    /// # Errors
    /// The tokenizer fails.
    pub fn prompt(&self, user: &str) -> Result<Vec<u32>, Failure> {
        self.encode(&format!(
            "<|im_start|>user\n{user}<|im_end|>\n<|im_start|>assistant\n"
        ))
    }
}

/// Puts two tokens that stand side by side in the place of one.
fn join(word: &mut Vec<usize>, (a, b): (usize, usize), at: usize) {
    let mut i = 0;
    while i + 1 < word.len() {
        if word[i] == a && word[i + 1] == b {
            word[i] = at;
            word.remove(i + 1);
        }
        i += 1;
    }
}

/// Merges words as a vocabulary does: what was learned first goes first.
fn apply(tokens: &[String], merges: &[String], words: &mut [(Vec<usize>, usize)]) {
    let of: HashMap<&str, usize> = tokens.iter().map(String::as_str).zip(0..).collect();
    let mut ranks: HashMap<(usize, usize), (usize, usize)> = HashMap::new();
    for (rank, merge) in merges.iter().enumerate() {
        let Some((a, b)) = merge.split_once(' ') else {
            continue;
        };
        let joined = format!("{a}{b}");
        if let (Some(a), Some(b), Some(at)) = (of.get(a), of.get(b), of.get(joined.as_str())) {
            ranks.entry((*a, *b)).or_insert((rank, *at));
        }
    }
    for (word, _) in words {
        let first = |word: &[usize]| {
            let pairs = word.windows(2).map(|p| (p[0], p[1]));
            pairs
                .filter_map(|p| Some((*ranks.get(&p)?, p)))
                .min_by_key(|((rank, _), _)| *rank)
        };
        while let Some(((_, at), pair)) = first(word) {
            join(word, pair, at);
        }
    }
}

mod ahash_map {
    /// The map that the tokenizer wants its vocabulary in.
    pub type Map = tokenizers::models::bpe::Vocab;
}

fn split() -> Result<Split, Failure> {
    Split::new(
        SplitPattern::Regex(PATTERN.to_owned()),
        SplitDelimiterBehavior::Isolated,
        false,
    )
}

/// Cuts as the tokenizer will.
fn cut(pattern: &Split, text: &str) -> Result<Vec<String>, Failure> {
    use tokenizers::{OffsetReferential, OffsetType, PreTokenizedString, PreTokenizer};
    let mut pieces = PreTokenizedString::from(text);
    pattern.pre_tokenize(&mut pieces)?;
    let splits = pieces.get_splits(OffsetReferential::Original, OffsetType::Byte);
    Ok(splits
        .into_iter()
        .map(|(piece, ..)| piece.to_owned())
        .collect())
}

/// Whether bytes are whole characters or the beginning of one: a token never ends inside a second.
fn whole(bytes: &[u8]) -> bool {
    match std::str::from_utf8(bytes) {
        Ok(_) => true,
        Err(e) => e.valid_up_to() == 0 && e.error_len().is_none(),
    }
}

/// GPT-2's letters for the 256 bytes.
fn alphabet() -> Vec<char> {
    let mut next = 256u32;
    (0..=255u32)
        .map(|b| {
            let own = matches!(b, 33..=126 | 161..=172 | 174..=255);
            let c = if own {
                b
            } else {
                next += 1;
                next - 1
            };
            char::from_u32(c).unwrap_or('?')
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_grown_vocabulary_keeps_what_it_knew() {
        let old = Vocabulary::learn(std::iter::repeat_n("夜班公交 buses run", 3), 400).unwrap();
        let text = "the river rises, 河水上涨 buses run";
        let new = old.grow(std::iter::repeat_n(text, 3), 440).unwrap();
        assert!(new.tokens.len() > old.tokens.len());
        assert_eq!(new.merges[..old.merges.len()], old.merges);
        let plain = old.tokens.iter().position(|t| t == CONTROL[0]).unwrap();
        assert_eq!(new.tokens[..plain], old.tokens[..plain]);
        let count = |v: &Vocabulary, t: &str| v.encode(t).unwrap().len();
        assert_eq!(count(&new, "夜班公交"), count(&old, "夜班公交"));
        assert!(count(&new, "河水上涨") < count(&old, "河水上涨"));
        assert_eq!(new.decode(&new.encode(text).unwrap()).unwrap(), text);
    }

    #[test]
    fn digits_and_placeholders_stand_alone_and_no_character_is_torn() {
        let text = "夜班公交夜班公交 12 buses run. Buses run at 12. ⟦fact1⟧ 夜班公交";
        let v = Vocabulary::learn(std::iter::repeat_n(text, 3), 420).unwrap();
        let show = |t: &str| -> Vec<String> {
            v.encode(t)
                .unwrap()
                .iter()
                .map(|i| v.decode(&[*i]).unwrap())
                .collect()
        };
        assert_eq!(show("夜班公交"), ["夜班公交"]);
        let torn = |t: &String| t.starts_with('\u{fffd}') || t.ends_with('\u{fffd}');
        let all: Vec<String> = (0..v.tokens.len() as u32)
            .map(|i| v.decode(&[i]).unwrap())
            .collect();
        assert!(
            all.iter()
                .filter(|t| t.chars().count() > 1)
                .all(|t| !torn(t))
        );
        assert_eq!(show("12"), ["1", "2"]);
        assert_eq!(show("⟦fact1⟧."), ["⟦fact1⟧", "."]);
        assert_eq!(show("⟦CHAR2⟧"), ["⟦CHAR2⟧"]);
        for text in ["Mixed 文字, emoji 🦀 and\n\nlines", "⟦s12⟧ ⟦unknown⟧"] {
            assert_eq!(v.decode(&v.encode(text).unwrap()).unwrap(), text);
        }
    }
}
