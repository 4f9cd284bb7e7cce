//! Whose words an accepted text is made of.
//!
//! Between what a model writes and what enters a text stand four steps: values of the brief are put
//! in for references, the desk reads the answer and puts its notation around it, a person may edit
//! what is shown, and the desk joins it to its surroundings. Each step is followed, so that only
//! what the person did counts as edited, and what came from the brief counts as the brief's.

use inkstone_generation::references::References;
use inkstone_library::Hand;
use inkstone_manuscript::diff::{Change, prose_diff};

/// Bytes and whose words they are, in order.
pub(crate) type Hands = Vec<(usize, Hand)>;

/// What a call wrote of a take.
pub(crate) struct Written<'a> {
    /// As the model wrote it.
    pub output: &'a str,
    /// What its references stand for.
    pub references: &'a References,
    /// Its part of a take that others began or went on with; `None` is all of it.
    pub text: Option<&'a str>,
}

/// Whose words `joined` is made of: the text as the desk joins it to its surroundings, after it was
/// shown and the person left it as they wanted it.
pub(crate) fn of(written: &[Written], shown: &str, left: &str, joined: &str) -> Hands {
    let mut hands: Hands = Vec::new();
    let mut whole = String::new();
    for one in written {
        let (resolved, marks) = one.references.resolve_marked(one.output);
        let mut own: Hands = Vec::new();
        let mut at = 0;
        for mark in marks {
            own.push((mark.start - at, Hand::Model));
            own.push((mark.end - mark.start, Hand::Brief));
            at = mark.end;
        }
        own.push((resolved.len() - at, Hand::Model));
        match one.text {
            None => {
                hands.extend(own);
                whole.push_str(&resolved);
            }
            Some(part) => {
                hands.extend(carried(own, &resolved, part, Hand::Model));
                whole.push_str(part);
            }
        }
    }
    let hands = carried(hands, &whole, shown, Hand::Model);
    let hands = carried(hands, shown, left, Hand::Person);
    carried(hands, left, joined, Hand::Model)
}

/// Which of several parts each byte of `joined` came from, by its place among them. What the desk or
/// the person put in belongs to what stands before it.
pub(crate) fn authors(
    parts: &[&str],
    shown: &str,
    left: &str,
    joined: &str,
) -> Vec<(usize, usize)> {
    let whole = parts.concat();
    let own: Vec<_> = parts
        .iter()
        .map(|part| part.len())
        .zip((0..).map(Some))
        .collect();
    let own = carried(own, &whole, shown, None);
    let own = carried(own, shown, left, None);
    let own = carried(own, left, joined, None);
    let mut last = own.iter().find_map(|(_, nth)| *nth).unwrap_or_default();
    own.into_iter()
        .map(|(bytes, nth)| {
            last = nth.unwrap_or(last);
            (bytes, last)
        })
        .collect()
}

/// The hands of `new`: what stands in `old` keeps its own, the rest is `by`.
pub(crate) fn carried<T: Copy + PartialEq>(
    hands: Vec<(usize, T)>,
    old: &str,
    new: &str,
    by: T,
) -> Vec<(usize, T)> {
    if old == new {
        return tidy(hands);
    }
    let mut carried: Vec<(usize, T)> = Vec::new();
    let mut source = hands.into_iter();
    let mut open = (0, by);
    let mut take = |mut bytes: usize, into: Option<&mut Vec<(usize, T)>>| {
        let mut taken = Vec::new();
        while bytes > 0 {
            if open.0 == 0 {
                match source.next() {
                    Some(next) => open = next,
                    None => break,
                }
                continue;
            }
            let part = bytes.min(open.0);
            taken.push((part, open.1));
            open.0 -= part;
            bytes -= part;
        }
        if let Some(into) = into {
            into.extend(taken);
        }
    };
    for piece in prose_diff(old, new) {
        match piece.change {
            Change::Equal => take(piece.text.len(), Some(&mut carried)),
            Change::Delete => take(piece.text.len(), None),
            Change::Insert => carried.push((piece.text.len(), by)),
        }
    }
    tidy(carried)
}

fn tidy<T: Copy + PartialEq>(hands: Vec<(usize, T)>) -> Vec<(usize, T)> {
    let mut tidied: Vec<(usize, T)> = Vec::with_capacity(hands.len());
    for (bytes, hand) in hands {
        match tidied.last_mut() {
            _ if bytes == 0 => {}
            Some(last) if last.1 == hand => last.0 += bytes,
            _ => tidied.push((bytes, hand)),
        }
    }
    tidied
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The steps from a model's output to the text that is put in.
    struct Steps<'a> {
        output: &'a str,
        references: &'a References,
        shown: &'a str,
        left: &'a str,
        joined: &'a str,
    }

    fn of(steps: &Steps) -> Hands {
        let written = Written {
            output: steps.output,
            references: steps.references,
            text: None,
        };
        super::of(&[written], steps.shown, steps.left, steps.joined)
    }

    #[test]
    fn each_part_of_a_text_keeps_who_wrote_it() {
        let parts = ["# The ferry\n\nIt sails ", "at nine. ", "每晚如此。"];
        let shown = "# The ferry\n\nIt sails at nine. 每晚如此。\n";
        let left = "# The ferry\n\nIt now sails at nine. 每晚都如此。\n";
        let joined = format!("\n{left}");
        let mut at = 0;
        let by = authors(&parts, shown, left, &joined);
        let seen: Vec<_> = by
            .into_iter()
            .map(|(bytes, nth)| {
                at += bytes;
                (nth, &joined[at - bytes..at])
            })
            .fold(Vec::<(usize, String)>::new(), |mut all, (nth, text)| {
                match all.last_mut() {
                    Some((last, so_far)) if *last == nth => so_far.push_str(text),
                    _ => all.push((nth, text.to_owned())),
                }
                all
            });
        let part = |nth, text: &str| (nth, text.to_owned());
        assert_eq!(
            seen,
            [
                part(0, "\n# The ferry\n\nIt now sails "),
                part(1, "at nine. "),
                part(2, "每晚都如此。\n"),
            ]
        );
    }

    /// The text by hand: `m` the model's, `b` the brief's, `p` the person's.
    fn seen(steps: &Steps) -> Vec<(char, String)> {
        let mut at = 0;
        let mark = |(bytes, hand): (usize, Hand)| {
            let text = steps.joined[at..at + bytes].to_owned();
            at += bytes;
            let mark = match hand {
                Hand::Model => 'm',
                Hand::Brief => 'b',
                Hand::Person => 'p',
            };
            (mark, text)
        };
        let marked = of(steps).into_iter().map(mark).collect();
        assert_eq!(at, steps.joined.len());
        marked
    }

    fn marks(of: &[(char, &str)]) -> Vec<(char, String)> {
        of.iter()
            .map(|(mark, text)| (*mark, (*text).to_owned()))
            .collect()
    }

    fn references() -> References {
        let mut references = References::new();
        references.add("topic", "The night ferry");
        references.add("fact1", "first boat at 21:30");
        references
    }

    #[test]
    fn what_the_brief_filled_in_is_the_briefs_and_notation_is_nobodys() {
        let shown = "# The night ferry\n\nfirst boat at 21:30, they say.\n";
        let steps = Steps {
            output: "⟦topic⟧\n⟦fact1⟧, they say.",
            references: &references(),
            shown,
            left: shown,
            joined: "\n# The night ferry\n\nfirst boat at 21:30, they say.\n",
        };
        assert_eq!(
            seen(&steps),
            marks(&[
                ('m', "\n# "),
                ('b', "The night ferry"),
                ('m', "\n\n"),
                ('b', "first boat at 21:30"),
                ('m', ", they say.\n"),
            ])
        );
    }

    #[test]
    fn what_the_person_changed_is_the_persons_signs_included() {
        let steps = Steps {
            output: "⟦fact1⟧, they say.",
            references: &references(),
            shown: "first boat at 21:30, they say.",
            left: "Last boat at 21:30, they say!",
            joined: "Last boat at 21:30, they say!\n\n",
        };
        assert_eq!(
            seen(&steps),
            marks(&[
                ('p', "Last"),
                ('b', " boat at 21:30"),
                ('m', ", they say"),
                ('p', "!"),
                ('m', "\n\n"),
            ])
        );
        let steps = Steps {
            output: "夜里潮水很高。",
            references: &References::new(),
            shown: "夜里潮水很高。",
            left: "夜里潮水不高。",
            joined: "夜里潮水不高。",
        };
        assert_eq!(
            seen(&steps),
            marks(&[('m', "夜里潮水"), ('p', "不"), ('m', "高。")])
        );
    }

    #[test]
    fn any_steps_cover_the_text() {
        for (output, shown, left, joined) in [
            ("", "", "x", "x"),
            ("a", "", "b", ""),
            ("⟦topic⟧⟦gone⟧⟦", "y", "y", " y "),
            ("a b c", "c b a", "a", "a b c d"),
        ] {
            let references = references();
            seen(&Steps {
                output,
                references: &references,
                shown,
                left,
                joined,
            });
        }
    }
}
