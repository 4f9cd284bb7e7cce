//! The pictures of the README, from the real window. Without `INKSTONE_SCREENSHOTS` these tests
//! only walk through the views, in both languages and both lights.

use inkstone_tests::e2e::{App, E2eError, Home, Options, PATIENCE};

use crate::steps::{
    accept, ads_brief, begin, news_brief, number, open, saved, screenplay_brief, set, written,
};

#[tokio::test]
async fn screenshot_of_a_suggestion_in_an_article() -> Result<(), E2eError> {
    let app = open(&Home::new()?).await?;
    app.wait_for("welcome", PATIENCE).await?;
    app.keep("welcome").await?;
    begin(&app, "news").await?;
    news_brief(&app).await?;
    app.click("action-draft").await?;
    written(&app).await?;
    app.keep("news-suggestion").await?;
    app.click("take-accept").await?;
    app.wait_gone("suggestion-1", PATIENCE).await?;
    saved(&app).await?;
    set(&app, "theme-dark").await?;
    app.keep("news-dark").await
}

#[tokio::test]
async fn screenshot_of_ads_in_chinese() -> Result<(), E2eError> {
    let app = open(&Home::new()?).await?;
    set(&app, "language-zh-CN").await?;
    begin(&app, "ads").await?;
    app.fill("brief-product", "壶鸟旅行电水壶").await?;
    app.fill("brief-selling_points-1", "一分钟烧开").await?;
    app.fill("brief-call_to_action", "立即购买").await?;
    number(&app, "brief-variants", 2).await?;
    app.click("action-draft").await?;
    accept(&app).await?;
    app.wait_for("ad-grid", PATIENCE).await?;
    app.keep("ads-zh-CN").await
}

#[tokio::test]
async fn screenshot_of_a_screenplay_in_a_narrow_window() -> Result<(), E2eError> {
    let app = App::launch(Options {
        size: (760, 900),
        ..Options::default()
    })
    .await?;
    app.wait_for("welcome", PATIENCE).await?;
    app.click("new-screenplay").await?;
    app.wait_for("editor", PATIENCE).await?;
    app.click("toggle-desk").await?;
    screenplay_brief(&app).await?;
    app.click("action-draft").await?;
    app.press("Escape").await?;
    written(&app).await?;
    app.keep("screenplay-narrow").await?;
    Ok(())
}

#[tokio::test]
async fn screenshot_of_the_shelf() -> Result<(), E2eError> {
    let app = open(&Home::new()?).await?;
    begin(&app, "ads").await?;
    ads_brief(&app).await?;
    app.click("status-model").await?;
    app.wait_for("shelf", PATIENCE).await?;
    app.keep("models").await
}
