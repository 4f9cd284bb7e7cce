//! The same work as `engine bench`'s by candle's own quantized models, to hold ours against:
//!
//! `stock FILE [PROMPT GENERATE]` reads a prompt at once, writes behind it, and prints seconds as JSON.
//!
//! `cargo run --release -p inkstone-candle --example stock -- MODEL.gguf`

use std::{error::Error, fs::File, time::Instant};

use candle_core::{Device, Tensor, quantized::gguf_file::Content};
use candle_transformers::models::{quantized_llama, quantized_qwen2};

type Forward = Box<dyn FnMut(&Tensor, usize) -> candle_core::Result<Tensor>>;

fn main() -> Result<(), Box<dyn Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let path = args.first().ok_or("stock FILE [PROMPT GENERATE]")?;
    let number = |i: usize, usual: usize| args.get(i).map_or(Ok(usual), |n| n.parse());
    let (prompt, generate) = (number(1, 512)?, number(2, 32)?);
    let begin = Instant::now();
    let mut file = File::open(path)?;
    let content = Content::read(&mut file)?;
    let architecture = content.metadata.get("general.architecture");
    let architecture = architecture.ok_or("no architecture")?.to_string()?.clone();
    let d = &Device::Cpu;
    let mut forward: Forward = match architecture.as_str() {
        "llama" => {
            let mut m = quantized_llama::ModelWeights::from_gguf(content, &mut file, d)?;
            Box::new(move |x, at| m.forward(x, at))
        }
        "qwen2" => {
            let mut m = quantized_qwen2::ModelWeights::from_gguf(content, &mut file, d)?;
            Box::new(move |x, at| m.forward(x, at))
        }
        other => return Err(format!("not measured here: {other}").into()),
    };
    let load = begin.elapsed().as_secs_f64();
    let token = |i: usize| (i * 7919 + 13) as u32 % 30_000;
    let begin = Instant::now();
    let tokens: Vec<u32> = (0..prompt).map(token).collect();
    forward(&Tensor::new(&tokens[..], d)?.unsqueeze(0)?, 0)?;
    let prefill = begin.elapsed().as_secs_f64();
    let begin = Instant::now();
    for step in 0..generate {
        let next = Tensor::new(&[token(step)], d)?.unsqueeze(0)?;
        forward(&next, prompt + step)?;
    }
    let decode = begin.elapsed().as_secs_f64();
    println!(
        "{}",
        serde_json::json!({
            "load_seconds": load,
            "prefill": prompt as f64 / prefill,
            "decode": generate as f64 / decode,
        })
    );
    Ok(())
}
