//! The pictures of a document that is written as DOCX.

use inkstone_manuscript::Language;

use super::{A4, LETTER, MARGIN, Writing, parts};
use crate::{
    paper::PaperPicture,
    picture::{self, PictureKind},
};

/// Drawings are measured in these: to a twentieth of a point, and to a pixel of 96 an inch.
const EMU_OF_TWENTIETH: u64 = 635;
const EMU_OF_PIXEL: u64 = 9_525;

/// A picture whose words are read.
pub(super) struct Drawing<'a> {
    /// Of its file.
    number: usize,
    picture: &'a PaperPicture,
    pub(super) alt: String,
    /// Links and pictures that are open in its words.
    pub(super) within: usize,
}

impl<'a> Writing<'a> {
    /// The number of a picture's file, which is made when it is first named; none where it can't be.
    fn held(&mut self, picture: &PaperPicture) -> Option<usize> {
        if let Some(number) = self.held.get(&picture.id) {
            return Some(*number);
        }
        let (ending, bytes) = match picture.facts.kind {
            PictureKind::WebP => ("png", picture::as_png(&picture.bytes).ok()?),
            other => (other.ending(), picture.bytes.clone()),
        };
        let number = self.media.len() + 1;
        self.media
            .push((format!("word/media/image{number}.{ending}"), bytes));
        self.held.insert(picture.id.clone(), number);
        Some(number)
    }

    /// Begins a picture if the paper has it.
    pub(super) fn draw(&mut self, address: &str) -> bool {
        let Some(id) = picture::named(address) else {
            return false;
        };
        let pictures = self.pictures;
        let Some(picture) = pictures.iter().find(|picture| picture.id == id) else {
            return false;
        };
        let Some(number) = self.held(picture) else {
            return false;
        };
        self.drawing = Some(Drawing {
            number,
            picture,
            alt: String::new(),
            within: 0,
        });
        true
    }

    /// Puts a picture in whose words are known.
    pub(super) fn drawn(&mut self) {
        let Some(Drawing {
            number,
            picture,
            alt,
            ..
        }) = self.drawing.take()
        else {
            return;
        };
        self.paragraph();
        self.drawings += 1;
        let (width, height) = match self.language {
            Language::English => LETTER,
            Language::Chinese => A4,
        };
        let [room, tall] =
            [width, height].map(|side| u64::from(side - 2 * MARGIN) * EMU_OF_TWENTIETH);
        // Some room for the words beneath it.
        let tall = tall * 9 / 10;
        let mut wide = u64::from(picture.facts.width) * EMU_OF_PIXEL;
        let mut high = u64::from(picture.facts.height) * EMU_OF_PIXEL;
        if wide > room {
            (wide, high) = (room, (high * room / wide).max(1));
        }
        if high > tall {
            (wide, high) = ((wide * tall / high).max(1), tall);
        }
        let Some((file, _)) = self.media.get(number - 1) else {
            return;
        };
        let target = file.trim_start_matches("word/").to_owned();
        let xml = parts::drawing(self.drawings, number, (wide, high), &alt);
        let part = self.part();
        if !part.pictures.iter().any(|(known, _)| *known == number) {
            part.pictures.push((number, target));
        }
        self.put(&xml);
    }
}
