//! The builds, lints and tests that cargo does.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::context::{Context, Failure, call, succeeds};

/// One set of features for clippy, build and tests: with another one, cargo compiles again what
/// depends on it. The page is inside the binary then, as it is in a release.
const WHOLE: [&str; 3] = ["--workspace", "--features", "inkstone/custom-protocol"];

/// The test target that opens real windows.
const END_TO_END: &str = "e2e";

/// What proptest begins its random texts with.
const PROPERTY_SEED: &str = "PROPTEST_RNG_SEED";

/// What the tests must not inherit from the person's session: a real display, a real account.
const FORGOTTEN: [&str; 6] = [
    "DISPLAY",
    "WAYLAND_DISPLAY",
    "DBUS_SESSION_BUS_ADDRESS",
    "OPENAI_API_KEY",
    "OPENAI_BASE_URL",
    "INKSTONE_WRITE_BINDINGS",
];

fn whole<'a>(before: &[&'a str], after: &[&'a str]) -> Vec<&'a str> {
    [before, &WHOLE, after].concat()
}

/// Whether every file has rustfmt's form.
pub fn format(context: &Context) -> Result<(), Failure> {
    call(&mut context.cargo(&["fmt", "--all", "--check"]))
}

/// Clippy over everything, a warning being a failure.
pub fn clippy(context: &Context) -> Result<(), Failure> {
    call(&mut context.cargo(&whole(
        &["clippy"],
        &["--all-targets", "--", "-D", "warnings"],
    )))
}

/// Builds programs and tests in one go, as the tests will want them.
pub fn build(context: &Context) -> Result<(), Failure> {
    call(&mut context.cargo(&whole(&["build"], &["--all-targets"])))
}

/// Builds the window alone and names the folder of its profile.
pub fn window(context: &Context, debug: bool) -> Result<&'static str, Failure> {
    if debug {
        // As the tests build it, so that neither has to build for the other.
        call(&mut context.cargo(&whole(&["build"], &["--bin", "inkstone"])))?;
        return Ok("debug");
    }
    let features = ["--features", "custom-protocol"];
    let arguments = [&["build", "--release", "-p", "inkstone"][..], &features].concat();
    call(&mut context.cargo(&arguments))?;
    Ok("release")
}

/// Writes the TypeScript types that cross to the window.
pub fn codegen(context: &Context) -> Result<(), Failure> {
    let arguments = ["test", "-p", "inkstone-studio", "bindings"];
    call(
        context
            .cargo(&arguments)
            .env("INKSTONE_WRITE_BINDINGS", "1"),
    )
}

/// Every test that opens no window.
pub fn test(context: &Context) -> Result<(), Failure> {
    let targets: Vec<String> = test_targets(&context.root)
        .into_iter()
        .filter(|name| name != END_TO_END)
        .collect();
    let mut selection = vec!["--lib", "--bins"];
    for name in &targets {
        selection.extend(["--test", name]);
    }
    suite(context, &selection, None)
}

/// The tests in the real window.
pub fn end_to_end(context: &Context) -> Result<(), Failure> {
    require_end_to_end(context)?;
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    // A window is three processes and a model; more of them at once only wait for one another.
    let threads = (cores / 2).clamp(1, 4);
    suite(context, &["--test", END_TO_END], Some(threads))
}

/// The end-to-end tests named after screenshots, told to keep what they see.
pub fn screenshots(context: &Context, folder: &Path) -> Result<(), Failure> {
    require_end_to_end(context)?;
    let arguments = whole(&["test"], &["--test", END_TO_END, "--", "screenshot"]);
    in_own_home(context, |command| {
        call(command.args(&arguments).env("INKSTONE_SCREENSHOTS", folder))
    })
}

/// Builds what is measured as it ships, the bare window beside it, and what measures.
pub fn for_bench(context: &Context) -> Result<(), Failure> {
    window(context, false)?;
    let release = ["build", "--release", "-p"];
    let bare = [
        "inkstone",
        "--features",
        "custom-protocol,bare",
        "--example",
        "bare",
    ];
    call(&mut context.cargo(&[&release[..], &bare].concat()))?;
    call(&mut context.cargo(&[&release[..], &["ink"]].concat()))?;
    let engine = ["inkstone-candle", "--example", "engine"];
    call(&mut context.cargo(&[&release[..], &engine].concat()))?;
    call(&mut context.cargo(&whole(&["build"], &["--bins", "--test", END_TO_END])))
}

/// Measures the window, and prints what was measured.
pub fn bench(context: &Context) -> Result<(), Failure> {
    require_end_to_end(context)?;
    let built = context.target.join("release");
    let measure = [
        "--ignored",
        "--exact",
        "bench::the_window_is_measured",
        "--nocapture",
    ];
    let arguments = whole(
        &["test"],
        &[&["--test", END_TO_END, "--"][..], &measure].concat(),
    );
    in_own_home(context, |command| {
        call(
            command
                .args(&arguments)
                .env("INKSTONE_BENCH_PROGRAM", built.join("inkstone"))
                .env("INKSTONE_BENCH_INK", built.join("ink"))
                .env("INKSTONE_BENCH_ENGINE", built.join("examples/engine"))
                .env("INKSTONE_BENCH_BARE", built.join("examples/bare")),
        )
    })
}

fn require_end_to_end(context: &Context) -> Result<(), Failure> {
    // With no such target cargo would complain of an unknown name, and not of a missing test.
    if test_targets(&context.root)
        .iter()
        .any(|name| name == END_TO_END)
    {
        Ok(())
    } else {
        Err(Failure(format!(
            "There are no end-to-end tests: tests/tests/{END_TO_END} is gone."
        )))
    }
}

fn suite(context: &Context, selection: &[&str], threads: Option<usize>) -> Result<(), Failure> {
    let threads = threads.map(|threads| threads.to_string());
    let mut arguments;
    if succeeds(&mut context.cargo(&["nextest", "--version"])) {
        let config = [
            "--config-file",
            "src-tauri/xtask/nextest.toml",
            "--no-fail-fast",
        ];
        arguments = whole(&["nextest", "run"], selection);
        arguments.extend(config);
        if let Some(threads) = &threads {
            arguments.extend(["--test-threads", threads]);
        }
    } else {
        println!(
            "cargo-nextest is not installed: using `cargo test`, which is slower and has no limit \
             on a test that hangs."
        );
        arguments = whole(&["test", "--no-fail-fast"], selection);
        if let Some(threads) = &threads {
            arguments.extend(["--", "--test-threads", threads]);
        }
    }
    in_own_home(context, |command| {
        // The same random texts each time, so that the answer is the code's alone.
        if env::var_os(PROPERTY_SEED).is_none() {
            command.env(PROPERTY_SEED, "20");
        }
        call(command.args(&arguments))
    })
}

/// Runs tests with an empty home folder of their own, and fails when they left anything in it:
/// what writes there would have written into the person's.
fn in_own_home(
    context: &Context,
    tests: impl FnOnce(&mut Command) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let home = context.target.join("xtask-home");
    let trouble = |error| Failure(format!("{} cannot be prepared: {error}.", home.display()));
    if home.exists() {
        fs::remove_dir_all(&home).map_err(trouble)?;
    }
    fs::create_dir_all(&home).map_err(trouble)?;
    let mut command = context.cargo(&[]);
    command.env("HOME", &home);
    for (name, folder) in [
        ("XDG_DATA_HOME", ".local/share"),
        ("XDG_STATE_HOME", ".local/state"),
        ("XDG_CONFIG_HOME", ".config"),
        ("XDG_CACHE_HOME", ".cache"),
    ] {
        command.env(name, home.join(folder));
    }
    // Cargo and rustup themselves live in the real home.
    for (name, folder) in [("CARGO_HOME", ".cargo"), ("RUSTUP_HOME", ".rustup")] {
        if env::var_os(name).is_none()
            && let Some(real) = env::var_os("HOME")
        {
            command.env(name, Path::new(&real).join(folder));
        }
    }
    for name in FORGOTTEN {
        command.env_remove(name);
    }
    tests(&mut command)?;
    match first_file(&home) {
        None => Ok(()),
        Some(file) => Err(Failure(format!(
            "A test wrote into the home folder: {}.",
            file.strip_prefix(&home).unwrap_or(&file).display()
        ))),
    }
}

fn first_file(folder: &Path) -> Option<PathBuf> {
    fs::read_dir(folder)
        .ok()?
        .flatten()
        .map(|entry| entry.path())
        .find_map(|path| {
            if path.is_dir() {
                first_file(&path)
            } else {
                Some(path)
            }
        })
}

/// The names of all integration tests in the workspace.
fn test_targets(root: &Path) -> Vec<String> {
    let mut members = vec![
        root.join("tests"),
        root.join("src-tauri"),
        root.join("src-tauri/xtask"),
    ];
    let crates = fs::read_dir(root.join("src-tauri/crates"));
    members.extend(
        crates
            .into_iter()
            .flatten()
            .flatten()
            .map(|entry| entry.path()),
    );
    let mut names: Vec<String> = members
        .iter()
        .filter_map(|member| fs::read_dir(member.join("tests")).ok())
        .flat_map(|entries| entries.flatten())
        .map(|entry| entry.path())
        .filter(|path| {
            path.extension().is_some_and(|extension| extension == "rs")
                || path.join("main.rs").is_file()
        })
        .filter_map(|path| {
            path.file_stem()
                .map(|stem| stem.to_string_lossy().into_owned())
        })
        .collect();
    names.sort();
    names.dedup();
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn test_targets_are_files_and_folders_with_a_main() {
        let root = env::temp_dir().join(format!("xtask-targets-{}", std::process::id()));
        for file in [
            "tests/tests/boundary/main.rs",
            "tests/tests/boundary/doors.rs",
            "tests/tests/e2e.rs",
            "tests/tests/corpus/a.txt",
            "src-tauri/crates/cli/tests/command_line.rs",
            "src-tauri/crates/studio/tests/e2e.rs",
            "src-tauri/crates/studio/src/lib.rs",
        ] {
            let path = root.join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "").unwrap();
        }
        assert_eq!(test_targets(&root), ["boundary", "command_line", "e2e"]);
        assert!(test_targets(&root.join("nowhere")).is_empty());
        fs::remove_dir_all(&root).unwrap();
    }

    #[test]
    fn a_file_left_in_the_home_folder_is_found() {
        let home = env::temp_dir().join(format!("xtask-home-{}", std::process::id()));
        fs::create_dir_all(home.join(".cache/empty")).unwrap();
        assert_eq!(first_file(&home), None);
        fs::write(home.join(".cache/left"), "").unwrap();
        assert_eq!(first_file(&home), Some(home.join(".cache/left")));
        fs::remove_dir_all(&home).unwrap();
    }
}
