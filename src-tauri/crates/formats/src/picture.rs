//! Pictures in articles: which bytes are one, and where a text names them.
//!
//! A picture is PNG, JPEG, GIF or WebP, told by its content, whatever it is called. It is decoded
//! once, within limits, before anybody keeps it; its bytes stay as they were. Of one that moves,
//! the first frame is looked at. SVG is no picture here: it is a document that can run and fetch.

use std::io::Cursor;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use image::{
    DynamicImage, ImageError, ImageFormat, ImageReader, Limits, error::LimitErrorKind, guess_format,
};
use pulldown_cmark::{Event, Tag, TagEnd};

use crate::{FormatError, paper::Article};

/// The most bytes of a picture.
pub const MOST_BYTES: usize = 32 << 20;

/// The most pixels of a side.
pub const MOST_SIDE: u32 = 8192;

/// The most memory that decoding takes.
const MOST_MEMORY: u64 = 256 << 20;

/// What stands before the SHA-256 of a picture's bytes where a text names it.
pub const SCHEME: &str = "asset:";

/// What a picture is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PictureKind {
    /// PNG.
    Png,
    /// JPEG.
    Jpeg,
    /// GIF, which may move.
    Gif,
    /// WebP.
    WebP,
}

impl PictureKind {
    const ALL: [Self; 4] = [Self::Png, Self::Jpeg, Self::Gif, Self::WebP];

    /// As `image/png`.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Png => "image/png",
            Self::Jpeg => "image/jpeg",
            Self::Gif => "image/gif",
            Self::WebP => "image/webp",
        }
    }

    /// The kind of a media type.
    pub fn of_media_type(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.media_type() == name)
    }

    /// The ending of a file's name.
    pub fn ending(self) -> &'static str {
        match self {
            Self::Png => "png",
            Self::Jpeg => "jpg",
            Self::Gif => "gif",
            Self::WebP => "webp",
        }
    }

    fn of(bytes: &[u8]) -> Result<Self, FormatError> {
        match guess_format(bytes) {
            Ok(ImageFormat::Png) => Ok(Self::Png),
            Ok(ImageFormat::Jpeg) => Ok(Self::Jpeg),
            Ok(ImageFormat::Gif) => Ok(Self::Gif),
            Ok(ImageFormat::WebP) => Ok(Self::WebP),
            _ => Err(FormatError::NoPicture),
        }
    }

    fn format(self) -> ImageFormat {
        match self {
            Self::Png => ImageFormat::Png,
            Self::Jpeg => ImageFormat::Jpeg,
            Self::Gif => ImageFormat::Gif,
            Self::WebP => ImageFormat::WebP,
        }
    }
}

/// What is known of a picture's bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PictureFacts {
    /// What it is.
    pub kind: PictureKind,
    /// Its width in pixels.
    pub width: u32,
    /// Its height in pixels.
    pub height: u32,
}

/// Decodes a picture and says what it is.
///
/// # Errors
/// [`FormatError::NoPicture`] for anything else, [`FormatError::TooLarge`] and
/// [`FormatError::TooManyPixels`] beyond the limits, [`FormatError::PictureBroken`] for what can't be read.
pub fn read(bytes: &[u8]) -> Result<PictureFacts, FormatError> {
    let facts = size(bytes)?;
    decoded(bytes, facts.kind)?;
    Ok(facts)
}

/// What a picture is, by its beginning; the rest of it may be broken.
///
/// # Errors
/// As [`read`].
pub fn size(bytes: &[u8]) -> Result<PictureFacts, FormatError> {
    if bytes.len() > MOST_BYTES {
        return Err(FormatError::TooLarge {
            bytes: bytes.len(),
            limit: MOST_BYTES,
        });
    }
    let kind = PictureKind::of(bytes)?;
    let (width, height) = reader(bytes, kind).into_dimensions().map_err(failed)?;
    if width > MOST_SIDE || height > MOST_SIDE {
        return Err(FormatError::TooManyPixels { limit: MOST_SIDE });
    }
    if width == 0 || height == 0 {
        return Err(FormatError::PictureBroken("no pixels".to_owned()));
    }
    Ok(PictureFacts {
        kind,
        width,
        height,
    })
}

/// A picture as PNG, for formats that don't know its own.
///
/// # Errors
/// As [`read`].
pub fn as_png(bytes: &[u8]) -> Result<Vec<u8>, FormatError> {
    let decoded = decoded(bytes, size(bytes)?.kind)?;
    let mut out = Cursor::new(Vec::new());
    decoded
        .write_to(&mut out, ImageFormat::Png)
        .map_err(failed)?;
    Ok(out.into_inner())
}

fn reader(bytes: &[u8], kind: PictureKind) -> ImageReader<Cursor<&[u8]>> {
    let mut limits = Limits::default();
    limits.max_image_width = Some(MOST_SIDE);
    limits.max_image_height = Some(MOST_SIDE);
    limits.max_alloc = Some(MOST_MEMORY);
    let mut reader = ImageReader::with_format(Cursor::new(bytes), kind.format());
    reader.limits(limits);
    reader
}

fn decoded(bytes: &[u8], kind: PictureKind) -> Result<DynamicImage, FormatError> {
    reader(bytes, kind).decode().map_err(failed)
}

fn failed(error: ImageError) -> FormatError {
    match error {
        ImageError::Limits(limit)
            if matches!(
                limit.kind(),
                LimitErrorKind::DimensionError | LimitErrorKind::InsufficientMemory
            ) =>
        {
            FormatError::TooManyPixels { limit: MOST_SIDE }
        }
        other => FormatError::PictureBroken(other.to_string()),
    }
}

/// Bytes as an address that holds them.
pub(crate) fn data_url(kind: PictureKind, bytes: &[u8]) -> String {
    format!(
        "data:{};base64,{}",
        kind.media_type(),
        STANDARD.encode(bytes)
    )
}

/// The SHA-256 that an address names, in lower case; none if it leads elsewhere.
pub fn named(address: &str) -> Option<&str> {
    address.strip_prefix(SCHEME).filter(|id| {
        id.len() == 64
            && id
                .bytes()
                .all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
    })
}

/// A place where an article names a picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mention {
    /// Where the picture is.
    pub address: String,
    /// What it shows, in words.
    pub alt: String,
}

/// The pictures that an article names, in its order, notes last.
pub fn mentions(text: &str) -> Vec<Mention> {
    let article = Article::read(text);
    let notes = article.notes.into_iter().flat_map(|(_, events)| events);
    let mut found: Vec<Mention> = Vec::new();
    let mut depth = 0;
    for event in article.events.into_iter().chain(notes) {
        match event {
            Event::Start(Tag::Image { dest_url, .. }) => {
                if depth == 0 {
                    found.push(Mention {
                        address: dest_url.into_string(),
                        alt: String::new(),
                    });
                }
                depth += 1;
            }
            Event::End(TagEnd::Image) => depth -= 1,
            Event::Text(text) | Event::Code(text) if depth > 0 => {
                if let Some(open) = found.last_mut() {
                    open.alt.push_str(&text);
                }
            }
            _ => {}
        }
    }
    found
}

/// An article whose pictures are files beside it: each address that `file` knows is replaced.
/// Nothing else of the text changes.
pub fn with_files(text: &str, file: impl Fn(&str) -> Option<String>) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(SCHEME) {
        let (before, found) = rest.split_at(at);
        out.push_str(before);
        // Only where an address stands, not where one is spoken of.
        let address = found
            .get(..SCHEME.len() + 64)
            .filter(|address| named(address).is_some())
            .filter(|_| before.ends_with("](") || before.ends_with("](<"));
        let taken = match address.and_then(|address| Some((address, file(address)?))) {
            Some((address, path)) => {
                out.push_str(&path);
                address.len()
            }
            None => {
                out.push_str(SCHEME);
                SCHEME.len()
            }
        };
        rest = &found[taken..];
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
pub(crate) mod tests {
    use image::{GrayImage, RgbImage};
    use proptest::prelude::*;

    use super::*;

    /// A picture of a few pixels.
    pub(crate) fn sample(kind: PictureKind) -> Vec<u8> {
        let drawn = RgbImage::from_fn(6, 4, |x, y| image::Rgb([x as u8 * 40, y as u8 * 60, 9]));
        let mut out = Cursor::new(Vec::new());
        DynamicImage::from(drawn)
            .write_to(&mut out, kind.format())
            .unwrap();
        out.into_inner()
    }

    /// A PNG of one colour.
    fn plain(width: u32, height: u32) -> Vec<u8> {
        let mut out = Cursor::new(Vec::new());
        DynamicImage::from(GrayImage::new(width, height))
            .write_to(&mut out, ImageFormat::Png)
            .unwrap();
        out.into_inner()
    }

    #[test]
    fn a_picture_is_told_by_its_bytes() {
        for kind in PictureKind::ALL {
            let facts = read(&sample(kind)).unwrap();
            assert_eq!((facts.kind, facts.width, facts.height), (kind, 6, 4));
            assert_eq!(PictureKind::of_media_type(kind.media_type()), Some(kind));
        }
        let png = as_png(&sample(PictureKind::WebP)).unwrap();
        assert_eq!(read(&png).unwrap().kind, PictureKind::Png);
    }

    #[test]
    fn what_is_none_is_refused_whatever_it_is_called() {
        let hostile = b"<svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(1)</script></svg>";
        let page = b"<!doctype html><img src=x onerror=alert(1)>";
        let bitmap = b"BM\x3a\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0";
        for bytes in [&hostile[..], page, bitmap, b"", b"\x89PN"] {
            assert_eq!(read(bytes), Err(FormatError::NoPicture));
        }
    }

    #[test]
    fn what_is_broken_or_beyond_the_limits_is_refused() {
        for kind in PictureKind::ALL {
            let whole = sample(kind);
            let error = read(&whole[..whole.len() / 2]);
            assert!(
                matches!(error, Err(FormatError::PictureBroken(_))),
                "{kind:?}: {error:?}"
            );
        }
        let wide = plain(MOST_SIDE + 1, 1);
        let limit = MOST_SIDE;
        assert_eq!(read(&wide), Err(FormatError::TooManyPixels { limit }));
        // A small file that says it is as large as can be.
        let mut bomb = plain(1, 1);
        bomb[16..24].copy_from_slice(&[0x7f, 0xff, 0xff, 0xff, 0x7f, 0xff, 0xff, 0xff]);
        assert!(read(&bomb).is_err());
        let heavy = vec![0; MOST_BYTES + 1];
        let error = read(&heavy).unwrap_err();
        assert!(matches!(error, FormatError::TooLarge { .. }), "{error}");
    }

    #[test]
    fn an_article_names_its_pictures() {
        let id = "0a".repeat(32);
        let text = format!(
            "![*Tide* at `noon`](asset:{id})\n\n`![no](asset:{id})` [^1] ![far](https://example.org/p.png)\n\n[^1]: ![](<asset:{id}>)\n"
        );
        let found = mentions(&text);
        let of: Vec<_> = found
            .iter()
            .map(|one| (named(&one.address).is_some(), one.alt.as_str()))
            .collect();
        assert_eq!(of, [(true, "Tide at noon"), (false, "far"), (true, "")]);
        for none in ["asset:", "asset:0A", &format!("asset:{}", "0A".repeat(32))] {
            assert_eq!(named(none), None);
        }
    }

    #[test]
    fn addresses_become_files_and_the_rest_of_the_text_stays() {
        let [one, two] = ["0a".repeat(32), "0b".repeat(32)];
        let text = format!(
            "![潮](asset:{one}) asset:{one} ![x](asset:{two} \"t\") ![y](<asset:{one}>) asset:"
        );
        let known = format!("asset:{one}");
        let out = with_files(&text, |address| {
            (address == known).then(|| "tide.files/tide.png".to_owned())
        });
        assert_eq!(
            out,
            format!(
                "![潮](tide.files/tide.png) asset:{one} ![x](asset:{two} \"t\") ![y](<tide.files/tide.png>) asset:"
            )
        );
    }

    proptest! {
        #[test]
        fn a_damaged_picture_never_panics(
            kind in prop::sample::select(&PictureKind::ALL[..]),
            at in any::<prop::sample::Index>(),
            byte in any::<u8>(),
        ) {
            let mut bytes = sample(kind);
            let at = at.index(bytes.len());
            bytes[at] = byte;
            let _ = read(&bytes);
        }
    }
}
