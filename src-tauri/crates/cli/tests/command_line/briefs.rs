//! Briefs, good and bad, and what is drafted from them.

use std::{collections::BTreeSet, fs, path::PathBuf};

use serde_json::Value;

use crate::home::{Home, Run};

const NEWS: &str = r#"
topic = "The night ferry runs again"
facts = ["The first boat leaves on Friday at 21:30.", "The line was closed for two years."]
sources = ["Harbour master Ingrid Dahl"]
words = 60
"#;

fn samples() -> Vec<(String, PathBuf)> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../assets/samples");
    let mut samples: Vec<_> = fs::read_dir(&folder)
        .expect("assets/samples")
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|e| e == "toml" || e == "json"))
        .map(|path| {
            let name = path.file_name().unwrap().to_str().unwrap();
            let kind = ["news", "ads", "screenplay"]
                .into_iter()
                .find(|kind| name.contains(kind));
            (kind.expect("the kind in the file's name").to_owned(), path)
        })
        .collect();
    samples.sort();
    samples
}

#[track_caller]
fn is_a_draft(value: &Value) {
    let text = |value: &Value| !value.as_str().expect("a text").trim().is_empty();
    assert!(text(&value["text"]), "{value}");
    let variants = value["variants"].as_array().expect("variants");
    assert!(!variants.is_empty() && variants.iter().all(|variant| text(&variant["text"])));
    let generation = &value["generation"];
    for field in ["id", "model", "finish_reason"] {
        assert!(text(&generation[field]), "{field} in {generation}");
    }
    assert!(generation["seed"].is_u64());
    for field in ["prompt_tokens", "completion_tokens"] {
        assert!(
            generation["usage"][field]
                .as_u64()
                .is_some_and(|count| count > 0),
            "{field}"
        );
    }
}

#[test]
fn every_sample_becomes_a_draft() {
    let home = Home::new();
    let mut kinds = BTreeSet::new();
    for (kind, path) in samples() {
        let path = path.to_str().unwrap();
        let run = home
            .ink(&["draft", &kind, "--brief", path, "--seed", "1", "--json"])
            .with(0);
        is_a_draft(&run.json());
        kinds.insert(kind);
    }
    assert_eq!(kinds.len(), 3, "{kinds:?}");
}

#[test]
fn a_brief_comes_from_a_file_or_stdin_in_toml_or_json() {
    let home = Home::new();
    let toml = home.file("brief.toml", NEWS);
    let ask = |brief: &str, text: &str| {
        let arguments = ["draft", "news", "--brief", brief, "--seed", "7", "--json"];
        home.ink_reading(&arguments, text).with(0).json()["text"].clone()
    };
    let from_file = ask(&toml, "");
    assert_eq!(ask("-", NEWS), from_file, "TOML on stdin");
    let json = r#"{"topic": "The night ferry runs again", "words": 60,
        "facts": ["The first boat leaves on Friday at 21:30.",
                  "The line was closed for two years."],
        "sources": ["Harbour master Ingrid Dahl"]}"#;
    assert_eq!(ask("-", json), from_file, "JSON on stdin");
    assert_eq!(
        ask(&home.file("brief.json", json), ""),
        from_file,
        "a file of JSON"
    );
}

#[test]
fn the_text_alone_stands_on_stdout_and_variants_stand_apart() {
    let home = Home::new();
    let brief = home.file("brief.toml", NEWS);
    let draft = ["draft", "news", "--brief", &brief, "--seed", "3"];
    let json = home.ink(&[&draft[..], &["--json"]].concat()).with(0).json();
    let text = home.ink(&draft).with(0);
    assert_eq!(
        text.out.trim_end(),
        json["text"].as_str().unwrap().trim_end()
    );
    let two = home
        .ink(&[&draft[..], &["--variants", "2"]].concat())
        .with(0);
    assert!(two.out.starts_with("=== 1/2 ===\n\n") && two.out.contains("\n\n=== 2/2 ===\n\n"));
    assert!(
        two.out.contains(text.out.trim_end()),
        "the first variant has the seed asked for"
    );
}

#[test]
fn an_unknown_field_is_named_in_both_languages() {
    let home = Home::new();
    let brief = home.file("brief.toml", "topic = \"x\"\nheadlin = \"y\"\n");
    let draft = ["draft", "news", "--brief", &brief];
    let english = home.ink(&draft).with(1);
    assert!(english.out.is_empty());
    assert!(
        english.err.contains("headlin") && english.err.contains("topic"),
        "{}",
        english.err
    );
    let chinese = home
        .ink(&[&draft[..], &["--language", "zh-CN"]].concat())
        .with(1);
    assert!(
        chinese.err.contains("headlin") && chinese.err.contains('。'),
        "{}",
        chinese.err
    );
    let json = home.ink(&[&draft[..], &["--json"]].concat()).with(1);
    let error = &json.json()["error"];
    assert_eq!(error["code"], "brief_unknown_field");
    assert_eq!(error["values"]["field"], "headlin");
    assert!(error["message"].as_str().unwrap().contains("headlin"));
    assert!(!error["hint"].as_str().unwrap().is_empty());
}

#[test]
fn the_systems_language_is_spoken() {
    let home = Home::new();
    let mut command = home.command(&["draft", "ads", "--brief", "nowhere.toml"]);
    command.env("LANG", "zh_CN.UTF-8");
    let run = crate::home::ended(command.spawn().unwrap()).with(1);
    assert!(
        run.err.contains("nowhere.toml") && run.err.contains('。'),
        "{}",
        run.err
    );
}

#[test]
fn each_bad_brief_has_its_code() {
    let home = Home::new();
    let code = |text: &[u8]| -> String {
        let brief = home.file("brief", text);
        let run: Run = home
            .ink(&["draft", "news", "--brief", &brief, "--json"])
            .with(1);
        assert!(run.err.starts_with("ink: "), "{}", run.err);
        run.error_code()
    };
    assert_eq!(code(b""), "brief_missing");
    assert_eq!(code(b"topic = "), "brief_syntax");
    assert_eq!(code(b"{\"topic\": "), "brief_syntax");
    assert_eq!(code(b"topic = 3"), "brief_bad_value");
    assert_eq!(code(b"topic = \"x\"\nwords = 1000000"), "brief_bad_value");
    assert_eq!(code(b"topic = \"x\"\nlanguage = \"fr\""), "brief_bad_value");
    assert_eq!(
        code(format!("topic = \"{}\"", "x".repeat(20_001)).as_bytes()),
        "brief_too_long"
    );
    assert_eq!(code(&b"x".repeat((4 << 20) + 1)), "brief_too_long");
    assert_eq!(code(b"topic = \"\xff\xfe\""), "file_unreadable");
    let folder = home.path().to_str().unwrap();
    let run = home
        .ink(&["draft", "news", "--brief", folder, "--json"])
        .with(1);
    assert_eq!(run.error_code(), "file_unreadable");
}

#[test]
fn a_schema_needs_no_library() {
    let home = Home::new();
    for (kind, field) in [
        ("news", "topic"),
        ("ads", "product"),
        ("screenplay", "logline"),
    ] {
        let schema = home.ink(&["brief", "schema", kind]).with(0).json();
        assert!(schema["properties"][field].is_object(), "{schema}");
        assert_eq!(schema["additionalProperties"], false);
    }
    assert!(!home.path().join("data").exists());
}

#[test]
fn a_check_names_the_place_and_fails_on_errors_only() {
    let home = Home::new();
    let good = home.file("good.md", "");
    let run = home.ink(&["check", "news", &good]).with(0);
    assert!(run.out.is_empty(), "{}", run.out);
    let brief = home.file(
        "brief.toml",
        "product = \"Tea\"\nchannel = \"google_rsa\"\n",
    );
    let long = "A headline that is far longer than any channel would ever let it be, and then some";
    let ads = format!("Channel: google_rsa\n\n## Ad 1\n\nHeadline: {long}\n");
    let bad = home.file("bad.md", &ads);
    let run = home.ink(&["check", "ads", &bad, "--brief", &brief, "--json"]);
    let findings = run.json()["findings"].as_array().unwrap().clone();
    let limit = findings
        .iter()
        .find(|finding| finding["severity"] == "error");
    let limit = limit.unwrap_or_else(|| panic!("{findings:?}"));
    assert!(!limit["message"].as_str().unwrap().is_empty());
    assert_eq!(run.code, 1);
    let text = home.ink(&["check", "ads", &bad, "--brief", &brief]).with(1);
    assert!(
        text.out.contains(&format!("{bad}:")) && text.out.contains("error"),
        "{}",
        text.out
    );
    assert!(
        !home.path().join("data").exists(),
        "a check needs no library"
    );
}
