//! What a person chooses about pages.

use serde::{Deserialize, Serialize};

use crate::Language;

/// The sheet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Paper {
    /// US Letter, 8.5 by 11 inches.
    #[default]
    Letter,
    /// A4, 210 by 297 mm.
    A4,
}

/// How a page is set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PageStyle {
    /// Courier 12, cues above indented dialogue: the page of the trade in English.
    #[default]
    Hollywood,
    /// 宋体 on A4: `1、咖啡馆 日 内`, `角色：台词` with a hanging indent.
    Chinese,
}

/// Which scene numbers are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SceneNumbers {
    /// None.
    None,
    /// Those that the text gives (`#12A#`).
    #[default]
    Given,
    /// All: those given, and counted ones between them (`12`, `12A`, `13`).
    All,
}

/// Where a page may end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default)]
pub struct BreakRules {
    /// A speech goes over a page only where a sentence ends; otherwise at any of its lines.
    pub sentences: bool,
    /// Lines of dialogue that stay together at the foot of a page.
    pub least_before: u8,
    /// Lines of dialogue that stay together at the head of a page.
    pub least_after: u8,
    /// Lines may end behind a hyphen or a dash inside of words.
    pub hyphens: bool,
    /// A speech may go over the page before a parenthetical.
    pub parentheticals: bool,
}

impl Default for BreakRules {
    fn default() -> Self {
        Self {
            sentences: true,
            least_before: 2,
            least_after: 2,
            hyphens: true,
            parentheticals: true,
        }
    }
}

/// All choices. The defaults are those of a draft in English on US Letter.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default)]
pub struct PageOptions {
    /// The sheet.
    pub paper: Paper,
    /// How it is set.
    pub style: PageStyle,
    /// The script's language: of `(MORE)` and the like, and what is full-width.
    pub language: Language,
    /// Which scene numbers are printed.
    pub scene_numbers: SceneNumbers,
    /// A title page, where the script has one.
    pub title_page: bool,
    /// Page numbers; the first page never has one.
    pub page_numbers: bool,
    /// `(CONT'D)` behind the name of who speaks again after action.
    pub continued_cues: bool,
    /// `CONTINUED` where a scene goes over a page.
    pub continued_scenes: bool,
    /// Headings in bold.
    pub bold_headings: bool,
    /// Two blank lines before a heading instead of one.
    pub wide_scenes: bool,
    /// Prints notes.
    pub notes: bool,
    /// Prints sections.
    pub sections: bool,
    /// Prints synopses.
    pub synopses: bool,
    /// Large and grey across each page; empty for none.
    pub watermark: String,
    /// At the head of each page; empty for none.
    pub header: String,
    /// At the foot of each page; empty for none.
    pub footer: String,
    /// Where a page may end.
    pub breaks: BreakRules,
}

impl Default for PageOptions {
    fn default() -> Self {
        Self::of(Language::English)
    }
}

impl PageOptions {
    /// The usual choices for a script in a language: US Letter for English; for Chinese, A4 and
    /// the Chinese page.
    pub fn of(language: Language) -> Self {
        let chinese = language == Language::Chinese;
        Self {
            paper: if chinese { Paper::A4 } else { Paper::Letter },
            style: if chinese {
                PageStyle::Chinese
            } else {
                PageStyle::Hollywood
            },
            language,
            scene_numbers: if chinese {
                SceneNumbers::All
            } else {
                SceneNumbers::Given
            },
            title_page: true,
            page_numbers: true,
            continued_cues: true,
            continued_scenes: false,
            bold_headings: chinese,
            wide_scenes: false,
            notes: false,
            sections: false,
            synopses: false,
            watermark: String::new(),
            header: String::new(),
            footer: String::new(),
            breaks: BreakRules::default(),
        }
    }

    /// What is printed by itself, in the script's language.
    pub(super) fn words(&self) -> &'static Words {
        match self.language {
            Language::English => &ENGLISH,
            Language::Chinese => &CHINESE,
        }
    }
}

/// What a page says by itself.
pub(super) struct Words {
    pub more: &'static str,
    pub continued_cue: &'static str,
    /// At the foot of a page inside a scene.
    pub scene_goes_on: &'static str,
    /// At the head of the next.
    pub scene_continued: &'static str,
}

const ENGLISH: Words = Words {
    more: "(MORE)",
    continued_cue: "(CONT'D)",
    scene_goes_on: "(CONTINUED)",
    scene_continued: "CONTINUED:",
};

const CHINESE: Words = Words {
    more: "（转下页）",
    continued_cue: "（续）",
    scene_goes_on: "（本场未完）",
    scene_continued: "（接上页）",
};
