//! Chinese through an input method, as a person types it: pinyin by real keys, words from the input
//! method's own window. It wants a session of its own with fcitx5 or ibus in it, which few
//! machines that check changes have; `cargo test --test e2e -- --ignored composing` runs it where they are.

use std::{fs, process::Command, time::Duration};

use inkstone_tests::e2e::{App, E2eError, Home, Options, PATIENCE};

use crate::steps::{begin, editor_text, open, saved, set, to_text};

/// Pinyin is the input method that is on from the start.
const FCITX: &str = "[Groups/0]\nName=Default\nDefault Layout=us\nDefaultIM=pinyin\n\n\
    [Groups/0/Items/0]\nName=keyboard-us\nLayout=\n\n[Groups/0/Items/1]\nName=pinyin\nLayout=\n\n\
    [GroupOrder]\n0=Default\n";

/// Which input method, how the toolkit is told, and what is asked to use it.
struct Method {
    name: &'static str,
    env: &'static [(&'static str, &'static str)],
    daemon: &'static [&'static str],
    on: &'static [&'static str],
}

const FCITX5: Method = Method {
    name: "fcitx5",
    env: &[("GTK_IM_MODULE", "fcitx"), ("XMODIFIERS", "@im=fcitx")],
    daemon: &[
        "fcitx5",
        "--disable=wayland,quickphrase,clipboard,notifications",
    ],
    on: &["fcitx5-remote", "-o"],
};

const IBUS: Method = Method {
    name: "ibus",
    env: &[("GTK_IM_MODULE", "ibus"), ("XMODIFIERS", "@im=ibus")],
    daemon: &["ibus-daemon", "--xim"],
    on: &["ibus", "engine", "libpinyin"],
};

/// What the editor shows, preedit included.
async fn shown(app: &App) -> Result<String, E2eError> {
    editor_text(app).await
}

async fn key(app: &App, keys: &[&str]) -> Result<(), E2eError> {
    for one in keys {
        app.display().xdotool(&["key", one])?;
        tokio::time::sleep(Duration::from_millis(80)).await;
    }
    Ok(())
}

async fn pinyin(app: &App, letters: &str) -> Result<(), E2eError> {
    app.display().xdotool(&["type", "--delay", "90", letters])?;
    Ok(())
}

async fn composes(method: &Method) -> Result<(), E2eError> {
    let home = Home::new()?;
    let profile = home.config().join("fcitx5");
    fs::create_dir_all(&profile)?;
    fs::write(profile.join("profile"), FCITX)?;
    let app = App::launch(Options {
        home: Some(home.clone()),
        env: method
            .env
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect(),
        ..Options::default()
    })
    .await?;
    composes_in(method, &app).await?;

    // The window is closed in the midst of it: what stood there is not lost.
    app.press("Escape").await?;
    to_text(&app).await?;
    pinyin(&app, "jieshu").await?;
    app.wait_until("more at the caret", PATIENCE, async || {
        let shown = shown(&app).await?.replace([' ', '\''], "");
        Ok(shown.contains("jieshu") || shown.contains("结束"))
    })
    .await?;
    app.quit().await?;
    let app = open(&home).await?;
    app.wait_until("what was composed", PATIENCE, async || {
        let shown = shown(&app).await?.replace([' ', '\''], "");
        Ok(shown.contains("jieshu") || shown.contains("结束"))
    })
    .await?;
    app.close().await
}

async fn composes_in(method: &Method, app: &App) -> Result<(), E2eError> {
    app.wait_for("welcome", PATIENCE).await?;
    let mut daemon = Command::new(method.daemon[0]);
    daemon.args(&method.daemon[1..]);
    app.beside(&mut daemon)?;
    set(app, "language-zh-CN").await?;
    begin(app, "news").await?;
    app.press("Control+2").await?;
    let mut turned = Command::new(method.on[0]);
    turned.args(&method.on[1..]);
    app.wait_until("an input method that listens", PATIENCE, async || {
        tokio::time::sleep(Duration::from_millis(500)).await;
        app.display().focus()?;
        // ibus turns it on and says that it failed, where there is no keyboard layout to set.
        app.beside(&mut turned)?.wait()?;
        pinyin(app, "n").await?;
        tokio::time::sleep(Duration::from_millis(400)).await;
        let composing = "return !!window.__composing";
        app.client
            .execute(
                "if (!window.__hears) { window.__hears = true; \
                 addEventListener('compositionstart', () => { window.__composing = true; }, true); \
                 addEventListener('compositionend', () => { window.__composing = false; }, true); }",
                Vec::new(),
            )
            .await?;
        let on = app.client.execute(composing, Vec::new()).await? == serde_json::Value::Bool(true);
        key(app, &["Escape", "BackSpace", "BackSpace"]).await?;
        Ok(on)
    })
    .await?;

    // What is composed stands at the caret and is nobody's text yet.
    pinyin(app, "nihao").await?;
    app.wait_until("pinyin at the caret", PATIENCE, async || {
        // libpinyin shows the word that it would give, not the letters.
        let shown = shown(app).await?.replace([' ', '\''], "");
        Ok(shown.contains("nihao") || shown.contains("你好"))
    })
    .await?;
    app.keep(&format!("compose-{}", method.name)).await?;
    // Long after a pause in typing, and though the window is left, nothing of it has gone to the
    // library.
    app.client
        .execute(
            "document.querySelector('[data-testid=editor]').dispatchEvent(new FocusEvent('blur'))",
            Vec::new(),
        )
        .await?;
    tokio::time::sleep(Duration::from_secs(2)).await;
    assert_eq!(
        app.attribute("status-saved", "data-state")
            .await?
            .as_deref(),
        Some("unsaved")
    );
    key(app, &["space"]).await?;
    app.wait_until("the words", PATIENCE, async || {
        Ok(shown(app).await?.trim() == "你好")
    })
    .await?;
    saved(app).await?;
    // Enter gives the letters, and no new line.
    pinyin(app, "shijie").await?;
    key(app, &["Return"]).await?;
    app.wait_until("the letters", PATIENCE, async || {
        Ok(shown(app).await?.trim() == "你好shijie")
    })
    .await?;
    // Escape lets go of what is composed, and of nothing else.
    pinyin(app, "zaijian").await?;
    key(app, &["Escape"]).await?;
    app.wait_until("the text as it was", PATIENCE, async || {
        Ok(shown(app).await?.trim() == "你好shijie")
    })
    .await?;
    // A number chooses.
    pinyin(app, "xiexie").await?;
    key(app, &["1"]).await?;
    app.wait_until("thanks", PATIENCE, async || {
        Ok(shown(app).await?.trim() == "你好shijie谢谢")
    })
    .await?;
    saved(app).await?;
    // One step of undo for the word.
    key(app, &["ctrl+z"]).await?;
    app.wait_until("less of it", PATIENCE, async || {
        Ok(!shown(app).await?.contains("谢谢"))
    })
    .await?;
    // No shortcut acts in the midst of it; some input methods give the letters then.
    pinyin(app, "mingtian").await?;
    key(app, &["ctrl+Return", "ctrl+k"]).await?;
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert!(app.maybe("suggestion-1").await?.is_none());
    app.keep(&format!("compose-shortcut-{}", method.name))
        .await?;
    key(app, &["Escape"]).await?;
    // A field that sends at Enter does not while it is composed in.
    app.press("Control+k").await?;
    pinyin(app, "nihao").await?;
    app.keep(&format!("compose-search-{}", method.name)).await?;
    key(app, &["space"]).await?;
    app.wait_until("the words in the field", PATIENCE, async || {
        Ok(app.value("search").await? == "你好")
    })
    .await?;
    Ok(())
}

#[tokio::test]
#[ignore = "wants fcitx5 with pinyin"]
async fn composing_with_fcitx5() -> Result<(), E2eError> {
    composes(&FCITX5).await
}

#[tokio::test]
#[ignore = "wants ibus with libpinyin"]
async fn composing_with_ibus() -> Result<(), E2eError> {
    composes(&IBUS).await
}
