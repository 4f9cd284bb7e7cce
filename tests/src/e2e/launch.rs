//! How a window comes up: its processes, their environment, their output.

use std::env;
use std::fs::{self, File};
use std::io::Read as _;
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Instant;

use fantoccini::{Client, ClientBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::json;

use super::app::LOOK;
use super::display::Display;
use super::home::Home;
use super::processes::{Mark, find_program};
use super::{E2eError, PATIENCE, patience};

/// So much of what the programs printed goes into an error.
pub(super) const OUTPUT_SHOWN: usize = 4_000;

/// How a window is started.
pub struct Options {
    /// The program; `None` is the window that was built beside the tests.
    pub program: Option<PathBuf>,
    /// Its command line.
    pub arguments: Vec<String>,
    /// Where it lives; `None` is an empty home of its own.
    pub home: Option<Home>,
    /// The language of the desktop session, as `LANG` and `LANGUAGE` say it: `en-US`, `zh-CN`.
    /// The page's `navigator.language` follows only where the C library has that locale.
    pub language: String,
    /// The size of the display, and of the window on it.
    pub size: (u16, u16),
    /// More variables, over those that the harness sets.
    pub env: Vec<(String, String)>,
}

impl Default for Options {
    fn default() -> Self {
        Options {
            program: None,
            arguments: Vec::new(),
            home: None,
            language: "en-US".to_owned(),
            size: (1280, 800),
            env: Vec::new(),
        }
    }
}

/// A program of the workspace, next to the test that runs: `built("ink")`.
pub fn built(name: &str) -> Result<PathBuf, E2eError> {
    // <target>/<profile>/deps/<test>
    let profile = env::current_exe()?
        .ancestors()
        .nth(2)
        .map(Path::to_path_buf)
        .unwrap_or_default();
    let program = profile.join(name);
    if program.is_file() {
        Ok(program)
    } else {
        Err(E2eError::NotBuilt(program))
    }
}

/// WebKitGTK's own small browser, on which this harness proves itself.
pub fn minibrowser() -> Result<PathBuf, E2eError> {
    let folders = fs::read_dir("/usr/lib")
        .into_iter()
        .flatten()
        .flatten()
        .map(|e| e.path());
    folders
        .chain([PathBuf::from("/usr/libexec"), PathBuf::from("/usr/lib")])
        .map(|folder| folder.join("webkit2gtk-4.1/MiniBrowser"))
        .find(|path| path.is_file())
        .ok_or(E2eError::MissingProgram {
            program: "MiniBrowser",
        })
}
/// The processes of one window. Dropping it ends them.
pub(super) struct Processes {
    pub(super) mark: Mark,
    pub(super) driver: Option<Child>,
}

impl Drop for Processes {
    fn drop(&mut self) {
        self.mark.end_all("Xvfb");
        if let Some(driver) = &mut self.driver {
            let _ = driver.wait();
        }
    }
}

/// Starts driver and program; the answer is a client of the page.
pub(super) async fn start(
    options: &Options,
    program: &Path,
    home: &Home,
    log: &Path,
    processes: &mut Processes,
    display: &Display,
) -> Result<Client, E2eError> {
    let failed = |what, detail: String| E2eError::Start {
        what,
        detail,
        output: tail(log, OUTPUT_SHOWN),
    };
    // Another test may take the free port first; the driver ends then, and the next port is tried.
    let mut attempts = 0;
    let port = loop {
        attempts += 1;
        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?
            .local_addr()?
            .port();
        let mut command = driver(options, home, display, port)?;
        let output = File::options().create(true).append(true).open(log)?;
        command
            .stdin(Stdio::null())
            .stdout(output.try_clone()?)
            .stderr(output);
        let mut child = processes.mark.put(&mut command).spawn()?;
        let listening = listens(&mut child, port).await;
        processes.driver = Some(child);
        match listening {
            Ok(()) => break port,
            Err(detail) if attempts == 3 => return Err(failed("WebKitWebDriver", detail)),
            Err(_) => {}
        }
    };
    let capabilities = json!({
        // Without a browserName: the driver would look for a browser that it knows.
        "webkitgtk:browserOptions": { "binary": program, "args": options.arguments },
    });
    let connecting = async {
        let mut builder = ClientBuilder::new(HttpConnector::new());
        if let Some(map) = capabilities.as_object() {
            builder.capabilities(map.clone());
        }
        builder.connect(&format!("http://127.0.0.1:{port}")).await
    };
    tokio::select! {
        connected = connecting => connected.map_err(|error| failed("the window", error.to_string())),
        // The driver waits for ever for a program that has ended.
        () = ended(&processes.mark, program) => {
            Err(failed("the window", "the program is not running".to_owned()))
        }
        () = tokio::time::sleep(patience(3 * PATIENCE)) => {
            Err(failed("the window", "no answer from it".to_owned()))
        }
    }
}

/// Returns when the program has not been running for a while.
async fn ended(mark: &Mark, program: &Path) {
    let mut seen = Instant::now();
    while seen.elapsed() < patience(PATIENCE / 4) {
        if !mark.running(program).is_empty() {
            seen = Instant::now();
        }
        tokio::time::sleep(5 * LOOK).await;
    }
}

/// Waits until the driver listens, or says why it does not.
async fn listens(driver: &mut Child, port: u16) -> Result<(), String> {
    let start = Instant::now();
    while TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_err() {
        match driver.try_wait() {
            Ok(Some(status)) => return Err(format!("it ended ({status})")),
            Err(error) => return Err(error.to_string()),
            Ok(None) if start.elapsed() > patience(PATIENCE) => {
                return Err("it does not listen".to_owned());
            }
            Ok(None) => tokio::time::sleep(LOOK).await,
        }
    }
    Ok(())
}

/// The driver starts the program, which inherits all that is set here.
fn driver(
    options: &Options,
    home: &Home,
    display: &Display,
    port: u16,
) -> Result<Command, E2eError> {
    let driver = find_program("WebKitWebDriver").ok_or(E2eError::MissingProgram {
        program: "WebKitWebDriver",
    })?;
    // A bus of its own, or two windows of one program would find each other.
    let mut command = match find_program("dbus-run-session") {
        Some(session) => {
            let mut command = Command::new(session);
            command.arg("--").arg(driver);
            command
        }
        None => Command::new(driver),
    };
    command
        .arg("--host=127.0.0.1")
        .arg(format!("--port={port}"));
    // Nothing of the person's session comes through but what programs need to be found.
    command.env_clear();
    for name in [
        "PATH",
        "LD_LIBRARY_PATH",
        "XDG_DATA_DIRS",
        "TMPDIR",
        "RUST_LOG",
    ] {
        if let Some(value) = env::var_os(name) {
            command.env(name, value);
        }
    }
    let language = options.language.replace('-', "_");
    command
        .envs(home.variables())
        .env("DISPLAY", display.name())
        .env("GDK_BACKEND", "x11")
        .env("LANG", format!("{language}.UTF-8"))
        .env("LANGUAGE", &language)
        .env("TAURI_WEBVIEW_AUTOMATION", "true")
        .env("GSETTINGS_BACKEND", "memory")
        .env("NO_AT_BRIDGE", "1")
        // Saves 70 MiB a window where there is no graphics card.
        .env("WEBKIT_DISABLE_DMABUF_RENDERER", "1")
        .env("RUST_BACKTRACE", "1")
        // A keychain that the bus would start has nobody here who could open it.
        .env("INKSTONE_KEYCHAIN", "off")
        // A second process beside each of hundreds of windows; where it is tried, it is on.
        .env("INKSTONE_GRAMMAR", "off")
        // What a model writes is the same in every run.
        .env("INKSTONE_SEED", "7")
        .envs(options.env.iter().map(|(name, value)| (name, value)))
        .current_dir(home.path());
    Ok(command)
}

/// A home may see several windows one after another, each with its own log.
pub(super) fn free_log(home: &Home) -> Result<PathBuf, E2eError> {
    for number in 1.. {
        let path = home.path().join(format!("window-{number}.log"));
        match File::create_new(&path) {
            Ok(_) => return Ok(path),
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(E2eError::Io(std::io::Error::other(
        "no free name for a log",
    )))
}

/// The last bytes of a file, as text, from the start of a line.
pub(super) fn tail(path: &Path, limit: usize) -> String {
    let mut bytes = Vec::new();
    if let Ok(mut file) = File::open(path) {
        let _ = file.read_to_end(&mut bytes);
    }
    let from = bytes.len().saturating_sub(limit);
    let text = String::from_utf8_lossy(&bytes[from..]).into_owned();
    match text.split_once('\n') {
        Some((_, whole_lines)) if from > 0 => whole_lines.to_owned(),
        _ => text,
    }
}

/// Saves what the display shows under the name of the running test.
pub(super) fn save_failure(display: &Display) {
    let thread = std::thread::current();
    let name = thread.name().unwrap_or("test").replace("::", "-");
    let target = env::current_exe()
        .ok()
        .and_then(|exe| exe.ancestors().nth(3).map(PathBuf::from));
    if let (Some(target), Ok(picture)) = (target, display.picture()) {
        let path = target.join("e2e-failures").join(format!("{name}.png"));
        if picture.save(&path).is_ok() {
            eprintln!("What the display showed: {}", path.display());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tail_of_a_log_starts_at_a_line() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("log");
        fs::write(&path, "first line\nsecond\nthird\n").unwrap();
        assert_eq!(tail(&path, 100), "first line\nsecond\nthird\n");
        assert_eq!(tail(&path, 16), "second\nthird\n");
        assert_eq!(tail(&folder.path().join("none"), 10), "");
    }
}
