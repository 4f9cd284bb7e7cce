//! The same over the network door, against a server on this machine.

use std::time::Duration;

use inkstone_tests::{
    e2e::{App, E2eError, Home, PATIENCE},
    loopback::{Answer, Loopback, Script},
};

use crate::steps::{
    WRITING, accept, ads_brief, begin, choose, editor_text, news_brief, number, open,
    screenplay_brief, some_words, written,
};

/// Adds a server's model and chooses it, as a person does in the status line.
pub async fn use_server(app: &App, server: &Loopback, key: &str) -> Result<(), E2eError> {
    app.click("status-model").await?;
    app.click("add-server").await?;
    app.fill("server-url", &server.base_url()).await?;
    if !key.is_empty() {
        app.fill("server-key", key).await?;
    }
    app.fill("server-model", "loopback-1").await?;
    app.click("server-add").await?;
    // The project is local only so far: the studio asks.
    app.click("allow").await?;
    app.wait_until("the server to be chosen", PATIENCE, async || {
        Ok(app
            .attribute("status-model", "data-where")
            .await?
            .as_deref()
            == Some("remote"))
    })
    .await
}

#[tokio::test]
async fn a_server_writes_for_each_desk_and_the_ledger_knows() -> Result<(), E2eError> {
    let server = Loopback::start(Script::desks())?;
    let home = Home::new()?;
    let app = open(&home).await?;
    begin(&app, "news").await?;
    assert_eq!(
        server.requests().len(),
        0,
        "nothing leaves before it was allowed"
    );
    use_server(&app, &server, "").await?;
    news_brief(&app).await?;
    app.click("action-draft").await?;
    let text = accept(&app).await?;
    assert!(
        text.contains("Harbour ferry runs through the night"),
        "{text}"
    );
    assert!(editor_text(&app).await?.contains(&some_words(&text)));

    app.press("Control+n").await?;
    begin(&app, "ads").await?;
    ads_brief(&app).await?;
    number(&app, "brief-variants", 1).await?;
    app.click("action-draft").await?;
    let text = accept(&app).await?;
    assert!(text.contains("Tea on any train"), "{text}");

    app.press("Control+n").await?;
    begin(&app, "screenplay").await?;
    screenplay_brief(&app).await?;
    app.click("action-beats").await?;
    let text = accept(&app).await?;
    assert!(text.contains("Mara hides the letter"), "{text}");

    let sent = server.requests();
    assert!(sent.len() >= 3 && sent.iter().all(|request| request.method == "POST"));
    app.click("open-settings").await?;
    app.click("settings-ledger").await?;
    app.wait_for("ledger-entry", PATIENCE).await?;
    // Programs on this machine were asked too, when a server was added.
    let mut entries = 0;
    for entry in app.find_all("ledger-entry").await? {
        entries += usize::from(entry.text().await?.contains(&server.host()));
    }
    assert_eq!(entries, sent.len());
    // What was sent last can be read, as messages and as it left.
    app.click("ledger-open").await?;
    app.wait_text("sent-text", PATIENCE, |text| text.contains("letter"))
        .await?;
    choose(&app, "sent-raw").await?;
    app.wait_text("sent-text", PATIENCE, |text| text.contains("\"messages\""))
        .await?;
    app.click("ledger-back").await?;
    app.wait_for("ledger-entry", PATIENCE).await?;
    app.press("Escape").await?;

    // The choice belongs to the project and is still there the next day.
    app.quit().await?;
    let app = open(&home).await?;
    app.wait_until("the server to be chosen", PATIENCE, async || {
        Ok(app
            .attribute("status-model", "data-where")
            .await?
            .as_deref()
            == Some("remote"))
    })
    .await
}

#[tokio::test]
async fn stopping_keeps_what_had_come_and_closes_the_connection() -> Result<(), E2eError> {
    let long = "The boat goes out and comes back. ".repeat(400);
    let slow = Answer::slow_text(&long, Duration::from_millis(30));
    let server = Loopback::start(Script::always(slow))?;
    let app = open(&Home::new()?).await?;
    begin(&app, "news").await?;
    use_server(&app, &server, "").await?;
    news_brief(&app).await?;
    app.click("action-draft").await?;
    app.wait_text("take-1", WRITING, |text| text.contains("comes back"))
        .await?;
    app.click("status-stop").await?;
    assert!(
        server.wait_closed_early(1, Duration::from_secs(5)),
        "the server sees the close"
    );
    assert_eq!(written(&app).await?, "stopped");
    assert!(app.text("take-1").await?.contains("The boat goes out"));
    app.click("take-accept").await?;
    app.wait_gone("suggestion-1", PATIENCE).await?;
    assert!(editor_text(&app).await?.contains("The boat goes out"));
    Ok(())
}

#[tokio::test]
async fn a_wrong_key_and_a_page_of_html_are_said_and_nothing_is_lost() -> Result<(), E2eError> {
    let server = Loopback::start(Script::new(|request| match request.text() {
        text if text.contains("Lisbon") => Answer::html(200),
        _ => Answer::error(401, "Incorrect API key provided."),
    }))?;
    let app = open(&Home::new()?).await?;
    begin(&app, "news").await?;
    use_server(&app, &server, "sk-wrong").await?;
    news_brief(&app).await?;
    app.press("Control+2").await?;
    app.type_text("My own words.").await?;
    app.click("action-draft").await?;
    assert_eq!(written(&app).await?, "failed");
    let page = app.page_text().await?;
    assert!(page.contains("key"), "{page}");
    assert!(!page.contains("sk-wrong"), "a key is never shown");
    app.click("take-discard").await?;
    app.wait_gone("suggestion-1", PATIENCE).await?;
    app.fill("brief-topic", "Trams in Lisbon").await?;
    app.click("action-draft").await?;
    assert_eq!(written(&app).await?, "failed");
    assert!(editor_text(&app).await?.contains("My own words."));
    // Still usable: with the model that ships inside, the same brief is written from.
    app.click("take-discard").await?;
    app.wait_gone("suggestion-1", PATIENCE).await?;
    app.click("status-model").await?;
    app.click("model-item").await?;
    app.wait_until("the starter to be chosen", PATIENCE, async || {
        Ok(app
            .attribute("status-model", "data-where")
            .await?
            .as_deref()
            == Some("local"))
    })
    .await?;
    app.click("action-draft").await?;
    accept(&app).await?;
    Ok(())
}
