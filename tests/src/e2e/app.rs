//! One running window and what can be done with it.

use std::env;
use std::fs::{self, File};
use std::io::Read as _;
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use fantoccini::elements::Element;
use fantoccini::error::{CmdError, ErrorStatus};
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::json;

use super::display::{Display, Picture};
use super::home::Home;
use super::processes::{Mark, find_program, kill};
use super::{E2eError, PATIENCE, keys, patience};

/// Between two looks at the page. Short beside what a person notices, long beside a command.
const LOOK: Duration = Duration::from_millis(40);

/// So much of what the programs printed goes into an error.
const OUTPUT_SHOWN: usize = 4_000;

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

/// A running window. Dropping it ends all of its processes.
pub struct App {
    /// WebDriver's client, for what has no helper here.
    pub client: Client,
    program: PathBuf,
    home: Home,
    log: PathBuf,
    // In this order: the processes end, then the handles that wait for them are dropped.
    processes: Processes,
    display: Display,
}

struct Processes {
    mark: Mark,
    driver: Option<Child>,
}

impl Drop for Processes {
    fn drop(&mut self) {
        self.mark.end_all("Xvfb");
        if let Some(driver) = &mut self.driver {
            let _ = driver.wait();
        }
    }
}

impl App {
    /// Starts a display, a driver and the program, and waits until its page can be asked.
    pub async fn launch(options: Options) -> Result<App, E2eError> {
        let program = match &options.program {
            Some(program) => program.clone(),
            None => built("inkstone")?,
        };
        let home = match &options.home {
            Some(home) => home.clone(),
            None => Home::new()?,
        };
        let mut processes = Processes {
            mark: Mark::new(),
            driver: None,
        };
        let display = match Display::start(options.size, &processes.mark) {
            Ok(display) => display,
            Err(error) => {
                drop(processes);
                return Err(error);
            }
        };
        let log = free_log(&home)?;
        let started = start(&options, &program, &home, &log, &mut processes, &display).await;
        let client = match started {
            Ok(client) => client,
            Err(error) => {
                save_failure(&display);
                // Ends the X server, for which the display's drop waits.
                drop(processes);
                return Err(error);
            }
        };
        let app = App {
            client,
            program,
            home,
            log,
            processes,
            display,
        };
        let (width, height) = options.size;
        // Without a window manager nobody else gives the window the screen and the keyboard.
        app.client
            .set_window_rect(0, 0, u32::from(width), u32::from(height))
            .await?;
        app.display.focus()?;
        Ok(app)
    }

    /// Where the program lives.
    pub fn home(&self) -> &Home {
        &self.home
    }

    /// The display it is shown on.
    pub fn display(&self) -> &Display {
        &self.display
    }

    /// The program's process, while it runs.
    pub fn process(&self) -> Option<u32> {
        let running = self.processes.mark.running(&self.program);
        running.first().and_then(|id| u32::try_from(*id).ok())
    }

    /// What the driver and the program have printed.
    pub fn output(&self) -> String {
        tail(&self.log, usize::MAX)
    }

    /// The element of this `data-testid`, as soon as it is in the page.
    pub async fn find(&self, testid: &str) -> Result<Element, E2eError> {
        self.wait_for(testid, PATIENCE).await
    }

    /// The element of this `data-testid`, if it is in the page now.
    pub async fn maybe(&self, testid: &str) -> Result<Option<Element>, E2eError> {
        Ok(self.find_all(testid).await?.into_iter().next())
    }

    /// All elements of this `data-testid`, in the order of the page.
    pub async fn find_all(&self, testid: &str) -> Result<Vec<Element>, E2eError> {
        Ok(self
            .client
            .find_all(Locator::Css(&selector(testid)))
            .await?)
    }

    /// Waits for an element.
    pub async fn wait_for(&self, testid: &str, time: Duration) -> Result<Element, E2eError> {
        let found = self.poll(time, async || self.maybe(testid).await).await?;
        match found {
            Some(element) => Ok(element),
            None => Err(self.timed_out(&format!("`{testid}`"), time).await),
        }
    }

    /// Waits until an element is in the page no more.
    pub async fn wait_gone(&self, testid: &str, time: Duration) -> Result<(), E2eError> {
        self.wait_until(&format!("`{testid}` to go"), time, async || {
            Ok(self.maybe(testid).await?.is_none())
        })
        .await
    }

    /// Waits until the visible text of an element is as wanted, and gives it.
    pub async fn wait_text(
        &self,
        testid: &str,
        time: Duration,
        wanted: impl Fn(&str) -> bool,
    ) -> Result<String, E2eError> {
        let mut last = None;
        let found = self
            .poll(time, async || {
                let Some(element) = self.maybe(testid).await? else {
                    return Ok(None);
                };
                let text = element.text().await?;
                let right = wanted(&text);
                last = Some(text.clone());
                Ok(right.then_some(text))
            })
            .await?;
        match found {
            Some(text) => Ok(text),
            None => {
                let what = match last {
                    Some(text) => format!("`{testid}` to read otherwise than {text:?}"),
                    None => format!("`{testid}`"),
                };
                Err(self.timed_out(&what, time).await)
            }
        }
    }

    /// Waits until something holds; `what` names it in the error.
    pub async fn wait_until(
        &self,
        what: &str,
        time: Duration,
        mut holds: impl AsyncFnMut() -> Result<bool, E2eError>,
    ) -> Result<(), E2eError> {
        let held = self
            .poll(time, async || Ok(holds().await?.then_some(())))
            .await?;
        match held {
            Some(()) => Ok(()),
            None => Err(self.timed_out(what, time).await),
        }
    }

    /// Asks again and again. An element that the page replaced between two questions is asked for
    /// anew; other errors end the wait.
    async fn poll<T>(
        &self,
        time: Duration,
        mut ask: impl AsyncFnMut() -> Result<Option<T>, E2eError>,
    ) -> Result<Option<T>, E2eError> {
        let start = Instant::now();
        loop {
            match ask().await {
                Ok(Some(answer)) => return Ok(Some(answer)),
                Ok(None) => {}
                Err(E2eError::Driver(error)) if error.is_stale_element_reference() => {}
                Err(error) => return Err(error),
            }
            if start.elapsed() > patience(time) {
                return Ok(None);
            }
            tokio::time::sleep(LOOK).await;
        }
    }

    async fn timed_out(&self, what: &str, time: Duration) -> E2eError {
        save_failure(&self.display);
        E2eError::TimedOut {
            what: what.to_owned(),
            seconds: patience(time).as_secs(),
            page: self
                .page_text()
                .await
                .unwrap_or_else(|error| error.to_string()),
            output: tail(&self.log, OUTPUT_SHOWN),
        }
    }

    /// Clicks an element as soon as it can be seen and is not disabled.
    pub async fn click(&self, testid: &str) -> Result<(), E2eError> {
        self.wait_until(
            &format!("`{testid}` to be ready for a click"),
            PATIENCE,
            async || {
                let Some(element) = self.maybe(testid).await? else {
                    return Ok(false);
                };
                if !(element.is_displayed().await? && element.is_enabled().await?) {
                    return Ok(false);
                }
                match element.click().await {
                    Ok(()) => Ok(true),
                    // It moved, or something passing lies over it: a person would try again.
                    Err(error) if error.is_element_not_interactable() || covered(&error) => {
                        Ok(false)
                    }
                    Err(error) => Err(error.into()),
                }
            },
        )
        .await
    }

    /// Types into whatever has the keyboard.
    pub async fn type_text(&self, text: &str) -> Result<(), E2eError> {
        Ok(self.client.active_element().await?.send_keys(text).await?)
    }

    /// Puts a text in place of what a field has.
    pub async fn fill(&self, testid: &str, text: &str) -> Result<(), E2eError> {
        self.click(testid).await?;
        let field = self.find(testid).await?;
        field.clear().await?;
        Ok(field.send_keys(text).await?)
    }

    /// Presses a chord: `Tab`, `Control+Enter`, `Control+Shift+z`, `Control++`, `F6`.
    pub async fn press(&self, chord: &str) -> Result<(), E2eError> {
        Ok(self.client.perform_actions(keys::chord(chord)?).await?)
    }

    /// The visible text of an element.
    pub async fn text(&self, testid: &str) -> Result<String, E2eError> {
        Ok(self.find(testid).await?.text().await?)
    }

    /// What a field has in it.
    pub async fn value(&self, testid: &str) -> Result<String, E2eError> {
        Ok(self
            .find(testid)
            .await?
            .prop("value")
            .await?
            .unwrap_or_default())
    }

    /// An attribute of an element: `aria-selected`, `disabled`.
    pub async fn attribute(&self, testid: &str, name: &str) -> Result<Option<String>, E2eError> {
        Ok(self.find(testid).await?.attr(name).await?)
    }

    /// The `data-testid` of what has the keyboard, or of what it lies in.
    pub async fn focused(&self) -> Result<Option<String>, E2eError> {
        let script = "const found = document.activeElement?.closest('[data-testid]'); \
                      return found ? found.dataset.testid : null;";
        let answer = self.client.execute(script, Vec::new()).await?;
        Ok(answer.as_str().map(str::to_owned))
    }

    /// All visible text of the page.
    pub async fn page_text(&self) -> Result<String, E2eError> {
        let answer = self
            .client
            .execute("return document.body.innerText;", Vec::new())
            .await?;
        Ok(answer.as_str().unwrap_or_default().to_owned())
    }

    /// Saves the page as the web view draws it.
    pub async fn screenshot(&self, path: &Path) -> Result<(), E2eError> {
        let png = self.client.screenshot().await?;
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        Ok(fs::write(path, png)?)
    }

    /// What the real display shows: the window as a person sees it.
    pub fn picture(&self) -> Result<Picture, E2eError> {
        self.display.picture()
    }

    /// Saves the real display as `NAME.png` where `INKSTONE_SCREENSHOTS` says; without that
    /// variable it does nothing.
    pub async fn keep(&self, name: &str) -> Result<(), E2eError> {
        let Some(folder) = env::var_os("INKSTONE_SCREENSHOTS") else {
            return Ok(());
        };
        // Two frames: what was asked for a moment ago is painted then.
        let painted = "requestAnimationFrame(() => requestAnimationFrame(() => arguments[0]()));";
        self.client.execute_async(painted, Vec::new()).await?;
        self.picture()?
            .save(&Path::new(&folder).join(format!("{name}.png")))
    }

    /// Kills the program as a crash or a power cut would (SIGKILL), and waits until it is gone.
    pub async fn kill_app(self) -> Result<(), E2eError> {
        for id in self.processes.mark.running(&self.program) {
            kill(id);
        }
        self.gone("the killed program to be gone").await
    }

    /// Closes the window as a person does, and waits until the program has ended by itself.
    pub async fn quit(self) -> Result<(), E2eError> {
        self.display.ask_to_close()?;
        self.gone("the program to end after its window was closed")
            .await
    }

    /// Ends the driver's session, and with it the program.
    pub async fn close(self) -> Result<(), E2eError> {
        self.client.clone().close().await?;
        self.gone("the program to end with its session").await
    }

    /// Not [`App::wait_until`]: there may be no page left to ask.
    async fn gone(&self, what: &str) -> Result<(), E2eError> {
        let start = Instant::now();
        while self.process().is_some() {
            if start.elapsed() > patience(PATIENCE) {
                save_failure(&self.display);
                return Err(E2eError::TimedOut {
                    what: what.to_owned(),
                    seconds: patience(PATIENCE).as_secs(),
                    page: String::new(),
                    output: tail(&self.log, OUTPUT_SHOWN),
                });
            }
            tokio::time::sleep(LOOK).await;
        }
        Ok(())
    }
}

async fn start(
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
        .envs(options.env.iter().map(|(name, value)| (name, value)))
        .current_dir(home.path());
    Ok(command)
}

fn covered(error: &CmdError) -> bool {
    matches!(error, CmdError::Standard(said) if said.error == ErrorStatus::ElementClickIntercepted)
}

fn selector(testid: &str) -> String {
    let quoted = testid.replace('\\', r"\\").replace('"', r#"\""#);
    format!("[data-testid=\"{quoted}\"]")
}

/// A home may see several windows one after another, each with its own log.
fn free_log(home: &Home) -> Result<PathBuf, E2eError> {
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
fn tail(path: &Path, limit: usize) -> String {
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
fn save_failure(display: &Display) {
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
    fn a_test_id_cannot_leave_its_selector() {
        assert_eq!(selector("take-1"), "[data-testid=\"take-1\"]");
        assert_eq!(selector("a\"]b\\"), "[data-testid=\"a\\\"]b\\\\\"]");
    }

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
