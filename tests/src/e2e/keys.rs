//! Chords such as `Control+Shift+Enter`, as key presses of WebDriver.

use fantoccini::actions::{InputSource as _, KeyAction, KeyActions};
use fantoccini::key::Key;

use super::E2eError;

/// Presses all but the last key, the last one, and lets go in the opposite order.
pub fn chord(text: &str) -> Result<KeyActions, E2eError> {
    let keys = names(text)
        .into_iter()
        .map(|name| key(name).ok_or_else(|| E2eError::UnknownKey(text.to_owned())))
        .collect::<Result<Vec<char>, E2eError>>()?;
    let down = keys.iter().map(|&value| KeyAction::Down { value });
    let up = keys.iter().rev().map(|&value| KeyAction::Up { value });
    Ok(down
        .chain(up)
        .fold(KeyActions::new("keyboard".to_owned()), |actions, action| {
            actions.then(action)
        }))
}

/// Splits at `+`, where a last `+` is the key of that name: `Control++`.
fn names(text: &str) -> Vec<&str> {
    match text.strip_suffix('+') {
        None => text.split('+').collect(),
        Some(before) => match before.strip_suffix('+') {
            Some(modifiers) => modifiers.split('+').chain(["+"]).collect(),
            None => vec![text],
        },
    }
}

fn key(name: &str) -> Option<char> {
    let key = match name {
        "Control" | "Ctrl" | "Mod" => Key::Control,
        "Shift" => Key::Shift,
        "Alt" => Key::Alt,
        "Meta" => Key::Meta,
        "Enter" => Key::Enter,
        "Tab" => Key::Tab,
        "Escape" => Key::Escape,
        "Backspace" => Key::Backspace,
        "Delete" => Key::Delete,
        "Insert" => Key::Insert,
        "Space" => return Some(' '),
        "ArrowUp" => Key::Up,
        "ArrowDown" => Key::Down,
        "ArrowLeft" => Key::Left,
        "ArrowRight" => Key::Right,
        "Home" => Key::Home,
        "End" => Key::End,
        "PageUp" => Key::PageUp,
        "PageDown" => Key::PageDown,
        other => return function_key(other).or_else(|| single(other)),
    };
    Some(key.into())
}

fn single(name: &str) -> Option<char> {
    let mut letters = name.chars();
    letters.next().filter(|_| letters.next().is_none())
}

fn function_key(name: &str) -> Option<char> {
    let number: u32 = name.strip_prefix('F')?.parse().ok()?;
    // U+E031 is F1 in the WebDriver specification.
    (1..=12)
        .contains(&number)
        .then(|| char::from_u32(0xE030 + number))
        .flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chords_name_their_keys() {
        assert_eq!(names("Control+Shift+z"), ["Control", "Shift", "z"]);
        assert_eq!(names("Control++"), ["Control", "+"]);
        assert_eq!(names("+"), ["+"]);
        assert_eq!(key("F1"), Some('\u{E031}'));
        assert_eq!(key("F12"), Some('\u{E03C}'));
        assert_eq!(key("F13"), None);
        assert_eq!(key("F"), Some('F'));
        assert_eq!(key("墨"), Some('墨'));
        for wrong in ["Control+Entr", "", "Control+", "++z"] {
            assert!(chord(wrong).is_err(), "{wrong}");
        }
        assert!(chord("Control++").is_ok());
    }
}
