//! Wrong usage, help, and output that nobody takes.

use std::process::Stdio;

use crate::home::{Home, ended};

#[test]
fn a_command_line_that_makes_no_sense_exits_with_2() {
    let home = Home::new();
    for arguments in [
        &[] as &[&str],
        &["write"],
        &["draft"],
        &["draft", "news"],
        &["draft", "poem", "--brief", "x"],
        &["draft", "news", "--brief", "x", "--variants", "0"],
        &["generate"],
        &["generate", "--prompt-file", "x", "--temperature", "hot"],
        &["models", "add"],
        &["library", "show"],
        &["check", "news"],
        &["brief", "schema"],
        &["models", "--language", "fr"],
    ] {
        let run = home.ink(arguments).with(2);
        assert!(run.out.is_empty() && !run.err.is_empty(), "{arguments:?}");
    }
    assert!(
        !home.path().join("data").exists(),
        "wrong usage opens no library"
    );
}

#[test]
fn help_and_version_are_results() {
    let home = Home::new();
    let help = home.ink(&["--help"]).with(0);
    for command in ["draft", "generate", "models", "library", "check", "brief"] {
        assert!(help.out.contains(command), "{command}");
    }
    let version = home.ink(&["--version"]).with(0);
    assert_eq!(
        version.out.trim(),
        format!("ink {}", env!("CARGO_PKG_VERSION"))
    );
}

#[cfg(target_os = "linux")]
#[test]
fn output_that_cannot_be_written_is_a_failure_with_a_sentence() {
    let home = Home::new();
    let full = std::fs::File::options()
        .write(true)
        .open("/dev/full")
        .unwrap();
    let child = home
        .command(&["brief", "schema", "news"])
        .stdout(full)
        .spawn()
        .unwrap();
    let run = ended(child).with(1);
    assert!(
        run.err.starts_with("ink: The result cannot be written out"),
        "{}",
        run.err
    );
}

#[test]
fn a_reader_that_leaves_early_is_no_reason_to_complain() {
    let home = Home::new();
    let mut child = home
        .command(&["brief", "schema", "news"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let run = ended(child);
    assert!([0, 1].contains(&run.code), "{}", run.code);
    assert!(run.err.is_empty(), "{}", run.err);
}

#[test]
fn the_environment_may_name_another_library() {
    let home = Home::new();
    let mut command = home.command(&["models", "--json"]);
    command
        .env_remove("XDG_DATA_HOME")
        .env("INKSTONE_LIBRARY", "elsewhere/a.inkstone");
    let run = ended(command.spawn().unwrap()).with(0);
    assert_eq!(run.json()[0]["id"], "starter");
    assert!(home.path().join("elsewhere/a.inkstone").is_file());
    assert!(
        !home.path().join(".local").exists(),
        "the named library is the only one"
    );
}
