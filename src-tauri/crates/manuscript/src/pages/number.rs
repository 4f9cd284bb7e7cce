//! Scene numbers and page labels.

/// Numbers for scenes: those given stay; the others are counted on, and where a given number is
/// in the way they get letters behind the one before: `12`, `12A`, `12B`, `13`.
pub(crate) fn scene_numbers(given: &[Option<String>]) -> Vec<String> {
    let mut found: Vec<String> = Vec::with_capacity(given.len());
    let mut last = 0_u32;
    let mut index = 0;
    while index < given.len() {
        if let Some(number) = &given[index] {
            last = leading(number).unwrap_or(last);
            found.push(number.clone());
            index += 1;
            continue;
        }
        let open = given[index..].iter().take_while(|n| n.is_none()).count();
        let next = given.get(index + open).and_then(|n| n.as_deref());
        let room = match next.and_then(leading) {
            Some(next) => next.saturating_sub(last + 1),
            None => u32::MAX,
        };
        let count = u32::try_from(open).unwrap_or(u32::MAX);
        if room >= count {
            found.extend((1..=count).map(|step| last.saturating_add(step).to_string()));
            last = last.saturating_add(count);
        } else {
            let before = found.last().cloned().unwrap_or_else(|| last.to_string());
            let mut label = before;
            for _ in 0..open {
                label = next_label(&label);
                found.push(label.clone());
            }
        }
        index += open;
    }
    found
}

fn leading(number: &str) -> Option<u32> {
    let digits = number.bytes().take_while(u8::is_ascii_digit).count();
    number[..digits].parse().ok()
}

/// The label behind one: `12` -> `12A` -> `12B` ... `12Z` -> `12AA`. I and O are left out, as
/// they are taken for digits.
pub(crate) fn next_label(label: &str) -> String {
    let digits = label.bytes().take_while(u8::is_ascii_digit).count();
    let (number, letters) = label.split_at(digits);
    if !letters.bytes().all(|b| b.is_ascii_uppercase()) {
        return format!("{label}A");
    }
    let mut letters: Vec<u8> = letters.bytes().collect();
    let mut at = letters.len();
    loop {
        let Some(before) = at.checked_sub(1) else {
            letters.insert(0, b'A');
            break;
        };
        at = before;
        if letters[at] < b'Z' {
            letters[at] += if matches!(letters[at], b'H' | b'N') {
                2
            } else {
                1
            };
            break;
        }
        letters[at] = b'A';
    }
    format!("{number}{}", String::from_utf8_lossy(&letters))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(given: &[&str]) -> Vec<String> {
        let given: Vec<Option<String>> = given
            .iter()
            .map(|n| (!n.is_empty()).then(|| (*n).to_owned()))
            .collect();
        scene_numbers(&given)
    }

    #[test]
    fn counted_scenes_fit_between_those_given() {
        assert_eq!(numbers(&["", "", ""]), ["1", "2", "3"]);
        assert_eq!(numbers(&["5", "", ""]), ["5", "6", "7"]);
        assert_eq!(numbers(&["1", "", "2"]), ["1", "1A", "2"]);
        assert_eq!(numbers(&["1", "", "", "4"]), ["1", "2", "3", "4"]);
        assert_eq!(numbers(&["1A", "", "2"]), ["1A", "1B", "2"]);
        assert_eq!(numbers(&["", "1"]), ["0A", "1"]);
        assert_eq!(numbers(&["序", ""]), ["序", "1"]);
    }

    #[test]
    fn letters_skip_those_like_digits() {
        let mut label = "12".to_owned();
        let mut seen = Vec::new();
        for _ in 0..26 {
            label = next_label(&label);
            seen.push(label.clone());
        }
        assert_eq!(seen[7..10], ["12H", "12J", "12K"]);
        assert_eq!(seen[23..], ["12Z", "12AA", "12AB"]);
    }
}
