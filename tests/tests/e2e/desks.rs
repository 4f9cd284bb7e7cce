//! From brief to accepted text with the model that ships inside, on each desk.

use inkstone_tests::{
    e2e::{App, E2eError, Home, PATIENCE},
    loopback::{Loopback, Script},
};

use crate::remote::use_server;
use crate::steps::{
    accept, ads_brief, begin, editor_text, news_brief, number, open, saved, screenplay_brief,
    some_words, written,
};

/// Closes the window, opens it again, and finds this text in the editor.
async fn again(app: App, home: &Home, words: &str) -> Result<App, E2eError> {
    app.quit().await?;
    let app = open(home).await?;
    app.wait_for("editor", PATIENCE).await?;
    app.wait_until("the text of before", PATIENCE, async || {
        Ok(editor_text(&app).await?.contains(words))
    })
    .await?;
    Ok(app)
}

#[tokio::test]
async fn news_from_brief_to_text_and_back_after_closing() -> Result<(), E2eError> {
    let home = Home::new()?;
    let app = open(&home).await?;
    begin(&app, "news").await?;
    news_brief(&app).await?;
    app.click("action-draft").await?;
    let text = accept(&app).await?;
    let words = some_words(&text);
    assert!(
        editor_text(&app).await?.contains(&words),
        "{words:?} in the editor"
    );
    // An accepted suggestion is a version.
    app.click("tab-history").await?;
    app.wait_until("a version", PATIENCE, async || {
        Ok(app
            .attribute("history-item", "data-label")
            .await?
            .as_deref()
            == Some("accepted"))
    })
    .await?;

    let app = again(app, &home, &words).await?;
    assert_eq!(
        app.value("brief-topic").await?,
        "Night ferry between the islands"
    );
    assert_eq!(
        app.value("brief-facts-1").await?,
        "The ferry runs every hour from 1 March"
    );
    app.click("tab-takes").await?;
    app.wait_for("takes-item", PATIENCE).await?;
    assert_eq!(
        app.attribute("takes-item", "data-decision")
            .await?
            .as_deref(),
        Some("accepted")
    );
    Ok(())
}

#[tokio::test]
async fn ads_from_brief_to_grid() -> Result<(), E2eError> {
    let home = Home::new()?;
    let app = open(&home).await?;
    begin(&app, "ads").await?;
    ads_brief(&app).await?;
    number(&app, "brief-variants", 2).await?;
    app.click("action-draft").await?;
    let text = accept(&app).await?;
    assert!(text.contains("Headline"), "{text}");
    app.wait_for("ad-grid", PATIENCE).await?;
    app.wait_for("ad-grid-item", PATIENCE).await?;
    app.click("tab-checks").await?;
    app.wait_until("checks", PATIENCE, async || {
        Ok(app.maybe("check-item").await?.is_some() || app.maybe("checks-none").await?.is_some())
    })
    .await?;
    for item in app.find_all("check-item").await? {
        let rule = item.attr("data-rule").await?.unwrap_or_default();
        assert!(rule.starts_with("ads."), "{rule}");
    }
    again(app, &home, "Headline").await?;
    Ok(())
}

#[tokio::test]
async fn a_screenplay_from_logline_over_beats_and_outline_to_a_scene() -> Result<(), E2eError> {
    let home = Home::new()?;
    let app = open(&home).await?;
    begin(&app, "screenplay").await?;
    screenplay_brief(&app).await?;
    number(&app, "brief-scenes", 2).await?;
    app.click("action-beats").await?;
    accept(&app).await?;
    app.click("action-outline").await?;
    accept(&app).await?;
    let outline = editor_text(&app).await?;
    assert!(
        outline
            .lines()
            .any(|line| line.starts_with("INT") || line.starts_with("EXT")),
        "no scene heading in {outline}"
    );
    app.click("action-scene").await?;
    let scene = accept(&app).await?;
    let text = editor_text(&app).await?;
    assert!(
        text.len() > outline.len() && text.contains(&some_words(&scene)),
        "{text}"
    );
    Ok(())
}

#[tokio::test]
async fn a_selection_is_rewritten_only_when_that_is_accepted() -> Result<(), E2eError> {
    const SENTENCE: &str = "The ferry was late again. Nobody was surprised.";
    // A small model may find nothing to change; this one always does.
    let server = Loopback::start(Script::desks())?;
    let app = open(&Home::new()?).await?;
    begin(&app, "news").await?;
    use_server(&app, &server, "").await?;
    news_brief(&app).await?;
    app.press("Control+2").await?;
    app.type_text(SENTENCE).await?;
    saved(&app).await?;
    app.press("Control+a").await?;
    app.click("action-shorten").await?;
    written(&app).await?;
    assert!(
        editor_text(&app).await?.contains(SENTENCE),
        "the text still stands"
    );
    app.click("take-discard").await?;
    app.wait_gone("suggestion-1", PATIENCE).await?;
    assert!(editor_text(&app).await?.contains(SENTENCE));

    app.press("Control+2").await?;
    app.press("Control+a").await?;
    app.click("action-rewrite").await?;
    written(&app).await?;
    // As a text, without what goes.
    app.click("take-by-change").await?;
    let text = accept(&app).await?;
    let now = editor_text(&app).await?;
    assert!(now.contains(&some_words(&text)), "{now}");
    // One step of undo brings it all back.
    app.press("Control+2").await?;
    app.press("Control+z").await?;
    app.wait_until("the text of before", PATIENCE, async || {
        Ok(editor_text(&app).await?.trim() == SENTENCE)
    })
    .await?;
    saved(&app).await
}
