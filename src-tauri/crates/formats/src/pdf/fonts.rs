//! The fonts that ship, and those of the system for what they lack.

use std::{collections::HashMap, sync::Arc};

use krilla::text::Font;
use skrifa::{
    FontRef, MetadataProvider as _,
    instance::{LocationRef, Size},
    string::StringId,
};

use crate::FormatError;

const COURIER: [&[u8]; 4] = [
    include_bytes!("../../../../../assets/fonts/courier-prime/CourierPrime-Regular.otf"),
    include_bytes!("../../../../../assets/fonts/courier-prime/CourierPrime-Bold.otf"),
    include_bytes!("../../../../../assets/fonts/courier-prime/CourierPrime-Italic.otf"),
    include_bytes!("../../../../../assets/fonts/courier-prime/CourierPrime-BoldItalic.otf"),
];
const SONG: [&[u8]; 2] = [
    include_bytes!("../../../../../assets/fonts/song/InkstoneSong-Regular.otf"),
    include_bytes!("../../../../../assets/fonts/song/InkstoneSong-Bold.otf"),
];

/// A font file from outside.
#[derive(Debug, Clone)]
pub struct FontFile {
    /// What it is called, for the report.
    pub name: String,
    /// The file.
    pub bytes: Arc<Vec<u8>>,
    /// Which font of a collection.
    pub index: u32,
}

impl FontFile {
    /// Reads a font file, if it is one; `index` chooses a font of a collection.
    pub fn read(bytes: Vec<u8>, index: u32) -> Option<Self> {
        let font = FontRef::from_index(&bytes, index).ok()?;
        let name = name_of(&font)?;
        Some(Self {
            name,
            bytes: Arc::new(bytes),
            index,
        })
    }

    /// Another font of the same collection.
    pub fn other(&self, index: u32) -> Option<Self> {
        let font = FontRef::from_index(&self.bytes, index).ok()?;
        let name = name_of(&font)?;
        Some(Self {
            name,
            bytes: self.bytes.clone(),
            index,
        })
    }

    /// Whether it can draw a character as an outline.
    pub fn draws(&self, character: char) -> bool {
        let Ok(font) = FontRef::from_index(&self.bytes, self.index) else {
            return false;
        };
        let glyph = font.charmap().map(character);
        glyph.is_some_and(|glyph| {
            character.is_whitespace() || font.outline_glyphs().get(glyph).is_some()
        })
    }
}

fn name_of(font: &FontRef) -> Option<String> {
    let name = |id| font.localized_strings(id).english_or_first();
    name(StringId::FULL_NAME)
        .or_else(|| name(StringId::FAMILY_NAME))
        .map(|name| name.chars().collect())
}

/// The characters of the fonts that ship.
pub(super) struct Shipped {
    courier: Option<FontRef<'static>>,
    song: Option<FontRef<'static>>,
}

impl Shipped {
    pub fn new() -> Self {
        Self {
            courier: FontRef::new(COURIER[0]).ok(),
            song: FontRef::new(SONG[0]).ok(),
        }
    }

    pub fn has(&self, character: char) -> bool {
        character.is_control()
            || is_silent(character)
            || [&self.courier, &self.song]
                .into_iter()
                .flatten()
                .any(|font| font.charmap().map(character).is_some())
    }
}

/// Draws nothing anywhere: joiners, directional marks, variation selectors.
pub(super) fn is_silent(character: char) -> bool {
    matches!(
        character,
        '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{e0100}'..='\u{e01ef}' | '\u{e0001}'..='\u{e007f}'
    )
}

/// A font that is drawn with.
pub(super) struct Face {
    pub font: Font,
    pub reader: Reader,
    glyphs: HashMap<char, Option<(u32, f32)>>,
    /// The name of a font that does not ship.
    pub name: Option<String>,
}

/// The bytes that a font is read from.
#[derive(Clone)]
pub(super) enum Reader {
    Shipped(&'static [u8]),
    Found(FontFile),
}

impl Reader {
    pub fn bytes(&self) -> (&[u8], u32) {
        match self {
            Self::Shipped(bytes) => (bytes, 0),
            Self::Found(file) => (&file.bytes, file.index),
        }
    }
}

impl Face {
    fn shipped(bytes: &'static [u8]) -> Result<Self, FormatError> {
        let font = Font::new(bytes.into(), 0)
            .ok_or_else(|| FormatError::Pdf("a font that ships is broken".into()))?;
        Ok(Self {
            font,
            reader: Reader::Shipped(bytes),
            glyphs: HashMap::new(),
            name: None,
        })
    }

    fn found(file: &FontFile) -> Option<Self> {
        Some(Self {
            font: Font::new(file.bytes.clone().into(), file.index)?,
            reader: Reader::Found(file.clone()),
            glyphs: HashMap::new(),
            name: Some(file.name.clone()),
        })
    }

    /// The glyph of a character and its width in ems.
    pub fn glyph(&mut self, character: char) -> Option<(u32, f32)> {
        if let Some(known) = self.glyphs.get(&character) {
            return *known;
        }
        let (bytes, index) = self.reader.bytes();
        let found = FontRef::from_index(bytes, index).ok().and_then(|font| {
            let glyph = font.charmap().map(character)?;
            if !character.is_whitespace() {
                font.outline_glyphs().get(glyph)?;
            }
            let metrics = font.glyph_metrics(Size::new(1.0), LocationRef::default());
            Some((glyph.to_u32(), metrics.advance_width(glyph)?))
        });
        self.glyphs.insert(character, found);
        found
    }
}

/// All fonts of a file, by number. Made when they are first needed.
pub(super) struct Faces {
    faces: Vec<Option<Face>>,
    extra: Vec<FontFile>,
}

/// The first number of the fonts that do not ship.
pub(super) const FIRST_EXTRA: usize = 6;
/// The first number of the Chinese fonts.
pub(super) const FIRST_SONG: usize = 4;

impl Faces {
    pub fn new(extra: &[FontFile]) -> Self {
        let mut faces = Vec::new();
        faces.resize_with(FIRST_EXTRA + extra.len(), || None);
        Self {
            faces,
            extra: extra.to_vec(),
        }
    }

    pub fn count(&self) -> usize {
        self.faces.len()
    }

    /// A font. `None` where a font from outside cannot be read.
    pub fn get(&mut self, number: usize) -> Result<Option<&mut Face>, FormatError> {
        let Some(slot) = self.faces.get_mut(number) else {
            return Ok(None);
        };
        if slot.is_none() {
            *slot = match number {
                0..FIRST_SONG => Some(Face::shipped(COURIER[number])?),
                FIRST_SONG..FIRST_EXTRA => Some(Face::shipped(SONG[number - FIRST_SONG])?),
                _ => self.extra.get(number - FIRST_EXTRA).and_then(Face::found),
            };
        }
        Ok(slot.as_mut())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_ships_has_what_scripts_are_written_with() {
        let shipped = Shipped::new();
        let text = "AZaz09 “quoted” — don’t… éàüßøłşçñ 墨石雨夜渡口，。！？；：、“”‘’（）《》【】—…·〇喆玥囧０Ａ～";
        for c in text.chars() {
            assert!(shipped.has(c), "{c}");
        }
        for c in "😀ر麤\u{20000}".chars().filter(|c| *c != '麤') {
            assert!(!shipped.has(c), "{c}");
        }
        for bytes in COURIER.iter().chain(&SONG) {
            assert!(Font::new((*bytes).into(), 0).is_some());
        }
    }

    #[test]
    fn what_is_no_font_is_none() {
        assert!(FontFile::read(b"not a font".to_vec(), 0).is_none());
        assert!(FontFile::read(Vec::new(), 0).is_none());
        let found = FontFile::read(SONG[0].to_vec(), 0).unwrap();
        assert_eq!(found.name, "Inkstone Song Regular");
        assert!(found.draws('墨') && !found.draws('😀'));
        assert!(FontFile::read(SONG[0].to_vec(), 3).is_none());
    }
}
