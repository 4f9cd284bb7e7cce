//! The house keeps its own plan: rooms and doors, licences, the shell's locks, sizes of files.
//!
//! Each check is a function from what it looks at to sentences about what is wrong with it. The
//! tests here give it the real workspace; beside each check, tests give it a doctored one and
//! demand the sentence. To change the plan, change its table, in the commit that says why.

#![allow(clippy::expect_used, reason = "a helper of a test ends the test")]

mod doors;
mod files;
mod licences;
mod shell;

use std::{collections::BTreeSet, path::PathBuf};

use cargo_metadata::{Metadata, MetadataCommand, PackageId};

fn root() -> PathBuf {
    let manifest = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    manifest
        .parent()
        .expect("tests/ lies in the workspace")
        .to_path_buf()
}

/// The packages of the workspace and of this platform, as cargo builds them. Its answer also leads to
/// crates that a weak feature (`crate?/feature`) names and nobody has chosen; no build has them.
fn metadata() -> Metadata {
    let platform = format!("--filter-platform={}", host());
    let mut metadata = MetadataCommand::new()
        .manifest_path(root().join("Cargo.toml"))
        .other_options(vec![platform])
        .exec()
        .expect("cargo metadata");
    let built = built();
    let chosen: BTreeSet<PackageId> = metadata
        .packages
        .iter()
        .filter(|package| built.contains(&format!("{} v{}", package.name, package.version)))
        .map(|package| package.id.clone())
        .collect();
    assert!(chosen.len() > 300, "{}", chosen.len());
    for node in metadata.resolve.iter_mut().flat_map(|all| &mut all.nodes) {
        node.deps.retain(|one| chosen.contains(&one.pkg));
    }
    metadata
}

/// Names and versions of all packages that a build of the workspace has, its tests included.
fn built() -> BTreeSet<String> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let tree =
        "tree --workspace --all-features --edges normal,build,dev --prefix none --format {p}";
    let output = std::process::Command::new(cargo)
        .args(tree.split(' '))
        .current_dir(root())
        .output()
        .expect("cargo tree");
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{error}");
    let text = String::from_utf8(output.stdout).expect("cargo prints UTF-8");
    let name = |line: &str| {
        let mut words = line.split(' ');
        Some(format!("{} {}", words.next()?, words.next()?))
    };
    text.lines().filter_map(name).collect()
}

/// Foreign platforms' packages need not be fetched for a test.
fn host() -> String {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let output = std::process::Command::new(rustc)
        .arg("-vV")
        .output()
        .expect("rustc -vV");
    let text = String::from_utf8(output.stdout).expect("rustc prints UTF-8");
    let host = text.lines().find_map(|line| line.strip_prefix("host: "));
    host.expect("rustc names its host").to_owned()
}

#[track_caller]
fn none(problems: &[String]) {
    assert!(problems.is_empty(), "\n{}\n", problems.join("\n"));
}

#[test]
fn every_room_keeps_to_its_doors() {
    none(&doors::problems(&doors::House::of(&metadata())));
}

#[test]
fn every_licence_lets_us_ship() {
    let mut problems = licences::of_crates(&metadata());
    if let Ok(lock) = std::fs::read_to_string(root().join("ui/package-lock.json")) {
        let lock = serde_json::from_str(&lock).expect("package-lock.json is JSON");
        problems.extend(licences::of_npm(&lock));
    }
    problems.extend(licences::of_fonts(&files::under(
        &root(),
        &["assets", "ui"],
    )));
    none(&problems);
}

#[test]
fn the_top_of_the_house_is_tidy() {
    none(&files::top_level(&files::top(&root())));
}

#[test]
fn no_file_is_too_long_and_no_source_goes_around_a_door() {
    let root = root();
    let mut problems = Vec::new();
    for path in files::under(&root, &["src-tauri", "ui", "tests"]) {
        // What is no text is no source.
        if let Ok(text) = std::fs::read_to_string(root.join(&path)) {
            problems.extend(files::too_long(&path, &text));
            problems.extend(files::forbidden(&path, &text));
        }
    }
    none(&problems);
}

#[test]
fn the_shell_is_locked() {
    let shell = root().join("src-tauri");
    let Ok(text) = std::fs::read_to_string(shell.join("tauri.conf.json")) else {
        let build = std::fs::read_to_string(shell.join("build.rs")).unwrap_or_default();
        assert!(
            !build.contains("tauri_build"),
            "a window is built without tauri.conf.json"
        );
        return;
    };
    let configuration = serde_json::from_str(&text).expect("tauri.conf.json is JSON");
    let mut problems = shell::of_configuration(&configuration);
    let folder = std::fs::read_dir(shell.join("capabilities"));
    let mut capabilities = 0;
    for entry in folder.into_iter().flatten().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.starts_with('.') {
            continue;
        }
        let text = std::fs::read_to_string(entry.path()).expect("a capability can be read");
        match serde_json::from_str(&text) {
            Ok(capability) => problems.extend(shell::of_capability(&name, &capability)),
            Err(error) => problems.push(format!("capabilities/{name} is not JSON: {error}")),
        }
        capabilities += 1;
    }
    if capabilities == 0 {
        problems.push("src-tauri/capabilities is empty: what the window may do is unsaid".into());
    }
    problems.extend(shell::of_crates(&metadata()));
    none(&problems);
}
