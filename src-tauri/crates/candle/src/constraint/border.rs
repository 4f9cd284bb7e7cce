//! Where a text may end without a word being cut.

use super::phrases::is_spaced_letter;

/// Marks that lean on what follows them: a text does not end behind one.
const LEANING: &str = ",;:-–—(（[【{《<「『“‘\"'/&+*_#@$¥€£~，、；：·=|\\";

/// Words that lean on what follows them.
const LEANING_WORDS: [&str; 44] = [
    "a", "an", "the", "and", "or", "but", "nor", "of", "to", "in", "on", "at", "by", "for", "from",
    "with", "without", "into", "onto", "over", "under", "between", "as", "than", "that", "which",
    "who", "whose", "if", "when", "while", "because", "is", "are", "was", "were", "be", "has",
    "have", "its", "their", "your", "our", "my",
];

/// Chinese ones: conjunctions and prepositions.
const LEANING_SIGNS: &str = "和与及或跟把被对从向为以于在将由因但而且若则并之";

/// Whether the last word wants another.
fn leans(text: &str) -> bool {
    let start = text
        .char_indices()
        .rev()
        .take_while(|(_, c)| is_spaced_letter(*c))
        .last();
    match start {
        Some((at, _)) => {
            let word = text[at..].to_lowercase();
            // `do it`: not the tail of `don't`.
            !text[..at].ends_with(['\'', '’']) && LEANING_WORDS.contains(&word.as_str())
        }
        None => text.ends_with(|c| LEANING_SIGNS.contains(c)),
    }
}

/// Whether a text could end before `next`.
pub(super) fn is_border(text: &str, next: &str) -> bool {
    let Some(last) = text.chars().next_back() else {
        return false;
    };
    let Some(first) = next.chars().next() else {
        return false;
    };
    if last.is_whitespace() || LEANING.contains(last) || joins(first) || leans(text) {
        return false;
    }
    // A placeholder stands for words.
    let letter = |c: char| is_spaced_letter(c) || matches!(c, '⟦' | '⟧');
    if letter(last) && letter(first) {
        return false;
    }
    // `don't`, `well-known`, `3.5`, `30%`, `name@host`: one word each.
    let one_word = letter(last)
        && matches!(
            first,
            '\'' | '’' | '-' | '‐' | '‑' | '_' | '@' | '/' | '%' | '°'
        );
    let one_number = last.is_ascii_digit() && matches!(first, '.' | ',' | ':' | '：' | '．');
    let one_name = last == '.' && is_spaced_letter(first);
    !(one_word || one_number || one_name)
}

/// Characters that belong to the one before them.
fn joins(c: char) -> bool {
    matches!(c,
        '\u{300}'..='\u{36f}' | '\u{200c}' | '\u{200d}' | '\u{fe00}'..='\u{fe0f}' | '\u{20e3}'
        | '\u{1f3fb}'..='\u{1f3ff}' | '\u{e0020}'..='\u{e007f}' | '\u{fffd}' | 'ー' | '々')
        || ")）]】}》>」』”".contains(c)
}

/// How likely one of these tokens comes next, as a share.
pub(super) fn mass(logits: &[f32], ends: &[u32], closing: &[u32]) -> f32 {
    let most = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    if !most.is_finite() {
        return 0.0;
    }
    let all: f32 = logits.iter().map(|l| (l - most).exp()).sum();
    let wanted = ends.iter().chain(closing);
    let some: f32 = wanted
        .filter_map(|t| logits.get(*t as usize))
        .map(|l| (l - most).exp())
        .sum();
    some / all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_what_leans_are_not_cut() {
        for (text, next) in [
            ("Night fer", "ries"),
            ("Night ferries ", "run"),
            ("don", "'t"),
            ("well", "-known"),
            ("well-", "known"),
            ("3", ".5"),
            ("30", "%"),
            ("面包（", "七"),
            ("面包，", "七"),
            ("bread,", " fresh"),
            ("ink.", "com"),
            ("", "a"),
            ("(so", ")"),
            ("Ferries and", " buses"),
            ("面包和", "咖啡"),
        ] {
            assert!(!is_border(text, next), "{text}|{next}");
        }
        for (text, next) in [
            ("Night ferries", " run"),
            ("Night ferries", ", again"),
            ("Night ferries", "\n"),
            ("Night ferries.", " Then"),
            ("七点的面包", "店"),
            ("七点的面包", "。"),
            ("用AI", "写"),
            ("⟦product⟧", " now"),
        ] {
            assert!(is_border(text, next), "{text}|{next}");
        }
        assert!(!is_border("⟦product⟧", "s"));
    }

    #[test]
    fn shares_add_up() {
        let logits = [0.5f32, 0.3, 0.2].map(f32::ln);
        assert!((mass(&logits, &[1], &[2]) - 0.5).abs() < 1e-6);
        assert_eq!(mass(&[f32::NEG_INFINITY], &[0], &[]), 0.0);
    }
}
