//! What can be typed behind `ink models`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueHint};

use super::KeyChoice;

/// Of `ink models`.
#[derive(Debug, Subcommand)]
pub enum ModelsCommand {
    /// Lists the models to choose from
    List {
        /// Sizes, licences, what fits this machine, and measured speeds
        #[arg(long)]
        long: bool,
    },
    /// Adds a model file, or a model on a server
    Add(AddModel),
    /// Looks for model files that other programs have on this machine
    Find,
    /// Folders whose model files are on the list by themselves
    Folder {
        /// `list` unless said otherwise.
        #[command(subcommand)]
        command: Option<FolderCommand>,
    },
    /// Downloads a model file; run again, it goes on where it was
    Download(Download),
    /// Takes a model off the list; its file stays
    Remove {
        /// A model's id or name
        #[arg(value_name = "MODEL")]
        model: String,
    },
    /// Runs a model for a moment, and keeps how fast it wrote
    Measure {
        /// A model's id or name
        #[arg(value_name = "MODEL")]
        model: String,
    },
    /// Models that fit this machine
    Guide,
    /// Tells what a model file, or a model of the list, is
    Inspect {
        /// The path of a GGUF file or a model's folder, or a model's id or name
        #[arg(value_name = "FILE|ID")]
        model: String,
    },
}

/// Of `ink models folder`.
#[derive(Debug, Subcommand)]
pub enum FolderCommand {
    /// Lists the folders, and what in them is no model
    List,
    /// Puts a folder on the list, with all that lies in it
    Add {
        /// The folder
        #[arg(value_name = "FOLDER", value_hint = ValueHint::DirPath)]
        folder: PathBuf,
    },
    /// Takes a folder off the list; its files stay
    Remove {
        /// The folder
        #[arg(value_name = "FOLDER", value_hint = ValueHint::DirPath)]
        folder: PathBuf,
    },
}

/// Of `ink models download`.
#[derive(Debug, Args)]
pub struct Download {
    /// The address of a GGUF file; or OWNER/REPOSITORY/FILE on a hub
    #[arg(value_name = "URL|FILE")]
    pub what: String,
    /// The address of the hub, or of a mirror; otherwise the one chosen in the window
    #[arg(long, value_name = "URL")]
    pub hub: Option<String>,
    /// The SHA-256 that the file must have
    #[arg(long, value_name = "SUM")]
    pub sha256: Option<String>,
    #[command(flatten)]
    pub key: KeyChoice,
}

/// Of `ink models add`.
#[derive(Debug, Args)]
pub struct AddModel {
    /// The path of a GGUF file or a model's folder; it stays where it lies
    #[arg(
        value_name = "FILE",
        value_hint = ValueHint::AnyPath,
        required_unless_present = "server",
        conflicts_with = "server"
    )]
    pub file: Option<PathBuf>,
    /// Copies the file into the program's own folder
    #[arg(long, conflicts_with = "server")]
    pub copy: bool,
    /// The base URL of a server that speaks the OpenAI API, with its path
    #[arg(long, value_name = "URL", requires = "model")]
    pub server: Option<String>,
    /// The model's name on that server
    #[arg(long, value_name = "NAME", requires = "server")]
    pub model: Option<String>,
    /// The name to show; otherwise the model's own
    #[arg(long, value_name = "NAME", requires = "server")]
    pub name: Option<String>,
    /// How the server is asked: chat (the usual), completions or responses
    #[arg(
        long,
        value_name = "API",
        requires = "server",
        value_parser = ["chat", "completions", "responses"]
    )]
    pub api: Option<String>,
    #[command(flatten)]
    pub key: KeyChoice,
}
