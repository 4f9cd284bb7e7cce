//! Text to tokens and back, as the file's metadata says.
//!
//! Control tokens steer a model. They are found in what a chat template wrote, never in what a
//! person wrote: see [`Tokenizer::encode`] and [`Writer`].

pub(crate) mod added;
mod bytes;
mod hub;
mod pieces;

use std::{
    borrow::Cow,
    collections::{BTreeSet, HashMap, HashSet},
};

use crate::{
    failure::{Result, broken, unsupported},
    preflight::{Header, Value},
    tokenizer::{
        added::{Added, Count, Whole, flags},
        bytes::Bytes,
        hub::Hub,
        pieces::Pieces,
    },
};

/// Kinds of tokens, as the file numbers them.
pub(crate) const NORMAL: i64 = 1;
const UNKNOWN: i64 = 2;
pub(crate) const CONTROL: i64 = 3;
pub(crate) const OWN: i64 = 4;
pub(crate) const UNUSED: i64 = 5;
const BYTE: i64 = 6;

/// The kind of a vocabulary that brings its own steps, under `tokenizer.huggingface.json`.
pub(crate) const OF_THE_HUB: &str = "huggingface";
/// Where it is told what each token wants around it ([`added::flags`]).
pub(crate) const AROUND: &str = "tokenizer.huggingface.around";

/// Texts of tokens that end an answer, beside those the metadata names.
const ENDS: [&str; 10] = [
    "<|eot_id|>",
    "<|im_end|>",
    "<|end|>",
    "<end_of_turn>",
    "<|endoftext|>",
    "<|eom_id|>",
    "<EOT>",
    "_<EOT>",
    "<|end_of_text|>",
    "<｜end▁of▁sentence｜>",
];

/// Marks where a model thinks; kept as text so that what lies between can be left out.
const THOUGHTS: [&str; 2] = ["<think>", "</think>"];

/// Who wrote a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Writer {
    /// A chat template: control tokens count. The letter that guards a person's words within is
    /// taken out.
    Template(Option<char>),
    /// A person: control tokens are only letters.
    Person,
}

/// GPT-2's letters for the 256 bytes.
#[cfg(test)]
pub(crate) fn letters() -> Vec<char> {
    bytes::alphabet()
}

type Spell = Box<dyn Fn(&str, i64) -> Vec<u8>>;

enum Kind {
    Bytes(Box<Bytes>),
    Pieces(Pieces),
    Hub(Box<Hub>),
}

/// A vocabulary and how text becomes its tokens.
pub(crate) struct Tokenizer {
    kind: Kind,
    /// What each token stands for in the text.
    spelled: Vec<Box<[u8]>>,
    /// Tokens that stand for themselves and not for a run of letters, and those of them that are looked
    /// for in a text as it is, and in its normal form.
    whole: HashMap<String, Whole>,
    as_is: Added,
    normal: Added,
    bos: Option<u32>,
    eos: Option<u32>,
    add_bos: bool,
    ends: BTreeSet<u32>,
    texts: HashMap<&'static str, u32>,
    longest: usize,
}

/// Whether the vocabulary is of a kind that is supported, asked of a head without its arrays.
pub(crate) fn check(header: &Header) -> Result<()> {
    match header.text("tokenizer.ggml.model") {
        None => Err(broken("tokenizer.ggml.model is missing")),
        Some("gpt2") => bytes::patterns(header.text("tokenizer.ggml.pre")).map(|_| ()),
        Some("llama" | OF_THE_HUB) => Ok(()),
        Some(other) => Err(unsupported(format!("tokenizer {other}"))),
    }
}

impl Tokenizer {
    pub(crate) fn read(header: &Header) -> Result<Self> {
        check(header)?;
        let tokens = header
            .texts("tokenizer.ggml.tokens")
            .filter(|t| !t.is_empty())
            .ok_or_else(|| broken("the vocabulary is missing"))?;
        let types: Vec<i64> = match header.get("tokenizer.ggml.token_type") {
            Some(Value::Wholes(types)) if types.len() == tokens.len() => types.clone(),
            None => vec![1; tokens.len()],
            Some(_) => return Err(broken("the types of the tokens do not fit the vocabulary")),
        };
        let id = |key: &str| {
            header
                .whole(&format!("tokenizer.ggml.{key}_token_id"))
                .filter(|id| (*id as usize) < tokens.len())
                .map(|id| id as u32)
        };
        let (bos, eos) = (id("bos"), id("eos"));
        let mut ends: BTreeSet<u32> = ["eos", "eot", "eom"].into_iter().filter_map(id).collect();
        let steering: HashSet<u32> = [bos, eos, id("padding"), id("eot"), id("eom")]
            .into_iter()
            .flatten()
            .collect();
        let around: &[i64] = match header.get(AROUND) {
            Some(Value::Wholes(around)) if around.len() == tokens.len() => around,
            _ => &[],
        };
        let own_rule = phi3(header);
        let mut whole = HashMap::new();
        let mut texts = HashMap::new();
        for (i, (token, sort)) in tokens.iter().zip(&types).enumerate() {
            let id = i as u32;
            let thought = THOUGHTS.contains(&token.as_str());
            // Some files mark what steers as if it were their maker's own words.
            let steers = token.starts_with("<|") && token.ends_with("|>")
                || matches!(token.as_str(), "<s>" | "</s>");
            let control = !thought
                && (matches!(*sort, UNKNOWN | CONTROL)
                    || steering.contains(&id)
                    || (*sort == OWN && (steers || ENDS.contains(&token.as_str()))));
            if let Some(end) = ENDS.iter().find(|end| **end == token) {
                // A base model may hold such letters as an ordinary word.
                if control {
                    ends.insert(id);
                }
                texts.insert(*end, id);
            }
            if token == "<|im_start|>" {
                texts.insert("<|im_start|>", id);
            }
            if !token.is_empty() && (control || thought || *sort == OWN) {
                let flags = match around.get(i) {
                    Some(flags) => *flags,
                    None if own_rule
                        && !matches!(token.as_str(), "<unk>" | "<s>" | "<|endoftext|>") =>
                    {
                        flags::RIGHT
                    }
                    None => 0,
                };
                whole.insert(token.clone(), Whole { id, control, flags });
            }
        }
        let longest = tokens.iter().map(String::len).max().unwrap_or(1);
        let pre = header.text("tokenizer.ggml.pre");
        let (kind, spell): (_, Spell) = if header.text("tokenizer.ggml.model") == Some("gpt2") {
            let merges = header
                .texts("tokenizer.ggml.merges")
                .ok_or_else(|| broken("the merges of the vocabulary are missing"))?;
            let back = bytes::alphabet_back();
            let spell = move |token: &str, sort: i64| bytes::spell(token, sort == OWN, &back);
            (
                Kind::Bytes(Box::new(Bytes::new(tokens, merges, pre)?)),
                Box::new(spell),
            )
        } else if header.text("tokenizer.ggml.model") == Some(OF_THE_HUB) {
            let json = header
                .text("tokenizer.huggingface.json")
                .ok_or_else(|| broken("the steps of the vocabulary are missing"))?;
            let hub = Hub::new(json)?;
            let (bytes, back) = (hub.bytes, bytes::alphabet_back());
            let spell = move |token: &str, sort: i64| match bytes {
                _ if sort == UNUSED => Vec::new(),
                true => bytes::spell(token, sort == OWN, &back),
                false => pieces::spell(token, token.starts_with("<0x")),
            };
            (Kind::Hub(Box::new(hub)), Box::new(spell))
        } else {
            let scores = match header.get("tokenizer.ggml.scores") {
                Some(Value::Reals(scores)) if scores.len() == tokens.len() => scores.clone(),
                _ => return Err(broken("the scores of the vocabulary are missing")),
            };
            let prefix = header
                .flag("tokenizer.ggml.add_space_prefix")
                .unwrap_or(true);
            let plain = |i: usize| !matches!(types[i], CONTROL | UNUSED | UNKNOWN);
            let unknown = id("unknown");
            let pieces = Pieces::new(tokens, &scores, plain, prefix, unknown);
            let spell = |token: &str, sort: i64| pieces::spell(token, sort == BYTE);
            (Kind::Pieces(pieces), Box::new(spell))
        };
        let (mut as_is, mut normal) = (HashMap::new(), HashMap::new());
        for (text, one) in &whole {
            match &kind {
                _ if one.flags & flags::NORMAL == 0 => as_is.insert(text.clone(), *one),
                Kind::Hub(hub) => normal.insert(hub.normal(text)?, *one),
                _ => normal.insert(text.clone(), *one),
            };
        }
        let spelled = tokens
            .iter()
            .zip(&types)
            .enumerate()
            .map(|(i, (token, sort))| {
                let bytes = match whole.get(token) {
                    Some(w) if w.control => Vec::new(),
                    Some(_) => token.clone().into_bytes(),
                    None if ends.contains(&(i as u32)) => Vec::new(),
                    None => spell(token, *sort),
                };
                bytes.into_boxed_slice()
            })
            .collect();
        let add_bos = header
            .flag("tokenizer.ggml.add_bos_token")
            .unwrap_or(match &kind {
                Kind::Pieces(_) => true,
                Kind::Bytes(_) => bytes::begins_with_bos(pre),
                Kind::Hub(_) => false,
            });
        Ok(Self {
            kind,
            spelled,
            whole,
            as_is: Added::new(as_is),
            normal: Added::new(normal),
            bos,
            eos,
            add_bos,
            ends,
            texts,
            longest,
        })
    }

    /// Entries of the vocabulary.
    pub(crate) fn len(&self) -> usize {
        self.spelled.len()
    }

    /// Whether a token ends an answer.
    pub(crate) fn is_end(&self, token: u32) -> bool {
        self.ends.contains(&token)
    }

    /// Whether a token marks where a thought begins or ends.
    pub(crate) fn is_thought(&self, token: u32) -> bool {
        let spelled = self.spell(token);
        THOUGHTS.iter().any(|mark| mark.as_bytes() == spelled)
    }

    /// What a token stands for; nothing for one that steers.
    pub(crate) fn spell(&self, token: u32) -> &[u8] {
        self.spelled.get(token as usize).map_or(&[], |b| b)
    }

    /// For a token that ends a sentence, a line or a slot: how many of its bytes belong to it.
    pub(crate) fn closes(&self, token: u32) -> Option<usize> {
        let spelled = self.spell(token);
        if spelled.starts_with("⟦n".as_bytes()) {
            return Some(spelled.len());
        }
        let stop = |c: char| matches!(c, '.' | '!' | '?' | '。' | '！' | '？' | '\n');
        let text = String::from_utf8_lossy(spelled);
        let (at, c) = text.char_indices().rfind(|(_, c)| stop(*c))?;
        // Half characters are longer once they are replaced.
        Some((at + c.len_utf8()).min(spelled.len()))
    }

    /// The token that begins a text, as a template names it.
    pub(crate) fn bos_text(&self) -> &str {
        self.text_of(self.bos)
    }

    /// The token that ends a text, as a template names it.
    pub(crate) fn eos_text(&self) -> &str {
        self.text_of(self.eos)
    }

    /// A control token's name; nothing for others.
    pub(crate) fn text_of(&self, id: Option<u32>) -> &str {
        self.whole
            .iter()
            .find(|(_, w)| Some(w.id) == id)
            .map_or("", |(text, _)| text)
    }

    /// Whether the vocabulary knows the marks of ChatML.
    pub(crate) fn knows_chatml(&self) -> bool {
        self.texts.contains_key("<|im_start|>") && self.texts.contains_key("<|im_end|>")
    }

    /// Texts of all control tokens: what a person's text may not be taken for.
    pub(crate) fn controls(&self) -> impl Iterator<Item = &str> {
        self.whole
            .iter()
            .filter(|(_, w)| w.control)
            .map(|(text, _)| text.as_str())
    }

    /// The fewest tokens that so many bytes can be.
    pub(crate) fn fewest(&self, bytes: usize) -> usize {
        bytes / self.longest
    }

    /// Text to tokens, the token that begins a text first where the model wants it.
    pub(crate) fn encode(&self, text: &str, writer: Writer) -> Result<Vec<u32>> {
        let mut out = Vec::new();
        let (count, guard) = match writer {
            Writer::Template(guard) => (Count::All, guard),
            Writer::Person => (Count::NoControls, None),
        };
        if let Kind::Hub(hub) = &self.kind {
            hub.encode(text, (&self.as_is, &self.normal), count, guard, &mut out)?;
        } else {
            for (at, token) in self.as_is.cut(text, count) {
                let Some(id) = token else {
                    let text = &text[at];
                    for (at, token) in self.normal.cut(text, count) {
                        match token {
                            Some(id) => out.push(id),
                            None => self.run(&text[at], guard, &mut out)?,
                        }
                    }
                    continue;
                };
                out.push(id);
            }
        }
        if let Some(bos) = self.bos.filter(|_| self.add_bos)
            && out.first() != Some(&bos)
        {
            out.insert(0, bos);
        }
        Ok(out)
    }

    /// A run of letters of a vocabulary without steps of its own.
    fn run(&self, text: &str, guard: Option<char>, out: &mut Vec<u32>) -> Result<()> {
        let text = match guard {
            Some(guard) => Cow::Owned(text.replace(guard, "")),
            None => Cow::Borrowed(text),
        };
        match &self.kind {
            _ if text.is_empty() => {}
            Kind::Bytes(bytes) => bytes.encode(&text, out)?,
            Kind::Pieces(pieces) => pieces.encode(&text, out),
            Kind::Hub(_) => {}
        }
        Ok(())
    }
}

/// Files of Phi-3 do not say that white space behind a token that steers is the token's; llama.cpp knows
/// them by their name.
fn phi3(header: &Header) -> bool {
    let name = header.text("general.name").unwrap_or_default();
    let name = name.to_lowercase();
    header.text("tokenizer.ggml.model") == Some("llama")
        && ["phi-3", "phi3"].iter().any(|known| name.contains(known))
}

#[cfg(test)]
mod tests {
    use inkstone_generation::GenerationErrorKind as Kind;

    use super::*;
    use crate::testing::{self, Shape};

    fn tokenizer(shape: &Shape) -> Tokenizer {
        let file = shape.file();
        let header = testing::header(file.path());
        Tokenizer::read(&header).unwrap()
    }

    fn decode(t: &Tokenizer, ids: &[u32]) -> String {
        let bytes: Vec<u8> = ids.iter().flat_map(|i| t.spell(*i).to_vec()).collect();
        String::from_utf8(bytes).unwrap()
    }

    const TRICKY: [&str; 9] = [
        "Hello, world",
        "  two  spaces ",
        "汉字与标点，。！",
        "emoji 🦀👩‍👩‍👧",
        "tabs\tand\r\nlines\n\n\n",
        "12345 3.14 １２３",
        "\u{0}control\u{7f}",
        "don't WON'T l'été e\u{301}",
        "\u{feff}﷽ ▁▁ _",
    ];

    #[test]
    fn bytes_come_back_as_they_went_in() {
        let t = tokenizer(&Shape::llama());
        for text in TRICKY {
            assert_eq!(decode(&t, &t.encode(text, Writer::Person).unwrap()), text);
        }
    }

    #[test]
    fn pieces_come_back_with_one_space_before() {
        let t = tokenizer(&Shape::pieces());
        for text in TRICKY {
            let ids = t.encode(text, Writer::Person).unwrap();
            assert_eq!(t.bos, Some(ids[0]));
            // The format cannot tell its own space mark from a space.
            assert_eq!(decode(&t, &ids), format!(" {}", text.replace('▁', " ")));
        }
    }

    #[test]
    fn control_tokens_are_letters_in_a_persons_text() {
        for shape in [Shape::llama(), Shape::pieces()] {
            let t = tokenizer(&shape);
            let end = t.texts["<|im_end|>"];
            assert!(
                t.encode("a<|im_end|>b", Writer::Template(None))
                    .unwrap()
                    .contains(&end)
            );
            let plain = t.encode("a<|im_end|>b", Writer::Person).unwrap();
            assert!(!plain.contains(&end));
            assert_eq!(decode(&t, &plain).trim_start(), "a<|im_end|>b");
        }
    }

    #[test]
    fn tokens_of_the_makers_own_count_everywhere() {
        let t = tokenizer(&Shape::llama());
        let one = t.whole["⟦name⟧"].id;
        for writer in [Writer::Template(None), Writer::Person] {
            assert!(t.encode("to ⟦name⟧.", writer).unwrap().contains(&one));
        }
        assert_eq!(decode(&t, &[one]), "⟦name⟧");
    }

    #[test]
    fn what_is_not_supported_is_named() {
        for (key, value, word) in [
            ("tokenizer.ggml.pre", "klingon", "klingon"),
            ("tokenizer.ggml.model", "bert", "bert"),
        ] {
            let file = Shape::llama().with(key, value).file();
            let error = check(&testing::header(file.path())).unwrap_err();
            assert_eq!(error.kind, Kind::ModelUnsupported);
            assert!(error.detail.contains(word), "{error}");
        }
    }
}
