//! The engine by itself, for measuring and for comparing with other programs:
//!
//! - `engine bench FILE [PROMPT GENERATE DEPTH SEQUENCES]` prints what was measured as JSON.
//! - `engine synthesize SHAPE TYPE FILE` writes a model file with random weights.
//! - `engine logits FILE` reads ids as JSON from stdin and prints each one's logits, a line each.
//! - `engine tokens FILE` reads texts as a JSON array from stdin and prints the ids of each.
//! - `engine memory FILE` prints what the process holds before, with and without the model, in KiB.
//!
//! `cargo run --release -p inkstone-candle --example engine -- bench MODEL.gguf`

use std::{error::Error, io::Read, path::Path};

use inkstone_candle::{
    Candle,
    bench::{Bench, Words, logits},
    synthetic,
};
use inkstone_generation::LocalModels;

fn main() -> Result<(), Box<dyn Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    match args[..] {
        ["bench", file, ref numbers @ ..] => {
            let number =
                |i: usize, usual: usize| numbers.get(i).map_or(Ok(usual), |n: &&str| n.parse());
            let bench = Bench {
                prompt_tokens: number(0, 512)?,
                generate_tokens: number(1, 64)?,
                depth: number(2, 0)?,
                sequences: number(3, 8)?,
                threads: None,
            };
            println!("{}", serde_json::to_string(&bench.run(Path::new(file))?)?);
        }
        ["synthesize", shape, kind, file] => synthetic::write(shape, kind, Path::new(file))?,
        ["logits", file] => {
            let ids: Vec<u32> = serde_json::from_reader(std::io::stdin())?;
            for row in logits(Path::new(file), &ids)? {
                println!("{}", serde_json::to_string(&row)?);
            }
        }
        ["tokens", file] => {
            let mut text = String::new();
            std::io::stdin().read_to_string(&mut text)?;
            let texts: Vec<String> = serde_json::from_str(&text)?;
            let words = Words::open(Path::new(file))?;
            let ids = texts.iter().map(|text| words.ids(text, false));
            let ids: Vec<Vec<u32>> = ids.collect::<Result<_, _>>()?;
            println!("{}", serde_json::to_string(&ids)?);
        }
        ["memory", file] => {
            let before = resident()?;
            let model = Candle::new().load(Path::new(file))?;
            let with = resident()?;
            drop(model);
            println!("{before} {with} {}", resident()?);
        }
        _ => return Err("bench, synthesize, logits, tokens or memory".into()),
    }
    Ok(())
}

fn resident() -> Result<u64, Box<dyn Error>> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|l| l.strip_prefix("VmRSS:"));
    let kib = line.and_then(|l| l.split_whitespace().next());
    Ok(kib.ok_or("the system does not say")?.parse()?)
}
