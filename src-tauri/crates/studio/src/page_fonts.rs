//! Which fonts a script's pages need besides those that ship, told before anything is printed.

use std::{collections::BTreeMap, sync::Arc};

use inkstone_formats::pdf;
use serde::Serialize;
use ts_rs::TS;

use crate::{Studio, StudioError, pages::PreviewPages};

/// What the fonts that ship lack for a script.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, TS)]
pub struct PageFonts {
    /// Fonts of the system, and what is set in them.
    pub fallbacks: Vec<FontFallback>,
    /// Characters that no font has: they are printed as their numbers.
    pub missing: Vec<String>,
}

/// A font of the system.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct FontFallback {
    /// Its name.
    pub font: String,
    /// What is set in it.
    pub characters: Vec<String>,
}

impl Studio {
    /// See [`crate::commands`].
    pub async fn page_fonts(self: &Arc<Self>, i: PreviewPages) -> Result<PageFonts, StudioError> {
        self.blocking(move |s| {
            let script = s.script(&i.draft_id)?;
            let missing = pdf::missing(&script.pages(&i.setup));
            Ok(s.fonts_for(&missing))
        })
        .await
    }

    fn fonts_for(&self, missing: &[char]) -> PageFonts {
        let fonts = match self.fonts.get() {
            Some(fonts) if !missing.is_empty() => fonts.for_characters(missing),
            _ => Vec::new(),
        };
        let mut found = PageFonts::default();
        let mut by_font: BTreeMap<usize, Vec<String>> = BTreeMap::new();
        for character in missing {
            // The first that has a character wins, as on paper.
            match fonts.iter().position(|font| font.draws(*character)) {
                Some(font) => by_font.entry(font).or_default().push(character.to_string()),
                None => found.missing.push(character.to_string()),
            }
        }
        found.fallbacks = by_font
            .into_iter()
            .map(|(font, characters)| FontFallback {
                font: fonts[font].name.clone(),
                characters,
            })
            .collect();
        found
    }
}
