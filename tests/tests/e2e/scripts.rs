//! A screenplay in production: locked, revised, with its marks in the margin; in numbers.

use inkstone_tests::e2e::{E2eError, Home, PATIENCE};

use crate::steps::{begin, choose, editor_text, open, saved, set};

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
    app.click("import-file").await?;
    app.wait_for("import-files", PATIENCE).await?;
    app.keep("import").await?;
    app.press("Escape").await?;
    app.wait_gone("import-dialog", PATIENCE).await?;
    app.close().await
}

const SCENES: &str = "INT. BOOTH - DAY\n\nRain on the glass. Olle waits.\n\nMARA\nIt sticks.\n\n\
    EXT. QUAY - NIGHT\n\nOLLE\nIt always does, when it rains.\n\n\
    INT. BOOTH - DUSK\n\nMARA\nLate.\n";

#[tokio::test]
async fn a_script_is_counted_and_shows_who_is_where() -> Result<(), E2eError> {
    let app = open(&Home::new()?).await?;
    begin(&app, "screenplay").await?;
    app.click("editor").await?;
    app.type_text(SCENES).await?;
    saved(&app).await?;
    choose(&app, "view-timeline").await?;
    app.wait_for("timeline-field", PATIENCE).await?;
    app.keep("timeline").await?;
    // In the first scene one speaks and the other is named.
    choose(&app, "timeline-people").await?;
    app.click("timeline-lanes").await?;
    app.wait_text("timeline-said", PATIENCE, |text| text.contains("EXT. QUAY"))
        .await?;
    choose(&app, "view-reports").await?;
    app.wait_text("tally-summary", PATIENCE, |text| text.contains("3 scenes"))
        .await?;
    app.keep("reports").await?;
    set(&app, "theme-dark").await?;
    app.keep("reports-dark").await?;
    choose(&app, "view-timeline").await?;
    app.wait_for("timeline-field", PATIENCE).await?;
    app.keep("timeline-dark").await?;
    set(&app, "language-zh-CN").await?;
    choose(&app, "view-reports").await?;
    app.wait_text("tally-summary", PATIENCE, |text| text.contains("3 场"))
        .await?;
    app.keep("reports-zh-CN").await?;
    // A row leads into the text, by the keyboard.
    let focus = "document.querySelector('[data-testid=\"tally-table-row\"] [data-row]').focus()";
    app.client.execute(focus, Vec::new()).await?;
    app.press("ArrowDown").await?;
    app.press("Enter").await?;
    app.wait_for("editor", PATIENCE).await?;
    app.type_text("X").await?;
    app.wait_until("the caret at the second heading", PATIENCE, async || {
        Ok(editor_text(&app).await?.contains("\nXEXT. QUAY"))
    })
    .await?;
    app.close().await
}
