use candle_core::{
    Device, Tensor,
    quantized::{GgmlDType, QTensor},
};

use super::*;
use crate::testing::Noise;

const KINDS: [GgmlDType; 13] = [
    GgmlDType::F32,
    GgmlDType::F16,
    GgmlDType::BF16,
    GgmlDType::Q8_0,
    GgmlDType::Q4_0,
    GgmlDType::Q4_1,
    GgmlDType::Q5_0,
    GgmlDType::Q5_1,
    GgmlDType::Q2K,
    GgmlDType::Q3K,
    GgmlDType::Q4K,
    GgmlDType::Q5K,
    GgmlDType::Q6K,
];

fn numbers(count: usize, seed: u64) -> Vec<f32> {
    let mut noise = Noise::new(seed);
    (0..count)
        .map(|_| (noise.below(20_001) as f32 - 10_000.0) / 5000.0)
        .collect()
}

/// A matrix of a kind, and its weights as the tensor library sees them.
fn matrix(kind: GgmlDType, rows: usize, columns: usize) -> (Linear, Vec<f32>) {
    let full = Tensor::from_vec(numbers(rows * columns, 3), (rows, columns), &Device::Cpu).unwrap();
    let tensor = QTensor::quantize(&full, kind).unwrap();
    let bytes = tensor.data().unwrap();
    let mut matrix = Matrix::new(kind, rows, columns).unwrap();
    let row_bytes = bytes.len() / rows;
    // In two steps, as long files are read.
    let (a, b) = bytes.split_at(row_bytes * LANES);
    matrix.push(kind, a, row_bytes);
    matrix.push(kind, b, row_bytes);
    assert!(matrix.is_whole());
    let weights = tensor.dequantize(&Device::Cpu).unwrap();
    let weights = weights.flatten_all().unwrap().to_vec1().unwrap();
    (
        Linear::new(vec![std::sync::Arc::new(matrix)], columns),
        weights,
    )
}

#[test]
fn no_weight_changes_its_value() {
    for kind in KINDS {
        let (rows, columns) = (21, 512);
        let (linear, weights) = matrix(kind, rows, columns);
        let mut row = vec![0.0; columns];
        for (r, expected) in weights.chunks(columns).enumerate() {
            linear.matrices[0].row(r, &mut row);
            for (i, (a, b)) in row.iter().zip(expected).enumerate() {
                assert!((a - b).abs() <= b.abs() * 1e-6, "{kind:?} {r} {i}: {a} {b}");
            }
        }
    }
}

#[test]
fn products_are_what_their_weights_say() {
    let (rows, columns) = (37, 512);
    let x = numbers(columns, 8);
    for kind in KINDS {
        let (linear, weights) = matrix(kind, rows, columns);
        let got = linear.forward(&x, 1);
        assert_eq!(got.len(), rows);
        let size = (columns as f64).sqrt();
        for (row, got) in weights.chunks(columns).zip(got) {
            let exact: f64 = row.iter().zip(&x).map(|(w, x)| f64::from(w * x)).sum();
            // Eight bits of 2.0 are steps of 1/64, each off by half of that at most.
            assert!(
                (exact - f64::from(got)).abs() < 0.02 * size,
                "{kind:?}: {exact} {got}"
            );
        }
    }
}

/// The promise of this module: neighbours, threads and instructions change no bit.
#[test]
fn a_row_is_the_same_whatever_is_computed_beside_it() {
    let (rows, columns, count) = (53, 512, 15);
    let x = numbers(columns * count, 4);
    for kind in KINDS {
        let (linear, _) = matrix(kind, rows, columns);
        let alone: Vec<u32> = x
            .chunks(columns)
            .flat_map(|x| linear.forward_with(Instructions::Plain, x, 1))
            .map(f32::to_bits)
            .collect();
        for with in Instructions::all() {
            for count in 1..=count {
                let together = linear.forward_with(with, &x[..count * columns], count);
                let together: Vec<u32> = together.into_iter().map(f32::to_bits).collect();
                assert!(
                    together[..] == alone[..count * rows],
                    "{kind:?} {with:?} {count}"
                );
            }
        }
    }
}

#[test]
fn the_furthest_bytes_do_not_run_over() {
    let columns = 64;
    // -128 and 127 in turns, times the largest activations of both signs.
    let block = |bytes: [i8; 2]| {
        let mut block = vec![0x00, 0x3C];
        block.extend((0..32).map(|i| bytes[i % 2] as u8));
        block
    };
    for bytes in [[-128, -128], [127, 127], [-128, 127]] {
        let mut matrix = Matrix::new(GgmlDType::Q8_0, 16, columns).unwrap();
        matrix.push(GgmlDType::Q8_0, &block(bytes).repeat(32), 68);
        let linear = Linear::new(vec![std::sync::Arc::new(matrix)], columns);
        for sign in [1.0, -1.0] {
            let x: Vec<f32> = (0..columns)
                .map(|i| if i % 2 == 0 { 127.0 * sign } else { 127.0 })
                .collect();
            let expected = 32.0 * 127.0 * (f32::from(bytes[0]) * sign + f32::from(bytes[1]));
            for with in Instructions::all() {
                assert_eq!(linear.forward_with(with, &x, 1), [expected; 16], "{with:?}");
            }
        }
    }
}

#[test]
fn what_is_no_number_stays_none() {
    let (linear, _) = matrix(GgmlDType::Q8_0, 18, 64);
    let mut x = numbers(64, 1);
    x[40] = f32::NAN;
    assert!(linear.forward(&x, 1).iter().all(|y| y.is_nan()));
    let nothing = linear.forward(&[0.0; 64], 1);
    assert!(nothing.iter().all(|y| *y == 0.0));
}
