//! While a model writes, nothing else moves, and the person goes on writing.

use std::{collections::BTreeMap, time::Duration};

use inkstone_tests::{
    e2e::{App, E2eError, Home, PATIENCE},
    loopback::{Answer, Loopback, Script},
};

use crate::{
    remote::use_server,
    steps::{WRITING, begin, editor_text, news_brief, open, saved, to_text},
};

/// Whatever has a name in the window, with the lines of the text as far as the caret's, and where
/// it stands. What belongs to the take itself is left out, and what says how far it is.
const PLACES: &str = r#"
const places = {};
const seen = {};
for (const each of document.querySelectorAll("[data-testid]")) {
  const name = each.dataset.testid;
  if (each.closest(".ink-suggestion") || each.closest("[aria-live]")) continue;
  if (!each.checkVisibility()) continue;
  seen[name] = (seen[name] ?? 0) + 1;
  const { left, top } = each.getBoundingClientRect();
  places[name + " " + seen[name]] = [left, top];
}
let line = 0;
for (const each of document.querySelectorAll('[data-testid="editor"] .cm-line')) {
  const { left, top } = each.getBoundingClientRect();
  places["line " + ++line] = [left, top];
  if (each.textContent.startsWith("Here")) break;
}
return places;
"#;

type Places = BTreeMap<String, (f64, f64)>;

async fn places(app: &App) -> Result<Places, E2eError> {
    let answer = app.client.execute(PLACES, Vec::new()).await?;
    Ok(serde_json::from_value(answer).unwrap_or_default())
}

/// What is in both and stands elsewhere.
fn moved(before: &Places, after: &Places) -> Vec<String> {
    before
        .iter()
        .filter_map(|(name, &(left, top))| {
            let &(left_now, top_now) = after.get(name)?;
            let still = (left - left_now).abs() < 1.0 && (top - top_now).abs() < 1.0;
            (!still).then(|| format!("{name}: {left},{top} -> {left_now},{top_now}"))
        })
        .collect()
}

async fn streamed(app: &App) -> Result<usize, E2eError> {
    Ok(match app.maybe("take-1").await? {
        Some(take) => take.text().await?.len(),
        None => 0,
    })
}

/// Waits until more has come than there was.
async fn more(app: &App, than: usize) -> Result<usize, E2eError> {
    let mut now = 0;
    app.wait_until("more of the take", WRITING, async || {
        now = streamed(app).await?;
        Ok(now > than)
    })
    .await?;
    Ok(now)
}

#[tokio::test]
async fn nothing_moves_while_a_take_streams_and_the_work_goes_on() -> Result<(), E2eError> {
    let long = "The boat goes out and comes back. ".repeat(600);
    let slow = Answer::slow_text(&long, Duration::from_millis(30));
    let server = Loopback::start(Script::always(slow))?;
    let app = open(&Home::new()?).await?;
    begin(&app, "news").await?;
    use_server(&app, &server, "").await?;
    news_brief(&app).await?;
    to_text(&app).await?;
    for text in ["First line.", "Here", "Last line."] {
        app.type_text(text).await?;
        if text != "Last line." {
            app.press("Enter").await?;
            app.press("Enter").await?;
        }
    }
    // Into the middle: the end of "Here".
    app.press("ArrowUp").await?;
    app.press("ArrowUp").await?;
    app.press("End").await?;
    saved(&app).await?;
    let before = places(&app).await?;
    assert!(
        before.len() > 40 && before.contains_key("line 3"),
        "{before:?}"
    );

    app.press("Control+j").await?;
    let first = more(&app, 100).await?;
    let during = places(&app).await?;
    assert_eq!(moved(&before, &during), Vec::<String>::new());
    app.keep("streaming").await?;
    let next = more(&app, first + 400).await?;
    assert_eq!(moved(&during, &places(&app).await?), Vec::<String>::new());

    // The caret is where it was; what is typed there stands there and is saved.
    assert_eq!(app.focused().await?.as_deref(), Some("editor"));
    app.type_text(" I write 我写").await?;
    app.wait_until("the words", PATIENCE, async || {
        Ok(editor_text(&app).await?.contains("Here I write 我写"))
    })
    .await?;
    saved(&app).await?;
    assert_eq!(moved(&during, &places(&app).await?), Vec::<String>::new());
    let left = more(&app, next).await?;

    // Another document takes keys while the first one is written on.
    app.press("Control+n").await?;
    app.click("new-news").await?;
    app.wait_gone("take-1", PATIENCE).await?;
    to_text(&app).await?;
    app.type_text("Another text.").await?;
    app.wait_until("the other text", PATIENCE, async || {
        Ok(editor_text(&app).await?.trim() == "Another text.")
    })
    .await?;
    saved(&app).await?;
    app.keep("streaming-elsewhere").await?;
    let other = "[...document.querySelectorAll('[data-testid=\"document-item\"]')]\
                 .find((each) => each.ariaCurrent !== 'true').click()";
    app.client.execute(other, Vec::new()).await?;
    app.wait_until("the first text", PATIENCE, async || {
        Ok(editor_text(&app).await?.contains("I write 我写"))
    })
    .await?;
    let now = more(&app, left).await?;
    assert!(now > left, "it went on meanwhile");

    // Its end moves nothing above it either.
    let during = places(&app).await?;
    app.click("take-stop").await?;
    app.wait_for("take-accept", PATIENCE).await?;
    assert_eq!(moved(&during, &places(&app).await?), Vec::<String>::new());
    let text = editor_text(&app).await?;
    assert!(text.contains("First line.") && text.contains("Last line."));
    app.close().await
}
