//! A file of keys that a passphrase opens.
//!
//! The form, all numbers little-endian:
//!
//! | bytes | what |
//! |---|---|
//! | 8 | `INKKEYS` and the form's number, 1 |
//! | 12 | Argon2id: memory in KiB, passes, lanes (three `u32`) |
//! | 16 | salt |
//! | 16 | proof: the last bytes of what Argon2id (version 0x13) makes of passphrase and salt |
//! | 24 | nonce, new with every writing |
//! | n | the keys: JSON, padded with spaces, under XChaCha20-Poly1305 with the first 32 bytes of what Argon2id made; all of the above is authenticated with it |
//! | 32 | SHA-256 of all of the above |
//!
//! The hash is against accidents alone: it tells a damaged file from a wrong passphrase, which the
//! proof tells in turn. What someone has changed on purpose, the cipher refuses.

use std::collections::BTreeMap;

use argon2::{Algorithm, Argon2, Params, Version};
use chacha20poly1305::{
    KeyInit as _, XChaCha20Poly1305,
    aead::{Aead as _, Payload},
};
use inkstone_studio::KeyError;
use sha2::{Digest as _, Sha256};
use zeroize::{Zeroize as _, Zeroizing};

const MAGIC: &[u8; 7] = b"INKKEYS";
const FORM: u8 = 1;
const SALT: usize = 16;
const PROOF: usize = 16;
const NONCE: usize = 24;
const HEAD: usize = 8 + 12 + SALT + PROOF + NONCE;
const HASH: usize = 32;
const TAG: usize = 16;
/// Keys of thousands of servers; a longer file is none of ours.
pub(super) const LONGEST: usize = 4 << 20;
/// The lengths of the keys show in nothing but the number of these.
const PAD: usize = 1024;

/// What it costs to try a passphrase.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cost {
    /// KiB of memory.
    pub memory: u32,
    /// Passes over it.
    pub passes: u32,
    /// Lanes.
    pub lanes: u32,
}

impl Cost {
    /// A quarter of a second and 64 MiB on a machine of today; RFC 9106 names this memory and these
    /// passes for machines that can't give 2 GiB.
    pub const USUAL: Self = Self {
        memory: 64 << 10,
        passes: 3,
        lanes: 4,
    };

    /// What a file may ask for: less protects nothing, more would hang the program that opens it.
    fn sane(self) -> bool {
        (8 << 10..=1 << 20).contains(&self.memory)
            && (1..=12).contains(&self.passes)
            && (1..=16).contains(&self.lanes)
    }
}

/// The keys by model id. Overwritten when they are dropped.
#[derive(Default, Clone)]
pub struct Keys(BTreeMap<String, Zeroizing<String>>);

impl Keys {
    pub fn get(&self, id: &str) -> Option<&str> {
        self.0.get(id).map(|key| key.as_str())
    }

    pub fn set(&mut self, id: &str, key: &str) {
        let key = Zeroizing::new(key.to_owned());
        self.0.insert(id.to_owned(), key);
    }

    pub fn remove(&mut self, id: &str) {
        self.0.remove(id);
    }

    pub fn ids(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }
}

/// What opens and closes a file: made of the passphrase once, which is not kept.
pub struct Sealer {
    cost: Cost,
    salt: [u8; SALT],
    proof: [u8; PROOF],
    key: Zeroizing<[u8; 32]>,
}

impl Sealer {
    /// For a new file.
    pub fn new(passphrase: &str, cost: Cost) -> Result<Self, KeyError> {
        Self::derive(passphrase, cost, chance()?)
    }

    fn derive(passphrase: &str, cost: Cost, salt: [u8; SALT]) -> Result<Self, KeyError> {
        let mut out = Zeroizing::new([0u8; 32 + PROOF]);
        let params = Params::new(cost.memory, cost.passes, cost.lanes, None);
        params
            .and_then(|params| {
                Argon2::new(Algorithm::Argon2id, Version::V0x13, params).hash_password_into(
                    passphrase.as_bytes(),
                    &salt,
                    &mut *out,
                )
            })
            .map_err(|_| KeyError::FileDamaged("its costs are out of range"))?;
        let mut sealer = Self {
            cost,
            salt,
            proof: [0; PROOF],
            key: Zeroizing::new([0; 32]),
        };
        sealer.key.copy_from_slice(&out[..32]);
        sealer.proof.copy_from_slice(&out[32..]);
        Ok(sealer)
    }

    /// A whole file with these keys.
    pub fn seal(&self, keys: &Keys) -> Result<Vec<u8>, KeyError> {
        let nonce: [u8; NONCE] = chance()?;
        let mut file = Vec::with_capacity(HEAD + PAD + HASH);
        file.extend(MAGIC);
        file.push(FORM);
        for cost in [self.cost.memory, self.cost.passes, self.cost.lanes] {
            file.extend(cost.to_le_bytes());
        }
        file.extend(self.salt);
        file.extend(self.proof);
        file.extend(nonce);
        let mut plain = Zeroizing::new(Vec::with_capacity(LONGEST.min(64 << 10)));
        let shown: BTreeMap<&str, &str> = keys
            .0
            .iter()
            .map(|(id, key)| (id.as_str(), key.as_str()))
            .collect();
        serde_json::to_writer(&mut *plain, &shown)
            .map_err(|_| KeyError::FileDamaged("the keys can't be written"))?;
        let whole = plain.len().next_multiple_of(PAD);
        plain.resize(whole, b' ');
        let payload = Payload {
            msg: &plain,
            aad: &file,
        };
        let sealed = XChaCha20Poly1305::new((&*self.key).into())
            .encrypt((&nonce).into(), payload)
            .map_err(|_| KeyError::FileDamaged("the keys can't be sealed"))?;
        file.extend(sealed);
        file.extend(Sha256::digest(&file));
        Ok(file)
    }

    /// The keys of a file that this sealer made, or one with the same passphrase and salt.
    pub fn open(&self, file: &[u8]) -> Result<Keys, KeyError> {
        let (cost, salt) = head(file)?;
        if cost != self.cost || salt != self.salt || file[36..36 + PROOF] != self.proof {
            // Another program gave it another passphrase meanwhile.
            return Err(KeyError::FileLocked);
        }
        let (head, rest) = file.split_at(HEAD);
        let nonce: [u8; NONCE] = head[HEAD - NONCE..]
            .try_into()
            .map_err(|_| KeyError::FileDamaged("too short"))?;
        let payload = Payload {
            msg: &rest[..rest.len() - HASH],
            aad: head,
        };
        let plain = XChaCha20Poly1305::new((&*self.key).into())
            .decrypt((&nonce).into(), payload)
            .map_err(|_| KeyError::FileDamaged("someone has changed it"))?;
        let plain = Zeroizing::new(plain);
        let read: BTreeMap<String, String> = serde_json::from_slice(&plain)
            .map_err(|_| KeyError::FileDamaged("what it holds are no keys"))?;
        Ok(Keys(
            read.into_iter()
                .map(|(id, key)| (id, Zeroizing::new(key)))
                .collect(),
        ))
    }
}

/// Opens a file with a passphrase.
pub fn unseal(file: &[u8], passphrase: &str) -> Result<(Sealer, Keys), KeyError> {
    let (cost, salt) = head(file)?;
    let sealer = Sealer::derive(passphrase, cost, salt)?;
    match sealer.open(file) {
        Ok(keys) => Ok((sealer, keys)),
        Err(KeyError::FileLocked) => Err(KeyError::WrongPassphrase),
        Err(error) => Err(error),
    }
}

/// Costs and salt of a file that is whole.
fn head(file: &[u8]) -> Result<(Cost, [u8; SALT]), KeyError> {
    let damaged = KeyError::FileDamaged;
    if !file.starts_with(MAGIC) {
        return Err(damaged("it does not begin as one"));
    }
    match file.get(MAGIC.len()) {
        Some(&FORM) => {}
        Some(&form) if form > FORM => return Err(KeyError::FileNewer(form)),
        _ => return Err(damaged("it does not begin as one")),
    }
    if file.len() < HEAD + TAG + HASH || file.len() > LONGEST {
        return Err(damaged("its length is wrong"));
    }
    let (content, hash) = file.split_at(file.len() - HASH);
    if Sha256::digest(content).as_slice() != hash {
        return Err(damaged("its content does not fit its hash"));
    }
    let number = |at: usize| {
        let mut bytes = [0; 4];
        bytes.copy_from_slice(&file[at..at + 4]);
        u32::from_le_bytes(bytes)
    };
    let cost = Cost {
        memory: number(8),
        passes: number(12),
        lanes: number(16),
    };
    if !cost.sane() {
        return Err(damaged("its costs are out of range"));
    }
    let mut salt = [0; SALT];
    salt.copy_from_slice(&file[20..20 + SALT]);
    Ok((cost, salt))
}

/// Bytes that nobody can guess, from the system.
fn chance<const N: usize>() -> Result<[u8; N], KeyError> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|error| {
        bytes.zeroize();
        KeyError::File {
            path: "getrandom".to_owned(),
            detail: error.to_string(),
        }
    })?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Cheap enough for a test, and still allowed.
    const CHEAP: Cost = Cost {
        memory: 8 << 10,
        passes: 1,
        lanes: 1,
    };
    const CANARY: &str = "sk-canary-密钥-0123456789";

    fn sealed() -> (Sealer, Vec<u8>) {
        let sealer = Sealer::new("correct horse 电池", CHEAP).unwrap();
        let mut keys = Keys::default();
        keys.set("server-1", CANARY);
        keys.set("server-2", "");
        let file = sealer.seal(&keys).unwrap();
        (sealer, file)
    }

    #[test]
    fn the_passphrase_gives_the_keys_back_and_nothing_else_does() {
        let (sealer, file) = sealed();
        let contains = |what: &str| file.windows(what.len()).any(|w| w == what.as_bytes());
        assert!(!contains(CANARY) && !contains("server-1") && !contains("sk-"));
        let (_, keys) = unseal(&file, "correct horse 电池").unwrap();
        assert_eq!(keys.get("server-1"), Some(CANARY));
        assert_eq!(keys.ids().collect::<Vec<_>>(), ["server-1", "server-2"]);
        for wrong in ["", "correct horse", "correct horse 电池 "] {
            let refused = unseal(&file, wrong).err();
            assert_eq!(refused, Some(KeyError::WrongPassphrase), "{wrong:?}");
        }
        // Each writing has a nonce of its own, and the number of keys does not show.
        let again = sealer.seal(&keys).unwrap();
        assert!(again != file && again.len() == file.len());
        assert!(sealer.open(&again).is_ok());
    }

    #[test]
    fn every_flipped_bit_and_every_cut_is_damage_and_not_a_wrong_passphrase() {
        let (sealer, file) = sealed();
        for at in 0..file.len() {
            let mut broken = file.clone();
            broken[at] ^= 1 << (at % 8);
            let found = sealer.open(&broken).err();
            let newer = at == MAGIC.len() && broken[at] > FORM;
            let fits = match found {
                Some(KeyError::FileNewer(_)) => newer,
                Some(KeyError::FileDamaged(_)) => !newer,
                _ => false,
            };
            assert!(fits, "byte {at}: {found:?}");
        }
        for length in 0..file.len() {
            let found = unseal(&file[..length], "correct horse 电池").err();
            assert!(matches!(found, Some(KeyError::FileDamaged(_))), "{length}");
        }
    }

    #[test]
    fn what_someone_changed_with_its_hash_is_refused_by_the_cipher() {
        let (_, file) = sealed();
        let rehashed = |change: &dyn Fn(&mut Vec<u8>)| {
            let mut broken = file[..file.len() - HASH].to_vec();
            change(&mut broken);
            broken.extend(Sha256::digest(&broken));
            unseal(&broken, "correct horse 电池").err()
        };
        let text = rehashed(&|file| file[HEAD + 3] ^= 1);
        assert_eq!(text, Some(KeyError::FileDamaged("someone has changed it")));
        let nonce = rehashed(&|file| file[HEAD - 1] ^= 1);
        assert_eq!(nonce, Some(KeyError::FileDamaged("someone has changed it")));
        // Costs that would take a machine down are not even tried.
        for cost in [u32::MAX, 0, 1 << 21] {
            let found = rehashed(&|file| file[8..12].copy_from_slice(&cost.to_le_bytes()));
            let range = KeyError::FileDamaged("its costs are out of range");
            assert_eq!(found, Some(range), "{cost}");
        }
    }
}
