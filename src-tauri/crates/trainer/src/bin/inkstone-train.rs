//! `inkstone-train`: the corpus, the training, the file, and a look at what it writes.

use std::{path::PathBuf, time::Instant};

use clap::{Parser, Subcommand};
use inkstone_trainer::{
    Failure, corpus, gguf,
    train::{Plan, Run},
};

#[derive(Parser)]
#[command(about = "Makes Inkstone's starter model")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Prints examples of the corpus.
    Corpus {
        /// How many.
        #[arg(default_value_t = 5)]
        count: u64,
        /// From which number on.
        #[arg(long, default_value_t = 0)]
        from: u64,
        /// Only this task (`draft`, `beats` ...).
        #[arg(long)]
        task: Option<String>,
    },
    /// Trains from nothing, or goes on from the checkpoint where there is one.
    Train {
        /// Checkpoint file.
        #[arg(long, default_value = "starter.checkpoint")]
        checkpoint: PathBuf,
        /// Tokens to train on.
        #[arg(long)]
        tokens: Option<u64>,
        /// Seed.
        #[arg(long)]
        seed: Option<u64>,
        /// Writes the GGUF file here at the end and at each checkpoint.
        #[arg(long)]
        out: Option<PathBuf>,
    },
    /// Writes the GGUF file of a checkpoint.
    Export {
        /// Checkpoint file.
        checkpoint: PathBuf,
        /// GGUF file.
        out: PathBuf,
    },
}

fn main() -> Result<(), Failure> {
    match Arguments::parse().command {
        Command::Corpus { count, from, task } => {
            let all = (from..).map(|i| corpus::example(Plan::default().seed, i));
            let wanted = all.filter(|e| {
                e.as_ref()
                    .is_ok_and(|e| task.as_deref().is_none_or(|t| t == e.task))
            });
            for e in wanted.take(count as usize) {
                let e = e?;
                println!(
                    "--- {} {}\n{}\n---\n{}\n",
                    e.kind.map_or("plain", |k| k.name()),
                    e.task,
                    e.prompt,
                    e.answer
                );
            }
        }
        Command::Train {
            checkpoint,
            tokens,
            seed,
            out,
        } => train(&checkpoint, tokens, seed, out)?,
        Command::Export { checkpoint, out } => export(&Run::resume(&checkpoint)?, &out)?,
    }
    Ok(())
}

fn export(run: &Run, out: &std::path::Path) -> Result<(), Failure> {
    let from = gguf::Provenance {
        trained_tokens: run.tokens,
        seed: run.plan.seed,
    };
    gguf::save(out, &gguf::write(&run.network, &run.vocabulary, &from))
}

fn train(
    checkpoint: &std::path::Path,
    tokens: Option<u64>,
    seed: Option<u64>,
    out: Option<PathBuf>,
) -> Result<(), Failure> {
    let mut run = if checkpoint.exists() {
        Run::resume(checkpoint)?
    } else {
        let plan = Plan::default();
        Run::begin(Plan {
            tokens: tokens.unwrap_or(plan.tokens),
            seed: seed.unwrap_or(plan.seed),
            ..plan
        })?
    };
    eprintln!(
        "{} weights, {} tokens in the vocabulary, {} of {} tokens seen",
        run.network.weights.len(),
        run.vocabulary.tokens.len(),
        run.tokens,
        run.plan.tokens
    );
    let (start, before) = (Instant::now(), run.tokens);
    let (mut sum, mut steps) = (0.0, 0u32);
    while !run.done() {
        sum += run.step()?;
        steps += 1;
        if run.steps.is_multiple_of(20) {
            let speed = (run.tokens - before) as f64 / start.elapsed().as_secs_f64();
            eprintln!(
                "step {} tokens {} loss {:.4} {speed:.0} tokens/s",
                run.steps,
                run.tokens,
                sum / f64::from(steps)
            );
            (sum, steps) = (0.0, 0);
        }
        if run.steps.is_multiple_of(100) || run.done() {
            eprintln!("held-out loss {:.4}", run.held_out(40)?);
            run.save(checkpoint)?;
            if let Some(out) = &out {
                export(&run, out)?;
            }
        }
    }
    Ok(())
}
