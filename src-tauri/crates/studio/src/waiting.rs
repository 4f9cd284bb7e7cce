//! What a take waits for, while a server lets it wait.

use inkstone_generation::Wait;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// What a take waits for before its first word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct WaitingDto {
    /// The reason.
    pub why: WaitDto,
    /// Seconds until the next attempt (`retry`, `loading`, `asked`), or seconds gone by.
    pub seconds: u32,
    /// The attempt that is waited for, from 1.
    pub attempt: u32,
}

/// Why nothing comes for now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum WaitDto {
    /// The server thinks, or reads a long prompt; seconds count up.
    FirstToken,
    /// It had trouble, and is asked again; seconds count down.
    Retry,
    /// It loads its model, and is asked again; seconds count down.
    Loading,
    /// It asked for a pause; seconds count down.
    Asked,
}

impl From<Wait> for WaitDto {
    fn from(wait: Wait) -> Self {
        match wait {
            Wait::FirstToken => Self::FirstToken,
            Wait::Retry => Self::Retry,
            Wait::Loading => Self::Loading,
            Wait::Asked => Self::Asked,
        }
    }
}
