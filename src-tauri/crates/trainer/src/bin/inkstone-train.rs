//! `inkstone-train`: the corpus, the training, the file, and a look at what it writes.

use std::{path::PathBuf, time::Instant};

use clap::{Parser, Subcommand};
use inkstone_desks::{Brief, Input, Task, compose, parse};
use inkstone_generation::PromptForm;
use inkstone_manuscript::DocumentKind;
use inkstone_trainer::{
    Failure, corpus,
    decode::Choice,
    evaluate, gguf, judge,
    math::Random,
    table,
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
        /// Seed.
        #[arg(long)]
        seed: Option<u64>,
        /// Writes the GGUF file here at the end and at each checkpoint.
        #[arg(long)]
        out: Option<PathBuf>,
        /// Where there is no checkpoint: begins with this file's weights, at the place where the plan
        /// goes over to all of the material.
        #[arg(long)]
        from: Option<PathBuf>,
    },
    /// Writes the GGUF file of a checkpoint.
    Export {
        /// Checkpoint file.
        checkpoint: PathBuf,
        /// GGUF file.
        out: PathBuf,
    },
    /// Measures a model on briefs that no run trains on; prints a Markdown table.
    Evaluate {
        /// GGUF file.
        model: PathBuf,
        /// Answers for each task and language.
        #[arg(long, default_value_t = 25)]
        count: u32,
        /// Temperature.
        #[arg(long, default_value_t = 0.5)]
        temperature: f32,
        /// Prints the faulty answers too.
        #[arg(long)]
        faulty: bool,
    },
    /// Measures a model as the studio uses it, on whole briefs that no run trains on; prints a
    /// Markdown table.
    Table {
        /// GGUF file.
        model: PathBuf,
        /// Briefs, half of them Chinese.
        #[arg(long, default_value_t = 312)]
        count: u64,
        /// Every so many of them is written in eight variants.
        #[arg(long, default_value_t = 7)]
        every: u64,
        /// Instead of the desks' own temperatures.
        #[arg(long)]
        temperature: Option<f32>,
        /// Prints the faulty texts too.
        #[arg(long)]
        faulty: bool,
        /// Prints all texts too.
        #[arg(long)]
        texts: bool,
    },
    /// Answers a brief file (`news.en.toml`; the kind and nothing else is taken from the name).
    Write {
        /// GGUF file.
        model: PathBuf,
        /// TOML file.
        brief: PathBuf,
        /// Task.
        #[arg(long, default_value = "draft")]
        task: String,
        /// Document to work in: the caret at its end, or all of it selected.
        #[arg(long)]
        document: Option<PathBuf>,
        /// How many answers.
        #[arg(long, default_value_t = 1)]
        count: u32,
        /// Temperature.
        #[arg(long, default_value_t = 0.5)]
        temperature: f32,
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
            seed,
            out,
            from,
        } => train(&checkpoint, seed, out, from)?,
        Command::Evaluate {
            model,
            count,
            temperature,
            faulty,
        } => evaluate(&model, count, temperature, faulty)?,
        Command::Table {
            model,
            count,
            every,
            temperature,
            faulty,
            texts,
        } => {
            let found = table::table(&model, count, every, temperature)?;
            for text in found.texts.iter().filter(|_| texts) {
                println!("{text}\n\n=====\n");
            }
            for fault in found.faults.iter().filter(|_| faulty) {
                println!("{fault}\n\n=====\n");
            }
            show(&model, found)?;
        }
        Command::Write {
            model,
            brief,
            task,
            document,
            count,
            temperature,
        } => {
            let document = document.map(std::fs::read_to_string).transpose()?;
            let document = document.unwrap_or_default();
            write(&model, &brief, (&task, &document), count, temperature)?;
        }
        Command::Export { checkpoint, out } => export(&Run::resume(&checkpoint)?, &out)?,
    }
    Ok(())
}

fn evaluate(
    model: &std::path::Path,
    count: u32,
    temperature: f32,
    faulty: bool,
) -> Result<(), Failure> {
    let (net, vocabulary) = gguf::read(&std::fs::read(model)?)?;
    let choice = Choice {
        temperature,
        ..Choice::default()
    };
    println!("| task | language | ends | parses | lengths | references | sentences | all |");
    println!("|---|---|---|---|---|---|---|---|");
    evaluate::evaluate((&net, &vocabulary), count, choice, |row| {
        let share = |n: u32| format!("{:.0} %", 100.0 * f64::from(n) / f64::from(row.answers));
        let shares = [
            row.ended,
            row.parse,
            row.obey,
            row.use_all,
            row.clean,
            row.good,
        ];
        let shares = shares.map(share).join(" | ");
        println!("| {} | {} | {shares} |", row.task, row.language);
        for answer in row.faulty.iter().filter(|_| faulty) {
            println!("\n{answer}\n");
        }
    })
}

fn show(model: &std::path::Path, mut found: table::Table) -> Result<(), Failure> {
    println!("| what | English | Chinese | both |\n|---|---|---|---|");
    let percent = |s: &[table::Share]| {
        let (good, all) = s.iter().fold((0, 0), |(g, a), s| (g + s.good, a + s.all));
        format!(
            "{:.1} % of {all}",
            100.0 * f64::from(good) / f64::from(all.max(1))
        )
    };
    for (row, [en, zh]) in table::ROWS.iter().zip(found.shares) {
        println!(
            "| {row} | {} | {} | {} |",
            percent(&[en]),
            percent(&[zh]),
            percent(&[en, zh])
        );
    }
    found.first.sort();
    let median = found
        .first
        .get(found.first.len() / 2)
        .copied()
        .unwrap_or_default();
    let (tokens, time) = found.written;
    let bytes = std::fs::read(model)?;
    let (network, vocabulary) = gguf::read(&bytes)?;
    let (loss, named) = evaluate::alone((&network, &vocabulary), 60)?;
    println!(
        "| held-out perplexity of a token of an answer | | | {:.2} |",
        loss.exp()
    );
    println!(
        "| answers that name all they have to, by the network alone | | | {:.0} % |",
        100.0 * named
    );
    println!(
        "| time to the first words, median | | | {:.0} ms |",
        1e3 * median.as_secs_f64()
    );
    println!(
        "| tokens a second | | | {:.0} |",
        tokens as f64 / time.as_secs_f64().max(1e-9)
    );
    println!("| file | | | {:.1} MB |", bytes.len() as f64 / 1e6);
    Ok(())
}

fn write(
    model: &std::path::Path,
    brief: &std::path::Path,
    (task, document): (&str, &str),
    count: u32,
    temperature: f32,
) -> Result<(), Failure> {
    let (net, vocabulary) = gguf::read(&std::fs::read(model)?)?;
    let name = brief.file_name().map(|n| n.to_string_lossy().into_owned());
    let name = name.unwrap_or_default();
    let kind = DocumentKind::ALL
        .into_iter()
        .find(|k| name.contains(k.name()));
    let kind = kind.ok_or("the file's name does not say the kind of brief")?;
    let brief = Brief::from_toml(kind, &std::fs::read_to_string(brief)?)?;
    let task = judge::task(task);
    let start = if task == Task::Continue {
        document.len()
    } else {
        0
    };
    for variant in 0..count {
        let input = Input {
            brief: &brief,
            task: &task,
            document,
            selection: start..document.len(),
            note: None,
            house_rules: "",
            voice: "",
            variant,
            variants: count,
            context_tokens: None,
        };
        let composed = compose(&input, PromptForm::Compact)?;
        let prompt = composed.messages.first().map_or("", |m| m.content.as_str());
        let choice = Choice {
            temperature,
            ..Choice::default()
        };
        let mut random = Random::new(1, u64::from(variant));
        let (raw, ended) = evaluate::answer((&net, &vocabulary), prompt, choice, &mut random)?;
        let text = composed.references.resolve(&raw);
        let text = parse(kind, &task, brief.language(), &text).text;
        println!("{prompt}\n--- ended: {ended}\n{raw}\n---\n{text}\n");
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
    seed: Option<u64>,
    out: Option<PathBuf>,
    from: Option<PathBuf>,
) -> Result<(), Failure> {
    let mut run = if checkpoint.exists() {
        let mut run = Run::resume(checkpoint)?;
        // A run that has come to its end can be given another descent.
        run.plan.descents = Plan::default().descents;
        run
    } else if let Some(file) = from {
        let (network, vocabulary) = gguf::read(&std::fs::read(file)?)?;
        Run::from_file(Plan::default(), network, vocabulary)
    } else {
        let plan = Plan::default();
        Run::begin(Plan {
            seed: seed.unwrap_or(plan.seed),
            ..plan
        })?
    };
    eprintln!(
        "{} weights, {} tokens in the vocabulary, {} of {} tokens seen",
        run.network.weights.len(),
        run.vocabulary.tokens.len(),
        run.tokens,
        run.plan.tokens()
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
