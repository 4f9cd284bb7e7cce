//! One running window and what can be done with it.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use fantoccini::elements::Element;
use fantoccini::error::{CmdError, ErrorStatus};
use fantoccini::{Client, Locator};

use super::display::{Display, Picture};
use super::home::Home;
use super::launch::{OUTPUT_SHOWN, Options, Processes, built, free_log, save_failure, start, tail};
use super::processes::{Mark, age, environment, kill, share};
use super::{E2eError, PATIENCE, keys, patience};

/// Between two looks at the page. Short beside what a person notices, long beside a command.
pub(super) const LOOK: Duration = Duration::from_millis(40);

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
        app.wait_until("a window on the display", PATIENCE, async || {
            app.display.focus()
        })
        .await?;
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

    /// Starts another program in the session of this window: its display, its bus, its home. It
    /// ends with the window.
    pub fn beside(&self, command: &mut Command) -> Result<Child, E2eError> {
        let own = self.process().and_then(|id| i32::try_from(id).ok());
        let environment = own.map(environment).unwrap_or_default();
        command
            .env_clear()
            .envs(environment)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        Ok(self.processes.mark.put(command).spawn()?)
    }

    /// How long the program has been running; exact to a hundredth of a second.
    pub fn age(&self) -> Option<Duration> {
        age(self.process()?)
    }

    /// Memory of the program, then of each process that draws its page, by name and in KiB: each
    /// page of memory counts for a process by the part that it has of it (PSS).
    pub fn memory(&self) -> Vec<(&'static str, u64)> {
        const DRAWING: [&str; 2] = ["WebKitWebProcess", "WebKitNetworkProcess"];
        let sum = |ids: Vec<i32>| ids.into_iter().filter_map(share).sum();
        let own = ("program", sum(self.processes.mark.running(&self.program)));
        let drawing = DRAWING.map(|name| (name, sum(self.processes.mark.called(name))));
        std::iter::once(own).chain(drawing).collect()
    }

    /// How many processes of the program there are.
    pub fn programs(&self) -> usize {
        self.processes.mark.running(&self.program).len()
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
                Err(E2eError::Driver(error)) if replaced(&error) => {}
                Err(error) => return Err(error),
            }
            if start.elapsed() > patience(time) {
                return Ok(None);
            }
            tokio::time::sleep(LOOK).await;
        }
    }

    /// Asks an element something; one that is replaced meanwhile is asked for anew.
    async fn ask<T>(
        &self,
        testid: &str,
        mut question: impl AsyncFnMut(Element) -> Result<T, E2eError>,
    ) -> Result<T, E2eError> {
        let answer = self
            .poll(PATIENCE, async || match self.maybe(testid).await? {
                Some(element) => Ok(Some(question(element).await?)),
                None => Ok(None),
            })
            .await?;
        match answer {
            Some(answer) => Ok(answer),
            None => Err(self.timed_out(&format!("`{testid}`"), PATIENCE).await),
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
                    // It moved, lies below the edge of a dialog, or something passing lies over it:
                    // a person would scroll to it and try again.
                    Err(error) if error.is_element_not_interactable() || covered(&error) => {
                        let script = "arguments[0].scrollIntoView({ block: 'center' });";
                        let argument = serde_json::to_value(&element).unwrap_or_default();
                        self.client.execute(script, vec![argument]).await?;
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
        // The driver drops a bare line feed; its key is U+E007 (WebDriver, "keyboard actions").
        let keys = text.replace('\n', "\u{e007}");
        Ok(self.client.active_element().await?.send_keys(&keys).await?)
    }

    /// Puts a text in place of what a field has.
    pub async fn fill(&self, testid: &str, text: &str) -> Result<(), E2eError> {
        self.click(testid).await?;
        let filled = async || {
            let Some(field) = self.maybe(testid).await? else {
                return Ok(false);
            };
            match field.clear().await {
                Ok(()) => {}
                // It moved below an edge meanwhile.
                Err(error) if error.is_element_not_interactable() => {
                    self.click(testid).await?;
                    return Ok(false);
                }
                Err(error) => return Err(error.into()),
            }
            field.send_keys(text).await?;
            Ok(true)
        };
        self.wait_until(&format!("`{testid}` to be filled"), PATIENCE, filled)
            .await
    }

    /// Presses a chord: `Tab`, `Control+Enter`, `Control+Shift+z`, `Control++`, `F6`.
    pub async fn press(&self, chord: &str) -> Result<(), E2eError> {
        Ok(self.client.perform_actions(keys::chord(chord)?).await?)
    }

    /// The visible text of an element.
    pub async fn text(&self, testid: &str) -> Result<String, E2eError> {
        self.ask(testid, async |element| Ok(element.text().await?))
            .await
    }

    /// What a field has in it.
    pub async fn value(&self, testid: &str) -> Result<String, E2eError> {
        self.ask(testid, async |element| {
            Ok(element.prop("value").await?.unwrap_or_default())
        })
        .await
    }

    /// An attribute of an element: `aria-selected`, `disabled`.
    pub async fn attribute(&self, testid: &str, name: &str) -> Result<Option<String>, E2eError> {
        self.ask(testid, async |element| Ok(element.attr(name).await?))
            .await
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
        // What moves comes to rest (a caret never does, nor what is begun again and again), and two
        // frames later it is painted.
        let painted = "const ends = (moving) => moving.effect.getComputedTiming().endTime < 2000; \
            const rest = document.getAnimations().filter(ends).map((moving) => moving.finished); \
            const enough = new Promise((done) => setTimeout(done, 2000)); \
            Promise.race([Promise.allSettled(rest), enough]).then(() => requestAnimationFrame(() => \
            requestAnimationFrame(() => arguments[0]())));";
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
        if self.display.ask_to_close()? == 0 {
            return Err(E2eError::Display("there is no window to close".to_owned()));
        }
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

/// Whether the page replaced an element between finding it and asking it. WebKit's driver has a
/// sentence of its own for it when the page does so in the midst of a question.
fn replaced(error: &CmdError) -> bool {
    error.is_stale_element_reference()
        || error.is_no_such_element()
        || matches!(error, CmdError::Standard(said) if said.message.starts_with("Node with identifier"))
}

fn covered(error: &CmdError) -> bool {
    matches!(error, CmdError::Standard(said) if said.error == ErrorStatus::ElementClickIntercepted)
}

fn selector(testid: &str) -> String {
    let quoted = testid.replace('\\', r"\\").replace('"', r#"\""#);
    format!("[data-testid=\"{quoted}\"]")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_test_id_cannot_leave_its_selector() {
        assert_eq!(selector("take-1"), "[data-testid=\"take-1\"]");
        assert_eq!(selector("a\"]b\\"), "[data-testid=\"a\\\"]b\\\\\"]");
    }
}
