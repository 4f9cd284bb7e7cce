//! The form of an answer, token by token: llguidance over our own vocabulary.

use std::sync::Arc;

use inkstone_generation::{Form, GenerationErrorKind as Kind};
use llguidance::{
    Matcher, ParserFactory,
    api::TopLevelGrammar,
    toktrie::{ApproximateTokEnv, InferenceCapabilities, SimpleVob, TokEnv, TokRxInfo, TokTrie},
};
use serde_json::{Value, json};

use super::unmet;
use crate::{
    failure::{Result, guarded},
    tokenizer::Tokenizer,
};

/// The longest grammar, expression, schema or list of choices, in bytes.
const LONGEST: usize = 256 << 10;
/// Brackets within brackets: a parser goes down as deep.
const DEEPEST: usize = 100;
/// What the library says of a fault goes on and on.
const LONGEST_REASON: usize = 300;

/// A vocabulary as a tree of bytes; made once for a model, when the first form is asked for.
pub(crate) struct Vocabulary {
    factory: ParserFactory,
    trie: TokEnv,
    /// Stands for all tokens that end an answer.
    end: u32,
}

impl Vocabulary {
    pub(crate) fn new(tokenizer: &Tokenizer) -> Result<Self> {
        // What steers has no bytes and so can't be part of a form; nor can the marks of a thought.
        let words = (0..tokenizer.len() as u32).map(|token| match tokenizer.spell(token) {
            _ if tokenizer.is_thought(token) => Vec::new(),
            bytes => bytes.to_vec(),
        });
        Self::of(words.collect())
    }

    fn of(mut words: Vec<Vec<u8>>) -> Result<Self> {
        guarded(Kind::ConstraintUnmet, || {
            let end = words.len() as u32;
            words.push(b"\xff<end>".to_vec());
            let trie = TokTrie::from(&TokRxInfo::new(end + 1, end), &words);
            let trie: TokEnv = Arc::new(ApproximateTokEnv::new(trie));
            let slices = llguidance::earley::SlicedBiasComputer::general_slices();
            let mut factory = ParserFactory::new(&trie, InferenceCapabilities::default(), &slices)
                .map_err(|e| unmet(short("the vocabulary", &e.to_string())))?;
            factory.quiet();
            // Its errors would quote the answer.
            factory.limits_mut().verbose_errors = false;
            Ok(Self { factory, trie, end })
        })
    }

    /// A text as tokens, the longest that fit first.
    pub(crate) fn cut(&self, text: &str) -> Vec<u32> {
        self.trie.tok_trie().greedy_tokenize(text.as_bytes())
    }
}

fn short(what: &str, reason: &str) -> String {
    let reason: String = reason.chars().take(LONGEST_REASON).collect();
    format!("{what}: {}", reason.trim())
}

/// The form of one answer.
pub(crate) struct Shape {
    fresh: Matcher,
    matcher: Matcher,
    end: u32,
}

impl Shape {
    pub(crate) fn new(form: &Form, vocabulary: &Vocabulary) -> Result<Self> {
        guarded(Kind::ConstraintUnmet, || {
            let (what, grammar) = grammar(form)?;
            let parser = vocabulary
                .factory
                .create_parser(grammar)
                .map_err(|e| unmet(short(what, &e.to_string())))?;
            let mut matcher = Matcher::new(Ok(parser));
            if let Some(reason) = matcher.get_error() {
                return Err(unmet(short(what, &reason)));
            }
            let fresh = matcher.clone();
            let mask = matcher
                .compute_mask_or_eos()
                .map_err(|e| unmet(short(what, &e.to_string())))?;
            if mask.num_set() == 0 {
                return Err(unmet(format!("{what}: no text has this form")));
            }
            Ok(Self {
                matcher: fresh.clone(),
                fresh,
                end: vocabulary.end,
            })
        })
    }

    /// This form behind a text that was written before; `None` if no text of this form begins so.
    pub(crate) fn behind(mut self, begun: &str, vocabulary: &Vocabulary) -> Option<Self> {
        for token in vocabulary.cut(begun) {
            self.take(token).ok()?;
        }
        // A text that may only end here has nothing to be gone on with.
        if self.allowed().ok()?.mask.num_set() == 0 {
            return None;
        }
        self.fresh = self.matcher.clone();
        Some(self)
    }

    /// The tokens that may come next.
    pub(crate) fn allowed(&mut self) -> Result<Allowed> {
        let (matcher, end) = (&mut self.matcher, self.end);
        guarded(Kind::ConstraintUnmet, || {
            let mask = matcher
                .compute_mask_or_eos()
                .map_err(|e| unmet(short("form", &e.to_string())))?;
            let end = mask.is_allowed(end);
            Ok(Allowed { mask, end })
        })
    }

    /// Whether these tokens may come next, one after another.
    pub(crate) fn allows(&self, tokens: &[u32]) -> bool {
        let mut ahead = self.matcher.clone();
        guarded(Kind::ConstraintUnmet, || {
            Ok(ahead
                .validate_tokens(tokens)
                .is_ok_and(|n| n == tokens.len()))
        })
        .unwrap_or(false)
    }

    /// Takes note of a chosen token.
    pub(crate) fn take(&mut self, token: u32) -> Result<()> {
        let matcher = &mut self.matcher;
        guarded(Kind::ConstraintUnmet, || {
            matcher
                .consume_token(token)
                .map_err(|e| unmet(short("form", &e.to_string())))
        })
    }

    /// Begins anew and takes these.
    pub(crate) fn rewind(&mut self, tokens: &[u32]) -> Result<()> {
        self.matcher = self.fresh.clone();
        tokens.iter().try_for_each(|token| self.take(*token))
    }
}

/// Tokens that may come next.
pub(crate) struct Allowed {
    mask: SimpleVob,
    /// Whether the answer may end.
    pub(crate) end: bool,
}

impl Allowed {
    pub(crate) fn has(&self, token: u32) -> bool {
        (token as usize) < self.mask.len() && self.mask.is_allowed(token)
    }

    /// Whether the answer has to end.
    pub(crate) fn only_end(&self) -> bool {
        self.end && self.mask.num_set() == 1
    }

    /// Makes all others impossible.
    pub(crate) fn mask(&self, logits: &mut [f32]) {
        // 32 tokens at once, most of which are often all forbidden.
        for (block, bits) in logits.chunks_mut(32).zip(
            self.mask
                .as_slice()
                .iter()
                .copied()
                .chain(std::iter::repeat(0)),
        ) {
            if bits == u32::MAX {
                continue;
            }
            for (i, logit) in block.iter_mut().enumerate() {
                if bits & (1 << i) == 0 {
                    *logit = f32::NEG_INFINITY;
                }
            }
        }
    }
}

fn grammar(form: &Form) -> Result<(&'static str, TopLevelGrammar)> {
    let size = |what: &str, len: usize| {
        if len > LONGEST {
            return Err(unmet(format!("{what}: {len} bytes, at most {LONGEST}")));
        }
        Ok(())
    };
    Ok(match form {
        Form::Grammar(text) => {
            size("grammar", text.len())?;
            deep("grammar", text)?;
            ("grammar", TopLevelGrammar::from_lark(text.clone()))
        }
        Form::Regex(text) => {
            size("expression", text.len())?;
            deep("expression", text)?;
            ("expression", TopLevelGrammar::from_regex(text))
        }
        Form::JsonSchema(schema) => {
            if depth(schema) > DEEPEST {
                return Err(unmet(format!("schema: deeper than {DEEPEST}")));
            }
            size("schema", schema.to_string().len())?;
            let mut schema = schema.clone();
            // Free white space is where a small model gets lost and never comes back.
            if let Value::Object(fields) = &mut schema {
                fields.entry("x-guidance").or_insert_with(|| {
                    json!({
                        "whitespace_flexible": false,
                        "item_separator": ", ",
                        "key_separator": ": ",
                    })
                });
            }
            ("schema", TopLevelGrammar::from_json_schema(schema))
        }
        Form::Choice(texts) => {
            size("choices", texts.iter().map(String::len).sum())?;
            let mut texts: Vec<&String> = texts.iter().filter(|t| !t.is_empty()).collect();
            texts.dedup();
            if texts.is_empty() {
                return Err(unmet("choices: there is none"));
            }
            let texts: Vec<String> = texts
                .into_iter()
                .map(|t| Value::String(t.clone()).to_string())
                .collect();
            let lark = format!("start: {}", texts.join("\n  | "));
            ("choices", TopLevelGrammar::from_lark(lark))
        }
    })
}

/// Refuses what a parser would go too deep for; brackets in strings count too, which is the safe side.
fn deep(what: &str, text: &str) -> Result<()> {
    let (mut depth, mut most) = (0usize, 0);
    for c in text.chars() {
        match c {
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth = depth.saturating_sub(1),
            // A new rule begins anew, whatever stands in the strings of the last one.
            '\n' => {
                most = most.max(depth);
            }
            _ => {}
        }
        most = most.max(depth);
    }
    if most > DEEPEST {
        return Err(unmet(format!("{what}: {most} brackets within brackets")));
    }
    Ok(())
}

fn depth(value: &Value) -> usize {
    // Goes down no further than what would be refused anyhow.
    fn walk(value: &Value, left: usize) -> usize {
        let inner = |values: &mut dyn Iterator<Item = &Value>| {
            values.map(|v| walk(v, left - 1)).max().unwrap_or(0)
        };
        match value {
            _ if left == 0 => 1,
            Value::Array(values) => 1 + inner(&mut values.iter()),
            Value::Object(fields) => 1 + inner(&mut fields.values()),
            _ => 1,
        }
    }
    walk(value, DEEPEST + 2)
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::*;
    use crate::testing::Noise;

    /// Bytes, then pieces of words and of Chinese as large vocabularies have them.
    fn large(count: usize) -> Vec<Vec<u8>> {
        let mut noise = Noise::new(5);
        let mut words: Vec<Vec<u8>> = (0..=255u8).map(|b| vec![b]).collect();
        let mut seen: std::collections::HashSet<Vec<u8>> = words.iter().cloned().collect();
        while words.len() < count {
            let mut word = String::new();
            if noise.below(2) == 0 {
                word.push(' ');
            }
            let han = noise.below(4) == 0;
            for _ in 0..=noise.below(if han { 3 } else { 8 }) {
                let code = if han {
                    0x4e00 + noise.below(3000) as u32
                } else {
                    u32::from(b'a') + noise.below(26) as u32
                };
                word.extend(char::from_u32(code));
            }
            if seen.insert(word.clone().into_bytes()) {
                words.push(word.into_bytes());
            }
        }
        words
    }

    #[test]
    fn a_form_goes_on_where_a_text_stopped() {
        let vocabulary = Vocabulary::of(large(600)).unwrap();
        let script = "start: act (\"\\n\\n\" speech)+\nact: /[A-Z][a-z ]{2,30}\\./\n\
            speech: /[A-Z]{2,9}/ \"\\n\" /[a-z 不-船]{1,30}\\./\n";
        let form = Form::Grammar(script.to_owned());
        let next = |begun: &str| -> Option<String> {
            let shape = Shape::new(&form, &vocabulary).unwrap();
            let mut shape = shape.behind(begun, &vocabulary)?;
            let allowed = shape.allowed().unwrap();
            let bytes = (0..=255u8).filter(|b| allowed.has(u32::from(*b)));
            let mut text: String = bytes.filter(u8::is_ascii).map(char::from).collect();
            if allowed.end {
                text.push('$');
            }
            Some(text)
        };
        let capitals: String = ('A'..='Z').collect();
        assert_eq!(next("").unwrap(), capitals);
        assert_eq!(next("Rain falls.").unwrap(), "\n");
        assert_eq!(next("Rain falls.\n\nMAR").unwrap(), format!("\n{capitals}"));
        assert_eq!(next("Rain falls.\n\nMARA\n船不.").unwrap(), "\n$");
        assert_eq!(next("rain falls."), None);
        assert_eq!(next("Rain falls.\n\nMARA\n\n"), None);
        // What goes back goes back to where the text stopped.
        let shape = Shape::new(&form, &vocabulary).unwrap();
        let mut shape = shape.behind("Rain falls.", &vocabulary).unwrap();
        shape.take(u32::from(b'\n')).unwrap();
        shape.rewind(&[]).unwrap();
        assert!(shape.allowed().unwrap().has(u32::from(b'\n')));
        assert!(!shape.allows(&[u32::from(b'R')]));
    }

    /// `cargo test -p inkstone-candle mask_cost -- --ignored --nocapture`
    #[test]
    #[ignore = "measures"]
    fn mask_cost() {
        let begun = Instant::now();
        let vocabulary = Vocabulary::of(large(150_000)).unwrap();
        println!("150,000 tokens as a tree: {:?}", begun.elapsed());
        let script = "start: scene{1,20}\nscene: /(INT|EXT)\\. [A-Z ]{2,30} - (DAY|NIGHT)/ \"\\n\\n\" block+\nblock: action | dialogue\naction: /[A-Z][^\\n]{1,200}/ \"\\n\\n\"\ndialogue: /[A-Z]{2,20}/ \"\\n\" /[^\\n]{1,200}/ \"\\n\\n\"\n";
        let schema = json!({"type": "object", "properties": {
            "title": {"type": "string", "maxLength": 60},
            "beats": {"type": "array", "items": {"type": "string"}, "minItems": 3, "maxItems": 8},
        }, "required": ["title", "beats"], "additionalProperties": false});
        for (name, form) in [
            ("grammar", Form::Grammar(script.to_owned())),
            ("schema", Form::JsonSchema(schema)),
            (
                "expression",
                Form::Regex("([A-Z][a-z ,]{1,80}\\. ){1,20}".to_owned()),
            ),
        ] {
            let begun = Instant::now();
            let mut shape = Shape::new(&form, &vocabulary).unwrap();
            let compiled = begun.elapsed();
            let mut noise = Noise::new(9);
            let (mut spent, mut longest, mut count) = (Duration::ZERO, Duration::ZERO, 0u32);
            for _ in 0..300 {
                let mut logits = vec![0.0f32; 150_000];
                let begun = Instant::now();
                let allowed = shape.allowed().unwrap();
                allowed.mask(&mut logits);
                let one = begun.elapsed();
                (spent, longest, count) = (spent + one, longest.max(one), count + 1);
                let free: Vec<u32> = (0..150_000)
                    .filter(|t| logits[*t as usize] == 0.0)
                    .collect();
                if free.is_empty() {
                    break;
                }
                shape.take(free[noise.below(free.len())]).unwrap();
            }
            println!(
                "{name}: compiled in {compiled:?}; {count} tokens, {:?} each, {longest:?} at most",
                spent / count
            );
        }
    }
}
