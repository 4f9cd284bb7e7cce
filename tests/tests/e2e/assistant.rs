//! The assistant beside the text: what is sent, branches, summaries, suggestions, stops and faults.

use std::time::Duration;

use inkstone_tests::{
    e2e::{App, E2eError, Home, PATIENCE},
    loopback::{Answer, Loopback, Recorded, Script},
};

use crate::{
    remote::use_server,
    steps::{WRITING, accept, begin, editor_text, open, saved},
    switch::pick,
};

const PASSAGE: &str = "The night ferry sails every hour.";

/// Talks as an assistant does; what the question says decides how.
pub fn talk(request: &Recorded) -> Answer {
    let text = request.text();
    let asked = |word: &str| text.rfind(word);
    let last = ["shorter", "slowly", "broken", "at length"]
        .into_iter()
        .filter_map(|word| Some((asked(word)?, word)))
        .max();
    if text.contains("keep the minutes") {
        return Answer::text("- The writer wants it short.\n- The fare stays out.");
    }
    match last {
        Some((_, "slowly")) => {
            let long = "The boat goes out and comes back. ".repeat(400);
            Answer::slow_text(&long, Duration::from_millis(30))
        }
        Some((_, "broken")) => Answer::error(401, "Incorrect API key provided."),
        Some((_, "at length")) => {
            Answer::text(&"The harbour is old and has many stories. ".repeat(160))
        }
        _ => Answer::text(&format!(
            "The sentence says one thing twice. This is plainer:\n\n```\n{PASSAGE}\n```\n\n\
             It leaves the fare for later."
        )),
    }
}

/// Puts a question in and sends it with Enter; waits for the end of the last answer.
pub async fn ask(app: &App, question: &str) -> Result<String, E2eError> {
    let before = app.find_all("assistant-answer").await?.len();
    app.fill("assistant-ask", question).await?;
    app.press("Enter").await?;
    let mut status = String::new();
    app.wait_until("the answer", WRITING, async || {
        let all = app.find_all("assistant-answer").await?;
        let Some(last) = all.last().filter(|_| all.len() > before) else {
            return Ok(false);
        };
        status = last.attr("data-status").await?.unwrap_or_default();
        Ok(!matches!(status.as_str(), "waiting" | "writing"))
    })
    .await?;
    Ok(status)
}

/// The visible text of the last answer.
async fn answer(app: &App) -> Result<String, E2eError> {
    let all = app.find_all("assistant-answer").await?;
    match all.last() {
        Some(last) => Ok(last.text().await?),
        None => Ok(String::new()),
    }
}

#[tokio::test]
async fn the_assistant_says_what_it_is_sent_and_hands_its_answers_over() -> Result<(), E2eError> {
    let server = Loopback::start(Script::new(talk))?;
    let app = open(&Home::new()?).await?;
    begin(&app, "news").await?;
    use_server(&app, &server, "").await?;
    app.press("Control+2").await?;
    app.type_text("The ferry runs at night and sails nightly. It costs little.")
        .await?;
    saved(&app).await?;

    // By the keyboard alone: there, a question, a look at what it is sent with.
    app.press("Control+4").await?;
    app.wait_until("the question to have the keyboard", PATIENCE, async || {
        Ok(app.focused().await?.as_deref() == Some("assistant-ask"))
    })
    .await?;
    app.keep("assistant-empty").await?;
    app.type_text("Can the first sentence be shorter?").await?;
    app.wait_text("assistant-budget-open", PATIENCE, |text| {
        text.contains("8,192")
    })
    .await?;
    assert!(app.text("assistant-to").await?.contains(&server.host()));
    app.click("assistant-budget-open").await?;
    app.keep("assistant-budget").await?;
    app.click("assistant-exact").await?;
    app.wait_text("assistant-segments", PATIENCE, |exact| {
        exact.contains("sails nightly") && exact.contains("be shorter?")
    })
    .await?;
    app.keep("assistant-exact").await?;
    app.press("Escape").await?;
    assert_eq!(
        server.requests().len(),
        0,
        "nothing leaves while it is planned"
    );
    // Without the document it is less.
    let budget = app.text("assistant-budget-open").await?;
    pick(&app, "assistant-document", "nothing").await?;
    app.wait_text("assistant-budget-open", PATIENCE, |text| *text != *budget)
        .await?;
    pick(&app, "assistant-document", "whole").await?;
    app.wait_text("assistant-budget-open", PATIENCE, |text| *text == *budget)
        .await?;
    app.click("assistant-budget-open").await?;

    assert_eq!(
        ask(&app, "Can the first sentence be shorter?").await?,
        "done"
    );
    let sent = server
        .requests()
        .pop()
        .map(|request| request.text())
        .unwrap_or_default();
    for segment in ["sails nightly", "Can the first sentence be shorter?"] {
        assert!(sent.contains(segment), "{sent}");
    }
    assert_eq!(app.text("assistant-block").await?, PASSAGE);
    app.keep("assistant-answer").await?;
    app.click("assistant-insert").await?;
    assert_eq!(accept(&app).await?, PASSAGE);
    assert!(editor_text(&app).await?.contains(PASSAGE));

    // Asked otherwise it is a branch; the first answer stays, and is a key away.
    app.click("assistant-edit").await?;
    app.wait_until("the first question again", PATIENCE, async || {
        Ok(app.value("assistant-ask").await?.contains("first sentence"))
    })
    .await?;
    app.keep("assistant-otherwise").await?;
    app.fill("assistant-ask", "What if it were told at length?")
        .await?;
    app.press("Enter").await?;
    app.wait_text("assistant-branch", WRITING, |text| text.contains('2'))
        .await?;
    app.wait_until("the other answer", WRITING, async || {
        Ok(answer(&app).await?.contains("many stories")
            && app
                .attribute("assistant-answer", "data-status")
                .await?
                .as_deref()
                == Some("done"))
    })
    .await?;
    app.keep("assistant-branch").await?;
    app.click("assistant-branch-before").await?;
    app.wait_text("assistant-answer", PATIENCE, |text| text.contains(PASSAGE))
        .await?;

    // Stopped: what had come stays, and the connection is closed.
    app.fill("assistant-ask", "Tell it slowly.").await?;
    app.press("Enter").await?;
    app.wait_until("a part of the answer", WRITING, async || {
        Ok(answer(&app).await?.contains("goes out"))
    })
    .await?;
    app.keep("assistant-streaming").await?;
    app.click("assistant-stop").await?;
    assert!(
        server.wait_closed_early(1, Duration::from_secs(20)),
        "the server sees the close"
    );
    app.wait_until("the answer to be stopped", PATIENCE, async || {
        let all = app.find_all("assistant-answer").await?;
        let Some(last) = all.last() else {
            return Ok(false);
        };
        Ok(last.attr("data-status").await?.as_deref() == Some("stopped"))
    })
    .await?;
    assert!(answer(&app).await?.contains("goes out"));
    app.keep("assistant-stopped").await?;

    // A server that refuses says so, and the question can be sent again.
    assert_eq!(ask(&app, "Is the key broken?").await?, "failed");
    assert!(
        answer(&app).await?.contains("key"),
        "{}",
        answer(&app).await?
    );
    app.keep("assistant-failed").await?;

    // What has no room is put into a summary, which is said before and can be read after.
    for _ in 0..8 {
        ask(&app, "Now tell me at length.").await?;
        app.wait_until("the next plan", PATIENCE, async || {
            Ok(app.maybe("assistant-to").await?.is_some())
        })
        .await?;
        tokio::time::sleep(Duration::from_millis(600)).await;
        if app.maybe("assistant-summarises").await?.is_some() {
            break;
        }
    }
    app.keep("assistant-summarises").await?;
    assert!(app.maybe("assistant-summarises").await?.is_some());
    assert_eq!(ask(&app, "And shorter?").await?, "done");
    app.wait_for("assistant-summary", PATIENCE).await?;
    let all = server.requests();
    let last = all.last().map(Recorded::text).unwrap_or_default();
    assert!(last.contains("The fare stays out."), "{last}");
    app.keep("assistant-summary").await
}
