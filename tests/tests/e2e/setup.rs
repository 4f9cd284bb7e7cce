//! From a list of services to a text that the ledger knows, in one walk.

use std::sync::atomic::{AtomicBool, Ordering};

use inkstone_tests::{
    e2e::{E2eError, Home, PATIENCE},
    loopback::{Answer, Loopback, Script, desk_text},
};

use crate::{
    remote::use_server,
    steps::{accept, begin, choose, editor_text, news_brief, open, some_words},
    switch::pick,
};

const KEY: &str = "sk-walk-7f3a";

#[tokio::test]
async fn a_service_is_set_up_tested_and_used_and_the_ledger_shows_what_left() -> Result<(), E2eError>
{
    let server = Loopback::start(
        Script::desks()
            .with_models(&["loopback-1", "loopback-2"])
            .with_key(KEY),
    )?;
    let app = open(&Home::new()?).await?;
    begin(&app, "news").await?;
    // Preset; its address is then that of the server of this test.
    app.click("status-model").await?;
    app.click("add-server").await?;
    pick(&app, "server-provider", "deepseek").await?;
    app.wait_for("server-quirks", PATIENCE).await?;
    app.keep("setup-preset").await?;
    app.fill("server-url", &server.base_url()).await?;
    // A wrong key is said to be wrong before anything is added.
    app.fill("server-key", "sk-wrong").await?;
    app.click("server-test").await?;
    app.wait_until("the failed test", PATIENCE, async || {
        Ok(app.maybe("server-tested").await?.is_some()
            || app.maybe("server-problem").await?.is_some())
    })
    .await?;
    app.keep("setup-wrong-key").await?;
    app.fill("server-key", KEY).await?;
    app.click("server-list").await?;
    app.wait_text("server-listed", PATIENCE, |text| text.contains('2'))
        .await?;
    app.fill("server-model", "loopback-1").await?;
    app.click("server-test").await?;
    app.wait_text("server-tested", PATIENCE, |text| text.contains("works"))
        .await?;
    app.keep("setup-tested").await?;
    app.click("server-add").await?;
    app.click("allow").await?;
    app.wait_until("the server to be chosen", PATIENCE, async || {
        Ok(app
            .attribute("status-model", "data-where")
            .await?
            .as_deref()
            == Some("remote"))
    })
    .await?;

    news_brief(&app).await?;
    let so_far = server.requests().len();
    app.click("action-draft").await?;
    let text = accept(&app).await?;
    assert!(editor_text(&app).await?.contains(&some_words(&text)));
    let all = server.requests();
    let sent: Vec<_> = all.iter().skip(so_far).collect();
    assert_eq!(sent.len(), 1, "one request for one text");
    let authorization = sent[0].header("authorization").unwrap_or_default();
    assert_eq!(authorization, format!("Bearer {KEY}"));

    // The ledger has it, byte for byte; the key is in none of it.
    app.click("open-settings").await?;
    app.click("settings-ledger").await?;
    app.wait_text("ledger-entry", PATIENCE, |text| {
        text.contains(&server.host())
    })
    .await?;
    app.keep("setup-ledger").await?;
    app.click("ledger-open").await?;
    app.wait_text("sent-text", PATIENCE, |text| {
        text.contains("Night ferry between the islands")
    })
    .await?;
    app.keep("setup-sent").await?;
    choose(&app, "sent-raw").await?;
    let raw = String::from_utf8_lossy(&sent[0].body).into_owned();
    let shown = app
        .wait_text("sent-text", PATIENCE, |text| text.contains("\"messages\""))
        .await?;
    let plain = |text: &str| {
        text.chars()
            .filter(|c| !c.is_whitespace())
            .collect::<String>()
    };
    assert_eq!(plain(&shown), plain(&raw));
    assert!(!app.page_text().await?.contains(KEY));
    Ok(())
}

#[tokio::test]
async fn a_wait_that_a_server_asks_for_is_counted_down() -> Result<(), E2eError> {
    let asked = AtomicBool::new(false);
    let server = Loopback::start(Script::new(move |request| {
        if asked.swap(true, Ordering::SeqCst) {
            Answer::text(&desk_text(request))
        } else {
            Answer::error(429, "Rate limit reached.").with_header("Retry-After", "6")
        }
    }))?;
    let app = open(&Home::new()?).await?;
    begin(&app, "news").await?;
    use_server(&app, &server, "").await?;
    news_brief(&app).await?;
    app.click("action-draft").await?;
    // Whichever second is seen first, a smaller one comes after it.
    let mut least = u32::MAX;
    for _ in 0..2 {
        app.wait_until("fewer seconds", PATIENCE, async || {
            let page = app.page_text().await?;
            let left = page
                .split_once("going on in ")
                .and_then(|(_, rest)| rest.split(' ').next()?.parse().ok());
            let fewer = left.is_some_and(|left| left < least);
            least = left.unwrap_or(least);
            Ok(fewer)
        })
        .await?;
        app.keep("setup-wait").await?;
    }
    let text = accept(&app).await?;
    assert!(editor_text(&app).await?.contains(&some_words(&text)));
    assert_eq!(server.requests().len(), 2, "sent again once");
    Ok(())
}
