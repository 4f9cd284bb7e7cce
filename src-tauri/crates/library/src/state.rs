//! The whole of a draft at one moment: title, fields, body, and where each character came from.

use std::ops::Range;

use serde_json::Value;

use crate::LibraryError;
use crate::bytes::{Bytes, put_size, utf8};
use crate::library::Result;
use crate::span::Runs;

/// Title and fields as one text, so that a change of them is a splice like any other. Equal sheets
/// are equal texts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Sheet(pub(crate) String);

impl Sheet {
    pub(crate) fn of(title: &str, fields: &Value) -> Result<Sheet> {
        serde_json::to_string(&(title, fields))
            .map(Sheet)
            .map_err(|error| LibraryError::Io(error.to_string()))
    }

    /// Title and fields.
    pub(crate) fn read(&self) -> Result<(String, Value)> {
        serde_json::from_str(&self.0)
            .map_err(|error| LibraryError::Damaged(format!("title and fields: {error}")))
    }
}

/// What a node keeps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct State {
    pub(crate) sheet: Sheet,
    pub(crate) body: String,
    pub(crate) runs: Runs,
}

impl State {
    /// As one content: the lengths of sheet and runs, then sheet, runs and body.
    pub(crate) fn content(&self) -> Vec<u8> {
        content(&self.sheet, &self.runs, &self.body)
    }

    pub(crate) fn read(content: &[u8]) -> Result<State> {
        let [_, sheet, runs, body] = cuts(content)?;
        let mut bytes = Bytes(&content[runs]);
        let runs = Runs::read(&mut bytes)?;
        bytes.end()?;
        let state = State {
            sheet: Sheet(utf8(&content[sheet])?.to_owned()),
            body: utf8(&content[body])?.to_owned(),
            runs,
        };
        if state.runs.bytes() != state.body.len() {
            return Err(LibraryError::Damaged(
                "its spans do not cover its text".to_owned(),
            ));
        }
        Ok(state)
    }
}

pub(crate) fn content(sheet: &Sheet, runs: &Runs, body: &str) -> Vec<u8> {
    let runs = runs.bytes_kept();
    let mut out = Vec::with_capacity(sheet.0.len() + runs.len() + body.len() + 12);
    put_size(&mut out, sheet.0.len());
    put_size(&mut out, runs.len());
    out.extend_from_slice(sheet.0.as_bytes());
    out.extend_from_slice(&runs);
    out.extend_from_slice(body.as_bytes());
    out
}

/// Where lengths, sheet, runs and body lie in a content.
pub(crate) fn cuts(content: &[u8]) -> Result<[Range<usize>; 4]> {
    let mut bytes = Bytes(content);
    let (sheet, runs) = (bytes.size()?, bytes.size()?);
    let head = content.len() - bytes.0.len();
    bytes.take(sheet)?;
    bytes.take(runs)?;
    let body = head + sheet + runs;
    Ok([
        0..head,
        head..head + sheet,
        head + sheet..body,
        body..content.len(),
    ])
}
