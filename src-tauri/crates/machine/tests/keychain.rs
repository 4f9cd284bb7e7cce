//! Keys in a real keychain: gnome-keyring on a bus of its own, in a home of its own. Each case runs
//! this test program once more inside that session.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, reason = "a helper of a test ends the test")]

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use inkstone_generation::Secret;
use inkstone_machine::KeptKeys;
use inkstone_studio::{KeyError, KeyPlace, KeychainState, Secrets as _};

/// Names the case that the inner run is.
const CASE: &str = "INKSTONE_KEYCHAIN_CASE";
const CANARY: &str = "sk-canary-5a6b7c8d9e";

/// A bus that starts no programs of the system: only what a case starts is on it.
const BUS: &str = r#"<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:tmpdir=/tmp</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
"#;

/// What the shell does on the bus before the case: a keychain that is open, one that is not, none.
const OPEN: &str =
    "printf password | gnome-keyring-daemon --unlock --components=secrets >/dev/null 2>&1";
const LOCKED: &str = "gnome-keyring-daemon --start --components=secrets >/dev/null 2>&1";

fn has(program: &str) -> bool {
    let path = env::var_os("PATH").unwrap_or_default();
    env::split_paths(&path).any(|folder| folder.join(program).is_file())
}

/// Runs a case in a session of its own. `None` where the machine has no programs for it.
fn session(case: &str, before: &str, home: &Path) -> Option<Output> {
    for program in ["dbus-run-session", "gnome-keyring-daemon"] {
        if !has(program) {
            eprintln!("SKIPPED: {program} is not installed, so no keychain was tried");
            return None;
        }
    }
    let bus = home.join("bus.conf");
    fs::write(&bus, BUS).unwrap();
    let runtime = home.join("run");
    fs::create_dir_all(&runtime).unwrap();
    let output = Command::new("dbus-run-session")
        .arg(format!("--config-file={}", bus.display()))
        .args(["--", "sh", "-c"])
        .arg(format!("{before}\nexec \"$0\" --exact inner --nocapture"))
        .arg(env::current_exe().unwrap())
        .env_clear()
        .env("PATH", env::var_os("PATH").unwrap_or_default())
        .env("HOME", home)
        .env("XDG_DATA_HOME", home.join("data"))
        .env("XDG_CONFIG_HOME", home.join("config"))
        .env("XDG_CACHE_HOME", home.join("cache"))
        .env("XDG_RUNTIME_DIR", &runtime)
        .env(CASE, case)
        .output()
        .unwrap();
    Some(output)
}

fn well(output: Option<Output>) {
    let Some(output) = output else { return };
    assert!(
        output.status.success(),
        "{}\n{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
}

/// The person's keys, as the programs have them.
fn keys() -> KeptKeys {
    KeptKeys::of_person()
}

/// What runs inside a session; nothing without one.
#[test]
fn inner() {
    let key = Secret::new(CANARY);
    match env::var(CASE).as_deref() {
        Ok("kept") => {
            let kept = keys();
            assert_eq!(kept.keychain(), KeychainState::Ready);
            kept.set("server-a", &key, KeyPlace::Keychain).unwrap();
            kept.set("server-b", &Secret::new("密钥"), KeyPlace::Keychain)
                .unwrap();
            // The next day, another process; here another object has the same effect.
            let next = keys();
            assert_eq!(next.place("server-a"), Some(KeyPlace::Keychain));
            assert_eq!(next.get("server-a"), Ok(Some(key.clone())));
            assert_eq!(next.get("server-b"), Ok(Some(Secret::new("密钥"))));
            // A new key takes the place of the old one.
            next.set("server-b", &Secret::new("two"), KeyPlace::Keychain)
                .unwrap();
            assert_eq!(kept.get("server-b"), Ok(Some(Secret::new("two"))));
            // It moves, and is then in the keychain no more.
            kept.set("server-b", &Secret::new("two"), KeyPlace::Session)
                .unwrap();
            assert_eq!(next.place("server-b"), None);
            next.remove("server-a").unwrap();
            assert_eq!(kept.get("server-a"), Ok(None));
            kept.set("server-a", &key, KeyPlace::Keychain).unwrap();
        }
        Ok("thread") => {
            // As the studio calls it: on a thread that is neither the main one nor an async one.
            let asked = std::thread::spawn(|| {
                let kept = keys();
                kept.set("server-a", &Secret::new("one"), KeyPlace::Keychain)
                    .and_then(|()| kept.get("server-a"))
            });
            assert_eq!(asked.join().unwrap(), Ok(Some(Secret::new("one"))));
        }
        Ok("locked") => {
            let kept = keys();
            assert_eq!(kept.keychain(), KeychainState::Ready);
            let refused = kept.set("server-a", &key, KeyPlace::Keychain);
            assert!(
                matches!(
                    refused,
                    Err(KeyError::KeychainRefused(_) | KeyError::KeychainSilent)
                ),
                "{refused:?}"
            );
            assert_eq!(kept.place("server-a"), None, "nothing is said to be kept");
            // The person takes another place instead.
            kept.set("server-a", &key, KeyPlace::Session).unwrap();
            assert_eq!(kept.get("server-a"), Ok(Some(key)));
        }
        Ok("none") => {
            let kept = keys();
            assert_eq!(kept.keychain(), KeychainState::Absent);
            let refused = kept.set("server-a", &key, KeyPlace::Keychain);
            assert!(
                matches!(refused, Err(KeyError::NoKeychain(_))),
                "{refused:?}"
            );
        }
        Ok(other) => panic!("no case {other}"),
        Err(_) => {}
    }
}

/// All files below a folder.
fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        match entry.file_type() {
            Ok(kind) if kind.is_dir() => files(&entry.path(), found),
            Ok(kind) if kind.is_file() => found.push(entry.path()),
            _ => {}
        }
    }
}

#[test]
fn a_key_is_kept_in_the_keychain_and_readable_in_no_file() {
    let home = tempfile::tempdir().unwrap();
    let output = session("kept", OPEN, home.path());
    let ran = output.is_some();
    well(output);
    let mut found = Vec::new();
    files(home.path(), &mut found);
    assert!(!ran || found.len() > 2, "{found:?}");
    for file in found {
        let bytes = fs::read(&file).unwrap();
        let there = bytes.windows(CANARY.len()).any(|w| w == CANARY.as_bytes());
        assert!(!there, "the key stands in {}", file.display());
    }
}

#[test]
fn the_keychain_may_be_asked_from_any_thread() {
    let home = tempfile::tempdir().unwrap();
    well(session("thread", OPEN, home.path()));
}

#[test]
fn a_locked_keychain_refuses_and_nothing_is_believed_to_be_kept() {
    let home = tempfile::tempdir().unwrap();
    well(session("locked", LOCKED, home.path()));
}

#[test]
fn without_a_keychain_it_is_said() {
    let home = tempfile::tempdir().unwrap();
    well(session("none", "true", home.path()));
}
