//! From the first view to a saved text without a mouse.

use inkstone_tests::e2e::{App, E2eError, Home, PATIENCE};

use crate::steps::{editor_text, open, saved, some_words, written};

/// Presses Tab until something has the keyboard.
async fn tab_to(app: &App, testid: &str) -> Result<(), E2eError> {
    for _ in 0..60 {
        if app.focused().await?.as_deref() == Some(testid) {
            return Ok(());
        }
        app.press("Tab").await?;
    }
    panic!("Tab does not lead to {testid}: {}", app.page_text().await?);
}

#[tokio::test]
async fn a_first_draft_by_keyboard_alone() -> Result<(), E2eError> {
    let home = Home::new()?;
    let app = open(&home).await?;
    app.wait_for("new-news", PATIENCE).await?;
    tab_to(&app, "new-news").await?;
    app.press("Enter").await?;
    app.wait_for("editor", PATIENCE).await?;
    app.press("Control+3").await?;
    tab_to(&app, "brief-topic").await?;
    app.type_text("Night ferry between the islands").await?;
    tab_to(&app, "brief-facts-1").await?;
    app.type_text("The ferry runs every hour").await?;
    app.press("Control+Enter").await?;
    assert!(matches!(
        written(&app).await?.as_str(),
        "done" | "incomplete"
    ));
    let words = some_words(&app.text("take-1").await?);
    app.press("Control+Shift+Enter").await?;
    app.wait_gone("suggestion-1", PATIENCE).await?;
    assert!(editor_text(&app).await?.contains(&words));
    app.press("Control+2").await?;
    assert_eq!(app.focused().await?.as_deref(), Some("editor"));
    app.press("Control+End").await?;
    app.type_text(" And a word of mine.").await?;
    saved(&app).await?;
    app.press("Control+s").await?;
    app.press("Control+k").await?;
    app.wait_until("the search to have the keyboard", PATIENCE, async || {
        Ok(app.focused().await?.as_deref() == Some("search"))
    })
    .await?;
    app.type_text("word of mine").await?;
    app.wait_for("search-hit", PATIENCE).await?;
    Ok(())
}
