//! Errors of this room, and the net under code that may panic.

use std::panic::{AssertUnwindSafe, catch_unwind};

use inkstone_generation::{GenerationError, GenerationErrorKind as Kind};

pub(crate) type Result<T> = std::result::Result<T, GenerationError>;

pub(crate) fn broken(detail: impl Into<String>) -> GenerationError {
    GenerationError::new(Kind::ModelBroken, detail)
}

pub(crate) fn unsupported(detail: impl Into<String>) -> GenerationError {
    GenerationError::new(Kind::ModelUnsupported, detail)
}

pub(crate) fn invalid(detail: impl Into<String>) -> GenerationError {
    GenerationError::new(Kind::InvalidRequest, detail)
}

pub(crate) fn internal(detail: impl Into<String>) -> GenerationError {
    GenerationError::new(Kind::Internal, detail)
}

/// A fault of the tensor library while the network runs.
pub(crate) fn tensor(error: candle_core::Error) -> GenerationError {
    internal(format!("tensor: {error}"))
}

/// Runs `work`; a panic becomes an error of `kind` instead of the end of the program.
pub(crate) fn guarded<T>(kind: Kind, work: impl FnOnce() -> Result<T>) -> Result<T> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|panic| {
        let said = panic
            .downcast_ref::<&str>()
            .map(ToString::to_string)
            .or_else(|| panic.downcast_ref::<String>().cloned())
            .unwrap_or_default();
        Err(GenerationError::new(
            kind,
            format!("caught a panic: {said}"),
        ))
    })
}
