//! Formatted text on its way from other programs and to them, by the clipboard.

use std::sync::Arc;

use inkstone_formats::{FormatError, html};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{Language, Studio, StudioError};

/// The most bytes of formatted text that are read.
const LONGEST: usize = 8 << 20;

/// Formatted text of another program.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct ReadMarkup {
    /// HTML.
    pub html: String,
}

/// Text for other programs.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct WriteMarkup {
    /// Markdown.
    pub text: String,
    /// The language of the text.
    #[ts(type = "Language")]
    pub language: Language,
}

/// The same text, formatted otherwise.
#[derive(Debug, Clone, Serialize, TS)]
pub struct MarkupDto {
    /// Markdown, or HTML.
    pub text: String,
}

impl Studio {
    /// See [`crate::commands`].
    pub async fn read_markup(self: &Arc<Self>, i: ReadMarkup) -> Result<MarkupDto, StudioError> {
        if i.html.len() > LONGEST {
            let bytes = i.html.len();
            let limit = LONGEST;
            return Err(FormatError::TooLarge { bytes, limit }.into());
        }
        self.blocking(move |_| {
            let text = html::read::fragment(&i.html);
            Ok(MarkupDto { text })
        })
        .await
    }

    /// See [`crate::commands`].
    pub async fn write_markup(self: &Arc<Self>, i: WriteMarkup) -> Result<MarkupDto, StudioError> {
        self.blocking(move |_| {
            let text = html::write::fragment(&i.text, i.language);
            Ok(MarkupDto { text })
        })
        .await
    }
}
