use std::hash::{BuildHasher as _, RandomState};

/// A number by chance, for seeds. It keeps no secret, so the randomness that std gives to every
/// hash map is enough, and asking for it cannot fail.
pub fn chance() -> u64 {
    RandomState::new().hash_one(())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    #[test]
    fn no_number_comes_twice() {
        let numbers: BTreeSet<u64> = (0..1000).map(|_| super::chance()).collect();
        assert_eq!(numbers.len(), 1000);
    }
}
