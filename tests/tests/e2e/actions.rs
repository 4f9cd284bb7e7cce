//! The actions of the desk: prompts seen before they are sent, actions that people write, headlines.

use inkstone_tests::{
    e2e::{App, E2eError, Home, PATIENCE},
    loopback::{Answer, Loopback, Recorded, Script},
};

use crate::{
    remote::use_server,
    steps::{WRITING, begin, editor_text, news_brief, open, saved, set, written},
};

const TEXT: &str = "The ferry runs again. It leaves at nine.";

fn answer(request: &Recorded) -> Answer {
    let text = request.text();
    Answer::text(if text.contains("one headline for the article") {
        "Night ferry sails again"
    } else if text.contains("MAKE A LIST") {
        "- The ferry runs again\n- It leaves at nine"
    } else {
        "At nine the ferry leaves again."
    })
}

/// Puts a text of several lines in place of what a field has, as a paste does.
async fn put(app: &App, testid: &str, text: &str) -> Result<(), E2eError> {
    let field = serde_json::to_value(app.find(testid).await?).unwrap_or_default();
    let script = "arguments[0].focus(); arguments[0].value = arguments[1]; \
                  arguments[0].dispatchEvent(new Event('input', { bubbles: true }));";
    app.client.execute(script, vec![field, text.into()]).await?;
    Ok(())
}

async fn article(server: &Loopback) -> Result<App, E2eError> {
    let app = open(&Home::new()?).await?;
    begin(&app, "news").await?;
    use_server(&app, server, "").await?;
    news_brief(&app).await?;
    app.click("editor").await?;
    app.type_text(TEXT).await?;
    saved(&app).await?;
    app.press("Control+a").await?;
    Ok(app)
}

#[tokio::test]
async fn a_prompt_is_seen_changed_and_sent_as_it_was_left() -> Result<(), E2eError> {
    let server = Loopback::start(Script::new(|request: &Recorded| answer(request)))?;
    let app = article(&server).await?;
    // By the keyboard alone: the next action shows its prompt.
    app.press("Alt+Shift+v").await?;
    app.press("Alt+Shift+r").await?;
    app.wait_for("prompt-dialog", PATIENCE).await?;
    assert!(server.requests().is_empty(), "nothing has left");
    let mut parts = Vec::new();
    for part in app.find_all("prompt-part").await? {
        parts.push(part.attr("data-of").await?.unwrap_or_default());
    }
    for wanted in ["instructions", "brief", "selection", "request"] {
        assert!(
            parts.iter().any(|part| part == wanted),
            "{wanted}: {parts:?}"
        );
    }
    app.wait_text("prompt-tokens", PATIENCE, |text| {
        text.chars().any(|c| c.is_ascii_digit())
    })
    .await?;
    app.keep("prompt").await?;
    let fields = app.find_all("prompt-message").await?;
    fields[1].click().await?;
    app.press("Control+a").await?;
    app.type_text("Say in other words that it leaves.").await?;
    app.wait_for("prompt-back", PATIENCE).await?;
    app.keep("prompt-changed").await?;
    app.press("Control+Enter").await?;
    written(&app).await?;
    let sent = server.requests();
    assert_eq!(sent.len(), 1);
    assert!(
        sent[0]
            .text()
            .contains("Say in other words that it leaves.")
    );
    assert!(
        !sent[0].text().contains("Topic: Night ferry"),
        "what was taken out stays out"
    );
    // Once more, with a wish: the changed prompt goes again.
    app.click("take-retry").await?;
    app.fill("again-wish", "no verbs").await?;
    app.click("again-go").await?;
    app.wait_until("the second request", WRITING, async || {
        Ok(server.requests().len() == 2)
    })
    .await?;
    written(&app).await?;
    let again = server.requests()[1].text();
    assert!(again.contains("Say in other words that it leaves.") && again.contains("no verbs"));
    // The next is sent at once.
    app.click("take-discard").await?;
    app.wait_gone("suggestion-1", PATIENCE).await?;
    app.click("editor").await?;
    app.press("Control+a").await?;
    app.press("Alt+Shift+a").await?;
    app.wait_for("actions-menu", PATIENCE).await?;
    app.keep("actions-menu").await?;
    app.press("Escape").await?;
    app.wait_gone("actions-menu", PATIENCE).await?;
    set(&app, "language-zh-CN").await?;
    set(&app, "theme-dark").await?;
    app.click("editor").await?;
    app.press("Control+a").await?;
    app.click("see-prompt-first").await?;
    app.click("action-shorten").await?;
    app.wait_for("prompt-dialog", PATIENCE).await?;
    app.keep("prompt-zh-dark").await
}

#[tokio::test]
async fn an_action_of_ones_own_is_made_mended_and_used() -> Result<(), E2eError> {
    let server = Loopback::start(Script::new(|request: &Recorded| answer(request)))?;
    let app = article(&server).await?;
    app.click("edit-actions").await?;
    app.click("action-new").await?;
    app.click("action-make").await?;
    app.wait_for("action-right", PATIENCE).await?;
    let least = app.value("action-source").await?;
    // A slip: said with its line, kept all the same.
    put(
        &app,
        "action-source",
        &least.replace("shared/around.en", "shared/arround.en"),
    )
    .await?;
    app.wait_text("action-problem", PATIENCE, |text| text.contains("Line "))
        .await?;
    app.keep("action-problem").await?;
    app.click("action-save").await?;
    app.click("action-back").await?;
    app.wait_for("action-item", PATIENCE).await?;
    app.click("action-edit").await?;
    assert!(app.value("action-source").await?.contains("arround"));
    let job = "Your job now: say what is to be done with the selection.";
    assert!(least.contains(job));
    let mended = least
        .replace(job, "MAKE A LIST of the selection.")
        .replace("name: My action", "name: As a list\nname.zh-CN: 改成清单");
    put(&app, "action-source", &mended).await?;
    app.wait_for("action-right", PATIENCE).await?;
    app.click("action-save").await?;
    app.click("action-back").await?;
    app.wait_text("action-item", PATIENCE, |text| text.contains("As a list"))
        .await?;
    app.keep("actions-page").await?;
    app.press("Escape").await?;
    app.wait_gone("settings", PATIENCE).await?;
    // From the palette, by the keyboard.
    app.click("editor").await?;
    app.press("Control+a").await?;
    app.press("Control+Shift+p").await?;
    app.type_text("as a list").await?;
    app.wait_text("palette-item", PATIENCE, |text| text.contains("As a list"))
        .await?;
    app.press("Enter").await?;
    written(&app).await?;
    let card = app.text("suggestion-1").await?;
    assert!(card.contains("As a list"), "{card}");
    app.keep("action-taken").await?;
    app.click("take-accept").await?;
    app.wait_gone("suggestion-1", PATIENCE).await?;
    assert_eq!(
        editor_text(&app).await?.trim(),
        "- The ferry runs again\n- It leaves at nine"
    );
    // Headlines to choose from; the one that is taken is the heading and the title.
    app.click("action-headline").await?;
    written(&app).await?;
    app.wait_until("five", WRITING, async || Ok(server.requests().len() == 6))
        .await?;
    written(&app).await?;
    app.keep("headlines").await?;
    app.click("take-accept").await?;
    app.wait_gone("suggestion-1", PATIENCE).await?;
    assert!(
        editor_text(&app)
            .await?
            .starts_with("# Night ferry sails again\n")
    );
    set(&app, "language-zh-CN").await?;
    set(&app, "theme-dark").await?;
    app.keep("actions-desk-zh-dark").await?;
    app.click("edit-actions").await?;
    app.click("action-edit").await?;
    app.wait_for("action-right", PATIENCE).await?;
    app.keep("action-file-zh-dark").await
}
