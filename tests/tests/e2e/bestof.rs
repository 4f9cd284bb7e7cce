//! Several texts for one wish: the best is found and said to be, and passages of two are put together.

use std::sync::atomic::{AtomicUsize, Ordering};

use inkstone_tests::{
    e2e::{App, E2eError, Home, PATIENCE},
    loopback::{Answer, Loopback, Recorded, Script},
};

use crate::{
    remote::use_server,
    steps::{WRITING, begin, editor_text, news_brief, open, saved, set, written},
};

const TEXTS: [&str; 3] = [
    "# Ferry\n\nRain fell on the pier. The night ferry left at nine.\n",
    "# Ferry\n\nRain fell on the pier. The harbour master waved it off.\n",
    "# Ferry\n\nA plain and weary line. Nothing else was said.\n",
];

/// Writes one of three texts after the other, and judges as one who likes the harbour master.
fn desk() -> Script {
    let asked = AtomicUsize::new(0);
    Script::new(move |request| answer(request, &asked))
}

fn answer(request: &Recorded, asked: &AtomicUsize) -> Answer {
    let text = request.text();
    let grades = |grade: u8| {
        let names = [
            "fits_brief",
            "facts_kept",
            "length",
            "voice",
            "language",
            "freshness",
        ];
        let all = names.map(|name| {
            format!("\"{name}\": {{\"reason\": \"It is seen to be so.\", \"grade\": {grade}}}")
        });
        Answer::text(&format!("{{{}}}", all.join(", ")))
    };
    match text.split("<text>").nth(1) {
        Some(judged) if judged.contains("waved it off") => grades(5),
        Some(judged) if judged.contains("weary") => grades(1),
        Some(_) => grades(3),
        None => Answer::text(TEXTS[asked.fetch_add(1, Ordering::Relaxed) % TEXTS.len()]),
    }
}

/// Asks for so many, judged by the last model on the shelf, by the keyboard.
async fn best_of(app: &App, number: u32) -> Result<(), E2eError> {
    app.click("best").await?;
    app.wait_until("the number to have the keyboard", PATIENCE, async || {
        Ok(app.focused().await?.as_deref() == Some("best-more"))
    })
    .await?;
    app.press("Enter").await?;
    for _ in 3..number {
        app.press("Enter").await?;
    }
    app.wait_text("best-number", PATIENCE, |text| text == number.to_string())
        .await?;
    app.keep("best-choice").await?;
    app.press("Escape").await?;
    app.wait_gone("best-popover", PATIENCE).await
}

#[tokio::test]
async fn the_best_of_several_is_offered_first_with_reasons() -> Result<(), E2eError> {
    let server = Loopback::start(desk())?;
    let app = open(&Home::new()?).await?;
    begin(&app, "news").await?;
    use_server(&app, &server, "").await?;
    news_brief(&app).await?;
    best_of(&app, 4).await?;
    app.click("action-draft").await?;
    written(&app).await?;
    app.wait_for("judging-scores", WRITING).await?;
    let take = app.text("take-1").await?;
    assert!(take.contains("waved it off"), "the best is shown: {take}");
    assert_eq!(
        app.attribute("judging-scores", "data-place")
            .await?
            .as_deref(),
        Some("1")
    );
    app.click("judging-scores").await?;
    app.wait_text("judging-scores", PATIENCE, |text| {
        text.contains("loopback-1") && text.contains("seen to be so")
    })
    .await?;
    app.keep("best-reasons").await?;
    // Four were written, and each was read twice.
    assert_eq!(server.requests().len(), 4 + 8);
    app.click("tab-takes").await?;
    assert_eq!(
        app.find_all("judging-scores").await?.len(),
        5,
        "in the text and in the list"
    );
    app.keep("best-list").await?;
    set(&app, "language-zh-CN").await?;
    set(&app, "theme-dark").await?;
    app.keep("best-zh-dark").await
}

#[tokio::test]
async fn passages_of_two_takes_go_into_the_text_with_who_wrote_them() -> Result<(), E2eError> {
    let server = Loopback::start(desk())?;
    let app = open(&Home::new()?).await?;
    begin(&app, "news").await?;
    use_server(&app, &server, "").await?;
    news_brief(&app).await?;
    best_of(&app, 4).await?;
    app.click("action-draft").await?;
    written(&app).await?;
    app.wait_for("judging-scores", WRITING).await?;
    app.click("take-mix").await?;
    app.wait_for("mix-passage-left", PATIENCE).await?;
    app.keep("mix").await?;

    // The heading and the first sentence of the one, the last sentence of another: by the keyboard.
    app.click("mix-passage-left").await?;
    app.press("ArrowDown").await?;
    app.press("Space").await?;
    app.press("ArrowRight").await?;
    app.press("End").await?;
    app.press("Space").await?;
    app.wait_until("three passages", PATIENCE, async || {
        Ok(app.find_all("mix-piece").await?.len() == 3)
    })
    .await?;
    let mut wanted = Vec::new();
    for piece in app.find_all("mix-piece").await? {
        wanted.push(piece.text().await?.trim().to_owned());
    }
    app.keep("mix-picked").await?;
    app.click("mix-accept").await?;
    app.wait_gone("mix", PATIENCE).await?;
    saved(&app).await?;
    let text = editor_text(&app).await?;
    for piece in &wanted {
        assert!(text.contains(piece), "{piece:?} in {text:?}");
    }
    assert!(app.maybe("suggestion-1").await?.is_none());
    // One step takes it back.
    app.press("Control+2").await?;
    app.press("Control+z").await?;
    app.wait_until("nothing of it in the text", PATIENCE, async || {
        let text = editor_text(&app).await?;
        Ok(wanted.iter().all(|piece| !text.contains(piece)))
    })
    .await
}
