//! # The desks
//!
//! One desk for each kind of document: its brief, what it can be asked to write, the prompts for
//! that, how a model's answer becomes text of the document, and what is checked in that text.
//!
//! Rules
//! - Pure functions of their arguments: no database, no network, no files but the prompt templates
//!   that are compiled in from `assets/prompts/`, no sentence for the UI (findings and errors carry
//!   a rule and values; the sentences stand in `assets/locales/`).
//! - A brief is data from a stranger: whatever is wrong with it is a typed error that names the
//!   field. What a model answers is too: parsing takes anything, whole or cut off anywhere.
//! - Positions are bytes on character borders of the text they belong to.
//! - A new kind is one folder here and one row in `registry.rs`.
//!
//! Glossary
//! - *Brief*: what a person fills in before anything is written.
//! - *Task*: what a desk is asked to do: a draft, beats, a scene, or a change to a selection.
//! - *Target*: the bytes of the document that a suggestion would replace; empty for an insertion.
//! - *Dialogue*: a conversation with an assistant beside a text; see [`dialogue`].
//! - *Judge*: a model that grades texts; see [`judge`].
//! - *Channel*: where an ad runs; it sets the fields of an ad and their limits.
//! - *Masking*: values that give way to placeholders before a text is sent; see [`masking`].
//! - *Page*: what the brief says of one of the people or places of a script.
//! - *Stage*: a part of a story that the next is made from; see [`Story`].
//! - *Action*: a task that a person wrote, a file of the same form as ours; see [`OwnAction`].
//! - *Voice sample*: a passage of a project's own writing that prompts take the voice from.
//! - *House rules*: words and phrases that a project never uses, one a line.
//! - *Chat form*, *compact form*: the two forms of a prompt; see [`compact`].

mod ads;
mod bounds;
mod brief;
mod budget;
mod channel;
mod check;
mod clean;
pub mod compact;
mod compose;
mod dialogue;
mod find;
mod json;
mod judging;
pub mod masking;
mod news;
mod own;
mod parts;
mod registry;
mod screenplay;
mod target;
mod task;
mod templates;
mod view;

pub use brief::{
    AdsBrief, Brief, BriefError, CharacterBrief, InPrompt, LONGEST_FIELD, MOST_ITEMS, NewsBrief,
    PlaceBrief, ScreenplayBrief,
};
pub use budget::tokens;
pub use channel::{Channel, ChannelSpec, FieldSpec, Unit};
pub use check::{Finding, Severity, check};
pub use compose::{Composed, DeskError, Input, beyond, compose};
pub use dialogue::{
    Dialogue, DialoguePart, DialogueRules, DocumentShown, PartKind, PartState, Planned, Segment,
    Summarising, Summed, dialogue, summary,
};
pub use judging::{
    Criterion, Graded, Judged, Judging, Mark, Standing, agreed, checks_score, judge, new_findings,
    rank, read_judgement,
};
pub use own::{
    ActionError, ActionFault, Answer, LARGEST_ACTION, Needs, OwnAction, OwnName, check_action,
    copy_of,
};
pub use parts::{PromptPart, prompt_parts};
pub use registry::{RULES, tasks};
pub use screenplay::{
    interview::{Asked, Exchange, Interview, interview},
    pages::{PageInPrompt, PageOf},
    put_people,
    report::{Coverage, Grade, Point, Quote, Rating, Verdict, knowledge},
    sheet::{BeatSheet, Fitted, LARGEST_SHEET, SheetBeat, SheetError, SheetPart, Words, fit},
    story::{Because, Hashes, Part, Sources, Stage, Stale, Story},
    validate,
};
pub use target::join;
pub use task::{Goes, Output, Task, handed, parse, whole};
pub use templates::template_sha256;
pub use view::MOST_VOICE;
