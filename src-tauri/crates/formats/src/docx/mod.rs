//! DOCX: a document of Word and its like (ECMA-376, Office Open XML).

pub mod comments;
mod parts;
pub mod read;
mod read_parts;
pub mod write;
