//! A script with signs of every kind: emoji of several code points, scripts that run from right to
//! left, marks that combine. Read, typed in and counted; no sign of it changes by itself.

use inkstone_tests::e2e::{E2eError, PATIENCE};

use crate::steps::{choose, editor_text, imported, saved};

/// The family is five code points, the flag two, the thumb has a skin; the café's accent combines.
const SCRIPT: &str = "Title: Signs\n\n\
    INT. CAFE\u{301} 🌧️ - NIGHT\n\n\
    The sign says 👨‍👩‍👧 and 🇫🇮, and somebody sends 👍🏽 to everyone.\n\n\
    @נועה\nשלום, עומר. הגשם לא מפסיק (עדיין).\n\n\
    @عمر\nمرحبا يا نوعا، وصلت الساعة 9:30.\n\n\
    MARA\n(in Hebrew)\nלילה טוב, Olle, ולהתראות.\n\n\
    @卓玛\n好的，👌 明天见。\n\n\
    EXT. QUAY - DAY\n\nNothing special.\n";

#[tokio::test]
async fn signs_of_every_kind_are_read_typed_in_and_counted() -> Result<(), E2eError> {
    let app = imported("Signs.fountain", SCRIPT).await?;
    app.wait_until("the script", PATIENCE, async || {
        Ok(editor_text(&app).await?.contains("Nothing special."))
    })
    .await?;
    app.keep("signs").await?;
    // What is said in Hebrew ends at its left, as it is printed; what is not keeps its way.
    let directions = "return [...document.querySelectorAll('[data-testid=\"editor\"] .cm-line')] \
                      .filter((line) => getComputedStyle(line).direction === 'rtl').length";
    let found = app.client.execute(directions, Vec::new()).await?;
    assert_eq!(found, 5);
    app.press("Control+2").await?;
    app.press("Control+End").await?;
    app.type_text("\nThe end.").await?;
    saved(&app).await?;
    let text = editor_text(&app).await?;
    for line in SCRIPT.lines().filter(|line| !line.is_empty()) {
        assert!(text.contains(line), "{line:?} in {text:?}");
    }
    assert!(text.contains("The end."), "{text:?}");
    choose(&app, "view-reports").await?;
    app.wait_text("tally-summary", PATIENCE, |text| text.contains("2 scenes"))
        .await?;
    let people = app.page_text().await?;
    for name in ["נועה", "عمر", "MARA", "卓玛"] {
        assert!(people.contains(name), "{name} in {people:?}");
    }
    app.keep("signs-reports").await?;
    app.close().await
}
