//! What crosses for the board.

use inkstone_manuscript::board::{CardColor, CardKind};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{dto::DraftView, story::dto::StaleDto};

/// A script as cards in columns.
#[derive(Debug, Clone, Serialize, TS)]
pub struct BoardDto {
    /// Revision of the draft that cards and places belong to.
    pub revision: u32,
    /// The script's length in eighths of a page.
    pub eighths: u32,
    /// The columns, in order. The first is what stands before the first section.
    pub columns: Vec<ColumnDto>,
    /// The cards, in order.
    pub cards: Vec<CardDto>,
    /// Whether the beats are made from something that reads otherwise now.
    pub stale_beats: Option<StaleDto>,
}

/// A column of the board.
#[derive(Debug, Clone, Serialize, TS)]
pub struct ColumnDto {
    /// The section's title; empty for what stands before the first.
    pub title: String,
    /// How many `#` it has; 0 for what stands before the first.
    pub depth: u32,
    /// The act that a sequence stands in.
    pub act: Option<String>,
    /// Start of the section's line (UTF-16).
    pub from: u32,
    /// Its first card, by place.
    pub first: u32,
    /// How many cards it has.
    pub count: u32,
    /// How long its scenes are, in eighths of a page.
    pub eighths: u32,
}

/// A card of the board.
#[derive(Debug, Clone, Serialize, TS)]
pub struct CardDto {
    /// Its place among the cards, from 0.
    pub id: u32,
    /// What it is.
    #[ts(type = "\"scene\" | \"omitted\" | \"beat\"")]
    pub kind: CardKind,
    /// The column, by place.
    pub column: u32,
    /// The scene's number; empty for a beat, and for an omitted scene that left none.
    pub number: String,
    /// The heading without marks and number.
    pub heading: String,
    /// The synopsis, lines as in the text; what a beat says.
    pub synopsis: String,
    /// The colour.
    #[ts(type = "CardColor | null")]
    pub color: Option<CardColor>,
    /// Who speaks, in order.
    pub characters: Vec<String>,
    /// Where it plays.
    pub location: Option<String>,
    /// How long it is, in eighths of a page.
    pub eighths: u32,
    /// The page on which it begins.
    pub page: String,
    /// Start of its heading or line (UTF-16).
    pub from: u32,
    /// Whether it is an omitted scene that can be brought back.
    pub comes_back: bool,
    /// What of it is stale.
    pub stale: Vec<StaleDto>,
}

/// Where cards are put.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, TS)]
#[serde(tag = "at", rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum CardPlace {
    /// Before a card.
    Before { card: u32 },
    /// Behind a card.
    After { card: u32 },
    /// As the first of a column.
    First { column: u32 },
    /// As the last of a column.
    Last { column: u32 },
}

/// A change of the board.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, TS)]
#[serde(tag = "what", rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum BoardChange {
    /// Moves cards to one place, in the order they have.
    Move { cards: Vec<u32>, to: CardPlace },
    /// A new scene.
    AddScene {
        to: CardPlace,
        heading: String,
        synopsis: String,
    },
    /// A new beat.
    AddBeat { to: CardPlace, text: String },
    /// Cuts a scene in two; `at` is where a paragraph begins (UTF-16).
    Split { card: u32, at: u32, heading: String },
    /// Another heading; the number stays.
    Rename { card: u32, heading: String },
    /// Another synopsis, or what a beat says.
    Describe { card: u32, synopsis: String },
    /// A colour, or none.
    Paint {
        cards: Vec<u32>,
        #[ts(type = "CardColor | null")]
        color: Option<CardColor>,
    },
    /// Takes scenes out; they stay in the text as boneyard.
    Omit { cards: Vec<u32> },
    /// Brings omitted scenes back.
    BringBack { cards: Vec<u32> },
    /// Another title of a column.
    Retitle { column: u32, title: String },
    /// A new column behind another.
    AddColumn { after: u32, title: String },
    /// Takes a column without cards away.
    DropColumn { column: u32 },
}

/// A board after a change.
#[derive(Debug, Clone, Serialize, TS)]
pub struct BoardChanged {
    /// The draft.
    pub view: DraftView,
    /// The board as it is now.
    pub board: BoardDto,
    /// The cards that were changed, where they are now.
    pub cards: Vec<u32>,
    /// Whether there was anything to change.
    pub changed: bool,
}

/// A place at which a scene can be cut in two.
#[derive(Debug, Clone, Serialize, TS)]
pub struct CutDto {
    /// Where (UTF-16).
    pub at: u32,
    /// The paragraph that begins there, shortened.
    pub text: String,
}

/// The beat sheets that there are.
#[derive(Debug, Clone, Serialize, TS)]
pub struct BeatSheetsDto {
    /// The sheets: those that ship, then a person's own.
    pub sheets: Vec<BeatSheetDto>,
    /// Files that can't be read.
    pub unreadable: Vec<BadSheetDto>,
    /// The folder for a person's own.
    pub folder: String,
    /// The pages that beats are laid out on.
    pub pages: u32,
}

/// A beat sheet.
#[derive(Debug, Clone, Serialize, TS)]
pub struct BeatSheetDto {
    /// Its id.
    pub id: String,
    /// What it is called, in the script's language.
    pub name: String,
    /// What it is good for.
    pub about: String,
    /// Whether it is a person's own.
    pub own: bool,
    /// Its parts.
    pub parts: Vec<SheetPartDto>,
}

/// A part of a beat sheet.
#[derive(Debug, Clone, Serialize, TS)]
pub struct SheetPartDto {
    /// What it is called.
    pub name: String,
    /// The page on which it begins.
    pub page: u32,
    /// Its beats.
    pub beats: Vec<SheetBeatDto>,
}

/// A beat of a sheet.
#[derive(Debug, Clone, Serialize, TS)]
pub struct SheetBeatDto {
    /// What it is called.
    pub name: String,
    /// What happens in it.
    pub about: String,
    /// The first page of where it falls.
    pub first: u32,
    /// The last page.
    pub last: u32,
}

/// A file that is no beat sheet.
#[derive(Debug, Clone, Serialize, TS)]
pub struct BadSheetDto {
    /// Its name.
    pub file: String,
    /// What is wrong, as the reader of the file says it.
    pub reason: String,
}

macro_rules! inputs {
    ($($(#[$meta:meta])* $name:ident { $($(#[$fmeta:meta])* $field:ident : $ty:ty),* $(,)? })*) => {$(
        $(#[$meta])*
        #[derive(Debug, Clone, Deserialize, TS)]
        #[serde(deny_unknown_fields)]
        #[allow(missing_docs)]
        pub struct $name { $($(#[$fmeta])* pub $field: $ty),* }
    )*};
}

inputs! {
    /// A change of the board; `revision` is the board's.
    ChangeBoard { draft_id: String, revision: u32, change: BoardChange }
    /// A card; `revision` is the board's.
    CardOf { draft_id: String, revision: u32, card: u32 }
    /// Beat sheets for a draft, laid out on so many pages; otherwise as many as it has, or 110.
    BeatSheetsOf { draft_id: String, pages: Option<u32> }
    /// A beat sheet to put into a draft; `revision` is the draft's.
    ApplyBeatSheet { draft_id: String, revision: u32, sheet: String }
}
