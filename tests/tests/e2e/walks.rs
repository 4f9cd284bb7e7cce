//! Longer walks through what lies off the first path.

use inkstone_tests::e2e::{App, E2eError, Home, Options, PATIENCE};

use crate::steps::{begin, choose, editor_text, open, saved, set, text_is};

#[tokio::test]
async fn what_was_typed_before_closing_can_be_undone_after() -> Result<(), E2eError> {
    let home = Home::new()?;
    let app = open(&home).await?;
    begin(&app, "news").await?;
    app.press("Control+2").await?;
    app.type_text("The first state.").await?;
    saved(&app).await?;
    app.press("Control+2").await?;
    app.press("Control+a").await?;
    app.type_text("Another.").await?;
    saved(&app).await?;
    app.quit().await?;
    let app = open(&home).await?;
    text_is(&app, "Another.").await?;
    app.press("Control+2").await?;
    for _ in 0..3 {
        app.press("Control+z").await?;
        tokio::time::sleep(std::time::Duration::from_millis(300)).await;
        if editor_text(&app).await?.contains("first") {
            break;
        }
    }
    text_is(&app, "The first state.").await?;
    app.press("Control+Shift+z").await?;
    app.wait_until("redone", PATIENCE, async || {
        Ok(editor_text(&app).await?.trim() != "The first state.")
    })
    .await
}

#[tokio::test]
async fn a_chinese_script_in_a_narrow_window() -> Result<(), E2eError> {
    let app = App::launch(Options {
        size: (900, 760),
        ..Options::default()
    })
    .await?;
    app.wait_for("welcome", PATIENCE).await?;
    set(&app, "language-zh-CN").await?;
    app.click("new-screenplay").await?;
    app.wait_for("editor", PATIENCE).await?;
    app.press("Control+2").await?;
    app.type_text(
        ".内景 厨房 日\n\n她找到了那封信。\n\n@玛拉\n还不行。\n\n.外景 码头 夜\n\n潮水很高。\n",
    )
    .await?;
    saved(&app).await?;
    app.keep("walk-script").await?;
    app.press("Control+3").await?;
    app.click("tab-history").await?;
    app.fill("version-name", "初稿").await?;
    app.click("version-save").await?;
    app.wait_until("the version", PATIENCE, async || {
        Ok(app.text("history-tree").await?.contains("初稿"))
    })
    .await?;
    app.click("history-row").await?;
    app.keep("walk-history").await?;
    app.click("history-branch").await?;
    app.wait_for("branch-name", PATIENCE).await?;
    app.press("Enter").await?;
    app.wait_until("the new draft", PATIENCE, async || {
        Ok(app.text("history-tree").await?.contains("第 2 稿"))
    })
    .await?;
    app.keep("walk-branched").await?;
    app.press("Escape").await?;
    for view in ["view-story", "view-timeline", "view-reports", "view-board"] {
        if app.maybe(view).await?.is_some() {
            choose(&app, view).await?;
            tokio::time::sleep(std::time::Duration::from_millis(600)).await;
            app.keep(&format!("walk-{view}")).await?;
        }
    }
    Ok(())
}

#[tokio::test]
async fn words_are_found_in_the_text_and_in_what_it_once_was() -> Result<(), E2eError> {
    let app = open(&Home::new()?).await?;
    begin(&app, "news").await?;
    app.press("Control+2").await?;
    app.type_text("The lighthouse keeper waits for the ferry. 夜里潮水很高。")
        .await?;
    saved(&app).await?;
    app.click("tab-history").await?;
    app.fill("version-name", "keeper").await?;
    app.click("version-save").await?;
    app.wait_until("the version", PATIENCE, async || {
        Ok(app.text("history-tree").await?.contains("keeper"))
    })
    .await?;
    app.press("Control+2").await?;
    app.press("Control+a").await?;
    app.type_text("Nobody waits for the ferry any more. 潮水很低。")
        .await?;
    saved(&app).await?;

    app.press("Control+Shift+f").await?;
    app.wait_until("the search to have the keyboard", PATIENCE, async || {
        Ok(app.focused().await?.as_deref() == Some("search"))
    })
    .await?;
    app.type_text("潮水").await?;
    app.wait_text("search-place-hit", PATIENCE, |text| {
        text.contains("潮水很低")
    })
    .await?;
    for key in ["ArrowDown", "ArrowDown", "Enter"] {
        app.press(key).await?;
    }
    app.wait_until("the words to be selected", PATIENCE, async || {
        let script = "return window.getSelection().toString()";
        let selected = app.client.execute(script, Vec::new()).await?;
        Ok(selected.as_str() == Some("潮水"))
    })
    .await?;

    app.fill("search", "lighthouse").await?;
    app.wait_text("search-place-hit", PATIENCE, |text| {
        text.contains("lighthouse")
    })
    .await?;
    app.click("search-narrow").await?;
    app.keep("search-history").await?;
    assert_eq!(
        app.attribute("search-place-hit", "data-in")
            .await?
            .as_deref(),
        Some("history")
    );
    app.click("search-place-hit").await?;
    app.wait_text("compared-text", PATIENCE, |text| {
        text.contains("lighthouse") && text.contains("Nobody")
    })
    .await?;
    app.keep("search-compared").await
}
