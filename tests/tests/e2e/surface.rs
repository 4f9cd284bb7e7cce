//! The writing surface: a suggestion change by change, words ahead of the caret, slips in the text.

use std::time::Duration;

use fantoccini::Locator;
use inkstone_tests::{
    e2e::{App, E2eError, Home, PATIENCE},
    loopback::{Answer, Loopback, Script},
};

use crate::{
    remote::use_server,
    steps::{WRITING, begin, editor_text, news_brief, open, saved, set, written},
};

const OLD: &str = "The gates shut at nine. Nobody saw it.";

#[tokio::test]
async fn a_suggestion_is_taken_change_by_change_with_the_keyboard() -> Result<(), E2eError> {
    let server = Loopback::start(Script::new(|_| {
        Answer::text("The gates closed at nine. Nobody noticed it.")
    }))?;
    let app = open(&Home::new()?).await?;
    begin(&app, "news").await?;
    use_server(&app, &server, "").await?;
    news_brief(&app).await?;
    app.press("Control+2").await?;
    app.type_text(OLD).await?;
    saved(&app).await?;
    app.press("Control+a").await?;
    app.click("action-rewrite").await?;
    assert_eq!(written(&app).await?, "done");
    app.wait_until("two changes", PATIENCE, async || {
        Ok(app.find_all("change").await?.len() == 2)
    })
    .await?;
    app.keep("changes").await?;

    app.press("Control+2").await?;
    app.press("Alt+Enter").await?;
    app.wait_until("the first change in the text", PATIENCE, async || {
        Ok(editor_text(&app)
            .await?
            .contains("The gates closed at nine. Nobody saw it."))
    })
    .await?;
    app.wait_until("one change", PATIENCE, async || {
        Ok(app.find_all("change").await?.len() == 1)
    })
    .await?;
    set(&app, "theme-dark").await?;
    set(&app, "language-zh-CN").await?;
    app.client.set_window_rect(0, 0, 900, 700).await?;
    app.keep("changes-dark-zh-narrow").await?;
    app.click("take-retry").await?;
    app.wait_for("again", PATIENCE).await?;
    app.keep("again-dark-zh-narrow").await?;
    app.press("Escape").await?;
    app.press("Control+2").await?;
    app.press("Alt+Delete").await?;
    app.wait_gone("suggestion-1", PATIENCE).await?;
    assert_eq!(
        editor_text(&app).await?.trim(),
        "The gates closed at nine. Nobody saw it."
    );
    saved(&app).await?;
    // One step of undo for the word that was taken.
    app.press("Control+z").await?;
    app.wait_until("the text of before", PATIENCE, async || {
        Ok(editor_text(&app).await?.trim() == OLD)
    })
    .await
}

/// The grey words, or nothing.
async fn grey(app: &App) -> Result<Option<String>, E2eError> {
    let found = app.client.find_all(Locator::Css(".ink-ahead")).await?;
    match found.first() {
        Some(words) => Ok(Some(words.text().await?)),
        None => Ok(None),
    }
}

#[tokio::test]
async fn grey_words_are_text_when_tab_takes_them() -> Result<(), E2eError> {
    const BEGUN: &str = "The night ferry runs";
    let app = open(&Home::new()?).await?;
    begin(&app, "news").await?;
    news_brief(&app).await?;
    app.press("Control+2").await?;
    app.type_text(BEGUN).await?;
    saved(&app).await?;
    // A small model has nothing to say at times; it is asked again.
    app.wait_until("grey words", WRITING, async || {
        app.press("Alt+\\").await?;
        tokio::time::sleep(Duration::from_secs(2)).await;
        Ok(grey(&app).await?.is_some())
    })
    .await?;
    app.keep("ahead").await?;
    app.type_text(" on").await?;
    assert_eq!(grey(&app).await?, None, "the next key drops them");
    assert!(editor_text(&app).await?.trim().ends_with("runs on"));
    app.wait_until("grey words again", WRITING, async || {
        app.press("Alt+\\").await?;
        tokio::time::sleep(Duration::from_secs(2)).await;
        Ok(grey(&app).await?.is_some())
    })
    .await?;
    app.press("Tab").await?;
    app.wait_until("more text", PATIENCE, async || {
        let now = editor_text(&app).await?;
        Ok(now.trim().len() > BEGUN.len() + 4 && grey(&app).await?.is_none())
    })
    .await?;
    saved(&app).await?;

    // In a second view of the text, too.
    app.press("Control+Alt+\\").await?;
    app.wait_for("beside", PATIENCE).await?;
    app.wait_until("the keyboard in the second text", PATIENCE, async || {
        let there = "return document.activeElement.closest('.beside') !== null";
        Ok(app.client.execute(there, Vec::new()).await? == true)
    })
    .await?;
    app.press("Control+End").await?;
    app.press("Enter").await?;
    app.press("Enter").await?;
    app.type_text(BEGUN).await?;
    app.wait_until("grey words in the second text", WRITING, async || {
        app.press("Alt+\\").await?;
        tokio::time::sleep(Duration::from_secs(2)).await;
        Ok(grey(&app).await?.is_some())
    })
    .await?;
    app.keep("ahead-beside").await?;
    let words = grey(&app).await?.unwrap_or_default();
    app.press("Tab").await?;
    let first = async || {
        let script = "return [...document.querySelectorAll('.cm-content')]
            .map((text) => [...text.querySelectorAll('.cm-line')].at(-1).textContent)";
        app.client.execute(script, Vec::new()).await
    };
    app.wait_until("the words in both", PATIENCE, async || {
        let last = format!("{BEGUN}{words}");
        Ok(first().await? == serde_json::json!([last, last]))
    })
    .await?;
    saved(&app).await
}
