//! The words of a suggestion that the model was not sure of, with the model that ships inside.

use inkstone_tests::e2e::{E2eError, Home, PATIENCE};

use crate::{
    access::Walk,
    steps::{begin, news_brief, open, set, written},
};

/// The most words that are looked at for one that offers others.
const MOST: usize = 40;

#[tokio::test]
async fn unsure_words_are_tinted_and_give_way_by_the_keyboard() -> Result<(), E2eError> {
    let app = open(&Home::new()?).await?;
    begin(&app, "news").await?;
    news_brief(&app).await?;
    app.click("action-draft").await?;
    written(&app).await?;
    let before = app.text("take-1").await?;
    assert!(app.maybe("doubt").await?.is_none(), "shown unasked");
    app.click("take-doubts").await?;
    app.wait_for("doubt", PATIENCE).await?;
    let squeezed = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let shown = || async { Ok::<_, E2eError>(squeezed(&app.text("take-1").await?)) };
    let tinted = shown().await?;
    let mut walk = Walk::new()?;
    for (choice, language) in [("language-zh-CN", "zh-CN"), ("language-en", "en")] {
        set(&app, choice).await?;
        walk.language = language;
        walk.look(&app, "unsure words").await?;
        app.keep(&format!("doubts-{language}")).await?;
    }
    // By keys alone: to a word that has others, and the first of those.
    let doubts = app.find_all("doubt").await?.len();
    let focus = "document.querySelector('[data-testid=doubt][tabindex=\"0\"]').focus()";
    app.client.execute(focus, Vec::new()).await?;
    let mut looked = 0;
    loop {
        app.press("Enter").await?;
        app.wait_for("doubt-others", PATIENCE).await?;
        if app.maybe("doubt-other").await?.is_some() {
            break;
        }
        app.press("Escape").await?;
        app.wait_gone("doubt-others", PATIENCE).await?;
        looked += 1;
        assert!(looked < doubts.min(MOST), "no word of {doubts} has others");
        app.press("ArrowRight").await?;
    }
    walk.look(&app, "other words").await?;
    app.keep("doubt-others").await?;
    app.press("Enter").await?;
    app.wait_gone("doubt-others", PATIENCE).await?;
    app.wait_until("another word", PATIENCE, async || {
        Ok(shown().await? != tinted && app.find_all("doubt").await?.len() == doubts - 1)
    })
    .await?;
    assert!(walk.found.is_empty(), "{}", walk.found.join("\n"));
    // It is the person's edit of the suggestion, and goes back with one step.
    app.click("take-revert").await?;
    app.wait_until("the text of before", PATIENCE, async || {
        Ok(shown().await? == tinted)
    })
    .await?;
    app.click("take-doubts").await?;
    app.wait_gone("doubt", PATIENCE).await?;
    assert_eq!(app.text("take-1").await?, before);
    app.close().await
}
