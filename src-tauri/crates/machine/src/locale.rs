use std::env;

use inkstone_studio::Language;

/// The language of the system's messages, as `LC_ALL`, `LC_MESSAGES` and `LANG` say it.
pub fn system_language() -> Language {
    of_locale(|name| env::var(name).ok())
}

/// As the C library decides it: the first of these that is set.
fn of_locale(variable: impl Fn(&str) -> Option<String>) -> Language {
    let locale = ["LC_ALL", "LC_MESSAGES", "LANG"]
        .into_iter()
        .filter_map(variable)
        .find(|locale| !locale.is_empty());
    match locale {
        Some(locale) if locale.to_ascii_lowercase().starts_with("zh") => Language::Chinese,
        _ => Language::English,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_locale_decides_as_it_does_elsewhere() {
        let of = |set: &[(&str, &str)]| {
            of_locale(|name| {
                let found = set.iter().find(|(known, _)| *known == name);
                found.map(|(_, value)| (*value).to_owned())
            })
        };
        assert_eq!(of(&[]), Language::English);
        assert_eq!(of(&[("LANG", "zh_CN.UTF-8")]), Language::Chinese);
        assert_eq!(
            of(&[("LANG", "zh_CN.UTF-8"), ("LC_ALL", "C")]),
            Language::English
        );
        assert_eq!(
            of(&[("LANG", "zh_CN.UTF-8"), ("LC_ALL", "")]),
            Language::Chinese
        );
        assert_eq!(
            of(&[("LC_MESSAGES", "zh-Hans"), ("LANG", "de_DE")]),
            Language::Chinese
        );
    }
}
