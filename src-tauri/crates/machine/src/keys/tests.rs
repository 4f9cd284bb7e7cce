use inkstone_studio::{KeyError, KeyFileState, KeyPlace, KeychainState, Secrets as _};
use tempfile::TempDir;

use super::*;

/// Cheap enough for a test, and still allowed.
const CHEAP: Cost = Cost {
    memory: 8 << 10,
    passes: 1,
    lanes: 1,
};
const CANARY: &str = "sk-canary-0f1e2d3c";

fn keys(folder: &TempDir) -> KeptKeys {
    KeptKeys::new(Some(folder.path().join("inkstone")), false, CHEAP)
}

fn secret(text: &str) -> Secret {
    Secret::new(text)
}

/// Whether some file of a folder holds a text.
fn somewhere(folder: &Path, text: &str) -> bool {
    fs::read_dir(folder).unwrap().any(|entry| {
        let path = entry.unwrap().path();
        if path.is_dir() {
            return somewhere(&path, text);
        }
        let bytes = fs::read(path).unwrap();
        bytes.windows(text.len()).any(|w| w == text.as_bytes())
    })
}

#[test]
fn a_key_of_the_session_is_on_no_disk() {
    let folder = TempDir::new().unwrap();
    let kept = keys(&folder);
    kept.set("a", &secret(CANARY), KeyPlace::Session).unwrap();
    assert_eq!(kept.place("a"), Some(KeyPlace::Session));
    assert_eq!(kept.get("a"), Ok(Some(secret(CANARY))));
    assert_eq!(kept.get("b"), Ok(None));
    assert!(!folder.path().join("inkstone").exists() || !somewhere(folder.path(), CANARY));
    assert_eq!(keys(&folder).place("a"), None, "the next day it is gone");
}

#[test]
fn the_file_keeps_keys_over_days_and_opens_with_its_passphrase_alone() {
    let folder = TempDir::new().unwrap();
    let kept = keys(&folder);
    let file = KeyPlace::File;
    assert_eq!(kept.file(), KeyFileState::None);
    let key = secret(CANARY);
    assert_eq!(kept.set("a", &key, file), Err(KeyError::NoFile));
    let short = KeyError::ShortPassphrase { least: SHORTEST };
    assert_eq!(kept.seal(&secret("七个字不够长啊")), Err(short));
    kept.seal(&secret("a long passphrase")).unwrap();
    assert_eq!(kept.file(), KeyFileState::Open);
    kept.set("a", &key, file).unwrap();
    assert!(!somewhere(folder.path(), CANARY));

    let next_day = keys(&folder);
    assert_eq!(next_day.file(), KeyFileState::Locked);
    assert_eq!(next_day.place("a"), Some(file), "known without opening it");
    assert_eq!(next_day.get("a"), Err(KeyError::FileLocked));
    let wrong = next_day.unlock(&secret("a long passphrasf"));
    assert_eq!(wrong, Err(KeyError::WrongPassphrase));
    next_day.unlock(&secret("a long passphrase")).unwrap();
    assert_eq!(next_day.get("a"), Ok(Some(key)));

    // A new passphrase; the other program notices at its next question.
    next_day.seal(&secret("another passphrase")).unwrap();
    assert_eq!(kept.get("a"), Err(KeyError::FileLocked));
    assert_eq!(kept.file(), KeyFileState::Locked);
    let old = kept.unlock(&secret("a long passphrase"));
    assert_eq!(old, Err(KeyError::WrongPassphrase));
    // A locked file is neither sealed anew nor lost.
    assert_eq!(
        kept.seal(&secret("my passphrase")),
        Err(KeyError::FileLocked)
    );
    kept.unlock(&secret("another passphrase")).unwrap();
    kept.lock();
    assert_eq!(kept.file(), KeyFileState::Locked);
    assert_eq!(kept.get("a"), Err(KeyError::FileLocked));
}

#[test]
fn a_key_is_in_one_place_and_moves() {
    let folder = TempDir::new().unwrap();
    let kept = keys(&folder);
    kept.seal(&secret("a long passphrase")).unwrap();
    kept.set("a", &secret("one"), KeyPlace::File).unwrap();
    kept.set("b", &secret("two"), KeyPlace::File).unwrap();
    kept.set("a", &secret("three"), KeyPlace::Session).unwrap();
    assert_eq!(kept.place("a"), Some(KeyPlace::Session));
    let next_day = keys(&folder);
    next_day.unlock(&secret("a long passphrase")).unwrap();
    assert_eq!(next_day.place("a"), None);
    assert_eq!(next_day.get("b"), Ok(Some(secret("two"))));
    kept.remove("b").unwrap();
    assert_eq!(next_day.get("b"), Ok(None));
}

#[test]
fn what_is_removed_from_a_locked_file_goes_when_it_is_opened() {
    let folder = TempDir::new().unwrap();
    let kept = keys(&folder);
    kept.seal(&secret("a long passphrase")).unwrap();
    kept.set("a", &secret(CANARY), KeyPlace::File).unwrap();
    kept.lock();
    kept.remove("a").unwrap();
    assert_eq!(kept.place("a"), None);
    kept.unlock(&secret("a long passphrase")).unwrap();
    assert_eq!(kept.place("a"), None);
    assert!(kept.sealed_keys().unwrap().get("a").is_none());
    // A lost index is made anew from what the file holds.
    kept.set("b", &secret("two"), KeyPlace::File).unwrap();
    fs::remove_file(folder.path().join("inkstone/keys.json")).unwrap();
    assert_eq!(kept.place("b"), None);
    kept.unlock(&secret("a long passphrase")).unwrap();
    assert_eq!(kept.get("b"), Ok(Some(secret("two"))));
}

#[test]
fn a_damaged_a_newer_and_a_forgotten_file_are_told_apart() {
    let folder = TempDir::new().unwrap();
    let kept = keys(&folder);
    kept.seal(&secret("a long passphrase")).unwrap();
    kept.set("a", &secret("one"), KeyPlace::File).unwrap();
    let path = folder.path().join("inkstone").join(SEALED);
    let whole = fs::read(&path).unwrap();
    let mut broken = whole.clone();
    broken[100] ^= 1;
    fs::write(&path, &broken).unwrap();
    let pass = secret("a long passphrase");
    assert!(matches!(kept.unlock(&pass), Err(KeyError::FileDamaged(_))));
    assert!(matches!(kept.get("a"), Err(KeyError::FileDamaged(_))));
    // Nothing is written over what might still be saved.
    let set = kept.set("b", &secret("two"), KeyPlace::File);
    assert!(matches!(set, Err(KeyError::FileDamaged(_))));
    assert_eq!(fs::read(&path).unwrap(), broken);
    let mut newer = whole.clone();
    newer[7] = 2;
    fs::write(&path, &newer).unwrap();
    assert_eq!(kept.unlock(&pass), Err(KeyError::FileNewer(2)));
    fs::write(&path, vec![0; sealed::LONGEST + 1]).unwrap();
    assert!(matches!(kept.unlock(&pass), Err(KeyError::FileDamaged(_))));
    kept.discard_file().unwrap();
    assert_eq!((kept.file(), kept.place("a")), (KeyFileState::None, None));
}

#[cfg(unix)]
#[test]
fn nobody_else_may_read_the_file() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = TempDir::new().unwrap();
    let kept = keys(&folder);
    kept.seal(&secret("a long passphrase")).unwrap();
    let path = folder.path().join("inkstone").join(SEALED);
    assert_eq!(
        fs::metadata(&path).unwrap().permissions().mode() & 0o777,
        0o600
    );
    let files = fs::read_dir(path.parent().unwrap()).unwrap();
    let part = files
        .flatten()
        .any(|f| f.path().to_string_lossy().contains("part"));
    assert!(!part, "nothing half-written is left");
}

#[test]
fn without_a_folder_and_without_a_keychain_there_is_the_session() {
    let kept = KeptKeys::new(None, false, CHEAP);
    assert_eq!(kept.file(), KeyFileState::Nowhere);
    assert_eq!(kept.keychain(), KeychainState::Off);
    assert_eq!(
        kept.seal(&secret("a long passphrase")),
        Err(KeyError::NoFile)
    );
    let refused = kept.set("a", &secret("one"), KeyPlace::Keychain);
    assert!(matches!(refused, Err(KeyError::NoKeychain(_))));
    assert_eq!(kept.place("a"), None);
    kept.set("a", &secret("one"), KeyPlace::Session).unwrap();
    assert_eq!(kept.get("a"), Ok(Some(secret("one"))));
    kept.remove("a").unwrap();
    assert_eq!(kept.get("a"), Ok(None));
}
