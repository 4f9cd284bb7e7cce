use std::collections::BTreeMap;

use inkstone_desks::{BriefError, DeskError};
use inkstone_formats::FormatError;
use inkstone_generation::{GenerationError, GenerationErrorKind};
use inkstone_library::{ArchiveError, Holder, LibraryError, Program};
use inkstone_manuscript::board::BoardError;
use thiserror::Error;

use crate::{KeyError, depot::DepotError, dto::ErrorDto, sentences};

/// Anything that can go wrong in a use-case.
#[derive(Debug, Error)]
pub enum StudioError {
    /// From a model or its adapter.
    #[error(transparent)]
    Generation(#[from] GenerationError),
    /// From the library.
    #[error(transparent)]
    Library(#[from] LibraryError),
    /// From plain files on their way out or back.
    #[error(transparent)]
    Archive(#[from] ArchiveError),
    /// From a desk.
    #[error(transparent)]
    Desk(#[from] DeskError),
    /// A brief that can't be read.
    #[error(transparent)]
    Brief(#[from] BriefError),
    /// A file of another program that can't be read or written.
    #[error(transparent)]
    Format(#[from] FormatError),
    /// A key that can't be kept or had.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// A prompt that was changed has nothing left in it.
    #[error("the prompt is empty")]
    EmptyPrompt,
    /// A prompt that was changed is in the form of another sort of model.
    #[error("the prompt is in the form of another sort of model")]
    PromptForOther,
    /// A model file that can't be had.
    #[error(transparent)]
    Depot(#[from] DepotError),
    /// A remote model was asked for in a project that is local only.
    #[error("the project is local only; `{host}` was not contacted")]
    RemoteNotAllowed {
        /// The host that was not contacted.
        host: String,
    },
    /// The shelf has no such model.
    #[error("no model `{id}` on the shelf")]
    ModelNotChosen {
        /// The id asked for.
        id: String,
    },
    /// An embedding model was asked to write.
    #[error("`{name}` finds texts and writes none")]
    ModelForSearch {
        /// The model's name.
        name: String,
    },
    /// No such job, or it is over.
    #[error("no job `{0}`")]
    JobNotFound(String),
    /// The call itself is wrong.
    #[error("bad request: {0}")]
    BadRequest(String),
    /// A text is longer than a field may hold.
    #[error("{field} is longer than {limit} characters")]
    TooLong {
        /// The field.
        field: String,
        /// The most characters it may hold.
        limit: usize,
    },
    /// A server's model that answers nobody without a key has none.
    #[error("`{name}` wants a key")]
    NoKey {
        /// The model's name.
        name: String,
    },
    /// What is asked for may cost more than is left of a budget.
    #[error("{spent} spent, {estimate} asked for, of {budget} {currency}")]
    BudgetPassed {
        /// Of the project, or else of all.
        project: bool,
        /// What may be spent in a month.
        budget: f64,
        /// What was spent.
        spent: f64,
        /// What the request may come to.
        estimate: f64,
        /// The currency.
        currency: String,
    },
    /// The take has no text to go on from, or is whole.
    #[error("there is nothing to go on from")]
    NothingToResume,
    /// The take is still being written.
    #[error("the take is still being written")]
    StillWriting,
    /// Earlier turns have no room, and no minutes of them could be written.
    #[error("no summary of earlier turns could be written")]
    SummaryFailed,
    /// A judge's answer is no judgement, also when it was asked again.
    #[error("the judge's answer is no judgement")]
    JudgeUnreadable,
    /// The person stopped it before anything was written.
    #[error("stopped")]
    Stopped,
    /// The text to accept is empty.
    #[error("there is no text to accept")]
    NothingWritten,
    /// The draft, its document or its project was deleted.
    #[error("the draft lies in the bin")]
    InTheBin,
    /// The take was written for another document.
    #[error("the take belongs to another document")]
    OtherDocument,
    /// A server wrote it, and can't be made to write the same again.
    #[error("written by `{host}`")]
    ReplayRemote {
        /// The server.
        host: String,
    },
    /// A record that does not say enough to run it again.
    #[error("the record can't be run: {0}")]
    ReplayUnreadable(String),
    /// The start of an id that several things share.
    #[error("`{0}` is the start of several ids")]
    Ambiguous(String),
    /// A file can't be written.
    #[error("{path}: {detail}")]
    Unwritable {
        /// The path.
        path: String,
        /// What the system said.
        detail: String,
    },
    /// A file can't be read.
    #[error("{path}: {detail}")]
    File {
        /// The path.
        path: String,
        /// What the system said.
        detail: String,
    },
    /// There is a file of this name already, and nothing is written over.
    #[error("{path}: there is a file already")]
    Taken {
        /// The path.
        path: String,
    },
    /// A change of the board that can't be made.
    #[error(transparent)]
    Board(#[from] BoardError),
    /// There is no such beat sheet.
    #[error("no beat sheet `{0}`")]
    NoSheet(String),
    /// A folder for an export has other things in it.
    #[error("{path}: not empty, and no older export")]
    NotEmpty {
        /// The folder.
        path: String,
    },
    /// An older export that was worked on since is not written over.
    #[error("{path}: {file} was changed since it was written")]
    WorkedOn {
        /// The folder.
        path: String,
        /// A file that was changed.
        file: String,
    },
    /// A fault of ours.
    #[error("internal: {0}")]
    Internal(String),
}

impl StudioError {
    /// There is no action of that name.
    pub fn no_action(id: &str) -> Self {
        DeskError::NoAction { id: id.to_owned() }.into()
    }

    /// Nothing has this id or name.
    pub fn not_found(what: &'static str, id: &str) -> Self {
        LibraryError::NotFound {
            what,
            id: id.to_owned(),
        }
        .into()
    }

    /// The code, its values and the technical detail, ready for a UI.
    pub fn to_dto(&self) -> ErrorDto {
        let (code, values): (String, Vec<(&str, String)>) = match self {
            Self::Generation(e) => generation(e),
            Self::Library(e) => library(e),
            Self::Archive(e) => archive(e),
            Self::Desk(e) => desk(e),
            Self::Brief(e) => brief(e),
            Self::Format(e) => format(e),
            Self::Key(e) => key(e),
            Self::Depot(e) => {
                let (code, values) = e.code();
                (code.into(), values)
            }
            Self::RemoteNotAllowed { host } => {
                ("remote_not_allowed".into(), vec![("host", host.clone())])
            }
            Self::ModelNotChosen { id } => ("model_not_chosen".into(), vec![("id", id.clone())]),
            Self::ModelForSearch { name } => {
                ("model_for_search".into(), vec![("name", name.clone())])
            }
            Self::JobNotFound(_) => ("job_not_found".into(), vec![]),
            Self::EmptyPrompt => ("empty_prompt".into(), vec![]),
            Self::PromptForOther => ("prompt_for_other".into(), vec![]),
            Self::BadRequest(_) => ("bad_request".into(), vec![]),
            Self::Board(e) => {
                let code = match e {
                    // Cards are counted in the text that was sent, so it has moved on.
                    BoardError::NoCard | BoardError::NoPlace => "board_changed",
                    BoardError::NothingLeft => "scene_gone",
                    BoardError::NoHeading => "not_a_heading",
                    BoardError::ReadsOtherwise => "reads_otherwise",
                };
                (code.into(), vec![])
            }
            Self::NoSheet(id) => ("no_beat_sheet".into(), vec![("id", id.clone())]),
            Self::TooLong { field, limit } => (
                "brief_too_long".into(),
                vec![("field", field.clone()), ("limit", limit.to_string())],
            ),
            Self::NoKey { name } => ("no_key".into(), vec![("name", name.clone())]),
            Self::BudgetPassed {
                project,
                budget,
                spent,
                estimate,
                currency,
            } => {
                let code = if *project {
                    "budget_passed"
                } else {
                    "budget_of_all_passed"
                };
                let values = vec![
                    ("budget", money(*budget)),
                    ("spent", money(*spent)),
                    ("estimate", money(*estimate)),
                    ("currency", currency.clone()),
                ];
                (code.into(), values)
            }
            Self::NothingToResume => ("nothing_to_resume".into(), vec![]),
            Self::StillWriting => ("still_writing".into(), vec![]),
            Self::SummaryFailed => ("summary_failed".into(), vec![]),
            Self::JudgeUnreadable => ("judge_unreadable".into(), vec![]),
            Self::Stopped => ("stopped".into(), vec![]),
            Self::NothingWritten => ("nothing_written".into(), vec![]),
            Self::InTheBin => ("in_the_bin".into(), vec![]),
            Self::OtherDocument => ("other_document".into(), vec![]),
            Self::ReplayRemote { host } => ("replay_remote".into(), vec![("host", host.clone())]),
            Self::ReplayUnreadable(_) => ("replay_unreadable".into(), vec![]),
            Self::Ambiguous(id) => ("ambiguous_id".into(), vec![("id", id.clone())]),
            Self::Unwritable { path, .. } => {
                ("file_unwritable".into(), vec![("path", path.clone())])
            }
            Self::File { path, .. } => ("file_unreadable".into(), vec![("path", path.clone())]),
            Self::Taken { path } => ("file_exists".into(), vec![("path", path.clone())]),
            Self::NotEmpty { path } => ("folder_not_empty".into(), vec![("path", path.clone())]),
            Self::WorkedOn { path, file } => (
                "folder_worked_on".into(),
                vec![("path", path.clone()), ("file", file.clone())],
            ),
            Self::Internal(_) => ("internal".into(), vec![]),
        };
        ErrorDto {
            code,
            values: values.into_iter().map(|(k, v)| (k.to_owned(), v)).collect(),
            detail: Some(self.to_string()),
        }
    }
}

type Parts = (String, Vec<(&'static str, String)>);

fn generation(error: &GenerationError) -> Parts {
    let code = serde_json::to_value(error.kind)
        .ok()
        .and_then(|v| v.as_str().map(str::to_owned));
    let values = match (error.kind, error.wait) {
        (GenerationErrorKind::LongWait, wait) => {
            let minutes = wait.unwrap_or_default().as_secs().div_ceil(60);
            vec![("minutes", minutes.to_string())]
        }
        _ => vec![],
    };
    (code.unwrap_or_else(|| "internal".into()), values)
}

fn library(error: &LibraryError) -> Parts {
    let (code, values) = match error {
        LibraryError::NotFound { .. } => ("not_found", vec![]),
        LibraryError::Conflict { .. } => ("conflict", vec![]),
        LibraryError::BadEdit(_) => ("bad_request", vec![]),
        LibraryError::InUse(holder) => return in_use(holder.as_ref()),
        LibraryError::Reading => ("reading_only", vec![]),
        LibraryError::NoRoom { needed, free } => (
            "no_room",
            vec![("needed", megabytes(*needed)), ("free", megabytes(*free))],
        ),
        LibraryError::Newer { found, known } => (
            "newer_library",
            vec![("found", found.to_string()), ("known", known.to_string())],
        ),
        LibraryError::Damaged(_) => ("damaged_library", vec![]),
        LibraryError::ReadOnly => ("read_only", vec![]),
        LibraryError::DiskFull => ("disk_full", vec![]),
        LibraryError::LastDraft => ("last_draft", vec![]),
        LibraryError::TooLarge { limit } => {
            ("file_too_large", vec![("limit", (limit >> 20).to_string())])
        }
        LibraryError::Io(_) => ("library_unreachable", vec![]),
        LibraryError::Sql(_) => ("internal", vec![]),
    };
    (code.to_owned(), values)
}

fn archive(error: &ArchiveError) -> Parts {
    let path_of = |path: &String| vec![("path", path.clone())];
    let (code, values) = match error {
        ArchiveError::NoArchive => ("archive_none", vec![]),
        ArchiveError::Newer { found, known } => (
            "archive_newer",
            vec![("found", found.to_string()), ("known", known.to_string())],
        ),
        ArchiveError::Missing { path } => ("archive_missing", path_of(path)),
        ArchiveError::Changed { path } => ("archive_changed", path_of(path)),
        ArchiveError::BadPath { path } => ("archive_bad_path", path_of(path)),
        ArchiveError::TooLarge { path, limit, .. } => (
            "archive_too_large",
            vec![("path", path.clone()), ("limit", megabytes(*limit))],
        ),
        ArchiveError::Broken { path, .. } => ("archive_broken", path_of(path)),
        ArchiveError::Stopped => ("stopped", vec![]),
        ArchiveError::File { path, .. } => ("file_unreadable", path_of(path)),
        ArchiveError::Library(error) => return library(error),
    };
    (code.to_owned(), values)
}

fn key(error: &KeyError) -> Parts {
    let (code, values) = match error {
        KeyError::NoKeychain(_) => ("key_no_keychain", vec![]),
        KeyError::KeychainRefused(_) => ("key_keychain_refused", vec![]),
        KeyError::KeychainSilent => ("key_keychain_silent", vec![]),
        KeyError::GoneFromKeychain => ("key_gone", vec![]),
        KeyError::FileLocked => ("keys_locked", vec![]),
        KeyError::NoFile => ("keys_no_file", vec![]),
        KeyError::WrongPassphrase => ("keys_wrong_passphrase", vec![]),
        KeyError::ShortPassphrase { least } => {
            ("keys_short_passphrase", vec![("least", least.to_string())])
        }
        KeyError::FileDamaged(_) => ("keys_damaged", vec![]),
        KeyError::FileNewer(_) => ("keys_newer", vec![]),
        KeyError::File { path, .. } => ("file_unwritable", vec![("path", path.clone())]),
    };
    (code.to_owned(), values)
}

/// Who has the library, as far as it is known.
fn in_use(holder: Option<&Holder>) -> Parts {
    let Some(Holder {
        program,
        pid,
        since,
    }) = holder
    else {
        return ("in_use".to_owned(), vec![]);
    };
    let code = match program {
        Program::Window => "in_use_window",
        Program::CommandLine => "in_use_command",
        Program::Other => "in_use",
    };
    let values = vec![
        ("pid", pid.to_string()),
        (sentences::SINCE, since.to_string()),
    ];
    (code.to_owned(), values)
}

/// A sum for people: cents, and more places for what is less than one.
fn money(amount: f64) -> String {
    if amount > 0.0 && amount < 0.01 {
        format!("{amount:.4}")
    } else {
        format!("{amount:.2}")
    }
}

/// Whole megabytes, never none.
fn megabytes(bytes: u64) -> String {
    bytes.div_ceil(1 << 20).max(1).to_string()
}

fn desk(error: &DeskError) -> Parts {
    let (code, values) = match error {
        DeskError::Brief(e) => return brief(e),
        DeskError::EmptySelection => ("empty_selection", vec![]),
        DeskError::NoSuchScene { number } => {
            ("no_such_scene", vec![("number", number.to_string())])
        }
        DeskError::SceneNotWritten { number } => {
            ("scene_not_written", vec![("number", number.to_string())])
        }
        DeskError::QuestionTooLong { tokens, room } => (
            "question_too_long",
            vec![("tokens", tokens.to_string()), ("room", room.to_string())],
        ),
        DeskError::NeedsLargerModel { .. } => ("needs_larger_model", vec![]),
        DeskError::TaskNotForKind { .. } => ("task_not_for_kind", vec![]),
        DeskError::NoAction { id } => ("no_action", vec![("id", id.clone())]),
        DeskError::Action(e) => {
            let line = e
                .line
                .map_or_else(|| "?".to_owned(), |line| line.to_string());
            ("action_broken", vec![("line", line)])
        }
        DeskError::Template(_) => ("internal", vec![]),
    };
    (code.to_owned(), values)
}

fn format(error: &FormatError) -> Parts {
    let (code, values) = match error {
        FormatError::TooLarge { limit, .. } => {
            ("file_too_large", vec![("limit", (limit >> 20).to_string())])
        }
        FormatError::Binary { .. } => ("file_not_text", vec![]),
        FormatError::Encoding { encoding } => {
            ("file_encoding", vec![("encoding", (*encoding).to_owned())])
        }
        FormatError::Xml { line, column, .. } => (
            "file_broken",
            vec![("line", line.to_string()), ("column", column.to_string())],
        ),
        FormatError::NotThis { format, .. } => {
            ("file_not_this", vec![("format", (*format).to_owned())])
        }
        FormatError::NoPicture => ("picture_unknown", vec![]),
        FormatError::PictureBroken(_) => ("picture_broken", vec![]),
        FormatError::TooManyPixels { limit } => {
            ("picture_too_large", vec![("limit", limit.to_string())])
        }
        _ => ("internal", vec![]),
    };
    (code.to_owned(), values)
}

fn brief(error: &BriefError) -> Parts {
    let (code, values) = match error {
        BriefError::UnknownField { field, expected } => (
            "brief_unknown_field",
            vec![("field", field.clone()), ("expected", expected.join(", "))],
        ),
        BriefError::BadValue { field, detail } => (
            "brief_bad_value",
            vec![("field", field.clone()), ("detail", detail.clone())],
        ),
        BriefError::Missing { field } => ("brief_missing", vec![("field", field.clone())]),
        BriefError::TooLong { field, limit } => (
            "brief_too_long",
            vec![("field", field.clone()), ("limit", limit.to_string())],
        ),
        BriefError::NotAMapping(_) => ("brief_not_a_mapping", vec![]),
        BriefError::Syntax { line, detail } => (
            "brief_syntax",
            vec![
                (
                    "line",
                    line.map_or_else(|| "?".to_owned(), |l| l.to_string()),
                ),
                ("detail", detail.clone()),
            ],
        ),
    };
    (code.to_owned(), values)
}

/// A technical error without values.
pub(crate) fn dto(code: &str, detail: impl Into<String>) -> ErrorDto {
    ErrorDto {
        code: code.to_owned(),
        values: BTreeMap::new(),
        detail: Some(detail.into()),
    }
}

/// One error of each code.
#[cfg(test)]
pub(crate) fn samples() -> Vec<StudioError> {
    use inkstone_generation::GenerationErrorKind::*;
    let id = || "x".to_owned();
    // A new variant must be added here and in the list below; the compiler says so.
    let known = |kind: GenerationErrorKind| match kind {
        ModelNotFound | ModelNotAFile | ModelBroken | ModelUnsupported | ModelTooLarge
        | ContextOverflow | InvalidRequest | ConstraintUnmet | Unreachable | Certificate
        | Proxy | Timeout | Stalled | Unauthorized | Forbidden | RemoteNotFound | RateLimited
        | LongWait | QuotaUsedUp | ServerTrouble | Loading | Refused | NotAnApi | Redirected
        | Garbled | BadAddress | Interrupted | NotAllowed | Internal => {
            GenerationError::new(kind, "detail").into()
        }
    };
    let mut all: Vec<StudioError> = [
        ModelNotFound,
        ModelNotAFile,
        ModelBroken,
        ModelUnsupported,
        ModelTooLarge,
        ContextOverflow,
        InvalidRequest,
        ConstraintUnmet,
        Unreachable,
        Certificate,
        Proxy,
        Timeout,
        Stalled,
        Unauthorized,
        Forbidden,
        RemoteNotFound,
        RateLimited,
        LongWait,
        QuotaUsedUp,
        ServerTrouble,
        Loading,
        Refused,
        NotAnApi,
        Redirected,
        Garbled,
        BadAddress,
        Interrupted,
        NotAllowed,
        Internal,
    ]
    .map(known)
    .into();
    all.extend(
        [
            LibraryError::NotFound {
                what: "draft",
                id: id(),
            },
            LibraryError::Conflict { current: 2 },
            LibraryError::BadEdit(id()),
            LibraryError::InUse(None),
            LibraryError::InUse(Some(Holder {
                program: Program::Window,
                pid: 7,
                since: 9,
            })),
            LibraryError::InUse(Some(Holder {
                program: Program::CommandLine,
                pid: 7,
                since: 9,
            })),
            LibraryError::Reading,
            LibraryError::NoRoom { needed: 9, free: 5 },
            LibraryError::Newer { found: 9, known: 5 },
            LibraryError::Damaged(id()),
            LibraryError::ReadOnly,
            LibraryError::DiskFull,
            LibraryError::LastDraft,
            LibraryError::TooLarge { limit: 1 << 20 },
            LibraryError::Io(id()),
            LibraryError::Sql(id()),
        ]
        .map(StudioError::from),
    );
    all.extend(
        [
            FormatError::TooLarge {
                bytes: 2 << 20,
                limit: 1 << 20,
            },
            FormatError::Binary { at: 4 },
            FormatError::Encoding { encoding: "UTF-16" },
            FormatError::Xml {
                line: 2,
                column: 3,
                detail: id(),
            },
            FormatError::NotThis {
                format: "Final Draft",
                detail: id(),
            },
            FormatError::NoPicture,
            FormatError::PictureBroken(id()),
            FormatError::TooManyPixels { limit: 8192 },
            FormatError::Table(id()),
        ]
        .map(StudioError::from),
    );
    all.extend(
        [
            DeskError::EmptySelection,
            DeskError::NoSuchScene { number: 3 },
            DeskError::SceneNotWritten { number: 3 },
            DeskError::NeedsLargerModel { task: id() },
            DeskError::QuestionTooLong { tokens: 9, room: 3 },
            DeskError::TaskNotForKind {
                task: id(),
                kind: id(),
            },
            DeskError::Template(id()),
        ]
        .map(StudioError::from),
    );
    all.extend(
        [
            BriefError::UnknownField {
                field: id(),
                expected: vec![id()],
            },
            BriefError::BadValue {
                field: id(),
                detail: id(),
            },
            BriefError::Missing { field: id() },
            BriefError::TooLong {
                field: id(),
                limit: 5,
            },
            BriefError::NotAMapping(id()),
            BriefError::Syntax {
                line: Some(2),
                detail: id(),
            },
        ]
        .map(StudioError::from),
    );
    all.extend(
        [
            ArchiveError::NoArchive,
            ArchiveError::Newer { found: 9, known: 1 },
            ArchiveError::Missing { path: id() },
            ArchiveError::Changed { path: id() },
            ArchiveError::BadPath { path: id() },
            ArchiveError::TooLarge {
                path: id(),
                bytes: 9 << 30,
                limit: 1 << 29,
            },
            ArchiveError::Broken {
                path: id(),
                why: id(),
            },
            ArchiveError::Stopped,
            ArchiveError::File {
                path: id(),
                why: id(),
            },
            ArchiveError::Library(LibraryError::DiskFull),
        ]
        .map(StudioError::from),
    );
    all.extend([
        KeyError::NoKeychain(id()).into(),
        KeyError::KeychainRefused(id()).into(),
        KeyError::KeychainSilent.into(),
        KeyError::GoneFromKeychain.into(),
        KeyError::FileLocked.into(),
        KeyError::NoFile.into(),
        KeyError::WrongPassphrase.into(),
        KeyError::ShortPassphrase { least: 8 }.into(),
        KeyError::FileDamaged("x").into(),
        KeyError::FileNewer(2).into(),
        KeyError::File {
            path: id(),
            detail: id(),
        }
        .into(),
        DepotError::NoRoom { needed: 9, free: 4 }.into(),
        DepotError::Address(id()).into(),
        DepotError::NoSum.into(),
        DepotError::Gated {
            host: id(),
            detail: id(),
        }
        .into(),
        DepotError::NotThere {
            host: id(),
            detail: id(),
        }
        .into(),
        DepotError::NoModel {
            host: id(),
            what: id(),
        }
        .into(),
        DepotError::WrongSum {
            expected: id(),
            found: id(),
        }
        .into(),
        DepotError::Unsteady {
            host: id(),
            detail: id(),
        }
        .into(),
        DepotError::Insecure {
            host: id(),
            to: id(),
        }
        .into(),
        DepotError::Round { host: id() }.into(),
        DepotError::Busy { path: id() }.into(),
        StudioError::RemoteNotAllowed { host: id() },
        StudioError::ModelNotChosen { id: id() },
        StudioError::ModelForSearch { name: id() },
        StudioError::JobNotFound(id()),
        StudioError::BadRequest(id()),
        StudioError::Board(BoardError::NoCard),
        StudioError::Board(BoardError::NothingLeft),
        StudioError::Board(BoardError::NoHeading),
        StudioError::Board(BoardError::ReadsOtherwise),
        StudioError::NoSheet(id()),
        StudioError::EmptyPrompt,
        StudioError::PromptForOther,
        DeskError::NoAction { id: id() }.into(),
        DeskError::Action(inkstone_desks::ActionError {
            line: Some(3),
            fault: inkstone_desks::ActionFault::NoName,
        })
        .into(),
        StudioError::StillWriting,
        StudioError::SummaryFailed,
        StudioError::JudgeUnreadable,
        StudioError::Stopped,
        StudioError::NothingWritten,
        StudioError::InTheBin,
        StudioError::OtherDocument,
        StudioError::ReplayRemote { host: id() },
        StudioError::ReplayUnreadable(id()),
        StudioError::Ambiguous(id()),
        StudioError::TooLong {
            field: id(),
            limit: 5,
        },
        StudioError::NoKey { name: id() },
        StudioError::BudgetPassed {
            project: true,
            budget: 5.0,
            spent: 4.99,
            estimate: 0.02,
            currency: id(),
        },
        StudioError::BudgetPassed {
            project: false,
            budget: 5.0,
            spent: 4.99,
            estimate: 0.0012,
            currency: id(),
        },
        StudioError::NothingToResume,
        StudioError::Unwritable {
            path: id(),
            detail: id(),
        },
        StudioError::File {
            path: id(),
            detail: id(),
        },
        StudioError::Taken { path: id() },
        StudioError::NotEmpty { path: id() },
        StudioError::WorkedOn {
            path: id(),
            file: id(),
        },
        StudioError::Internal(id()),
    ]);
    all
}
