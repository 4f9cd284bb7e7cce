//! How a person likes to write: keys, marks and quotes. Kept in the library, so that they come
//! along with it.

use std::{collections::BTreeMap, sync::Arc};

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{Studio, StudioError, inputs::Nothing, spelling::English};

/// The most actions that have keys of their own, and the most keys of one action.
const MOST_ACTIONS: usize = 200;
const MOST_KEYS: usize = 8;
/// The longest name of an action or a key, in bytes; a person's own is called like its file.
const LONGEST_NAME: usize = 200;
/// The most words of a dictionary of one's own, and the longest of them in bytes.
const MOST_WORDS: usize = 20_000;
const LONGEST_WORD: usize = 200;

/// The quotation marks of Chinese text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ChineseQuotes {
    /// “ ” and ‘ ’.
    #[default]
    Curly,
    /// 「 」 and 『 』.
    Corner,
}

/// What a person chose. What an older or newer program wrote differently is as it is by itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(default)]
pub struct Preferences {
    /// Keys of actions that are not as they are by themselves; an empty list is no key at all.
    pub shortcuts: BTreeMap<String, Vec<String>>,
    /// Whether straight quotes, double hyphens and three points become what print has.
    pub smart_punctuation: bool,
    /// The quotation marks of Chinese text.
    pub chinese_quotes: ChineseQuotes,
    /// Whether the marks of Markdown are hidden on lines where the caret is not.
    pub hide_marks: bool,
    /// Whether a few grey words come by themselves after a pause, by a model on this machine.
    pub look_ahead: bool,
    /// Whether each prompt is shown before it is sent.
    pub see_prompt: bool,
    /// Whether spelling, grammar and punctuation are looked at.
    pub proofread: bool,
    /// Whose English is right.
    pub english: English,
    /// Words that are right, each once.
    pub words: Vec<String>,
}

impl Default for Preferences {
    fn default() -> Self {
        Self {
            shortcuts: BTreeMap::new(),
            smart_punctuation: true,
            chinese_quotes: ChineseQuotes::Curly,
            hide_marks: false,
            look_ahead: false,
            see_prompt: false,
            proofread: true,
            english: English::Either,
            words: Vec::new(),
        }
    }
}

impl Studio {
    /// See [`crate::commands`].
    pub async fn preferences(self: &Arc<Self>, _: Nothing) -> Result<Preferences, StudioError> {
        self.blocking(|s| Ok(s.setting::<Preferences>("preferences")?.unwrap_or_default()))
            .await
    }

    /// See [`crate::commands`].
    pub async fn set_preferences(self: &Arc<Self>, i: Preferences) -> Result<(), StudioError> {
        let bounded = i.shortcuts.len() <= MOST_ACTIONS
            && i.shortcuts.iter().all(|(action, keys)| {
                action.len() <= LONGEST_NAME
                    && keys.len() <= MOST_KEYS
                    && keys.iter().all(|key| key.len() <= LONGEST_NAME)
            });
        if !bounded {
            return Err(StudioError::BadRequest("too many or too long keys".into()));
        }
        if i.words.len() > MOST_WORDS || i.words.iter().any(|word| word.len() > LONGEST_WORD) {
            return Err(StudioError::BadRequest("too many or too long words".into()));
        }
        self.keep("preferences", i).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_is_as_it_is_by_itself() {
        let some: Preferences =
            serde_json::from_str(r#"{"hide_marks":true,"later":1}"#).expect("preferences");
        let usual = Preferences::default();
        assert!(some.hide_marks && usual.smart_punctuation && !usual.hide_marks);
        assert_eq!(
            Preferences {
                hide_marks: false,
                ..some
            },
            usual
        );
    }
}
