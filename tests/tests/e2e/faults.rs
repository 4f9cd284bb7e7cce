//! Bad input: a sentence with a hint, nothing lost, the program still usable.

use std::fs;

use inkstone_tests::e2e::{App, E2eError, Home, PATIENCE};

use crate::steps::{begin, editor_text, open, saved};

/// Types a path where a model file is added, and gives what the window says.
async fn add_model(app: &App, path: &str) -> Result<String, E2eError> {
    app.fill("model-path", path).await?;
    app.click("model-add").await?;
    app.wait_text("model-problem", PATIENCE, |text| text.chars().count() > 20)
        .await
}

#[tokio::test]
async fn files_that_are_no_models_are_refused_with_a_reason() -> Result<(), E2eError> {
    let home = Home::new()?;
    let broken = home.path().join("broken.gguf");
    fs::write(&broken, b"GGUF\x03\0\0\0 and then nothing that makes sense")?;
    let app = open(&home).await?;
    begin(&app, "news").await?;
    app.click("status-model").await?;
    app.click("add-file").await?;
    let said_broken = add_model(&app, &broken.to_string_lossy()).await?;
    let folder = add_model(&app, &home.path().to_string_lossy()).await?;
    let missing = add_model(&app, "/nowhere/at/all.gguf").await?;
    assert_ne!(said_broken, folder);
    assert_ne!(folder, missing);
    app.press("Escape").await?;
    app.press("Control+2").await?;
    app.type_text("Still here.").await?;
    saved(&app).await?;
    assert!(editor_text(&app).await?.contains("Still here."));
    Ok(())
}

#[tokio::test]
async fn an_empty_brief_is_asked_for_and_an_enormous_text_is_kept() -> Result<(), E2eError> {
    let app = open(&Home::new()?).await?;
    begin(&app, "news").await?;
    app.press("Control+Enter").await?;
    app.wait_until("a word about the topic", PATIENCE, async || {
        Ok(app.page_text().await?.contains("topic"))
    })
    .await?;
    assert!(app.maybe("suggestion-1").await?.is_none());
    // A megabyte by the clipboard's way in.
    let script = "const view = document.querySelector('.cm-content'); \
                  view.focus(); const data = new DataTransfer(); \
                  data.setData('text/plain', 'The ferry is late. '.repeat(55000)); \
                  view.dispatchEvent(new ClipboardEvent('paste', \
                  { clipboardData: data, bubbles: true, cancelable: true }));";
    app.client.execute(script, Vec::new()).await?;
    saved(&app).await?;
    app.wait_until("the words to be counted", PATIENCE, async || {
        Ok(app
            .text("status-words")
            .await?
            .chars()
            .filter(char::is_ascii_digit)
            .count()
            >= 6)
    })
    .await?;
    app.press("Control+Home").await?;
    app.type_text("Before it all. ").await?;
    saved(&app).await
}

#[tokio::test]
async fn a_library_that_cannot_be_opened_is_explained_and_left_alone() -> Result<(), E2eError> {
    let home = Home::new()?;
    let app = open(&home).await?;
    begin(&app, "news").await?;
    app.click("open-settings").await?;
    let path = app.text("library-path").await?.trim().to_owned();
    app.close().await?;
    let library = fs::read(&path)?;
    assert!(library.starts_with(b"SQLite format 3"), "{path}");
    // What was written last may still lie beside it.
    let beside = format!("{path}-wal");
    let newest = fs::read(&beside).unwrap_or_default();
    let damaged = b"This is no library at all, whatever its name says. ".repeat(200);
    for ending in ["-wal", "-shm"] {
        let _ = fs::remove_file(format!("{path}{ending}"));
    }
    fs::write(&path, &damaged)?;
    let app = open(&home).await?;
    app.wait_text("not-opened-message", PATIENCE, |text| {
        text.chars().count() > 20
    })
    .await?;
    assert_eq!(fs::read(&path)?, damaged, "the file is left as it was");
    fs::write(&path, &library)?;
    fs::write(&beside, &newest)?;
    app.click("try-again").await?;
    app.wait_for("editor", PATIENCE).await?;
    Ok(())
}
