//! Who is asked next, several models at once, what it costs, and what was cut off and goes on.

use fantoccini::Locator;
use inkstone_tests::{
    e2e::{App, E2eError, Home, PATIENCE},
    loopback::{Answer, Loopback, Script, Step},
};

use crate::{
    remote::use_server,
    steps::{
        WRITING, accept, begin, choose, editor_text, hardly_any_budget, news_brief, open, set,
        written,
    },
};

/// Picks an option of a list by its value; an empty one takes the last.
pub async fn pick(app: &App, testid: &str, value: &str) -> Result<(), E2eError> {
    let script = "const list = document.querySelector(`[data-testid=\"${arguments[0]}\"]`); \
                  const wanted = arguments[1] || list?.options[list.options.length - 1]?.value; \
                  if (!list || ![...list.options].some((one) => one.value === wanted)) return false; \
                  list.value = wanted; \
                  list.dispatchEvent(new Event('change', { bubbles: true })); return true;";
    let arguments = vec![testid.into(), value.into()];
    app.wait_until("an option to choose", PATIENCE, async || {
        let chosen = app.client.execute(script, arguments.clone()).await?;
        Ok(chosen.as_bool() == Some(true))
    })
    .await?;
    Ok(())
}

/// The id on the shelf of the model that is listed last.
async fn last_model(app: &App) -> Result<String, E2eError> {
    let rows = app.find_all("model-item").await?;
    let Some(last) = rows.last() else {
        panic!("no model on the shelf");
    };
    Ok(last.attr("data-model").await?.unwrap_or_default())
}

/// The models of the chain on show, in order.
async fn chain(app: &App) -> Result<Vec<String>, E2eError> {
    let mut ids = Vec::new();
    for row in app.find_all("chain-model").await? {
        ids.push(row.attr("data-model").await?.unwrap_or_default());
    }
    Ok(ids)
}

#[tokio::test]
async fn where_the_server_is_down_the_next_model_writes_and_the_take_says_why()
-> Result<(), E2eError> {
    let server = Loopback::start(Script::desks())?;
    let app = open(&Home::new()?).await?;
    begin(&app, "news").await?;
    // From a list of services, whose address can be changed.
    app.click("status-model").await?;
    app.click("add-server").await?;
    pick(&app, "server-provider", "qwen").await?;
    app.wait_for("server-region", PATIENCE).await?;
    assert!(
        app.value("server-url")
            .await?
            .starts_with("https://dashscope")
    );
    app.keep("server-form").await?;
    pick(&app, "server-provider", "ollama").await?;
    assert_eq!(app.value("server-url").await?, "http://localhost:11434/v1");
    app.click("server-cancel").await?;
    app.press("Escape").await?;
    use_server(&app, &server, "").await?;

    app.click("status-model").await?;
    let remote = last_model(&app).await?;
    app.click("chain-open").await?;
    pick(&app, "chain-add", "starter").await?;
    app.wait_until("the starter to come second", PATIENCE, async || {
        Ok(chain(&app).await? == [remote.clone(), "starter".to_owned()])
    })
    .await?;
    app.keep("chain").await?;
    app.click("chain-local-first").await?;
    app.wait_until("the starter to come first", PATIENCE, async || {
        Ok(chain(&app).await? == ["starter".to_owned(), remote.clone()])
    })
    .await?;
    app.click("chain-remote-first").await?;
    app.wait_until("the server to come first again", PATIENCE, async || {
        Ok(chain(&app).await? == [remote.clone(), "starter".to_owned()])
    })
    .await?;
    app.click("chain-done").await?;
    app.press("Escape").await?;

    drop(server);
    news_brief(&app).await?;
    app.click("action-draft").await?;
    app.wait_for("take-skipped", WRITING).await?;
    let why = app.text("take-skipped").await?;
    assert!(
        why.contains("loopback-1") && why.contains("reached"),
        "{why}"
    );
    let text = accept(&app).await?;
    assert!(
        editor_text(&app)
            .await?
            .contains(&crate::steps::some_words(&text))
    );
    Ok(())
}

#[tokio::test]
async fn a_budget_is_asked_before_it_is_passed() -> Result<(), E2eError> {
    let server = Loopback::start(Script::desks())?;
    let app = open(&Home::new()?).await?;
    set(&app, "language-zh-CN").await?;
    begin(&app, "news").await?;
    use_server(&app, &server, "").await?;
    // What it costs is said where the server was added.
    hardly_any_budget(&app, "元").await?;

    news_brief(&app).await?;
    app.wait_text("estimate", PATIENCE, |text| text.contains("元"))
        .await?;
    app.click("action-draft").await?;
    app.wait_for("budget-dialog", PATIENCE).await?;
    app.keep("budget-zh-CN").await?;
    // The answer that costs nothing has the focus.
    assert_eq!(app.focused().await?.as_deref(), Some("budget-no"));
    app.press("Enter").await?;
    app.wait_gone("budget-dialog", PATIENCE).await?;
    assert_eq!(
        server.requests().len(),
        0,
        "nothing is sent before it is answered"
    );
    assert!(app.maybe("suggestion-1").await?.is_none());
    app.click("action-draft").await?;
    app.wait_for("budget-dialog", PATIENCE).await?;
    app.click("budget-yes").await?;
    written(&app).await?;
    app.wait_text("take-cost", PATIENCE, |text| text.contains("元"))
        .await?;
    app.keep("take-cost-zh-CN").await?;
    accept(&app).await?;

    app.click("open-settings").await?;
    app.click("settings-usage").await?;
    app.wait_text("usage-row", PATIENCE, |text| text.contains("loopback-1"))
        .await?;
    assert!(app.text("usage-month").await?.contains("元"));
    app.keep("usage-zh-CN").await
}

#[tokio::test]
async fn what_was_cut_off_goes_on_and_two_models_write_side_by_side() -> Result<(), E2eError> {
    let server = Loopback::start(Script::new(|request| {
        if request.text().contains("was cut off") {
            Answer::text("again from the first of March.")
        } else {
            // It ends without saying why.
            Answer::Stream(vec![Step::text("# Ferry\n\nThe night ferry sails ag")])
        }
    }))?;
    let app = open(&Home::new()?).await?;
    begin(&app, "news").await?;
    use_server(&app, &server, "").await?;
    news_brief(&app).await?;
    app.click("action-draft").await?;
    assert_eq!(written(&app).await?, "incomplete");
    app.keep("incomplete").await?;
    app.click("take-resume").await?;
    app.wait_text("take-1", WRITING, |text| {
        text.contains("The night ferry sails again from the first of March.")
    })
    .await?;
    app.wait_until("the whole take alone", WRITING, async || {
        Ok(app
            .attribute("suggestion-1", "data-status")
            .await?
            .as_deref()
            == Some("done")
            && app.maybe("take-next").await?.is_none())
    })
    .await?;
    app.click("take-accept").await?;
    app.wait_gone("suggestion-1", PATIENCE).await?;
    assert!(
        editor_text(&app)
            .await?
            .contains("sails again from the first of March.")
    );

    // The starter and the server, for the same.
    app.click("beside-open").await?;
    let boxes = app
        .client
        .find_all(Locator::Css("[data-testid=\"beside-model\"]:not(:checked)"))
        .await?;
    for one in boxes {
        one.click().await?;
    }
    app.keep("side-by-side-choice").await?;
    app.press("Escape").await?;
    app.click("action-draft").await?;
    app.wait_until("two takes by two models", WRITING, async || {
        Ok(app.find_all("take-by").await?.len() == 2)
    })
    .await?;
    written(&app).await?;
    app.wait_gone("take-stop", WRITING).await?;
    app.keep("side-by-side").await?;
    let mut by = Vec::new();
    for name in app.find_all("take-by").await? {
        by.push(name.text().await?);
    }
    assert!(by.contains(&"loopback-1".to_owned()), "{by:?}");
    choose(&app, "beside-clear").await
}
