//! A driver that needs no fuzzing engine and no C++: it changes inputs at random and keeps a pool of
//! them. Blind, where libFuzzer sees which code an input reaches, but it runs anywhere.
//!
//! `cargo run --release --no-default-features --bin mutate -- TARGET SECONDS [SEED] [FILE...]`

use std::{
    env, fs,
    panic::catch_unwind,
    process::ExitCode,
    time::{Duration, Instant},
};

use inkstone_fuzz::TARGETS;

const LONGEST: usize = 4_096;
const POOL: usize = 512;
/// An input that takes longer is reported.
const SLOW: Duration = Duration::from_secs(2);

fn main() -> ExitCode {
    let mut arguments = env::args().skip(1);
    let name = arguments.next().unwrap_or_default();
    let Some((_, check, tokens, seeds)) = TARGETS.iter().find(|(target, ..)| *target == name)
    else {
        let names: Vec<&str> = TARGETS.iter().map(|(name, ..)| *name).collect();
        eprintln!(
            "mutate TARGET SECONDS [SEED] [FILE...]; targets: {}",
            names.join(", ")
        );
        return ExitCode::FAILURE;
    };
    let mut number = |default| {
        arguments
            .next()
            .and_then(|n| n.parse().ok())
            .unwrap_or(default)
    };
    let seconds: u64 = number(60);
    let seed: u64 = number(1);
    let mut pool: Vec<Vec<u8>> = seeds.iter().map(|seed| seed.as_bytes().to_vec()).collect();
    for path in env::args().skip(4) {
        match fs::read(&path) {
            Ok(bytes) => pool.extend(bytes.chunks(LONGEST).map(<[u8]>::to_vec)),
            Err(error) => eprintln!("{path}: {error}"),
        }
    }
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut chance = move |below: usize| {
        // xorshift64*
        state ^= state >> 12;
        state ^= state << 25;
        state ^= state >> 27;
        (state.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) as usize % below.max(1)
    };
    let start = Instant::now();
    let mut runs = 0_u64;
    let mut slowest = Duration::ZERO;
    while start.elapsed() < Duration::from_secs(seconds) {
        let mut input = pool[chance(pool.len())].clone();
        for _ in 0..=chance(6) {
            let at = chance(input.len() + 1);
            let end = (at + chance(24)).min(input.len());
            match chance(6) {
                0 => drop(input.drain(at..end)),
                1 => {
                    let piece = input[at..end].to_vec();
                    let to = chance(input.len() + 1);
                    input.splice(to..to, piece);
                }
                2 => {
                    let other = &pool[chance(pool.len())];
                    let from = chance(other.len() + 1);
                    let piece = other[from..(from + chance(200)).min(other.len())].to_vec();
                    input.splice(at..end, piece);
                }
                3 => input.insert(at, chance(256) as u8),
                _ => {
                    let token = tokens[chance(tokens.len())].as_bytes();
                    let token = token.repeat(1 + chance(2) * chance(3));
                    input.splice(at..at, token);
                }
            }
        }
        input.truncate(LONGEST);
        let began = Instant::now();
        if catch_unwind(|| check(&input)).is_err() {
            let path = format!("failed-{name}-{seed}-{runs}");
            let written = fs::write(&path, &input);
            eprintln!("{path} {written:?}");
            return ExitCode::FAILURE;
        }
        let took = began.elapsed();
        if took > slowest {
            slowest = took;
        }
        if took > SLOW {
            let path = format!("slow-{name}-{seed}-{runs}");
            let written = fs::write(&path, &input);
            eprintln!("{path} {took:?} {written:?}");
        }
        runs += 1;
        if pool.len() < POOL {
            pool.push(input);
        } else if chance(8) == 0 {
            let place = chance(pool.len());
            pool[place] = input;
        }
    }
    println!("{name}: {runs} inputs in {seconds} s, the slowest took {slowest:?}");
    ExitCode::SUCCESS
}
