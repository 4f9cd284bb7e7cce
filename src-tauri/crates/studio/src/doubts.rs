//! Which words of a take its model was not sure of, and what it might have written in their place.
//!
//! Nothing of this is kept. A local model's generation comes again as it was recorded (see
//! [`crate::replay`]), so it is written once more when somebody asks, and this time the model says how
//! likely each token was.

use std::{ops::Range, sync::Arc};

use futures::StreamExt as _;
use inkstone_generation::{CancellationToken, Likely, Odds, TextEvent, references::References};
use inkstone_manuscript::{
    count::is_han,
    diff::{PartKind, compare},
};
use serde::Serialize;
use ts_rs::TS;

use crate::{Studio, StudioError, inputs::*, replay::Recorded, spelling};

/// Below this share a word is one that the model was not sure of.
const SURE: f64 = 0.5;
/// How many others are asked for at each place, and how many of a word are told.
const ASKED: u8 = 8;
const TOLD: usize = 5;
/// What is less likely is no other word that the model had in mind.
const LEAST: f64 = 0.005;

/// A word that a model might have written instead.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
pub struct OtherWord {
    /// The word.
    pub text: String,
    /// How likely it was, between 0 and 1.
    pub share: f64,
}

/// A word of a take that its model was not sure of.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
pub struct Doubt {
    /// Where it begins in the take's text.
    pub from: u32,
    /// Where it ends.
    pub to: u32,
    /// How likely it was, between 0 and 1.
    pub share: f64,
    /// Other words for its place, the likeliest first.
    pub others: Vec<OtherWord>,
}

/// What a model was not sure of.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
pub struct DoubtsDto {
    /// Whether the model still writes what it wrote; if not, nothing can be said.
    pub same: bool,
    /// The text that the places are of.
    pub text: String,
    /// The words, in their order.
    pub words: Vec<Doubt>,
}

impl Studio {
    /// See [`crate::commands`].
    pub async fn doubts(self: &Arc<Self>, i: Id) -> Result<DoubtsDto, StudioError> {
        let cancel = CancellationToken::new();
        let id = i.id.clone();
        self.settle(&id).await?;
        let (recorded, text, references) = self
            .blocking(move |s| {
                let recorded = s.recorded(&i.id)?;
                let references = serde_json::from_str(&recorded.generation.references_json)
                    .map_err(|e| StudioError::ReplayUnreadable(e.to_string()))?;
                Ok((recorded, s.take(&i.id)?.text, references))
            })
            .await?;
        if let Some(before) = self.replays().insert(id.clone(), cancel.clone()) {
            before.cancel();
        }
        let said = self.say_again(&recorded, &cancel).await;
        self.replays().remove(&id);
        let odds = said?;
        self.blocking(move |_| {
            let spoken = Spoken::new(&recorded.generation.output, &odds);
            let words = spoken.as_ref().map(|s| s.doubts(&references, &text));
            Ok(DoubtsDto {
                same: spoken.is_some(),
                words: words.unwrap_or_default(),
                text,
            })
        })
        .await
    }

    /// The odds of what a record's model writes, as far as the record goes; none if it is stopped.
    async fn say_again(
        self: &Arc<Self>,
        recorded: &Recorded,
        cancel: &CancellationToken,
    ) -> Result<Vec<Odds>, StudioError> {
        let chosen = self.shelf.choose(&recorded.generation.model_id)?;
        let turn = tokio::select! {
            biased;
            () = cancel.cancelled() => return Ok(Vec::new()),
            turn = self.turns(&chosen).acquire_owned() => turn,
        };
        let _turn = turn.map_err(|e| StudioError::Internal(e.to_string()))?;
        let model = self.model(&recorded.generation.model_id).await?;
        let mut request = recorded.request.clone();
        request.odds = Some(ASKED);
        let mut stream = model.generate(request, cancel.clone());
        let (mut odds, mut came) = (Vec::new(), 0);
        while came < recorded.generation.output.len() {
            let event = tokio::select! {
                biased;
                () = cancel.cancelled() => return Ok(Vec::new()),
                event = stream.next() => event,
            };
            match event {
                None | Some(Ok(TextEvent::Finished { .. })) => break,
                Some(Ok(TextEvent::Odds(more))) => odds.extend(more),
                Some(Ok(TextEvent::Delta { text, .. })) => came += text.len(),
                Some(Ok(_)) => {}
                Some(Err(e)) => return Err(e.into()),
            }
        }
        Ok(odds)
    }
}

fn bytes(token: &Likely) -> &[u8] {
    token.bytes.as_deref().unwrap_or(token.text.as_bytes())
}

/// An output, and which token each of its bytes came with.
struct Spoken<'a> {
    output: &'a str,
    odds: &'a [Odds],
    tokens: Vec<usize>,
}

impl<'a> Spoken<'a> {
    /// `None` where the tokens do not spell the output.
    fn new(output: &'a str, odds: &'a [Odds]) -> Option<Self> {
        let mut spelled = Vec::new();
        let mut tokens = Vec::new();
        for (n, one) in odds.iter().enumerate() {
            spelled.extend_from_slice(bytes(&one.token));
            tokens.resize(spelled.len(), n);
        }
        // A thought before it is no part of the output, nor is what a stop string has cut.
        let last = spelled.len().checked_sub(output.len())?;
        let at = (0..=last)
            .rev()
            .find(|at| spelled[*at..].starts_with(output.as_bytes()))?;
        let tokens = tokens[at..at + output.len()].to_vec();
        Some(Self {
            output,
            odds,
            tokens,
        })
    }

    fn doubts(&self, references: &References, text: &str) -> Vec<Doubt> {
        // What a reference has put in no model chose.
        let (resolved, places) = references.resolve_placed(self.output);
        let token = |place: &Option<usize>| place.map(|at| self.tokens[at]);
        let from: Vec<Option<usize>> = places.iter().map(token).collect();
        // The text may lack what the output says around it.
        let mut of = vec![None; text.len()];
        for part in compare(&resolved, text).parts {
            if part.kind == PartKind::Equal {
                of[part.new].copy_from_slice(&from[part.old]);
            }
        }
        let mut at = Units::new(text);
        let words = words(text, &of).into_iter();
        words
            .filter_map(|word| {
                let doubt = self.doubt(&text[word.clone()], &of[word.clone()])?;
                Some(Doubt {
                    from: at.of(word.start),
                    to: at.of(word.end),
                    ..doubt
                })
            })
            .collect()
    }

    /// A word, if it was not a sure one.
    fn doubt(&self, word: &str, of: &[Option<usize>]) -> Option<Doubt> {
        let mut parts: Vec<(usize, usize)> = Vec::new();
        for (at, token) in of.iter().enumerate() {
            let token = (*token)?;
            if parts.last().is_none_or(|(_, last)| *last != token) {
                parts.push((at, token));
            }
        }
        let share = |tokens: &[(usize, usize)]| -> f64 {
            let all = tokens
                .iter()
                .map(|(_, n)| f64::from(self.odds[*n].token.logprob));
            all.sum::<f64>().exp()
        };
        let whole = share(&parts);
        if whole >= SURE {
            return None;
        }
        let mut others: Vec<OtherWord> = Vec::new();
        for (n, (at, token)) in parts.iter().enumerate() {
            let before = share(&parts[..n]);
            let odds = &self.odds[*token];
            // What the token holds before the word: a space, mostly.
            let lead = match n {
                0 => odds.token.text.find(word.chars().next()?).unwrap_or(0),
                _ => 0,
            };
            let lead = &odds.token.text[..lead];
            for other in odds.others.iter().filter(|o| o.text != odds.token.text) {
                let share = before * f64::from(other.logprob).exp();
                let Some(text) = other.text.strip_prefix(lead) else {
                    continue;
                };
                let Some(head) = word.get(..*at) else {
                    continue;
                };
                // Behind a beginning that is a word already, it may end.
                let ends = !head.is_empty() && !text.starts_with(char::is_alphanumeric);
                let text = format!("{head}{}", if ends { "" } else { text });
                if share < LEAST || text == word || !alike(&text, word) || !is_word(&text) {
                    continue;
                }
                match others.iter_mut().find(|known| known.text == text) {
                    Some(known) => known.share = known.share.max(share),
                    None => others.push(OtherWord { text, share }),
                }
            }
        }
        others.sort_by(|a, b| b.share.total_cmp(&a.share));
        others.truncate(TOLD);
        Some(Doubt {
            from: 0,
            to: 0,
            share: whole,
            others,
        })
    }
}

/// Whether both are Han, or neither.
fn alike(a: &str, b: &str) -> bool {
    a.starts_with(is_han) == b.starts_with(is_han)
}

/// Whether a person could put it in as it is: a token is often but the beginning of a word.
fn is_word(text: &str) -> bool {
    if text.chars().all(is_han) {
        return !text.is_empty();
    }
    text.chars()
        .all(|c| c.is_alphabetic() || matches!(c, '\'' | '’'))
        && spelling::is_word(text)
}

/// Words of Latin letters, and runs of Han that came with one token.
fn words(text: &str, of: &[Option<usize>]) -> Vec<Range<usize>> {
    let mut words: Vec<Range<usize>> = Vec::new();
    let mut last: Option<(bool, Option<usize>)> = None;
    for (at, c) in text.char_indices() {
        let han = is_han(c);
        let inside = matches!(c, '\'' | '’')
            && matches!(last, Some((false, _)))
            && text[at + c.len_utf8()..].starts_with(char::is_alphabetic);
        if !c.is_alphabetic() && !inside {
            last = None;
            continue;
        }
        let end = at + c.len_utf8();
        let token = of[end - 1];
        let joins = last.is_some_and(|(was, before)| was == han && (!han || before == token));
        match words.last_mut().filter(|_| joins) {
            Some(word) => word.end = end,
            None => words.push(at..end),
        }
        last = Some((han, token));
    }
    words
}

/// UTF-16 places of bytes that only go up.
struct Units<'a> {
    text: &'a str,
    byte: usize,
    units: usize,
}

impl<'a> Units<'a> {
    fn new(text: &'a str) -> Self {
        Self {
            text,
            byte: 0,
            units: 0,
        }
    }

    fn of(&mut self, byte: usize) -> u32 {
        self.units += self.text[self.byte..byte].encode_utf16().count();
        self.byte = byte;
        u32::try_from(self.units).unwrap_or(u32::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn likely(text: &str, share: f32) -> Likely {
        Likely::new(text.as_bytes(), share.ln())
    }

    /// A token, its share, and those of others.
    type Token<'a> = (&'a str, f32, &'a [(&'a str, f32)]);

    fn odds(all: &[Token<'_>]) -> Vec<Odds> {
        all.iter()
            .map(|(text, share, others)| Odds {
                token: likely(text, *share),
                others: others.iter().map(|(t, s)| likely(t, *s)).collect(),
            })
            .collect()
    }

    fn of(output: &str, odds: &[Odds], references: &References, text: &str) -> Vec<Doubt> {
        Spoken::new(output, odds).unwrap().doubts(references, text)
    }

    fn told(doubts: &[Doubt], text: &str) -> Vec<(String, Vec<String>)> {
        let units: Vec<u16> = text.encode_utf16().collect();
        doubts
            .iter()
            .map(|d| {
                let word = String::from_utf16(&units[d.from as usize..d.to as usize]).unwrap();
                (word, d.others.iter().map(|o| o.text.clone()).collect())
            })
            .collect()
    }

    #[test]
    fn unsure_words_are_found_with_whole_words_for_their_place() {
        let odds = odds(&[
            ("The", 0.9, &[]),
            (
                " old",
                0.3,
                &[(" old", 0.3), (" last", 0.25), (" qz", 0.2), ("s", 0.1)],
            ),
            (" sail", 0.9, &[]),
            ("ing", 0.4, &[("ed", 0.3), ("q", 0.2), (" ", 0.1)]),
            (" ship.", 0.95, &[]),
        ]);
        let text = "The old sailing ship.";
        let found = of(text, &odds, &References::new(), text);
        let old = ("old".to_owned(), vec!["last".to_owned()]);
        let others = vec!["sailed".to_owned(), "sail".to_owned()];
        assert_eq!(told(&found, text), [old, ("sailing".to_owned(), others)]);
        assert!((found[1].share - 0.36).abs() < 0.001);
        assert!((found[1].others[0].share - 0.27).abs() < 0.001);
    }

    #[test]
    fn han_is_told_by_the_token_and_places_are_in_utf16() {
        let odds = odds(&[
            ("🦀", 0.9, &[]),
            ("夜航", 0.4, &[("清晨", 0.3), ("，", 0.2), ("night", 0.1)]),
            ("轮渡", 0.9, &[]),
        ]);
        let text = "🦀夜航轮渡";
        let found = of(text, &odds, &References::new(), text);
        assert_eq!(
            told(&found, text),
            [("夜航".to_owned(), vec!["清晨".to_owned()])]
        );
        assert_eq!((found[0].from, found[0].to), (2, 4));
    }

    #[test]
    fn what_a_reference_put_in_is_nobodys_guess() {
        let mut references = References::new();
        let place = references.add("name", "Harbour Bridge");
        let nothing = references.add("none", "");
        let output = format!("See {nothing}{place} now");
        let odds = odds(&[
            ("See ", 0.9, &[]),
            (&nothing, 0.1, &[]),
            (&place, 0.1, &[]),
            (" now", 0.1, &[(" soon", 0.4)]),
        ]);
        let text = "See Harbour Bridge now";
        let found = of(&output, &odds, &references, text);
        assert_eq!(
            told(&found, text),
            [("now".to_owned(), vec!["soon".to_owned()])]
        );
    }

    #[test]
    fn what_the_text_lacks_and_thoughts_are_left_out() {
        let odds = odds(&[
            ("<think>hm now</think>", 0.1, &[]),
            ("# Old\n\n", 0.1, &[]),
            ("It", 0.9, &[]),
            (" rains", 0.2, &[]),
            ("END", 0.2, &[]),
        ]);
        let found = of("# Old\n\nIt rains", &odds, &References::new(), "It rains");
        assert_eq!(told(&found, "It rains"), [("rains".to_owned(), vec![])]);
        assert!(Spoken::new("It snows", &odds).is_none());
        assert!(Spoken::new("It", &[]).is_none());
    }
}
