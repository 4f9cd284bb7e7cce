//! What crosses to a user interface about model files.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{
    dto::{ErrorDto, ModelFileDto},
    machine::{Fit, OtherProgram},
};

/// How a model's file stands on the disk and goes with the machine.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
pub struct DiskDto {
    /// It is not where it was.
    pub missing: bool,
    /// Size of the file.
    pub bytes: f64,
    /// About the memory that it takes while it writes, in bytes.
    pub needed: f64,
    /// How that goes with this machine's memory.
    pub fit: Fit,
    /// Tokens a second as measured here, where it was measured.
    pub tokens_per_second: Option<f64>,
    /// The folder on the shelf in which it was found.
    pub folder: Option<String>,
    /// The program whose file it is.
    pub program: Option<String>,
}

/// A file that is no model for this program.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct UnreadableDto {
    /// Its path.
    pub path: String,
    /// Why.
    pub error: ErrorDto,
}

/// A file with the same bytes as another one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct DoubleDto {
    /// Its path.
    pub path: String,
    /// The one that is on the shelf.
    pub same_as: String,
}

/// A folder whose model files come onto the shelf by themselves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct ModelFolderDto {
    /// Its path.
    pub path: String,
    /// Whether it is the program's own, which can't be taken off.
    pub own: bool,
    /// Whether it is there.
    pub here: bool,
    /// Ids of its models on the shelf.
    pub models: Vec<String>,
    /// Files that are no model for this program.
    pub unreadable: Vec<UnreadableDto>,
    /// Files that are there twice.
    pub doubles: Vec<DoubleDto>,
    /// There are more files in it than are looked at.
    pub cut: bool,
}

/// A model file that another program has.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
pub struct FoundModelDto {
    /// The name that the program has for it.
    pub name: String,
    /// Its path.
    pub path: String,
    /// What it says of itself, where it can be read.
    pub file: Option<ModelFileDto>,
    /// Why this program can't use it.
    pub error: Option<ErrorDto>,
    /// About the memory that it takes, in bytes.
    pub needed: f64,
    /// How that goes with this machine's memory.
    pub fit: Fit,
    /// Id of the model on the shelf with the same bytes.
    pub on_shelf: Option<String>,
}

/// What was found of one program.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
pub struct FoundProgramDto {
    /// The program.
    pub program: OtherProgram,
    /// Its name.
    pub name: String,
    /// The folder.
    pub path: String,
    /// The models in it.
    pub models: Vec<FoundModelDto>,
    /// There are more than are looked at.
    pub cut: bool,
}

/// Another program's file, to be used where it lies.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct AddFound {
    /// Its path.
    pub path: String,
    /// The name that the program has for it.
    pub name: String,
    /// The program.
    pub program: OtherProgram,
}

/// How a download stands.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum DownloadState {
    /// Others come first.
    Queued,
    /// It comes in, or is about to.
    Running,
    /// It was cut off, and is asked for again.
    Waiting {
        /// Seconds until then.
        seconds: u32,
        /// Why.
        error: ErrorDto,
    },
    /// All is there; it is read through.
    Checking,
    /// The person stopped it, or the program ended; it goes on from where it was.
    Paused,
    /// It could not be had; what came in is kept where that is of use.
    Failed {
        /// Why.
        error: ErrorDto,
    },
    /// It stands on the shelf.
    Done {
        /// Under this id.
        model_id: String,
    },
}

/// A model file that comes in.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
pub struct DownloadDto {
    /// Id.
    pub id: String,
    /// Where it comes from.
    pub url: String,
    /// The host that was asked for.
    pub host: String,
    /// Other hosts that it was sent on to, in order.
    pub sent_on: Vec<String>,
    /// Name of the file.
    pub name: String,
    /// How it stands.
    pub state: DownloadState,
    /// Bytes that are there.
    pub bytes: f64,
    /// Bytes in all, where the server says.
    pub total: Option<f64>,
    /// Bytes a second, of late.
    pub per_second: Option<f64>,
    /// Seconds that are left at that pace.
    pub seconds_left: Option<f64>,
    /// SHA-256 that it must have.
    pub sha256: Option<String>,
}

/// What a person typed to say which file they mean.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct PlanDownload {
    /// An address, or `OWNER/REPOSITORY/FILE` on a model hub.
    pub what: String,
    /// The address of the hub; none where `what` is an address.
    #[serde(default)]
    #[ts(optional)]
    pub hub: Option<String>,
}

/// What a download would be. Nothing has been asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct PlannedDownload {
    /// Exactly what is asked for.
    pub url: String,
    /// Of whom.
    pub host: String,
    /// Name of the file.
    pub name: String,
    /// The folder it comes into.
    pub folder: String,
    /// There is a file of this name already.
    pub taken: bool,
}

/// Asks for a model file.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct StartDownload {
    /// Its address.
    pub url: String,
    /// SHA-256 that it must have, if the person knows it.
    #[serde(default)]
    #[ts(optional)]
    pub sha256: Option<String>,
    /// A key for its host, where that gives it only to some; kept in memory, and sent to no other.
    #[serde(default)]
    #[ts(optional)]
    pub api_key: Option<String>,
}
