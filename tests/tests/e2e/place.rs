//! The library as a file: backups, a second window, a damaged file.

use std::fs;

use inkstone_tests::e2e::{App, E2eError, Home, PATIENCE};

use crate::steps::{begin, editor_text, open, saved, set};

async fn library_page(app: &App) -> Result<(), E2eError> {
    app.click("open-settings").await?;
    app.click("settings-place").await?;
    app.wait_for("place-last-backup", PATIENCE).await?;
    Ok(())
}

async fn text_is(app: &App, wanted: &str) -> Result<(), E2eError> {
    app.wait_until(wanted, PATIENCE, async || {
        Ok(app.maybe("editor").await?.is_some() && editor_text(app).await?.trim() == wanted)
    })
    .await
}

#[tokio::test]
async fn a_backup_is_looked_into_and_put_in_the_librarys_place() -> Result<(), E2eError> {
    let app = open(&Home::new()?).await?;
    begin(&app, "news").await?;
    app.press("Control+2").await?;
    app.type_text("The first state.").await?;
    saved(&app).await?;
    library_page(&app).await?;
    app.click("backup-now").await?;
    app.wait_for("backup-item", PATIENCE).await?;
    app.press("Escape").await?;
    app.press("Control+2").await?;
    app.press("Control+a").await?;
    app.type_text("Something else.").await?;
    saved(&app).await?;

    library_page(&app).await?;
    app.keep("library-page").await?;
    app.click("backup-look").await?;
    app.wait_for("backup-document", PATIENCE).await?;
    let standing = app.attribute("backup-document", "data-standing").await?;
    assert_eq!(standing.as_deref(), Some("worked_on_since"));
    app.click("backup-read").await?;
    app.wait_text("backup-text", PATIENCE, |text| {
        text.contains("The first state.")
    })
    .await?;
    app.click("backup-pick").await?;
    app.keep("library-backup").await?;
    // Beside what is there: a new draft, and nothing changes.
    app.click("backup-bring").await?;
    app.wait_until("the older state as a draft", PATIENCE, async || {
        Ok(app.find_all("draft-item").await?.len() == 2)
    })
    .await?;
    assert_eq!(editor_text(&app).await?.trim(), "Something else.");
    // And the whole of it.
    app.click("backup-restore").await?;
    app.keep("library-restore").await?;
    app.click("backup-restore-confirm").await?;
    text_is(&app, "The first state.").await?;
    library_page(&app).await?;
    let reason = app.attribute("backup-item", "data-reason").await?;
    assert_eq!(
        reason.as_deref(),
        Some("before_restore"),
        "what was there is kept"
    );
    Ok(())
}

#[tokio::test]
async fn a_second_window_says_who_was_first_and_may_read() -> Result<(), E2eError> {
    let home = Home::new()?;
    let first = open(&home).await?;
    begin(&first, "news").await?;
    first.press("Control+2").await?;
    first.type_text("Read along.").await?;
    saved(&first).await?;

    let second = open(&home).await?;
    let said = second
        .wait_text("not-opened-message", PATIENCE, |text| {
            text.contains("window")
        })
        .await?;
    let pid = first
        .process()
        .map(|pid| pid.to_string())
        .unwrap_or_default();
    assert!(said.contains(&pid), "{said} does not name {pid}");
    second.keep("library-in-use").await?;
    second.click("open-reading").await?;
    second.wait_for("reading-banner", PATIENCE).await?;
    text_is(&second, "Read along.").await?;
    second.keep("library-reading").await?;
    // It can be read and not written.
    second.press("Control+2").await?;
    let _ = second.type_text("x").await;
    assert_eq!(editor_text(&second).await?.trim(), "Read along.");
    Ok(())
}

#[tokio::test]
async fn of_a_damaged_library_the_text_is_saved() -> Result<(), E2eError> {
    let home = Home::new()?;
    let app = open(&home).await?;
    set(&app, "language-zh-CN").await?;
    begin(&app, "news").await?;
    app.press("Control+2").await?;
    app.type_text("夜里潮水很高。").await?;
    saved(&app).await?;
    app.quit().await?;
    let file = home.data().join("inkstone").join("library.inkstone");
    let mut bytes = fs::read(&file)?;
    // The file no longer says what it is.
    bytes[..16].fill(0);
    fs::write(&file, &bytes)?;

    let app = open(&home).await?;
    app.wait_for("not-opened", PATIENCE).await?;
    app.wait_for("rescue", PATIENCE).await?;
    app.keep("library-damaged").await?;
    app.click("rescue").await?;
    app.wait_for("rescued", PATIENCE).await?;
    app.keep("library-rescued").await?;
    app.click("rescued-open").await?;
    text_is(&app, "夜里潮水很高。").await?;
    assert_eq!(fs::read(&file)?, bytes, "the damaged file stays as it is");
    app.quit().await?;
    // The next window opens the new library by itself.
    let app = open(&home).await?;
    text_is(&app, "夜里潮水很高。").await
}
