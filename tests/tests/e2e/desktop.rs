//! The window and the desktop around it: it fills the screen, it prints, and there may be two.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use inkstone_tests::e2e::{App, E2eError, Home, Options, PATIENCE, built, minibrowser};
use serde_json::json;

use crate::{
    pictures::give,
    steps::{begin, editor_text, open, saved, set, to_text},
};

async fn sized(app: &App, width: u32, height: u32) -> Result<(), E2eError> {
    app.wait_until(&format!("{width} x {height}"), PATIENCE, async || {
        let size = app
            .client
            .execute("return [innerWidth, innerHeight]", Vec::new())
            .await?;
        Ok(size == json!([width, height]))
    })
    .await
}

#[tokio::test]
async fn f11_fills_the_screen_and_gives_it_back() -> Result<(), E2eError> {
    let app = open(&Home::new()?).await?;
    app.display().manage()?;
    app.client.set_window_rect(0, 0, 1000, 700).await?;
    sized(&app, 1000, 700).await?;
    begin(&app, "news").await?;
    to_text(&app).await?;
    app.type_text("The whole screen.").await?;
    saved(&app).await?;
    app.press("F11").await?;
    sized(&app, 1280, 800).await?;
    assert_eq!(app.focused().await?.as_deref(), Some("editor"));
    app.keep("full-screen").await?;
    app.press("F11").await?;
    sized(&app, 1000, 700).await?;
    assert_eq!(editor_text(&app).await?.trim(), "The whole screen.");
    app.close().await
}

/// The files of this ending in a folder and below it.
fn files(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries
        .flat_map(|entry| {
            let path = entry.path();
            if path.is_dir() {
                files(&path, ending)
            } else {
                let fits = path.extension().is_some_and(|found| found == ending);
                fits.then_some(path).into_iter().collect()
            }
        })
        .collect()
}

/// A page that is driven does not print (WebKit leaves `window.print` without effect), so this
/// window is nobody's: it stands on the display of another program, and the keys are real ones.
#[tokio::test]
async fn control_p_opens_the_dialog_that_prints_to_a_file_too() -> Result<(), E2eError> {
    let home = Home::new()?;
    let app = open(&home).await?;
    begin(&app, "news").await?;
    to_text(&app).await?;
    app.type_text("# Ferry\n\nThe night ferry runs. 夜航渡轮开了。")
        .await?;
    saved(&app).await?;
    app.quit().await?;

    let host = App::launch(Options {
        program: Some(minibrowser()?),
        arguments: vec!["--automation".to_owned()],
        ..Options::default()
    })
    .await?;
    let mut own = Command::new("env");
    own.args(["-u", "TAURI_WEBVIEW_AUTOMATION"]);
    for (name, path) in home.variables() {
        own.arg(format!("{name}={}", path.display()));
    }
    own.arg(built("inkstone")?).current_dir(home.path());
    let mut window = host.beside(&mut own)?;
    let windows = async |count: usize| {
        host.wait_until(&format!("{count} windows"), PATIENCE, async || {
            Ok(host.display().titles()?.len() == count)
        })
        .await
    };
    windows(2).await?;
    // The second time, to the one printer that every machine has: a file.
    for keys in [vec!["Escape"], vec!["Tab", "Down", "space", "Return"]] {
        // The text comes a moment after the window: until then the keys ask for nothing.
        host.wait_until("the dialog", PATIENCE, async || {
            host.display().focus()?;
            host.display().xdotool(&["key", "ctrl+p"])?;
            tokio::time::sleep(Duration::from_secs(2)).await;
            Ok(host.display().titles()?.len() == 3)
        })
        .await?;
        host.display().focus()?;
        host.keep("print").await?;
        assert_eq!(files(home.path(), "pdf"), Vec::<PathBuf>::new());
        let mut press = vec!["key", "--delay", "200"];
        press.extend(keys);
        host.display().xdotool(&press)?;
        windows(2).await?;
    }
    host.wait_until("a file", PATIENCE, async || {
        let printed = |file: &PathBuf| fs::read(file).is_ok_and(|read| read.starts_with(b"%PDF"));
        Ok(files(home.path(), "pdf").iter().any(printed))
    })
    .await?;
    window.kill()?;
    window.wait()?;
    host.close().await
}

async fn shows(app: &App, text: &str) -> Result<(), E2eError> {
    app.wait_until(text, PATIENCE, async || {
        Ok(app.maybe("editor").await?.is_some() && editor_text(app).await?.trim() == text)
    })
    .await
}

#[tokio::test]
async fn two_windows_show_and_write_the_same_text() -> Result<(), E2eError> {
    let app = open(&Home::new()?).await?;
    begin(&app, "news").await?;
    to_text(&app).await?;
    app.type_text("One.").await?;
    saved(&app).await?;
    let first = app.client.window().await?;
    app.press("Control+Shift+n").await?;
    let mut second = None;
    app.wait_until("a second window", PATIENCE, async || {
        let windows = app.client.windows().await?;
        second = windows.into_iter().find(|window| *window != first);
        Ok(second.is_some())
    })
    .await?;
    let second = second.unwrap_or_else(|| first.clone());
    let at_first = async || app.client.switch_to_window(first.clone()).await;
    let at_second = async || app.client.switch_to_window(second.clone()).await;

    // It opens what was open, and what is written in it is in both.
    at_second().await?;
    shows(&app, "One.").await?;
    app.display().focus()?;
    to_text(&app).await?;
    app.press("Control+End").await?;
    app.type_text(" Two.").await?;
    saved(&app).await?;
    at_first().await?;
    shows(&app, "One. Two.").await?;

    // Both are written in before either is saved: each has the words of the other.
    to_text(&app).await?;
    app.press("Control+Home").await?;
    app.type_text("Zero. ").await?;
    at_second().await?;
    app.press("Control+End").await?;
    app.type_text(" Three.").await?;
    saved(&app).await?;
    for window in [&first, &second] {
        app.client.switch_to_window(window.clone()).await?;
        saved(&app).await?;
        shows(&app, "Zero. One. Two. Three.").await?;
        assert!(app.maybe("notice-error").await?.is_none());
    }
    app.keep("two-windows").await?;

    // How the person writes is chosen for both: the settings that are open in the first follow.
    let writing = async || {
        app.click("open-settings").await?;
        app.click("settings-writing").await
    };
    at_first().await?;
    writing().await?;
    at_second().await?;
    writing().await?;
    for choice in ["hide-marks", "typewriter"] {
        app.click(choice).await?;
        for window in [&first, &second] {
            app.client.switch_to_window(window.clone()).await?;
            app.wait_until(choice, PATIENCE, async || {
                let switch = app.find(choice).await?;
                Ok(switch.attr("aria-checked").await?.as_deref() == Some("true"))
            })
            .await?;
        }
    }
    for window in [&first, &second] {
        app.client.switch_to_window(window.clone()).await?;
        app.press("Escape").await?;
        app.wait_gone("settings", PATIENCE).await?;
    }

    // How it looks, too.
    set(&app, "theme-dark").await?;
    at_first().await?;
    app.wait_until("the dark", PATIENCE, async || {
        let theme = "return document.documentElement.dataset.theme ?? null";
        Ok(app.client.execute(theme, Vec::new()).await? == json!("dark"))
    })
    .await?;

    // One goes, the other stays and writes on.
    app.display().ask_topmost_to_close()?;
    app.wait_until("one window", PATIENCE, async || {
        Ok(app.client.windows().await?.len() == 1)
    })
    .await?;
    at_first().await?;
    to_text(&app).await?;
    app.press("Control+End").await?;
    app.type_text(" Four.").await?;
    saved(&app).await?;
    shows(&app, "Zero. One. Two. Three. Four.").await?;
    app.quit().await
}

/// What lies under the notices, by the middle of it: the caret, and whatever takes a click. What is
/// scrolled out of sight lies nowhere.
const COVERED: &str = "
    const within = ([x, y], { left, right, top, bottom }) =>
        x > left && x < right && y > top && y < bottom;
    const middle = (one) => {
        const { left, right, top, bottom } = one.getBoundingClientRect();
        return [(left + right) / 2, (top + bottom) / 2];
    };
    const seen = (one, at) => {
        for (let over = one.parentElement; over; over = over.parentElement)
            if (getComputedStyle(over).overflowY !== 'visible'
                && !within(at, over.getBoundingClientRect())) return false;
        return true;
    };
    const notices = document.querySelector('[data-testid=notices]');
    return [...document.querySelectorAll('button, input, textarea, a[href], .cm-cursor-primary')]
        .filter((one) => one.checkVisibility() && !notices.contains(one))
        .filter((one) => within(middle(one), notices.getBoundingClientRect()))
        .filter((one) => one.matches('.cm-cursor-primary') || seen(one, middle(one)))
        .map((one) => one.dataset.testid ?? one.className);";

#[tokio::test]
async fn a_notice_covers_neither_a_tool_nor_the_caret() -> Result<(), E2eError> {
    let app = open(&Home::new()?).await?;
    app.client.set_window_rect(0, 0, 900, 700).await?;
    sized(&app, 900, 700).await?;
    begin(&app, "news").await?;
    to_text(&app).await?;
    app.type_text(&"Line.\n\n".repeat(16)).await?;
    saved(&app).await?;
    for language in ["en", "zh-CN"] {
        set(&app, &format!("language-{language}")).await?;
        to_text(&app).await?;
        app.press("Control+Home").await?;
        app.press("Control+End").await?;
        give(&app, "drop", "none.png", b"no picture").await?;
        app.wait_for("notice-error", PATIENCE).await?;
        app.keep(&format!("notice-narrow-{language}")).await?;
        let covered = app.client.execute(COVERED, Vec::new()).await?;
        assert_eq!(covered, json!([]), "{language}");
        app.click("notice-dismiss").await?;
        app.wait_gone("notice-error", PATIENCE).await?;
    }
    // Where there is no room beside the text, the desk lies over it and ends above the notices.
    app.client.set_window_rect(0, 0, 800, 700).await?;
    sized(&app, 800, 700).await?;
    give(&app, "drop", "none.png", b"no picture").await?;
    app.wait_for("notice-error", PATIENCE).await?;
    app.press("Control+3").await?;
    app.wait_for("brief-topic", PATIENCE).await?;
    app.keep("notice-drawer").await?;
    let covered = app.client.execute(COVERED, Vec::new()).await?;
    assert_eq!(covered, json!([]));
    app.close().await
}
