//! The library opens before there is a window, and what the window will ask first is answered and
//! laid ready in it: no question goes back and forth while its text waits.

use std::{env, path::Path, sync::Arc, time::Duration};

use inkstone_candle::Candle;
use inkstone_grammar::{APART, Apart};
use inkstone_machine::{InstalledFonts, KeptKeys, Places, SystemClock, ThisMachine, seeds};
use inkstone_studio::{Doorway, FirstAnswer, Parts, Program, Secrets, Studio, dto::StudioEvent};
use serde_json::json;
use tauri::async_runtime;
use tokio::sync::{
    broadcast::{Receiver, error::RecvError},
    oneshot,
};

use crate::events::{Inboxes, everything};

/// `off` where no second process is wanted: then English grammar is not looked at.
const GRAMMAR: &str = "INKSTONE_GRAMMAR";

/// The window that tauri.conf.json names.
const FIRST: &str = "main";

/// How long a window waits for a library that opens slowly before it comes up and asks itself.
const PATIENCE: Duration = Duration::from_millis(150);

/// A door that opens, and what comes through it first.
pub struct Early {
    pub door: Arc<Doorway>,
    pub inboxes: Arc<Inboxes>,
    answers: oneshot::Receiver<Vec<FirstAnswer>>,
}

impl Early {
    /// The script that lays the first answers ready in a page that has not begun yet; `None` where
    /// there are none in time.
    pub fn script(self) -> Option<String> {
        let answers = async_runtime::block_on(async move {
            tokio::time::timeout(PATIENCE, self.answers)
                .await
                .ok()?
                .ok()
        })?;
        script(&answers)
    }
}

/// Begins to open the library.
///
/// # Errors
/// Where the person's folders cannot be found.
pub fn begin() -> Result<Early, String> {
    let places = Places::find(None).map_err(|error| error.to_string())?;
    // Whatever happens after the first answers, the first window hears of.
    let inboxes = Arc::new(Inboxes::default());
    inboxes.open(FIRST);
    let told = inboxes.clone();
    let welcome = move |studio: &Arc<Studio>| tell(told.clone(), studio);
    let memory = places.memory.clone();
    // Whichever library is open, the keys are the person's.
    let keys: Arc<dyn Secrets> = Arc::new(KeptKeys::of_person());
    let parts = move |library: &Path| parts(library, keys.clone());
    let door = Doorway::new(places.library, memory, parts, welcome);
    let (sender, answers) = oneshot::channel();
    let opening = door.clone();
    async_runtime::spawn(async move {
        // A window that did not wait asks itself.
        let _ = sender.send(opening.first_answers().await);
    });
    Ok(Early {
        door,
        inboxes,
        answers,
    })
}

/// Once for each window: a page that begins anew is to know how things are then.
fn script(answers: &[FirstAnswer]) -> Option<String> {
    let list: Vec<_> = answers
        .iter()
        .map(|one| {
            let question = json!([one.command, one.input]).to_string();
            json!([question, one.output])
        })
        .collect();
    let is_chinese = |one: &FirstAnswer| one.output["language"] == "zh-CN";
    // Its sentences are a file of their own, that comes along with the page's.
    let sentences = if answers.iter().any(is_chinese) {
        r#"import("/assets/chinese.js").catch(() => undefined);"#
    } else {
        ""
    };
    // A text within a script, and that a text of JSON: both forms are JavaScript's own.
    let list = serde_json::to_string(&list).ok()?;
    let list = serde_json::to_string(&list).ok()?;
    Some(format!(
        r#"(() => {{
  try {{
    if (sessionStorage.getItem("inkstone.begun")) return;
    sessionStorage.setItem("inkstone.begun", "true");
  }} catch {{
    return;
  }}
  window.__INKSTONE_EARLY__ = {{ answers: new Map(JSON.parse({list})) }};
  {sentences}
}})();"#
    ))
}

fn parts(library: &Path, secrets: Arc<dyn Secrets>) -> Parts {
    Parts {
        library_path: library.to_owned(),
        program: Program::Window,
        models_dir: Places::models_beside(library),
        clock: Arc::new(SystemClock),
        local: Arc::new(Candle::new()),
        remote: Arc::new(inkstone_openai::OpenAi::new()),
        secrets,
        entropy: seeds(),
    }
}

/// Passes the studio's events on to the pages for as long as there is a studio, and lends it the
/// fonts of the system, what is known of the machine, and this program once more for grammar.
fn tell(inboxes: Arc<Inboxes>, studio: &Arc<Studio>) {
    let checks = env::var_os(GRAMMAR).is_none_or(|value| value != "off");
    if let Some(program) = env::current_exe().ok().filter(|_| checks) {
        studio.use_grammar(Apart::new(program, vec![APART.into()]));
    }
    studio.use_fonts(Arc::new(InstalledFonts::default()));
    studio.use_machine(Arc::new(ThisMachine::default()));
    let mut events = studio.subscribe();
    async_runtime::spawn(async move {
        while let Some(event) = next(&mut events).await {
            inboxes.tell(event);
        }
    });
}

/// The next event; where some were missed, the word to look at everything anew.
async fn next(events: &mut Receiver<StudioEvent>) -> Option<StudioEvent> {
    match events.recv().await {
        Ok(event) => Some(event),
        Err(RecvError::Lagged(_)) => Some(everything()),
        Err(RecvError::Closed) => None,
    }
}

#[cfg(test)]
mod tests {
    use tokio::sync::broadcast;

    use super::*;

    fn changed(kind: &str) -> StudioEvent {
        StudioEvent::Changed {
            kinds: vec![kind.to_owned()],
        }
    }

    fn kinds(event: Option<StudioEvent>) -> Vec<String> {
        match event {
            Some(StudioEvent::Changed { kinds }) => kinds,
            other => panic!("{other:?}"),
        }
    }

    #[tokio::test]
    async fn a_page_that_falls_behind_is_told_to_look_at_everything() {
        let (sender, mut events) = broadcast::channel(2);
        sender.send(changed("models")).unwrap();
        assert_eq!(kinds(next(&mut events).await), ["models"]);
        for _ in 0..5 {
            sender.send(changed("history")).unwrap();
        }
        assert_eq!(kinds(next(&mut events).await), kinds(Some(everything())));
        assert_eq!(kinds(next(&mut events).await), ["history"]);
        drop(sender);
        assert_eq!(kinds(next(&mut events).await), ["history"]);
        assert!(next(&mut events).await.is_none());
    }

    #[test]
    fn answers_of_any_letters_are_a_script() {
        let answers = [FirstAnswer {
            command: "open_draft",
            input: json!({ "id": "a" }),
            output: json!({ "body": "`${x}` \"'\\\n\u{2028}</script>渡" }),
        }];
        let script = script(&answers).unwrap();
        let list = script.split("JSON.parse(").nth(1).unwrap();
        let list = list.split(")) };\n").next().unwrap();
        let list: String = serde_json::from_str(list).unwrap();
        let list: Vec<(String, serde_json::Value)> = serde_json::from_str(&list).unwrap();
        assert_eq!(list[0].0, r#"["open_draft",{"id":"a"}]"#);
        assert_eq!(list[0].1, answers[0].output);
    }
}
