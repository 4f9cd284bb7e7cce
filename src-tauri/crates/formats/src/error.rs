/// Why bytes could not be read or written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FormatError {
    /// More than is read.
    #[error("{bytes} bytes, at most {limit} are read")]
    TooLarge {
        /// The size found.
        bytes: usize,
        /// The most that is read.
        limit: usize,
    },
    /// Not a text: it has characters that no text has.
    #[error("not a text file (control character at byte {at})")]
    Binary {
        /// Where the first such character stands.
        at: usize,
    },
    /// The bytes are broken in the encoding that their first bytes name.
    #[error("broken {encoding} text")]
    Encoding {
        /// The encoding's name.
        encoding: &'static str,
    },
    /// Not sound XML, or beyond the limits of what is read.
    #[error("line {line}, column {column}: {detail}")]
    Xml {
        /// The line, from 1.
        line: u32,
        /// The column, from 1.
        column: u32,
        /// What is wrong.
        detail: String,
    },
    /// A file of another kind than its name or first bytes say.
    #[error("not a {format} file: {detail}")]
    NotThis {
        /// The format that was expected.
        format: &'static str,
        /// What is missing.
        detail: String,
    },
    /// No picture that can be kept.
    #[error("not a PNG, JPEG, GIF or WebP picture")]
    NoPicture,
    /// A picture whose bytes can't be read.
    #[error("the picture is broken: {0}")]
    PictureBroken(String),
    /// A picture larger than is decoded.
    #[error("more than {limit} pixels a side, or more memory than decoding may take")]
    TooManyPixels {
        /// The most pixels of a side.
        limit: u32,
    },
    /// The PDF could not be written.
    #[error("the PDF could not be written: {0}")]
    Pdf(String),
    /// The table could not be written.
    #[error("the table could not be written: {0}")]
    Table(String),
}
