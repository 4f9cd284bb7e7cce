//! Drafts beside one another: branching, comparing, merging; where the words came from; the bin.

use inkstone_tests::e2e::{App, E2eError, Home, PATIENCE};

use crate::steps::{accept, begin, editor_text, news_brief, open, saved, set};

async fn write(app: &App, text: &str) -> Result<(), E2eError> {
    app.press("Control+2").await?;
    app.press("Control+a").await?;
    app.type_text(text).await?;
    saved(app).await
}

async fn text_is(app: &App, wanted: &str) -> Result<(), E2eError> {
    app.wait_until(wanted, PATIENCE, async || {
        Ok(editor_text(app).await?.trim() == wanted)
    })
    .await
}

/// Chooses from the menu of the document: with the keyboard, for it shows under the pointer only.
async fn from_menu(app: &App, item: &str) -> Result<(), E2eError> {
    app.click("document-item").await?;
    app.press("Tab").await?;
    app.press("Enter").await?;
    app.click(item).await
}

/// Opens the `n`th draft of the list, from 0.
async fn draft(app: &App, n: usize) -> Result<(), E2eError> {
    app.wait_until("two drafts", PATIENCE, async || {
        Ok(app.find_all("draft-item").await?.len() == 2)
    })
    .await?;
    let drafts = app.find_all("draft-item").await?;
    Ok(drafts[n].click().await?)
}

#[tokio::test]
async fn a_draft_is_branched_and_merged_back_with_a_choice() -> Result<(), E2eError> {
    let app = open(&Home::new()?).await?;
    begin(&app, "news").await?;
    write(
        &app,
        "The ferry runs again.\n\nThe office said so on Monday.\n\nNobody was surprised.",
    )
    .await?;
    from_menu(&app, "branch").await?;
    app.wait_for("branch-name", PATIENCE).await?;
    app.press("Enter").await?;
    app.wait_until("the new draft", PATIENCE, async || {
        Ok(app.find_all("draft-item").await?.len() == 2)
    })
    .await?;
    write(
        &app,
        "The ferry runs again.\n\nThe harbour office said so on Friday.\n\nNobody was surprised.",
    )
    .await?;
    app.click("tab-history").await?;
    app.fill("version-name", "Friday").await?;
    app.click("version-save").await?;
    app.keep("history-branched").await?;

    draft(&app, 0).await?;
    text_is(
        &app,
        "The ferry runs again.\n\nThe office said so on Monday.\n\nNobody was surprised.",
    )
    .await?;
    write(
        &app,
        "The night ferry runs again.\n\nThe office said so on Tuesday.\n\nNobody was surprised.",
    )
    .await?;
    app.click("tab-history").await?;
    // The newest row is of the other draft.
    app.wait_until("the named version", PATIENCE, async || {
        Ok(app.text("history-tree").await?.contains("Friday"))
    })
    .await?;
    for row in app.find_all("history-row").await? {
        if row.text().await?.contains("Friday") {
            row.click().await?;
            break;
        }
    }
    app.click("history-compare").await?;
    app.wait_for("compared", PATIENCE).await?;
    app.keep("compare-drafts").await?;
    app.press("Escape").await?;
    app.wait_gone("compared", PATIENCE).await?;
    // The menu of the other draft.
    app.find_all("draft-item").await?[0].click().await?;
    for key in ["ArrowDown", "Tab", "Enter"] {
        app.press(key).await?;
    }
    app.click("merge-into").await?;
    app.wait_for("merge-conflict", PATIENCE).await?;
    app.keep("merge-conflict").await?;
    app.press("2").await?;
    app.click("merge-run").await?;
    app.wait_gone("merge", PATIENCE).await?;
    text_is(
        &app,
        "The night ferry runs again.\n\nThe harbour office said so on Friday.\n\nNobody was surprised.",
    )
    .await?;
    app.wait_until("the merge in the history", PATIENCE, async || {
        Ok(app.text("history-tree").await?.contains("Merged"))
    })
    .await?;
    app.keep("history-merged").await
}

#[tokio::test]
async fn the_bin_gives_back_and_lets_go_for_good() -> Result<(), E2eError> {
    let app = open(&Home::new()?).await?;
    begin(&app, "news").await?;
    write(&app, "Kept for later.").await?;
    from_menu(&app, "delete").await?;
    app.click("open-bin").await?;
    app.wait_for("bin-item", PATIENCE).await?;
    app.keep("bin").await?;
    app.click("put-back").await?;
    app.wait_gone("bin-item", PATIENCE).await?;
    app.click("bin-back").await?;
    app.click("document-item").await?;
    text_is(&app, "Kept for later.").await?;
    from_menu(&app, "delete").await?;
    app.click("open-bin").await?;
    app.click("empty-bin").await?;
    app.click("empty-bin-confirm").await?;
    app.wait_gone("bin-item", PATIENCE).await
}

#[tokio::test]
async fn what_a_model_wrote_is_tinted_and_says_where_it_came_from() -> Result<(), E2eError> {
    let app = open(&Home::new()?).await?;
    begin(&app, "news").await?;
    news_brief(&app).await?;
    app.click("action-draft").await?;
    accept(&app).await?;
    app.press("Control+2").await?;
    app.press("Control+Home").await?;
    app.type_text("Typed by hand, ").await?;
    saved(&app).await?;
    app.click("origins").await?;
    app.wait_for("origins-share", PATIENCE).await?;
    app.keep("origins").await?;
    app.click("origins-tint").await?;
    app.press("Escape").await?;
    app.wait_until("a tint", PATIENCE, async || {
        let script = "return document.querySelectorAll('.cm-content .ink-from').length";
        let count = app.client.execute(script, Vec::new()).await?;
        Ok(count.as_u64().unwrap_or_default() > 0)
    })
    .await?;
    app.keep("origins-tinted").await?;
    set(&app, "theme-dark").await?;
    app.keep("origins-tinted-dark").await
}
