//! What a person does in several tests.

use std::{fs, process::Command, time::Duration};

use inkstone_tests::e2e::{App, E2eError, Home, Options, PATIENCE, built};

/// A model writes for a while, longer on a busy machine.
pub const WRITING: Duration = Duration::from_secs(90);

/// The window on this home.
pub async fn open(home: &Home) -> Result<App, E2eError> {
    let options = Options {
        home: Some(home.clone()),
        ..Options::default()
    };
    let app = App::launch(options).await?;
    app.wait_until("the first view", PATIENCE, async || {
        Ok(app.maybe("frame").await?.is_some() || app.maybe("not-opened").await?.is_some())
    })
    .await?;
    Ok(app)
}

/// The window on a library of its own, with a file that the command line brought in open in it.
pub async fn imported(name: &str, text: &str) -> Result<App, E2eError> {
    let home = Home::new()?;
    let file = home.path().join(name);
    fs::write(&file, text)?;
    let done = Command::new(built("ink")?)
        .envs(home.variables())
        .arg("import")
        .arg(&file)
        .output()?;
    assert!(done.status.success(), "{done:?}");
    let app = open(&home).await?;
    app.click("document-item").await?;
    app.wait_for("editor", PATIENCE).await?;
    Ok(app)
}

/// What the server that is in use costs, in this currency, and how little of it the project may
/// spend: the next request is asked about.
pub async fn hardly_any_budget(app: &App, currency: &str) -> Result<(), E2eError> {
    app.click("status-model").await?;
    app.click("model-edit").await?;
    app.click("server-price").await?;
    app.fill("price-in", "20").await?;
    app.fill("price-out", "60").await?;
    app.fill("price-currency", currency).await?;
    app.click("server-add").await?;
    app.wait_for("model-edit", PATIENCE).await?;
    app.press("Escape").await?;
    app.click("open-settings").await?;
    app.click("settings-usage").await?;
    app.fill("budget-project", "0.01").await?;
    app.fill("budget-project-currency", currency).await?;
    app.click("budget-project-set").await?;
    app.wait_for("budget-project-spent", PATIENCE).await?;
    app.press("Escape").await?;
    app.wait_gone("settings", PATIENCE).await
}

/// Chooses one of several: the control itself is as good as invisible, its label is what is seen.
pub async fn choose(app: &App, testid: &str) -> Result<(), E2eError> {
    Ok(app.find(testid).await?.click().await?)
}

/// Chooses a language or a theme in the settings, and closes them.
pub async fn set(app: &App, choice: &str) -> Result<(), E2eError> {
    app.click("open-settings").await?;
    choose(app, choice).await?;
    app.press("Escape").await?;
    app.wait_gone("settings", PATIENCE).await
}

/// Types a number in place of the one that a field has.
pub async fn number(app: &App, testid: &str, number: u32) -> Result<(), E2eError> {
    app.click(testid).await?;
    app.press("Control+a").await?;
    app.type_text(&number.to_string()).await
}

/// Opens a new document of a kind (`news`, `ads`, `screenplay`) from the first view.
pub async fn begin(app: &App, kind: &str) -> Result<(), E2eError> {
    app.click(&format!("new-{kind}")).await?;
    app.wait_for("editor", PATIENCE).await?;
    app.wait_for("brief", PATIENCE).await?;
    Ok(())
}

/// Goes to the text by its key, and waits until it has the keyboard.
pub async fn to_text(app: &App) -> Result<(), E2eError> {
    app.press("Control+2").await?;
    app.wait_until("the keyboard in the text", PATIENCE, async || {
        Ok(app.focused().await?.as_deref() == Some("editor"))
    })
    .await
}

/// Fills the news brief.
pub async fn news_brief(app: &App) -> Result<(), E2eError> {
    app.fill("brief-topic", "Night ferry between the islands")
        .await?;
    app.fill("brief-facts-1", "The ferry runs every hour from 1 March")
        .await?;
    app.fill("brief-sources-1", "Harbour master Ines Vega")
        .await?;
    number(app, "brief-words", 120).await
}

/// Fills the ads brief for a channel.
pub async fn ads_brief(app: &App) -> Result<(), E2eError> {
    app.fill("brief-product", "Kettlebird, a travel kettle")
        .await?;
    app.fill("brief-selling_points-1", "Boils in one minute")
        .await?;
    app.fill("brief-call_to_action", "Order today").await
}

/// Fills the screenplay brief.
pub async fn screenplay_brief(app: &App) -> Result<(), E2eError> {
    app.fill(
        "brief-logline",
        "A ferry pilot hides a letter that would close the harbour",
    )
    .await
}

/// Waits until the first suggestion is no longer written, and gives its status.
pub async fn written(app: &App) -> Result<String, E2eError> {
    let mut status = String::new();
    app.wait_until("a suggestion that has ended", WRITING, async || {
        let Some(found) = app.maybe("suggestion-1").await? else {
            return Ok(false);
        };
        status = found.attr("data-status").await?.unwrap_or_default();
        Ok(!matches!(status.as_str(), "waiting" | "writing"))
    })
    .await?;
    Ok(status)
}

/// Waits for the suggestion, takes it into the text and waits until that is saved.
pub async fn accept(app: &App) -> Result<String, E2eError> {
    let status = written(app).await?;
    // A small model may write until it is cut off; the text counts all the same.
    assert!(
        matches!(status.as_str(), "done" | "incomplete"),
        "{status}: {}",
        app.page_text().await?
    );
    let text = app.text("take-1").await?;
    assert!(text.chars().count() > 20, "a suggestion of {text:?}");
    if app.maybe("take-next").await?.is_some() {
        // Siblings are still written; all of them are wanted.
        app.wait_for("take-accept-all", WRITING).await?;
        app.click("take-accept-all").await?;
    } else {
        app.click("take-accept").await?;
    }
    app.wait_gone("suggestion-1", PATIENCE).await?;
    saved(app).await?;
    Ok(text)
}

/// Waits until everything is saved.
pub async fn saved(app: &App) -> Result<(), E2eError> {
    app.wait_until("everything to be saved", PATIENCE, async || {
        Ok(app
            .attribute("status-saved", "data-state")
            .await?
            .as_deref()
            == Some("saved"))
    })
    .await
}

/// The text in the editor as the document has it, suggestions left out.
pub async fn editor_text(app: &App) -> Result<String, E2eError> {
    let script = "const lines = document.querySelectorAll('[data-testid=\"editor\"] .cm-line'); \
                  return Array.from(lines, (line) => line.textContent).join('\\n');";
    let answer = app.client.execute(script, Vec::new()).await?;
    Ok(answer.as_str().unwrap_or_default().to_owned())
}

/// Waits until the text reads so, but for blank lines at its ends.
pub async fn text_is(app: &App, wanted: &str) -> Result<(), E2eError> {
    app.wait_until(wanted, PATIENCE, async || {
        Ok(editor_text(app).await?.trim() == wanted)
    })
    .await
}

/// The first words of a text without marks, to look for.
pub fn some_words(text: &str) -> String {
    let line = text
        .lines()
        .map(|line| line.trim_matches(['#', '*', '=', ' ', '.']))
        .find(|line| line.chars().count() > 8);
    line.unwrap_or(text).chars().take(24).collect()
}
