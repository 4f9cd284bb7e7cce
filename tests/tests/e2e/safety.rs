//! Killed at the worst moment, and everything is there.

use std::time::Duration;

use inkstone_tests::{
    e2e::{E2eError, Home, PATIENCE},
    loopback::{Answer, Loopback, Script},
};

use crate::{
    remote::use_server,
    steps::{WRITING, begin, editor_text, news_brief, open, saved},
};

#[tokio::test]
async fn killed_while_a_model_writes_and_the_partial_text_is_there() -> Result<(), E2eError> {
    let long = "The tide table hangs beside the door. ".repeat(400);
    let slow = Answer::slow_text(&long, Duration::from_millis(30));
    let server = Loopback::start(Script::always(slow))?;
    let home = Home::new()?;
    let app = open(&home).await?;
    begin(&app, "news").await?;
    use_server(&app, &server, "").await?;
    news_brief(&app).await?;
    app.press("Control+2").await?;
    app.type_text("Typed before the crash.").await?;
    saved(&app).await?;
    app.click("action-continue").await?;
    let seen = app
        .wait_text("take-1", WRITING, |text| {
            text.matches("tide table").count() >= 2
        })
        .await?;
    // What was streamed more than a second ago is on the disk.
    tokio::time::sleep(Duration::from_millis(1100)).await;
    app.kill_app().await?;

    let app = open(&home).await?;
    app.wait_until("the typed text", PATIENCE, async || {
        Ok(editor_text(&app).await?.contains("Typed before the crash."))
    })
    .await?;
    app.wait_for("suggestion-1", PATIENCE).await?;
    assert_eq!(
        app.attribute("suggestion-1", "data-status")
            .await?
            .as_deref(),
        Some("interrupted")
    );
    let kept = app.text("take-1").await?;
    assert!(
        kept.starts_with(seen.trim_end()),
        "kept {kept:?}, seen {seen:?}"
    );
    app.click("take-accept").await?;
    app.wait_gone("suggestion-1", PATIENCE).await?;
    assert!(editor_text(&app).await?.contains("The tide table hangs"));
    Ok(())
}

#[tokio::test]
async fn killed_a_second_after_the_last_key_and_every_word_is_there() -> Result<(), E2eError> {
    let home = Home::new()?;
    let app = open(&home).await?;
    begin(&app, "news").await?;
    app.press("Control+2").await?;
    app.type_text("One line after the other, 一行接一行。")
        .await?;
    tokio::time::sleep(Duration::from_millis(1100)).await;
    app.kill_app().await?;
    let app = open(&home).await?;
    app.wait_until("the typed text", PATIENCE, async || {
        Ok(editor_text(&app)
            .await?
            .contains("One line after the other, 一行接一行。"))
    })
    .await
}

#[tokio::test]
async fn an_older_state_is_compared_and_restored() -> Result<(), E2eError> {
    let app = open(&Home::new()?).await?;
    begin(&app, "news").await?;
    app.press("Control+2").await?;
    app.type_text("The first state.").await?;
    saved(&app).await?;
    app.click("tab-history").await?;
    app.fill("version-name", "before").await?;
    app.click("version-save").await?;
    app.wait_until("the version", PATIENCE, async || {
        Ok(app
            .attribute("history-item", "data-label")
            .await?
            .as_deref()
            == Some("named"))
    })
    .await?;
    app.press("Control+2").await?;
    app.press("Control+a").await?;
    app.type_text("Something else.").await?;
    saved(&app).await?;
    app.click("history-row").await?;
    app.click("history-compare").await?;
    app.wait_text("compared-text", PATIENCE, |text| {
        text.contains("first") && text.contains("else")
    })
    .await?;
    app.click("compared-restore").await?;
    if app.maybe("restore-confirm").await?.is_some() {
        app.click("restore-confirm").await?;
    }
    app.wait_until("the first state", PATIENCE, async || {
        Ok(editor_text(&app).await?.trim() == "The first state.")
    })
    .await
}
