//! Beat sheets: those that ship, and those in the folder beside the library, which the library keeps
//! too ([`crate::own_files`]).

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use inkstone_desks::{BeatSheet, Fitted, fit};
use inkstone_library as lib;
use inkstone_manuscript::{Language, board::BoardError, pages::PageOptions, tally::tally};

use super::dto::*;
use crate::{
    Studio, StudioError,
    drafts::to_u32,
    imports::language_of,
    own_files::{BEATS, keep_own_files},
};

/// What a script is taken to be long, as long as it is short.
const USUAL_PAGES: u32 = 110;
/// From here on a script's own length counts.
const GROWN_PAGES: u32 = 60;
/// The longest script that beats are laid out on.
const MOST_PAGES: u32 = 2_000;

/// The beat sheets that there are, and the files that are none.
#[derive(Debug, Clone)]
pub struct Sheets {
    /// Those that ship, then a person's own, by name of their files.
    pub sheets: Vec<(BeatSheet, bool)>,
    /// File and reason.
    pub unreadable: Vec<(String, String)>,
    /// The folder that was looked into.
    pub folder: PathBuf,
}

impl Sheets {
    /// Those that ship, and those beside a library: in the folder that is called like it, with
    /// `-beats` behind. A file can take the place of one that ships, by its name.
    pub fn beside(library: &Path) -> Self {
        let folder = BEATS.folder_of(library);
        let mut found = Self {
            sheets: BeatSheet::shipped()
                .into_iter()
                .map(|s| (s, false))
                .collect(),
            unreadable: Vec::new(),
            folder: folder.clone(),
        };
        for path in BEATS.files(&folder) {
            let name = |part: Option<&std::ffi::OsStr>| {
                part.map(|part| part.to_string_lossy().into_owned())
                    .unwrap_or_default()
            };
            match read(&path, &name(path.file_stem())) {
                Ok(sheet) => {
                    found.sheets.retain(|(known, _)| known.id != sheet.id);
                    found.sheets.push((sheet, true));
                }
                Err(reason) => found.unreadable.push((name(path.file_name()), reason)),
            }
        }
        found
    }

    /// The sheet that is asked for by its id, or by its name in either language.
    ///
    /// # Errors
    /// `no_beat_sheet`
    pub fn named(&self, wanted: &str) -> Result<&BeatSheet, StudioError> {
        let is = |sheet: &BeatSheet| {
            sheet.id == wanted
                || Language::ALL
                    .iter()
                    .any(|language| sheet.name.of(*language).eq_ignore_ascii_case(wanted))
        };
        self.sheets
            .iter()
            .map(|(sheet, _)| sheet)
            .find(|sheet| is(sheet))
            .ok_or_else(|| StudioError::NoSheet(wanted.chars().take(100).collect()))
    }

    /// As it crosses: in a language, on so many pages.
    pub fn dto(&self, language: Language, pages: u32) -> BeatSheetsDto {
        let pages = pages.clamp(1, MOST_PAGES);
        BeatSheetsDto {
            sheets: self
                .sheets
                .iter()
                .map(|(sheet, own)| sheet_dto(sheet, *own, language, pages))
                .collect(),
            unreadable: self
                .unreadable
                .iter()
                .map(|(file, reason)| BadSheetDto {
                    file: file.clone(),
                    reason: reason.clone(),
                })
                .collect(),
            folder: self.folder.to_string_lossy().into_owned(),
            pages,
        }
    }
}

fn read(path: &Path, id: &str) -> Result<BeatSheet, String> {
    BeatSheet::from_toml(id, &BEATS.text_of(path)?).map_err(|error| error.to_string())
}

fn sheet_dto(sheet: &BeatSheet, own: bool, language: Language, pages: u32) -> BeatSheetDto {
    BeatSheetDto {
        id: sheet.id.clone(),
        name: sheet.name.of(language).to_owned(),
        about: sheet.about.of(language).to_owned(),
        own,
        parts: sheet
            .parts
            .iter()
            .map(|part| SheetPartDto {
                name: part.name.of(language).to_owned(),
                page: part.page(pages),
                beats: part
                    .beats
                    .iter()
                    .map(|beat| {
                        let (first, last) = beat.pages(pages);
                        SheetBeatDto {
                            name: beat.name.of(language).to_owned(),
                            about: beat.about.of(language).to_owned(),
                            first,
                            last,
                        }
                    })
                    .collect(),
            })
            .collect(),
    }
}

fn fitted(
    sheet: &BeatSheet,
    text: &str,
    options: &PageOptions,
    language: Language,
) -> Result<Option<Fitted>, BoardError> {
    let scenes = tally(text, options).scenes;
    let lengths: Vec<u32> = scenes.iter().map(|scene| scene.length.0).collect();
    fit(sheet, text, &lengths, language)
}

impl Studio {
    /// See [`crate::commands`].
    pub async fn beat_sheets(
        self: &Arc<Self>,
        i: BeatSheetsOf,
    ) -> Result<BeatSheetsDto, StudioError> {
        self.blocking(move |s| {
            let desk = s.board_desk(&i.draft_id)?;
            let long = tally(&desk.draft.body, &desk.options).length.0.div_ceil(8);
            let own = if long < GROWN_PAGES {
                USUAL_PAGES
            } else {
                long
            };
            keep_own_files(&s.library);
            let sheets = Sheets::beside(s.library.path());
            Ok(sheets.dto(desk.language, i.pages.unwrap_or(own)))
        })
        .await
    }

    /// See [`crate::commands`].
    pub async fn apply_beat_sheet(
        self: &Arc<Self>,
        i: ApplyBeatSheet,
    ) -> Result<BoardChanged, StudioError> {
        self.blocking(move |s| {
            let desk = s.board_desk(&i.draft_id)?;
            let sheets = Sheets::beside(s.library.path());
            let sheet = sheets.named(&i.sheet)?;
            let made = fitted(sheet, &desk.draft.body, &desk.options, desk.language)?;
            // Nobody typed it: it is out of a file.
            let operation = lib::Operation {
                kind: lib::OperationKind::Import,
                origin: lib::Origin::Imported {
                    file: sheet.name.of(desk.language).to_owned(),
                },
            };
            let made = made.map(|made| made.change);
            s.put_board(desk, i.revision, made, &operation, |now, made| {
                let first = made.first_added();
                let card = first.and_then(|at| now.cards.iter().position(|c| c.head.start >= at));
                card.into_iter().collect()
            })
        })
        .await
    }

    /// A script with a beat sheet in it, and how many sections and beats came in; the text as it is
    /// where all of it is there. Nothing is kept of it.
    ///
    /// # Errors
    /// `reads_otherwise`
    pub fn with_beats(sheet: &BeatSheet, text: &str) -> Result<(String, u32, u32), StudioError> {
        let language = language_of(text);
        let options = PageOptions::of(language);
        Ok(match fitted(sheet, text, &options, language)? {
            Some(made) => (
                made.change.apply(text),
                to_u32(made.sections),
                to_u32(made.beats),
            ),
            None => (text.to_owned(), 0, 0),
        })
    }
}
