//! What can be typed.

mod models;

use std::path::PathBuf;

use clap::{
    Args, Parser, Subcommand, ValueEnum, ValueHint,
    builder::{PossibleValuesParser, TypedValueParser as _},
};
use inkstone_studio::{DocumentKind, Language, Moment, tally::Report as ReportKind};

pub use models::{AddModel, Download, FolderCommand, ModelsCommand};

/// Seeds stay below 2^53, so that JSON numbers hold them exactly.
const SEEDS: std::ops::Range<u64> = 0..1 << 53;

/// Drafts news, ads and screenplays with a language model, on this machine or on a server.
#[derive(Debug, Parser)]
#[command(
    name = "ink",
    version,
    disable_help_subcommand = true,
    max_term_width = 100
)]
pub struct Arguments {
    /// The library file; otherwise $INKSTONE_LIBRARY, otherwise the one that the window uses
    #[arg(long, global = true, value_name = "PATH", value_hint = ValueHint::FilePath)]
    pub library: Option<PathBuf>,
    /// The language of messages: en or zh-CN; otherwise that of the system
    #[arg(long, global = true, value_name = "TAG", value_parser = language())]
    pub language: Option<Language>,
    /// Prints one JSON value instead of text
    #[arg(long, global = true)]
    pub json: bool,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Drafts a text from a brief
    #[command(visible_alias = "write")]
    Draft(Draft),
    /// Continues a prompt as it stands
    Generate(Generate),
    /// Shows and adds models
    Models {
        /// `list` unless said otherwise.
        #[command(subcommand)]
        command: Option<ModelsCommand>,
    },
    /// Tells where the keys of servers are kept, and keeps them elsewhere
    Keys {
        /// `list` unless said otherwise.
        #[command(subcommand)]
        command: Option<KeysCommand>,
    },
    /// Tells what left this machine, word for word
    Ledger {
        /// `list` unless said otherwise.
        #[command(subcommand)]
        command: Option<LedgerCommand>,
    },
    /// Looks into the library
    Library {
        /// `list` unless said otherwise.
        #[command(subcommand)]
        command: Option<LibraryCommand>,
    },
    /// Runs a generation of a local model again and compares it byte for byte
    Replay(Replay),
    /// Makes documents of files and folders: Word, Markdown, HTML, text, FDX, Fountain, Highland, PDF, ads CSV
    Import(Import),
    /// Writes a draft to a file, or everything to plain files
    Export(Export),
    /// Tells where the words of a document came from
    Provenance(Provenance),
    /// Prints a document with the labels that rules ask for on what a model wrote
    Label(Label),
    /// Merges one draft of a document into another
    Merge(Merge),
    /// Prints a screenplay as PDF, in the layout of the trade
    Pdf(Pdf),
    /// Checks a text against a brief and the rules of its kind
    Check(Check),
    /// Counts a script: scenes, characters, locations, dialogue, day and night
    Report(Report),
    /// Compares two scripts by scene and element
    Compare(Compare),
    /// Lists the scenes of a script: number, length, heading, who speaks, synopsis
    Scenes(Scenes),
    /// Shows beat sheets, and puts one into a script
    Beats(Beats),
    /// Shows and checks actions that people write
    Actions {
        /// `list` unless said otherwise.
        #[command(subcommand)]
        command: Option<ActionsCommand>,
    },
    /// Sums up what models used and cost, by month (UTC), project and model
    Usage(Usage),
    /// Measures how fast a model file runs on this machine, and what it takes
    Bench(crate::engine::Bench),
    /// Turns a text from stdin into a model's tokens, as a JSON list of ids
    Tokenize(crate::engine::Tokenize),
    /// Tells what a brief may hold
    Brief {
        /// What to tell.
        #[command(subcommand)]
        command: BriefCommand,
    },
}

/// Which model, and with which key.
#[derive(Debug, Args)]
pub struct ModelChoice {
    /// A model's id or name from `ink models`, or the path of a GGUF file or a model's folder; otherwise the starter. Given more than once: where one cannot write, the next is asked
    #[arg(long, value_name = "ID")]
    pub model: Vec<String>,
    /// Asks even if the budget of the month is passed by it
    #[arg(long)]
    pub over_budget: bool,
    #[command(flatten)]
    pub key: KeyChoice,
}

/// Where a server's key comes from.
#[derive(Debug, Args)]
pub struct KeyChoice {
    /// The environment variable that holds the server's key; otherwise INKSTONE_API_KEY
    #[arg(long, value_name = "VARIABLE")]
    pub key_env: Option<String>,
}

/// Of `ink draft`.
#[derive(Debug, Args)]
pub struct Draft {
    /// What to write
    #[arg(value_parser = kind())]
    pub kind: DocumentKind,
    /// The brief, in TOML or JSON; `-` reads it from stdin
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub brief: PathBuf,
    #[command(flatten)]
    pub model: ModelChoice,
    /// How many to write; otherwise as many as the brief asks for
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=20))]
    pub variants: Option<u32>,
    /// Writes so many, ranks them by the checks, and prints the best with the reasons
    #[arg(
        long,
        value_name = "N",
        conflicts_with = "variants",
        value_parser = clap::value_parser!(u32).range(2..=20)
    )]
    pub best_of: Option<u32>,
    /// Has a model judge them too: this one, or the one that writes
    #[arg(long, value_name = "ID", num_args = 0..=1, requires = "best_of")]
    pub judge: Option<Option<String>>,
    /// The seed of the first variant, the others count on from it; otherwise drawn by chance
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(SEEDS))]
    pub seed: Option<u64>,
    /// Asks by an action of your own in place of a draft: the name of its file, or its own
    #[arg(long, value_name = "NAME", conflicts_with = "best_of")]
    pub action: Option<String>,
    /// The text that the action works on; `-` reads it from stdin
    #[arg(long, value_name = "FILE", requires = "action", value_hint = ValueHint::FilePath)]
    pub text: Option<PathBuf>,
}

/// Of `ink actions`.
#[derive(Debug, Subcommand)]
pub enum ActionsCommand {
    /// Lists your actions, and says what is wrong with those that can't be used
    List,
    /// Prints the file of an action
    Show {
        /// The name of its file, or its own
        action: String,
    },
    /// Checks the file of an action as it would be used, without a model
    Check {
        /// The file; `-` reads it from stdin
        #[arg(value_hint = ValueHint::FilePath)]
        file: PathBuf,
    },
}

/// Of `ink generate`.
#[derive(Debug, Args)]
pub struct Generate {
    #[command(flatten)]
    pub model: ModelChoice,
    /// The text to go on from; `-` reads it from stdin
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub prompt_file: PathBuf,
    /// The most tokens to write
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub max_tokens: Option<u32>,
    /// 0 always takes the likeliest word, 2 is wild; otherwise 0.8
    #[arg(long, value_name = "T", value_parser = temperature)]
    pub temperature: Option<f32>,
    /// The seed; otherwise drawn by chance
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(SEEDS))]
    pub seed: Option<u64>,
    /// Ends before this text; may be given more than once
    #[arg(long, value_name = "TEXT")]
    pub stop: Vec<String>,
    /// Tells on stderr how likely each token was, and N others of its place (0 to 20); with --json in `variants[0].odds`
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u8).range(0..=i64::from(inkstone_generation::MOST_OTHERS)))]
    pub logprobs: Option<u8>,
    #[command(flatten)]
    pub chances: crate::sampling::Chances,
}

/// Of `ink ledger`.
#[derive(Debug, Subcommand)]
pub enum LedgerCommand {
    /// Lists what was sent, newest first
    List(LedgerFilter),
    /// Prints what was sent, as it left
    Show {
        /// The id of an entry
        #[arg(value_name = "ENTRY")]
        entry: String,
    },
    /// Writes entries to a file
    Export {
        /// Where to write it
        #[arg(value_name = "FILE", value_hint = ValueHint::FilePath)]
        file: PathBuf,
        /// csv, a table without texts; or jsonl, an entry a line with its text
        #[arg(long, value_name = "FORM", value_enum, default_value = "csv")]
        form: LedgerFormName,
        #[command(flatten)]
        filter: LedgerFilter,
    },
    /// Deletes texts that were sent; the entries stay, with length and SHA-256
    Clear {
        /// The ids of entries
        #[arg(value_name = "ENTRY", required_unless_present = "all")]
        entries: Vec<String>,
        /// All texts
        #[arg(long, conflicts_with = "entries")]
        all: bool,
    },
}

/// Which entries of the ledger.
#[derive(Debug, Default, Args)]
pub struct LedgerFilter {
    /// Only with these words in what was sent
    #[arg(long, value_name = "WORDS", num_args = 1..)]
    pub words: Vec<String>,
    /// Only of this project, by its id or name
    #[arg(long, value_name = "PROJECT")]
    pub project: Option<String>,
    /// Only to this host
    #[arg(long, value_name = "HOST")]
    pub host: Option<String>,
    /// Only what was sent on this day or later (UTC)
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = day)]
    pub since: Option<i64>,
    /// Only what was sent on this day or before (UTC)
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = day)]
    pub until: Option<i64>,
}

/// How the ledger is written to a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LedgerFormName {
    /// A table.
    Csv,
    /// An entry a line.
    Jsonl,
}

/// Of `ink keys`.
#[derive(Debug, Subcommand)]
pub enum KeysCommand {
    /// Lists the models on servers, and where their keys are
    List,
    /// Keeps a key: that of --key-env, of INKSTONE_API_KEY, or from stdin
    Set {
        /// The model's id or name
        #[arg(value_name = "MODEL")]
        model: String,
        /// Where to keep it; the file takes its passphrase from INKSTONE_PASSPHRASE
        #[arg(long = "in", value_name = "PLACE", value_enum)]
        place: KeyPlaceName,
        #[command(flatten)]
        key: KeyChoice,
    },
    /// Keeps a key in the other place from now on
    Move {
        /// The model's id or name
        #[arg(value_name = "MODEL")]
        model: String,
        /// Where to keep it; the file takes its passphrase from INKSTONE_PASSPHRASE
        #[arg(long = "in", value_name = "PLACE", value_enum)]
        place: KeyPlaceName,
    },
    /// Forgets a key
    Remove {
        /// The model's id or name
        #[arg(value_name = "MODEL")]
        model: String,
    },
    /// Gives the file of keys the passphrase in INKSTONE_NEW_PASSPHRASE; makes the file if there is none
    Passphrase,
}

/// Where a key can be kept from one run to the next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum KeyPlaceName {
    /// The system's keychain.
    Keychain,
    /// A file that a passphrase opens.
    File,
}

impl From<KeyPlaceName> for inkstone_studio::KeyPlace {
    fn from(name: KeyPlaceName) -> Self {
        match name {
            KeyPlaceName::Keychain => Self::Keychain,
            KeyPlaceName::File => Self::File,
        }
    }
}

/// Of `ink library`.
#[derive(Debug, Subcommand)]
pub enum LibraryCommand {
    /// Lists projects, documents and drafts
    List,
    /// Prints the text of a draft
    Show {
        /// The id, or its beginning, of a draft or a document; or the id of a generation
        #[arg(value_name = "DRAFT")]
        draft: String,
        /// A point of the draft's history; otherwise the text as it is now
        #[arg(long, value_name = "NODE")]
        node: Option<String>,
    },
    /// Lists the history of a draft, newest first
    History {
        /// The id, or its beginning, of a draft or a document
        #[arg(value_name = "DRAFT")]
        draft: String,
    },
    /// Shows what changed since a point of a draft's history
    Diff {
        /// The id, or its beginning, of a draft or a document
        #[arg(value_name = "DRAFT")]
        draft: String,
        /// The older point
        #[arg(value_name = "NODE")]
        old: String,
        /// The newer point; otherwise the text as it is now
        #[arg(value_name = "NODE")]
        new: Option<String>,
    },
    /// Brings a point of a draft's history back, or a backup; what is there now is kept
    Restore {
        /// The id, or its beginning, of a draft or a document
        #[arg(value_name = "DRAFT", required_unless_present = "backup")]
        draft: Option<String>,
        /// The point to bring back
        #[arg(value_name = "NODE", required_unless_present = "backup")]
        node: Option<String>,
        /// A backup, by its path or by its name in `ink library backups`
        #[arg(long, value_name = "BACKUP", conflicts_with_all = ["draft", "node"])]
        backup: Option<String>,
        /// Only this document of the backup, beside what is there; may be given more than once
        #[arg(long, value_name = "DOCUMENT", requires = "backup")]
        document: Vec<String>,
        /// What is there too comes as a document of its own, instead of as new drafts
        #[arg(long, requires = "document")]
        copy: bool,
    },
    /// Makes a backup of the library
    Backup,
    /// Lists the backups of the library, or what is in one
    Backups {
        /// A backup, by its path or by its name
        #[arg(value_name = "BACKUP")]
        backup: Option<String>,
        /// Prints the text of this draft in the backup
        #[arg(long, value_name = "DRAFT", requires = "backup")]
        text: Option<String>,
    },
    /// Saves what can be read of a damaged library into a new one beside it
    Rescue {
        /// Saves it as plain files into this folder instead
        #[arg(long, value_name = "FOLDER", value_hint = ValueHint::DirPath)]
        files: Option<PathBuf>,
    },
    /// Brings back what was exported as plain files, beside what is there
    Bring {
        /// The folder, or the zip file
        #[arg(value_name = "PATH", value_hint = ValueHint::AnyPath)]
        path: PathBuf,
    },
    /// Copies the library to another place, compares it, and uses it there from now on
    Move {
        /// The new file
        #[arg(value_name = "FILE", value_hint = ValueHint::FilePath)]
        file: PathBuf,
    },
    /// Searches titles, texts, fields, notes and the history
    Search(LibrarySearch),
    /// Compares every kept text with its hash
    Verify,
    /// Mends what can be mended after a backup, and keeps aside what can't be verified
    Repair,
}

/// Of `ink library search`.
#[derive(Debug, Args)]
pub struct LibrarySearch {
    /// The words to look for; in quotes as one: 'tide "night ferry" -bus'
    #[arg(required = true, value_name = "WORDS")]
    pub words: Vec<String>,
    /// Only in this project, by its id or name
    #[arg(long, value_name = "PROJECT")]
    pub project: Option<String>,
    /// Only in documents of this kind
    #[arg(long, value_name = "KIND", value_parser = kind())]
    pub kind: Option<DocumentKind>,
    /// Only what was changed or kept on this day or later (UTC)
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = day)]
    pub since: Option<i64>,
    /// Only what was changed or kept on this day or before (UTC)
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = day)]
    pub until: Option<i64>,
    /// Where to look; everywhere if nothing is named
    #[arg(long = "in", value_name = "PLACE", value_enum, value_delimiter = ',')]
    pub places: Vec<Place>,
    /// Only words that came from there
    #[arg(long, value_name = "ORIGIN", value_enum)]
    pub origin: Option<OriginName>,
}

/// A place to search.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Place {
    /// Titles and texts as they stand.
    Texts,
    /// Kept texts.
    History,
    /// Fields, reports and interviews.
    Fields,
}

/// Where words came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum OriginName {
    /// By a person.
    Typed,
    /// Pasted.
    Pasted,
    /// Out of a file.
    Imported,
    /// By a model.
    Generated,
}

/// The beginning of a day in UTC, in ms since 1970.
fn day(text: &str) -> Result<i64, String> {
    let mut parts = text.splitn(3, '-').map(str::parse::<i64>);
    let (Some(Ok(year)), Some(Ok(month)), Some(Ok(day))) =
        (parts.next(), parts.next(), parts.next())
    else {
        return Err("YYYY-MM-DD".to_owned());
    };
    let moment = Moment {
        year,
        month,
        day,
        hour: 0,
        minute: 0,
        second: 0,
    };
    // A day that is in no calendar comes back as another.
    match (0..=9_999).contains(&year) && Moment::of(moment.ms()) == moment {
        true => Ok(moment.ms()),
        false => Err("YYYY-MM-DD".to_owned()),
    }
}

/// Of `ink import`.
#[derive(Debug, Args)]
pub struct Import {
    /// Files and folders; they stay where they lie. Hidden files and links in folders are passed over
    #[arg(required = true, value_name = "PATH", value_hint = ValueHint::AnyPath)]
    pub paths: Vec<PathBuf>,
    /// The id or name of a project; otherwise the only one, or a new one named after the file
    #[arg(long, value_name = "PROJECT")]
    pub project: Option<String>,
    /// The encoding of texts, as "big5"; otherwise found out
    #[arg(long, value_name = "ENCODING")]
    pub encoding: Option<String>,
    /// What the files are; otherwise found out
    #[arg(long, value_name = "KIND", value_parser = ["news", "ads", "screenplay"])]
    pub kind: Option<String>,
}

/// Of `ink export`.
#[derive(Debug, Args)]
pub struct Export {
    /// The id, or its beginning, of a draft or a document
    #[arg(value_name = "DRAFT", required_unless_present = "all")]
    pub draft: Option<String>,
    /// Where to write it
    #[arg(value_name = "FILE", value_hint = ValueHint::FilePath, required_unless_present = "all")]
    pub file: Option<PathBuf>,
    /// The format; otherwise by the file's ending, else the text as it stands
    #[arg(
        long,
        value_name = "FORMAT",
        value_parser = ["text", "fountain", "fdx", "csv", "pdf", "html", "docx"],
        conflicts_with = "all"
    )]
    pub format: Option<String>,
    /// Everything as plain files, with all of its history, to this folder: a new or an empty one, or one with an older export, which is brought up to date
    #[arg(long, value_name = "FOLDER", value_hint = ValueHint::DirPath, conflicts_with_all = ["draft", "file"])]
    pub all: Option<PathBuf>,
    /// Only this project, by its id or name
    #[arg(long, value_name = "PROJECT", requires = "all", conflicts_with_all = ["draft", "file"])]
    pub project: Option<String>,
    /// As one zip file instead of a folder
    #[arg(long, requires = "all", conflicts_with_all = ["draft", "file"])]
    pub zip: bool,
}

/// Of `ink provenance`.
#[derive(Debug, Args)]
pub struct Provenance {
    /// The id, or its beginning, of a draft or a document
    #[arg(value_name = "DOCUMENT")]
    pub document: String,
    /// As a table: one line for each run of words with one origin
    #[arg(long, conflicts_with = "json")]
    pub csv: bool,
}

/// Of `ink label`.
#[derive(Debug, Args)]
pub struct Label {
    /// The id, or its beginning, of a draft or a document
    #[arg(value_name = "DOCUMENT")]
    pub document: String,
    /// Which label: the AIGC fields of GB 45438-2025 in the file's head, a hint at its beginning, a sentence at its end, or JSON for machines; may be given more than once
    #[arg(long = "as", value_name = "LABEL", required = true, value_parser = ["aigc", "mark", "sentence", "json"])]
    pub labels: Vec<String>,
    /// Name or code of who offers the generating service; otherwise the models' names
    #[arg(long, value_name = "NAME")]
    pub producer: Option<String>,
}

/// Of `ink merge`.
#[derive(Debug, Args)]
pub struct Merge {
    /// The id, or its beginning, of a document
    #[arg(value_name = "DOCUMENT")]
    pub document: String,
    /// The draft that is merged, by its id or name
    #[arg(long, value_name = "DRAFT")]
    pub from: String,
    /// The draft that it is merged into, by its id or name
    #[arg(long, value_name = "DRAFT")]
    pub into: String,
    /// What is taken where both changed the same: `ours` is the draft that is merged into; without it such a merge is refused
    #[arg(long, value_name = "SIDE", value_parser = ["ours", "theirs"])]
    pub prefer: Option<String>,
}

/// Of `ink usage`.
#[derive(Debug, Args)]
pub struct Usage {
    /// Only of this project, by its id or name
    #[arg(long, value_name = "PROJECT")]
    pub project: Option<String>,
    /// As CSV
    #[arg(long)]
    pub csv: bool,
}

/// Of `ink replay`.
#[derive(Debug, Args)]
pub struct Replay {
    /// The id of a generation, as `ink draft --json` prints it
    #[arg(value_name = "GENERATION")]
    pub generation: String,
}

/// Of `ink pdf`.
#[derive(Debug, Args)]
pub struct Pdf {
    /// The script, in Fountain; `-` reads it from stdin
    #[arg(value_name = "SCRIPT", value_hint = ValueHint::FilePath)]
    pub script: PathBuf,
    /// Where the PDF goes
    #[arg(value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub file: PathBuf,
    /// The paper; otherwise letter for English, a4 for Chinese
    #[arg(long, value_name = "PAPER", value_parser = ["letter", "a4"])]
    pub paper: Option<String>,
    /// How pages are set; otherwise by the script's language
    #[arg(long, value_name = "STYLE", value_parser = ["hollywood", "chinese"])]
    pub style: Option<String>,
    /// Which scene numbers are printed
    #[arg(long, value_name = "WHICH", value_parser = ["none", "given", "all"])]
    pub scene_numbers: Option<String>,
    /// The language of the script: en or zh-CN; otherwise told by its letters
    #[arg(long, value_name = "TAG", value_parser = language())]
    pub script_language: Option<Language>,
    /// Leaves the title page out
    #[arg(long)]
    pub no_title_page: bool,
    /// Leaves out (CONT'D) where somebody speaks again after action
    #[arg(long)]
    pub no_continued: bool,
    /// Prints CONTINUED where a scene goes over a page
    #[arg(long)]
    pub continued_scenes: bool,
    /// Prints notes
    #[arg(long)]
    pub notes: bool,
    /// Prints sections
    #[arg(long)]
    pub sections: bool,
    /// Prints synopses
    #[arg(long)]
    pub synopses: bool,
    /// Large and grey across each page
    #[arg(long, value_name = "TEXT")]
    pub watermark: Option<String>,
    /// At the head of each page
    #[arg(long, value_name = "TEXT")]
    pub header: Option<String>,
    /// At the foot of each page
    #[arg(long, value_name = "TEXT")]
    pub footer: Option<String>,
}

/// Of `ink check`.
#[derive(Debug, Args)]
pub struct Check {
    /// What the text is
    #[arg(value_parser = kind())]
    pub kind: DocumentKind,
    /// The text; `-` reads it from stdin
    #[arg(value_hint = ValueHint::FilePath)]
    pub file: PathBuf,
    /// The brief it was written from
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub brief: Option<PathBuf>,
}

/// Of `ink report`.
#[derive(Debug, Args)]
pub struct Report {
    /// The script, in any format that can be imported; `-` reads Fountain from stdin
    #[arg(value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub file: PathBuf,
    /// What to count; `all` goes into a PDF alone
    #[arg(long, value_name = "KIND", default_value = "scenes", value_parser = report_kinds())]
    pub kind: Kinds,
    /// The format
    #[arg(long, value_name = "FORMAT", default_value = "csv", value_parser = ["csv", "json", "pdf"])]
    pub format: String,
    /// Where to write it; a PDF needs a place
    #[arg(long, short, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub out: Option<PathBuf>,
    /// Begins a CSV with a byte order mark, which Excel needs to read Chinese
    #[arg(long)]
    pub bom: bool,
}

/// Of `ink compare`.
#[derive(Debug, Args)]
pub struct Compare {
    /// The old script, in any format that can be imported
    #[arg(value_name = "OLD", value_hint = ValueHint::FilePath)]
    pub old: PathBuf,
    /// The new script
    #[arg(value_name = "NEW", value_hint = ValueHint::FilePath)]
    pub new: PathBuf,
    /// Tells of the scenes alone, not of what is in them
    #[arg(long)]
    pub scenes: bool,
}

/// One kind of report, or all.
#[derive(Debug, Clone)]
pub struct Kinds(pub Vec<ReportKind>);

/// Of `ink scenes`.
#[derive(Debug, Args)]
pub struct Scenes {
    /// The script, a file of any format that can be imported, or the id of a document or draft in the library; `-` reads Fountain from stdin
    #[arg(value_name = "FILE|DOCUMENT", value_hint = ValueHint::FilePath)]
    pub script: String,
}

/// Of `ink beats`.
#[derive(Debug, Args)]
pub struct Beats {
    /// The sheet, by id or name; otherwise all are listed
    #[arg(value_name = "SHEET")]
    pub sheet: Option<String>,
    /// A script in Fountain, printed with the sheet in it; `-` reads it from stdin
    #[arg(value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub file: Option<PathBuf>,
    /// How many pages the beats fall on; otherwise 110
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=2000))]
    pub pages: Option<u32>,
}

/// Of `ink brief`.
#[derive(Debug, Subcommand)]
pub enum BriefCommand {
    /// Prints the JSON Schema of a brief
    Schema {
        /// What is to be written
        #[arg(value_parser = kind())]
        kind: DocumentKind,
    },
}

fn kind() -> impl clap::builder::TypedValueParser<Value = DocumentKind> {
    PossibleValuesParser::new(DocumentKind::ALL.map(DocumentKind::name))
        .try_map(|name| name.parse::<DocumentKind>())
}

fn report_kinds() -> impl clap::builder::TypedValueParser<Value = Kinds> {
    let names = ReportKind::ALL.map(ReportKind::name);
    PossibleValuesParser::new(names.into_iter().chain(["all"])).try_map(|name| {
        if name == "all" {
            return Ok(Kinds(ReportKind::ALL.to_vec()));
        }
        let kind = ReportKind::named(&name).ok_or("unknown")?;
        Ok::<_, &str>(Kinds(vec![kind]))
    })
}

fn language() -> impl clap::builder::TypedValueParser<Value = Language> {
    PossibleValuesParser::new(Language::ALL.map(Language::tag))
        .try_map(|tag| tag.parse::<Language>())
}

fn temperature(text: &str) -> Result<f32, String> {
    match text.parse::<f32>() {
        Ok(number) if (0.0..=2.0).contains(&number) => Ok(number),
        _ => Err("0 to 2".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_command_line_is_sound() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn numbers_out_of_range_are_wrong_usage() {
        for line in [
            "ink draft news --brief b --variants 0",
            "ink draft news --brief b --variants 21",
            "ink draft news --brief b --seed 9007199254740992",
            "ink generate --prompt-file p --temperature NaN",
            "ink generate --prompt-file p --temperature -1",
            "ink generate --prompt-file p --max-tokens 0",
            "ink draft poem --brief b",
            "ink models add",
            "ink models add file.gguf --server http://localhost/v1 --model m",
            "ink models add --server http://localhost/v1",
            "ink library search",
            "ink library search tide --since 2026-02-30",
            "ink library search tide --until yesterday",
            "ink library search tide --in dreams",
            "ink report",
            "ink report a.fountain --kind budget",
            "ink scenes",
            "ink beats three-acts --pages 0",
            "ink export",
            "ink export abc",
            "ink export abc out.md --all folder",
            "ink export abc out.zip --zip",
            "ink label abc",
            "ink label abc --as poem",
            "ink merge abc --from a",
            "ink merge abc --from a --into b --prefer mine",
        ] {
            let parsed = Arguments::try_parse_from(line.split(' '));
            assert!(parsed.is_err(), "{line}");
            let error = parsed.unwrap_err();
            assert_eq!(error.exit_code(), 2, "{line}");
        }
        let line = "ink draft ads --brief - --variants 20 --seed 9007199254740991 --json";
        assert!(Arguments::try_parse_from(line.split(' ')).is_ok());
    }
}
