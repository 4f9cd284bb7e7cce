//! The system's keychain: Secret Service, Keychain Services or the Credential Manager.
//!
//! Each question is asked on a thread of its own: the client underneath may not be called from an
//! async thread, and a keychain that wants to be unlocked waits for its person.

use std::{sync::mpsc, thread, time::Duration};

use inkstone_generation::Secret;
use inkstone_studio::{KeyError, KeychainState};
use keyring::{Entry, Error};

/// The name under which keys lie in the keychain.
const SERVICE: &str = "Inkstone";
/// A question that no person has to answer.
const SOON: Duration = Duration::from_secs(5);
/// A person looks for a password.
const PERSON: Duration = Duration::from_secs(120);

/// Whether there is a keychain. The answer of the first question holds for the process: the
/// client underneath asks the system once.
pub fn state() -> KeychainState {
    // A locked keychain that has no such entry says so without asking for its password.
    let asked = ask(SOON, || {
        Entry::store_status()
            .as_ref()
            .map(drop)
            .map_err(|_| Error::NoDefaultStore)
    });
    match asked {
        Ok(()) => KeychainState::Ready,
        Err(_) => KeychainState::Absent,
    }
}

/// The key of a model.
pub fn get(id: &str) -> Result<Secret, KeyError> {
    let id = id.to_owned();
    ask(PERSON, move || read(&id))
}

/// Keeps a key, and sees to it that it is there: a locked keychain may say yes and keep nothing.
pub fn set(id: &str, key: &Secret) -> Result<(), KeyError> {
    let (id, wanted) = (id.to_owned(), key.clone());
    let kept = ask(PERSON, move || {
        let entry = Entry::new(SERVICE, &id)?;
        match entry.set_password(wanted.expose()) {
            Err(Error::Ambiguous(twins)) => {
                for twin in twins {
                    twin.delete_credential()?;
                }
                entry.set_password(wanted.expose())?;
            }
            other => other?,
        }
        Ok(read(&id)? == wanted)
    });
    match kept {
        Ok(true) => Ok(()),
        Ok(false) => Err(KeyError::KeychainRefused(
            "it gives another key back".to_owned(),
        )),
        Err(KeyError::GoneFromKeychain) => Err(KeyError::KeychainRefused(
            "it took the key and does not give it back".to_owned(),
        )),
        Err(error) => Err(error),
    }
}

/// Takes the key of a model away. One that is not there is no error.
pub fn remove(id: &str) -> Result<(), KeyError> {
    let id = id.to_owned();
    let removed = ask(PERSON, move || {
        match Entry::new(SERVICE, &id)?.delete_credential() {
            Err(Error::Ambiguous(twins)) => {
                twins.iter().try_for_each(|twin| twin.delete_credential())
            }
            other => other,
        }
    });
    match removed {
        Err(KeyError::GoneFromKeychain) => Ok(()),
        other => other,
    }
}

fn read(id: &str) -> keyring::Result<Secret> {
    match Entry::new(SERVICE, id)?.get_password() {
        Ok(key) => Ok(Secret::new(key)),
        // Two programs wrote at once; any of them was right a moment ago.
        Err(Error::Ambiguous(twins)) => match twins.first() {
            Some(twin) => Ok(Secret::new(twin.get_password()?)),
            None => Err(Error::NoEntry),
        },
        Err(error) => Err(error),
    }
}

fn ask<T: Send + 'static>(
    patience: Duration,
    work: impl FnOnce() -> keyring::Result<T> + Send + 'static,
) -> Result<T, KeyError> {
    let (answer, answered) = mpsc::sync_channel(1);
    let asking = thread::Builder::new().name("keychain".to_owned());
    asking
        .spawn(move || {
            // Who asked may have lost patience.
            let _ = answer.send(work());
        })
        .map_err(|error| KeyError::KeychainRefused(error.to_string()))?;
    match answered.recv_timeout(patience) {
        Ok(answer) => answer.map_err(refusal),
        Err(mpsc::RecvTimeoutError::Timeout) => Err(KeyError::KeychainSilent),
        Err(mpsc::RecvTimeoutError::Disconnected) => {
            Err(KeyError::KeychainRefused("its client came down".to_owned()))
        }
    }
}

/// The keychain's errors in our words. Some of them hold what was read; only those sentences are
/// passed on that do not.
fn refusal(error: Error) -> KeyError {
    match error {
        Error::NoEntry => KeyError::GoneFromKeychain,
        Error::NoDefaultStore => {
            let why = match Entry::store_status() {
                Err(why) => why.to_string(),
                Ok(()) => "none was found".to_owned(),
            };
            KeyError::NoKeychain(why)
        }
        Error::BadEncoding(_) | Error::BadDataFormat(..) => {
            KeyError::KeychainRefused("what it holds is no key".to_owned())
        }
        other => KeyError::KeychainRefused(other.to_string()),
    }
}
