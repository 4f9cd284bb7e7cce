//! The local engine by itself: how fast a file runs here, and what its vocabulary makes of a text.

use std::{
    io::{self, Read as _},
    path::{Path, PathBuf},
};

use clap::{Args, ValueHint};
use inkstone_candle::{
    bench::{Bench as Wanted, Measured, Words as Vocabulary},
    synthetic,
};
use inkstone_generation::GenerationError;
use inkstone_studio::StudioError;

use crate::{failure::Failure, input, output::Output};

/// The longest list of ids, in bytes.
const LONGEST_IDS: u64 = 64 << 20;

/// Of `ink bench`.
#[derive(Debug, Args)]
pub struct Bench {
    /// The path of a GGUF file, or of a model's folder
    #[arg(
        long,
        value_name = "FILE",
        value_hint = ValueHint::AnyPath,
        required_unless_present = "synthetic",
        conflicts_with = "synthetic"
    )]
    model: Option<PathBuf>,
    /// Random weights in the shape and type of a real model, as llama-3.2-1b:Q4_K_M
    #[arg(long, value_name = "SHAPE:TYPE", value_parser = random_weights)]
    synthetic: Option<String>,
    /// Where to keep the file with random weights; otherwise it is deleted
    #[arg(long, value_name = "FILE", requires = "synthetic", value_hint = ValueHint::FilePath)]
    keep: Option<PathBuf>,
    /// Tokens of the prompt; otherwise 512
    #[arg(long, value_name = "N", default_value_t = 512, hide_default_value = true, value_parser = count())]
    prompt_tokens: u32,
    /// Tokens to write; otherwise 64
    #[arg(long, value_name = "N", default_value_t = 64, hide_default_value = true, value_parser = count())]
    generate_tokens: u32,
    /// Tokens that lie before what is written; otherwise none
    #[arg(long, value_name = "N", default_value_t = 0, hide_default_value = true)]
    depth: u32,
    /// Texts that are written at once; otherwise 8
    #[arg(long, value_name = "N", default_value_t = 8, hide_default_value = true, value_parser = clap::value_parser!(u32).range(1..=64))]
    sequences: u32,
    /// Threads that compute; otherwise one for each core
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1024))]
    threads: Option<u32>,
}

/// Of `ink tokenize`.
#[derive(Debug, Args)]
pub struct Tokenize {
    /// The path of a GGUF file, or of a model's folder
    #[arg(long, value_name = "FILE", value_hint = ValueHint::AnyPath)]
    model: PathBuf,
    /// The other way: ids as JSON on stdin, their text on stdout
    #[arg(long)]
    detokenize: bool,
    /// Reads the texts of control tokens as these, as in what a chat template wrote
    #[arg(long, conflicts_with = "detokenize")]
    controls: bool,
}

fn count() -> clap::builder::RangedI64ValueParser<u32> {
    clap::value_parser!(u32).range(1..=1 << 20)
}

/// A shape and a type that are known.
fn random_weights(text: &str) -> Result<String, String> {
    let known = text.split_once(':').is_some_and(|(shape, kind)| {
        synthetic::shapes().any(|known| known == shape)
            && synthetic::types().any(|known| known == kind)
    });
    if known {
        return Ok(text.to_owned());
    }
    let all = |names: &mut dyn Iterator<Item = &'static str>| names.collect::<Vec<_>>().join(", ");
    Err(format!(
        "{}; {}",
        all(&mut synthetic::shapes()),
        all(&mut synthetic::types())
    ))
}

fn failed(error: GenerationError) -> Failure {
    StudioError::from(error).into()
}

/// `ink bench`
pub async fn bench(wanted: Bench, output: &Output) -> Result<(), Failure> {
    let measured = tokio::task::spawn_blocking(move || measure(&wanted))
        .await
        .map_err(|error| Failure::file(Path::new("ink bench"), error))??;
    if output.json {
        return output.value(&measured);
    }
    output.text(&table(&measured, output))
}

fn measure(wanted: &Bench) -> Result<Measured, Failure> {
    let bench = Wanted {
        prompt_tokens: wanted.prompt_tokens as usize,
        generate_tokens: wanted.generate_tokens as usize,
        depth: wanted.depth as usize,
        sequences: wanted.sequences as usize,
        threads: wanted.threads.map(|n| n as usize),
    };
    if let Some(file) = &wanted.model {
        return bench.run(file).map_err(failed);
    }
    let name = wanted.synthetic.as_deref().unwrap_or_default();
    let (shape, kind) = name.split_once(':').unwrap_or((name, ""));
    let file = match &wanted.keep {
        Some(file) => Passing {
            path: file.clone(),
            stays: true,
        },
        None => Passing {
            path: std::env::temp_dir().join(format!("ink-bench-{}.gguf", std::process::id())),
            stays: false,
        },
    };
    synthetic::write(shape, kind, &file.path).map_err(failed)?;
    bench.run(&file.path).map_err(failed)
}

/// A file that is deleted in the end unless it is to stay.
struct Passing {
    path: PathBuf,
    stays: bool,
}

impl Drop for Passing {
    fn drop(&mut self) {
        if !self.stays {
            // It lies in the system's folder for such files.
            let _ = std::fs::remove_file(&self.path);
        }
    }
}

fn table(m: &Measured, output: &Output) -> String {
    let words = output.words;
    let mib = |bytes: Option<u64>| {
        bytes.map_or_else(
            || "?".to_owned(),
            |b| format!("{:.0} MiB", b as f64 / 1048576.0),
        )
    };
    let seconds = |s: f64| format!("{s:.2} s");
    let rate = |r: f64| words.tokens_a_second(r);
    let rows = [
        ("model", format!("{} {}", m.model, m.quantization)),
        ("threads", m.threads.to_string()),
        ("engine", m.engine.clone()),
        ("load", seconds(m.load_seconds)),
        ("first", seconds(m.first_token_seconds)),
        ("prefill", rate(m.prefill)),
        ("decode", rate(m.decode)),
        ("batch", rate(m.batched_decode)),
        ("file", mib(Some(m.file_bytes))),
        ("resident", mib(m.resident_bytes)),
        ("peak", mib(m.peak_bytes)),
    ];
    rows.iter()
        .map(|(name, value)| format!("{}\t{value}\n", words.measured(name)))
        .collect()
}

/// `ink tokenize`
pub fn tokenize(wanted: &Tokenize, output: &Output) -> Result<(), Failure> {
    let vocabulary = Vocabulary::open(&wanted.model).map_err(failed)?;
    let stdin = Path::new("-");
    if !wanted.detokenize {
        let text = input::plain_text(stdin)?;
        let ids = vocabulary.ids(&text, wanted.controls).map_err(failed)?;
        let ids: Vec<String> = ids.iter().map(u32::to_string).collect();
        return output.text(&format!("[{}]", ids.join(",")));
    }
    let mut text = String::new();
    io::stdin()
        .take(LONGEST_IDS)
        .read_to_string(&mut text)
        .map_err(|error| Failure::file(stdin, error))?;
    let ids: Vec<u32> = serde_json::from_str(&text).map_err(|error| Failure::file(stdin, error))?;
    let bytes = vocabulary.bytes(&ids).map_err(failed)?;
    let text = String::from_utf8_lossy(&bytes);
    if output.json {
        return output.value(&text);
    }
    output.exact(&text)
}
