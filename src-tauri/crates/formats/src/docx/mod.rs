//! DOCX: a document of Word and its like (ECMA-376, Office Open XML).

mod parts;
pub mod read;
mod read_parts;
pub mod write;
