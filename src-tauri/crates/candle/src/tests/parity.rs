//! Files with random weights against llama.cpp: its likeliest tokens and some of its logits, as
//! `parity.py` has written them down.

use std::{collections::BTreeMap, path::Path};

use serde::Deserialize;

use crate::{bench::logits, synthetic};

const STORED: &str = include_str!("parity.json");

#[derive(Deserialize)]
struct Reference {
    /// The likeliest token behind each position.
    top: Vec<u32>,
    /// Behind each tenth position, the logits of each twentieth token.
    logits: Vec<Vec<f32>>,
}

/// As `parity.py` has them.
fn tokens() -> Vec<u32> {
    (0..220u32)
        .map(|i| (i * 7919 + 13 + i * i * 31) % 300)
        .collect()
}

fn correlation(a: &[f32], b: &[f32]) -> f64 {
    let mean = |x: &[f32]| x.iter().map(|n| f64::from(*n)).sum::<f64>() / x.len() as f64;
    let (ma, mb) = (mean(a), mean(b));
    let (mut ab, mut aa, mut bb) = (0.0, 0.0, 0.0);
    for (x, y) in a.iter().zip(b) {
        let (x, y) = (f64::from(*x) - ma, f64::from(*y) - mb);
        ab += x * y;
        aa += x * x;
        bb += y * y;
    }
    ab / (aa * bb).sqrt()
}

#[test]
fn shapes_and_types_agree_with_another_program() {
    let stored: BTreeMap<String, Reference> = serde_json::from_str(STORED).unwrap();
    assert!(stored.len() >= 29, "{}", stored.len());
    let folder = tempfile::tempdir().unwrap();
    for (name, reference) in &stored {
        let (shape, kind) = name.split_once(':').unwrap();
        let file = folder.path().join("model.gguf");
        synthetic::write(shape, kind, Path::new(&file)).unwrap();
        let ours = logits(&file, &tokens()).unwrap();
        let best = |row: &[f32]| {
            (0..row.len())
                .max_by(|a, b| row[*a].total_cmp(&row[*b]))
                .unwrap() as u32
        };
        let same = ours
            .iter()
            .zip(&reference.top)
            .filter(|(row, top)| best(row) == **top)
            .count();
        let some: Vec<f32> = ours
            .iter()
            .step_by(10)
            .flat_map(|row| row.iter().step_by(20).copied())
            .collect();
        let like = correlation(&some, &reference.logits.concat());
        let same = same as f64 / reference.top.len() as f64;
        // Random weights leave many tokens nearly as likely as the best. Where both programs round
        // activations, each in blocks of its own, the order of such changes.
        let (least_same, least_like) = match kind {
            "F32" | "F16" => (0.99, 0.999_9),
            _ => (0.85, 0.998),
        };
        assert!(
            same >= least_same && like >= least_like,
            "{name}: {same} the same, correlation {like}"
        );
    }
}
