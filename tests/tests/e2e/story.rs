//! The stages of a story, and an interview with one of its people.

use inkstone_tests::{
    e2e::{App, E2eError, Home, PATIENCE},
    loopback::{Answer, Loopback, Recorded, Script},
};

use crate::remote::use_server;
use crate::steps::{begin, choose, editor_text, open, saved, set, written};

const SCRIPT: &str = "= Mara hides the letter.\n\nINT. KITCHEN - NIGHT\n\n= Mara slips the letter \
under the tin.\n\nRain ticks.\n\nMARA\nThe kettle was.\n";

const SCRIPT_ZH: &str = "= 林晓把信藏起来。\n\n.内景 厨房 - 夜\n\n= 林晓把信塞到面包罐底下。\n\n雨点敲着玻璃。\n\n@林晓\n水刚开。\n";

fn answer(request: &Recorded) -> Answer {
    let text = request.text();
    let is = |marks: &[&str]| marks.iter().any(|mark| text.contains(mark));
    Answer::text(if is(&["write the premise of the story"]) {
        "Mara hides a letter, and Tom pays for it."
    } else if is(&["rewrite the synopsis"]) {
        "= Mara burns the letter in the stove."
    } else if is(&["重写大纲里一场戏的梗概"]) {
        "= 林晓把信投进炉膛。"
    } else if is(&["being interviewed"]) {
        "MARA: I never read it."
    } else if is(&["正在接受写你的编剧的采访"]) {
        "林晓：我没看。"
    } else {
        "Rain."
    })
}

/// A screenplay with this text, whose model is the server.
async fn script(
    server: &Loopback,
    language: &str,
    logline: &str,
    text: &str,
) -> Result<App, E2eError> {
    let app = open(&Home::new()?).await?;
    if language != "en" {
        set(&app, &format!("language-{language}")).await?;
    }
    begin(&app, "screenplay").await?;
    use_server(&app, server, "").await?;
    app.fill("brief-logline", logline).await?;
    app.press("Control+2").await?;
    app.type_text(text).await?;
    saved(&app).await?;
    Ok(app)
}

async fn story(app: &App) -> Result<(), E2eError> {
    choose(app, "view-story").await?;
    app.wait_for("beat-1", PATIENCE).await?;
    Ok(())
}

#[tokio::test]
async fn a_changed_beat_marks_the_scene_and_an_update_is_taken_in() -> Result<(), E2eError> {
    let server = Loopback::start(Script::new(answer))?;
    let app = script(&server, "en", "A keeper hides a letter", SCRIPT).await?;
    story(&app).await?;
    assert!(app.maybe("stale-entry-1").await?.is_none());
    // A premise is a suggestion beside its field, and goes there when it is taken.
    app.click("story-write-premise").await?;
    assert_eq!(written(&app).await?, "done");
    app.click("take-accept").await?;
    app.wait_until("the premise in its field", PATIENCE, async || {
        Ok(app
            .value("story-premise")
            .await?
            .contains("Tom pays for it"))
    })
    .await?;
    app.keep("story").await?;
    app.fill("beat-1", "Mara burns the letter.").await?;
    app.wait_for("stale-entry-1", PATIENCE).await?;
    app.wait_for("stale-scene-1", PATIENCE).await?;
    app.keep("story-stale").await?;
    app.click("story-update-entry-1").await?;
    assert_eq!(written(&app).await?, "done");
    app.click("take-accept").await?;
    app.wait_until("the new synopsis", PATIENCE, async || {
        Ok(app.value("synopsis-1").await?.contains("in the stove"))
    })
    .await?;
    app.wait_gone("stale-entry-1", PATIENCE).await?;
    app.click("story-keep-scene-1").await?;
    app.wait_gone("stale-scene-1", PATIENCE).await?;
    choose(&app, "view-text").await?;
    let text = editor_text(&app).await?;
    assert!(text.contains("= Mara burns the letter.\n"), "{text}");
    assert!(
        text.contains("= Mara burns the letter in the stove."),
        "{text}"
    );
    assert!(text.contains("The kettle was."), "{text}");
    saved(&app).await
}

#[tokio::test]
async fn someone_of_the_script_is_interviewed_and_an_answer_kept_in_chinese() -> Result<(), E2eError>
{
    let server = Loopback::start(Script::new(answer))?;
    let app = script(&server, "zh-CN", "守灯人藏起一封信", SCRIPT_ZH).await?;
    app.fill("brief-characters-1-name", "林晓").await?;
    story(&app).await?;
    app.click("page-person-1-summary").await?;
    app.keep("story-zh-CN").await?;
    app.click("page-person-1-interview").await?;
    app.wait_for("interview-ask", PATIENCE).await?;
    app.click("interview-ask").await?;
    app.type_text("你看信了吗？").await?;
    app.press("Enter").await?;
    app.wait_text("interview-answer", PATIENCE, |text| text == "我没看。")
        .await?;
    app.keep("interview-zh-CN").await?;
    app.click("interview-keep").await?;
    app.click("interview-back").await?;
    app.click("page-person-1-summary").await?;
    assert_eq!(app.value("page-person-1-notes-1").await?, "我没看。");
    saved(&app).await?;
    let asked = server.requests();
    let prompt = asked.last().map(Recorded::text).unwrap_or_default();
    assert!(
        prompt.contains("雨点敲着玻璃") && !prompt.contains("塞到"),
        "{prompt}"
    );
    Ok(())
}
