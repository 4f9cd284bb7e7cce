use thiserror::Error;

/// Why a model file could not be had.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum DepotError {
    /// It has no room on the disk.
    #[error("{needed} bytes are needed, {free} are free")]
    NoRoom {
        /// What it needs, in bytes.
        needed: u64,
        /// What is free, in bytes.
        free: u64,
    },
    /// What was typed names no model file.
    #[error("no address of a model file: {0}")]
    Address(String),
    /// The sum that was typed is no SHA-256.
    #[error("no SHA-256: 64 characters of 0-9 and a-f are expected")]
    NoSum,
    /// 401, 403: the host gives it only to those who are allowed.
    #[error("{host} does not give the file to everybody: {detail}")]
    Gated {
        /// The host.
        host: String,
        /// What it said.
        detail: String,
    },
    /// 404: there is no such file.
    #[error("{host} has no such file: {detail}")]
    NotThere {
        /// The host.
        host: String,
        /// What it said.
        detail: String,
    },
    /// What came is no GGUF file.
    #[error("{host} sent no model but {what}")]
    NoModel {
        /// The host.
        host: String,
        /// What came instead.
        what: String,
    },
    /// All came, and its sum is another.
    #[error("the file has the sum {found}, and {expected} was expected")]
    WrongSum {
        /// As it should be.
        expected: String,
        /// As it is.
        found: String,
    },
    /// The host says now this and now that of the file.
    #[error("{host} is not steady: {detail}")]
    Unsteady {
        /// The host.
        host: String,
        /// What does not agree.
        detail: String,
    },
    /// The host sends on from an encrypted address to one that is not.
    #[error("{host} sends on to {to}, which is not encrypted")]
    Insecure {
        /// The host.
        host: String,
        /// Where to.
        to: String,
    },
    /// It is sent on and on.
    #[error("{host} sends on and on")]
    Round {
        /// The host that was asked first.
        host: String,
    },
    /// Another program writes the same file.
    #[error("{path} is being written by another program")]
    Busy {
        /// The file.
        path: String,
    },
}

impl DepotError {
    /// The code of its sentence, and the values in it.
    pub(crate) fn code(&self) -> (&'static str, Vec<(&'static str, String)>) {
        let megabytes = |bytes: &u64| bytes.div_ceil(1 << 20).max(1).to_string();
        let host_of = |host: &String| vec![("host", host.clone())];
        match self {
            Self::NoRoom { needed, free } => (
                "model_no_room",
                vec![("needed", megabytes(needed)), ("free", megabytes(free))],
            ),
            Self::Address(_) => ("download_address", vec![]),
            Self::NoSum => ("download_no_sum", vec![]),
            Self::Gated { host, .. } => ("download_gated", host_of(host)),
            Self::NotThere { host, .. } => ("download_not_there", host_of(host)),
            Self::NoModel { host, .. } => ("download_no_model", host_of(host)),
            Self::WrongSum { .. } => ("download_wrong_sum", vec![]),
            Self::Unsteady { host, .. } => ("download_unsteady", host_of(host)),
            Self::Insecure { host, to } => (
                "download_insecure",
                vec![("host", host.clone()), ("to", to.clone())],
            ),
            Self::Round { host } => ("download_round", host_of(host)),
            Self::Busy { path } => ("download_busy", vec![("path", path.clone())]),
        }
    }
}
