//! Every screen, every dialog, every theme, both languages, read by axe-core as WCAG 2.2 AA asks.
//!
//! One window walks through the table of screens in each language. On each it is asked for
//! everything; and once, for colours know no language, for what depends on them in the dark and on
//! old paper. No rule is switched off.

use std::{fs, path::Path};

use inkstone_tests::{
    e2e::{App, E2eError, Home, PATIENCE},
    loopback::{Answer, Loopback, Script},
};
use serde_json::Value;

use crate::{
    remote::use_server,
    steps::{accept, begin, choose, news_brief, open, saved, set, written},
};

/// One thing that a person does.
#[derive(Clone, Copy)]
enum Do {
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
struct Screen {
    name: &'static str,
    open: &'static [Do],
    close: &'static [Do],
}

const fn screen(name: &'static str, open: &'static [Do], close: &'static [Do]) -> Screen {
    Screen { name, open, close }
}

/// With the article open.
const ARTICLE: &[Screen] = &[
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
];

const LIBRARY: &[Screen] = &[
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

const MODELS: &[Screen] = &[
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
];

const SETTINGS: &[Screen] = &[
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

const SCRIPT: &[Screen] = &[
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

const ADS: &[Screen] = &[screen(
    "ads",
    &[Choose("tab-brief"), Wait("channel-limits"), Wait("ad-grid")],
    &[],
)];

async fn act(app: &App, steps: &[Do]) -> Result<(), E2eError> {
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

/// Looks at what is shown in each light. What moves is at its end at once, or colours half-way
/// between two would be measured.
const ASK: &str = r"
const [themes, done] = arguments;
if (!window.__still) {
  window.__still = true;
  const still = document.createElement('style');
  still.textContent = '*, *::before, *::after { transition: none !important; animation: none !important; }';
  document.head.append(still);
}
const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];
const colours = ['color-contrast', 'link-in-text-block'];
const root = document.documentElement;
const before = root.dataset.theme;
const found = [];
(async () => {
  for (const theme of themes) {
    root.dataset.theme = theme;
    const runOnly = theme === 'light' ? { type: 'tag', values: tags } : { type: 'rule', values: colours };
    const result = await axe.run(document, { runOnly, resultTypes: ['violations'], iframes: false });
    for (const { id, help, nodes } of result.violations)
      for (const { target, html, failureSummary } of nodes)
        found.push(theme + ' ' + id + ': ' + target.join(' ') + '\n    ' + html.slice(0, 240) + '\n    ' + failureSummary.replaceAll('\n', ' '));
  }
})().catch((error) => found.push('axe failed: ' + error)).finally(() => {
  if (before) root.dataset.theme = before; else delete root.dataset.theme;
  done(found);
});
";

struct Walk {
    axe: String,
    language: &'static str,
    found: Vec<String>,
}

impl Walk {
    async fn look(&mut self, app: &App, name: &str) -> Result<(), E2eError> {
        let known = app
            .client
            .execute("return !!window.axe", Vec::new())
            .await?;
        if known != Value::Bool(true) {
            // The page itself may not evaluate strings, the driver may.
            app.client.execute(&self.axe, Vec::new()).await?;
        }
        let themes: &[&str] = match self.language {
            "en" => &["light", "dark", "sepia"],
            _ => &["light"],
        };
        let answer = app
            .client
            .execute_async(ASK, vec![Value::from(themes)])
            .await?;
        for one in answer.as_array().into_iter().flatten() {
            let said = one.as_str().unwrap_or_default();
            let found = format!("{name} ({}), {said}", self.language);
            // Said at once: a walk that stumbles later has found it all the same.
            println!("{found}");
            self.found.push(found);
        }
        Ok(())
    }

    async fn through(&mut self, app: &App, screens: &[Screen]) -> Result<(), E2eError> {
        for Screen { name, open, close } in screens {
            act(app, open).await?;
            self.look(app, name).await?;
            app.keep(&format!(
                "access-{}-{}",
                name.replace([' ', ',', '?'], "-"),
                self.language
            ))
            .await?;
            act(app, close).await?;
        }
        Ok(())
    }
}

/// Opens the document of this title from the list.
async fn document(app: &App, title: &str) -> Result<(), E2eError> {
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
async fn filled(app: &App, server: &Loopback) -> Result<(), E2eError> {
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
    app.click("action-draft").await?;
    written(app).await?;
    app.click("take-accept").await?;
    app.wait_for("ad-grid", PATIENCE).await?;
    titled(app, "Kettle").await?;
    app.press("Control+n").await?;
    begin(app, "screenplay").await?;
    app.press("Control+2").await?;
    app.type_text("# Act One\n\nINT. BOOTH - DAY\n\n= Mara finds the letter.\n\nRain ticks.\n\nMARA\nIt sticks.\n\nEXT. QUAY - NIGHT\n\nFog.\n").await?;
    titled(app, "Letter").await
}

#[tokio::test]
async fn every_screen_is_as_wcag_2_2_asks() -> Result<(), E2eError> {
    let axe = Path::new(env!("CARGO_MANIFEST_DIR")).join("../ui/node_modules/axe-core/axe.min.js");
    let mut walk = Walk {
        axe: fs::read_to_string(axe)?,
        language: "en",
        found: Vec::new(),
    };
    let server = Loopback::start(Script::new(|_| {
        Answer::text(
            "# Night ferry\n\nThe ferry runs at ten, they say. The night is long and calm.\n",
        )
    }))?;
    let app = open(&Home::new()?).await?;
    app.wait_for("welcome", PATIENCE).await?;
    for (choice, language) in [("language-zh-CN", "zh-CN"), ("language-en", "en")] {
        set(&app, choice).await?;
        walk.language = language;
        walk.look(&app, "first run").await?;
    }
    filled(&app, &server).await?;
    for (choice, language) in [("language-en", "en"), ("language-zh-CN", "zh-CN")] {
        set(&app, choice).await?;
        walk.language = language;
        document(&app, "Letter").await?;
        walk.through(&app, SCRIPT).await?;
        document(&app, "Kettle").await?;
        walk.through(&app, ADS).await?;
        document(&app, "Ferry").await?;
        walk.through(&app, ARTICLE).await?;
        if language == "en" {
            document(&app, "Gone").await?;
            for key in ["Tab", "Enter"] {
                app.press(key).await?;
            }
            app.wait_for("delete", PATIENCE).await?;
            walk.look(&app, "menu of a document").await?;
            app.click("delete").await?;
            app.wait_for("welcome", PATIENCE).await?;
            walk.look(&app, "nothing open").await?;
            document(&app, "Ferry").await?;
        }
        walk.through(&app, LIBRARY).await?;
        walk.through(&app, MODELS).await?;
        walk.through(&app, SETTINGS).await?;
    }
    let mut found = walk.found;
    found.dedup();
    assert!(
        found.is_empty(),
        "{} found:\n{}",
        found.len(),
        found.join("\n")
    );
    app.close().await
}
