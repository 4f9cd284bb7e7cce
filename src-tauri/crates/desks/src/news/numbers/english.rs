//! Numbers in English words.

use super::{Number, Source, value};
use crate::news::number_words::{FRACTIONS, TENS, THOUSANDS, UNITS};

/// A number of this size or less in words counts things the text has named already, as often as
/// it claims something.
const SMALL: f64 = 2.0;

/// Reads words one by one and remembers the two before.
#[derive(Default)]
pub(super) struct Words {
    before: [String; 2],
}

impl Words {
    /// Reads the word at `start`, and the number that begins there; returns the character after.
    pub fn read(&mut self, source: &Source, start: usize, found: &mut Vec<Number>) -> usize {
        let end = word_end(source, start);
        let word = word(source, start, end);
        // `no-one` and `one's` stay words; `B2B` and `H1` are no numbers.
        if let Some((number, after)) = self.number(source, start) {
            let named = source.char(start).is_some_and(char::is_uppercase)
                && next_word(source, after)
                    .is_some_and(|at| source.char(at).is_some_and(char::is_uppercase));
            let fraction = next_word(source, after).is_some_and(|at| {
                FRACTIONS.contains(&self::word(source, at, word_end(source, at)).as_str())
            });
            found.push(Number {
                range: source.byte(start)..source.byte(after),
                values: vec![value(number)],
                claim: number > SMALL && !named && !fraction,
            });
            self.before = [String::new(), String::new()];
            return after;
        }
        self.before.swap(0, 1);
        self.before[1] = word;
        end
    }

    fn number(&self, source: &Source, start: usize) -> Option<(f64, usize)> {
        let one = self.before[1] == "a" || self.before[1] == "an";
        let half = one && self.before[0] == "half";
        let (mut total, mut current, mut end) = (0.0, None::<f64>, start);
        // After `hundred` an `and` may stand before the rest.
        let mut at = Some(start);
        let mut round = false;
        while let Some(begin) = at {
            let stop = word_end(source, begin);
            let word = word(source, begin, stop);
            let whole = current.unwrap_or(0.0);
            let place = |words: &[&str]| words.iter().position(|w| *w == word);
            let fits = |part: f64| {
                whole == 0.0 || (whole >= 100.0 && whole % 100.0 == 0.0 && part < 100.0)
            };
            if let Some(unit) = place(UNITS).map(|i| (i + 1) as f64) {
                let joins =
                    (20.0..100.0).contains(&(whole % 100.0)) && whole % 10.0 == 0.0 && unit < 10.0;
                let year = (11.0..=20.0).contains(&whole) && unit >= 10.0;
                match () {
                    () if joins || fits(unit) => current = Some(whole + unit),
                    () if year => current = Some(whole * 100.0 + unit),
                    () => break,
                }
                round = false;
            } else if let Some(tens) = place(TENS).map(|i| (i as f64 + 2.0) * 10.0) {
                match () {
                    () if fits(tens) => current = Some(whole + tens),
                    () if (11.0..=20.0).contains(&whole) => current = Some(whole * 100.0 + tens),
                    () => break,
                }
                round = false;
            } else if word == "hundred" || word == "dozen" {
                let factor = if word == "dozen" { 12.0 } else { 100.0 };
                match current {
                    Some(c) if c < 100.0 && c > 0.0 => current = Some(c * factor),
                    None if half => current = Some(factor / 2.0),
                    None if one => current = Some(factor),
                    _ => break,
                }
                round = true;
            } else if let Some(power) = place(THOUSANDS) {
                let factor = 1000f64.powi(i32::try_from(power + 1).unwrap_or(1));
                total += match current {
                    Some(c) if c > 0.0 => c * factor,
                    None if half => factor / 2.0,
                    None if one => factor,
                    _ => break,
                };
                current = Some(0.0);
                round = true;
            } else if word == "and" && round {
                round = false;
                at = next_word(source, stop);
                continue;
            } else {
                break;
            }
            end = stop;
            at = next_word(source, stop);
        }
        (end > start).then(|| (total + current.unwrap_or(0.0), end))
    }
}

/// The start of the word behind one space or hyphen.
fn next_word(source: &Source, at: usize) -> Option<usize> {
    let joined = matches!(source.char(at), Some(' ' | '-' | '\n' | '\u{a0}' | '‑'));
    (joined && source.char(at + 1).is_some_and(|c| c.is_ascii_alphabetic())).then_some(at + 1)
}

fn word_end(source: &Source, start: usize) -> usize {
    let mut i = start;
    while source
        .char(i)
        .is_some_and(|c| c.is_alphanumeric() && !super::han::is_han(c))
    {
        i += 1;
    }
    i.max(start + 1)
}

fn word(source: &Source, start: usize, end: usize) -> String {
    source.text[source.byte(start)..source.byte(end)].to_ascii_lowercase()
}
