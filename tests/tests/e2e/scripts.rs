//! A screenplay in production: locked, revised, with its marks in the margin; in numbers.

use inkstone_tests::e2e::{App, E2eError, Home, PATIENCE};

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

/// Opens the comparison of the named version with the text, scene by scene.
async fn compared(app: &App) -> Result<(), E2eError> {
    app.click("tab-history").await?;
    app.wait_for("history-row", PATIENCE).await?;
    app.wait_until("the named version", PATIENCE, async || {
        Ok(app.text("history-tree").await?.contains("First"))
    })
    .await?;
    // A row that is open would be closed by a click.
    if app.maybe("history-compare").await?.is_none() {
        for row in app.find_all("history-row").await? {
            if row.text().await?.contains("First") {
                row.click().await?;
                break;
            }
        }
    }
    app.click("history-compare").await?;
    app.wait_for("compared", PATIENCE).await?;
    choose(app, "compare-scenes").await?;
    app.wait_for("compare-scene", PATIENCE).await?;
    Ok(())
}

#[tokio::test]
async fn two_states_of_a_script_are_compared_by_scene() -> Result<(), E2eError> {
    let app = open(&Home::new()?).await?;
    begin(&app, "screenplay").await?;
    app.press("Control+2").await?;
    app.type_text(SCENES).await?;
    saved(&app).await?;
    app.click("tab-history").await?;
    app.fill("version-name", "First").await?;
    app.click("version-save").await?;
    // The last scene first, one that is changed, one that is new.
    app.press("Control+2").await?;
    app.press("Control+a").await?;
    app.type_text(
        "INT. BOOTH - DUSK\n\nMARA\nLate.\n\nINT. BOOTH - DAY\n\nRain on the glass. Olle waits.\n\n\
         MARA\nIt sticks again, the door.\n\nEXT. QUAY - NIGHT\n\nOLLE\nIt always does, when it \
         rains.\n\nEXT. PIER - DAWN\n\nA gull.\n",
    )
    .await?;
    saved(&app).await?;
    compared(&app).await?;
    app.wait_text("compare-scene-counts", PATIENCE, |text| text.contains('1'))
        .await?;
    app.keep("compare-scenes").await?;
    let mut found = Vec::new();
    for scene in app.find_all("compare-scene").await? {
        found.push(scene.attr("data-state").await?.unwrap_or_default());
    }
    assert_eq!(found, ["moved", "changed", "added"]);
    app.press("Escape").await?;
    app.wait_gone("compared", PATIENCE).await?;
    set(&app, "theme-dark").await?;
    set(&app, "language-zh-CN").await?;
    app.client.set_window_rect(0, 0, 900, 700).await?;
    compared(&app).await?;
    app.keep("compare-scenes-narrow-dark-zh-CN").await?;
    app.press("Escape").await?;
    app.wait_gone("compared", PATIENCE).await?;
    // What no font has (here a sign that nobody has assigned) is told before it is printed.
    app.press("Control+2").await?;
    app.press("Control+End").await?;
    app.type_text("\nЖук \u{2fe5}\n").await?;
    saved(&app).await?;
    app.client.set_window_rect(0, 0, 1280, 800).await?;
    app.click("status-pages").await?;
    app.wait_text("pages-missing", PATIENCE, |text| text.contains("U+2FE5"))
        .await?;
    app.keep("pages-missing-dark-zh-CN").await?;
    app.press("Escape").await?;
    set(&app, "language-en").await?;
    set(&app, "theme-light").await?;
    app.client.set_window_rect(0, 0, 900, 700).await?;
    app.click("status-pages").await?;
    app.wait_text("pages-missing", PATIENCE, |text| text.contains("U+2FE5"))
        .await?;
    app.keep("pages-missing-narrow").await?;
    app.close().await
}
