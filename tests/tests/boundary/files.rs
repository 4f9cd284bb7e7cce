//! What lies where, how long it is, and what must not stand in it.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

/// A file past this is two files.
const MOST_LINES: usize = 1_000;

/// Made by a command and read by nobody from end to end.
const GENERATED: &[&str] = &["ui/src/wire/bindings.ts"];

/// What may lie at the top. A new entry is a decision about the whole house.
const TOP: &[&str] = &[
    ".cargo",
    ".ci",
    ".editorconfig",
    ".gitattributes",
    ".gitignore",
    "Cargo.lock",
    "Cargo.toml",
    "LICENSE-APACHE",
    "LICENSE-MIT",
    "README.md",
    "assets",
    "clippy.toml",
    "rust-toolchain.toml",
    "rustfmt.toml",
    "src-tauri",
    "tests",
    "ui",
];

/// Fetched or built, never written by hand.
const NOT_OURS: &[&str] = &["node_modules", "dist", "target", "gen", ".git"];

/// Text that must not stand in a source outside of the places that own it.
struct Rule {
    texts: &'static [&'static str],
    within: &'static [&'static str],
    but: &'static [&'static str],
    endings: &'static [&'static str],
    why: &'static str,
}

/// What makes a client, by whatever crate; each of them would send without asking the gate.
const HTTP_CLIENTS: &[&str] = &[
    "Client::builder(",
    "Client::new(",
    "Client::default(",
    "Client::with_config(",
    "ClientBuilder",
    "reqwest::Client",
    "reqwest::get(",
    "reqwest::blocking",
    "{Client,",
    "{Client}",
    "async_openai::Client",
    "async_openai::config",
    "OpenAIConfig",
    "hyper::client",
    "hyper_util::client",
    "hyper_util::rt",
];

const RULES: &[Rule] = &[
    Rule {
        texts: &["@tauri-apps/", "__TAURI"],
        within: &["ui/src/"],
        but: &["ui/src/host/"],
        endings: &["ts", "js", "svelte"],
        why: "only ui/src/host knows Tauri",
    },
    Rule {
        texts: &[
            "std::net",
            "tokio::net",
            "TcpStream",
            "TcpListener",
            "UdpSocket",
        ],
        within: &["src-tauri/"],
        but: &["src-tauri/crates/openai/"],
        endings: &["rs"],
        why: "the only door to the network is openai",
    },
    Rule {
        texts: HTTP_CLIENTS,
        within: &["src-tauri/"],
        but: &["src-tauri/crates/openai/src/door/client.rs"],
        endings: &["rs"],
        why: "HTTP clients are made behind the gate, in openai/src/door/client.rs",
    },
    Rule {
        texts: &[
            "std::fs",
            "std::env",
            "std::process",
            "SystemTime",
            "Instant::now",
            "async fn",
        ],
        within: &[
            "src-tauri/crates/manuscript/src/",
            "src-tauri/crates/formats/src/",
            "src-tauri/crates/desks/src/",
        ],
        but: &[],
        endings: &["rs"],
        why: "this room computes: no files, no environment, no clock, nothing async",
    },
];

/// The names at the top of the house: those that git tracks, or, without git, those that lie
/// there and are not ignored.
pub fn top(root: &Path) -> BTreeSet<String> {
    let git = Command::new("git")
        .args(["ls-files", "-z"])
        .current_dir(root)
        .output();
    if let Ok(output) = git
        && output.status.success()
    {
        let paths = String::from_utf8_lossy(&output.stdout).into_owned();
        let first = |path: &str| path.split('/').next().map(str::to_owned);
        return paths
            .split('\0')
            .filter_map(first)
            .filter(|name| !name.is_empty())
            .collect();
    }
    let ignored = fs::read_to_string(root.join(".gitignore")).unwrap_or_default();
    let ignored: Vec<&str> = ignored.lines().map(|line| line.trim_matches('/')).collect();
    let entries = fs::read_dir(root).expect("the root can be read").flatten();
    let names = entries.map(|entry| entry.file_name().to_string_lossy().into_owned());
    names
        .filter(|name| name != ".git" && !ignored.contains(&name.as_str()))
        .collect()
}

/// A sentence for each name at the top that has no place there.
pub fn top_level(names: &BTreeSet<String>) -> Vec<String> {
    let strange = names.iter().filter(|name| !TOP.contains(&name.as_str()));
    strange
        .map(|name| format!("`{name}` has no place at the top"))
        .collect()
}

/// The files in these folders, as paths from the root with `/`.
pub fn under(root: &Path, folders: &[&str]) -> Vec<String> {
    let mut files = Vec::new();
    let mut open: Vec<String> = folders.iter().map(|&folder| folder.to_owned()).collect();
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(root.join(&folder))
            .into_iter()
            .flatten()
            .flatten()
        {
            let name = entry.file_name().to_string_lossy().into_owned();
            let path = format!("{folder}/{name}");
            match entry.file_type() {
                Ok(kind) if kind.is_dir() && !NOT_OURS.contains(&name.as_str()) => open.push(path),
                Ok(kind) if kind.is_file() => files.push(path),
                _ => {}
            }
        }
    }
    files.sort();
    files
}

fn ending(path: &str) -> &str {
    Path::new(path)
        .extension()
        .and_then(|ending| ending.to_str())
        .unwrap_or_default()
}

/// Whether a source is longer than a person reads in one go.
pub fn too_long(path: &str, text: &str) -> Option<String> {
    let lines = text.lines().count();
    let source =
        !GENERATED.contains(&path) && ["rs", "ts", "svelte", "js", "css"].contains(&ending(path));
    (source && lines > MOST_LINES)
        .then(|| format!("{path} has {lines} lines, {MOST_LINES} are the most"))
}

/// A sentence for each rule that a source breaks, outside of its tests.
pub fn forbidden(path: &str, text: &str) -> Vec<String> {
    let starts = |places: &[&str]| places.iter().any(|place| path.starts_with(place));
    let mut problems = Vec::new();
    for rule in RULES {
        if !starts(rule.within) || starts(rule.but) || !rule.endings.contains(&ending(path)) {
            continue;
        }
        for (number, line) in product_lines(path, text) {
            for found in rule.texts.iter().filter(|&&wanted| line.contains(wanted)) {
                problems.push(format!("{path}:{number} has `{found}`: {}", rule.why));
            }
        }
    }
    problems
}

/// The lines of a source that are neither comment nor test, with their numbers. By our habit the
/// tests of a Rust file are its end, or a file of their own.
fn product_lines<'t>(path: &str, text: &'t str) -> Vec<(usize, &'t str)> {
    let rust = ending(path) == "rs";
    if rust && (path.contains("/tests/") || path.ends_with("/tests.rs")) {
        return Vec::new();
    }
    (1..)
        .zip(text.lines())
        .take_while(|(_, line)| !(rust && line.trim_start().starts_with("#[cfg(test)]")))
        .filter(|(_, line)| !line.trim_start().starts_with("//"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stranger_at_the_top_is_named() {
        let names = |list: &[&str]| list.iter().map(|&name| name.to_owned()).collect();
        assert!(top_level(&names(&["Cargo.toml", "ui"])).is_empty());
        assert_eq!(
            top_level(&names(&["notes", "ui"])),
            ["`notes` has no place at the top"]
        );
    }

    #[test]
    fn the_top_is_known_with_and_without_git() {
        let names = top(&crate::root());
        assert!(names.contains("Cargo.toml") && names.contains("src-tauri"));
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join(".gitignore"), "/target\nnode_modules\n").unwrap();
        for name in ["target", "notes", ".git"] {
            fs::create_dir(folder.path().join(name)).unwrap();
        }
        // An empty .git is no repository, so git itself refuses.
        let names = top(folder.path());
        assert_eq!(names.iter().collect::<Vec<_>>(), [".gitignore", "notes"]);
    }

    #[test]
    fn the_walk_sees_ours_and_not_what_was_fetched() {
        let folder = tempfile::tempdir().unwrap();
        for file in [
            "ui/src/a.ts",
            "ui/node_modules/x/b.ts",
            "ui/dist/c.js",
            "assets/d.txt",
        ] {
            let path = folder.path().join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "").unwrap();
        }
        assert_eq!(under(folder.path(), &["ui", "nowhere"]), ["ui/src/a.ts"]);
        let here = "tests/tests/boundary/files.rs".to_owned();
        assert!(under(&crate::root(), &["tests"]).contains(&here));
    }

    #[test]
    fn the_thousand_and_first_line_is_too_much() {
        let lines = |count: usize| "x\n".repeat(count);
        assert_eq!(too_long("ui/src/a.svelte", &lines(1_000)), None);
        assert!(too_long("ui/src/a.svelte", &lines(1_001)).is_some());
        assert_eq!(too_long("tests/corpus/a.txt", &lines(5_000)), None);
        assert_eq!(too_long("ui/src/wire/bindings.ts", &lines(5_000)), None);
    }

    #[test]
    fn a_way_around_a_door_is_named_with_its_line() {
        let import = "// @tauri-apps/ is fine in a comment\nimport { x } from '@tauri-apps/api';\n";
        assert_eq!(
            forbidden("ui/src/views/a.svelte", import),
            ["ui/src/views/a.svelte:2 has `@tauri-apps/`: only ui/src/host knows Tauri"]
        );
        assert!(forbidden("ui/src/host/a.ts", import).is_empty());

        let socket = "use std::net::TcpStream;\n";
        assert_eq!(
            forbidden("src-tauri/crates/studio/src/a.rs", socket).len(),
            2
        );
        assert!(forbidden("src-tauri/crates/openai/src/a.rs", socket).is_empty());
        assert!(forbidden("src-tauri/crates/studio/tests/a.rs", socket).is_empty());

        // In the adapter too, outside of the one file.
        for client in [
            "let client = reqwest::Client::new();\n",
            "use reqwest::{Client, Url};\n",
            "let answer = reqwest::get(url).await?;\n",
            "let client = async_openai::Client::with_config(config);\n",
            "let client = hyper_util::client::legacy::Client::builder(executor);\n",
        ] {
            for file in [
                "openai/src/probe.rs",
                "openai/src/door.rs",
                "studio/src/a.rs",
            ] {
                let file = format!("src-tauri/crates/{file}");
                assert!(!forbidden(&file, client).is_empty(), "{file}: {client}");
            }
            assert!(!forbidden("src-tauri/src/window.rs", client).is_empty());
            let door = "src-tauri/crates/openai/src/door/client.rs";
            assert!(forbidden(door, client).is_empty());
        }

        let file = "pub fn f() {}\n#[cfg(test)]\nmod tests { use std::fs; }\n";
        assert!(forbidden("src-tauri/crates/desks/src/a.rs", file).is_empty());
        let file = "use std::fs;\n#[cfg(test)]\nmod tests {}\n";
        assert_eq!(forbidden("src-tauri/crates/desks/src/a.rs", file).len(), 1);
        assert!(forbidden("src-tauri/crates/library/src/a.rs", file).is_empty());
    }
}
