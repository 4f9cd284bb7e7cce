//! The board of a screenplay: its cards, and changes of them that are changes of the text.

pub mod dto;
pub mod sheets;

use std::{path::Path, sync::Arc};

use inkstone_desks::Stage;
use inkstone_formats::import;
use inkstone_library as lib;
use inkstone_manuscript::{
    DocumentKind, Language,
    board::{Board, BoardError, Card, NewCard, Piece, Place, Rearranged, paragraphs},
    pages::{PageOptions, RevisionLayer},
    tally::{SceneTally, tally_revised},
};

use crate::{
    Studio, StudioError,
    drafts::{LONGEST_TEXT, Units, bytes, to_u32},
    imports::{language_of, read_file},
    inputs::Id,
};
use dto::*;

pub use inkstone_manuscript::board::{CardColor, CardKind};

/// The longest heading or title, in characters.
const LONGEST_HEADING: usize = 300;
/// The longest synopsis, in characters.
const LONGEST_SYNOPSIS: usize = 20_000;
/// How much of a paragraph says which one it is.
const SHOWN_OF_PARAGRAPH: usize = 120;

/// A script with what its board is made with.
pub(crate) struct Desk {
    pub draft: lib::Draft,
    pub language: Language,
    pub options: PageOptions,
    pub layer: RevisionLayer,
}

impl Studio {
    /// Loads a screenplay for its board. Blocks.
    pub(crate) fn board_desk(&self, draft_id: &str) -> Result<Desk, StudioError> {
        let draft = self.library.draft(draft_id)?;
        let document = self.library.document(&draft.document_id)?;
        if document.kind != DocumentKind::Screenplay {
            return Err(StudioError::BadRequest("not a screenplay".into()));
        }
        let language = Self::script_language(&document, &draft);
        let options = self.draft_page_options(&draft, language)?;
        let layer = self.revision_layer(&draft, language)?;
        Ok(Desk {
            layer,
            draft,
            language,
            options,
        })
    }

    fn board_of(&self, desk: &Desk) -> Result<BoardDto, StudioError> {
        let mut board = board_dto(&desk.draft.body, &desk.options, &desk.layer);
        board.revision = desk.draft.revision;
        // A scene is known there by its number among all headings.
        let headings: Vec<usize> = Board::of(&desk.draft.body)
            .cards
            .iter()
            .enumerate()
            .filter_map(|(at, card)| card.scene.map(|_| at))
            .collect();
        for stale in self.stale_parts(&desk.draft.id)? {
            let scene = (stale.number as usize).checked_sub(1);
            let card = scene.and_then(|scene| headings.get(scene));
            match (stale.stage, card) {
                (Stage::Beats, _) => board.stale_beats = Some(stale),
                (Stage::Entry | Stage::Scene, Some(card)) => board.cards[*card].stale.push(stale),
                _ => {}
            }
        }
        Ok(board)
    }

    /// See [`crate::commands`].
    pub async fn board(self: &Arc<Self>, i: Id) -> Result<BoardDto, StudioError> {
        self.blocking(move |s| s.board_of(&s.board_desk(&i.id)?))
            .await
    }

    /// See [`crate::commands`].
    pub async fn change_board(
        self: &Arc<Self>,
        i: ChangeBoard,
    ) -> Result<BoardChanged, StudioError> {
        self.blocking(move |s| {
            let desk = s.board_desk(&i.draft_id)?;
            let board = Board::of(&desk.draft.body);
            let made = changed(&desk, &board, &i.change)?;
            let operation = match i.change {
                // What is moved comes from where it came from.
                BoardChange::Move { .. }
                | BoardChange::Omit { .. }
                | BoardChange::BringBack { .. } => lib::OperationKind::Paste,
                _ => lib::OperationKind::Typing,
            };
            let operation = lib::Operation {
                kind: operation,
                origin: lib::Origin::Typed,
            };
            s.put_board(desk, i.revision, made, &operation, |now, made| {
                now_at(&i.change, &board, now, made)
            })
        })
        .await
    }

    /// Writes a change of a board into its draft. Blocks.
    pub(crate) fn put_board(
        &self,
        desk: Desk,
        revision: u32,
        made: Option<Rearranged>,
        operation: &lib::Operation,
        cards: impl FnOnce(&Board, &Rearranged) -> Vec<usize>,
    ) -> Result<BoardChanged, StudioError> {
        let id = desk.draft.id.clone();
        let old = desk.draft.body.len();
        let Some(made) = made else {
            return Ok(BoardChanged {
                view: self.draft_view(&id)?,
                board: self.board_of(&desk)?,
                cards: vec![],
                changed: false,
            });
        };
        let added = made.pieces().iter().map(|piece| match piece {
            Piece::Added(text) => text.len(),
            Piece::Kept(_) => 0,
        });
        if old + added.sum::<usize>() > LONGEST_TEXT {
            return Err(StudioError::TooLong {
                field: "text".into(),
                limit: LONGEST_TEXT,
            });
        }
        let patches: Vec<lib::Patch> = made
            .edits()
            .into_iter()
            .map(|edit| lib::Patch {
                from: edit.range.start,
                to: edit.range.end,
                strands: edit
                    .pieces
                    .into_iter()
                    .map(|piece| match piece {
                        Piece::Kept(range) => lib::Strand::From(0, range),
                        Piece::Added(text) => lib::Strand::Written(text),
                    })
                    .collect(),
            })
            .collect();
        self.library.rearrange(&id, revision, &patches, operation)?;
        let desk = self.board_desk(&id)?;
        let now = Board::of(&desk.draft.body);
        let cards = cards(&now, &made);
        Ok(BoardChanged {
            view: self.draft_view(&id)?,
            board: self.board_of(&desk)?,
            cards: cards.into_iter().map(to_u32).collect(),
            changed: true,
        })
    }

    /// See [`crate::commands`].
    pub async fn scene_cuts(self: &Arc<Self>, i: CardOf) -> Result<Vec<CutDto>, StudioError> {
        self.blocking(move |s| {
            let draft = s.board_desk(&i.draft_id)?.draft;
            if draft.revision != i.revision {
                return Err(BoardError::NoCard.into());
            }
            let board = Board::of(&draft.body);
            let mut at = Units::of(&draft.body);
            Ok(paragraphs(&draft.body, &board, i.card as usize)
                .into_iter()
                .map(|(range, text)| CutDto {
                    at: at.at(range.start),
                    text: text.trim().chars().take(SHOWN_OF_PARAGRAPH).collect(),
                })
                .collect())
        })
        .await
    }

    /// The board of a script in a file of any kind that can be imported. Nothing is kept of it.
    ///
    /// # Errors
    /// `file_unreadable`, and what the file's format says.
    pub fn board_of_file(path: &Path) -> Result<BoardDto, StudioError> {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let read = import::import(&name, &read_file(path)?)?;
        if read.text.len() > LONGEST_TEXT {
            return Err(StudioError::TooLong {
                field: "text".into(),
                limit: LONGEST_TEXT,
            });
        }
        Ok(Self::board_of_text(&read.text))
    }

    /// The board of a script. Its pages are those that are usual for its language.
    pub fn board_of_text(text: &str) -> BoardDto {
        let options = PageOptions::of(language_of(text));
        board_dto(text, &options, &RevisionLayer::default())
    }
}

fn usizes(cards: &[u32]) -> Vec<usize> {
    cards.iter().map(|card| *card as usize).collect()
}

fn place(to: CardPlace) -> Place {
    match to {
        CardPlace::Before { card } => Place::Before(card as usize),
        CardPlace::After { card } => Place::After(card as usize),
        CardPlace::First { column } => Place::First(column as usize),
        CardPlace::Last { column } => Place::Last(column as usize),
    }
}

fn heading(text: &str) -> Result<&str, StudioError> {
    bounded("heading", text, LONGEST_HEADING)
}

fn synopsis(text: &str) -> Result<&str, StudioError> {
    bounded("synopsis", text, LONGEST_SYNOPSIS)
}

fn bounded<'a>(field: &str, text: &'a str, limit: usize) -> Result<&'a str, StudioError> {
    if text.chars().count() > limit {
        return Err(StudioError::TooLong {
            field: field.to_owned(),
            limit,
        });
    }
    Ok(text)
}

/// What a change makes of the text; none if nothing.
fn changed(
    desk: &Desk,
    board: &Board,
    change: &BoardChange,
) -> Result<Option<Rearranged>, StudioError> {
    let text = desk.draft.body.as_str();
    Ok(match change {
        BoardChange::Move { cards, to } => board.move_cards(text, &usizes(cards), place(*to))?,
        BoardChange::AddScene {
            to,
            heading: typed,
            synopsis: said,
        } => {
            let card = NewCard::Scene {
                heading: heading(typed)?.to_owned(),
                synopsis: synopsis(said)?.to_owned(),
            };
            Some(board.add(text, place(*to), &card)?)
        }
        BoardChange::AddBeat { to, text: said } => {
            let card = NewCard::Beat {
                text: synopsis(said)?.to_owned(),
            };
            Some(board.add(text, place(*to), &card)?)
        }
        BoardChange::Split {
            card,
            at,
            heading: typed,
        } => {
            let at = bytes(text, *at, *at)?.start;
            Some(board.split(text, *card as usize, at, heading(typed)?)?)
        }
        BoardChange::Rename {
            card,
            heading: typed,
        } => Some(board.rename(text, *card as usize, heading(typed)?)?),
        BoardChange::Describe {
            card,
            synopsis: said,
        } => Some(board.describe(text, *card as usize, synopsis(said)?)?),
        BoardChange::Paint { cards, color } => Some(board.paint(text, &usizes(cards), *color)?),
        BoardChange::Omit { cards } => Some(board.omit(text, &usizes(cards), desk.language)?),
        BoardChange::BringBack { cards } => Some(board.bring_back(text, &usizes(cards))?),
        BoardChange::Retitle { column, title } => {
            Some(board.retitle(text, *column as usize, heading(title)?)?)
        }
        BoardChange::AddColumn { after, title } => {
            Some(board.add_column(text, *after as usize, heading(title)?)?)
        }
        BoardChange::DropColumn { column } => Some(board.drop_column(text, *column as usize)?),
    })
}

/// The cards that a change was of, where they are afterwards.
fn now_at(change: &BoardChange, old: &Board, now: &Board, made: &Rearranged) -> Vec<usize> {
    let standing = |at: usize| now.cards.iter().position(|c| c.range.contains(&at));
    match change {
        BoardChange::Move { cards, .. } => cards
            .iter()
            .filter_map(|card| old.cards.get(*card as usize))
            .filter_map(|card| standing(made.now_at(card.head.start)?))
            .collect(),
        BoardChange::AddScene { .. } | BoardChange::AddBeat { .. } => made
            .first_added()
            .and_then(|at| now.cards.iter().position(|c| c.head.start >= at))
            .into_iter()
            .collect(),
        BoardChange::Split { card, .. } => vec![*card as usize + 1],
        BoardChange::Rename { card, .. } | BoardChange::Describe { card, .. } => {
            vec![*card as usize]
        }
        BoardChange::Paint { cards, .. }
        | BoardChange::Omit { cards }
        | BoardChange::BringBack { cards } => usizes(cards),
        _ => vec![],
    }
}

/// A script's board, nothing of it stale.
fn board_dto(text: &str, options: &PageOptions, layer: &RevisionLayer) -> BoardDto {
    let board = Board::of(text);
    let counted = tally_revised(text, options, layer);
    let mut at = Units::of(text);
    let mut acts: Vec<(u8, String)> = Vec::new();
    let mut columns: Vec<ColumnDto> = board
        .columns
        .iter()
        .map(|column| {
            acts.retain(|(depth, _)| *depth < column.depth);
            let act = acts.last().map(|(_, title)| title.clone());
            if column.depth > 0 {
                acts.push((column.depth, column.title.clone()));
            }
            ColumnDto {
                title: column.title.clone(),
                depth: column.depth.into(),
                act,
                from: at.at(column.section.start),
                first: to_u32(column.cards.start),
                count: to_u32(column.cards.len()),
                eighths: 0,
            }
        })
        .collect();
    let cards: Vec<CardDto> = board
        .cards
        .iter()
        .zip(0..)
        .map(|(card, id)| {
            let scene = card.scene.and_then(|n| counted.scenes.get(n));
            card_dto(id, card, scene, at.at(card.head.start))
        })
        .collect();
    for card in cards.iter().filter(|card| card.kind == CardKind::Scene) {
        if let Some(column) = columns.get_mut(card.column as usize) {
            column.eighths += card.eighths;
        }
    }
    BoardDto {
        revision: 0,
        eighths: counted.length.0,
        columns,
        cards,
        stale_beats: None,
    }
}

fn card_dto(id: u32, card: &Card, scene: Option<&SceneTally>, from: u32) -> CardDto {
    let played = scene.filter(|_| card.kind == CardKind::Scene);
    CardDto {
        id,
        kind: card.kind,
        column: to_u32(card.column),
        number: scene.map(|s| s.number.clone()).unwrap_or_default(),
        heading: card.heading.replace(['*', '_'], ""),
        synopsis: card.synopsis.clone(),
        color: card.color,
        characters: played.map(|s| s.characters.clone()).unwrap_or_default(),
        location: played.and_then(|s| s.location.clone()),
        eighths: played.map_or(0, |s| s.length.0),
        page: scene.map(|s| s.page.clone()).unwrap_or_default(),
        from,
        comes_back: card.comes_back(),
        stale: vec![],
    }
}
