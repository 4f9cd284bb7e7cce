//! `ink keys`, with the file of keys; the keychain has its own tests.

use std::{fs, path::Path};

use serde_json::Value;

use crate::home::{Home, Run, ended};

const CANARY: &str = "sk-canary-9f8e7d6c5b";

/// A run with variables and nothing on stdin.
fn with(home: &Home, arguments: &[&str], variables: &[(&str, &str)]) -> Run {
    let mut command = home.command(arguments);
    command.envs(variables.iter().copied());
    ended(command.spawn().unwrap())
}

fn server(home: &Home) -> String {
    let add = [
        "models",
        "add",
        "--server",
        "http://127.0.0.1:9/v1",
        "--model",
        "llama",
        "--json",
    ];
    let added: Value = home.ink(&add).with(0).json();
    added["id"].as_str().unwrap().to_owned()
}

/// Files below a folder that hold a text.
fn holding(folder: &Path, text: &str, found: &mut Vec<String>) {
    for entry in fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() {
            holding(&path, text, found);
        } else if fs::read(&path)
            .unwrap_or_default()
            .windows(text.len())
            .any(|w| w == text.as_bytes())
        {
            found.push(path.display().to_string());
        }
    }
}

#[test]
fn a_key_in_the_file_is_kept_used_moved_and_forgotten() {
    let home = Home::new();
    let id = server(&home);
    let pass = ("INKSTONE_PASSPHRASE", "a long passphrase");
    let key = ("MY_KEY", CANARY);
    let set = [
        "keys",
        "set",
        &id,
        "--in",
        "file",
        "--key-env",
        "MY_KEY",
        "--json",
    ];
    // Without a passphrase there is no file.
    let refused = with(&home, &set, &[key]).with(1);
    assert_eq!(refused.error_code(), "passphrase_missing");
    let short = with(&home, &set, &[key, ("INKSTONE_PASSPHRASE", "short")]).with(1);
    assert_eq!(short.error_code(), "keys_short_passphrase");
    let kept = with(&home, &set, &[key, pass]).with(0).json();
    assert_eq!(kept["source"]["key"], "file");

    let listed = home.ink(&["keys", "--json"]).with(0).json();
    assert_eq!(listed["keys"][0]["key"], "file");
    assert_eq!(listed["places"]["file"], "locked");
    let line = home.ink(&["keys"]).with(0).out;
    assert!(line.contains("file of keys"), "{line}");
    let chinese = home.ink(&["keys", "--language", "zh-CN"]).with(0).out;
    assert!(chinese.contains("密钥文件"), "{chinese}");

    // Who writes with it gives the passphrase; without one the reason is said before anything is
    // sent.
    let brief = home.file("brief.toml", "topic = \"The ferry\"\n");
    let draft = ["draft", "news", "--brief", &brief, "--model", &id, "--json"];
    assert_eq!(home.ink(&draft).with(1).error_code(), "keys_locked");
    let wrong = with(&home, &draft, &[("INKSTONE_PASSPHRASE", "another one")]);
    assert_eq!(wrong.with(1).error_code(), "keys_wrong_passphrase");
    let asked = with(&home, &draft, &[pass]).with(1);
    assert_eq!(asked.error_code(), "unreachable", "the key was found");

    let new = ("INKSTONE_NEW_PASSPHRASE", "quite another phrase");
    with(&home, &["keys", "passphrase"], &[pass, new]).with(0);
    let old = with(&home, &draft, &[pass]).with(1);
    assert_eq!(old.error_code(), "keys_wrong_passphrase");

    let mut found = Vec::new();
    for text in [CANARY, "a long passphrase", "quite another phrase"] {
        holding(home.path(), text, &mut found);
    }
    assert_eq!(found, Vec::<String>::new());

    let removed = home.ink(&["keys", "remove", &id, "--json"]).with(0).json();
    assert_eq!(removed["source"]["key"], Value::Null);
    let again = with(&home, &draft, &[]).with(1);
    assert_eq!(again.error_code(), "unreachable", "no key is asked for");
}

#[test]
fn a_key_comes_from_stdin_too_and_a_keychain_that_is_off_is_named() {
    let home = Home::new();
    let id = server(&home);
    let set = ["keys", "set", &id, "--in", "keychain", "--json"];
    let refused = home.ink_reading(&set, &format!("{CANARY}\n")).with(1);
    assert_eq!(refused.error_code(), "key_no_keychain");
    assert!(!refused.out.contains(CANARY) && !refused.err.contains(CANARY));
    let none = home.ink(&set).with(1);
    assert_eq!(none.error_code(), "key_missing");
    let odd = ["keys", "set", &id, "--in", "pocket"];
    home.ink(&odd).with(2);
    let unknown = ["keys", "remove", "nobody", "--json"];
    assert_eq!(home.ink(&unknown).with(1).error_code(), "model_not_chosen");
}
