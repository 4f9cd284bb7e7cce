//! What must hold for any bytes, one module a target.

pub mod fountain;
