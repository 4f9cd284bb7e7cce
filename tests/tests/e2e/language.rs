//! Both languages, switched while running.

use inkstone_tests::e2e::{E2eError, Home, PATIENCE};

use crate::steps::{accept, begin, choose, editor_text, number, open, set};

fn has_han(text: &str) -> bool {
    text.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c))
}

#[tokio::test]
async fn the_language_changes_at_once_and_stays() -> Result<(), E2eError> {
    let home = Home::new()?;
    let app = open(&home).await?;
    begin(&app, "news").await?;
    app.click("open-settings").await?;
    choose(&app, "language-zh-CN").await?;
    app.wait_text("settings", PATIENCE, has_han).await?;
    app.press("Escape").await?;
    app.wait_gone("settings", PATIENCE).await?;
    let labels = app.text("desk").await?;
    assert!(has_han(&labels), "{labels}");
    let english = ["Brief", "Takes", "Draft", "Facts", "Saved"];
    let page = app.page_text().await?;
    for word in english {
        assert!(!page.contains(word), "{word} in {page}");
    }
    app.quit().await?;
    let app = open(&home).await?;
    app.wait_text("desk", PATIENCE, has_han).await?;
    app.click("open-settings").await?;
    choose(&app, "language-en").await?;
    app.wait_text("settings", PATIENCE, |text| text.contains("Language"))
        .await?;
    Ok(())
}

#[tokio::test]
async fn a_chinese_brief_gives_a_chinese_text() -> Result<(), E2eError> {
    let app = open(&Home::new()?).await?;
    set(&app, "language-zh-CN").await?;
    begin(&app, "news").await?;
    app.fill("brief-topic", "海岛之间开通夜间渡轮").await?;
    app.fill("brief-facts-1", "渡轮自3月1日起每小时一班")
        .await?;
    app.fill("brief-sources-1", "港务局局长韦晴").await?;
    number(&app, "brief-words", 120).await?;
    app.click("action-draft").await?;
    let text = accept(&app).await?;
    let han = text
        .chars()
        .filter(|c| ('\u{4e00}'..='\u{9fff}').contains(c))
        .count();
    assert!(han * 2 > text.chars().count(), "{text}");
    assert!(has_han(&editor_text(&app).await?));
    Ok(())
}
