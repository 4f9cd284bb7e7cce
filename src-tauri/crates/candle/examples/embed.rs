//! Vectors of the lines of standard input, one JSON array a line:
//! `cargo run --release -p inkstone-candle --example embed -- FOLDER [query]`

use std::io::BufRead as _;

use inkstone_candle::Candle;
use inkstone_generation::{EmbedAs, LocalModels as _};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let folder = arguments.next().ok_or("which folder?")?;
    let side = match arguments.next().as_deref() {
        Some("query") => EmbedAs::Query,
        _ => EmbedAs::Passage,
    };
    let begun = std::time::Instant::now();
    let model = Candle::new().load_embedder(folder.as_ref())?;
    eprintln!("{:?} loaded in {:?}", model.describe(), begun.elapsed());
    let lines: Vec<String> = std::io::stdin().lock().lines().collect::<Result<_, _>>()?;
    let begun = std::time::Instant::now();
    let texts: Vec<&str> = lines.iter().map(String::as_str).collect();
    for vector in model.embed(&texts, side)? {
        println!("{}", serde_json::to_string(&vector)?);
    }
    eprintln!("{} texts in {:?}", texts.len(), begun.elapsed());
    Ok(())
}
