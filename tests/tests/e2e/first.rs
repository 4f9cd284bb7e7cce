//! The first minutes, and the window as some need it: larger, stiller, with more contrast.

use std::fs;

use inkstone_tests::e2e::{App, E2eError, Home, Options, PATIENCE};
use serde_json::Value;

use crate::steps::{WRITING, begin, editor_text, open, saved, set, written};

async fn js(app: &App, script: &str) -> Result<Value, E2eError> {
    Ok(app.client.execute(script, Vec::new()).await?)
}

/// Opens a document of the list by its title.
async fn document(app: &App, title: &str) -> Result<(), E2eError> {
    const OPEN: &str = "const rows = document.querySelectorAll('[data-testid=document-item]'); \
                        const row = [...rows].find((one) => one.textContent.includes(arguments[0])); \
                        row?.click(); return Boolean(row);";
    app.wait_until(title, PATIENCE, async || {
        let found = app.client.execute(OPEN, vec![Value::from(title)]).await?;
        Ok(found == Value::Bool(true))
    })
    .await?;
    app.wait_until("the document", PATIENCE, async || {
        Ok(app.value("title").await? == title)
    })
    .await
}

#[tokio::test]
async fn a_sample_project_is_one_click_away_and_goes_again() -> Result<(), E2eError> {
    let app = open(&Home::new()?).await?;
    for (language, start, news, script) in [
        (
            "en",
            "Two minutes with Inkstone",
            "The night ferry",
            "The lamp",
        ),
        ("zh-CN", "两分钟认识 Inkstone", "图书馆夜间开放", "照相馆"),
    ] {
        set(&app, &format!("language-{language}")).await?;
        app.wait_for("welcome", PATIENCE).await?;
        app.keep(&format!("first-{language}")).await?;
        app.click("welcome-sample").await?;
        app.wait_until("what to try", PATIENCE, async || {
            Ok(editor_text(&app).await?.contains(start))
        })
        .await?;
        assert_eq!(app.find_all("document-item").await?.len(), 4);
        app.keep(&format!("first-start-{language}")).await?;
        document(&app, script).await?;
        app.keep(&format!("first-script-{language}")).await?;
        // A first take waits in the article, or is just being written.
        document(&app, news).await?;
        app.wait_for("suggestion-1", WRITING).await?;
        assert!(matches!(
            written(&app).await?.as_str(),
            "done" | "incomplete"
        ));
        // Nothing is taken by itself: the page still asks to be written on.
        let asks = "return Boolean(document.querySelector('.cm-placeholder'))";
        assert_eq!(js(&app, asks).await?, Value::Bool(true));
        app.keep(&format!("first-news-{language}")).await?;
        app.click("projects").await?;
        app.click("delete-project").await?;
    }
    app.wait_for("welcome-sample", PATIENCE).await?;
    // The models have their way from here too.
    app.click("welcome-models").await?;
    app.wait_for("models-dialog", PATIENCE).await?;
    app.close().await
}

/// Whether anything sticks out to the side, of the page or of what lies over it.
async fn fits(app: &App, what: &str) -> Result<(), E2eError> {
    let script = "const wide = (at) => at && at.scrollWidth > at.clientWidth + 1; \
        const over = [document.documentElement, document.body, ...document.querySelectorAll('dialog[open], .popover')]; \
        const outside = [...document.querySelectorAll('dialog[open], .popover')].filter((one) => { \
          const box = one.getBoundingClientRect(); \
          return box.left < -1 || box.right > innerWidth + 1 || box.top < -1 || box.bottom > innerHeight + 1; }); \
        return [...over.filter(wide), ...outside].map((one) => one.outerHTML.slice(0, 120));";
    let found = js(app, script).await?;
    assert_eq!(found.as_array().map(Vec::len), Some(0), "{what}: {found}");
    Ok(())
}

#[tokio::test]
async fn everything_can_be_twice_as_large() -> Result<(), E2eError> {
    let home = Home::new()?;
    let app = open(&home).await?;
    let width = js(&app, "return innerWidth")
        .await?
        .as_f64()
        .unwrap_or_default();
    begin(&app, "screenplay").await?;
    app.press("Control+2").await?;
    app.type_text("INT. BOOTH - DAY\n\nMARA\nIt sticks.\n")
        .await?;
    for _ in 0..5 {
        app.press("Control+=").await?;
    }
    let twice = async |app: &App| {
        app.wait_until("twice the size", PATIENCE, async || {
            let now = js(app, "return innerWidth")
                .await?
                .as_f64()
                .unwrap_or_default();
            Ok((now * 2.0 - width).abs() < 3.0)
        })
        .await
    };
    twice(&app).await?;
    fits(&app, "the page").await?;
    app.keep("twice-text").await?;
    app.press("Control+3").await?;
    app.wait_for("brief-logline", PATIENCE).await?;
    fits(&app, "the desk").await?;
    app.keep("twice-desk").await?;
    app.press("Escape").await?;
    app.press("Control+1").await?;
    fits(&app, "the library").await?;
    app.keep("twice-library").await?;
    app.press("Escape").await?;
    for (keys, testid) in [("Control+,", "settings"), ("Control+Shift+p", "palette")] {
        app.press(keys).await?;
        app.wait_for(testid, PATIENCE).await?;
        fits(&app, testid).await?;
        app.keep(&format!("twice-{testid}")).await?;
        app.press("Escape").await?;
        app.wait_gone(testid, PATIENCE).await?;
    }
    // By the keyboard: the driver's clicks know nothing of zoom.
    let focus = "document.querySelector('[data-testid=status-model]').focus()";
    js(&app, focus).await?;
    app.press("Enter").await?;
    app.wait_for("shelf", PATIENCE).await?;
    fits(&app, "models").await?;
    app.keep("twice-models").await?;
    app.press("Escape").await?;
    // The window remembers it.
    app.quit().await?;
    let app = open(&home).await?;
    twice(&app).await?;
    app.press("Control+0").await?;
    app.wait_until("the usual size", PATIENCE, async || {
        Ok(js(&app, "return innerWidth").await?.as_f64() == Some(width))
    })
    .await?;
    app.close().await
}

#[tokio::test]
async fn who_asks_for_contrast_and_stillness_gets_them() -> Result<(), E2eError> {
    let home = Home::new()?;
    let folder = home.config().join("gtk-3.0");
    fs::create_dir_all(&folder)?;
    fs::write(
        folder.join("settings.ini"),
        "[Settings]\ngtk-theme-name=HighContrast\ngtk-enable-animations=0\n",
    )?;
    let app = App::launch(Options {
        home: Some(home),
        ..Options::default()
    })
    .await?;
    app.wait_for("welcome", PATIENCE).await?;
    for query in [
        "(prefers-contrast: more)",
        "(prefers-reduced-motion: reduce)",
    ] {
        let script = format!("return matchMedia('{query}').matches");
        assert_eq!(js(&app, &script).await?, Value::Bool(true), "{query}");
    }
    begin(&app, "news").await?;
    for theme in ["light", "sepia", "dark"] {
        set(&app, &format!("theme-{theme}")).await?;
        app.keep(&format!("contrast-{theme}")).await?;
        // What is not saved yet has a colour of its own.
        saved(&app).await?;
        // What is quiet elsewhere has the ink of the text, and nothing moves for long.
        let script = "const style = (at) => getComputedStyle(document.querySelector(at)); \
            const quiet = style('[data-testid=status-saved]'); \
            return [quiet.color === style('body').color, \
                    parseFloat(style('[data-testid=open-settings]').transitionDuration) < 0.001];";
        let found = js(&app, script).await?;
        assert_eq!(found, serde_json::json!([true, true]), "{theme}");
    }
    app.close().await
}
