//! The editor's own tools: spelling, comments, footnotes, two texts side by side.

use std::time::Duration;

use fantoccini::Locator;
use inkstone_tests::{
    e2e::{App, E2eError, Home, Options, PATIENCE},
    loopback::{Answer, Loopback, Script},
};

use crate::{
    remote::use_server,
    steps::{begin, editor_text, news_brief, open, saved, set, to_text, written},
};

/// The words that are marked with a class, in order.
async fn marked(app: &App, class: &str) -> Result<Vec<String>, E2eError> {
    let mut words = Vec::new();
    for found in app.client.find_all(Locator::Css(class)).await? {
        words.push(found.text().await?);
    }
    Ok(words)
}

async fn wait_marked(app: &App, class: &str, wanted: &[&str]) -> Result<(), E2eError> {
    app.wait_until(&format!("{wanted:?} in {class}"), PATIENCE, async || {
        Ok(marked(app, class).await? == wanted)
    })
    .await
}

#[tokio::test]
async fn grammar_is_looked_at_by_a_process_that_goes_when_nobody_writes() -> Result<(), E2eError> {
    for language in ["en", "zh-CN"] {
        let app = App::launch(Options {
            env: vec![("INKSTONE_GRAMMAR".to_owned(), "on".to_owned())],
            ..Options::default()
        })
        .await?;
        app.find("welcome").await?;
        set(&app, &format!("language-{language}")).await?;
        begin(&app, "news").await?;
        news_brief(&app).await?;
        to_text(&app).await?;
        assert_eq!(app.programs(), 1);
        app.type_text("The crew has went home, and nobody knows why. Later on, he go")
            .await?;
        // Whoever still writes a sentence hears nothing of it.
        wait_marked(&app, ".ink-slip", &["went"]).await?;
        assert_eq!(app.programs(), 2);
        app.type_text(" too. So").await?;
        wait_marked(&app, ".ink-slip", &["went", "go"]).await?;
        app.press("Control+Home").await?;
        app.press("Control+.").await?;
        app.wait_text("slip-fix", PATIENCE, |text| text == "gone")
            .await?;
        let reason = app.find("slip-reason").await?.text().await?;
        assert!(reason.contains("past participle"), "{reason}");
        app.keep(&format!("grammar-{language}")).await?;
        app.press("Enter").await?;
        wait_marked(&app, ".ink-slip", &["go"]).await?;
        assert!(
            editor_text(&app)
                .await?
                .starts_with("The crew has gone home, and")
        );
        app.wait_until("the end of the checker", 2 * PATIENCE, async || {
            Ok(app.programs() == 1)
        })
        .await?;
        app.close().await?;
    }
    Ok(())
}

#[tokio::test]
async fn words_are_spelled_commented_on_and_noted_with_the_keyboard() -> Result<(), E2eError> {
    let home = Home::new()?;
    let app = open(&home).await?;
    begin(&app, "news").await?;
    news_brief(&app).await?;
    app.press("Control+2").await?;
    // Vega stands in the brief.
    app.type_text("The lighthuose keeper knows Vega, `fn mian` and 迫不急待 ferys")
        .await?;
    app.press("Control+Home").await?;
    wait_marked(&app, ".ink-slip", &["lighthuose", "迫不急待", "ferys"]).await?;
    app.press("Control+.").await?;
    app.wait_text("slip-fix", PATIENCE, |text| text.contains("lighthouse"))
        .await?;
    app.keep("spelling").await?;
    app.press("Enter").await?;
    wait_marked(&app, ".ink-slip", &["迫不急待", "ferys"]).await?;
    assert!(
        editor_text(&app)
            .await?
            .starts_with("The lighthouse keeper")
    );

    // A comment on the second word.
    app.press("Control+Home").await?;
    for _ in 0..4 {
        app.press("ArrowRight").await?;
    }
    app.press("Control+Shift+ArrowRight").await?;
    app.press("Control+Alt+m").await?;
    app.wait_for("comment-new", PATIENCE).await?;
    app.type_text("Which lighthouse? 哪一座？").await?;
    app.press("Control+Enter").await?;
    app.wait_text("comment", PATIENCE, |text| {
        text.contains("Which lighthouse?")
    })
    .await?;
    wait_marked(&app, ".ink-comment", &["lighthouse"]).await?;

    // A footnote, and back to where it stands.
    app.press("Control+End").await?;
    app.press("Control+Alt+f").await?;
    app.type_text("Seen on 1 March.").await?;
    app.press("Control+Alt+f").await?;
    app.type_text("!").await?;
    assert_eq!(
        editor_text(&app).await?.trim(),
        "The lighthouse keeper knows Vega, `fn mian` and 迫不急待 ferys[^1]!\n\n[^1]: Seen on 1 March."
    );
    app.press("ArrowLeft").await?;
    app.wait_until("the note at its reference", PATIENCE, async || {
        Ok(marked(&app, ".ink-note-card").await? == ["Seen on 1 March."])
    })
    .await?;
    app.keep("notes-and-comments").await?;
    saved(&app).await?;
    app.quit().await?;

    // All of it is there the next time, in the other language, in the dark and in little room.
    let app = open(&home).await?;
    app.wait_for("editor", PATIENCE).await?;
    set(&app, "theme-dark").await?;
    set(&app, "language-zh-CN").await?;
    app.client.set_window_rect(0, 0, 900, 700).await?;
    wait_marked(&app, ".ink-comment", &["lighthouse"]).await?;
    app.wait_text("comment", PATIENCE, |text| text.contains("哪一座？"))
        .await?;
    app.keep("comments-dark-zh-narrow").await?;
    app.click("comment-resolve").await?;
    wait_marked(&app, ".ink-comment", &[]).await?;
    app.close().await
}

/// What stands in each of the two texts.
async fn both(app: &App) -> Result<Vec<String>, E2eError> {
    marked(app, ".cm-content").await
}

async fn wait_both(app: &App, wanted: [&str; 2]) -> Result<(), E2eError> {
    app.wait_until(&format!("{wanted:?} side by side"), PATIENCE, async || {
        Ok(both(app).await? == wanted)
    })
    .await
}

#[tokio::test]
async fn two_texts_stand_side_by_side_and_neither_is_lost() -> Result<(), E2eError> {
    let home = Home::new()?;
    let app = open(&home).await?;
    begin(&app, "news").await?;
    to_text(&app).await?;
    app.type_text("One text.").await?;
    app.wait_until("the text", PATIENCE, async || {
        Ok(editor_text(&app).await? == "One text.")
    })
    .await?;
    saved(&app).await?;
    // Two places of one text.
    app.press("Control+Alt+\\").await?;
    wait_both(&app, ["One text.", "One text."]).await?;
    app.press("Control+End").await?;
    // A pause ends a step of undo.
    tokio::time::sleep(Duration::from_secs(1)).await;
    app.type_text(" More.").await?;
    wait_both(&app, ["One text. More.", "One text. More."]).await?;
    app.press("Control+z").await?;
    wait_both(&app, ["One text.", "One text."]).await?;
    saved(&app).await?;

    // Another one in the first place; the old one stays beside it, with its own way to the library.
    app.press("Control+n").await?;
    app.click("new-news").await?;
    app.wait_until("an empty text beside the old one", PATIENCE, async || {
        let texts = both(&app).await?;
        Ok(texts.len() == 2 && texts[1] == "One text." && !texts[0].contains("One"))
    })
    .await?;
    app.press("Control+2").await?;
    app.type_text("另一篇。").await?;
    app.press("F7").await?;
    app.press("Control+End").await?;
    app.type_text(" Again.").await?;
    app.press("F7").await?;
    app.type_text("完。").await?;
    wait_both(&app, ["另一篇。完。", "One text. Again."]).await?;
    // The second one is spelled and searched as the first is: what has the keyboard is meant.
    app.press("F7").await?;
    app.type_text(" Ferys.").await?;
    wait_marked(&app, "[data-testid=beside] .ink-slip", &["Ferys"]).await?;
    app.press("Control+f").await?;
    app.wait_for("find-panel", PATIENCE).await?;
    app.type_text("again").await?;
    app.wait_text("find-said", PATIENCE, |text| text.contains('1'))
        .await?;
    app.keep("side-by-side").await?;
    app.press("Escape").await?;
    app.press("Control+End").await?;
    for _ in " Ferys.".chars() {
        app.press("Backspace").await?;
    }
    wait_both(&app, ["另一篇。完。", "One text. Again."]).await?;
    // And commented on: its comments stand in the rail while it has the keyboard.
    for _ in 0..2 {
        app.press("ArrowLeft").await?;
    }
    app.press("Control+Alt+m").await?;
    app.wait_for("comment-new", PATIENCE).await?;
    app.type_text("Which time?").await?;
    app.press("Control+Enter").await?;
    app.wait_text("comment", PATIENCE, |text| text.contains("Which time?"))
        .await?;
    wait_marked(&app, "[data-testid=beside] .ink-comment", &["Again"]).await?;
    app.keep("side-by-side-comment").await?;
    app.press("F7").await?;
    app.wait_gone("comment", PATIENCE).await?;
    app.press("F7").await?;
    app.wait_for("comment", PATIENCE).await?;
    set(&app, "theme-dark").await?;
    set(&app, "language-zh-CN").await?;
    app.client.set_window_rect(0, 0, 900, 700).await?;
    app.keep("side-by-side-dark-zh-narrow").await?;
    app.click("beside-swap").await?;
    wait_both(&app, ["One text. Again.", "另一篇。完。"]).await?;
    wait_marked(&app, ".ink-comment", &["Again"]).await?;
    app.quit().await?;

    let app = open(&home).await?;
    app.wait_for("editor", PATIENCE).await?;
    assert_eq!(editor_text(&app).await?.trim(), "One text. Again.");
    app.close().await
}

#[tokio::test]
async fn a_suggestion_that_waits_beside_is_decided_there() -> Result<(), E2eError> {
    let server = Loopback::start(Script::new(|_| Answer::text("The last boat is full.")))?;
    let app = open(&Home::new()?).await?;
    begin(&app, "news").await?;
    use_server(&app, &server, "").await?;
    news_brief(&app).await?;
    to_text(&app).await?;
    app.type_text("One text.").await?;
    saved(&app).await?;
    app.click("action-continue").await?;
    assert_eq!(written(&app).await?, "done");
    to_text(&app).await?;
    app.press("Control+Alt+\\").await?;
    app.wait_for("beside", PATIENCE).await?;

    // Another one in the first place: what waits goes with its text.
    app.press("Control+n").await?;
    app.click("new-news").await?;
    app.wait_text("beside-take", PATIENCE, |text| {
        text.contains("The last boat is full.")
    })
    .await?;
    app.keep("beside-suggestion").await?;
    set(&app, "theme-dark").await?;
    set(&app, "language-zh-CN").await?;
    app.keep("beside-suggestion-dark-zh").await?;
    app.click("beside-take-accept").await?;
    app.wait_gone("beside-suggestion", PATIENCE).await?;
    let taken = async |wanted: bool| {
        app.wait_until("the text beside", PATIENCE, async || {
            let texts = both(&app).await?;
            Ok(texts[1].contains("One text.") && texts[1].contains("last boat") == wanted)
        })
        .await
    };
    taken(true).await?;
    // One step of undo.
    app.press("Control+z").await?;
    taken(false).await?;
    app.close().await
}

#[tokio::test]
async fn a_text_comes_back_as_it_was_left() -> Result<(), E2eError> {
    let app = open(&Home::new()?).await?;
    begin(&app, "news").await?;
    to_text(&app).await?;
    app.type_text(&"A line of some words.\n\n".repeat(40))
        .await?;
    app.type_text("The end").await?;
    saved(&app).await?;
    let sight = async || {
        let script = "return Math.round(document.querySelector('.cm-scroller').scrollTop)";
        let answer = app.client.execute(script, Vec::new()).await?;
        Ok::<i64, E2eError>(answer.as_i64().unwrap_or(-1))
    };
    // Somebody reads further up than where the caret stands.
    let scroll = "document.querySelector('.cm-scroller').scrollTop = 700";
    app.client.execute(scroll, Vec::new()).await?;
    tokio::time::sleep(Duration::from_millis(400)).await;
    assert_eq!(sight().await?, 700);
    app.press("Control+n").await?;
    begin(&app, "ads").await?;
    // The keyboard is in the text, and stays there while another one comes.
    to_text(&app).await?;
    let back = "const rows = document.querySelectorAll('[data-testid=document-item]');
        [...rows].find((row) => row.textContent.includes('Untitled article')).click();";
    app.client.execute(back, Vec::new()).await?;
    app.wait_until("the text as it was", PATIENCE, async || {
        Ok(editor_text(&app).await?.contains("A line") && (sight().await? - 700).abs() < 3)
    })
    .await?;
    to_text(&app).await?;
    app.type_text("!").await?;
    app.wait_until("the end", PATIENCE, async || {
        Ok(editor_text(&app).await?.ends_with("The end!"))
    })
    .await?;
    saved(&app).await?;
    app.close().await
}
