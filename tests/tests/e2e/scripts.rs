//! A screenplay in production: locked, revised, with its marks in the margin.

use inkstone_tests::e2e::{E2eError, Home, PATIENCE};

use crate::steps::{begin, editor_text, open, saved};

#[tokio::test]
async fn a_locked_script_marks_what_changes_and_goes_out_as_fdx() -> Result<(), E2eError> {
    let home = Home::new()?;
    let app = open(&home).await?;
    begin(&app, "screenplay").await?;
    app.click("editor").await?;
    app.type_text("INT. QUAY - NIGHT\n\nRain falls.\n").await?;
    saved(&app).await?;
    app.click("production-lock").await?;
    app.wait_for("production-locked", PATIENCE).await?;
    app.wait_until("a numbered scene", PATIENCE, async || {
        Ok(editor_text(&app).await?.contains("#1#"))
    })
    .await?;
    app.click("production-start").await?;
    app.wait_for("production-set", PATIENCE).await?;
    assert_eq!(
        app.attribute("production-set", "data-color")
            .await?
            .as_deref(),
        Some("blue")
    );

    app.click("editor").await?;
    app.press("Control+End").await?;
    app.type_text("\nA gull cries.\n").await?;
    app.wait_for("production-pages", PATIENCE).await?;
    app.keep("production").await?;

    // A file comes in and goes out from these two menus.
    app.click("export").await?;
    app.wait_for("export-fdx", PATIENCE).await?;
    app.press("Escape").await?;
    app.click("new-document").await?;
    app.wait_for("import-file", PATIENCE).await?;
    app.close().await
}
