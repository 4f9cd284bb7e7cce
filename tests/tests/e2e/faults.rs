//! Bad input: a sentence with a hint, nothing lost, the program still usable.

use std::fs;

use inkstone_tests::e2e::{App, E2eError, Home, Options, PATIENCE};

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
    app.click("settings-place").await?;
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

#[tokio::test]
async fn a_library_of_a_newer_program_is_left_as_it_is() -> Result<(), E2eError> {
    /// Where SQLite's file format keeps `user_version`, the number of our last migration.
    const USER_VERSION: std::ops::Range<usize> = 60..64;
    let home = Home::new()?;
    let app = open(&home).await?;
    begin(&app, "news").await?;
    app.click("open-settings").await?;
    app.click("settings-place").await?;
    let path = app.text("library-path").await?.trim().to_owned();
    app.press("Escape").await?;
    app.quit().await?;
    // A closed library is one file.
    let beside = fs::metadata(format!("{path}-wal")).map_or(0, |file| file.len());
    assert_eq!(beside, 0, "bytes left beside the library");
    let mut library = fs::read(&path)?;
    library[USER_VERSION].copy_from_slice(&9999_u32.to_be_bytes());
    fs::write(&path, &library)?;
    let app = open(&home).await?;
    app.wait_text("not-opened-message", PATIENCE, |text| {
        text.contains("newer")
    })
    .await?;
    assert_eq!(fs::read(&path)?, library, "the file is left as it was");
    Ok(())
}

#[tokio::test]
async fn a_place_that_takes_no_library_is_named() -> Result<(), E2eError> {
    let app = App::launch(Options {
        // Nobody can make a folder there, not even root.
        env: vec![(
            "INKSTONE_LIBRARY".to_owned(),
            "/proc/inkstone/library.inkstone".to_owned(),
        )],
        ..Options::default()
    })
    .await?;
    let said = app
        .wait_text("not-opened-message", PATIENCE, |text| {
            text.chars().count() > 20
        })
        .await?;
    assert!(said.contains("library"), "{said}");
    assert!(app.maybe("try-again").await?.is_some());
    Ok(())
}
