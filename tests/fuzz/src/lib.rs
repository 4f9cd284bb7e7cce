//! What must hold for any bytes, one module a target.

pub mod fountain;

/// What checks an input; it panics where something does not hold.
pub type Check = fn(&[u8]);

/// The targets by name, each with bytes that it gives a meaning to and a few inputs to begin with.
pub const TARGETS: &[(&str, Check, &[&str], &[&str])] = &[(
    "fountain",
    fountain::check,
    fountain::TYPED,
    fountain::SEEDS,
)];
