use std::{
    env,
    hash::{BuildHasher as _, RandomState},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

/// The variable that fixes the seeds, for demonstrations and tests that are to come out the same.
pub const SEED_VARIABLE: &str = "INKSTONE_SEED";

/// Where seeds come from: by chance, or counted up from the number in `INKSTONE_SEED`.
pub fn seeds() -> Arc<dyn Fn() -> u64 + Send + Sync> {
    from(env::var(SEED_VARIABLE).ok().as_deref())
}

fn from(first: Option<&str>) -> Arc<dyn Fn() -> u64 + Send + Sync> {
    match first.and_then(|text| text.trim().parse().ok()) {
        Some(first) => {
            let next = AtomicU64::new(first);
            Arc::new(move || next.fetch_add(1, Ordering::Relaxed))
        }
        None => Arc::new(chance),
    }
}

/// A number by chance, for seeds. It keeps no secret, so the randomness that std gives to every
/// hash map is enough, and asking for it cannot fail.
pub fn chance() -> u64 {
    RandomState::new().hash_one(())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    #[test]
    fn a_first_seed_is_counted_from_and_nonsense_is_chance() {
        let counted = super::from(Some(" 41 "));
        assert_eq!([counted(), counted()], [41, 42]);
        let by_chance = super::from(Some("many"));
        assert_ne!(by_chance(), by_chance());
    }

    #[test]
    fn no_number_comes_twice() {
        let numbers: BTreeSet<u64> = (0..1000).map(|_| super::chance()).collect();
        assert_eq!(numbers.len(), 1000);
    }
}
