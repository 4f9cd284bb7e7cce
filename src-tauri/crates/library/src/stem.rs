//! The stem of an English word, by M. F. Porter, "An algorithm for suffix stripping", 1980.

use std::borrow::Cow;

fn consonant(word: &[u8], at: usize) -> bool {
    match word[at] {
        b'a' | b'e' | b'i' | b'o' | b'u' => false,
        b'y' => at == 0 || !consonant(word, at - 1),
        _ => true,
    }
}

/// How many times a vowel is followed by a consonant: Porter's m.
fn measure(word: &[u8]) -> usize {
    let kinds: Vec<bool> = (0..word.len()).map(|at| consonant(word, at)).collect();
    kinds.windows(2).filter(|pair| !pair[0] && pair[1]).count()
}

fn has_vowel(word: &[u8]) -> bool {
    (0..word.len()).any(|at| !consonant(word, at))
}

fn doubled(word: &[u8]) -> bool {
    let n = word.len();
    n >= 2 && word[n - 1] == word[n - 2] && consonant(word, n - 1)
}

/// Ends with consonant, vowel, consonant, the last of which is not w, x or y.
fn short_end(word: &[u8]) -> bool {
    let n = word.len();
    n >= 3
        && consonant(word, n - 3)
        && !consonant(word, n - 2)
        && consonant(word, n - 1)
        && !matches!(word[n - 1], b'w' | b'x' | b'y')
}

/// Of the suffixes the first that fits is replaced, if what is before it measures more than `over`.
fn replace(word: &mut Vec<u8>, over: usize, suffixes: &[(&str, &str)]) {
    let fits = |(suffix, _): &&(&str, &str)| word.ends_with(suffix.as_bytes());
    let Some((suffix, with)) = suffixes.iter().find(fits) else {
        return;
    };
    let left = word.len() - suffix.len();
    let holds = *suffix != "ion" || matches!(word[..left].last(), Some(b's' | b't'));
    if holds && measure(&word[..left]) > over {
        word.truncate(left);
        word.extend_from_slice(with.as_bytes());
    }
}

fn plurals(word: &mut Vec<u8>) {
    let cut = match () {
        () if word.ends_with(b"sses") || word.ends_with(b"ies") => 2,
        () if word.ends_with(b"ss") => 0,
        () if word.ends_with(b"s") => 1,
        () => 0,
    };
    word.truncate(word.len() - cut);
}

fn participles(word: &mut Vec<u8>) {
    let n = word.len();
    if word.ends_with(b"eed") {
        if measure(&word[..n - 3]) > 0 {
            word.pop();
        }
        return;
    }
    let cut = match () {
        () if word.ends_with(b"ed") => 2,
        () if word.ends_with(b"ing") => 3,
        () => return,
    };
    if !has_vowel(&word[..n - cut]) {
        return;
    }
    word.truncate(n - cut);
    if [b"at", b"bl", b"iz"].iter().any(|end| word.ends_with(*end)) {
        word.push(b'e');
    } else if doubled(word) && !matches!(word.last(), Some(b'l' | b's' | b'z')) {
        word.pop();
    } else if measure(word) == 1 && short_end(word) {
        word.push(b'e');
    }
}

const SECOND: &[(&str, &str)] = &[
    ("ational", "ate"),
    ("tional", "tion"),
    ("enci", "ence"),
    ("anci", "ance"),
    ("izer", "ize"),
    ("abli", "able"),
    ("alli", "al"),
    ("entli", "ent"),
    ("eli", "e"),
    ("ousli", "ous"),
    ("ization", "ize"),
    ("ation", "ate"),
    ("ator", "ate"),
    ("alism", "al"),
    ("iveness", "ive"),
    ("fulness", "ful"),
    ("ousness", "ous"),
    ("aliti", "al"),
    ("iviti", "ive"),
    ("biliti", "ble"),
];

const THIRD: &[(&str, &str)] = &[
    ("icate", "ic"),
    ("ative", ""),
    ("alize", "al"),
    ("iciti", "ic"),
    ("ical", "ic"),
    ("ful", ""),
    ("ness", ""),
];

const FOURTH: &[(&str, &str)] = &[
    ("al", ""),
    ("ance", ""),
    ("ence", ""),
    ("er", ""),
    ("ic", ""),
    ("able", ""),
    ("ible", ""),
    ("ant", ""),
    ("ement", ""),
    ("ment", ""),
    ("ent", ""),
    ("ion", ""),
    ("ou", ""),
    ("ism", ""),
    ("ate", ""),
    ("iti", ""),
    ("ous", ""),
    ("ive", ""),
    ("ize", ""),
];

/// The stem of a word in lower case; a word that is not of the letters a to z is its own.
pub(crate) fn stem(word: &str) -> Cow<'_, str> {
    if word.len() < 3 || !word.bytes().all(|byte| byte.is_ascii_lowercase()) {
        return Cow::Borrowed(word);
    }
    let mut stem = word.as_bytes().to_vec();
    plurals(&mut stem);
    participles(&mut stem);
    if let Some((b'y', before)) = stem.split_last()
        && has_vowel(before)
        && let Some(last) = stem.last_mut()
    {
        *last = b'i';
    }
    replace(&mut stem, 0, SECOND);
    replace(&mut stem, 0, THIRD);
    replace(&mut stem, 1, FOURTH);
    if let Some((b'e', before)) = stem.split_last() {
        let measure = measure(before);
        if measure > 1 || (measure == 1 && !short_end(before)) {
            stem.pop();
        }
    }
    if doubled(&stem) && stem.ends_with(b"l") && measure(&stem) > 1 {
        stem.pop();
    }
    String::from_utf8(stem).map_or(Cow::Borrowed(word), Cow::Owned)
}

#[cfg(test)]
mod tests {
    use super::stem;

    #[test]
    fn the_examples_of_the_paper_have_their_stems() {
        for (word, expected) in [
            ("caresses", "caress"),
            ("ponies", "poni"),
            ("cats", "cat"),
            ("feed", "feed"),
            ("agreed", "agre"),
            ("plastered", "plaster"),
            ("bled", "bled"),
            ("motoring", "motor"),
            ("sing", "sing"),
            ("conflated", "conflat"),
            ("sized", "size"),
            ("hopping", "hop"),
            ("hoping", "hope"),
            ("falling", "fall"),
            ("hissing", "hiss"),
            ("filing", "file"),
            ("happy", "happi"),
            ("sky", "sky"),
            ("relational", "relat"),
            ("rational", "ration"),
            ("vietnamization", "vietnam"),
            ("hopefulness", "hope"),
            ("sensibility", "sensibl"),
            ("electrical", "electr"),
            ("adoption", "adopt"),
            ("replacement", "replac"),
            ("probate", "probat"),
            ("rate", "rate"),
            ("controlling", "control"),
            ("roll", "roll"),
        ] {
            assert_eq!(stem(word), expected, "{word}");
        }
        assert_eq!(stem("潮水"), "潮水");
        assert_eq!(stem("naïves"), "naïves");
        assert_eq!(stem("is"), "is");
    }
}
