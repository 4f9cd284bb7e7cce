//! Why a command did not do what it was asked.

use std::path::Path;

use inkstone_studio::{BriefError, StudioError, dto::ErrorDto};

/// Why a command did not do what it was asked.
#[derive(Debug)]
pub enum Failure {
    /// The studio says why.
    Studio(Box<ErrorDto>),
    /// The command line itself says why.
    Ours {
        /// As in an [`ErrorDto`].
        code: &'static str,
        /// What happened, in the person's language.
        message: String,
        /// What can be done.
        hint: String,
    },
    /// All was printed, and it is not well: findings of a check, problems of a library, a stop.
    Told,
    /// Whoever read our output has gone.
    NobodyReads,
}

impl From<ErrorDto> for Failure {
    fn from(error: ErrorDto) -> Self {
        Self::Studio(Box::new(error))
    }
}

impl From<StudioError> for Failure {
    fn from(error: StudioError) -> Self {
        error.to_dto().into()
    }
}

impl From<BriefError> for Failure {
    fn from(error: BriefError) -> Self {
        StudioError::from(error).into()
    }
}

impl Failure {
    /// Whether another program has the library.
    pub fn is_in_use(&self) -> bool {
        matches!(self, Self::Studio(error) if error.code.starts_with("in_use"))
    }

    /// A file that cannot be read.
    pub fn file(path: &Path, detail: impl ToString) -> Self {
        let path = path.to_string_lossy().into_owned();
        StudioError::File {
            path,
            detail: detail.to_string(),
        }
        .into()
    }
}
