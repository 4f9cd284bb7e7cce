//! What the machine has room for.

use inkstone_generation::{GenerationError, GenerationErrorKind};

use crate::failure::Result;

/// For the program itself and whatever else runs.
const LEFT_ALONE: u64 = 128 << 20;

/// Memory that could be used now, where the system tells.
pub(crate) fn available() -> Option<u64> {
    let text = std::fs::read_to_string("/proc/meminfo").ok()?;
    parse(&text)
}

/// What the system says of this process under a name, as `VmRSS:`.
pub(crate) fn of_this_process(name: &str) -> Option<u64> {
    let text = std::fs::read_to_string("/proc/self/status").ok()?;
    kib(&text, name)
}

/// Gives the system back what was freed, when it is dropped itself: the allocator would keep much of
/// it for later.
#[derive(Debug, Default)]
pub(crate) struct GivesBack;

impl Drop for GivesBack {
    fn drop(&mut self) {
        #[cfg(all(target_os = "linux", target_env = "gnu"))]
        trim();
    }
}

#[cfg(all(target_os = "linux", target_env = "gnu"))]
#[expect(
    unsafe_code,
    reason = "measured: without it two fifths of a model stay with the process"
)]
fn trim() {
    unsafe extern "C" {
        safe fn malloc_trim(pad: usize) -> std::ffi::c_int;
    }
    malloc_trim(0);
}

fn parse(meminfo: &str) -> Option<u64> {
    kib(meminfo, "MemAvailable:")
}

/// Bytes on a line of `name 123 kB`.
fn kib(text: &str, name: &str) -> Option<u64> {
    let line = text.lines().find_map(|l| l.strip_prefix(name))?;
    let kib: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    kib.checked_mul(1024)
}

/// Fails when `needed` bytes do not fit.
pub(crate) fn fits(needed: u64, available: Option<u64>) -> Result<()> {
    match available {
        Some(available) if needed.saturating_add(LEFT_ALONE) > available => {
            Err(GenerationError::new(
                GenerationErrorKind::ModelTooLarge,
                format!(
                    "needs {} MiB, {} MiB are free",
                    needed >> 20,
                    available >> 20
                ),
            ))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_systems_answer_is_understood() {
        let text = "MemTotal:       24576000 kB\nMemAvailable:    1048576 kB\nCached: 1 kB\n";
        assert_eq!(parse(text), Some(1 << 30));
        assert_eq!(parse("MemTotal: 1 kB"), None);
    }

    #[test]
    fn too_large_is_said_in_numbers() {
        assert!(fits(1 << 30, Some(2 << 30)).is_ok());
        assert!(fits(u64::MAX, None).is_ok());
        let error = fits(3 << 30, Some(2 << 30)).unwrap_err();
        assert_eq!(error.kind, GenerationErrorKind::ModelTooLarge);
        assert_eq!(error.detail, "needs 3072 MiB, 2048 MiB are free");
    }
}
