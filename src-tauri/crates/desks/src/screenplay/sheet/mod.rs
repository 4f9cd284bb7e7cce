//! Beat sheets: templates of a story's turns, and how one is put into a script.
//!
//! A sheet has parts, which become sections, and beats in them, which become synopses. Where they
//! fall is kept in percent of a script, so that a sheet says pages for any length. The ones that
//! ship are in `assets/beats`; [`BeatSheet::from_toml`] reads those of a person, which have the same
//! form (`assets/beats/README.md`).

mod fit;

use inkstone_manuscript::Language;
use serde::{Deserialize, Deserializer};

pub use fit::{Fitted, fit};

/// The largest file, in bytes.
pub const LARGEST_SHEET: usize = 64 << 10;
const MOST_PARTS: usize = 12;
const MOST_BEATS: usize = 60;
const LONGEST_NAME: usize = 60;
const LONGEST_ABOUT: usize = 300;

/// The sheets that ship, by id.
const SHIPPED: [(&str, &str); 6] = [
    (
        "three-acts",
        include_str!("../../../../../../assets/beats/three-acts.toml"),
    ),
    (
        "fifteen-beats",
        include_str!("../../../../../../assets/beats/fifteen-beats.toml"),
    ),
    (
        "eight-sequences",
        include_str!("../../../../../../assets/beats/eight-sequences.toml"),
    ),
    (
        "heros-journey",
        include_str!("../../../../../../assets/beats/heros-journey.toml"),
    ),
    (
        "kishotenketsu",
        include_str!("../../../../../../assets/beats/kishotenketsu.toml"),
    ),
    (
        "qi-cheng-zhuan-he",
        include_str!("../../../../../../assets/beats/qi-cheng-zhuan-he.toml"),
    ),
];

/// What is said in both languages, or in one.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Words {
    english: String,
    chinese: String,
}

impl Words {
    /// In a language.
    pub fn of(&self, language: Language) -> &str {
        match language {
            Language::English => &self.english,
            Language::Chinese => &self.chinese,
        }
    }

    /// In each language.
    fn both(&self) -> [&str; 2] {
        [&self.english, &self.chinese]
    }
}

impl<'de> Deserialize<'de> for Words {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Form {
            One(String),
            Both {
                en: String,
                #[serde(rename = "zh-CN")]
                zh: String,
            },
        }
        Ok(match Form::deserialize(deserializer)? {
            Form::One(text) => Self {
                english: text.clone(),
                chinese: text,
            },
            Form::Both { en, zh } => Self {
                english: en,
                chinese: zh,
            },
        })
    }
}

/// A beat of a sheet.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SheetBeat {
    /// What it is called.
    pub name: Words,
    /// What happens in it, in a line.
    #[serde(default)]
    pub about: Words,
    /// Where it begins, in percent of the script.
    pub from: f64,
    /// Where it ends.
    pub to: f64,
}

/// A part of a sheet.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SheetPart {
    /// What it is called.
    pub name: Words,
    /// Where it begins, in percent of the script.
    pub from: f64,
    /// Its beats.
    #[serde(default)]
    pub beats: Vec<SheetBeat>,
}

/// A template of beats.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BeatSheet {
    /// By what it is asked for; of a file, its name without the ending.
    #[serde(skip)]
    pub id: String,
    /// What it is called.
    pub name: Words,
    /// What it is good for, in a line.
    #[serde(default)]
    pub about: Words,
    /// Its parts, in order.
    pub parts: Vec<SheetPart>,
}

/// Why a sheet can't be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SheetError {
    /// It is not in the form.
    #[error("{0}")]
    Form(String),
    /// It is larger than [`LARGEST_SHEET`].
    #[error("larger than {LARGEST_SHEET} bytes")]
    TooLarge,
}

impl BeatSheet {
    /// The sheets that ship.
    pub fn shipped() -> Vec<Self> {
        SHIPPED
            .iter()
            .filter_map(|(id, text)| Self::from_toml(id, text).ok())
            .collect()
    }

    /// Reads a sheet; `id` is the file's name without its ending.
    ///
    /// # Errors
    /// [`SheetError`], which says what is wrong.
    pub fn from_toml(id: &str, text: &str) -> Result<Self, SheetError> {
        if text.len() > LARGEST_SHEET {
            return Err(SheetError::TooLarge);
        }
        let text = text.trim_start_matches('\u{feff}');
        let mut sheet: Self = toml::from_str(text)
            .map_err(|error| SheetError::Form(error.to_string().trim().to_owned()))?;
        sheet.id = id.to_owned();
        sheet.check()?;
        Ok(sheet)
    }

    fn check(&self) -> Result<(), SheetError> {
        let bad = |why: String| Err(SheetError::Form(why));
        let words = |what: &str, words: &Words, limit: usize, needed: bool| {
            for text in words.both() {
                if needed && text.trim().is_empty() {
                    return Err(SheetError::Form(format!("{what} is empty")));
                }
                if text.chars().count() > limit {
                    let start: String = text.chars().take(20).collect();
                    let why = format!("{what} is longer than {limit} characters: {start}…");
                    return Err(SheetError::Form(why));
                }
                if text.contains(['\n', '\r'])
                    || ["/*", "*/", "[[", "]]"].iter().any(|m| text.contains(m))
                {
                    let why = format!("{what} holds a line end, or marks of Fountain");
                    return Err(SheetError::Form(why));
                }
            }
            Ok(())
        };
        let percent = |from: f64| (0.0..=100.0).contains(&from);
        words("name", &self.name, LONGEST_NAME, true)?;
        words("about", &self.about, LONGEST_ABOUT, false)?;
        if self.parts.is_empty() || self.parts.len() > MOST_PARTS {
            return bad(format!("1 to {MOST_PARTS} parts, not {}", self.parts.len()));
        }
        if self.beats().count() > MOST_BEATS {
            return bad(format!("more than {MOST_BEATS} beats"));
        }
        let mut before = 0.0;
        for part in &self.parts {
            words("a part's name", &part.name, LONGEST_NAME, true)?;
            if !percent(part.from) || part.from < before {
                return bad(format!("`from` of the part {}", part.name.english));
            }
            before = part.from;
            for beat in &part.beats {
                words("a beat's name", &beat.name, LONGEST_NAME, true)?;
                words("a beat's about", &beat.about, LONGEST_ABOUT, false)?;
                if !percent(beat.from) || !percent(beat.to) || beat.to < beat.from {
                    return bad(format!("`from` and `to` of the beat {}", beat.name.english));
                }
            }
        }
        Ok(())
    }

    /// All of its beats, in order.
    pub fn beats(&self) -> impl Iterator<Item = &SheetBeat> {
        self.parts.iter().flat_map(|part| &part.beats)
    }
}

impl SheetBeat {
    /// The pages on which it falls in a script of so many, first and last, from 1.
    pub fn pages(&self, script: u32) -> (u32, u32) {
        span(self.from, self.to, script)
    }
}

impl SheetPart {
    /// The page on which it begins in a script of so many, from 1.
    pub fn page(&self, script: u32) -> u32 {
        span(self.from, self.from, script).0
    }
}

fn span(from: f64, to: f64, script: u32) -> (u32, u32) {
    let script = script.max(1);
    let pages = f64::from(script);
    // A few pages are few: what is lost in the cast is less than one.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let whole = |page: f64| page.clamp(0.0, pages) as u32;
    let first = (whole((from / 100.0 * pages).floor()) + 1).min(script);
    let last = whole((to / 100.0 * pages).ceil()).clamp(first, script);
    (first, last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_sheet_that_ships_can_be_read_and_speaks_both_languages() {
        let sheets = BeatSheet::shipped();
        assert_eq!(sheets.len(), SHIPPED.len());
        for sheet in &sheets {
            let mut all = vec![&sheet.name, &sheet.about];
            all.extend(sheet.parts.iter().map(|part| &part.name));
            all.extend(sheet.beats().flat_map(|beat| [&beat.name, &beat.about]));
            for words in all {
                assert!(!words.english.is_empty() && !words.chinese.is_empty());
                let han = |c: char| ('\u{4e00}'..='\u{9fff}').contains(&c);
                assert!(words.chinese.contains(han), "{}", words.chinese);
                assert!(!words.english.contains(han), "{}", words.english);
            }
            // Each beat begins in its part, and the last one ends the script.
            for (part, next) in sheet.parts.iter().zip(
                sheet
                    .parts
                    .iter()
                    .skip(1)
                    .map(|part| part.from)
                    .chain([101.0]),
            ) {
                for beat in &part.beats {
                    assert!(beat.from < next, "{}", beat.name.english);
                }
            }
            assert!(sheet.beats().any(|beat| beat.to >= 100.0));
        }
        let count = |id: &str| {
            let sheet = sheets.iter().find(|sheet| sheet.id == id);
            sheet.map(|sheet| sheet.beats().count())
        };
        assert_eq!(count("fifteen-beats"), Some(15));
        assert_eq!(count("eight-sequences"), Some(8));
    }

    #[test]
    fn beats_fall_on_pages_of_a_script_of_any_length() {
        let sheet = &BeatSheet::shipped()[1];
        let beat = |n: usize, pages| sheet.beats().nth(n).map(|beat| beat.pages(pages));
        assert_eq!(beat(0, 110), Some((1, 2)));
        assert_eq!(beat(3, 110), Some((12, 13)));
        assert_eq!(beat(14, 110), Some((109, 110)));
        assert_eq!(beat(14, 1), Some((1, 1)));
        assert_eq!(beat(0, 0), Some((1, 1)));
        assert_eq!(sheet.parts[3].page(100), 78);
    }

    #[test]
    fn a_sheet_of_ones_own_is_read_and_a_bad_one_says_why() {
        let own = "name = \"Two halves\"\n[[parts]]\nname = { en = \"One\", zh-CN = \"上\" }\nfrom = 0\n\
                   [[parts.beats]]\nname = \"Calm\"\nfrom = 0\nto = 10.5\n";
        let sheet = BeatSheet::from_toml("mine", own).unwrap();
        assert_eq!(sheet.name.of(Language::Chinese), "Two halves");
        assert_eq!(sheet.parts[0].name.of(Language::Chinese), "上");
        for (bad, why) in [
            ("", "name"),
            ("name = \"x\"\nparts = []\n", "1 to 12 parts"),
            (&own.replace("to = 10.5", "to = 101"), "the beat Calm"),
            (&own.replace("to = 10.5", "to = nan"), "the beat Calm"),
            (
                &own.replace("from = 0\nto", "from = 20\nto"),
                "the beat Calm",
            ),
            (&own.replace("Calm", ""), "empty"),
            (&own.replace("Calm", "a [[b"), "marks of Fountain"),
            (&own.replace("Calm", &"x".repeat(61)), "longer than 60"),
            (&own.replace("to = 10.5", "to = 10.5\nwhen = 3"), "when"),
            (&own.replace("name = \"Two", "nam = \"Two"), "nam"),
        ] {
            let error = BeatSheet::from_toml("bad", bad).unwrap_err().to_string();
            assert!(error.contains(why), "{why}: {error}");
        }
        let large = format!("# {}", "x".repeat(LARGEST_SHEET));
        assert_eq!(
            BeatSheet::from_toml("bad", &large),
            Err(SheetError::TooLarge)
        );
    }
}
