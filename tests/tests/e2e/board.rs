//! The board of a screenplay: a card moves by keyboard and the text with it; a beat sheet goes in.

use std::time::Duration;

use fantoccini::actions::{InputSource as _, MOUSE_BUTTON_LEFT, MouseActions, PointerAction};
use inkstone_tests::e2e::{App, E2eError, Home, PATIENCE};

use crate::steps::{begin, choose, editor_text, open, saved, set};

const SCRIPT: &str = "# Act One\n\nINT. BOOTH - DAY\n\n= Mara finds the letter.\n\nRain ticks.\n\n\
MARA\nIt sticks.\n\nEXT. QUAY - NIGHT\n\n= Tom waits for the ferry.\n\nFog.\n\n# Act Two\n\n\
INT. HALL - DAY\n\n= They talk past each other.\n\nTOM\nNo.\n";

const SCRIPT_ZH: &str = "# 起\n\n.内景 厨房 夜\n\n= 林晓把信塞到面包罐底下。\n\n雨点敲着玻璃。\n\n@林晓\n水刚开。\n\n\
.外景 码头 日\n\n= 老秦等渡船。\n\n雾。\n\n# 承\n\n.内景 客厅 日\n\n@老秦\n不是。\n";

async fn script(language: &str, text: &str) -> Result<App, E2eError> {
    let app = open(&Home::new()?).await?;
    if language != "en" {
        set(&app, &format!("language-{language}")).await?;
    }
    begin(&app, "screenplay").await?;
    app.press("Control+2").await?;
    app.type_text(text).await?;
    saved(&app).await?;
    Ok(app)
}

async fn board(app: &App) -> Result<(), E2eError> {
    choose(app, "view-board").await?;
    app.wait_for("card-0", PATIENCE).await?;
    Ok(())
}

/// What stands on a card.
async fn shows(app: &App, card: &str, wanted: &str) -> Result<(), E2eError> {
    app.wait_text(card, PATIENCE, |text| text.contains(wanted))
        .await?;
    Ok(())
}

#[tokio::test]
async fn a_card_moved_by_keyboard_moves_the_text_and_undo_brings_it_back() -> Result<(), E2eError> {
    let app = script("en", SCRIPT).await?;
    board(&app).await?;
    app.keep("board").await?;
    app.click("card-0").await?;
    app.press("Space").await?;
    app.press("ArrowDown").await?;
    app.press("ArrowDown").await?;
    app.press("ArrowDown").await?;
    app.keep("board-carried").await?;
    app.press("Space").await?;
    shows(&app, "card-1", "INT. BOOTH - DAY").await?;
    shows(&app, "column-2", "INT. BOOTH - DAY").await?;
    // The card has a colour, and stays where it is.
    app.click("card-menu-1").await?;
    app.wait_for("card-color-blue", PATIENCE).await?;
    app.keep("board-menu").await?;
    app.click("card-color-blue").await?;
    app.wait_gone("card-menu", PATIENCE).await?;
    saved(&app).await?;
    choose(&app, "view-text").await?;
    let text = editor_text(&app).await?;
    assert!(
        text.contains("# Act Two\n\nINT. BOOTH - DAY\n[[color: blue]]\n\n= Mara finds the letter.\n\nRain ticks.\n\nMARA\nIt sticks.\n\nINT. HALL"),
        "{text}"
    );
    board(&app).await?;
    app.click("board-undo").await?;
    app.click("board-undo").await?;
    shows(&app, "column-1", "INT. BOOTH - DAY").await?;
    saved(&app).await?;
    choose(&app, "view-text").await?;
    assert_eq!(editor_text(&app).await?.trim_end(), SCRIPT.trim_end());
    // The list beside the text leads to a scene.
    choose(&app, "tab-scenes").await?;
    app.wait_for("scene-list-item", PATIENCE).await?;
    app.keep("scene-list").await?;
    // Nothing is lost in a narrow window.
    app.client.set_window_rect(0, 0, 900, 700).await?;
    board(&app).await?;
    app.find("board-sheets").await?;
    app.keep("board-narrow").await?;
    Ok(())
}

#[tokio::test]
async fn a_beat_sheet_goes_around_what_a_chinese_script_has() -> Result<(), E2eError> {
    let app = script("zh-CN", SCRIPT_ZH).await?;
    board(&app).await?;
    app.click("board-sheets").await?;
    choose(&app, "sheet-qi-cheng-zhuan-he").await?;
    app.wait_text("sheet-beats", PATIENCE, |text| text.contains("破题"))
        .await?;
    app.keep("sheet-zh-CN").await?;
    app.click("sheet-apply").await?;
    app.wait_gone("sheet", PATIENCE).await?;
    app.wait_until("the first beat", PATIENCE, async || {
        let label = app.attribute("card-0", "aria-label").await?;
        Ok(label.is_some_and(|label| label.contains("破题")))
    })
    .await?;
    app.keep("board-zh-CN").await?;
    // A scene is omitted, and stays in the text.
    app.click("card-5").await?;
    app.click("card-menu-5").await?;
    app.click("card-omit").await?;
    app.wait_until("an omitted card", PATIENCE, async || {
        Ok(app.attribute("card-5", "data-kind").await?.as_deref() == Some("omitted"))
    })
    .await?;
    saved(&app).await?;
    choose(&app, "view-text").await?;
    let text = editor_text(&app).await?;
    assert!(text.contains("# 起\n\n= 破题：开门见山"), "{text}");
    assert!(text.contains("/* omitted\n.内景 厨房 夜\n"), "{text}");
    set(&app, "theme-dark").await?;
    board(&app).await?;
    app.keep("board-dark-zh-CN").await?;
    Ok(())
}

/// The middle of an element, in the window.
async fn middle(app: &App, testid: &str) -> Result<(f64, f64), E2eError> {
    let (x, y, width, height) = app.find(testid).await?.rectangle().await?;
    Ok((x + width / 2.0, y + height / 2.0))
}

/// Drags with the mouse; `seen` is the name of a picture of it before the button is let go.
async fn drag(
    app: &App,
    from: (f64, f64),
    to: (f64, f64),
    seen: Option<&str>,
) -> Result<(), E2eError> {
    let mouse = |actions: Vec<PointerAction>| {
        actions
            .into_iter()
            .fold(MouseActions::new("mouse".to_owned()), |all, one| {
                all.then(one)
            })
    };
    let move_to = |(x, y): (f64, f64)| PointerAction::MoveTo {
        duration: Some(Duration::from_millis(120)),
        x,
        y,
    };
    let near = (from.0 + 12.0, from.1 + 12.0);
    let pressed = vec![
        move_to(from),
        PointerAction::Down {
            button: MOUSE_BUTTON_LEFT,
        },
        move_to(near),
        move_to(to),
    ];
    app.client.perform_actions(mouse(pressed)).await?;
    if let Some(name) = seen {
        app.keep(name).await?;
    }
    let up = PointerAction::Up {
        button: MOUSE_BUTTON_LEFT,
    };
    Ok(app.client.perform_actions(mouse(vec![up])).await?)
}

#[tokio::test]
async fn a_card_dragged_by_the_mouse_moves_the_text() -> Result<(), E2eError> {
    let app = script("en", SCRIPT).await?;
    board(&app).await?;
    // To the foot of the second column.
    let from = middle(&app, "card-0").await?;
    let (x, y) = middle(&app, "card-2").await?;
    drag(&app, from, (x, y + 90.0), Some("board-dragged")).await?;
    shows(&app, "column-2", "INT. BOOTH - DAY").await?;
    shows(&app, "card-2", "INT. BOOTH - DAY").await?;
    saved(&app).await?;
    choose(&app, "view-text").await?;
    let text = editor_text(&app).await?;
    assert!(
        text.contains("TOM\nNo.\n\nINT. BOOTH - DAY\n\n= Mara finds the letter.\n\nRain ticks.\n\nMARA\nIt sticks."),
        "{text}"
    );
    // Let go where it was, a card stays, and Escape puts one back.
    board(&app).await?;
    let from = middle(&app, "card-0").await?;
    drag(&app, from, (from.0 + 20.0, from.1 + 4.0), None).await?;
    shows(&app, "card-0", "EXT. QUAY - NIGHT").await?;
    app.click("board-undo").await?;
    shows(&app, "column-1", "INT. BOOTH - DAY").await?;
    saved(&app).await?;
    choose(&app, "view-text").await?;
    assert_eq!(editor_text(&app).await?.trim_end(), SCRIPT.trim_end());
    app.close().await
}
