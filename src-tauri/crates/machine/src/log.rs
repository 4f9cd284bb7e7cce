use std::io::{IsTerminal as _, stderr};

use tracing_subscriber::{
    EnvFilter, filter, fmt, layer::SubscriberExt as _, util::SubscriberInitExt as _,
};

/// Sends the program's own remarks to stderr: warnings, or what `RUST_LOG` asks for. Does nothing
/// when somebody listens already.
pub fn log_to_stderr() {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("warn"));
    let _ = tracing_subscriber::registry()
        .with(
            fmt::layer()
                .with_ansi(stderr().is_terminal())
                .with_writer(stderr),
        )
        .with(filter)
        .with(filter::filter_fn(|metadata| {
            may_be_logged(metadata.target())
        }))
        .try_init();
}

/// Whole bodies of failed calls, drafts included, go through this crate's remarks. No setting lets
/// them out.
fn may_be_logged(target: &str) -> bool {
    target != "async_openai" && !target.starts_with("async_openai::")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_hold_a_draft_is_silent() {
        assert!(!may_be_logged("async_openai"));
        assert!(!may_be_logged("async_openai::client"));
        assert!(may_be_logged("inkstone_openai::call"));
    }
}
