//! What other programs give: files, links and words by a drag, and by the clipboard.

use std::fs;

use inkstone_tests::e2e::{App, Drag, E2eError, Formats, Home, PATIENCE, files};
use serde_json::json;

use crate::pictures::{tide, until_drawn};
use crate::steps::{begin, open, saved, set, text_is, to_text};

/// Words, as they are dragged.
const WORDS: &str = "text/plain;charset=utf-8";

/// The end of the last line, in pixels of the window.
const END: &str = "
    const lines = document.querySelectorAll('[data-testid=editor] .cm-line');
    const line = lines[lines.length - 1];
    const range = document.createRange();
    range.selectNodeContents(line);
    const box = (line.textContent ? range : line).getBoundingClientRect();
    return [Math.floor(box.right) + 3, Math.floor(box.top + box.height / 2)];";

/// A drag of another program over the end of the text, as soon as it would be taken there.
async fn over_the_end(app: &App, formats: Formats) -> Result<Drag, E2eError> {
    let place = app.client.execute(END, Vec::new()).await?;
    let (x, y): (i16, i16) = serde_json::from_value(place).map_err(std::io::Error::other)?;
    let drag = app.display().drag(formats)?;
    app.wait_until("a place to let go", PATIENCE, async || drag.over(x, y))
        .await?;
    Ok(drag)
}

#[tokio::test]
async fn files_links_and_words_are_dragged_in_from_other_programs() -> Result<(), E2eError> {
    let home = Home::new()?;
    let app = open(&home).await?;
    begin(&app, "news").await?;
    to_text(&app).await?;
    app.type_text("Noon at the quay.").await?;
    saved(&app).await?;

    // A file is offered to the library wherever it falls, and nothing happens where it goes on.
    let notes = home.path().join("潮 notes.md");
    fs::write(&notes, "# Tides\n\nLow water is at nine.\n")?;
    let drag = over_the_end(&app, files(&[&notes])).await?;
    app.wait_for("drop-here", PATIENCE).await?;
    app.keep("drag-over").await?;
    drag.leave()?;
    app.wait_gone("drop-here", PATIENCE).await?;
    set(&app, "theme-dark").await?;
    set(&app, "language-zh-CN").await?;
    let drag = over_the_end(&app, files(&[&notes])).await?;
    app.wait_for("drop-here", PATIENCE).await?;
    app.keep("drag-over-dark-zh").await?;
    assert!(drag.release()?);
    app.wait_gone("drop-here", PATIENCE).await?;
    app.wait_for("import-preview", PATIENCE).await?;
    assert_eq!(app.value("import-title").await?, "Tides");
    app.keep("dropped-file").await?;
    app.press("Escape").await?;
    app.wait_gone("import-dialog", PATIENCE).await?;
    set(&app, "theme-light").await?;
    set(&app, "language-en").await?;
    text_is(&app, "Noon at the quay.").await?;

    // A link is put in as it was written, and so are words.
    let link = "https://example.org/tide%20table?at=%2F9";
    let page = vec![
        ("text/uri-list", format!("{link}\r\n").into_bytes()),
        (WORDS, link.as_bytes().to_vec()),
    ];
    let drag = over_the_end(&app, page).await?;
    assert!(app.maybe("drop-here").await?.is_none());
    assert!(drag.release()?);
    text_is(&app, &format!("Noon at the quay.{link}")).await?;
    to_text(&app).await?;
    app.press("Control+z").await?;
    text_is(&app, "Noon at the quay.").await?;
    let words = vec![(WORDS, " Then 夜航.".as_bytes().to_vec())];
    let drag = over_the_end(&app, words).await?;
    assert!(app.maybe("drop-here").await?.is_none());
    assert!(drag.release()?);
    text_is(&app, "Noon at the quay. Then 夜航.").await?;

    // A picture on a text goes into it.
    let picture = home.path().join("Low tide.png");
    fs::write(&picture, tide())?;
    set(&app, "language-zh-CN").await?;
    let drag = over_the_end(&app, files(&[&picture])).await?;
    app.wait_text("drop-here", PATIENCE, |text| text.contains("正文"))
        .await?;
    app.keep("drag-picture").await?;
    assert!(drag.release()?);
    until_drawn(&app, json!([["Low tide", 320]])).await?;
    assert!(app.maybe("import-dialog").await?.is_none());
    saved(&app).await?;
    app.keep("dropped-picture").await?;
    app.press("Control+Shift+p").await?;
    app.wait_for("palette", PATIENCE).await?;
    app.type_text("带格式").await?;
    app.wait_text("palette-item", PATIENCE, |text| text.contains("带格式复制"))
        .await?;
    app.keep("copy-formatted-zh").await?;
    app.press("Enter").await?;
    app.wait_until("what was copied", PATIENCE, async || {
        let html = app.display().copied("text/html")?.unwrap_or_default();
        Ok(String::from_utf8_lossy(&html).contains("Low tide"))
    })
    .await?;
    app.keep("copied-formatted-zh").await?;
    app.close().await
}

#[tokio::test]
async fn the_clipboard_goes_both_ways() -> Result<(), E2eError> {
    let home = Home::new()?;
    let app = open(&home).await?;
    begin(&app, "news").await?;
    to_text(&app).await?;
    app.type_text("Noon at the quay.").await?;
    saved(&app).await?;

    let afar = " Words from afar. 远方来的话。";
    app.display()
        .copy(vec![("UTF8_STRING", afar.as_bytes().to_vec())])?;
    app.press("Control+v").await?;
    text_is(&app, &format!("Noon at the quay.{afar}")).await?;
    // As one step.
    app.press("Control+z").await?;
    text_is(&app, "Noon at the quay.").await?;

    app.press("Control+a").await?;
    app.press("Control+c").await?;
    let copied = async |wanted: &str| {
        app.wait_until("the copied text", PATIENCE, async || {
            Ok(app.display().copied("UTF8_STRING")?.as_deref() == Some(wanted.as_bytes()))
        })
        .await
    };
    copied("Noon at the quay.").await?;
    app.press("Control+End").await?;
    app.type_text(" 夜航渡轮。").await?;
    app.press("Control+a").await?;
    app.press("Control+x").await?;
    copied("Noon at the quay. 夜航渡轮。").await?;
    let hint = "return document.querySelector('.cm-placeholder') !== null";
    app.wait_until("an empty text", PATIENCE, async || {
        Ok(app.client.execute(hint, Vec::new()).await? == json!(true))
    })
    .await?;
    app.press("Control+v").await?;
    text_is(&app, "Noon at the quay. 夜航渡轮。").await?;

    // What is formatted elsewhere comes as Markdown, and goes out formatted; unless it is asked for
    // without its formats.
    let page = || {
        let html = "<meta charset='utf-8'><p>Low at <b>nine</b>, 九点<a href='https://example.org/t'>退潮</a>.</p>";
        let words = "Low at nine, 九点退潮.";
        vec![
            ("text/html", html.as_bytes().to_vec()),
            ("UTF8_STRING", words.as_bytes().to_vec()),
            ("text/plain;charset=utf-8", words.as_bytes().to_vec()),
        ]
    };
    let marked = "Low at **nine**, 九点[退潮](https://example.org/t).";
    app.display().copy(page())?;
    app.press("Control+a").await?;
    app.press("Control+v").await?;
    text_is(&app, marked).await?;
    app.press("Control+Shift+p").await?;
    app.wait_for("palette", PATIENCE).await?;
    app.type_text("with formatting").await?;
    app.wait_text("palette-item", PATIENCE, |text| text.contains("formatting"))
        .await?;
    app.press("Enter").await?;
    app.wait_until("formatted text", PATIENCE, async || {
        let html = app.display().copied("text/html")?.unwrap_or_default();
        Ok(String::from_utf8_lossy(&html).contains("<strong>nine</strong>, 九点<a href="))
    })
    .await?;
    copied(marked).await?;
    app.display().copy(page())?;
    to_text(&app).await?;
    app.press("Control+a").await?;
    app.press("Control+Shift+v").await?;
    text_is(&app, "Low at nine, 九点退潮.").await?;

    app.display().copy(vec![("image/png", tide())])?;
    app.press("Control+End").await?;
    app.press("Control+v").await?;
    until_drawn(&app, json!([["", 320]])).await?;
    saved(&app).await?;
    app.keep("clipboard-picture").await?;
    app.close().await
}

/// Where the first word of the text begins and ends, and the end of the text, in pixels.
const PLACES: &str = "
    const line = document.querySelector('[data-testid=editor] .cm-line');
    const at = (from, to) => {
        const range = document.createRange();
        range.setStart(line.firstChild, from);
        range.setEnd(line.firstChild, to);
        const box = range.getBoundingClientRect();
        return [Math.round((box.left + box.right) / 2), Math.round(box.top + box.height / 2)];
    };
    const end = line.firstChild.length;
    return [at(0, 4), at(end - 1, end).map((one, axis) => axis ? one : one + 12)];";

#[tokio::test]
async fn words_are_moved_with_the_mouse() -> Result<(), E2eError> {
    let app = open(&Home::new()?).await?;
    begin(&app, "news").await?;
    to_text(&app).await?;
    app.type_text("Noon at the quay.").await?;
    saved(&app).await?;
    let places = app.client.execute(PLACES, Vec::new()).await?;
    let [word, end]: [[i32; 2]; 2] =
        serde_json::from_value(places).map_err(std::io::Error::other)?;
    let mouse = |steps: &str| app.display().xdotool(&steps.split(' ').collect::<Vec<_>>());
    let to = |[x, y]: [i32; 2]| format!("mousemove {x} {y}");
    mouse(&format!("{} click --repeat 2 --delay 50 1", to(word)))?;
    tokio::time::sleep(std::time::Duration::from_millis(700)).await;
    mouse(&format!("{} mousedown 1", to(word)))?;
    for x in (word[0]..end[0]).step_by(4) {
        mouse(&to([x, word[1]]))?;
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    mouse(&to(end))?;
    tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    app.keep("moving-words").await?;
    assert!(app.maybe("drop-here").await?.is_none());
    mouse("mouseup 1")?;
    text_is(&app, "at the quay.Noon").await?;
    saved(&app).await?;
    app.press("Control+z").await?;
    text_is(&app, "Noon at the quay.").await?;
    app.close().await
}
