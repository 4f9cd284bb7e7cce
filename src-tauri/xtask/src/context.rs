//! Where things are on this machine, and how other programs are started.

use std::env;
use std::fmt;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Why a command or a step could not be done, as a sentence for the person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure(pub String);

impl fmt::Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// The folders that every command needs to know.
pub struct Context {
    /// The root of the workspace.
    pub root: PathBuf,
    /// The target folder that cargo used to build this very program.
    pub target: PathBuf,
}

impl Context {
    /// Finds the workspace and the target folder.
    pub fn find() -> Result<Context, Failure> {
        // Cargo sets the variable when it runs us; the compiled-in path covers a direct start.
        let manifest = env::var_os("CARGO_MANIFEST_DIR")
            .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
        let root = manifest
            .ancestors()
            .nth(2)
            .map(Path::to_path_buf)
            .filter(|root| root.join("Cargo.toml").is_file())
            .ok_or_else(|| Failure(format!("No workspace around {}.", manifest.display())))?;
        let exe = env::current_exe()
            .map_err(|error| Failure(format!("This program's own path is unknown: {error}.")))?;
        // <target>/<profile>/xtask: right for CARGO_TARGET_DIR and for build.target-dir alike.
        let target = exe
            .ancestors()
            .nth(2)
            .map(Path::to_path_buf)
            .ok_or_else(|| Failure(format!("No target folder around {}.", exe.display())))?;
        Ok(Context { root, target })
    }

    /// The folder of the window's source.
    pub fn ui(&self) -> PathBuf {
        self.root.join("ui")
    }

    /// A built program.
    pub fn built(&self, profile: &str, name: &str) -> PathBuf {
        self.target
            .join(profile)
            .join(format!("{name}{}", env::consts::EXE_SUFFIX))
    }

    /// A cargo command in the workspace's root.
    pub fn cargo(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        command.args(arguments).current_dir(&self.root);
        // Ours, not the child's: a build script of the child must not see xtask's package.
        for name in [
            "CARGO_MANIFEST_DIR",
            "CARGO_MANIFEST_PATH",
            "CARGO_PKG_NAME",
        ] {
            command.env_remove(name);
        }
        command
    }
}

/// Runs a command to its end with our own output; an exit status other than 0 is a failure.
pub fn call(command: &mut Command) -> Result<(), Failure> {
    let line = shown(command);
    println!("$ {line}");
    match command.status() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(Failure(format!("`{line}` failed ({status})."))),
        Err(error) => Err(Failure(format!("`{line}` could not be started: {error}."))),
    }
}

/// What a command prints, or nothing when it cannot be started. The status is not looked at.
pub fn output(program: &str, arguments: &[&str]) -> Option<String> {
    let output = Command::new(program).args(arguments).output().ok()?;
    Some(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Whether a command can be started and succeeds.
pub fn succeeds(command: &mut Command) -> bool {
    command.output().is_ok_and(|output| output.status.success())
}

fn shown(command: &Command) -> String {
    let program = Path::new(command.get_program());
    let name = program.file_name().unwrap_or(program.as_os_str());
    std::iter::once(name)
        .chain(command.get_args())
        .map(|word| quoted(&word.to_string_lossy()))
        .collect::<Vec<_>>()
        .join(" ")
}

fn quoted(word: &str) -> String {
    let plain = |letter: char| letter.is_ascii_alphanumeric() || "-_./=:,+@".contains(letter);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

/// Whether a program of this name is on the search path.
pub fn on_path(program: &str) -> bool {
    let name = format!("{program}{}", env::consts::EXE_SUFFIX);
    env::var_os("PATH")
        .is_some_and(|path| env::split_paths(&path).any(|folder| folder.join(&name).is_file()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shown_command_can_be_pasted_into_a_shell() {
        let mut command = Command::new("/usr/bin/cargo");
        command.args([
            "test",
            "--features",
            "inkstone/custom-protocol",
            "",
            "it's two",
        ]);
        assert_eq!(
            shown(&command),
            r"cargo test --features inkstone/custom-protocol '' 'it'\''s two'"
        );
    }

    #[test]
    fn a_failing_command_is_named() {
        let failure = call(Command::new("inkstone-no-such-program").arg("x"));
        assert!(failure.is_err_and(|failure| failure.0.contains("inkstone-no-such-program x")));
    }
}
