//! Every screen, every dialog, every theme, both languages, read by axe-core as WCAG 2.2 AA asks,
//! and, where that is asked for, compared with how it looked.
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
    looks::Looks,
    screens::{
        ADS, ARTICLE, LIBRARY, MODELS, NARROW, SCRIPT, SETTINGS, Screen, act, document, filled,
    },
    steps::{open, set},
};

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

pub struct Walk {
    axe: String,
    pub language: &'static str,
    pub found: Vec<String>,
    /// Compares how screens look, too.
    looks: Option<Looks>,
}

impl Walk {
    pub fn new() -> Result<Self, E2eError> {
        let axe =
            Path::new(env!("CARGO_MANIFEST_DIR")).join("../ui/node_modules/axe-core/axe.min.js");
        Ok(Self {
            axe: fs::read_to_string(axe)?,
            language: "en",
            found: Vec::new(),
            looks: None,
        })
    }

    pub async fn look(&mut self, app: &App, name: &str) -> Result<(), E2eError> {
        if !self.looks.as_ref().is_some_and(Looks::writes) {
            self.ask(app, name).await?;
        }
        match &mut self.looks {
            Some(looks) => looks.see(app, name, self.language).await,
            None => Ok(()),
        }
    }

    async fn ask(&mut self, app: &App, name: &str) -> Result<(), E2eError> {
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

/// Puts a document into the bin, and looks at its menu and at what is left open: nothing.
async fn deleted(app: &App, walk: &mut Walk, title: &str, then: &str) -> Result<(), E2eError> {
    document(app, title).await?;
    for key in ["Tab", "Enter"] {
        app.press(key).await?;
    }
    app.wait_for("delete", PATIENCE).await?;
    walk.look(app, &format!("menu before {then}")).await?;
    app.click("delete").await?;
    app.wait_for("welcome", PATIENCE).await?;
    app.click("notice-dismiss").await?;
    walk.look(app, then).await
}

#[tokio::test]
async fn every_screen_is_as_wcag_2_2_asks() -> Result<(), E2eError> {
    let mut walk = Walk {
        looks: Looks::wanted(),
        ..Walk::new()?
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
            deleted(&app, &mut walk, "Gone", "nothing open").await?;
            document(&app, "Ferry").await?;
        }
        walk.through(&app, LIBRARY).await?;
        walk.through(&app, MODELS).await?;
        walk.through(&app, SETTINGS).await?;
    }
    app.client.set_window_rect(0, 0, 900, 700).await?;
    for (choice, language, gone) in [
        ("language-en", "en", "Kettle"),
        ("language-zh-CN", "zh-CN", "Letter"),
    ] {
        set(&app, choice).await?;
        walk.language = language;
        deleted(&app, &mut walk, gone, "narrow, nothing open").await?;
        document(&app, "Ferry").await?;
        walk.through(&app, NARROW).await?;
    }
    let mut found = walk.found;
    found.dedup();
    if let Some(looks) = walk.looks {
        found.extend(looks.end()?);
    }
    assert!(
        found.is_empty(),
        "{} found:\n{}",
        found.len(),
        found.join("\n")
    );
    app.close().await
}
