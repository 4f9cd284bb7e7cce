//! What must hold for any bytes, one module a target.

pub mod chat_template;
pub mod fdx;
pub mod fountain;
pub mod gguf;
pub mod model;
pub mod model_folder;
pub mod pdf_text;
pub mod script_text;

/// What checks an input; it panics where something does not hold.
pub type Check = fn(&[u8]);

/// The targets by name, each with bytes that it gives a meaning to and a few inputs to begin with.
pub const TARGETS: &[(&str, Check, &[&str], &[&str])] = &[
    (
        "fountain",
        fountain::check,
        fountain::TYPED,
        fountain::SEEDS,
    ),
    ("fdx", fdx::check, fdx::TYPED, fdx::SEEDS),
    ("fdx_twice", fdx::twice, fdx::TYPED, fdx::SEEDS),
    (
        "script_text",
        script_text::check,
        script_text::TYPED,
        script_text::SEEDS,
    ),
    (
        "pdf_text",
        pdf_text::check,
        pdf_text::TYPED,
        pdf_text::SEEDS,
    ),
    ("gguf", gguf::check, gguf::TYPED, gguf::SEEDS),
    (
        "model_folder",
        model_folder::check,
        model_folder::TYPED,
        model_folder::SEEDS,
    ),
    (
        "chat_template",
        chat_template::check,
        chat_template::TYPED,
        chat_template::SEEDS,
    ),
];
