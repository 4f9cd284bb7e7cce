//! A story from its logline to its pages, written with a model as a screenwriter would: each stage is
//! changed before it feeds the next. One walk in each language.

mod words;

use std::time::Duration;

use fantoccini::Locator;
use inkstone_tests::{
    e2e::{App, E2eError, Home, PATIENCE},
    loopback::{Loopback, Recorded, Script},
};

use crate::remote::use_server;
use crate::steps::{begin, choose, editor_text, open, saved, set, written};
use words::{CHINESE, ENGLISH, Words};

/// A walk on its way.
struct Walk {
    app: App,
    server: Loopback,
    words: &'static Words,
}

impl Walk {
    async fn begin(words: &'static Words) -> Result<Walk, E2eError> {
        let server = Loopback::start(Script::new(|request| words.answer(request)))?;
        let app = open(&Home::new()?).await?;
        if words.language != "en" {
            set(&app, &format!("language-{}", words.language)).await?;
        }
        begin(&app, "screenplay").await?;
        use_server(&app, &server, "").await?;
        Ok(Walk { app, server, words })
    }

    /// Pictures of what is seen, in a wide light window and in a narrow dark one.
    async fn look(&self, name: &str) -> Result<(), E2eError> {
        if std::env::var_os("INKSTONE_SCREENSHOTS").is_none() {
            return Ok(());
        }
        let app = &self.app;
        let name = format!("story-{}-{name}", self.words.language);
        app.keep(&name).await?;
        let theme = |theme| format!("document.documentElement.dataset.theme = '{theme}'");
        app.client.set_window_rect(0, 0, 900, 700).await?;
        app.client.execute(&theme("dark"), Vec::new()).await?;
        tokio::time::sleep(Duration::from_millis(300)).await;
        app.keep(&format!("{name}-dark")).await?;
        app.client.set_window_rect(0, 0, 1280, 800).await?;
        app.client.execute(&theme("light"), Vec::new()).await?;
        Ok(())
    }

    /// What was asked for last, as the model read it.
    fn asked(&self) -> String {
        let requests = self.server.requests();
        requests.last().map(Recorded::text).unwrap_or_default()
    }

    /// Asks with a button and waits for all that is written.
    async fn ask(&self, button: &str) -> Result<(), E2eError> {
        self.app.click(button).await?;
        assert_eq!(written(&self.app).await?, "done");
        Ok(())
    }

    async fn take(&self) -> Result<(), E2eError> {
        self.app.click("take-accept").await?;
        self.app.wait_gone("suggestion-1", PATIENCE).await?;
        saved(&self.app).await
    }

    async fn has(&self, field: &str, wanted: &str) -> Result<(), E2eError> {
        self.app
            .wait_until(&format!("{wanted} in {field}"), PATIENCE, async || {
                Ok(self.app.maybe(field).await?.is_some()
                    && self.app.value(field).await?.contains(wanted))
            })
            .await
    }

    /// From the logline to a scene.
    async fn stages(&self) -> Result<(), E2eError> {
        let (app, words) = (&self.app, self.words);
        choose(app, "view-story").await?;
        app.fill("story-logline", words.logline).await?;
        self.ask("story-write-premise").await?;
        // A suggestion is changed before it is taken.
        app.click("take-edit").await?;
        app.wait_for("take-edit-field", PATIENCE).await?;
        app.press("Control+End").await?;
        app.type_text(words.premise).await?;
        self.look("premise").await?;
        self.take().await?;
        self.has("story-premise", words.premise.trim()).await?;

        self.ask("story-write-characters").await?;
        assert!(
            self.asked().contains(words.premise.trim()),
            "{}",
            self.asked()
        );
        self.look("characters").await?;
        self.take().await?;
        app.click("page-person-1-summary").await?;
        app.fill("page-person-1-voice", words.voice).await?;
        saved(app).await?;
        self.look("page").await?;
        app.click("page-person-1-summary").await?;

        self.ask("story-write-beats").await?;
        self.look("beats").await?;
        self.take().await?;
        app.wait_for("beat-3", PATIENCE).await?;
        app.fill("beat-2", words.beat).await?;

        self.ask("story-write-outline").await?;
        assert!(self.asked().contains(words.beat), "{}", self.asked());
        self.look("outline").await?;
        self.take().await?;
        app.wait_for("synopsis-2", PATIENCE).await?;
        app.fill("synopsis-1", words.synopsis).await?;

        self.ask("story-write-scene-1").await?;
        assert!(self.asked().contains(words.synopsis), "{}", self.asked());
        // Whoever the scene names comes along with their page.
        assert!(self.asked().contains(words.voice), "{}", self.asked());
        self.look("scene").await?;
        self.take().await
    }

    /// A beat that changes marks what was made from it; each is brought in line or kept.
    async fn stale(&self) -> Result<(), E2eError> {
        let (app, words) = (&self.app, self.words);
        assert!(app.maybe("stale-scene-1").await?.is_none());
        app.fill("beat-1", words.other_beat).await?;
        app.wait_for("stale-entry-1", PATIENCE).await?;
        app.wait_for("stale-scene-1", PATIENCE).await?;
        self.look("stale").await?;
        self.ask("story-update-entry-1").await?;
        assert!(self.asked().contains(words.other_beat), "{}", self.asked());
        self.take().await?;
        let synopsis = words.answered(words.entry).trim_start_matches("= ");
        self.has("synopsis-1", synopsis).await?;
        app.wait_gone("stale-entry-1", PATIENCE).await?;
        self.ask("story-update-scene-1").await?;
        self.look("rewritten").await?;
        app.click("take-discard").await?;
        app.wait_gone("suggestion-1", PATIENCE).await?;
        app.click("story-keep-scene-1").await?;
        app.wait_gone("stale-scene-1", PATIENCE).await?;
        // A logline that changes is the reason of the premise.
        app.fill("story-logline", words.other_logline).await?;
        app.wait_for("stale-premise", PATIENCE).await?;
        app.click("story-keep-premise").await?;
        app.wait_gone("stale-premise", PATIENCE).await
    }

    /// In the script: other ways to say a line, a line in someone's voice, what comes next.
    async fn lines(&self) -> Result<(), E2eError> {
        let (app, words) = (&self.app, self.words);
        choose(app, "view-text").await?;
        app.press("Control+2").await?;
        app.press("Control+End").await?;
        app.type_text(words.slip).await?;
        app.press("Shift+Home").await?;
        self.ask("action-alternatives").await?;
        app.wait_until("all ways to say it", PATIENCE, async || {
            Ok(app.find_all("take-variant").await?.len() == 4)
        })
        .await?;
        self.look("alternatives").await?;
        self.nth("take-variant", 1).await?;
        self.take().await?;
        assert!(editor_text(app).await?.contains(words.answered(words.way)));

        app.press("Control+2").await?;
        app.press("Control+End").await?;
        app.type_text("\n\n").await?;
        app.click("action-dialogue").await?;
        app.wait_for("speak-as", PATIENCE).await?;
        self.look("voices").await?;
        app.press("Escape").await?;
        app.click("action-dialogue").await?;
        self.ask("speak-as").await?;
        assert!(self.asked().contains(words.voice), "{}", self.asked());
        self.take().await?;

        app.press("Control+2").await?;
        app.press("Control+End").await?;
        self.ask("action-turns").await?;
        app.wait_until("five turns", PATIENCE, async || {
            Ok(app.find_all("take-variant").await?.len() == 5)
        })
        .await?;
        app.wait_for("take-as-beat", PATIENCE).await?;
        self.look("turns").await?;
        self.nth("take-variant", 3).await?;
        self.take().await
    }

    async fn nth(&self, testid: &str, nth: usize) -> Result<(), E2eError> {
        let found = self.app.find_all(testid).await?;
        Ok(found[nth].click().await?)
    }

    /// A scene is punched up after a note; whoever it names comes along, or is left out.
    async fn punch_up(&self) -> Result<(), E2eError> {
        let (app, words) = (&self.app, self.words);
        choose(app, "view-story").await?;
        app.click("scene-go-1").await?;
        app.press("ArrowDown").await?;
        app.wait_until("both in the prompt", PATIENCE, async || {
            Ok(app.find_all("along-chip").await?.len() == 2)
        })
        .await?;
        app.fill("note", words.note).await?;
        self.ask("action-punch_up").await?;
        assert!(self.asked().contains(words.note) && self.asked().contains(words.voice));
        app.click("take-by-change").await?;
        self.look("punched-up").await?;
        self.take().await?;
        // Left out, a page is in no prompt.
        app.wait_until("left out", PATIENCE, async || {
            for out in app.find_all("along-out").await? {
                let label = out.attr("aria-label").await?.unwrap_or_default();
                if label.contains(words.name) {
                    // What it lies in scrolls, and may be moving still.
                    let script = "arguments[0].scrollIntoView({ block: 'center' });";
                    let argument = serde_json::to_value(&out).unwrap_or_default();
                    app.client.execute(script, vec![argument]).await?;
                    return match out.click().await {
                        Ok(()) => Ok(true),
                        Err(error) if error.is_element_not_interactable() => Ok(false),
                        Err(error) => Err(error.into()),
                    };
                }
            }
            Ok(false)
        })
        .await?;
        app.wait_for("along-in", PATIENCE).await?;
        self.look("left-out").await?;
        saved(app).await?;
        self.ask("action-punch_up").await?;
        assert!(!self.asked().contains(words.voice), "{}", self.asked());
        app.click("take-discard").await?;
        // The names that come along are looked up anew, and may move it.
        app.wait_until("the name to come along again", PATIENCE, async || {
            let Some(out) = app.maybe("along-in").await? else {
                return Ok(true);
            };
            out.click().await.ok();
            Ok(false)
        })
        .await
    }

    /// What doesn't fit, with places; a reader's report, with quotes.
    async fn readers(&self) -> Result<(), E2eError> {
        let (app, words) = (&self.app, self.words);
        app.click("tab-checks").await?;
        let rule = |rule: &'static str| async move {
            let mut places = 0;
            for item in app.find_all("check-item").await? {
                let own = item.attr("data-rule").await?.as_deref() == Some(rule);
                places += usize::from(own);
            }
            Ok::<usize, E2eError>(places)
        };
        app.wait_until("the slip in a name", PATIENCE, async || {
            Ok(rule("screenplay.like_name").await? == 1)
        })
        .await?;
        app.click("action-knowledge").await?;
        app.wait_until("who can't know it", PATIENCE, async || {
            Ok(rule("screenplay.knowledge").await? == 1)
        })
        .await?;
        app.click("action-coverage").await?;
        app.wait_for("report-item", PATIENCE).await?;
        self.look("checks").await?;
        app.click("report-item").await?;
        app.wait_for("report", PATIENCE).await?;
        let mut found = Vec::new();
        for quote in app.find_all("report-quote").await? {
            found.push(quote.attr("data-found").await?.unwrap_or_default());
        }
        // What the script does not have is no quote of it.
        assert_eq!(found, ["true", "true", "false", "true"]);
        self.look("report").await?;
        app.press("Escape").await?;
        app.wait_gone("report", PATIENCE).await?;
        // A finding leads to its place.
        for item in app.find_all("check-item").await? {
            if item.attr("data-rule").await?.as_deref() == Some("screenplay.like_name") {
                item.find(Locator::Css("button")).await?.click().await?;
                break;
            }
        }
        app.type_text(words.cue).await?;
        let mut slip = words.slip.trim().lines();
        let slip = slip.next().unwrap_or("?").trim_start_matches('@');
        app.wait_until("the name put right", PATIENCE, async || {
            Ok(!editor_text(app).await?.contains(slip))
        })
        .await?;
        app.click("checks-again").await?;
        app.wait_until("the name put right", PATIENCE, async || {
            Ok(rule("screenplay.like_name").await? == 0)
        })
        .await
    }

    /// Someone of the script answers, as far as they have lived in it.
    async fn interview(&self) -> Result<(), E2eError> {
        let (app, words) = (&self.app, self.words);
        choose(app, "view-story").await?;
        app.click("page-person-1-summary").await?;
        app.click("page-person-1-interview").await?;
        app.wait_for("interview-ask", PATIENCE).await?;
        app.click("interview-ask").await?;
        app.type_text(words.question).await?;
        app.press("Enter").await?;
        let said = words.answered(words.interview);
        let said = said
            .split_once([':', '：'])
            .map_or(said, |(_, said)| said.trim());
        app.wait_text("interview-answer", PATIENCE, |text| text == said)
            .await?;
        self.look("interview").await?;
        app.click("interview-keep").await?;
        app.click("interview-back").await?;
        app.click("page-person-1-summary").await?;
        self.has("page-person-1-notes-1", said).await?;
        app.find("page-person-1-notes-1").await?;
        self.look("notes").await?;
        saved(app).await
    }
}

async fn walk(words: &'static Words) -> Result<(), E2eError> {
    let walk = Walk::begin(words).await?;
    walk.stages().await?;
    walk.stale().await?;
    walk.lines().await?;
    walk.punch_up().await?;
    walk.readers().await?;
    walk.interview().await?;
    walk.app.close().await
}

#[tokio::test]
async fn a_story_is_written_with_a_model() -> Result<(), E2eError> {
    walk(&ENGLISH).await
}

#[tokio::test]
async fn a_story_is_written_with_a_model_in_chinese() -> Result<(), E2eError> {
    walk(&CHINESE).await
}
