//! The screens of the program: what each is called, how one gets there and how one leaves, and the
//! library in which all of them have something to show.

use inkstone_tests::{
    e2e::{App, E2eError, PATIENCE},
    loopback::Loopback,
};
use serde_json::Value;

use crate::{
    remote::use_server,
    steps::{
        accept, begin, choose, editor_text, hardly_any_budget, news_brief, number, saved, to_text,
        written,
    },
};

/// One thing that a person does.
#[derive(Clone, Copy)]
pub enum Do {
    Click(&'static str),
    /// As a click, for controls whose label is what is seen.
    Choose(&'static str),
    Press(&'static str),
    Fill(&'static str, &'static str),
    Wait(&'static str),
    Gone(&'static str),
}
use Do::{Choose, Click, Fill, Gone, Press, Wait};

/// What is seen, how one gets there, and how one leaves.
pub struct Screen {
    pub name: &'static str,
    pub open: &'static [Do],
    pub close: &'static [Do],
}

const fn screen(name: &'static str, open: &'static [Do], close: &'static [Do]) -> Screen {
    Screen { name, open, close }
}

/// With the article open.
pub const ARTICLE: &[Screen] = &[
    screen(
        "article and brief",
        &[Choose("tab-brief"), Wait("suggestion-1")],
        &[],
    ),
    screen("takes", &[Choose("tab-takes"), Wait("takes-item")], &[]),
    screen(
        "record of a take",
        &[Click("takes-record"), Wait("record")],
        &[Press("Escape"), Gone("record")],
    ),
    screen("checks", &[Choose("tab-checks"), Wait("panel-checks")], &[]),
    screen(
        "assistant",
        &[Choose("tab-assistant"), Wait("assistant-ask")],
        &[],
    ),
    screen(
        "history",
        &[
            Choose("tab-history"),
            Wait("history-row"),
            Click("history-row"),
        ],
        &[],
    ),
    screen(
        "comparison",
        &[Click("history-compare"), Wait("compared")],
        &[],
    ),
    screen(
        "comparison side by side",
        &[Choose("compare-sides")],
        &[Choose("compare-inline"), Press("Escape"), Gone("compared")],
    ),
    screen(
        "try again",
        &[Click("take-retry"), Wait("again")],
        &[Press("Escape"), Gone("again")],
    ),
    screen(
        "best of several",
        &[Choose("tab-brief"), Click("best"), Wait("best-popover")],
        &[Press("Escape"), Gone("best-popover")],
    ),
    screen(
        "several models",
        &[Click("beside-open"), Wait("beside-popover")],
        &[Press("Escape"), Gone("beside-popover")],
    ),
    screen("origins", &[Click("origins"), Wait("origins-share")], &[]),
    screen(
        "origins tinted",
        &[
            Choose("origins-tint"),
            Press("Escape"),
            Gone("origins-panel"),
        ],
        &[Press("F8")],
    ),
    screen(
        "writing surface",
        &[Click("surface-menu"), Wait("surface")],
        &[Press("Escape"), Gone("surface")],
    ),
    screen(
        "outline",
        &[Press("Control+Shift+o"), Wait("outline")],
        &[Click("outline-close"), Gone("outline")],
    ),
    screen(
        "counts",
        &[Click("status-counts"), Wait("counts")],
        &[Press("Escape"), Gone("counts")],
    ),
    screen(
        "find and replace",
        &[
            Press("Control+2"),
            Press("Control+h"),
            Wait("find-panel"),
            Fill("find", "ferry"),
        ],
        &[Click("find-close"), Gone("find-panel")],
    ),
    screen(
        "find in the project",
        &[
            Press("Control+Shift+h"),
            Wait("across"),
            Fill("across-find", "ferry"),
            Wait("across-group"),
        ],
        &[Press("Escape"), Gone("across")],
    ),
    screen(
        "export",
        &[Click("export"), Wait("export-docx")],
        &[Press("Escape"), Gone("export-docx")],
    ),
    screen(
        "comments",
        &[
            Click("surface-menu"),
            Click("surface-comments"),
            Press("Escape"),
            Wait("comments"),
        ],
        &[Click("comments-close"), Gone("comments")],
    ),
    screen(
        "two texts side by side",
        &[
            Click("surface-menu"),
            Click("surface-split"),
            Press("Escape"),
            Wait("beside-choose"),
        ],
        &[Click("beside-close"), Gone("beside-choose")],
    ),
    screen(
        "dim all but the sentence",
        &[Press("Shift+F9")],
        &[Press("Shift+F9"), Press("Shift+F9")],
    ),
    screen(
        "merge",
        &[
            Click("draft-item"),
            Press("ArrowDown"),
            Press("Tab"),
            Press("Enter"),
            Click("merge-into"),
            Wait("merge-conflict"),
        ],
        &[Press("Escape"), Gone("merge")],
    ),
    screen(
        "budget",
        &[
            Choose("tab-brief"),
            Click("action-draft"),
            Wait("budget-dialog"),
        ],
        &[Click("budget-no"), Gone("budget-dialog")],
    ),
    screen(
        "the exact prompt",
        &[
            Click("see-prompt-first"),
            Click("action-draft"),
            Wait("prompt-part"),
        ],
        &[Click("prompt-cancel"), Gone("prompt-dialog")],
    ),
];

pub const LIBRARY: &[Screen] = &[
    screen(
        "search",
        &[
            Press("Control+k"),
            Fill("search", "ferry"),
            Wait("search-place-hit"),
        ],
        &[],
    ),
    screen(
        "search narrowed",
        &[Click("search-narrow"), Wait("search-project")],
        &[Click("search-clear")],
    ),
    screen(
        "projects",
        &[Click("projects"), Wait("new-project")],
        &[Press("Escape"), Gone("new-project")],
    ),
    screen(
        "new document",
        &[Click("new-document"), Wait("import-file")],
        &[],
    ),
    screen(
        "import",
        &[Click("import-file"), Wait("import-files")],
        &[Press("Escape"), Gone("import-dialog")],
    ),
    screen("bin", &[Click("open-bin"), Wait("bin-item")], &[]),
    screen(
        "empty the bin?",
        &[Click("empty-bin"), Wait("empty-bin-dialog")],
        &[
            Press("Escape"),
            Gone("empty-bin-dialog"),
            Click("bin-back"),
            Gone("bin"),
        ],
    ),
    screen(
        "palette",
        &[Press("Control+Shift+p"), Wait("palette-item")],
        &[],
    ),
    screen(
        "palette without a match",
        &[Fill("palette-query", "qqqq"), Wait("palette-none")],
        &[Press("Escape"), Gone("palette")],
    ),
];

pub const MODELS: &[Screen] = &[
    screen("models", &[Click("status-model"), Wait("shelf")], &[]),
    screen(
        "a model file",
        &[Click("add-file"), Wait("model-path")],
        &[Click("model-cancel"), Gone("model-path")],
    ),
    screen(
        "a server",
        &[
            Click("add-server"),
            Wait("server-url"),
            Click("server-price"),
        ],
        &[Click("server-cancel"), Gone("server-url")],
    ),
    screen(
        "who comes next",
        &[Click("chain-open"), Wait("chain")],
        &[Press("Escape"), Press("Escape"), Gone("model-popover")],
    ),
    screen(
        "privacy",
        &[Click("status-privacy"), Wait("privacy-popover")],
        &[Press("Escape"), Gone("privacy-popover")],
    ),
    screen(
        "models to get",
        &[
            Click("status-model"),
            Click("models-all"),
            Choose("models-page-get"),
            Wait("guide-model"),
        ],
        &[],
    ),
    screen(
        "a download before it starts",
        &[
            Fill("download-what", "https://hub.example/acme/w/writer-q4.gguf"),
            Click("download-plan-it"),
            Wait("download-url"),
        ],
        &[Click("download-cancel")],
    ),
    screen(
        "models found",
        &[
            Choose("models-page-found"),
            Click("found-look"),
            Wait("found-none"),
        ],
        &[],
    ),
    screen(
        "models here",
        &[Choose("models-page-here"), Wait("model-fit")],
        &[Press("Escape"), Gone("models-dialog")],
    ),
];

pub const SETTINGS: &[Screen] = &[
    screen(
        "settings",
        &[
            Click("open-settings"),
            Wait("settings"),
            Click("settings-general"),
        ],
        &[],
    ),
    screen(
        "settings, found",
        &[Fill("settings-search", "a"), Wait("settings-hit")],
        &[Press("Escape"), Gone("settings-hit")],
    ),
    screen(
        "settings, writing",
        &[Click("settings-writing"), Wait("punctuation")],
        &[],
    ),
    screen(
        "settings, library",
        &[Click("settings-place"), Wait("archive-all")],
        &[],
    ),
    screen(
        "settings, house rules",
        &[Click("settings-rules"), Wait("house-rules")],
        &[],
    ),
    screen(
        "own actions",
        &[Click("settings-actions"), Wait("action-item")],
        &[],
    ),
    screen(
        "an own action",
        &[Click("action-edit"), Wait("action-right")],
        &[Click("action-back"), Wait("action-item")],
    ),
    screen(
        "a new action",
        &[Click("action-new"), Wait("action-kind")],
        &[],
    ),
    screen(
        "settings, keys",
        &[Click("settings-keys"), Wait("keys-list")],
        &[],
    ),
    screen(
        "settings, use",
        &[Click("settings-usage"), Wait("usage")],
        &[],
    ),
    screen(
        "settings, what left",
        &[Click("settings-ledger"), Wait("ledger-entry")],
        &[],
    ),
    screen(
        "one request that left",
        &[Click("ledger-open"), Wait("ledger-sent")],
        &[Click("ledger-back")],
    ),
    screen(
        "shortcuts",
        &[Click("settings-shortcuts"), Wait("shortcuts")],
        &[],
    ),
    screen(
        "a key is pressed",
        &[Click("shortcut-add"), Wait("shortcut-press")],
        &[Press("Escape"), Press("Escape"), Gone("settings")],
    ),
];

pub const SCRIPT: &[Screen] = &[
    screen(
        "script and brief",
        &[Choose("tab-brief"), Wait("production")],
        &[],
    ),
    screen(
        "scenes",
        &[Choose("tab-scenes"), Wait("scene-list-item")],
        &[],
    ),
    screen("story", &[Choose("view-story"), Wait("story")], &[]),
    screen(
        "a person",
        &[Click("page-person-1-summary"), Wait("page-person-1-voice")],
        &[],
    ),
    screen(
        "interview",
        // What was said at the foot of the window makes way for the question.
        &[Click("page-person-1-interview"), Click("interview-ask")],
        &[Click("interview-back"), Gone("interview")],
    ),
    screen("board", &[Choose("view-board"), Wait("card-0")], &[]),
    screen(
        "a card's menu",
        &[
            Click("card-0"),
            Click("card-menu-0"),
            Wait("card-color-blue"),
        ],
        &[Press("Escape"), Gone("card-color-blue")],
    ),
    screen(
        "beat sheets",
        &[Click("board-sheets"), Wait("sheet")],
        &[Press("Escape"), Gone("sheet")],
    ),
    screen(
        "timeline",
        &[Choose("view-timeline"), Wait("timeline-field")],
        &[],
    ),
    screen(
        "reports",
        &[Choose("view-reports"), Wait("tally-summary")],
        &[Choose("view-text")],
    ),
    screen(
        "pages",
        &[Click("status-pages"), Wait("pages-preview")],
        &[Press("Escape"), Gone("pages")],
    ),
];

pub const ADS: &[Screen] = &[
    screen(
        "ads",
        &[Choose("tab-brief"), Wait("channel-limits"), Wait("ad-grid")],
        &[],
    ),
    screen(
        "passages of two takes",
        &[
            Click("take-mix"),
            Wait("mix-passage-left"),
            Click("mix-passage-left"),
        ],
        &[Press("Escape"), Gone("mix")],
    ),
];

/// With the article open, in a window as narrow as one with all panels can be.
pub const NARROW: &[Screen] = &[
    screen(
        "narrow, article and desk",
        &[Choose("tab-brief"), Wait("suggestion-1")],
        &[],
    ),
    screen(
        "narrow, house rules and voice",
        &[
            Click("open-settings"),
            Click("settings-rules"),
            Wait("house-rules"),
            Fill("voice-text", "Say it plainly."),
            Wait("voice-tokens"),
        ],
        &[],
    ),
    screen(
        "narrow, own actions",
        &[Click("settings-actions"), Wait("action-item")],
        &[],
    ),
    screen(
        "narrow, an own action",
        &[Click("action-edit"), Wait("action-right")],
        &[Click("action-back"), Press("Escape"), Gone("settings")],
    ),
    screen(
        "narrow, the exact prompt",
        &[
            Click("see-prompt-first"),
            Click("action-draft"),
            Wait("prompt-part"),
        ],
        &[Click("prompt-cancel"), Gone("prompt-dialog")],
    ),
];

pub async fn act(app: &App, steps: &[Do]) -> Result<(), E2eError> {
    for step in steps {
        match *step {
            Click(testid) => app.click(testid).await?,
            Choose(testid) => choose(app, testid).await?,
            Press(chord) => app.press(chord).await?,
            Fill(testid, text) => app.fill(testid, text).await?,
            Wait(testid) => drop(app.find(testid).await?),
            Gone(testid) => app.wait_gone(testid, PATIENCE).await?,
        }
    }
    Ok(())
}

/// Opens the document of this title from the list.
pub async fn document(app: &App, title: &str) -> Result<(), E2eError> {
    const OPEN: &str = "const rows = document.querySelectorAll('[data-testid=document-item]'); \
                        const row = [...rows].find((one) => one.textContent.includes(arguments[0])); \
                        row?.click(); row?.focus(); return Boolean(row);";
    app.wait_until(title, PATIENCE, async || {
        let found = app.client.execute(OPEN, vec![Value::from(title)]).await?;
        Ok(found == Value::Bool(true))
    })
    .await?;
    app.wait_until("the document", PATIENCE, async || {
        Ok(app.value("title").await?.contains(title))
    })
    .await
}

async fn titled(app: &App, title: &str) -> Result<(), E2eError> {
    app.fill("title", title).await?;
    app.press("Enter").await?;
    saved(app).await
}

/// A library with an article that has takes and a suggestion, ads, a script, and something in the bin.
pub async fn filled(app: &App, server: &Loopback) -> Result<(), E2eError> {
    begin(app, "news").await?;
    titled(app, "Gone").await?;
    app.press("Control+n").await?;
    begin(app, "news").await?;
    use_server(app, server, "").await?;
    news_brief(app).await?;
    app.press("Control+2").await?;
    app.type_text("# Ferry\n\nThe ferry runs at nine, they they say. Teh night is long.")
        .await?;
    saved(app).await?;
    // Another draft says the same line otherwise.
    app.click("document-item").await?;
    for key in ["Tab", "Enter"] {
        app.press(key).await?;
    }
    app.click("branch").await?;
    app.wait_for("branch-name", PATIENCE).await?;
    app.press("Enter").await?;
    app.wait_until("two drafts", PATIENCE, async || {
        Ok(app.find_all("draft-item").await?.len() == 2)
    })
    .await?;
    for (draft, word) in [(1, " It ends."), (0, " It goes on.")] {
        if draft == 0 {
            app.find_all("draft-item").await?[draft].click().await?;
            app.wait_until("the first draft", PATIENCE, async || {
                Ok(!editor_text(app).await?.contains("ends"))
            })
            .await?;
        }
        to_text(app).await?;
        app.press("Control+End").await?;
        app.type_text(word).await?;
        saved(app).await?;
    }
    app.click("tab-history").await?;
    app.fill("version-name", "First").await?;
    app.click("version-save").await?;
    app.click("tab-brief").await?;
    app.click("action-draft").await?;
    accept(app).await?;
    titled(app, "Ferry").await?;
    app.press("Control+2").await?;
    app.press("Control+a").await?;
    app.click("action-rewrite").await?;
    written(app).await?;
    app.press("Control+n").await?;
    begin(app, "ads").await?;
    app.fill("brief-product", "Kettlebird").await?;
    app.fill("brief-selling_points-1", "Boils in one minute")
        .await?;
    number(app, "brief-variants", 2).await?;
    app.click("action-draft").await?;
    accept(app).await?;
    app.wait_for("ad-grid", PATIENCE).await?;
    app.click("action-draft").await?;
    written(app).await?;
    titled(app, "Kettle").await?;
    app.press("Control+n").await?;
    begin(app, "screenplay").await?;
    app.press("Control+2").await?;
    app.type_text("# Act One\n\nINT. BOOTH - DAY\n\n= Mara finds the letter.\n\nRain ticks.\n\nMARA\nIt sticks.\n\nEXT. QUAY - NIGHT\n\nFog.\n").await?;
    titled(app, "Letter").await?;
    choose(app, "view-story").await?;
    app.click("story-add-person").await?;
    app.fill("page-person-1-name", "Mara").await?;
    saved(app).await?;
    app.click("page-person-1-summary").await?;
    choose(app, "view-text").await?;
    own_action(app).await?;
    hardly_any_budget(app, "$").await
}

async fn own_action(app: &App) -> Result<(), E2eError> {
    app.click("edit-actions").await?;
    app.click("action-new").await?;
    app.click("action-make").await?;
    app.wait_for("action-right", PATIENCE).await?;
    app.click("action-back").await?;
    app.wait_for("action-item", PATIENCE).await?;
    app.press("Escape").await?;
    app.wait_gone("settings", PATIENCE).await
}
