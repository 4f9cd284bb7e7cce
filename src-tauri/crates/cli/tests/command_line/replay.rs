//! What the starter wrote, run again: the real model, decoded under its guide.

use std::fs;

use serde_json::Value;

use crate::home::{Home, ended};

const NEWS: &str = r#"
topic = "The night ferry runs again"
facts = ["The first boat leaves on Friday at 21:30.", "The line was closed for two years."]
sources = ["Harbour master Ingrid Dahl"]
words = 60
"#;

fn drafted(home: &Home, more: &[&str]) -> String {
    let brief = home.file("news.toml", NEWS);
    let mut line = vec!["draft", "news", "--brief", &brief, "--seed", "7", "--json"];
    line.extend(more);
    let value = home.ink(&line).with(0).json();
    value["generation"]["id"].as_str().unwrap().to_owned()
}

fn replayed(home: &Home, id: &str, code: i32) -> Value {
    home.ink(&["replay", id, "--json"]).with(code).json()["replay"].clone()
}

#[test]
fn the_starter_writes_the_same_bytes_again_with_every_reference_in_its_place() {
    let home = Home::new();
    let id = drafted(&home, &[]);
    let replay = replayed(&home, &id, 0);
    assert_eq!(replay["outcome"], "identical", "{replay}");
    assert_eq!(replay["changes"], Value::Array(Vec::new()));
    assert!(replay["characters"].as_u64().unwrap() > 40);
    let told = home.ink(&["replay", &id, "--language", "zh-CN"]).with(0);
    assert!(told.out.contains("逐字节相同"), "{}", told.out);
    // Chinese too, and an answer of several parts.
    let brief = home.file(
        "ads.toml",
        "language = \"zh-CN\"\nproduct = \"一号水壶\"\nselling_points = [\"90 秒烧开\"]\nvariants = 2\n",
    );
    let value = home
        .ink(&["draft", "ads", "--brief", &brief, "--seed", "3", "--json"])
        .with(0)
        .json();
    for variant in value["variants"].as_array().unwrap() {
        let id = variant["generation"]["id"].as_str().unwrap();
        assert_eq!(replayed(&home, id, 0)["outcome"], "identical");
    }
}

#[cfg(unix)]
#[test]
fn what_was_stopped_is_the_beginning_of_its_replay() {
    let home = Home::new();
    drafted(&home, &[]);
    let prompt = home.file("prompt.txt", "The ferry");
    // Without an end in sight, so that there is something to stop.
    let child = home
        .command(&[
            "generate",
            "--prompt-file",
            &prompt,
            "--seed",
            "5",
            "--temperature",
            "1.5",
            "--json",
        ])
        .spawn()
        .unwrap();
    std::thread::sleep(std::time::Duration::from_millis(400));
    let id = child.id().to_string();
    std::process::Command::new("kill")
        .args(["-INT", &id])
        .status()
        .unwrap();
    let run = ended(child);
    let id = run.json()["generation"]["id"].as_str().unwrap().to_owned();
    let finish = run.json()["generation"]["finish_reason"].clone();
    let replay = replayed(&home, &id, 0);
    let expected = if finish == "cancelled" {
        "identical_so_far"
    } else {
        "identical"
    };
    assert_eq!(replay["outcome"], expected, "{replay}");
}

#[test]
fn a_changed_file_is_named_before_it_runs() {
    let home = Home::new();
    drafted(&home, &[]);
    let starter = fs::read_dir(home.path().join("data/inkstone/models"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .find(|path| path.extension().is_some_and(|e| e == "gguf"))
        .unwrap();
    let mut bytes = fs::read(starter).unwrap();
    let own = home.file("own.gguf", &bytes);
    let added = home.ink(&["models", "add", &own, "--json"]).with(0);
    assert!(!added.out.is_empty());
    let id = drafted(&home, &["--model", &own]);
    assert_eq!(replayed(&home, &id, 0)["outcome"], "identical");
    // One letter of the model's description of itself: the text stays, the file is another.
    let at = bytes
        .windows(b"general.description".len())
        .position(|part| part == b"general.description")
        .unwrap();
    let letter = at + b"general.description".len() + 16;
    bytes[letter] = if bytes[letter] == b'x' { b'y' } else { b'x' };
    fs::write(&own, &bytes).unwrap();
    let told = home.ink(&["replay", &id]).with(0);
    assert!(
        told.err.contains("The model's file has changed"),
        "{}",
        told.err
    );
    let replay = replayed(&home, &id, 0);
    assert_eq!(replay["changes"][0]["subject"], "model_file");
    assert_eq!(replay["outcome"], "identical");
    // A weight: the text is another as well, most likely, and the file is named in any case.
    let last = bytes.len() - 1;
    for byte in &mut bytes[last - 40_000..] {
        *byte = byte.wrapping_mul(31).wrapping_add(7);
    }
    fs::write(&own, &bytes).unwrap();
    let run = home.ink(&["replay", &id, "--json"]);
    assert!(matches!(run.code, 0 | 1), "{}", run.err);
    if let Some(replay) = run.json().get("replay") {
        assert_eq!(replay["changes"][0]["subject"], "model_file");
    }
}

#[test]
fn what_is_not_there_is_said() {
    let home = Home::new();
    assert_eq!(
        home.ink(&["replay", "x", "--json"]).with(1).error_code(),
        "not_found"
    );
}
