//! The name of what computes, as records keep it: equal names promise equal bytes.

use std::sync::LazyLock;

/// Adapter and version, this build's decoder, and the processor's instructions, because the order
/// in which numbers are summed depends on them.
pub(crate) fn name() -> &'static str {
    static NAME: LazyLock<String> = LazyLock::new(|| {
        let decoder = &env!("INKSTONE_DECODER")[..12];
        let mut name = format!(
            "candle 0.11.1, decoder {decoder}, {}",
            std::env::consts::ARCH
        );
        for instructions in instructions() {
            name.push('+');
            name.push_str(instructions);
        }
        name
    });
    &NAME
}

#[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
fn instructions() -> Vec<&'static str> {
    let known = [
        ("avx", std::arch::is_x86_feature_detected!("avx")),
        ("avx2", std::arch::is_x86_feature_detected!("avx2")),
        ("fma", std::arch::is_x86_feature_detected!("fma")),
        ("f16c", std::arch::is_x86_feature_detected!("f16c")),
        ("avx512f", std::arch::is_x86_feature_detected!("avx512f")),
    ];
    known
        .into_iter()
        .filter_map(|(name, there)| there.then_some(name))
        .collect()
}

#[cfg(not(any(target_arch = "x86", target_arch = "x86_64")))]
fn instructions() -> Vec<&'static str> {
    Vec::new()
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_name_tells_versions_and_builds() {
        let name = super::name();
        assert!(name.starts_with("candle 0.11.1, decoder "), "{name}");
        assert!(name.contains(std::env::consts::ARCH), "{name}");
        assert_eq!(name, super::name());
    }
}
