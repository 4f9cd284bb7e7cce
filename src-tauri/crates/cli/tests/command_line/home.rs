//! A home folder of its own, and the program run in it.

use std::{
    fs,
    io::Write as _,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use serde_json::Value;
use tempfile::TempDir;

/// A home folder that nothing else uses.
pub struct Home(TempDir);

/// What a run left behind.
pub struct Run {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Run {
    /// Stdout as JSON.
    #[track_caller]
    pub fn json(&self) -> Value {
        let said = |error| panic!("{error}: {}\n{}", self.out, self.err);
        serde_json::from_str(&self.out).unwrap_or_else(said)
    }

    /// Demands an exit code.
    #[track_caller]
    pub fn with(self, code: i32) -> Self {
        assert_eq!(
            self.code, code,
            "stdout: {}\nstderr: {}",
            self.out, self.err
        );
        self
    }

    /// The code of the error that `--json` shows.
    #[track_caller]
    pub fn error_code(&self) -> String {
        self.json()["error"]["code"]
            .as_str()
            .expect("an error with a code")
            .to_owned()
    }
}

impl Home {
    pub fn new() -> Self {
        Self(TempDir::new().unwrap())
    }

    pub fn path(&self) -> &Path {
        self.0.path()
    }

    /// Where the library lies when nobody says otherwise.
    pub fn library(&self) -> PathBuf {
        self.path().join("data/inkstone/library.inkstone")
    }

    /// A file in the home folder.
    pub fn file(&self, name: &str, content: impl AsRef<[u8]>) -> String {
        let path = self.path().join(name);
        fs::write(&path, content).unwrap();
        path.to_str().unwrap().to_owned()
    }

    /// The program, seeing nothing of the session that runs the tests.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_ink"));
        command
            .args(arguments)
            .env_clear()
            .env("HOME", self.path())
            .env("XDG_DATA_HOME", self.path().join("data"))
            .env("XDG_CONFIG_HOME", self.path().join("config"))
            .env("LANG", "en_US.UTF-8")
            .env("INKSTONE_KEYCHAIN", "off")
            .current_dir(self.path())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    pub fn ink(&self, arguments: &[&str]) -> Run {
        ended(self.command(arguments).spawn().unwrap())
    }

    /// Runs with a text on stdin.
    pub fn ink_reading(&self, arguments: &[&str], text: &str) -> Run {
        let mut child = self
            .command(arguments)
            .stdin(Stdio::piped())
            .spawn()
            .unwrap();
        // A program that does not want it all may close its end.
        let _ = child.stdin.take().unwrap().write_all(text.as_bytes());
        ended(child)
    }
}

/// Waits for the end of a run.
pub fn ended(child: Child) -> Run {
    let output = child.wait_with_output().unwrap();
    Run {
        code: output.status.code().unwrap_or(-1),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}
