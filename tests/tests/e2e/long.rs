//! A script of over 400 pages, 200 scenes and 60 people: opened, typed in, and seen in each of its views.

use std::fmt::Write as _;

use inkstone_tests::e2e::{App, E2eError, PATIENCE};

use crate::steps::{WRITING, choose, editor_text, imported, saved, set};

const NAMES: [&str; 60] = [
    "ADA", "ARNE", "ASTRID", "BELA", "BO", "BRITA", "CARL", "CILLA", "CLEO", "DAG", "DORIS",
    "DREW", "EBBA", "EINAR", "ELSA", "FRIDA", "FINN", "FLORA", "GRETA", "GUNNAR", "GWEN", "HEDDA",
    "HUGO", "HANNA", "IDA", "IVAR", "INEZ", "JON", "JULIA", "JENS", "KARIN", "KNUT", "KLARA",
    "LENA", "LARS", "LIV", "MARA", "MATS", "MINA", "NILS", "NORA", "NELL", "OLLE", "OLGA", "OTTO",
    "PIA", "PER", "PETRA", "RAGNAR", "RUT", "RITA", "SVEN", "SIGNE", "SOLVEIG", "TOM", "TOVE",
    "TYRA", "ULF", "VERA", "YNGVE",
];

/// The script, the same at every run.
fn script() -> String {
    let mut state = 11_usize;
    let mut next = |below: usize| {
        state = state.wrapping_mul(1_103_515_245).wrapping_add(12_345) & 0x7fff_ffff;
        (state >> 8) % below
    };
    let mut text = String::from("Title: The Long Crossing\nAuthor: A. Tide\n\n");
    for scene in 1..=200 {
        if scene % 50 == 1 {
            let _ = write!(text, "# Part {}\n\n", scene / 50 + 1);
        }
        let place = [
            "BOOTH",
            "QUAY",
            "ENGINE ROOM",
            "OFFICE OF THE HARBOUR MASTER",
        ][next(4)];
        let time = ["DAY", "NIGHT", "DUSK"][next(3)];
        let _ = write!(
            text,
            "INT. {place} {} - {time}\n\n= What happens in scene {scene}.\n\n",
            next(30) + 1
        );
        for _ in 0..9 {
            let (first, second) = (NAMES[next(60)], NAMES[next(60)]);
            let _ = write!(
                text,
                "The rain goes on, and the lamp over the door swings. Somebody walks along the \
                 planks, stops, and looks out over the water where nothing can be seen.\n\n\
                 {first}\n(low)\nYou said that the boat would be here before it was dark, and I \
                 believed you, as I always do.\n\n{second}\nIt will come when it comes.\n\n"
            );
        }
    }
    text
}

/// The window on a library that has the script.
async fn with_script() -> Result<App, E2eError> {
    imported("The Long Crossing.fountain", &script()).await
}

#[tokio::test]
async fn a_script_of_over_400_pages_opens_and_is_seen_in_each_view() -> Result<(), E2eError> {
    let app = with_script().await?;
    app.wait_text("status-pages", WRITING, |text| text.starts_with("449"))
        .await?;
    app.press("Control+2").await?;
    app.press("Control+End").await?;
    app.type_text("\nA gull cries at the very end.\n").await?;
    app.wait_until("what was typed", PATIENCE, async || {
        Ok(editor_text(&app)
            .await?
            .contains("A gull cries at the very end."))
    })
    .await?;
    saved(&app).await?;
    app.keep("long-end").await?;

    choose(&app, "view-timeline").await?;
    app.wait_for("timeline-lanes", WRITING).await?;
    app.keep("long-timeline").await?;
    // The end of both axes is reached by the keyboard, and a name by the filter.
    let focus = "document.querySelector('[data-testid=\"timeline-field\"]').focus()";
    app.client.execute(focus, Vec::new()).await?;
    app.press("End").await?;
    for _ in 0..14 {
        app.press("ArrowDown").await?;
    }
    app.wait_text("timeline-said", PATIENCE, |text| text.contains("200"))
        .await?;
    app.keep("long-timeline-end").await?;
    app.fill("timeline-filter", "solv").await?;
    app.keep("long-timeline-filter").await?;
    app.client.set_window_rect(0, 0, 900, 700).await?;
    app.press("Control+a").await?;
    app.press("Delete").await?;
    set(&app, "theme-dark").await?;
    app.keep("long-timeline-narrow-dark").await?;
    app.client.set_window_rect(0, 0, 1280, 800).await?;

    choose(&app, "view-board").await?;
    app.wait_for("card-150", WRITING).await?;
    app.keep("long-board").await?;
    choose(&app, "view-reports").await?;
    app.wait_text("tally-summary", WRITING, |text| text.contains("200"))
        .await?;
    app.keep("long-reports").await?;
    choose(&app, "view-text").await?;
    app.click("status-pages").await?;
    app.wait_for("pages-preview", WRITING).await?;
    app.keep("long-pages").await?;
    app.close().await
}
