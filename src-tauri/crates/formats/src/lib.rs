//! # Formats
//!
//! Bytes of other programs to and from the nouns of `manuscript`.
//!
//! Rules
//! - Nothing here opens a file or sees the library: bytes come in, bytes go out.
//! - A file from a stranger gives a [`FormatError`] that says what is wrong, never a panic, and
//!   never takes more memory than a small multiple of a stated limit.
//! - What a format has no place for is named in the docs of the function that leaves it out.
//!
//! Glossary
//! - *FDX*: Final Draft's XML. *Layout*: a script as it is printed, told apart by its columns.
//! - *Plain*: a text file without markup of its own, in any encoding people still use.
//! - *Prose*: what the readers of DOCX and HTML find, before it is written as Markdown.
//! - *Script*: a text that [`script_text`] recognises; a document of any format may be one.
//! - *Picture*: a PNG, JPEG, GIF or WebP image that an article names ([`picture`]).
//! - *Fallback*: a character that the fonts we ship lack, and the font it is set in ([`pdf`]).
//! - *Editor*: Google Ads Editor, which imports ads from CSV.

pub mod ads_csv;
pub mod bundle;
pub mod docx;
mod error;
pub mod fdx;
pub mod html;
pub mod import;
pub mod paper;
pub mod parcel;
pub mod pdf;
pub mod pdf_text;
pub mod picture;
pub mod plain;
mod prose;
mod prose_text;
pub mod report;
pub mod script;
pub mod script_text;
pub mod table;

pub use error::FormatError;
