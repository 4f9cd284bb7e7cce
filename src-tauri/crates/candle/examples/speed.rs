//! Measures a model file: `cargo run --release -p inkstone-candle --example speed -- MODEL.gguf [TOKENS]`.

use std::{path::Path, time::Instant};

use futures::{StreamExt, executor::block_on};
use inkstone_candle::Candle;
use inkstone_generation::{
    CancellationToken, LocalModels, Message, Prompt, Role, Sampling, TextEvent, TextRequest,
};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut args = std::env::args().skip(1);
    let path = args.next().ok_or("give me a model file")?;
    let most: u32 = args.next().map_or(Ok(200), |n| n.parse())?;
    let begin = Instant::now();
    let model = Candle::new().load(Path::new(&path))?;
    println!("load     {:>8.1} ms", begin.elapsed().as_secs_f64() * 1e3);
    for words in [1, 60] {
        let request = TextRequest {
            prompt: Prompt::Chat(vec![Message {
                role: Role::User,
                content: "Write a short story. The night bus stopped at the river. ".repeat(words),
            }]),
            sampling: Sampling::default(),
            max_tokens: Some(most),
            stop: Vec::new(),
            constraint: None,
        };
        let begin = Instant::now();
        let mut stream = model.generate(request, CancellationToken::new());
        let mut first = 0.0;
        block_on(async {
            while let Some(event) = stream.next().await {
                match event? {
                    TextEvent::Waiting { .. } => {}
                    TextEvent::Started { prompt_tokens } => {
                        first = begin.elapsed().as_secs_f64();
                        let n = f64::from(prompt_tokens.unwrap_or(0));
                        println!("prefill  {:>8.1} tokens/s ({n} tokens)", n / first);
                    }
                    TextEvent::Delta { text, .. } => print!("{text}"),
                    TextEvent::Finished { reason, usage } => {
                        let n = f64::from(usage.completion_tokens.unwrap_or(0));
                        let seconds = begin.elapsed().as_secs_f64() - first;
                        let how = reason.as_str();
                        println!(
                            "\ndecode   {:>8.1} tokens/s ({n} tokens, {how})",
                            n / seconds
                        );
                    }
                }
            }
            Ok::<(), inkstone_generation::GenerationError>(())
        })?;
    }
    Ok(())
}
